"""What holds for every rule: forward work unchanged, twice is once, any order or a clear word."""

from __future__ import annotations

from itertools import permutations
from typing import TypeAlias

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backrun_fit.errors import CompileError, SpecError
from backrun_fit.notation import parse_workout, print_workout
from backrun_fit.rules import (
    RULES,
    AfterEachMile,
    BackwardRecoveries,
    BackwardRepeats,
    Drills,
    Rule,
    TreadmillIntro,
)
from backrun_fit.workout import (
    DistanceDuration,
    Intensity,
    Movement,
    NamedPaceTarget,
    RawField,
    Repeat,
    Step,
    TimeDuration,
    Workout,
    walk_steps,
)
from tests.forward_work import (
    added,
    forward_work,
    is_backward,
    same_work,
    turned,
    written_out,
)
from tests.strategies import rules, session_lines, workouts


def applied(rule: Rule, workout: Workout) -> Workout:
    """The rule's result; examples that a rule refuses say nothing and are passed over."""
    try:
        return rule.apply(workout)
    except CompileError:
        assume(False)
        raise


def by_name(name: str) -> Rule:
    return RULES[name]()


RUN = Step(duration=DistanceDuration(distance_m=4 * 1609.344), target=NamedPaceTarget(name="easy"))
SET = Repeat(
    steps=(
        Step(duration=DistanceDuration(distance_m=800), target=NamedPaceTarget(name="5k")),
        Step(duration=TimeDuration(duration_s=120), intensity=Intensity.RECOVERY),
    ),
    count=6,
)
SESSION = Workout(
    name="All in one",
    steps=(
        attrs.evolve(RUN, intensity=Intensity.WARMUP),
        RUN,
        SET,
        attrs.evolve(RUN, intensity=Intensity.COOLDOWN),
    ),
    notes="as planned",
    extra=(RawField(200, 2, 7),),
)


@settings(max_examples=80)
@given(
    workouts(),
    st.builds(
        AfterEachMile,
        every=st.sampled_from(("1mi", "1km", "10min")),
        times=st.none() | st.integers(1, 6),
    ),
)
def test_counting_miles_leaves_all_forward_work(workout: Workout, rule: AfterEachMile) -> None:
    result = applied(rule, workout)
    assert same_work(forward_work(result), forward_work(workout))
    there = [step for step in written_out(result.steps) if is_backward(step)]
    for step in filter(is_backward, written_out(workout.steps)):
        assert step in there


@settings(max_examples=80)
@given(
    workouts(),
    st.builds(
        BackwardRecoveries,
        backward=st.sampled_from(("60s", "30s", "100m")),
        times=st.none() | st.integers(1, 6),
    ),
)
def test_turned_recoveries_leave_all_else_and_their_planned_length(
    workout: Workout, rule: BackwardRecoveries
) -> None:
    before = list(written_out(workout.steps))
    after = list(written_out(applied(rule, workout).steps))
    count = turned(before, after)
    assert count is not None
    assert count or after == before
    assert rule.times is None or count <= rule.times
    backs = [step for step in after if is_backward(step)]
    longest = attrs.astuple(rule.backward)[0] + 1  # a rest of less than a second is backward too
    for step in backs:
        if step not in before and isinstance(step.duration, type(rule.backward)):
            assert attrs.astuple(step.duration)[0] <= longest


Limited: TypeAlias = AfterEachMile | BackwardRecoveries


def all_and_some(rule: Limited, times: int, workout: Workout) -> tuple[Workout, Workout]:
    """The workout with the rule as it is, and with it as far as ``times``."""
    limited = attrs.evolve(rule, times=times)
    return applied(rule, workout), applied(limited, workout)


@settings(max_examples=120)
@given(session_lines(), st.sampled_from((AfterEachMile(), BackwardRecoveries())), st.integers(1, 6))
def test_the_first_so_many_backward_parts_are_those_that_all_of_them_begin_with(
    line: str, rule: Limited, times: int
) -> None:
    session = parse_workout(line)
    every, some = all_and_some(rule, times, session)
    added, first = (
        [step for step in written_out(result.steps) if is_backward(step)]
        for result in (every, some)
    )
    assert first == added[:times]
    behind = list(written_out(some.steps))
    if len(added) > times:
        last = max(index for index, step in enumerate(behind) if is_backward(step))
        # Up to the last one turned or inserted the session reads as it does with all of them.
        assert behind[: last + 1] == list(written_out(every.steps))[: last + 1]
    assert attrs.evolve(rule, times=1000).apply(session) == every


@settings(max_examples=80)
@given(session_lines(), st.integers(1, 4), st.integers(0, 4))
def test_more_miles_may_be_asked_for_later(line: str, times: int, more: int) -> None:
    session = parse_workout(line)
    few, many = AfterEachMile(times=times), AfterEachMile(times=times + more)
    both = many.apply(applied(few, session))
    assert list(written_out(both.steps)) == list(written_out(many.apply(session).steps))


@settings(max_examples=80)
@given(workouts(), rules())
def test_other_rules_add_one_stretch_and_touch_nothing(workout: Workout, rule: Rule) -> None:
    assume(not isinstance(rule, (AfterEachMile, BackwardRecoveries)))
    result = applied(rule, workout)
    before, after = tuple(written_out(workout.steps)), tuple(written_out(result.steps))
    stretch = added(before, after)
    assert stretch is not None
    assert any(step.movement is not Movement.RUN for step in stretch) or before == after


@settings(max_examples=120)
@given(workouts(), rules())
def test_applying_a_rule_twice_is_the_same_as_once(workout: Workout, rule: Rule) -> None:
    once = applied(rule, workout)
    assert rule.apply(once) == once


@settings(max_examples=50)
@given(workouts(), rules())
def test_everything_about_the_session_rides_along(workout: Workout, rule: Rule) -> None:
    result = applied(rule, workout)
    if isinstance(rule, TreadmillIntro):
        assert result.sub_sport == "treadmill"
        result = attrs.evolve(result, sub_sport=workout.sub_sport)
    assert attrs.evolve(result, steps=()) == attrs.evolve(workout, steps=())


@settings(max_examples=50)
@given(workouts(), rules())
def test_unknown_fields_of_steps_stay_in_the_workout(workout: Workout, rule: Rule) -> None:
    assume(not isinstance(rule, BackwardRecoveries) or not rule.whole)
    result = applied(rule, workout)
    there = {step.extra for step in walk_steps(result.steps)}
    assert {step.extra for step in written_out(workout.steps)} <= there | {()}


@settings(max_examples=50)
@given(workouts(), rules())
def test_added_steps_carry_the_marker_within_fifteen_bytes(workout: Workout, rule: Rule) -> None:
    result = applied(rule, workout)
    known = set(map(id, walk_steps(workout.steps)))
    for step in walk_steps(result.steps):
        if id(step) not in known and is_backward(step):
            assert step.name is not None
            assert step.name.startswith("Back")
            assert len(step.name.encode()) <= 15
            assert step.notes is not None
            assert "forefoot" in step.notes
            assert len(step.notes.encode()) <= 199


@pytest.mark.parametrize("name", RULES)
def test_a_rule_changes_the_session_and_says_so_with_new_steps(name: str) -> None:
    result = by_name(name).apply(SESSION)
    assert result != SESSION
    assert any(is_backward(step) for step in walk_steps(result.steps))


@pytest.mark.parametrize("name", RULES)
def test_nodes_that_a_rule_does_not_touch_are_the_same_objects(name: str) -> None:
    result = by_name(name).apply(SESSION)
    touched = {"after_each_mile": 1, "backward_recoveries": 2}.get(name)
    there = set(map(id, result.steps))
    for position, node in enumerate(SESSION.steps):
        assert (id(node) in there) is (position != touched)


@pytest.mark.parametrize("name", RULES)
def test_a_workout_for_another_sport_is_refused(name: str) -> None:
    with pytest.raises(CompileError, match=f"{name}: expected a workout for running, got 'cycl"):
        by_name(name).apply(attrs.evolve(SESSION, sport="cycling"))


@pytest.mark.parametrize(("first", "second"), list(permutations(RULES, 2)))
def test_two_rules_combine_or_the_error_names_both(first: str, second: str) -> None:
    one, two = by_name(first), by_name(second)
    if "treadmill_intro" in (first, second):
        with pytest.raises(CompileError, match="collide") as caught:
            two.apply(one.apply(SESSION))
        assert first in str(caught.value)
        assert second in str(caught.value)
        return
    result = two.apply(one.apply(SESSION))
    assert result == one.apply(two.apply(SESSION))
    assert one.apply(result) == result
    assert two.apply(result) == result
    for rule in (one, two):
        new = {step.name for step in walk_steps(rule.apply(SESSION).steps) if is_backward(step)}
        assert new <= {step.name for step in walk_steps(result.steps)}
    planned = [step for step in written_out(SESSION.steps) if step.intensity in WORKING]
    done = [step for step in written_out(result.steps) if step.intensity in WORKING]
    assert same_work(
        forward_work(attrs.evolve(SESSION, steps=tuple(planned))),
        forward_work(attrs.evolve(SESSION, steps=tuple(done))),
    )


WORKING = (Intensity.ACTIVE, Intensity.INTERVAL)


WRITERS = st.sampled_from(
    (
        AfterEachMile(),
        AfterEachMile(every="5min", backward="45s"),
        AfterEachMile(every="1km"),
        AfterEachMile(times=2),
        BackwardRecoveries(times=3),
        BackwardRecoveries(),
        BackwardRecoveries(backward="30s", whole=True),
        BackwardRepeats(count=2),
        Drills(),
        Drills(where="cooldown", rounds=1),
    )
)


def in_turn(workout: Workout, *order: Rule) -> Workout | str:
    """What rules make of a workout one after the other, or what the one that refuses says."""
    try:
        for rule in order:
            workout = rule.apply(workout)
    except CompileError as error:
        return str(error)
    return workout


@settings(max_examples=250)
@given(session_lines(), WRITERS)
def test_applying_a_rule_twice_to_a_session_is_the_same_as_once(line: str, rule: Rule) -> None:
    once = in_turn(parse_workout(line), rule)
    assert isinstance(once, str) or rule.apply(once) == once


@settings(max_examples=250)
@given(session_lines(), WRITERS, WRITERS)
def test_two_rules_make_the_same_of_a_session_in_both_orders(
    line: str, one: Rule, two: Rule
) -> None:
    assume(type(one) is not type(two))
    session = parse_workout(line)
    assume(not any(isinstance(in_turn(session, rule), str) for rule in (one, two)))
    assert in_turn(session, one, two) == in_turn(session, two, one)


@settings(max_examples=80)
@given(workouts(), rules(), rules())
def test_two_rules_make_the_same_of_any_workout_in_both_orders_or_both_are_named(
    workout: Workout, one: Rule, two: Rule
) -> None:
    assume(type(one) is not type(two))
    assume(not any(isinstance(in_turn(workout, rule), str) for rule in (one, two)))
    result, other = in_turn(workout, one, two), in_turn(workout, two, one)
    if isinstance(result, str) and isinstance(other, str):
        words = ("collide", one.name, two.name)
        assert all(word in text for word in words for text in (result, other))
    else:
        assert result == other


@settings(max_examples=80)
@given(session_lines(), st.lists(WRITERS, max_size=3))
def test_a_session_with_rules_laid_over_it_is_printed_and_read_back(
    line: str, order: list[Rule]
) -> None:
    result = in_turn(parse_workout(line), *order)
    assert isinstance(result, str) or parse_workout(print_workout(result)).steps == result.steps


@pytest.mark.parametrize(
    "line",
    [
        "2 x (800m @ 5k + 60s @ recovery), 5 x 800m @ 5k",
        "2 x (1km @ 5k + 800m @ 5k + 2min @ easy), 6 x 800m @ 5k",
        "3 x (800m @ 5k + 60s @ recovery), 6 x 800m @ 5k",
        "8 x (5min @ marathon + rest 60s), 2mi @ easy, 2 x (1mi @ threshold + 400m @ recovery)",
        "2mi @ marathon, 2 x (2mi @ threshold + 2min @ easy), 2mi @ marathon",
        "2mi @ marathon, 1 x (2mi @ threshold + 2min @ recovery + 2mi @ threshold)",
        "2mi @ marathon, 60s @ recovery, 2mi @ marathon",
    ],
)
def test_miles_are_counted_around_sets_whether_their_recoveries_are_turned_or_not(
    line: str,
) -> None:
    session, miles, recoveries = parse_workout(line), AfterEachMile(), BackwardRecoveries()
    once = miles.apply(session)
    assert once != session
    assert miles.apply(once) == once
    both = recoveries.apply(once)
    assert both == miles.apply(recoveries.apply(session))
    assert (miles.apply(both), recoveries.apply(both)) == (both, both)


def test_all_rules_but_the_treadmill_combine_to_one_session_in_any_order() -> None:
    results = {
        tuple(written_out(combined.steps))
        for order in permutations(COMBINABLE)
        for combined in [_all(order)]
    }
    assert len(results) == 1


COMBINABLE: tuple[Rule, ...] = (
    AfterEachMile(),
    BackwardRecoveries(),
    BackwardRepeats(),
    Drills(where="cooldown"),
)


def _all(order: tuple[Rule, ...]) -> Workout:
    workout = SESSION
    for rule in (*order, *order):
        workout = rule.apply(workout)
    return workout


@settings(max_examples=50)
@given(workouts())
def test_the_forward_work_of_a_damaged_workout_is_found_different(workout: Workout) -> None:
    forward = [step for step in walk_steps(workout.steps) if not is_backward(step)]
    assume(forward and isinstance(workout.steps[0], Step) and not is_backward(workout.steps[0]))
    first, *rest = workout.steps
    assert isinstance(first, Step)
    renamed = attrs.evolve(first, notes="something else")
    longer = attrs.evolve(first, duration=DistanceDuration(distance_m=100_000.5))
    intensity = Intensity.OTHER if first.intensity is Intensity.ACTIVE else Intensity.ACTIVE
    harder = attrs.evolve(first, intensity=intensity)
    for steps in ((*rest,), (renamed, *rest), (longer, *rest), (harder, *rest), (first, first)):
        damaged = attrs.evolve(workout, steps=tuple(steps))
        if steps == (first, first) and len(workout.steps) != 1:
            continue
        assert not same_work(forward_work(damaged), forward_work(workout))


def test_swapped_steps_are_found_different() -> None:
    swapped = attrs.evolve(SESSION, steps=(SET, *SESSION.steps[:2], SESSION.steps[3]))
    assert not same_work(forward_work(swapped), forward_work(SESSION))


def test_the_added_stretch_is_none_where_anything_else_changed() -> None:
    one, two, three = (Step(duration=TimeDuration(duration_s=seconds)) for seconds in (10, 20, 30))
    assert added((one, two), (one, three, two)) == (three,)
    assert added((one, two), (one, two)) == ()
    assert added((one, two), (three, three, two)) is None
    assert added((one, two), (two,)) is None


def test_whatever_else_changed_beside_a_turned_recovery_is_found() -> None:
    before = list(written_out(parse_workout("2 x (800m @ 5k + 2min @ recovery)").steps))
    back = (
        "800m @ 5k, recovery back 60s, recovery 60s @ recovery, 800m @ 5k, recovery 2min @ recovery"
    )
    right = list(written_out(parse_workout(back).steps))
    assert turned(before, right) == 1
    assert turned(before, before) == 0
    wrong = (
        back.replace("recovery 60s", "recovery 61s"),
        back.replace("back 60s", "back 59s"),
        back.replace("back 60s", "back 100m"),
        back.replace("back 60s", "walk 60s"),
        back.replace("recovery back", "interval back"),
        back.replace("60s @ recovery", "60s @ easy"),
        back.replace("800m @ 5k, recovery 2min", "400m @ 5k, recovery 2min"),
        back.replace("recovery 2min @ recovery", "active 2min @ recovery"),
        back + ", recovery back 60s",
        back.removesuffix(", recovery 2min @ recovery"),
    )
    for line in wrong:
        assert turned(before, list(written_out(parse_workout(line).steps))) is None, line


@pytest.mark.parametrize("name", RULES)
def test_every_parameter_has_a_default_and_reads_its_default_as_text(name: str) -> None:
    rule = by_name(name)
    for field in attrs.fields(RULES[name]):  # type: ignore[arg-type]
        value = getattr(rule, field.name)
        if isinstance(value, (int, float)):
            assert getattr(RULES[name](**{field.name: str(value)}), field.name) == value


PARAMETERS = [
    (AfterEachMile, "every", "1 furlong", "expected a distance such as 1mi, got '1 furlong'"),
    (AfterEachMile, "every", "0mi", "longer than zero"),
    (AfterEachMile, "backward", 200, "expected a distance such as 1mi, got 200"),
    (AfterEachMile, "backward", "-1mi", "got '-1mi'"),
    (AfterEachMile, "pace", "brisk", "expected a pace name"),
    (AfterEachMile, "pace", "0:30/km", "one that a person can run or walk"),
    (AfterEachMile, "pace", float("nan"), "got nan"),
    (AfterEachMile, "slower", "-0.1", "not negative, got '-0.1'"),
    (AfterEachMile, "slower", "x %", "expected a fraction such as 0.05, not negative, got 'x '"),
    (AfterEachMile, "slower", "nan", "expected a fraction such as 0.05"),
    (AfterEachMile, "faster", 1, "below 1, got 1"),
    (AfterEachMile, "times", 0, "a whole number from 1 to 1,000, got 0"),
    (BackwardRecoveries, "times", "2.5", "got '2.5'"),
    (BackwardRecoveries, "whole", "perhaps", "expected true or false, got 'perhaps'"),
    (BackwardRecoveries, "whole", 1, "expected true or false, got 1"),
    (BackwardRepeats, "count", 0, "a whole number from 1 to 1,000, got 0"),
    (BackwardRepeats, "count", "2.5", "got '2.5'"),
    (BackwardRepeats, "count", "six", "a whole number from 1 to 1,000, got 'six'"),
    (BackwardRepeats, "count", True, "got True"),
    (BackwardRepeats, "recovery", "60", "got '60'"),
    (BackwardRepeats, "recovery_pace", "jog", "expected a pace name"),
    (TreadmillIntro, "walk", None, "got None"),
    (TreadmillIntro, "between", "soon", "got 'soon'"),
    (TreadmillIntro, "incline_percent", 16, "from 0 to 15, got 16"),
    (TreadmillIntro, "incline_percent", "1e999", "from 0 to 15"),
    (TreadmillIntro, "fastest", "2 m/s", "at most 1.63 m/s, got 2 m/s"),
    (TreadmillIntro, "slowest", "1.5 m/s", "not above the fastest, 1.41 m/s"),
    (Drills, "where", "middle", "expected warmup or cooldown, got 'middle'"),
    (Drills, "rounds", "x" * 58, f"got '{'x' * 58}'"),
    (Drills, "rounds", "x" * 59, f"got '{'x' * 56}..."),
    (Drills, "rounds", 1001, "got 1001"),
    (TreadmillIntro, "incline_percent", -0.5, "from 0 to 15, got -0.5"),
    (Drills, "each", "20", "got '20'"),
]


@pytest.mark.parametrize(("rule", "parameter", "value", "message"), PARAMETERS)
def test_a_parameter_that_cannot_be_meant_is_refused_under_its_name(
    rule: type[Rule], parameter: str, value: object, message: str
) -> None:
    with pytest.raises(SpecError) as caught:
        rule(**{parameter: value})
    (problem,) = caught.value.problems
    assert problem.path == parameter
    assert message in problem.message


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [
        (AfterEachMile, {"slower": " 12.5 % "}, {"slower": 0.125}),
        (AfterEachMile, {"pace": "12 KPH"}, {"pace": "12 km/h"}),
        (AfterEachMile, {"pace": "6 min per km"}, {"pace": "6:00/km"}),
        (AfterEachMile, {"pace": "6 MIN PER KM"}, {"pace": "6:00/km"}),
        (BackwardRecoveries, {"whole": " Yes "}, {"whole": True}),
        (Drills, {"where": " Cool-Down "}, {"where": "cooldown"}),
    ],
)
def test_a_parameter_is_read_as_a_person_writes_it(
    rule: type[Rule], one: dict[str, object], other: dict[str, object]
) -> None:
    assert rule(**one) == rule(**other)


@pytest.mark.parametrize(
    ("rule", "parameter", "value"),
    [
        (AfterEachMile, "slower", 0),
        (AfterEachMile, "times", 1),
        (BackwardRepeats, "count", 1000),
        (TreadmillIntro, "incline_percent", 0),
        (TreadmillIntro, "incline_percent", 15),
        (TreadmillIntro, "fastest", 1.63),
        (TreadmillIntro, "slowest", 1.41),
    ],
)
def test_a_bound_of_a_parameter_is_itself_allowed(
    rule: type[Rule], parameter: str, value: float
) -> None:
    assert getattr(rule(**{parameter: value}), parameter) == value


@pytest.mark.parametrize("name", RULES)
@given(value=st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.binary())
@settings(max_examples=40)
def test_parameters_take_anything_and_raise_nothing_foreign(name: str, value: object) -> None:
    for field in attrs.fields(RULES[name]):  # type: ignore[arg-type]
        paths = {field.name}
        try:
            RULES[name](**{field.name: value})
        except SpecError as error:
            paths = {problem.path for problem in error.problems}
        assert paths <= {field.name, "slowest"}  # which may lie above the fastest given
