"""What the activity writer puts on the wire, read back by libraries that share no code with it."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

import attrs
import fastcrc
import fitdecode
import fitparse
import garmin_fit_sdk
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backrun_fit.activity import (
    TRACK_COLUMNS,
    Activity,
    Column,
    DeveloperColumn,
    Lap,
    TimerEvent,
    Track,
)
from backrun_fit.compiled import CompiledWorkout, RepeatMessage
from backrun_fit.errors import DecodeError, EncodeError
from backrun_fit.fit.activity_reader import read_activities, read_activity
from backrun_fit.fit.activity_writer import MessageOrder, encode_activity
from backrun_fit.rehearsal import Watch, parse_fault, rehearse
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
from tests.activities import renumbered

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
).activity
DATA = encode_activity(RUN, serial_number=4_000_000_001)
BIG_ENDIAN = encode_activity(RUN, serial_number=4_000_000_001, big_endian=True)
FIRST = encode_activity(RUN, serial_number=4_000_000_001, message_order="summary_first")
both_byte_orders = pytest.mark.parametrize("data", [DATA, BIG_ENDIAN], ids=["little", "big"])

# Half of the last digit on the wire, and a little for binary fractions.
RESOLUTION = {
    "unix_s": 0.0,
    "distance_m": 0.0051,
    "speed_mps": 0.00051,
    "heart_rate_bpm": 0.51,
    "cadence_spm": 1 / 128,
    "cadence_rpm": 1 / 128,
    "altitude_m": 0.101,
    "power_w": 0.51,
    "step_length_m": 0.000051,
    "latitude_deg": 180 / 2**31,
    "longitude_deg": 180 / 2**31,
    "stance_time_ms": 0.051,
    "vertical_oscillation_mm": 0.051,
    "vertical_ratio_percent": 0.0051,
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
    found = [
        f"track.{name}"
        for name, resolution in RESOLUTION.items()
        if not np.allclose(
            getattr(track, name), getattr(other, name), rtol=0, atol=resolution, equal_nan=True
        )
    ]
    return found + developer_differences(track, other)


def developer_differences(track: Track, other: Track) -> list[str]:
    """By position; keys are a matter of the noun."""
    columns, others = list(track.developer.values()), list(other.developer.values())
    if len(columns) != len(others):
        return ["track.developer"]
    return [
        f"track.developer[{index}]"
        for index, (left, right) in enumerate(zip(columns, others, strict=True))
        if (left.name, left.units) != (right.name, right.units)
        # float32 has 24 binary digits.
        or not np.allclose(left.values, right.values, rtol=2.0**-24, atol=0, equal_nan=True)
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


def _messages(name: str, data: bytes = DATA) -> list[dict[str, Any]]:
    """The data messages of one kind, by fitdecode."""
    with fitdecode.FitReader(io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        return [
            {field.name: field.value for field in frame.fields}
            for frame in reader
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == name
        ]


@both_byte_orders
def test_our_own_reader_gives_the_activity_back(data: bytes) -> None:
    assert differences(RUN, read_activity(data)) == []


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
    values[-1] = np.nan_to_num(values[-1]) + 1.0
    track = attrs.evolve(RUN.track, **{column: values})
    assert f"track.{column}" in differences(RUN, attrs.evolve(RUN, track=track))


@pytest.mark.parametrize("change", [{"name": "b"}, {"units": "W"}, {"values": np.array([1.001])}])
def test_the_comparison_sees_a_developer_column_that_differs(change: dict[str, Any]) -> None:
    column = DeveloperColumn(name="a", values=np.array([1.0]))
    bare = Track.from_columns(np.array([0.0]))
    track = attrs.evolve(bare, developer={"a": column})
    other = attrs.evolve(bare, developer={"a": attrs.evolve(column, **change)})
    assert track_differences(track, track) == []
    assert track_differences(track, other) == ["track.developer[0]"]
    assert track_differences(track, bare) == ["track.developer"]


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


@both_byte_orders
def test_fitdecode_reads_every_record_as_recorded(data: bytes) -> None:
    records = _messages("record", data)

    def column(field: str) -> Column:  # absent values are None, absent fields not there
        return np.array([record.get(field) for record in records], dtype=float)

    columns = {
        "unix_s": np.array([record["timestamp"].timestamp() for record in records]),
        "distance_m": column("distance"),
        "speed_mps": column("enhanced_speed"),
        "heart_rate_bpm": column("heart_rate"),
        "cadence_spm": 2 * (column("cadence") + column("fractional_cadence")),
        "altitude_m": column("enhanced_altitude"),
        "power_w": column("power"),
        "step_length_m": column("step_length") / 1000,
        "latitude_deg": column("position_lat") * 180 / 2**31,
        "longitude_deg": column("position_long") * 180 / 2**31,
    }
    for name, values in columns.items():
        expected = getattr(RUN.track, name)
        np.testing.assert_allclose(values, expected, rtol=0, atol=RESOLUTION[name], err_msg=name)
        assert not np.isnan(expected).all(), name


@both_byte_orders
def test_fitdecode_reads_every_lap_as_recorded(data: bytes) -> None:
    laps = _messages("lap", data)
    assert [lap.get("wkt_step_index") for lap in laps] == [lap.step_index for lap in RUN.laps]
    assert [lap["total_timer_time"] for lap in laps] == [lap.timer_s for lap in RUN.laps]
    assert [lap["total_elapsed_time"] for lap in laps] == [lap.elapsed_s for lap in RUN.laps]
    assert [lap["total_distance"] for lap in laps] == [lap.distance_m for lap in RUN.laps]
    assert [lap["lap_trigger"] for lap in laps] == [lap.trigger for lap in RUN.laps]
    assert [lap["intensity"] for lap in laps] == [lap.intensity for lap in RUN.laps]
    assert [lap["avg_heart_rate"] for lap in laps] == [lap.heart_rate_bpm for lap in RUN.laps]


@both_byte_orders
def test_the_embedded_workout_has_no_offsets_and_counts_repeat_messages(data: bytes) -> None:
    (workout,) = _messages("workout", data)
    steps = _messages("workout_step", data)
    assert workout["num_valid_steps"] == len(steps) == len(PLAN.messages)
    raw = fitparse.FitFile(io.BytesIO(data))
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


def _kinds(data: bytes) -> list[str]:
    """What lies in a file, each kind once where several follow one another."""
    names = [message.name for message in fitparse.FitFile(io.BytesIO(data)).get_messages()]
    return [name for name, _ in groupby(names)]


def test_summaries_first_lie_as_in_garmins_files_of_2026() -> None:
    head = ["file_id", "activity", "session", "lap", "event", "workout", "workout_step", "record"]
    assert _kinds(FIRST)[:8] == head
    assert set(_kinds(FIRST)[8:]) == {"event", "record"}
    assert _kinds(FIRST)[-1] == "event"
    assert _kinds(DATA)[-2:] == ["session", "activity"]


def test_summaries_first_are_stamped_with_the_start_of_the_session() -> None:
    stamps = {
        message["timestamp"]
        for kind in ("activity", "session", "lap")
        for message in _messages(kind, FIRST)
    }
    assert stamps == {START}
    ends = [
        lap["start_time"] + timedelta(seconds=lap["total_elapsed_time"])
        for lap in _messages("lap", FIRST)
    ]
    expected = [lap.end_at for lap in RUN.laps]
    assert len(ends) == len(expected)
    for end, wanted in zip(ends, expected, strict=True):
        assert abs(end - wanted) <= timedelta(seconds=1)  # starts are whole seconds


@pytest.mark.parametrize("kind", ["activity", "session", "lap", "event", "record", "workout_step"])
def test_the_order_changes_no_value_but_the_timestamps_of_summaries(kind: str) -> None:
    def values(data: bytes) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in message.items() if (kind, name) not in stamped}
            for message in _messages(kind, data)
        ]

    stamped = {(name, "timestamp") for name in ("activity", "session", "lap")}
    assert values(FIRST) == values(DATA) != []


def test_timer_events_and_records_of_summaries_first_are_in_order_of_time() -> None:
    parsed = fitparse.FitFile(io.BytesIO(FIRST)).get_messages()
    times = [
        message.get_value("timestamp") for message in parsed if message.name in ("event", "record")
    ]
    assert times == sorted(times)


def test_both_orders_are_read_as_the_same_activity() -> None:
    assert differences(read_activity(DATA), read_activity(FIRST)) == []


def test_both_orders_are_read_as_the_same_activity_with_developer_fields_in_big_endian() -> None:
    watch = Watch(has_power=True, has_developer_fields=True)
    run = rehearse(PLAN, watch=watch, started_at=START, seed=6).activity
    last, first = (
        read_activity(encode_activity(run, big_endian=True, message_order=order))
        for order in get_args(MessageOrder)
    )
    assert list(first.track.developer) == list(run.track.developer) != []
    assert differences(last, first) == []


def test_a_message_order_that_there_is_not_is_refused() -> None:
    with pytest.raises(EncodeError, match="summary_last or summary_first, got 'first'"):
        encode_activity(RUN, message_order="first")  # type: ignore[arg-type]


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


@both_byte_orders
def test_fitparse_reads_the_same_counts(data: bytes) -> None:
    parsed = fitparse.FitFile(io.BytesIO(data), check_crc=True)
    names = [message.name for message in parsed.get_messages()]
    assert names[0] == "file_id"
    assert names[-2:] == ["session", "activity"]
    assert names.count("record") == len(RUN.track)
    assert names.count("lap") == len(RUN.laps) == 12
    assert names.count("workout_step") == 8


@both_byte_orders
def test_garmins_own_library_reads_it_without_errors(data: bytes) -> None:
    def decoder() -> Any:  # a new one for each use: checking reads the stream to its end
        return garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_byte_array(bytearray(data)))

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


def test_big_endian_turns_every_message_and_changes_nothing_else() -> None:
    orders: list[tuple[str, str]] = []
    for data in (DATA, BIG_ENDIAN):
        with fitdecode.FitReader(io.BytesIO(data)) as reader:
            kinds = (fitdecode.FitDefinitionMessage, fitdecode.FitDataMessage)
            frames = [frame for frame in reader if isinstance(frame, kinds)]
        endians = {
            frame.endian for frame in frames if isinstance(frame, fitdecode.FitDefinitionMessage)
        }
        orders.append((" ".join(endians), " ".join(frame.name for frame in frames)))
    (little, names), (big, other_names) = orders
    assert (little, big) == ("<", ">")
    assert names == other_names
    assert len(DATA) == len(BIG_ENDIAN)


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
        ({"sport": "quidditch"}, "FIT sport"),
        ({"started_at": datetime(2026, 3, 1)}, "aware"),
        ({"started_at": datetime(1990, 1, 1, tzinfo=UTC)}, "1998"),
        ({"distance_m": -1.0}, "total_distance"),
        ({"timer_s": float("inf")}, "total_timer_time"),
        ({"laps": (attrs.evolve(RUN.laps[0], step_index=65535),)}, "wkt_step_index"),
        ({"laps": (attrs.evolve(RUN.laps[0], trigger="whim"),)}, "FIT lap_trigger"),
        ({"manufacturer": "nobody"}, "Manufacturer"),
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


def test_a_repeat_that_leaves_out_its_last_recovery_says_so_as_watches_do() -> None:
    repeat = RepeatMessage(first_index=0, count=4, skip_last_recovery=True)
    plan = attrs.evolve(PLAN, messages=(*PLAN.messages[:2], repeat, PLAN.messages[-1]))
    for big_endian in (False, True):
        data = encode_activity(attrs.evolve(RUN, workout=plan), big_endian=big_endian)
        got = read_activity(data).workout
        assert got is not None
        assert got.messages == plan.messages
        steps = _messages("workout_step", data)
        assert [step["unknown_18"] for step in steps] == [None, None, 1, None]
    assert not any("unknown_18" in step for step in _messages("workout_step"))


def _some(values: st.SearchStrategy[float], length: int) -> st.SearchStrategy[Column]:
    """Values and gaps."""
    gaps = st.one_of(values, st.just(float("nan")))
    return st.lists(gaps, min_size=length, max_size=length).map(
        lambda items: np.array(items, dtype=float)
    )


# What the fields hold; the last number of an unsigned one means none, and so does a heart
# rate of 0, and a power that is 0 throughout.
RANGES = {
    "distance_m": (0.0, 4.2e7),
    "speed_mps": (0.0, 4.2e6),
    "heart_rate_bpm": (1.0, 254.0),
    "cadence_spm": (0.0, 508.0),
    "altitude_m": (-500.0, 8.5e8),
    "power_w": (1.0, 65534.0),
    "step_length_m": (0.0, 6.5534),
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-180.0, 179.9),
    "stance_time_ms": (0.0, 6553.4),
    "vertical_oscillation_mm": (0.0, 6553.4),
    "vertical_ratio_percent": (0.0, 655.34),
}
developer_names = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60
)
developer_values = st.one_of(
    st.integers(-(2**53), 2**53).map(float), st.floats(-1e99, 1e99, allow_nan=False)
)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    length = draw(st.integers(1, 5))
    steps = draw(st.lists(st.integers(0, 9), min_size=length, max_size=length))
    columns = {
        name: draw(_some(st.floats(*RANGES[name]), length))
        for name in draw(st.lists(st.sampled_from(sorted(RANGES)), unique=True))
    }
    names = draw(st.lists(developer_names, max_size=3))
    developer = {
        f"{name} {number}": DeveloperColumn(
            name=name,
            units=draw(st.just("") | developer_names),
            values=draw(_some(developer_values, length)),
        )
        for number, name in enumerate(names)
    }
    track = Track.from_columns(START.timestamp() + np.cumsum(steps).astype(float), **columns)
    return attrs.evolve(track, developer=developer)


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    seconds = st.floats(0.0, 1e5)
    optional_m = st.none() | st.floats(0.0, 4.2e7)
    laps: list[Lap] = []
    at = START
    for number in range(draw(st.integers(0, 4))):
        elapsed_s = draw(seconds)
        lap = Lap(
            number=number,
            start_at=at,
            end_at=at + timedelta(seconds=elapsed_s),
            timer_s=draw(seconds),
            elapsed_s=elapsed_s,
            distance_m=draw(optional_m),
            step_index=draw(st.none() | st.integers(0, 0x0FFF)),
            trigger=draw(st.sampled_from([None, "time", "distance", "manual", "99"])),
            intensity=draw(st.sampled_from([None, "active", "recovery", "other"])),
            heart_rate_bpm=draw(st.none() | st.floats(1.0, 254.0)),
        )
        laps.append(lap)
        at = lap.end_at
    # Samples behind the end of laps and session would be a lap that was never closed.
    track = draw(tracks())
    span_s = float(track.unix_s[-1]) - START.timestamp()
    if laps and (at - START).total_seconds() < span_s:
        laps = []
    elapsed_s = span_s + draw(seconds)
    manufacturer, product = draw(
        st.sampled_from(
            [
                ("garmin", "fr245"),
                ("garmin", "65000"),
                ("coros", "COROS PACE 2"),
                ("wahoo_fitness", "37"),
                ("4iiiis", None),
                ("60000", "70000"),
            ]
        )
    )
    return Activity(
        started_at=START,
        ended_at=START + timedelta(seconds=elapsed_s),
        elapsed_s=elapsed_s,
        timer_s=draw(st.none() | seconds),
        distance_m=draw(st.floats(0.0, 4.2e7)),
        sport="running",
        sub_sport=draw(st.sampled_from([None, "treadmill", "250"])),
        manufacturer=manufacturer,
        product=product,
        laps=tuple(laps),
        track=track,
    )


@settings(max_examples=60)
@given(activity=activities(), big_endian=st.booleans())
def test_every_activity_comes_back_within_the_resolution_of_its_fields(
    activity: Activity, big_endian: bool
) -> None:
    got = read_activity(encode_activity(activity, big_endian=big_endian))
    if activity.timer_s is None:  # the laps' are summed
        activity = attrs.evolve(activity, timer_s=got.timer_s)
    assert differences(activity, got) == []
    assert len(got.track.developer) == len(activity.track.developer)


@settings(max_examples=60)
@given(activity=activities())
def test_every_activity_is_read_alike_from_both_orders(activity: Activity) -> None:
    orders = get_args(MessageOrder)
    last, first = (read_activity(encode_activity(activity, message_order=each)) for each in orders)
    assert differences(last, first) == []


def test_the_strategy_and_the_comparison_know_every_column() -> None:
    assert set(RESOLUTION) == set(TRACK_COLUMNS) == {"unix_s", "cadence_rpm", *RANGES}


def _recorded(path: Path) -> tuple[Activity, ...]:
    """Those whose start FIT can say: some clocks were never set."""
    try:
        found = read_activities(path)
    except DecodeError:
        return ()
    return tuple(activity for activity in found if activity.started_at.year >= 1998)


def test_every_recording_of_the_corpus_comes_back_every_other_one_in_big_endian(
    corpus: Path,
) -> None:
    count = 0
    for path in sorted(corpus.glob("*/*.fit")):
        for activity in _recorded(path):
            got = read_activity(encode_activity(activity, big_endian=bool(count % 2)))
            # An end that only a timestamp gave has no field to be written into.
            lasting_s = (activity.ended_at - activity.started_at).total_seconds()
            expected = [] if abs(lasting_s - (activity.elapsed_s or 0.0)) < 1 else ["ended_at"]
            # A leg that is written alone has its laps numbered anew, and its last one is not
            # cut off where the next leg begins.
            laps = tuple(renumbered(activity.laps))
            if activity.leg_count > 1:
                expected.append(f"laps[{len(laps) - 1}].end_at")
            alone = attrs.evolve(activity, laps=laps)
            assert set(differences(alone, got)) <= set(expected), path.name
            assert list(got.track.developer) == list(activity.track.developer)
            assert set(got.warnings) <= set(activity.warnings), path.name
            count += 1
    assert count > 120
