"""From bytes to tables, one per kind of message; a column is decoded when it is asked for.

    >>> from pathlib import Path
    >>> data = bytes.fromhex("0e10d507000000002e464954000000000000")
    >>> [len(segment.table("record")) for segment in decode(data[:16]).segments]
    [0]
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.errors import DecodeError
from backrun_fit.fit.profile import TIMESTAMP, FieldProfile, load_profile
from backrun_fit.fit.walk import (
    BaseType,
    DeveloperKey,
    FieldSlot,
    Group,
    base_type,
    check_crc,
    split_segments,
    walk,
)

__all__ = ["DeveloperField", "FitData", "Raw", "Segment", "Table", "Value", "decode"]

Raw: TypeAlias = int | float | str | tuple[int | float | None, ...] | None
"""A field as it lies in the file: unscaled; None where invalid or absent."""

Value: TypeAlias = Raw
"""A field in physical units, enumerations by name; None where invalid or absent."""

_Key: TypeAlias = int | DeveloperKey
_FIELD_DESCRIPTION: Final = 206


@attrs.frozen
class DeveloperField:
    """A field that an app on the device brought along.

    Attributes:
        key: ``dev_<index>_<number>``; always a valid name of the column.
        name: The app's own name; the key where the file does not describe it.
        units: The app's own word; empty where there is none.
        developer_index: Which app.
        number: Which of the app's fields.
    """

    key: str
    name: str
    units: str
    developer_index: int
    number: int


@attrs.frozen
class _Description:
    name: str
    units: str
    type_number: int


@attrs.frozen(eq=False, slots=False)
class Segment:
    """One FIT file of a chain.

    Attributes:
        index: Zero-based position in the chain.
        offset: Byte at which its header stands.
    """

    index: int
    offset: int
    _data: bytes = attrs.field(repr=False)
    _groups: tuple[Group, ...] = attrs.field(repr=False)
    _warn: Callable[[str], None] = attrs.field(repr=False)

    @property
    def message_numbers(self) -> tuple[int, ...]:
        """Global numbers of the messages there are, in order of the first of each."""
        return tuple(dict.fromkeys(group.definition.message_number for group in self._groups))

    def __len__(self) -> int:
        """How many data messages there are."""
        return sum(len(group.offsets) for group in self._groups)

    def table(self, message: str | int) -> Table:
        """All messages of one kind, in order of the file; empty where there are none.

        Args:
            message: FIT's name, ``message_<number>``, or the number.

        Raises:
            KeyError: The profile has no message of this name.
        """
        number = load_profile().message_number(message) if isinstance(message, str) else message
        return self._tables.setdefault(number, self._make_table(number))

    @functools.cached_property
    def _tables(self) -> dict[int, Table]:
        return {}

    def _make_table(self, number: int) -> Table:
        groups = (group for group in self._groups if group.definition.message_number == number)
        return Table(number=number, segment=self, groups=tuple(groups))

    @functools.cached_property
    def _all_offsets(self) -> npt.NDArray[np.int64]:
        return np.sort(np.concatenate([group.offsets for group in self._groups]))

    @functools.cached_property
    def _descriptions(self) -> Mapping[DeveloperKey, _Description]:
        """What the file says of its developer fields (FIT Profile, field_description).

        A later description of the same field replaces an earlier one.
        """
        table = self.table(_FIELD_DESCRIPTION)
        columns = [table.raw(number) for number in (0, 1, 2, 3, 8)]
        found: dict[DeveloperKey, _Description] = {}
        for index, number, type_number, name, units in zip(*columns, strict=True):
            if isinstance(index, int) and isinstance(number, int) and isinstance(type_number, int):
                found[index, number] = _Description(
                    name if isinstance(name, str) else f"dev_{index}_{number}",
                    units if isinstance(units, str) else "",
                    type_number,
                )
        return found

    @functools.cached_property
    def _header_times(self) -> Mapping[int, int]:
        """Offset to FIT time for messages with a compressed-timestamp header.

        FIT Protocol, "Compressed Timestamp Header": the header holds the five low
        bits; the rest is that of the time before, one step of 32 s on when the
        low bits fell.
        """
        stamps: dict[int, int] = {}
        for group in self._groups:
            slot = group.definition.fields.get(TIMESTAMP)
            if slot is not None:
                times = self.table(group.definition.message_number)._group_raw(group, TIMESTAMP)
                pairs = zip(group.offsets.tolist(), times, strict=True)
                stamps.update((offset, time) for offset, time in pairs if isinstance(time, int))
        last: int | None = None
        found: dict[int, int] = {}
        for offset in self._all_offsets.tolist():
            header = self._data[offset]
            if offset in stamps:
                last = stamps[offset]
            elif header & 0x80 and last is not None:
                last += (header - last) & 0x1F
                found[offset] = last
        return found


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Table:
    """The messages of one kind in one segment, in order of the file.

    A name is FIT's, ``field_<number>`` for a field that the profile does not
    know, a developer field's own name, or ``dev_<index>_<number>``. A native
    field goes before a developer field of the same name. A field that no message
    has is a column without values, not an error.

    Attributes:
        number: Global message number.
    """

    number: int
    _segment: Segment = attrs.field(repr=False)
    _groups: tuple[Group, ...] = attrs.field(repr=False)

    def __len__(self) -> int:
        return sum(len(group.offsets) for group in self._groups)

    @property
    def name(self) -> str:
        """FIT's name of the message, or ``message_<number>``."""
        return load_profile().message_name(self.number)

    @property
    def field_numbers(self) -> tuple[int, ...]:
        """Native fields that some definition holds, ascending."""
        return tuple(sorted({number for group in self._groups for number in group.definition.fields}))

    @property
    def developer_fields(self) -> tuple[DeveloperField, ...]:
        """Developer fields that some definition holds, by index and number."""
        keys = {key for group in self._groups for key in group.definition.developer_fields}
        return tuple(self._developer_field(key) for key in sorted(keys))

    @functools.cached_property
    def sequence(self) -> npt.NDArray[np.int64]:
        """Zero-based position of each message among all messages of the segment, ascending."""
        if not self._groups:
            return np.empty(0, dtype=np.int64)
        offsets = np.sort(np.concatenate([group.offsets for group in self._groups]))
        return np.searchsorted(self._segment._all_offsets, offsets)

    def column(self, field: str | int) -> npt.NDArray[np.float64]:
        """A field as numbers in physical units, one a message, in order of the file.

        Times are Unix seconds, positions degrees. Of an array the first value is
        taken; text has no number.

        Args:
            field: Name or native field number.

        Returns:
            A new array of the table's length; NaN where invalid or absent.
        """
        key = self._key(field)
        out = np.full(len(self), np.nan)
        if key is None:
            return out
        for group, rows in self._placed:
            part = self._group_numbers(group, key)
            if part is not None:
                out[rows] = part
        profile = self._profile(key)
        if profile.scale != 1.0:
            out /= profile.scale
        if profile.offset != 0.0:
            out -= profile.offset
        return out

    def raw(self, field: str | int) -> list[Raw]:
        """A field as it lies in the file, one a message, in order of the file.

        Args:
            field: Name or native field number.

        Returns:
            Unscaled numbers, text, or a tuple for an array; None where invalid or
            absent. An array of invalid values only is None.
        """
        key = self._key(field)
        out: list[Raw] = [None] * len(self)
        if key is None:
            return out
        for group, rows in self._placed:
            part = self._group_raw(group, key)
            if isinstance(rows, slice):
                return part
            for row, value in zip(rows.tolist(), part, strict=True):
                out[row] = value
        return out

    def values(self, field: str | int) -> list[Value]:
        """A field in physical units, one a message, in order of the file.

        Args:
            field: Name or native field number.

        Returns:
            FIT's word for an enumerated value (the number where it has none), int
            or float for a number, str, or a tuple for an array; None where
            invalid or absent. Times are Unix seconds, positions degrees.
        """
        raw = self.raw(field)
        key = self._key(field)
        if key is None:
            return raw
        convert = _converter(self._profile(key))
        if convert is None:
            return raw
        return [_apply(convert, value) for value in raw]

    def _key(self, field: str | int) -> _Key | None:
        if isinstance(field, int):
            return field
        number = load_profile().field_number(self.number, field)
        if number is not None:
            return number
        for developer in self.developer_fields:
            if field in (developer.name, developer.key):
                return developer.developer_index, developer.number
        return None

    def _profile(self, key: _Key) -> FieldProfile:
        if isinstance(key, int):
            return load_profile().field(self.number, key)
        return FieldProfile(key[1], self._developer_field(key).name)

    def _developer_field(self, key: DeveloperKey) -> DeveloperField:
        code = f"dev_{key[0]}_{key[1]}"
        description = self._segment._descriptions.get(key)
        if description is None:
            return DeveloperField(code, code, "", *key)
        return DeveloperField(code, description.name, description.units, *key)

    @functools.cached_property
    def _placed(self) -> list[tuple[Group, slice | npt.NDArray[np.int64]]]:
        """Each group with the rows of the table that its messages fill."""
        if len(self._groups) == 1:
            return [(self._groups[0], slice(None))]
        if not self._groups:
            return []
        offsets = np.sort(np.concatenate([group.offsets for group in self._groups]))
        return [(group, np.searchsorted(offsets, group.offsets)) for group in self._groups]

    def _slot(self, group: Group, key: _Key) -> tuple[FieldSlot, BaseType] | None:
        definition = group.definition
        if isinstance(key, int):
            slot = definition.fields.get(key)
            return None if slot is None or slot.base is None else (slot, slot.base)
        slot = definition.developer_fields.get(key)
        if slot is None:
            return None
        description = self._segment._descriptions.get(key)
        return slot, base_type(description.type_number if description else 0x0D, slot.size)

    def _gather(self, group: Group, slot: FieldSlot, base: BaseType) -> npt.NDArray[np.generic]:
        """The raw numbers of a field, one row a message, one column a value."""
        order = ">" if group.definition.big_endian else "<"
        data = self._segment._data
        everywhere: npt.NDArray[np.generic] = np.ndarray(
            (len(data) - slot.offset - slot.size + 1, slot.size // base.size),
            np.dtype(order + base.code),
            data,
            slot.offset,
            (1, base.size),
        )
        return everywhere[group.offsets]

    def _group_numbers(self, group: Group, key: _Key) -> npt.NDArray[np.float64] | None:
        out: npt.NDArray[np.float64] | None = None
        found = self._slot(group, key)
        if found is not None and found[0].size >= found[1].size and found[1].code != "S":
            slot, base = found
            first = attrs.evolve(slot, size=base.size)
            numbers = self._gather(group, first, base)[:, 0]
            out = numbers.astype(np.float64)
            if base.invalid is not None:
                out[numbers == base.invalid] = np.nan
        if key == TIMESTAMP and self._has_header_times(group):
            times = self._segment._header_times
            stamps = [times.get(offset, np.nan) for offset in group.offsets.tolist()]
            out = np.array(stamps) if out is None else np.where(np.isnan(out), stamps, out)
        return out

    def _group_raw(self, group: Group, key: _Key) -> list[Raw]:
        found = self._slot(group, key)
        out: list[Raw]
        if found is None or found[0].size < found[1].size:
            out = [None] * len(group.offsets)
        elif found[1].code == "S":
            out = self._strings(group, found[0])
        else:
            out = _python_values(self._gather(group, *found), found[1])
        if key == TIMESTAMP and found is None and self._has_header_times(group):
            times = self._segment._header_times
            out = [times.get(offset) for offset in group.offsets.tolist()]
        return out

    def _has_header_times(self, group: Group) -> bool:
        headers = np.frombuffer(self._segment._data, dtype=np.uint8)[group.offsets]
        return bool((headers & 0x80).any())

    def _strings(self, group: Group, slot: FieldSlot) -> list[Raw]:
        data, out = self._segment._data, list[Raw]()
        for offset in group.offsets.tolist():
            start = offset + slot.offset
            text = data[start : start + slot.size].partition(b"\0")[0]
            if text.count(0xFF) == len(text):
                out.append(None)
                continue
            try:
                out.append(text.decode())
            except UnicodeDecodeError:
                repaired = text.decode(errors="replace")
                self._segment._warn(
                    f"{self.name}: text at byte {start} is no UTF-8; read as {repaired!r}"
                )
                out.append(repaired)
        return out


@attrs.frozen(eq=False)
class FitData:
    """A decoded file.

    Attributes:
        segments: One per FIT file in the chain, in order; at least one.
    """

    segments: tuple[Segment, ...]
    _log: dict[str, None] = attrs.field(repr=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was odd so far, one sentence each; text is checked when it is read."""
        return tuple(self._log)


def decode(data: bytes, *, source: str | None = None) -> FitData:
    """Find every message of a FIT file.

    Args:
        data: The file's bytes.
        source: Its name, for errors.

    Raises:
        DecodeError: The bytes are no FIT file, or are damaged; where, what was
            expected and what was got.

    Example:
        >>> from backrun_fit.errors import DecodeError
        >>> try:
        ...     decode(b"<gpx/>")
        ... except DecodeError as error:
        ...     error.got
        'a GPX document'
    """
    log: dict[str, None] = {}

    def warn(text: str) -> None:
        log[text] = None

    segments = []
    for found in split_segments(data, source):
        groups = walk(data, found, source)
        for text in (*found.warnings, *check_crc(data, found, source)):
            warn(text)
        segments.append(Segment(len(segments), found.start, data, groups, warn))
    return FitData(tuple(segments), log)


def _converter(profile: FieldProfile) -> Callable[[int | float], Value] | None:
    names = load_profile().value_names(profile.type_name)
    if names:
        return lambda raw: names.get(int(raw), raw)
    scale, offset = profile.scale, profile.offset
    if scale != 1.0:
        return lambda raw: raw / scale - offset
    if offset != 0.0:
        whole = int(offset)
        return lambda raw: raw - whole
    return None


def _apply(convert: Callable[[int | float], Value], raw: Raw) -> Value:
    if isinstance(raw, int | float):
        return convert(raw)
    if isinstance(raw, tuple):
        return tuple(None if item is None else convert(item) for item in raw)
    return raw


def _python_values(numbers: npt.NDArray[np.generic], base: BaseType) -> list[Raw]:
    """Rows of raw numbers as Python values, invalid ones as None."""
    if base.invalid is None:
        absent = numbers != numbers
    else:
        absent = numbers == base.invalid
    if base.name == "byte":
        # FIT Protocol: a byte array is invalid only when all of it is.
        absent = np.broadcast_to(absent.all(axis=1, keepdims=True), absent.shape)
    items = numbers.astype(object)
    items[absent] = None
    if numbers.shape[1] == 1:
        return list(items[:, 0])
    empty = absent.all(axis=1).tolist()
    return [None if none else tuple(row) for none, row in zip(empty, items.tolist(), strict=True)]
