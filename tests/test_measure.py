"""Claims about the numbers measured over one stretch."""

from __future__ import annotations

from datetime import timedelta

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.activity import TRACK_COLUMNS, Activity, TimerEvent, Track
from backrun_fit.compliance.measure import measure, settling_time
from backrun_fit.compliance.pairing import Stretch
from backrun_fit.compliance.timeline import Recording, Timeline, instant
from backrun_fit.report import Done
from backrun_fit.tolerances import Tolerances
from backrun_fit.workout import HeartRateTarget, OpenDuration, PaceTarget, Step
from tests.activities import START, Piece, metres, record, split, timed

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


events = st.lists(
    st.tuples(st.integers(0, 1000), st.sampled_from(["start", "stop"])), max_size=12
).map(lambda each: sorted(each, key=lambda event: event[0]))


@given(events=events, at=st.integers(0, 1000))
def test_timer_time_counts_the_seconds_between_start_and_stop(
    events: list[tuple[int, str]], at: int
) -> None:
    starts = [second for second, kind in events if kind == "start"]
    stops = [second for second, kind in events if kind == "stop"]
    running = not starts or (bool(stops) and stops[0] < starts[0])
    ran = []
    for second in range(1000):
        for when, kind in events:
            if when == second:
                running = kind == "start"
        ran.append(running)
    counted = sum(ran[:at]) if any(ran) else at
    line = Timeline.of_events(
        [
            TimerEvent(at=instant(second), kind="start" if kind == "start" else "stop")
            for second, kind in events
        ],
        0.0,
        1000.0,
    )
    assert float(line.timer_at(float(at))) == pytest.approx(counted)
