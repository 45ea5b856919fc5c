"""Alignment by samples alone: the plan laid along the run's speed over timer time.

Approximate by nature: where speed does not change and no step was cut short, the
planned lengths decide; where they do not fit, changes of speed do.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column
from backrun_fit.compiled import CompiledWorkout, PlannedExecution
from backrun_fit.compliance.pairing import Alignment, Pairing, Stretch
from backrun_fit.compliance.plan import planned_executions
from backrun_fit.compliance.timeline import Recording, instant
from backrun_fit.errors import DataWarning
from backrun_fit.units import format_duration
from backrun_fit.workout import DistanceDuration, Duration, PaceTarget, TimeDuration

__all__ = ["align_by_sample"]

# All costs are in units of one step skipped in mid-workout.
_SKIP, _SKIP_AT_END, _CUT_BY_END = 2.5, 0.6, 0.6
_LATE_START, _OTHER_LENGTH, _OPEN_LENGTH = 0.8, 3.0, 0.1
# What was planned and not run, or run and not planned, costs by its length.
_UNRUN_PER_S, _UNPLANNED_PER_S, _TAIL_PER_S = 0.2 / 60, 0.02 / 60, 0.02 / 60
_PACE_WEIGHT, _LARGEST_SPREAD = 0.3, 1.0
# Forty minutes that are off the segment's mean by half a metre per second cost one skip: the
# length decides, and not how evenly somebody runs.
_SPREAD_SCALE = 0.25 * 2400.0
# Lengths more than this many times off are not the step at all.
_LARGEST_RATIO = 4.0
# A change of speed: the means of this many seconds before and after differ.
_CHANGE_WINDOW_S, _SMALLEST_CHANGE_MPS, _MOST_CHANGES = 15, 0.3, 60
_LONG_TAIL, _LONG_TAIL_S = 0.8, 120.0
# Beyond these, a beginning of the plan is not followed further.
_MARGIN, _MOST_WAYS = 8.0, 400
# A step that ends where the speed does not change by this much is a little less likely.
_NO_CHANGE, _FULL_CHANGE_MPS, _NEAR_CHANGE_S = 0.3, 0.5, 6
# The lengths of so many steps are counted back from a change of speed to where they began.
_COUNTED_BACK = 3
_LONGEST_GRID = 100_000
_SLACK_S = 1.0
# How sure a segment is of itself, and how much surer by what speaks for it.
_SURE_OF_SAMPLES, _SURER_BY_LENGTH, _SURER_BY_CHANGE = 0.2, 0.3, 0.15


@attrs.frozen(kw_only=True, eq=False)
class _Signal:
    """Speed and distance on an even grid of timer time, with running sums."""

    step_s: float
    end_s: float
    grid_s: Column
    distance_m: Column
    sums: Column
    squares: Column
    changes_s: Column
    contrast_mps: Column

    @classmethod
    def of(cls, recording: Recording) -> _Signal:
        end_s = recording.clock.end_s
        step_s = max(1.0, end_s / _LONGEST_GRID)
        grid_s = np.append(np.arange(0.0, end_s, step_s), end_s)
        distance_m = np.full(len(grid_s), np.nan)
        if len(recording.distance_m) >= 2:
            timer_s = recording.clock.timer_s(recording.distance_unix_s)
            distance_m = np.interp(grid_s, timer_s, np.maximum.accumulate(recording.distance_m))
        known = ~np.isnan(recording.speed_mps)
        speed = np.zeros(len(grid_s))
        if known.any():
            speed = np.interp(grid_s, recording.timer_s[known], recording.speed_mps[known])
        changes_s, contrast_mps = _changes(speed, step_s)
        return cls(
            step_s=step_s,
            end_s=end_s,
            grid_s=grid_s,
            distance_m=distance_m,
            sums=np.concatenate(([0.0], np.cumsum(speed))),
            squares=np.concatenate(([0.0], np.cumsum(speed * speed))),
            changes_s=changes_s,
            contrast_mps=contrast_mps,
        )

    def without_change(self, at_s: Column) -> Column:
        """Cost of a step that ends where the speed does not change; none at the very end."""
        missing = 1.0 - np.minimum(self.contrast_mps[self._place(at_s)] / _FULL_CHANGE_MPS, 1.0)
        return np.where(at_s >= self.end_s - _SLACK_S, 0.0, _NO_CHANGE * missing)

    def _place(self, at_s: Column) -> npt.NDArray[np.intp]:
        return np.rint(at_s / self.step_s).astype(np.intp)

    def spread(self, from_s: Column, to_s: Column) -> Column:
        """Cost of the speed's variation about its mean in each segment."""
        first, last = self._place(from_s), self._place(to_s)
        total = self.sums[last] - self.sums[first]
        squares = self.squares[last] - self.squares[first]
        variation = squares - total * total / np.maximum(last - first, 1)
        spread: Column = np.maximum(variation, 0.0) * self.step_s / _SPREAD_SCALE
        return _LARGEST_SPREAD * (1.0 - np.exp(-spread / _LARGEST_SPREAD))

    def speed_mps(self, from_s: Column, to_s: Column) -> Column:
        """Mean speed in each segment; 0 in an empty one."""
        first, last = self._place(from_s), self._place(to_s)
        return np.asarray((self.sums[last] - self.sums[first]) / np.maximum(last - first, 1))

    def axis(self, duration: Duration) -> tuple[Column, float] | None:
        """What a duration counts, at each grid place, and how much of it is planned.

        None where it has no planned length, or counts what was not recorded.
        """
        if isinstance(duration, TimeDuration):
            return self.grid_s, duration.duration_s
        if isinstance(duration, DistanceDuration) and not np.isnan(self.distance_m[0]):
            return self.distance_m, duration.distance_m
        return None


def _changes(speed: Column, step_s: float) -> tuple[Column, Column]:
    """Where the speed changes most, strongest first cut off, in order of time.

    Returns:
        Those instants, and at each grid place the largest change within some seconds of it.
    """
    width, near = (max(1, round(each / step_s)) for each in (_CHANGE_WINDOW_S, _NEAR_CHANGE_S))
    if len(speed) < 2 * width + 1:
        return np.array([]), np.zeros(len(speed))
    sums = np.concatenate(([0.0], np.cumsum(speed)))
    means = (sums[width:] - sums[:-width]) / width
    change = np.abs(means[width:] - means[:-width])  # at grid place `width` and on
    peak = _largest_around(change, width)
    places = np.flatnonzero((change == peak) & (change >= _SMALLEST_CHANGE_MPS))
    strongest = places[np.argsort(-change[places], kind="stable")][:_MOST_CHANGES]
    everywhere = np.pad(change, (width, len(speed) - width - len(change)))
    strongest_s = np.asarray(np.sort(strongest + width) * step_s, dtype=np.float64)
    return strongest_s, _largest_around(everywhere, near)


def _largest_around(values: Column, reach: int) -> Column:
    """The largest value within so many places of each."""
    padded = np.pad(values, reach)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1))


@attrs.frozen(kw_only=True, eq=False)
class _Layer:
    """The ways to lay out the plan up to one execution: where each ends and what it costs."""

    at_s: Column
    cost: Column
    before: npt.NDArray[np.intp]  # the way in the layer before that this one continues


def _cheapest(at_s: Column, cost: Column, before: npt.NDArray[np.intp]) -> _Layer:
    """One way for each second, the cheapest, and no hopeless ones."""
    order = np.lexsort((cost, np.rint(at_s)))
    order = order[np.isfinite(cost[order])]
    _, firsts = np.unique(np.rint(at_s[order]), return_index=True)
    order = order[firsts]
    order = order[cost[order] <= cost[order].min() + _MARGIN]
    order = order[np.argsort(cost[order], kind="stable")][:_MOST_WAYS]
    return _Layer(at_s=at_s[order], cost=cost[order], before=before[order])


def _extend(signal: _Signal, layer: _Layer, execution: PlannedExecution) -> _Layer:
    """Every way continued by one execution: as planned, ended otherwise, cut off or skipped."""
    step, here = execution.step, layer.at_s
    ways = np.arange(len(here))
    over = here >= signal.end_s - _SLACK_S
    unrun_s = step.duration.duration_s if isinstance(step.duration, TimeDuration) else 60.0
    skipped = layer.cost + np.where(over, _SKIP_AT_END, _SKIP + _UNRUN_PER_S * unrun_s)
    parts = [(here, skipped, ways)]

    def add(from_way: npt.NDArray[np.intp], ends_s: Column, cost: Column | float) -> None:
        from_s = here[from_way]
        total = layer.cost[from_way] + cost + signal.spread(from_s, ends_s)
        total = total + signal.without_change(ends_s)
        if isinstance(step.target, PaceTarget):
            speed = np.maximum(signal.speed_mps(from_s, ends_s), 0.1)
            band = step.target
            outside = np.maximum(band.slowest_mps / speed, speed / band.fastest_mps) - 1.0
            total = total + _PACE_WEIGHT * np.clip(outside, 0.0, 1.0)
        parts.append((ends_s, total, from_way))

    running = ways[~over]
    changes_s = np.append(signal.changes_s, signal.end_s)
    from_way = np.repeat(running, len(changes_s))
    to_s = np.tile(changes_s, len(running))
    later = to_s > here[from_way] + _SLACK_S
    from_way, to_s = from_way[later], to_s[later]
    axis = signal.axis(step.duration)
    if axis is None:
        add(from_way, to_s, _OPEN_LENGTH)
    else:
        along, planned = axis
        begun = np.interp(here, signal.grid_s, along)
        ends_s = np.interp(begun + planned, along, signal.grid_s)
        reached = begun + planned <= along[-1]
        inside, cut = running[reached[running]], running[~reached[running]]
        add(inside, ends_s[inside], 0.0)
        add(cut, np.full(len(cut), signal.end_s), _CUT_BY_END)
        done = np.interp(to_s, signal.grid_s, along) - begun[from_way]
        ratio = np.abs(np.log(np.maximum(done, 0.5) / planned))
        near = ratio <= np.log(_LARGEST_RATIO)
        add(from_way[near], to_s[near], _OTHER_LENGTH + ratio[near])
    at_s, cost, before = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _cheapest(at_s, cost, before)


def align_by_sample(recording: Recording, workout: CompiledWorkout) -> Alignment:
    """Lay the plan along the samples, all boundaries at once.

    A layout is a start (the beginning, or a change of speed) and an end for each
    execution: as planned on the timer or the distance, or at a change of speed,
    or at the end of the recording. Its cost is the variation of speed about the
    mean inside each segment, plus penalties for lengths other than planned,
    speeds outside the band, skipped steps and a late start. Dynamic programming
    over executions keeps, for each second, the cheapest way to get there.

    A repeat that ends by a condition is taken once.

    Args:
        recording: With or without samples; without speed the planned lengths alone decide.
        workout: The plan.

    Raises:
        CompileError: The plan cannot be unrolled.

    Example:
        >>> from backrun_fit.activity import Activity, Track
        >>> from backrun_fit.workout import Step
        >>> speed = np.repeat([2.5, 4.0], [300, 61])
        >>> track = Track.from_columns(np.arange(361.0), speed_mps=speed)
        >>> run = Activity(started_at=instant(0), ended_at=instant(360), sport="running",
        ...                track=track)
        >>> steps = [Step(duration=TimeDuration(duration_s=s)) for s in (300.0, 60.0)]
        >>> plan = CompiledWorkout(name="w", messages=tuple(steps))
        >>> [p.stretch.end_at.timestamp() if p.stretch else None
        ...  for p in align_by_sample(Recording.of(run), plan).pairings]
        [300.0, 360.0]
    """
    executions, _ = planned_executions(workout, lambda: 1)
    signal = _Signal.of(recording)
    starts_s = _starts(signal, executions)
    layer = _cheapest(
        starts_s,
        np.where(starts_s > 0, _LATE_START + _UNPLANNED_PER_S * starts_s, 0.0)
        + signal.spread(np.zeros_like(starts_s), starts_s),
        np.arange(len(starts_s)),
    )
    layers = [layer]
    for execution in executions:
        layer = _extend(signal, layer, execution)
        layers.append(layer)
    end_s = np.full(len(layer.at_s), signal.end_s)
    # What somebody does when the workout is over need not be even.
    after_s = end_s - layer.at_s
    tail = 0.5 * signal.spread(layer.at_s, end_s) + _TAIL_PER_S * after_s
    # Most recordings are ended soon after the workout.
    tail = tail + _LONG_TAIL * np.minimum(after_s / _LONG_TAIL_S, 1.0)
    way = int(np.argmin(layer.cost + tail))
    marks_s: list[float] = []
    for each in reversed(layers):
        marks_s.append(float(each.at_s[way]))
        way = int(each.before[way])
    marks_s.reverse()
    clock = [recording.clock.unix_s(mark_s) for mark_s in marks_s]
    pairings = tuple(
        attrs.evolve(
            _pairing(execution, marks_s[place], marks_s[place + 1], clock[place], clock[place + 1]),
            certainty=_certainty(signal, execution, marks_s[place], marks_s[place + 1]),
        )
        for place, execution in enumerate(executions)
    )
    return Alignment(
        mode="samples",
        pairings=pairings,
        warnings=_around(marks_s[0], signal.end_s - marks_s[-1]),
    )


def _starts(signal: _Signal, executions: Sequence[PlannedExecution]) -> Column:
    """When the workout may have begun: at once, at a change of speed, or so that one ends a step.

    A warm-up of one's own before an easy first step shows no change of speed where the step
    begins, but one where it ends.
    """
    starts_s = [np.zeros(1), signal.changes_s]
    ends_s = signal.changes_s
    for execution in executions[:_COUNTED_BACK]:
        match execution.step.duration:
            case TimeDuration(duration_s=seconds):
                ends_s = ends_s - seconds
            case DistanceDuration(distance_m=metres) if not np.isnan(signal.distance_m[0]):
                ends_m = np.interp(ends_s, signal.grid_s, signal.distance_m) - metres
                ends_s = np.where(
                    ends_m >= 0, np.interp(ends_m, signal.distance_m, signal.grid_s), -1.0
                )
            case _:
                break
        starts_s.append(ends_s[ends_s > 0])
    return np.unique(np.rint(np.concatenate(starts_s)))


def _certainty(signal: _Signal, execution: PlannedExecution, from_s: float, to_s: float) -> float:
    """How sure a segment is: by its planned length, and by changes of speed at its ends."""
    axis = signal.axis(execution.step.duration)
    sure = _SURE_OF_SAMPLES
    if axis is not None and to_s > from_s:
        along, planned = axis
        done = float(np.diff(np.interp([from_s, to_s], signal.grid_s, along))[0])
        if abs(done - planned) <= max(_SLACK_S, 0.01 * planned):
            sure += _SURER_BY_LENGTH
    for mark_s in (from_s, to_s):
        if len(signal.changes_s) and np.abs(signal.changes_s - mark_s).min() <= _CHANGE_WINDOW_S:
            sure += _SURER_BY_CHANGE
    return sure


def _pairing(
    execution: PlannedExecution, from_s: float, to_s: float, start: float, end: float
) -> Pairing:
    if to_s <= from_s:
        return Pairing(
            execution=execution,
            stretch=None,
            reason=f"nothing in the samples stands for step {execution.step_index} here",
        )
    return Pairing(
        execution=execution,
        stretch=Stretch(start_at=instant(start), end_at=instant(end)),
        reason=(
            f"timer {format_duration(from_s)} to {format_duration(to_s)}, "
            "by planned lengths and changes of speed"
        ),
    )


def _around(before_s: float, after_s: float) -> tuple[DataWarning, ...]:
    text = "boundaries were found from the samples alone: approximate"
    warnings = [DataWarning("aligned_by_samples", text)]
    if before_s > _SLACK_S:
        text = f"{format_duration(before_s)} before the workout"
        warnings.append(DataWarning("time_before_workout", text))
    if after_s > _SLACK_S:
        text = f"{format_duration(after_s)} after the workout"
        warnings.append(DataWarning("time_after_workout", text))
    return tuple(warnings)
