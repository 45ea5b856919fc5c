"""The workout in a FIT file, a plan's own or the one that a watch keeps inside an activity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs
import numpy as np

from backrun_fit.compiled import (
    CompiledWorkout,
    Identity,
    Message,
    RepeatMessage,
    check_repeats,
    impossible_paces,
)
from backrun_fit.errors import CompileError, DecodeError
from backrun_fit.fit.profile import load_profile
from backrun_fit.fit.raw_reader import raw_messages, raw_messages_beside
from backrun_fit.fit.workout_messages import (
    INDEX_MASK,
    STEP_FIELDS,
    WORKOUT_FIELDS,
    intensity_from_raw,
    secondary_from_raw,
    with_source,
    workout_with_source,
)
from backrun_fit.fit.workout_wire import (
    REPEAT_COUNT,
    SKIP_LAST_RECOVERY,
    TARGET_HEART_RATE,
    TARGET_POWER,
    RawTarget,
    duration_from_raw,
    target_from_raw,
)
from backrun_fit.limits import DEFAULT_LIMITS, Limits
from backrun_fit.marker import movement_of
from backrun_fit.workout import REPEAT_TYPES, OtherDuration, Step, Target

if TYPE_CHECKING:
    from backrun_fit.fit.columns import Segment
    from backrun_fit.fit.damage import OnError
    from backrun_fit.fit.source import Source
    from backrun_fit.fit.table import Raw, Table, Value
    from backrun_fit.workout import RawMessage

__all__ = ["compiled_from_segment", "read_workout"]

# Top of a target band that no heart and no runner reaches: the offset was left in place.
# Beyond the second figure the value is an absent one, not a band.
_KEPT_OFFSETS: Final = {
    TARGET_HEART_RATE: range(231, 1000),
    TARGET_POWER: range(1001, 5000),
}

_MOST_NAMED: Final = 5
"""Of many things that are wrong, an error names so many."""

_FILE_ID, _WORKOUT, _WORKOUT_STEP = 0, 26, 27
_DEVELOPER_DATA_ID, _FIELD_DESCRIPTION = 207, 206

# FIT Profile 21.212, message workout_step, in the order of _RawStep.
_STEP_FIELDS: Final[tuple[str | int, ...]] = (
    *("message_index", "duration_type", "duration_value", "target_type", "target_value"),
    *("custom_target_value_low", "custom_target_value_high", "intensity", SKIP_LAST_RECOVERY),
    *("secondary_target_type", "secondary_target_value"),
    *("secondary_custom_target_value_low", "secondary_custom_target_value_high"),
    *("wkt_step_name", "notes"),
)


# Speed, heart rate, cadence, power.
_WITH_BANDS: Final = frozenset((0, 1, 3, 4))
_BEYOND_SECOND: Final = 23
"""The field after those of a second target; the profile has none."""

_HEAD_FIELDS: Final = ("wkt_name", "sport", "sub_sport", "wkt_description", "num_valid_steps")


class _RawStep(NamedTuple):
    """One ``workout_step`` message as it lies in the file."""

    message_index: int | None
    duration_type: int | None
    duration_value: int | None
    target_type: int | None
    target_value: int | None
    target_low: int | None
    target_high: int | None
    intensity: int | None
    skip_last_recovery: int | None
    second_type: int | None
    second_value: int | None
    second_low: int | None
    second_high: int | None
    name: str | None
    notes: str | None

    @classmethod
    def of(cls, row: tuple[Raw, ...]) -> _RawStep:
        """What is no whole number, or no text, where it should be is absent."""
        *numbers, name, notes = row
        found = [number if isinstance(number, int) else None for number in numbers]
        texts = [text if isinstance(text, str) and text else None for text in (name, notes)]
        return cls._make([*found, *texts])


def read_workout(
    source: Source, *, on_error: OnError = "raise", limits: Limits = DEFAULT_LIMITS
) -> CompiledWorkout:
    """Read the workout of a FIT file, of any maker, or of an activity that carries one.

    Args:
        source: A path, bytes or a binary file object; gzip and zip are opened.
        on_error: ``salvage`` takes the workout out of a damaged file, too.
        limits: How much is read; of a workout ``workout_messages``, ``planned_steps``,
            ``passes`` and ``nesting``.

    Raises:
        DecodeError: No FIT file, no workout in it, more than one, repeats
            that span no whole steps, or a limit is broken.
    """
    from backrun_fit.fit.columns import decode
    from backrun_fit.fit.source import open_source

    found: list[CompiledWorkout] = []
    has_head = False
    named: str | None = None
    for name, data in open_source(source, limits=limits):
        named = name
        for segment in decode(data, source=name, on_error=on_error, limits=limits).segments:
            embedded = segment.table("file_id").values("type") != ["workout"]
            has_head = has_head or bool(len(segment.table(_WORKOUT)))
            workout = compiled_from_segment(segment, embedded=embedded, limits=limits)
            if workout is not None:
                found.append(workout)
    if not found and has_head:
        raise DecodeError(
            "the workout has no steps", expected="at least one step", got="none", source=named
        )
    if len(found) != 1:
        raise DecodeError(
            "the file is no workout", expected="one workout", got=f"{len(found)}", source=named
        )
    return found[0]


def compiled_from_segment(
    segment: Segment, *, embedded: bool, limits: Limits = DEFAULT_LIMITS
) -> CompiledWorkout | None:
    """The workout that the messages of one FIT segment describe.

    Args:
        segment: Decoded messages; ``workout`` may stand before or after its
            steps, or be absent.
        embedded: The segment is an activity: watches take the offsets of heart
            rate and power away there. Recorders that leave them (Wahoo) are
            recognised by values that no heart reaches.
        limits: As of ``read_workout``.

    Returns:
        None where there is no ``workout_step`` message.

    Raises:
        DecodeError: Steps are missing, or a repeat spans no whole steps; the
            message index is named. Or a limit is broken.
    """
    table = segment.table(_WORKOUT_STEP)
    if not len(table):
        return None
    beside = 0 if embedded else len(segment) - len(table)
    values = table.value_count if embedded else segment.value_count
    for what, count, most in (
        ("messages beside the workout", beside, limits.workout_messages),
        ("values in the workout", values, limits.workout_values),
    ):
        if count > most:
            raise DecodeError(f"too many {what}", expected=f"at most {most}", got=str(count))
    heads = segment.table(_WORKOUT)
    fields = table.raw_rows(*_STEP_FIELDS, *_unknown(table, STEP_FIELDS))
    indexes = [_masked(row[0], place) for place, row in enumerate(fields)]
    chosen: Sequence[int]
    chosen, head = range(len(fields)), None
    if segment.damages:
        chosen = _whole_steps(indexes, heads)
    elif len(heads) > 1 or indexes != [*chosen]:
        chosen, head = _one_workout(segment, fields, indexes, embedded=embedded)
    messages = _messages(table, fields, chosen, embedded=embedded)
    rows = heads.rows(*_HEAD_FIELDS, *_unknown(heads, WORKOUT_FIELDS))
    rows = rows if head is None else rows[head : head + 1]
    texts = list(zip(*rows, strict=True)) if rows else [()] * len(_HEAD_FIELDS)
    name, sport, sub_sport, notes = map(_last, texts[: len(_HEAD_FIELDS) - 1])
    keeps = bool(rows) and (not embedded or _any_value(texts[len(_HEAD_FIELDS) :]))
    compiled = CompiledWorkout(
        name=name or "",
        messages=messages,
        sport=_word("sport", sport or _last(segment.table("session").values("sport"))),
        sub_sport=_word("sub_sport", sub_sport),
        notes=notes,
    )
    try:
        check_repeats(compiled, limits=limits)
    except CompileError as error:
        raise DecodeError(str(error)) from error
    if keeps:
        compiled = workout_with_source(compiled, raw_messages(heads)[-1 if head is None else head])
    counts = texts[len(_HEAD_FIELDS) - 1]
    warnings = (*_count_doubts(counts, messages), *impossible_paces(compiled))
    if warnings:
        compiled = attrs.evolve(compiled, warnings=warnings)
    return _with_source(compiled, segment, embedded=embedded)


def _count_doubts(counts: Sequence[Value], messages: Sequence[Message]) -> Iterator[str]:
    """Whether the file says another number of steps than it holds.

    Watches count repeats, Garmin's sample files of 2009 leave them out: both are right.
    """
    said = next((count for count in reversed(counts) if count is not None), None)
    steps = sum(isinstance(message, Step) for message in messages)
    if said is not None and said not in (steps, len(messages)):
        yield f"the workout says {said} steps, and the file holds {len(messages)}: all are taken"


def _with_source(compiled: CompiledWorkout, segment: Segment, *, embedded: bool) -> CompiledWorkout:
    """The workout with what the file holds beside it."""
    if embedded:
        beside = _descriptions(compiled, segment)
        has_more = compiled.spelling or beside
        return attrs.evolve(compiled, spelling=(), beside=beside) if has_more else compiled
    compiled = attrs.evolve(
        compiled,
        beside=raw_messages_beside(segment, (_FILE_ID, _WORKOUT, _WORKOUT_STEP)),
    )
    file_id = raw_messages(segment.table(_FILE_ID))
    if not file_id:
        return compiled
    identity = Identity(file_id=file_id[-1].fields, content=compiled.content)
    return attrs.evolve(compiled, identity=identity)


def _second(raw: _RawStep, offsets: bool) -> Target | None:
    target = RawTarget(raw.second_type, raw.second_value, raw.second_low, raw.second_high)
    return secondary_from_raw(target, offsets=offsets)


def _descriptions(compiled: CompiledWorkout, segment: Segment) -> tuple[RawMessage, ...]:
    """What an activity says of developer fields, where the workout in it has some."""
    extras = (compiled.extra, *(message.extra for message in compiled.messages))
    if all(field.developer_index is None for extra in extras for field in extra):
        return ()
    return tuple(
        message
        for number in (_DEVELOPER_DATA_ID, _FIELD_DESCRIPTION)
        for message in raw_messages(segment.table(number))
    )


def _unknown(table: Table, known: Collection[int]) -> list[str | int]:
    """The fields of some messages that the model does not know."""
    fields: list[str | int] = [number for number in table.field_numbers if number not in known]
    fields += (field.key for field in table.developer_fields)
    return fields


def _any_value(rows: Iterable[Sequence[Value]]) -> bool:
    return any(value is not None for row in rows for value in row)


def _last(words: Iterable[Value]) -> str | None:
    """The last text there is, as recorders repeat a message to correct it."""
    return next((word for word in reversed(list(words)) if isinstance(word, str) and word), None)


def _word(type_name: str, word: str | None) -> str:
    """A word of one of FIT's types; a damaged file can hold any text in its place."""
    known = load_profile().value_names(type_name).values()
    return word if word is not None and word in known else "generic"


def _keeps_offsets(rows: Iterable[_RawStep]) -> bool:
    return any(
        end in _KEPT_OFFSETS.get(row.target_type, ())
        for row in rows
        if row.target_type is not None
        for end in (row.target_low, row.target_high)
    )


def _whole_steps(indexes: Sequence[int], heads: Table) -> list[int]:
    """Which ``workout_step`` messages of a damaged file are the workout.

    Bytes out of frame can look like a step. The steps of the workout are those whose
    indexes count up from 0, as many as ``workout`` states.

    Raises:
        DecodeError: Some were lost.
    """
    wanted = next(filter(None, heads.integers("num_valid_steps")), None)
    rows: list[int] = []
    for row, index in enumerate(indexes):
        if index == len(rows):
            rows.append(row)
    if wanted is not None and len(rows) < len(indexes):
        rows = rows[:wanted]
    if len(rows) < (wanted or 1):
        raise DecodeError(
            "workout steps are missing: the file is damaged there",
            expected=f"{wanted or 'some'} steps",
            got=str(len(rows)),
        )
    return rows


def _one_workout(
    segment: Segment, rows: Sequence[tuple[Raw, ...]], indexes: Sequence[int], *, embedded: bool
) -> tuple[list[int], int | None]:
    """The steps of one workout, where a file holds one or more.

    Steps belong to the workout message before them (behind them, where steps come first).
    Of several workouts in an activity the one that the laps point to is taken.

    Returns:
        Positions of its steps in their table, and of its workout message where there are
        several; None for any of the messages.

    Raises:
        DecodeError: There are several, and nothing says which is meant.
    """
    heads = segment.table(_WORKOUT)
    before = np.searchsorted(heads.sequence, segment.table(_WORKOUT_STEP).sequence).tolist()
    sets: dict[tuple[int, int], list[int]] = {}
    restarts, seen = 0, set[int]()
    for place, (group, index) in enumerate(zip(before, indexes, strict=True)):
        if place and group != before[place - 1]:
            seen = set()
        elif index == 0 and index in seen and len(seen) > 1:
            restarts, seen = restarts + 1, set()
        seen.add(index)
        sets.setdefault((group, restarts), []).append(place)
    # A recorder may say the same again to correct it.
    different = {tuple(rows[place] for place in places): key for key, places in sets.items()}
    keys = [*different.values()]
    if len(keys) > 1 and embedded:
        pointed = segment.table("lap").integers("wkt_step_index")
        last = max((index & INDEX_MASK for index in pointed if index is not None), default=0)
        keys = [key for key in keys if len(sets[key]) > last] or keys
    if len(keys) > 1:
        counts = [f"{len(sets[key])} steps" for key in keys[:_MOST_NAMED]]
        counts += ["..."] if len(keys) > _MOST_NAMED else []
        both = sorted(set.intersection(*({indexes[p] for p in sets[key]} for key in keys)))
        raise DecodeError(
            "several workouts in one file",
            expected="one, or laps that point to steps of one of them alone",
            got=f"{len(keys)} workouts of {', '.join(counts)}, "
            f"whose step indexes collide: {both[:_MOST_NAMED]}",
        )
    places = sets[keys[0]]
    if len(sets) == 1 or not len(heads):
        return places, None
    group = keys[0][0] - (before[0] > 0)
    return places, min(group, len(heads) - 1)


def _masked(index: Raw, otherwise: int) -> int:
    return index & INDEX_MASK if isinstance(index, int) else otherwise


def _messages(
    table: Table,
    rows_of_file: Sequence[tuple[Raw, ...]],
    places: Sequence[int],
    *,
    embedded: bool,
) -> tuple[Message, ...]:
    fields = [rows_of_file[place] for place in places]
    found = [_RawStep.of(row[: len(_STEP_FIELDS)]) for row in fields]
    if _BEYOND_SECOND in table.field_numbers:
        beyond = table.raw(_BEYOND_SECOND)
        found = [
            _second_in_place(raw, beyond[place]) for place, raw in zip(places, found, strict=True)
        ]
    offsets = not embedded or _keeps_offsets(found)
    has_more = _any_value(row[len(_STEP_FIELDS) :] for row in fields)
    sources = raw_messages(table) if not embedded or has_more else None
    indexes = _indexes(found)
    rows: dict[int, Message] = {}
    for place, index, raw in zip(places, indexes, found, strict=True):
        message = _message(raw, offsets)
        if sources is not None:
            message = with_source(message, sources[place], index=index, offsets=offsets)
            if embedded:
                message = attrs.evolve(message, spelling=())
        rows[index] = message
    missing = sorted(set(range(max(rows) + 1)) - set(rows))
    if missing:
        raise DecodeError(
            "workout steps are missing",
            expected=f"message indexes 0 to {max(rows)}",
            got=f"none for {missing[:_MOST_NAMED]}",
        )
    return tuple(rows[index] for index in sorted(rows))


def _indexes(steps: Sequence[_RawStep]) -> list[int]:
    """The message index of each step of one workout; where all have the same, their order.

    Raises:
        DecodeError: Some have the same; which is said.
    """
    indexes = [_masked(step.message_index, place) for place, step in enumerate(steps)]
    if len(set(indexes)) == 1:
        return [*range(len(steps))]
    for index, count in Counter(indexes).items():
        if count > 1:
            names = [
                repr(step.name) if step.name else f"the one at position {place + 1}"
                for place, step in enumerate(steps)
                if indexes[place] == index
            ]
            raise DecodeError(
                "several workout steps have the same message_index",
                expected="each index once",
                got=f"index {index} {'twice' if count == 2 else f'{count} times'}: "
                + ", ".join(names[:_MOST_NAMED]),
            )
    return indexes


def _second_in_place(raw: _RawStep, beyond: Raw) -> _RawStep:
    """A step whose second target stands in fields 20 to 23, one above FIT's 19 to 22, put right.

    That it does is certain enough where field 19 is absent, field 20 holds the number of a
    kind that has bands, field 21 is 0 and both ends follow: read by the profile, it would be
    a target without a kind, and be lost.
    """
    kind, value, low = raw.second_value, raw.second_low, raw.second_high
    moved = raw.second_type is None and kind in _WITH_BANDS and value == 0
    if not moved or not low or not isinstance(beyond, int) or not beyond:
        return raw
    return raw._replace(second_type=kind, second_value=0, second_low=low, second_high=beyond)


def _message(raw: _RawStep, offsets: bool) -> Message:
    kind, value = raw.duration_type, raw.duration_value
    if kind is not None and kind in REPEAT_TYPES:
        counted = kind == REPEAT_COUNT
        passes = raw.target_value
        return RepeatMessage(
            first_index=-1 if value is None else value,
            count=(passes or 1) if counted else None,
            until=None if counted else OtherDuration(type=kind, value=passes),
            skip_last_recovery=raw.skip_last_recovery == 1,
        )
    target = RawTarget(raw.target_type, raw.target_value, raw.target_low, raw.target_high)
    return Step(
        duration=duration_from_raw(kind, value, offsets=offsets),
        target=target_from_raw(target, offsets=offsets),
        intensity=intensity_from_raw(raw.intensity),
        secondary_target=None if raw.second_type is None else _second(raw, offsets),
        movement=movement_of(raw.name),
        name=raw.name,
        notes=raw.notes,
    )
