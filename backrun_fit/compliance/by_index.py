"""Alignment by the step index that a watch writes into each lap.

``lap.wkt_step_index`` (FIT Profile 21.212, message ``lap``, field 71) points to
the message of the step being executed. A repeated step's laps reuse its index,
autolaps share it, and after the workout it is absent; the order in which the
indexes come tells which pass is meant.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Activity, Lap
from backrun_fit.compiled import CompiledWorkout, PlannedExecution
from backrun_fit.compliance.lapwise import FORGOTTEN_TEXT, division, forgotten, laps_text, pair_laps
from backrun_fit.compliance.pairing import Alignment
from backrun_fit.compliance.plan import LapColumns, PlanColumns, planned_executions
from backrun_fit.compliance.sequence import Costs, Floats, Placement, lay_along
from backrun_fit.workout import DistanceDuration, Duration, OpenDuration, Step, TimeDuration

__all__ = ["align_by_index"]

# Leaving a step out is ordinary; a lap that carries an index and fits nowhere is
# rarer than any misfit of lengths, so laps of one index are never torn apart to
# make lengths fit. A stale index lies between.
_SKIP, _EXTRA, _EXTRA_BEFORE, _STALE = 1.0, 3.0, 2.7, 1.5
# What is skipped at the end of a recording that was broken off costs this share of it.
_BROKEN_OFF = 0.1
# A lap whose step is begun again although it was over: the workout was restarted.
_EXTRA_RESTARTED, _SAME_S, _SAME_M = 0.3, 2.0, 5.0
_LENGTH_WEIGHT, _LARGEST_LENGTH_MISFIT = 0.5, 1.0
# How sure an execution without a lap is (a pass more or less cannot be told), a stale
# index, and a lap that holds two steps.
_SURE_OF_NONE, _SURE_OF_STALE, _SURE_OF_FORGOTTEN = 0.9, 0.6, 0.5
# On a tie, what comes later is skipped or extra.
_LATER_FIRST = 1e-6


def align_by_index(activity: Activity, workout: CompiledWorkout) -> Alignment:
    """Lay laps beside executions by their step indexes, all at once.

    - Consecutive laps of one index are one execution (autolaps), unless the plan
      has the same step twice in a row; then lengths and triggers say where it
      was changed.
    - Executions that no lap stands for are skipped; with passes missing from a
      repeat, its last ones.
    - An index that points to a repeat or to no message at all, or the first lap's
      index, may be stale: the lap stands for the execution that is due, if that
      explains the recording best.
    - When a workout was restarted, the laps before the restart are extra; when a
      repeat had a pass too many, the pass that fits worst is, and among equals
      the last.
    - A lap as long as its step and the next one together holds both: a lap press was
      forgotten.
    - A repeat that ends by a condition has as many passes as the laps show.

    Args:
        activity: At least one of its laps has a step index.
        workout: The plan whose messages the indexes point to.

    Raises:
        CompileError: The plan cannot be unrolled.
        AlignmentError: Laps times executions is too large.

    Example:
        >>> from backrun_fit.activity import Lap, Track
        >>> from backrun_fit.compliance.timeline import instant
        >>> from backrun_fit.workout import TimeDuration
        >>> step = Step(duration=TimeDuration(duration_s=60.0))
        >>> lap = Lap(number=0, start_at=instant(0), end_at=instant(60), timer_s=60.0,
        ...           elapsed_s=60.0, step_index=1)
        >>> run = Activity(started_at=instant(0), ended_at=instant(60), sport="running",
        ...                laps=(lap,), track=Track.from_columns(np.array([])))
        >>> plan = CompiledWorkout(name="w", messages=(step, step))
        >>> [pairing.reason for pairing in align_by_index(run, plan).pairings]
        ['no lap carries step index 0 at this place', 'lap 1 carries step index 1']
    """
    laps = activity.laps
    executions, optional = planned_executions(workout, functools.partial(_most_passes, laps))
    steps = {index for index, message in enumerate(workout.messages) if isinstance(message, Step)}

    placements = _in_step(laps, executions) or _cheapest(laps, executions, optional, steps)

    def paired(execution: PlannedExecution, placement: Placement) -> str:
        first, last = placement.first, placement.last
        if placement.part:
            return FORGOTTEN_TEXT[placement.part - 1].format(laps_text(first, last))
        index = laps[first].step_index
        verb = "carries" if first == last else "carry"
        text = f"{laps_text(first, last)} {verb} step index {index}"
        if index == execution.step_index:
            return text
        kind = "another step" if index in steps else "no step"
        return f"{text}, which is {kind}; taken for step {execution.step_index}, which was due"

    def certainty(placement: Placement | None) -> float:
        if placement is None:
            return _SURE_OF_NONE
        if placement.part:
            return _SURE_OF_FORGOTTEN
        shown = laps[placement.first].step_index
        return 1.0 if shown == executions[placement.slot].step_index else _SURE_OF_STALE

    def missing(execution: PlannedExecution) -> str:
        return f"no lap carries step index {execution.step_index} at this place"

    def extra(place: int) -> str:
        index = laps[place].step_index
        if index is None:
            return "not part of the workout: no step index"
        if index not in steps:
            return f"step index {index} is no step of the workout"
        return "not due here: restarted, or repeated once too often"

    return pair_laps(
        "indexes",
        laps,
        executions,
        placements,
        optional=optional,
        paired=paired,
        missing=missing,
        extra=extra,
        certainty=certainty,
        divided=lambda at, one, other: division(laps[at.first : at.last + 1], one, other),
    )


def _most_passes(laps: Sequence[Lap]) -> int:
    """How often the step that comes most often comes, laps in a row taken as one."""
    shown = Counter(index for index, _ in itertools.groupby(lap.step_index for lap in laps))
    return max(shown.values())


def _in_step(
    laps: Sequence[Lap], executions: Sequence[PlannedExecution]
) -> tuple[Placement, ...] | None:
    """The placements where the indexes are those of the plan, one after another.

    Nothing is left out and nothing left over then, so that no other way is as cheap.
    None where they are not, or the plan's end was not reached; where the plan has one step
    twice in a row; where one of several laps with one index was the whole step, so that it
    may have been begun again.
    """
    if any(one.step_index == other.step_index for one, other in itertools.pairwise(executions)):
        return None
    placements: list[Placement] = []
    place = 0
    for index, group in itertools.groupby(lap.step_index for lap in laps):
        count = len(list(group))
        if index is not None:
            slot = len(placements)
            if slot >= len(executions) or executions[slot].step_index != index:
                return None
            duration = executions[slot].step.duration
            if any(_is_whole(lap, duration) for lap in laps[place : place + count - 1]):
                return None
            placements.append(Placement(slot, place, place + count - 1))
        place += count
    return tuple(placements) if len(placements) == len(executions) else None


def _cheapest(
    laps: tuple[Lap, ...],
    executions: tuple[PlannedExecution, ...],
    optional: npt.NDArray[np.bool_],
    steps: set[int],
) -> tuple[Placement, ...]:
    """The placements that explain all indexes best."""
    whole_plan, columns = PlanColumns.of(executions), LapColumns.of(laps)

    def together(first: int) -> int:
        """How many laps in a row have the index of the first."""
        index, behind = laps[first].step_index, first + 1
        while behind < len(laps) and laps[behind].step_index == index:
            behind += 1
        return behind - first

    def fit(first: int, slots: slice) -> Floats:
        index, plan = laps[first].step_index, whole_plan[slots]
        if index is None:
            return np.empty((0, len(plan)))
        count = together(first)
        lengths = plan.length_misfit(*columns.runs(first, count))
        costs = _LENGTH_WEIGHT * np.minimum(lengths, _LARGEST_LENGTH_MISFIT)
        costs += plan.trigger_misfit(columns, first, count)
        wrong = plan.step_index != index
        may_be_stale = first == 0 or index not in steps
        costs[:, wrong] += _STALE if may_be_stale else np.inf
        return costs

    def fit_both(first: int, slots: slice) -> Floats:
        index, plan = laps[first].step_index, whole_plan[slots.start : slots.stop + 1]
        if index is None:
            return np.empty((0, max(len(plan) - 1, 0)))
        costs = forgotten(plan, columns, first, together(first), to_open=True)
        costs[:, plan.step_index[:-1] != index] = np.inf
        return costs

    indexed = np.array([lap.step_index is not None for lap in laps], dtype=float)
    before = np.where(_begun_again(laps, executions), _EXTRA_RESTARTED, _EXTRA_BEFORE)
    skip = np.where(optional, 0.0, _SKIP - _LATER_FIRST * np.arange(len(executions)))
    return lay_along(
        fit,
        Costs(
            skip=skip,
            skip_at_end=skip * (_BROKEN_OFF if _was_broken_off(laps) else 1.0),
            extra=indexed * (_EXTRA - _LATER_FIRST * np.arange(len(laps))),
            extra_before=indexed * before,
            extra_after=indexed * _EXTRA,
        ),
        fit_both,
    )[0]


def _was_broken_off(laps: Sequence[Lap]) -> bool:
    """Whether the recording ended in a step: nothing after it was left out on purpose."""
    triggers = [lap.trigger for lap in laps if lap.step_index is not None]
    return bool(triggers) and triggers[-1] == "session_end"


def _is_whole(lap: Lap, duration: Duration | None) -> bool:
    """Whether a lap was ended by its step's own length."""
    match duration:
        case TimeDuration(duration_s=seconds):
            return lap.trigger == "time" and abs(lap.timer_s - seconds) <= _SAME_S
        case DistanceDuration(distance_m=metres):
            done_m = lap.distance_m or 0.0
            return lap.trigger == "distance" and abs(done_m - metres) <= _SAME_M
        case OpenDuration():
            # On a watch the lap button ends it.
            return lap.trigger == "manual"
        case _:
            return False


def _begun_again(
    laps: Sequence[Lap], executions: Sequence[PlannedExecution]
) -> npt.NDArray[np.bool_]:
    """Laps that were a whole step, which the next lap begins again."""
    planned = {execution.step_index: execution.step.duration for execution in executions}
    again = [
        lap.step_index is not None
        and lap.step_index == following.step_index
        and _is_whole(lap, planned.get(lap.step_index))
        for lap, following in itertools.pairwise(laps)
    ]
    return np.array([*again, False])
