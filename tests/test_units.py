"""Claims about units: what people write is read exactly, and nothing else is."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.errors import SpecError
from backrun_fit.units import (
    format_distance,
    format_duration,
    format_pace,
    parse_distance,
    parse_duration,
    parse_pace,
)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("1/8mi", 201.168), ("0.125 mi", 201.168), ("220 yd", 201.168), ("201.168 m", 201.168),
        ("5k", 5000.0), ("5 km", 5000.0), (" 1 MILE ", 1609.344), ("100ft", 30.48), (".5km", 500.0),
        ("1 / 4 mile", 402.336),
    ],
)  # fmt: skip
def test_distances_are_read_to_the_nearest_float(text: str, metres: float) -> None:
    assert parse_distance(text) == metres


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60s", 60), ("1:30", 90), ("2h05", 7500), ("1:02:03", 3723), ("90 min", 5400),
        ("1h 2min 3s", 3723), ("1h30min", 5400), ("1/2 min", 30), ("0:00.5", 0.5), ("90:00", 5400),
    ],
)  # fmt: skip
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "speed_mps"),
    [("8:00/mi", 3.3528), ("5:00 / km", 1000 / 300), ("4min per km", 1000 / 240), ("3.5 m/s", 3.5),
     ("12 km/h", 1000 / 300), ("6 mph", 2.68224)],
)  # fmt: skip
def test_paces_are_read_as_speeds(text: str, speed_mps: float) -> None:
    assert parse_pace(text) == pytest.approx(speed_mps, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    ["", "m", "5", "-5m", "0m", "0/1mi", "1/0mi", "1 furlong", "NaN m", "inf m", "5mm", "5 m m",
     "1e3m", "٥km", "5m;", "1,5km"],
)  # fmt: skip
def test_what_is_no_distance_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(SpecError, match="expected a distance such as 1mi"):
        parse_distance(text)


@pytest.mark.parametrize(
    "text",
    ["", "10m", "0s", "0:00", "-1:30", "1:60", "1:2", "1:99:00", "5", "s", "1s 2min", "1min 2min",
     "NaN", "1/0 min", "1:30;"],
)  # fmt: skip
def test_what_is_no_duration_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(SpecError, match="expected a duration such as 60s"):
        parse_duration(text)


@pytest.mark.parametrize(
    "text",
    ["0:30/km", "0:00/km", "90:00/km", "NaN/km", "8:00", "/mi", "8:00/furlong", "min/km", "99 m/s",
     "1/0 m/s", "5:00/mi/km"],
)  # fmt: skip
def test_what_nobody_runs_or_walks_at_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="expected a pace such as 8:00/mi"):
        parse_pace(text)


def test_long_nonsense_is_cut_in_the_message() -> None:
    with pytest.raises(SpecError) as caught:
        parse_distance("x" * 5000)
    assert len(str(caught.value)) < 200


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_never_anything_else(text: str) -> None:
    for parse in (parse_distance, parse_duration, parse_pace):
        try:
            value = parse(text)
        except SpecError:
            continue
        assert math.isfinite(value)
        assert value > 0


@pytest.mark.parametrize(
    ("metres", "metric", "statute"),
    [
        (201.168, "201 m", "1/8 mi"), (1609.344, "1.61 km", "1 mi"),
        (2414.016, "2.41 km", "1 1/2 mi"),
        (201.17, "201 m", "1/8 mi"), (800.0, "800 m", "0.5 mi"), (20.0, "20 m", "22 yd"),
        (12874.752, "12.87 km", "8 mi"), (1000.0, "1 km", "0.62 mi"),
    ],
)  # fmt: skip
def test_distances_are_printed_the_way_runners_write_them(
    metres: float, metric: str, statute: str
) -> None:
    assert format_distance(metres) == metric
    assert format_distance(metres, "statute") == statute


def test_durations_and_paces_are_printed_to_the_second() -> None:
    assert [format_duration(s) for s in (5, 59.6, 90, 3600, 7503)] == [
        "5 s", "1:00", "1:30", "1:00:00", "2:05:03",
    ]  # fmt: skip
    assert format_pace(1000 / 300) == "5:00/km"
    assert format_pace(3.3528, "statute") == "8:00/mi"
    assert format_pace(math.nan) == format_pace(0) == "--"


@given(st.integers(60, 3600))
def test_a_printed_pace_reads_back_as_itself(seconds: int) -> None:
    for unit in ("km", "mi"):
        text = f"{seconds // 60}:{seconds % 60:02d}/{unit}"
        try:
            speed = parse_pace(text)
        except SpecError:
            continue
        assert format_pace(speed, "statute" if unit == "mi" else "metric") == text
