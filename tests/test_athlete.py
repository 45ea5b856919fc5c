"""Every pace of an athlete comes from one source, and what is stated wins."""

from __future__ import annotations

import math
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.athlete import Athlete, Race
from backrun_fit.athlete.paces import PACE_NAMES, default_band
from backrun_fit.athlete.vdot import race_time
from backrun_fit.errors import SpecError
from backrun_fit.units import METRES_PER_MILE, format_pace
from backrun_fit.workout import (
    CadenceTarget,
    HeartRateTarget,
    NamedPaceTarget,
    OpenTarget,
    PaceTarget,
    Target,
)

TEN_KM = Race(distance="10km", time="40:00")
HALF = Race(distance="half marathon", time="1:30:00")
EIGHT_MINUTE_MILE_MPS = METRES_PER_MILE / 480

sane_races = st.builds(
    lambda distance_m, vdot: Race(distance=distance_m, time=race_time(distance_m, vdot)),
    st.sampled_from([1500.0, 5000.0, 10_000.0, 21097.5, 42195.0]),
    st.floats(28.1, 80),
)
speeds_mps = st.floats(1.5, 5)
bands = st.tuples(speeds_mps, speeds_mps).map(
    lambda pair: PaceTarget(slowest_mps=min(pair), fastest_mps=max(pair))
)
athletes = st.builds(
    Athlete,
    name=st.none() | st.text(max_size=5),
    races=st.lists(sane_races, min_size=1, max_size=3),
    paces=st.dictionaries(st.sampled_from(PACE_NAMES), speeds_mps | bands),
)
named_targets = st.builds(
    NamedPaceTarget, name=st.sampled_from([*PACE_NAMES, "MP", "10 km", "Easy pace"])
) | st.builds(
    NamedPaceTarget,
    name=st.sampled_from(PACE_NAMES),
    slower=st.floats(0, 0.5),
    faster=st.floats(0, 0.5),
)
targets = st.one_of(
    named_targets,
    bands,
    st.just(OpenTarget()),
    st.just(HeartRateTarget(lowest_bpm=120, highest_bpm=140)),
    st.just(CadenceTarget(lowest_spm=170, highest_spm=180)),
)


def paths_of(error: SpecError) -> list[str]:
    return [problem.path for problem in error.problems]


@pytest.mark.parametrize(
    ("stated", "method", "time_s"),
    [
        ({"marathon_pace": "8:00/mi"}, "stated pace", 42195 / EIGHT_MINUTE_MILE_MPS),
        ({"marathon_pace": EIGHT_MINUTE_MILE_MPS}, "stated pace", 42195 / EIGHT_MINUTE_MILE_MPS),
        ({"marathon_time": "3:30:00"}, "stated time", 12_600),
        ({"marathon_time": 12_600}, "stated time", 12_600),
        ({"marathon_pace": "4 m/s", "marathon_time": 42195 / 4.01}, "stated pace", 42195 / 4),
        ({"paces": {"MP": "4 m/s"}}, "stated pace", 42195 / 4),
        ({"paces": {"MP": "4:00-5:00/km"}}, "stated pace", 42.195 * 270),
        ({"paces": {"MP": "4:00-5:00/km"}, "marathon_time": 11_000}, "stated time", 11_000),
        ({"races": [TEN_KM, HALF], "weekly_distance": "40mi"}, "vickers two races", 11869.1),
        ({"races": [TEN_KM], "weekly_distance": "40mi"}, "vickers one race", 11896.6),
        ({"races": [TEN_KM]}, "daniels", 11077.7),
        ({"races": [TEN_KM], "method": "riegel"}, "riegel", 11040.5),
        ({"races": [Race(distance="marathon", time="3:30:00")]}, "marathon race", 12_600),
        (
            {"races": [TEN_KM, HALF], "weekly_distance": "40mi", "marathon_time": "3:30:00"},
            "stated time",
            12_600,
        ),
    ],
)
def test_marathon_pace_comes_from_the_best_source_there_is(
    stated: dict[str, Any], method: str, time_s: float
) -> None:
    athlete = Athlete(**stated)
    assert athlete.marathon_source.method == method
    assert athlete.marathon_source.time_s == pytest.approx(time_s, abs=0.05)
    assert athlete.marathon_mps == athlete.pace_mps("MP") == athlete.marathon_source.speed_mps
    assert bool(athlete.marathon_source.warnings) == (method == "riegel")


def test_races_read_from_mappings_as_a_spec_file_holds_them() -> None:
    read = Athlete(races=[{"distance": "10km", "time": "40:00"}])
    assert read == Athlete(races=(TEN_KM,))


@pytest.mark.parametrize(
    ("stated", "path"),
    [
        ({"marathon_pace": "fast"}, "marathon_pace"),
        ({"marathon_pace": "0:30/km"}, "marathon_pace"),
        ({"marathon_pace": "2:30/km"}, "marathon_pace"),
        ({"marathon_pace": math.nan}, "marathon_pace"),
        ({"marathon_pace": True}, "marathon_pace"),
        ({"marathon_time": "20:00"}, "marathon_time"),
        ({"marathon_time": "3:30"}, "marathon_time"),
        ({"marathon_time": "soon"}, "marathon_time"),
        ({"marathon_time": -1}, "marathon_time"),
        ({"marathon_pace": "8:00/mi", "marathon_time": "3:45:00"}, "marathon_time"),
        ({"marathon_pace": "8:00/mi", "paces": {"MP": "8:05/mi"}}, "paces.marathon"),
        ({"marathon_time": "3:30:00", "paces": {"MP": "8:30-9:00/mi"}}, "paces.marathon"),
        ({"paces": {"MP": "2:20/km"}}, "paces.marathon"),
        ({"races": [{"distance": "10km", "time": "soon"}]}, "races[0].time"),
        ({"races": [TEN_KM, {"distance": "10km", "time": "20:00"}]}, "races[1].time"),
        ({"races": [{"distance": "10km"}]}, "races[0]"),
        ({"races": [{"distance": "10km", "time": 2400, "place": 1}]}, "races[0]"),
        ({"races": ["10km 40:00"]}, "races[0]"),
        ({"races": "10km 40:00"}, "races"),
        ({"races": {"distance": "10km", "time": 2400}}, "races"),
        ({"races": None}, "races"),
        ({"weekly_distance": "40"}, "weekly_distance"),
        ({"weekly_distance": 40}, "weekly_distance"),
        ({"weekly_distance": "4000mi"}, "weekly_distance"),
        ({"weekly_distance": math.inf}, "weekly_distance"),
        ({"paces": {"easy": "0:30/km"}}, "paces.easy"),
        ({"paces": {"easy": "9:00-0:10/mi"}}, "paces.easy"),
        ({"paces": {"easy": None}}, "paces.easy"),
        ({"paces": {"esay": "9:00/mi"}}, "paces.esay"),
        ({"paces": {"MP": "8:00/mi", "marathon": "8:00/mi"}}, "paces.marathon"),
        ({"paces": {3: "8:00/mi"}}, "paces.3"),
        ({"paces": "easy"}, "paces"),
        ({"paces": 9}, "paces"),
        ({"paces": ["easy"]}, "paces"),
        ({"method": "astrology", "races": [TEN_KM]}, "method"),
        ({"method": "riegel"}, "method"),
        ({"method": "riegel", "races": [TEN_KM], "marathon_pace": "8:00/mi"}, "method"),
        ({"method": "vickers", "races": [TEN_KM]}, "method"),
        (
            {
                "races": [Race(distance="5km", time="15:00"), Race(distance="10km", time=23_800)],
                "weekly_distance": "300mi",
            },
            "races",
        ),
        ({"name": 7}, "name"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_stands(stated: dict[str, Any], path: str) -> None:
    with pytest.raises(SpecError, match="expected") as caught:
        Athlete(**stated)
    assert paths_of(caught.value) == [path]
    assert len(str(caught.value)) < 300


def test_all_problems_of_an_athlete_are_said_at_once_in_the_order_of_the_fields() -> None:
    stated: dict[str, Any] = {
        "marathon_pace": "fast",
        "marathon_time": "soon",
        "races": [TEN_KM, {"distance": "far", "time": "soon"}],
        "weekly_distance": "40",
        "paces": {"esay": "9:00/mi", "5k": "0:30/km"},
        "method": "astrology",
    }
    with pytest.raises(SpecError) as caught:
        Athlete(**stated)
    assert paths_of(caught.value) == [
        "marathon_pace",
        "marathon_time",
        "races[1].distance",
        "races[1].time",
        "weekly_distance",
        "paces.esay",
        "paces.5k",
        "method",
    ]


def test_a_pace_and_a_time_may_differ_by_a_second_per_kilometre_and_no_more() -> None:
    Athlete(marathon_pace="5:00/km", marathon_time=42.195 * 300.99)
    Athlete(marathon_pace="5:00/km", marathon_time=42.195 * 299.01)
    for s_per_km in (301.01, 298.99):
        with pytest.raises(SpecError, match="agrees with marathon_pace, 5:00/km"):
            Athlete(marathon_pace="5:00/km", marathon_time=42.195 * s_per_km)


@pytest.mark.parametrize("name", PACE_NAMES)
def test_an_athlete_of_whom_nothing_is_known_is_told_what_to_state(name: str) -> None:
    for ask in (Athlete().pace_mps, Athlete().band):
        with pytest.raises(SpecError, match=f"the {name} pace from, got none") as caught:
            ask(name)
        assert paths_of(caught.value) == ["marathon_pace"]


def test_vdot_marathon_and_cost_of_an_unknown_athlete_are_refused() -> None:
    nobody = Athlete()
    for ask in (
        lambda: nobody.vdot,
        lambda: nobody.marathon_mps,
        lambda: nobody.backward_cost(3.0),
    ):
        with pytest.raises(SpecError, match="a marathon time or a race"):
            ask()


def test_an_unknown_athlete_still_resolves_targets_without_names() -> None:
    band = PaceTarget(slowest_mps=3, fastest_mps=4)
    assert Athlete().resolve(band) is band
    assert Athlete(paces={"easy": band}).resolve(NamedPaceTarget(name="Easy")) == band


def test_vdot_is_that_of_the_best_race_or_of_the_stated_marathon() -> None:
    assert Athlete(races=[HALF, TEN_KM]).vdot == TEN_KM.vdot
    marathon = Race(distance="marathon", time="3:30:00")
    assert Athlete(marathon_time="3:30:00").vdot == pytest.approx(marathon.vdot)
    stated = Athlete(races=[TEN_KM], marathon_time="3:30:00")
    assert (stated.vdot, stated.marathon_source.method) == (TEN_KM.vdot, "stated time")


@given(race=sane_races)
def test_paces_of_one_race_stand_in_order(race: Race) -> None:
    athlete = Athlete(races=[race], method="daniels")
    speeds = [athlete.pace_mps(name) for name in PACE_NAMES]
    assert speeds == sorted(speeds)
    assert len(set(speeds)) == len(speeds)


@given(athlete=athletes)
def test_explicit_paces_and_bands_always_win(athlete: Athlete) -> None:
    for name, pace in athlete.paces:
        if isinstance(pace, PaceTarget):
            assert athlete.band(name) == pace
            assert pace.slowest_mps * 0.999 <= athlete.pace_mps(name) <= pace.fastest_mps * 1.001
        else:
            assert athlete.pace_mps(name) == pace
            assert athlete.band(name) == default_band(name, pace)


@given(athlete=athletes)
def test_recovery_is_never_faster_than_the_slow_end_of_easy_unless_it_is_stated(
    athlete: Athlete,
) -> None:
    recovery = athlete.band("recovery")
    assert recovery.slowest_mps <= athlete.pace_mps("recovery") <= recovery.fastest_mps * 1.000001
    if "recovery" not in dict(athlete.paces):
        assert recovery.fastest_mps <= athlete.band("easy").slowest_mps * 1.000001


def test_easy_of_a_marathon_at_8_00_per_mile_is_from_9_56_to_9_01() -> None:
    easy = Athlete(marathon_pace="8:00/mi").band("easy")
    ends = (easy.slowest_mps, easy.fastest_mps)
    assert [format_pace(end, "statute") for end in ends] == ["9:56/mi", "9:01/mi"]


@given(athlete=athletes, target=named_targets)
def test_a_named_target_becomes_a_band_with_its_own_fractions_or_the_athletes(
    athlete: Athlete, target: NamedPaceTarget
) -> None:
    resolved = athlete.resolve(target)
    assert isinstance(resolved, PaceTarget)
    if target.slower is None or target.faster is None:
        assert resolved == athlete.band(target.name)
    else:
        pace = athlete.pace_mps(target.name)
        assert pace / resolved.slowest_mps == pytest.approx(1 + target.slower)
        assert pace / resolved.fastest_mps == pytest.approx(1 - target.faster)


@given(athlete=athletes, target=targets)
def test_resolving_twice_is_resolving_once(athlete: Athlete, target: Target) -> None:
    once = athlete.resolve(target)
    assert athlete.resolve(once) is once
    assert isinstance(target, NamedPaceTarget) or once is target


@given(athlete=athletes)
def test_an_athlete_pickles_hashes_and_evolves_to_itself(athlete: Athlete) -> None:
    for twin in (pickle.loads(pickle.dumps(athlete)), attrs.evolve(athlete)):
        assert twin == athlete
        assert hash(twin) == hash(athlete)


def test_an_athlete_is_frozen() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Athlete().name = "someone"  # type: ignore[misc]


def test_backward_at_marathon_pace_costs_a_40_minute_10_km_runner_106_to_110_percent() -> None:
    athlete = Athlete(races=[TEN_KM])
    costs = athlete.backward_cost(athlete.marathon_mps)
    assert [round(percent) for percent in costs] == [106, 110]


@given(speed_mps=st.floats(0.3, 8))
def test_backward_running_costs_1_29_to_1_35_times_forward_and_never_less_than_nothing(
    speed_mps: float,
) -> None:
    least, most = Athlete(races=[TEN_KM]).backward_cost(speed_mps)
    assert 0 <= least <= most
    assert most == pytest.approx(least * 1.35 / 1.29)


@pytest.mark.parametrize(
    "athlete",
    [
        Athlete(marathon_time="4:30:00", races=[TEN_KM]),
        Athlete(races=[TEN_KM], weekly_distance="40mi"),
        Athlete(races=[HALF], weekly_distance="20mi"),
        Athlete(races=[Race(distance="5km", time="20:00")], weekly_distance="20mi"),
    ],
)
def test_easy_running_is_slower_than_marathon_pace_wherever_that_comes_from(
    athlete: Athlete,
) -> None:
    assert athlete.band("easy").fastest_mps < athlete.marathon_mps
    assert athlete.pace_mps("recovery") < athlete.pace_mps("easy")
    assert athlete.marathon_mps < athlete.pace_mps("threshold") < athlete.pace_mps("5k")
