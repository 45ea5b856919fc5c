"""Tables against two independent decoders, fitparse and fitdecode, field by field.

Every native field, developer field and compressed timestamp of every message of every
kind is compared raw; in physical units wherever the other knows the field. What each
does differently on purpose or by mistake is written down in ``Why``, and no more is
let through. garmin-fit-sdk is in test_columns_differential.py.
"""

from __future__ import annotations

import enum
import re
import struct
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import fitdecode
import fitparse
import fitparse.records
import pytest

from backrun_fit.errors import DecodeError
from backrun_fit.fit.columns import Raw, Segment, decode
from backrun_fit.fit.profile import FIT_EPOCH_UNIX_S
from tests.conftest import corpus_path
from tests.fit_bytes import BYTE, STRING, UINT8, UINT32, definition, fit_file, message
from tests.test_columns_differential import REPRESENTATIVE


class Why(enum.Enum):
    """Why a value in physical units is not compared with the other's (raw values are)."""

    SUBFIELD = "the other gives the sub-field's value under the field's number"
    PROFILE = "the other's profile has no such field, or none of this name any more"
    WORD = "the other's profile is older and has no word for the number"
    NUMBER = "the other gives words for some values of a number or bit field"
    ARRAY = "the other leaves an array of enumerated values as numbers"


@attrs.frozen
class Theirs:
    """One field of one message as another reader has it, absent values as ours.

    Attributes:
        raw: As it lies in the file.
        value: In physical units, times and positions as ours.
        why: Why the value is not to be compared; None where it is.
    """

    raw: Raw
    value: object
    why: Why | None = None


Rival: TypeAlias = Mapping[int, list[dict[int | str, Theirs]]]
"""Message number to messages; a field's number or ``dev_<index>_<number>`` to the field."""

_TIMES = ("date_time", "local_date_time")

# Types with words for a few values which are numbers or sets of bits all the same.
_NUMBERS = ("device_index", "left_right_balance", "workout_capabilities", "fit_base_type")

# Files of the corpus that we read and a reader cannot, and what it says there: bytes behind
# the end that begin no FIT file, a size that is no whole number of values, a field of no bytes.
CANNOT: Mapping[str, Mapping[str, str]] = {
    "fitparse": {
        "activity-settings-corruptheader.fit": "Invalid .FIT File Header",
        "coros-pace-2-cycling-misaligned-fields.fit": "Invalid field size 1 for type 'uint32'",
        "tpv_dev_fields_20260222.fit": "Invalid struct format: <0f",
    },
    "fitdecode": {
        "activity-settings-corruptheader.fit": "not a FIT file @ 771",
        "tpv_dev_fields_20260222.fit": "size",
    },
}


class _Bare(fitparse.FitFileDataProcessor):  # type: ignore[misc]
    """Leaves times as numbers: fitparse makes them naive datetimes."""

    def run_type_processor(self, field_data: Any) -> None: ...
    def run_field_processor(self, field_data: Any) -> None: ...
    def run_unit_processor(self, field_data: Any) -> None: ...
    def run_message_processor(self, data_message: Any) -> None: ...


def fitparse_reads(data: bytes) -> Rival:
    """What fitparse reads; whether checksums are right is not asked."""
    # It keeps the developer fields of every file that it ever read in one table.
    fitparse.records.DEV_TYPES.clear()
    messages = fitparse.FitFile(data, check_crc=False, data_processor=_Bare()).get_messages()
    rival: dict[int, list[dict[int | str, Theirs]]] = {}
    for one in messages:
        rival.setdefault(one.mesg_num, []).append(dict(_fields(one.fields)))
    return rival


def fitdecode_reads(data: bytes) -> Rival:
    """What fitdecode reads; whether checksums are right is not asked."""
    rival: dict[int, list[dict[int | str, Theirs]]] = {}
    reader = fitdecode.FitReader(data, processor=None, check_crc=fitdecode.CrcCheck.DISABLED)
    with warnings.catch_warnings(), reader:
        # It reads a size that is no whole number of values as bytes, as we do, and says so.
        warnings.filterwarnings("ignore", "invalid field size", UserWarning)
        for frame in reader:
            if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                number = frame.global_mesg_num
                rival.setdefault(number, []).append(dict(_fields(frame.fields)))
    return rival


def _fields(fields: list[Any]) -> Iterator[tuple[int | str, Theirs]]:
    """The fields of one message; both libraries describe them alike."""
    for field in fields:
        if field.field_def is None:
            # Made by the reader out of another field: only compressed timestamps are ours too.
            if field.field is not None and field.field.def_num == 253:
                yield 253, _theirs(field)
        elif hasattr(field.field_def, "dev_data_index"):
            key = f"dev_{field.field_def.dev_data_index}_{field.field_def.def_num}"
            yield key, Theirs(_absent_as_ours(field.raw_value), _absent_as_ours(field.raw_value))
        else:
            yield field.field_def.def_num, _theirs(field)


def _theirs(field: Any) -> Theirs:
    raw, value = _absent_as_ours(field.raw_value), _absent_as_ours(field.value)
    if field.field is None:
        return Theirs(raw, value, Why.PROFILE)
    if field.parent_field is not None:
        return Theirs(raw, value, Why.SUBFIELD)
    kind = field.field.type
    words = kind.enum if hasattr(kind, "enum") else kind.values
    if kind.name in _TIMES:
        # The types have a "word" for the least value; they are times all the same.
        return Theirs(raw, None if raw is None else raw + FIT_EPOCH_UNIX_S)
    if field.units == "semicircles" and isinstance(value, int):
        value *= 180 / 2**31
    if words and isinstance(value, str) and kind.name in _NUMBERS:
        return Theirs(raw, value, Why.NUMBER)
    if words and isinstance(raw, tuple):
        return Theirs(raw, value, Why.ARRAY)
    if words and isinstance(value, int) and kind.name not in _NUMBERS:
        return Theirs(raw, value, Why.WORD)
    return Theirs(raw, value)


def _absent_as_ours(value: Any) -> Any:
    """A tuple of one is the one; a tuple of nothing but absent values is absent."""
    if isinstance(value, tuple):
        if len(value) == 1:
            return value[0]
        return None if all(item is None for item in value) else value
    return value


def differences(segments: tuple[Segment, ...], rival: Rival) -> Iterator[str]:
    """Every field of every message, both ways round."""
    for number in sorted({n for segment in segments for n in segment.message_numbers} | set(rival)):
        tables = [segment.table(number) for segment in segments]
        theirs = rival.get(number, [])
        if sum(map(len, tables)) != len(theirs):
            yield f"{number}: {sum(map(len, tables))} messages, theirs {len(theirs)}"
            continue
        keys: set[int | str] = {253, *(key for row in theirs for key in row)}
        keys |= {key for table in tables for key in table.field_numbers}
        keys |= {field.key for table in tables for field in table.developer_fields}
        for key in sorted(keys, key=str):
            raw = [value for table in tables for value in table.raw(key)]
            values = [value for table in tables for value in table.values(key)]
            columns = [float(value) for table in tables for value in table.column(key)]
            for row, other in enumerate(theirs):
                what = other.get(key, Theirs(None, None))
                where = f"{tables[0].name}[{row}].{key}"
                if raw[row] != what.raw:
                    yield f"{where}: {raw[row]!r}, theirs {what.raw!r}"
                elif what.why is None:
                    if not _same(values[row], what.value):
                        yield f"{where}: value {values[row]!r}, theirs {what.value!r}"
                    elif isinstance(what.value, int | float) and columns[row] != what.value:
                        yield f"{where}: column {columns[row]!r}, theirs {what.value!r}"


def _same(mine: object, other: object) -> bool:
    """Words are equal but for case."""
    if isinstance(mine, str) and isinstance(other, str):
        return mine.lower() == other.lower()
    return mine == other


def compare(path: Path, read: Callable[[bytes], Rival]) -> list[str]:
    data = path.read_bytes()
    return list(differences(decode(data).segments, read(data)))


def _files() -> list[str]:
    root = corpus_path()
    return [] if root is None else sorted(str(p.relative_to(root)) for p in root.glob("*/*.fit"))


# The largest are in the full run.
DAILY = (
    *REPRESENTATIVE,
    "decode/compressed-speed-distance.fit",
    "decode/elemnt-bolt-no-application-id-inside-developer-data-id.fit",
)
READERS = {"fitparse": fitparse_reads, "fitdecode": fitdecode_reads}


@pytest.mark.parametrize("name", DAILY)
@pytest.mark.parametrize("reader", READERS)
def test_every_field_equals_what_the_other_reads(corpus: Path, name: str, reader: str) -> None:
    assert compare(corpus / name, READERS[reader]) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in _files() if name not in DAILY])
@pytest.mark.parametrize("reader", READERS)
def test_every_file_that_both_can_read_agrees(corpus: Path, name: str, reader: str) -> None:
    path = corpus / name
    try:
        decode(path.read_bytes())
    except DecodeError:
        return  # what is refused, and why, is the subject of test_columns.py
    if path.name in CANNOT[reader]:
        with pytest.raises(Exception, match=re.escape(CANNOT[reader][path.name])):
            READERS[reader](path.read_bytes())
        return
    assert compare(path, READERS[reader]) == []


@pytest.mark.slow
def test_every_reason_to_leave_a_value_out_is_met_in_a_real_file(corpus: Path) -> None:
    for reader, read in READERS.items():
        met: Counter[Why] = Counter()
        for name in (*DAILY, "structured/b-2024-05-14-09-00-09.fit", "plans/cadence_pyramid.fit"):
            for messages in read((corpus / name).read_bytes()).values():
                met.update(f.why for row in messages for f in row.values() if f.why is not None)
        assert set(met) == set(Why), reader


# -- the comparison sees what it should --------------------------------------------------------


RUN = fit_file(
    definition(0, 20, [(253, 4, UINT32), (3, 1, UINT8), (5, 4, UINT32)]),
    *(message(0, struct.pack("<IBI", 1_000_000_000 + i, 120 + i, 300 * i)) for i in range(4)),
    definition(1, 65_300, [(7, 2, BYTE), (8, 3, STRING)]),
    message(1, b"\1\2abc"),
)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_the_comparison_sees_changed_lost_and_added_fields_and_messages(
    read: Callable[[bytes], Rival],
) -> None:
    segments = decode(RUN).segments

    def found(change: Callable[[dict[int, list[dict[int | str, Theirs]]]], object]) -> list[str]:
        rival = {number: [dict(row) for row in rows] for number, rows in read(RUN).items()}
        change(rival)
        return [text.partition(":")[0] for text in differences(segments, rival)]

    assert found(lambda _: None) == []
    assert found(lambda rival: rival[20][1].update({3: Theirs(99, 99)})) == ["record[1].3"]
    assert found(lambda rival: rival[20][1].update({5: Theirs(300, 4.0)})) == ["record[1].5"]
    assert found(lambda rival: rival[20][2].pop(253)) == ["record[2].253"]
    assert found(lambda rival: rival[20][2].update({9: Theirs(1, 1)})) == ["record[2].9"]
    assert found(lambda rival: rival[20][2].update({"dev_0_1": Theirs(1, 1)})) == [
        "record[2].dev_0_1"
    ]
    assert found(lambda rival: rival[20].pop()) == ["20"]
    assert found(lambda rival: rival.pop(65_300)) == ["65300"]
    assert found(lambda rival: rival.update({21: [{}]})) == ["21"]
    text = Theirs("abd", "abd", Why.PROFILE)
    assert found(lambda rival: rival[65_300][0].update({8: text})) == ["message_65300[0].8"]


def test_fitparse_gives_the_fields_of_an_earlier_file_unless_its_table_is_emptied() -> None:
    """Why ``fitparse_reads`` begins as it does."""
    described = [(0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8), (3, 4, STRING)]
    developer = definition(0, 20, [], developer=[(1, 1, 0)]) + message(0, b"\x05")
    whole = fit_file(
        definition(2, 207, [(3, 1, UINT8)]),
        message(2, b"\0"),
        definition(1, 206, described),
        message(1, b"\0\1\2abc\0"),
        developer,
    )
    undescribed = fit_file(developer)
    assert fitparse_reads(whole)[20][0]["dev_0_1"].raw == 5
    leaked = fitparse.FitFile(undescribed, data_processor=_Bare()).messages[0]
    assert leaked.fields[0].name == "abc"
    with pytest.raises(fitparse.FitParseError):
        fitparse_reads(undescribed)
    assert decode(undescribed).segments[0].table("record").raw("dev_0_1") == [5]
