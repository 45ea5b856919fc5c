"""Claims about the command line: what it writes, prints and leaves with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backrun_fit.cli import main
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import NoActivityError
from backrun_fit.fit.activity_reader import read_activities
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.workout import CadenceTarget, PaceTarget, Step, TimeDuration
from tests.conftest import ROOT
from tests.fit_bytes import ENUM, definition, fit_file, message

SPECS = sorted((ROOT / "fixtures" / "specs").glob("*.yaml"))
LONG_RUN = ROOT / "fixtures" / "specs" / "long-run.yaml"


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    code = left.value.code
    assert isinstance(code, int)
    return code


def documents(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_compile_writes_one_proven_file_a_spec_and_says_what_is_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("compile", *SPECS, "-o", tmp_path / "out") == 0
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == [
        "2026-03-01-Sunday-long-run.fit",
        "2026-03-03-Track-Tuesday.fit",
        "2026-03-05-Lunch-repeats.fit",
        "2026-03-07-Treadmill-intro.fit",
    ]
    text = capsys.readouterr().out
    assert "read back and equal" in text
    assert "Back 1/8 mi" in text


def test_compile_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    assert run("compile", LONG_RUN, "-o", tmp_path / "a") == 0
    assert run("compile", LONG_RUN, "-o", tmp_path / "b") == 0
    (first,), (second,) = (list((tmp_path / folder).iterdir()) for folder in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_compile_prints_one_document_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("compile", *SPECS, "-o", tmp_path, "--json") == 0
    found = documents(capsys.readouterr().out)
    assert [document["schema"] for document in found] == ["backrun_fit/workout/2"] * 4
    assert all(Path(str(document["path"])).is_file() for document in found)


def test_one_bad_spec_stops_no_other_and_leaves_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: X\nrun: 8mi @ eassy\n")
    assert run("compile", bad, LONG_RUN, tmp_path / "absent.yaml", "-o", tmp_path / "out") == 2
    assert len(list((tmp_path / "out").iterdir())) == 1
    errors = capsys.readouterr().err
    assert "eassy" in errors
    assert "absent.yaml" in errors


def _two_specs(folder: Path, names: tuple[str, str]) -> list[Path]:
    paths = []
    for stem, name, distance in (("a", names[0], "8mi"), ("b", names[1], "9mi")):
        paths.append(folder / f"{stem}.yaml")
        paths[-1].write_text(
            f"name: {name}\ndate: 2026-03-01\nathlete: {{marathon_pace: 8:00/mi}}\n"
            f"run: {distance} @ easy\n"
        )
    return paths


def test_two_workouts_of_one_name_are_an_error_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("compile", *_two_specs(tmp_path, ("Run", "run")), "-o", out) == 2
    assert "expected a name of its own for each workout" in capsys.readouterr().err
    assert not out.exists()


def test_names_that_make_one_file_name_get_two_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("compile", *_two_specs(tmp_path, ("../Run", ".../Run")), "-o", out) == 0
    assert len(list(out.iterdir())) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.yaml", "b.yaml", "out"]


def test_a_spec_without_a_date_takes_the_instant_given(tmp_path: Path) -> None:
    spec = tmp_path / "undated.yaml"
    spec.write_text("name: Undated\nrun: 10min @ 5:00/km\n")
    for folder in ("a", "b"):
        at = "2026-01-02T03:04:05"
        assert run("compile", spec, "-o", tmp_path / folder, "--created-at", at) == 0
    first = tmp_path / "a" / "Undated.fit"
    assert first.read_bytes() == (tmp_path / "b" / "Undated.fit").read_bytes()
    assert run("compile", spec, "-o", tmp_path / "now") == 0
    assert read_workout(tmp_path / "now" / "Undated.fit") == read_workout(first)


def test_show_prints_specs_workouts_and_activities(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workout = ROOT / "fixtures" / "workouts" / "long-run.fit"
    activity = ROOT / "fixtures" / "activities" / "long-run.fit"
    assert run("show", LONG_RUN, workout, activity) == 0
    text = capsys.readouterr().out
    assert text.count("8 x:") == 3
    assert "lap" in text
    assert run("show", LONG_RUN, workout, activity, "--json") == 0
    assert [d["schema"] for d in documents(capsys.readouterr().out)] == [
        "backrun_fit/workout/2", "backrun_fit/workout/2", "backrun_fit/activity/2",
    ]  # fmt: skip


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_a_rehearsal_of_every_sample_is_all_met_with_score_100(
    spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_file = tmp_path / "run.fit"
    assert run("rehearse", spec, "-o", run_file, "--started-at", "2026-03-01T07:00:00") == 0
    capsys.readouterr()
    assert run("check", run_file, "--json") == 0
    (report,) = documents(capsys.readouterr().out)
    assert report["score"] == 100.0
    # What a watch says of pace on a treadmill was not measured.
    verdict = "done_unmeasured" if spec.stem == "treadmill" else "met"
    assert report["verdict"] == verdict
    executions = report["executions"]
    assert isinstance(executions, list)
    assert {execution["verdict"] for execution in executions} <= {"met", verdict}


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_a_skipped_third_execution_is_skipped_and_no_other_is_touched(
    spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_file = tmp_path / "run.fit"
    assert run("rehearse", spec, "-o", run_file, "--fault", "skip:3", "--seed", "5") == 0
    capsys.readouterr()
    assert run("check", run_file, "--json") == 1
    (report,) = documents(capsys.readouterr().out)
    executions = report["executions"]
    assert isinstance(executions, list)
    verdicts = [execution["verdict"] for execution in executions]
    assert verdicts[2] == "skipped"
    assert set(verdicts[:2] + verdicts[3:]) <= {"met", "done_unmeasured"}


def test_check_prints_a_table_and_takes_a_plan_and_tolerances(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    activity = ROOT / "fixtures" / "activities" / "intervals.fit"
    plan = ROOT / "fixtures" / "workouts" / "intervals.fit"
    assert run("check", activity, "--workout", plan, "--tolerance", "largest_fraction=0.2") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Session 100 - work 100 - backward 5 of 5 parts" in text
    assert "1 standard error, at most 20%" in " ".join(text.split())
    assert "0 differences" in " ".join(text.split())


@pytest.mark.parametrize("align", ["indexes", "laps", "samples"])
def test_check_looks_at_no_more_than_it_may(align: str, capsys: pytest.CaptureFixture[str]) -> None:
    activity = ROOT / "fixtures" / "activities" / "long-run.fit"
    run("check", activity, "--align", align, "--json")
    (report,) = documents(capsys.readouterr().out)
    assert report["align"] == align


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["check"], "at least one file"),
        (["check", "absent.fit"], "absent.fit"),
        (["check", str(LONG_RUN)], "long-run.yaml"),
        (
            ["check", "x.fit", "--tolerance", "pace=1"],
            "pace: expected one of duration_s, ",
        ),
        (
            ["check", "x.fit", "--tolerance", "largest_fraction"],
            "expected a tolerance such as larg",
        ),
        (
            ["check", "x.fit", "--tolerance", "largest_fraction=wide"],
            "largest_fraction: expected a fr",
        ),
        (["check", "x.fit", "--tolerance", "largest_fraction=7"], "below 1, got '7'"),
        (["check", "x.fit", "--workout", "absent.fit"], "absent.fit"),
        (["rehearse", str(LONG_RUN), "-o", "o.fit", "--fault", "trip:3"], "trip"),
        (["rehearse", str(LONG_RUN), "-o", "o.fit", "--fault", "skip:99"], "99"),
        (["compile", str(LONG_RUN), "-o", "out", "--device", "sundial"], "sundial"),
    ],
)
def test_bad_input_leaves_with_two_and_says_what_was_expected(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 2
    assert complaint in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["compile"], ["levitate"], ["check", "--align", "stars"]])
def test_a_wrong_call_leaves_with_two(arguments: list[str]) -> None:
    assert run(*arguments) == 2


def test_help_is_printed_and_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom backrun_fit.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit as left: assert left.code == 0\n"
        "heavy = {'numpy', 'fit_tool', 'fitparse', 'lark', 'cattrs', 'yaml'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "rehearse" in done.stdout


def test_rehearse_prints_a_document_and_starts_now_unless_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = time.time()
    assert run("rehearse", LONG_RUN, "-o", tmp_path / "r.fit", "--json") == 0
    (document,) = documents(capsys.readouterr().out)
    started = datetime.fromisoformat(str(document["started_at"]))
    assert before - 2 <= started.astimezone(UTC).timestamp() <= time.time()


def test_a_reader_that_closes_early_gets_no_traceback(tmp_path: Path) -> None:
    activity = ROOT / "fixtures" / "activities" / "long-run.fit"
    done = subprocess.run(
        f"{sys.executable} -m backrun_fit.cli check {activity} {activity} {activity} --json | true",
        shell=True,
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.stderr == ""


def test_a_terminal_without_unicode_costs_no_result(tmp_path: Path) -> None:
    spec = tmp_path / "u.yaml"
    spec.write_text("name: 走る\ndate: 2026-03-01\nrun: 10min @ 5:00/km\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "backrun_fit.cli", "compile", str(spec), "-o", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0, done.stderr
    assert "??" in done.stdout
    assert (tmp_path / "2026-03-01-走る.fit").is_file()


def test_a_damaged_member_of_an_archive_stops_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (ROOT / "fixtures" / "activities" / "treadmill.fit").read_bytes()
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("bad.fit", good[:-100])
        out.writestr("good.fit", good)
        out.writestr("plan.fit", (ROOT / "fixtures" / "workouts" / "treadmill.fit").read_bytes())
    assert run("check", archive, "--json") == 2
    printed = capsys.readouterr()
    assert len(documents(printed.out)) == 1
    assert "bad.fit" in printed.err
    assert "plan.fit: no activity in the file" in printed.err


def test_show_says_what_a_file_of_another_kind_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)  # the path may be longer than a line
    settings = tmp_path / "settings.fit"
    settings.write_bytes(
        fit_file(
            definition(0, 0, [(0, 1, ENUM)]),
            message(0, b"\2"),
            definition(1, 65_300, []),
            message(1, b"") * 3,
        )
    )
    assert run("show", settings) == 0
    printed = capsys.readouterr().out
    assert f"{settings}  a file of kind settings" in printed
    assert "file_id 1, message_65300 3" in printed
    assert run("show", settings, "--json") == 0
    (document,) = documents(capsys.readouterr().out)
    assert document == {
        "schema": "backrun_fit/contents/1",
        "source": str(settings),
        "kind": "settings",
        "messages": {"file_id": 1, "message_65300": 3},
        "warnings": [],
    }


def test_an_empty_activity_in_a_chain_hides_no_other(tmp_path: Path) -> None:
    empty = fit_file(definition(0, 0, [(0, 1, ENUM)]), message(0, b"\4"))
    good = (ROOT / "fixtures" / "activities" / "treadmill.fit").read_bytes()
    assert len(read_activities(empty + good)) == 1
    with pytest.raises(NoActivityError, match="nothing was recorded"):
        read_activities(empty)


def test_a_file_of_another_content_is_replaced_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "s.yaml"
    for distance, said in (("8km", False), ("8km", False), ("9km", True)):
        spec.write_text(f"name: S\ndate: 2026-03-01\nrun: {distance} @ 5:00/km\n")
        assert run("compile", spec, "-o", tmp_path) == 0
        assert ("in the place of another version" in capsys.readouterr().out) is said


def test_a_report_in_a_pipe_has_whole_lines_and_no_blanks_at_their_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert run("check", ROOT / "fixtures" / "activities" / "long-run.fit") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("1.61 of 1.61 km; cadence agrees. 16 of 16 steps met")
    assert lines[-1].startswith("tolerances: ")
    assert lines[-1].endswith("skipped below 5 s")
    assert all(line == line.rstrip() for line in lines)


def test_a_file_that_breaks_off_is_shown_and_can_be_checked_as_far_as_it_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (ROOT / "fixtures" / "activities" / "treadmill.fit").read_bytes()
    cut = tmp_path / "cut.fit"
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    assert run("show", cut) == 0
    assert "shorter than its header states" in capsys.readouterr().out
    assert run("check", cut) == 2
    assert "shorter than its header states" in capsys.readouterr().err
    assert run("check", cut, "--salvage", "--json") == 1
    (report,) = documents(capsys.readouterr().out)
    warnings = report["warnings"]
    assert isinstance(warnings, list)
    assert any("bytes lost" in warning["message"] for warning in warnings)


def test_rehearse_writes_the_truth_beside_the_file(tmp_path: Path) -> None:
    setup = tmp_path / "me.yaml"
    setup.write_text("runner: {easy_speed_mps: 3.2}\nwatch: {autolap_m: 1000, big_endian: true}\n")
    output, truth = tmp_path / "run.fit", tmp_path / "truth.json"
    arguments = ("rehearse", LONG_RUN, "-o", output, "--truth", truth, "--runner", setup)
    faults = ("--fault", "slow:2", "--quirk", "missing-tail", "--started-at", "2026-03-01T07:00:00")
    assert run(*arguments, *faults) == 0
    document = json.loads(truth.read_text())
    assert document["executions"][1]["faults"] == ["slow:2:0.2"]
    assert document["quirks"] == ["missing-tail"]
    (activity,) = read_activities(output)
    assert activity.laps[-1].step_index is not None
    assert max(lap.distance_m or 0.0 for lap in activity.laps) <= 1000.0


def test_a_runner_file_that_says_nonsense_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup = tmp_path / "me.yaml"
    setup.write_text("runner: {speed: fast}\n")
    assert run("rehearse", LONG_RUN, "-o", tmp_path / "x.fit", "--runner", setup) == 2
    assert "runner.speed" in capsys.readouterr().err
    assert not (tmp_path / "x.fit").exists()


PLAN = ROOT / "fixtures" / "workouts" / "intervals.fit"


def test_apply_says_what_it_did_and_writes_the_new_workout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "name: Track\nathlete: {marathon_pace: 8:00/mi}\n"
        "run: 1mi @ easy, 6 x (800m @ 5k + 2min @ recovery), 1mi @ easy\n"
    )
    assert run("compile", plan, "-o", tmp_path) == 0
    capsys.readouterr()
    arguments = (
        "backward-recoveries:times=3",
        tmp_path / "Track.fit",
        "--marathon-pace",
        "8:00/mi",
    )
    assert run("apply", *arguments, "-o", tmp_path / "out") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "before: Track" in text
    assert "note: 3 recoveries are backward now, told by the intensity" in text
    assert "turned 3 x 2:00" in text
    assert "kept 11 steps as planned" in text
    laid = read_workout(tmp_path / "out" / "Track.fit")
    assert [step.name for step in laid.messages if isinstance(step, Step)].count("Back 60 s") == 1
    assert run("apply", *arguments, "-o", tmp_path / "out", "--json") == 0
    (document,) = documents(capsys.readouterr().out)
    assert document["schema"] == "backrun_fit/changes/2"
    kinds = {change["kind"]: change["count"] for change in document["changes"]}  # type: ignore[attr-defined]
    assert kinds["turned"] == 3


def test_apply_takes_the_workout_out_of_an_activity_and_the_athlete_from_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    activity = ROOT / "fixtures" / "activities" / "long-run.fit"
    athlete = tmp_path / "me.yaml"
    athlete.write_text("marathon_pace: 8:00/mi\n")
    out = tmp_path / "out"
    assert run("apply", "drills", activity, "-o", out, "--athlete", athlete) == 0
    assert "inserted 2 x Back" in " ".join(capsys.readouterr().out.split())
    assert len(list(out.iterdir())) == 1
    athlete.write_text("athlete: {marathon_pace: 8:00/mi, weight: 70}\n")
    assert run("apply", "drills", activity, "-o", out, "--athlete", athlete) == 2
    assert "athlete.weight (line 1" in capsys.readouterr().err


def test_apply_of_two_plans_of_one_name_wants_them_numbered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = _two_specs(tmp_path, ("Same", "Same"))
    other.write_text(other.read_text().replace("2026-03-01", "2026-03-01\nnotes: other"))
    out = tmp_path / "out"
    assert run("apply", "after_each_mile", one, other, "-o", out) == 2
    assert not out.exists()
    assert run("apply", "after_each_mile", one, other, "-o", out, "--number") == 0
    assert [path.name for path in sorted(out.iterdir())] == [
        "2026-03-01-Same-2.fit", "2026-03-01-Same.fit",
    ]  # fmt: skip
    capsys.readouterr()


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("sideways", "expected one of after_each_mile"),
        ("after_each_mile:every", "expected a parameter such as every=1km, got 'every'"),
        ("after_each_mile:every=", "expected a parameter such as every=1km"),
        ("after_each_mile:every=1 furlong", "rules[0].every: expected a distance"),
        ("drills + after_each_mile:evry=1mi", "did you mean every?"),
        ("drills:each=20s,each=30s", "expected each parameter once, got 'each' again"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(
    rule: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("apply", rule, PLAN, "-o", tmp_path / "out") == 2
    assert complaint in capsys.readouterr().err


def test_send_copies_to_the_folder_of_the_watch_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "GARMIN" / "NEWFILES"
    folder.mkdir(parents=True)
    assert run("send", PLAN, "--to", tmp_path) == 0
    assert (folder / "intervals.fit").read_bytes() == PLAN.read_bytes()
    assert run("send", PLAN, "--to", tmp_path) == 0
    assert "already there" in capsys.readouterr().out
    (folder / "intervals.fit").write_bytes(b"something else")
    assert run("send", PLAN, "--to", tmp_path) == 2
    assert (folder / "intervals.fit").read_bytes() == b"something else"
    assert run("send", PLAN, "--to", tmp_path, "--replace") == 0
    assert run("send", PLAN, "--to", tmp_path / "nowhere") == 2
    assert run("send", "--to", tmp_path) == 2
    capsys.readouterr()


def test_a_season_becomes_workouts_a_schedule_a_calendar_and_an_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = ROOT / "fixtures" / "seasons" / "first-eight-weeks.yaml"
    assert run("season", spec, "-o", tmp_path / "out", "--created-at", "2026-03-01") == 0
    assert "every workout read back and equal" in capsys.readouterr().out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"season.ics", "season.json", "season.csv"} <= names
    assert sum(name.endswith(".fit") for name in names) >= 16
    assert run("season", spec, "-o", tmp_path / "out", "--json") == 0
    (document,) = documents(capsys.readouterr().out)
    assert document["path"] == str(tmp_path / "out")


def test_intervals_icu_text_is_shown_and_gets_a_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "Hills.txt"
    text.write_text("- 10m 65% Pace\n\n4x\n- 2m 105% Pace\n- 90s 60% Pace\n\n- 10m 65% Pace\n")
    athlete = tmp_path / "me.yaml"
    athlete.write_text("marathon_pace: 8:00/mi\n")
    out = tmp_path / "out"
    assert run("apply", "backward_recoveries", text, "-o", out, "--athlete", athlete) == 0
    assert "turned 3 x 1:30" in " ".join(capsys.readouterr().out.split())
    assert [path.name for path in out.iterdir()] == ["Hills.fit"]
    text.write_text("- 10 minutes @ easy\n")
    assert run("show", text) == 2
    assert f"{text}: line 1" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [("compile",), ("apply", "drills"), ("show",), ("rehearse",)])
def test_what_a_spec_lacks_is_told_at_its_place_by_every_verb(
    verb: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "s.yaml"
    spec.write_text("name: X\nathlete: {name: Bo}\nrun: 8mi @ easy\n")
    output = () if verb == ("show",) else ("-o", tmp_path / "out")
    assert run(*verb, spec, *output) == 2
    told = f"error: {spec}: athlete.marathon_pace (line 2, column 1): expected a marathon pace"
    assert capsys.readouterr().err.startswith(told)
    assert not (tmp_path / "out").exists()


def test_a_distance_that_no_file_holds_is_told_at_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "s.yaml"
    spec.write_text("name: X\nrun: 0.001m\n")
    assert run("compile", spec, "-o", tmp_path / "out") == 2
    assert "s.yaml: run (line 2, column 6): 'X': message 0: expected" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--created-at", "--started-at"])
def test_an_instant_that_no_file_holds_is_told_with_its_option(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verb = "compile" if option == "--created-at" else "rehearse"
    assert run(verb, LONG_RUN, "-o", tmp_path / "out", option, "1970-01-01") == 2
    told = f"error: {option}: expected an instant from 1998-07-03 to 2126-02-06"
    assert capsys.readouterr().err.startswith(told)


ACTIVITIES = sorted((ROOT / "fixtures" / "activities").glob("*.fit"))


def test_check_makes_a_page_of_one_run_and_a_folder_of_several(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "run.html"
    assert run("check", ACTIVITIES[0], "--html", page, "--quiet") == 0
    assert page.read_text().startswith("<!doctype html>")
    assert f"page  {page}" in capsys.readouterr().out
    folder = tmp_path / "pages"
    runs = [ROOT / "fixtures" / "activities" / f"{name}.fit" for name in ("intervals", "long-run")]
    assert run("check", *runs, "--html", folder, "--quiet") == 0
    names = sorted(path.stem for path in folder.iterdir())
    assert names == ["2026-03-01-long-run", "2026-03-03-intervals", "index"]
    index = (folder / "index.html").read_text()
    assert 'href="2026-03-01-long-run.html"' in index
    season = ROOT / "fixtures" / "seasons" / "first-eight-weeks.yaml"
    assert run("check", *runs, "--html", folder, "--season", season, "--quiet") == 0
    assert (folder / "index.html").read_text() != index
    assert run("check", ACTIVITIES[0], "--season", season) == 2
    assert run("check", *runs, "--html", tmp_path / "all.html", "--quiet") == 2
    assert "expected a folder for 2 runs" in capsys.readouterr().err
    assert not (tmp_path / "all.html").exists()


def test_show_draws_a_workout_and_refuses_to_draw_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    svg, png = tmp_path / "w.svg", tmp_path / "w.png"
    assert run("show", LONG_RUN, "--svg", svg, "--png", png) == 0
    assert svg.read_text().startswith("<svg")
    assert png.read_bytes()[1:4] == b"PNG"
    assert run("show", ACTIVITIES[0], "--svg", tmp_path / "a.svg") == 0
    assert (tmp_path / "a.svg").is_file()
    assert run("show", *SPECS, "--svg", svg) == 2
    assert "expected one file to draw" in capsys.readouterr().err


def test_a_pace_that_nobody_runs_is_said_by_show_apply_and_send(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = PaceTarget(slowest_mps=3279, fastest_mps=3390)
    steps = (
        Step(duration=TimeDuration(duration_s=480), target=target),
        Step(duration=TimeDuration(duration_s=480)),
    )
    workout = tmp_path / "w.fit"
    workout.write_bytes(
        encode_workout(
            CompiledWorkout(name="W", messages=steps), created_at=datetime(2026, 3, 1, tzinfo=UTC)
        )
    )
    (tmp_path / "GARMIN" / "NEWFILES").mkdir(parents=True)
    drilled = ("apply", "drills", workout, "-o", tmp_path / "out")
    for arguments in (
        ("show", workout),
        drilled,
        ("send", workout, "--to", tmp_path),
    ):
        run(*arguments)
        said = " ".join(capsys.readouterr().out.split())
        assert said.count("nobody runs faster than 12.5 m/s") == 1, arguments
        assert "multiplies the speed by 1000 twice" in said


def test_show_prints_the_second_target_and_the_notes_of_a_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    step = Step(
        duration=TimeDuration(duration_s=1200),
        target=PaceTarget(slowest_mps=3.03, fastest_mps=3.333),
        secondary_target=CadenceTarget(lowest_spm=170, highest_spm=180),
        notes="Tall posture, look ahead",
        name="Tempo",
    )
    path = tmp_path / "w.fit"
    path.write_bytes(
        encode_workout(
            CompiledWorkout(name="W", messages=(step,)), created_at=datetime(2026, 3, 1, tzinfo=UTC)
        )
    )
    assert run("show", path) == 0
    assert (
        "   0  Tempo  20:00  @ 5:00-5:30/km and 170-180 spm  (active)\n"
        "      Tall posture, look ahead\n"
    ) in "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines())
