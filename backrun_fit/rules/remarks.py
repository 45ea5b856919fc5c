"""What a rule has to say of the workout that it was laid over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import attrs

from backrun_fit.rules.recognition import Reading
from backrun_fit.wording import step_text
from backrun_fit.workout import Step, Workout

__all__ = ["Remarks", "counted", "remarked"]


class Remarks:
    """Gathers what was found about recoveries, each kind said once."""

    def __init__(self) -> None:
        self._told: Counter[str] = Counter()
        self._doubts: dict[str, None] = {}

    def turn(self, reading: Reading) -> None:
        """A recovery is backward now."""
        self._told[reading.reason] += 1

    def doubt(self, step: Step, reading: Reading) -> None:
        """A step may be a recovery, and stays forward."""
        self._doubts[
            f"{step_text(step)} stays forward, though it may be a recovery: {reading.reason}"
        ] = None

    def sentences(self) -> tuple[str, ...]:
        """One for each kind of thing, in a fixed order; may be empty."""
        return (
            *(
                f"{counted(count)} backward now, told by the {reason}"
                for reason, count in self._told.items()
            ),
            *self._doubts,
        )


def counted(recoveries: int) -> str:
    """How many recoveries are something.

    Example:
        >>> counted(1), counted(5)
        ('1 recovery is', '5 recoveries are')
    """
    return "1 recovery is" if recoveries == 1 else f"{recoveries} recoveries are"


def remarked(workout: Workout, sentences: Sequence[str]) -> Workout:
    """The workout with further remarks, each once.

    Example:
        >>> remarked(remarked(Workout(name="w"), ["One."]), ["One.", "Two."]).remarks
        ('One.', 'Two.')
    """
    return attrs.evolve(workout, remarks=tuple(dict.fromkeys((*workout.remarks, *sentences))))
