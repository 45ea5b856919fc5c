"""The recoveries between harder repeats, run backward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from typing import ClassVar, Final, cast

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.errors import CompileError
from backrun_fit.marker import FORM_CUE
from backrun_fit.rules import parameters
from backrun_fit.rules.base import (
    check_sport,
    length_of,
    made_step,
    paced,
    refold,
    refuse_on_treadmill,
    with_length,
)
from backrun_fit.rules.parameters import Extent, Pace
from backrun_fit.rules.recognition import (
    Leaf,
    Reading,
    is_easy_target,
    is_silent,
    leaves_of,
    next_work,
    readings_of,
)
from backrun_fit.rules.remarks import Remarks, counted, remarked
from backrun_fit.workout import (
    DistanceDuration,
    Intensity,
    Movement,
    Node,
    Repeat,
    Step,
    TimeDuration,
    Workout,
)

__all__ = ["BackwardRecoveries"]

# A rest of a recovery shorter than this (seconds or metres) is no step; it is done backward too.
_SHORTEST_REST: Final = 1.0
_NOTES_BYTES: Final = 199
_SHORTNESS: Final = "shortness, as was asked for"


@attrs.frozen(kw_only=True)
class BackwardRecoveries:
    """Backward for 60 seconds in the recoveries between harder repeats.

    Source: the physical therapist's article of 2011, recoveries and pace.

    Between means between: a recovery has a harder step directly before and directly after it
    in the same repeat (or, at the top level, in the session). So N repeats have N - 1; a
    recovery planned after the last one stays exactly as it was, whatever follows it. What is a
    recovery is told by its intensity, its name, its target or its position (see
    ``recognition``); what is doubtful stays forward, and a remark says so. Harder is a running
    step that is neither a recovery nor, outside repeats, warm-up or cool-down, and has no easy
    pace.

    A recovery keeps its planned length: its first 60 s are backward and the rest as planned; a
    rest of less than a second is backward too. One given in the other kind (a distance, while
    ``backward`` is a time) is backward over its whole length; one that ends by a button or a
    heart rate comes, as planned, after 60 s backward.

    A set stays one node: where its last pass differs now, it is a repeat done once. A workout
    with recoveries that are backward already is left as it is, and a remark says so.

    Attributes:
        backward: How much of each recovery, a time or a distance.
        whole: The recovery becomes exactly ``backward``, whatever was planned.
        doubtful: What may be a recovery is taken for one, where it is shorter than the
            steps before and after it.
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
    doubtful: bool = attrs.field(default=False, converter=parameters.doubtful)
    times: int | None = attrs.field(default=None, converter=parameters.times)
    pace: Pace = attrs.field(default="marathon", converter=parameters.pace)
    slower: float = attrs.field(default=0.05, converter=parameters.slower)
    faster: float = attrs.field(default=0.05, converter=parameters.faster)

    def apply(
        self,
        workout: Workout,
        athlete: Athlete | None = None,  # noqa: ARG002 - every rule is called alike
    ) -> Workout:
        """Turn the recoveries round; remarks say what they were told by, and what is doubtful.

        Raises:
            CompileError: There is none between two harder steps, another sport, or the
                treadmill introduction is there.
        """
        check_sport(workout, self.name)
        refuse_on_treadmill(workout, self.name)
        leaves = leaves_of(workout.steps)
        already = sum(_is_turned(leaf.step) for leaf in leaves)
        if already:
            # Folding and files take sets apart, so nobody can say which ones are left to turn.
            return remarked(workout, [f"{self.name}: {counted(already)} backward already"])
        readings = [self._taken(reading) for reading in readings_of(leaves)]
        written: list[list[Step]] = [[] for _ in workout.steps]
        changed: set[int] = set()
        remarks = Remarks()
        turned = 0
        for start, end in _groups(leaves, readings):
            group, reading = leaves[start:end], readings[start]
            if reading is None or not _is_between(leaves, readings, start, end):
                for leaf in group:
                    written[leaf.node].append(leaf.step)
            elif not reading.sure:
                remarks.doubt(group[0].step, reading)
                written[group[0].node].append(group[0].step)
            elif turned == self.times:
                written[group[0].node].extend(leaf.step for leaf in group)
            else:
                turned += 1
                remarks.turn(reading)
                changed.update(leaf.node for leaf in group)
                written[group[0].node].extend(self._turned([leaf.step for leaf in group]))
        if not turned:
            raise CompileError(
                f"{self.name}: expected a recovery with a harder running step directly before "
                f"and after it, in a repeat with a count or at the top level, got none "
                f"in {workout.name!r}" + "".join(f"; {remark}" for remark in remarks.sentences())
            )
        nodes: list[Node] = []
        for position, node in enumerate(workout.steps):
            if position not in changed:
                nodes.append(node)
            elif isinstance(node, Repeat):
                nodes.append(_one_set(node, written[position]))
            else:
                nodes.extend(written[position])
        return remarked(attrs.evolve(workout, steps=tuple(nodes)), remarks.sentences())

    def _taken(self, reading: Reading | None) -> Reading | None:
        if reading is None or reading.sure or not (self.doubtful and reading.likely):
            return reading
        return Reading(sure=True, reason=_SHORTNESS)

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
                return [back, *_called_recoveries((remainder, *group[position + 1 :]))]
            done += length_of(extent)
            if rest >= 0:
                alike = alike[: position + 1]
                break
        if alike:
            back = self._back(with_length(self.backward, done), alike)
            return [back, *_called_recoveries(group[len(alike) :])]
        first = group[0].duration
        if isinstance(first, (TimeDuration, DistanceDuration)):
            return [self._back(first, group[:1]), *_called_recoveries(group[1:])]
        return [self._back(self.backward), *_called_recoveries(group)]

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


def _called_recoveries(steps: Sequence[Step]) -> list[Step]:
    """The rest of a recovery under the intensity that it was taken to have."""
    return [
        step
        if step.intensity is not None and step.intensity.is_easy
        else attrs.evolve(step, intensity=Intensity.RECOVERY)
        for step in steps
    ]


def _one_set(original: Repeat, steps: Sequence[Step]) -> Node:
    """The steps of a set, folded, as one node: so that other rules see a set as before."""
    nodes = refold([original], steps)
    if len(nodes) == 1:
        return nodes[0]
    return attrs.evolve(original, steps=nodes, count=1, skip_last_recovery=False)


def _groups(
    leaves: Sequence[Leaf], readings: Sequence[Reading | None]
) -> Iterator[tuple[int, int]]:
    """Start and end of each recovery, of each doubtful one, and of what lies between them."""
    keys: list[object] = []
    for position, (leaf, reading) in enumerate(zip(leaves, readings, strict=True)):
        doubtful = reading is not None and not reading.sure
        keys.append(position if doubtful else leaf.place if reading else None)
    end = 0
    for _, group in groupby(keys):
        start, end = end, end + len(list(group))
        yield start, end


def _is_between(
    leaves: Sequence[Leaf], readings: Sequence[Reading | None], start: int, end: int
) -> bool:
    """True for a recovery with a harder step on both sides, in the same pass of its set."""
    place = leaves[start].place or ()
    before = next_work(leaves, range(start - 1, -1, -1))
    after = next_work(leaves, range(end, len(leaves)))
    return all(
        position is not None
        and _is_harder(leaves[position], readings[position])
        and (leaves[position].place or ())[: len(place)] == place  # in its body, or deeper
        for position in (before, after)
    )


def _is_harder(leaf: Leaf, reading: Reading | None) -> bool:
    return (
        leaf.step.movement is Movement.RUN
        and is_silent(leaf)
        and not is_easy_target(leaf.step.target)
        and (reading is None or not reading.sure)
    )
