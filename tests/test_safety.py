"""Claims about the observations on ground, pace and dose of backward parts."""

from __future__ import annotations

import attrs
import pytest

from backrun_fit.activity import Activity
from backrun_fit.compliance import check
from backrun_fit.compliance.safety import backward_notes
from backrun_fit.report import Done, StepResult, Verdict
from backrun_fit.workout import Movement
from tests.activities import Piece, plan, record, repeat, timed


def session(
    repeats: int = 2,
    *,
    back_s: int = 60,
    back_mps: float = 2.0,
    forward_s: int = 600,
    grade_percent: float = 0.0,
    movement: Movement = Movement.BACKWARD_RUN,
    sub_sport: str = "generic",
) -> Activity:
    """Forward at 3 m/s, then some of it backward, in turn."""
    workout = plan(timed(forward_s), timed(back_s, movement=movement), repeat(0, repeats))
    forward = Piece(timer_s=forward_s, speed_mps=3.0, step_index=0)
    back = Piece(timer_s=back_s, speed_mps=back_mps, step_index=1, grade_percent=grade_percent)
    return record([forward, back] * repeats, workout, sub_sport=sub_sport)


def observed(activity: Activity, about: str) -> list[str]:
    return [text for text in check(activity).safety if text.startswith(f"{about}: ")]


def result_with_grade(grade: float | None, movement: Movement) -> StepResult:
    activity = session(1, movement=movement)
    result = check(activity).results[1]
    return attrs.evolve(result, done=Done(grade_percent=grade))


@pytest.mark.parametrize(
    ("grade", "words"),
    [
        (0.9, "flat"),
        (-1.0, "flat"),
        (-1.5, "barely flat"),
        (2.4, "not flat"),
        (None, "grade unknown"),
    ],
)
def test_the_ground_of_a_backward_part_is_told(grade: float | None, words: str) -> None:
    (note,) = backward_notes(result_with_grade(grade, Movement.BACKWARD_RUN))
    assert words in note
    assert ("not flat" in note) == (words == "not flat")
    assert backward_notes(result_with_grade(grade, Movement.RUN)) == ()


def test_a_skipped_backward_part_has_no_ground_to_tell_of() -> None:
    result = result_with_grade(3.0, Movement.BACKWARD_RUN)
    assert backward_notes(attrs.evolve(result, verdict=Verdict.SKIPPED, done=None)) == ()


def test_steep_backward_parts_are_counted() -> None:
    assert observed(session(grade_percent=2.5), "ground") == [
        "ground: 2 of 2 backward parts steeper than 2 %, 0 between 1 and 2 %"
    ]
    assert observed(session(grade_percent=-1.5), "ground") == [
        "ground: 0 of 2 backward parts steeper than 2 %, 2 between 1 and 2 %"
    ]
    assert observed(session(grade_percent=0.5), "ground") == []


def test_backward_above_seventy_percent_of_the_best_forward_speed_is_told() -> None:
    assert observed(session(back_mps=2.05), "pace") == []
    (text,) = observed(session(back_mps=2.4), "pace")
    assert text == (
        "pace: 2 of 2 backward parts above 70 % of the best forward speed of this run over the "
        "same distance (up to 80 %)"
    )


def test_the_best_forward_speed_is_the_one_over_a_like_distance() -> None:
    workout = plan(timed(30), timed(300), timed(60, movement=Movement.BACKWARD_RUN))
    sprint = Piece(timer_s=30, speed_mps=6.0, step_index=0)
    easy = Piece(timer_s=300, speed_mps=2.5, step_index=1)
    back = Piece(timer_s=60, speed_mps=3.0, step_index=2)
    # 180 m backward; the best 180 m forward are the sprint, 30 s for just that.
    assert observed(record([sprint, easy, back], workout), "pace") == []
    # 150 m of sprint and 30 m easy: 180 m in 37 s, and 3.0 is 62 % of that.
    shorter = attrs.evolve(sprint, timer_s=25)
    assert observed(record([shorter, easy, back], workout), "pace") == []
    # 60 m of sprint and 120 m easy take 58 s: 97 %.
    shortest = attrs.evolve(sprint, timer_s=10)
    (text,) = observed(record([shortest, easy, back], workout), "pace")
    assert "(up to 97 %)" in text


def test_without_forward_running_of_that_length_nothing_is_said_about_pace() -> None:
    assert observed(session(forward_s=20, back_mps=2.9), "pace") == []


def test_a_treadmill_shows_no_pace_to_compare() -> None:
    assert observed(session(back_mps=2.9, sub_sport="treadmill"), "pace") == []


def test_the_articles_own_recoveries_are_no_larger_dose() -> None:
    # 60 s backward after each 300 s forward: more than 1/8, and as the article has it.
    texts = observed(session(8, forward_s=300), "dose")
    assert len(texts) == 1
    assert "studied" in texts[0]


def test_an_eighth_of_a_mile_after_each_mile_is_no_larger_dose() -> None:
    mile = session(3, forward_s=536, back_s=100, back_mps=2.01168)  # 1,608 m and 201 m
    texts = observed(mile, "dose")
    assert len(texts) == 1
    assert "studied" in texts[0]


def test_longer_parts_and_more_of_them_are_a_larger_dose() -> None:
    longer, share, studied = observed(session(3, forward_s=536, back_s=200), "dose")
    assert longer == (
        "dose: 3 of 3 backward parts longer than the article's start of 201 m after a mile, or "
        "60 s as a recovery (longest 400 m in 3:20)"
    )
    assert share == (
        "dose: 1.2 km backward to 4.82 km forward, more than the article's start of 201 m to "
        "the mile"
    )
    assert studied == (
        "dose: backward parts of up to 400 m; the programmes that were studied used 15 to 20 m "
        "at a time, in two sessions a week"
    )


def test_parts_as_short_as_the_studied_ones_are_not_commented() -> None:
    assert observed(session(4, back_s=10), "dose") == []


@pytest.mark.parametrize("movement", [Movement.RUN, Movement.WALK, Movement.LATERAL_SHUFFLE])
def test_without_backward_parts_nothing_is_observed(movement: Movement) -> None:
    activity = session(3, back_s=300, back_mps=2.9, grade_percent=3.0, movement=movement)
    assert check(activity).safety == ()


def test_observations_change_no_verdict_and_no_score() -> None:
    steep = check(session(3, back_s=300, back_mps=2.9, grade_percent=4.0))
    assert len(steep.safety) == 5
    assert (steep.verdict, steep.score) == (Verdict.MET, 100.0)
