"""Claims about workout files: what every reader finds in them, and the proof before hand-over."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import fitdecode
import fitparse
import garmin_fit_sdk
import pytest
from fastcrc import crc16
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage, check_repeats
from backrun_fit.errors import CompileError, DecodeError, EncodeError
from backrun_fit.fit.columns import decode
from backrun_fit.fit.proof import prove
from backrun_fit.fit.raw_reader import raw_messages_beside
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.workout import (
    DistanceDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    Intensity,
    Movement,
    OpenDuration,
    OtherDuration,
    PaceTarget,
    RawMessage,
    Step,
    TimeDuration,
)
from tests.test_workout_wire import DURATIONS, TARGETS

AT = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)

STEPS = (
    Step(
        duration=TimeDuration(duration_s=600),
        intensity=Intensity.WARMUP,
        target=HeartRateTarget(lowest_bpm=120, highest_bpm=140),
    ),
    Step(
        duration=DistanceDuration(distance_m=800),
        target=PaceTarget(slowest_mps=3.9, fastest_mps=4.1),
        name="Hard",
    ),
    Step(
        duration=DistanceDuration(distance_m=201.168),
        target=PaceTarget(slowest_mps=3.193, fastest_mps=3.529),
        name="Back 1/8 mi",
        notes="On the forefoot",
        movement=Movement.BACKWARD_RUN,
        intensity=Intensity.RECOVERY,
    ),
    RepeatMessage(first_index=1, count=6),
    Step(duration=HeartRateBelowDuration(heart_rate_bpm=120), intensity=Intensity.RECOVERY),
    Step(duration=OpenDuration(), intensity=Intensity.COOLDOWN),
)
PLAN = CompiledWorkout(name="Zürich ✓", messages=STEPS, notes="Six times backward")

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)


@st.composite
def compiled_workouts(draw: st.DrawFn) -> CompiledWorkout:
    messages: list[Message] = []
    for _ in range(draw(st.integers(1, 8))):
        if messages and draw(st.integers(0, 3)) == 0:
            messages.append(RepeatMessage(first_index=0, count=draw(st.integers(1, 99))))
            continue
        messages.append(
            Step(
                duration=draw(DURATIONS),
                target=draw(TARGETS),
                intensity=draw(st.none() | st.sampled_from(Intensity)),
                name=draw(st.none() | TEXT.map("S {}".format)),
                notes=draw(st.none() | TEXT),
            )
        )
    return CompiledWorkout(
        name=draw(TEXT),
        messages=tuple(messages),
        sub_sport=draw(st.sampled_from(["generic", "treadmill", "track", "trail"])),
        notes=draw(st.none() | TEXT),
    )


def messages_by_garmin(data: bytes) -> dict[str, list[dict[str, Any]]]:
    messages, errors = garmin_fit_sdk.Decoder(
        garmin_fit_sdk.Stream.from_byte_array(bytearray(data))
    ).read()
    assert errors == []
    return dict(messages)  # type: ignore[arg-type]


@given(compiled_workouts())
def test_any_workout_is_proven_and_comes_back_equal(compiled: CompiledWorkout) -> None:
    data = encode_workout(compiled, created_at=AT)
    try:
        check_repeats(compiled)
    except CompileError as error:  # more steps than anybody may read, though each can be written
        with pytest.raises(DecodeError, match=re.escape(str(error))):
            read_workout(data)
    else:
        assert read_workout(data) == compiled


def test_garmins_own_reader_finds_every_value_in_physical_units() -> None:
    found = messages_by_garmin(encode_workout(PLAN, created_at=AT))
    (file_id,), (workout,), steps = (
        found["file_id_mesgs"],
        found["workout_mesgs"],
        found["workout_step_mesgs"],
    )
    assert file_id["type"] == "workout"
    assert file_id["manufacturer"] == "development"
    assert file_id["time_created"] == AT
    assert workout["wkt_name"] == "Zürich ✓"
    assert workout["wkt_description"] == "Six times backward"
    assert workout["sport"] == "running"
    assert workout["num_valid_steps"] == 6, "repeat messages count, as on watches"
    assert [step["message_index"] for step in steps] == list(range(6))
    assert steps[0]["duration_time"] == 600.0
    assert steps[0]["custom_target_heart_rate_low"] == 220
    assert steps[1]["duration_distance"] == 800.0
    assert steps[1]["custom_target_speed_low"] == 3.9
    assert steps[1]["wkt_step_name"] == "Hard"
    assert steps[2]["duration_distance"] == 201.17
    assert steps[2]["intensity"] == "recovery"
    assert steps[2]["notes"] == "On the forefoot"
    assert (steps[3]["duration_step"], steps[3]["repeat_steps"]) == (1, 6)
    assert steps[4]["duration_hr"] == 220
    assert steps[5]["duration_type"] == "open"


def test_fitdecode_and_fitparse_read_the_same_without_a_complaint() -> None:
    data = encode_workout(PLAN, created_at=AT)
    with fitdecode.FitReader(
        io.BytesIO(data),
        check_crc=fitdecode.CrcCheck.RAISE,
        error_handling=fitdecode.ErrorHandling.RAISE,
    ) as reader:
        decoded = [
            {field.name: field.value for field in frame.fields if field.value is not None}
            for frame in reader
            if frame.frame_type == fitdecode.FIT_FRAME_DATA
        ]
    parsed = [
        {field.name: field.value for field in message.fields if field.value is not None}
        for message in fitparse.FitFile(data).get_messages()
    ]
    assert len(decoded) == len(parsed) == 8
    for ours, theirs in zip(decoded[2:], parsed[2:], strict=True):
        shared = ours.keys() & theirs.keys() - {"intensity"}
        assert {"message_index", "duration_type"} <= shared
        assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}


def test_header_and_checksums_are_what_fit_asks_for() -> None:
    data = encode_workout(PLAN, created_at=AT)
    assert data[0] == 14
    assert data[8:12] == b".FIT"
    assert int.from_bytes(data[4:8], "little") == len(data) - 14 - 2
    assert crc16.arc(data[:12]) == int.from_bytes(data[12:14], "little")
    assert crc16.arc(data) == 0


def test_the_same_arguments_give_the_same_bytes_in_any_time_zone() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=-8)))
    assert encode_workout(PLAN, created_at=AT) == encode_workout(PLAN, created_at=elsewhere)


def test_the_serial_number_follows_content_and_day_and_nothing_else() -> None:
    def serial(compiled: CompiledWorkout, at: datetime) -> int:
        number: int = messages_by_garmin(encode_workout(compiled, created_at=at))["file_id_mesgs"][
            0
        ]["serial_number"]
        return number

    first = serial(PLAN, AT)
    assert first == serial(PLAN, AT + timedelta(hours=3))
    assert first != serial(PLAN, AT + timedelta(days=1))
    assert first != serial(attrs.evolve(PLAN, name="Zurich"), AT)
    assert first != serial(attrs.evolve(PLAN, messages=STEPS[:-1]), AT)


def test_a_naive_instant_an_empty_workout_and_an_unknown_sport_are_refused() -> None:
    with pytest.raises(EncodeError, match="aware"):
        encode_workout(PLAN, created_at=datetime(2026, 3, 1))
    for year in (1980, 2300):
        with pytest.raises(EncodeError, match="expected created_at from 1998-07-03 to 2126-02-06"):
            encode_workout(PLAN, created_at=datetime(year, 1, 1, tzinfo=UTC))
    with pytest.raises(EncodeError, match="at least one step"):
        encode_workout(attrs.evolve(PLAN, messages=()), created_at=AT)
    with pytest.raises(EncodeError, match="expected a FIT sport"):
        encode_workout(attrs.evolve(PLAN, sport="levitation"), created_at=AT)


def test_a_value_that_does_not_fit_is_refused_with_its_message_index() -> None:
    late = (*STEPS, Step(duration=TimeDuration(duration_s=1e9)))
    with pytest.raises(EncodeError, match="message 6: expected a duration in seconds"):
        encode_workout(attrs.evolve(PLAN, messages=late), created_at=AT)


def test_a_raw_value_that_does_not_fit_is_refused_with_its_field() -> None:
    odd = (Step(duration=OtherDuration(type=4, value=-1)),)
    with pytest.raises(EncodeError, match="duration_value: expected a value that fits uint32"):
        encode_workout(attrs.evolve(PLAN, messages=odd), created_at=AT)


@pytest.mark.parametrize(
    ("planned", "complaint"),
    [
        ({"name": "Zurich"}, "wkt_name"),
        ({"sport": "walking"}, "sport"),
        ({"sub_sport": "trail"}, "sub_sport"),
        ({"notes": None}, "notes"),
        ({"messages": STEPS[:-1]}, "workout_step"),
        (
            {
                "messages": (
                    attrs.evolve(STEPS[0], duration=TimeDuration(duration_s=601)),
                    *STEPS[1:],
                )
            },
            "message 0, duration_time: expected 601, read back 600.0",
        ),
        (
            {
                "messages": (
                    attrs.evolve(STEPS[0], duration=TimeDuration(duration_s=600.001)),
                    *STEPS[1:],
                )
            },
            "duration_time",
        ),
        (
            {
                "messages": (
                    attrs.evolve(STEPS[0], duration=DistanceDuration(distance_m=600)),
                    *STEPS[1:],
                )
            },
            "duration_type",
        ),
        (
            {
                "messages": (
                    attrs.evolve(STEPS[0], target=PaceTarget(slowest_mps=3, fastest_mps=4)),
                    *STEPS[1:],
                )
            },
            "target_type",
        ),
        (
            {
                "messages": (
                    attrs.evolve(STEPS[0], target=HeartRateTarget(lowest_bpm=121, highest_bpm=140)),
                    *STEPS[1:],
                )
            },
            "custom_target_heart_rate_low",
        ),
        ({"messages": (attrs.evolve(STEPS[0], intensity=Intensity.REST), *STEPS[1:])}, "intensity"),
        ({"messages": (attrs.evolve(STEPS[0], name="x"), *STEPS[1:])}, "wkt_step_name"),
        (
            {"messages": (*STEPS[:3], RepeatMessage(first_index=1, count=7), *STEPS[4:])},
            "message 3, repeat_steps: expected 7, read back 6",
        ),
        (
            {"messages": (*STEPS[:3], RepeatMessage(first_index=0, count=6), *STEPS[4:])},
            "duration_step",
        ),
    ],
)
def test_the_proof_fails_on_every_single_difference(
    planned: dict[str, Any], complaint: str
) -> None:
    data = encode_workout(PLAN, created_at=AT)
    prove(data, written(data), PLAN, created_at=AT)
    with pytest.raises(EncodeError, match=complaint):
        prove(data, written(data), attrs.evolve(PLAN, **planned), created_at=AT)


def test_the_proof_fails_on_every_single_field_that_lies_otherwise_in_the_file() -> None:
    data = encode_workout(PLAN, created_at=AT)
    messages = written(data)
    fields = 0
    for position, message in enumerate(messages):
        for place, field in enumerate(message.fields):
            other = attrs.evolve(field, value="x" if isinstance(field.value, str) else 77)
            changed = (*message.fields[:place], other, *message.fields[place + 1 :])
            planned = [*messages]
            planned[position] = attrs.evolve(message, fields=changed)
            with pytest.raises(EncodeError, match=f"message {position} of the file"):
                prove(data, planned, PLAN, created_at=AT)
            fields += 1
    assert fields > 40


def test_the_proof_fails_on_another_identity_and_on_bytes_that_cannot_be_read() -> None:
    data = encode_workout(PLAN, created_at=AT)
    messages = written(data)
    with pytest.raises(EncodeError, match="time_created"):
        prove(data, messages, PLAN, created_at=AT + timedelta(seconds=1))
    with pytest.raises(EncodeError, match="expected messages with the numbers"):
        prove(data, messages[1:], PLAN, created_at=AT)
    with pytest.raises(EncodeError, match="cannot be read back"):
        prove(data[:-3], messages, PLAN, created_at=AT)


def written(data: bytes) -> list[RawMessage]:
    """What a file holds, by the package's own reader."""
    (segment,) = decode(data).segments
    return list(raw_messages_beside(segment, ()))
