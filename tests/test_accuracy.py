"""The benchmark of accuracy counts what is right, and notices whatever is wrong."""

from __future__ import annotations

import io
import itertools
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from backrun_fit.activity import Activity, Track
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance import cadence_contrast
from backrun_fit.compliance.check import check
from backrun_fit.rehearsal import (
    Abandon,
    Fast,
    Fault,
    Forget,
    Forward,
    Long,
    Pause,
    Press,
    Rehearsal,
    Restart,
    Short,
    Skip,
    Slow,
    Stop,
    Walk,
    rehearse,
)
from backrun_fit.report import Report, StepResult, Verdict
from backrun_fit.workout import HeartRateTarget, Intensity, Movement, PaceTarget, Step
from tests.activities import (
    Piece,
    as_planned,
    metres,
    plan,
    record,
    repeat,
    timed,
    without_indexes,
)
from tests.benchmarks import accuracy_evidence, accuracy_rehearsed
from tests.benchmarks.accuracy import (
    EXAMPLES,
    Failure,
    Measure,
    failure_lines,
    kind_of,
    line,
    measures_table,
    share,
    upper_bound,
)
from tests.benchmarks.accuracy_evidence import (
    backward_plan,
    backward_recognised,
    calibrated_recognised,
    consistent,
    declared_backward,
    effects_recognised,
    forward_called_backward,
    jogging_called_backward,
)
from tests.benchmarks.accuracy_real import (
    RealRun,
    found_with_indexes,
    found_without_indexes,
    found_without_laps,
    mismatches,
    real_runs,
    report_of,
    without_laps,
)
from tests.benchmarks.accuracy_rehearsed import (
    Naming,
    checked,
    false_alarms,
    faults_named,
    marked,
    naming,
)
from tests.benchmarks.bench_accuracy import run
from tests.benchmarks.check_speed import check_speed, speed_measure
from tests.benchmarks.injected import EXPECTED, candidates, chosen, settled_mps
from tests.benchmarks.laid_in import KINDS, Declared, Kind, constants_in_use, declared
from tests.benchmarks.lap_errors import moved, unmoved, with_lap_split, with_laps_merged
from tests.benchmarks.timing import Measured, Timing
from tests.rehearsals import EXACT, START, STEADY

SESSION = plan(timed(300), timed(60), timed(120), repeat(1, 3), timed(200))
EASY = Intensity.RECOVERY
NAMES = (
    *("indexed_within_1s", "unindexed_within_5s", "lapless_within_15s", "unmoved_by_lap_error"),
    *("fault_precision", "fault_recall", "false_alarms"),
    *("real_faults_named", "real_faults_others_missed", "own_means_missed"),
    *("score_follows_time_in_band", "forward_called_backward"),
    *("recognised_6x60", "recognised_10x20", "jogging_called_backward", "calibrated_recognised"),
    *("backward_recognised", "check_ratio_fitfast"),
)
OF_REAL_RUNS = (*NAMES[:4], *NAMES[7:16], "check_ratio_fitfast")


def measure(value: float, **others: Any) -> Measure:
    return Measure(
        **{"name": "m", "title": "M", "asked": 0.9, "count": 10, "unit": "runs", **others},
        value=value,
    )


def real_run(pieces: Sequence[Piece] | None = None) -> RealRun:
    """A run of the session, faster in its repeats, and its truth."""
    activity = record(as_planned(SESSION, faster=(1,)) if pieces is None else pieces, SESSION)
    truth = [
        {
            "step_index": lap.step_index,
            "start": int(lap.start_at.timestamp()),
            "end": int(lap.end_at.timestamp()),
        }
        for lap in activity.laps
    ]
    return RealRun("made.fit", activity, tuple(truth))


def with_truth(run: RealRun, number: int, **changes: int) -> RealRun:
    truth = list(run.truth)
    truth[number] = {**truth[number], **changes}
    return attrs.evolve(run, truth=tuple(truth))


# What is shown.


def test_a_measure_is_met_on_its_own_side_and_never_by_nothing() -> None:
    assert measure(0.9).is_met
    assert not measure(0.89).is_met
    assert measure(0.9, sense="most").is_met
    assert not measure(0.91, sense="most").is_met
    assert not measure(math.nan).is_met
    assert not measure(math.nan, sense="most").is_met
    assert share(1, 4) == 0.25
    assert math.isnan(share(0, 0))


def test_failures_are_told_group_by_group_with_a_few_examples() -> None:
    many = tuple(Failure("often", f"file {place}", "text") for place in range(EXAMPLES + 2))
    told = list(failure_lines(measure(0.3, failures=(Failure("once", "a", "b"), *many))))
    assert told[0] == "M: 7 of 10 runs fail"
    assert told[1] == f"  {EXAMPLES + 2} x often (in {EXAMPLES + 2})"
    assert told[2 : 2 + EXAMPLES] == [f"      file {place}: text" for place in range(EXAMPLES)]
    assert told[2 + EXAMPLES :] == ["  1 x once (in 1)", "      a: b"]


def test_the_table_marks_what_is_missed_and_what_was_not_measured() -> None:
    console = Console(file=io.StringIO(), width=100)
    console.print(measures_table([measure(0.95), measure(0.5), measure(math.nan)]))
    shown = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert [text for text in shown if "0.9500" in text and "missed" not in text]
    assert [text for text in shown if "0.5000" in text and "missed" in text]
    assert [text for text in shown if "not measured" in text]


def test_the_last_line_is_name_and_value() -> None:
    assert line([measure(0.5), measure(math.nan, name="n")]) == "m=0.5000 n=nan"


def test_a_kind_tells_length_target_and_movement() -> None:
    back = timed(45, PaceTarget(slowest_mps=2.0, fastest_mps=2.2), movement=Movement.BACKWARD_RUN)
    assert kind_of(back) == "time 30-60 s, pace, backward"
    assert kind_of(metres(100)) == "distance under 200 m, no target, run"


# Found where they are.


def test_a_run_that_is_found_fails_nowhere_however_little_there_is_to_go_by() -> None:
    for found in (found_with_indexes, found_without_indexes, found_without_laps):
        result = found([real_run()])
        assert (result.value, result.count, result.failures) == (1.0, 8, ()), result.name
        assert math.isnan(found([]).value)


@pytest.mark.parametrize(
    ("changes", "group"),
    [
        ({"start": 302}, "start off"),
        ({"end": 358}, "end off"),
        ({"start": 290, "end": 370}, "start and end off"),
        ({"step_index": 2}, "another step found there"),
        ({"step_index": 3}, "the truth names no step of the workout"),
        ({"start": 9000, "end": 9060}, "nothing found there"),
    ],
)
def test_a_true_execution_found_otherwise_is_a_failure(changes: dict[str, int], group: str) -> None:
    begin = int(real_run().activity.started_at.timestamp())
    moved_by = {key: at if key == "step_index" else begin + at for key, at in changes.items()}
    result = found_with_indexes([with_truth(real_run(), 1, **moved_by)])
    (failure,) = result.failures
    assert failure.group.startswith(group)
    assert "execution 2, expected step" in failure.text
    assert result.value == 7 / 8
    assert "1 reported executions are not where any true one is" in result.notes


def test_one_reported_execution_does_not_stand_for_two_true_ones() -> None:
    single = real_run()
    doubled = attrs.evolve(single, truth=(single.truth[0], *single.truth))
    assert len(list(mismatches(doubled, check(single.activity), 1.0))) == 1


def test_what_lies_further_off_than_the_limit_fails_and_what_does_not_passes() -> None:
    begin = int(real_run().activity.started_at.timestamp())
    late = with_truth(real_run(), 1, start=begin + 305)
    assert len(found_with_indexes([late]).failures) == 1
    assert found_without_indexes([late]).failures == ()


def test_laps_are_hidden_altogether_and_the_workout_stays() -> None:
    hidden = without_laps(real_run().activity)
    assert (hidden.laps, hidden.workout) == ((), SESSION)
    assert check(hidden).align == "samples"
    assert check(without_indexes(real_run().activity)).align == "laps"


def test_where_there_is_no_report_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "structured").mkdir()
    (tmp_path / "structured" / "broken.fit").write_bytes(b"not a FIT file")
    entry = '{"step_index": 0, "start": 0, "end": 60}'
    (tmp_path / "truth.json").write_text(f'{{"broken.fit": [{entry}]}}')
    runs = real_runs(tmp_path)
    result = found_with_indexes(runs)
    assert (result.value, result.count) == (0.0, 1)
    assert "cannot be read" in result.failures[0].text
    assert math.isnan(unmoved(runs, range(5)).value)
    assert math.isnan(forward_called_backward(runs).value)


# One lap lost or one too many.


def test_merged_laps_are_one_lap_of_both() -> None:
    activity = real_run().activity
    merged = with_laps_merged(activity, 1)
    both = merged.laps[1]
    assert len(merged.laps) == len(activity.laps) - 1
    assert [lap.number for lap in merged.laps] == list(range(len(merged.laps)))
    assert (both.start_at, both.end_at) == (activity.laps[1].start_at, activity.laps[2].end_at)
    assert (both.timer_s, both.elapsed_s, both.distance_m) == (180.0, 180.0, 60 * 4.0 + 120 * 2.5)


@given(st.integers(0, 7), st.floats(0.05, 0.95))
@settings(max_examples=30)
def test_a_split_lap_is_as_long_as_before_in_time_and_distance(
    number: int, fraction: float
) -> None:
    pieces = [attrs.evolve(piece, pause_s=20) for piece in as_planned(SESSION)]
    activity = real_run(pieces).activity
    cut = with_lap_split(activity, number, fraction)
    first, second = cut.laps[number : number + 2]
    whole = activity.laps[number]
    assert (first.start_at, second.end_at) == (whole.start_at, whole.end_at)
    assert first.end_at == second.start_at
    assert first.trigger == "manual"
    assert min(first.timer_s, second.timer_s) >= 0
    assert first.timer_s + second.timer_s == pytest.approx(whole.timer_s)
    assert first.distance_m is not None
    assert second.distance_m is not None
    assert whole.distance_m is not None
    assert first.distance_m + second.distance_m == pytest.approx(whole.distance_m)
    assert [lap.number for lap in cut.laps] == list(range(len(cut.laps)))


def test_only_executions_beside_the_changed_laps_count_as_moved() -> None:
    before = check(real_run().activity)
    assert moved(before, before, (1, 2)) == (6, [])
    results = list(before.results)
    for place in (1, 4):
        results[place] = attrs.evolve(results[place], end_at=results[place + 1].end_at)
    count, lost = moved(before, attrs.evolve(before, results=tuple(results)), (1, 2))
    assert count == 6
    assert [text.split(" (")[0] for _, text in lost] == ["execution 5"]
    assert lost[0][0] == "moved (time from 120 s, no target, run), further off"


def test_executions_that_are_lost_or_come_up_out_of_nothing_have_moved() -> None:
    full = check(real_run().activity)
    gone = attrs.evolve(full.results[3], start_at=None, end_at=None, first_lap=None, last_lap=None)
    less = attrs.evolve(full, results=(*full.results[:3], gone, *full.results[4:]))
    assert [group.split(" (")[0] for group, _ in moved(full, less, (0, 0))[1]] == ["lost"]
    assert [group.split(" (")[0] for group, _ in moved(less, full, (0, 0))[1]] == [
        "found though it was not"
    ]
    assert len(moved(full, "no report", (0, 0))[1]) == 7


def test_a_lap_error_in_a_plain_run_moves_nothing_and_one_lap_leaves_nothing_to_move() -> None:
    result = unmoved([real_run()], range(20))
    assert result.value == 1.0
    assert result.count > 100
    assert math.isnan(unmoved([], range(20)).value)


# Faults.

BAND = PaceTarget(slowest_mps=2.9, fastest_mps=3.1)
HEART = HeartRateTarget(lowest_bpm=130.0, highest_bpm=150.0)
FAULTY = marked(
    plan(
        timed(300, BAND),
        timed(120, BAND, intensity=EASY),
        metres(1000.0, BAND),
        timed(90, movement=Movement.BACKWARD_RUN),
        timed(1200, HEART),
        timed(200),
    )
)


def rehearsal_of(*faults: Fault) -> Rehearsal:
    return rehearse(FAULTY, runner=STEADY, watch=EXACT, seed=1, started_at=START, faults=faults)


def named(*faults: Fault, change: Callable[[Report], Report] = lambda report: report) -> Naming:
    rehearsal = rehearsal_of(*faults)
    return naming(rehearsal, faults, change(checked(rehearsal)), "here")


def saying(number: int, verdict: Verdict) -> Callable[[Report], Report]:
    """Let the report say something else of one execution."""

    def one(result: StepResult) -> StepResult:
        if result.planned.number != number:
            return result
        finding = attrs.evolve(result.findings[0], verdict=verdict)
        return attrs.evolve(result, verdict=verdict, findings=(finding,))

    return lambda report: attrs.evolve(report, results=tuple(map(one, report.results)))


def test_every_fault_that_can_be_injected_is_as_large_as_stated() -> None:
    found = candidates(FAULTY, rehearsal_of(), STEADY)
    assert found["Short"][0] == Short(number=1, fraction=0.85)
    assert found["Long"][0] == Long(number=1, fraction=0.15)
    assert [fault.number for fault in found["Fast"]] == [1, 2, 3, 5]
    assert [fault.number for fault in found["Slow"]] == [1, 3, 5]
    assert [fault.number for fault in found["Forward"]] == [4]
    assert {kind.__name__ for kind in EXPECTED} <= set(found)
    for kind, wanted_mps in (("Fast", 1.15 * 3.1), ("Slow", 0.85 * 2.9)):
        faulty = rehearsal_of(found[kind][0])
        true = faulty.truth.executions[0]
        assert settled_mps(faulty, true) == pytest.approx(wanted_mps, rel=0.01)
    true = rehearsal_of(found["Stop"][0]).truth.executions[0]
    assert true.distance_m / true.timer_s == pytest.approx(0.85 * 2.9, rel=0.01)


def test_with_one_fault_or_two_the_first_has_a_verdict_and_both_happen() -> None:
    found = candidates(FAULTY, rehearsal_of(), STEADY)
    drawn = [chosen(Random(seed), found) for seed in range(200)]
    assert {len(faults) for faults in drawn} == {1, 2}
    for first, *others in drawn:
        assert type(first) in EXPECTED
        for other in others:
            assert other.number != first.number
            assert not (isinstance(first, Abandon) and other.number > first.number)


def test_no_restart_is_injected_that_looks_like_a_pass_too_many() -> None:
    repeated = plan(timed(60), timed(90), repeat(0, 2), timed(30))
    perfect = rehearse(repeated, runner=STEADY, watch=EXACT, seed=1, started_at=START)
    found = candidates(repeated, perfect, STEADY)["Restart"]
    assert [fault.number for fault in found] == [1, 3, 5]


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (Skip(number=2), "skip"),
        (Short(number=1, fraction=0.9), "short"),
        (Long(number=3, fraction=0.1), "long"),
        (Fast(number=1, fraction=0.2), "fast"),
        (Slow(number=3, fraction=0.2), "slow"),
        (Walk(number=1), "walk"),
        (Stop(number=1, stop_s=80.0), "stop"),
        (Abandon(number=4, fraction=0.5), "abandon"),
        (Restart(number=2), "restart"),
    ],
)
def test_a_fault_that_is_named_counts_and_one_that_is_not_fails(fault: Fault, word: str) -> None:
    assert named(fault) == Naming((word,), (), ())
    if isinstance(fault, Restart):
        return
    overlooked = named(fault, change=saying(fault.number, Verdict.MET))
    assert overlooked.named == ()
    assert [one.group.split(":")[0] for one in overlooked.unnamed] == [word]
    assert overlooked.invented == ()
    other = Verdict.LONG if word != "long" else Verdict.SHORT
    mistaken = named(fault, change=saying(fault.number, other))
    assert mistaken.named == ()
    assert len(mistaken.unnamed) == len(mistaken.invented) == 1


@pytest.mark.parametrize("fault", [Pause(number=1), Press(number=3), Forward(number=4)])
def test_what_is_no_fault_of_the_plan_is_not_to_be_named(fault: Fault) -> None:
    assert named(fault) == Naming((), (), ())
    (alarm,) = named(fault, change=saying(fault.number, Verdict.SHORT)).invented
    assert alarm.group.startswith("no fault: SHORT, extent")


def test_a_miss_elsewhere_is_invented() -> None:
    found = named(Short(number=1, fraction=0.9), change=saying(6, Verdict.SLOW))
    assert found.named == ("short",)
    assert [one.group for one in found.invented] == ["no fault: SLOW, extent, time from 120 s"]


def test_of_a_shared_lap_anything_may_be_said_but_not_of_the_others() -> None:
    fault = Forget(number=1)
    for number in (1, 2):
        assert named(fault, change=saying(number, Verdict.SLOW)) == Naming((), (), ())
    assert len(named(fault, change=saying(3, Verdict.SLOW)).invented) == 1


def test_what_follows_an_abandoned_execution_has_to_be_missing() -> None:
    fault = Abandon(number=4, fraction=0.5)
    assert named(fault, change=saying(6, Verdict.UNFINISHED)) == Naming(("abandon",), (), ())
    (failure,) = named(fault, change=saying(6, Verdict.MET)).unnamed
    assert failure.group == "after abandon: MET instead of SKIPPED or UNFINISHED"


def test_a_restart_whose_first_start_is_taken_fails() -> None:
    first_start = checked(rehearsal_of()).results[0]

    def first_taken(report: Report) -> Report:
        return attrs.evolve(report, results=(first_start, *report.results[1:]))

    found = named(Restart(number=2), change=first_taken)
    assert found.named == ()
    assert [one.group for one in found.unnamed] == ["restart: not at the second start"]


def test_a_few_rehearsals_are_measured_and_a_check_that_says_nothing_recalls_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    precision, recall = faults_named(range(6))
    assert precision.count >= 6
    assert recall.value > 0.5

    def blind(rehearsal: Rehearsal) -> Report:
        report = checked(rehearsal)
        met = [attrs.evolve(one, verdict=Verdict.MET) for one in report.results]
        return attrs.evolve(report, results=tuple(met))

    monkeypatch.setattr(accuracy_rehearsed, "checked", blind)
    precision, recall = faults_named(range(6))
    assert recall.value < 0.2
    assert precision.failures == ()
    assert false_alarms(range(3)).value == 0.0


def test_every_execution_called_short_is_a_false_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    def gloomy(rehearsal: Rehearsal) -> Report:
        report = checked(rehearsal)
        for number in range(1, len(report.results) + 1):
            report = saying(number, Verdict.SHORT)(report)
        return report

    assert false_alarms(range(3)).value < 0.2
    monkeypatch.setattr(accuracy_rehearsed, "checked", gloomy)
    assert false_alarms(range(3)).value == 1.0


# Evidence.


def test_recoveries_are_those_of_that_intensity_or_the_last_of_a_repeat() -> None:
    def places(workout: CompiledWorkout) -> list[int]:
        found = declared_backward(workout)
        return [
            place
            for place, message in enumerate(found.messages if found else ())
            if isinstance(message, Step) and message.movement is Movement.BACKWARD_RUN
        ]

    assert places(SESSION) == [2]
    assert places(plan(timed(60), timed(60, intensity=EASY), repeat(0, 2))) == [1]
    assert places(plan(timed(60), timed(60, intensity=EASY), timed(60))) == [1]
    assert places(plan(timed(60), repeat(0, 4))) == []


def forward_run(recovery_spm: float) -> RealRun:
    """Repeats whose recoveries have a cadence of their own, at the speed of everything else."""
    pieces = [
        attrs.evolve(piece, speed_mps=3.0, cadence_spm=recovery_spm if place in (2, 4, 6) else 165)
        for place, piece in enumerate(as_planned(SESSION))
    ]
    return attrs.evolve(real_run(pieces), name=f"{recovery_spm:.0f}.fit")


def test_a_forward_run_that_is_called_backward_is_a_failure() -> None:
    result = forward_called_backward([forward_run(165), forward_run(185)])
    assert (result.value, result.count) == (0.5, 2)
    assert [(one.where, one.group) for one in result.failures] == [
        ("185.fit", "called backward: recoveries")
    ]
    assert result.notes[-1].startswith("recoveries as planned: 1 of 2, at most 97.5%")
    assert math.isnan(forward_called_backward([]).value)


def test_a_backward_run_that_is_not_called_so_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert backward_recognised(range(3)).count == 3

    def doubting(rehearsal: Rehearsal) -> Report:
        report = checked(rehearsal)
        return attrs.evolve(report, evidence=attrs.evolve(report.evidence, label="cannot_tell"))

    monkeypatch.setattr(accuracy_evidence, "checked", doubting)
    assert backward_recognised(range(3)).value == 0.0


def test_rehearsals_whose_backward_parts_were_walked_are_left_out_and_told() -> None:
    result = backward_recognised([66])
    assert math.isnan(result.value)
    assert result.notes == ("backward parts walked: cannot_tell in 1 runs, left out",)


def test_a_backward_plan_has_four_backward_parts_or_more_and_says_so_in_the_file() -> None:
    for seed in range(5):
        workout = marked(backward_plan(Random(seed)))
        made = rehearse(workout, runner=STEADY, watch=EXACT, seed=1, started_at=START)
        report = checked(made)
        assert sum(one.planned.step.movement.is_backward for one in report.results) >= 4


@pytest.mark.parametrize(
    ("label", "expected"),
    [("consistent", True), ("cannot_tell", False), ("inconsistent", False)],
)
def test_one_label_is_consistent(label: Any, expected: bool) -> None:
    report = check(real_run().activity)
    evidence = attrs.evolve(report.evidence, label=label)
    assert consistent(attrs.evolve(report, evidence=evidence)) is expected


def long_run(name: str = "b-made.fit") -> RealRun:
    """Half an hour at several speeds, a little unsteady, uphill first."""
    workout = plan(*[timed(300)] * 6)
    pieces = [
        Piece(timer_s=300, speed_mps=2.8 + 0.2 * place, cadence_spm=160 + 1.6 * place,
              grade_percent=2 - place, step_index=place)
        for place in range(6)
    ]  # fmt: skip
    activity = record(pieces, workout)
    wave = 1 + 0.01 * np.sin(np.arange(len(activity.track)) / 40)
    track = attrs.evolve(activity.track, cadence_spm=activity.track.cadence_spm * wave)
    return RealRun(name, attrs.evolve(activity, track=track), ())


def made(kind: Kind = "random", seconds: int = 60, count: int = 6) -> Declared:
    found = declared(long_run(), kind, seconds, count, np.random.default_rng(1))
    assert found is not None
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_parts_declared_backward_are_as_long_and_as_many_as_asked_and_apart(kind: Kind) -> None:
    found = made(kind)
    assert [end - start for start, end in found.parts] == [60.0] * 6
    assert all(after[0] - before[1] >= 20 for before, after in itertools.pairwise(found.parts))
    backward = [one for one in found.results if one.planned.step.movement.is_backward]
    assert [
        (one.start_at and one.start_at.timestamp(), one.end_at and one.end_at.timestamp())
        for one in backward
    ] == list(found.parts)
    assert found.evidence().executions == 6


def test_the_slowest_and_the_last_parts_are_those() -> None:
    assert made("last").parts[-1][1] > made("slowest").parts[-1][1]
    slow, fast = (made(kind).evidence().effects for kind in ("slowest", "fastest"))
    assert slow != fast


def test_a_run_that_is_too_short_or_level_has_no_such_parts() -> None:
    random = np.random.default_rng(0)
    assert declared(long_run(), "random", 600, 3, random) is None
    flat = long_run()
    track = attrs.evolve(flat.activity.track, altitude_m=np.full(len(flat.activity.track), 5.0))
    level = attrs.evolve(flat, activity=attrs.evolve(flat.activity, track=track))
    assert declared(level, "uphill", 60, 3, random) is None
    nothing = attrs.evolve(flat, activity=attrs.evolve(flat.activity, track=track_of_nothing()))
    assert declared(nothing, "random", 60, 3, random) is None


def track_of_nothing() -> Track:
    return Track.from_columns(np.array([]))


def test_an_effect_is_laid_into_the_parts_and_found_there() -> None:
    plain, changed = made(), made().with_cadence(0.11)
    assert plain.evidence().cadence_effect == pytest.approx(0.0, abs=0.02)
    assert changed.evidence().cadence_effect == pytest.approx(0.11, abs=0.02)
    half = made().with_cadence(0.11, 0.5).evidence().effects
    assert sum(one.effect > 0.06 for one in half) == 3
    assert changed.calibration().cadence_effect == pytest.approx(0.11, abs=0.02)


@pytest.mark.parametrize("slope", [0.0, 16.0])
def test_jogging_is_slower_than_all_else_along_the_slope_asked_for(slope: float) -> None:
    jogged = made().jogged(slope)
    track = jogged.activity.track
    inside = np.zeros(len(track), dtype=np.bool_)
    for start, end in jogged.parts:
        inside |= (track.unix_s >= start) & (track.unix_s < end)
    assert track.speed_mps[inside].max() < 0.8 * track.speed_mps[~inside].min()
    found, _ = np.polyfit(track.speed_mps, track.cadence_spm, 1)
    assert found == pytest.approx(slope, abs=1.0 if slope == 0 else 6.0)


def test_the_bench_of_evidence_counts_over_real_runs() -> None:
    runs = [long_run(), long_run("b-other.fit"), long_run("i-made.fit")]
    six, ten = effects_recognised(runs)
    assert (six.name, six.count, ten.count) == ("recognised_6x60", 3, 3)
    assert six.value >= 2 / 3
    assert any("11%: 1.000" in note for note in six.notes)
    assert jogging_called_backward(runs).value == 0.0
    assert calibrated_recognised(runs).value == 1.0
    assert forward_called_backward(runs).value == 0.0


def test_constants_are_those_of_another_athlete_and_are_put_back() -> None:
    before = cadence_contrast.BOUT_ERROR
    with constants_in_use((0.5, 0.1, 0.1)):
        assert cadence_contrast.BOUT_ERROR == 0.5
    assert before == cadence_contrast.BOUT_ERROR


def test_a_bound_on_a_share_is_the_exact_one() -> None:
    assert upper_bound(0, 49) == pytest.approx(1 - 0.05 ** (1 / 49))
    assert upper_bound(5, 5) == pytest.approx(1.0)


# Speed.


def timing(name: str, ours_s: float, theirs_s: float) -> Measured:
    return Measured(
        name, 1000, {"backrun-fit": Timing(9.0, ours_s), "fitfast": Timing(9.0, theirs_s)}
    )


def test_the_ratio_is_of_the_totals_and_each_slower_file_is_told() -> None:
    result = speed_measure([timing("a", 1.0, 4.0), timing("b", 2.0, 1.0)])
    assert result.value == pytest.approx(5.0 / 3.0)
    assert [failure.where for failure in result.failures] == ["b"]
    assert result.is_met
    assert not speed_measure([timing("b", 2.0, 1.0)]).is_met


def test_without_the_rival_there_is_no_ratio() -> None:
    result = check_speed({"a": b""}, [])
    assert math.isnan(result.value)
    assert result.notes == ("fitfast is not installed",)


# All of it.


def test_without_a_corpus_its_measures_are_nan_and_it_says_so() -> None:
    console = Console(file=io.StringIO(), width=110)
    found = dict(pair.split("=") for pair in run(None, [], console, fewer=250).split())
    assert tuple(found) == NAMES
    for name in OF_REAL_RUNS:
        assert found[name] == "nan", name
    for name in ("fault_precision", "fault_recall", "false_alarms", "backward_recognised"):
        assert 0.0 <= float(found[name]) <= 1.0, name
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "no corpus" in shown
    assert re.search(r"fault.*recall", shown)


def test_a_few_real_runs_are_found(corpus: Path) -> None:
    runs = real_runs(corpus)[:3]
    assert found_with_indexes(runs).value == 1.0
    assert unmoved(runs, range(5)).count > 0
    assert isinstance(report_of(runs[0].activity), Report)
    assert isinstance(report_of(attrs.evolve(runs[0].activity, workout=None)), str)
    assert isinstance(runs[0].activity, Activity)
