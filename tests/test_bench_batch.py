"""Claims about the benchmark of batches: it runs, and its figures are what they are called."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from tests.benchmarks.batch_files import mixed_folder, rehearsals
from tests.benchmarks.bench_batch import run
from tests.benchmarks.writers import WRITERS, asked_of
from tests.conftest import ROOT


def test_files_are_different_names_of_real_and_made_contents_in_turn(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.fit").write_bytes(b"real")
    made = rehearsals(2)
    paths = mixed_folder(tmp_path / "few", 5, corpus, made)
    assert len(set(paths)) == 5
    assert [path.read_bytes() for path in paths] == [made[0], b"real", made[1], b"real", made[0]]


def test_all_writers_write_the_same_steps() -> None:
    asked = [asked_of(write()) for write in WRITERS.values()]
    assert len(asked[0]) == 22
    assert all(one == asked[0] for one in asked)


def test_what_is_asked_tells_workouts_apart() -> None:
    first, *_ = WRITERS.values()
    assert asked_of(first()) != asked_of(
        (ROOT / "fixtures" / "workouts" / "intervals.fit").read_bytes()
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_ends_with_a_line_for_machines() -> None:
    console = Console(file=io.StringIO(), width=100)
    line = run(None, console, files=30, many_files=60, made=4, athletes=2)
    figures = dict(pair.split("=") for pair in line.split())
    assert figures["batch_unique_workouts"] == "200"
    assert figures["pace2fit_workouts_per_s"] == "nan"
    assert float(figures["batch_ratio_fitparse"]) > 1
    assert 0 < float(figures["proof_ms"]) < float(figures["fit_tool_ms"])
