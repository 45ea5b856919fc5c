"""Claims about pages in a real browser: quiet, closed to the network, readable by everyone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import attrs
import pytest

from backrun_fit.compliance import check
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.render.html import report_html
from backrun_fit.workout import Step
from tests.browser import Absent, Opened, opened, serious
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

FIXTURES = sorted((ROOT / "fixtures" / "activities").glob("*.fit"))
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def page_of(path: Path, folder: Path) -> Path:
    activity = read_activity(path)
    page = folder / f"{path.stem}.html"
    page.write_text(report_html(check(activity), activity), encoding="utf-8")
    return page


@pytest.fixture(params=[(width, scheme) for width in (390, 1280) for scheme in SCHEMES])
def seen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """The report of a rehearsed long run, narrow and wide, light and dark."""
    width, scheme = request.param
    try:
        with opened(page_of(FIXTURES[1], tmp_path), width=width, scheme=scheme) as found:
            yield found
    except Absent as missing:
        pytest.skip(str(missing))


def test_a_report_asks_for_nothing_complains_of_nothing_and_fits_its_window(seen: Opened) -> None:
    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith("data:")] == [seen.page.url]
    assert seen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert len(seen.page.screenshot(full_page=True)) > 50_000


def test_a_report_has_no_serious_obstacle_for_anyone(seen: Opened) -> None:
    assert serious(seen) == []


def test_an_obstacle_is_found_where_there_is_one(tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text("<title>x</title><img src='data:,'><p style='color:#eee'>pale</p>")
    try:
        with opened(page) as found:
            ids = {line.split()[0] for line in serious(found)}
    except Absent as missing:
        pytest.skip(str(missing))
    assert {"image-alt", "html-has-lang", "color-contrast"} <= ids


@pytest.mark.parametrize("activity", FIXTURES, ids=lambda path: path.stem)
def test_a_report_prints_on_two_pages_of_a4(activity: Path, tmp_path: Path) -> None:
    try:
        with opened(page_of(activity, tmp_path)) as found:
            pdf = found.page.pdf(format="A4", prefer_css_page_size=True)
    except Absent as missing:
        pytest.skip(str(missing))
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") <= 2


HOSTILE = (
    "<script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe",
    "x" * 200,
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_and_runs_nothing(name: str, tmp_path: Path) -> None:
    activity = read_activity(FIXTURES[1])
    assert activity.workout is not None
    messages = tuple(
        attrs.evolve(one, name=f"Back {name}", notes=name) if isinstance(one, Step) else one
        for one in activity.workout.messages
    )
    workout = attrs.evolve(activity.workout, name=name, messages=messages, notes=name)
    activity = attrs.evolve(activity, workout=workout, source=f"{name}.fit")
    page = tmp_path / "hostile.html"
    page.write_text(report_html(check(activity), activity), encoding="utf-8")
    try:
        with opened(page) as found:
            found.page.on("dialog", lambda dialog: found.complaints.append(dialog.message))
            found.page.reload()
            text = found.page.inner_text("body")
            assert found.page.evaluate("document.scripts.length") == 0
            assert found.page.evaluate("document.images.length") == 0
            assert found.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    except Absent as missing:
        pytest.skip(str(missing))
    assert found.complaints == []
    assert "\u202e" not in text
    visible = name.replace("\u202e", "").strip()
    assert visible in text.replace("\n", "")
