"""How a step ends."""

from __future__ import annotations

from typing import Final

import attrs

from backrun_fit.workout.checks import positive

__all__ = [
    "REPEAT_TYPES",
    "DistanceDuration",
    "Duration",
    "HeartRateAboveDuration",
    "HeartRateBelowDuration",
    "OpenDuration",
    "OtherDuration",
    "TimeDuration",
]


@attrs.frozen(kw_only=True)
class TimeDuration:
    """The step ends after ``duration_s`` seconds on the timer."""

    duration_s: float = attrs.field(validator=positive)


@attrs.frozen(kw_only=True)
class DistanceDuration:
    """The step ends after ``distance_m`` metres."""

    distance_m: float = attrs.field(validator=positive)


@attrs.frozen
class OpenDuration:
    """The step ends when the lap button is pressed."""


@attrs.frozen(kw_only=True)
class HeartRateBelowDuration:
    """The step ends when the heart rate falls below ``heart_rate_bpm``."""

    heart_rate_bpm: float = attrs.field(validator=positive)


@attrs.frozen(kw_only=True)
class HeartRateAboveDuration:
    """The step ends when the heart rate rises above ``heart_rate_bpm``."""

    heart_rate_bpm: float = attrs.field(validator=positive)


REPEAT_TYPES: Final = frozenset((*range(6, 14), 17, 18, 27))
"""FIT Profile 21.212, type ``wkt_step_duration``: the ends of repeats, not of steps."""


@attrs.frozen(kw_only=True)
class OtherDuration:
    """Any other way to end (repetitions, calories, power), kept as its raw values.

    Attributes:
        type: Number of the FIT enum ``wkt_step_duration``.
        value: Raw ``duration_value``; None where the file has none.
    """

    type: int
    value: int | None = None


Duration = (
    TimeDuration
    | DistanceDuration
    | OpenDuration
    | HeartRateBelowDuration
    | HeartRateAboveDuration
    | OtherDuration
)
