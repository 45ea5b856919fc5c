"""Claims about how far off still counts as done."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.compliance.allowance import (
    Aspect,
    extent_slack,
    lasts_long_enough,
    slack,
    unsteadiness,
)
from backrun_fit.rehearsal import Runner
from backrun_fit.rehearsal.watch import correlated
from backrun_fit.tolerances import Tolerances
from backrun_fit.workout import DistanceDuration, TimeDuration

ASPECTS: tuple[Aspect, ...] = ("pace", "heart_rate", "cadence", "power")
aspects = st.sampled_from(ASPECTS)
seconds = st.floats(0.0, 20_000.0)


@given(lasting_s=st.floats(0.1, 5000.0), alike_s=st.floats(1.0, 300.0))
def test_unsteadiness_is_the_mean_of_the_correlations_of_all_moments(
    lasting_s: float, alike_s: float
) -> None:
    """The variance of a mean is the mean over all pairs of moments of their correlation."""
    lags = (np.arange(20_000) + 0.5) / 20_000
    pairs = 2.0 * (1.0 - lags) * np.exp(-lags * lasting_s / alike_s)
    assert unsteadiness(lasting_s, alike_s) == pytest.approx(math.sqrt(pairs.mean()), abs=2e-4)


def test_unsteadiness_is_what_means_of_simulated_noise_show() -> None:
    noise = correlated(np.random.default_rng(5), 600_000, 60.0)
    for lasting_s in (30, 120, 600):
        means = noise.reshape(-1, lasting_s).mean(axis=1)
        assert float(means.std()) == pytest.approx(unsteadiness(lasting_s, 60.0), rel=0.1)


@given(one=st.floats(1e-6, 5000.0), other=st.floats(1e-6, 5000.0))
def test_a_longer_mean_is_never_less_steady(one: float, other: float) -> None:
    shorter, longer = sorted((one, other))
    assert 1.0 >= unsteadiness(shorter, 60.0) >= unsteadiness(longer, 60.0) - 1e-7 > 0.0


@given(aspect=aspects, tolerance=st.floats(0.001, 0.9), lasting_s=seconds, errors=st.floats(0, 9))
def test_the_slack_lies_between_the_tolerance_and_less_than_twice_of_it(
    aspect: Aspect, tolerance: float, lasting_s: float, errors: float
) -> None:
    """Whoever is off by twice the tolerance is never let through."""
    found = slack(aspect, tolerance, lasting_s, Tolerances(standard_errors=errors))
    assert tolerance <= found * (1 + 1e-12)
    assert found < 1.8 * tolerance


@given(aspect=aspects, one=seconds, other=seconds)
def test_a_longer_step_never_has_more_slack(aspect: Aspect, one: float, other: float) -> None:
    shorter, longer = sorted((one, other))
    found = [slack(aspect, 5.0, length_s, Tolerances()) for length_s in (shorter, longer)]
    assert found[0] >= found[1] - 1e-6


@given(aspect=aspects, lasting_s=seconds, tolerance=st.floats(0.0, 0.9))
def test_without_standard_errors_the_slack_is_the_tolerance(
    aspect: Aspect, lasting_s: float, tolerance: float
) -> None:
    assert slack(aspect, tolerance, lasting_s, Tolerances(standard_errors=0.0)) == tolerance


def test_the_spread_of_a_pace_is_that_of_the_virtual_runner() -> None:
    """Both stand for what was counted on real runs; a tenth of slack falls away beside them."""
    runner = Runner()
    within = runner.speed_noise_fraction * unsteadiness(284.0, runner.speed_noise_s)
    expected = 2.0 * math.hypot(runner.pacing_error_fraction, within)
    assert math.sqrt(slack("pace", 0.5, 300.0, Tolerances()) ** 2 - 0.5**2) == pytest.approx(
        expected
    )


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


@given(lasting_s=st.floats(1e-6, 0.06))
def test_the_mean_of_a_moment_is_hardly_steadier_than_one_value(lasting_s: float) -> None:
    assert unsteadiness(lasting_s, 60.0) == pytest.approx(1 - lasting_s / 360, abs=1e-6)


@given(aspect=aspects, lasting_s=st.floats(0.0, 26.0))
def test_what_lasts_too_short_has_the_slack_of_what_just_lasts_long_enough(
    aspect: Aspect, lasting_s: float
) -> None:
    shortest_s = 150.0 if aspect == "heart_rate" else 26.0
    found = [slack(aspect, 5.0, each, Tolerances()) for each in (lasting_s, shortest_s, 200.0)]
    assert found[0] == found[1] > found[2]


def test_without_windows_a_second_is_the_shortest_that_counts() -> None:
    none = Tolerances(settling_s=0.0, settled_s=0.0)
    found = [slack("cadence", 5.0, each, none) for each in (0.0, 1.0, 2.0)]
    assert found[0] == found[1] > found[2]


@given(tolerance=st.floats(0.01, 0.5), reference=st.floats(1.0, 400.0))
def test_a_fraction_of_a_reference_has_the_slack_of_that_fraction(
    tolerance: float, reference: float
) -> None:
    """Watts and shares of them come to the same."""
    as_share = slack("power", tolerance, 300.0, Tolerances())
    in_watts = slack("power", tolerance * reference, 300.0, Tolerances(), reference=reference)
    assert in_watts == pytest.approx(as_share * reference)
