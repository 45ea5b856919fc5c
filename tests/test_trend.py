"""Claims about several runs of one workout side by side."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from backrun_fit.cli import main
from backrun_fit.cli.common import print_out
from backrun_fit.compliance import check
from backrun_fit.compliance.trend import compare_runs
from backrun_fit.errors import SpecError
from backrun_fit.rehearsal import encode_rehearsal, rehearse
from backrun_fit.render.document import TREND_SCHEMA, trend_document
from backrun_fit.render.trend import trend_text
from backrun_fit.report import Report, Verdict
from backrun_fit.trend import Trend
from backrun_fit.workout import Intensity, Movement, PaceTarget
from tests.activities import START, Piece, plan, record, repeat, timed

WORKOUT = plan(timed(300), timed(60, movement=Movement.BACKWARD_RUN), repeat(0, 2))


def run(
    day: int, speed_mps: float, effect: float = 0.1, *, skip_last: bool = False, source: str = ""
) -> Report:
    """A report on one run of the workout, so many days later and so fast."""
    forward = Piece(timer_s=300, speed_mps=speed_mps, cadence_spm=160.0, step_index=0)
    back = attrs.evolve(forward, timer_s=60, cadence_spm=160.0 * (1 + effect), step_index=1)
    pieces = [forward, back, forward, *([] if skip_last else [back])]
    report = check(record(pieces, WORKOUT))
    return attrs.evolve(
        report, started_at=START + timedelta(days=day), source=source or f"day-{day}.fit"
    )


def test_runs_are_laid_side_by_side_in_order_of_time() -> None:
    trend = compare_runs([run(9, 3.2), run(2, 3.0), run(5, 3.1)])
    assert [each.source for each in trend.runs] == ["day-2.fit", "day-5.fit", "day-9.fit"]
    assert [row.number for row in trend.rows] == [1, 2, 3, 4]
    for row in trend.rows:
        speeds = [cell and cell.speed_mps for cell in row.cells]
        assert speeds == pytest.approx([3.0, 3.1, 3.2])


def test_a_change_is_from_the_first_run_to_the_last() -> None:
    trend = compare_runs([run(0, 3.0, 0.12), run(3, 3.5, 0.05), run(6, 3.1, 0.09)])
    forward, back, *_ = trend.rows
    assert forward.speed_change_mps == pytest.approx(0.1)
    assert forward.heart_rate_change_bpm == pytest.approx(0.0)
    assert forward.cadence_effect_change is None
    assert back.cadence_effect_change == pytest.approx(-0.03, abs=1e-6)
    assert [each.evidence.cadence_effect for each in trend.runs] == pytest.approx(
        [0.12, 0.05, 0.09], abs=1e-6
    )


def test_what_was_not_done_has_a_verdict_and_no_numbers() -> None:
    trend = compare_runs([run(0, 3.0), run(4, 3.2, skip_last=True)])
    done, skipped = trend.rows[-1].cells
    assert done is not None
    assert skipped is not None
    assert (done.verdict, skipped.verdict) == (Verdict.MET, Verdict.SKIPPED)
    assert (skipped.speed_mps, skipped.heart_rate_bpm, skipped.cadence_effect) == (None,) * 3
    assert trend.rows[-1].speed_change_mps is None


def test_passes_that_a_run_did_not_come_to_are_left_open() -> None:
    until = plan(timed(60), timed(30), repeat(0, None), timed(120))
    first, second, last = (Piece(timer_s=s, step_index=i) for i, s in ((0, 60), (1, 30), (3, 120)))
    two = check(record([*[first, second] * 2, last], until))
    three = check(record([*[first, second] * 3, last], until))
    trend = compare_runs([two, three])
    assert [(row.step_index, row.passes) for row in trend.rows] == [
        *[(index, (turn,)) for turn in (1, 2, 3) for index in (0, 1)],
        (3, ()),
    ]
    assert [row.cells[0] is None for row in trend.rows] == [False] * 4 + [True] * 2 + [False]


def test_nested_repeats_keep_their_order() -> None:
    nested = plan(
        timed(30), timed(60), timed(20), repeat(1, 2), repeat(0, 2), timed(90, intensity=None)
    )
    indexes = [0, 1, 2, 1, 2, 0, 1, 2, 1, 2, 5]
    seconds = {0: 30, 1: 60, 2: 20, 5: 90}
    report = check(record([Piece(timer_s=seconds[i], step_index=i) for i in indexes], nested))
    trend = compare_runs([report, report])
    assert [row.step_index for row in trend.rows] == indexes
    assert [row.passes for row in trend.rows] == [each.planned.passes for each in report.results]


def test_runs_of_different_workouts_are_refused_and_every_difference_is_told() -> None:
    other = plan(timed(240), timed(60, intensity=Intensity.REST, movement=Movement.BACKWARD_RUN))
    pieces = [Piece(timer_s=240, step_index=0), Piece(timer_s=60, step_index=1)]
    report = attrs.evolve(
        check(record(pieces, other)), source="other.fit", started_at=START + timedelta(days=1)
    )
    with pytest.raises(SpecError) as caught:
        compare_runs([run(0, 3.0), report])
    assert str(caught.value).splitlines() == [
        "other.fit: number of executions: expected 4 as in day-0.fit, got 2",
        "other.fit: duration of execution 1 (step 0): expected 5:00 as in day-0.fit, got 4:00",
        ("other.fit: intensity of execution 2 (step 1): expected active as in day-0.fit, got rest"),
        "other.fit: execution 3 (step 0): expected 5:00 as in day-0.fit, got nothing",
        "other.fit: execution 4 (step 1): expected 1:00 as in day-0.fit, got nothing",
    ]


def test_names_are_no_difference() -> None:
    named = attrs.evolve(run(1, 3.0), workout=attrs.evolve(WORKOUT, name="another"))
    assert compare_runs([named, run(0, 3.0)]).workout == "plan"


@pytest.mark.parametrize("count", [0, 1])
def test_one_run_is_no_trend(count: int) -> None:
    with pytest.raises(SpecError, match="expected two or more"):
        compare_runs([run(0, 3.0)] * count)


def test_more_than_two_backward_sessions_in_a_week_are_told() -> None:
    assert compare_runs([run(0, 3.0), run(3, 3.0), run(7, 3.0)]).notes == ()
    (note,) = compare_runs([run(0, 3.0), run(3, 3.0), run(6, 3.0)]).notes
    assert note.startswith("3 runs with backward parts within seven days")


def test_the_document_carries_everything_under_its_schema() -> None:
    trend: Trend = compare_runs([run(0, 3.0), run(4, 3.2, skip_last=True)])
    document = json.loads(json.dumps(trend_document(trend), allow_nan=False))
    assert document["schema"] == TREND_SCHEMA
    assert [each["source"] for each in document["runs"]] == ["day-0.fit", "day-4.fit"]
    assert document["runs"][0]["colour"]["colour"] == "green"
    assert len(document["executions"]) == 4
    assert document["executions"][3]["runs"][1]["verdict"] == "skipped"
    assert document["executions"][0]["speed_change_mps"] == pytest.approx(0.2)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Two rehearsals of one workout, the later one first."""
    paths = []
    for day in (2, 0):
        rehearsal = rehearse(WORKOUT, seed=day, started_at=START + timedelta(days=day))
        path = tmp_path / f"{day}.fit"
        path.write_bytes(encode_rehearsal(rehearsal))
        paths.append(str(path))
    return paths


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    return left.value.code, capsys.readouterr().out


def test_the_command_prints_one_table_within_eighty_columns(
    files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, text = printed(capsys, "check", *files, "--trend")
    assert code == 0
    lines = text.splitlines()
    assert lines[0] == "2 runs of 'plan'"
    assert max(map(len, lines)) <= 80
    assert sum("/km" in line for line in lines) == 8
    assert sum("+/-" in line for line in lines) == 4


def test_the_command_prints_one_document(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = printed(capsys, "check", *files, "--trend", "--json")
    (line,) = text.splitlines()
    assert code == 0
    assert [each["started_at"] for each in json.loads(line)["runs"]] == [
        "2025-01-01T08:00:00Z",
        "2025-01-03T08:00:00Z",
    ]


def test_the_command_refuses_one_run(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "check", files[0], "--trend") == (2, "")


def test_each_run_has_its_three_figures_and_what_they_rest_on() -> None:
    first, second = run(0, 3.0), run(3, 3.1, skip_last=True)
    trend = compare_runs([first, second])
    for found, report in zip(trend.runs, (first, second), strict=True):
        assert found.score == report.score
        assert found.work_score == report.work_score
        assert found.score_basis == report.score_basis
        assert found.backward == report.backward
    [whole, less] = trend_document(trend)["runs"]
    assert whole["backward"]["done_count"] == 2
    assert less["backward"]["done_count"] == 1
    assert less["backward"]["score"] < whole["backward"]["score"]


def test_what_was_not_measured_is_counted_apart_below_the_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    paced = PaceTarget(slowest_mps=2.9, fastest_mps=3.1)
    workout = plan(timed(300, target=paced), timed(60, movement=Movement.BACKWARD_RUN))
    pieces = [Piece(timer_s=300, speed_mps=3.0, step_index=0), Piece(timer_s=60, step_index=1)]
    run = record(pieces, workout)
    inside = attrs.evolve(run, sub_sport="treadmill", started_at=run.started_at + timedelta(1))
    print_out(trend_text(compare_runs([check(run), check(inside)])))
    lines = capsys.readouterr().out.splitlines()
    assert "run 2: session score by length only, 1 step done, not measured" in lines
    assert not any(line.startswith("run 1: ") for line in lines)
