"""How far beyond its band a mean may lie, for one step.

The band is the plan. Beyond it a mean is allowed what nobody can know or hold: the error of
measuring it, and what a steady runner cannot hold over so short a step. Both are stated
constants (``Tolerances``) by the planned length of the step. The unsteadiness of the run itself
widens nothing: all of a step was recorded, so that its mean is known however it came about.
"""

from __future__ import annotations

import math
from typing import Final, Literal

import attrs

from backrun_fit.amounts import planned_metres, planned_seconds
from backrun_fit.report import Done
from backrun_fit.tolerances import Tolerances
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    HeartRateTarget,
    PaceTarget,
    PowerTarget,
    Step,
    TimeDuration,
)

__all__ = [
    "Allowed",
    "Aspect",
    "Band",
    "Meter",
    "allowed_of",
    "band_of",
    "extent_slack",
    "lasts_long_enough",
]

Aspect = Literal["pace", "heart_rate", "cadence", "power"]
"""What a target can ask for."""

Meter = Literal["GPS", "GPS on a track", "foot pod"]
"""What measures distance and speed."""

_MINUTE_S: Final = 60.0
# A value without a band is given the usual one of its kind, on either side: the bands of named
# paces are 3 %; watches and training plans write heart rate to 5 bpm or coarser.
_LONE_FRACTION: Final = {"pace": 0.03, "power": 0.05}
_LONE_ABSOLUTE: Final = {"heart_rate": (5.0, "bpm"), "cadence": (4.0, "spm")}
# A band narrower than this is a value: a watch keeps speeds in mm/s.
_LONE_WIDTH: Final = 0.002


def extent_slack(duration: TimeDuration | DistanceDuration, tolerances: Tolerances) -> float:
    """Seconds or metres that a step may be off its planned length.

    Example:
        >>> extent_slack(TimeDuration(duration_s=90.0), Tolerances())
        4.5
    """
    if isinstance(duration, TimeDuration):
        return max(tolerances.duration_s, tolerances.duration_fraction * duration.duration_s)
    return max(tolerances.distance_m, tolerances.distance_fraction * duration.distance_m)


def lasts_long_enough(aspect: Aspect, lasting_s: float, tolerances: Tolerances) -> bool:
    """Whether anything can be said about a target: is enough left once settled?

    Args:
        aspect: What the target asks for.
        lasting_s: Timer seconds of the execution.
        tolerances: For the settling window and what has to be left behind it.

    Example:
        >>> lasts_long_enough("pace", 20.0, Tolerances()), lasts_long_enough(
        ...     "pace", 30.0, Tolerances())
        (False, True)
    """
    if aspect == "heart_rate":
        return lasting_s >= tolerances.heart_rate_settling_s + tolerances.heart_rate_settled_s
    return lasting_s >= tolerances.settling_s + tolerances.settled_s


# Bands.


@attrs.frozen
class Band:
    """What a target asks for, in m/s, bpm, steps/min or W.

    Attributes:
        aspect: What it is a band of.
        lowest: Zero where there is no lower limit.
        highest: Infinity where there is no upper limit.
        usual: How far the band reaches either way of a lone value, in words; empty where the
            target is a band.
    """

    aspect: Aspect
    lowest: float
    highest: float
    usual: str = ""

    @property
    def half_width(self) -> float:
        """As a fraction of the middle; 0 where it has one limit."""
        if self.lowest == 0 or self.highest == math.inf:
            return 0.0
        return (self.highest - self.lowest) / (self.highest + self.lowest)


def band_of(target: PaceTarget | HeartRateTarget | CadenceTarget | PowerTarget) -> Band:
    """The band of a target; a lone value is given the usual band of its kind.

    That is 3 % either way for pace, 5 % for power, 5 bpm for heart rate, 4 steps/min for cadence.

    Example:
        >>> band_of(HeartRateTarget(lowest_bpm=145.0, highest_bpm=145.0))
        Band(aspect='heart_rate', lowest=140.0, highest=150.0, usual='5 bpm')
    """
    aspect: Aspect
    match target:
        case PaceTarget(slowest_mps=lowest, fastest_mps=highest):
            aspect = "pace"
        case HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest):
            aspect = "heart_rate"
        case CadenceTarget(lowest_spm=lowest, highest_spm=highest):
            aspect = "cadence"
        case PowerTarget(lowest_w=lowest, highest_w=highest):
            aspect = "power"
    if highest - lowest > _LONE_WIDTH * lowest:
        return Band(aspect, lowest, highest)
    if aspect in _LONE_FRACTION:
        either = _LONE_FRACTION[aspect]
        return Band(
            aspect, lowest * (1.0 - either), highest * (1.0 + either), f"{100 * either:g} %"
        )
    either, unit = _LONE_ABSOLUTE[aspect]
    return Band(aspect, max(0.0, lowest - either), highest + either, f"{either:g} {unit}")


# What is allowed beyond them.


@attrs.frozen
class Allowed:
    """How far beyond its band a mean may lie.

    Attributes:
        amount: A fraction of the limit for pace and power, else bpm or steps/min.
        made_of: What it is made of, in words.
    """

    amount: float
    made_of: str


def allowed_of(
    aspect: Aspect, step: Step, done: Done, meter: Meter, tolerances: Tolerances
) -> Allowed:
    """What is allowed beyond the band of a step.

    For pace: the root of the sum of the squares of the error of measuring and of what a steady
    runner cannot hold, times the standard errors asked for, but never above
    ``Tolerances.largest_fraction``. The error of measuring a distance of ``d`` metres is the
    root of ``gps_fraction ** 2 + (gps_m / d) ** 2``; the mean speed over ``t`` seconds is held to
    ``holding_fraction * sqrt(60 / t)``. For power likewise, with the error of its meter.

    Args:
        aspect: What is averaged.
        step: As planned. Its planned length counts, so that no error of length widens anything.
        done: What was measured: the length of a step that is planned without one.
        meter: What measures distance and speed.
        tolerances: The constants.

    Example:
        >>> from backrun_fit.workout import OpenDuration
        >>> for metres in (200.0, 1000.0, 10_000.0):
        ...     step = Step(duration=DistanceDuration(distance_m=metres),
        ...                 target=PaceTarget(slowest_mps=3.9, fastest_mps=4.1))
        ...     allowed = allowed_of("pace", step, Done(), "GPS", Tolerances())
        ...     print(f"{allowed.amount:.3f}  {allowed.made_of}")
        0.057  GPS 3.4 %, holding 4.6 %
        0.026  GPS 1.6 %, holding 2.1 %
        0.016  GPS 1.5 %, holding 0.7 %
    """
    if aspect == "heart_rate":
        return Allowed(tolerances.heart_rate_bpm, "of the sensor")
    if aspect == "cadence":
        return Allowed(tolerances.cadence_spm, "of the sensor")
    lasting_s, length_m = done.timer_s or 0.0, done.distance_m or 0.0
    if isinstance(step.duration, TimeDuration | DistanceDuration):
        lasting_s, length_m = planned_seconds(step), planned_metres(step)
    if aspect == "power":
        name, measuring = "meter", tolerances.power_fraction
    else:
        name, measuring = meter, _error_of_distance(length_m, meter, tolerances)
    holding = tolerances.holding_fraction * math.sqrt(_MINUTE_S / max(lasting_s, 1.0))
    amount = tolerances.standard_errors * math.hypot(measuring, holding)
    made_of = f"{name} {100 * measuring:.1f} %, holding {100 * holding:.1f} %"
    if tolerances.standard_errors != 1.0:
        made_of += f", {tolerances.standard_errors:g} standard errors"
    if amount > tolerances.largest_fraction:
        made_of += f", never above {100 * tolerances.largest_fraction:g} %"
    return Allowed(min(amount, tolerances.largest_fraction), made_of)


def _error_of_distance(length_m: float, meter: Meter, tolerances: Tolerances) -> float:
    if meter == "foot pod":
        return tolerances.foot_pod_fraction
    share, ends_m = tolerances.gps_fraction, tolerances.gps_m
    if meter == "GPS on a track":
        share, ends_m = tolerances.track_fraction, tolerances.track_m
    return math.hypot(share, ends_m / max(length_m, 1.0))
