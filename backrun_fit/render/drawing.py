"""What every chart is drawn with: colours, sheets, and matplotlib's SVG made fit to be embedded.

Charts are drawn twice where they are read on two kinds of screen, because text in a
picture that is scaled down cannot be read on a phone.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import attrs

from backrun_fit.errors import MissingExtraError
from backrun_fit.wording import shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "DARK",
    "FIXED",
    "LIGHT",
    "MARKS",
    "NARROW",
    "SMALL",
    "THEMED",
    "WIDE",
    "Colours",
    "Sheet",
    "as_png",
    "as_svg",
    "drawn_alike",
    "sheet_figure",
]

Colours = Mapping[str, str]
"""A colour, as matplotlib takes it, for each part that one can play."""

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

THEMED: Final[Colours] = {part: f"#fe01{number:02x}" for number, part in enumerate(_PALETTE)}
"""Stand-ins, turned into CSS variables once drawn, so that a page decides what is light."""

_VARIABLES: Final = {stand_in: f"var(--{part})" for part, stand_in in THEMED.items()}

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
_SVG: Final = "{http://www.w3.org/2000/svg}"
_HREF: Final = "{http://www.w3.org/1999/xlink}href"
_NUMBER: Final = re.compile(r"-?\d+\.\d{2,}")
_PLACES: Final = frozenset(("d", "x", "y", "transform", "width", "height"))
_SETTINGS: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "backrun_fit",
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same widths everywhere
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "hatch.linewidth": 1.2,
    "path.simplify": False,
    "text.parse_math": False,  # a name may hold dollars
}


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


@contextlib.contextmanager
def drawn_alike() -> Iterator[None]:
    """While this lasts, matplotlib draws as the package wants it, whatever is set on the machine.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise MissingExtraError("matplotlib", "report") from error
    with mpl.rc_context(), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box in a PNG; browsers have their own fonts.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def sheet_figure(sheet: Sheet, ground: str | None = None) -> Figure:
    """An empty figure; transparent unless it has a ground. Call inside ``drawn_alike``."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(sheet.width / 72, sheet.height / 72), dpi=72)
    if ground is None:
        figure.patch.set_visible(False)
    else:
        figure.patch.set_facecolor(ground)
    return figure


def as_png(figure: Figure, scale: float) -> bytes:
    """A figure as PNG, ``scale`` pixels to a CSS pixel; the same bytes for the same figure."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=72 * scale, metadata={"Software": None})
    return buffer.getvalue()


def as_svg(
    figure: Figure, *, key: str, title: str, description: str, standalone: bool = False
) -> str:
    """A figure as one ``svg`` element, with a name and a description for who cannot see it.

    Styles become attributes, so that a page may forbid inline styles; stand-ins become
    CSS variables; ids get a prefix, so that several charts share a page.

    Args:
        figure: Drawn with one of the palettes.
        key: Prefix of the ids; letters and dashes.
        title: What it shows, in a few words.
        description: What can be seen in it, in a sentence or two.
        standalone: A file of its own, not part of a page.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    root = ET.fromstring(buffer.getvalue())  # noqa: S314 - what was drawn just now
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{_SVG}style" or child.tag.endswith("metadata"):
                parent.remove(child)
    for element in root.iter():
        _refit(element, key)
    _unwrap(root)
    width, height = root.get("viewBox", "").split()[2:]
    root.attrib.clear()
    root.attrib.update(
        {
            "class": "chart",
            "viewBox": f"0 0 {width} {height}",
            "role": "img",
            "aria-labelledby": f"{key}-title",
            "aria-describedby": f"{key}-description",
            "stroke-linejoin": "round",
            "font-family": _FONT,
        }
    )
    if standalone:
        root.attrib.update(
            {"xmlns": "http://www.w3.org/2000/svg", "width": width, "height": height}
        )
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(tag, id=f"{key}-{'title' if tag == 'title' else 'description'}")
        element.text = shown(text)
        root.insert(position, element)
    return ET.tostring(root, encoding="unicode")


def _refit(element: ET.Element, key: str) -> None:
    """Attributes instead of styles, plain names instead of namespaces."""
    element.tag = element.tag.removeprefix(_SVG)
    if (href := element.attrib.pop(_HREF, None)) is not None:
        element.set("href", href)
    for declaration in filter(None, element.attrib.pop("style", "").split(";")):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":  # older versions of matplotlib say all of it in one
            element.attrib.update(_font(value))
        elif name != "font-family":  # the page's own
            element.set(name, _VARIABLES.get(value, value))
    _prefix(element, key)
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]


def _prefix(element: ET.Element, key: str) -> None:
    """Make ids and what points to them the chart's own, and places as exact as can be seen."""
    for name, value in list(element.attrib.items()):
        if name == "id":
            # Groups carry the names of matplotlib's artists, to which nothing points.
            if element.tag == "g":
                del element.attrib["id"]
            else:
                element.set("id", f"{key}-{value}")
        elif name == "href":
            element.set("href", f"#{key}-{value.removeprefix('#')}")
        elif value.startswith("url(#"):
            element.set(name, f"url(#{key}-{value[5:]}")
        elif value in _VARIABLES:
            element.set(name, _VARIABLES[value])
        elif name in _PLACES:
            element.set(name, " ".join(_NUMBER.sub(_rounded, value).split()))


def _font(value: str) -> dict[str, str]:
    """Size and weight of a font that is written as one, such as ``700 11px 'DejaVu Sans'``."""
    before, size = re.split(r"(?<=px)\s", value, maxsplit=1)[0].rpartition(" ")[::2]
    weights = [word for word in before.split() if word.isdigit() or word == "bold"]
    return {"font-size": size} | ({"font-weight": weights[0]} if weights else {})


def _unwrap(parent: ET.Element) -> None:
    """Put the content of groups that say nothing in their place, and drop blank text."""
    children: list[ET.Element] = []
    for child in parent:
        _unwrap(child)
        child.tail = None
        if child.tag in ("g", "defs") and not child.attrib and (child.tag == "g" or not len(child)):
            children.extend(child)
        else:
            children.append(child)
    parent[:] = children
    if parent.text and not parent.text.strip():
        parent.text = None


def _rounded(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")
