"""Claims about how far beyond its band a mean may lie."""

from __future__ import annotations

import math

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.compliance.tolerance_model import (
    Aspect,
    Band,
    Meter,
    allowed_of,
    band_of,
    extent_slack,
    lasts_long_enough,
)
from backrun_fit.report import Done
from backrun_fit.tolerances import PRESETS, Tolerances
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    HeartRateTarget,
    OpenDuration,
    PaceTarget,
    PowerTarget,
    Step,
    TimeDuration,
)
from tests.activities import metres, timed

PACE = PaceTarget(slowest_mps=3.9, fastest_mps=4.1)
METERS: tuple[Meter, ...] = ("GPS", "GPS on a track", "foot pod")
SHARES: tuple[Aspect, ...] = ("pace", "power")
meters, shares = st.sampled_from(METERS), st.sampled_from(SHARES)


def allowed(
    step: Step,
    meter: Meter = "GPS",
    tolerances: Tolerances | None = None,
    aspect: Aspect = "pace",
    done: Done | None = None,
) -> float:
    return allowed_of(aspect, step, done or Done(), meter, tolerances or Tolerances()).amount


def test_outdoors_a_kilometre_or_four_minutes_are_allowed_two_to_four_percent() -> None:
    for step in (metres(1000, PACE), timed(240, PACE)):
        assert 0.02 <= allowed(step) <= 0.04


def test_two_hundred_metres_are_allowed_more_and_nothing_more_than_eight_percent() -> None:
    assert allowed(metres(1000, PACE)) < allowed(metres(200, PACE)) < 0.08
    assert allowed(metres(50, PACE)) == 0.08


def test_a_track_and_a_foot_pod_are_allowed_less_than_gps() -> None:
    short = metres(400, PACE)
    assert allowed(short, "GPS on a track") < allowed(short)
    assert allowed(short, "foot pod") < allowed(short)


@given(meters, shares, st.floats(10.0, 40_000.0), st.floats(10.0, 40_000.0))
def test_a_longer_step_is_never_allowed_more(
    meter: Meter, aspect: Aspect, one: float, other: float
) -> None:
    shorter, longer = sorted((one, other))
    for make in (metres, timed):
        found = [allowed(make(length, PACE), meter, aspect=aspect) for length in (shorter, longer)]
        assert found[0] >= found[1]


@given(meters, shares, st.floats(5.0, 40_000.0), st.floats(0.0, 5.0), st.floats(0.0, 0.5))
def test_nothing_is_allowed_more_than_the_largest(
    meter: Meter, aspect: Aspect, length_s: float, errors: float, largest: float
) -> None:
    some = Tolerances(standard_errors=errors, largest_fraction=largest)
    assert 0.0 <= allowed(timed(length_s, PACE), meter, some, aspect) <= largest


@given(st.floats(1.0, 4000.0), st.floats(1.0, 9000.0))
def test_what_was_done_widens_nothing_where_a_length_was_planned(
    timer_s: float, distance_m: float
) -> None:
    done = Done(timer_s=timer_s, distance_m=distance_m)
    for step in (timed(300, PACE), metres(1000, PACE)):
        assert allowed(step, done=done) == allowed(step)


def test_an_open_step_is_allowed_by_what_was_done() -> None:
    step = Step(duration=OpenDuration(), target=PACE)
    done = Done(timer_s=250.0, distance_m=1000.0)
    assert allowed(step, done=done) == allowed(metres(1000, PACE))
    assert allowed(step) == 0.08


def test_what_is_allowed_is_the_root_of_the_sum_of_two_squares() -> None:
    gps, holding = math.hypot(0.015, 6 / 1000), 0.042 * math.sqrt(60 / 250)
    assert allowed(metres(1000, PACE)) == pytest.approx(math.hypot(gps, holding))
    in_power = math.hypot(0.03, 0.042 * math.sqrt(60 / 240))
    assert allowed(timed(240, PACE), aspect="power") == pytest.approx(in_power)


@pytest.mark.parametrize(
    ("tolerances", "made_of"),
    [
        (Tolerances(), "GPS 1.6 %, holding 2.1 %"),
        (Tolerances(standard_errors=0.5), "GPS 1.6 %, holding 2.1 %, 0.5 standard errors"),
        (Tolerances(largest_fraction=0.02), "GPS 1.6 %, holding 2.1 %, never above 2 %"),
    ],
)
def test_what_is_allowed_says_what_it_is_made_of(tolerances: Tolerances, made_of: str) -> None:
    assert allowed_of("pace", metres(1000, PACE), Done(), "GPS", tolerances).made_of == made_of


def test_heart_rate_and_cadence_are_allowed_what_their_sensors_err() -> None:
    for aspect, amount in (("heart_rate", 5.0), ("cadence", 4.0)):
        assert allowed(timed(30, PACE), aspect=aspect) == amount  # type: ignore[arg-type]


def test_strict_allows_less_and_lenient_more_of_everything_they_name() -> None:
    strict, standard, lenient = (attrs.asdict(PRESETS[name]) for name in PRESETS)
    changed = [name for name in standard if strict[name] != standard[name]]
    assert changed == [name for name in standard if lenient[name] != standard[name]]
    assert all(strict[name] < standard[name] < lenient[name] for name in changed)


# Bands.


@pytest.mark.parametrize(
    ("target", "band"),
    [
        (PaceTarget(slowest_mps=4.0, fastest_mps=4.0), Band("pace", 3.88, 4.12, "3 %")),
        (PowerTarget(lowest_w=250, highest_w=250), Band("power", 237.5, 262.5, "5 %")),
        (HeartRateTarget(lowest_bpm=145, highest_bpm=145), Band("heart_rate", 140, 150, "5 bpm")),
        (CadenceTarget(lowest_spm=180, highest_spm=180), Band("cadence", 176, 184, "4 spm")),
        (PaceTarget(slowest_mps=4.0, fastest_mps=4.2), Band("pace", 4.0, 4.2)),
        (HeartRateTarget(lowest_bpm=0, highest_bpm=145), Band("heart_rate", 0, 145)),
        (PowerTarget(lowest_w=250, highest_w=math.inf), Band("power", 250, math.inf)),
    ],
)
def test_a_lone_value_is_given_the_usual_band_of_its_kind(
    target: PaceTarget | PowerTarget | HeartRateTarget | CadenceTarget, band: Band
) -> None:
    found = band_of(target)
    assert (found.aspect, found.usual) == (band.aspect, band.usual)
    assert (found.lowest, found.highest) == pytest.approx((band.lowest, band.highest))


def test_half_a_width_is_a_fraction_of_the_middle_and_nothing_without_one() -> None:
    assert Band("pace", 3.9, 4.1).half_width == pytest.approx(0.025)
    assert (Band("pace", 0.0, 4.1).half_width, Band("pace", 3.9, math.inf).half_width) == (0, 0)


# Lengths.


@pytest.mark.parametrize(
    ("aspect", "least_s"), [("pace", 26), ("cadence", 26), ("heart_rate", 150)]
)
def test_something_must_be_left_once_settled(aspect: Aspect, least_s: float) -> None:
    assert not lasts_long_enough(aspect, least_s - 0.1, Tolerances())
    assert lasts_long_enough(aspect, least_s, Tolerances())


def test_the_wider_of_two_slacks_on_a_length_holds() -> None:
    tolerances = Tolerances()
    assert extent_slack(TimeDuration(duration_s=59.0), tolerances) == 3.0
    assert extent_slack(TimeDuration(duration_s=600.0), tolerances) == 30.0
    assert extent_slack(DistanceDuration(distance_m=199.0), tolerances) == 10.0
    assert extent_slack(DistanceDuration(distance_m=1000.0), tolerances) == 50.0
