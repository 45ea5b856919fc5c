"""Ramps as steps: FIT has none, so each becomes several steps whose targets follow one another."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import attrs

from backrun_fit.errors import CompileError, SpecError
from backrun_fit.units import UnitSystem
from backrun_fit.wording import duration_text, shown, target_text
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    Duration,
    HeartRateTarget,
    Node,
    PaceTarget,
    PowerTarget,
    RampTarget,
    Repeat,
    ShareTarget,
    Step,
    Target,
    TimeDuration,
)

__all__ = ["GREATEST_STEP", "SHORTEST_M", "SHORTEST_S", "without_ramps"]

GREATEST_STEP: Final = 0.05
"""Neighbouring parts differ by at most this: less than the width of the usual band (3 % each way),
so that nobody who keeps to the middle of one part is out of the next. Our own choice."""

SHORTEST_S: Final = 30.0
"""A watch needs about so long until its pace follows; a shorter part cannot be kept to."""
SHORTEST_M: Final = 100.0
"""The same for parts by distance."""

_Band = PaceTarget | HeartRateTarget | CadenceTarget | PowerTarget | ShareTarget
_ENDS: Final[dict[type, tuple[str, str]]] = {
    PaceTarget: ("slowest_mps", "fastest_mps"),
    HeartRateTarget: ("lowest_bpm", "highest_bpm"),
    CadenceTarget: ("lowest_spm", "highest_spm"),
    PowerTarget: ("lowest_w", "highest_w"),
    ShareTarget: ("lowest", "highest"),
}
# The last digits of FIT's time and distance: 1 ms and 1 cm.
_DIGITS_PER_S: Final = 1000
_DIGITS_PER_M: Final = 100


def without_ramps(
    nodes: tuple[Node, ...],
    resolve: Callable[[Target], Target],
    *,
    units: UnitSystem = "metric",
) -> tuple[tuple[Node, ...], tuple[str, ...]]:
    """The same plan, every ramp cut into steps of equal length whose targets follow one another.

    The target of a part spans what the ramp passes through in it. There are as many
    parts as it takes for the middles of neighbours to be at most 5 % of the lower one
    apart, at least two, but none shorter than 30 s or 100 m. Together they are as long
    as the ramp; each is a whole number of milliseconds or centimetres but the last,
    which holds what is over. Everything else of the step is in every part.

    Args:
        nodes: May be empty.
        resolve: Makes a target absolute, such as ``Athlete.resolve``.
        units: How the sentences print distances and paces.

    Returns:
        The nodes, and a sentence about each ramp.

    Raises:
        CompileError: A ramp that ends otherwise than by time or distance, is too short
            to be cut in two, leads from one quantity to another, or is the second
            target of a step.
        SpecError: As ``resolve`` does, with the ramp named.

    Example:
        >>> ramp = RampTarget(start=PaceTarget(slowest_mps=3, fastest_mps=3),
        ...                   end=PaceTarget(slowest_mps=3.3, fastest_mps=3.3))
        >>> step = Step(duration=TimeDuration(duration_s=600), target=ramp)
        >>> nodes, _ = without_ramps((step,), lambda target: target)
        >>> [(node.duration.duration_s, node.target.fastest_mps) for node in nodes]
        [(300.0, 3.15), (300.0, 3.3)]
    """
    made: list[Node] = []
    said: list[str] = []
    for node in nodes:
        if isinstance(node, Repeat):
            body, more = without_ramps(node.steps, resolve, units=units)
            made.append(attrs.evolve(node, steps=body))
            said += more
        elif isinstance(node.secondary_target, RampTarget):
            raise CompileError(
                f"{_label(node, units)}: expected one target for the whole step beside the "
                "first, got a ramp"
            )
        elif isinstance(node.target, RampTarget):
            parts = _parts(node, node.target, resolve, units)
            made += parts
            each = duration_text(parts[0].duration, units)
            said.append(f"{_label(node, units)} became {len(parts)} steps of {each}")
        else:
            made.append(node)
    return tuple(made), tuple(said)


def _parts(
    step: Step, ramp: RampTarget, resolve: Callable[[Target], Target], units: UnitSystem
) -> list[Step]:
    try:
        start, end = resolve(ramp.start), resolve(ramp.end)
    except SpecError as error:
        raise error.under(_label(step, units)) from error
    if not isinstance(start, _Band) or _quantity(start) != _quantity(end):
        raise CompileError(
            f"{_label(step, units)}: expected both ends of the ramp in one quantity, got "
            f"{target_text(start, units)!r} and {target_text(end, units)!r}"
        )
    first, last = _numbers(start), _numbers(end)
    durations = _durations(step, _count(sum(first) / 2, sum(last) / 2), units)
    count = len(durations)
    lows, highs = (
        [_between(a, b, position, count) for position in range(count + 1)]
        for a, b in zip(first, last, strict=True)
    )
    parts = []
    for position, duration in enumerate(durations):
        span = (min(lows[position : position + 2]), max(highs[position : position + 2]))
        ends: dict[str, Any] = dict(zip(_ENDS[type(start)], span, strict=True))
        parts.append(attrs.evolve(step, duration=duration, target=attrs.evolve(start, **ends)))
    return parts


def _quantity(target: Target) -> tuple[type, str | None]:
    return type(target), target.of if isinstance(target, ShareTarget) else None


def _numbers(target: Target) -> tuple[float, float]:
    low, high = (float(getattr(target, name)) for name in _ENDS[type(target)])
    return low, high


def _count(first: float, last: float) -> int:
    """How many parts it takes until the middles of neighbours are near enough."""
    lower, gap = min(first, last), abs(last - first)
    # The middles of n parts are gap / n apart, the lowest gap / 2n above the lower end.
    return max(2, math.ceil(gap * (1 - GREATEST_STEP / 2) / (GREATEST_STEP * lower)))


def _durations(step: Step, count: int, units: UnitSystem) -> list[Duration]:
    """The step's length in ``count`` equal parts, or in as many as are long enough."""
    match step.duration:
        case TimeDuration(duration_s=seconds):
            lengths = _lengths(seconds, min(count, int(seconds / SHORTEST_S)), _DIGITS_PER_S)
            parts: list[Duration] = [TimeDuration(duration_s=length) for length in lengths]
        case DistanceDuration(distance_m=metres):
            lengths = _lengths(metres, min(count, int(metres / SHORTEST_M)), _DIGITS_PER_M)
            parts = [DistanceDuration(distance_m=length) for length in lengths]
        case _:
            parts = []
    if len(parts) < 2:
        raise CompileError(
            f"{_label(step, units)}: expected a ramp over a time or a distance of "
            f"{2 * SHORTEST_S:g} s or {2 * SHORTEST_M:g} m at least, to be cut in two, got "
            f"{duration_text(step.duration, units)!r}"
        )
    return parts


def _lengths(total: float, count: int, digits: int) -> list[float]:
    borders = [
        Fraction(round(Fraction(total) * digits * position / count), digits)
        for position in range(count)
    ]
    return [float(end - start) for start, end in itertools.pairwise([*borders, Fraction(total)])]


def _between(first: float, last: float, position: int, count: int) -> float:
    """A value on the way, never beyond either end however the float rounds."""
    if position == count:
        return last
    value = first + (last - first) * position / count
    return min(max(value, min(first, last)), max(first, last))


def _label(step: Step, units: UnitSystem) -> str:
    name = f"{shown(step.name)!r}, " if step.name else ""
    words = (duration_text(step.duration, units), target_text(step.target, units))
    return f"the ramp ({name}{' @ '.join(filter(None, words))})"
