"""The season page: many checked runs as one HTML file, with links to the page of each."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from backrun_fit.compliance.evidence import EXPECTED_EFFECT
from backrun_fit.errors import SpecError
from backrun_fit.render.html.page import page_environment, page_style
from backrun_fit.render.html.season_charts import (
    backward_chart,
    evidence_chart,
    met_chart,
    score_chart,
)
from backrun_fit.render.html.season_runs import CheckedRun, Run, Tally, day_text, ordered
from backrun_fit.render.html.season_weeks import Break, Planned, Week, laid_out, paired
from backrun_fit.report import Verdict
from backrun_fit.units import UnitSystem, format_distance
from backrun_fit.wording import shown

if TYPE_CHECKING:
    from datetime import date

    from backrun_fit.season import SeasonFiles

__all__ = ["CheckedRun", "season_html"]


def season_html(
    runs: Iterable[CheckedRun], *, season: SeasonFiles | None = None, units: UnitSystem = "metric"
) -> str:
    """Many checked runs as one HTML file: it loads nothing, runs nothing and opens from disk.

    Args:
        runs: One or more, in any order.
        season: The plan that they were to follow, for what was to be done backward and when.
        units: How distances are printed.

    Returns:
        A complete document; the same text for the same runs, whatever their order.

    Raises:
        SpecError: There is no run.
        MissingExtraError: jinja2 is not installed.

    Example:
        >>> import numpy as np
        >>> from backrun_fit.activity import Activity, Track
        >>> from backrun_fit.compiled import CompiledWorkout
        >>> from backrun_fit.compliance import check
        >>> from backrun_fit.compliance.timeline import instant
        >>> from backrun_fit.workout import Step, TimeDuration
        >>> track = Track.from_columns(np.arange(61.0), speed_mps=np.full(61, 3.0))
        >>> run = Activity(started_at=instant(0), ended_at=instant(60), sport="running",
        ...                track=track)
        >>> minute = Step(duration=TimeDuration(duration_s=60.0))
        >>> report = check(run, CompiledWorkout(name="A minute", messages=(minute,)))
        >>> html = season_html([CheckedRun(report=report, page="a minute.html")])
        >>> html[:15], '<a href="a%20minute.html">' in html
        ('<!doctype html>', True)
        >>> season_html([])
        Traceback (most recent call last):
        ...
        backrun_fit.errors.SpecError: expected one or more checked runs, got none
    """
    found = ordered(runs)
    if not found:
        raise SpecError("expected one or more checked runs, got none")
    environment = page_environment()
    style = page_style(environment) + environment.get_template("season.css").render()
    facts = _Facts(found, season, units)
    charts = _Charts(facts)
    return environment.get_template("season.html").render(
        facts=facts,
        charts=charts,
        style=style,
        style_digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


class _Facts:
    """What the template asks for, in words and in the units asked for."""

    expected_effect = EXPECTED_EFFECT

    def __init__(self, runs: Sequence[Run], season: SeasonFiles | None, units: UnitSystem) -> None:
        self.runs = runs
        self.tally = Tally(runs=tuple(runs))
        self.units = units
        self.has_plan = season is not None
        self.name = "" if season is None else shown(season.season.name) or "(no name)"
        self.planned = paired(runs, () if season is None else season.sessions)
        self.slots = laid_out(runs, self.planned)
        self.plan_of = {each.run.number: each for each in self.planned if each.run is not None}
        last = max((run.day for run in runs if run.day is not None), default=None)
        open_ = [each for each in self.planned if each.run is None]
        self.not_run = [each for each in open_ if last is not None and each.day <= last]
        self.to_come = [each for each in open_ if each not in self.not_run]
        self.shifted = [each for each in self.planned if self.off(each)]
        self.unplanned = [run for run in runs if run.number not in self.plan_of]

    @property
    def conclusion(self) -> str:
        """All of it in one line."""
        return (
            f"{_count(len(self.runs), 'run')}, {self.tally.fully_met} fully met, "
            f"{self.distance(self.tally.backward_m)} backward in all"
        )

    @property
    def period(self) -> str:
        """From the first to the last day of a run; empty without dates."""
        days = [run.day for run in self.runs if run.day is not None]
        if not days:
            return ""
        first, last = min(days), max(days)
        return day_text(first) if first == last else f"{day_text(first)} to {day_text(last)}"

    @property
    def verdicts(self) -> list[tuple[Verdict, int]]:
        """How many runs have each verdict; none that none has."""
        verdicts = [run.report.verdict for run in self.runs]
        return [(verdict, verdicts.count(verdict)) for verdict in Verdict if verdict in verdicts]

    @property
    def scores_told(self) -> str:
        """The scores, in one sentence."""
        scores = [run.report.score for run in self.runs if run.report.score is not None]
        none = len(self.runs) - len(scores)
        if not scores:
            return "No run has a score."
        text = f"Mean session score {self.tally.score:.0f}"
        if len(scores) > 1:
            text += f", from {min(scores):.0f} to {max(scores):.0f}"
        if self.tally.work_score is not None:
            text += f"; mean score of the work {self.tally.work_score:.0f}"
        by_length = sum(
            run.report.score is not None and run.report.score_basis == "length" for run in self.runs
        )
        text += f"; {_count(by_length, 'run')} scored by length only" if by_length else ""
        return f"{text}; {_count(none, 'run')} without a score." if none else f"{text}."

    @property
    def has_doubt(self) -> bool:
        """Whether any run is in doubt."""
        return any(run.report.verdict is Verdict.IN_DOUBT for run in self.runs)

    @property
    def steps_told(self) -> str:
        """How many steps were met, in one sentence."""
        text = f"{self.tally.met} of {_count(self.tally.steps, 'step')} met"
        return f"{'; '.join(filter(None, (text, self.tally.unmeasured_text)))}."

    @property
    def backward_told(self) -> str:
        """What was done backward and planned, in one sentence or two."""
        text = f"{self.distance(self.tally.backward_m)} backward in all"
        if self.has_plan:
            planned_m = math.fsum(each.backward_m for each in self.planned)
            beside_m = math.fsum(run.backward_m for run in self.unplanned)
            text += f", {self.distance(planned_m)} planned"
            text += f"; {self.distance(beside_m)} done without a plan" if beside_m else ""
        if self.tally.backward_unknown:
            unknown = _count(self.tally.backward_unknown, "backward step")
            text += f". No distance was recorded of {unknown}"
        return f"{text}."

    @property
    def plan_told(self) -> str:
        """How much of the plan was run, in one sentence."""
        due = len(self.planned) - len(self.to_come)
        text = (
            f"{len(self.plan_of)} of {_count(due, 'session')} planned up to the last run were run"
        )
        done_m = math.fsum(run.backward_m for run in self.runs if run.number in self.plan_of)
        planned_m = math.fsum(each.backward_m for each in self.plan_of.values())
        if planned_m or done_m:
            text += (
                f": {self.distance(done_m)} backward of {self.distance(planned_m)} planned in them"
            )
        return f"{text}."

    @property
    def labels(self) -> list[tuple[str, int]]:
        """How many runs have each label of evidence, strongest first; none that none has."""
        labels = [run.report.evidence.label for run in self.runs]
        known = ("consistent", "cannot_tell", "inconsistent")
        return [(label, labels.count(label)) for label in known if label in labels]

    @property
    def drawn_labels(self) -> list[str]:
        """Those of them that a run has whose cadence could be compared."""
        evidence = [run.report.evidence for run in self.runs]
        drawn = {each.label for each in evidence if each.cadence_effect is not None}
        return [label for label, _ in self.labels if label in drawn]

    @property
    def evidence_told(self) -> str:
        """The evidence of all runs, in one sentence."""
        told = ", ".join(
            f"{label.replace('_', ' ')} in {_count(count, 'run')}" for label, count in self.labels
        )
        compared = sum(run.report.evidence.cadence_effect is not None for run in self.runs)
        told = told[:1].upper() + told[1:]
        return f"{told}; {_count(compared, 'run')} could be compared."

    @property
    def caveats(self) -> list[str]:
        """What has to stand beside every label, each once."""
        return list(dict.fromkeys(run.report.evidence.caveat for run in self.runs))

    @property
    def has_breaks(self) -> bool:
        """Whether weeks are left out anywhere."""
        return any(isinstance(slot, Break) for slot in self.slots)

    def is_break(self, slot: object) -> bool:
        """Whether weeks are left out here."""
        return isinstance(slot, Break)

    def day(self, day: date) -> str:
        """A day in words."""
        return day_text(day)

    def distance(self, distance_m: float) -> str:
        """A distance."""
        return format_distance(distance_m, self.units)

    def count(self, number: int, noun: str) -> str:
        """How many there are."""
        return _count(number, noun)

    def backward(self, run: Run | Week) -> str:
        """What a run or week did backward; empty where it had nothing of the kind."""
        if not run.backward_m and not run.backward_unknown:
            return ""
        text = self.distance(run.backward_m)
        return f"{text} and {run.backward_unknown} unknown" if run.backward_unknown else text

    def plan(self, run: Run) -> str:
        """What a run was to do backward."""
        planned = self.plan_of.get(run.number)
        return "no plan" if planned is None else self.distance(planned.backward_m)

    def evidence(self, run: Run) -> str:
        """Label and effect; empty where nothing was to be run backward."""
        found = run.report.evidence
        if found.label == "not_applicable":
            return ""
        if found.cadence_effect is None:
            return found.label.replace("_", " ")
        text = f"{found.label.replace('_', ' ')} {found.cadence_effect:+.1%}"
        return text if found.uncertainty is None else f"{text} ± {100 * found.uncertainty:.1f}"

    def off(self, planned: Planned) -> str:
        """On which other day a planned session was run; empty where on its own."""
        run = planned.run
        if run is None or run.day is None or run.day == planned.day:
            return ""
        return day_text(run.day)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class _Charts:
    """All charts of the page, each None where there is nothing to draw."""

    def __init__(self, facts: _Facts) -> None:
        same = "The tables below say the same."
        self.score = score_chart(facts.slots, f"{facts.scores_told} {same}")
        self.met = met_chart(facts.slots, f"{facts.steps_told} {same}")
        self.backward = backward_chart(facts.slots, facts.units, f"{facts.backward_told} {same}")
        self.evidence = evidence_chart(facts.slots, f"{facts.evidence_told} {same}")
