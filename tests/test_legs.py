"""Claims about files with several sessions: each is a leg, and one of them is checked."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import attrs
import numpy as np
import pytest

from backrun_fit.activity import Activity
from backrun_fit.batch.checking import check_many
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance import check
from backrun_fit.compliance.legs import choose_leg, recordings
from backrun_fit.errors import AlignmentError, DecodeError
from backrun_fit.fit.activity_reader import activities_in, read_activity
from backrun_fit.workout import Step, TimeDuration
from tests.activities import metres, plan, timed
from tests.fit_bytes import ENUM, UINT8, UINT16, UINT32, definition, fit_file, message
from tests.test_activity_reader import (
    NONE8,
    NONE16,
    NONE32,
    START,
    at,
    events,
    file_id,
    laps,
    records,
    steps,
)
from tests.test_cli import run

RUNNING, CYCLING, MULTISPORT = 1, 2, 18
MINUTE = plan(timed(60))


def session(
    start: int,
    seconds: int,
    sport: int = RUNNING,
    *,
    first_lap: int = NONE16,
    lap_count: int = NONE16,
) -> bytes:
    fields = [
        *((253, 4, UINT32), (2, 4, UINT32), (7, 4, UINT32), (8, 4, UINT32), (9, 4, UINT32)),
        *((5, 1, ENUM), (25, 2, UINT16), (26, 2, UINT16)),
    ]
    begin = START + start
    values = (begin, begin, seconds * 1000, seconds * 1000, NONE32, sport, first_lap, lap_count)
    return definition(2, 18, fields) + message(2, struct.pack("<5IBHH", *values))


def lap(start: int, seconds: int, step_index: int = NONE16) -> tuple[int, ...]:
    lasting = seconds * 1000
    return (START + start, START + start, lasting, lasting, NONE32, step_index, 0, NONE8, NONE8)


def cadences(*times: int) -> bytes:
    rows = [(START + time, 80) for time in times]
    return records(*rows, fields=[(4, 1, UINT8)], code="B")


def file(*chunks: bytes) -> bytes:
    return fit_file(file_id(), *chunks)


def duathlon(*more: bytes, indexes: tuple[int, int, int] = (NONE16,) * 3) -> bytes:
    """Run, ride, run: 60, 120 and 90 s, a lap each."""
    borders = ((0, 60), (60, 120), (180, 90))
    return file(
        *more,
        *(
            session(*border, sport)
            for border, sport in zip(borders, (RUNNING, CYCLING, RUNNING), strict=True)
        ),
        laps(*(lap(*border, index) for border, index in zip(borders, indexes, strict=True))),
        cadences(*range(271)),
    )


# -- what a leg is --------------------------------------------------------------------------


def test_laps_belong_to_the_leg_that_counts_them_whatever_their_start_says() -> None:
    one, other = activities_in(
        file(
            session(0, 100, first_lap=0, lap_count=3),
            session(100, 100, first_lap=3, lap_count=1),
            laps(lap(0, 50), lap(50, 50), lap(110, 5), lap(115, 85)),
        )
    )
    assert [len(one.laps), len(other.laps)] == [3, 1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((NONE16, NONE16), (NONE16, NONE16)),
        ((0, 3), (3, 9)),
        ((0, 1), (2, 2)),
        ((1, 2), (3, 1)),
        ((0, 3), (3, 0)),
        ((0, 0), (0, 0)),
    ],
)
def test_laps_belong_to_the_leg_of_their_start_where_the_counts_are_not_those_of_the_file(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    counted = first == (0, 3) and second == (3, 9)
    one, other = activities_in(
        file(
            session(0, 100, first_lap=first[0], lap_count=first[1]),
            session(100, 100, first_lap=second[0], lap_count=second[1]),
            laps(lap(0, 50), lap(50, 50), lap(99, 51), lap(150, 50)),
        )
    )
    assert [len(one.laps), len(other.laps)] == ([3, 1] if counted else [2, 2])


def test_a_lap_that_starts_a_second_before_its_session_is_of_that_session() -> None:
    one, other = activities_in(
        file(session(0, 100), session(100, 100), laps(lap(0, 99), lap(99, 101)))
    )
    assert [len(one.laps), len(other.laps)] == [1, 1]


def test_legs_come_in_order_of_their_starts_with_their_own_records_and_events() -> None:
    ride, jog = activities_in(
        file(
            session(100, 50, RUNNING),
            session(0, 100, CYCLING),
            cadences(0, 50, 99, 100, 149),
            events((0, 0, 0), (60, 0, 1), (70, 0, 0), (100, 0, 4), (100, 0, 0), (150, 0, 4)),
        )
    )
    assert (ride.sport, ride.leg, jog.sport, jog.leg) == ("cycling", 1, "running", 2)
    assert [len(ride.track), len(jog.track)] == [3, 2]
    assert [event.at for event in ride.timer_events] == [at(0), at(60), at(70)]
    assert [event.at for event in jog.timer_events] == [at(100), at(100), at(150)]


def test_cadence_is_turns_of_the_crank_on_a_bike_and_steps_of_both_feet_on_foot() -> None:
    jog, ride, again = activities_in(duathlon())
    assert set(jog.track.cadence_spm) == set(again.track.cadence_spm) == {160.0}
    assert set(ride.track.cadence_rpm) == {80.0}
    assert np.isnan(ride.track.cadence_spm).all()
    assert np.isnan(jog.track.cadence_rpm).all()


def test_a_session_that_is_written_again_counts_once_with_what_was_written_last() -> None:
    (found,) = activities_in(file(session(0, 90), session(0, 100), cadences(0, 100)))
    assert (found.leg_count, found.timer_s) == (1, 100.0)


def test_the_session_of_the_whole_is_no_leg_beside_its_parts() -> None:
    legs = activities_in(file(session(0, 200, MULTISPORT), session(0, 100), session(100, 100)))
    assert [leg.sport for leg in legs] == ["running", "running"]
    (alone,) = activities_in(file(session(0, 200, MULTISPORT)))
    assert alone.sport == "multisport"


def test_a_leg_without_a_lap_and_a_record_is_there_with_its_totals() -> None:
    legs = activities_in(file(session(0, 100), session(100, 50), laps(lap(0, 100)), cadences(0)))
    assert [len(leg.laps) for leg in legs] == [1, 0]
    assert legs[1].timer_s == 50.0
    assert (legs[1].started_at, legs[1].ended_at) == (at(100), at(150))


def test_one_activity_is_asked_of_a_file_with_legs_in_vain_and_they_are_named() -> None:
    with pytest.raises(DecodeError, match="read_activities reads them all") as caught:
        read_activity(duathlon())
    assert caught.value.got == "3: running, cycling, running"


# -- whose workout it is --------------------------------------------------------------------


def test_the_workout_goes_to_the_leg_whose_laps_point_to_it() -> None:
    legs = activities_in(duathlon(steps(b"Run"), indexes=(NONE16, 0, NONE16)))
    assert [leg.workout is not None for leg in legs] == [False, True, False]


def test_a_workout_that_no_lap_points_to_goes_to_the_legs_of_its_sport() -> None:
    head = definition(7, 26, [(4, 1, ENUM)]) + message(7, bytes([CYCLING]))
    legs = activities_in(duathlon(head, steps(b"Ride")))
    assert [leg.workout is not None for leg in legs] == [False, True, False]


def test_a_workout_of_no_legs_sport_goes_to_all_of_them() -> None:
    head = definition(7, 26, [(4, 1, ENUM)]) + message(7, bytes([5]))
    legs = activities_in(duathlon(head, steps(b"Swim")))
    assert all(leg.workout is not None for leg in legs)


# -- which leg is checked -------------------------------------------------------------------


def said(activity: Activity) -> list[str]:
    return [str(each) for each in activity.warnings if each.code == "leg_chosen"]


def test_the_leg_that_carries_the_workout_is_checked_and_that_is_said() -> None:
    report = check(activities_in(duathlon(steps(b"Run"), indexes=(NONE16, NONE16, 0))))
    assert (report.leg, report.leg_count) == (3, 3)
    (text,) = [str(each) for each in report.warnings if each.code == "leg_chosen"]
    assert text.startswith("leg 3 of 3 was checked (running), the one that carries a workout;")
    assert text.endswith("choose another with --leg N")


@pytest.mark.parametrize(
    ("workout", "leg", "why"),
    [
        (attrs.evolve(MINUTE, sport="cycling"), 2, "the only one of the workout's sport"),
        (plan(timed(60)), 1, "whose length is nearest"),
        (plan(timed(80)), 3, "whose length is nearest"),
        (attrs.evolve(plan(timed(115)), sport="swimming"), 2, "whose length is nearest"),
    ],
)
def test_the_leg_that_a_given_plan_is_for_is_checked(
    workout: CompiledWorkout, leg: int, why: str
) -> None:
    chosen = choose_leg(activities_in(duathlon()), workout)
    assert chosen.leg == leg
    assert why in said(chosen)[0]


def test_without_any_plan_the_first_leg_is_taken() -> None:
    chosen = choose_leg(activities_in(duathlon()))
    assert chosen.leg == 1
    assert "the first one" in said(chosen)[0]


@pytest.mark.parametrize("workout", [plan(timed(60)), plan(metres(1000)), None])
def test_legs_without_any_length_do_not_stop_the_choice(workout: CompiledWorkout | None) -> None:
    bare = [attrs.evolve(leg, timer_s=None, distance_m=None) for leg in activities_in(duathlon())]
    assert choose_leg(bare, workout).leg == 1


def test_a_leg_that_is_chosen_by_number_is_checked_without_a_word() -> None:
    legs = activities_in(duathlon())
    report = check(legs, MINUTE, leg=3)
    assert (report.leg, report.started_at) == (3, legs[2].started_at)
    assert "leg_chosen" not in [each.code for each in report.warnings]


@pytest.mark.parametrize("leg", [0, -1, 4])
def test_a_leg_that_is_not_there_is_an_error_that_says_which_are(leg: int) -> None:
    with pytest.raises(AlignmentError, match=f"expected a leg from 1 to 3, got {leg}"):
        check(activities_in(duathlon()), MINUTE, leg=leg)


def test_an_only_leg_is_number_1_and_no_other() -> None:
    (only,) = activities_in(file(session(0, 60), cadences(*range(61))))
    assert choose_leg([only], MINUTE, leg=1) is choose_leg([only], MINUTE) is only
    with pytest.raises(AlignmentError, match="expected a leg from 1 to 1, got 2"):
        choose_leg([only], MINUTE, leg=2)


def test_no_activity_at_all_is_an_error() -> None:
    with pytest.raises(AlignmentError, match="expected at least one activity, got none"):
        check([], MINUTE)


def test_legs_of_chained_recordings_are_kept_apart() -> None:
    chain = duathlon() + file(session(0, 60)) + duathlon()
    assert [len(legs) for legs in recordings(activities_in(chain))] == [3, 1, 3]


def test_only_the_leg_in_which_the_clock_was_set_says_so() -> None:
    hours = 3 * 3600
    times = [*range(91), *(time + hours for time in range(91, 181))]
    legs = activities_in(file(session(0, 60), session(60, 120), cadences(*times)))
    assert [len(leg.clock_jumps) for leg in legs] == [0, 1]


# -- through the doors ----------------------------------------------------------------------


def test_many_checks_give_one_result_a_recording() -> None:
    jog = file(session(0, 60), cadences(*range(61)))
    inputs = [("one.fit", duathlon()), ("two.fit", duathlon() + jog)]
    found = list(check_many(inputs, workout=MINUTE))
    assert [(each.input, each.activity_number) for each in found] == [
        ("one.fit", 1), ("two.fit", 1), ("two.fit", 2),
    ]  # fmt: skip
    assert [each.report.leg for each in found if each.report] == [1, 1, 1]
    third = list(check_many(inputs[:1], workout=MINUTE, leg=3))
    assert [each.report.leg for each in third if each.report] == [3]


def test_a_leg_that_is_not_there_costs_one_of_many_results() -> None:
    inputs = [("one.fit", file(session(0, 60))), ("two.fit", duathlon())]
    one, two = check_many(inputs, workout=MINUTE, leg=2)
    assert one.error is not None
    assert one.error.message == "expected a leg from 1 to 1, got 2"
    assert two.report is not None


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path = tmp_path / "duathlon.fit"
    path.write_bytes(duathlon(steps(b"Run"), indexes=(0, NONE16, NONE16)))
    return path


def test_check_takes_the_number_of_a_leg(
    recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", str(recorded), "--json") == 0
    assert json.loads(capsys.readouterr().out)["activity"]["leg"] == 1
    run("check", str(recorded), "--json", "--workout", str(recorded), "--leg", "2")
    document = json.loads(capsys.readouterr().out)["activity"]
    assert (document["leg"], document["leg_count"], document["sport"]) == (2, 3, "cycling")
    assert run("check", str(recorded), "--leg", "4") == 2
    assert "expected a leg from 1 to 3, got 4" in capsys.readouterr().err


def test_show_lists_every_leg(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", str(recorded)) == 0
    out = capsys.readouterr().out
    assert [f"leg {number} of 3" in out for number in (1, 2, 3)] == [True] * 3


def test_a_leg_is_checked_by_its_own_records_alone() -> None:
    legs = activities_in(duathlon())
    for leg, seconds in zip(legs, (60.0, 120.0, 90.0), strict=True):
        step = Step(duration=TimeDuration(duration_s=seconds))
        workout = CompiledWorkout(name="w", messages=(step,))
        for align in ("auto", "laps", "samples"):
            (result,) = check(legs, workout, leg=leg.leg, align=align).results
            assert result.done is not None
            assert result.done.timer_s == pytest.approx(seconds, abs=1.0)
