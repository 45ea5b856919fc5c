"""Claims about steps whose length was met and whose target could not be measured."""

from __future__ import annotations

import io
import json

import attrs
import numpy as np
import pytest
from rich.console import Console

from backrun_fit.activity import Activity
from backrun_fit.batch.checking import RunResult
from backrun_fit.batch.run_rows import run_row
from backrun_fit.compliance import check
from backrun_fit.compliance.judge import overall_verdict
from backrun_fit.render.document import as_json, report_document
from backrun_fit.render.html import report_html
from backrun_fit.render.text import conclusion, report_text
from backrun_fit.report import Report, StepResult, Verdict
from backrun_fit.workout import HeartRateTarget, PaceTarget
from tests.activities import as_planned, plan, record, timed
from tests.pages import text_of, tree, with_class

EASY = PaceTarget(slowest_mps=2.4, fastest_mps=2.6)
HEART = HeartRateTarget(lowest_bpm=130.0, highest_bpm=150.0)
WORKOUT = plan(timed(300, EASY), timed(300, HEART), timed(300))


def run() -> Activity:
    """As planned, on a watch without a heart rate sensor."""
    activity = record(as_planned(WORKOUT), WORKOUT)
    nothing = np.full(len(activity.track), np.nan)
    return attrs.evolve(activity, track=attrs.evolve(activity.track, heart_rate_bpm=nothing))


@pytest.fixture(scope="module")
def report() -> Report:
    return check(run())


def test_a_step_that_lasted_as_planned_without_its_heart_rate_is_done_and_not_measured(
    report: Report,
) -> None:
    assert [result.verdict for result in report.results] == [
        Verdict.MET,
        Verdict.DONE_UNMEASURED,
        Verdict.MET,
    ]
    findings = {one.component: one.verdict for one in report.results[1].findings}
    assert findings == {"extent": Verdict.MET, "heart_rate": Verdict.NOT_MEASURABLE}
    assert report.results[1].was_done


def test_it_costs_nothing_and_is_no_miss(report: Report) -> None:
    assert report.score == 100.0
    assert report.verdict is Verdict.DONE_UNMEASURED
    assert not report.verdict.is_miss


def test_the_text_counts_it_apart_from_what_was_met(report: Report) -> None:
    assert conclusion(report) == (
        "Session 100 (not all targets measured) - work 100. 2 of 3 steps met, 1 done, not measured"
    )
    out = io.StringIO()
    Console(file=out, width=120, highlight=False, markup=False).print(report_text(report))
    (row,) = [line for line in out.getvalue().splitlines() if line.lstrip().startswith("2 ")]
    assert row.rstrip().endswith("done, not measured")


def test_the_document_has_its_own_word_for_it(report: Report) -> None:
    document = json.loads(as_json(report_document(report)))
    assert document["verdict"] == "done_unmeasured"
    assert [one["verdict"] for one in document["executions"]] == ["met", "done_unmeasured", "met"]


def test_the_page_shows_it_with_a_word_and_a_shape_of_its_own(report: Report) -> None:
    root = tree(report_html(report, run()))
    badges = {text_of(badge): badge for badge in with_class(root, "badge")}
    assert set(badges) == {"met", "done, not measured"}
    shapes = [
        [sorted(each.attrib.items()) for each in next(badge.iter("svg"))]
        for badge in badges.values()
    ]
    assert shapes[0] != shapes[1]


def test_a_row_of_a_batch_does_not_call_it_met_missed_or_not_measurable(report: Report) -> None:
    row = run_row(RunResult(input="a.fit", number=0, source="a.fit", report=report), None)
    assert (row["verdict"], row["missed"]) == ("done_unmeasured", False)
    names = ("met", "missed", "done_unmeasured", "not_measurable", "execution")
    assert [row[f"{name}_count"] for name in names] == [2, 0, 1, 0, 3]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((), "not_measurable"),
        (("not_measurable",), "not_measurable"),
        (("met", "not_measurable"), "met"),
        (("met", "done_unmeasured", "not_measurable"), "done_unmeasured"),
        (("done_unmeasured", "slow"), "slow"),
        (("slow", "fast", "long", "short"), "short"),
        (("unfinished", "short", "not_measurable"), "unfinished"),
        (("met", "skipped", "unfinished"), "skipped"),
    ],
)
def test_the_verdict_of_a_report_is_the_worst_of_its_steps(
    verdicts: tuple[str, ...], expected: str, report: Report
) -> None:
    one: StepResult = report.results[0]
    results = [attrs.evolve(one, verdict=Verdict(verdict)) for verdict in verdicts]
    assert overall_verdict(results).value == expected
