"""The charts of a report; each is drawn once for a phone and paper, and once for a desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np

from backrun_fit.activity import Column
from backrun_fit.render.drawing import (
    MARKS,
    NARROW,
    SMALL,
    THEMED,
    WIDE,
    Sheet,
    as_svg,
    sheet_figure,
)
from backrun_fit.render.html.axes import (
    BELOW_PX,
    SIDE_PX,
    STRIP_PX,
    Band,
    Box,
    band_boxes,
    draw_bands,
    draw_trace,
    dress,
    hatch_backward,
    limits_of,
    plot_area,
    rectangles,
    say_unit,
)
from backrun_fit.render.html.course import MAX_PARTS, Course, Part
from backrun_fit.render.ticks import pace_ticks
from backrun_fit.report import Verdict
from backrun_fit.units import UnitSystem
from backrun_fit.workout import CadenceTarget, HeartRateTarget, PaceTarget, Target

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Chart", "grade_chart", "pace_chart", "tone", "trace_chart"]


@attrs.frozen(kw_only=True)
class Chart:
    """One chart, drawn for two kinds of screen.

    Attributes:
        narrow: ``svg`` element for a phone and for paper.
        wide: The same for a desk.
        samples: How many samples a point of its trace stands for, at most; 1 where all
            of them are drawn.
        cut: Whether values lie beyond its edges, at which they are drawn.
        has_bands: Whether it shows target bands.
    """

    narrow: str
    wide: str
    samples: int = 1
    cut: bool = False
    has_bands: bool = False


def tone(verdict: Verdict) -> str:
    """The colour that a verdict goes with: ``met``, ``missed`` or ``unknown``.

    Example:
        >>> tone(Verdict.SHORT)
        'missed'
    """
    if verdict is Verdict.MET:
        return "met"
    return "missed" if verdict.is_miss else "unknown"


def _both(
    draw: Callable[[Sheet], Figure], desk: Sheet, key: str, title: str, description: str
) -> tuple[str, str]:
    narrow, wide = (
        as_svg(draw(sheet), key=f"{key}-{word}", title=title, description=description)
        for word, sheet in (("narrow", NARROW), ("wide", desk))
    )
    return narrow, wide


def pace_band(target: Target) -> Band | None:
    """The band of a pace target as two speeds; None for any other."""
    if isinstance(target, PaceTarget):
        return target.slowest_mps, target.fastest_mps
    return None


def heart_rate_band(target: Target) -> Band | None:
    """The band of a heart-rate target; None for any other."""
    if isinstance(target, HeartRateTarget):
        return target.lowest_bpm, target.highest_bpm
    return None


def cadence_band(target: Target) -> Band | None:
    """The band of a cadence target; None for any other."""
    if isinstance(target, CadenceTarget):
        return target.lowest_spm, target.highest_spm
    return None


def no_band(target: Target) -> Band | None:
    """None: no target asks for this quantity."""
    return None


def pace_chart(course: Course, units: UnitSystem, description: str) -> Chart | None:
    """Pace over the target bands, each execution shaded by its verdict and marked above.

    Args:
        course: The run.
        units: How paces are printed.
        description: What can be seen in it, for who cannot.

    Returns:
        None where the run has no speed.
    """
    traces = {sheet: course.trace(course.speed_mps, sheet.points) for sheet in (NARROW, WIDE)}
    coarse = traces[NARROW]
    if coarse is None:
        return None
    parts = course.drawn_parts()
    boxes = band_boxes(parts, pace_band)
    # Standing still at a crossing would make all of the running a thin line.
    limits = limits_of(coarse, [box[2:] for box in boxes], (3.0, 0.5))
    cut = False

    def draw(sheet: Sheet) -> Figure:
        nonlocal cut
        trace = traces[sheet] or coarse
        figure = sheet_figure(sheet)
        axes = plot_area(figure, sheet, 2 * STRIP_PX)
        _draw_verdicts(axes, parts, limits)
        hatch_backward(axes, parts, limits)
        draw_bands(axes, boxes, limits)
        cut = draw_trace(axes, trace, limits)
        dress(axes, course, sheet)
        axes.set_yticks(*pace_ticks(*limits, units, max(3, sheet.height // 55)))
        say_unit(figure, sheet, "min/mi" if units == "statute" else "min/km")
        _draw_marks(axes, course, sheet, limits)
        return figure

    narrow, wide = _both(draw, WIDE, "pace", "Pace over the run", description)
    return Chart(narrow=narrow, wide=wide, samples=coarse.samples, cut=cut, has_bands=bool(boxes))


def _draw_verdicts(axes: Axes, parts: Iterable[Part], limits: Band) -> None:
    groups: dict[str, list[Box]] = {}
    for part in parts:
        if part.end_s > part.start_s:
            box = (part.start_s, part.end_s, *limits)
            groups.setdefault(tone(part.result.verdict), []).append(box)
    for name, boxes in groups.items():
        rectangles(axes, boxes, facecolor=THEMED[name], alpha=0.24 if name == "missed" else 0.13,
                    edgecolor=THEMED["ground"], lw=0.8, zorder=0.5)  # fmt: skip


def _draw_marks(axes: Axes, course: Course, sheet: Sheet, limits: Band) -> None:
    """A shape and a number above each execution, misses first where room is short."""
    parts = course.drawn_parts()
    height = sheet.height - BELOW_PX - 2 * STRIP_PX
    px = (limits[1] - limits[0]) / height
    s_per_px = max(course.total_s, 1.0) / (sheet.width - SIDE_PX - 8)
    places = [(part.start_s + part.end_s) / 2 for part in parts]
    missed = [part.result.verdict.is_miss for part in parts]
    order = sorted(range(len(places)), key=lambda place: not missed[place])
    marked = set(_with_room(order, places, 9 * s_per_px))
    numbered = set(_with_room([p for p in order if p in marked], places, 20 * s_per_px))
    by_verdict: dict[Verdict, list[int]] = {}
    for place in sorted(marked):
        by_verdict.setdefault(parts[place].result.verdict, []).append(place)
    for verdict, found in by_verdict.items():
        axes.plot(
            [places[place] for place in found], [limits[1] + 10 * px] * len(found), ls="",
            marker=MARKS[verdict.value], ms=7, color=THEMED[tone(verdict)], mew=0, clip_on=False,
        )  # fmt: skip
    for place in sorted(numbered):
        axes.text(
            places[place], limits[1] + 20 * px, str(parts[place].result.planned.number),
            ha="center", va="bottom", fontsize=sheet.text - 0.5,
            fontweight="bold" if missed[place] else "normal",
            color=THEMED["ink" if missed[place] else "muted"],
        )  # fmt: skip


def _with_room(order: Iterable[int], places: Sequence[float], gap: float) -> list[int]:
    """Those, first come first served, that lie at least a gap from all others taken."""
    taken: list[int] = []
    for place in order:
        if all(abs(places[place] - places[other]) >= gap for other in taken):
            taken.append(place)
    return taken


def trace_chart(
    course: Course,
    values: Column,
    *,
    key: str,
    title: str,
    unit: str,
    description: str,
    band: Callable[[Target], Band | None],
) -> Chart | None:
    """One quantity over the run, backward parts contrasted.

    Args:
        course: The run.
        values: One a sample.
        key: Prefix of the ids.
        title: What it shows.
        unit: Of the values.
        description: What can be seen in it, for who cannot.
        band: The target band that a target asks of this quantity.

    Returns:
        None where the quantity was not recorded.
    """
    traces = {sheet: course.trace(values, sheet.points) for sheet in (NARROW, SMALL)}
    coarse = traces[NARROW]
    if coarse is None:
        return None
    parts = course.drawn_parts()
    boxes = band_boxes(parts, band)
    limits = limits_of(coarse, [box[2:] for box in boxes], (2.0, 0.5))
    cut = False

    def draw(sheet: Sheet) -> Figure:
        nonlocal cut
        figure = sheet_figure(sheet)
        axes = plot_area(figure, sheet, STRIP_PX)
        hatch_backward(axes, parts, limits)
        draw_bands(axes, boxes, limits)
        cut = draw_trace(axes, traces[sheet] or coarse, limits)
        dress(axes, course, sheet)
        axes.locator_params(axis="y", nbins=5)
        say_unit(figure, sheet, unit)
        return figure

    narrow, wide = _both(draw, SMALL, key, title, description)
    return Chart(narrow=narrow, wide=wide, samples=coarse.samples, cut=cut, has_bands=bool(boxes))


def grade_chart(
    grades: Sequence[tuple[int, float]], flat: float, barely: float, description: str
) -> Chart:
    """The grade of each backward execution, over what counts as flat.

    Args:
        grades: Number of the execution and percent; at least one. Of more than
            ``MAX_PARTS`` the steepest of some in a row is drawn.
        flat: Percent up to which the ground is flat.
        barely: Percent up to which it is barely flat.
        description: What can be seen in it, for who cannot.
    """
    together = -(-len(grades) // MAX_PARTS)
    grades = [
        max(grades[first : first + together], key=lambda each: abs(each[1]))
        for first in range(0, len(grades), together)
    ]
    edge = max(1.25 * barely, 1.1 * max(abs(grade) for _, grade in grades))

    def draw(sheet: Sheet) -> Figure:
        figure = sheet_figure(sheet)
        axes = plot_area(figure, sheet, 8)
        axes.axhspan(-flat, flat, color=THEMED["met"], alpha=0.16, lw=0)
        for side in (-1, 1):
            axes.axhspan(side * flat, side * barely, color=THEMED["band"], alpha=0.16, lw=0)
        axes.axhline(0.0, color=THEMED["muted"], lw=0.8)
        places = np.arange(len(grades))
        tops = [(place - 0.3, place + 0.3, 0.0, grade) for place, (_, grade) in
                enumerate(grades)]  # fmt: skip
        rectangles(axes, tops, facecolor=THEMED["backward"], edgecolor=THEMED["backward"], lw=1.5,
                    zorder=3)  # fmt: skip
        step = -(-len(grades) // (sheet.width // 30))
        axes.set_xticks(places[::step], [str(number) for number, _ in grades[::step]])
        axes.set(xlim=(-0.6, len(grades) - 0.4), ylim=(-edge, edge))
        axes.grid(axis="y", color=THEMED["line"], lw=0.8)
        axes.spines["bottom"].set_color(THEMED["line"])
        axes.tick_params(length=0, pad=4, labelcolor=THEMED["muted"], labelsize=sheet.text - 0.5)
        axes.yaxis.set_major_formatter("{x:+g} %")
        return figure

    narrow, wide = _both(draw, SMALL, "grade", "Grade of the backward parts", description)
    return Chart(narrow=narrow, wide=wide)
