"""One line that says a workout, ⇄ the tree: ``2mi @ easy, 6 x (800m @ 5k + 60s @ recovery)``.

The grammar is in ``grammar.lark``; the notation is described in
``docs/reference/notation.md``.
"""

from __future__ import annotations

import functools
import importlib.resources
from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from backrun_fit.errors import CompileError, Problem, SpecError
from backrun_fit.notation.dialects import INTERVALS_ICU, is_like_intervals_icu
from backrun_fit.notation.intensity import implied_intensities
from backrun_fit.notation.notes import Unplaced, cut
from backrun_fit.notation.printer import workout_line
from backrun_fit.notation.reader import Reader
from backrun_fit.notation.words import EXPECTED, MAX_CHARACTERS
from backrun_fit.workout import Intensity, Node, Repeat, Workout

if TYPE_CHECKING:
    import lark

__all__ = ["parse_workout", "print_workout"]


def parse_workout(text: str, *, name: str = "Workout") -> Workout:
    """Read a workout from its one-line notation.

    Args:
        text: Such as ``8mi @ easy`` or ``6 x (800m @ 5k + 60s @ recovery)``; at
            most 10,000 characters, with repeats at most 8 deep and 10,000
            executions in all.
        name: What the workout is called; the line does not say it.

    Returns:
        The tree as it stands in the line, at least one step, every step with an
        intensity: the one written, or the one that the line's shape implies.

    Raises:
        SpecError: Every problem in the line with its line and column; where the
            grammar is broken, the problems up to there.

    Example:
        >>> parse_workout("8mi @ easy").steps[0].duration
        DistanceDuration(distance_m=12874.752)
        >>> try:
        ...     parse_workout("2mi @ esy, 0 x 400m @ 5k")
        ... except SpecError as error:
        ...     for problem in error.problems:
        ...         print(problem.line, problem.column)
        1 7
        1 12
    """
    if not isinstance(text, str):
        raise SpecError(f"expected a workout in one line of text, got {text!r:.60}")
    if len(text) > MAX_CHARACTERS:
        raise SpecError(
            f"expected a workout of at most {MAX_CHARACTERS:,} characters, got {len(text):,}"
        )
    if not text.strip():
        raise SpecError("expected a workout such as 8mi @ easy, got nothing")
    try:
        nodes = _nodes(text)
    except SpecError as error:
        first, *others = error.problems
        if is_like_intervals_icu(text):
            first = attrs.evolve(first, message=f"{first.message}; {INTERVALS_ICU}")
        raise SpecError([first, *others]) from None
    implied = implied_intensities(nodes)
    return Workout(name=name, steps=_with_intensities(nodes, implied))


def print_workout(workout: Workout) -> str:
    """Write a workout's steps in the one-line notation.

    The line says the steps. What belongs to the whole session (name, sport,
    sub-sport, notes) stands beside the line, in a spec file for one.

    Args:
        workout: With at least one step.

    Returns:
        The line from which ``parse_workout`` reads the same steps, every number
        and text included.

    Raises:
        CompileError: The notation has no words for something in the workout;
            the message names the step and what it is.

    Example:
        >>> print_workout(parse_workout("6X(0.5 mile@5K,1:30 @ recovery)"))
        '6 x (1/2mi @ 5k + 1:30 @ recovery)'
    """
    line = workout_line(workout)
    # The proof: what cannot be read again is not handed over.
    try:
        read = parse_workout(line)
    except SpecError as error:
        raise CompileError(
            f"workout {workout.name!r} is beyond what the notation takes: {error}"
        ) from error
    if read.steps != workout.steps:
        raise CompileError(
            f"workout {workout.name!r} reads differently once it is written in one line"
        )
    return line


def _nodes(text: str) -> tuple[Node, ...]:
    try:
        return _read(text, placed=False)
    except Unplaced:
        return _read(text, placed=True)


def _read(text: str, *, placed: bool) -> tuple[Node, ...]:
    reader = Reader(text)
    return reader.workout(_tree(text, reader, placed=placed))


@functools.cache
def _parser(*, placed: bool) -> lark.Lark:
    # Loading lark takes longer than the command line may take to print its help.
    import lark

    grammar = importlib.resources.files(__package__).joinpath("grammar.lark")
    return lark.Lark(
        grammar.read_text(encoding="utf-8"),
        parser="lalr",
        # Only a mistake needs the places of what was read; to keep them takes a third longer.
        propagate_positions=placed,
        maybe_placeholders=False,
    )


def _tree(text: str, reader: Reader, *, placed: bool) -> lark.Tree[lark.Token]:
    import lark

    try:
        return _parser(placed=placed).parse(text)
    except lark.UnexpectedInput as error:
        raise _grammar_mistake(text, error, reader) from None


def _grammar_mistake(text: str, error: lark.UnexpectedInput, reader: Reader) -> SpecError:
    import lark

    stopped = error.interactive_parser
    words = sorted(EXPECTED[terminal] for terminal in stopped.accepts())  # type: ignore[no-untyped-call]
    expected = " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
    if not isinstance(error, lark.UnexpectedToken):
        line, column = error.line, error.column
        got = repr(text[error.pos_in_stream or 0])
    elif error.token.type == "$END":
        before = text.rstrip()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        got = "the end of the line"
    else:
        line, column = error.line, error.column
        got = cut(error.token.strip())
    reader.look_through(stopped.parser_state.value_stack)
    return reader.error(Problem(f"expected {expected}, got {got}", line=line, column=column))


def _with_intensities(nodes: tuple[Node, ...], implied: Iterator[Intensity]) -> tuple[Node, ...]:
    complete: list[Node] = []
    for node in nodes:
        if isinstance(node, Repeat):
            complete.append(attrs.evolve(node, steps=_with_intensities(node.steps, implied)))
        else:
            intensity = next(implied)
            complete.append(attrs.evolve(node, intensity=node.intensity or intensity))
    return tuple(complete)
