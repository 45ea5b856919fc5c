"""Claims about the observations on ground and dose of backward parts."""

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
    """Forward at 3 m/s, then some of it backward with 11 % more steps, in turn."""
    workout = plan(timed(forward_s), timed(back_s, movement=movement), repeat(0, repeats))
    forward = Piece(timer_s=forward_s, speed_mps=3.0, step_index=0)
    back = attrs.evolve(
        forward,
        timer_s=back_s,
        speed_mps=back_mps,
        cadence_spm=1.11 * forward.cadence_spm,
        step_index=1,
        grade_percent=grade_percent,
    )
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


@pytest.mark.parametrize("back_mps", [2.05, 2.4, 2.9])
def test_a_run_is_no_measure_of_how_fast_the_athlete_could_run(back_mps: float) -> None:
    assert observed(session(back_mps=back_mps), "pace") == []


def test_the_articles_own_recoveries_are_no_larger_dose() -> None:
    # 60 s backward after each 300 s forward: more than 1/8, and as the article has it.
    assert observed(session(8, forward_s=300), "dose") == []


def test_an_eighth_of_a_mile_after_each_mile_is_no_larger_dose() -> None:
    mile = session(3, forward_s=536, back_s=100, back_mps=2.01168)  # 1,608 m and 201 m
    assert observed(mile, "dose") == []


def test_longer_parts_and_more_of_them_are_a_larger_dose() -> None:
    longer, share = observed(session(3, forward_s=536, back_s=200), "dose")
    assert longer == (
        "dose: 3 of 3 backward parts longer than the article's start of 201 m after a mile, or "
        "60 s as a recovery (longest 400 m in 3:20)"
    )
    assert share == (
        "dose: 1.2 km backward to 4.82 km forward, more than the article's start of 201 m to "
        "the mile"
    )


@pytest.mark.parametrize("movement", [Movement.RUN, Movement.WALK, Movement.LATERAL_SHUFFLE])
def test_without_backward_parts_nothing_is_observed(movement: Movement) -> None:
    activity = session(3, back_s=300, back_mps=2.9, grade_percent=3.0, movement=movement)
    assert check(activity).safety == ()


def test_observations_change_no_verdict_and_no_score() -> None:
    steep = check(session(3, back_s=300, back_mps=2.9, grade_percent=4.0))
    assert len(steep.safety) == 3
    flat = check(session(3, back_s=300, back_mps=2.9))
    assert (steep.verdict, steep.score) == (flat.verdict, flat.score)
