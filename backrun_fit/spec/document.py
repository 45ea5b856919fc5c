"""What a spec file holds, and where in the file each value stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

import attrs

from backrun_fit.errors import Problem, SpecError

__all__ = [
    "MAX_DEPTH",
    "MAX_KEY",
    "MAX_VALUES",
    "Document",
    "Place",
    "Plain",
    "check_key",
    "join_path",
]

MAX_DEPTH: Final = 10
"""How many mappings and lists may stand inside one another."""

MAX_KEY: Final = 200
"""Characters that a key may have."""

MAX_VALUES: Final = 50_000
"""Values that a file may hold, mappings and lists counted: a season of a year has some 2,000."""

Plain: TypeAlias = Any
"""Mappings with text keys, lists, text, numbers, booleans, dates and None."""


@attrs.frozen
class Place:
    """Where a value stands.

    Attributes:
        line: One-based.
        column: One-based.
        text_column: Column of the first character of a text whose lines stand just
            as they read, all from this column on; None for any other value.
        text_line: Line of that character, where it is not ``line``.
    """

    line: int
    column: int
    text_column: int | None = None
    text_line: int | None = None


@attrs.define
class Document:
    """What a spec file holds.

    Attributes:
        data: Its mapping.
        places: Where the values stand, by path; empty but for YAML.
        problems: Keys given twice.
        source: Its name, for errors.
    """

    data: Plain = None
    places: dict[str, Place] = attrs.field(factory=dict)
    problems: list[Problem] = attrs.field(factory=list)
    source: str | None = None
    _value_count: int = attrs.field(default=0, init=False)

    def count_value(self, depth: int) -> None:
        """Count one more value.

        Args:
            depth: How many mappings and lists it stands in.

        Raises:
            SpecError: It stands too deep, or there are more than ``MAX_VALUES``.
        """
        self._value_count += 1
        if depth > MAX_DEPTH:
            raise SpecError(f"expected at most {MAX_DEPTH} levels, got more")
        if self._value_count > MAX_VALUES:
            raise SpecError(f"expected at most {MAX_VALUES:,} values, got more")

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Refuse a document in which something is wrong, as text or with its values.

        Args:
            problems: Of its values; their places are found here.

        Raises:
            SpecError: All problems in the order in which they stand, where the format tells.
        """
        located = [*self.problems, *map(self.located, problems)]
        if located:
            raise SpecError(sorted(located, key=_place_in_text), self.source)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is wrong with the values read inside is refused with what is wrong as text.

        Raises:
            SpecError: As ``refuse`` does.
        """
        try:
            yield
        except SpecError as error:
            self.refuse(error.problems)
            raise
        self.refuse(())

    def located(self, problem: Problem) -> Problem:
        """The problem with its place in the file, as near as it is known.

        Args:
            problem: Its line and column, if any, count from the start of the text
                at its path.
        """
        place = self.places.get(problem.path)
        if problem.line is None or problem.column is None:
            above = (self.places.get(path) for path in _upwards(problem.path))
            place = place or next(filter(None, above), None)
            return problem if place is None else _placed(problem, place.line, place.column)
        if place is not None and place.text_column is not None:
            below = (place.text_line or place.line) + problem.line - 1
            return _placed(problem, below, place.text_column + problem.column - 1)
        within = f"{problem.message} (at line {problem.line}, column {problem.column} of this text)"
        line, column = (None, None) if place is None else (place.line, place.column)
        return _placed(attrs.evolve(problem, message=within), line, column)


def _place_in_text(problem: Problem) -> tuple[float, int]:
    return problem.line or math.inf, problem.column or 0


def _placed(problem: Problem, line: int | None, column: int | None) -> Problem:
    return attrs.evolve(problem, line=line, column=column)


def check_key(key: str) -> None:
    """Refuse a key that is too long.

    Raises:
        SpecError: It has more than ``MAX_KEY`` characters.

    Example:
        >>> check_key("name")
    """
    if len(key) > MAX_KEY:
        got = f"{len(key):,} characters that begin {key[:20]!r}"
        raise SpecError(f"expected a key of at most {MAX_KEY} characters, got {got}")


def join_path(path: str, key: str) -> str:
    """The path of a mapping's value.

    Example:
        >>> join_path("rules[0]", "every"), join_path("", "name")
        ('rules[0].every', 'name')
    """
    short = key if len(key) <= 60 else f"{key[:57]}..."
    return f"{path}.{short}" if path else short


def _upwards(path: str) -> Iterator[str]:
    while path:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
        yield path
