"""How numbers and messages lie in the bytes: base types, fields and definitions."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

import attrs

from backrun_fit.fit.bounded_cache import bounded_cache

__all__ = [
    "BASE_TYPES",
    "BYTES_PER_FIELD",
    "BYTE_TYPE",
    "STRUCT_CODES",
    "BaseType",
    "Definition",
    "DeveloperKey",
    "FieldSlot",
    "NumberSlot",
    "base_type",
    "definition_of",
]

BYTES_PER_FIELD: Final = 500
"""Memory of a field of a definition once it is laid out in full, measured."""

_BYTES_PER_DEFINITION: Final = 1_500

BYTE_TYPE: Final = 0x0D
"""The base type of bytes with no meaning of their own."""


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
    BYTE_TYPE: _BYTE,
    0x8E: BaseType("sint64", "i8", 8, 0x7FFF_FFFF_FFFF_FFFF),
    0x8F: BaseType("uint64", "u8", 8, 0xFFFF_FFFF_FFFF_FFFF),
    0x90: BaseType("uint64z", "u8", 8, 0),
}
"""Base types by the byte that names them in a definition."""


STRUCT_CODES: Final[Mapping[str, str]] = dict(
    zip(["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"], "bBhHiIqQfd", strict=True)
)
"""NumPy's kind and size to struct's letter."""


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


class FieldSlot(NamedTuple):
    """Where a field lies in a message.

    Attributes:
        offset: Bytes from the message's header byte.
        size: Bytes; may be zero.
        type_number: Base type as stated; None for a developer field, whose type
            stands in a ``field_description`` message.
    """

    offset: int
    size: int
    type_number: int | None


class NumberSlot(NamedTuple):
    """Where and how a number lies in a message; of an array, its first value.

    Attributes:
        offset: Bytes from the message's header byte, never zero.
        code: NumPy's byte order, kind and size.
        invalid: The value that stands for "none"; None where that is NaN.
    """

    offset: int
    code: str
    invalid: int | None

    @classmethod
    def of(cls, slot: FieldSlot, type_number: int, order: str) -> NumberSlot | None:
        """The number in a field; None where it holds text, or no bytes at all."""
        base = base_type(type_number, slot.size)
        if base.code == "S" or slot.size < base.size:
            return None
        return cls(slot.offset, order + base.code, base.invalid)


@attrs.frozen(eq=False, slots=False)
class Definition:
    """One distinct definition message (FIT Protocol, "Definition Message").

    Its fields are laid out when they are asked for: most kinds of message in a
    file are never looked at.

    Attributes:
        body: The bytes behind the header byte.
        has_developer_fields: Whether a list of developer fields follows the
            native ones.
        size: Bytes of a message, header byte included.
    """

    body: bytes
    has_developer_fields: bool
    size: int

    @functools.cached_property
    def big_endian(self) -> bool:
        """Whether numbers lie most significant byte first."""
        return self.body[1] & 1 == 1

    @functools.cached_property
    def order(self) -> str:
        """NumPy's word for the byte order."""
        return ">" if self.big_endian else "<"

    @functools.cached_property
    def message_number(self) -> int:
        """Global message number."""
        return int.from_bytes(self.body[2:4], "big" if self.big_endian else "little")

    @property
    def kept_bytes(self) -> int:
        """About how much memory it takes once it is laid out in full."""
        return _definition_bytes(self.body, self.has_developer_fields)

    @property
    def field_count(self) -> int:
        """How many fields it lists, native and developer."""
        return (len(self.body) - _FIELDS_START) // 3

    @functools.cached_property
    def fields(self) -> Mapping[int, FieldSlot]:
        """Field number to slot, in order; a number given twice keeps its last slot."""
        return {number: slot for (number, _), slot in self._slots if slot.type_number is not None}

    @functools.cached_property
    def developer_fields(self) -> Mapping[DeveloperKey, FieldSlot]:
        """Developer index and field number to slot, in order."""
        return {
            (index, number): slot
            for (number, index), slot in self._slots
            if slot.type_number is None
        }

    @functools.cached_property
    def numbers(self) -> Mapping[int, NumberSlot]:
        """Native fields that hold a number: field number to where and how it lies."""
        found = {}
        for number, slot in self.fields.items():
            if slot.type_number is not None:
                placed = NumberSlot.of(slot, slot.type_number, self.order)
                if placed is not None:
                    found[number] = placed
        return found

    @functools.cached_property
    def _slots(self) -> list[tuple[tuple[int, int], FieldSlot]]:
        """Number and third byte (type or developer index) of each field, and its slot."""
        body, offset = self.body, 1
        slots = []
        native_end = _FIELDS_START + 3 * body[_FIELDS_START - 1]
        native = range(_FIELDS_START, native_end, 3)
        developer = range(native_end + 1, len(body), 3) if self.has_developer_fields else ()
        for start in (*native, *developer):
            number, size, third = body[start : start + 3]
            slot = FieldSlot(offset, size, third if start < native_end else None)
            slots.append(((number, third), slot))
            offset += size
        return slots


def _definition_bytes(body: bytes, has_developer_fields: bool) -> int:
    return _BYTES_PER_DEFINITION + len(body) // 3 * BYTES_PER_FIELD


# Reserved byte, byte order, global number (2), number of fields.
_FIELDS_START: Final = 5


@bounded_cache(_definition_bytes, max_bytes=4 << 20)
def definition_of(body: bytes, has_developer_fields: bool) -> Definition:
    """The definition in ``body``, which is as long as its counts say; the same one each time.

    Example:
        >>> body = bytes.fromhex("0000 1400 02 fd0486 030102")
        >>> definition = definition_of(body, False)
        >>> definition.message_number, definition.size, sorted(definition.fields)
        (20, 6, [3, 253])
    """
    native_end = _FIELDS_START + 3 * body[_FIELDS_START - 1]
    size = 1 + sum(body[_FIELDS_START + 1 : native_end : 3])
    if has_developer_fields:
        size += sum(body[native_end + 2 :: 3])
    return Definition(body, has_developer_fields, size)
