"""Files on disk: names that are safe everywhere, and contents that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from backrun_fit.errors import BackrunFitError

__all__ = ["OutputError", "safe_stem", "unique_stems", "write_whole"]

_LONGEST_STEM_BYTES = 80


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


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it appears complete or not at all.

    The bytes go to a temporary file in the same folder, are flushed to the disk,
    and take the final name in one step. The folder is made when absent.

    Raises:
        OutputError: The system refused; the file that was there is unchanged.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".backrun-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o666 & ~_umask())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
