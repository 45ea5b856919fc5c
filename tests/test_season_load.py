"""Claims about season specs in YAML, TOML and JSON."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.athlete import Athlete
from backrun_fit.errors import SpecError
from backrun_fit.notation import parse_workout
from backrun_fit.rules import AfterEachMile, BackwardRepeats
from backrun_fit.season import (
    LighterWeek,
    Progression,
    Season,
    SeasonRule,
    SeasonSession,
    load_season,
    parse_season,
    season_sessions,
)
from backrun_fit.spec import SessionSpec
from tests.conftest import ROOT

EVERYTHING = Season(
    name="Spring",
    start=datetime.date(2026, 3, 4),
    weeks=6,
    sessions=(
        SeasonSession(
            day="Sun",
            spec=SessionSpec(
                name="Long run",
                run=parse_workout("9mi @ easy", name="Long run"),
                sub_sport="street",
            ),
            rules=(SeasonRule(rule=AfterEachMile()),),
        ),
        SeasonSession(
            day="Tue",
            at=datetime.time(18, 30),
            spec=SessionSpec(name="Short day", notes="On the track."),
            rules=(
                SeasonRule(
                    rule=BackwardRepeats(count=5, pace="easy"),
                    stated=frozenset(("count", "pace")),
                ),
            ),
        ),
    ),
    athlete=Athlete(marathon_pace="8:00/mi"),
    units="statute",
    progression=Progression(
        backward=BackwardRepeats(backward="200m").backward,
        start=1,
        add=2,
        easy_weeks=3,
        most=6,
        most_distance=2000.0,
        most_distance_per_week=1609.344,
    ),
    lighter_weeks=(LighterWeek(week=4, most=1, reason="recovery week"), LighterWeek(week=6)),
)
EVERYTHING_YAML = """
name: Spring
start: 2026-03-04
weeks: 6
units: statute
athlete: {marathon_pace: 8:00/mi}
sessions:
  - day: Sunday
    name: Long run
    run: 9mi @ easy
    sub_sport: street
    rules: [after_each_mile]
  - day: tue
    time: 18:30
    name: Short day
    notes: On the track.
    rules:
      - {rule: backward_repeats, count: 5, pace: easy, recovery: }
progression:
  backward: 200m
  start: 1
  add: 2
  easy_weeks: 3
  most: 6
  most_distance: 2km
  most_distance_per_week: 1mi
lighter_weeks:
  - {week: 4, most: 1, reason: recovery week}
  - week: 6
"""
EVERYTHING_TOML = """
name = "Spring"
start = 2026-03-04
weeks = 6
units = "statute"
athlete = {marathon_pace = "8:00/mi"}
[[sessions]]
day = "Sun"
name = "Long run"
run = "9mi @ easy"
sub_sport = "street"
rules = ["after_each_mile"]
[[sessions]]
day = "Tue"
time = 18:30:00
name = "Short day"
notes = "On the track."
rules = [{rule = "backward_repeats", count = 5, pace = "easy"}]
[progression]
backward = "200m"
start = 1
add = 2
easy_weeks = 3
most = 6
most_distance = 2000
most_distance_per_week = "1mi"
[[lighter_weeks]]
week = 4
most = 1
reason = "recovery week"
[[lighter_weeks]]
week = 6
"""
EVERYTHING_JSON = json.dumps(
    {
        "name": "Spring",
        "start": "2026-03-04",
        "weeks": 6,
        "units": "statute",
        "athlete": {"marathon_pace": "8:00/mi"},
        "sessions": [
            {
                "day": "Sun",
                "name": "Long run",
                "run": "9mi @ easy",
                "sub_sport": "street",
                "rules": ["after_each_mile"],
            },
            {
                "day": "Tue",
                "time": "18:30",
                "name": "Short day",
                "notes": "On the track.",
                "rules": [{"rule": "backward_repeats", "count": 5, "pace": "easy"}],
            },
        ],
        "progression": {
            "backward": "200m",
            "start": 1,
            "add": 2,
            "easy_weeks": 3,
            "most": 6,
            "most_distance": 2000,
            "most_distance_per_week": "1mi",
        },
        "lighter_weeks": [{"week": 4, "most": 1, "reason": "recovery week"}, {"week": 6}],
    }
)
SMALL: dict[str, Any] = {
    "name": "Small",
    "start": "2026-03-02",
    "weeks": "2",
    "athlete": {"marathon_pace": "8:00/mi"},
    "sessions": [{"day": "Sun", "name": "Long run", "run": "5mi @ easy"}],
}


def refused(text: str, kind: Any = "yaml") -> SpecError:
    with pytest.raises(SpecError) as caught:
        parse_season(text, kind, source="season")
    assert caught.value.source == "season"
    return caught.value


def without_or_with(**changes: object) -> str:
    return json.dumps({**SMALL, **changes})


def session_with(**changes: object) -> str:
    return without_or_with(sessions=[{**SMALL["sessions"][0], **changes}])


@pytest.mark.parametrize(
    ("text", "kind"),
    [(EVERYTHING_YAML, "yaml"), (EVERYTHING_TOML, "toml"), (EVERYTHING_JSON, "json")],
)
def test_the_three_formats_say_the_same_season(text: str, kind: Any) -> None:
    assert parse_season(text, kind) == EVERYTHING


def test_a_season_is_read_from_a_file_whose_path_its_errors_carry(tmp_path: Path) -> None:
    path = tmp_path / "season.toml"
    path.write_text(EVERYTHING_TOML)
    assert load_season(path) == EVERYTHING
    path.write_text("weeks = 0")
    with pytest.raises(SpecError) as caught:
        load_season(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_without_a_progression_the_numbers_are_the_usual_ones() -> None:
    for text in (without_or_with(), without_or_with(progression=None)):
        season = parse_season(text, "json")
        assert season.progression == Progression()
    assert (season.units, season.lighter_weeks) == ("metric", ())
    assert parse_season(without_or_with(progression={"most": None}), "json") == season


def test_week_one_is_the_calendar_week_that_holds_the_start_and_days_before_it_are_out() -> None:
    season = parse_season(EVERYTHING_YAML)
    first, second, *_ = season_sessions(season)
    assert (first.date.isoformat(), first.week, first.day) == ("2026-03-08", 1, "Sun")
    assert (second.date.isoformat(), second.week, second.day) == ("2026-03-10", 2, "Tue")


PROBLEMS = [
    (without_or_with(name=""), "name", "expected a name"),
    (without_or_with(start="soon"), "start", "expected a date such as 2026-03-01"),
    (without_or_with(start="9999-12-31"), "start", "from 2000-01-01 to 2100-01-01, got 9999-12-3"),
    (without_or_with(start=None), "start", "expected a value, got none"),
    (without_or_with(weeks=0), "weeks", "a whole number from 1 to 99, got 0"),
    (without_or_with(weeks="2.5"), "weeks", "a whole number from 1 to 99"),
    (without_or_with(units="miles"), "units", "expected one of metric, statute"),
    (without_or_with(sessions=[]), "sessions", "expected a list of sessions, got none"),
    (without_or_with(sessions=["run"]), "sessions[0]", "expected a mapping with a day"),
    (without_or_with(athlete="me"), "athlete", "expected the athlete's values"),
    (without_or_with(date="2026-03-02"), "date", "expected one of name, start"),
    (without_or_with(progression=3), "progression", "such as start: 2, got 3"),
    (without_or_with(progression={"start": 0}), "progression.start", "from 1 to 1,000, got 0"),
    (without_or_with(progression={"start": 9}), "progression.start", "at most 8"),
    (without_or_with(progression={"add": -1}), "progression.add", "from 0 to 1,000, got -1"),
    (without_or_with(progression={"backward": "1"}), "progression.backward", "a distance such as"),
    (without_or_with(progression={"easy_weeks": "x"}), "progression.easy_weeks", "got 'x'"),
    (without_or_with(progression={"mots": 3}), "progression.mots", "did you mean most?"),
    (
        without_or_with(progression={"most_distance": "200km"}),
        "progression.most_distance",
        "up to 100 km, got '200km'",
    ),
    (
        without_or_with(progression={"most_distance_per_week": "far"}),
        "progression.most_distance_per_week",
        "expected a distance such as 1mi",
    ),
    (without_or_with(lighter_weeks=4), "lighter_weeks", "expected a list of weeks, got 4"),
    (without_or_with(lighter_weeks=[4]), "lighter_weeks[0]", "such as {week: 4, most: 2}, got 4"),
    (without_or_with(lighter_weeks=[{"most": 1}]), "lighter_weeks[0].week", "got none"),
    (without_or_with(lighter_weeks=[{"week": 3}]), "lighter_weeks[0].week", "from 1 to 2, got 3"),
    (
        without_or_with(lighter_weeks=[{"week": 1}, {"week": 1}]),
        "lighter_weeks[1].week",
        "each week once, got 1 again",
    ),
    (session_with(day="Someday"), "sessions[0].day", "expected a day of the week out of Mon"),
    (session_with(day="Sundy"), "sessions[0].day", "did you mean sunday?"),
    (session_with(day=None), "sessions[0].day", "expected a value, got none"),
    (session_with(time="25:00"), "sessions[0].time", "a time of day such as 06:30, got '25:00'"),
    (session_with(date="2026-03-02"), "sessions[0].date", "expected one of day, time, name"),
    (session_with(run="5mi @ esy"), "sessions[0].run", "esy"),
    (session_with(run=None), "sessions[0]", "expected a run such as 8mi @ easy, or rules"),
    (session_with(name=None), "sessions[0].name", "expected a name"),
    (session_with(rules=["after_mile"]), "sessions[0].rules[0]", "did you mean after_each_mile?"),
    (session_with(run="1mi, back 1/8mi"), "sessions[0].run", "a run without backward parts"),
    (
        session_with(rules=["backward_recoveries"]),
        "sessions[0].rules[0]",
        "expected a recovery",
    ),
    (
        session_with(rules=["treadmill_intro", "backward_repeats"]),
        "sessions[0].rules",
        "backward_repeats and treadmill_intro collide",
    ),
    (
        json.dumps({**SMALL, "sessions": [*SMALL["sessions"], *SMALL["sessions"]]}),
        "sessions[1].name",
        "expected another name than that of the other session on Sun, got 'Long run' again",
    ),
    (
        without_or_with(athlete=None, sessions=[{"day": "Sun", "name": "x", "rules": ["drills"]}]),
        None,
        "",
    ),
    (
        without_or_with(
            athlete=None, sessions=[{"day": "Sun", "name": "x", "rules": ["backward_repeats"]}]
        ),
        "sessions[0].rules[0].marathon_pace",
        "to take the marathon pace from, got none of them",
    ),
    (
        without_or_with(
            progression={"most_distance": "100m"},
            sessions=[{"day": "Sun", "name": "x", "rules": ["backward_repeats"]}],
        ),
        "progression",
        "room for one backward part of each session",
    ),
]


@pytest.mark.parametrize(("text", "path", "message"), PROBLEMS)
def test_what_cannot_be_meant_is_refused_with_its_path(
    text: str, path: str | None, message: str
) -> None:
    if path is None:
        assert parse_season(text, "json").athlete == Athlete()
        return
    (problem,) = refused(text, "json").problems
    assert problem.path == path
    assert message in problem.message


def test_without_an_athlete_a_season_needs_paces_of_its_own_and_no_easy_weeks() -> None:
    rules = [{"rule": "backward_repeats", "pace": "9:00/mi", "recovery_pace": "11:00/mi"}]
    sessions = [{"day": "Sun", "name": "x", "rules": rules}]
    easy = without_or_with(athlete=None, sessions=sessions)
    assert refused(easy, "json").problems[0].path == "sessions[0].rules[0].marathon_pace"
    text = without_or_with(athlete=None, sessions=sessions, progression={"easy_weeks": 0})
    assert [one.backward_parts for one in season_sessions(parse_season(text, "json"))] == [2, 3]


def test_all_problems_are_said_at_once_in_their_order_with_line_and_column() -> None:
    text = """name: Spring
start: 2026-02-30
weeks: 6
sessions:
  - day: Sun
    name: Long run
    run: 9mi @ esy
    rules: [{rule: after_each_mile, every: 1 furlong}]
  - {day: Tues, name: Short day}
progression: {most: many}
"""
    found = [(p.path, p.line, p.column) for p in refused(text).problems]
    assert found == [
        ("start", 2, 8),
        ("sessions[0].run", 7, 16),
        ("sessions[0].rules[0].every", 8, 44),
        ("sessions[1]", 9, 5),
        ("sessions[1].day", 9, 11),
        ("progression.most", 10, 21),
    ]


def test_a_rule_that_finds_nothing_is_said_at_its_own_place_in_the_file() -> None:
    text = """name: Spring
start: 2026-03-02
weeks: 6
athlete: {marathon_pace: 8:00/mi}
sessions:
  - day: Sun
    name: Long run
    run: 10min @ easy
    rules:
      - drills
      - backward_recoveries
"""
    (problem,) = refused(text).problems
    assert (problem.path, problem.line, problem.column) == ("sessions[0].rules[1]", 11, 9)


def test_the_sample_season_is_the_start_that_the_article_and_the_studies_suggest() -> None:
    season = load_season(ROOT / "fixtures" / "seasons" / "first-eight-weeks.yaml")
    assert season.progression == Progression()
    first, second, *_ = season_sessions(season)
    assert (first.backward_parts, second.backward_parts) == (2, 2)
    assert first.easy


@given(st.text(max_size=200), st.sampled_from(("yaml", "toml", "json")))
def test_any_text_is_a_season_or_is_refused_in_our_own_words(text: str, kind: Any) -> None:
    try:
        parse_season(text, kind)
    except SpecError as error:
        _ = str(error)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.sampled_from([*SMALL, "progression", "lighter_weeks", "units"]), PLAIN)
def test_any_value_of_a_key_is_read_or_refused_in_our_own_words(key: str, value: object) -> None:
    try:
        parse_season(json.dumps({**SMALL, key: value}), "json")
    except SpecError as error:
        _ = str(error)


@given(st.sampled_from(["day", "time", "name", "run", "rules", "notes", "sub_sport"]), PLAIN)
def test_any_value_of_a_session_is_read_or_refused_in_our_own_words(
    key: str, value: object
) -> None:
    try:
        parse_season(session_with(**{key: value}), "json")
    except SpecError as error:
        _ = str(error)


def test_a_session_may_be_in_the_text_of_intervals_icu() -> None:
    text = (
        "- 10m 6:00/km Pace\n\nMain set 6x\n- 400mtr 4:00/km Pace\n- 2m 6:30/km Pace intensity=rest"
    )
    season = parse_season(
        session_with(run=None, intervals_icu=text, rules=["backward_recoveries"]), "json"
    )
    assert [one.backward_parts for one in season_sessions(season)] == [2, 3]
    (problem,) = refused(session_with(run=None, intervals_icu="- 10 furlongs"), "json").problems
    assert problem.path == "sessions[0].intervals_icu"
