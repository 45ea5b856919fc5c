"""Spec files on disk: their text and their format."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from backrun_fit.errors import SpecError
from backrun_fit.regular_files import NotRegularError, TooLargeError, read_regular
from backrun_fit.spec.text import MAX_BYTES, SpecFormat

__all__ = ["format_of", "read_text", "read_utf8"]

_FORMATS: Final[Mapping[str, SpecFormat]] = MappingProxyType(
    {".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".json": "json"}
)


def format_of(path: str | os.PathLike[str]) -> SpecFormat:
    """The format of a spec file, by its suffix.

    Raises:
        SpecError: Another suffix; with the path as the source.

    Example:
        >>> format_of("athlete.yml")
        'yaml'
    """
    source = os.fspath(path)
    format_ = _FORMATS.get(Path(source).suffix.lower())
    if format_ is None:
        raise SpecError(f"expected a file that ends in {', '.join(_FORMATS)}", source)
    return format_


def read_text(path: str | os.PathLike[str]) -> tuple[str, SpecFormat]:
    """The text of a spec file, and its format by its suffix.

    Raises:
        SpecError: Another suffix, or the file cannot be read, is no regular file, is larger
            than a million bytes or is not UTF-8; with the path as the source.
    """
    format_ = format_of(path)
    return read_utf8(path), format_


def read_utf8(path: str | os.PathLike[str]) -> str:
    """The text of a file.

    Raises:
        SpecError: The file cannot be read, is no regular file, is larger than a million
            bytes or is not UTF-8; with the path as the source.
    """
    source = os.fspath(path)
    try:
        data = read_regular(source, MAX_BYTES)
    except (NotRegularError, TooLargeError) as error:
        raise SpecError(str(error.strerror), source) from error
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or error
        raise SpecError(f"expected a file that can be read: {reason}", source) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        got = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        raise SpecError(f"expected text in UTF-8, got {got}", source) from error
