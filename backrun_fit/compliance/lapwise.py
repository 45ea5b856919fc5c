"""From placements of laps to pairings: what alignment by index and by lap share."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Lap
from backrun_fit.compiled import PlannedExecution
from backrun_fit.compliance.pairing import Alignment, Pairing, Stretch, UsedMode
from backrun_fit.compliance.plan import LapColumns, PlanColumns, renumbered
from backrun_fit.compliance.sequence import Floats, Placement
from backrun_fit.report import ExtraLaps
from backrun_fit.workout import DistanceDuration, TimeDuration

__all__ = ["FORGOTTEN_TEXT", "division", "forgotten", "laps_text", "pair_laps"]

_FORGOTTEN: Final = 0.7
"""Cost of a lap press that was forgotten, in units of one step skipped in mid-workout."""

FORGOTTEN_TEXT: Final = tuple(
    f"the {which} part of {{}}, which is as long as two steps: a lap press was forgotten; "
    "divided by the planned length"
    for which in ("first", "second")
)
"""Reasons for the two parts, to be given the name of the lap."""


def laps_text(first: int, last: int) -> str:
    """Laps as people count them, from 1.

    Example:
        >>> laps_text(0, 0), laps_text(2, 4)
        ('lap 1', 'laps 3 to 5')
    """
    return f"lap {first + 1}" if first == last else f"laps {first + 1} to {last + 1}"


def pair_laps(
    mode: UsedMode,
    laps: Sequence[Lap],
    executions: Sequence[PlannedExecution],
    placements: Sequence[Placement],
    *,
    optional: npt.NDArray[np.bool_],
    paired: Callable[[PlannedExecution, Placement], str],
    missing: Callable[[PlannedExecution], str],
    extra: Callable[[int], str],
    certainty: Callable[[Placement | None], float],
    divided: Callable[[Placement, PlannedExecution, PlannedExecution], datetime],
) -> Alignment:
    """Put the alignment together.

    Args:
        mode: What was looked at.
        laps: All laps of the activity.
        executions: All executions that were laid along.
        placements: Which laps fill which execution, in order.
        optional: Executions that are left out of the result when not filled.
        paired: The reason of a pairing, from execution and placement.
        missing: The reason of a missing one.
        extra: The reason why the lap at a position stays outside.
        certainty: How sure a placement is, or that there is none.
        divided: Where laps that hold two executions go over from one to the next.

    Returns:
        Pairings numbered without holes; extra laps that follow each other for the
        same reason are one entry.
    """
    by_slot = {placement.slot: placement for placement in placements}
    kept = [slot for slot in range(len(executions)) if slot in by_slot or not optional[slot]]
    pairings = []
    for slot, execution in zip(kept, renumbered(executions[slot] for slot in kept), strict=True):
        placement = by_slot.get(slot)
        if placement is None:
            pairings.append(
                Pairing(
                    execution=execution,
                    stretch=None,
                    reason=missing(execution),
                    certainty=certainty(None),
                )
            )
            continue
        first, last = placement.first, placement.last
        stretch = Stretch(
            start_at=laps[first].start_at,
            end_at=max(laps[first].start_at, laps[last].end_at),
            first_lap=first,
            last_lap=last,
        )
        if placement.part:
            begin = slot - placement.part + 1
            at = divided(placement, executions[begin], executions[begin + 1])
            # Its laps say nothing of the part: it is measured on the samples.
            stretch = attrs.evolve(
                stretch,
                first_lap=None,
                last_lap=None,
                **{"end_at" if placement.part == 1 else "start_at": at},
            )
        pairings.append(
            Pairing(
                execution=execution,
                stretch=stretch,
                reason=paired(execution, placement),
                certainty=certainty(placement),
            )
        )
    used = {lap for each in placements for lap in range(each.first, each.last + 1)}
    outside = [place for place in range(len(laps)) if place not in used]
    # Consecutive numbers minus their rank are equal, so a hole ends a group.
    groups = itertools.groupby(
        enumerate(outside), key=lambda item: (item[1] - item[0], extra(item[1]))
    )
    return Alignment(
        mode=mode,
        pairings=tuple(pairings),
        extra=tuple(
            _extra_laps(laps, [place for _, place in members], reason)
            for (_, reason), members in groups
        ),
    )


def _extra_laps(laps: Sequence[Lap], places: Sequence[int], reason: str) -> ExtraLaps:
    members = [laps[place] for place in places]
    distances = [lap.distance_m for lap in members if lap.distance_m is not None]
    return ExtraLaps(
        first_lap=places[0],
        last_lap=places[-1],
        start_at=members[0].start_at,
        end_at=members[-1].end_at,
        timer_s=sum(lap.timer_s for lap in members),
        distance_m=sum(distances) if len(distances) == len(members) else None,
        reason=reason,
    )


def forgotten(
    plan: PlanColumns, columns: LapColumns, first: int, count: int, *, to_open: bool = False
) -> Floats:
    """What it costs to believe that a run of laps holds an execution and the next one.

    Args:
        plan: The executions.
        columns: The laps.
        first: Position of the first lap.
        count: How many laps there may be.
        to_open: Whether one of the two may be of open length.

    Returns:
        A row for each run of 1 to ``count`` laps, a column for each execution but the
        last; infinite where the laps are not as long as both together, or one of them
        has no planned length.
    """
    misfit = plan.joint_misfit(*columns.runs(first, count), to_open=to_open)
    ended = plan.trigger_misfit(columns, first, count)[:, 1:]
    return _FORGOTTEN + misfit + ended


def division(laps: Sequence[Lap], one: PlannedExecution, other: PlannedExecution) -> datetime:
    """When laps that hold two executions went over from one to the other.

    By the planned lengths, in proportion where the laps are a little longer or shorter
    than both; distances are turned into time by their speed. A step of open length is
    what the other leaves.

    Args:
        laps: Following each other, at least one.
        one: The first execution.
        other: The second.
    """
    timer_s = sum(lap.timer_s for lap in laps)
    distance_m = sum(lap.distance_m or 0.0 for lap in laps)
    lengths: list[float | None] = []
    for execution in (one, other):
        match execution.step.duration:
            case TimeDuration(duration_s=seconds):
                lengths.append(seconds)
            case DistanceDuration(distance_m=metres):
                lengths.append(metres * timer_s / max(distance_m, 1.0))
            case _:
                lengths.append(None)
    known = sum(length for length in lengths if length is not None)
    begun, over = (max(timer_s - known, 0.0) if length is None else length for length in lengths)
    # Laps that are out of order may end before they start.
    start = laps[0].start_at
    end = max(start, laps[-1].end_at)
    return start + begun / max(begun + over, 1e-9) * (end - start)
