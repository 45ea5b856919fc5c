"""How much processor time a check takes on large inputs, and on inputs twice as large."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Mapping
from typing import Final

import attrs
import numpy as np

from backrun_fit import check
from backrun_fit.activity import Activity
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import BackrunFitError
from tests.activities import Piece, plan, record, repeat, timed, without_indexes
from tests.benchmarks.accuracy import Failure, Measure
from tests.benchmarks.accuracy_real import without_laps

__all__ = ["LARGEST_RATIO", "LOADS", "Cost", "Load", "cost_measures", "cost_of", "lasting_s"]

LARGEST_RATIO: Final = 2.3

ROUNDS: Final = 5
"""The shortest of so many counts; other work on the machine only ever adds."""

LONGEST_ROUND_S: Final = 4.0
"""What takes longer is measured once."""

_LAP_S: Final = 20
_DAY_H: Final = 24

Case = tuple[Activity, CompiledWorkout]


@attrs.frozen(kw_only=True)
class Load:
    """A large input.

    Attributes:
        name: Of its measure.
        title: For people.
        asked_s: Processor time that one check may take.
        build: From a factor of size to the activity and the plan.
        doubled: Title and input of each way to make it twice as large.
    """

    name: str
    title: str
    asked_s: float
    build: Callable[[], Case]
    doubled: Mapping[str, Callable[[], Case]]


def _laps_and_executions(laps: int, executions: int) -> Case:
    """Laps without step indexes, hard and easy in turn, and a plan of hard and easy steps."""
    pieces = [
        Piece(timer_s=_LAP_S, speed_mps=2.5 + (place % 2), trigger="manual")
        for place in range(laps)
    ]
    workout = plan(timed(_LAP_S), timed(_LAP_S), repeat(0, executions // 2))
    return without_indexes(record(pieces, every_s=2)), workout


def _laps_of_one_index(laps: int) -> Case:
    """A plan of one long step, whose laps all point to it."""
    workout = plan(timed(5 * laps))
    pieces = [Piece(timer_s=5, step_index=0, trigger="manual") for _ in range(laps)]
    return record(pieces, workout, every_s=5), workout


def _hours_without_laps(hours: int) -> Case:
    """Samples each second, 10 minutes easy and 5 hard in turn, with noise; no laps."""
    workout = plan(timed(600), timed(300), repeat(0, 4 * hours))
    pieces = [
        Piece(timer_s=timer_s, speed_mps=speed_mps)
        for _ in range(4 * hours)
        for timer_s, speed_mps in ((600, 2.5), (300, 4.0))
    ]
    activity = without_laps(record(pieces))
    noise_mps = np.random.default_rng(0).normal(0.0, 0.1, len(activity.track))
    speed_mps = activity.track.speed_mps + noise_mps
    return attrs.evolve(activity, track=attrs.evolve(activity.track, speed_mps=speed_mps)), workout


LOADS: Final = (
    Load(
        name="cpu_1000_laps_1000_executions_s",
        title="1,000 laps x 1,000 executions",
        asked_s=0.5,
        build=lambda: _laps_and_executions(1000, 1000),
        doubled={
            "twice the laps": lambda: _laps_and_executions(2000, 1000),
            "twice the executions": lambda: _laps_and_executions(1000, 2000),
            "twice both": lambda: _laps_and_executions(2000, 2000),
        },
    ),
    Load(
        name="cpu_8000_laps_one_index_s",
        title="8,000 laps of one index",
        asked_s=0.5,
        build=lambda: _laps_of_one_index(8000),
        doubled={"twice the laps": lambda: _laps_of_one_index(16000)},
    ),
    Load(
        name="cpu_24_hours_s",
        title="24 hours at 1 Hz without laps",
        asked_s=2.0,
        build=lambda: _hours_without_laps(_DAY_H),
        doubled={"twice the hours and executions": lambda: _hours_without_laps(2 * _DAY_H)},
    ),
)


@attrs.frozen(kw_only=True)
class Cost:
    """What was measured of one load.

    Attributes:
        load: Which.
        cpu_s: Processor time of one check; NaN where it fails.
        ratios: For each way to double the input, how many times as long that takes.
    """

    load: Load
    cpu_s: float
    ratios: Mapping[str, float]


def lasting_s(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Processor time of the fastest of some rounds; NaN where the work fails."""
    best = math.inf
    gc.collect()
    for _ in range(rounds):
        begun = time.process_time()
        try:
            work()
        except BackrunFitError:
            return math.nan
        best = min(best, time.process_time() - begun)
        if best > LONGEST_ROUND_S:
            break
    return best


def cost_of(load: Load, rounds: int = ROUNDS) -> Cost:
    """Measure one load, and all ways to double it."""
    activity, workout = load.build()
    cpu_s = lasting_s(lambda: check(activity, workout), rounds)
    ratios = {}
    for title, build in load.doubled.items():
        larger, plan_of_it = build()
        ratios[title] = lasting_s(lambda: check(larger, plan_of_it), rounds) / cpu_s  # noqa: B023
    return Cost(load=load, cpu_s=cpu_s, ratios=ratios)


def cost_measures(costs: list[Cost]) -> list[Measure]:
    """One a load, and the largest ratio of all ways to double one input."""
    measures = [
        Measure(
            name=cost.load.name,
            title=f"CPU s: {cost.load.title}",
            asked=cost.load.asked_s,
            sense="most",
            value=cost.cpu_s,
            count=1,
            unit="check",
        )
        for cost in costs
    ]
    ratios = {
        f"{cost.load.title}, {title}": ratio
        for cost in costs
        for title, ratio in cost.ratios.items()
    }
    failures = [
        Failure("more than linear", title, f"{ratio:.2f} times as long")
        for title, ratio in ratios.items()
        if not ratio <= LARGEST_RATIO
    ]
    known = [ratio for ratio in ratios.values() if not math.isnan(ratio)]
    measures.append(
        Measure(
            name="cpu_doubling",
            title="CPU: twice the input, times as long",
            asked=LARGEST_RATIO,
            sense="most",
            value=max(known) if len(known) == len(ratios) and known else math.nan,
            count=len(ratios),
            unit="ways",
            failures=tuple(failures),
            notes=tuple(f"{title}: {ratio:.2f}" for title, ratio in ratios.items()),
        )
    )
    return measures
