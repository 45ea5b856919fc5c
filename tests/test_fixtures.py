"""Claims about the sample files."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from tests.conftest import ROOT

FIXTURES = ROOT / "fixtures"
SAMPLES = [path.stem for path in sorted((FIXTURES / "specs").glob("*.yaml"))]


@pytest.fixture(scope="module")
def regenerate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("regenerate", FIXTURES / "regenerate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_regenerating_gives_the_same_bytes_as_the_files_that_are_kept(
    regenerate: ModuleType,
) -> None:
    kept = {
        f"{folder}/{path.name}": path.read_bytes()
        for folder in ("workouts", "activities")
        for path in (FIXTURES / folder).glob("*.fit")
    }
    assert set(kept) == {
        *(f"{folder}/{name}.fit" for folder in ("workouts", "activities") for name in SAMPLES),
        "activities/long-run-summary-first.fit",
    }
    assert regenerate.build() == kept
