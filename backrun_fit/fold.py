"""Repeats written out, and written as repeats again with the fewest messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from backrun_fit.errors import CompileError
from backrun_fit.limits import DEFAULT_LIMITS
from backrun_fit.workout import Node, Repeat, Step

__all__ = ["EXACT_STEPS", "Place", "fold", "unroll_placed", "unroll_steps"]

EXACT_STEPS: Final = 1_000
"""Longest sequence that is folded into the fewest messages; a longer one into few."""

Place: TypeAlias = tuple[int, ...]
"""Which repeat a step belongs to (see ``unroll_placed``)."""

_Vector: TypeAlias = npt.NDArray[np.int32]
_Costs: TypeAlias = npt.NDArray[np.int16]


def unroll_steps(nodes: Sequence[Node]) -> tuple[Step, ...]:
    """Every step in the order in which it is done, repeats written out.

    Where a repeat skips its last recovery, the last node of its body is left out
    of the last pass.

    Args:
        nodes: Any part of a workout; may be empty.

    Raises:
        CompileError: A repeat ends by a condition, so nobody knows how often it
            is done, or there are more than 10,000 steps.

    Example:
        >>> from backrun_fit.workout import OpenDuration
        >>> step = Step(duration=OpenDuration())
        >>> len(unroll_steps((step, Repeat(steps=(step, step), count=3))))
        7
    """
    return tuple(step for step, _ in unroll_placed(nodes))


def _length(nodes: Sequence[Node]) -> int:
    """How many steps there are when written out, counted without writing them out."""
    total = 0
    for node in nodes:
        if isinstance(node, Step):
            total += 1
            continue
        if node.count is None:
            raise CompileError(
                "expected repeats with a count, got one that ends by a condition: "
                "how often it is done is not known before it is run"
            )
        *earlier, last = (_length((each,)) for each in node.steps)
        total += node.count * (sum(earlier) + last) - (last if node.skip_last_recovery else 0)
    return total


def unroll_placed(nodes: Sequence[Node]) -> tuple[tuple[Step, Place], ...]:
    """Every step as ``unroll_steps`` gives it, and the repeat that it belongs to.

    Args:
        nodes: Any part of a workout; may be empty.

    Returns:
        Pairs of a step and its place. The place is empty outside repeats; equal for
        steps of the same body, in whatever pass; different for the bodies of different
        repeats, and of the same repeat in different passes of one around it.

    Raises:
        CompileError: As ``unroll_steps``.

    Example:
        >>> from backrun_fit.workout import OpenDuration
        >>> step = Step(duration=OpenDuration())
        >>> [place for _, place in unroll_placed((step, Repeat(steps=(step,), count=2)))]
        [(), (0, 1), (0, 1)]
    """
    total = _length(nodes)
    most = DEFAULT_LIMITS.planned_steps
    if total > most:
        raise CompileError(f"expected at most {most:,} steps in all, got {total:,}")
    return tuple(_expand(nodes, (), 0))


def _expand(nodes: Sequence[Node], place: Place, turn: int) -> Iterator[tuple[Step, Place]]:
    for position, node in enumerate(nodes):
        if isinstance(node, Step):
            yield node, place
        elif node.count is not None and _length((node,)):  # a billion empty passes end at once
            for again in range(1, node.count + 1):
                shortened = node.skip_last_recovery and again == node.count
                body = node.steps[:-1] if shortened else node.steps
                yield from _expand(body, (*place, turn, position), again)


def fold(steps: Sequence[Step], *, nested: bool = True) -> tuple[Node, ...]:
    """Write a sequence of steps with the fewest messages, by repeats where they save any.

    A step costs one message, a repeat one and its body. A repeat stands only
    where it costs less than writing out; of equally short forms always the same
    one is taken. Sequences of more than 1,000 steps are folded greedily: still
    exact, not always the shortest.

    Args:
        steps: In the order in which they are done; may be empty.
        nested: Whether a repeat may stand inside a repeat.

    Returns:
        Nodes for which ``unroll_steps`` gives ``steps`` again.

    Example:
        >>> from backrun_fit.workout import DistanceDuration
        >>> mile, back = (Step(duration=DistanceDuration(distance_m=m)) for m in (1609.344, 201))
        >>> (node,) = fold([mile, back] * 20)
        >>> node.count, node.steps == (mile, back)
        (20, True)
    """
    numbers = _numbered(steps)
    if len(steps) > EXACT_STEPS:
        return _fold_greedily(steps, numbers, nested=nested)
    return _Folding(steps, numbers, nested=nested).result()


def _numbered(steps: Sequence[Step]) -> _Vector:
    """A small number for each step; equal steps have equal numbers."""
    known: dict[Step, int] = {}
    return np.array([known.setdefault(step, len(known)) for step in steps], dtype=np.int32)


class _Folding:
    """Dynamic programming over intervals: what each stretch [i, j) costs at least.

    The last node of a stretch is either its last step, or a repeat over [m, j)
    whose body is the block of ``period`` steps before j:
    cost(i, j) = min(cost(i, j - 1) + 1, min over m of cost(i, m) + 1 + cost(body)).
    """

    def __init__(self, steps: Sequence[Step], numbers: _Vector, *, nested: bool) -> None:
        self._steps = steps
        self._numbers = numbers
        self._nested = nested
        size = len(steps)
        self._cost = np.zeros((size + 1, size + 1), dtype=np.int16)  # [j, i] for the stretch [i, j)
        self._matches: list[_Vector] = [np.zeros(0, dtype=np.int32)]
        # [j, period]: for each i the cheapest [i, m) before a repeat over [m, j).
        self._heads: dict[tuple[int, int], _Costs] = {}
        for end in range(1, size + 1):
            self._extend_to(end)

    def result(self) -> tuple[Node, ...]:
        return self._nodes(0, len(self._steps))

    def _extend_to(self, end: int) -> None:
        numbers = self._numbers
        # matches[p - 1]: how many steps in a row, ending here, equal the one p before them.
        matches = np.zeros(end - 1, dtype=np.int32)
        matches[: end - 2] = self._matches[-1]
        self._matches.append(
            np.where(numbers[: end - 1][::-1] == numbers[end - 1], matches + 1, 0).astype(np.int32)
        )
        cost = self._cost[end]
        cost[:end] = self._cost[end - 1, :end] + 1
        for period, _ in self._periods(end):
            heads = self._cost[end - 2 * period, : end - 2 * period + 1]
            # A repeat of three blocks and more is one that ended a block earlier, and once more.
            longer = self._heads.get((end - period, period))
            if longer is not None:
                heads = heads.copy()
                np.minimum(heads[: len(longer)], longer, out=heads[: len(longer)])
            self._heads[end, period] = heads
            stretch = cost[: len(heads)]
            np.minimum(stretch, heads + self._repeat_cost(end, period), out=stretch)

    def _periods(self, end: int) -> Iterator[tuple[int, int]]:
        """Each length of a block that stands at least twice in a row before ``end``; how often.

        A block that is itself a shorter one repeated is left out: the shorter one reaches
        as far, and costs no more. What is left are few, whatever the steps.
        """
        matches = self._matches[end]
        lengths = np.arange(1, end)
        left = lengths[matches >= lengths]
        while len(left):
            period = int(left[0])
            yield period, int(matches[period - 1]) // period + 1
            left = left[(left % period != 0) | (matches[period - 1] < left - period)]

    def _repeat_cost(self, end: int, period: int) -> int:
        # The block one period earlier is equal, and its cost is known already.
        return 1 + (int(self._cost[end - period, end - 2 * period]) if self._nested else period)

    def _nodes(self, start: int, end: int) -> tuple[Node, ...]:
        """The cheapest nodes for [start, end): a step before a repeat, short bodies first."""
        found: list[Node] = []
        while end > start:
            if self._cost[end, start] == self._cost[end - 1, start] + 1:
                end -= 1
                found.append(self._steps[end])
            else:
                period, count = self._last_repeat(start, end)
                body = self._steps[end - period : end]
                nodes = self._nodes(end - period, end) if self._nested else tuple(body)
                found.append(Repeat(steps=nodes, count=count))
                end -= period * count
        return tuple(reversed(found))

    def _last_repeat(self, start: int, end: int) -> tuple[int, int]:
        """Period and count of a repeat with which the cheapest form of [start, end) can end."""
        return next(
            (period, count)
            for period, copies in self._periods(end)
            for count in range(min(copies, (end - start) // period), 1, -1)
            if self._cost[end, start]
            == self._cost[end - count * period, start] + self._repeat_cost(end, period)
        )


_LONGEST_GREEDY_BODY: Final = EXACT_STEPS // 2


def _fold_greedily(steps: Sequence[Step], numbers: _Vector, *, nested: bool) -> tuple[Node, ...]:
    """From the left, at each step the repeat that saves most when its body is written out."""
    text = numbers.tolist()
    found: list[Node] = []
    start = 0
    while start < len(text):
        period, count = max(
            ((period, _copies(text, start, period)) for period in range(1, _LONGEST_GREEDY_BODY)),
            key=lambda block: (block[1] - 1) * block[0],
        )
        saved = (count - 1) * period - 1
        if saved > 0:
            body = steps[start : start + period]
            folded = fold(body) if nested else tuple(body)
            found.append(Repeat(steps=folded, count=count))
            start += period * count
        else:
            found.append(steps[start])
            start += 1
    return tuple(found)


def _copies(text: list[int], start: int, period: int) -> int:
    """How often the block of ``period`` numbers at ``start`` stands there in a row."""
    block = text[start : start + period]
    count = 1
    while text[start + count * period : start + (count + 1) * period] == block:
        count += 1
    return count
