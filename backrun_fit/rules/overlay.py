"""The promise of every rule, held against what one makes of a workout.

No forward work is taken away, and twice is the same as once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Final, TypeAlias

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.errors import CompileError
from backrun_fit.rules.base import Rule
from backrun_fit.rules.recognition import leaves_of, readings_of
from backrun_fit.wording import step_text
from backrun_fit.workout import (
    DistanceDuration,
    Node,
    OpenDuration,
    Step,
    TimeDuration,
    Workout,
)

__all__ = ["check_overlay"]

_SLACK: Final = 1e-3
"""A millimetre or a millisecond: less than a file can hold."""


def check_overlay(rule: Rule, workout: Workout, athlete: Athlete | None = None) -> Workout:
    """Lay a rule over a workout, and hold it to what every rule promises.

    All that is run forward stays: in its order, in no less than its distance or time, with its
    target, intensity, name and notes. It may be cut into pieces, and anything may stand before,
    between and behind them. Only a recovery, or a step that may be one, may give way, to
    backward running in its place; a repeat that ends by a condition stays as it is. And the
    rule laid over the result changes nothing.

    It is held against this one workout: a rule that keeps the promise here may break it
    elsewhere.

    Args:
        rule: Anything with a ``name`` and ``apply``.
        workout: As ``apply`` takes it.
        athlete: Likewise.

    Returns:
        The workout with the rule laid over it.

    Raises:
        CompileError: The promise is broken, and at which step; or the rule refuses the workout.

    Example:
        >>> from backrun_fit.notation import parse_workout
        >>> from backrun_fit.rules import AfterEachMile
        >>> check_overlay(AfterEachMile(), parse_workout("8mi @ easy")).steps[0].count
        8
    """
    once = _laid(rule, workout, athlete)
    planned, done = _parts(workout), _parts(once)
    lost = _first_lost(planned, done)
    if lost is not None:
        raise CompileError(
            f"{rule.name}: expected all forward work of {workout.name!r} to stay as it is, "
            f"but step {lost.number} of {len(planned)} ({lost}) is gone, shorter or changed"
        )
    try:
        twice = _laid(rule, once, athlete)
    except CompileError as error:
        raise CompileError(
            f"{rule.name}: expected the same workout when applied again, got an error: {error}"
        ) from error
    if twice != once:
        raise CompileError(
            f"{rule.name}: expected the same workout when applied again, "
            f"got {_difference(done, _parts(twice))}"
        )
    return once


def _laid(rule: Rule, workout: Workout, athlete: Athlete | None) -> Workout:
    result: object = rule.apply(workout, athlete)
    if not isinstance(result, Workout):
        raise CompileError(f"{rule.name}: expected a workout out of apply, got {result!r:.60}")
    return result


@attrs.frozen
class _Part:
    """A step as it is done, or a whole node that holds a repeat which ends by a condition.

    Attributes:
        number: Counted from 1.
        node: The step or the repeat.
        how: What stays the same in every piece of it.
        length: Seconds, metres, or 1 for what cannot be cut.
        gives_way: It is a recovery, or may be one.
    """

    number: int
    node: Node
    how: object
    length: float
    gives_way: bool

    @property
    def is_backward(self) -> bool:
        return isinstance(self.node, Step) and self.node.movement.is_backward

    def __str__(self) -> str:
        if isinstance(self.node, Step):
            return step_text(self.node)
        return "with a repeat that ends by a condition"


def _parts(workout: Workout) -> list[_Part]:
    leaves = leaves_of(workout.steps)
    found: list[_Part] = []
    for leaf, reading in zip(leaves, readings_of(leaves), strict=True):
        node: Node = leaf.step
        if leaf.place is None:
            node = workout.steps[leaf.node]
            if found and found[-1].node is node:
                continue
        gives_way = reading is not None and reading.likely
        found.append(_Part(len(found) + 1, node, *_measured(node), gives_way))
    return found


def _measured(node: Node) -> tuple[object, float]:
    match node:
        case Step(duration=TimeDuration(duration_s=length) | DistanceDuration(distance_m=length)):
            bare = attrs.evolve(node, duration=OpenDuration())
            return (type(node.duration), bare), length
    return node, 1.0


_Place: TypeAlias = tuple[int, float]
"""A part, and how much of it is taken."""


def _first_lost(planned: Sequence[_Part], done: Sequence[_Part]) -> _Part | None:
    """The first part that is planned forward and no longer done.

    Each is looked for behind the one before it, and what lies between is taken for added.
    Where one later on is missing, the first that was found only behind other planned work is
    the likelier culprit.
    """
    forward = [part for part in planned if not part.is_backward]
    known = {part.how for part in forward}
    place: _Place = (0, 0.0)
    doubt: _Part | None = None
    for group in _groups(forward):
        own = {part.how for part in group}
        found = _behind(group, done, place)
        if found is None:
            return doubt or group[0]
        if any(part.how in known - own for part in done[place[0] : found[0]]):
            doubt = doubt or group[0]
        place = found
    return None


def _groups(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """Each step of work alone, the steps of a recovery together."""
    for _, group in groupby(parts, lambda part: -1 if part.gives_way else part.number):
        yield list(group)


def _behind(group: Sequence[_Part], done: Sequence[_Part], place: _Place) -> _Place | None:
    """Where a group ends that is found behind a place, as it was or turned round."""
    ends = [_kept(group, done, place)]
    if group[0].gives_way:
        back = (number for number in range(place[0], len(done)) if done[number].is_backward)
        ends.append(next(((number + 1, 0.0) for number in back), None))
    return min((end for end in ends if end is not None), default=None)


def _kept(group: Sequence[_Part], done: Sequence[_Part], place: _Place) -> _Place | None:
    position, taken = place
    for part in group:
        wanted = part.length
        while wanted > _SLACK:
            if position == len(done):
                return None
            here = done[position]
            share = min(wanted, here.length - taken) if here.how == part.how else 0.0
            wanted, taken = wanted - share, taken + share
            if wanted > _SLACK or here.length - taken <= _SLACK:
                position, taken = position + 1, 0.0
    return position, taken


def _difference(once: Sequence[_Part], twice: Sequence[_Part]) -> str:
    for first, second in zip_longest(once, twice):
        if first is None:
            return f"a further step {second.number} ({second})"
        if second is None:
            return f"no step {first.number} ({first}) any more"
        if first.node != second.node:
            return f"step {first.number} as {second} instead of {first}"
    return "the same steps in other repeats or under another head"
