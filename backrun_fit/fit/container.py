"""Where the FIT files lie in the bytes: headers, chains and checksums.

Source of every layout: FIT Protocol, "FIT File Structure".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import attrs
import fastcrc.crc16

from backrun_fit.errors import DecodeError
from backrun_fit.fit.damage import Damage

__all__ = ["MAX_SEGMENTS", "SegmentBytes", "check_crc", "resemblance", "split_segments"]

MAX_SEGMENTS: Final = 10_000
"""Most FIT files in one chain; devices chain a handful."""

_SIGNATURE: Final = b".FIT"
_LEAST_HEADER: Final = 12
_CRC_SIZE: Final = 2


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
    """

    start: int
    data_start: int
    data_end: int
    warnings: tuple[str, ...] = ()
    damages: tuple[Damage, ...] = ()
    has_crc: bool = True


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


def split_segments(data: bytes, source: str | None = None) -> Iterator[SegmentBytes]:
    """The FIT files of a chain, one after another; usually there is one.

    A header checksum of zero means that none was computed. A missing file
    checksum, one of zero and bytes behind the end which begin no FIT file are
    told as warnings: every message is there.

    Args:
        data: The whole file.
        source: Its name, for errors.

    Yields:
        At least one segment.

    A wrong header checksum, a file that is shorter than its header states and
    one whose header states no data are told as damages.

    Raises:
        DecodeError: The bytes begin no FIT file, or there are more than 10,000.

    Example:
        >>> empty = bytes.fromhex("0c105408000000002e464954bf16")
        >>> [(found.start, found.data_end) for found in split_segments(empty * 2)]
        [(0, 12), (14, 26)]
    """
    start = 0
    for _ in range(MAX_SEGMENTS):
        segment = _read_header(data, start, source)
        end = segment.data_end + _CRC_SIZE
        rest = data[end : end + _LEAST_HEADER]
        if rest[8:12] == _SIGNATURE and rest[0] >= _LEAST_HEADER:
            yield segment
            start = end
            continue
        trailing = len(data) - end
        if trailing > 0:
            kind = "zero bytes" if not any(data[end:]) else "bytes that begin no FIT file"
            text = f"{trailing} {kind} stand behind the end of the data, at byte {end}; ignored"
            segment = attrs.evolve(segment, warnings=(*segment.warnings, text))
        yield segment
        return
    raise DecodeError(
        "too many FIT files in one chain",
        offset=start,
        expected=f"at most {MAX_SEGMENTS}",
        got="more",
        source=source,
    )


def _read_header(data: bytes, start: int, source: str | None) -> SegmentBytes:
    head = data[start : start + _LEAST_HEADER]
    if len(head) < _LEAST_HEADER or head[8:12] != _SIGNATURE or head[0] < _LEAST_HEADER:
        raise DecodeError(
            "not a FIT file",
            offset=start,
            expected="a header of 12 bytes or more with the signature .FIT",
            got=resemblance(data[start:]),
            source=source,
        )
    warnings = []
    if head[1] >> 4 > 2:
        warnings.append(
            f"protocol version {head[1] >> 4}.{head[1] & 15} is newer than 2.0, which was read"
        )
    size = int.from_bytes(head[4:8], "little")
    data_start = start + head[0]
    data_end = data_start + size
    damages = []
    has_crc = True
    if data_end > len(data):
        damages.append(
            Damage(
                "the file is shorter than its header states",
                offset=len(data),
                expected=f"{head[0] + size} bytes and a checksum",
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
    if head[0] >= 14:
        stored = int.from_bytes(data[start + 12 : start + 14], "little")
        computed = _crc(data, start, start + _LEAST_HEADER)
        if stored not in (0, computed):
            damages.append(
                Damage(
                    "the header's checksum is wrong",
                    offset=start + 12,
                    expected=f"0x{computed:04X}",
                    got=f"0x{stored:04X}",
                )
            )
    return SegmentBytes(start, data_start, data_end, tuple(warnings), tuple(damages), has_crc)


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
