"""A compiled workout as the bytes of a FIT workout file, proven before they are handed over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage
from backrun_fit.errors import EncodeError
from backrun_fit.fit.frame import framed
from backrun_fit.fit.profile import FIT_EPOCH_UNIX_S
from backrun_fit.fit.proof import prove
from backrun_fit.fit.workout_wire import (
    REPEAT_COUNT,
    SKIP_LAST_RECOVERY,
    duration_to_raw,
    target_to_raw,
)
from backrun_fit.workout import Intensity, Step

if TYPE_CHECKING:
    from fit_tool.data_message import DataMessage

__all__ = [
    "INTENSITIES",
    "encode_workout",
    "enum_number",
    "put",
    "serial_number",
    "workout_messages",
]

# FIT Profile 21.212, type date_time: below its minimum a value counts from power-up.
FIRST_INSTANT: Final = datetime.fromtimestamp(FIT_EPOCH_UNIX_S + 0x1000_0000, UTC)
LAST_INSTANT: Final = datetime.fromtimestamp(FIT_EPOCH_UNIX_S + 0xFFFF_FFFE, UTC)

INTENSITIES: Final = {intensity: number for number, intensity in enumerate(Intensity)}
"""FIT Profile 21.212, type ``intensity``: active 0, rest 1 ... other 6."""


def encode_workout(compiled: CompiledWorkout, *, created_at: datetime) -> bytes:
    """The workout as a FIT file, read back by another library and found equal.

    Identity: type workout, manufacturer ``development`` (255), product 0, and a
    serial number from a hash of the content and the day of ``created_at``, so
    that watches neither merge nor drop different workouts.

    Args:
        compiled: At least one step.
        created_at: Aware instant; ``file_id.time_created``, whole seconds.

    Returns:
        The same bytes for the same arguments.

    Raises:
        EncodeError: A value does not fit its field, or what was read back is
            not what was to be written; message index and field are named.

    Example:
        >>> from backrun_fit.workout import DistanceDuration
        >>> mile = Step(duration=DistanceDuration(distance_m=1609.344))
        >>> plan = CompiledWorkout(name="One mile", messages=(mile,))
        >>> encode_workout(plan, created_at=datetime(2026, 3, 1, tzinfo=UTC))[8:12]
        b'.FIT'
    """
    from fit_tool.exceptions import FitError
    from fit_tool.fit_file_builder import FitFileBuilder
    from fit_tool.profile.messages.file_id_message import FileIdMessage

    if created_at.tzinfo is None:
        raise EncodeError(f"expected an aware created_at, got {created_at!r}")
    created_at = created_at.astimezone(UTC).replace(microsecond=0)
    if not FIRST_INSTANT <= created_at <= LAST_INSTANT:
        raise EncodeError(
            f"expected created_at from {FIRST_INSTANT:%Y-%m-%d} to {LAST_INSTANT:%Y-%m-%d}, "
            f"got {created_at:%Y-%m-%d}"
        )
    try:
        messages = workout_messages(compiled, embedded=False)
        serial = serial_number(messages, created_at)
        file_id = FileIdMessage(local_id=0)
        put(
            file_id,
            type=enum_number("FileType", "workout"),
            manufacturer=enum_number("Manufacturer", "development"),
            product=0,
            serial_number=serial,
            time_created=round(created_at.timestamp()) - FIT_EPOCH_UNIX_S,
        )
        builder = FitFileBuilder(auto_define=True)
        builder.add_all([file_id, *messages])
        data = framed(b"".join(record.to_bytes() for record in builder.records))
    except FitError as error:
        raise EncodeError(f"{compiled.name!r}: {error}") from error
    prove(data, compiled, serial_number=serial, created_at=created_at)
    return data


def serial_number(messages: list[DataMessage], created_at: datetime) -> int:
    """A number for ``file_id.serial_number`` (uint32z, never 0) from content and day.

    The first four bytes of a SHA-256; a batch must still refuse the rare pair
    that shares one.
    """
    digest = hashlib.sha256(created_at.date().isoformat().encode())
    for message in messages:
        digest.update(message.to_bytes())
    return int.from_bytes(digest.digest()[:4], "big") or 1


def workout_messages(
    compiled: CompiledWorkout, *, embedded: bool, local_ids: tuple[int, int] = (1, 2)
) -> list[DataMessage]:
    """The ``workout`` message and its ``workout_step`` messages, in this order.

    Args:
        compiled: At least one step.
        embedded: As a watch keeps it inside an activity: without the offsets of
            heart rate and power, and with the undocumented field 18 where a repeat
            leaves out its last recovery.
        local_ids: Local message types of the two kinds.

    Raises:
        EncodeError: A value does not fit its field; the message index is named.
    """
    from fit_tool.profile.messages.workout_message import WorkoutMessage

    if not compiled.messages:
        raise EncodeError(f"{compiled.name!r}: expected at least one step, got none")
    workout = WorkoutMessage(local_id=local_ids[0])
    put(
        workout,
        sport=enum_number("Sport", compiled.sport),
        sub_sport=enum_number("SubSport", compiled.sub_sport),
        # Repeats count too: 98 of 98 recorded files with repeats do so.
        num_valid_steps=len(compiled.messages),
        wkt_name=compiled.name,
        wkt_description=compiled.notes or None,
    )
    steps = [
        _step_message(index, message, embedded, local_ids[1])
        for index, message in enumerate(compiled.messages)
    ]
    if embedded:
        _add_skips(steps, compiled.messages)
    _share_one_definition(steps)
    return [workout, *steps]


def enum_number(type_name: str, word: str) -> int:
    """The number of a word in one of the profile's enums, such as ``Sport``.

    Raises:
        EncodeError: The enum has no such word.
    """
    from fit_tool.profile import profile_type

    try:
        number: int = getattr(profile_type, type_name)[word.upper()].value
    except KeyError:
        raise EncodeError(f"expected a FIT {type_name}, got {word!r}") from None
    return number


def _step_message(index: int, message: Message, embedded: bool, local_id: int) -> DataMessage:
    from fit_tool.profile.messages.workout_step_message import WorkoutStepMessage

    wire = WorkoutStepMessage(local_id=local_id)
    try:
        fields = _step_fields(message, embedded) if isinstance(message, Step) else _repeat(message)
    except EncodeError as error:
        raise EncodeError(f"message {index}: {error}") from error
    put(wire, message_index=index, **fields)
    return wire


def _step_fields(step: Step, embedded: bool) -> dict[str, int | str | None]:
    duration_type, duration_value = duration_to_raw(step.duration, offsets=not embedded)
    target = target_to_raw(step.target, offsets=not embedded)
    return {
        "wkt_step_name": step.name or None,
        "duration_type": duration_type,
        "duration_value": duration_value,
        "target_type": target.type,
        "target_value": target.value,
        "custom_target_value_low": target.low,
        "custom_target_value_high": target.high,
        "intensity": None if step.intensity is None else INTENSITIES[step.intensity],
        "notes": step.notes or None,
    }


def _repeat(repeat: RepeatMessage) -> dict[str, int | str | None]:
    until = repeat.until
    return {
        "duration_type": until.type if until else REPEAT_COUNT,
        "duration_value": repeat.first_index,
        "target_value": until.value if until else repeat.count,
    }


def put(message: DataMessage, **raw_values: int | str | None) -> None:
    """Set fields of a message by name to raw values; None leaves a field out.

    fit-tool's own setters scale by the sub-field that the message's other fields
    select, so that the order of setting would matter.
    """
    for name, raw in raw_values.items():
        if raw is not None:
            message.get_field_by_name(name).set_encoded_value(0, raw)


def _add_skips(wires: Sequence[DataMessage], messages: Sequence[Message]) -> None:
    """A repeat says that it leaves out its last recovery, as recordings have it."""
    from fit_tool.base_type import BaseType
    from fit_tool.field import Field

    for wire, message in zip(wires, messages, strict=True):
        field = Field(
            field_id=SKIP_LAST_RECOVERY,
            name="skip_last_recovery",
            base_type=BaseType.ENUM,
            growable=True,
        )
        if isinstance(message, RepeatMessage) and message.skip_last_recovery:
            field.set_encoded_value(0, 1)
        wire.fields.append(field)


def _share_one_definition(steps: list[DataMessage]) -> None:
    """Give every step the same fields and string sizes, so that one definition serves all."""
    for fields in zip(*(message.fields for message in steps), strict=True):
        size = max(field.size for field in fields)
        for field in fields:
            if size and not field.size:
                is_text = field.base_type.name == "STRING"
                absent = "" if is_text else field.base_type.invalid_raw_value()
                field.set_encoded_value(0, absent, check_validity=False)
            field.size = size
