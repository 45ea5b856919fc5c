"""What was written, read back by a library that shares no code with the writer: fitparse."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from backrun_fit.errors import EncodeError
from backrun_fit.fit.profile import FIT_EPOCH_UNIX_S
from backrun_fit.workout import RawMessage

__all__ = ["prove_fields"]

_HEADER_BYTES: Final = 14

# fitparse keeps the developer fields of whatever it reads in one table for the whole process.
_ONE_AT_A_TIME: Final = threading.Lock()


def _checksum_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_CHECKSUMS: Final = tuple(_checksum_of(byte) for byte in range(256))


def prove_fields(data: bytes, messages: Sequence[RawMessage], name: str) -> list[Any]:
    """Read a file back, and compare every field of every message as it lies there.

    Args:
        data: The whole file.
        messages: What it is to hold, in order.
        name: What the file is, for errors.

    Returns:
        The messages as fitparse reads them, in order; instants are aware.

    Raises:
        EncodeError: A checksum is wrong, the bytes cannot be read, or hold something
            else: message and field, what was expected and what was read.
    """
    found = _read_back(data, name)
    kinds = [wire.mesg_num for wire in found]
    expected = [message.number for message in messages]
    if kinds != expected:
        raise EncodeError(f"{name}: expected messages with the numbers {expected}, read {kinds}")
    for position, (message, wire) in enumerate(zip(messages, found, strict=True)):
        _compare_raw(f"message {position} of the file, {wire.name}", message, wire)
    return found


def _compare_raw(where: str, message: RawMessage, wire: Any) -> None:
    """Compare every field as it lies in the file."""
    got = {
        (getattr(field.field_def, "dev_data_index", None), field.def_num): field.raw_value
        for field in wire.fields
        if field.field_def is not None
    }
    for field in message.fields:
        read = got.get((field.developer_index, field.number))
        if read != field.value and _items(read) != _items(field.value):
            raise EncodeError(
                f"{where}, field {field.number}: expected {field.value!r:.80}, read {read!r:.80}"
            )


def _items(value: object) -> tuple[object, ...]:
    """A value, or those of an array without the "none" at its end."""
    items = list(value) if isinstance(value, (tuple, list, bytes)) else [value]
    while items and (items[-1] is None or items[-1] == ""):
        items.pop()
    return tuple(items)


class _Instants:
    """Data processor of fitparse's that makes instants aware and leaves all else as it is.

    fitparse's own is deprecated from Python 3.12 on, and asks for every field whether it
    has methods of certain names, which takes a quarter of the time of the whole reading.
    """

    def run_type_processor(self, field: Any) -> None:
        if field.type.name == "date_time" and isinstance(field.value, int):
            field.value = datetime.fromtimestamp(FIT_EPOCH_UNIX_S + field.value, UTC)

    def run_field_processor(self, field: Any) -> None:
        pass

    def run_unit_processor(self, field: Any) -> None:
        pass

    def run_message_processor(self, message: Any) -> None:
        pass


def _checksum(data: bytes) -> int:
    """FIT Protocol, "CRC", by a table of this room's; nothing where data end in their own."""
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _CHECKSUMS[(crc ^ byte) & 0xFF]
    return crc


def _read_back(data: bytes, name: str) -> list[Any]:
    """The messages of a file, as fitparse reads them; instants are aware."""
    import fitparse

    if _checksum(data[:_HEADER_BYTES]) or _checksum(data):
        raise EncodeError(f"{name}: the file written cannot be read back: a wrong checksum")
    # The checksum that it is told not to check is stepped over by fitparse 1.x, but taken for
    # the start of another file by python-fitparse 2.x, which alone has readers without a cache.
    shown = data[:-2] if hasattr(fitparse, "UncachedFitFile") else data
    try:
        # Its own check goes byte by byte through every field, which takes a fifth of the time.
        with _ONE_AT_A_TIME:
            file = fitparse.FitFile(shown, check_crc=False, data_processor=_Instants())
            return list(file.get_messages())
    # fitparse leaks TypeError, ValueError and struct errors on bytes it cannot read.
    except Exception as error:
        raise EncodeError(f"{name}: the file written cannot be read back: {error}") from error
