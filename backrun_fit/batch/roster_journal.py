"""What ``compile ROSTER`` has done so far, for a run that goes on after a kill."""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path
from typing import Any, Final

import attrs

from backrun_fit.batch.compiling import INDEX, CompileResult
from backrun_fit.batch.journal import Entry, Journal
from backrun_fit.output import clear_leftovers, write_whole
from backrun_fit.regular_files import read_regular

__all__ = ["RosterJournal"]

# No file is called so: each lies in the folder of an athlete.
_CREATED_AT: Final = "created_at"


class RosterJournal(Journal):
    """The journal of one roster's folder, ``index.csv.journal``.

    A workout counts as done where the journal says so under the same key (see
    ``compile_all``) and its file still holds the same bytes.

    Attributes:
        resumed: How many workouts were done before.
    """

    def __init__(self, output: Path) -> None:
        """Open the journal, or begin one, and clear away what a killed run left.

        Args:
            output: Folder of the roster; nobody else may be at it (see ``alone``).

        Raises:
            OutputError: The journal cannot be opened, or is something else.
        """
        path = output / f"{INDEX}.journal"
        if path.exists():
            for folder in (output, *output.iterdir()):
                if folder.is_dir() and not folder.is_symlink():
                    clear_leftovers(folder)
        super().__init__(path)
        self._output = output
        self.resumed = 0

    def created_at(self, now: datetime.datetime) -> datetime.datetime:
        """The instant at which the first of all runs began.

        Args:
            now: Kept where this is the first run.
        """
        known = self.known.get(_CREATED_AT)
        if known is not None:
            return datetime.datetime.fromisoformat(known[0])
        self._add(_CREATED_AT, now.isoformat(), 0, b"null")
        return now

    def result_of(self, file: str, key: str) -> CompileResult | None:
        """The result of a workout that was done before, without its bytes; else None."""
        before = self.known.get(file)
        if before is None or before[0] != key:
            return None
        row = json.loads(self.at(before[1]).rows[0])
        try:
            data = read_regular(self._output / file, row.pop("size"), follow_links=False)
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != row.pop("sha256"):
            return None
        self.resumed += 1
        return _result(row)

    def write(self, result: CompileResult, key: str | None, inputs: list[str]) -> None:
        """Write the file of a result that has one, and take note of it.

        Raises:
            OutputError: It cannot be written.
        """
        if result.data is None:
            return
        write_whole(self._output / result.file, result.data, inputs=inputs, below=self._output)
        if key is not None:
            row = {
                **attrs.asdict(result, filter=lambda field, _: field.name not in ("data", "error")),
                "size": len(result.data),
                "sha256": hashlib.sha256(result.data).hexdigest(),
            }
            text = json.dumps(row, default=datetime.date.isoformat)
            self._add(result.file, key, 1, text.encode())

    def _add(self, name: str, key: str, run_count: int, row: bytes) -> None:
        entry = Entry(name=name, key=key, missed=False, run_count=run_count, errors=(), rows=(row,))
        self.add(entry.line())


def _result(row: dict[str, Any]) -> CompileResult:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    date = values.pop("date")
    return CompileResult(date=None if date is None else datetime.date.fromisoformat(date), **values)
