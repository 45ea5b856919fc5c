"""Workouts on the calendar of a watch: a FIT schedule file, proven before it is handed over.

A schedule file (``file_id.type`` 7) holds one ``schedule`` message (28) for each entry.
It repeats from the workout file's ``file_id`` what the watch finds that file by, so all
workout files have to be told apart by it: where the serial numbers were alike, a watch
left its calendar empty (issue 10 of the public project jpickup/GarminTools).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

import attrs

from backrun_fit.errors import EncodeError
from backrun_fit.fit.frame import framed
from backrun_fit.fit.profile import FIT_EPOCH_UNIX_S, enum_number
from backrun_fit.fit.raw_writer import pack, raw_message
from backrun_fit.fit.read_back import prove_fields
from backrun_fit.fit.workout_writer import FIRST_INSTANT, LAST_INSTANT
from backrun_fit.workout import RawMessage

__all__ = ["MOST_ENTRIES", "ScheduledWorkout", "encode_schedule", "upcoming"]

MOST_ENTRIES: Final = 30
"""Watches were seen to show the first 30 entries of a schedule and no more; no page of
Garmin's says so (issues 24 and 26 of the public project jpickup/GarminTools)."""


@attrs.frozen(kw_only=True)
class ScheduledWorkout:
    """An entry of a schedule: a workout file, and when it is to be run.

    Attributes:
        scheduled_for: Local time wherever the athlete is, without a time zone; midnight
            where only the day is planned.
        serial_number: ``file_id.serial_number`` of the workout file.
        created_at: ``file_id.time_created`` of the workout file, aware.
        manufacturer: ``file_id.manufacturer`` of the workout file, FIT's number; 255 is
            ``development``, as the workouts of this package have it.
        product: ``file_id.product`` of the workout file.
        name: Of the workout, for messages to people.
    """

    scheduled_for: datetime
    serial_number: int
    created_at: datetime
    manufacturer: int = 255
    product: int = 0
    name: str = "workout"


def upcoming(
    entries: Sequence[ScheduledWorkout], today: date | None
) -> tuple[tuple[ScheduledWorkout, ...], tuple[str, ...]]:
    """The entries worth sending to a watch on a day, and what to say about the others.

    Args:
        entries: In any order.
        today: Entries before it are left out; None keeps them all.

    Returns:
        The entries by time, and sentences: how many are over, and that there are more
        than a watch was seen to show.

    Example:
        >>> made_at = datetime(2026, 3, 1, tzinfo=UTC)
        >>> entries = [
        ...     ScheduledWorkout(scheduled_for=datetime(2026, 3, day), serial_number=day,
        ...                      created_at=made_at) for day in (3, 8)]
        >>> kept, notes = upcoming(entries, date(2026, 3, 5))
        >>> len(kept), notes
        (1, ('schedule: 1 session before 2026-03-05 was left out',))
    """
    ordered = sorted(entries, key=lambda entry: entry.scheduled_for)
    kept = [entry for entry in ordered if today is None or entry.scheduled_for.date() >= today]
    notes = []
    over = len(ordered) - len(kept)
    if over:
        sessions = "1 session" if over == 1 else f"{over} sessions"
        were = "was" if over == 1 else "were"
        notes.append(f"schedule: {sessions} before {today} {were} left out")
    if len(kept) > MOST_ENTRIES:
        notes.append(
            f"schedule: {len(kept)} entries, but watches were seen to show the first "
            f"{MOST_ENTRIES}, up to {kept[MOST_ENTRIES - 1].scheduled_for.date()}; make and send "
            f"the schedule again before then"
        )
    return tuple(kept), tuple(notes)


def encode_schedule(entries: Sequence[ScheduledWorkout], *, created_at: datetime) -> bytes:
    """A FIT schedule file, read back by another library and found equal.

    Its own identity is that of this package's workouts, with type schedules and a serial
    number from a hash of the content and the day of ``created_at``.

    Args:
        entries: At least one, in the order in which they are written.
        created_at: Aware instant; ``file_id.time_created``, whole seconds.

    Returns:
        The same bytes for the same arguments.

    Raises:
        EncodeError: No entry, two that a watch cannot tell apart, a value that does not
            fit its field, or what was read back is not what was to be written.

    Example:
        >>> from backrun_fit.fit.sniff import sniff
        >>> made_at = datetime(2026, 3, 1, tzinfo=UTC)
        >>> entry = ScheduledWorkout(
        ...     scheduled_for=datetime(2026, 3, 3), serial_number=7, created_at=made_at)
        >>> sniff(encode_schedule([entry], created_at=made_at))
        ('schedules',)
    """
    if not entries:
        raise EncodeError("schedule: expected at least one entry, got none")
    _refuse_alike(entries)
    schedules = tuple(_message(entry) for entry in entries)
    packed = pack(schedules, first_local_id=1)
    created_s = _instant_s(created_at, "created_at")
    day = created_at.astimezone(UTC).date().isoformat().encode()
    head = raw_message(
        "file_id",
        type=enum_number("file", "schedules"),
        manufacturer=enum_number("manufacturer", "development"),
        product=0,
        serial_number=int.from_bytes(hashlib.sha256(day + packed).digest()[:4], "big") or 1,
        time_created=created_s,
    )
    data = framed(pack((head,)) + packed)
    prove_fields(data, (head, *schedules), "schedule")
    return data


def _refuse_alike(entries: Sequence[ScheduledWorkout]) -> None:
    seen: dict[tuple[object, ...], ScheduledWorkout] = {}
    for entry in entries:
        key = (entry.scheduled_for, entry.manufacturer, entry.product, entry.serial_number)
        other = seen.setdefault(key, entry)
        if other is not entry:
            raise EncodeError(
                f"schedule: expected each workout once at a time, got {entry.name!r} and "
                f"{other.name!r} with the same serial number at {entry.scheduled_for}"
            )


def _message(entry: ScheduledWorkout) -> RawMessage:
    """FIT Profile 21.212, message ``schedule`` (28).

    ``scheduled_time`` is a ``local_date_time``: seconds since 1989-12-31 00:00 local time.
    """
    if entry.scheduled_for.tzinfo is not None:
        raise EncodeError(
            f"{entry.name!r}: expected scheduled_for in local time without a time zone, "
            f"got {entry.scheduled_for}"
        )
    try:
        return raw_message(
            "schedule",
            manufacturer=entry.manufacturer,
            product=entry.product,
            serial_number=entry.serial_number,
            time_created=_instant_s(entry.created_at, "created_at"),
            completed=0,
            type=enum_number("schedule", "workout"),
            scheduled_time=_instant_s(entry.scheduled_for.replace(tzinfo=UTC), "scheduled_for"),
        )
    except EncodeError as error:
        raise EncodeError(f"{entry.name!r}: {error}") from error


def _instant_s(at: datetime, what: str) -> int:
    if at.tzinfo is None:
        raise EncodeError(f"expected an aware {what}, got {at!r}")
    if not FIRST_INSTANT <= at <= LAST_INSTANT:
        raise EncodeError(
            f"expected {what} from {FIRST_INSTANT:%Y-%m-%d} to {LAST_INSTANT:%Y-%m-%d}, "
            f"got {at:%Y-%m-%d}"
        )
    return int(at.timestamp()) - FIT_EPOCH_UNIX_S
