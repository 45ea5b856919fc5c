"""Tables against an independent decoder, garmin-fit-sdk, over real files of many makers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import fitdecode
import pytest
from garmin_fit_sdk import Decoder, Profile, Stream
from garmin_fit_sdk import fit as FIT  # noqa: N812 (the rival's own spelling)

from backrun_fit.errors import DecodeError
from backrun_fit.fit.columns import Raw, Segment, decode
from backrun_fit.fit.profile import load_profile
from tests.conftest import corpus_path

KINDS = (
    *("file_id", "file_creator", "record", "lap", "session", "event", "activity", "workout"),
    *("workout_step", "device_info", "sport", "hrv", "length", "field_description"),
)

REPRESENTATIVE = (
    "decode/Activity.fit",
    "decode/DeveloperData.fit",
    "decode/MonitoringFile.fit",
    "decode/developer-types-sample.fit",
    "decode/garmin-fenix-5-run.fit",
    "decode/m-chained_Activity_activity_poolswim.fit",
    "decode/null_compressed_speed_dist.fit",
    "decode/sample_mulitple_header.fit",
    "plans/trainingpeaks_export.fit",
    "plans/working_hyrox_cardio.fit",
    "structured/b-2025-01-02-16-59-38.fit",
    "structured/b-2025-03-11-08-34-37.fit",
)

# garmin-fit-sdk has no compressed timestamps, takes bytes behind the end for an error, and
# stops with an IndexError at a float field of no bytes.
RIVAL_CANNOT = (
    "antfs-dump.63.fit",
    "compressed-speed-distance.fit",
    "activity-settings-corruptheader.fit",
    "tpv_dev_fields_20260222.fit",
)

Oracle = dict[str, list[dict[Any, Any]]]


def oracle(data: bytes, *, raw: bool = False) -> Oracle:
    """What garmin-fit-sdk reads: message name to messages, field name (or number) to value."""
    decoder = Decoder(Stream.from_byte_array(bytearray(data)))
    messages, errors = decoder.read(
        apply_scale_and_offset=not raw,
        convert_types_to_strings=not raw,
        convert_datetimes_to_dates=False,
        expand_sub_fields=False,
        expand_components=False,
        merge_heart_rates=False,
    )
    assert errors == []
    found = cast(Oracle, messages)
    return {name.removesuffix("_mesgs"): rows for name, rows in found.items()}


def plain(value: Any) -> Raw:
    """The rival's value in our shape: arrays as tuples, of several texts the first, no NaN."""
    if isinstance(value, list):
        texts = [item for item in value if isinstance(item, str)]
        return texts[0] or None if texts else tuple(value)
    return None if value != value else value


def raw_differences(segments: tuple[Segment, ...], rival: Oracle) -> Iterator[str]:
    """Every field of every message of the kinds, both ways round."""
    for kind in KINDS:
        number = Profile["mesg_num"][kind.upper()]
        theirs = rival.get(kind, [])
        names = {field["name"]: key for key, field in Profile["messages"][number]["fields"].items()}
        tables = [segment.table(number) for segment in segments]
        if sum(map(len, tables)) != len(theirs):
            yield f"{kind}: {sum(map(len, tables))} messages, theirs {len(theirs)}"
            continue
        keyed = [{names.get(key, key): value for key, value in row.items()} for row in theirs]
        fields = {key for table in tables for key in table.field_numbers}
        for key in sorted(fields | {key for row in keyed for key in row if isinstance(key, int)}):
            ours = [value for table in tables for value in table.raw(key)]
            for row, (mine, other) in enumerate(zip(ours, keyed, strict=True)):
                expected = plain(other.get(key))
                if mine != expected:
                    yield f"{kind}[{row}].{key}: {mine!r}, theirs {expected!r}"


def scaled_differences(segments: tuple[Segment, ...], rival: Oracle) -> Iterator[str]:
    """Numbers in physical units: ``values`` exactly, ``column`` to the last bits."""
    for kind in KINDS:
        number = Profile["mesg_num"][kind.upper()]
        tables = [segment.table(number) for segment in segments]
        names = {name for row in rival.get(kind, []) for name in row if isinstance(name, str)}
        for name in sorted(names - {"key", "developer_fields"}):
            unnamed = load_profile().field_number(number, name) is None
            if unnamed or name.endswith(_POSITIONS) or name in _STAY_NUMBERS:
                continue  # compared raw
            shift = 631_065_600 if _type(number, name) in ("date_time", "local_date_time") else 0
            ours = [value for table in tables for value in table.values(name)]
            columns = [float(value) for table in tables for value in table.column(name)]
            for row, other in enumerate(rival[kind]):
                expected = plain(other.get(name))
                if shift and isinstance(expected, int):
                    expected += shift
                if ours[row] != expected and not _same_word(ours[row], expected):
                    yield f"{kind}[{row}].{name}: {ours[row]!r}, theirs {expected!r}"
                if isinstance(expected, int | float) and columns[row] != expected:
                    yield f"{kind}[{row}].{name}: column {columns[row]!r}, theirs {expected!r}"


# Theirs are semicircles, ours degrees.
_POSITIONS = ("_lat", "_long")

# Numbers and bit fields of which the rival names some values; and one that it leaves a
# number, because it applies no types to descriptions.
_STAY_NUMBERS = (
    *("device_index", "capabilities", "left_right_balance", "avg_left_right_balance"),
    "native_mesg_num",
)


def _type(number: int, name: str) -> str:
    for field in Profile["messages"][number]["fields"].values():
        if field["name"] == name:
            return str(field["type"])
    return ""


def _same_word(mine: object, other: object) -> bool:
    """Words are equal but for case (the rival keeps capitals in a few)."""
    return isinstance(mine, str) and isinstance(other, str) and mine.lower() == other.lower()


def developer_differences(segment: Segment, rival: Oracle) -> Iterator[str]:
    """Every developer field that the file describes; the rival lets invalid values through."""
    described = {row["key"]: row for row in rival.get("field_description", [])}
    for kind in KINDS:
        table = segment.table(Profile["mesg_num"][kind.upper()])
        theirs: list[dict[str, Raw]] = []
        for row in rival.get(kind, []):
            theirs.append({})
            for key, value in row.get("developer_fields", {}).items():
                what = described[key]
                base = what["fit_base_type_id"] & FIT.BASE_TYPE_MASK
                name = f"dev_{what['developer_data_index']}_{what['field_definition_number']}"
                absent = value == FIT.BASE_TYPE_DEFINITIONS[base]["invalid"]
                theirs[-1][name] = None if absent else plain(value)
        for name in sorted({name for named in theirs for name in named}):
            for row_number, (mine, other) in enumerate(zip(table.raw(name), theirs, strict=True)):
                if mine != other.get(name):
                    yield f"{kind}[{row_number}].{name}: {mine!r}, theirs {other.get(name)!r}"


def differences(path: Path) -> list[str]:
    data = path.read_bytes()
    segments = decode(data).segments
    raw = oracle(data, raw=True)
    return [
        *raw_differences(segments, raw),
        *scaled_differences(segments, oracle(data)),
        *(developer_differences(segments[0], raw) if len(segments) == 1 else ()),
    ]


@pytest.mark.parametrize("name", REPRESENTATIVE)
def test_every_raw_and_scaled_value_equals_the_rivals(corpus: Path, name: str) -> None:
    assert differences(corpus / name) == []


def _files() -> list[str]:
    root = corpus_path()
    return [] if root is None else sorted(str(p.relative_to(root)) for p in root.glob("*/*.fit"))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in _files() if name not in REPRESENTATIVE])
def test_every_file_that_both_can_read_agrees(corpus: Path, name: str) -> None:
    path = corpus / name
    if path.name in RIVAL_CANNOT:
        pytest.skip("the rival cannot read it")
    try:
        decode(path.read_bytes())
    except DecodeError:
        return  # what is refused, and why, is the subject of test_columns.py
    assert differences(path) == []


@pytest.mark.parametrize("name", RIVAL_CANNOT[:2])
def test_compressed_timestamps_are_those_of_fitdecode(corpus: Path, name: str) -> None:
    path = corpus / "decode" / name
    with fitdecode.FitReader(path) as reader:
        theirs = [
            frame.get_raw_value("timestamp")
            for frame in reader
            if frame.frame_type == fitdecode.FIT_FRAME_DATA and frame.name == "record"
        ]
    records = decode(path.read_bytes()).segments[0].table("record")
    assert len(theirs) > 500
    assert records.raw("timestamp") == theirs
    assert (records.column("timestamp") == [time + 631_065_600 for time in theirs]).all()


def test_the_comparison_sees_a_changed_value_a_lost_message_and_a_lost_field(corpus: Path) -> None:
    data = (corpus / "decode/Activity.fit").read_bytes()
    segments = decode(data).segments

    changed = oracle(data, raw=True)
    changed["record"][3]["distance"] += 1
    assert [text.partition(":")[0] for text in raw_differences(segments, changed)] == [
        "record[3].5"
    ]

    lost = oracle(data, raw=True)
    lost["lap"].clear()
    assert list(raw_differences(segments, lost)) == ["lap: 1 messages, theirs 0"]

    without = oracle(data, raw=True)
    del without["session"][0]["total_distance"]
    assert [t.partition(":")[0] for t in raw_differences(segments, without)] == ["session[0].9"]

    scaled = oracle(data)
    scaled["record"][2]["heart_rate"] = 1
    found = list(scaled_differences(segments, scaled))
    assert [text.partition(":")[0] for text in found] == ["record[2].heart_rate"] * 2

    described = (corpus / "decode/developer-types-sample.fit").read_bytes()
    developer = oracle(described, raw=True)
    (segment,) = decode(described).segments
    assert list(developer_differences(segment, developer)) == []
    developer["record"][7]["developer_fields"][0] = -1
    found = list(developer_differences(segment, developer))
    assert [text.partition(".")[0] for text in found] == ["record[7]"]
