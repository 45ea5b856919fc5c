"""From what a caller has (a path, bytes, a file object, .gz, .zip) to the bytes of FIT files.

What a thing is, is told by its first bytes, never by its name alone. All work is linear
in the size of the source and bounded by ``Limits``, sizes before anything is parsed.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, Final, NamedTuple, TypeAlias

from backrun_fit.errors import DecodeError
from backrun_fit.limits import DEFAULT_LIMITS, Limits
from backrun_fit.regular_files import NotRegularError, TooLargeError, read_regular

__all__ = [
    "MAX_FILE_BYTES",
    "FitBytes",
    "Source",
    "open_members",
    "open_source",
    "read_source",
]

Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""A path (``str`` is always one), the bytes themselves, or a binary file object."""

MAX_FILE_BYTES: Final = DEFAULT_LIMITS.file_bytes
"""For code that takes no limits: batches read remote files themselves."""

_GZIP_MAGIC: Final = b"\x1f\x8b"
_ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_CHUNK: Final = 1 << 20
# What a member of a gzip file is given first; doubled for as long as it takes more.
_FIRST_PIECE: Final = 1 << 9
# Zip file format, central directory header: up to the file name.
_ENTRY: Final = struct.Struct("<4s24x3H12x")
_ENTRY_MAGIC: Final = b"PK\x01\x02"
# zipfile copies the rest of an extra field for each part of it. Real ones are under 100 bytes.
_LARGEST_EXTRA: Final = 1 << 11
_TOO_LARGE: Final = "too large"
_EXPANDS: Final = "the archive expands too much"
_TOO_MANY_GZIPS: Final = "too many members in the gzip file"
_OF_THE_ARCHIVE: Final = (_TOO_LARGE, _EXPANDS, _TOO_MANY_GZIPS)


class FitBytes(NamedTuple):
    """The bytes of what should be one FIT file, or a chain of them.

    Attributes:
        name: File name, with that of an archive before it; None for bytes.
        data: Unpacked.
    """

    name: str | None
    data: bytes


def open_source(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[FitBytes]:
    """The FIT files in a source, one after another, in the archive's order.

    Of a .zip the members that end in .fit or .fit.gz count; folders, the
    ``__MACOSX`` shadow and hidden ``._`` files do not. Whether the bytes are FIT
    is not looked at here.

    Args:
        source: A path, bytes or a binary file object.
        limits: Of which those of files and archives hold.

    Yields:
        One for a plain or gzipped file; one a member for a .zip, at least one.

    Raises:
        DecodeError: The source cannot be read, an archive is damaged, encrypted
            or empty, or a limit is broken.

    Example:
        >>> [len(item.data) for item in open_source(b"any bytes")]
        [9]
    """
    for item in open_members(source, limits=limits):
        if isinstance(item, DecodeError):
            raise item
        yield item


def open_members(
    source: Source, *, limits: Limits = DEFAULT_LIMITS
) -> Iterator[FitBytes | DecodeError]:
    """The FIT files in a source, as ``open_source`` has them, past those that are damaged.

    Args:
        source: As of ``open_source``.
        limits: As of ``open_source``.

    Yields:
        In place of a member that cannot be unpacked its error, with its name as the source.

    Raises:
        DecodeError: As ``open_source`` does, for all that is not the fault of one member.

    Example:
        >>> [item.data for item in open_members(b"any bytes") if isinstance(item, FitBytes)]
        [b'any bytes']
    """
    data, name = read_source(source, limits=limits)
    if data.startswith(_ZIP_MAGICS):
        yield from _unzip(data, name, limits)
    elif data.startswith(_GZIP_MAGIC):
        yield FitBytes(name, _gunzip(data, len(data), name, limits))
    else:
        yield FitBytes(name, data)


def read_source(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> tuple[bytes, str | None]:
    """The bytes of a source as they lie there, and its name; nothing is unpacked.

    Args:
        source: A path, bytes or a binary file object.
        limits: Of which ``file_bytes`` holds; one byte more is read at most.

    Raises:
        DecodeError: The source cannot be read, or is too large.

    Example:
        >>> read_source(b"any bytes")
        (b'any bytes', None)
    """
    most = limits.file_bytes
    if isinstance(source, bytes | bytearray | memoryview):
        data, name = bytes(source), None
    elif isinstance(source, str | os.PathLike):
        name = os.fspath(source)
        try:
            data = read_regular(name, most)
        except NotRegularError as error:
            raise DecodeError(
                "no file that can be read",
                expected="a regular file",
                got=error.kind,
                source=name,
                hint=error.hint,
            ) from error
        except TooLargeError as error:
            raise _too_large(most, name) from error
        except (OSError, ValueError) as error:
            raise DecodeError("the file cannot be read", got=_reason(error), source=name) from error
    else:
        if not hasattr(source, "read"):
            raise DecodeError(
                "nothing that can be read",
                expected="a path, bytes or a binary file object",
                got=type(source).__name__,
            )
        named = getattr(source, "name", None)
        name = named if isinstance(named, str) else None
        try:
            read = source.read(most + 1)
        except (OSError, ValueError) as error:
            raise DecodeError(
                "the file object cannot be read", got=_reason(error), source=name
            ) from error
        if not isinstance(read, bytes | bytearray):
            raise DecodeError(
                "the file object is not binary",
                expected="bytes",
                got=type(read).__name__,
                source=name,
            )
        data = bytes(read)
    if len(data) > most:
        raise _too_large(most, name)
    return data, name


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _too_large(limit: int, name: str | None) -> DecodeError:
    return DecodeError(_TOO_LARGE, expected=f"at most {limit} bytes", got="more", source=name)


def _check_expansion(made: int, taken: int, name: str | None, limits: Limits) -> None:
    if made > limits.file_bytes:
        raise _too_large(limits.file_bytes, name)
    _check_ratio(made, taken, name, limits)


def _check_ratio(made: int, taken: int, name: str | None, limits: Limits) -> None:
    if made > limits.free_expansion_bytes and made > taken * limits.expansion:
        raise DecodeError(
            _EXPANDS,
            expected=f"at most {limits.expansion} bytes out for one in",
            got="more",
            source=name,
        )


def _gunzip(data: bytes, taken: int, name: str | None, limits: Limits) -> bytes:
    """All members of a gzip file, one behind another; what follows them is ignored.

    Args:
        data: The gzip file.
        taken: How many bytes of the source it took, for the expansion.
        name: For errors.
        limits: Of files and archives.
    """
    made = bytearray()
    start = 0
    for _ in range(limits.archive_members):
        start = _gunzip_member(data, start, made, taken, name, limits)
        if not data.startswith(_GZIP_MAGIC, start):
            return bytes(made)
    raise DecodeError(
        _TOO_MANY_GZIPS, expected=f"at most {limits.archive_members}", got="more", source=name
    )


def _gunzip_member(
    data: bytes, start: int, made: bytearray, taken: int, name: str | None, limits: Limits
) -> int:
    """Unpack the member at an offset into ``made``; the offset behind it.

    zlib copies what it was given and did not use. So a member is given little at first, and
    never more than as much again as it took already: copies stay linear in the file.
    """
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    position, size = start, _FIRST_PIECE
    pending = b""
    while not inflate.eof:
        if not pending:
            pending = data[position : position + size]
            position += len(pending)
            size = min(2 * size, _CHUNK)
        try:
            piece = inflate.decompress(pending, _CHUNK)
        except zlib.error as error:
            raise DecodeError("the gzip file is damaged", got=str(error), source=name) from error
        made += piece
        _check_expansion(len(made), taken, name, limits)
        pending = inflate.unconsumed_tail
        if not (piece or pending or inflate.eof) and position >= len(data):
            raise DecodeError("the gzip file is damaged", got="an end in the middle", source=name)
    return position - len(inflate.unused_data)


class _ZipBytes(io.BytesIO):
    """A zip file whose directory is measured before zipfile parses it.

    zipfile reads the directory in one piece, and takes some kB of memory and 10 us for each
    of its entries, whether or not they are asked for.
    """

    def __init__(self, data: bytes, name: str | None, limits: Limits) -> None:
        super().__init__(data)
        self._name = name
        self._limits = limits
        self.is_open = False

    def read(self, size: int | None = -1, /) -> bytes:
        """As of BytesIO.

        Raises:
            DecodeError: The directory is too large or holds too many entries.
        """
        if not self.is_open and size is not None and size > self._limits.directory_bytes:
            raise self._beyond("bytes", self._limits.directory_bytes)
        found = super().read(size)
        if not self.is_open and found.startswith(_ENTRY_MAGIC):
            self._measure(found)
        return found

    def _measure(self, directory: bytes) -> None:
        position = count = 0
        while position + _ENTRY.size <= len(directory):
            magic, name_size, extra_size, comment_size = _ENTRY.unpack_from(directory, position)
            if magic != _ENTRY_MAGIC:
                return
            if extra_size > _LARGEST_EXTRA:
                raise self._beyond("bytes in the extra field of an entry", _LARGEST_EXTRA)
            count += 1
            if count > self._limits.archive_entries:
                raise self._beyond("entries", self._limits.archive_entries)
            position += _ENTRY.size + name_size + extra_size + comment_size

    def _beyond(self, what: str, most: int) -> DecodeError:
        return DecodeError(
            "the directory of the zip file is too large",
            expected=f"at most {most} {what}",
            got="more",
            source=self._name,
        )


def _unzip(data: bytes, name: str | None, limits: Limits) -> Iterator[FitBytes | DecodeError]:
    file = _ZipBytes(data, name, limits)
    with _zip_errors(name):
        archive = zipfile.ZipFile(file)
    file.is_open = True
    infos = archive.infolist()
    members = [info for info in infos if _is_wanted(info)]
    if not members:
        raise DecodeError(
            "the zip file holds no FIT file",
            expected="a member whose name ends in .fit or .fit.gz",
            got=f"{len(infos)} others" if infos else "none at all",
            source=name,
        )
    if len(members) > limits.archive_members:
        raise DecodeError(
            "too many members in the zip file",
            expected=f"at most {limits.archive_members}",
            got=str(len(members)),
            source=name,
        )
    total = 0
    for info in members:
        full_name = f"{name}/{info.filename}" if name else info.filename
        try:
            with _zip_errors(full_name):
                content = _read_member(archive, info, full_name, limits)
            if content.startswith(_GZIP_MAGIC):
                content = _gunzip(content, info.compress_size, full_name, limits)
        except DecodeError as error:
            if error.what in _OF_THE_ARCHIVE:  # others are likely to be made to cost as much
                raise
            yield error
            continue
        total += len(content)
        if total > limits.archive_bytes:
            raise _too_large(limits.archive_bytes, name)
        # Members may lie on top of each other.
        _check_ratio(total, len(data), name, limits)
        yield FitBytes(full_name, content)


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return path.name.lower().endswith((".fit", ".fit.gz")) and not (info.is_dir() or hidden)


def _read_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limits: Limits
) -> bytes:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DecodeError(
            "an unusual zip compression",
            expected="stored or deflated",
            got=f"method {info.compress_type}",
            source=name,
        )
    made = bytearray()
    with archive.open(info) as member:
        while piece := member.read(_CHUNK):
            made += piece
            _check_expansion(len(made), info.compress_size, name, limits)
    return bytes(made)


@contextlib.contextmanager
def _zip_errors(name: str | None) -> Iterator[None]:
    """Everything that zipfile is known to raise on damage or encryption, as our error."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        OverflowError,
        LookupError,
    ) as error:
        reason = str(error) or type(error).__name__
        raise DecodeError("the zip file is damaged or locked", got=reason, source=name) from error
