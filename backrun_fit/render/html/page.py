"""The page: a report and the run that it is about, as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from backrun_fit.activity import Activity
from backrun_fit.compiled import IndexedNode, IndexedStep, nest
from backrun_fit.compliance.safety import FLAT_PERCENT, NOT_FLAT_PERCENT
from backrun_fit.errors import MissingExtraError
from backrun_fit.render.bar_chart import draw_bars
from backrun_fit.render.bars import bars_text, intensity_word, lay_out
from backrun_fit.render.drawing import (
    DARK,
    LIGHT,
    NARROW,
    THEMED,
    WIDE,
    as_svg,
)
from backrun_fit.render.html.charts import (
    Chart,
    cadence_band,
    grade_chart,
    heart_rate_band,
    no_band,
    pace_chart,
    tone,
    trace_chart,
)
from backrun_fit.render.html.course import Course
from backrun_fit.render.html.facts import (
    MAX_LISTED,
    MAX_ROWS,
    contrast_text,
    costs,
    means_text,
    misses,
    moved,
    movement_word,
    role_shares,
    rows_shown,
    rows_text,
    steps_text,
    unmeasured,
)
from backrun_fit.render.parts import done_text, verdict_word
from backrun_fit.render.text import conclusion
from backrun_fit.report import Report, Verdict
from backrun_fit.units import UnitSystem, format_distance, format_duration, format_pace
from backrun_fit.wording import (
    certainty_text,
    duration_text,
    likelihood_text,
    short_distance_text,
    shown,
    standard_errors_text,
    target_text,
)

if TYPE_CHECKING:
    from jinja2 import Environment

    from backrun_fit.workout import Step

__all__ = ["page_environment", "page_style", "report_html"]

_RING: Final = 326.7  # circumference of the ring around the score: 2 * pi * 52


def report_html(report: Report, activity: Activity, *, units: UnitSystem = "metric") -> str:
    """A report as one HTML file: it loads nothing, runs nothing and opens from disk.

    Args:
        report: What the check said.
        activity: The run that it was said about, for the traces.
        units: How distances and paces are printed; the report's own sentences keep
            those that ``check`` was given.

    Returns:
        A complete document; the same text for the same report and activity.

    Raises:
        MissingExtraError: jinja2 is not installed.

    Example:
        >>> import numpy as np
        >>> from backrun_fit.activity import Track
        >>> from backrun_fit.compiled import CompiledWorkout
        >>> from backrun_fit.compliance import check
        >>> from backrun_fit.compliance.timeline import instant
        >>> from backrun_fit.workout import Step, TimeDuration
        >>> track = Track.from_columns(np.arange(61.0), speed_mps=np.full(61, 3.0))
        >>> run = Activity(started_at=instant(0), ended_at=instant(60), sport="running",
        ...                track=track)
        >>> minute = Step(duration=TimeDuration(duration_s=60.0))
        >>> plan = CompiledWorkout(name="<i>a minute</i>", messages=(minute,))
        >>> html = report_html(check(run, plan), run)
        >>> html[:15], "<i>" in html, "&lt;i&gt;a minute&lt;/i&gt;" in html
        ('<!doctype html>', False, True)
    """
    environment = page_environment()
    charts = _Charts(report, activity, units)
    template = environment.get_template("report.html")
    style = page_style(environment)
    return template.render(
        report=report,
        activity=activity,
        charts=charts,
        facts=_Facts(report, activity, units),
        style=style,
        style_digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def page_style(environment: Environment) -> str:
    """The style sheet of all pages, with the colours for light and dark."""
    return environment.get_template("report.css").render(light=LIGHT, dark=DARK)


@functools.cache
def page_environment() -> Environment:
    """Where the templates of all pages are found; every text goes through ``shown``.

    Raises:
        MissingExtraError: jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
        from markupsafe import Markup
    except ImportError as error:
        raise MissingExtraError("jinja2", "report") from error

    def finalize(value: object) -> object:
        """Nothing of what is shown moves the text around it or hides in it."""
        return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        loader=PackageLoader("backrun_fit.render.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        verdict=verdict_word,
        tone=tone,
        movement=movement_word,
        intensity=intensity_word,
        duration=format_duration,
        certainty=certainty_text,
        steps=steps_text,
        label=_label,
        drawn=Markup,  # of what this package drew itself
    )
    return environment


def _label(step: Step) -> str:
    """The name of a step, or its intensity, or how it is moved through."""
    if name := shown(step.name):
        return name
    return (
        movement_word(step.movement) if step.intensity is None else intensity_word(step.intensity)
    )


class _Facts:
    """What the template asks for, in words and in the units asked for."""

    def __init__(self, report: Report, activity: Activity, units: UnitSystem) -> None:
        self.report = report
        self.activity = activity
        self.units = units
        self.name = shown(report.workout.name) or "(no name)"
        self.conclusion = conclusion(report, units)
        self.misses = misses(report.results)
        self.unmeasured = unmeasured(report, activity)
        self.costs = costs(report)
        self.shares = role_shares(report)
        self.moved = moved(report.results)
        self.rows = rows_shown(report.results)
        self.rows_told = rows_text(report.results)
        self.contrast = contrast_text(self.moved, units)
        self.plan = nest(report.workout.messages[:MAX_ROWS])
        self.plan_more = max(len(report.workout.messages) - MAX_ROWS, 0)
        self.most = MAX_LISTED
        self.ring = _RING

    @property
    def file_name(self) -> str:
        """The recording's, without the folders of whoever made the page."""
        return re.split(r"[\\/]", self.report.source or "")[-1]

    @property
    def figures(self) -> dict[str, str]:
        """The figures beside that of the session, those that there are."""
        report, found = self.report, dict[str, str]()
        if report.work_score is not None:
            found["Work"] = self.number(report.work_score)
        elif report.score is not None and report.score_basis == "length":
            found["Work"] = "not measured"
        backward = report.backward
        if backward is not None:
            score = "withheld" if backward.is_withheld else "not measured"
            if backward.score is not None:
                score = self.number(backward.score)
            found["Backward"] = score
            found["Backward parts"] = f"{backward.done_count} of {backward.planned_count}"
        return found

    @property
    def is_in_doubt(self) -> bool:
        """Whether the evidence speaks against running backward."""
        return self.report.verdict is Verdict.IN_DOUBT

    @property
    def standard_errors(self) -> str:
        """How many of them were allowed."""
        return standard_errors_text(self.report.tolerances.standard_errors)

    @property
    def counts(self) -> list[tuple[Verdict, int]]:
        """How many executions have each verdict; none that none has."""
        verdicts = [result.verdict for result in self.report.results]
        return [(verdict, verdicts.count(verdict)) for verdict in Verdict if verdict in verdicts]

    @property
    def sure(self) -> dict[str, list[int]]:
        """Numbers of the executions by how sure their pairing is."""
        found: dict[str, list[int]] = {}
        for result in self.report.results:
            if result.certainty is not None:
                found.setdefault(certainty_text(result.certainty), []).append(result.planned.number)
        return found

    @property
    def notes(self) -> dict[str, list[int]]:
        """Each observation, and the numbers of the executions that it was made on."""
        found: dict[str, list[int]] = {}
        for result in self.report.results:
            for note in result.notes:
                found.setdefault(note, []).append(result.planned.number)
        return found

    def is_step(self, node: IndexedNode) -> bool:
        """Whether a node of the plan is a step, not a repeat."""
        return isinstance(node, IndexedStep)

    def ends(self, duration: Any) -> str:
        """How a step ends."""
        return duration_text(duration, self.units)

    def aims(self, target: Any) -> str:
        """What a step aims at; empty where at nothing."""
        return "" if target is None else target_text(target, self.units)

    def done(self, result: Any) -> str:
        """How far or long an execution was."""
        return done_text(result, self.units)

    def pace(self, speed_mps: float | None) -> str:
        """A pace; empty where there is none."""
        return "" if speed_mps is None else format_pace(speed_mps, self.units)

    def distance(self, distance_m: float | None) -> str:
        """A distance; empty where there is none."""
        return "" if distance_m is None else format_distance(distance_m, self.units)

    def short(self, distance_m: float) -> str:
        """A distance of a few metres."""
        return short_distance_text(distance_m, self.units)

    def number(self, value: float | None, places: int = 0) -> str:
        """A number; empty where there is none."""
        return "" if value is None else f"{value:.{places}f}"

    def percent(self, share: float | None) -> str:
        """A share; empty where there is none."""
        return "" if share is None else f"{share:.0%}"

    def fraction(self, share: float) -> str:
        """A small share, to a tenth of a percent."""
        return f"{share:.1%}"

    def signed(self, share: float, places: int = 1) -> str:
        """A relative change."""
        return f"{share:+.{places}%}"

    def likelihood(self, ratio: float) -> str:
        """How much likelier backward than forward, or the other way round."""
        return likelihood_text(ratio)

    def length(self, basis: str, value: float) -> str:
        """Metres or seconds, as the colour has them."""
        return format_distance(value, self.units) if basis == "distance" else format_duration(value)


class _Charts:
    """All charts of a page, each None where there is nothing to draw, and what they show."""

    def __init__(self, report: Report, activity: Activity, units: UnitSystem) -> None:
        bars = lay_out(report.workout)
        self.plan_told = bars_text(bars)
        narrow, wide = (
            as_svg(
                draw_bars(bars, THEMED, sheet, units),
                key=f"plan-{word}",
                title="The plan",
                description=f"{self.plan_told}. The list below says the same.",
            )
            for word, sheet in (("narrow", NARROW), ("wide", WIDE))
        )
        self.plan = Chart(narrow=narrow, wide=wide)
        course = Course.of(report, activity)
        self.together = course.together
        self.pace = pace_chart(
            course, units, f"{conclusion(report, units)}. The table of executions says the same."
        )
        rows = moved(report.results)
        self.traces = []
        for key, title, unit, values, band, name, places in (
            ("heart-rate", "Heart rate", "bpm", course.heart_rate_bpm, heart_rate_band,
             "heart_rate_bpm", 0),
            ("cadence", "Cadence", "steps/min", course.cadence_spm, cadence_band,
             "cadence_spm", 0),
            ("step-length", "Step length", "m", course.step_length_m, no_band,
             "step_length_m", 2),
        ):  # fmt: skip
            sentence = means_text(rows, name, places, unit)
            chart = trace_chart(
                course,
                values,
                key=key,
                title=f"{title} over the run",
                unit=unit,
                description=sentence or "No step has a mean.",
                band=band,
            )
            if chart is not None:
                self.traces.append((title, chart, sentence))
        grades = [
            (each.planned.number, each.done.grade_percent)
            for each in report.results
            if each.was_done
            and each.planned.step.movement.is_backward
            and each.done is not None
            and each.done.grade_percent is not None
        ]
        self.grade = (
            grade_chart(grades, FLAT_PERCENT, NOT_FLAT_PERCENT, _grades_told(grades))
            if grades
            else None
        )
        self.grade_told = _grades_told(grades) if grades else ""


def _grades_told(grades: Sequence[tuple[int, float]]) -> str:
    values = [grade for _, grade in grades]
    flat = sum(abs(grade) <= FLAT_PERCENT for grade in values)
    return (
        f"{flat} of {len(values)} backward parts within {FLAT_PERCENT:g} %; "
        f"from {min(values):+.1f} to {max(values):+.1f} %."
    )
