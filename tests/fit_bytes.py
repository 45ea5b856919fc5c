"""FIT files put together from raw chunks, byte by byte, with nothing of the package's own.

>>> fit_file(definition(0, 20, [(3, 1, UINT8)]), message(0, b"\\x96"))[-5:-2].hex()
'020096'
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

__all__ = [
    "BYTE",
    "ENUM",
    "FIT_EPOCH",
    "FLOAT32",
    "FLOAT64",
    "SINT8",
    "SINT16",
    "SINT32",
    "SINT64",
    "STRING",
    "UINT8",
    "UINT8Z",
    "UINT16",
    "UINT16Z",
    "UINT32",
    "UINT32Z",
    "UINT64",
    "UINT64Z",
    "compressed",
    "crc16",
    "definition",
    "fit_file",
    "header",
    "message",
]

FIT_EPOCH = 631_065_600

ENUM, SINT8, UINT8, STRING, UINT8Z, BYTE = 0x00, 0x01, 0x02, 0x07, 0x0A, 0x0D
SINT16, UINT16, UINT16Z = 0x83, 0x84, 0x8B
SINT32, UINT32, UINT32Z = 0x85, 0x86, 0x8C
FLOAT32, FLOAT64 = 0x88, 0x89
SINT64, UINT64, UINT64Z = 0x8E, 0x8F, 0x90

# The half-byte table of the FIT Protocol's own example.
_CRC_TABLE = (
    *(0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401),
    *(0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400),
)

Field = tuple[int, int, int]
"""Number, size in bytes and base type (for a developer field: developer index)."""


def crc16(data: bytes) -> int:
    """FIT's checksum, bit by bit as the protocol describes it."""
    crc = 0
    for byte in data:
        for nibble in (byte & 0x0F, byte >> 4):
            crc = crc >> 4 ^ _CRC_TABLE[crc & 0x0F] ^ _CRC_TABLE[nibble]
    return crc


def header(data_size: int, *, size: int = 14, crc: int | None = None) -> bytes:
    """A file header; with ``crc`` None the right checksum where there is room for one."""
    head = struct.pack("<BBHI4s", size, 0x10, 2132, data_size, b".FIT")
    if size < 14:
        return head.ljust(size, b"\0")
    return (head + struct.pack("<H", crc16(head) if crc is None else crc)).ljust(size, b"\0")


def definition(
    local: int,
    number: int,
    fields: Iterable[Field],
    *,
    developer: Iterable[Field] | None = None,
    big_endian: bool = False,
) -> bytes:
    """A definition message."""
    fields = list(fields)
    flags = 0x40 if developer is None else 0x60
    order = ">" if big_endian else "<"
    out = struct.pack(f"{order}BBBHB", flags | local, 0, big_endian, number, len(fields))
    out += b"".join(bytes(field) for field in fields)
    if developer is not None:
        developer = list(developer)
        out += bytes([len(developer)]) + b"".join(bytes(field) for field in developer)
    return out


def message(local: int, payload: bytes) -> bytes:
    """A data message with a normal header."""
    return bytes([local]) + payload


def compressed(local: int, offset: int, payload: bytes) -> bytes:
    """A data message with a compressed-timestamp header."""
    return bytes([0x80 | local << 5 | offset]) + payload


def fit_file(
    *chunks: bytes, header_size: int = 14, header_crc: int | None = None, crc: int | None = None
) -> bytes:
    """Header, chunks and checksum; ``crc`` None is the right one."""
    data = b"".join(chunks)
    whole = header(len(data), size=header_size, crc=header_crc) + data
    return whole + struct.pack("<H", crc16(whole) if crc is None else crc)
