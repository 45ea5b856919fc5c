"""Which messages of a segment are of which kind."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.found import Positions
from backrun_fit.fit.layout import Definition
from backrun_fit.fit.walk import Walked

__all__ = ["Messages", "Picked"]

_BLOCK: Final = 1 << 16


@attrs.frozen(eq=False)
class Picked:
    """Some messages of a segment, in order of the file.

    Attributes:
        offsets: Byte offset of each message's header byte.
        definitions: The distinct ones under which they were sent.
        which: For each message the index of its definition.
    """

    offsets: Positions
    definitions: tuple[Definition, ...]
    which: npt.NDArray[np.integer[Any]]

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def value_count(self) -> int:
        """How many fields all messages have together."""
        return _value_count(self.definitions, _message_counts(self.which, self.definitions))


_NOTHING = Picked(np.empty(0, dtype=np.int32), (), np.empty(0, dtype=np.int64))


@attrs.frozen(eq=False, slots=False)
class Messages:
    """All messages of a segment.

    Attributes:
        data: The whole file.
        walked: Where they lie.
    """

    data: bytes
    walked: Walked

    def __len__(self) -> int:
        return len(self.walked.offsets)

    @property
    def offsets(self) -> Positions:
        """Byte offset of every message, ascending."""
        return self.walked.offsets

    @functools.cached_property
    def numbers(self) -> tuple[int, ...]:
        """Global numbers of the messages there are, in order of the first of each."""
        numbers, firsts = np.unique(self._numbers, return_index=True)
        return tuple(numbers[np.argsort(firsts)].tolist())

    @functools.cached_property
    def counts(self) -> Mapping[int, int]:
        """Global number to how many messages there are; without those of which there are none."""
        found: dict[int, int] = {}
        for definition, count in zip(self.walked.definitions, self._counts, strict=True):
            if count:
                number = definition.message_number
                found[number] = found.get(number, 0) + count
        return found

    @functools.cached_property
    def value_count(self) -> int:
        """How many fields all messages have together."""
        return _value_count(self.walked.definitions, self._counts)

    @functools.cached_property
    def _counts(self) -> list[int]:
        """How many messages each definition has."""
        return _message_counts(self.walked.which, self.walked.definitions)

    def of(self, number: int) -> Picked:
        """The messages with a global number."""
        indexes = self._indexes.get(number, [])
        if not indexes:
            return _NOTHING
        mine = np.flatnonzero(self._numbers == number)
        if not len(mine):
            return _NOTHING
        if len(indexes) == 1:
            which = np.zeros(len(mine), dtype=np.uint16)
        else:
            counts = np.bincount(self.walked.which[mine])
            indexes = np.flatnonzero(counts).tolist()
            # From an index among all definitions to one among those that are used.
            which = ((counts > 0).cumsum() - 1)[self.walked.which[mine]]
        definitions = tuple([self.walked.definitions[index] for index in indexes])
        return Picked(self.offsets[mine], definitions, which)

    @functools.cached_property
    def _indexes(self) -> Mapping[int, list[int]]:
        """Global number to the indexes of its definitions."""
        found: dict[int, list[int]] = {}
        for index, definition in enumerate(self.walked.definitions):
            found.setdefault(definition.message_number, []).append(index)
        return found

    @functools.cached_property
    def _numbers(self) -> npt.NDArray[np.uint16]:
        """For each message its global number."""
        numbers = [definition.message_number for definition in self.walked.definitions]
        return np.array(numbers, dtype=np.uint16).take(self.walked.which)


def _message_counts(
    which: npt.NDArray[np.integer[Any]], definitions: Sequence[Definition]
) -> list[int]:
    """How many messages each definition has."""
    counts = np.zeros(len(definitions), dtype=np.intp)
    # In blocks: counting takes eight bytes a message.
    for first in range(0, len(which), _BLOCK):
        counts += np.bincount(which[first : first + _BLOCK], minlength=len(definitions))
    return [int(count) for count in counts]


def _value_count(definitions: Sequence[Definition], counts: Sequence[int]) -> int:
    return sum(
        count * definition.field_count
        for definition, count in zip(definitions, counts, strict=True)
    )
