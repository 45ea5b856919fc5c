"""From a table of records to the columns of a Track."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column, DeveloperColumn, Track
from backrun_fit.errors import DataWarning
from backrun_fit.fit.instants import LATEST_UNIX_S
from backrun_fit.fit.layout import BASE_TYPES
from backrun_fit.fit.rows import Raw
from backrun_fit.fit.table import DeveloperField, Table
from backrun_fit.limits import BYTES_PER_RECORD_COLUMN, RECORD_COLUMNS

__all__ = ["Prefer", "leg_track", "read_track", "record_memory"]

Prefer: TypeAlias = Literal["native", "developer"]
"""Which of a native field and a developer field that stands in for it is taken first."""

_COMPRESSED: Final = 8
"""FIT Profile 21.212, record.compressed_speed_distance."""

_RECORD: Final = 20

# FIT Profile 21.212, record.
_FIELDS: Final = (
    *("timestamp", "distance", "heart_rate", "power", "step_length"),
    *("position_lat", "position_long", "enhanced_speed", "speed"),
    *("enhanced_altitude", "altitude", "cadence", "fractional_cadence"),
    *("stance_time", "vertical_oscillation", "vertical_ratio"),
)
# Columns that a developer field can stand in for, and the numbers of their native fields.
_NATIVE_NUMBERS: Final[Mapping[str, tuple[int, ...]]] = {
    "heart_rate_bpm": (3,),
    "cadence_rpm": (4,),
    "distance_m": (5,),
    "speed_mps": (73, 6),
    "power_w": (7,),
}
# Units that apps write, lower case, to ours. Steps of both feet are halved where they are.
_UNIT_FACTORS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("km/h", "kph", "kmh", "km/hr"), 1 / 3.6),
    **dict.fromkeys(("mph", "mi/h"), 0.44704),
    **dict.fromkeys(("km", "kilometers", "kilometres"), 1000.0),
    **dict.fromkeys(("mi", "miles"), 1609.344),
}
# Nobody takes so many strides of one leg a minute.
_LARGEST_ONE_LEG: Final = 125.0
# Bytes have no meaning of their own.
_NO_NUMBERS: Final = frozenset(("string", "byte"))


def record_memory(records: Table) -> int:
    """Peak memory of reading the records of one file, in bytes; nothing is read for it.

    Args:
        records: Messages ``record`` (20), as many as there are.

    Example:
        >>> from backrun_fit.fit.columns import decode
        >>> data = decode(bytes.fromhex(
        ...     "0c105408120000002e464954"
        ...     "4000001400020301020504860096954e0000" "e7d2"
        ... ))
        >>> record_memory(data.segments[0].table("record"))
        256
    """
    columns = RECORD_COLUMNS + len(records.developer_fields)
    return len(records) * columns * BYTES_PER_RECORD_COLUMN


def read_track(records: Table, log: list[DataWarning], *, prefer: Prefer = "native") -> Track:
    """The samples of one file, in order of time.

    Args:
        records: Messages ``record`` (20), as many as there are.
        log: Gets a warning for whatever was odd.
        prefer: ``native`` takes a developer field that declares a
            ``native_field_num`` only where the native field has no value in the whole file;
            ``developer`` takes it first. The two are never mixed sample by sample.

    Returns:
        Samples without a time are left out; several at one time are all kept, in
        order of the file. ``cadence_rpm`` holds the cadence as it was recorded (see
        ``leg_track``). A heart rate of 0 is none. Of developer fields those that are
        numbers; of an array the first one.
    """
    developer = _by_name(filter(_is_number, records.developer_fields))
    fields = records.columns((*_FIELDS, *(field.key for field in developer.values())))
    unix_s = fields["timestamp"]
    usable = (unix_s >= 0) & (unix_s <= LATEST_UNIX_S)
    if not usable.all():
        count = int((~usable).sum())
        text = f"{count} of {len(usable)} records have no time; left out"
        log.append(DataWarning("records_without_time", text, count))
    order = _order(unix_s, usable, log)
    columns = {
        "distance_m": fields["distance"],
        "speed_mps": _either(fields["enhanced_speed"], fields["speed"]),
        "heart_rate_bpm": fields["heart_rate"],
        "cadence_rpm": fields["cadence"] + np.nan_to_num(fields["fractional_cadence"], nan=0.0),
        "altitude_m": _either(fields["enhanced_altitude"], fields["altitude"]),
        "power_w": fields["power"],
        "step_length_m": fields["step_length"] / 1000.0,
        "latitude_deg": fields["position_lat"],
        "longitude_deg": fields["position_long"],
        "stance_time_ms": fields["stance_time"],
        "vertical_oscillation_mm": fields["vertical_oscillation"],
        "vertical_ratio_percent": fields["vertical_ratio"],
    }
    _add_compressed(records, columns)
    sources = _stand_ins(columns, fields, tuple(developer.values()), prefer)
    heart_rate_bpm = columns["heart_rate_bpm"]
    heart_rate_bpm[heart_rate_bpm == 0] = np.nan
    if not (columns["power_w"] > 0).any():
        columns["power_w"] = np.full(len(unix_s), np.nan)
    track = Track.from_columns(
        unix_s=unix_s[order], **{name: column[order] for name, column in columns.items()}
    )
    if not developer:
        return track
    return attrs.evolve(
        track,
        sources=sources,
        developer={
            name: DeveloperColumn(
                name=field.name, units=field.units, values=fields[field.key][order]
            )
            for name, field in developer.items()
        },
    )


def leg_track(track: Track, *, on_foot: bool) -> Track:
    """The track with its cadence as its sport counts it.

    Args:
        track: As ``read_track`` gives it, or some of its rows.
        on_foot: The recorder counted one leg's strides, so that twice is steps a minute;
            otherwise they are turns of the crank.
    """
    if not on_foot:
        return track
    sources = {
        "cadence_spm" if name == "cadence_rpm" else name: source
        for name, source in track.sources.items()
    }
    nothing = np.full(len(track), np.nan)
    return attrs.evolve(
        track, cadence_spm=2.0 * track.cadence_rpm, cadence_rpm=nothing, sources=sources
    )


def _stand_ins(
    columns: dict[str, Column],
    fields: Mapping[str | int, Column],
    developer: Sequence[DeveloperField],
    prefer: Prefer,
) -> dict[str, str]:
    """Put developer fields in the place of native ones; which, and where they come from."""
    sources = {}
    for name, numbers in _NATIVE_NUMBERS.items():
        if prefer == "native" and _has_values(columns[name]):
            continue
        for field in developer:
            is_records = field.native_mesg_num in (None, _RECORD)
            if field.native_field_num in numbers and is_records:
                values = _in_our_unit(name, fields[field.key], field.units)
                if _has_values(values):
                    columns[name] = values
                    sources[name] = f"developer field {field.name}"
                    break
    return sources


def _has_values(column: Column) -> bool:
    """Zeros alone mean that there was no sensor."""
    return bool((column > 0).any())


def _in_our_unit(name: str, values: Column, units: str) -> Column:
    if name == "cadence_rpm":
        moving = values[values > 0]
        both_feet = len(moving) > 0 and float(np.median(moving)) > _LARGEST_ONE_LEG
        return values / 2.0 if both_feet else values.copy()
    return values * _UNIT_FACTORS.get(units.strip().lower(), 1.0)


def _order(
    unix_s: Column, usable: npt.NDArray[np.bool_], log: list[DataWarning]
) -> slice | npt.NDArray[np.intp]:
    """The usable samples in order of time."""
    if usable.all() and not (unix_s[1:] < unix_s[:-1]).any():
        return slice(None)
    order = np.flatnonzero(usable)
    falls = int((np.diff(unix_s[order]) < 0).sum())
    if falls:
        text = "records out of order of time; sorted"
        log.append(DataWarning("records_unsorted", text, falls))
        order = order[np.argsort(unix_s[order], kind="stable")]
    return order


def _is_number(field: DeveloperField) -> bool:
    base = BASE_TYPES.get(field.type_number)
    return base is not None and base.name not in _NO_NUMBERS


def _by_name(fields: Iterable[DeveloperField]) -> Mapping[str, DeveloperField]:
    """Each under its name, or under its key where the name is another's name or key."""
    by_key = {field.key: field for field in fields}
    named: dict[str, DeveloperField] = {}
    for key, field in by_key.items():
        is_taken = field.name in named or field.name in by_key
        named[key if is_taken else field.name] = field
    return named


def _either(better: Column, other: Column) -> Column:
    """Value by value the better one of two, where it is there."""
    return np.where(np.isnan(better), other, better)


def _add_compressed(records: Table, columns: dict[str, Column]) -> None:
    """Fill speed and distance from ``compressed_speed_distance`` where they are absent.

    FIT Profile 21.212, record.compressed_speed_distance: three bytes, low bits
    first; 12 bits of speed in 1/100 m/s, 12 bits of distance in 1/16 m, which
    roll over and are accumulated.
    """
    if _COMPRESSED not in records.field_numbers:
        return
    packed = records.raw(_COMPRESSED)
    rows = [row for row, value in enumerate(packed) if _is_three_bytes(value)]
    if not rows:
        return
    low, middle, high = np.array([packed[row] for row in rows], dtype=np.int64).T
    speed = low | (middle & 0x0F) << 8
    distance = middle >> 4 | high << 4
    steps = np.diff(distance, prepend=0) & 0xFFF
    for name, values in (
        ("speed_mps", np.where(speed == 0xFFF, np.nan, speed / 100.0)),
        ("distance_m", np.cumsum(steps) / 16.0),
    ):
        found = np.full(len(packed), np.nan)
        found[rows] = values
        columns[name] = np.where(np.isnan(columns[name]), found, columns[name])


def _is_three_bytes(value: Raw) -> bool:
    if not isinstance(value, tuple) or len(value) != 3:
        return False
    return all(isinstance(item, int) and 0 <= item <= 0xFF for item in value)
