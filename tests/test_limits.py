"""Claims about limits: each holds at its value, breaks one above it, and bounds the memory."""

from __future__ import annotations

import inspect
import struct
import subprocess
import sys
from collections.abc import Callable

import attrs
import pytest

import backrun_fit as bf
from backrun_fit.fit.activity_reader import activities_in
from backrun_fit.fit.columns import decode
from backrun_fit.limits import DEFAULT_LIMITS, Limits
from tests.conftest import ROOT
from tests.fit_bytes import ENUM, STRING, UINT8, UINT32, definition, fit_file, message

FILE_ID = definition(0, 0, [(0, 1, ENUM)]) + message(0, b"\x04")
T0 = 1_140_000_000


def times(number: int, count: int, local: int = 1) -> bytes:
    """So many messages of a kind, with a time each."""
    rows = (message(local, struct.pack("<I", T0 + at)) for at in range(count))
    return definition(local, number, [(253, 4, UINT32)]) + b"".join(rows)


def run(*chunks: bytes) -> bytes:
    return fit_file(FILE_ID, times(20, 2, local=2), *chunks)


@pytest.mark.parametrize("attribute", attrs.fields(Limits), ids=lambda each: each.name)
def test_a_limit_below_one_is_refused(attribute: attrs.Attribute[int]) -> None:
    with pytest.raises(ValueError, match=attribute.name):
        Limits(**{attribute.name: 0})
    assert getattr(Limits(**{attribute.name: 1}), attribute.name) == 1


def test_limits_are_frozen_and_compared_by_value() -> None:
    assert Limits() == DEFAULT_LIMITS != Limits(laps=1)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        DEFAULT_LIMITS.laps = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    "reader",
    [
        bf.check,
        bf.read_activities,
        bf.read_activity,
        bf.read_messages,
        bf.read_workout,
        bf.sniff,
        bf.unroll,
        activities_in,
        decode,
    ],
)
def test_every_reader_takes_limits_by_name(reader: Callable[..., object]) -> None:
    parameter = inspect.signature(reader).parameters["limits"]
    assert (parameter.kind, parameter.default) == (parameter.KEYWORD_ONLY, DEFAULT_LIMITS)


@pytest.mark.parametrize(
    ("limits", "number", "count", "words"),
    [
        (Limits(laps=3), 19, 3, "too many lap messages"),
        (Limits(laps=3), 18, 3, "too many session messages"),
        (Limits(events=3), 21, 3, "too many event messages"),
        (Limits(descriptions=3), 206, 3, "too many field_description messages"),
        (Limits(descriptions=3), 26, 3, "too many workout messages"),
        (Limits(workout_messages=3), 27, 3, "too many workout_step messages"),
        (Limits(messages=6), 300, 3, "too many messages"),
    ],
)
def test_messages_of_each_kind_are_counted(
    limits: Limits, number: int, count: int, words: str
) -> None:
    decode(run(times(number, count)), limits=limits)
    for reader in (bf.read_activities, bf.read_activity, bf.read_messages):
        with pytest.raises(bf.DecodeError, match=words):
            reader(run(times(number, count + 1)), limits=limits)


def test_definitions_their_fields_and_how_often_they_are_sent_are_counted() -> None:
    twice = definition(1, 300, [(0, 1, UINT8)]) + definition(1, 301, [(0, 1, UINT8)])
    data = run(twice, twice)
    found = Limits(definitions=4, definition_fields=4, definition_messages=6)
    decode(data, limits=found)
    for name, words in (
        ("definitions", "too many distinct definitions"),
        ("definition_fields", "too many fields in distinct definitions"),
        ("definition_messages", "too many definition messages"),
    ):
        below = attrs.evolve(found, **{name: getattr(found, name) - 1})
        with pytest.raises(bf.DecodeError, match=words):
            decode(data, limits=below)


def test_the_memory_of_records_is_counted_over_a_chain_and_an_archive() -> None:
    one = fit_file(FILE_ID, times(20, 10))
    assert len(bf.read_activities(one * 3, limits=Limits(record_memory_bytes=30 * 256))) == 3
    with pytest.raises(bf.DecodeError, match="too many records: expected at most 7679 bytes"):
        bf.read_activities(one * 3, limits=Limits(record_memory_bytes=30 * 256 - 1))


def test_a_developer_field_takes_memory_for_each_record() -> None:
    described = definition(3, 206, [(0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8), (3, 2, STRING)])
    described += message(3, bytes([0, 0, UINT8]) + b"a\0")
    body = definition(4, 20, [(253, 4, UINT32)], developer=[(0, 1, 0)])
    body += message(4, struct.pack("<IB", T0 + 5, 7))
    data = run(described, body)
    memory = 3 * (256 + 16)
    assert len(bf.read_activity(data, limits=Limits(record_memory_bytes=memory)).track) == 3
    with pytest.raises(bf.DecodeError, match="too many records"):
        bf.read_activity(data, limits=Limits(record_memory_bytes=memory - 1))


PEAK = """
import resource, struct, sys
import numpy as np
import backrun_fit as bf
import backrun_fit.fit.activity_reader
import fastcrc

count, is_refused = int(sys.argv[1]), sys.argv[2] == "refused"
rows = np.zeros(count, [("local", "u1"), ("time", "<u4"), ("distance", "<u4")])
rows["local"], rows["time"] = 1, 1_140_000_000 + np.arange(count)
kind = struct.pack("<BBBHBBBBB", 0x40, 0, 0, 0, 1, 0, 1, 0, 0) + bytes([4])
record = struct.pack("<BBBHB6B", 0x41, 0, 0, 20, 2, 253, 4, 0x86, 5, 4, 0x86)
body = kind + record + rows.tobytes()
data = struct.pack("<BBHI4s", 12, 0x10, 2132, len(body), b".FIT") + body
data += struct.pack("<H", fastcrc.crc16.arc(data))
del rows, body

def peak():
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

before = peak()
try:
    assert len(bf.read_activity(data).track) == count and not is_refused
except bf.DecodeError as error:
    assert is_refused, error
print((peak() - before) // count)
"""


@pytest.mark.parametrize(("count", "expected"), [(1_000_000, "read"), (2_000_000, "refused")])
def test_a_record_takes_no_more_memory_than_it_is_counted_for(count: int, expected: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(count), expected],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert int(done.stdout) <= (256 if expected == "read" else 20)


def test_the_page_names_every_limit_and_its_value() -> None:
    page = (ROOT / "docs" / "reference" / "limits.md").read_text(encoding="utf-8")
    for attribute in attrs.fields(Limits):
        assert f"| `{attribute.name}` | {attribute.default:,} |" in page, attribute.name
