"""Where each message lies: the walk over record headers and definitions.

Nothing is decoded here. Source of every layout: FIT Protocol, "Record Format".

A header byte says which definition is in force, and that how long the message
is, so each message is found through the one before. What makes it fast:

- the bytes are translated into message lengths at once, so that a step is one
  look-up and one sum;
- only every eighth position is noted; the seven between follow for all notes
  together, as arrays;
- a run of messages of one kind is compared as one array.
"""

from __future__ import annotations

import functools
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.damage import Damage
from backrun_fit.fit.layout import Definition

__all__ = ["MAX_DEFINITIONS", "MAX_MESSAGES", "Group", "Positions", "walk"]

MAX_MESSAGES: Final = 20_000_000
"""Largest number of messages read from one segment: 231 days of one a second."""

MAX_DEFINITIONS: Final = 10_000
"""Largest number of distinct definitions in one segment; real files have under a hundred."""

Positions: TypeAlias = npt.NDArray[np.integer[Any]]
"""Byte offsets; 32 bits wide where the file is small enough, which all real ones are."""

# Stepping one by one costs less than setting up arrays for this many messages.
_SHORT: Final = 32
# A run is looked for when this many messages in a row have the same header.
_RUN: Final = 64
_FIRST_WINDOW: Final = 1 << 13
_LARGEST_WINDOW: Final = 1 << 18
_LARGEST_RUN: Final = 1 << 18
# Lengths are bytes: a hop from the last place of a window ends within as many behind it.
_REACH: Final = 256


class Group:
    """The messages sent under one definition.

    They are picked out of the walk when they are asked for: most kinds of message
    in a file are never looked at.

    Attributes:
        definition: Their layout.
    """

    def __init__(self, definition: Definition) -> None:
        """A definition without messages so far."""
        self.definition = definition
        self.single: list[int] = []
        self._parts: list[list[int] | tuple[_Stretch, int]] = [self.single]
        self._last: _Stretch | None = None
        self._mixed = False

    def __bool__(self) -> bool:
        """Whether there are any, without picking them out where that can be told."""
        if len(self._parts) == 1 and "offsets" not in self.__dict__:
            return bool(self.single)
        return len(self.offsets) > 0

    def goes_on(self, stretch: _Stretch, local: int) -> None:
        """Its messages go on in a stretch, under a local type."""
        # One definition may be sent for two local types, whose messages take turns.
        self._mixed = self._mixed or stretch is self._last
        self._last = stretch
        self.single = []
        self._parts += [(stretch, local), self.single]

    @functools.cached_property
    def offsets(self) -> Positions:
        """Byte offset of each message's header byte, ascending."""
        if len(self._parts) == 1:
            return np.array(self.single, dtype=np.int64)
        counts = [
            len(part) if isinstance(part, list) else part[0].count(part[1]) for part in self._parts
        ]
        # Filled in place, so that nothing is held twice.
        out = np.empty(sum(counts), dtype=self._parts[1][0].dtype)  # type: ignore[union-attr]
        begin = 0
        for part, count in zip(self._parts, counts, strict=True):
            if isinstance(part, list):
                out[begin : begin + count] = part
            else:
                part[0].copy_to(out[begin : begin + count], part[1])
            begin += count
        if self._mixed:
            out.sort()
        return out


class _Stretch:
    """Messages among which no definition came, found many at once."""

    def __init__(self, data: npt.NDArray[np.uint8], dtype: type[np.integer[Any]]) -> None:
        self.dtype = dtype
        self.windows: list[Positions] = []
        self._data = data

    @functools.cached_property
    def _local_types(self) -> list[npt.NDArray[np.uint8]]:
        return [_LOCAL_TYPES.take(self._data[window]) for window in self.windows]

    @functools.cached_property
    def _counts(self) -> npt.NDArray[np.int64]:
        return sum(
            (np.bincount(types, minlength=16) for types in self._local_types),
            start=np.zeros(16, dtype=np.int64),
        )

    def count(self, local: int) -> int:
        """How many messages of a local type there are."""
        return int(self._counts[local])

    def copy_to(self, out: Positions, local: int) -> None:
        """Write the byte offset of every message of a local type, ascending."""
        if not len(out):
            return
        begin = 0
        for window, types in zip(self.windows, self._local_types, strict=True):
            found = window[types == local]
            out[begin : begin + len(found)] = found
            begin += len(found)


def walk(data: bytes, start: int, end: int) -> tuple[tuple[Group, ...], Damage | None]:
    """Find every message of a segment.

    Args:
        data: The whole file.
        start: Offset of the first message.
        end: Offset behind the last, at most the length of ``data``.

    Returns:
        One group per distinct definition, in order of the first of each, some
        without messages; and what stopped the walk before ``end``: a message
        without a definition or one that ends behind the data, or more messages
        or definitions than the limits say. All whole messages before it are in
        the groups.

    Example:
        >>> data = bytes.fromhex("400000140001030102" "0064" "0065")
        >>> groups, damage = walk(data, 0, len(data))
        >>> [(group.definition.message_number, group.offsets.tolist()) for group in groups]
        [(20, [9, 11])]
    """
    found = _Walk(data, end)
    found.run(start)
    damage = found.damage
    if damage is not None:
        damage = attrs.evolve(damage, lost_bytes=end - damage.offset)
    return found.groups(), damage


class _Walk:
    """The state of one walk."""

    def __init__(self, data: bytes, end: int) -> None:
        self.damage: Damage | None = None
        self._data = data
        self._bytes = np.frombuffer(data, dtype=np.uint8)
        self._end = end
        self._dtype: type[np.integer[Any]] = np.int32 if end < 1 << 31 else np.int64
        # By header byte: how long the message is, and where to note it.
        self._slots: list[tuple[int, Group] | None] = [None] * 256
        self._hops = bytearray(256)  # the lengths as far as they fit a byte
        self._groups: dict[Definition, Group] = {}
        self._count = 0

    def run(self, position: int) -> None:
        data, end, slots = self._data, self._end, self._slots
        while position < end and self.damage is None:
            left = _SHORT
            while left and position < end:
                entry = slots[data[position]]
                if entry is None:
                    break
                entry[1].single.append(position)
                position += entry[0]
                left -= 1
            self._count += _SHORT - left
            if not left:
                position = self._hop(position)
            elif position < end and data[position] & 0xC0 == 0x40:
                position = self._define(position)
            elif position < end:
                self._stop_at_undefined(position)
            self._check_limit("messages", self._count, MAX_MESSAGES, position)
        if position > end:
            self._drop_last(position)

    def _hop(self, position: int) -> int:
        """Go on over many messages until something else comes; where that is."""
        stretch = _Stretch(self._bytes, self._dtype)
        window = _FIRST_WINDOW
        while position < self._end and self._hops[self._data[position]]:
            position = self._take_run(position, stretch)
            part = self._data[position : min(position + window, self._end)]
            # Lengths of zero behind the window catch the hop that leaves it.
            places, place = _follow(part.translate(self._hops) + bytes(_REACH))
            stretch.windows.append((places + position).astype(self._dtype))
            position += place
            if place < len(part):
                break
            window = min(4 * window, _LARGEST_WINDOW)
        if stretch.windows:
            for local in range(16):
                entry = self._slots[local]
                if entry is not None:
                    entry[1].goes_on(stretch, local)
            self._count += sum(map(len, stretch.windows))
        return position

    def _take_run(self, position: int, stretch: _Stretch) -> int:
        """Take a run of messages of one kind as far as it goes; where it ends."""
        header = self._data[position]
        size = self._hops[header]
        # A message that is cut off by the end is left for the ordinary way.
        whole = self._end - size + 1
        while (
            self._data[position : min(position + size * _RUN, whole) : size].count(header) == _RUN
        ):
            last = min(position + size * _LARGEST_RUN, whole)
            same = self._bytes[position:last:size] == header
            count = len(same) if same.all() else int(same.argmin())
            behind = position + size * count
            stretch.windows.append(np.arange(position, behind, size, dtype=self._dtype))
            position = behind
        return position

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
        definition = _definition(data[position + 1 : body_end], header & 0x20 > 0)
        group = self._groups.get(definition)
        if group is None:
            group = self._groups[definition] = Group(definition)
            self._check_limit("distinct definitions", len(self._groups), MAX_DEFINITIONS, position)
        size, local = definition.size, header & 0x0F
        hop = size if size < _REACH else 0
        # Bits 4 and 5 of an ordinary header say nothing about a data message.
        self._slots[local:0x40:16] = [(size, group)] * 4
        self._hops[local:0x40:16] = bytes([hop]) * 4
        if local < 4:
            compressed = slice(0x80 + 32 * local, 0xA0 + 32 * local)
            self._slots[compressed] = [(size, group)] * 32
            self._hops[compressed] = bytes([hop]) * 32
        return body_end

    def _stop_at_undefined(self, position: int) -> None:
        local = _local_type(self._data[position])
        defined = ", ".join(str(n) for n in range(16) if self._slots[n]) or "none"
        self.damage = Damage(
            "a message without a definition",
            offset=position,
            expected=f"a local type that was defined ({defined})",
            got=f"local type {local}",
        )

    def _drop_last(self, position: int) -> None:
        group = max(
            (group for group in self._groups.values() if len(group.offsets)),
            key=lambda group: int(group.offsets[-1]),
        )
        last = int(group.offsets[-1])
        group.offsets = group.offsets[:-1]
        self.damage = Damage(
            "the last message runs over the end of the data",
            offset=last,
            expected=f"{position - last} bytes",
            got=str(self._end - last),
        )

    def _check_limit(self, what: str, count: int, limit: int, position: int) -> None:
        if count > limit and self.damage is None:
            self.damage = Damage(
                f"too many {what}", offset=position, expected=f"at most {limit}", got="more"
            )

    def groups(self) -> tuple[Group, ...]:
        """The messages found, by the definition in force at each."""
        return tuple(self._groups.values())


def _follow(lengths: bytes) -> tuple[Positions, int]:
    """The places at which messages begin, one length after another from the first.

    Args:
        lengths: How far it is from each place to the next message; zero ends it.

    Returns:
        The places in order, and the one at which a length of zero stands.
    """
    place = 0
    notes: list[int] = []
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
    table = np.frombuffer(lengths, dtype=np.uint8)
    places = np.empty((8, len(notes)), dtype=np.int64)
    places[0] = notes
    for row in range(1, 8):
        np.add(places[row - 1], table[places[row - 1]], out=places[row])
    flat = places.T.ravel()
    # Behind the last message its end stands again, up to seven times.
    return flat[: np.searchsorted(flat, place)], place


def _local_type(header: int) -> int:
    # A compressed-timestamp header has two bits of local type left.
    return header >> 5 & 0x03 if header & 0x80 else header & 0x0F


_LOCAL_TYPES: Final = np.array([_local_type(header) for header in range(256)], dtype=np.uint8)


@functools.lru_cache(maxsize=1024)
def _definition(body: bytes, has_developer_fields: bool) -> Definition:
    return Definition.of(body, has_developer_fields)
