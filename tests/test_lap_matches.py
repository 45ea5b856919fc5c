"""Claims about what is said of laps: reasons, certainties, what is left over, divisions."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from backrun_fit.activity import Activity, Lap
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance.alignment.align import align_recording
from backrun_fit.compliance.pairing import Alignment, AlignMode
from backrun_fit.compliance.timeline import Recording
from backrun_fit.workout import HeartRateBelowDuration, OpenDuration, Step
from tests.activities import (
    START,
    Piece,
    as_planned,
    metres,
    moved_by,
    plan,
    record,
    repeat,
    timed,
    without_indexes,
)

INTERVALS = plan(timed(300), timed(60), timed(120), repeat(1, 2), timed(200))
OPEN = Step(duration=OpenDuration())


def aligned(activity: Activity, workout: CompiledWorkout, mode: AlignMode) -> Alignment:
    return align_recording(Recording.of(activity), workout, mode)


def reasons(alignment: Alignment) -> list[str]:
    return [each.reason for each in alignment.pairings]


def lap(timer_s: float, distance_m: float | None = None, paused_s: float = 0.0) -> Lap:
    return Lap(
        number=0,
        start_at=START,
        end_at=START + timedelta(seconds=timer_s + paused_s),
        timer_s=timer_s,
        elapsed_s=timer_s + paused_s,
        distance_m=distance_m,
    )


# By step indexes.


def test_laps_by_index_say_which_index_they_carry() -> None:
    pieces = as_planned(INTERVALS)
    half = attrs.evolve(pieces[0], timer_s=150)
    pieces[:1] = [attrs.evolve(half, trigger="distance"), half]
    del pieces[-1]
    found = aligned(record(pieces, INTERVALS), INTERVALS, "indexes")
    assert found.mode == "indexes"
    assert reasons(found) == [
        "laps 1 to 2 carry step index 0",
        "lap 3 carries step index 1",
        "lap 4 carries step index 2",
        "lap 5 carries step index 1",
        "lap 6 carries step index 2",
        "no lap carries step index 4 at this place",
    ]
    assert min(each.certainty for each in found.pairings) > 0.95


@pytest.mark.parametrize(("stale", "kind"), [(2, "another step"), (3, "no step"), (9, "no step")])
def test_a_stale_index_is_named_and_less_sure(stale: int, kind: str) -> None:
    pieces = as_planned(INTERVALS)
    pieces[0] = attrs.evolve(pieces[0], step_index=stale)
    found = aligned(record(pieces, INTERVALS), INTERVALS, "indexes")
    assert reasons(found)[0] == (
        f"lap 1 carries step index {stale}, which is {kind}; taken for step 0, which was due"
    )
    sure = [each.certainty for each in found.pairings]
    assert min(sure) == sure[0] > 0.9


def test_a_stale_index_in_mid_workout_is_believed_only_where_it_is_no_step() -> None:
    for stale, is_paired in [(9, True), (4, False)]:
        pieces = as_planned(INTERVALS)
        pieces[2] = attrs.evolve(pieces[2], step_index=stale)
        found = aligned(record(pieces, INTERVALS), INTERVALS, "indexes")
        assert (found.pairings[2].stretch is not None) is is_paired


def test_laps_outside_by_index_say_why() -> None:
    pieces = as_planned(INTERVALS)
    outside = [
        Piece(timer_s=700, trigger="manual"),
        *pieces[:3],
        *pieces,
        Piece(timer_s=45, step_index=77),
        Piece(timer_s=30, speed_mps=2.0, trigger="manual"),
        Piece(timer_s=40, speed_mps=2.0, trigger="session_end"),
    ]
    activity = record(outside, INTERVALS)
    found = aligned(activity, INTERVALS, "indexes")
    assert [(each.first_lap, each.last_lap, each.reason) for each in found.extra] == [
        (0, 0, "not part of the workout: no step index"),
        (1, 3, "not due here: restarted, or repeated once too often"),
        (10, 10, "step index 77 is no step of the workout"),
        (11, 12, "not part of the workout: no step index"),
    ]
    last = found.extra[-1]
    assert (last.timer_s, last.distance_m) == (70.0, 140.0)
    assert (last.start_at, last.end_at) == (activity.laps[11].start_at, activity.laps[12].end_at)


def test_laps_outside_have_a_distance_if_each_of_them_has() -> None:
    pieces = [*as_planned(INTERVALS), Piece(timer_s=30), Piece(timer_s=30)]
    activity = record(pieces, INTERVALS)
    lost = attrs.evolve(activity.laps[-1], distance_m=None)
    found = aligned(attrs.evolve(activity, laps=(*activity.laps[:-1], lost)), INTERVALS, "indexes")
    (extra,) = found.extra
    assert (extra.timer_s, extra.distance_m) == (60.0, None)


def test_a_hole_parts_laps_outside_for_one_reason() -> None:
    workout = plan(timed(300), timed(120))
    first, second = as_planned(workout)
    odd = Piece(timer_s=20, trigger="manual")
    found = aligned(record([first, odd, second, odd], workout), workout, "indexes")
    assert [(each.first_lap, each.last_lap) for each in found.extra] == [(1, 1), (3, 3)]


def test_a_repeat_that_ends_by_a_condition_has_no_empty_passes() -> None:
    until = attrs.evolve(repeat(1, 1), count=None)
    workout = plan(timed(300), timed(60), timed(120), until, timed(200))
    indexes = [0, 1, 2, 1, 4, 4, 4]
    lengths = {0: 300, 1: 60, 2: 120, 4: 200}
    pieces = [Piece(timer_s=lengths[index], step_index=index) for index in indexes]
    found = aligned(record(pieces, workout), workout, "indexes")
    shown = [(each.execution.number, each.execution.step_index) for each in found.pairings]
    assert shown == [(1, 0), (2, 1), (3, 2), (4, 1), (5, 4)]
    assert all(each.stretch for each in found.pairings)


def test_a_forgotten_press_is_named_beside_indexes_too() -> None:
    pieces = as_planned(INTERVALS)
    pieces[1:3] = [attrs.evolve(pieces[1], timer_s=180)]
    found = aligned(record(pieces, INTERVALS), INTERVALS, "indexes")
    text = (
        "the {} part of lap 2, which is as long as several steps: a lap press was forgotten; "
        "divided by the planned length"
    )
    assert reasons(found)[1:3] == [text.format("first"), text.format("last")]
    sure = [each.certainty for each in found.pairings]
    assert max(sure[1:3]) < min(sure[:1] + sure[3:])


def test_a_pass_that_need_not_be_there_is_not_looked_for_in_a_longer_lap() -> None:
    until = attrs.evolve(repeat(0, 1), count=None)
    workout = plan(timed(60), timed(60), until, timed(200))
    pieces = [Piece(timer_s=s, step_index=i) for s, i in ((60, 0), (60, 1), (120, 0), (200, 3))]
    found = aligned(record(pieces, workout), workout, "indexes")
    assert [each.reason for each in found.pairings] == [
        f"lap {number} carries step index {index}" for number, index in enumerate((0, 1, 0, 3), 1)
    ]


@pytest.mark.parametrize(
    ("step", "timer_s", "distance_m", "trigger", "is_whole"),
    [
        (timed(300), 300, None, "time", True),
        (timed(300), 298, None, "time", True),
        (timed(300), 303, None, "time", False),
        (timed(300), 300, None, "manual", False),
        (metres(900), 300, 900, "distance", True),
        (metres(900), 300, 905, "distance", True),
        (metres(900), 300, 906, "distance", False),
        (metres(900), 300, 894, "distance", False),
        (metres(900), 300, 900, "manual", False),
        (metres(900), 300, None, "distance", False),
        (metres(6), 3, None, "distance", False),
        (OPEN, 300, 900, "manual", True),
        (OPEN, 300, 900, "time", False),
        (Step(duration=HeartRateBelowDuration(heart_rate_bpm=120)), 300, 900, "manual", False),
    ],
)
def test_a_lap_that_was_its_whole_step_and_is_begun_again_was_restarted(
    step: Step, timer_s: float, distance_m: float | None, trigger: str, is_whole: bool
) -> None:
    first = attrs.evolve(lap(timer_s, distance_m), step_index=0, trigger=trigger)
    again, last = attrs.evolve(first, number=1), attrs.evolve(lap(100), number=2, step_index=1)
    activity = attrs.evolve(record([Piece(timer_s=700)]), laps=(first, again, last))
    found = aligned(activity, plan(step, timed(100)), "indexes")
    restarted = ["lap 2 carries step index 0", "lap 3 carries step index 1"]
    together = ["laps 1 to 2 carry step index 0", "lap 3 carries step index 1"]
    assert reasons(found) == (restarted if is_whole else together)
    assert [each.first_lap for each in found.extra] == [0] * is_whole


def test_a_lap_ended_by_its_time_does_not_hold_the_open_step_behind_it() -> None:
    workout = plan(timed(100), OPEN)
    for trigger, is_both in [("time", False), ("manual", True)]:
        activity = record([Piece(timer_s=150, step_index=0, trigger=trigger)], workout)
        found = aligned(activity, workout, "indexes")
        assert (found.pairings[1].stretch is not None) is is_both


# By laps alone.


def test_laps_say_which_step_they_fit_and_what_ended_them() -> None:
    activity = without_indexes(record(as_planned(INTERVALS, faster=[1])))
    triggers = ["time", "manual", None, "session_end"]
    laps = [
        attrs.evolve(one, trigger=trigger)
        for one, trigger in zip(activity.laps, triggers, strict=False)
    ]
    found = aligned(attrs.evolve(activity, laps=tuple(laps)), INTERVALS, "laps")
    assert found.mode == "laps"
    assert reasons(found) == [
        "lap 1 fits step 0 best, ended by time",
        "lap 2 fits step 1 best, ended by manual",
        "lap 3 fits step 2 best",
        "lap 4 fits step 1 best, ended by session end",
        "no lap fits step 2 at this place",
        "no lap fits step 4 at this place",
    ]


def test_by_laps_too_a_repeat_that_ends_by_a_condition_has_as_many_passes_as_there_are() -> None:
    until = attrs.evolve(repeat(1, 1), count=None)
    workout = plan(timed(300), timed(60), timed(120), until, timed(200))
    indexes = [0, 1, 2, 1, 2, 1, 2, 4]
    lengths = {0: 300, 1: 60, 2: 120, 4: 200}
    found = aligned(record([Piece(timer_s=lengths[index]) for index in indexes]), workout, "laps")
    assert [each.execution.step_index for each in found.pairings] == indexes
    assert all(each.stretch for each in found.pairings)


def test_laps_together_fit_one_step() -> None:
    workout = plan(timed(600))
    pieces = [Piece(timer_s=300, trigger="distance"), Piece(timer_s=300)]
    found = aligned(record(pieces), workout, "laps")
    assert reasons(found) == ["laps 1 to 2 together fit step 0 best, ended by time"]


def test_laps_outside_are_before_among_or_after_the_workout() -> None:
    workout = plan(timed(300), timed(120))
    first, second = as_planned(workout)
    own, odd = Piece(timer_s=700, trigger="manual"), Piece(timer_s=17)
    found = aligned(without_indexes(record([own, first, odd, second, own])), workout, "laps")
    assert [(each.first_lap, each.reason) for each in found.extra] == [
        (0, "before the workout"),
        (2, "fits no step of the workout here"),
        (4, "after the workout"),
    ]


def test_of_steps_or_laps_that_are_alike_the_later_is_left_out() -> None:
    def laps_for(done_s: list[int], *planned_s: int) -> list[int | None]:
        activity = record([Piece(timer_s=seconds) for seconds in done_s])
        found = aligned(activity, plan(*map(timed, planned_s)), "laps")
        return [each.stretch.first_lap if each.stretch else None for each in found.pairings]

    assert laps_for([300, 60, 200], 300, 60, 60, 200) == [0, 1, None, 2]
    assert laps_for([300, 60, 60, 200], 300, 60, 200) == [0, 1, 3]


def test_where_no_lap_fits_all_are_before_the_workout() -> None:
    found = aligned(record([Piece(timer_s=3, trigger="time")]), plan(timed(3000)), "laps")
    assert [each.reason for each in found.extra] == ["before the workout"]
    assert [each.stretch for each in found.pairings] == [None]


def test_parts_of_a_lap_touch_and_are_measured_without_it() -> None:
    pieces = as_planned(INTERVALS)
    both = attrs.evolve(pieces[2], timer_s=180)
    activity = without_indexes(record([pieces[0], both, *pieces[3:]]))
    found = aligned(activity, INTERVALS, "laps")
    text = (
        "the {} part of lap 2, which is as long as several steps: a lap press was forgotten; "
        "divided by the planned length"
    )
    assert reasons(found)[1:3] == [text.format("first"), text.format("last")]
    one, other = (each.stretch for each in found.pairings[1:3])
    assert one is not None
    assert other is not None
    whole = activity.laps[1]
    assert one.start_at == whole.start_at
    assert one.end_at == other.start_at == whole.start_at + timedelta(seconds=60)
    assert other.end_at == whole.end_at
    assert {one.first_lap, one.last_lap, other.first_lap, other.last_lap} == {None}


def test_a_lap_that_ends_before_it_begins_lasts_no_time() -> None:
    activity = record(as_planned(INTERVALS), INTERVALS)
    first = attrs.evolve(activity.laps[0], end_at=START - timedelta(seconds=5))
    found = aligned(attrs.evolve(activity, laps=(first, *activity.laps[1:])), INTERVALS, "indexes")
    stretch = found.pairings[0].stretch
    assert stretch is not None
    assert stretch.start_at == stretch.end_at == START


# In any mode.


@pytest.mark.parametrize("mode", ["indexes", "laps", "samples", "auto"])
def test_moving_a_run_in_time_moves_every_stretch_and_nothing_else(mode: AlignMode) -> None:
    later = timedelta(days=-400, seconds=12_345)
    pieces = as_planned(INTERVALS, faster=[1])
    activity = record([Piece(timer_s=100, speed_mps=1.0), *pieces, Piece(timer_s=30)], INTERVALS)
    before, after = (
        aligned(each, INTERVALS, mode) for each in (activity, moved_by(activity, later))
    )
    assert (before.mode, before.warnings) == (after.mode, after.warnings)
    for one, other in zip(before.pairings, after.pairings, strict=True):
        assert attrs.evolve(one, stretch=None) == attrs.evolve(other, stretch=None)
        assert one.stretch is not None
        assert other.stretch == attrs.evolve(
            one.stretch,
            start_at=one.stretch.start_at + later,
            end_at=one.stretch.end_at + later,
        )
    for left, over in zip(before.extra, after.extra, strict=True):
        assert over == attrs.evolve(
            left, start_at=left.start_at + later, end_at=left.end_at + later
        )


def test_the_way_is_chosen_by_what_there_is() -> None:
    activity = record(as_planned(INTERVALS), INTERVALS)
    assert align_recording(Recording.of(activity), INTERVALS).mode == "indexes"
    one_lap = attrs.evolve(activity, laps=activity.laps[:1])
    assert aligned(activity, INTERVALS, "auto").mode == "indexes"
    assert aligned(one_lap, INTERVALS, "auto").mode == "indexes"
    assert aligned(without_indexes(activity), INTERVALS, "auto").mode == "laps"
    assert aligned(without_indexes(one_lap), INTERVALS, "auto").mode == "samples"
    two_laps = attrs.evolve(activity, laps=activity.laps[:2])
    assert aligned(without_indexes(two_laps), INTERVALS, "auto").mode == "laps"
    some = attrs.evolve(activity.laps[0], step_index=None)
    mixed = attrs.evolve(activity, laps=(some, *activity.laps[1:]))
    assert aligned(mixed, INTERVALS, "auto").mode == "indexes"
    assert aligned(mixed, INTERVALS, "indexes").mode == "indexes"
    assert aligned(one_lap, INTERVALS, "laps").mode == "laps"
    assert aligned(attrs.evolve(activity, laps=()), INTERVALS, "samples").mode == "samples"
