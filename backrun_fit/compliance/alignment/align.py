"""Alignment of a recording with a plan: chooses the evidence, and runs the search."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import attrs
import numpy as np

from backrun_fit.activity import Lap
from backrun_fit.compiled import (
    CompiledWorkout,
    IndexedNode,
    IndexedStep,
    PlannedExecution,
    RepeatMessage,
    nest,
    unroll,
)
from backrun_fit.compliance.alignment.boundaries import Bools, Boundaries
from backrun_fit.compliance.alignment.lap_costs import LapCosts
from backrun_fit.compliance.alignment.lap_matches import matched_by_laps, matched_by_speed
from backrun_fit.compliance.alignment.sequence_alignment import align
from backrun_fit.compliance.alignment.speed_costs import SpeedCosts
from backrun_fit.compliance.pairing import Alignment, AlignMode, UsedMode
from backrun_fit.compliance.timeline import Recording
from backrun_fit.errors import AlignmentError
from backrun_fit.limits import DEFAULT_LIMITS, Limits
from backrun_fit.workout import Step

__all__ = ["align_recording", "planned_executions"]

_SAME_AUTOLAP_M = 10.0
# One full lap and what was left over are automatic if it has a length that watches offer.
_AUTOLAPS_M = (1000.0, 1609.344, 5000.0)
# Laps mark the steps where each step costs no more than the first, and do not where it costs
# more than the second. Those of real runs do cost up to 0.45; laps each kilometre or mile, 0.5.
_CLEARLY_MARKED, _MARKED = 0.3, 0.5


def align_recording(
    recording: Recording,
    workout: CompiledWorkout,
    mode: AlignMode = "auto",
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Alignment:
    """Say which stretch of a recording was which execution of a plan.

    Args:
        recording: The activity, prepared.
        workout: The plan.
        mode: What may be looked at. ``auto`` looks at everything: step indexes where a lap
            has one and the workout is the activity's own (they point to nothing else);
            otherwise laps, where they mark the steps: not where the watch made them all by
            itself, and not where they fit badly, or the samples and presses of the lap button
            explain the recording at less cost.
        limits: Of which those of workouts and ``alignment_cells`` hold.

    Returns:
        One pairing an execution, and the laps outside.

    Raises:
        AlignmentError: The recording lacks what the mode looks at: expected and got are
            named. Or it is too long for so long a plan.
        CompileError: The plan has no steps, or cannot be unrolled.

    Example:
        >>> from backrun_fit.activity import Activity, Track
        >>> from backrun_fit.compliance.timeline import instant
        >>> from backrun_fit.workout import OpenDuration, Step
        >>> track = Track.from_columns(np.arange(61.0), speed_mps=np.full(61, 3.0))
        >>> run = Activity(started_at=instant(0), ended_at=instant(60), sport="running",
        ...                track=track)
        >>> plan = CompiledWorkout(name="w", messages=(Step(duration=OpenDuration()),))
        >>> alignment = align_recording(Recording.of(run), plan)
        >>> alignment.mode, alignment.pairings[0].reason
        ('samples', 'timer 0 s to 1:00, by planned lengths and changes of speed')
    """
    activity, used = recording.activity, mode
    laps = activity.laps
    indexed = any(lap.step_index is not None for lap in laps)
    # A recording that stopped in its first lap says of no step that it ended.
    is_first = [lap.is_from_records for lap in laps] == [True]
    if mode == "auto" and activity.workout is workout and (indexed or is_first):
        used = "indexes"
    if used == "indexes" and not indexed and (activity.is_complete or not laps):
        raise AlignmentError(f"expected laps with step indexes, got {len(laps)} laps without any")
    if used == "laps" and not laps:
        raise AlignmentError("expected at least one lap, got none")
    if not len(activity.track) and not laps:
        raise AlignmentError("expected samples or laps to check, got neither")
    if used != "auto":
        return _found(recording, workout, used, limits)[0]
    if len(laps) < 2 or _are_autolaps(laps):
        return _found(recording, workout, "samples", limits)[0]
    by_laps, cost, of_each = _found(recording, workout, "laps", limits)
    if of_each <= _CLEARLY_MARKED or not recording.speed.known.any():
        return by_laps
    by_speed, other, _ = _found(recording, workout, "samples", limits, with_presses=True)
    return by_laps if of_each <= _MARKED and cost <= other else by_speed


def _found(
    recording: Recording,
    workout: CompiledWorkout,
    used: UsedMode,
    limits: Limits,
    *,
    with_presses: bool = False,
) -> tuple[Alignment, float, float]:
    """The alignment by some of the evidence; its cost, and that of each step up to the last one."""
    laps = recording.activity.laps
    passes: dict[UsedMode, Callable[[], int]] = {
        "indexes": lambda: _most_passes(laps),
        "laps": lambda: len(laps),
        "samples": lambda: 1,
    }
    executions, optional = planned_executions(workout, passes[used], limits=limits)
    costs: LapCosts | SpeedCosts
    if used == "samples":
        boundaries = Boundaries.of_speed(recording, with_presses=with_presses)
        costs = SpeedCosts(boundaries=boundaries, executions=executions, optional=optional)
    else:
        boundaries = Boundaries.of_laps(recording)
        places = (at for at, each in enumerate(workout.messages) if isinstance(each, Step))
        costs = LapCosts(
            boundaries=boundaries,
            executions=executions,
            optional=optional,
            steps=frozenset(places) if used == "indexes" else None,
        )
    in_step = costs.in_step() if isinstance(costs, LapCosts) else None
    found, cost = (in_step, 0.0) if in_step else align(boundaries.at_s, costs, limits=limits)
    of_each = 0.0
    if not in_step:
        ends = [(number, each.end_s) for number, each in enumerate(found, start=1) if each.end_s]
        done, end_s = ends[-1] if ends else (1, 0.0)
        of_each = (cost - float(costs.end(done, np.array([end_s]))[0])) / done
    shown = [
        (execution, each)
        for execution, each, may_be_missing in zip(executions, found, optional, strict=True)
        if each.begin_s is not None or not may_be_missing
    ]
    executions = tuple(
        attrs.evolve(execution, number=number)
        for number, (execution, _) in enumerate(shown, start=1)
    )
    found = [each for _, each in shown]
    if isinstance(costs, LapCosts):
        alignment = matched_by_laps(boundaries, executions, found, costs.steps)
    else:
        alignment = matched_by_speed(boundaries, executions, found)
    if not recording.activity.is_complete:
        alignment = _without_unrecorded(alignment)
    return alignment, cost, of_each


def _without_unrecorded(alignment: Alignment) -> Alignment:
    """What lies behind the end of a recording that stopped was not left out by anyone."""
    placed = [place for place, pairing in enumerate(alignment.pairings) if pairing.stretch]
    behind = placed[-1] + 1 if placed else 0
    reason = "not recorded: the recording ends before it"
    lost = [
        attrs.evolve(pairing, is_recorded=False, reason=reason)
        for pairing in alignment.pairings[behind:]
    ]
    return attrs.evolve(alignment, pairings=(*alignment.pairings[:behind], *lost))


def _most_passes(laps: Sequence[Lap]) -> int:
    """How often the step that comes most often comes, laps in a row taken as one."""
    shown = Counter(index for index, _ in itertools.groupby(lap.step_index for lap in laps))
    return max(shown.values(), default=1)


def _are_autolaps(laps: Sequence[Lap]) -> bool:
    """Whether the recorder made all laps, one each kilometre or mile, and what was left over."""
    if any(lap.trigger not in (None, "distance") for lap in laps[:-1]):
        return False
    lengths = [lap.distance_m for lap in laps]
    first, last = lengths[0], lengths[-1]
    if first is None or last is None or laps[-1].trigger == "manual":
        return False
    is_usual = any(abs(first - usual) <= _SAME_AUTOLAP_M for usual in _AUTOLAPS_M)
    if len(laps) < 3 and not is_usual:
        return False
    same = all(length and abs(length - first) <= _SAME_AUTOLAP_M for length in lengths[:-1])
    return same and last <= first + _SAME_AUTOLAP_M


def planned_executions(
    workout: CompiledWorkout,
    open_passes: Callable[[], int],
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[tuple[PlannedExecution, ...], Bools]:
    """Unroll a workout, with repeats that end by a condition as often as asked.

    Args:
        workout: The plan.
        open_passes: Says how many passes to allow for a repeat without a count, where
            there is one.
        limits: As of ``unroll``.

    Returns:
        The executions in order, and which of them are a second or later pass of
        such a repeat: those may be missing without having been skipped.

    Raises:
        CompileError: As for ``unroll``.
    """
    if not any(isinstance(each, RepeatMessage) and each.count is None for each in workout.messages):
        executions = unroll(workout, limits=limits)
        return executions, np.zeros(len(executions), dtype=bool)
    count = max(1, open_passes())
    messages = tuple(
        attrs.evolve(each, count=count)
        if isinstance(each, RepeatMessage) and each.count is None
        else each
        for each in workout.messages
    )
    executions = unroll(attrs.evolve(workout, messages=messages), limits=limits)

    around = dict(_repeats_around(nest(workout.messages, limits=limits), ()))
    optional = [
        any(
            is_open and turn > 1
            for is_open, turn in zip(around[each.step_index], each.passes, strict=True)
        )
        for each in executions
    ]
    return executions, np.array(optional, dtype=bool)


def _repeats_around(
    nodes: tuple[IndexedNode, ...], outer: tuple[bool, ...]
) -> Iterator[tuple[int, tuple[bool, ...]]]:
    """For each step its index, and of each repeat around it whether it has no count."""
    for node in nodes:
        if isinstance(node, IndexedStep):
            yield node.index, outer
        else:
            yield from _repeats_around(node.body, (*outer, node.message.count is None))
