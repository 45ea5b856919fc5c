"""Fields of one message as Python values: numbers, arrays and text."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import attrs

from backrun_fit.fit.layout import STRUCT_CODES, BaseType, FieldSlot, base_type

__all__ = ["LARGEST", "Cell", "Raw", "RowReader"]

Raw: TypeAlias = int | float | str | tuple[int | float | str | None, ...] | None
"""A field as it lies in the file: unscaled; None where invalid or absent."""

LARGEST: Final = 1e100
"""No quantity is this large; a damaged field of type float64 can be, and would overflow."""

Cell: TypeAlias = tuple[FieldSlot, int]
"""Where a field lies in a message, and its base type."""

# Equal to nothing that is read.
_NEVER: Final = object()

_Finish: TypeAlias = Callable[[Any, int, dict[str, None]], Raw]
"""From what lies in the bytes, its byte offset and a log to a value."""


@attrs.frozen(eq=False)
class RowReader:
    """Reads some fields out of a message of one definition as Python values.

    Attributes:
        unpack: Gives all of them, in the order in which they lie.
        invalids: For each the value that stands for "none".
        finishes: For those that are not whole numbers their index, their byte offset in
            the message, and what makes a value of them.
        order: For each field asked for its index; -1 where it is absent.
    """

    unpack: Callable[[bytes, int], tuple[Any, ...]]
    invalids: tuple[object, ...]
    finishes: tuple[tuple[int, int, _Finish], ...]
    order: tuple[int, ...]

    @classmethod
    def of(cls, order: str, cells: list[Cell | None]) -> RowReader:
        """The reader for fields that lie so in the messages of one definition."""
        # A field asked for twice, and one of no bytes, lie where another does.
        present = sorted({(cell[0].offset, cell) for cell in cells if cell and _holds_value(cell)})
        format_, position = order, 0
        invalids: list[object] = []
        finishes: list[tuple[int, int, _Finish]] = []
        for index, (offset, (slot, type_number)) in enumerate(present):
            base = base_type(type_number, slot.size)
            code, invalid = f"{slot.size}s", _NEVER
            finish: _Finish | None = None
            if base.code == "S":
                finish = _text
            elif slot.size > base.size:
                finish = functools.partial(_array, base, _array_code(order, base, slot.size))
            elif base.invalid is None:
                code, finish = STRUCT_CODES[base.code], _real
            else:
                code, invalid = STRUCT_CODES[base.code], base.invalid
            if finish is not None:
                finishes.append((index, offset, finish))
            format_ += f"{offset - position}x{code}"
            position = offset + slot.size
            invalids.append(invalid)
        indexes = {cell: index for index, (_, cell) in enumerate(present)}
        return cls(
            struct.Struct(format_).unpack_from,
            tuple(invalids),
            tuple(finishes),
            tuple(-1 if cell is None else indexes.get(cell, -1) for cell in cells),
        )

    def read(self, data: bytes, offset: int, log: dict[str, None]) -> tuple[Raw, ...]:
        """The fields of the message at a byte offset, in the order asked for."""
        found = [
            None if item == invalid else item
            for item, invalid in zip(self.unpack(data, offset), self.invalids, strict=True)
        ]
        for index, shift, finish in self.finishes:
            found[index] = finish(found[index], offset + shift, log)
        found.append(None)
        return tuple([found[index] for index in self.order])


def _holds_value(cell: tuple[FieldSlot, int]) -> bool:
    slot, type_number = cell
    return slot.size >= max(base_type(type_number, slot.size).size, 1)


def _array_code(order: str, base: BaseType, size: int) -> struct.Struct:
    return struct.Struct(f"{order}{size // base.size}{STRUCT_CODES[base.code]}")


def _real(value: Any, *_: object) -> float | None:
    # NaN is less than nothing.
    return float(value) if abs(value) < LARGEST else None


def _array(base: BaseType, layout: struct.Struct, raw: bytes, *_: object) -> Raw:
    items = layout.unpack(raw)
    if base.invalid is None:
        present = [_real(item) for item in items]
    else:
        present = [None if item == base.invalid else item for item in items]
    if all(item is None for item in present):
        return None
    # FIT Protocol: a byte array is invalid only when all of it is.
    return items if base.name == "byte" else tuple(present)


def _text(raw: bytes, offset: int, log: dict[str, None]) -> Raw:
    text = raw.partition(b"\0")[0]
    if text.count(0xFF) == len(text):
        return None
    try:
        return text.decode()
    except UnicodeDecodeError:
        repaired = text.decode(errors="replace")
        log[f"text at byte {offset} is no UTF-8; read as {repaired!r}"] = None
        return repaired
