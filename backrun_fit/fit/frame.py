"""The header before a FIT file's messages and the checksum behind them."""

from __future__ import annotations

import struct
from typing import Final

from fastcrc import crc16

__all__ = ["framed"]

# Every watch takes version 1.0 of the protocol; developer fields came with 2.0.
_PROTOCOL: Final = 0x10
_PROTOCOL_WITH_DEVELOPER_FIELDS: Final = 0x20
# Profile 21.212, from which the messages are written, as major x 1000 + minor.
_PROFILE: Final = 21_212


def framed(messages: bytes, *, developer_fields: bool = False) -> bytes:
    """A whole FIT file around its messages: 14-byte header with its CRC, file CRC.

    Args:
        messages: Definition and data messages, in order.
        developer_fields: Whether some have such fields.

    Example:
        >>> crc16.arc(framed(b"")) == 0
        True
    """
    protocol = _PROTOCOL_WITH_DEVELOPER_FIELDS if developer_fields else _PROTOCOL
    header = struct.pack("<BBHI4s", 14, protocol, _PROFILE, len(messages), b".FIT")
    body = header + struct.pack("<H", crc16.arc(header)) + messages
    return body + struct.pack("<H", crc16.arc(body))
