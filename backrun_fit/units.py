"""Every conversion, parsing and printing of distance, duration and pace.

Inside the package lengths are metres, times seconds and speeds metres per
second; everything a person types or reads passes through here.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Final, Literal, TypeGuard

from backrun_fit.errors import Problem, SpecError

__all__ = [
    "MAX_QUANTITY",
    "METRES_PER_KILOMETRE",
    "METRES_PER_MILE",
    "UnitSystem",
    "format_distance",
    "format_duration",
    "format_pace",
    "is_short_text",
    "measured",
    "parse_distance",
    "parse_duration",
    "parse_pace",
]

UnitSystem = Literal["metric", "statute"]

METRES_PER_MILE: Final = 1609.344
METRES_PER_KILOMETRE: Final = 1000.0

# International yard and pound agreement of 1959: 1 yd = 0.9144 m exactly.
_METRES: Final[dict[str, Fraction]] = {
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), Fraction(1)),
    **dict.fromkeys(
        ("km", "k", "kilometer", "kilometers", "kilometre", "kilometres"), Fraction(1000)
    ),
    **dict.fromkeys(("mi", "mile", "miles"), Fraction("1609.344")),
    **dict.fromkeys(("yd", "yds", "yard", "yards"), Fraction("0.9144")),
    **dict.fromkeys(("ft", "foot", "feet"), Fraction("0.3048")),
}
_SECONDS: Final[dict[str, int]] = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
}

# Twenty-five decimals hold every digit of a float that is a millimetre or a microsecond.
_NUMBER: Final = r"(?:\d{1,9}\s*/\s*\d{1,9}|\d{1,9}(?:\.\d{1,25})?|\.\d{1,25})"
_QUANTITY: Final = re.compile(rf"\s*({_NUMBER})\s*([a-z]+)\s*", re.ASCII | re.IGNORECASE)
_CLOCK: Final = re.compile(
    r"\s*(?:(\d{1,4}):([0-5]\d)|(\d{1,6})):([0-5]\d(?:\.\d{1,3})?)\s*", re.ASCII
)
_HOURS_MINUTES: Final = re.compile(
    r"\s*(\d{1,4})\s*h\s*([0-5]?\d)\s*(?:min|m)?\s*", re.ASCII | re.IGNORECASE
)
_PACE: Final = re.compile(r"\s*(\S.*?)\s*(?:/|\bper\b)\s*([a-z]+)\s*", re.ASCII | re.IGNORECASE)
_SPEED: Final = re.compile(
    rf"\s*({_NUMBER})\s*(m/s|km/h|kph|mph|mi/h)\s*", re.ASCII | re.IGNORECASE
)
_SPEEDS: Final[dict[str, Fraction]] = {
    "m/s": Fraction(1),
    "km/h": Fraction(1000, 3600),
    "kph": Fraction(1000, 3600),
    "mph": Fraction("1609.344") / 3600,
    "mi/h": Fraction("1609.344") / 3600,
}

# Faster than any human (100 m in 9.58 s is 10.44 m/s), slower than any walk.
FASTEST_HUMAN_MPS: Final = 12.5
SLOWEST_MOVING_MPS: Final = 0.2


MAX_QUANTITY: Final = 100
"""Characters that a quantity may have; its patterns take time that grows with the square."""


def is_short_text(value: object) -> TypeGuard[str]:
    """Whether a value is a text short enough to be a quantity.

    Example:
        >>> is_short_text("8:00/mi"), is_short_text("8" * 1000), is_short_text(8)
        (True, False, False)
    """
    return isinstance(value, str) and len(value) <= MAX_QUANTITY


def _fail(expected: str, got: object) -> SpecError:
    text = repr(got)
    if len(text) > 60:
        text = text[:57] + "..."
    return SpecError(Problem(f"expected {expected}, got {text}"))


def _fraction(text: str) -> Fraction | int | None:
    """The number in ``text``, exactly; None where it divides by zero."""
    head, slash, tail = text.partition("/")
    if slash and int(tail) == 0:
        return None
    number = _exact(head.strip())
    return Fraction(number) / int(tail) if slash else number


def _exact(text: str) -> Fraction | int:
    # Most are whole, and integers are read and added in a tenth of the time.
    return int(text) if text.isdecimal() else Fraction(text)


def parse_distance(text: str) -> float:
    """Read a distance such as ``1/8mi``, ``0.125 mi``, ``220 yd`` or ``201.168 m``.

    Args:
        text: A number or a fraction and a unit (m, km, mi, yd, ft and their
            long forms); ``k`` is a kilometre.

    Returns:
        The distance in metres, greater than zero; the nearest float to the
        exact value (1/8 mile is 201.168).

    Raises:
        SpecError: The text is no distance, or the distance is zero.

    Example:
        >>> parse_distance("1/8mi"), parse_distance("220 yd"), parse_distance("5k")
        (201.168, 201.168, 5000.0)
    """
    expected = "a distance such as 1mi, 800m or 1/8mi"
    match = _QUANTITY.fullmatch(text) if is_short_text(text) else None
    number = _fraction(match[1]) if match else None
    unit = _METRES.get(match[2].lower()) if match else None
    if number is None or unit is None:
        raise _fail(expected, text)
    if number <= 0:
        raise _fail(f"{expected}, longer than zero", text)
    return float(number * unit)


def parse_duration(text: str) -> float:
    """Read a duration such as ``60s``, ``10min``, ``1:30``, ``2h05`` or ``1:02:03``.

    ``a:b`` is minutes and seconds, ``a:b:c`` hours, minutes and seconds;
    ``2h05`` is two hours and five minutes.

    Args:
        text: A clock value, or numbers with units h, min, s in this order. A
            lone ``m`` is refused, because it means metres here and minutes
            elsewhere.

    Returns:
        The duration in seconds, greater than zero.

    Raises:
        SpecError: The text is no duration, or the duration is zero.

    Example:
        >>> parse_duration("1:30"), parse_duration("2h05"), parse_duration("1/2 min")
        (90.0, 7500.0, 30.0)
    """
    expected = "a duration such as 60s, 10min, 1:30 or 2h05"
    seconds = _seconds(text) if is_short_text(text) else None
    if seconds is None:
        raise _fail(expected, text)
    if seconds <= 0:
        raise _fail(f"{expected}, longer than zero", text)
    return float(seconds)


def _seconds(text: str) -> Fraction | int | None:
    if match := _CLOCK.fullmatch(text):
        hours, minutes, lone_minutes, seconds = match.groups()
        if lone_minutes is not None:
            return int(lone_minutes) * 60 + _exact(seconds)
        return int(hours) * 3600 + int(minutes) * 60 + _exact(seconds)
    if match := _HOURS_MINUTES.fullmatch(text):
        return int(match[1]) * 3600 + int(match[2]) * 60
    if match := _QUANTITY.fullmatch(text):
        number, unit = _fraction(match[1]), _SECONDS.get(match[2].lower())
        return None if number is None or unit is None else number * unit
    total: Fraction | int = 0
    last = 3601
    position = 0
    while position < len(text):
        part = _QUANTITY.match(text, position)
        if part is None:
            return None
        number, unit = _fraction(part[1]), _SECONDS.get(part[2].lower())
        if number is None or unit is None or unit >= last:
            return None
        total, last, position = total + number * unit, unit, part.end()
    return total if position else None


def parse_pace(text: str) -> float:
    """Read a pace such as ``8:00/mi``, ``5:00/km`` or ``4 min/km``, or a speed such as ``3.5 m/s``.

    Args:
        text: A duration per distance unit, or a number with m/s, km/h or mph.

    Returns:
        The speed in metres per second.

    Raises:
        SpecError: The text is no pace, or no human runs or walks at it: faster
            than 12.5 m/s (so 0:30/km is refused) or slower than 0.2 m/s.

    Example:
        >>> round(parse_pace("8:00/mi"), 4), parse_pace("4 min/km") == 1000 / 240
        (3.3528, True)
    """
    expected = "a pace such as 8:00/mi or 5:00/km"
    exact = _speed(text) if is_short_text(text) else None
    if exact is None:
        raise _fail(expected, text)
    # As a float, because the slowest speed is one: 1/5 is a hair less than 0.2.
    speed = float(exact)
    if not SLOWEST_MOVING_MPS <= speed <= FASTEST_HUMAN_MPS:
        raise _fail(
            f"{expected}, one that a person can run or walk "
            f"({format_pace(FASTEST_HUMAN_MPS)} to {format_pace(SLOWEST_MOVING_MPS)})",
            text,
        )
    return speed


def _speed(text: str) -> Fraction | None:
    if match := _SPEED.fullmatch(text):
        number = _fraction(match[1])
        return None if number is None else number * _SPEEDS[match[2].lower()]
    if match := _PACE.fullmatch(text):
        unit = _METRES.get(match[2].lower())
        seconds = _seconds(match[1])
        if unit is None or seconds is None or seconds <= 0:
            return None
        return unit / seconds
    return None


def _trim(value: float, places: int) -> str:
    return f"{value:.{places}f}".rstrip("0").rstrip(".") if places else f"{value:.0f}"


def format_distance(distance_m: float, system: UnitSystem = "metric") -> str:
    """Print a distance the way runners write it.

    Whole eighths of a mile are printed as such in the statute system; other
    values are rounded for the eye: to 1 m below a kilometre, to 0.01 km or
    0.01 mile above, to 1 yd below a tenth of a mile.

    Args:
        distance_m: Metres; not negative.
        system: ``metric`` (m, km) or ``statute`` (mi, with fractions).

    Example:
        >>> format_distance(201.168, "statute"), format_distance(201.168)
        ('1/8 mi', '201 m')
    """
    if system == "statute":
        miles = distance_m / METRES_PER_MILE
        eighths = round(miles * 8)
        if eighths and math.isclose(miles * 8, eighths, rel_tol=2e-4):
            whole, part = divmod(eighths, 8)
            fraction = str(Fraction(part, 8)) if part else ""
            return f"{' '.join(filter(None, [str(whole) if whole else '', fraction]))} mi"
        if miles < 0.1:
            return f"{distance_m / 0.9144:.0f} yd"
        return f"{_trim(miles, 2)} mi"
    if distance_m < 1000:
        return f"{distance_m:.0f} m"
    return f"{_trim(distance_m / 1000, 2)} km"


def format_duration(duration_s: float) -> str:
    """Print a duration as ``45 s``, ``1:30`` or ``2:05:00``, to the nearest second.

    Example:
        >>> format_duration(45), format_duration(90), format_duration(7500)
        ('45 s', '1:30', '2:05:00')
    """
    total = round(duration_s)
    if total < 60:
        return f"{total} s"
    minutes, seconds = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def format_pace(speed_mps: float, system: UnitSystem = "metric") -> str:
    """Print a speed as a pace, ``5:00/km`` or ``8:00/mi``, to the nearest second.

    Args:
        speed_mps: Metres per second; at zero or below there is no pace and
            ``--`` is printed.
        system: ``metric`` (per km) or ``statute`` (per mile).

    Example:
        >>> format_pace(3.3528, "statute"), format_pace(0.0)
        ('8:00/mi', '--')
    """
    if not speed_mps > 0:
        return "--"
    per, unit = (METRES_PER_MILE, "mi") if system == "statute" else (METRES_PER_KILOMETRE, "km")
    minutes, seconds = divmod(round(per / speed_mps), 60)
    return f"{minutes}:{seconds:02d}/{unit}"


def measured(text: str) -> Literal["distance", "duration"] | None:
    """What the first unit in ``text`` measures; None where it is no unit of either.

    Example:
        >>> measured("5k"), measured("2h05"), measured("1:30"), measured("1 furlong")
        ('distance', 'duration', 'duration', None)
    """
    unit = re.search(r"[a-z]+", text, re.ASCII | re.IGNORECASE)
    if unit is None:
        return "duration" if ":" in text else None
    if unit[0].lower() in _METRES:
        return "distance"
    return "duration" if unit[0].lower() in _SECONDS else None
