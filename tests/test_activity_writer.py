"""What the activity writer puts on the wire, read back by libraries that share no code with it."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import fastcrc
import fitdecode
import fitparse
import garmin_fit_sdk
import numpy as np
import pytest

from backrun_fit.activity import Activity, Lap, TimerEvent, Track
from backrun_fit.compiled import CompiledWorkout, RepeatMessage
from backrun_fit.errors import EncodeError
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.fit.activity_writer import encode_activity
from backrun_fit.rehearsal import parse_fault, rehearse
from backrun_fit.workout import (
    DistanceDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    Intensity,
    Movement,
    OpenDuration,
    PaceTarget,
    PowerTarget,
    Step,
    TimeDuration,
)

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
PLAN = CompiledWorkout(
    name="Six kinds",
    notes="Flat ground",
    messages=(
        Step(duration=TimeDuration(duration_s=90.0), intensity=Intensity.WARMUP, name="Warm up"),
        Step(
            duration=DistanceDuration(distance_m=800.0),
            target=PaceTarget(slowest_mps=3.3, fastest_mps=3.5),
            name="Fast",
        ),
        Step(
            duration=TimeDuration(duration_s=60.0),
            intensity=Intensity.RECOVERY,
            movement=Movement.BACKWARD_RUN,
            name="Back 60 s",
        ),
        RepeatMessage(first_index=1, count=3),
        Step(
            duration=TimeDuration(duration_s=240.0),
            target=HeartRateTarget(lowest_bpm=140.0, highest_bpm=150.0),
            name="Heart",
        ),
        Step(
            duration=TimeDuration(duration_s=60.0),
            target=PowerTarget(lowest_w=200.0, highest_w=240.0),
            name="Power",
        ),
        Step(duration=HeartRateBelowDuration(heart_rate_bpm=120.0), name="Until calm"),
        Step(duration=OpenDuration(), intensity=Intensity.COOLDOWN, name="Home"),
    ),
)
RUN = rehearse(
    PLAN,
    started_at=START,
    seed=5,
    faults=[parse_fault("skip:3"), parse_fault("pause:2:45.5s"), parse_fault("fast:4")],
)
DATA = encode_activity(RUN, serial_number=4_000_000_001)

# Half of the last digit on the wire, and a little for binary fractions.
RESOLUTION = {
    "unix_s": 0.0,
    "distance_m": 0.0051,
    "speed_mps": 0.00051,
    "heart_rate_bpm": 0.51,
    "cadence_spm": 1 / 128,
    "altitude_m": 0.101,
    "power_w": 0.51,
    "step_length_m": 0.000051,
    "latitude_deg": 180 / 2**31,
    "longitude_deg": 180 / 2**31,
}
CENTI = {"distance_m": 0.0051}


def differences(expected: Activity, got: Activity) -> list[str]:
    """Every name in which two activities differ by more than the wire's resolution.

    ``source`` and ``warnings`` are no part of a file.
    """
    words = ("sport", "sub_sport", "manufacturer", "product")
    found = _unequal(expected, got, words, {"timer_s": 51e-5, "elapsed_s": 51e-5, **CENTI})
    if len(expected.laps) != len(got.laps):
        found.append("laps")
    for lap, other in zip(expected.laps, got.laps, strict=False):
        found += [f"laps[{lap.number}].{name}" for name in lap_differences(lap, other)]
    if _whole(expected.timer_events) != _whole(got.timer_events):
        found.append("timer_events")
    if _wired(expected.workout) != _wired(got.workout):
        found.append("workout")
    return found + track_differences(expected.track, got.track)


def lap_differences(lap: Lap, other: Lap) -> list[str]:
    words = ("number", "step_index", "trigger", "intensity")
    numbers = {"timer_s": 51e-5, "elapsed_s": 51e-5, **CENTI, "heart_rate_bpm": 0.51}
    return _unequal(lap, other, words, numbers)


def track_differences(track: Track, other: Track) -> list[str]:
    if len(track) != len(other):
        return ["track"]
    return [
        f"track.{name}"
        for name, resolution in RESOLUTION.items()
        if not np.allclose(
            getattr(track, name), getattr(other, name), rtol=0, atol=resolution, equal_nan=True
        )
    ]


def _unequal(
    left: Activity | Lap, right: object, words: tuple[str, ...], numbers: dict[str, float]
) -> list[str]:
    pairs = {field.name: getattr(left, field.name) for field in attrs.fields(type(left))}
    found = [name for name in words if pairs[name] != getattr(right, name)]
    found += [
        name
        for name, resolution in numbers.items()
        if not _close(pairs[name], getattr(right, name), resolution)
    ]
    return found + [
        name
        for name in pairs
        if name.endswith("_at") and abs(pairs[name] - getattr(right, name)) >= timedelta(seconds=1)
    ]


def _close(value: float | None, other: float | None, resolution: float) -> bool:
    if value is None or other is None:
        return value is other
    return abs(value - other) <= resolution


def _whole(events: tuple[TimerEvent, ...]) -> list[TimerEvent]:
    """Cut to the whole seconds that the wire has."""
    return [attrs.evolve(event, at=event.at.replace(microsecond=0)) for event in events]


def _wired(workout: CompiledWorkout | None) -> CompiledWorkout | None:
    """Without what no file carries."""
    return None if workout is None else attrs.evolve(workout, adjustments=(), warnings=())


def _messages(name: str) -> list[dict[str, Any]]:
    """The data messages of one kind, by fitdecode."""
    with fitdecode.FitReader(io.BytesIO(DATA), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        return [
            {field.name: field.value for field in frame.fields}
            for frame in reader
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == name
        ]


def test_our_own_reader_gives_the_activity_back() -> None:
    assert differences(RUN, read_activity(DATA)) == []


@pytest.mark.parametrize(
    ("where", "change"),
    [
        ("sport", {"sport": "cycling"}),
        ("sub_sport", {"sub_sport": "trail"}),
        ("manufacturer", {"manufacturer": "garmin"}),
        ("product", {"product": "1"}),
        ("timer_s", {"timer_s": 1.0}),
        ("elapsed_s", {"elapsed_s": None}),
        ("distance_m", {"distance_m": 1.0}),
        ("started_at", {"started_at": START + timedelta(seconds=1)}),
        ("ended_at", {"ended_at": START - timedelta(hours=1)}),
        ("laps", {"laps": RUN.laps[:-1]}),
        ("timer_events", {"timer_events": RUN.timer_events[:-1]}),
        ("workout", {"workout": attrs.evolve(PLAN, name="Other")}),
        ("track", {"track": Track.from_columns(np.array([0.0]))}),
    ],
)
def test_the_comparison_sees_a_difference(where: str, change: dict[str, Any]) -> None:
    assert differences(RUN, attrs.evolve(RUN, **change)) == [where]


@pytest.mark.parametrize("column", RESOLUTION)
def test_the_comparison_sees_one_sample_that_differs(column: str) -> None:
    values = getattr(RUN.track, column).copy()
    values[-1] += 1.0
    track = attrs.evolve(RUN.track, **{column: values})
    assert f"track.{column}" in differences(RUN, attrs.evolve(RUN, track=track))


@pytest.mark.parametrize(
    "change",
    [
        {"number": 9},
        {"start_at": START - timedelta(seconds=1)},
        {"end_at": START},
        {"timer_s": 1.0},
        {"elapsed_s": 1.0},
        {"distance_m": None},
        {"step_index": 7},
        {"trigger": "manual"},
        {"intensity": None},
        {"heart_rate_bpm": 200.0},
    ],
)
def test_the_comparison_sees_a_lap_that_differs(change: dict[str, Any]) -> None:
    assert lap_differences(RUN.laps[0], attrs.evolve(RUN.laps[0], **change)) == list(change)


def test_fitdecode_reads_every_record_as_recorded() -> None:
    track = RUN.track
    records = _messages("record")
    strides = [record["cadence"] + record["fractional_cadence"] for record in records]
    columns = {
        "unix_s": [record["timestamp"].timestamp() for record in records],
        "distance_m": [record["distance"] for record in records],
        "speed_mps": [record["enhanced_speed"] for record in records],
        "heart_rate_bpm": [record["heart_rate"] for record in records],
        "cadence_spm": [2 * stride for stride in strides],
        "altitude_m": [record["enhanced_altitude"] for record in records],
        "power_w": [record["power"] for record in records],
        "step_length_m": [record["step_length"] / 1000 for record in records],
        "latitude_deg": [record["position_lat"] * 180 / 2**31 for record in records],
        "longitude_deg": [record["position_long"] * 180 / 2**31 for record in records],
    }
    for name, values in columns.items():
        expected = getattr(track, name)
        np.testing.assert_allclose(values, expected, rtol=0, atol=RESOLUTION[name], err_msg=name)


def test_fitdecode_reads_every_lap_as_recorded() -> None:
    laps = _messages("lap")
    assert [lap.get("wkt_step_index") for lap in laps] == [lap.step_index for lap in RUN.laps]
    assert [lap["total_timer_time"] for lap in laps] == [lap.timer_s for lap in RUN.laps]
    assert [lap["total_elapsed_time"] for lap in laps] == [lap.elapsed_s for lap in RUN.laps]
    assert [lap["total_distance"] for lap in laps] == [lap.distance_m for lap in RUN.laps]
    assert [lap["lap_trigger"] for lap in laps] == [lap.trigger for lap in RUN.laps]
    assert [lap["intensity"] for lap in laps] == [lap.intensity for lap in RUN.laps]
    assert [lap["avg_heart_rate"] for lap in laps] == [lap.heart_rate_bpm for lap in RUN.laps]


def test_the_embedded_workout_has_no_offsets_and_counts_repeat_messages() -> None:
    (workout,) = _messages("workout")
    steps = _messages("workout_step")
    assert workout["num_valid_steps"] == len(steps) == len(PLAN.messages)
    raw = fitparse.FitFile(io.BytesIO(DATA))
    values = [
        (step.get_raw_value("custom_target_value_low"), step.get_raw_value("duration_value"))
        for step in raw.get_messages("workout_step")
    ]
    assert values[4][0] == 140
    assert values[5][0] == 200
    assert values[6][1] == 120


def test_a_pause_is_a_stop_and_a_start_inside_its_lap() -> None:
    kinds = [event["event_type"] for event in _messages("event")]
    assert kinds == ["start", "stop_all", "start", "stop_all"]
    lap = _messages("lap")[1]
    assert lap["total_elapsed_time"] - lap["total_timer_time"] == pytest.approx(45.5)


def test_laps_stand_where_their_time_is_among_the_records() -> None:
    latest = None
    with fitdecode.FitReader(io.BytesIO(DATA)) as reader:
        for frame in reader:
            if not isinstance(frame, fitdecode.FitDataMessage):
                continue
            if frame.name == "record":
                latest = frame.get_value("timestamp")
            elif frame.name == "lap":
                assert latest is not None
                assert timedelta(0) <= frame.get_value("timestamp") - latest <= timedelta(seconds=1)


def test_fitparse_reads_the_same_counts() -> None:
    parsed = fitparse.FitFile(io.BytesIO(DATA), check_crc=True)
    names = [message.name for message in parsed.get_messages()]
    assert names[0] == "file_id"
    assert names[-2:] == ["session", "activity"]
    assert names.count("record") == len(RUN.track)
    assert names.count("lap") == len(RUN.laps) == 12
    assert names.count("workout_step") == 8


def test_garmins_own_library_reads_it_without_errors() -> None:
    def decoder() -> Any:  # a new one for each use: checking reads the stream to its end
        return garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_byte_array(bytearray(DATA)))

    assert decoder().check_integrity()
    messages, errors = decoder().read()
    assert errors == []
    (file_id,) = messages["file_id_mesgs"]
    assert (file_id["type"], file_id["manufacturer"]) == ("activity", "development")
    assert file_id["serial_number"] == 4_000_000_001
    assert file_id["time_created"] == START
    (session,) = messages["session_mesgs"]
    assert session["total_timer_time"] == RUN.timer_s
    assert session["num_laps"] == len(RUN.laps)
    assert len(messages["record_mesgs"]) == len(RUN.track)


def test_header_and_file_checksum_are_fits() -> None:
    size, _, _, length, mark, header_crc = struct.unpack("<BBHI4sH", DATA[:14])
    assert (size, length, mark) == (14, len(DATA) - 16, b".FIT")
    assert header_crc == fastcrc.crc16.arc(DATA[:12])
    assert fastcrc.crc16.arc(DATA) == 0  # a message with its own CRC behind it leaves none


def test_columns_without_values_are_left_out() -> None:
    unix_s = START.timestamp() + np.arange(3.0)
    track = Track.from_columns(unix_s, distance_m=np.array([0.0, np.nan, 5.0]))
    activity = attrs.evolve(RUN, track=track, laps=(), timer_events=(), workout=None)
    data = encode_activity(activity)
    records = [
        {field.name: field.value for field in message.fields}
        for message in fitparse.FitFile(io.BytesIO(data)).get_messages("record")
    ]
    assert [set(record) for record in records] == [{"timestamp", "distance"}] * 3
    assert [record["distance"] for record in records] == [0.0, None, 5.0]
    assert read_activity(data).laps == ()


def test_an_activity_of_nothing_but_a_start_can_be_written() -> None:
    empty = Activity(
        started_at=START,
        ended_at=START,
        sport=None,
        elapsed_s=0.0,
        track=Track.from_columns(np.array([])),
    )
    got = read_activity(encode_activity(empty))
    assert (got.started_at, len(got.track), got.laps, got.sport) == (START, 0, (), None)


def test_a_cadence_of_both_feet_survives_whole_and_half_strides() -> None:
    cadence_spm = np.array([0.0, 1.0, 159.0, 160.0, 167.99, 181.5])
    track = Track.from_columns(START.timestamp() + np.arange(6.0), cadence_spm=cadence_spm)
    got = read_activity(encode_activity(attrs.evolve(RUN, track=track)))
    np.testing.assert_allclose(got.track.cadence_spm, cadence_spm, rtol=0, atol=1 / 128)


def test_the_serial_number_comes_from_the_content_unless_stated() -> None:
    other = attrs.evolve(RUN, sub_sport="trail")

    def serial(activity: Activity) -> int:
        with fitdecode.FitReader(io.BytesIO(encode_activity(activity))) as reader:
            frames = (frame for frame in reader if isinstance(frame, fitdecode.FitDataMessage))
            return int(next(frames).get_value("serial_number"))

    assert serial(RUN) == serial(RUN) > 0
    assert serial(RUN) != serial(other)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sport": "quidditch"}, "Sport"),
        ({"started_at": datetime(2026, 3, 1)}, "aware"),
        ({"started_at": datetime(1990, 1, 1, tzinfo=UTC)}, "1998"),
        ({"distance_m": -1.0}, "total_distance"),
        ({"timer_s": float("inf")}, "total_timer_time"),
        ({"laps": (attrs.evolve(RUN.laps[0], step_index=65535),)}, "wkt_step_index"),
        ({"laps": (attrs.evolve(RUN.laps[0], trigger="whim"),)}, "LapTrigger"),
        (
            {"track": attrs.evolve(RUN.track, heart_rate_bpm=RUN.track.heart_rate_bpm + 200)},
            "heart_rate",
        ),
    ],
)
def test_what_does_not_fit_the_wire_is_refused_by_name(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(EncodeError, match=message):
        encode_activity(attrs.evolve(RUN, **change))


@pytest.mark.parametrize("serial_number", [0, -1, 2**32])
def test_a_serial_number_out_of_range_is_refused(serial_number: int) -> None:
    with pytest.raises(EncodeError, match="serial_number"):
        encode_activity(RUN, serial_number=serial_number)


def test_a_word_that_is_a_number_stands_for_itself() -> None:
    data = encode_activity(attrs.evolve(RUN, sub_sport="250", workout=None))
    assert read_activity(data).sub_sport == "250"


def test_timer_events_need_not_be_there() -> None:
    event = TimerEvent(at=START, kind="start")
    for events in ((), (event,)):
        got = read_activity(encode_activity(attrs.evolve(RUN, timer_events=events)))
        assert got.timer_events == events
