"""Claims about the public helper that holds a rule to its promise, and how a broken one is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backrun_fit.athlete import Athlete
from backrun_fit.errors import CompileError
from backrun_fit.fold import fold
from backrun_fit.notation import parse_workout
from backrun_fit.rules import AfterEachMile, BackwardRecoveries, Rule, check_overlay
from backrun_fit.rules.foreign import lay
from backrun_fit.workout import (
    DistanceDuration,
    Intensity,
    Movement,
    OtherDuration,
    Repeat,
    Step,
    TimeDuration,
    Workout,
)
from tests.forward_work import is_backward, written_out
from tests.strategies import distances, rules, steps, times, workouts

SESSION = parse_workout(
    "warmup 2km @ easy, 3 x (800m @ 5k + 90s @ recovery), 3mi @ marathon, cooldown 1km @ easy"
)
STEPS = tuple(written_out(SESSION.steps))
BACK = Step(duration=DistanceDuration(distance_m=100.0), movement=Movement.BACKWARD_RUN)
Change = Callable[[tuple[Step, ...]], tuple[Step, ...]]


@attrs.frozen
class Does:
    """A rule that does what it is told to a workout."""

    what: Callable[[Workout], Workout]
    name: ClassVar[str] = "mine"

    def apply(
        self,
        workout: Workout,
        athlete: Athlete | None = None,  # noqa: ARG002 - every rule is called alike
    ) -> Workout:
        return self.what(workout)


def changed(change: Change) -> Rule:
    """Changes the steps of a workout once, and puts a backward one behind them."""

    def what(workout: Workout) -> Workout:
        steps = tuple(written_out(workout.steps))
        if any(map(is_backward, steps)):
            return workout
        return attrs.evolve(workout, steps=(*fold(change(steps)), BACK))

    return Does(what)


def without(number: int) -> Change:
    return lambda steps: (*steps[: number - 1], *steps[number:])


def instead(number: int, *others: Step) -> Change:
    return lambda steps: (*steps[: number - 1], *others, *steps[number:])


def evolved(number: int, **values: object) -> Change:
    return instead(number, attrs.evolve(STEPS[number - 1], **values))  # type: ignore[arg-type]


def swapped(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The work at marathon pace before the repeats."""
    return (steps[0], steps[7], *steps[1:7], steps[8])


@settings(max_examples=120)
@given(workouts(), rules())
def test_the_built_in_rules_keep_their_promise(workout: Workout, rule: Rule) -> None:
    try:
        expected = rule.apply(workout)
    except CompileError:
        assume(False)
        raise
    assert check_overlay(rule, workout) == expected


# What nobody takes for a recovery, among forward steps of any kind.
certain_work = steps(
    duration=times() | distances(),
    intensity=st.sampled_from((Intensity.WARMUP, Intensity.COOLDOWN)),
    movement=st.just(Movement.RUN),
)
forward_steps = st.lists(
    certain_work | steps(movement=st.sampled_from((Movement.RUN, Movement.WALK))), max_size=6
)


@settings(max_examples=80)
@given(forward_steps, certain_work, forward_steps)
def test_a_step_of_work_that_is_dropped_is_always_seen(
    before: list[Step], work: Step, after: list[Step]
) -> None:
    workout = Workout(name="Any", steps=(*before, work, *after))
    with pytest.raises(CompileError, match="expected all forward work"):
        check_overlay(changed(without(len(before) + 1)), workout)


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (without(1), 1),
        (without(2), 2),
        (without(4), 4),
        (without(8), 8),
        (without(9), 9),
        (evolved(8, duration=DistanceDuration(distance_m=4827.0)), 8),
        (evolved(8, duration=TimeDuration(duration_s=4828.032)), 8),
        (evolved(8, target=STEPS[0].target), 8),
        (evolved(8, intensity=Intensity.INTERVAL), 8),
        (evolved(8, movement=Movement.BACKWARD_RUN), 8),
        (evolved(8, name="Tempo"), 8),
        (evolved(8, notes="Relax."), 8),
        (swapped, 2),
        (without(3), 3),
        (evolved(3, duration=TimeDuration(duration_s=60.0)), 3),
        (lambda steps: (), 1),
    ],
)
def test_the_first_step_that_is_lost_is_named(change: Change, number: int) -> None:
    with pytest.raises(CompileError, match=rf"^mine: .* but step {number} of 9 \("):
        check_overlay(changed(change), SESSION)


@pytest.mark.parametrize(
    "change",
    [
        lambda steps: steps,
        # cut in pieces, with anything between them
        instead(8, *(attrs.evolve(STEPS[7], duration=DistanceDuration(distance_m=1609.344)),) * 3),
        lambda steps: tuple(one for step in steps for one in (step, BACK)),
        # recoveries turned: whole, at their beginning, at their end
        instead(3, BACK),
        instead(3, BACK, attrs.evolve(STEPS[2], duration=TimeDuration(duration_s=30.0))),
        instead(3, attrs.evolve(STEPS[2], duration=TimeDuration(duration_s=30.0)), BACK),
        # more of the same
        lambda steps: (*steps, STEPS[7], STEPS[0]),
    ],
)
def test_what_only_adds_cuts_or_turns_recoveries_keeps_the_promise(change: Change) -> None:
    result = check_overlay(changed(change), SESSION)
    assert any(map(is_backward, written_out(result.steps)))


def test_a_recovery_is_not_turned_by_backward_running_before_the_work_that_precedes_it() -> None:
    with pytest.raises(CompileError, match=r"but step 3 of 9"):
        check_overlay(
            changed(lambda steps: (steps[0], BACK, *steps[1:2], *steps[3:])),
            SESSION,
        )


def test_a_recovery_that_a_target_tells_may_give_way() -> None:
    session = parse_workout("4 x (active 400m @ 3:30/km + active 200m @ 6:00/km)")
    rule = BackwardRecoveries()
    assert check_overlay(rule, session) == rule.apply(session)


def test_a_repeat_that_ends_by_a_condition_stays_as_it_is() -> None:
    until = Repeat(steps=STEPS[1:3], until=OtherDuration(type=7, value=1_200_000))
    workout = Workout(name="Until", steps=(STEPS[0], until))
    assert check_overlay(Does(added_once), workout).steps == (STEPS[0], until, BACK)
    with pytest.raises(CompileError, match=r"step 2 of 2 \(with a repeat that ends by a condition"):
        check_overlay(changed(lambda steps: steps), workout)


def test_what_is_lost_behind_a_repeat_that_ends_by_a_condition_is_seen() -> None:
    until = Repeat(steps=STEPS[1:3], until=OtherDuration(type=7, value=1_200_000))
    workout = Workout(name="Until", steps=(STEPS[0], until, *STEPS[7:]))
    shortened = Does(lambda workout: attrs.evolve(workout, steps=workout.steps[:3]))
    with pytest.raises(CompileError, match="step 4 of 4"):
        check_overlay(shortened, workout)


def test_a_repeat_that_ends_by_another_condition_is_another() -> None:
    until = Repeat(steps=STEPS[1:3], until=OtherDuration(type=7, value=1_200_000))
    longer = attrs.evolve(until, until=OtherDuration(type=7, value=1_800_000))
    workout = Workout(name="Until", steps=(STEPS[0], until))
    with pytest.raises(CompileError, match="step 2 of 2"):
        check_overlay(Does(lambda _: attrs.evolve(workout, steps=(STEPS[0], longer))), workout)


def test_a_rule_knows_the_athlete_whoever_wrote_it_and_when_it_is_laid_again() -> None:
    workout, athlete = parse_workout("90min @ easy"), Athlete(marathon_pace="8:00/mi")

    class Own(AfterEachMile):
        name = "own"

    for rule in (AfterEachMile(), Own()):
        laid = lay(rule, workout, athlete)
        assert laid.steps == AfterEachMile().apply(workout, athlete).steps
        with pytest.raises(CompileError, match="at a pace that is known"):
            lay(rule, workout)


def added(workout: Workout) -> Workout:
    return attrs.evolve(workout, steps=(*workout.steps, BACK))


def added_once(workout: Workout) -> Workout:
    return workout if BACK in workout.steps else added(workout)


def added_or_removed(workout: Workout) -> Workout:
    if BACK in workout.steps:
        return attrs.evolve(workout, steps=workout.steps[:-1])
    return added(workout)


def lengthened(workout: Workout) -> Workout:
    if BACK in workout.steps:
        longer = attrs.evolve(BACK, duration=DistanceDuration(distance_m=200.0))
        return attrs.evolve(workout, steps=(*workout.steps[:-1], longer))
    return added(workout)


def added_or_refused(workout: Workout) -> Workout:
    if BACK in workout.steps:
        raise CompileError("it is there already")
    return added(workout)


def renamed(workout: Workout) -> Workout:
    return attrs.evolve(workout, name=f"{workout.name}!")


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (added, r"a further step 11 \(100 m  \(active\)\)"),
        (renamed, "under another head"),
        (added_or_removed, r"no step 10 \(100 m  \(active\)\) any more"),
        (lengthened, r"step 10 as 200 m  \(active\) instead of 100 m  \(active\)"),
        (added_or_refused, "an error: it is there already"),
    ],
)
def test_a_rule_that_does_more_when_applied_again_is_told_where(
    what: Callable[[Workout], Workout], words: str
) -> None:
    expected = f"^mine: expected the same workout when applied again, got .*{words}"
    with pytest.raises(CompileError, match=expected):
        check_overlay(Does(what), SESSION)


def test_what_a_rule_refuses_is_refused_in_its_own_words() -> None:
    with pytest.raises(CompileError, match=r"^backward_recoveries: expected a recovery"):
        check_overlay(BackwardRecoveries(), parse_workout("8mi @ easy"))


def test_a_rule_that_returns_no_workout_is_told() -> None:
    with pytest.raises(CompileError, match="mine: expected a workout out of apply, got None"):
        check_overlay(Does(lambda workout: None), SESSION)  # type: ignore[arg-type, return-value]
