"""Claims about damaged files: all that is whole is read, and what was lost is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.errors import DecodeError
from backrun_fit.fit.activity_reader import read_activities, read_activity
from backrun_fit.fit.columns import FitData, decode
from backrun_fit.fit.workout_reader import read_workout
from tests.conftest import ROOT
from tests.fit_bytes import UINT8, UINT32, definition, fit_file, header, message

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
            4,
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
    damage = found.damages[0]
    assert what in damage.what
    assert (refused.value.what, refused.value.offset) == (damage.what, damage.offset)
    assert refused.value.source == "x.fit"


def test_damage_in_one_file_of_a_chain_leaves_the_next_one_whole() -> None:
    broken = fit_file(DEFINITION, *RECORDS[:2], message(5, b"123"))
    found = salvaged(broken + SMALL)
    assert [len(segment.damages) for segment in found.segments] == [1, 0]
    assert heart_rates(found) == [100, 101, *range(100, 110)]
    assert found.damages[0].lost_bytes == 4


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
