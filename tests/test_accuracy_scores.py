"""Claims about the measures of scores and verdicts on real recordings."""

from __future__ import annotations

import math

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.activity import Activity
from backrun_fit.compliance import check
from backrun_fit.report import Verdict
from backrun_fit.workout import Intensity, PaceTarget
from tests.activities import Piece, plan, record, timed
from tests.benchmarks.accuracy_real import RealRun
from tests.benchmarks.accuracy_scores import (
    faults_in_real_runs,
    holding_constants,
    own_means_missed,
    rank_correlation,
    score_follows_time_in_band,
    warped,
    with_own_plan,
)

FAST = PaceTarget(slowest_mps=3.9, fastest_mps=4.1)
SESSION = plan(
    timed(600, intensity=Intensity.WARMUP),
    timed(240, FAST),
    timed(120, intensity=Intensity.RECOVERY),
    timed(240, FAST),
    timed(300, FAST),
)
SPEEDS = (2.8, 4.0, 2.4, 4.05, 4.3)


def recorded(speeds: tuple[float, ...] = SPEEDS) -> Activity:
    pieces = [
        Piece(timer_s=lasting_s, speed_mps=speed_mps, step_index=index)
        for index, (lasting_s, speed_mps) in enumerate(
            zip((600, 240, 120, 240, 300), speeds, strict=True)
        )
    ]
    return record(pieces, SESSION)


def real_run(name: str = "b-1.fit", speeds: tuple[float, ...] = SPEEDS) -> RealRun:
    activity = recorded(speeds)
    truth = tuple(
        {
            "step_index": lap.step_index,
            "start": lap.start_at.timestamp(),
            "end": lap.end_at.timestamp(),
            "first_lap": lap.number,
            "last_lap": lap.number,
        }
        for lap in activity.laps
    )
    return RealRun(name, activity, truth)


def test_a_run_against_its_own_means_is_met_whatever_it_was() -> None:
    own = with_own_plan(real_run(speeds=(2.0, 5.0, 3.0, 2.2, 4.4)))
    assert own is not None
    activity, paced = own
    assert paced == [0, 1, 2, 3, 4]
    report = check(activity)
    assert report.verdict is Verdict.MET
    assert own_means_missed([real_run()]).value == 0.0


def test_a_run_without_distances_has_no_own_plan() -> None:
    run = real_run()
    laps = tuple(attrs.evolve(lap, distance_m=None) for lap in run.activity.laps)
    bare = attrs.evolve(run, activity=attrs.evolve(run.activity, laps=laps))
    assert with_own_plan(bare) is None
    assert math.isnan(own_means_missed([bare]).value)
    assert next(faults_in_real_runs([bare])).count == 0


@pytest.mark.parametrize(
    ("time", "distance", "speed_mps", "lasting_s"),
    [(1.0, 0.85, 3.4, 240), (1.25, 1.0, 3.2, 300), (0.8, 1.0, 5.0, 192)],
)
def test_a_warped_stretch_lasts_and_goes_as_long_as_asked_and_nothing_else_changes(
    time: float, distance: float, speed_mps: float, lasting_s: float
) -> None:
    activity = recorded()
    lap = activity.laps[1]
    start, end = lap.start_at.timestamp(), lap.end_at.timestamp()
    changed = warped(activity, start, end, time=time, distance=distance)
    own = changed.laps[1]
    assert own.timer_s == pytest.approx(lasting_s)
    assert own.distance_m is not None
    assert own.distance_m / own.timer_s == pytest.approx(speed_mps, rel=0.01)
    for number in (0, 2, 3, 4):
        before, after = activity.laps[number], changed.laps[number]
        assert after.timer_s == pytest.approx(before.timer_s)
        assert after.distance_m == pytest.approx(before.distance_m, abs=0.1)
    inside = (changed.track.unix_s > start + 1) & (changed.track.unix_s < start + lasting_s - 1)
    assert np.median(changed.track.speed_mps[inside]) == pytest.approx(speed_mps, rel=0.01)
    assert np.all(np.diff(changed.track.distance_m) > -1e-6)


def test_a_stretch_taken_out_leaves_no_samples_of_it() -> None:
    activity = recorded()
    lap = activity.laps[2]
    start, end = lap.start_at.timestamp(), lap.end_at.timestamp()
    changed = warped(activity, start, end, time=0.0, distance=0.0)
    assert len(activity.track) - len(changed.track) == pytest.approx(end - start, abs=1)
    assert activity.ended_at - changed.ended_at == lap.end_at - lap.start_at
    assert changed.laps[2].timer_s == 0.0


def test_faults_put_into_a_run_are_named_and_nothing_else_is_missed() -> None:
    named, others = faults_in_real_runs([real_run()])
    assert (named.value, others.value) == (1.0, 0.0)
    assert "slower 1/1" in named.notes[0]
    assert "other order 1/1" in named.notes[0]


def test_the_score_of_work_follows_the_time_in_band() -> None:
    runs = [
        real_run(f"b-{number}.fit", (2.8, 4.0 + off, 2.4, 4.0 + off, 4.0 + off))
        for number, off in enumerate((0.0, 0.3, 0.6, 0.9))
    ]
    measure = score_follows_time_in_band(runs)
    assert measure.count == 4
    assert measure.value > 0.7
    assert score_follows_time_in_band(runs[:2]).value != score_follows_time_in_band(runs[:2]).value


@given(st.lists(st.integers(-100, 100), min_size=3, max_size=20, unique=True))
def test_a_rank_correlation_is_one_with_anything_that_rises_alike(values: list[int]) -> None:
    assert rank_correlation(values, [3 * value + 1 for value in values]) == pytest.approx(1.0)
    assert rank_correlation(values, [-value for value in values]) == pytest.approx(-1.0)


def test_what_a_runner_holds_is_told_by_athlete_and_kind_of_step() -> None:
    alike = plan(timed(240, FAST), timed(240, FAST), timed(240, FAST))
    activity = record(
        [Piece(timer_s=240, speed_mps=speed, step_index=0) for speed in (3.9, 4.0, 4.1)], alike
    )
    truth = tuple(
        {"step_index": 0, "first_lap": lap.number, "last_lap": lap.number} for lap in activity.laps
    )
    (line,) = holding_constants([RealRun("b-1.fit", activity, truth)])
    assert line.startswith("athlete b, by pace: 0.050 at one minute in the median of 1 steps")
