"""What is to happen in one execution, as planned or with something gone wrong."""

from __future__ import annotations

import attrs

from backrun_fit.workout import Step

__all__ = ["Intent"]


@attrs.frozen(kw_only=True)
class Intent:
    """One execution before it is run.

    Attributes:
        step: With an absolute target.
        faster_fraction: Above zero it is run this much faster than the fast end of its
            target, below zero this much slower than the slow end.
        skipped: Lap is pressed at once.
        share: Lap is pressed after this share of the plan; above 1 it goes on for longer.
        stop_s: Standing still for so long, half-way through, with the timer running.
        pause_s: The same with the timer stopped.
        press_share: Lap is pressed by mistake after this share of it; None for never.
        grade: Metres up for each metre on.
        has_lap_end: Whether a lap ends with it.
        trigger: FIT's word for the end of its lap, where not the one that follows from
            the duration.
    """

    step: Step
    faster_fraction: float = 0.0
    skipped: bool = False
    share: float = 1.0
    stop_s: float = 0.0
    pause_s: float = 0.0
    press_share: float | None = None
    grade: float = 0.0
    has_lap_end: bool = True
    trigger: str | None = None
