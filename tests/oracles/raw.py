"""What lies in a FIT file field by field, before anything is made of it, by two readers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
import fitdecode
import fitparse

__all__ = ["READERS", "Cell", "Message", "differences", "read_fitdecode", "read_fitparse"]

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
        Message(
            message.mesg_num,
            _cells(
                (
                    (getattr(field.field_def, "dev_data_index", None), field.field_def.def_num),
                    field.field_def.base_type.name,
                    field.raw_value,
                )
                for field in message.fields
                if field.field_def is not None
            ),
        )
        for message in fitparse.FitFile(data).get_messages()
    ]


def read_fitdecode(data: bytes) -> list[Message]:
    """By fitdecode, told to raise at the first thing that is wrong, in order of the file."""
    with fitdecode.FitReader(
        io.BytesIO(data),
        check_crc=fitdecode.CrcCheck.RAISE,
        error_handling=fitdecode.ErrorHandling.RAISE,
    ) as reader:
        return [
            Message(
                frame.global_mesg_num,
                _cells(
                    (
                        (getattr(field.field_def, "dev_data_index", None), field.field_def.def_num),
                        field.field_def.base_type.name,
                        field.raw_value,
                    )
                    for field in frame.fields
                    if field.field_def is not None
                ),
            )
            for frame in reader
            if isinstance(frame, fitdecode.FitDataMessage)
        ]


READERS: Final[Mapping[str, Callable[[bytes], list[Message]]]] = {
    "fitparse": read_fitparse,
    "fitdecode": read_fitdecode,
}


def _cells(fields: Iterable[tuple[Key, str, object]]) -> dict[Key, Cell]:
    found = {}
    for key, kind, value in fields:
        held = _held(value)
        if held is not None:
            found[key] = kind, held
    return found


def _held(value: object) -> object:
    """A value, None for one that says nothing; a not-a-number says nothing either."""
    if isinstance(value, (tuple, list, bytes, bytearray)):
        items = [_held(item) for item in value]
        while items and items[-1] is None:
            items.pop()
        return tuple(items) if len(items) != 1 else items[0]
    return None if value == "" or value != value else value  # noqa: PLR0124 (a NaN is not itself)


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
