"""A failing input made as small as it stays failing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

__all__ = ["BUDGET_S", "shrink"]


BUDGET_S: Final = 20.0
"""Seconds by the clock after which what is found so far is small enough."""


def shrink(data: bytes, fails: Callable[[bytes], bool], budget_s: float = BUDGET_S) -> bytes:
    """Leave out stretches of bytes, ever shorter ones, and set the rest to zero, while it fails.

    Args:
        data: An input that fails.
        fails: Whether one does; called often, and never after the budget is used up.
        budget_s: How long it may go on, in seconds.

    Example:
        >>> shrink(bytes(range(100)), lambda data: b"\\x2a" in data)
        b'*'
        >>> shrink(b"a-b-c", lambda data: len(data) >= 2 and b"c" in data)
        b'\\x00c'
    """
    end = time.monotonic() + budget_s
    size = len(data)
    while size:
        for replacement in (b"", bytes(size)):
            at = 0
            while at < len(data):
                if time.monotonic() > end:
                    return data
                smaller = data[:at] + replacement[: len(data) - at] + data[at + size :]
                if smaller != data and fails(smaller):
                    data = smaller
                    at += len(replacement)
                else:
                    at += size
        size //= 2
    return data
