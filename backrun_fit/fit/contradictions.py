"""Which records of a damaged file cannot be true, though the frame around them is whole."""

from __future__ import annotations

from typing import Final

import attrs
import fastcrc.crc16
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column
from backrun_fit.fit.cells import Cells
from backrun_fit.fit.damage import Damage
from backrun_fit.fit.messages import Messages
from backrun_fit.fit.table import Table
from backrun_fit.fit.walk import Walked

__all__ = ["flipped_bits", "without_contradictions"]

_RECORD: Final = 20
_CRC_SIZE: Final = 2

# Values that are this far beyond all others of their field, in multiples of their range.
_FAR: Final = 0.5
# The first and the last step may be so many times as large as nearly all others.
_FAR_STEP: Final = 4
# Damage that leaves the frame whole lies within a few records.
_FEW: Final = 4
# Fewer records say too little of what is usual.
_LEAST_RECORDS: Final = 40
# After so many bits FIT's checksum says the same of a wrong bit.
_CRC_PERIOD: Final = 32_767


def without_contradictions(
    data: bytes, walked: Walked, suspects: list[tuple[int, int]], is_spliced: bool
) -> tuple[Walked, Damage | None]:
    """Leave out the records that cannot be true.

    Args:
        data: The whole file.
        walked: The messages.
        suspects: Offset of a byte and a bit in it, ascending: one of them may be wrong.
        is_spliced: Bytes are missing, and nothing says where: a record may begin with one
            and end with another.

    Returns:
        The messages that are left, and what was left out.

    Example:
        >>> import struct
        >>> from backrun_fit.fit.walk import walk
        >>> body = bytes.fromhex("400000140002fd0486050486")
        >>> rows = enumerate([0, 300, 600, 90_000, 1200, 1500], 10**9)
        >>> data = body + b"".join(struct.pack("<BII", 0, *row) for row in rows)
        >>> walked, damage = without_contradictions(data, walk(data, 0, len(data)), [], False)
        >>> len(walked.offsets), damage and damage.offset
        (5, 39)
    """
    picked = Messages(data, walked).of(_RECORD)
    if not len(picked):
        return walked, None
    wrong = _contradictions(data, walked, is_spliced)
    sizes = np.array([one.size for one in picked.definitions])[picked.which]
    if suspects:
        places = np.array([place for place, _ in suspects])
        rows = np.searchsorted(picked.offsets, places, side="left") - 1
        is_inside = (rows >= 0) & (places < (picked.offsets + sizes)[rows])
        # What could not be true the other way round is right as it is.
        turned = bytearray(data)
        for place, bit in suspects:
            turned[place] ^= bit
        wrong[rows[is_inside]] |= ~_contradictions(bytes(turned), walked, False)[rows[is_inside]]
    if not wrong.any():
        return walked, None
    lost = picked.offsets[wrong]
    keep = ~np.isin(walked.offsets, lost)
    text = f"{len(lost)} records that contradict their neighbours or may hold the wrong byte"
    damage = Damage(text, int(lost[0]), lost_bytes=int(sizes[wrong].sum()))
    return attrs.evolve(walked, offsets=walked.offsets[keep], which=walked.which[keep]), damage


def _contradictions(data: bytes, walked: Walked, is_spliced: bool) -> npt.NDArray[np.bool_]:
    """For each record whether its values cannot stand beside those of the others."""
    cells = Cells(data, Messages(data, walked), {})
    picked = cells.messages.of(_RECORD)
    table = Table(number=_RECORD, picked=picked, cells=cells, described=dict)
    columns = table.columns([*table.field_numbers, *(one.key for one in table.developer_fields)])
    time, distance = table.column("timestamp"), table.column("distance")
    wrong = _breaks_order(time) | _breaks_order(distance)
    for column in columns.values():
        wrong |= _stands_out(column)
    return wrong | _bends(time, distance) if is_spliced else wrong


def _breaks_order(column: Column) -> npt.NDArray[np.bool_]:
    """Which values go up or down alone, while the one before and the one behind agree."""
    wrong = np.zeros(len(column), dtype=bool)
    known = np.flatnonzero(~np.isnan(column))
    if len(known) < 3:
        return wrong
    before, here, behind = (column[known[n : len(known) - 2 + n]] for n in range(3))
    off = np.where(before <= behind, np.maximum(before - here, here - behind), 0.0)
    # Where a recorder does that all the time, only the worst count.
    wrong[known[1:-1]] = off > max(0.0, np.percentile(off, 99))
    # The first and the last have one neighbour, which has to be near.
    usual = _FAR_STEP * np.percentile(np.abs(np.diff(column[known])), 99)
    wrong[known[0]] = not 0 <= column[known[1]] - column[known[0]] <= usual
    wrong[known[-1]] = not 0 <= column[known[-1]] - column[known[-2]] <= usual
    return wrong


def _bends(time: Column, distance: Column) -> npt.NDArray[np.bool_]:
    """Which of the distances lie farthest from the line between their neighbours: one in 100."""
    wrong = np.zeros(len(distance), dtype=bool)
    known = np.flatnonzero(~np.isnan(time) & ~np.isnan(distance))
    if len(known) < 3:
        return wrong
    (at_0, at, at_1), (from_m, here_m, to_m) = (
        [column[known[n : len(known) - 2 + n]] for n in range(3)] for column in (time, distance)
    )
    span = np.maximum(at_1 - at_0, 1.0)
    off = np.abs(here_m - from_m - (to_m - from_m) * np.clip((at - at_0) / span, 0.0, 1.0))
    wrong[known[1:-1]] = off > np.percentile(off, 99)
    return wrong


def _stands_out(column: Column) -> npt.NDArray[np.bool_]:
    """Which values alone are far beyond nearly all others, or there where nearly none is."""
    wrong = np.zeros(len(column), dtype=bool)
    known = np.flatnonzero(~np.isnan(column))
    if len(column) < _LEAST_RECORDS:
        return wrong
    if len(known) <= _FEW:
        wrong[known] = True
        return wrong
    values = column[known]
    low, high = np.partition(values, (_FEW, len(values) - _FEW - 1))[[_FEW, -_FEW - 1]]
    margin = _FAR * (high - low)
    far = (values < low - margin) | (values > high + margin)
    # Who stops has no cadence for several records; damage stands alone.
    alone = far.copy()
    alone[1:] &= ~far[:-1]
    alone[:-1] &= ~far[1:]
    wrong[known] = alone
    return wrong


def flipped_bits(data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Each bit that, turned round alone, would make the checksum right.

    The checksum of two files that differ in one bit differs by what that bit alone makes
    of it, which comes back every 32,767 bits.

    Returns:
        Offset of the byte and the bit in it, ascending.

    Example:
        >>> flipped_bits(b"one" + (fastcrc.crc16.arc(b"ons")).to_bytes(2, "little"), 0, 3)
        []
        >>> flipped_bits(b"one" + (fastcrc.crc16.arc(b"onm")).to_bytes(2, "little"), 0, 3)
        [(2, 8)]
    """
    stored = int.from_bytes(data[end : end + _CRC_SIZE], "little")
    wanted = stored ^ fastcrc.crc16.arc(memoryview(data)[start:end])
    state = 1
    for number in range(min(_CRC_PERIOD, 8 * (end - start))):
        state = state >> 1 ^ (0xA001 if state & 1 else 0)
        if state == wanted:
            # The checksum takes the low bit of a byte first.
            bits = range(number, 8 * (end - start), _CRC_PERIOD)
            return [(end - 1 - bit // 8, 0x80 >> bit % 8) for bit in reversed(bits)]
    return []
