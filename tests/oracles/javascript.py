"""Garmin's kit for JavaScript, ``@garmin/fitsdk``, through Node."""

from __future__ import annotations

import contextlib
import functools
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tests.conftest import ROOT
from tests.oracles.python import sdk_messages
from tests.oracles.view import Absent, View, spelt, view

__all__ = ["VERSION", "install", "read"]

VERSION: Final = "21.217.0"
SCRIPT: Final = Path(__file__).with_name("read.mjs")
KEPT: Final = ROOT / ".venv" / ".node"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
PATIENCE_S: Final = 120


def read(paths: Sequence[Path]) -> list[View]:
    """All files in one Node process.

    Raises:
        Absent: There is no Node, or the kit is not here and cannot be fetched.
    """
    done = subprocess.run(
        [_program("node"), str(SCRIPT), str(install())],
        input="".join(f"{path.resolve()}\n" for path in paths),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{SCRIPT.name} failed: {done.stderr}")
    found = [json.loads(line, object_hook=_plain) for line in done.stdout.splitlines()]
    return [_view(one) for one in found]


def install() -> Path:
    """The kit's folder, fetched from npm once and kept for all later runs.

    Raises:
        Absent: There is no npm, or it cannot fetch the kit.
    """
    kit = KEPT / VERSION / "node_modules" / "@garmin" / "fitsdk"
    if not kit.is_dir():
        problem = _fetch(_program("npm"), KEPT / VERSION)
        if problem is not None:
            raise Absent(problem)
    return kit


@functools.cache
def _fetch(npm: str, folder: Path) -> str | None:
    """Fetch the kit; what went wrong, if anything did, so that it is tried but once."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as fresh:
        command = [
            *(npm, "install", f"@garmin/fitsdk@{VERSION}", "--prefix", fresh),
            *("--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"),
        ]
        try:
            subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
        except subprocess.CalledProcessError as error:
            return f"npm cannot fetch @garmin/fitsdk {VERSION}: {error.stderr.strip()}"
        except subprocess.TimeoutExpired:
            return f"npm did not fetch @garmin/fitsdk {VERSION} in {PATIENCE_S} s"
        # In one move, so that nobody ever sees half a kit; it fails where another was quicker.
        with contextlib.suppress(OSError):
            (Path(fresh) / "node_modules").rename(folder / "node_modules")
    return None


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Absent(f"no {name} on this machine, so @garmin/fitsdk is not asked")
    return found


def _plain(found: dict[str, Any]) -> Any:
    """Keys as FIT spells them; instants as instants."""
    if found.keys() == {"unix_ms"}:
        return EPOCH + timedelta(milliseconds=found["unix_ms"])
    return {spelt(key): value for key, value in found.items()}


def _view(found: dict[str, Any]) -> View:
    errors = [f"{name} is false" for name in ("is_fit", "check_integrity") if not found[name]]
    return view("@garmin/fitsdk", sdk_messages(found["messages"]), errors + found["errors"])
