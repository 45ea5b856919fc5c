"""Claims about the table of all benchmarks: what falls short is said, and the README shows it."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tests.benchmarks.__main__ as bench
from tests.benchmarks.guard import (
    BEGIN,
    END,
    PROMISES,
    Promise,
    figures_of,
    missed,
    table,
    with_table,
)
from tests.conftest import ROOT

KEPT = {one.figure: 1.0 if one.asked is None else one.asked for one in PROMISES}


def test_the_line_of_a_benchmark_is_figures_and_shares() -> None:
    assert figures_of("a_ratio=1.25 share=3/4\n") == {"a_ratio": 1.25, "share": 0.75}
    assert math.isnan(figures_of("a=nan")["a"])


@pytest.mark.parametrize("line", ["a", "a=", "a=b", "=1", "a=1,b=2", "a=-1"])
def test_another_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="expected a figure such as"):
        figures_of(line)


@pytest.mark.parametrize("at_most", [False, True])
def test_a_promise_is_kept_up_to_what_is_asked_and_not_beyond(at_most: bool) -> None:
    one = Promise("t", "f", 2.0, at_most=at_most)
    assert [one.is_kept(found) for found in (1.9, 2.0, 2.1)] == [at_most, True, not at_most]
    assert not one.is_kept(math.nan)
    assert Promise("t", "f").is_kept(math.nan)


def test_what_falls_short_is_named_and_nothing_else() -> None:
    assert missed(KEPT) == []
    for one in PROMISES:
        if one.asked is not None:
            worse = one.asked * 1.1 + 0.01 if one.at_most else one.asked * 0.9
            assert missed({**KEPT, one.figure: worse}) == [one]


def test_a_benchmark_that_tells_less_is_noticed() -> None:
    with pytest.raises(KeyError, match="fold_500_ms"):
        missed({name: value for name, value in KEPT.items() if name != "fold_500_ms"})


def test_a_table_takes_the_place_of_another_between_the_marks() -> None:
    page = f"above\n{BEGIN}old\n{END}below\n"
    assert with_table(page, "new\n") == f"above\n{BEGIN}new\n{END}below\n"
    for broken in (page.replace(BEGIN, ""), page.replace(END, ""), f"{END}{BEGIN}"):
        with pytest.raises(ValueError, match="expected"):
            with_table(broken, "new\n")


def shown() -> str:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    return page.partition(BEGIN)[2].partition(END)[0]


def test_the_readme_shows_every_promise_with_its_figure_day_machine_and_rivals() -> None:
    found = [re.split(r" *\| *", line)[1:-1] for line in shown().splitlines() if line[:1] == "|"]
    assert [row[:2] for row in found[2:]] == [
        re.split(r" *\| *", one.row(0.0))[1:3] for one in PROMISES
    ]
    for one, row in zip(PROMISES, found[2:], strict=True):
        assert float(row[2]) > 0 or one.at_most
    assert re.search(r"Measured on \d{4}-\d{2}-\d{2}: .+, Python 3\..+fitfast .+pace2fit", shown())


def test_the_table_of_the_readme_is_as_the_benchmarks_print_it() -> None:
    figures = {one.figure: 0.0 for one in PROMISES}
    words = {row.partition(" | ")[0] for row in table(figures, "").splitlines()}
    assert {row.partition(" | ")[0] for row in shown().splitlines() if row[:1] == "|"} <= words


def test_every_benchmark_is_run_and_a_missed_promise_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def measured(name: str, pace2fit_python: str) -> dict[str, float]:
        asked.append(name)
        return {} if asked[1:] else {**KEPT, "fold_500_ms": 51.0}

    monkeypatch.setattr(bench, "measured", measured)
    monkeypatch.setattr(bench, "about", lambda python: "Measured here.")
    with pytest.raises(SystemExit) as left:
        bench.main(["python"])
    assert left.value.code == 1
    assert asked == [
        *("read", "rehearsal", "accuracy", "alignment", "compile", "batch", "damage"),
    ]
    assert {path.stem.removeprefix("bench_") for path in benchmarks()} == {*asked}
    printed = capsys.readouterr().out
    assert "not kept: folding 500 steps, ms: 51, asked is 50" in printed
    assert "Measured here." in printed


def benchmarks() -> list[Path]:
    return sorted((ROOT / "tests" / "benchmarks").glob("bench_*.py"))


def test_the_last_line_of_a_benchmark_is_taken_and_all_of_it_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "tests" / "benchmarks"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").write_text("")
    (package / "bench_made.py").write_text("print('a table')\nprint('a=1.5 b=2')\nprint()\n")
    (package / "bench_broken.py").write_text("raise SystemExit(3)\n")
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    assert bench.measured("made", "python") == {"a": 1.5, "b": 2.0}
    assert capfd.readouterr().out == "a table\na=1.5 b=2\n\n"
    with pytest.raises(SystemExit, match="bench_broken failed"):
        bench.measured("broken", "python")


def test_rivals_are_told_with_their_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "RIVALS", ("fitparse",))
    monkeypatch.setattr(
        subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, "0.1.3\n")
    )
    told = bench.about(sys.executable)
    assert re.search(r"fitparse \d+\.\d+.*, pace2fit 0\.1\.3\.$", told)
