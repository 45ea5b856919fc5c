"""An activity as the bytes of a FIT activity file, laid out as watches do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np

from backrun_fit.activity import Activity, Lap, TimerEvent, Track
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import EncodeError
from backrun_fit.fit.developer_writer import described, packed_fields
from backrun_fit.fit.frame import framed
from backrun_fit.fit.maker import maker_fields
from backrun_fit.fit.profile import enum_number
from backrun_fit.fit.raw_writer import pack
from backrun_fit.fit.table_writer import MessageTable, message_table
from backrun_fit.fit.workout_messages import step_messages, workout_message
from backrun_fit.fit.workout_writer import FIRST_INSTANT, LAST_INSTANT

if TYPE_CHECKING:
    from fit_tool.endian import Endian

__all__ = ["MessageOrder", "encode_activity"]

MessageOrder = Literal["summary_last", "summary_first"]
"""Whether laps, session and activity lie behind the records they sum up or before them."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FRACTIONAL_CADENCE_STEPS: Final = 128

# Local message types, one for each kind, so that no definition has to be given twice.
FILE_ID, EVENT, WORKOUT, WORKOUT_STEP, RECORD, LAP, SESSION, ACTIVITY = range(8)
DEVELOPER_DATA_ID, FIELD_DESCRIPTION = 8, 9


def encode_activity(
    activity: Activity,
    *,
    serial_number: int | None = None,
    big_endian: bool = False,
    message_order: MessageOrder = "summary_last",
) -> bytes:
    """The activity as a FIT file.

    In order: file_id (type activity; where no maker is known, manufacturer
    ``development`` and product 0), the workout as watches embed it (heart rates
    and powers without their offsets), descriptions of developer fields, then timer
    events, laps and records by time, session, activity. Instants are cut to whole
    seconds; every duration keeps its milliseconds. Developer fields are all of one
    app, numbered in their order; their names and units are kept, their keys are not.

    ``summary_first`` is the order of Garmin's watches since 2026: file_id, activity,
    session, all laps, the timer's start, the workout, descriptions of developer
    fields, then records and the other timer events by time. The ``timestamp`` of
    activity, session and every lap is the start of the session; a lap ends at its
    ``start_time`` + ``total_elapsed_time``.

    Args:
        activity: Columns without any value are left out, developer columns are
            not. ``source`` and ``warnings`` have no place in a file.
        serial_number: ``file_id.serial_number``, 1 to 4294967295; None takes one
            from a hash of the content.
        big_endian: Numbers lie most significant byte first, as every fifth real
            file has them.
        message_order: Where the summaries lie, and what their ``timestamp`` is.

    Returns:
        The same bytes for the same arguments.

    Raises:
        EncodeError: A value does not fit its field, a word is none of FIT's, the
            start is naive or before July 1998, where FIT's dates begin, or there is
            no such order.

    Example:
        >>> start = datetime(2026, 3, 1, 8, tzinfo=UTC)
        >>> nothing = Track.from_columns(np.array([]))
        >>> activity = Activity(started_at=start, ended_at=start, sport="running", track=nothing)
        >>> encode_activity(activity, serial_number=1)[8:12]
        b'.FIT'
    """
    from fit_tool.endian import Endian
    from fit_tool.exceptions import FitError

    _check_start(activity.started_at)
    if message_order not in get_args(MessageOrder):
        expected = " or ".join(get_args(MessageOrder))
        raise EncodeError(f"expected message_order {expected}, got {message_order!r}")
    endian = Endian.BIG if big_endian else Endian.LITTLE
    try:
        in_order = _summary_first if message_order == "summary_first" else _summary_last
        content = b"".join(in_order(activity, endian))
        file_id = _file_id(activity, content, serial_number, endian)
        return framed(file_id + content, later_protocol=bool(activity.track.developer))
    except FitError as error:
        raise EncodeError(str(error)) from error


def _check_start(started_at: datetime) -> None:
    if started_at.tzinfo is None:
        raise EncodeError(f"expected an aware started_at, got {started_at!r}")
    if not FIRST_INSTANT <= started_at <= LAST_INSTANT:
        raise EncodeError(
            f"expected a start from {FIRST_INSTANT:%Y-%m-%d} to {LAST_INSTANT:%Y-%m-%d}, "
            f"got {started_at.isoformat()}"
        )


def _file_id(
    activity: Activity, content: bytes, serial_number: int | None, endian: Endian
) -> bytes:
    """FIT Profile 21.212, message ``file_id`` (0)."""
    from fit_tool.profile.messages.file_id_message import FileIdMessage

    if serial_number is None:
        serial_number = int.from_bytes(hashlib.sha256(content).digest()[:4], "big") or 1
    maker = maker_fields(activity.manufacturer, activity.product)
    table = message_table(
        FileIdMessage(local_id=FILE_ID, endian=endian),
        {
            "type": enum_number("file", "activity"),
            "manufacturer": maker.manufacturer,
            "product": maker.product,
            "serial_number": serial_number,
            "time_created": _unix_ms(activity.started_at),
        },
        {"product_name": [maker.product_name]} if maker.product_name else {},
    )
    return table.to_bytes()


def _summary_last(activity: Activity, endian: Endian) -> Iterator[bytes]:
    """Each summary where it is over: laps among the records, session and activity at the end."""
    if activity.workout is not None:
        yield _workout(activity.workout, big_endian=endian.name == "BIG")
    yield from _descriptions(activity.track, endian)
    events = _timer_events(activity.timer_events, endian)
    laps = _laps(activity.laps, [lap.end_at for lap in activity.laps], endian)
    marks = [
        *zip([event.at for event in activity.timer_events], events.rows, strict=True),
        *zip([lap.end_at for lap in activity.laps], laps.rows, strict=True),
    ]
    records = _records(activity.track, endian)
    for table in (events, records, laps):
        if len(table.rows):
            yield table.definition
    yield from _by_time(activity.track, records, marks)
    yield _session(activity, activity.ended_at, endian).to_bytes()
    yield _activity(activity, activity.ended_at, endian).to_bytes()


def _summary_first(activity: Activity, endian: Endian) -> Iterator[bytes]:
    """All summaries before what they sum up, stamped with the start of the session."""
    start = activity.started_at
    yield _activity(activity, start, endian).to_bytes()
    yield _session(activity, start, endian).to_bytes()
    laps = _laps(activity.laps, [start] * len(activity.laps), endian)
    if len(laps.rows):
        yield laps.to_bytes()
    events = _timer_events(activity.timer_events, endian)
    if len(events.rows):
        yield events.definition
    marks = [*zip([event.at for event in activity.timer_events], events.rows, strict=True)]
    yield from (row.tobytes() for at, row in marks if at <= start)
    if activity.workout is not None:
        yield _workout(activity.workout, big_endian=endian.name == "BIG")
    yield from _descriptions(activity.track, endian)
    records = _records(activity.track, endian)
    if len(records.rows):
        yield records.definition
    yield from _by_time(activity.track, records, [mark for mark in marks if mark[0] > start])


def _workout(workout: CompiledWorkout, *, big_endian: bool) -> bytes:
    """As watches embed it: without the offsets of heart rate and power."""
    messages = [
        workout_message(workout, unchanged=False),
        *step_messages(workout.messages, offsets=False),
    ]
    return pack(messages, big_endian=big_endian, first_local_id=WORKOUT)


def _descriptions(track: Track, endian: Endian) -> Iterator[bytes]:
    """What the developer fields of the records are called."""
    developer = packed_fields(track.developer)
    if developer:
        local_ids = (DEVELOPER_DATA_ID, FIELD_DESCRIPTION)
        for table in described(track.developer, developer, local_ids=local_ids, endian=endian):
            yield table.to_bytes()


def _by_time(
    track: Track, records: MessageTable, marks: Sequence[tuple[datetime, np.void]]
) -> Iterator[bytes]:
    """Records in runs, and between them each other message at its time."""
    done = 0
    for at, row in sorted(marks, key=lambda mark: mark[0]):
        # The record at the instant itself opens what comes after.
        here = max(done, int(np.searchsorted(track.unix_s, (at - EPOCH) / timedelta(seconds=1))))
        yield records.rows[done:here].tobytes()
        yield row.tobytes()
        done = here
    yield records.rows[done:].tobytes()


def _unix_ms(at: datetime) -> int:
    """Unix milliseconds of the whole second in which an instant lies."""
    return (at - EPOCH) // timedelta(seconds=1) * 1000


def _number(type_name: str, word: str | None) -> float | None:
    """The number of a FIT word; a word that is a number stands for itself."""
    if word is None:
        return None
    return int(word) if word.isdecimal() else enum_number(type_name, word)


def _records(track: Track, endian: Endian) -> MessageTable:
    """FIT Profile 21.212, message ``record`` (20)."""
    from fit_tool.profile.messages.record_message import RecordMessage

    # Strides of one leg, or turns of the crank: whole ones and 128ths.
    turns = np.where(np.isnan(track.cadence_spm), track.cadence_rpm, track.cadence_spm / 2)
    strides = np.rint(turns * FRACTIONAL_CADENCE_STEPS) / FRACTIONAL_CADENCE_STEPS
    return message_table(
        RecordMessage(local_id=RECORD, endian=endian),
        {
            "timestamp": np.floor(track.unix_s) * 1000,
            "position_lat": track.latitude_deg,
            "position_long": track.longitude_deg,
            "distance": track.distance_m,
            "enhanced_speed": track.speed_mps,
            "enhanced_altitude": track.altitude_m,
            "power": track.power_w,
            "vertical_oscillation": track.vertical_oscillation_mm,
            "stance_time": track.stance_time_ms,
            "vertical_ratio": track.vertical_ratio_percent,
            "step_length": track.step_length_m * 1000,
            "heart_rate": track.heart_rate_bpm,
            "cadence": np.floor(strides),
            "fractional_cadence": strides - np.floor(strides),
        },
        developer=packed_fields(track.developer),
    )


def _laps(laps: Sequence[Lap], written_at: Sequence[datetime], endian: Endian) -> MessageTable:
    """FIT Profile 21.212, message ``lap`` (19)."""
    from fit_tool.profile.messages.lap_message import LapMessage

    return message_table(
        LapMessage(local_id=LAP, endian=endian),
        {
            "message_index": [lap.number for lap in laps],
            "timestamp": [_unix_ms(at) for at in written_at],
            "start_time": [_unix_ms(lap.start_at) for lap in laps],
            "total_elapsed_time": [lap.elapsed_s for lap in laps],
            "total_timer_time": [lap.timer_s for lap in laps],
            "total_distance": [lap.distance_m for lap in laps],
            "wkt_step_index": [lap.step_index for lap in laps],
            "avg_heart_rate": [lap.heart_rate_bpm for lap in laps],
            "event": [enum_number("event", "lap") for _ in laps],
            "event_type": [enum_number("event_type", "stop") for _ in laps],
            "intensity": [_number("intensity", lap.intensity) for lap in laps],
            "lap_trigger": [_number("lap_trigger", lap.trigger) for lap in laps],
        },
    )


def _timer_events(events: Sequence[TimerEvent], endian: Endian) -> MessageTable:
    """FIT Profile 21.212, message ``event`` (21); watches stop with ``stop_all``."""
    from fit_tool.profile.messages.event_message import EventMessage

    types = {"start": "start", "stop": "stop_all"}
    return message_table(
        EventMessage(local_id=EVENT, endian=endian),
        {
            "timestamp": [_unix_ms(event.at) for event in events],
            "event": [enum_number("event", "timer") for _ in events],
            "event_type": [enum_number("event_type", types[event.kind]) for event in events],
        },
    )


def _session(activity: Activity, written_at: datetime, endian: Endian) -> MessageTable:
    """FIT Profile 21.212, message ``session`` (18)."""
    from fit_tool.profile.messages.session_message import SessionMessage

    return message_table(
        SessionMessage(local_id=SESSION, endian=endian),
        {
            "message_index": 0,
            "timestamp": _unix_ms(written_at),
            "start_time": _unix_ms(activity.started_at),
            "total_elapsed_time": activity.elapsed_s,
            "total_timer_time": activity.timer_s,
            "total_distance": activity.distance_m,
            "first_lap_index": 0,
            "num_laps": len(activity.laps),
            "event": enum_number("event", "session"),
            "event_type": enum_number("event_type", "stop"),
            "sport": _number("sport", activity.sport),
            "sub_sport": _number("sub_sport", activity.sub_sport),
            "trigger": enum_number("session_trigger", "activity_end"),
        },
    )


def _activity(activity: Activity, written_at: datetime, endian: Endian) -> MessageTable:
    """FIT Profile 21.212, message ``activity`` (34)."""
    from fit_tool.profile.messages.activity_message import ActivityMessage

    return message_table(
        ActivityMessage(local_id=ACTIVITY, endian=endian),
        {
            "timestamp": _unix_ms(written_at),
            "total_timer_time": activity.timer_s,
            "num_sessions": 1,
            "type": enum_number("activity", "manual"),
            "event": enum_number("event", "activity"),
            "event_type": enum_number("event_type", "stop"),
        },
    )
