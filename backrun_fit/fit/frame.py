"""The header before a FIT file's messages and the checksum behind them."""

from __future__ import annotations

import struct
from typing import Final

from fastcrc import crc16

__all__ = ["framed"]

# Every watch takes version 1.0 of the protocol; 2.0 brought developer fields and types of 64 bits.
_PROTOCOL: Final = 0x10
_LATER_PROTOCOL: Final = 0x20
# Profile 21.212, from which the messages are written, as major x 1000 + minor.
_PROFILE: Final = 21_212


def framed(messages: bytes, *, later_protocol: bool = False) -> bytes:
    """A whole FIT file around its messages: 14-byte header with its CRC, file CRC.

    Args:
        messages: Definition and data messages, in order.
        later_protocol: Whether some have developer fields or types of 64 bits.

    Example:
        >>> crc16.arc(framed(b"")) == 0
        True
    """
    protocol = _LATER_PROTOCOL if later_protocol else _PROTOCOL
    header = struct.pack("<BBHI4s", 14, protocol, _PROFILE, len(messages), b".FIT")
    body = header + struct.pack("<H", crc16.arc(header)) + messages
    return body + struct.pack("<H", crc16.arc(body))
