"""Seasons for tests: samples, and hypothesis' own."""

from __future__ import annotations

import datetime
from functools import cache

from hypothesis import strategies as st

from backrun_fit.athlete import Athlete
from backrun_fit.notation import parse_workout
from backrun_fit.rules import RULES
from backrun_fit.season import LighterWeek, Progression, Season, SeasonRule, SeasonSession
from backrun_fit.season.season import DAYS
from backrun_fit.spec import SessionSpec

ATHLETE = Athlete(marathon_pace="8:00/mi")
MONDAY = datetime.date(2026, 3, 2)

RUNS = {
    "after_each_mile": ("3mi @ easy", "9mi @ easy", "20km @ easy"),
    "backward_recoveries": (
        "2mi @ easy, 4 x (800m @ 5k + 2min @ recovery), 1mi @ easy",
        "12 x (400m @ 5k + 200m @ recovery)",
        "3 x (1mi @ 10k + 45s @ recovery)",
    ),
    "backward_repeats": ("2mi @ easy", None),
    "drills": ("warmup 10min @ easy, 5mi @ easy", None),
    "treadmill_intro": ("warmup 5min @ easy", None),
}


def planned(
    name: str,
    run: str | None = None,
    *,
    day: str = "Sun",
    label: str = "Run",
    at: datetime.time | None = None,
    **parameters: object,
) -> SeasonSession:
    """A session with one rule, given by name, and the parameters that it states."""
    return SeasonSession(
        day=next(each for each in DAYS if each == day),
        at=at,
        spec=SessionSpec(name=label, run=None if run is None else parse_workout(run, name=label)),
        rules=(SeasonRule(rule=RULES[name](**parameters), stated=frozenset(parameters)),),
    )


def season(
    *sessions: SeasonSession,
    weeks: int = 8,
    start: datetime.date = MONDAY,
    progression: Progression | None = None,
    lighter_weeks: tuple[LighterWeek, ...] = (),
) -> Season:
    return Season(
        name="Season",
        start=start,
        weeks=weeks,
        sessions=sessions,
        athlete=ATHLETE,
        progression=progression or Progression(),
        lighter_weeks=lighter_weeks,
    )


@cache
def progressions() -> st.SearchStrategy[Progression]:
    return st.builds(
        Progression,
        backward=st.sampled_from(("1/8mi", "200m", "45s", "2min")).map(_extent),
        start=st.integers(1, 5),
        add=st.integers(0, 3),
        easy_weeks=st.integers(0, 4),
        most=st.integers(1, 12),
        most_distance=st.floats(100, 4_000),
        most_distance_per_week=st.floats(100, 6_000),
    )


def _extent(text: str) -> object:
    return RULES["backward_repeats"](backward=text).backward  # type: ignore[attr-defined]


@st.composite
def season_sessions_of(draw: st.DrawFn, label: str) -> SeasonSession:
    """A session with one rule or two that combine."""
    names = draw(
        st.sampled_from(
            (
                *((name,) for name in RULES),
                ("after_each_mile", "drills"),
                ("backward_repeats", "drills"),
                ("backward_recoveries", "backward_repeats"),
            )
        )
    )
    run = draw(st.sampled_from(RUNS[names[0]]))
    rules = []
    for name in names:
        stated: dict[str, object] = {}
        if name in ("backward_repeats", "treadmill_intro") and draw(st.booleans()):
            stated["count"] = draw(st.integers(1, 5))
        if name == "drills" and draw(st.booleans()):
            stated["pace"] = "easy"
        rules.append(SeasonRule(rule=RULES[name](**stated), stated=frozenset(stated)))
    return SeasonSession(
        day=draw(st.sampled_from(DAYS)),
        spec=SessionSpec(name=label, run=None if run is None else parse_workout(run, name=label)),
        rules=tuple(rules),
    )


@st.composite
def seasons(draw: st.DrawFn) -> Season:
    """Any season without lighter weeks."""
    labels = draw(st.sampled_from((("One",), ("One", "Two"), ("One", "Two", "Three"))))
    return season(
        *(draw(season_sessions_of(label)) for label in labels),
        weeks=draw(st.integers(1, 9)),
        start=draw(st.dates(datetime.date(2000, 1, 1), datetime.date(2080, 1, 1))),
        progression=draw(progressions()),
    )
