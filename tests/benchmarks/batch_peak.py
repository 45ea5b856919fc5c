"""The most memory that a batch held: ``python -m tests.benchmarks.batch_peak FOLDER OUTPUT``.

Prints two numbers of bytes: of the process that leads, and of its one worker.
"""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

from backrun_fit.batch import Progress, check_into, find_inputs, processes

__all__ = ["peaks"]


def peaks(folder: Path, output: Path) -> tuple[int, int]:
    """Check a folder into an output with one worker."""
    worker = 0

    def look(progress: Progress) -> None:
        nonlocal worker
        if progress.done == progress.total:
            worker = max(_peak(child.pid) for child in multiprocessing.active_children())

    check_into(output, find_inputs(folder), processes(1), on_progress=look)
    return _peak("self"), worker


def _peak(process: int | str | None) -> int:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise LookupError("VmHWM")


if __name__ == "__main__":
    print(*peaks(Path(sys.argv[1]), Path(sys.argv[2])))
