"""How a runner moves, as recorded: speed, reaction, cadence and heart rate.

Every function takes a run and returns its statistics by name, NaN where one
cannot be measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from backrun_fit.workout import PaceTarget
from tests.benchmarks import signals
from tests.benchmarks.executions import (
    AHEAD_S,
    CLEAR_CHANGE_MPS,
    LEAST_EXECUTION_S,
    SETTLING_S,
    Executed,
    Run,
    changes,
    known,
    settled_mean,
    settled_speed,
)

__all__ = ["LAGS_S", "cadences", "hearts", "median", "paces", "reactions", "speeds"]

LAGS_S: Final = (1, 5, 15)

CLEAR_CHANGE_BPM: Final = 10.0
"""From here on the heart rate clearly rises or falls."""

HEART_WINDOW_S: Final = 180.0
"""How long a heart rate is followed after a step change, at most."""

HEART_DELAYS_S: Final = tuple(float(delay) for delay in range(0, 31, 2))

LEVEL_FROM_S: Final = 120.0
"""An execution this long has brought the heart rate near the level of its speed."""

LEVEL_S: Final = 30.0
"""The end of an execution, over which that level is taken."""

LONG_EXECUTION_S: Final = 900.0
DRIFT_FROM_S: Final = 300.0
"""Drift is seen in long executions, after the first minutes."""

RUNNING_MPS: Final = 1.8
RUNNING_SPM: Final = 130.0
"""Slower, or with fewer steps, is taken for walking."""

AT_MPS: Final = 3.0

LEAST_RUNNING: Final = 100
LEAST_SPEED_SPREAD_MPS: Final = 0.1
"""Fewer samples, or of one speed only, show no slope of cadence."""

LEAST_REPEATS: Final = 3
"""Of fewer values there is no spread."""


def median(values: Sequence[float]) -> float:
    """Of the values that are known; NaN where none is."""
    there = [value for value in values if not math.isnan(value)]
    return float(np.median(there)) if there else math.nan


def _long(run: Run, least_s: float) -> list[Executed]:
    return [one for one in run.executed if one.timer_s >= least_s]


def speeds(run: Run) -> dict[str, float]:
    """How speed wavers within an execution once it has settled."""
    pieces = [settled_speed(run, one) for one in _long(run, LEAST_EXECUTION_S)]
    pieces = [piece for piece in pieces if len(piece[0]) >= signals.LEAST_SAMPLES]
    spreads = [signals.spread(*piece) for piece in pieces]
    left = [(at_s, signals.detrended(at_s, speed_mps)) for at_s, speed_mps in pieces]
    return {
        "speed_spread": median([deviation / mean for mean, deviation in spreads if mean > 0]),
        "speed_roughness_mps": median([signals.roughness(*piece) for piece in pieces]),
        **{f"speed_correlation_{lag}s": signals.autocorrelation(left, lag) for lag in LAGS_S},
    }


def paces(run: Run) -> dict[str, float]:
    """How mean speeds differ from their targets, and between the repeats of one step."""
    errors: list[float] = []
    by_step: dict[int, list[float]] = {}
    for one in _long(run, LEAST_EXECUTION_S):
        mean_mps = settled_mean(run, one)
        if math.isnan(mean_mps):
            continue
        by_step.setdefault(one.step_index, []).append(mean_mps)
        if isinstance(one.step.target, PaceTarget):
            middle_mps = (one.step.target.slowest_mps + one.step.target.fastest_mps) / 2
            errors.append(mean_mps / middle_mps - 1)
    return {
        "pace_error": float(np.mean(errors)) if errors else math.nan,
        "pace_error_spread": _deviation(errors),
        "repeat_spread": median(
            [_deviation(means) / float(np.mean(means)) for means in by_step.values()]
        ),
    }


def _deviation(values: Sequence[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) >= LEAST_REPEATS else math.nan


def reactions(run: Run) -> dict[str, float]:
    """Seconds until 63 % of a clear change of speed is done; negative where it began early."""
    faster: list[float] = []
    slower: list[float] = []
    for change in changes(run):
        at = change.at_unix_s
        at_s, speed_mps = known(run, "speed_mps", at - AHEAD_S, change.after.end_unix_s)
        level = change.old_mps + (1 - math.exp(-1)) * (change.new_mps - change.old_mps)
        if not len(at_s) or (speed_mps[0] - level) * (change.old_mps - level) <= 0:
            continue
        reaction_s = signals.first_crossing(at_s, speed_mps, level) - at
        (faster if change.new_mps > change.old_mps else slower).append(reaction_s)
    return {"reaction_faster_s": median(faster), "reaction_slower_s": median(slower)}


def cadences(run: Run) -> dict[str, float]:
    """Cadence as a straight line over speed, and how it wavers around that."""
    track = run.activity.track
    # NaN compares as false: samples without the one or the other are left out.
    running = (track.speed_mps >= RUNNING_MPS) & (track.cadence_spm >= RUNNING_SPM)
    at_s, speed_mps = track.unix_s[running], track.speed_mps[running]
    cadence_spm = track.cadence_spm[running]
    if len(at_s) < LEAST_RUNNING or np.std(speed_mps) < LEAST_SPEED_SPREAD_MPS:
        return {}
    slope, at_zero = signals.line_fit(speed_mps, cadence_spm, signals.time_weights(at_s))
    slowest_mps, fastest_mps = np.quantile(speed_mps, (0.01, 0.99))
    within = slowest_mps <= AT_MPS <= fastest_mps
    return {
        "cadence_slope": slope,
        "cadence_slope_steps": _slope_of_means(run),
        "cadence_at_3_spm": at_zero + AT_MPS * slope if within else math.nan,
        "cadence_residual_spm": signals.spread(at_s, cadence_spm - at_zero - slope * speed_mps)[1],
        "cadence_roughness_spm": signals.roughness(at_s, cadence_spm),
    }


def _slope_of_means(run: Run) -> float:
    """The slope over the means of executions, which noise in speed hardly flattens."""
    means = []
    for one in _long(run, LEAST_EXECUTION_S):
        at_s, cadence_spm = known(run, "cadence_spm", one.start_unix_s + SETTLING_S, one.end_unix_s)
        if len(at_s) >= signals.LEAST_SAMPLES:
            means.append((settled_mean(run, one), signals.spread(at_s, cadence_spm)[0]))
    return _slope([pair for pair in means if pair[0] >= RUNNING_MPS and pair[1] >= RUNNING_SPM])


def _slope(pairs: Sequence[tuple[float, float]]) -> float:
    """Slope over speed; NaN where there are too few speeds, or none that differ clearly."""
    if len(pairs) < LEAST_REPEATS:
        return math.nan
    speed_mps, values = np.array(pairs).T
    if np.ptp(speed_mps) < CLEAR_CHANGE_MPS:
        return math.nan
    return signals.line_fit(speed_mps, values)[0]


def hearts(run: Run) -> dict[str, float]:
    """How the heart rate follows the speed."""
    rises: list[tuple[float, float]] = []
    falls: list[tuple[float, float]] = []
    for change in changes(run):
        if change.after.timer_s >= LEAST_EXECUTION_S:
            sign = math.copysign(1.0, change.new_mps - change.old_mps)
            (rises if sign > 0 else falls).append(_constant(run, change.after, sign))
    first = run.executed[:1]
    starts = [_constant(run, one, 1.0) for one in first if one.timer_s >= HEART_WINDOW_S]
    drifts = [_drift(run, one) for one in _long(run, LONG_EXECUTION_S)]
    return {
        "heart_rise_s": median([constant_s for constant_s, _ in rises]),
        "heart_rise_delay_s": median([delay_s for _, delay_s in rises]),
        "heart_fall_s": median([constant_s for constant_s, _ in falls]),
        "heart_fall_delay_s": median([delay_s for _, delay_s in falls]),
        "heart_start_s": median([constant_s for constant_s, _ in starts]),
        "heart_slope": _heart_slope(run),
        "heart_drift_bpm": median(drifts),
        "heart_roughness_bpm": signals.roughness(*known(run, "heart_rate_bpm")),
    }


def _constant(run: Run, one: Executed, sign: float) -> tuple[float, float]:
    """Time constant and delay of the heart rate's way up or down in an execution."""
    start = one.start_unix_s
    end = min(one.end_unix_s, start + HEART_WINDOW_S)
    at_s, heart_rate_bpm = known(run, "heart_rate_bpm", start, end)
    return signals.time_constant(
        at_s - start, heart_rate_bpm, least_change=sign * CLEAR_CHANGE_BPM, delays_s=HEART_DELAYS_S
    )


def _heart_slope(run: Run) -> float:
    """Beats per minute for each metre per second, over the ends of executions."""
    levels = []
    for one in _long(run, LEVEL_FROM_S):
        _, bpm = known(run, "heart_rate_bpm", one.end_unix_s - LEVEL_S, one.end_unix_s)
        mean_mps = settled_mean(run, one)
        if len(bpm) and not math.isnan(mean_mps):
            levels.append((mean_mps, float(np.mean(bpm))))
    return _slope(levels)


def _drift(run: Run, one: Executed) -> float:
    """Rise of the heart rate in ten minutes of a long execution."""
    at_s, bpm = known(run, "heart_rate_bpm", one.start_unix_s + DRIFT_FROM_S, one.end_unix_s)
    return 600.0 * signals.line_fit(at_s, bpm, signals.time_weights(at_s))[0]
