"""Who rehearses with what: the file behind ``rehearse --runner``."""

from __future__ import annotations

import os
import re
from typing import Any, Final, TypeVar

import attrs

from backrun_fit.errors import Problem, SpecError
from backrun_fit.rehearsal.runner import Runner
from backrun_fit.rehearsal.watch import Watch
from backrun_fit.spec.document import Document
from backrun_fit.spec.file import read_text
from backrun_fit.spec.problems import unknown_key
from backrun_fit.spec.text import SpecFormat, read_document

__all__ = ["Setup", "load_setup", "parse_setup"]

_T = TypeVar("_T", Runner, Watch)


@attrs.frozen(kw_only=True)
class Setup:
    """A runner and a watch; what the file does not say is as usual."""

    runner: Runner = attrs.field(factory=Runner)
    watch: Watch = attrs.field(factory=Watch)


_NUMBER: Final = re.compile(r"-?\d{1,9}(\.\d{1,9})?", re.ASCII)
_PARTS: Final = {"runner": Runner, "watch": Watch}


def load_setup(path: str | os.PathLike[str]) -> Setup:
    """Read a file (YAML, TOML or JSON) with the sections ``runner`` and ``watch``.

    Raises:
        SpecError: All problems at once, with the file's path as the source.
    """
    text, format_ = read_text(path)
    return parse_setup(text, format_, source=os.fspath(path))


def parse_setup(text: str, format: SpecFormat = "yaml", source: str | None = None) -> Setup:  # noqa: A002
    """Read the text of such a file.

    Raises:
        SpecError: All problems at once.

    Example:
        >>> parse_setup("runner: {easy_speed_mps: 3.1}").runner.easy_speed_mps
        3.1
    """
    document = read_document(text, format, source)
    problems = [unknown_key(key, _PARTS, "") for key in document.data if key not in _PARTS]
    runner = _part(document, "runner", Runner, problems)
    watch = _part(document, "watch", Watch, problems)
    document.refuse(problems)
    return Setup(runner=runner, watch=watch)


def _part(document: Document, name: str, kind: type[_T], problems: list[Problem]) -> _T:
    given = document.data.get(name)
    if given is None:
        return kind()
    if not isinstance(given, dict):
        problems.append(Problem(f"expected a mapping, got {given!r:.60}", name))
        return kind()
    fields = attrs.fields_dict(kind)
    found: dict[str, Any] = {}
    for key, value in given.items():
        if key not in fields:
            problems.append(unknown_key(key, fields, name))
            continue
        read = _value(value, fields[key].default)
        if read is None and value is not None:
            what = "true or false" if isinstance(fields[key].default, bool) else "a number"
            problems.append(Problem(f"expected {what}, got {value!r:.60}", f"{name}.{key}"))
        elif read is not None:
            found[key] = read
    try:
        return kind(**found)
    except SpecError as error:
        problems += error.under(name).problems
        return kind()


def _value(value: object, default: object) -> bool | float | None:
    """A value as the field's default is one; None where it is none of that kind.

    Texts are read too, as which YAML gives its scalars.
    """
    if isinstance(default, bool):
        words = {"true": True, "false": False}
        return value if isinstance(value, bool) else words.get(str(value).lower())
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else None
    return float(value) if isinstance(value, int | float) else None
