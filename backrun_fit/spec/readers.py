"""Mappings and lists of files, read value by value, all their problems at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from backrun_fit.errors import Problem, Problems, SpecError
from backrun_fit.rules.parameters import as_number
from backrun_fit.spec.problems import unknown_key

__all__ = ["Readers", "read_list", "read_mapping", "whole"]

_T = TypeVar("_T")

Readers: TypeAlias = Mapping[str, Callable[[Any], object]]
"""Which keys there are, and how the value of each is read."""


def read_mapping(
    value: object, readers: Readers, what: str, required: Sequence[str] = ()
) -> dict[str, Any]:
    """The values of a mapping, each read; a key without a value is as good as none.

    Args:
        value: As the document holds it.
        readers: Every key that there may be.
        what: Was expected, for the error.
        required: Keys that need a value.

    Raises:
        SpecError: All problems at once, each with its path.

    Example:
        >>> read_mapping({"count": "6", "name": None}, {"count": int, "name": str}, "a set")
        {'count': 6}
    """
    if not isinstance(value, Mapping):
        raise SpecError(f"expected {what}, got {value!r:.60}")
    problems = Problems(unknown_key(key, readers, "") for key in value if key not in readers)
    problems.extend(
        Problem("expected a value, got none", key) for key in required if value.get(key) is None
    )
    found = {}
    for key, read in readers.items():
        if value.get(key) is not None:
            with problems.at(key):
                found[key] = read(value[key])
    problems.refuse()
    return found


def read_list(value: object, read: Callable[[Any], _T], what: str) -> tuple[_T, ...]:
    """The values of a list, each read.

    Raises:
        SpecError: It is no list, or all problems of its values at once, with their paths.

    Example:
        >>> read_list(["1", "2"], int, "a list of numbers")
        (1, 2)
    """
    if not isinstance(value, list):
        raise SpecError(f"expected {what}, got {value!r:.60}")
    problems = Problems()
    found = []
    for position, inner in enumerate(value):
        with problems.at(f"[{position}]"):
            found.append(read(inner))
    problems.refuse()
    return tuple(found)


def whole(least: int, most: int) -> Callable[[Any], int]:
    """A reader of whole numbers in a range, from text too.

    Example:
        >>> whole(1, 50)("7")
        7
    """
    what = f"a whole number from {least} to {most:,}"

    def read(value: object) -> int:
        number = as_number(value, "", what)
        if number != int(number) or not least <= number <= most:
            raise SpecError(f"expected {what}, got {value!r:.60}")
        return int(number)

    return read
