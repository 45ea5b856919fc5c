"""The recoveries between harder repeats, run backward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from typing import ClassVar, Final, cast

import attrs

from backrun_fit.errors import CompileError
from backrun_fit.fold import Place, unroll_placed
from backrun_fit.marker import FORM_CUE
from backrun_fit.rules import parameters
from backrun_fit.rules.base import (
    WORK,
    check_sport,
    is_long_run_back,
    length_of,
    made_step,
    paced,
    refold,
    refuse_on_treadmill,
    with_length,
)
from backrun_fit.rules.parameters import Extent, Pace
from backrun_fit.workout import (
    DistanceDuration,
    Intensity,
    Movement,
    NamedPaceTarget,
    Node,
    Repeat,
    Step,
    TimeDuration,
    Workout,
    walk_steps,
)

__all__ = ["BackwardRecoveries"]

# A rest of a recovery shorter than this (seconds or metres) is no step; it is done backward too.
_SHORTEST_REST: Final = 1.0
_NOTES_BYTES: Final = 199


@attrs.frozen
class _Leaf:
    """One step as it is done, and where it comes from.

    Attributes:
        step: The step.
        node: Position of its top-level node.
        place: Its repeat (see ``unroll_placed``), after that position; empty outside
            repeats, None where the node stays as it is.
    """

    step: Step
    node: int
    place: Place | None

    @property
    def group_key(self) -> Place | None:
        """Equal for neighbours that are one recovery; None for what is none."""
        return self.place if _is_recovery(self.step) else None


@attrs.frozen(kw_only=True)
class BackwardRecoveries:
    """Backward for 60 seconds in the recoveries between harder repeats.

    Source: the physical therapist's article of 2011, recoveries and pace.

    Between means between: a recovery has a harder step directly before and directly after it
    in the same repeat (or, at the top level, in the session). So N repeats have N - 1; a
    recovery planned after the last one stays exactly as it was, whatever follows it. Harder is
    a running step that is neither warm-up, cool-down, recovery nor rest and has no easy or
    recovery pace.

    A recovery keeps its planned length: its first 60 s are backward and the rest as planned; a
    rest of less than a second is backward too. One given in the other kind (a distance, while
    ``backward`` is a time) is backward over its whole length; one that ends by a button or a
    heart rate comes, as planned, after 60 s backward.

    A set stays one node: where its last pass differs now, it is a repeat done once. A workout
    with recoveries that are turned round already is left as it is.

    Attributes:
        backward: How much of each recovery, a time or a distance.
        whole: The recovery becomes exactly ``backward``, whatever was planned.
        times: Only the first so many recoveries between repeats are turned round; None
            for all.
        pace: Of the backward step: a named pace, a pace or a band.
        slower: How much slower its band may be, a fraction of the time per distance.
        faster: The same on the fast side.

    Example:
        >>> from backrun_fit.notation import parse_workout
        >>> workout = parse_workout("6 x (800m @ 5k + 2min @ recovery)")
        >>> (interval_set,) = BackwardRecoveries().apply(workout).steps
        >>> repeat, *last = interval_set.steps
        >>> repeat.count, [step.name for step in repeat.steps], len(last)
        (5, [None, 'Back 60 s', None], 2)
    """

    name: ClassVar[str] = "backward_recoveries"

    backward: Extent = attrs.field(
        default=parameters.backward("60s"), converter=parameters.backward
    )
    whole: bool = attrs.field(default=False, converter=parameters.whole)
    times: int | None = attrs.field(default=None, converter=parameters.times)
    pace: Pace = attrs.field(default="marathon", converter=parameters.pace)
    slower: float = attrs.field(default=0.05, converter=parameters.slower)
    faster: float = attrs.field(default=0.05, converter=parameters.faster)

    def apply(self, workout: Workout) -> Workout:
        """Turn the recoveries round.

        Raises:
            CompileError: There is none between two harder steps, another sport, or the
                treadmill introduction is there.
        """
        check_sport(workout, self.name)
        refuse_on_treadmill(workout, self.name)
        if any(_is_turned(step) for step in walk_steps(workout.steps)):
            return workout
        leaves = list(_leaves(workout.steps))
        written: list[list[Step]] = [[] for _ in workout.steps]
        changed: set[int] = set()
        turned = 0
        for start, end in _groups(leaves):
            group = leaves[start:end]
            if turned == self.times or not _is_between(leaves, start, end):
                for leaf in group:
                    written[leaf.node].append(leaf.step)
                continue
            turned += 1
            changed.update(leaf.node for leaf in group)
            written[group[0].node].extend(self._turned([leaf.step for leaf in group]))
        if not changed:
            raise CompileError(
                f"{self.name}: expected a recovery (intensity recovery or rest) with a harder "
                f"running step directly before and after it, in a repeat with a count or at the "
                f"top level, got none in {workout.name!r}"
            )
        steps: list[Node] = []
        for position, node in enumerate(workout.steps):
            if position not in changed:
                steps.append(node)
            elif isinstance(node, Repeat):
                steps.append(_one_set(node, written[position]))
            else:
                steps.extend(written[position])
        return attrs.evolve(workout, steps=tuple(steps))

    def _turned(self, group: Sequence[Step]) -> list[Step]:
        """A recovery of one step or several, backward as far as it is to be."""
        if self.whole:
            return [self._back(self.backward, group)]
        wanted, done = length_of(self.backward), 0.0
        alike = list(takewhile(self._is_same_kind, group))
        for position, step in enumerate(alike):
            extent = cast(Extent, step.duration)
            rest = round(done + length_of(extent) - wanted, 9)
            if rest >= _SHORTEST_REST:
                remainder = attrs.evolve(step, duration=with_length(extent, rest))
                back = self._back(self.backward, group[:position])
                return [back, remainder, *group[position + 1 :]]
            done += length_of(extent)
            if rest >= 0:
                alike = alike[: position + 1]
                break
        if alike:
            back = self._back(with_length(self.backward, done), alike)
            return [back, *group[len(alike) :]]
        first = group[0].duration
        if isinstance(first, (TimeDuration, DistanceDuration)):
            return [self._back(first, group[:1]), *group[1:]]
        return [self._back(self.backward), *group]

    def _is_same_kind(self, step: Step) -> bool:
        return isinstance(step.duration, type(self.backward))

    def _back(self, extent: Extent, replaced: Sequence[Step] = ()) -> Step:
        """The backward step; what is said of the steps that it replaces rides along."""
        said = [step.notes for step in replaced if step.notes]
        notes = " ".join([FORM_CUE, *said])
        return made_step(
            Movement.BACKWARD_RUN,
            extent,
            paced(self.pace, self.slower, self.faster),
            Intensity.RECOVERY,
            notes=notes if len(notes.encode()) <= _NOTES_BYTES else FORM_CUE,
            extra=next((step.extra for step in replaced if step.extra), ()),
        )


def _is_turned(step: Step) -> bool:
    return step.movement.is_backward and step.intensity is not None and step.intensity.is_easy


def _is_recovery(step: Step) -> bool:
    return (
        step.movement in (Movement.RUN, Movement.WALK)
        and step.intensity is not None
        and step.intensity.is_easy
    )


def _is_harder(step: Step) -> bool:
    easy = isinstance(step.target, NamedPaceTarget) and step.target.name in ("easy", "recovery")
    return step.movement is Movement.RUN and step.intensity in WORK and not easy


def _one_set(original: Repeat, steps: Sequence[Step]) -> Node:
    """The steps of a set, folded, as one node: so that other rules see a set as before."""
    nodes = refold([original], steps)
    if len(nodes) == 1:
        return nodes[0]
    return attrs.evolve(original, steps=nodes, count=1, skip_last_recovery=False)


def _leaves(nodes: Sequence[Node]) -> Iterator[_Leaf]:
    for position, node in enumerate(nodes):
        if _ends_by_condition(node):
            yield from (_Leaf(step, position, None) for step in walk_steps((node,)))
        else:
            for step, place in unroll_placed((node,)):
                yield _Leaf(step, position, place and (position, *place))


def _ends_by_condition(node: Node) -> bool:
    return isinstance(node, Repeat) and (
        node.count is None or any(map(_ends_by_condition, node.steps))
    )


def _groups(leaves: Sequence[_Leaf]) -> Iterator[tuple[int, int]]:
    """Start and end of each recovery, and of what lies between two recoveries."""
    end = 0
    for _, group in groupby(leaves, key=lambda leaf: leaf.group_key):
        start, end = end, end + len(list(group))
        yield start, end


def _is_between(leaves: Sequence[_Leaf], start: int, end: int) -> bool:
    """True for a recovery with a harder step on both sides, in the same pass of its set."""
    place = leaves[start].group_key
    if place is None:
        return False
    before = _next_work(leaves, range(start - 1, -1, -1))
    after = _next_work(leaves, range(end, len(leaves)))
    return all(
        leaf is not None
        and _is_harder(leaf.step)
        and (leaf.place or ())[: len(place)] == place  # in its body, or deeper
        for leaf in (before, after)
    )


def _next_work(leaves: Sequence[_Leaf], positions: range) -> _Leaf | None:
    """The first leaf that is not a backward step which another rule put there."""
    return next(
        (leaves[position] for position in positions if not is_long_run_back(leaves[position].step)),
        None,
    )
