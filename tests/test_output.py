"""Claims about files on disk: names safe everywhere, contents whole or absent."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathvalidate import is_valid_filename

from backrun_fit.output import OutputError, safe_stem, unique_stems, write_whole


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
