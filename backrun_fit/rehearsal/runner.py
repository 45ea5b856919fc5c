"""The virtual runner: body and habits as numbers, each with where it comes from and its spread.

Between two runners the numbers differ: ``Runner.drawn`` takes each from a normal
distribution around its value here. Sources are short for:

- Craib: Craib 1994, step rates of running at three speeds.
- Hunt: Hunt, Fankhauser & Saengsuwan 2015, Biomed Eng Online 14:117.
- Wright: Wright & Weyand 2001, J Exp Biol 204:1805; a 2020 paper in EJAP, 120:2507, agrees.
- Hreljac: Hreljac 2005, the transition from walking to running backward.
- counted: medians over real structured runs, see docs/reference/rehearsal.md.
- ordinary: a usual value; no finding.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column
from backrun_fit.errors import Problem, SpecError
from backrun_fit.workout import Intensity, Movement

__all__ = ["SLOWEST_MPS", "TOP_SPEED_MPS", "Constant", "Runner"]

SLOWEST_MPS: Final = 0.8
"""Nobody who steers by heart rate, cadence or power walks slower than this."""
TOP_SPEED_MPS: Final = 6.5
"""Nor runs faster."""

_WALKING: Final = (Movement.WALK, Movement.BACKWARD_WALK)
# Nobody is drawn further from the middle than this many standard deviations.
_FURTHEST: Final = 2.0


@attrs.frozen
class Constant:
    """What is known about one number of a runner.

    Attributes:
        spread: Standard deviation between runners, in the number's own unit.
        source: Where the number comes from; see this module.
        meaning: What it is.
    """

    spread: float
    source: str
    meaning: str


def _constant(value: float, spread: float, source: str, meaning: str) -> Any:
    return attrs.field(default=value, metadata={"constant": Constant(spread, source, meaning)})


@attrs.frozen(kw_only=True)
class Runner:
    """A runner who sets out to run every step in the middle of its target.

    Every number is described by ``Runner.constants()``; suffixes are units.

    Example:
        >>> Runner.constants()["cadence_slope_spm"].source
        'Craib'
    """

    easy_speed_mps: float = _constant(2.8, 0.25, "ordinary", "running forward without a target")
    recovery_speed_mps: float = _constant(2.2, 0.2, "ordinary", "the same in rest and recovery")
    walking_speed_mps: float = _constant(1.4, 0.1, "ordinary", "walking forward without a target")
    shuffling_speed_mps: float = _constant(1.5, 0.15, "ordinary", "lateral shuffle")
    backward_speed_factor: float = _constant(
        0.70, 0.05, "best speeds backward and forward", "backward without a target over forward"
    )
    running_cadence_spm: float = _constant(
        167.1, 5.0, "Craib", "steps of both feet a minute at the speed below"
    )
    cadence_speed_mps: float = _constant(3.13, 0.0, "Craib", "the speed of that cadence")
    cadence_slope_spm: float = _constant(8.75, 1.5, "Craib", "more steps a minute for each m/s")
    walking_cadence_spm: float = _constant(117.0, 4.0, "ordinary", "at the walking speed")
    walking_cadence_slope_spm: float = _constant(
        38.0, 3.0, "ordinary", "more for each m/s: 140 at 2.0 m/s, where running begins"
    )
    backward_cadence_factor: float = _constant(
        1.11, 0.02, "literature on backward running", "steps backward over forward at equal speed"
    )
    running_from_mps: float = _constant(2.0, 0.1, "ordinary", "forward, slower is walked")
    backward_running_from_mps: float = _constant(
        1.63, 0.11, "Hreljac", "backward, slower is walked"
    )
    standing_heart_rate_bpm: float = _constant(75.0, 7.0, "ordinary", "where it tends at rest")
    maximum_heart_rate_bpm: float = _constant(190.0, 8.0, "ordinary", "no demand goes beyond")
    heart_rate_gain_bpm: float = _constant(24.2, 2.5, "Hunt", "rise for each m/s forward")
    heart_rate_lag_s: float = _constant(
        32.0, 6.0, "counted; Hunt found 57.6 on a treadmill", "time constant upward"
    )
    heart_rate_fall_s: float = _constant(36.0, 8.0, "counted", "time constant downward")
    heart_rate_delay_s: float = _constant(6.0, 2.0, "counted", "until it begins to rise")
    heart_rate_hold_s: float = _constant(22.0, 4.0, "counted", "until it begins to fall")
    heart_rate_drift_bpm_per_h: float = _constant(12.0, 5.0, "counted", "rise at an even effort")
    backward_demand_factor: float = _constant(
        1.32, 0.015, "Wright", "demand backward over forward at equal speed"
    )
    mass_kg: float = _constant(70.0, 8.0, "ordinary", "of the body")
    power_w_per_kg: float = _constant(1.0, 0.03, "ordinary", "watts for each kg and m/s")
    fatigue_fraction_per_h: float = _constant(
        0.02, 0.01, "ordinary", "steps without a target get slower by this"
    )
    reaction_delay_s: float = _constant(4.0, 0.8, "counted", "until a new step changes the speed")
    reaction_s: float = _constant(4.0, 0.8, "counted", "time constant of the speed after that")
    pacing_error_fraction: float = _constant(
        0.035, 0.007, "counted", "standard deviation of an execution's mean speed from its aim"
    )
    speed_noise_fraction: float = _constant(
        0.05, 0.008, "counted", "standard deviation of the speed within an execution"
    )
    paced_fraction: float = _constant(
        0.35, 0.05, "ordinary", "of these two, so much is left at a pace that the watch shows"
    )
    speed_noise_s: float = _constant(60.0, 10.0, "counted", "time over which it is alike")
    cadence_noise_spm: float = _constant(3.0, 0.5, "counted", "standard deviation of the cadence")
    cadence_noise_s: float = _constant(6.0, 1.0, "counted", "time over which it is alike")
    heart_rate_noise_bpm: float = _constant(
        2.5, 0.5, "counted", "standard deviation of the heart rate around its course"
    )
    heart_rate_noise_s: float = _constant(50.0, 8.0, "counted", "time over which it is alike")
    open_step_s: float = _constant(300.0, 0.0, "ordinary", "an open step is ended by lap")
    open_recovery_s: float = _constant(60.0, 0.0, "ordinary", "the same in rest and recovery")
    patience_s: float = _constant(600.0, 0.0, "ordinary", "longest wait for a heart rate")
    steering_s: float = _constant(
        45.0, 0.0, "ordinary", "a heart-rate target is reached after this, or a fifth of the step"
    )

    def __attrs_post_init__(self) -> None:
        problems = [
            Problem(f"expected a finite number above zero, got {value!r}", name)
            for name, value in attrs.asdict(self).items()
            if not (math.isfinite(value) and (value > 0 or (value == 0 and _may_be_zero(name))))
        ]
        if self.speed_noise_fraction > 0.2:
            got = f"expected at most 0.2, got {self.speed_noise_fraction!r}"
            problems.append(Problem(got, "speed_noise_fraction"))
        if problems:
            raise SpecError(problems)

    @classmethod
    def constants(cls) -> Mapping[str, Constant]:
        """What is known about each number, in order."""
        return {field.name: field.metadata["constant"] for field in attrs.fields(cls)}

    @classmethod
    def drawn(cls, seed: int) -> Runner:
        """Another runner: each number from a normal distribution, cut at two deviations.

        Args:
            seed: The same seed draws the same runner.

        Example:
            >>> Runner.drawn(1) == Runner.drawn(1), Runner.drawn(1) == Runner.drawn(2)
            (True, False)
        """
        generator = np.random.Generator(np.random.PCG64([seed, 0x52554E]))
        deviations = generator.standard_normal(len(attrs.fields(cls)))
        numbers = {}
        for field, deviation in zip(attrs.fields(cls), deviations.tolist(), strict=True):
            bounded = min(max(deviation, -_FURTHEST), _FURTHEST)
            numbers[field.name] = field.default + bounded * field.metadata["constant"].spread
        return cls(**numbers)

    def noiseless(self) -> Runner:
        """The same without anything random and hardly any delay: who keeps every aim."""
        return attrs.evolve(
            self,
            reaction_delay_s=0.0,
            reaction_s=1.0,
            heart_rate_delay_s=0.0,
            heart_rate_hold_s=0.0,
            pacing_error_fraction=0.0,
            speed_noise_fraction=0.0,
            cadence_noise_spm=0.0,
            heart_rate_noise_bpm=0.0,
        )

    def own_speed_mps(
        self, movement: Movement, intensity: Intensity | None, hours: float = 0.0
    ) -> float:
        """The speed of a step that asks for none, after so many hours.

        Example:
            >>> round(Runner().own_speed_mps(Movement.BACKWARD_RUN, Intensity.ACTIVE), 2)
            1.96
        """
        tired = max(1.0 - self.fatigue_fraction_per_h * hours, 0.5)
        if movement is Movement.LATERAL_SHUFFLE:
            return self.shuffling_speed_mps * tired
        if movement in _WALKING:
            forward = self.walking_speed_mps
        elif intensity is not None and intensity.is_easy and not movement.is_backward:
            forward = self.recovery_speed_mps
        else:
            forward = self.easy_speed_mps
        return forward * tired * (self.backward_speed_factor if movement.is_backward else 1.0)

    def cadence_spm(self, speed_mps: Column, movement: Movement) -> Column:
        """Steps of both feet a minute at each speed; lateral shuffles count like running.

        What is asked to be run slower than running begins is walked; at a standstill
        there are no steps.

        Example:
            >>> Runner().cadence_spm(np.array([3.13, 1.4, 0.0]), Movement.RUN)
            array([167.1, 117. ,   0. ])
        """
        walking = self.walking_cadence_spm + self.walking_cadence_slope_spm * (
            speed_mps - self.walking_speed_mps
        )
        running = self.running_cadence_spm + self.cadence_slope_spm * (
            speed_mps - self.cadence_speed_mps
        )
        if movement is Movement.LATERAL_SHUFFLE:
            forward = running
        else:
            forward = np.where(self._is_walked(speed_mps, movement), walking, running)
        factor = self.backward_cadence_factor if movement.is_backward else 1.0
        return np.where(speed_mps > 0.0, np.maximum(forward, 0.0) * factor, 0.0)

    def _is_walked(self, speed_mps: Column, movement: Movement) -> npt.NDArray[np.bool_]:
        if movement in _WALKING:
            return np.ones_like(speed_mps, dtype=np.bool_)
        return speed_mps < self._runs_from_mps(movement)

    def _runs_from_mps(self, movement: Movement) -> float:
        return self.backward_running_from_mps if movement.is_backward else self.running_from_mps

    def speed_at_cadence_mps(self, cadence_spm: float, movement: Movement) -> float:
        """The inverse of ``cadence_spm``, within what can be walked and run.

        Example:
            >>> Runner().speed_at_cadence_mps(167.1, Movement.RUN)
            3.13
        """
        forward = cadence_spm / (self.backward_cadence_factor if movement.is_backward else 1.0)
        walking = (
            self.walking_speed_mps
            + (forward - self.walking_cadence_spm) / self.walking_cadence_slope_spm
        )
        running = (
            self.cadence_speed_mps + (forward - self.running_cadence_spm) / self.cadence_slope_spm
        )
        if movement in _WALKING:
            return _possible(walking)
        if movement is Movement.LATERAL_SHUFFLE:
            return _possible(running)
        # Between the quickest walk and the slowest run there is no such speed.
        begins = self._runs_from_mps(movement)
        return _possible(running if running >= begins else min(walking, begins))

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


def _may_be_zero(name: str) -> bool:
    return not name.endswith("noise_s") and any(
        word in name for word in ("noise", "error", "delay", "hold", "drift", "fatigue")
    )


def _possible(speed_mps: float) -> float:
    return min(max(speed_mps, SLOWEST_MPS), TOP_SPEED_MPS)
