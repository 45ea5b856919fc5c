"""A workout laid out as bars: as wide as its steps are long, as high as they are hard.

This is how planning sites and watches draw a session. It knows nothing of pictures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from backrun_fit.amounts import planned_seconds
from backrun_fit.compiled import CompiledWorkout, IndexedNode, IndexedStep, nest, unroll
from backrun_fit.units import format_duration
from backrun_fit.wording import duration_text
from backrun_fit.workout import (
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    ShareTarget,
    Step,
    Target,
    middle_of,
)

__all__ = ["Bar", "Bars", "Bracket", "bars_text", "intensity_word", "lay_out", "legend_words"]

_WORDS: Final = {
    Intensity.WARMUP: "warm-up",
    Intensity.ACTIVE: "active",
    Intensity.INTERVAL: "interval",
    Intensity.RECOVERY: "recovery",
    Intensity.REST: "rest",
    Intensity.COOLDOWN: "cool-down",
    Intensity.OTHER: "other",
    None: "other",
}
_LOWEST: Final = 0.15
_OPEN: Final = 0.5
# Of steps without a target: what one would draw by hand.
_BY_INTENSITY: Final = {
    Intensity.WARMUP: 0.5,
    Intensity.ACTIVE: 0.7,
    Intensity.INTERVAL: 0.9,
    Intensity.RECOVERY: 0.4,
    Intensity.REST: 0.2,
    Intensity.COOLDOWN: 0.45,
}
_WALKED: Final = 0.25
# Nobody runs below about two fifths of the fastest speed, heart rate or power of a session.
_FLOOR: Final = 0.4
_ZONES: Final = {HeartRateZoneTarget: 5, PaceZoneTarget: 10, PowerZoneTarget: 7}


def intensity_word(intensity: Intensity | None) -> str:
    """What people call it.

    Example:
        >>> intensity_word(Intensity.WARMUP), intensity_word(None)
        ('warm-up', 'other')
    """
    return _WORDS[intensity]


@attrs.frozen(kw_only=True)
class Bar:
    """One execution.

    Attributes:
        start_s: Planned seconds before it.
        lasting_s: Planned seconds; see ``planned_seconds`` for distances and open ends.
        height: 0 to 1.
        step: What it is.
    """

    start_s: float
    lasting_s: float
    height: float
    step: Step


@attrs.frozen(kw_only=True)
class Bracket:
    """All passes of a repeat.

    Attributes:
        start_s: Where the first begins.
        end_s: Where the last ends.
        depth: 0 for the outermost.
        label: How often, such as ``5 x``, or until when.
    """

    start_s: float
    end_s: float
    depth: int
    label: str


@attrs.frozen(kw_only=True)
class Bars:
    """A whole session.

    Attributes:
        bars: One an execution, in order.
        brackets: One a repeat and pass around it, in order of their ends.
        total_s: Planned seconds in all.
    """

    bars: tuple[Bar, ...]
    brackets: tuple[Bracket, ...]
    total_s: float

    def at_most(self, count: int) -> tuple[Bar, ...]:
        """The bars, or where they are too many to be seen, the highest of each column.

        Args:
            count: Columns; at least 1.

        Returns:
            At most ``count`` bars, which together are as long as the session.
        """
        if len(self.bars) <= count:
            return self.bars
        highest: dict[int, Bar] = {}
        for bar in self.bars:
            column = min(count - 1, int(bar.start_s / self.total_s * count))
            if column not in highest or bar.height > highest[column].height:
                highest[column] = bar
        width_s = self.total_s / count
        columns = sorted(highest)
        ends = [*columns[1:], count]
        return tuple(
            attrs.evolve(
                highest[column], start_s=column * width_s, lasting_s=(end - column) * width_s
            )
            for column, end in zip(columns, ends, strict=True)
        )


def legend_words(bars: Bars) -> list[str]:
    """The intensities that there are, always in the same order."""
    present = {intensity_word(bar.step.intensity) for bar in bars.bars}
    return [word for word in dict.fromkeys(_WORDS.values()) if word in present]


def bars_text(bars: Bars) -> str:
    """What there is to see, in a sentence without its point."""
    backward = sum(bar.step.movement.is_backward for bar in bars.bars)
    count = len(bars.bars)
    text = f"{count} step{'' if count == 1 else 's'}, about {format_duration(bars.total_s)}"
    return f"{text}; {backward} of them backward" if backward else text


def lay_out(compiled: CompiledWorkout) -> Bars:
    """Bars for every execution of a workout, and brackets for its repeats.

    The height is the middle of the target band against the highest one of its kind in the
    workout (of a zone: against the number of zones there are); without a target it goes
    by the intensity. So heights compare steps of one session, not two sessions.

    Raises:
        CompileError: As of ``unroll``.

    Example:
        >>> from backrun_fit.compiled import RepeatMessage
        >>> from backrun_fit.workout import TimeDuration
        >>> step = Step(duration=TimeDuration(duration_s=60.0))
        >>> laid = lay_out(CompiledWorkout(
        ...     name="w", messages=(step, RepeatMessage(first_index=0, count=3))))
        >>> len(laid.bars), laid.total_s, [bracket.label for bracket in laid.brackets]
        (3, 180.0, ['3 x'])
    """
    executions = unroll(compiled)
    steps = {execution.step_index: execution.step for execution in executions}
    heights = _heights(steps)
    bars: list[Bar] = []
    brackets: list[Bracket] = []
    _Layer(heights, bars, brackets).add(nest(compiled.messages), 0)
    total_s = bars[-1].start_s + bars[-1].lasting_s if bars else 0.0
    return Bars(bars=tuple(bars), brackets=tuple(brackets), total_s=total_s)


@attrs.define
class _Layer:
    heights: dict[int, float]
    bars: list[Bar]
    brackets: list[Bracket]
    at_s: float = 0.0

    def add(self, nodes: Iterable[IndexedNode], depth: int) -> None:
        for node in nodes:
            if isinstance(node, IndexedStep):
                self._bar(node)
                continue
            message, start_s = node.message, self.at_s
            count = 1 if message.count is None else message.count
            for turn in range(1, count + 1):
                shortened = message.skip_last_recovery and turn == count
                self.add(node.body[:-1] if shortened else node.body, depth + 1)
            until = message.until
            label = f"{message.count} x" if until is None else duration_text(until)
            self.brackets.append(
                Bracket(start_s=start_s, end_s=self.at_s, depth=depth, label=label)
            )

    def _bar(self, node: IndexedStep) -> None:
        lasting_s = planned_seconds(node.step)
        self.bars.append(
            Bar(
                start_s=self.at_s,
                lasting_s=lasting_s,
                height=self.heights[node.index],
                step=node.step,
            )
        )
        self.at_s += lasting_s


def _heights(steps: dict[int, Step]) -> dict[int, float]:
    highest: dict[str, float] = {}
    for kind, value in _values(step.target for step in steps.values()):
        highest[kind] = max(value, highest.get(kind, 0.0))
    return {index: _height(step, highest) for index, step in steps.items()}


def _values(targets: Iterable[Target]) -> Iterator[tuple[str, float]]:
    for target in targets:
        if (found := _value(target)) is not None:
            yield found


def _height(step: Step, highest: dict[str, float]) -> float:
    zones = _ZONES.get(type(step.target))
    if zones is not None and isinstance(
        step.target, HeartRateZoneTarget | PaceZoneTarget | PowerZoneTarget
    ):
        return min(1.0, max(_LOWEST, step.target.zone / zones))
    found = _value(step.target)
    if found is None:
        walked = step.movement in (Movement.WALK, Movement.BACKWARD_WALK, Movement.LATERAL_SHUFFLE)
        if walked or step.intensity is None:
            return _WALKED if walked else _OPEN
        return _BY_INTENSITY.get(step.intensity, _OPEN)
    kind, value = found
    share = (value / highest[kind] - _FLOOR) / (1.0 - _FLOOR)
    return max(_LOWEST, _LOWEST + (1.0 - _LOWEST) * share)


def _value(target: Target) -> tuple[str, float] | None:
    """How hard a target is, and what that is measured in."""
    match target:
        case PaceTarget(slowest_mps=lowest, fastest_mps=highest):
            return "pace", _hard(lowest, highest)
        case HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest):
            return "heart_rate", _hard(lowest, highest)
        case PowerTarget(lowest_w=lowest, highest_w=highest):
            return "power", _hard(lowest, highest)
        case ShareTarget(of=of, lowest=lowest, highest=highest):
            return of, _hard(lowest, highest)
    return None


def _hard(lowest: float, highest: float) -> float:
    """The middle of a band; of one without a real lower end, such as 1 to 129, near its top."""
    return max(middle_of(lowest, highest), 0.85 * highest) if highest < math.inf else lowest
