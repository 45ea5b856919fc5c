"""Claims about laying a plan along laps, held against trying all ways with costs one by one."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from random import Random

import attrs
import numpy as np
import pytest

from backrun_fit.activity import Activity, Lap, Track
from backrun_fit.compiled import PlannedExecution
from backrun_fit.compliance import by_index, by_lap, lapwise
from backrun_fit.compliance.pairing import Alignment
from backrun_fit.compliance.sequence import Costs, Floats, Placement
from backrun_fit.workout import DistanceDuration, OpenDuration, Step, TimeDuration
from tests.activities import START, plan
from tests.all_ways import Problem
from tests.test_plan_columns import (
    effort_misfit,
    joint_misfit,
    length_misfit,
    pace_misfit,
    planned,
    random_laps,
    random_steps,
    trigger_misfit,
)


def run_of(laps: Sequence[Lap]) -> Activity:
    return Activity(
        started_at=START,
        ended_at=laps[-1].end_at,
        sport="running",
        laps=tuple(laps),
        track=Track.from_columns(np.array([])),
    )


def lengths(laps: Sequence[Lap]) -> tuple[float, float]:
    """Seconds and metres of laps together."""
    metres = sum(math.nan if lap.distance_m is None else lap.distance_m for lap in laps)
    return sum(lap.timer_s for lap in laps), metres


def tabled(
    laps: Sequence[Lap], width: int, cost: Callable[[Sequence[Lap], int], float]
) -> Callable[[int], Floats]:
    """The costs of all runs that begin with a lap."""

    def fit(first: int) -> Floats:
        runs = [laps[first:behind] for behind in range(first + 1, len(laps) + 1)]
        rows = [[cost(run, slot) for slot in range(width)] for run in runs]
        return np.array(rows, dtype=float).reshape(len(runs), width)

    return fit


def placements_of(alignment: Alignment) -> list[Placement]:
    """Back from pairings to which laps fill which execution."""
    placements = []
    for slot, each in enumerate(alignment.pairings):
        if each.stretch is not None:
            part = 1 if "first part" in each.reason else 2 if "second part" in each.reason else 0
            numbers = re.findall(r"laps? (\d+)(?: to (\d+))?", each.reason)[0]
            first, last = (int(number or numbers[0]) - 1 for number in numbers)
            placements.append(Placement(slot, first, last, part))
    return placements


# By laps alone.


def is_reached(step: Step, timer_s: float, distance_m: float) -> bool:
    """As long as planned, and no shorter than a watch's rounding."""
    seconds, metres = planned(step)
    long_enough = (seconds is not None and timer_s >= seconds - 2.0) or (
        metres is not None and distance_m >= metres - 5.0
    )
    return long_enough and length_misfit(step, timer_s, distance_m) == 0.0


def laps_alone(laps: Sequence[Lap], executions: Sequence[PlannedExecution]) -> Problem:
    """What it costs, one by one."""
    steps = [execution.step for execution in executions]

    def pair(run: Sequence[Lap], slot: int) -> float:
        step, (timer_s, distance_m) = steps[slot], lengths(run)
        cost = min(length_misfit(step, timer_s, distance_m), 3.0)
        seconds, metres = planned(step)
        if (seconds is not None and timer_s < seconds) or (
            metres is not None and distance_m < metres
        ):
            cost = min(cost, {"manual": 1.4, "session_end": 0.4}.get(run[-1].trigger or "", 3.0))
        elif length_misfit(step, timer_s, distance_m) > math.log(by_lap._LARGEST_RATIO):
            return math.inf
        over = any(is_reached(step, *lengths(run[:end])) for end in range(1, len(run)))
        return (
            cost
            + by_lap._PAST_END * over
            + trigger_misfit(step, [lap.trigger for lap in run])
            + by_lap._EFFORT_WEIGHT * effort_misfit(step, run[0])
            + by_lap._PACE_WEIGHT * pace_misfit(step, timer_s, distance_m)
        )

    def two(run: Sequence[Lap], slot: int) -> float:
        ended = trigger_misfit(steps[slot + 1], [lap.trigger for lap in run])
        joint = joint_misfit(steps[slot], steps[slot + 1], *lengths(run), to_open=False)
        return lapwise._FORGOTTEN + joint + ended

    count = len(laps)
    outside = [by_lap._EXTRA + by_lap._EXTRA_LONG * min(1, lap.timer_s / 60) for lap in laps]
    return Problem(
        tabled(laps, len(steps), pair),
        Costs(
            skip=np.full(len(steps), by_lap._SKIP),
            skip_at_end=np.full(len(steps), by_lap._SKIP_AT_END),
            extra=np.array(outside),
            extra_before=np.full(count, by_lap._EXTRA_AT_EDGE),
            extra_after=np.full(count, by_lap._EXTRA_AT_EDGE),
        ),
        tabled(laps, len(steps) - 1, two),
    )


@pytest.mark.parametrize("seed", range(80))
def test_no_way_to_lay_a_plan_along_laps_is_cheaper(seed: int) -> None:
    random = Random(seed)
    executions, laps = random_steps(random), random_laps(random)
    workout = plan(*(execution.step for execution in executions))
    found = by_lap.align_by_lap(run_of(laps), workout)
    problem, placements = laps_alone(laps, executions), placements_of(found)
    assert problem.cost(placements) == pytest.approx(problem.least(), abs=1e-4)
    for placement in placements:
        fit = problem.fit_both if placement.part else problem.fit
        slot = placement.slot - (placement.part == 2)
        cost = fit(placement.first)[placement.last - placement.first, slot]
        assert found.pairings[placement.slot].certainty == pytest.approx(math.exp(-cost))
    empty = {each.certainty for each in found.pairings if each.stretch is None}
    assert empty <= {by_lap._SURE_OF_NONE}


# By step indexes.


def whole(lap: Lap, step: Step) -> bool:
    """Whether a lap was ended by what ends its step."""
    match step.duration:
        case TimeDuration(duration_s=seconds):
            return lap.trigger == "time" and abs(lap.timer_s - seconds) <= 2
        case DistanceDuration(distance_m=metres):
            return lap.trigger == "distance" and abs((lap.distance_m or 0.0) - metres) <= 5
    return lap.trigger == "manual" and isinstance(step.duration, OpenDuration)


def with_indexes(laps: Sequence[Lap], executions: Sequence[PlannedExecution]) -> Problem:
    """What it costs, one by one."""
    steps = [execution.step for execution in executions]
    shown = [lap.step_index for lap in laps]

    def may_be_together(run: Sequence[Lap]) -> bool:
        return run[0].step_index is not None and len({lap.step_index for lap in run}) == 1

    def pair(run: Sequence[Lap], slot: int) -> float:
        index, step = run[0].step_index, steps[slot]
        if not may_be_together(run):
            return math.inf
        length = by_index._LENGTH_WEIGHT * min(length_misfit(step, *lengths(run)), 1.0)
        cost = length + trigger_misfit(step, [lap.trigger for lap in run])
        if index == slot:
            return cost
        may_be_stale = run[0].number == 0 or index is None or index >= len(steps)
        return cost + by_index._STALE if may_be_stale else math.inf

    def two(run: Sequence[Lap], slot: int) -> float:
        if not may_be_together(run) or run[0].step_index != slot:
            return math.inf
        ended = trigger_misfit(steps[slot + 1], [lap.trigger for lap in run])
        joint = joint_misfit(steps[slot], steps[slot + 1], *lengths(run), to_open=True)
        return lapwise._FORGOTTEN + joint + ended

    begun_again = [
        one is not None and one == other and one < len(steps) and whole(lap, steps[one])
        for lap, one, other in zip(laps, shown, [*shown[1:], None], strict=True)
    ]
    indexed = np.array([index is not None for index in shown], dtype=float)
    last = next((lap for lap in reversed(laps) if lap.step_index is not None), None)
    broken_off = last is not None and last.trigger == "session_end"
    return Problem(
        tabled(laps, len(steps), pair),
        Costs(
            skip=np.full(len(steps), by_index._SKIP),
            skip_at_end=np.full(
                len(steps), by_index._SKIP * (by_index._BROKEN_OFF if broken_off else 1.0)
            ),
            extra=indexed * by_index._EXTRA,
            extra_before=indexed
            * np.where(begun_again, by_index._EXTRA_RESTARTED, by_index._EXTRA_BEFORE),
            extra_after=indexed * by_index._EXTRA,
        ),
        tabled(laps, len(steps) - 1, two),
    )


def indexed_laps(random: Random, count: int) -> tuple[Lap, ...]:
    """Laps whose indexes mostly rise, of which some are none, stale or come twice."""
    laps = random_laps(random)
    due = itertools.accumulate(random.choice((0, 0, 1, 1, 1, 2)) for _ in laps)
    odd = (None, count, random.randrange(count))
    return tuple(
        attrs.evolve(
            lap, step_index=random.choice(odd) if random.random() < 0.2 else min(index, count)
        )
        for lap, index in zip(laps, due, strict=True)
    )


@pytest.mark.parametrize("seed", range(120))
def test_no_way_to_lay_a_plan_along_indexes_is_cheaper(seed: int) -> None:
    random = Random(seed)
    executions = random_steps(random)
    laps = indexed_laps(random, len(executions))
    problem = with_indexes(laps, executions)
    placements = by_index._cheapest(
        laps, executions, np.zeros(len(executions), dtype=bool), set(range(len(executions)))
    )
    assert problem.cost(placements) == pytest.approx(problem.least(), abs=1e-4)
    quick = by_index._in_step(laps, executions)
    if quick is not None:
        assert problem.cost(quick) == pytest.approx(problem.least(), abs=1e-4)
