"""How fast files are read, against every other package there is for it.

``make bench-read`` runs it; docs/reference/benchmarks.md says how it is measured. The last
line printed is for machines.
"""

from __future__ import annotations

import gc
import math
import platform
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.benchmarks.curve import SIZES, Point, measure_point
from tests.benchmarks.memory import process_growth, traced_peak
from tests.benchmarks.readers import (
    FITFAST,
    FULL_DECODERS,
    OURS,
    PLAIN,
    Reader,
    installed,
    read_ours,
)
from tests.benchmarks.synthetic import synthetic
from tests.benchmarks.timing import LARGE_BYTES, Measured, Ratios, compare, least_ratio, total_ratio
from tests.conftest import corpus_path

FOLDERS: Final = ("structured", "decode")

PART: Final = 8
"""The slow rivals read every so manieth file, in order of size."""

CLASSES: Final = (
    ("up to 10 kB", 0, 10_000),
    ("10 to 30 kB", 10_000, 30_000),
    ("30 to 100 kB", 30_000, 100_000),
    ("100 to 200 kB", 100_000, 200_000),
    ("over 200 kB", 200_000, math.inf),
)
"""Title, size in bytes above which a file belongs to it, largest that does."""

WORST: Final = 3
"""How many files with the least ratios are named."""

WIDTH: Final = 100
"""Of what is printed, in a terminal or not."""


def corpus_files(corpus: Path | None) -> dict[str, bytes]:
    """The real files by name, smallest first; made ones where there is no corpus."""
    if corpus is None:
        return {
            f"made, {records} records": synthetic(records, mixed=True)
            for records in (100, 1_000, 5_000)
        }
    paths = [path for folder in FOLDERS for path in sorted((corpus / folder).glob("*.fit"))]
    files = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in paths}
    return dict(sorted(files.items(), key=lambda item: (len(item[1]), item[0])))


def measure(
    files: dict[str, bytes], readers: Sequence[Reader], console: Console
) -> Iterator[Measured]:
    """Each file with the readers that can read it, each reader warm."""
    for reader in readers:
        reader.load()(synthetic(10, mixed=False))
    # What was imported so far shall not weigh on anybody's garbage collection.
    gc.collect()
    gc.freeze()
    try:
        with console.status("reading") as status:
            for name, data in files.items():
                status.update(f"reading {name}")
                yield compare(name, data, readers)
    finally:
        gc.unfreeze()


def part_of(files: dict[str, bytes]) -> dict[str, bytes]:
    """Every eighth file in order of size; of fewer than eight the middle one."""
    names = list(files)
    start = min(PART, len(names)) // 2
    return {name: files[name] for name in names[start::PART]}


def class_table(files: Sequence[Measured], rival: Reader, remark: str) -> Table:
    """Ours against one rival, by size of file and in total."""
    table = Table(title=f"{rival.title}, best of each file, {remark}")
    for heading in ("files", "count", "MB", "ours, ms", "rival, ms", "ratio", "least", "median"):
        table.add_column(heading, justify="left" if heading == "files" else "right")
    rows = [
        (title, [file for file in files if above < file.size_bytes <= largest])
        for title, above, largest in CLASSES
    ]
    for title, members in (*rows, ("all", list(files))):
        if not members:
            continue
        if title == "all":
            table.add_section()
        ratios = [file.ratio(rival.package) for file in members]
        ours, theirs = (
            1e3 * math.fsum(file.timings[package].best_s for file in members)
            for package in (OURS.package, rival.package)
        )
        table.add_row(
            title,
            str(len(members)),
            f"{sum(file.size_bytes for file in members) / 1e6:.2f}",
            f"{ours:.2f}",
            f"{theirs:.2f}",
            f"{total_ratio(members, rival.package):.2f}",
            f"{min(ratios):.2f}",
            f"{np.median(ratios):.2f}",
        )
    return table


def rivals_table(part: Sequence[Measured], rivals: Sequence[Reader]) -> Table:
    """Ours against those that decode everything, over the same part of the files."""
    table = Table(title=f"Full decoders, every {PART}th file by size (* of those over 30 kB)")
    for heading in ("rival", "files", "MB", "ours, ms", "rival, ms", "ratio", "least*"):
        table.add_column(heading, justify="left" if heading == "rival" else "right", no_wrap=True)
    for rival in rivals:
        both = [file for file in part if file.is_read_by(rival.package)]
        ours, theirs = (
            1e3 * math.fsum(file.timings[package].best_s for file in both)
            for package in (OURS.package, rival.package)
        )
        table.add_row(
            rival.title,
            f"{len(both)} of {len(part)}",
            f"{sum(file.size_bytes for file in both) / 1e6:.2f}",
            f"{ours:.2f}",
            f"{theirs:.1f}",
            f"{total_ratio(both, rival.package):.1f}",
            f"{least_ratio(both, rival.package):.1f}",
        )
    return table


def memory_table(name: str, data: bytes, rivals: Sequence[Reader]) -> Table:
    """By how much a process grows while each reads one file."""
    table = Table(title=f"Memory beside the {len(data) / 1e6:.2f} MB of {name}")
    for heading in ("reader", "MB", "times the file"):
        table.add_column(heading, justify="left" if heading == "reader" else "right")
    traced = traced_peak(read_ours, data)
    table.add_row(f"{OURS.package}, traced", f"{traced / 1e6:.1f}", f"{traced / len(data):.1f}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "measured.fit"
        path.write_bytes(data)
        for reader in (OURS, *rivals):
            growth = process_growth(reader, path)
            title = f"{reader.package}, process"
            table.add_row(title, f"{growth / 1e6:.1f}", f"{growth / len(data):.1f}")
    return table


def curve_table(title: str, points: Sequence[Point]) -> Table:
    """Time per record and memory per byte of the file, by length."""
    table = Table(title=title)
    for heading in ("records", "MB", "ms", "ns/record", "peak/file, all", "peak/file, three"):
        table.add_column(heading, justify="right")
    for point in points:
        table.add_row(
            f"{point.records:,}".replace(",", " "),
            f"{point.size_bytes / 1e6:.2f}",
            f"{1e3 * point.best_s:.2f}",
            f"{1e9 * point.best_s / point.records:.0f}",
            f"{point.peak_all / point.size_bytes:.2f}",
            f"{point.peak_asked / point.size_bytes:.2f}",
        )
    return table


def record_counts_differ(data: bytes) -> bool:
    """Whether fitfast finds another number of records in a file than we do."""
    columns: object = FITFAST.load()(data)
    assert isinstance(columns, dict)
    ours = sum(max(map(len, reading.columns.values()), default=0) for reading in read_ours(data))
    return ours != max(map(len, columns.values()), default=0)


def machine() -> str:
    """What it runs on, in one line."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = named[0].partition(":")[2].strip() if named else model
    return (
        f"{model}, {platform.system()}, Python {platform.python_version()}, NumPy {np.__version__}"
    )


def run(
    files: dict[str, bytes],
    rivals: Sequence[Reader],
    console: Console,
    sizes: Sequence[int] = SIZES,
) -> str:
    """Measure and print everything; the line for machines."""
    fast = [rival for rival in rivals if rival == FITFAST]
    slow = [rival for rival in rivals if rival != FITFAST]
    console.print(machine())
    found = list(measure(files, [OURS, *fast], console))
    common = [file for file in found if len(file.timings) == 1 + len(fast)]
    readers = " and ".join(reader.title for reader in (OURS, *fast))
    console.print(f"{len(common)} of {len(found)} files can be read by {readers}")
    for rival in fast:
        console.print(
            class_table(common, rival, "with numba" if find_spec("numba") else "no numba")
        )
        first = total_ratio(common, rival.package, first=True)
        console.print(f"Each file once, its definitions never seen before: {first:.2f} times")
        large = [file for file in common if file.size_bytes > LARGE_BYTES]
        for file in sorted(large, key=lambda file: file.ratio(rival.package))[:WORST]:
            console.print(
                f"Least of those over 30 kB: {file.ratio(rival.package):.2f}, {file.name}"
            )
        differ = [file.name for file in common if record_counts_differ(files[file.name])]
        console.print(f"Other numbers of records in {', '.join(differ) or 'no file'}")
    if fast and find_spec("numba"):
        plain = [
            file
            for file in measure(
                {file.name: files[file.name] for file in common}, [PLAIN, *fast], console
            )
            if len(file.timings) == 1 + len(fast)
        ]
        for rival in fast:
            console.print(class_table(plain, rival, "without numba"))
    part: list[Measured] = []
    if slow:
        chosen = part_of({file.name: files[file.name] for file in common})
        part = list(measure(chosen, [OURS, *slow], console))
        console.print(rivals_table(part, slow))
    if common:
        largest = common[-1].name
        console.print(memory_table(largest, files[largest], rivals))
    for title, mixed in (("Records in a row", False), ("Records among others", True)):
        points = [measure_point(records, mixed=mixed) for records in sizes]
        console.print(curve_table(title, points))
    return Ratios.of(common, part).line()


def main() -> None:
    # fitparse is older than a deprecation in datetime.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    rivals = installed((FITFAST, *FULL_DECODERS))
    print(run(corpus_files(corpus_path()), rivals, Console(width=WIDTH)))


if __name__ == "__main__":
    main()
