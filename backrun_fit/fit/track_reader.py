"""From a table of records to the columns of a Track."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column, DeveloperColumn, Track
from backrun_fit.fit.instants import LATEST_UNIX_S
from backrun_fit.fit.layout import BASE_TYPES
from backrun_fit.fit.rows import Raw
from backrun_fit.fit.table import DeveloperField, Table

__all__ = ["read_track"]


_COMPRESSED: Final = 8
"""FIT Profile 21.212, record.compressed_speed_distance."""

# FIT Profile 21.212, record.
_FIELDS: Final = (
    *("timestamp", "distance", "heart_rate", "power", "step_length"),
    *("position_lat", "position_long", "enhanced_speed", "speed"),
    *("enhanced_altitude", "altitude", "cadence", "fractional_cadence"),
    *("stance_time", "vertical_oscillation", "vertical_ratio"),
)
# Bytes have no meaning of their own.
_NO_NUMBERS: Final = frozenset(("string", "byte"))


def read_track(records: Table, *, on_foot: bool, log: list[str]) -> Track:
    """The samples of one activity, in order of time.

    Args:
        records: Messages ``record`` (20), as many as there are.
        on_foot: The sport counts one leg's steps as cadence, so that twice is
            steps a minute; otherwise there is no cadence in steps.
        log: Gets a sentence for whatever was odd.

    Returns:
        Samples without a time are left out; several at one time are all kept, in
        order of the file. Of developer fields those that are numbers; of an array
        the first one.
    """
    developer = _by_name(filter(_is_number, records.developer_fields))
    fields = records.columns((*_FIELDS, *(field.key for field in developer.values())))
    unix_s = fields["timestamp"]
    usable = (unix_s >= 0) & (unix_s <= LATEST_UNIX_S)
    if not usable.all():
        log.append(f"{int((~usable).sum())} of {len(usable)} records have no time; left out")
    order = _order(unix_s, usable, log)
    columns = {
        "distance_m": fields["distance"],
        "speed_mps": _either(fields["enhanced_speed"], fields["speed"]),
        "heart_rate_bpm": fields["heart_rate"],
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
    if on_foot:
        fraction = np.nan_to_num(fields["fractional_cadence"], nan=0.0)
        columns["cadence_spm"] = 2.0 * (fields["cadence"] + fraction)
    track = Track.from_columns(
        unix_s=unix_s[order], **{name: column[order] for name, column in columns.items()}
    )
    if not developer:
        return track
    return attrs.evolve(
        track,
        developer={
            name: DeveloperColumn(
                name=field.name, units=field.units, values=fields[field.key][order]
            )
            for name, field in developer.items()
        },
    )


def _order(
    unix_s: Column, usable: npt.NDArray[np.bool_], log: list[str]
) -> slice | npt.NDArray[np.intp]:
    """The usable samples in order of time."""
    if usable.all() and not (unix_s[1:] < unix_s[:-1]).any():
        return slice(None)
    order = np.flatnonzero(usable)
    if (np.diff(unix_s[order]) < 0).any():
        log.append("records out of order of time; sorted")
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
