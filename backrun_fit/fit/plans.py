"""What is read where, worked out once for messages of the same definitions.

A watch writes the same definitions into every file, so a plan made for one file
serves all others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from backrun_fit.fit.bounded_cache import bounded_cache
from backrun_fit.fit.layout import Definition, DeveloperKey, NumberSlot
from backrun_fit.fit.profile import load_profile
from backrun_fit.fit.rows import Cell, RowReader

__all__ = ["Block", "Key", "converters", "number_blocks", "row_readers"]

Key: TypeAlias = int | DeveloperKey
"""A native field by its number, or a developer field."""

_KEPT_BYTES: Final = 2 << 20
_BYTES_PER_ENTRY: Final = 1_000
# A field of one definition that is asked for: its reader, its place and its key, measured.
_BYTES_PER_CELL: Final = 400


def _plan_bytes(definitions: tuple[Definition, ...], keys: tuple[Key | None, ...]) -> int:
    """About how much memory is kept with a plan, the definitions in its key included."""
    own = _BYTES_PER_ENTRY + _BYTES_PER_CELL * len(keys) * (len(definitions) + 1)
    return own + sum(definition.kept_bytes for definition in definitions)


def _blocks_bytes(
    message_number: int,
    definitions: tuple[Definition, ...],
    keys: tuple[Key | None, ...],
    developer_types: tuple[int, ...],
) -> int:
    return _plan_bytes(definitions, keys)


def _readers_bytes(
    definitions: tuple[Definition, ...],
    keys: tuple[Key | None, ...],
    developer_types: tuple[int, ...],
) -> int:
    return _plan_bytes(definitions, keys)


def _converters_bytes(message_number: int, keys: tuple[Key | None, ...]) -> int:
    return _plan_bytes((), keys)


class Block(NamedTuple):
    """Fields of one base type, which are read together.

    Attributes:
        code: NumPy's byte order, kind and size.
        invalid: The value that stands for "none"; None where that is NaN.
        indexes: Which of the fields asked for.
        shifts: Bytes from a message's header byte to the number: a row a field, a
            column a definition; zero where it is absent.
        scales: What the numbers are divided by, a row a field.
        offsets: What is then taken away, a row a field.
    """

    code: str
    invalid: int | None
    indexes: tuple[int, ...]
    shifts: npt.NDArray[np.int32]
    scales: npt.NDArray[np.float64]
    offsets: npt.NDArray[np.float64]

    def parts(self, size: int) -> list[Block]:
        """The same in blocks of at most so many fields.

        Example:
            >>> column = np.zeros((3, 1))
            >>> block = Block("<u1", 255, (0, 2, 5), column.astype(np.int32), column, column)
            >>> [part.indexes for part in block.parts(2)]
            [(0, 2), (5,)]
        """
        if size >= len(self.indexes):
            return [self]
        return [
            Block(
                self.code,
                self.invalid,
                self.indexes[begin : begin + size],
                self.shifts[begin : begin + size],
                self.scales[begin : begin + size],
                self.offsets[begin : begin + size],
            )
            for begin in range(0, len(self.indexes), size)
        ]


@bounded_cache(_blocks_bytes, max_bytes=_KEPT_BYTES)
def number_blocks(
    message_number: int,
    definitions: tuple[Definition, ...],
    keys: tuple[Key | None, ...],
    developer_types: tuple[int, ...],
) -> tuple[Block, ...]:
    """Which fields are read together as numbers.

    Args:
        message_number: Whose scales and offsets hold.
        definitions: Of the messages.
        keys: The fields asked for; None for one that does not exist.
        developer_types: Base types of the developer fields among them, in order.

    Returns:
        One block for each base type. A field whose type depends on the definition is in
        several, one that is nowhere a number in none.
    """
    types = iter(developer_types)
    found: dict[tuple[str, int | None], dict[int, list[int]]] = {}
    scales: list[tuple[float, float]] = []
    for index, key in enumerate(keys):
        scale = offset = 0.0
        placed: list[NumberSlot | None] = []
        if isinstance(key, int):
            profile = load_profile().field(message_number, key)
            scale, offset = profile.scale, profile.offset
            placed = [definition.numbers.get(key) for definition in definitions]
        elif key is not None:
            type_number = next(types)
            scale = 1.0
            placed = [_developer_number(definition, key, type_number) for definition in definitions]
        scales.append((scale, offset))
        for which, slot in enumerate(placed):
            if slot is not None:
                fields = found.setdefault((slot.code, slot.invalid), {})
                fields.setdefault(index, [0] * len(placed))[which] = slot.offset
    return tuple(
        Block(
            code,
            invalid,
            tuple(fields),
            np.array(list(fields.values()), dtype=np.int32),
            np.array([[scales[index][0]] for index in fields]),
            np.array([[scales[index][1]] for index in fields]),
        )
        for (code, invalid), fields in found.items()
    )


def _developer_number(
    definition: Definition, key: DeveloperKey, type_number: int
) -> NumberSlot | None:
    slot = definition.developer_fields.get(key)
    return None if slot is None else NumberSlot.of(slot, type_number, definition.order)


@bounded_cache(_converters_bytes, max_bytes=_KEPT_BYTES // 4)
def converters(
    message_number: int, keys: tuple[Key | None, ...]
) -> tuple[Callable[[Any], Any] | None, ...]:
    """What makes physical values of raw ones, for each field; None where they are the same."""
    profile = load_profile()
    return tuple(
        profile.field(message_number, key).convert if isinstance(key, int) else None for key in keys
    )


@bounded_cache(_readers_bytes, max_bytes=_KEPT_BYTES)
def row_readers(
    definitions: tuple[Definition, ...],
    keys: tuple[Key | None, ...],
    developer_types: tuple[int, ...],
) -> tuple[RowReader, ...]:
    """What reads fields as Python values; see ``number_blocks``.

    Returns:
        One reader for each definition.
    """
    readers = []
    for definition in definitions:
        types = iter(developer_types)
        cells: list[Cell | None] = []
        for key in keys:
            if isinstance(key, int):
                slot = definition.fields.get(key)
                type_number = None if slot is None else slot.type_number
            elif key is not None:
                slot, type_number = definition.developer_fields.get(key), next(types)
            else:
                slot = type_number = None
            cells.append(None if slot is None or type_number is None else (slot, type_number))
        readers.append(RowReader.of(definition.order, cells))
    return tuple(readers)
