"""Names, bands and the order of the named paces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.athlete.paces import (
    EASY_FRACTIONS,
    PACE_NAMES,
    band_about,
    band_at_vdot,
    canonical_pace_name,
    default_band,
    middle_mps,
    pace_at_vdot,
    parse_pace_band,
    read_pace_or_band,
    s_per_km_apart,
)
from backrun_fit.athlete.vdot import (
    oxygen_cost,
    race_time,
    speed_at_oxygen_cost,
    sustainable_fraction,
)
from backrun_fit.errors import SpecError
from backrun_fit.units import METRES_PER_MILE, format_pace
from backrun_fit.workout import PaceTarget

SPEEDS_MPS = st.floats(0.5, 8)
NINE, TEN = METRES_PER_MILE / 540, METRES_PER_MILE / 600


@given(vdot=st.floats(28.1, 80))
def test_named_paces_stand_in_order_from_recovery_to_5k(vdot: float) -> None:
    speeds = [pace_at_vdot(name, vdot) for name in PACE_NAMES]
    assert speeds == sorted(speeds)
    assert len(set(speeds)) == len(PACE_NAMES)


@given(vdot=st.floats(20, 80))
def test_threshold_is_slower_than_10k_exactly_where_10k_is_run_above_88_percent(
    vdot: float,
) -> None:
    ten_km_fraction = sustainable_fraction(race_time(10_000, vdot))
    assert (pace_at_vdot("threshold", vdot) < pace_at_vdot("10k", vdot)) == (ten_km_fraction > 0.88)


@given(vdot=st.floats(15, 28))
def test_all_paces_but_10k_stand_in_order_for_slow_runners_too(vdot: float) -> None:
    speeds = [pace_at_vdot(name, vdot) for name in PACE_NAMES if name != "10k"]
    assert speeds == sorted(speeds)
    assert pace_at_vdot("10k", vdot) < pace_at_vdot("5k", vdot)


def test_equal_cost_backward_is_1_23_to_1_27_times_marathon_pace_and_easy_1_39_to_1_51() -> None:
    # Figures worked out from Wright & Weyand 2001 and Daniels & Gilbert 1979 for 10 km in 40:00.
    vdot = 51.9441
    marathon_mps = pace_at_vdot("marathon", vdot)
    for vo2, expected in (
        (oxygen_cost(marathon_mps), [1.23, 1.27]),
        (EASY_FRACTIONS[2] * vdot, [1.39, 1.44]),
        (EASY_FRACTIONS[1] * vdot, [1.46, 1.51]),
    ):
        ratios = [marathon_mps / speed_at_oxygen_cost(vo2 / cost) for cost in (1.29, 1.35)]
        assert ratios == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("MP", "marathon"),
        ("mp", "marathon"),
        ("Marathon Pace", "marathon"),
        ("marathon-pace", "marathon"),
        ("5km", "5k"),
        ("5 km", "5k"),
        ("10K pace", "10k"),
        ("10km", "10k"),
        (" easy ", "easy"),
        *((name, name) for name in PACE_NAMES),
        *((name.upper(), name) for name in PACE_NAMES),
    ],
)
def test_every_usual_spelling_of_a_pace_is_known(written: str, name: str) -> None:
    assert canonical_pace_name(written) == name


@pytest.mark.parametrize(
    ("written", "meant"), [("esay", "easy"), ("maraton", "marathon"), ("treshold", "threshold")]
)
def test_a_misspelt_pace_is_refused_with_the_nearest_and_all_names(
    written: str, meant: str
) -> None:
    with pytest.raises(SpecError, match=f"did you mean {meant}") as caught:
        canonical_pace_name(written)
    assert all(name in str(caught.value) for name in PACE_NAMES)


@pytest.mark.parametrize("bad", ["", "pace", "sprint!", "x" * 5000, None, 5])
def test_what_is_no_name_is_refused_shortly(bad: object) -> None:
    with pytest.raises(SpecError, match="expected a pace name") as caught:
        canonical_pace_name(bad)  # type: ignore[arg-type]
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    "text",
    [
        "9:00-10:00/mi",
        "10:00-9:00/mi",
        "9:00/mi-10:00/mi",
        "10:00/mi - 9:00/mi",
        "9:00–10:00/mi",
        "9:00 to 10:00 per mile",
        "9-10 min/mi",
    ],
)
def test_a_band_reads_in_either_order_and_with_one_unit_or_two(text: str) -> None:
    band = read_pace_or_band(text)
    assert isinstance(band, PaceTarget)
    assert (band.slowest_mps, band.fastest_mps) == (TEN, NINE)


def test_a_band_may_mix_units() -> None:
    band = parse_pace_band("5:00/km-9:00/mi")
    assert (band.slowest_mps, band.fastest_mps) == (NINE, 1000 / 300)


@pytest.mark.parametrize(
    "text",
    ["9:00-10:00", "9:00/mi-10:00", "9:00-/mi", "-9:00/mi", "9:00-10:00-11:00/mi", "0:30-5:00/km"],
)
def test_what_is_no_band_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="expected a pace"):
        read_pace_or_band(text)


@pytest.mark.parametrize("bad", ["9:00/mi", "", 3.0])
def test_a_single_pace_is_no_band(bad: object) -> None:
    with pytest.raises(SpecError, match="expected two paces"):
        parse_pace_band(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "bad",
    [0.0, -3.0, 13.0, float("nan"), float("inf"), True, None, [3.0]],
)
def test_a_speed_no_person_moves_at_is_refused(bad: object) -> None:
    with pytest.raises(SpecError, match="expected a"):
        read_pace_or_band(bad)


def test_a_band_no_person_moves_in_is_refused() -> None:
    with pytest.raises(SpecError, match=r"12\.5 m/s"):
        read_pace_or_band(PaceTarget(slowest_mps=3.0, fastest_mps=30.0))


@given(speed=SPEEDS_MPS, slower=st.floats(0, 1), faster=st.floats(0, 0.9))
def test_a_band_holds_its_pace_and_its_sides_are_fractions_of_time(
    speed: float, slower: float, faster: float
) -> None:
    band = band_about(speed, slower, faster)
    assert band.slowest_mps <= speed <= band.fastest_mps
    assert speed / band.slowest_mps == pytest.approx(1 + slower)
    assert speed / band.fastest_mps == pytest.approx(1 - faster)


@pytest.mark.parametrize("name", PACE_NAMES)
def test_stated_easy_and_recovery_have_wider_bands_than_the_rest(name: str) -> None:
    width = 0.06 if name in ("easy", "recovery") else 0.03
    assert default_band(name, 3.0) == band_about(3.0, width, width)


# Daniels' easy: 62 to 70 % of VDOT, worked out from Daniels & Gilbert 1979.
@pytest.mark.parametrize(
    ("vdot", "per_km", "per_mile"),
    [
        (40.0, ("6:44", "6:07"), ("10:49", "9:50")),
        (44.6, ("6:10", "5:36"), ("9:56", "9:01")),
        (50.0, ("5:38", "5:07"), ("9:04", "8:14")),
        (60.0, ("4:52", "4:25"), ("7:50", "7:06")),
    ],
)
def test_easy_is_the_band_of_daniels_tables(
    vdot: float, per_km: tuple[str, str], per_mile: tuple[str, str]
) -> None:
    band = band_at_vdot("easy", vdot)
    ends = (band.slowest_mps, band.fastest_mps)
    assert tuple(format_pace(end) for end in ends) == tuple(f"{pace}/km" for pace in per_km)
    assert tuple(format_pace(end, "statute") for end in ends) == tuple(
        f"{pace}/mi" for pace in per_mile
    )


@pytest.mark.parametrize(
    ("vdot", "pace"), [(40.0, "5:27"), (44.6, "4:58"), (50.0, "4:31"), (60.0, "3:52")]
)
def test_easy_is_1_18_to_1_20_times_marathon_pace(vdot: float, pace: str) -> None:
    marathon_mps = pace_at_vdot("marathon", vdot)
    assert format_pace(marathon_mps) == f"{pace}/km"
    assert 1.175 < marathon_mps / pace_at_vdot("easy", vdot) < 1.205


@given(vdot=st.floats(15, 85))
def test_recovery_ends_where_easy_begins_and_each_pace_is_within_its_band(vdot: float) -> None:
    assert band_at_vdot("recovery", vdot).fastest_mps == band_at_vdot("easy", vdot).slowest_mps
    for name in PACE_NAMES:
        band = band_at_vdot(name, vdot)
        assert band.slowest_mps < pace_at_vdot(name, vdot) < band.fastest_mps


@given(first=SPEEDS_MPS, second=SPEEDS_MPS)
def test_the_middle_of_a_band_is_as_many_seconds_from_both_ends(
    first: float, second: float
) -> None:
    slowest, fastest = sorted((first, second))
    middle = 1000 / middle_mps(PaceTarget(slowest_mps=slowest, fastest_mps=fastest))
    assert middle - 1000 / fastest == pytest.approx(1000 / slowest - middle, abs=1e-9)


def test_bands_that_meet_are_not_apart_and_others_are_in_both_directions() -> None:
    band = PaceTarget(slowest_mps=1000 / 320, fastest_mps=1000 / 300)
    assert s_per_km_apart(band, 1000 / 310) == 0
    assert s_per_km_apart(band, 1000 / 290) == pytest.approx(10)
    assert s_per_km_apart(1000 / 335, band) == pytest.approx(15)
