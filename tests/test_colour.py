"""Claims about the colour beside the score: length against length, nothing else."""

from __future__ import annotations

import math

import attrs
import pytest

from backrun_fit.compliance import check
from backrun_fit.report import Colour
from backrun_fit.workout import OpenDuration, PaceTarget, Step
from tests.activities import Piece, metres, plan, record, repeat, timed

PACE = PaceTarget(slowest_mps=3.8, fastest_mps=4.2)


def colour(pieces: list[Piece], *messages: Step) -> Colour | None:
    return check(record(pieces, plan(*messages))).colour


@pytest.mark.parametrize(
    ("done_s", "expected"),
    [
        (490, "orange"),
        (500, "yellow"),
        (799, "yellow"),
        (800, "green"),
        (1000, "green"),
        (1200, "green"),
        (1201, "yellow"),
        (1500, "yellow"),
        (1501, "orange"),
    ],
)
def test_the_colour_follows_the_length_done(done_s: int, expected: str) -> None:
    found = colour([Piece(timer_s=done_s, step_index=0)], timed(1000))
    assert found == Colour(
        colour=expected,  # type: ignore[arg-type]
        basis="duration",
        planned=1000.0,
        done=done_s,
    )


def test_pace_and_order_play_no_part() -> None:
    fast = [Piece(timer_s=600, speed_mps=5.0, step_index=0), Piece(timer_s=400, step_index=1)]
    found = colour(fast, timed(400, PACE), timed(600, PACE))
    assert found is not None
    assert found.colour == "green"


def test_the_whole_activity_counts_as_it_does_in_a_calendar() -> None:
    more = [Piece(timer_s=600, step_index=0), Piece(timer_s=300, trigger="manual")]
    found = colour(more, timed(600))
    assert found is not None
    assert (found.colour, found.ratio) == ("yellow", 1.5)


def test_the_totals_of_the_activity_go_before_those_of_its_timer() -> None:
    activity = record([Piece(timer_s=600, step_index=0)], plan(timed(600)))
    found = check(attrs.evolve(activity, timer_s=300.0)).colour
    assert found is not None
    assert (found.done, found.colour) == (300.0, "yellow")


def test_a_plan_by_distance_is_compared_by_distance() -> None:
    found = colour([Piece(timer_s=200, speed_mps=4.0, step_index=0)], metres(1000))
    assert found is not None
    assert (found.basis, found.planned, found.done) == ("distance", 1000.0, 800.0)
    assert (found.colour, found.estimated) == ("green", False)


def test_a_distance_that_no_lap_recorded_has_no_colour() -> None:
    activity = record([Piece(timer_s=200, step_index=0)], plan(metres(600)))
    laps = tuple(attrs.evolve(lap, distance_m=None) for lap in activity.laps)
    assert check(attrs.evolve(activity, laps=laps)).colour is None


def test_a_mixed_plan_is_compared_by_the_larger_part_and_called_estimated() -> None:
    # 1,000 m at 4 m/s are 250 s.
    pieces = [Piece(timer_s=100, step_index=0), Piece(timer_s=250, speed_mps=4.0, step_index=1)]
    by_distance = colour(pieces, timed(100, PACE), metres(1000, PACE))
    assert by_distance is not None
    assert (by_distance.basis, by_distance.estimated) == ("distance", True)
    assert by_distance.planned == pytest.approx(1400.0)
    pieces = [Piece(timer_s=500, step_index=0), Piece(timer_s=250, speed_mps=4.0, step_index=1)]
    by_time = colour(pieces, timed(500, PACE), metres(1000, PACE))
    assert by_time is not None
    assert (by_time.basis, by_time.estimated) == ("duration", True)
    assert by_time.planned == pytest.approx(750.0)
    assert by_time.done == 750.0


def test_steps_without_a_length_are_left_out_on_both_sides() -> None:
    pieces = [
        Piece(timer_s=900, step_index=0, trigger="manual"),
        Piece(timer_s=300, step_index=1),
    ]
    found = colour(pieces, Step(duration=OpenDuration()), timed(300))
    assert found is not None
    assert (found.planned, found.done, found.colour) == (300.0, 300.0, "green")


def test_a_plan_without_any_length_has_no_colour() -> None:
    open_step = Step(duration=OpenDuration())
    assert colour([Piece(timer_s=900, step_index=0, trigger="manual")], open_step) is None


def test_a_session_of_which_nothing_was_done_is_red() -> None:
    workout = plan(timed(300), timed(60), repeat(0, 2))
    pressed = [Piece(timer_s=1, step_index=step, trigger="manual") for step in (0, 1, 0, 1)]
    report = check(record([*pressed, Piece(timer_s=700)], workout))
    assert {result.verdict.value for result in report.results} == {"skipped"}
    assert report.colour is not None
    assert report.colour.colour == "red"


@pytest.mark.parametrize(("timed_s", "basis"), [(249, "distance"), (250, "duration")])
def test_half_of_a_plan_by_distance_is_not_yet_a_plan_by_distance(timed_s: int, basis: str) -> None:
    pieces = [Piece(timer_s=timed_s, step_index=0), Piece(timer_s=250, speed_mps=4, step_index=1)]
    found = colour(pieces, timed(timed_s), metres(1000, PACE))
    assert found is not None
    assert found.basis == basis


def test_a_plan_of_one_second_has_a_colour() -> None:
    found = colour([Piece(timer_s=1, step_index=0)], timed(1))
    assert found is not None
    assert (found.colour, found.planned) == ("green", 1.0)


def test_what_is_left_beside_open_steps_is_never_below_nothing() -> None:
    pieces = [Piece(timer_s=900, step_index=0, trigger="manual"), Piece(timer_s=300, step_index=1)]
    activity = record(pieces, plan(Step(duration=OpenDuration()), timed(300)))
    found = check(attrs.evolve(activity, timer_s=100.0)).colour
    assert found is not None
    assert (found.done, found.colour) == (0.0, "orange")


def test_pauses_do_not_count_as_done() -> None:
    found = colour([Piece(timer_s=1000, pause_s=300, step_index=0)], timed(1000))
    assert found is not None
    assert found.done == 1000.0


def test_the_distance_of_the_activity_goes_before_those_of_its_laps() -> None:
    activity = record([Piece(timer_s=200, step_index=0)], plan(metres(600)))
    found = check(attrs.evolve(activity, distance_m=480.0)).colour
    assert found is not None
    assert (found.done, found.colour) == (480.0, "green")


def test_an_open_step_that_was_left_out_takes_nothing_away() -> None:
    found = colour([Piece(timer_s=300, step_index=1)], Step(duration=OpenDuration()), timed(300))
    assert found is not None
    assert found.done == 300.0


def test_the_distance_of_open_steps_is_left_out_where_distances_are_compared() -> None:
    pieces = [
        Piece(timer_s=900, step_index=0, trigger="manual"),
        Piece(timer_s=200, speed_mps=5.0, step_index=1, trigger="distance"),
    ]
    activity = record(pieces, plan(Step(duration=OpenDuration()), metres(1000)))
    found = check(activity).colour
    assert found is not None
    assert (found.basis, found.done) == ("distance", 1000.0)
    lost = attrs.evolve(
        activity,
        distance_m=1234.0,
        laps=tuple(attrs.evolve(lap, distance_m=None) for lap in activity.laps),
        track=attrs.evolve(activity.track, distance_m=activity.track.distance_m * math.nan),
    )
    found = check(lost).colour
    assert found is not None
    assert found.done == 1234.0
