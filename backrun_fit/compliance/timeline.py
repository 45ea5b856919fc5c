"""The two clocks of a recording, and its samples made ready for measuring.

A watch counts time steps on the timer, which stands still in pauses; laps and
samples carry the time of day.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import UTC, datetime

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Activity, Column, TimerEvent, Track
from backrun_fit.compliance.means import Slopes, TimeMeans, running, weights

__all__ = ["Recording", "Timeline", "instant"]

_ALTITUDE_WINDOW = 5
"""Samples in the running median of altitude, which removes single jumps of a barometer."""


def instant(unix_s: float) -> datetime:
    """Seconds since 1970 as an aware UTC datetime.

    Example:
        >>> instant(0.0).isoformat()
        '1970-01-01T00:00:00+00:00'
    """
    return datetime.fromtimestamp(unix_s, UTC)


@attrs.frozen(eq=False)
class Timeline:
    """Timer time as a function of the time of day: rising while the timer runs, else level.

    Attributes:
        unix_s: Instants at which the timer started or stopped, rising.
        timer_s: Timer time at them, never falling.
    """

    unix_s: Column
    timer_s: Column

    @classmethod
    def of_events(
        cls, events: Sequence[TimerEvent], start_unix_s: float, end_unix_s: float
    ) -> Timeline:
        """Build it from timer events (FIT Profile 21.212, message ``event``, event ``timer``).

        A start while the timer runs and a stop while it stands still change
        nothing; without any start it runs from the beginning. Events by which it
        never ran at all are not believed.

        Args:
            events: In order; may be empty, and then the timer runs throughout.
            start_unix_s: When the recording begins.
            end_unix_s: When it ends.

        Example:
            >>> at = lambda second, kind: TimerEvent(at=instant(second), kind=kind)
            >>> events = [at(0, "start"), at(60, "stop"), at(90, "start")]
            >>> line = Timeline.of_events(events, 0.0, 100.0)
            >>> [float(line.timer_at(second)) for second in (60, 80, 100)]
            [60.0, 60.0, 70.0]
        """
        started = next((event.at.timestamp() for event in events if event.kind == "start"), None)
        first_stop = next((event.at.timestamp() for event in events if event.kind == "stop"), None)
        running_since: float | None = None
        if started is None or (first_stop is not None and first_stop < started):
            running_since = start_unix_s
        unix_s, timer_s, total_s = [], [], 0.0
        end = TimerEvent(at=instant(end_unix_s), kind="stop")
        for event in (*events, end):
            at_s = event.at.timestamp()
            if event.kind == "start" and running_since is None:
                running_since = at_s
            elif event.kind == "stop" and running_since is not None:
                if at_s > running_since:
                    unix_s += [running_since, at_s]
                    timer_s += [total_s, total_s + at_s - running_since]
                    total_s = timer_s[-1]
                running_since = None
        if not unix_s:
            unix_s = [start_unix_s, end_unix_s]
            timer_s = [0.0, end_unix_s - start_unix_s]
        return cls(np.array(unix_s), np.array(timer_s))

    def timer_at(self, unix_s: float | Column) -> Column:
        """Timer time at an instant or at many."""
        return np.asarray(np.interp(unix_s, self.unix_s, self.timer_s))

    def timer_of(self, unix_s: float) -> float:
        """Timer time at one instant.

        Example:
            >>> Timeline(np.array([10.0, 20.0]), np.array([0.0, 10.0])).timer_of(13.0)
            3.0
        """
        return _between(unix_s, self.unix_s, self.timer_s)

    def unix_of(self, timer_s: float) -> float:
        """When the timer showed this; at a pause, its end."""
        return _between(timer_s, self.timer_s, self.unix_s)

    def unix_at(self, timer_s: float | Column) -> Column:
        """When the timer showed this; at a pause, one of its ends."""
        return np.asarray(np.interp(timer_s, self.timer_s, self.unix_s))


def _between(x: float, xs: Column, ys: Column) -> float:
    """``np.interp`` for one number, at a fraction of its cost."""
    behind = int(xs.searchsorted(x, side="right"))
    if behind == 0:
        return float(ys[0])
    if behind == len(xs):
        return float(ys[-1])
    before_x, before_y = float(xs[behind - 1]), float(ys[behind - 1])
    share = (x - before_x) / (float(xs[behind]) - before_x)
    return before_y + share * (float(ys[behind]) - before_y)


def _running_median(values: Column) -> Column:
    """Median of each value and its neighbours, over the values that exist."""
    known = ~np.isnan(values)
    smooth = np.full(len(values), np.nan)
    if int(known.sum()) < _ALTITUDE_WINDOW:
        return smooth
    padded = np.pad(values[known], _ALTITUDE_WINDOW // 2, mode="edge")
    count = len(padded) - _ALTITUDE_WINDOW + 1
    one, two, three, four, five = (padded[shift : shift + count] for shift in range(5))
    # The median of five by comparisons: of two pairs the greatest and the least are out.
    low = np.maximum(np.minimum(one, two), np.minimum(three, four))
    high = np.minimum(np.maximum(one, two), np.maximum(three, four))
    smooth[known] = np.maximum(np.minimum(low, high), np.minimum(five, np.maximum(low, high)))
    return smooth


def _speeds(track: Track, timer_s: Column, known: npt.NDArray[np.bool_]) -> Column:
    """Recorded speed, or distance over timer time since the sample before where there is none."""
    if not np.isnan(track.speed_mps).all():
        return track.speed_mps
    speed_mps = np.full(len(track), np.nan)
    places = np.flatnonzero(known)
    lasting_s = np.diff(timer_s[places])
    moved = lasting_s > 0
    slopes = np.diff(track.distance_m[places])[moved] / lasting_s[moved]
    speed_mps[places[1:][moved]] = np.maximum(slopes, 0.0)
    return speed_mps


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Recording:
    """An activity with what every measurement needs computed once.

    Attributes:
        activity: As read.
        timeline: Its two clocks.
        timer_s: Timer time of each sample.
        speed_mps: Speed of each sample: as recorded, else the slope of the distance.
        distance_unix_s: Instants of the samples that carry a distance.
        distance_m: Their distances.
        altitude_m: Altitude of each sample, median of five; NaN throughout where the
            altitude never changes, as without an altimeter.
    """

    activity: Activity
    timeline: Timeline
    timer_s: Column
    speed_mps: Column
    distance_unix_s: Column
    distance_m: Column
    altitude_m: Column

    @classmethod
    def of(cls, activity: Activity) -> Recording:
        """Prepare an activity; samples and laps may be missing."""
        track = activity.track
        starts = [activity.started_at.timestamp()]
        ends = [activity.ended_at.timestamp()]
        if activity.laps:
            starts.append(activity.laps[0].start_at.timestamp())
            ends.append(activity.laps[-1].end_at.timestamp())
        if len(track):
            starts.append(float(track.unix_s[0]))
            ends.append(float(track.unix_s[-1]))
        timeline = Timeline.of_events(activity.timer_events, min(starts), max(ends))
        known = ~np.isnan(track.distance_m)
        timer_s = timeline.timer_at(track.unix_s)
        altitude_m = track.altitude_m
        heights = altitude_m[~np.isnan(altitude_m)]
        if not len(heights) or np.ptp(heights) == 0:
            altitude_m = np.full(len(track), np.nan)
        return cls(
            activity=activity,
            timeline=timeline,
            timer_s=timer_s,
            speed_mps=_speeds(track, timer_s, known),
            distance_unix_s=track.unix_s[known],
            distance_m=track.distance_m[known],
            altitude_m=_running_median(altitude_m),
        )

    @functools.cached_property
    def weight_s(self) -> Column:
        """Weight of every sample but the last: timer time up to the next one."""
        return weights(np.diff(self.timer_s))

    @functools.cached_property
    def gap_sums_s(self) -> Column:
        """Timer time without samples, of all intervals before each sample."""
        interval_s = np.diff(self.timer_s)
        return running(interval_s - self.weight_s)

    @functools.cached_property
    def speed(self) -> TimeMeans:
        """Means of the speed."""
        return TimeMeans.of(self.speed_mps, self.weight_s)

    @functools.cached_property
    def heart_rate(self) -> TimeMeans:
        """Means of the heart rate."""
        return TimeMeans.of(self.activity.track.heart_rate_bpm, self.weight_s)

    @functools.cached_property
    def cadence(self) -> TimeMeans:
        """Means of the cadence, standing still left out."""
        return TimeMeans.of(self.activity.track.cadence_spm, self.weight_s, moving=True)

    @functools.cached_property
    def power(self) -> TimeMeans:
        """Means of the power."""
        return TimeMeans.of(self.activity.track.power_w, self.weight_s)

    @functools.cached_property
    def grade(self) -> Slopes:
        """Slopes of the altitude over the distance."""
        return Slopes.of(self.activity.track.distance_m, self.altitude_m)

    def distance_at(self, unix_s: float) -> float | None:
        """Distance since the start at an instant; None where no sample carries one."""
        if len(self.distance_unix_s) < 2:
            return None
        return _between(unix_s, self.distance_unix_s, self.distance_m)

    def samples(self, start_unix_s: float, end_unix_s: float) -> slice:
        """The samples from one instant up to, and without, another."""
        unix_s = self.activity.track.unix_s
        return slice(int(unix_s.searchsorted(start_unix_s)), int(unix_s.searchsorted(end_unix_s)))
