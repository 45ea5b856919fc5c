"""The recoveries between harder repeats, run backward."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.errors import CompileError
from backrun_fit.marker import FORM_CUE
from backrun_fit.rules import BackwardRecoveries
from backrun_fit.workout import (
    DistanceDuration,
    Duration,
    HeartRateBelowDuration,
    Intensity,
    Movement,
    NamedPaceTarget,
    Node,
    OpenDuration,
    OtherDuration,
    RawField,
    Repeat,
    Step,
    TimeDuration,
    walk_steps,
)
from tests.forward_work import is_backward, written_out
from tests.plans import jog, plan, run, shown, times


def laid(*nodes: Node, **parameters: Any) -> str:
    return shown(BackwardRecoveries(**parameters).apply(plan(*nodes)).steps)


def rest(duration: Duration) -> Step:
    return Step(duration=duration, intensity=Intensity.REST)


HARD = run(800, "5k")
OPEN = rest(OpenDuration())
PULSE = rest(HeartRateBelowDuration(heart_rate_bpm=120))
TWO_OF_THREE = "800m -<60s -30s 800m -<60s -30s 800m -90s 800m"
SIX = times(6, HARD, jog(60))
FAR = rest(DistanceDuration(distance_m=200))


@pytest.mark.parametrize(
    ("recovery", "expected"),
    [
        ((jog(120),), "1(5(800m -<60s -60s) 800m -120s)"),
        ((jog(60),), "1(5(800m -<60s) 800m -60s)"),
        ((jog(45),), "1(5(800m -<45s) 800m -45s)"),
        ((jog(60.5),), "1(5(800m -<60.5s) 800m -60.5s)"),
        ((jog(61),), "1(5(800m -<60s -1s) 800m -61s)"),
        ((jog(90.5),), "1(5(800m -<60s -30.5s) 800m -90.5s)"),
        ((jog(60), jog(0.5)), "1(5(800m -<60s -0.5s) 800m -60s -0.5s)"),
        ((jog(60.5), jog(30)), "1(5(800m -<60.5s -30s) 800m -60.5s -30s)"),
        ((FAR, jog(30)), "1(5(800m -<200m -30s) 800m -200m -30s)"),
        ((FAR,), "1(5(800m -<200m) 800m -200m)"),
        ((OPEN,), "1(5(800m -<60s -?) 800m -?)"),
        ((PULSE,), "1(5(800m -<60s -?) 800m -?)"),
        ((jog(90), OPEN), "1(5(800m -<60s -30s -?) 800m -90s -?)"),
        ((jog(60), OPEN), "1(5(800m -<60s -?) 800m -60s -?)"),
        ((jog(30), jog(90)), "1(5(800m -<60s -60s) 800m -30s -90s)"),
        ((jog(30), FAR), "1(5(800m -<30s -200m) 800m -30s -200m)"),
        ((jog(20), jog(20)), "1(5(800m -<40s) 800m -20s -20s)"),
    ],
)
def test_five_recoveries_lie_between_six_repeats_and_keep_their_length(
    recovery: tuple[Step, ...], expected: str
) -> None:
    assert laid(times(6, HARD, *recovery)) == expected


@pytest.mark.parametrize("recovery", [(jog(120),), (jog(30),), (OPEN,), (FAR,), (jog(30), OPEN)])
def test_a_whole_recovery_is_exactly_sixty_seconds_backward(recovery: tuple[Step, ...]) -> None:
    planned = shown(recovery)
    assert laid(times(6, HARD, *recovery), whole=True) == f"1(5(800m -<60s) 800m {planned})"


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([SIX], "1(2(800m -<60s) 4(800m -60s))"),
        ([times(2, HARD, jog(60)), SIX], "1(800m -<60s 800m -60s) 1(800m -<60s 5(800m -60s))"),
        ([times(3, HARD, jog(60)), SIX], "1(2(800m -<60s) 800m -60s) 6(800m -60s)"),
        ([HARD, jog(90), HARD, jog(90), HARD, jog(90), HARD], TWO_OF_THREE),
        ([times(2, HARD, jog(60))], "1(800m -<60s 800m -60s)"),
    ],
)
def test_only_the_first_so_many_recoveries_between_repeats_are_turned(
    nodes: list[Node], expected: str
) -> None:
    assert laid(*nodes, times=2) == expected


def test_a_backward_distance_is_taken_from_a_distance_and_is_all_of_a_time() -> None:
    far = attrs.evolve(FAR, duration=DistanceDuration(distance_m=400))
    assert laid(times(6, HARD, far), backward="100m") == "1(5(800m -<100m -300m) 800m -400m)"
    assert laid(times(6, HARD, jog(90)), backward="100m") == "1(5(800m -<90s) 800m -90s)"


def test_the_recovery_after_the_last_repeat_stays_whatever_follows() -> None:
    easy = run(1600)
    for follow in (easy, attrs.evolve(easy, target=HARD.target), jog(300)):
        result = BackwardRecoveries().apply(plan(easy, times(6, HARD, jog(60)), follow))
        assert shown(result.steps[1:-1]) == "1(5(800m -<60s) 800m -60s)"
        assert result.steps[0] is easy
        assert result.steps[-1] is follow


def test_the_recovery_before_the_first_repeat_stays() -> None:
    assert laid(jog(60), HARD, jog(60), HARD) == "-60s 800m -<60s 800m"


def test_where_the_last_recovery_is_skipped_there_is_none_and_no_skipping() -> None:
    result = BackwardRecoveries().apply(plan(times(6, HARD, jog(120), skip=True)))
    assert shown(result.steps) == "1(5(800m -<60s -60s) 800m)"
    whole = result.steps[0]
    assert isinstance(whole, Repeat)
    assert isinstance(whole.steps[0], Repeat)
    assert not whole.skip_last_recovery
    assert not whole.steps[0].skip_last_recovery


@given(st.integers(2, 40), st.booleans())
def test_n_repeats_have_n_less_one_backward_recoveries(count: int, skip: bool) -> None:
    result = BackwardRecoveries().apply(plan(times(count, HARD, jog(90), skip=skip)))
    assert sum(map(is_backward, written_out(result.steps))) == count - 1


def test_the_recovery_before_a_set_rest_and_the_set_rest_stay() -> None:
    inner = times(4, HARD, jog(60))
    assert laid(times(3, inner, jog(180))) == "3(3(800m -<60s) 800m -60s -180s)"


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([times(3, times(6, HARD, jog(60)))], "3(5(800m -<60s) 800m -60s)"),
        ([times(2, times(2, HARD, jog(60)))], "2(800m -<60s 800m -60s)"),
        ([times(2, times(3, HARD, jog(60)), HARD)], "2(2(800m -<60s) 800m -60s 800m)"),
        (
            [times(3, times(1, HARD, jog(60)), HARD, jog(60))],
            "1(2(800m -60s 800m -<60s) 2(800m -60s))",
        ),
        ([times(3, HARD, jog(60)), HARD], "1(2(800m -<60s) 800m -60s) 800m"),
    ],
)
def test_the_last_recovery_of_a_set_stays_although_work_follows_it(
    nodes: list[Node], expected: str
) -> None:
    assert laid(*nodes) == expected


@given(st.integers(1, 5), st.integers(2, 8))
def test_sets_of_sets_have_one_recovery_less_than_repeats_in_each(sets: int, count: int) -> None:
    result = BackwardRecoveries().apply(plan(times(sets, times(count, HARD, jog(90)))))
    assert sum(map(is_backward, written_out(result.steps))) == sets * (count - 1)


def test_a_recovery_between_repeats_that_are_repeats_themselves_is_turned() -> None:
    strides = times(4, run(200, "5k"))
    assert laid(times(3, strides, jog(90))) == "1(2(4(200m) -<60s -30s) 4(200m) -90s)"
    assert laid(strides, jog(90), strides) == "4(200m) -<60s -30s 4(200m)"


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_a_set_stays_one_node_with_recoveries_whatever_its_count(count: int) -> None:
    first, second = times(count, HARD, jog(60)), times(2, HARD, jog(30), HARD)
    result = BackwardRecoveries().apply(plan(HARD, first, second))
    assert len(result.steps) == 3
    assert all(isinstance(node, Repeat) for node in result.steps[1:])


def test_work_of_several_steps_keeps_its_order() -> None:
    sharp = run(200, "threshold")
    assert laid(times(3, HARD, sharp, jog(90))) == "1(2(800m 200m -<60s -30s) 800m 200m -90s)"
    assert laid(times(3, HARD, jog(90), sharp, jog(30))) == (
        "1(2(800m -<60s -30s 200m -<30s) 800m -<60s -30s 200m -30s)"
    )


def test_recoveries_written_out_at_the_top_level_are_turned_where_work_is_on_both_sides() -> None:
    warm = attrs.evolve(run(1000), intensity=Intensity.WARMUP)
    nodes = (warm, jog(60), HARD, jog(120), HARD, jog(120), warm)
    result = BackwardRecoveries().apply(plan(*nodes))
    assert shown(result.steps) == "1000m -60s 800m -<60s -60s 800m -120s 1000m"
    assert [a is b for a, b in zip(result.steps[:3], nodes[:3], strict=True)] == [True] * 3


def test_running_at_an_easy_pace_is_no_harder_repeat() -> None:
    with pytest.raises(CompileError, match="expected a recovery"):
        BackwardRecoveries().apply(plan(times(4, run(1000, "easy"), jog(60))))


def test_a_walked_recovery_is_turned_and_its_rest_stays_a_walk() -> None:
    walk = attrs.evolve(jog(90), movement=Movement.WALK)
    assert laid(times(3, HARD, walk)) == "1(2(800m -<60s -w30s) 800m -w90s)"


def test_the_rest_of_a_recovery_keeps_everything_but_its_length() -> None:
    planned = attrs.evolve(jog(120), name="Jog", notes="Drink.", extra=(RawField(99, 2, 1),))
    result = BackwardRecoveries().apply(plan(times(3, HARD, planned)))
    back, rest_of_it = list(walk_steps(result.steps))[1:3]
    assert attrs.evolve(rest_of_it, duration=planned.duration) == planned
    assert back.intensity is Intensity.RECOVERY
    assert back.name == "Back 60 s"
    assert back.extra == ()
    assert back.target == NamedPaceTarget(name="marathon", slower=0.05, faster=0.05)


@pytest.mark.parametrize(("planned_s", "whole"), [(60, False), (90, True)])
def test_a_recovery_turned_as_a_whole_hands_on_its_notes_and_unknown_fields(
    planned_s: float, whole: bool
) -> None:
    rule = BackwardRecoveries(whole=whole)
    planned = attrs.evolve(jog(planned_s), notes="Drink.", extra=(RawField(99, 2, 1),))
    back = list(walk_steps(rule.apply(plan(times(3, HARD, planned))).steps))[1]
    assert back.extra == (RawField(99, 2, 1),)
    assert back.notes is not None
    assert back.notes.startswith("Backward, on the forefoot")
    assert back.notes.endswith("Drink.")
    long = attrs.evolve(planned, notes="ü" * 90)
    back = list(walk_steps(rule.apply(plan(times(3, HARD, long))).steps))[1]
    assert back.notes is not None
    assert len(back.notes.encode()) <= 199
    assert back.notes.endswith("traffic.")


@pytest.mark.parametrize("first", [jog(30), FAR])
def test_of_a_recovery_of_several_steps_the_notes_of_what_is_backward_go_along(first: Step) -> None:
    recovery = (attrs.evolve(first, notes="Drink."), attrs.evolve(jog(90), notes="Breathe."))
    result = BackwardRecoveries().apply(plan(times(3, HARD, *recovery)))
    _, back, rest_of_it, *_ = walk_steps(result.steps)
    assert back.notes == f"{FORM_CUE} Drink."
    assert rest_of_it.notes == "Breathe."


@pytest.mark.parametrize(("spare_bytes", "is_kept"), [(0, True), (-1, False)])
def test_notes_go_along_as_far_as_a_watch_has_room(spare_bytes: int, is_kept: bool) -> None:
    note = "n" * (199 - len(FORM_CUE) - len(" ") - spare_bytes)
    planned = attrs.evolve(jog(60), notes=note)
    _, back, *_ = walk_steps(BackwardRecoveries().apply(plan(times(3, HARD, planned))).steps)
    assert back.notes == (f"{FORM_CUE} {note}" if is_kept else FORM_CUE)


def test_the_rest_of_a_rest_is_still_called_one() -> None:
    planned = rest(TimeDuration(duration_s=90))
    _, back, rest_of_it, *_ = walk_steps(
        BackwardRecoveries().apply(plan(times(3, HARD, planned))).steps
    )
    assert (back.intensity, rest_of_it.intensity) == (Intensity.RECOVERY, Intensity.REST)


def test_unknown_fields_of_repeats_stay_at_their_depth() -> None:
    inner = Repeat(steps=(HARD, jog(60)), count=4, extra=(RawField(71, 2, 1),))
    outer = Repeat(steps=(inner, jog(180)), count=3, extra=(RawField(72, 2, 2),))
    (result,) = BackwardRecoveries().apply(plan(outer)).steps
    assert isinstance(result, Repeat)
    assert isinstance(result.steps[0], Repeat)
    assert (result.extra, result.steps[0].extra) == ((RawField(72, 2, 2),), (RawField(71, 2, 1),))


def test_unknown_fields_of_an_inner_repeat_do_not_become_those_of_the_outer() -> None:
    inner = Repeat(steps=(HARD, jog(60)), count=4, extra=(RawField(71, 2, 1),))
    (result,) = BackwardRecoveries().apply(plan(times(3, inner, jog(180)))).steps
    assert isinstance(result, Repeat)
    assert isinstance(result.steps[0], Repeat)
    assert (result.extra, result.steps[0].extra) == ((), (RawField(71, 2, 1),))


def test_unknown_fields_of_a_repeat_stay_with_its_set_and_what_is_repeated_in_it() -> None:
    (result,) = (
        BackwardRecoveries().apply(plan(attrs.evolve(SIX, extra=(RawField(71, 2, 1),)))).steps
    )
    assert isinstance(result, Repeat)
    assert isinstance(result.steps[0], Repeat)
    assert (result.extra, result.steps[0].extra) == ((RawField(71, 2, 1),), (RawField(71, 2, 1),))


def test_a_repeat_in_which_nothing_is_turned_is_returned_as_it_was() -> None:
    strides = times(4, run(100, "easy"), jog(30))
    result = BackwardRecoveries().apply(plan(strides, times(3, HARD, jog(60))))
    assert result.steps[0] is strides


def test_a_repeat_that_ends_by_a_condition_is_left_as_it_is() -> None:
    until = Repeat(steps=(HARD, jog(60)), until=OtherDuration(type=7, value=600_000))
    result = BackwardRecoveries().apply(plan(until, times(3, HARD, jog(60))))
    assert result.steps[0] is until
    with pytest.raises(CompileError, match="in a repeat with a count"):
        BackwardRecoveries().apply(plan(until))


def test_recoveries_between_backward_repeats_stay_forward() -> None:
    back = attrs.evolve(HARD, movement=Movement.BACKWARD_RUN, intensity=Intensity.INTERVAL)
    reps = times(5, back, jog(60))
    result = BackwardRecoveries().apply(plan(times(3, HARD, jog(60)), reps, back))
    assert result.steps[-2] is reps
    with pytest.raises(CompileError, match="expected a recovery"):
        BackwardRecoveries().apply(plan(reps, back))


@pytest.mark.parametrize("nodes", [[], [HARD], [HARD, jog(60)], [times(1, HARD, jog(60))]])
def test_a_workout_without_a_recovery_between_is_refused(nodes: list[Node]) -> None:
    with pytest.raises(CompileError, match="directly before and after it"):
        BackwardRecoveries().apply(plan(*nodes))


def test_recoveries_that_are_turned_already_stay_so_whatever_the_parameters() -> None:
    once = BackwardRecoveries().apply(plan(times(6, HARD, jog(120))))
    again = BackwardRecoveries(backward="30s", whole=True).apply(once)
    assert again == once
    assert again.remarks[-1] == "backward_recoveries: 5 recoveries are backward already"
