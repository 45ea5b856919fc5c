"""Putting files where a watch takes them in: the folder for new files below its mount point."""

from __future__ import annotations

import enum
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import attrs

from backrun_fit.errors import BackrunFitError, DecodeError
from backrun_fit.output import OutputError, safe_stem, write_whole
from backrun_fit.regular_files import (
    NotRegularError,
    TooLargeError,
    file_key,
    read_regular,
)

__all__ = ["MOST_BYTES", "MOST_NAMES", "Delivery", "Outcome", "find_folder", "send"]

MOST_BYTES: Final = 1 << 20
"""Size of a file that is sent; larger files in the folder of the watch are not read."""

MOST_NAMES: Final = 10_000
"""Names in the folder of the watch, and in each folder on the way there."""

_FOLDER: Final = "newfiles"
_PARENT: Final = "garmin"
_LISTED = 5


class Outcome(enum.Enum):
    """What became of one file."""

    SENT = "sent"
    REPLACED = "replaced"
    ALREADY_THERE = "already there"
    REFUSED = "refused"
    FAILED = "failed"


@attrs.frozen(kw_only=True)
class Delivery:
    """One file on its way to a watch.

    Attributes:
        source: As it was given.
        target: Where it lies now, or was to lie; None where it got no name.
        outcome: What became of it.
        error: Why it was refused (before anything was written) or failed (while it
            was); None otherwise.
        warnings: What is doubtful about the workout in it.
    """

    source: Path
    target: Path | None
    outcome: Outcome
    error: BackrunFitError | None = None
    warnings: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class _Parcel:
    """A file that passed the checks which look at nothing but itself."""

    source: Path
    data: bytes
    identity: tuple[object, ...]
    target: Path
    warnings: tuple[str, ...] = ()
    replaces: bool = False
    digest: bytes = attrs.field(init=False)

    @digest.default
    def _digest(self) -> bytes:
        return hashlib.sha256(self.data).digest()

    @property
    def key(self) -> str:
        """The name that tells it apart on FAT."""
        return self.target.name.casefold()


@attrs.frozen(kw_only=True)
class _There:
    """A name in the folder of the watch.

    Attributes:
        path: Of it.
        digest: SHA-256 of its bytes; None where it is no regular file, cannot be read or is
            larger than ``MOST_BYTES``.
        identity: Of the FIT file; None where it is none.
    """

    path: Path
    digest: bytes | None = None
    identity: tuple[object, ...] | None = None


_Present: TypeAlias = dict[str, _There]
"""What lies in a folder, by name without case."""


def send(
    files: Iterable[str | os.PathLike[str]],
    mount: str | os.PathLike[str],
    *,
    replace: bool = False,
) -> tuple[Delivery, ...]:
    """Copy workout and schedule files into a watch's folder for new files.

    All checks of all files are made before the first is written. What is wrong with
    one file is in its delivery and stops none of the others. A file takes its name
    when it has been written, flushed and read back equal; nothing half-written is
    left. Names are safe on FAT, where case does not tell files apart.

    Refused are: files that are no single readable workout or schedule; two that would
    get one name; two with one identity (type, manufacturer, product, serial number),
    of which a watch keeps one, also where the other lies in the folder already; and a
    name that other content has there, unless it may be replaced. Only regular files are
    read, after a look at their size. Links in the watch's folder are neither read nor
    written to.

    Args:
        files: Any number, in any order.
        mount: Where the watch is mounted; see ``find_folder``.
        replace: Overwrite a file of the same name and other content.

    Returns:
        One delivery for each file, in the same order.

    Raises:
        OutputError: There is no folder for new files, it cannot be looked into, or
            there is not room for all; nothing was written.

    Example:
        >>> send([], "/no/such/watch")
        Traceback (most recent call last):
        backrun_fit.output.OutputError: /no/such/watch: expected the mount point of a watch, got \
no folder
    """
    folder = find_folder(mount)
    present = _present(folder)
    sources = [Path(file) for file in files]
    checked = [_check(source, folder) for source in sources]
    parcels = [parcel for parcel in checked if isinstance(parcel, _Parcel)]
    plan = [
        _place(entry, parcels, present, replace=replace) if isinstance(entry, _Parcel) else entry
        for entry in checked
    ]
    _make_sure_of_room(folder, [entry for entry in plan if isinstance(entry, _Parcel)])
    return tuple(_write(entry, sources) if isinstance(entry, _Parcel) else entry for entry in plan)


def find_folder(mount: str | os.PathLike[str]) -> Path:
    """The folder from which a watch takes in new files.

    It is called ``GARMIN/NEWFILES``, in any case. Looked at are the given folder
    itself, what lies below it, and below its folders, as a watch that is mounted by
    MTP has its storage between (``Internal Storage/GARMIN``). Folders that are links are
    not looked into, but for the given one.

    Raises:
        OutputError: There is none, or more than one; what was looked for is said.
    """
    path = Path(mount)
    if not path.is_dir():
        raise OutputError(f"{path}: expected the mount point of a watch, got no folder")
    if path.absolute().name.casefold() == _FOLDER:
        return path
    try:
        found = [*_named(path, _FOLDER)] if path.absolute().name.casefold() == _PARENT else []
        for root in (path, *sorted(entry for entry in _names(path) if _is_folder(entry))):
            found += [
                inner for parent in _named(root, _PARENT) for inner in _named(parent, _FOLDER)
            ]
        seen = sorted(entry.name for entry in _names(path))
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(found) == 1:
        return found[0]
    looked = f"{path}: expected one folder GARMIN/NEWFILES, in any case, there or one below"
    if found:
        raise OutputError(f"{looked}, got {', '.join(map(str, found))}: name the one that is meant")
    shown = ", ".join(map(repr, seen[:_LISTED])) + (" and more" if len(seen) > _LISTED else "")
    raise OutputError(f"{looked}, got none among {shown or 'nothing'}")


def _named(folder: Path, name: str) -> Iterator[Path]:
    try:
        entries = sorted(_names(folder))
    except PermissionError:
        return  # another folder may still be the one
    for entry in entries:
        if entry.name.casefold() == name and _is_folder(entry):
            yield entry


def _is_folder(path: Path) -> bool:
    """Whether it is a folder and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _names(folder: Path) -> list[Path]:
    """What is in a folder.

    Raises:
        OutputError: It is more than a watch holds.
        OSError: The folder cannot be listed.
    """
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            found.append(Path(entry.path))
            if len(found) > MOST_NAMES:
                raise OutputError(
                    f"{folder}: expected at most {MOST_NAMES:,} names in a folder of a watch, got "
                    "more: name the folder NEWFILES itself, or empty it"
                )
    return found


def _present(folder: Path) -> _Present:
    try:
        return {entry.name.casefold(): _there_is(entry) for entry in sorted(_names(folder))}
    except OSError as error:
        raise OutputError(f"{folder}: cannot be read: {error.strerror or error}") from error


def _there_is(path: Path) -> _There:
    try:
        data = read_regular(path, MOST_BYTES, follow_links=False)
    except OSError:
        return _There(path=path)
    return _There(path=path, digest=hashlib.sha256(data).digest(), identity=_identity(data))


def _check(source: Path, folder: Path) -> _Parcel | Delivery:
    from backrun_fit.fit.sniff import identity

    try:
        data = read_regular(source, MOST_BYTES)
    except (OSError, ValueError) as error:
        return _refused(source, None, OutputError(f"{source}: {_unreadable(error)}"))
    try:
        warnings = _make_sure_of_kind(source, data)
        return _Parcel(
            source=source,
            data=data,
            warnings=warnings,
            identity=identity(data),
            target=folder / f"{safe_stem(source.stem)}.fit",
        )
    except BackrunFitError as error:
        return _refused(source, None, error)


def _unreadable(error: OSError | ValueError) -> str:
    if isinstance(error, TooLargeError):
        return (
            f"too large for a workout or a schedule: expected at most {MOST_BYTES:,} bytes, got "
            "more"
        )
    reason = (isinstance(error, OSError) and error.strerror) or str(error)
    return reason if isinstance(error, NotRegularError) else f"cannot be read: {reason}"


def _make_sure_of_kind(source: Path, data: bytes) -> tuple[str, ...]:
    """Refuse what is no single workout or schedule that reads to its end; what is doubtful."""
    from backrun_fit.fit.columns import decode
    from backrun_fit.fit.sniff import sniff
    from backrun_fit.fit.source import open_source
    from backrun_fit.fit.workout_reader import read_workout

    wanted = "a workout or a schedule"
    if [content for _, content in open_source(data)] != [data]:
        raise DecodeError(
            "no file for a watch", expected=wanted, got="an archive", source=str(source)
        )
    kinds = sniff(data)
    if kinds == ("workout",):
        return read_workout(data).warnings
    if kinds == ("schedules",):
        decode(data, source=str(source))
        return ()
    raise DecodeError(
        "no file for a watch", expected=wanted, got=" and ".join(kinds), source=str(source)
    )


def _place(
    parcel: _Parcel, parcels: Sequence[_Parcel], present: _Present, *, replace: bool
) -> _Parcel | Delivery:
    """The parcel, with the name that a file in its place has, or why it is not to be written."""
    for there in present.values():
        if there.digest == parcel.digest:
            return _there(parcel, there.path)
    clash = _clash_with(parcel, parcels) or _clash_there(parcel, present, replace=replace)
    if clash:
        error = OutputError(f"{parcel.source}: {clash}; nothing written")
        return _refused(parcel.source, parcel.target, error)
    first = next(other for other in parcels if other.data == parcel.data)
    if first is not parcel:
        return _there(parcel, first.target)
    replaced = present.get(parcel.key)
    if replaced is None:
        return parcel
    return attrs.evolve(parcel, target=replaced.path, replaces=True)


def _there(parcel: _Parcel, path: Path) -> Delivery:
    return Delivery(
        source=parcel.source,
        target=path,
        outcome=Outcome.ALREADY_THERE,
        warnings=parcel.warnings,
    )


def _clash_with(parcel: _Parcel, parcels: Sequence[_Parcel]) -> str | None:
    for other in parcels:
        if other.data == parcel.data:
            continue
        if other.key == parcel.key:
            return f"{other.source} would get the same name, {parcel.target.name}"
        if other.identity == parcel.identity:
            return f"{other.source} has the same identity, a watch would keep one of them"
    return None


def _clash_there(parcel: _Parcel, present: _Present, *, replace: bool) -> str | None:
    for key, there in present.items():
        if key == parcel.key:
            if there.digest is None:
                return f"{there.path} is there and is no readable file"
            if not replace:
                return f"{there.path} is there with other content"
        elif there.identity == parcel.identity:
            return f"{there.path} has the same identity, a watch would keep one of them"
    return None


def _identity(data: bytes) -> tuple[object, ...] | None:
    from backrun_fit.fit.sniff import identity

    try:
        return identity(data)
    except DecodeError:
        return None


def _refused(source: Path, target: Path | None, error: BackrunFitError) -> Delivery:
    return Delivery(source=source, target=target, outcome=Outcome.REFUSED, error=error)


def _make_sure_of_room(folder: Path, parcels: Sequence[_Parcel]) -> None:
    needed = sum(len(parcel.data) for parcel in parcels)
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return  # not every mount says; writing will
    if usage.total and usage.free < needed:
        raise OutputError(
            f"{folder}: expected {needed} bytes of room, got {usage.free}; nothing written"
        )


def _write(parcel: _Parcel, sources: Sequence[Path]) -> Delivery:
    error: BackrunFitError | None = None
    others = (source for source in sources if file_key(source) != file_key(parcel.source))
    try:
        write_whole(parcel.target, parcel.data, inputs=others, reads_back=True)
    except OutputError as reason:
        error = reason
    done = Outcome.REPLACED if parcel.replaces else Outcome.SENT
    return Delivery(
        source=parcel.source,
        target=parcel.target,
        outcome=done if error is None else Outcome.FAILED,
        error=error,
        warnings=parcel.warnings,
    )
