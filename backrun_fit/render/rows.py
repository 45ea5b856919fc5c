"""A report as a table: one flat row an execution, for data frames and spreadsheets."""

from __future__ import annotations

from typing import Any, Final

import attrs

from backrun_fit.render.document import quantity
from backrun_fit.report import Done, Report, StepResult

__all__ = ["COLUMNS", "report_rows"]

_PLANNED: Final = (
    "duration_s",
    "distance_m",
    "heart_rate_bpm",
    "slowest_mps",
    "fastest_mps",
    "lowest_bpm",
    "highest_bpm",
    "lowest_spm",
    "highest_spm",
    "lowest_w",
    "highest_w",
)
_DONE: Final = tuple(field.name for field in attrs.fields(Done))

COLUMNS: Final = (
    "source",
    "started_at",
    "workout",
    "number",
    "step_index",
    "name",
    "movement",
    "intensity",
    "verdict",
    "quality",
    "weight_s",
    "role",
    "weight",
    "certainty",
    "start_at",
    "end_at",
    "first_lap",
    "last_lap",
    "planned_duration",
    "planned_target",
    *(f"planned_{name}" for name in _PLANNED),
    *_DONE,
    "cadence_effect",
    "reasons",
    "notes",
)
"""The keys of every row, in order; ``docs/reference/json.md`` says what each holds."""


def report_rows(report: Report) -> list[dict[str, Any]]:
    """One row an execution, in order, all with the keys of ``COLUMNS``.

    Args:
        report: Of any run; without executions there are no rows.

    Returns:
        Numbers, texts and aware datetimes; None where something is absent.

    Example:
        >>> COLUMNS[3:5], "planned_slowest_mps" in COLUMNS
        (('number', 'step_index'), True)
    """
    effects = {each.number: each.effect for each in report.evidence.effects}
    return [_row(report, result, effects) for result in report.results]


def _row(report: Report, result: StepResult, effects: dict[int, float]) -> dict[str, Any]:
    planned, step = result.planned, result.planned.step
    duration, target = quantity(step.duration), quantity(step.target)
    numbers = {**duration, **target}
    done = {} if result.done is None else attrs.asdict(result.done)
    found = {
        "source": report.source,
        "started_at": report.started_at,
        "workout": report.workout.name,
        "number": planned.number,
        "step_index": planned.step_index,
        "name": step.name,
        "movement": step.movement.value,
        "intensity": step.intensity and step.intensity.value,
        "verdict": result.verdict.value,
        "quality": result.quality,
        "weight_s": result.weight_s,
        "role": result.role,
        "weight": result.weight,
        "certainty": result.certainty,
        "start_at": result.start_at,
        "end_at": result.end_at,
        "first_lap": result.first_lap,
        "last_lap": result.last_lap,
        "planned_duration": duration["kind"],
        "planned_target": target["kind"],
        **{f"planned_{name}": numbers.get(name) for name in _PLANNED},
        **{name: done.get(name) for name in _DONE},
        "cadence_effect": effects.get(planned.number),
        "reasons": "; ".join(finding.message for finding in result.findings),
        "notes": "; ".join(result.notes),
    }
    return {name: found[name] for name in COLUMNS}
