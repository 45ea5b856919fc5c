"""What a workout asks for that is run forward, computed without the package's own verbs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

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


def gaps(steps: Iterable[Step]) -> tuple[list[Step], list[list[Step]]]:
    """The steps that are no recovery, and the recoveries before, between and after them."""
    others: list[Step] = []
    between: list[list[Step]] = [[]]
    for step in steps:
        if is_recovery(step):
            between[-1].append(step)
        else:
            others.append(step)
            between.append([])
    return others, between


def totals(steps: Iterable[Step]) -> dict[object, float]:
    """How much of every kind of duration there is."""
    found: dict[object, float] = {}
    for step in steps:
        kind, length = amount(step)
        found[kind] = found.get(kind, 0.0) + length
    return found


def same_totals(one: dict[object, float], other: dict[object, float]) -> bool:
    return one.keys() == other.keys() and all(
        math.isclose(length, other[kind], abs_tol=1e-6) for kind, length in one.items()
    )
