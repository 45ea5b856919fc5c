"""A recording made ready for measuring: its clock and derived columns, computed once."""

from __future__ import annotations

import functools
import itertools
from datetime import UTC, datetime

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Activity, Column, Track
from backrun_fit.activity_time import ROUNDING_S, TimerClock, interpolate
from backrun_fit.compliance.means import LONGEST_INTERVAL_S, Slopes, TimeMeans, running, weights

__all__ = ["Recording", "instant"]

_ALTITUDE_WINDOW = 5
"""Samples in the running median of altitude, which removes single jumps of a barometer."""

_QUANTITIES = ("distance_m", "speed_mps", "heart_rate_bpm", "cadence_spm", "power_w", "altitude_m")


def instant(unix_s: float) -> datetime:
    """Seconds since 1970 as an aware UTC datetime.

    Example:
        >>> instant(0.0).isoformat()
        '1970-01-01T00:00:00+00:00'
    """
    return datetime.fromtimestamp(unix_s, UTC)


def _pauses_between_laps(activity: Activity, clock: TimerClock) -> list[tuple[float, bool]]:
    """Stops and starts of the timer that only the gaps between laps show."""
    found = []
    for lap, following in itertools.pairwise(activity.laps):
        end, start = lap.end_at.timestamp(), following.start_at.timestamp()
        if end < start and clock.timer_s(start) - clock.timer_s(end) > ROUNDING_S:
            found += [(end, False), (start, True)]
    return found


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
        clock: Timer time as a function of UTC.
        timer_s: Timer time of each sample.
        speed_mps: Speed of each sample: as recorded, else the slope of the distance.
        distance_unix_s: Instants of the samples that carry a distance.
        distance_m: Their distances.
        altitude_m: Altitude of each sample, median of five; NaN throughout where the
            altitude never changes, as without an altimeter.
    """

    activity: Activity
    clock: TimerClock
    timer_s: Column
    speed_mps: Column
    distance_unix_s: Column
    distance_m: Column
    altitude_m: Column

    @classmethod
    def of(cls, activity: Activity) -> Recording:
        """Prepare an activity; samples and laps may be missing."""
        track = activity.track
        starts = [activity.started_at.timestamp(), *track.unix_s[:1].tolist()]
        ends = [activity.ended_at.timestamp(), *track.unix_s[-1:].tolist()]
        if activity.laps:
            starts.append(activity.laps[0].start_at.timestamp())
            ends.append(activity.laps[-1].end_at.timestamp())
        events = [(event.at.timestamp(), event.kind == "start") for event in activity.timer_events]
        span = min(starts), max(ends), activity.clock_jumps
        clock = TimerClock.of_events(events, *span)
        unsaid = _pauses_between_laps(activity, clock)
        if unsaid:
            clock = TimerClock.of_events(sorted([*events, *unsaid]), *span)
        known = ~np.isnan(track.distance_m)
        timer_s = clock.timer_s(track.unix_s)
        altitude_m = track.altitude_m
        heights = altitude_m[~np.isnan(altitude_m)]
        if not len(heights) or np.ptp(heights) == 0:
            altitude_m = np.full(len(track), np.nan)
        return cls(
            activity=activity,
            clock=clock,
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
        return TimeMeans.of(self._held(self.activity.track.heart_rate_bpm), self.weight_s)

    @functools.cached_property
    def cadence(self) -> TimeMeans:
        """Means of the cadence, standing still left out."""
        cadence_spm = self._held(self.activity.track.cadence_spm)
        return TimeMeans.of(cadence_spm, self.weight_s, moving=True)

    @functools.cached_property
    def power(self) -> TimeMeans:
        """Means of the power."""
        return TimeMeans.of(self._held(self.activity.track.power_w), self.weight_s)

    def _held(self, column: Column) -> Column:
        """A column whose values last until the next one, for ``LONGEST_INTERVAL_S`` at most.

        Some recorders write positions and heart rates in records of their own.
        """
        known = ~np.isnan(column)
        if known.all() or not known.any():
            return column
        last = np.maximum.accumulate(np.where(known, np.arange(len(column)), 0))
        fresh = self.timer_s - self.timer_s[last] <= LONGEST_INTERVAL_S
        return np.where(fresh, column[last], np.nan)

    @functools.cached_property
    def grade(self) -> Slopes:
        """Slopes of the altitude over the distance."""
        return Slopes.of(self.activity.track.distance_m, self.altitude_m)

    @property
    def sources(self) -> dict[str, str]:
        """For each quantity that there is, where it comes from."""
        track = self.activity.track
        found = {
            name: track.sources.get(name, "watch")
            for name in _QUANTITIES
            if not np.isnan(getattr(track, name)).all()
        }
        if "speed_mps" not in found and not np.isnan(self.speed_mps).all():
            found["speed_mps"] = "distance over timer time"
        return found

    @property
    def has_foot_pod(self) -> bool:
        """Whether a sensor of the athlete counted the distance, or without distances the speed.

        Such a sensor writes developer fields; one whose values the watch took over cannot be told.
        """
        sources = self.sources
        source = sources.get("distance_m", sources.get("speed_mps", ""))
        return source.startswith("developer")

    def distance_at(self, unix_s: float) -> float | None:
        """Distance since the start at an instant; None where no sample carries one."""
        if len(self.distance_unix_s) < 2:
            return None
        return interpolate(unix_s, self.distance_unix_s, self.distance_m)

    def samples(self, start_unix_s: float, end_unix_s: float) -> slice:
        """The samples from one instant up to, and without, another."""
        unix_s = self.activity.track.unix_s
        return slice(int(unix_s.searchsorted(start_unix_s)), int(unix_s.searchsorted(end_unix_s)))
