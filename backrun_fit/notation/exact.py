"""Printers that lose nothing: text from which the same float is read again.

``units`` prints for the eye, rounded; here every digit counts, because what is
printed is typed, stored and read back.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Final

from backrun_fit.errors import Problem, SpecError
from backrun_fit.units import parse_distance, parse_duration, parse_pace

__all__ = [
    "exact_distance",
    "exact_duration",
    "exact_pace_band",
    "exact_percent",
    "plain_number",
]

# In the order of preference where two texts are equally short.
_UNITS: Final = ("m", "mi", "km", "yd", "ft")


def plain_number(value: float) -> str:
    """Every digit that a float needs, without an exponent.

    Example:
        >>> plain_number(201.168), plain_number(400.0), plain_number(1e-05)
        ('201.168', '400', '0.00001')
    """
    text = f"{Decimal(repr(float(value))):f}"
    return text.removesuffix(".0")


def exact_percent(share: float) -> str:
    """A fraction as a percentage, every digit kept.

    Example:
        >>> exact_percent(0.05), exact_percent(0.125)
        ('5%', '12.5%')
    """
    text = f"{Decimal(repr(float(share))) * 100:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def exact_distance(distance_m: float) -> str:
    """The shortest text that ``parse_distance`` reads as exactly this float.

    Args:
        distance_m: Metres, above zero.

    Raises:
        SpecError: No text reads so: the distance is not finite, or beyond what
            ``parse_distance`` takes.

    Example:
        >>> exact_distance(201.168), exact_distance(400.0), exact_distance(1000.0)
        ('1/8mi', '400m', '1km')
    """
    candidates = []
    if math.isfinite(distance_m):
        for unit in _UNITS:
            number = distance_m / parse_distance(f"1{unit}")
            part = Fraction(number).limit_denominator(16)
            if 0 < part < 1:
                candidates.append(f"{part}{unit}")
            candidates.append(f"{plain_number(round(number, 3))}{unit}")
        candidates.append(f"{plain_number(distance_m)}m")
    exact = [text for text in candidates if _reads_as(text, parse_distance, distance_m)]
    if not exact:
        raise _unwritable("distance", distance_m)
    return min(exact, key=len)


def exact_duration(duration_s: float) -> str:
    """A duration the way runners write it, which ``parse_duration`` reads as exactly this float.

    Args:
        duration_s: Seconds, above zero.

    Raises:
        SpecError: No text reads so: the duration is not finite, or beyond what
            ``parse_duration`` takes.

    Example:
        >>> exact_duration(60), exact_duration(90), exact_duration(600), exact_duration(7500)
        ('60s', '1:30', '10min', '2h05')
    """
    candidates = []
    if math.isfinite(duration_s):
        seconds = plain_number(duration_s)
        if duration_s > 60 and duration_s == int(duration_s):
            minutes, rest = divmod(int(duration_s), 60)
            hours, part = divmod(minutes, 60)
            if hours:
                tail = f"{part:02d}" if part else ""
                clock = f"{hours}:{part:02d}:{rest:02d}"
                candidates.append(clock if rest else f"{hours}h{tail}")
            else:
                candidates.append(f"{minutes}:{rest:02d}" if rest else f"{minutes}min")
        candidates.append(f"{seconds}s")
    for text in candidates:
        if _reads_as(text, parse_duration, duration_s):
            return text
    raise _unwritable("duration", duration_s)


def exact_pace_band(slowest_mps: float, fastest_mps: float) -> str:
    """Two speeds as one band in one unit, each of which ``parse_pace`` reads exactly.

    A pace per mile or per kilometre is written where one says the speeds
    exactly, the fastest first; otherwise metres per second, the slowest first.

    Args:
        slowest_mps: Metres per second.
        fastest_mps: Metres per second; the same value gives a single pace.

    Raises:
        SpecError: ``parse_pace`` takes no such speed.

    Example:
        >>> exact_pace_band(3.3528, 3.3528), exact_pace_band(1000 / 250, 1000 / 240)
        ('8:00/mi', '4:00-4:10/km')
        >>> exact_pace_band(3.2, 3.5)
        '3.2-3.5m/s'
    """
    speeds = (fastest_mps, slowest_mps)
    for unit in ("mi", "km"):
        clocks = [_exact_clock(speed, unit) for speed in speeds]
        if all(clocks):
            return "-".join(dict.fromkeys(filter(None, clocks))) + f"/{unit}"
    numbers = [plain_number(speed) for speed in (slowest_mps, fastest_mps)]
    for number, speed in zip(numbers, (slowest_mps, fastest_mps), strict=True):
        if not _reads_as(f"{number}m/s", parse_pace, speed):
            raise _unwritable("pace", speed)
    return "-".join(dict.fromkeys(numbers)) + "m/s"


def _exact_clock(speed_mps: float, unit: str) -> str | None:
    if not (math.isfinite(speed_mps) and speed_mps > 0.1):
        return None
    milliseconds = round(parse_distance(f"1{unit}") * 1000 / speed_mps)
    minutes, rest = divmod(milliseconds, 60_000)
    seconds, thousandths = divmod(rest, 1000)
    decimals = f".{thousandths:03d}".rstrip("0") if thousandths else ""
    text = f"{minutes}:{seconds:02d}{decimals}"
    return text if _reads_as(f"{text}/{unit}", parse_pace, speed_mps) else None


def _reads_as(text: str, parse: Callable[[str], float], value: float) -> bool:
    try:
        return parse(text) == value
    except SpecError:
        return False


def _unwritable(what: str, value: float) -> SpecError:
    return SpecError(Problem(f"expected a {what} that can be written out, got {value!r}"))
