"""One kind of message as columns or rows; decoded when they are asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.cells import Cell, Cells, Raw
from backrun_fit.fit.layout import BYTE_TYPE, Definition, DeveloperKey, NumberSlot
from backrun_fit.fit.messages import Picked
from backrun_fit.fit.profile import TIMESTAMP, FieldProfile, load_profile

__all__ = ["DeveloperField", "Raw", "Table", "Value"]

Value: TypeAlias = Raw
"""A field in physical units, enumerations by name; None where invalid or absent."""

_Key: TypeAlias = int | DeveloperKey

# So many numbers are read at once: small files take fewer calls, large ones no more memory.
_BLOCK: Final = 1 << 15


@attrs.frozen
class DeveloperField:
    """A field that an app on the device brought along (FIT Profile, field_description).

    Attributes:
        name: The app's own name; the key where the file does not describe it.
        units: The app's own word; empty where there is none.
        type_number: Base type; bytes where the file does not describe it.
        developer_index: Which app.
        number: Which of the app's fields.
    """

    name: str
    units: str
    type_number: int
    developer_index: int
    number: int

    @property
    def key(self) -> str:
        """``dev_<index>_<number>``, under which the column is always found."""
        return f"dev_{self.developer_index}_{self.number}"


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Table:
    """The messages of one kind in one segment, in order of the file.

    A field's name is FIT's, ``field_<number>`` for a field that the profile does
    not know, a developer field's own name, or ``dev_<index>_<number>``. A native
    field goes before a developer field of the same name. A field that no message
    has is a column without values, not an error.

    Attributes:
        number: Global message number.
    """

    number: int
    _picked: Picked = attrs.field(repr=False)
    _cells: Cells = attrs.field(repr=False)
    _described: Callable[[], Mapping[DeveloperKey, DeveloperField]] = attrs.field(repr=False)

    def __len__(self) -> int:
        return len(self._picked)

    @property
    def name(self) -> str:
        """FIT's name of the message, or ``message_<number>``."""
        return load_profile().message_name(self.number)

    @property
    def field_numbers(self) -> tuple[int, ...]:
        """Native fields that some definition holds, ascending."""
        return tuple(sorted({n for one in self._picked.definitions for n in one.fields}))

    @functools.cached_property
    def developer_fields(self) -> tuple[DeveloperField, ...]:
        """Developer fields that some definition holds, by index and number."""
        keys = {key for one in self._picked.definitions for key in one.developer_fields}
        return tuple(self._developer_field(key) for key in sorted(keys))

    @property
    def field_names(self) -> tuple[str, ...]:
        """Names of the native fields by number, then those of the developer fields.

        A developer field that bears the name of another field goes by its key.
        """
        profile = load_profile()
        names = [profile.field(self.number, number).name for number in self.field_numbers]
        for developer in self.developer_fields:
            names.append(developer.key if developer.name in names else developer.name)
        return tuple(names)

    @functools.cached_property
    def sequence(self) -> npt.NDArray[np.int64]:
        """Zero-based position of each message among all of the segment, ascending."""
        return np.searchsorted(self._cells.messages.offsets, self._picked.offsets)

    def column(self, field: str | int) -> npt.NDArray[np.float64]:
        """One field as numbers; see ``columns``."""
        return self._columns([self._key(field)])[0]

    def columns(
        self, fields: Iterable[str | int] | None = None
    ) -> dict[str | int, npt.NDArray[np.float64]]:
        """Fields as numbers in physical units, one a message, in order of the file.

        Times are Unix seconds, positions degrees. Of an array the first value is
        taken; text is no number. Several fields at once take less time than one
        after another.

        Args:
            fields: Names or native field numbers; without them all of
                ``field_names``.

        Returns:
            For each field an array of the table's length; NaN where invalid or
            absent.
        """
        asked = list(self.field_names if fields is None else fields)
        return dict(zip(asked, self._columns([self._key(one) for one in asked]), strict=True))

    def raw(self, field: str | int) -> list[Raw]:
        """A field as it lies in the file, one a message, in order of the file.

        Args:
            field: Name or native field number.

        Returns:
            Unscaled numbers, text, or a tuple for an array; None where invalid or
            absent. An array of invalid values only is None.
        """
        return [value for (value,) in self.raw_rows(field)]

    def raw_rows(self, *fields: str | int) -> list[tuple[Raw, ...]]:
        """Several fields as they lie in the file, one tuple a message; see ``raw``."""
        keys = [self._key(field) for field in fields]
        cells = [[self._cell(one, key) for key in keys] for one in self._picked.definitions]
        rows = self._cells.rows(self._picked, cells)
        stamps = self._cells.stamps(self._picked) if TIMESTAMP in keys else None
        if stamps is None:
            return rows
        # Text or an array in the place of a time is none.
        return [
            tuple(
                value if key != TIMESTAMP or stamp is None or isinstance(value, int) else stamp
                for key, value in zip(keys, row, strict=True)
            )
            for row, stamp in zip(rows, stamps, strict=True)
        ]

    def integers(self, field: str | int) -> list[int | None]:
        """A field's raw whole numbers, one a message, in order of the file.

        Args:
            field: Name or native field number.

        Returns:
            None where invalid or absent, and where the file holds something else
            there: text, an array or a number with a fraction.
        """
        return [value if isinstance(value, int) else None for value in self.raw(field)]

    def values(self, field: str | int) -> list[Value]:
        """A field in physical units, one a message, in order of the file.

        Args:
            field: Name or native field number.

        Returns:
            FIT's word for an enumerated value (the number where it has none), int
            or float for a number, str, or a tuple for an array; None where
            invalid or absent. Times are Unix seconds, positions degrees.
        """
        return [value for (value,) in self.rows(field)]

    def rows(self, *fields: str | int) -> list[tuple[Value, ...]]:
        """Several fields in physical units, one tuple a message; see ``values``."""
        rows = self.raw_rows(*fields)
        if not rows:
            return []
        keys = [self._key(field) for field in fields]
        converts = [None if key is None else self._profile(key).convert for key in keys]
        if not any(converts):
            return rows
        return [
            tuple(
                [
                    value if convert is None or value is None else convert(value)
                    for convert, value in zip(converts, row, strict=True)
                ]
            )
            for row in rows
        ]

    def _key(self, field: str | int) -> _Key | None:
        if isinstance(field, int):
            return field
        number = load_profile().field_number(self.number, field)
        if number is not None:
            return number
        return self._developer_keys.get(field)

    @functools.cached_property
    def _developer_keys(self) -> Mapping[str, DeveloperKey]:
        """Names and keys of the developer fields; of two with one name the first counts."""
        found: dict[str, DeveloperKey] = {}
        for developer in self.developer_fields:
            for name in (developer.name, developer.key):
                found.setdefault(name, (developer.developer_index, developer.number))
        return found

    def _profile(self, key: _Key) -> FieldProfile:
        if isinstance(key, int):
            return load_profile().field(self.number, key)
        return FieldProfile(key[1], self._developer_field(key).name)

    def _developer_field(self, key: DeveloperKey) -> DeveloperField:
        described = self._described().get(key)
        return described or DeveloperField(f"dev_{key[0]}_{key[1]}", "", BYTE_TYPE, *key)

    def _cell(self, definition: Definition, key: _Key | None) -> Cell:
        """Where the field lies in the messages of a definition, and its base type."""
        if key is None:
            return None
        if isinstance(key, int):
            slot = definition.fields.get(key)
            return None if slot is None or slot.type_number is None else (slot, slot.type_number)
        slot = definition.developer_fields.get(key)
        return None if slot is None else (slot, self._developer_field(key).type_number)

    def _number_slot(self, definition: Definition, key: _Key | None) -> NumberSlot | None:
        if isinstance(key, int):
            return definition.numbers.get(key)
        cell = self._cell(definition, key)
        return None if cell is None else NumberSlot.of(*cell, definition.order)

    def _columns(self, keys: list[_Key | None]) -> list[npt.NDArray[np.float64]]:
        found: list[npt.NDArray[np.float64] | None] = [None] * len(keys)
        slots = tuple(
            tuple([self._number_slot(one, key) for one in self._picked.definitions]) for key in keys
        )
        for (code, invalid), indexes, shifts in _plan(slots):
            at_once = max(_BLOCK // len(self), 1)
            for begin in range(0, len(indexes), at_once):
                some = slice(begin, begin + at_once)
                block = self._cells.numbers(self._picked, shifts[some], code, invalid)
                for index, numbers in zip(indexes[some], block, strict=True):
                    before = found[index]
                    if before is None:
                        found[index] = numbers
                    else:
                        # Another definition says another type.
                        np.copyto(before, numbers, where=np.isnan(before))
        return [self._physical(key, one) for key, one in zip(keys, found, strict=True)]

    def _physical(
        self, key: _Key | None, numbers: npt.NDArray[np.float64] | None
    ) -> npt.NDArray[np.float64]:
        out = np.full(len(self), np.nan) if numbers is None else numbers
        if key is None:
            return out
        if key == TIMESTAMP:
            stamps = self._cells.stamps(self._picked)
            if stamps is not None:
                np.copyto(out, np.array(stamps, dtype=np.float64), where=np.isnan(out))
        profile = self._profile(key)
        if profile.scale != 1.0:
            out /= profile.scale
        if profile.offset != 0.0:
            out -= profile.offset
        return out


_Block: TypeAlias = tuple[tuple[str, int | None], tuple[int, ...], npt.NDArray[np.int32]]
"""Type and invalid value; indexes of the fields; bytes to each in each definition."""


@functools.lru_cache(maxsize=1024)
def _plan(slots: tuple[tuple[NumberSlot | None, ...], ...]) -> tuple[_Block, ...]:
    """Which fields are read together.

    Args:
        slots: For each field asked for where it lies in each definition.

    Returns:
        Blocks of one base type each. A field whose type depends on the definition is in
        several.
    """
    found: dict[tuple[str, int | None], dict[int, list[int]]] = {}
    for index, placed in enumerate(slots):
        for which, slot in enumerate(placed):
            if slot is not None:
                fields = found.setdefault((slot.code, slot.invalid), {})
                fields.setdefault(index, [0] * len(placed))[which] = slot.offset
    return tuple(
        (kind, tuple(fields), np.array(list(fields.values()), dtype=np.int32))
        for kind, fields in found.items()
    )
