"""Which stretch of a recording was taken for which execution. Holds data."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import attrs

from backrun_fit.compiled import PlannedExecution
from backrun_fit.errors import DataWarning
from backrun_fit.report import ExtraLaps

__all__ = ["AlignMode", "Alignment", "Pairing", "Stretch", "UsedMode"]

UsedMode = Literal["indexes", "laps", "samples"]
AlignMode = Literal["auto", "indexes", "laps", "samples"]


@attrs.frozen(kw_only=True)
class Stretch:
    """A part of a recording, from one instant to another.

    Attributes:
        start_at: Aware UTC.
        end_at: Aware UTC, not before ``start_at``.
        first_lap: Position of its first lap in ``Activity.laps``; None where no
            laps were looked at.
        last_lap: Position of its last lap, likewise; every lap between belongs to it.
    """

    start_at: datetime
    end_at: datetime
    first_lap: int | None = None
    last_lap: int | None = None


@attrs.frozen(kw_only=True)
class Pairing:
    """One execution and the stretch that was taken for it.

    Attributes:
        execution: As planned.
        stretch: None when nothing in the recording stands for it.
        reason: Why, in plain words; laps are counted from 1 there.
        certainty: How sure, from 0 to 1: the share of all explanations that agree with it.
        is_recorded: False where the recording does not reach it, so that it is neither done
            nor skipped.
    """

    execution: PlannedExecution
    stretch: Stretch | None
    reason: str
    certainty: float = 1.0
    is_recorded: bool = True


@attrs.frozen(kw_only=True)
class Alignment:
    """A whole recording laid beside a whole plan.

    Attributes:
        mode: What was looked at.
        pairings: One an execution, in order of the plan; stretches do not
            overlap and are in order.
        extra: Laps that belong to no execution, in order.
        warnings: What was odd.
    """

    mode: UsedMode
    pairings: tuple[Pairing, ...]
    extra: tuple[ExtraLaps, ...] = ()
    warnings: tuple[DataWarning, ...] = ()
