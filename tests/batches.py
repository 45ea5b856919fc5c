"""What tests of batches share: folders of runs, deadly and endless work, rows read back."""

from __future__ import annotations

import csv
import json
import os
import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow.parquet as pq

from backrun_fit.batch.checking import Checked, CheckOptions, check_input
from backrun_fit.batch.inputs import Input
from backrun_fit.batch.run_rows import RUN_COLUMNS
from backrun_fit.render.csv_cells import restore_cell
from tests.conftest import ROOT

__all__ = ["ACTIVITIES", "deadly_check", "folder_of_runs", "rows_of", "stalled_check"]

ACTIVITIES = sorted((ROOT / "fixtures" / "activities").glob("*.fit"))


def folder_of_runs(folder: Path, count: int) -> Path:
    """So many recordings under different names, the last of them broken."""
    folder.mkdir()
    for number in range(count):
        shutil.copy(ACTIVITIES[number % len(ACTIVITIES)], folder / f"run-{number:03}.fit")
    last = folder / f"run-{count - 1:03}.fit"
    last.write_bytes(last.read_bytes()[:-100])
    return folder


def deadly_check(given: Input, options: CheckOptions) -> Checked:
    """A check that a file called so ends together with its process."""
    if "deadly" in given.name:
        os._exit(1)
    return check_input(given, options)


def stalled_check(given: Input, options: CheckOptions) -> Checked:
    """A check that never ends over a file called so, unless it is ended."""
    if "stalled" not in given.name:
        return check_input(given, options)
    with mock.patch("backrun_fit.batch.checking.check", _endless):
        return check_input(given, options)


def _endless(*_: object, **__: object) -> None:
    while True:
        time.sleep(0.001)


def rows_of(output: Path) -> list[dict[str, Any]]:
    """The flat rows of a .parquet (a file or a folder) or a .csv, values of their types."""
    if output.suffix == ".parquet":
        rows = pq.read_table(output).drop_columns(["executions"]).to_pylist()
        return [{name: row[name] for name in RUN_COLUMNS} for row in rows]
    with output.open(encoding="utf-8", newline="") as file:
        return [
            {name: _typed(restore_cell(text), RUN_COLUMNS[name]) for name, text in row.items()}
            for row in csv.DictReader(file)
        ]


def _typed(text: str, kind: type) -> Any:
    if not text:
        return None
    if kind is bool:
        return json.loads(text)
    return datetime.fromisoformat(text) if kind is object else kind(text)
