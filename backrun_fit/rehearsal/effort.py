"""How a runner goes about a step: which speed, for which heart rate, for about how long."""

from __future__ import annotations

import math
from collections.abc import Callable

import attrs

from backrun_fit.errors import Problem, SpecError
from backrun_fit.rehearsal.runner import Runner
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Movement,
    NamedPaceTarget,
    OpenTarget,
    OtherTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    RampTarget,
    ShareTarget,
    Step,
    TimeDuration,
)

__all__ = ["Effort", "effort_for"]

_SpeedAt = Callable[[float, Movement], float]

# A runner who waits for a heart rate makes for one this far beyond it, so as to get there.
BEYOND_THRESHOLD_BPM = 15.0
# The share of a step in which its heart-rate target is reached at the latest.
STEERING_SHARE = 0.2
# How much of the one limit of a band stands in for the other, which is missing.
ONE_SIDED_SHARE = 0.9


@attrs.frozen(kw_only=True)
class Effort:
    """The runner's intention for one step.

    Attributes:
        speed_mps: Kept up once the step is under way.
        demand_bpm: The heart rate this leads to in the end.
        cadence_spm: Where the step asks for a cadence; else it follows the speed.
        power_w: Where the step asks for a power; else it follows the speed.
        expected_s: About how long the step takes on the timer; how long the
            runner waits, where it ends by a heart rate or a lap press.
        steering_s: Whole seconds at the start that bring the heart rate to its
            target; 0 where it has none.
        steering_speed_mps: The speed meanwhile.
        steering_demand_bpm: The demand meanwhile.
        steers_heart: The runner aims at a heart rate, and gives way to no drift.
    """

    speed_mps: float
    demand_bpm: float
    cadence_spm: float | None = None
    power_w: float | None = None
    expected_s: float
    steering_s: int = 0
    steering_speed_mps: float = 0.0
    steering_demand_bpm: float = 0.0
    steers_heart: bool = False


def effort_for(
    step: Step,
    runner: Runner,
    *,
    heart_rate_bpm: float,
    hours: float = 0.0,
    faster_fraction: float = 0.0,
) -> Effort:
    """What the runner sets out to do when a step begins.

    The target's middle is aimed at. A heart-rate target is reached in good time
    whatever that takes, because a faultless rehearsal keeps its plan: the speed
    meanwhile stays within what can be run, the heart rate follows the demand.

    Args:
        step: With an absolute target.
        runner: Whose body it is.
        heart_rate_bpm: At the start of the step.
        hours: Since the session began.
        faster_fraction: Above zero the step is run this much faster than the fast
            end of its target, below zero this much slower than the slow end.

    Raises:
        SpecError: The target is a named pace, a share of one or a ramp, which only
            compiling resolves.

    Example:
        >>> step = Step(duration=TimeDuration(duration_s=60.0),
        ...             target=PaceTarget(slowest_mps=3.0, fastest_mps=3.5))
        >>> effort_for(step, Runner(), heart_rate_bpm=120.0).speed_mps
        3.25
    """
    slowest_mps, fastest_mps = _speeds(step, runner, hours)
    speed_mps = (slowest_mps + fastest_mps) / 2
    if faster_fraction:
        speed_mps = (fastest_mps if faster_fraction > 0 else slowest_mps) * (1 + faster_fraction)
    effort = Effort(
        speed_mps=speed_mps,
        demand_bpm=runner.demand_bpm(speed_mps, step.movement),
        expected_s=_expected_s(step, runner, speed_mps),
    )
    if faster_fraction:
        return effort
    match step.target:
        case HeartRateTarget() | HeartRateZoneTarget() | ShareTarget(of="max_heart_rate"):
            lowest, highest = _band_bpm(step.target, runner)
            middle_mps = runner.speed_at_demand_mps((lowest + highest) / 2, step.movement)
            effort = attrs.evolve(
                effort, speed_mps=middle_mps, expected_s=_expected_s(step, runner, middle_mps)
            )
            return _steered(effort, step.movement, runner, heart_rate_bpm, (lowest + highest) / 2)
        case CadenceTarget(lowest_spm=lowest, highest_spm=highest):
            middle_spm = sum(_both_ends(lowest, highest)) / 2
            middle_mps = runner.speed_at_cadence_mps(middle_spm, step.movement)
            return attrs.evolve(effort, speed_mps=middle_mps, cadence_spm=middle_spm)
        case PowerTarget(lowest_w=lowest, highest_w=highest):
            return attrs.evolve(effort, power_w=sum(_both_ends(lowest, highest)) / 2)
        case _:
            return effort


def _speeds(step: Step, runner: Runner, hours: float) -> tuple[float, float]:
    """The speeds that belong to the slow and to the fast end of the target."""
    movement = step.movement
    match step.target:
        case PaceTarget(slowest_mps=slowest, fastest_mps=fastest):
            return _both_ends(slowest, fastest)
        case HeartRateTarget() | HeartRateZoneTarget() | ShareTarget(of="max_heart_rate"):
            low, high = _band_bpm(step.target, runner)
            speed_at: _SpeedAt = runner.speed_at_demand_mps
        case CadenceTarget(lowest_spm=low, highest_spm=high):
            low, high = _both_ends(low, high)
            speed_at = runner.speed_at_cadence_mps
        case PowerTarget(lowest_w=low, highest_w=high):
            low, high = _both_ends(low, high)
            speed_at = runner.speed_at_power_mps
        case NamedPaceTarget(name=name):
            raise SpecError(
                Problem(f"expected a compiled workout, got the named pace {name!r}", "target")
            )
        case ShareTarget(of=of) if of != "threshold_power":
            raise SpecError(
                Problem(f"expected a compiled workout, got a share of {of!r}", "target")
            )
        case RampTarget():
            raise SpecError(Problem("expected a compiled workout, got a ramp", "target"))
        case OpenTarget() | OtherTarget() | PaceZoneTarget() | PowerZoneTarget() | ShareTarget():
            return (_free_speed_mps(step, runner, hours),) * 2
    return speed_at(low, movement), speed_at(high, movement)


def _free_speed_mps(step: Step, runner: Runner, hours: float) -> float:
    """Without a target: the runner's own speed, turned down or up to reach a heart rate."""
    own = runner.own_speed_mps(step.movement, step.intensity, hours)
    match step.duration:
        case HeartRateBelowDuration(heart_rate_bpm=bpm):
            limit = runner.speed_at_demand_mps(bpm - BEYOND_THRESHOLD_BPM, step.movement)
            return min(own, limit)
        case HeartRateAboveDuration(heart_rate_bpm=bpm):
            limit = runner.speed_at_demand_mps(bpm + BEYOND_THRESHOLD_BPM, step.movement)
            return max(own, limit)
        case _:
            return own


def _both_ends(lowest: float, highest: float) -> tuple[float, float]:
    """A band with two ends: where one is missing, the runner keeps near the other."""
    if lowest == 0:
        return ONE_SIDED_SHARE * highest, highest
    return (lowest, lowest / ONE_SIDED_SHARE) if highest == math.inf else (lowest, highest)


def _band_bpm(
    target: HeartRateTarget | HeartRateZoneTarget | ShareTarget, runner: Runner
) -> tuple[float, float]:
    if isinstance(target, HeartRateTarget):
        return _both_ends(target.lowest_bpm, target.highest_bpm)
    if isinstance(target, ShareTarget):
        lowest, highest = _both_ends(target.lowest, target.highest)
        return lowest * runner.maximum_heart_rate_bpm, highest * runner.maximum_heart_rate_bpm
    # Zones 1 to 5 as watches set them at first: 50 to 60 % of the maximum and so on.
    lowest = 0.4 + 0.1 * min(target.zone, 5)
    return lowest * runner.maximum_heart_rate_bpm, (lowest + 0.1) * runner.maximum_heart_rate_bpm


def _expected_s(step: Step, runner: Runner, speed_mps: float) -> float:
    match step.duration:
        case TimeDuration(duration_s=seconds):
            return seconds
        case DistanceDuration(distance_m=metres):
            return metres / speed_mps
        case HeartRateBelowDuration() | HeartRateAboveDuration():
            return runner.patience_s
        case _:
            easy = step.intensity is not None and step.intensity.is_easy
            return runner.open_recovery_s if easy else runner.open_step_s


def _steered(
    effort: Effort, movement: Movement, runner: Runner, heart_rate_bpm: float, wanted_bpm: float
) -> Effort:
    """Reach ``wanted_bpm`` soon and stay there.

    A first-order lag reaches it after t seconds under the constant demand
    start + (wanted - start) / (1 - e^(-t / lag)).
    """
    effort = attrs.evolve(effort, demand_bpm=wanted_bpm, steers_heart=True)
    steering_s = math.floor(min(runner.steering_s, STEERING_SHARE * effort.expected_s))
    if steering_s < 1:
        return effort
    rises = wanted_bpm > heart_rate_bpm
    lag_s = runner.heart_rate_lag_s if rises else runner.heart_rate_fall_s
    reached = -math.expm1(-steering_s / lag_s)
    demand_bpm = heart_rate_bpm + (wanted_bpm - heart_rate_bpm) / reached
    return attrs.evolve(
        effort,
        steering_s=steering_s,
        steering_demand_bpm=demand_bpm,
        steering_speed_mps=runner.speed_at_demand_mps(demand_bpm, movement),
    )
