"""Where each message lies: the walk over record headers and definitions.

Nothing is decoded here. Source of every layout: FIT Protocol, "Record Format".

A header byte says which definition is in force, and that how long the message
is, so each message is found through the one before. What makes it fast:

- the bytes are translated into message lengths, many at once, so that a step is
  one look-up and one sum;
- only every eighth position is noted; the seven between follow for all notes of
  the file together, as arrays;
- a run of messages of one kind is compared as one array.
"""

from __future__ import annotations

from array import array
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.damage import Damage
from backrun_fit.fit.layout import Definition, definition_of

__all__ = ["LOCAL_TYPES", "MAX_DEFINITIONS", "MAX_MESSAGES", "Positions", "Walked", "walk"]

MAX_MESSAGES: Final = 20_000_000
"""Largest number of messages read from one segment: 231 days of one a second."""

MAX_DEFINITIONS: Final = 10_000
"""Largest number of distinct definitions in one segment; real files have under a hundred."""

Positions: TypeAlias = npt.NDArray[np.integer[Any]]
"""Byte offsets; 32 bits wide where the file is small enough, which all real ones are."""

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
_NOTES: Final = 1 << 15


def _local_type(header: int) -> int:
    # A compressed-timestamp header has two bits of local type left.
    return header >> 5 & 0x03 if header & 0x80 else header & 0x0F


LOCAL_TYPES: Final = np.array([_local_type(header) for header in range(256)], dtype=np.uint8)
"""The local type that a header byte of a data message names."""


@attrs.frozen(eq=False)
class Walked:
    """What a walk found.

    Attributes:
        offsets: Byte offset of each message's header byte, ascending.
        definitions: The distinct ones, in order of the first of each.
        begins: Byte offset of each definition that changed what was in force, ascending.
        in_force: For each of these a row of 16: for each local type the index of its
            definition from there on, zero where it has none.
        damage: What stopped the walk before the end.
    """

    offsets: Positions
    definitions: tuple[Definition, ...]
    begins: npt.NDArray[np.int64]
    in_force: npt.NDArray[np.uint16]
    damage: Damage | None


def walk(data: bytes, start: int, end: int) -> Walked:
    """Find every message of a segment.

    Args:
        data: The whole file.
        start: Offset of the first message.
        end: Offset behind the last, at most the length of ``data``.

    Returns:
        All whole messages; the damage is a message without a definition or one
        that ends behind the data, or more messages or definitions than the limits
        say.

    Example:
        >>> data = bytes.fromhex("400000140001030102" "0064" "0065")
        >>> found = walk(data, 0, len(data))
        >>> found.offsets.tolist(), [found.definitions[0].message_number]
        ([9, 11], [20])
    """
    found = _Walk(data, start, end)
    behind = found.run()
    offsets, damage = found.offsets(), found.damage
    if behind > end:
        damage = Damage(
            "the last message runs over the end of the data",
            offset=int(offsets[-1]),
            expected=f"{behind - int(offsets[-1])} bytes",
            got=str(end - int(offsets[-1])),
        )
        offsets = offsets[:-1]
    if len(offsets) > MAX_MESSAGES:
        damage = _beyond("messages", MAX_MESSAGES, int(offsets[MAX_MESSAGES]))
        offsets = offsets[:MAX_MESSAGES]
    if damage is not None:
        damage = attrs.evolve(damage, lost_bytes=end - damage.offset)
    return Walked(
        offsets,
        tuple(found.definitions),
        np.frombuffer(found.begins, dtype=np.int64),
        np.frombuffer(found.in_force, dtype=np.uint16).reshape(-1, 16),
        damage,
    )


class _Walk:
    """The state of one walk. Places count from the first message, positions from the file."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self.damage: Damage | None = None
        self.definitions: list[Definition] = []
        self.begins = array("q")
        self.in_force = array("H")
        self._indexes: dict[bytes, int] = {}
        self._now: list[Definition | None] = [None] * 16
        self._indexes_now = array("H", bytes(32))
        self._data = data
        self._start = start
        self._end = end
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

    def run(self) -> int:
        """Go to the end, or to what stops the walk; the position behind the last message."""
        data, end, hops, alone = self._data, self._end, self._hops, self._alone
        position = self._start
        while position < end and self.damage is None:
            # Behind a definition another may follow soon.
            for _ in range(_SHORT):
                if position >= end or not hops[data[position]]:
                    break
                alone.append(position)
                position += hops[data[position]]
            else:
                position = self._hop(position)
            if position < end:
                if data[position] & 0xC0 == 0x40:
                    position = self._define(position)
                elif not hops[data[position]]:
                    position = self._take_large(position)
            if len(self._notes) + len(alone) + self._in_runs > MAX_MESSAGES:
                break
        return position

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
            if position < stop or len(self._notes) + self._in_runs > MAX_MESSAGES:
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
        """Take one message that is too long for a hop; it may have no definition."""
        local = _local_type(self._data[position])
        definition = self._now[local]
        if definition is None:
            defined = ", ".join(str(n) for n in range(16) if self._now[n]) or "none"
            self.damage = Damage(
                "a message without a definition",
                offset=position,
                expected=f"a local type that was defined ({defined})",
                got=f"local type {local}",
            )
            return position
        self._alone.append(position)
        return position + definition.size

    def _define(self, position: int) -> int:
        data, end = self._data, self._end
        header = data[position]
        body_end = position + 6
        if body_end <= end:
            body_end += 3 * data[position + 5]
        if header & 0x20:
            body_end += 1
            if body_end <= end:
                body_end += 3 * data[body_end - 1]
        if body_end > end:
            self.damage = Damage(
                "a definition runs over the end of the data",
                offset=position,
                expected=f"at least {body_end - position} bytes",
                got=str(end - position),
            )
            return position
        definition = definition_of(data[position + 1 : body_end], header & 0x20 > 0)
        local = header & 0x0F
        # Many recorders say the same again every few minutes.
        if self._now[local] is definition:
            return body_end
        index = self._indexes.setdefault(definition.body, len(self.definitions))
        if index == len(self.definitions):
            self.definitions.append(definition)
            if index == MAX_DEFINITIONS:
                self.damage = _beyond("distinct definitions", MAX_DEFINITIONS, position)
        self._now[local] = definition
        self._indexes_now[local] = index
        self.begins.append(position)
        self.in_force.extend(self._indexes_now)
        hop = definition.size if definition.size < _REACH else 0
        # Bits 4 and 5 of an ordinary header say nothing about a data message.
        self._hops[local:0x40:16] = _FOUR[hop]
        if local < 4:
            self._hops[0x80 + 32 * local : 0xA0 + 32 * local] = _THIRTY_TWO[hop]
        return body_end

    def offsets(self) -> Positions:
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


def _beyond(what: str, limit: int, position: int) -> Damage:
    return Damage(f"too many {what}", offset=position, expected=f"at most {limit}", got="more")


# A length, as often as there are header bytes that name one local type.
_FOUR: Final = tuple(bytes([length]) * 4 for length in range(256))
_THIRTY_TWO: Final = tuple(bytes([length]) * 32 for length in range(256))
