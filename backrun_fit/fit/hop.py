"""The walk in Python and NumPy.

What makes it fast:

- the bytes are translated into message lengths, many at once, so that a step is
  one look-up and one sum;
- only every eighth position is noted; the seven between follow for all notes of
  the file together, as arrays;
- a run of messages of one kind is compared as one array.
"""

from __future__ import annotations

from array import array
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from backrun_fit.fit.found import Distinct, Found, Positions, definition_end, local_type
from backrun_fit.fit.layout import Definition, definition_of
from backrun_fit.limits import Limits

__all__ = ["hop"]

# A run is looked for when this many messages in a row have the same header.
_RUN: Final = 64
_LARGEST_RUN: Final = 1 << 18
# Stepping one by one costs less than setting up arrays for this many messages.
_SHORT: Final = 16
# How many bytes are translated at once: few at first, as a definition may follow.
_FIRST_WINDOW: Final = 1 << 11
_LARGEST_WINDOW: Final = 1 << 14
# Lengths are bytes: a hop from the last place of a window ends within as many behind it,
# where zeros stop it.
_REACH: Final = 256
_GUARD: Final = bytes(_REACH)
# One note in so many places; of so many notes the places between are found together.
_STRIDE: Final = 8
_NOTES: Final = 1 << 12


_LOCAL_TYPES: Final = np.array([local_type(header) for header in range(256)], dtype=np.uint8)


def hop(data: bytes, start: int, end: int, limits: Limits) -> Found:
    """Find every message between two offsets; see ``walk``."""
    return _Hopper(data, start, end, limits).run()


class _Hopper:
    """The state of one walk. Places count from the first message, positions from the file."""

    def __init__(self, data: bytes, start: int, end: int, limits: Limits) -> None:
        self._data = data
        self._start = start
        self._end = end
        self._limits = limits
        self._definitions = Distinct()
        self._definition_count = 0
        self._now: list[Definition | None] = [None] * 16
        self._indexes = array("H", bytes(32))
        # Position of each definition, and what was in force from there on.
        self._begins = array("q")
        self._in_force = array("H")
        # By header byte how long the message is, and by place, so far as that fits a byte.
        self._hops = bytearray(256)
        self._lengths = bytearray(end - start + _REACH)
        self._notes = array("q")
        # How many notes there were, and the place reached, when following stopped.
        self._counts = array("q")
        self._stops = array("q")
        # Positions of messages that were not followed to others.
        self._alone = array("q")
        # Position of the first message, their number and their size.
        self._runs: list[tuple[int, int, int]] = []
        self._in_runs = 0

    def run(self) -> Found:
        """Go to the end, or to what stops the walk."""
        data, end, hops, alone = self._data, self._end, self._hops, self._alone
        position = self._start
        while position < end and not self._is_too_much():
            # Behind a definition another may follow soon.
            for _ in range(_SHORT):
                if position >= end or not hops[data[position]]:
                    break
                alone.append(position)
                position += hops[data[position]]
            else:
                position = self._hop(position)
            if position < end and not hops[data[position]]:
                is_definition = data[position] & 0xC0 == 0x40
                behind = self._define(position) if is_definition else self._take_large(position)
                if behind == position:
                    break
                position = behind
        offsets = self._offsets()
        definitions = tuple(self._definitions)
        return Found(
            offsets,
            self._which(offsets),
            definitions,
            self._begins.tolist(),
            position,
            definition_count=self._definition_count,
            field_count=self._definitions.field_count,
        )

    def _is_too_much(self) -> bool:
        messages = len(self._notes) + len(self._alone) + self._in_runs
        return (
            messages > self._limits.messages
            or self._definition_count > self._limits.definition_messages
            or self._definitions.is_beyond(self._limits)
        )

    def _hop(self, position: int) -> int:
        """Go on over many messages until something else comes; where that is."""
        data, start, end, lengths = self._data, self._start, self._end, self._lengths
        hops, window = bytes(self._hops), _FIRST_WINDOW
        while position < end and hops[data[position]]:
            behind = self._take_run(position)
            if behind != position:
                position = behind
                continue
            stop = min(position + window, end)
            part = data[position:stop].translate(hops) + _GUARD
            lengths[position - start : position - start + len(part)] = part
            place = _follow(lengths, position - start, self._notes)
            self._counts.append(len(self._notes))
            self._stops.append(place)
            position = start + place
            if position < stop or self._is_too_much():
                break
            window = min(4 * window, _LARGEST_WINDOW)
        return position

    def _take_run(self, position: int) -> int:
        """Take a run of messages of one kind as far as it goes; where it ends."""
        data, header = self._data, self._data[position]
        size = self._hops[header]
        # A message that is cut off by the end is left for the ordinary way.
        whole = self._end - size + 1
        while data[position : min(position + size * _RUN, whole) : size].count(header) == _RUN:
            last = min(position + size * _LARGEST_RUN, whole)
            same = np.frombuffer(data, dtype=np.uint8)[position:last:size] == header
            count = len(same) if same.all() else int(same.argmin())
            self._runs.append((position, count, size))
            self._in_runs += count
            position += size * count
        return position

    def _take_large(self, position: int) -> int:
        """Take one message that is too long for a hop, if there is one."""
        definition = self._now[local_type(self._data[position])]
        if definition is None:
            return position
        self._alone.append(position)
        return position + definition.size

    def _define(self, position: int) -> int:
        data, header = self._data, self._data[position]
        body_end = definition_end(data, position, self._end)
        if body_end > self._end:
            return position
        self._definition_count += 1
        definition = definition_of(data[position + 1 : body_end], header & 0x20 > 0)
        local = header & 0x0F
        # Many recorders say the same again every few minutes.
        if self._now[local] is definition:
            return body_end
        self._now[local] = definition
        self._indexes[local] = self._definitions.index_of(definition)
        self._begins.append(position)
        self._in_force.extend(self._indexes)
        hop = definition.size if definition.size < _REACH else 0
        # Bits 4 and 5 of an ordinary header say nothing about a data message.
        self._hops[local:0x40:16] = _FOUR[hop]
        if local < 4:
            self._hops[0x80 + 32 * local : 0xA0 + 32 * local] = _THIRTY_TWO[hop]
        return body_end

    def _offsets(self) -> Positions:
        """The byte offset of every message noted and passed so far, ascending."""
        dtype: type[np.integer[Any]] = np.int32 if self._end < 1 << 31 else np.int64
        lengths = np.frombuffer(self._lengths, dtype=np.uint8)
        notes, counts, stops, alone = (
            np.frombuffer(numbers, dtype=np.int64)
            for numbers in (self._notes, self._counts, self._stops, self._alone)
        )
        limits = np.empty_like(notes)
        limits[:-1] = notes[1:]
        limits[counts - 1] = stops
        parts: list[Positions] = [alone.astype(dtype)]
        for begin in range(0, len(notes), _NOTES):
            places = notes[begin : begin + _NOTES]
            rows = [places]
            for _ in range(1, _STRIDE):
                places = places + lengths[places]
                rows.append(places)
            # Behind the last message before a stop, a place goes beyond it or stays there.
            found = np.stack(rows, axis=1)
            passed = found < limits[begin : begin + _NOTES, np.newaxis]
            parts.append((found[passed] + self._start).astype(dtype))
        for position, count, size in self._runs:
            parts.append(np.arange(position, position + count * size, size, dtype=dtype))
        offsets = np.concatenate(parts)
        offsets.sort(kind="stable")
        return offsets

    def _which(self, offsets: Positions) -> npt.NDArray[np.uint16]:
        """For each message the index of its definition."""
        if not self._begins:
            return np.empty(0, dtype=np.uint16)
        begins = np.frombuffer(self._begins, dtype=np.int64)[1:].astype(offsets.dtype)
        counts = np.diff(np.searchsorted(offsets, begins), prepend=0, append=len(offsets))
        rows = np.arange(0, len(self._in_force), 16, dtype=np.int32).repeat(counts)
        data = np.frombuffer(self._data, dtype=np.uint8)
        in_force = np.frombuffer(self._in_force, dtype=np.uint16)
        which = np.empty(len(offsets), dtype=np.uint16)
        for begin in range(0, len(offsets), _STRIDE * _NOTES):
            some = slice(begin, begin + _STRIDE * _NOTES)
            local_types = _LOCAL_TYPES.take(data.take(offsets[some]))
            which[some] = in_force.take(rows[some] + local_types)
        return which


def _follow(lengths: bytearray, place: int, notes: array[int]) -> int:
    """Go from message to message, noting every eighth; the place at which the length is zero."""
    note = notes.append
    while lengths[place]:
        note(place)
        place += lengths[place]
        place += lengths[place]
        place += lengths[place]
        place += lengths[place]
        place += lengths[place]
        place += lengths[place]
        place += lengths[place]
        place += lengths[place]
    return place


# A length, as often as there are header bytes that name one local type.
_FOUR: Final = tuple(bytes([length]) * 4 for length in range(256))
_THIRTY_TWO: Final = tuple(bytes([length]) * 32 for length in range(256))
