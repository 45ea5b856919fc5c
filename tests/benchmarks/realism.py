"""Is a rehearsal true to life? The same numbers of real and of rehearsed runs, compared."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs
import numpy as np

from tests.benchmarks.executions import Run
from tests.benchmarks.moving import cadences, hearts, paces, reactions, speeds
from tests.benchmarks.recorded import altitudes, distances, durations, pauses, samples, tail

__all__ = ["STATISTICS", "WITHIN", "Comparison", "Statistic", "compare", "measure", "score"]

WITHIN: Final = 0.25
"""How far apart the medians may be, as a fraction of the real one."""


@attrs.frozen(kw_only=True)
class Statistic:
    """One number that says what a run looks like.

    Attributes:
        name: For machines; ``measure`` gives its values under it.
        title: For people, with the unit.
        finest: What a file can tell apart at best: medians no further from each
            other agree, though the real one may be zero.
        habit: Chosen by people rather than made by a body or a watch: shown, not
            counted.
    """

    name: str
    title: str
    finest: float = 0.0
    habit: bool = False


STATISTICS: Final = (
    # FIT Profile 21.212, lap: total_timer_time in ms, total_distance in cm.
    Statistic(name="end_error_time_s", title="end of timed steps, error, s", finest=0.001),
    Statistic(name="end_error_distance_m", title="end of measured steps, error, m", finest=0.01),
    Statistic(name="open_step_s", title="open steps, length, s", habit=True),
    Statistic(name="speed_spread", title="speed in a step, SD/mean"),
    Statistic(name="speed_roughness_mps", title="speed, 2nd difference, SD, m/s"),
    Statistic(name="speed_correlation_1s", title="speed, autocorrelation at 1 s"),
    Statistic(name="speed_correlation_5s", title="speed, autocorrelation at 5 s"),
    Statistic(name="speed_correlation_15s", title="speed, autocorrelation at 15 s"),
    # Mean absolute error of GPS distance: 3.2 to 6.1 % by model of watch (Gilgen-Ammann 2020).
    Statistic(name="pace_error", title="speed / target middle - 1, mean", finest=0.03),
    Statistic(name="pace_error_spread", title="speed / target middle, SD"),
    Statistic(name="repeat_spread", title="repeats of a step, speed SD/mean"),
    Statistic(name="reaction_faster_s", title="step change up, 63 % done, s"),
    Statistic(name="reaction_slower_s", title="step change down, 63 % done, s"),
    Statistic(name="cadence_slope", title="cadence over speed, spm per m/s"),
    Statistic(name="cadence_slope_steps", title="same over means of steps"),
    Statistic(name="cadence_at_3_spm", title="cadence at 3 m/s, spm"),
    Statistic(name="cadence_residual_spm", title="cadence about the line, SD, spm"),
    Statistic(name="cadence_roughness_spm", title="cadence, 2nd difference, SD, spm"),
    Statistic(name="heart_rise_s", title="heart rate up, time constant, s"),
    Statistic(name="heart_rise_delay_s", title="heart rate up, delay, s"),
    Statistic(name="heart_fall_s", title="heart rate down, time constant, s"),
    Statistic(name="heart_fall_delay_s", title="heart rate down, delay, s"),
    Statistic(name="heart_start_s", title="heart rate at the start, constant, s"),
    Statistic(name="heart_slope", title="heart rate over speed, bpm per m/s"),
    Statistic(name="heart_drift_bpm", title="heart rate, drift in 10 min, bpm"),
    Statistic(name="heart_roughness_bpm", title="heart rate, 2nd difference, SD, bpm"),
    Statistic(name="spacing_s", title="samples, median spacing, s"),
    Statistic(name="spacing_95_s", title="samples, 95th percentile, s"),
    Statistic(name="spacing_1s_share", title="samples, share of 1 s"),
    Statistic(name="altitude_step_m", title="altitude, least step, m"),
    Statistic(name="altitude_change_m", title="altitude, median change, m"),
    Statistic(name="altitude_roughness_m", title="altitude, 2nd difference, SD, m"),
    Statistic(name="distance_by_speed", title="distance / integral of speed"),
    Statistic(name="distance_by_positions", title="length of positions / distance"),
    Statistic(name="pauses_per_hour", title="pauses in an hour", habit=True),
    Statistic(name="pause_s", title="pauses, length, s", habit=True),
    Statistic(name="tail_s", title="after the workout, s", habit=True),
)

_GROUPS: Final[tuple[Callable[[Run], dict[str, float]], ...]] = (
    *(durations, speeds, paces, reactions, cadences, hearts),
    *(samples, altitudes, distances, pauses, tail),
)


def measure(run: Run) -> dict[str, float]:
    """Every statistic of one run by name; one that cannot be measured is absent."""
    found = {name: value for group in _GROUPS for name, value in group(run).items()}
    return {name: value for name, value in found.items() if math.isfinite(value)}


@attrs.frozen(kw_only=True)
class Comparison:
    """One statistic of many runs, real and rehearsed.

    Attributes:
        statistic: Which.
        real: A value for each real run that has one.
        rehearsed: Likewise of the rehearsed ones.
    """

    statistic: Statistic
    real: tuple[float, ...]
    rehearsed: tuple[float, ...]

    @property
    def medians(self) -> tuple[float, float]:
        """Of the real runs and of the rehearsed ones; NaN where there are none."""
        real, rehearsed = (
            float(np.median(values)) if values else math.nan
            for values in (self.real, self.rehearsed)
        )
        return real, rehearsed

    @property
    def ratio(self) -> float:
        """Rehearsed over real; NaN where that says nothing."""
        real, rehearsed = self.medians
        return rehearsed / real if real else math.nan

    @property
    def agrees(self) -> bool:
        """Whether the medians are within 25 %, or nearer than a file can tell apart."""
        real, rehearsed = self.medians
        # NaN compares as false: what one side lacks does not agree.
        return abs(rehearsed - real) <= max(WITHIN * abs(real), self.statistic.finest)

    @property
    def counts(self) -> bool:
        """Whether it is part of the score: no habit, and the real runs show it."""
        return bool(self.real) and not self.statistic.habit


def compare(
    real: Sequence[Mapping[str, float]], rehearsed: Sequence[Mapping[str, float]]
) -> tuple[Comparison, ...]:
    """Each statistic of the real runs against the rehearsed ones."""
    return tuple(
        Comparison(
            statistic=statistic,
            real=tuple(run[statistic.name] for run in real if statistic.name in run),
            rehearsed=tuple(run[statistic.name] for run in rehearsed if statistic.name in run),
        )
        for statistic in STATISTICS
    )


def score(comparisons: Sequence[Comparison]) -> tuple[int, int]:
    """How many of the statistics that count agree, and how many count."""
    counted = [comparison for comparison in comparisons if comparison.counts]
    return sum(comparison.agrees for comparison in counted), len(counted)
