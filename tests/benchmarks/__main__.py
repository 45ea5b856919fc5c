"""All benchmarks one after the other, and the table of them that the README shows.

``make bench`` runs it. It leaves with 1 where a promise is not kept.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

from tests.benchmarks.bench_read import machine
from tests.benchmarks.guard import figures_of, missed, table, with_table
from tests.conftest import ROOT

BENCHMARKS: Final = ("read", "rehearsal", "accuracy", "alignment", "compile", "batch", "damage")
WITH_PACE2FIT: Final = ("compile", "batch")
RIVALS: Final = ("chiptime", "fitfast", "fitparse", "garmin-fit-sdk", "numba")


def measured(name: str, pace2fit_python: str) -> dict[str, float]:
    """The figures of one benchmark, whose output is passed on as it comes."""
    command = [sys.executable, "-m", f"tests.benchmarks.bench_{name}"]
    if name in WITH_PACE2FIT:
        command.append(pace2fit_python)
    last = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            last = line if line.strip() else last
    if process.returncode:
        raise SystemExit(f"bench_{name} failed")
    return figures_of(last)


def about(pace2fit_python: str) -> str:
    """Machine, date and versions."""
    command = [
        pace2fit_python,
        "-c",
        "from importlib.metadata import version as v; print(v('pace2fit'))",
    ]
    pace2fit = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    versions = ", ".join(f"{name} {version(name)}" for name in RIVALS)
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine()}, {platform.machine()}; "
        f"{versions}, pace2fit {pace2fit}."
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Run all benchmarks.")
    parser.add_argument("pace2fit", help="the interpreter that has pace2fit")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    options = parser.parse_args(arguments)
    figures: dict[str, float] = {}
    for name in BENCHMARKS:
        print(f"\n=== make bench-{name}", flush=True)
        figures |= measured(name, options.pace2fit)
    text = table(figures, about(options.pace2fit))
    print(f"\n{text}")
    if options.readme:
        page = ROOT / "README.md"
        page.write_text(with_table(page.read_text(encoding="utf-8"), text), encoding="utf-8")
    short = missed(figures)
    for one in short:
        print(f"not kept: {one.title}: {figures[one.figure]:g}, asked is {one.asked:g}")
    sys.exit(bool(short))


if __name__ == "__main__":
    main()
