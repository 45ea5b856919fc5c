"""A picture as PNG, by matplotlib's renderer and font alone.

No setting of matplotlib is changed, and none that the host has changed is seen.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from backrun_fit.errors import MissingExtraError
from backrun_fit.render.drawing import HATCH_WIDTH_PX, HATCHES, Label, Picture, Point, Shape
from backrun_fit.wording import shown

__all__ = ["as_png"]

# They come with matplotlib: the same widths everywhere.
_REGULAR: Final = "DejaVuSans.ttf"
_BOLD: Final = "DejaVuSans-Bold.ttf"
_UNITS: Final = 100.0
_NO_GLYPH: Final = "\N{WHITE SQUARE}"


def as_png(picture: Picture, scale: float) -> bytes:
    """A picture as PNG.

    Args:
        picture: Its colours are ``#rrggbb``; axis-aligned rectangles may be hatched.
        scale: Pixels to a CSS pixel.

    Returns:
        The same bytes for the same picture.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import RendererAgg
    except ImportError as error:
        raise MissingExtraError("matplotlib", "report") from error
    width, height = round(picture.width * scale), round(picture.height * scale)
    agg: Any = RendererAgg  # has no types
    renderer = agg(width, height, 72.0 * scale)
    renderer.clear()
    canvas = _Canvas(renderer, height, scale)
    if picture.ground is not None:
        right, bottom = picture.width, picture.height
        corners = ((0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom))
        canvas.shape(Shape(lines=(corners,), is_closed=True, fill=picture.ground))
    for item in picture.ordered:
        if isinstance(item, Label):
            canvas.text(item)
        else:
            canvas.shape(item)
    return _png(np.asarray(renderer.buffer_rgba()))


class _Canvas:
    """A renderer, whose lowest row of pixels is zero, and the size of its pixels."""

    def __init__(self, renderer: Any, height: int, scale: float) -> None:
        self._renderer, self._height, self._scale = renderer, height, scale

    def shape(self, shape: Shape) -> None:
        for line in shape.lines:
            self._draw(
                line,
                is_closed=shape.is_closed,
                fill=shape.fill,
                stroke=shape.stroke if shape.width else None,
                width=shape.width,
            )
            if shape.hatch is not None:
                for stripe in _stripes(line, HATCHES[shape.hatch]):
                    self._draw(
                        stripe,
                        is_closed=False,
                        fill=None,
                        stroke=shape.stroke,
                        width=HATCH_WIDTH_PX,
                    )

    def _draw(
        self,
        points: tuple[Point, ...],
        *,
        is_closed: bool,
        fill: str | None,
        stroke: str | None,
        width: float,
    ) -> None:
        from matplotlib.path import Path as Outline
        from matplotlib.transforms import IdentityTransform

        placed = [(x * self._scale, self._height - y * self._scale) for x, y in points]
        codes = [Outline.MOVETO, *([Outline.LINETO] * (len(points) - 1))]
        if is_closed:
            placed, codes = [*placed, placed[0]], [*codes, Outline.CLOSEPOLY]
        context: Any = self._renderer.new_gc()
        context.set_antialiased(True)
        context.set_linewidth(width if stroke else 0.0)  # the renderer has the scale
        context.set_foreground(_rgb(stroke or "#000000"))
        self._renderer.draw_path(
            context,
            Outline(placed, codes),
            IdentityTransform(),
            None if fill is None else (*_rgb(fill), 1.0),
        )

    def text(self, label: Label) -> None:
        from matplotlib.path import Path as Outline

        size = label.size * self._scale
        font = _Font(_BOLD if label.is_bold else _REGULAR)
        outlines, width = font.outlines(shown(label.text))
        left = label.x * self._scale
        left -= {"start": 0.0, "middle": 0.5, "end": 1.0}[label.anchor] * width * size
        base = self._height - label.y * self._scale
        for points, codes in outlines:
            across, up = points.T * size
            placed = (left - up, base + across) if label.is_upright else (left + across, base + up)
            self._fill(Outline(np.column_stack(placed), codes), label.colour)

    def _fill(self, path: Any, colour: str) -> None:
        from matplotlib.transforms import IdentityTransform

        context: Any = self._renderer.new_gc()
        context.set_antialiased(True)
        context.set_snap(False)  # or dots and strokes would be moved to whole pixels
        context.set_linewidth(0.0)
        self._renderer.draw_path(context, path, IdentityTransform(), (*_rgb(colour), 1.0))


class _Font:
    """Outlines of letters, for a size of one pixel; not hinted, so that they scale."""

    def __init__(self, name: str) -> None:
        import matplotlib as mpl
        from matplotlib import ft2font as fonts

        ft2font: Any = fonts  # what it has depends on its version
        file = Path(mpl.get_data_path()) / "fonts" / "ttf" / name
        # One for each text: fonts may not be shared by threads.
        self._font = ft2font.FT2Font(str(file))
        self._font.set_size(_UNITS, 72)
        flags = getattr(ft2font, "LoadFlags", None)  # since matplotlib 3.10
        self._no_hinting = flags.NO_HINTING if flags else ft2font.LOAD_NO_HINTING

    def outlines(self, text: str) -> tuple[list[tuple[Any, Any]], float]:
        """Corners and codes of each letter, and how wide all of them are."""
        found = []
        x = 0.0
        for letter in text:
            code = ord(letter) if self._font.get_char_index(ord(letter)) else ord(_NO_GLYPH)
            glyph = self._font.load_char(code, self._no_hinting)
            points, codes = self._font.get_path()
            if len(points):
                found.append((np.asarray(points) / _UNITS + (x, 0.0), codes))
            x += glyph.linearHoriAdvance / 65536 / _UNITS
        return found, x


def _stripes(corners: tuple[Point, ...], apart: float) -> Iterator[tuple[Point, Point]]:
    """Rising lines through an axis-aligned rectangle, one every ``apart`` pixels along an axis."""
    xs, ys = zip(*corners, strict=True)
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    for number in range(int((left + top) // apart) + 1, int((right + bottom) // apart) + 1):
        total = number * apart
        first, last = max(left, total - bottom), min(right, total - top)
        if first < last:
            yield (first, total - first), (last, total - last)


def _png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Rows of red, green, blue and opacity as PNG (ISO/IEC 15948), 8 bits each, unfiltered."""
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 6, 0, 0, 0))
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in chunks
    )


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255
