"""An oracle for laying one sequence along another: every way is tried."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import attrs
import numpy as np

from backrun_fit.compliance.sequence import Costs, Floats, Placement

Fit = Callable[[int], Floats]


def least_of_all_ways(fit: Fit, costs: Costs, fit_both: Fit) -> float:
    """An oracle: the least cost over every way, by plain recursion."""
    pieces, slots = len(costs.extra), len(costs.skip)

    @functools.cache
    def least(piece: int, slot: int) -> float:
        ways = [float(sum(costs.skip_at_end[slot:]) + sum(costs.extra_after[piece:]))]
        if slot < slots:
            ways.append(costs.skip[slot] + least(piece, slot + 1))
        if piece < pieces:
            outside = costs.extra if slot else costs.extra_before
            ways.append(outside[piece] + least(piece + 1, slot))
            for fits, held in ((fit, 1), (fit_both, 2)):
                if slot + held <= slots:
                    ways += [
                        row[slot] + least(piece + count, slot + held)
                        for count, row in enumerate(fits(piece), start=1)
                    ]
        return float(min(ways))

    return least(0, 0)


def only(fit: Fit, placements: Sequence[Placement], part: int) -> Fit:
    """The same costs for the placements, and none of the others possible."""
    chosen = {(each.first, each.last, each.slot) for each in placements if each.part == part}

    def allowed(piece: int) -> Floats:
        costs = np.array(fit(piece))
        for count, slot in np.ndindex(costs.shape):
            if (piece, piece + count, slot) not in chosen:
                costs[count, slot] = np.inf
        return costs

    return allowed


def some_slots(fit: Fit) -> Callable[[int, slice], Floats]:
    """The same costs, for the slots that are asked for."""
    return lambda piece, slots: np.asarray(fit(piece))[:, slots]


@attrs.frozen(eq=False)
class Problem:
    """What there is to lay along."""

    fit: Fit
    costs: Costs
    fit_both: Fit

    def least(self) -> float:
        """What the cheapest way costs."""
        return least_of_all_ways(self.fit, self.costs, self.fit_both)

    def cost(self, placements: Sequence[Placement]) -> float:
        """What these placements cost, whatever is left out and left over at its cheapest."""
        return least_of_all_ways(
            only(self.fit, placements, 0), self.costs, only(self.fit_both, placements, 1)
        )
