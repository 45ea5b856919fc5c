"""The section ``backward`` of an athlete file, put into its text.

Only this section is written; every other character stays. The caller reads the text
again and compares, so a text that is written in an unusual way is refused, not spoilt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final, TypeAlias

import yaml

from backrun_fit.errors import SpecError
from backrun_fit.spec.text import SpecFormat

__all__ = ["new_text", "text_with"]

Values: TypeAlias = Mapping[str, str | int | float]

_ATHLETE: Final = "athlete"
_KEY: Final = "backward"
_STEP: Final = "  "


def new_text(values: Values, format_: SpecFormat) -> str:
    """The text of a new athlete file that holds nothing but the calibration.

    Args:
        values: Of the section, by key.
        format_: Of the file.

    Example:
        >>> print(new_text({"bouts": 6, "pace": "6:10/km"}, "yaml"), end="")
        athlete:
          backward:
            bouts: 6
            pace: 6:10/km
    """
    if format_ == "json":
        section = _flow(values, is_json=True)
        return f'{{\n  "{_ATHLETE}": {{\n    {section}\n  }}\n}}\n'
    if format_ == "toml":
        return _toml_table(f"{_ATHLETE}.{_KEY}", values, "\n")
    return f"{_ATHLETE}:\n{_yaml_block(_STEP, values, chr(10))}"


def text_with(text: str, values: Values, format_: SpecFormat) -> str:
    r"""The text of an athlete file with the calibration in it.

    Args:
        text: Of the file; may hold a calibration, which is replaced.
        values: Of the section, by key.
        format_: Of the file.

    Raises:
        SpecError: There is no place for the section.

    Example:
        >>> print(text_with("athlete:\n  name: Ann  # fast\n", {"bouts": 6}, "yaml"), end="")
        athlete:
          name: Ann  # fast
          backward:
            bouts: 6
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    if format_ == "toml":
        return _toml_with(text, values, newline)
    return _yaml_with(text, values, newline, is_json=format_ == "json")


# TOML.


def _toml_table(name: str, values: Values, newline: str) -> str:
    lines = [f"[{name}]"]
    for key, value in values.items():
        # A day needs no quotes; JSON's texts and numbers are TOML's, too.
        is_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value))
        lines.append(f"{key} = {value if is_day else json.dumps(value)}")
    return newline.join((*lines, ""))


def _toml_with(text: str, values: Values, newline: str) -> str:
    has_section = re.search(rf"^[ \t]*(?:\[[ \t]*)?{_ATHLETE}\b", text, re.MULTILINE)
    name = f"{_ATHLETE}.{_KEY}" if has_section else _KEY
    table = _toml_table(name, values, newline)
    header = rf"^[ \t]*\[[ \t]*{re.escape(name)}[ \t]*\][^\n]*\n?"
    found = re.search(header, text, re.MULTILINE)
    if found is None:
        apart = "" if not text or text.endswith("\n") else newline
        return f"{text}{apart}{newline if text else ''}{table}"
    last = found.end()
    for line in text[found.end() :].splitlines(keepends=True):
        if not re.match(r"[ \t]*[\w\"'-]+[ \t]*=", line):
            break
        last += len(line)
    return text[: found.start()] + table + text[last:]


# YAML, and JSON, which PyYAML reads as YAML in braces.


def _yaml_with(text: str, values: Values, newline: str, *, is_json: bool) -> str:
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, OverflowError):
        raise SpecError("expected a text that can be read as YAML") from None
    holder = _value_of(root, _ATHLETE)
    if not isinstance(holder, yaml.MappingNode):
        holder = root if holder is None else None
    if not isinstance(holder, yaml.MappingNode) or not holder.value:
        raise SpecError("expected values of the athlete's to put the calibration behind")
    first_key = holder.value[0][0]
    for key, value in holder.value:
        if key.value == _KEY:
            start, end = key.start_mark.index, _end_of(value)
            if holder.flow_style:
                return text[:start] + _flow(values, is_json=is_json) + text[end:]
            block = _yaml_block(" " * key.start_mark.column, values, newline)
            return text[:start] + block.strip() + text[end:]
    end = _end_of(holder.value[-1][1])
    if holder.flow_style:
        return f"{text[:end]}, {_flow(values, is_json=is_json)}{text[end:]}"
    # Behind the comment that may follow the last value; a block of text ends behind its line.
    if text[end - 1] != "\n":
        below = text.find("\n", end)
        end = len(text) if below < 0 else below + 1
    apart = "" if text[:end].endswith("\n") else newline
    block = _yaml_block(" " * first_key.start_mark.column, values, newline)
    return f"{text[:end]}{apart}{block}{text[end:]}"


def _value_of(node: object, wanted: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == wanted:
                return value  # type: ignore[no-any-return]
    return None


def _end_of(node: yaml.Node) -> int:
    """Where the text of a node ends; PyYAML counts what follows a block as part of it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.index)


def _yaml_block(indent: str, values: Values, newline: str) -> str:
    lines = [f"{indent}{_KEY}:"]
    lines += (f"{indent}{_STEP}{key}: {value}" for key, value in values.items())
    return newline.join((*lines, ""))


def _flow(values: Values, *, is_json: bool) -> str:
    if is_json:
        return f"{json.dumps(_KEY)}: {json.dumps(dict(values))}"
    return f"{_KEY}: {{{', '.join(f'{key}: {value}' for key, value in values.items())}}}"
