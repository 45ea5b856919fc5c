"""The virtual runner's body: speed, cadence, heart rate and power as functions of each other.

Sources of the numbers: Craib 1994 (step rate of running against speed: 163.4,
167.1 and 171.3 steps/min at 2.68, 3.13 and 3.58 m/s); Hunt, Fankhauser &
Saengsuwan 2015, Biomed Eng Online 14:117 (heart rate on a treadmill as a
first-order lag: gain 24.2 bpm per m/s, time constant 57.6 s); Wright & Weyand
2001, J Exp Biol 204:1805 (cost of running backward). Where no source is named
the number is an ordinary value and no finding.
"""

from __future__ import annotations

import math

import attrs

from backrun_fit.activity import Column
from backrun_fit.errors import Problem, SpecError
from backrun_fit.workout import Intensity, Movement

__all__ = ["SLOWEST_MPS", "TOP_SPEED_MPS", "Runner"]

SLOWEST_MPS = 0.8
"""Nobody who steers by heart rate, cadence or power walks slower than this."""
TOP_SPEED_MPS = 6.5
"""Nor runs faster."""

_WALKING = (Movement.WALK, Movement.BACKWARD_WALK)


@attrs.frozen(kw_only=True)
class Runner:
    """A runner without a will of their own: runs every step in the middle of its target.

    Attributes:
        easy_speed_mps: Running forward without a target; an ordinary value.
        recovery_speed_mps: The same in rest and recovery.
        walking_speed_mps: Walking forward without a target.
        backward_speed_factor: Backward without a target, as a fraction of
            forward; best speeds backward are about 0.70 of forward.
        shuffling_speed_mps: Lateral shuffle without a target.
        running_cadence_spm: Steps a minute at ``cadence_speed_mps`` (Craib 1994).
        cadence_speed_mps: The speed that belongs to ``running_cadence_spm``.
        cadence_slope_spm: More steps a minute for each m/s (Craib 1994).
        walking_cadence_spm: Steps a minute at the walking speed. Walkers change
            to running near 2.0 m/s and 140 steps/min.
        walking_cadence_slope_spm: More steps a minute for each m/s, from these
            two points.
        backward_cadence_factor: Steps backward over steps forward at the same
            speed: about 11 % more.
        standing_heart_rate_bpm: Where the heart rate tends to at a standstill.
        maximum_heart_rate_bpm: Speed alone asks for no more than this.
        heart_rate_gain_bpm: Rise for each m/s (Hunt 2015).
        heart_rate_lag_s: Time constant, upward and downward (Hunt 2015).
        backward_demand_factor: Demand backward over forward at the same speed:
            1.29 to 1.35 (Wright & Weyand 2001; EJAP 2020, 120:2507).
        mass_kg: Body mass.
        power_w_per_kg: Watts for each kg and m/s; power meters agree on little
            more than that power goes with speed.
        reaction_s: Time constant with which the speed follows a new step.
        speed_noise_fraction: Standard deviation of the speed within an execution.
        cadence_noise_spm: The same of the cadence.
        heart_rate_noise_bpm: The same of the heart rate.
        open_step_s: An open step is ended by a lap press after this long.
        open_recovery_s: The same in rest and recovery.
        patience_s: A step that waits for a heart rate is ended by a lap press
            after this long.
        steering_s: A heart-rate target is reached after this long, or after a
            fifth of the step where that is shorter.
    """

    easy_speed_mps: float = 2.8
    recovery_speed_mps: float = 2.2
    walking_speed_mps: float = 1.4
    backward_speed_factor: float = 0.70
    shuffling_speed_mps: float = 1.5
    running_cadence_spm: float = 167.1
    cadence_speed_mps: float = 3.13
    cadence_slope_spm: float = 8.75
    walking_cadence_spm: float = 117.0
    walking_cadence_slope_spm: float = 38.0
    backward_cadence_factor: float = 1.11
    standing_heart_rate_bpm: float = 75.0
    maximum_heart_rate_bpm: float = 190.0
    heart_rate_gain_bpm: float = 24.2
    heart_rate_lag_s: float = 57.6
    backward_demand_factor: float = 1.32
    mass_kg: float = 70.0
    power_w_per_kg: float = 1.0
    reaction_s: float = 1.0
    speed_noise_fraction: float = 0.01
    cadence_noise_spm: float = 1.0
    heart_rate_noise_bpm: float = 0.5
    open_step_s: float = 300.0
    open_recovery_s: float = 60.0
    patience_s: float = 600.0
    steering_s: float = 45.0

    def __attrs_post_init__(self) -> None:
        problems = [
            Problem(f"expected a finite number above zero, got {value!r}", name)
            for name, value in attrs.asdict(self).items()
            if not (math.isfinite(value) and (value > 0 or (value == 0 and "noise" in name)))
        ]
        if self.speed_noise_fraction > 0.2:
            problems.append(
                Problem(
                    f"expected at most 0.2, got {self.speed_noise_fraction!r}",
                    "speed_noise_fraction",
                )
            )
        if problems:
            raise SpecError(problems)

    def own_speed_mps(self, movement: Movement, intensity: Intensity | None) -> float:
        """The speed of a step that asks for none.

        Example:
            >>> round(Runner().own_speed_mps(Movement.BACKWARD_RUN, Intensity.ACTIVE), 2)
            1.96
        """
        if movement is Movement.LATERAL_SHUFFLE:
            return self.shuffling_speed_mps
        if movement in _WALKING:
            forward = self.walking_speed_mps
        elif intensity is not None and intensity.is_easy and not movement.is_backward:
            forward = self.recovery_speed_mps
        else:
            forward = self.easy_speed_mps
        return forward * (self.backward_speed_factor if movement.is_backward else 1.0)

    def cadence_spm(self, speed_mps: Column, movement: Movement) -> Column:
        """Steps of both feet a minute at each speed; lateral shuffles count like running.

        Example:
            >>> import numpy as np
            >>> Runner().cadence_spm(np.array([3.13]), Movement.RUN)
            array([167.1])
        """
        if movement in _WALKING:
            forward = self.walking_cadence_spm + self.walking_cadence_slope_spm * (
                speed_mps - self.walking_speed_mps
            )
        else:
            forward = self.running_cadence_spm + self.cadence_slope_spm * (
                speed_mps - self.cadence_speed_mps
            )
        return forward * (self.backward_cadence_factor if movement.is_backward else 1.0)

    def speed_at_cadence_mps(self, cadence_spm: float, movement: Movement) -> float:
        """The inverse of ``cadence_spm``, within what can be walked and run.

        Example:
            >>> Runner().speed_at_cadence_mps(167.1, Movement.RUN)
            3.13
        """
        forward = cadence_spm / (self.backward_cadence_factor if movement.is_backward else 1.0)
        if movement in _WALKING:
            return _possible(
                self.walking_speed_mps
                + (forward - self.walking_cadence_spm) / self.walking_cadence_slope_spm
            )
        return _possible(
            self.cadence_speed_mps + (forward - self.running_cadence_spm) / self.cadence_slope_spm
        )

    def demand_bpm(self, speed_mps: float, movement: Movement) -> float:
        """The heart rate that a speed would lead to if it were kept up.

        Example:
            >>> runner = Runner()
            >>> round(runner.demand_bpm(3.0, Movement.RUN), 1)
            147.6
            >>> round(runner.demand_bpm(3.0, Movement.BACKWARD_RUN), 1)
            170.8
        """
        rise = self.heart_rate_gain_bpm * speed_mps * self._cost(movement)
        return min(self.standing_heart_rate_bpm + rise, self.maximum_heart_rate_bpm)

    def speed_at_demand_mps(self, heart_rate_bpm: float, movement: Movement) -> float:
        """The inverse of ``demand_bpm``, within what can be walked and run."""
        rise = heart_rate_bpm - self.standing_heart_rate_bpm
        return _possible(rise / (self.heart_rate_gain_bpm * self._cost(movement)))

    def power_w(self, speed_mps: Column, movement: Movement) -> Column:
        """Power at each speed."""
        return speed_mps * (self.mass_kg * self.power_w_per_kg * self._cost(movement))

    def speed_at_power_mps(self, power_w: float, movement: Movement) -> float:
        """The inverse of ``power_w``, within what can be walked and run."""
        return _possible(power_w / (self.mass_kg * self.power_w_per_kg * self._cost(movement)))

    def _cost(self, movement: Movement) -> float:
        return self.backward_demand_factor if movement.is_backward else 1.0


def _possible(speed_mps: float) -> float:
    return min(max(speed_mps, SLOWEST_MPS), TOP_SPEED_MPS)
