"""Claims about what a batch leaves: every row once, complete or not there, whatever happened."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backrun_fit as bf
from backrun_fit.batch import BatchSummary, CheckOptions, check_into, check_many
from backrun_fit.batch.alone import alone
from backrun_fit.batch.arrow import arrow_schema
from backrun_fit.batch.journal import Entry, Journal
from backrun_fit.batch.run_rows import (
    EXECUTION_COLUMNS,
    RUN_COLUMNS,
    RUNS_SCHEMA,
    executions_of,
    run_row,
)
from backrun_fit.errors import BatchError, SpecError
from backrun_fit.output import OutputError
from backrun_fit.render.document import as_json, report_document
from backrun_fit.report import Report
from backrun_fit.tolerances import Tolerances
from tests.batches import ACTIVITIES, folder_of_runs, rows_of
from tests.conftest import ROOT
from tests.test_cli import run

BACKRUN_FIT = [sys.executable, "-m", "backrun_fit.cli"]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return folder_of_runs(tmp_path / "runs", 6)


def paths(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


# Rows.


def test_parquet_and_csv_have_the_same_rows_which_are_those_of_check_many(
    runs: Path, tmp_path: Path
) -> None:
    wanted = [run_row(result, None) for result in check_many(paths(runs))]
    for suffix in ("parquet", "csv"):
        output = tmp_path / f"rows.{suffix}"
        check_into(output, paths(runs))
        found = rows_of(output)
        assert all(len(str(row.pop("content_sha256"))) == 64 for row in found)
        bare = [
            {
                name: value if value != "" or suffix == "parquet" else None
                for name, value in row.items()
                if name != "content_sha256"
            }
            for row in wanted
        ]
        assert found == bare


def test_jsonl_has_the_documents_of_reports_and_errors(runs: Path, tmp_path: Path) -> None:
    check_into(tmp_path / "rows.jsonl", paths(runs))
    found = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    results = list(check_many(paths(runs)))
    for document, result in zip(found, results, strict=True):
        if result.report is not None:
            assert document == json.loads(as_json(report_document(result.report)))
    assert found[-1] == {
        "schema": "backrun_fit/error/1",
        "source": str(runs / "run-005.fit"),
        "error": "DecodeError",
        "message": results[-1].error and results[-1].error.message,
        "offset": results[-1].error and results[-1].error.offset,
    }


def test_parquet_holds_the_executions_of_each_run(runs: Path, tmp_path: Path) -> None:
    output = tmp_path / "rows.parquet"
    check_into(output, paths(runs))
    table = pq.read_table(output)
    for row, result in zip(table.to_pylist(), check_many(paths(runs)), strict=True):
        assert row["executions"] == (result.report and executions_of(result.report))


def test_a_row_has_the_three_figures_and_what_they_rest_on(tmp_path: Path) -> None:
    plan = bf.read_workout(ROOT / "fixtures" / "workouts" / "long-run.fit")
    faults = [bf.parse_fault(f"forward:{number}") for number in range(2, 17, 2)]
    made = bf.rehearse(plan, seed=1, started_at=datetime(2026, 3, 1, 7, tzinfo=UTC), faults=faults)
    forward = tmp_path / "forward.fit"
    forward.write_bytes(bf.encode_rehearsal(made))
    treadmill = ROOT / "fixtures" / "activities" / "treadmill.fit"
    output = tmp_path / "rows.parquet"
    check_into(output, [forward, treadmill])
    doubtful, unmeasured = pq.read_table(output).to_pylist()
    assert (doubtful["score"], doubtful["work_score"]) == (100.0, 100.0)
    assert (doubtful["score_basis"], doubtful["backward_score"]) == ("targets", None)
    assert (doubtful["verdict"], doubtful["missed"]) == ("in_doubt", True)
    assert (doubtful["backward_planned_count"], doubtful["missed_count"]) == (8, 0)
    assert {each["role"] for each in doubtful["executions"]} == {"work", "backward"}
    assert all(0.5 < each["in_band_fraction"] <= 1.0 for each in doubtful["executions"])
    assert (unmeasured["work_score"], unmeasured["score_basis"]) == (None, "length")
    assert (unmeasured["done_unmeasured_count"], unmeasured["missed"]) == (7, False)


def test_the_schema_has_its_version_and_every_column(runs: Path, tmp_path: Path) -> None:
    tolerances = Tolerances(largest_fraction=0.2)
    output = tmp_path / "rows.parquet"
    check_into(output, paths(runs), options=CheckOptions(tolerances=tolerances))
    schema = pq.read_schema(output)
    assert schema == arrow_schema(tolerances)
    assert schema.names == [*RUN_COLUMNS, "executions"]
    assert [field.name for field in schema.field("executions").type.value_type] == [
        *EXECUTION_COLUMNS
    ]
    assert schema.metadata[b"backrun_fit.schema"].decode() == RUNS_SCHEMA
    assert json.loads(schema.metadata[b"backrun_fit.tolerances"])["largest_fraction"] == 0.2


def test_more_rows_than_a_file_takes_are_a_folder_of_files(runs: Path, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.parquet", tmp_path / "parts.parquet"
    check_into(whole, paths(runs))
    for _ in range(2):  # the second takes the place of the first
        check_into(parts, paths(runs), rows_per_file=4)
        assert [path.name for path in paths(parts)] == ["part-00000.parquet", "part-00001.parquet"]
    assert [pq.read_metadata(path).num_rows for path in paths(parts)] == [4, 2]
    assert rows_of(parts) == rows_of(whole)
    check_into(parts, paths(runs), rows_per_file=6)
    assert parts.is_file()
    assert rows_of(parts) == rows_of(whole)


def test_no_inputs_leave_an_output_without_rows(tmp_path: Path) -> None:
    for name in ("rows.parquet", "rows.csv", "rows.jsonl"):
        summary = check_into(tmp_path / name, [])
        assert summary.input_count == 0
    assert rows_of(tmp_path / "rows.parquet") == rows_of(tmp_path / "rows.csv") == []


def test_of_two_inputs_of_one_name_the_first_counts(tmp_path: Path) -> None:
    good, bad = ACTIVITIES[0].read_bytes(), b""
    check_into(tmp_path / "rows.csv", [("a", good), ("b", bad), ("a", bad)])
    assert [(row["source"], row["error"]) for row in rows_of(tmp_path / "rows.csv")] == [
        ("a", None),
        ("b", "DecodeError"),
    ]


def test_names_of_any_kind_come_back_from_every_form(tmp_path: Path) -> None:
    names = ["a\tb", "c\nd", "\re\rf", 'e,"f"', "Läufe \U0001f3c3", "g\r\nh", "\ud800"]
    inputs = [(name, b"") for name in names]
    shown = [*names[:-1], "\\ud800"]
    for suffix in ("parquet", "csv"):
        output = tmp_path / f"rows.{suffix}"
        check_into(output, inputs)
        assert [row["source"] for row in rows_of(output)] == shown


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_an_error_that_is_no_text_becomes_one(suffix: str, tmp_path: Path) -> None:
    output = tmp_path / f"rows.{suffix}"
    check_into(output, ["memory://\udcff.fit", ACTIVITIES[0]])
    rows = (
        [json.loads(line) for line in output.read_text().splitlines()]
        if suffix == "jsonl"
        else rows_of(output)
    )
    assert rows[0]["source"] == "memory://\\udcff.fit"
    message = rows[0]["message" if suffix == "jsonl" else "error_message"]
    assert message == "the file cannot be read: got /\\udcff.fit"


def test_a_row_that_cannot_be_made_costs_one_file(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = report_document

    def odd(report: Report) -> dict[str, object]:
        if str(report.source).endswith("run-001.fit"):
            raise OverflowError("a mistake of ours")
        return made(report)

    monkeypatch.setattr("backrun_fit.batch.results.report_document", odd)
    check_into(tmp_path / "rows.jsonl", paths(runs))
    found = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert [document.get("error") for document in found] == [
        *(None, "OverflowError", None, None, None, "DecodeError")
    ]


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"expected an output that ends in \.parquet"):
        check_into(tmp_path / "rows.xlsx", [])


@pytest.mark.parametrize("address", ["s3://club/rows.csv", "gs:/club/rows.csv"])
def test_an_output_elsewhere_is_refused(address: str) -> None:
    with pytest.raises(SpecError, match="expected an output on this machine"):
        check_into(Path(address), [])


def test_a_folder_that_holds_something_else_is_left_alone(runs: Path, tmp_path: Path) -> None:
    for suffix in ("csv", "parquet"):
        output = tmp_path / f"mine.{suffix}"
        output.mkdir()
        (output / "part-00000.parquet").write_text("")
        (output / "diary.txt").write_text("mine")
        with pytest.raises(OutputError, match=r"an earlier output, got 'diary\.txt' in it"):
            check_into(output, paths(runs))
        assert (output / "diary.txt").read_text() == "mine"
        (output / "diary.txt").unlink()
        check_into(output, paths(runs))
        assert output.is_file()


@pytest.mark.parametrize("rows_per_file", [100_000, 2])
def test_what_takes_the_place_of_an_output_is_on_the_disk_before(
    rows_per_file: int, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "rows.parquet"
    flushed: set[int] = set()
    flush = os.fsync

    def noted(file: int) -> None:
        assert not output.exists()
        flush(file)
        flushed.add(os.fstat(file).st_ino)

    monkeypatch.setattr(os, "fsync", noted)
    check_into(output, paths(runs), rows_per_file=rows_per_file)
    files = [output] if output.is_file() else paths(output)
    assert len(files) == (1 if rows_per_file > 6 else 3)
    assert {path.stat().st_ino for path in files} <= flushed


def test_less_than_a_row_per_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="at least 1 row per file, got 0"):
        check_into(tmp_path / "rows.parquet", [("a", b"")], rows_per_file=0)


def test_a_library_that_was_never_installed_keeps_journals_too(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "rows.csv"
    interrupted(output, paths(runs), 4)
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(PackageNotFoundError):
        version("backrun-fit")
    assert check_into(output, paths(runs)).resumed_count == 0
    assert len(rows_of(output)) == 6


def test_the_summary_counts(runs: Path, tmp_path: Path) -> None:
    summary = check_into(tmp_path / "rows.csv", paths(runs))
    assert summary == BatchSummary(
        output=tmp_path / "rows.csv",
        input_count=6,
        resumed_count=0,
        run_count=5,
        missed_count=0,
        error_count=1,
        errors=summary.errors,
    )
    ((source, kind, _),) = summary.errors
    assert (Path(source).name, kind) == ("run-005.fit", "DecodeError")


def test_what_cannot_be_written_leaves_what_was_there(runs: Path, tmp_path: Path) -> None:
    output = tmp_path / "rows.csv"
    output.write_text("of yesterday")
    left = tmp_path / f".rows.csv.{'a' * 16}"
    left.mkdir()
    (left / "left by a kill").write_text("")

    def fails(progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_into(output, paths(runs), on_progress=fails)
    assert output.read_text() == "of yesterday"
    check_into(output, paths(runs))
    assert len(rows_of(output)) == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.csv", "runs"]


# Going on.


def interrupted(output: Path, inputs: list[Path], after: int) -> None:
    """A run that is broken off after so many inputs."""

    def stop(progress: object) -> None:
        nonlocal after
        after -= 1
        if not after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_into(output, inputs, on_progress=stop)


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_a_run_goes_on_where_it_stopped(suffix: str, runs: Path, tmp_path: Path) -> None:
    whole, output = tmp_path / f"whole.{suffix}", tmp_path / f"rows.{suffix}"
    check_into(whole, paths(runs))
    for done in (2, 3, 5):
        interrupted(output, paths(runs), done)
    summary = check_into(output, paths(runs))
    assert summary.resumed_count == 5
    assert output.read_bytes() == whole.read_bytes()


def test_what_changed_in_between_is_done_again(runs: Path, tmp_path: Path) -> None:
    output = tmp_path / "rows.csv"
    interrupted(output, paths(runs), 4)
    (runs / "run-001.fit").write_bytes((runs / "run-000.fit").read_bytes())
    assert check_into(output, paths(runs)).resumed_count == 3
    first, second = (row["content_sha256"] for row in rows_of(output)[:2])
    assert first == second


@pytest.mark.parametrize(
    "options",
    [
        CheckOptions(tolerances=Tolerances(largest_fraction=0.2)),
        CheckOptions(units="statute"),
        CheckOptions(align="laps"),
        CheckOptions(salvage=True),
    ],
)
def test_other_options_do_everything_again(
    options: CheckOptions, runs: Path, tmp_path: Path
) -> None:
    output = tmp_path / "rows.csv"
    interrupted(output, paths(runs), 4)
    assert check_into(output, paths(runs), options=options).resumed_count == 0


def test_another_limit_does_nothing_again(runs: Path, tmp_path: Path) -> None:
    output = tmp_path / "rows.csv"
    interrupted(output, paths(runs), 4)
    assert check_into(output, paths(runs), options=CheckOptions(limit_s=9)).resumed_count == 4


def test_what_may_come_out_otherwise_is_tried_again(tmp_path: Path) -> None:
    inputs = [tmp_path / "late.fit", ACTIVITIES[0]]
    output = tmp_path / "rows.csv"
    interrupted(output, inputs, 2)
    inputs[0].write_bytes(ACTIVITIES[1].read_bytes())
    assert check_into(output, inputs).resumed_count == 1
    assert [row["error"] for row in rows_of(output)] == [None, None]


def test_a_run_with_fewer_inputs_has_no_rows_of_others(runs: Path, tmp_path: Path) -> None:
    output = tmp_path / "rows.csv"
    interrupted(output, paths(runs), 4)
    check_into(output, paths(runs)[2:5])
    assert [Path(row["source"]).name for row in rows_of(output)] == [
        *("run-002.fit", "run-003.fit", "run-004.fit")
    ]


ENTRIES = st.builds(
    Entry,
    name=st.text(st.characters(exclude_categories=["Cs"])),
    key=st.none() | st.text("0123456789abcdef", min_size=64, max_size=64),
    missed=st.booleans(),
    run_count=st.integers(0, 9),
    errors=st.lists(st.tuples(st.text(), st.text(), st.text()), max_size=2).map(tuple),
    rows=st.lists(st.builds(lambda text: json.dumps(text).encode(), st.text()), min_size=1).map(
        tuple
    ),
)


@given(st.lists(ENTRIES, max_size=5, unique_by=lambda entry: entry.name), st.data())
def test_a_journal_torn_anywhere_keeps_every_whole_line(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Entry], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("torn") / "journal"
    with Journal(path) as journal:
        offsets = [journal.add(entry.line()) for entry in entries]
        assert [journal.at(offset) for offset in offsets] == entries
    size = path.stat().st_size
    cut = data.draw(st.integers(0, size))
    with path.open("r+b") as file:
        file.truncate(cut)
    ends = [*offsets, size][1:]
    whole = [entry for entry, end in zip(entries, ends, strict=True) if end <= cut]
    with Journal(path) as journal:
        wanted = {entry.name: entry.key for entry in whole if entry.key is not None}
        assert {name: key for name, (key, _) in journal.known.items()} == wanted
        further = Entry(name="x", key="0", missed=False, run_count=1, errors=(), rows=(b"1",))
        assert journal.at(journal.add(further.line())) == further


def test_a_line_that_was_changed_counts_for_nothing(tmp_path: Path) -> None:
    entry = Entry(name="a", key="k", missed=False, run_count=1, errors=(), rows=(b"123",))
    line = entry.line()
    assert Entry.of(line) == entry
    assert Entry.of(line.replace(b"123", b"124")) is None
    assert Entry.of(line[:-1]) is None
    assert Entry.of(b"") is None
    assert Entry.of(b"[]\t1\n") is None
    assert Entry.of(line.replace(b'"run_count"', b'"ran_count"')) is None


def test_a_file_that_is_no_journal_is_left_alone(runs: Path, tmp_path: Path) -> None:
    journal = tmp_path / "rows.csv.journal"
    journal.write_text("my diary\n")
    with pytest.raises(OutputError, match="expected a journal of a batch"):
        check_into(tmp_path / "rows.csv", paths(runs))
    assert journal.read_text() == "my diary\n"


def test_two_runs_on_one_output_are_refused(runs: Path, tmp_path: Path) -> None:
    output = tmp_path / "rows.csv"
    with alone(output), pytest.raises(BatchError, match="expected no other run on this output"):
        check_into(output, paths(runs))
    check_into(output, paths(runs))
    assert not list(tmp_path.glob("*.lock"))
    assert not list(tmp_path.glob(".*.lock"))


@contextlib.contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """What a full disk is like: the system refuses what goes beyond."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_a_full_disk_is_said_and_what_was_done_is_kept(
    suffix: str, runs: Path, tmp_path: Path
) -> None:
    whole, output = tmp_path / f"whole.{suffix}", tmp_path / f"rows.{suffix}"
    check_into(whole, paths(runs))
    for size_bytes in (10, 6_000):
        with files_of_at_most(size_bytes), pytest.raises(OutputError, match="cannot be written"):
            check_into(output, paths(runs))
        assert not output.exists()
    check_into(output, paths(runs))
    assert output.read_bytes() == whole.read_bytes()


# From outside.


def started(folder: Path, output: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*BACKRUN_FIT, "check", str(folder), "-o", str(output), "--jobs", "2", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_lines(journal: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Until the journal has so many lines, or the run is over."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        if journal.exists() and journal.read_bytes().count(b"\n") > count:
            return
        time.sleep(0.005)


def killed_and_resumed(folder: Path, tmp_path: Path, rounds: int) -> int:
    """Kill a run so many times, then let it end; how often it was killed in the middle."""
    chooser = random.Random(8)
    output, whole = tmp_path / "rows.jsonl", tmp_path / "whole.jsonl"
    journal = tmp_path / "rows.jsonl.journal"
    check_into(whole, [str(path) for path in paths(folder)])
    total, in_the_middle = len(paths(folder)), 0
    for _ in range(rounds):
        process = started(folder, output)
        done = journal.read_bytes().count(b"\n") if journal.exists() else 0
        wait_for_lines(journal, min(total, done + chooser.randint(0, total // rounds)), process)
        process.kill()
        process.communicate()
        in_the_middle += not output.exists()
    assert subprocess.run(started_command(folder, output), check=False).returncode == 0
    assert output.read_bytes() == whole.read_bytes()
    assert not journal.exists()
    return in_the_middle


def started_command(folder: Path, output: Path) -> list[str]:
    return [*BACKRUN_FIT, "check", str(folder), "-o", str(output), "--jobs", "2"]


def no_workers_left() -> bool:
    """Whether nothing that a killed run had started is alive."""
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = status.read_bytes()
        except OSError:
            continue
        if b"forkserver" in command and b"loaded_first" in command:
            pid = int(status.parent.name)
            if pid != os.getpid() and _parent(pid) == 1:
                return False
    return True


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder = folder_of_runs(tmp_path / "runs", 120)
    assert killed_and_resumed(folder, tmp_path, 2) >= 1


@pytest.mark.slow
def test_a_run_that_is_killed_twenty_times_has_the_rows_of_one_that_was_not(
    tmp_path: Path,
) -> None:
    folder = folder_of_runs(tmp_path / "runs", 1_000)
    assert killed_and_resumed(folder, tmp_path, 20) >= 15


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
def test_a_run_that_is_killed_leaves_no_worker_behind(tmp_path: Path) -> None:
    folder = folder_of_runs(tmp_path / "runs", 200)
    process = started(folder, tmp_path / "rows.csv")
    wait_for_lines(tmp_path / "rows.csv.journal", 10, process)
    process.kill()
    process.communicate()
    until = time.monotonic() + 20
    while not no_workers_left() and time.monotonic() < until:
        time.sleep(0.05)
    assert no_workers_left()


@pytest.mark.slow
def test_an_interrupt_stops_at_once_and_says_how_to_go_on(tmp_path: Path) -> None:
    folder, output = folder_of_runs(tmp_path / "runs", 900), tmp_path / "rows.csv"
    process = started(folder, output)
    wait_for_lines(tmp_path / "rows.csv.journal", 10, process)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    printed, errors = process.communicate(timeout=30)
    assert time.monotonic() - begun < 10
    assert process.returncode == 130
    assert "of 900 files are done" in errors
    assert "the same command goes on" in errors
    assert "Traceback" not in errors
    assert printed == ""
    assert not output.exists()
    done = subprocess.run(started_command(folder, output), capture_output=True, text=True)
    assert done.returncode == 0
    assert "before" in done.stdout
    assert len(rows_of(output)) == 900


def test_a_pattern_that_matches_the_output_and_its_journal_means_neither(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output = runs / "rows.csv"
    interrupted(output, paths(runs), 4)
    output.write_text("of yesterday")
    monkeypatch.chdir(tmp_path)
    for command in (("runs/*",), (f"{runs}/*",)):
        run("check", *command, "-o", "runs/rows.csv")
        assert "6 files" in capsys.readouterr().out
        assert len(rows_of(output)) == 6


def test_a_second_command_on_one_output_is_refused(runs: Path, tmp_path: Path) -> None:
    output = tmp_path / "rows.csv"
    with alone(output):
        second = subprocess.run(started_command(runs, output), capture_output=True, text=True)
    assert second.returncode == 2
    assert "expected no other run on this output, got one" in second.stderr
    assert not output.exists()


def test_the_whole_corpus_is_a_folder_like_any_other(corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "rows.parquet"
    done = subprocess.run(started_command(corpus, output), capture_output=True, text=True)
    rows = rows_of(output)
    files = {str(path) for path in corpus.rglob("*.fit")}
    assert {row["source"] for row in rows} == files
    errors = [row for row in rows if row["error"] is not None]
    assert done.returncode == int(any(row["missed"] for row in rows))
    assert done.stderr.count("error: ") == len(errors)
    assert all(row["source"] in done.stderr and row["error_message"] for row in errors)
    assert len(rows) - len(errors) >= 90


def test_without_a_single_run_the_code_is_two(tmp_path: Path) -> None:
    (tmp_path / "bad.fit").write_bytes(b"")
    output = tmp_path / "rows.csv"
    done = subprocess.run(
        [*BACKRUN_FIT, "check", str(tmp_path / "bad.fit"), "-o", str(output), "--json"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["error_count"] == 1
    with output.open() as file:
        assert [row["error"] for row in csv.DictReader(file)] == ["DecodeError"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_it_says_how_fast_and_how_long(tmp_path: Path) -> None:
    import pty

    folder = folder_of_runs(tmp_path / "runs", 60)
    lead, terminal = pty.openpty()
    with subprocess.Popen(
        started_command(folder, tmp_path / "rows.csv"),
        stdout=subprocess.PIPE,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm"},
    ) as process:
        os.close(terminal)
        seen = b""
        while True:
            try:
                seen += os.read(lead, 65_536)
            except OSError:  # the other end is closed
                break
        assert process.wait() == 0
    os.close(lead)
    assert b" files/s, " in seen
    assert b" left" in seen
    assert b"/60" in seen


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "rows.csv"], "expected at least one file or folder, got none"),
        (["x", "-o", "rows.txt"], "expected an output that ends in .parquet, .csv, .jsonl"),
        (["x", "-o", "rows.csv", "--jobs", "0"], "--jobs: expected at least 1, got 0"),
        (["x", "-o", "rows.csv", "--limit", "0"], "limit_s: expected seconds above 0"),
        (["x", "-o", "rows.csv", "--jobs", "1", "--scheduler", "tcp://x"], "got both"),
        (["x", "-o", "rows.csv", "--trend"], "expected -o without --trend"),
        (["x", "--jobs", "2"], "expected --jobs, --scheduler and --limit beside -o"),
        (["no/*.fit", "-o", "rows.csv"], "expected FIT files, found none for 'no/*.fit'"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("check", *arguments) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_addresses_are_inputs_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "week.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for activity in ACTIVITIES:
            archive.write(activity, activity.name)
    output = tmp_path / "rows.csv"
    assert run("check", f"zip://*.fit::{path}", path, "-o", output, "--jobs", "1") == 0
    sources = [row["source"] for row in rows_of(output)]
    assert sources == [
        *(f"zip://{activity.name}::{path}" for activity in ACTIVITIES),
        *(f"{path}/{activity.name}" for activity in ACTIVITIES),
    ]
    assert "6 files: 10 runs checked" in capsys.readouterr().out
