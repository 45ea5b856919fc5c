"""What speaks for a step where laps do not mark the steps: its length, and changes of speed."""

from __future__ import annotations

import functools
import itertools
import math

import attrs
import numpy as np

from backrun_fit.activity import Column
from backrun_fit.compliance.alignment.costs import (
    BROKEN_OFF,
    LATER_FIRST,
    UNKNOWN,
    WORK,
    StepCosts,
    Ways,
    effort_of,
)
from backrun_fit.workout import PaceTarget, Step

__all__ = ["SpeedCosts", "SpeedWeights"]

_MOST_STARTS = 2000
"""So many places are tried as the begin of the workout."""
_ASSUMED_S = 60.0
"""Planned length, for the cost of leaving it out, of a step that does not end by time."""
_TAIL_S = 120.0
# A step that is as long as planned but for the seconds that a watch may be off.
_NEARLY = 0.1
# A shorter step cannot be seen.
_SHORTEST_S = 0.5


@attrs.frozen(kw_only=True)
class SpeedWeights:
    """What everything costs.

    Attributes:
        skip: A step left out with a later one done.
        skip_per_s: Added for each planned second of it.
        skip_at_end: A step left out with none done behind it.
        other_length: A step ends elsewhere than planned; the logarithm of the ratio is added.
        open_length: A step has no planned length, or that was not recorded.
        cut_by_end: The recording ends before the step.
        pace: For each fraction by which the speed is outside the planned band.
        no_change: Neither speed nor cadence changes where a step begins or ends.
        full_rarity: Rarity of a change that is as clear as can be.
        cadence: Weight of the rarity of changes of cadence beside those of speed.
        variation: For each m^2/s^2 times second of variation of the speed within the step.
        largest_variation: At most so much for that.
        late_start: Something was done before the workout.
        before_per_s: For each second of it.
        tail: Something was done for two minutes or more behind the workout.
        tail_per_s: For each second of it.
    """

    skip: float = 5.0
    skip_per_s: float = 0.003
    skip_at_end: float = 1.4
    other_length: float = 4.0
    open_length: float = 0.1
    cut_by_end: float = 0.6
    pace: float = 0.3
    no_change: float = 0.7
    full_rarity: float = 5.0
    cadence: float = 0.5
    variation: float = 0.01
    largest_variation: float = 2.0
    late_start: float = 1.5
    before_per_s: float = 0.0005
    tail: float = 0.2
    tail_per_s: float = 0.0008


@attrs.frozen(kw_only=True, eq=False, slots=False)
class SpeedCosts(StepCosts):
    """The costs of ways that end as planned, at changes of speed and at presses.

    Attributes:
        weights: What everything costs.
    """

    weights: SpeedWeights = attrs.field(factory=lambda: WEIGHTS)

    temperature = 0.3
    most_tried = 200

    @property
    def margin(self) -> float:
        """Two steps of another length than planned."""
        return 8.0

    @property
    def largest_ratio(self) -> float:
        """Beyond it, no change of speed makes up for the length."""
        return 4.0

    def start(self) -> tuple[Column, Column]:
        """Anywhere."""
        boundaries, weights = self.boundaries, self.weights
        every_s = max(1.0, boundaries.end_s / _MOST_STARTS)
        at_s = boundaries.snapped(np.arange(0.0, boundaries.end_s, every_s))
        at_s = np.unique(np.concatenate((at_s, boundaries.at_s)))
        cost = weights.late_start + weights.before_per_s * at_s + self._without_change(at_s, 0)
        # What somebody does before and after the workout need not be even.
        cost += 0.5 * self._variation(np.zeros(len(at_s)), at_s)
        return at_s, np.where(at_s > 0, cost, 0.0)

    def skip(self) -> Column:
        """By the planned length, too."""
        planned_s = [
            _ASSUMED_S if math.isnan(each.planned) or each.is_distance else each.planned
            for each in self.lengths
        ]
        skip = self.weights.skip + self.weights.skip_per_s * np.array(planned_s)
        return np.where(self.optional, 0.0, skip - LATER_FIRST * np.arange(len(skip)))

    def outside(self) -> None:
        """Nothing lies between two steps."""

    def end(self, number: int, at_s: Column) -> Column:
        """By the steps that are missing, and by what is done instead."""
        weights, end_s = self.weights, np.full(len(at_s), self.boundaries.end_s)
        cost = weights.skip_at_end * np.count_nonzero(~self.optional[number:]) * np.ones(len(at_s))
        if not self.is_complete:
            # Where the recording stopped, nobody left them out.
            cost[at_s == end_s] *= BROKEN_OFF
        cost += weights.tail_per_s * (end_s - at_s)
        cost += weights.tail * np.minimum((end_s - at_s) / _TAIL_S, 1.0)
        return cost + 0.5 * self._variation(at_s, end_s)

    def _cost(self, ways: Ways) -> Column:
        boundaries, weights = self.boundaries, self.weights
        ratio = ways.length.ratio(ways.done)
        off = np.abs(ways.done - ways.length.planned) / ways.length.same
        at_end = ways.end_s >= boundaries.end_s
        is_cut = at_end & (ratio < 0)
        cut = weights.cut_by_end * (1.0 if self.is_complete else BROKEN_OFF)
        far = np.abs(ratio) > math.log(self.largest_ratio)
        cost = np.where(far, np.inf, weights.other_length + np.abs(ratio))
        cost = np.where(is_cut, cut, np.where(ratio == 0.0, _NEARLY * off, cost))
        cost = np.where(np.isnan(ratio), weights.open_length, cost)
        cost[ways.end_s - ways.begin_s < _SHORTEST_S] = np.inf
        cost += self._variation(ways.begin_s, ways.end_s)
        without = self._without_change(ways.end_s, self._directions[ways.number])
        cost += np.where(at_end | (ways.is_end & boundaries.is_pressed[ways.end]), 0.0, without)
        speed_mps = np.maximum(boundaries.mean_mps(ways.begin_s, ways.end_s), 0.1)
        return np.asarray(cost + weights.pace * self._off_pace(ways, speed_mps))

    def _variation(self, from_s: Column, to_s: Column) -> Column:
        most = self.weights.largest_variation
        variation = self.weights.variation * self.boundaries.variation(from_s, to_s)
        return np.asarray(most * (1.0 - np.exp(-variation / most)))

    def _without_change(self, at_s: Column, direction: int) -> Column:
        weights = self.weights
        of_speed, of_cadence = self.boundaries.rarity(at_s, direction)
        rarity = of_speed + weights.cadence * of_cadence
        return weights.no_change * (1.0 - np.minimum(rarity / weights.full_rarity, 1.0))

    @functools.cached_property
    def _directions(self) -> list[int]:
        """For each execution whether the next one is planned faster (1), slower (-1) or neither."""
        steps = [execution.step for execution in self.executions]
        return [*(_direction(one, other) for one, other in itertools.pairwise(steps)), 0]


def _direction(one: Step, other: Step) -> int:
    if isinstance(one.target, PaceTarget) and isinstance(other.target, PaceTarget):
        if one.target.fastest_mps <= other.target.slowest_mps:
            return 1
        return -1 if other.target.fastest_mps <= one.target.slowest_mps else 0
    kinds = [effort_of(step.intensity) for step in (one, other)]
    return 0 if UNKNOWN in kinds else int(kinds[1] == WORK) - int(kinds[0] == WORK)


WEIGHTS: SpeedWeights = SpeedWeights()
"""Round values between those fitted on one athlete and on another; see the benchmarks."""
