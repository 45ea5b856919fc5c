"""Claims about what a calibration run says, and the pace that an athlete takes from it."""

from __future__ import annotations

import datetime
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.athlete import Athlete, BackwardCalibration
from backrun_fit.athlete.calibration import (
    CALIBRATION_KEYS,
    calibration_values,
    read_calibration,
)
from backrun_fit.athlete.paces import band_about
from backrun_fit.compile import compile_workout
from backrun_fit.errors import SpecError
from backrun_fit.notation import parse_workout
from backrun_fit.rules import AfterEachMile
from backrun_fit.spec import parse_spec
from backrun_fit.units import format_pace
from backrun_fit.workout import NamedPaceTarget, PaceTarget, Step

DAY = datetime.date(2026, 3, 1)
WRITTEN = {
    "calibrated_on": "2026-03-01",
    "bouts": "6",
    "cadence_effect": "0.112",
    "cadence_effect_spread": "0.02",
    "cadence_effect_uncertainty": "0.008",
    "pace": "6:10/km",
    "pace_uncertainty_s_per_km": "4",
}


def own(**values: Any) -> BackwardCalibration:
    known: dict[str, Any] = {
        "on": DAY,
        "bouts": 6,
        "cadence_effect": 0.112,
        "cadence_effect_spread": 0.02,
        "cadence_effect_uncertainty": 0.008,
        "speed_mps": 2.7,
        "speed_uncertainty_mps": 0.02,
    }
    return BackwardCalibration(**{**known, **values})


calibrations = st.builds(
    BackwardCalibration,
    on=st.dates(),
    bouts=st.integers(2, 1000),
    cadence_effect=st.floats(-0.5, 1),
    cadence_effect_spread=st.floats(0, 1),
    cadence_effect_uncertainty=st.floats(0, 1),
    speed_mps=st.floats(0.5, 8),
    speed_uncertainty_mps=st.floats(0, 1),
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("on", "2026-03-01"),
        ("on", datetime.datetime(2026, 3, 1)),
        ("bouts", 1),
        ("bouts", 6.0),
        ("bouts", True),
        ("cadence_effect", 1.01),
        ("cadence_effect", -0.51),
        ("cadence_effect", float("nan")),
        ("cadence_effect_spread", -0.01),
        ("cadence_effect_uncertainty", float("inf")),
        ("speed_mps", 0.0),
        ("speed_mps", 13.0),
        ("speed_uncertainty_mps", -0.1),
        ("speed_uncertainty_mps", "0.1"),
    ],
)
def test_what_no_calibration_run_can_say_is_refused_with_its_name(name: str, value: object) -> None:
    with pytest.raises(SpecError) as caught:
        own(**{name: value})
    assert [problem.path for problem in caught.value.problems] == [name]


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        own(bouts=1, speed_mps=0.0)
    assert [problem.path for problem in caught.value.problems] == ["bouts", "speed_mps"]


@given(calibrations)
def test_what_is_written_down_reads_back_within_its_rounding(some: BackwardCalibration) -> None:
    values = calibration_values(some)
    assert tuple(values) == CALIBRATION_KEYS
    read = read_calibration({key: str(value) for key, value in values.items()})
    assert (read.on, read.bouts) == (some.on, some.bouts)
    assert read.cadence_effect == pytest.approx(some.cadence_effect, abs=0.00005001)
    assert 1000 / read.speed_mps == pytest.approx(1000 / some.speed_mps, abs=0.0501)
    assert read_calibration(calibration_values(read)) == read


def test_a_calibration_pickles_and_hashes() -> None:
    assert pickle.loads(pickle.dumps(own())) == own()
    assert hash(own()) == hash(own())


def test_an_athlete_takes_a_calibration_as_it_is_or_as_people_write_it() -> None:
    read = Athlete(backward=WRITTEN).backward
    assert read is not None
    assert (read.on, read.bouts, read.cadence_effect) == (DAY, 6, 0.112)
    assert format_pace(read.speed_mps) == "6:10/km"
    # 4 s of 370 s.
    assert read.speed_uncertainty_mps / read.speed_mps == pytest.approx(4 / 370)
    assert Athlete(backward=read) == Athlete(backward=WRITTEN)
    assert attrs.evolve(Athlete(backward=read), name="Ann").backward == read


@pytest.mark.parametrize(
    ("change", "path", "part"),
    [
        ({"bouts": "1"}, "bouts", "a whole number from 2 to 1,000"),
        ({"bouts": "2.5"}, "bouts", "a whole number"),
        ({"cadence_effect": "fast"}, "cadence_effect", "a fraction such as 0.11 or 11 %"),
        ({"cadence_effect": "112 %"}, "cadence_effect", "from -0.5 to 1"),
        ({"pace": "soon"}, "pace", "expected a pace"),
        ({"calibrated_on": "2026-02-30"}, "calibrated_on", "a day that the calendar has"),
        ({"calibrated_on": None}, "calibrated_on", "expected a value, got none"),
        ({"pace_uncertainty_s_per_km": "-1"}, "pace_uncertainty_s_per_km", "from 0 to"),
        ({"paces": "6:10/km"}, "paces", "did you mean pace?"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_under_its_key(
    change: dict[str, str], path: str, part: str
) -> None:
    with pytest.raises(SpecError) as caught:
        Athlete(backward={**WRITTEN, **change})
    (problem,) = caught.value.problems
    assert problem.path == f"backward.{path}"
    assert part in problem.message


def test_what_is_no_section_is_refused() -> None:
    with pytest.raises(SpecError, match="backward: expected what a calibration run says"):
        Athlete(backward=5)  # type: ignore[arg-type]


def test_a_problem_of_the_section_is_placed_in_the_file() -> None:
    lines = "\n".join(f"    {key}: {value}" for key, value in WRITTEN.items())
    text = f"name: x\nrun: 1mi @ 6:00/km\nathlete:\n  backward:\n{lines}\n"
    assert parse_spec(text).athlete == Athlete(backward=WRITTEN)
    with pytest.raises(SpecError) as caught:
        parse_spec(text.replace("bouts: 6", "bouts: many"))
    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.column) == ("athlete.backward.bouts", 6, 12)


# The pace.


def test_the_own_pace_is_the_backward_speed_with_3_percent_each_way() -> None:
    athlete = Athlete(backward=own())
    assert athlete.pace_mps("own") == 2.7
    assert athlete.band("own") == band_about(2.7, 0.03, 0.03)


def test_a_pace_known_less_well_has_a_band_of_two_standard_errors() -> None:
    athlete = Athlete(backward=own(speed_uncertainty_mps=0.108))
    assert athlete.band("Own pace") == band_about(2.7, 0.08, 0.08)
    narrower = NamedPaceTarget(name="own", slower=0.05, faster=0.1)
    assert athlete.resolve(narrower) == band_about(2.7, 0.08, 0.1)


@given(calibrations)
def test_the_band_of_the_own_pace_holds_it_and_has_two_ends(some: BackwardCalibration) -> None:
    band = Athlete(backward=some).band("own")
    assert 0 < band.slowest_mps < some.speed_mps < band.fastest_mps < float("inf")


def test_a_rule_takes_the_own_pace() -> None:
    athlete = Athlete(marathon_pace="8:00/mi", backward=own())
    workout = AfterEachMile(pace="own").apply(parse_workout("2mi @ easy"))
    compiled = compile_workout(workout, athlete)
    (back,) = {
        message.target
        for message in compiled.messages
        if isinstance(message, Step) and message.movement.is_backward
    }
    assert isinstance(back, PaceTarget)
    assert back == band_about(2.7, 0.05, 0.05)


def test_a_line_takes_the_own_pace() -> None:
    workout = parse_workout("6 x (back 60s @ own + 60s)")
    compiled = compile_workout(workout, Athlete(backward=own()))
    first = compiled.messages[0]
    assert isinstance(first, Step)
    assert first.target == band_about(2.7, 0.03, 0.03)


def test_without_a_calibration_the_error_says_what_to_do() -> None:
    workout = AfterEachMile(pace="own").apply(parse_workout("2mi @ easy"))
    with pytest.raises(SpecError) as caught:
        compile_workout(workout, Athlete(marathon_pace="8:00/mi"))
    assert "run the calibration protocol" in str(caught.value)
    assert "or state a pace such as 6:10/km" in str(caught.value)


def test_the_own_pace_is_no_explicit_pace() -> None:
    with pytest.raises(SpecError, match=r"paces\.own: expected the own backward pace under"):
        Athlete(paces={"own": "6:10/km"})
