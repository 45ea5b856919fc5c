"""How long a whole check takes against reading the samples alone."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Final

from backrun_fit.compliance.check import check
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.fit.walk import accelerate
from backrun_fit.report import Report
from tests.benchmarks.accuracy import Failure, Measure
from tests.benchmarks.readers import FITFAST, Reader
from tests.benchmarks.timing import Measured, compare, total_ratio

__all__ = ["CHECK", "check_bytes", "check_speed", "speed_measure"]


def check_bytes(data: bytes) -> Report:
    """From the bytes of a file to the report."""
    return check(read_activity(data))


def _load() -> Callable[[bytes], object]:
    accelerate(find_spec("numba") is not None)
    return check_bytes


CHECK: Final = Reader("backrun-fit", "backrun_fit", _load)
"""With numba, where it is installed."""


def check_speed(files: Mapping[str, bytes], rivals: Sequence[Reader]) -> Measure:
    """Time of ``fitfast.records`` over the time of a whole check of the same bytes, in turn.

    Args:
        files: By name.
        rivals: fitfast; empty where it is not installed.
    """
    if not rivals:
        return speed_measure([], note="fitfast is not installed")
    for reader in (CHECK, *rivals):
        reader.load()
    gc.collect()
    gc.freeze()
    try:
        found = [compare(name, data, [CHECK, *rivals]) for name, data in files.items()]
    finally:
        gc.unfreeze()
    return speed_measure(found)


def speed_measure(files: Sequence[Measured], note: str = "") -> Measure:
    """The ratio in total; each file whose check takes longer is a failure."""
    both = [file for file in files if file.is_read_by(FITFAST.package)]
    slower = sorted(
        (file for file in both if file.ratio(FITFAST.package) < 1),
        key=lambda file: file.ratio(FITFAST.package),
    )
    ours_ms, theirs_ms = (
        1e3 * math.fsum(file.timings[package].best_s for file in both)
        for package in (CHECK.package, FITFAST.package)
    )
    return Measure(
        name="check_ratio_fitfast",
        title="check, bytes to report: times as fast as fitfast.records",
        asked=1.0,
        value=total_ratio(both, FITFAST.package),
        count=len(both),
        unit="files",
        failures=tuple(
            Failure("slower than records alone", file.name, _text(file)) for file in slower
        ),
        notes=(note or f"{ours_ms:.1f} ms in total, fitfast {theirs_ms:.1f} ms",),
    )


def _text(file: Measured) -> str:
    ours_s, theirs_s = (
        file.timings[package].best_s for package in (CHECK.package, FITFAST.package)
    )
    return f"{file.size_bytes} bytes, {1e3 * ours_s:.2f} ms, fitfast {1e3 * theirs_s:.2f} ms"
