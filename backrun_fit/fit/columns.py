"""From bytes to tables, one per kind of message; a column is decoded when it is asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.cells import Cells, Raw, merge
from backrun_fit.fit.container import check_crc, split_segments
from backrun_fit.fit.damage import Damage, OnError
from backrun_fit.fit.layout import BYTE_TYPE, DeveloperKey, FieldSlot, NumberSlot
from backrun_fit.fit.profile import TIMESTAMP, FieldProfile, load_profile
from backrun_fit.fit.walk import Group, Positions, walk

__all__ = [
    "DeveloperField",
    "FitData",
    "Raw",
    "Segment",
    "Table",
    "Value",
    "decode",
    "decode_start",
]

Value: TypeAlias = Raw
"""A field in physical units, enumerations by name; None where invalid or absent."""

_Key: TypeAlias = int | DeveloperKey


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


@attrs.frozen(eq=False, slots=False)
class Segment:
    """One FIT file of a chain.

    Attributes:
        index: Zero-based position in the chain.
        offset: Byte at which its header stands.
        damages: What is wrong with its bytes; empty unless salvaged.
    """

    index: int
    offset: int
    damages: tuple[Damage, ...]
    _cells: Cells = attrs.field(repr=False)

    @property
    def message_numbers(self) -> tuple[int, ...]:
        """Global numbers of the messages there are, in order of the first of each."""
        used = [group for group in self._cells.groups if group]
        used.sort(key=lambda group: int(group.offsets[0]))
        return tuple(dict.fromkeys(group.definition.message_number for group in used))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was odd so far, one sentence each; text is checked when it is read."""
        return tuple(self._cells.log)

    def __len__(self) -> int:
        return sum(len(group.offsets) for group in self._cells.groups)

    def table(self, message: str | int) -> Table:
        """All messages of one kind, in order of the file; empty where there are none.

        Args:
            message: FIT's name, ``message_<number>``, or the number.

        Raises:
            KeyError: The profile has no message of this name.
        """
        number = load_profile().message_number(message) if isinstance(message, str) else message
        if number not in self._tables:
            groups = [
                group
                for group in self._cells.groups
                if group.definition.message_number == number and group
            ]
            self._tables[number] = Table(
                number=number, groups=tuple(groups), cells=self._cells, segment=self
            )
        return self._tables[number]

    @functools.cached_property
    def _tables(self) -> dict[int, Table]:
        return {}

    @functools.cached_property
    def developer_fields(self) -> Mapping[DeveloperKey, DeveloperField]:
        """The developer fields that the file describes, by index and number.

        A later description of the same field replaces an earlier one, for all
        messages; a change of type is told as a warning.
        """
        table = self.table("field_description")
        columns = [
            table.raw(name)
            for name in (
                "developer_data_index",
                "field_definition_number",
                "fit_base_type_id",
                "field_name",
                "units",
            )
        ]
        found: dict[DeveloperKey, DeveloperField] = {}
        for index, number, type_number, name, units in zip(*columns, strict=True):
            if isinstance(index, int) and isinstance(number, int) and isinstance(type_number, int):
                before = found.get((index, number))
                if before is not None and before.type_number != type_number:
                    text = f"developer field dev_{index}_{number} is described as two types"
                    self._cells.log[text] = None
                found[index, number] = DeveloperField(
                    name=name if isinstance(name, str) else f"dev_{index}_{number}",
                    units=units if isinstance(units, str) else "",
                    type_number=type_number,
                    developer_index=index,
                    number=number,
                )
        return found


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Table:
    """The messages of one kind in one segment, in order of the file.

    A field's name is FIT's, ``field_<number>`` for a field that the profile does
    not know, a developer field's own name, or ``dev_<index>_<number>``. A native
    field goes before a developer field of the same name. A field that no message
    has is a column without values, not an error.

    Attributes:
        number: Global message number.
        segment: The file that it is part of.
    """

    number: int
    segment: Segment = attrs.field(repr=False)
    _groups: tuple[Group, ...] = attrs.field(repr=False)
    _cells: Cells = attrs.field(repr=False)

    def __len__(self) -> int:
        return sum(len(group.offsets) for group in self._groups)

    @property
    def name(self) -> str:
        """FIT's name of the message, or ``message_<number>``."""
        return load_profile().message_name(self.number)

    @property
    def field_numbers(self) -> tuple[int, ...]:
        """Native fields that some definition holds, ascending."""
        numbers = {number for group in self._groups for number in group.definition.fields}
        return tuple(sorted(numbers))

    @functools.cached_property
    def developer_fields(self) -> tuple[DeveloperField, ...]:
        """Developer fields that some definition holds, by index and number."""
        keys = {key for group in self._groups for key in group.definition.developer_fields}
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
        return np.searchsorted(self._cells.offsets, self._offsets)

    def column(self, field: str | int) -> npt.NDArray[np.float64]:
        """A field as numbers in physical units, one a message, in order of the file.

        Times are Unix seconds, positions degrees. Of an array the first value is
        taken; text is no number.

        Args:
            field: Name or native field number.

        Returns:
            A new array of the table's length; NaN where invalid or absent.
        """
        key = self._key(field)
        if key is None:
            return np.full(len(self), np.nan)
        out = self._numbers(key)
        if key == TIMESTAMP:
            for group, rows in self._placed:
                stamps = self._cells.stamps(group)
                if stamps is not None:
                    part = out[rows]
                    out[rows] = np.where(np.isnan(part), np.array(stamps, np.float64), part)
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
        part: list[Raw]
        if key is None:
            return out
        for group, rows in self._placed:
            found = self._slot(group, key)
            if found is not None:
                part = self._cells.raw(group, *found)
            else:
                part = [None] * len(group.offsets)
            stamps = self._cells.stamps(group) if key == TIMESTAMP else None
            if stamps is not None:
                part = [b if a is None else a for a, b in zip(part, stamps, strict=True)]
            if isinstance(rows, slice):
                return part
            for row, value in zip(rows.tolist(), part, strict=True):
                out[row] = value
        return out

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
        raw = self.raw(field)
        key = self._key(field)
        convert = None if key is None else _converter(self._profile(key))
        return raw if convert is None else [convert(value) for value in raw]

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
        described = self.segment.developer_fields.get(key)
        return described or DeveloperField(f"dev_{key[0]}_{key[1]}", "", BYTE_TYPE, *key)

    def _slot(self, group: Group, key: _Key) -> tuple[FieldSlot, int] | None:
        """Where the field lies in a group's messages, and its base type."""
        if isinstance(key, int):
            slot = group.definition.fields.get(key)
            return None if slot is None or slot.type_number is None else (slot, slot.type_number)
        slot = group.definition.developer_fields.get(key)
        return None if slot is None else (slot, self._developer_field(key).type_number)

    def _numbers(self, key: _Key) -> npt.NDArray[np.float64]:
        """A field unscaled, for all definitions of the table together where they agree."""
        slots = [self._number_slot(group, key) for group in self._groups]
        kinds = {(slot.code, slot.invalid) for slot in slots if slot is not None}
        out: npt.NDArray[np.float64] | None = None
        for code, invalid in kinds:
            shifts = [
                slot.offset
                if slot is not None and (slot.code, slot.invalid) == (code, invalid)
                else 0
                for slot in slots
            ]
            if min(shifts) == max(shifts):
                return self._cells.numbers(self._offsets + shifts[0], code, invalid)
            shift = np.array(shifts)[self._which]
            # Messages without the field are read at the file's header, and left out.
            part = self._cells.numbers(np.where(shift, self._offsets + shift, 0), code, invalid)
            part[shift == 0] = np.nan
            out = part if out is None else np.where(shift, part, out)
        return np.full(len(self), np.nan) if out is None else out

    def _number_slot(self, group: Group, key: _Key) -> NumberSlot | None:
        if isinstance(key, int):
            return group.definition.numbers.get(key)
        found = self._slot(group, key)
        return None if found is None else NumberSlot.of(*found, group.definition.order)

    @functools.cached_property
    def _which(self) -> npt.NDArray[np.int64]:
        """For each message the place of its group in the table."""
        which = np.zeros(len(self), dtype=np.int64)
        for place, (_, rows) in enumerate(self._placed):
            which[rows] = place
        return which

    @functools.cached_property
    def _offsets(self) -> Positions:
        return merge(self._groups)

    @functools.cached_property
    def _placed(self) -> list[tuple[Group, slice | npt.NDArray[np.intp]]]:
        """Each group with the rows of the table that its messages fill."""
        if len(self._groups) == 1:
            return [(self._groups[0], slice(None))]
        return [(group, np.searchsorted(self._offsets, group.offsets)) for group in self._groups]


@attrs.frozen(eq=False)
class FitData:
    """A decoded file.

    Attributes:
        segments: One per FIT file in the chain, in order; at least one.
    """

    segments: tuple[Segment, ...]

    @property
    def damages(self) -> tuple[Damage, ...]:
        """What is wrong with the bytes, in order; empty unless salvaged."""
        return tuple(damage for segment in self.segments for damage in segment.damages)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Those of all segments, in order."""
        return tuple(text for segment in self.segments for text in segment.warnings)


def decode(data: bytes, *, source: str | None = None, on_error: OnError = "raise") -> FitData:
    """Find every message of a FIT file.

    Args:
        data: The file's bytes.
        source: Its name, for errors.
        on_error: ``raise`` refuses a damaged file. ``salvage`` reads everything
            that is whole and tells the damage in ``FitData.damages``.

    Raises:
        DecodeError: The bytes are no FIT file, or are damaged; where, what was
            expected and what was got. With ``salvage`` only when they do not begin
            with a FIT header, or a limit is broken.

    Example:
        >>> data = decode(bytes.fromhex(
        ...     "0c105408120000002e464954"
        ...     "4000001400020301020504860096954e0000" "e7d2"
        ... ))
        >>> records = data.segments[0].table("record")
        >>> records.column("distance"), records.values("heart_rate")
        (array([201.17]), [150])
    """
    segments: list[Segment] = []
    for found in split_segments(data, source):
        groups, cut_off = walk(data, found.data_start, found.data_end)
        warning, changed = check_crc(data, found)
        damages = tuple(filter(None, (*found.damages, cut_off, changed)))
        if damages and on_error == "raise":
            raise damages[0].error(source)
        log = dict.fromkeys(filter(None, (*found.warnings, warning)))
        cells = Cells(data, groups, log)
        segments.append(Segment(len(segments), found.start, damages, cells))
    return FitData(tuple(segments))


def decode_start(data: bytes, enough_bytes: int, *, source: str | None = None) -> FitData:
    """The first messages of each FIT file in a chain; damage and checksums are not looked at.

    Args:
        data: The file's bytes.
        enough_bytes: How many bytes of messages are looked at in each.
        source: Its name, for errors.

    Raises:
        DecodeError: The bytes do not begin with a FIT header.
    """
    segments: list[Segment] = []
    for found in split_segments(data, source):
        groups, _ = walk(
            data, found.data_start, min(found.data_end, found.data_start + enough_bytes)
        )
        segments.append(Segment(len(segments), found.start, (), Cells(data, groups, {})))
    return FitData(tuple(segments))


def _converter(profile: FieldProfile) -> Callable[[Raw], Value] | None:
    """What turns one raw value into a physical one; None where they are the same."""
    names = load_profile().value_names(profile.type_name)
    scale, offset = profile.scale, profile.offset
    if not names and scale == 1.0 and offset == 0.0:
        return None
    # Whole seconds since 1970 stay whole.
    shift = int(offset) if scale == 1.0 else offset

    def number(raw: int | float) -> int | float | str:
        if names:
            return names.get(raw, raw) if isinstance(raw, int) else raw
        return raw - shift if scale == 1.0 else raw / scale - shift

    def convert(raw: Raw) -> Value:
        if isinstance(raw, int | float):
            return number(raw)
        if isinstance(raw, tuple):
            return tuple(number(item) if isinstance(item, int | float) else item for item in raw)
        return raw

    return convert
