"""What the check says: a report with one result an execution. Holds data, renders nothing."""

from __future__ import annotations

import enum
from datetime import datetime

import attrs

from backrun_fit.workout import Intensity, Movement

__all__ = [
    "Band",
    "Difference",
    "Evidence",
    "ExtraLaps",
    "Finding",
    "Measure",
    "Report",
    "StepResult",
    "Tolerances",
    "Verdict",
]


class Verdict(enum.Enum):
    """What became of an execution. Missing data is never a miss."""

    MET = "met"
    SHORT = "short"
    LONG = "long"
    FAST = "fast"
    SLOW = "slow"
    SKIPPED = "skipped"
    UNFINISHED = "unfinished"
    NOT_MEASURABLE = "not_measurable"
