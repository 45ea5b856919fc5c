"""What speaks against a lap and a step: many at once as one by one."""

from __future__ import annotations

import itertools
import math
from datetime import timedelta
from random import Random

import attrs
import numpy as np
import pytest

from backrun_fit.activity import Lap
from backrun_fit.compiled import CompiledWorkout, PlannedExecution, unroll
from backrun_fit.compliance import plan as tables
from backrun_fit.compliance.plan import LapColumns, PlanColumns, planned_executions, renumbered
from backrun_fit.workout import (
    DistanceDuration,
    HeartRateBelowDuration,
    Intensity,
    OpenDuration,
    OpenTarget,
    PaceTarget,
    Step,
    TimeDuration,
)
from tests.activities import START, metres, plan, repeat, timed

TRIGGERS = ("time", "distance", "manual", "session_end", None)
ENDINGS = (TimeDuration, DistanceDuration, OpenDuration, HeartRateBelowDuration)
LENGTHS_S = (1.0, 2.0, 20.0, 60.0, 61.0, 98.0, 100.0, 120.0, 165.0, 220.0, 300.0)


def random_steps(random: Random) -> tuple[PlannedExecution, ...]:
    """Up to five executions of all kinds."""
    durations = (
        lambda: TimeDuration(duration_s=random.choice(LENGTHS_S)),
        lambda: TimeDuration(duration_s=random.choice(LENGTHS_S)),
        lambda: DistanceDuration(distance_m=3 * random.choice(LENGTHS_S)),
        OpenDuration,
        lambda: HeartRateBelowDuration(heart_rate_bpm=120),
    )
    pace = PaceTarget(slowest_mps=2.9, fastest_mps=3.1)
    steps = [
        Step(
            duration=random.choice(durations)(),
            target=random.choice((OpenTarget(), pace)),
            intensity=random.choice((None, *Intensity)),
        )
        for _ in range(random.randint(1, 5))
    ]
    return unroll(plan(*steps))


def random_laps(random: Random) -> tuple[Lap, ...]:
    """Up to five laps, of which some have no distance, trigger or intensity."""
    laps, at = [], START
    for number in range(random.randint(1, 5)):
        lasting_s = random.choice(LENGTHS_S)
        over = at + timedelta(seconds=lasting_s)
        speed_mps = random.choice((None, 0.0, 2.5, 3.0, 3.0, 4.0))
        laps.append(
            Lap(
                number=number,
                start_at=at,
                end_at=over,
                timer_s=lasting_s,
                elapsed_s=lasting_s,
                distance_m=None if speed_mps is None else lasting_s * speed_mps,
                trigger=random.choice(TRIGGERS),
                intensity=random.choice(
                    (None, "active", "interval", "rest", "recovery", "warmup", "cooldown", "odd")
                ),
            )
        )
        at = over
    return tuple(laps)


def planned(step: Step) -> tuple[float | None, float | None]:
    """Seconds and metres."""
    match step.duration:
        case TimeDuration(duration_s=seconds):
            return seconds, None
        case DistanceDuration(distance_m=distance_m):
            return None, distance_m
    return None, None


def length_misfit(step: Step, timer_s: float, distance_m: float) -> float:
    """One lap beside one step."""
    seconds, length_m = planned(step)
    if seconds is not None:
        done, wanted, same = timer_s, seconds, 2.0
    elif length_m is not None and not math.isnan(distance_m):
        done, wanted, same = distance_m, length_m, 5.0
    else:
        return 0.3
    off = abs(math.log(max(done, 0.5) / wanted))
    return 0.0 if off <= 0.03 or abs(done - wanted) <= same else off


def joint_misfit(one: Step, other: Step, timer_s: float, distance_m: float, to_open: bool) -> float:
    """One lap beside two steps."""
    whole_s = max(timer_s, 0.5)

    def seconds(step: Step) -> float | None:
        by_time, length_m = planned(step)
        if length_m is None or math.isnan(distance_m):
            return by_time
        return length_m * whole_s / distance_m if distance_m else math.inf

    lengths = [seconds(one), seconds(other)]
    known = [each for each in lengths if each is not None]
    if len(known) == 1:
        return 0.4 if to_open and whole_s > 1.1 * known[0] else math.inf
    if not known or math.inf in known:
        return math.inf
    together = max(sum(known), 0.5)
    off = abs(math.log(whole_s / together))
    if off <= 0.03 or abs(whole_s - together) <= 2.0:
        off = 0.0
    return off if off <= 0.1 and whole_s > together - 0.5 * min(known) else math.inf


def trigger_misfit(step: Step, triggers: list[str | None]) -> float:
    """The triggers of all laps of one step."""
    ending = ENDINGS.index(type(step.duration))
    *inner, last = (TRIGGERS.index(each) for each in triggers)
    within = sum(float(tables._INNER_TRIGGER[each, ending]) for each in inner)
    return within + float(tables._LAST_TRIGGER[last, ending])


def pace_misfit(step: Step, timer_s: float, distance_m: float) -> float:
    """One lap beside one band."""
    if not isinstance(step.target, PaceTarget) or math.isnan(distance_m):
        return 0.0
    speed = distance_m / timer_s
    if speed == 0.0:
        return 1.0
    outside = max(step.target.slowest_mps / speed, speed / step.target.fastest_mps) - 1.0
    return min(max(outside, 0.0), 1.0)


EFFORTS = {
    "active": "work",
    "interval": "work",
    "rest": "rest",
    "recovery": "rest",
    "warmup": "warmup",
    "cooldown": "cooldown",
}


def effort_misfit(step: Step, lap: Lap) -> float:
    """One lap beside one intensity."""
    shown = EFFORTS.get(lap.intensity or "")
    wanted = EFFORTS.get(step.intensity.value if step.intensity else "")
    if shown is None or wanted is None or shown == wanted:
        return 0.0
    return 0.2 if shown == "work" else 1.0


@pytest.mark.parametrize("seed", range(60))
def test_what_speaks_against_laps_and_steps_is_what_does_one_by_one(seed: int) -> None:
    random = Random(seed)
    executions, laps = random_steps(random), random_laps(random)
    steps = [execution.step for execution in executions]
    columns, plan_columns = LapColumns.of(laps), PlanColumns.of(executions)
    assert (len(columns), len(plan_columns)) == (len(laps), len(steps))
    assert plan_columns.step_index.tolist() == list(range(len(steps)))
    first = random.randrange(len(laps))
    count = random.randint(1, len(laps) - first)
    runs = [laps[first : first + number] for number in range(1, count + 1)]
    timer_s, distance_m = columns.runs(first, count)
    assert timer_s.tolist() == [sum(lap.timer_s for lap in run) for run in runs]
    metres_done = [
        sum(math.nan if lap.distance_m is None else lap.distance_m for lap in run) for run in runs
    ]
    np.testing.assert_allclose(distance_m, metres_done)
    done = list(zip(timer_s.tolist(), distance_m.tolist(), strict=True))
    np.testing.assert_allclose(
        plan_columns.length_misfit(timer_s, distance_m),
        [[length_misfit(step, *each) for step in steps] for each in done],
        atol=1e-12,
    )
    np.testing.assert_allclose(
        plan_columns.pace_misfit(timer_s, distance_m),
        [[pace_misfit(step, *each) for step in steps] for each in done],
        atol=1e-12,
    )
    np.testing.assert_allclose(
        plan_columns.trigger_misfit(columns, first, count),
        [[trigger_misfit(step, [lap.trigger for lap in run]) for step in steps] for run in runs],
        atol=1e-12,
    )
    np.testing.assert_allclose(
        plan_columns.effort_misfit(columns, first),
        [effort_misfit(step, laps[first]) for step in steps],
    )
    for to_open in (False, True):
        pairs = list(itertools.pairwise(steps))
        expected = [[joint_misfit(*pair, *each, to_open) for pair in pairs] for each in done]
        found = plan_columns.joint_misfit(timer_s, distance_m, to_open=to_open)
        np.testing.assert_allclose(found, np.reshape(expected, found.shape), atol=1e-12)


def joint(timer_s: float, *steps: Step, to_open: bool = False) -> float:
    """What speaks against one lap at 3 m/s that holds two steps."""
    columns = PlanColumns.of(unroll(plan(*steps)))
    done = np.array([timer_s]), np.array([3.0 * timer_s])
    return float(columns.joint_misfit(*done, to_open=to_open)[0, 0])


@pytest.mark.parametrize(
    ("timer_s", "fits"), [(360, True), (370, True), (340, True), (420, False), (300, False)]
)
def test_only_what_is_as_long_as_two_steps_holds_both(timer_s: float, fits: bool) -> None:
    """As a lap of 300 s, followed by one of 60 s that was left out, would seem to."""
    assert math.isfinite(joint(timer_s, timed(300), timed(60))) is fits
    assert math.isfinite(joint(timer_s, metres(900), timed(60))) is fits


def test_within_two_seconds_or_five_metres_lengths_are_the_same() -> None:
    short = PlanColumns.of(unroll(plan(timed(6), metres(8))))
    found = short.length_misfit(np.array([8.0, 8.1]), np.array([13.0, 13.1]))
    assert (found == 0.0).tolist() == [[True, True], [False, False]]
    assert joint(52, timed(20), timed(30)) == 0.0
    assert joint(48, timed(20), timed(30)) == 0.0
    assert joint(52.5, timed(20), timed(30)) == pytest.approx(math.log(1.05))
    assert joint(306, timed(200), timed(100)) == 0.0


def test_a_lap_of_no_time_and_no_distance_has_no_pace_to_be_off() -> None:
    banded = PlanColumns.of(unroll(plan(timed(60, PaceTarget(slowest_mps=3, fastest_mps=4)))))
    found = banded.pace_misfit(np.array([0.0, 0.0, 60.0]), np.array([0.0, 9.0, 0.0]))
    assert found.tolist() == [[0.0], [1.0], [1.0]]


def test_the_shorter_of_any_two_neighbours_says_what_is_nearer() -> None:
    columns = PlanColumns.of(unroll(plan(timed(10), timed(400), timed(300))))
    found = columns.joint_misfit(np.array([660.0]), np.array([1980.0]), to_open=False)
    assert np.isfinite(found).tolist() == [[False, True]]
    columns = PlanColumns.of(unroll(plan(timed(300), timed(400), timed(10))))
    found = columns.joint_misfit(np.array([400.0]), np.array([1200.0]), to_open=False)
    assert np.isfinite(found).tolist() == [[False, False]]


def test_a_very_short_second_step_does_not_make_one_lap_two() -> None:
    assert math.isinf(joint(300, timed(300), timed(10)))
    assert math.isfinite(joint(309, timed(300), timed(10)))


def test_only_what_is_clearly_longer_than_a_step_holds_an_open_one_too() -> None:
    open_step = Step(duration=OpenDuration())
    for steps in ((timed(100), open_step), (open_step, timed(100))):
        assert math.isinf(joint(109, *steps, to_open=True))
        assert math.isfinite(joint(112, *steps, to_open=True))
        assert math.isinf(joint(112, *steps))
    assert math.isinf(joint(112, open_step, open_step, to_open=True))


# The executions.


def uncounted(first_index: int) -> object:
    return attrs.evolve(repeat(first_index, 1), count=None)


def flags(workout: CompiledWorkout, passes: int) -> list[tuple[int, bool]]:
    executions, optional = planned_executions(workout, lambda: passes)
    assert [each.number for each in executions] == list(range(1, len(executions) + 1))
    return [(each.step_index, bool(flag)) for each, flag in zip(executions, optional, strict=True)]


def test_only_later_passes_of_a_repeat_without_a_count_may_be_missing() -> None:
    workout = plan(timed(60), timed(30), timed(20), uncounted(1), timed(40))  # type: ignore[arg-type]
    assert flags(workout, 2) == [
        (0, False), (1, False), (2, False), (1, True), (2, True), (4, False),
    ]  # fmt: skip
    assert flags(workout, 0) == [(0, False), (1, False), (2, False), (4, False)]


def test_a_counted_repeat_in_one_without_a_count_may_be_missing_with_it() -> None:
    workout = plan(timed(60), repeat(0, 2), timed(30), uncounted(0))  # type: ignore[arg-type]
    assert flags(workout, 2) == [
        (0, False), (0, False), (2, False), (0, True), (0, True), (2, True),
    ]  # fmt: skip


def test_a_repeat_without_a_count_in_a_counted_one_may_be_short_in_each_pass() -> None:
    workout = plan(timed(60), uncounted(0), timed(30), repeat(0, 2))  # type: ignore[arg-type]
    assert flags(workout, 2) == [(0, False), (0, True), (2, False)] * 2


def test_without_such_a_repeat_nobody_is_asked_for_passes() -> None:
    def never() -> int:
        raise AssertionError("asked")

    executions, optional = planned_executions(plan(timed(60), repeat(0, 3)), never)
    assert executions == unroll(plan(timed(60), repeat(0, 3)))
    assert optional.tolist() == [False] * 3


def test_numbers_have_no_holes() -> None:
    executions = unroll(plan(timed(60), repeat(0, 4)))
    assert renumbered(executions[::2]) == (executions[0], attrs.evolve(executions[2], number=2))
