"""Where each message lies: the walk over record headers and definitions.

Nothing is decoded here. The walk notes the offset of every message, one list per
distinct definition however often a file sends it again. Source of every layout:
FIT Protocol, "Record Format".
"""

from __future__ import annotations

import functools
from array import array
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.errors import DecodeError
from backrun_fit.fit.layout import Definition

__all__ = ["MAX_DEFINITIONS", "MAX_MESSAGES", "Group", "walk"]

MAX_MESSAGES: Final = 20_000_000
"""Largest number of messages read from one segment: 231 days of one a second."""

MAX_DEFINITIONS: Final = 10_000
"""Largest number of distinct definitions in one segment; real files have under a hundred."""

_WALK_STRIDE: Final = 1 << 22

# One entry per header byte: bytes to go on and where to note the message.
_Slots: TypeAlias = "list[tuple[int, array[int]] | None]"


@attrs.frozen(eq=False)
class Group:
    """The messages sent under one definition.

    Attributes:
        definition: Their layout.
        offsets: Byte offset of each message's header byte, ascending.
    """

    definition: Definition
    offsets: npt.NDArray[np.int64]


def walk(data: bytes, start: int, end: int, source: str | None = None) -> tuple[Group, ...]:
    """Find every message of a segment.

    Args:
        data: The whole file.
        start: Offset of the first message.
        end: Offset behind the last.
        source: The file's name, for errors.

    Returns:
        One group per distinct definition that has messages, in order of the
        first message.

    Raises:
        DecodeError: A message has no definition or ends behind the data, or
            there are more messages or definitions than the limits say.

    Example:
        >>> data = bytes.fromhex("400000140001030102" "0064" "0065")
        >>> [(group.definition.message_number, group.offsets.tolist())
        ...  for group in walk(data, 0, len(data))]
        [(20, [9, 11])]
    """
    notes: dict[Definition, array[int]] = {}
    slots: _Slots = [None] * 256
    position = start
    while position < end:
        # In strides, so that a hostile file of tiny messages cannot fill the memory.
        stop = min(end, position + _WALK_STRIDE)
        while position < stop:
            header = data[position]
            entry = slots[header]
            if entry is not None:
                entry[1].append(position)
                position += entry[0]
            elif header & 0xC0 == 0x40:
                definition, position = _read_definition(data, position, end, source)
                offsets = notes.setdefault(definition, array("q"))
                for flags in (0x00, 0x10, 0x20, 0x30):
                    slots[header & 0x0F | flags] = (definition.size, offsets)
            else:
                # A compressed-timestamp header has two bits of local type left.
                local = header >> 5 & 0x03 if header & 0x80 else header & 0x0F
                entry = slots[local]
                if entry is None:
                    raise _undefined(position, local, slots, source)
                entry[1].append(position)
                position += entry[0]
        _check_limits(notes, position, source)
    if position > end:
        last = max(offsets[-1] for offsets in notes.values() if offsets)
        raise DecodeError(
            "the last message runs over the end of the data",
            offset=last,
            expected=f"{position - last} bytes",
            got=str(end - last),
            source=source,
        )
    groups = [
        Group(definition, np.frombuffer(offsets, dtype=np.int64))
        for definition, offsets in notes.items()
        if offsets
    ]
    return tuple(sorted(groups, key=lambda group: int(group.offsets[0])))


def _check_limits(notes: dict[Definition, array[int]], position: int, source: str | None) -> None:
    for what, limit, count in (
        ("messages", MAX_MESSAGES, sum(map(len, notes.values()))),
        ("distinct definitions", MAX_DEFINITIONS, len(notes)),
    ):
        if count > limit:
            raise DecodeError(
                f"too many {what}",
                offset=position,
                expected=f"at most {limit}",
                got="more",
                source=source,
            )


def _undefined(position: int, local: int, slots: _Slots, source: str | None) -> DecodeError:
    defined = ", ".join(str(number) for number in range(16) if slots[number]) or "none"
    return DecodeError(
        "a message without a definition",
        offset=position,
        expected=f"a local type that was defined ({defined})",
        got=f"local type {local}",
        source=source,
    )


def _read_definition(
    data: bytes, position: int, end: int, source: str | None
) -> tuple[Definition, int]:
    has_developer_fields = bool(data[position] & 0x20)
    body_end = position + 6
    if body_end <= end:
        body_end += 3 * data[position + 5]
    if has_developer_fields:
        body_end += 1
        if body_end <= end:
            body_end += 3 * data[body_end - 1]
    if body_end > end:
        raise DecodeError(
            "a definition runs over the end of the data",
            offset=position,
            expected=f"at least {body_end - position} bytes",
            got=str(end - position),
            source=source,
        )
    return _definition(data[position + 1 : body_end], has_developer_fields), body_end


@functools.lru_cache(maxsize=1024)
def _definition(body: bytes, has_developer_fields: bool) -> Definition:
    return Definition.of(body, has_developer_fields)
