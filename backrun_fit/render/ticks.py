"""Where an axis has its marks, and what stands there."""

from __future__ import annotations

import math
from typing import Final

from backrun_fit.units import METRES_PER_KILOMETRE, METRES_PER_MILE, UnitSystem

__all__ = ["number_ticks", "pace_ticks", "time_ticks"]

_TIME_STEPS_S: Final = (10, 15, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400, 28800)
_PACE_STEPS_S: Final = (600, 300, 60, 30, 10, 5, 2, 1)

Ticks = tuple[list[float], list[str]]


def time_ticks(total_s: float, most: int) -> Ticks:
    """Round times from zero on, as ``m:ss`` or ``h:mm``.

    Args:
        total_s: Where the axis ends.
        most: How many marks find room; at least 2.

    Returns:
        Their places in seconds and their texts.

    Example:
        >>> time_ticks(1500.0, 6)
        ([0.0, 300.0, 600.0, 900.0, 1200.0, 1500.0], ['0', '5 min', '10', '15', '20', '25'])
        >>> time_ticks(9000.0, 6)[1]
        ['0', '0:30 h', '1:00', '1:30', '2:00', '2:30']
    """
    step_s = next((step for step in _TIME_STEPS_S if total_s / step <= most - 1), None)
    if step_s is None:
        step_s = 3600 * math.ceil(total_s / 3600 / (most - 1))
    places = [float(place) for place in range(0, int(total_s) + 1, step_s)]
    return places, [_time(int(place), step_s, total_s) for place in places]


def _time(place_s: int, step_s: int, total_s: float) -> str:
    if not place_s:
        return "0"
    first = place_s == step_s
    if step_s < 60:
        return f"{place_s // 60}:{place_s % 60:02d}" + (" min" if first else "")
    if total_s < 2 * 3600:
        return f"{place_s // 60}" + (" min" if first else "")
    return f"{place_s // 3600}:{place_s % 3600 // 60:02d}" + (" h" if first else "")


def number_ticks(lowest: float, highest: float, most: int) -> Ticks:
    """Round numbers between two, a step of 1, 2, 2.5 or 5 apart.

    Args:
        lowest: Where the axis begins.
        highest: Where it ends; above the lowest.
        most: How many steps find room.

    Returns:
        Their places and their texts, all with as many decimals.

    Example:
        >>> number_ticks(118.0, 187.0, 5)
        ([120.0, 140.0, 160.0, 180.0], ['120', '140', '160', '180'])
        >>> number_ticks(0.0, 1.1, 5)[1]
        ['0.0', '0.2', '0.5', '0.8', '1.0']
    """
    rough = (highest - lowest) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough * (1 - 1e-9))
    first, last = math.ceil(lowest / step - 1e-9), math.floor(highest / step + 1e-9)
    places = [round(number * step, 12) + 0.0 for number in range(first, last + 1)]
    decimals = max(0, -math.floor(math.log10(step)))
    return places, [f"{place:.{decimals}f}" for place in places]


def pace_ticks(slowest_mps: float, fastest_mps: float, units: UnitSystem, most: int) -> Ticks:
    """Round paces between two speeds, slowest first.

    Args:
        slowest_mps: Where the axis begins; zero is no pace and has no mark.
        fastest_mps: Where it ends.
        units: Paces by kilometre or by mile.
        most: How many marks find room.

    Returns:
        Their places in metres per second and their texts, without the unit.

    Example:
        >>> places, texts = pace_ticks(2.5, 4.2, "metric", 5)
        >>> texts, round(places[0], 2)
        (['6:00', '5:00', '4:00'], 2.78)
    """
    length_m = METRES_PER_MILE if units == "statute" else METRES_PER_KILOMETRE
    slowest_s, fastest_s = length_m / max(slowest_mps, 0.3), length_m / fastest_mps
    # Speeds are drawn evenly, so that slow paces lie close: the roundest that find room.
    least_gap = (fastest_mps - slowest_mps) / (most + 1)
    places: list[float] = []
    for step_s in _PACE_STEPS_S:
        first, last = math.ceil(fastest_s / step_s), math.floor(slowest_s / step_s)
        for place in (length_m / (step_s * count) for count in range(first, last + 1)):
            if all(abs(place - other) >= least_gap for other in places):
                places.append(place)
        if len(places) >= min(3, most):
            break
    places.sort()
    paces_s = [round(length_m / place) for place in places]
    return places, [f"{pace_s // 60}:{pace_s % 60:02d}" for pace_s in paces_s]
