"""Where a step may begin and end: boundaries on one axis of timer time, and the speed between."""

from __future__ import annotations

import functools
from datetime import datetime

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column, Lap
from backrun_fit.compliance.means import running
from backrun_fit.compliance.timeline import Recording, instant

__all__ = ["Boundaries", "before", "nearest"]

Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

_LONGEST_GRID = 100_000
# So that no two boundaries are at the same time, a lap lasts at least so long.
_SHORTEST_LAP_S = 1e-3
# A change of speed: the means of so many seconds before and after differ by so much.
_CHANGE_WINDOW_S, _SMALLEST_CHANGE_MPS, _MOST_CHANGES_PER_HOUR = 15.0, 0.3, 60
# A change counts where it is the largest within so many seconds, and larger than these.
_NEAR_CHANGE_S, _SMALLEST_RARE_MPS, _SMALLEST_RARE_SPM = 6.0, 0.1, 1.0
# Slower is standing, which is no other pace.
_STANDING_MPS = 0.7
# Boundaries nearer than this are one.
_SAME_S = 1.0


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Boundaries:
    """The boundaries of one recording in order, on an axis of timer time.

    Where laps mark the steps, boundaries are the begin of the first lap and the end of each;
    the axis is the sum of the laps' timer times. Otherwise they are the begin, the end, changes
    of speed and presses of the lap button, on the timer of the recording. A place on the axis
    that equals a boundary is that boundary.

    Attributes:
        recording: What was recorded.
        laps: Of those that mark steps, so that lap ``n`` lasts from boundary ``n`` to ``n + 1``;
            empty where laps do not mark steps.
        at_s: Each boundary, ascending; at least two.
        unknown: How many laps without a known distance there are before each boundary.
        is_pressed: Whether the lap button was pressed there, where laps do not mark steps.
    """

    recording: Recording
    laps: tuple[Lap, ...]
    at_s: Column
    unknown: Ints
    is_pressed: Bools

    @classmethod
    def of_laps(cls, recording: Recording) -> Boundaries:
        """The ends of the laps, of which there is at least one."""
        laps = recording.activity.laps
        is_known = len(recording.distance_m) >= 2
        return cls(
            recording=recording,
            laps=laps,
            at_s=np.cumsum([0.0, *(max(lap.timer_s, _SHORTEST_LAP_S) for lap in laps)]),
            unknown=np.cumsum([0, *(lap.distance_m is None and not is_known for lap in laps)]),
            is_pressed=np.zeros(len(laps) + 1, dtype=bool),
        )

    @classmethod
    def of_speed(cls, recording: Recording, *, with_presses: bool) -> Boundaries:
        """Begin, end and changes of speed; and presses of the lap button where asked for."""
        end_s = recording.clock.end_s
        ends = np.array([0.0, max(end_s, _SHORTEST_LAP_S)])
        is_unknown = len(recording.distance_m) < 2
        whole = cls(
            recording=recording,
            laps=(),
            at_s=ends,
            unknown=np.array([0, is_unknown]),
            is_pressed=np.zeros(2, dtype=bool),
        )
        presses = [
            float(recording.clock.timer_s(lap.end_at.timestamp()))
            for lap in recording.activity.laps
            if with_presses and lap.trigger == "manual"
        ]
        pressed_s = np.unique([at for at in presses if _SAME_S < at < end_s - _SAME_S])
        changes_s = whole.changes_s
        if len(pressed_s):
            off_s = np.abs(changes_s - nearest(pressed_s, changes_s))
            changes_s = changes_s[off_s > _CHANGE_WINDOW_S]
        at_s = np.unique(np.concatenate((ends, pressed_s, changes_s)))
        return attrs.evolve(
            whole,
            at_s=at_s,
            unknown=np.arange(len(at_s)) * is_unknown,
            is_pressed=np.isin(at_s, pressed_s),
        )

    def __len__(self) -> int:
        return len(self.at_s)

    @property
    def end_s(self) -> float:
        """The last boundary."""
        return float(self.at_s[-1])

    # Places on the axis.

    def before(self, at_s: Column) -> tuple[Ints, Bools]:
        """The last boundary at or before each place, and whether the place is that boundary."""
        return before(self.at_s, at_s)

    def snapped(self, at_s: Column) -> Column:
        """The same places; those within a second of a boundary are moved to it."""
        at_s = np.clip(at_s, 0.0, self.end_s)
        near_s = nearest(self.at_s, at_s)
        return np.where(np.abs(near_s - at_s) <= _SAME_S, near_s, at_s)

    def span(self, begin_s: float, end_s: float) -> tuple[datetime, datetime]:
        """The instants of one place and a later one; a lap's own where they are boundaries."""
        (first, behind), (is_begin, is_end) = self.before(np.array([begin_s, end_s]))
        start = self._unix_s(begin_s, int(first))
        end = self._unix_s(end_s, int(behind))
        if self.laps and is_begin:
            start = self.laps[first].start_at.timestamp()
        if self.laps and is_end:
            end = self.laps[behind - 1].end_at.timestamp()
        return instant(start), instant(max(start, end))

    def _unix_s(self, at_s: float, boundary: int) -> float:
        clock = self.recording.clock
        if not self.laps:
            return clock.unix_s(at_s)
        lap = self.laps[min(boundary, len(self.laps) - 1)]
        begin, end = lap.start_at.timestamp(), lap.end_at.timestamp()
        timer_s = float(clock.timer_s(begin)) + at_s - float(self.at_s[boundary])
        return min(max(clock.unix_s(timer_s), begin), max(begin, end))

    # Distance, as straight lines between knots.

    @functools.cached_property
    def knots(self) -> tuple[Column, Column]:
        """Places, boundaries among them, and the distance at each; neither ever falls.

        Between the ends of a lap the samples' distance is stretched to the lap's own.
        """
        recording = self.recording
        at_s, at_m = self._on_axis(recording.distance_unix_s), recording.distance_m
        at_m = np.maximum.accumulate(at_m)
        if len(at_m) < 2:
            at_s, at_m = self.at_s[:1], np.zeros(1)
        said_m = np.interp(self.at_s, at_s, at_m)
        if not self.laps:
            at_s, at_m = np.concatenate((at_s, self.at_s)), np.concatenate((at_m, said_m))
            order = np.lexsort((at_m, at_s))
            return at_s[order], at_m[order]
        of_samples = np.diff(said_m)
        lap_m = [lap.distance_m for lap in self.laps]
        own_m = np.array(
            [said if own is None else own for own, said in zip(lap_m, of_samples, strict=True)]
        )
        marks_m = running(own_m)
        lap = np.clip(np.searchsorted(self.at_s, at_s, side="right") - 1, 0, len(own_m) - 1)
        run_m = at_m - said_m[lap]
        part = np.divide(run_m, of_samples[lap], out=run_m * 0.0, where=of_samples[lap] > 0)
        at_m = marks_m[lap] + np.clip(part, 0.0, 1.0) * own_m[lap]
        at_s, at_m = np.concatenate((at_s, self.at_s)), np.concatenate((at_m, marks_m))
        order = np.lexsort((at_m, at_s))
        return at_s[order], np.maximum.accumulate(at_m[order])

    def metres(self, at_s: Column) -> Column:
        """Distance at each place."""
        return np.interp(at_s, *self.knots)

    def reached_s(self, at_m: Column) -> Column:
        """Where each distance was reached."""
        knots_s, knots_m = self.knots
        return np.interp(at_m, knots_m, knots_s)

    @functools.cached_property
    def at_m(self) -> Column:
        """Distance at each boundary."""
        return self.metres(self.at_s)

    def _on_axis(self, unix_s: Column) -> Column:
        """Where instants lie: within their lap, where laps mark the steps."""
        timer_s = np.asarray(self.recording.clock.timer_s(unix_s))
        if not self.laps:
            return timer_s
        starts = np.maximum.accumulate([lap.start_at.timestamp() for lap in self.laps])
        starts_s = np.asarray(self.recording.clock.timer_s(starts))
        lap = np.clip(np.searchsorted(starts, unix_s, side="right") - 1, 0, None)
        within_s = np.clip(timer_s - starts_s[lap], 0.0, np.diff(self.at_s)[lap])
        return np.maximum.accumulate(self.at_s[lap] + within_s)

    # Speed and cadence, on an even grid.

    @functools.cached_property
    def _step_s(self) -> float:
        return max(1.0, self.end_s / _LONGEST_GRID)

    def _rows(self, at_s: Column) -> Ints:
        return np.rint(at_s / self._step_s).astype(np.intp)

    def _gridded(self, column: Column, known: Bools) -> Column:
        """A column of the samples at each second; zero throughout where nothing is known."""
        grid_s = np.append(np.arange(0.0, self.end_s, self._step_s), self.end_s)
        if not known.any():
            return np.zeros(len(grid_s))
        at_s = self._on_axis(self.recording.activity.track.unix_s[known])
        return np.asarray(np.interp(grid_s, at_s, column[known]))

    @functools.cached_property
    def _speed_mps(self) -> Column:
        speed_mps = self.recording.speed_mps
        return self._gridded(speed_mps, ~np.isnan(speed_mps))

    @functools.cached_property
    def _sums(self) -> tuple[Column, Column, Column]:
        """Sums of the speed up to each second; of that while moving; of its squares."""
        speed = self._speed_mps
        moving = speed >= _STANDING_MPS
        filled = speed
        if moving.any():
            filled = np.interp(np.arange(len(speed)), np.flatnonzero(moving), speed[moving])
        return running(speed), running(filled), running(filled * filled)

    def mean_mps(self, from_s: Column, to_s: Column) -> Column:
        """Mean speed of the samples between places; 0 where nothing lies between."""
        first, last = self._rows(from_s), self._rows(to_s)
        sums, _, _ = self._sums
        return np.asarray((sums[last] - sums[first]) / np.maximum(last - first, 1))

    def variation(self, from_s: Column, to_s: Column) -> Column:
        """Squares of the speed about its mean between places, in m^2/s^2 times seconds.

        Standing still does not count: it is no other pace.
        """
        first, last = self._rows(from_s), self._rows(to_s)
        _, sums, squares = self._sums
        total = sums[last] - sums[first]
        about = squares[last] - squares[first] - total * total / np.maximum(last - first, 1)
        return np.asarray(np.maximum(about, 0.0) * self._step_s)

    def _count(self, seconds: float) -> int:
        return max(1, round(seconds / self._step_s))

    @functools.cached_property
    def _change_mps(self) -> Column:
        return _change(self._speed_mps, self._count(_CHANGE_WINDOW_S))

    @functools.cached_property
    def changes_s(self) -> Column:
        """When the speed changed most, in order of time; at most so many an hour."""
        change = np.abs(self._change_mps)
        peak = _largest_around(change, self._count(_CHANGE_WINDOW_S))
        rows = np.flatnonzero((change == peak) & (change >= _SMALLEST_CHANGE_MPS))
        most = round(_MOST_CHANGES_PER_HOUR * max(1.0, self.end_s / 3600.0))
        strongest = rows[np.argsort(-change[rows], kind="stable")][:most]
        return np.asarray(np.sort(strongest) * self._step_s, dtype=np.float64)

    @functools.cached_property
    def _rarities(self) -> tuple[Column, Column, Column, Column]:
        """Of changes of speed to any side and to faster, of the cadence, of speed to slower."""
        near, change = self._count(_NEAR_CHANGE_S), self._change_mps
        cadence_spm = self.recording.activity.track.cadence_spm
        cadence = self._gridded(cadence_spm, cadence_spm > 0)
        of_cadence = np.abs(_change(cadence, self._count(_CHANGE_WINDOW_S)))
        return (
            _rarity(np.abs(change), near, _SMALLEST_RARE_MPS),
            _rarity(change, near, _SMALLEST_RARE_MPS),
            _rarity(of_cadence, near, _SMALLEST_RARE_SPM),
            _rarity(-change, near, _SMALLEST_RARE_MPS),
        )

    def rarity(self, at_s: Column, direction: int) -> tuple[Column, Column]:
        """How rare in this run changes of speed, and of cadence, are as large as at each place.

        Args:
            at_s: The places.
            direction: 1 for changes to faster, -1 for changes to slower, 0 for both.

        Returns:
            The negative natural logarithm of the share of seconds at which the change within a
            few seconds is as large; 0 where there is none.
        """
        rows = self._rows(at_s)
        return self._rarities[direction][rows], self._rarities[2][rows]


def before(marks: Column, values: Column) -> tuple[Ints, Bools]:
    """The last of some ascending marks at or before each value, and whether they are equal."""
    position = np.searchsorted(marks, values, side="right") - 1
    return position, marks[position] == values


def nearest(marks: Column, values: Column) -> Column:
    """The mark that is nearest to each value; the marks are ascending."""
    return np.asarray(marks[np.searchsorted((marks[1:] + marks[:-1]) / 2, values)])


def _change(values: Column, width: int) -> Column:
    """At each place, how much larger the mean after it is than that before."""
    if len(values) < 2 * width + 1:
        return np.zeros(len(values))
    sums = running(values)
    means = (sums[width:] - sums[:-width]) / width
    change = means[width:] - means[:-width]
    return np.pad(change, (width, len(values) - width - len(change)))


def _rarity(change: Column, near: int, least: float) -> Column:
    """Negative logarithm of the share of places with a change as large as that near each."""
    largest = _largest_around(change, near)
    as_large = len(largest) - np.searchsorted(np.sort(largest), largest, side="left")
    return np.where(largest > least, -np.log(as_large / len(largest)), 0.0)


def _largest_around(values: Column, reach: int) -> Column:
    """The largest value within so many places of each."""
    padded = np.pad(values, reach)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1))
