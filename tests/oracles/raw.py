"""What lies in a FIT file field by field, before anything is made of it, by two readers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
import fitdecode
import fitparse

__all__ = [
    "READERS",
    "Cell",
    "Message",
    "differences",
    "each_by_fitdecode",
    "read_fitdecode",
    "read_fitparse",
]

Key: TypeAlias = tuple[int | None, int]
"""Developer index, None for a field of FIT's own, and field number."""

Cell: TypeAlias = tuple[str, object]
"""Base type and value as it lies in the file; an array without the "none" at its end."""


@attrs.frozen
class Message:
    """One data message: its global number, and the fields that hold something."""

    number: int
    cells: Mapping[Key, Cell]

    def value(self, number: int) -> Any:
        """The value of a field of FIT's own; None where there is none."""
        return self.cells.get((None, number), ("", None))[1]


def read_fitparse(data: bytes) -> list[Message]:
    """By fitparse, in order of the file."""
    return [
        Message(message.mesg_num, _cells(message.fields))
        for message in fitparse.FitFile(data).get_messages()
    ]


def read_fitdecode(data: bytes) -> list[Message]:
    """By fitdecode, told to raise at the first thing that is wrong, in order of the file."""
    return list(each_by_fitdecode(data))


def each_by_fitdecode(data: bytes) -> Iterator[Message]:
    """The same one by one, for a caller who does not want all of a long file."""
    with fitdecode.FitReader(
        io.BytesIO(data),
        check_crc=fitdecode.CrcCheck.RAISE,
        error_handling=fitdecode.ErrorHandling.RAISE,
    ) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage):
                yield Message(frame.global_mesg_num, _cells(frame.fields))


READERS: Final[Mapping[str, Callable[[bytes], list[Message]]]] = {
    "fitparse": read_fitparse,
    "fitdecode": read_fitdecode,
}


def _cells(fields: Iterable[Any]) -> dict[Key, Cell]:
    """Field objects of either package; what a reader adds to those of the file has no type."""
    found: dict[Key, Cell] = {}
    for field in fields:
        wire = field.field_def
        held = None if wire is None else _held(field.raw_value)
        if held is not None:
            key = (getattr(wire, "dev_data_index", None), wire.def_num)
            found[key] = wire.base_type.name, held
    return found


def _held(value: object) -> object:
    """A value, None for one that says nothing; a not-a-number says nothing either."""
    if isinstance(value, (tuple, list, bytes, bytearray)):
        items = [_held(item) for item in value]
        while items and items[-1] is None:
            items.pop()
        if len(items) < 2:
            return items[0] if items else None
        return tuple(items)
    return None if value == "" or value != value else value


def differences(before: Sequence[Message], after: Sequence[Message]) -> list[str]:
    """Every field of every message that differs, kind by kind, each kind in order of its file."""
    found = []
    for number in sorted({message.number for message in (*before, *after)}):
        ours, theirs = (
            [message for message in messages if message.number == number]
            for messages in (before, after)
        )
        if len(ours) != len(theirs):
            found.append(f"message {number}: {len(ours)} before, {len(theirs)} after")
        for position, (one, other) in enumerate(zip(ours, theirs, strict=False)):
            for key in sorted(one.cells.keys() | other.cells.keys(), key=str):
                was, now = one.cells.get(key), other.cells.get(key)
                if was != now:
                    found.append(f"message {number}[{position}].{key}: {was!r}, {now!r}")
    return found
