"""Claims about the cheapest way along an axis, held against trying all ways."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backrun_fit.activity import Column
from backrun_fit.compliance.alignment.boundaries import Bools
from backrun_fit.compliance.alignment.costs import LATER_FIRST
from backrun_fit.compliance.alignment.sequence_alignment import (
    Assignment,
    Costs,
    Edges,
    align,
)
from backrun_fit.errors import AlignmentError
from backrun_fit.limits import Limits

NOTHING_LOST = 1e6
TEMPERATURE = 0.3
SAME_PLACE_S = 5.0

Segment = tuple[int, int]
"""Two places, by their positions, between which an execution was; the same one where it was not."""


@attrs.frozen(kw_only=True, eq=False)
class Tables:
    """What there is to lay along, and all that it costs, by positions of places.

    Attributes:
        places_s: More than a second apart.
        is_mark: Which of them are boundaries; the first one is.
        start: To begin at each place; infinite where that cannot be.
        edges: To execute each execution from each place to each other one; likewise.
        skip: To leave out each execution.
        outside: Up to each boundary; None where nothing can be left out.
        end: To do nothing from each execution on, and nothing more, behind each place.
        between: Added where a gap does not begin at a boundary.
    """

    places_s: Column
    is_mark: Bools
    start: Column
    edges: Column
    skip: Column
    outside: Column | None
    end: Column
    between: float = 0.0

    @property
    def marks_s(self) -> Column:
        return self.places_s[self.is_mark]

    def gaps(self, place: int) -> Iterator[tuple[int, float]]:
        """The boundaries behind a place, and what it costs to leave out what lies before them."""
        if self.outside is None:
            return
        before = int(self.is_mark[: place + 1].sum()) - 1
        added = 0.0 if self.is_mark[place] else self.between
        for mark, to in enumerate(np.flatnonzero(self.is_mark).tolist()):
            if to > place:
                yield to, float(self.outside[mark] - self.outside[before]) + added


@attrs.frozen(eq=False)
class TableCosts(Costs):
    """The costs of tables."""

    tables: Tables

    temperature = TEMPERATURE
    margin = NOTHING_LOST

    def start(self) -> tuple[Column, Column]:
        possible = np.isfinite(self.tables.start)
        return self.tables.places_s[possible], self.tables.start[possible]

    def edges(self, number: int, at_s: Column, cost: Column) -> Edges:
        assert len(at_s) == len(cost)
        table = self.tables.edges[number][np.searchsorted(self.tables.places_s, at_s)]
        source, to = np.nonzero(np.isfinite(table))
        return Edges(source=source, to_s=self.tables.places_s[to], cost=table[source, to])

    def skip(self) -> Column:
        return self.tables.skip

    def outside(self) -> Column | None:
        return self.tables.outside

    def end(self, number: int, at_s: Column) -> Column:
        end = self.tables.end[number]
        return np.asarray(end[np.searchsorted(self.tables.places_s, at_s)])


def costs_of(tables: Tables, *, most_dearer: float = NOTHING_LOST) -> Costs:
    class Bounded(TableCosts):
        margin = most_dearer
        between_boundaries = tables.between

    return Bounded(tables)


def laid(tables: Tables) -> tuple[list[Assignment], float]:
    return align(tables.marks_s, costs_of(tables))


def all_ways(tables: Tables) -> Iterator[tuple[tuple[Segment, ...], float]]:
    """An oracle: every way, as the segments up to where it ends, and its cost."""

    def onward(number: int, place: int) -> Iterator[tuple[tuple[Segment, ...], float]]:
        for at, gap in [(place, 0.0), *tables.gaps(place)]:
            yield (), gap + float(tables.end[number, at])
            if number < len(tables.skip):
                for to in np.flatnonzero(np.isfinite(tables.edges[number, at])).tolist():
                    done = gap + float(tables.edges[number, at, to])
                    for rest, cost in onward(number + 1, to):
                        yield ((at, to), *rest), done + cost
        if number < len(tables.skip):
            for rest, cost in onward(number + 1, place):
                yield ((place, place), *rest), float(tables.skip[number]) + cost

    for place in np.flatnonzero(np.isfinite(tables.start)).tolist():
        for way, cost in onward(0, place):
            yield way, float(tables.start[place]) + cost


def least_of_all_ways(tables: Tables) -> float:
    return min(cost for _, cost in all_ways(tables))


def segments(tables: Tables, found: Sequence[Assignment]) -> list[Segment | None]:
    """Where each execution was, by positions of places; None where it was left out."""
    place = {at_s: number for number, at_s in enumerate(tables.places_s.tolist())}
    return [
        None
        if each.begin_s is None or each.end_s is None
        else (place[each.begin_s], place[each.end_s])
        for each in found
    ]


def cost_of(tables: Tables, found: Sequence[Assignment]) -> float:
    """An oracle: what the cheapest way costs that has these assignments."""
    expected = segments(tables, found)

    def has_them(way: Sequence[Segment]) -> bool:
        done = [None if begin == end else (begin, end) for begin, end in way]
        return [*done, *([None] * (len(expected) - len(way)))] == expected

    return min(cost for way, cost in all_ways(tables) if has_them(way))


def shares(tables: Tables, found: Sequence[Assignment]) -> Iterator[float]:
    """An oracle: for each execution what agrees with its assignment, of the cheapest ways.

    Those are one for each segment; one for each place where it is left out; and one that ends
    before it.
    """
    ways = list(all_ways(tables))
    least = min(cost for _, cost in ways)
    for number, own in enumerate(segments(tables, found)):
        cheapest: dict[Segment | None, float] = {}
        for way, cost in ways:
            segment = way[number] if number < len(way) else None
            cheapest[segment] = min(cost, cheapest.get(segment, math.inf))
        weights = {key: math.exp((least - cost) / TEMPERATURE) for key, cost in cheapest.items()}
        agreed = [weight for key, weight in weights.items() if agree(tables, own, key)]
        yield sum(agreed) / sum(weights.values())


def agree(tables: Tables, one: Segment | None, other: Segment | None) -> bool:
    if one is None or other is None or other[0] == other[1]:
        return one is None and (other is None or other[0] == other[1])
    return all(
        abs(tables.places_s[mine] - tables.places_s[its]) <= SAME_PLACE_S
        for mine, its in zip(one, other, strict=True)
    )


def random_tables(seed: int) -> Tables:
    random = np.random.default_rng(seed)
    places, executions = int(random.integers(1, 9)), int(random.integers(0, 4))
    eighths, has_outside, has_between = random.random(3) < (0.5, 0.7, 0.5)

    def some(most: float, *shape: int, missing: float = 0.0) -> Column:
        """Costs; whole eighths are exact, and often on a tie."""
        values = most * random.random(shape)
        values = np.ceil(values * 8) / 8 if eighths else values
        return np.where(random.random(shape) < missing, np.inf, values)

    apart_s = random.choice([1.5, 2.0, 4.5, 60.0], places)
    is_mark = random.random(places) < 0.6
    is_mark[0] = True
    start = some(1.0, places, missing=0.6)
    start[0] = some(1.0, 1)[0]
    edges = some(2.0, executions, places, places, missing=0.2)
    edges[random.random((executions, places)) < 0.4] = np.inf
    ahead = np.subtract.outer(np.arange(places), np.arange(places))
    edges[:, (ahead >= 0) | (ahead < -3)] = np.inf
    gaps = some(0.5, int(is_mark.sum()) - 1)
    gaps[random.random(len(gaps)) < 0.2] = 0.0
    missing = 4.0 * np.arange(executions, -1, -1)[:, np.newaxis]
    return Tables(
        places_s=np.cumsum(apart_s) - apart_s[0],
        is_mark=is_mark,
        start=start,
        edges=edges,
        skip=3.0 + some(2.0, executions),
        outside=np.concatenate(([0.0], np.cumsum(gaps))) if has_outside else None,
        end=some(2.0, executions + 1, places) + missing,
        between=float(some(0.5, 1)[0]) if has_between else 0.0,
    )


TABLES = st.builds(random_tables, st.integers(0, 2**32 - 1))


def blank(*, marks: int, executions: int) -> Tables:
    """Boundaries a hundred seconds apart, at any of which to begin; nothing can be done."""
    return Tables(
        places_s=100.0 * np.arange(float(marks)),
        is_mark=np.ones(marks, dtype=bool),
        start=np.zeros(marks),
        edges=np.full((executions, marks, marks), np.inf),
        skip=np.zeros(executions),
        outside=None,
        end=np.zeros((executions + 1, marks)),
    )


def one_lap_each(marks: int, executions: int) -> Tables:
    """Each execution may be any lap; everything left out costs one, and later ones a bit less."""
    tables = blank(marks=marks, executions=executions)
    laps = np.arange(marks - 1)
    tables.edges[:, laps, laps + 1] = 0.0
    missing = np.arange(executions, -1, -1)[:, np.newaxis]
    return attrs.evolve(
        tables,
        start=np.arange(float(marks)),
        skip=1.0 - LATER_FIRST * np.arange(float(executions)),
        outside=np.arange(float(marks)),
        end=missing + np.arange(marks - 1, -1, -1.0),
    )


@attrs.frozen(eq=False)
class OnlyCounted(TableCosts):
    """So many executions, on which nobody has to work."""

    def outside(self) -> Column | None:
        raise BegunError


class BegunError(Exception):
    """The work has begun."""


def some_zeros(count: int) -> Column:
    """As many as asked for, in the memory of one."""
    return np.broadcast_to(np.zeros(1), count)


@attrs.frozen(eq=False)
class OneBeginning(TableCosts):
    """At any boundary the first execution may begin, and from one alone it can be done."""

    begin_s: float

    def edges(self, number: int, at_s: Column, cost: Column) -> Edges:
        assert number == 0
        source = np.flatnonzero(at_s == self.begin_s)
        return Edges(source=source, to_s=at_s[source] + 100.0, cost=0.0 * cost[source])


# The least sum.


@settings(max_examples=400)
@given(TABLES)
def test_the_least_cost_of_all_ways_is_found(tables: Tables) -> None:
    found, cost = laid(tables)
    assert len(found) == len(tables.skip)
    assert cost == pytest.approx(least_of_all_ways(tables))


@given(TABLES)
def test_what_was_laid_costs_what_is_said(tables: Tables) -> None:
    found, cost = laid(tables)
    assert cost_of(tables, found) == pytest.approx(cost)


@given(TABLES, st.sampled_from([0.0, 0.125, 0.5, 1.0, 2.0]))
def test_a_narrow_margin_costs_what_is_said_and_never_less_than_the_truth(
    tables: Tables, margin: float
) -> None:
    found, cost = align(tables.marks_s, costs_of(tables, most_dearer=margin))
    assert cost >= least_of_all_ways(tables) - 1e-9
    assert cost_of(tables, found) <= cost + 1e-9
    assert all(0.0 <= each.certainty <= 1.0 for each in found)


def test_what_is_dearer_than_the_margin_up_to_somewhere_is_lost() -> None:
    tables = attrs.evolve(
        blank(marks=3, executions=1),
        start=np.array([0.0, 2.0, np.inf]),
        skip=np.array([4.0]),
        end=np.array([[9.0] * 3, [0.0] * 3]),
    )
    tables.edges[0, 1, 2] = 0.0
    wide, cost = align(tables.marks_s, costs_of(tables, most_dearer=2.0))
    assert (segments(tables, wide), cost) == ([(1, 2)], 2.0)
    narrow, cost = align(tables.marks_s, costs_of(tables, most_dearer=1.9))
    assert (segments(tables, narrow), cost) == ([None], 4.0)


def test_what_is_lost_makes_nothing_less_sure() -> None:
    tables = attrs.evolve(
        blank(marks=4, executions=1),
        start=np.array([0.0, np.inf, np.inf, np.inf]),
        skip=np.array([99.0]),
        end=np.array([[99.0] * 4, [99.0, 0.0, 9.0, 0.0]]),
    )
    tables.edges[0, 0, 1:] = 2.0, 0.0, 2.125
    (wide,), _ = align(tables.marks_s, costs_of(tables, most_dearer=3.0))
    assert wide.certainty == pytest.approx(1.0 / (1.0 + math.exp(-0.125 / TEMPERATURE)))
    (narrow,), _ = align(tables.marks_s, costs_of(tables, most_dearer=2.0))
    assert narrow.end_s == 100.0
    assert narrow.certainty == pytest.approx(1.0)


@given(TABLES)
def test_executions_keep_their_order_and_do_not_overlap(tables: Tables) -> None:
    behind = -1
    for segment in segments(tables, laid(tables)[0]):
        if segment is not None:
            assert behind <= segment[0] < segment[1]
            behind = segment[1]


@given(TABLES)
def test_behind_a_gap_what_is_done_begins_at_a_boundary(tables: Tables) -> None:
    done = [each for each in segments(tables, laid(tables)[0]) if each is not None]
    for (_, behind), (begin, _) in itertools.pairwise(done):
        assert begin == behind or (tables.outside is not None and tables.is_mark[begin])


@pytest.mark.parametrize(("between", "cost"), [(0.0, 0.5), (0.25, 0.75), (0.75, 1.0)])
def test_a_gap_from_between_boundaries_leaves_out_the_lap_and_costs_more(
    between: float, cost: float
) -> None:
    tables = attrs.evolve(
        blank(marks=4, executions=2),
        is_mark=np.array([True, False, True, True]),
        skip=np.full(2, 99.0),
        outside=np.array([0.0, 0.5, 1.5]),
        end=np.array([[99.0] * 4, [99.0] * 4, [0.0] * 4]),
        between=between,
    )
    tables.edges[0, 0, 1:3] = 0.0, 1.0
    tables.edges[1, 2, 3] = 0.0
    found, least = laid(tables)
    by_gap = [(0, 1), (2, 3)] if between < 0.5 else [(0, 2), (2, 3)]
    assert (segments(tables, found), least) == (by_gap, cost)


@pytest.mark.parametrize(("executions", "laps"), [(1, 1), (2, 1), (4, 3), (5, 2), (3, 3)])
def test_on_a_tie_the_later_execution_is_left_out(executions: int, laps: int) -> None:
    tables = one_lap_each(laps + 1, executions)
    found, cost = laid(tables)
    assert segments(tables, found) == [
        (each, each + 1) if each < laps else None for each in range(executions)
    ]
    assert cost == pytest.approx(executions - laps, abs=1e-4)


@given(st.integers(2, 4), st.integers(1, 4))
def test_on_a_tie_the_later_execution_before_one_that_was_done_is_left_out(
    laps: int, missing: int
) -> None:
    tables = one_lap_each(laps + 1, laps + missing)
    # The last lap can be none but the last step.
    tables.edges[:-1, laps - 1, laps] = np.inf
    tables.edges[-1, : laps - 1] = np.inf
    found = segments(tables, laid(tables)[0])
    assert found == [
        *((each, each + 1) for each in range(laps - 1)),
        *[None] * missing,
        (laps - 1, laps),
    ]


@pytest.mark.parametrize(("cheaper", "dearer"), [(1, 2), (2, 1)])
def test_places_between_boundaries_are_one_in_the_same_second(cheaper: int, dearer: int) -> None:
    tables = attrs.evolve(
        blank(marks=4, executions=2),
        places_s=np.array([0.0, 29.75, 30.25, 60.0]),
        is_mark=np.array([True, False, False, True]),
        skip=np.full(2, 99.0),
        end=np.array([[99.0] * 4, [99.0] * 4, [0.0] * 4]),
    )
    tables.edges[0, 0, [cheaper, dearer]] = 1.0, 2.0
    tables.edges[1, dearer, 3] = -5.0
    tables.edges[1, cheaper, 3] = 0.0
    found, cost = laid(tables)
    assert (segments(tables, found), cost) == ([(0, cheaper), (cheaper, 3)], 1.0)
    apart = attrs.evolve(tables, is_mark=np.ones(4, dtype=bool))
    found, cost = laid(apart)
    assert (segments(apart, found), cost) == ([(0, dearer), (dearer, 3)], -3.0)


@pytest.mark.parametrize(("begin", "is_found"), [(0, True), (2390, True), (2500, False)])
def test_of_very_many_beginnings_the_cheapest_are_followed(begin: int, is_found: bool) -> None:
    tables = attrs.evolve(
        blank(marks=3000, executions=0),
        start=1e-3 * np.arange(3000.0),
        skip=np.array([99.0]),
        end=np.array([[99.0] * 3000, [0.0] * 3000]),
    )
    (found,), _ = align(tables.marks_s, OneBeginning(tables, 100.0 * begin))
    assert (found.begin_s is not None) == is_found


# How sure.


@settings(max_examples=400)
@given(TABLES)
def test_a_certainty_is_the_share_of_the_cheapest_ways_that_agree(tables: Tables) -> None:
    found, _ = laid(tables)
    assert [each.certainty for each in found] == pytest.approx(list(shares(tables, found)))


@given(TABLES)
def test_certainties_lie_between_none_and_all(tables: Tables) -> None:
    assert all(0.0 <= each.certainty <= 1.0 for each in laid(tables)[0])


@pytest.mark.parametrize("many", [2, 9, 12, 27])
def test_many_ways_that_agree_are_together_no_surer_than_sure(many: int) -> None:
    sixteenths = np.arange(many) / 16.0
    tables = attrs.evolve(
        blank(marks=many, executions=1),
        start=sixteenths,
        end=np.array([[9.0] * many, [0.0] * many]),
    )
    tables.edges[0, np.arange(many - 1), np.arange(1, many)] = 20.0
    assert segments(tables, laid(tables)[0]) == [None]
    assert laid(tables)[0][0].certainty <= 1.0


@given(TABLES, st.floats(4.0, 50.0))
def test_where_one_way_is_far_cheaper_than_all_others_it_is_sure(
    tables: Tables, dearer: float
) -> None:
    found, cost = laid(tables)
    before = tables.edges.copy(), tables.skip.copy(), tables.end.copy()
    for number, segment in enumerate(segments(tables, found)):
        tables.edges[number] += dearer
        if segment is not None:
            tables.edges[number][segment] -= dearer
            tables.skip[number] += dearer
            tables.end[: number + 1] = before[2][: number + 1] + dearer
    others = sum(np.isfinite(table).sum() for table in before)
    again, same = laid(tables)
    assert segments(tables, again) == segments(tables, found)
    assert same == pytest.approx(cost)
    least = 1.0 - others * math.exp(-dearer / TEMPERATURE)
    assert all(each.certainty >= least - 1e-9 for each in again)


@given(st.integers(0, 3), st.integers(0, 3), st.floats(0.0, 3.0), st.floats(0.0, 3.0))
def test_of_two_ways_that_contradict_each_other_and_cost_the_same_each_is_half_sure(
    one: int, other: int, cost: float, end: float
) -> None:
    tables = attrs.evolve(
        blank(marks=5, executions=1),
        skip=np.array([99.0]),
        end=np.array([[99.0] * 5, [end] * 5]),
    )
    tables.edges[0, [one, other], [one + 1, other + 1]] = cost
    found, least = laid(tables)
    assert least == cost + end
    assert segments(tables, found)[0] in [(one, one + 1), (other, other + 1)]
    assert found[0].certainty == pytest.approx(1.0 if one == other else 0.5)


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize("dearer", [-0.3, -0.1, 0.0, 0.3, 0.6])
def test_one_of_two_is_the_surer_the_cheaper_it_is(dearer: float, at_end: bool) -> None:
    left_out = np.array([[99.0, 99.0], [0.0, 0.0]])
    tables = attrs.evolve(
        blank(marks=2, executions=1),
        start=np.array([0.0, np.inf]),
        skip=np.array([99.0 if at_end else 1.0 + dearer]),
        end=left_out,
    )
    tables.edges[0, 0, 1] = 1.0
    if at_end:
        tables.end[0] = 1.0 + dearer
    (found,), _ = laid(tables)
    if dearer:
        assert (found.begin_s is None) == (dearer < 0)
    assert found.certainty == pytest.approx(1.0 / (1.0 + math.exp(-abs(dearer) / TEMPERATURE)))


@pytest.mark.parametrize(("apart_s", "sure"), [(1.5, 1.0), (5.0, 1.0), (5.25, 0.5), (60.0, 0.5)])
@pytest.mark.parametrize("at_begin", [False, True])
def test_ways_a_few_seconds_apart_do_not_contradict_each_other(
    apart_s: float, sure: float, at_begin: bool
) -> None:
    places_s = [0.0, apart_s, 200.0] if at_begin else [0.0, 200.0 - apart_s, 200.0]
    tables = attrs.evolve(
        blank(marks=3, executions=1),
        places_s=np.array(places_s),
        skip=np.array([99.0]),
        end=np.array([[99.0] * 3, [0.0] * 3]),
    )
    tables.edges[0, 0, 2] = tables.edges[(0, 1, 2) if at_begin else (0, 0, 1)] = 0.0
    (found,), _ = laid(tables)
    assert found.certainty == pytest.approx(sure)


# What does not matter.


@given(TABLES, st.integers(-4_000_000, 4_000_000))
def test_moving_all_places_moves_what_is_found_and_nothing_else(
    tables: Tables, quarters: int
) -> None:
    later_s = quarters / 4.0
    found, cost = laid(tables)
    moved = laid(attrs.evolve(tables, places_s=tables.places_s + later_s))
    assert moved == (
        [
            each
            if each.begin_s is None or each.end_s is None
            else attrs.evolve(each, begin_s=each.begin_s + later_s, end_s=each.end_s + later_s)
            for each in found
        ],
        cost,
    )


@given(TABLES, st.integers(0, 2), st.integers(-16, 80))
def test_what_one_execution_costs_in_any_case_is_added_to_the_sum(
    tables: Tables, number: int, eighths: int
) -> None:
    if number >= len(tables.skip):
        return
    found, cost = laid(tables)
    edges, skip, end = tables.edges.copy(), tables.skip.copy(), tables.end.copy()
    # It is left out, too, where nothing is done from it or one before it on.
    for table in (edges[number], skip[number : number + 1], end[: number + 1]):
        table += eighths / 8.0
    again, sum_of_both = laid(attrs.evolve(tables, edges=edges, skip=skip, end=end))
    assert sum_of_both == pytest.approx(cost + eighths / 8.0)
    assert segments(tables, again) == segments(tables, found)
    sure = [each.certainty for each in found]
    assert [each.certainty for each in again] == pytest.approx(sure)


@given(TABLES)
def test_an_execution_that_cannot_be_done_and_costs_nothing_changes_nothing(
    tables: Tables,
) -> None:
    _, cost = laid(tables)
    impossible = np.full((1, *tables.edges.shape[1:]), np.inf)
    for number in range(len(tables.skip) + 1):
        more = attrs.evolve(
            tables,
            edges=np.insert(tables.edges, number, impossible, axis=0),
            skip=np.insert(tables.skip, number, 0.0),
            end=np.insert(tables.end, number, tables.end[number], axis=0),
        )
        again, same = laid(more)
        assert same == pytest.approx(cost)
        assert again[number] == Assignment(None, None, 1.0)
        assert cost_of(tables, [*again[:number], *again[number + 1 :]]) == pytest.approx(cost)


# How much.

CELLS = Limits().alignment_cells


@pytest.mark.parametrize(
    ("boundaries", "executions"), [(1, CELLS - 1), (2, 3_999_999), (6400, 1249), (8_000_000, 0)]
)
def test_as_many_cells_as_allowed_are_weighed_and_not_one_more(
    boundaries: int, executions: int
) -> None:
    assert boundaries * (executions + 1) == CELLS == 8_000_000
    at_most = attrs.evolve(blank(marks=1, executions=0), skip=some_zeros(executions))
    with pytest.raises(BegunError):
        align(some_zeros(boundaries), OnlyCounted(at_most))
    too_many = attrs.evolve(at_most, skip=some_zeros(executions + 1))
    with pytest.raises(AlignmentError, match=says_both(boundaries, executions + 1)):
        align(some_zeros(boundaries), OnlyCounted(too_many))
    with pytest.raises(AlignmentError, match=says_both(boundaries + 1, executions)):
        align(some_zeros(boundaries + 1), OnlyCounted(at_most))


@pytest.mark.parametrize(("boundaries", "is_refused"), [(16, False), (17, True)])
def test_many_executions_are_aligned_with_few_boundaries_alone(
    boundaries: int, is_refused: bool
) -> None:
    limits = Limits(aligned_steps=50)
    for executions, is_many in ((50, False), (51, True)):
        table = attrs.evolve(blank(marks=1, executions=0), skip=some_zeros(executions))
        expected = AlignmentError if is_many and is_refused else BegunError
        with pytest.raises(expected):
            align(some_zeros(boundaries), OnlyCounted(table), limits=limits)


def says_both(boundaries: int, executions: int) -> str:
    return f"at most 8000000 pairs .* {boundaries} places .* {executions} planned executions"
