"""Runs against a plan and by week; no markup in here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from backrun_fit.render.html.season_runs import Run, Tally, day_text
from backrun_fit.wording import shown

if TYPE_CHECKING:
    from backrun_fit.season import CompiledSession

__all__ = ["Break", "Planned", "Week", "laid_out", "paired"]

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(weeks=1)
# As many weeks without anything keep their room; more of them are left out and said.
_LONGEST_GAP: Final = 6


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
class Week(Tally):
    """A week from Monday to Sunday; a run that stands for a session is in the session's week.

    Attributes:
        monday: Its first day; None for the runs without a date.
        planned: Sessions of the plan, in order.
    """

    monday: date | None
    planned: tuple[Planned, ...] = ()

    @property
    def title(self) -> str:
        """Its first day, in words."""
        return "no date" if self.monday is None else day_text(self.monday)

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
