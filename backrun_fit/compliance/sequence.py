"""The cheapest way to lay one sequence along another, found over all ways at once.

``pieces`` (recorded laps, say) are laid along ``slots`` (planned executions),
both kept in order. A run of consecutive pieces may fill one slot, a piece may
stand outside every slot, a slot may stay empty, and a run may hold two slots;
each has its cost, and dynamic programming finds the least sum. One wrong piece
therefore shifts nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.errors import AlignmentError

__all__ = ["Costs", "Placement", "lay_along"]

Floats = npt.NDArray[np.float64]

MAX_CELLS = 8_000_000
"""Largest product of pieces and slots: a hostile repeat count must not fill the memory."""

_MARGIN = 40.0
"""Ways that are so much dearer than the cheapest one up to the same piece are left."""

_EXTRA, _SKIP, _LEADING = -1, -2, -3
# From here downward: a run that holds two slots, beginning with piece 0, 1, 2, ...
_BOTH = -4
# Below this, two sums differ by rounding only.
_ROUNDING = 1e-9


@attrs.frozen(kw_only=True, eq=False)
class Costs:
    """What it costs not to pair.

    Attributes:
        skip: Of each slot left empty, with a later one filled.
        skip_at_end: Of each slot left empty after the last filled one.
        extra: Of each piece outside the slots, between two filled ones.
        extra_before: Of each piece before the first slot.
        extra_after: Of each piece after the last filled slot.
    """

    skip: Floats
    skip_at_end: Floats
    extra: Floats
    extra_before: Floats
    extra_after: Floats


@attrs.frozen
class Placement:
    """Pieces ``first`` to ``last``, both included, fill ``slot``; all zero-based.

    Attributes:
        part: 1 or 2 where the pieces hold this slot and the next, or the one before; else 0.
    """

    slot: int
    first: int
    last: int
    part: int = 0


def lay_along(
    fit: Callable[[int, slice], Floats],
    costs: Costs,
    fit_both: Callable[[int, slice], Floats] | None = None,
) -> tuple[tuple[Placement, ...], float]:
    """Find the cheapest way to lay all pieces along all slots.

    Args:
        fit: For a piece and some slots, the costs of the runs that begin with it: row
            ``k`` is the run of ``k + 1`` pieces, one column a slot; ``inf`` where that
            cannot be. No rows where no run may begin there.
        costs: Of what is not paired; their lengths give the number of pieces and
            of slots.
        fit_both: For a piece and some slots, what it costs to believe that the runs that
            begin with it hold a slot and the next one; as ``fit``, a column for each of
            the slots. None where that cannot be.

    Returns:
        The filled slots in order, and the sum of all costs. On a tie slots stay
        empty late rather than early. For each piece only slots within a margin of the
        cheapest way are looked at, so that the work grows with the pieces times a band.

    Raises:
        AlignmentError: Pieces times slots is above 8,000,000.

    Example:
        >>> ones = np.ones
        >>> table = np.array([[0.1, 9.0], [9.0, 9.0], [9.0, 0.2]])
        >>> costs = Costs(skip=ones(2), skip_at_end=ones(2), extra=ones(3),
        ...               extra_before=ones(3), extra_after=ones(3))
        >>> placements, cost = lay_along(
        ...     lambda piece, slots: table[piece : piece + 1, slots], costs)
        >>> [(p.slot, p.first, p.last) for p in placements], round(cost, 3)
        ([(0, 0, 0), (1, 2, 2)], 1.3)
    """
    pieces, slots = len(costs.extra), len(costs.skip)
    if (pieces + 1) * (slots + 1) > MAX_CELLS:
        raise AlignmentError(
            f"expected at most {MAX_CELLS} pairs to weigh, got {pieces} recorded pieces "
            f"and {slots} planned executions"
        )
    best = np.full((pieces + 1, slots + 1), np.inf)
    came = np.full((pieces + 1, slots + 1), _LEADING, dtype=np.int32)
    best[:, 0] = np.concatenate(([0.0], np.cumsum(costs.extra_before)))
    skipped = np.concatenate(([0.0], np.cumsum(costs.skip)))
    tail_slots = np.concatenate((np.cumsum(costs.skip_at_end[::-1])[::-1], [0.0]))
    tail_pieces = np.concatenate((np.cumsum(costs.extra_after[::-1])[::-1], [0.0]))
    least, end = np.inf, (0, 0)
    for piece in range(pieces + 1):
        row = best[piece]
        leap = np.minimum.accumulate(row - skipped) + skipped
        leaps = leap < row - _ROUNDING
        row[leaps] = leap[leaps]
        came[piece, leaps] = _SKIP
        total = row + tail_slots
        slot = int(total.argmin())
        if total[slot] + tail_pieces[piece] < least:
            least, end = float(total[slot] + tail_pieces[piece]), (piece, slot)
        if piece == pieces:
            break
        near = np.flatnonzero(row <= row.min() + _MARGIN)
        low, high = int(near[0]), int(near[-1]) + 1
        behind = slice(max(low, 1), high)
        outside = row[behind] + costs.extra[piece]
        dearer = outside < best[piece + 1, behind]
        best[piece + 1, behind][dearer] = outside[dearer]
        came[piece + 1, behind][dearer] = _EXTRA
        _improve(best, came, piece, fit(piece, slice(low, min(high, slots))), low, held=1)
        if fit_both is not None:
            both = fit_both(piece, slice(low, max(min(high, slots - 1), low)))
            _improve(best, came, piece, both, low, held=2)
    return tuple(reversed(_trace(came, *end))), least


def _improve(
    best: Floats, came: npt.NDArray[np.int32], piece: int, runs: Floats, low: int, *, held: int
) -> None:
    """Take the runs that begin with a piece, and hold one or two slots each, where cheaper."""
    count, width = runs.shape
    cost = best[piece, low : low + width] + runs
    target = (slice(piece + 1, piece + 1 + count), slice(low + held, low + held + width))
    better = cost < best[target]
    best[target][better] = cost[better]
    came[target][better] = piece if held == 1 else _BOTH - piece


def _trace(came: npt.NDArray[np.int32], piece: int, slot: int) -> list[Placement]:
    placements: list[Placement] = []
    while slot:
        origin = int(came[piece, slot])
        if origin == _SKIP:
            slot -= 1
        elif origin == _EXTRA:
            piece -= 1
        elif origin <= _BOTH:
            slot, first = slot - 2, _BOTH - origin
            placements.append(Placement(slot + 1, first, piece - 1, part=2))
            placements.append(Placement(slot, first, piece - 1, part=1))
            piece = first
        else:
            slot -= 1
            placements.append(Placement(slot, origin, piece - 1))
            piece = origin
    return placements
