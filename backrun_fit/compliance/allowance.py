"""How far off still counts as done, for one step.

Nobody keeps a pace. Executions of one and the same step differ by some percent,
and within each the speed wanders, alike for about a minute, so that the mean of half a
minute says less than the mean of ten. A tolerance on a mean is therefore widened
by the standard errors that ``Tolerances.standard_errors`` allows. Where a step
lasts too short to settle, its target is not judged at all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Literal

import attrs

from backrun_fit.tolerances import Tolerances
from backrun_fit.workout import DistanceDuration, TimeDuration

__all__ = [
    "Aspect",
    "extent_slack",
    "lasts_long_enough",
    "slack",
    "unsteadiness",
]

Aspect = Literal["pace", "heart_rate", "cadence", "power"]
"""What a target can ask for."""


@attrs.frozen
class _Spread:
    """How far a mean lies from what somebody aims at, though nothing went wrong.

    Attributes:
        between: Standard deviation from one execution to another.
        within: Standard deviation about its course within one execution.
        alike_s: Time over which that is alike.
    """

    between: float
    within: float
    alike_s: float


# Medians over 98 real structured runs of two athletes (docs/reference/rehearsal.md), speed and
# power as fractions. A runner's power goes with the speed.
_SPREADS: Final[Mapping[Aspect, _Spread]] = {
    "pace": _Spread(0.035, 0.05, 60.0),
    "power": _Spread(0.035, 0.05, 60.0),
    "heart_rate": _Spread(0.0, 2.5, 50.0),
    "cadence": _Spread(0.0, 3.0, 6.0),
}

WIDEST: Final = 1.75
"""No tolerance is widened beyond this many times itself: off by twice of it is always a miss."""


def extent_slack(duration: TimeDuration | DistanceDuration, tolerances: Tolerances) -> float:
    """Seconds or metres that a step may be off its planned length.

    Example:
        >>> extent_slack(TimeDuration(duration_s=90.0), Tolerances())
        4.5
    """
    if isinstance(duration, TimeDuration):
        return max(tolerances.duration_s, tolerances.duration_fraction * duration.duration_s)
    return max(tolerances.distance_m, tolerances.distance_fraction * duration.distance_m)


def unsteadiness(lasting_s: float, alike_s: float) -> float:
    """Standard deviation of a mean over a while, as a fraction of that of the single values.

    For values whose correlation falls by e in ``alike_s``, with x = lasting / alike:
    the root of 2 (x - 1 + e^-x) / x^2, the variance function of Vanmarcke, Random
    Fields, 1983, section 5.1.

    Args:
        lasting_s: Seconds averaged over, above zero.
        alike_s: Seconds, above zero.

    Returns:
        From 1 for a moment towards 0.

    Example:
        >>> [round(unsteadiness(seconds, 60.0), 2) for seconds in (1, 60, 600)]
        [1.0, 0.86, 0.42]
    """
    x = lasting_s / alike_s
    if x < 1e-3:  # the series; the difference below loses its digits
        return math.sqrt(1.0 - x / 3.0)
    return math.sqrt(2.0 * (x + math.expm1(-x))) / x


def _windows(aspect: Aspect, tolerances: Tolerances) -> tuple[float, float]:
    """Seconds in which people settle, and those that must be left behind them."""
    if aspect == "heart_rate":
        return tolerances.heart_rate_settling_s, tolerances.heart_rate_settled_s
    return tolerances.settling_s, tolerances.settled_s


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
    return lasting_s >= sum(_windows(aspect, tolerances))


def slack(
    aspect: Aspect,
    tolerance: float,
    lasting_s: float,
    tolerances: Tolerances,
    *,
    reference: float = 1.0,
) -> float:
    """A tolerance on a mean, widened by how well people can keep to what they aim at.

    The root of the sum of the squares of the tolerance and of the allowed standard
    errors, but at most ``WIDEST`` times the tolerance.

    Args:
        aspect: What is averaged.
        tolerance: On either side of the band, in its own unit.
        lasting_s: Seconds that the step lasts, as planned: the start of it, in which
            people settle, is taken off.
        tolerances: For the settling window and the number of standard errors.
        reference: What a fractional deviation refers to, where the tolerance is no fraction.

    Example:
        >>> [round(slack("pace", 0.10, seconds, Tolerances()), 3) for seconds in (30, 300, 3000)]
        [0.155, 0.135, 0.124]
    """
    settling_s, settled_s = _windows(aspect, tolerances)
    spread = _SPREADS[aspect]
    left_s = max(lasting_s - settling_s, settled_s, 1.0)
    within = spread.within * unsteadiness(left_s, spread.alike_s)
    errors = tolerances.standard_errors * reference * math.hypot(spread.between, within)
    return min(math.hypot(tolerance, errors), WIDEST * tolerance)
