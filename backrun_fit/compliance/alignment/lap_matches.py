"""From assignments to pairings: instants, laps, reasons, and what is outside the plan."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Final

import attrs
import numpy as np

from backrun_fit.activity import Lap
from backrun_fit.compiled import PlannedExecution
from backrun_fit.compliance.alignment.boundaries import Boundaries
from backrun_fit.compliance.alignment.sequence_alignment import Assignment
from backrun_fit.compliance.pairing import Alignment, Pairing, Stretch
from backrun_fit.errors import DataWarning
from backrun_fit.report import ExtraLaps
from backrun_fit.units import format_duration

__all__ = ["matched_by_laps", "matched_by_speed"]

_SLACK_S: Final = 1.0


def matched_by_speed(
    boundaries: Boundaries,
    executions: Sequence[PlannedExecution],
    assignments: Sequence[Assignment],
) -> Alignment:
    """Put the alignment together where laps do not mark the steps.

    Args:
        boundaries: Of the recording.
        executions: In order.
        assignments: One an execution.
    """
    pairings = []
    for execution, found in zip(executions, assignments, strict=True):
        stretch = None
        reason = f"nothing in the samples stands for step {execution.step_index} here"
        if found.begin_s is not None and found.end_s is not None:
            start_at, end_at = boundaries.span(found.begin_s, found.end_s)
            stretch = Stretch(start_at=start_at, end_at=end_at)
            reason = (
                f"timer {format_duration(found.begin_s)} to {format_duration(found.end_s)}, "
                "by planned lengths and changes of speed"
            )
        pairings.append(
            Pairing(execution=execution, stretch=stretch, reason=reason, certainty=found.certainty)
        )
    text = "boundaries were found from the samples alone: approximate"
    warnings = [DataWarning("aligned_by_samples", text)]
    places = [at for found in assignments for at in (found.begin_s, found.end_s) if at is not None]
    before_s, behind_s = (places[0], places[-1]) if places else (0.0, 0.0)
    after_s = boundaries.end_s - behind_s
    if before_s > _SLACK_S:
        text = f"{format_duration(before_s)} before the workout"
        warnings.append(DataWarning("time_before_workout", text))
    if after_s > _SLACK_S:
        text = f"{format_duration(after_s)} after the workout"
        warnings.append(DataWarning("time_after_workout", text))
    return Alignment(mode="samples", pairings=tuple(pairings), warnings=tuple(warnings))


@attrs.frozen
class _Held:
    """The laps that hold an execution.

    Attributes:
        first: The first one.
        last: The last one.
        part: Which part of them, in a word; empty where it is all of them.
    """

    first: int
    last: int
    part: str

    @property
    def text(self) -> str:
        """Laps as people count them, from 1."""
        first, last = self.first + 1, self.last + 1
        return f"lap {first}" if first == last else f"laps {first} to {last}"


def _held_by(boundaries: Boundaries, assignments: Sequence[Assignment]) -> list[_Held | None]:
    """The laps that hold each execution."""
    places_s = [
        (math.nan, math.nan) if found.begin_s is None else (found.begin_s, found.end_s)
        for found in assignments
    ]
    places, are_boundaries = boundaries.before(np.array(places_s, dtype=float).reshape(-1, 2))
    held: list[_Held | None] = []
    for found, (first, behind), (is_begin, is_end) in zip(
        assignments, places.tolist(), are_boundaries.tolist(), strict=True
    ):
        part = (
            "" if is_begin and is_end else "first" if is_begin else "last" if is_end else "middle"
        )
        held.append(None if found.begin_s is None else _Held(first, behind - is_end, part))
    return held


def matched_by_laps(
    boundaries: Boundaries,
    executions: Sequence[PlannedExecution],
    assignments: Sequence[Assignment],
    steps: frozenset[int] | None,
) -> Alignment:
    """Put the alignment together where laps mark the steps.

    Args:
        boundaries: Of the recording.
        executions: In order.
        assignments: One an execution.
        steps: Message indexes of the steps; None where step indexes were not looked at.
    """
    laps = boundaries.laps
    held = _held_by(boundaries, assignments)
    lost = _lost(boundaries, held)
    pairings = []
    for number, (execution, found, own) in enumerate(
        zip(executions, assignments, held, strict=True)
    ):
        stretch = None
        if own is not None and found.begin_s is not None and found.end_s is not None:
            # Of a part of a lap the lap's own totals say nothing.
            first, last = (None, None) if own.part else (own.first, own.last)
            start_at, end_at = laps[own.first].start_at, laps[own.last].end_at
            if own.part:
                start_at, end_at = boundaries.span(found.begin_s, found.end_s)
            stretch = Stretch(
                start_at=start_at, end_at=max(start_at, end_at), first_lap=first, last_lap=last
            )
            reason = _reason(laps, execution.step_index, own, steps)
        elif number in lost:
            reason = "its lap is missing from the recording"
        elif steps is not None:
            reason = f"no lap carries step index {execution.step_index} at this place"
        else:
            reason = f"no lap fits step {execution.step_index} at this place"
        pairings.append(
            Pairing(
                execution=execution,
                stretch=stretch,
                reason=reason,
                certainty=found.certainty,
                is_recorded=number not in lost,
            )
        )
    return Alignment(
        mode="laps" if steps is None else "indexes",
        pairings=tuple(pairings),
        extra=tuple(_outside(laps, _used(held), steps)),
    )


def _used(held: Sequence[_Held | None]) -> set[int]:
    """The laps that are in an execution, whole or in part."""
    return {lap for each in held if each is not None for lap in range(each.first, each.last + 1)}


def _lost(boundaries: Boundaries, held: Sequence[_Held | None]) -> set[int]:
    """Executions without a stretch whose laps are missing, so that nobody left them out.

    Those beside a lap that is made of records; and all behind one that fits no step, since
    indexes do not say which pass of a repeat the missing laps belong to.
    """
    laps = boundaries.laps
    made = {number for number, lap in enumerate(laps) if lap.is_from_records}
    if not boundaries.recording.activity.is_complete:
        made.discard(len(laps) - 1)
    unused = made - _used(held)
    lost, before, missing = set[int](), 0, list[int]()
    for number, each in enumerate((*held, _Held(len(laps), len(laps), ""))):
        if each is None:
            missing.append(number)
            continue
        beside = any(before <= lap <= each.first for lap in made)
        if beside or any(lap < each.first for lap in unused):
            lost.update(missing)
        before, missing = each.last, []
    return lost


def _reason(laps: Sequence[Lap], step_index: int, held: _Held, steps: frozenset[int] | None) -> str:
    own = laps[held.first : held.last + 1]
    is_made = any(lap.is_from_records for lap in own)
    if held.part:
        why = "their laps are missing" if is_made else "a lap press was forgotten"
        return (
            f"the {held.part} part of {held.text}, which is as long as several steps: {why}; "
            "divided by the planned length"
        )
    if is_made:
        return f"{held.text}, made of the records, at the place of this step"
    if steps is None:
        trigger = own[-1].trigger
        ended = f", ended by {trigger.replace('_', ' ')}" if trigger else ""
        verb = "fits" if held.first == held.last else "together fit"
        return f"{held.text} {verb} step {step_index} best{ended}"
    shown = own[0].step_index
    verb = "carries" if held.first == held.last else "carry"
    text = f"{held.text} {verb} step index {shown}"
    if shown == step_index:
        return text
    kind = "another step" if shown in steps else "no step"
    return f"{text}, which is {kind}; taken for step {step_index}, which was due"


def _outside(
    laps: Sequence[Lap], used: set[int], steps: frozenset[int] | None
) -> Iterator[ExtraLaps]:
    """Laps outside all executions; those in a row for the same reason are one entry."""
    first, last = min(used, default=len(laps)), max(used, default=-1)

    def reason(place: int) -> str:
        index = laps[place].step_index
        if laps[place].is_from_records:
            return "made of the records: it fits no step of the workout here"
        if steps is None:
            if first <= place <= last:
                return "fits no step of the workout here"
            return "before the workout" if place < first else "after the workout"
        if index is None:
            return "not part of the workout: no step index"
        if index not in steps:
            return f"step index {index} is no step of the workout"
        return "not due here: restarted, or repeated once too often"

    outside = [place for place in range(len(laps)) if place not in used]
    # Consecutive numbers minus their rank are equal, so a hole ends a group.
    groups = itertools.groupby(
        enumerate(outside), key=lambda item: (item[1] - item[0], reason(item[1]))
    )
    for (_, why), members in groups:
        places = [place for _, place in members]
        distances = [laps[place].distance_m for place in places]
        known = [distance for distance in distances if distance is not None]
        yield ExtraLaps(
            first_lap=places[0],
            last_lap=places[-1],
            start_at=laps[places[0]].start_at,
            end_at=laps[places[-1]].end_at,
            timer_s=sum(laps[place].timer_s for place in places),
            distance_m=sum(known) if len(known) == len(places) else None,
            reason=why,
        )
