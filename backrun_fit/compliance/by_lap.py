"""Alignment by laps alone: their lengths, triggers, intensities and speeds.

For recordings whose step indexes are lost, and for plans run by hand.
"""

from __future__ import annotations

import math

import numpy as np

from backrun_fit.activity import Activity
from backrun_fit.compiled import CompiledWorkout, PlannedExecution
from backrun_fit.compliance.lapwise import FORGOTTEN_TEXT, division, forgotten, laps_text, pair_laps
from backrun_fit.compliance.pairing import Alignment
from backrun_fit.compliance.plan import (
    SAME_M,
    SAME_S,
    LapColumns,
    PlanColumns,
    planned_executions,
)
from backrun_fit.compliance.sequence import Costs, Floats, Placement, lay_along

__all__ = ["align_by_lap"]

# All costs are in units of one step skipped in mid-workout.
_SKIP, _SKIP_AT_END = 1.0, 0.6
_EXTRA, _EXTRA_LONG, _EXTRA_AT_EDGE = 0.6, 0.4, 0.35
_LARGEST_LENGTH_MISFIT = 3.0
# Laps that are so many times as long as a step are not that step, nor that and the next one.
_LARGEST_RATIO, _LARGEST_JOINT_RATIO = 4.5, 2.5
# A step that the athlete pressed away leaves a lap of any shortness, and so does
# the end of the recording.
_LARGEST_CUT_SHORT = {"manual": 1.4, "session_end": 0.4}
# A lap that goes on after the step was as long as planned.
_PAST_END = 0.5
_EFFORT_WEIGHT, _PACE_WEIGHT = 0.3, 0.3
_LATER_FIRST = 1e-6
# How sure an execution without a lap is.
_SURE_OF_NONE = 0.7
_MOST_LAPS = 120
"""In one execution; autolaps of an ultra-marathon."""


def align_by_lap(activity: Activity, workout: CompiledWorkout) -> Alignment:
    """Lay laps along executions so that the sum of all misfits is least.

    A run of laps may be one execution; laps may stand outside, executions may be
    skipped, and where a lap press was forgotten one lap holds two of them. The
    misfit of a pair is made of the ratio of the lengths (timer time for time steps,
    distance for distance steps), the triggers of the last and of inner laps, the
    intensity where it is recorded, and the pace band if there is one. Step indexes
    are not looked at.

    Args:
        activity: With at least one lap.
        workout: The plan.

    Raises:
        CompileError: The plan cannot be unrolled.
        AlignmentError: Laps times executions is too large.

    Example:
        >>> from backrun_fit.activity import Lap, Track
        >>> from backrun_fit.compliance.timeline import instant
        >>> from backrun_fit.workout import Step, TimeDuration
        >>> laps = tuple(
        ...     Lap(number=n, start_at=instant(a), end_at=instant(b), timer_s=b - a,
        ...         elapsed_s=b - a) for n, (a, b) in enumerate([(0, 300), (300, 360)]))
        >>> run = Activity(started_at=instant(0), ended_at=instant(360), sport="running",
        ...                laps=laps, track=Track.from_columns(np.array([])))
        >>> steps = [Step(duration=TimeDuration(duration_s=s)) for s in (300.0, 120.0, 60.0)]
        >>> plan = CompiledWorkout(name="w", messages=tuple(steps))
        >>> [p.stretch.first_lap if p.stretch else None
        ...  for p in align_by_lap(run, plan).pairings]
        [0, None, 1]
    """
    laps = activity.laps
    executions, optional = planned_executions(workout, lambda: len(laps))
    whole_plan, columns = PlanColumns.of(executions), LapColumns.of(laps)
    cut_short = np.array(
        [_LARGEST_CUT_SHORT.get(lap.trigger or "", _LARGEST_LENGTH_MISFIT) for lap in laps]
    )

    def fit(first: int, slots: slice) -> Floats:
        plan = whole_plan[slots]
        timer_s, distance_m = columns.runs(first, _MOST_LAPS)
        count = max(plan.possible_runs(timer_s, distance_m, _LARGEST_RATIO), 1)
        timer_s, distance_m = timer_s[:count], distance_m[:count]
        lengths = plan.length_misfit(timer_s, distance_m)
        costs = np.minimum(lengths, _LARGEST_LENGTH_MISFIT)
        pardoned = np.minimum(costs, cut_short[first : first + count, np.newaxis])
        too_short = (timer_s[:, np.newaxis] < plan.timer_s) | (
            distance_m[:, np.newaxis] < plan.distance_m
        )
        costs = np.where(too_short, pardoned, costs)
        costs[~too_short & (lengths > math.log(_LARGEST_RATIO))] = np.inf
        reached = (timer_s[:, np.newaxis] >= plan.timer_s - SAME_S) | (
            distance_m[:, np.newaxis] >= plan.distance_m - SAME_M
        )
        over = np.logical_or.accumulate((lengths == 0.0) & reached, axis=0)
        costs[1:] += _PAST_END * over[:-1]
        costs += plan.trigger_misfit(columns, first, count)
        costs += _EFFORT_WEIGHT * plan.effort_misfit(columns, first)
        costs += _PACE_WEIGHT * plan.pace_misfit(timer_s, distance_m)
        return np.asarray(costs)

    def fit_both(first: int, slots: slice) -> Floats:
        both = whole_plan[slots.start : slots.stop + 1]
        # Two steps are at most twice as long as the longest.
        count = both.possible_runs(*columns.runs(first, _MOST_LAPS), _LARGEST_JOINT_RATIO)
        return forgotten(both, columns, first, max(count, 1))

    at_edge = np.full(len(laps), _EXTRA_AT_EDGE)
    rank = _LATER_FIRST * np.arange(len(laps))
    placements, _ = lay_along(
        fit,
        Costs(
            skip=np.where(optional, 0.0, _SKIP - _LATER_FIRST * np.arange(len(executions))),
            skip_at_end=np.where(optional, 0.0, _SKIP_AT_END),
            extra=_EXTRA + _EXTRA_LONG * np.minimum(1.0, columns.timer_s / 60.0) - rank,
            extra_before=at_edge,
            extra_after=at_edge,
        ),
        fit_both,
    )
    first_used = placements[0].first if placements else len(laps)
    last_used = placements[-1].last if placements else -1

    def paired(execution: PlannedExecution, placement: Placement) -> str:
        first, last = placement.first, placement.last
        if placement.part:
            return FORGOTTEN_TEXT[placement.part - 1].format(laps_text(first, last))
        verb = "fits" if first == last else "together fit"
        trigger = laps[last].trigger
        ended = f", ended by {trigger.replace('_', ' ')}" if trigger else ""
        return f"{laps_text(first, last)} {verb} step {execution.step_index} best{ended}"

    def certainty(placement: Placement | None) -> float:
        if placement is None:
            return _SURE_OF_NONE
        count = placement.last - placement.first
        if placement.part:
            slot = placement.slot - placement.part + 1
            return math.exp(-float(fit_both(placement.first, slice(slot, slot + 1))[count, 0]))
        own = slice(placement.slot, placement.slot + 1)
        return math.exp(-float(fit(placement.first, own)[count, 0]))

    def missing(execution: PlannedExecution) -> str:
        return f"no lap fits step {execution.step_index} at this place"

    def extra(place: int) -> str:
        if place < first_used:
            return "before the workout"
        if place > last_used:
            return "after the workout"
        return "fits no step of the workout here"

    return pair_laps(
        "laps",
        laps,
        executions,
        placements,
        optional=optional,
        paired=paired,
        missing=missing,
        extra=extra,
        certainty=certainty,
        divided=lambda at, one, other: division(laps[at.first : at.last + 1], one, other),
    )
