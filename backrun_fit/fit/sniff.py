"""What kind of file it is, and under which identity watches file it."""

from __future__ import annotations

from typing import Final

from backrun_fit.fit.columns import decode, decode_start
from backrun_fit.fit.source import Source, open_source
from backrun_fit.limits import DEFAULT_LIMITS, Limits

__all__ = ["identity", "sniff"]

_ENOUGH_BYTES: Final = 4096


def sniff(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> tuple[str, ...]:
    """The kinds of FIT file in a source, without decoding all of it.

    Looked at are the first messages of each file, among which ``file_id`` has to
    stand; only where it does not, the rest.

    Args:
        source: A path, bytes or a binary file object; gzip and zip are opened.
        limits: How much is read.

    Returns:
        FIT's word for each file or chained segment, in order, such as ``activity``,
        ``workout`` or ``settings``; ``unknown`` where nothing tells. A
        damaged file too has one, by what is left.

    Raises:
        DecodeError: The source cannot be read, or does not begin with a FIT header.

    Example:
        >>> from backrun_fit.compiled import CompiledWorkout
        >>> from backrun_fit.fit.workout_writer import encode_workout
        >>> from backrun_fit.workout import OpenDuration, Step
        >>> from datetime import UTC, datetime
        >>> plan = CompiledWorkout(name="w", messages=(Step(duration=OpenDuration()),))
        >>> sniff(encode_workout(plan, created_at=datetime(2026, 3, 1, tzinfo=UTC)))
        ('workout',)
    """
    from backrun_fit.fit.activity_reader import file_kind

    kinds: list[str] = []
    for name, data in open_source(source, limits=limits):
        started = decode_start(data, _ENOUGH_BYTES, source=name, limits=limits)
        if all(len(segment.table("file_id")) for segment in started.segments):
            kinds += map(file_kind, started.segments)
        else:
            whole = decode(data, source=name, on_error="salvage", limits=limits)
            kinds += map(file_kind, whole.segments)
    return tuple(kinds)


def identity(data: bytes) -> tuple[object, ...]:
    """What a watch tells files apart by: type, manufacturer, product, serial number.

    Args:
        data: One FIT file.

    Returns:
        The four raw values of ``file_id`` (FIT Profile 21.212, fields 0 to 3);
        None for those that are absent.

    Raises:
        DecodeError: The bytes are no FIT file.
    """
    table = decode_start(data, _ENOUGH_BYTES).segments[0].table("file_id")
    fields = ("type", "manufacturer", "product", "serial_number")
    return tuple((table.raw(field) or [None])[0] for field in fields)
