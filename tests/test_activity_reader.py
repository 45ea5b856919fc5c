"""From a file to an Activity: files built here, and real ones."""

from __future__ import annotations

import io
import json
import random
import struct
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fitparse
import numpy as np
import pytest

from backrun_fit.activity import TRACK_COLUMNS, Activity
from backrun_fit.errors import DataWarning, DecodeError
from backrun_fit.fit.activity_reader import (
    activities_from_segment,
    activities_in,
    file_kind,
    read_activities,
    read_activity,
)
from backrun_fit.fit.columns import Table, decode
from backrun_fit.fit.plans import Key
from backrun_fit.fit.profile import load_profile
from tests.fit_bytes import (
    BYTE,
    ENUM,
    FIT_EPOCH,
    FLOAT32,
    SINT32,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    UINT32Z,
    definition,
    fit_file,
    message,
)

START = 1_000_000_000  # FIT seconds
NONE8, NONE16, NONE32 = 0xFF, 0xFFFF, 0xFFFFFFFF


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(FIT_EPOCH + START, UTC) + timedelta(seconds=seconds)


def file_id(kind: int = 4, manufacturer: int = 1, product: int = 3076) -> bytes:
    fields = [(0, 1, ENUM), (1, 2, UINT16), (2, 2, UINT16), (3, 4, UINT32Z), (4, 4, UINT32)]
    return definition(0, 0, fields) + message(
        0, struct.pack("<BHHII", kind, manufacturer, product, 1, START)
    )


def records(*rows: tuple[int, ...], fields: list[tuple[int, int, int]], code: str) -> bytes:
    head = definition(1, 20, [(253, 4, UINT32), *fields])
    return head + b"".join(message(1, struct.pack(f"<I{code}", *row)) for row in rows)


def hearts(*times: int) -> bytes:
    rows = [(START + time, 100 + time) for time in times]
    return records(*rows, fields=[(3, 1, UINT8)], code="B")


def session(
    start: int = 0, elapsed: int = 100, timer: int = 90, sport: int = 1, sub_sport: int = 0
) -> bytes:
    fields = [
        *((253, 4, UINT32), (2, 4, UINT32), (7, 4, UINT32), (8, 4, UINT32), (9, 4, UINT32)),
        *((5, 1, ENUM), (6, 1, ENUM)),
    ]
    body = (START + 500, START + start, elapsed * 1000, timer * 1000, 25000, sport, sub_sport)
    return definition(2, 18, fields) + message(2, struct.pack("<5IBB", *body))


LAP_FIELDS = [
    *((253, 4, UINT32), (2, 4, UINT32), (7, 4, UINT32), (8, 4, UINT32), (9, 4, UINT32)),
    *((71, 2, UINT16), (24, 1, ENUM), (23, 1, ENUM), (15, 1, UINT8)),
]


def laps(*rows: tuple[int, ...]) -> bytes:
    return definition(3, 19, LAP_FIELDS) + b"".join(
        message(3, struct.pack("<5IH3B", *row)) for row in rows
    )


def events(*rows: tuple[int, int, int]) -> bytes:
    head = definition(4, 21, [(253, 4, UINT32), (0, 1, ENUM), (1, 1, ENUM)])
    return head + b"".join(
        message(4, struct.pack("<IBB", START + time, event, kind)) for time, event, kind in rows
    )


def steps(*names: bytes) -> bytes:
    fields = [(254, 2, UINT16), (0, 8, STRING), (1, 1, ENUM), (2, 4, UINT32), (3, 1, ENUM)]
    return definition(5, 27, fields) + b"".join(
        message(5, struct.pack("<H8sBIB", index, name, 0, 60_000, 2))
        for index, name in enumerate(names)
    )


def read(*chunks: bytes) -> Activity:
    return read_activity(fit_file(file_id(), *chunks))


# -- the parts ------------------------------------------------------------------------------


def test_samples_come_as_columns_in_units_with_nan_where_absent() -> None:
    fields = [
        *((5, 4, UINT32), (3, 1, UINT8), (4, 1, UINT8), (53, 1, UINT8), (85, 2, UINT16)),
        *((7, 2, UINT16), (0, 4, SINT32), (1, 4, SINT32)),
    ]
    code = "IBBBHHii"
    rows = [
        (START, 20117, 150, 79, 64, 12000, 250, 2**30, -(2**30)),
        (START + 1, NONE32, NONE8, 80, NONE8, NONE16, NONE16, 2**31 - 1, 2**31 - 1),
        (START + 2, 20500, 151, NONE8, 64, 11000, 0, 0, 0),
    ]
    track = read(session(), records(*rows, fields=fields, code=code)).track
    nan = np.nan
    expected = {
        "unix_s": [FIT_EPOCH + START + n for n in range(3)],
        "distance_m": [201.17, nan, 205.0],
        "heart_rate_bpm": [150, nan, 151],
        "cadence_spm": [159, 160, nan],
        "cadence_rpm": [nan] * 3,
        "step_length_m": [1.2, nan, 1.1],
        "power_w": [250, nan, 0],
        "latitude_deg": [90, nan, 0],
        "longitude_deg": [-90, nan, 0],
        "speed_mps": [nan] * 3,
        "altitude_m": [nan] * 3,
        "stance_time_ms": [nan] * 3,
        "vertical_oscillation_mm": [nan] * 3,
        "vertical_ratio_percent": [nan] * 3,
    }
    assert set(expected) == set(TRACK_COLUMNS)
    for name, column in expected.items():
        np.testing.assert_array_equal(getattr(track, name), column, err_msg=name)
    assert track.developer == {}


def test_running_dynamics_come_in_the_units_of_their_names() -> None:
    fields = [(41, 2, UINT16), (39, 2, UINT16), (83, 2, UINT16)]
    rows = [(START, 2513, 877, 751), (START + 1, NONE16, NONE16, NONE16)]
    track = read(session(), records(*rows, fields=fields, code="HHH")).track
    np.testing.assert_array_equal(track.stance_time_ms, [251.3, np.nan])
    np.testing.assert_array_equal(track.vertical_oscillation_mm, [87.7, np.nan])
    np.testing.assert_array_equal(track.vertical_ratio_percent, [7.51, np.nan])


def described(number: int, base_type: int, name: bytes, units: bytes = b"") -> bytes:
    fields = [(0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8), (3, 16, STRING), (8, 8, STRING)]
    payload = struct.pack("<BBB16s8s", 0, number, base_type, name, units)
    return definition(6, 206, fields) + message(6, payload)


def test_developer_fields_that_are_numbers_come_under_their_names() -> None:
    head = definition(
        1,
        20,
        [(253, 4, UINT32), (7, 2, UINT16)],
        developer=[(0, 2, 0), (1, 4, 0), (2, 8, 0), (3, 1, 0), (4, 2, 0), (5, 1, 0), (9, 3, 0)],
    )
    rows = [
        (START + 1, 250, 62, 9.5, b"text", 7, 1, 2, 3, b"abc"),
        (START, 240, NONE16, float("nan"), b"text", 7, 4, NONE8, NONE8, b"abc"),
    ]
    found = read(
        session(),
        described(0, UINT16, b"power", b"Watts"),
        described(1, FLOAT32, b"Stiffness", b"kN/m"),
        described(2, STRING, b"Words"),
        described(3, BYTE, b"Flags"),
        described(4, UINT8, b"Pair"),
        described(5, UINT8, b"Pair"),
        head,
        *(message(1, struct.pack("<IHHf8sBBBB3s", *row)) for row in rows),
    )
    assert found.track.power_w.tolist() == [240.0, 250.0]
    columns = found.track.developer
    assert [(key, one.name, one.units) for key, one in columns.items()] == [
        ("power", "power", "Watts"),
        ("Stiffness", "Stiffness", "kN/m"),
        ("Pair", "Pair", ""),
        ("dev_0_5", "Pair", ""),
    ]
    expected = [[np.nan, 62.0], [np.nan, 9.5], [4.0, 1.0], [np.nan, 3.0]]
    np.testing.assert_array_equal([one.values for one in columns.values()], expected)


def test_enhanced_fields_go_first_and_plain_ones_fill_the_gaps() -> None:
    fields = [(73, 4, UINT32), (6, 2, UINT16), (78, 4, UINT32), (2, 2, UINT16)]
    rows = [
        (START, 3000, 2000, 3000, 2500),
        (START + 1, NONE32, 2100, NONE32, 2600),
        (START + 2, NONE32, NONE16, 3100, NONE16),
    ]
    track = read(session(), records(*rows, fields=fields, code="IHIH")).track
    np.testing.assert_array_equal(track.speed_mps, [3.0, 2.1, np.nan])
    np.testing.assert_array_equal(track.altitude_m, [100.0, 20.0, 120.0])


@pytest.mark.parametrize(
    ("sport", "sub_sport", "doubled"),
    [(1, 0, True), (11, 0, True), (17, 0, True), (4, 1, True), (2, 0, False), (4, 15, False)],
)
def test_cadence_is_steps_a_minute_on_foot_and_absent_elsewhere(
    sport: int, sub_sport: int, doubled: bool
) -> None:
    found = read(
        session(sport=sport, sub_sport=sub_sport),
        records((START, 80), fields=[(4, 1, UINT8)], code="B"),
    )
    np.testing.assert_array_equal(found.track.cadence_spm, [160.0 if doubled else np.nan])


def test_samples_out_of_order_are_sorted_stably_and_told() -> None:
    found = read(session(), hearts(0, 1, 5, 2, 2, 6))
    assert (found.track.unix_s - FIT_EPOCH - START).tolist() == [0, 1, 2, 2, 5, 6]
    assert found.track.heart_rate_bpm.tolist() == [100, 101, 102, 102, 105, 106]
    assert found.warnings == (
        DataWarning("records_unsorted", "records out of order of time; sorted", 1),
    )


def test_samples_without_a_time_are_left_out_and_told() -> None:
    rows = [(START, 100), (NONE32, 101), (START + 2, 102)]
    found = read(session(), records(*rows, fields=[(3, 1, UINT8)], code="B"))
    assert found.track.heart_rate_bpm.tolist() == [100, 102]
    assert str(found.warnings[0]) == "1 of 3 records have no time; left out"


def test_compressed_speed_and_distance_are_unpacked_and_accumulated() -> None:
    def packed(speed: int, distance: int) -> bytes:
        both = (distance & 0xFFF) << 12 | speed
        return both.to_bytes(3, "little")

    head = definition(1, 20, [(253, 4, UINT32), (8, 3, BYTE)])
    values = [(250, 100), (300, 4000), (0xFFF, 4100), (310, 4200)]
    body = b"".join(
        message(1, struct.pack("<I", START + i) + packed(*value)) for i, value in enumerate(values)
    )
    absent = message(1, struct.pack("<I", START + 9) + b"\xff\xff\xff")
    track = read(session(), head, body, absent).track
    np.testing.assert_array_equal(track.speed_mps, [2.5, 3.0, np.nan, 3.1, np.nan])
    np.testing.assert_array_equal(
        track.distance_m, [100 / 16, 4000 / 16, 4100 / 16, 4200 / 16, np.nan]
    )


def test_laps_carry_their_step_trigger_and_times() -> None:
    found = read(
        session(),
        laps(
            (START + 60, START, 60_000, 58_500, 20117, 0, 1, 0, 140),
            (START + 90, START + 60, 28_250, 28_250, NONE32, 0x8001, 7, NONE8, NONE8),
            (START + 95, START + 90, 5_000, 5_000, 900, NONE16, 99, 3, 120),
        ),
    )
    first, second, third = found.laps
    assert (first.number, first.start_at, first.end_at) == (0, at(0), at(60))
    assert (first.timer_s, first.elapsed_s, first.distance_m) == (58.5, 60.0, 201.17)
    assert (first.step_index, first.trigger, first.intensity) == (0, "time", "active")
    assert first.heart_rate_bpm == 140.0
    assert (second.step_index, second.trigger, second.intensity) == (1, "session_end", None)
    assert (second.distance_m, second.heart_rate_bpm) == (None, None)
    assert second.end_at == at(60) + timedelta(seconds=second.elapsed_s)
    assert (third.step_index, third.trigger, third.intensity) == (None, "99", "cooldown")
    assert not found.warnings[1:]


def test_a_lap_without_start_or_end_takes_it_from_its_neighbours_and_says_so() -> None:
    found = read(
        session(),
        laps(
            (START + 60, NONE32, NONE32, 60_000, 0, 0, 0, 0, 0),
            (NONE32, START + 60, 30_000, NONE32, 0, 1, 0, 0, 0),
            (START + 100, NONE32, NONE32, NONE32, 0, 2, 0, 0, 0),
            (NONE32, NONE32, 5_000, 4_000, 0, 3, 0, 0, 0),
        ),
    )
    spans = [(lap.start_at, lap.end_at, lap.elapsed_s, lap.timer_s) for lap in found.laps]
    assert spans == [
        (at(0), at(60), 60.0, 60.0),
        (at(60), at(90), 30.0, 30.0),
        (at(90), at(100), 10.0, 10.0),
        (at(100), at(105), 5.0, 4.0),
    ]
    assert [each.count for each in found.warnings if each.code == "lap_end_estimated"] == [3]


def test_a_lap_without_any_time_is_left_out_and_the_numbers_stay() -> None:
    lost = (NONE32, NONE32, NONE32, NONE32, 0, 0, 0, 0, 0)
    kept = (START + 9, START, 9_000, 9_000, 0, 0, 0, 0, 0)
    found = read(laps(lost, kept))
    assert [lap.number for lap in found.laps] == [1]
    assert "lap_time_unknown" in [each.code for each in found.warnings]


def test_timer_events_are_starts_and_stops_in_order_of_time() -> None:
    found = read(
        session(),
        events((0, 0, 0), (30, 0, 4), (20, 0, 1), (25, 0, 0), (26, 0, 3), (27, 9, 4), (40, 0, 9)),
    )
    assert [(event.at, event.kind) for event in found.timer_events] == [
        (at(0), "start"),
        (at(20), "stop"),
        (at(25), "start"),
        (at(30), "stop"),
        (at(40), "stop"),
    ]


def test_each_session_is_an_activity_with_its_own_sport_laps_samples_and_totals() -> None:
    swim, run = activities_in(
        fit_file(
            file_id(),
            session(sport=5),
            session(start=100, elapsed=50, timer=40, sport=1, sub_sport=1),
            laps(
                (START + 100, START, 100_000, 90_000, 20117, 0, 0, 0, 0),
                (START + 150, START + 100, 50_000, 40_000, 10000, 1, 0, 0, 0),
            ),
            hearts(0, 50, 99, 100, 149),
        )
    )
    assert [(leg.leg, leg.leg_count, leg.sport, leg.sub_sport) for leg in (swim, run)] == [
        (1, 2, "swimming", "generic"),
        (2, 2, "running", "treadmill"),
    ]
    assert (swim.timer_s, swim.elapsed_s, run.timer_s, run.elapsed_s) == (90.0, 100.0, 40.0, 50.0)
    assert (swim.started_at, swim.ended_at) == (at(0), at(100))
    assert (run.started_at, run.ended_at) == (at(100), at(150))
    assert [len(leg.laps) for leg in (swim, run)] == [1, 1]
    assert [len(leg.track) for leg in (swim, run)] == [3, 2]


def test_without_a_session_laps_give_the_totals_and_without_laps_the_samples() -> None:
    lap = laps((START + 60, START, 60_000, 58_000, 20117, 0, 0, 0, 0))
    by_laps = read(lap, hearts(0, 60))
    assert (by_laps.timer_s, by_laps.elapsed_s, by_laps.distance_m) == (58.0, 60.0, 201.17)
    assert by_laps.ended_at == at(60)
    rows = [(START, 0), (START + 9, 2500), (START + 10, NONE32)]
    alone = read(records(*rows, fields=[(5, 4, UINT32)], code="I"))
    assert (alone.timer_s, alone.elapsed_s, alone.distance_m) == (10.0, 10.0, 25.0)
    assert not alone.is_complete
    assert (alone.started_at, alone.ended_at, alone.sport) == (at(0), at(10), None)
    assert any("never finished" in str(text) for text in alone.warnings)


@pytest.mark.parametrize(
    ("manufacturer", "product", "expected"),
    [
        (1, 3076, ("garmin", "fr245")),
        (1, 65000, ("garmin", "65000")),
        (294, 8, ("coros", "8")),
        (60000, NONE16, ("60000", None)),
        (NONE16, NONE16, (None, None)),
    ],
)
def test_the_recorder_is_named(
    manufacturer: int, product: int, expected: tuple[str | None, str | None]
) -> None:
    found = read_activity(fit_file(file_id(4, manufacturer, product), session()))
    assert (found.manufacturer, found.product) == expected


def test_the_embedded_workout_comes_along() -> None:
    found = read(session(), steps(b"Warm up", b"Back"))
    assert found.workout is not None
    assert len(found.workout.messages) == 2
    assert read(session()).workout is None


def test_text_that_had_to_be_repaired_is_told_by_the_activity() -> None:
    found = read(session(), steps(b"Warm \xc3"))
    assert any("no UTF-8" in str(text) for text in found.warnings)


def test_an_enhanced_value_goes_before_the_plain_one_value_by_value() -> None:
    fields = [(253, 4, UINT32), (73, 4, UINT32), (6, 2, UINT16)]
    rows = [(0, 4000, 1000), (1, 0xFFFFFFFF, 2000), (2, 0xFFFFFFFF, 0xFFFF)]
    activity = read(
        definition(0, 20, fields),
        *(message(0, struct.pack("<IIH", START + second, *speeds)) for second, *speeds in rows),
    )
    np.testing.assert_array_equal(activity.track.speed_mps, [4.0, 2.0, np.nan])


# -- which files ----------------------------------------------------------------------------


def test_files_of_other_kinds_say_what_they_are() -> None:
    for kind, word in ((5, "workout"), (2, "settings"), (6, "course")):
        with pytest.raises(DecodeError) as caught:
            read_activity(fit_file(file_id(kind), hearts(0)))
        assert caught.value.got == f"a file of kind {word}"


def test_the_kind_is_guessed_from_the_messages_where_it_is_not_stated() -> None:
    for chunk, kind in (
        (hearts(0), "activity"),
        (steps(b"a"), "workout"),
        (events((0, 0, 0)), "unknown"),
    ):
        assert file_kind(decode(fit_file(chunk)).segments[0]) == kind


def test_an_activity_file_with_nothing_recorded_is_refused() -> None:
    with pytest.raises(DecodeError, match="nothing was recorded") as caught:
        read_activity(fit_file(file_id(), events((0, 0, 0))))
    assert caught.value.got == "2 messages without"


def test_chained_files_are_activities_of_their_own_never_doubled() -> None:
    one, two = fit_file(file_id(), session()), fit_file(file_id(), session(start=200))
    settings = fit_file(file_id(2))
    found = read_activities(one + settings + two)
    assert [activity.started_at for activity in found] == [at(0), at(200)]
    with pytest.raises(DecodeError) as caught:
        read_activity(one + two)
    assert (caught.value.expected, caught.value.got) == ("one", "2: running, running")
    assert read_activity(one + settings).started_at == at(0)


def test_a_zip_gives_each_activity_under_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.fit", fit_file(file_id(), session()))
        archive.writestr("2.fit", fit_file(file_id(), session(start=9)))
    assert [found.source for found in read_activities(path)] == [f"{path}/1.fit", f"{path}/2.fit"]
    with pytest.raises(DecodeError, match="several activities"):
        read_activity(path)


def test_a_clock_that_was_never_set_is_told() -> None:
    rows = [(1234, 100), (1235, 101)]
    found = read(records(*rows, fields=[(3, 1, UINT8)], code="B"))
    assert any("clock was never set" in str(text) for text in found.warnings)
    assert not any("clock" in str(text) for text in read(session()).warnings)


def test_errors_carry_the_name_of_the_file() -> None:
    file = io.BytesIO(fit_file(file_id(), session())[:-9])
    file.name = "run.fit"
    with pytest.raises(DecodeError, match=r"^run\.fit: the file is shorter"):
        read_activity(file)


def test_every_field_that_is_asked_for_by_name_exists_in_the_profile() -> None:
    asked: set[tuple[str, str]] = set()
    original = Table._keys

    def spy(table: Table, fields: tuple[str | int, ...]) -> tuple[Key | None, ...]:
        asked.update((table.name, field) for field in fields if isinstance(field, str))
        return original(table, fields)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Table, "_keys", spy)
        read(session(), hearts(0), laps(), events((0, 0, 0)), steps(b"a"))
    assert len(asked) > 40
    profile = load_profile()
    unknown = {
        (message_name, field)
        for message_name, field in asked
        if profile.field_number(profile.message_number(message_name), field) is None
    }
    assert unknown <= {("sport", "start_time")}


def test_damage_brings_out_nothing_but_a_decode_error() -> None:
    whole = fit_file(
        file_id(),
        hearts(0, 1, 2),
        laps((START + 60, START, 60_000, 58_000, 20117, 0, 0, 0, 0)),
        events((0, 0, 0), (9, 0, 4)),
        session(),
    )
    dice = random.Random(7)
    read_count = 0
    for _ in range(800):
        data = bytearray(whole)
        for _ in range(dice.choice((1, 2, 4))):
            data[dice.randrange(14, len(data))] = dice.choice((0, 255, dice.randrange(256)))
        data[12:14] = data[-2:] = b"\0\0"
        try:
            found = read_activity(bytes(data))
        except DecodeError:
            continue
        read_count += 1
        assert found.started_at <= found.ended_at
        assert not (np.diff(found.track.unix_s) < 0).any()
    assert read_count > 250


def test_many_gaps_between_laps_and_many_sessions_cost_no_more_each_than_a_few() -> None:
    count = 10_000
    rows = [(START + 20 * lap, 100 * lap) for lap in range(count)]
    samples = records(*rows, fields=[(5, 4, UINT32)], code="I")
    many_laps = laps(
        *(
            (START, START + 20 * lap, 10_000, 10_000, 1000, NONE16, 0, NONE8, NONE8)
            for lap in range(count)
        )
    )
    fields = [(2, 4, UINT32), (7, 4, UINT32)]
    many_sessions = definition(2, 18, fields) + b"".join(
        message(2, struct.pack("<II", START + 20 * leg, 20_000)) for leg in range(count)
    )
    begun = time.process_time()
    assert len(read(samples, many_laps, session(elapsed=20 * count)).laps) == 2 * count - 1
    assert len(activities_in(fit_file(file_id(), samples, many_laps, many_sessions))) == count
    # Two seconds; ten and more where each lap or session looks at all of the file.
    assert time.process_time() - begun < 6.0


# -- real files -----------------------------------------------------------------------------


def test_laps_of_structured_runs_lie_where_the_truth_has_them(corpus: Path) -> None:
    truth = json.loads((corpus / "truth.json").read_text())
    for name, stretches in truth.items():
        found = read_activity(corpus / "structured" / name)
        for stretch in stretches:
            first, last = found.laps[stretch["first_lap"]], found.laps[stretch["last_lap"]]
            assert abs(first.start_at.timestamp() - stretch["start"]) <= 1
            assert abs(last.end_at.timestamp() - stretch["end"]) <= 1
            assert first.step_index == stretch["step_index"]


def test_compressed_speed_and_distance_of_a_real_file_are_fitparses(corpus: Path) -> None:
    path = corpus / "decode/compressed-speed-distance.fit"
    with path.open("rb") as file:
        theirs = [
            (row.get_value("speed"), row.get_value("distance"), row.get_value("timestamp"))
            for row in fitparse.FitFile(file).get_messages("record")
        ]
    track = read_activity(path).track
    assert len(track) == len(theirs) > 700
    speed, distance, time = zip(*theirs, strict=True)
    np.testing.assert_array_equal(track.speed_mps, np.array(speed, dtype=float))
    np.testing.assert_array_equal(track.distance_m, np.array(distance, dtype=float))
    # The watch's clock was never set: fitparse leaves such times as they are.
    assert [FIT_EPOCH + seconds for seconds in time] == track.unix_s.tolist()


def attempt(path: Path) -> tuple[Activity, ...]:
    try:
        return read_activities(path)
    except DecodeError:
        return ()


def test_every_readable_activity_of_the_corpus_makes_sense(corpus: Path) -> None:
    count = 0
    for path in sorted(corpus.glob("*/*.fit")):
        for activity in attempt(path):
            count += 1
            assert activity.source == str(path)
            assert activity.started_at <= activity.ended_at
            assert not (np.diff(activity.track.unix_s) < 0).any()
            assert len(activity.track) or activity.laps or activity.elapsed_s is not None
    assert count > 130


def test_a_segment_can_be_turned_into_an_activity_alone() -> None:
    (segment,) = decode(fit_file(file_id(), session())).segments
    assert [each.source for each in activities_from_segment(segment, source="a.fit")] == ["a.fit"]
