"""Claims about sending: into the right folder, whole or not at all, over nothing unasked."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import struct
from collections import namedtuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.compiled import CompiledWorkout
from backrun_fit.delivery import MOST_BYTES, Delivery, Outcome, find_folder, send
from backrun_fit.fit.sniff import identity
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.output import OutputError
from backrun_fit.workout import PaceTarget, Step, TimeDuration
from tests.fit_bytes import ENUM, UINT16, UINT32, crc16, definition, fit_file, message
from tests.test_regular_files import needs_devices, needs_pipes

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def workout(name: str, seconds: float = 60) -> bytes:
    steps = (Step(duration=TimeDuration(duration_s=seconds)),)
    return encode_workout(CompiledWorkout(name=name, messages=steps), created_at=DAY)


def same_identity(data: bytes, old: bytes, new: bytes) -> bytes:
    """Other content under the same identity, as makers with one serial number write it."""
    assert len(old) == len(new)
    assert data.count(old) == 1
    body = data[:-2].replace(old, new)
    return body + struct.pack("<H", crc16(body))


def schedule() -> bytes:
    """A file_id of type schedules (7) and one schedule message (28), nothing else."""
    return fit_file(
        definition(0, 0, [(0, 1, ENUM), (1, 2, UINT16), (2, 2, UINT16), (4, 4, UINT32)]),
        message(0, struct.pack("<BHHI", 7, 255, 0, 1_000_000_000)),
        definition(1, 28, [(0, 2, UINT16), (1, 2, UINT16), (6, 4, UINT32)]),
        message(1, struct.pack("<HHI", 255, 0, 1_000_086_400)),
    )


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    (tmp_path / "watch" / "GARMIN" / "NEWFILES").mkdir(parents=True)
    return tmp_path / "watch"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def inside(watch: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (watch / "GARMIN" / "NEWFILES").iterdir()}


def said(deliveries: tuple[Delivery, ...]) -> list[Outcome]:
    for delivery in deliveries:
        assert (delivery.error is None) == (
            delivery.outcome in (Outcome.SENT, Outcome.REPLACED, Outcome.ALREADY_THERE)
        )
    return [delivery.outcome for delivery in deliveries]


def test_a_workout_arrives_byte_for_byte_and_nothing_else_does(watch: Path, home: Path) -> None:
    source = put(home, "Easy run.fit", workout("Easy"))
    (delivery,) = send([source], watch)
    assert delivery == Delivery(
        source=source, target=watch / "GARMIN/NEWFILES/Easy-run.fit", outcome=Outcome.SENT
    )
    assert inside(watch) == {"Easy-run.fit": source.read_bytes()}


def test_a_pace_that_nobody_runs_is_sent_with_a_warning(watch: Path, home: Path) -> None:
    target = PaceTarget(slowest_mps=3279, fastest_mps=3390)
    step = Step(duration=TimeDuration(duration_s=60), target=target)
    (home / "a.fit").write_bytes(
        encode_workout(CompiledWorkout(name="A", messages=(step,)), created_at=DAY)
    )
    for outcome in (Outcome.SENT, Outcome.ALREADY_THERE):
        [delivery] = send([home / "a.fit"], watch)
        assert delivery.outcome is outcome
        [warning] = delivery.warnings
        assert "nobody runs faster than 12.5 m/s" in warning


def test_a_schedule_is_taken_too(watch: Path, home: Path) -> None:
    source = put(home, "plan.fit", schedule())
    assert said(send([source], watch)) == [Outcome.SENT]
    assert inside(watch) == {"plan.fit": source.read_bytes()}


def test_sending_twice_finds_it_already_there(watch: Path, home: Path) -> None:
    source = put(home, "a.fit", workout("A"))
    send([source], watch)
    before = (watch / "GARMIN/NEWFILES/a.fit").stat()
    copied = put(home, "other-name.fit", workout("A"))
    assert said(send([source, copied], watch)) == [Outcome.ALREADY_THERE] * 2
    assert (watch / "GARMIN/NEWFILES/a.fit").stat() == before
    assert list(inside(watch)) == ["a.fit"]


def test_the_same_content_given_twice_is_sent_once(watch: Path, home: Path) -> None:
    first, second = (put(home, name, workout("A")) for name in ("a.fit", "b.fit"))
    deliveries = send([first, second], watch)
    assert said(deliveries) == [Outcome.SENT, Outcome.ALREADY_THERE]
    assert deliveries[1].target == watch / "GARMIN/NEWFILES/a.fit"
    assert list(inside(watch)) == ["a.fit"]


@pytest.mark.parametrize("there", ["a.fit", "A.FIT"])
def test_other_content_under_that_name_stays_unless_it_may_be_replaced(
    watch: Path, home: Path, there: str
) -> None:
    old = workout("Old")
    put(watch / "GARMIN/NEWFILES", there, old)
    source = put(home, "a.fit", workout("New"))
    (delivery,) = send([source], watch)
    assert delivery.outcome is Outcome.REFUSED
    assert f"{there} is there with other content; nothing written" in str(delivery.error)
    assert inside(watch) == {there: old}
    assert said(send([source], watch, replace=True)) == [Outcome.REPLACED]
    assert inside(watch) == {there: source.read_bytes()}


def test_what_is_no_file_is_not_replaced_either(watch: Path, home: Path) -> None:
    (watch / "GARMIN/NEWFILES/a.fit").mkdir()
    (delivery,) = send([put(home, "a.fit", workout("A"))], watch, replace=True)
    assert "is no readable file" in str(delivery.error)


def test_two_files_of_one_identity_are_both_refused_and_name_each_other(
    watch: Path, home: Path
) -> None:
    data = workout("Aaaa")
    twin = same_identity(data, b"Aaaa", b"Bbbb")
    assert identity(twin) == identity(data)
    one, two = put(home, "one.fit", data), put(home, "two.fit", twin)
    fine = put(home, "fine.fit", workout("Fine"))
    deliveries = send([one, fine, two], watch)
    assert said(deliveries) == [Outcome.REFUSED, Outcome.SENT, Outcome.REFUSED]
    assert "two.fit has the same identity" in str(deliveries[0].error)
    assert "one.fit has the same identity" in str(deliveries[2].error)
    assert list(inside(watch)) == ["fine.fit"]


def test_an_identity_that_the_folder_has_already_is_refused(watch: Path, home: Path) -> None:
    data = workout("Aaaa")
    put(watch / "GARMIN/NEWFILES", "there.fit", data)
    put(watch / "GARMIN/NEWFILES", "notes.txt", b"no FIT file, and nobody's business")
    source = put(home, "new.fit", same_identity(data, b"Aaaa", b"Bbbb"))
    (delivery,) = send([source], watch, replace=True)
    assert delivery.outcome is Outcome.REFUSED
    assert "there.fit has the same identity" in str(delivery.error)


def test_two_files_that_would_get_one_name_on_fat_are_both_refused(watch: Path, home: Path) -> None:
    (home / "week-2").mkdir()
    one = put(home, "Easy.fit", workout("One"))
    two = put(home / "week-2", "easy.fit", workout("Two"))
    deliveries = send([one, two], watch)
    assert said(deliveries) == [Outcome.REFUSED] * 2
    assert "would get the same name, Easy.fit" in str(deliveries[0].error)
    assert inside(watch) == {}


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("empty.fit", b"", "expected"),
        ("text.fit", b"no FIT file at all", "expected"),
        ("cut.fit", workout("Cut")[:-20], ""),
        ("damaged.fit", workout("Damaged")[:-1] + b"\x00", ""),
        ("packed.fit.gz", gzip.compress(workout("Packed"), mtime=0), "got an archive"),
        ("chain.fit", workout("One") + workout("Two"), "got workout and workout"),
        (
            "settings.fit",
            fit_file(definition(0, 0, [(0, 1, ENUM)]), message(0, b"\x02")),
            "got settings",
        ),
        ("no-steps.fit", fit_file(definition(0, 0, [(0, 1, ENUM)]), message(0, b"\x05")), ""),
    ],
)
def test_what_a_watch_could_not_use_is_refused_and_stops_no_other(
    watch: Path, home: Path, name: str, data: bytes, why: str
) -> None:
    bad, good = put(home, name, data), put(home, "good.fit", workout("Good"))
    deliveries = send([bad, good], watch)
    assert said(deliveries) == [Outcome.REFUSED, Outcome.SENT]
    assert why in str(deliveries[0].error)
    assert list(inside(watch)) == ["good.fit"]


def test_a_file_that_is_not_there_is_refused_by_name(watch: Path, home: Path) -> None:
    (delivery,) = send([home / "gone.fit"], watch)
    assert delivery.outcome is Outcome.REFUSED
    assert delivery.target is None
    assert "gone.fit: cannot be read: No such file" in str(delivery.error)


def test_a_disk_that_fills_half_way_leaves_nothing_behind(
    watch: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = workout("Old")
    put(watch / "GARMIN/NEWFILES", "b.fit", old)
    sources = [put(home, name, workout(name)) for name in ("a.fit", "b.fit", "c.fit")]
    real, broken = os.write, workout("b.fit")

    def filling(descriptor: int, data: memoryview) -> int:
        if bytes(data) != broken:
            return real(descriptor, data)
        real(descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", filling)
    deliveries = send(sources, watch, replace=True)
    assert said(deliveries) == [Outcome.SENT, Outcome.FAILED, Outcome.SENT]
    assert "b.fit: cannot be written: No space left" in str(deliveries[1].error)
    assert inside(watch) == {"a.fit": workout("a.fit"), "b.fit": old, "c.fit": workout("c.fit")}


def test_what_reads_back_otherwise_never_takes_the_name(
    watch: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = put(home, "a.fit", workout("A"))
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, bytes(data)[:-1] + b"?"))
    (delivery,) = send([source], watch)
    assert delivery.outcome is Outcome.FAILED
    assert "reads back otherwise" in str(delivery.error)
    assert inside(watch) == {}


# Hostile folders and sources.


@needs_pipes
@needs_devices
def test_sources_that_are_no_files_are_refused_and_stop_no_other(watch: Path, home: Path) -> None:
    good = put(home, "good.fit", workout("Good"))
    os.mkfifo(home / "pipe.fit")
    (home / "zero.fit").symlink_to("/dev/zero")
    (home / "loop.fit").symlink_to("loop.fit")
    large = home / "large.fit"
    large.write_bytes(b"")
    os.truncate(large, MOST_BYTES + 1)
    sources = [home / "pipe.fit", home / "zero.fit", home / "loop.fit", home, large, good]
    deliveries = send(sources, watch)
    assert said(deliveries) == [*[Outcome.REFUSED] * 5, Outcome.SENT]
    for delivery, text in zip(
        deliveries,
        (
            "expected a file, got a named pipe; save what it gives as a file first",
            "expected a file, got a device",
            "cannot be read: Too many levels of symbolic links",
            "expected a file, got a folder; name a file in it",
            "too large for a workout or a schedule: expected at most 1,048,576 bytes",
        ),
        strict=False,
    ):
        assert text in str(delivery.error)


def test_a_source_may_be_a_link_to_a_workout(watch: Path, home: Path) -> None:
    put(home, "a.fit", workout("A"))
    (home / "b.fit").symlink_to("a.fit")
    assert said(send([home / "b.fit"], watch)) == [Outcome.SENT]
    assert not (watch / "GARMIN/NEWFILES/b.fit").is_symlink()


def test_links_planted_on_the_watch_are_neither_read_nor_written_to(
    watch: Path, home: Path
) -> None:
    victim = put(home, "victim.txt", b"not yours")
    folder = watch / "GARMIN/NEWFILES"
    for name in ("a.fit", ".backrun-a.part", ".backrun-.part"):
        (folder / name).symlink_to(victim)
    (folder / "same.fit").symlink_to(put(home, "b.fit", workout("B")))
    sources = [put(home, "a.fit", workout("A")), home / "b.fit"]
    for replace in (False, True):
        first, second = send(sources, watch, replace=replace)
        assert first.outcome is Outcome.REFUSED
        assert "is there and is no readable file" in str(first.error)
        assert second.target == folder / "b.fit"
    assert victim.read_bytes() == b"not yours"
    assert (folder / "a.fit").is_symlink()
    assert not (folder / "b.fit").is_symlink()


@needs_pipes
def test_what_is_odd_on_the_watch_is_not_read(
    watch: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = watch / "GARMIN/NEWFILES"
    os.mkfifo(folder / "pipe.fit")
    (folder / "zero.fit").symlink_to("/dev/zero")
    (folder / "large.fit").write_bytes(b"")
    os.truncate(folder / "large.fit", MOST_BYTES + 1)
    (folder / "folder.fit").mkdir()
    read: list[int] = []
    real = os.read

    def noted(descriptor: int, count: int) -> bytes:
        read.append(count)
        return real(descriptor, count)

    monkeypatch.setattr(os, "read", noted)
    assert said(send([put(home, "a.fit", workout("A"))], watch)) == [Outcome.SENT]
    assert max(read) <= MOST_BYTES
    assert len(read) <= 4  # the source, and what was written


def test_a_folder_that_is_a_link_is_not_taken_for_the_watchs(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "NEWFILES").mkdir(parents=True)
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "GARMIN").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="got none among 'GARMIN'"):
        find_folder(tmp_path / "watch")
    (tmp_path / "named").symlink_to(tmp_path / "elsewhere" / "NEWFILES")
    (tmp_path / "NEWFILES").symlink_to(tmp_path / "elsewhere" / "NEWFILES")
    assert find_folder(tmp_path / "NEWFILES") == tmp_path / "NEWFILES"


def test_more_names_than_a_watch_has_are_refused(
    watch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backrun_fit.delivery.MOST_NAMES", 2)
    for name in "abc":
        (watch / "GARMIN" / "NEWFILES" / name).touch()
    with pytest.raises(OutputError, match="expected at most 2 names"):
        send([], watch)


def test_a_source_is_never_replaced_by_another(watch: Path, home: Path) -> None:
    folder = watch / "GARMIN/NEWFILES"
    there = put(folder, "a.fit", workout("Old"))
    link = home / "other.txt"
    link.symlink_to(there)
    sources = [put(home, "a.fit", workout("New")), link]
    deliveries = send(sources, watch, replace=True)
    assert said(deliveries) == [Outcome.FAILED, Outcome.ALREADY_THERE]
    assert "is the input" in str(deliveries[0].error)
    assert there.read_bytes() == workout("Old")


def test_an_interrupted_copy_leaves_nothing_half_written(
    watch: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        send([put(home, "a.fit", workout("A"))], watch)
    assert inside(watch) == {}


def test_a_mount_that_cannot_flush_is_written_all_the_same(
    watch: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_: int) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr("os.fsync", unknown)
    assert said(send([put(home, "a.fit", workout("A"))], watch)) == [Outcome.SENT]


def test_a_folder_that_may_not_be_written_fails_every_file_by_name(
    watch: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def read_only(path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))
        return real(path, flags, mode)

    sources = [put(home, name, workout(name)) for name in ("a.fit", "b.fit")]
    # Whoever runs as root may write anywhere, so the refusal is staged.
    monkeypatch.setattr(os, "open", read_only)
    deliveries = send(sources, watch)
    assert said(deliveries) == [Outcome.FAILED] * 2
    assert "a.fit: cannot be written: Read-only file system" in str(deliveries[0].error)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_the_right_to_write_fails(watch: Path, home: Path) -> None:
    folder = watch / "GARMIN/NEWFILES"
    folder.chmod(0o555)
    try:
        assert said(send([put(home, "a.fit", workout("A"))], watch)) == [Outcome.FAILED]
    finally:
        folder.chmod(0o755)


def test_too_little_room_for_all_writes_none(
    watch: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [put(home, name, workout(name)) for name in ("a.fit", "b.fit")]
    usage = namedtuple("usage", "total used free")
    room = len(sources[0].read_bytes()) + 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**6, 10**6 - room, room))
    with pytest.raises(OutputError, match=f"bytes of room, got {room}; nothing written"):
        send(sources, watch)
    assert inside(watch) == {}
    assert said(send(sources[:1], watch)) == [Outcome.SENT]


@pytest.mark.parametrize("free", [OSError(errno.ENOSYS, "unknown"), (0, 0, 0)])
def test_a_mount_that_does_not_say_how_much_room_it_has_is_tried(
    watch: Path, home: Path, monkeypatch: pytest.MonkeyPatch, free: OSError | tuple[int, int, int]
) -> None:
    usage = namedtuple("usage", "total used free")

    def silent(_: Path) -> Any:
        if isinstance(free, OSError):
            raise free
        return usage(*free)

    monkeypatch.setattr(shutil, "disk_usage", silent)
    assert said(send([put(home, "a.fit", workout("A"))], watch)) == [Outcome.SENT]


@pytest.mark.parametrize(
    ("made", "given_as"),
    [
        ("GARMIN/NEWFILES", "."),
        ("Garmin/NewFiles", "."),
        ("garmin/newfiles", "garmin"),
        ("GARMIN/NewFiles", "GARMIN/NewFiles"),
        ("Internal Storage/GARMIN/NewFiles", "."),
        ("NEWFILES", "NEWFILES"),
    ],
)
def test_the_folder_is_found_in_any_case_and_at_any_of_its_levels(
    tmp_path: Path, made: str, given_as: str
) -> None:
    (tmp_path / made).mkdir(parents=True)
    (tmp_path / "DCIM").mkdir()
    assert find_folder(tmp_path / given_as).samefile(tmp_path / made)


def test_a_place_without_the_folder_is_refused_saying_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(
        OutputError, match=r"folder GARMIN/NEWFILES, in any case.* got none among no"
    ):
        find_folder(tmp_path)
    for name in ("DCIM", "GARMIN", "Music", "Other", "Podcasts", "Zebra"):
        (tmp_path / name).mkdir()
    with pytest.raises(OutputError, match=r"'DCIM', 'GARMIN', .* and more"):
        find_folder(tmp_path)
    with pytest.raises(OutputError, match="expected the mount point of a watch, got no folder"):
        find_folder(tmp_path / "missing")


def test_two_such_folders_are_not_guessed_between(tmp_path: Path) -> None:
    for storage in ("Card", "Internal Storage"):
        (tmp_path / storage / "GARMIN" / "NEWFILES").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"Card.*Internal Storage.*name the one"):
        find_folder(tmp_path)
    assert find_folder(tmp_path / "Card").is_dir()


@given(st.text(min_size=1, max_size=40))
def test_any_name_becomes_one_that_the_watch_takes(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    root = tmp_path_factory.mktemp("any")
    (root / "GARMIN/NEWFILES").mkdir(parents=True)
    source = root / f"{''.join(c for c in name if c.isprintable() and c not in '/')}x.fit"
    source.write_bytes(workout("A"))
    (delivery,) = send([source], root)
    assert delivery.outcome is Outcome.SENT
    assert delivery.target is not None
    assert delivery.target.parent == root / "GARMIN/NEWFILES"
    assert delivery.target.read_bytes() == source.read_bytes()
    assert not set(delivery.target.name) & set('<>:"|?*\\')
