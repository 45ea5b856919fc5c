"""Workout, steps and repeats as messages of raw fields, and how a file spelled them.

FIT Profile 21.212, messages ``workout`` (26) and ``workout_step`` (27). There is
more than one way to say the same: an open end with a value or without, a target
of heart rate without any value, a sport without a sub-sport. What was read is
written as it was read, for as long as it means the same.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

import attrs

from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage
from backrun_fit.errors import EncodeError
from backrun_fit.fit.profile import MESSAGE_INDEX, enum_number, load_profile
from backrun_fit.fit.workout_wire import (
    REPEAT_COUNT,
    SKIP_LAST_RECOVERY,
    RawTarget,
    duration_from_raw,
    duration_to_raw,
    target_from_raw,
    target_to_raw,
)
from backrun_fit.workout import Extra, Intensity, RawField, RawMessage, RawValue, Target

__all__ = [
    "INDEX_MASK",
    "STEP_FIELDS",
    "WORKOUT_FIELDS",
    "intensity_from_raw",
    "secondary_from_raw",
    "step_messages",
    "with_source",
    "workout_message",
    "workout_with_source",
]

INDEX_MASK: Final = 0x0FFF
"""FIT Profile 21.212, type ``message_index``: the bits above are flags."""

STEP_FIELDS: Final = frozenset((*range(9), 18, *range(19, 23), MESSAGE_INDEX))
"""Fields of ``workout_step`` that the model knows; a repeat's are fewer."""

WORKOUT_FIELDS: Final = frozenset((4, 6, 8, 11, 17, MESSAGE_INDEX))
"""Fields of ``workout`` that the model knows."""

_WORKOUT, _STEP = 26, 27
_NOTHING: Final = 0xFFFF_FFFF

# Field numbers of workout_step.
_NAME, _DURATION_TYPE, _DURATION_VALUE, _INTENSITY, _NOTES = 0, 1, 2, 7, 8
_TARGET: Final = (3, 4, 5, 6)
_TARGET_VALUE: Final = 4
_SECONDARY: Final = (19, 20, 21, 22)
# Field numbers of workout.
_SPORT, _NUM_VALID_STEPS, _WKT_NAME, _SUB_SPORT, _DESCRIPTION = 4, 6, 8, 11, 17

_INTENSITIES: Final = tuple(Intensity)
"""FIT Profile 21.212, type ``intensity``: active 0, rest 1 ... other 6."""

_REPEAT_FIELDS: Final = frozenset(
    (_DURATION_TYPE, _DURATION_VALUE, _TARGET_VALUE, SKIP_LAST_RECOVERY, MESSAGE_INDEX)
)

_Values: TypeAlias = Mapping[int, RawValue]
_Means: TypeAlias = Callable[[_Values], bool]
"""Whether fields say what the model says."""

_Groups: TypeAlias = Sequence[tuple[tuple[int, ...], _Means]]
"""Fields that say something together."""


def intensity_from_raw(number: RawValue) -> Intensity | None:
    """The intensity of a number; ``OTHER`` for one that the profile does not have."""
    if not isinstance(number, int):
        return None
    return _INTENSITIES[number] if 0 <= number < len(_INTENSITIES) else Intensity.OTHER


def secondary_from_raw(raw: RawTarget, *, offsets: bool) -> Target | None:
    """The secondary target that its four fields say; None where there is no type."""
    return None if raw.type is None else target_from_raw(raw, offsets=offsets)


def workout_message(compiled: CompiledWorkout, *, unchanged: bool) -> RawMessage:
    """The ``workout`` message.

    Args:
        compiled: At least one message.
        unchanged: It is just as it was read, so that how many steps the file said it
            has still holds, however it counted.

    Raises:
        EncodeError: The sport or the sub-sport is no word of FIT's.
    """
    own: dict[int, RawValue] = {
        _SPORT: enum_number("sport", compiled.sport),
        # Repeats count too: 98 of 98 recorded files with repeats do so.
        _NUM_VALID_STEPS: len(compiled.messages),
        _WKT_NAME: compiled.name or None,
        _SUB_SPORT: enum_number("sub_sport", compiled.sub_sport),
        _DESCRIPTION: compiled.notes or None,
    }
    groups = _workout_groups(compiled, unchanged=unchanged) if compiled.spelling else ()
    return _as_written(_WORKOUT, own, compiled.spelling, compiled.extra, groups)


def _workout_groups(compiled: CompiledWorkout, *, unchanged: bool) -> _Groups:
    return (
        ((_SPORT,), lambda found: _word("sport", found[_SPORT]) == compiled.sport),
        ((_SUB_SPORT,), lambda found: _word("sub_sport", found[_SUB_SPORT]) == compiled.sub_sport),
        ((_NUM_VALID_STEPS,), lambda found: unchanged),
        ((_WKT_NAME,), lambda found: (found[_WKT_NAME] or "") == compiled.name),
        ((_DESCRIPTION,), lambda found: (found[_DESCRIPTION] or None) == (compiled.notes or None)),
    )


def _word(type_name: str, number: RawValue) -> str:
    """The word of a number; ``generic`` where there is none."""
    names = load_profile().value_names(type_name)
    return names.get(number, "generic") if isinstance(number, int) else "generic"


def workout_with_source(compiled: CompiledWorkout, source: RawMessage) -> CompiledWorkout:
    """The workout with what else its message says, and how.

    Args:
        compiled: As it was read from ``source`` and its steps.
        source: The ``workout`` message.
    """
    message = workout_message(compiled, unchanged=False)
    own = {field.number: field.value for field in message.fields}
    groups = _workout_groups(compiled, unchanged=False)
    extra, spelling = _apart(_WORKOUT, own, source, groups)
    return attrs.evolve(compiled, extra=extra, spelling=spelling)


def step_messages(messages: Sequence[Message], *, offsets: bool) -> list[RawMessage]:
    """The ``workout_step`` messages.

    Args:
        messages: In order; a message's index is its position.
        offsets: Heart rates carry + 100 and powers + 1000, as in workout files; watches
            take them away when they embed the workout in an activity.

    Raises:
        EncodeError: A value does not fit its field, or a target is not absolute; the
            message index is named.
    """
    found = []
    for index, message in enumerate(messages):
        try:
            own = _own(message, index, offsets)
        except EncodeError as error:
            raise EncodeError(f"message {index}: {error}") from error
        groups = _groups(message, index, offsets) if message.spelling else ()
        found.append(_as_written(_STEP, own, message.spelling, message.extra, groups))
    return found


def with_source(message: Message, source: RawMessage, *, index: int, offsets: bool) -> Message:
    """A message with what else the file says of it; in a workout file also how it says it.

    Args:
        message: As it was read from ``source``.
        source: The ``workout_step`` message.
        index: Its message index.
        offsets: As a workout file has them; otherwise the spelling is an activity's,
            and nothing to keep.
    """
    try:
        own = _own(message, index, offsets)
    except EncodeError:
        own = {}  # a damaged file can hold what no file of ours could
    extra, spelling = _apart(_STEP, own, source, _groups(message, index, offsets))
    return attrs.evolve(message, extra=extra, spelling=spelling if offsets else ())


def _own(message: Message, index: int, offsets: bool) -> dict[int, RawValue]:
    """The fields of a message as this package says them."""
    if isinstance(message, RepeatMessage):
        until = message.until
        return {
            MESSAGE_INDEX: index,
            _DURATION_TYPE: until.type if until else REPEAT_COUNT,
            _DURATION_VALUE: message.first_index,
            _TARGET_VALUE: until.value if until else message.count,
            SKIP_LAST_RECOVERY: 1 if message.skip_last_recovery else None,
        }
    type_, value = duration_to_raw(message.duration, offsets=offsets)
    own: dict[int, RawValue] = {
        MESSAGE_INDEX: index,
        _NAME: message.name or None,
        _DURATION_TYPE: type_,
        _DURATION_VALUE: _present(value),
        _INTENSITY: None if message.intensity is None else _INTENSITIES.index(message.intensity),
        _NOTES: message.notes or None,
    }
    own |= _target_fields(_TARGET, message.target, offsets)
    if message.secondary_target is not None:
        own |= _target_fields(_SECONDARY, message.secondary_target, offsets)
    return own


def _target_fields(numbers: Sequence[int], target: Target, offsets: bool) -> dict[int, RawValue]:
    raw = target_to_raw(target, offsets=offsets)
    values = (raw.type, raw.value, raw.low, raw.high)
    return {number: _present(value) for number, value in zip(numbers, values, strict=True)}


def _present(value: int | None) -> int | None:
    return None if value == _NOTHING else value


def _groups(message: Message, index: int, offsets: bool) -> _Groups:
    at_index: tuple[tuple[int, ...], _Means] = (
        (MESSAGE_INDEX,),
        lambda found: found[MESSAGE_INDEX] is None or _masked(found[MESSAGE_INDEX]) == index,
    )
    if isinstance(message, RepeatMessage):
        return (at_index, *_repeat_groups(message))
    return (
        at_index,
        ((_NAME,), lambda found: (found[_NAME] or None) == (message.name or None)),
        ((_NOTES,), lambda found: (found[_NOTES] or None) == (message.notes or None)),
        ((_INTENSITY,), lambda found: intensity_from_raw(found[_INTENSITY]) is message.intensity),
        (
            (_DURATION_TYPE, _DURATION_VALUE),
            lambda found: (
                duration_from_raw(
                    _whole(found[_DURATION_TYPE]), _whole(found[_DURATION_VALUE]), offsets=offsets
                )
                == message.duration
            ),
        ),
        (
            _TARGET,
            lambda found: (
                target_from_raw(_raw_target(_TARGET, found), offsets=offsets) == message.target
            ),
        ),
        (
            _SECONDARY,
            lambda found: (
                secondary_from_raw(_raw_target(_SECONDARY, found), offsets=offsets)
                == message.secondary_target
            ),
        ),
    )


def _repeat_groups(message: RepeatMessage) -> _Groups:
    return (
        ((_DURATION_TYPE,), lambda found: False),
        ((_DURATION_VALUE,), lambda found: found[_DURATION_VALUE] == message.first_index),
        # Without a count a repeat is done once.
        ((_TARGET_VALUE,), lambda found: (found[_TARGET_VALUE] or 1) == message.count),
        (
            (SKIP_LAST_RECOVERY,),
            lambda found: (found[SKIP_LAST_RECOVERY] == 1) is message.skip_last_recovery,
        ),
        # What a step would say with them means nothing on a repeat.
        (tuple(sorted(STEP_FIELDS - _REPEAT_FIELDS)), lambda found: True),
    )


def _masked(value: RawValue) -> int | None:
    return value & INDEX_MASK if isinstance(value, int) else None


def _whole(value: RawValue) -> int | None:
    return value if isinstance(value, int) else None


def _raw_target(numbers: Sequence[int], found: _Values) -> RawTarget:
    return RawTarget(*(_whole(found[number]) for number in numbers))


def _apart(
    message_number: int, own: _Values, source: RawMessage, groups: _Groups
) -> tuple[Extra, Extra]:
    """What the model does not know of a message, and what it knows under other values."""
    known = [number for numbers, _ in groups for number in numbers]
    said = {field.number: field for field in source.fields if field.developer_index is None}
    spelling = tuple(
        RawField(number, _type_number(message_number, number), value)
        for number in known
        if (value := said[number].value if number in said else None) != own.get(number)
    )
    extra = tuple(
        field
        for field in source.fields
        if field.developer_index is not None or field.number not in known
    )
    return extra, spelling


def _as_written(
    message_number: int, own: Mapping[int, RawValue], spelling: Extra, extra: Extra, groups: _Groups
) -> RawMessage:
    """Our own fields, or the file's where they say the same, and what is unknown."""
    values = dict(own)
    spelled = {field.number: field.value for field in spelling}
    for numbers, means in groups:
        if spelled.keys() & set(numbers):
            found = {number: spelled.get(number, own.get(number)) for number in numbers}
            if means(found):
                values |= found
    return RawMessage(
        message_number,
        (
            *(
                RawField(number, _type_number(message_number, number), value)
                for number, value in values.items()
                if value is not None
            ),
            *(
                field
                for field in extra
                if field.developer_index is not None or field.number not in own
            ),
        ),
    )


@functools.lru_cache(maxsize=1024)
def _type_number(message_number: int, number: int) -> int:
    if (message_number, number) == (_STEP, SKIP_LAST_RECOVERY):
        return 0x00  # enum, as watches write it; no profile has the field
    return load_profile().field(message_number, number).type_number
