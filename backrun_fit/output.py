"""Files on disk: names that are safe everywhere, and contents that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from backrun_fit.errors import BackrunFitError, EncodeError

__all__ = [
    "MadeFile",
    "OutputError",
    "PlacedFile",
    "alike",
    "numbered",
    "place",
    "safe_stem",
    "unique_stems",
    "write_all",
    "write_whole",
]

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


def write_all(files: Iterable[PlacedFile]) -> None:
    """Write every file of a batch, each whole or not at all.

    Raises:
        OutputError: The system refused one; those before it are written.
    """
    for file in files:
        write_whole(file.path, file.data)


def _differs(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() != data
    except OSError:
        return False
