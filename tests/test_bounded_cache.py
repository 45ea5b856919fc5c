"""Claims about what is kept of definitions: results stay the same, and memory is bounded."""

from __future__ import annotations

import gc
import random
import struct
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.fit import layout, plans, salvage, table
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.fit.bounded_cache import BoundedCache, bounded_cache
from tests.fit_bytes import UINT8, UINT32, definition, fit_file, message

CACHES: tuple[BoundedCache[..., Any], ...] = (
    layout.definition_of,
    plans.converters,
    plans.number_blocks,
    plans.row_readers,
    salvage.is_sound,
    salvage._time_offset,
    table._native_keys,
    table._native_names,
)


def squares(max_bytes: int = 100, bytes_each: int = 10) -> BoundedCache[[int], list[int]]:
    @bounded_cache(lambda _: bytes_each, max_bytes)
    def squared(number: int) -> list[int]:
        return [number**2]

    return squared


def test_a_kept_result_is_the_same_object_and_a_forgotten_one_is_equal() -> None:
    squared = squares()
    first = squared(1)
    assert squared(1) is first
    for number in range(2, 12):
        squared(number)
    assert squared(1) is not first
    assert squared(1) == first


@given(st.lists(st.integers(0, 30), max_size=100), st.integers(0, 200), st.integers(1, 20))
def test_no_more_bytes_are_kept_than_allowed(
    numbers: list[int], max_bytes: int, bytes_each: int
) -> None:
    squared = squares(max_bytes, bytes_each)
    for number in numbers:
        assert squared(number) == [number**2]
        assert squared.byte_count == len(squared) * bytes_each <= max_bytes


def test_one_entry_never_drives_out_most_of_the_others() -> None:
    @bounded_cache(len, 100)
    def upper(text: str) -> str:
        return text.upper()

    for text in ("a", "b", "x" * 26, "x" * 25):
        assert upper(text) == text.upper()
    assert (len(upper), upper.byte_count) == (3, 27)


def test_threads_share_one_cache() -> None:
    squared = squares(max_bytes=50)
    numbers = [random.Random(7).randrange(20) for _ in range(4_000)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(squared, numbers)) == [[number**2] for number in numbers]
    assert squared.byte_count == 10 * len(squared) <= 50


def run_of_many_layouts(seed: int, count: int = 60, fields: int = 250) -> bytes:
    """A run whose every record has a definition of its own."""
    order = random.Random(seed)
    chunks = [definition(0, 0, [(0, 1, 0)]), message(0, b"\x04")]
    for number in range(count):
        numbers = order.sample(range(253), fields)
        chunks.append(definition(1, 20, [(253, 4, UINT32), *((n, 1, UINT8) for n in numbers)]))
        chunks.append(message(1, struct.pack("<I", 1_140_000_000 + number) + bytes(fields)))
    return fit_file(*chunks)


def test_what_is_kept_of_hostile_definitions_is_a_few_megabytes_in_all() -> None:
    files = [run_of_many_layouts(seed) for seed in range(5)]
    read_activity(files[0])
    gc.collect()
    tracemalloc.start()
    try:
        for data in files[1:]:
            read_activity(data)
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    # 26 MB where the newest 1,024 definitions are kept, whatever their size.
    assert kept < 8 << 20
    assert sum(cache.byte_count for cache in CACHES) < 14 << 20


def test_every_cache_of_definitions_is_bounded_by_bytes() -> None:
    for cache in CACHES:
        assert isinstance(cache, BoundedCache)
    assert sum(cache._max_bytes for cache in CACHES) < 14 << 20


def test_definitions_are_weighed_at_no_less_than_they_take() -> None:
    body = definition(1, 20, [(number, 1, UINT8) for number in range(250)])[1:]
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        laid_out = layout.Definition(bytes(body), has_developer_fields=False, size=251)
        _ = laid_out.fields, laid_out.developer_fields, laid_out.numbers, laid_out.order
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken <= laid_out.kept_bytes
