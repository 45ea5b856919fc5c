"""One kind of message as columns or rows; decoded when they are asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.bounded_cache import bounded_cache
from backrun_fit.fit.cells import Cells
from backrun_fit.fit.layout import BYTE_TYPE, Definition, DeveloperKey
from backrun_fit.fit.messages import Picked
from backrun_fit.fit.plans import Key, converters, number_blocks, row_readers
from backrun_fit.fit.profile import FIT_EPOCH_UNIX_S, TIMESTAMP, load_profile
from backrun_fit.fit.rows import Raw

__all__ = ["DeveloperField", "Raw", "Table", "Value"]

Value: TypeAlias = Raw
"""A field in physical units, enumerations by name; None where invalid or absent."""

_KEPT_BYTES: Final = 1 << 20

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
        native_mesg_num: The message that the field it stands for belongs to; None where
            the file does not say.
        native_field_num: The field of FIT's own that it stands for, likewise.
    """

    name: str
    units: str
    type_number: int
    developer_index: int
    number: int
    native_mesg_num: int | None = None
    native_field_num: int | None = None

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
    def definitions(self) -> list[Definition]:
        """The definition under which each message was sent, in order of the file."""
        return [self._picked.definitions[which] for which in self._picked.which.tolist()]

    @property
    def value_count(self) -> int:
        """How many fields all messages have together."""
        return self._picked.value_count

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
        names = list(_native_names(self.number, self._picked.definitions))
        for developer in self.developer_fields:
            names.append(developer.key if developer.name in names else developer.name)
        return tuple(names)

    @functools.cached_property
    def sequence(self) -> npt.NDArray[np.int64]:
        """Zero-based position of each message among all of the segment, ascending."""
        return np.searchsorted(self._cells.messages.offsets, self._picked.offsets)

    def column(self, field: str | int) -> npt.NDArray[np.float64]:
        """One field as numbers; see ``columns``."""
        return self._columns(self._keys((field,)))[0]

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
        asked = self.field_names if fields is None else tuple(fields)
        return dict(zip(asked, self._columns(self._keys(asked)), strict=True))

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
        keys = self._keys(fields)
        if not len(self):
            return []
        definitions = self._picked.definitions
        rows = self._cells.rows(self._picked, row_readers(definitions, keys, self._types(keys)))
        stamps = self._cells.stamps(self._picked) if TIMESTAMP in keys else None
        if stamps is None:
            return rows
        # Text or an array in the place of a time is none.
        return [
            tuple(
                value if key != TIMESTAMP or stamp is None or isinstance(value, int) else stamp
                for key, value in zip(keys, row, strict=True)
            )
            for row, stamp in zip(rows, stamps.optional(), strict=True)
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
        converts = converters(self.number, self._keys(fields))
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

    def _keys(self, fields: tuple[str | int, ...]) -> tuple[Key | None, ...]:
        native = _native_keys(self.number, fields)
        if None not in native:
            return native
        return tuple(
            key if key is not None else self._developer_keys.get(str(field))
            for key, field in zip(native, fields, strict=True)
        )

    @functools.cached_property
    def _developer_keys(self) -> Mapping[str, DeveloperKey]:
        """Names and keys of the developer fields; of two with one name the first counts."""
        found: dict[str, DeveloperKey] = {}
        for developer in self.developer_fields:
            for name in (developer.name, developer.key):
                found.setdefault(name, (developer.developer_index, developer.number))
        return found

    def _developer_field(self, key: DeveloperKey) -> DeveloperField:
        described = self._described().get(key)
        return described or DeveloperField(f"dev_{key[0]}_{key[1]}", "", BYTE_TYPE, *key)

    def _types(self, keys: tuple[Key | None, ...]) -> tuple[int, ...]:
        """Base types of the developer fields among some."""
        return tuple(
            [self._developer_field(key).type_number for key in keys if isinstance(key, tuple)]
        )

    def _columns(self, keys: tuple[Key | None, ...]) -> list[npt.NDArray[np.float64]]:
        found: list[npt.NDArray[np.float64] | None] = [None] * len(keys)
        blocks = number_blocks(self.number, self._picked.definitions, keys, self._types(keys))
        for block in blocks:
            for part in block.parts(max(_BLOCK // len(self), 1)):
                numbers = self._cells.numbers(self._picked, part)
                for index, column in zip(part.indexes, numbers, strict=True):
                    before = found[index]
                    if before is None:
                        found[index] = column
                    else:
                        # Another definition says another type.
                        np.copyto(before, column, where=np.isnan(before))
        out = [np.full(len(self), np.nan) if column is None else column for column in found]
        stamps = self._cells.stamps(self._picked) if TIMESTAMP in keys else None
        if stamps is not None:
            unix_s = np.where(stamps.is_known, stamps.time + float(FIT_EPOCH_UNIX_S), np.nan)
            for key, column in zip(keys, out, strict=True):
                if key == TIMESTAMP:
                    np.copyto(column, unix_s, where=np.isnan(column))
        return out


def _keys_bytes(message_number: int, fields: tuple[str | int, ...]) -> int:
    # A name of a developer field is up to 255 bytes of the file's own.
    return 1_000 + sum(100 + (len(field) if isinstance(field, str) else 0) for field in fields)


def _names_bytes(message_number: int, definitions: tuple[Definition, ...]) -> int:
    return 1_000 + sum(definition.kept_bytes for definition in definitions)


@bounded_cache(_keys_bytes, max_bytes=_KEPT_BYTES)
def _native_keys(message_number: int, fields: tuple[str | int, ...]) -> tuple[int | None, ...]:
    """The number of each field; None for a name that the profile does not know."""
    profile = load_profile()
    return tuple(
        field if isinstance(field, int) else profile.field_number(message_number, field)
        for field in fields
    )


@bounded_cache(_names_bytes, max_bytes=_KEPT_BYTES)
def _native_names(message_number: int, definitions: tuple[Definition, ...]) -> tuple[str, ...]:
    """The name of each native field that some definition holds, by number."""
    profile = load_profile()
    numbers = sorted({number for definition in definitions for number in definition.fields})
    return tuple(profile.field(message_number, number).name for number in numbers)
