"""The bars of a workout as a picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import attrs

from backrun_fit.render.bars import Bar, Bars, Bracket, bars_text, intensity_word, legend_words
from backrun_fit.render.drawing import Colours, Sheet, sheet_figure
from backrun_fit.render.ticks import time_ticks
from backrun_fit.units import UnitSystem
from backrun_fit.wording import duration_text, shown, target_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_bars"]

_MOST_BARS: Final = 400
_BRACKET_PX, _AXIS_PX, _TITLE_PX, _BARS_PX = 17, 22, 44, 130
_LEGEND_PX, _LEGEND_WIDTH_PX = 20, 112
_TOP: Final = 1.32
"""Above the highest bar there is room for two lines of text."""
_LETTER: Final = 0.56
"""Width of a letter against its height, on average and rather more."""

Box = list[tuple[float, float]]


def draw_bars(
    bars: Bars, colours: Colours, sheet: Sheet, units: UnitSystem, name: str | None = None
) -> Figure:
    """Bars, brackets, an axis of time and a legend; call inside ``drawn_alike``.

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
    figure = sheet_figure(sheet, None if name is None else colours["ground"])
    side_px = 2 if name is None else 14
    side = side_px / sheet.width
    axes = figure.add_axes((side, (_AXIS_PX + legend_px) / height, 1 - 2 * side, _BARS_PX / height))
    axes.set(xlim=(0.0, max(bars.total_s, 1.0)), ylim=(0.0, _TOP), yticks=[])
    picture = _Picture(
        axes=axes,
        colours=colours,
        text=sheet.text,
        units=units,
        px_per_s=(sheet.width - 2 * side_px) / max(bars.total_s, 1.0),
    )
    drawn = bars.at_most(min(_MOST_BARS, sheet.width))
    picture.boxes(drawn)
    for bar in drawn:
        picture.label(bar)
    for bracket in bars.brackets:
        picture.bracket(bracket, levels - bracket.depth - 1)
    picture.axis(bars.total_s, max(3, sheet.width // 75))
    for place, word in enumerate([*words, *(["backward"] if backward else [])]):
        row, column = divmod(place, in_row)
        corner_px = (side_px + column * _LEGEND_WIDTH_PX, legend_px - row * _LEGEND_PX - 14)
        picture.legend(figure, word, corner_px)
    if name is not None:
        room = int(sheet.width / (sheet.text * 1.35 * _LETTER)) - 3
        name = shown(name) or "(no name)"
        heading = name if len(name) <= room else f"{name[:room]}…"
        figure.text(side, 1 - 10 / height, heading, va="top", fontsize=sheet.text * 1.35,
                    fontweight="bold", color=colours["ink"])  # fmt: skip
        figure.text(side, 1 - 29 / height, bars_text(bars), va="top", fontsize=sheet.text,
                    color=colours["muted"])  # fmt: skip
    return figure


@attrs.frozen(kw_only=True, eq=False)
class _Picture:
    """Where bars are drawn, and how.

    Attributes:
        axes: Seconds against heights.
        colours: A palette.
        text: Height of letters.
        units: How lengths and paces are printed.
        px_per_s: Width of a second.
    """

    axes: Axes
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
        from matplotlib.collections import PolyCollection

        self.axes.add_collection(
            PolyCollection(
                boxes,
                facecolor=self.colours[_part(word)],
                edgecolor=self.colours["ground"],
                hatch="////" if hatched else None,
                lw=0.0 if word == "backward" else 0.8,
            )
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
            self._say(x, y, second, fontsize=size - 0.5, color=self.colours["muted"])
            y += _TOP * size * 1.25 / _BARS_PX
        self._say(x, y, first, fontsize=size, color=self.colours["ink"],
                  rotation=90 if upright else 0)  # fmt: skip

    def bracket(self, bracket: Bracket, level: int) -> None:
        """A bracket over all passes of a repeat, if there is room for its label."""
        wide_px = (bracket.end_s - bracket.start_s) * self.px_per_s
        if wide_px < len(bracket.label) * self.text * _LETTER + 4:
            return
        inset_s = 1.5 / self.px_per_s
        left, right = bracket.start_s + inset_s, bracket.end_s - inset_s
        foot = _TOP * (1.0 + level * _BRACKET_PX / _BARS_PX) + 0.02
        top = foot + 0.035
        self.axes.plot([left, left, right, right], [foot, top, top, foot], lw=1.2,
                       color=self.colours["muted"], clip_on=False)  # fmt: skip
        self._say((left + right) / 2, top + 0.015, bracket.label, fontsize=self.text - 0.5,
                  fontweight="bold", color=self.colours["ink"])  # fmt: skip

    def _say(self, x: float, y: float, text: str, **style: object) -> None:
        self.axes.text(x, y, text, ha="center", va="bottom", **style)  # type: ignore[arg-type]

    def axis(self, total_s: float, most: int) -> None:
        """Marks for the time."""
        places, texts = time_ticks(total_s, most)
        self.axes.set_xticks(places, texts)
        self.axes.tick_params(
            "x",
            length=3,
            pad=3,
            color=self.colours["line"],
            labelcolor=self.colours["muted"],
            labelsize=self.text - 0.5,
        )
        for label, place in zip(self.axes.get_xticklabels(), places, strict=True):
            if place < 0.02 * total_s:
                label.set_horizontalalignment("left")
            elif place > 0.98 * total_s:
                label.set_horizontalalignment("right")
        self.axes.spines["bottom"].set_color(self.colours["line"])

    def legend(self, figure: Figure, word: str, corner_px: tuple[float, float]) -> None:
        """One entry: a small bar and its word."""
        from matplotlib.patches import Rectangle

        width, height = (inches * 72 for inches in figure.get_size_inches())
        hatched = word == "backward"
        x, y = corner_px[0] / width, corner_px[1] / height
        figure.add_artist(
            Rectangle(
                (x, y),
                18 / width,
                10 / height,
                facecolor=self.colours["muted" if hatched else _part(word)],
                edgecolor=self.colours["ground"],
                hatch="////" if hatched else None,
                lw=0.6,
            )
        )
        if hatched:
            foot = self.colours["backward"]
            figure.add_artist(Rectangle((x, y), 18 / width, 3 / height, color=foot, lw=0))
        figure.text(x + 23 / width, y + 5 / height, word, va="center_baseline",
                    fontsize=self.text - 0.5, color=self.colours["muted"])  # fmt: skip


def _box(bar: Bar, top: float) -> Box:
    left, right = bar.start_s, bar.start_s + bar.lasting_s
    return [(left, 0.0), (left, top), (right, top), (right, 0.0)]


def _part(word: str) -> str:
    """The colour that a word of the legend goes with."""
    return word.replace("-", "")
