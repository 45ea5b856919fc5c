"""Distributions and environments below ``.venv/.packaging``, made by uv, which ``make`` puts there.

Every environment is made anew: with uv's cache that takes seconds, and nothing of an earlier
one can hide what is missing.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.conftest import ROOT

__all__ = ["EXTRAS", "Environment", "built", "lowest_direct", "outside", "ran"]

EXTRAS: Final = ("arrow", "dask", "pandas", "remote", "report", "speed")
KEPT: Final = ROOT / ".venv" / ".packaging"
UV: Final = ROOT / ".venv" / ".tools" / "bin" / "uv"
# What the tests read beside the package.
BESIDE: Final = (
    *("tests", "fixtures", "docs", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"),
    *("pyproject.toml", "Makefile"),
)


def ran(*command: object, cwd: Path = ROOT) -> str:
    """What a command printed.

    Raises:
        AssertionError: It failed; with all it said.
    """
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def built(source: Path, into: Path, *options: str) -> list[Path]:
    """Build distributions with uv, and list them by name."""
    ran(UV, "build", "--quiet", "--out-dir", into, *options, source)
    return sorted(path for path in into.iterdir() if path.suffix in {".gz", ".whl"})


def lowest_direct(python: Path, into: Path) -> Path:
    """A file of constraints: every direct dependency, of extras too, as old as it may be.

    What those bring along, and what only tests need, is as new as it can be, as it would be
    for someone who holds back a library.
    """
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    resolved = ran(
        *(UV, "pip", "compile", "--quiet", "--no-header", "--annotation-style", "line"),
        *("--resolution", "lowest-direct", "--python", python, *extras, "pyproject.toml"),
    )
    direct = [line.split()[0] for line in resolved.splitlines() if "(pyproject.toml)" in line]
    into.write_text("\n".join(direct) + "\n", encoding="utf-8")
    return into


class Environment:
    """A virtual environment made anew."""

    def __init__(self, name: str, python: Path) -> None:
        self.folder = KEPT / name
        ran(UV, "venv", "--quiet", "--clear", "--python", python, self.folder)
        self.bin = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.bin / "python"

    def install(self, *requirements: object) -> Environment:
        ran(UV, "pip", "install", "--quiet", "--python", self.python, *requirements)
        return self

    def uninstall(self, *packages: str) -> Environment:
        ran(UV, "pip", "uninstall", "--quiet", "--python", self.python, *packages)
        return self

    def problems(self) -> str:
        """What ``pip check`` finds wrong."""
        command = [str(UV), "pip", "check", "--python", str(self.python)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stderr


def outside(folder: Path, names: Iterable[str] = BESIDE) -> Path:
    """Copy what the tests need, without the package, into a folder, and give it back."""
    for name in names:
        ran("cp", "-r", ROOT / name, folder / name)
    return folder
