"""A first try of going backward: walking, on a flat treadmill."""

from __future__ import annotations

from typing import ClassVar, Final

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.errors import CompileError, Problem, SpecError
from backrun_fit.fold import fold
from backrun_fit.rules import parameters
from backrun_fit.rules.base import before_cooldown, check_sport, made_step, same_set, standing_set
from backrun_fit.rules.parameters import Extent
from backrun_fit.workout import (
    Intensity,
    Movement,
    OpenTarget,
    PaceTarget,
    Step,
    Workout,
    walk_steps,
)

__all__ = ["TreadmillIntro"]

# Backward walking turns into running near 1.63 +/- 0.11 m/s (Hreljac 2005).
TRANSITION_MPS: Final = 1.63
TRANSITION_SD_MPS: Final = 0.11

# Which rule writes backward running of which intensity; ACTIVE and the rest are the long run's.
_WRITERS: Final = {
    Intensity.RECOVERY: "backward_recoveries",
    Intensity.REST: "backward_recoveries",
    Intensity.INTERVAL: "backward_repeats",
    Intensity.WARMUP: "drills",
    Intensity.COOLDOWN: "drills",
}


@attrs.frozen(kw_only=True)
class TreadmillIntro:
    """Backward walking on a treadmill: incline zero, pace easy, just walk it out.

    Source: the physical therapist's article of 2011, treadmill. It gives no count and no
    lengths: five times one minute with one minute forward between are our own choice, as is
    the slowest speed. The fastest is the backward walk-to-run transition less twice its
    spread, 1.63 - 2 x 0.11 m/s (Hreljac 2005), so that hardly anybody has to run.

    The block stands before the cool-down, at the end where there is none, and the sub-sport
    becomes ``treadmill``. A FIT workout cannot carry an incline, so the notes do.

    Attributes:
        count: How often to walk backward.
        walk: How long each time, a distance or a time.
        between: How long to walk forward between two.
        incline_percent: 0 to 15.
        slowest: Slowest backward speed, a pace or a speed; kept in m/s.
        fastest: Fastest, likewise; not above the transition, 1.63 m/s.

    Example:
        >>> workout = TreadmillIntro().apply(Workout(name="First try"))
        >>> workout.sub_sport, workout.steps[-1].name, workout.steps[-1].notes[:12]
        ('treadmill', 'Back walk 60 s', 'Incline 0 %.')
    """

    name: ClassVar[str] = "treadmill_intro"

    count: int = attrs.field(default=5, converter=parameters.count)
    walk: Extent = attrs.field(default=parameters.walk("1min"), converter=parameters.walk)
    between: Extent = attrs.field(default=parameters.between("1min"), converter=parameters.between)
    incline_percent: float = attrs.field(default=0.0, converter=parameters.incline_percent)
    slowest: float = attrs.field(
        default=parameters.slowest("0.5 m/s"), converter=parameters.slowest
    )
    fastest: float = attrs.field(
        default=parameters.fastest("1.41 m/s"), converter=parameters.fastest
    )

    def __attrs_post_init__(self) -> None:
        if self.fastest > TRANSITION_MPS:
            raise SpecError(
                Problem(
                    f"expected a speed at which people walk backward, at most {TRANSITION_MPS:g} "
                    f"m/s, got {self.fastest:g} m/s",
                    "fastest",
                )
            )
        if self.slowest > self.fastest:
            raise SpecError(
                Problem(
                    f"expected a speed not above the fastest, {self.fastest:g} m/s, "
                    f"got {self.slowest:g} m/s",
                    "slowest",
                )
            )

    def apply(
        self,
        workout: Workout,
        athlete: Athlete | None = None,  # noqa: ARG002 - every rule is called alike
    ) -> Workout:
        """Add the block, unless it is there, and set the sub-sport.

        Raises:
            CompileError: The workout holds backward running or other backward walking, or
                another sport.
        """
        check_sport(workout, self.name)
        self._refuse_running(workout)
        planned, found = self._set(), standing_set(workout, _is_walk)
        if not found:
            steps = before_cooldown(workout, fold(planned))
            return attrs.evolve(workout, steps=steps, sub_sport="treadmill")
        if not same_set(planned, found):
            raise CompileError(
                f"{self.name}: expected a workout without backward walking, or with this block, "
                f"got another in {workout.name!r}"
            )
        if workout.sub_sport == "treadmill":
            return workout
        return attrs.evolve(workout, sub_sport="treadmill")

    def _refuse_running(self, workout: Workout) -> None:
        for step in walk_steps(workout.steps):
            if step.movement is Movement.BACKWARD_RUN:
                writer = "after_each_mile"
                if step.intensity is not None:
                    writer = _WRITERS.get(step.intensity, writer)
                raise CompileError(
                    f"{self.name} and {writer} collide: {self.name} has the athlete walk "
                    f"backward for a first try, and the workout holds backward running "
                    f"({step.name or 'unnamed'}), as {writer} adds it"
                )

    def _set(self) -> tuple[Step, ...]:
        back = made_step(
            Movement.BACKWARD_WALK,
            self.walk,
            PaceTarget(slowest_mps=self.slowest, fastest_mps=self.fastest),
            Intensity.ACTIVE,
            notes=f"Incline {self.incline_percent:g} %. Easy pace, just walk it out: backward, on "
            f"the forefoot from first contact to toe-off.",
        )
        forward = made_step(
            Movement.WALK,
            self.between,
            OpenTarget(),
            Intensity.RECOVERY,
            notes=f"Incline {self.incline_percent:g} %. Walk forward, facing the display.",
        )
        return (*(back, forward) * (self.count - 1), back)


def _is_walk(step: Step) -> bool:
    return step.movement is Movement.BACKWARD_WALK
