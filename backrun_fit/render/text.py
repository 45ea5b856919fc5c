"""Workouts, activities and reports as a person reads them in a terminal, within 80 columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import attrs
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from backrun_fit.activity import Activity
from backrun_fit.compiled import CompiledWorkout, IndexedNode, IndexedStep, nest, unroll
from backrun_fit.render.parts import (
    Snug,
    columns,
    done_text,
    indented,
    numbers_text,
    paragraph,
    step_label,
    verdict_text,
)
from backrun_fit.report import BackwardSummary, Colour, Report, StepResult, Verdict
from backrun_fit.units import UnitSystem, format_distance, format_duration, format_pace
from backrun_fit.wording import (
    SURE,
    certainty_text,
    duration_text,
    likelihood_text,
    short_distance_text,
    shown,
    standard_errors_text,
    step_text,
    target_text,
)

__all__ = [
    "Headline",
    "activity_text",
    "conclusion",
    "contents_text",
    "figures_text",
    "report_text",
    "workout_text",
]


def workout_text(compiled: CompiledWorkout, units: UnitSystem = "metric") -> RenderableType:
    """A workout as a watch lists it: one line a message, bodies of repeats set in."""
    sport = compiled.sport
    if compiled.sub_sport != "generic":
        sport += f", {compiled.sub_sport}"
    lines: list[RenderableType] = [
        paragraph(f"{shown(compiled.name) or '(no name)'}  ({sport})", "bold")
    ]
    if compiled.notes:
        lines.append(indented(compiled.notes))
    lines.extend(_node_lines(nest(compiled.messages), units, 2))
    lines.append(
        Text(f"  {len(compiled.messages)} messages, {len(unroll(compiled))} steps when run")
    )
    lines.extend(indented(f"adjusted: {text}", "yellow") for text in compiled.adjustments)
    lines.extend(indented(f"note: {text}", "yellow") for text in compiled.warnings)
    return Group(*lines)


def _node_lines(
    nodes: tuple[IndexedNode, ...], units: UnitSystem, indent: int
) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for node in nodes:
        label = f"{' ' * indent}{node.index:>2}  "
        if isinstance(node, IndexedStep):
            lines.append(Text(f"{label}{step_text(node.step, units)}"))
            if node.step.notes:
                notes = paragraph(node.step.notes, "dim")
                lines.append(Padding(notes, (0, 0, 0, len(label))))
            continue
        message = node.message
        times = f"{message.count} x" if message.until is None else duration_text(message.until)
        skipping = ", the last recovery skipped" if message.skip_last_recovery else ""
        lines.append(Text(f"{label}{times}{skipping}:"))
        lines.extend(_node_lines(node.body, units, indent + 4))
    return lines


def activity_text(activity: Activity, units: UnitSystem = "metric") -> RenderableType:
    """A recorded activity: what, when, how long, and its laps."""
    head = [activity.sport or "unknown sport"]
    if activity.sub_sport not in (None, "generic"):
        head.append(str(activity.sub_sport))
    if activity.distance_m is not None:
        head.append(format_distance(activity.distance_m, units))
    if activity.timer_s is not None:
        head.append(format_duration(activity.timer_s))
    device = " ".join(part for part in (activity.manufacturer, activity.product) if part)
    if device:
        head.append(f"recorded by {device}")
    title = f"{shown(activity.source) or 'Activity'}  {activity.started_at:%Y-%m-%d %H:%M} UTC"
    if activity.leg_count > 1:
        title += f", leg {activity.leg} of {activity.leg_count}"
    table = columns("lap", "step", "timer", "distance", "pace", "HR", "ended by", "intensity")
    for lap in activity.laps:
        speed = (lap.distance_m or 0) / lap.timer_s if lap.timer_s > 0 else 0.0
        table.add_row(
            str(lap.number + 1),
            "" if lap.step_index is None else str(lap.step_index),
            format_duration(lap.timer_s),
            "" if lap.distance_m is None else format_distance(lap.distance_m, units),
            format_pace(speed, units),
            "" if lap.heart_rate_bpm is None else f"{lap.heart_rate_bpm:.0f}",
            "(no lap message)" if lap.is_from_records else shown(lap.trigger),
            shown(lap.intensity),
        )
    parts: list[RenderableType] = [
        paragraph(title, "bold"),
        paragraph(f"{', '.join(head)}; {len(activity.track)} samples"),
    ]
    if activity.laps:
        parts.append(table)
    if activity.workout is not None:
        carried = shown(activity.workout.name) or "(no name)"
        parts.append(paragraph(f"carries the workout {carried!r}:"))
        parts.append(workout_text(activity.workout, units))
    parts.extend(paragraph(f"note: {text}", "yellow") for text in activity.warnings)
    return Group(*parts)


def contents_text(document: Mapping[str, Any]) -> RenderableType:
    """What a FIT file holds that is neither an activity nor a workout; see its document."""
    counts = [f"{name} {count}" for name, count in document["messages"].items()]
    title = f"{shown(document['source']) or 'FIT'}  a file of kind {document['kind']}"
    return Group(
        paragraph(title, "bold"),
        paragraph(f"messages: {', '.join(counts) or 'none'}"),
        *(paragraph(f"note: {text}", "yellow") for text in document["warnings"]),
    )


def conclusion(
    report: Report,
    units: UnitSystem = "metric",
    *,
    most: int = 6,
    lengths: bool = True,
    brief: bool = False,
) -> str:
    """The report in one line: its figures, how many executions were met, and which were not.

    Args:
        report: Of any run.
        units: How the backward distance is printed.
        most: How many executions are named at most.
        lengths: Say how far or long was run backward, too.
        brief: Leave out what the cadence says.

    Returns:
        Such as ``Session 62 - work 48 - backward 7 of 10 parts, 0.88 of 1.25 mi; cadence agrees.
        12 of 20 steps met; not met: 3 (skipped)``.
    """
    missed = [result for result in report.results if result.verdict.is_miss]
    counts = Counter(result.verdict for result in report.results)
    text = f"{figures_text(report, units, lengths=lengths, brief=brief)}. "
    text += f"{counts[Verdict.MET]} of {len(report.results)} steps met"
    if counts[Verdict.DONE_UNMEASURED]:
        text += f", {counts[Verdict.DONE_UNMEASURED]} done, not measured"
    named = ", ".join(
        f"{result.planned.number} ({result.verdict.value})" for result in missed[:most]
    )
    if named:
        text += f"; not met: {named}"
        text += f" and {len(missed) - most} more" if len(missed) > most else ""
    elif missed:
        text += f"; {len(missed)} not met"
    unmeasured = counts[Verdict.NOT_MEASURABLE]
    return text + (f"; {unmeasured} not measurable" if unmeasured else "")


_CADENCE: Final[Mapping[str, str]] = {
    "consistent": "cadence agrees",
    "cannot_tell": "cadence cannot tell",
    "inconsistent": "cadence speaks against it",
}


def figures_text(
    report: Report, units: UnitSystem = "metric", *, lengths: bool = True, brief: bool = False
) -> str:
    """The three figures: session, work and backward; those that there are.

    Args:
        report: Of any run.
        units: How the backward distance is printed.
        lengths: Say how far or long was run backward, too.
        brief: Leave out what the cadence says.
    """
    parts = ["no score" if report.score is None else f"Session {report.score:.0f}"]
    if report.score is not None and report.score_basis != "targets":
        basis = "length only" if report.score_basis == "length" else "not all targets measured"
        parts[0] += f" ({basis})"
    if report.work_score is not None:
        parts.append(f"work {report.work_score:.0f}")
    backward = report.backward
    if backward is not None:
        text = f"backward {backward.done_count} of {backward.planned_count} parts"
        if lengths:
            text += f", {_done_of_planned(backward, units)}"
        if backward.is_withheld:
            text += ", no score" if brief else f" done in {_done_in(report)}"
        said = None if brief else _CADENCE.get(report.evidence.label)
        parts.append(text if said is None else f"{text}; {said}")
    doubt = "In doubt: " if report.verdict is Verdict.IN_DOUBT else ""
    return doubt + " - ".join(parts)


def _done_in(report: Report) -> str:
    """In what the backward parts that were done are as planned, whichever way the athlete faced."""
    paces = [
        finding.verdict is Verdict.MET
        for result in report.results
        if result.planned.step.movement.is_backward and result.was_done
        for finding in result.findings
        if finding.component == "pace"
    ]
    return "length and pace" if paces and all(paces) else "length"


def _exceptions(report: Report) -> str:
    """How many steps were not met or not measured, in few words."""
    missed = sum(result.verdict.is_miss for result in report.results)
    counts = Counter(result.verdict for result in report.results)
    parts = [
        f"{count} {words}"
        for count, words in (
            (missed, "not met"),
            (counts[Verdict.DONE_UNMEASURED], "done, not measured"),
            (counts[Verdict.NOT_MEASURABLE], "not measurable"),
        )
        if count
    ]
    return ", ".join(parts) or "All met"


def _done_of_planned(backward: BackwardSummary, units: UnitSystem) -> str:
    if backward.basis == "duration":
        return f"{format_duration(backward.done)} of {format_duration(backward.planned)}"
    done, planned = (format_distance(each, units) for each in (backward.done, backward.planned))
    unit = planned.rpartition(" ")[2]
    return f"{done.removesuffix(f' {unit}')} of {planned}"


@attrs.frozen
class Headline:
    """A report's conclusion on one line, however wide the terminal.

    Where there is no room it names fewer of the executions that were not met, then leaves out
    the backward lengths, what the cadence says, the steps that were met, and part of the file's
    name.
    """

    report: Report
    units: UnitSystem = "metric"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The line that fits."""
        yield paragraph(self.fitting(options.max_width), "bold")

    def fitting(self, width: int) -> str:
        """The line that fits into so many columns, or the shortest.

        Args:
            width: In terminal cells; a wide character takes two.
        """
        name, file = _names(self.report)
        lines = [
            conclusion(self.report, self.units, most=most, lengths=lengths, brief=brief)
            for lengths, brief in ((True, False), (False, False), (False, True))
            for most in range(6, -1, -1)
        ]
        for line in lines:
            for known in (name, file):
                if cell_len(f"{known}: {line}") <= width:
                    return f"{known}: {line}"
        figures = figures_text(self.report, self.units, lengths=False, brief=True)
        for line in (f"{figures}. {_exceptions(self.report)}", figures):
            for known in (name, file):
                if cell_len(f"{known}: {line}") <= width:
                    return f"{known}: {line}"
            if cut := _cut(file, line, width):
                return f"...{cut}: {line}"
        return f"...: {figures}"


def _cut(file: str, line: str, width: int) -> str:
    """The end of a file's name, as much as there is room for before a line; may be empty."""
    room = max(width - cell_len(f"...: {line}"), 0)
    while cell_len(file) > room:
        file = file[1:]
    return file


def _names(report: Report) -> tuple[str, str]:
    """What a run is called: its path, and its file alone."""
    name = shown(report.source) or "Activity"
    return name, name.replace("\\", "/").rpartition("/")[2] or name


def report_text(report: Report, units: UnitSystem = "metric") -> RenderableType:
    """A report: the conclusion first, then every execution, reasons, evidence, tolerances."""
    origin = "from the activity" if report.workout_origin == "activity" else "as given"
    name = shown(report.workout.name) or "(no name)"
    parts: list[RenderableType] = [
        paragraph(f"{_names(report)[0]}: {conclusion(report, units)}", "bold"),
        paragraph(
            f"{report.started_at:%Y-%m-%d %H:%M} UTC, workout {name!r} {origin}, "
            f"aligned by {report.align}"
        ),
        Snug(_executions(report, units), narrow="verdict"),
    ]
    if report.colour is not None:
        parts.append(paragraph(_colour(report.colour, units)))
    parts.extend(indented(line) for line in _reasons(report))
    parts.extend(indented(line, "dim") for line in _notes(report))
    parts.extend(indented(f"pairing: {line}", "dim") for line in _certainties(report))
    for extra in report.extra:
        laps = _laps(extra.first_lap, extra.last_lap)
        parts.append(
            indented(f"outside the plan: {laps}, {format_duration(extra.timer_s)}: {extra.reason}")
        )
    if report.agreements is not None:
        parts.append(
            paragraph(
                f"plan given against workout executed: alike in "
                f"{', '.join(report.agreed) or 'nothing'}; {len(report.differences)} differences"
            )
        )
        parts.extend(
            indented(
                f"{item.where}: given {item.given or 'nothing'}, "
                f"executed {item.executed or 'nothing'}"
            )
            for item in report.differences
        )
    parts.extend(_evidence(report))
    if report.safety:
        parts.append(paragraph("observed in the backward parts (no verdicts):"))
        parts.extend(indented(line) for line in report.safety)
    parts.extend(paragraph(f"note: {text}", "yellow") for text in _sources(report))
    parts.extend(paragraph(f"note: {text}", "yellow") for text in report.warnings)
    parts.append(paragraph(_tolerances(report, units), "dim"))
    return Group(*parts)


_QUANTITIES: Final = {
    "distance_m": "distance",
    "speed_mps": "speed",
    "heart_rate_bpm": "heart rate",
    "cadence_spm": "cadence",
    "power_w": "power",
}


def _sources(report: Report) -> list[str]:
    """Which quantities are not the watch's own."""
    return [
        f"{_QUANTITIES[name]} comes from the {source}"
        for name, source in report.sources.items()
        if source.startswith("developer")
    ]


def _executions(report: Report, units: UnitSystem) -> Table:
    table = columns(
        "#", "step", "planned", "target", "done", "pace", "band", "HR", "spm", "verdict"
    )
    for result in report.results:
        step = result.planned.step
        table.add_row(
            str(result.planned.number),
            step_label(step),
            duration_text(step.duration, units),
            target_text(step.target, units),
            done_text(result, units),
            _measured(result, "pace", units),
            _share_in_band(result),
            _measured(result, "heart_rate", units),
            _measured(result, "cadence", units),
            verdict_text(result.verdict),
        )
    return table


def _colour(colour: Colour, units: UnitSystem) -> str:
    def length(value: float) -> str:
        by_distance = colour.basis == "distance"
        return format_distance(value, units) if by_distance else format_duration(value)

    about = "about " if colour.estimated else ""
    return (
        f"colour as in TrainingPeaks: {colour.colour}, {length(colour.done)} done of "
        f"{about}{length(colour.planned)} planned ({colour.ratio:.0%}; {colour.basis} of the "
        f"whole run only)"
    )


def _certainties(report: Report) -> list[str]:
    """The executions by how sure their pairing is, and why where it is not.

    Nothing where alignment did not say how sure it is.
    """
    numbers: dict[str, list[int]] = {}
    reasons: dict[tuple[str, str], list[int]] = {}
    for result in report.results:
        if result.certainty is None:
            continue
        word, number = certainty_text(result.certainty), result.planned.number
        if result.certainty >= SURE or not result.pairing:
            numbers.setdefault(word, []).append(number)
        else:
            reasons.setdefault((word, result.pairing), []).append(number)
    return [
        *(f"{word} for {numbers_text(found)}" for word, found in numbers.items()),
        *(f"{word} for {numbers_text(found)}: {why}" for (word, why), found in reasons.items()),
    ]


def _reasons(report: Report) -> list[str]:
    """Why executions were not met or not measured, in order."""
    return _numbered(
        (result.planned.number, finding.message)
        for result in report.results
        if result.verdict is not Verdict.MET
        for finding in result.findings
        if finding.verdict is not Verdict.MET
    )


def _notes(report: Report) -> list[str]:
    """What was observed on executions, in order."""
    return _numbered(
        (result.planned.number, note) for result in report.results for note in result.notes
    )


def _numbered(sentences: Iterable[tuple[int, str]]) -> list[str]:
    """Each sentence once, behind the numbers of all executions that it was said of."""
    numbers: dict[str, list[str]] = {}
    for number, sentence in sentences:
        numbers.setdefault(sentence, []).append(str(number))
    return [f"{', '.join(found)}: {sentence}" for sentence, found in numbers.items()]


def _measured(
    result: StepResult, what: Literal["pace", "heart_rate", "cadence"], units: UnitSystem
) -> str:
    done = result.done
    if done is None or result.verdict is Verdict.SKIPPED:
        return ""
    if what == "pace":
        return "" if done.speed_mps is None else format_pace(done.speed_mps, units)
    value = done.heart_rate_bpm if what == "heart_rate" else done.cadence_spm
    return "" if value is None else f"{value:.0f}"


def _share_in_band(result: StepResult) -> str:
    """Share of the time in the band; empty where there is none, or nothing of it was done."""
    share = result.done and result.was_done and result.done.in_band_fraction
    return "" if share is None or share is False else f"{share:.0%}"


def _evidence(report: Report) -> list[RenderableType]:
    evidence = report.evidence
    if evidence.label == "not_applicable":
        return []
    text = f"evidence of running backward: {evidence.label.replace('_', ' ')}"
    if evidence.cadence_effect is not None:
        text += f", cadence {evidence.cadence_effect:+.1%} over {evidence.executions} executions"
        if evidence.uncertainty is not None:
            text += f" (+/- {evidence.uncertainty:.1%})"
    if evidence.likelihood_ratio is not None:
        text += f", {likelihood_text(evidence.likelihood_ratio)}"
    lines: list[RenderableType] = [paragraph(f"{text}. {evidence.caveat}")]
    lines.extend(indented(observation) for observation in evidence.observations)
    return lines


def _tolerances(report: Report, units: UnitSystem) -> str:
    own = report.tolerances
    distance, gps, track = (
        short_distance_text(metres, units) for metres in (own.distance_m, own.gps_m, own.track_m)
    )
    return (
        f"tolerances: duration {own.duration_s:g} s or {own.duration_fraction:.0%}, "
        f"distance {distance} or {own.distance_fraction:.0%}, "
        f"pace by GPS {own.gps_fraction:.1%} and {gps} (track "
        f"{own.track_fraction:.1%} and {track}, foot pod {own.foot_pod_fraction:.1%}), "
        f"power {own.power_fraction:.1%}, holding a minute {own.holding_fraction:.1%}, "
        f"{standard_errors_text(own.standard_errors)}, at most {own.largest_fraction:.0%}, "
        f"HR {own.heart_rate_bpm:g} bpm, cadence {own.cadence_spm:g} spm, "
        f"settling {own.settling_s:g} s (HR {own.heart_rate_settling_s:g} s), "
        f"skipped below {own.skipped_s:g} s"
    )


def _laps(first: int, last: int) -> str:
    """Zero-based lap numbers as people count them."""
    return f"lap {first + 1}" if first == last else f"laps {first + 1}-{last + 1}"
