"""What is wrong with a spec, out of cattrs' nested errors, in the words of our own."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import attrs
import cattrs

from backrun_fit.errors import Problem, SpecError
from backrun_fit.hints import hint
from backrun_fit.spec.document import join_path

__all__ = ["keys_of", "problems_of", "unknown_key"]


def keys_of(kind: type) -> tuple[str, ...]:
    """The keys under which a spec gives the fields of a class, in order."""
    keys = (
        (field.alias or field.name, *field.metadata.get("also", ())) for field in attrs.fields(kind)
    )
    return tuple(itertools.chain.from_iterable(keys))


def problems_of(error: Exception, path: str = "") -> Iterator[Problem]:
    """The problems in an error of cattrs or our own.

    Args:
        error: As it came out of a converter.
        path: Of the value that the converter was given.

    Yields:
        In the order in which cattrs met them.

    Raises:
        Exception: The error itself, or one inside it, where it speaks of no input.
    """
    path = _noted_path(error, path)
    if isinstance(error, cattrs.BaseValidationError):
        for inner in error.exceptions:
            yield from problems_of(inner, path)
    elif isinstance(error, cattrs.ForbiddenExtraKeysError):
        known = keys_of(error.cl)
        for key in sorted(error.extra_fields, key=str):
            yield unknown_key(key, known, path)
    elif isinstance(error, SpecError):
        yield from (error.under(path) if path else error).problems
    elif isinstance(error, KeyError):
        yield Problem("expected a value, got none", path)
    else:
        raise error


def _noted_path(error: Exception, path: str) -> str:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, cattrs.AttributeValidationNote):
            return join_path(path, note.name)
        if isinstance(note, cattrs.IterableValidationNote):
            return f"{path}[{note.index}]"
    return path


def unknown_key(key: str, known: Iterable[str], path: str) -> Problem:
    """The problem of a key that nobody reads, with the nearest one that somebody does.

    Example:
        >>> str(unknown_key("evry", ["every", "pace"], "rules[0]"))
        "rules[0].evry: expected one of every, pace, got 'evry'; did you mean every?"
    """
    names = list(known)
    message = f"expected one of {', '.join(names)}, got {key!r:.60}{hint(key, names)}"
    return Problem(message, join_path(path, key))
