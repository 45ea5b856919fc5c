"""Pieces that every text is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from backrun_fit.report import StepResult, Verdict
from backrun_fit.units import UnitSystem, format_distance, format_duration
from backrun_fit.wording import shown
from backrun_fit.workout import DistanceDuration, Step

__all__ = [
    "Snug",
    "columns",
    "done_text",
    "indented",
    "numbers_text",
    "paragraph",
    "step_label",
    "verdict_text",
    "verdict_word",
]

_STYLES: Final[dict[Verdict, str]] = {
    Verdict.MET: "green",
    Verdict.NOT_MEASURABLE: "dim",
    Verdict.DONE_UNMEASURED: "yellow",
    Verdict.IN_DOUBT: "red",
    Verdict.SKIPPED: "bold red",
    Verdict.UNFINISHED: "bold red",
}
_UNLIMITED: Final = 1000
_NARROW: Final = 10
_NUMBERS: Final = frozenset(("#", "lap", "timer", "distance", "done", "pace", "band", "HR", "spm"))


def columns(*headings: str) -> Table:
    """An empty table without lines; columns of numbers are set to the right."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for heading in headings:
        right = heading in _NUMBERS
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    return table


@attrs.frozen
class Snug:
    """A table whose columns stand one space apart where there is no room for two.

    Attributes:
        table: With two spaces between its columns.
        narrow: Heading of the column whose words go on more lines where that is not enough.
    """

    table: Table
    narrow: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table."""
        unlimited = options.update(width=_UNLIMITED)

        def is_too_wide() -> bool:
            width = Measurement.get(console, unlimited, self.table).maximum
            return width > options.max_width

        if is_too_wide():
            self.table.padding = (0, 1, 0, 0)
        if is_too_wide():
            for column in self.table.columns:
                if column.header == self.narrow:
                    column.max_width = _NARROW
        yield self.table


def paragraph(text: str, style: str = "") -> Text:
    """Words as they are, whoever wrote them: no markup, no control characters."""
    return Text(shown(text), style)


def indented(text: str, style: str = "") -> RenderableType:
    """A paragraph below another, set in on every line that it takes."""
    return Padding(paragraph(text, style), (0, 0, 0, 2))


def verdict_text(verdict: Verdict) -> Text:
    """A verdict in words, coloured."""
    return Text(verdict_word(verdict), _STYLES.get(verdict, "red"))


def verdict_word(verdict: Verdict) -> str:
    """A verdict as a word.

    Example:
        >>> verdict_word(Verdict.NOT_MEASURABLE), verdict_word(Verdict.DONE_UNMEASURED)
        ('not measurable', 'done, not measured')
    """
    if verdict is Verdict.DONE_UNMEASURED:
        return "done, not measured"
    return str(verdict.value).replace("_", " ")


def step_label(step: Step) -> str:
    """The name of a step, or its intensity, or how it is moved through.

    Example:
        >>> from backrun_fit.workout import Intensity, OpenDuration
        >>> step_label(Step(duration=OpenDuration(), intensity=Intensity.WARMUP))
        'warmup'
    """
    return shown(step.name) or (step.intensity.value if step.intensity else step.movement.value)


def numbers_text(numbers: Sequence[int]) -> str:
    """Rising numbers in few words.

    Example:
        >>> numbers_text([1, 2, 3, 5])
        '1-3, 5'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def done_text(result: StepResult, units: UnitSystem) -> str:
    """How far or how long an execution was, by what ends it; empty where it was not done."""
    done = result.done
    if done is None:
        return ""
    if isinstance(result.planned.step.duration, DistanceDuration) and done.distance_m is not None:
        return format_distance(done.distance_m, units)
    return "" if done.timer_s is None else format_duration(done.timer_s)
