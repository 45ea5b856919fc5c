"""How long readers take over the same bytes, in turn, and the ratios of that."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from tests.benchmarks.readers import FITFAST, OURS, Reader

__all__ = ["LARGE_BYTES", "Measured", "Ratios", "Timing", "compare", "least_ratio", "total_ratio"]

LEAST_ROUNDS: Final = 5
LEAST_S: Final = 0.25
"""Rounds over one file go on for this long."""

TURN_S: Final = 0.01
"""How long a turn goes on: the best of five readings of a millisecond each is mostly noise."""

LARGE_BYTES: Final = 30_000
"""The least ratio is taken over files larger than this."""


@attrs.frozen
class Timing:
    """How long one reader took over one file.

    Attributes:
        first_s: When it saw the file's bytes for the first time.
        best_s: The shortest of all rounds but that.
    """

    first_s: float
    best_s: float


@attrs.frozen
class Measured:
    """One file and how long the readers took over it; one that cannot read it is absent."""

    name: str
    size_bytes: int
    timings: Mapping[str, Timing]

    def ratio(self, rival: str) -> float:
        """How many times as long the rival takes."""
        return self.timings[rival].best_s / self.timings[OURS.package].best_s

    def is_read_by(self, rival: str) -> bool:
        return rival in self.timings and OURS.package in self.timings


def seconds(read: Callable[[bytes], object], data: bytes) -> float:
    begun = time.perf_counter()
    read(data)
    return time.perf_counter() - begun


def compare(
    name: str, data: bytes, readers: Sequence[Reader], *, turn_s: float = TURN_S
) -> Measured:
    """Let readers take turns over the same bytes: at least five rounds, more where they are short.

    Args:
        name: Of the file.
        data: The file.
        readers: In the order of every other round; the rounds between go backwards.
        turn_s: A reader reads once in its turn, and again until this time is over.
    """
    reads: dict[str, Callable[[bytes], object]] = {}
    firsts: dict[str, float] = {}
    for reader in readers:
        read = reader.load()
        first = _first_seconds(read, data)
        if first is not None:
            reads[reader.package], firsts[reader.package] = read, first
    bests = dict.fromkeys(reads, math.inf)
    order = list(reads)
    rounds = 0
    begun = time.perf_counter()
    while rounds < LEAST_ROUNDS or time.perf_counter() - begun < LEAST_S:
        for package in order:
            bests[package] = min(bests[package], _turn(reads[package], data, turn_s))
        order.reverse()
        rounds += 1
    timings = {package: Timing(firsts[package], best) for package, best in bests.items()}
    return Measured(name, len(data), timings)


def _turn(read: Callable[[bytes], object], data: bytes, turn_s: float) -> float:
    """The shortest reading of one turn."""
    begun = time.perf_counter()
    best = seconds(read, data)
    while time.perf_counter() - begun < turn_s:
        best = min(best, seconds(read, data))
    return best


def _first_seconds(read: Callable[[bytes], object], data: bytes) -> float | None:
    """None where the file cannot be read."""
    try:
        return seconds(read, data)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - a panic in Rust is no Exception
        return None


def total_ratio(files: Sequence[Measured], rival: str, *, first: bool = False) -> float:
    """A rival's time over ours, each summed over the files that both can read.

    Args:
        files: Whatever was measured.
        rival: Its package.
        first: Of the first reading of each file instead of the best.

    Returns:
        NaN where there is no such file.
    """
    both = [file.timings for file in files if file.is_read_by(rival)]
    if not both:
        return math.nan
    theirs, ours = (
        math.fsum((at[name].first_s if first else at[name].best_s) for at in both)
        for name in (rival, OURS.package)
    )
    return theirs / ours


def least_ratio(files: Sequence[Measured], rival: str) -> float:
    """The worst ratio on any file of more than 30 kB; NaN where there is none."""
    large = (file for file in files if file.size_bytes > LARGE_BYTES and file.is_read_by(rival))
    return min((file.ratio(rival) for file in large), default=math.nan)


@attrs.frozen
class Ratios:
    """What is promised, in numbers; NaN for a rival that is not there."""

    total_fitfast: float
    least_fitfast: float
    fitparse: float
    garmin: float

    @classmethod
    def of(cls, files: Sequence[Measured], part: Sequence[Measured]) -> Ratios:
        """From all files, and from the part of them that the slow rivals read."""
        return cls(
            total_ratio(files, FITFAST.package),
            least_ratio(files, FITFAST.package),
            total_ratio(part, "fitparse"),
            total_ratio(part, "garmin-fit-sdk"),
        )

    def line(self) -> str:
        return (
            f"total_ratio_fitfast={self.total_fitfast:.2f} "
            f"min_ratio_fitfast={self.least_fitfast:.2f} "
            f"ratio_fitparse={self.fitparse:.1f} ratio_garmin={self.garmin:.1f}"
        )
