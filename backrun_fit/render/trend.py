"""A trend as a person reads it in a terminal, within 80 columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from backrun_fit.render.parts import Snug, columns, paragraph, step_label, verdict_text
from backrun_fit.report import BackwardSummary, ScoreBasis, Verdict
from backrun_fit.trend import Trend, TrendCell, TrendRow, TrendRun
from backrun_fit.units import METRES_PER_MILE, UnitSystem, format_pace
from backrun_fit.wording import shown

__all__ = ["trend_text"]

_BASIS: Final[Mapping[ScoreBasis, str]] = {
    "targets": "targets",
    "some targets": "some of the targets",
    "length": "length only",
}


def trend_text(trend: Trend, units: UnitSystem = "metric") -> RenderableType:
    """Runs of one workout: each as a whole, then execution by execution with the change."""
    parts: list[RenderableType] = [
        paragraph(f"{len(trend.runs)} runs of {shown(trend.workout) or '(no name)'!r}", "bold"),
        Snug(_runs(trend.runs)),
        *(paragraph(line) for line in _unmeasured(trend)),
        _rows(trend, units),
    ]
    parts.extend(paragraph(f"note: {note}", "yellow") for note in trend.notes)
    if any(row.step.movement.is_backward for row in trend.rows):
        parts.append(paragraph(trend.runs[0].evidence.caveat, "dim"))
    return Group(*parts)


def _runs(runs: tuple[TrendRun, ...]) -> Table:
    overview = columns(
        "run", "start (UTC)", "session", "work", "backward", "verdict", "evidence", "file"
    )
    for number, run in enumerate(runs, start=1):
        overview.add_row(
            str(number),
            f"{run.started_at:%Y-%m-%d %H:%M}",
            _score(run.score),
            _score(run.work_score),
            _parts(run.backward),
            verdict_text(run.verdict),
            _evidence(run),
            shown(run.source),
        )
    return overview


def _unmeasured(trend: Trend) -> Iterator[str]:
    """What was not measured of each run, a line a run; nothing of a run that was measured whole."""
    for number, run in enumerate(trend.runs, start=1):
        cells = [row.cells[number - 1] for row in trend.rows]
        counts = Counter(cell.verdict for cell in cells if cell is not None)
        parts = []
        if run.score is not None and run.score_basis != "targets":
            parts.append(f"session score by {_BASIS[run.score_basis]}")
        parts += [
            f"{counts[verdict]} step{'' if counts[verdict] == 1 else 's'} {words}"
            for verdict, words in (
                (Verdict.DONE_UNMEASURED, "done, not measured"),
                (Verdict.NOT_MEASURABLE, "not measurable"),
            )
            if counts[verdict]
        ]
        if parts:
            yield f"run {number}: {', '.join(parts)}"


def _score(score: float | None) -> str:
    return "" if score is None else f"{score:.0f}"


def _parts(backward: BackwardSummary | None) -> str:
    return "" if backward is None else f"{backward.done_count} of {backward.planned_count}"


def _evidence(run: TrendRun) -> str:
    if run.evidence.label == "not_applicable":
        return ""
    label, effect = run.evidence.label.replace("_", " "), run.evidence.cadence_effect
    return label if effect is None else f"{label} {effect:+.1%}"


def _rows(trend: Trend, units: UnitSystem) -> Table:
    rows = columns("#", "step", "run", "pace", "HR", "cadence", "verdict")
    for row in trend.rows:
        for run, cell in enumerate(row.cells, start=1):
            first = run == 1
            rows.add_row(
                str(row.number) if first else "",
                step_label(row.step) if first else "",
                str(run),
                *_cell(cell, units),
            )
        if changes := list(_changes(row, units)):
            rows.add_row("", "", "+/-", *changes, style="dim")
    return rows


def _cell(cell: TrendCell | None, units: UnitSystem) -> tuple[str | Text, ...]:
    if cell is None:
        return "", "", "", "not run"
    return (
        "" if cell.speed_mps is None else format_pace(cell.speed_mps, units),
        "" if cell.heart_rate_bpm is None else f"{cell.heart_rate_bpm:.0f}",
        "" if cell.cadence_effect is None else f"{cell.cadence_effect:+.1%}",
        verdict_text(cell.verdict),
    )


def _changes(row: TrendRow, units: UnitSystem) -> Iterator[str]:
    """What changed from the first run to the last; nothing where nothing can be said."""
    pace_s = _pace_change_s(row, units)
    heart_rate = row.heart_rate_change_bpm
    cadence = row.cadence_effect_change
    if pace_s is None and heart_rate is None and cadence is None:
        return
    yield "" if pace_s is None else f"{round(pace_s):+d} s"
    yield "" if heart_rate is None else f"{round(heart_rate):+d}"
    yield "" if cadence is None else f"{cadence:+.1%}"


def _pace_change_s(row: TrendRow, units: UnitSystem) -> float | None:
    """Seconds per kilometre or mile, negative when it became faster."""
    speeds = [cell.speed_mps for cell in row.cells if cell is not None and cell.speed_mps]
    if len(speeds) < 2:
        return None
    length_m = 1000.0 if units == "metric" else METRES_PER_MILE
    return length_m / speeds[-1] - length_m / speeds[0]
