"""Claims about damaged files: what is whole is read, nothing is invented, losses are told."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backrun_fit.cli import main
from backrun_fit.errors import DecodeError
from backrun_fit.fit.activity_reader import read_activities, read_activity
from backrun_fit.fit.columns import FitData, decode
from backrun_fit.fit.salvage import salvage
from backrun_fit.fit.walk import accelerate
from backrun_fit.fit.workout_reader import read_workout
from tests.conftest import ROOT
from tests.fit_bytes import ENUM, UINT8, UINT16, UINT32, definition, fit_file, header, message

WHOLE = (ROOT / "fixtures" / "activities" / "treadmill.fit").read_bytes()
RECORD = 20
DEFINITION = definition(0, RECORD, [(253, 4, UINT32), (3, 1, UINT8)])
RECORDS = [message(0, bytes([n, 0, 0, 0x40, 100 + n])) for n in range(10)]
SMALL = fit_file(DEFINITION, *RECORDS)


def salvaged(data: bytes) -> FitData:
    return decode(data, on_error="salvage")


def heart_rates(data: FitData) -> list[object]:
    return [rate for segment in data.segments for rate in segment.table("record").raw("heart_rate")]


def test_an_intact_file_is_read_alike_either_way_and_has_no_damage() -> None:
    assert salvaged(WHOLE).damages == ()
    assert read_activity(WHOLE, on_error="salvage").warnings == read_activity(WHOLE).warnings
    assert heart_rates(salvaged(SMALL)) == list(range(100, 110))


@pytest.mark.parametrize("length", range(14, len(SMALL) - 2))
def test_a_file_cut_off_anywhere_keeps_every_whole_message(length: int) -> None:
    found = salvaged(SMALL[:length])
    kept = max(0, (length - 14 - len(DEFINITION)) // len(RECORDS[0]))
    assert heart_rates(found) == list(range(100, 100 + kept))
    assert found.damages
    assert all(0 <= damage.offset <= length for damage in found.damages)
    assert "shorter than its header states" in str(found.damages[0])
    assert found.damages[0].lost_bytes == len(SMALL) - 2 - length


@given(st.integers(14, len(WHOLE) - 3))
def test_what_is_left_of_a_real_recording_grows_with_its_length(length: int) -> None:
    left = salvaged(WHOLE[:length])
    records = len(left.segments[0].table("record"))
    more = salvaged(WHOLE[: length + 50])
    assert records <= len(more.segments[0].table("record"))


@pytest.mark.parametrize(
    ("name", "broken", "what", "kept"),
    [
        ("checksum", SMALL[:-1] + bytes([SMALL[-1] ^ 1]), "does not match", 10),
        ("header checksum", SMALL[:12] + b"\x12\x34" + SMALL[14:], "header's checksum", 10),
        ("no size", header(0) + SMALL[14:-2], "states no data", 10),
        ("size too large", header(4000) + SMALL[14:], "shorter than", 10),
        (
            "undefined local type",
            fit_file(DEFINITION, *RECORDS[:4], message(5, b"12345"), *RECORDS[4:]),
            "without a definition",
            3,
        ),
        (
            "a definition over the end",
            fit_file(DEFINITION, *RECORDS[:3], b"\x41\0\0\x14\0\xff"),
            "a definition runs over the end",
            3,
        ),
    ],
)
def test_each_kind_of_damage_is_named_refused_and_survived(
    name: str, broken: bytes, what: str, kept: int
) -> None:
    with pytest.raises(DecodeError, match=what) as refused:
        decode(broken, source="x.fit")
    found = salvaged(broken)
    assert heart_rates(found)[:kept] == list(range(100, 100 + kept))
    assert found.damages
    assert refused.value.source == "x.fit"
    assert '--salvage (in Python: on_error="salvage")' in str(refused.value)


def test_damage_in_one_file_of_a_chain_leaves_the_next_one_whole() -> None:
    broken = fit_file(DEFINITION, *RECORDS[:2], message(5, b"123"))
    found = salvaged(broken + SMALL)
    assert [len(segment.damages) for segment in found.segments] == [1, 0]
    assert heart_rates(found) == [100, *range(100, 110)]
    assert found.damages[0].lost_bytes == 4 + len(RECORDS[1])


def test_an_empty_file_with_its_checksum_is_whole_whatever_stands_behind_it() -> None:
    empty = bytes.fromhex("0c105408000000002e464954bf16")
    behind = empty + DEFINITION + RECORDS[0] + b".FIT"
    assert salvaged(behind).damages == decode(behind).damages == ()


def test_all_damage_of_an_activity_is_one_warning_that_counts_and_names_a_few() -> None:
    places = range(20, len(WHOLE) - 200, len(WHOLE) // 8)
    data = bytearray(WHOLE)
    for place in places:
        data[place : place + 40] = b"\xa5" * 40
    damages = salvaged(bytes(data)).segments[0].damages
    assert len(damages) > 4
    (warning,) = (
        warning
        for warning in read_activity(bytes(data), on_error="salvage").warnings
        if warning.code == "damage"
    )
    assert warning.count == len(damages)
    assert warning.message.startswith(f"{damages[0]}; {damages[1]}; {damages[2]}; and ")
    assert warning.message.endswith(f"; and {len(damages) - 3} more damaged places")


@pytest.mark.parametrize("read", [decode, read_activities, read_workout])
@pytest.mark.parametrize("data", [b"", b"\0" * 40, b"<gpx></gpx>", SMALL[:11], b"\x0e" * 30])
def test_what_does_not_begin_with_a_header_is_refused_even_then(
    read: Callable[..., object], data: bytes
) -> None:
    with pytest.raises(DecodeError, match="not a FIT file"):
        read(data, on_error="salvage")


def test_a_recording_whose_battery_died_is_an_activity_that_says_so() -> None:
    activity = read_activity(WHOLE[: len(WHOLE) // 2], on_error="salvage")
    assert len(activity.track) > 100
    assert activity.workout is not None
    assert "shorter than its header states" in activity.warnings[0].message
    assert "bytes lost" in activity.warnings[0].message


# -- behind damage ------------------------------------------------------------------------------

T0 = 1_000_000_000
LONG = definition(0, RECORD, [(253, 4, UINT32), (5, 4, UINT32), (3, 1, UINT8)])
LAP = definition(1, 19, [(253, 4, UINT32), (9, 4, UINT32)])


def at(second: int, distance_m: float | None = None) -> bytes:
    """A record of a run at 3 m/s."""
    metres = 3.0 * second if distance_m is None else distance_m
    return message(0, struct.pack("<IIB", T0 + second, round(100 * metres), 100 + second % 50))


def lap(second: int) -> bytes:
    return message(1, struct.pack("<II", T0 + second, 300 * second))


RUN = [at(second) for second in range(60)]


def seconds(data: FitData | bytes) -> list[int]:
    """When the records were taken."""
    data = salvaged(data) if isinstance(data, bytes) else data
    times = [time for one in data.segments for time in one.table("record").raw("timestamp")]
    return [time - T0 for time in times if isinstance(time, int)]


def without(*lost: int) -> list[int]:
    return [second for second in range(60) if second not in lost]


def put(data: bytes, place: int, other: bytes) -> bytes:
    return data[:place] + other + data[place + len(other) :]


@pytest.mark.parametrize(
    "junk", [b"\x0f" * 9, b"?", bytes(40), b"\xff" * 512, Random(1).randbytes(300)]
)
def test_bytes_too_many_cost_the_records_beside_them(junk: bytes) -> None:
    broken = fit_file(LONG, *RUN[:20], junk, *RUN[20:], crc=0x1234)
    assert seconds(broken) == without(19, 20)
    damage = salvaged(broken).damages[0]
    assert damage.lost_bytes == len(junk) + 2 * len(RUN[0])


@pytest.mark.parametrize("count", range(1, 30))
def test_bytes_too_few_cost_the_records_beside_them(count: int) -> None:
    session = definition(5, 18, [(253, 4, UINT32)]) + message(5, struct.pack("<I", T0))
    whole = fit_file(LONG, *RUN, session)
    place = whole.index(RUN[20]) + 3
    found = seconds(whole[:place] + whole[place + count :])
    assert set(found) <= set(without(20))
    assert len(found) >= 60 - 6


@pytest.mark.parametrize("stated", [0, 1, 300, 4000])
def test_a_size_in_the_header_that_is_wrong_costs_nothing(stated: int) -> None:
    whole = fit_file(LONG, *RUN)
    assert seconds(put(whole, 4, struct.pack("<I", stated))) == without()


def test_a_block_of_zeros_is_no_run_of_records() -> None:
    whole = fit_file(LONG, *RUN)
    found = seconds(put(whole, whole.index(RUN[20]), bytes(100)))
    assert found == without(*range(19, 31))


def test_a_definition_that_was_lost_is_taken_from_where_it_is_repeated() -> None:
    broken = fit_file(LONG, *RUN[:10], LAP, lap(9), b"\x41\x00", lap(10), *RUN[10:], LONG, lap(60))
    assert len(salvaged(broken).segments[0].table("lap")) == 2
    start = fit_file(b"?" * len(LONG), *RUN[:10], LONG, *RUN[10:])
    assert seconds(start) == list(range(10, 60))


def test_a_message_under_a_definition_that_was_never_sent_is_left_out() -> None:
    broken = fit_file(LONG, *RUN[:20], lap(20), *RUN[20:])
    assert salvaged(broken).segments[0].message_numbers == (RECORD,)
    assert seconds(broken) == without(19, 20)


def test_a_clock_that_jumps_is_no_damage() -> None:
    jumped = [at(second + 30 * 86_400 * (second >= 30)) for second in range(60)]
    whole = fit_file(LONG, *jumped, crc=0x1234)
    assert len(seconds(whole)) == 60
    alone = fit_file(LONG, *RUN[:20], at(30 * 86_400), *RUN[20:], crc=0x1234)
    assert seconds(alone) == without(19, 20)


def test_a_wrong_time_at_the_edge_of_damage_does_not_hide_what_follows() -> None:
    late = struct.pack("<IIB", T0 + 40_000, 6000, 120)
    broken = fit_file(LONG, *RUN[:20], message(0, late), b"?" * 7, *RUN[21:])
    assert seconds(broken) == without(20, 21)


def test_laps_that_stand_first_under_the_time_of_the_start_are_read() -> None:
    first = fit_file(LAP, lap(0), lap(0), lap(0), LONG, *RUN[:20], b"junk", *RUN[20:])
    assert seconds(first) == without(19, 20)
    assert len(salvaged(first).segments[0].table("lap")) == 3


@pytest.mark.parametrize("distance_m", [0.0, 42_949_670.0, 1000.0])
def test_a_record_that_contradicts_both_neighbours_is_left_out(distance_m: float) -> None:
    wrong = fit_file(LONG, *RUN[:20], at(20, distance_m), *RUN[21:], crc=0x1234)
    assert seconds(wrong) == without(20)
    (damage, _) = salvaged(wrong).damages
    assert damage.what.startswith("1 records that contradict")
    assert damage.offset == wrong.index(at(20, distance_m))


@given(st.integers(0, 8 * 9 * 60 - 1))
def test_a_record_in_which_one_bit_was_flipped_is_left_out(bit: int) -> None:
    whole = fit_file(LONG, *RUN)
    record, rest = divmod(bit, 8 * 9)
    place = whole.index(RUN[record]) + 1 + rest // 8
    found = salvaged(put(whole, place, bytes([whole[place] ^ 1 << rest % 8])))
    rows = found.segments[0].table("record").raw_rows("timestamp", "distance", "heart_rate")
    right = [struct.unpack("<xIIB", one) for one in RUN]
    assert set(rows) <= set(right)
    assert len(rows) >= 56


@pytest.mark.parametrize("junk", [b"junk", bytes(37), b"x" * 5000, b".FIT", b"\x0e" * 14])
def test_bytes_before_the_header_are_passed_over(junk: bytes) -> None:
    found = salvaged(junk + SMALL)
    assert heart_rates(found) == list(range(100, 110))
    (damage,) = found.damages
    assert (damage.offset, damage.lost_bytes) == (0, len(junk))
    with pytest.raises(DecodeError, match=r"not a FIT file.*--salvage"):
        decode(junk + SMALL)


@pytest.mark.parametrize(
    ("place", "other"), [(8, b"\0\0\0\0"), (8, b".fit"), (0, b"\x0c" + bytes(11)), (0, b"\x63")]
)
def test_a_damaged_header_costs_no_message(place: int, other: bytes) -> None:
    found = salvaged(put(SMALL, place, other))
    assert heart_rates(found) == list(range(100, 110))
    assert "the header is damaged" in str(found.damages[0])


def test_bytes_between_the_files_of_a_chain_are_passed_over() -> None:
    found = salvaged(SMALL + b"junk" + SMALL)
    assert heart_rates(found) == [*range(100, 110)] * 2
    assert [(damage.offset, damage.lost_bytes) for damage in found.damages] == [(len(SMALL), 4)]


def test_bytes_lost_from_one_file_of_a_chain_cost_the_next_one_nothing() -> None:
    found = salvaged(SMALL[:40] + SMALL[43:] + SMALL)
    assert heart_rates(found)[-10:] == list(range(100, 110))
    assert len(found.segments) == 2


def test_without_a_message_to_believe_nothing_is_read() -> None:
    walked, damages = salvage(b"?" * 5000, 0, 5000)
    assert len(walked.offsets) == 0
    assert [(damage.offset, damage.lost_bytes) for damage in damages] == [(0, 5000)]


def test_both_engines_salvage_the_same() -> None:
    broken = put(WHOLE, len(WHOLE) // 2, Random(3).randbytes(48))
    plain = salvaged(broken).segments[0].table("record")
    accelerate()
    try:
        fast = salvaged(broken).segments[0].table("record")
    finally:
        accelerate(False)
    assert np.array_equal(fast.column("distance"), plain.column("distance"))


def rows_of(data: bytes) -> list[tuple[object, ...]]:
    records = decode(data, on_error="salvage").segments[0].table("record")
    return list(records.raw_rows(*records.field_numbers))


FIRST_RECORD, LAST_RECORD = (
    int(decode(WHOLE).segments[0].table("record")._picked.offsets[row]) for row in (0, -1)
)
INTACT = rows_of(WHOLE)


@settings(max_examples=150)
@given(
    st.integers(FIRST_RECORD, LAST_RECORD - 200), st.integers(48, 200), st.integers(0, 2**32 - 1)
)
def test_random_bytes_over_records_never_make_one(place: int, count: int, seed: int) -> None:
    """The records are shorter than 48 bytes, so that the damage covers a header byte."""
    found = rows_of(put(WHOLE, place, Random(seed).randbytes(count)))
    assert set(found) <= set(INTACT)
    assert len(found) >= len(INTACT) - count // 10 - 20


# -- the plan -----------------------------------------------------------------------------------

KIND = definition(2, 0, [(0, 1, ENUM)]) + message(2, b"\x04")
PLAN = definition(3, 26, [(6, 2, UINT16)])
STEP = definition(4, 27, [(254, 2, UINT16), (1, 1, ENUM), (2, 4, UINT32)])


def step(index: int, minutes: int = 1) -> bytes:
    return message(4, struct.pack("<HBI", index, 0, 60_000 * minutes))


def with_steps(*steps: bytes, stated: int = 3) -> bytes:
    plan = message(3, struct.pack("<H", stated))
    return fit_file(KIND, LONG, *RUN, PLAN, plan, STEP, *steps, crc=0x1234)


THREE = [step(index, index + 1) for index in range(3)]


@pytest.mark.parametrize(
    "steps",
    [
        THREE,
        [*THREE, step(4095)],
        [step(4095), *THREE],
        [THREE[0], step(0, 9), step(77), *THREE[1:], step(3)],
    ],
)
def test_bytes_that_look_like_a_step_do_not_cost_the_plan(steps: list[bytes]) -> None:
    expected = read_workout(fit_file(KIND, PLAN, message(3, b"\3\0"), STEP, *THREE))
    found = read_activity(with_steps(*steps), on_error="salvage").workout
    assert found is not None
    assert found.messages == expected.messages


@pytest.mark.parametrize("steps", [THREE[:2], [THREE[0], THREE[2]], THREE[1:], [step(4095)]])
def test_a_plan_that_lost_a_step_is_not_read_as_another(steps: list[bytes]) -> None:
    activity = read_activity(with_steps(*steps), on_error="salvage")
    assert activity.workout is None
    assert any("workout steps are missing" in str(text) for text in activity.warnings)


# -- what the error says ------------------------------------------------------------------------


def test_an_error_that_salvage_would_spare_says_so_on_the_command_line_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.fit"
    path.write_bytes(WHOLE[:5000])
    with pytest.raises(SystemExit) as left:
        main(["check", str(path)])
    assert left.value.code == 2
    assert "use --salvage" in capsys.readouterr().err


def test_an_error_that_salvage_would_not_spare_does_not() -> None:
    with pytest.raises(DecodeError) as refused:
        decode(b"<gpx></gpx>")
    assert refused.value.hint is None


def test_the_hint_of_an_error_crosses_processes() -> None:
    with pytest.raises(DecodeError) as refused:
        decode(SMALL[:30])
    again = pickle.loads(pickle.dumps(refused.value))
    assert (again.hint, str(again)) == (refused.value.hint, str(refused.value))
