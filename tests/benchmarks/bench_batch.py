"""How fast, how flat and how sure thousands of files are checked and compiled.

``make bench-batch`` runs it; docs/reference/benchmarks.md says how it is measured. The last line
printed is for machines.
"""

from __future__ import annotations

import contextlib
import gc
import io
import math
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
from fitparse import FitFile
from rich.console import Console
from rich.table import Table

from backrun_fit.batch import check_into, check_many, compile_many, processes
from backrun_fit.fit.sniff import identity
from backrun_fit.fit.walk import accelerate
from tests.benchmarks.batch_files import ROSTER, SEASON, mixed_folder, rehearsals
from tests.benchmarks.bench_compile import measure as measure_compile
from tests.benchmarks.bench_compile import pace2fit, shortest
from tests.benchmarks.bench_read import WIDTH, machine
from tests.benchmarks.compile_plans import SESSIONS
from tests.benchmarks.writers import WRITERS, asked_of
from tests.conftest import corpus_path

FILES: Final = 1_000
MANY_FILES: Final = 10_000
MADE: Final = 100
"""Rehearsals of their own; further files have the same contents again."""

TURNS: Final = 6
"""So often every way has its turn over all files, and the loop over a part of the contents."""

ROUNDS: Final = 3


@attrs.frozen
class Clock:
    """What a piece of work took."""

    wall_s: float
    cpu_s: float


def clocked(work: Callable[[], object]) -> Clock:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Clock(time.perf_counter() - wall, time.process_time() - cpu)


def obvious_loop(path: Path) -> None:
    """What the loop does with a file: every message by fitparse, and nothing made of it."""
    with contextlib.suppress(Exception):
        list(FitFile(io.BytesIO(path.read_bytes())).get_messages())


def one_core(paths: Sequence[Path], folder: Path, console: Console) -> dict[str, float]:
    """How many times as long the obvious loop takes per file, by way; all on one core, in turn."""
    accelerate()
    # Contents that come again are links to one file; the loop reads each of them once.
    often = Counter(path.stat().st_ino for path in paths)
    contents = {path.stat().st_ino: path for path in paths}
    ways: dict[str, Callable[[], object]] = {
        "check_many": lambda: [None for _ in check_many(paths)]
    }
    for suffix in ("jsonl", "csv", "parquet"):
        output = folder / f"rows.{suffix}"
        ways[f"into .{suffix}"] = lambda output=output: check_into(output, paths)  # type: ignore[misc]
    for way in ways.values():
        way()
    theirs_s, ours_s = 0.0, dict.fromkeys(ways, 0.0)
    for turn in range(TURNS):
        for content in list(contents)[turn::TURNS]:
            once_s = clocked(lambda content=content: obvious_loop(contents[content])).cpu_s  # type: ignore[misc]
            theirs_s += often[content] * once_s
        for name, way in ways.items():
            ours_s[name] += clocked(way).cpu_s
    theirs = theirs_s / len(paths)
    ours = {name: seconds / TURNS / len(paths) for name, seconds in ours_s.items()}
    table = Table(title=f"{len(paths)} files on one core, processor time, {TURNS} turns")
    for heading in ("way", "files", "ms a file", "times as fast"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    table.add_row("fitparse, decoding alone", str(len(contents)), f"{1e3 * theirs:.1f}", "1")
    for name, seconds in ours.items():
        table.add_row(name, str(len(paths)), f"{1e3 * seconds:.2f}", f"{theirs / seconds:.0f}")
    console.print(table)
    return {name: theirs / seconds for name, seconds in ours.items()}


def two_processes(paths: Sequence[Path], console: Console) -> float:
    """How many times as fast two processes are as one, both warm."""
    walls: dict[int, list[float]] = {1: [], 2: []}
    with processes(1)() as one, processes(2)() as two:
        pools = {1: one, 2: two}
        for pool in pools.values():
            list(check_many(paths[:200], pool))
        for number in range(2 * ROUNDS):
            for jobs in (1, 2) if number % 2 else (2, 1):
                done = clocked(lambda jobs=jobs: list(check_many(paths, pools[jobs])))  # type: ignore[misc]
                walls[jobs].append(done.wall_s)
    rates = {jobs: len(paths) / min(found) for jobs, found in walls.items()}
    console.print(
        f"check_many of {len(paths)} files, pools warm: {rates[1]:.0f} files/s with one process, "
        f"{rates[2]:.0f} with two (best of {2 * ROUNDS} rounds in turn)"
    )
    return rates[2] / rates[1]


def memory(folder: Path, few: Path, many: Path, console: Console) -> float:
    """The peak with ten times as many files over the peak with fewer."""
    found = []
    for inputs in (few, many):
        command = [sys.executable, "-m", "tests.benchmarks.batch_peak"]
        done = subprocess.run(
            [*command, str(inputs), str(folder / "peak.parquet")],
            check=True,
            capture_output=True,
            text=True,
        )
        lead, worker = map(int, done.stdout.split())
        found.append(lead + worker)
        count = sum(1 for _ in inputs.glob("*.fit"))
        console.print(
            f"Peak with {count} files: {lead / 1e6:.0f} MB in the lead, "
            f"{worker / 1e6:.0f} MB in the worker"
        )
    return found[1] / found[0]


def compiling(athletes: int, console: Console) -> tuple[int, float]:
    """How many different, proven workouts there are, and how many a second on one core."""
    names, files, identities = set(), set(), set()
    begun, cpu = time.perf_counter(), time.process_time()
    for result in compile_many(ROSTER[:athletes], SEASON):
        if result.data is not None:  # what is handed over was read back and found equal
            names.add(result.name.casefold())
            files.add(result.file.casefold())
            identities.add(identity(result.data))
    wall_s, cpu_s = time.perf_counter() - begun, time.process_time() - cpu
    count = min(len(names), len(files), len(identities))
    console.print(
        f"{athletes} athletes x 100 sessions: {len(names)} names, {len(files)} files, "
        f"{len(identities)} identities, every one proven, in {wall_s:.0f} s on one core"
    )
    return count, count / cpu_s


def pace2fit_rate(python: str | None) -> float:
    """Workouts a second by pace2fit, over the sessions of ``bench-compile``; NaN without it."""
    if python is None:
        return math.nan
    with pace2fit(python) as ask:
        theirs = [one.theirs_s for one in measure_compile(SESSIONS, ask, rounds=2)]
    return len(theirs) / math.fsum(filter(None, theirs))


def writing(console: Console) -> dict[str, float]:
    """Milliseconds for one workout of 22 steps, by writer, in turn."""
    same: list[Any] = [asked_of(write()) for write in WRITERS.values()]
    if any(one != same[0] for one in same):
        raise ValueError("the writers did not write the same steps")
    found = dict.fromkeys(WRITERS, math.inf)
    for _ in range(5):
        for name, write in WRITERS.items():
            found[name] = min(found[name], 1e3 * shortest(write, 0.2))
    table = Table(title="One workout of 22 steps")
    table.add_column("writer")
    table.add_column("ms", justify="right")
    for name, ms in found.items():
        table.add_row(name, f"{ms:.2f}")
    console.print(table)
    return found


def run(
    python: str | None,
    console: Console,
    *,
    files: int = FILES,
    many_files: int = MANY_FILES,
    made: int = MADE,
    athletes: int = len(ROSTER),
) -> str:
    """Measure and print everything; the line for machines.

    Args:
        python: The interpreter that has pace2fit; None where there is none.
        console: Where the tables go.
        files: How many are checked.
        many_files: How many are checked to see whether memory is flat.
        made: How many rehearsals there are among them.
        athletes: How many get the hundred sessions.
    """
    console.print(machine())
    written = writing(console)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contents = rehearsals(made)
        paths = mixed_folder(folder / "few", files, corpus_path(), contents)
        mixed_folder(folder / "many", many_files, corpus_path(), contents)
        gc.collect()
        gc.freeze()
        try:
            ratios = one_core(paths, folder, console)
        finally:
            gc.unfreeze()
        scaling = two_processes(paths, console)
        growth = memory(folder, folder / "few", folder / "many", console)
    unique, per_s = compiling(athletes, console)
    theirs = pace2fit_rate(python)
    console.print(f"{per_s:.0f} workouts/s on one core with the proof; pace2fit {theirs:.0f}")
    return (
        f"batch_ratio_fitparse={ratios['check_many']:.0f} "
        f"batch_ratio_into_parquet={ratios['into .parquet']:.0f} batch_two_processes={scaling:.2f} "
        f"batch_memory_growth={growth:.2f} batch_unique_workouts={unique} "
        f"batch_workouts_per_s={per_s:.0f} pace2fit_workouts_per_s={theirs:.0f} "
        f"write_ms={written['backrun-fit, bytes alone']:.2f} "
        f"proof_ms={written['backrun-fit with the proof']:.2f} "
        f"fit_tool_ms={written['fit-tool']:.2f} garmin_ms={written['garmin-fit-sdk']:.2f}"
    )


def main() -> None:
    # fitparse is older than a deprecation in datetime.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    print(run(sys.argv[1] if len(sys.argv) > 1 else None, Console(width=WIDTH)))


if __name__ == "__main__":
    main()
