"""Checked runs among others, in order of time, and what they sum up to; no markup in here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import quote

import attrs

from backrun_fit.errors import SpecError
from backrun_fit.render.parts import numbers_text, verdict_word
from backrun_fit.report import Report, Verdict
from backrun_fit.wording import shown

__all__ = ["CheckedRun", "Run", "Tally", "day_text", "ordered"]

# FIT Profile 21.212, date_time: seconds below this count from when the device was switched on.
_FIRST_DATE: Final = datetime(1989, 12, 31, tzinfo=UTC) + timedelta(seconds=0x10000000)
_MOST_PIECES: Final = 5
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


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
        """How many executions could not be judged, or not as a whole."""
        return self.steps(Verdict.NOT_MEASURABLE, Verdict.DONE_UNMEASURED)

    @property
    def unmeasured_text(self) -> str:
        """What could not be judged, in short; empty where all was."""
        return _unmeasured_text(
            self.steps(Verdict.DONE_UNMEASURED), self.steps(Verdict.NOT_MEASURABLE)
        )

    @property
    def is_fully_met(self) -> bool:
        """Whether every execution was measured and met, and nothing is in doubt."""
        return self.report.verdict is Verdict.MET and 0 < len(self.report.results) == self.steps(
            Verdict.MET
        )

    @property
    def parts(self) -> str:
        """How many backward parts were done of those planned; empty where none was planned."""
        backward = self.report.backward
        return "" if backward is None else f"{backward.done_count} of {backward.planned_count}"

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


@attrs.frozen(kw_only=True)
class Tally:
    """What runs sum up to.

    Attributes:
        runs: In order of time; may be empty.
    """

    runs: tuple[Run, ...] = ()

    @property
    def fully_met(self) -> int:
        """Runs of which every step was met."""
        return sum(run.is_fully_met for run in self.runs)

    @property
    def score(self) -> float | None:
        """Mean session score of the runs that have one; None where none has."""
        return _mean(run.report.score for run in self.runs)

    @property
    def work_score(self) -> float | None:
        """Likewise of the work."""
        return _mean(run.report.work_score for run in self.runs)

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
        """Executions that nobody can judge, or not as a whole."""
        return sum(run.unmeasured for run in self.runs)

    @property
    def unmeasured_text(self) -> str:
        """The same in short, apart; empty where all was judged."""
        return _unmeasured_text(
            sum(run.steps(Verdict.DONE_UNMEASURED) for run in self.runs),
            sum(run.steps(Verdict.NOT_MEASURABLE) for run in self.runs),
        )

    @property
    def backward_m(self) -> float:
        """Metres done backward."""
        return math.fsum(run.backward_m for run in self.runs)

    @property
    def backward_unknown(self) -> int:
        """Backward executions without a distance."""
        return sum(run.backward_unknown for run in self.runs)


def _mean(scores: Iterable[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return math.fsum(known) / len(known) if known else None


def _unmeasured_text(done: int, other: int) -> str:
    parts = ((done, "done, not measured"), (other, "not measurable"))
    return "; ".join(f"{count} {words}" for count, words in parts if count)


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
