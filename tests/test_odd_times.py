"""Claims about files whose times contradict each other, from the bytes to the report."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest

from backrun_fit.activity import Activity
from backrun_fit.compliance import check
from backrun_fit.compliance.pairing import AlignMode
from backrun_fit.errors import DataWarning
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.report import Report, Verdict
from backrun_fit.workout import PaceTarget
from tests.activities import plan, timed
from tests.fit_bytes import UINT8, UINT16, UINT32, definition, fit_file, message
from tests.test_activity_reader import (
    NONE8,
    NONE16,
    NONE32,
    START,
    at,
    file_id,
    laps,
    session,
    steps,
)

DAY_S = 86_400
YEAR_S = 365 * DAY_S
THREE_MINUTES = plan(*[timed(60, PaceTarget(slowest_mps=2.4, fastest_mps=2.6))] * 3)


def samples(*times: int, mps: float = 2.5, clock: dict[int, int] | None = None) -> bytes:
    """Records at these seconds of the run, with another time on the clock for some of them."""
    head = definition(1, 20, [(253, 4, UINT32), (5, 4, UINT32), (6, 2, UINT16), (3, 1, UINT8)])
    on_clock = clock or {}
    rows = (
        (START + on_clock.get(time, time), round(100 * mps * time), round(1000 * mps), 140)
        for time in times
    )
    return head + b"".join(message(1, struct.pack("<IIHB", *row)) for row in rows)


def lap(
    start: int, seconds: int, step: int = NONE16, *, elapsed: int | None = None, stamp: int = 0
) -> tuple[int, ...]:
    lasting = 1000 * (seconds if elapsed is None else elapsed)
    return (START + stamp, START + start, lasting, 1000 * seconds, 250 * seconds, step, 1, 0, NONE8)


def minutes(*starts: int) -> bytes:
    return laps(*(lap(start, 60, number) for number, start in enumerate(starts)))


def read(*chunks: bytes) -> Activity:
    return read_activity(fit_file(file_id(), *chunks))


def counts(found: Activity | Report) -> dict[str, int]:
    return {warning.code: warning.count for warning in found.warnings}


# -- a clock that was set -------------------------------------------------------------------


def jumped(jump_s: int) -> Activity:
    """Three laps of a minute; in the second one the clock is set forward."""
    clock = {time: time + jump_s for time in range(90, 181)}
    return read(
        steps(b"One", b"Two", b"Three"),
        samples(*range(181), clock=clock),
        minutes(0, 60, 120 + jump_s),
        session(elapsed=180, timer=180),
    )


@pytest.mark.parametrize("jump_s", [2 * 3600, DAY_S, 20 * DAY_S, 20 * YEAR_S])
def test_timer_and_laps_pass_a_jump_of_the_clock_over(jump_s: int) -> None:
    found = jumped(jump_s)
    (jump,) = found.clock_jumps
    assert jump.shift_s == pytest.approx(jump_s, abs=1.0)
    assert jump.before_unix_s == at(89).timestamp()
    assert [(one.timer_s, one.elapsed_s, one.distance_m) for one in found.laps] == [
        (60.0, 60.0, 150.0)
    ] * 3
    assert [one.start_at for one in found.laps] == [at(0), at(60), at(120 + jump_s)]
    assert found.laps[1].end_at == at(120 + jump_s)
    assert (found.timer_s, found.elapsed_s, len(found.track)) == (180.0, 180.0, 181)
    assert counts(found) == {"clock_jump": 1}


@pytest.mark.parametrize("align", ["auto", "indexes", "laps", "samples"])
@pytest.mark.parametrize("jump_s", [2 * 3600, 20 * DAY_S])
def test_a_step_in_which_the_clock_was_set_has_its_length_and_its_pace(
    jump_s: int, align: AlignMode
) -> None:
    report = check(jumped(jump_s), THREE_MINUTES, align=align)
    for result in report.results:
        assert result.done is not None
        assert result.done.timer_s == pytest.approx(60.0, abs=2.0)
        assert result.done.speed_mps == pytest.approx(2.5, abs=0.1)
        assert result.done.heart_rate_bpm == pytest.approx(140.0)
        assert result.verdict in (Verdict.MET, Verdict.DONE_UNMEASURED)


def test_without_a_session_a_jump_is_found_from_a_day_on() -> None:
    clock = {time: time + 2 * DAY_S for time in range(90, 181)}
    found = read(samples(*range(181), clock=clock))
    assert [round(jump.shift_s) for jump in found.clock_jumps] == [2 * DAY_S]
    assert found.laps[0].timer_s == pytest.approx(180.0)


def test_a_pause_that_the_session_counts_is_no_jump() -> None:
    hours = 3 * 3600
    clock = {time: time + hours for time in range(90, 181)}
    found = read(
        samples(*range(181), clock=clock),
        laps(lap(0, 180, elapsed=180 + hours)),
        session(elapsed=180 + hours, timer=180),
    )
    assert found.clock_jumps == ()
    assert "clock_jump" not in counts(found)


# -- records outside ------------------------------------------------------------------------


@pytest.mark.parametrize("off_s", [-10 * YEAR_S, 3 * YEAR_S])
@pytest.mark.parametrize("stray", [(50,), (0,), (180,), (50, 51)])
def test_a_few_records_of_another_year_do_not_belong_to_the_recording(
    stray: Sequence[int], off_s: int
) -> None:
    found = read(
        samples(*range(181), clock={time: time + off_s for time in stray}),
        minutes(0, 60, 120),
        session(elapsed=180, timer=180),
    )
    assert len(found.track) == 181 - len(stray)
    assert counts(found)["records_outside"] == len(stray)
    assert (found.started_at, found.ended_at) == (at(0), at(180))
    assert found.clock_jumps == ()
    report = check(found, THREE_MINUTES)
    assert {result.verdict for result in report.results} == {Verdict.MET}


def test_one_record_of_another_year_does_not_make_a_recording_of_years_where_it_stopped() -> None:
    clock = {50: 50 + 3 * YEAR_S}
    found = read(samples(*range(101), clock=clock), minutes(0))
    assert [one.timer_s for one in found.laps] == [60.0, 40.0]
    assert found.ended_at == at(100)


# -- summaries stamped with the start -------------------------------------------------------


@pytest.mark.parametrize("stamp", [0, 180, 541])
def test_the_timestamps_of_laps_change_nothing(stamp: int) -> None:
    rows = [lap(60 * number, 60, number, stamp=stamp) for number in range(3)]
    found = read(
        steps(b"One", b"Two", b"Three"),
        laps(*rows),
        samples(*range(181)),
        session(elapsed=180, timer=180),
    )
    assert [one.end_at for one in found.laps] == [at(60), at(120), at(180)]
    assert counts(found) == {}
    assert all(result.done and result.done.heart_rate_bpm for result in check(found).results)


# -- one warning a file for each kind -------------------------------------------------------


def test_each_kind_of_oddity_is_one_warning_that_counts() -> None:
    clock = {70: NONE32 - START, 71: NONE32 - START, 80: 78, 50: 50 + 3 * YEAR_S}
    found = read(
        samples(*range(181), clock=clock),
        laps(
            lap(0, 65),
            lap(60, 65),
            (NONE32, START + 120, NONE32, 20_000, 5000, NONE16, 1, 0, NONE8),
            (NONE32, START + 140, NONE32, 40_000, 5000, NONE16, 1, 0, NONE8),
            (NONE32, START + 1000, 70_000, 70_000, 5000, NONE16, 1, 0, NONE8),
            (NONE32, START + 1070, 70_000, 70_000, 5000, NONE16, 1, 0, NONE8),
        ),
        session(elapsed=1140, timer=180),
    )
    assert counts(found) == {
        "records_without_time": 2,
        "records_outside": 1,
        "records_unsorted": 2,
        "laps_overlap": 2,
        "lap_end_estimated": 2,
        "lap_without_records": 2,
        "laps_and_session_differ": 1,
    }
    codes = [warning.code for warning in found.warnings]
    assert len(codes) == len(set(codes))
    assert all(isinstance(warning, DataWarning) for warning in found.warnings)


def test_laps_without_any_time_are_one_warning() -> None:
    lost = (NONE32, NONE32, NONE32, NONE32, 0, NONE16, 0, 0, 0)
    found = read(laps(lost, lost, lap(0, 60)), samples(*range(61)))
    assert counts(found)["lap_time_unknown"] == 2
    assert [(one.number, one.timer_s) for one in found.laps] == [(2, 60.0)]
    assert found.timer_s == 60.0


def test_an_only_lap_without_any_time_lasts_as_long_as_the_records() -> None:
    (only,) = read(laps((NONE32,) * 4 + (0, NONE16, 0, 0, 0)), samples(*range(61))).laps
    assert (only.start_at, only.end_at, only.timer_s) == (at(0), at(60), 60.0)


def test_steps_without_records_are_one_warning_that_counts_them() -> None:
    found = read(
        steps(b"One", b"Two", b"Three"),
        samples(*range(60)),
        minutes(0, 60, 120),
        session(elapsed=180, timer=180),
    )
    report = check(found)
    assert counts(report)["step_without_records"] == 2
    (text,) = [str(one) for one in report.warnings if one.code == "step_without_records"]
    assert "step 2, 3" in text


# -- what is hardly there -------------------------------------------------------------------


@pytest.mark.parametrize("align", ["auto", "samples"])
@pytest.mark.parametrize("times", [(), (0,), (0, 0), (0, 1)])
def test_a_session_with_hardly_a_record_is_read_and_checked_or_refused_with_a_reason(
    times: Sequence[int], align: AlignMode
) -> None:
    found = read(samples(*times), minutes(0, 60, 120), session(elapsed=180, timer=180))
    report = check(found, THREE_MINUTES, align=align)
    assert len(report.results) == 3


@pytest.mark.parametrize(
    "row",
    [
        lap(0, 0),
        lap(0, 0, elapsed=60),
        (START, START, NONE32, NONE32, NONE32, NONE16, NONE8, NONE8, NONE8),
        (NONE32, NONE32, NONE32, 60_000, NONE32, NONE16, NONE8, NONE8, NONE8),
        (START, START + 500, 60_000, 60_000, 0, 0, 0, 0, 0),
        (START, START - 500, 60_000, 60_000, 0, 0, 0, 0, 0),
        (START, START, NONE32 - 1, NONE32 - 1, 0, 0, 0, 0, 0),
    ],
)
@pytest.mark.parametrize("has_session", [True, False])
@pytest.mark.parametrize("has_samples", [True, False])
def test_a_lap_of_whatever_length_ends_at_or_behind_its_start(
    row: tuple[int, ...], has_samples: bool, has_session: bool
) -> None:
    chunks = [
        laps(row, lap(60, 60), row),
        *([samples(*range(121))] if has_samples else []),
        *([session(elapsed=120, timer=120)] if has_session else []),
    ]
    found = read(*chunks)
    assert all(one.start_at <= one.end_at for one in found.laps)
    assert all(one.timer_s >= 0 and one.elapsed_s >= 0 for one in found.laps)
    assert found.started_at <= found.ended_at
    for align in ("auto", "laps"):
        check(found, THREE_MINUTES, align=align)
