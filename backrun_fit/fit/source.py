"""From what a caller has (a path, bytes, a file object, .gz, .zip) to the bytes of FIT files.

What a thing is, is told by its first bytes, never by its name alone. Everything is
bounded: no archive can make more than the limits below say.
"""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, Final, NamedTuple, TypeAlias

from backrun_fit.errors import DecodeError
from backrun_fit.regular_files import NotRegularError, TooLargeError, read_regular

__all__ = [
    "FREE_EXPANSION_BYTES",
    "MAX_EXPANSION",
    "MAX_FILE_BYTES",
    "MAX_MEMBERS",
    "MAX_TOTAL_BYTES",
    "FitBytes",
    "Source",
    "open_members",
    "open_source",
    "read_source",
]

Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""A path (``str`` is always one), the bytes themselves, or a binary file object."""

MAX_FILE_BYTES: Final = 256 << 20
"""Largest input and largest single FIT file; a day of one record a second is under 10 MB."""

MAX_TOTAL_BYTES: Final = 1 << 30
"""Most bytes that all members of one archive may make together."""

MAX_MEMBERS: Final = 10_000
"""Most members of one archive."""

MAX_EXPANSION: Final = 100
"""Most bytes out for one byte in; real FIT files stay under 10."""

FREE_EXPANSION_BYTES: Final = 16 << 20
"""Up to here the ratio is not looked at: a small file of zeros is no attack."""

_GZIP_MAGIC: Final = b"\x1f\x8b"
_ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_CHUNK: Final = 1 << 20
_TOO_LARGE: Final = "too large"
_EXPANDS: Final = "the archive expands too much"
_LIMITS: Final = (_TOO_LARGE, _EXPANDS)


class FitBytes(NamedTuple):
    """The bytes of what should be one FIT file, or a chain of them.

    Attributes:
        name: File name, with that of an archive before it; None for bytes.
        data: Unpacked.
    """

    name: str | None
    data: bytes


def open_source(source: Source) -> Iterator[FitBytes]:
    """The FIT files in a source, one after another, in the archive's order.

    Of a .zip the members that end in .fit or .fit.gz count; folders, the
    ``__MACOSX`` shadow and hidden ``._`` files do not. Whether the bytes are FIT
    is not looked at here.

    Yields:
        One for a plain or gzipped file; one a member for a .zip, at least one.

    Raises:
        DecodeError: The source cannot be read, an archive is damaged, encrypted
            or empty, or a limit is broken.

    Example:
        >>> [len(item.data) for item in open_source(b"any bytes")]
        [9]
    """
    for item in open_members(source):
        if isinstance(item, DecodeError):
            raise item
        yield item


def open_members(source: Source) -> Iterator[FitBytes | DecodeError]:
    """The FIT files in a source, as ``open_source`` has them, past those that are damaged.

    Yields:
        In place of a member that cannot be unpacked its error, with its name as the source.

    Raises:
        DecodeError: As ``open_source`` does, for all that is not the fault of one member.

    Example:
        >>> [item.data for item in open_members(b"any bytes") if isinstance(item, FitBytes)]
        [b'any bytes']
    """
    data, name = read_source(source)
    if data.startswith(_ZIP_MAGICS):
        yield from _unzip(data, name)
    elif data.startswith(_GZIP_MAGIC):
        yield FitBytes(name, _gunzip(data, name))
    else:
        yield FitBytes(name, data)


def read_source(source: Source) -> tuple[bytes, str | None]:
    """The bytes of a source as they lie there, and its name; nothing is unpacked.

    Raises:
        DecodeError: The source cannot be read, or is too large.

    Example:
        >>> read_source(b"any bytes")
        (b'any bytes', None)
    """
    if isinstance(source, bytes | bytearray | memoryview):
        data, name = bytes(source), None
    elif isinstance(source, str | os.PathLike):
        name = os.fspath(source)
        try:
            data = read_regular(name, MAX_FILE_BYTES)
        except NotRegularError as error:
            raise DecodeError(
                "no file that can be read",
                expected="a regular file",
                got=error.kind,
                source=name,
                hint=error.hint,
            ) from error
        except TooLargeError as error:
            raise _too_large(MAX_FILE_BYTES, name) from error
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
            read = source.read(MAX_FILE_BYTES + 1)
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
    if len(data) > MAX_FILE_BYTES:
        raise _too_large(MAX_FILE_BYTES, name)
    return data, name


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _too_large(limit: int, name: str | None) -> DecodeError:
    return DecodeError(_TOO_LARGE, expected=f"at most {limit} bytes", got="more", source=name)


def _check_expansion(made: int, taken: int, name: str | None) -> None:
    if made > MAX_FILE_BYTES:
        raise _too_large(MAX_FILE_BYTES, name)
    if made > FREE_EXPANSION_BYTES and made > taken * MAX_EXPANSION:
        raise DecodeError(
            _EXPANDS,
            expected=f"at most {MAX_EXPANSION} bytes out for one in",
            got="more",
            source=name,
        )


def _gunzip(data: bytes, name: str | None) -> bytes:
    """All members of a gzip file, one behind another; what follows them is ignored."""
    made = bytearray()
    rest = data
    while rest.startswith(_GZIP_MAGIC):
        inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        pending = rest
        while not inflate.eof:
            try:
                piece = inflate.decompress(pending, _CHUNK)
            except zlib.error as error:
                raise DecodeError(
                    "the gzip file is damaged", got=str(error), source=name
                ) from error
            made += piece
            _check_expansion(len(made), len(data), name)
            pending = inflate.unconsumed_tail
            if not piece and not pending and not inflate.eof:
                raise DecodeError(
                    "the gzip file is damaged", got="an end in the middle", source=name
                )
        rest = inflate.unused_data
    return bytes(made)


def _unzip(data: bytes, name: str | None) -> Iterator[FitBytes | DecodeError]:
    with _zip_errors(name):
        archive = zipfile.ZipFile(io.BytesIO(data))
    infos = archive.infolist()
    members = [info for info in infos if _is_wanted(info)]
    if not members:
        raise DecodeError(
            "the zip file holds no FIT file",
            expected="a member whose name ends in .fit or .fit.gz",
            got=f"{len(infos)} others" if infos else "none at all",
            source=name,
        )
    if len(members) > MAX_MEMBERS:
        raise DecodeError(
            "too many members in the zip file",
            expected=f"at most {MAX_MEMBERS}",
            got=str(len(members)),
            source=name,
        )
    total = 0
    for info in members:
        full_name = f"{name}/{info.filename}" if name else info.filename
        try:
            with _zip_errors(full_name):
                content = _read_member(archive, info, full_name)
            if content.startswith(_GZIP_MAGIC):
                content = _gunzip(content, full_name)
        except DecodeError as error:
            if error.what in _LIMITS:  # others are likely to be made to cost as much
                raise
            yield error
            continue
        total += len(content)
        if total > MAX_TOTAL_BYTES:
            raise _too_large(MAX_TOTAL_BYTES, name)
        yield FitBytes(full_name, content)


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return path.name.lower().endswith((".fit", ".fit.gz")) and not (info.is_dir() or hidden)


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
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
            _check_expansion(len(made), info.compress_size, name)
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
