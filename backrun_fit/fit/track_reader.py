"""From a table of records to the columns of a Track."""

from __future__ import annotations

import numpy as np

from backrun_fit.activity import Column, Track
from backrun_fit.fit.columns import Raw, Table
from backrun_fit.fit.instants import LATEST_UNIX_S

__all__ = ["read_track", "record_column"]


def record_column(table: Table, *names: str) -> Column:
    """The first of several fields that has a value, message by message.

    Args:
        table: Any table.
        names: Fields of the same quantity and unit, the best first, such as
            ``enhanced_speed`` and ``speed``.
    """
    out = table.column(names[0])
    for name in names[1:]:
        absent = np.isnan(out)
        if absent.any():
            out[absent] = table.column(name)[absent]
    return out


def read_track(records: Table, *, on_foot: bool, log: list[str]) -> Track:
    """The samples of one activity, in order of time.

    Args:
        records: Messages ``record`` (20), as many as there are.
        on_foot: The sport counts one leg's steps as cadence, so that twice is
            steps a minute; otherwise there is no cadence in steps.
        log: Gets a sentence for whatever was odd.

    Returns:
        Samples without a time are left out; several at one time are all kept, in
        order of the file.
    """
    unix_s = records.column("timestamp")
    usable = (unix_s >= 0) & (unix_s <= LATEST_UNIX_S)
    if not usable.all():
        log.append(f"{int((~usable).sum())} of {len(usable)} records have no time; left out")
    order = np.flatnonzero(usable)
    if (np.diff(unix_s[order]) < 0).any():
        log.append("records out of order of time; sorted")
        order = order[np.argsort(unix_s[order], kind="stable")]
    columns = {
        "distance_m": records.column("distance"),
        "speed_mps": record_column(records, "enhanced_speed", "speed"),
        "heart_rate_bpm": records.column("heart_rate"),
        "altitude_m": record_column(records, "enhanced_altitude", "altitude"),
        "power_w": records.column("power"),
        "step_length_m": records.column("step_length") / 1000.0,
        "latitude_deg": records.column("position_lat"),
        "longitude_deg": records.column("position_long"),
    }
    _add_compressed(records, columns)
    if on_foot:
        fraction = np.nan_to_num(records.column("fractional_cadence"), nan=0.0)
        columns["cadence_spm"] = 2.0 * (records.column("cadence") + fraction)
    return Track.from_columns(
        unix_s=unix_s[order], **{name: column[order] for name, column in columns.items()}
    )


def _add_compressed(records: Table, columns: dict[str, Column]) -> None:
    """Fill speed and distance from ``compressed_speed_distance`` where they are absent.

    FIT Profile 21.212, record.compressed_speed_distance: three bytes, low bits
    first; 12 bits of speed in 1/100 m/s, 12 bits of distance in 1/16 m, which
    roll over and are accumulated.
    """
    packed = records.raw("compressed_speed_distance")
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
