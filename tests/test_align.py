"""Claims about which stretch of a recording is taken for which execution."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.activity import Activity, Lap, Track
from backrun_fit.compiled import CompiledWorkout, Message, unroll
from backrun_fit.compliance.alignment.align import align_recording, planned_executions
from backrun_fit.compliance.alignment.boundaries import Boundaries
from backrun_fit.compliance.alignment.lap_costs import LapCosts
from backrun_fit.compliance.alignment.sequence_alignment import align
from backrun_fit.compliance.pairing import Alignment, AlignMode
from backrun_fit.compliance.timeline import Recording, instant
from backrun_fit.errors import AlignmentError
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.rehearsal import parse_fault, rehearse
from backrun_fit.workout import Intensity, OpenDuration, PaceTarget, Step
from tests.activities import (
    Piece,
    as_planned,
    metres,
    plan,
    record,
    renumbered,
    repeat,
    split,
    timed,
    without_indexes,
)
from tests.rehearsals import EXACT, START, STEADY, ordinary_plan

INTERVALS = plan(timed(300), timed(60), timed(120), repeat(1, 4), timed(200))

# Runs in which the truth, read off the indexes, is not a step of the workout.
ODD_TRUTH = {"b-2024-11-28-17-14-50.fit"}

Placed = list[tuple[int, int, int] | None]


def aligned(activity: Activity, workout: CompiledWorkout, mode: AlignMode) -> Alignment:
    return align_recording(Recording.of(activity), workout, mode)


def laps_of(alignment: Alignment) -> Placed:
    """Step index, first and last lap of each execution; None where skipped."""
    return [
        None
        if each.stretch is None
        else (each.execution.step_index, each.stretch.first_lap or 0, each.stretch.last_lap or 0)
        for each in alignment.pairings
    ]


# By step index.


@st.composite
def workouts(draw: st.DrawFn) -> CompiledWorkout:
    """Timed steps in repeats, nested ones too, with and without a last recovery."""

    def body(depth: int, first: int) -> list[Message]:
        messages: list[Message] = []
        for _ in range(draw(st.integers(1, 3))):
            if depth < 2 and draw(st.booleans()):
                start = first + len(messages)
                inner = body(depth + 1, start)
                skip_last = isinstance(inner[-1], Step) and len(inner) > 1 and draw(st.booleans())
                messages += [*inner, repeat(start, draw(st.integers(1, 3)), skip_last=skip_last)]
            else:
                messages.append(timed(draw(st.sampled_from([20, 60, 90, 300]))))
        return messages

    return plan(*body(0, 0))


@given(workout=workouts(), data=st.data())
def test_every_execution_of_any_workout_is_found_by_index_autolaps_merged(
    workout: CompiledWorkout, data: st.DataObject
) -> None:
    pieces: list[Piece] = []
    expected = []
    for piece in as_planned(workout):
        first = len(pieces)
        if data.draw(st.booleans()):
            autolap = attrs.evolve(piece, timer_s=piece.timer_s // 2, trigger="distance")
            piece = attrs.evolve(piece, timer_s=piece.timer_s - autolap.timer_s)
            pieces.append(autolap)
        pieces.append(piece)
        expected.append((piece.step_index, first, len(pieces) - 1))
    activity = record([*pieces, Piece(timer_s=30, trigger="session_end")], workout)
    alignment = aligned(activity, workout, "indexes")
    assert laps_of(alignment) == expected
    assert [(each.first_lap, each.last_lap) for each in alignment.extra] == [(len(pieces),) * 2]


def test_a_skipped_execution_leaves_a_hole_and_shifts_nothing() -> None:
    pieces = as_planned(INTERVALS)
    del pieces[4]  # the recovery of the second pass
    placed = laps_of(aligned(record(pieces, INTERVALS), INTERVALS, "indexes"))
    assert placed == [
        (0, 0, 0), (1, 1, 1), (2, 2, 2), (1, 3, 3), None,
        (1, 4, 4), (2, 5, 5), (1, 6, 6), (2, 7, 7), (4, 8, 8),
    ]  # fmt: skip


def test_missing_passes_are_the_last_ones() -> None:
    pieces = as_planned(INTERVALS)
    del pieces[5:9]
    placed = laps_of(aligned(record(pieces, INTERVALS), INTERVALS, "indexes"))
    assert placed[:5] == [(0, 0, 0), (1, 1, 1), (2, 2, 2), (1, 3, 3), (2, 4, 4)]
    assert placed[5:] == [None, None, None, None, (4, 5, 5)]


@pytest.mark.parametrize("stale", [3, 9, 2])
def test_a_stale_index_on_the_first_lap_does_not_cost_the_first_execution(stale: int) -> None:
    pieces = as_planned(INTERVALS)
    pieces[0] = attrs.evolve(pieces[0], step_index=stale)
    alignment = aligned(record(pieces, INTERVALS), INTERVALS, "indexes")
    assert laps_of(alignment)[:2] == [(0, 0, 0), (1, 1, 1)]
    assert "taken for step 0, which was due" in alignment.pairings[0].reason
    assert alignment.extra == ()


def test_a_restarted_workout_leaves_its_first_laps_outside() -> None:
    pieces = as_planned(INTERVALS)
    alignment = aligned(record([*pieces[:3], *pieces], INTERVALS), INTERVALS, "indexes")
    assert laps_of(alignment)[0] == (0, 3, 3)
    assert None not in laps_of(alignment)
    assert [(each.first_lap, each.last_lap) for each in alignment.extra] == [(0, 2)]
    assert "restarted" in {each.reason for each in alignment.extra}.pop()


def test_of_one_pass_too_many_the_last_is_outside_the_plan() -> None:
    pieces = as_planned(INTERVALS)
    pieces[9:9] = pieces[7:9]
    alignment = aligned(record(pieces, INTERVALS), INTERVALS, "indexes")
    assert None not in laps_of(alignment)
    assert [(each.first_lap, each.last_lap) for each in alignment.extra] == [(9, 10)]


def test_a_repeat_that_ends_by_a_condition_has_as_many_passes_as_the_laps_show() -> None:
    workout = plan(timed(300), timed(60), timed(120), repeat_until(1), timed(200))
    indexes = [0, 1, 2, 1, 2, 1, 2, 4]
    pieces = [Piece(timer_s=60, step_index=index) for index in indexes]
    alignment = aligned(record(pieces, workout), workout, "indexes")
    assert [each.execution.step_index for each in alignment.pairings] == indexes
    assert [each.execution.number for each in alignment.pairings] == list(range(1, 9))
    assert None not in laps_of(alignment)


def repeat_until(first_index: int) -> Any:
    return attrs.evolve(repeat(first_index, 1), count=None)


def test_a_skipped_last_recovery_is_not_expected() -> None:
    workout = plan(timed(60), timed(120), repeat(0, 3, skip_last=True))
    pieces = as_planned(workout)
    assert [piece.step_index for piece in pieces] == [0, 1, 0, 1, 0]
    assert None not in laps_of(aligned(record(pieces, workout), workout, "indexes"))


def test_a_step_repeated_alone_is_split_at_its_planned_lengths() -> None:
    workout = plan(timed(100), repeat(0, 3))
    activity = split(record(as_planned(workout), workout), 1, 70.0)
    placed = laps_of(aligned(activity, workout, "indexes"))
    assert placed == [(0, 0, 0), (0, 1, 2), (0, 3, 3)]


# By laps.


def test_without_indexes_laps_find_the_same_executions() -> None:
    activity = without_indexes(record(as_planned(INTERVALS, faster=[1]), INTERVALS))
    expected = [(e.step_index, n, n) for n, e in enumerate(unroll(INTERVALS))]
    assert laps_of(aligned(activity, INTERVALS, "laps")) == expected


@pytest.mark.parametrize("lap", range(10))
def test_a_lap_pressed_by_mistake_shifts_nothing(lap: int) -> None:
    activity = without_indexes(record(as_planned(INTERVALS, faster=[1]), INTERVALS))
    activity = split(activity, lap, 17.0, "manual")
    placed = laps_of(aligned(activity, INTERVALS, "laps"))
    for number, execution in enumerate(unroll(INTERVALS)):
        if number != lap:
            shifted = number + (number > lap)
            assert placed[number] == (execution.step_index, shifted, shifted)


def test_a_warm_up_of_ones_own_and_running_on_stay_outside() -> None:
    own, on = Piece(timer_s=700, trigger="manual"), Piece(timer_s=400, trigger="session_end")
    activity = record([own, *as_planned(INTERVALS, faster=[1]), on], INTERVALS)
    alignment = aligned(without_indexes(activity), INTERVALS, "laps")
    assert [each.reason for each in alignment.extra] == ["before the workout", "after the workout"]
    assert laps_of(alignment)[0] == (0, 1, 1)
    assert laps_of(alignment)[-1] == (4, 10, 10)


def test_laps_mode_does_not_look_at_indexes() -> None:
    pieces = as_planned(INTERVALS, faster=[1])
    wrong = [attrs.evolve(piece, step_index=0) for piece in pieces]
    expected = laps_of(aligned(without_indexes(record(pieces)), INTERVALS, "laps"))
    assert laps_of(aligned(record(wrong), INTERVALS, "laps")) == expected


def test_distance_steps_are_found_by_their_distance() -> None:
    workout = plan(metres(1000), metres(400), metres(2000))
    pieces = [
        Piece(timer_s=round(length / 4), speed_mps=4.0, trigger="distance")
        for length in (1000, 400, 2000)
    ]
    placed = laps_of(aligned(record(pieces), workout, "laps"))
    assert placed == [(0, 0, 0), (1, 1, 1), (2, 2, 2)]


def test_running_on_after_a_last_distance_step_is_not_part_of_it() -> None:
    workout = plan(metres(400), metres(1000))
    laps = [(100, "distance"), (250, "distance"), (12, "session_end")]
    pieces = [Piece(timer_s=s, speed_mps=4.0, trigger=trigger) for s, trigger in laps]
    alignment = aligned(record(pieces), workout, "laps")
    assert laps_of(alignment) == [(0, 0, 0), (1, 1, 1)]
    assert [each.reason for each in alignment.extra] == ["after the workout"]


def test_a_lap_that_went_nowhere_is_laid_beside_distances_like_any_other() -> None:
    workout = plan(metres(400), metres(400), metres(1000))
    pieces = [
        Piece(timer_s=20, speed_mps=0.0, trigger="manual"),
        *(Piece(timer_s=round(m / 4), speed_mps=4.0, trigger="distance") for m in (400, 400, 1000)),
    ]
    alignment = aligned(record(pieces), workout, "laps")
    assert laps_of(alignment) == [(0, 1, 1), (1, 2, 2), (2, 3, 3)]


# By samples.


def boundaries(alignment: Alignment, activity: Activity) -> list[tuple[float, float]]:
    """Start and end of every execution that was found, in seconds since the start."""
    start = activity.started_at
    return [
        (
            (each.stretch.start_at - start).total_seconds(),
            (each.stretch.end_at - start).total_seconds(),
        )
        for each in alignment.pairings
        if each.stretch
    ]


def test_without_laps_planned_lengths_and_speed_give_the_boundaries() -> None:
    activity = attrs.evolve(record(as_planned(INTERVALS, faster=[1])), laps=())
    alignment = aligned(activity, INTERVALS, "auto")
    assert alignment.mode == "samples"
    lengths = [piece.timer_s for piece in as_planned(INTERVALS)]
    marks = list(itertools.accumulate(lengths, initial=0))
    assert boundaries(alignment, activity) == list(itertools.pairwise(map(float, marks)))


def test_a_late_start_is_found_from_the_change_of_speed() -> None:
    workout = plan(timed(240), timed(120), repeat(0, 3))
    pieces = [Piece(timer_s=400, speed_mps=1.4), *as_planned(workout, faster=[0])]
    activity = attrs.evolve(record(pieces), laps=())
    found = boundaries(aligned(activity, workout, "samples"), activity)
    assert len(found) == 6
    assert found[0][0] == pytest.approx(400, abs=5)
    assert found[-1][1] == pytest.approx(400 + 3 * 360, abs=5)


def test_samples_mode_walks_the_timer_not_the_clock() -> None:
    workout = plan(timed(300), timed(300))
    pieces = [
        Piece(timer_s=300, speed_mps=2.5, pause_s=100),
        Piece(timer_s=300, speed_mps=4.0),
    ]
    activity = attrs.evolve(record(pieces), laps=())
    assert boundaries(aligned(activity, workout, "samples"), activity) == [
        (0.0, 400.0),
        (400.0, 700.0),
    ]


def test_distance_steps_and_open_steps_are_placed_without_laps() -> None:
    workout = plan(metres(800), Step(duration=OpenDuration()))
    pieces = [Piece(timer_s=200, speed_mps=4.0), Piece(timer_s=400, speed_mps=2.5)]
    activity = attrs.evolve(record(pieces), laps=())
    first, second = boundaries(aligned(activity, workout, "samples"), activity)
    assert first[0] == 0.0
    assert first[1] == pytest.approx(200, abs=2)
    assert second == (first[1], 600.0)


# Choosing, and what cannot be.


def test_auto_takes_indexes_only_of_the_activitys_own_workout() -> None:
    activity = record(as_planned(INTERVALS), INTERVALS)
    assert aligned(activity, INTERVALS, "auto").mode == "indexes"
    other = plan(*INTERVALS.messages)
    assert aligned(attrs.evolve(activity, workout=None), other, "auto").mode == "laps"
    one_lap = record([Piece(timer_s=60)])
    assert aligned(one_lap, INTERVALS, "auto").mode == "samples"


def test_a_mode_without_what_it_looks_at_is_an_error() -> None:
    activity = without_indexes(record(as_planned(INTERVALS)))
    with pytest.raises(AlignmentError, match="expected laps with step indexes, got 10 laps"):
        aligned(activity, INTERVALS, "indexes")
    stopped = attrs.evolve(activity, laps=(), is_complete=False)
    with pytest.raises(AlignmentError, match="expected laps with step indexes, got 0 laps"):
        aligned(stopped, INTERVALS, "indexes")
    with pytest.raises(AlignmentError, match="at least one lap"):
        aligned(attrs.evolve(activity, laps=()), INTERVALS, "laps")
    empty = attrs.evolve(activity, laps=(), track=Track.from_columns(np.array([])))
    with pytest.raises(AlignmentError, match="got neither"):
        aligned(empty, INTERVALS, "auto")


# What laps are believed.

LONGER = plan(timed(600), timed(180), timed(120), repeat(1, 5), timed(600))
MILE_M = 1609.344


def relapped(activity: Activity, every_m: float, trigger: str) -> Activity:
    """The same run with a lap each so many metres, and one for what is left over."""
    track = activity.track
    ends_m = [*np.arange(0.0, track.distance_m[-1] - 1.0, every_m), track.distance_m[-1]]
    ends_s = np.interp(ends_m, track.distance_m, track.unix_s)
    laps = [
        Lap(
            number=number,
            start_at=instant(begin_s),
            end_at=instant(end_s),
            timer_s=end_s - begin_s,
            elapsed_s=end_s - begin_s,
            distance_m=float(ends_m[number + 1] - ends_m[number]),
            trigger=trigger,
        )
        for number, (begin_s, end_s) in enumerate(itertools.pairwise(ends_s.tolist()))
    ]
    laps[-1] = attrs.evolve(laps[-1], trigger="session_end")
    return attrs.evolve(activity, laps=tuple(laps))


def as_lengths_say(workout: CompiledWorkout) -> list[tuple[float, float]]:
    """When timed steps begin and end that follow each other."""
    ends_s = itertools.accumulate((piece.timer_s for piece in as_planned(workout)), initial=0)
    return list(itertools.pairwise(map(float, ends_s)))


@pytest.mark.parametrize("workout", [INTERVALS, LONGER])
@pytest.mark.parametrize(
    ("every_m", "trigger"),
    [
        (500.0, "manual"),
        (700.0, "manual"),
        (1000.0, "manual"),
        (1000.0, "distance"),
        (MILE_M, "distance"),
        (5000.0, "distance"),
    ],
)
def test_laps_that_do_not_follow_the_plan_are_not_believed(
    workout: CompiledWorkout, every_m: float, trigger: str
) -> None:
    activity = relapped(record(as_planned(workout, faster=[1])), every_m, trigger)
    found = aligned(activity, workout, "auto")
    assert found.mode == "samples"
    assert boundaries(found, activity) == as_lengths_say(workout)


@pytest.mark.parametrize("every_m", [1000.0, MILE_M])
def test_laps_that_the_watch_made_by_itself_are_not_believed_though_they_fit(
    every_m: float,
) -> None:
    workout = plan(metres(every_m), metres(every_m), metres(every_m))
    activity = relapped(record([Piece(timer_s=1700, speed_mps=3.0)]), every_m, "distance")
    assert aligned(activity, workout, "auto").mode == "samples"
    pressed = relapped(activity, every_m, "manual")
    assert aligned(pressed, workout, "auto").mode == "laps"


@pytest.mark.parametrize("lap", [0, 3, 9])
def test_laps_that_follow_the_plan_are_believed_where_the_speed_says_nothing(lap: int) -> None:
    pieces = as_planned(INTERVALS)
    pieces[lap] = attrs.evolve(pieces[lap], timer_s=round(1.3 * pieces[lap].timer_s))
    pressed = [attrs.evolve(piece, trigger="manual", step_index=None) for piece in pieces]
    for laps in (pieces, pressed):
        found = aligned(without_indexes(record(laps)), INTERVALS, "auto")
        assert found.mode == "laps"
        assert laps_of(found) == [(e.step_index, n, n) for n, e in enumerate(unroll(INTERVALS))]


@pytest.mark.parametrize("at_s", [11.0, 30.0, 45.0])
@pytest.mark.parametrize("workout", [INTERVALS, LONGER])
def test_a_press_in_mid_step_of_a_plan_that_was_not_loaded_moves_nothing(
    workout: CompiledWorkout, at_s: float
) -> None:
    whole = without_indexes(record(as_planned(workout, faster=[1])))
    for lap in range(1, len(whole.laps)):
        activity = split(whole, lap, at_s, "manual")
        assert boundaries(aligned(activity, workout, "auto"), activity) == as_lengths_say(workout)


def with_made_lap(activity: Activity, first: int, last: int) -> Activity:
    """The same with one lap made of the records in the place of several."""
    lost = activity.laps[first : last + 1]
    made = attrs.evolve(
        lost[-1],
        start_at=lost[0].start_at,
        timer_s=sum(lap.timer_s for lap in lost),
        elapsed_s=sum(lap.elapsed_s for lap in lost),
        distance_m=sum(lap.distance_m or 0.0 for lap in lost),
        step_index=None,
        trigger=None,
        is_from_records=True,
    )
    laps = (*activity.laps[:first], made, *activity.laps[last + 1 :])
    return attrs.evolve(activity, laps=tuple(renumbered(laps)))


@pytest.mark.parametrize("mode", ["indexes", "laps"])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_lap_made_of_the_records_that_holds_several_steps_is_divided(
    count: int, mode: AlignMode
) -> None:
    activity = record(as_planned(INTERVALS, faster=[1]), INTERVALS)
    for first in range(len(activity.laps) - count + 1):
        lost = with_made_lap(activity, first, first + count - 1)
        found = aligned(lost, INTERVALS, mode)
        assert boundaries(found, lost) == as_lengths_say(INTERVALS)
        parts = ["first", *["middle"] * (count - 2), "last"]
        assert [each.reason for each in found.pairings[first : first + count]] == [
            f"the {part} part of lap {first + 1}, which is as long as several steps: "
            "their laps are missing; divided by the planned length"
            for part in parts
        ]


# The executions.


def flags(workout: CompiledWorkout, passes: int) -> list[tuple[int, bool]]:
    executions, optional = planned_executions(workout, lambda: passes)
    assert [each.number for each in executions] == list(range(1, len(executions) + 1))
    return [(each.step_index, bool(flag)) for each, flag in zip(executions, optional, strict=True)]


def test_only_later_passes_of_a_repeat_without_a_count_may_be_missing() -> None:
    workout = plan(timed(60), timed(30), timed(20), repeat_until(1), timed(40))
    assert flags(workout, 2) == [
        (0, False), (1, False), (2, False), (1, True), (2, True), (4, False),
    ]  # fmt: skip
    assert flags(workout, 0) == [(0, False), (1, False), (2, False), (4, False)]


def test_a_counted_repeat_in_one_without_a_count_may_be_missing_with_it() -> None:
    workout = plan(timed(60), repeat(0, 2), timed(30), repeat_until(0))
    assert flags(workout, 2) == [
        (0, False), (0, False), (2, False), (0, True), (0, True), (2, True),
    ]  # fmt: skip


def test_a_repeat_without_a_count_in_a_counted_one_may_be_short_in_each_pass() -> None:
    workout = plan(timed(60), repeat_until(0), timed(30), repeat(0, 2))
    assert flags(workout, 2) == [(0, False), (0, True), (2, False)] * 2


def test_without_such_a_repeat_nobody_is_asked_for_passes() -> None:
    def never() -> int:
        raise AssertionError("asked")

    executions, optional = planned_executions(plan(timed(60), repeat(0, 3)), never)
    assert executions == unroll(plan(timed(60), repeat(0, 3)))
    assert optional.tolist() == [False] * 3


@pytest.mark.parametrize("mode", ["indexes", "laps", "samples"])
@pytest.mark.parametrize("passes", [1, 2, 4])
def test_numbers_have_no_holes_where_passes_are_left_out_that_need_not_be_there(
    passes: int, mode: AlignMode
) -> None:
    """Twice a repeat without a count, once with so many passes and once with one."""
    workout = plan(timed(100), timed(60), repeat_until(0), timed(200), repeat(0, 2))
    done: Sequence[int] = [*[0, 1] * passes, 3, 0, 1, 3]
    lengths, speeds = {0: 100, 1: 60, 3: 200}, {0: 4.0, 1: 2.0, 3: 3.0}
    pieces = [
        Piece(timer_s=lengths[index], speed_mps=speeds[index], step_index=index) for index in done
    ]
    found = aligned(record(pieces, workout), workout, mode)
    numbers = [each.execution.number for each in found.pairings]
    assert numbers == list(range(1, len(numbers) + 1))
    if mode != "samples":
        assert [each.execution.step_index for each in found.pairings] == done
        assert None not in laps_of(found)


# Real runs.


@pytest.fixture(scope="module")
def real_runs(corpus: Path) -> dict[str, tuple[Activity, list[dict[str, int]]]]:
    """Every run with its truth."""
    truth: dict[str, list[dict[str, int]]] = json.loads((corpus / "truth.json").read_text())
    return {
        name: (read_activity(corpus / "structured" / name), executions)
        for name, executions in truth.items()
    }


def agreeing(alignment: Alignment, truth: list[dict[str, int]], within_s: float) -> tuple[int, int]:
    """How many true executions were found, and how many found ones are not true."""
    found = [
        (
            each.execution.step_index,
            each.stretch.start_at.timestamp(),
            each.stretch.end_at.timestamp(),
        )
        for each in alignment.pairings
        if each.stretch
    ]
    matched = sum(
        any(
            index == one["step_index"]
            and abs(start - one["start"]) <= within_s
            and abs(end - one["end"]) <= within_s
            for index, start, end in found
        )
        for one in truth
    )
    return matched, len(found) - matched


def test_the_count_of_agreement_notices_a_second_and_an_index() -> None:
    alignment = aligned(record(as_planned(plan(timed(60)))), plan(timed(60)), "indexes")
    start = int(alignment.pairings[0].stretch.start_at.timestamp())  # type: ignore[union-attr]
    true = {"step_index": 0, "start": start, "end": start + 60}
    assert agreeing(alignment, [true], 1.0) == (1, 0)
    assert agreeing(alignment, [true | {"end": start + 62}], 1.0) == (0, 1)
    assert agreeing(alignment, [true | {"step_index": 1}], 1.0) == (0, 1)


def test_with_indexes_the_executions_of_every_real_run_equal_the_truth(
    real_runs: dict[str, tuple[Activity, list[dict[str, int]]]],
) -> None:
    assert len(real_runs) == 98
    for name, (activity, truth) in real_runs.items():
        assert activity.workout is not None, name
        alignment = aligned(activity, activity.workout, "auto")
        assert alignment.mode == "indexes", name
        if name not in ODD_TRUTH:
            assert agreeing(alignment, truth, 1.0) == (len(truth), 0), name


def test_a_real_stale_first_lap_is_the_first_execution(
    real_runs: dict[str, tuple[Activity, list[dict[str, int]]]],
) -> None:
    activity, truth = real_runs["b-2024-11-28-17-14-50.fit"]
    assert activity.workout is not None
    # The index of the first lap points to the repeat, which nobody can execute.
    assert truth[0]["step_index"] == 4
    true = [truth[0] | {"step_index": 0}, *truth[1:]]
    alignment = aligned(activity, activity.workout, "indexes")
    assert agreeing(alignment, true, 1.0) == (13, 0)
    assert alignment.pairings[0].reason == (
        "lap 1 carries step index 4, which is no step; taken for step 0, which was due"
    )


@pytest.mark.parametrize(
    ("mode", "within_s", "share"), [("laps", 5.0, 0.98), ("samples", 15.0, 0.9)]
)
def test_hidden_indexes_and_hidden_laps_still_leave_most_real_executions(
    real_runs: dict[str, tuple[Activity, list[dict[str, int]]]],
    mode: AlignMode,
    within_s: float,
    share: float,
) -> None:
    found = total = 0
    for activity, truth in real_runs.values():
        assert activity.workout is not None
        found += agreeing(aligned(activity, activity.workout, mode), truth, within_s)[0]
        total += len(truth)
    assert found >= share * total


@pytest.mark.parametrize("fault", ["", "abandon:4:0.5", "late:1:60s", "skip:2", "press:3"])
@pytest.mark.parametrize("seed", range(12))
def test_indexes_in_step_with_the_plan_need_no_search(seed: int, fault: str) -> None:
    workout = ordinary_plan(Random(seed))
    executions, optional = planned_executions(workout, lambda: 1)
    number = int(fault.split(":")[1]) if fault else 0
    if number > len(executions):
        return
    faults = [parse_fault(fault)] if fault else []
    run = rehearse(workout, seed=seed, started_at=START, faults=faults).activity
    steps = {index for index, each in enumerate(workout.messages) if isinstance(each, Step)}
    boundaries = Boundaries.of_laps(Recording.of(run))
    costs = LapCosts(
        boundaries=boundaries, executions=executions, optional=optional, steps=frozenset(steps)
    )
    quick, (searched, _) = costs.in_step(), align(boundaries.at_s, costs)
    if quick is not None:
        assert [(one.begin_s, one.end_s) for one in quick] == [
            (one.begin_s, one.end_s) for one in searched
        ]
    elif not fault:
        planned = [execution.step_index for execution in executions]
        assert any(one == other for one, other in itertools.pairwise(planned))


@pytest.mark.parametrize("autolap_m", [None, 500.0])
def test_a_press_forgotten_between_autolaps_or_before_an_open_step_moves_nothing(
    autolap_m: float | None,
) -> None:
    workout = plan(
        timed(300, PaceTarget(slowest_mps=3.0, fastest_mps=3.2)),
        Step(duration=OpenDuration(), intensity=Intensity.RECOVERY),
        repeat(0, 4),
        timed(100),
    )
    watch = attrs.evolve(EXACT, autolap_m=autolap_m)
    # Where the forgotten step is open and the next one has autolaps, nobody can know.
    for number in range(1, 8, 1 if autolap_m is None else 2):
        runs = [
            rehearse(
                workout,
                runner=STEADY,
                watch=watch,
                started_at=START,
                faults=[parse_fault(text) for text in texts],
            ).activity
            for texts in ((), (f"forget:{number}",))
        ]
        whole, found = (aligned(run, workout, "indexes").pairings for run in runs)
        for before, after in zip(whole, found, strict=True):
            assert before.stretch is not None
            assert after.stretch is not None, number
            assert abs(after.stretch.start_at - before.stretch.start_at) < timedelta(seconds=2)


# -- a lap press that was forgotten ------------------------------------------------------------


def merged(activity: Activity, lap: int) -> Activity:
    """The same with one lap in the place of two."""
    one, other = activity.laps[lap : lap + 2]
    both = attrs.evolve(
        other,
        start_at=one.start_at,
        timer_s=one.timer_s + other.timer_s,
        elapsed_s=one.elapsed_s + other.elapsed_s,
        distance_m=(one.distance_m or 0.0) + (other.distance_m or 0.0),
    )
    laps = (*activity.laps[:lap], both, *activity.laps[lap + 2 :])
    return attrs.evolve(
        activity, laps=tuple(attrs.evolve(each, number=n) for n, each in enumerate(laps))
    )


@pytest.mark.parametrize("lap", range(9))
def test_a_forgotten_lap_press_is_seen_and_divided_where_the_plan_says(lap: int) -> None:
    whole = without_indexes(record(as_planned(INTERVALS)))
    expected = aligned(whole, INTERVALS, "laps")
    found = aligned(merged(whole, lap), INTERVALS, "laps")
    for before, after in zip(expected.pairings, found.pairings, strict=True):
        assert before.stretch is not None
        assert after.stretch is not None
        for name in ("start_at", "end_at"):
            moved = getattr(after.stretch, name) - getattr(before.stretch, name)
            assert abs(moved.total_seconds()) <= 1.0
    reasons = [each.reason for each in found.pairings[lap : lap + 2]]
    assert [reason.split(" of ")[0] for reason in reasons] == ["the first part", "the last part"]
    assert "a lap press was forgotten" in reasons[0]


def test_one_lap_of_an_open_step_and_another_is_not_divided() -> None:
    workout = plan(timed(300), Step(duration=OpenDuration()), timed(300))
    whole = without_indexes(record(as_planned(plan(timed(300), timed(200), timed(300)))))
    found = aligned(merged(whole, 0), workout, "laps")
    assert not any("forgotten" in each.reason for each in found.pairings)


# -- how sure ---------------------------------------------------------------------------------


def test_the_watch_is_believed_more_than_lengths_and_lengths_more_than_speed() -> None:
    activity = record(as_planned(INTERVALS))
    means = []
    modes: tuple[AlignMode, ...] = ("indexes", "laps", "samples")
    for mode in modes:
        sure = [each.certainty for each in aligned(activity, INTERVALS, mode).pairings]
        assert all(0.0 <= each <= 1.0 for each in sure)
        means.append(sum(sure) / len(sure))
    assert means[0] > 0.99
    assert means[0] >= means[1] > means[2]


def test_a_forgotten_press_is_less_sure_than_a_lap_of_its_own() -> None:
    found = aligned(merged(without_indexes(record(as_planned(INTERVALS))), 2), INTERVALS, "laps")
    sure = [each.certainty for each in found.pairings]
    assert max(sure[2:4]) < min(sure[:2] + sure[4:])


def rehearsed(workout: CompiledWorkout, *faults: str) -> Activity:
    texts = [parse_fault(text) for text in faults]
    return rehearse(workout, runner=STEADY, watch=EXACT, started_at=START, faults=texts).activity


def test_a_step_that_was_over_and_is_begun_again_was_restarted() -> None:
    workout = plan(timed(300), timed(120))
    activity = rehearsed(workout, "restart:1")
    assert [lap.step_index for lap in activity.laps] == [0, 0, 1, None]
    alignment = aligned(activity, workout, "indexes")
    assert laps_of(alignment) == [(0, 1, 1), (1, 2, 2)]
    assert alignment.extra[0].first_lap == 0


def test_a_step_that_the_plan_has_twice_was_not_restarted() -> None:
    workout = plan(timed(300), repeat(0, 2), timed(120))
    alignment = aligned(rehearsed(workout), workout, "indexes")
    assert laps_of(alignment) == [(0, 0, 0), (0, 1, 1), (2, 2, 2)]


def test_with_indexes_too_a_forgotten_press_moves_no_other_pass() -> None:
    workout = plan(timed(120), timed(60), repeat(0, 3), timed(200))
    activity = rehearsed(workout, "forget:3")
    whole = aligned(rehearsed(workout), workout, "indexes").pairings
    found = aligned(activity, workout, "indexes").pairings
    for before, after in zip(whole, found, strict=True):
        assert before.stretch is not None
        assert after.stretch is not None
        assert abs(after.stretch.start_at - before.stretch.start_at) < timedelta(seconds=1)
    sure = [each.certainty for each in found]
    assert max(sure[2:4]) < min(sure[:2] + sure[4:])


# -- whatever a recording holds ---------------------------------------------------------------


def odd_lap(random: Random, number: int, begin_s: int) -> Lap:
    """A lap whose times, lengths, index and trigger need not go together."""
    lasting_s = random.choice([0, 1, 60, 300, 1000])
    start_at = START + timedelta(seconds=begin_s + random.choice([0, 0, -5, 30, -400]))
    return Lap(
        number=number,
        start_at=start_at,
        end_at=start_at + timedelta(seconds=lasting_s + random.choice([0, 0, 20, -3])),
        timer_s=float(random.choice([lasting_s, lasting_s / 2, 0])),
        elapsed_s=float(lasting_s),
        distance_m=random.choice([None, 0.0, 3.0 * lasting_s, 1e6]),
        step_index=random.choice([None, 0, 1, 5]),
        trigger=random.choice([None, "time", "manual", "distance", "session_end", "odd"]),
        is_from_records=random.random() < 0.15,
    )


@pytest.mark.parametrize("seed", range(60))
def test_odd_laps_and_samples_are_laid_in_order_or_refused(seed: int) -> None:
    random, values = Random(seed), np.random.default_rng(seed)
    laps = tuple(odd_lap(random, number, 200 * number) for number in range(random.randint(0, 7)))
    count = random.choice([0, 1, 2, 200])
    columns = {
        name: np.where(values.random(count) < random.choice([0, 0.5, 1]), np.nan, column)
        for name, column in (
            ("distance_m", np.cumsum(values.normal(3.0, 2.0, count))),
            ("speed_mps", values.uniform(0.0, 5.0, count)),
            ("cadence_spm", values.uniform(0.0, 180.0, count)),
        )
    }
    unix_s = START.timestamp() + np.sort(values.uniform(-50.0, 1500.0, count))
    steps = [timed(60), metres(1000), Step(duration=OpenDuration()), timed(5000)]
    workout = plan(*random.choices(steps, k=random.randint(1, 4)), repeat(0, 2))
    run = Activity(
        started_at=START,
        ended_at=START + timedelta(seconds=random.choice([0, 100, 1500])),
        sport="running",
        laps=laps,
        track=Track.from_columns(unix_s, **columns),
        workout=random.choice([None, workout]),
        is_complete=random.random() < 0.7,
    )
    modes: tuple[AlignMode, ...] = ("auto", "indexes", "laps", "samples")
    for mode in modes:
        try:
            found = aligned(run, workout, mode)
        except AlignmentError:
            continue
        stretches = [each.stretch for each in found.pairings if each.stretch]
        assert all(each.start_at <= each.end_at for each in stretches)
        assert all(0.0 <= each.certainty <= 1.0 for each in found.pairings)
