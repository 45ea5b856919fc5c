"""Taking one field out of the messages of a group, for all of them at once."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.layout import BaseType, FieldSlot, base_type
from backrun_fit.fit.profile import TIMESTAMP
from backrun_fit.fit.walk import Group, Positions

__all__ = ["Cells", "Raw", "merge"]

Raw: TypeAlias = int | float | str | tuple[int | float | str | None, ...] | None
"""A field as it lies in the file: unscaled; None where invalid or absent."""

# For so few messages reading them one by one takes less time than setting up arrays.
_FEW: Final = 64
_STRUCT_CODES: Final = {"1": "bB", "2": "hH", "4": "iI", "8": "qQ"}

# No quantity is this large; a damaged field of type float64 can be, and would overflow.
_LARGEST: Final = 1e100


@attrs.frozen(eq=False, slots=False)
class Cells:
    """The bytes of one segment and where its messages lie.

    Attributes:
        data: The whole file.
        groups: Its messages by definition.
        log: Sentences about what is odd, each once, in order of being noticed.
    """

    data: bytes
    groups: tuple[Group, ...]
    log: dict[str, None]

    @functools.cached_property
    def offsets(self) -> Positions:
        """Byte offset of every message, ascending."""
        return merge(self.groups)

    def numbers(
        self, positions: Positions, code: str, invalid: int | None
    ) -> npt.NDArray[np.float64]:
        """The numbers that stand at byte offsets, unscaled, NaN where invalid.

        One array is laid over the data at every byte, and the numbers are picked
        out of it, so that nothing else is copied.
        """
        everywhere = self._everywhere.get(code)
        if everywhere is None:
            dtype = np.dtype(code)
            count = max(len(self.data) - dtype.itemsize + 1, 0)
            everywhere = np.ndarray((count,), dtype, self.data, 0, (1,))
            self._everywhere[code] = everywhere
        numbers = everywhere[positions]
        if invalid is not None:
            out = numbers.astype(np.float64)
            out[numbers == invalid] = np.nan
        else:
            with np.errstate(invalid="ignore"):
                out = numbers.astype(np.float64)
            out[~(np.abs(out) < _LARGEST)] = np.nan
        return out

    @functools.cached_property
    def _everywhere(self) -> dict[str, npt.NDArray[np.generic]]:
        return {}

    def raw(self, group: Group, slot: FieldSlot, type_number: int) -> list[Raw]:
        """A field in each message as a Python value."""
        base = base_type(type_number, slot.size)
        if slot.size < base.size:
            return [None] * len(group.offsets)
        if base.code == "S":
            return self._strings(group, slot)
        if slot.size == base.size and base.invalid is not None and len(group.offsets) <= _FEW:
            unpack = _unpacker(group.definition.order + base.code)
            at, invalid = slot.offset, base.invalid
            found = [unpack(self.data, offset + at)[0] for offset in group.offsets.tolist()]
            return [None if value == invalid else value for value in found]
        return _python_values(self._gather(group, slot, base), base)

    def stamps(self, group: Group) -> list[int | None] | None:
        """FIT time from the header of each message; None where none carries one."""
        headers = np.frombuffer(self.data, dtype=np.uint8)[group.offsets]
        if not (headers >= 0x80).any():
            return None
        return [self._header_times.get(offset) for offset in group.offsets.tolist()]

    def _gather(self, group: Group, slot: FieldSlot, base: BaseType) -> npt.NDArray[np.generic]:
        """The raw numbers of a field, one row a message, one column a value.

        One array is laid over the data at every byte; the messages are picked out
        of it, so that only the bytes of this field are copied.
        """
        everywhere: npt.NDArray[np.generic] = np.ndarray(
            (len(self.data) - slot.offset - slot.size + 1, slot.size // base.size),
            np.dtype(group.definition.order + base.code),
            self.data,
            slot.offset,
            (1, base.size),
        )
        return everywhere[group.offsets]

    def _strings(self, group: Group, slot: FieldSlot) -> list[Raw]:
        out: list[Raw] = []
        for offset in group.offsets.tolist():
            start = offset + slot.offset
            text = self.data[start : start + slot.size].partition(b"\0")[0]
            if text.count(0xFF) == len(text):
                out.append(None)
                continue
            try:
                out.append(text.decode())
            except UnicodeDecodeError:
                repaired = text.decode(errors="replace")
                self.log[f"text at byte {start} is no UTF-8; read as {repaired!r}"] = None
                out.append(repaired)
        return out

    @functools.cached_property
    def _header_times(self) -> Mapping[int, int]:
        """Byte offset to FIT time for messages with a compressed-timestamp header.

        FIT Protocol, "Compressed Timestamp Header": the header holds the five low
        bits; the rest is that of the time before, one step of 32 s on when the
        low bits fell. Before the first full time there is none.
        """
        full: dict[int, int] = {}
        for group in filter(None, self.groups):
            slot = group.definition.fields.get(TIMESTAMP)
            if slot is not None and slot.type_number is not None:
                times = self.raw(group, slot, slot.type_number)
                pairs = zip(group.offsets.tolist(), times, strict=True)
                full.update((offset, time) for offset, time in pairs if isinstance(time, int))
        last: int | None = None
        found: dict[int, int] = {}
        for offset in self.offsets.tolist():
            header = self.data[offset]
            if offset in full:
                last = full[offset]
            elif header & 0x80 and last is not None:
                last += (header - last) & 0x1F
                found[offset] = last
        return found


@functools.cache
def _unpacker(code: str) -> Callable[[bytes, int], tuple[int]]:
    """What reads a whole number of NumPy's ``code`` at a byte offset."""
    order, kind, size = code[0], code[1], code[2]
    return struct.Struct(order + _STRUCT_CODES[size][kind == "u"]).unpack_from


def merge(groups: tuple[Group, ...]) -> Positions:
    """Byte offset of every message of the groups, ascending."""
    if len(groups) == 1:
        return groups[0].offsets
    empty = np.empty(0, dtype=np.int64)
    return np.sort(np.concatenate([empty, *(group.offsets for group in groups)]))


def _python_values(numbers: npt.NDArray[np.generic], base: BaseType) -> list[Raw]:
    """Rows of raw numbers as Python values, invalid ones as None."""
    absent: npt.NDArray[np.bool_]
    if base.invalid is None:
        with np.errstate(invalid="ignore"):
            absent = ~np.isfinite(numbers.astype(np.float64))
    else:
        absent = np.equal(numbers, base.invalid)
    if numbers.shape[1] == 1:
        items = numbers[:, 0].tolist()
        return [None if none else item for item, none in zip(items, absent[:, 0], strict=True)]
    if base.name == "byte":
        # FIT Protocol: a byte array is invalid only when all of it is.
        absent = np.broadcast_to(absent.all(axis=1, keepdims=True), absent.shape)
    rows_of_items = numbers.astype(object)
    rows_of_items[absent] = None
    present: npt.NDArray[np.bool_] = np.any(~absent, axis=1)
    rows = zip(present.tolist(), rows_of_items.tolist(), strict=True)
    return [tuple(row) if some else None for some, row in rows]
