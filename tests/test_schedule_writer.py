"""A FIT schedule file says when each workout is to be run, to whoever reads it."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import attrs
import fitdecode
import garmin_fit_sdk
import pytest
from fit_tool.fit_file import FitFile
from hypothesis import given, settings
from hypothesis import strategies as st

from backrun_fit.errors import EncodeError
from backrun_fit.fit import schedule_writer
from backrun_fit.fit.frame import framed
from backrun_fit.fit.schedule_writer import (
    MOST_ENTRIES,
    ScheduledWorkout,
    encode_schedule,
    upcoming,
)

MADE_AT = datetime(2026, 3, 1, tzinfo=UTC)
FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)


def entry(day: int, serial_number: int = 7, hour: int = 0) -> ScheduledWorkout:
    return ScheduledWorkout(
        scheduled_for=datetime(2026, 3, day, hour, 30 if hour else 0),
        serial_number=serial_number,
        created_at=MADE_AT,
        name=f"Workout {day}",
    )


def seconds(at: datetime) -> int:
    """FIT's number for an instant, or for a local time taken as if it were UTC."""
    return int((at.replace(tzinfo=at.tzinfo or UTC) - FIT_EPOCH).total_seconds())


Rows = list[dict[str, Any]]


def by_garmin(data: bytes) -> Rows:
    decoder = garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_byte_array(bytearray(data)))
    messages, errors = decoder.read(
        convert_types_to_strings=False, convert_datetimes_to_dates=False
    )
    assert errors == []
    (head,) = messages["file_id_mesgs"]
    return [dict(row) for row in (head, *messages["schedule_mesgs"])]


def by_fitdecode(data: bytes) -> Rows:
    with fitdecode.FitReader(io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        return [
            {
                (field.parent_field or field).name: field.raw_value
                for field in frame.fields
                if field.field_def
            }
            for frame in reader
            if isinstance(frame, fitdecode.FitDataMessage)
        ]


def by_fit_tool(data: bytes) -> Rows:
    return [
        {field.name: field.encoded_values[0] for field in record.message.fields if field.size}
        for record in FitFile.from_bytes(data).records
        if not record.is_definition
    ]


READERS = (by_garmin, by_fitdecode, by_fit_tool)


def expected(entries: list[ScheduledWorkout]) -> Rows:
    return [
        {
            "manufacturer": one.manufacturer,
            "product": one.product,
            "serial_number": one.serial_number,
            "time_created": seconds(one.created_at),
            "completed": 0,
            "type": 0,
            "scheduled_time": seconds(one.scheduled_for),
        }
        for one in entries
    ]


def says(read: Rows, wanted: Rows) -> bool:
    """Whether the rows after the first are the wanted ones, as numbers."""
    found = [{key: int(row[key]) for key in wanted[0]} for row in read[1:]]
    return found == wanted


@pytest.mark.parametrize("read", READERS)
def test_other_readers_find_the_values_that_were_written(read: Any) -> None:
    entries = [entry(3, 7), entry(8, 4_294_967_295, hour=18), entry(8, 1)]
    rows = read(encode_schedule(entries, created_at=MADE_AT + timedelta(seconds=90)))
    head = {key: int(rows[0][key]) for key in ("type", "manufacturer", "product", "time_created")}
    assert head == {
        "type": 7,
        "manufacturer": 255,
        "product": 0,
        "time_created": seconds(MADE_AT) + 90,
    }
    assert int(rows[0]["serial_number"]) > 0
    assert says(rows, expected(entries))
    assert not says(rows, expected([entry(4), *entries[1:]]))


ENTRIES = st.lists(
    st.builds(
        ScheduledWorkout,
        scheduled_for=st.datetimes(datetime(2000, 1, 1), datetime(2120, 1, 1)).map(
            lambda at: at.replace(microsecond=0)
        ),
        serial_number=st.integers(1, 2**32 - 2),
        created_at=st.datetimes(datetime(2000, 1, 1), datetime(2120, 1, 1)).map(
            lambda at: at.replace(microsecond=0, tzinfo=UTC)
        ),
        manufacturer=st.integers(1, 65_534),
        product=st.integers(0, 65_534),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one.serial_number,
)


@settings(max_examples=40)
@given(ENTRIES)
def test_any_entries_are_read_by_others_as_they_were_written(
    entries: list[ScheduledWorkout],
) -> None:
    data = encode_schedule(entries, created_at=MADE_AT)
    assert encode_schedule(entries, created_at=MADE_AT) == data
    for read in READERS:
        assert says(read(data), expected(entries))


def test_a_local_time_is_written_without_regard_to_any_time_zone() -> None:
    made_at = datetime(2026, 3, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    data = encode_schedule([entry(3)], created_at=made_at)
    assert data == encode_schedule([entry(3)], created_at=MADE_AT)
    (row,) = by_garmin(data)[1:]
    assert FIT_EPOCH + timedelta(seconds=row["scheduled_time"]) == datetime(2026, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("entries", "made_at", "message"),
    [
        ([], MADE_AT, "expected at least one entry, got none"),
        ([entry(3), entry(3)], MADE_AT, "'Workout 3' and 'Workout 3' with the same serial number"),
        ([entry(3)], datetime(2026, 3, 1), "expected an aware created_at"),
        ([entry(3)], datetime(1997, 3, 1, tzinfo=UTC), "expected created_at from 1998"),
        ([attrs.evolve(entry(3), scheduled_for=MADE_AT)], MADE_AT, "without a time zone"),
        ([attrs.evolve(entry(3), created_at=datetime(2026, 3, 1))], MADE_AT, "an aware created_at"),
        (
            [attrs.evolve(entry(3), scheduled_for=datetime(2200, 1, 1))],
            MADE_AT,
            "'Workout 3': expected scheduled_for from 1998",
        ),
        ([attrs.evolve(entry(3), serial_number=2**32)], MADE_AT, "serial_number"),
        ([attrs.evolve(entry(3), manufacturer=-1)], MADE_AT, "manufacturer"),
    ],
)
def test_what_a_schedule_cannot_say_is_refused(
    entries: list[ScheduledWorkout], made_at: datetime, message: str
) -> None:
    with pytest.raises(EncodeError, match=message):
        encode_schedule(entries, created_at=made_at)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:-2] + bytes([data[-2] ^ 1]) + data[-1:], "field 6: expected"),
        (lambda data: data[:-10], "cannot be read back|expected messages"),
        (lambda _: b"", "expected messages with the numbers"),
    ],
)
def test_bytes_that_say_something_else_are_never_handed_over(
    monkeypatch: pytest.MonkeyPatch, change: Any, message: str
) -> None:
    monkeypatch.setattr(schedule_writer, "framed", lambda messages: framed(change(messages)))
    with pytest.raises(EncodeError, match=message):
        encode_schedule([entry(3), entry(4)], created_at=MADE_AT)


def test_what_is_over_is_left_out_and_counted_and_today_is_not_over() -> None:
    entries = [entry(8), entry(3), entry(5, hour=6)]
    assert upcoming(entries, None) == ((entry(3), entry(5, hour=6), entry(8)), ())
    kept, notes = upcoming(entries, date(2026, 3, 5))
    assert kept == (entry(5, hour=6), entry(8))
    assert notes == ("schedule: 1 session before 2026-03-05 was left out",)
    assert upcoming(entries, date(2026, 3, 9)) == (
        (),
        ("schedule: 3 sessions before 2026-03-09 were left out",),
    )


def test_more_entries_than_a_watch_was_seen_to_show_are_written_with_a_warning() -> None:
    many = [
        attrs.evolve(entry(1), scheduled_for=datetime(2026, 3, 1) + timedelta(days=n))
        for n in range(MOST_ENTRIES + 1)
    ]
    assert upcoming(many[:-1], None)[1] == ()
    kept, (note,) = upcoming(many, None)
    assert len(kept) == 31
    assert "31 entries" in note
    assert "the first 30, up to 2026-03-30" in note
