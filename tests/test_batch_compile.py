"""Claims about every session for every athlete: names, identities, and what is wrong at once."""

from __future__ import annotations

import csv
import itertools
import json
import random
import subprocess
import sys
import time
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any
from unicodedata import normalize
from unittest import mock

import pytest
from attrs import evolve

from backrun_fit.batch import (
    compile_many,
    compiling,
    load_plan,
    load_roster,
    parse_roster,
    processes,
)
from backrun_fit.batch.compiling import CompileResult, Plan
from backrun_fit.batch.roster import ROSTER_COLUMNS
from backrun_fit.batch.roster_journal import RosterJournal
from backrun_fit.compile import compile_workout
from backrun_fit.errors import SpecError
from backrun_fit.fit.sniff import identity
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.season import parse_season
from backrun_fit.spec import parse_spec, session
from tests.test_batch_output import wait_for_lines
from tests.test_cli import run

AT = datetime(2026, 3, 1, tzinfo=UTC)
ROSTER = parse_roster("name,marathon_pace\nAnn,8:00/mi\nBo,7:30/mi\nCé,4:30/km\n")
LONG = parse_spec("{name: Long run, date: 2026-03-01, run: 8mi @ easy, rules: [after_each_mile]}")
SEASON = """
name: Spring
start: 2026-03-02
weeks: 4
athlete: {marathon_pace: 9:00/mi}
sessions:
  - {day: Tue, name: Short day, rules: [backward_repeats]}
  - {day: Sun, name: Long run, run: 9mi @ easy, rules: [after_each_mile]}
"""


def made(results: list[CompileResult]) -> list[bytes]:
    assert [result.error for result in results] == [None] * len(results)
    return [result.data for result in results if result.data is not None]


# Rosters.


def test_a_roster_has_its_athletes_in_order_with_all_that_a_spec_may_say() -> None:
    assert set(ROSTER_COLUMNS) >= {"name", "marathon_pace", "races", "pace_easy"}
    text = (
        "Name;marathon_time;max_heart_rate;pace_easy;races;weekly_distance\n"
        "Ann;3:30:00;185;9:30/mi;;\n\n"
        ' Bo ;;"190 bpm";;10km 40:00 + half marathon 1:30:00;40mi\n'
    )
    ann, bo = parse_roster(text)
    assert (ann.name, ann.stated_marathon_s, ann.max_heart_rate_bpm) == ("Ann", 12_600, 185)
    assert ann.pace_mps("easy") == pytest.approx(1609.344 / 570)
    assert (bo.name, bo.max_heart_rate_bpm) == ("Bo", 190)
    assert [(race.distance_m, race.time_s) for race in bo.races] == [
        *((10_000, 2_400), (21_097.5, 5_400))
    ]


def test_all_problems_of_a_roster_are_said_at_once() -> None:
    text = "name,marathon_pce,marathon_time\nAnn,,soon\n,,3:30:00\nann,,3:40:00,x\nANN,,3:00:00\n"
    with pytest.raises(SpecError) as refused:
        parse_roster(text + "Ann,,3:10:00\n", source="roster.csv")
    lines = str(refused.value).removeprefix("roster.csv: ").splitlines()
    assert lines[0].startswith("marathon_pce (line 1): expected one of name, marathon_pace,")
    assert lines[0].endswith("got 'marathon_pce'; did you mean marathon_pace?")
    assert lines[1].startswith("marathon_time (line 2): expected a ")
    assert lines[2:] == [
        "name (line 3): expected a name, got none",
        "line 4: expected 3 values, got 4",
        "name (line 6): expected another name than in line 5, got 'Ann' again",
    ]


@pytest.mark.parametrize("text", ["", "name\n", "pace\nx\n", "name\n\n", 'name\n"a\n'])
def test_a_roster_without_athletes_is_refused(text: str) -> None:
    with pytest.raises(SpecError):
        parse_roster(text)


def test_a_roster_of_too_many_columns_is_refused_before_they_are_looked_at() -> None:
    header = ",".join(f"column{number}" for number in range(50_000))
    with pytest.raises(SpecError, match="expected at most 200 columns, got 50,000") as caught:
        parse_roster(f"{header}\na\n")
    assert len(caught.value.problems) < 5


# Compiling.


def test_every_athlete_gets_every_session_at_the_own_pace() -> None:
    results = list(compile_many(ROSTER, LONG))
    assert [(result.athlete, result.session) for result in results] == [
        *(("Ann", "Long run"), ("Bo", "Long run"), ("Cé", "Long run"))
    ]
    for athlete, data in zip(ROSTER, made(results), strict=True):
        alone = compile_workout(session(LONG), athlete)
        found = read_workout(data)
        assert found.messages == read_workout(encode_workout(alone, created_at=AT)).messages


def test_a_season_is_every_session_of_every_week_for_each() -> None:
    results = list(compile_many(ROSTER, [parse_season(SEASON), LONG]))
    assert len(results) == 3 * (4 * 2 + 1)
    assert results[0].date == date(2026, 3, 3)
    assert results[0].name == "W01 Tue Short day Ann"
    assert results[0].file == "Ann/2026-03-03-W01-Tue-Short-day-Ann.fit"


def test_the_same_on_any_executor() -> None:
    plans: list[Plan] = [parse_season(SEASON), LONG]
    assert list(compile_many(ROSTER, plans, processes(2))) == list(compile_many(ROSTER, plans))


def test_names_files_and_identities_are_all_different_even_where_names_are_long() -> None:
    text = "name,marathon_pace\n" + "".join(
        f"Maximiliane von Mustermann-{number}/x,8:00/mi\n" for number in range(30)
    )
    long = parse_spec("{name: A very long session on Tuesday, date: 2026-03-01, run: 1mi @ easy}")
    other = parse_spec("{name: A very long session on Thursday, date: 2026-03-01, run: 1mi @ easy}")
    results = list(compile_many(parse_roster(text), [long, other]))
    names = {read_workout(data).name for data in made(results)}
    assert names == {result.name for result in results}
    assert len(names) == len({result.file.casefold() for result in results}) == 60
    assert len({identity(data) for data in made(results)}) == 60
    assert all(len(name.encode()) <= 31 for name in names)
    assert "workout name: " in results[0].adjustments[0]


def test_serial_numbers_that_meet_are_counted_up_the_same_way_every_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = itertools.cycle([7, 8, 7])
    monkeypatch.setattr("backrun_fit.fit.workout_writer._hashed", lambda *_: next(free))
    results = list(compile_many(ROSTER, LONG))
    assert [result.serial_number for result in results] == [7, 8, 9]
    assert [identity(data)[3] for data in made(results)] == [7, 8, 9]


def test_behind_the_last_serial_number_comes_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backrun_fit.fit.workout_writer._hashed", lambda *_: 0xFFFF_FFFE)
    results = list(compile_many(ROSTER, LONG))
    assert [result.serial_number for result in results] == [0xFFFF_FFFE, 1, 2]


def test_what_one_athlete_lacks_costs_the_others_nothing() -> None:
    roster = parse_roster("name,marathon_pace\nAnn,8:00/mi\nBo,\n")
    ann, bo = compile_many(roster, LONG)
    assert ann.error is None
    assert bo.error is not None
    assert (bo.error.kind, bo.data) == ("SpecError", None)
    assert "expected a marathon pace" in bo.error.message


def test_a_session_without_a_date_needs_an_instant() -> None:
    undated = parse_spec("{name: Long run, run: 8mi @ easy}")
    with pytest.raises(SpecError, match="expected a date, or created_at"):
        list(compile_many(ROSTER, undated))
    (result, *_) = compile_many(ROSTER, undated, created_at=AT)
    assert result.file == "Ann/Long-run-Ann.fit"


# The command.


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "roster.csv").write_text("name,marathon_pace\nAnn,8:00/mi\nBo,7:30/mi\n")
    (tmp_path / "season.yaml").write_text(SEASON)
    return tmp_path


def test_the_command_writes_a_folder_an_athlete_and_an_index(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = desk / "out"
    for _ in range(2):
        code = run(
            *("compile", desk / "roster.csv", desk / "season.yaml", "-o", out),
            *("--jobs", "1", "--json"),
        )
        assert code == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {
            "schema": "backrun_fit/roster/1",
            "output": str(out),
            "workout_count": 16,
            "error_count": 0,
        }
    ] * 2
    with (out / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 16
    for row in rows:
        data = (out / row["file"]).read_bytes()
        assert identity(data)[3] == int(row["serial_number"])
        assert read_workout(data).name == row["name"]
    assert sorted(path.name for path in out.iterdir()) == ["Ann", "Bo", "index.csv"]


def test_the_command_says_all_problems_of_all_files_at_once(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "roster.csv").write_text("name,marathon_pace\nAnn,fast\n")
    (desk / "bad.yaml").write_text("{name: X, run: 8mi @ eassy}")
    out = desk / "out"
    assert run("compile", desk / "roster.csv", desk / "bad.yaml", "-o", out) == 2
    errors = capsys.readouterr().err
    assert "roster.csv: marathon_pace (line 2)" in errors
    assert "eassy" in errors
    assert not out.exists()


def test_the_command_goes_on_past_an_athlete_without_a_pace(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "roster.csv").write_text("name,marathon_pace\nAnn,8:00/mi\nBo,\n")
    out = desk / "out"
    assert run("compile", desk / "roster.csv", desk / "season.yaml", "-o", out, "--jobs", "1") == 2
    assert "error: Bo" in capsys.readouterr().err
    assert len(list(out.glob("Ann/*.fit"))) == 8


def test_a_roster_needs_a_plan(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("compile", desk / "roster.csv", "-o", desk / "out") == 2
    assert "expected a session or a season beside" in capsys.readouterr().err


def test_processes_and_clusters_are_for_rosters(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "session.yaml").write_text("{name: X, run: 8mi @ easy}")
    for option in (("--jobs", "2"), ("--scheduler", "tcp://127.0.0.1:9")):
        assert run("compile", desk / "session.yaml", "-o", desk / "out", *option) == 2
        assert "expected --jobs and --scheduler beside a roster" in capsys.readouterr().err
    both = ("--jobs", "2", "--scheduler", "tcp://127.0.0.1:9")
    assert run("compile", desk / "roster.csv", desk / "season.yaml", "-o", desk / "out", *both) == 2
    assert "expected either --jobs or --scheduler" in capsys.readouterr().err


def test_a_plan_is_a_season_where_it_has_weeks(desk: Path) -> None:
    assert load_plan(desk / "season.yaml") == parse_season(SEASON)
    (desk / "session.yaml").write_text("{name: X, run: 8mi @ easy}")
    assert load_plan(desk / "session.yaml") == parse_spec("{name: X, run: 8mi @ easy}")


def test_the_command_writes_into_the_folder_it_stands_in(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk / "here").mkdir()
    monkeypatch.chdir(desk / "here")
    assert run("compile", desk / "roster.csv", desk / "season.yaml", "-o", ".", "--jobs", "1") == 0
    assert {path.name for path in (desk / "here").iterdir()} == {"Ann", "Bo", "index.csv"}
    assert not (desk / ".here.lock").exists()


def test_no_athlete_takes_the_place_of_the_index() -> None:
    roster = parse_roster("name,marathon_pace\nIndex.csv,8:00/mi\n")
    (result,) = compile_many(roster, LONG)
    assert result.file.startswith("Index.csv 2/")


def test_names_that_look_alike_are_one_name() -> None:
    with pytest.raises(SpecError, match="expected another name than in line 2"):
        parse_roster("name,marathon_pace\nJos\u00e9,8:00/mi\nJOSE\u0301,8:00/mi\n")
    two = [
        evolve(athlete, name=name)
        for athlete, name in zip(ROSTER, ("Jos\u00e9", "jose\u0301"), strict=False)
    ]
    names = [normalize("NFC", result.name.casefold()) for result in compile_many(two, LONG)]
    assert len(set(names)) == 2


# Going on after a kill.


def command(desk: Path, out: Path, plan: str = "season.yaml") -> list[str]:
    return ["compile", str(desk / "roster.csv"), str(desk / plan), "-o", str(out), "--jobs", "1"]


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def stopped(desk: Path, out: Path, after: int, plan: str = "season.yaml") -> None:
    """A run that is broken off after so many workouts were written."""
    real = RosterJournal.write

    def write(journal: RosterJournal, *of: Any) -> None:
        nonlocal after
        real(journal, *of)
        after -= 1
        if not after:
            raise KeyboardInterrupt

    with mock.patch.object(RosterJournal, "write", write):
        assert run(*command(desk, out, plan)) == 130


def test_the_command_goes_on_where_it_stopped(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, out = desk / "whole", desk / "out"
    assert run(*command(desk, whole)) == 0
    assert "16 workouts, every one" in capsys.readouterr().out
    for done in (3, 2, 9):
        stopped(desk, out, done)
    assert "the same command goes on" in capsys.readouterr().err
    assert (out / "index.csv.journal").exists()
    inodes = {path: path.stat().st_ino for path in out.rglob("*.fit")}
    assert run(*command(desk, out)) == 0
    assert "16 workouts, 9 of them before, every one" in capsys.readouterr().out
    assert files_of(out) == files_of(whole)
    assert sum(path.stat().st_ino == inode for path, inode in inodes.items()) == 9


def test_what_changed_in_between_is_compiled_again(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, out = desk / "whole", desk / "out"
    stopped(desk, out, 12)
    first, second, third, *_ = sorted(out.rglob("Ann/*.fit"))
    first.write_bytes(first.read_bytes()[:-1])
    second.unlink()
    third.write_bytes(third.read_bytes() + b"more")
    (desk / "roster.csv").write_text("name,marathon_pace\nAnn,8:00/mi\nBo,7:31/mi\n")
    for folder in (whole, out):
        assert run(*command(desk, folder)) == 0
    assert "16 workouts, 5 of them before" in capsys.readouterr().out
    assert files_of(out) == files_of(whole)


def test_a_plan_without_a_date_keeps_the_instant_of_the_first_run(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "s.yaml").write_text("{name: X, run: 8mi @ easy}")
    out = desk / "out"
    stopped(desk, out, 1, "s.yaml")
    line = (out / "index.csv.journal").read_bytes().splitlines()[1]
    began = json.loads(line.partition(b"\t")[0])["key"]

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Later:
            return cls(2030, 1, 1, tzinfo=tz)

    monkeypatch.setattr("backrun_fit.cli.compile_roster.datetime", Later)
    assert run(*command(desk, out, "s.yaml")) == 0
    assert "2 workouts, 1 of them before" in capsys.readouterr().out
    assert run(*command(desk, desk / "whole", "s.yaml"), "--created-at", began) == 0
    assert files_of(out) == files_of(desk / "whole")


def test_a_number_that_was_counted_up_is_counted_again(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "backrun_fit.batch.compiling.encode_workout",
        lambda *of, serial_number=None, **named: encode_workout(
            *of, serial_number=serial_number or 7, **named
        ),
    )
    roster, plan = load_roster(desk / "roster.csv"), load_plan(desk / "season.yaml")
    keys = [key is None for _, key in compiling.compile_all(roster, [plan])]
    assert keys == [False, *[True] * 15]


def test_temporary_files_of_a_killed_run_are_cleared_away(desk: Path) -> None:
    out = desk / "out"
    stopped(desk, out, 3)
    for folder in (out, out / "Ann"):
        (folder / f".backrun-{'0' * 16}.part").write_bytes(b"half")
    assert run(*command(desk, out)) == 0
    assert not list(out.rglob(".*"))


@pytest.mark.slow
def test_a_roster_that_is_killed_twenty_times_has_the_files_of_one_that_was_not(
    desk: Path,
) -> None:
    names = "".join(
        f"Athlete {number},{7 + number % 3}:{number % 60:02}/mi\n" for number in range(60)
    )
    (desk / "roster.csv").write_text(f"name,marathon_pace\n{names}")
    whole, out = desk / "whole", desk / "out"
    started = [sys.executable, "-m", "backrun_fit.cli"]
    assert subprocess.run([*started, *command(desk, whole)], check=False).returncode == 0
    wanted = files_of(whole)
    chooser, in_the_middle = random.Random(8), 0
    journal = out / "index.csv.journal"
    for _ in range(20):
        process = subprocess.Popen([*started, *command(desk, out)], text=True)
        done = journal.read_bytes().count(b"\n") if journal.exists() else 0
        wait_for_lines(journal, min(len(wanted) - 2, done + chooser.randint(0, 24)), process)
        time.sleep(chooser.random() / 50)
        process.kill()
        process.wait()
        in_the_middle += not (out / "index.csv").exists()
        for name, data in files_of(out).items():
            assert data == wanted.get(name, data)  # whole, whatever is there under its name
    assert in_the_middle >= 15
    assert subprocess.run([*started, *command(desk, out)], check=False).returncode == 0
    assert files_of(out) == wanted
