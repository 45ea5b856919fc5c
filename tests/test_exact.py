"""Claims about the printers that lose nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.errors import SpecError
from backrun_fit.notation.exact import (
    exact_distance,
    exact_duration,
    exact_pace_band,
    exact_percent,
)
from backrun_fit.units import parse_distance, parse_duration, parse_pace

AMOUNTS = st.floats(1e-6, 9e8) | st.integers(1, 100_000).map(float)


@given(AMOUNTS)
def test_a_distance_reads_back_as_the_same_float(distance_m: float) -> None:
    assert parse_distance(exact_distance(distance_m)) == distance_m


@given(AMOUNTS)
def test_a_duration_reads_back_as_the_same_float(duration_s: float) -> None:
    assert parse_duration(exact_duration(duration_s)) == duration_s


@given(st.floats(0.2, 12.5) | st.integers(80, 3000).map(lambda seconds: 1000 / seconds))
def test_a_pace_reads_back_as_the_same_float(speed_mps: float) -> None:
    assert parse_pace(exact_pace_band(speed_mps, speed_mps)) == speed_mps


@given(st.floats(0, 5))
def test_a_percentage_says_every_digit_of_a_fraction(share: float) -> None:
    assert float(exact_percent(share).removesuffix("%")) / 100 == pytest.approx(share, rel=1e-15)


@given(st.integers(1, 15), st.sampled_from(["mi", "km"]))
def test_sixteenths_are_never_longer_than_their_decimals(part: int, unit: str) -> None:
    distance_m = parse_distance(f"{part}/16{unit}")
    assert len(exact_distance(distance_m)) <= len(f"{part}/16{unit}")


@pytest.mark.parametrize("print_exactly", [exact_distance, exact_duration])
@pytest.mark.parametrize("value", [math.inf, math.nan, 1e13, 1e-30, -5.0, 0.0])
def test_what_no_text_says_is_refused(print_exactly: Callable[[float], str], value: float) -> None:
    with pytest.raises(SpecError, match="can be written out"):
        print_exactly(value)


@pytest.mark.parametrize("band", [(0.1, 3.0), (3.0, 13.0)])
def test_a_speed_that_no_person_moves_at_is_refused(band: tuple[Any, Any]) -> None:
    with pytest.raises(SpecError, match="can be written out"):
        exact_pace_band(*band)
