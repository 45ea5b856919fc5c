"""How far and how long a step and a whole workout are planned to be."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import attrs

from backrun_fit.compiled import CompiledWorkout, unroll
from backrun_fit.workout import DistanceDuration, Movement, PaceTarget, Step, Target, TimeDuration

__all__ = [
    "NOMINAL_SPEED_MPS",
    "Amount",
    "Amounts",
    "amounts_of",
    "planned_metres",
    "planned_seconds",
]

NOMINAL_SPEED_MPS: Final = 1000.0 / 360.0
"""6:00/km: turns a distance without a pace into a weight, nothing else."""

NOMINAL_OPEN_S: Final = 60.0
"""Weight of a step without any planned length."""


@attrs.frozen(kw_only=True)
class Amount:
    """How far and how long, planned.

    Attributes:
        distance_m: Metres; steps by time are reckoned at the middle of their pace band,
            or at 6:00/km where they have none.
        time_s: Seconds; steps by distance are reckoned likewise.
    """

    distance_m: float = 0.0
    time_s: float = 0.0


@attrs.frozen(kw_only=True)
class Amounts:
    """How far and how long a workout is.

    Attributes:
        forward: Running and walking forward.
        backward: Running and walking backward.
        sideways: Shuffles.
        open_steps: Steps that end by a button or the like, which count nowhere.
    """

    forward: Amount
    backward: Amount
    sideways: Amount
    open_steps: int = 0

    @property
    def time_s(self) -> float:
        """All of it, in seconds, but for the open steps."""
        return math.fsum(part.time_s for part in (self.forward, self.backward, self.sideways))


def amounts_of(compiled: CompiledWorkout) -> Amounts:
    """How far and how long a workout is planned to be.

    Args:
        compiled: A repeat that ends by a condition counts once.

    Raises:
        CompileError: A repeat spans no whole steps, or there are more than 10,000
            executions.

    Example:
        >>> back = Step(duration=DistanceDuration(distance_m=200.0),
        ...             movement=Movement.BACKWARD_RUN)
        >>> amounts_of(CompiledWorkout(name="w", messages=(back, back))).backward
        Amount(distance_m=400.0, time_s=144.0)
    """
    steps = [execution.step for execution in unroll(compiled)]
    known = [step for step in steps if isinstance(step.duration, TimeDuration | DistanceDuration)]
    aside = [step for step in known if step.movement is Movement.LATERAL_SHUFFLE]
    back = [step for step in known if step.movement.is_backward]
    ahead = [step for step in known if step.movement in (Movement.RUN, Movement.WALK)]
    return Amounts(
        forward=_sum(ahead),
        backward=_sum(back),
        sideways=_sum(aside),
        open_steps=len(steps) - len(known),
    )


def _sum(steps: Iterable[Step]) -> Amount:
    steps = list(steps)
    return Amount(
        distance_m=math.fsum(map(planned_metres, steps)),
        time_s=math.fsum(map(planned_seconds, steps)),
    )


def planned_seconds(step: Step) -> float:
    """How long a step is planned to take, from the plan alone; its weight in the score.

    A distance is divided by the middle of the pace band, or by 6:00/km without
    one, or where nobody runs so fast; a step of open length counts a minute.

    Example:
        >>> planned_seconds(Step(duration=TimeDuration(duration_s=90.0)))
        90.0
        >>> planned_seconds(Step(duration=DistanceDuration(distance_m=1000.0)))
        360.0
    """
    match step.duration:
        case TimeDuration(duration_s=seconds):
            return seconds
        case DistanceDuration(distance_m=metres):
            return metres / _planned_mps(step.target)
        case _:
            return NOMINAL_OPEN_S


def _planned_mps(target: Target) -> float:
    """The middle of a pace band; the nominal speed for other targets, within the limit of one."""
    if not isinstance(target, PaceTarget) or not target.is_runnable:
        return NOMINAL_SPEED_MPS
    slowest_mps, fastest_mps = target.slowest_mps, target.fastest_mps
    if slowest_mps == 0 or fastest_mps == math.inf:
        return min(max(NOMINAL_SPEED_MPS, slowest_mps), fastest_mps)
    return (slowest_mps + fastest_mps) / 2


def planned_metres(step: Step) -> float:
    """How far a step is planned to go; what is not given by distance by its ``planned_seconds``.

    Example:
        >>> planned_metres(Step(duration=TimeDuration(duration_s=360.0)))
        1000.0
    """
    if isinstance(step.duration, DistanceDuration):
        return step.duration.distance_m
    metre = attrs.evolve(step, duration=DistanceDuration(distance_m=1.0))
    return planned_seconds(step) / planned_seconds(metre)
