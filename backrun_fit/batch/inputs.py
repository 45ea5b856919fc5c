"""What a batch works on: files in folders, patterns, bytes, and whatever fsspec opens."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from backrun_fit.errors import DecodeError, MissingExtraError, SpecError
from backrun_fit.fit.source import MAX_FILE_BYTES, read_source
from backrun_fit.regular_files import kind_of

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

__all__ = ["FoundInputs", "Input", "InputLike", "find_inputs", "inputs_of", "look_for_inputs"]

InputLike: TypeAlias = str | os.PathLike[str] | tuple[str, bytes]
"""A path, an address that fsspec opens (``s3://...``), or a name and the bytes of a file."""

_SUFFIXES: Final = (".fit", ".fit.gz", ".zip")
_ADDRESS: Final = "://"
_LOCAL: Final = ("file://", "local://")
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


@attrs.frozen(kw_only=True)
class FoundInputs:
    """What folders, patterns and addresses stand for.

    Attributes:
        paths: Paths and addresses in order of the arguments, sorted within each; each once.
        left_out: What was seen there and is no input, one sentence a kind; may be empty.
    """

    paths: tuple[str, ...]
    left_out: tuple[str, ...]


def find_inputs(*wanted: str | os.PathLike[str]) -> list[str]:
    """The files that folders, patterns and addresses stand for, as ``look_for_inputs`` finds them.

    Raises:
        SpecError: A folder or pattern stands for no file: all of these at once.
        MissingExtraError: An address, and fsspec is not installed (extra ``remote``).

    Example:
        >>> find_inputs("not-there.fit", "not-there.fit")
        ['not-there.fit']
    """
    return list(look_for_inputs(*wanted).paths)


def look_for_inputs(*wanted: str | os.PathLike[str]) -> FoundInputs:
    """Find the files that folders, patterns and addresses stand for, and what is left out.

    Folders and patterns treat the same things the same way. Hidden names are left out, and
    folders that are links are not entered. Links to files are inputs. So is what cannot be
    read: a named pipe, a link that leads nowhere, a folder that cannot be listed; each is
    one error of the batch.

    Args:
        wanted: A folder stands for every .fit, .fit.gz and .zip in it and below it; a
            pattern (``runs/2026-*.fit``, ``**`` for any folders) for what it matches, and
            for what is in the folders that it matches; all else for itself, be it there or
            not. Addresses likewise, also of members of archives
            (``zip://*.fit::s3://club/march.zip``).

    Raises:
        SpecError: A folder or pattern stands for no file: all of these at once.
        MissingExtraError: An address, and fsspec is not installed (extra ``remote``).

    Example:
        >>> look_for_inputs("not-there.fit")
        FoundInputs(paths=('not-there.fit',), left_out=())
    """
    found: dict[str, None] = {}
    nothing = []
    search = _Search()
    for path in wanted:
        one = os.fspath(path)
        names = sorted(_in_address(one) if _is_address(one) else search.in_path(one))
        if not names:
            nothing.append(one)
        found.update(dict.fromkeys(names))
    if nothing:
        raise SpecError(
            f"expected FIT files, found none for {', '.join(map(repr, nothing))}"
            + "".join(f"; left out: {text}" for text in search.left_out())
        )
    return FoundInputs(paths=tuple(found), left_out=search.left_out())


class _Search:
    """Looks into folders and matches patterns; takes note of what it leaves out."""

    def __init__(self) -> None:
        self._hidden: dict[str, None] = {}
        self._other: dict[str, None] = {}
        self._linked: dict[str, None] = {}

    def left_out(self) -> tuple[str, ...]:
        """What was left out, one sentence a kind."""
        kinds = (
            (self._hidden, "hidden (the name begins with a dot)"),
            (self._other, f"with another ending than {', '.join(_SUFFIXES)}"),
            (self._linked, "a link to a folder (name it to have it checked)"),
        )
        return tuple(f"{_some(names)}: {why}" for names, why in kinds if names)

    def in_path(self, wanted: str) -> Iterator[str]:
        """All that a path stands for, in no order, some of it perhaps twice."""
        if os.path.isdir(wanted):  # noqa: PTH112 - Path's raises on a loop of links
            yield from self._in_folder(wanted)
        elif glob.has_magic(wanted) and not os.path.lexists(wanted):
            for match in self._matches(Path(wanted)):
                yield from self._in_folder(match) if os.path.isdir(match) else (match,)  # noqa: PTH112
        else:
            yield wanted

    def _in_folder(self, folder: str) -> Iterator[str]:
        waiting = [folder]
        while waiting:
            try:
                entries = _entries(waiting[-1])
            except OSError:
                # An input that cannot be read, or nobody would miss what is in it.
                yield waiting.pop()
                continue
            parent = waiting.pop()
            for entry in entries:
                path = str(Path(parent, entry.name))
                if entry.name.startswith("."):
                    self._hidden[path] = None
                elif self._may_enter(entry, path):
                    waiting.append(path)
                elif path not in self._linked:
                    if entry.name.lower().endswith(_SUFFIXES):
                        yield path
                    else:
                        self._other[path] = None

    def _matches(self, pattern: Path) -> Iterator[str]:
        """The paths that a pattern matches, as ``glob`` does, but entering no linked folder."""
        parts = pattern.parts
        waiting = [(Path(), 0)]
        seen = set(waiting)  # or two ** would make every folder many
        while waiting:
            folder, number = waiting.pop()
            if number == len(parts):
                yield str(folder)
                continue
            try:
                following = [*self._step(folder, parts[number], is_last=number + 1 == len(parts))]
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                yield str(folder)  # as in _in_folder
                continue
            for path, stays in following:
                state = path, number if stays else number + 1
                if state not in seen:
                    seen.add(state)
                    waiting.append(state)

    def _step(self, folder: Path, part: str, *, is_last: bool) -> Iterator[tuple[Path, bool]]:
        """What one part of a pattern leads to, and whether the same part goes on there."""
        if not glob.has_magic(part):
            path = folder / part
            if os.path.lexists(path):
                yield path, False
            return
        is_any_depth = part == "**"
        if is_any_depth:
            yield folder, False
        for entry in _entries(folder):
            path = folder / entry.name
            if not is_any_depth and not fnmatch.fnmatch(entry.name, part):
                continue
            if entry.name.startswith(".") and not part.startswith("."):
                self._hidden[str(path)] = None
            elif self._may_enter(entry, str(path)):
                yield path, is_any_depth
            elif is_last and not is_any_depth and str(path) not in self._linked:
                yield path, False

    def _may_enter(self, entry: os.DirEntry[str], path: str) -> bool:
        """Whether it is a folder; one that is a link is noted instead."""
        if entry.is_dir(follow_symlinks=False):
            return True
        if os.path.isdir(path):  # noqa: PTH112 - as above
            self._linked[path] = None
        return False


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return list(entries)


def _some(names: Iterable[str]) -> str:
    """The first of some names, and how many more there are."""
    all_names = list(names)
    first, more = min(all_names), len(all_names) - 1
    return f"{first} and {more} more" if more else first


def _is_wanted(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES) and not name.startswith(".")


# Addresses.


def _is_address(name: str) -> bool:
    return _ADDRESS in name


def _in_address(address: str) -> Iterator[str]:
    first, chained, rest = address.partition("::")
    protocol = first.partition(_ADDRESS)[0]
    _require_no_device(address)
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
        _require_no_device(address)
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


def _require_no_device(address: str) -> None:
    """Refuse an address that leads to a pipe or a device of this machine: it would be waited at.

    Raises:
        SpecError: It does.
    """
    last = address.rpartition("::")[2]
    for prefix in _LOCAL:
        last = last.removeprefix(prefix)
    if _is_address(last):
        return
    try:
        kind = kind_of(Path(last).stat().st_mode)
    except (OSError, ValueError):
        return  # fsspec says what is wrong
    if kind not in (None, "a folder"):
        raise SpecError(f"expected a file, got {kind}", address)


def _fsspec() -> Any:
    try:
        import fsspec
        import fsspec.core
    except ImportError as error:
        raise MissingExtraError("fsspec", "remote") from error
    return fsspec
