"""The marker: how a step's name says that it is not run forward.

FIT has no field for the direction of travel or of facing, so the name carries
it: on the watch for the athlete, in the recording for whoever reads it. The
rules are specified in ``docs/reference/marker.md``.
"""

from __future__ import annotations

import re
from typing import Final

from backrun_fit.workout import Movement

__all__ = ["FORM_CUE", "MARKER_BYTES", "marked_name", "movement_of"]

MARKER_BYTES: Final = 15
"""The marker lies within this many bytes, the shortest step name a watch keeps."""

FORM_CUE: Final = (
    "Backward, on the forefoot from first contact to toe-off. Flat ground, little traffic."
)
"""What the notes of a backward step say about form and place, from the article."""

_WORDS: Final[dict[Movement, str]] = {
    Movement.BACKWARD_RUN: "Back",
    Movement.BACKWARD_WALK: "Back walk",
    Movement.LATERAL_SHUFFLE: "Shuffle",
    Movement.WALK: "Walk",
}

# "Back to easy" and its like are directions, not movements.
_MARKS: Final[tuple[tuple[Movement, re.Pattern[str]], ...]] = (
    (Movement.BACKWARD_WALK, re.compile(r"back(?:wards?)? walk(?:ing)?(?:\s|$)", re.IGNORECASE)),
    (
        Movement.BACKWARD_RUN,
        re.compile(
            r"back(?:wards?)?(?!\s+(?:to|on|off|in|into|at|up|down|home|out)\b)(?:\s|$)",
            re.IGNORECASE,
        ),
    ),
    (Movement.LATERAL_SHUFFLE, re.compile(r"shuffles?(?:\s|$)", re.IGNORECASE)),
    (Movement.WALK, re.compile(r"walk(?:\s|$)", re.IGNORECASE)),
)


def marked_name(movement: Movement, label: str) -> str:
    """A name for a step that starts with the marker of its movement.

    Args:
        movement: Of the step; forward running has no marker.
        label: The rest of the name; may be empty, and may carry the marker already.
            A dash goes before a label that would make a direction of the marker.

    Example:
        >>> marked_name(Movement.BACKWARD_RUN, "1/8 mi"), marked_name(Movement.RUN, "Tempo")
        ('Back 1/8 mi', 'Tempo')
    """
    word = _WORDS.get(movement)
    if word is None or movement_of(label) is movement:
        return label
    name = f"{word} {label}".strip()
    return name if movement_of(name) is movement else f"{word} - {label}"


def movement_of(name: str | None) -> Movement:
    """The movement that a step's name says; forward running where it says nothing.

    Example:
        >>> movement_of("Back 60 s").value, movement_of("Back to easy").value
        ('backward_run', 'run')
    """
    if name:
        for movement, mark in _MARKS:
            if mark.match(name):
                return movement
    return Movement.RUN
