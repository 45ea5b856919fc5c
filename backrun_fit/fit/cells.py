"""Taking one field out of the messages of a group, for all of them at once."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.layout import BaseType, FieldSlot, base_type
from backrun_fit.fit.profile import TIMESTAMP
from backrun_fit.fit.walk import Group

__all__ = ["Cells", "Raw", "merge"]

Raw: TypeAlias = int | float | str | tuple[int | float | str | None, ...] | None
"""A field as it lies in the file: unscaled; None where invalid or absent."""

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
    def offsets(self) -> npt.NDArray[np.int64]:
        """Byte offset of every message, ascending."""
        return merge(self.groups)

    def numbers(
        self, group: Group, slot: FieldSlot, type_number: int
    ) -> npt.NDArray[np.float64] | None:
        """A field's first value in each message, unscaled, NaN where invalid.

        Returns:
            None where the field holds no number: text, or no bytes at all.
        """
        base = base_type(type_number, slot.size)
        if base.code == "S" or slot.size < base.size:
            return None
        numbers = self._gather(group, slot._replace(size=base.size), base)[:, 0]
        with np.errstate(invalid="ignore"):
            out = numbers.astype(np.float64)
        if base.invalid is not None:
            out[numbers == base.invalid] = np.nan
        else:
            out[~(np.abs(out) < _LARGEST)] = np.nan
        return out

    def raw(self, group: Group, slot: FieldSlot, type_number: int) -> list[Raw]:
        """A field in each message as a Python value."""
        base = base_type(type_number, slot.size)
        if slot.size < base.size:
            return [None] * len(group.offsets)
        if base.code == "S":
            return self._strings(group, slot)
        return _python_values(self._gather(group, slot, base), base)

    def stamps(self, group: Group) -> list[int | None]:
        """FIT time from the header of each message; None where it carries none."""
        if not self._has_header_times:
            return [None] * len(group.offsets)
        return [self._header_times.get(offset) for offset in group.offsets.tolist()]

    def _gather(self, group: Group, slot: FieldSlot, base: BaseType) -> npt.NDArray[np.generic]:
        """The raw numbers of a field, one row a message, one column a value.

        One array is laid over the data at every byte; the messages are picked out
        of it, so that only the bytes of this field are copied.
        """
        order = ">" if group.definition.big_endian else "<"
        everywhere: npt.NDArray[np.generic] = np.ndarray(
            (len(self.data) - slot.offset - slot.size + 1, slot.size // base.size),
            np.dtype(order + base.code),
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
    def _has_header_times(self) -> bool:
        """Whether some message has a compressed-timestamp header."""
        headers = np.frombuffer(self.data, dtype=np.uint8)
        return any(bool((headers[group.offsets] & 0x80).any()) for group in self.groups)

    @functools.cached_property
    def _header_times(self) -> Mapping[int, int]:
        """Byte offset to FIT time for messages with a compressed-timestamp header.

        FIT Protocol, "Compressed Timestamp Header": the header holds the five low
        bits; the rest is that of the time before, one step of 32 s on when the
        low bits fell. Before the first full time there is none.
        """
        full: dict[int, int] = {}
        for group in self.groups:
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


def merge(groups: tuple[Group, ...]) -> npt.NDArray[np.int64]:
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
    if base.name == "byte":
        # FIT Protocol: a byte array is invalid only when all of it is.
        absent = np.broadcast_to(absent.all(axis=1, keepdims=True), absent.shape)
    items = numbers.astype(object)
    items[absent] = None
    if numbers.shape[1] == 1:
        return list(items[:, 0])
    present: npt.NDArray[np.bool_] = np.any(~absent, axis=1)
    rows = zip(present.tolist(), items.tolist(), strict=True)
    return [tuple(row) if some else None for some, row in rows]
