"""What a rule is, and what several rules share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Final, Protocol, runtime_checkable

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.athlete.paces import band_about
from backrun_fit.errors import CompileError
from backrun_fit.fold import fold, unroll_steps
from backrun_fit.marker import FORM_CUE, MARKER_BYTES, marked_name
from backrun_fit.rules.parameters import Extent, Pace
from backrun_fit.units import METRES_PER_MILE, format_distance, format_duration
from backrun_fit.workout import (
    DistanceDuration,
    Duration,
    Extra,
    Intensity,
    Movement,
    NamedPaceTarget,
    Node,
    PaceTarget,
    Repeat,
    Step,
    Target,
    TimeDuration,
    Workout,
    walk_steps,
)

__all__ = [
    "WORK",
    "Rule",
    "before_cooldown",
    "check_sport",
    "in_order",
    "is_long_run_back",
    "is_run_of",
    "label",
    "length_of",
    "made_step",
    "paced",
    "refold",
    "refuse_on_treadmill",
    "same_set",
    "standing_set",
    "with_length",
]

WORK: Final = frozenset({Intensity.ACTIVE, Intensity.INTERVAL, Intensity.OTHER, None})
"""The intensities of a step that is neither warm-up, cool-down, recovery nor rest."""


@runtime_checkable
class Rule(Protocol):
    """Rewrites a workout: an overlay that leaves all forward work as it is.

    Attributes:
        name: What spec files call it.
    """

    name: ClassVar[str]

    def __init__(self, **parameters: Any) -> None:
        """Every parameter has a default and may be given as text."""

    def apply(self, workout: Workout, athlete: Athlete | None = None) -> Workout:
        """The workout with the rule laid over it; applying it again changes nothing.

        Args:
            workout: Of any maker.
            athlete: Whose paces the rule may need to know, for a run given by time.

        Raises:
            CompileError: The rule finds nothing to work on, or collides with
                what another rule has done.
        """


def check_sport(workout: Workout, rule: str) -> None:
    """Refuse a workout for another sport.

    Raises:
        CompileError: The sport is not running.

    Example:
        >>> check_sport(Workout(name="w"), "drills")
    """
    if workout.sport != "running":
        raise CompileError(f"{rule}: expected a workout for running, got {workout.sport!r}")


def refuse_on_treadmill(workout: Workout, rule: str) -> None:
    """Refuse backward running where the treadmill introduction has the athlete walk.

    Raises:
        CompileError: The workout holds backward walking on a treadmill.
    """
    if workout.sub_sport == "treadmill" and any(
        step.movement is Movement.BACKWARD_WALK for step in walk_steps(workout.steps)
    ):
        raise CompileError(
            f"{rule} and treadmill_intro collide: the workout holds backward walking on a "
            f"treadmill for a first try, and {rule} would add backward running to it"
        )


# Lengths.


def length_of(extent: Extent) -> float:
    """Seconds or metres, whichever the extent is given in."""
    return extent.duration_s if isinstance(extent, TimeDuration) else extent.distance_m


def with_length(extent: Extent, length: float) -> Extent:
    """An extent of the same kind with another length."""
    if isinstance(extent, TimeDuration):
        return TimeDuration(duration_s=length)
    return DistanceDuration(distance_m=length)


def label(extent: Extent) -> str:
    """An extent as the name of a step prints it.

    Whole eighths of a mile are printed as such, times under two minutes in seconds.

    Example:
        >>> label(DistanceDuration(distance_m=201.168)), label(TimeDuration(duration_s=60))
        ('1/8 mi', '60 s')
    """
    if isinstance(extent, TimeDuration):
        if extent.duration_s < 119.95:
            return f"{round(extent.duration_s, 1):g} s"
        return format_duration(extent.duration_s)
    eighths = extent.distance_m / METRES_PER_MILE * 8
    whole = round(eighths)
    if whole and math.isclose(eighths, whole, rel_tol=1e-5):
        return format_distance(extent.distance_m, "statute")
    return format_distance(extent.distance_m)


# Steps.


def paced(pace: Pace, slower: float, faster: float) -> Target:
    """The target that a pace and the sides of its band mean.

    Args:
        pace: A named pace or a single pace gets the sides; a band stays as it is.
        slower: 0.05 allows 5 % more time per distance.
        faster: 0.05 allows 5 % less.

    Example:
        >>> paced("marathon", 0.1, 0.05)
        NamedPaceTarget(name='marathon', slower=0.1, faster=0.05)
    """
    if isinstance(pace, str):
        return NamedPaceTarget(name=pace, slower=slower, faster=faster)
    if pace.slowest_mps == pace.fastest_mps:
        return band_about(pace.slowest_mps, slower, faster)
    return pace


def made_step(
    movement: Movement,
    extent: Extent,
    target: Target,
    intensity: Intensity,
    *,
    notes: str | None = FORM_CUE,
    extra: Extra = (),
) -> Step:
    """A step that a rule adds, its name starting with the marker of its movement.

    Example:
        >>> from backrun_fit.workout import OpenTarget
        >>> eighth = DistanceDuration(distance_m=201.168)
        >>> made_step(Movement.BACKWARD_RUN, eighth, OpenTarget(), Intensity.ACTIVE).name
        'Back 1/8 mi'
    """
    text = label(extent)
    names = (marked_name(movement, text) for text in (text, text.replace(" ", ""), ""))
    return Step(
        duration=extent,
        target=target,
        intensity=intensity,
        movement=movement,
        name=next(name for name in names if len(name.encode()) <= MARKER_BYTES),
        notes=notes,
        extra=extra,
    )


def is_long_run_back(step: Step) -> bool:
    """True for backward running in the middle of work: such as ``after_each_mile`` adds.

    Backward repeats are INTERVAL, backward recoveries RECOVERY and drills WARMUP or COOLDOWN;
    on the treadmill it is walking.
    """
    return (
        step.movement is Movement.BACKWARD_RUN
        and step.intensity in WORK
        and step.intensity is not Intensity.INTERVAL
    )


# Trees.


def in_order(node: Node) -> tuple[Step, ...]:
    """The steps of a node as they are done; the body once where nobody knows how often."""
    try:
        return unroll_steps((node,))
    except CompileError:
        return tuple(walk_steps((node,)))


def refold(originals: Sequence[Node], steps: Sequence[Step]) -> tuple[Node, ...]:
    """Fold steps that stand in for other nodes.

    What the model does not know about the repeats replaced (``extra``) goes to the
    new repeats at the same depth.

    Args:
        originals: What the steps replace.
        steps: In order.
    """
    extras = [
        next((repeat.extra for repeat in level if repeat.extra), ()) for level in _levels(originals)
    ]
    return _with_extras(fold(steps), extras)


def _levels(nodes: Sequence[Node]) -> Iterator[list[Repeat]]:
    level = [node for node in nodes if isinstance(node, Repeat)]
    while level:
        yield level
        level = [node for repeat in level for node in repeat.steps if isinstance(node, Repeat)]


def _with_extras(nodes: tuple[Node, ...], extras: Sequence[Extra]) -> tuple[Node, ...]:
    if not any(extras):
        return nodes
    return tuple(
        node
        if isinstance(node, Step)
        else attrs.evolve(node, extra=extras[0], steps=_with_extras(node.steps, extras[1:]))
        for node in nodes
    )


def is_run_of(node: Node, intensity: Intensity) -> bool:
    """True where every step of a node has this intensity."""
    return all(step.intensity is intensity for step in walk_steps((node,)))


def before_cooldown(workout: Workout, block: Sequence[Node]) -> tuple[Node, ...]:
    """The workout's nodes with a block before the cool-down, at the end where there is none."""
    position = len(workout.steps)
    while position and is_run_of(workout.steps[position - 1], Intensity.COOLDOWN):
        position -= 1
    return (*workout.steps[:position], *block, *workout.steps[position:])


# A rule's own set of steps, found again.


def standing_set(workout: Workout, belongs: Callable[[Step], bool]) -> tuple[Step, ...]:
    """From the first to the last step that belongs to a set, repeats written out.

    Returns:
        Empty where there is none.
    """
    steps = [step for node in workout.steps for step in in_order(node)]
    positions = [position for position, step in enumerate(steps) if belongs(step)]
    return tuple(steps[positions[0] : positions[-1] + 1]) if positions else ()


def same_set(planned: Sequence[Step], found: Sequence[Step]) -> bool:
    """True where the steps found are those planned, as far as a FIT file keeps them.

    A file rounds lengths (cm, ms) and speeds (mm/s), and holds bands instead of named paces.
    """
    return len(planned) == len(found) and all(map(_alike, planned, found))


def _alike(planned: Step, found: Step) -> bool:
    return (
        planned.movement is found.movement
        and planned.intensity is found.intensity
        and _same_duration(planned.duration, found.duration)
        and _same_target(planned.target, found.target)
        and found.notes in (planned.notes, None)
    )


def _same_duration(planned: Duration, found: Duration) -> bool:
    match planned, found:
        case (TimeDuration() as one, TimeDuration() as other) | (
            DistanceDuration() as one,
            DistanceDuration() as other,
        ):
            return math.isclose(length_of(one), length_of(other), rel_tol=1e-3)
    return planned == found


def _same_target(planned: Target, found: Target) -> bool:
    if isinstance(found, PaceTarget):
        if isinstance(planned, NamedPaceTarget):
            return True  # a compiled workout no longer says which pace was named
        if isinstance(planned, PaceTarget):
            return (
                planned.zone == found.zone
                and math.isclose(planned.slowest_mps, found.slowest_mps, rel_tol=1e-3)
                and math.isclose(planned.fastest_mps, found.fastest_mps, rel_tol=1e-3)
            )
    return planned == found
