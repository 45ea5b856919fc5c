"""Claims about what lies in the wheel and in the sdist."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.packaging.environments import built

pytestmark = pytest.mark.packaging

Files = Mapping[str, bytes]


def in_wheel(path: Path) -> Files:
    with zipfile.ZipFile(path) as wheel:
        return {name: wheel.read(name) for name in wheel.namelist()}


def in_sdist(path: Path) -> Files:
    """By the names that they have below the one folder of the archive."""
    with tarfile.open(path) as sdist:
        return {
            member.name.partition("/")[2]: opened.read()
            for member in sdist.getmembers()
            if (opened := sdist.extractfile(member)) is not None
        }


def in_tree() -> Files:
    """All that git tracks, or would if it were added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"git does not know this tree: {error}")
    paths = [ROOT / name for name in done.stdout.splitlines()]
    return {str(path.relative_to(ROOT)): path.read_bytes() for path in paths if path.is_file()}


def differences(expected: Files, found: Files) -> list[str]:
    """The names of files that are on one side alone, or are not the same."""
    names = sorted({*expected, *found})
    return [name for name in names if expected.get(name) != found.get(name)]


def test_the_wheel_from_the_sdist_is_the_wheel_from_the_tree(wheel: Path, tmp_path: Path) -> None:
    (from_tree,) = built(ROOT, tmp_path, "--wheel")
    assert differences(in_wheel(from_tree), in_wheel(wheel)) == []


def test_the_wheel_holds_the_whole_package_and_nothing_else(wheel: Path) -> None:
    package = {name: data for name, data in in_tree().items() if name.startswith("backrun_fit/")}
    found = {n: data for n, data in in_wheel(wheel).items() if ".dist-info/" not in n}
    assert differences(package, found) == []


def test_the_wheel_has_grammars_templates_and_the_mark_of_types(wheel: Path) -> None:
    names = in_wheel(wheel)
    assert {
        "backrun_fit/py.typed",
        "backrun_fit/notation/grammar.lark",
        "backrun_fit/intervals_icu/grammar.lark",
        "backrun_fit/render/html/templates/report.html",
    } <= {*names}


def test_the_wheel_says_its_licence_and_brings_the_command(wheel: Path) -> None:
    about = {
        Path(n).name: data.decode() for n, data in in_wheel(wheel).items() if ".dist-info" in n
    }
    assert "License-Expression: MIT" in about["METADATA"]
    assert about["LICENSE"] == (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "backrun-fit = backrun_fit.cli:main" in about["entry_points.txt"]


def test_the_sdist_holds_all_that_is_tracked(sdist: Path) -> None:
    found = dict(in_sdist(sdist))
    assert b"Name: backrun-fit" in found.pop("PKG-INFO")
    assert differences(in_tree(), found) == []


@pytest.mark.parametrize("found", [{}, {"a": b"2"}, {"a": b"1", "b": b""}])
def test_the_comparison_of_files_can_fail(found: Files) -> None:
    assert differences({"a": b"1"}, {"a": b"1"}) == []
    assert differences({"a": b"1"}, found) != []
