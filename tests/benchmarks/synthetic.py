"""Activities of any length, put together as bytes."""

from __future__ import annotations

import numpy as np

from backrun_fit.fit.frame import framed
from tests.fit_bytes import ENUM, SINT32, UINT8, UINT16, UINT32, definition, message

__all__ = ["synthetic"]

_RECORD = np.dtype(
    [
        ("header", "u1"),
        ("timestamp", "<u4"),
        ("position_lat", "<i4"),
        ("position_long", "<i4"),
        ("distance", "<u4"),
        ("altitude", "<u2"),
        ("speed", "<u2"),
        ("power", "<u2"),
        ("heart_rate", "u1"),
        ("cadence", "u1"),
    ]
)
_RECORD_FIELDS = (
    *((253, 4, UINT32), (0, 4, SINT32), (1, 4, SINT32), (5, 4, UINT32)),
    *((2, 2, UINT16), (6, 2, UINT16), (7, 2, UINT16), (3, 1, UINT8), (4, 1, UINT8)),
)
_BESIDE = np.dtype([("header", "u1"), ("a", "<u4"), ("b", "<u2"), ("c", "u1")])
_BESIDE_FIELDS = ((0, 4, UINT32), (1, 2, UINT16), (2, 1, UINT8))
_BESIDE_NUMBER = 233
"""A message that no profile knows and that watches send about once a second."""


def synthetic(records: int, *, mixed: bool) -> bytes:
    """An activity file of one record a second, the same bytes for the same arguments.

    Args:
        records: How many.
        mixed: Behind every other record, by the toss of a seeded coin, stands a
            message of another kind, as in files of watches; else they lie in a row.
    """
    rng = np.random.default_rng(records)
    rows = np.zeros(records, dtype=np.dtype([("record", _RECORD), ("beside", _BESIDE)]))
    record = rows["record"]
    record["header"] = 1
    record["timestamp"] = 1_100_000_000 + np.arange(records)
    record["position_lat"] = 600_000_000 + rng.integers(-20, 40, records).cumsum()
    record["position_long"] = 90_000_000 + rng.integers(-20, 40, records).cumsum()
    record["distance"] = 280 * np.arange(records)
    record["altitude"] = rng.integers(2800, 3000, records)
    record["speed"] = rng.integers(2500, 3100, records)
    record["power"] = rng.integers(200, 300, records)
    record["heart_rate"] = rng.integers(120, 180, records)
    record["cadence"] = rng.integers(80, 90, records)
    rows["beside"]["header"] = 2
    rows["beside"]["a"] = np.arange(records)
    wanted = np.ones((records, rows.itemsize), dtype=bool)
    tossed = rng.random(records) < 0.5 if mixed else np.zeros(records, dtype=bool)
    wanted[:, _RECORD.itemsize :] = tossed[:, None]
    table = rows.view(np.uint8).reshape(records, rows.itemsize)
    return framed(
        definition(0, 0, [(0, 1, ENUM)])
        + message(0, b"\x04")
        + definition(1, 20, _RECORD_FIELDS)
        + definition(2, _BESIDE_NUMBER, _BESIDE_FIELDS)
        + table[wanted].tobytes()
    )
