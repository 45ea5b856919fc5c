"""Messages of whole values as bytes: definitions, and records packed by them.

fit-tool says which number and type a field has (FIT Profile 21.212). What it
does not know is packed by the type that it came with.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from backrun_fit.errors import EncodeError
from backrun_fit.fit.layout import BASE_TYPES, BYTE_TYPE, STRUCT_CODES, BaseType
from backrun_fit.fit.profile import load_profile
from backrun_fit.workout import RawField, RawMessage, RawValue

__all__ = ["pack", "raw_message"]

# FIT Protocol, "Record Header": the bits that make a definition, and one with developer fields.
_DEFINITION: Final = 0x40
_DEVELOPER: Final = 0x20
_LOCAL_IDS: Final = 16
# FIT Protocol, "Definition Message": a field's size is one byte.
_LARGEST_FIELD: Final = 255

_Key: TypeAlias = tuple[int | None, int]
"""Developer index and field number."""

_Slot: TypeAlias = tuple[int, int]
"""Base type and size in bytes."""

_Layout: TypeAlias = dict[_Key, _Slot]
"""For each field, in order, its base type and its size in bytes."""


def raw_message(name: str, **values: RawValue) -> RawMessage:
    """A message of the profile's.

    Args:
        name: FIT's word.
        values: By field name, in order; None leaves a field out.

    Example:
        >>> raw_message("workout", num_valid_steps=3, wkt_name=None).fields
        (RawField(number=6, type_number=132, value=3, developer_index=None),)
    """
    profile = load_profile()
    number = profile.message_number(name)
    fields = []
    for field_name, value in values.items():
        field_number = profile.field_number(number, field_name)
        if field_number is None:
            raise KeyError(f"the profile has no field {field_name!r} of {name!r}")
        if value is not None:
            type_number = profile.field(number, field_number).type_number
            fields.append(RawField(field_number, type_number, value))
    return RawMessage(number, tuple(fields))


def pack(
    messages: Sequence[RawMessage], *, big_endian: bool = False, first_local_id: int = 0
) -> bytes:
    """Messages with the definitions that they need, in order.

    Messages of one kind in a row share one definition, which has the fields of all of
    them: where one lacks a field, it holds the type's "none".

    Args:
        messages: May be empty.
        big_endian: Numbers lie most significant byte first.
        first_local_id: Local message type of the first definition; each further one
            has the next, after 15 comes 0.

    Raises:
        EncodeError: A value does not fit its type, or a text or an array takes more
            than 255 bytes; the message and the field are named.

    Example:
        >>> pack([raw_message("workout", num_valid_steps=3)]).hex(" ")
        '40 00 00 1a 00 01 06 02 84 00 03 00'
    """
    order = ">" if big_endian else "<"
    parts: list[bytes] = []
    for position, (group, layout) in enumerate(_groups(messages)):
        local_id = (first_local_id + position) % _LOCAL_IDS
        parts.append(_definition(group[0].number, layout, local_id, big_endian))
        codes = {key: BASE_TYPES[type_number] for key, (type_number, _) in layout.items()}
        for message in group:
            values = {(field.developer_index, field.number): field for field in message.fields}
            parts.append(bytes((local_id,)))
            parts.extend(
                _cell(values.get(key), codes[key], size, order, message.number)
                for key, (_, size) in layout.items()
            )
    return b"".join(parts)


def _groups(messages: Iterable[RawMessage]) -> Iterator[tuple[list[RawMessage], _Layout]]:
    """Messages in a row that can share a definition, and what it has to hold."""
    group: list[RawMessage] = []
    layout: _Layout = {}
    for message in messages:
        wanted = _layout(message)
        fits = all(_can_share(layout.get(key, slot), slot) for key, slot in wanted.items())
        if group and (group[0].number != message.number or not fits):
            yield group, _native_first(layout)
            group, layout = [], {}
        group.append(message)
        for key, (kind, size) in wanted.items():
            layout[key] = kind, max(size, layout.get(key, (kind, 0))[1])
    if group:
        yield group, _native_first(layout)


def _can_share(one: _Slot, other: _Slot) -> bool:
    """Whether one slot holds both; bytes cannot be filled up, as one byte alone is never "none"."""
    return one == other or (one[0] == other[0] != BYTE_TYPE)


def _layout(message: RawMessage) -> _Layout:
    return {
        (field.developer_index, field.number): (field.type_number, _size(field, message.number))
        for field in message.fields
        if field.value is not None
    }


def _native_first(layout: _Layout) -> _Layout:
    """Natives, then developer fields, as a definition lists them."""
    return {key: layout[key] for key in sorted(layout, key=lambda key: key[0] is not None)}


def _size(field: RawField, message_number: int) -> int:
    base = BASE_TYPES[field.type_number]
    if isinstance(field.value, str):
        text = len(field.value.encode(errors="replace"))
        # One that fills its field to the last byte has no room for a NUL, and none in a file.
        size = text if text == _LARGEST_FIELD else text + 1
    else:
        count = len(field.value) if isinstance(field.value, tuple) else 1
        size = count * base.size
    if size > _LARGEST_FIELD:
        raise _misfit(field, message_number, f"at most {_LARGEST_FIELD} bytes")
    return size


def _definition(number: int, layout: _Layout, local_id: int, big_endian: bool) -> bytes:
    natives = [(key[1], size, kind) for key, (kind, size) in layout.items() if key[0] is None]
    developers = [(key[1], size, key[0]) for key, (_, size) in layout.items() if key[0] is not None]
    header = _DEFINITION | local_id | (_DEVELOPER if developers else 0)
    head = struct.pack(
        ">BBBHB" if big_endian else "<BBBHB", header, 0, big_endian, number, len(natives)
    )
    body = head + b"".join(bytes(triple) for triple in natives)
    if developers:
        body += bytes((len(developers),)) + b"".join(bytes(triple) for triple in developers)
    return body


def _cell(
    field: RawField | None, base: BaseType, size: int, order: str, message_number: int
) -> bytes:
    """A field's bytes, filled up with "none" to its size."""
    if field is None or field.value is None:
        return _nothing(base, order) * (size // base.size)
    value = field.value
    if isinstance(value, str):
        text = value.encode(errors="replace")
        if base.code != "S" or text.decode() != value or b"\0" in text:
            raise _misfit(field, message_number, "UTF-8 without NUL")
        return text.ljust(size, b"\0")
    items = value if isinstance(value, tuple) else (value,)
    code = order + STRUCT_CODES.get(base.code, "")
    try:
        cells = [
            _nothing(base, order) if item is None else struct.pack(code, item) for item in items
        ]
    except (struct.error, OverflowError):
        raise _misfit(field, message_number, f"a value that fits {base.name}") from None
    missing = size // base.size - len(items)
    return b"".join(cells) + (_nothing(base, order) * missing if missing else b"")


def _nothing(base: BaseType, order: str) -> bytes:
    if base.code == "S":
        return b"\0"
    if base.invalid is None:
        return b"\xff" * base.size  # a NaN
    return struct.pack(order + STRUCT_CODES[base.code], base.invalid)


def _misfit(field: RawField, message_number: int, expected: str) -> EncodeError:
    profile = load_profile()
    where = profile.message_name(message_number)
    name = f"developer field {field.developer_index}.{field.number}"
    if field.developer_index is None:
        name = profile.field(message_number, field.number).name
    return EncodeError(f"{where}, {name}: expected {expected}, got {field.value!r:.80}")
