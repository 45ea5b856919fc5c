"""What a step of intervals.icu's text aims at: shares, zones, paces, watts, beats, cadence."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from backrun_fit.errors import SpecError
from backrun_fit.notation.notes import cut
from backrun_fit.notation.words import GREATEST_SHARE, HEART_RATE, METRICS, ZONES, Metric
from backrun_fit.units import (
    FASTEST_HUMAN_MPS,
    SLOWEST_MOVING_MPS,
    UnitSystem,
    format_pace,
    parse_duration,
)
from backrun_fit.workout import (
    CadenceTarget,
    HeartRateTarget,
    PaceTarget,
    PowerTarget,
    RampTarget,
    ShareTarget,
    Target,
)

if TYPE_CHECKING:
    from backrun_fit.notation.notes import Token

__all__ = ["number_of", "read_aim", "read_cadence"]

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_CLOCK: Final = re.compile(r"\d+:\d\d", re.ASCII)
_PER: Final = re.compile(r"/(\d*[a-z]+)", re.ASCII | re.IGNORECASE)
_LONGEST_NUMBER: Final = 12
_POWER: Final = next(metric for metric in METRICS if metric.unit == "w")

# What a percentage is of; pace is the speed at threshold.
_WHOLES: Final = {
    "": "threshold_power",
    "power": "threshold_power",
    "ftp": "threshold_power",
    "hr": "max_heart_rate",
    "lthr": "threshold_heart_rate",
    "pace": "threshold",
}
_ZONES: Final = {"": "power", "power": "power", "hr": "HR", "pace": "pace"}
_METRES: Final[dict[str, Fraction]] = {
    **{f"{count}m": Fraction(count) for count in (100, 250, 400, 500)},
    "100y": Fraction("91.44"),
    "km": Fraction(1000),
    "mi": Fraction("1609.344"),
}
_DEFAULTS: Final[dict[UnitSystem, str]] = {"metric": "km", "statute": "mi"}

# A runner takes at most 260 steps a minute; more is a number of steps, not of strides.
_MOST_STRIDES: Final = 130.0
_STEPS_PER_STRIDE: Final = 2


def number_of(text: str) -> Fraction:
    """A number, exactly.

    Raises:
        SpecError: It has more than twelve characters.

    Example:
        >>> number_of("1.5")
        Fraction(3, 2)
    """
    if len(text) > _LONGEST_NUMBER:
        raise SpecError(f"expected a number of at most {_LONGEST_NUMBER} digits, got {cut(text)}")
    return Fraction(text)


def read_aim(
    amount: Token, kind: str, source: str, units: UnitSystem | None, *, ramp: bool
) -> Target:
    """The target that an ``aim`` of the grammar says.

    Args:
        amount: Its numbers with their unit.
        kind: The word behind them; may be empty.
        source: Its text, for errors.
        units: What a pace without a unit is per; None refuses it.
        ramp: The word stands before it: from the first number to the second.

    Raises:
        SpecError: It cannot be meant, or a workout file has no place for it.
    """
    kind = kind.lower()
    if kind == "mmp":
        raise SpecError(
            f"expected a share of FTP, because no power curve (MMP) is known, got {cut(source)}"
        )
    if amount.type == "ZONES":
        if ramp:
            raise SpecError(
                f"expected a ramp between percentages, paces, beats or watts, got {cut(source)}"
            )
        return _zone(amount, kind, source)
    start: Target
    end: Target
    if amount.type == "PACES":
        start, end = _paces(amount, kind, source, units)
    elif amount.type == "PERCENTS":
        start, end = _shares(amount, kind, source)
    else:
        metric = HEART_RATE if amount.type == "BEATS" else _POWER
        start, end = (_value(number, metric) for number in _numbers(amount))
    if not ramp:
        return _band(start, end, source)
    if start == end:
        raise SpecError(f"expected where the ramp begins and ends, got {cut(source)}")
    return RampTarget(start=start, end=end)


def read_cadence(token: Token) -> Target:
    """A cadence in steps of both feet a minute; ``rpm`` counts the strides of one leg.

    Raises:
        SpecError: The band is turned round, or nobody runs so.
    """
    per = _STEPS_PER_STRIDE if token.lower().endswith("rpm") else 1
    lowest, highest = (per * float(number_of(number)) for number in _numbers(token))
    if not 0 < lowest <= highest <= _MOST_STRIDES * _STEPS_PER_STRIDE:
        raise SpecError(
            f"expected a cadence above 0 and at most {_MOST_STRIDES:g}rpm (strides of one leg: "
            f"180 steps a minute are 90rpm or 180spm), the lower first, got {cut(token)}"
        )
    return CadenceTarget(lowest_spm=lowest, highest_spm=highest)


def _numbers(token: Token) -> tuple[str, str]:
    """The one number in a token twice, or both."""
    found = _NUMBER.findall(token)
    return found[0], found[-1]


def _shares(amount: Token, kind: str, source: str) -> tuple[ShareTarget, ShareTarget]:
    shares = [number_of(number) / 100 for number in _numbers(amount)]
    if not all(0 < share <= GREATEST_SHARE for share in shares):
        raise SpecError(
            f"expected percentages above 0 and at most {100 * GREATEST_SHARE:g}, got {cut(source)}"
        )
    first, last = (
        ShareTarget(of=_WHOLES[kind], lowest=float(share), highest=float(share)) for share in shares
    )
    return first, last


def _value(number: str, metric: Metric) -> Target:
    value = float(number_of(number))
    if not 0 < value <= metric.ceiling:
        raise SpecError(
            f"expected {metric.word} above 0 and at most {metric.ceiling:g} {metric.unit}, "
            f"got {cut(number)}"
        )
    return metric.band(value, value)


def _zone(amount: Token, kind: str, source: str) -> Target:
    numbers = _numbers(amount)
    make, highest = ZONES.get(_ZONES.get(kind, ""), (None, 0))
    if make is None or amount[0] in "cC" or numbers[0] != numbers[1]:
        raise SpecError(
            "expected one zone of the watch's, such as Z2 HR or Z3 Pace, because a workout file "
            f"has no place for several or for one's own, got {cut(source)}"
        )
    zone = int(number_of(numbers[0]))
    if not 1 <= zone <= highest:
        raise SpecError(f"expected a {_ZONES[kind]} zone from 1 to {highest}, got {cut(source)}")
    return make(zone)


def _paces(
    amount: Token, kind: str, source: str, units: UnitSystem | None
) -> tuple[PaceTarget, PaceTarget]:
    if kind not in ("", "pace"):
        raise SpecError(f"expected the word Pace after a pace, got {cut(source)}")
    clocks, pers = _CLOCK.findall(amount), [per.lower() for per in _PER.findall(amount)]
    if not pers and units is not None:
        pers = [_DEFAULTS[units]]
    if not pers:
        raise SpecError(
            "expected a unit after the pace, such as 5:00/km or 8:00/mi, or the units of the "
            f"session, got {cut(source)}"
        )
    unknown = [per for per in pers if per not in _METRES]
    if unknown:
        raise SpecError(f"expected a pace per {', '.join(_METRES)}, got {cut(source)}")
    first, last = (
        _pace(clock, _METRES[per], source)
        for clock, per in ((clocks[0], pers[0]), (clocks[-1], pers[-1]))
    )
    return first, last


def _pace(clock: str, per_m: Fraction, source: str) -> PaceTarget:
    speed_mps = float(per_m / Fraction(parse_duration(clock)))
    if not SLOWEST_MOVING_MPS <= speed_mps <= FASTEST_HUMAN_MPS:
        raise SpecError(
            f"expected a pace that a person can run or walk ({format_pace(FASTEST_HUMAN_MPS)} to "
            f"{format_pace(SLOWEST_MOVING_MPS)}), got {cut(source)}"
        )
    return PaceTarget(slowest_mps=speed_mps, fastest_mps=speed_mps)


def _band(start: Target, end: Target, source: str) -> Target:
    """The band between two values of one kind; of paces either may come first."""
    match start, end:
        case PaceTarget(), PaceTarget():
            slowest, fastest = sorted((start.slowest_mps, end.slowest_mps))
            return PaceTarget(slowest_mps=slowest, fastest_mps=fastest)
        case ShareTarget(), ShareTarget() if start.lowest <= end.lowest:
            return attrs.evolve(start, highest=end.highest)
        case HeartRateTarget(), HeartRateTarget() if start.lowest_bpm <= end.lowest_bpm:
            return attrs.evolve(start, highest_bpm=end.highest_bpm)
        case PowerTarget(), PowerTarget() if start.lowest_w <= end.lowest_w:
            return attrs.evolve(start, highest_w=end.highest_w)
    raise SpecError(f"expected the lower first, or the word ramp before it, got {cut(source)}")
