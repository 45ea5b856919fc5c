"""Season specs: a YAML, TOML or JSON file read into a season, all its problems at once.

The format is described in ``docs/how-to/season.md``.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

import attrs

from backrun_fit.errors import Problem, Problems, SpecError
from backrun_fit.hints import hint
from backrun_fit.rules.parameters import as_extent, as_number
from backrun_fit.season.ladder import ladders
from backrun_fit.season.season import (
    DAYS,
    EARLIEST,
    LATEST,
    LONGEST_M,
    MOST_PARTS,
    MOST_WEEKS,
    Day,
    LighterWeek,
    Progression,
    Season,
    SeasonRule,
    SeasonSession,
)
from backrun_fit.spec.file import read_text
from backrun_fit.spec.load import SessionSpec, read_athlete, structure_session
from backrun_fit.spec.problems import keys_of
from backrun_fit.spec.readers import Readers, read_list, read_mapping, whole
from backrun_fit.spec.text import SpecFormat, read_document
from backrun_fit.spec.values import read_choice, read_date, read_name, read_words
from backrun_fit.units import UnitSystem, parse_distance

__all__ = ["load_season", "parse_season"]

_REQUIRED: Final = ("name", "start", "weeks", "sessions")

# These are the season's, one for all sessions.
_OF_THE_SEASON: Final = frozenset(("date", "athlete", "units"))
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?", re.ASCII)
_DAY_NAMES: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


def load_season(path: str | os.PathLike[str]) -> Season:
    """Read a season file; the suffix (.yaml, .yml, .toml, .json) says its format.

    Raises:
        SpecError: All problems at once, with the file's path as the source; also
            where the file cannot be read, is larger than a million bytes or is
            not UTF-8.
    """
    text, format_ = read_text(path)
    return parse_season(text, format_, source=os.fspath(path))


def parse_season(text: str, format: SpecFormat = "yaml", source: str | None = None) -> Season:  # noqa: A002
    """Read the text of a season.

    Args:
        text: At most a million characters.
        format: Of the text.
        source: Name of the text, for errors.

    Raises:
        SpecError: All problems at once, in the order in which they stand where the
            format tells (YAML), each with its path. Whether the rules find anything to
            work on, and whether the ceilings leave room for them, is looked at too.

    Example:
        >>> season = parse_season('''
        ... name: First weeks
        ... start: 2026-03-02
        ... weeks: 8
        ... athlete: {marathon_pace: 8:00/mi}
        ... sessions:
        ...   - {day: Tue, name: Short day, rules: [backward_repeats]}
        ...   - {day: Sun, name: Long run, run: 9mi @ easy, rules: [after_each_mile]}
        ... ''')
        >>> [session.day for session in season.sessions], season.progression.start
        (['Tue', 'Sun'], 2)
    """
    document = read_document(text, format, source)
    with document.reading():
        season = Season(**read_mapping(document.data, _SEASON, "a season", _REQUIRED))
        _refuse_contradictions(season)
        ladders(season)
    return season


def _refuse_contradictions(season: Season) -> None:
    """What each value may be, and all of them together may not."""
    problems = Problems()
    known: set[tuple[Day, str]] = set()
    for position, session in enumerate(season.sessions):
        name = (session.day, session.spec.name.casefold())
        if name in known:
            message = (
                f"expected another name than that of the other session on {session.day}, "
                f"got {session.spec.name!r} again"
            )
            problems.append(Problem(message, f"sessions[{position}].name"))
        known.add(name)
    if season.progression.start > season.progression.most:
        message = (
            f"expected a start of at most {season.progression.most}, the most that there are to "
            f"be, got {season.progression.start}"
        )
        problems.append(Problem(message, "progression.start"))
    weeks: set[int] = set()
    for position, lighter in enumerate(season.lighter_weeks):
        path = f"lighter_weeks[{position}].week"
        if lighter.week > season.weeks:
            message = f"expected a week from 1 to {season.weeks}, got {lighter.week}"
            problems.append(Problem(message, path))
        if lighter.week in weeks:
            problems.append(Problem(f"expected each week once, got {lighter.week} again", path))
        weeks.add(lighter.week)
    problems.refuse()


# Values.


def _start(value: object) -> datetime.date | None:
    day = read_date(value)
    if day is not None and not EARLIEST <= day <= LATEST:
        raise SpecError(f"expected a day from {EARLIEST} to {LATEST}, got {day}")
    return day


def _ceiling(value: object) -> float:
    """A distance in metres, from text or as a number of metres."""
    what = "a distance such as 1mi, or a number of metres, up to 100 km"
    metres = parse_distance(value) if isinstance(value, str) else as_number(value, "", what)
    if not 0 < metres <= LONGEST_M:
        raise SpecError(f"expected {what}, got {value!r:.60}")
    return metres


def _day(value: object) -> Day:
    word = value.strip().casefold() if isinstance(value, str) else ""
    for day, name in zip(DAYS, _DAY_NAMES, strict=True):
        if word in (day.casefold(), name):
            return day
    raise SpecError(
        f"expected a day of the week out of {', '.join(DAYS)}, got {value!r:.60}"
        f"{hint(word, _DAY_NAMES)}"
    )


def _time(value: object) -> datetime.time:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise SpecError(f"expected a time of day such as 06:30, got {value!r:.60}")
    return datetime.time(int(match[1]), int(match[2]))


# Sessions are read as session specs are, but for what they share with the season.

_SESSION_KEYS: Final = tuple(key for key in keys_of(SessionSpec) if key not in _OF_THE_SEASON)
_SESSION: Final[Readers] = {
    "day": _day,
    "time": _time,
    **dict.fromkeys(_SESSION_KEYS, lambda value: value),
}


def _session(value: object) -> SeasonSession:
    problems: list[Problem] = []
    when: dict[str, Any] = {}
    try:
        when = read_mapping(value, _SESSION, "a mapping with a day, a name and a run", ("day",))
    except SpecError as error:
        problems += error.problems
    if isinstance(value, Mapping):
        given = {key: inner for key, inner in value.items() if key in _SESSION_KEYS}
        spec, wrong = structure_session(given)
        problems += wrong
        if spec is not None and not problems:
            rules = tuple(
                SeasonRule(rule=rule, stated=stated)
                for rule, stated in zip(spec.rules, _stated(given.get("rules")), strict=True)
            )
            bare = attrs.evolve(spec, rules=())
            return SeasonSession(day=when["day"], at=when.get("time"), spec=bare, rules=rules)
    raise SpecError(problems)


def _stated(rules: Sequence[Any] | None) -> list[frozenset[str]]:
    """The parameters that each rule was given a value for."""
    return [
        frozenset(
            key
            for key, inner in ({} if isinstance(rule, str) else rule).items()
            if inner is not None and key != "rule"
        )
        for rule in rules or ()
    ]


def _sessions(value: object) -> tuple[SeasonSession, ...]:
    what = "a list of sessions"
    if value == []:
        raise SpecError(f"expected {what}, got none")
    return read_list(value, _session, what)


_PROGRESSION: Final[Readers] = {
    "backward": lambda value: as_extent(value, ""),
    "start": whole(1, MOST_PARTS),
    "add": whole(0, MOST_PARTS),
    "easy_weeks": whole(0, MOST_WEEKS),
    "most": whole(1, MOST_PARTS),
    "most_distance": _ceiling,
    "most_distance_per_week": _ceiling,
}


def _progression(value: object) -> Progression:
    return Progression(
        **read_mapping(value, _PROGRESSION, "the progression's values, such as start: 2")
    )


_LIGHTER: Final[Readers] = {
    "week": whole(1, MOST_WEEKS),
    "most": whole(0, MOST_PARTS),
    "reason": lambda value: read_words(value, "a text"),
}


def _lighter_week(value: object) -> LighterWeek:
    return LighterWeek(
        **read_mapping(value, _LIGHTER, "a week such as {week: 4, most: 2}", ("week",))
    )


_SEASON: Final[Readers] = {
    "name": read_name,
    "start": _start,
    "weeks": whole(1, MOST_WEEKS),
    "sessions": _sessions,
    "athlete": read_athlete,
    "units": lambda value: read_choice(value, get_args(UnitSystem)),
    "progression": _progression,
    "lighter_weeks": lambda value: read_list(value, _lighter_week, "a list of weeks"),
}
