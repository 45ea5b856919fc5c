"""What a batch has done so far, line by line on disk, for a run that goes on after a kill.

A line holds all that was found in one input: a head in JSON, then one field a row, all
separated by tabs, which JSON never holds. Whatever was written last may be torn: from the
first line on that is not whole, nothing counts.
"""

from __future__ import annotations

import contextlib
import json
import zlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import attrs

from backrun_fit.output import OutputError, open_to_add

__all__ = ["Entry", "Journal", "version_text"]

_FIRST: Final = b"backrun_fit/journal/1\n"


def version_text() -> str:
    """The version of this package, on which all results depend; empty if it is not installed."""
    try:
        return version("backrun-fit")
    except PackageNotFoundError:  # it lies on the path without having been installed
        return ""


@attrs.frozen(kw_only=True)
class Entry:
    """One input, done.

    Attributes:
        name: Of the input.
        key: Digest of the input's bytes and of all that the rows depend on; None where
            another try may find something else.
        missed: Whether a plan was not met.
        run_count: How many runs were checked.
        errors: Source, kind and message of each error.
        rows: Lines of JSON, without their ends; at least one.
    """

    name: str
    key: str | None
    missed: bool
    run_count: int
    errors: tuple[tuple[str, str, str], ...]
    rows: tuple[bytes, ...] = attrs.field(repr=False)

    def line(self) -> bytes:
        """As it lies in the journal.

        Example:
            >>> entry = Entry(name="a", key="k", missed=False, run_count=1, errors=(), rows=(b"1",))
            >>> Entry.of(entry.line()) == entry
            True
        """
        body = b"\t".join(self.rows)
        head = attrs.asdict(self, filter=lambda field, _: field.name != "rows")
        head["crc32"] = zlib.crc32(body)
        return json.dumps(head).encode() + b"\t" + body + b"\n"

    @classmethod
    def of(cls, line: bytes) -> Entry | None:
        """What a line says; None where it is not whole."""
        head, _, body = line.removesuffix(b"\n").partition(b"\t")
        try:
            values: dict[str, Any] = json.loads(head)
            is_whole = line.endswith(b"\n") and values.pop("crc32") == zlib.crc32(body)
            errors = tuple(map(tuple, values.pop("errors")))
            entry = cls(**values, errors=errors, rows=tuple(body.split(b"\t")))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        return entry if is_whole else None


class Journal:
    """The journal of one output, open for reading and adding.

    Attributes:
        known: Key and offset of the line of each input that was done before, by name.
    """

    def __init__(self, path: Path, mode: int = 0o666) -> None:
        """Open a journal, or begin one.

        Args:
            path: Of the file.
            mode: Of a new file, before the umask.

        Raises:
            OutputError: The file cannot be opened, or is something else.
        """
        self.path = path
        self.known: dict[str, tuple[str, int]] = {}
        try:
            self._file: BinaryIO = open_to_add(path, mode)
        except OSError as error:
            raise OutputError(f"{path}: cannot be opened: {error.strerror or error}") from error
        try:
            self._end = self._read_back()
        except BaseException as error:
            self._close()
            if isinstance(error, OSError):
                raise self._refused(error) from error
            raise

    def _read_back(self) -> int:
        """Take note of what is there, drop what is torn, and tell where it ends."""
        file = self._file
        file.seek(0)
        first = file.readline(len(_FIRST))
        if not _FIRST.startswith(first):
            raise OutputError(f"{self.path}: expected a journal of a batch, got another file")
        if first != _FIRST:  # nothing, or torn at once
            file.truncate(0)
            file.write(_FIRST)
            file.flush()
            return len(_FIRST)
        end = len(_FIRST)
        for line in file:
            entry = Entry.of(line)
            if entry is None:
                break
            if entry.key is not None:
                self.known[entry.name] = entry.key, end
            else:
                self.known.pop(entry.name, None)
            end += len(line)
        file.truncate(end)
        return end

    def add(self, line: bytes) -> int:
        """Add a line, which survives the end of this process from now on; gives its offset."""
        offset = self._end
        try:
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            raise self._refused(error) from error
        self._end += len(line)
        return offset

    def at(self, offset: int) -> Entry:
        """The entry that lies at an offset."""
        self._file.seek(offset)
        entry = Entry.of(self._file.readline())
        if entry is None:
            raise OutputError(f"{self.path}: changed by somebody else at byte {offset}")
        return entry

    def remove(self) -> None:
        """Delete the journal: all results are written."""
        self._close()
        self.path.unlink(missing_ok=True)

    def _refused(self, error: OSError) -> OutputError:
        return OutputError(f"{self.path}: cannot be written: {error.strerror or error}")

    def _close(self) -> None:
        # What could not be added is tried once more, and was said already.
        with contextlib.suppress(OSError):
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()
