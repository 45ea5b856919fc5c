"""The cheapest way to lay executions along an axis, found over all ways at once.

A way gives each execution, in order, a place where it begins and one where it ends, or leaves
it out; what lies between two executions is outside the plan. Each of these has a cost, and
dynamic programming finds the least sum. One wrong lap therefore shifts nothing else.
"""

from __future__ import annotations

import abc
import math
from collections.abc import Sequence
from typing import ClassVar, Final

import attrs
import numpy as np

from backrun_fit.activity import Column
from backrun_fit.compliance.alignment.boundaries import Bools, Ints, before
from backrun_fit.errors import AlignmentError
from backrun_fit.limits import DEFAULT_LIMITS, Limits
from backrun_fit.time_limit import check_time_limit

__all__ = ["Assignment", "Costs", "Edges", "align"]

_FEW_MARKS: Final = 16
"""Up to here each execution has few ways, and ``aligned_steps`` is not asked.

Our own choice: with many boundaries a planned step costs about 2 ms and 60 kB.
"""

_MOST_WAYS = 2400
"""So many beginnings of a plan are followed, and those that cost no more than the last one."""

_SAME_PLACE_S = 5.0
"""Ways that differ by less do not contradict each other."""


@attrs.frozen(kw_only=True, eq=False)
class Edges:
    """Ways to execute one step, as columns of equal length.

    Attributes:
        source: Position of the place where each begins, among those that were given.
        to_s: Where each ends, behind its begin.
        cost: Of each.
    """

    source: Ints
    to_s: Column
    cost: Column


@attrs.frozen
class Assignment:
    """Where one execution was.

    Attributes:
        begin_s: A place on the axis; None where the execution was left out.
        end_s: Likewise.
        certainty: Share of this among all ways, each weighted by how cheap it is, 0 to 1.
    """

    begin_s: float | None
    end_s: float | None
    certainty: float


@attrs.frozen(kw_only=True, eq=False)
class _Layer:
    """The ways up to one execution: where each ends, and what it costs.

    Attributes:
        at_s: Where they end: first the ``reached`` places to which an edge leads, then
            boundaries to which a gap leads from one of them.
        cost: Of each.
        reached_by: The position among the first ones from which a gap leads; the own one there.
        is_cheaper_by_gap: Whether the same boundary comes again, reached by a gap.
        edge: For each of the first ones, the cheapest edge to it.
        edges: All edges, those first that leave the execution out.
        skips: How many these are.
        target: Of each edge, the position of its end; -1 where it was given up.
    """

    at_s: Column
    cost: Column
    reached_by: Ints
    is_cheaper_by_gap: Bools
    edge: Ints
    edges: Edges
    skips: int
    target: Ints


class Costs(abc.ABC):
    """What the ways along an axis cost.

    Attributes:
        temperature: A way that is so much dearer is less likely by a factor of e.
        between_boundaries: Added where what is outside does not begin at a boundary.
    """

    between_boundaries: ClassVar[float] = 0.0
    temperature: ClassVar[float]

    @property
    @abc.abstractmethod
    def margin(self) -> float:
        """Ways that are so much dearer than the cheapest one up to the same execution are left.

        The work grows with the executions times a band.
        """

    @abc.abstractmethod
    def start(self) -> tuple[Column, Column]:
        """Where the first execution may begin, ascending, and what that costs."""

    @abc.abstractmethod
    def edges(self, number: int, at_s: Column, cost: Column) -> Edges:
        """Where an execution may end that begins at places with these costs of getting there."""

    @abc.abstractmethod
    def skip(self) -> Column:
        """What it costs to leave out each execution with a later one done."""

    @abc.abstractmethod
    def outside(self) -> Column | None:
        """What it costs to leave out what lies between two executions.

        Returns:
            A sum from the first boundary up to each; None where nothing can be left out.
        """

    @abc.abstractmethod
    def end(self, number: int, at_s: Column) -> Column:
        """What it costs that no execution from this one on is done, behind each of these places."""


def align(
    marks_s: Column, costs: Costs, *, limits: Limits = DEFAULT_LIMITS
) -> tuple[list[Assignment], float]:
    """Find the cheapest way to lay all executions along the axis.

    Args:
        marks_s: The boundaries, ascending.
        costs: Of all ways.
        limits: Of which ``alignment_cells`` and ``aligned_steps`` hold.

    Returns:
        One assignment an execution, and the sum of all costs.

    Raises:
        AlignmentError: Boundaries times executions is above ``alignment_cells``, or there are
            more executions than ``aligned_steps`` and more than 16 boundaries.
        TimeLimitError: The time limit that it is called under is over.
    """
    skip = costs.skip()
    if len(marks_s) * (len(skip) + 1) > limits.alignment_cells:
        raise AlignmentError(
            f"expected at most {limits.alignment_cells} pairs to weigh, got "
            f"{len(marks_s)} places where a step may end and {len(skip)} planned executions"
        )
    if len(skip) > limits.aligned_steps and len(marks_s) > _FEW_MARKS:
        raise AlignmentError(
            f"expected at most {limits.aligned_steps} planned executions to align with more than "
            f"{_FEW_MARKS} places where a step may end, got {len(skip)} and {len(marks_s)}"
        )
    axis = _Axis(marks_s=marks_s, costs=costs, outside=costs.outside())
    at_s, cost = costs.start()
    first = Edges(source=np.arange(len(at_s)), to_s=at_s, cost=cost)
    layers = [axis.layer(first, cost, skips=0)]
    for number, left_out in enumerate(skip.tolist()):
        check_time_limit()
        earlier = layers[-1]
        own = np.arange(len(earlier.edge))
        done = costs.edges(number, earlier.at_s, earlier.cost)
        every = Edges(
            source=np.concatenate((own, done.source)),
            to_s=np.concatenate((earlier.at_s[own], done.to_s)),
            cost=np.concatenate((np.full(len(own), left_out), done.cost)),
        )
        layers.append(axis.layer(every, earlier.cost[every.source] + every.cost, skips=len(own)))
    ends = [layer.cost + costs.end(number, layer.at_s) for number, layer in enumerate(layers)]
    last = int(np.argmin([float(end.min()) for end in ends]))
    way = _traced(layers, last, int(ends[last].argmin()))
    sure = axis.certainties(layers, ends, way)
    found = []
    for layer, earlier, edge, certainty in zip(layers[1:], layers, way, sure, strict=False):
        if edge < layer.skips:
            found.append(Assignment(None, None, certainty))
        else:
            begin_s = float(earlier.at_s[layer.edges.source[edge]])
            found.append(Assignment(begin_s, float(layer.edges.to_s[edge]), certainty))
    return found, float(ends[last].min())


@attrs.frozen(kw_only=True, eq=False)
class _Axis:
    """The boundaries, ascending, and the costs of ways and gaps between them."""

    marks_s: Column
    costs: Costs
    outside: Column | None

    def layer(self, edges: Edges, cost: Column, *, skips: int) -> _Layer:
        """One way to each place, the cheapest, and no hopeless ones; then through gaps.

        Places that are no boundaries are one where they are in the same second.
        """
        from_first_s = edges.to_s - self.marks_s[0]
        key = np.where(
            before(self.marks_s, edges.to_s)[1], from_first_s, -1.0 - np.rint(from_first_s)
        )
        order = np.lexsort((cost, key))
        firsts = np.ones(len(order), dtype=bool)
        firsts[1:] = np.diff(key[order]) != 0
        best = order[firsts]
        kept = cost[best] <= cost[best].min() + self.costs.margin
        if np.count_nonzero(kept) > _MOST_WAYS:
            kept &= cost[best] <= np.partition(cost[best], _MOST_WAYS - 1)[_MOST_WAYS - 1]
        rank = np.full(len(best), -1)
        in_order = np.flatnonzero(kept)[np.argsort(edges.to_s[best[kept]], kind="stable")]
        rank[in_order] = np.arange(len(in_order))
        target = np.empty(len(order), dtype=np.intp)
        target[order] = rank[np.cumsum(firsts) - 1]
        best = best[in_order]
        at_s, least, reached_by = edges.to_s[best], cost[best], np.arange(len(best))
        again = np.zeros(len(best), dtype=bool)
        if self.outside is not None:
            at_s, least, reached_by, again = self._through_gaps(self.outside, at_s, least)
        return _Layer(
            at_s=at_s,
            cost=least,
            reached_by=reached_by,
            is_cheaper_by_gap=again,
            edge=best,
            edges=edges,
            skips=skips,
            target=target,
        )

    def _through_gaps(
        self, outside: Column, at_s: Column, cost: Column
    ) -> tuple[Column, Column, Ints, Bools]:
        """The same places, in order, and behind them boundaries that are cheaper by a gap."""
        boundary, is_mark = before(self.marks_s, at_s)
        highest = cost.min() + self.costs.margin
        relative = cost - outside[boundary] + np.where(is_mark, 0.0, self.costs.between_boundaries)
        least = np.minimum.accumulate(relative)
        cheapest = np.maximum.accumulate(np.where(relative <= least, np.arange(len(cost)), 0))
        # Within the margin there is nothing behind this boundary.
        behind = int(np.searchsorted(outside, highest - least[-1], side="right"))
        low = int(boundary[0])
        following = np.arange(low + 1, min(behind, len(outside)))
        rank = np.searchsorted(boundary, following) - 1
        direct = np.full(max(behind, int(boundary[-1]) + 1) - low, highest)
        direct[boundary[is_mark] - low] = cost[is_mark]
        better = least[rank] + outside[following] < direct[following - low]
        following, rank = following[better], rank[better]
        again = np.zeros(len(direct), dtype=bool)
        again[following - low] = True
        return (
            np.concatenate((at_s, self.marks_s[following])),
            np.concatenate((cost, least[rank] + outside[following])),
            np.concatenate((np.arange(len(at_s)), cheapest[rank])),
            np.concatenate((is_mark & again[boundary - low], np.zeros(len(rank), dtype=bool))),
        )

    def certainties(
        self, layers: Sequence[_Layer], ends: Sequence[Column], way: Sequence[int]
    ) -> list[float]:
        """For each edge of a way, the share of those that agree with it among all ways."""
        ended = np.minimum.accumulate([float(end.min()) for end in ends])
        best, temperature = float(ended[-1]), self.costs.temperature

        onward = ends[-1] - layers[-1].cost
        found = []
        for number in range(len(layers) - 1, 0, -1):
            check_time_limit()
            layer, earlier, edge = layers[number], layers[number - 1], way[number - 1]
            source, to_s, skips = layer.edges.source, layer.edges.to_s, layer.skips
            rest = np.full(len(source), np.inf)
            kept = layer.target >= 0
            rest[kept] = layer.edges.cost[kept] + self._to_go(layer, onward)[layer.target[kept]]
            totals = earlier.cost[source] + rest
            weights = np.exp(np.minimum(0.0, (best - totals) / temperature))
            # A boundary that is reached directly and by a gap is one begin, not two.
            weights[skips:][earlier.is_cheaper_by_gap[source[skips:]]] = 0.0
            onward = ends[number - 1] - earlier.cost
            np.minimum.at(onward, source, rest)
            # To end the workout before leaves this execution out, too.
            left_out = math.exp(min(0.0, (best - float(ended[number - 1])) / temperature))
            agreed = float(weights[:skips].sum()) + left_out
            if edge >= skips:
                begin_s = earlier.at_s[source]
                near = np.abs(begin_s - begin_s[edge]) <= _SAME_PLACE_S
                near &= np.abs(to_s - to_s[edge]) <= _SAME_PLACE_S
                agreed = float(weights[skips:][near[skips:]].sum())
            found.append(min(1.0, agreed / (float(weights.sum()) + left_out)))
        return found[::-1]

    def _to_go(self, layer: _Layer, onward: Column) -> Column:
        """Cost from the places to which edges lead to the end, through a gap or not."""
        direct = onward[: len(layer.edge)]
        if self.outside is None:
            return direct
        boundary, is_mark = before(self.marks_s, layer.at_s)
        low = int(boundary.min())
        behind = np.full(int(boundary.max()) + 2 - low, np.inf)
        # A boundary comes twice where a gap leads there, too.
        at = boundary[is_mark]
        np.minimum.at(behind, at - low, onward[is_mark] + self.outside[at])
        behind = np.minimum.accumulate(behind[::-1])[::-1]
        begin = boundary[: len(layer.edge)]
        through = behind[begin + 1 - low] - self.outside[begin]
        between = np.where(is_mark[: len(layer.edge)], 0.0, self.costs.between_boundaries)
        return np.minimum(direct, through + between)


def _traced(layers: Sequence[_Layer], last: int, state: int) -> list[int]:
    """The edges of the way that ends at a state of a layer, in order; 0 for what comes later."""
    way = [0] * (len(layers) - 1)
    for number in range(last, 0, -1):
        layer = layers[number]
        way[number - 1] = int(layer.edge[layer.reached_by[state]])
        state = int(layer.edges.source[way[number - 1]])
    return way
