"""Which leg of a recording with several sessions a workout is for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import attrs

from backrun_fit.activity import Activity
from backrun_fit.amounts import planned_metres, planned_seconds
from backrun_fit.compiled import CompiledWorkout, unroll
from backrun_fit.errors import AlignmentError, DataWarning
from backrun_fit.limits import DEFAULT_LIMITS, Limits

__all__ = ["choose_leg", "recordings"]


def recordings(activities: Iterable[Activity]) -> Iterator[tuple[Activity, ...]]:
    """Activities in order, the legs of one recording together.

    Args:
        activities: As read: the legs of a recording follow each other.

    Example:
        >>> import numpy as np
        >>> from backrun_fit.activity import Track
        >>> from backrun_fit.compliance.timeline import instant
        >>> def leg(number: int) -> Activity:
        ...     return Activity(started_at=instant(0), ended_at=instant(1), sport="running",
        ...                     leg=number, track=Track.from_columns(np.array([])))
        >>> [len(legs) for legs in recordings([leg(1), leg(1), leg(2), leg(3)])]
        [1, 3]
    """
    legs: list[Activity] = []
    for activity in activities:
        if activity.leg == 1 and legs:
            yield tuple(legs)
            legs = []
        legs.append(activity)
    if legs:
        yield tuple(legs)


def choose_leg(
    legs: Sequence[Activity],
    workout: CompiledWorkout | None = None,
    leg: int | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Activity:
    """The leg that a workout is for.

    Without a workout the leg that carries one; else, of the legs with the workout's sport
    (of all where none has it), the one whose length is nearest to what is planned.

    Args:
        legs: Of one recording, in order; at least one.
        workout: The plan; None for the one that the recording carries.
        leg: One-based number, to choose it by hand.
        limits: Of which those of workouts hold.

    Returns:
        Where there were several to choose from, with a warning that says which was taken.

    Raises:
        AlignmentError: There is no such leg, or none at all.
    """
    if leg is not None and not 1 <= leg <= len(legs):
        raise AlignmentError(f"expected a leg from 1 to {len(legs)}, got {leg}")
    if not legs:
        raise AlignmentError("expected at least one activity, got none")
    if len(legs) == 1:
        return legs[0]
    if leg is not None:
        return legs[leg - 1]
    chosen, why = _chosen(legs, workout, limits)
    text = (
        f"leg {chosen.leg} of {len(legs)} was checked ({chosen.sport or 'unknown sport'}), {why}; "
        "choose another with --leg N"
    )
    warning = DataWarning("leg_chosen", text)
    return attrs.evolve(chosen, warnings=(*chosen.warnings, warning))


def _chosen(
    legs: Sequence[Activity], workout: CompiledWorkout | None, limits: Limits
) -> tuple[Activity, str]:
    if workout is None:
        carrying = [leg for leg in legs if leg.workout is not None]
        if len(carrying) == 1:
            return carrying[0], "the one that carries a workout"
        workout = carrying[0].workout if carrying else None
        legs = carrying or legs
    if workout is None:
        return legs[0], "the first one"
    same = [leg for leg in legs if leg.sport == workout.sport]
    if len(same) == 1:
        return same[0], "the only one of the workout's sport"
    steps = [execution.step for execution in unroll(workout, limits=limits)]
    planned_s = math.fsum(map(planned_seconds, steps))
    planned_m = math.fsum(map(planned_metres, steps))

    def misfit(leg: Activity) -> float:
        return _log_ratio(leg.timer_s, planned_s) + _log_ratio(leg.distance_m, planned_m)

    return min(same or legs, key=misfit), "the one whose length is nearest to the workout's"


def _log_ratio(done: float | None, planned: float) -> float:
    if not done or planned <= 0:
        return 0.0 if planned <= 0 else 10.0
    return abs(math.log(done / planned))
