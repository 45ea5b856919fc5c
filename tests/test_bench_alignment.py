"""The benchmark of alignment changes runs as it says, and counts what is right and wrong."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import attrs
import numpy as np
import pytest
from rich.console import Console

from backrun_fit import check
from backrun_fit.activity import Column
from backrun_fit.compliance.alignment import speed_costs
from backrun_fit.compliance.alignment.speed_costs import SpeedWeights
from backrun_fit.report import Report, StepResult, Verdict
from backrun_fit.workout import DistanceDuration, Step, TimeDuration
from tests.activities import Piece, metres, plan, record, timed
from tests.benchmarks import alignment_runs, bench_alignment
from tests.benchmarks.accuracy import Failure
from tests.benchmarks.accuracy_real import RealRun
from tests.benchmarks.alignment_cost import LOADS, Cost, Load, cost_measures, lasting_s
from tests.benchmarks.alignment_runs import (
    VARIANTS,
    Match,
    Tally,
    false_misses,
    judged_run,
)
from tests.benchmarks.alignment_variants import (
    STANDING_S,
    one_step_plan,
    own_running_s,
    with_autolaps,
    with_cool_down,
    with_standing,
    with_warm_up,
)
from tests.benchmarks.alignment_weights import (
    FITTED,
    START,
    athlete_of,
    other_athlete,
    weights_for,
)
from tests.benchmarks.bench_alignment import calibration, figures, run, tallies_of
from tests.benchmarks.fit_alignment import fitted, share_found
from tests.benchmarks.lap_errors import with_lap_error

SESSION = plan(timed(300), timed(600), timed(150), timed(300))
SPEEDS = (2.5, 4.0, 2.0, 3.0)
BY_DISTANCE = plan(timed(300), metres(2400.0), timed(150), timed(300))


def real_run(pause_s: int = 0, workout: Any = SESSION) -> RealRun:
    """A run of the session, one lap a step, and its truth."""
    pieces = [
        Piece(timer_s=timer_s, speed_mps=speed, step_index=index, pause_s=pause_s)
        for index, (timer_s, speed) in enumerate(zip((300, 600, 150, 300), SPEEDS, strict=True))
    ]
    activity = record(pieces, workout)
    truth = tuple(
        {
            "step_index": lap.step_index,
            "start": lap.start_at.timestamp(),
            "end": lap.end_at.timestamp(),
            "last_lap": lap.number,
        }
        for lap in activity.laps
    )
    activity = attrs.evolve(
        activity, timer_s=1350.0, distance_m=4350.0, elapsed_s=1350.0 + 4 * pause_s
    )
    return RealRun("b-made.fit", activity, truth)


def speeds_of(run: RealRun, number: int) -> Column:
    """Recorded speeds between the ends of one true execution."""
    track, true = run.activity.track, run.truth[number]
    first, behind = np.searchsorted(track.unix_s, (true["start"], true["end"]))
    return track.speed_mps[first:behind]


def covered_m(run: RealRun) -> float:
    return float(run.activity.track.distance_m[-1] - run.activity.track.distance_m[0])


# Whose run it is.


def test_runs_are_measured_with_the_weights_of_another_athlete() -> None:
    assert athlete_of("i-105341337975.fit") == "i"
    assert [other_athlete(one, ["b", "i"]) for one in "bi"] == ["i", "b"]
    assert [other_athlete(one, ["a", "b", "i"]) for one in "abi"] == ["b", "i", "a"]
    assert other_athlete("b", ["b"]) is None


def test_weights_are_those_of_an_athlete_and_afterwards_what_they_were() -> None:
    before = speed_costs.WEIGHTS
    for athlete, expected in [("b", FITTED["b"]), ("nobody", before), (None, before)]:
        with weights_for(athlete):
            assert speed_costs.WEIGHTS is expected
        assert speed_costs.WEIGHTS is before


def test_a_fit_keeps_what_finds_more() -> None:
    def score(weights: SpeedWeights) -> tuple[float, dict[str, float]]:
        return -abs(weights.tail - 0.3) - abs(weights.no_change - 1.2), {}

    found = fitted(START, score, lambda _: None)
    assert (found.tail, found.no_change) == (0.28, 1.2)
    assert attrs.evolve(found, tail=START.tail, no_change=START.no_change) == START


def test_what_whole_runs_fall_short_of_is_punished() -> None:
    results = [("whole", 97, 100), ("whole", 97, 100), ("warm-up", 50, 100)]
    value, shares = share_found(results)
    assert shares == {"whole": 0.97, "warm-up": 0.5}
    assert value == pytest.approx(0.735 - 3 * 0.015)


def test_every_check_of_a_run_is_made_within_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    using: list[str | None] = []
    asked: list[str | None] = []

    @contextmanager
    def weights(athlete: str | None) -> Iterator[None]:
        using.append(athlete)
        yield
        using.pop()

    def report(*_: object) -> str:
        asked.append(using[-1])
        return "no report"

    monkeypatch.setattr(alignment_runs, "weights_for", weights)
    monkeypatch.setattr(alignment_runs, "report_of", report)
    judged_run(real_run(), "i", range(3))
    assert len(asked) > len(VARIANTS)
    assert {*asked} == {"i"}


# Runs that are changed.


def test_autolaps_follow_the_distance_and_cover_the_run() -> None:
    activity = with_autolaps(real_run().activity, 1000.0)
    laps = activity.laps
    assert [lap.trigger for lap in laps] == [*["distance"] * 4, "session_end"]
    assert [lap.distance_m for lap in laps] == [1000.0] * 4 + [350.0]
    assert {lap.step_index for lap in laps} == {None}
    assert (laps[0].start_at, laps[-1].end_at) == (activity.started_at, activity.ended_at)
    assert all(a.end_at == b.start_at for a, b in pairwise(laps))
    # 750 m in the first 300 s, then 4 m/s: 1,000 m are reached 62.5 s later.
    assert laps[0].timer_s == pytest.approx(362.5, abs=0.5)
    assert sum(lap.timer_s for lap in laps) == pytest.approx(1350.0)


def test_no_autolap_ends_in_a_pause_and_pauses_are_not_timer_time() -> None:
    # The second pause begins exactly where 1,950 m are reached.
    laps = with_autolaps(real_run(pause_s=60).activity, 1951.0).laps
    assert laps[0].timer_s == pytest.approx(600.0, abs=1.5)
    assert laps[0].elapsed_s == pytest.approx(720.0, abs=1.5)


def test_an_own_warm_up_leaves_every_execution_where_it_is() -> None:
    before = real_run()
    after = with_warm_up(before, 400)
    assert after.truth == before.truth
    assert after.activity.laps == ()
    assert (before.activity.started_at - after.activity.started_at).total_seconds() == 400
    assert after.activity.timer_s == 1750.0
    for number in range(4):
        np.testing.assert_array_equal(speeds_of(after, number), speeds_of(before, number))
    # The slowest of the executions is 150 s at 2 m/s.
    assert covered_m(after) == pytest.approx(covered_m(before) + 800.0, abs=5.0)
    assert (np.diff(after.activity.track.unix_s) > 0).all()


def test_an_own_cool_down_is_behind_everything() -> None:
    before = real_run()
    after = with_cool_down(before, 400)
    assert after.truth == before.truth
    assert (after.activity.ended_at - before.activity.ended_at).total_seconds() == 400
    assert [event.kind for event in after.activity.timer_events] == ["start", "stop"]
    assert after.activity.timer_events[-1].at == after.activity.ended_at
    assert covered_m(after) == pytest.approx(covered_m(before) + 800.0, abs=5.0)
    track = after.activity.track
    assert (np.diff(track.distance_m) >= 0).all()
    assert set(track.speed_mps[-390:]) == {2.0}


def test_own_running_lasts_5_to_20_minutes_and_the_same_each_time() -> None:
    drawn = [own_running_s(f"run {number}") for number in range(200)]
    assert min(drawn) >= 300
    assert max(drawn) <= 1200
    assert len(set(drawn)) > 100
    assert drawn[:5] == [own_running_s(f"run {number}") for number in range(5)]


def test_standing_with_the_timer_paused_moves_what_follows_and_costs_no_timer_time() -> None:
    before = real_run()
    after = with_standing(before, "paused")
    shifts = [
        (new["start"] - old["start"], new["end"] - old["end"])
        for old, new in zip(before.truth, after.truth, strict=True)
    ]
    assert shifts == [(0, 0), (0, 120), (120, 120), (120, 120)]
    kinds = [event.kind for event in after.activity.timer_events]
    assert kinds == ["start", "stop", "start", "stop"]
    assert after.activity.timer_s == 1350.0
    assert covered_m(after) == covered_m(before)
    assert check(after.activity, SESSION).verdict is Verdict.MET


def test_standing_in_a_timed_step_with_the_timer_running_takes_the_place_of_running() -> None:
    before = real_run()
    after = with_standing(before, "running")
    assert after.truth == before.truth
    assert after.activity.timer_s == 1350.0
    assert int((speeds_of(after, 1) == 0.0).sum()) == STANDING_S
    assert covered_m(after) == pytest.approx(covered_m(before) - 480.0)
    assert (np.diff(after.activity.track.distance_m) >= 0).all()


def test_standing_in_a_step_by_distance_with_the_timer_running_makes_it_longer() -> None:
    before = real_run(workout=BY_DISTANCE)
    after = with_standing(before, "running")
    assert after.truth[1]["end"] == before.truth[1]["end"] + STANDING_S
    assert after.activity.timer_s == 1350.0 + STANDING_S
    assert int((speeds_of(after, 1) == 0.0).sum()) == STANDING_S - 1
    assert covered_m(after) == covered_m(before)
    assert [event.kind for event in after.activity.timer_events] == ["start", "stop"]


def test_nobody_stands_still_while_the_timer_is_paused_already() -> None:
    before = real_run(pause_s=60)
    after = with_standing(before, "paused")
    kinds = [event.kind for event in after.activity.timer_events]
    assert kinds == [*["start", "stop"] * 6]
    was, now = check(before.activity).results[1].done, check(after.activity).results[1].done
    assert was is not None
    assert now is not None
    assert (now.timer_s, now.distance_m) == (was.timer_s, was.distance_m)
    assert was.elapsed_s is not None
    assert now.elapsed_s == was.elapsed_s + STANDING_S


def test_a_plan_of_one_step_is_as_long_as_the_run() -> None:
    (by_time,) = one_step_plan(real_run().activity, "time").messages
    (by_distance,) = one_step_plan(real_run().activity, "distance").messages
    assert isinstance(by_time, Step)
    assert isinstance(by_distance, Step)
    assert by_time.duration == TimeDuration(duration_s=1350.0)
    assert by_distance.duration == DistanceDuration(distance_m=4350.0)


def test_a_lap_error_is_one_lap_more_or_less() -> None:
    activity = real_run().activity
    lengths = set()
    for seed in range(20):
        changed, touched, kind, what = with_lap_error(activity, Random(seed))
        lengths.add((kind, len(changed.laps)))
        assert touched[1] - touched[0] == (kind == "merged")
        assert kind in what
    assert lengths == {("merged", 3), ("split", 5)}


# What is counted.


def test_a_plain_run_is_found_with_less_and_less_to_go_by() -> None:
    tallies = {(one.measure, one.variant): one for one in judged_run(real_run(), "i", range(10))}
    for measure in ("indexes_within_2s", "laps_within_5s", "laps_auto_within_5s"):
        (found,) = [one for key, one in tallies.items() if key[0] == measure]
        assert (found.count, found.failures) == (4, ()), measure
    lapless = tallies["lapless_within_15s", "no laps"]
    assert (lapless.count, lapless.failures) == (4, ())
    assert all(match.is_right for match in lapless.matches)
    assert tallies["unmoved_by_lap_error", "one lap error"].count > 10
    assert tallies["one_step_time_met", "one step by time"].count == 1
    assert {one.athlete for one in tallies.values()} == {"b"}


def test_wherever_there_is_no_report_every_execution_of_the_truth_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alignment_runs, "report_of", lambda *_: "no report")
    for tally in judged_run(real_run(), None, ()):
        assert len(tally.failures) == tally.count
        assert tally.matches == ()


def test_a_file_that_cannot_be_read_fails_everywhere_and_is_not_left_out() -> None:
    intact = real_run()
    unreadable = attrs.evolve(intact, activity=attrs.evolve(intact.activity, workout=None))
    tallies = judged_run(unreadable, None, ())
    counted = [one for one in tallies if not one.measure.startswith("one_step")]
    assert len(counted) == len(VARIANTS)
    assert all(len(one.failures) == one.count == 4 for one in counted)


def test_where_a_plan_of_one_step_begins_in_easy_running_is_not_asked() -> None:
    intact = real_run()
    single = attrs.evolve(intact, truth=intact.truth[:1])
    variants = {one.variant for one in judged_run(single, None, ())}
    assert "standing, timer paused, no laps" in variants
    assert not [one for one in variants if "own warm-up" in one or "all three" in one]


def test_a_match_is_right_with_both_ends_within_15_s_and_the_right_step() -> None:
    def rights(**changes: float) -> list[bool]:
        truth = list(real_run().truth)
        truth[1] = {**truth[1], **{k: truth[1][k] + by for k, by in changes.items()}}
        moved = attrs.evolve(real_run(), truth=tuple(truth))
        (tally,) = [
            one for one in judged_run(moved, None, ()) if one.measure == "indexes_within_2s"
        ]
        return [match.is_right for match in tally.matches]

    assert rights(start=15, end=-15) == [True] * 4
    assert rights(start=16) == [True, False, True, True]
    assert rights(end=16) == [True, False, True, True]
    assert rights(step_index=1) == [True, False, True, True]


def with_result(report: Report, number: int, **changes: Any) -> Report:
    results: list[StepResult] = list(report.results)
    results[number] = attrs.evolve(results[number], **changes)
    return attrs.evolve(report, results=tuple(results))


def test_a_false_miss_is_one_of_length_that_the_intact_file_does_not_show() -> None:
    run = real_run()
    intact = check(run.activity)
    short = attrs.evolve(intact.results[1].findings[0], verdict=Verdict.SHORT)
    skipped = with_result(intact, 2, verdict=Verdict.SKIPPED)
    both = with_result(skipped, 1, findings=(short,), verdict=Verdict.SHORT)
    assert false_misses(run, intact, intact) == (4, [])
    count, misses = false_misses(run, intact, both)
    assert (count, [one.group for one in misses]) == (4, ["called short", "called skipped"])
    count, misses = false_misses(run, with_result(intact, 1, findings=(short,)), both)
    assert (count, [one.group for one in misses]) == (3, ["called skipped"])
    slow = attrs.evolve(short, component="pace", verdict=Verdict.SLOW)
    assert false_misses(run, intact, with_result(intact, 1, findings=(slow,))) == (4, [])
    assert len(false_misses(run, intact, "no report")[1]) == 4


# What comes of it.


def tally(athlete: str, count: int, failed: int, measure: str = "lapless_within_15s") -> Tally:
    return Tally(
        measure=measure,
        variant="no laps",
        athlete=athlete,
        count=count,
        failures=tuple(Failure("g", "w", "t") for _ in range(failed)),
        matches=(Match(0.95, is_right=True), Match(0.9, is_right=not failed), Match(0.8, False)),
    )


def test_figures_add_up_over_athletes_and_failures_are_counted_on_their_own_side() -> None:
    km = "autolaps_km_false_misses"
    found = {
        one.total.name: one
        for one in figures([tally("b", 9, 0), tally("i", 1, 1), tally("b", 4, 1, km)])
    }
    lapless = found["lapless_within_15s"]
    assert (lapless.total.value, lapless.total.count) == (0.9, 10)
    assert {name: one.value for name, one in lapless.by_athlete.items()} == {"b": 1.0, "i": 0.0}
    assert (found[km].total.value, found[km].total.sense) == (0.25, "most")
    assert math.isnan(found["indexes_within_2s"].total.value)
    sure = found["confident_right"]
    assert (sure.total.value, sure.total.count) == (4 / 6, 6)
    assert {name: one.count for name, one in sure.by_athlete.items()} == {"b": 4, "i": 2}


def test_every_match_is_in_one_bin_of_the_calibration() -> None:
    certainties = (0.0, 0.49, 0.5, 0.89, 0.9, 0.95, 0.99, 1.0)
    rows = calibration([Match(one, is_right=one >= 0.9) for one in certainties])
    assert sum(count for _, _, count, _ in rows) == len(certainties)
    assert rows[-1] == (0.99, 1.0, 2, 1.0)
    assert [right for lower, _, count, right in rows if count and lower < 0.9] == [0.0] * 3


def small_load(work: int = 60) -> Load:
    def build(pieces: int) -> Any:
        workout = plan(*(timed(work) for _ in range(pieces)))
        return record([Piece(timer_s=work) for _ in range(pieces)], workout), workout

    return Load(
        name="small_s",
        title="small",
        asked_s=10.0,
        build=lambda: build(2),
        doubled={"twice": lambda: build(4)},
    )


def test_more_than_linear_is_missed_and_a_check_that_fails_is_never_met() -> None:
    def doubling(*ratios: float) -> Any:
        ways = {str(number): ratio for number, ratio in enumerate(ratios)}
        return cost_measures([Cost(load=small_load(), cpu_s=1.0, ratios=ways)])[-1]

    assert doubling(1.9, 2.3).is_met
    assert doubling(1.9, 2.3).value == 2.3
    assert not doubling(2.4).is_met
    assert len(doubling(2.4, 2.0).failures) == 1
    assert not doubling(2.0, math.nan).is_met
    activity = attrs.evolve(real_run().activity, workout=None)
    assert math.isnan(lasting_s(lambda: check(activity)))
    assert lasting_s(lambda: check(real_run().activity), rounds=1) > 0


def test_twice_the_input_really_is_twice_as_large() -> None:
    # The third load has a sample for each second of a day: too long for this test.
    for load, laps in zip(LOADS[:2], (1000, 8000), strict=True):
        activity, _ = load.build()
        larger, _ = load.doubled["twice the laps"]()
        assert (len(activity.laps), len(larger.laps)) == (laps, 2 * laps)


def test_without_a_corpus_all_measures_on_real_runs_are_nan() -> None:
    console = Console(file=io.StringIO(), width=150)
    found = dict(pair.split("=") for pair in run(None, console, loads=[small_load()]).split())
    assert [name for name, value in found.items() if value != "nan"] == ["small_s", "cpu_doubling"]
    assert len(found) == len(bench_alignment.MEASURES) + 3
    assert "no corpus" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_few_real_runs_of_both_athletes_are_measured(corpus: Path, tmp_path: Path) -> None:
    truth = json.loads((corpus / "truth.json").read_text())
    names = [*sorted(truth)[:2], *sorted(truth)[-2:]]
    (tmp_path / "truth.json").write_text(json.dumps({name: truth[name] for name in names}))
    (tmp_path / "structured").symlink_to(corpus / "structured")
    tallies = tallies_of(tmp_path, tries=10)
    found = {one.total.name: one for one in figures(tallies)}
    assert found["indexes_within_2s"].total.count == sum(len(truth[name]) for name in names)
    assert set(found["indexes_within_2s"].by_athlete) == {"b", "i"}
    assert found["indexes_within_2s"].total.value == 1.0
    assert found["unmoved_by_lap_error"].total.count > 0
    fewer = tallies_of(tmp_path, tries=10, every=2)
    assert 0 < len(fewer) < len(tallies)
