"""The workout in a FIT file, a plan's own or the one that a watch keeps inside an activity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage, nest
from backrun_fit.errors import CompileError, DecodeError
from backrun_fit.fit.workout_wire import (
    REPEAT_COUNT,
    TARGET_HEART_RATE,
    TARGET_POWER,
    RawTarget,
    duration_from_raw,
    target_from_raw,
)
from backrun_fit.marker import movement_of
from backrun_fit.workout import REPEAT_TYPES, Intensity, OtherDuration, Step

if TYPE_CHECKING:
    from backrun_fit.fit.columns import Segment, Table
    from backrun_fit.fit.damage import OnError
    from backrun_fit.fit.source import Source

__all__ = ["compiled_from_segment", "read_workout"]

# Top of a target band that no heart and no runner reaches: the offset was left in place.
# Beyond the second figure the value is an absent one, not a band.
_KEPT_OFFSETS: Final = {
    TARGET_HEART_RATE: range(231, 1000),
    TARGET_POWER: range(1001, 5000),
}

INDEX_MASK: Final = 0x0FFF
"""FIT Profile 21.212, type ``message_index``: the bits above are flags."""

_SKIP_LAST_RECOVERY: Final = 18
"""Undocumented field of a repeat step; 21 of 21 finished recordings that carry 1 obey it."""


def read_workout(source: Source, *, on_error: OnError = "raise") -> CompiledWorkout:
    """Read the workout of a FIT file, of any maker, or of an activity that carries one.

    Args:
        source: A path, bytes or a binary file object; gzip and zip are opened.
        on_error: ``salvage`` takes the workout out of a damaged file, too.

    Raises:
        DecodeError: No FIT file, no workout in it, more than one, or repeats
            that span no whole steps.
    """
    from backrun_fit.fit.columns import decode
    from backrun_fit.fit.source import open_source

    found: list[CompiledWorkout] = []
    named: str | None = None
    for name, data in open_source(source):
        named = name
        for segment in decode(data, source=name, on_error=on_error).segments:
            embedded = segment.table("file_id").values("type") != ["workout"]
            workout = compiled_from_segment(segment, embedded=embedded)
            if workout is not None:
                found.append(workout)
    if len(found) != 1:
        raise DecodeError(
            "the file is no workout", expected="one workout", got=f"{len(found)}", source=named
        )
    return found[0]


def compiled_from_segment(segment: Segment, *, embedded: bool) -> CompiledWorkout | None:
    """The workout that the messages of one FIT segment describe.

    Args:
        segment: Decoded messages; ``workout`` may stand before or after its
            steps, or be absent.
        embedded: The segment is an activity: watches take the offsets of heart
            rate and power away there. Recorders that leave them (Wahoo) are
            recognised by values that no heart reaches.

    Returns:
        None where there is no ``workout_step`` message.

    Raises:
        DecodeError: Steps are missing, or a repeat spans no whole steps; the
            message index is named.
    """
    table = segment.table("workout_step")
    if not len(table):
        return None
    offsets = not embedded or _keeps_offsets(table)
    messages = _messages(table, offsets)
    head = segment.table("workout")
    compiled = CompiledWorkout(
        name=_text(head, "wkt_name") or "",
        messages=messages,
        sport=_text(head, "sport") or _text(segment.table("session"), "sport") or "generic",
        sub_sport=_text(head, "sub_sport") or "generic",
        notes=_text(head, "wkt_description"),
    )
    try:
        nest(messages)
    except CompileError as error:
        raise DecodeError(str(error)) from error
    return compiled


def _text(table: Table, field: str) -> str | None:
    """The last value of a text or enum field, as recorders repeat a message to correct it."""
    for value in reversed(table.values(field)):
        if isinstance(value, str) and value:
            return value
    return None


def _keeps_offsets(table: Table) -> bool:
    return any(
        high in _KEPT_OFFSETS.get(kind, ())
        for kind, high in zip(
            table.integers("target_type"),
            table.integers("custom_target_value_high"),
            strict=True,
        )
        if kind is not None
    )


def _messages(table: Table, offsets: bool) -> tuple[Message, ...]:
    rows: dict[int, Message] = {}
    columns = {
        name: table.integers(name)
        for name in (
            "message_index",
            "duration_type",
            "duration_value",
            "target_type",
            "target_value",
            "custom_target_value_low",
            "custom_target_value_high",
            "intensity",
            _SKIP_LAST_RECOVERY,
        )
    }
    names, notes = table.values("wkt_step_name"), table.values("notes")
    for row in range(len(table)):
        raw = {name: column[row] for name, column in columns.items()}
        index = row if raw["message_index"] is None else raw["message_index"] & INDEX_MASK
        rows[index] = _message(raw, names[row], notes[row], offsets)
    missing = sorted(set(range(max(rows) + 1)) - set(rows))
    if missing:
        raise DecodeError(
            "workout steps are missing",
            expected=f"message indexes 0 to {max(rows)}",
            got=f"none for {missing[:5]}",
        )
    return tuple(rows[index] for index in sorted(rows))


def _message(
    raw: dict[str | int, int | None], name: object, notes: object, offsets: bool
) -> Message:
    kind, value = raw["duration_type"], raw["duration_value"]
    if kind is not None and kind in REPEAT_TYPES:
        counted = kind == REPEAT_COUNT
        passes = raw["target_value"]
        return RepeatMessage(
            first_index=-1 if value is None else value,
            count=(passes or 1) if counted else None,
            until=None if counted else OtherDuration(type=kind, value=passes),
            skip_last_recovery=raw[_SKIP_LAST_RECOVERY] == 1,
        )
    label = name if isinstance(name, str) and name else None
    return Step(
        duration=duration_from_raw(kind, value, offsets=offsets),
        target=target_from_raw(
            RawTarget(
                raw["target_type"],
                raw["target_value"],
                raw["custom_target_value_low"],
                raw["custom_target_value_high"],
            ),
            offsets=offsets,
        ),
        intensity=_intensity(raw["intensity"]),
        movement=movement_of(label),
        name=label,
        notes=notes if isinstance(notes, str) and notes else None,
    )


def _intensity(number: int | None) -> Intensity | None:
    known: Sequence[Intensity] = tuple(Intensity)
    if number is None:
        return None
    return known[number] if 0 <= number < len(known) else Intensity.OTHER
