"""Opening files for reading: regular files only, looked at before they are opened."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

__all__ = [
    "NO_LINKS",
    "NotRegularError",
    "TooLargeError",
    "file_key",
    "is_same_file",
    "kind_of",
    "read_regular",
]

_KINDS: Final[Mapping[int, str]] = MappingProxyType(
    {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
        stat.S_IFSOCK: "a socket",
        stat.S_IFLNK: "a link",
    }
)

NO_LINKS: Final = getattr(os, "O_NOFOLLOW", 0)
"""Of ``os.open``: refuse a link; nothing where the system has no such flag."""

# Nonblocking, or opening a pipe would wait for somebody who writes into it.
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_CHUNK_BYTES: Final = 1 << 20


class NotRegularError(OSError):
    """What has the name is no regular file, such as a named pipe or a device.

    Attributes:
        kind: What it is, in words.
        hint: The next thing to try.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.hint = (
            "name a file in it"
            if kind == _KINDS[stat.S_IFDIR]
            else "save what it gives as a file first, and name that"
        )
        super().__init__(errno.EINVAL, f"expected a file, got {kind}; {self.hint}")


class TooLargeError(OSError):
    """A file is larger than its reader takes.

    Attributes:
        most_bytes: So many it takes.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        super().__init__(errno.EFBIG, f"expected at most {most_bytes:,} bytes, got more")


def kind_of(mode: int) -> str | None:
    """What an ``st_mode`` stands for, in words; None for a regular file.

    Example:
        >>> kind_of(0o010644), kind_of(0o100644)
        ('a named pipe', None)
    """
    return None if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "something else")


def read_regular(
    path: str | os.PathLike[str], most_bytes: int, *, follow_links: bool = True
) -> bytes:
    """Read a regular file as a whole.

    Its kind and size are looked at before anything is read, and its kind before it is
    opened: opening a pipe or a device may wait, or do something.

    Args:
        path: Of the file.
        most_bytes: More is an error, also where the file says that it is smaller.
        follow_links: Read what a link leads to; else a link is refused.

    Raises:
        NotRegularError: It is a folder, a named pipe, a device or a socket, or a link where
            none is followed.
        TooLargeError: It is larger than ``most_bytes``.
        OSError: The system cannot open or read it.
        ValueError: The path holds a NUL.

    Example:
        >>> read_regular(os.devnull, 10)
        Traceback (most recent call last):
        backrun_fit.regular_files.NotRegularError: [Errno 22] expected a file, got a device; \
save what it gives as a file first, and name that
    """
    status = Path(path).stat(follow_symlinks=follow_links)
    if stat.S_ISDIR(status.st_mode):
        os.scandir(path).close()  # where it cannot be listed, that is what is wrong
    _require_regular(status)
    descriptor = os.open(path, _FLAGS if follow_links else _FLAGS | NO_LINKS)
    try:
        return _read(descriptor, most_bytes)
    finally:
        os.close(descriptor)


def _read(descriptor: int, most_bytes: int) -> bytes:
    status = os.fstat(descriptor)
    _require_regular(status)  # it may be another by now
    if status.st_size > most_bytes:
        raise TooLargeError(most_bytes)
    # To ask for more than there is costs the room for it, every time.
    data = os.read(descriptor, status.st_size + 1)
    if len(data) == status.st_size:
        return data
    pieces, read = [data], len(data)
    while read <= most_bytes:
        piece = os.read(descriptor, min(_CHUNK_BYTES, most_bytes + 1 - read))
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        read += len(piece)
    raise TooLargeError(most_bytes)


def is_same_file(one: str | os.PathLike[str], other: str | os.PathLike[str]) -> bool:
    """Whether two names lead to one file: by device and inode, or by path where neither is there.

    Links, also hard links, and other spellings of a path do not matter.

    Example:
        >>> is_same_file("a/../b.fit", "b.fit"), is_same_file("a.fit", "b.fit")
        (True, False)
    """
    return file_key(one) == file_key(other)


def file_key(path: str | os.PathLike[str]) -> tuple[int, int] | str:
    """What all names of one file share; of two files it differs.

    Returns:
        Device and inode of what is there, also behind links; else the path without links.
    """
    try:
        status = Path(path).stat()
    except OSError:
        return os.path.normcase(os.path.realpath(path))
    except ValueError:  # a NUL, which no file's name has
        return os.fspath(path)
    return status.st_dev, status.st_ino


def _require_regular(status: os.stat_result) -> None:
    kind = kind_of(status.st_mode)
    if kind is not None:
        raise NotRegularError(kind)
