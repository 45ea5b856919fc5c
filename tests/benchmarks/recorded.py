"""What a watch makes of a run: ends of steps, sampling, altitude, distance, pauses, tail.

Every function takes a run and returns its statistics by name, NaN where one
cannot be measured.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np

from backrun_fit.activity import Column
from backrun_fit.workout import DistanceDuration, OpenDuration, TimeDuration
from tests.benchmarks import signals
from tests.benchmarks.executions import Run, known
from tests.benchmarks.moving import median

__all__ = ["altitudes", "distances", "durations", "pauses", "samples", "tail"]

EARTH_M: Final = 6_371_000.0
"""Mean radius."""

LEAST_STEP_M: Final = 1e-6
"""Nearer altitudes are one and the same in floating point."""


def durations(run: Run) -> dict[str, float]:
    """By how much executions missed their planned end, where that end was what ended them."""
    time_s, distance_m, open_s = [], [], []
    for one in run.executed:
        duration, trigger = one.step.duration, one.laps[-1].trigger
        if isinstance(duration, TimeDuration) and trigger == "time":
            time_s.append(abs(one.timer_s - duration.duration_s))
        elif isinstance(duration, DistanceDuration) and trigger == "distance":
            distance_m.append(abs(one.distance_m - duration.distance_m))
        elif isinstance(duration, OpenDuration) and trigger == "manual":
            open_s.append(one.timer_s)
    return {
        "end_error_time_s": median(time_s),
        "end_error_distance_m": median(distance_m),
        "open_step_s": median(open_s),
    }


def samples(run: Run) -> dict[str, float]:
    """Seconds between samples, pauses included."""
    gaps_s = np.diff(run.activity.track.unix_s)
    gaps_s = gaps_s[gaps_s > 0]
    if not len(gaps_s):
        return {}
    return {
        "spacing_s": float(np.median(gaps_s)),
        "spacing_95_s": float(np.quantile(gaps_s, 0.95)),
        "spacing_1s_share": float(np.mean(gaps_s == 1.0)),
    }


def altitudes(run: Run) -> dict[str, float]:
    """Grain and noise of the altitude."""
    at_s, altitude_m = known(run, "altitude_m")
    steps_m = np.abs(np.diff(altitude_m))
    steps_m = steps_m[steps_m > LEAST_STEP_M]
    if not len(steps_m):
        return {}
    return {
        "altitude_step_m": float(np.min(steps_m)),
        "altitude_change_m": float(np.median(steps_m)),
        "altitude_roughness_m": signals.roughness(at_s, altitude_m),
    }


def distances(run: Run) -> dict[str, float]:
    """Distance against the integral of speed and the length of the track of positions."""
    track = run.activity.track
    there = ~np.isnan(track.speed_mps) & ~np.isnan(track.distance_m)
    distance_m = track.distance_m[there]
    if len(distance_m) < signals.LEAST_SAMPLES:
        return {}
    by_speed_m, near = signals.integral(track.unix_s[there], track.speed_mps[there])
    near_m, all_m = float(np.sum(np.diff(distance_m)[near])), float(np.ptp(distance_m))
    if min(by_speed_m, near_m, all_m) <= 0:
        return {}
    along_m = _along(track.latitude_deg[there], track.longitude_deg[there])
    return {
        "distance_by_speed": near_m / by_speed_m,
        "distance_by_positions": along_m / all_m,
    }


def _along(latitude_deg: Column, longitude_deg: Column) -> float:
    """Length of the track of positions by the haversine formula; NaN where one is missing."""
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    half_chords = (
        np.sin(np.diff(latitude) / 2) ** 2
        + np.cos(latitude[1:]) * np.cos(latitude[:-1]) * np.sin(np.diff(longitude) / 2) ** 2
    )
    return float(np.sum(2 * EARTH_M * np.arcsin(np.sqrt(half_chords))))


def pauses(run: Run) -> dict[str, float]:
    """How often, and for how long, the timer stood still."""
    stood_s = [
        (start.at - stop.at).total_seconds()
        for stop, start in pairwise(run.activity.timer_events)
        if stop.kind == "stop" and start.kind == "start"
    ]
    timer_s = math.fsum(lap.timer_s for lap in run.activity.laps)
    if not run.activity.timer_events or timer_s <= 0:
        return {}
    return {"pauses_per_hour": len(stood_s) / timer_s * 3600, "pause_s": median(stood_s)}


def tail(run: Run) -> dict[str, float]:
    """How long the recording went on after the last executed step."""
    if not run.executed:
        return {}
    last = run.executed[-1].laps[-1].number
    after_s = [lap.timer_s for lap in run.activity.laps if lap.number > last]
    return {"tail_s": math.fsum(after_s)} if after_s else {}
