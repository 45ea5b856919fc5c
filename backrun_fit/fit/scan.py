"""The walk as a plain loop, which numba compiles to machine code (extra ``speed``)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from backrun_fit.errors import MissingExtraError
from backrun_fit.fit.found import Distinct, Found
from backrun_fit.fit.layout import definition_of
from backrun_fit.limits import Limits

__all__ = ["Loop", "compiled_loop", "loop", "scan"]

Loop: TypeAlias = Callable[..., tuple[int, int, int]]
"""``loop``, or the same compiled."""


def scan(data: bytes, start: int, end: int, limits: Limits, step_through: Loop) -> Found:
    """Find every message between two offsets; see ``walk``.

    Args:
        data: The whole file.
        start: Offset of the first message.
        end: Offset behind the last.
        limits: When to stop.
        step_through: What goes from message to message.
    """
    raw = np.frombuffer(data, dtype=np.uint8)
    dtype: type[np.integer[Any]] = np.int32 if end < 1 << 31 else np.int64
    # First they are counted, so that nothing is held for what is not there.
    most = limits.messages, limits.definition_messages
    nothing, no_ordinals = np.empty(0, dtype=dtype), np.empty(0, dtype=np.int32)
    messages, definitions, behind = step_through(
        raw, start, end, *most, nothing, no_ordinals, nothing, nothing
    )
    offsets, ordinals = np.empty(messages, dtype=dtype), np.empty(messages, dtype=np.int32)
    bounds = np.empty((2, definitions), dtype=dtype)
    step_through(raw, start, end, *most, offsets, ordinals, *bounds)
    begins, ends = bounds.tolist()
    distinct = Distinct()
    indexes: list[int] = []
    for begin, body_end in zip(begins, ends, strict=True):
        definition = definition_of(data[begin + 1 : body_end], data[begin] & 0x20 > 0)
        indexes.append(distinct.index_of(definition))
        if distinct.is_beyond(limits):
            known = int(np.searchsorted(offsets, begin))
            offsets, ordinals, behind = offsets[:known], ordinals[:known], body_end
            begins, definitions = begins[: len(indexes)], len(indexes)
            break
    which = np.array(indexes, dtype=np.uint16)[ordinals]
    return Found(
        offsets,
        which,
        tuple(distinct),
        begins,
        behind,
        definition_count=definitions,
        field_count=distinct.field_count,
    )


def loop(
    data: npt.NDArray[np.uint8],
    start: int,
    end: int,
    most: int,
    most_definitions: int,
    offsets: npt.NDArray[Any],
    ordinals: npt.NDArray[np.int32],
    begins: npt.NDArray[Any],
    ends: npt.NDArray[Any],
) -> tuple[int, int, int]:
    """Go from message to message; only what numba can compile.

    Args:
        data: The whole file.
        start: Offset of the first message.
        end: Offset behind the last.
        most: It stops behind one message more than these.
        most_definitions: Likewise, definition messages.
        offsets: Filled with the offset of each message as far as there is room.
        ordinals: Likewise with how many definitions stood before the one in force.
        begins: Likewise with the offset of each definition.
        ends: Likewise with the offset behind it.

    Returns:
        How many messages and definitions there are, and where it stopped.

    Example:
        >>> data = np.frombuffer(bytes.fromhex("400000140001030102" "0064" "0065"), np.uint8)
        >>> nothing = np.empty(0, np.int32)
        >>> loop(data, 0, len(data), 10, 10, nothing, nothing, nothing, nothing)
        (2, 1, 13)
    """
    sizes = np.zeros(16, dtype=np.int64)
    in_force = np.zeros(16, dtype=np.int64)
    messages, definitions, position = 0, 0, start
    while position < end and messages <= most and definitions <= most_definitions:
        header = int(data[position])
        if header & 0xC0 == 0x40:
            behind = position + 6
            native_end = behind
            if behind <= end:
                behind += 3 * int(data[position + 5])
                native_end = behind
            if header & 0x20:
                behind += 1
                if behind <= end:
                    behind += 3 * int(data[behind - 1])
            if behind > end:
                break
            size = 1
            for place in range(position + 7, native_end, 3):
                size += int(data[place])
            for place in range(native_end + 2, behind, 3):
                size += int(data[place])
            sizes[header & 0x0F] = size
            in_force[header & 0x0F] = definitions
            if definitions < len(begins):
                begins[definitions] = position
                ends[definitions] = behind
            definitions += 1
            position = behind
        else:
            local = header >> 5 & 0x03 if header & 0x80 else header & 0x0F
            if sizes[local] == 0:
                break
            if messages < len(offsets):
                offsets[messages] = position
                ordinals[messages] = in_force[local]
            messages += 1
            position += sizes[local]
    return messages, definitions, int(position)


@functools.cache
def compiled_loop() -> Loop:
    """``loop`` in machine code; compiled at its first call, and kept on disk where that can be.

    Raises:
        MissingExtraError: numba is not installed.
    """
    try:
        import numba
    except ImportError as error:
        raise MissingExtraError("numba", "speed") from error
    try:
        compiled: Loop = numba.njit(cache=True)(loop)
    except RuntimeError:
        # There is no folder that it could be kept in.
        compiled = numba.njit(loop)
    return compiled
