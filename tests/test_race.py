"""Races as people write them, and the choice of the method that predicts the marathon."""

from __future__ import annotations

import math
import pickle

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backrun_fit.athlete.race import Method, Race, marathon_from_races
from backrun_fit.athlete.vdot import race_time
from backrun_fit.errors import SpecError
from backrun_fit.units import METRES_PER_MILE

FORTY_MILES_M = 40 * METRES_PER_MILE
TEN_KM = Race(distance="10km", time="40:00")
HALF = Race(distance="half marathon", time="1:30:00")
USUAL_DISTANCES_M = (METRES_PER_MILE, 3000.0, 5000.0, 10_000.0, 15_000.0, 21097.5, 30_000.0)

races = st.builds(
    lambda distance_m, vdot: Race(distance=distance_m, time=race_time(distance_m, vdot)),
    st.sampled_from(USUAL_DISTANCES_M),
    st.floats(40, 44),
)


@pytest.mark.parametrize(
    ("distance", "distance_m"),
    [
        ("marathon", 42195.0),
        ("Half Marathon", 21097.5),
        ("half-marathon", 21097.5),
        ("half", 21097.5),
        ("10km", 10_000.0),
        ("10k", 10_000.0),
        ("6mi", 6 * METRES_PER_MILE),
        (10_000, 10_000.0),
    ],
)
def test_a_distance_reads_by_name_by_unit_or_in_metres(
    distance: str | float, distance_m: float
) -> None:
    assert Race(distance=distance, time=14_400).distance_m == pytest.approx(distance_m, rel=1e-15)


@pytest.mark.parametrize("time", ["40:00", "40min", "0:40:00", 2400, 2400.0])
def test_a_time_reads_as_a_clock_with_units_or_in_seconds(time: str | float) -> None:
    assert Race(distance="10km", time=time) == TEN_KM


@pytest.mark.parametrize(
    ("distance", "time", "path", "said"),
    [
        ("10km", "20:00", "time", "no faster than anyone has run it"),
        ("half marathon", "1:30", "time", "1:30:00 an hour and a half"),
        ("10km", "10:00:00", "time", "at a run or a walk"),
        ("10km", "soon", "time", "expected a duration"),
        ("10km", 0, "time", "from 1 to"),
        ("10km", math.nan, "time", "from 1 to"),
        ("10km", None, "time", "expected a time"),
        ("10 furlongs", "40:00", "distance", "expected a distance"),
        (10, "40:00", "distance", "from 800 to"),
        ("100m", "0:12", "distance", "from 800 to"),
        (math.inf, "40:00", "distance", "from 800 to"),
        (True, "40:00", "distance", "expected a distance"),
    ],
)
def test_a_race_that_cannot_be_meant_is_refused_at_its_field(
    distance: str | float, time: str | float, path: str, said: str
) -> None:
    with pytest.raises(SpecError, match=said) as caught:
        Race(distance=distance, time=time)
    assert [problem.path for problem in caught.value.problems] == [path]


def test_both_fields_of_a_race_are_refused_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        Race(distance="far", time="soon")
    assert [problem.path for problem in caught.value.problems] == ["distance", "time"]


@pytest.mark.parametrize(
    ("distance", "time"),
    [
        (800, "1:40.91"),
        (METRES_PER_MILE, "3:43.13"),
        (5000, "12:35.36"),
        (10_000, "26:11"),
        ("half", "56:42"),
        ("marathon", "2:00:35"),
    ],
)
def test_no_world_record_is_refused(distance: str | float, time: str) -> None:
    assert 80 < Race(distance=distance, time=time).vdot < 90


@given(race=races)
def test_a_race_pickles_hashes_and_evolves_to_itself(race: Race) -> None:
    assert pickle.loads(pickle.dumps(race)) == race
    assert attrs.evolve(race) == race
    assert len({race, attrs.evolve(race)}) == 1


@pytest.mark.parametrize(
    ("given_races", "week_m", "method", "expected", "time"),
    [
        ([TEN_KM, HALF], FORTY_MILES_M, None, "vickers two races", "3:17:49"),
        ([HALF, TEN_KM], FORTY_MILES_M, None, "vickers two races", "3:17:49"),
        ([TEN_KM], FORTY_MILES_M, None, "vickers one race", "3:18:17"),
        ([HALF, HALF], FORTY_MILES_M, None, "vickers one race", "3:20:24"),
        ([HALF, TEN_KM], None, None, "daniels", "3:04:38"),
        ([HALF, TEN_KM], FORTY_MILES_M, "daniels", "daniels", "3:04:38"),
        ([TEN_KM, HALF], FORTY_MILES_M, "riegel", "riegel", "3:07:39"),
        ([TEN_KM], None, "riegel", "riegel", "3:04:00"),
        ([TEN_KM], FORTY_MILES_M, "vickers", "vickers one race", "3:18:17"),
    ],
)
def test_the_best_method_that_the_data_allow_is_taken_unless_one_is_asked_for(
    given_races: list[Race], week_m: float | None, method: Method | None, expected: str, time: str
) -> None:
    predicted = marathon_from_races(given_races, week_m, method)
    hours, minutes, seconds = map(int, time.split(":"))
    assert predicted.method == expected
    assert round(predicted.time_s) == hours * 3600 + minutes * 60 + seconds
    assert bool(predicted.warnings) == (expected == "riegel")


def test_the_fastest_marathon_among_the_races_goes_before_any_prediction() -> None:
    marathons = [Race(distance="marathon", time=time) for time in ("3:40:00", "3:30:00")]
    predicted = marathon_from_races([TEN_KM, *marathons], FORTY_MILES_M)
    assert predicted.method == "marathon race"
    assert predicted.time_s == pytest.approx(12_600)


def test_two_races_too_near_in_distance_count_as_one() -> None:
    near = Race(distance="9km", time="36:00")
    assert marathon_from_races([near, TEN_KM], FORTY_MILES_M).method == "vickers one race"


def test_a_race_longer_than_the_marathon_is_left_to_daniels_and_riegel() -> None:
    ultra = Race(distance="50km", time="4:30:00")
    assert marathon_from_races([ultra], FORTY_MILES_M).method == "daniels"
    assert marathon_from_races([ultra], None, "riegel").time_s < 4.5 * 3600


@pytest.mark.parametrize(
    ("given_races", "week_m", "method"),
    [
        ([], FORTY_MILES_M, None),
        ([], None, "riegel"),
        ([TEN_KM], None, "vickers"),
        ([Race(distance="50km", time="4:30:00")], FORTY_MILES_M, "vickers"),
    ],
)
def test_a_method_without_its_data_is_refused(
    given_races: list[Race], week_m: float | None, method: Method | None
) -> None:
    with pytest.raises(SpecError, match="expected"):
        marathon_from_races(given_races, week_m, method)


@given(
    given_races=st.lists(races, min_size=1, max_size=4),
    faster=st.floats(0.97, 0.999),
    week_m=st.none() | st.floats(10_000, 150_000),
    method=st.sampled_from([None, "daniels", "riegel"]),
    data=st.data(),
)
def test_running_any_race_faster_never_slows_the_marathon(
    given_races: list[Race],
    faster: float,
    week_m: float | None,
    method: Method | None,
    data: st.DataObject,
) -> None:
    index = data.draw(st.integers(0, len(given_races) - 1))
    better = list(given_races)
    better[index] = attrs.evolve(better[index], time=better[index].time_s * faster)
    before, after = (marathon_from_races(r, week_m, method) for r in (given_races, better))
    assume(before.method == after.method)
    assert after.time_s <= before.time_s * (1 + 1e-12)
