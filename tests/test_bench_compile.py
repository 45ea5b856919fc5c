"""The benchmark of compiling measures what it says, and its ratios are computed right."""

from __future__ import annotations

import io
import math
import re
import sys
from pathlib import Path

import attrs
import pytest
from rich.console import Console

from backrun_fit.fold import fold, unroll_steps
from tests.benchmarks.bench_compile import (
    FOLDED_STEPS,
    Compiled,
    from_text,
    measure,
    pace2fit,
    run,
    sequences,
    total_ratio,
)
from tests.benchmarks.compile_plans import SESSIONS, is_same_session

PARSER = "def parse(line, name):\n    return line\n"
ENCODER = "def encode(line):\n    return bytes.fromhex({table!r}[line])\n"


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A Python with a pace2fit that answers with the files we make of the same sessions."""
    package = tmp_path / "pace2fit"
    package.mkdir()
    table = {session.theirs: from_text(session).hex() for session in SESSIONS}
    table["10min@5:00-5:30"] = ""
    (package / "__init__.py").write_text("")
    (package / "parser.py").write_text(PARSER)
    (package / "encoder.py").write_text(ENCODER.format(table=table))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return sys.executable


def made(name: str, ours_s: float, theirs_s: float | None) -> Compiled:
    return Compiled(name, 1, ours_s, theirs_s, {"parse": 0.1})


def test_the_total_ratio_is_of_sums() -> None:
    found = [made("short", 1.0, 4.0), made("long", 3.0, 4.0)]
    assert total_ratio(found) == 2.0
    assert [one.ratio for one in found] == [4.0, 4.0 / 3.0]


def test_without_pace2fit_there_is_no_ratio() -> None:
    alone = made("alone", 1.0, None)
    assert math.isnan(alone.ratio)
    assert math.isnan(total_ratio([alone, made("both", 1.0, 2.0)]))


def test_the_two_sides_take_turns_over_the_same_sessions(stand_in: str) -> None:
    with pace2fit(stand_in) as ask:
        found = measure(SESSIONS[:2], ask, rounds=2, turn_s=0.001)
    assert [one.name for one in found] == ["one step", "tempo run"]
    assert [one.messages for one in found] == [1, 3]
    assert all(one.ratio > 0 for one in found)


def test_two_files_that_do_not_ask_for_the_same_are_not_compared(stand_in: str) -> None:
    other = attrs.evolve(SESSIONS[0], theirs=SESSIONS[1].theirs)
    with (
        pace2fit(stand_in) as ask,
        pytest.raises(ValueError, match="one step: the two files do not ask for the same"),
    ):
        measure([other], ask, rounds=1, turn_s=0.001)
    assert is_same_session(from_text(SESSIONS[0]), from_text(SESSIONS[0]))
    assert not is_same_session(from_text(SESSIONS[0]), from_text(SESSIONS[1]))


def test_what_is_printed_has_every_session_and_ends_in_a_line_for_machines(stand_in: str) -> None:
    printed = io.StringIO()
    line = run(stand_in, Console(file=printed, width=100), rounds=1, turn_s=0.001)
    assert re.fullmatch(r"compile_ratio_pace2fit=\d+\.\d\d fold_500_ms=\d+\.\d", line)
    assert all(session.name in printed.getvalue() for session in SESSIONS)


def test_without_an_environment_for_it_the_line_says_so() -> None:
    line = run(None, Console(file=io.StringIO(), width=100), rounds=1, turn_s=0.001)
    assert line.startswith("compile_ratio_pace2fit=nan fold_500_ms=")


def test_the_sequences_that_are_folded_are_all_of_one_length() -> None:
    for steps in sequences().values():
        assert len(steps) == FOLDED_STEPS
        assert unroll_steps(fold(steps)) == tuple(steps)
