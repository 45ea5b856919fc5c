"""What was done in one stretch of a recording, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from backrun_fit.activity import Column, Lap
from backrun_fit.compliance.means import LONGEST_INTERVAL_S, TimeMeans
from backrun_fit.compliance.pairing import Stretch
from backrun_fit.compliance.timeline import Recording
from backrun_fit.compliance.tolerance_model import band_of
from backrun_fit.report import Done
from backrun_fit.tolerances import Tolerances
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    HeartRateTarget,
    PaceTarget,
    PowerTarget,
    Step,
)

__all__ = ["TREADMILL_SUB_SPORTS", "measure", "settling_time"]

TREADMILL_SUB_SPORTS: Final = frozenset(("treadmill", "indoor_running", "virtual_activity"))
"""FIT Profile 21.212, type ``sub_sport``: running on the spot, without GPS."""

_END_WINDOW_S = 10.0
_SETTLING_SHARE = 0.5
# Below this, altitude steps of 0.2 m and barometer jitter of 0.76 m are the slope.
_SHORTEST_FOR_GRADE_M = 50.0


def settling_time(window_s: float, timer_s: float) -> float:
    """How much of an execution's start is not judged: the window, at most half.

    Example:
        >>> settling_time(10.0, 300.0), settling_time(10.0, 20.0)
        (10.0, 10.0)
    """
    return min(window_s, _SETTLING_SHARE * timer_s)


@attrs.frozen(eq=False)
class _Slice:
    """The samples of one stretch, each weighted by the timer time up to the next one.

    Attributes:
        samples: Which of the track.
        timer_s: Timer time of each.
        last_weight_s: Weight of the last one, up to the end of the stretch.
        gap_s: Seconds of the stretch without samples.
    """

    samples: slice
    timer_s: Column
    last_weight_s: float
    gap_s: float

    @classmethod
    def of(
        cls, recording: Recording, start: float, end: float, begun_s: float, over_s: float
    ) -> _Slice:
        samples = recording.samples(start, end)
        timer_s = recording.timer_s[samples]
        if not len(timer_s):
            lasting_s = over_s - begun_s
            return cls(samples, timer_s, 0.0, lasting_s if lasting_s > LONGEST_INTERVAL_S else 0.0)
        before_s, behind_s = float(timer_s[0]) - begun_s, over_s - float(timer_s[-1])
        gaps = recording.gap_sums_s
        gap_s = float(gaps[samples.stop - 1] - gaps[samples.start])
        gap_s += before_s if before_s > LONGEST_INTERVAL_S else 0.0
        if behind_s > LONGEST_INTERVAL_S:
            return cls(samples, timer_s, 0.0, gap_s + behind_s)
        return cls(samples, timer_s, behind_s, gap_s)

    def since(self, timer_s: float) -> int:
        """The first sample at or after a timer time, as a position in the slice."""
        return int(self.timer_s.searchsorted(timer_s))

    def mean(self, means: TimeMeans, first: int = 0) -> float | None:
        """Mean weighted by time from a sample on; None without any weight."""
        begin = self.samples.start
        return means.mean(begin + first, begin + len(self.timer_s), self.last_weight_s)

    def share_between(
        self, recording: Recording, means: TimeMeans, lowest: float, highest: float, first: int
    ) -> float | None:
        """Share of the time from a sample on with values between two, both included."""
        begin, behind = self.samples.start + first, self.samples.start + len(self.timer_s)
        if behind <= begin or not len(means.values):
            return None
        values = means.values[begin:behind]
        inside = (values >= lowest) & (values <= highest) & (means.known[begin:behind] > 0)
        weighed = float(inside[:-1] @ recording.weight_s[begin : behind - 1])
        total = means.total(begin, behind, self.last_weight_s)
        return (weighed + float(inside[-1]) * self.last_weight_s) / total if total > 0 else None


def measure(recording: Recording, stretch: Stretch, step: Step, tolerances: Tolerances) -> Done:
    """Measure one execution.

    Where the stretch is made of laps, timer time, clock time and distance are the
    watch's own sums; else timer time comes from the timer events and distance
    from the samples. Means are weighted by the timer time from each sample to
    the next; intervals above 10 s have no weight and are counted as gaps.

    Args:
        recording: The activity, prepared.
        stretch: Which part of it.
        step: What was planned there: its target sets the band, its duration says
            whether the distance is by construction.
        tolerances: For the settling windows.

    Example:
        >>> import numpy as np
        >>> from backrun_fit.activity import Activity, Track
        >>> from backrun_fit.compliance.timeline import instant
        >>> from backrun_fit.workout import OpenDuration
        >>> seconds = np.arange(61.0)
        >>> track = Track.from_columns(seconds, distance_m=seconds * 3, speed_mps=seconds * 0 + 3)
        >>> run = Activity(started_at=instant(0), ended_at=instant(60), sport="running",
        ...                track=track)
        >>> whole = Stretch(start_at=instant(0), end_at=instant(60))
        >>> done = measure(Recording.of(run), whole, Step(duration=OpenDuration()), Tolerances())
        >>> done.timer_s, done.distance_m, done.settled_speed_mps, done.heart_rate_bpm
        (60.0, 180.0, 3.0, None)
    """
    start, end = stretch.start_at.timestamp(), stretch.end_at.timestamp()
    laps: Sequence[Lap] = ()
    if stretch.first_lap is not None and stretch.last_lap is not None:
        laps = recording.activity.laps[stretch.first_lap : stretch.last_lap + 1]
    begun_s, over_s = recording.clock.timer_s(start), recording.clock.timer_s(end)
    timer_s = sum(lap.timer_s for lap in laps) or over_s - begun_s
    elapsed_s = sum(lap.elapsed_s for lap in laps) or end - start
    distance_m = _distance(recording, laps, start, end)
    part = _Slice.of(recording, start, end, begun_s, over_s)

    settled_s = begun_s + settling_time(tolerances.settling_s, over_s - begun_s)
    settled = part.since(settled_s)
    heart_settled = part.since(
        begun_s + settling_time(tolerances.heart_rate_settling_s, over_s - begun_s)
    )
    speed_mps = distance_m / timer_s if distance_m is not None and timer_s > 0 else None
    if speed_mps is None:
        speed_mps = part.mean(recording.speed)
    cadence_spm = part.mean(recording.cadence)
    return Done(
        timer_s=timer_s,
        elapsed_s=elapsed_s,
        distance_m=distance_m,
        distance_by_construction=bool(laps)
        and isinstance(step.duration, DistanceDuration)
        and laps[-1].trigger == "distance",
        speed_mps=speed_mps,
        settled_speed_mps=_settled_speed(recording, part, settled_s, over_s, end),
        in_band_fraction=_in_band(recording, part, step, settled, heart_settled),
        heart_rate_bpm=part.mean(recording.heart_rate),
        heart_rate_end_bpm=part.mean(recording.heart_rate, part.since(over_s - _END_WINDOW_S)),
        settled_heart_rate_bpm=part.mean(recording.heart_rate, heart_settled),
        cadence_spm=cadence_spm,
        settled_cadence_spm=part.mean(recording.cadence, settled),
        step_length_m=speed_mps * 60.0 / cadence_spm if speed_mps and cadence_spm else None,
        power_w=part.mean(recording.power),
        settled_power_w=part.mean(recording.power, settled),
        grade_percent=_grade(recording, part),
        sample_count=len(part.timer_s),
        gap_s=part.gap_s,
    )


def _distance(recording: Recording, laps: Sequence[Lap], start: float, end: float) -> float | None:
    counted = [lap.distance_m for lap in laps if lap.distance_m is not None]
    if counted and len(counted) == len(laps):
        return sum(counted)
    first_m, last_m = recording.distance_at(start), recording.distance_at(end)
    return None if first_m is None or last_m is None else max(0.0, last_m - first_m)


def _settled_speed(
    recording: Recording, part: _Slice, settled_s: float, over_s: float, end: float
) -> float | None:
    """Distance over timer time from ``settled_s`` on the timer; else the speed column."""
    settled = part.since(settled_s)
    if settled < len(part.timer_s):
        from_m = recording.distance_at(recording.clock.unix_s(settled_s))
        to_m = recording.distance_at(end)
        lasting_s = over_s - settled_s
        if from_m is not None and to_m is not None and to_m >= from_m and lasting_s > 0:
            return (to_m - from_m) / lasting_s
    return part.mean(recording.speed, settled)


def _in_band(
    recording: Recording, part: _Slice, step: Step, settled: int, heart_settled: int
) -> float | None:
    if not isinstance(step.target, PaceTarget | HeartRateTarget | CadenceTarget | PowerTarget):
        return None
    band = band_of(step.target)
    is_still = recording.activity.sub_sport in TREADMILL_SUB_SPORTS and not recording.has_foot_pod
    if is_still and band.aspect == "pace":  # what the watch guesses there is no speed
        return None
    first = heart_settled if band.aspect == "heart_rate" else settled
    means = {
        "pace": recording.speed,
        "heart_rate": recording.heart_rate,
        "cadence": recording.cadence,
        "power": recording.power,
    }[band.aspect]
    return part.share_between(recording, means, band.lowest, band.highest, first)


def _grade(recording: Recording, part: _Slice) -> float | None:
    """Least-squares slope of the median-of-five altitude over distance, in percent."""
    if recording.activity.sub_sport in TREADMILL_SUB_SPORTS:
        return None
    grade = recording.grade.slope(part.samples.start, part.samples.stop, _SHORTEST_FOR_GRADE_M)
    return None if grade is None else 100.0 * grade
