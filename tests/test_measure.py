"""Claims about the numbers measured over one stretch."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.activity import TRACK_COLUMNS, Activity, Column, Track
from backrun_fit.compliance.measure import measure, settling_time
from backrun_fit.compliance.pairing import Stretch
from backrun_fit.compliance.timeline import Recording, instant
from backrun_fit.report import Done
from backrun_fit.tolerances import Tolerances
from backrun_fit.workout import (
    CadenceTarget,
    HeartRateTarget,
    OpenDuration,
    PaceTarget,
    PowerTarget,
    Step,
)
from tests.activities import START, Piece, metres, moved_by, record, split, timed

OPEN = Step(duration=OpenDuration())


def stretch(from_s: float, to_s: float, laps: tuple[int, int] | None = None) -> Stretch:
    return Stretch(
        start_at=START + timedelta(seconds=from_s),
        end_at=START + timedelta(seconds=to_s),
        first_lap=laps and laps[0],
        last_lap=laps and laps[1],
    )


def done(
    activity: Activity, part: Stretch, step: Step = OPEN, tolerances: Tolerances | None = None
) -> Done:
    return measure(Recording.of(activity), part, step, tolerances or Tolerances())


def test_laps_give_the_watchs_own_sums() -> None:
    activity = split(record([Piece(timer_s=100), Piece(timer_s=200)]), 1, 50.0)
    result = done(activity, stretch(100, 300, (1, 2)))
    assert (result.timer_s, result.elapsed_s, result.distance_m) == (200.0, 200.0, 600.0)
    assert result.speed_mps == 3.0


def test_without_laps_timer_time_comes_from_the_timer_events() -> None:
    activity = record([Piece(timer_s=100, pause_s=30)])
    result = done(activity, stretch(0, 130))
    assert (result.timer_s, result.elapsed_s, result.distance_m) == (100.0, 130.0, 300.0)
    assert result.speed_mps == 3.0


@pytest.mark.parametrize("every_s", [1, 2, 5, 8])
def test_means_weigh_by_time_however_often_the_watch_records(every_s: int) -> None:
    pieces = [Piece(timer_s=40, heart_rate_bpm=120), Piece(timer_s=80, heart_rate_bpm=150)]
    result = done(record(pieces, every_s=every_s), stretch(0, 120))
    assert result.heart_rate_bpm == pytest.approx(140.0)
    assert result.heart_rate_end_bpm == pytest.approx(150.0)
    assert result.gap_s == 0.0


def test_smart_recording_does_not_favour_what_was_sampled_often() -> None:
    seconds = np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20])
    heart = np.where(seconds < 10, 100.0, 160.0)
    track = Track.from_columns(seconds, heart_rate_bpm=heart)
    activity = Activity(started_at=instant(0), ended_at=instant(20), sport="running", track=track)
    whole = Stretch(start_at=instant(0), end_at=instant(20))
    assert done(activity, whole).heart_rate_bpm == pytest.approx(130.0)


def test_a_gap_is_counted_and_not_weighed() -> None:
    activity = record([Piece(timer_s=100, heart_rate_bpm=120), Piece(timer_s=100)])
    keep = np.ones(len(activity.track), dtype=bool)
    keep[50:90] = False
    track = Track(
        developer={},
        **{name: getattr(activity.track, name)[keep] for name in TRACK_COLUMNS},
    )
    result = done(attrs.evolve(activity, track=track), stretch(0, 100))
    assert result.gap_s == 41.0
    assert result.sample_count == 60
    assert result.heart_rate_bpm == 120.0


def test_a_pause_is_no_gap() -> None:
    assert done(record([Piece(timer_s=100, pause_s=60)]), stretch(0, 160)).gap_s == 0.0


def test_the_settling_window_leaves_out_the_start_at_most_half() -> None:
    pieces = [Piece(timer_s=10, speed_mps=1.0), Piece(timer_s=50, speed_mps=4.0)]
    activity = record(pieces)
    result = done(activity, stretch(0, 60))
    assert result.settled_speed_mps == pytest.approx(4.0)
    assert result.speed_mps == pytest.approx(3.5)
    assert settling_time(10.0, 16.0) == 8.0
    short = done(activity, stretch(0, 16))
    assert short.settled_speed_mps == pytest.approx((2 * 1.0 + 6 * 4.0) / 8)


def test_time_in_band_is_a_share_of_the_settled_time() -> None:
    pieces = [Piece(timer_s=10, speed_mps=9.0), Piece(timer_s=40), Piece(timer_s=10, speed_mps=5.0)]
    step = timed(60, PaceTarget(slowest_mps=2.9, fastest_mps=3.1))
    ten_s = Tolerances(settling_s=10.0)
    result = done(record(pieces), stretch(0, 60), step, ten_s)
    assert result.in_band_fraction == pytest.approx(0.8)
    heart = timed(60, HeartRateTarget(lowest_bpm=135, highest_bpm=145))
    assert done(record(pieces), stretch(0, 60), heart).in_band_fraction == 1.0


def test_cadence_leaves_out_standing_still_and_gives_the_step_length() -> None:
    pieces = [Piece(timer_s=60, cadence_spm=160), Piece(timer_s=60, cadence_spm=0, speed_mps=0)]
    assert done(record(pieces), stretch(0, 120)).cadence_spm == 160.0
    moving = done(record(pieces), stretch(0, 60))
    assert moving.step_length_m == pytest.approx(3.0 * 60 / 160)


def test_a_distance_that_ended_its_lap_is_by_construction() -> None:
    activity = record([Piece(timer_s=100, trigger="distance"), Piece(timer_s=100)])
    assert done(activity, stretch(0, 100, (0, 0)), metres(300)).distance_by_construction
    assert not done(activity, stretch(0, 100, (0, 0))).distance_by_construction
    assert not done(activity, stretch(100, 200, (1, 1)), metres(300)).distance_by_construction
    assert not done(activity, stretch(0, 100), metres(300)).distance_by_construction


@pytest.mark.parametrize("grade", [-4.0, 0.0, 1.5])
def test_grade_is_the_slope_and_survives_single_jumps(grade: float) -> None:
    activity = record(
        [Piece(timer_s=200, grade_percent=2.0), Piece(timer_s=200, grade_percent=grade)]
    )
    altitude = activity.track.altitude_m.copy()
    altitude[[230, 260, 300, 301]] += 30.0
    activity = attrs.evolve(activity, track=attrs.evolve(activity.track, altitude_m=altitude))
    assert done(activity, stretch(205, 395)).grade_percent == pytest.approx(grade, abs=0.1)


def test_grade_is_unknown_without_altimeter_on_a_treadmill_and_over_few_metres() -> None:
    level = record([Piece(timer_s=200)])
    assert done(level, stretch(0, 200)).grade_percent is None
    uphill = [Piece(timer_s=200, grade_percent=3.0)]
    indoors = record(uphill, sub_sport="treadmill")
    assert done(indoors, stretch(0, 200)).grade_percent is None
    assert done(record(uphill), stretch(0, 15)).grade_percent is None


def test_what_was_never_recorded_is_none() -> None:
    empty = Track.from_columns(np.array([]))
    activity = Activity(started_at=START, ended_at=START, sport="running", track=empty)
    result = done(activity, stretch(0, 60))
    unknown = attrs.asdict(result)
    for name in ("timer_s", "elapsed_s", "gap_s", "sample_count", "distance_by_construction"):
        unknown.pop(name)
    assert set(unknown.values()) == {None}


def test_speed_comes_from_the_distance_where_no_speed_was_recorded() -> None:
    activity = record([Piece(timer_s=60)])
    silent = attrs.evolve(activity.track, speed_mps=np.full(len(activity.track), np.nan))
    step = timed(60, PaceTarget(slowest_mps=2.9, fastest_mps=3.1))
    result = done(attrs.evolve(activity, track=silent), stretch(0, 60), step)
    assert result.in_band_fraction == 1.0


def test_speed_comes_from_the_speed_column_where_no_distance_was_recorded() -> None:
    activity = record([Piece(timer_s=60)])
    still = attrs.evolve(activity.track, distance_m=np.full(len(activity.track), np.nan))
    result = done(attrs.evolve(activity, track=still), stretch(0, 60))
    assert (result.distance_m, result.speed_mps, result.settled_speed_mps) == (None, 3.0, 3.0)


# Measured in one pass against plain sums over the samples.


@attrs.frozen(kw_only=True)
class Sums:
    """An oracle: samples of one stretch, one by one, each with its weight."""

    rows: list[tuple[float, float]]
    gap_s: float

    @classmethod
    def of(cls, activity: Activity, from_s: float, to_s: float) -> Sums:
        at_s = [float(at) - START.timestamp() for at in activity.track.unix_s]
        inside = [at for at in at_s if from_s <= at < to_s]
        if not inside:
            return cls(rows=[], gap_s=to_s - from_s if to_s - from_s > 10 else 0.0)
        lasting = [after - at for at, after in zip(inside, [*inside[1:], to_s], strict=True)]
        gaps = [each for each in [inside[0] - from_s, *lasting] if each > 10]
        weights = [0.0 if each > 10 else each for each in lasting]
        return cls(rows=list(zip(inside, weights, strict=True)), gap_s=sum(gaps))

    def mean(self, value_at: Callable[[float], float], since_s: float = 0.0) -> float | None:
        known = [
            (value_at(at), weight)
            for at, weight in self.rows
            if at >= since_s and not math.isnan(value_at(at))
        ]
        total = sum(weight for _, weight in known)
        return sum(value * weight for value, weight in known) / total if total > 0 else None


@st.composite
def patchy(draw: st.DrawFn) -> Activity:
    """Samples now and then, of which some have no value in one column or another."""
    steps_s = draw(st.lists(st.sampled_from([1, 1, 2, 5, 10, 11, 40]), min_size=3, max_size=30))
    seconds = np.cumsum([0, *steps_s])

    def column(least: float) -> Column:
        values = st.one_of(st.just(math.nan), st.integers(0, 40).map(lambda each: least + each))
        return np.array(draw(st.lists(values, min_size=len(seconds), max_size=len(seconds))))

    track = Track.from_columns(
        START.timestamp() + seconds,
        speed_mps=column(0.0),
        heart_rate_bpm=column(100.0),
        cadence_spm=column(0.0),
        power_w=column(200.0),
    )
    ended_at = START + timedelta(seconds=int(seconds[-1]))
    return Activity(started_at=START, ended_at=ended_at, sport="running", track=track)


def between(
    value_at: Callable[[float], float], low: float, high: float
) -> Callable[[float], float]:
    """1 where a value is in a band, 0 where it is outside, NaN where there is none."""

    def inside(at: float) -> float:
        value = value_at(at)
        return math.nan if math.isnan(value) else float(low <= value <= high)

    return inside


@given(patchy(), st.data())
def test_what_is_measured_is_what_plain_sums_over_the_samples_give(
    activity: Activity, data: st.DataObject
) -> None:
    whole_s = int((activity.ended_at - START).total_seconds())
    from_s = data.draw(st.integers(0, whole_s - 1))
    to_s = data.draw(st.integers(from_s + 1, whole_s))
    limits = Tolerances(settling_s=16.0, heart_rate_settling_s=40.0)
    settled_s = from_s + min(16.0, (to_s - from_s) / 2)
    heart_settled_s = from_s + min(40.0, (to_s - from_s) / 2)
    track, sums = activity.track, Sums.of(activity, from_s, to_s)

    def values(column: Column) -> Callable[[float], float]:
        at_s = (track.unix_s - START.timestamp()).tolist()
        return lambda at: float(column[at_s.index(at)])

    def held(column: Column) -> Callable[[float], float]:
        """A value lasts until the next one, for ten seconds at most."""
        at_s = (track.unix_s - START.timestamp()).tolist()

        def value(at: float) -> float:
            for before, one in zip(reversed(at_s), reversed(column.tolist()), strict=True):
                if before <= at and not math.isnan(one):
                    return float(one) if at - before <= 10.0 else math.nan
            return math.nan

        return value

    def moving(at: float) -> float:
        cadence = held(track.cadence_spm)(at)
        return cadence if cadence > 0 else math.nan

    speed = values(track.speed_mps)
    heart, power = map(held, (track.heart_rate_bpm, track.power_w))
    found = done(activity, stretch(from_s, to_s), OPEN, limits)
    assert found.sample_count == len(sums.rows)
    assert found.gap_s == pytest.approx(sums.gap_s)
    expected = {
        "speed_mps": sums.mean(speed),
        "settled_speed_mps": sums.mean(speed, settled_s),
        "heart_rate_bpm": sums.mean(heart),
        "heart_rate_end_bpm": sums.mean(heart, to_s - 10),
        "settled_heart_rate_bpm": sums.mean(heart, heart_settled_s),
        "cadence_spm": sums.mean(moving),
        "settled_cadence_spm": sums.mean(moving, settled_s),
        "power_w": sums.mean(power),
        "settled_power_w": sums.mean(power, settled_s),
    }
    assert {name: getattr(found, name) for name in expected} == pytest.approx(expected)
    if found.speed_mps and found.cadence_spm:
        assert found.step_length_m == pytest.approx(found.speed_mps * 60 / found.cadence_spm)
    else:
        assert found.step_length_m is None
    for target, value_at, since_s in (
        (PaceTarget(slowest_mps=10, fastest_mps=30), speed, settled_s),
        (HeartRateTarget(lowest_bpm=110, highest_bpm=130), heart, heart_settled_s),
        (CadenceTarget(lowest_spm=10, highest_spm=30), moving, settled_s),
        (PowerTarget(lowest_w=210, highest_w=230), power, settled_s),
    ):
        low, high = attrs.astuple(target)[:2]
        share = sums.mean(between(value_at, low, high), since_s)
        in_band = done(activity, stretch(from_s, to_s), timed(60, target), limits).in_band_fraction
        assert in_band == (None if share is None else pytest.approx(share)), target


def sampled_at(*seconds: float) -> Activity:
    at = np.array(seconds)
    track = Track.from_columns(START.timestamp() + at, heart_rate_bpm=at * 0 + 140.0)
    return attrs.evolve(record([Piece(timer_s=100)]), track=track)


def test_a_stretch_without_samples_is_a_gap_if_it_is_long() -> None:
    few = sampled_at(0, 100)
    assert done(few, stretch(20, 30)).gap_s == 0.0
    assert done(few, stretch(20, 31)).gap_s == 11.0
    assert done(few, stretch(20, 31)).sample_count == 0
    heart = timed(60, HeartRateTarget(lowest_bpm=135, highest_bpm=145))
    assert done(few, stretch(20, 31), heart).in_band_fraction is None


def test_what_is_missing_at_either_end_of_a_stretch_is_a_gap_if_it_is_long() -> None:
    few = sampled_at(0, 30, 35)
    gaps = [
        ((10, 40), 20.0),
        ((20, 40), 0.0),
        ((20, 45), 0.0),
        ((20, 46), 11.0),
        ((10, 46), 31.0),
        ((0, 46), 41.0),
    ]
    assert [(part, done(few, stretch(*part)).gap_s) for part, _ in gaps] == gaps


@pytest.mark.parametrize(("bpm", "share"), [(139, 0), (140, 1), (150, 1), (151, 0)])
def test_the_ends_of_a_band_belong_to_it(bpm: float, share: float) -> None:
    activity = record([Piece(timer_s=100, heart_rate_bpm=bpm)])
    heart = timed(100, HeartRateTarget(lowest_bpm=140, highest_bpm=150))
    assert done(activity, stretch(0, 100), heart).in_band_fraction == share


def test_distance_over_time_goes_before_the_speed_column() -> None:
    activity = record([Piece(timer_s=100)])
    twice = attrs.evolve(activity.track, distance_m=2 * activity.track.distance_m)
    faster = attrs.evolve(activity, track=twice)
    for part in ((0, 100), (50, 51)):
        assert done(faster, stretch(*part)).speed_mps == pytest.approx(6.0)
        assert done(faster, stretch(*part)).timer_s == part[1] - part[0]
    assert done(faster, stretch(0, 100)).settled_speed_mps == pytest.approx(6.0)
    assert done(faster, stretch(50, 52)).settled_speed_mps == pytest.approx(6.0)
    assert done(faster, stretch(50, 51)).settled_speed_mps is None
    assert done(faster, stretch(50, 50)).speed_mps is None


def test_standing_still_is_a_speed_of_nothing_whatever_the_speed_column_says() -> None:
    activity = record([Piece(timer_s=100)])
    still = attrs.evolve(activity.track, distance_m=0 * activity.track.distance_m)
    assert done(attrs.evolve(activity, track=still), stretch(0, 100)).settled_speed_mps == 0.0


def test_a_grade_is_metres_up_for_a_hundred_along() -> None:
    uphill = record([Piece(timer_s=200, grade_percent=2.0)])
    assert done(uphill, stretch(20, 180)).grade_percent == pytest.approx(2.0)


def test_one_lap_without_a_distance_leaves_it_to_the_samples() -> None:
    activity = split(record([Piece(timer_s=100), Piece(timer_s=200)]), 1, 50.0)
    laps = list(activity.laps)
    laps[1] = attrs.evolve(laps[1], distance_m=9000.0)
    assert done(attrs.evolve(activity, laps=tuple(laps)), stretch(100, 300, (1, 2))).distance_m == (
        9450.0
    )
    laps[2] = attrs.evolve(laps[2], distance_m=None)
    assert done(attrs.evolve(activity, laps=tuple(laps)), stretch(100, 300, (1, 2))).distance_m == (
        600.0
    )


def test_a_distance_that_falls_back_is_none_at_all() -> None:
    activity = record([Piece(timer_s=60)])
    back = attrs.evolve(activity.track, distance_m=activity.track.distance_m[::-1])
    result = done(attrs.evolve(activity, track=back), stretch(0, 60))
    assert result.distance_m == 0.0
    assert result.settled_speed_mps == 3.0  # as the speed column has it


def test_the_clock_sums_of_laps_go_before_the_instants() -> None:
    activity = record([Piece(timer_s=100, pause_s=30), Piece(timer_s=50)])
    laps = (attrs.evolve(activity.laps[0], elapsed_s=131.5, timer_s=101.5), activity.laps[1])
    result = done(attrs.evolve(activity, laps=laps), stretch(0, 180, (0, 1)))
    assert (result.timer_s, result.elapsed_s) == (151.5, 181.5)


def test_the_last_of_several_laps_says_whether_its_distance_ended_it() -> None:
    pieces = [Piece(timer_s=100, trigger="manual"), Piece(timer_s=100, trigger="distance")]
    activity = record([*pieces, Piece(timer_s=50)])
    assert done(activity, stretch(0, 200, (0, 1)), metres(600)).distance_by_construction
    assert not done(activity, stretch(100, 250, (1, 2)), metres(450)).distance_by_construction


def test_moving_a_recording_in_time_changes_no_measure() -> None:
    activity = record([Piece(timer_s=60), Piece(timer_s=90, speed_mps=4.0, pause_s=20)])
    later = timedelta(days=40, seconds=7)
    moved = moved_by(activity, later)
    part = stretch(20, 160, (0, 1))
    after = attrs.evolve(part, start_at=part.start_at + later, end_at=part.end_at + later)
    before, behind = (attrs.asdict(done(*each)) for each in ((activity, part), (moved, after)))
    assert behind == pytest.approx(before)
