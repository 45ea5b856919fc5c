"""Pieces that every text is made of."""

from __future__ import annotations

from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from backrun_fit.report import Verdict
from backrun_fit.wording import shown
from backrun_fit.workout import Step

__all__ = ["columns", "indented", "paragraph", "step_label", "verdict_text"]

_STYLES: Final[dict[Verdict, str]] = {
    Verdict.MET: "green",
    Verdict.NOT_MEASURABLE: "dim",
    Verdict.SKIPPED: "bold red",
    Verdict.UNFINISHED: "bold red",
}
_NUMBERS: Final = frozenset(("#", "lap", "timer", "distance", "done", "pace", "HR"))


def columns(*headings: str) -> Table:
    """An empty table without lines; columns of numbers are set to the right."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for heading in headings:
        right = heading in _NUMBERS
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    return table


def paragraph(text: str, style: str = "") -> Text:
    """Words as they are, whoever wrote them: no markup, no control characters."""
    return Text(shown(text), style)


def indented(text: str, style: str = "") -> RenderableType:
    """A paragraph below another, set in on every line that it takes."""
    return Padding(paragraph(text, style), (0, 0, 0, 2))


def verdict_text(verdict: Verdict) -> Text:
    """A verdict in words, coloured."""
    return Text(verdict.value.replace("_", " "), _STYLES.get(verdict, "red"))


def step_label(step: Step) -> str:
    """The name of a step, or its intensity, or how it is moved through.

    Example:
        >>> from backrun_fit.workout import Intensity, OpenDuration
        >>> step_label(Step(duration=OpenDuration(), intensity=Intensity.WARMUP))
        'warmup'
    """
    return shown(step.name) or (step.intensity.value if step.intensity else step.movement.value)
