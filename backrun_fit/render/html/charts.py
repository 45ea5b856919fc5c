"""The charts of a report; each is drawn once for a phone and paper, and once for a desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs

from backrun_fit.activity import Column
from backrun_fit.render.drawing import (
    MARKS,
    NARROW,
    SMALL,
    THEMED,
    WIDE,
    Picture,
    Plot,
    Sheet,
    as_svg,
)
from backrun_fit.render.html.axes import (
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
    say_unit,
)
from backrun_fit.render.html.course import MAX_PARTS, Course, Part
from backrun_fit.render.ticks import number_ticks, pace_ticks
from backrun_fit.report import Verdict
from backrun_fit.units import UnitSystem
from backrun_fit.workout import CadenceTarget, HeartRateTarget, PaceTarget, Target

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
    draw: Callable[[Sheet], Picture], desk: Sheet, key: str, title: str, description: str
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

    def draw(sheet: Sheet) -> Picture:
        nonlocal cut
        trace = traces[sheet] or coarse
        picture = Picture(width=sheet.width, height=sheet.height)
        plot = plot_area(picture, sheet, 2 * STRIP_PX)
        plot.x_limits, plot.y_limits = (0.0, max(course.total_s, 1.0)), limits
        _draw_verdicts(plot, parts, limits)
        hatch_backward(plot, parts, limits)
        draw_bands(plot, boxes, limits)
        cut = draw_trace(plot, trace, limits)
        dress(plot, course, sheet)
        places, texts = pace_ticks(*limits, units, max(3, sheet.height // 55))
        plot.y_axis(places, texts, size=sheet.text - 0.5, colours=THEMED)
        say_unit(picture, sheet, "min/mi" if units == "statute" else "min/km")
        _draw_marks(plot, course, sheet, limits)
        return picture

    narrow, wide = _both(draw, WIDE, "pace", "Pace over the run", description)
    return Chart(narrow=narrow, wide=wide, samples=coarse.samples, cut=cut, has_bands=bool(boxes))


def _draw_verdicts(plot: Plot, parts: Iterable[Part], limits: Band) -> None:
    groups: dict[str, list[Box]] = {}
    for part in parts:
        if part.end_s > part.start_s:
            box = (part.start_s, part.end_s, *limits)
            groups.setdefault(tone(part.result.verdict), []).append(box)
    for name, boxes in groups.items():
        plot.rectangles(boxes, fill=THEMED[name], opacity=0.24 if name == "missed" else 0.13,
                        stroke=THEMED["ground"], width=0.8, z=0.5)  # fmt: skip


def _draw_marks(plot: Plot, course: Course, sheet: Sheet, limits: Band) -> None:
    """A shape and a number above each execution, misses first where room is short."""
    parts = course.drawn_parts()
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
        plot.marks(
            [places[place] for place in found], [limits[1]] * len(found), MARKS[verdict.value],
            THEMED[tone(verdict)], size=7, above_px=10,
        )  # fmt: skip
    for place in sorted(numbered):
        x, y = plot.at(places[place], limits[1])
        plot.picture.text(
            x, y - 20, str(parts[place].result.planned.number),
            anchor="middle", va="bottom", size=sheet.text - 0.5, is_bold=missed[place],
            colour=THEMED["ink" if missed[place] else "muted"],
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

    def draw(sheet: Sheet) -> Picture:
        nonlocal cut
        picture = Picture(width=sheet.width, height=sheet.height)
        plot = plot_area(picture, sheet, STRIP_PX)
        plot.x_limits, plot.y_limits = (0.0, max(course.total_s, 1.0)), limits
        hatch_backward(plot, parts, limits)
        draw_bands(plot, boxes, limits)
        cut = draw_trace(plot, traces[sheet] or coarse, limits)
        dress(plot, course, sheet)
        plot.y_axis(*number_ticks(*limits, 5), size=sheet.text - 0.5, colours=THEMED)
        say_unit(picture, sheet, unit)
        return picture

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

    def draw(sheet: Sheet) -> Picture:
        picture = Picture(width=sheet.width, height=sheet.height)
        plot = plot_area(picture, sheet, 8)
        plot.x_limits, plot.y_limits = (-0.6, len(grades) - 0.4), (-edge, edge)
        left, right = plot.x_limits
        plot.rectangles([(left, right, -flat, flat)], fill=THEMED["met"], opacity=0.16)
        sides = [(left, right, side * flat, side * barely) for side in (-1, 1)]
        plot.rectangles(sides, fill=THEMED["band"], opacity=0.16)
        plot.line((left, right), (0.0, 0.0), THEMED["muted"], width=0.8)
        bars = [(place - 0.3, place + 0.3, 0.0, grade) for place, (_, grade) in enumerate(grades)]
        plot.rectangles(bars, fill=THEMED["backward"], stroke=THEMED["backward"], width=1.5, z=3)
        step = -(-len(grades) // (sheet.width // 30))
        numbers = [str(number) for number, _ in grades[::step]]
        plot.x_axis(range(0, len(grades), step), numbers, size=sheet.text - 0.5, colours=THEMED)
        places, _ = number_ticks(-edge, edge, 6)
        texts = [f"{place:+g} %" for place in places]
        plot.y_axis(places, texts, size=sheet.text - 0.5, colours=THEMED)
        return picture

    narrow, wide = _both(draw, SMALL, "grade", "Grade of the backward parts", description)
    return Chart(narrow=narrow, wide=wide)
