"""A failing input made as small as it stays failing."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["shrink"]


def shrink(data: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """Leave out stretches of bytes, ever shorter ones, and set the rest to zero, while it fails.

    Args:
        data: An input that fails.
        fails: Whether one does; called often.

    Example:
        >>> shrink(bytes(range(100)), lambda data: b"\\x2a" in data)
        b'*'
        >>> shrink(b"a-b-c", lambda data: len(data) >= 2 and b"c" in data)
        b'\\x00c'
    """
    size = len(data)
    while size:
        for replacement in (b"", bytes(size)):
            at = 0
            while at < len(data):
                smaller = data[:at] + replacement[: len(data) - at] + data[at + size :]
                if smaller != data and fails(smaller):
                    data = smaller
                    at += len(replacement)
                else:
                    at += size
        size //= 2
    return data
