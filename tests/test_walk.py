"""The two ways of walking find the same, and so do the tables made of it."""

from __future__ import annotations

import sys
from itertools import islice
from typing import Any

import numpy as np
import pytest

from backrun_fit.errors import DecodeError, MissingExtraError
from backrun_fit.fit import scan as scan_module
from backrun_fit.fit.columns import decode
from backrun_fit.fit.container import split_segments
from backrun_fit.fit.found import Found
from backrun_fit.fit.hop import hop
from backrun_fit.fit.scan import compiled_loop, loop, scan
from backrun_fit.fit.walk import accelerate
from backrun_fit.limits import Limits
from tests.fit_bytes import STRING, UINT8, UINT16, UINT32, definition, fit_file, message
from tests.fuzz.mutate import mutants
from tests.fuzz.seeds import Seed, seeds

RECORD = 20
MOST = Limits(messages=10_000, definitions=300)


def alike(one: Found, other: Found) -> bool:
    return (
        np.array_equal(one.offsets, other.offsets)
        and one.offsets.dtype == other.offsets.dtype
        and np.array_equal(one.which, other.which)
        and one.definitions == other.definitions
        and one.behind == other.behind
    )


def both_ways(
    data: bytes, step_through: Any = loop, most: Limits = MOST
) -> list[tuple[Found, Found]]:
    try:
        spans = [(found.data_start, found.data_end) for found in split_segments(data)]
    except DecodeError:
        return []
    return [
        (hop(data, start, end, most), scan(data, start, end, most, step_through))
        for start, end in spans
    ]


def test_the_comparison_sees_every_part() -> None:
    found, same = both_ways(seeds()[0].data)[0]
    assert alike(found, same)
    for other in (
        same._replace(offsets=same.offsets[:-1]),
        same._replace(offsets=same.offsets.astype(np.int64)),
        same._replace(which=same.which + 1),
        same._replace(definitions=()),
        same._replace(behind=0),
    ):
        assert not alike(found, other)


@pytest.mark.parametrize("seed", seeds(), ids=lambda seed: str(seed.name))
def test_machine_code_finds_what_python_finds(seed: Seed) -> None:
    for found, same in both_ways(seed.data, compiled_loop()):
        assert alike(found, same)


def test_both_ways_stop_at_the_same_damage() -> None:
    found = 0
    for data in islice(mutants("ways", seeds()), 1500):
        for one, other in both_ways(data, compiled_loop()):
            assert np.array_equal(one.offsets, other.offsets), data.hex()
            assert np.array_equal(one.which, other.which), data.hex()
            assert one.behind == other.behind, data.hex()
            bodies, others = ([each.body for each in way.definitions] for way in (one, other))
            assert bodies == others, data.hex()
            found += 1
    assert found > 1000


@pytest.mark.parametrize(
    "data",
    [
        fit_file(definition(0, RECORD, []), b"\0" * 300),
        fit_file(*(definition(n % 16, RECORD + n, []) for n in range(20))),
        fit_file(definition(0, RECORD, []), *(definition(1, n, []) + b"\1" for n in range(20))),
    ],
    ids=["messages", "definitions", "definitions with messages"],
)
def test_both_ways_know_when_it_is_too_much(data: bytes) -> None:
    most = Limits(messages=100, definitions=10)
    ((one, other),) = both_ways(data, most=most)
    for found in (one, other):
        assert len(found.offsets) > 100 or len(found.definitions) == 11
    if len(one.definitions) == 11:
        assert one.begins[-1] == other.begins[-1]
        assert np.array_equal(one.offsets, other.offsets)


def test_an_accelerated_process_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [decode(seed.data) for seed in seeds()]
    accelerate()
    try:
        for seed, before in zip(seeds(), plain, strict=True):
            for one, other in zip(decode(seed.data).segments, before.segments, strict=True):
                assert one.message_numbers == other.message_numbers
                for number in one.message_numbers:
                    names = one.table(number).field_names
                    assert one.table(number).rows(*names) == other.table(number).rows(*names)
    finally:
        accelerate(False)


def test_without_numba_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    compiled_loop.cache_clear()
    with pytest.raises(MissingExtraError, match="speed"):
        accelerate()
    compiled_loop.cache_clear()


def test_where_nothing_can_be_kept_on_disk_it_is_compiled_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import numba

    real = numba.njit

    def no_folder(*args: Any, cache: bool = False) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*args)

    monkeypatch.setattr(numba, "njit", no_folder)
    scan_module.compiled_loop.cache_clear()
    nothing = np.empty(0, np.int32)
    empty = np.zeros(1, np.uint8)
    assert compiled_loop()(empty, 0, 1, 1, 1, nothing, nothing, nothing, nothing) == (0, 0, 0)
    scan_module.compiled_loop.cache_clear()


# -- tables over several definitions ----------------------------------------------------------


def test_a_definition_under_which_nothing_is_sent_adds_no_field() -> None:
    data = fit_file(
        definition(0, RECORD, [(3, 1, UINT8)]),
        definition(1, RECORD, [(4, 1, UINT8)]),
        definition(2, RECORD, [(7, 2, UINT16)]),
        message(2, b"\1\0"),
        message(0, b"\2"),
    )
    table = decode(data).segments[0].table("record")
    assert table.field_names == ("heart_rate", "power")
    assert table.raw_rows("power", "heart_rate") == [(1, None), (None, 2)]


def test_a_field_of_another_type_in_every_definition_is_one_column() -> None:
    data = fit_file(
        definition(0, RECORD, [(5, 4, UINT32)]),
        message(0, b"\x64\0\0\0"),
        definition(1, RECORD, [(5, 2, UINT16)]),
        message(1, b"\xc8\0"),
        definition(2, RECORD, [(5, 3, STRING)]),
        message(2, b"far"),
        message(0, b"\xff\xff\xff\xff"),
        message(1, b"\x2c\1"),
    )
    table = decode(data).segments[0].table("record")
    expected = [1.0, 2.0, np.nan, np.nan, 3.0]
    assert table.column("distance").tolist() == pytest.approx(expected, nan_ok=True)
    assert table.values("distance") == [1.0, 2.0, "far", None, 3.0]


def test_all_columns_at_once_are_those_of_one_after_another() -> None:
    rows = [bytes([n % 251, n % 7, n % 5, n % 3]) for n in range(20_000)]
    fields = [(3, 1, UINT8), (4, 1, UINT8), (5, 1, UINT8), (13, 1, UINT8)]
    data = fit_file(definition(0, RECORD, fields), *(message(0, row) for row in rows))
    table = decode(data).segments[0].table("record")
    columns = table.columns()
    assert list(columns) == list(table.field_names)
    for name, column in columns.items():
        assert np.array_equal(column, table.column(name), equal_nan=True)
    assert columns["heart_rate"].tolist() == [row[0] for row in rows]


def test_a_field_may_be_asked_for_twice_and_by_number() -> None:
    data = fit_file(definition(0, RECORD, [(3, 1, UINT8)]), message(0, b"\x64"))
    table = decode(data).segments[0].table("record")
    assert table.raw_rows("heart_rate", 3, "no_such_field") == [(100, 100, None)]
    assert [column.tolist() for column in table.columns(["heart_rate", 3]).values()] == [
        [100.0]
    ] * 2
