"""Time and memory of this package from a thousand to a million records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.columns import decode
from tests.benchmarks.memory import traced_peak
from tests.benchmarks.readers import OURS, read_ours
from tests.benchmarks.synthetic import synthetic
from tests.benchmarks.timing import compare

__all__ = ["SIZES", "Point", "measure_point"]

SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)

_ASKED: Final = ("timestamp", "distance", "heart_rate")


@attrs.frozen
class Point:
    """One length of file.

    Attributes:
        records: How many it holds.
        size_bytes: Of the file.
        best_s: For all columns, laps and steps.
        peak_all: Most bytes held beside the file, all columns kept.
        peak_asked: The same where three columns are asked for.
    """

    records: int
    size_bytes: int
    best_s: float
    peak_all: int
    peak_asked: int


def measure_point(records: int, *, mixed: bool) -> Point:
    """Time and memory for one synthetic file."""
    data = synthetic(records, mixed=mixed)
    timing = compare("", data, [OURS]).timings[OURS.package]
    peaks = _peak(read_ours, data), _peak(_asked_columns, data)
    return Point(records, len(data), timing.best_s, *peaks)


def _peak(read: Callable[[bytes], object], data: bytes) -> int:
    read(data)
    return traced_peak(read, data)


def _asked_columns(data: bytes) -> list[npt.NDArray[np.float64]]:
    table = decode(data).segments[0].table("record")
    return [table.column(name) for name in _ASKED]
