"""What really happened in a rehearsal, which no checker is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import attrs

from backrun_fit.workout import Movement

__all__ = ["TRUTH_SCHEMA", "TrueExecution", "Truth", "truth_document"]

TRUTH_SCHEMA: Final = "backrun_fit/truth/1"


@attrs.frozen(kw_only=True)
class TrueExecution:
    """One execution that was begun.

    Attributes:
        number: One-based in the plan, repeats unrolled.
        step_index: Message index of its step.
        start_at: When it began.
        end_at: When the athlete was through with it.
        timer_s: Seconds with the timer running.
        distance_m: On the watch.
        ground_m: On the ground.
        movement: How the athlete moved.
        speed_mps: Aimed at.
        grade: Metres up for each metre on.
        counts: Whether it is of the last start of the workout; a restart makes all
            before it void.
        faults: Words of what went wrong, such as ``skip``; empty when nothing did.
    """

    number: int
    step_index: int
    start_at: datetime
    end_at: datetime
    timer_s: float
    distance_m: float
    ground_m: float
    movement: Movement
    speed_mps: float
    grade: float = 0.0
    counts: bool = True
    faults: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Truth:
    """A whole rehearsal.

    Attributes:
        executions: In order of time; those that never began are absent.
        planned: How many executions the plan has.
        faults: All that went wrong, as ``parse_fault`` reads it.
        quirks: How the recorder changed the file afterwards.
        ran_plan: Whether the plan was run at all, and not another workout.
    """

    executions: tuple[TrueExecution, ...]
    planned: int
    faults: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()
    ran_plan: bool = True


def truth_document(truth: Truth) -> dict[str, Any]:
    """The truth as a plain document; instants in ISO 8601, UTC.

    Example:
        >>> truth_document(Truth(executions=(), planned=3))["planned"]
        3
    """
    return {
        "schema": TRUTH_SCHEMA,
        "planned": truth.planned,
        "ran_plan": truth.ran_plan,
        "faults": list(truth.faults),
        "quirks": list(truth.quirks),
        "executions": [
            {
                "number": one.number,
                "step_index": one.step_index,
                "start_at": one.start_at.isoformat(),
                "end_at": one.end_at.isoformat(),
                "timer_s": round(one.timer_s, 3),
                "distance_m": round(one.distance_m, 2),
                "ground_m": round(one.ground_m, 2),
                "movement": one.movement.value,
                "speed_mps": round(one.speed_mps, 3),
                "grade": one.grade,
                "counts": one.counts,
                "faults": list(one.faults),
            }
            for one in truth.executions
        ],
    }
