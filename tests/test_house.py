"""Claims about the house: data flows one way, the picture shows it, and CONTRIBUTING is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.house import PICTURE, Room, draw, floors, rooms

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_import_runs_upward() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


def test_an_import_that_runs_upward_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "__init__.py").write_text("")
    (tmp_path / "small" / "low.py").write_text("import small.high\n")
    (tmp_path / "small" / "high.py").write_text("")
    (tmp_path / "pyproject.toml").write_text(
        "[tool.importlinter]\nroot_package = 'small'\n[[tool.importlinter.contracts]]\n"
        "name = 'floors'\ntype = 'layers'\ncontainers = ['small']\nlayers = ['high', 'low']\n"
    )
    assert lint_imports(tmp_path).returncode == 1


def room(name: str, *below: str) -> Room:
    return Room(name=name, about=f"About {name}.", below=frozenset(below))


def test_every_room_stands_above_all_that_it_takes_from() -> None:
    found = rooms()
    height = {one.name: -depth for depth, floor in enumerate(floors(found)) for one in floor}
    assert height.keys() == found.keys()
    for one in found.values():
        assert all(height[other] < height[one.name] for other in one.below)


def test_rooms_in_a_circle_have_no_floors() -> None:
    with pytest.raises(RecursionError):
        floors({"a": room("a", "b"), "b": room("b", "a")})


def test_arrows_that_a_longer_way_implies_are_left_out() -> None:
    found = {"a": room("a", "b", "c"), "b": room("b", "c"), "c": room("c")}
    assert draw(found).count("<path") == 2
    assert [[one.name for one in floor] for floor in floors(found)] == [["a"], ["b"], ["c"]]


def test_the_picture_is_of_this_house() -> None:
    assert PICTURE.read_text(encoding="utf-8") == draw(rooms()), "make house draws it anew"


def test_contributing_names_every_room() -> None:
    named = set(re.findall(r"`backrun_fit/(\w+)(?:/|\.py)`", GUIDE))
    assert named == {*rooms()}


def test_contributing_names_files_and_targets_that_are_there() -> None:
    paths = re.findall(r"`((?:backrun_fit|tests|docs|rules)/[\w./]*)`", GUIDE)
    for path in [*paths, *re.findall(r"\]\(([^)]+)\)", GUIDE)]:
        assert (ROOT / path).exists() or (ROOT / "backrun_fit" / path).exists(), path
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"make ([a-z-]+)", GUIDE))
    assert len(targets) > 8
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
