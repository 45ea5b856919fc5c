"""Claims about the other distribution that provides ``fitparse``, in place of the one asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packaging.environments import Environment, outside, ran

pytestmark = pytest.mark.packaging

ABOUT_THE_PROOF = (
    "test_proof_checksum",
    "test_workout_writer",
    "test_workout_wire",
    "test_schedule_writer",
    "test_peers_defects",
    "test_round_trip",
)


@pytest.mark.parametrize("version", ["==2.0.0", ">=2.7"])
def test_what_proves_workouts_passes_with_python_fitparse(
    version: str, wheel: Path, oldest: Path, tmp_path: Path
) -> None:
    environment = Environment("python-fitparse", oldest).install(f"{wheel}[dev]")
    environment.uninstall("fitparse").install(f"python-fitparse{version}")
    assert "requires `fitparse" in environment.problems()
    tests = [f"tests/{name}.py" for name in ABOUT_THE_PROOF]
    options = ("-m", "not slow", "-n0", "-q", "-p", "no:cacheprovider")
    print(ran(environment.python, "-m", "pytest", *options, *tests, cwd=outside(tmp_path)))
