"""The plan as alignment needs it: executions in order, and their lengths as columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column, Lap
from backrun_fit.compiled import CompiledWorkout, PlannedExecution, RepeatMessage, unroll
from backrun_fit.workout import (
    DistanceDuration,
    Intensity,
    OpenDuration,
    PaceTarget,
    TimeDuration,
)

__all__ = ["LapColumns", "PlanColumns", "planned_executions", "renumbered"]

Floats = npt.NDArray[np.float64]

# How a step ends, as columns of the tables below.
_BY_TIME, _BY_DISTANCE, _OPEN, _BY_OTHER = range(4)
_TRIGGERS = {"time": 0, "distance": 1, "manual": 2, "session_end": 3}

# What it costs to believe that an execution ended with a lap of this trigger: a
# watch ends a time step by `time` and a distance step by `distance` (999 of the
# ends counted in real recordings), and `manual` is a press of the lap button.
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
# Within 3 % or 2 s, or 5 m, lengths are the same: watches and GPS are no better.
_SAME_FRACTION, SAME_S, SAME_M = 0.03, 2.0, 5.0
# A lap that holds a step and an open one is clearly longer than the step.
# To believe that costs more than to believe that a step was left out.
_CLEARLY_LONGER, _OPEN_MISFIT, _LARGEST_JOINT_MISFIT = 1.1, 0.4, 0.1

_WORK, _REST, _WARMUP, _COOLDOWN, _UNKNOWN = range(5)
_EFFORTS = {
    "active": _WORK,
    "interval": _WORK,
    "rest": _REST,
    "recovery": _REST,
    "warmup": _WARMUP,
    "cooldown": _COOLDOWN,
}


def planned_executions(
    workout: CompiledWorkout, open_passes: Callable[[], int]
) -> tuple[tuple[PlannedExecution, ...], npt.NDArray[np.bool_]]:
    """Unroll a workout, with repeats that end by a condition as often as asked.

    Args:
        workout: The plan.
        open_passes: Says how many passes to allow for a repeat without a count, where
            there is one.

    Returns:
        The executions in order, and which of them are a second or later pass of
        such a repeat: those may be missing without having been skipped.

    Raises:
        CompileError: As for ``unroll``.
    """
    spans: list[tuple[int, int, bool]] = []  # first and repeat message, without a count
    messages = list(workout.messages)
    for index, message in enumerate(workout.messages):
        if isinstance(message, RepeatMessage):
            spans.append((message.first_index, index, message.count is None))
            if message.count is None:
                messages[index] = attrs.evolve(message, count=max(1, open_passes()))
    if not any(uncounted for *_, uncounted in spans):
        executions = unroll(workout)
        return executions, np.zeros(len(executions), dtype=bool)
    executions = unroll(attrs.evolve(workout, messages=tuple(messages)))
    spans.reverse()  # an outer repeat stands after the inner ones

    def is_optional(execution: PlannedExecution) -> bool:
        around = [
            uncounted for first, index, uncounted in spans if first <= execution.step_index < index
        ]
        return any(
            uncounted and turn > 1 for uncounted, turn in zip(around, execution.passes, strict=True)
        )

    return executions, np.array([is_optional(each) for each in executions], dtype=bool)


def renumbered(executions: Iterable[PlannedExecution]) -> tuple[PlannedExecution, ...]:
    """The same executions, numbered from 1 without holes."""
    return tuple(
        execution if execution.number == number else attrs.evolve(execution, number=number)
        for number, execution in enumerate(executions, start=1)
    )


def _effort(intensity: Intensity | str | None) -> int:
    word = intensity.value if isinstance(intensity, Intensity) else intensity
    return _EFFORTS.get(word or "", _UNKNOWN)


@attrs.frozen(kw_only=True, eq=False)
class LapColumns:
    """The laps as columns of equal length.

    Attributes:
        trigger: Row of each lap in the trigger tables.
        effort: Kind of intensity of each lap.
        timer_s: Timer time of each lap.
        distance_m: Distance of each lap; NaN where not recorded.
    """

    trigger: npt.NDArray[np.intp]
    effort: npt.NDArray[np.intp]
    timer_s: Column
    distance_m: Column

    @classmethod
    def of(cls, laps: tuple[Lap, ...]) -> LapColumns:
        """The columns of these laps."""
        return cls(
            trigger=np.array([_TRIGGERS.get(lap.trigger or "", 4) for lap in laps], dtype=np.intp),
            effort=np.array([_effort(lap.intensity) for lap in laps], dtype=np.intp),
            timer_s=np.array([lap.timer_s for lap in laps], dtype=float),
            distance_m=np.array([lap.distance_m for lap in laps], dtype=float),
        )

    def __len__(self) -> int:
        return len(self.trigger)

    def runs(self, first: int, count: int) -> tuple[Column, Column]:
        """Timer time and distance of the runs of 1 to ``count`` laps from ``first`` on.

        As many as there are, where there are fewer.
        """
        run = slice(first, first + count)
        return np.cumsum(self.timer_s[run]), np.cumsum(self.distance_m[run])


@attrs.frozen(kw_only=True, eq=False)
class PlanColumns:
    """The executions as columns of equal length.

    Attributes:
        step_index: Message index of the step.
        timer_s: Planned time; NaN where the step does not end by time.
        distance_m: Planned distance; NaN where it does not end by distance.
        ending: Column of each step in the trigger tables.
        effort: Kind of intensity.
        slowest_mps: Of a pace band; NaN without one.
        fastest_mps: Likewise.
    """

    step_index: npt.NDArray[np.intp]
    timer_s: Column
    distance_m: Column
    ending: npt.NDArray[np.intp]
    effort: npt.NDArray[np.intp]
    slowest_mps: Column
    fastest_mps: Column

    @classmethod
    def of(cls, executions: tuple[PlannedExecution, ...]) -> PlanColumns:
        """The columns of these executions."""
        steps = [execution.step for execution in executions]
        lengths = [step.duration for step in steps]
        bands = [step.target if isinstance(step.target, PaceTarget) else None for step in steps]
        kinds = {TimeDuration: _BY_TIME, DistanceDuration: _BY_DISTANCE, OpenDuration: _OPEN}
        return cls(
            step_index=np.array([each.step_index for each in executions], dtype=np.intp),
            timer_s=np.array(
                [each.duration_s if isinstance(each, TimeDuration) else np.nan for each in lengths]
            ),
            distance_m=np.array(
                [
                    each.distance_m if isinstance(each, DistanceDuration) else np.nan
                    for each in lengths
                ]
            ),
            ending=np.array([kinds.get(type(each), _BY_OTHER) for each in lengths], dtype=np.intp),
            effort=np.array([_effort(step.intensity) for step in steps], dtype=np.intp),
            slowest_mps=np.array([band.slowest_mps if band else np.nan for band in bands]),
            fastest_mps=np.array([band.fastest_mps if band else np.nan for band in bands]),
        )

    def __len__(self) -> int:
        return len(self.step_index)

    def __getitem__(self, part: slice) -> PlanColumns:
        return PlanColumns(
            step_index=self.step_index[part],
            timer_s=self.timer_s[part],
            distance_m=self.distance_m[part],
            ending=self.ending[part],
            effort=self.effort[part],
            slowest_mps=self.slowest_mps[part],
            fastest_mps=self.fastest_mps[part],
        )

    def possible_runs(self, timer_s: Floats, distance_m: Floats, times: float) -> int:
        """How many runs of laps, shortest first, may be one step; all longer ones are too long.

        Args:
            timer_s: Timer time of runs of one lap, two laps, and so on.
            distance_m: Distance of each; NaN where not known.
            times: So many times as long as the longest step is too long; above 1.

        Returns:
            All of them where some step has no planned length.
        """
        if (np.isnan(self.timer_s) & np.isnan(self.distance_m)).any():
            return len(timer_s)
        too_long = np.ones(len(timer_s), dtype=bool)
        for planned, done, same in (
            (self.timer_s, timer_s, SAME_S),
            (self.distance_m, distance_m, SAME_M),
        ):
            if not np.isnan(planned).all():
                too_long &= done > times * np.nanmax(planned) + same
        possible = np.flatnonzero(~too_long)
        return int(possible[-1]) + 1 if len(possible) else 0

    def length_misfit(self, timer_s: Floats, distance_m: Floats) -> Floats:
        """How far lengths are from each planned one, as a natural logarithm of their ratio.

        Args:
            timer_s: Timer time of each candidate.
            distance_m: Distance of each; NaN where not known.

        Returns:
            A row a candidate, a column an execution: 0 where the lengths are the
            same, 0.69 for half or double. A step without a planned length, or a
            distance not known, fits everything equally, at 0.3.
        """
        done_s, done_m = timer_s[:, np.newaxis], distance_m[:, np.newaxis]
        by_time = np.abs(np.log(np.maximum(done_s, 0.5) / self.timer_s))
        by_time[np.abs(done_s - self.timer_s) <= SAME_S] = 0.0
        by_distance = np.abs(np.log(np.maximum(done_m, 0.5) / self.distance_m))
        by_distance[np.abs(done_m - self.distance_m) <= SAME_M] = 0.0
        misfit: Floats = np.where(np.isnan(self.timer_s), by_distance, by_time)
        misfit[misfit <= _SAME_FRACTION] = 0.0
        misfit[np.isnan(misfit)] = 0.3
        return misfit

    def joint_misfit(self, timer_s: Floats, distance_m: Floats, *, to_open: bool) -> Floats:
        """How far lengths are from that of each execution and the next together.

        A distance is turned into time by the speed of the whole.

        Args:
            timer_s: Timer time of each candidate.
            distance_m: Distance of each; NaN where not known.
            to_open: One of the two without a planned length fits whatever is left, at 0.4.

        Returns:
            A row a candidate, a column for each execution but the last; infinite above
            0.1, and where one of the two has no planned length otherwise.
        """
        whole_s = np.maximum(timer_s, 0.5)[:, np.newaxis]
        with np.errstate(invalid="ignore", divide="ignore"):
            by_distance = self.distance_m * whole_s / distance_m[:, np.newaxis]
            lengths = np.where(np.isnan(self.timer_s), by_distance, self.timer_s)
            together = np.maximum(lengths[:, :-1] + lengths[:, 1:], 0.5)
            misfit = np.abs(np.log(whole_s / together))
            # As long as the first alone, or the second: nothing was forgotten.
            nearer = whole_s > together - 0.5 * np.fmin(lengths[:, :-1], lengths[:, 1:])
        same = (misfit <= _SAME_FRACTION) | (np.abs(whole_s - together) <= SAME_S)
        misfit = np.where(same, 0.0, misfit)
        misfit[~((misfit <= _LARGEST_JOINT_MISFIT) & nearer)] = np.inf
        if to_open:
            known = np.fmax(lengths[:, :-1], lengths[:, 1:])
            one_open = np.isnan(lengths[:, :-1]) ^ np.isnan(lengths[:, 1:])
            misfit[one_open & (whole_s > _CLEARLY_LONGER * known)] = _OPEN_MISFIT
        return misfit

    def trigger_misfit(self, laps: LapColumns, first: int, count: int) -> Floats:
        """How odd the triggers are of the runs of 1 to ``count`` laps from ``first`` on.

        Returns:
            A row a run, a column an execution.
        """
        triggers = laps.trigger[first : first + count]
        last = _LAST_TRIGGER[np.ix_(triggers, self.ending)]
        inner = np.cumsum(_INNER_TRIGGER[np.ix_(triggers, self.ending)], axis=0)
        inner = np.vstack((np.zeros((1, len(self))), inner[:-1]))
        return np.asarray(last + inner)

    def effort_misfit(self, laps: LapColumns, lap: int) -> Floats:
        """1 for each execution whose intensity contradicts that of a lap, else 0."""
        effort = int(laps.effort[lap])
        if effort == _UNKNOWN:
            return np.zeros(len(self))
        # Watches write `active` for whatever they know nothing better of.
        weight = 0.2 if effort == _WORK else 1.0
        return np.where((self.effort == _UNKNOWN) | (self.effort == effort), 0.0, weight)

    def pace_misfit(self, timer_s: Floats, distance_m: Floats) -> Floats:
        """How far speeds are outside each pace band, as a fraction; 0 without a band.

        Returns:
            A row a candidate, a column an execution, at most 1.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            speed = (distance_m / timer_s)[:, np.newaxis]
            outside = np.maximum(self.slowest_mps / speed, speed / self.fastest_mps) - 1.0
        return np.asarray(np.clip(np.nan_to_num(outside), 0.0, 1.0))
