"""Claims about durations and targets on the wire."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.errors import EncodeError
from backrun_fit.fit.profile import load_profile
from backrun_fit.fit.workout_wire import (
    RawTarget,
    duration_from_raw,
    duration_to_raw,
    target_from_raw,
    target_to_raw,
)
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    Duration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    NamedPaceTarget,
    OpenDuration,
    OpenTarget,
    OtherDuration,
    OtherTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    RampTarget,
    ShareTarget,
    Target,
    TimeDuration,
)
from backrun_fit.workout.kinds import DURATION_WORDS, STROKES, TARGET_WORDS

BPM = st.integers(30, 240)
MILLIS = st.integers(1, 0xFFFFFFFE)


def bands(values: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(values, values).map(lambda pair: (min(pair), max(pair)))


DURATIONS: st.SearchStrategy[Duration] = st.one_of(
    MILLIS.map(lambda ms: TimeDuration(duration_s=ms / 1000)),
    MILLIS.map(lambda cm: DistanceDuration(distance_m=cm / 100)),
    st.just(OpenDuration()),
    BPM.map(lambda bpm: HeartRateBelowDuration(heart_rate_bpm=bpm)),
    BPM.map(lambda bpm: HeartRateAboveDuration(heart_rate_bpm=bpm)),
    st.builds(
        OtherDuration, type=st.sampled_from((4, 14, 15, 16, 19, 28, 29)), value=st.integers(0, 1000)
    ),
)
TARGETS: st.SearchStrategy[Target] = st.one_of(
    st.just(OpenTarget()),
    bands(st.integers(200, 12_000)).map(
        lambda b: PaceTarget(slowest_mps=b[0] / 1000, fastest_mps=b[1] / 1000)
    ),
    bands(BPM).map(lambda b: HeartRateTarget(lowest_bpm=b[0], highest_bpm=b[1])),
    st.integers(1, 5).map(lambda zone: HeartRateZoneTarget(zone=zone)),
    st.integers(1, 10).map(lambda zone: PaceZoneTarget(zone=zone)),
    st.integers(1, 7).map(lambda zone: PowerZoneTarget(zone=zone)),
    bands(st.integers(20, 120)).map(
        lambda b: CadenceTarget(lowest_spm=2 * b[0], highest_spm=2 * b[1])
    ),
    bands(st.integers(1, 900)).map(lambda b: PowerTarget(lowest_w=b[0], highest_w=b[1])),
    st.builds(OtherTarget, type=st.integers(5, 20), value=st.integers(1, 9)),
    st.builds(OtherTarget, type=st.sampled_from((5, 6, 11, 14)), value=st.just(0)),
    BPM.map(lambda bpm: HeartRateTarget(lowest_bpm=0, highest_bpm=bpm)),
    BPM.map(lambda bpm: HeartRateTarget(lowest_bpm=bpm, highest_bpm=math.inf)),
    st.integers(1, 900).map(lambda watts: PowerTarget(lowest_w=0, highest_w=watts)),
    st.integers(1, 900).map(lambda watts: PowerTarget(lowest_w=watts, highest_w=math.inf)),
    st.integers(10, 120).map(lambda n: CadenceTarget(lowest_spm=0, highest_spm=2 * n)),
    st.integers(200, 12_000).map(lambda n: PaceTarget(slowest_mps=0, fastest_mps=n / 1000)),
    st.integers(200, 12_000).map(lambda n: PaceTarget(slowest_mps=n / 1000, fastest_mps=math.inf)),
    st.tuples(bands(BPM), st.integers(1, 5)).map(
        lambda b: HeartRateTarget(lowest_bpm=b[0][0], highest_bpm=b[0][1], zone=b[1])
    ),
    st.tuples(BPM, st.integers(1, 7)).map(
        lambda b: PowerTarget(lowest_w=0, highest_w=b[0], zone=b[1])
    ),
    st.tuples(bands(st.integers(200, 12_000)), st.integers(1, 10)).map(
        lambda b: PaceTarget(slowest_mps=b[0][0] / 1000, fastest_mps=b[0][1] / 1000, zone=b[1])
    ),
)


@given(DURATIONS, st.booleans())
def test_a_duration_comes_back_from_the_wire_as_it_was(duration: Duration, offsets: bool) -> None:
    raw = duration_to_raw(duration, offsets=offsets)
    assert duration_from_raw(*raw, offsets=offsets) == duration


@given(TARGETS, st.booleans())
def test_a_target_comes_back_from_the_wire_as_it_was(target: Target, offsets: bool) -> None:
    raw = target_to_raw(target, offsets=offsets)
    assert target_from_raw(raw, offsets=offsets) == target


@pytest.mark.parametrize(("of", "most"), [("max_heart_rate", 100), ("threshold_power", 1000)])
def test_every_whole_percentage_comes_back_from_the_wire_as_it_was(of: str, most: int) -> None:
    for percent in range(1, most + 1):
        target = ShareTarget(of=of, lowest=percent / 100, highest=most / 100)
        raw = target_to_raw(target)
        assert (raw.low, raw.high) == (percent, most)
        assert target_from_raw(raw) == target


@pytest.mark.parametrize(
    ("target", "part"),
    [
        (ShareTarget(of="max_heart_rate", lowest=0.9, highest=1.01), "at most 100 %"),
        (ShareTarget(of="threshold_heart_rate", lowest=0.9, highest=0.9), "athlete"),
        (ShareTarget(of="marathon", lowest=0.9, highest=0.9), "athlete"),
        (RampTarget(start=NamedPaceTarget(name="easy"), end=NamedPaceTarget(name="5k")), "ramp"),
    ],
)
def test_what_the_wire_has_no_numbers_for_is_refused(target: Target, part: str) -> None:
    with pytest.raises(EncodeError, match=part):
        target_to_raw(target)


def test_a_percentage_is_not_written_where_it_would_be_read_as_beats() -> None:
    target = ShareTarget(of="max_heart_rate", lowest=0.7, highest=0.8)
    with pytest.raises(EncodeError, match="absolute"):
        target_to_raw(target, offsets=False)
    assert target_from_raw(RawTarget(1, 0, 70, 80), offsets=False) == HeartRateTarget(
        lowest_bpm=70, highest_bpm=80
    )


@pytest.mark.parametrize(
    ("duration", "raw"),
    [
        (TimeDuration(duration_s=60), (0, 60_000)),
        (DistanceDuration(distance_m=201.168), (1, 20_117)),
        (DistanceDuration(distance_m=1609.344), (1, 160_934)),
        (HeartRateBelowDuration(heart_rate_bpm=120), (2, 220)),
        (HeartRateAboveDuration(heart_rate_bpm=150), (3, 250)),
        (OpenDuration(), (5, 0)),
    ],
)
def test_durations_have_the_integers_of_the_profile(
    duration: Duration, raw: tuple[int, int]
) -> None:
    assert duration_to_raw(duration) == raw


def test_targets_have_the_integers_of_the_profile() -> None:
    assert target_to_raw(PowerTarget(lowest_w=200, highest_w=250)) == RawTarget(4, 0, 1200, 1250)
    assert target_to_raw(HeartRateTarget(lowest_bpm=120, highest_bpm=140)) == RawTarget(
        1, 0, 220, 240
    )
    assert target_to_raw(CadenceTarget(lowest_spm=170, highest_spm=180)) == RawTarget(3, 0, 85, 90)


@pytest.mark.parametrize(
    "duration",
    [TimeDuration(duration_s=4_294_968), DistanceDuration(distance_m=1e9)],
)
def test_a_value_beyond_its_field_is_refused_and_never_wrapped(duration: Duration) -> None:
    with pytest.raises(EncodeError, match="as the wire takes"):
        duration_to_raw(duration)


def test_a_length_that_the_wire_rounds_to_nothing_is_refused() -> None:
    with pytest.raises(EncodeError):
        duration_to_raw(TimeDuration(duration_s=0.0001))


def test_a_named_pace_never_reaches_the_wire() -> None:
    with pytest.raises(EncodeError, match="compile first"):
        target_to_raw(NamedPaceTarget(name="easy"))


@pytest.mark.parametrize(
    ("raw", "target"),
    [
        (RawTarget(1, 0, 60, 70), ShareTarget(of="max_heart_rate", lowest=0.6, highest=0.7)),
        (RawTarget(4, 0, 75, 95), ShareTarget(of="threshold_power", lowest=0.75, highest=0.95)),
        (RawTarget(1, 0, 90, 250), OtherTarget(type=1, value=0, low=90, high=250)),
        (RawTarget(1, 0, 250, 90), OtherTarget(type=1, value=0, low=250, high=90)),
        (RawTarget(0, 3), PaceZoneTarget(zone=3)),
        (RawTarget(4, 3), PowerZoneTarget(zone=3)),
        (RawTarget(3, 3), OtherTarget(type=3, value=3)),
        (RawTarget(None, 0), OpenTarget()),
        (RawTarget(0, 0, 0, 0), OpenTarget()),
        (RawTarget(1, 0, 4294967195, 4294967195), OpenTarget()),
    ],
)
def test_percentages_and_zones_are_read_and_what_no_target_fits_stays_raw(
    raw: RawTarget, target: Target
) -> None:
    assert target_from_raw(raw) == target


@pytest.mark.parametrize(
    ("raw", "target"),
    [
        (RawTarget(0, 0, 4878, 4651), PaceTarget(slowest_mps=4.651, fastest_mps=4.878)),
        (RawTarget(1, 0, 240, 220), HeartRateTarget(lowest_bpm=120, highest_bpm=140)),
        (RawTarget(4, 0, 1250, 1200), PowerTarget(lowest_w=200, highest_w=250)),
        (RawTarget(3, 0, 90, 85), CadenceTarget(lowest_spm=170, highest_spm=180)),
        (RawTarget(4, 0, 65, 40), ShareTarget(of="threshold_power", lowest=0.4, highest=0.65)),
    ],
)
def test_a_band_with_its_ends_exchanged_is_put_in_order(raw: RawTarget, target: Target) -> None:
    assert target_from_raw(raw) == target


@pytest.mark.parametrize(
    ("low", "high", "target"),
    [
        (100, 245, HeartRateTarget(lowest_bpm=0, highest_bpm=145)),
        (0, 245, HeartRateTarget(lowest_bpm=0, highest_bpm=145)),
        (None, 245, HeartRateTarget(lowest_bpm=0, highest_bpm=145)),
        (240, None, HeartRateTarget(lowest_bpm=140, highest_bpm=math.inf)),
        (240, 0, HeartRateTarget(lowest_bpm=140, highest_bpm=math.inf)),
        (240, 100, HeartRateTarget(lowest_bpm=140, highest_bpm=math.inf)),
        (240, 0xFFFFFFFF, HeartRateTarget(lowest_bpm=140, highest_bpm=math.inf)),
        (0, 75, ShareTarget(of="max_heart_rate", lowest=0, highest=0.75)),
        (85, None, ShareTarget(of="max_heart_rate", lowest=0.85, highest=math.inf)),
    ],
)
def test_an_end_that_is_zero_or_absent_is_no_limit(
    low: int | None, high: int | None, target: Target
) -> None:
    assert target_from_raw(RawTarget(1, 0, low, high)) == target


@pytest.mark.parametrize("low", [0, None, 0xFFFFFFFF, 0xFFFFFFFF - 100, (1 << 32) - 100])
def test_a_watch_takes_the_offset_from_an_end_that_is_no_limit_too(low: int | None) -> None:
    found = target_from_raw(RawTarget(1, 0, low, 145), offsets=False)
    assert found == HeartRateTarget(lowest_bpm=0, highest_bpm=145)


@pytest.mark.parametrize(
    ("raw", "offsets", "target"),
    [
        (
            RawTarget(1, 3, 118, 135),
            False,
            HeartRateTarget(lowest_bpm=118, highest_bpm=135, zone=3),
        ),
        (RawTarget(1, 3, 218, 235), True, HeartRateTarget(lowest_bpm=118, highest_bpm=135, zone=3)),
        (RawTarget(4, 2, 180, 220), False, PowerTarget(lowest_w=180, highest_w=220, zone=2)),
        (RawTarget(0, 2, 3000, 4000), True, PaceTarget(slowest_mps=3, fastest_mps=4, zone=2)),
        (RawTarget(1, 1, 0, 118), False, HeartRateTarget(lowest_bpm=0, highest_bpm=118, zone=1)),
        (RawTarget(1, 3, 0, 0), False, HeartRateZoneTarget(zone=3)),
        (RawTarget(1, 3, 70, 80), True, HeartRateZoneTarget(zone=3)),
    ],
)
def test_a_zone_that_carries_its_bounds_is_a_band_with_its_number(
    raw: RawTarget, offsets: bool, target: Target
) -> None:
    assert target_from_raw(raw, offsets=offsets) == target


@pytest.mark.parametrize("type_", [5, 6, 11, 14])
def test_zero_is_a_value_of_all_targets_that_are_no_zones(type_: int) -> None:
    assert target_from_raw(RawTarget(type_, 0)) == OtherTarget(type=type_, value=0)
    assert target_from_raw(RawTarget(type_)) == OpenTarget()


@pytest.mark.parametrize("type_", [0, 1, 3, 4, 7, 8, 9, 10, 12, 13])
def test_zone_zero_without_bounds_is_an_open_target(type_: int) -> None:
    assert target_from_raw(RawTarget(type_, 0)) == OpenTarget()


def test_the_power_of_a_lap_is_kept_as_a_workout_file_has_it() -> None:
    kept = target_from_raw(RawTarget(10, 0, 158, 205), offsets=False)
    assert kept == OtherTarget(type=10, value=0, low=1158, high=1205)
    assert target_to_raw(kept, offsets=False) == RawTarget(10, 0, 158, 205)
    assert target_to_raw(kept) == RawTarget(10, 0, 1158, 1205)


def test_words_are_those_of_the_profile() -> None:
    profile = load_profile()
    assert profile.value_names("wkt_step_duration") == DURATION_WORDS
    assert profile.value_names("wkt_step_target") == TARGET_WORDS
    assert tuple(profile.value_names("swim_stroke").values()) == STROKES


def test_a_duration_without_a_value_stays_raw() -> None:
    assert duration_from_raw(0, None) == OtherDuration(type=0, value=None)
    assert duration_from_raw(2, 80) == OtherDuration(type=2, value=80)
    assert duration_from_raw(None, None) == OpenDuration()
