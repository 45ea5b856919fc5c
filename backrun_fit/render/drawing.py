"""What every chart is drawn with: colours, sheets, and pictures of shapes and texts.

A picture is a list of what is drawn, in CSS pixels from its upper left corner. It is written as
SVG here and as PNG by ``render.png``, so nothing that another library keeps for the whole process
(such as matplotlib's settings) has a say in it, or is changed.

Charts are drawn twice where they are read on two kinds of screen, because text in a
picture that is scaled down cannot be read on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal
from xml.etree import ElementTree as ET

import attrs

from backrun_fit.wording import shown

__all__ = [
    "DARK",
    "FIXED",
    "HATCHES",
    "HATCH_WIDTH_PX",
    "LIGHT",
    "MARKS",
    "NARROW",
    "SMALL",
    "THEMED",
    "WIDE",
    "Colours",
    "Hatch",
    "Label",
    "Picture",
    "Plot",
    "Point",
    "Shape",
    "Sheet",
    "as_svg",
]

Colours = Mapping[str, str]
"""A colour, as SVG takes it, for each part that one can play."""

# Hues after Okabe and Ito (2008), "Color Universal Design", which people with any of the
# common kinds of colour vision tell apart; lightness moved where a line or a word would be
# too faint on its ground.
_PALETTE: Final[Mapping[str, tuple[str, str]]] = {
    # part: light, dark
    "ground": ("#ffffff", "#171d24"),
    "ink": ("#1b1f24", "#e6edf3"),
    "muted": ("#57606a", "#a3b0bd"),
    "line": ("#d5dae1", "#333d48"),
    "forward": ("#0072b2", "#56b4e9"),
    "backward": ("#c0609a", "#e39bc8"),
    "band": ("#e69f00", "#e69f00"),
    "met": ("#009e73", "#2dbd95"),
    "missed": ("#d55e00", "#f07b26"),
    "unknown": ("#8b949e", "#8b949e"),
    "warmup": ("#e69f00", "#e0a21b"),
    "active": ("#0072b2", "#2f8fcc"),
    "interval": ("#004f7c", "#78b7e0"),
    "recovery": ("#86c8ee", "#3f6f8f"),
    "rest": ("#b4bac1", "#6b747d"),
    "cooldown": ("#2fa884", "#2a9a79"),
    "other": ("#d9cb3a", "#c9bd3c"),
}
LIGHT: Final[Mapping[str, str]] = {part: light for part, (light, _) in _PALETTE.items()}
DARK: Final[Mapping[str, str]] = {part: dark for part, (_, dark) in _PALETTE.items()}

FIXED: Final[Colours] = LIGHT
"""For pictures that stand alone, on white."""

THEMED: Final[Colours] = {part: f"var(--{part})" for part in _PALETTE}
"""CSS variables, so that a page decides what is light."""

MARKS: Final[Mapping[str, str]] = {
    "met": "o",
    "short": "<",
    "long": ">",
    "fast": "^",
    "slow": "v",
    "skipped": "X",
    "unfinished": "s",
    "not_measurable": "D",
    "done_unmeasured": "d",
    "in_doubt": "p",
}
"""The shape of each verdict: it is never told by its colour alone."""

_FONT: Final = "system-ui, -apple-system, Segoe UI, Roboto, sans-serif"

Point = tuple[float, float]
Hatch = Literal["//", "////", ".."]
HATCHES: Final[Mapping[Hatch, float]] = {"//": 12.0, "////": 6.0, "..": 6.0}
"""Kinds of hatches, and how far apart their lines or dots are, in pixels."""

HATCH_WIDTH_PX: Final = 1.2

# Outlines of marks, a pixel high and wide.
_CIRCLE: Final = [
    (math.cos(math.tau * turn / 16) / 2, math.sin(math.tau * turn / 16) / 2) for turn in range(16)
]
_OUTLINES: Final[Mapping[str, Sequence[Point]]] = {
    "o": _CIRCLE,
    ".": _CIRCLE,
    "<": [(-0.5, 0.0), (0.5, -0.5), (0.5, 0.5)],
    ">": [(0.5, 0.0), (-0.5, 0.5), (-0.5, -0.5)],
    "^": [(0.0, -0.5), (0.5, 0.5), (-0.5, 0.5)],
    "v": [(0.0, 0.5), (-0.5, -0.5), (0.5, -0.5)],
    "s": [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)],
    "D": [(0.0, -0.71), (0.71, 0.0), (0.0, 0.71), (-0.71, 0.0)],
    "d": [(0.0, -0.71), (0.42, 0.0), (0.0, 0.71), (-0.42, 0.0)],
    "p": [
        (math.sin(math.tau * turn / 5) / 2, -math.cos(math.tau * turn / 5) / 2) for turn in range(5)
    ],
    "X": [
        (-0.25, -0.5), (0.0, -0.25), (0.25, -0.5), (0.5, -0.25), (0.25, 0.0), (0.5, 0.25),
        (0.25, 0.5), (0.0, 0.25), (-0.25, 0.5), (-0.5, 0.25), (-0.25, 0.0), (-0.5, -0.25),
    ],
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Sheet:
    """How large a chart is drawn, in CSS pixels.

    Attributes:
        width: All of it.
        height: All of it.
        text: Height of its letters.
        points: How many points of a trace find room.
    """

    width: int
    height: int
    text: float
    points: int


NARROW: Final = Sheet(width=340, height=220, text=11.0, points=340)
"""A phone, or a column of a printed page."""
SMALL: Final = Sheet(width=500, height=230, text=11.5, points=400)
"""One of two columns on a desk."""
WIDE: Final = Sheet(width=900, height=300, text=11.5, points=700)
"""All of a page on a desk."""


Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""


@attrs.frozen(kw_only=True)
class Shape:
    """Lines or areas of one style.

    Attributes:
        lines: Corners of each, in pixels.
        is_closed: Whether the last corner is joined with the first.
        fill: Colour of the areas; None for none.
        stroke: Colour of the lines and of the hatch; None for none.
        width: Of the lines, in pixels.
        opacity: 0 to 1.
        hatch: Drawn over the fill.
        dash: Lengths of dashes and gaps; empty for whole lines.
        clip: Nothing is drawn outside of this; None for no limit.
        z: What has more is drawn over what has less.
    """

    lines: tuple[tuple[Point, ...], ...]
    is_closed: bool = False
    fill: str | None = None
    stroke: str | None = None
    width: float = 0.0
    opacity: float = 1.0
    hatch: Hatch | None = None
    dash: tuple[float, ...] = ()
    clip: Box | None = None
    z: float = 1.0


@attrs.frozen(kw_only=True)
class Label:
    """A text.

    Attributes:
        x: Of the anchor, in pixels.
        y: Of its base line.
        text: One line.
        size: Height of the letters.
        colour: Of the letters.
        anchor: Which end of the text is at ``x``.
        is_bold: Whether it is.
        is_upright: Whether it is turned by a quarter, to be read from below.
        z: As of a shape.
    """

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: Literal["start", "middle", "end"] = "start"
    is_bold: bool = False
    is_upright: bool = False
    z: float = 3.0


@attrs.define(kw_only=True, eq=False)
class Picture:
    """Shapes and texts on a sheet.

    Attributes:
        width: In CSS pixels.
        height: Likewise.
        ground: Colour below everything; None for none.
        items: In the order in which they were added.
    """

    width: float
    height: float
    ground: str | None = None
    items: list[Shape | Label] = attrs.field(factory=list)

    @property
    def ordered(self) -> list[Shape | Label]:
        """From the lowest to the highest."""
        return sorted(self.items, key=lambda item: item.z)

    def rectangle(self, box: Box, colour: str, *, hatch: tuple[Hatch, str] | None = None) -> None:
        """Fill a rectangle, and hatch it in a colour."""
        left, top, right, bottom = box
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        kind, stroke = hatch or (None, None)
        self.items.append(
            Shape(lines=(corners,), is_closed=True, fill=colour, hatch=kind, stroke=stroke, z=2.0)
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str,
        va: Literal["top", "center", "bottom"] = "bottom",
        anchor: Literal["start", "middle", "end"] = "start",
        is_bold: bool = False,
        is_upright: bool = False,
    ) -> None:
        """Write a text, lines one below the other; ``va`` says which part of it is at ``y``."""
        below = {"top": 0.76, "center": 0.35, "bottom": -0.21}[va] * size
        for number, line in enumerate(text.split("\n")):
            if is_upright:  # from below to above, beside its anchor
                place = (x + 0.35 * size, y - 0.21 * size)
            else:
                place = (x, y + below + 1.2 * size * number)
            self.items.append(
                Label(
                    x=place[0],
                    y=place[1],
                    text=line,
                    size=size,
                    colour=colour,
                    anchor="start" if is_upright else anchor,
                    is_bold=is_bold,
                    is_upright=is_upright,
                )
            )


@attrs.define(kw_only=True, eq=False)
class Plot:
    """The part of a picture in which values are drawn.

    Attributes:
        picture: All of it.
        area: Of the plot.
        x_limits: What lies at the left and at the right edge.
        y_limits: What lies at the lower and at the upper edge.
    """

    picture: Picture
    area: Box
    x_limits: Point = (0.0, 1.0)
    y_limits: Point = (0.0, 1.0)

    def at(self, x: float, y: float) -> Point:
        """Where a value lies, in pixels of the picture."""
        left, top, right, bottom = self.area
        return (
            left + (x - self.x_limits[0]) / (self.x_limits[1] - self.x_limits[0]) * (right - left),
            bottom
            - (y - self.y_limits[0]) / (self.y_limits[1] - self.y_limits[0]) * (bottom - top),
        )

    def rectangles(
        self,
        boxes: Iterable[tuple[float, float, float, float]],
        *,
        fill: str | None = None,
        stroke: str | None = None,
        width: float = 0.0,
        opacity: float = 1.0,
        hatch: Hatch | None = None,
        z: float = 1.0,
    ) -> None:
        """Boxes as (left, right, bottom, top) in values, all of one style."""
        corners = tuple(
            (*map(self.at, (left, left, right, right), (bottom, top, top, bottom)),)
            for left, right, bottom, top in boxes
        )
        if corners:
            self.picture.items.append(
                Shape(
                    lines=corners, is_closed=True, fill=fill, stroke=stroke, width=width,
                    opacity=opacity, hatch=hatch, clip=self.area, z=z,
                )
            )  # fmt: skip

    def line(
        self,
        xs: Iterable[float],
        ys: Iterable[float],
        colour: str,
        *,
        width: float,
        dash: tuple[float, ...] = (),
        is_clipped: bool = True,
        z: float = 2.0,
    ) -> None:
        """A line through points, broken where one is NaN."""
        lines: list[list[Point]] = [[]]
        for x, y in zip(xs, ys, strict=True):
            if math.isnan(y):
                lines.append([])
            else:
                lines[-1].append(self.at(float(x), float(y)))
        drawn = tuple(tuple(line) for line in lines if len(line) > 1)
        if drawn:
            clip = self.area if is_clipped else None
            self.picture.items.append(
                Shape(lines=drawn, stroke=colour, width=width, dash=dash, clip=clip, z=z)
            )

    def between(
        self,
        xs: Iterable[float],
        lows: Iterable[float],
        highs: Iterable[float],
        colour: str,
        *,
        opacity: float,
        z: float,
    ) -> None:
        """The area between two lines, broken where one is NaN."""
        pieces: list[list[tuple[Point, Point]]] = [[]]
        for x, low, high in zip(xs, lows, highs, strict=True):
            if math.isnan(low) or math.isnan(high):
                pieces.append([])
            else:
                pieces[-1].append((self.at(float(x), float(low)), self.at(float(x), float(high))))
        drawn = tuple(
            (*(low for low, _ in piece), *(high for _, high in reversed(piece)))
            for piece in pieces
            if len(piece) > 1
        )
        if drawn:
            self.picture.items.append(
                Shape(
                    lines=drawn, is_closed=True, fill=colour, opacity=opacity, clip=self.area, z=z
                )
            )

    def marks(
        self,
        xs: Iterable[float],
        ys: Iterable[float],
        mark: str,
        colour: str,
        *,
        size: float,
        edge: str | None = None,
        above_px: float = 0.0,
        z: float = 3.0,
    ) -> None:
        """A mark at each point, or so many pixels above it; it may stand over the edge."""
        outlines = []
        for x, y in zip(xs, ys, strict=True):
            middle_x, middle_y = self.at(float(x), float(y))
            outlines.append(
                tuple(
                    (middle_x + size * right, middle_y - above_px + size * down)
                    for right, down in _OUTLINES[mark]
                )
            )
        if outlines:
            self.picture.items.append(
                Shape(
                    lines=tuple(outlines), is_closed=True, fill=colour, stroke=edge,
                    width=0.0 if edge is None else 0.8, z=z,
                )
            )  # fmt: skip

    def x_axis(
        self,
        places: Sequence[float],
        texts: Sequence[str],
        *,
        size: float,
        colours: Colours,
        tick_px: float = 0.0,
        fits_edges: bool = False,
    ) -> None:
        """A line below the plot, and texts below it; with ``fits_edges`` none stands over them."""
        left, _, right, bottom = self.area
        lines = [((left, bottom), (right, bottom))]
        for value, text in zip(places, texts, strict=True):
            x, _ = self.at(value, self.y_limits[0])
            share = (x - left) / (right - left)
            anchor: Literal["start", "middle", "end"] = "middle"
            if fits_edges and not 0.02 <= share <= 0.98:
                anchor = "start" if share < 0.02 else "end"
            if tick_px:
                lines.append(((x, bottom), (x, bottom + tick_px)))
            self.picture.text(x, bottom + tick_px + 4, text, size=size, colour=colours["muted"],
                              va="top", anchor=anchor)  # fmt: skip
        self.picture.items.append(
            Shape(lines=tuple(lines), stroke=colours["line"], width=0.8, z=2.5)
        )

    def y_axis(
        self, places: Sequence[float], texts: Sequence[str], *, size: float, colours: Colours
    ) -> None:
        """A line across the plot at each place, and its text beside the plot."""
        left, _, right, _ = self.area
        lines = []
        for value, text in zip(places, texts, strict=True):
            _, y = self.at(self.x_limits[0], value)
            lines.append(((left, y), (right, y)))
            self.picture.text(left - 4, y, text, size=size, colour=colours["muted"], va="center",
                              anchor="end")  # fmt: skip
        if lines:
            self.picture.items.append(
                Shape(lines=tuple(lines), stroke=colours["line"], width=0.8, z=0.4)
            )


def as_svg(
    picture: Picture, *, key: str, title: str, description: str, standalone: bool = False
) -> str:
    """A picture as one ``svg`` element, with a name and a description for who cannot see it.

    Styles are attributes, so that a page may forbid inline styles; ids have a prefix, so that
    several charts share a page.

    Args:
        picture: Drawn with one of the palettes.
        key: Prefix of the ids; letters and dashes.
        title: What it shows, in a few words.
        description: What can be seen in it, in a sentence or two.
        standalone: A file of its own, not part of a page.

    Returns:
        The same text for the same picture.
    """
    width, height = _number(picture.width), _number(picture.height)
    root = ET.Element(
        "svg",
        {
            "class": "chart",
            "viewBox": f"0 0 {width} {height}",
            "role": "img",
            "aria-labelledby": f"{key}-title",
            "aria-describedby": f"{key}-description",
            "stroke-linejoin": "round",
            "font-family": _FONT,
        },
    )
    if standalone:
        root.attrib.update(
            {"xmlns": "http://www.w3.org/2000/svg", "width": width, "height": height}
        )
    for tag, name, text in (("title", "title", title), ("desc", "description", description)):
        ET.SubElement(root, tag, id=f"{key}-{name}").text = shown(text)
    definitions = _Definitions(key)
    drawn = ET.Element("g")
    if picture.ground is not None:
        ET.SubElement(drawn, "path", d=f"M0 0H{width}V{height}H0z", fill=picture.ground)
    for item in picture.ordered:
        if isinstance(item, Label):
            _add_text(drawn, item)
        else:
            _add_shape(drawn, item, definitions)
    if len(definitions.element):
        root.append(definitions.element)
    root.extend(drawn)
    return ET.tostring(root, encoding="unicode")


class _Definitions:
    """Patterns and clipping areas, each once."""

    def __init__(self, key: str) -> None:
        self.element = ET.Element("defs")
        self._key = key
        self._ids: dict[object, str] = {}

    def clip(self, box: Box) -> str:
        left, top, right, bottom = box
        path = (
            f"M{_number(left)} {_number(top)}H{_number(right)}V{_number(bottom)}H{_number(left)}z"
        )
        if (name := self._ids.get(path)) is None:
            name = self._new(path, "clip")
            ET.SubElement(ET.SubElement(self.element, "clipPath", id=name), "path", d=path)
        return f"url(#{name})"

    def hatch(self, hatch: Hatch, colour: str) -> str:
        if (name := self._ids.get((hatch, colour))) is None:
            name = self._new((hatch, colour), "hatch")
            apart = HATCHES[hatch]
            size, half = _number(apart), _number(apart / 2)
            pattern = ET.SubElement(
                self.element, "pattern", id=name, width=size, height=size,
                patternUnits="userSpaceOnUse",
            )  # fmt: skip
            if hatch == "..":
                ET.SubElement(pattern, "circle", cx=half, cy=half, r="1", fill=colour)
            else:
                ET.SubElement(
                    pattern, "path", d=f"M-{half} {half}L{half} -{half}M0 {size}L{size} 0"
                    f"M{half} {_number(1.5 * apart)}L{_number(1.5 * apart)} {half}",
                    stroke=colour, fill="none",
                    attrib={"stroke-width": _number(HATCH_WIDTH_PX)},
                )  # fmt: skip
        return f"url(#{name})"

    def _new(self, what: object, kind: str) -> str:
        return self._ids.setdefault(what, f"{self._key}-{kind}-{len(self._ids)}")


def _add_shape(parent: ET.Element, shape: Shape, definitions: _Definitions) -> None:
    path = "".join(_path(line, is_closed=shape.is_closed) for line in shape.lines)
    attributes = {"d": path, "fill": shape.fill or "none"}
    if shape.stroke is not None and shape.width:
        attributes |= {"stroke": shape.stroke, "stroke-width": _number(shape.width)}
    if shape.dash:
        attributes["stroke-dasharray"] = " ".join(map(_number, shape.dash))
    around = {}
    if shape.opacity < 1:
        around["opacity"] = f"{shape.opacity:g}"
    if shape.clip is not None:
        around["clip-path"] = definitions.clip(shape.clip)
    if shape.fill is not None or "stroke" in attributes:
        ET.SubElement(parent, "path", attributes | around)
    if shape.hatch is not None and shape.stroke is not None:
        fill = definitions.hatch(shape.hatch, shape.stroke)
        ET.SubElement(parent, "path", {"d": path, "fill": fill} | around)


def _add_text(parent: ET.Element, label: Label) -> None:
    x, y = _number(label.x), _number(label.y)
    attributes = {"x": x, "y": y, "font-size": f"{label.size:g}px", "fill": label.colour}
    if label.anchor != "start":
        attributes["text-anchor"] = label.anchor
    if label.is_bold:
        attributes["font-weight"] = "700"
    if label.is_upright:
        attributes["transform"] = f"rotate(-90 {x} {y})"
    ET.SubElement(parent, "text", attributes).text = shown(label.text)


def _path(points: Sequence[Point], *, is_closed: bool) -> str:
    """Corners as a path, those that cannot be told apart from the one before left out."""
    places: list[str] = []
    for x, y in points:
        place = f"{_number(x)} {_number(y)}"
        if not places or place != places[-1]:
            places.append(place)
    return f"M{'L'.join(places)}{'z' if is_closed else ''}"


def _number(value: float) -> str:
    """A tenth of a pixel can be seen, and less cannot."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
