"""Claims about recordings that stop, and about laps that have no message, on small files.

``tests/test_cut.py`` holds real runs to the same; here every second is known.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Collection, Iterator, Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.activity import Activity
from backrun_fit.compliance import check
from backrun_fit.compliance.pairing import AlignMode
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.report import Report, Verdict
from backrun_fit.workout import PaceTarget
from tests.activities import plan, repeat, timed
from tests.fit_bytes import ENUM, UINT8, UINT16, UINT32, definition, fit_file, message
from tests.test_activity_reader import LAP_FIELDS, NONE8, NONE16, START, file_id

EASY, FAST = (2.5, 2400, 2600), (4.0, 3900, 4100)
TIME, DISTANCE, MANUAL, SESSION_END = 1, 2, 0, 7


@attrs.frozen(kw_only=True)
class Lap:
    """A lap to write: its length, its speed, and what the watch says of it.

    Attributes:
        seconds: How long.
        mps: How fast.
        step: ``wkt_step_index``.
        trigger: FIT's number.
    """

    seconds: int
    mps: float = 2.5
    step: int = NONE16
    trigger: int = TIME


WARMUP, HARD, REST = (
    Lap(seconds=300, step=0),
    Lap(seconds=120, mps=4.0, step=1),
    Lap(seconds=90, step=2),
)
COOLDOWN = Lap(seconds=300, step=4)
AS_PLANNED = (WARMUP, HARD, REST, HARD, REST, COOLDOWN)
# Two or more of the laps in the middle.
LOST = [lost for count in (2, 3) for lost in itertools.combinations(range(1, 5), count)]
# When each of the six steps begins and ends.
BORDERS = ((0, 300), (300, 420), (420, 510), (510, 630), (630, 720), (720, 1020))

PLAN = plan(
    timed(300, PaceTarget(slowest_mps=2.4, fastest_mps=2.6)),
    timed(120, PaceTarget(slowest_mps=3.9, fastest_mps=4.1)),
    timed(90, PaceTarget(slowest_mps=2.4, fastest_mps=2.6)),
    repeat(1, 2),
    timed(300, PaceTarget(slowest_mps=2.4, fastest_mps=2.6)),
)


def workout() -> bytes:
    """The messages of ``PLAN``."""
    fields = [
        *((254, 2, UINT16), (1, 1, ENUM), (2, 4, UINT32), (3, 1, ENUM)),
        *((4, 4, UINT32), (5, 4, UINT32), (6, 4, UINT32), (7, 1, ENUM)),
    ]
    none = 0xFFFFFFFF
    rows = (
        (0, 0, 300_000, 0, 0, *EASY[1:], 0),
        (1, 0, 120_000, 0, 0, *FAST[1:], 0),
        (2, 0, 90_000, 0, 0, *EASY[1:], 0),
        (3, 6, 1, 0xFF, 2, none, none, 0xFF),
        (4, 0, 300_000, 0, 0, *EASY[1:], 0),
    )
    head = definition(5, 26, [(4, 1, ENUM), (6, 2, UINT16)]) + message(5, b"\x01\x05\x00")
    written = (message(6, struct.pack("<HBIBIIIB", *row)) for row in rows)
    return head + definition(6, 27, fields) + b"".join(written)


def recording(
    laps: Sequence[Lap] = AS_PLANNED,
    *,
    stops_s: float | None = None,
    lost: Collection[int] = (),
    with_plan: bool = True,
    totals_s: int | None = None,
) -> bytes:
    """A Summary Last file: a record each second, each lap when it ends, the session at the end.

    Args:
        laps: As they were run.
        stops_s: Nothing later is in the file, and it has no session; None for a whole run.
        lost: Laps whose message is not in the file.
        with_plan: Whether the watch knew the workout.
        totals_s: What the session says; None for what is true.
    """
    return fit_file(file_id(), *_chunks(laps, stops_s, lost, with_plan, totals_s))


def _chunks(
    laps: Sequence[Lap],
    stops_s: float | None,
    lost: Collection[int],
    with_plan: bool,
    totals_s: int | None,
) -> Iterator[bytes]:
    if with_plan:
        yield workout()
    yield definition(1, 20, [(253, 4, UINT32), (5, 4, UINT32), (6, 2, UINT16), (3, 1, UINT8)])
    yield definition(3, 19, LAP_FIELDS)
    at_s, at_m = 0, 0.0
    last_s = float("inf") if stops_s is None else stops_s
    for number, lap in enumerate(laps):
        for second in range(at_s, at_s + lap.seconds):
            if second <= last_s:
                here_m = at_m + lap.mps * (second - at_s)
                values = (START + second, round(100 * here_m), round(1000 * lap.mps), 140)
                yield message(1, struct.pack("<IIHB", *values))
        begin = START + at_s
        at_s, metres = at_s + lap.seconds, lap.mps * lap.seconds
        at_m += metres
        if at_s <= last_s and number not in lost:
            lasting = lap.seconds * 1000
            last = (lap.step, lap.trigger, NONE8, 140)
            stamp = START + at_s
            whole = (stamp, begin, lasting, lasting, round(100 * metres), *last)
            yield message(3, struct.pack("<5IH3B", *whole))
    if stops_s is None:
        values = (START + at_s, round(100 * at_m), round(1000 * laps[-1].mps), 140)
        yield message(1, struct.pack("<IIHB", *values))
        yield session(at_s if totals_s is None else totals_s)
    elif stops_s == at_s:
        yield message(1, struct.pack("<IIHB", START + at_s, round(100 * at_m), 2500, 140))


def session(seconds: int) -> bytes:
    fields = [
        *((253, 4, UINT32), (2, 4, UINT32), (7, 4, UINT32), (8, 4, UINT32), (9, 4, UINT32)),
        (5, 1, ENUM),
    ]
    lasting = seconds * 1000
    body = (START + seconds, START, lasting, lasting, 250 * seconds, 1)
    return definition(2, 18, fields) + message(2, struct.pack("<5IB", *body))


def verdicts(report: Report) -> list[str]:
    return [result.verdict.value for result in report.results]


def codes(activity: Activity | Report) -> list[str]:
    return [warning.code for warning in activity.warnings]


# -- the lap in progress --------------------------------------------------------------------


def test_the_lap_in_progress_is_made_of_the_records_behind_the_last_lap() -> None:
    found = read_activity(recording(stops_s=480))
    assert [lap.is_from_records for lap in found.laps] == [False, False, True]
    made = found.laps[-1]
    assert (made.number, made.timer_s, made.elapsed_s) == (2, 60.0, 60.0)
    assert made.distance_m == pytest.approx(150.0)
    assert (made.step_index, made.trigger) == (None, None)
    assert not found.is_complete
    assert found.timer_s == 480.0
    assert found.distance_m == pytest.approx(1380.0)
    assert {"recording_stopped", "no_session"} <= {*codes(found)}


def test_one_record_behind_the_last_lap_makes_a_lap_and_one_within_rounding_makes_none() -> None:
    chunks = list(_chunks(AS_PLANNED, 300, (), True, None))
    lone = message(1, struct.pack("<IIHB", START + 310, 77_500, 2500, 140))
    found = read_activity(fit_file(file_id(), *chunks, lone))
    assert [lap.timer_s for lap in found.laps] == [300.0, 10.0]
    assert found.laps[-1].is_from_records
    near = message(1, struct.pack("<IIHB", START + 302, 75_500, 2500, 140))
    assert len(read_activity(fit_file(file_id(), *chunks, near)).laps) == 1


def test_a_recording_without_any_lap_that_stopped_is_one_lap() -> None:
    (lap,) = read_activity(recording(stops_s=200)).laps
    assert (lap.timer_s, lap.distance_m, lap.is_from_records) == (200.0, 500.0, True)


def test_a_recording_that_was_ended_without_any_lap_gets_none() -> None:
    found = read_activity(recording(lost=range(6)))
    assert (found.laps, found.is_complete) == ((), True)


def test_a_recording_with_an_activity_message_or_a_lap_that_ended_it_is_complete() -> None:
    chunks = list(_chunks(AS_PLANNED, 480, (), True, None))
    ended = definition(7, 34, [(253, 4, UINT32)]) + message(7, struct.pack("<I", START + 480))
    assert read_activity(fit_file(file_id(), *chunks, ended)).is_complete
    last = attrs.evolve(COOLDOWN, trigger=SESSION_END)
    assert read_activity(recording((*AS_PLANNED[:-1], last), stops_s=1020)).is_complete


# -- its step -------------------------------------------------------------------------------


@pytest.mark.parametrize("align", ["auto", "indexes", "laps"])
@pytest.mark.parametrize("stops_s", [150, 305, 360, 410, 430, 500, 560, 640, 800, 1000])
def test_the_step_in_progress_is_unfinished_and_later_ones_are_not_measurable(
    stops_s: int, align: AlignMode
) -> None:
    report = check(read_activity(recording(stops_s=stops_s)), align=align)
    for (begin, end), result in zip(BORDERS, report.results, strict=True):
        if end <= stops_s:
            assert result.verdict is Verdict.MET, result
        elif begin < stops_s:
            assert result.verdict is Verdict.UNFINISHED, result
            assert result.done is not None
            assert result.done.timer_s == pytest.approx(stops_s - begin)
            assert result.weight_s == pytest.approx(stops_s - begin)
        else:
            assert (result.verdict, result.quality) == (Verdict.NOT_MEASURABLE, None)
            assert result.pairing == "not recorded: the recording ends before it"
            assert result.done is None
    assert report.score == 100.0
    assert report.colour is None
    assert not report.is_complete
    assert report.verdict is Verdict.UNFINISHED


@pytest.mark.parametrize("stops_s", [100, 360, 560, 800])
def test_samples_alone_call_nothing_skipped_or_short_that_was_not_recorded(stops_s: int) -> None:
    report = check(read_activity(recording(stops_s=stops_s)), align="samples")
    assert not {"skipped", "short"} & {*verdicts(report)}
    behind = [begin >= stops_s for begin, _ in BORDERS]
    found = [result.verdict is Verdict.NOT_MEASURABLE for result in report.results]
    assert found == behind
    assert report.colour is None


@pytest.mark.parametrize("align", ["auto", "indexes", "laps"])
@pytest.mark.parametrize("more_s", [0, 1, 2])
def test_a_cut_right_behind_a_lap_leaves_its_step_as_it_was(more_s: int, align: AlignMode) -> None:
    found = read_activity(recording(stops_s=420 + more_s))
    report = check(found, align=align)
    assert verdicts(report) == ["met", "met", *["not_measurable"] * 4]
    assert (report.score, report.verdict) == (100.0, Verdict.MET)


@pytest.mark.parametrize("align", ["auto", "laps", "samples"])
def test_a_plan_that_is_given_is_checked_in_the_same_way(align: AlignMode) -> None:
    found = read_activity(recording(stops_s=560, with_plan=False))
    report = check(found, PLAN, align=align)
    assert report.workout_origin == "given"
    assert verdicts(report) == ["met"] * 3 + ["unfinished"] + ["not_measurable"] * 2
    assert report.score == pytest.approx(100.0, abs=0.5)


def test_a_faster_step_in_progress_is_judged_by_its_pace_and_not_by_its_length() -> None:
    laps = (WARMUP, attrs.evolve(HARD, mps=3.0), *AS_PLANNED[2:])
    report = check(read_activity(recording(laps, stops_s=400)))
    result = report.results[1]
    components = {finding.component: finding.verdict for finding in result.findings}
    assert components == {"extent": Verdict.UNFINISHED, "pace": Verdict.SLOW}
    assert result.verdict is Verdict.UNFINISHED
    assert report.score is not None
    assert report.score < 100.0


# -- autolaps -------------------------------------------------------------------------------


@pytest.mark.parametrize("align", ["auto", "indexes"])
@pytest.mark.parametrize("stops_s", [203, 215, 280])
def test_a_cut_behind_an_autolap_within_a_step_leaves_the_step_in_progress(
    stops_s: int, align: AlignMode
) -> None:
    auto = attrs.evolve(WARMUP, seconds=200, trigger=DISTANCE)
    laps = (auto, attrs.evolve(WARMUP, seconds=100), *AS_PLANNED[1:])
    found = read_activity(recording(laps, stops_s=stops_s))
    first, *later = check(found, align=align).results
    assert first.verdict is Verdict.UNFINISHED
    assert (first.first_lap, first.last_lap) == (0, 1)
    assert first.done is not None
    assert first.done.timer_s == pytest.approx(stops_s)
    assert {result.verdict for result in later} == {Verdict.NOT_MEASURABLE}


def test_laps_alone_call_nothing_skipped_or_short_behind_an_autolap() -> None:
    auto = attrs.evolve(WARMUP, seconds=200, trigger=DISTANCE)
    found = read_activity(recording((auto, *AS_PLANNED), stops_s=260))
    assert not {"skipped", "short"} & {*verdicts(check(found, align="laps"))}


@pytest.mark.parametrize("align", ["auto", "indexes"])
def test_a_lap_press_ends_the_step_so_that_the_next_one_was_in_progress(align: AlignMode) -> None:
    pressed = attrs.evolve(WARMUP, seconds=200, trigger=MANUAL)
    found = read_activity(recording((pressed, *AS_PLANNED[1:]), stops_s=260))
    results = check(found, align=align).results
    assert [one.verdict.value for one in results[:3]] == ["short", "unfinished", "not_measurable"]


def test_what_was_run_behind_the_last_step_is_left_over() -> None:
    laps = (*AS_PLANNED, Lap(seconds=200, trigger=SESSION_END))
    report = check(read_activity(recording(laps, stops_s=1100)))
    assert verdicts(report) == ["met"] * 6
    (extra,) = report.extra
    assert (extra.first_lap, extra.timer_s) == (6, 80.0)
    assert report.score == 100.0


# -- recordings that were ended --------------------------------------------------------------


@pytest.mark.parametrize("align", ["auto", "indexes", "laps", "samples"])
def test_what_the_athlete_left_out_of_a_recording_that_was_ended_is_skipped(
    align: AlignMode,
) -> None:
    laps = (*AS_PLANNED[:2], attrs.evolve(REST, trigger=SESSION_END))
    report = check(read_activity(recording(laps)), align=align)
    assert verdicts(report) == ["met"] * 3 + ["skipped"] * 3
    assert report.is_complete
    assert report.score is not None
    assert report.score < 60.0


@pytest.mark.parametrize("align", ["auto", "indexes", "laps"])
def test_a_last_lap_that_the_recorder_left_out_is_the_last_step_and_the_totals_follow(
    align: AlignMode,
) -> None:
    found = read_activity(recording(lost=[5], totals_s=720))
    assert found.is_complete
    assert [lap.is_from_records for lap in found.laps] == [False] * 5 + [True]
    assert (found.timer_s, found.elapsed_s) == (1020.0, 1020.0)
    assert found.distance_m == pytest.approx(250 * 7.20 + 750.0)
    assert "session_shorter_than_records" in codes(found)
    report = check(found, align=align)
    assert verdicts(report) == ["met"] * 6
    assert report.score == 100.0


def test_seconds_behind_the_last_lap_of_a_recording_that_was_ended_are_no_lap() -> None:
    saved = (*AS_PLANNED, Lap(seconds=5))
    found = read_activity(recording(saved, lost=[6], totals_s=1020))
    assert len(found.laps) == 6
    assert found.timer_s == 1020.0


# -- lost laps ------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", range(1, 5))
def test_a_lap_that_is_lost_in_the_middle_is_made_of_the_records_and_is_its_step(
    lost: int,
) -> None:
    found = read_activity(recording(lost=[lost]))
    assert [lap.is_from_records for lap in found.laps] == [place == lost for place in range(6)]
    assert found.laps[lost].timer_s == pytest.approx(AS_PLANNED[lost].seconds)
    run_m = AS_PLANNED[lost].seconds * AS_PLANNED[lost].mps
    assert found.laps[lost].distance_m == pytest.approx(run_m)
    report = check(found)
    assert verdicts(report) == ["met"] * 6
    assert report.score == 100.0


@pytest.mark.parametrize("lost", LOST)
def test_of_several_lost_laps_no_step_is_a_miss(lost: Collection[int]) -> None:
    report = check(read_activity(recording(lost=lost)))
    assert {*verdicts(report)} <= {"met", "not_measurable"}
    assert [report.results[place].verdict for place in (0, 5)] == [Verdict.MET] * 2
    assert report.score == 100.0


def test_a_lap_made_of_records_that_is_as_long_as_the_lost_steps_is_divided() -> None:
    report = check(read_activity(recording(lost=[3, 4])))
    assert verdicts(report) == ["met"] * 6
    assert [result.pairing for result in report.results[3:5]] == [
        f"the {part} part of lap 4, which is as long as several steps: their laps are missing; "
        "divided by the planned length"
        for part in ("first", "last")
    ]


def test_steps_whose_lap_fits_none_of_them_are_not_recorded() -> None:
    found = read_activity(recording(lost=[1, 2]))
    much = attrs.evolve(found.laps[1], timer_s=2000.0, distance_m=6000.0)
    laps = (found.laps[0], much, *found.laps[2:])
    report = check(attrs.evolve(found, laps=laps))
    lost = [one for one in report.results if one.verdict is Verdict.NOT_MEASURABLE]
    assert {one.pairing for one in lost} == {"its lap is missing from the recording"}
    assert not {"skipped", "short"} & {*verdicts(report)}


def test_a_step_that_was_skipped_before_a_lost_lap_stays_skipped() -> None:
    laps = (WARMUP, *AS_PLANNED[2:])
    report = check(read_activity(recording(laps, lost=[3])))
    assert verdicts(report) == ["met", "skipped", "met", "met", "met", "met"]


@given(st.sets(st.integers(1, 4)), st.sampled_from(["auto", "indexes"]))
def test_whatever_laps_are_lost_the_steps_are_found_where_they_were(
    lost: set[int], align: AlignMode
) -> None:
    found = read_activity(recording(lost=lost))
    report = check(found, align=align)
    for (begin, end), result in zip(BORDERS, report.results, strict=True):
        assert result.start_at is not None
        assert result.end_at is not None
        assert abs((result.start_at - found.started_at).total_seconds() - begin) <= 2
        assert abs((result.end_at - found.started_at).total_seconds() - end) <= 2
