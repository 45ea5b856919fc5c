"""Cadence of backward executions against the same run's forward ones, at equal speed.

How it is compared, with which error, and what several executions say together. What that
means for running backward is said in ``evidence``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column
from backrun_fit.compliance.means import LONGEST_INTERVAL_S
from backrun_fit.compliance.timeline import Recording
from backrun_fit.report import CadenceEffect, StepResult
from backrun_fit.workout import Movement

__all__ = [
    "BOUT_ERROR",
    "READING_ERROR",
    "Bout",
    "Forward",
    "Samples",
    "Slope",
    "pool",
    "settled_samples",
]

# Cadence follows a change with 4 s of nothing and a time constant of 4 s: 95 % after 16 s.
_SETTLING_S: Final = 16.0
# Shorter bouts are read from their last 4 s, the least that a mean can be taken of; after
# 10 s that shows about two thirds of a change.
_READING_S: Final = 4.0
_SHORTEST_S: Final = 10.0
# Recorders that save samples now and then may have half of that.
_LEAST_READING_S: Final = 2.0

BOUT_ERROR: Final = 0.017
"""Standard error of one bout's effect, however long it is read.

Fitted on random parts of forward runs: 1.8 % for one athlete, 1.6 % for the other.
"""

READING_ERROR: Final = 0.03
"""What comes on top, squared, for a reading of 1 s: 3.3 % and 2.6 % for the two athletes."""

# Of the forward running that it is compared with, for each 30 s.
_WINDOW_ERROR: Final = 0.02

_WINDOW_S: Final = 30.0
_LIKE_SPEED_MPS: Final = 0.3
_LIKE_S: Final = 60.0
_NEAREST_S: Final = 120.0
_LEAST_FORWARD_S: Final = 30.0
# Beyond this a speed is wrong, or the line says nothing.
_FURTHEST_MPS: Final = 3.0

# Between runners, of 137 real runs, in steps/min per m/s.
_SLOPE: Final = 7.8
_SLOPE_SPREAD: Final = 5.9
_LEAST_SPAN_MPS: Final = 0.5
_LEAST_WINDOWS: Final = 4
# A window of 30 s varies at least so much, in steps/min, or few windows look too sure.
_LEAST_SCATTER: Final = 1.5
_LARGEST_CORRELATION: Final = 0.8
# The line bends. Below the speeds of the day cadence falls less (Goto 2021): by so much of
# the slope may it be off there, or by so many steps/min per m/s. Above them it rises more.
_BEND_BELOW: Final = 0.4
_LEAST_BEND: Final = 1.5
_BEND_ABOVE: Final = 8.0
# Walking has a far steeper line. A wide guess, for speeds within 0.3 m/s alone.
_WALKING_SLOPE: Final = 30.0
_WALKING_SLOPE_SPREAD: Final = 15.0

# In real runs hardly a sample lies between 130, the most of walking, and 145, the least of
# running. Runners of few steps need a lower limit: this share of their cadence at speeds that
# nobody walks at.
_RUNNING_SPM: Final = 145.0
_RUNNING_SHARE: Final = 0.88
_NOT_WALKED_MPS: Final = 2.4
# Walking backward takes more steps, too: a backward bout was run from a limit so much higher.
_BACKWARD_LIMIT: Final = 1.05
# Of a bout; else too much of it was walked, or run.
_LEAST_SHARE: Final = 0.65


# Samples.


@attrs.frozen(eq=False)
class Samples:
    """Settled samples in which the athlete moved, of one stretch or more.

    Attributes:
        speed_mps: Of each.
        cadence_spm: Both feet.
        weight_s: Timer time up to the next one.
        window: Which 30 s of which stretch each lies in, counted on.
    """

    speed_mps: Column
    cadence_spm: Column
    weight_s: Column
    window: npt.NDArray[np.int_]

    def where(self, chosen: npt.NDArray[np.bool_]) -> Samples:
        """Some of them."""
        return Samples(*(column[chosen] for column in attrs.astuple(self, recurse=False)))

    def near(self, speed_mps: float) -> Samples:
        """Those within 0.3 m/s of a speed, else the two minutes that come nearest."""
        away_mps = np.abs(self.speed_mps - speed_mps)
        like = self.where(away_mps <= _LIKE_SPEED_MPS)
        if like.total_s >= _LIKE_S:
            return like
        order = np.argsort(away_mps, kind="stable")
        before_s = np.cumsum(self.weight_s[order]) - self.weight_s[order]
        chosen = np.zeros(len(order), dtype=np.bool_)
        chosen[order[before_s < _NEAREST_S]] = True
        return self.where(chosen)

    @property
    def total_s(self) -> float:
        """Seconds in all."""
        return float(self.weight_s.sum())

    @property
    def mean_speed_mps(self) -> float:
        """Weighted by time."""
        return float(np.average(self.speed_mps, weights=self.weight_s))

    @property
    def mean_cadence_spm(self) -> float:
        """Weighted by time."""
        return float(np.average(self.cadence_spm, weights=self.weight_s))

    @classmethod
    def joined(cls, parts: Sequence[Samples]) -> Samples:
        """All of them, no window in two parts."""
        ends = itertools.accumulate(int(part.window.max(initial=-1)) + 1 for part in parts)
        starts = (0, *ends)
        return cls(
            np.concatenate([part.speed_mps for part in parts]),
            np.concatenate([part.cadence_spm for part in parts]),
            np.concatenate([part.weight_s for part in parts]),
            np.concatenate(
                [part.window + start for part, start in zip(parts, starts, strict=False)]
            ),
        )


def settled_samples(recording: Recording, start_unix_s: float, end_unix_s: float) -> Samples:
    """The samples of a stretch from 16 s on; of a shorter one those of its last 4 s.

    Example:
        >>> from backrun_fit.activity import Activity, Track
        >>> from backrun_fit.compliance.timeline import instant
        >>> same = np.full(61, 3.0)
        >>> track = Track.from_columns(np.arange(61.0), speed_mps=same, cadence_spm=55 * same)
        >>> run = Activity(started_at=instant(0), ended_at=instant(60), sport="running",
        ...                track=track)
        >>> [settled_samples(Recording.of(run), 0.0, end).total_s for end in (60.0, 15.0)]
        [44.0, 4.0]
    """
    part = recording.samples(start_unix_s, end_unix_s)
    begun_s = float(recording.clock.timer_s(start_unix_s))
    over_s = float(recording.clock.timer_s(end_unix_s))
    timer_s = recording.timer_s[part]
    weight_s = np.diff(np.append(timer_s, over_s))
    speed_mps = recording.speed_mps[part]
    cadence_spm = recording.activity.track.cadence_spm[part]
    settled_s = begun_s + min(_SETTLING_S, over_s - begun_s - _READING_S)
    usable = (timer_s >= settled_s) & (weight_s > 0) & (weight_s <= LONGEST_INTERVAL_S)
    usable &= (cadence_spm > 0) & (speed_mps > 0)
    window = ((timer_s[usable] - settled_s) // _WINDOW_S).astype(np.int_)
    return Samples(speed_mps[usable], cadence_spm[usable], weight_s[usable], window)


def _samples_of(recording: Recording, result: StepResult) -> Samples | None:
    """Settled samples of an execution; None where it is missing or shorter than 10 s."""
    if not result.was_done or result.start_at is None or result.end_at is None:
        return None
    start, end = result.start_at.timestamp(), result.end_at.timestamp()
    lasting_s = recording.clock.timer_s(end) - recording.clock.timer_s(start)
    return settled_samples(recording, start, end) if lasting_s >= _SHORTEST_S else None


# Forward running, and what it says of a bout.


@attrs.frozen
class Slope:
    """Change of cadence with speed in forward running, in steps/min per m/s.

    Attributes:
        spm_per_mps: Its mean.
        uncertainty: Its standard deviation.
    """

    spm_per_mps: float
    uncertainty: float

    @classmethod
    def of(cls, forward: Samples) -> Slope:
        """What windows of 30 s say, weighed with the spread between runners.

        Least squares of cadence on speed. Neighbouring windows are alike: with correlation r
        from one to the next, the variance is (1 + r) / (1 - r) times that of independent ones.
        Where the speeds span less than 0.5 m/s the spread between runners (7.8 +/- 5.9) stands
        alone.
        """
        prior = cls(_SLOPE, _SLOPE_SPREAD)
        seconds = np.bincount(forward.window, forward.weight_s)
        full = seconds >= _WINDOW_S / 2
        if np.count_nonzero(full) < _LEAST_WINDOWS:
            return prior
        speed_mps, cadence_spm = (
            np.bincount(forward.window, forward.weight_s * values)[full] / seconds[full]
            for values in (forward.speed_mps, forward.cadence_spm)
        )
        if np.ptp(speed_mps) < _LEAST_SPAN_MPS:
            return prior
        apart_mps = speed_mps - speed_mps.mean()
        squares = float(apart_mps @ apart_mps)
        slope = float(apart_mps @ cadence_spm) / squares
        left_spm = cadence_spm - cadence_spm.mean() - slope * apart_mps
        scatter = float(left_spm @ left_spm)
        correlation = float(left_spm[1:] @ left_spm[:-1]) / scatter if scatter > 0 else 0.0
        alike = max(0.0, min(correlation, _LARGEST_CORRELATION))
        variance = max(scatter / (len(left_spm) - 2), _LEAST_SCATTER**2) / squares
        own = 1.0 / (variance * (1.0 + alike) / (1.0 - alike))
        others = 1.0 / prior.uncertainty**2
        return cls(
            (own * slope + others * prior.spm_per_mps) / (own + others),
            1.0 / math.sqrt(own + others),
        )


@attrs.frozen(kw_only=True)
class Bout:
    """One backward execution against forward running, all errors as shares of its cadence.

    Attributes:
        number: Of the execution, one-based.
        is_run: False where it was to be walked, and was.
        effect: Relative change of cadence, corrected for speed.
        speed_mps: Mean of its settled part.
        own_error: Standard error that no other bout shares.
        base_error: Of the forward running it is compared with, shared.
        slope_error: Of the slope, shared, with the sign of the difference in speed.
        bend_error: Because the line is not straight that far away, shared.
    """

    number: int
    is_run: bool
    effect: float
    speed_mps: float
    own_error: float
    base_error: float
    slope_error: float
    bend_error: float

    @classmethod
    def against(
        cls, forward: Samples, slope: Slope, back: Samples, *, number: int, is_run: bool = True
    ) -> Bout:
        """Compare with forward running, carried along the slope to the same speed."""
        speed_mps = back.mean_speed_mps
        apart_mps = speed_mps - forward.mean_speed_mps
        expected_spm = forward.mean_cadence_spm + slope.spm_per_mps * apart_mps
        bend = _BEND_ABOVE
        if apart_mps < 0:
            bend = max(_LEAST_BEND, _BEND_BELOW * slope.spm_per_mps)
        return cls(
            number=number,
            is_run=is_run,
            effect=back.mean_cadence_spm / expected_spm - 1.0,
            speed_mps=speed_mps,
            own_error=math.hypot(BOUT_ERROR, READING_ERROR / math.sqrt(back.total_s)),
            base_error=_WINDOW_ERROR / math.sqrt(max(1.0, forward.total_s / _WINDOW_S)),
            slope_error=slope.uncertainty * apart_mps / expected_spm,
            bend_error=bend * abs(apart_mps) / expected_spm,
        )

    def as_effect(self) -> CadenceEffect:
        """For the report."""
        errors = (self.own_error, self.base_error, self.slope_error, self.bend_error)
        return CadenceEffect(
            number=self.number, effect=self.effect, uncertainty=math.hypot(*errors)
        )


def pool(bouts: Sequence[Bout]) -> tuple[float, float]:
    """Mean effect and its standard error.

    Weights are the inverse squares of the bouts' own errors. More bouts make those smaller;
    what they share is added once, and stays.

    Args:
        bouts: One or more.
    """
    weights = [each.own_error**-2 for each in bouts]
    total = math.fsum(weights)

    def mean(values: Sequence[float]) -> float:
        return math.fsum(map(float.__mul__, weights, values)) / total

    shared = (
        mean([each.base_error for each in bouts]),
        mean([each.slope_error for each in bouts]),
        mean([each.bend_error for each in bouts]),
    )
    return mean([each.effect for each in bouts]), math.hypot(total**-0.5, *shared)


@attrs.frozen(kw_only=True)
class Forward:
    """The forward running and walking of a run.

    Attributes:
        running: Settled samples at a running cadence.
        walking: The others.
        slope: Of the running.
        running_spm: From this cadence on the athlete runs.
    """

    running: Samples
    walking: Samples
    slope: Slope
    running_spm: float

    @classmethod
    def of(cls, recording: Recording, results: Sequence[StepResult]) -> Forward | None:
        """All forward executions of a run; None without cadence."""
        parts = [
            samples
            for each in results
            if each.planned.step.movement in (Movement.RUN, Movement.WALK)
            if (samples := _samples_of(recording, each)) is not None
        ]
        if not parts:
            return None
        samples = Samples.joined(parts)
        fast = samples.where(samples.speed_mps >= _NOT_WALKED_MPS)
        limit = _RUNNING_SPM
        if fast.total_s >= _LIKE_S:
            limit = min(limit, _RUNNING_SHARE * float(np.median(fast.cadence_spm)))
        runs = samples.cadence_spm >= limit
        running = samples.where(runs)
        if running.total_s < _LEAST_FORWARD_S and not (~runs).any():
            return None
        return cls(
            running=running,
            walking=samples.where(~runs),
            slope=Slope.of(running),
            running_spm=limit,
        )

    def bout(self, recording: Recording, result: StepResult) -> Bout | None:
        """One backward execution compared; None where that is not possible.

        Running is compared with running, walking with walking at like speed: a step that
        should have been run backward and was walked is evidence of nothing.
        """
        movement = result.planned.step.movement
        samples = _samples_of(recording, result) if movement.is_backward else None
        if samples is None:
            return None
        is_run = movement is not Movement.BACKWARD_WALK
        runs = samples.cadence_spm >= self.running_spm
        if is_run:
            clearly = samples.where(samples.cadence_spm >= _BACKWARD_LIMIT * self.running_spm)
        else:
            clearly = samples.where(~runs)
        if clearly.total_s < max(_LEAST_READING_S, _LEAST_SHARE * samples.total_s):
            return None
        back = samples.where(runs == is_run)
        slope = self.slope
        if is_run:
            like = self.running.near(back.mean_speed_mps)
        else:
            away_mps = np.abs(self.walking.speed_mps - back.mean_speed_mps)
            like = self.walking.where(away_mps <= _LIKE_SPEED_MPS)
            slope = Slope(_WALKING_SLOPE, _WALKING_SLOPE_SPREAD)
        if like.total_s < _LEAST_FORWARD_S:
            return None
        if abs(like.mean_speed_mps - back.mean_speed_mps) > _FURTHEST_MPS:
            return None
        return Bout.against(like, slope, back, number=result.planned.number, is_run=is_run)
