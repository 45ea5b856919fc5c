"""Several runs of one workout, side by side in order of time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from backrun_fit.compiled import CompiledWorkout, PlannedExecution, RepeatMessage
from backrun_fit.compliance.compare import compare
from backrun_fit.errors import Problem, SpecError
from backrun_fit.report import Report, StepResult
from backrun_fit.trend import Trend, TrendCell, TrendRow, TrendRun
from backrun_fit.units import UnitSystem

__all__ = ["compare_runs"]

# Of the studies that were read, only Uthoff 2020 (J Strength Cond Res 34(4):1113) gives the
# number of sessions a week.
_UTHOFF_A_WEEK: Final = 2
_WEEK: Final = timedelta(days=7)


def compare_runs(reports: Sequence[Report], units: UnitSystem = "metric") -> Trend:
    """Lay reports on runs of one workout side by side.

    Args:
        reports: Two or more, in any order.
        units: How differences between workouts are printed.

    Returns:
        One row an execution, one cell a run.

    Raises:
        SpecError: There are less than two reports, or their workouts differ in
            anything but names; every difference is told.
        CompileError: A workout cannot be unrolled.

    Example:
        >>> compare_runs([])
        Traceback (most recent call last):
        ...
        backrun_fit.errors.SpecError: expected two or more runs to compare, got 0
    """
    if len(reports) < 2:
        raise SpecError(f"expected two or more runs to compare, got {len(reports)}")
    ordered = sorted(reports, key=lambda report: report.started_at)
    _refuse_differences(ordered, units)
    workout = ordered[0].workout
    # By place, not by number: a repeat that ends by a condition may have more passes
    # in one run than in another.
    tables = [
        {_place(workout, result.planned): result for result in report.results} for report in ordered
    ]
    rows: list[TrendRow] = []
    for number, place in enumerate(sorted(set().union(*tables)), start=1):
        found = [table.get(place) for table in tables]
        planned = next(result.planned for result in found if result is not None)
        rows.append(
            TrendRow(
                number=number,
                step_index=planned.step_index,
                passes=planned.passes,
                step=planned.step,
                cells=tuple(
                    None if result is None else _cell(report, result)
                    for report, result in zip(ordered, found, strict=True)
                ),
            )
        )
    return Trend(
        workout=workout.name,
        runs=tuple(_run(report) for report in ordered),
        rows=tuple(rows),
        notes=tuple(_notes(ordered)),
    )


def _refuse_differences(ordered: Sequence[Report], units: UnitSystem) -> None:
    first = ordered[0]
    problems = [
        Problem(
            f"expected {found.given or 'nothing'} as in {_name(first)}, "
            f"got {found.executed or 'nothing'}",
            path=f"{_name(other)}: {found.where}",
        )
        for other in ordered[1:]
        for found in compare(first.workout, other.workout, units).differences
    ]
    if problems:
        raise SpecError(problems)


def _name(report: Report) -> str:
    return report.source or f"the run of {report.started_at:%Y-%m-%d %H:%M}"


def _place(workout: CompiledWorkout, planned: PlannedExecution) -> tuple[int, ...]:
    """Where an execution stands: first message and pass of each repeat around it, its step."""
    around = [
        message.first_index
        for index, message in enumerate(workout.messages)
        if isinstance(message, RepeatMessage) and message.first_index <= planned.step_index < index
    ]
    around.reverse()  # an outer repeat stands after the inner ones
    turns = itertools.chain.from_iterable(zip(around, planned.passes, strict=True))
    return (*turns, planned.step_index)


def _run(report: Report) -> TrendRun:
    return TrendRun(
        source=report.source,
        started_at=report.started_at,
        score=report.score,
        work_score=report.work_score,
        score_basis=report.score_basis,
        backward=report.backward,
        colour=report.colour,
        verdict=report.verdict,
        evidence=report.evidence,
    )


def _cell(report: Report, result: StepResult) -> TrendCell:
    done = result.done
    if done is None or not result.was_done:
        return TrendCell(verdict=result.verdict)
    effects = {each.number: each.effect for each in report.evidence.effects}
    return TrendCell(
        verdict=result.verdict,
        speed_mps=done.speed_mps,
        heart_rate_bpm=done.heart_rate_bpm,
        cadence_effect=effects.get(result.planned.number),
    )


def _notes(ordered: Sequence[Report]) -> Iterator[str]:
    """More than two backward sessions within a week, counted from each of them."""
    starts = [
        report.started_at
        for report in ordered
        if any(each.was_done and each.planned.step.movement.is_backward for each in report.results)
    ]
    most = max((sum(start <= at < start + _WEEK for at in starts) for start in starts), default=0)
    if most > _UTHOFF_A_WEEK:
        yield (
            f"{most} runs with backward parts within seven days; boys who sprinted backward had "
            f"two sessions a week (Uthoff 2020)"
        )
