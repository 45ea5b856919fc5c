"""From the parse tree of what follows an ``@`` to a target."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from backrun_fit.athlete.paces import canonical_pace_name
from backrun_fit.errors import SpecError
from backrun_fit.notation.notes import Notes, branches, cut, tokens
from backrun_fit.notation.words import HEART_RATE, METRICS, Metric
from backrun_fit.units import parse_pace
from backrun_fit.workout import HeartRateZoneTarget, NamedPaceTarget, OpenTarget, PaceTarget, Target

if TYPE_CHECKING:
    from backrun_fit.notation.notes import Token, Tree

__all__ = ["TargetReader", "metric_of", "metric_value"]

_SPEED_UNITS: Final = ("m/s", "km/h", "kph", "mph", "mi/h")
_LONGEST_NUMBER: Final = 30


class TargetReader:
    """Reads targets; one that cannot be meant is noted and read as no target.

    Args:
        notes: Where the problems go.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def read(self, tree: Tree) -> Target:
        """The target that a ``named``, ``zone``, ``band`` or ``full_band`` tree says."""
        readers = {"named": self._named, "zone": self._zone, "full_band": self._full_band}
        reader = readers.get(tree.data, self._band)
        return self._notes.attempt(tree, lambda: reader(tree), OpenTarget())

    def _named(self, tree: Tree) -> Target:
        token = tokens(tree)[0]
        name = self._notes.attempt(token, lambda: canonical_pace_name(str(token)), "easy")
        sides: dict[str, float] = {}
        for share in branches(tree):
            value, *side = tokens(share)
            for which in (side[0].lower(),) if side else ("slower", "faster"):
                if which in sides:
                    raise SpecError(f"expected each side of the band once, got {which!r} again")
                sides[which] = _share(value)
        if not sides:
            return NamedPaceTarget(name=name)
        slower, faster = sides.get("slower", 0.0), sides.get("faster", 0.0)
        if faster >= 1:
            raise SpecError(f"expected less than 100% faster, got {cut(self._notes.source(tree))}")
        return NamedPaceTarget(name=name, slower=slower, faster=faster)

    def _zone(self, tree: Tree) -> Target:
        metric, value = tokens(tree)
        if metric_of(metric) is HEART_RATE and value in ("1", "2", "3", "4", "5"):
            return HeartRateZoneTarget(zone=int(value))
        raise SpecError(f"expected HR zone 1 to 5, got {cut(self._notes.source(tree))}")

    def _band(self, tree: Tree) -> Target:
        words = tokens(tree)
        values = [word for word in words if word.type == "VALUE"]
        unit = _spaced(words[-1]) if words[-1].type == "UNIT" else ""
        by_unit = next((metric for metric in METRICS if metric.unit == unit.lower()), None)
        metric = metric_of(words[0]) if words[0].type == "METRIC" else by_unit
        if metric is None:
            return self._paces(tree, values, unit)
        if unit and metric is not by_unit:
            raise SpecError(
                f"expected {metric.word} in {metric.unit}, got {cut(self._notes.source(tree))}"
            )
        lowest, highest = metric_value(values[0], metric), metric_value(values[-1], metric)
        if lowest > highest:
            raise _inverted("the lower value", values, "")
        return metric.band(lowest, highest)

    def _full_band(self, tree: Tree) -> Target:
        first, unit, last, other = tokens(tree)
        if _spaced(unit).lower() != _spaced(other).lower():
            raise SpecError(
                f"expected both sides of the band in one unit, got {cut(self._notes.source(tree))}"
            )
        return self._paces(tree, [first, last], _spaced(unit))

    def _paces(self, tree: Tree, values: list[Token], unit: str) -> Target:
        if not unit:
            raise SpecError(
                "expected a unit after the numbers, as in 7:00/mi, 4:10/km, 3.5m/s, 140-150bpm, "
                f"170-180spm or 250-280W, got {cut(self._notes.source(tree))}"
            )
        joint = "" if unit.startswith("/") else " "
        speeds: list[float] = []
        for value in values:
            pace = f"{value}{joint}{unit}"
            speed = self._notes.attempt(value, functools.partial(parse_pace, pace), None)
            if speed is None:
                return OpenTarget()
            speeds.append(speed)
        first, last = speeds[0], speeds[-1]
        if unit.lower() in _SPEED_UNITS:
            if first > last:
                raise _inverted("the slower speed", values, joint + unit)
            return PaceTarget(slowest_mps=first, fastest_mps=last)
        if first < last:
            raise _inverted("the faster pace", values, joint + unit)
        return PaceTarget(slowest_mps=last, fastest_mps=first)


def metric_of(word: Token) -> Metric:
    """The quantity that a word names."""
    small = word.lower()
    return next((metric for metric in METRICS if metric.word.lower() == small), HEART_RATE)


def metric_value(number: Token, metric: Metric) -> float:
    """A value of a quantity.

    Raises:
        SpecError: It is zero, or more than a runner reaches.
    """
    if ":" not in number and len(number) <= _LONGEST_NUMBER and 0 < float(number) <= metric.ceiling:
        return float(number)
    raise SpecError(
        f"expected {metric.word} above 0 and at most {metric.ceiling:g} {metric.unit}, "
        f"got {cut(number)}"
    )


def _share(number: Token) -> float:
    if ":" in number or len(number) > _LONGEST_NUMBER:
        raise SpecError(f"expected a percentage such as 5%, got {cut(number)}")
    return float(Fraction(number) / 100)


def _spaced(token: Token) -> str:
    return " ".join(token.split())


def _inverted(first: str, values: list[Token], unit: str) -> SpecError:
    one, other = values
    return SpecError(f"expected {first} first, {other}-{one}{unit}, got '{one}-{other}{unit}'")
