"""Claims about laying a plan along the samples, held against trying all ways."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backrun_fit.activity import Activity, Column, Track
from backrun_fit.compiled import CompiledWorkout, unroll
from backrun_fit.compliance import by_sample
from backrun_fit.compliance.by_sample import _certainty, _changes, _Signal, align_by_sample
from backrun_fit.compliance.pairing import Alignment
from backrun_fit.compliance.timeline import Recording
from backrun_fit.workout import (
    DistanceDuration,
    OpenDuration,
    OpenTarget,
    PaceTarget,
    Step,
    Target,
    TimeDuration,
)
from tests.activities import START, Piece, as_planned, metres, moved_by, plan, record, repeat, timed

Segment = tuple[float, float] | None


def along(activity: Activity, workout: CompiledWorkout) -> Alignment:
    return align_by_sample(Recording.of(attrs.evolve(activity, laps=())), workout)


def segments(alignment: Alignment) -> list[Segment]:
    """From when to when each execution lasted, in seconds since the start; None if skipped."""
    return [
        (
            (each.stretch.start_at - START).total_seconds(),
            (each.stretch.end_at - START).total_seconds(),
        )
        if each.stretch
        else None
        for each in alignment.pairings
    ]


# All ways.


@attrs.frozen(eq=False)
class Ways:
    """An oracle: every way to lay steps along a run with a sample a second, and its cost."""

    speed: Column
    changes_s: Sequence[float]
    steps: Sequence[Step]

    @property
    def end_s(self) -> float:
        return float(len(self.speed) - 1)

    def spread(self, from_s: float, to_s: float) -> float:
        part = self.speed[round(from_s) : round(to_s)]
        if not len(part):
            return 0.0
        spread = float(((part - part.mean()) ** 2).sum()) / by_sample._SPREAD_SCALE
        most = by_sample._LARGEST_SPREAD
        return most * (1.0 - math.exp(-spread / most))

    def without_change(self, at_s: float) -> float:
        """What a step costs that ends where the speed stays the same."""
        if at_s >= self.end_s - 1:
            return 0.0
        place = round(at_s)
        changes = [
            abs(float(self.speed[at : at + 15].mean() - self.speed[at - 15 : at].mean()))
            for at in range(max(place - 6, 15), min(place + 6, len(self.speed) - 15) + 1)
        ]
        largest = max(changes, default=0.0) if len(self.speed) > 30 else 0.0
        return by_sample._NO_CHANGE * (1.0 - min(largest / by_sample._FULL_CHANGE_MPS, 1.0))

    def length(self, step: Step, from_s: float, to_s: float) -> tuple[float, float] | None:
        """What was done of what was planned, in seconds or metres."""
        match step.duration:
            case TimeDuration(duration_s=planned):
                return to_s - from_s, planned
            case DistanceDuration(distance_m=planned):
                metres_at = np.concatenate(([0.0], np.cumsum(self.speed[:-1])))
                begun, over = np.interp([from_s, to_s], np.arange(len(metres_at)), metres_at)
                return float(over - begun), planned
        return None

    def ends(self, step: Step, from_s: float) -> Iterator[tuple[float, float]]:
        """When an execution may have been over, and what it costs to believe that."""
        if from_s >= self.end_s - 1:
            yield from_s, by_sample._SKIP_AT_END
            return
        unrun_s = step.duration.duration_s if isinstance(step.duration, TimeDuration) else 60.0
        yield from_s, by_sample._SKIP + by_sample._UNRUN_PER_S * unrun_s
        for to_s, cost in self.lasting(step, from_s):
            cost += self.spread(from_s, to_s) + self.off_pace(step.target, from_s, to_s)
            yield to_s, cost + self.without_change(to_s)

    def lasting(self, step: Step, from_s: float) -> Iterator[tuple[float, float]]:
        to_end = self.length(step, from_s, self.end_s)
        if to_end is not None and to_end[0] < to_end[1]:
            yield self.end_s, by_sample._CUT_BY_END
        elif to_end is not None:
            seconds = np.arange(from_s, self.end_s + 1)
            done = [self.length(step, from_s, float(each)) for each in seconds]
            yield float(np.interp(to_end[1], [each[0] for each in done if each], seconds)), 0.0
        for to_s in (*self.changes_s, self.end_s):
            if to_s > from_s + 1:
                length = self.length(step, from_s, to_s)
                if length is None:
                    yield to_s, by_sample._OPEN_LENGTH
                elif 0.25 <= length[0] / length[1] <= 4:
                    yield to_s, by_sample._OTHER_LENGTH + abs(math.log(length[0] / length[1]))

    def off_pace(self, target: Target, from_s: float, to_s: float) -> float:
        part = self.speed[round(from_s) : round(to_s)]
        if not isinstance(target, PaceTarget) or not len(part):
            return 0.0
        speed = float(part.mean())
        outside = max(target.slowest_mps / speed, speed / target.fastest_mps) - 1
        return by_sample._PACE_WEIGHT * min(max(outside, 0.0), 1.0)

    def counted_back(self) -> Iterator[float]:
        """Where the workout began if one of its first three steps ended at a change."""
        metres_at = np.concatenate(([0.0], np.cumsum(self.speed[:-1])))
        seconds = np.arange(len(metres_at))
        for change_s in self.changes_s:
            at_s = change_s
            for step in self.steps[:3]:
                match step.duration:
                    case TimeDuration(duration_s=planned):
                        at_s -= planned
                    case DistanceDuration(distance_m=planned):
                        begun = float(np.interp(at_s, seconds, metres_at)) - planned
                        at_s = float(np.interp(begun, metres_at, seconds)) if begun >= 0 else -1.0
                    case _:
                        break
                if at_s > 0:
                    yield float(np.rint(at_s))

    def starts(self) -> Iterator[tuple[float, float]]:
        yield 0.0, 0.0
        for start_s in sorted({*self.changes_s, *self.counted_back()} - {0.0}):
            late = by_sample._LATE_START + by_sample._UNPLANNED_PER_S * start_s
            yield start_s, late + self.spread(0.0, start_s)

    def after(self, last_s: float) -> float:
        lasting_s = self.end_s - last_s
        long = by_sample._LONG_TAIL * min(lasting_s / by_sample._LONG_TAIL_S, 1.0)
        spread = 0.5 * self.spread(last_s, self.end_s)
        return spread + by_sample._TAIL_PER_S * lasting_s + long

    def least(self) -> float:
        """Of all ways."""

        @functools.cache
        def least_from(number: int, from_s: float) -> float:
            if number == len(self.steps):
                return self.after(from_s)
            ways = self.ends(self.steps[number], from_s)
            return min(cost + least_from(number + 1, to_s) for to_s, cost in ways)

        return min(cost + least_from(0, start_s) for start_s, cost in self.starts())

    def cost(self, laid: Sequence[Segment]) -> float:
        """Of one way."""
        at_s = next((each[0] for each in laid if each), 0.0)
        total = dict(self.starts())[at_s]
        for step, segment in zip(self.steps, laid, strict=True):
            if segment is not None:
                assert segment[0] == pytest.approx(at_s, abs=1e-5)
            to_s = at_s if segment is None else segment[1]
            total += min(cost for end_s, cost in self.ends(step, at_s) if abs(end_s - to_s) < 1e-5)
            at_s = to_s
        return total + self.after(at_s)


PIECES = st.lists(
    st.builds(Piece, timer_s=st.integers(10, 70), speed_mps=st.sampled_from([1.0, 2.0, 2.2, 4.0])),
    min_size=1,
    max_size=5,
)
BY_TIME = st.builds(timed, st.integers(2, 80))


def ways(activity: Activity, steps: Sequence[Step]) -> Ways:
    speed = activity.track.speed_mps
    return Ways(speed, _changes(speed, 1.0)[0].tolist(), steps)


def some_run(random: Random) -> Activity:
    return record(
        [
            Piece(
                timer_s=random.randint(10, 70), speed_mps=random.choice((0.5, 1.0, 2.0, 2.2, 4.0))
            )
            for _ in range(random.randint(1, 5))
        ]
    )


def some_step(random: Random, *, by_distance: bool = False) -> Step:
    fast = PaceTarget(slowest_mps=3.5, fastest_mps=4.5)
    slow = PaceTarget(slowest_mps=0.9, fastest_mps=1.0)
    target = random.choice((OpenTarget(), fast, slow))
    if by_distance and random.random() < 0.5:
        return metres(random.randint(20, 200), target)
    if random.random() < 0.3:
        return Step(duration=OpenDuration(), target=target)
    return timed(random.randint(2, 90), target)


@pytest.mark.parametrize("seed", range(60))
def test_no_way_to_lay_steps_along_a_run_is_cheaper(seed: int) -> None:
    random = Random(seed)
    activity = some_run(random)
    steps = [some_step(random) for _ in range(random.randint(1, 4))]
    oracle = ways(activity, steps)
    laid = segments(along(activity, plan(*steps)))
    if any(laid):
        assert oracle.cost(laid) == pytest.approx(oracle.least())
    else:
        assert len(steps) < oracle.least()


@pytest.mark.parametrize("seed", range(30))
def test_steps_by_distance_are_laid_hardly_dearer_than_the_cheapest_way(seed: int) -> None:
    """Ways that end in one and the same second count as one, so that little may be lost."""
    random = Random(seed)
    activity = some_run(random)
    steps = [some_step(random, by_distance=True) for _ in range(random.randint(1, 3))]
    oracle = ways(activity, steps)
    laid = segments(along(activity, plan(*steps)))
    if any(laid):
        assert oracle.cost(laid) <= oracle.least() + 0.1


# Speed over the timer.


@given(st.lists(st.tuples(st.integers(1, 25), st.floats(0, 6)), min_size=1, max_size=8))
def test_changes_of_speed_are_where_the_means_before_and_after_differ_most(
    parts: list[tuple[int, float]],
) -> None:
    speed = np.concatenate([np.full(seconds, value) for seconds, value in parts])
    # Twice as even as every second: no two places are alike but by chance.
    speed = speed + 1e-3 * np.sin(np.arange(len(speed)) ** 2)
    change = [
        abs(float(speed[at : at + 15].mean() - speed[at - 15 : at].mean()))
        for at in range(15, len(speed) - 14)
    ]
    expected = [
        at + 15.0
        for at, each in enumerate(change)
        if each >= 0.3 and each >= max(change[max(at - 15, 0) : at + 16]) - 1e-12
    ]
    assert _changes(speed, 1.0)[0].tolist() == (expected if len(speed) > 30 else [])


def test_of_very_many_changes_the_strongest_are_kept_in_order() -> None:
    sizes = [0.5 if number % 3 else 3.0 + number / 100 for number in range(120)]
    signs = [(-1) ** number for number in range(120)]
    levels = 30 + np.cumsum(np.array(sizes) * signs)
    changes, _ = _changes(np.repeat(levels, 40), 1.0)
    assert len(changes) == 60
    assert changes.tolist() == sorted(changes.tolist())
    strong = [40.0 * number for number in range(1, 120) if number % 3 == 0]
    assert set(strong) <= set(changes.tolist())


def test_on_a_coarser_grid_changes_are_at_the_same_time() -> None:
    speed = np.repeat([2.0, 4.0, 2.0], [60, 45, 60])
    assert _changes(speed, 1.0)[0].tolist() == [60.0, 105.0]
    assert _changes(speed[::3], 3.0)[0].tolist() == [60.0, 105.0]


@pytest.mark.parametrize(
    ("before", "after", "faster_mps", "changes"),
    [
        (15, 16, 2.0, [15.0]),
        (15, 15, 2.0, []),
        (16, 15, 2.0, [16.0]),
        (20, 20, 2.0, [20.0]),
        (15, 30, 0.31, [15.0]),
        (15, 30, 0.29, []),
        (40, 40, 0.29, []),
        (40, 40, -0.31, [40.0]),
    ],
)
def test_a_change_has_a_quarter_of_a_minute_on_either_side_and_a_size(
    before: int, after: int, faster_mps: float, changes: list[float]
) -> None:
    speed = np.repeat([2.0, 2.0 + faster_mps], [before, after])
    assert _changes(speed, 1.0)[0].tolist() == changes


def test_two_distances_are_enough_to_lay_distances_along() -> None:
    activity = record([Piece(timer_s=100)])
    ends = Track.from_columns(
        START.timestamp() + np.array([0.0, 100.0]), distance_m=np.array([0.0, 400.0])
    )
    found = along(attrs.evolve(activity, track=ends), plan(metres(100), metres(300)))
    assert segments(found) == [(0.0, 25.0), (25.0, 100.0)]


def test_in_a_run_that_lasted_no_time_nothing_stands_for_anything() -> None:
    still = Track.from_columns(
        np.array([START.timestamp()]), distance_m=np.array([0.0]), speed_mps=np.array([3.0])
    )
    run = Activity(started_at=START, ended_at=START, sport="running", track=still)
    assert segments(along(run, plan(metres(100), timed(60)))) == [None, None]


def signal_of(activity: Activity) -> _Signal:
    return _Signal.of(Recording.of(activity))


@given(PIECES, st.data())
def test_spread_and_speed_of_a_segment_are_those_of_its_samples(
    pieces: list[Piece], data: st.DataObject
) -> None:
    activity = record(pieces)
    signal, oracle = signal_of(activity), ways(activity, ())
    end = int(signal.end_s)
    some = data.draw(st.integers(0, end))
    for first, last in ((0, end), (0, some), (some, end), (0, 1), (0, 0), (end - 1, end)):
        from_s, to_s = np.array([float(first)]), np.array([float(last)])
        assert signal.spread(from_s, to_s)[0] == pytest.approx(oracle.spread(first, last), abs=1e-9)
        mean = activity.track.speed_mps[first:last].mean() if last > first else 0.0
        assert signal.speed_mps(from_s, to_s)[0] == pytest.approx(mean)


def test_a_recording_of_days_is_looked_at_more_coarsely() -> None:
    seconds = np.arange(0.0, 400_001.0, 1000.0)
    speed = np.where(seconds < 200_000, 2.0, 2.02)
    track = Track.from_columns(
        START.timestamp() + seconds, distance_m=np.cumsum(speed) * 1000, speed_mps=speed
    )
    ended_at = START + timedelta(seconds=400_000)
    activity = Activity(started_at=START, ended_at=ended_at, sport="running", track=track)
    signal = signal_of(activity)
    assert signal.step_s == 4.0
    assert len(signal.grid_s) == 100_001
    one = signal.speed_mps(np.array([240_000.0]), np.array([300_000.0]))
    assert one[0] == pytest.approx(2.02)
    half = np.array([0.0]), np.array([400_000.0])
    assert signal.spread(*half)[0] == pytest.approx(1.0 - math.exp(-40 / 600), rel=0.01)


def test_without_speed_the_planned_lengths_alone_decide() -> None:
    activity = record([Piece(timer_s=300)])
    silent = attrs.evolve(activity, track=Track.from_columns(activity.track.unix_s))
    assert segments(along(silent, plan(timed(100), timed(200)))) == [(0.0, 100.0), (100.0, 300.0)]


def test_missing_speeds_are_taken_from_those_around() -> None:
    workout = plan(timed(240), timed(120))
    activity = record([Piece(timer_s=400, speed_mps=1.4), *as_planned(workout, faster=[0])])
    speed = activity.track.speed_mps.copy()
    speed[100:120] = np.nan
    patchy = attrs.evolve(activity, track=attrs.evolve(activity.track, speed_mps=speed))
    assert segments(along(patchy, workout)) == segments(along(activity, workout))


def test_a_distance_that_was_not_recorded_leaves_a_step_open() -> None:
    activity = record([Piece(timer_s=200, speed_mps=4.0), Piece(timer_s=200, speed_mps=2.0)])
    still = np.full(len(activity.track), np.nan)
    lost = attrs.evolve(activity, track=attrs.evolve(activity.track, distance_m=still))
    workout = plan(metres(400), timed(200))
    assert segments(along(lost, workout)) == [(0.0, 200.0), (200.0, 400.0)]


def test_a_distance_that_falls_back_for_a_moment_does_not_matter() -> None:
    activity = record([Piece(timer_s=200, speed_mps=4.0), Piece(timer_s=200, speed_mps=2.0)])
    distance_m = activity.track.distance_m.copy()
    distance_m[50] = 0.0
    jumping = attrs.evolve(activity, track=attrs.evolve(activity.track, distance_m=distance_m))
    workout = plan(metres(800), metres(400))
    assert segments(along(jumping, workout)) == [(0.0, 200.0), (200.0, 400.0)]


# What is said.


def test_a_segment_is_the_surer_the_more_speaks_for_it() -> None:
    workout = plan(timed(300), timed(300), timed(300))
    even = along(record([Piece(timer_s=900)]), workout)
    assert [each.certainty for each in even.pairings] == pytest.approx([0.5] * 3)
    faster = record([Piece(timer_s=s, speed_mps=v) for s, v in ((300, 2.5), (300, 4), (300, 2.5))])
    changing = along(faster, workout)
    assert [each.certainty for each in changing.pairings] == pytest.approx([0.65, 0.8, 0.65])
    cut = along(record([Piece(timer_s=s, speed_mps=v) for s, v in ((300, 2.5), (200, 4))]), workout)
    assert [each.certainty for each in cut.pairings] == pytest.approx([0.65, 0.35, 0.2])


def test_one_in_a_hundred_off_is_still_the_planned_length() -> None:
    for off_s, sure in [(55, 0.8), (65, 0.5)]:
        pieces = [(600, 1.0), (6000 + off_s, 8.0), (600, 1.0)]
        signal = signal_of(record([Piece(timer_s=s, speed_mps=v) for s, v in pieces]))
        _, execution, _ = unroll(plan(timed(600), timed(6000), timed(600)))
        assert _certainty(signal, execution, 600, 6600 + off_s) == pytest.approx(sure)


def test_reasons_name_the_timer_and_warnings_what_is_left_over() -> None:
    workout = plan(timed(240), timed(120), repeat(0, 3))
    before, after = Piece(timer_s=400, speed_mps=1.4), Piece(timer_s=90, speed_mps=0.5)
    found = along(record([before, *as_planned(workout, faster=[0]), after]), workout)
    assert found.mode == "samples"
    assert found.pairings[0].reason == (
        "timer 6:40 to 10:40, by planned lengths and changes of speed"
    )
    assert [*map(str, found.warnings)] == [
        "boundaries were found from the samples alone: approximate",
        "6:40 before the workout",
        "1:30 after the workout",
    ]
    exact = along(record(as_planned(workout, faster=[0])), workout)
    assert exact.warnings == found.warnings[:1]


def test_what_the_samples_do_not_show_is_said_to_be_missing() -> None:
    found = along(record([Piece(timer_s=300)]), plan(timed(300), timed(300)))
    assert segments(found) == [(0.0, 300.0), None]
    assert found.pairings[1].reason == "nothing in the samples stands for step 1 here"
    assert found.pairings[1].stretch is None
    assert [each.execution.number for each in found.pairings] == [1, 2]


def test_an_open_step_lasts_or_was_left_out() -> None:
    halves = record([Piece(timer_s=60, speed_mps=2.0), Piece(timer_s=60, speed_mps=4.0)])
    found = along(halves, plan(timed(60), Step(duration=OpenDuration()), timed(60)))
    assert segments(found) == [(0.0, 60.0), (60.0, 120.0), None]


def test_a_repeat_that_ends_by_a_condition_is_taken_once() -> None:
    until = attrs.evolve(repeat(0, 1), count=None)
    found = along(record([Piece(timer_s=300)]), plan(timed(100), timed(50), until))
    assert [each.execution.step_index for each in found.pairings] == [0, 1]


@settings(max_examples=10)
@given(PIECES, st.lists(BY_TIME, min_size=1, max_size=4), st.integers(-10_000_000, 10_000_000))
def test_moving_a_recording_in_time_moves_what_is_found(
    pieces: list[Piece], steps: list[Step], later_s: int
) -> None:

    activity, later = record(pieces), timedelta(seconds=later_s)
    before = along(activity, plan(*steps))
    behind = along(moved_by(activity, later), plan(*steps))
    for one, other in zip(before.pairings, behind.pairings, strict=True):
        assert (one.reason, one.certainty) == (other.reason, other.certainty)
        if one.stretch is not None and other.stretch is not None:
            moved = other.stretch.start_at - one.stretch.start_at - later
            assert abs(moved) < timedelta(milliseconds=1)
    assert before.warnings == behind.warnings
