"""The one model of time: when laps and sessions end, and what the timer showed.

FIT files carry three clocks: UTC (``timestamp``, ``start_time``), elapsed time (the clock
since the start, pauses included) and timer time (pauses left out). This module turns them
into one, and nothing else looks at the raw ``timestamp`` of a summary message. The order of
trust is a table in ``docs/reference/activities.md``.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias, overload

import attrs
import numpy as np
import numpy.typing as npt

__all__ = [
    "ROUNDING_S",
    "ClockJump",
    "EndBasis",
    "Span",
    "Summary",
    "TimerClock",
    "ends_of_summaries",
    "find_clock_jumps",
    "interpolate",
]

_Array: TypeAlias = npt.NDArray[np.float64]

ROUNDING_S: Final = 2.0
"""Starts are whole seconds, so laps may overlap, or leave a gap, of up to this by rounding."""

# A longer overlap of two laps is a contradiction that no clipping mends.
_LARGEST_CLIP_S: Final = 10.0
# A longer interval is a clock that was set: where nothing says how long the recording lasted,
# and the least where something does, because totals can be wrong, too.
_LONGEST_PAUSE_S: Final = 86_400.0
_SHORTEST_JUMP_S: Final = 3_600.0
# Fewer samples on the other side of a jump are stray ones, not a part of the run.
_FEWEST_SAMPLES, _SMALLEST_SHARE = 3, 0.01

EndBasis = Literal["elapsed", "next_start", "timestamp", "timer", "records"]
"""What gave the end of a lap or session, the most trusted first."""


@attrs.frozen
class ClockJump:
    """The recorder's clock was set forward while it recorded.

    Attributes:
        before_unix_s: The last sample by the old clock.
        after_unix_s: The first sample by the new one.
        lasting_s: The time that passed between the two.
    """

    before_unix_s: float
    after_unix_s: float
    lasting_s: float

    @property
    def shift_s(self) -> float:
        """By how much the clock was set forward."""
        return self.after_unix_s - self.before_unix_s - self.lasting_s


def find_clock_jumps(
    unix_s: _Array, elapsed_s: float | None
) -> tuple[tuple[ClockJump, ...], npt.NDArray[np.bool_]]:
    """Find where the clock was set, and the samples that lie outside the recording.

    An interval between two samples that is longer than the whole recording cannot be a
    pause. With many samples on either side of it the clock was set there; a few samples
    beyond it (one record with the date of another year) do not belong to the recording.

    Args:
        unix_s: Times of the samples, never falling, without NaN; may be empty.
        elapsed_s: How long the recording lasted, by its session or its laps. Without it
            only an interval of more than a day counts.

    Returns:
        The jumps in order, and for each sample whether it belongs to the recording.

    Example:
        >>> times = np.array([*range(10), *range(5000, 5010)], dtype=float)
        >>> jumps, inside = find_clock_jumps(times, elapsed_s=21.0)
        >>> jumps, bool(inside.all())
        ((ClockJump(before_unix_s=9.0, after_unix_s=5000.0, lasting_s=3.0),), True)
    """
    longest_s = _LONGEST_PAUSE_S if elapsed_s is None else max(elapsed_s + 60.0, _SHORTEST_JUMP_S)
    intervals_s = np.diff(unix_s)
    breaks = np.flatnonzero(intervals_s > longest_s)
    inside = np.ones(len(unix_s), dtype=bool)
    if not len(breaks):
        return (), inside
    bounds = [0, *(breaks + 1).tolist(), len(unix_s)]
    parts = list(itertools.pairwise(bounds))
    fewest = max(_FEWEST_SAMPLES, _SMALLEST_SHARE * len(unix_s))
    kept = [part for part in parts if part[1] - part[0] >= fewest]
    kept = kept or [max(parts, key=lambda part: part[1] - part[0])]
    inside[:] = False
    for first, behind in kept:
        inside[first:behind] = True
    ordinary_s = float(np.median(intervals_s[intervals_s <= longest_s])) if len(kept) > 1 else 0.0
    covered_s = sum(float(unix_s[behind - 1] - unix_s[first]) for first, behind in kept)
    lasting_s = ordinary_s
    if elapsed_s is not None and len(kept) > 1:
        rest_s = (elapsed_s - covered_s) / (len(kept) - 1)
        lasting_s = rest_s if 0.0 < rest_s <= 60.0 else ordinary_s
    return tuple(
        ClockJump(float(unix_s[one[1] - 1]), float(unix_s[other[0]]), lasting_s)
        for one, other in itertools.pairwise(kept)
    ), inside


@attrs.frozen(eq=False)
class TimerClock:
    """Timer time as a function of UTC: rising while the timer runs, level in pauses.

    Attributes:
        unix_marks_s: Instants at which the timer started or stopped, never falling.
        timer_marks_s: Timer time at them, never falling.
    """

    unix_marks_s: _Array
    timer_marks_s: _Array

    @classmethod
    def of_events(
        cls,
        events: Sequence[tuple[float, bool]],
        start_unix_s: float,
        end_unix_s: float,
        jumps: Sequence[ClockJump] = (),
    ) -> TimerClock:
        """Build it from timer events (FIT Profile 21.212, message ``event``, event ``timer``).

        A start while the timer runs and a stop while it stands still change
        nothing; without any start it runs from the beginning. Events by which it
        never ran at all are not believed.

        Args:
            events: When, in Unix seconds, and whether the timer was started; in order; may
                be empty, and then the timer runs throughout.
            start_unix_s: When the recording begins.
            end_unix_s: When it ends.
            jumps: Where the clock was set, in order.

        Example:
            >>> events = [(0.0, True), (60.0, False), (90.0, True)]
            >>> clock = TimerClock.of_events(events, 0.0, 100.0)
            >>> [clock.timer_s(second) for second in (60.0, 80.0, 100.0)]
            [60.0, 60.0, 70.0]
        """
        started = next((at for at, starts in events if starts), None)
        first_stop = next((at for at, starts in events if not starts), None)
        running_since: float | None = None
        if started is None or (first_stop is not None and first_stop < started):
            running_since = start_unix_s
        running: list[tuple[float, float]] = []
        for at, starts in (*events, (end_unix_s, False)):
            if starts and running_since is None:
                running_since = at
            elif not starts and running_since is not None:
                if at > running_since:
                    running.append((running_since, at))
                running_since = None
        unix_s: list[float] = []
        timer_s: list[float] = []
        total_s = 0.0
        for begin, end in running or [(start_unix_s, end_unix_s)]:
            unix_s.append(begin)
            timer_s.append(total_s)
            for jump in jumps:
                if begin <= jump.before_unix_s and jump.after_unix_s <= end:
                    total_s += jump.before_unix_s - unix_s[-1]
                    unix_s += [jump.before_unix_s, jump.after_unix_s]
                    timer_s += [total_s, total_s + jump.lasting_s]
                    total_s = timer_s[-1]
            total_s += end - unix_s[-1]
            unix_s.append(end)
            timer_s.append(total_s)
        return cls(np.array(unix_s), np.array(timer_s))

    @property
    def end_s(self) -> float:
        """What the timer showed in the end."""
        return float(self.timer_marks_s[-1])

    @overload
    def timer_s(self, unix_s: float) -> float: ...

    @overload
    def timer_s(self, unix_s: _Array) -> _Array: ...

    def timer_s(self, unix_s: float | _Array) -> float | _Array:
        """Timer time at one instant, or at many in their order.

        Example:
            >>> TimerClock(np.array([10.0, 20.0]), np.array([0.0, 10.0])).timer_s(13.0)
            3.0
        """
        if isinstance(unix_s, np.ndarray):
            return np.asarray(np.interp(unix_s, self.unix_marks_s, self.timer_marks_s))
        return interpolate(unix_s, self.unix_marks_s, self.timer_marks_s)

    def unix_s(self, timer_s: float) -> float:
        """When the timer showed this; at a pause, its end."""
        return interpolate(timer_s, self.timer_marks_s, self.unix_marks_s)

    def runs_at(self, unix_s: float) -> bool:
        """Whether the timer runs at an instant, or stops or starts just then.

        Example:
            >>> clock = TimerClock.of_events([(0.0, True), (60.0, False), (90.0, True)], 0.0, 100.0)
            >>> [clock.runs_at(second) for second in (0.0, 60.0, 61.0, 95.0, 101.0)]
            [True, True, False, True, False]
        """
        marks = self.unix_marks_s
        if not marks[0] <= unix_s <= marks[-1]:
            return False
        behind = int(marks.searchsorted(unix_s, side="right"))
        if behind == len(marks) or unix_s in (marks[behind - 1], marks[behind]):
            return True
        return bool(self.timer_marks_s[behind] > self.timer_marks_s[behind - 1])


def interpolate(x: float, xs: _Array, ys: _Array) -> float:
    """``np.interp`` for one number, at a fraction of its cost; at a step, the value behind it.

    Example:
        >>> interpolate(1.5, np.array([1.0, 2.0]), np.array([10.0, 20.0]))
        15.0
    """
    behind = int(xs.searchsorted(x, side="right"))
    if behind == 0:
        return float(ys[0])
    if behind == len(xs):
        return float(ys[-1])
    before_x, before_y = float(xs[behind - 1]), float(ys[behind - 1])
    # The slope first, as NumPy does it: where it is 1, as on a timer that runs, nothing is rounded.
    slope = (float(ys[behind]) - before_y) / (float(xs[behind]) - before_x)
    return before_y + slope * (x - before_x)


class Summary(NamedTuple):
    """What a lap or session message says of its time; None where it says nothing.

    Attributes:
        start_unix_s: ``start_time``.
        stamp_unix_s: ``timestamp``: when the message was written, which is about the end
            in Summary Last files and the session's start in Summary First files.
        elapsed_s: ``total_elapsed_time``.
        timer_s: ``total_timer_time``.
    """

    start_unix_s: float | None = None
    stamp_unix_s: float | None = None
    elapsed_s: float | None = None
    timer_s: float | None = None


class Span(NamedTuple):
    """When a lap or session began and ended.

    Attributes:
        start_unix_s: Its begin.
        end_unix_s: Its end, not before the begin.
        basis: What gave the end.
        start_is_known: The file has the start; else it is where the one before ended.
        overlap_s: By how much it claimed to run into the next one, beyond rounding.
    """

    start_unix_s: float
    end_unix_s: float
    basis: EndBasis
    start_is_known: bool = True
    overlap_s: float = 0.0


def ends_of_summaries(
    summaries: Sequence[Summary],
    *,
    first_start_unix_s: float | None = None,
    last_record_unix_s: float | None = None,
    jumps: Sequence[ClockJump] = (),
) -> list[Span | None]:
    """Begin and end of each lap, or each session, of a recording.

    It ends at ``start_time + total_elapsed_time``. Only where one of the two is missing:
    at the start of the next one, else at its own ``timestamp`` if that lies behind its
    start, else when its timer time is over, else with the last record. One that runs into
    the next one ends where that begins.

    Args:
        summaries: In order of the recording; may be empty.
        first_start_unix_s: Where the first begins if it does not say so.
        last_record_unix_s: The last sample.
        jumps: Where the clock was set.

    Returns:
        One for each; None where nothing says when it was.

    Example:
        >>> laps = [Summary(100.0, 100.0, 60.0, 60.0), Summary(160.0, 100.0, 30.0, 30.0)]
        >>> [(span.end_unix_s, span.basis) for span in ends_of_summaries(laps) if span]
        [(160.0, 'elapsed'), (190.0, 'elapsed')]
    """
    spans: list[Span | None] = []
    before = first_start_unix_s
    next_starts = [*(summary.start_unix_s for summary in summaries[1:]), None]
    for summary, next_start in zip(summaries, next_starts, strict=False):
        # Of several, one that says no time at all is not the whole recording.
        may_last = summary.start_unix_s is not None or len(summaries) == 1
        last_record = last_record_unix_s if may_last else None
        span = _span(summary, before, next_start, last_record, jumps)
        spans.append(span)
        before = span.end_unix_s if span is not None else before
    return spans


def _span(
    summary: Summary,
    before: float | None,
    next_start: float | None,
    last_record: float | None,
    jumps: Sequence[ClockJump],
) -> Span | None:
    start, stamp = summary.start_unix_s, summary.stamp_unix_s
    is_known = start is not None
    if start is None:
        start = before
    if start is None and stamp is not None:
        start = stamp - (summary.elapsed_s or summary.timer_s or 0.0)
    if start is None:
        return None
    end: float
    basis: EndBasis
    if summary.elapsed_s is not None:
        end, basis = _after(start, summary.elapsed_s, jumps), "elapsed"
    elif next_start is not None and next_start > start:
        end, basis = next_start, "next_start"
    elif stamp is not None and stamp > start:
        end, basis = stamp, "timestamp"
    elif summary.timer_s is not None:
        end, basis = _after(start, summary.timer_s, jumps), "timer"
    elif not is_known and last_record is None:
        return None
    else:
        end, basis = max(start, last_record or start), "records"
    overlap_s = 0.0 if next_start is None else end - next_start
    if next_start is not None and start < next_start and 0.0 < overlap_s <= _LARGEST_CLIP_S:
        end = next_start
    return Span(start, end, basis, is_known, overlap_s if overlap_s > ROUNDING_S else 0.0)


def _after(start: float, lasting_s: float, jumps: Sequence[ClockJump]) -> float:
    """The instant so much time after another, by a clock that may have been set between."""
    end = start + lasting_s
    for jump in jumps:
        if start <= jump.before_unix_s < end:
            end += jump.shift_s
    return end
