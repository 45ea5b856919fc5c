"""How backward running grows over a season: never less than before, never above a ceiling."""

from __future__ import annotations

import datetime
import itertools
from collections import defaultdict
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backrun_fit.errors import SpecError
from backrun_fit.rules import (
    RULES,
    AfterEachMile,
    BackwardRepeats,
    Drills,
    Rule,
    TreadmillIntro,
)
from backrun_fit.season import (
    DatedSession,
    LighterWeek,
    Progression,
    Season,
    season_notes,
    season_sessions,
)
from backrun_fit.season.ladder import eased, ladders, with_parts
from backrun_fit.spec import session
from backrun_fit.units import METRES_PER_MILE
from backrun_fit.workout import (
    DistanceDuration,
    Movement,
    OpenTarget,
    PaceTarget,
    Step,
    TimeDuration,
)
from tests.forward_work import is_backward, same_work, work, written_out
from tests.seasons import ATHLETE, planned, season, seasons

EIGHTH_M = METRES_PER_MILE / 8


def dated(of: Season) -> tuple[DatedSession, ...]:
    """The sessions; seasons whose ceilings leave no room say nothing here."""
    try:
        return season_sessions(of)
    except SpecError as error:
        assume("expected ceilings with room" not in str(error))
        raise


def backward_steps(one: DatedSession) -> list[Step]:
    return [step for step in written_out(session(one.spec).steps) if is_backward(step)]


def fastest_mps(step: Step) -> float:
    target = ATHLETE.resolve(step.target)
    return target.fastest_mps if isinstance(target, PaceTarget) else 1000 / 360


def farthest_m(one: DatedSession) -> float:
    """How far its backward parts are when each is run at the fastest that it allows."""
    total = 0.0
    for step in backward_steps(one):
        if isinstance(step.duration, DistanceDuration):
            total += step.duration.distance_m
        else:
            assert isinstance(step.duration, TimeDuration)
            total += step.duration.duration_s * fastest_mps(step)
    return total


def falls(numbers: list[float]) -> bool:
    """Whether a number is less than the one before it."""
    return any(after < before - 1e-9 for before, after in itertools.pairwise(numbers))


@settings(max_examples=120)
@given(seasons())
def test_no_week_has_less_backward_running_than_the_week_before_it(any_season: Season) -> None:
    parts, metres = defaultdict(list), defaultdict(list)
    for one in dated(any_season):
        name = one.spec.name[8:]
        parts[name].append(float(one.backward_parts))
        metres[name].append(farthest_m(one))
    for name in parts:
        assert not falls(parts[name])
        assert not falls(metres[name])


@settings(max_examples=120)
@given(seasons())
def test_no_session_and_no_week_is_above_a_ceiling(any_season: Season) -> None:
    progression = any_season.progression
    weeks: dict[int, float] = defaultdict(float)
    for one in dated(any_season):
        turn = progression.start + progression.add * (one.week - 1)
        assert one.backward_parts == len(backward_steps(one)) <= min(turn, progression.most)
        assert farthest_m(one) <= progression.most_distance_m + 1e-6
        weeks[one.week] += farthest_m(one)
    assert all(total <= progression.most_distance_per_week_m + 1e-6 for total in weeks.values())


@settings(max_examples=80)
@given(seasons())
def test_less_than_its_turn_has_only_a_session_that_a_ceiling_or_its_run_ends(
    any_season: Season,
) -> None:
    sessions = dated(any_season)
    limits = {
        each.spec.name: ladder.limit
        for each, ladder in zip(any_season.sessions, ladders(any_season), strict=True)
    }
    for one in sessions:
        if one.backward_parts < any_season.progression.wanted(one.week):
            assert limits[one.spec.name[8:]] is not None


@settings(max_examples=80)
@given(seasons())
def test_in_easy_weeks_nothing_backward_is_faster_than_the_easy_pace(any_season: Season) -> None:
    # The rules' own band about the easy pace: 5 % less time.
    fastest = ATHLETE.pace_mps("easy") / 0.95
    for one in dated(any_season):
        assert one.easy is (one.week <= any_season.progression.easy_weeks)
        for step in backward_steps(one):
            if one.easy and step.movement is Movement.BACKWARD_RUN:
                assert fastest_mps(step) <= fastest * (1 + 1e-9) or step.target == OpenTarget()


@settings(max_examples=60)
@given(seasons(), st.integers(1, 9), st.integers(0, 4))
def test_a_lighter_week_is_an_exception_and_all_others_are_in_their_turn(
    any_season: Season, week: int, most: int
) -> None:
    assume(week <= any_season.weeks)
    usual = {one.spec.name: one for one in dated(any_season)}
    exception = LighterWeek(week=week, most=most)
    lighter = dated(attrs.evolve(any_season, lighter_weeks=(exception,)))
    for one in lighter:
        if one.week == week:
            assert one.backward_parts == min(most, usual[one.spec.name].backward_parts)
            assert one.lighter == exception
        else:
            assert one == usual[one.spec.name]
    missing = set(usual) - {one.spec.name for one in lighter}
    assert all(usual[name].spec.run is None and most == 0 for name in missing)


@settings(max_examples=60)
@given(seasons())
def test_the_run_of_a_session_is_the_same_in_every_week(any_season: Season) -> None:
    runs = {each.spec.name: each.spec.run for each in any_season.sessions}
    for one in dated(any_season):
        run = runs[one.spec.name[8:]]
        assert (one.spec.run and one.spec.run.steps) == (run and run.steps)
        if run and [rule.name for rule in one.spec.rules] == ["after_each_mile"]:
            forward = [s for s in written_out(session(one.spec).steps) if not is_backward(s)]
            assert same_work(work(forward), work(written_out(run.steps)))


def parts(of: Season) -> list[int]:
    return [one.backward_parts for one in season_sessions(of)]


def test_two_eighths_in_the_first_week_and_one_more_in_each_further_one() -> None:
    miles = season(planned("after_each_mile", "9mi @ easy"), weeks=9)
    assert parts(miles) == [2, 3, 4, 5, 6, 7, 8, 8, 8]
    for one in season_sessions(miles):
        assert {step.duration for step in backward_steps(one)} == {
            DistanceDuration(distance_m=EIGHTH_M)
        }


@pytest.mark.parametrize(
    ("progression", "expected"),
    [
        (Progression(most=4), [2, 3, 4, 4, 4]),
        (Progression(add=0), [2, 2, 2, 2, 2]),
        (Progression(start=1, add=3), [1, 4, 7, 8, 8]),
        (Progression(most_distance=3 * EIGHTH_M), [2, 3, 3, 3, 3]),
        (Progression(most_distance_per_week=4.9 * EIGHTH_M), [2, 3, 4, 4, 4]),
    ],
)
def test_the_numbers_of_a_progression_mean_what_they_say(
    progression: Progression, expected: list[int]
) -> None:
    miles = season(planned("after_each_mile", "9mi @ easy"), weeks=5, progression=progression)
    assert parts(miles) == expected


def test_a_ceiling_on_the_week_gives_each_session_its_share() -> None:
    two = season(
        planned("after_each_mile", "9mi @ easy", day="Tue", label="One"),
        planned("backward_repeats", day="Sun", label="Two"),
        weeks=4,
        progression=Progression(most_distance_per_week=7 * EIGHTH_M),
    )
    assert parts(two) == [2, 2, 3, 3, 4, 3, 4, 3]


def test_a_run_that_is_too_short_for_more_ends_the_growth_and_says_so() -> None:
    short = season(planned("after_each_mile", "3mi @ easy", label="Short"), weeks=4)
    assert parts(short) == [2, 3, 3, 3]
    assert season_notes(short) == (
        "Sun Short: at most 3 backward parts instead of 5: run and rules have no more",
    )


def test_a_number_that_the_session_states_is_its_own_ceiling() -> None:
    stated = season(planned("backward_repeats", count=3), weeks=4)
    assert parts(stated) == [2, 3, 3, 3]
    assert parts(season(planned("backward_repeats"), weeks=4)) == [2, 3, 4, 5]


def test_a_length_that_the_session_states_goes_before_that_of_the_progression() -> None:
    metres = Progression(backward=BackwardRepeats(backward="100m").backward)
    own = season(planned("backward_repeats", backward="50m"), progression=metres, weeks=1)
    none = season(planned("backward_repeats"), progression=metres, weeks=1)
    drills = season(planned("drills"), progression=metres, weeks=1)
    lengths = [
        attrs.astuple(backward_steps(season_sessions(of)[0])[0].duration)
        for of in (own, none, drills)
    ]
    assert lengths == [(50.0,), (100.0,), (20.0,)]


def test_the_parts_of_two_rules_take_turns() -> None:
    both = planned("after_each_mile", "9mi @ easy")
    both = attrs.evolve(both, rules=(*both.rules, *planned("drills").rules))
    found = [one.spec.rules for one in season_sessions(season(both, weeks=3))]
    numbers = []
    for miles, drills in found:
        assert isinstance(miles, AfterEachMile)
        assert isinstance(drills, Drills)
        numbers.append((miles.times, drills.rounds))
    assert numbers == [(1, 1), (2, 1), (2, 2)]


def test_a_rule_without_a_part_in_a_week_is_left_out_of_it() -> None:
    both = planned("after_each_mile", "9mi @ easy")
    both = attrs.evolve(both, rules=(*both.rules, *planned("drills").rules))
    first, second = season_sessions(season(both, weeks=2, progression=Progression(start=1)))
    assert [rule.name for rule in first.spec.rules] == ["after_each_mile"]
    assert [rule.name for rule in second.spec.rules] == ["after_each_mile", "drills"]


def test_the_treadmill_is_walked_and_never_hurried_by_an_easy_pace() -> None:
    intro = TreadmillIntro()
    assert eased(intro, ATHLETE) is intro
    assert eased(Drills(), ATHLETE).pace is None  # type: ignore[attr-defined]


def test_a_pace_slower_than_easy_stays_in_easy_weeks() -> None:
    slow: Rule = AfterEachMile(pace="14:00/mi")
    assert eased(slow, ATHLETE) is slow
    assert eased(AfterEachMile(), ATHLETE) == AfterEachMile(pace="easy")


@pytest.mark.parametrize("name", RULES)
def test_every_rule_can_be_told_how_many_parts_to_have(name: str) -> None:
    run = {
        "after_each_mile": "9mi @ easy",
        "backward_recoveries": "9 x (1km @ 5k + 60s @ recovery)",
    }
    base = planned("drills", run.get(name)).spec
    for number in (1, 3):
        done = session(attrs.evolve(base, rules=(with_parts(RULES[name](), number),)))
        assert len([step for step in written_out(done.steps) if is_backward(step)]) == number


def test_ceilings_without_room_for_a_single_part_are_refused() -> None:
    for progression in (
        Progression(most_distance=200),
        Progression(most_distance_per_week=200),
    ):
        with pytest.raises(SpecError) as caught:
            season_sessions(season(planned("backward_repeats"), progression=progression))
        (problem,) = caught.value.problems
        assert problem.path == "progression"
        assert "room for one backward part of each session, got none for 'Run', of 201 m" in str(
            problem
        )


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("start", 0),
        ("start", True),
        ("add", -1),
        ("easy_weeks", 100),
        ("most", 1.5),
        ("most_distance", 0),
        ("most_distance_per_week", float("nan")),
    ],
)
def test_a_progression_that_cannot_be_meant_is_refused_under_its_name(
    parameter: str, value: object
) -> None:
    with pytest.raises(SpecError) as caught:
        Progression(**{parameter: value})  # type: ignore[arg-type]
    (problem,) = caught.value.problems
    assert problem.path == parameter


@pytest.mark.parametrize(
    "start", [datetime.date(1999, 12, 31), datetime.datetime(2026, 3, 2), "2026-03-02"]
)
def test_a_first_day_that_no_file_can_date_is_refused(start: Any) -> None:
    with pytest.raises(SpecError, match="start: expected a day from 2000-01-01 to 2100-01-01"):
        season(start=start)


def test_more_than_two_backward_sessions_a_week_are_said_beside_the_two_of_a_study() -> None:
    def with_sessions(number: int) -> Season:
        return season(*(planned("drills", label=f"Run {n}") for n in range(number)), weeks=1)

    assert season_notes(with_sessions(2)) == ()
    assert season_notes(with_sessions(3)) == (
        "3 sessions a week have backward running; boys who sprinted backward had 2 (Uthoff 2020)",
    )


def test_the_comparison_of_weeks_can_fail() -> None:
    assert not falls([1, 1, 2])
    assert falls([1, 2, 1])
    one = season_sessions(season(planned("backward_repeats"), weeks=1))[0]
    more = attrs.evolve(one, spec=attrs.evolve(one.spec, rules=(BackwardRepeats(count=9),)))
    assert farthest_m(one) == pytest.approx(2 * EIGHTH_M)
    assert farthest_m(more) == pytest.approx(9 * EIGHTH_M)
