"""The pictures of the documentation, drawn anew: ``make pictures`` (needs Chromium)."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from backrun_fit.compliance import check
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.rehearsal import parse_fault, rehearse
from backrun_fit.render.html import report_html
from tests.browser import opened
from tests.conftest import ROOT
from tests.rehearsals import START

Sizes = dict[str, tuple[int, int, Literal["light", "dark"]]]

FOLDER = ROOT / "docs" / "pictures"
README: Sizes = {"report-wide": (1280, 1500, "light"), "report-phone": (390, 1500, "dark")}
IN_DOUBT: Sizes = {"report-in-doubt": (1280, 1010, "light")}


def draw() -> None:
    """An interval session with three faults, and a long run with its backward parts run forward."""
    _draw("intervals", ("short:5:0.5", "skip:9", "slow:14:0.4"), README)
    _draw("long-run", tuple(f"forward:{number}" for number in range(2, 17, 2)), IN_DOUBT)


def _draw(workout: str, faults: tuple[str, ...], sizes: Sizes) -> None:
    plan = read_workout(ROOT / "fixtures" / "workouts" / f"{workout}.fit")
    given = [parse_fault(text) for text in faults]
    activity = rehearse(plan, seed=1, started_at=START, faults=given).activity
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        page.write_text(report_html(check(activity), activity), encoding="utf-8")
        for name, (width, height, scheme) in sizes.items():
            with opened(page, width=width, scheme=scheme) as seen:
                seen.page.set_viewport_size({"width": width, "height": height})
                picture = Image.open(io.BytesIO(seen.page.screenshot()))
            _few_colours(picture.convert("RGB")).save(FOLDER / f"{name}.png", optimize=True)


def _few_colours(picture: Image.Image) -> Image.Image:
    """The picture in its 256 most frequent colours, so that a mark of few points keeps its own."""
    colours, counts = np.unique(np.asarray(picture).reshape(-1, 3), axis=0, return_counts=True)
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours[np.argsort(-counts, kind="stable")[:256]].tobytes())
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


if __name__ == "__main__":
    draw()
