"""Tolerances of one's own, from a YAML, TOML or JSON file.

What each of them means is in ``docs/reference/checking.md``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from backrun_fit.errors import SpecError
from backrun_fit.rules.parameters import as_fraction, as_number
from backrun_fit.spec.file import read_text
from backrun_fit.spec.readers import read_mapping
from backrun_fit.spec.text import SpecFormat, read_document
from backrun_fit.tolerances import Tolerances

__all__ = ["changed_tolerances", "load_tolerances", "parse_tolerances"]


def load_tolerances(path: str | os.PathLike[str]) -> Tolerances:
    """Read tolerances from a file (YAML, TOML or JSON).

    Raises:
        SpecError: All problems at once, with the file's path as the source.
    """
    text, format_ = read_text(path)
    return parse_tolerances(text, format_, source=os.fspath(path))


def parse_tolerances(
    text: str,
    format: SpecFormat = "yaml",  # noqa: A002 - the public name
    source: str | None = None,
) -> Tolerances:
    """Read the text of such a file.

    Args:
        text: Fields of ``Tolerances``; those that are left out are as usual. Fractions may be
            written in per cent.
        format: Of the text.
        source: Name of the text, for errors.

    Raises:
        SpecError: All problems at once, each with its path and, where the format tells, its
            place.

    Example:
        >>> parse_tolerances("{largest_fraction: 5 %, settling_s: 20}").largest_fraction
        0.05
    """
    document = read_document(text, format, source)
    with document.reading():
        return changed_tolerances(Tolerances(), document.data)


def changed_tolerances(tolerances: Tolerances, values: Mapping[str, Any]) -> Tolerances:
    """Tolerances with some of them as a person writes them.

    Raises:
        SpecError: All problems at once, each under the name of its tolerance.

    Example:
        >>> changed_tolerances(Tolerances(), {"distance_m": "20"}).distance_m
        20.0
    """
    readers = {field.name: _reader(field.name) for field in attrs.fields(Tolerances)}
    return attrs.evolve(tolerances, **read_mapping(values, readers, "tolerances"))


def _reader(name: str) -> Callable[[Any], float]:
    if name.endswith("_fraction"):
        return lambda value: as_fraction(value, "", 1.0)
    return _not_negative


def _not_negative(value: object) -> float:
    number = as_number(value, "", "a number, 0 or more")
    if number < 0:
        raise SpecError(f"expected a number, 0 or more, got {value!r:.60}")
    return number
