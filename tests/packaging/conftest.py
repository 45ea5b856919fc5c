"""What the tests of this folder share: the distributions, and an environment without extras."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.packaging.environments import UV, Environment, built
from tests.packaging.interpreters import interpreters


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist of the tree, and the wheel that is built from it."""
    if not UV.is_file():
        pytest.skip("uv is not here: make test-dist brings it")
    sdist, wheel = sorted(built(ROOT, tmp_path_factory.mktemp("dist")), key=lambda p: p.suffix)
    return sdist, wheel


@pytest.fixture(scope="session")
def sdist(distributions: tuple[Path, Path]) -> Path:
    return distributions[0]


@pytest.fixture(scope="session")
def wheel(distributions: tuple[Path, Path]) -> Path:
    return distributions[1]


@pytest.fixture(scope="session")
def oldest() -> Path:
    """The oldest interpreter here."""
    return next(iter(interpreters().values()))


@pytest.fixture(scope="session")
def minimal(wheel: Path, oldest: Path) -> Environment:
    """What ``pip install backrun-fit`` makes of the oldest Python."""
    return Environment("minimal", oldest).install(wheel)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder outside the tree that holds the fixtures."""
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    return tmp_path
