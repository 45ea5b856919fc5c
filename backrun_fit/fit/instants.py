"""Instants and numbers out of columns: what can be, and what cannot."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

from backrun_fit.activity import Column
from backrun_fit.fit.profile import FIT_EPOCH_UNIX_S

__all__ = [
    "LATEST_UNIX_S",
    "instant",
    "is_plausible",
    "known",
    "known_instants",
]

LATEST_UNIX_S: Final = FIT_EPOCH_UNIX_S + 2**32
"""FIT's 32-bit seconds end in 2126; anything later comes from a damaged field."""


def instant(unix_s: float) -> datetime:
    """Unix seconds as an aware UTC instant.

    Example:
        >>> instant(0.5).isoformat()
        '1970-01-01T00:00:00.500000+00:00'
    """
    return datetime.fromtimestamp(unix_s, tz=UTC)


def is_plausible(unix_s: float) -> bool:
    """Whether a number is an instant that FIT can say; NaN is none.

    Example:
        >>> [is_plausible(value) for value in (1e9, float("nan"), -1.0, 1e30)]
        [True, False, False, False]
    """
    return 0 <= unix_s <= LATEST_UNIX_S


def known(column: Column) -> list[float | None]:
    """A column as Python numbers; None where it has none.

    Example:
        >>> import numpy as np
        >>> known(np.array([1.5, np.nan]))
        [1.5, None]
    """
    return [value if math.isfinite(value) else None for value in column.tolist()]


def known_instants(unix_s: Column) -> list[float | None]:
    """A column of Unix seconds as Python numbers; None where it has no instant."""
    return [value if is_plausible(value) else None for value in unix_s.tolist()]
