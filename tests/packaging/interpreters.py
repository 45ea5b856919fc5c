"""The interpreters of this machine that the package supports, oldest first."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.conftest import ROOT

__all__ = ["Version", "found_in", "interpreters", "supported"]

Version = tuple[int, int]

_ASKED: Final = "import sys; print(*sys.version_info[:2], sys.executable)"
_CLASSIFIER: Final = re.compile(r"Programming Language :: Python :: 3\.(\d+)")


def supported() -> tuple[Version, ...]:
    """The versions that the package says it supports, and the next one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    minors = [
        int(found[1]) for word in project["classifiers"] if (found := _CLASSIFIER.match(word))
    ]
    return tuple((3, minor) for minor in range(min(minors), max(minors) + 2))


def found_in(folders: Iterable[Path]) -> dict[Version, Path]:
    """The first working interpreter of each supported version, oldest first."""
    found: dict[Version, Path] = {}
    for folder in folders:
        for major, minor in supported():
            program = folder / f"python{major}.{minor}"
            if (major, minor) not in found and program.is_file():
                found.update(_asked(program, (major, minor)))
    return dict(sorted(found.items()))


@functools.cache
def interpreters() -> dict[Version, Path]:
    """Those on the path and of pyenv, oldest first; never empty, for one runs this."""
    own = {sys.version_info[:2]: Path(sys._base_executable)}  # type: ignore[attr-defined]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    on_path = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    found = found_in([*sorted(pyenv.glob("*/bin")), *on_path])
    return dict(sorted({**own, **found}.items()))


def _asked(program: Path, version: Version) -> dict[Version, Path]:
    """What a program says it is; nothing where it is a shim without an interpreter behind it."""
    done = subprocess.run([program, "-c", _ASKED], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return {}
    major, minor, path = done.stdout.strip().split(" ", 2)
    return {version: Path(path)} if (int(major), int(minor)) == version else {}
