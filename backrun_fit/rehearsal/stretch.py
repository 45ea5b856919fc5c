"""One stretch of a rehearsal: a runner goes about one thing, and a watch measures it.

Time runs in whole milliseconds. Samples lie on whole seconds and belong to the
stretch that holds their instant, its start included, its end not.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column
from backrun_fit.rehearsal.bout import Bout, Entry, LapEnd, Stretch
from backrun_fit.rehearsal.heart import follow
from backrun_fit.rehearsal.runner import Runner
from backrun_fit.rehearsal.watch import Watch, correlated
from backrun_fit.workout import (
    DistanceDuration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    PaceTarget,
    TimeDuration,
)

__all__ = ["run_bout"]

# A step skipped by pressing lap at once still gets a lap; one recording has 1.4 s.
_SKIPPED_LAP_MS: Final = 1400
# No noise is further from its middle than so many deviations.
_WIDEST: Final = 3.0


def run_bout(
    bout: Bout, begin: Entry, *, runner: Runner, watch: Watch, generator: np.random.Generator
) -> Stretch:
    """Run one bout.

    Args:
        bout: What is to be done.
        begin: The state at its start.
        runner: Whose body it is.
        watch: What measures it.
        generator: Of this stretch alone, so that no other changes with it.
    """
    speed_mps = _shown_speeds(bout, begin.speed_mps, runner, watch, generator)
    demand_bpm = _demands(bout, begin, runner, len(speed_mps))
    heart_bpm = follow(
        begin.heart_rate_bpm,
        demand_bpm,
        rise_s=runner.heart_rate_lag_s,
        fall_s=runner.heart_rate_fall_s,
    )
    way_m = np.concatenate(([0.0], np.cumsum(speed_mps)))
    timer_ms, trigger, lap_m = _end(bout, way_m, heart_bpm)

    pause_ms = round(bout.intent.pause_s * 1000)
    pause_at_ms = timer_ms // 2
    paused_at_ms = begin.at_ms + pause_at_ms
    end_ms = begin.at_ms + timer_ms + pause_ms
    unix_s = np.arange(-(-begin.at_ms // 1000), -(-end_ms // 1000), dtype=np.float64)
    clock_s = unix_s - begin.at_ms / 1000
    resumed = clock_s >= (pause_at_ms + pause_ms) / 1000
    moving = (clock_s < pause_at_ms / 1000) | resumed
    unix_s, timer_s = unix_s[moving], (clock_s - resumed * (pause_ms / 1000))[moving]
    if pause_ms:
        heart_bpm = _calmed(heart_bpm, demand_bpm, pause_at_ms / 1000, pause_ms / 1000, runner)

    seconds = np.arange(len(way_m), dtype=np.float64)
    done_m = np.minimum(np.interp(timer_s, seconds, way_m), lap_m)
    end = Entry(
        at_ms=end_ms,
        timer_ms=begin.timer_ms + timer_ms,
        planned_s=begin.planned_s + bout.planned.expected_s,
        distance_m=begin.distance_m + lap_m,
        ground_m=begin.ground_m + lap_m / begin.scale,
        climb_m=begin.climb_m + bout.intent.grade * lap_m / begin.scale,
        heart_rate_bpm=float(np.interp(timer_ms / 1000, seconds, heart_bpm)),
        demand_bpm=bout.planned.demand_bpm,
        speed_mps=bout.planned.speed_mps,
        scale=begin.scale,
    )
    columns = {
        "unix_s": unix_s,
        "distance_m": begin.distance_m + done_m,
        "ground_m": begin.ground_m + done_m / begin.scale,
        "climb_m": begin.climb_m + bout.intent.grade * done_m / begin.scale,
        **_readings(
            bout,
            speed_mps[timer_s.astype(np.intp)],
            np.interp(timer_s, seconds, heart_bpm),
            runner,
            watch,
            generator,
        ),
    }
    return Stretch(
        bout=bout,
        begin=begin,
        end=end,
        lap_ends=tuple(_lap_ends(bout, begin, end, way_m, trigger, watch)),
        pauses=((paused_at_ms, paused_at_ms + pause_ms),) if pause_ms else (),
        columns=columns,
    )


def _shown_speeds(
    bout: Bout, before_mps: float, runner: Runner, watch: Watch, generator: np.random.Generator
) -> Column:
    """The speed on the watch in each second on the timer, for as long as it can last."""
    effort = bout.effort
    slowest = 1 - _WIDEST * (runner.speed_noise_fraction + watch.speed_error_fraction)
    slowest *= 1 - _WIDEST * runner.pacing_error_fraction
    longest_s = (effort.expected_s + effort.steering_s) * max(bout.intent.share, 1.0)
    if isinstance(bout.intent.step.duration, DistanceDuration):
        longest_s = longest_s / slowest + runner.reaction_delay_s + runner.reaction_s
    seconds = np.arange(math.ceil(longest_s + bout.intent.stop_s) + 2)

    left_fraction = runner.paced_fraction if isinstance(bout.intent.step.target, PaceTarget) else 1
    pacing = _bounded(generator.standard_normal()) * left_fraction * runner.pacing_error_fraction
    aim_mps = np.where(seconds < effort.steering_s, effort.steering_speed_mps, effort.speed_mps)
    aim_mps = aim_mps * (1 + pacing)
    waver = _bounded(correlated(generator, len(seconds), runner.speed_noise_s))
    error = _bounded(correlated(generator, len(seconds), watch.speed_error_s))
    waver *= left_fraction
    noise = waver * runner.speed_noise_fraction + error * watch.speed_error_fraction
    # Mean over each second of e^(-t / reaction): what is left of the speed before.
    late_s = np.maximum(seconds - runner.reaction_delay_s, 0.0)
    left = np.exp(-late_s / runner.reaction_s) * (
        -math.expm1(-1 / runner.reaction_s) * runner.reaction_s
    )
    left = np.where(seconds + 1 <= runner.reaction_delay_s, 1.0, left)
    speeds: Column = (aim_mps + (before_mps - aim_mps) * left) * (1 + noise)
    if bout.intent.stop_s:
        at = math.floor(effort.expected_s * bout.intent.share / 2)
        speeds[at : at + math.ceil(bout.intent.stop_s)] = 0.0
    return speeds


def _bounded(noise: npt.ArrayLike) -> Column:
    return np.clip(noise, -_WIDEST, _WIDEST)


def _demands(bout: Bout, begin: Entry, runner: Runner, count: int) -> Column:
    """The heart rate that each second asks for."""
    effort = bout.effort
    seconds = np.arange(count)
    if effort.steers_heart:
        demands: Column = np.where(
            seconds < effort.steering_s, effort.steering_demand_bpm, effort.demand_bpm
        )
    else:
        hours = (begin.planned_s + seconds) / 3600
        drifted = effort.demand_bpm + runner.heart_rate_drift_bpm_per_h * hours
        falls = effort.demand_bpm < begin.heart_rate_bpm
        delay_s = runner.heart_rate_hold_s if falls else runner.heart_rate_delay_s
        steady = np.minimum(drifted, runner.maximum_heart_rate_bpm)
        demands = np.where(seconds < delay_s, begin.demand_bpm, steady)
    if bout.intent.stop_s:
        at = math.floor(effort.expected_s * bout.intent.share / 2)
        demands[at : at + math.ceil(bout.intent.stop_s)] = runner.standing_heart_rate_bpm
    return demands


def _calmed(
    heart_bpm: Column, demand_bpm: Column, at_s: float, pause_s: float, runner: Runner
) -> Column:
    """The heart rate by seconds on the timer, with a rest after ``at_s`` of them."""
    at = math.ceil(at_s)
    rest = np.full(max(round(pause_s), 1), runner.standing_heart_rate_bpm)
    lags = {"rise_s": runner.heart_rate_lag_s, "fall_s": runner.heart_rate_fall_s}
    rested = follow(float(heart_bpm[at]), rest, **lags)[-1]
    return np.concatenate((heart_bpm[:at], follow(float(rested), demand_bpm[at:], **lags)))


def _end(bout: Bout, way_m: Column, heart_bpm: Column) -> tuple[int, str, float]:
    """Timer milliseconds until the bout ends, FIT's word for why, and its distance."""
    seconds = np.arange(len(way_m), dtype=np.float64)
    trigger = "manual"
    planned_s = bout.effort.expected_s
    match bout.intent.step.duration:
        case TimeDuration():
            trigger = "time"
        case DistanceDuration(distance_m=metres):
            trigger = "distance"
            planned_s = float(np.interp(metres, way_m, seconds))
        case HeartRateBelowDuration(heart_rate_bpm=bpm):
            planned_s = _first(np.rint(heart_bpm) < bpm, planned_s)
        case HeartRateAboveDuration(heart_rate_bpm=bpm):
            planned_s = _first(np.rint(heart_bpm) > bpm, planned_s)
    planned_ms = max(1, round(planned_s * 1000))
    timer_ms = max(1, round(planned_ms * bout.intent.share))
    if bout.intent.skipped:
        timer_ms = min(_SKIPPED_LAP_MS, timer_ms)
    # A watch counts whole centimetres; so does every stretch, whatever lies before it.
    lap_m = round(100 * float(np.interp(timer_ms / 1000, seconds, way_m))) / 100
    if timer_ms != planned_ms:
        trigger = "manual"
    elif isinstance(bout.intent.step.duration, DistanceDuration):
        lap_m = bout.intent.step.duration.distance_m
    return timer_ms, bout.intent.trigger or trigger, lap_m


def _first(reached: npt.NDArray[np.bool_], patience_s: float) -> float:
    """The first whole second from 1 on at which the watch sees it reached."""
    return min(float(np.argmax(reached[1:])) + 1, patience_s) if reached[1:].any() else patience_s


def _lap_ends(
    bout: Bout, begin: Entry, end: Entry, way_m: Column, trigger: str, watch: Watch
) -> list[LapEnd]:
    """The ends of laps: by distance on the way, by mistake, and at the end."""
    seconds = np.arange(len(way_m), dtype=np.float64)
    timer_s, lap_m = (end.timer_ms - begin.timer_ms) / 1000, end.distance_m - begin.distance_m
    at: list[tuple[float, str]] = []
    if watch.autolap_m is not None:
        count = math.ceil(lap_m / watch.autolap_m - 1e-9)
        metres = watch.autolap_m * np.arange(1, count)
        at += [(float(second), "distance") for second in np.interp(metres, way_m, seconds)]
    if bout.intent.press_share is not None:
        at.append((timer_s * bout.intent.press_share, "manual"))
    pause_ms = end.at_ms - begin.at_ms - (end.timer_ms - begin.timer_ms)
    ends = []
    for second, why in sorted(at):
        timer_ms = round(second * 1000)
        paused_ms = pause_ms if second > timer_s / 2 else 0
        ends.append(
            LapEnd(
                at_ms=begin.at_ms + timer_ms + paused_ms,
                timer_ms=begin.timer_ms + timer_ms,
                distance_m=begin.distance_m + float(np.interp(second, seconds, way_m)),
                trigger=why,
            )
        )
    if bout.intent.has_lap_end:
        ends.append(
            LapEnd(
                at_ms=end.at_ms, timer_ms=end.timer_ms, distance_m=end.distance_m, trigger=trigger
            )
        )
    return ends


def _readings(
    bout: Bout,
    speed_mps: Column,
    heart_rate_bpm: Column,
    runner: Runner,
    watch: Watch,
    generator: np.random.Generator,
) -> dict[str, Column]:
    """What body sensors show at the samples, before it is rounded."""
    effort, movement, count = bout.effort, bout.intent.step.movement, len(speed_mps)
    cadence_spm = runner.cadence_spm(speed_mps, movement)
    if effort.cadence_spm is not None:
        cadence_spm = np.where(speed_mps > 0, effort.cadence_spm, 0.0)
    power_w = runner.power_w(speed_mps, movement)
    if effort.power_w is not None:
        power_w = np.where(speed_mps > 0, effort.power_w, 0.0)
    steps = runner.cadence_noise_spm * correlated(generator, count, runner.cadence_noise_s)
    wander = runner.heart_rate_noise_bpm * correlated(generator, count, runner.heart_rate_noise_s)
    # The wandering begins anew in every stretch, gently, so that no step change shows in it.
    wander *= np.minimum(np.arange(count) / runner.heart_rate_noise_s, 1.0)
    error = watch.heart_rate_error_bpm * generator.standard_normal(count)
    return {
        "speed_mps": speed_mps,
        "heart_rate_bpm": np.maximum(heart_rate_bpm + wander + error, 1.0),
        "cadence_spm": np.where(cadence_spm > 0, np.maximum(cadence_spm + steps, 1.0), 0.0),
        "power_w": power_w,
    }
