"""FIT files taken apart into messages and put together again, with nothing of the package's own.

>>> from tests.fit_bytes import UINT8, definition, fit_file, message
>>> data = fit_file(definition(0, 20, [(3, 1, UINT8)]), message(0, b"\\x96"), message(0, b"\\x97"))
>>> [(one.number, one.value(3)) for one in messages(data)]
[(20, 150), (20, 151)]
>>> rebuilt(data, messages(data)) == data
True
>>> [one.value(3) for one in messages(cut(data, messages(data)[1].offset))]
[150]
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import fastcrc

__all__ = [
    "ACTIVITY",
    "EVENT",
    "FILE_ID",
    "LAP",
    "RECORD",
    "SESSION",
    "START_TIME",
    "TIMESTAMP",
    "FitMessage",
    "cut",
    "mended",
    "messages",
    "rebuilt",
    "report_differences",
    "stamped_at_start",
    "summaries_first",
]

# FIT Profile 21.212: numbers of messages, and of fields that several messages share.
FILE_ID, SESSION, LAP, RECORD, EVENT, ACTIVITY = 0, 18, 19, 20, 21, 34
FILE_CREATOR, FIELD_DESCRIPTION, DEVELOPER_DATA_ID = 49, 206, 207
TIMESTAMP, START_TIME = 253, 2

_COMPRESSED_HEADER, _DEFINITION_MESSAGE, _DEVELOPER_DATA = 0x80, 0x40, 0x20
_LOCAL_MESG_NUM = 0x0F
_INTEGERS = {1: "B", 2: "H", 4: "I"}


@attrs.frozen(kw_only=True)
class _Definition:
    raw: bytes
    number: int
    order: str
    # Field number to its place behind the header byte and its size.
    fields: Mapping[int, tuple[int, int]]
    size: int


@attrs.frozen(kw_only=True)
class FitMessage:
    """A data message.

    Attributes:
        offset: Of its header byte, from the start of the file.
        definition: What lays it out.
        raw: Header byte and fields.
    """

    offset: int
    definition: _Definition
    raw: bytes

    @property
    def number(self) -> int:
        """Which message it is, such as ``LAP``."""
        return self.definition.number

    def value(self, field: int) -> int | None:
        """A field as an unsigned number; None where it is absent or FIT's invalid value."""
        if field not in self.definition.fields:
            return None
        start, size = self.definition.fields[field]
        (value,) = struct.unpack_from(self.definition.order + _INTEGERS[size], self.raw, start)
        return None if value == (1 << 8 * size) - 1 else int(value)

    def with_value(self, field: int, value: int) -> FitMessage:
        """The same message with another value, where it has the field."""
        if field not in self.definition.fields:
            return self
        start, size = self.definition.fields[field]
        raw = bytearray(self.raw)
        struct.pack_into(self.definition.order + _INTEGERS[size], raw, start, value)
        return attrs.evolve(self, raw=bytes(raw))


def messages(data: bytes) -> list[FitMessage]:
    """All data messages of the first FIT file in the bytes, in order."""
    position = data[0]
    end = position + struct.unpack_from("<I", data, 4)[0]
    definitions: dict[int, _Definition] = {}
    found: list[FitMessage] = []
    while position < end:
        head = data[position]
        if not head & _COMPRESSED_HEADER and head & _DEFINITION_MESSAGE:
            definition = _definition(data, position)
            definitions[head & _LOCAL_MESG_NUM] = definition
            position += len(definition.raw)
            continue
        local = head >> 5 & 3 if head & _COMPRESSED_HEADER else head & _LOCAL_MESG_NUM
        definition = definitions[local]
        raw = data[position : position + 1 + definition.size]
        found.append(FitMessage(offset=position, definition=definition, raw=raw))
        position += len(raw)
    return found


def _definition(data: bytes, position: int) -> _Definition:
    order = ">" if data[position + 2] else "<"
    number, count = struct.unpack_from(f"{order}HB", data, position + 3)
    end = position + 6
    fields: dict[int, tuple[int, int]] = {}
    place = 1
    for _ in range(count):
        fields[data[end]] = (place, data[end + 1])
        place += data[end + 1]
        end += 3
    if data[position] & _DEVELOPER_DATA:
        count = data[end]
        end += 1
        for _ in range(count):
            place += data[end + 1]
            end += 3
    return _Definition(
        raw=data[position:end], number=number, order=order, fields=fields, size=place - 1
    )


def mended(data: bytes) -> bytes:
    """A file header and messages, with the length and both checksums made right.

    Args:
        data: Without the checksum at its end.
    """
    size = data[0]
    head = bytearray(data[:size])
    struct.pack_into("<I", head, 4, len(data) - size)
    if size >= 14:
        struct.pack_into("<H", head, 12, fastcrc.crc16.arc(bytes(head[:12])))
    whole = bytes(head) + data[size:]
    return whole + struct.pack("<H", fastcrc.crc16.arc(whole))


def rebuilt(data: bytes, content: Iterable[FitMessage]) -> bytes:
    """The file with these messages, each behind its own definition.

    A definition is written where the one before it for the same local message type
    was another, so that any order is valid.
    """
    chunks = [data[: data[0]]]
    definitions: dict[int, bytes] = {}
    for message in content:
        raw = message.definition.raw
        local = raw[0] & _LOCAL_MESG_NUM
        if definitions.get(local) != raw:
            chunks.append(raw)
            definitions[local] = raw
        chunks.append(message.raw)
    return mended(b"".join(chunks))


def cut(data: bytes, offset: int) -> bytes:
    """What an empty battery leaves: all before the offset, in a file that is whole."""
    return mended(data[:offset])


def stamped_at_start(data: bytes) -> bytes:
    """The file with the session's start as ``timestamp`` of laps, session and activity.

    Every byte keeps its place. Without a session the first lap's start is taken; without
    a lap there is nothing to stamp.
    """
    found = messages(data)
    starts = [
        message.value(START_TIME)
        for number in (SESSION, LAP)
        for message in found
        if message.number == number
    ]
    start = next((value for value in starts if value is not None), None)
    if start is None:
        return data
    out = bytearray(data[: data[0] + struct.unpack_from("<I", data, 4)[0]])
    for message in found:
        if message.number in (SESSION, LAP, ACTIVITY):
            raw = message.with_value(TIMESTAMP, start).raw
            out[message.offset : message.offset + len(raw)] = raw
    return mended(bytes(out))


_HEAD = (FILE_ID, FILE_CREATOR, DEVELOPER_DATA_ID, FIELD_DESCRIPTION, ACTIVITY, SESSION, LAP)


def summaries_first(data: bytes) -> bytes:
    """The file with activity, session and all laps before everything that was recorded.

    What else there is keeps its order, behind them.

    Raises:
        ValueError: A message counts its time from the one before, so that it cannot be moved.
    """
    found = messages(data)
    if any(message.raw[0] & _COMPRESSED_HEADER for message in found):
        raise ValueError("expected messages that can be moved, got compressed timestamps")
    return rebuilt(data, sorted(found, key=lambda one: _place(one.number)))


def _place(number: int) -> int:
    return _HEAD.index(number) if number in _HEAD else len(_HEAD)


# A warning may name what differs between the two orders, and nothing else may differ.
_NAMES_THE_ORDER = re.compile(r"message order|summary first|summary last|timestamp", re.IGNORECASE)


def report_differences(first: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Every place in which two documents of reports differ.

    Left out are the file's name and warnings that name the order of messages.

    >>> report_differences({"executions": [{"end": 1}]}, {"executions": [{"end": 2}]})
    ['executions[0].end: 1, 2']
    """
    return _differences(_compared(first), _compared(other), "")


def _compared(report: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in report.items() if key != "source"}
    if "warnings" in kept:
        kept["warnings"] = [
            text for text in kept["warnings"] if not _NAMES_THE_ORDER.search(str(text))
        ]
    return kept


def _differences(first: Any, other: Any, path: str) -> list[str]:
    if isinstance(first, dict) and isinstance(other, dict):
        keys: Sequence[Any] = [*first, *(key for key in other if key not in first)]
        return [
            text
            for key in keys
            for text in _differences(
                first.get(key, "absent"), other.get(key, "absent"), f"{path}.{key}".lstrip(".")
            )
        ]
    if isinstance(first, list) and isinstance(other, list) and len(first) == len(other):
        return [
            text
            for index, (one, two) in enumerate(zip(first, other, strict=True))
            for text in _differences(one, two, f"{path}[{index}]")
        ]
    return [] if first == other else [f"{path}: {first}, {other}"]
