"""What a season is: its weeks, its sessions and how backward running grows in them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, Final, Literal, cast

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.errors import Problem, SpecError
from backrun_fit.rules import Rule
from backrun_fit.rules.parameters import Extent, as_extent
from backrun_fit.spec import SessionSpec
from backrun_fit.units import METRES_PER_MILE, UnitSystem

__all__ = [
    "DAYS",
    "EARLIEST",
    "LATEST",
    "LONGEST_M",
    "MOST_PARTS",
    "MOST_WEEKS",
    "DatedSession",
    "Day",
    "LighterWeek",
    "Progression",
    "Season",
    "SeasonRule",
    "SeasonSession",
]

Day = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

DAYS: Final[tuple[Day, ...]] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

MOST_WEEKS: Final = 99
"""Longest season: the names of its workouts have two digits for the week."""


MOST_PARTS: Final = 1_000
"""As the rules have it: the most that a count or a number of times may be."""

LONGEST_M: Final = 100_000.0
"""Highest ceiling of distance; our own bound against typing mistakes."""


EARLIEST, LATEST = datetime.date(2000, 1, 1), datetime.date(2100, 1, 1)
"""Between which a season may start: well within what a FIT file can date."""


def _day_of_fit(_: object, attribute: attrs.Attribute[datetime.date], value: object) -> None:
    """A validator for first days."""
    if type(value) is not datetime.date or not EARLIEST <= value <= LATEST:
        message = f"expected a day from {EARLIEST} to {LATEST}, got {value!s:.60}"
        raise SpecError(Problem(message, attribute.name))


def _whole(least: int, most: int) -> Callable[[Any, attrs.Attribute[int], int], None]:
    """A validator for whole numbers within bounds."""

    def check(_: object, attribute: attrs.Attribute[int], value: object) -> None:
        if type(value) is not int or not least <= value <= most:
            message = f"expected a whole number from {least} to {most:,}, got {value!r:.60}"
            raise SpecError(Problem(message, attribute.alias or attribute.name))

    return check


def _far(_: object, attribute: attrs.Attribute[float], value: object) -> None:
    """A validator for ceilings of distance."""
    if type(value) not in (int, float) or not 0 < cast(float, value) <= LONGEST_M:
        message = f"expected metres up to {LONGEST_M:,.0f}, got {value!r:.60}"
        raise SpecError(Problem(message, attribute.alias or attribute.name))


@attrs.frozen(kw_only=True)
class Progression:
    """How many backward parts a session has in each week, and what they never exceed.

    In week w (from 1) a session has ``start + add x (w - 1)`` backward parts, at most
    ``most``, and fewer where a ceiling of distance or the session's own run says so.

    Sources: the part of 1/8 mile is the physical therapist's article of 2011. Easy weeks
    come first because the men of Ordway 2016 (J Strength Cond Res 30(3):763) got used to
    running backward at a slower pace, for five weeks. Two of them, start, addition and
    ceilings are our own choice.

    Attributes:
        backward: How long a part is, where it follows a mile or is a repeat and its rule
            does not say.
        start: Parts of a session in the first week.
        add: How many more there are in each further week.
        easy_weeks: In so many first weeks no part is faster than the easy pace.
        most: Parts of a session at most.
        most_distance_m: Backward metres of a session at most.
        most_distance_per_week_m: Backward metres of all sessions of a week at most.

    Example:
        >>> progression = Progression()
        >>> [progression.wanted(week) for week in (1, 2, 7, 20)]
        [2, 3, 8, 8]
    """

    backward: Extent = attrs.field(factory=lambda: as_extent("1/8mi", "backward"))
    start: int = attrs.field(default=2, validator=_whole(1, MOST_PARTS))
    add: int = attrs.field(default=1, validator=_whole(0, MOST_PARTS))
    easy_weeks: int = attrs.field(default=2, validator=_whole(0, MOST_WEEKS))
    most: int = attrs.field(default=8, validator=_whole(1, MOST_PARTS))
    most_distance_m: float = attrs.field(
        default=METRES_PER_MILE, alias="most_distance", validator=_far
    )
    most_distance_per_week_m: float = attrs.field(
        default=2 * METRES_PER_MILE, alias="most_distance_per_week", validator=_far
    )

    def wanted(self, week: int) -> int:
        """Parts of a session in a week, before its own run and the distances have a say.

        Args:
            week: From 1.
        """
        return min(self.start + self.add * (week - 1), self.most)


@attrs.frozen(kw_only=True)
class LighterWeek:
    """A week that is an exception from the progression: it has less than its turn.

    Attributes:
        week: From 1.
        most: Backward parts of each session at most; 0 for none.
        reason: For people; may be missing.
    """

    week: int = attrs.field(validator=_whole(1, MOST_WEEKS))
    most: int = attrs.field(default=0, validator=_whole(0, MOST_PARTS))
    reason: str | None = None


@attrs.frozen(kw_only=True)
class SeasonRule:
    """A rule of a session, and which of its parameters the session states.

    Attributes:
        rule: With the stated parameters, the others as they are by default.
        stated: Their names. How often (``times``, ``count``, ``rounds``) is a ceiling
            of the session's own where it is stated.
    """

    rule: Rule
    stated: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class SeasonSession:
    """A session that comes every week.

    Attributes:
        day: Of the week.
        spec: Its name, run, notes and sub-sport; without a date, an athlete or rules.
        rules: Laid over the run; how often each works, the progression says.
        at: Time of day, local wherever the athlete is; None for any.
    """

    day: Day
    spec: SessionSpec
    rules: tuple[SeasonRule, ...] = ()
    at: datetime.time | None = None


@attrs.frozen(kw_only=True)
class Season:
    """Sessions over some weeks, with backward running that grows.

    Attributes:
        name: For people, and part of what calendars know its events by.
        start: A day of the first week, which begins on the Monday before it or on it.
            Sessions before this day are left out.
        weeks: 1 to 99.
        sessions: In any order; those of one day stay in it.
        athlete: Whose paces they are compiled for.
        units: In which units people read them.
        progression: How backward running grows.
        lighter_weeks: Exceptions from it, by week.
    """

    name: str
    start: datetime.date = attrs.field(validator=_day_of_fit)
    weeks: int = attrs.field(validator=_whole(1, MOST_WEEKS))
    sessions: tuple[SeasonSession, ...]
    athlete: Athlete = attrs.field(factory=Athlete)
    units: UnitSystem = "metric"
    progression: Progression = attrs.field(factory=Progression)
    lighter_weeks: tuple[LighterWeek, ...] = ()

    def date_of(self, week: int, day: Day) -> datetime.date:
        """The date of a day of a week (from 1).

        Example:
            >>> season = Season(name="s", start=datetime.date(2026, 3, 4), weeks=2, sessions=())
            >>> season.date_of(1, "Mon").isoformat(), season.date_of(2, "Tue").isoformat()
            ('2026-03-02', '2026-03-10')
        """
        monday = self.start - datetime.timedelta(days=self.start.weekday())
        return monday + datetime.timedelta(weeks=week - 1, days=DAYS.index(day))


@attrs.frozen(kw_only=True)
class DatedSession:
    """A session of one week.

    Attributes:
        date: When.
        week: From 1.
        day: Of the week.
        at: Time of day, local; None for any.
        spec: All that is needed to compile it, with a name of its own such as
            ``W03 Tue Long run``.
        backward_parts: How many parts its rules run backward.
        easy: Its backward parts are no faster than the easy pace.
        lighter: The exception that its week is; None for a week in its turn.
    """

    date: datetime.date
    week: int
    day: Day
    at: datetime.time | None
    spec: SessionSpec
    backward_parts: int
    easy: bool
    lighter: LighterWeek | None = None
