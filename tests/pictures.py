"""The pictures of the README, drawn anew: ``make pictures`` (needs Chromium)."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image

from backrun_fit.compliance import check
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.rehearsal import parse_fault, rehearse
from backrun_fit.render.html import report_html
from tests.browser import opened
from tests.conftest import ROOT
from tests.rehearsals import START

FOLDER = ROOT / "docs" / "pictures"
SIZES = {"report-wide": (1280, 1500, "light"), "report-phone": (390, 1500, "dark")}


def draw() -> None:
    """Both pictures, of a rehearsed interval session with three faults."""
    plan = read_workout(ROOT / "fixtures" / "workouts" / "intervals.fit")
    faults = [parse_fault(text) for text in ("short:5:0.5", "skip:9", "slow:14:0.4")]
    activity = rehearse(plan, seed=1, started_at=START, faults=faults).activity
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        page.write_text(report_html(check(activity), activity), encoding="utf-8")
        for name, (width, height, scheme) in SIZES.items():
            with opened(page, width=width, scheme="dark" if scheme == "dark" else "light") as seen:
                seen.page.set_viewport_size({"width": width, "height": height})
                picture = Image.open(io.BytesIO(seen.page.screenshot()))
            small = picture.convert("RGB").quantize(128)
            small.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    draw()
