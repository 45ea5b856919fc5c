"""Files on disk: names that are safe everywhere, and contents that appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import attrs

from backrun_fit.errors import BackrunFitError, EncodeError
from backrun_fit.regular_files import (
    NO_LINKS,
    TooLargeError,
    file_key,
    kind_of,
    read_regular,
)

__all__ = [
    "MadeFile",
    "OutputError",
    "PlacedFile",
    "alike",
    "clear_leftovers",
    "flush_to_disk",
    "kept_mode",
    "numbered",
    "open_to_add",
    "place",
    "refuse_doubles",
    "refuse_inputs",
    "replacing",
    "require_writable",
    "safe_stem",
    "unique_stems",
    "write_all",
    "write_whole",
]

_LONGEST_STEM_BYTES = 80

_TOKEN_BYTES: Final = 8
_PREFIX, _ENDING = ".backrun-", ".part"
_TEMPORARY: Final = re.compile(rf"{re.escape(_PREFIX)}[0-9a-f]{{16}}{re.escape(_ENDING)}")
_ANY: Final = NO_LINKS | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_CREATING: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _ANY
_ADDING: Final = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | _ANY
_UNFLUSHABLE: Final = frozenset((errno.EINVAL, errno.ENOSYS, errno.ENOTSUP))


class OutputError(BackrunFitError):
    """A file could not be written; what was there before is untouched."""


def safe_stem(name: str) -> str:
    """A file name without its ending, made from any text, safe on every system.

    No separators, control or direction marks, reserved names (``CON``), leading
    dots or dashes; blanks become dashes; at most 80 bytes of UTF-8, cut at a
    code point. Nothing left gives ``workout``.

    Example:
        >>> safe_stem("Sunday long run"), safe_stem("../../etc/passwd"), safe_stem("con")
        ('Sunday-long-run', 'etcpasswd', 'con_')
    """
    from pathvalidate import sanitize_filename

    text = unicodedata.normalize("NFC", name)
    visible = "".join(
        "-" if character.isspace() else character
        for character in text
        if character.isspace() or not unicodedata.category(character).startswith("C")
    )
    stem = str(sanitize_filename(visible, platform="universal")).lstrip(".-~ ")
    stem = stem.encode()[:_LONGEST_STEM_BYTES].decode(errors="ignore").rstrip(".- ")
    # Cutting and stripping may have laid a reserved name bare.
    return str(sanitize_filename(stem, platform="universal")) or "workout"


def alike(name: str) -> str:
    r"""What two names share that a person or a file system cannot tell apart.

    Example:
        >>> alike("JOSE\u0301") == alike("jos\xe9")
        True
    """
    return unicodedata.normalize("NFC", name.casefold())


def unique_stems(names: Iterable[str]) -> list[str]:
    """Safe stems for a batch, one a name in the same order, no two alike.

    Names that would collide, also on file systems that ignore case, get ``-2``,
    ``-3`` and so on in order of appearance.

    Example:
        >>> unique_stems(["Run", "run", "Run/"])
        ['Run', 'run-2', 'Run-3']
    """
    taken: set[str] = set()
    stems = []
    for name in names:
        base = stem = safe_stem(name)
        number = 1
        while stem.casefold() in taken:
            number += 1
            stem = f"{base}-{number}"
        taken.add(stem.casefold())
        stems.append(stem)
    return stems


def numbered(name: str, taken: Iterable[str], room_bytes: int) -> str:
    """A name that is not taken yet: with a number behind it where it has to be.

    Args:
        name: Of a workout.
        taken: Names of others; case does not tell them apart.
        room_bytes: For the name and its number, in UTF-8.

    Example:
        >>> numbered("Tempo", ["tempo"], 31), numbered("Tempo", ["Tempo", "Tempo 2"], 6)
        ('Tempo 2', 'Temp 2')
    """
    names = {other.casefold() for other in taken}
    found, number = name, 1
    while found.casefold() in names:
        number += 1
        tail = f" {number}"
        stem = name.encode()[: room_bytes - len(tail)].decode(errors="ignore").rstrip()
        found = stem + tail
    return found


def refuse_inputs(
    outputs: Iterable[str | os.PathLike[str]], inputs: Iterable[str | os.PathLike[str]]
) -> None:
    """See that no output is an input, by whatever link or spelling.

    Args:
        outputs: To be written; need not be there.
        inputs: That were read or will be.

    Raises:
        OutputError: One is.

    Example:
        >>> refuse_inputs(["runs/../a.fit"], ["a.fit"])
        Traceback (most recent call last):
        backrun_fit.output.OutputError: runs/../a.fit: is the input a.fit; nothing was written: \
give the output another name
    """
    written = {file_key(output): output for output in outputs}
    for one in inputs:
        output = written.get(file_key(one))
        if output is not None:
            raise OutputError(
                f"{os.fspath(output)}: is the input {os.fspath(one)}; nothing was written: "
                "give the output another name"
            )


def require_writable(
    outputs: Sequence[str | os.PathLike[str]], inputs: Iterable[str | os.PathLike[str]]
) -> None:
    """See, before the first of several outputs is written, that all may be.

    Args:
        outputs: To be written; each has to be a new name or a regular file to replace.
        inputs: None of which may be among them.

    Raises:
        OutputError: One is an input, or a link, a pipe, a device or a folder.
    """
    refuse_inputs(outputs, inputs)
    for output in outputs:
        kept_mode(Path(output))


def refuse_doubles(outputs: Iterable[str | os.PathLike[str]]) -> None:
    """See that no two outputs of one command are one file.

    Raises:
        OutputError: Two are.

    Example:
        >>> refuse_doubles(["a.svg", "./a.svg"])
        Traceback (most recent call last):
        backrun_fit.output.OutputError: ./a.svg: two outputs would have this name; nothing was \
written: give each its own
    """
    taken = set()
    for output in outputs:
        key = file_key(output)
        if key in taken:
            raise OutputError(
                f"{os.fspath(output)}: two outputs would have this name; nothing was written: "
                "give each its own"
            )
        taken.add(key)


def write_whole(
    path: Path,
    data: bytes,
    *,
    inputs: Iterable[str | os.PathLike[str]] = (),
    below: Path | None = None,
    reads_back: bool = False,
) -> None:
    """Write a file so that it appears complete or not at all.

    The bytes go to a temporary file in the same folder, which has a name that nobody can
    know before, are flushed to the disk, and take the final name in one step. The folder is
    made when absent. A new file has the mode that the umask says; one that is replaced
    keeps its mode.

    Args:
        path: A new name, or a regular file to replace. Links, pipes and devices are refused.
        data: All of the content.
        inputs: None of which may be ``path``.
        below: Where given, folders from here down to ``path`` must be no links.
        reads_back: Whether to compare before the file takes its name.

    Raises:
        OutputError: The system refused, the path is no regular file or is an input, or
            the bytes read back otherwise; what was there is unchanged.
    """
    refuse_inputs([path], inputs)
    try:
        _make_folder(path.parent, below)
        kept = kept_mode(path)
        temporary, descriptor = _new_beside(path, 0o666 if kept is None else kept)
        try:
            try:
                if kept is not None:
                    _set_mode(descriptor, kept)
                _fill(descriptor, data)
                flush_to_disk(descriptor)
            finally:
                os.close(descriptor)
            if reads_back:
                _compare(temporary, data, path)
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _cannot_write(path, error) from error


def kept_mode(path: Path) -> int | None:
    """The permissions that a file has and keeps when it is replaced; None for a new name.

    Raises:
        OutputError: What has the name is no regular file, or the system does not say.
    """
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _cannot_write(path, error) from error
    kind = kind_of(status.st_mode)
    if kind is not None:
        raise OutputError(
            f"{path}: cannot be written: expected a new name or a regular file to replace, got "
            f"{kind}; give the output another name"
        )
    return stat.S_IMODE(status.st_mode) & 0o777


def open_to_add(path: Path, mode: int = 0o666) -> BinaryIO:
    """Open a regular file to read it and to add to its end; made when absent, with its folder.

    Args:
        path: Links, pipes and devices are refused.
        mode: Of a new file, before the umask.

    Raises:
        OutputError: It is no regular file.
        OSError: The system refused.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    kept_mode(path)
    descriptor = os.open(path, _ADDING, mode)
    kind = kind_of(os.fstat(descriptor).st_mode)
    if kind is not None:  # it has come in between
        os.close(descriptor)
        raise OutputError(f"{path}: expected a regular file, got {kind}")
    return os.fdopen(descriptor, "a+b")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path in a folder of our own, whose file or folder takes a name when all went well.

    Nobody else may be at it (see ``batch.alone``), so that what an earlier run left, which
    was killed, can be cleared away.

    Args:
        path: A new name, or a regular file or a folder to replace, which keeps its mode.

    Raises:
        OutputError: What has the name is something else.
        OSError: The system refused; what was there is unchanged.
    """
    is_folder = path.is_dir() and not path.is_symlink()
    kept = stat.S_IMODE(path.lstat().st_mode) & 0o777 if is_folder else kept_mode(path)
    for left in _left(path.parent, re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{16}}")):
        if stat.S_ISDIR(left.lstat().st_mode):
            shutil.rmtree(left)
    own = path.with_name(f".{path.name}.{secrets.token_hex(_TOKEN_BYTES)}")
    own.mkdir(mode=0o700)
    try:
        new = own / path.name
        yield new
        for file in sorted(new.iterdir()) if new.is_dir() else (new,):
            with file.open("rb+") as opened:
                if kept is not None:
                    _set_mode(opened.fileno(), kept & 0o666)
                # A power cut leaves no output that is half there.
                flush_to_disk(opened.fileno())
        if new.is_dir() and kept is not None:
            new.chmod(kept | (kept & 0o444) >> 2)  # who may read may look into it
        if is_folder or (new.is_dir() and path.exists()):
            # No system replaces a folder in one step.
            path.rename(own / "old")
        new.replace(path)
    finally:
        shutil.rmtree(own)


def clear_leftovers(folder: Path) -> None:
    """Delete the temporary files that a killed run left in a folder, if any."""
    for path in _left(folder, _TEMPORARY):
        if stat.S_ISREG(path.lstat().st_mode):
            path.unlink(missing_ok=True)


def flush_to_disk(descriptor: int) -> None:
    """Flush a file, so that a power cut leaves it whole.

    Raises:
        OSError: It cannot be done, on a mount that knows how.
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNFLUSHABLE:  # some mounts know no such thing
            raise


def _make_folder(folder: Path, below: Path | None) -> None:
    if below is None:
        folder.mkdir(parents=True, exist_ok=True)
        return
    below.mkdir(parents=True, exist_ok=True)
    part = below
    for name in folder.relative_to(below).parts:
        part /= name
        with contextlib.suppress(FileExistsError):
            part.mkdir()
        mode = part.lstat().st_mode
        if not stat.S_ISDIR(mode):
            raise OutputError(
                f"{part}: expected a folder or a new name, got {kind_of(mode) or 'a file'}; "
                "nothing was written through it"
            )


def _new_beside(path: Path, mode: int) -> tuple[Path, int]:
    """A new file under a name that nobody can know before, and its descriptor."""
    while True:
        # No ending that a watch looks for, so that nothing is taken in half.
        name = f"{_PREFIX}{secrets.token_hex(_TOKEN_BYTES)}{_ENDING}"
        temporary = path.with_name(name)
        try:
            return temporary, os.open(temporary, _CREATING, mode)
        except FileExistsError:
            continue


def _set_mode(descriptor: int, mode: int) -> None:
    if not hasattr(os, "fchmod"):
        return
    found = stat.S_IMODE(os.fstat(descriptor).st_mode)
    if found == mode:
        return
    try:
        os.fchmod(descriptor, mode)
    except OSError:
        if found & ~mode:  # others could read what they could not before
            raise


def _fill(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _compare(temporary: Path, data: bytes, path: Path) -> None:
    try:
        is_equal = read_regular(temporary, len(data), follow_links=False) == data
    except TooLargeError:
        is_equal = False
    if not is_equal:
        raise OutputError(f"{path}: reads back otherwise than it was written")


def _left(folder: Path, name: re.Pattern[str]) -> Iterator[Path]:
    """What a run of this user may have left in a folder."""
    try:
        found = [entry for entry in os.scandir(folder) if name.fullmatch(entry.name)]
    except FileNotFoundError:
        return
    for entry in found:
        owner = entry.stat(follow_symlinks=False).st_uid
        if not hasattr(os, "getuid") or owner == os.getuid():
            yield Path(entry.path)


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path}: cannot be written: {error.strerror or error}")


@attrs.frozen(kw_only=True)
class MadeFile:
    """A workout file that is not written yet.

    Attributes:
        name: What the workout is called, with its day where it has one.
        data: Its content.
    """

    name: str
    data: bytes = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class PlacedFile:
    """A workout file and where it goes.

    Attributes:
        path: Of its own in the batch.
        data: Its content.
        replaces: Another version lies there.
    """

    path: Path
    data: bytes = attrs.field(repr=False)
    replaces: bool


def place(folder: Path, files: Sequence[MadeFile]) -> tuple[PlacedFile, ...]:
    """Paths for a batch; nothing is written.

    Args:
        folder: Where all of them go; need not exist.
        files: In order; may be empty. The same file twice is one.

    Returns:
        In the same order.

    Raises:
        EncodeError: Two different workouts have one name, by which a person cannot tell
            them apart, or one identity, by which a watch cannot.
    """
    from backrun_fit.fit.sniff import identity

    names: dict[str, bytes] = {}
    identities: dict[tuple[object, ...], tuple[str, bytes]] = {}
    for file in files:
        if names.setdefault(file.name.casefold(), file.data) != file.data:
            raise EncodeError(
                f"expected a name of its own for each workout, got {file.name!r} for two: "
                f"rename one of them"
            )
        # Watches merge or drop files that share (type, manufacturer, product, serial).
        other, data = identities.setdefault(identity(file.data), (file.name, file.data))
        if data != file.data:
            raise EncodeError(
                f"{file.name!r} and {other!r} share a serial number: rename one of them"
            )
    first = {file.name.casefold(): file.name for file in reversed(files)}
    stems = dict(zip(names, unique_stems(first[key] for key in names), strict=True))
    paths = [folder / f"{stems[file.name.casefold()]}.fit" for file in files]
    return tuple(
        PlacedFile(path=path, data=file.data, replaces=_differs(path, file.data))
        for path, file in zip(paths, files, strict=True)
    )


def write_all(files: Sequence[PlacedFile], inputs: Sequence[str | os.PathLike[str]] = ()) -> None:
    """Write every file of a batch, each whole or not at all.

    Args:
        files: With their places.
        inputs: None of which is written.

    Raises:
        OutputError: One of the files is an input, or no regular file, and none is written; or
            the system refused one, and those before it are written.
    """
    require_writable([file.path for file in files], inputs)
    for file in files:
        write_whole(file.path, file.data)


def _differs(path: Path, data: bytes) -> bool:
    try:
        return read_regular(path, len(data), follow_links=False) != data
    except TooLargeError:
        return True
    except OSError:
        return False
