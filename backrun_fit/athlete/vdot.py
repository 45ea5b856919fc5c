"""VDOT: what a race says about the oxygen an athlete has (Daniels & Gilbert 1979, Oxygen Power).

Arguments and results are metres, seconds and metres per second; the formulas turn
them into metres and minutes inside. They describe running on the flat, forward but for one.
"""

from __future__ import annotations

import math
from typing import Final

from backrun_fit.errors import Problem, SpecError

__all__ = [
    "backward_cost",
    "check_positive",
    "oxygen_cost",
    "race_time",
    "speed_at_oxygen_cost",
    "sustainable_fraction",
    "vdot_of_race",
]

# Backward over forward running at the same speed (Wright & Weyand 2001, J Exp Biol 204:1805).
BACKWARD_COST_LEAST: Final = 1.29
BACKWARD_COST_MOST: Final = 1.35


def check_positive(**values: float) -> None:
    """Refuse what is not a finite number above zero, all arguments at once.

    The far bounds (a thousandth and a thousand million) hold every quantity of
    running and keep the powers and quotients below from overflowing.
    """
    problems = [
        Problem(f"expected a finite number above zero, got {value!r}", name)
        for name, value in values.items()
        if isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not 1e-3 <= value <= 1e9
    ]
    if problems:
        raise SpecError(problems)


def oxygen_cost(speed_mps: float) -> float:
    """Oxygen uptake of running forward on the flat (Daniels & Gilbert 1979).

    VO2 = -4.60 + 0.182258 v + 0.000104 v^2 with v in metres per minute.

    Returns:
        Millilitres per kilogram and minute; below zero under 0.415 m/s, where
        the formula means nothing.

    Raises:
        SpecError: The speed is not finite or not above zero.

    Example:
        >>> round(oxygen_cost(4.0), 2)
        45.13
    """
    check_positive(speed_mps=speed_mps)
    v = speed_mps * 60
    return -4.60 + 0.182258 * v + 0.000104 * v * v


def speed_at_oxygen_cost(vo2: float) -> float:
    """Speed in m/s at which running forward costs ``vo2``: ``oxygen_cost`` turned round.

    Args:
        vo2: Millilitres per kilogram and minute, such as 0.7 x VDOT.

    Raises:
        SpecError: The value is not finite or not above zero.

    Example:
        >>> round(speed_at_oxygen_cost(oxygen_cost(4.0)), 9)
        4.0
    """
    check_positive(vo2=vo2)
    # Root of 0.000104 v^2 + 0.182258 v - (4.60 + vo2), written without the cancelling difference.
    c = 4.60 + vo2
    return 2 * c / (0.182258 + math.sqrt(0.182258**2 + 4 * 0.000104 * c)) / 60


def sustainable_fraction(time_s: float) -> float:
    """Part of VDOT that can be kept up for a time (Daniels & Gilbert 1979).

    F = 0.8 + 0.1894393 e^(-0.012778 t) + 0.2989558 e^(-0.1932605 t), t in minutes.

    Returns:
        Between 0.8 (for ever) and 1.2884 (at once).

    Raises:
        SpecError: The time is not finite or not above zero.

    Example:
        >>> round(sustainable_fraction(3600), 3)
        0.888
    """
    check_positive(time_s=time_s)
    t = time_s / 60
    return 0.8 + 0.1894393 * math.exp(-0.012778 * t) + 0.2989558 * math.exp(-0.1932605 * t)


def vdot_of_race(distance_m: float, time_s: float) -> float:
    """VDOT of a race: its oxygen cost over the fraction kept up (Daniels & Gilbert 1979).

    Raises:
        SpecError: A value is not finite or not above zero, or the race is so slow
            (under 0.415 m/s) that the formula gives no oxygen cost.

    Example:
        >>> round(vdot_of_race(10_000, 2400), 4)
        51.9441
    """
    check_positive(distance_m=distance_m, time_s=time_s)
    vo2 = oxygen_cost(distance_m / time_s)
    if vo2 <= 0:
        raise SpecError(
            Problem(
                f"expected a race run faster than 0.415 m/s, got {distance_m / time_s:.3g} m/s",
                "time_s",
            )
        )
    return vo2 / sustainable_fraction(time_s)


def race_time(distance_m: float, vdot: float) -> float:
    """Time in seconds over a distance at a VDOT (Daniels & Gilbert 1979).

    The fraction kept up lies between 0.8 and 1.2884, so the speed lies between
    the speeds at these two fractions; between them the VDOT of the race rises
    with speed, so halving the interval always ends at the one answer.

    Raises:
        SpecError: A value is not finite or not above zero.

    Example:
        >>> round(race_time(42195, vdot_of_race(10_000, 2400)), 1)
        11077.7
    """
    check_positive(distance_m=distance_m, vdot=vdot)
    slowest = speed_at_oxygen_cost(0.8 * vdot)
    fastest = speed_at_oxygen_cost(1.2884 * vdot)
    while slowest < (middle := (slowest + fastest) / 2) < fastest:
        if oxygen_cost(middle) < vdot * sustainable_fraction(distance_m / middle):
            slowest = middle
        else:
            fastest = middle
    return distance_m / fastest


def backward_cost(speed_mps: float, vdot: float) -> tuple[float, float]:
    """What running backward at a speed costs, in per cent of VDOT.

    VO2(v) x 1.29 and x 1.35 over VDOT (Wright & Weyand 2001, J Exp Biol 204:1805, on
    Daniels & Gilbert 1979).

    Args:
        speed_mps: Above zero.
        vdot: Likewise.

    Returns:
        The lower and the higher estimate; zero below 0.415 m/s, where the formula has no
        cost.

    Raises:
        SpecError: The speed is not finite or not above zero.

    Example:
        >>> [round(percent) for percent in backward_cost(3.5, 50.0)]
        [99, 103]
    """
    percent = 100 * max(0.0, oxygen_cost(speed_mps)) / vdot
    return BACKWARD_COST_LEAST * percent, BACKWARD_COST_MOST * percent
