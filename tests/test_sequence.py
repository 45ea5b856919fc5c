"""Claims about laying one sequence along another, held against trying all ways."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.compliance.sequence import Costs, Floats, Placement, lay_along
from backrun_fit.errors import AlignmentError
from tests.all_ways import Problem, some_slots


@st.composite
def problems(draw: st.DrawFn, cheapest_both: float = 0.0) -> Problem:
    pieces, slots = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = [random.integers(0, pieces - piece + 1) for piece in range(pieces)]
    one = [3 * random.random((count, slots)) for count in rows]
    two = [cheapest_both + 3 * random.random((count, max(slots - 1, 0))) for count in rows]
    for table in one:
        table[random.random(table.shape) < 0.2] = np.inf
    costs = Costs(
        skip=random.random(slots),
        skip_at_end=random.random(slots),
        extra=random.random(pieces),
        extra_before=random.random(pieces),
        extra_after=random.random(pieces),
    )
    return Problem(one.__getitem__, costs, two.__getitem__)


@given(problems())
def test_the_least_cost_of_all_ways_is_found(problem: Problem) -> None:
    _, cost = lay_along(some_slots(problem.fit), problem.costs, some_slots(problem.fit_both))
    assert cost == pytest.approx(problem.least())


@given(problems())
def test_what_was_laid_costs_what_is_said(problem: Problem) -> None:
    placements, cost = lay_along(
        some_slots(problem.fit), problem.costs, some_slots(problem.fit_both)
    )
    assert problem.cost(placements) == pytest.approx(cost)


@given(problems())
def test_pieces_and_slots_keep_their_order_and_none_is_used_twice(problem: Problem) -> None:
    placements, _ = lay_along(some_slots(problem.fit), problem.costs, some_slots(problem.fit_both))
    slots = [each.slot for each in placements]
    assert slots == sorted(set(slots))
    behind = 0
    for each in placements:
        if each.part == 2:
            before = placements[placements.index(each) - 1]
            assert before == attrs.evolve(each, slot=each.slot - 1, part=1)
            continue
        assert behind <= each.first <= each.last
        behind = each.last + 1


@given(problems(cheapest_both=100.0))
def test_without_pieces_that_hold_two_slots_none_is_found(problem: Problem) -> None:
    alone = lay_along(some_slots(problem.fit), problem.costs)
    assert alone == lay_along(some_slots(problem.fit), problem.costs, some_slots(problem.fit_both))
    assert all(each.part == 0 for each in alone[0])


def even(pieces: int, slots: int) -> Costs:
    return Costs(
        skip=np.ones(slots),
        skip_at_end=np.ones(slots),
        extra=np.ones(pieces),
        extra_before=np.ones(pieces),
        extra_after=np.ones(pieces),
    )


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_on_a_tie_the_later_slots_stay_empty(pieces: int) -> None:
    placements, _ = lay_along(some_slots(lambda _: np.zeros((1, 4))), even(pieces, 4))
    assert placements == tuple(Placement(each, each, each) for each in range(pieces))


def test_as_many_pairs_as_allowed_are_weighed_and_not_one_more() -> None:
    def nothing(_: int, slots: slice) -> Floats:
        return np.empty((0, slots.stop - slots.start))

    assert lay_along(nothing, even(3, 1_999_999))[0] == ()
    with pytest.raises(AlignmentError, match="got 3 recorded pieces and 2000000 planned"):
        lay_along(nothing, even(3, 2_000_000))


def test_a_single_slot_is_never_half_of_a_piece() -> None:
    placements, cost = lay_along(
        some_slots(lambda _: np.full((1, 1), 0.25)),
        even(1, 1),
        some_slots(lambda _: np.empty((1, 0))),
    )
    assert (placements, cost) == ((Placement(0, 0, 0),), 0.25)
