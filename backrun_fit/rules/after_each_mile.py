"""A backward step after each full mile of a long run."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, cast

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.athlete.paces import middle_mps
from backrun_fit.errors import CompileError, SpecError
from backrun_fit.fold import unroll_steps
from backrun_fit.limits import DEFAULT_LIMITS
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
    same_set,
    with_length,
)
from backrun_fit.rules.parameters import Extent, Pace
from backrun_fit.rules.recognition import leaves_of, readings_of
from backrun_fit.rules.remarks import remarked
from backrun_fit.wording import step_text
from backrun_fit.workout import (
    DistanceDuration,
    Intensity,
    Movement,
    Node,
    PaceTarget,
    Repeat,
    Step,
    TimeDuration,
    Workout,
    walk_steps,
)

__all__ = ["AfterEachMile"]

# Nobody runs half a metre in a mile more exactly than that, and files round: 1 mile is 1609 m
# in some. A step that ends this near a mark ends at it. What is counted by a pace is no more
# exact than the pace.
_MARK_TOLERANCE: Final = 5e-4
_PACED_TOLERANCE: Final = 0.01


@attrs.frozen(kw_only=True)
class AfterEachMile:
    """Start with 1/8 mile backward after each mile forward of a long run.

    Source: the physical therapist's article of 2011, long run and pace.

    Full ``every`` are counted over consecutive running steps at the top level that
    are neither warm-up, cool-down, recovery nor rest; anything else starts the count
    anew. Repeats made of such steps alone count, interval sets are left as they are.
    The last full ``every`` gets its backward step too; a remainder stays forward, and so
    does all that comes after the first ``times`` marks of the workout.

    Attributes:
        backward: How long the backward step is, a distance or a time.
        every: After how much forward running, a distance or a time. Steps given in the
            other kind are counted by their pace, those without one by the athlete's
            easy pace; where neither is known they do not count.
        times: Only the first so many marks get a backward step, one that has its own
            already among them; None for all.
        pace: Of the backward step: a named pace, a pace or a band.
        slower: How much slower its band may be, a fraction of the time per distance.
        faster: The same on the fast side.

    Example:
        >>> from backrun_fit.notation import parse_workout
        >>> workout = AfterEachMile().apply(parse_workout("8mi @ easy"))
        >>> workout.steps[0].count, [step.name for step in workout.steps[0].steps]
        (8, [None, 'Back 1/8 mi'])
    """

    name: ClassVar[str] = "after_each_mile"

    backward: Extent = attrs.field(
        default=parameters.backward("1/8mi"), converter=parameters.backward
    )
    every: Extent = attrs.field(default=parameters.every("1mi"), converter=parameters.every)
    times: int | None = attrs.field(default=None, converter=parameters.times)
    pace: Pace = attrs.field(default="marathon", converter=parameters.pace)
    slower: float = attrs.field(default=0.05, converter=parameters.slower)
    faster: float = attrs.field(default=0.05, converter=parameters.faster)

    def apply(self, workout: Workout, athlete: Athlete | None = None) -> Workout:
        """Insert the backward steps.

        Args:
            workout: Of any maker.
            athlete: By whose paces steps are counted that are not given in the kind of
                ``every``; without, only those with a pace of their own are.

        Raises:
            CompileError: No step counts, another sport, or there is a backward step to
                insert and the treadmill introduction is there.
        """
        check_sport(workout, self.name)
        athlete = Athlete() if athlete is None else athlete
        nodes: list[Node] = []
        found = False
        left = math.inf if self.times is None else float(self.times)
        remarks: dict[str, None] = {}
        for stretch, counts in self._stretches(workout.steps, athlete):
            if not counts:
                nodes.extend(stretch)
                continue
            found = found or any(self._every(step, athlete) for step in walk_steps(tuple(stretch)))
            written, left = self._over(stretch, left, athlete, remarks)
            nodes.extend(written)
        if not found:
            kind, other = ("distance", "time") if self._by_distance else ("time", "distance")
            raise CompileError(
                f"{self.name}: expected a running step given by {kind}, or by {other} at a pace "
                f"that is known, that is no warm-up, cool-down, recovery or part of an interval "
                f"set, got none in {workout.name!r}"
            )
        if tuple(nodes) != workout.steps:  # else each full mile has its backward step
            refuse_on_treadmill(workout, self.name)
        return remarked(attrs.evolve(workout, steps=tuple(nodes)), tuple(remarks))

    @property
    def _by_distance(self) -> bool:
        return isinstance(self.every, DistanceDuration)

    def _stretches(
        self, nodes: Sequence[Node], athlete: Athlete
    ) -> Iterator[tuple[list[Node], bool]]:
        """The nodes in order, cut into stretches over which is counted and what lies between."""
        leaves = leaves_of(nodes)
        with_recoveries = {
            leaf.node
            for leaf, reading in zip(leaves, readings_of(leaves), strict=True)
            if reading is not None and reading.sure
        }

        def counts(position: int) -> bool:
            return position not in with_recoveries and self._fits(nodes[position], athlete)

        for fits, stretch in itertools.groupby(range(len(nodes)), key=counts):
            yield [nodes[position] for position in stretch], fits

    def _fits(self, node: Node, athlete: Athlete) -> bool:
        """True for what a count goes on through."""
        if isinstance(node, Repeat):
            return node.count is not None and all(self._fits(one, athlete) for one in node.steps)
        return self._every(node, athlete) is not None or is_long_run_back(node)

    def _every(self, step: Step, athlete: Athlete) -> float | None:
        """How much of this step is one ``every``, in the step's own unit; None if it counts not."""
        if (
            step.movement is not Movement.RUN
            or step.intensity not in WORK
            or not isinstance(step.duration, (TimeDuration, DistanceDuration))
        ):
            return None
        every = length_of(self.every)
        if isinstance(step.duration, type(self.every)):
            return every
        speed_mps = _speed_mps(step, athlete)
        if speed_mps is None:
            return None
        # Whole seconds and metres, as a person would plan them.
        return max(float(round(every / speed_mps if self._by_distance else every * speed_mps)), 1.0)

    def _over(
        self, nodes: Sequence[Node], left: float, athlete: Athlete, remarks: dict[str, None]
    ) -> tuple[Sequence[Node], float]:
        """A stretch with its backward steps, and how many marks are left of ``left`` then.

        Its nodes stay as they are before the first backward step and after the last one.
        """
        leaves = [
            (index, step) for index, node in enumerate(nodes) for step in unroll_steps((node,))
        ]
        written: list[list[Step]] = [[] for _ in nodes]
        changed: set[int] = set()
        done, back = 0.0, self._back()  # of an ``every``
        for position, (index, step) in enumerate(leaves):
            every = self._every(step, athlete)
            if every is None:
                written[index].append(step)
                continue
            pieces, done = self._pieces(step, every, done, left)
            left -= sum(at_mark for _, at_mark in pieces)
            after = leaves[position + 1][1] if position + 1 < len(leaves) else None
            followed = after is not None and is_long_run_back(after)
            for number, (piece, at_mark) in enumerate(pieces, start=1):
                written[index].append(piece)
                if not at_mark:
                    continue
                if after is None or not (followed and number == len(pieces)):
                    written[index].append(back)
                    changed.add(index)
                elif not same_set((back,), (after,)):
                    remarks[f"a mark keeps its backward step: {step_text(after)}"] = None
        if not changed:
            return nodes, left
        total = sum(map(len, written))
        most = DEFAULT_LIMITS.planned_steps
        if total > most:
            raise CompileError(
                f"{self.name}: expected at most {most:,} steps in all, got {total:,}"
            )
        first, end = min(changed), max(changed) + 1
        steps = [step for part in written[first:end] for step in part]
        return [*nodes[:first], *refold(nodes[first:end], steps), *nodes[end:]], left

    def _pieces(
        self, step: Step, every: float, done: float, left: float
    ) -> tuple[list[tuple[Step, bool]], float]:
        """A step cut at the marks: each piece, whether it ends at one, and what is counted then."""
        extent, of_every = cast(Extent, step.duration), every / length_of(self.every)
        same_kind = isinstance(extent, type(self.every))
        slack = every * (_MARK_TOLERANCE if same_kind else _PACED_TOLERANCE)
        lengths, here = _cut(length_of(extent), every, done * of_every, left, slack, self.name)
        done = here / of_every
        if len(lengths) == 1:
            return [(step, lengths[0][1])], done
        return [
            (attrs.evolve(step, duration=with_length(extent, length)), at_mark)
            for length, at_mark in lengths
        ], done

    def _back(self) -> Step:
        return made_step(
            Movement.BACKWARD_RUN,
            self.backward,
            paced(self.pace, self.slower, self.faster),
            Intensity.ACTIVE,
        )


def _speed_mps(step: Step, athlete: Athlete) -> float | None:
    """How fast a step is to be run; by heart rate or without a target at the easy pace."""
    try:
        target = athlete.resolve(step.target)
        if isinstance(target, PaceTarget):
            return middle_mps(target)
        return athlete.pace_mps("easy")
    except SpecError:
        return None  # the athlete has no such pace


def _cut(
    length: float, every: float, done: float, left: float, slack: float, rule: str
) -> tuple[list[tuple[float, bool]], float]:
    """Cut a length at the marks: the pieces, whether a mark follows each, and the new count.

    Args:
        length: Of the step, metres or seconds.
        every: Between two marks, likewise.
        done: Since the last mark, likewise.
        left: How many marks there are to be at most, a whole number or infinity. What
            comes after them is one piece, and nothing is counted any more.
        slack: How near to a mark the end of the step is taken to be at it, likewise.
        rule: For the error.

    Raises:
        CompileError: There would be more than 10,000 pieces.

    Example:
        >>> _cut(4023.36, 1609.344, 0.0, math.inf, 0.8, "")
        ([(1609.344, True), (1609.344, True), (804.672, False)], 804.672)
        >>> _cut(4023.36, 1609.344, 0.0, 1, 0.8, "")
        ([(1609.344, True), (2414.016, False)], 0.0)
    """
    marks = min(length / every, left)
    most = DEFAULT_LIMITS.planned_steps
    if marks > most:
        raise CompileError(f"{rule}: expected at most {most:,} pieces of a step, got {marks:,.0f}")
    pieces: list[tuple[float, bool]] = []
    while len(pieces) < left:
        whole = round(length / every)
        if not done and whole and abs(length - whole * every) <= slack:
            exact = math.isclose(length, whole * every, rel_tol=1e-12)
            piece, here = every if exact else length / whole, min(whole, left - len(pieces))
            pieces += [(piece, True)] * int(here)
            if here == whole:
                return pieces, 0.0
            return [*pieces, (round(length - here * piece, 9), False)], 0.0
        missing = every - done
        if length < missing - slack:
            return [*pieces, (length, False)], done + length
        if length <= missing + slack:
            return [*pieces, (length, True)], 0.0
        # To the nanometre: differences of floats would keep equal pieces from being equal.
        missing = round(missing, 9)
        pieces.append((missing, True))
        length, done = round(length - missing, 9), 0.0
    return [*pieces, (length, False)], 0.0
