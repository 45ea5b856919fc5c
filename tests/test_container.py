"""Headers, chains, checksums and limits, on files built here."""

from __future__ import annotations

import tracemalloc

import pytest

from backrun_fit.errors import DecodeError
from backrun_fit.fit import walk
from backrun_fit.fit.columns import Table, decode
from backrun_fit.fit.container import resemblance
from backrun_fit.limits import DEFAULT_LIMITS, Limits
from tests.fit_bytes import (
    BYTE,
    UINT8,
    UINT32,
    compressed,
    definition,
    fit_file,
    header,
    message,
)

RECORD, LAP = 20, 19
TIMESTAMP, HEART_RATE = (253, 4, UINT32), (3, 1, UINT8)
BODY = definition(0, RECORD, [HEART_RATE]) + message(0, b"\x64")


def only(data: bytes, kind: str | int = "record") -> Table:
    (segment,) = decode(data).segments
    return segment.table(kind)


def refused(data: bytes, limits: Limits = DEFAULT_LIMITS) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        decode(data, source="run.fit", limits=limits)
    assert caught.value.source == "run.fit"
    return caught.value


@pytest.mark.parametrize("size", [12, 13, 14, 20])
def test_headers_of_12_bytes_and_more_are_read(size: int) -> None:
    assert only(fit_file(BODY, header_size=size)).raw("heart_rate") == [0x64]


def test_a_header_checksum_of_zero_was_never_computed_and_a_wrong_one_is_refused() -> None:
    assert only(fit_file(BODY, header_crc=0)).raw("heart_rate") == [0x64]
    error = refused(fit_file(BODY, header_crc=0x1234))
    assert (error.offset, error.got) == (12, "0x1234")


def test_a_wrong_checksum_is_refused_with_both_values_and_its_place() -> None:
    data = fit_file(BODY, crc=0x1234)
    error = refused(data)
    assert error.offset == len(data) - 2
    assert error.got == "0x1234"
    assert error.expected == f"0x{int.from_bytes(fit_file(BODY)[-2:], 'little'):04X}"


@pytest.mark.parametrize(
    ("data", "word"), [(fit_file(BODY)[:-2], "missing"), (fit_file(BODY, crc=0), "never computed")]
)
def test_a_missing_or_zero_checksum_is_a_warning(data: bytes, word: str) -> None:
    found = decode(data)
    assert found.segments[0].table("record").raw("heart_rate") == [0x64]
    assert word in found.warnings[0]


def test_chained_files_are_segments_of_their_own() -> None:
    second = definition(0, LAP, [TIMESTAMP]) + message(0, b"\1\0\0\0")
    found = decode(fit_file(BODY) + fit_file(second, header_size=12))
    first, other = found.segments
    assert (first.index, first.offset, other.index) == (0, 0, 1)
    assert other.offset == len(fit_file(BODY))
    assert [len(first.table(kind)) for kind in (RECORD, LAP)] == [1, 0]
    assert [len(other.table(kind)) for kind in (RECORD, LAP)] == [0, 1]


def test_a_local_type_of_one_segment_is_unknown_in_the_next() -> None:
    first = fit_file(BODY)
    error = refused(first + fit_file(message(0, b"\x64")))
    assert error.offset == len(first) + 14
    assert error.got == "local type 0"


@pytest.mark.parametrize(("tail", "words"), [(b"\0" * 9, "9 zero bytes"), (b"x", "1 bytes that")])
def test_bytes_behind_the_end_are_told_and_ignored(tail: bytes, words: str) -> None:
    found = decode(fit_file(BODY) + tail)
    assert len(found.segments) == 1
    assert found.warnings[0].startswith(words)


def test_a_damaged_second_file_of_a_chain_is_refused() -> None:
    error = refused(fit_file(BODY) + fit_file(BODY)[:-6])
    assert "shorter than its header states" in str(error)


def test_a_truncated_file_says_what_was_promised_and_what_is_there() -> None:
    data = fit_file(BODY)
    error = refused(data[:-4])
    assert error.offset == len(data) - 4
    assert error.expected == f"{len(data) - 2} bytes and a checksum"
    assert error.got == f"{len(data) - 4} bytes"


def test_a_header_that_states_no_data_is_an_unfinished_recording_or_an_empty_file() -> None:
    assert len(decode(fit_file()).segments[0]) == 0
    error = refused(header(0) + BODY)
    assert "never finished" in error.what


def test_a_message_without_a_definition_is_refused_with_its_place() -> None:
    error = refused(fit_file(BODY, message(3, b"\0\0")))
    assert error.offset == 14 + len(BODY)
    assert error.expected == "a local type that was defined (0)"
    assert error.got == "local type 3"
    assert refused(fit_file(compressed(2, 0, b"\0"))).got == "local type 2"


def test_a_message_or_a_definition_that_runs_over_the_end_is_refused() -> None:
    wide = definition(0, RECORD, [(200, 200, BYTE)])
    error = refused(fit_file(wide, message(0, b"short")))
    assert (error.offset, error.expected, error.got) == (14 + len(wide), "201 bytes", "6")
    for cut in range(1, len(wide)):
        assert "runs over the end" in refused(fit_file(wide[:cut])).what
    developer = definition(0, RECORD, [], developer=[(1, 1, 0)])
    for cut in range(1, len(developer)):
        assert "runs over the end" in refused(fit_file(developer[:cut])).what


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing (zero bytes)"),
        (b"\0" * 500, "zero bytes only"),
        (b"\x00\x05\x16\x07" + b"\0" * 40, "an AppleDouble file (what macOS leaves beside"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<gpx version='1.1'>", "a GPX document"),
        (b"<?xml?><TrainingCenterDatabase>", "a TCX document"),
        (b"<!DOCTYPE html><p>Sign in</p>", "a web page"),
        (b'{"error": 404}', "a markup or JSON document"),
        (b"time,heart rate\n", "a text file"),
        (b"PK\x03\x04rest", "a zip file"),
        (b"\x1f\x8brest", "a gzip file"),
        (b"\x89\x90\x91\x92", "unknown bytes beginning 89 90 91 92"),
    ],
)
def test_what_is_no_fit_file_is_named(data: bytes, words: str) -> None:
    error = refused(data)
    assert error.what == "not a FIT file"
    assert (error.got or "").startswith(words)
    assert resemblance(data) == error.got


def test_a_newer_protocol_is_read_with_a_warning() -> None:
    data = bytearray(fit_file(BODY, header_crc=0, crc=0))
    data[1] = 0x30
    assert "3.0" in decode(bytes(data)).warnings[0]


def test_the_limits_refuse_floods() -> None:
    limits = Limits(messages=100, definitions=10, chained_files=5)
    empty = definition(0, RECORD, [])
    assert len(decode(fit_file(empty, b"\0" * 100), limits=limits).segments[0]) == 100
    assert refused(fit_file(empty, b"\0" * 101), limits).what == "too many messages"
    kinds = [definition(0, number, []) for number in range(11)]
    assert refused(fit_file(*kinds), limits).what == "too many distinct definitions"
    assert len(decode(fit_file(BODY) * 5, limits=limits).segments) == 5
    assert refused(fit_file(BODY) * 6, limits).what == "too many FIT files in one chain"


def test_memory_for_a_flood_of_one_byte_messages_stays_a_small_multiple_of_the_file() -> None:
    count = 2_000_000
    data = header(6 + count) + definition(0, RECORD, []) + b"\0" * count
    tracemalloc.start()
    try:
        assert len(decode(data).segments[0]) == count
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12 * len(data)


@pytest.mark.parametrize("cut", range(0, 40, 3))
def test_a_run_of_one_kind_that_the_end_cuts_off_ends_there(cut: int) -> None:
    rows = b"".join(message(0, bytes([n % 250, 0, 0, 0x40])) for n in range(300))
    data = header(0) + definition(0, RECORD, [(253, 4, UINT32)]) + rows
    found = walk.walk(data, 14, len(data) - cut)
    whole = (1500 - cut) // 5
    assert (found.damage is None) == (cut % 5 == 0)
    assert found.offsets.tolist() == [23 + 5 * n for n in range(whole)]


def test_messages_of_one_definition_under_two_local_types_stay_in_order() -> None:
    rows = b"".join(message(n % 2, bytes([n, 0, 0, 0x40])) for n in range(200))
    data = fit_file(definition(0, RECORD, [TIMESTAMP]), definition(1, RECORD, [TIMESTAMP]), rows)
    times = decode(data).segments[0].table(RECORD).raw("timestamp")
    assert times == [0x4000_0000 + n for n in range(200)]
