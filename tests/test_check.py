"""Claims about the whole report: what is checked against what, and what it says."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backrun_fit.activity import Activity, Track
from backrun_fit.compliance import check
from backrun_fit.compliance.compare import compare
from backrun_fit.errors import AlignmentError, DataWarning
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.report import Verdict
from backrun_fit.tolerances import Tolerances
from backrun_fit.workout import (
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    PaceTarget,
    PowerZoneTarget,
    Step,
)
from tests.activities import (
    Piece,
    as_planned,
    metres,
    plan,
    record,
    repeat,
    split,
    timed,
    without_indexes,
)

FAST = PaceTarget(slowest_mps=3.9, fastest_mps=4.1)
EASY = PaceTarget(slowest_mps=2.4, fastest_mps=2.6)
INTERVALS = plan(
    timed(300, EASY, Intensity.WARMUP),
    timed(120, FAST, Intensity.INTERVAL),
    timed(90, EASY, Intensity.RECOVERY),
    repeat(1, 4),
    timed(300, EASY, Intensity.COOLDOWN),
)


def perfect() -> list[Piece]:
    return as_planned(INTERVALS, faster=[1])


@pytest.mark.parametrize("align", ["auto", "indexes", "laps", "samples"])
def test_a_run_as_planned_is_met_with_one_hundred_however_it_is_aligned(align: str) -> None:
    report = check(record(perfect(), INTERVALS), align=align)  # type: ignore[arg-type]
    assert {result.verdict for result in report.results} == {Verdict.MET}
    assert (report.verdict, report.score) == (Verdict.MET, 100.0)
    assert report.align == ("indexes" if align == "auto" else align)
    assert (report.workout, report.workout_origin) == (INTERVALS, "activity")
    assert (report.agreements, report.differences, report.extra) == (None, (), ())
    assert [result.planned.number for result in report.results] == list(range(1, 11))


def test_one_skipped_execution_is_the_only_miss() -> None:
    pieces = perfect()
    del pieces[3]
    report = check(record(pieces, INTERVALS))
    missed = [result.planned.number for result in report.results if result.verdict.is_miss]
    assert missed == [4]
    assert report.results[3].verdict is Verdict.SKIPPED
    assert (report.results[3].start_at, report.results[3].first_lap) == (None, None)
    assert report.verdict is Verdict.SKIPPED


def test_a_step_pressed_away_is_skipped_and_keeps_its_lap() -> None:
    pieces = perfect()
    pieces[3] = attrs.evolve(pieces[3], timer_s=2, trigger="manual")
    result = check(record(pieces, INTERVALS)).results[3]
    assert (result.verdict, result.first_lap) == (Verdict.SKIPPED, 3)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"timer_s": 100, "trigger": "manual"}, Verdict.SHORT),
        ({"timer_s": 140, "trigger": "manual"}, Verdict.LONG),
        ({"speed_mps": 5.0}, Verdict.FAST),
        ({"speed_mps": 3.0}, Verdict.SLOW),
    ],
)
def test_a_fault_is_named_at_its_execution_and_nowhere_else(
    change: dict[str, float | str], verdict: Verdict
) -> None:
    pieces = perfect()
    pieces[5] = attrs.evolve(pieces[5], **change)  # type: ignore[arg-type]
    report = check(record(pieces, INTERVALS))
    assert [r.verdict for r in report.results if r.planned.number != 6] == [Verdict.MET] * 9
    assert report.results[5].verdict is verdict
    assert report.score is not None
    assert report.score < 100.0


def test_an_abandoned_run_is_unfinished_where_it_ended_and_skipped_after() -> None:
    pieces = perfect()[:4]
    pieces[3] = attrs.evolve(pieces[3], timer_s=40, trigger="session_end")
    report = check(record(pieces, INTERVALS))
    assert [result.verdict for result in report.results] == [
        *[Verdict.MET] * 3,
        Verdict.UNFINISHED,
        *[Verdict.SKIPPED] * 6,
    ]
    assert report.results[4].findings[0].message == "the recording ended before it"


def test_pauses_and_running_on_change_neither_verdicts_nor_score() -> None:
    pieces = perfect()
    pieces[4] = attrs.evolve(pieces[4], pause_s=45)
    tail = Piece(timer_s=600, speed_mps=3.7, trigger="session_end")
    report = check(record([*pieces, tail], INTERVALS))
    assert (report.verdict, report.score) == (Verdict.MET, 100.0)
    assert [(each.first_lap, each.last_lap, each.timer_s) for each in report.extra] == [
        (10, 10, 600.0)
    ]


@settings(max_examples=30)
@given(lap=st.integers(0, 9), share=st.floats(0.1, 0.9), speed=st.floats(2.0, 5.0))
def test_autolaps_change_nothing(lap: int, share: float, speed: float) -> None:
    pieces = perfect()
    pieces[lap] = attrs.evolve(pieces[lap], speed_mps=speed)
    whole = record(pieces, INTERVALS)
    parted = check(split(whole, lap, pieces[lap].timer_s * share))
    report = check(whole)
    assert [each.verdict for each in parted.results] == [each.verdict for each in report.results]
    assert parted.score == pytest.approx(report.score)


def test_only_a_given_plan_is_the_yardstick_where_the_run_carries_none() -> None:
    activity = without_indexes(record(perfect()))
    report = check(activity, INTERVALS)
    assert (report.workout_origin, report.align, report.score) == ("given", "laps", 100.0)
    assert report.agreements is None


def test_without_any_plan_there_is_nothing_to_check_against() -> None:
    with pytest.raises(AlignmentError, match="expected a workout in the activity or one given"):
        check(record(perfect()))
    with pytest.raises(AlignmentError, match="expected a workout with steps"):
        check(record(perfect()), plan())


def test_the_executed_workout_stays_the_yardstick_and_a_given_one_is_compared() -> None:
    given_plan = plan(
        INTERVALS.messages[0], timed(150, FAST, Intensity.INTERVAL), *INTERVALS.messages[2:]
    )
    report = check(record(perfect(), INTERVALS), given_plan)
    assert (report.workout_origin, report.score) == ("activity", 100.0)
    assert report.agreements == 6
    assert "duration of 6 of 10 executions" in report.agreed
    (difference,) = report.differences
    assert difference.where == "duration of executions 2, 4, 6, 8 (step 1)"
    assert (difference.given, difference.executed) == ("2:30", "2:00")


def test_an_execution_only_one_side_has_shifts_nothing() -> None:
    fewer = plan(*INTERVALS.messages[:3], repeat(1, 3), INTERVALS.messages[4])
    found = compare(fewer, INTERVALS)
    assert found.agreements == 8
    assert [(each.given, each.executed) for each in found.differences] == [
        ("8", "10"),
        ("", "2:00 @ 4:04-4:16/km"),
        ("", "1:30 @ 6:25-6:57/km"),
    ]
    turned = compare(INTERVALS, fewer)
    assert (turned.differences[0].given, turned.differences[0].executed) == ("10", "8")


def test_a_workout_compared_with_itself_has_no_difference() -> None:
    found = compare(INTERVALS, INTERVALS)
    assert (found.agreements, found.differences) == (10, ())
    assert found.agreed[0] == "duration of 10 of 10 executions"


def test_every_aspect_is_compared() -> None:
    step = timed(60, EASY, Intensity.RECOVERY)
    others = [
        metres(60, EASY),
        attrs.evolve(step, target=HeartRateTarget(lowest_bpm=100, highest_bpm=120)),
        attrs.evolve(step, intensity=None),
        attrs.evolve(step, movement=Movement.BACKWARD_RUN),
    ]
    for other, aspect in zip(others, ("duration", "target", "intensity", "movement"), strict=True):
        found = compare(plan(step), plan(attrs.evolve(other, name="another name")))
        wheres = [each.where.split()[0] for each in found.differences]
        assert aspect in wheres, aspect
    rounded = attrs.evolve(step, target=PaceTarget(slowest_mps=2.4004, fastest_mps=2.6))
    assert compare(plan(step), plan(rounded)).differences == ()


def test_warnings_and_tolerances_are_passed_on() -> None:
    activity = attrs.evolve(
        record(perfect(), INTERVALS),
        sport="cycling",
        warnings=(DataWarning("odd", "the clock jumped"),),
    )
    tolerances = Tolerances(largest_fraction=0.2)
    report = check(activity, tolerances=tolerances)
    assert report.tolerances == tolerances
    assert [*map(str, report.warnings)] == [
        "the clock jumped",
        "the activity is cycling, not running",
    ]


def test_a_recording_with_laps_but_no_samples_is_still_checked() -> None:
    activity = attrs.evolve(record(perfect(), INTERVALS), track=Track.from_columns(np.array([])))
    report = check(activity)
    assert report.verdict is Verdict.MET
    assert report.results[0].done is not None
    assert report.results[0].done.speed_mps == pytest.approx(2.5)


def test_reports_cross_process_borders() -> None:
    report = check(record(perfect(), INTERVALS))
    again = pickle.loads(pickle.dumps(report))
    assert again == report


# Real runs.


@pytest.fixture(scope="module")
def real_runs(corpus: Path) -> dict[str, Activity]:
    names = json.loads((corpus / "truth.json").read_text())
    return {name: read_activity(corpus / "structured" / name) for name in names}


@pytest.mark.parametrize("align", ["auto", "laps", "samples"])
def test_every_real_run_gets_a_report(real_runs: dict[str, Activity], align: str) -> None:
    for name, activity in real_runs.items():
        report = check(activity, align=align)  # type: ignore[arg-type]
        assert len(report.results) > 0, name
        assert report.score is not None, name
        assert 0.0 <= report.score <= 100.0, name
        assert report.verdict.is_miss or report.score > 50.0, name


def test_most_real_executions_lasted_as_planned_and_none_is_extra_within(
    real_runs: dict[str, Activity],
) -> None:
    extents = [
        result.findings[0].verdict
        for activity in real_runs.values()
        for result in check(activity).results
    ]
    assert extents.count(Verdict.MET) > 0.94 * len(extents)
    assert extents.count(Verdict.LONG) == 0
    for name, activity in real_runs.items():
        for extra in check(activity).extra:
            assert extra.reason == "not part of the workout: no step index", name


def test_a_real_plan_and_the_run_of_that_day_agree_in_length_and_differ_in_target(
    corpus: Path,
) -> None:
    activity = read_activity(corpus / "structured" / "b-2025-03-11-08-34-37.fit")
    given_plan = read_workout(corpus / "plans" / "b-2025-03-11-rcruise-intervals12.fit")
    report = check(activity, given_plan)
    assert report.workout_origin == "activity"
    assert report.agreements == 0
    assert report.agreed == (
        "duration of 12 of 12 executions",
        "intensity of 12 of 12 executions",
        "movement of 12 of 12 executions",
    )
    assert [each.where for each in report.differences] == [
        "target of execution 1 (step 0)",
        "target of execution 2 (step 1)",
        "target of executions 3, 5, 7, 9 (step 2)",
        "target of executions 4, 6, 8, 10 (step 3)",
        "target of execution 11 (step 5)",
        "target of execution 12 (step 6)",
    ]
    assert {each.given for each in report.differences} == {"none"}
    assert report.differences[2].executed == "4:27-5:10/km"


def test_a_real_run_broken_off_says_where(real_runs: dict[str, Activity]) -> None:
    report = check(real_runs["i-115789438179.fit"])
    done = [result for result in report.results if result.start_at is not None]
    assert [result.verdict for result in done][-1] is Verdict.UNFINISHED
    assert all(result.verdict is Verdict.SKIPPED for result in report.results[len(done) :])
    assert report.verdict is Verdict.SKIPPED


def test_a_zone_is_the_same_whether_its_bounds_are_in_the_file_or_on_the_watch() -> None:
    bounded = HeartRateTarget(lowest_bpm=118, highest_bpm=135, zone=3)
    for other, alike in (
        (HeartRateZoneTarget(zone=3), True),
        (attrs.evolve(bounded, zone=None), True),
        (HeartRateZoneTarget(zone=2), False),
        (PowerZoneTarget(zone=3), False),
        (attrs.evolve(bounded, highest_bpm=140), False),
    ):
        found = compare(plan(timed(300, bounded)), plan(timed(300, other)))
        assert (found.differences == ()) is alike, other


def test_a_plan_with_a_pace_that_nobody_runs_is_warned_of_and_not_judged_by_it() -> None:
    wrong = PaceTarget(slowest_mps=3279, fastest_mps=3390)
    run = record(perfect())
    asked = plan(*(attrs.evolve(m, target=wrong) if isinstance(m, Step) else m
                   for m in INTERVALS.messages))  # fmt: skip
    report = check(attrs.evolve(run, workout=asked))
    [warning] = [str(each) for each in report.warnings if "nobody runs" in str(each)]
    assert "multiplies the speed by 1000 twice" in warning
    assert report.verdict is Verdict.DONE_UNMEASURED
    assert {f.verdict for r in report.results for f in r.findings if f.component == "pace"} == {
        Verdict.NOT_MEASURABLE
    }
