"""Ground and dose of the backward parts: observations, never verdicts.

The article that the rules come from asks for flat surfaces. It starts with 1/8 mile
backward after each mile forward, or with 60 s in recoveries. No study was found of
either, and the doses of the studies differ too much for a limit: Ordway 2016 (J Strength
Cond Res 30(3):763) had men run backward steadily at 6:13/km, Uthoff 2020 (J Strength Cond
Res 34(4):1113) had boys sprint. So a run is compared with the article's start only.

Pace is not compared. The peak backward speed was 0.59 of the peak forward speed in 54
men (Kauffman-Tacada 2024, preprint rs-4528603), but one run does not show the athlete's
peak forward speed: marathon pace is above 70 % of the best of any easy run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from backrun_fit.report import StepResult
from backrun_fit.tolerances import Tolerances
from backrun_fit.units import UnitSystem, format_distance, format_duration
from backrun_fit.workout import Movement

__all__ = ["backward_notes", "observe_safety"]

FLAT_PERCENT: Final = 1.0
NOT_FLAT_PERCENT: Final = 2.0

START_M: Final = 201.168
"""1/8 mile."""
START_S: Final = 60.0
START_SHARE: Final = 1.0 / 8.0


def backward_notes(result: StepResult) -> tuple[str, ...]:
    """What there is to say about the ground of one backward execution.

    Within 1 % is flat, up to 2 % is a warning, above is not flat. Without an
    altimeter that is unknown.

    Returns:
        One sentence for a backward execution that was done, else none.
    """
    if result.done is None or not _is_backward_done(result):
        return ()
    return (_grade_text(result.done.grade_percent),)


def observe_safety(
    results: Sequence[StepResult],
    tolerances: Tolerances,
    units: UnitSystem = "metric",
) -> tuple[str, ...]:
    """What a coach would look at before the next backward session.

    Args:
        results: One an execution, in order, measured and judged.
        tolerances: Slack on times and distances, as for verdicts.
        units: How distances are printed.

    Returns:
        Sentences on steep ground and on doses larger than the article's start, each
        only where this run has them. Empty without backward executions.

    Example:
        >>> observe_safety([], Tolerances())
        ()
    """
    backward = [each for each in results if _is_backward_done(each)]
    if not backward:
        return ()
    return (
        *_ground(backward),
        *_dose(results, backward, tolerances, units),
    )


def _is_backward_done(result: StepResult) -> bool:
    return result.was_done and result.planned.step.movement.is_backward


# Ground.


def _grade_text(grade: float | None) -> str:
    if grade is None:
        return "grade unknown: no altitude, or too short to tell"
    shown = f"grade {round(grade, 1) + 0.0:+.1f} %"  # adding zero turns -0.0 into 0.0
    if abs(grade) <= FLAT_PERCENT:
        return f"{shown}: flat"
    if abs(grade) <= NOT_FLAT_PERCENT:
        return f"{shown}: barely flat, look for flatter ground"
    return f"{shown}: not flat"


def _ground(backward: Sequence[StepResult]) -> Iterator[str]:
    grades = [each.done.grade_percent for each in backward if each.done is not None]
    known = [abs(grade) for grade in grades if grade is not None]
    steep = sum(grade > NOT_FLAT_PERCENT for grade in known)
    warn = sum(FLAT_PERCENT < grade <= NOT_FLAT_PERCENT for grade in known)
    if steep or warn:
        yield (
            f"ground: {steep} of {len(known)} backward parts steeper than 2 %, "
            f"{warn} between 1 and 2 %"
        )


# Dose.


def _dose(
    results: Sequence[StepResult],
    backward: Sequence[StepResult],
    tolerances: Tolerances,
    units: UnitSystem,
) -> Iterator[str]:
    lengths_m = [each.done.distance_m or 0.0 for each in backward if each.done is not None]
    times_s = [each.done.timer_s or 0.0 for each in backward if each.done is not None]
    most_m = START_M + max(tolerances.distance_m, tolerances.distance_fraction * START_M)
    most_s = START_S + max(tolerances.duration_s, tolerances.duration_fraction * START_S)
    beyond_s = [time_s > most_s for time_s in times_s]
    longer = [
        (length_m, time_s)
        for length_m, time_s in zip(lengths_m, times_s, strict=True)
        if length_m > most_m and time_s > most_s
    ]
    eighth = format_distance(START_M, units)
    if longer:
        length_m, time_s = max(longer)
        yield (
            f"dose: {len(longer)} of {len(backward)} backward parts longer than the article's "
            f"start of {eighth} after a mile, or 60 s as a recovery (longest "
            f"{format_distance(length_m, units)} in {format_duration(time_s)})"
        )
    backward_m = math.fsum(lengths_m)
    forward_m = math.fsum(
        each.done.distance_m or 0.0
        for each in results
        if each.done is not None and each.was_done and each.planned.step.movement is Movement.RUN
    )
    most_share = START_SHARE * (1.0 + tolerances.distance_fraction)
    # Recoveries of 60 s are the article's own other start, however many there are.
    if any(beyond_s) and forward_m > 0 and backward_m > most_share * forward_m:
        yield (
            f"dose: {format_distance(backward_m, units)} backward to "
            f"{format_distance(forward_m, units)} forward, more than the article's start of "
            f"{eighth} to the mile"
        )
