"""Claims about recoveries: what tells them, and what is left to the user."""

from __future__ import annotations

import pytest
from hypothesis import given

from backrun_fit.athlete import Athlete
from backrun_fit.errors import CompileError
from backrun_fit.fold import unroll_steps
from backrun_fit.notation import parse_workout
from backrun_fit.rules import AfterEachMile, BackwardRecoveries
from backrun_fit.rules.recognition import leaves_of, readings_of
from backrun_fit.workout import Intensity, Repeat, Workout, walk_steps
from tests.strategies import workouts

HARD = "active 3min @ 4:00/km"


def told(line: str) -> list[str | None]:
    """What each step of a line is told by; a doubtful one has a question mark."""
    return [
        None if reading is None else reading.reason if reading.sure else f"? {reading.reason}"
        for reading in readings_of(leaves_of(parse_workout(line).steps))
    ]


@pytest.mark.parametrize(
    ("recovery", "reason"),
    [
        ("recovery 2min", "intensity"),
        ("rest 2min @ 5:00/km", "intensity"),
        ('active 2min "Jog"', "name"),
        ('interval 2min "2 min recovery"', "name"),
        ('active 2min "Easy"', "name"),
        ('active 2min "Trabpause"', "name"),
        ("active 2min @ easy", "target"),
        ("active 2min @ recovery", "target"),
        ("active walk 2min", "movement"),
        ("active 2min @ 5:00/km", "target"),
        ("active 2min @ 4:40-5:00/km", "target"),
        ("active 2min", "position"),
        ("active open", "position"),
    ],
)
def test_a_recovery_is_told_by_what_its_maker_said(recovery: str, reason: str) -> None:
    assert told(f"{HARD}, {recovery}, {HARD}") == [None, reason, None]


@pytest.mark.parametrize(
    ("hard", "easy", "reason"),
    [
        ("HR 160-170", "HR 120-140", "target"),
        ("power 300-320", "power 180-200", "target"),
        ("HR zone 4", "HR zone 2", "target"),
        ("pace zone 5", "pace zone 1", "target"),
        ("95% threshold", "70% threshold", "target"),
        ("100% max HR", "91% max HR", "target"),
        ("100% LTHR", "91% LTHR", "target"),
        ("100% FTP", "79% FTP", "target"),
        ("100% threshold", "84% threshold", "target"),
        ("100% max HR", "93% max HR", "? its target is only a little easier than those"),
        ("100% FTP", "83% FTP", "? its target is only a little easier than those"),
        ("100% threshold", "90% threshold", "? its target is only a little easier than those"),
        ("100% FTP", "91% max HR", None),
        ("power 300-320", "power 295-315", None),
        ("HR zone 4", "HR zone 4", None),
        ("HR zone 3", "HR zone 4", None),
        ("HR 160-170", "HR 155-160", "? its target is only a little easier than those"),
        ("HR zone 4", "HR zone 3", "? its target is only a little easier than those"),
        ("4:00/km", "4:25/km", "? its target is only a little easier than those"),
        ("4:00/km", "4:02/km", None),
        ("4:00/km", "3:50/km", None),
        ("4:00/km", "HR 120-140", None),
    ],
)
def test_a_target_is_compared_with_those_around_it(hard: str, easy: str, reason: str) -> None:
    line = f"active 3min @ {hard}, active 2min @ {easy}, active 3min @ {hard}"
    assert told(line)[1] == reason


@pytest.mark.parametrize(
    "line",
    [
        "8mi @ easy",
        '8mi "Easy run"',
        "2mi @ easy, 4mi @ marathon",
        "4mi @ marathon, 2mi @ easy",
        '3 x (active 1km @ 4:00/km), active 2min "Kick off the track"',
        f"warmup 10min, {HARD}, cooldown 10min",
        f"{HARD}, warmup 2min, {HARD}",
        f"{HARD}, cooldown 2min, {HARD}",
        f"{HARD}, active back 2min, {HARD}",
        "3 x (active 3min)",
    ],
)
def test_running_of_its_own_is_no_recovery(line: str) -> None:
    assert not any(told(line))


def test_a_long_step_is_doubtful_unless_its_intensity_says_recovery() -> None:
    assert (
        told(f"{HARD}, active 11min, {HARD}")[1] == "? its position says recovery, but it is long"
    )
    assert told(f"{HARD}, active 900m @ easy, {HARD}")[1] == (
        "? its target says recovery, but it is long for one"
    )
    assert told(f"{HARD}, recovery 20min, {HARD}")[1] == "intensity"
    for longest in ("10min", "800m"):
        assert told(f"{HARD}, active {longest}, {HARD}")[1] == "position"


def test_a_recovery_by_its_intensity_needs_no_work_after_it() -> None:
    assert told(f"{HARD}, recovery 2min") == [None, "intensity"]


@pytest.mark.parametrize("between", ["recovery 1min", "active back 1min"])
def test_recoveries_and_backward_steps_do_not_hide_the_work_on_a_side(between: str) -> None:
    assert told(f"{HARD}, {between}, active 2min, {HARD}")[2] == "position"
    assert told(f"{HARD}, active 2min, {between}, {HARD}")[1] == "position"


def test_a_recovery_up_to_two_per_cent_harder_than_the_work_is_one() -> None:
    work = "active 3min @ HR 95-105"
    for as_hard in ("95-105", "97-107"):
        assert told(f"{work}, recovery 2min @ HR {as_hard}, {work}")[1] == "intensity"
    assert told(f"{work}, recovery 2min @ HR 98-107, {work}")[1] != "intensity"


def test_of_steps_that_only_alternate_the_shorter_and_the_equally_long_are_doubtful() -> None:
    doubtful = "? nothing in the workout says which of them is the work"
    assert told("3 x (active 7min + active 2min)") == [None, doubtful, None, doubtful, None, None]
    even = told('3 x (active 2min + active 2min note "b")')
    assert even == [None, doubtful, doubtful, doubtful, doubtful, None]
    assert told("3 x (active 120s + active 121s)") == [None, None, doubtful, None, doubtful, None]
    assert told("active 7min, active 2min, active 6min") == [None] * 3


@pytest.mark.parametrize(("easy", "is_turned"), [("11min", True), ("12min", False)])
def test_a_long_easy_step_is_turned_where_doubtful_ones_are_asked_for_if_it_is_the_shorter(
    easy: str, is_turned: bool
) -> None:
    work = "active 12min @ 4:00/km"
    line = f"{work}, active {easy} @ easy, {work}, recovery 1min, {work}"
    steps = BackwardRecoveries(doubtful=True).apply(parse_workout(line)).steps
    assert [step.movement.is_backward for step in walk_steps(steps)].count(True) == 1 + is_turned


def test_a_recovery_harder_than_the_work_is_doubtful() -> None:
    assert told(f"{HARD}, recovery 2min @ 3:20/km, {HARD}")[1] == (
        "? its intensity says recovery, its target is harder than those"
    )


def test_steps_that_only_alternate_are_doubtful_and_said_to_be() -> None:
    silent = parse_workout("3 x (active 7min + active 2min)")
    with pytest.raises(CompileError, match=r"2:00  \(active\) stays forward, though it may be"):
        BackwardRecoveries().apply(silent)
    asked = BackwardRecoveries(doubtful=True).apply(silent)
    assert [step.name for step in walk_steps(asked.steps)].count("Back 60 s") == 1
    assert asked.remarks == (
        "2 recoveries are backward now, told by the shortness, as was asked for",
    )


@pytest.mark.parametrize(
    ("work", "easy"), [("7min", "2min"), ("1km", "200m"), ("11min @ 4:00/km", "10:30 @ 4:25/km")]
)
def test_the_shorter_of_two_that_alternate_is_turned_where_doubtful_ones_are_asked_for(
    work: str, easy: str
) -> None:
    workout = parse_workout(f"2 x (active {work} + active {easy})")
    _, back, *_ = walk_steps(BackwardRecoveries(doubtful=True).apply(workout).steps)
    assert back.movement.is_backward


@pytest.mark.parametrize("easy", ["3min", "7min", "1km"])
def test_a_doubtful_step_that_is_not_the_shorter_stays_even_where_doubtful_ones_are_asked_for(
    easy: str,
) -> None:
    line = f"active 3min @ 4:00/km, active {easy} @ 4:25/km, active 3min @ 4:00/km"
    with pytest.raises(CompileError, match="stays forward"):
        BackwardRecoveries(doubtful=True).apply(parse_workout(line))


def test_of_several_doubtful_steps_in_a_row_none_is_lost() -> None:
    doubtful = "recovery 1min @ 3:20/km + recovery 2min @ 3:20/km"
    workout = parse_workout(f"2 x ({HARD} + {doubtful} + {HARD} + recovery 1min)")
    one, other = unroll_steps(workout.steps)[1:3]
    turned = unroll_steps(BackwardRecoveries().apply(workout).steps)
    assert [step for step in turned if step in (one, other)] == [one, other] * 2


def test_a_recovery_beside_another_that_only_its_name_tells_is_between_no_repeats() -> None:
    line = f'2 x ({HARD} + active 1min "Jog"), recovery 2min, {HARD}'
    turned = BackwardRecoveries().apply(parse_workout(line))
    assert turned.steps[1:] == parse_workout(f"recovery 2min, {HARD}").steps


def test_a_refusal_names_every_doubtful_step() -> None:
    line = f"{HARD}, active 11min, {HARD}, active 12min, {HARD}"
    with pytest.raises(CompileError) as refused:
        BackwardRecoveries().apply(parse_workout(line))
    assert str(refused.value).endswith(
        "; 11:00  (active) stays forward, though it may be a recovery: "
        "its position says recovery, but it is long"
        "; 12:00  (active) stays forward, though it may be a recovery: "
        "its position says recovery, but it is long"
    )


def test_of_two_equal_steps_none_is_turned_even_where_doubtful_ones_are_asked_for() -> None:
    even = parse_workout('3 x (active 2min + active 2min note "b")')
    with pytest.raises(CompileError):
        BackwardRecoveries(doubtful=True).apply(even)


def test_intervals_all_called_warm_up_are_intervals_all_the_same() -> None:
    line = "2 x (warmup 3min @ 4:00/km + warmup 2min)"
    assert told(line) == [None, "position", None, None]


def test_the_remarks_count_what_was_turned_by_what_told_it() -> None:
    line = f'{HARD}, recovery 60s, {HARD}, active 60s "Jog", {HARD}, active 60s, {HARD}'
    assert BackwardRecoveries().apply(parse_workout(line)).remarks == (
        "1 recovery is backward now, told by the intensity",
        "1 recovery is backward now, told by the name",
        "1 recovery is backward now, told by the position",
    )


def test_the_rest_of_a_recovery_is_called_one_so_that_every_rule_knows_it() -> None:
    turned = BackwardRecoveries().apply(parse_workout(f"{HARD}, active 2min, {HARD}"))
    _, back, rest, _ = walk_steps(turned.steps)
    assert (back.name, rest.intensity) == ("Back 60 s", Intensity.RECOVERY)
    assert AfterEachMile(every="1min", times=1).apply(turned).steps[3:] == turned.steps[1:]


ATHLETE = Athlete(marathon_pace="8:00/mi", paces={"easy": "9:00/mi"})


@pytest.mark.parametrize(
    ("line", "blocks"),
    [
        ("90min @ easy", [540.0] * 10),
        ("20min", [540.0, 540.0, 120.0]),
        ("20min @ HR 130-140", [540.0, 540.0, 120.0]),
        ("20min @ 8:00/mi", [480.0, 480.0, 240.0]),
        ("20min @ 90% marathon", [533.0, 533.0, 134.0]),
        ("4:30 @ easy, 1mi @ easy", [270.0, 804.672, 804.672]),
        ("0.5mi @ easy, 9min @ easy", [804.672, 270.0, 270.0]),
    ],
)
def test_a_run_by_time_is_cut_into_miles_by_its_pace(line: str, blocks: list[float]) -> None:
    found = AfterEachMile().apply(parse_workout(line), ATHLETE)
    forward = [
        leaf.step.duration for leaf in leaves_of(found.steps) if not leaf.step.movement.is_backward
    ]
    assert [getattr(d, "duration_s", getattr(d, "distance_m", 0)) for d in forward] == (
        pytest.approx(blocks)
    )


def test_a_run_by_distance_is_cut_by_its_pace_where_a_time_is_asked_for() -> None:
    found = AfterEachMile(every="9min").apply(parse_workout("3mi @ easy"), ATHLETE)
    (block,) = found.steps
    assert isinstance(block, Repeat)
    assert (block.count, block.steps[0]) == (3, parse_workout("1mi @ easy").steps[0])


def test_without_an_athlete_a_run_by_time_at_no_known_pace_is_refused() -> None:
    with pytest.raises(CompileError, match="or by time at a pace that is known"):
        AfterEachMile().apply(parse_workout("90min @ easy"))


def test_another_backward_step_at_a_mark_stays_and_is_said() -> None:
    once = AfterEachMile(backward="1/4mi").apply(parse_workout("2mi @ easy"))
    again = AfterEachMile().apply(once)
    assert again == once
    (remark,) = again.remarks
    assert remark == (
        "a mark keeps its backward step: Back 1/4 mi  402 m  @ marathon pace  (active)"
    )
    assert AfterEachMile(backward="1/4mi").apply(once).remarks == ()


@given(workouts())
def test_reading_any_workout_gives_one_reading_a_step(workout: Workout) -> None:
    leaves = leaves_of(workout.steps)
    readings = readings_of(leaves)
    assert len(readings) == len(leaves)
    for leaf, reading in zip(leaves, readings, strict=True):
        assert reading is None or not leaf.step.movement.is_backward
