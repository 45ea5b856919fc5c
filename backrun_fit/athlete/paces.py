"""The paces that have a name, and the bands about them."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from typing import Final

from backrun_fit.athlete.predict import MARATHON_M
from backrun_fit.athlete.vdot import race_time, speed_at_oxygen_cost
from backrun_fit.errors import Problems, SpecError
from backrun_fit.units import FASTEST_HUMAN_MPS, SLOWEST_MOVING_MPS, is_short_text, parse_pace
from backrun_fit.workout import PaceTarget, middle_of

__all__ = [
    "OWN_PACE",
    "PACE_NAMES",
    "ExplicitPaces",
    "band_about",
    "band_at_vdot",
    "canonical_pace_name",
    "default_band",
    "middle_mps",
    "pace_at_vdot",
    "parse_pace_band",
    "read_pace",
    "read_pace_or_band",
    "read_paces",
    "s_per_km_apart",
]

PACE_NAMES: Final = ("recovery", "easy", "marathon", "threshold", "10k", "5k")
"""The paces an athlete has, slowest first."""

OWN_PACE: Final = "own"
"""The athlete's own backward pace, from a calibration run; stands beside ``PACE_NAMES``."""

ExplicitPaces = tuple[tuple[str, float | PaceTarget], ...]
"""Paces in m/s and bands by canonical name, sorted by name."""

_ALIASES: Final = {"mp": "marathon", "5km": "5k", "10km": "10k"}

# Parts of VDOT: the slow end of the band, the pace, the fast end. Easy is that of Daniels' tables:
# the one easy pace of the second edition is 67.0 % of VDOT, the range of the third 62 to 70 %.
# Recovery is our own choice: as wide, and never faster than the slow end of easy.
EASY_FRACTIONS: Final = (0.62, 0.66, 0.70)
RECOVERY_FRACTIONS: Final = (0.54, 0.58, EASY_FRACTIONS[0])
# Background convention of Daniels' tables, for which no source was read.
THRESHOLD_FRACTION: Final = 0.88
_RELAXED: Final = {"recovery": RECOVERY_FRACTIONS, "easy": EASY_FRACTIONS}
_FRACTIONS: Final = {
    "recovery": RECOVERY_FRACTIONS[1],
    "easy": EASY_FRACTIONS[1],
    "threshold": THRESHOLD_FRACTION,
}
_RACES_M: Final = {"marathon": MARATHON_M, "10k": 10_000.0, "5k": 5_000.0}

# Half-widths of the band about a pace that is stated, as parts of its time per distance. About as
# wide as 62 to 70 % of VDOT for easy running; our own choice for the rest, which needs precision.
RELAXED_BAND: Final = 0.06
PRECISE_BAND: Final = 0.03

_UNIT: Final = re.compile(
    r"\s*(?:m/s|km/h|kph|mph|mi/h|(?:min\s*)?(?:/|\bper\b)\s*[a-z]+)\s*\Z", re.IGNORECASE
)
_BAND: Final = re.compile(r"\s*(\S.*?)\s*(?:[-–]|\bto\b)\s*(\S.*?)\s*", re.IGNORECASE)


def canonical_pace_name(name: str) -> str:
    """The one name of a pace, whatever its case and spelling.

    Args:
        name: Such as ``MP``, ``marathon pace`` or ``5 km``.

    Returns:
        A member of ``PACE_NAMES``, or ``OWN_PACE``.

    Raises:
        SpecError: The name is none of them; the nearest is suggested.

    Example:
        >>> canonical_pace_name("MP"), canonical_pace_name("Easy pace")
        ('marathon', 'easy')
    """
    known = {**{pace: pace for pace in (*PACE_NAMES, OWN_PACE)}, **_ALIASES}
    squashed = ""
    if isinstance(name, str):
        squashed = re.sub(r"[\s_-]+", "", name.casefold()).removesuffix("pace")
    if squashed in known:
        return known[squashed]
    near = difflib.get_close_matches(squashed[:60], known, n=1)
    hint = f"; did you mean {known[near[0]]}?" if near else ""
    raise SpecError(
        f"expected a pace name ({', '.join(PACE_NAMES)}, MP for marathon, or own), "
        f"got {str(name)[:60]!r}{hint}"
    )


def pace_at_vdot(name: str, vdot: float) -> float:
    """Speed in m/s of a named pace at a VDOT (Daniels & Gilbert 1979).

    Easy, threshold and recovery are the speeds that cost 66, 88 and 58 % of VDOT;
    the others are the speeds of a race over their distance. From a VDOT of 28.1 up
    the paces stand in the order of ``PACE_NAMES``; below it a 10 km race takes so
    long (over 67 min) that it is run slower than threshold.

    Args:
        name: A member of ``PACE_NAMES`` or another spelling of one.
        vdot: VDOT, above zero.

    Raises:
        SpecError: The name is unknown or ``own``, or the VDOT is not finite or not above zero.

    Example:
        >>> [round(pace_at_vdot(name, 51.9441), 3) for name in ("easy", "marathon", "10k")]
        [3.204, 3.809, 4.167]
    """
    canonical = canonical_pace_name(name)
    if canonical == OWN_PACE:
        raise SpecError("expected a pace that VDOT gives, got the own backward pace")
    if canonical in _RACES_M:
        distance_m = _RACES_M[canonical]
        return distance_m / race_time(distance_m, vdot)
    return speed_at_oxygen_cost(_FRACTIONS[canonical] * vdot)


def band_at_vdot(name: str, vdot: float) -> PaceTarget:
    """The band of a named pace at a VDOT (Daniels & Gilbert 1979).

    Easy is from 62 to 70 % of VDOT, as in Daniels' tables. Recovery is from 54 to 62 %, so
    that it is never faster than the slow end of easy; that it is as wide is our own choice.
    The other paces have 3 % each way.

    Args:
        name: A member of ``PACE_NAMES`` or another spelling of one.
        vdot: VDOT, above zero.

    Raises:
        SpecError: The name is unknown, or the VDOT is not finite or not above zero.

    Example:
        >>> from backrun_fit.units import format_pace
        >>> easy = band_at_vdot("easy", 50.0)
        >>> format_pace(easy.slowest_mps), format_pace(easy.fastest_mps)
        ('5:38/km', '5:07/km')
    """
    canonical = canonical_pace_name(name)
    if canonical not in _RELAXED:
        return default_band(canonical, pace_at_vdot(canonical, vdot))
    least, _, most = _RELAXED[canonical]
    return PaceTarget(
        slowest_mps=speed_at_oxygen_cost(least * vdot),
        fastest_mps=speed_at_oxygen_cost(most * vdot),
    )


def band_about(speed_mps: float, slower: float, faster: float) -> PaceTarget:
    """The band about a pace, its sides given as parts of the time per distance.

    Args:
        speed_mps: The pace as a speed.
        slower: 0.05 allows 5 % more seconds per kilometre; not negative.
        faster: 0.05 allows 5 % fewer; not negative, below 1.

    Example:
        >>> band_about(4.0, slower=0.25, faster=0.2)
        PaceTarget(slowest_mps=3.2, fastest_mps=5.0, zone=None)
    """
    return PaceTarget(slowest_mps=speed_mps / (1 + slower), fastest_mps=speed_mps / (1 - faster))


def default_band(name: str, speed_mps: float) -> PaceTarget:
    """The band about a pace that is stated: 6 % each way for easy and recovery, else 3 %.

    Raises:
        SpecError: The name is unknown.

    Example:
        >>> round(default_band("easy", 3.18).slowest_mps, 9)
        3.0
    """
    width = RELAXED_BAND if canonical_pace_name(name) in _RELAXED else PRECISE_BAND
    return band_about(speed_mps, slower=width, faster=width)


def middle_mps(pace: float | PaceTarget) -> float:
    """The speed in the middle of a band, taken as paces: between 9:00 and 10:00 it is 9:30.

    A speed is its own middle; of a band with one limit it is that limit.

    Example:
        >>> round(middle_mps(PaceTarget(slowest_mps=1000 / 600, fastest_mps=1000 / 540)) * 570)
        1000
    """
    if not isinstance(pace, PaceTarget):
        return pace
    if pace.slowest_mps == 0 or pace.fastest_mps == math.inf:
        return middle_of(pace.slowest_mps, pace.fastest_mps)
    return 2 / (1 / pace.slowest_mps + 1 / pace.fastest_mps)


def s_per_km_apart(one: float | PaceTarget, other: float | PaceTarget) -> float:
    """The gap between two speeds or bands in seconds per kilometre; zero where they meet.

    Example:
        >>> s_per_km_apart(5.0, 4.0), s_per_km_apart(PaceTarget(slowest_mps=3, fastest_mps=5), 4.0)
        (50.0, 0.0)
    """
    a, b = (p if isinstance(p, PaceTarget) else band_about(p, 0, 0) for p in (one, other))
    return max(
        0.0,
        1000 / a.fastest_mps - 1000 / b.slowest_mps,
        1000 / b.fastest_mps - 1000 / a.slowest_mps,
    )


def parse_pace_band(text: str) -> PaceTarget:
    """Read a band of paces such as ``9:00-10:00/mi`` or ``5:40/km to 9:00/mi``.

    Args:
        text: Two paces in either order, joined by a hyphen, a dash or ``to``; a unit
            after the second alone goes for both.

    Raises:
        SpecError: There are no two paces (see ``parse_pace``).

    Example:
        >>> band = parse_pace_band("9:00-10:00/mi")
        >>> round(1609.344 / band.slowest_mps), round(1609.344 / band.fastest_mps)
        (600, 540)
    """
    match = _BAND.fullmatch(text) if is_short_text(text) else None
    if match is None:
        raise SpecError(f"expected two paces such as 9:00-10:00/mi, got {text!r:.60}")
    first, second = match.groups()
    unit = _UNIT.search(second)
    if unit and not _UNIT.search(first):
        first += unit[0]
    slowest_mps, fastest_mps = sorted((parse_pace(first), parse_pace(second)))
    return PaceTarget(slowest_mps=slowest_mps, fastest_mps=fastest_mps)


def read_pace(value: object) -> float:
    """A pace in m/s, from text (``parse_pace``) or a speed in m/s.

    Raises:
        SpecError: It is neither, or no person runs or walks at it.

    Example:
        >>> read_pace("4:00/km") == read_pace(1000 / 240)
        True
    """
    if isinstance(value, str):
        return parse_pace(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SpecError(f"expected a pace such as 8:00/mi, or a speed in m/s, got {value!r}")
    if not SLOWEST_MOVING_MPS <= value <= FASTEST_HUMAN_MPS:
        raise SpecError(
            f"expected a speed from {SLOWEST_MOVING_MPS:g} to {FASTEST_HUMAN_MPS:g} m/s, "
            f"got {value!r}"
        )
    return float(value)


def read_pace_or_band(value: object) -> float | PaceTarget:
    """A pace in m/s (``read_pace``) or a band, from text (``parse_pace_band``) or as it is.

    Raises:
        SpecError: It is none of them, or no person runs or walks at it.

    Example:
        >>> read_pace_or_band("3.5 m/s"), read_pace_or_band("3-4 m/s")
        (3.5, PaceTarget(slowest_mps=3.0, fastest_mps=4.0, zone=None))
    """
    if isinstance(value, PaceTarget):
        read_pace(value.slowest_mps)
        read_pace(value.fastest_mps)
        return value
    if is_short_text(value) and _BAND.fullmatch(value):
        return parse_pace_band(value)
    return read_pace(value)


def read_paces(value: object, problems: Problems) -> ExplicitPaces:
    """Explicit paces from a mapping, or from the pairs that an athlete holds.

    Args:
        value: Names with what ``read_pace_or_band`` takes.
        problems: Takes what is wrong, below ``paces``.

    Returns:
        Pairs by canonical name, sorted; those that could be read.

    Example:
        >>> read_paces({"MP": "4 m/s", "easy": 3.0}, Problems())
        (('easy', 3.0), ('marathon', 4.0))
    """
    pairs = value.items() if isinstance(value, Mapping) else value
    paces: dict[str, float | PaceTarget] = {}
    with problems.at("paces"):
        if not isinstance(pairs, Iterable) or isinstance(pairs, str):
            raise SpecError(f"expected paces by name, got {value!r}")
        for pair in pairs:
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise SpecError(f"expected a name and a pace, got {pair!r}")
            name, pace = pair
            with problems.at(f"paces.{name}"):
                canonical = canonical_pace_name(name)
                if canonical == OWN_PACE:
                    raise SpecError(
                        "expected the own backward pace under backward, with what else a "
                        "calibration run says (backrun-fit calibrate RUN --athlete FILE)"
                    )
                if canonical in paces:
                    raise SpecError(f"expected each pace once, got another {canonical} pace")
                paces[canonical] = read_pace_or_band(pace)
    return tuple(sorted(paces.items()))
