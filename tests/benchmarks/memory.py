"""How much memory a reader needs beside the file's own bytes.

Run as a module with a package's name and a file it prints by how many bytes the
process grew.
"""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.readers import FITFAST, FULL_DECODERS, OURS, Reader
from tests.benchmarks.synthetic import synthetic

__all__ = ["process_growth", "traced_peak"]


def traced_peak(read: Callable[[bytes], object], data: bytes) -> int:
    """Most bytes that Python and NumPy held at once while reading, the result included."""
    gc.collect()
    tracemalloc.start()
    read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def process_growth(reader: Reader, path: Path) -> int:
    """By how many bytes a fresh process grew at most while the reader was at it."""
    command = [sys.executable, "-m", "tests.benchmarks.memory", reader.package, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout)


def _resident_peak() -> int:
    """Most bytes this process ever held."""
    # On Linux ru_maxrss begins at what the parent held; the kernel's own mark does not.
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main(package: str, path: Path) -> None:
    readers = {reader.package: reader for reader in (OURS, FITFAST, *FULL_DECODERS)}
    read = readers[package].load()
    read(synthetic(10, mixed=False))  # tables are loaded at the first reading
    data = path.read_bytes()
    before = _resident_peak()
    held = read(data)
    print(_resident_peak() - before)
    del held


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
