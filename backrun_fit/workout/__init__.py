"""What is planned: a workout as a tree of steps and repeats. Knows nothing of files.

Field meanings follow FIT Profile 21.212, messages ``workout`` (26) and
``workout_step`` (27); values are physical (metres, seconds, metres per second,
beats and steps per minute, watts), never the integers on the wire.
"""

from __future__ import annotations

from backrun_fit.workout.durations import (
    REPEAT_TYPES,
    DistanceDuration,
    Duration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    OpenDuration,
    OtherDuration,
    TimeDuration,
)
from backrun_fit.workout.raw import (
    Extra,
    RawField,
    RawMessage,
    RawValue,
)
from backrun_fit.workout.targets import (
    CadenceTarget,
    HeartRateTarget,
    HeartRateZoneTarget,
    NamedPaceTarget,
    OpenTarget,
    OtherTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    Quantity,
    RampTarget,
    ShareTarget,
    Target,
    middle_of,
    quantity_of,
)
from backrun_fit.workout.tree import (
    Intensity,
    Movement,
    Node,
    Repeat,
    Step,
    Workout,
    walk_steps,
)

__all__ = [
    "REPEAT_TYPES",
    "CadenceTarget",
    "DistanceDuration",
    "Duration",
    "Extra",
    "HeartRateAboveDuration",
    "HeartRateBelowDuration",
    "HeartRateTarget",
    "HeartRateZoneTarget",
    "Intensity",
    "Movement",
    "NamedPaceTarget",
    "Node",
    "OpenDuration",
    "OpenTarget",
    "OtherDuration",
    "OtherTarget",
    "PaceTarget",
    "PaceZoneTarget",
    "PowerTarget",
    "PowerZoneTarget",
    "Quantity",
    "RampTarget",
    "RawField",
    "RawMessage",
    "RawValue",
    "Repeat",
    "ShareTarget",
    "Step",
    "Target",
    "TimeDuration",
    "Workout",
    "middle_of",
    "quantity_of",
    "walk_steps",
]
