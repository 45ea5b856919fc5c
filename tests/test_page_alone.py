"""What somebody who knows nothing of the project can say from a page alone.

Three runs whose story is written down beside them; the page has to tell it: which
executions were not met, and why, and nothing of the others.
"""

from __future__ import annotations

import re

import attrs
import pytest

import backrun_fit as bf
from backrun_fit.render.html import report_html
from tests.conftest import ROOT
from tests.pages import text_of, tree, with_class
from tests.rehearsals import START


@attrs.frozen
class Story:
    """A rehearsed run, and what happened in it.

    Attributes:
        workout: Of the fixtures.
        faults: What the runner did otherwise.
        told: For each execution that was not met its verdict and words that give the reason.
    """

    workout: str
    faults: tuple[str, ...]
    told: dict[int, tuple[str, str]]


STORIES = {
    # Eight times a mile and an eighth backward. The third mile was passed over with the lap
    # button, and the sixth backward part (the twelfth execution) ended half-way.
    "a long run with a mile left out": Story(
        "long-run",
        ("skip:5", "short:12:0.5"),
        {5: ("skipped", "passed over"), 12: ("short", "98 m of 201 m: too short")},
    ),
    # Six times 800 m with the first 60 s of each recovery backward. The second 800 m (the
    # fifth execution) was run at two thirds of its speed.
    "intervals with one that was jogged": Story(
        "intervals", ("slow:5:0.35",), {5: ("slow", "planned 3:45-3:58/km: too slow")}
    ),
    # Backward repeats on a short day: the runner went home in the middle of the seventh execution.
    "a short day that ended early": Story(
        "short-day",
        ("abandon:7:0.5",),
        {
            7: ("unfinished", "10 s of 20 s: the recording ended"),
            **dict.fromkeys(range(8, 20), ("skipped", "the recording ended before it")),
        },
    ),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_the_page_alone_says_what_was_not_met_and_why(story: Story) -> None:
    plan = bf.read_workout(ROOT / "fixtures" / "workouts" / f"{story.workout}.fit")
    faults = [bf.parse_fault(text) for text in story.faults]
    activity = bf.rehearse(plan, seed=2, started_at=START, faults=faults).activity
    page = tree(report_html(bf.check(activity), activity))
    (misses,) = with_class(page, "misses")
    lines = [text_of(row) for row in misses if text_of(row)]
    told: dict[int, str] = {}
    for line in lines:
        verdict, numbers = re.match(r"\W*([a-z ]+?) (\d[\d, -]*)", line).groups()  # type: ignore[union-attr]
        for first, last in re.findall(r"(\d+)(?:-(\d+))?", numbers):
            told |= dict.fromkeys(range(int(first), int(last or first) + 1), f"{verdict}: {line}")
    assert told.keys() == story.told.keys()
    for number, (verdict, reason) in story.told.items():
        assert told[number].startswith(f"{verdict}: ")
        assert reason in told[number]
