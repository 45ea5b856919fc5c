"""Where the FIT files lie in the bytes: headers, chains and checksums.

Source of every layout: FIT Protocol, "FIT File Structure".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import attrs
import fastcrc.crc16

from backrun_fit.errors import DecodeError
from backrun_fit.fit.damage import SALVAGE_HINT, Damage
from backrun_fit.fit.salvage import definition_at, is_sound
from backrun_fit.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "SegmentBytes",
    "check_crc",
    "hides_a_file",
    "resemblance",
    "salvage_segments",
    "split_segments",
]

_SIGNATURE: Final = b".FIT"
_LEAST_HEADER: Final = 12
_CRC_SIZE: Final = 2
# A header may state any size, and its checksum costs that much to compute.
_MOST_FAILED_CHECKS: Final = 16


@attrs.frozen
class SegmentBytes:
    """Where one FIT file of a chain lies.

    Attributes:
        start: Offset of its header.
        data_start: Offset of its first message.
        data_end: Offset behind its last message, at most the length of the file.
        warnings: What was odd, one sentence each.
        damages: What the header promises and the file does not hold.
        has_crc: Whether a checksum should stand behind the last message.
        has_header: Whether the header is whole; if not, the checksum says nothing of the
            messages.
    """

    start: int
    data_start: int
    data_end: int
    warnings: tuple[str, ...] = ()
    damages: tuple[Damage, ...] = ()
    has_crc: bool = True
    has_header: bool = True


def resemblance(data: bytes) -> str:
    """What bytes that are no FIT file look like, in a few words.

    Example:
        >>> resemblance(b"<?xml version='1.0'?><gpx>")
        'a GPX document'
    """
    head = data[:512]
    if not data:
        return "nothing (zero bytes)"
    if data[8:12] == _SIGNATURE:
        return "a FIT file"
    if not any(head):
        return "zero bytes only"
    for magic, words in _MAGICS.items():
        if head.startswith(magic):
            return words
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<", b"{", b"[")):
        for mark, words in _MARKS.items():
            if mark in text:
                return words
        return "a markup or JSON document"
    if all(byte in b"\t\r\n" or 32 <= byte < 127 for byte in head):
        return "a text file"
    return f"unknown bytes beginning {head[:4].hex(' ')}"


_MAGICS: Final[Mapping[bytes, str]] = {
    b"\x1f\x8b": "a gzip file",
    b"PK\x03\x04": "a zip file",
    b"PK\x05\x06": "an empty zip file",
    b"\x00\x05\x16\x07": "an AppleDouble file (what macOS leaves beside the real one)",
    b"\x00\x05\x16\x00": "an AppleSingle file",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database",
}
_MARKS: Final[Mapping[bytes, str]] = {
    b"<gpx": "a GPX document",
    b"trainingcenterdatabase": "a TCX document",
    b"<kml": "a KML document",
    b"<html": "a web page",
    b"<!doctype html": "a web page",
    b"<workout_file": "a Zwift workout (ZWO)",
}


def split_segments(
    data: bytes, source: str | None = None, *, limits: Limits = DEFAULT_LIMITS
) -> Iterator[SegmentBytes]:
    """The FIT files of a chain, one after another; usually there is one.

    A header checksum of zero means that none was computed. A missing file
    checksum, one of zero and bytes behind the end which begin no FIT file are
    told as warnings: every message is there.

    Args:
        data: The whole file.
        source: Its name, for errors.
        limits: Of which ``chained_files`` holds.

    Yields:
        At least one segment.

    A wrong header checksum, a file that is shorter than its header states and
    one whose header states no data are told as damages.

    Raises:
        DecodeError: The bytes begin no FIT file, or there are more than ``limits.chained_files``.

    Example:
        >>> empty = bytes.fromhex("0c105408000000002e464954bf16")
        >>> [(found.start, found.data_end) for found in split_segments(empty * 2)]
        [(0, 12), (14, 26)]
    """
    start = 0
    for _ in range(limits.chained_files):
        if not _is_header(data, start):
            is_damaged = _salvage_start(data, start) is not None
            raise _not_fit(data, source, SALVAGE_HINT if is_damaged else None)
        segment = _read_header(data, start)
        end = segment.data_end + _CRC_SIZE
        if _is_header(data, end):
            yield segment
            start = end
            continue
        yield _with_trailing(data, segment)
        return
    raise _too_many(start, source, limits.chained_files)


def salvage_segments(
    data: bytes, source: str | None = None, *, limits: Limits = DEFAULT_LIMITS
) -> Iterator[SegmentBytes]:
    """The FIT files of a chain, as ``split_segments`` has them, whatever is wrong around them.

    Bytes before a header are passed over, a header without its signature is read when a
    definition stands behind it, and a size that cannot be is replaced by that of the bytes
    up to the next header or the end.

    Args:
        data: The whole file.
        source: Its name, for errors.
        limits: Of which ``chained_files`` holds.

    Yields:
        At least one segment; what was wrong is told as its damages.

    Raises:
        DecodeError: There is no FIT file in the bytes, or more than
            ``limits.chained_files``.

    Example:
        >>> empty = bytes.fromhex("0c105408000000002e464954bf16")
        >>> [found.start for found in salvage_segments(b"junk" + empty + b"junk" + empty)]
        [4, 22]
    """
    position, failed_checks = 0, 0
    start = _salvage_start(data, position)
    if start is None:
        raise _not_fit(data, source)
    for _ in range(limits.chained_files):
        segment = _read_header(data, start, repair=True)
        if start > position:
            between = Damage("bytes that begin no FIT file", position, lost_bytes=start - position)
            segment = attrs.evolve(segment, damages=(between, *segment.damages))
        # A checksum that is right ends the file; of wrong ones only so many are computed.
        if failed_checks > _MOST_FAILED_CHECKS or _is_doubtful(data, segment):
            failed_checks += 1
            segment = _resized(data, segment)
        position = min(segment.data_end + _CRC_SIZE, len(data))
        following = _salvage_start(data, position)
        if following is None:
            yield _with_trailing(data, segment)
            return
        yield segment
        start = following
    raise _too_many(start, source, limits.chained_files)


def _is_doubtful(data: bytes, segment: SegmentBytes) -> bool:
    """Whether the size that the header states may be wrong."""
    if not segment.has_crc or check_crc(data, segment)[1] is not None:
        return True
    return bool(segment.damages) and not _is_crc(data, segment.start, segment.data_end)


def _resized(data: bytes, segment: SegmentBytes) -> SegmentBytes:
    """The segment up to the next header or the end, where its own size leads elsewhere."""
    following = _next_header(data, segment.data_start)
    if not segment.has_crc and following is None:
        return segment  # cut off, or never finished: it goes to the end as it is
    behind = segment.data_end + _CRC_SIZE
    end = len(data) if following is None else following
    if behind in (end, len(data) + _CRC_SIZE) or (following is None and not any(data[behind:])):
        return segment
    data_end = max(end - _CRC_SIZE, segment.data_start)
    damage = Damage(
        "the size in the header does not lead to the end of the file",
        offset=min(segment.start + 4, len(data)),
        expected=f"{data_end - segment.data_start}",
        got=f"{segment.data_end - segment.data_start}",
    )
    damages = (*segment.damages, damage)
    return attrs.evolve(segment, data_end=data_end, damages=damages, has_crc=True)


def _salvage_start(data: bytes, position: int) -> int | None:
    """Where the next FIT file begins; None where none does.

    The header of the first may be damaged.
    """
    if _is_header(data, position):
        return position
    if position == 0 and _message_start(data, position) is not None:
        return position
    return _next_header(data, position)


def _next_header(data: bytes, position: int) -> int | None:
    """The next whole header, its checksum right if it has one."""
    signature = data.find(_SIGNATURE, position + 8)
    while signature >= 0:
        start = signature - 8
        is_usual = data[start] in (12, 14) and data[start + 1] >> 4 <= 2
        if is_usual and not _header_crc(data, start):
            return start
        signature = data.find(_SIGNATURE, signature + 1)
    return None


def _message_start(data: bytes, position: int) -> int | None:
    """Where the definition behind a damaged header begins; None where none does.

    Its size byte is tried first.
    """
    stated = data[position] if position < len(data) else 0
    for size in (stated, 14, 12):
        found = definition_at(data, position + size, len(data)) if size in (12, 14) else None
        if found is not None and is_sound(found):
            return position + size
    return None


def _is_header(data: bytes, start: int) -> bool:
    head = data[start : start + _LEAST_HEADER]
    return head[8:12] == _SIGNATURE and head[0] >= _LEAST_HEADER


def _not_fit(data: bytes, source: str | None, hint: str | None = None) -> DecodeError:
    return DecodeError(
        "not a FIT file",
        offset=0,
        expected="a header of 12 bytes or more with the signature .FIT",
        got=resemblance(data),
        source=source,
        hint=hint,
    )


def _too_many(start: int, source: str | None, most: int) -> DecodeError:
    return DecodeError(
        "too many FIT files in one chain",
        offset=start,
        expected=f"at most {most}",
        got="more",
        source=source,
    )


def _with_trailing(data: bytes, segment: SegmentBytes) -> SegmentBytes:
    """The last segment, with a warning where bytes stand behind it."""
    end = segment.data_end + _CRC_SIZE
    trailing = len(data) - end
    if trailing <= 0:
        return segment
    kind = "zero bytes" if not any(data[end:]) else "bytes that begin no FIT file"
    text = f"{trailing} {kind} stand behind the end of the data, at byte {end}; ignored"
    return attrs.evolve(segment, warnings=(*segment.warnings, text))


def hides_a_file(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> bool:
    """Whether a FIT header stands somewhere behind what a chain takes for its end.

    Example:
        >>> empty = bytes.fromhex("0c105408000000002e464954bf16")
        >>> hides_a_file(empty + b"junk" + empty), hides_a_file(empty * 2)
        (True, False)
    """
    try:
        *_, last = split_segments(data, limits=limits)
    except DecodeError:
        return False
    return data.find(_SIGNATURE, last.data_end) >= 0


def _read_header(data: bytes, start: int, *, repair: bool = False) -> SegmentBytes:
    head = data[start : start + _LEAST_HEADER]
    warnings = []
    if head[1] >> 4 > 2:
        warnings.append(
            f"protocol version {head[1] >> 4}.{head[1] & 15} is newer than 2.0, which was read"
        )
    size = int.from_bytes(head[4:8], "little")
    damages = []
    data_start = start + head[0]
    begin = None
    is_empty = size == 0 and _is_crc(data, start, data_start)
    is_whole = _is_header(data, start) and (
        is_empty or definition_at(data, data_start, len(data)) is not None
    )
    if repair and not is_whole:
        begin = _message_start(data, start)
    if begin == data_start and _is_header(data, start):
        begin = None
    if begin is not None:
        data_start = begin
        damages.append(
            Damage(
                "the header is damaged",
                offset=start,
                expected="its size and the signature .FIT",
                got=head.hex(" "),
            )
        )
    data_end = data_start + size
    has_crc = True
    if data_end > len(data):
        damages.append(
            Damage(
                "the file is shorter than its header states",
                offset=len(data),
                expected=f"{data_end - start} bytes and a checksum",
                got=f"{len(data) - start} bytes",
                lost_bytes=data_end - len(data),
            )
        )
        data_start, data_end, has_crc = min(data_start, len(data)), len(data), False
    elif size == 0 and len(data) - data_start > _CRC_SIZE and not _is_crc(data, start, data_end):
        damages.append(
            Damage(
                "the header states no data (a recording that was never finished)",
                offset=start + 4,
                expected=f"the size of the {len(data) - data_start} bytes that follow",
                got="0",
            )
        )
        data_end, has_crc = len(data), False
    damages += _header_crc(data, start)
    return SegmentBytes(
        start, data_start, data_end, tuple(warnings), tuple(damages), has_crc, begin is None
    )


def _header_crc(data: bytes, start: int) -> tuple[Damage, ...]:
    """What is wrong with the checksum of a header; nothing where it has none."""
    if data[start] < 14:
        return ()
    stored = int.from_bytes(data[start + 12 : start + 14], "little")
    computed = _crc(data, start, start + _LEAST_HEADER)
    if stored in (0, computed):
        return ()
    damage = Damage(
        "the header's checksum is wrong",
        offset=start + 12,
        expected=f"0x{computed:04X}",
        got=f"0x{stored:04X}",
    )
    return (damage,)


def _crc(data: bytes, start: int, end: int) -> int:
    """FIT's checksum, which is CRC-16/ARC (FIT Protocol, "CRC")."""
    return int(fastcrc.crc16.arc(memoryview(data)[start:end]))


def _is_crc(data: bytes, start: int, end: int) -> bool:
    stored = int.from_bytes(data[end : end + _CRC_SIZE], "little")
    return stored == _crc(data, start, end)


def check_crc(data: bytes, segment: SegmentBytes) -> tuple[str | None, Damage | None]:
    """Compare a segment's bytes with the checksum behind them.

    Returns:
        A warning when the checksum is missing or was never computed (zero), and
        the damage when it says that a byte was changed; None for each otherwise.

    Example:
        >>> empty = bytes.fromhex("0c105408000000002e464954bf16")
        >>> [check_crc(empty, found) for found in split_segments(empty)]
        [(None, None)]
    """
    if not segment.has_crc:
        return None, None
    end = segment.data_end
    stored = data[end : end + _CRC_SIZE]
    if len(stored) < _CRC_SIZE:
        return f"the checksum at byte {end} is missing: nothing proves the data", None
    computed = _crc(data, segment.start, end)
    value = int.from_bytes(stored, "little")
    if value == computed:
        return None, None
    if value == 0:
        return f"the checksum at byte {end} was never computed: nothing proves the data", None
    return None, Damage(
        "the checksum does not match the data (a byte was changed or lost)",
        offset=end,
        expected=f"0x{computed:04X}",
        got=f"0x{value:04X}",
    )
