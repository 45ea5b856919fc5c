"""Taking fields out of the bytes: numbers as arrays, or rows of Python values."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.messages import Messages, Picked
from backrun_fit.fit.plans import Block, row_readers
from backrun_fit.fit.profile import TIMESTAMP
from backrun_fit.fit.rows import LARGEST, Raw, RowReader

__all__ = ["Cells"]


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

    def numbers(self, picked: Picked, block: Block) -> npt.NDArray[np.float64]:
        """Several fields of one base type, in physical units.

        One array is laid over the data at every byte, and the numbers are picked
        out of it, so that nothing else is copied.

        Args:
            picked: The messages, as many as there are.
            block: Which fields, and where.

        Returns:
            A row a field, a column a message; NaN where invalid or absent.
        """
        code, invalid, shifts = block.code, block.invalid, block.shifts
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
        out: npt.NDArray[np.float64]
        if invalid is not None:
            out = numbers.astype(np.float64)
            np.copyto(out, np.nan, where=numbers == invalid)
        else:
            with np.errstate(invalid="ignore"):
                out = numbers.astype(np.float64)
            np.copyto(out, np.nan, where=~(np.abs(out) < LARGEST))
        if absent is not None:
            np.copyto(out, np.nan, where=absent)
        out /= block.scales
        out -= block.offsets
        return out

    @functools.cached_property
    def _everywhere(self) -> dict[str, npt.NDArray[np.generic]]:
        return {}

    def rows(self, picked: Picked, readers: Sequence[RowReader]) -> list[tuple[Raw, ...]]:
        """Fields of each message as Python values.

        Args:
            picked: The messages, as many as there are.
            readers: One for each of their definitions.

        Returns:
            One tuple a message.
        """
        data, log = self.data, self.log
        if len(readers) == 1:
            read = readers[0].read
            return [read(data, offset, log) for offset in picked.offsets.tolist()]
        found = zip(picked.offsets.tolist(), picked.which.tolist(), strict=True)
        return [readers[which].read(data, offset, log) for offset, which in found]

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
            times = self.rows(picked, row_readers(picked.definitions, (TIMESTAMP,), ()))
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
