"""The charts of a season: every run and every week along the same axis of weeks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

from backrun_fit.compliance.evidence import EXPECTED_EFFECT
from backrun_fit.render.drawing import (
    MARKS,
    NARROW,
    SMALL,
    THEMED,
    WIDE,
    Hatch,
    Picture,
    Plot,
    Sheet,
    as_svg,
)
from backrun_fit.render.html.axes import SIDE_PX, Box, say_unit
from backrun_fit.render.html.charts import Chart, tone
from backrun_fit.render.html.season_runs import Run, day_text
from backrun_fit.render.html.season_weeks import Break, Week
from backrun_fit.render.ticks import number_ticks
from backrun_fit.report import Verdict
from backrun_fit.units import METRES_PER_KILOMETRE, METRES_PER_MILE, UnitSystem

__all__ = ["backward_chart", "evidence_chart", "met_chart", "score_chart"]

Slots = Sequence[Week | Break]
"""What has room on the axis: one unit each, from zero on."""

_BELOW_PX: Final = 36
_ABOVE_PX: Final = 32
_LABEL_PX: Final = 56
_VALUE_PX: Final = 34
_LABELS: Final = {
    "consistent": ("o", "met"),
    "cannot_tell": ("D", "unknown"),
    "inconsistent": ("X", "missed"),
}


def _both(draw: Callable[[Sheet], Picture], desk: Sheet, key: str, title: str, told: str) -> Chart:
    narrow, wide = (
        as_svg(draw(sheet), key=f"{key}-{word}", title=title, description=told)
        for word, sheet in (("narrow", NARROW), ("wide", desk))
    )
    return Chart(narrow=narrow, wide=wide)


def _slot_px(slots: Slots, sheet: Sheet) -> float:
    return (sheet.width - SIDE_PX - 8) / len(slots)


def _weeks(slots: Slots) -> Iterator[tuple[int, Week]]:
    return ((place, slot) for place, slot in enumerate(slots) if isinstance(slot, Week))


def _axes(picture: Picture, sheet: Sheet, slots: Slots, limits: tuple[float, float]) -> Plot:
    """Where things are drawn: weeks below, breaks shaded."""
    plot = Plot(
        picture=picture,
        area=(float(SIDE_PX), float(_ABOVE_PX), sheet.width - 8.0, float(sheet.height - _BELOW_PX)),
        x_limits=(0.0, float(len(slots))),
        y_limits=limits,
    )
    places, texts = _week_ticks(slots, max(1, (sheet.width - SIDE_PX) // _LABEL_PX))
    plot.x_axis(places, texts, size=sheet.text - 0.5, colours=THEMED)
    every_other = [(place, place + 1.0, *limits) for place, _ in _weeks(slots) if place % 2]
    if _slot_px(slots, sheet) >= 14:
        plot.rectangles(every_other, fill=THEMED["line"], opacity=0.22, z=0.2)
    breaks = [
        (place + 0.2, place + 0.8, *limits)
        for place, slot in enumerate(slots)
        if isinstance(slot, Break)
    ]
    plot.rectangles(breaks, stroke=THEMED["line"], hatch="//", z=0.3)
    return plot


def _values_beside(plot: Plot, sheet: Sheet, most: int, sign: str = "") -> None:
    """The axis of values."""
    places, _ = number_ticks(*plot.y_limits, most)
    texts = [f"{place:{sign}g}" if place else "0" for place in places]
    plot.y_axis(places, texts, size=sheet.text - 0.5, colours=THEMED)


def _week_ticks(slots: Slots, most: int) -> tuple[list[float], list[str]]:
    """Mondays below the middle of their weeks, the year where it is a new one."""
    step = -(-len(slots) // most)
    places, texts = [], []
    year: int | None = None
    for place, week in _weeks(slots):
        if place % step:
            continue
        places.append(place + 0.5)
        if week.monday is None:
            texts.append("no date")
            continue
        text = day_text(week.monday, year=False)
        texts.append(text if week.monday.year == year else f"{text}\n{week.monday.year}")
        year = week.monday.year
    return places, texts


def _places(slots: Slots) -> dict[int, float]:
    """Where each run lies, by its number."""
    found: dict[int, float] = {}
    for place, week in _weeks(slots):
        for order, run in enumerate(week.runs):
            found[run.number] = place + _share(week.monday, run, order, len(week.runs))
    return found


def _share(monday: date | None, run: Run, order: int, runs: int) -> float:
    """How far into its week a run lies; evenly where it has no date."""
    if monday is None or run.day is None:
        return (order + 0.5) / runs
    at = run.report.started_at
    days = (run.day - monday).days + at.hour / 24 + at.minute / 1440
    return min(max(days / 7, 0.0), 1.0)  # one that stands for a Sunday's session may be a Monday's


def score_chart(slots: Slots, told: str) -> Chart | None:
    """The score of each run, with the shape of its verdict; None where none has a score."""
    places = _places(slots)
    runs = [run for _, week in _weeks(slots) for run in week.runs]
    scored = [(places[run.number], run.report.score, run.report.verdict) for run in runs
              if run.report.score is not None]  # fmt: skip
    if not scored:
        return None
    lowest = min(score for _, score, _ in scored)
    floor = 50.0 if lowest >= 52.0 else 0.0

    def draw(sheet: Sheet) -> Picture:
        picture = Picture(width=sheet.width, height=sheet.height)
        plot = _axes(picture, sheet, slots, (floor, 100.0))
        for line in _lines(slots, places):
            xs, ys = zip(*line, strict=True)
            plot.line(xs, ys, THEMED["line"], width=1.4, z=1)
        groups: dict[Verdict, list[tuple[float, float]]] = {}
        for x, score, verdict in scored:
            groups.setdefault(verdict, []).append((x, score))
        for verdict, found in groups.items():
            xs, ys = zip(*found, strict=True)
            plot.marks(
                xs, ys, MARKS[verdict.value], THEMED[tone(verdict)],
                size=_size(len(scored), sheet), edge=THEMED["ground"],
            )  # fmt: skip
        _values_beside(plot, sheet, 5)
        say_unit(picture, sheet, "score of 100")
        return picture

    return _both(draw, WIDE, "score", "Score of each run", told)


def _lines(slots: Slots, places: dict[int, float]) -> list[list[tuple[float, float]]]:
    """Scores to be joined: those with dates that no break lies between."""
    found: list[list[tuple[float, float]]] = [[]]
    for slot in slots:
        if isinstance(slot, Break) or slot.monday is None:
            found.append([])
            continue
        found[-1] += sorted(
            (places[run.number], run.report.score)
            for run in slot.runs
            if run.report.score is not None
        )
    return [line for line in found if line]


def _size(marks: int, sheet: Sheet) -> float:
    """Of a mark: smaller where there are many."""
    return min(9.0, max(5.0, 2.5 * sheet.width / marks))


def met_chart(slots: Slots, told: str) -> Chart:
    """Shares of the steps of each week that were met, missed and not measurable."""

    def draw(sheet: Sheet) -> Picture:
        picture = Picture(width=sheet.width, height=sheet.height)
        plot = _axes(picture, sheet, slots, (0.0, 100.0))
        boxes: dict[str, list[Box]] = {"met": [], "unknown": [], "missed": []}
        for place, week in _weeks(slots):
            if not week.steps:
                continue
            bottom = 0.0
            missed = week.steps - week.met - week.unmeasured
            for name, steps in (("met", week.met), ("unknown", week.unmeasured),
                                ("missed", missed)):  # fmt: skip
                top = bottom + 100.0 * steps / week.steps
                if steps:
                    boxes[name].append((place + 0.14, place + 0.86, bottom, top))
                bottom = top
        hatches: tuple[tuple[str, Hatch | None], ...] = (
            ("met", None), ("unknown", ".."), ("missed", "////"),
        )  # fmt: skip
        for name, hatch in hatches:
            plot.rectangles(boxes[name], fill=THEMED[name], stroke=THEMED["ground"], hatch=hatch,
                            width=0.6, z=2)  # fmt: skip
        values = [(place + 0.5, 100.0, f"{week.met / week.steps:.0%}")
                  for place, week in _weeks(slots) if week.steps]  # fmt: skip
        _say_values(plot, values, slots, sheet)
        quarters = [0, 25, 50, 75, 100]
        plot.y_axis(quarters, [str(each) for each in quarters], size=sheet.text - 0.5,
                    colours=THEMED)  # fmt: skip
        say_unit(picture, sheet, "% of steps")
        return picture

    return _both(draw, SMALL, "met", "Steps met, week by week", told)


def _say_values(
    plot: Plot, values: Sequence[tuple[float, float, str]], slots: Slots, sheet: Sheet
) -> None:
    """What the bars stand for, above them where there is room for all."""
    if _slot_px(slots, sheet) < _VALUE_PX:
        return
    for x, y, text in values:
        left, top = plot.at(x, y)
        plot.picture.text(left, top - 2, text, anchor="middle", size=sheet.text - 1.0,
                          colour=THEMED["muted"])  # fmt: skip


def backward_chart(slots: Slots, units: UnitSystem, told: str) -> Chart | None:
    """Backward distance of each week, and how much was planned; None where it is nothing."""
    per = METRES_PER_MILE if units == "statute" else METRES_PER_KILOMETRE
    highest = max(max(week.backward_m, week.planned_m) for _, week in _weeks(slots)) / per
    if highest <= 0:
        return None
    has_plan = any(week.planned for _, week in _weeks(slots))

    def draw(sheet: Sheet) -> Picture:
        picture = Picture(width=sheet.width, height=sheet.height)
        plot = _axes(picture, sheet, slots, (0.0, 1.08 * highest))
        plans: list[Box] = []
        to_plan: list[Box] = []
        beside: list[Box] = []
        for place, week in _weeks(slots):
            top = week.backward_m / per
            middle = top - week.unplanned_m / per if has_plan else top
            if week.planned_m:
                plans.append((place + 0.08, place + 0.92, 0.0, week.planned_m / per))
            if middle > 0:
                to_plan.append((place + 0.2, place + 0.8, 0.0, middle))
            if top > middle:
                beside.append((place + 0.2, place + 0.8, middle, top))
        plot.rectangles(plans, fill=THEMED["band"], opacity=0.3, z=1.5)
        plot.rectangles(plans, stroke=THEMED["band"], width=1.4, z=1.6)
        plot.rectangles(to_plan, fill=THEMED["backward"], z=2)
        plot.rectangles(beside, fill=THEMED["backward"], stroke=THEMED["ground"], hatch="////",
                        width=0.6, z=2)  # fmt: skip
        values = [(place + 0.5, max(week.backward_m, week.planned_m) / per,
                   f"{week.backward_m / per:.1f}")
                  for place, week in _weeks(slots) if week.backward_m]  # fmt: skip
        _say_values(plot, values, slots, sheet)
        _values_beside(plot, sheet, 5)
        say_unit(picture, sheet, "mi" if units == "statute" else "km")
        return picture

    return _both(draw, SMALL, "backward", "Backward distance, week by week", told)


def evidence_chart(slots: Slots, told: str) -> Chart | None:
    """The cadence effect of each run with its uncertainty; None where none has one."""
    places = _places(slots)
    found = [
        (places[run.number], 100.0 * evidence.cadence_effect,
         100.0 * (evidence.uncertainty or 0.0), evidence.label)
        for _, week in _weeks(slots)
        for run in week.runs
        if (evidence := run.report.evidence).cadence_effect is not None
    ]  # fmt: skip
    if not found:
        return None
    lowest = min(0.0, *(value - error for _, value, error, _ in found))
    highest = max(100.0 * EXPECTED_EFFECT, *(value + error for _, value, error, _ in found))
    air = 0.08 * (highest - lowest)

    def draw(sheet: Sheet) -> Picture:
        picture = Picture(width=sheet.width, height=sheet.height)
        plot = _axes(picture, sheet, slots, (lowest - air, highest + air))
        ends = plot.x_limits
        plot.line(ends, (0.0, 0.0), THEMED["muted"], width=1.0, z=1)
        expected = 100.0 * EXPECTED_EFFECT
        plot.line(ends, (expected, expected), THEMED["muted"], width=0.9, dash=(4.0, 4.0), z=1)
        for x, value, error, _ in found:
            plot.line((x, x), (value - error, value + error), THEMED["muted"], width=1.6, z=2)
        for label, (marker, part) in _LABELS.items():
            points = [(x, value) for x, value, _, each in found if each == label]
            if points:
                xs, ys = zip(*points, strict=True)
                plot.marks(xs, ys, marker, THEMED[part],
                           size=_size(len(found), sheet), edge=THEMED["ground"])  # fmt: skip
        _values_beside(plot, sheet, 6, "+")
        say_unit(picture, sheet, "% more steps per minute")
        return picture

    return _both(draw, WIDE, "evidence", "Cadence effect of each run", told)
