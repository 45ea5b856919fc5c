"""Claims about the terminal: 80 columns, the reader's units, colour and bars there, only text."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType

import backrun_fit as bf
from backrun_fit.activity import Activity
from backrun_fit.changes import changes_of
from backrun_fit.cli import main, progress
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance.trend import compare_runs
from backrun_fit.errors import DataWarning
from backrun_fit.render.changes import changes_text
from backrun_fit.render.document import as_json
from backrun_fit.render.text import Headline, activity_text, report_text, workout_text
from backrun_fit.render.trend import trend_text
from backrun_fit.season.text import season_text
from backrun_fit.units import UnitSystem
from backrun_fit.workout import Step
from tests.conftest import ROOT

ACTIVITIES = sorted((ROOT / "fixtures" / "activities").glob("*.fit"))
LONG_RUN = ROOT / "fixtures" / "activities" / "long-run.fit"
UNITS: tuple[UnitSystem, ...] = ("metric", "statute")
METRIC = re.compile(r"\d\s?(?:k?m)\b|/km\b")

HOSTILE = (
    "[bold red]bold[/bold red] :heart: {curly} %s \\n",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b31m",
    "tab\there\rback\x08\x00\x7f",
    "\u202eright\u2066to\u200fleft\u061c",
    "<script>alert(1)</script>",
    "N" * 200,
    "走" * 66,
    "a\u0301" * 66,
    "new\nline\u2028and\u2029more\x85",
)
# What moves the cursor, changes colours, sets titles or turns the direction of writing.
COMMANDS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


def printed(what: RenderableType, width: int = 80) -> str:
    out = io.StringIO()
    Console(file=out, width=width, highlight=False, markup=False, emoji=False).print(what)
    return out.getvalue()


def widest(text: str) -> int:
    return max(map(cell_len, text.splitlines()), default=0)


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    assert isinstance(left.value.code, int)
    return left.value.code


def renamed(workout: CompiledWorkout, name: str) -> CompiledWorkout:
    """A workout that is called so throughout."""
    return attrs.evolve(
        workout,
        name=name,
        notes=name,
        messages=tuple(
            attrs.evolve(message, name=name, notes=name) if isinstance(message, Step) else message
            for message in workout.messages
        ),
    )


def everything_about(activity: Activity, units: UnitSystem) -> Iterator[str]:
    """All that is printed of a run and its workout."""
    report = bf.check(activity, units=units)
    yield printed(report_text(report, units))
    yield printed(activity_text(activity, units))
    yield printed(trend_text(compare_runs([report, report]), units))
    if activity.workout is not None:
        yield printed(workout_text(activity.workout, units))


# Width and units.


def assert_fits(activity: Activity) -> None:
    assert activity.workout is not None
    for units in UNITS:
        assert max(map(widest, everything_about(activity, units))) <= 80
    # Names are as their maker wrote them.
    named = attrs.evolve(activity, workout=renamed(activity.workout, "Step"), source="run.fit")
    for text in everything_about(named, "statute"):
        said = " ".join(text.split())
        assert not METRIC.findall(said), said


@pytest.mark.parametrize("path", ACTIVITIES, ids=lambda path: path.stem)
def test_samples_fit_80_columns_in_the_units_asked_for(path: Path) -> None:
    assert_fits(bf.read_activity(path))


def test_some_real_runs_fit_80_columns_in_the_units_asked_for(corpus: Path) -> None:
    for path in sorted((corpus / "structured").glob("*.fit"))[::12]:
        assert_fits(bf.read_activity(path))


@pytest.mark.slow
def test_all_real_runs_fit_80_columns_in_the_units_asked_for(corpus: Path) -> None:
    for path in sorted((corpus / "structured").glob("*.fit")):
        assert_fits(bf.read_activity(path))


@pytest.mark.parametrize(
    ("text", "is_metric"),
    [("8 km", True), ("201 m of", True), ("5:00/km", True), ("1/8 mi", False), ("3 min", False)],
)
def test_metric_units_are_recognised_in_a_text(text: str, is_metric: bool) -> None:
    assert bool(METRIC.search(text)) is is_metric


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:20])
def test_long_and_wide_names_fit_80_columns(name: str) -> None:
    activity = bf.read_activity(LONG_RUN)
    assert activity.workout is not None
    named = attrs.evolve(activity, workout=renamed(activity.workout, name), source=f"{name}.fit")
    assert_fits(named)


@given(st.text(max_size=250), st.integers(60, 200))
def test_the_conclusion_is_one_line_whatever_the_file_is_called(name: str, width: int) -> None:
    line = printed(Headline(attrs.evolve(REPORT, source=name)), width)
    assert line.count("\n") == 1
    assert cell_len(line.rstrip("\n")) <= width
    assert "Session 100 - work 100 - backward 8 of 8 parts" in line


def test_where_there_is_no_room_fewer_misses_are_named_and_less_of_the_file() -> None:
    plan = bf.read_workout(ROOT / "fixtures" / "workouts" / "short-day.fit")
    faults = [bf.parse_fault(f"skip:{number}") for number in range(2, 7)]
    made = bf.rehearse(plan, seed=1, started_at=REPORT.started_at, faults=faults)
    report = attrs.evolve(bf.check(made.activity), source="/runs/march/short-day.fit")
    line = Headline(report)
    said = "Session 91 - work 91 - backward 6 of 8 parts"
    lengths, cadence, met = ", 6:34 of 7:03", "; cadence agrees", ". 14 of 19 steps met"
    name, file = "/runs/march/short-day.fit", "short-day.fit"
    five = ", ".join(f"{number} (skipped)" for number in range(2, 7))
    one = "2 (skipped) and 4 more"
    assert line.fitting(215) == f"{name}: {said}{lengths}{cadence}{met}; not met: {five}"
    assert line.fitting(150) == f"{file}: {said}{lengths}{cadence}{met}; not met: {one}"
    assert line.fitting(120) == f"{file}: {said}{lengths}{cadence}{met}; 5 not met"
    assert line.fitting(110) == f"{file}: {said}{cadence}{met}; 5 not met"
    assert line.fitting(100) == f"{file}: {said}{met}; 5 not met"
    assert line.fitting(85) == f"{name}: {said}. 5 not met"
    assert line.fitting(75) == f"{file}: {said}. 5 not met"
    assert line.fitting(65) == f"...y.fit: {said}. 5 not met"
    assert line.fitting(50) == f"...t: {said}"


def test_where_there_is_no_room_it_still_says_what_is_in_doubt_and_what_was_not_measured() -> None:
    plan = bf.read_workout(ROOT / "fixtures" / "workouts" / "long-run.fit")
    faults = [bf.parse_fault(f"forward:{number}") for number in range(2, 17, 2)]
    made = bf.rehearse(plan, seed=1, started_at=REPORT.started_at, faults=faults)
    forward = Headline(attrs.evolve(bf.check(made.activity), source="a.fit"))
    assert forward.fitting(200) == (
        "a.fit: In doubt: Session 100 - work 100 - backward 8 of 8 parts, 1.61 of 1.61 km done in "
        "length and pace; cadence speaks against it. 16 of 16 steps met"
    )
    brief = "In doubt: Session 100 - work 100 - backward 8 of 8 parts, no score"
    assert forward.fitting(80) == f"a.fit: {brief}"
    treadmill = Headline(bf.check(bf.read_activity(ROOT / "fixtures/activities/treadmill.fit")))
    said = "Session 100 (length only) - backward 5 of 5 parts"
    assert treadmill.fitting(80) == f"....fit: {said}. 7 done, not measured"


def test_columns_stand_closer_where_there_is_no_room_and_no_pace_is_broken_in_two() -> None:
    report = bf.check(bf.read_activity(ROOT / "fixtures" / "activities" / "treadmill.fit"))
    for units in UNITS:
        lines = printed(report_text(report, units), 80).splitlines()
        assert sum(f"/{'km' if units == 'metric' else 'mi'} " in line for line in lines) >= 11
        assert not any(line.strip() in ("m", "km", "mi", "/mi", "/km") for line in lines)


REPORT = bf.check(bf.read_activity(LONG_RUN))


def test_a_spec_in_statute_units_is_read_in_them_by_every_verb(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "plan.yaml"
    spec.write_text(
        "name: Sunday\ndate: 2026-03-01\nathlete: {marathon_pace: 8:00/mi}\nunits: statute\n"
        "run: 3mi @ easy\n"
    )
    made = tmp_path / "run.fit"
    for arguments in (
        ("show", spec),
        ("compile", spec, "-o", tmp_path / "out"),
        ("apply", "after_each_mile", spec, "-o", tmp_path / "laid"),
        ("rehearse", spec, "-o", made),
        ("check", made, "--workout", spec),
    ):
        assert run(*arguments) == 0
        text = capsys.readouterr().out
        assert "mi" in text
        assert not METRIC.search(text.replace(str(tmp_path), "")), text
        assert run(*arguments, "--units", "metric") == 0
        assert METRIC.search(capsys.readouterr().out.replace(str(tmp_path), ""))


# Quiet.


def test_quiet_prints_the_conclusion_of_each_run_and_nothing_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert run("check", *ACTIVITIES, "--quiet") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(ACTIVITIES)
    for line, path in zip(lines, ACTIVITIES, strict=True):
        basis = " (length only) - " if path.stem == "treadmill" else " - work 100 - "
        assert line.startswith(f"{path}: Session 100{basis}backward ")
    assert run("check", ACTIVITIES[0], "--quiet", "--json") == 2
    assert "expected --quiet alone" in capsys.readouterr().err


# Colour.


def on_a_terminal(*arguments: str | Path, **environment: str) -> str:
    """What a terminal of 80 columns is sent."""
    ours, theirs = pty.openpty()
    known = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS")}
    done = subprocess.Popen(
        [sys.executable, "-m", "backrun_fit.cli", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=known | {"TERM": "xterm-256color", "COLUMNS": "80"} | environment,
    )
    os.close(theirs)
    pieces = []
    while piece := _read(ours):
        pieces.append(piece)
    os.close(ours)
    done.wait()
    return b"".join(pieces).decode()


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 1 << 16)
    except OSError:  # Linux says so when the other end is closed
        return b""


COLOURS = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")


def test_colour_is_for_terminals_and_not_for_who_wants_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert COLOURS.search(on_a_terminal("check", LONG_RUN))
    assert not COLOURS.search(on_a_terminal("check", LONG_RUN, NO_COLOR="1"))
    assert "\x1b" not in on_a_terminal("check", LONG_RUN, TERM="dumb")
    assert run("check", LONG_RUN) == 0
    assert "\x1b" not in capsys.readouterr().out


# Bars.


class Terminal(io.StringIO):
    """Standard error of somebody who looks at it."""

    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch, *, delay_s: float = 0.0) -> Terminal:
    """Standard error becomes a terminal; to be called in a test, as pytest sets its own before."""
    found = Terminal()
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(progress, "DELAY_S", delay_s)
    return found


def test_a_bar_shows_how_far_many_inputs_are_and_goes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = watched(monkeypatch)
    assert run("check", *ACTIVITIES, "--quiet") == 0
    shown = terminal.getvalue()
    assert f"{len(ACTIVITIES)}/{len(ACTIVITIES)}" in shown
    assert "long-run.fit" in shown
    assert shown.endswith("\x1b[1A\x1b[2K"), "the bar is wiped off"
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["compile", "apply", "season"])
def test_every_verb_that_takes_many_inputs_has_a_bar(
    verb: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = watched(monkeypatch)
    specs = sorted((ROOT / "fixtures" / "specs").glob("*.yaml"))[:2]
    season = ROOT / "fixtures" / "seasons" / "first-eight-weeks.yaml"
    arguments: dict[str, list[str | Path]] = {
        "compile": [*specs],
        "apply": ["drills", *specs],
        "season": [season, season],
    }
    run(verb, *arguments[verb], "-o", tmp_path / "out")
    assert "2/2" in terminal.getvalue()
    capsys.readouterr()


def test_an_archive_has_a_bar_that_counts_its_members(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = watched(monkeypatch)
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for path in ACTIVITIES:
            out.write(path, path.name)
    assert run("check", archive, "--quiet") == 0
    assert f"{len(ACTIVITIES)}/?" in terminal.getvalue()
    assert len(capsys.readouterr().out.splitlines()) == len(ACTIVITIES)


def test_no_bar_for_one_input_for_quick_work_or_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = watched(monkeypatch)
    assert run("check", LONG_RUN) == 0
    assert terminal.getvalue() == ""
    terminal = watched(monkeypatch, delay_s=600.0)
    assert run("check", *ACTIVITIES) == 0
    assert terminal.getvalue() == ""
    watched(monkeypatch)
    in_a_pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", in_a_pipe)
    assert run("check", *ACTIVITIES) == 0
    assert in_a_pipe.getvalue() == ""
    capsys.readouterr()


def test_a_bar_makes_room_for_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    with progress.bar(2) as found:
        assert found is not None
        found.begin("[red]a\x1b[31m")
        deadline = time.monotonic() + 10
        while "0/2" not in terminal.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
        with progress.aside():
            assert terminal.getvalue().endswith("\x1b[1A\x1b[2K")
            before = terminal.getvalue()
            time.sleep(0.3)  # longer than the bar waits between two looks
            assert terminal.getvalue() == before
    assert "[red]a" in terminal.getvalue()
    assert "a\x1b[31m" not in terminal.getvalue()


# Hostile names.


def assert_only_text(text: str) -> None:
    found = COMMANDS.search(text)
    assert found is None, ascii(text[max(found.start() - 40, 0) : found.end() + 40])


def test_what_is_more_than_text_is_found() -> None:
    for hostile in ("\x1b[31m", "\x9b1m", "a\u202eb", "\x07", "\x00", "\u2028"):
        with pytest.raises(AssertionError):
            assert_only_text(hostile)
    assert_only_text("[red]走る 🏃 é\n")


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:20])
def test_names_are_printed_as_text_in_every_report(name: str) -> None:
    activity = bf.read_activity(LONG_RUN)
    assert activity.workout is not None
    named = attrs.evolve(
        activity,
        workout=renamed(activity.workout, name),
        source=name,
        manufacturer=name,
        product=name,
        warnings=(DataWarning("odd", name),),
        laps=tuple(attrs.evolve(lap, trigger=name, intensity=name) for lap in activity.laps),
    )
    for text in everything_about(named, "metric"):
        assert_only_text(text)
    other = attrs.evolve(named, workout=renamed(activity.workout, "other"))
    assert other.workout is not None
    assert named.workout is not None
    assert_only_text(printed(report_text(bf.check(named, other.workout))))
    assert_only_text(printed(changes_text(changes_of(other.workout, named.workout))))


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:20])
def test_names_are_only_text_in_documents_and_come_back_whole(name: str) -> None:
    line = as_json({"name": name})
    assert_only_text(line)
    assert json.loads(line) == {"name": name}
    assert as_json({"name": name}, ascii_only=True).isascii()


@given(st.text())
def test_every_text_comes_back_out_of_a_document(text: str) -> None:
    assert json.loads(as_json({text: [text]})) == {text: [text]}


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:20])
def test_every_verb_prints_only_text_whatever_files_and_workouts_are_called(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = name.replace("\0", "")  # neither a path nor a FIT file holds it
    folder = tmp_path / name.encode()[:200].decode(errors="ignore").replace("/", "|")
    folder.mkdir()
    plan = renamed(bf.read_workout(ROOT / "fixtures" / "workouts" / "short-day.fit"), name)
    workout, activity, spec = folder / "w.fit", folder / "a.fit", folder / "s.yaml"
    made = bf.rehearse(plan, seed=1, started_at=REPORT.started_at)
    activity.write_bytes(bf.encode_rehearsal(made))
    workout.write_bytes(bf.encode_workout(plan, created_at=REPORT.started_at))
    spec.write_text(json.dumps({"name": name, "run": f"8mi @ {name}"}), encoding="utf-8")
    damaged, settings = folder / "d.fit", folder / "absent.fit"
    damaged.write_bytes(activity.read_bytes()[:2000])
    out = folder / "out"
    for arguments in (
        ("show", workout, activity, damaged, settings, spec),
        ("check", activity, damaged, workout),
        ("check", activity, "--quiet"),
        ("check", activity, activity, "--trend"),
        ("check", activity, "--workout", workout, "--tolerance", name),
        ("check", activity, "--align", name),
        ("compile", spec, "-o", out),
        ("apply", "drills", workout, activity, spec, "-o", out),
        ("apply", name, workout, "-o", out),
        ("rehearse", workout, "-o", folder / "r.fit"),
        ("rehearse", workout, "-o", folder / "r.fit", "--fault", name),
        ("season", spec, "-o", out),
        ("send", workout, "--to", folder),
        (name,),
    ):
        for more in ((), ("--json",)) if arguments[0] in ("show", "check", "apply") else ((),):
            run(*arguments, *more)
            caught = capsys.readouterr()
            assert caught.out or caught.err
            assert_only_text(caught.out)
            assert_only_text(caught.err)


def test_a_season_with_hostile_names_prints_only_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    season = tmp_path / "season.json"
    for position, name in enumerate(HOSTILE):
        session = {"day": "Sun", "name": name, "run": "5mi @ 5:00/km", "notes": name}
        season.write_text(
            json.dumps({"name": name, "start": "2026-03-02", "weeks": 1, "sessions": [session]}),
            encoding="utf-8",
        )
        run("season", season, "-o", tmp_path / str(position))
        caught = capsys.readouterr()
        assert_only_text(caught.out)
        assert_only_text(caught.err)
    made = bf.compile_season(
        bf.load_season(ROOT / "fixtures" / "seasons" / "first-eight-weeks.yaml")
    )
    hostile = attrs.evolve(
        made,
        season=attrs.evolve(made.season, name=HOSTILE[3]),
        sessions=tuple(
            attrs.evolve(each, workout=renamed(each.workout, HOSTILE[1])) for each in made.sessions
        ),
        notes=(HOSTILE[2],),
    )
    assert_only_text(printed(season_text(hostile)))


def test_a_stream_that_takes_ascii_alone_gets_whole_documents(tmp_path: Path) -> None:
    spec = tmp_path / "u.yaml"
    spec.write_text("name: 走る\ndate: 2026-03-01\nrun: 10min @ 5:00/km\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "backrun_fit.cli", "show", str(spec), "--json"],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert json.loads(done.stdout.decode("ascii"))["name"] == "走る"
