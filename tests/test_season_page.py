"""The season page: what it says is what the reports say, and its links lead to them."""

from __future__ import annotations

import base64
import hashlib
import math
import random
import re
import time
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backrun_fit as bf
from backrun_fit.compliance.evidence import CAVEAT
from backrun_fit.errors import SpecError
from backrun_fit.render.html.season_page import CheckedRun, season_html
from backrun_fit.render.html.season_runs import ordered
from backrun_fit.render.html.season_weeks import Break, Planned, Week, laid_out, paired
from backrun_fit.report import Evidence, Report, Verdict
from backrun_fit.season import SeasonFiles, compile_season
from backrun_fit.units import UnitSystem, format_distance
from backrun_fit.wording import shown
from tests.browser import Absent, opened, serious
from tests.pages import cells, text_of, tree, with_class
from tests.seasons import planned, season

_BAD = "<script>alert(1)</script><img src=x onerror=alert(1)> & {{7*7}} \x00\x1b[31m \u202egnp"
_FAULTS = {1: "short:4:0.5", 3: "skip:4", 4: "abandon:2"}


@cache
def _plan() -> SeasonFiles:
    """Three weeks from Monday, 2 March 2026, with sessions on Tuesdays and Sundays."""
    return compile_season(
        season(
            planned("backward_repeats", "1mi @ easy", day="Tue", label="Short"),
            planned("after_each_mile", "3mi @ easy", day="Sun", label="Long"),
            weeks=3,
        )
    )


@cache
def _runs() -> tuple[CheckedRun, ...]:
    """One run a session, some with a fault; nothing of the last one."""
    return tuple(_run(number) for number in range(5))


@cache
def _run(number: int) -> CheckedRun:
    session = _plan().sessions[number]
    started_at = datetime.combine(session.dated.date, datetime.min.time(), UTC) + timedelta(hours=8)
    faults = [bf.parse_fault(_FAULTS[number])] if number in _FAULTS else []
    rehearsal = bf.rehearse(session.workout, seed=number, started_at=started_at, faults=faults)
    return CheckedRun(report=bf.check(rehearsal.activity), page=f"{number} run.html")


def _at(run: CheckedRun, when: datetime, name: str | None = None) -> CheckedRun:
    """The same run at another time, and under another name."""
    workout = run.report.workout
    named = attrs.evolve(workout, name=workout.name if name is None else name)
    return attrs.evolve(run, report=attrs.evolve(run.report, started_at=when, workout=named))


def _backward_m(report: Report) -> float:
    """Put together without the page."""
    return math.fsum(
        result.done.distance_m or 0.0
        for result in report.results
        if result.was_done and result.done and result.planned.step.movement.is_backward
    )


def _parts(report: Report) -> str:
    backward = report.backward
    return f"{backward.done_count} of {backward.planned_count} parts" if backward else ""


def _expected_row(run: CheckedRun, units: UnitSystem) -> list[str]:
    report, started_at = run.report, run.report.started_at
    missed = []
    for verdict in Verdict:
        numbers = [each.planned.number for each in report.results if each.verdict is verdict]
        if verdict.is_miss and numbers:
            rising = numbers == list(range(numbers[0], numbers[-1] + 1)) and len(numbers) > 1
            told = f"{numbers[0]}-{numbers[-1]}" if rising else ", ".join(map(str, numbers))
            missed.append(f"{verdict.value} {told}")
    evidence = report.evidence
    label, effect = evidence.label.replace("_", " "), evidence.cadence_effect
    return [
        f"{started_at.day} {started_at:%b %Y %H:%M}",
        report.workout.name,
        "" if report.score is None else f"{report.score:.0f}",
        "" if report.work_score is None else f"{report.work_score:.0f}",
        report.verdict.value.replace("_", " "),
        "; ".join(missed),
        f"{format_distance(_backward_m(report), units)} {_parts(report)}".strip(),
        label
        if effect is None
        else f"{label} {effect:+.1%} ± {100 * (evidence.uncertainty or 0):.1f}",
    ]


def _rows_differ(root: Element, runs: tuple[CheckedRun, ...], units: UnitSystem) -> list[int]:
    """Places of the runs whose row says anything else than the report."""
    rows = cells(next(with_class(root, "runs")))
    assert len(rows) == len(runs)
    return [
        place
        for place, (row, run) in enumerate(zip(rows, runs, strict=True))
        if row != _expected_row(run, units)
    ]


def _named(root: Element, name: str) -> Element:
    for section in root.iter("section"):
        if any(text_of(each) == name for each in section.iter("h2")):
            return section
    raise AssertionError(f"no section {name!r}")


# What the page says.


@pytest.mark.parametrize("units", ["metric", "statute"])
def test_every_run_has_a_row_that_says_what_its_report_says(units: UnitSystem) -> None:
    assert _rows_differ(tree(season_html(_runs(), units=units)), _runs(), units) == []


def test_a_row_that_says_something_else_is_noticed() -> None:
    second = attrs.evolve(_runs()[1], report=attrs.evolve(_runs()[1].report, score=12.0))
    changed = (_runs()[0], second, *_runs()[2:])
    assert _rows_differ(tree(season_html(_runs())), changed, "metric") == [1]


def test_the_conclusion_comes_first_in_one_line() -> None:
    root = tree(season_html(_runs()))
    reports = [run.report for run in _runs()]
    met = sum(all(each.verdict is Verdict.MET for each in report.results) for report in reports)
    assert 0 < met < len(reports)
    whole_m = math.fsum(map(_backward_m, reports))
    line = f"5 runs, {met} fully met, {format_distance(whole_m)} backward in all."
    assert text_of(next(next(root.iter("section")).iter("p"))) == line


def test_a_run_in_doubt_is_not_fully_met_and_what_was_not_measured_is_counted_apart() -> None:
    met = _runs()[0]
    assert ordered([met])[0].is_fully_met
    doubtful = attrs.evolve(met, report=attrs.evolve(met.report, verdict=Verdict.IN_DOUBT))
    assert not ordered([doubtful])[0].is_fully_met
    activity = bf.read_activity(Path(__file__).parent.parent / "fixtures/activities/treadmill.fit")
    treadmill = CheckedRun(report=bf.check(activity))
    root = tree(season_html([doubtful, treadmill]))
    told = text_of(next(root.iter("main")))
    assert "2 runs, 0 fully met" in told
    assert "or in doubt where the cadence speaks against running backward" in told
    assert "7 done, not measured." in told
    assert "1 run scored by length only." in told
    rows = cells(next(with_class(root, "runs")))
    assert [row[4] for row in rows] == ["in doubt", "done, not measured"]
    assert [row[5] for row in rows] == ["", "7 done, not measured"]


def test_weeks_say_what_their_runs_say() -> None:
    rows = cells(next(with_class(tree(season_html(_runs(), season=_plan())), "weeks")))
    assert [row[0] for row in rows] == ["2 Mar 2026", "9 Mar 2026", "16 Mar 2026"]
    for row, place in zip(rows, (0, 2, 4), strict=True):
        reports = [run.report for run in _runs()[place : place + 2]]
        results = [result for report in reports for result in report.results]
        met = sum(result.verdict is Verdict.MET for result in results)
        scores = [report.score for report in reports if report.score is not None]
        sessions = _plan().sessions[place : place + 2]
        planned_m = math.fsum(each.amounts.backward.distance_m for each in sessions)
        assert row[1] == str(len(reports))
        assert row[3:] == [
            f"{met} of {len(results)}",
            f"{sum(scores) / len(scores):.0f}",
            format_distance(math.fsum(map(_backward_m, reports))),
            format_distance(planned_m),
            f"{len(reports)} of 2",
        ]


def test_what_has_no_run_and_what_has_no_plan_is_said() -> None:
    beside = _at(_runs()[0], datetime(2026, 3, 12, 7, tzinfo=UTC), "Beside")
    page = season_html([_runs()[0], _runs()[4], beside], season=_plan())
    told = text_of(_named(tree(page), "Against the plan"))
    assert "2 of 5 sessions planned up to the last run were run" in told
    for session in _plan().sessions[1:4]:
        assert f"{session.workout.name}, " in told
    assert f"12 Mar 2026: Beside, {format_distance(_backward_m(beside.report))} backward" in told
    assert "After the last run is 1 planned session" in told


def test_evidence_never_stands_without_its_caveat() -> None:
    assert "Uncalibrated" in CAVEAT
    assert CAVEAT in text_of(_named(tree(season_html(_runs())), "Evidence of running backward"))


def test_steps_without_a_distance_are_said_not_counted_as_nothing() -> None:
    report = _runs()[0].report
    results = tuple(
        attrs.evolve(each, done=each.done and attrs.evolve(each.done, distance_m=None))
        for each in report.results
    )
    back = sum(each.planned.step.movement.is_backward for each in results)
    page = season_html([CheckedRun(report=attrs.evolve(report, results=results))])
    assert f"No distance was recorded of {back} backward steps." in text_of(tree(page))


# Pairing and weeks.


def _pairs(*runs: CheckedRun) -> dict[str, str]:
    """Names of sessions and of the runs that stand for them."""
    return {
        each.name: each.run.name
        for each in paired(ordered(runs), _plan().sessions)
        if each.run is not None
    }


def test_a_run_stands_for_the_session_of_its_day_whatever_its_name() -> None:
    assert _pairs(_at(_runs()[0], datetime(2026, 3, 8, tzinfo=UTC), "x")) == {"W01 Sun Long": "x"}


def test_of_two_runs_a_day_the_one_of_the_name_stands_for_the_session() -> None:
    early = _at(_runs()[0], datetime(2026, 3, 8, 6, tzinfo=UTC), "x")
    assert _pairs(early, _runs()[1]) == {"W01 Sun Long": "W01 Sun Long"}


def test_an_evening_that_is_the_next_day_in_utc_counts_for_its_session_and_week() -> None:
    late = _at(_runs()[1], datetime(2026, 3, 9, 1, tzinfo=UTC))
    assert _pairs(late) == {"W01 Sun Long": "W01 Sun Long"}
    runs = ordered([late])
    first = laid_out(runs, paired(runs, _plan().sessions))[0]
    assert isinstance(first, Week)
    assert first.runs == runs
    page = season_html([late], season=_plan())
    assert "planned for 8 Mar 2026, recorded on 9 Mar 2026 in UTC" in text_of(tree(page))


def test_the_name_of_another_day_is_no_reason_to_stand_for_it() -> None:
    assert _pairs(_at(_runs()[1], datetime(2026, 3, 11, tzinfo=UTC))) == {}


@settings(max_examples=50)
@given(st.lists(st.datetimes(datetime(1989, 12, 31), datetime(2099, 1, 1)), max_size=12))
def test_every_run_and_session_is_in_one_week(starts: list[datetime]) -> None:
    runs = ordered([_at(_runs()[0], at.replace(tzinfo=UTC)) for at in starts])
    sessions: tuple[Planned, ...] = paired(runs, _plan().sessions)
    slots = laid_out(runs, sessions)
    weeks = [slot for slot in slots if isinstance(slot, Week)]
    numbers = sorted(run.number for week in weeks for run in week.runs)
    assert numbers == [run.number for run in runs]
    assert sorted(each.day for week in weeks for each in week.planned) == [
        each.day for each in sessions
    ]
    dated = [week.monday for week in weeks if week.monday is not None]
    assert dated == sorted(set(dated))
    assert all(monday.weekday() == 0 for monday in dated)
    left_out = sum(slot.weeks for slot in slots if isinstance(slot, Break))
    assert (dated[-1] - dated[0]).days // 7 + 1 == len(dated) + left_out


def test_an_hour_after_the_watch_was_switched_on_is_no_date() -> None:
    runs = [_at(_runs()[0], datetime(1989, 12, 31, 1, tzinfo=UTC)), _runs()[1]]
    assert [run.day for run in ordered(runs)] == [None, date(2026, 3, 8)]
    rows = cells(next(with_class(tree(season_html(runs, season=_plan())), "runs")))
    assert rows[0][0] == "no date"


def test_years_without_a_run_take_no_room() -> None:
    runs = [_runs()[0], _at(_runs()[1], datetime(2046, 3, 8, tzinfo=UTC))]
    rows = cells(next(with_class(tree(season_html(runs)), "weeks")))
    assert [row[0] for row in rows] == [
        "2 Mar 2026", "1043 weeks without a run, left out", "5 Mar 2046",
    ]  # fmt: skip


# Links and hostile text.


def _links(page: str) -> list[str]:
    return [each.get("href", "") for each in tree(page).iter("a")]


@pytest.mark.parametrize(
    "name",
    ["2026-03-01 run.html", "a#b?c&d.html", "100%.html", "javascript:alert(1)", "é/ж.html", _BAD],
)
def test_a_link_leads_to_the_file_of_any_name(name: str) -> None:
    (link,) = _links(season_html([attrs.evolve(_runs()[0], page=name)]))
    assert unquote(link) == name
    assert not set(link) & set(":#?&\"'<> \\")


def test_a_run_without_a_page_has_no_link() -> None:
    assert _links(season_html([attrs.evolve(_runs()[0], page=None)])) == []


@pytest.mark.parametrize("page", ["", "/etc/passwd", "//example.org/x", "\ud800"])
def test_a_link_out_of_the_folder_is_refused(page: str) -> None:
    with pytest.raises(SpecError, match="page: expected a"):
        attrs.evolve(_runs()[0], page=page)


def _hostile() -> list[CheckedRun]:
    return [_at(run, run.report.started_at, _BAD * 3) for run in _runs()]


def test_hostile_names_are_text() -> None:
    named = attrs.evolve(_plan(), season=attrs.evolve(_plan().season, name=_BAD))
    page = season_html(_hostile(), season=named)
    root = tree(page)
    assert not [each for each in root.iter() if each.tag in ("script", "img")]
    assert text_of(next(root.iter("h1"))) == " ".join(shown(_BAD).split())
    assert not set(page) & set("\x00\x1b\u202e")


# Markup and bytes.


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = season_html(_runs(), season=_plan())
    root = tree(page)
    tags = {each.tag for each in root.iter() if isinstance(each.tag, str)}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "image", "base"}
    ids = [each.get("id", "") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in ("style", "src")
            assert "//" not in value
            if name in ("aria-labelledby", "aria-describedby"):
                assert value in ids
    (style,) = ["".join(each.itertext()) for each in root.iter("style")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}';" in page
    assert not re.search(r"@import|url\(http", page)


def test_every_chart_has_a_name_and_a_description() -> None:
    charts = list(with_class(tree(season_html(_runs(), season=_plan())), "chart"))
    assert len(charts) == 8
    for chart in charts:
        assert [each.tag for each in chart][:2] == ["title", "desc"]
        assert all(text_of(each) for each in list(chart)[:2])


def test_the_order_of_the_runs_changes_no_byte() -> None:
    runs = list(_runs())
    whole = season_html(runs, season=_plan())
    random.Random(1).shuffle(runs)
    assert runs != list(_runs())
    assert season_html(iter(runs), season=_plan()) == whole


def test_no_run_is_an_error_that_says_so() -> None:
    with pytest.raises(SpecError, match="expected one or more checked runs, got none"):
        season_html([])


def test_runs_without_score_or_backward_parts_make_a_page() -> None:
    report = _runs()[0].report
    bare = attrs.evolve(
        report,
        score=None,
        verdict=Verdict.NOT_MEASURABLE,
        results=(),
        evidence=Evidence(label="not_applicable", caveat=CAVEAT),
    )
    root = tree(season_html([CheckedRun(report=bare)]))
    assert "No run has a score." in text_of(root)
    assert not any(text_of(each).startswith("Evidence of") for each in root.iter("h2"))


def test_two_hundred_runs_are_small_and_quick() -> None:
    runs = [
        _at(_runs()[n % 5], datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=3.5 * n))
        for n in range(200)
    ]
    begun_s = time.process_time()
    page = season_html(runs)
    assert time.process_time() - begun_s < 2.0
    assert len(page.encode()) < 1_000_000
    assert len(cells(next(with_class(tree(page), "runs")))) == 200


# In a browser.


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_quiet_fits_and_has_no_serious_obstacle(
    width: int, scheme: str, tmp_path: Path
) -> None:
    page = tmp_path / "index.html"
    page.write_text(season_html([*_runs(), *_hostile()], season=_plan()), encoding="utf-8")
    try:
        with opened(page, width=width, scheme="dark" if scheme == "dark" else "light") as found:
            assert found.complaints == []
            assert found.requests == [found.page.url]
            assert found.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert serious(found) == []
    except Absent as missing:
        pytest.skip(str(missing))


@pytest.mark.slow
def test_a_click_opens_the_page_of_a_run(tmp_path: Path) -> None:
    name = "a #1? 100%.html"
    (tmp_path / name).write_text("<title>the run</title>")
    page = tmp_path / "index.html"
    page.write_text(season_html([attrs.evolve(_runs()[0], page=name)]), encoding="utf-8")
    try:
        with opened(page) as found:
            found.page.click("table a")
            assert found.page.title() == "the run"
    except Absent as missing:
        pytest.skip(str(missing))
