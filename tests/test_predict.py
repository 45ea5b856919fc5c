"""The published formulas give the published numbers, and refuse what they do not describe."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.athlete import predict, vdot
from backrun_fit.errors import SpecError
from backrun_fit.units import METRES_PER_MILE

MARATHON_M = 42195.0
VDOTS = st.floats(25, 80)
DISTANCES_M = st.floats(800, 42195)


def clock(text: str) -> float:
    """Seconds of ``h:mm:ss.s`` or ``mm:ss``, read apart from the package."""
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def miles(number: float) -> float:
    return number * METRES_PER_MILE


# distance, time, VDOT, marathon after Daniels, Riegel, Vickers at 20 and at 40 miles a week
ORACLES = [
    (5000.0, "20:00", 49.8062, "3:11:17.2", "3:11:49.3", "3:35:03.3", "3:26:55.5"),
    (10000.0, "40:00", 51.9441, "3:04:37.7", "3:04:00.5", "3:25:43.8", "3:18:16.6"),
    (10000.0, "50:00", 40.0121, "3:49:34.0", "3:50:00.6", "4:11:50.7", "4:00:46.1"),
    (21097.5, "1:30:00", 50.9769, "3:07:34.8", "3:07:38.6", "3:28:01.2", "3:20:24.3"),
]
oracles = pytest.mark.parametrize(
    ("distance_m", "time", "vdot_value", "daniels", "riegel", "vickers_20", "vickers_40"), ORACLES
)


@oracles
def test_every_formula_gives_its_oracle_to_the_printed_tenth_of_a_second(
    distance_m: float,
    time: str,
    vdot_value: float,
    daniels: str,
    riegel: str,
    vickers_20: str,
    vickers_40: str,
) -> None:
    time_s = clock(time)
    of_race = vdot.vdot_of_race(distance_m, time_s)
    assert round(of_race, 4) == vdot_value
    assert round(predict.daniels_marathon(of_race).time_s, 1) == clock(daniels)
    assert round(predict.riegel_marathon(distance_m, time_s).time_s, 1) == clock(riegel)
    for week, expected in ((20, vickers_20), (40, vickers_40)):
        predicted = predict.vickers_one_race(distance_m, time_s, miles(week))
        assert round(predicted.time_s, 1) == clock(expected)
        assert predicted.warnings == ()


def test_two_races_give_the_oracle_time_and_exponent() -> None:
    predicted = predict.vickers_two_races(10_000, 2400, 21097.5, 5400, miles(40))
    assert round(predicted.time_s, 1) == clock("3:17:49.1")
    exponent = math.log(predicted.time_s / 5400) / math.log(MARATHON_M / 21097.5)
    assert round(exponent, 5) == 1.13618
    assert predicted.warnings == ()


@pytest.mark.parametrize(
    ("exponent", "coefficient", "wrong"),
    [
        (1.07, 0.6423826, "2:00:01"),  # the decimal point lost
        (1.06, 0.6423826, "1:59:06"),  # and Riegel's own exponent: the copy as it circulates
        (1.06, 0.06423826, "3:15:46"),  # Riegel's own exponent alone
    ],
)
def test_the_wrong_vickers_coefficients_that_circulate_are_not_ours(
    exponent: float, coefficient: float, wrong: str
) -> None:
    riegel_mps = MARATHON_M / (2400 * (MARATHON_M / 10_000) ** exponent)
    wrong_s = MARATHON_M / (0.16018617 + 0.83076202 * riegel_mps + coefficient * 4)
    assert round(wrong_s) == clock(wrong)
    ours_s = predict.vickers_one_race(10_000, 2400, miles(40)).time_s
    assert ours_s > wrong_s + 120


def test_tanda_gives_the_published_time() -> None:
    published = predict.tanda_marathon(96_560.64, METRES_PER_MILE / 450)
    assert round(published.time_s, 1) == clock("2:59:11.7")
    assert round(predict.tanda_marathon(60_000, 1000 / 300).time_s, 1) == clock("3:19:41.9")
    assert published.warnings == ()


@pytest.mark.parametrize(
    ("minutes", "flagged"), [(166.9, True), (167.1, False), (215.9, False), (216.1, True)]
)
def test_tanda_is_flagged_outside_167_to_216_min(minutes: float, flagged: bool) -> None:
    marathon_s_per_km = minutes * 60 / 42.195
    training_s_per_km = (marathon_s_per_km - 17.1 - 140 * math.exp(-0.0053 * 80)) / 0.55
    predicted = predict.tanda_marathon(80_000, 1000 / training_s_per_km)
    assert predicted.time_s == pytest.approx(minutes * 60)
    assert ["167 to 216 min" in warning for warning in predicted.warnings] == [True] * flagged


def test_riegel_is_always_flagged_as_optimistic() -> None:
    assert "optimistic" in predict.riegel_marathon(21097.5, 5400).warnings[0]


def test_vickers_is_flagged_where_it_predicts_a_marathon_faster_than_the_race() -> None:
    slow = predict.vickers_one_race(21097.5, 21097.5 / 1.2, miles(60))
    assert slow.speed_mps > 1.2
    assert "faster than the race" in slow.warnings[0]
    two = predict.vickers_two_races(10_000, 2400, 21097.5, 5400, miles(250))
    assert two.speed_mps > 21097.5 / 5400
    assert "faster than the race" in two.warnings[0]


def test_vickers_is_flagged_where_the_longer_race_was_the_faster() -> None:
    predicted = predict.vickers_two_races(10_000, 3000, 21097.5, 5400, miles(40))
    assert "one form" in predicted.warnings[0]


@pytest.mark.parametrize(
    ("shorter_m", "longer_m"),
    [(21097.5, 10_000), (10_000, 10_000), (10_000, MARATHON_M), (9000, 10_000)],
)
def test_two_races_too_near_or_out_of_order_are_refused(shorter_m: float, longer_m: float) -> None:
    with pytest.raises(SpecError, match="well apart"):
        predict.vickers_two_races(shorter_m, 2400, longer_m, 5400, miles(40))


def test_a_marathon_in_no_time_is_refused() -> None:
    with pytest.raises(SpecError, match="exponent above zero"):
        predict.vickers_two_races(5000, 1200, 10_000, 72_000, miles(40))


def test_one_race_as_long_as_the_marathon_is_refused() -> None:
    with pytest.raises(SpecError, match="shorter than the marathon"):
        predict.vickers_one_race(MARATHON_M, 12_600, miles(40))


FUNCTIONS: list[tuple[Callable[..., object], int]] = [
    (predict.riegel_time, 3),
    (predict.riegel_marathon, 2),
    (predict.daniels_marathon, 1),
    (predict.vickers_one_race, 3),
    (predict.vickers_two_races, 5),
    (predict.tanda_marathon, 2),
    (vdot.oxygen_cost, 1),
    (vdot.speed_at_oxygen_cost, 1),
    (vdot.sustainable_fraction, 1),
    (vdot.vdot_of_race, 2),
    (vdot.race_time, 2),
]


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf, -math.inf, True, "10", None])
@pytest.mark.parametrize(("function", "count"), FUNCTIONS)
def test_each_argument_must_be_a_finite_number_above_zero(
    function: Callable[..., object], count: int, bad: object
) -> None:
    for position in range(count):
        arguments: list[object] = [3.0] * count
        arguments[position] = bad
        with pytest.raises(SpecError, match="finite number above zero") as caught:
            function(*arguments)
        assert len(caught.value.problems) == 1


@pytest.mark.parametrize(("function", "count"), FUNCTIONS)
@given(data=st.data())
def test_any_numbers_at_all_give_a_result_or_our_own_error(
    function: Callable[..., object], count: int, data: st.DataObject
) -> None:
    arguments = data.draw(st.lists(st.floats(), min_size=count, max_size=count))
    try:
        result = function(*arguments)
    except SpecError:
        return
    number = result.time_s if isinstance(result, predict.MarathonPace) else result
    assert isinstance(number, float)
    assert math.isfinite(number)


@given(distance_m=DISTANCES_M, value=VDOTS)
def test_a_race_at_a_vdot_has_that_vdot(distance_m: float, value: float) -> None:
    time_s = vdot.race_time(distance_m, value)
    assert vdot.vdot_of_race(distance_m, time_s) == pytest.approx(value, rel=1e-12)


@given(vo2=st.floats(0.1, 120))
def test_speed_and_oxygen_cost_are_inverse(vo2: float) -> None:
    assert vdot.oxygen_cost(vdot.speed_at_oxygen_cost(vo2)) == pytest.approx(vo2, rel=1e-12)


def test_a_race_too_slow_to_cost_oxygen_is_refused() -> None:
    with pytest.raises(SpecError, match=r"faster than 0\.415 m/s"):
        vdot.vdot_of_race(1000, 2500)


@given(
    distance_m=st.floats(800, 42000),
    value=VDOTS,
    faster=st.floats(0.9, 0.999),
    week_m=st.floats(1000, 200_000),
)
def test_a_faster_race_never_predicts_a_slower_marathon(
    distance_m: float, value: float, faster: float, week_m: float
) -> None:
    time_s = vdot.race_time(distance_m, value)
    better_s = time_s * faster
    formulas: list[Callable[[float, float], predict.MarathonPace]] = [
        predict.riegel_marathon,
        lambda d, t: predict.vickers_one_race(d, t, week_m),
        lambda d, t: predict.daniels_marathon(vdot.vdot_of_race(d, t)),
    ]
    for formula in formulas:
        assert formula(distance_m, better_s).time_s < formula(distance_m, time_s).time_s


@given(
    shorter_m=st.floats(800, 25_000),
    apart=st.floats(1.01, 6),
    value=VDOTS,
    faster=st.floats(0.95, 0.999),
    week_m=st.floats(1000, 200_000),
)
def test_a_faster_one_of_two_races_never_predicts_a_slower_marathon(
    shorter_m: float, apart: float, value: float, faster: float, week_m: float
) -> None:
    longer_m = shorter_m * apart
    shorter_s, longer_s = (vdot.race_time(d, value) for d in (shorter_m, longer_m))
    if not predict.vickers_can_combine(shorter_m, longer_m):
        with pytest.raises(SpecError, match="well apart"):
            predict.vickers_two_races(shorter_m, shorter_s, longer_m, longer_s, week_m)
        return
    before, short, long = (
        predict.vickers_two_races(shorter_m, shorter_s * a, longer_m, longer_s * b, week_m).time_s
        for a, b in ((1, 1), (faster, 1), (1, faster))
    )
    assert short < before * (1 + 1e-12)
    assert long < before * (1 + 1e-12)


@given(week_m=st.floats(1000, 200_000), more=st.floats(1.01, 3))
def test_more_mileage_predicts_a_faster_marathon(week_m: float, more: float) -> None:
    formulas: list[Callable[[float], predict.MarathonPace]] = [
        lambda w: predict.vickers_one_race(10_000, 2400, w),
        lambda w: predict.vickers_two_races(10_000, 2400, 21097.5, 5400, w),
        lambda w: predict.tanda_marathon(w, 3.3),
    ]
    for formula in formulas:
        assert formula(week_m * more).time_s < formula(week_m).time_s
