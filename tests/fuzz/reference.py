"""Where messages lie, read the slow and plain way, with nothing of the package's own.

Source: FIT Protocol, "Record Format" and "Definition Message".
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Place", "Walked", "walk_plainly"]


class Place(NamedTuple):
    """Where one record lies.

    Attributes:
        offset: Of its header byte.
        size: Bytes, header byte included.
        number: Global message number.
        is_definition: Whether it is a definition.
    """

    offset: int
    size: int
    number: int
    is_definition: bool


class Walked(NamedTuple):
    """All whole records from a start on, and the offset at which something stopped them."""

    places: list[Place]
    stopped_at: int | None


def walk_plainly(data: bytes, start: int, end: int) -> Walked:
    """Find every record between two offsets.

    Example:
        >>> from tests.fit_bytes import UINT8, definition, message
        >>> data = definition(0, 20, [(3, 1, UINT8)]) + message(0, b"d") + message(1, b"e")
        >>> places, stopped_at = walk_plainly(data, 0, len(data))
        >>> [(place.offset, place.size) for place in places], stopped_at
        ([(0, 9), (9, 2)], 11)
    """
    known: dict[int, tuple[int, int]] = {}
    places: list[Place] = []
    at = start
    while at < end:
        header = data[at]
        if header & 0xC0 == 0x40:
            size = _definition_size(data, at, end)
            if size is None:
                return Walked(places, at)
            order = "big" if data[at + 2] & 1 else "little"
            number = int.from_bytes(data[at + 3 : at + 5], "big" if order == "big" else "little")
            known[header & 0x0F] = (number, 1 + _payload_size(data, at))
        else:
            local = header >> 5 & 0x03 if header & 0x80 else header & 0x0F
            if local not in known:
                return Walked(places, at)
            number, size = known[local]
            if at + size > end:
                return Walked(places, at)
        places.append(Place(at, size, number, header & 0xC0 == 0x40))
        at += size
    return Walked(places, None)


def _definition_size(data: bytes, at: int, end: int) -> int | None:
    """Bytes of the definition; None where it runs over the end."""
    size = 6
    if at + size > end:
        return None
    size += 3 * data[at + 5]
    if data[at] & 0x20:
        size += 1
        if at + size > end:
            return None
        size += 3 * data[at + size - 1]
    return None if at + size > end else size


def _payload_size(data: bytes, at: int) -> int:
    """Bytes of the fields that the definition lists."""
    native = data[at + 5]
    first = at + 6
    total = sum(data[first + 3 * field + 1] for field in range(native))
    if data[at] & 0x20:
        count_at = first + 3 * native
        total += sum(data[count_at + 1 + 3 * field + 1] for field in range(data[count_at]))
    return total
