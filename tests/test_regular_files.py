"""Claims about opening files for reading: regular files only, looked at before."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from backrun_fit.batch import load_plan, load_roster
from backrun_fit.errors import BackrunFitError, DecodeError, SpecError
from backrun_fit.fit.activity_reader import read_activities
from backrun_fit.fit.frames import read_messages
from backrun_fit.fit.sniff import sniff
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.regular_files import (
    NotRegularError,
    TooLargeError,
    is_same_file,
    kind_of,
    read_regular,
)
from backrun_fit.season import load_season
from backrun_fit.spec import load_spec
from backrun_fit.spec.athlete_file import load_athlete
from backrun_fit.spec.device_file import load_device
from backrun_fit.spec.file import read_utf8
from backrun_fit.spec.setup import load_setup
from backrun_fit.spec.text import MAX_BYTES
from backrun_fit.spec.tolerances_file import load_tolerances

needs_pipes = pytest.mark.skipif(
    not hasattr(os, "mkfifo"), reason="this system has no named pipes in folders"
)
needs_devices = pytest.mark.skipif(
    not Path("/dev/zero").is_char_device(), reason="this system has no /dev/zero"
)

READERS: list[Callable[[Path], object]] = [
    *(read_activities, read_messages, read_workout, sniff),
    *(load_spec, load_season, load_plan, load_athlete, load_device, load_setup),
    *(load_tolerances, load_roster),
]


def test_a_regular_file_is_read_whole_also_through_a_link(tmp_path: Path) -> None:
    for size in (0, 1, 3_000_000):
        data = os.urandom(size)
        (tmp_path / "file").write_bytes(data)
        (tmp_path / "link").unlink(missing_ok=True)
        (tmp_path / "link").symlink_to("file")
        assert read_regular(tmp_path / "file", size) == data
        assert read_regular(tmp_path / "link", size) == data


def test_one_byte_too_many_is_refused_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    monkeypatch.setattr(os, "read", lambda *_: pytest.fail("it was read"))
    with pytest.raises(TooLargeError, match="expected at most 4 bytes, got more"):
        read_regular(path, 4)


@pytest.mark.parametrize("most_bytes", [2, 3, 4])
def test_a_file_that_says_it_is_smaller_than_it_is_has_the_same_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_bytes: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    data = [b"123", b"45", b""]
    monkeypatch.setattr(os, "read", lambda *_: data.pop(0))
    with pytest.raises(TooLargeError):
        read_regular(path, most_bytes)


@needs_pipes
@pytest.mark.parametrize("name", ["pipe", "link"])
def test_a_pipe_is_refused_and_not_waited_at(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    with pytest.raises(NotRegularError, match="expected a file, got a named pipe"):
        read_regular(tmp_path / name, 10)


@needs_pipes
def test_a_pipe_that_comes_in_between_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    open_ = os.open

    def swapped(name: Path, flags: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return open_(name, flags)

    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(NotRegularError):
        read_regular(path, 10)


@needs_devices
def test_a_device_is_refused_and_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "z.fit").symlink_to("/dev/zero")
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(NotRegularError, match="got a device"):
        read_regular(tmp_path / "z.fit", 10)


def test_folders_sockets_and_loops_of_links_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotRegularError, match="got a folder; name a file in it"):
        read_regular(tmp_path, 10)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="symbolic links"):
        read_regular(tmp_path / "loop", 10)
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(tmp_path)  # a socket's path may not be long
        listener.bind("s")
        with pytest.raises(NotRegularError, match="got a socket"):
            read_regular("s", 10)


def test_a_kind_that_nobody_knows_has_a_word_too() -> None:
    assert kind_of(0o170000) == "something else"


@needs_pipes
@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@pytest.mark.parametrize("suffix", [".fit", ".yaml", ".toml", ".json", ".csv", ".fit.gz", ".zip"])
def test_every_reader_refuses_a_pipe(
    tmp_path: Path, read: Callable[[Path], object], suffix: str
) -> None:
    path = tmp_path / f"pipe{suffix}"
    os.mkfifo(path)
    with pytest.raises((DecodeError, SpecError)) as refused:
        read(path)
    assert str(path) in str(refused.value)


@needs_pipes
def test_an_error_about_a_pipe_says_what_to_do(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "run.fit")
    os.mkfifo(tmp_path / "plan.yaml")
    for read, path in ((read_activities, "run.fit"), (load_spec, "plan.yaml")):
        with pytest.raises(BackrunFitError) as refused:
            read(tmp_path / path)
        assert "got a named pipe" in str(refused.value)
        assert "save what it gives as a file first" in str(refused.value)


def test_a_text_that_is_too_large_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    monkeypatch.setattr(os, "read", lambda *_: pytest.fail("it was read"))
    for read in (read_utf8, load_athlete, load_roster):
        with pytest.raises(SpecError, match="at most 1,000,000 bytes, got more"):
            read(path)


def test_one_file_is_known_by_any_of_its_names(tmp_path: Path) -> None:
    path = tmp_path / "a.fit"
    path.write_bytes(b"1")
    (tmp_path / "folder").mkdir()
    (tmp_path / "hard").hardlink_to(path)
    (tmp_path / "soft").symlink_to("a.fit")
    for name in ("hard", "soft", "folder/../a.fit", "./a.fit"):
        assert is_same_file(path, tmp_path / name)
    (tmp_path / "b.fit").write_bytes(b"1")
    assert not is_same_file(path, tmp_path / "b.fit")


def test_files_that_are_not_there_yet_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    assert is_same_file(tmp_path / "folder" / "new", tmp_path / "link" / "new")
    assert not is_same_file(tmp_path / "new", tmp_path / "other")
    assert not is_same_file("nul\0byte", tmp_path / "other")
