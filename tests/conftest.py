"""What every test shares: the hypothesis profile and the way to the corpus of real files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import engine

settings.register_profile(
    "house", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
# The same claims with fewer examples, where the suite runs once more on other versions.
settings.register_profile("brief", settings.get_profile("house"), max_examples=20)
settings.load_profile("house")
# A test that fails says so within a minute: hypothesis shrinks for five by itself. The blob that it
# prints repeats the failure, to be shrunk for longer.
engine.MAX_SHRINKING_SECONDS = 30

ROOT = Path(__file__).resolve().parent.parent


def corpus_path() -> Path | None:
    """Where the real files lie on this machine, if they do."""
    stated = os.environ.get("BACKRUN_CORPUS")
    path = Path(stated) if stated else ROOT.parent / "shared" / "corpus"
    return path if path.is_dir() else None


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real FIT files; tests that need it skip, saying so, where it is absent."""
    path = corpus_path()
    if path is None:
        pytest.skip("no corpus of real FIT files here (set BACKRUN_CORPUS)")
    return path


def corpus_files(pattern: str) -> list[Any]:
    """Files of the corpus as parameters of a test; where it is absent one that skips, saying so.

    Args:
        pattern: Of their paths below the corpus, such as ``structured/*.fit``.
    """
    path = corpus_path()
    if path is None:
        reason = "no corpus of real FIT files here (set BACKRUN_CORPUS)"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="no corpus")]
    return [pytest.param(file, id=file.stem) for file in sorted(path.glob(pattern))]
