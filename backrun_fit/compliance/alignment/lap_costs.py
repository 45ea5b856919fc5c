"""What speaks for a step where laps mark the steps: indexes, triggers, lengths, intensities."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Mapping
from typing import Final

import attrs
import numpy as np

from backrun_fit.activity import Column, Lap
from backrun_fit.compliance.alignment.boundaries import Bools, Ints, nearest
from backrun_fit.compliance.alignment.costs import (
    BROKEN_OFF,
    LATER_FIRST,
    SAME_M,
    SAME_S,
    UNKNOWN,
    WORK,
    Length,
    StepCosts,
    Ways,
    effort_of,
)
from backrun_fit.compliance.alignment.sequence_alignment import Assignment
from backrun_fit.compliance.means import running
from backrun_fit.workout import (
    DistanceDuration,
    Duration,
    OpenDuration,
    TimeDuration,
)

__all__ = ["LapCosts", "LapWeights"]

# What it costs to believe that an execution ended with a lap of this trigger: a watch ends a
# time step by `time` and a distance step by `distance` (999 of the ends counted in real
# recordings), and `manual` is a press of the lap button.
_TRIGGERS = {"time": 0, "distance": 1, "manual": 2, "session_end": 3}
_ENDINGS: Final[Mapping[type, int]] = {TimeDuration: 0, DistanceDuration: 1, OpenDuration: 2}
_LAST_TRIGGER = np.array(
    #  time  distance  open  other
    [
        (0.00, 0.60, 0.60, 0.30),  # time
        (0.60, 0.00, 0.60, 0.30),  # distance
        (0.25, 0.25, 0.00, 0.10),  # manual
        (0.10, 0.10, 0.10, 0.10),  # session_end
        (0.10, 0.10, 0.10, 0.10),  # anything else, or none recorded
    ]
)
# The same for a lap inside an execution: a `distance` lap there is an autolap.
_INNER_TRIGGER = np.array(
    [
        (0.80, 0.50, 0.50, 0.30),
        (0.02, 0.05, 0.02, 0.02),
        (0.40, 0.40, 0.80, 0.40),
        (1.00, 1.00, 1.00, 1.00),
        (0.05, 0.05, 0.05, 0.05),
    ]
)
# Watches write `active` for whatever they know nothing better of.
_EFFORT_MISFIT = np.array([[0.2 if lap == WORK else 1.0] * 5 for lap in range(5)])
_EFFORT_MISFIT[range(5), range(5)] = 0.0
_EFFORT_MISFIT[UNKNOWN, :] = _EFFORT_MISFIT[:, UNKNOWN] = 0.0
# Watches end a step within so much of its length.
_SAME_SHARE = 0.03
# A step that was pressed away leaves a lap of any shortness, and so does the end.
_LARGEST_CUT_SHORT = {"manual": 1.4, "session_end": 0.4}
# A step index that may be left over from before costs; with one of another step it cannot be.
_STALE = 1.5
# With step indexes lengths only tell passes of one step apart.
_INDEXED_LENGTH, _INDEXED_LARGEST_LENGTH, _INDEXED_OPEN = 0.5, 0.5, 0.15
# A lap with a step index outside all steps; before the first step; and begun again.
_INDEXED_EXTRA, _INDEXED_BEFORE, _INDEXED_RESTARTED = 3.0, 2.7, 0.3
# A lap without a message outside all steps, and a step that ends within one.
_MADE_EXTRA, _MADE_UNMARKED = 1.0, 0.2
# One that is so many times as long or short as a step holds others, and nobody knows which.
_LONGEST_MADE = 1.1
# The lap in which the recording stopped is in a step that was over before.
_WAS_OVER = 2.0


@attrs.frozen(kw_only=True)
class LapWeights:
    """What everything costs, in units of a step left out in mid-workout.

    Attributes:
        skip_at_end: A step left out with none done behind it.
        extra: A lap outside the plan between two steps.
        extra_long: Added for one of a minute or more; less in proportion.
        extra_at_edge: A lap before or behind all steps.
        unmarked: A step ends where no lap does: a press was forgotten.
        length: For each natural logarithm of the ratio of done to planned length.
        largest_length: At most so much for that.
        open_length: A step has no planned length, or that was not recorded.
        past_end: A step goes on behind a lap that was as long as planned.
        effort: The intensity of the lap is another.
        pace: For each fraction by which the speed is outside the planned band.
    """

    skip_at_end: float = 0.6
    extra: float = 0.6
    extra_long: float = 0.4
    extra_at_edge: float = 0.35
    unmarked: float = 0.7
    length: float = 1.0
    largest_length: float = 3.0
    open_length: float = 0.3
    past_end: float = 0.5
    effort: float = 0.3
    pace: float = 0.3


@attrs.frozen(kw_only=True, eq=False, slots=False)
class LapCosts(StepCosts):
    """The costs of ways that end with a lap, or as planned where a press was forgotten.

    Attributes:
        steps: Message indexes of the steps; None where step indexes are not looked at.
        weights: What everything costs.
    """

    steps: frozenset[int] | None
    weights: LapWeights = attrs.field(factory=lambda: WEIGHTS)

    between_boundaries = 2.0
    temperature = 0.3
    most_tried = 2400

    @property
    def margin(self) -> float:
        """With step indexes hardly any way is possible, and a restart leaves out many laps."""
        return 12.0 if self.steps is None else 40.0

    @property
    def largest_ratio(self) -> float:
        """Where a lap says which step it is in, no length speaks against it."""
        return 4.5 if self.steps is None else np.inf

    @property
    def laps(self) -> tuple[Lap, ...]:
        """All laps."""
        return self.boundaries.laps

    @functools.cached_property
    def _made(self) -> Bools:
        """Laps that are made of the records, because they have no message."""
        return np.array([lap.is_from_records for lap in self.laps])

    @functools.cached_property
    def _made_before(self) -> Column:
        return running(self._made.astype(float))

    @property
    def _in_progress(self) -> bool:
        """Whether the recording stopped in the last lap."""
        return bool(self._made[-1]) and not self.is_complete

    def in_step(self) -> list[Assignment] | None:
        """The assignments where the indexes are those of the plan, one after another.

        Nothing is left out or left over then, so that no other way is as cheap. None where that
        is not so, or it cannot be told: where a lap has no message, the plan has one step twice
        in a row, or one of several laps with one index was the whole step.
        """
        executions = self.executions
        if self.steps is None or self._made.any() or len(executions) != len(self._groups):
            return None
        found = []
        for execution, (index, first, behind) in zip(executions, self._groups, strict=True):
            inner = self.laps[first : behind - 1]
            if index != execution.step_index:
                return None
            if any(_is_whole(execution.step.duration, lap) for lap in inner):
                return None
            begin_s, end_s = self.boundaries.at_s[[first, behind]].tolist()
            found.append(Assignment(begin_s, end_s, 1.0))
        return found

    @functools.cached_property
    def _groups(self) -> list[tuple[int, int, int]]:
        """Each step index, where laps in a row have it: the first of them, and the next behind."""
        groups, behind = [], 0
        for index, laps in itertools.groupby(lap.step_index for lap in self.laps):
            first, behind = behind, behind + len(list(laps))
            if index is not None:
                groups.append((index, first, behind))
        return groups

    # What is left out.

    def start(self) -> tuple[Column, Column]:
        """At the begin of any lap."""
        if self.steps is None:
            outside = np.full(len(self.laps), self.weights.extra_at_edge)
            return self.boundaries.at_s, running(outside)
        outside = self._outside(_INDEXED_BEFORE)
        planned = {each.step_index: each.step.duration for each in self.executions}
        for place, (lap, following) in enumerate(itertools.pairwise(self.laps)):
            if lap.step_index is None or lap.step_index != following.step_index:
                continue
            if _is_whole(planned.get(lap.step_index), lap):
                outside[place] = _INDEXED_RESTARTED
        return self.boundaries.at_s, running(outside)

    def skip(self) -> Column:
        """One unit each."""
        return np.where(self.optional, 0.0, 1.0 - LATER_FIRST * np.arange(len(self.executions)))

    def outside(self) -> Column:
        """Laps between two steps."""
        costs = self._outside(_INDEXED_EXTRA)
        if self.steps is None:
            long = np.minimum(1.0, np.diff(self.boundaries.at_s) / 60.0)
            costs = self.weights.extra + self.weights.extra_long * long
        return running(np.maximum(costs - LATER_FIRST * np.arange(len(costs)), 0.0))

    def end(self, number: int, at_s: Column) -> Column:
        """By the steps that are missing, and by the laps behind."""
        before, is_boundary = self.boundaries.before(at_s)
        between = np.where(is_boundary, 0.0, self.between_boundaries)
        return np.asarray(self._missing[number] + self._behind[before] + between)

    @functools.cached_property
    def _missing(self) -> Column:
        """What it costs that no execution is done from each on."""
        each, broken_off = self.weights.skip_at_end, not self.is_complete
        if self.steps is not None:
            each = 1.0
            indexed = [lap.trigger for lap in self.laps if lap.step_index is not None]
            broken_off |= bool(indexed) and indexed[-1] == "session_end"
        costs = np.where(self.optional, 0.0, each * (BROKEN_OFF if broken_off else 1.0))
        return running(costs[::-1])[::-1]

    @functools.cached_property
    def _behind(self) -> Column:
        """What it costs that all laps from each boundary on are outside the plan."""
        costs = self._outside(_INDEXED_EXTRA)
        if self.steps is None:
            costs = np.full(len(self.laps), self.weights.extra_at_edge)
            costs[-1] = _MADE_EXTRA if self._in_progress else costs[-1]
        return running(costs[::-1])[::-1]

    def _outside(self, indexed: float) -> Column:
        """For each lap what it costs outside the plan; one with a step index costs so much."""
        costs = [0.0 if lap.step_index is None else indexed for lap in self.laps]
        return np.where(self._made, _MADE_EXTRA, costs)

    # What is done.

    def _as_planned(self, number: int, at_s: Column, here: Column) -> Column:
        length = self.lengths[number]
        if math.isnan(length.planned):
            return self._counted_back(number + 1, at_s)
        end_s = super()._as_planned(number, at_s, here)
        # A lap that ends there as well as may be is better.
        there = here + length.planned
        same = np.abs(nearest(self._marks(length), there) - there) <= max(
            length.same, _SAME_SHARE * length.planned
        )
        return np.where(same, -1.0, end_s)

    def _farthest(self, before: Ints) -> Ints:
        if self.steps is None:
            return super()._farthest(before)
        # Behind a begin in mid-lap the step may be that of the next lap.
        count = len(self.laps)
        lap = self._spoken[np.minimum(before + 1, count)]
        turns = self._turns[np.minimum(lap + 1, count)]
        return np.searchsorted(self._turns, turns, side="right") - 1

    def _counted_back(self, following: int, at_s: Column) -> Column:
        """So far before the end of the lap as the next step is long."""
        boundaries = self.boundaries
        nowhere = np.full(len(at_s), -1.0)
        if following == len(self.executions):
            return nowhere
        length = self.lengths[following]
        behind = np.minimum(np.searchsorted(boundaries.at_s, at_s, side="right"), len(self.laps))
        end_s = boundaries.at_s[behind] - length.planned
        if length.is_distance:
            end_m = boundaries.at_m[behind] - length.planned
            end_s = np.where(end_m > 0, boundaries.reached_s(end_m), -1.0)
        return np.where(end_s > at_s + SAME_S, boundaries.snapped(end_s), nowhere)

    def _cost(self, ways: Ways) -> Column:
        weights, execution = self.weights, self.executions[ways.number]
        ending = _ENDINGS.get(type(execution.step.duration), 3)
        ratio = self._ratio(ways.length, ways.done)
        last = np.maximum(ways.end - 1, 0)
        # Laps inside end behind the begin and before the end.
        over = np.maximum(np.where(ways.is_end, last, ways.end), ways.begin)
        cost = self._inner[over, ending] - self._inner[ways.begin, ending]
        within = np.where(ways.is_end, last, ways.end)
        unmarked = np.where(self._made[within], _MADE_UNMARKED, weights.unmarked)
        cost += np.where(ways.is_end, _LAST_TRIGGER[self._trigger[last], ending], unmarked)
        # A lap without a message has no index either: its length has to tell.
        made = self._made_before[within + 1] > self._made_before[ways.begin]
        size, longest = np.abs(ratio), np.where(made, _LONGEST_MADE, self.largest_ratio)
        length = np.minimum(weights.length * size, weights.largest_length)
        length[(ratio > np.log(longest)) | (made & (ratio < -math.log(_LONGEST_MADE)))] = np.inf
        length[np.isnan(ratio)] = weights.open_length
        tells = np.minimum(_INDEXED_LENGTH * size, _INDEXED_LARGEST_LENGTH)
        tells[np.isnan(ratio)] = _INDEXED_OPEN
        length = np.where((self.steps is not None) & ~made, tells, length)
        cost += np.where(ratio < 0, np.fmin(length, self._cut_short[last]), length)
        if self._in_progress and len(self.laps) > 1:
            joined = (within == len(self.laps) - 1) & (ways.begin < len(self.laps) - 1)
            cost += np.where(joined & self._was_over(ways), _WAS_OVER, 0.0)
        if self.steps is not None:
            first = np.where(ways.is_begin, ways.begin, ways.begin + 1)
            behind = np.where(ways.is_end, ways.end, ways.end + 1)
            return np.asarray(
                cost + self._other_steps(execution.step_index, np.minimum(first, behind), behind)
            )
        misfit = _EFFORT_MISFIT[self._effort[ways.begin], effort_of(execution.step.intensity)]
        cost += weights.effort * misfit + weights.past_end * self._past_end(ways)
        metres = self.boundaries.metres
        speed_mps = (metres(ways.end_s) - metres(ways.begin_s)) / (ways.end_s - ways.begin_s)
        unknown = self.boundaries.unknown
        speed_mps[unknown[ways.end + ~ways.is_end] > unknown[ways.begin]] = np.nan
        return np.asarray(cost + weights.pace * self._off_pace(ways, speed_mps))

    @staticmethod
    def _ratio(length: Length, done: Column) -> Column:
        ratio = length.ratio(done)
        return np.where(np.abs(ratio) <= _SAME_SHARE, 0.0, ratio)

    def _past_end(self, ways: Ways) -> Bools:
        """Where a lap before the end was as long as planned already."""
        length, marks = ways.length, self._marks(ways.length)
        begun = self._along(ways.begin_s, length)
        at = np.searchsorted(marks, begun + length.planned - length.same)
        at = np.minimum(at, len(marks) - 1)
        fits = self._ratio(length, marks[at] - begun) == 0.0
        return np.asarray(fits & (at < ways.end + ~ways.is_end) & (at > ways.begin))

    def _was_over(self, ways: Ways) -> Bools:
        """Whether each step was over by its length or by a press when the lap in progress began."""
        length, trigger = ways.length, int(self._trigger[-2])
        done = self._marks(length)[-2] - self._along(ways.begin_s, length)
        reached = done >= length.planned - np.maximum(length.same, 0.01 * length.planned)
        is_pressed = trigger == _TRIGGERS["manual"]
        if math.isnan(length.planned):
            # Only a lap of its own distance or time does not end an open step.
            is_pressed = trigger not in (_TRIGGERS["time"], _TRIGGERS["distance"])
        return np.asarray(reached | is_pressed)

    # What the laps say, one a lap, or as sums up to each.

    @functools.cached_property
    def _trigger(self) -> Ints:
        return np.array([_TRIGGERS.get(lap.trigger or "", 4) for lap in self.laps], dtype=np.intp)

    @functools.cached_property
    def _inner(self) -> Column:
        """For each kind of ending what laps inside an execution cost."""
        return np.vstack((np.zeros(4), np.cumsum(_INNER_TRIGGER[self._trigger], axis=0)))

    @functools.cached_property
    def _effort(self) -> Ints:
        return np.array([effort_of(lap.intensity) for lap in self.laps], dtype=np.intp)

    @functools.cached_property
    def _cut_short(self) -> Column:
        """The most that it costs to be shorter than planned."""
        most = [_LARGEST_CUT_SHORT.get(lap.trigger or "", np.inf) for lap in self.laps]
        if self._in_progress:
            most[-1] = 0.0
        return np.array(most)

    @functools.cached_property
    def _index(self) -> Ints:
        """Step indexes; -1 for a lap that has none."""
        shown = [-1 if lap.step_index is None else lap.step_index for lap in self.laps]
        return np.array(shown, dtype=np.intp)

    @functools.cached_property
    def _other_step(self) -> Column:
        """What it costs that a lap is in a step that its index does not point to."""
        index = self._index
        may_be_stale = ~np.isin(index, sorted(self.steps or ()))
        may_be_stale[0] = True
        return np.where(may_be_stale & (index != -1), _STALE, np.inf)

    @functools.cached_property
    def _spoken(self) -> Ints:
        """From each lap on, the first one that has a message; as many as there are without any."""
        count = len(self.laps)
        own = np.where(self._made, count, np.arange(count))
        return np.append(np.minimum.accumulate(own[::-1])[::-1], count)

    @functools.cached_property
    def _turns(self) -> Ints:
        """How many laps before each have another index than the last one with a message."""
        spoken = np.flatnonzero(~self._made)
        turns = np.zeros(len(self.laps), dtype=np.intp)
        turns[spoken[1:]] = np.diff(self._index[spoken]) != 0
        return np.concatenate(([0], np.cumsum(turns)))

    def _other_steps(self, index: int, first: Ints, behind: Ints) -> Column:
        """What it costs that laps, from one up to, without, another, say another step."""
        lap = self._spoken[first]
        none = lap >= behind
        lap = np.where(none, 0, lap)
        turns = self._turns[behind] > self._turns[lap + 1]
        cost = np.where(self._index[lap] == index, 0.0, self._other_step[lap])
        return np.where(none, 0.0, np.where(turns, np.inf, cost))


def _is_whole(duration: Duration | None, lap: Lap) -> bool:
    """Whether a lap was ended by its step's own length."""
    match duration:
        case TimeDuration(duration_s=seconds):
            return lap.trigger == "time" and abs(lap.timer_s - seconds) <= SAME_S
        case DistanceDuration(distance_m=metres):
            return lap.trigger == "distance" and abs((lap.distance_m or 0.0) - metres) <= SAME_M
        case OpenDuration():
            # On a watch the lap button ends it.
            return lap.trigger == "manual"
        case _:
            return False


WEIGHTS: LapWeights = LapWeights()
"""Constants from the triggers and lengths of real recordings, not fitted."""
