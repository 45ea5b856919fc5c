"""Claims about finding interpreters; they need no environment, and so are for every day."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.packaging.interpreters import found_in, interpreters, supported

OWN = sys.version_info[:2]


def program(folder: Path, minor: int, text: str) -> Path:
    path = folder / f"python3.{minor}"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_interpreter_that_runs_this_is_among_them() -> None:
    assert OWN in interpreters()


def test_they_come_oldest_first() -> None:
    assert list(interpreters()) == sorted(interpreters())


def test_the_versions_are_those_of_the_classifiers_and_the_next_one() -> None:
    assert supported()[0] == (3, 11)
    assert supported()[-1] > (3, 13)


def test_a_program_counts_as_what_it_says_it_is(tmp_path: Path) -> None:
    program(tmp_path, 12, "echo 3 12 /somewhere/python")
    program(tmp_path, 11, "echo 3 12 /somewhere/python")
    assert found_in([tmp_path]) == {(3, 12): Path("/somewhere/python")}


def test_a_shim_with_nothing_behind_it_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path, 12, "exit 127")
    assert found_in([tmp_path, tmp_path / "absent"]) == {}


def test_versions_that_are_not_supported_are_not_looked_at(tmp_path: Path) -> None:
    program(tmp_path, 10, "echo 3 10 /somewhere/python")
    assert found_in([tmp_path]) == {}
