"""A compiled workout as the bytes of a FIT workout file, proven before they are handed over."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Final

from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import EncodeError
from backrun_fit.fit.frame import framed
from backrun_fit.fit.profile import FIT_EPOCH_UNIX_S, enum_number
from backrun_fit.fit.proof import prove
from backrun_fit.fit.raw_writer import pack, raw_message
from backrun_fit.fit.workout_messages import step_messages, workout_message
from backrun_fit.workout import RawMessage

__all__ = ["FIRST_INSTANT", "LAST_INSTANT", "encode_workout"]

# FIT Profile 21.212, type date_time: below its minimum a value counts from power-up.
FIRST_INSTANT: Final = datetime.fromtimestamp(FIT_EPOCH_UNIX_S + 0x1000_0000, UTC)
LAST_INSTANT: Final = datetime.fromtimestamp(FIT_EPOCH_UNIX_S + 0xFFFF_FFFE, UTC)

_FILE_ID: Final = 0
# Base types of 64 bits: FIT Protocol 2.0.
_LATER_TYPES: Final = frozenset((0x8E, 0x8F, 0x90))
# file_creator, and the descriptions of developer fields, which come before their first use.
_BEFORE_WORKOUT: Final = frozenset((49, 206, 207))


def encode_workout(
    compiled: CompiledWorkout, *, created_at: datetime | None, serial_number: int | None = None
) -> bytes:
    """The workout as a FIT file, read back by another library and found equal.

    Identity: type workout, manufacturer ``development`` (255), product 0, and a
    serial number from a hash of the content and the day of ``created_at``, so
    that watches neither merge nor drop different workouts.

    What the model does not know (``extra``, ``beside``) is written as it was read, and
    so is how a file said what it knows, for as long as that means the same.

    Args:
        compiled: At least one step.
        created_at: Aware instant; ``file_id.time_created``, whole seconds. None writes
            the identity under which the workout was read, every field of it; it has to
            be just what was read.
        serial_number: Instead of the hash, for the rare one that a batch has twice.

    Returns:
        The same bytes for the same arguments.

    Raises:
        EncodeError: A value does not fit its field, what was read back is not what
            was to be written (message index and field are named), or an identity is
            asked for that belongs to another workout.

    Example:
        >>> from backrun_fit.workout import DistanceDuration, Step
        >>> mile = Step(duration=DistanceDuration(distance_m=1609.344))
        >>> plan = CompiledWorkout(name="One mile", messages=(mile,))
        >>> encode_workout(plan, created_at=datetime(2026, 3, 1, tzinfo=UTC))[8:12]
        b'.FIT'
    """
    if not compiled.messages:
        raise EncodeError(f"{compiled.name!r}: expected at least one step, got none")
    if created_at is not None:
        created_at = _whole_second(created_at)
    try:
        content = (
            *(other for other in compiled.beside if other.number in _BEFORE_WORKOUT),
            workout_message(compiled, unchanged=compiled.is_as_read),
            *step_messages(compiled.messages, offsets=True),
            *(other for other in compiled.beside if other.number not in _BEFORE_WORKOUT),
        )
        packed = pack(content, first_local_id=1)
        messages = (_file_id(compiled, packed, created_at, serial_number), *content)
        later = any(
            field.developer_index is not None or field.type_number in _LATER_TYPES
            for message in content
            for field in message.fields
        )
        data = framed(pack(messages[:1]) + packed, later_protocol=later)
    except EncodeError as error:
        raise EncodeError(f"{compiled.name!r}: {error}") from error
    prove(data, messages, compiled, created_at=created_at)
    return data


def _whole_second(created_at: datetime) -> datetime:
    if created_at.tzinfo is None:
        raise EncodeError(f"expected an aware created_at, got {created_at!r}")
    created_at = created_at.astimezone(UTC).replace(microsecond=0)
    if not FIRST_INSTANT <= created_at <= LAST_INSTANT:
        raise EncodeError(
            f"expected created_at from {FIRST_INSTANT:%Y-%m-%d} to {LAST_INSTANT:%Y-%m-%d}, "
            f"got {created_at:%Y-%m-%d}"
        )
    return created_at


def _file_id(
    compiled: CompiledWorkout, packed: bytes, created_at: datetime | None, serial_number: int | None
) -> RawMessage:
    """FIT Profile 21.212, message ``file_id`` (0).

    The serial number (uint32z, never 0) is the first four bytes of a SHA-256 over the day
    and the content; a batch must still tell the rare pair apart that shares one.
    """
    if created_at is None:
        if compiled.identity is None or not compiled.is_as_read:
            raise EncodeError(
                "expected created_at, or a workout just as it was read from a file with an "
                "identity, got one that was made or changed"
            )
        return RawMessage(_FILE_ID, compiled.identity.file_id)
    if serial_number is None:
        serial_number = _hashed(packed, created_at)
    return raw_message(
        "file_id",
        type=enum_number("file", "workout"),
        manufacturer=enum_number("manufacturer", "development"),
        product=0,
        serial_number=serial_number,
        time_created=round(created_at.timestamp()) - FIT_EPOCH_UNIX_S,
    )


def _hashed(packed: bytes, created_at: datetime) -> int:
    digest = hashlib.sha256(created_at.date().isoformat().encode() + packed).digest()
    return int.from_bytes(digest[:4], "big") or 1
