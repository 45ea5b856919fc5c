"""Paths, bytes, file objects and archives; what is broken, too large or locked."""

from __future__ import annotations

import gzip
import io
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.errors import DecodeError
from backrun_fit.fit import source as source_module
from backrun_fit.fit.source import FitBytes, Source, open_source
from tests.fit_bytes import UINT8, definition, fit_file, message

RUN = fit_file(definition(0, 20, [(3, 1, UINT8)]), message(0, b"\x64"))


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of members that share a name
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def opened(source: Source) -> list[FitBytes]:
    return list(open_source(source))


def refused(source: Source) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        opened(source)
    return caught.value


def test_bytes_of_every_kind_are_taken_as_they_are() -> None:
    for source in (RUN, bytearray(RUN), memoryview(RUN)):
        assert opened(source) == [(None, RUN)]


def test_paths_and_file_objects_carry_their_name(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(RUN)
    assert opened(path) == opened(str(path)) == [(str(path), RUN)]
    with path.open("rb") as file:
        assert opened(file) == [(str(path), RUN)]
    assert opened(io.BytesIO(RUN)) == [(None, RUN)]
    unnamed = io.BytesIO(RUN)
    unnamed.name = 3  # as that of a temporary file
    assert opened(unnamed) == [(None, RUN)]


def test_gzip_is_told_by_its_bytes_whatever_the_name(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(gzip.compress(RUN, mtime=0))
    assert opened(path) == [(str(path), RUN)]


def test_gzip_members_are_joined_and_padding_is_ignored() -> None:
    half = len(RUN) // 2
    packed = gzip.compress(RUN[:half]) + gzip.compress(RUN[half:])
    assert opened(packed + b"\0" * 20) == [(None, RUN)]


def test_a_zip_gives_its_fit_files_in_order_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "export.ZIP"
    path.write_bytes(
        zipped(
            ("__MACOSX/._1_ACTIVITY.fit", b"shadow"),
            ("folder.fit/", b""),
            ("folder.fit/2_ACTIVITY.FIT", RUN + b"\0"),
            ("._hidden.fit", b"shadow"),
            ("notes.txt", b"hello"),
            ("1_ACTIVITY.fit", RUN),
            ("3.fit.gz", gzip.compress(RUN)),
        )
    )
    assert opened(path) == [
        (f"{path}/folder.fit/2_ACTIVITY.FIT", RUN + b"\0"),
        (f"{path}/1_ACTIVITY.fit", RUN),
        (f"{path}/3.fit.gz", RUN),
    ]
    assert opened(zipped(("a.fit", RUN), method=zipfile.ZIP_STORED)) == [("a.fit", RUN)]


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    missing = tmp_path / "nothing.fit"
    error = refused(missing)
    assert (error.source, error.got) == (str(missing), "No such file or directory")
    assert refused(tmp_path).got == "a folder"
    assert refused("nul\0byte").what == "the file cannot be read"
    closed = io.BytesIO(RUN)
    closed.close()
    assert refused(closed).what == "the file object cannot be read"


def test_a_text_file_object_is_refused() -> None:
    error = refused(io.StringIO("text"))  # type: ignore[arg-type]
    assert (error.expected, error.got) == ("bytes", "str")


def test_a_zip_without_fit_files_says_what_it_holds() -> None:
    assert refused(zipped(("notes.txt", b"hello"))).got == "1 others"
    assert refused(zipped()).got == "none at all"


def test_an_unusual_compression_is_refused() -> None:
    assert "compression" in refused(zipped(("a.fit", RUN), method=zipfile.ZIP_LZMA)).what


def test_an_encrypted_zip_is_refused() -> None:
    data = bytearray(zipped(("a.fit", RUN)))
    data[6] |= 1  # flag bit 0 in the local header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and in the central directory
    error = refused(bytes(data))
    assert "damaged or locked" in error.what
    assert "password" in (error.got or "")


@pytest.mark.parametrize("cut", range(2, 40, 3))
def test_a_truncated_gzip_is_refused(cut: int) -> None:
    packed = gzip.compress(RUN, mtime=0)
    assert "gzip file is damaged" in refused(packed[:cut]).what


def test_a_gzip_with_a_wrong_checksum_is_refused() -> None:
    packed = bytearray(gzip.compress(RUN, mtime=0))
    packed[-8] ^= 1
    assert "gzip file is damaged" in refused(bytes(packed)).what


def test_bombs_are_stopped_long_before_they_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "FREE_EXPANSION_BYTES", 1 << 20)
    zeros = bytes(8 << 20)
    inner = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = inner.compress(zeros) + inner.flush()
    assert len(bomb) < 10_000
    for data in (bomb, zipped(("a.fit", zeros)), zipped(("a.fit.gz", bomb))):
        assert refused(data).what == "the archive expands too much"


def test_the_limits_on_size_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(source_module, "MAX_FILE_BYTES", 1000)
    noise = bytes(range(256)) * 4
    path = tmp_path / "large.fit"
    path.write_bytes(noise)
    for source in (
        noise,
        path,
        io.BytesIO(noise),
        gzip.compress(noise, mtime=0),
        zipped(("a.fit", noise)),
    ):
        assert refused(source).what == "too large"
    assert len(opened(noise[:1000])) == 1


def test_the_limits_on_an_archive_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "MAX_TOTAL_BYTES", 3 * len(RUN))
    monkeypatch.setattr(source_module, "MAX_MEMBERS", 5)
    members = [(f"{number}.fit", RUN) for number in range(6)]
    assert len(opened(zipped(*members[:3]))) == 3
    assert refused(zipped(*members[:4])).what == "too large"
    assert "too many members" in refused(zipped(*members)).what


ARCHIVES = (zipped(("a.fit", RUN), ("b.fit", RUN * 3)), gzip.compress(RUN * 5, mtime=0))


@given(
    which=st.integers(0, 1),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=5),
    cut=st.integers(0, 400),
)
def test_damage_to_an_archive_brings_out_nothing_but_a_decode_error(
    which: int, changes: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(ARCHIVES[which])
    for place, value in changes:
        data[place % len(data)] = value
    for candidate in (bytes(data), bytes(data[:cut])):
        try:
            found = opened(candidate)
        except DecodeError:
            continue
        assert all(isinstance(item.data, bytes) for item in found)
