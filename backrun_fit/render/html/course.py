"""A checked run over its timer time: samples, executions, and traces that find room on a chart."""

from __future__ import annotations

from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Activity, Column
from backrun_fit.compliance.timeline import Recording
from backrun_fit.report import Report, StepResult

__all__ = ["MAX_PARTS", "Course", "Part", "Trace"]

MAX_PARTS: Final = 400
"""So many executions a chart draws one by one."""

# A longer pause between two samples is a gap, not a line between them.
_GAP_S: Final = 10.0


@attrs.frozen(kw_only=True)
class Part:
    """Where an execution lies.

    Attributes:
        start_s: On the timer.
        end_s: Likewise; the same as the start for one that was skipped.
        result: What became of it.
    """

    start_s: float
    end_s: float
    result: StepResult

    @property
    def is_backward(self) -> bool:
        """Whether it was planned backward."""
        return self.result.planned.step.movement.is_backward


@attrs.frozen(kw_only=True, eq=False)
class Trace:
    """A quantity with as many points as find room, none of its extremes lost.

    Columns of equal length, in order of time; a row of NaN is a gap.

    Attributes:
        timer_s: Middle of each point's samples.
        mean: Of its samples.
        low: The lowest of them.
        high: The highest of them.
        backward: Whether they lie in a backward execution.
        samples: How many samples a point stands for, at most.
    """

    timer_s: Column
    mean: Column
    low: Column
    high: Column
    backward: npt.NDArray[np.bool_]
    samples: int


@attrs.frozen(kw_only=True, eq=False)
class Course:
    """A run over its timer time.

    Attributes:
        parts: One an execution, in order; a skipped one lies where the one before ended.
        total_s: Where the timer ended.
        timer_s: Of each sample.
        place: Which part each sample lies in; -1 for none.
        speed_mps: Of each sample; NaN where there is none, as in all that follow.
        heart_rate_bpm: Likewise.
        cadence_spm: Likewise; standing still is NaN.
        step_length_m: Speed over cadence.
    """

    parts: tuple[Part, ...]
    total_s: float
    timer_s: Column
    place: npt.NDArray[np.int64]
    speed_mps: Column
    heart_rate_bpm: Column
    cadence_spm: Column
    step_length_m: Column

    @classmethod
    def of(cls, report: Report, activity: Activity) -> Course:
        """Lay a report over the run that it is about."""
        recording = Recording.of(activity)
        parts = tuple(_parts(report, recording))
        place = np.full(len(recording.timer_s), -1, dtype=np.int64)
        for number, part in enumerate(parts):
            if part.result.start_at is None or part.result.end_at is None:
                continue
            span = recording.samples(
                part.result.start_at.timestamp(), part.result.end_at.timestamp()
            )
            place[span] = number
        cadence_spm = np.where(activity.track.cadence_spm > 0, activity.track.cadence_spm, np.nan)
        speed_mps = recording.speed_mps
        moving_mps = np.where(speed_mps > 0, speed_mps, np.nan)
        return cls(
            parts=parts,
            total_s=recording.clock.end_s,
            timer_s=recording.timer_s,
            place=place,
            speed_mps=speed_mps,
            heart_rate_bpm=activity.track.heart_rate_bpm,
            cadence_spm=cadence_spm,
            step_length_m=60.0 * moving_mps / cadence_spm,
        )

    @property
    def together(self) -> int:
        """How many executions a shade or a mark of a chart stands for, at most."""
        return -(-len(self.parts) // MAX_PARTS)

    def drawn_parts(self) -> tuple[Part, ...]:
        """The executions that charts draw: all, or of many in a row one that was missed."""
        if self.together <= 1:
            return self.parts
        groups = (
            self.parts[first : first + self.together]
            for first in range(0, len(self.parts), self.together)
        )
        return tuple(
            Part(
                start_s=group[0].start_s,
                end_s=group[-1].end_s,
                result=max(group, key=_drawn_before).result,
            )
            for group in groups
        )

    def trace(self, values: Column, points: int) -> Trace | None:
        """A quantity in about ``points`` points; None where it has less than two samples.

        Samples in a row that lie in one execution, without a gap between them, make a
        point together; how many, goes by the room. Where there are more executions or gaps
        than points, samples are taken together across them.

        Example:
            >>> import numpy as np
            >>> seconds = np.arange(100.0)
            >>> course = Course(parts=(), total_s=99.0, timer_s=seconds,
            ...                 place=np.full(100, -1), speed_mps=seconds,
            ...                 heart_rate_bpm=seconds, cadence_spm=seconds,
            ...                 step_length_m=seconds)
            >>> trace = course.trace(seconds, 10)
            >>> len(trace.mean), trace.samples, float(trace.high[0]), float(trace.low[-1])
            (10, 10, 9.0, 90.0)
        """
        known = np.flatnonzero(~np.isnan(values))
        if len(known) < 2:
            return None
        timer_s, values, place = self.timer_s[known], values[known], self.place[known]
        together = max(1, -(-len(known) // points))
        gap = np.diff(timer_s, prepend=timer_s[0]) > _GAP_S
        changes = np.diff(place, prepend=place[0]) != 0
        if gap.sum() > points:
            gap[:] = False
        broken = gap | changes if changes.sum() <= points else gap.copy()
        broken[0] = True
        starts = np.flatnonzero(broken)
        since_break = np.arange(len(known)) - starts[np.cumsum(broken) - 1]
        first = np.flatnonzero(since_break % together == 0)
        counts = np.diff(first, append=len(known))
        backward = np.array([part.is_backward for part in self.parts] + [False])  # -1 is the last
        columns = [
            np.add.reduceat(timer_s, first) / counts,
            np.add.reduceat(values, first) / counts,
            np.minimum.reduceat(values, first),
            np.maximum.reduceat(values, first),
        ]
        breaks = np.flatnonzero(gap[first])
        middle, mean, low, high = (np.insert(column, breaks, np.nan) for column in columns)
        return Trace(
            timer_s=middle,
            mean=mean,
            low=low,
            high=high,
            backward=np.insert(backward[place[first]], breaks, False),
            samples=int(counts.max()),
        )


def _drawn_before(part: Part) -> tuple[bool, float]:
    return part.result.verdict.is_miss, part.end_s - part.start_s


def _parts(report: Report, recording: Recording) -> list[Part]:
    parts: list[Part] = []
    at_s = 0.0
    for result in report.results:
        start_s = end_s = at_s
        if result.start_at is not None and result.end_at is not None:
            start_s = recording.clock.timer_s(result.start_at.timestamp())
            end_s = recording.clock.timer_s(result.end_at.timestamp())
        parts.append(Part(start_s=start_s, end_s=end_s, result=result))
        at_s = end_s
    return parts
