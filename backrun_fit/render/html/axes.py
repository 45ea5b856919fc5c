"""What the charts of a report share: where they are drawn, and what all of them show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from backrun_fit.render.drawing import THEMED, Sheet
from backrun_fit.render.html.course import Course, Part, Trace
from backrun_fit.render.ticks import time_ticks
from backrun_fit.workout import Target

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "BELOW_PX",
    "SIDE_PX",
    "STRIP_PX",
    "Band",
    "Box",
    "band_boxes",
    "draw_bands",
    "draw_trace",
    "dress",
    "hatch_backward",
    "limits_of",
    "plot_area",
    "rectangles",
    "say_unit",
]

Band = tuple[float, float]
"""The lowest and the highest of something."""

Box = tuple[float, float, float, float]
"""Left, right, bottom, top."""

STRIP_PX: Final = 20
SIDE_PX: Final = 40
BELOW_PX: Final = 22


def plot_area(figure: Figure, sheet: Sheet, above_px: int) -> Axes:
    """Where the trace goes: beside the marks, above the time, below what is written over it."""
    return figure.add_axes(
        (
            SIDE_PX / sheet.width,
            BELOW_PX / sheet.height,
            1 - (SIDE_PX + 8) / sheet.width,
            1 - (BELOW_PX + above_px) / sheet.height,
        )
    )


def dress(axes: Axes, course: Course, sheet: Sheet) -> None:
    """Axis of time, colours of all marks, and lines to read values by."""
    places, texts = time_ticks(course.total_s, max(3, sheet.width // 80))
    axes.set_xticks(places, texts)
    axes.set_xlim(0.0, max(course.total_s, 1.0))
    axes.grid(axis="y", color=THEMED["line"], lw=0.8)
    axes.spines["bottom"].set_color(THEMED["line"])
    axes.tick_params(
        length=0,
        pad=4,
        labelcolor=THEMED["muted"],
        labelsize=sheet.text - 0.5,
        color=THEMED["line"],
    )


def say_unit(figure: Figure, sheet: Sheet, unit: str) -> None:
    """The unit of the values, in the upper left corner."""
    figure.text(0.0, 1.0 - 3 / sheet.height, unit, va="top", fontsize=sheet.text - 1.0,
                color=THEMED["muted"])  # fmt: skip


def rectangles(axes: Axes, boxes: Sequence[Box], **style: object) -> None:
    """Boxes as (left, right, bottom, top), all of one style."""
    from matplotlib.collections import PolyCollection

    corners = [
        [(left, bottom), (left, top), (right, top), (right, bottom)]
        for left, right, bottom, top in boxes
    ]
    if corners:
        axes.add_collection(PolyCollection(corners, **style), autolim=False)  # type: ignore[arg-type]


def draw_trace(axes: Axes, trace: Trace, limits: Band) -> bool:
    """Line and envelope; whether values lie beyond the limits."""
    low, mean, high = (np.clip(column, *limits) for column in (trace.low, trace.mean, trace.high))
    if trace.samples > 1:
        axes.fill_between(
            trace.timer_s, low, high, color=THEMED["forward"], alpha=0.22, lw=0, zorder=2.5
        )
    axes.plot(trace.timer_s, mean, color=THEMED["forward"], lw=1.4, zorder=3)
    known = ~np.isnan(mean)
    padded = np.pad(known, 1)
    alone = known & ~padded[:-2] & ~padded[2:]  # between two gaps there is no line to draw
    axes.plot(trace.timer_s[alone], mean[alone], ".", ms=4, color=THEMED["forward"], zorder=3)
    # The line from the last point before a backward part belongs to it.
    after = np.append(trace.backward[1:], False)
    backward = np.where(trace.backward | after, mean, np.nan)
    if trace.backward.any():
        axes.plot(trace.timer_s, backward, color=THEMED["backward"], lw=2.4, zorder=4)
    axes.set_ylim(*limits)
    with np.errstate(invalid="ignore"):
        return bool((trace.low < limits[0]).any() or (trace.high > limits[1]).any())


def limits_of(trace: Trace, bands: Iterable[Band], wild: Band) -> Band:
    """Nearly all of a trace and all bands, with some air, but for a few wild values.

    Args:
        trace: What is drawn.
        bands: What is to be seen as well, if it does not take more room than the trace.
        wild: How many percent may lie below, and how many above.
    """
    shares = wild[0], 100.0 - wild[1]
    lowest, highest = (float(value) for value in np.nanpercentile(trace.mean, shares))
    room = highest - lowest  # a band that begins at 1 bpm would press all of the trace together
    floor, ceiling = lowest - room, highest + room
    for low, high in bands:
        lowest = min(lowest, max(low, floor)) if low else lowest
        highest = max(highest, min(high, ceiling)) if high < math.inf else highest
    air = 0.08 * (highest - lowest) or 0.05 * highest or 1.0
    return max(0.0, lowest - air), highest + air


def band_boxes(parts: Iterable[Part], band: Callable[[Target], Band | None]) -> list[Box]:
    """The target bands of the executions that were done, as boxes; without a limit endless."""
    boxes = []
    for part in parts:
        found = band(part.result.planned.step.target)
        if found is not None and part.end_s > part.start_s:
            boxes.append((part.start_s, part.end_s, *found))
    return boxes


def draw_bands(axes: Axes, boxes: Sequence[Box], limits: Band) -> None:
    """Target bands, with an edge above and below; what is endless ends out of sight."""
    beyond = 2 * limits[1]
    boxes = [(left, right, bottom, min(top, beyond)) for left, right, bottom, top in boxes]
    rectangles(axes, boxes, facecolor=THEMED["band"], alpha=0.32, lw=0, zorder=1.5)
    edges = [
        (left, right, edge, edge) for left, right, bottom, top in boxes for edge in (bottom, top)
    ]
    rectangles(axes, edges, facecolor="none", edgecolor=THEMED["band"], lw=1.0, zorder=1.6)


def hatch_backward(axes: Axes, parts: Iterable[Part], limits: Band) -> None:
    """Hatch what was planned backward, so that it is not told by colour alone."""
    boxes = [
        (part.start_s, part.end_s, *limits)
        for part in parts
        if part.is_backward and part.end_s > part.start_s
    ]
    rectangles(axes, boxes, facecolor="none", edgecolor=THEMED["backward"], hatch="//", alpha=0.3,
                lw=0, zorder=1.2)  # fmt: skip
