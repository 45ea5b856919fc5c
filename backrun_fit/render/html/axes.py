"""What the charts of a report share: where they are drawn, and what all of them show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from backrun_fit.render.drawing import THEMED, Picture, Plot, Sheet
from backrun_fit.render.html.course import Course, Part, Trace
from backrun_fit.render.ticks import time_ticks
from backrun_fit.workout import Target

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
    "say_unit",
]

Band = tuple[float, float]
"""The lowest and the highest of something."""

Box = tuple[float, float, float, float]
"""Left, right, bottom, top."""

STRIP_PX: Final = 20
SIDE_PX: Final = 40
BELOW_PX: Final = 22


def plot_area(picture: Picture, sheet: Sheet, above_px: int) -> Plot:
    """Where the trace goes: beside the marks, above the time, below what is written over it."""
    area = (float(SIDE_PX), float(above_px), sheet.width - 8.0, float(sheet.height - BELOW_PX))
    return Plot(picture=picture, area=area)


def dress(plot: Plot, course: Course, sheet: Sheet) -> None:
    """Axis of time."""
    places, texts = time_ticks(course.total_s, max(3, sheet.width // 80))
    plot.x_axis(places, texts, size=sheet.text - 0.5, colours=THEMED)


def say_unit(picture: Picture, sheet: Sheet, unit: str) -> None:
    """The unit of the values, in the upper left corner."""
    picture.text(0.0, 3.0, unit, va="top", size=sheet.text - 1.0, colour=THEMED["muted"])


def draw_trace(plot: Plot, trace: Trace, limits: Band) -> bool:
    """Line and envelope; whether values lie beyond the limits."""
    low, mean, high = (np.clip(column, *limits) for column in (trace.low, trace.mean, trace.high))
    if trace.samples > 1:
        plot.between(trace.timer_s, low, high, THEMED["forward"], opacity=0.22, z=2.5)
    plot.line(trace.timer_s, mean, THEMED["forward"], width=1.4, z=3)
    known = ~np.isnan(mean)
    padded = np.pad(known, 1)
    alone = known & ~padded[:-2] & ~padded[2:]  # between two gaps there is no line to draw
    plot.marks(trace.timer_s[alone], mean[alone], ".", THEMED["forward"], size=2, z=3)
    # The line from the last point before a backward part belongs to it.
    after = np.append(trace.backward[1:], False)
    backward = np.where(trace.backward | after, mean, np.nan)
    if trace.backward.any():
        plot.line(trace.timer_s, backward, THEMED["backward"], width=2.4, z=4)
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


def draw_bands(plot: Plot, boxes: Sequence[Box], limits: Band) -> None:
    """Target bands, with an edge above and below; what is endless ends out of sight."""
    beyond = 2 * limits[1]
    boxes = [(left, right, bottom, min(top, beyond)) for left, right, bottom, top in boxes]
    plot.rectangles(boxes, fill=THEMED["band"], opacity=0.32, z=1.5)
    edges = [
        (left, right, edge, edge) for left, right, bottom, top in boxes for edge in (bottom, top)
    ]
    plot.rectangles(edges, stroke=THEMED["band"], width=1.0, z=1.6)


def hatch_backward(plot: Plot, parts: Iterable[Part], limits: Band) -> None:
    """Hatch what was planned backward, so that it is not told by colour alone."""
    boxes = [
        (part.start_s, part.end_s, *limits)
        for part in parts
        if part.is_backward and part.end_s > part.start_s
    ]
    plot.rectangles(boxes, stroke=THEMED["backward"], hatch="//", opacity=0.3, z=1.2)
