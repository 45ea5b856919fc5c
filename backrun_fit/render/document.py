"""Nouns as plain documents (dicts, lists, numbers, text) that any JSON reader takes.

Numbers are finite and carry their unit in the name; instants are ISO 8601 in
UTC; what is absent is null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from backrun_fit.activity import Activity, Lap
from backrun_fit.athlete import BackwardCalibration
from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage, unroll
from backrun_fit.fit.activity_reader import file_kind
from backrun_fit.fit.columns import Segment
from backrun_fit.report import Colour, ExtraLaps, Report, StepResult
from backrun_fit.trend import Trend, TrendRow, TrendRun
from backrun_fit.workout import Duration, RampTarget, Step, Target
from backrun_fit.workout.kinds import DURATION_KINDS, TARGET_KINDS

__all__ = [
    "ACTIVITY_SCHEMA",
    "CALIBRATION_SCHEMA",
    "CONTENTS_SCHEMA",
    "REPORT_SCHEMA",
    "TREND_SCHEMA",
    "WORKOUT_SCHEMA",
    "activity_document",
    "as_json",
    "calibration_document",
    "contents_document",
    "report_document",
    "trend_document",
    "workout_document",
]

Document = dict[str, Any]

REPORT_SCHEMA: Final = "backrun_fit/report/2"
TREND_SCHEMA: Final = "backrun_fit/trend/2"
WORKOUT_SCHEMA: Final = "backrun_fit/workout/2"
ACTIVITY_SCHEMA: Final = "backrun_fit/activity/2"
CONTENTS_SCHEMA: Final = "backrun_fit/contents/1"
CALIBRATION_SCHEMA: Final = "backrun_fit/calibration/1"

_KINDS: Final[Mapping[type, str]] = {**DURATION_KINDS, **TARGET_KINDS}


def as_json(document: Document, *, ascii_only: bool = False) -> str:
    r"""One line of JSON, the same for the same document.

    Characters that print nothing, or change how others are printed (controls, marks of
    direction, joiners), are escaped: a terminal that is shown the line obeys none.

    Args:
        document: Of finite numbers.
        ascii_only: Escape all that is not ASCII.

    Raises:
        ValueError: A number is not finite.

    Example:
        >>> as_json({"score": 100.0, "name": "Läufe"})
        '{"score": 100.0, "name": "Läufe"}'
        >>> as_json({"name": "a\u202eb"}), as_json({"name": "Läufe"}, ascii_only=True)
        ('{"name": "a\\u202eb"}', '{"name": "L\\u00e4ufe"}')
    """
    text = json.dumps(document, ensure_ascii=ascii_only, allow_nan=False)
    if text.isprintable():
        return text
    # Only inside its texts does JSON on one line hold anything that is not printable.
    return "".join(
        character if character.isprintable() else json.dumps(character)[1:-1] for character in text
    )


def instant(at: datetime | None) -> str | None:
    """An aware instant as ISO 8601 in UTC, ending in ``Z``; None stays None."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def quantity(value: Duration | Target) -> Document:
    """A duration or a target: its kind, and its numbers under their own names.

    A band without an upper limit has null in the place of it.
    """
    if isinstance(value, RampTarget):
        return {"kind": "ramp", "start": quantity(value.start), "end": quantity(value.end)}
    numbers = {
        name: None if number == math.inf else number for name, number in attrs.asdict(value).items()
    }
    return {"kind": _KINDS[type(value)], **numbers}


def workout_document(compiled: CompiledWorkout) -> Document:
    """A compiled workout: its head, its messages in order, and how long it is unrolled."""
    return {
        "schema": WORKOUT_SCHEMA,
        "name": compiled.name,
        "sport": compiled.sport,
        "sub_sport": compiled.sub_sport,
        "notes": compiled.notes,
        "messages": [_message(index, m) for index, m in enumerate(compiled.messages)],
        "execution_count": len(unroll(compiled)),
        "adjustments": list(compiled.adjustments),
        "warnings": list(compiled.warnings),
    }


def _message(index: int, message: Message) -> Document:
    if isinstance(message, RepeatMessage):
        return {
            "step_index": index,
            "repeat_from": message.first_index,
            "count": message.count,
            "until": message.until and quantity(message.until),
            "skip_last_recovery": message.skip_last_recovery,
        }
    return {"step_index": index, **step_document(message)}


def step_document(step: Step) -> Document:
    """A planned step."""
    return {
        "name": step.name,
        "movement": step.movement.value,
        "intensity": step.intensity and step.intensity.value,
        "duration": quantity(step.duration),
        "target": quantity(step.target),
        "secondary_target": step.secondary_target and quantity(step.secondary_target),
        "notes": step.notes,
    }


def contents_document(segment: Segment, source: str | None = None) -> Document:
    """What a FIT file holds that is neither an activity nor a workout.

    Args:
        segment: The file, or one of a chain.
        source: Its name.
    """
    tables = [segment.table(number) for number in segment.message_numbers]
    return {
        "schema": CONTENTS_SCHEMA,
        "source": source,
        "kind": file_kind(segment),
        "messages": {table.name: len(table) for table in tables},
        "warnings": [*map(str, segment.damages), *segment.warnings],
    }


def activity_document(activity: Activity) -> Document:
    """A recorded activity: its head and its laps in order, without the samples."""
    return {
        "schema": ACTIVITY_SCHEMA,
        "source": activity.source,
        "leg": activity.leg,
        "leg_count": activity.leg_count,
        "is_complete": activity.is_complete,
        "started_at": instant(activity.started_at),
        "ended_at": instant(activity.ended_at),
        "sport": activity.sport,
        "sub_sport": activity.sub_sport,
        "manufacturer": activity.manufacturer,
        "product": activity.product,
        "timer_s": activity.timer_s,
        "elapsed_s": activity.elapsed_s,
        "distance_m": activity.distance_m,
        "sample_count": len(activity.track),
        "laps": [_lap(lap) for lap in activity.laps],
        "workout": activity.workout and workout_document(activity.workout),
        "sources": dict(activity.track.sources),
        "warnings": [attrs.asdict(warning) for warning in activity.warnings],
    }


def _lap(lap: Lap) -> Document:
    return attrs.asdict(lap) | {"start_at": instant(lap.start_at), "end_at": instant(lap.end_at)}


def report_document(report: Report) -> Document:
    """A report, complete; the keys are a contract under ``schema``.

    ``executions`` are in order, one each, the skipped ones included; see
    ``docs/reference/json.md`` for every key.
    """
    return {
        "schema": REPORT_SCHEMA,
        "activity": {
            "source": report.source,
            "leg": report.leg,
            "leg_count": report.leg_count,
            "is_complete": report.is_complete,
            "started_at": instant(report.started_at),
            "sport": report.sport,
            "sub_sport": report.sub_sport,
        },
        "workout": {
            "name": report.workout.name,
            "origin": report.workout_origin,
            "sport": report.workout.sport,
            "sub_sport": report.workout.sub_sport,
            "message_count": len(report.workout.messages),
            "execution_count": len(report.results),
            "agreements": report.agreements,
            "agreed": list(report.agreed),
            "differences": [attrs.asdict(difference) for difference in report.differences],
        },
        "align": report.align,
        "score": report.score,
        "work_score": report.work_score,
        "score_basis": report.score_basis,
        "backward": report.backward and attrs.asdict(report.backward),
        "verdict": report.verdict.value,
        "colour": report.colour and _colour(report.colour),
        "executions": [_execution(result) for result in report.results],
        "extra": [_extra(extra) for extra in report.extra],
        "evidence": attrs.asdict(report.evidence),
        "safety": list(report.safety),
        "tolerances": attrs.asdict(report.tolerances),
        "sources": dict(report.sources),
        "warnings": [attrs.asdict(warning) for warning in report.warnings],
    }


def _execution(result: StepResult) -> Document:
    step = result.planned.step
    return {
        "step_index": result.planned.step_index,
        "number": result.planned.number,
        "name": step.name,
        "movement": step.movement.value,
        "intensity": step.intensity and step.intensity.value,
        "start_at": instant(result.start_at),
        "end_at": instant(result.end_at),
        "first_lap": result.first_lap,
        "last_lap": result.last_lap,
        "pairing": result.pairing,
        "certainty": result.certainty,
        "planned": {"duration": quantity(step.duration), "target": quantity(step.target)},
        "done": result.done and attrs.asdict(result.done),
        "verdict": result.verdict.value,
        "reasons": [finding.message for finding in result.findings],
        "findings": [
            {
                "component": finding.component,
                "verdict": finding.verdict.value,
                "quality": finding.quality,
                "message": finding.message,
            }
            for finding in result.findings
        ],
        "notes": list(result.notes),
        "weight_s": result.weight_s,
        "role": result.role,
        "weight": result.weight,
        "quality": result.quality,
    }


def _colour(colour: Colour) -> Document:
    return attrs.asdict(colour) | {"ratio": colour.ratio}


def _extra(extra: ExtraLaps) -> Document:
    return attrs.asdict(extra) | {
        "start_at": instant(extra.start_at),
        "end_at": instant(extra.end_at),
    }


def calibration_document(
    calibration: BackwardCalibration,
    replaced: BackwardCalibration | None = None,
    source: str | None = None,
) -> Document:
    """What a calibration run says about an athlete's own backward running, as plain values.

    Args:
        calibration: As measured.
        replaced: The one whose place it took in an athlete file, if any.
        source: Name of the file of the run.
    """
    return {
        "schema": CALIBRATION_SCHEMA,
        "source": source,
        "calibrated_on": calibration.on.isoformat(),
        "bouts": calibration.bouts,
        "cadence_effect": calibration.cadence_effect,
        "cadence_effect_spread": calibration.cadence_effect_spread,
        "cadence_effect_uncertainty": calibration.cadence_effect_uncertainty,
        "speed_mps": calibration.speed_mps,
        "speed_uncertainty_mps": calibration.speed_uncertainty_mps,
        "replaced_on": None if replaced is None else replaced.on.isoformat(),
    }


def trend_document(trend: Trend) -> Document:
    """Several runs of one workout, side by side; see ``docs/reference/json.md`` for every key."""
    return {
        "schema": TREND_SCHEMA,
        "workout": trend.workout,
        "runs": [_trend_run(run) for run in trend.runs],
        "executions": [_trend_row(row) for row in trend.rows],
        "notes": list(trend.notes),
    }


def _trend_run(run: TrendRun) -> Document:
    return {
        "source": run.source,
        "started_at": instant(run.started_at),
        "score": run.score,
        "work_score": run.work_score,
        "score_basis": run.score_basis,
        "backward": run.backward and attrs.asdict(run.backward),
        "colour": run.colour and _colour(run.colour),
        "verdict": run.verdict.value,
        "evidence": attrs.asdict(run.evidence),
    }


def _trend_row(row: TrendRow) -> Document:
    step = row.step
    return {
        "step_index": row.step_index,
        "number": row.number,
        "name": step.name,
        "movement": step.movement.value,
        "intensity": step.intensity and step.intensity.value,
        "planned": {"duration": quantity(step.duration), "target": quantity(step.target)},
        "runs": [
            cell and attrs.asdict(cell) | {"verdict": cell.verdict.value} for cell in row.cells
        ],
        "speed_change_mps": row.speed_change_mps,
        "heart_rate_change_bpm": row.heart_rate_change_bpm,
        "cadence_effect_change": row.cadence_effect_change,
    }
