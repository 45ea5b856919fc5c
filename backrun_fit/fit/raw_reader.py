"""Messages as they lie in a file: every field with its type, whatever it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backrun_fit.fit.layout import BASE_TYPES, BYTE_TYPE, base_type
from backrun_fit.workout import RawField, RawMessage

if TYPE_CHECKING:
    from collections.abc import Collection

    from backrun_fit.fit.columns import Segment
    from backrun_fit.fit.table import Table

__all__ = ["raw_messages", "raw_messages_beside"]


def raw_messages(table: Table) -> list[RawMessage]:
    """The messages of one kind, in order of the file.

    Args:
        table: Of one segment; may be empty.

    Returns:
        One a message. Fields that hold nothing are left out; so is what stands behind
        the NUL of a text. Developer fields that the file does not describe are bytes.

    Example:
        >>> from backrun_fit.fit.columns import decode
        >>> data = decode(bytes.fromhex(
        ...     "0c105408120000002e464954"
        ...     "4000001400020301020504860096954e0000" "e7d2"
        ... ))
        >>> raw_messages(data.segments[0].table("record"))[0].fields
        (RawField(number=3, type_number=2, value=150, developer_index=None),
         RawField(number=5, type_number=134, value=20117, developer_index=None))
    """
    natives = table.field_numbers
    developers = table.developer_fields
    rows = table.raw_rows(*natives, *(field.key for field in developers))
    found = []
    for row, definition in zip(rows, table.definitions, strict=True):
        values = dict(zip(natives, row, strict=False))
        fields = [
            RawField(number, _type(slot.type_number, slot.size), values[number])
            for number, slot in definition.fields.items()
            if values[number] is not None
        ]
        for field, value in zip(developers, row[len(natives) :], strict=True):
            slot = definition.developer_fields.get((field.developer_index, field.number))
            if slot is not None and value is not None:
                type_number = _type(field.type_number, slot.size)
                fields.append(RawField(field.number, type_number, value, field.developer_index))
        found.append(RawMessage(table.number, tuple(fields)))
    return found


def raw_messages_beside(segment: Segment, known: Collection[int]) -> tuple[RawMessage, ...]:
    """The messages of all other kinds, in order of the file.

    Args:
        segment: One FIT file of a chain.
        known: Global numbers of the kinds to leave out.
    """
    placed: list[tuple[int, RawMessage]] = []
    for number in segment.message_numbers:
        if number not in known:
            table = segment.table(number)
            placed += zip(table.sequence.tolist(), raw_messages(table), strict=True)
    return tuple(message for _, message in sorted(placed, key=lambda pair: pair[0]))


def _type(type_number: int | None, size: int) -> int:
    """The type by which a value was read."""
    if type_number is None or type_number not in BASE_TYPES:
        return BYTE_TYPE
    return type_number if base_type(type_number, size) is BASE_TYPES[type_number] else BYTE_TYPE
