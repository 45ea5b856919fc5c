"""The virtual watch: what one execution, or the tail after the last, leaves in the recording.

Time runs in whole milliseconds of Unix time. Samples lie on whole seconds and
belong to the lap that holds their instant, its start included, its end not.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs
import numpy as np

from backrun_fit.activity import Column, Lap, TimerEvent
from backrun_fit.rehearsal.effort import Effort
from backrun_fit.rehearsal.heart import HeartRate
from backrun_fit.rehearsal.runner import Runner
from backrun_fit.workout import (
    DistanceDuration,
    Duration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    Movement,
    TimeDuration,
)

__all__ = ["Assignment", "Entry", "Stretch", "instant", "record"]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# A step skipped by pressing lap at once still gets a lap; one recording has 1.4 s.
SKIPPED_LAP_MS: Final = 1400
# Level ground under a barometer that shows steps of 0.2 m.
ALTITUDE_M: Final = 40.0
ALTITUDE_STEP_M: Final = 0.2
ALTITUDE_NOISE_M: Final = 0.08
# Speed wavers over about this many seconds, and by no more than so many deviations.
WAVER_S: Final = 5
WIDEST_WAVER: Final = 3.0


@attrs.frozen(kw_only=True)
class Assignment:
    """What is to be recorded as one lap.

    Attributes:
        duration: How it ends.
        movement: How the runner moves.
        effort: What the runner sets out to do.
        step_index: For the lap; None outside the workout.
        intensity: For the lap, FIT's word.
        trigger: For the lap, where not the word that the duration implies.
        skipped: Lap is pressed at once.
        done_fraction: Lap is pressed after this share of the plan.
        pause_s: The timer stands still for so long, half-way through.
    """

    duration: Duration
    movement: Movement
    effort: Effort
    step_index: int | None = None
    intensity: str | None = None
    trigger: str | None = None
    skipped: bool = False
    done_fraction: float = 1.0
    pause_s: float = 0.0


@attrs.frozen(kw_only=True)
class Entry:
    """The state in which a stretch begins.

    Attributes:
        at_ms: Unix time.
        distance_cm: Distance on the watch.
        heart_rate_bpm: Of the runner.
        speed_mps: As planned for what came before, whatever went wrong there.
    """

    at_ms: int
    distance_cm: int
    heart_rate_bpm: float
    speed_mps: float


@attrs.frozen(kw_only=True, eq=False)
class Stretch:
    """What was recorded.

    Attributes:
        number_free_lap: Its number is 0; whoever collects laps numbers them.
        timer_events: Of a pause; else empty.
        columns: Samples by the names of ``Track``, one length; may be empty.
        heart_rate_bpm: Of the runner at the end.
    """

    number_free_lap: Lap
    timer_events: tuple[TimerEvent, ...]
    columns: dict[str, Column]
    heart_rate_bpm: float


def instant(unix_ms: int) -> datetime:
    """Unix milliseconds as an aware instant.

    Example:
        >>> instant(1500).isoformat()
        '1970-01-01T00:00:01.500000+00:00'
    """
    return EPOCH + timedelta(milliseconds=unix_ms)


def record(
    assignment: Assignment, entry: Entry, *, runner: Runner, generator: np.random.Generator
) -> Stretch:
    """Run one stretch and record it as one lap.

    Args:
        assignment: What is to be done.
        entry: The state at its start.
        runner: Whose body it is.
        generator: Of this stretch alone, so that no other changes with it.

    Returns:
        Every column of ``Track``, positions apart.
    """
    effort = assignment.effort
    heart = HeartRate(
        start_bpm=entry.heart_rate_bpm,
        lag_s=runner.heart_rate_lag_s,
        demands=(
            *([(0.0, effort.steering_demand_bpm)] if effort.steering_s else ()),
            (float(effort.steering_s), effort.demand_bpm),
        ),
    )
    speed_mps = _speeds(assignment, entry.speed_mps, runner, generator)
    way_m = np.concatenate(([0.0], np.cumsum(speed_mps)))
    timer_ms, trigger, lap_m = _end(assignment, way_m, heart)

    pause_ms = round(assignment.pause_s * 1000)
    pause_at_ms = timer_ms // 2
    if pause_ms:
        heart = heart.paused(pause_at_ms / 1000, pause_ms / 1000, runner.standing_heart_rate_bpm)
    end_ms = entry.at_ms + timer_ms + pause_ms

    unix_s = np.arange(-(-entry.at_ms // 1000), -(-end_ms // 1000), dtype=np.float64)
    clock_s = unix_s - entry.at_ms / 1000
    resumed = clock_s >= (pause_at_ms + pause_ms) / 1000
    moving = (clock_s < pause_at_ms / 1000) | resumed
    unix_s, clock_s = unix_s[moving], clock_s[moving]
    timer_s = clock_s - resumed[moving] * (pause_ms / 1000)

    done_m = np.minimum(np.interp(timer_s, np.arange(len(way_m)), way_m), lap_m)
    columns = {
        "unix_s": unix_s,
        "distance_m": np.rint(entry.distance_cm + done_m * 100) / 100,
        **_readings(
            assignment, speed_mps[timer_s.astype(np.intp)], heart.at(clock_s), runner, generator
        ),
    }
    pause = (
        TimerEvent(at=instant(entry.at_ms + pause_at_ms), kind="stop"),
        TimerEvent(at=instant(entry.at_ms + pause_at_ms + pause_ms), kind="start"),
    )
    heart_rate_bpm = columns["heart_rate_bpm"]
    lap = Lap(
        number=0,
        start_at=instant(entry.at_ms),
        end_at=instant(end_ms),
        timer_s=timer_ms / 1000,
        elapsed_s=(timer_ms + pause_ms) / 1000,
        distance_m=round(lap_m * 100) / 100,
        step_index=assignment.step_index,
        trigger=assignment.trigger or trigger,
        intensity=assignment.intensity,
        heart_rate_bpm=float(np.rint(heart_rate_bpm.mean())) if len(heart_rate_bpm) else None,
    )
    return Stretch(
        number_free_lap=lap,
        timer_events=pause if pause_ms else (),
        columns=columns,
        heart_rate_bpm=float(heart.at(np.array([(end_ms - entry.at_ms) / 1000]))[0]),
    )


def _speeds(
    assignment: Assignment, before_mps: float, runner: Runner, generator: np.random.Generator
) -> Column:
    """Speed in each second on the timer, for as long as the stretch can possibly last."""
    effort = assignment.effort
    slowest = 1 - WIDEST_WAVER * runner.speed_noise_fraction
    longest_s = effort.expected_s + effort.steering_s
    if isinstance(assignment.duration, DistanceDuration):
        longest_s = (longest_s + runner.reaction_s) / slowest
    seconds = np.arange(math.ceil(longest_s) + 2)

    aim_mps = np.where(seconds < effort.steering_s, effort.steering_speed_mps, effort.speed_mps)
    # Mean over each second of e^(-t / reaction): what is left of the speed before.
    left = np.exp(-seconds / runner.reaction_s) * (
        -math.expm1(-1 / runner.reaction_s) * runner.reaction_s
    )
    white = generator.standard_normal(len(seconds) + WAVER_S - 1)
    waver = np.convolve(white, np.full(WAVER_S, WAVER_S**-0.5), mode="valid")
    waver = np.clip(waver, -WIDEST_WAVER, WIDEST_WAVER) * runner.speed_noise_fraction
    speeds: Column = (aim_mps + (before_mps - aim_mps) * left) * (1 + waver)
    return speeds


def _end(assignment: Assignment, way_m: Column, heart: HeartRate) -> tuple[int, str, float]:
    """Timer milliseconds until the lap ends, FIT's word for why, and its distance."""
    seconds = np.arange(len(way_m), dtype=np.float64)
    trigger = "manual"
    planned_s = assignment.effort.expected_s
    match assignment.duration:
        case TimeDuration():
            trigger = "time"
        case DistanceDuration(distance_m=metres):
            trigger = "distance"
            planned_s = float(np.interp(metres, way_m, seconds))
        case HeartRateBelowDuration(heart_rate_bpm=bpm):
            planned_s = _first(np.rint(heart.at(seconds)) < bpm, planned_s)
        case HeartRateAboveDuration(heart_rate_bpm=bpm):
            planned_s = _first(np.rint(heart.at(seconds)) > bpm, planned_s)
    planned_ms = max(1, round(planned_s * 1000))
    timer_ms = max(1, round(planned_ms * assignment.done_fraction))
    if assignment.skipped:
        timer_ms = min(SKIPPED_LAP_MS, timer_ms)
    if timer_ms < planned_ms:
        trigger = "manual"
    elif isinstance(assignment.duration, DistanceDuration):
        return timer_ms, trigger, assignment.duration.distance_m
    return timer_ms, trigger, float(np.interp(timer_ms / 1000, seconds, way_m))


def _first(reached: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], patience_s: float) -> float:
    """The first whole second from 1 on at which the watch sees it reached."""
    return min(float(np.argmax(reached[1:])) + 1, patience_s) if reached[1:].any() else patience_s


def _readings(
    assignment: Assignment,
    speed_mps: Column,
    heart_rate_bpm: Column,
    runner: Runner,
    generator: np.random.Generator,
) -> dict[str, Column]:
    """What the sensors show at the samples, in the steps in which a watch writes it."""
    effort, movement = assignment.effort, assignment.movement
    noise = generator.standard_normal((3, len(speed_mps)))
    cadence_spm = runner.cadence_spm(speed_mps, movement)
    if effort.cadence_spm is not None:
        cadence_spm = np.full_like(speed_mps, effort.cadence_spm)
    power_w = runner.power_w(speed_mps, movement)
    if effort.power_w is not None:
        power_w = np.full_like(speed_mps, effort.power_w)
    cadence_spm = np.maximum(np.rint(cadence_spm + runner.cadence_noise_spm * noise[0]), 1.0)
    altitude_m = ALTITUDE_M + ALTITUDE_NOISE_M * noise[1]
    return {
        "speed_mps": np.rint(speed_mps * 1000) / 1000,
        "heart_rate_bpm": np.rint(heart_rate_bpm + runner.heart_rate_noise_bpm * noise[2]),
        "cadence_spm": cadence_spm,
        "altitude_m": np.rint(altitude_m / ALTITUDE_STEP_M) * ALTITUDE_STEP_M,
        "power_w": np.rint(power_w),
        # One step, in tenths of a millimetre.
        "step_length_m": np.rint(speed_mps * 60 / cadence_spm * 10_000) / 10_000,
    }
