"""Taking fields out of the bytes: numbers as arrays, or rows of Python values."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.layout import base_type
from backrun_fit.fit.messages import Messages, Picked
from backrun_fit.fit.plans import Block
from backrun_fit.fit.profile import TIMESTAMP
from backrun_fit.fit.rows import LARGEST, Raw, RowReader

__all__ = ["Cells", "Stamps"]

COMPRESSED_HEADER: Final = 0x80
_TIME_OFFSET: Final = 0x1F


class Stamps(NamedTuple):
    """Times of messages.

    Attributes:
        time: FIT time, s; 0 where there is none. One a message.
        is_known: Where there is one.
    """

    time: npt.NDArray[np.int64]
    is_known: npt.NDArray[np.bool_]

    def optional(self) -> list[int | None]:
        """As Python values; None where there is none."""
        times, known = self.time.tolist(), self.is_known.tolist()
        return [time if is_known else None for time, is_known in zip(times, known, strict=True)]


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
        everywhere = self._numbers(code)
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

    def _numbers(self, code: str) -> npt.NDArray[Any]:
        """The number of this byte order, kind and size that begins at each byte of the data."""
        everywhere = self._everywhere.get(code)
        if everywhere is None:
            dtype = np.dtype(code)
            count = max(len(self.data) - dtype.itemsize + 1, 0)
            everywhere = np.ndarray((count,), dtype, self.data, 0, (1,))
            self._everywhere[code] = everywhere
        return everywhere

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

    def stamps(self, picked: Picked) -> Stamps | None:
        """FIT time from the header of each message; None where none carries one.

        Args:
            picked: The messages, as many as there are.
        """
        headers = np.frombuffer(self.data, dtype=np.uint8)[picked.offsets]
        if not (headers >= COMPRESSED_HEADER).any():
            return None
        places = self.messages.offsets.searchsorted(picked.offsets)
        return Stamps(self._header_times.time[places], self._header_times.is_known[places])

    @functools.cached_property
    def _header_times(self) -> Stamps:
        """FIT time from the header of every message of the segment, in order of the file.

        FIT Protocol, "Compressed Timestamp Header": the header holds the five low
        bits; the rest is that of the time before, one step of 32 s on when the
        low bits fell. Before the first full time there is none.
        """
        full = self._full_times()
        headers = np.frombuffer(self.data, dtype=np.uint8)[self.messages.offsets]
        is_compressed = (headers >= COMPRESSED_HEADER) & ~full.is_known
        # Those that have a time, from the first full one on.
        places = np.flatnonzero(full.is_known | is_compressed)
        places = places[np.logical_or.accumulate(full.is_known[places])]
        # The clock's five low bits behind each are its own, whatever kind it is.
        is_full = full.is_known[places]
        low_bits = np.where(is_full, full.time[places], headers[places]) & _TIME_OFFSET
        steps = np.diff(low_bits, prepend=low_bits[:1]) & _TIME_OFFSET
        steps[is_full] = 0
        passed_s = steps.cumsum()
        last_full = np.maximum.accumulate(np.where(is_full, np.arange(len(places)), 0))
        found = Stamps(np.zeros_like(full.time), np.zeros_like(full.is_known))
        found.time[places] = full.time[places][last_full] + passed_s - passed_s[last_full]
        found.is_known[places] = ~is_full
        return found

    def _full_times(self) -> Stamps:
        """FIT time from the timestamp field of every message, in order of the file."""
        offsets, which = self.messages.offsets, self.messages.walked.which
        found = Stamps(np.zeros(len(offsets), dtype=np.int64), np.zeros(len(offsets), dtype=bool))
        by_definition = which.argsort(kind="stable")
        ends = np.bincount(which, minlength=len(self.messages.walked.definitions)).cumsum()
        for end, begin, definition in zip(
            ends, (0, *ends[:-1]), self.messages.walked.definitions, strict=True
        ):
            slot = definition.fields.get(TIMESTAMP)
            if slot is None or slot.type_number is None or begin == end:
                continue
            base = base_type(slot.type_number, slot.size)
            if base.invalid is None or base.size != slot.size:
                continue  # text, a number with a fraction, or an array is no time
            places = by_definition[begin:end]
            numbers = self._numbers(definition.order + base.code)[offsets[places] + slot.offset]
            found.time[places] = numbers.astype(np.int64)
            found.is_known[places] = numbers != base.invalid
        return found
