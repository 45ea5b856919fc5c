"""Where each message lies: the walk over record headers and definitions.

Nothing is decoded here. A header byte says which definition is in force, and that
how long the message is, so each message is found through the one before. There are
two ways to walk, one of which needs a package that takes a while to load; what they
find is the same.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.fit.damage import Damage
from backrun_fit.fit.found import Found, Positions, definition_end, local_type
from backrun_fit.fit.hop import hop
from backrun_fit.fit.layout import Definition
from backrun_fit.fit.scan import compiled_loop, scan
from backrun_fit.limits import DEFAULT_LIMITS, Limits

__all__ = ["Walked", "accelerate", "walk"]

_way: Callable[[bytes, int, int, Limits], Found] = hop


def accelerate(on: bool = True) -> None:
    """Let this process walk in machine code from now on; what is read stays the same.

    Loading numba takes about a third of a second, and compiling another second once on
    a machine, so it pays from some thousand files on.

    Args:
        on: False goes back to the ordinary way.

    Raises:
        MissingExtraError: numba is not installed (extra ``speed``).

    Example:
        >>> accelerate()
        >>> walk(bytes.fromhex("400000140001030102" "0064" "0065"), 0, 13).offsets.tolist()
        [9, 11]
        >>> accelerate(False)
    """
    global _way
    _way = functools.partial(scan, step_through=compiled_loop()) if on else hop


@attrs.frozen(eq=False)
class Walked:
    """What a walk found.

    Attributes:
        offsets: Byte offset of each message's header byte, ascending.
        which: For each message the index of its definition.
        definitions: The distinct ones, in order of the first of each.
        damage: What stopped the walk before the end.
    """

    offsets: Positions
    which: npt.NDArray[np.uint16]
    definitions: tuple[Definition, ...]
    damage: Damage | None


def walk(data: bytes, start: int, end: int, *, limits: Limits = DEFAULT_LIMITS) -> Walked:
    """Find every message of a segment.

    Args:
        data: The whole file.
        start: Offset of the first message.
        end: Offset behind the last, at most the length of ``data``.
        limits: Of which those of messages and definitions hold.

    Returns:
        All whole messages; the damage is a message without a definition or one
        that ends behind the data, or more messages or definitions than the limits
        say.

    Example:
        >>> data = bytes.fromhex("400000140001030102" "0064" "0065")
        >>> found = walk(data, 0, len(data))
        >>> found.offsets.tolist(), [found.definitions[0].message_number]
        ([9, 11], [20])
    """
    found = _way(data, start, end, limits)
    damage, whole = _damage(data, end, found, limits)
    if damage is not None:
        damage = attrs.evolve(damage, lost_bytes=end - damage.offset)
    return Walked(found.offsets[:whole], found.which[:whole], found.definitions, damage)


def _damage(data: bytes, end: int, found: Found, limits: Limits) -> tuple[Damage | None, int]:
    """What stopped a walk, and how many messages are whole and within the limits."""
    count, position = len(found.offsets), found.behind
    if count > limits.messages:
        offset = int(found.offsets[limits.messages])
        return _beyond("messages", limits.messages, offset), limits.messages
    for what, number, most in (
        ("distinct definitions", len(found.definitions), limits.definitions),
        ("fields in distinct definitions", found.field_count, limits.definition_fields),
        ("definition messages", found.definition_count, limits.definition_messages),
    ):
        if number > most:
            return _beyond(what, most, found.begins[-1]), count
    if position > end:
        last = int(found.offsets[-1])
        what = "the last message runs over the end of the data"
        return Damage(what, last, f"{position - last} bytes", str(end - last)), count - 1
    if position == end:
        return None, count
    if data[position] & 0xC0 == 0x40:
        least = definition_end(data, position, end) - position
        what = "a definition runs over the end of the data"
        return Damage(what, position, f"at least {least} bytes", str(end - position)), count
    defined = ", ".join(map(str, sorted({data[begin] & 0x0F for begin in found.begins})))
    expected = f"a local type that was defined ({defined or 'none'})"
    got = f"local type {local_type(data[position])}"
    return Damage("a message without a definition", position, expected, got), count


def _beyond(what: str, limit: int, position: int) -> Damage:
    return Damage(f"too many {what}", position, expected=f"at most {limit}", got="more")
