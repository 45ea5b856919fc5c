"""Runs whose executed steps are known: from a truth beside the file, or from the laps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any, Final

import attrs
import numpy as np

from backrun_fit.activity import Activity, Column, Lap
from backrun_fit.workout import DistanceDuration, Step
from tests.benchmarks import signals

__all__ = [
    "LEAST_EXECUTION_S",
    "SETTLING_S",
    "Change",
    "Executed",
    "Run",
    "changes",
    "executed_by_laps",
    "executed_by_truth",
    "known",
    "settled_mean",
    "settled_speed",
]

SETTLING_S: Final = 15.0
"""After a step begins or the timer starts again speed is still on its way."""

SLOWING_S: Final = 5.0
"""Before the timer stops likewise."""

LEAST_EXECUTION_S: Final = 60.0
"""Shorter executions say nothing of a spread, a mean or a heart rate."""

SETTLED_S: Final = 45.0
"""Length of the piece on which a speed is read on either side of a step change."""

AHEAD_S: Final = 5.0
"""A watch counts down to the end of a step; runners may begin to change before it."""

CLEAR_CHANGE_MPS: Final = 0.5
"""From here on two executions in a row differ clearly in speed."""

_LEAST_SAMPLES: Final = 3
_DISTANCE_SLACK_M: Final = 5.0


@attrs.frozen(kw_only=True)
class Executed:
    """One time through a step, as it was really done.

    Attributes:
        step: What was planned.
        step_index: Its message index.
        start_unix_s: When it began.
        end_unix_s: When it ended.
        laps: What was recorded of it, at least one lap.
    """

    step: Step
    step_index: int
    start_unix_s: float
    end_unix_s: float
    laps: tuple[Lap, ...]

    @property
    def timer_s(self) -> float:
        """Seconds with the timer running."""
        return math.fsum(lap.timer_s for lap in self.laps)

    @property
    def distance_m(self) -> float:
        """NaN where a lap has none."""
        return math.fsum(
            math.nan if lap.distance_m is None else lap.distance_m for lap in self.laps
        )


@attrs.frozen(kw_only=True)
class Run:
    """An activity and the executions it is known to hold, in order."""

    activity: Activity
    executed: tuple[Executed, ...]


@attrs.frozen(kw_only=True)
class Change:
    """A step change at which the speed clearly changed.

    Attributes:
        at_unix_s: The boundary.
        after: What began there.
        old_mps: Median speed before.
        new_mps: Median speed after.
    """

    at_unix_s: float
    after: Executed
    old_mps: float
    new_mps: float


def executed_by_truth(activity: Activity, truth: Sequence[Mapping[str, Any]]) -> Run:
    """The executions that a truth beside the file states.

    Args:
        activity: With its workout embedded.
        truth: Entries with ``step_index``, ``start``, ``end`` (Unix seconds),
            ``first_lap`` and ``last_lap``; those that point to no step are left out.
    """
    found = (
        _executed(
            activity,
            int(entry["step_index"]),
            activity.laps[int(entry["first_lap"]) : int(entry["last_lap"]) + 1],
            (float(entry["start"]), float(entry["end"])),
        )
        for entry in truth
    )
    return Run(activity=activity, executed=tuple(one for one in found if one is not None))


def executed_by_laps(activity: Activity) -> Run:
    """The executions of a run that kept to its plan, read off the laps.

    Laps in a row with one index belong together up to the step's own end: one
    that ended by a distance short of that was an automatic lap.
    """
    found = (
        _executed(activity, index, laps, _span(laps))
        for index, group in groupby(activity.laps, key=lambda lap: lap.step_index)
        if index is not None
        for laps in _apart(_step(activity, index), tuple(group))
    )
    return Run(activity=activity, executed=tuple(one for one in found if one is not None))


def _step(activity: Activity, index: int) -> Step | None:
    messages = activity.workout.messages if activity.workout else ()
    message = messages[index] if index < len(messages) else None
    return message if isinstance(message, Step) else None


def _executed(
    activity: Activity, index: int, laps: tuple[Lap, ...], span: tuple[float, float]
) -> Executed | None:
    step = _step(activity, index)
    if step is None or not laps:
        return None
    start_unix_s, end_unix_s = span
    return Executed(
        step=step,
        step_index=index,
        start_unix_s=start_unix_s,
        end_unix_s=end_unix_s,
        laps=laps,
    )


def _span(laps: tuple[Lap, ...]) -> tuple[float, float]:
    return laps[0].start_at.timestamp(), laps[-1].end_at.timestamp()


def _apart(step: Step | None, laps: tuple[Lap, ...]) -> Iterator[tuple[Lap, ...]]:
    """Laps in a row with one index, one execution after the other."""
    planned_m = math.inf
    if step is not None and isinstance(step.duration, DistanceDuration):
        planned_m = step.duration.distance_m
    together: list[Lap] = []
    for lap in laps:
        together.append(lap)
        covered_m = math.fsum(one.distance_m or 0.0 for one in together)
        if lap.trigger != "distance" or covered_m >= planned_m - _DISTANCE_SLACK_M:
            yield tuple(together)
            together = []
    if together:
        yield tuple(together)


def known(
    run: Run, name: str, start_unix_s: float = -math.inf, end_unix_s: float = math.inf
) -> tuple[Column, Column]:
    """Times and values of the samples of one quantity, from one instant up to another.

    Samples without a value are left out; a sample at the end is not included.
    """
    unix_s, values = run.activity.track.unix_s, getattr(run.activity.track, name)
    first, last = np.searchsorted(unix_s, (start_unix_s, end_unix_s))
    unix_s, values = unix_s[first:last], values[first:last]
    there = ~np.isnan(values)
    return unix_s[there], values[there]


def settled_speed(run: Run, one: Executed) -> tuple[Column, Column]:
    """Times and speeds within an execution, not just after its start nor beside a pause."""
    at_s, speed_mps = known(run, "speed_mps", one.start_unix_s + SETTLING_S, one.end_unix_s)
    keep = np.ones(len(at_s), dtype=np.bool_)
    for event in run.activity.timer_events:
        at = event.at.timestamp()
        if event.kind == "start":
            keep &= (at_s < at) | (at_s >= at + SETTLING_S)
        else:
            keep &= (at_s < at - SLOWING_S) | (at_s > at)
    return at_s[keep], speed_mps[keep]


def settled_mean(run: Run, one: Executed) -> float:
    """Mean speed of what ``settled_speed`` leaves; NaN where that is too little."""
    at_s, speed_mps = settled_speed(run, one)
    return signals.spread(at_s, speed_mps)[0] if len(at_s) >= _LEAST_SAMPLES else math.nan


def changes(run: Run) -> Iterator[Change]:
    """Every step change at which the speed clearly changed and no pause is near."""
    stops = [e.at.timestamp() for e in run.activity.timer_events if e.kind == "stop"]
    for before, after in pairwise(run.executed):
        at = after.start_unix_s
        start = max(before.start_unix_s, at - AHEAD_S - SETTLED_S)
        settled = at + min(SETTLING_S, (after.end_unix_s - at) / 2)
        end = min(after.end_unix_s, settled + SETTLED_S)
        if abs(before.end_unix_s - at) > 1.0 or any(start < stop < end for stop in stops):
            continue
        _, old = known(run, "speed_mps", start, at - AHEAD_S)
        _, new = known(run, "speed_mps", settled, end)
        if min(len(old), len(new)) < _LEAST_SAMPLES:
            continue
        old_mps, new_mps = float(np.median(old)), float(np.median(new))
        if abs(new_mps - old_mps) >= CLEAR_CHANGE_MPS:
            yield Change(at_unix_s=at, after=after, old_mps=old_mps, new_mps=new_mps)
