"""Backward running and lateral shuffles as warm-up or cool-down drills."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.errors import CompileError
from backrun_fit.fold import fold
from backrun_fit.marker import marked_name
from backrun_fit.rules import parameters
from backrun_fit.rules.base import (
    check_sport,
    is_run_of,
    made_step,
    paced,
    refuse_on_treadmill,
    same_set,
    standing_set,
)
from backrun_fit.rules.parameters import Extent, Pace
from backrun_fit.workout import Intensity, Movement, Node, OpenTarget, Step, Workout

__all__ = ["Drills"]

_SHUFFLE_CUE: Final = "Sideways with quick, low steps, the feet never crossing. Flat ground."


@attrs.frozen(kw_only=True)
class Drills:
    """Rounds of backward running, a shuffle to the left and a shuffle to the right.

    Source: the physical therapist's article of 2011, drills as a warm-up or before strength
    work; it gives no numbers. Two rounds and 20 s are our own choice. So short a step has no
    pace target unless one is asked for: a watch smooths speed over 10 to 15 s.

    Attributes:
        where: ``warmup`` puts them after the leading warm-up steps, at the start where there
            are none; ``cooldown`` at the very end.
        rounds: How often the three are done.
        each: How long each is, a distance or a time.
        pace: Of the backward running: a named pace, a pace or a band; None for no target.
        slower: How much slower its band may be, a fraction of the time per distance.
        faster: The same on the fast side.

    Example:
        >>> workout = Drills(rounds=1).apply(Workout(name="Strength day"))
        >>> [step.name for step in workout.steps]
        ['Back 20 s', 'Shuffle left', 'Shuffle right']
    """

    name: ClassVar[str] = "drills"

    where: Literal["warmup", "cooldown"] = attrs.field(default="warmup", converter=parameters.where)
    rounds: int = attrs.field(default=2, converter=parameters.rounds)
    each: Extent = attrs.field(default=parameters.each("20s"), converter=parameters.each)
    pace: Pace | None = attrs.field(default=None, converter=parameters.optional_pace)
    slower: float = attrs.field(default=0.05, converter=parameters.slower)
    faster: float = attrs.field(default=0.05, converter=parameters.faster)

    def apply(
        self,
        workout: Workout,
        athlete: Athlete | None = None,  # noqa: ARG002 - every rule is called alike
    ) -> Workout:
        """Add the drills, unless they are there.

        Raises:
            CompileError: Other drills are there in the same place, another sport, or the
                treadmill introduction is there.
        """
        check_sport(workout, self.name)
        refuse_on_treadmill(workout, self.name)
        planned, found = self._set(), standing_set(workout, self._is_drill)
        if not found:
            return attrs.evolve(workout, steps=self._placed(workout.steps, fold(planned)))
        if not same_set(planned, found):
            raise CompileError(
                f"{self.name}: expected a workout without {self.where} drills, or with these, "
                f"got others in {workout.name!r}"
            )
        return workout

    @property
    def _intensity(self) -> Intensity:
        return Intensity.WARMUP if self.where == "warmup" else Intensity.COOLDOWN

    def _set(self) -> tuple[Step, ...]:
        target = OpenTarget() if self.pace is None else paced(self.pace, self.slower, self.faster)
        back = made_step(Movement.BACKWARD_RUN, self.each, target, self._intensity)
        shuffles = (
            Step(
                duration=self.each,
                intensity=self._intensity,
                movement=Movement.LATERAL_SHUFFLE,
                name=marked_name(Movement.LATERAL_SHUFFLE, side),
                notes=_SHUFFLE_CUE,
            )
            for side in ("left", "right")
        )
        return (back, *shuffles) * self.rounds

    def _is_drill(self, step: Step) -> bool:
        return step.intensity is self._intensity and step.movement in (
            Movement.BACKWARD_RUN,
            Movement.LATERAL_SHUFFLE,
        )

    def _placed(self, nodes: tuple[Node, ...], block: tuple[Node, ...]) -> tuple[Node, ...]:
        if self.where == "cooldown":
            return (*nodes, *block)
        position = 0
        while position < len(nodes) and is_run_of(nodes[position], Intensity.WARMUP):
            position += 1
        return (*nodes[:position], *block, *nodes[position:])
