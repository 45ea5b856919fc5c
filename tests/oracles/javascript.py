"""Garmin's kit for JavaScript, ``@garmin/fitsdk``, through Node."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tests.oracles.npm import fetched, program
from tests.oracles.python import sdk_messages
from tests.oracles.view import View, spelt, view

__all__ = ["VERSION", "install", "read"]

VERSION: Final = "21.217.0"
SCRIPT: Final = Path(__file__).with_name("read.mjs")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read(paths: Sequence[Path]) -> list[View]:
    """All files in one Node process.

    Raises:
        Absent: There is no Node, or the kit is not here and cannot be fetched.
    """
    done = subprocess.run(
        [program("node"), str(SCRIPT), str(install())],
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
    """The kit's folder.

    Raises:
        Absent: There is no npm, or it cannot fetch the kit.
    """
    return fetched("@garmin/fitsdk", VERSION)


def _plain(found: dict[str, Any]) -> Any:
    """Keys as FIT spells them; instants as instants."""
    if found.keys() == {"unix_ms"}:
        return EPOCH + timedelta(milliseconds=found["unix_ms"])
    return {spelt(key): value for key, value in found.items()}


def _view(found: dict[str, Any]) -> View:
    errors = [f"{name} is false" for name in ("is_fit", "check_integrity") if not found[name]]
    return view("@garmin/fitsdk", sdk_messages(found["messages"]), errors + found["errors"])
