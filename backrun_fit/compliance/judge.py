"""Verdicts: what was measured against what was planned.

Every component is judged alone; the worst measurable one is the step's verdict.
Missing data is never a miss. ``docs/reference/checking.md`` has the rules for a reader.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import attrs

from backrun_fit.amounts import planned_seconds
from backrun_fit.compliance.pairing import Pairing
from backrun_fit.compliance.targets import Setting, judge_targets, seconds_text, unmeasured
from backrun_fit.compliance.tolerance_model import extent_slack
from backrun_fit.report import Done, Finding, StepResult, Verdict
from backrun_fit.units import format_distance, format_duration
from backrun_fit.wording import duration_text
from backrun_fit.workout import (
    DistanceDuration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    OtherDuration,
    Step,
    TimeDuration,
)

__all__ = ["SEVERITY", "judge", "overall_verdict"]

SEVERITY: Final[tuple[Verdict, ...]] = (
    Verdict.SKIPPED,
    Verdict.UNFINISHED,
    Verdict.SHORT,
    Verdict.LONG,
    Verdict.FAST,
    Verdict.SLOW,
    Verdict.DONE_UNMEASURED,
    Verdict.MET,
    Verdict.NOT_MEASURABLE,
)
"""Worst first."""


def judge(
    pairing: Pairing, done: Done | None, setting: Setting, *, cut_by_end: bool = False
) -> StepResult:
    """Judge one execution.

    Args:
        pairing: Which stretch was taken for it.
        done: What was measured there; None without a stretch.
        setting: Tolerances and circumstances.
        cut_by_end: The recording ended in this execution.

    Returns:
        The result with one finding a component: the extent always, and whatever
        the target asks for.

    Example:
        >>> from backrun_fit.compiled import PlannedExecution
        >>> from backrun_fit.compliance.pairing import Stretch
        >>> from backrun_fit.compliance.timeline import instant
        >>> minute = Step(duration=TimeDuration(duration_s=60.0))
        >>> pairing = Pairing(execution=PlannedExecution(number=1, step_index=0, step=minute),
        ...                   stretch=Stretch(start_at=instant(0), end_at=instant(40)), reason="")
        >>> result = judge(pairing, Done(timer_s=40.0), Setting())
        >>> result.verdict.value, result.findings[0].message
        ('short', '40 s of 1:00: too short')
    """
    step, stretch = pairing.execution.step, pairing.stretch
    if done is None or stretch is None:
        if not pairing.is_recorded:
            return _result(pairing, None, (unmeasured("extent", pairing.reason),))
        missing = Finding(
            component="extent", verdict=Verdict.SKIPPED, message=pairing.reason, quality=0.0
        )
        return _result(pairing, None, (missing,))
    extent = _extent(step, done, setting, cut_by_end=cut_by_end)
    findings = [extent]
    if extent.verdict is not Verdict.SKIPPED:
        findings += judge_targets(step, done, setting)
    if extent.verdict is Verdict.UNFINISHED and not setting.is_complete:
        return _stopped(pairing, done, findings)
    return _result(pairing, done, tuple(findings))


def _stopped(pairing: Pairing, done: Done, findings: Iterable[Finding]) -> StepResult:
    """A step in which the recording stopped counts as far as it was recorded, and no further."""
    counted = tuple(
        attrs.evolve(finding, quality=1.0)
        if finding.verdict is Verdict.UNFINISHED
        else attrs.evolve(finding, quality=None)
        if finding.verdict is Verdict.NOT_MEASURABLE
        else finding
        for finding in findings
    )
    result = _result(pairing, done, counted)
    return attrs.evolve(result, weight_s=min(result.weight_s, done.timer_s or 0.0))


def _result(pairing: Pairing, done: Done | None, findings: tuple[Finding, ...]) -> StepResult:
    stretch = pairing.stretch
    qualities = [finding.quality for finding in findings if finding.quality is not None]
    return StepResult(
        planned=pairing.execution,
        start_at=None if stretch is None else stretch.start_at,
        end_at=None if stretch is None else stretch.end_at,
        first_lap=None if stretch is None else stretch.first_lap,
        last_lap=None if stretch is None else stretch.last_lap,
        pairing=pairing.reason,
        certainty=pairing.certainty,
        done=done,
        verdict=_step_verdict(findings),
        findings=findings,
        weight_s=planned_seconds(pairing.execution.step),
        quality=math.prod(qualities) if qualities else None,
    )


def _step_verdict(findings: Iterable[Finding]) -> Verdict:
    """The worst one; a step that was met in one respect and not measured in another is neither."""
    verdicts = {finding.verdict for finding in findings}
    if verdicts == {Verdict.MET, Verdict.NOT_MEASURABLE}:
        return Verdict.DONE_UNMEASURED
    return min(verdicts, key=SEVERITY.index)


# Extent: how long.


def _extent(step: Step, done: Done, setting: Setting, *, cut_by_end: bool) -> Finding:
    limits = setting.tolerances
    match step.duration:
        case TimeDuration(duration_s=planned):
            value, text = done.timer_s, format_duration(planned)
        case DistanceDuration(distance_m=planned):
            value, text = done.distance_m, format_distance(planned, setting.units)
        case OtherDuration():
            end = duration_text(step.duration, setting.units)
            return unmeasured("extent", f"ends by a condition this check cannot read ({end})")
        case _:
            text = _open_text(step, done)
            return Finding(component="extent", verdict=Verdict.MET, message=text, quality=1.0)
    if value is None:
        return unmeasured("extent", f"{text} planned, and none was recorded")
    if isinstance(step.duration, TimeDuration):
        text = f"{seconds_text(value)} of {text}"
    else:
        text = f"{format_distance(value, setting.units)} of {text}"
    missing, quality = planned - value, min(value, planned) / max(value, planned)
    if abs(missing) <= extent_slack(step.duration, limits):
        if done.distance_by_construction:
            text += ", by construction: the lap was ended by its distance"
        return Finding(component="extent", verdict=Verdict.MET, message=text, quality=1.0)
    hardly_begun = (
        done.timer_s is not None
        and done.timer_s < limits.skipped_s
        and planned_seconds(step) > 2 * limits.skipped_s
    )
    if missing < 0:
        verdict, word = Verdict.LONG, "too long"
    elif cut_by_end:
        verdict = Verdict.UNFINISHED
        word = "the recording ended" if setting.is_complete else "the recording stops here"
    elif hardly_begun:
        verdict, word = Verdict.SKIPPED, "passed over"
    else:
        verdict, word = Verdict.SHORT, "too short"
    if missing > 0 and hardly_begun:
        quality = 0.0
    return Finding(component="extent", verdict=verdict, message=f"{text}: {word}", quality=quality)


def _open_text(step: Step, done: Done) -> str:
    text = "no planned length"
    if isinstance(step.duration, HeartRateBelowDuration | HeartRateAboveDuration):
        side = "below" if isinstance(step.duration, HeartRateBelowDuration) else "above"
        text = f"until the heart rate is {side} {step.duration.heart_rate_bpm:.0f} bpm"
        if done.heart_rate_end_bpm is not None:
            text += f", {done.heart_rate_end_bpm:.0f} bpm at the end"
    return text if done.timer_s is None else f"{seconds_text(done.timer_s)}, {text}"


# The whole.


def overall_verdict(results: Iterable[StepResult], *, in_doubt: bool = False) -> Verdict:
    """The worst verdict of all; NOT_MEASURABLE where there is none.

    Args:
        results: In any order.
        in_doubt: The evidence speaks against running backward, whatever the steps say.

    Example:
        >>> overall_verdict([]).value, overall_verdict([], in_doubt=True).value
        ('not_measurable', 'in_doubt')
    """
    if in_doubt:
        return Verdict.IN_DOUBT
    verdicts = [result.verdict for result in results]
    return min(verdicts, key=SEVERITY.index, default=Verdict.NOT_MEASURABLE)
