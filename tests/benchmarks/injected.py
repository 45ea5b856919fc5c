"""Which faults are put into rehearsals, how large, and what the check is to say of each.

Every fault is far larger than anybody would overlook, in what was really done: how far a
runner lands beside an aim is taken into account. The sizes are stated here and are none of the
constants of the check. What the check is to say:

| fault | size | expected of its execution | not injected where |
|---|---|---|---|
| skip | | SKIPPED | the step is open: no length of it is wrong |
| short, long | 15 %, 20 s or 50 m at least | SHORT, LONG | the same |
| abandon | as short | UNFINISHED, all that follow SKIPPED or UNFINISHED | the same |
| fast | 15 % or 12 bpm beyond the fast end | FAST | no pace or heart-rate target; too brief |
| slow | likewise below the slow end | SLOW | the same; slower is harmless there |
| walk | whatever walking is | SLOW | as slow, pace only; walking is not that slow |
| stop | so long that the mean pace is as of slow | SLOW | as slow, pace only |
| pause, press, hill, forward, late | | nothing | forward: the step is forward |
| restart | | the second start counts | after a whole pass of a repeat at the start |
| forget | | anything in the two executions that share the lap | |

A restart after a whole pass of a repeat with which the plan begins leaves the same laps
as one pass too many.

Too brief is a pace step of less than a minute, because people take a quarter of it to
get to a new speed, and a heart-rate step of less than ten minutes, because the heart
takes minutes to get there and wanders by some bpm. Other targets are not in the plans.
No fault of the speed stands beside a restart, after which luck is drawn anew, so that
its size would not be known. ``wrong`` is left out: no execution of the plan is run, so
none can be named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Final

import attrs
import numpy as np

from backrun_fit.compiled import CompiledWorkout, PlannedExecution, RepeatMessage, unroll
from backrun_fit.rehearsal import (
    Abandon,
    Fast,
    Fault,
    Forget,
    Forward,
    Hill,
    Late,
    Long,
    Pause,
    Press,
    Rehearsal,
    Restart,
    Runner,
    Short,
    Skip,
    Slow,
    Stop,
    TrueExecution,
    Walk,
)
from backrun_fit.report import Verdict
from backrun_fit.workout import (
    DistanceDuration,
    HeartRateTarget,
    Intensity,
    PaceTarget,
    Step,
    TimeDuration,
)

__all__ = [
    "EXPECTED",
    "OFF_PACE",
    "Expectation",
    "candidates",
    "chosen",
    "expectations",
    "settled_mps",
]

OFF_PACE: Final = 0.15
"""How far beyond its band a pace is put."""

OFF_BPM: Final = 12.0
"""How far beyond its band a heart rate is put."""

OFF_LENGTH: Final = 0.15
LEAST_OFF_S: Final = 20.0
LEAST_OFF_M: Final = 50.0
"""How much is missing of a length, or too much: the share, or at least so much."""

LEAST_PACED_S: Final = 60.0
LEAST_HEART_S: Final = 600.0
SETTLED_S: Final = 20.0
"""After this a runner has reached a new speed."""

EXPECTED: Final[Mapping[type[Fault], Verdict]] = {
    Skip: Verdict.SKIPPED,
    Short: Verdict.SHORT,
    Long: Verdict.LONG,
    Abandon: Verdict.UNFINISHED,
    Fast: Verdict.FAST,
    Slow: Verdict.SLOW,
    Walk: Verdict.SLOW,
    Stop: Verdict.SLOW,
}
"""The verdict on the execution in which a fault happens; of the others no verdict speaks."""

# Beside a restart these do not have the size that is meant, or it never comes.
_NOT_WITH_RESTART: Final = frozenset((Fast, Slow, Walk, Stop, Abandon))
_NEVER_BEGUN: Final = frozenset((Verdict.SKIPPED, Verdict.UNFINISHED))
_EASY: Final = (Intensity.WARMUP, Intensity.COOLDOWN, Intensity.REST, Intensity.RECOVERY)


@attrs.frozen(kw_only=True)
class Expectation:
    """What the check is to say of one execution.

    Attributes:
        accepted: Verdicts that name what went wrong; empty where anything may be said.
        fault: The word of the fault that happens here; None where it follows from another.
    """

    accepted: frozenset[Verdict]
    fault: str | None = None


def expectations(rehearsal: Rehearsal, faults: tuple[Fault, ...]) -> dict[int, Expectation]:
    """What is to be said of the executions with faults, by number; of others nothing.

    Args:
        rehearsal: What became of it.
        faults: At most one in each execution.
    """
    begun = {one.number: one for one in rehearsal.truth.executions if one.counts}
    expected: dict[int, Expectation] = {}
    for fault in faults:
        if fault.number not in begun:
            continue
        word = type(fault).__name__.lower()
        if isinstance(fault, Abandon):
            for number in range(fault.number + 1, rehearsal.truth.planned + 1):
                expected[number] = Expectation(accepted=_NEVER_BEGUN)
        if type(fault) in EXPECTED:
            verdicts = frozenset((EXPECTED[type(fault)],))
            expected[fault.number] = Expectation(accepted=verdicts, fault=word)
    for fault in faults:
        if isinstance(fault, Forget):
            for number in (fault.number, fault.number + 1):
                expected[number] = Expectation(accepted=frozenset())
    return expected


def candidates(
    workout: CompiledWorkout, perfect: Rehearsal, runner: Runner
) -> dict[str, list[Fault]]:
    """All faults that can be put into a plan, by kind, each large enough.

    Args:
        workout: The plan.
        perfect: Its rehearsal without a fault, with the same seed.
        runner: Who runs it.
    """
    begin = perfect.truth.executions[0].start_at
    unclear = _ends_first_repeat(workout)
    found: dict[str, list[Fault]] = {}
    for execution, true in zip(unroll(workout), perfect.truth.executions, strict=True):
        hours = ((true.start_at - begin).total_seconds() + true.timer_s / 2) / 3600
        pace = settled_mps(perfect, true)
        for fault in _possible(execution, true, runner, hours, pace):
            if isinstance(fault, Restart) and execution.step_index == unclear:
                continue
            found.setdefault(type(fault).__name__, []).append(fault)
    return found


def _ends_first_repeat(workout: CompiledWorkout) -> int | None:
    """The last step of a repeat with which the plan begins; None where it begins otherwise."""
    for place, message in enumerate(workout.messages):
        if isinstance(message, RepeatMessage) and message.first_index == 0:
            return place - 1
    return None


def chosen(random: Random, found: Mapping[str, list[Fault]]) -> tuple[Fault, ...]:
    """One or two faults of different executions, every kind as likely as any other.

    The first is of a kind that a verdict names, where the plan has room for one.
    """
    nameable = [kind.__name__ for kind in EXPECTED if kind.__name__ in found]
    first = random.choice(found[random.choice(nameable or sorted(found))])
    if random.random() < 0.5:
        return (first,)
    second = random.choice(found[random.choice(sorted(found))])
    return (first, second) if _both_happen(first, second) else (first,)


def _both_happen(one: Fault, other: Fault) -> bool:
    """Whether the second is in another execution, and neither makes the other void."""
    kinds = {type(one), type(other)}
    if one.number == other.number or (Restart in kinds and kinds & _NOT_WITH_RESTART):
        return False
    first = min(one, other, key=lambda fault: fault.number)
    return not isinstance(first, Abandon)


def _possible(
    execution: PlannedExecution, true: TrueExecution, runner: Runner, hours: float, pace: float
) -> Iterator[Fault]:
    number, step = execution.number, execution.step
    yield from (Pause(number=number), Press(number=number), Hill(number=number))
    yield from (Restart(number=number), Forget(number=number))
    if number == 1:
        yield Late()
    if step.movement.is_backward:
        yield Forward(number=number)
    fraction = _extent_fraction(step)
    if fraction is not None:
        yield Skip(number=number)
        if fraction < 1:
            yield Long(number=number, fraction=fraction)
            yield Short(number=number, fraction=1 - fraction)
            yield Abandon(number=number, fraction=1 - fraction)
    match step.target:
        case PaceTarget() as target if true.timer_s >= LEAST_PACED_S:
            yield from _off_pace(execution, target, true, runner, pace)
        case HeartRateTarget() as target if true.timer_s >= LEAST_HEART_S:
            yield from _off_heart_rate(execution, target, runner, hours)


def _extent_fraction(step: Step) -> float | None:
    """How much a length is put off as a share of the plan; None where none is planned."""
    match step.duration:
        case TimeDuration(duration_s=planned):
            return max(OFF_LENGTH, LEAST_OFF_S / planned)
        case DistanceDuration(distance_m=planned):
            return max(OFF_LENGTH, LEAST_OFF_M / planned)
        case _:
            return None


def _is_gentle(step: Step) -> bool:
    """Whether being slower is harmless."""
    return step.intensity in _EASY and not step.movement.is_backward


def _off_pace(
    execution: PlannedExecution,
    target: PaceTarget,
    true: TrueExecution,
    runner: Runner,
    pace: float,
) -> Iterator[Fault]:
    """Faults of the speed; ``pace`` is what the same runner keeps here without one."""
    step, number = execution.step, execution.number
    # How far this runner lands beside an aim here, whatever the aim.
    luck = pace / true.speed_mps
    faster = (1 + OFF_PACE) / luck - 1
    if faster > 0:
        yield Fast(number=number, fraction=faster)
    if _is_gentle(step):
        return
    slowest = (1 - OFF_PACE) * target.slowest_mps
    slower = 1 - (1 - OFF_PACE) / luck
    if slower > 0:
        yield Slow(number=number, fraction=slower)
    walking = runner.walking_speed_mps
    if step.movement.is_backward:
        walking *= runner.backward_speed_factor
    if luck * walking <= slowest:
        yield Walk(number=number)
    if isinstance(step.duration, DistanceDuration):
        stop_s = true.distance_m / slowest - true.distance_m / pace
    else:
        stop_s = true.timer_s * (1 - slowest / pace)
    if stop_s > 0:
        yield Stop(number=number, stop_s=stop_s)


def _off_heart_rate(
    execution: PlannedExecution, target: HeartRateTarget, runner: Runner, hours: float
) -> Iterator[Fault]:
    """Faults of the demand, the drift up to then taken into account."""
    number, off_bpm = execution.number, OFF_BPM
    drift_bpm = runner.heart_rate_drift_bpm_per_h * hours
    standing = runner.standing_heart_rate_bpm
    faster = (off_bpm - drift_bpm) / (target.highest_bpm - standing)
    if faster > 0:
        yield Fast(number=number, fraction=faster)
    slower = (off_bpm + drift_bpm) / (target.lowest_bpm - standing)
    if not _is_gentle(execution.step) and slower < 1:
        yield Slow(number=number, fraction=slower)


def settled_mps(rehearsal: Rehearsal, true: TrueExecution) -> float:
    """The mean speed of an execution once the runner has reached it; on the watch."""
    track = rehearsal.activity.track
    end = true.end_at.timestamp()
    start = min(true.start_at.timestamp() + SETTLED_S, end - true.timer_s / 2)
    first_m, last_m = np.interp((start, end), track.unix_s, track.distance_m).tolist()
    return float(last_m - first_m) / (end - start)
