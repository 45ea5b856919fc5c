"""The claim that the tutorial needs the wheel with pages, an empty folder, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs_pages import walk
from tests.packaging.environments import Environment
from tests.packaging.interpreters import interpreters
from tests.test_docs import printed_as_shown

pytestmark = pytest.mark.packaging


def test_the_tutorial_goes_as_written_in_a_new_environment(wheel: Path, tmp_path: Path) -> None:
    newest = list(interpreters().values())[-1]
    environment = Environment("tutorial", newest).install(f"{wheel}[report]")
    page = ROOT / "docs" / "tutorial.md"
    done = list(walk(page, tmp_path, environment.bin))
    assert len(done) > 5
    for command, shown, printed in done:
        assert printed_as_shown(shown, printed), f"$ {command}\n{printed}"
    assert (tmp_path / "report.html").stat().st_size > 10_000
