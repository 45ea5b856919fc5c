"""The parameters of the rules, read from what a person writes.

Every reader takes the value and the parameter's name, which the error carries as
its path. The functions below them are attrs converters, one a parameter name.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from typing import Any, Final, TypeAlias

from backrun_fit.athlete.paces import canonical_pace_name, read_pace, read_pace_or_band
from backrun_fit.errors import Problem, SpecError
from backrun_fit.limits import DEFAULT_LIMITS
from backrun_fit.units import measured, parse_distance, parse_duration
from backrun_fit.workout import DistanceDuration, PaceTarget, TimeDuration

__all__ = [
    "Extent",
    "Pace",
    "as_count",
    "as_extent",
    "as_flag",
    "as_fraction",
    "as_number",
    "as_pace",
    "as_speed",
]

Extent: TypeAlias = TimeDuration | DistanceDuration
"""A duration whose length is known before it is run."""

Pace: TypeAlias = str | PaceTarget
"""The canonical name of a pace, or a band; a band without width is a single pace."""

_MOST_TIMES: Final = DEFAULT_LIMITS.planned_steps // 10
_WORDS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def as_extent(value: object, path: str) -> Extent:
    """A distance or a time, from text or as it is.

    Args:
        value: Such as ``1/8mi``, ``60s`` or a duration of the workout's nouns.
        path: Name of the parameter, for the error.

    Raises:
        SpecError: It is neither, or it is zero.

    Example:
        >>> as_extent("1/8mi", "backward"), as_extent("60s", "backward")
        (DistanceDuration(distance_m=201.168), TimeDuration(duration_s=60.0))
    """
    if isinstance(value, (TimeDuration, DistanceDuration)):
        return value
    if isinstance(value, str):
        try:
            match measured(value):
                case "distance":
                    return DistanceDuration(distance_m=parse_distance(value))
                case "duration":
                    return TimeDuration(duration_s=parse_duration(value))
        except SpecError as error:
            raise error.under(path) from error
    raise _problem(
        f"expected a distance such as 1mi, got {_shown(value)} (a time such as 60s will do too)",
        path,
    )


def as_pace(value: object, path: str) -> Pace:
    """A named pace, a single pace or a band, from text or as it is.

    Args:
        value: Such as ``marathon``, ``8:00/mi``, ``9:00-10:00/mi``, a speed in m/s or a
            ``PaceTarget``.
        path: Name of the parameter, for the error.

    Raises:
        SpecError: It is none of them, or no person runs or walks at it.

    Example:
        >>> as_pace("MP", "pace"), as_pace("3-4 m/s", "pace")
        ('marathon', PaceTarget(slowest_mps=3.0, fastest_mps=4.0, zone=None))
    """
    try:
        if isinstance(value, str) and not _looks_explicit(value):
            return canonical_pace_name(value)
        pace = read_pace_or_band(value)
    except SpecError as error:
        raise error.under(path) from error
    if isinstance(pace, PaceTarget):
        return pace
    return PaceTarget(slowest_mps=pace, fastest_mps=pace)


def _looks_explicit(text: str) -> bool:
    return re.search(r"[/:]|\bper\b|[km]ph\b", text, re.IGNORECASE) is not None


def as_speed(value: object, path: str) -> float:
    """A speed in m/s, from a pace or a speed in text, or a number, in text too.

    Raises:
        SpecError: It is neither, or no person runs or walks at it.

    Example:
        >>> as_speed("1.41 m/s", "fastest")
        1.41
    """
    if isinstance(value, str):
        with suppress(ValueError):
            value = float(value)
    try:
        return read_pace(value)
    except SpecError as error:
        raise error.under(path) from error


def as_number(value: object, path: str, what: str) -> float:
    """A finite number, from text too.

    Raises:
        SpecError: It is none; the message says that ``what`` was expected.

    Example:
        >>> as_number("0.05", "slower", "a fraction")
        0.05
    """
    number = math.nan
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
    if not math.isfinite(number):
        raise _problem(f"expected {what}, got {_shown(value)}", path)
    return number


def as_fraction(value: object, path: str, ceiling: float = math.inf) -> float:
    """A fraction from zero to below ``ceiling``, as a number, or as text with ``%`` or without.

    Raises:
        SpecError: It is none.

    Example:
        >>> as_fraction("5 %", "slower"), as_fraction(0.1, "slower")
        (0.05, 0.1)
    """
    what = "a fraction such as 0.05, not negative"
    what += "" if math.isinf(ceiling) else f", below {ceiling:g}"
    if isinstance(value, str) and value.rstrip().endswith("%"):
        number = as_number(value.rstrip()[:-1], path, what) / 100
    else:
        number = as_number(value, path, what)
    if not 0 <= number < ceiling:
        raise _problem(f"expected {what}, got {_shown(value)}", path)
    return number


def as_count(value: object, path: str) -> int:
    """A whole number from 1 to 1,000, from text too.

    Raises:
        SpecError: It is none.

    Example:
        >>> as_count("6", "count")
        6
    """
    what = f"a whole number from 1 to {_MOST_TIMES:,}"
    number = as_number(value, path, what)
    if number != int(number) or not 1 <= number <= _MOST_TIMES:
        raise _problem(f"expected {what}, got {_shown(value)}", path)
    return int(number)


def as_flag(value: object, path: str) -> bool:
    """True or false, from text too.

    Raises:
        SpecError: It is neither.

    Example:
        >>> as_flag("yes", "whole"), as_flag(False, "whole")
        (True, False)
    """
    if isinstance(value, bool):
        return value
    word = value.strip().casefold() if isinstance(value, str) else ""
    if word not in _WORDS:
        raise _problem(f"expected true or false, got {_shown(value)}", path)
    return _WORDS[word]


def _problem(message: str, path: str) -> SpecError:
    return SpecError(Problem(message, path))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


# Converters: attrs calls them with the value alone, so each knows its parameter's name.


def backward(value: str | Extent) -> Extent:
    """Converter of the parameter ``backward``."""
    return as_extent(value, "backward")


def every(value: str | Extent) -> Extent:
    """Converter of the parameter ``every``."""
    return as_extent(value, "every")


def recovery(value: str | Extent) -> Extent:
    """Converter of the parameter ``recovery``."""
    return as_extent(value, "recovery")


def walk(value: str | Extent) -> Extent:
    """Converter of the parameter ``walk``."""
    return as_extent(value, "walk")


def between(value: str | Extent) -> Extent:
    """Converter of the parameter ``between``."""
    return as_extent(value, "between")


def each(value: str | Extent) -> Extent:
    """Converter of the parameter ``each``."""
    return as_extent(value, "each")


def pace(value: str | float | PaceTarget) -> Pace:
    """Converter of the parameter ``pace``."""
    return as_pace(value, "pace")


def optional_pace(value: str | float | PaceTarget | None) -> Pace | None:
    """Converter of a parameter ``pace`` that may be left out."""
    return None if value is None else as_pace(value, "pace")


def recovery_pace(value: str | float | PaceTarget) -> Pace:
    """Converter of the parameter ``recovery_pace``."""
    return as_pace(value, "recovery_pace")


def slower(value: str | float) -> float:
    """Converter of the parameter ``slower``."""
    return as_fraction(value, "slower")


def faster(value: str | float) -> float:
    """Converter of the parameter ``faster``."""
    return as_fraction(value, "faster", 1.0)


def slowest(value: str | float) -> float:
    """Converter of the parameter ``slowest``."""
    return as_speed(value, "slowest")


def fastest(value: str | float) -> float:
    """Converter of the parameter ``fastest``."""
    return as_speed(value, "fastest")


def count(value: str | int) -> int:
    """Converter of the parameter ``count``."""
    return as_count(value, "count")


def rounds(value: str | int) -> int:
    """Converter of the parameter ``rounds``."""
    return as_count(value, "rounds")


def times(value: str | int | None) -> int | None:
    """Converter of the parameter ``times``; None means as many as there are."""
    return None if value is None else as_count(value, "times")


def doubtful(value: str | bool) -> bool:
    """Converter of the parameter ``doubtful``."""
    return as_flag(value, "doubtful")


def whole(value: str | bool) -> bool:
    """Converter of the parameter ``whole``."""
    return as_flag(value, "whole")


def incline_percent(value: str | float) -> float:
    """Converter of the parameter ``incline_percent``: 0 to 15."""
    what = "an incline in percent from 0 to 15"
    number = as_number(value, "incline_percent", what)
    if not 0 <= number <= _STEEPEST_PERCENT:
        raise _problem(f"expected {what}, got {_shown(value)}", "incline_percent")
    return number


_STEEPEST_PERCENT: Final = 15.0
"""What treadmills of gyms usually reach; our own bound against typing mistakes."""


def where(value: Any) -> str:
    """Converter of the parameter ``where``: ``warmup`` or ``cooldown``."""
    word = value.strip().casefold().replace("-", "") if isinstance(value, str) else ""
    if word not in ("warmup", "cooldown"):
        raise _problem(f"expected warmup or cooldown, got {_shown(value)}", "where")
    return word
