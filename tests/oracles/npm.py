"""Packages from npm, fetched once and kept for all later runs."""

from __future__ import annotations

import contextlib
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from tests.conftest import ROOT
from tests.oracles.view import Absent

__all__ = ["KEPT", "fetched", "program"]

KEPT: Final = ROOT / ".venv" / ".node"
PATIENCE_S: Final = 120


def fetched(package: str, version: str) -> Path:
    """A package's folder.

    Raises:
        Absent: There is no npm, or it cannot fetch the package.
    """
    folder = KEPT / f"{package.replace('/', '-')}-{version}"
    kit = folder / "node_modules" / package
    if not kit.is_dir():
        problem = _fetch(program("npm"), package, version, folder)
        if problem is not None:
            raise Absent(problem)
    return kit


@functools.cache
def _fetch(npm: str, package: str, version: str, folder: Path) -> str | None:
    """Fetch a package; what went wrong, if anything did, so that it is tried but once."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as fresh:
        command = [
            *(npm, "install", f"{package}@{version}", "--prefix", fresh),
            *("--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"),
        ]
        try:
            subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
        except subprocess.CalledProcessError as error:
            return f"npm cannot fetch {package} {version}: {error.stderr.strip()}"
        except subprocess.TimeoutExpired:
            return f"npm did not fetch {package} {version} in {PATIENCE_S} s"
        # In one move, so that nobody ever sees half a kit; it fails where another was quicker.
        with contextlib.suppress(OSError):
            (Path(fresh) / "node_modules").rename(folder / "node_modules")
    return None


def program(name: str) -> str:
    """The path of a program.

    Raises:
        Absent: It is not on this machine.
    """
    found = shutil.which(name)
    if found is None:
        raise Absent(f"no {name} on this machine")
    return found
