"""A workout as rows of blocks in a terminal: what its picture shows, in 80 columns."""

from __future__ import annotations

from typing import Final

from rich.text import Text

from backrun_fit.compiled import CompiledWorkout
from backrun_fit.render.bars import Bar, Bars, intensity_word, lay_out, legend_words
from backrun_fit.units import format_duration

__all__ = ["preview_text"]

_BLOCKS: Final = " ▁▂▃▄▅▆▇█"
_ROWS: Final = 3
_STYLES: Final = {
    "warm-up": "yellow",
    "active": "blue",
    "interval": "bright_blue",
    "recovery": "cyan",
    "rest": "bright_black",
    "cool-down": "green",
    "other": "magenta",
}
_BACK_MARK: Final = "<"


def preview_text(compiled: CompiledWorkout, width: int = 80) -> Text:
    """A workout as rows of blocks: what the picture shows, in a terminal.

    Args:
        compiled: May be without steps.
        width: Columns; at least 20.

    Returns:
        Rows of blocks, a row that marks backward steps with ``<`` where there are any,
        how long it is, and what the colours mean.

    Raises:
        CompileError: As of ``unroll``.

    Example:
        >>> from backrun_fit.workout import Step, TimeDuration
        >>> step = Step(duration=TimeDuration(duration_s=600.0))
        >>> print(preview_text(CompiledWorkout(name="easy", messages=(step,)), 20))
        ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
        ████████████████████
        ████████████████████
        0              10:00
        active
    """
    bars = lay_out(compiled)
    if not bars.bars:
        return Text("(no steps)")
    columns = _columns(bars, width)
    lines: list[Text] = []
    for row in reversed(range(_ROWS)):
        line = Text()
        for bar in columns:
            eighths = round(bar.height * _ROWS * 8) - row * 8
            line.append(
                _BLOCKS[max(0, min(8, eighths))], _STYLES[intensity_word(bar.step.intensity)]
            )
        lines.append(line)
    backward = [bar.step.movement.is_backward for bar in columns]
    if any(backward):
        lines.append(Text("".join(_BACK_MARK if each else " " for each in backward), "bold"))
    total = format_duration(bars.total_s)
    lines.append(Text(f"0{total:>{width - 1}}", "dim"))
    legend = [Text(word, _STYLES[word]) for word in legend_words(bars)]
    if any(backward):
        legend.append(Text(f"{_BACK_MARK} backward", "bold"))
    lines.append(Text("  ").join(legend))
    return Text("\n").join(lines)


def _columns(bars: Bars, width: int) -> list[Bar]:
    """The bar that each column of a terminal shows: the one that takes most of it.

    A backward step that would be seen nowhere takes the column that it begins in.
    """
    found: list[Bar] = []
    step_s = bars.total_s / width
    place = 0
    for column in range(width):
        start_s, end_s = column * step_s, (column + 1) * step_s
        while place + 1 < len(bars.bars) and bars.bars[place + 1].start_s <= start_s:
            place += 1
        within = [bars.bars[place]]
        behind = place + 1
        while behind < len(bars.bars) and bars.bars[behind].start_s < end_s:
            within.append(bars.bars[behind])
            behind += 1
        found.append(max(within, key=lambda bar: _seen(bar, start_s, end_s)))
    return found


def _seen(bar: Bar, start_s: float, end_s: float) -> tuple[bool, float]:
    starts_here = start_s <= bar.start_s < end_s
    small = bar.lasting_s < end_s - start_s
    overlap_s = min(end_s, bar.start_s + bar.lasting_s) - max(start_s, bar.start_s)
    return (bar.step.movement.is_backward and small and starts_here, overlap_s)
