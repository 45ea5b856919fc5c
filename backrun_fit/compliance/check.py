"""The verb: a recording and a plan in, a report out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import attrs

from backrun_fit.activity import Activity
from backrun_fit.athlete.calibration import BackwardCalibration
from backrun_fit.compiled import CompiledWorkout, impossible_paces
from backrun_fit.compliance.alignment.align import align_recording
from backrun_fit.compliance.backward_summary import summarise_backward
from backrun_fit.compliance.colour import colour_of
from backrun_fit.compliance.compare import compare
from backrun_fit.compliance.evidence import gather_evidence
from backrun_fit.compliance.judge import judge, overall_verdict
from backrun_fit.compliance.legs import choose_leg
from backrun_fit.compliance.means import LONGEST_INTERVAL_S
from backrun_fit.compliance.measure import measure
from backrun_fit.compliance.pairing import Alignment, AlignMode, Pairing
from backrun_fit.compliance.safety import backward_notes, observe_safety
from backrun_fit.compliance.scores import score
from backrun_fit.compliance.targets import Setting
from backrun_fit.compliance.timeline import Recording
from backrun_fit.errors import AlignmentError, DataWarning
from backrun_fit.limits import DEFAULT_LIMITS, Limits
from backrun_fit.report import Report, StepResult, Verdict
from backrun_fit.time_limit import check_time_limit, time_limit
from backrun_fit.tolerances import Tolerances
from backrun_fit.units import UnitSystem

__all__ = ["check"]

_DEFAULT_TOLERANCES = Tolerances()
# A stretch that ends within this of the recording was ended by it.
_END_SLACK_S = 2.0
# A recording that stopped so soon behind a lap has no lap of the seconds since.
_STOPPED_SLACK_S = 5.0


def check(
    activity: Activity | Sequence[Activity],
    workout: CompiledWorkout | None = None,
    *,
    leg: int | None = None,
    tolerances: Tolerances = _DEFAULT_TOLERANCES,
    align: AlignMode = "auto",
    units: UnitSystem = "metric",
    calibration: BackwardCalibration | None = None,
    limits: Limits = DEFAULT_LIMITS,
    time_limit_s: float | None = None,
) -> Report:
    """Say, step by step, whether a run did what its plan asked.

    The workout that the watch executed is the yardstick where the activity
    carries one: its laps point to it. A workout given beside it is compared
    with it, and the differences are listed. A workout given alone is the yardstick.

    Args:
        activity: As read; or all legs of one recording, of which the one that the workout
            is for is checked (see ``choose_leg``).
        workout: The plan; may be left out where the activity carries one.
        leg: One-based number of the leg to check, where the choice is not to be made here.
        tolerances: How far off still counts as done.
        align: What alignment may look at (see ``align_recording``).
        units: How distances and paces are printed in reasons.
        calibration: How this athlete runs backward (see ``calibrate``), for the evidence.
        limits: Of which ``planned_steps``, ``passes``, ``nesting`` and ``alignment_cells``
            hold; those of files held when the activity was read.
        time_limit_s: Seconds that the check may take; None for as long as it takes. The check
            looks at the clock between its stages, for each step that it aligns and for each
            that it judges, so it ends within about a second of the limit. It is not
            interrupted from outside (see ``check_many`` for processes that are killed).

    Returns:
        A report with one result an execution. What was not done is in it, as a
        verdict; it is never an error.

    Raises:
        AlignmentError: There is no workout at all, it has no steps, or the
            recording lacks what ``align`` looks at.
        CompileError: A workout cannot be unrolled.
        SpecError: The time limit is no number of seconds.
        TimeLimitError: The check took longer than its limit.

    Example:
        >>> import numpy as np
        >>> from backrun_fit.activity import Track
        >>> from backrun_fit.compliance.timeline import instant
        >>> from backrun_fit.workout import Step, TimeDuration
        >>> track = Track.from_columns(np.arange(61.0), speed_mps=np.full(61, 3.0))
        >>> run = Activity(started_at=instant(0), ended_at=instant(60), sport="running",
        ...                track=track)
        >>> minute = Step(duration=TimeDuration(duration_s=60.0))
        >>> report = check(run, CompiledWorkout(name="a minute", messages=(minute,)))
        >>> report.verdict.value, report.score, report.align
        ('met', 100.0, 'samples')
    """
    with time_limit(time_limit_s):
        return _check(activity, workout, leg, tolerances, align, units, calibration, limits)


def _check(
    activity: Activity | Sequence[Activity],
    workout: CompiledWorkout | None,
    leg: int | None,
    tolerances: Tolerances,
    align: AlignMode,
    units: UnitSystem,
    calibration: BackwardCalibration | None,
    limits: Limits,
) -> Report:
    check_time_limit()
    legs = (activity,) if isinstance(activity, Activity) else activity
    activity = choose_leg(legs, workout, leg, limits=limits)
    yardstick, origin = _yardstick(activity, workout)
    recording = Recording.of(activity)
    check_time_limit()
    alignment = align_recording(recording, yardstick, align, limits=limits)
    setting = Setting(
        tolerances=tolerances,
        sub_sport=activity.sub_sport,
        has_foot_pod=recording.has_foot_pod,
        units=units,
        is_complete=activity.is_complete,
    )
    results = tuple(_judged(recording, alignment, setting))
    check_time_limit()
    evidence = gather_evidence(recording, results, calibration)
    in_doubt = evidence.label == "inconsistent"
    check_time_limit()
    scores = score(results)
    results = scores.results
    comparison = None
    if workout is not None and yardstick is not workout:
        comparison = compare(workout, yardstick, units, limits=limits)
    return Report(
        source=activity.source,
        started_at=activity.started_at,
        sport=activity.sport,
        sub_sport=activity.sub_sport,
        leg=activity.leg,
        leg_count=activity.leg_count,
        is_complete=activity.is_complete,
        workout=yardstick,
        workout_origin=origin,
        agreements=None if comparison is None else comparison.agreements,
        agreed=() if comparison is None else comparison.agreed,
        differences=() if comparison is None else comparison.differences,
        align=alignment.mode,
        score=scores.session,
        work_score=scores.work,
        score_basis=scores.basis,
        backward=summarise_backward(results, scores.backward, is_withheld=in_doubt),
        verdict=overall_verdict(results, in_doubt=in_doubt),
        colour=colour_of(recording, results) if activity.is_complete else None,
        results=results,
        extra=alignment.extra,
        evidence=evidence,
        safety=observe_safety(results, tolerances, units),
        tolerances=tolerances,
        sources=recording.sources,
        warnings=(
            *activity.warnings,
            *alignment.warnings,
            *_doubts(activity, yardstick),
            *_without_records(recording, results),
        ),
    )


def _yardstick(
    activity: Activity, given: CompiledWorkout | None
) -> tuple[CompiledWorkout, Literal["activity", "given"]]:
    carried = activity.workout
    if carried is not None and carried.messages:
        return carried, "activity"
    if given is None:
        why = [str(odd) for odd in activity.warnings if odd.code == "workout_unreadable"]
        raise AlignmentError(
            "; ".join(
                ["expected a workout in the activity or one given beside it, got neither", *why]
            )
        )
    if not given.messages:
        raise AlignmentError(f"expected a workout with steps, got {given.name!r} without any")
    return given, "given"


def _judged(recording: Recording, alignment: Alignment, setting: Setting) -> Iterator[StepResult]:
    found = [place for place, pairing in enumerate(alignment.pairings) if pairing.stretch]
    last = found[-1] if found else len(alignment.pairings)
    ended = bool(found) and _ended_with_recording(recording, alignment.pairings[last])
    for place, pairing in enumerate(alignment.pairings):
        check_time_limit()
        if pairing.stretch is None:
            if ended and place > last and pairing.is_recorded:
                pairing = attrs.evolve(pairing, reason="the recording ended before it")
            yield judge(pairing, None, setting)
            continue
        step = pairing.execution.step
        done = measure(recording, pairing.stretch, step, setting.tolerances)
        result = judge(pairing, done, setting, cut_by_end=ended and place == last)
        if result.verdict is Verdict.SKIPPED:  # its lap is a press of the button, no execution
            yield attrs.evolve(result, start_at=None, end_at=None)
            continue
        notes = backward_notes(result)
        yield attrs.evolve(result, notes=notes) if notes else result


def _ended_with_recording(recording: Recording, pairing: Pairing) -> bool:
    """Whether the recording ended in this execution: by its lap's trigger, else by its end."""
    stretch, activity = pairing.stretch, recording.activity
    if stretch is None:
        return False
    if (
        activity.is_complete
        and stretch.last_lap is not None
        and activity.laps[stretch.last_lap].trigger is not None
    ):
        return activity.laps[stretch.last_lap].trigger == "session_end"
    left_s = recording.clock.end_s - float(recording.clock.timer_s(stretch.end_at.timestamp()))
    return left_s <= (_END_SLACK_S if activity.is_complete else _STOPPED_SLACK_S)


def _doubts(activity: Activity, workout: CompiledWorkout) -> Iterator[DataWarning]:
    if activity.sport not in (None, "running"):
        yield DataWarning("other_sport", f"the activity is {activity.sport}, not running")
    if workout.sport != "running":
        yield DataWarning("other_sport", f"the workout is for {workout.sport}, not running")
    read = workout.warnings if workout is activity.workout else ()
    for text in dict.fromkeys((*read, *impossible_paces(workout))):
        yield DataWarning("odd_workout", text)


def _without_records(recording: Recording, results: Sequence[StepResult]) -> Iterator[DataWarning]:
    """Steps of a recording that has samples, of which only the laps' totals are known."""
    if not len(recording.activity.track):
        return
    bare = [
        str(result.planned.number)
        for result in results
        if result.was_done and result.done is not None and not result.done.sample_count
        if (result.done.timer_s or 0.0) > LONGEST_INTERVAL_S
    ]
    if bare:
        text = f"no records in step {', '.join(bare)}: only the totals of the laps are known there"
        yield DataWarning("step_without_records", text, len(bare))
