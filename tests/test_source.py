"""Paths, bytes, file objects and archives; what is broken, too large or locked."""

from __future__ import annotations

import gzip
import io
import struct
import time
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.errors import DecodeError
from backrun_fit.fit.source import FitBytes, Source, open_source
from backrun_fit.limits import DEFAULT_LIMITS, Limits
from tests.fit_bytes import UINT8, definition, fit_file, message

RUN = fit_file(definition(0, 20, [(3, 1, UINT8)]), message(0, b"\x64"))


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of members that share a name
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def opened(source: Source, limits: Limits = DEFAULT_LIMITS) -> list[FitBytes]:
    return list(open_source(source, limits=limits))


def refused(source: Source, limits: Limits = DEFAULT_LIMITS) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        opened(source, limits)
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


def test_bombs_are_stopped_long_before_they_are_whole() -> None:
    limits = Limits(free_expansion_bytes=1 << 20)
    zeros = bytes(8 << 20)
    inner = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = inner.compress(zeros) + inner.flush()
    assert len(bomb) < 10_000
    for data in (bomb, zipped(("a.fit", zeros)), zipped(("a.fit.gz", bomb))):
        assert refused(data, limits).what == "the archive expands too much"


def test_the_limits_on_size_hold(tmp_path: Path) -> None:
    limits = Limits(file_bytes=1000)
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
        assert refused(source, limits).what == "too large"
    assert len(opened(noise[:1000], limits)) == 1


def test_the_limits_on_an_archive_hold() -> None:
    limits = Limits(archive_bytes=3 * len(RUN), archive_members=5)
    members = [(f"{number}.fit", RUN) for number in range(6)]
    assert len(opened(zipped(*members[:3]), limits)) == 3
    assert refused(zipped(*members[:4]), limits).what == "too large"
    assert "too many members" in refused(zipped(*members), limits).what


EMPTY_MEMBER = gzip.compress(b"", mtime=0)


def test_members_of_a_gzip_file_are_counted() -> None:
    limits = Limits(archive_members=3)
    members = [gzip.compress(bytes([number]), mtime=0) for number in range(4)]
    assert opened(b"".join(members[:3]), limits)[0].data == bytes(range(3))
    for data in (b"".join(members), zipped(("a.fit.gz", b"".join(members)))):
        assert refused(data, limits).what == "too many members in the gzip file"


def test_many_members_of_a_gzip_file_cost_no_more_each_than_a_few() -> None:
    limits = Limits(archive_members=300_000)
    begun = time.process_time()
    assert opened(EMPTY_MEMBER * 200_000, limits)[0].data == b""
    # Half a second; twenty and more where the rest of the file is copied for each.
    assert time.process_time() - begun < 5.0


@given(st.lists(st.integers(0, 5_000), max_size=8), st.binary(max_size=20), st.integers(0, 3))
def test_members_of_any_size_are_put_together_and_what_follows_is_ignored(
    sizes: list[int], behind: bytes, level: int
) -> None:
    parts = [bytes((number * size) % 251 for number in range(size)) for size in sizes]
    packed = b"".join(gzip.compress(part, level, mtime=0) for part in parts)
    if packed and not behind.startswith(b"\x1f\x8b"):
        assert opened(packed + behind)[0].data == b"".join(parts)


def test_a_large_member_is_unpacked_whole() -> None:
    noise = bytes(number * number % 251 for number in range(3 << 20))
    assert opened(gzip.compress(noise, 1, mtime=0) + EMPTY_MEMBER)[0].data == noise


def directory(entries: int, extra: bytes = b"") -> bytes:
    """A zip file without members whose directory lists so many."""
    entry = b"PK\x01\x02" + bytes(26) + struct.pack("<H", len(extra)) + bytes(14) + extra
    start = b"PK\x03\x04" + bytes(26)
    sizes = struct.pack("<HHHHIIH", 0, 0, 0, 0, len(entry) * entries, len(start), 0)
    return start + entry * entries + b"PK\x05\x06" + sizes


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (directory(50_001), "at most 50000 entries"),
        (directory(200_000), "at most 8388608 bytes"),
        (directory(1, bytes(2049)), "at most 2048 bytes in the extra field of an entry"),
    ],
)
def test_the_directory_of_a_zip_file_is_measured_before_it_is_parsed(
    data: bytes, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZipInfo", None)
    error = refused(data)
    assert (error.what, error.expected) == (
        "the directory of the zip file is too large",
        expected,
    )


def test_a_directory_within_the_limits_is_parsed() -> None:
    assert refused(directory(50)).got == "50 others"
    limits = Limits(archive_entries=3)
    members = [(f"{number}.fit", RUN) for number in range(4)]
    assert len(opened(zipped(*members[:3]), limits)) == 3
    assert refused(zipped(*members), limits).expected == "at most 3 entries"


def test_members_on_top_of_each_other_count_each_time() -> None:
    limits = Limits(free_expansion_bytes=1 << 20)
    data = zipped(*((f"{number}.fit", bytes(200_000)) for number in range(8)))
    assert "expands too much" in refused(data, limits).what


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
