"""What a batch works on: files in folders, patterns, bytes, and whatever fsspec opens."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from backrun_fit.errors import DecodeError, MissingExtraError, SpecError
from backrun_fit.fit.source import MAX_FILE_BYTES, read_source

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

__all__ = ["Input", "InputLike", "find_inputs", "inputs_of"]

InputLike: TypeAlias = str | os.PathLike[str] | tuple[str, bytes]
"""A path, an address that fsspec opens (``s3://...``), or a name and the bytes of a file."""

_SUFFIXES: Final = (".fit", ".fit.gz", ".zip")
_ADDRESS: Final = "://"
# What only this process sees is read here, and its bytes travel.
_OF_THIS_PROCESS: Final = ("memory://",)


@attrs.frozen
class Input:
    """One file of a batch.

    Attributes:
        number: Zero-based place in the batch.
        name: As rows and errors call it; text that any encoding takes.
        source: A path, an address, or the bytes.
    """

    number: int
    name: str
    source: str | bytes = attrs.field(repr=False)

    def read(self) -> bytes:
        """All bytes as they lie there, nothing unpacked.

        Raises:
            DecodeError: It cannot be read, or is too large.
            MissingExtraError: It is an address and fsspec is not installed.
        """
        if isinstance(self.source, bytes) or not _is_address(self.source):
            return read_source(self.source)[0]
        return _read_address(self.source, self.name)

    def at_hand(self) -> Input:
        """The same for a worker elsewhere: with its bytes where only this process has them.

        What cannot be read stays as it is, for the worker to say so.
        """
        if isinstance(self.source, bytes) or not self.source.startswith(_OF_THIS_PROCESS):
            return self
        try:
            return attrs.evolve(self, source=self.read())
        except DecodeError:
            return self


def inputs_of(given: Iterable[InputLike]) -> Iterator[Input]:
    """Inputs with their names, one by one; nothing is opened.

    Example:
        >>> [one.name for one in inputs_of([Path("a.fit"), ("b", b"bytes")])]
        ['a.fit', 'b']
    """
    for number, one in enumerate(given):
        name, source = one if isinstance(one, tuple) else (os.fspath(one), os.fspath(one))
        text = name.encode(errors="backslashreplace").decode()
        yield Input(number, name if name == text else text, source)  # of most there is one copy


def find_inputs(*wanted: str | os.PathLike[str]) -> list[str]:
    """The files that folders, patterns and addresses stand for.

    Args:
        wanted: A folder stands for every .fit, .fit.gz and .zip in it and below it, hidden
            ones left out, and for folders that cannot be listed; a pattern
            (``runs/2026-*.fit``, ``**`` for any folders) for what it matches; all else for
            itself, be it there or not. Addresses likewise, also of members of archives
            (``zip://*.fit::s3://club/march.zip``).

    Returns:
        Paths and addresses in order of the arguments, sorted within each; each once.

    Raises:
        SpecError: A folder or pattern stands for no file: all of these at once.
        MissingExtraError: An address, and fsspec is not installed (extra ``remote``).

    Example:
        >>> find_inputs("not-there.fit", "not-there.fit")
        ['not-there.fit']
    """
    found: dict[str, None] = {}
    nothing = []
    for path in wanted:
        one = os.fspath(path)
        names = sorted(_in_address(one) if _is_address(one) else _in_path(one))
        if not names:
            nothing.append(one)
        found.update(dict.fromkeys(names))
    if nothing:
        raise SpecError(f"expected FIT files, found none for {', '.join(map(repr, nothing))}")
    return list(found)


def _in_path(wanted: str) -> Iterator[str]:
    path = Path(wanted)
    if path.is_dir():
        yield from _in_folder(wanted)
    elif glob.has_magic(wanted) and not path.exists():
        for match in glob.iglob(wanted, recursive=True):  # noqa: PTH207 - of any path as written
            yield from _in_folder(match) if Path(match).is_dir() else (match,)
    else:
        yield wanted


def _in_folder(folder: str) -> Iterator[str]:
    closed: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in filter(_is_wanted, names):
            path = Path(parent, name)
            if path.is_file():  # a pipe that is called so would be waited at for ever
                yield str(path)
    # Each is an input that cannot be read, or nobody would miss what is in it.
    yield from (error.filename or folder for error in closed)


def _is_wanted(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES) and not name.startswith(".")


# Addresses.


def _is_address(name: str) -> bool:
    return _ADDRESS in name


def _in_address(address: str) -> Iterator[str]:
    first, chained, rest = address.partition("::")
    protocol = first.partition(_ADDRESS)[0]
    try:
        system, path = _fsspec().core.url_to_fs(address)
        for name in _paths(system, path):
            plain = name if chained else system.unstrip_protocol(name)
            yield f"{protocol}{_ADDRESS}{name}::{rest}" if chained else plain
    except MissingExtraError:
        raise
    # File systems raise whatever the library below them does.
    except Exception as error:
        raise SpecError(f"{address}: expected what can be listed: {error}") from error


def _paths(system: AbstractFileSystem, path: str) -> Iterator[str]:
    if glob.has_magic(path):
        yield from map(str, system.glob(path))
    elif system.isdir(path):
        found = map(str, system.find(path))
        yield from (name for name in found if _is_wanted(name.rpartition("/")[2]))
    else:
        yield path


def _read_address(address: str, name: str) -> bytes:
    try:
        with _fsspec().open(address, "rb") as file:
            data: bytes = file.read(MAX_FILE_BYTES + 1)
    except MissingExtraError:
        raise
    except Exception as error:
        got = str(error) or type(error).__name__
        raise DecodeError("the file cannot be read", got=got, source=name) from error
    if len(data) > MAX_FILE_BYTES:
        raise DecodeError(
            "too large", expected=f"at most {MAX_FILE_BYTES} bytes", got="more", source=name
        )
    return data


def _fsspec() -> Any:
    try:
        import fsspec
        import fsspec.core
    except ImportError as error:
        raise MissingExtraError("fsspec", "remote") from error
    return fsspec
