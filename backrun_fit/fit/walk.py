"""From bytes to where each message lies: headers, definitions and checksums.

Nothing is decoded here. The walk notes the offset of every message, one list per
distinct definition however often a file sends it again. Source of every layout:
FIT Protocol, "FIT File Structure".
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

import attrs
import fastcrc.crc16
import numpy as np
import numpy.typing as npt

from backrun_fit.errors import DecodeError

__all__ = [
    "MAX_MESSAGES",
    "BaseType",
    "Definition",
    "DeveloperKey",
    "FieldSlot",
    "Group",
    "SegmentBytes",
    "resemblance",
    "split_segments",
    "walk",
]

MAX_MESSAGES: Final = 20_000_000
"""Largest number of messages read from one segment: 231 days of one a second."""

_WALK_STRIDE: Final = 1 << 22
_SIGNATURE: Final = b".FIT"
_LEAST_HEADER: Final = 12
_CRC_SIZE: Final = 2


@attrs.frozen
class BaseType:
    """How a number lies in the bytes (FIT Protocol, base types).

    Attributes:
        name: FIT's word.
        code: NumPy's kind and size without byte order; ``S`` for strings.
        size: Bytes of one value.
        invalid: The value that stands for "none"; None where that is NaN or an
            empty string.
    """

    name: str
    code: str
    size: int
    invalid: int | None


_BYTE: Final = BaseType("byte", "u1", 1, 0xFF)

BASE_TYPES: Final[Mapping[int, BaseType]] = {
    0x00: BaseType("enum", "u1", 1, 0xFF),
    0x01: BaseType("sint8", "i1", 1, 0x7F),
    0x02: BaseType("uint8", "u1", 1, 0xFF),
    0x83: BaseType("sint16", "i2", 2, 0x7FFF),
    0x84: BaseType("uint16", "u2", 2, 0xFFFF),
    0x85: BaseType("sint32", "i4", 4, 0x7FFF_FFFF),
    0x86: BaseType("uint32", "u4", 4, 0xFFFF_FFFF),
    0x07: BaseType("string", "S", 1, None),
    0x88: BaseType("float32", "f4", 4, None),
    0x89: BaseType("float64", "f8", 8, None),
    0x0A: BaseType("uint8z", "u1", 1, 0),
    0x8B: BaseType("uint16z", "u2", 2, 0),
    0x8C: BaseType("uint32z", "u4", 4, 0),
    0x0D: _BYTE,
    0x8E: BaseType("sint64", "i8", 8, 0x7FFF_FFFF_FFFF_FFFF),
    0x8F: BaseType("uint64", "u8", 8, 0xFFFF_FFFF_FFFF_FFFF),
    0x90: BaseType("uint64z", "u8", 8, 0),
}
"""Base types by the byte that names them in a definition."""


def base_type(number: int, size: int) -> BaseType:
    """The base type of a field of ``size`` bytes.

    A type that does not exist, and a size that is no whole number of values (a
    ``uint32`` in one byte was seen), leave the bytes as they are.

    Example:
        >>> base_type(0x86, 4).name, base_type(0x86, 1).name, base_type(0x55, 3).name
        ('uint32', 'byte', 'byte')
    """
    found = BASE_TYPES.get(number, _BYTE)
    return _BYTE if size % found.size else found


DeveloperKey: TypeAlias = tuple[int, int]
"""Developer data index and field number."""


@attrs.frozen
class FieldSlot:
    """Where a field lies in a message.

    Attributes:
        offset: Bytes from the message's header byte.
        size: Bytes; may be zero.
        base: Type of a native field; None for a developer field, whose type
            stands in a ``field_description`` message.
    """

    offset: int
    size: int
    base: BaseType | None


@attrs.frozen(eq=False)
class Definition:
    """One distinct definition message.

    Attributes:
        message_number: Global message number.
        big_endian: Whether numbers lie most significant byte first.
        fields: Field number to slot, in order of the definition. A number given
            twice keeps its last slot.
        developer_fields: The same for developer fields.
        size: Bytes of a message, header byte included.
    """

    message_number: int
    big_endian: bool
    fields: Mapping[int, FieldSlot]
    developer_fields: Mapping[DeveloperKey, FieldSlot]
    size: int


@attrs.frozen(eq=False)
class Group:
    """The messages sent under one definition.

    Attributes:
        definition: Their layout.
        offsets: Byte offset of each message's header byte, ascending.
    """

    definition: Definition
    offsets: npt.NDArray[np.int64]


@attrs.frozen
class SegmentBytes:
    """Where one FIT file of a chain lies.

    Attributes:
        start: Offset of its header.
        data_start: Offset of its first message.
        data_end: Offset behind its last message.
        warnings: What was odd, one sentence each.
    """

    start: int
    data_start: int
    data_end: int
    warnings: tuple[str, ...] = ()


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

    Raises:
        DecodeError: The bytes begin no FIT file, the header's checksum is
            wrong, or the file is shorter than its header states.
    """
    start = 0
    while True:
        segment = _read_header(data, start, source)
        end = segment.data_end + _CRC_SIZE
        rest = data[end : end + _LEAST_HEADER]
        if rest[8:12] == _SIGNATURE:
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
    if data_end > len(data):
        raise DecodeError(
            "the file is shorter than its header states",
            offset=len(data),
            expected=f"{head[0] + size} bytes and a checksum",
            got=f"{len(data) - start} bytes",
            source=source,
        )
    if size == 0 and len(data) - data_start > _CRC_SIZE and not _is_crc(data, start, data_end):
        raise DecodeError(
            "the header states no data (a recording that was never finished)",
            offset=start + 4,
            expected=f"the size of the {len(data) - data_start} bytes that follow",
            got="0",
            source=source,
        )
    if head[0] >= 14:
        stored = int.from_bytes(data[start + 12 : start + 14], "little")
        computed = fastcrc.crc16.arc(head)
        if stored not in (0, computed):
            raise DecodeError(
                "the header's checksum is wrong",
                offset=start + 12,
                expected=f"0x{computed:04X}",
                got=f"0x{stored:04X}",
                source=source,
            )
    return SegmentBytes(start, data_start, data_end, tuple(warnings))


def _is_crc(data: bytes, start: int, end: int) -> bool:
    stored = int.from_bytes(data[end : end + _CRC_SIZE], "little")
    return stored == fastcrc.crc16.arc(memoryview(data)[start:end])


def check_crc(data: bytes, segment: SegmentBytes, source: str | None = None) -> tuple[str, ...]:
    """Compare a segment's bytes with the checksum behind them.

    Returns:
        A warning when the checksum is missing or was never computed (zero);
        otherwise nothing.

    Raises:
        DecodeError: The checksum says that a byte was changed.
    """
    end = segment.data_end
    stored = data[end : end + _CRC_SIZE]
    if len(stored) < _CRC_SIZE:
        return (f"the checksum at byte {end} is missing: nothing proves the data",)
    computed = fastcrc.crc16.arc(memoryview(data)[segment.start : end])
    value = int.from_bytes(stored, "little")
    if value == computed:
        return ()
    if value == 0:
        return (f"the checksum at byte {end} was never computed: nothing proves the data",)
    raise DecodeError(
        "the checksum does not match the data (a byte was changed or lost)",
        offset=end,
        expected=f"0x{computed:04X}",
        got=f"0x{value:04X}",
        source=source,
    )


def walk(data: bytes, segment: SegmentBytes, source: str | None = None) -> tuple[Group, ...]:
    """Find every message of a segment.

    Returns:
        One group per distinct definition that has messages, in order of the
        first message.

    Raises:
        DecodeError: A message has no definition or ends behind the data, or
            there are more than 20 million messages.
    """
    position, end = segment.data_start, segment.data_end
    offsets: dict[Definition, array[int]] = {}
    # One entry per header byte: bytes to go on and where to note the message.
    slots: list[tuple[int, array[int]] | None] = [None] * 256
    while position < end:
        # In strides, so that a hostile file of tiny messages cannot fill the memory.
        stop = min(end, position + _WALK_STRIDE)
        while position < stop:
            header = data[position]
            entry = slots[header]
            if entry is not None:
                entry[1].append(position)
                position += entry[0]
            elif header & 0xC0 == 0x40:
                definition, position = _read_definition(data, position, end, source)
                notes = offsets.setdefault(definition, array("q"))
                local = header & 0x0F
                for flags in (0x00, 0x10, 0x20, 0x30):
                    slots[local | flags] = (definition.size, notes)
            else:
                # A compressed-timestamp header has two bits of local type left.
                local = header >> 5 & 0x03 if header & 0x80 else header
                entry = slots[local]
                if entry is None:
                    raise _undefined(position, local & 0x0F, slots, source)
                entry[1].append(position)
                position += entry[0]
        if sum(map(len, offsets.values())) > MAX_MESSAGES:
            raise DecodeError(
                "too many messages",
                offset=position,
                expected=f"at most {MAX_MESSAGES}",
                got="more",
                source=source,
            )
    if position > end:
        last = max(notes[-1] for notes in offsets.values() if notes)
        raise DecodeError(
            "the last message runs over the end of the data",
            offset=last,
            expected=f"{position - last} bytes",
            got=f"{end - last}",
            source=source,
        )
    groups = [
        Group(definition, np.frombuffer(notes, dtype=np.int64))
        for definition, notes in offsets.items()
        if notes
    ]
    return tuple(sorted(groups, key=lambda group: int(group.offsets[0])))


def _undefined(
    position: int, local: int, slots: list[tuple[int, array[int]] | None], source: str | None
) -> DecodeError:
    defined = ", ".join(str(number) for number in range(16) if slots[number]) or "none"
    return DecodeError(
        "a message without a definition",
        offset=position,
        expected=f"a local type that was defined ({defined})",
        got=f"local type {local}",
        source=source,
    )


def _read_definition(
    data: bytes, position: int, end: int, source: str | None
) -> tuple[Definition, int]:
    has_developer_fields = bool(data[position] & 0x20)
    body_end = position + 6
    if body_end <= end:
        body_end += 3 * data[position + 5]
    if has_developer_fields:
        body_end += 1
        if body_end <= end:
            body_end += 3 * data[body_end - 1]
    if body_end > end:
        raise DecodeError(
            "a definition runs over the end of the data",
            offset=position,
            expected=f"at least {body_end - position} bytes",
            got=f"{end - position}",
            source=source,
        )
    return _definition(data[position + 1 : body_end], has_developer_fields), body_end


@functools.lru_cache(maxsize=2048)
def _definition(body: bytes, has_developer_fields: bool) -> Definition:
    """The definition that stands in ``body``, the bytes behind the header byte."""
    big_endian = body[1] & 1 == 1
    offset, position = 1, 5
    fields: dict[int, FieldSlot] = {}
    for _ in range(body[4]):
        number, size, type_number = body[position : position + 3]
        fields[number] = FieldSlot(offset, size, base_type(type_number, size))
        offset += size
        position += 3
    developer_fields: dict[DeveloperKey, FieldSlot] = {}
    if has_developer_fields:
        for start in range(position + 1, len(body), 3):
            number, size, index = body[start : start + 3]
            developer_fields[index, number] = FieldSlot(offset, size, None)
            offset += size
    return Definition(
        int.from_bytes(body[2:4], "big" if big_endian else "little"),
        big_endian,
        fields,
        developer_fields,
        offset,
    )
