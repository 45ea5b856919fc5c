"""Short forms of plans for tests: made from few words, and printed in few."""

from __future__ import annotations

from collections.abc import Iterable

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
)

MILE_M = 1609.344


def run(distance_m: float, pace: str = "easy") -> Step:
    return Step(duration=DistanceDuration(distance_m=distance_m), target=NamedPaceTarget(name=pace))


def jog(duration_s: float) -> Step:
    return Step(
        duration=TimeDuration(duration_s=duration_s),
        target=NamedPaceTarget(name="recovery"),
        intensity=Intensity.RECOVERY,
    )


def times(count: int, *steps: Node, skip: bool = False) -> Repeat:
    return Repeat(steps=steps, count=count, skip_last_recovery=skip)


def plan(*nodes: Node) -> Workout:
    return Workout(name="Plan", steps=nodes)


def shown(nodes: Iterable[Node]) -> str:
    """Such as ``8(1609.344m <201m)``: ``<`` backward, ``-`` easy, ``w`` walking, ``~`` aside."""
    return " ".join(
        f"{node.count or 'until'}({shown(node.steps)})" if isinstance(node, Repeat) else _one(node)
        for node in nodes
    )


_SIGNS = {
    Movement.RUN: "",
    Movement.WALK: "w",
    Movement.BACKWARD_RUN: "<",
    Movement.BACKWARD_WALK: "<w",
    Movement.LATERAL_SHUFFLE: "~",
}


def _one(step: Step) -> str:
    sign = "-" if step.intensity in (Intensity.RECOVERY, Intensity.REST) else ""
    sign += _SIGNS[step.movement]
    match step.duration:
        case DistanceDuration(distance_m=metres):
            return f"{sign}{metres!r}m".replace(".0m", "m")
        case TimeDuration(duration_s=seconds):
            return f"{sign}{seconds!r}s".replace(".0s", "s")
    return f"{sign}?"
