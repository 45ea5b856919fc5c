"""Claims about reading workouts, written by whichever device, in whichever order."""

from __future__ import annotations

import struct
import time
from datetime import UTC, datetime
from pathlib import Path

import attrs
import garmin_fit_sdk
import pytest

from backrun_fit.compile import compile_workout
from backrun_fit.compiled import RepeatMessage, as_workout, unroll
from backrun_fit.errors import DecodeError
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.fit.columns import decode
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.limits import Limits
from backrun_fit.workout import (
    REPEAT_TYPES,
    CadenceTarget,
    DistanceDuration,
    HeartRateTarget,
    Intensity,
    Movement,
    OpenTarget,
    OtherDuration,
    OtherTarget,
    PaceTarget,
    PowerTarget,
    Step,
    Target,
    TimeDuration,
)
from tests.fit_bytes import ENUM, STRING, UINT8, UINT16, UINT32, definition, fit_file, message

FILE_ID = definition(0, 0, [(0, 1, ENUM), (1, 2, UINT16)])
WORKOUT = definition(1, 26, [(4, 1, ENUM), (6, 2, UINT16), (8, 12, STRING)])
STEP = definition(
    2,
    27,
    [
        (254, 2, UINT16),
        (0, 8, STRING),
        (1, 1, ENUM),
        (2, 4, UINT32),
        (3, 1, ENUM),
        (4, 4, UINT32),
        (5, 4, UINT32),
        (6, 4, UINT32),
        (7, 1, ENUM),
        (18, 1, UINT8),
    ],
)
WORKOUT_FILE, ACTIVITY_FILE = 5, 4
NONE = 0xFFFFFFFF
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def file_id(kind: int, manufacturer: int = 255) -> bytes:
    return message(0, struct.pack("<BH", kind, manufacturer))


def head(name: bytes = b"Plan") -> bytes:
    return message(1, struct.pack("<BH12s", 1, 3, name))


def step(
    index: int,
    kind: int = 0,
    value: int = 60_000,
    *,
    name: bytes = b"",
    target: tuple[int, int, int, int] = (2, 0, NONE, NONE),
    intensity: int = 0,
    skip: int = 0xFF,
) -> bytes:
    return message(
        2, struct.pack("<H8sBIBIIIBB", index, name, kind, value, *target, intensity, skip)
    )


def plan(*steps: bytes, kind: int = WORKOUT_FILE) -> bytes:
    return fit_file(FILE_ID, file_id(kind), WORKOUT, head(), STEP, *steps)


def test_steps_may_stand_before_the_workout_and_out_of_order() -> None:
    data = fit_file(
        FILE_ID, file_id(5), STEP, step(1, 1, 20_117), step(0), WORKOUT, head(b"A\x00\xff\xfe")
    )
    compiled = read_workout(data)
    assert compiled.name == "A"
    assert [m.duration for m in compiled.messages if isinstance(m, Step)] == [
        TimeDuration(duration_s=60),
        DistanceDuration(distance_m=201.17),
    ]


def test_a_backward_step_is_known_by_its_name() -> None:
    compiled = read_workout(plan(step(0, name=b"Back 60")))
    assert isinstance(compiled.messages[0], Step)
    assert compiled.messages[0].movement is Movement.BACKWARD_RUN


def test_skip_last_recovery_is_read_from_the_undocumented_field() -> None:
    compiled = read_workout(
        plan(step(0), step(1, intensity=4), step(2, 6, 0, target=(0xFF, 3, NONE, NONE), skip=1))
    )
    assert compiled.messages[2] == RepeatMessage(first_index=0, count=3, skip_last_recovery=True)
    assert [e.step_index for e in unroll(compiled)] == [0, 1, 0, 1, 0]


def test_offsets_are_taken_off_in_workout_files_and_left_alone_in_activities() -> None:
    heart = (1, 0, 220, 240)
    in_file = read_workout(plan(step(0, target=heart))).messages[0]
    assert isinstance(in_file, Step)
    assert in_file.target == HeartRateTarget(lowest_bpm=120, highest_bpm=140)
    bare = (1, 0, 118, 135)
    in_activity = read_workout(plan(step(0, target=bare), kind=ACTIVITY_FILE)).messages[0]
    assert isinstance(in_activity, Step)
    assert in_activity.target == HeartRateTarget(lowest_bpm=118, highest_bpm=135)


def test_recorders_that_keep_the_offsets_in_activities_are_recognised() -> None:
    kept = plan(
        step(0, target=(1, 0, 176, 220)),
        step(1, target=(1, 0, 240, 260)),
        step(2, target=(4, 0, 1200, 1250)),
        kind=ACTIVITY_FILE,
    )
    targets = [m.target for m in read_workout(kept).messages if isinstance(m, Step)]
    assert targets == [
        HeartRateTarget(lowest_bpm=76, highest_bpm=120),
        HeartRateTarget(lowest_bpm=140, highest_bpm=160),
        PowerTarget(lowest_w=200, highest_w=250),
    ]


def test_an_absent_value_from_which_a_watch_took_the_offset_is_no_target() -> None:
    data = plan(step(0, target=(1, 0, 4294967195, 4294967195)), kind=ACTIVITY_FILE)
    (message_,) = read_workout(data).messages
    assert isinstance(message_, Step)
    assert message_.target == OpenTarget()


def test_intensities_are_fits_words_absent_or_other() -> None:
    data = plan(step(0, intensity=4), step(1, intensity=0xFF), step(2, intensity=9))
    assert [m.intensity for m in read_workout(data).messages if isinstance(m, Step)] == [
        Intensity.RECOVERY,
        None,
        Intensity.OTHER,
    ]


def test_a_repeat_until_a_condition_is_kept_raw() -> None:
    data = plan(step(0), step(1, 7, 0, target=(0xFF, 1_800_000, NONE, NONE)))
    assert read_workout(data).messages[1] == RepeatMessage(
        first_index=0, count=None, until=OtherDuration(type=7, value=1_800_000)
    )


@pytest.mark.parametrize("first", [1, 2, 99, NONE])
def test_a_dangling_repeat_is_refused_with_its_index(first: int) -> None:
    with pytest.raises(DecodeError, match="message 1"):
        read_workout(plan(step(0), step(1, 6, first, target=(0xFF, 2, NONE, NONE))))


def test_repeats_that_cut_each_other_in_two_are_refused() -> None:
    repeat = (0xFF, 2, NONE, NONE)
    with pytest.raises(DecodeError, match="message 4: expected a repeat"):
        read_workout(
            plan(
                step(0),
                step(1),
                step(2, 6, 0, target=repeat),
                step(3),
                step(4, 6, 1, target=repeat),
            )
        )


def test_missing_steps_are_refused_and_named() -> None:
    with pytest.raises(DecodeError, match=r"none for \[1\]"):
        read_workout(plan(step(0), step(2)))


def test_a_file_without_a_workout_says_so() -> None:
    with pytest.raises(DecodeError, match="expected one workout, got 0"):
        read_workout(fit_file(FILE_ID, file_id(2)))


def corpus_workouts(corpus: Path) -> list[Path]:
    return sorted((corpus / "plans").glob("*.fit")) + sorted((corpus / "decode").glob("Work*.fit"))


def test_every_plan_of_the_corpus_has_the_steps_that_garmins_reader_finds(corpus: Path) -> None:
    for path in corpus_workouts(corpus):
        messages, _ = garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_file(str(path))).read(
            convert_types_to_strings=False
        )
        theirs = messages["workout_step_mesgs"]
        ours = read_workout(path).messages
        assert len(ours) == len(theirs), path.name
        for mine, raw in zip(ours, theirs, strict=True):
            if isinstance(mine, RepeatMessage):
                assert raw["duration_type"] in range(6, 14)
                assert mine.first_index == raw["duration_value"]
                assert mine.count in (raw["target_value"], None)
                continue
            if isinstance(mine.duration, TimeDuration):
                assert raw["duration_type"] == 0
                assert mine.duration.duration_s == raw["duration_value"] / 1000
            if isinstance(mine.target, HeartRateTarget):
                assert raw["target_type"] == 1
                assert mine.target.lowest_bpm == raw["custom_target_value_low"] - 100
            assert mine.name == (raw.get("wkt_step_name") or None)


# Targets as makers and watches write them.


def test_a_zone_recorded_by_a_watch_keeps_its_bounds_when_it_is_written() -> None:
    zone = step(0, target=(1, 3, 118, 135))
    compiled = read_workout(plan(zone, step(1), step(2), kind=ACTIVITY_FILE))
    target = compiled.messages[0].target  # type: ignore[union-attr]
    assert target == HeartRateTarget(lowest_bpm=118, highest_bpm=135, zone=3)
    again = as_workout(compiled)
    written = encode_workout(compile_workout(again), created_at=NOW)
    assert target_fields(written)[0] == (1, 3, 218, 235)
    assert read_workout(written).messages[0].target == target  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "fields",
    [
        (1, 3, 218, 235),
        (1, 0, 100, 245),
        (1, 0, 0, 245),
        (1, 0, 240, 0),
        (4, 0, 1000, 1136),
        (4, 2, 1180, 1220),
        (0, 0, 4878, 4651),
        (0, 2, 3000, 4000),
        (4, 0, 65, 40),
        (1, 0, 90, 250),
        (5, 0, 3, 5),
        (10, 0, 1158, 1205),
        (11, 0, NONE, NONE),
    ],
)
def test_target_fields_of_a_workout_file_are_written_as_they_were_read(
    fields: tuple[int, int, int, int],
) -> None:
    compiled = read_workout(plan(step(0, target=fields), step(1), step(2)))
    written = encode_workout(compile_workout(as_workout(compiled)), created_at=NOW)
    found = tuple(None if value == NONE else value for value in fields)
    assert target_fields(written)[0] == found
    assert target_fields(encode_workout(compiled, created_at=None))[0] == found


def test_a_target_that_was_changed_is_written_in_order() -> None:
    compiled = read_workout(plan(step(0, target=(0, 0, 4878, 4651)), step(1), step(2)))
    first = compiled.messages[0]
    assert isinstance(first, Step)
    changed = attrs.evolve(first, target=PaceTarget(slowest_mps=4.6, fastest_mps=4.878))
    compiled = attrs.evolve(compiled, messages=(changed, *compiled.messages[1:]))
    assert target_fields(encode_workout(compiled, created_at=NOW))[0] == (0, 0, 4600, 4878)


@pytest.mark.parametrize("kind", [WORKOUT_FILE, ACTIVITY_FILE])
def test_freestyle_is_a_target_that_is_kept(kind: int) -> None:
    compiled = read_workout(plan(step(0, target=(11, 0, NONE, NONE)), step(1), step(2), kind=kind))
    assert compiled.messages[0].target == OtherTarget(type=11, value=0)  # type: ignore[union-attr]
    assert target_fields(encode_workout(compiled, created_at=NOW))[0] == (11, 0, None, None)


def test_every_target_of_the_corpus_is_written_again_as_it_was_read(corpus: Path) -> None:
    """Of an activity with the offsets that a workout file has, and its ends in order."""
    count = 0
    for path in sorted((corpus / "plans").rglob("*.fit")):
        compiled = read_workout(path)
        assert target_fields(encode_workout(compiled, created_at=NOW)) == target_fields(path), path
        count += 1
    for path in sorted(
        (*(corpus / "structured").rglob("*.fit"), *(corpus / "wild").rglob("*.fit"))
    ):
        try:
            compiled = read_workout(path, on_error="salvage")
        except DecodeError:
            continue
        written = encode_workout(compiled, created_at=NOW)
        assert read_workout(written).messages == compiled.messages, path
        count += 1
    assert count > 60


def target_fields(source: bytes | Path) -> list[tuple[object, ...]]:
    """Type, value and both ends of every step that has a target, in order of the file."""
    [segment] = decode(source.read_bytes() if isinstance(source, Path) else source).segments
    rows = segment.table("workout_step").raw_rows(1, 3, 4, 5, 6)
    return [row[1:] for row in rows if row[0] not in REPEAT_TYPES]


# What is doubtful.


@pytest.mark.parametrize(("said", "count"), [(3, 5), (7, 5), (0, 5)])
def test_another_count_of_steps_than_the_file_holds_is_said(said: int, count: int) -> None:
    compiled = read_workout(counted(said, *(step(index) for index in range(count))))
    assert compiled.warnings == (
        f"the workout says {said} steps, and the file holds {count}: all are taken",
    )
    assert len(compiled.messages) == count


@pytest.mark.parametrize("said", [2, 3])
def test_a_count_with_or_without_repeats_is_right(said: int) -> None:
    compiled = read_workout(
        counted(said, step(0), step(1), step(2, 6, 0, target=(2, 3, NONE, NONE)))
    )
    assert isinstance(compiled.messages[2], RepeatMessage)
    assert compiled.warnings == ()


def test_warnings_are_no_part_of_what_is_written() -> None:
    compiled = read_workout(counted(3, *(step(index) for index in range(5))))
    assert compiled.is_as_read
    silent = attrs.evolve(compiled, warnings=())
    assert silent.content == compiled.content
    assert encode_workout(silent, created_at=None) == encode_workout(compiled, created_at=None)


def test_a_speed_that_was_multiplied_twice_is_said_with_its_likely_cause() -> None:
    compiled = read_workout(plan(step(0, target=(0, 0, 3_279_000, 3_390_000)), step(1), step(2)))
    [warning] = compiled.warnings
    assert "3279-3390 m/s, and nobody runs faster than 12.5 m/s" in warning
    assert "multiplies the speed by 1000 twice" in warning


def test_a_workout_without_steps_is_refused_as_one() -> None:
    with pytest.raises(DecodeError, match="the workout has no steps"):
        read_workout(fit_file(FILE_ID, file_id(WORKOUT_FILE), WORKOUT, head()))


def counted(said: int, *steps: bytes) -> bytes:
    workout = message(1, struct.pack("<BH12s", 1, said, b"Plan"))
    return fit_file(FILE_ID, file_id(WORKOUT_FILE), WORKOUT, workout, STEP, *steps)


# Two workouts in one file.


def short(*lengths_s: int, name: bytes = b"") -> tuple[bytes, ...]:
    """Timed steps numbered from 0."""
    return tuple(
        step(index, 0, 1000 * length_s, name=name) for index, length_s in enumerate(lengths_s)
    )


def lap_messages(*indexes: int) -> bytes:
    return definition(3, 19, [(71, 2, UINT16)]) + b"".join(
        message(3, struct.pack("<H", index)) for index in indexes
    )


def file(*chunks: bytes, kind: int = WORKOUT_FILE) -> bytes:
    return fit_file(FILE_ID, file_id(kind), WORKOUT, STEP, *chunks)


def lengths(data: bytes) -> tuple[str, list[float]]:
    """Name and step lengths of the one workout."""
    compiled = read_workout(data)
    durations = [one.duration for one in compiled.messages if isinstance(one, Step)]
    return compiled.name, [one.duration_s for one in durations if isinstance(one, TimeDuration)]


@pytest.mark.parametrize("steps_first", [False, True])
@pytest.mark.parametrize(
    ("pointed", "expected"),
    [((0, 1, 2), ("B", [30.0, 40.0, 50.0])), ((0x8002,), ("B", [30, 40, 50]))],
)
def test_of_two_workouts_in_an_activity_the_one_that_the_laps_point_to_is_read(
    steps_first: bool, pointed: tuple[int, ...], expected: tuple[str, list[float]]
) -> None:
    one, other = [head(b"A"), *short(10, 20)], [head(b"B"), *short(30, 40, 50)]
    for both in ((one, other), (other, one)):
        parts = [part[1:] + part[:1] if steps_first else part for part in both]
        chunks = [chunk for part in parts for chunk in part]
        data = file(*chunks, lap_messages(*pointed), kind=ACTIVITY_FILE)
        assert lengths(data) == expected


@pytest.mark.parametrize("kind", [WORKOUT_FILE, ACTIVITY_FILE])
def test_a_workout_that_is_written_twice_is_one(kind: int) -> None:
    once = [head(b"A"), *short(10, 20)]
    assert lengths(file(*once, *once, kind=kind)) == ("A", [10.0, 20.0])
    again = [*once, *short(10, 20)]
    assert lengths(file(*again, kind=kind)) == ("A", [10.0, 20.0])


@pytest.mark.parametrize("between", [[head(b"B")], []])
def test_two_workouts_of_which_nothing_says_which_is_meant_are_refused(
    between: list[bytes],
) -> None:
    data = file(head(b"A"), *short(10, 20), *between, *short(30, 40, 50))
    with pytest.raises(DecodeError, match="several workouts in one file") as caught:
        read_workout(data)
    assert caught.value.got == (
        "2 workouts of 2 steps, 3 steps, whose step indexes collide: [0, 1]"
    )
    assert caught.value.expected == "one, or laps that point to steps of one of them alone"


@pytest.mark.parametrize("pointed", [(), (0, 1), (NONE & 0xFFFF,), (7,)])
def test_laps_that_point_to_steps_of_both_workouts_or_none_choose_nothing(
    pointed: tuple[int, ...],
) -> None:
    both = [head(b"A"), *short(10, 20), head(b"B"), *short(30, 40, 50)]
    with pytest.raises(DecodeError, match="several workouts"):
        read_workout(file(*both, lap_messages(*pointed), kind=ACTIVITY_FILE))


def test_laps_do_not_choose_between_the_workouts_of_a_workout_file() -> None:
    both = [head(b"A"), *short(10, 20), head(b"B"), *short(30, 40, 50)]
    with pytest.raises(DecodeError, match="several workouts"):
        read_workout(file(*both, lap_messages(2)))


def test_an_activity_with_two_workouts_is_read_and_says_that_its_workout_is_not() -> None:
    both = [head(b"A"), *short(10, 20), head(b"B"), *short(30, 40, 50)]
    lap = struct.pack("<IIII", 1_000_000_060, 1_000_000_000, 60_000, 60_000)
    fields = [(253, 4, UINT32), (2, 4, UINT32), (7, 4, UINT32), (8, 4, UINT32)]
    found = read_activity(
        file(*both, definition(3, 19, fields), message(3, lap), kind=ACTIVITY_FILE)
    )
    assert found.workout is None
    (text,) = [str(one) for one in found.warnings if one.code == "workout_unreadable"]
    assert "several workouts in one file" in text


def test_steps_that_all_have_the_same_index_are_taken_in_order_of_the_file() -> None:
    for index in (0, 5, 0xFFFF):
        data = file(head(b"A"), *(step(index, 0, 1000 * length_s) for length_s in (10, 20, 30)))
        assert lengths(data) == ("A", [10.0, 20.0, 30.0])


@pytest.mark.parametrize(
    ("steps", "got"),
    [
        (
            (step(0), step(1, name=b"Hard"), step(1, name=b"Easy"), step(2)),
            "index 1 twice: 'Hard', 'Easy'",
        ),
        (
            (step(0), step(1), step(1, name=b"Easy"), step(1)),
            "index 1 3 times: the one at position 2, 'Easy', the one at position 4",
        ),
        (
            (step(0), step(0), step(1)),
            "index 0 twice: the one at position 1, the one at position 2",
        ),
    ],
)
def test_some_steps_with_the_same_index_are_refused_and_named(
    steps: tuple[bytes, ...], got: str
) -> None:
    with pytest.raises(DecodeError, match="several workout steps have the same") as caught:
        read_workout(plan(*steps))
    assert caught.value.got == got


NEVER_ENDING = (
    step(0),
    step(1, 6, 0, target=(2, 1, NONE, NONE), skip=1),
    step(2, 6, 0, target=(2, 4_294_967_294, NONE, NONE)),
)
DEEP = (step(0), *(step(index, 6, 0, target=(2, 1, NONE, NONE)) for index in range(1, 1_500)))


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (NEVER_ENDING, "message 2: expected a repeat with a step in each pass"),
        (DEEP, "message 33: expected at most 32 repeats around each other"),
        (
            (step(0), step(1, 6, 0, target=(2, 10_001, NONE, NONE))),
            "expected at most 10000 executions, got 10001",
        ),
    ],
)
def test_repeats_that_cannot_be_unrolled_are_refused_where_the_file_is_read(
    steps: tuple[bytes, ...], words: str
) -> None:
    begun = time.process_time()
    with pytest.raises(DecodeError, match=words):
        read_workout(plan(*steps))
    activity = read_activity(
        fit_file(
            *(FILE_ID, file_id(ACTIVITY_FILE), WORKOUT, head(), STEP, *steps),
            definition(3, 18, [(2, 4, UINT32), (7, 4, UINT32)]),
            message(3, struct.pack("<II", 1_140_000_000, 60_000)),
        )
    )
    assert activity.workout is None
    (warning,) = (one for one in activity.warnings if one.code == "workout_unreadable")
    assert words in warning.message
    assert time.process_time() - begun < 2.0


def test_a_workout_has_at_most_so_many_messages() -> None:
    steps = [step(index) for index in range(4)]
    assert len(read_workout(plan(*steps), limits=Limits(workout_messages=4)).messages) == 4
    with pytest.raises(DecodeError, match=r"too many workout_step messages: .* 3, got 4"):
        read_workout(plan(*steps), limits=Limits(workout_messages=3))


def test_values_and_messages_beside_a_workout_are_counted() -> None:
    # Five in the file's head, ten in each step.
    data = plan(step(0), step(1))
    assert len(read_workout(data, limits=Limits(workout_values=25)).messages) == 2
    with pytest.raises(DecodeError, match=r"too many values in the workout: .* 24, got 25"):
        read_workout(data, limits=Limits(workout_values=24))
    with pytest.raises(DecodeError, match=r"too many messages beside the workout: .* 1, got 2"):
        read_workout(plan(step(0)), limits=Limits(workout_messages=1))


def test_many_steps_cost_no_more_each_than_a_few() -> None:
    steps = (step(1 + index % 4000) for index in range(30_000))
    limits = Limits(workout_messages=30_000, workout_values=400_000)
    begun = time.process_time()
    with pytest.raises(DecodeError, match="several workout steps have the same"):
        read_workout(file(head(), *steps), limits=limits)
    # Two seconds; eight where each step looks at all before it.
    assert time.process_time() - begun < 6.0


def test_an_error_about_many_workouts_names_a_few() -> None:
    many = [chunk for length_s in range(1, 50) for chunk in (head(), *short(length_s))]
    with pytest.raises(DecodeError, match="several workouts") as caught:
        read_workout(file(*many))
    assert caught.value.got == (
        "49 workouts of 1 steps, 1 steps, 1 steps, 1 steps, 1 steps, ..., "
        "whose step indexes collide: [0]"
    )


SECOND = [(254, 2, UINT16), (1, 1, ENUM), (2, 4, UINT32), (3, 1, ENUM)]


@pytest.mark.parametrize(
    ("first", "kind", "value", "low", "high", "target"),
    [
        (19, 3, 0, 85, 90, CadenceTarget(lowest_spm=170, highest_spm=180)),
        (20, 3, 0, 85, 90, CadenceTarget(lowest_spm=170, highest_spm=180)),
        (20, 1, 0, 240, 250, HeartRateTarget(lowest_bpm=140, highest_bpm=150)),
        (20, 3, 2, 85, 90, None),
        (20, 11, 0, 85, 90, None),
        (20, 3, 0, NONE, 90, None),
        (20, 3, 0, 85, NONE, None),
    ],
)
def test_a_second_target_one_field_too_high_is_read_and_written_where_it_belongs(
    first: int, kind: int, value: int, low: int, high: int, target: Target | None
) -> None:
    fields = [(first, 1, ENUM), *((first + more, 4, UINT32) for more in (1, 2, 3))]
    values = struct.pack("<HBIBBIII", 0, 0, 60_000, 2, kind, value, low, high)
    data = fit_file(FILE_ID, file_id(5), definition(2, 27, [*SECOND, *fields]), message(2, values))
    compiled = read_workout(data)
    assert compiled.messages[0].secondary_target == target  # type: ignore[union-attr]
    if target is not None:
        [segment] = decode(encode_workout(compiled, created_at=NOW)).segments
        assert segment.table("workout_step").raw_rows(19, 20, 21, 22) == [(kind, value, low, high)]
