"""From the parse tree of what follows an ``@`` to targets."""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from backrun_fit.athlete.paces import canonical_pace_name
from backrun_fit.errors import SpecError
from backrun_fit.notation.notes import Notes, branches, cut, tokens
from backrun_fit.notation.words import (
    GREATEST_SHARE,
    HEART_RATE,
    METRICS,
    WHOLES,
    ZONES,
    Metric,
)
from backrun_fit.units import parse_pace
from backrun_fit.workout import (
    NamedPaceTarget,
    OpenTarget,
    PaceTarget,
    RampTarget,
    ShareTarget,
    Target,
    quantity_of,
)

if TYPE_CHECKING:
    from backrun_fit.notation.notes import Token, Tree

__all__ = ["TargetReader", "metric_of", "metric_value"]

_SPEED_UNITS: Final = ("m/s", "km/h", "kph", "mph", "mi/h")
_LONGEST_NUMBER: Final = 30
_METRIC_OF: Final = {
    **{metric.word.lower(): metric for metric in METRICS},
    "heart rate": HEART_RATE,
}
_SHARES: Final = (
    "a percentage of something, such as 90% marathon, 85-90% threshold, 80% max HR, "
    "90% LTHR or 85% FTP"
)


@attrs.frozen(kw_only=True)
class _Unit:
    """What the numbers of one end of a ramp are in, for the end that does not say it.

    Attributes:
        metric: Name before the numbers, in small letters.
        unit: Unit after them.
        whole: What a percentage is of.
    """

    metric: str = ""
    unit: str = ""
    whole: str = ""


class TargetReader:
    """Reads targets; one that cannot be meant is noted and read as no target.

    Args:
        notes: Where the problems go.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def read(self, tree: Tree) -> tuple[Target, Target | None]:
        """The first and the second target that a ``target`` tree says."""
        aims = [part for part in branches(tree) if part.data != "second"]
        second = [branches(part)[0] for part in branches(tree) if part.data == "second"]
        beside = self.aim(second[0]) if second else None
        if len(aims) == 2:
            return self._notes.attempt(tree, lambda: self._ramp(tree, *aims), OpenTarget()), beside
        if tokens(tree):
            self.refuse_ramp(tree)
        return self.aim(aims[0]), beside

    def aim(self, tree: Tree, like: _Unit = _Unit()) -> Target:
        """The target that one of the kinds of an ``aim`` says.

        Args:
            tree: As the grammar makes it.
            like: Stands in for a unit that is not written.
        """
        readers: dict[str, Callable[[], Target]] = {
            "named": lambda: self._named(tree),
            "zone": lambda: self._zone(tree),
            "full_band": lambda: self._full_band(tree),
            "band": lambda: self._band(tree, like),
            "fraction": lambda: self._fraction(tree, like),
        }
        # 70 to 80% FTP
        is_share = bool(like.whole) and not self.is_whole(tree)
        return self._notes.attempt(
            tree, readers["fraction" if is_share else tree.data], OpenTarget()
        )

    def refuse_ramp(self, tree: Tree) -> None:
        """Note a ramp that does not say from where to where."""
        self._notes.add(
            "expected where the ramp begins and ends, as in 10min @ easy to marathon, "
            f"got {cut(self._notes.source(tree))}",
            tree,
        )

    def is_whole(self, tree: Tree) -> bool:
        """Whether an ``aim`` says its own unit, so that it can be read by itself."""
        return tree.data not in ("band", "fraction") or _unit_of(tree) != _Unit()

    def _ramp(self, tree: Tree, first: Tree, last: Tree) -> Target:
        known = len(self._notes.problems)
        start = self.aim(first, _unit_of(last))
        end = self.aim(last, _unit_of(first))
        if len(self._notes.problems) > known:
            return OpenTarget()
        if quantity_of(start) != quantity_of(end):
            raise SpecError(
                f"expected both ends of the ramp in one quantity, got "
                f"{cut(self._notes.source(tree))}"
            )
        return RampTarget(start=start, end=end)

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
        word, value = tokens(tree)
        metric = metric_of(word)
        make, highest = ZONES.get(metric.word if metric else word.lower(), (None, 0))
        if (
            make is not None
            and value.isdecimal()
            and len(value) <= 2
            and 1 <= int(value) <= highest
        ):
            return make(int(value))
        known = ", ".join(f"{name} zone 1 to {most}" for name, (_, most) in ZONES.items())
        raise SpecError(f"expected {known}, got {cut(self._notes.source(tree))}")

    def _fraction(self, tree: Tree, like: _Unit) -> Target:
        values = [word for word in tokens(tree) if word.type == "VALUE"]
        whole = _unit_of(tree).whole or like.whole
        if not whole:
            raise SpecError(f"expected {_SHARES}, got {cut(self._notes.source(tree))}")
        lowest, highest = _share(values[0]), _share(values[-1])
        from_zero = len(values) == 2 and lowest == 0
        if highest <= 0 or not (lowest or from_zero) or highest > GREATEST_SHARE:
            raise SpecError(
                f"expected percentages above 0 and at most {100 * GREATEST_SHARE:g}, "
                f"got {cut(self._notes.source(tree))}"
            )
        if lowest > highest:
            raise _inverted("the lower percentage", values, "%")
        of = WHOLES.get(" ".join(whole.lower().split())) or canonical_pace_name(whole)
        return ShareTarget(of=of, lowest=lowest, highest=highest)

    def _band(self, tree: Tree, like: _Unit) -> Target:
        values = [word for word in tokens(tree) if word.type == "VALUE"]
        own = _unit_of(tree)
        word, unit = own.metric or like.metric, own.unit or like.unit
        by_unit = next((metric for metric in METRICS if metric.unit == unit.lower()), None)
        metric = metric_of(word) or by_unit
        if metric is None:
            return self._paces(tree, values, unit)
        if word and unit and (metric is not by_unit or word == "pace"):
            expected = "a pace in /km or /mi" if word == "pace" else f"{word} in {metric.unit}"
            raise SpecError(f"expected {expected}, got {cut(self._notes.source(tree))}")
        # "HR 0-145" has no lower limit.
        from_zero = len(values) == 2 and str(values[0]) == "0"
        lowest = 0.0 if from_zero else metric_value(values[0], metric)
        highest = metric_value(values[-1], metric)
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


def metric_of(word: str) -> Metric | None:
    """The quantity that a word names; None where it is pace, or none."""
    return _METRIC_OF.get(" ".join(word.lower().split()))


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


def _unit_of(tree: Tree) -> _Unit:
    said = {word.type: _spaced(word) for word in tokens(tree)}
    return _Unit(
        metric=said.get("METRIC", ""),
        unit=said.get("UNIT", ""),
        whole=said.get("WHOLE", said.get("NAME", "")) if tree.data == "fraction" else "",
    )


def _spaced(token: Token) -> str:
    return " ".join(token.split())


def _inverted(first: str, values: list[Token], unit: str) -> SpecError:
    one, other = values
    return SpecError(f"expected {first} first, {other}-{one}{unit}, got '{one}-{other}{unit}'")
