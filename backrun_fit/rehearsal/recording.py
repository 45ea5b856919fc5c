"""What the watch writes down of all stretches: laps, samples and timer events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs
import numpy as np

from backrun_fit.activity import (
    Activity,
    Column,
    DeveloperColumn,
    Lap,
    TimerEvent,
    Track,
)
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.rehearsal.bout import Bout, Stretch
from backrun_fit.rehearsal.watch import Watch, correlated, smart_samples
from backrun_fit.workout import PowerTarget, Step

__all__ = ["EPOCH", "INDOORS", "instant", "record"]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
INDOORS: Final = frozenset(("treadmill", "indoor_running"))
# There and back on a straight kilometre, northward from Marathon, Greece.
_ORIGIN_LATITUDE_DEG: Final = 38.1553
_ORIGIN_LONGITUDE_DEG: Final = 23.9633
_LEG_M: Final = 1000.0
_METRES_PER_DEGREE: Final = 111_195.0  # a 360th of the circumference, mean radius 6,371 km
# Nearly level: waves of 0.4 m in 800 m climb 0.3 % at most.
_ALTITUDE_M: Final = 40.0
_WAVE_M: Final = 0.4
_WAVE_LENGTH_M: Final = 800.0
# Ordinary running dynamics; no figures for running backward agree.
_STANCE_MS: Final = 350.0
_STANCE_SLOPE_MS: Final = -35.0
_OSCILLATION_MM: Final = 85.0
_FORM_POWER: Final = 0.25


def instant(unix_ms: int) -> datetime:
    """Unix milliseconds as an aware instant.

    Example:
        >>> instant(1500).isoformat()
        '1970-01-01T00:00:01.500000+00:00'
    """
    return EPOCH + timedelta(milliseconds=unix_ms)


def record(
    stretches: Sequence[Stretch],
    *,
    workout: CompiledWorkout,
    carries_workout: bool,
    watch: Watch,
    generator: np.random.Generator,
) -> Activity:
    """The activity that a watch makes of what happened.

    Args:
        stretches: In order, at least one, without gaps.
        workout: Whose sport it is.
        carries_workout: Whether the watch executed it.
        watch: What records.
        generator: For its errors.
    """
    begin, end = stretches[0].begin, stretches[-1].end
    track = _track(stretches, workout, watch, generator)
    laps = _laps(stretches, track)
    stops = [
        event
        for stretch in stretches
        for from_ms, to_ms in stretch.pauses
        for event in (
            TimerEvent(at=instant(from_ms), kind="stop"),
            TimerEvent(at=instant(to_ms), kind="start"),
        )
    ]
    return Activity(
        started_at=instant(begin.at_ms),
        ended_at=instant(end.at_ms),
        sport=workout.sport,
        sub_sport=workout.sub_sport,
        manufacturer="development",
        product="0",
        laps=laps,
        timer_events=(
            TimerEvent(at=instant(begin.at_ms), kind="start"),
            *stops,
            TimerEvent(at=instant(end.at_ms), kind="stop"),
        ),
        track=track,
        timer_s=round(sum(lap.timer_s for lap in laps), 3),
        elapsed_s=round(sum(lap.elapsed_s for lap in laps), 3),
        distance_m=round(sum(lap.distance_m or 0.0 for lap in laps), 2),
        workout=workout if carries_workout else None,
    )


def _laps(stretches: Sequence[Stretch], track: Track) -> tuple[Lap, ...]:
    laps: list[Lap] = []
    begin = stretches[0].begin
    at_ms, timer_ms, distance_cm = begin.at_ms, begin.timer_ms, round(begin.distance_m * 100)
    first: Bout | None = None
    for stretch in stretches:
        # A lap belongs to what was begun in it.
        first = first or stretch.bout
        for end in stretch.lap_ends:
            end_cm = round(end.distance_m * 100)
            intensity = first.intent.step.intensity
            laps.append(
                Lap(
                    number=len(laps),
                    start_at=instant(at_ms),
                    end_at=instant(end.at_ms),
                    timer_s=(end.timer_ms - timer_ms) / 1000,
                    elapsed_s=(end.at_ms - at_ms) / 1000,
                    distance_m=(end_cm - distance_cm) / 100,
                    step_index=first.step_index,
                    trigger=end.trigger,
                    intensity=None if intensity is None else intensity.value,
                    heart_rate_bpm=_mean_heart_rate(track, at_ms, end.at_ms),
                )
            )
            at_ms, timer_ms, distance_cm = end.at_ms, end.timer_ms, end_cm
            first = stretch.bout
        if stretch.bout.intent.has_lap_end:
            first = None
    return tuple(laps)


def _mean_heart_rate(track: Track, from_ms: int, to_ms: int) -> float | None:
    first, behind = np.searchsorted(track.unix_s, (from_ms / 1000, to_ms / 1000)).tolist()
    return float(np.rint(track.heart_rate_bpm[first:behind].mean())) if behind > first else None


def _track(
    stretches: Sequence[Stretch],
    workout: CompiledWorkout,
    watch: Watch,
    generator: np.random.Generator,
) -> Track:
    columns: dict[str, Column] = {
        name: np.concatenate([stretch.columns[name] for stretch in stretches])
        for name in stretches[0].columns
    }
    ground_m, climb_m = columns.pop("ground_m"), columns.pop("climb_m")
    count = len(ground_m)
    noise = generator.standard_normal(count)
    if watch.has_barometer:
        wave_m = _WAVE_M * np.sin(2 * np.pi / _WAVE_LENGTH_M * ground_m)
        altitude_m = _ALTITUDE_M + wave_m + climb_m + watch.altitude_noise_m * noise
        columns["altitude_m"] = np.rint(altitude_m / watch.altitude_step_m) * watch.altitude_step_m
    if workout.sub_sport not in INDOORS:
        columns |= _positions(ground_m, watch, generator)
    # Cadence is written in whole strides and 128ths, here in whole steps.
    columns["cadence_spm"] = np.rint(columns["cadence_spm"])
    with np.errstate(divide="ignore", invalid="ignore"):
        step_m = columns["speed_mps"] * 60 / columns["cadence_spm"]
    columns["step_length_m"] = np.where(columns["cadence_spm"] > 0, step_m, np.nan)
    if watch.has_dynamics:
        columns |= _dynamics(columns["speed_mps"], columns["step_length_m"])
    developer = {}
    if watch.has_developer_fields:
        values = np.rint(_FORM_POWER * columns["power_w"])
        developer["Form Power"] = DeveloperColumn(name="Form Power", units="Watts", values=values)
    if not (watch.has_power or _asks_for_power(workout)):
        del columns["power_w"]
    for name, per_unit in _PER_UNIT.items():
        if name in columns:
            columns[name] = np.rint(columns[name] * per_unit) / per_unit
    track = attrs.evolve(Track.from_columns(**columns), developer=developer)
    return track.rows(smart_samples(generator, count)) if watch.smart_recording else track


# The steps in which a watch writes it (FIT Profile 21.212, record).
_PER_UNIT: Final = {
    "distance_m": 100.0,
    "speed_mps": 1000.0,
    "heart_rate_bpm": 1.0,
    "power_w": 1.0,
    "step_length_m": 10_000.0,
    "stance_time_ms": 10.0,
    "vertical_oscillation_mm": 10.0,
    "vertical_ratio_percent": 100.0,
}


def _asks_for_power(workout: CompiledWorkout) -> bool:
    """A plan in watts is run by someone who has a power meter."""
    return any(
        isinstance(message, Step) and isinstance(message.target, PowerTarget)
        for message in workout.messages
    )


def _positions(ground_m: Column, watch: Watch, generator: np.random.Generator) -> dict[str, Column]:
    """There and back, with errors that drift, and now and then none at all."""
    count = len(ground_m)
    out_m = _LEG_M - np.abs(_LEG_M - ground_m % (2 * _LEG_M))
    north, east = (
        watch.position_error_m * correlated(generator, count, watch.position_error_s)
        for _ in range(2)
    )
    lost = np.zeros(count, dtype=np.bool_)
    for _ in range(int(generator.poisson(watch.dropouts_per_h * count / 3600))):
        begin = int(generator.integers(0, max(count, 1)))
        lost[begin : begin + 1 + int(generator.exponential(watch.dropout_s))] = True
    east_per_degree = _METRES_PER_DEGREE * np.cos(np.radians(_ORIGIN_LATITUDE_DEG))
    latitude = _ORIGIN_LATITUDE_DEG + (out_m + north) / _METRES_PER_DEGREE
    longitude = _ORIGIN_LONGITUDE_DEG + east / east_per_degree
    return {
        "latitude_deg": np.where(lost, np.nan, latitude),
        "longitude_deg": np.where(lost, np.nan, longitude),
    }


def _dynamics(speed_mps: Column, step_length_m: Column) -> dict[str, Column]:
    moving = speed_mps > 0
    stance_ms = np.maximum(_STANCE_MS + _STANCE_SLOPE_MS * speed_mps, 150.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = _OSCILLATION_MM / 10 / step_length_m
    return {
        "stance_time_ms": np.where(moving, stance_ms, np.nan),
        "vertical_oscillation_mm": np.where(moving, _OSCILLATION_MM, np.nan),
        "vertical_ratio_percent": np.where(moving, np.minimum(ratio, 100.0), np.nan),
    }
