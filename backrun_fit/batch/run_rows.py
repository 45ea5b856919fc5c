"""Results as flat rows, a run or an error each; a contract (docs/reference/parquet.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from backrun_fit.batch.checking import RunResult
from backrun_fit.render.rows import COLUMNS, report_rows
from backrun_fit.report import Report, StepResult, Verdict
from backrun_fit.workout import Movement

__all__ = ["EXECUTION_COLUMNS", "RUNS_SCHEMA", "RUN_COLUMNS", "executions_of", "run_row"]

RUNS_SCHEMA: Final = "backrun_fit/runs/1"

_BACKWARD: Final = (Movement.BACKWARD_RUN, Movement.BACKWARD_WALK)
# Of an execution's row these are the run's, which has them once.
_OF_THE_RUN: Final = ("source", "started_at", "workout")

EXECUTION_COLUMNS: Final = tuple(name for name in COLUMNS if name not in _OF_THE_RUN)
"""The keys of every execution of a run, in order."""


def _count(has: Callable[[StepResult], bool]) -> Callable[[Report], int]:
    return lambda report: sum(map(has, report.results))


def _colour(basis: str, of: str) -> Callable[[Report], float | None]:
    def value(report: Report) -> float | None:
        colour = report.colour
        if colour is None or colour.basis != basis:
            return None
        return float(getattr(colour, of))

    return value


def _backward(report: Report) -> Iterable[StepResult]:
    return (
        result
        for result in report.results
        if result.planned.step.movement in _BACKWARD and result.was_done
    )


def _backward_sum(name: str) -> Callable[[Report], float]:
    return lambda report: sum(getattr(done.done, name) or 0.0 for done in _backward(report))


def _least_certainty(report: Report) -> float | None:
    known = [result.certainty for result in report.results if result.certainty is not None]
    return min(known, default=None)


_OF_REPORT: Final[Mapping[str, tuple[type, Callable[[Report], Any]]]] = MappingProxyType(
    {
        "started_at": (object, lambda report: report.started_at),
        "sport": (str, lambda report: report.sport),
        "sub_sport": (str, lambda report: report.sub_sport),
        "workout": (str, lambda report: report.workout.name),
        "workout_origin": (str, lambda report: report.workout_origin),
        "align": (str, lambda report: report.align),
        "score": (float, lambda report: report.score),
        "work_score": (float, lambda report: report.work_score),
        "score_basis": (str, lambda report: report.score_basis),
        "backward_score": (float, lambda report: report.backward and report.backward.score),
        "verdict": (str, lambda report: report.verdict.value),
        "missed": (bool, lambda report: report.verdict.is_miss),
        "execution_count": (int, lambda report: len(report.results)),
        "met_count": (int, _count(lambda result: result.verdict is Verdict.MET)),
        "missed_count": (int, _count(lambda result: result.verdict.is_miss)),
        "done_unmeasured_count": (
            int,
            _count(lambda result: result.verdict is Verdict.DONE_UNMEASURED),
        ),
        "not_measurable_count": (
            int,
            _count(lambda result: result.verdict is Verdict.NOT_MEASURABLE),
        ),
        "least_certainty": (float, _least_certainty),
        "extra_lap_count": (
            int,
            lambda report: sum(1 + each.last_lap - each.first_lap for each in report.extra),
        ),
        "colour": (str, lambda report: report.colour and report.colour.colour),
        "planned_timer_s": (float, _colour("duration", "planned")),
        "done_timer_s": (float, _colour("duration", "done")),
        "planned_distance_m": (float, _colour("distance", "planned")),
        "done_distance_m": (float, _colour("distance", "done")),
        "backward_planned_count": (
            int,
            lambda report: report.backward.planned_count if report.backward else 0,
        ),
        "backward_count": (int, lambda report: sum(1 for _ in _backward(report))),
        "backward_timer_s": (float, _backward_sum("timer_s")),
        "backward_distance_m": (float, _backward_sum("distance_m")),
        "evidence": (str, lambda report: report.evidence.label),
        "evidence_executions": (int, lambda report: report.evidence.executions),
        "cadence_effect": (float, lambda report: report.evidence.cadence_effect),
        "cadence_effect_uncertainty": (float, lambda report: report.evidence.uncertainty),
        "agreement_count": (int, lambda report: report.agreements),
        "difference_count": (int, lambda report: len(report.differences)),
        "safety": (str, lambda report: "; ".join(report.safety)),
        "warnings": (str, lambda report: "; ".join(map(str, report.warnings))),
    }
)
"""Type and value of each column that a report fills; ``object`` stands for an instant."""

RUN_COLUMNS: Final[Mapping[str, type]] = MappingProxyType(
    {
        "source": str,
        "activity_number": int,
        "content_sha256": str,
        **{name: kind for name, (kind, _) in _OF_REPORT.items()},
        "error": str,
        "error_message": str,
        "error_offset": int,
    }
)
"""The columns in order, each with the type of its values; ``object`` stands for an instant."""


def run_row(result: RunResult, content_sha256: str | None) -> dict[str, Any]:
    """A result as one flat row.

    Args:
        result: Of one run.
        content_sha256: Of the input's bytes; None where they could not be read.

    Returns:
        All of ``RUN_COLUMNS`` in order; instants are aware datetimes, what is absent is
        None: of an error all that a report would say.

    Example:
        >>> from backrun_fit.batch.checking import check_many
        >>> (result,) = check_many([("a.fit", b"")])
        >>> row = run_row(result, None)
        >>> row["source"], row["score"], row["error"]
        ('a.fit', None, 'DecodeError')
    """
    report, error = result.report, result.error
    return {
        "source": result.source,
        "activity_number": result.activity_number,
        "content_sha256": content_sha256,
        **{
            name: None if report is None else value(report)
            for name, (_, value) in _OF_REPORT.items()
        },
        "error": error and error.kind,
        "error_message": error and error.message,
        "error_offset": error and error.offset,
    }


def executions_of(report: Report) -> list[dict[str, Any]]:
    """The executions of a run, each with all of ``EXECUTION_COLUMNS``; may be empty."""
    return [{name: row[name] for name in EXECUTION_COLUMNS} for row in report_rows(report)]
