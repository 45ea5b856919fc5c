"""One line that says a workout, read into a tree: ``2mi @ easy, 6 x (800m @ 5k + 60s @ recovery)``.

The grammar is in ``notation.lark``; the notation is described in
``docs/notation.md``, the way back is in ``notation_printer``.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from backrun_fit.athlete import canonical_pace_name
from backrun_fit.errors import Problem, SpecError
from backrun_fit.intensity import implied_intensities
from backrun_fit.notation_printer import print_workout
from backrun_fit.notation_words import (
    EXPECTED,
    INTENSITY_WORDS,
    MAX_CHARACTERS,
    MAX_COUNT,
    MAX_DEPTH,
    MAX_EXECUTIONS,
    METRICS,
    MOVEMENT_WORDS,
    SPEED_UNITS,
    WORDS,
)
from backrun_fit.units import measured, parse_distance, parse_duration, parse_pace
from backrun_fit.workout import (
    DistanceDuration,
    Duration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    NamedPaceTarget,
    Node,
    OpenDuration,
    OpenTarget,
    PaceTarget,
    Repeat,
    Step,
    Target,
    TimeDuration,
    Workout,
)

if TYPE_CHECKING:
    import lark

    Branch = lark.Tree[lark.Token]

__all__ = ["parse_workout", "print_workout"]

T = TypeVar("T")

_UNSET: Final = Intensity.OTHER


def parse_workout(text: str, *, name: str = "Workout") -> Workout:
    """Read a workout from its one-line notation.

    Args:
        text: Such as ``8mi @ easy`` or ``6 x (800m @ 5k + 60s @ recovery)``; at
            most 10,000 characters, repeats at most 8 deep.
        name: What the workout is called; the line does not say it.

    Returns:
        The tree as it stands in the line, at least one step, every step with an
        intensity: the one written, or the one that the line's shape implies.

    Raises:
        SpecError: Every problem in the line with its line and column; after a
            mistake of grammar, those up to there.

    Example:
        >>> workout = parse_workout("8mi @ easy", name="Sunday long run")
        >>> workout.steps[0].duration
        DistanceDuration(distance_m=12874.752)
        >>> parse_workout("0min @ esy")
        Traceback (most recent call last):
        ...
        backrun_fit.errors.SpecError: line 1, column 1: ...
    """
    if not isinstance(text, str):
        raise SpecError(f"expected a workout in one line of text, got {text!r:.60}")
    if len(text) > MAX_CHARACTERS:
        raise SpecError(
            f"expected a workout of at most {MAX_CHARACTERS:,} characters, got {len(text):,}"
        )
    if not text.strip():
        raise SpecError(Problem("expected a workout such as 8mi @ easy, got nothing"))
    reader = _Reader(text)
    nodes = reader.sequence(_tree(text, reader), depth=0)
    reader.check_length(nodes)
    reader.finish()
    return Workout(name=name, steps=_with_intensities(nodes, implied_intensities(nodes)))


@functools.cache
def _parser() -> lark.Lark:
    # Loading lark takes longer than the command line may take to print its help.
    import lark

    grammar = importlib.resources.files("backrun_fit").joinpath("notation.lark")
    return lark.Lark(
        grammar.read_text(encoding="utf-8"),
        parser="lalr",
        propagate_positions=True,
        maybe_placeholders=False,
    )


def _tree(text: str, reader: _Reader) -> Branch:
    import lark

    try:
        start = _parser().parse(text)
    except lark.UnexpectedInput as error:
        reader.grammar_mistake(error)
        reader.finish()
        raise AssertionError("a mistake of grammar is a problem") from error
    return start.children[0]  # type: ignore[return-value]


def _with_intensities(nodes: tuple[Node, ...], implied: Iterator[Intensity]) -> tuple[Node, ...]:
    told: list[Node] = []
    for node in nodes:
        if isinstance(node, Repeat):
            told.append(attrs.evolve(node, steps=_with_intensities(node.steps, implied)))
        else:
            intensity = next(implied)
            told.append(attrs.evolve(node, intensity=node.intensity or intensity))
    return tuple(told)
