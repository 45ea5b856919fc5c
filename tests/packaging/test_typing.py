"""Claims about the types of an installed wheel, as ``mypy --strict`` of a user sees them."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import backrun_fit as bf
from tests.conftest import ROOT
from tests.packaging.environments import Environment

TYPING = ROOT / "tests" / "typing"


def complaints(environment: Environment, program: Path) -> str:
    """What mypy says of a program that uses the package of an environment."""
    kept = environment.folder / ".mypy_cache"
    options = ["--strict", "--config-file=", f"--cache-dir={kept}", "--no-error-summary"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            *options,
            "--python-executable",
            environment.python,
            program,
        ],
        cwd=program.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def names_used(path: Path) -> set[str]:
    """The names that a program takes from the package as ``bf.NAME``."""
    return {
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "bf"
    }


def test_every_public_name_is_used_in_the_program_that_is_checked() -> None:
    assert names_used(TYPING / "api.py") == set(bf.__all__)


@pytest.mark.packaging
@pytest.mark.parametrize("name", ["api.py", "misuse.py"])
def test_the_installed_wheel_has_the_types(name: str, minimal: Environment, tmp_path: Path) -> None:
    program = Path(shutil.copy(TYPING / name, tmp_path))
    assert complaints(minimal, program) == ""


@pytest.mark.packaging
@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("bf.run_backwards()", "[attr-defined]"),
        ("bf.read_activity('a.fit').started_at + 1", "[operator]"),
        ("bf.read_activity('a.fit')  # type: ignore[arg-type]", "[unused-ignore]"),
    ],
)
def test_a_mistake_would_be_found(
    line: str, complaint: str, minimal: Environment, tmp_path: Path
) -> None:
    program = tmp_path / "mistake.py"
    program.write_text(f"import backrun_fit as bf\n{line}\n", encoding="utf-8")
    assert complaint in complaints(minimal, program)
