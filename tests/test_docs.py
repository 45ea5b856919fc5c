"""Every example in the README and in docs/ is executed, and prints what the page shows.

Fences: ``python`` runs in one namespace a page; ``console`` runs each ``$`` line
in a fresh folder that holds ``fixtures/`` and compares what is printed (a line of
``...`` stands for any lines); ``yaml`` must be a session spec, or a season's where it
says how many weeks, ``notation`` a workout a line, ``intervals`` a workout in the text of
intervals.icu. ``text`` and no word at all are prose.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backrun_fit.intervals_icu import parse_intervals_icu
from backrun_fit.notation import parse_workout
from backrun_fit.season import parse_season
from backrun_fit.spec import parse_spec
from tests.conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fences(page: Path, language: str) -> list[str]:
    return [body for word, body in FENCE.findall(page.read_text()) if word == language]


def pages_with(language: str) -> list[Path]:
    return [page for page in PAGES if fences(page, language)]


def printed_as_shown(shown: str, printed: str) -> bool:
    """Whether a printed text is the shown one, where ``...`` lines match any lines."""
    parts = re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)
    pattern = r"(?:.*\n)*?".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, printed) is not None


def commands(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with the output that follows it."""
    pieces = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, shown) for command, _, shown in (p.partition("\n") for p in pieces)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as a reader of the page would have it, and the working one of the test."""
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", pages_with("python"), ids=lambda page: page.name)
def test_python_examples_run(page: Path, desk: Path) -> None:
    names: dict[str, object] = {}
    for block in fences(page, "python"):
        exec(compile(block, str(page), "exec"), names)  # noqa: S102 - our own pages


@pytest.mark.parametrize("page", pages_with("console"), ids=lambda page: page.name)
def test_console_examples_print_what_the_page_shows(page: Path, desk: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
        "NO_COLOR": "1",
    }
    for block in fences(page, "console"):
        for command, shown in commands(block):
            done = subprocess.run(
                command,
                shell=True,
                cwd=desk,
                env=environment,
                check=False,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            printed = "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())
            assert printed_as_shown(shown, printed), f"$ {command}\n{printed}"


@pytest.mark.parametrize("page", pages_with("yaml"), ids=lambda page: page.name)
def test_yaml_examples_are_specs_of_sessions_or_seasons(page: Path) -> None:
    for block in fences(page, "yaml"):
        parse = parse_season if re.search(r"^weeks:", block, re.MULTILINE) else parse_spec
        parse(block, format="yaml", source=page.name)


@pytest.mark.parametrize("page", pages_with("notation"), ids=lambda page: page.name)
def test_notation_examples_are_workouts(page: Path) -> None:
    for block in fences(page, "notation"):
        for line in filter(str.strip, block.splitlines()):
            parse_workout(line)


@pytest.mark.parametrize("page", pages_with("intervals"), ids=lambda page: page.name)
def test_examples_in_the_text_of_intervals_icu_are_workouts(page: Path) -> None:
    for block in fences(page, "intervals"):
        parse_intervals_icu(block)


def test_every_fence_of_every_page_is_of_a_kind_that_is_looked_at() -> None:
    known = {"python", "console", "yaml", "notation", "intervals", "text", "json", "toml", "sh", ""}
    for page in PAGES:
        assert {word for word, _ in FENCE.findall(page.read_text())} <= known, page.name


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n", "a\nb\n", False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nd\n", "a\nb\nc\n", False),
        ("", "", True),
        ("", "error\n", False),
    ],
)
def test_the_comparison_of_printed_text_can_fail(shown: str, printed: str, same: bool) -> None:
    assert printed_as_shown(shown, printed) is same
