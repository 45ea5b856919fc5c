"""YAML read into plain mappings, lists and text, with the place of every value.

Scalars stay the text that stands there, because YAML 1.1 makes the number 480 of
a pace of ``8:00``. The reader goes through PyYAML's events, so that nothing is
built before it is known to be harmless: tags, anchors, aliases, further
documents and deep nesting are refused as they come.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

import yaml

from backrun_fit.errors import Problem, SpecError
from backrun_fit.spec.document import Document, Place, Plain, check_key, join_path

__all__ = ["read_yaml"]

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


def read_yaml(text: str) -> Document:
    """Read the text of a YAML file.

    Returns:
        The document with the places of its values; its data may be anything plain,
        None where the file is empty.

    Raises:
        SpecError: The text is no YAML, or holds what a spec may not hold.

    Example:
        >>> document = read_yaml("athlete: {marathon_pace: 8:00/mi}")
        >>> document.data, document.places["athlete.marathon_pace"].column
        ({'athlete': {'marathon_pace': '8:00/mi'}}, 26)
    """
    try:
        return _Reader(text).document()
    except yaml.MarkedYAMLError as error:
        message = ", ".join(filter(None, [error.context, error.problem]))
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise SpecError(Problem(f"expected YAML: {message}", line=line, column=column)) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        raise SpecError(
            Problem(
                f"expected YAML: {error.reason}, got {text[error.position]!r}",
                line=before.count("\n") + 1,
                column=len(before) - before.rfind("\n"),
            )
        ) from None
    except (ValueError, OverflowError):
        # PyYAML lets Python's own errors through for \UFFFFFFFF and %YAML 1.99999...
        raise SpecError("expected YAML, got an escape or a version out of range") from None


class _Reader:
    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._document = Document()
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.BaseLoader)

    def document(self) -> Document:
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _refusal(event, "expected one document, got another")
                self._document.data = self._value(next(self._events), "", 0)
        return self._document

    def _value(self, event: yaml.Event, path: str, depth: int) -> Plain:
        _check_plain(event)
        try:
            self._document.count_value(depth)
        except SpecError as error:
            raise _refusal(event, error.problems[0].message) from None
        if isinstance(event, yaml.ScalarEvent):
            self._document.places[path] = self._place(event)
            # "null" in quotes is a text.
            return None if event.style is None and event.value in _NULLS else event.value
        self._document.places.setdefault(path, Place(*_line_and_column(event)))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        return self._sequence(path, depth)

    def _mapping(self, path: str, depth: int) -> dict[str, Plain]:
        mapping: dict[str, Plain] = {}
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            _check_plain(key)
            if not isinstance(key, yaml.ScalarEvent):
                raise _refusal(key, "expected a word as a key, got a list or a mapping")
            try:
                check_key(key.value)
            except SpecError as error:
                raise _refusal(key, error.problems[0].message) from None
            below = join_path(path, key.value)
            line, column = _line_and_column(key)
            if key.value in mapping:
                problem = Problem("expected each key once, got it again", below, line, column)
                self._document.problems.append(problem)
                # The places of what counts stay as they are.
                below += " again"
            # A block of values begins on the line after its key, which is what a reader looks for.
            self._document.places[below] = Place(line, column)
            mapping.setdefault(key.value, self._value(next(self._events), below, depth + 1))
        return mapping

    def _sequence(self, path: str, depth: int) -> list[Plain]:
        items: list[Plain] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, f"{path}[{len(items)}]", depth + 1))
        return items

    def _place(self, event: yaml.ScalarEvent) -> Place:
        start, end = cast(yaml.Mark, event.start_mark), cast(yaml.Mark, event.end_mark)
        quotes = 1 if event.style in ('"', "'") else 0
        text_column = None
        if event.style == "|":
            indent = _indent(event.value, self._lines[start.line + 1 : end.line + 1])
            if indent is not None:
                return Place(*_line_and_column(event), indent + 1, start.line + 2)
        if start.line == end.line and start.line < len(self._lines):
            first = start.column + quotes
            written = self._lines[start.line][first : end.column - quotes]
            text_column = first + 1 if written == event.value else None
        return Place(*_line_and_column(event), text_column)


def _indent(text: str, lines: list[str]) -> int | None:
    """By how much the lines of a block are indented; None where they stand otherwise."""
    read = text.rstrip("\n").split("\n")
    filled = [(line, written) for line, written in zip(read, lines, strict=False) if line]
    indents = {len(written) - len(line) for line, written in filled}
    if len(read) > len(lines) or len(indents) != 1:
        return None
    indent = indents.pop()
    return indent if all(written[indent:] == line for line, written in filled) else None


def _check_plain(event: yaml.Event) -> None:
    # Where a value or a key is due, PyYAML gives an alias, a scalar or the start of a collection.
    node = cast(yaml.AliasEvent | yaml.ScalarEvent | yaml.CollectionStartEvent, event)
    if isinstance(node, yaml.AliasEvent):
        raise _refusal(node, f"expected values written out, got the alias *{node.anchor:.60}")
    if node.anchor is not None:
        raise _refusal(node, f"expected values without anchors, got &{node.anchor:.60}")
    if node.tag is not None:
        raise _refusal(node, f"expected values without tags, got {node.tag[:60]!r}")


def _line_and_column(event: yaml.Event) -> tuple[int, int]:
    # Events that come out of a text always carry their marks.
    mark = cast(yaml.Mark, event.start_mark)
    return mark.line + 1, mark.column + 1


def _refusal(event: yaml.Event, message: str) -> SpecError:
    line, column = _line_and_column(event)
    return SpecError(Problem(message, line=line, column=column))
