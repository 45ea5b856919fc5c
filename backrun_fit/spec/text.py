"""Spec files as text: YAML, TOML and JSON read into plain mappings, lists and scalars.

What a value means is decided by who asks for it. What has no business in a spec
is refused here: keys given twice, numbers that are not finite, deep nesting, long keys,
more values than any spec has, and the dangers of YAML (see ``spec.yaml``). Nesting in TOML
and JSON is measured before they are parsed: Python's parser of TOML takes time that grows
with the square of the parts of a dotted key.
"""

from __future__ import annotations

import datetime
import json
import math
import re
import tomllib
from typing import Final, Literal

from backrun_fit.errors import Problem, SpecError
from backrun_fit.spec.document import MAX_DEPTH, Document, Plain, check_key, join_path
from backrun_fit.spec.yaml import read_yaml

__all__ = ["MAX_BYTES", "SpecFormat", "read_document"]

SpecFormat = Literal["yaml", "toml", "json"]

MAX_BYTES: Final = 1_000_000

_TOML_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_document(
    text: str,
    format: SpecFormat,  # noqa: A002 - the public name
    source: str | None = None,
) -> Document:
    """Read the text of a spec file.

    Args:
        text: At most a million characters.
        source: Name of the text, for errors.
        format: Of the text.

    Returns:
        The document; its data is a mapping with text keys.

    Raises:
        SpecError: The text is not in that format, or holds what a spec may not hold.

    Example:
        >>> read_document("pace: 8:00", "yaml").data, read_document("n = 5", "toml").data
        ({'pace': '8:00'}, {'n': 5})
    """
    try:
        document = _read(text, format)
    except SpecError as error:
        raise SpecError(error.problems, source) from None
    document.source = source
    return document


def _read(text: str, format_: SpecFormat) -> Document:
    if not isinstance(text, str):
        raise SpecError(f"expected the text of a spec file, got {text!r:.60}")
    if len(text) > MAX_BYTES:
        raise SpecError(f"expected at most {MAX_BYTES:,} characters, got {len(text):,}")
    readers = {"yaml": read_yaml, "toml": _read_toml, "json": _read_json}
    if format_ not in readers:
        raise SpecError(f"expected one of the formats yaml, toml, json, got {format_!r}")
    document = readers[format_](text)
    if not isinstance(document.data, dict):
        got = "nothing" if document.data is None else _shown(document.data)
        raise SpecError(f"expected a mapping with a name and a run, got {got}")
    return document


def _shown(value: object) -> str:
    kinds = {list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), type(value).__name__)


# Texts and comments come first, so that nothing inside them counts.
_TOML_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*+"
    r"|[\[\]{}.=,\n]",
    re.DOTALL,
)
_JSON_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def _check_nesting(text: str, token: re.Pattern[str]) -> None:
    """Refuse brackets and dotted keys that nest too deep, in time linear in the text.

    Raises:
        SpecError: At the first place that is too deep; ``_checked`` would refuse it, too.
    """
    depth = parts = 0
    for match in token.finditer(text):
        mark = match[0]
        if mark == ".":
            parts += 1
        elif mark in "[{":
            depth += 1
            parts = 0
        elif mark in "]}":
            depth -= 1
            parts = 0
        elif mark in "=,\n":
            parts = 0
        if depth > MAX_DEPTH or parts >= MAX_DEPTH:
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            problem = Problem(f"expected at most {MAX_DEPTH} levels, got more", "", line, column)
            raise SpecError(problem)


class _Pairs(list[tuple[str, Plain]]):
    """A JSON object before its keys are known to be different."""


def _read_toml(text: str) -> Document:
    _check_nesting(text, _TOML_TOKEN)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Before Python 3.14 the place is told in the message alone.
        message, place = str(error), _TOML_PLACE.search(str(error))
        if place and place[1]:
            line, column = int(place[1]), int(place[2])
        else:
            line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
        message = f"expected TOML: {_TOML_PLACE.sub('', message)}"
        raise SpecError(Problem(message, line=line, column=column)) from None
    except (ValueError, RecursionError) as error:
        raise _too_much("TOML", error) from None
    document = Document()
    document.data = _checked(data, document, "", 0)
    return document


def _read_json(text: str) -> Document:
    _check_nesting(text, _JSON_TOKEN)
    try:
        data = json.loads(text, object_pairs_hook=_Pairs, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        problem = Problem(f"expected JSON: {error.msg}", line=error.lineno, column=error.colno)
        raise SpecError(problem) from None
    except (ValueError, RecursionError) as error:
        raise _too_much("JSON", error) from None
    document = Document()
    document.data = _checked(data, document, "", 0)
    return document


def _too_much(name: str, error: Exception) -> SpecError:
    got = "too many levels" if isinstance(error, RecursionError) else "a number too long to read"
    return SpecError(f"expected {name} of a spec, got {got}")


def _refuse_constant(name: str) -> None:
    raise SpecError(f"expected a finite number, got {name}")


def _checked(value: Plain, document: Document, path: str, depth: int) -> Plain:
    try:
        document.count_value(depth)
    except SpecError as error:
        raise error.under(path) from None
    if isinstance(value, (dict, _Pairs)):
        mapping: dict[str, Plain] = {}
        for key, inner in value.items() if isinstance(value, dict) else value:
            below = join_path(path, key)
            try:
                check_key(key)
            except SpecError as error:
                raise error.under(path) from None
            if key in mapping:
                document.problems.append(Problem("expected each key once, got it again", below))
            mapping.setdefault(key, _checked(inner, document, below, depth + 1))
        return mapping
    if isinstance(value, list):
        return [
            _checked(inner, document, f"{path}[{number}]", depth + 1)
            for number, inner in enumerate(value)
        ]
    if isinstance(value, float) and not math.isfinite(value):
        document.problems.append(Problem(f"expected a finite number, got {value}", path))
        return None
    if isinstance(value, datetime.time):
        # TOML takes an unquoted 03:30:00 for a time of day.
        return value.isoformat()
    return value
