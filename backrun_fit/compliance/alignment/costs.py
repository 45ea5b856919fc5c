"""Ways to execute a step: where it may end, and what all kinds of evidence have in common.

All costs are in one unit, that of a step left out in mid-workout where laps mark the steps.
"""

from __future__ import annotations

import abc
import functools
import math
from typing import ClassVar, Final

import attrs
import numpy as np

from backrun_fit.activity import Column
from backrun_fit.compiled import PlannedExecution
from backrun_fit.compliance.alignment.boundaries import Bools, Boundaries, Ints
from backrun_fit.compliance.alignment.sequence_alignment import Costs, Edges
from backrun_fit.workout import DistanceDuration, Intensity, PaceTarget, Step, TimeDuration

__all__ = [
    "BROKEN_OFF",
    "LATER_FIRST",
    "Length",
    "StepCosts",
    "Ways",
    "effort_of",
]

SAME_S: Final = 2.0
"""Within this, or ``SAME_M``, lengths are the same: watches and GPS are no better."""
SAME_M: Final = 5.0
LATER_FIRST: Final = 1e-6
"""On a tie, what comes later is left out."""
BROKEN_OFF: Final = 0.1
"""What is not done at the end of a recording that was broken off costs this share of it."""

_MOST_ENDS = 64
"""So many boundaries are tried as the end of a step that begins at one place."""

WORK, REST, WARMUP, COOLDOWN, UNKNOWN = range(5)
_EFFORTS: Final = {
    "active": WORK,
    "interval": WORK,
    "rest": REST,
    "recovery": REST,
    "warmup": WARMUP,
    "cooldown": COOLDOWN,
}


def effort_of(intensity: Intensity | str | None) -> int:
    """The kind of an intensity."""
    word = intensity.value if isinstance(intensity, Intensity) else intensity
    return _EFFORTS.get(word or "", UNKNOWN)


@attrs.frozen
class Length:
    """How long a step is planned.

    Attributes:
        planned: Seconds or metres; NaN where the step ends by something else.
        is_distance: Metres.
    """

    planned: float
    is_distance: bool

    @classmethod
    def of(cls, step: Step) -> Length:
        """The length of a step."""
        match step.duration:
            case TimeDuration(duration_s=seconds):
                return cls(seconds, False)
            case DistanceDuration(distance_m=metres):
                return cls(metres, True)
            case _:
                return cls(math.nan, False)

    @property
    def same(self) -> float:
        """Lengths that differ by no more are the same."""
        return SAME_M if self.is_distance else SAME_S

    def ratio(self, done: Column) -> Column:
        """Natural logarithm of done to planned, 0 where they are the same; NaN without either."""
        ratio = np.log(np.maximum(done, 0.5) / self.planned)
        return np.where(np.abs(done - self.planned) <= self.same, 0.0, ratio)


@attrs.frozen(kw_only=True, eq=False)
class Ways:
    """Ways to execute one step, as columns of equal length.

    Attributes:
        number: Position of the execution.
        length: How long it is planned.
        begin_s: Where each begins.
        end_s: Where each ends.
        begin: The last boundary at or before each begin.
        is_begin: Whether it begins there.
        end: The last boundary at or before each end.
        is_end: Whether it ends there.
        done: Seconds or metres of each; NaN where that is not known or not planned.
    """

    number: int
    length: Length
    begin_s: Column
    end_s: Column
    begin: Ints
    is_begin: Bools
    end: Ints
    is_end: Bools
    done: Column


@attrs.frozen(kw_only=True, eq=False, slots=False)
class StepCosts(Costs):
    """The boundaries of a recording, the executions of a plan, and what speaks for which.

    Attributes:
        boundaries: Of the recording.
        executions: In order.
        optional: Executions that may be left out without having been skipped.
    """

    boundaries: Boundaries
    executions: tuple[PlannedExecution, ...]
    optional: Bools
    # From so many places, the cheapest, all boundaries are tried as the end of a step.
    most_tried: ClassVar[int]

    @functools.cached_property
    def lengths(self) -> list[Length]:
        """How long each execution is planned."""
        return [Length.of(execution.step) for execution in self.executions]

    @property
    def is_complete(self) -> bool:
        """Whether the recording was ended, and did not just stop."""
        return self.boundaries.recording.activity.is_complete

    @property
    @abc.abstractmethod
    def largest_ratio(self) -> float:
        """What is so many times as long as planned is not the step."""

    @abc.abstractmethod
    def _cost(self, ways: Ways) -> Column:
        """What each way costs; infinite where it cannot be."""

    def edges(self, number: int, at_s: Column, cost: Column) -> Edges:
        """Where an execution may end that begins at these places, and what each way costs.

        That is at boundaries that are not hopelessly far off, at the end of the recording, and
        where the step is as long as planned.

        Args:
            number: Position of the execution.
            at_s: Where it may begin.
            cost: Of getting to each of these.
        """
        boundaries, length = self.boundaries, self.lengths[number]
        is_known = not (
            math.isnan(length.planned) or (length.is_distance and boundaries.unknown[-1])
        )
        here = self._along(at_s, length)
        tried = np.arange(len(cost))
        if len(cost) > self.most_tried:
            tried = np.argpartition(cost, self.most_tried)[: self.most_tried]
        boundary, is_boundary = boundaries.before(at_s)
        rank, to = self._boundaries_behind(boundary[tried], here[tried], length, is_known=is_known)
        planned, planned_s = np.arange(len(at_s)), self._as_planned(number, at_s, here)
        planned = planned[planned_s > at_s]
        source = np.concatenate((tried[rank], planned))
        end_s = np.concatenate((boundaries.at_s[to], planned_s[planned]))
        behind, is_behind = boundaries.before(planned_s[planned])
        begin_s, begin, end = at_s[source], boundary[source], np.concatenate((to, behind))
        is_end = np.concatenate((np.ones(len(to), dtype=bool), is_behind))
        done = self._along(end_s, length) - here[source]
        if length.is_distance:
            done[boundaries.unknown[end + ~is_end] > boundaries.unknown[begin]] = np.nan
        ways = Ways(
            number=number,
            length=length,
            begin_s=begin_s,
            end_s=end_s,
            begin=begin,
            is_begin=is_boundary[source],
            end=end,
            is_end=is_end,
            done=done,
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            total = self._cost(ways)
        kept = np.isfinite(total) & (end_s > begin_s)
        return Edges(source=source[kept], to_s=end_s[kept], cost=total[kept])

    def _along(self, at_s: Column, length: Length) -> Column:
        """Seconds or metres at each place, as the step counts."""
        return self.boundaries.metres(at_s) if length.is_distance else at_s

    def _marks(self, length: Length) -> Column:
        """The same at each boundary."""
        return self.boundaries.at_m if length.is_distance else self.boundaries.at_s

    def _boundaries_behind(
        self, before: Ints, here: Column, length: Length, *, is_known: bool
    ) -> tuple[Ints, Ints]:
        """Pairs of a place, by its position, and a boundary behind it."""
        boundaries, farthest = self.boundaries, self._farthest(before)
        last = len(boundaries) - 1
        first = before + 1
        behind = first + _MOST_ENDS
        if is_known:
            marks = self._marks(length)
            longest = here + length.planned * self.largest_ratio + length.same
            near = np.searchsorted(marks, here + length.planned) - _MOST_ENDS // 2
            first = np.maximum(first, np.minimum(near, last))
            behind = np.minimum(np.searchsorted(marks, longest, side="right"), first + _MOST_ENDS)
        # The end of the recording is tried from wherever it can be reached.
        count = np.maximum(np.minimum(np.minimum(behind, farthest + 1), last) - first, 0)
        source = np.repeat(np.arange(len(before)), count)
        within = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
        to = np.repeat(first, count) + within
        to_end = np.flatnonzero((before < last) & (farthest == last))
        return np.concatenate((source, to_end)), np.concatenate((to, np.full(len(to_end), last)))

    def _farthest(self, before: Ints) -> Ints:
        """The last boundary that a step can reach which begins at or behind each of these."""
        return np.full(len(before), len(self.boundaries) - 1)

    def _as_planned(self, number: int, at_s: Column, here: Column) -> Column:
        """Where the step is as long as planned from each place on; before it where nowhere."""
        boundaries, length = self.boundaries, self.lengths[number]
        there = here + length.planned
        if not length.is_distance:
            end_s = np.where(there <= boundaries.end_s, there, -1.0)
        elif boundaries.unknown[-1]:
            return np.full(len(at_s), -1.0)
        else:
            end_s = np.where(there <= boundaries.at_m[-1], boundaries.reached_s(there), -1.0)
        near_s = boundaries.snapped(end_s)
        near = self._along(near_s, length)
        return np.where(np.abs(near - there) <= length.same, near_s, end_s)

    def _off_pace(self, ways: Ways, speed_mps: Column) -> Column | float:
        """By which fraction the speed is outside the planned band, at most 1."""
        band = self.executions[ways.number].step.target
        if not isinstance(band, PaceTarget):
            return 0.0
        outside = np.maximum(band.slowest_mps / speed_mps, speed_mps / band.fastest_mps) - 1.0
        return np.clip(np.nan_to_num(outside), 0.0, 1.0)
