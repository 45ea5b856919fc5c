"""What a FIT file holds beyond the model, so that nothing is lost on the way through."""

from __future__ import annotations

from typing import TypeAlias

import attrs

__all__ = ["Extra", "RawField", "RawMessage", "RawValue"]

RawValue: TypeAlias = int | float | str | tuple[int | float | str | None, ...] | None
"""A value as it lies in a file, unscaled; None where invalid or absent."""


@attrs.frozen
class RawField:
    """One field of a message, as it lies in a file.

    Attributes:
        number: Field number.
        type_number: FIT base type, such as 0x86 for ``uint32``.
        value: None says that the field holds nothing.
        developer_index: Which app a developer field belongs to; None for a native one.
    """

    number: int
    type_number: int
    value: RawValue
    developer_index: int | None = None


Extra: TypeAlias = tuple[RawField, ...]
"""Fields of one message, in order of the file."""


@attrs.frozen
class RawMessage:
    """A message, as it lies in a file.

    Attributes:
        number: Global message number.
        fields: Those that hold something, in order.
    """

    number: int
    fields: Extra
