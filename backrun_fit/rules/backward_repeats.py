"""A main set of backward repeats for a day that is short on time."""

from __future__ import annotations

from typing import ClassVar, Final

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.errors import CompileError
from backrun_fit.fold import fold
from backrun_fit.rules import parameters
from backrun_fit.rules.base import (
    before_cooldown,
    check_sport,
    made_step,
    paced,
    refuse_on_treadmill,
    same_set,
    standing_set,
)
from backrun_fit.rules.parameters import Extent, Pace
from backrun_fit.workout import Intensity, Movement, NamedPaceTarget, Step, Target, Workout

__all__ = ["BackwardRepeats"]

# Half-width of the band about a single pace given for the recoveries; our own choice.
_RECOVERY_BAND: Final = 0.05


@attrs.frozen(kw_only=True)
class BackwardRepeats:
    """Backward repeats with forward recoveries between them.

    Source: the physical therapist's article of 2011 names backward running repeats for
    an athlete who is short on time or plans an interval workout. It gives their pace; the
    distance and the recovery are those of its other rules, the count is our own.

    The set stands before the cool-down, at the end where there is none. Between six
    repeats there are five recoveries.

    Attributes:
        count: How many repeats.
        backward: How long each is, a distance or a time.
        recovery: How long the forward recovery between two is.
        recovery_pace: Of the recoveries: a named pace, a pace or a band.
        pace: Of the repeats, likewise.
        slower: How much slower the repeats' band may be, a fraction of the time per distance.
        faster: The same on the fast side.

    Example:
        >>> workout = BackwardRepeats().apply(Workout(name="Short day"))
        >>> workout.steps[0].count, workout.steps[1].name
        (5, 'Back 1/8 mi')
    """

    name: ClassVar[str] = "backward_repeats"

    count: int = attrs.field(default=6, converter=parameters.count)
    backward: Extent = attrs.field(
        default=parameters.backward("1/8mi"), converter=parameters.backward
    )
    recovery: Extent = attrs.field(
        default=parameters.recovery("60s"), converter=parameters.recovery
    )
    recovery_pace: Pace = attrs.field(default="easy", converter=parameters.recovery_pace)
    pace: Pace = attrs.field(default="marathon", converter=parameters.pace)
    slower: float = attrs.field(default=0.05, converter=parameters.slower)
    faster: float = attrs.field(default=0.05, converter=parameters.faster)

    def apply(
        self,
        workout: Workout,
        athlete: Athlete | None = None,  # noqa: ARG002 - every rule is called alike
    ) -> Workout:
        """Add the set, unless it is there.

        Raises:
            CompileError: Another set of backward repeats is there, another sport, or
                the treadmill introduction is there.
        """
        check_sport(workout, self.name)
        refuse_on_treadmill(workout, self.name)
        planned, found = self._set(), standing_set(workout, _is_repeat)
        if not found:
            return attrs.evolve(workout, steps=before_cooldown(workout, fold(planned)))
        if not same_set(planned, found):
            raise CompileError(
                f"{self.name}: expected a workout without backward repeats, or with these "
                f"{self.count}, got another set in {workout.name!r}"
            )
        return workout

    def _set(self) -> tuple[Step, ...]:
        back = made_step(
            Movement.BACKWARD_RUN,
            self.backward,
            paced(self.pace, self.slower, self.faster),
            Intensity.INTERVAL,
        )
        rest = Step(
            duration=self.recovery, target=self._recovery_target(), intensity=Intensity.RECOVERY
        )
        return (*(back, rest) * (self.count - 1), back)

    def _recovery_target(self) -> Target:
        if isinstance(self.recovery_pace, str):
            return NamedPaceTarget(name=self.recovery_pace)
        return paced(self.recovery_pace, _RECOVERY_BAND, _RECOVERY_BAND)


def _is_repeat(step: Step) -> bool:
    return step.movement is Movement.BACKWARD_RUN and step.intensity is Intensity.INTERVAL
