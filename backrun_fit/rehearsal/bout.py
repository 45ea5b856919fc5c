"""What is done without a break, the state before and after, and what it leaves. Holds data."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from backrun_fit.activity import Column
from backrun_fit.rehearsal.effort import Effort
from backrun_fit.rehearsal.intent import Intent

__all__ = ["Bout", "Entry", "LapEnd", "Stretch"]


@attrs.frozen(kw_only=True)
class Bout:
    """What the runner is about to do.

    Attributes:
        intent: What is to happen.
        effort: How the runner goes about it.
        planned: The same if nothing went wrong.
        number: The execution; None outside the workout.
        step_index: For the lap; None outside the workout.
    """

    intent: Intent
    effort: Effort
    planned: Effort
    number: int | None = None
    step_index: int | None = None


@attrs.frozen(kw_only=True)
class Entry:
    """The state in which a stretch begins.

    Attributes:
        at_ms: Unix time.
        timer_ms: On the watch's timer.
        planned_s: As long as everything before would have taken without a fault.
        distance_m: On the watch.
        ground_m: On the ground.
        climb_m: Above the ground where the session began.
        heart_rate_bpm: Of the runner.
        demand_bpm: What the heart rate was tending to.
        speed_mps: As aimed at in what came before, whatever went wrong there.
        scale: Metres on the watch for each on the ground.
    """

    at_ms: int
    timer_ms: int = 0
    planned_s: float = 0.0
    distance_m: float = 0.0
    ground_m: float = 0.0
    climb_m: float = 0.0
    heart_rate_bpm: float
    demand_bpm: float
    speed_mps: float = 0.0
    scale: float = 1.0


@attrs.frozen(kw_only=True)
class LapEnd:
    """Where a lap ends.

    Attributes:
        at_ms: Unix time.
        timer_ms: On the watch's timer.
        distance_m: On the watch.
        trigger: FIT's word for why.
    """

    at_ms: int
    timer_ms: int
    distance_m: float
    trigger: str


@attrs.frozen(kw_only=True, eq=False)
class Stretch:
    """What a bout left behind.

    Attributes:
        bout: What was done.
        begin: The state before.
        end: The state after.
        lap_ends: In order; empty where the lap goes on.
        pauses: Unix milliseconds from and to which the timer stood still.
        columns: Samples by the names of ``Track``, and ``ground_m`` and ``climb_m``; one
            length, may be empty.
    """

    bout: Bout
    begin: Entry
    end: Entry
    lap_ends: tuple[LapEnd, ...]
    pauses: tuple[tuple[int, int], ...]
    columns: Mapping[str, Column]
