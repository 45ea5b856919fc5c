"""Claims about an installation without any extra, on the oldest Python of this machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.packaging.environments import Environment, ran

pytestmark = pytest.mark.packaging


def said(environment: Environment, desk: Path, words: str) -> tuple[int, str, str]:
    """Exit code, output and complaints of the command, where every warning is an error."""
    strict = [str(environment.python), "-X", "dev", "-W", "error", "-m", "backrun_fit.cli"]
    done = subprocess.run(
        [*strict, *words.split()], cwd=desk, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_pip_finds_nothing_wrong_with_it(minimal: Environment) -> None:
    assert minimal.problems() == ""


def test_the_package_is_not_the_one_of_the_tree(minimal: Environment, desk: Path) -> None:
    code = "import backrun_fit; print(backrun_fit.__file__)"
    assert Path(ran(minimal.python, "-c", code, cwd=desk)).is_relative_to(minimal.folder)


def test_importing_it_warns_of_nothing(minimal: Environment, desk: Path) -> None:
    command = [str(minimal.python), "-X", "dev", "-W", "error", "-X", "importtime"]
    done = subprocess.run(
        [*command, "-c", "import backrun_fit"], cwd=desk, capture_output=True, text=True, check=True
    )
    said_beside = [line for line in done.stderr.splitlines() if "import time:" not in line]
    assert said_beside == []


@pytest.mark.parametrize(
    ("words", "leaves"),
    [
        ("compile fixtures/specs/long-run.yaml -o out", "out/2026-03-01-Sunday-long-run.fit"),
        ("apply after_each_mile fixtures/workouts/intervals.fit -o out", "out/Track-Tuesday.fit"),
        ("season fixtures/seasons/first-eight-weeks.yaml -o out", "out/season.json"),
        ("rehearse fixtures/workouts/long-run.fit -o run.fit --seed 1", "run.fit"),
        ("check fixtures/activities -o runs.csv", "runs.csv"),
        ("check fixtures/activities -o runs.jsonl", "runs.jsonl"),
    ],
)
def test_a_command_that_writes_works(
    minimal: Environment, desk: Path, words: str, leaves: str
) -> None:
    assert said(minimal, desk, words)[::2] == (0, "")
    assert (desk / leaves).stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "prints"),
    [
        ("show fixtures/workouts/long-run.fit", "Sunday long run"),
        ("check fixtures/activities/long-run.fit", "Session 100 - work 100"),
        ("check fixtures/activities/long-run.fit --json", '"schema": "backrun_fit/report/2"'),
        ("send --help", "--to"),
        ("--help", "rehearse"),
    ],
)
def test_a_command_that_prints_works(
    minimal: Environment, desk: Path, words: str, prints: str
) -> None:
    code, printed, complaints = said(minimal, desk, words)
    assert (code, complaints) == (0, "")
    assert prints in printed


@pytest.mark.parametrize(
    ("words", "package", "extra"),
    [
        ("show fixtures/workouts/long-run.fit --png a.png", "matplotlib", "report"),
        ("check fixtures/activities/long-run.fit --html a.html", "jinja2", "report"),
        ("check fixtures/activities -o a.parquet", "pyarrow", "arrow"),
        ("check s3://bucket/runs -o a.csv", "fsspec", "remote"),
        ("check fixtures/activities -o a.csv --scheduler tcp://127.0.0.1:9", "distributed", "dask"),
    ],
)
def test_a_command_that_needs_an_extra_says_which(
    minimal: Environment, desk: Path, words: str, package: str, extra: str
) -> None:
    code, _, complaints = said(minimal, desk, words)
    assert code == 2
    assert f"{package} is not installed: pip install 'backrun-fit[{extra}]'" in complaints


@pytest.mark.parametrize(
    ("code", "package", "extra"),
    [
        ("bf.accelerate()", "numba", "speed"),
        ("bf.to_pandas(table)", "pandas", "pandas"),
        ("bf.to_arrow(table)", "pyarrow", "arrow"),
    ],
)
def test_a_call_that_needs_an_extra_says_which(
    minimal: Environment, desk: Path, code: str, package: str, extra: str
) -> None:
    script = (
        "import backrun_fit as bf\n"
        "table = bf.read_messages('fixtures/activities/long-run.fit')[0].table('lap')\n"
        f"try: {code}\n"
        "except bf.BackrunFitError as error: print(type(error).__name__, error)\n"
    )
    expected = f"MissingExtraError {package} is not installed: pip install 'backrun-fit[{extra}]'\n"
    assert ran(minimal.python, "-W", "error", "-c", script, cwd=desk) == expected


def test_a_command_that_warns_would_be_seen(minimal: Environment, desk: Path) -> None:
    code = "open('left-open', 'w')"
    done = subprocess.run(
        [minimal.python, "-X", "dev", "-W", "error", "-c", code],
        cwd=desk,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ResourceWarning" in done.stderr
