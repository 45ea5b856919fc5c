"""What a workout asks for that is run forward, computed without the package's own verbs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import attrs

from backrun_fit.workout import (
    DistanceDuration,
    Intensity,
    Movement,
    Node,
    OpenDuration,
    Repeat,
    Step,
    TimeDuration,
    Workout,
)

Work = list[tuple[object, float]]


def written_out(nodes: Iterable[Node]) -> Iterator[Step]:
    """Every step as it is done; a body that ends by a condition once."""
    for node in nodes:
        if isinstance(node, Repeat):
            for turn in range(node.count or 1):
                last = node.count is not None and turn == node.count - 1
                yield from written_out(
                    node.steps[:-1] if last and node.skip_last_recovery else node.steps
                )
        else:
            yield node


def is_backward(step: Step) -> bool:
    return step.movement in (Movement.BACKWARD_RUN, Movement.BACKWARD_WALK)


def is_recovery(step: Step) -> bool:
    """Easy by FIT's word, in whatever direction."""
    return step.intensity in (Intensity.RECOVERY, Intensity.REST)


def amount(step: Step) -> tuple[object, float]:
    """The kind of a step's duration and how much of it; conditions count one each."""
    match step.duration:
        case TimeDuration(duration_s=seconds):
            return "time", seconds
        case DistanceDuration(distance_m=metres):
            return "distance", metres
        case other:
            return other, 1.0


def work(steps: Iterable[Step]) -> Work:
    """What steps ask for in order; neighbours that differ in length only are taken as one."""
    found: Work = []
    for step in steps:
        kind, length = amount(step)
        how = (
            kind,
            step.target,
            step.intensity,
            step.movement,
            step.name,
            step.notes,
            step.extra,
        )
        if found and found[-1][0] == how:
            length += found.pop()[1]
        found.append((how, length))
    return found


def forward_work(workout: Workout) -> Work:
    return work(step for step in written_out(workout.steps) if not is_backward(step))


def same_work(one: Work, other: Work) -> bool:
    """Equal in everything but the last micrometre or microsecond."""
    return len(one) == len(other) and all(
        how == how_too and math.isclose(length, length_too, rel_tol=1e-12, abs_tol=1e-6)
        for (how, length), (how_too, length_too) in zip(one, other, strict=True)
    )


def added(before: Sequence[Step], after: Sequence[Step]) -> tuple[Step, ...] | None:
    """The one stretch that stands in ``after`` and not in ``before``; None if that is not all."""
    size = len(after) - len(before)
    for start in range(len(before) + 1):
        if [*after[:start], *after[start + size :]] == list(before):
            return tuple(after[start : start + size])
    return None


def turned(before: Sequence[Step], after: Sequence[Step]) -> int | None:
    """How many recoveries begin backward in ``after`` that did not in ``before``.

    None if anything else is different: a backward step has to take exactly its own length
    from what stood in its place, or to stand before what ends by itself. What is left of a
    recovery may be called one.
    """
    left, count = list(before), 0
    for step in after:
        if left and _same_but_called(left[0], step):
            left.pop(0)
        elif not is_backward(step) or not is_recovery(step) or not left:
            return None
        else:
            count += 1
            kind, length = amount(step)
            if not isinstance(left[0].duration, (TimeDuration, DistanceDuration)):
                continue
            while length > 1e-6:
                if not left or is_backward(left[0]) or amount(left[0])[0] != kind:
                    return None
                planned = left.pop(0)
                rest = amount(planned)[1] - length
                length = max(-rest, 0.0)
                if rest > 1e-6:
                    left.insert(0, _shortened(planned, rest))
    return None if left else count


def _same_but_called(planned: Step, step: Step) -> bool:
    """Equal, or called a recovery now, in everything but the last micrometre or microsecond."""
    (kind, length), (other_kind, other_length) = amount(planned), amount(step)
    called = step.intensity is planned.intensity or step.intensity is Intensity.RECOVERY
    bare = [attrs.evolve(one, duration=OpenDuration(), intensity=None) for one in (planned, step)]
    return (
        called
        and kind == other_kind
        and math.isclose(length, other_length, abs_tol=1e-6)
        and bare[0] == bare[1]
    )


def _shortened(step: Step, length: float) -> Step:
    if isinstance(step.duration, TimeDuration):
        return attrs.evolve(step, duration=TimeDuration(duration_s=length))
    return attrs.evolve(step, duration=DistanceDuration(distance_m=length))
