"""Sums made in advance give what summing each part would."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.activity_time import interpolate
from backrun_fit.compliance.means import Slopes, TimeMeans, weights

VALUES = st.lists(st.one_of(st.just(float("nan")), st.floats(0.0, 300.0)), min_size=1, max_size=40)


@given(VALUES, st.data(), st.booleans())
def test_a_mean_is_the_mean_of_its_part_alone(
    values: list[float], data: st.DataObject, moving: bool
) -> None:
    column = np.array(values)
    gaps = data.draw(st.lists(st.floats(0.5, 20.0), min_size=len(column), max_size=len(column)))
    weight_s = weights(np.array(gaps[:-1]))
    first = data.draw(st.integers(0, len(column) - 1))
    behind = data.draw(st.integers(first + 1, len(column)))
    last_s = data.draw(st.floats(0.0, 10.0))
    found = TimeMeans.of(column, weight_s, moving=moving).mean(first, behind, last_s)
    part = column[first:behind]
    own = np.append(weight_s[first : behind - 1], last_s)
    known = part > 0 if moving else ~np.isnan(part)
    total = own[known].sum()
    if total <= 1e-9:
        assert found is None or total > 0
    else:
        assert found == pytest.approx(float(part[known] @ own[known] / total), abs=1e-6)


@given(st.lists(st.tuples(st.floats(0.0, 10.0), st.floats(-5.0, 5.0)), min_size=3, max_size=60))
def test_a_slope_is_that_of_its_part_alone(pairs: list[tuple[float, float]]) -> None:
    steps, heights = np.array(pairs).T
    along = 40_000.0 + np.cumsum(steps)
    first, behind = len(along) // 4, len(along)
    found = Slopes.of(along, heights).slope(first, behind, 5.0)
    part = along[first:behind]
    if len(part) < 3 or np.ptp(part) < 5.0:
        assert found is None
    else:
        assert found == pytest.approx(
            np.polyfit(part - part.mean(), heights[first:behind], 1)[0], abs=1e-6
        )


def test_samples_without_both_values_take_no_part_in_a_slope() -> None:
    along = np.array([0.0, 10.0, np.nan, 20.0, 30.0])
    heights = np.array([0.0, 1.0, 50.0, np.nan, 3.0])
    assert Slopes.of(along, heights).slope(0, 5, 10.0) == pytest.approx(0.1)
    assert Slopes.of(np.array([]), np.array([])).slope(0, 0, 1.0) is None


def test_a_long_interval_carries_no_weight() -> None:
    assert weights(np.array([1.0, 10.0, 10.1])).tolist() == [1.0, 10.0, 0.0]


@given(
    st.lists(st.tuples(st.floats(0.0, 9.0), st.floats(-5.0, 5.0)), min_size=1, max_size=20),
    st.floats(-5.0, 60.0),
)
def test_one_number_between_others_is_where_numpy_puts_it(
    pairs: list[tuple[float, float]], at: float
) -> None:
    steps, heights = np.array(pairs).T
    along = np.cumsum(steps)
    expected = float(np.interp(at, along, heights))
    if len(set(along.tolist())) == len(along):
        assert interpolate(at, along, heights) == pytest.approx(expected, abs=1e-6)


def test_a_value_of_zero_counts_unless_only_movement_does() -> None:
    column, weight_s = np.array([0.0, 6.0, 6.0]), np.array([1.0, 1.0])
    assert TimeMeans.of(column, weight_s).mean(0, 3, 1.0) == 4.0
    assert TimeMeans.of(column, weight_s, moving=True).mean(0, 3, 1.0) == 6.0


def test_a_part_without_samples_has_no_mean() -> None:
    means = TimeMeans.of(np.array([2.0, 4.0, 8.0]), np.array([1.0, 1.0]))
    assert means.mean(1, 1, 5.0) is None
    assert means.mean(2, 1, 5.0) is None


def test_a_column_without_values_weighs_nothing() -> None:
    none = TimeMeans.of(np.full(3, np.nan), np.array([1.0, 1.0]))
    assert (none.mean(0, 3, 1.0), none.total(0, 3, 1.0)) == (None, 0.0)


def test_a_slope_far_from_the_start_loses_nothing_to_rounding() -> None:
    steps = np.arange(10.0)
    assert Slopes.of(1e8 + steps, 2 * steps).slope(0, 10, 1.0) == pytest.approx(2.0)
    assert Slopes.of(steps, 1e12 + 2 * steps).slope(5, 10, 1.0) == pytest.approx(2.0)


def test_two_samples_have_no_slope_wherever_they_are() -> None:
    slopes = Slopes.of(np.arange(10.0), np.arange(10.0))
    assert slopes.slope(5, 7, 0.0) is None
    assert slopes.slope(5, 8, 2.0) == pytest.approx(1.0)
    assert slopes.slope(5, 8, 2.1) is None
