"""Which messages of a segment are of which kind."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.layout import Definition
from backrun_fit.fit.walk import LOCAL_TYPES, Positions, Walked

__all__ = ["Messages", "Picked"]


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
    which: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets)


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
        firsts = {
            number: int(picked.offsets[0])
            for number in self._local_types
            if len(picked := self.of(number))
        }
        return tuple(sorted(firsts, key=firsts.__getitem__))

    def of(self, number: int) -> Picked:
        """The messages with a global number."""
        definitions: dict[Definition, int] = {}
        parts: list[tuple[Positions, npt.NDArray[np.int64]]] = []
        sent, ends = self._by_local_type
        for local in self._local_types.get(number, ()):
            offsets = sent[ends[local] : ends[local + 1]]
            if not len(offsets):
                continue
            in_force = self.walked.definitions[local]
            indexes = [
                definitions.setdefault(definition, len(definitions))
                if definition.message_number == number
                else -1
                for _, definition in in_force
            ]
            if len(in_force) == 1:
                which = np.full(len(offsets), indexes[0])
            else:
                begins = np.array([begin for begin, _ in in_force])
                which = np.array(indexes)[np.searchsorted(begins, offsets) - 1]
                if -1 in indexes:
                    mine = which >= 0
                    offsets, which = offsets[mine], which[mine]
            parts.append((offsets, which))
        if not parts:
            return _NOTHING
        offsets, which = parts[0]
        if len(parts) > 1:
            offsets, which = (np.concatenate(both) for both in zip(*parts, strict=True))
            order = np.argsort(offsets, kind="stable")
            offsets, which = offsets[order], which[order]
        return _used(Picked(offsets, tuple(definitions), which))

    @functools.cached_property
    def _local_types(self) -> Mapping[int, list[int]]:
        """Message number to the local types under which it was ever defined."""
        found: dict[int, list[int]] = {}
        for local, in_force in enumerate(self.walked.definitions):
            for number in {definition.message_number for _, definition in in_force}:
                found.setdefault(number, []).append(local)
        return found

    @functools.cached_property
    def _by_local_type(self) -> tuple[Positions, list[int]]:
        """All offsets by local type, ascending in each, and where each local type ends."""
        headers = np.frombuffer(self.data, dtype=np.uint8)[self.offsets]
        types = LOCAL_TYPES.take(headers)
        order = np.argsort(types, kind="stable")
        return self.offsets[order], [0, *np.bincount(types, minlength=16).cumsum().tolist()]


def _used(picked: Picked) -> Picked:
    """The same without definitions under which nothing was sent."""
    counts = np.bincount(picked.which, minlength=len(picked.definitions))
    if counts.all():
        return picked
    used = counts > 0
    definitions = [one for one, some in zip(picked.definitions, used, strict=True) if some]
    return Picked(picked.offsets, tuple(definitions), (used.cumsum() - 1)[picked.which])
