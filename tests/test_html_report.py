"""The HTML report: what it says is what the report says, and nothing in it runs or loads."""

from __future__ import annotations

import base64
import hashlib
import itertools
import math
import re
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

import attrs
import html5lib.html5parser
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backrun_fit as bf
from backrun_fit.activity import TRACK_COLUMNS, Activity, Track
from backrun_fit.compiled import CompiledWorkout, RepeatMessage, unroll
from backrun_fit.errors import DataWarning, MissingExtraError
from backrun_fit.render.bars import intensity_word
from backrun_fit.render.drawing import DARK, LIGHT
from backrun_fit.render.html import page as page_room
from backrun_fit.render.html import report_html
from backrun_fit.render.html.course import Course
from backrun_fit.render.html.facts import (
    MAX_ROWS,
    costs,
    misses,
    moved,
    movement_word,
    rows_shown,
    rows_text,
    steps_text,
    unmeasured,
)
from backrun_fit.render.parts import done_text, numbers_text, verdict_word
from backrun_fit.render.text import conclusion
from backrun_fit.report import Report, StepResult, Verdict
from backrun_fit.units import UnitSystem, format_distance, format_duration, format_pace
from backrun_fit.wording import duration_text, likelihood_text, shown, target_text
from backrun_fit.workout import DistanceDuration, Movement, PaceTarget, Step
from tests.activities import Piece, plan, record, timed
from tests.pages import cells, text_of, tree, with_class
from tests.rehearsals import SEEDS, START, faults, plans

ROOT = Path(__file__).resolve().parent.parent
_FAULTS = ("short:5:0.5", "skip:9", "slow:14:0.4", "forward:12")
_BAD = "<script>alert(1)</script><img src=x onerror=alert(1)> & ]]> {{7*7}} \x00\x1b[31m \u202egnp"


@cache
def _intervals(*given: str) -> tuple[Report, Activity]:
    """Track Tuesday, rehearsed with faults."""
    plan = bf.read_workout(ROOT / "fixtures" / "workouts" / "intervals.fit")
    rehearsal = bf.rehearse(
        plan, seed=1, started_at=START, faults=[bf.parse_fault(each) for each in given]
    )
    return bf.check(rehearsal.activity), rehearsal.activity


@cache
def _page(*given: str) -> Element:
    return tree(report_html(*_intervals(*given)))


def _heading_texts(root: Element) -> list[str]:
    return [text_of(each) for each in root.iter() if each.tag in ("h1", "h2", "h3")]


def _named(root: Element, name: str) -> Element:
    """The section that a heading names."""
    for section in root.iter("section"):
        if any(text_of(each) == name for each in section.iter("h2")):
            return section
    raise AssertionError(f"no section {name!r} in {_heading_texts(root)}")


def _expected_row(result: StepResult, units: UnitSystem = "metric") -> list[str]:
    """What the row of an execution has to say, put together without the template."""
    step, done = result.planned.step, result.done if result.was_done else None
    named = shown(step.name)
    label = [named or (intensity_word(step.intensity) if step.intensity else "forward")]
    if named and step.intensity:
        label.append(intensity_word(step.intensity))
    if step.movement is not Movement.RUN and (named or step.intensity):
        label.append(movement_word(step.movement))
    elif step.movement is not Movement.RUN:
        label = [movement_word(step.movement)]
    heart_rate = None if done is None else done.heart_rate_bpm
    cadence = None if done is None else done.cadence_spm
    in_band = None if done is None else done.in_band_fraction
    return [
        str(result.planned.number),
        " ".join(label),
        f"{duration_text(step.duration, units)} {target_text(step.target, units)}".strip(),
        done_text(result, units),
        "" if done is None or done.speed_mps is None else format_pace(done.speed_mps, units),
        "" if in_band is None else f"{in_band:.0%}",
        "" if heart_rate is None else f"{heart_rate:.0f}",
        "" if cadence is None else f"{cadence:.0f}",
        verdict_word(result.verdict),
        " ".join("; ".join(finding.message for finding in result.findings).split()),
    ]


def _rows_differ(root: Element, report: Report, units: UnitSystem = "metric") -> list[int]:
    """Numbers of the executions whose row says anything else than the report."""
    table = next(with_class(root, "executions"))
    rows = cells(table)
    assert len(rows) == len(report.results)
    return [
        result.planned.number
        for row, result in zip(rows, report.results, strict=True)
        if row != _expected_row(result, units)
    ]


# What the page says.


@pytest.mark.parametrize("given", [(), _FAULTS])
def test_every_execution_has_a_row_that_says_what_the_report_says(given: tuple[str, ...]) -> None:
    assert _rows_differ(_page(*given), _intervals(*given)[0]) == []


def test_a_row_that_says_something_else_is_noticed() -> None:
    report, _ = _intervals(*_FAULTS)
    third = report.results[2]
    other = attrs.evolve(third, verdict=Verdict.LONG)
    changed = attrs.evolve(report, results=(*report.results[:2], other, *report.results[3:]))
    assert _rows_differ(_page(*_FAULTS), changed) == [3]


def test_statute_units_go_all_the_way() -> None:
    _, activity = _intervals()
    report = bf.check(activity, units="statute")
    page = report_html(report, activity, units="statute")
    assert _rows_differ(tree(page), report, "statute") == []
    assert "min/mi" in page
    assert "/km" not in page


def test_all_measurements_are_on_the_page() -> None:
    report, _ = _intervals(*_FAULTS)
    rows = cells(next(_page(*_FAULTS).iter("details")))
    for row, result in zip(rows, report.results, strict=True):
        assert row[0] == str(result.planned.number)
        assert row[2] == result.pairing
        assert row[-2] == f"{result.role}, {result.weight:.1%}"
        assert row[-1] == ("" if result.quality is None else f"{result.quality:.0%}")
        done = result.done
        if done is None or result.first_lap is None or result.last_lap is None:
            continue
        one, last = result.first_lap + 1, result.last_lap + 1
        assert row[1] == (str(one) if one == last else f"{one}-{last}")
        assert row[4:7] == [
            f"{done.timer_s:.1f} s",
            f"{done.elapsed_s:.1f} s",
            format_distance(done.distance_m or 0.0),
        ]
        assert row[19] == str(done.sample_count)
        if done.in_band_fraction is not None:
            assert row[9] == f"{done.in_band_fraction:.0%}"
        if done.cadence_spm is not None:
            assert row[13] == f"{done.cadence_spm:.0f}"


def _figures(root: Element) -> dict[str, str]:
    """What stands beside the ring."""
    return {
        text_of(next(each.iter("dt"))): text_of(next(each.iter("dd")))
        for each in next(with_class(root, "scores"))
    }


def test_the_conclusion_comes_first_with_its_figures_and_misses() -> None:
    report, _ = _intervals(*_FAULTS)
    root = _page(*_FAULTS)
    first = next(root.iter("section"))
    assert report.score is not None
    assert report.work_score is not None
    assert report.backward is not None
    assert report.backward.score is not None
    assert text_of(next(with_class(first, "ring"))).split() == [f"{report.score:.0f}", "session"]
    assert _figures(first) == {
        "Work": f"{report.work_score:.0f}",
        "Backward": f"{report.backward.score:.0f}",
        "Backward parts": "4 of 5",
    }
    assert conclusion(report) in text_of(first)
    told = [text_of(each) for each in next(with_class(first, "misses"))]
    assert [line.split()[:2] for line in told] == [
        [verdict_word(result.verdict), str(result.planned.number)]
        for result in report.results
        if result.verdict.is_miss
    ]
    for result in report.results:
        for finding in result.findings:
            if finding.verdict.is_miss:
                assert any(finding.message in line for line in told)


def test_backward_work_in_doubt_is_said_on_the_card_and_has_no_score() -> None:
    plan = bf.read_workout(ROOT / "fixtures" / "workouts" / "long-run.fit")
    given = [bf.parse_fault(f"forward:{number}") for number in range(2, 17, 2)]
    activity = bf.rehearse(plan, seed=1, started_at=START, faults=given).activity
    report = bf.check(activity)
    first = next(tree(report_html(report, activity)).iter("section"))
    assert _figures(first) == {"Work": "100", "Backward": "withheld", "Backward parts": "8 of 8"}
    told = text_of(first)
    assert "In doubt: Session 100 - work 100 - backward 8 of 8 parts" in told
    assert "in doubt The cadence of the backward parts speaks against running backward" in told


def test_what_was_done_and_not_measured_is_counted_apart_on_the_card() -> None:
    activity = bf.read_activity(ROOT / "fixtures" / "activities" / "treadmill.fit")
    first = next(tree(report_html(bf.check(activity), activity)).iter("section"))
    assert _figures(first) == {
        "Work": "not measured",
        "Backward": "not measured",
        "Backward parts": "5 of 5",
    }
    assert "Session 100 (length only)" in text_of(first)
    assert "4 of 11 steps met, 7 done, not measured" in text_of(first)
    badges = [text_of(each) for each in next(with_class(first, "badges"))]
    assert badges == ["met 4", "done, not measured 7"]


def test_sections_stand_in_the_order_in_which_people_ask() -> None:
    names = [text_of(next(each.iter("h2"))) for each in _page(*_FAULTS).iter("section")]
    assert names == [
        "Conclusion",
        "What could not be measured",
        "The plan",
        "Pace",
        "Heart rate",
        "Cadence",
        "Step length",
        "Grade of the backward parts",
        "By movement",
        "Every step",
        "Evidence of running backward",
        "About this check",
    ]


def test_evidence_never_stands_without_its_caveat() -> None:
    report, _ = _intervals()
    told = text_of(_named(_page(), "Evidence of running backward"))
    assert report.evidence.caveat in told
    assert report.evidence.label.replace("_", " ") in told
    assert likelihood_text(report.evidence.likelihood_ratio or 0) in told
    for effect in report.evidence.effects:
        assert f"{effect.number}: {effect.effect:+.1%}" in told
    for sentence in (*report.evidence.observations, *report.safety):
        assert sentence in told


def test_movements_are_contrasted() -> None:
    report, _ = _intervals()
    rows = cells(next(_named(_page(), "By movement").iter("table")))
    for row, found in zip(rows, moved(report.results), strict=True):
        assert row[1:4] == [
            str(found.count),
            format_duration(found.timer_s),
            format_distance(found.distance_m or 0.0),
        ]
    assert [row[0] for row in rows] == ["forward", "backward"]
    assert int(rows[1][6]) > int(rows[0][6])


def test_extra_laps_warnings_and_tolerances_are_told() -> None:
    report, activity = _intervals()
    warned = attrs.evolve(report, warnings=(DataWarning("odd", "the clock was wrong"),))
    told = text_of(_named(tree(report_html(warned, activity)), "About this check"))
    assert "the clock was wrong" in told
    assert report.extra[0].reason in told
    assert "Duration 3 s or 5%, distance 10 m or 5%, pace by GPS 1.5% and 6 m" in told
    assert "1 standard error of these, at most 8%" in told


def test_differences_between_plans_are_told() -> None:
    _, activity = _intervals()
    assert activity.workout is not None
    other = attrs.evolve(activity.workout, messages=activity.workout.messages[1:2])
    report = bf.check(activity, other)
    told = text_of(_named(tree(report_html(report, activity)), "About this check"))
    assert report.differences
    for item in report.differences:
        assert f"{item.where}: given {item.given or 'nothing'}" in told


# Facts.


@settings(max_examples=40)
@given(plans(), SEEDS, st.data())
def test_what_executions_cost_is_what_is_missing_to_100(
    plan: CompiledWorkout, seed: int, data: st.DataObject
) -> None:
    given = data.draw(faults(len(unroll(plan))))
    report = bf.check(bf.rehearse(plan, seed=seed, started_at=START, faults=given).activity, plan)
    if report.score is not None:
        total = math.fsum(cost.points for cost in costs(report))
        assert math.isclose(100.0 - total, report.score, abs_tol=1e-6)


def test_misses_are_each_told_once() -> None:
    report, _ = _intervals(*_FAULTS)
    told = [result for miss in misses(report.results) for result in miss.results]
    assert told == [result for result in report.results if result.verdict.is_miss]


def test_steps_that_never_came_are_one_line() -> None:
    report, _ = _intervals("abandon:8")
    last = misses(report.results)[-1]
    assert last.numbers == "9-19"
    assert last.reasons == ("the recording ended before it",)


@given(st.sets(st.integers(1, 40), min_size=1))
def test_numbers_in_few_words_are_the_same_numbers(numbers: set[int]) -> None:
    found: set[int] = set()
    for piece in numbers_text(sorted(numbers)).split(", "):
        first, _, last = piece.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    assert found == numbers


# Traces.


@given(
    st.lists(st.floats(0.0, 8.0) | st.just(math.nan), min_size=2, max_size=400),
    st.integers(1, 100),
)
def test_a_trace_keeps_every_extreme(values: list[float], points: int) -> None:
    column = np.array(values)
    nothing = np.full(len(column), np.nan)
    course = Course(
        parts=(),
        total_s=float(len(column)),
        timer_s=np.arange(float(len(column))),
        place=np.full(len(column), -1),
        speed_mps=column,
        heart_rate_bpm=nothing,
        cadence_spm=nothing,
        step_length_m=nothing,
    )
    trace = course.trace(column, points)
    known = column[~np.isnan(column)]
    if len(known) < 2:
        assert trace is None
        return
    assert trace is not None
    assert np.nanmax(trace.high) == known.max()
    assert np.nanmin(trace.low) == known.min()
    assert not (trace.mean > trace.high + 1e-9).any()
    assert not (trace.mean < trace.low - 1e-9).any()
    gaps = int(np.isnan(trace.mean).sum())
    assert len(trace.mean) - gaps <= points + gaps + 1


def test_a_point_of_a_trace_lies_in_one_execution() -> None:
    report, activity = _intervals()
    course = Course.of(report, activity)
    trace = course.trace(course.speed_mps, 60)
    assert trace is not None
    for part in course.parts:
        inside = (trace.timer_s > part.start_s) & (trace.timer_s < part.end_s)
        assert inside.any()
        assert (trace.backward[inside] == part.is_backward).all()


# What was not recorded.


def _without(activity: Activity, *names: str) -> Activity:
    nothing = np.full(len(activity.track), np.nan)
    columns = {
        name: nothing if name in names else getattr(activity.track, name) for name in TRACK_COLUMNS
    }
    return attrs.evolve(activity, track=Track.from_columns(**columns))


@pytest.mark.parametrize(
    ("missing", "charts", "sentence"),
    [
        (["heart_rate_bpm"], ["Heart rate"], "Heart rate was not recorded."),
        (["cadence_spm"], ["Cadence", "Step length"], "Cadence was not recorded."),
        (["altitude_m"], [], "Altitude was not recorded."),
        (["latitude_deg", "longitude_deg"], [], "No positions were recorded"),
    ],
)
def test_what_was_not_recorded_is_said_and_not_drawn(
    missing: Sequence[str], charts: Sequence[str], sentence: str
) -> None:
    activity = _without(_intervals()[1], *missing)
    root = tree(report_html(bf.check(activity), activity))
    assert sentence in text_of(_named(root, "What could not be measured"))
    headings = _heading_texts(root)
    assert not set(charts) & set(headings)
    assert {"Heart rate", "Cadence", "Step length"} - set(charts) <= set(headings)


def test_without_samples_there_are_no_traces() -> None:
    whole = _intervals()[1]
    activity = attrs.evolve(whole, track=Track.from_columns(np.array([])))
    report = bf.check(activity)
    root = tree(report_html(report, activity))
    assert _rows_differ(root, report) == []
    assert "No samples were recorded" in text_of(_named(root, "What could not be measured"))
    assert "Pace" not in [text_of(each) for each in root.iter("h2")]


def test_on_a_treadmill_the_page_says_what_a_watch_cannot_know() -> None:
    activity = bf.read_activity(ROOT / "fixtures" / "activities" / "treadmill.fit")
    report = bf.check(activity)
    root = tree(report_html(report, activity))
    assert any("treadmill" in sentence for sentence in unmeasured(report, activity))
    assert not any(each.get("id", "").startswith("grade-") for each in root.iter("title"))
    assert "grade unknown" in text_of(_named(root, "Grade of the backward parts"))


def test_a_plan_that_is_all_forward_has_nothing_about_backward_parts() -> None:
    mile = Step(duration=DistanceDuration(distance_m=400.0))
    plan = CompiledWorkout(name="forward", messages=(mile,))
    activity = bf.rehearse(plan, seed=1, started_at=START).activity
    page = report_html(bf.check(activity), activity)
    assert "backward" not in text_of(next(tree(page).iter("main")))


@settings(max_examples=15)
@given(plans(), SEEDS, st.data())
def test_any_checked_run_makes_a_page_without_a_mistake(
    plan: CompiledWorkout, seed: int, data: st.DataObject
) -> None:
    given = data.draw(faults(len(unroll(plan))))
    activity = bf.rehearse(plan, seed=seed, started_at=START, faults=given).activity
    report = bf.check(activity, plan)
    assert _rows_differ(tree(report_html(report, activity)), report) == []


# Markup.


def test_the_strict_parser_refuses_broken_markup() -> None:
    with pytest.raises(html5lib.html5parser.ParseError):
        tree("<!doctype html><html><head><title>x</title></head><body><p></div></body></html>")


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = report_html(*_intervals(*_FAULTS))
    root = tree(page)
    tags = {each.tag for each in root.iter() if isinstance(each.tag, str)}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "image", "base"}
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name != "style"
            assert "//" not in value
            if name in ("href", "src"):
                assert value.startswith("#")
    assert "@import" not in page
    assert "url(http" not in page


def test_the_policy_allows_the_one_style_sheet_and_nothing_else() -> None:
    root = _page()
    policy = next(
        each.get("content", "")
        for each in root.iter("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    )
    styles = ["".join(each.itertext()) for each in root.iter("style")]
    assert len(styles) == 1
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_ids_are_unique_and_every_reference_leads_somewhere() -> None:
    root = _page(*_FAULTS)
    ids = [each.get("id", "") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for name, value in element.attrib.items():
            if name.startswith("aria-labelledby") or name == "aria-describedby":
                assert value in ids
            for target in re.findall(r"url\(#([^)]*)\)", value):
                assert target in ids
            if name == "href":
                assert value[1:] in ids


def test_every_chart_has_a_name_and_a_description() -> None:
    charts = list(with_class(_page(*_FAULTS), "chart"))
    assert len(charts) == 12
    for chart in charts:
        assert chart.get("role") == "img"
        assert [each.tag for each in chart][:2] == ["title", "desc"]
        assert all(text_of(each) for each in list(chart)[:2])


def test_headings_go_down_one_level_at_a_time() -> None:
    levels = [
        int(each.tag[1]) for each in _page(*_FAULTS).iter() if each.tag in ("h1", "h2", "h3", "h4")
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_tables_have_captions_and_scopes() -> None:
    root = _page()
    for table in root.iter("table"):
        assert text_of(next(table.iter("caption")))
        assert all(each.get("scope") in ("row", "col") for each in table.iter("th"))


def test_a_verdict_is_told_by_word_and_shape() -> None:
    root = _page(*_FAULTS)
    shapes: dict[str, set[str]] = {}
    for badge in with_class(root, "badge"):
        mark = next(badge.iter("svg"))
        shape = " ".join(str(sorted(each.attrib.items())) for each in mark)
        shapes.setdefault(text_of(badge), set()).add(shape)
    assert set(shapes) == {"met", "short", "skipped", "slow"}
    assert all(len(found) == 1 for found in shapes.values())
    assert len({next(iter(found)) for found in shapes.values()}) == 4


def _luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("dark", "palette"), [(False, LIGHT), (True, DARK)])
def test_text_stands_out_from_its_ground(dark: bool, palette: dict[str, str]) -> None:
    style = "".join(next(_page().iter("style")).itertext())
    block = style[style.index("prefers-color-scheme:dark") :] if dark else style
    own = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6});", block[: block.index("}")]))
    for ground in (palette["ground"], own["page"]):
        for part in ("ink", "muted"):
            assert _contrast(palette[part], ground) >= 4.5
        for part in ("text-met", "text-missed", "text-unknown", "text-backward"):
            assert _contrast(own[part], ground) >= 4.5
    for part in ("forward", "backward", "met", "missed"):
        assert _contrast(palette[part], palette["ground"]) >= 3.0


def test_contrast_is_measured() -> None:
    assert round(_contrast("#000000", "#ffffff"), 1) == 21.0
    assert _contrast("#777777", "#ffffff") < 4.5


# Hostile text.


def test_hostile_text_is_text_everywhere() -> None:
    report, activity = _intervals(*_FAULTS)
    bad = _BAD * 3
    messages = tuple(
        attrs.evolve(each, name=bad, notes=bad) if isinstance(each, Step) else each
        for each in report.workout.messages
    )
    workout = attrs.evolve(report.workout, name=bad, notes=bad, messages=messages)
    hostile = attrs.evolve(
        activity, workout=workout, source=f"a/{_BAD}.fit", warnings=(DataWarning("odd", bad),)
    )
    page = report_html(bf.check(hostile), hostile)
    root = tree(page)
    assert not [each for each in root.iter() if each.tag in ("script", "img")]
    assert "<script>alert(1)</script>" in text_of(next(root.iter("h1")))
    assert "{{7*7}}" in text_of(next(root.iter("h1")))
    assert not set(page) & set("\x00\x1b\u202e")


def test_a_name_of_nothing_but_marks_is_no_name() -> None:
    report, activity = _intervals()
    named = attrs.evolve(report, workout=attrs.evolve(report.workout, name="\u202e\x00"))
    assert text_of(next(tree(report_html(named, activity)).iter("h1"))) == "(no name)"


def test_folders_of_the_recording_stay_at_home() -> None:
    report, activity = _intervals()
    for source in ("/home/ann/runs/monday.fit", r"C:\Users\ann\monday.fit"):
        page = report_html(attrs.evolve(report, source=source), activity)
        assert "monday.fit" in page
        assert "ann" not in text_of(next(tree(page).iter("header")))


# Bytes.


def test_the_same_run_gives_the_same_bytes() -> None:
    report, activity = _intervals(*_FAULTS)
    assert report_html(report, activity) == report_html(report, activity)


def test_a_run_of_three_hours_is_small_and_quick() -> None:
    pace = PaceTarget(slowest_mps=2.9, fastest_mps=3.2)
    mile = Step(duration=DistanceDuration(distance_m=1609.344), target=pace)
    back = Step(
        duration=DistanceDuration(distance_m=201.168), movement=Movement.BACKWARD_RUN, name="Back"
    )
    plan = CompiledWorkout(
        name="Three hours", messages=(mile, back, RepeatMessage(first_index=0, count=18))
    )
    activity = bf.rehearse(plan, seed=3, started_at=START).activity
    assert activity.timer_s is not None
    assert activity.timer_s > 3 * 3600
    report = bf.check(activity)
    begun_s = time.process_time()
    page = report_html(report, activity)
    assert time.process_time() - begun_s < 2.0
    assert len(page.encode()) < 1_000_000


def _long(count: int, missed: frozenset[int] = frozenset()) -> tuple[Report, Activity]:
    """A report of very many steps, as a plan of short ones makes, over a usual run."""
    report, activity = _intervals(*_FAULTS)
    met = next(each for each in report.results if each.verdict is Verdict.MET)
    miss = next(each for each in report.results if each.verdict.is_miss and each.done)
    length = (activity.ended_at - activity.started_at) / count
    results = tuple(
        attrs.evolve(
            result := miss if number in missed else met,
            planned=attrs.evolve(result.planned, number=number),
            start_at=activity.started_at + (number - 1) * length,
            end_at=activity.started_at + number * length,
            notes=(f"note {number}",),
        )
        for number in range(1, count + 1)
    )
    repeat = RepeatMessage(first_index=0, count=count // 2)
    workout = attrs.evolve(report.workout, messages=(*report.workout.messages[:2], repeat))
    warnings = tuple(DataWarning("odd", f"odd {number}") for number in range(count))
    return attrs.evolve(report, results=results, workout=workout, warnings=warnings), activity


def test_a_page_of_ten_thousand_steps_is_small_and_quick_and_says_what_it_shows() -> None:
    missed = frozenset((7, 5000, 9999))
    report, activity = _long(10_000, missed)
    begun_s = time.process_time()
    page = report_html(report, activity)
    assert time.process_time() - begun_s < 5.0
    assert len(page.encode()) < 2_000_000
    root = tree(page)
    table = next(with_class(root, "executions"))
    numbers = [int(row[0]) for row in cells(table)]
    assert len(numbers) == MAX_ROWS
    assert numbers == sorted(numbers)
    assert missed < set(numbers)
    text = text_of(_named(root, "Every step"))
    assert "400 of 10,000 steps are shown: all 3 that were not met, and the first of" in text
    assert "Each shade and mark stands for up to 25 steps" in text_of(_named(root, "Pace"))
    assert "odd 99and 9,900 more" in text_of(_named(root, "About this check"))


@pytest.mark.parametrize(
    ("missed", "shown_numbers", "words"),
    [
        (range(1, 501), range(1, 401), "the first of the 500 that were not met"),
        (range(0), range(1, 401), "400 of 600 steps are shown: the first of them"),
        (range(600, 200, -1), range(201, 601), "all 400 that were not met"),
    ],
)
def test_of_many_steps_those_that_were_missed_have_rows_first(
    missed: Sequence[int], shown_numbers: Sequence[int], words: str
) -> None:
    report, _ = _long(600, frozenset(missed))
    rows = rows_shown(report.results)
    assert [row.planned.number for row in rows] == list(shown_numbers)
    assert words in rows_text(report.results)


def test_a_page_that_has_room_for_all_steps_says_nothing_of_it() -> None:
    report, _ = _long(MAX_ROWS)
    assert rows_shown(report.results) == report.results
    assert rows_text(report.results) == ""


def test_many_numbers_that_lie_apart_are_cut_and_counted() -> None:
    assert steps_text(range(1, 5000)) == "steps 1-4999"
    text = steps_text(range(1, 5001, 2))
    assert text.startswith("steps 1, 3, 5")
    assert text.endswith(", 119 and 2,440 more")


def test_of_many_steps_a_shade_stands_for_one_that_was_missed() -> None:
    report, activity = _long(4_000, frozenset((3, 3999)))
    drawn = Course.of(report, activity).drawn_parts()
    assert len(drawn) == 400
    assert [place for place, part in enumerate(drawn) if part.result.verdict.is_miss] == [0, 399]
    assert all(
        before.end_s == pytest.approx(after.start_s) for before, after in itertools.pairwise(drawn)
    )


def test_without_jinja2_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    page_room.page_environment.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtraError, match=r"backrun-fit\[report\]"):
        report_html(*_intervals())


@pytest.mark.slow
def test_every_real_run_makes_a_page_without_a_mistake(corpus: Path) -> None:
    for path in sorted((corpus / "structured").glob("*.fit")):
        activity = bf.read_activity(path)
        report = bf.check(activity)
        root = tree(report_html(report, activity))
        rows = cells(next(with_class(root, "executions")))
        assert [row[8] for row in rows] == [verdict_word(each.verdict) for each in report.results]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_run_of_hardly_a_sample_makes_a_page(count: int) -> None:
    activity = record([Piece(timer_s=60), Piece(timer_s=60)])
    activity = attrs.evolve(activity, track=activity.track.rows(np.arange(count)))
    tree(report_html(bf.check(activity, plan(timed(60), timed(60)), align="laps"), activity))
