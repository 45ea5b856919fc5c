"""The header before a FIT file's messages and the checksum behind them."""

from __future__ import annotations

import struct
from typing import Final

from fastcrc import crc16

__all__ = ["framed"]

# Version 1.0 of the protocol: nothing that later ones added is written, and every
# watch takes it.
_PROTOCOL: Final = 0x10
# Profile 21.212, from which the messages are written, as major x 1000 + minor.
_PROFILE: Final = 21_212


def framed(messages: bytes) -> bytes:
    """A whole FIT file around its messages: 14-byte header with its CRC, file CRC.

    Args:
        messages: Definition and data messages, in order.

    Example:
        >>> crc16.arc(framed(b"")) == 0
        True
    """
    header = struct.pack("<BBHI4s", 14, _PROTOCOL, _PROFILE, len(messages), b".FIT")
    body = header + struct.pack("<H", crc16.arc(header)) + messages
    return body + struct.pack("<H", crc16.arc(body))
