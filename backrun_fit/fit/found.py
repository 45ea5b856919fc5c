"""What every way of walking over messages shares: limits, layouts and the result.

Source of every layout: FIT Protocol, "Record Format".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from backrun_fit.fit.layout import Definition
from backrun_fit.limits import Limits

__all__ = ["Distinct", "Found", "Positions", "definition_end", "local_type"]

Positions: TypeAlias = npt.NDArray[np.integer[Any]]
"""Byte offsets; 32 bits wide where the file is small enough, which all real ones are."""


class Found(NamedTuple):
    """The messages up to the end, or up to where the walk had to stop.

    Attributes:
        offsets: Byte offset of each message's header byte, ascending. The last
            message may reach over the end.
        which: For each message the index of its definition.
        definitions: The distinct ones, in order of the first of each.
        begins: Byte offsets of definitions, ascending, among them the first of each
            local type and the first of each distinct one.
        behind: Byte offset behind the last message or definition.
        definition_count: Definition messages, each time one was sent.
        field_count: Fields of the distinct definitions.
    """

    offsets: Positions
    which: npt.NDArray[np.uint16]
    definitions: tuple[Definition, ...]
    begins: list[int]
    behind: int
    definition_count: int
    field_count: int


class Distinct:
    """Definitions without repetition, in order of the first of each.

    Example:
        >>> from backrun_fit.fit.layout import definition_of
        >>> distinct = Distinct()
        >>> bodies = [bytes.fromhex(text) for text in ("0000140000", "0000150000", "0000140000")]
        >>> [distinct.index_of(definition_of(body, False)) for body in bodies], len(distinct)
        ([0, 1, 0], 2)
    """

    def __init__(self) -> None:
        """None so far."""
        self.field_count = 0
        """Fields of all of them, native and developer."""
        self._indexes: dict[bytes, int] = {}
        self._definitions: list[Definition] = []

    def __len__(self) -> int:
        return len(self._definitions)

    def __iter__(self) -> Iterator[Definition]:
        return iter(self._definitions)

    def index_of(self, definition: Definition) -> int:
        """Where it stands, at the end if it is new."""
        # Its counts say how long a body is, so that equal ones are the same definition.
        index = self._indexes.setdefault(definition.body, len(self._definitions))
        if index == len(self._definitions):
            self._definitions.append(definition)
            self.field_count += definition.field_count
        return index

    def is_beyond(self, limits: Limits) -> bool:
        """Whether there are too many of them, or of their fields."""
        return (
            len(self._definitions) > limits.definitions
            or self.field_count > limits.definition_fields
        )


def local_type(header: int) -> int:
    """The local type that the header byte of a data message names.

    Example:
        >>> local_type(0x05), local_type(0xE1)
        (5, 3)
    """
    # A compressed-timestamp header has two bits of local type left.
    return header >> 5 & 0x03 if header & 0x80 else header & 0x0F


def definition_end(data: bytes, position: int, end: int) -> int:
    """The byte offset behind the definition at ``position``; beyond ``end`` if it is cut off.

    Example:
        >>> body = bytes.fromhex("400000140001030102")
        >>> definition_end(body, 0, 9), definition_end(body, 0, 8)
        (9, 9)
    """
    body_end = position + 6
    if body_end <= end:
        body_end += 3 * data[position + 5]
    if data[position] & 0x20:
        body_end += 1
        if body_end <= end:
            body_end += 3 * data[body_end - 1]
    return body_end
