"""Claims about the one model of time: clocks, ends of laps, and clocks that were set."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.activity_time import (
    ClockJump,
    Summary,
    TimerClock,
    ends_of_summaries,
    find_clock_jumps,
    interpolate,
)

DAY_S = 86_400.0

EVENTS = st.lists(
    st.tuples(st.integers(0, 1000), st.sampled_from(["start", "stop"])), max_size=12
).map(lambda each: sorted(each, key=lambda event: event[0]))


@given(events=EVENTS, at=st.integers(0, 1000))
def test_timer_time_counts_the_seconds_between_start_and_stop(
    events: list[tuple[int, str]], at: int
) -> None:
    starts = [second for second, kind in events if kind == "start"]
    stops = [second for second, kind in events if kind == "stop"]
    running = not starts or (bool(stops) and stops[0] < starts[0])
    ran = []
    for second in range(1000):
        for when, kind in events:
            if when == second:
                running = kind == "start"
        ran.append(running)
    counted = sum(ran[:at]) if any(ran) else at
    clock = TimerClock.of_events(
        [(float(second), kind == "start") for second, kind in events], 0.0, 1000.0
    )
    assert clock.timer_s(float(at)) == pytest.approx(counted)
    assert clock.timer_s(np.array([float(at)])).tolist() == pytest.approx([counted])


# Where laps and sessions end.


def test_a_lap_ends_after_its_elapsed_time_whatever_its_timestamp_says() -> None:
    for stamp in (None, 0.0, 100.0, 160.0, 541.0):
        (span,) = ends_of_summaries([Summary(100.0, stamp, 60.0, 50.0)])
        assert span is not None
        assert (span.start_unix_s, span.end_unix_s, span.basis) == (100.0, 160.0, "elapsed")


@pytest.mark.parametrize(
    ("lap", "following", "end", "basis"),
    [
        (Summary(100.0, 130.0, None, 25.0), Summary(140.0), 140.0, "next_start"),
        (Summary(100.0, 130.0, None, 25.0), Summary(None, 150.0), 130.0, "timestamp"),
        (Summary(100.0, 100.0, None, 25.0), None, 125.0, "timer"),
        (Summary(100.0, 100.0, None, None), None, 300.0, "records"),
    ],
)
def test_without_an_elapsed_time_the_next_best_gives_the_end(
    lap: Summary, following: Summary | None, end: float, basis: str
) -> None:
    laps = [lap] if following is None else [lap, following]
    span = ends_of_summaries(laps, last_record_unix_s=300.0)[0]
    assert span is not None
    assert (span.end_unix_s, span.basis) == (end, basis)


def test_a_lap_without_a_start_begins_where_the_one_before_ended() -> None:
    laps = [Summary(None, None, 60.0, 60.0), Summary(None, None, 30.0, 30.0)]
    first, second = ends_of_summaries(laps, first_start_unix_s=10.0)
    assert first is not None
    assert second is not None
    assert (first.start_unix_s, second.start_unix_s, second.end_unix_s) == (10.0, 70.0, 100.0)
    assert not first.start_is_known
    assert ends_of_summaries(laps) == [None, None]


def test_of_several_laps_one_that_says_no_time_is_not_the_whole_recording() -> None:
    nothing, minute = Summary(), Summary(0.0, None, 60.0, 60.0)
    found = ends_of_summaries([nothing, minute], first_start_unix_s=0.0, last_record_unix_s=60.0)
    assert [span is None for span in found] == [True, False]
    (alone,) = ends_of_summaries([nothing], first_start_unix_s=0.0, last_record_unix_s=60.0)
    assert alone is not None
    assert (alone.start_unix_s, alone.end_unix_s, alone.basis) == (0.0, 60.0, "records")


def test_a_lap_that_runs_into_the_next_one_is_cut_off_there_and_only_seconds_are_said() -> None:
    rounded, contradictory = (
        ends_of_summaries([Summary(0.0, None, lasting_s, None), Summary(60.0, None, 1.0, None)])[0]
        for lasting_s in (61.5, 64.4)
    )
    assert rounded is not None
    assert contradictory is not None
    assert (rounded.end_unix_s, rounded.overlap_s) == (60.0, 0.0)
    assert contradictory.end_unix_s == 60.0
    assert contradictory.overlap_s == pytest.approx(4.4)


def test_a_lap_that_stands_in_the_file_twice_keeps_its_length() -> None:
    twice = ends_of_summaries([Summary(0.0, None, 60.0, None)] * 2)
    assert [span.end_unix_s for span in twice if span] == [60.0, 60.0]


def test_a_hundred_thousand_laps_cost_no_more_each_than_a_few() -> None:
    laps = [Summary(float(second), None, 1.0, 1.0) for second in range(100_000)]
    begun = time.process_time()
    assert len(ends_of_summaries(laps)) == len(laps)
    # A quarter of a second; ten where the rest of the laps is copied for each.
    assert time.process_time() - begun < 3.0


# Clocks that were set.


def jumped(jump_s: float, gap_s: float = 5.0) -> npt.NDArray[np.float64]:
    before = np.arange(100.0)
    return np.concatenate([before, before[-1] + gap_s + jump_s + np.arange(100.0)])


@pytest.mark.parametrize("jump_s", [7200.0, DAY_S, 20 * DAY_S, 3000 * DAY_S])
def test_a_clock_that_was_set_forward_is_found_and_the_timer_passes_it_over(jump_s: float) -> None:
    unix_s = jumped(jump_s)
    (jump,), inside = find_clock_jumps(unix_s, elapsed_s=203.0)
    assert inside.all()
    assert jump.shift_s == pytest.approx(jump_s)
    assert jump.lasting_s == pytest.approx(5.0)
    clock = TimerClock.of_events([], float(unix_s[0]), float(unix_s[-1]), [jump])
    assert clock.end_s == pytest.approx(203.0)
    assert clock.timer_s(unix_s)[[99, 100, 199]].tolist() == pytest.approx([99.0, 104.0, 203.0])


def test_a_lap_in_which_the_clock_was_set_ends_by_the_new_clock() -> None:
    jump = ClockJump(99.0, 99.0 + 5.0 + DAY_S, 5.0)
    (span,) = ends_of_summaries([Summary(50.0, None, 100.0, 100.0)], jumps=[jump])
    assert span is not None
    assert span.end_unix_s == pytest.approx(150.0 + DAY_S)
    (later,) = ends_of_summaries([Summary(99.0 + DAY_S + 50.0, None, 10.0, 10.0)], jumps=[jump])
    assert later is not None
    assert later.end_unix_s == later.start_unix_s + 10.0


def test_a_pause_that_the_totals_hold_is_a_pause() -> None:
    unix_s = jumped(7200.0)
    assert find_clock_jumps(unix_s, elapsed_s=7403.0)[0] == ()


def test_one_sample_with_another_date_lies_outside_the_recording() -> None:
    for stray in (-1e9, 2e9):
        unix_s = np.sort(np.append(np.arange(100.0), stray))
        jumps, inside = find_clock_jumps(unix_s, elapsed_s=100.0)
        assert jumps == ()
        assert (~inside).sum() == 1
        assert not inside[unix_s == stray].any()


@given(st.lists(st.floats(0, 1e9), max_size=40).map(sorted), st.floats(0, 1e6) | st.none())
def test_whatever_the_times_something_of_the_recording_is_left(
    times: list[float], elapsed_s: float | None
) -> None:
    jumps, inside = find_clock_jumps(np.array(times), elapsed_s)
    assert inside.any() or not times
    assert all(jump.shift_s > 0 for jump in jumps)


@given(st.lists(st.floats(0.01, 100.0), min_size=2, max_size=20), st.floats(-10.0, 2100.0))
def test_one_number_is_interpolated_as_many_are(steps: list[float], at: float) -> None:
    xs = np.cumsum(steps)
    ys = xs * 2.0
    assert interpolate(at, xs, ys) == pytest.approx(float(np.interp(at, xs, ys)), abs=1e-6)


@given(st.integers(1, 100_000), st.data())
def test_a_whole_second_on_a_timer_that_runs_is_exact(length_s: int, data: st.DataObject) -> None:
    at_s = data.draw(st.integers(0, length_s))
    clock = TimerClock(np.array([1.7e9, 1.7e9 + length_s]), np.array([0.0, length_s]))
    assert clock.timer_s(1.7e9 + at_s) == at_s
    assert clock.unix_s(float(at_s)) == 1.7e9 + at_s


def test_the_timer_does_not_run_in_a_pause_and_behind_the_end() -> None:
    clock = TimerClock.of_events([(0.0, True), (60.0, False), (90.0, True)], 0.0, 100.0)
    assert [clock.runs_at(at) for at in (-1.0, 0.0, 60.0, 75.0, 90.0, 100.0, 101.0)] == [
        False, True, True, False, True, True, False,
    ]  # fmt: skip
