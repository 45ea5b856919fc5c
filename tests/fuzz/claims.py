"""What the reader promises about any bytes at all, as checks that raise when it is broken."""

from __future__ import annotations

import contextlib
import math
import signal
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final, TypeVar

import numpy as np

from backrun_fit.activity import Activity
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import DecodeError
from backrun_fit.fit.activity_reader import read_activities
from backrun_fit.fit.columns import FitData, Segment, Table, decode
from backrun_fit.fit.damage import OnError
from backrun_fit.fit.workout_reader import read_workout
from tests.fuzz.reference import walk_plainly

__all__ = [
    "LIMIT_S",
    "TRACED_LIMIT_S",
    "BrokenPromiseError",
    "bounded_memory",
    "bounded_time",
    "check_decoding",
    "check_everything",
    "check_memory",
    "has_intact_header",
]

LIMIT_S: Final = 2.0
"""Processor time for one input of a few kilobytes, which takes a few milliseconds."""

TRACED_LIMIT_S: Final = 20.0
"""The same while memory is traced, which makes everything some ten times as slow: up to 1.8 s for
one input, so that the limit above was broken wherever other tests kept the processor busy."""

FREE_BYTES: Final = 1 << 20
BYTES_PER_BYTE: Final = 500
"""A chain of empty files, and definitions of six bytes, cost most for their size."""

_KINDS: Final[set[type]] = {int, float, str, tuple, type(None)}

_T = TypeVar("_T")


class BrokenPromiseError(AssertionError):
    """The reader did what it promises never to do."""


class _TooSlow(BaseException):
    """Not an Exception, so that nothing on the way takes it for a bad file."""


def check_decoding(data: bytes) -> FitData | None:
    """Refused or read; salvage reads what has a header and tells what was lost.

    Returns:
        What salvage gives; None where there is not even a header.

    Raises:
        BrokenPromiseError: Something else happened.
    """
    strict = _only_decode_errors(lambda: decode(data, source="mutant.fit"))
    salvaged = _only_decode_errors(lambda: decode(data, on_error="salvage"))
    if isinstance(strict, DecodeError):
        _require(bool(strict.what and str(strict)), "an error without words")
        _require(strict.source == "mutant.fit", "an error without its file")
        _require(strict.offset is not None, f"an error without a place: {strict}")
        _require(0 <= (strict.offset or 0) <= len(data), f"an error behind the end: {strict}")
    if isinstance(salvaged, DecodeError):
        _require(isinstance(strict, DecodeError), "salvage refused what was read")
        _require(not has_intact_header(data), f"salvage raised: {salvaged}")
        return None
    for damage in salvaged.damages:
        _require(0 <= damage.offset <= len(data), f"damage behind the end: {damage}")
        _require(damage.lost_bytes >= 0, f"a negative loss: {damage}")
    # Without salvage, what stands behind bytes that begin no FIT file is passed over.
    is_more = any("begin no FIT file" in damage.what for damage in salvaged.damages)
    refused = isinstance(strict, DecodeError)
    is_alike = refused == bool(salvaged.damages) or is_more
    _require(is_alike, f"{strict!r}, but damages {salvaged.damages}")
    return salvaged


def check_everything(data: bytes) -> None:
    """``check_decoding``; every table whole; activities and workouts read or refused.

    Raises:
        BrokenPromiseError: Something else happened.
    """
    salvaged = check_decoding(data)
    if salvaged is not None:
        for segment in salvaged.segments:
            _guarded(lambda segment=segment: _check_places(data, segment))  # type: ignore[misc]
            _guarded(lambda segment=segment: _check_tables(segment))  # type: ignore[misc]
        _require(
            all(isinstance(text, str) for text in salvaged.warnings), "a warning without words"
        )
    modes: tuple[OnError, ...] = ("raise", "salvage")
    for mode in modes:
        activities: tuple[Activity, ...] | DecodeError = _only_decode_errors(
            lambda mode=mode: read_activities(data, on_error=mode)  # type: ignore[misc]
        )
        _require(isinstance(activities, DecodeError) or len(activities) > 0, "no activity")
        workout: CompiledWorkout | DecodeError = _only_decode_errors(
            lambda mode=mode: read_workout(data, on_error=mode)  # type: ignore[misc]
        )
        _require(isinstance(workout, DecodeError) or len(workout.messages) > 0, "no step")


def check_memory(data: bytes) -> None:
    """All tables are read within a bound that is linear in the input.

    Raises:
        BrokenPromiseError: They take more.
    """
    with bounded_memory(FREE_BYTES + BYTES_PER_BYTE * len(data)):
        check_everything(data)


def has_intact_header(data: bytes) -> bool:
    """Whether the bytes begin with a header of 12 or 14 bytes that is what it should be.

    Its checksum is not looked at: one that is wrong is damage like any other.

    Example:
        >>> has_intact_header(bytes.fromhex("0c105408000000002e464954"))
        True
        >>> has_intact_header(bytes.fromhex("0e105408000000002e464954"))
        False
    """
    return data[:1] in (b"\x0c", b"\x0e") and len(data) >= data[0] and data[8:12] == b".FIT"


@contextlib.contextmanager
def bounded_time(limit_s: float = LIMIT_S) -> Iterator[None]:
    """Break into what takes longer, counted in the processor time of this thread.

    Where the platform has no such clock there is no bound.

    Raises:
        BrokenPromiseError: The body took longer.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return

    begun_s = time.thread_time()

    def stop(number: int, frame: FrameType | None) -> None:
        # The timer counts all threads of the process, such as those that other tests left.
        left_s = begun_s + limit_s - time.thread_time()
        if left_s > 0:
            signal.setitimer(signal.ITIMER_PROF, left_s)
            return
        raise _TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, limit_s)
    try:
        yield
    except _TooSlow as error:
        raise BrokenPromiseError(f"more than {limit_s} s") from error
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def bounded_memory(limit_bytes: int) -> Iterator[None]:
    """Measure the largest amount of memory in use at once.

    Raises:
        BrokenPromiseError: The body took more.
    """
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    _require(peak <= limit_bytes, f"{peak} bytes of memory, expected at most {limit_bytes}")


def _only_decode_errors(read: Callable[[], _T]) -> _T | DecodeError:
    def refused_or_read() -> _T | DecodeError:
        try:
            return read()
        except DecodeError as error:
            return error

    return _guarded(refused_or_read)


def _guarded(read: Callable[[], _T]) -> _T:
    """What it gives; every exception, and every warning too, breaks the promise."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return read()
        except BrokenPromiseError:
            raise
        except Exception as error:
            raise BrokenPromiseError(f"{type(error).__name__}: {error}") from error


def _require(holds: bool, text: str) -> None:
    if not holds:
        raise BrokenPromiseError(text)


def _check_places(data: bytes, segment: Segment) -> None:
    """What the plain walk finds, or where there is damage, messages that do not overlap."""
    if segment.damages:
        _check_order(data, segment)
        return
    begin = segment.offset + data[segment.offset]
    size = int.from_bytes(data[segment.offset + 4 : segment.offset + 8], "little")
    walked = walk_plainly(data, begin, begin + size)
    _require(walked.stopped_at is None, f"nothing is told of damage at {walked.stopped_at}")
    numbers = [place.number for place in walked.places if not place.is_definition]
    _require(len(segment) == len(numbers), f"{len(segment)} messages, expected {len(numbers)}")
    _require(segment.message_numbers == tuple(dict.fromkeys(numbers)), "other kinds of message")
    for number in segment.message_numbers:
        expected = [row for row, found in enumerate(numbers) if found == number]
        found = segment.table(number).sequence.tolist()
        _require(found == expected, f"messages {number} at {found}, expected {expected}")


def _check_order(data: bytes, segment: Segment) -> None:
    """Messages lie one behind the other, each under a definition that the file holds."""
    walked = segment._cells.messages.walked
    sizes = [walked.definitions[which].size for which in walked.which.tolist()]
    behind = segment.offset
    for offset, size in zip(walked.offsets.tolist(), sizes, strict=True):
        _require(offset >= behind, f"a message at {offset} within another up to {behind}")
        behind = offset + size
    _require(behind <= len(data), "a message runs over the end")
    for definition in walked.definitions:
        _require(definition.body in data, f"a definition from nowhere: {definition.body.hex()}")


def _check_tables(segment: Segment) -> None:
    for number in (*segment.message_numbers, 20):
        table = segment.table(number)
        fields: list[str | int] = [*table.field_numbers, "timestamp", "no_such_field"]
        fields += [field.key for field in table.developer_fields]
        fields += [field.name for field in table.developer_fields]
        for field in fields:
            _check_field(table, field)


def _check_field(table: Table, field: str | int) -> None:
    raw, values, column = table.raw(field), table.values(field), table.column(field)
    where = f"{table.name}.{field}"
    lengths = {len(table), len(raw), len(values), len(table.integers(field)), len(table.sequence)}
    _require(lengths == {len(table)}, f"{where}: lengths {lengths}")
    _require(column.shape == (len(table),), f"{where}: shape {column.shape}")
    _require(column.dtype == np.float64, f"{where}: {column.dtype}")
    _require(not np.isinf(column).any(), f"{where}: infinity")
    absent = [value is None for value in raw]
    _require(absent == [value is None for value in values], f"{where}: {raw} is {values}")
    kinds = set(map(type, values))
    _require(kinds <= _KINDS, f"{where}: {kinds}")
    if float in kinds or tuple in kinds:
        _require(all(map(_is_real, values)), f"{where}: {values}")
    if set(map(type, raw)) <= {str, type(None)}:
        _require(bool(np.isnan(column).all()), f"{where}: text {raw} is the numbers {column}")


def _is_real(value: object) -> bool:
    """Whether no number in it is infinite or none at all."""
    if isinstance(value, tuple):
        return all(map(_is_real, value))
    return not isinstance(value, float) or math.isfinite(value)
