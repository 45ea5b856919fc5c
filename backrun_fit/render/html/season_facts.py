"""What many checked runs say together: by run, by week and against a plan; no markup in here."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import attrs

from backrun_fit.errors import SpecError
from backrun_fit.render.html.facts import verdict_word
from backrun_fit.render.parts import numbers_text
from backrun_fit.report import Report, Verdict
from backrun_fit.wording import shown

if TYPE_CHECKING:
    from backrun_fit.season import CompiledSession

__all__ = [
    "Break",
    "CheckedRun",
    "Planned",
    "Run",
    "Week",
    "day_text",
    "laid_out",
    "ordered",
    "paired",
]

# FIT Profile 21.212, date_time: seconds below this count from when the device was switched on.
_FIRST_DATE: Final = datetime(1989, 12, 31, tzinfo=UTC) + timedelta(seconds=0x10000000)
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(weeks=1)
# As many weeks without anything keep their room; more of them are left out and said.
_LONGEST_GAP: Final = 6
_MOST_PIECES: Final = 5
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]


def day_text(day: date, *, year: bool = True) -> str:
    """A day, the same wherever the machine is.

    Example:
        >>> day_text(date(2026, 3, 2)), day_text(date(2026, 3, 2), year=False)
        ('2 Mar 2026', '2 Mar')
    """
    text = f"{day.day} {_MONTHS[day.month - 1]}"
    return f"{text} {day.year}" if year else text


def _below(_: object, attribute: attrs.Attribute[str | None], value: str | None) -> None:
    """A validator for paths that a page may point to."""
    if value is not None and (not value or value.startswith("/")):
        raise SpecError(f"{attribute.name}: expected a relative path, got {value!r:.60}")
    try:
        _href(value)
    except UnicodeError as error:
        message = f"{attribute.name}: expected a path of this system, got {value!r:.60}"
        raise SpecError(message) from error


def _href(page: str | None) -> str | None:
    # Quoted are also colons, so that no path is taken for a scheme.
    return None if page is None else quote(page, safe="/", errors="surrogateescape")


@attrs.frozen(kw_only=True)
class CheckedRun:
    """A report and where its own page lies.

    Attributes:
        report: What the check said.
        page: Path of its page from the season page's folder, as files are named, with
            ``/``; None where it has none.

    Example:
        >>> CheckedRun(report=None, page="/etc/passwd")
        Traceback (most recent call last):
        ...
        backrun_fit.errors.SpecError: page: expected a relative path, got '/etc/passwd'
    """

    report: Report
    page: str | None = attrs.field(default=None, validator=_below)


@attrs.frozen(kw_only=True)
class Run:
    """A checked run among others.

    Attributes:
        number: One-based, in order of time.
        report: What the check said.
        href: Where its page is, fit for a link; None where it has none.
        day: The UTC day that it began on; None where the recording has no date.
    """

    number: int
    report: Report
    href: str | None
    day: date | None

    @property
    def name(self) -> str:
        """Of its workout."""
        return shown(self.report.workout.name) or "(no name)"

    def steps(self, *verdicts: Verdict) -> int:
        """How many executions have one of these verdicts."""
        return sum(result.verdict in verdicts for result in self.report.results)

    @property
    def unmeasured(self) -> int:
        """How many executions nobody can judge."""
        return self.steps(Verdict.NOT_MEASURABLE)

    @property
    def is_fully_met(self) -> bool:
        """Whether every execution was measured and met."""
        return 0 < len(self.report.results) == self.steps(Verdict.MET)

    @property
    def backward_m(self) -> float:
        """Metres of all executions that were planned backward and done, as far as known."""
        return math.fsum(length_m for length_m in self._backward if length_m is not None)

    @property
    def backward_unknown(self) -> int:
        """How many of those executions have no distance."""
        return sum(length_m is None for length_m in self._backward)

    @property
    def _backward(self) -> list[float | None]:
        return [
            result.done.distance_m
            for result in self.report.results
            if result.done is not None
            and result.was_done
            and result.planned.step.movement.is_backward
        ]

    @property
    def missed(self) -> str:
        """What was not met, in short; empty where nothing was missed."""
        return "; ".join(self._missed())

    def _missed(self) -> Iterator[str]:
        for verdict in filter(lambda each: each.is_miss, Verdict):
            numbers = [
                each.planned.number for each in self.report.results if each.verdict is verdict
            ]
            text = numbers_text(numbers)
            if text.count(",") >= _MOST_PIECES:
                text = f"{len(numbers)} steps"
            if numbers:
                yield f"{verdict_word(verdict)} {text}"


def ordered(runs: Iterable[CheckedRun]) -> tuple[Run, ...]:
    """Runs in order of time, whatever their order was; those without a date come first."""

    def key(run: CheckedRun) -> tuple[datetime, str, str, str]:
        report = run.report
        return report.started_at, report.workout.name, report.source or "", run.page or ""

    return tuple(
        Run(
            number=number,
            report=run.report,
            href=_href(run.page),
            day=_day(run.report.started_at),
        )
        for number, run in enumerate(sorted(runs, key=key), start=1)
    )


def _day(started_at: datetime) -> date | None:
    return None if started_at < _FIRST_DATE else started_at.astimezone(UTC).date()


# Against a plan.


@attrs.frozen(kw_only=True)
class Planned:
    """A session of a plan.

    Attributes:
        session: As compiled.
        run: What was done for it; None where nothing was.
    """

    session: CompiledSession
    run: Run | None

    @property
    def day(self) -> date:
        """When it was planned."""
        return self.session.dated.date

    @property
    def name(self) -> str:
        """Of its workout."""
        return shown(self.session.workout.name) or "(no name)"

    @property
    def backward_m(self) -> float:
        """Planned; steps by time are reckoned by their pace."""
        return self.session.amounts.backward.distance_m


def paired(runs: Sequence[Run], sessions: Sequence[CompiledSession]) -> tuple[Planned, ...]:
    """Each planned session with the run that stands for it.

    A run stands for the session of its day: the one whose name its workout has, else the
    next of that day that has none. A run whose workout has the name of a session one day
    away stands for that session, because recordings are dated in UTC and plans by the
    days of the athlete.

    Returns:
        One a session, in their order; no run twice.
    """
    found: dict[int, Run] = {}
    left = [run for run in runs if run.day is not None]

    def pair(alike: Callable[[Run, CompiledSession], bool]) -> None:
        for place, session in enumerate(sessions):
            run = None if place in found else next((r for r in left if alike(r, session)), None)
            if run is not None:
                found[place] = run
                left.remove(run)

    pair(lambda run, session: _days_off(run, session) == 0 and _same_name(run, session))
    pair(lambda run, session: _days_off(run, session) == 1 and _same_name(run, session))
    pair(lambda run, session: _days_off(run, session) == 0)
    return tuple(
        Planned(session=session, run=found.get(place)) for place, session in enumerate(sessions)
    )


def _days_off(run: Run, session: CompiledSession) -> int:
    return -1 if run.day is None else abs((run.day - session.dated.date).days)


def _same_name(run: Run, session: CompiledSession) -> bool:
    return run.name.casefold() == shown(session.workout.name).casefold()


# By week.


@attrs.frozen(kw_only=True)
class Week:
    """A week from Monday to Sunday.

    Attributes:
        monday: Its first day; None for the runs without a date.
        runs: In order of time; one that stands for a planned session is in that
            session's week.
        planned: Sessions of the plan, in order.
    """

    monday: date | None
    runs: tuple[Run, ...] = ()
    planned: tuple[Planned, ...] = ()

    @property
    def title(self) -> str:
        """Its first day, in words."""
        return "no date" if self.monday is None else day_text(self.monday)

    @property
    def fully_met(self) -> int:
        """Runs of which every step was met."""
        return sum(run.is_fully_met for run in self.runs)

    @property
    def score(self) -> float | None:
        """Mean of the runs that have one; None where none has."""
        scores = [run.report.score for run in self.runs if run.report.score is not None]
        return math.fsum(scores) / len(scores) if scores else None

    @property
    def steps(self) -> int:
        """Executions of all runs."""
        return sum(len(run.report.results) for run in self.runs)

    @property
    def met(self) -> int:
        """Executions that were met."""
        return sum(run.steps(Verdict.MET) for run in self.runs)

    @property
    def unmeasured(self) -> int:
        """Executions that nobody can judge."""
        return sum(run.unmeasured for run in self.runs)

    @property
    def backward_m(self) -> float:
        """Metres done backward."""
        return math.fsum(run.backward_m for run in self.runs)

    @property
    def backward_unknown(self) -> int:
        """Backward executions without a distance."""
        return sum(run.backward_unknown for run in self.runs)

    @property
    def unplanned_m(self) -> float:
        """Of these, metres of runs that stand for no planned session."""
        taken = {each.run.number for each in self.planned if each.run is not None}
        return math.fsum(run.backward_m for run in self.runs if run.number not in taken)

    @property
    def sessions_run(self) -> int:
        """Planned sessions that a run stands for."""
        return sum(each.run is not None for each in self.planned)

    @property
    def planned_m(self) -> float:
        """Metres planned backward."""
        return math.fsum(each.backward_m for each in self.planned)


@attrs.frozen(kw_only=True)
class Break:
    """Weeks in a row without anything, left out.

    Attributes:
        weeks: How many.
    """

    weeks: int


def laid_out(runs: Sequence[Run], planned: Sequence[Planned]) -> tuple[Week | Break, ...]:
    """Weeks in order of time, from the first with anything in it to the last.

    Returns:
        Those without a date first; a few empty weeks are there, many in a row are one break.
    """
    days = {each.run.number: each.day for each in planned if each.run is not None}
    by_week: dict[date | None, tuple[list[Run], list[Planned]]] = {}
    for run in runs:
        monday = _monday(days.get(run.number, run.day))
        by_week.setdefault(monday, ([], []))[0].append(run)
    for each in planned:
        by_week.setdefault(_monday(each.day), ([], []))[1].append(each)
    found: list[Week | Break] = []
    before: date | None = None
    for monday in sorted(by_week, key=lambda day: day or date.min):
        if before is not None and monday is not None:
            empty = (monday - before) // _WEEK - 1
            if empty > _LONGEST_GAP:
                found.append(Break(weeks=empty))
            else:
                found += [Week(monday=before + (n + 1) * _WEEK) for n in range(empty)]
        there, sessions = by_week[monday]
        found.append(Week(monday=monday, runs=tuple(there), planned=tuple(sessions)))
        before = monday
    return tuple(found)


def _monday(day: date | None) -> date | None:
    return None if day is None else day - day.weekday() * _DAY
