"""The claim that importing the package costs next to nothing beside numpy and attrs."""

from __future__ import annotations

import re
import subprocess
import sys

MOST_MS = 40.0
LINE = re.compile(r"import time:\s+\d+ \|\s+(\d+) \|( +)(\S+)")


def import_ms(report: str, package: str) -> float:
    """What the package's import took in all, by ``-X importtime``, milliseconds."""
    found = {name: int(us) for us, _, name in LINE.findall(report)}
    return found[package] / 1000


def report_of(code: str) -> str:
    command = [sys.executable, "-X", "importtime", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


def test_the_package_adds_at_most_40_ms_to_numpy_and_attrs() -> None:
    # The least of a few: the machine may be busy with something else.
    times = [
        import_ms(report_of("import numpy, attrs; import backrun_fit"), "backrun_fit")
        for _ in range(3)
    ]
    assert min(times) <= MOST_MS


def test_the_measure_sees_what_an_import_takes() -> None:
    assert import_ms(report_of("import asyncio"), "asyncio") > 1
