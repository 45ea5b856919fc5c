"""Claims about which stretch of a recording is taken for which execution."""

from __future__ import annotations

import functools
import itertools
import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.activity import Activity, Track
from backrun_fit.compiled import CompiledWorkout, Message, unroll
from backrun_fit.compliance.align import align_recording
from backrun_fit.compliance.by_index import _cheapest, _in_step
from backrun_fit.compliance.pairing import Alignment, AlignMode
from backrun_fit.compliance.plan import planned_executions
from backrun_fit.compliance.sequence import Costs, lay_along
from backrun_fit.compliance.timeline import Recording
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


# The engine.


def cheapest_by_trying_all(table: Any, skip: Any, extra: Any) -> float:
    """An oracle: the least cost over every way, by plain recursion."""

    @functools.cache
    def least(piece: int, slot: int) -> float:
        if piece == len(extra):
            return float(sum(skip[slot:]))
        ways = [extra[piece] + least(piece + 1, slot)]
        if slot < len(skip):
            ways.append(skip[slot] + least(piece, slot + 1))
            ways += [
                table[piece][count][slot] + least(piece + count + 1, slot + 1)
                for count in range(len(extra) - piece)
            ]
        return float(min(ways))

    return least(0, 0)


@given(pieces=st.integers(0, 5), slots=st.integers(0, 5), seed=st.integers(0, 2**32 - 1))
def test_laying_along_finds_the_least_cost_of_all_ways(pieces: int, slots: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    table = random.random((pieces, pieces, slots)) * 3
    skip, extra = random.random(slots), random.random(pieces)
    placements, cost = lay_along(
        lambda piece, slots: np.asarray(table[piece][: pieces - piece, slots]),
        Costs(skip=skip, skip_at_end=skip, extra=extra, extra_before=extra, extra_after=extra),
    )
    assert cost == pytest.approx(cheapest_by_trying_all(table, skip, extra))
    paid = sum(table[p.first][p.last - p.first][p.slot] for p in placements)
    used = {piece for p in placements for piece in range(p.first, p.last + 1)}
    filled = {p.slot for p in placements}
    paid += sum(extra[piece] for piece in range(pieces) if piece not in used)
    paid += sum(skip[slot] for slot in range(slots) if slot not in filled)
    assert paid == pytest.approx(cost)


def test_a_table_too_large_for_the_memory_is_refused() -> None:
    ones, many = np.ones(3), np.ones(2_000_000)
    with pytest.raises(AlignmentError, match="expected at most 8000000 pairs"):
        lay_along(
            lambda _, slots: np.empty((0, slots.stop - slots.start)),
            Costs(skip=many, skip_at_end=many, extra=ones, extra_before=ones, extra_after=ones),
        )


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
    with pytest.raises(AlignmentError, match="at least one lap"):
        aligned(attrs.evolve(activity, laps=()), INTERVALS, "laps")
    empty = attrs.evolve(activity, laps=(), track=Track.from_columns(np.array([])))
    with pytest.raises(AlignmentError, match="got neither"):
        aligned(empty, INTERVALS, "auto")


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
def test_indexes_in_step_with_the_plan_need_no_weighing(seed: int, fault: str) -> None:
    workout = ordinary_plan(Random(seed))
    executions, optional = planned_executions(workout, lambda: 1)
    number = int(fault.split(":")[1]) if fault else 0
    if number > len(executions):
        return
    faults = [parse_fault(fault)] if fault else []
    laps = rehearse(workout, seed=seed, started_at=START, faults=faults).activity.laps
    quick = _in_step(laps, executions)
    steps = {index for index, each in enumerate(workout.messages) if isinstance(each, Step)}
    if quick is not None:
        assert quick == _cheapest(laps, executions, optional, steps)
    elif not fault:
        planned = [execution.step_index for execution in executions]
        assert any(one == other for one, other in pairwise(planned))


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
    assert [reason.split(" of ")[0] for reason in reasons] == ["the first part", "the second part"]
    assert "a lap press was forgotten" in reasons[0]


def test_one_lap_of_an_open_step_and_another_is_not_divided() -> None:
    workout = plan(timed(300), Step(duration=OpenDuration()), timed(300))
    whole = without_indexes(record(as_planned(plan(timed(300), timed(200), timed(300)))))
    found = aligned(merged(whole, 0), workout, "laps")
    assert not any("forgotten" in each.reason for each in found.pairings)


def test_a_piece_may_hold_two_slots() -> None:
    table = np.array([[9.0, 9.0, 9.0], [9.0, 9.0, 0.1]])
    ones = np.ones
    costs = Costs(
        skip=ones(3), skip_at_end=ones(3), extra=ones(2), extra_before=ones(2), extra_after=ones(2)
    )
    both = np.array([[[0.5, 9.0]], [[9.0, 9.0]]])
    placements, cost = lay_along(
        lambda piece, slots: table[piece : piece + 1, slots],
        costs,
        lambda piece, slots: both[piece][:, slots],
    )
    found = [(each.slot, each.first, each.last, each.part) for each in placements]
    assert found == [(0, 0, 0, 1), (1, 0, 0, 2), (2, 1, 1, 0)]
    assert cost == pytest.approx(0.6)


# -- how sure ---------------------------------------------------------------------------------


def test_the_watch_is_believed_more_than_lengths_and_lengths_more_than_speed() -> None:
    activity = record(as_planned(INTERVALS))
    means = []
    modes: tuple[AlignMode, ...] = ("indexes", "laps", "samples")
    for mode in modes:
        sure = [each.certainty for each in aligned(activity, INTERVALS, mode).pairings]
        assert all(0.0 <= each <= 1.0 for each in sure)
        means.append(sum(sure) / len(sure))
    assert means[0] == 1.0
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
    assert [each.certainty for each in found] == [1.0, 1.0, 0.5, 0.5, 1.0, 1.0, 1.0]
