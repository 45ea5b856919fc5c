"""Hostile inputs from outside the project: each ends soon, with the documented error or result.

``BACKRUN_HOSTILE`` names a folder with ``cases.yaml`` and ``make_hostile.py``, which writes
the inputs. Cases that need more than a command and its exit status are run elsewhere.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

FOLDER = os.environ.get("BACKRUN_HOSTILE")
LONGEST_S = 30.0


def cases() -> list[Any]:
    if FOLDER is None:
        reason = "no hostile inputs here (set BACKRUN_HOSTILE)"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    found = yaml.safe_load((Path(FOLDER) / "cases.yaml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["id"]) for case in found if "run" in case]


@pytest.mark.slow
@pytest.mark.parametrize("case", cases())
def test_a_hostile_input_ends_with_what_is_documented(case: dict[str, Any], tmp_path: Path) -> None:
    maker = Path(str(FOLDER)) / "make_hostile.py"
    subprocess.run([sys.executable, maker, tmp_path, case["make"]], check=True)
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "backrun_fit.cli", *map(str, case["run"])],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    print(f"{time.monotonic() - begun:.1f} s")
    said, expect = done.stdout + done.stderr, case["expect"]
    exits = expect["exit"] if isinstance(expect["exit"], list) else [expect["exit"]]
    assert done.returncode in exits, said
    assert "Traceback" not in said
    for pattern in expect.get("has", []):
        assert re.search(pattern, said), said
    for name, pattern in expect.get("file_has", {}).items():
        assert re.search(pattern, (tmp_path / name).read_text(encoding="utf-8"))
    for name, pattern in expect.get("file_lacks", {}).items():
        assert not re.search(pattern, (tmp_path / name).read_text(encoding="utf-8"))
