"""Taking fields out of messages: numbers as arrays, or rows of Python values."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.layout import BaseType, FieldSlot, base_type
from backrun_fit.fit.messages import Messages, Picked
from backrun_fit.fit.profile import TIMESTAMP

__all__ = ["Cell", "Cells", "Raw"]

Raw: TypeAlias = int | float | str | tuple[int | float | str | None, ...] | None
"""A field as it lies in the file: unscaled; None where invalid or absent."""

Cell: TypeAlias = tuple[FieldSlot, int] | None
"""Where a field lies in a message and its base type; None where the message has none."""

_STRUCT_CODES: Final[Mapping[str, str]] = {
    **{"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q"},
    **{"f4": "f", "f8": "d"},
}

# No quantity is this large; a damaged field of type float64 can be, and would overflow.
_LARGEST: Final = 1e100

# Equal to nothing that is read.
_NEVER: Final = object()


@attrs.frozen(eq=False, slots=False)
class Cells:
    """The bytes of one segment and where its messages lie.

    Attributes:
        data: The whole file.
        messages: Of the segment.
        log: Sentences about what is odd, each once, in order of being noticed.
    """

    data: bytes
    messages: Messages
    log: dict[str, None]

    def numbers(
        self,
        picked: Picked,
        shifts: npt.NDArray[np.int32],
        code: str,
        invalid: int | None,
    ) -> npt.NDArray[np.float64]:
        """Several fields of one base type, unscaled.

        One array is laid over the data at every byte, and the numbers are picked
        out of it, so that nothing else is copied.

        Args:
            picked: The messages, as many as there are.
            shifts: Bytes from a message's header byte to the number: a row a field, a
                column a definition; zero where it is absent.
            code: NumPy's byte order, kind and size.
            invalid: The value that stands for "none"; None where that is NaN.

        Returns:
            A row a field, a column a message; NaN where invalid or absent.
        """
        everywhere = self._everywhere.get(code)
        if everywhere is None:
            dtype = np.dtype(code)
            count = max(len(self.data) - dtype.itemsize + 1, 0)
            everywhere = np.ndarray((count,), dtype, self.data, 0, (1,))
            self._everywhere[code] = everywhere
        if shifts.all():
            shift = shifts if shifts.shape[1] == 1 else shifts.take(picked.which, axis=1)
            absent = None
            numbers = everywhere[picked.offsets + shift]
        else:
            shift = shifts.take(picked.which, axis=1)
            absent = shift == 0
            # Where there is no such field, the file's header is read, and left out.
            numbers = everywhere[np.where(absent, 0, picked.offsets + shift)]
        if invalid is not None:
            out = numbers.astype(np.float64)
            np.copyto(out, np.nan, where=numbers == invalid)
        else:
            with np.errstate(invalid="ignore"):
                out = numbers.astype(np.float64)
            np.copyto(out, np.nan, where=~(np.abs(out) < _LARGEST))
        if absent is not None:
            np.copyto(out, np.nan, where=absent)
        return out

    @functools.cached_property
    def _everywhere(self) -> dict[str, npt.NDArray[np.generic]]:
        return {}

    def rows(self, picked: Picked, cells: Sequence[Sequence[Cell]]) -> list[tuple[Raw, ...]]:
        """Several fields of each message as Python values.

        Args:
            picked: The messages, as many as there are.
            cells: For each of their definitions the fields asked for, absent ones too.

        Returns:
            One tuple a message, in the order of the fields asked for.
        """
        readers = [
            _row_reader(definition.order, tuple(asked))
            for definition, asked in zip(picked.definitions, cells, strict=True)
        ]
        found = zip(picked.offsets.tolist(), picked.which.tolist(), strict=True)
        return [readers[which].read(self.data, offset, self.log) for offset, which in found]

    def stamps(self, picked: Picked) -> list[int | None] | None:
        """FIT time from the header of each message; None where none carries one."""
        headers = np.frombuffer(self.data, dtype=np.uint8)[picked.offsets]
        if not (headers >= 0x80).any():
            return None
        return [self._header_times.get(offset) for offset in picked.offsets.tolist()]

    @functools.cached_property
    def _header_times(self) -> Mapping[int, int]:
        """Byte offset to FIT time for messages with a compressed-timestamp header.

        FIT Protocol, "Compressed Timestamp Header": the header holds the five low
        bits; the rest is that of the time before, one step of 32 s on when the
        low bits fell. Before the first full time there is none.
        """
        full: dict[int, int] = {}
        for number in self.messages.numbers:
            picked = self.messages.of(number)
            slots = [definition.fields.get(TIMESTAMP) for definition in picked.definitions]
            cells = [
                None if slot is None or slot.type_number is None else (slot, slot.type_number)
                for slot in slots
            ]
            times = self.rows(picked, [(cell,) for cell in cells])
            pairs = zip(picked.offsets.tolist(), times, strict=True)
            full.update((offset, time) for offset, (time,) in pairs if isinstance(time, int))
        last: int | None = None
        found: dict[int, int] = {}
        for offset in self.messages.offsets.tolist():
            header = self.data[offset]
            if offset in full:
                last = full[offset]
            elif header & 0x80 and last is not None:
                last += (header - last) & 0x1F
                found[offset] = last
        return found


_Finish: TypeAlias = Callable[[Any, int, dict[str, None]], Raw]
"""From what lies in the bytes, its byte offset and a log to a value."""


@attrs.frozen(eq=False)
class _RowReader:
    """Reads some fields out of a message of one definition.

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

    def read(self, data: bytes, offset: int, log: dict[str, None]) -> tuple[Raw, ...]:
        found = [
            None if item == invalid else item
            for item, invalid in zip(self.unpack(data, offset), self.invalids, strict=True)
        ]
        for index, shift, finish in self.finishes:
            found[index] = finish(found[index], offset + shift, log)
        found.append(None)
        return tuple([found[index] for index in self.order])


@functools.lru_cache(maxsize=1024)
def _row_reader(order: str, cells: tuple[Cell, ...]) -> _RowReader:
    # A field asked for twice, and one of no bytes, lie where another does.
    present = sorted({(cell[0].offset, cell) for cell in cells if cell and _holds_value(cell)})
    format_, position = order, 0
    invalids: list[object] = []
    finishes: list[tuple[int, int, _Finish]] = []
    for index, (offset, (slot, type_number)) in enumerate(present):
        base = base_type(type_number, slot.size)
        code, invalid, finish = f"{slot.size}s", _NEVER, None
        if base.code == "S":
            finish = _text
        elif slot.size > base.size:
            finish = functools.partial(_array, base, _array_code(order, base, slot.size))
        elif base.invalid is None:
            code, finish = _STRUCT_CODES[base.code], _real
        else:
            code, invalid = _STRUCT_CODES[base.code], base.invalid
        if finish is not None:
            finishes.append((index, offset, finish))
        format_ += f"{offset - position}x{code}"
        position = offset + slot.size
        invalids.append(invalid)
    indexes = {cell: index for index, (_, cell) in enumerate(present)}
    return _RowReader(
        struct.Struct(format_).unpack_from,
        tuple(invalids),
        tuple(finishes),
        tuple(-1 if cell is None else indexes.get(cell, -1) for cell in cells),
    )


def _holds_value(cell: tuple[FieldSlot, int]) -> bool:
    slot, type_number = cell
    return slot.size >= max(base_type(type_number, slot.size).size, 1)


def _array_code(order: str, base: BaseType, size: int) -> struct.Struct:
    return struct.Struct(f"{order}{size // base.size}{_STRUCT_CODES[base.code]}")


def _real(value: float, *_: object) -> float | None:
    # NaN is less than nothing.
    return value if abs(value) < _LARGEST else None


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
