"""A workout as bars: laid out, drawn as SVG and PNG, and in a terminal."""

from __future__ import annotations

import io
import math
import struct
import sys
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from backrun_fit.amounts import planned_seconds
from backrun_fit.compiled import CompiledWorkout, RepeatMessage, unroll
from backrun_fit.errors import MissingExtraError
from backrun_fit.render.bars import lay_out
from backrun_fit.render.preview import preview_png, preview_svg, preview_text
from backrun_fit.workout import (
    DistanceDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    OpenDuration,
    OtherDuration,
    PaceTarget,
    PowerTarget,
    ShareTarget,
    Step,
    Target,
    TimeDuration,
)
from tests.rehearsals import plans

_MINUTE = Step(duration=TimeDuration(duration_s=60.0))
_BACK = Step(
    duration=TimeDuration(duration_s=60.0),
    movement=Movement.BACKWARD_RUN,
    intensity=Intensity.RECOVERY,
)
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = frozenset(
    ("svg", "title", "desc", "path", "g", "defs", "use", "text", "clipPath", "rect", "pattern")
)
_HOSTILE = "<script>alert(1)</script> & $\\frac{1}$ ]]> \x00\x1b[31m \u202egnp.exe \U0001f3c3 " * 3


def _plan(*messages: Step | RepeatMessage, name: str = "Plan") -> CompiledWorkout:
    return CompiledWorkout(name=name, messages=messages)


def _root(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - drawn just now


def _texts(svg: str) -> list[str]:
    return [each.text or "" for each in _root(svg).iter(f"{_SVG}text")]


def _shown(compiled: CompiledWorkout, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as captured:
        console.print(preview_text(compiled, width))
    return captured.get().splitlines()


# Laid out.


@given(plans())
def test_there_is_one_bar_an_execution_and_no_gap_between_them(plan: CompiledWorkout) -> None:
    bars = lay_out(plan)
    assert [bar.step for bar in bars.bars] == [execution.step for execution in unroll(plan)]
    at_s = 0.0
    for bar in bars.bars:
        assert math.isclose(bar.start_s, at_s, abs_tol=1e-6)
        assert bar.lasting_s == planned_seconds(bar.step)
        assert 0.0 < bar.height <= 1.0
        at_s += bar.lasting_s
    assert math.isclose(bars.total_s, at_s)


@given(plans(), st.integers(1, 30))
def test_too_many_bars_are_thinned_but_fill_the_same_time(
    plan: CompiledWorkout, columns: int
) -> None:
    bars = lay_out(plan)
    drawn = bars.at_most(columns)
    assert len(drawn) <= max(columns, 1)
    assert drawn[0].start_s == 0.0
    assert math.isclose(sum(bar.lasting_s for bar in drawn), bars.total_s)
    assert max(bar.height for bar in drawn) == max(bar.height for bar in bars.bars)


def test_a_repeat_has_a_bracket_over_all_of_its_passes() -> None:
    inner = RepeatMessage(first_index=1, count=3)
    outer = RepeatMessage(first_index=0, count=2)
    brackets = lay_out(_plan(_MINUTE, _BACK, inner, outer)).brackets
    assert [(each.label, each.depth, each.start_s, each.end_s) for each in brackets] == [
        ("3 x", 1, 60.0, 240.0),
        ("3 x", 1, 300.0, 480.0),
        ("2 x", 0, 0.0, 480.0),
    ]


def test_a_last_recovery_that_is_skipped_has_no_bar() -> None:
    repeat = RepeatMessage(first_index=0, count=3, skip_last_recovery=True)
    assert len(lay_out(_plan(_MINUTE, _BACK, repeat)).bars) == 5


def _pace(slowest_mps: float, fastest_mps: float) -> Target:
    return PaceTarget(slowest_mps=slowest_mps, fastest_mps=fastest_mps)


def _heart_rate(lowest_bpm: float, highest_bpm: float) -> Target:
    return HeartRateTarget(lowest_bpm=lowest_bpm, highest_bpm=highest_bpm)


def _threshold(lowest: float, highest: float) -> Target:
    return ShareTarget(of="threshold_power", lowest=lowest, highest=highest)


@pytest.mark.parametrize(
    ("easy", "hard"),
    [
        (_pace(2.5, 2.9), _pace(4.0, 4.2)),
        (_heart_rate(120, 130), _heart_rate(160, 170)),
        (_heart_rate(1, 129), _heart_rate(130, 146)),
        (PowerTarget(lowest_w=180, highest_w=200), PowerTarget(lowest_w=280, highest_w=300)),
        (HeartRateZoneTarget(zone=2), HeartRateZoneTarget(zone=4)),
        (_threshold(0.6, 0.7), _threshold(0.95, 1.0)),
    ],
)
def test_what_is_harder_is_higher(easy: Target, hard: Target) -> None:
    duration = TimeDuration(duration_s=60.0)
    one, other = lay_out(
        _plan(Step(duration=duration, target=easy), Step(duration=duration, target=hard))
    ).bars
    assert one.height < other.height


def test_without_a_target_the_intensity_says_how_hard_a_step_is() -> None:
    duration = TimeDuration(duration_s=60.0)
    order = (Intensity.REST, Intensity.RECOVERY, Intensity.WARMUP, Intensity.INTERVAL)
    heights = [
        bar.height
        for bar in lay_out(_plan(*(Step(duration=duration, intensity=i) for i in order))).bars
    ]
    assert heights == sorted(heights)


# Drawn.


def test_the_picture_is_one_element_with_a_name_that_loads_nothing() -> None:
    svg = preview_svg(_plan(_MINUTE, _BACK, name="Track Tuesday"))
    root = _root(svg)
    assert root.tag == f"{_SVG}svg"
    assert root.get("role") == "img"
    assert root[0].text == "Workout Track Tuesday"
    assert root[1].text == "2 steps, about 2:00; 1 of them backward"
    for element in root.iter():
        assert element.tag.removeprefix(_SVG) in _DRAWN
        assert element.get("href", "#").startswith("#")
        assert "style" not in element.attrib


def test_backward_steps_say_so() -> None:
    forward = preview_svg(_plan(_MINUTE, _MINUTE))
    backward = preview_svg(_plan(_MINUTE, _BACK))
    assert "Back 1:00" in _texts(backward)
    assert "backward" in _texts(backward)
    assert "pattern" in backward
    assert not [text for text in _texts(forward) if "ack" in text]
    assert "pattern" not in forward


def test_a_narrow_backward_step_still_says_so() -> None:
    hour = Step(duration=TimeDuration(duration_s=2700.0))
    assert "Back" in _texts(preview_svg(_plan(hour, _BACK)))


def test_the_picture_has_lengths_targets_and_brackets() -> None:
    mile = Step(
        duration=DistanceDuration(distance_m=1609.344),
        target=PaceTarget(slowest_mps=3.0, fastest_mps=4.0),
    )
    plan = _plan(mile, RepeatMessage(first_index=0, count=4))
    assert {"4 x", "1.61 km", "4:10-5:33"} <= set(_texts(preview_svg(plan)))
    assert {"1 mi", "6:42-8:56"} <= set(_texts(preview_svg(plan, "statute")))


def test_the_same_workout_gives_the_same_bytes() -> None:
    plan = _plan(_MINUTE, _BACK, RepeatMessage(first_index=0, count=3))
    assert preview_svg(plan) == preview_svg(plan)
    assert preview_png(plan, scale=1.0) == preview_png(plan, scale=1.0)


def test_the_png_has_the_size_asked_for() -> None:
    data = preview_png(_plan(_MINUTE), scale=1.5)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", data[16:20])[0] == 1350
    assert b"Software" not in data


def test_a_hostile_name_is_text() -> None:
    plan = _plan(Step(duration=TimeDuration(duration_s=60.0), name=_HOSTILE), name=_HOSTILE)
    root = _root(preview_svg(plan))
    assert "<script>alert(1)</script>" in (root[0].text or "")
    assert not list(root.iter(f"{_SVG}script"))
    everything = "".join(root.itertext())
    assert "\u202e" not in everything
    assert "\x1b" not in everything
    assert preview_png(plan, scale=1.0)[1:4] == b"PNG"


@settings(max_examples=25)
@given(plans())
def test_any_plan_can_be_drawn(plan: CompiledWorkout) -> None:
    _root(preview_svg(plan))
    assert all(len(line) <= 80 for line in _shown(plan))


@pytest.mark.parametrize("duration", [OpenDuration(), OtherDuration(type=4, value=50)])
def test_steps_without_a_planned_length_are_drawn_as_a_minute(
    duration: OpenDuration | OtherDuration,
) -> None:
    assert lay_out(_plan(Step(duration=duration))).total_s == 60.0


def test_ten_thousand_executions_make_no_large_picture() -> None:
    plan = _plan(_MINUTE, _BACK, RepeatMessage(first_index=0, count=5000))
    assert len(preview_svg(plan)) < 200_000


def test_a_workout_without_steps_can_be_shown() -> None:
    _root(preview_svg(_plan()))
    assert _shown(_plan()) == ["(no steps)"]


def test_without_matplotlib_there_is_no_png_and_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    with pytest.raises(MissingExtraError, match=r"backrun-fit\[report\]"):
        preview_png(_plan(_MINUTE))
    _root(preview_svg(_plan(_MINUTE)))


# In a terminal.


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_rows_of_blocks_are_as_wide_as_asked_for(width: int) -> None:
    lines = _shown(_plan(_MINUTE, _BACK, _MINUTE), width)
    assert [len(line) for line in lines[:3]] == [width] * 3
    assert lines[4].split() == ["0", "3:00"]
    assert len(lines[4]) == width


def test_columns_of_backward_steps_are_marked() -> None:
    lines = _shown(_plan(_MINUTE, _BACK, _MINUTE, _MINUTE), 40)
    assert lines[3].rstrip() == " " * 10 + "<" * 10
    assert "< backward" in lines[5]
    assert not any("<" in line for line in _shown(_plan(_MINUTE, _MINUTE), 20))


def test_a_backward_step_shorter_than_a_column_is_still_seen() -> None:
    hour = Step(duration=TimeDuration(duration_s=3600.0))
    dash = Step(duration=TimeDuration(duration_s=5.0), movement=Movement.BACKWARD_RUN)
    assert _shown(_plan(hour, dash, hour), 40)[3].count("<") == 1
