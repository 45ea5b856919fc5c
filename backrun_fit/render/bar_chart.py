"""The bars of a workout as a picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from backrun_fit.render.bars import Bar, Bars, Bracket, bars_text, intensity_word, legend_words
from backrun_fit.render.drawing import Colours, Hatch, Picture, Plot, Sheet
from backrun_fit.render.ticks import time_ticks
from backrun_fit.units import UnitSystem
from backrun_fit.wording import duration_text, shown, target_text

__all__ = ["draw_bars"]

_MOST_BARS: Final = 400
_BRACKET_PX, _AXIS_PX, _TITLE_PX, _BARS_PX = 17, 22, 44, 130
_LEGEND_PX, _LEGEND_WIDTH_PX = 20, 112
_TOP: Final = 1.32
"""Above the highest bar there is room for two lines of text."""
_LETTER: Final = 0.56
"""Width of a letter against its height, on average and rather more."""


Box = tuple[float, float, float, float]
"""Left and right in seconds, bottom and top."""


def draw_bars(
    bars: Bars, colours: Colours, sheet: Sheet, units: UnitSystem, name: str | None = None
) -> Picture:
    """Bars, brackets, an axis of time and a legend.

    Args:
        bars: What to draw; may be empty.
        colours: A palette.
        sheet: How wide and with how large letters; the height follows from the content.
        units: How lengths and paces are printed.
        name: Heading, with a ground below all; None for none, as part of a page.
    """
    levels = 1 + max((bracket.depth for bracket in bars.brackets), default=-1)
    words = legend_words(bars)
    backward = any(bar.step.movement.is_backward for bar in bars.bars)
    in_row = max(1, sheet.width // _LEGEND_WIDTH_PX)
    legend_px = _LEGEND_PX * -(-(len(words) + backward) // in_row)
    top_px = levels * _BRACKET_PX + (4 if name is None else _TITLE_PX)
    height = top_px + _BARS_PX + _AXIS_PX + legend_px
    sheet = attrs.evolve(sheet, height=height)
    ground = None if name is None else colours["ground"]
    sheet_picture = Picture(width=sheet.width, height=height, ground=ground)
    side_px = 2 if name is None else 14
    area = (float(side_px), float(top_px), float(sheet.width - side_px), float(top_px + _BARS_PX))
    total_s = max(bars.total_s, 1.0)
    plot = Plot(picture=sheet_picture, area=area, x_limits=(0.0, total_s), y_limits=(0.0, _TOP))
    picture = _Picture(
        plot=plot,
        colours=colours,
        text=sheet.text,
        units=units,
        px_per_s=(sheet.width - 2 * side_px) / total_s,
    )
    drawn = bars.at_most(min(_MOST_BARS, sheet.width))
    picture.boxes(drawn)
    for bar in drawn:
        picture.label(bar)
    for bracket in bars.brackets:
        picture.bracket(bracket, levels - bracket.depth - 1)
    places, texts = time_ticks(bars.total_s, max(3, sheet.width // 75))
    plot.x_axis(places, texts, size=sheet.text - 0.5, colours=colours, tick_px=3, fits_edges=True)
    for place, word in enumerate([*words, *(["backward"] if backward else [])]):
        row, column = divmod(place, in_row)
        top = height - legend_px + row * _LEGEND_PX + 4
        picture.legend(word, (side_px + column * _LEGEND_WIDTH_PX, top))
    if name is not None:
        room = int(sheet.width / (sheet.text * 1.35 * _LETTER)) - 3
        name = shown(name) or "(no name)"
        heading = name if len(name) <= room else f"{name[:room]}…"
        sheet_picture.text(side_px, 10, heading, va="top", size=sheet.text * 1.35, is_bold=True,
                           colour=colours["ink"])  # fmt: skip
        sheet_picture.text(side_px, 29, bars_text(bars), va="top", size=sheet.text,
                           colour=colours["muted"])  # fmt: skip
    return sheet_picture


@attrs.frozen(kw_only=True, eq=False)
class _Picture:
    """Where bars are drawn, and how.

    Attributes:
        plot: Seconds against heights.
        colours: A palette.
        text: Height of letters.
        units: How lengths and paces are printed.
        px_per_s: Width of a second.
    """

    plot: Plot
    colours: Colours
    text: float
    units: UnitSystem
    px_per_s: float

    def boxes(self, bars: Iterable[Bar]) -> None:
        """A box for each bar; backward ones are hatched and have a foot."""
        groups: dict[tuple[str, bool], list[Bar]] = {}
        for bar in bars:
            key = (intensity_word(bar.step.intensity), bar.step.movement.is_backward)
            groups.setdefault(key, []).append(bar)
        for (word, hatched), group in groups.items():
            self._fill([_box(bar, bar.height) for bar in group], word, hatched=hatched)
            if hatched:
                self._fill([_box(bar, 0.045) for bar in group], "backward", hatched=False)

    def _fill(self, boxes: list[Box], word: str, *, hatched: bool) -> None:
        self.plot.rectangles(
            boxes,
            fill=self.colours[_part(word)],
            stroke=self.colours["ground"],
            hatch="////" if hatched else None,
            width=0.0 if word == "backward" else 0.8,
        )

    def label(self, bar: Bar) -> None:
        """Length and target above a bar, as far as there is room; a backward one says so."""
        size = self.text - 1.0
        wide_px = bar.lasting_s * self.px_per_s
        room = int(wide_px / (size * _LETTER))
        first = length = duration_text(bar.step.duration, self.units)
        backward = bar.step.movement.is_backward
        if backward:
            first = f"Back {length}" if len(length) + 5 <= room else "Back"
        upright = len(first) > room
        if upright and not (backward and wide_px >= size):
            return
        x, y = bar.start_s + bar.lasting_s / 2, bar.height + 0.02
        second = target_text(bar.step.target, self.units).partition("/")[0]
        if second and len(second) <= room and not upright:
            self._say(x, y, second, size=size - 0.5, colour=self.colours["muted"])
            y += _TOP * size * 1.25 / _BARS_PX
        self._say(x, y, first, size=size, colour=self.colours["ink"], is_upright=upright)

    def bracket(self, bracket: Bracket, level: int) -> None:
        """A bracket over all passes of a repeat, if there is room for its label."""
        wide_px = (bracket.end_s - bracket.start_s) * self.px_per_s
        if wide_px < len(bracket.label) * self.text * _LETTER + 4:
            return
        inset_s = 1.5 / self.px_per_s
        left, right = bracket.start_s + inset_s, bracket.end_s - inset_s
        foot = _TOP * (1.0 + level * _BRACKET_PX / _BARS_PX) + 0.02
        top = foot + 0.035
        self.plot.line([left, left, right, right], [foot, top, top, foot], self.colours["muted"],
                       width=1.2, is_clipped=False)  # fmt: skip
        self._say((left + right) / 2, top + 0.015, bracket.label, size=self.text - 0.5,
                  colour=self.colours["ink"], is_bold=True)  # fmt: skip

    def _say(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str,
        is_bold: bool = False,
        is_upright: bool = False,
    ) -> None:
        place = self.plot.at(x, y)
        self.plot.picture.text(
            *place, text, size=size, colour=colour, anchor="middle", is_bold=is_bold,
            is_upright=is_upright,
        )  # fmt: skip

    def legend(self, word: str, corner_px: tuple[float, float]) -> None:
        """One entry: a small bar and its word."""
        hatched = word == "backward"
        x, y = corner_px
        picture = self.plot.picture
        colour = self.colours["muted" if hatched else _part(word)]
        hatch: Hatch = "////"
        stripes = (hatch, self.colours["ground"]) if hatched else None
        picture.rectangle((x, y, x + 18, y + 10), colour, hatch=stripes)
        if hatched:
            picture.rectangle((x, y + 7, x + 18, y + 10), self.colours["backward"])
        picture.text(x + 23, y + 5, word, va="center", size=self.text - 0.5,
                     colour=self.colours["muted"])  # fmt: skip


def _box(bar: Bar, top: float) -> Box:
    return bar.start_s, bar.start_s + bar.lasting_s, 0.0, top


def _part(word: str) -> str:
    """The colour that a word of the legend goes with."""
    return word.replace("-", "")
