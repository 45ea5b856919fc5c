"""Claims about files on disk: names safe everywhere, contents whole or absent."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pathvalidate import is_valid_filename

from backrun_fit.output import (
    OutputError,
    clear_leftovers,
    open_to_add,
    refuse_doubles,
    replacing,
    safe_stem,
    unique_stems,
    write_whole,
)
from tests.test_cli import run


@given(st.text(max_size=300))
def test_any_text_gives_a_name_that_every_system_takes(name: str) -> None:
    stem = safe_stem(name)
    assert is_valid_filename(f"{stem}.fit", platform="universal")
    assert len(stem.encode()) <= 81  # a reserved name gets one more character
    assert not stem.startswith((".", "-", "~"))
    assert not any(unicodedata.category(character).startswith("C") for character in stem)
    assert Path("out", f"{stem}.fit").parent == Path("out")


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("..", "workout"),
        ("", "workout"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a/b\\c", "abc"),
        ("-rf", "rf"),
        ("6 x 800m: hard", "6-x-800m-hard"),
        ("Läuferei", "Läuferei"),
    ],
)
def test_hostile_and_plain_names_become_these(name: str, stem: str) -> None:
    assert safe_stem(name) == stem


@given(st.lists(st.sampled_from(["Run", "run", "RUN ", "run-2", "", "x/y", "xy"]), max_size=12))
def test_names_in_a_batch_are_unique_even_where_case_is_ignored(names: list[str]) -> None:
    stems = unique_stems(names)
    assert len({stem.casefold() for stem in stems}) == len(stems) == len(names)


def test_a_file_appears_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.fit"
    write_whole(target, b"one")
    write_whole(target, b"two")
    assert target.read_bytes() == b"two"
    assert list(target.parent.iterdir()) == [target]


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_a_new_file_has_the_umasks_mode_and_one_that_is_replaced_keeps_its_own(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.fit"
    write_whole(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o640
    for mode in (0o600, 0o644, 0o666, 0o400, 0o755):
        path.chmod(mode)
        write_whole(path, b"newer")
        assert path.stat().st_mode & 0o777 == mode


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_what_only_the_owner_may_read_is_never_readable_by_others_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.fit"
    path.write_bytes(b"")
    path.chmod(0o600)
    seen: list[int] = []
    open_ = os.open

    def noted(name: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = open_(name, flags, mode)
        seen.append(os.fstat(descriptor).st_mode & 0o077)
        return descriptor

    monkeypatch.setattr(os, "open", noted)
    write_whole(path, b"private")
    assert seen == [0]


def odd_files(folder: Path) -> dict[str, Path]:
    """A file of each kind that is never written to, with a victim that links lead to."""
    (folder / "victim.txt").write_text("not yours")
    paths = {
        "a link": folder / "link",
        "a link to nothing": folder / "dangling",
        "a link to itself": folder / "loop",
        "a folder": folder / "folder",
    }
    paths["a link"].symlink_to("victim.txt")
    paths["a link to nothing"].symlink_to("nowhere")
    paths["a link to itself"].symlink_to("loop")
    paths["a folder"].mkdir()
    if hasattr(os, "mkfifo"):
        paths["a named pipe"] = folder / "pipe"
        os.mkfifo(paths["a named pipe"])
    return paths


def test_only_regular_files_and_new_names_are_written(tmp_path: Path) -> None:
    paths = odd_files(tmp_path)
    before = {path: path.lstat() for path in tmp_path.iterdir()}
    for kind, path in paths.items():
        said = kind.partition(" to ")[0]
        for write in (lambda path: write_whole(path, b"data"), open_to_add):
            with pytest.raises(OutputError, match=f"regular file to replace, got {said};"):
                write(path)
        if kind == "a folder":  # which an output of many rows may be
            continue
        with pytest.raises(OutputError, match=f"got {said};"), replacing(path):
            pytest.fail("it was begun")
    assert {path: path.lstat() for path in tmp_path.iterdir()} == before
    assert (tmp_path / "victim.txt").read_text() == "not yours"


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="there is no /dev/null here")
def test_a_device_is_not_replaced() -> None:
    for path in (Path("/dev/null"), Path("/dev/stdout")):
        with pytest.raises(OutputError, match=r"got a (device|link|named pipe)"):
            write_whole(path, b"data")
    assert Path("/dev/null").is_char_device()


def test_nothing_is_written_through_a_link_planted_below_the_folder(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    for folder in (out, elsewhere):
        folder.mkdir()
    (out / "Ann").symlink_to(elsewhere)
    (out / "Bo").write_text("a file")
    with pytest.raises(OutputError, match="expected a folder or a new name, got a link"):
        write_whole(out / "Ann" / "a.fit", b"data", below=out)
    with pytest.raises(OutputError, match="expected a folder or a new name, got a file"):
        write_whole(out / "Bo" / "a.fit", b"data", below=out)
    assert not list(elsewhere.iterdir())
    (tmp_path / "linked").symlink_to(out)  # the folder itself was named by whoever asked
    write_whole(tmp_path / "linked" / "Cy" / "a.fit", b"data", below=tmp_path / "linked")
    assert (out / "Cy" / "a.fit").read_bytes() == b"data"


def test_temporary_names_are_others_each_time_and_opened_exclusively(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[str, int]] = []
    open_ = os.open

    def noted(name: Path, flags: int, mode: int = 0o777) -> int:
        opened.append((Path(name).name, flags))
        return open_(name, flags, mode)

    monkeypatch.setattr(os, "open", noted)
    for _ in range(20):
        write_whole(tmp_path / "a.fit", b"data")
    assert len({name for name, _ in opened}) == 20
    for name, flags in opened:
        assert re.fullmatch(r"\.backrun-[0-9a-f]{16}\.part", name)
        assert flags & os.O_EXCL
        assert flags & os.O_CREAT
        assert flags & getattr(os, "O_NOFOLLOW", 0) == getattr(os, "O_NOFOLLOW", 0)


def test_a_temporary_name_that_is_taken_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "victim.txt").write_text("not yours")
    planted = tmp_path / f".backrun-{'0' * 16}.part"
    planted.symlink_to("victim.txt")
    tokens = ["0" * 16, "1" * 16]
    monkeypatch.setattr("secrets.token_hex", lambda _: tokens.pop(0))
    write_whole(tmp_path / "a.fit", b"data")
    assert (tmp_path / "a.fit").read_bytes() == b"data"
    assert (tmp_path / "victim.txt").read_text() == "not yours"
    assert planted.is_symlink()


def test_an_input_is_no_output_by_any_name(tmp_path: Path) -> None:
    path = tmp_path / "a.fit"
    path.write_bytes(b"workout")
    (tmp_path / "folder").mkdir()
    (tmp_path / "hard.fit").hardlink_to(path)
    (tmp_path / "soft.fit").symlink_to("a.fit")
    for name in ("a.fit", "folder/../a.fit", "hard.fit", "soft.fit"):
        with pytest.raises(OutputError, match="is the input"):
            write_whole(tmp_path / name, b"run", inputs=[tmp_path / "b.fit", path])
    assert path.read_bytes() == b"workout"
    write_whole(tmp_path / "b.fit", b"run", inputs=[path])


def test_two_outputs_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="two outputs would have this name"):
        refuse_doubles([tmp_path / "a.fit", tmp_path / "b.fit", tmp_path / "c" / ".." / "a.fit"])
    refuse_doubles([tmp_path / "a.fit", tmp_path / "b.fit"])


def test_what_a_killed_run_left_is_cleared_and_nothing_else_is(tmp_path: Path) -> None:
    left = tmp_path / f".backrun-{'a' * 16}.part"
    others = [
        tmp_path / name
        for name in (".backrun-a.part", f".backrun-{'b' * 16}.part", f"backrun-{'a' * 16}.part")
    ]
    left.write_text("half")
    others[0].write_text("mine")
    others[1].symlink_to("victim")
    others[2].mkdir()
    clear_leftovers(tmp_path)
    clear_leftovers(tmp_path / "nowhere")
    assert sorted(tmp_path.iterdir()) == sorted(others)


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_an_output_that_is_replaced_keeps_its_mode_be_it_a_file_or_a_folder(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rows"

    def modes() -> list[int]:
        return [one.stat().st_mode & 0o777 for one in (path, *sorted(path.glob("*")))]

    path.write_text("rows")
    path.chmod(0o600)
    for becomes_folder, wanted in ((False, [0o600]), (True, [0o700, 0o600]), (False, [0o600])):
        with replacing(path) as new:
            if becomes_folder:
                new.mkdir()
            (new / "part" if becomes_folder else new).write_text("new")
        assert modes() == wanted
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.fit"
    target.write_bytes(b"before")

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OutputError, match="No space left"):
        write_whole(target, b"after")
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.fit").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "a.fit", b"data")


# The commands.

SPEC = "{name: Long run, date: 2026-03-01, athlete: {marathon_pace: 8:00/mi}, run: 8mi @ easy}"
SEASON = """\
name: Spring
start: 2026-03-02
weeks: 1
athlete: {marathon_pace: 8:00/mi}
sessions:
  - {day: sun, name: Long, run: 8mi @ easy, rules: [{rule: after_each_mile}]}
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an input of every kind, in which commands run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "long.yaml").write_text(SPEC)
    (tmp_path / "season.json").write_text(json.dumps(yaml.safe_load(SEASON), default=str))
    (tmp_path / "season.yaml").write_text(SEASON)
    (tmp_path / "index.csv").write_text("name,marathon_pace\nAnn,8:00/mi\n")
    assert run("compile", "long.yaml", "-o", ".") == 0
    assert run("rehearse", "long.yaml", "-o", "run.fit", "--started-at", "2026-03-01") == 0
    (tmp_path / "2026-03-01-Long-run.fit").rename("plan.fit")
    return tmp_path


def hard(name: str, to: str) -> Callable[[], None]:
    return lambda: Path(name).hardlink_to(to)


def soft(name: str, to: str) -> Callable[[], None]:
    return lambda: Path(name).symlink_to(to)


def named_as_the_output() -> None:
    Path("plan.fit").rename("Long-run.fit")


@pytest.mark.parametrize(
    ("prepared", "command"),
    [
        (None, "rehearse plan.fit -o plan.fit"),
        (None, "rehearse plan.fit -o ./plan.fit"),
        (hard("other.fit", "plan.fit"), "rehearse plan.fit -o other.fit"),
        (soft("other.fit", "plan.fit"), "rehearse plan.fit -o other.fit"),
        (soft("other.fit", "plan.fit"), "rehearse other.fit -o plan.fit"),
        (None, "rehearse plan.fit -o new.fit --truth plan.fit"),
        (None, "rehearse plan.fit -o new.fit --truth ./new.fit"),
        (None, "rehearse plan.fit -o new.fit --runner long.yaml --truth long.yaml"),
        (None, "show plan.fit --svg plan.fit"),
        (None, "show plan.fit --png plan.fit"),
        (None, "show plan.fit --png new.svg --svg new.svg"),
        (named_as_the_output, "apply after_each_mile Long-run.fit -o . --marathon-pace 8:00/mi"),
        (soft("w.yaml", "2026-03-01-Long-run.fit"), None),
        (hard("2026-03-01-Long-run.fit", "long.yaml"), "compile long.yaml -o ."),
        (soft("2026-03-01-Long-run.fit", "long.yaml"), "compile long.yaml -o ."),
        (None, "season season.json -o ."),
        (None, "compile index.csv long.yaml -o . --jobs 1"),
        (hard("rows.csv", "run.fit"), "check run.fit -o rows.csv --jobs 1"),
        (soft("rows.csv", "run.fit"), "check run.fit -o rows.csv --jobs 1"),
        (soft("rows.csv", "run.fit"), "check rows.csv -o rows.csv --jobs 1"),
        (None, "check index.csv -o index.csv --jobs 1"),
        (hard("rows.csv", "plan.fit"), "check run.fit -o rows.csv --workout plan.fit --jobs 1"),
        (hard("page.html", "run.fit"), "check run.fit --html page.html"),
        (soft("page.html", "run.fit"), "check run.fit --html page.html"),
        (hard("page.html", "plan.fit"), "check run.fit --workout plan.fit --html page.html"),
        (hard("athlete.yaml", "run.fit"), "calibrate run.fit --athlete athlete.yaml"),
    ],
)
def test_no_command_writes_its_input(
    desk: Path,
    capsys: pytest.CaptureFixture[str],
    prepared: Callable[[], None] | None,
    command: str | None,
) -> None:
    if prepared is not None:
        prepared()
    if command is None:  # a spec that leads to where its workout would go
        assert prepared is not None
        Path("2026-03-01-Long-run.fit").write_text(SPEC)
        command = "compile w.yaml -o ."
    before = {path: (path.lstat(), path.read_bytes()) for path in desk.iterdir()}
    assert run(*command.split()) == 2
    after = {path: (path.lstat(), path.read_bytes()) for path in desk.iterdir()}
    kept = {path: (one.st_ino, one.st_mode, data) for path, (one, data) in after.items()}
    assert kept == {path: (one.st_ino, one.st_mode, data) for path, (one, data) in before.items()}
    assert re.search("is the input|two outputs would have|got a link", capsys.readouterr().err)


def test_every_command_refuses_to_write_through_a_link(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    victim = desk.parent / "victim.txt"
    victim.write_text("not yours")
    for command, output in (
        ("rehearse plan.fit -o new.fit", "new.fit"),
        ("rehearse plan.fit -o fresh.fit --truth new.json", "new.json"),
        ("show plan.fit --svg new.svg", "new.svg"),
        ("compile long.yaml -o out", "out/2026-03-01-Long-run.fit"),
        ("apply after_each_mile plan.fit -o out --marathon-pace 8:00/mi", "out/Long-run.fit"),
        ("season season.yaml -o out", "out/season.csv"),
        ("compile index.csv long.yaml -o out --jobs 1", "out/index.csv"),
        ("compile index.csv long.yaml -o out --jobs 1", "out/Ann"),
        ("check run.fit -o rows.csv --jobs 1", "rows.csv"),
        ("check run.fit -o rows.csv --jobs 1", "rows.csv.journal"),
        ("check run.fit -o rows.csv --jobs 1", ".rows.csv.lock"),
        ("check run.fit --html page.html", "page.html"),
    ):
        link = Path(output)
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(victim)
        assert run(*command.split()) == 2, command
        assert link.is_symlink()
        assert victim.read_text() == "not yours"
        assert "got a link" in capsys.readouterr().err, command
        link.unlink()
