"""Claims about what a batch works on: folders and patterns, and what they leave out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backrun_fit.batch import check_many, find_inputs
from backrun_fit.batch.inputs import look_for_inputs
from backrun_fit.errors import SpecError
from tests.batches import ACTIVITIES
from tests.test_cli import run
from tests.test_regular_files import needs_pipes

GOOD = ACTIVITIES[0].read_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good files, and everything that is odd beside them."""
    runs = tmp_path / "runs"
    (runs / "deeper").mkdir(parents=True)
    (runs / ".hidden").mkdir()
    (tmp_path / "elsewhere").mkdir()
    for name in ("a.fit", "deeper/b.fit", ".c.fit", ".hidden/d.fit", "../elsewhere/e.fit"):
        (runs / name).write_bytes(GOOD)
    (runs / "notes.txt").write_text("notes")
    (runs / "file.fit").symlink_to("../elsewhere/e.fit")
    (runs / "gone.fit").symlink_to("nowhere.fit")
    (runs / "loop.fit").symlink_to("loop.fit")
    (runs / "linked").symlink_to("../elsewhere")
    (runs / "deeper" / "up").symlink_to("..")
    return runs


def names(paths: list[str] | tuple[str, ...], folder: Path) -> list[str]:
    return [Path(path).relative_to(folder).as_posix() for path in paths]


def test_folders_and_patterns_stand_for_the_same_files(folder: Path) -> None:
    wanted = ["a.fit", "deeper/b.fit", "file.fit", "gone.fit", "loop.fit"]
    assert names(find_inputs(folder), folder) == wanted
    assert names(find_inputs(folder / "**"), folder) == wanted
    assert names(find_inputs(folder / "**" / "*.fit"), folder) == wanted
    assert names(find_inputs(f"{folder.parent}/run?/"), folder) == wanted
    assert names(find_inputs(folder / "*.fit"), folder) == [*wanted[:1], *wanted[2:]]
    assert names(find_inputs(folder / "*" / "b.fit"), folder) == ["deeper/b.fit"]


def test_what_is_left_out_is_said(folder: Path) -> None:
    hidden, other, linked = look_for_inputs(folder).left_out
    assert hidden == f"{folder}/.c.fit and 1 more: hidden (the name begins with a dot)"
    assert other == f"{folder}/notes.txt: with another ending than .fit, .fit.gz, .zip"
    assert linked == (
        f"{folder}/deeper/up and 1 more: a link to a folder (name it to have it checked)"
    )
    assert look_for_inputs(folder / "**" / "*.fit").left_out == (hidden, linked)
    assert look_for_inputs(folder / "linked").left_out == ()
    assert look_for_inputs(folder / "a.fit").left_out == ()


def test_a_linked_folder_that_is_named_is_looked_into(folder: Path) -> None:
    assert names(find_inputs(folder / "linked"), folder) == ["linked/e.fit"]
    assert names(find_inputs(folder / "linked" / "*.fit"), folder) == ["linked/e.fit"]


def test_links_in_a_circle_make_no_file_many(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).symlink_to(".")
    (tmp_path / "a.fit").write_bytes(GOOD)
    for wanted in (tmp_path, tmp_path / "**", f"{tmp_path}/**/**/*.fit", f"{tmp_path}/**/*"):
        assert names(find_inputs(wanted), tmp_path) == ["a.fit"]


def test_folders_deeper_than_python_recurses_are_walked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = ["/".join("d" * depth) for depth in range(1, 1_501)]
    for one in folders:
        Path(one).mkdir()
    path = Path(folders[-1], "a.fit")
    path.write_bytes(GOOD)
    assert find_inputs("d") == find_inputs("d/**/*.fit") == [str(path)]
    path.unlink()
    for one in reversed(folders):  # what clears up after tests would recurse
        Path(one).rmdir()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may look anywhere")
def test_a_folder_that_may_not_be_listed_is_one_error_either_way(tmp_path: Path) -> None:
    (tmp_path / "a.fit").write_bytes(GOOD)
    (tmp_path / "closed").mkdir(mode=0)
    for wanted in (tmp_path, tmp_path / "**" / "*.fit"):
        kinds = [
            result.error and result.error.message for result in check_many(find_inputs(wanted))
        ]
        assert kinds == [None, "the file cannot be read: got Permission denied"]


@needs_pipes
def test_a_pipe_is_one_error_row_whatever_it_was_found_by(tmp_path: Path) -> None:
    (tmp_path / "a.fit").write_bytes(GOOD)
    os.mkfifo(tmp_path / "p.fit")
    for wanted in (str(tmp_path), f"{tmp_path}/*.fit", f"{tmp_path}/**"):
        good, pipe = check_many(find_inputs(wanted))
        assert good.error is None
        assert pipe.error is not None
        assert pipe.error.message == (
            "no file that can be read: expected a regular file, got a named pipe; save what it "
            "gives as a file first, and name that"
        )


@needs_pipes
def test_an_address_of_a_pipe_is_an_error_too(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.fit")
    for address in (f"file://{tmp_path}/p.fit", f"local://{tmp_path}/p.fit"):
        (result,) = check_many([address])
        assert result.error is not None
        assert "got a named pipe" in result.error.message
    with pytest.raises(SpecError, match="got a named pipe"):
        find_inputs(f"zip://*.fit::{tmp_path}/p.fit")


@needs_pipes
def test_the_command_checks_the_others_and_says_what_it_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(folder / "p.fit")
    output = folder.parent / "rows.csv"
    assert run("check", folder, "-o", output, "--jobs", "1") in (0, 1)
    text = output.read_text()
    for name in ("a.fit", "deeper/b.fit", "file.fit", "gone.fit", "loop.fit", "p.fit"):
        assert f"{folder}/{name}," in text
    printed = capsys.readouterr()
    assert "6 files: 3 runs checked, " in printed.out
    assert ", 3 errors" in printed.out
    assert printed.err.count("note: left out: ") == 3
    assert "Too many levels of symbolic links" in printed.err
