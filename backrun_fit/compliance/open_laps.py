"""Laps that have no message: the one in progress when a recording stops, and lost ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from backrun_fit.activity import Activity, Lap
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance.lapwise import laps_text
from backrun_fit.compliance.pairing import Alignment, Pairing, Stretch
from backrun_fit.compliance.plan import SAME_M, SAME_S
from backrun_fit.report import ExtraLaps
from backrun_fit.workout import DistanceDuration, Duration, TimeDuration

__all__ = ["align_open_laps"]

# How sure it is that a lap without a message belongs to the step that was due.
_CERTAINTY = 0.8
SAME_SHARE = 0.01
# A lap that is longer than its step by more than this holds other steps, too.
_LARGEST_RATIO = 1.1


def align_open_laps(
    activity: Activity,
    workout: CompiledWorkout,
    align: Callable[[Activity, CompiledWorkout], Alignment],
    open_laps: Sequence[int],
) -> Alignment:
    """Align the laps that have a message, then give each other one to the step that was due.

    Due is the step of the lap before where that did not reach its length, else the next
    one. Steps in a hole of the recording for which no lap is left are not recorded. Neither
    is any later step without a lap where an open lap in the middle fits no step: with a step
    that is repeated, indexes do not say which pass the missing laps belong to.

    Args:
        activity: With laps.
        workout: The plan.
        align: Aligns an activity whose laps all have a message.
        open_laps: Positions of those that have none, ascending; may be empty.
    """
    if not open_laps:
        return align(activity, workout)
    laps, without = activity.laps, set(open_laps)
    closed = [place for place in range(len(laps)) if place not in without]
    own = attrs.evolve(activity, laps=tuple(laps[place] for place in closed))
    alignment = _moved(align(own, workout), closed)
    pairings = [*alignment.pairings]
    slots = {
        pairing.stretch.last_lap: slot
        for slot, pairing in enumerate(pairings)
        if pairing.stretch is not None and pairing.stretch.last_lap is not None
    }
    extra = [*alignment.extra]
    # Behind this execution it is not known which lap is missing.
    doubtful = len(pairings)
    for place in open_laps:
        slot = -1 if place == 0 else slots.get(place - 1)
        is_last = place == len(laps) - 1
        if slot is not None and _place_one(pairings, slot, laps, place, is_last=is_last):
            continue
        extra.append(_left_over(laps[place], place))
        if slot is not None and not is_last:
            doubtful = min(doubtful, slot + 1)
    for slot in range(doubtful, len(pairings)):
        if pairings[slot].stretch is None:
            pairings[slot] = _lost(pairings[slot])
    extra.sort(key=lambda found: found.first_lap)
    return attrs.evolve(alignment, pairings=tuple(pairings), extra=tuple(extra))


def _moved(alignment: Alignment, places: Sequence[int]) -> Alignment:
    """The alignment of some laps as one of all laps, given where they stand among them."""

    def stretch(found: Stretch | None) -> Stretch | None:
        if found is None or found.first_lap is None or found.last_lap is None:
            return found
        return attrs.evolve(
            found, first_lap=places[found.first_lap], last_lap=places[found.last_lap]
        )

    return attrs.evolve(
        alignment,
        pairings=tuple(
            attrs.evolve(pairing, stretch=stretch(pairing.stretch))
            for pairing in alignment.pairings
        ),
        extra=tuple(
            attrs.evolve(extra, first_lap=places[extra.first_lap], last_lap=places[extra.last_lap])
            for extra in alignment.extra
        ),
    )


def _place_one(
    pairings: list[Pairing], slot: int, laps: Sequence[Lap], place: int, *, is_last: bool
) -> bool:
    """Give an open lap to the step that was due behind one execution; whether there was one.

    Args:
        pairings: Are changed.
        slot: The execution whose last lap is the one before; -1 for the begin.
        laps: All of them.
        place: Of the open lap.
        is_last: No lap comes behind it. Elsewhere one that is longer than its step holds
            several, and nobody knows which.
    """
    before = pairings[slot] if slot >= 0 else None
    if before is not None and not _is_over(before, laps):
        pairings[slot] = _taken(before, laps, _first(before, place), place)
        return True
    following = slot + 1
    hole = following
    while hole < len(pairings) and pairings[hole].stretch is None:
        hole += 1
    if hole == following:
        return False
    due = pairings[following]
    if not is_last and _is_beyond(due.execution.step.duration, laps[place]):
        return False
    pairings[following] = _taken(due, laps, place, place)
    if hole < len(pairings):
        pairings[following + 1 : hole] = map(_lost, pairings[following + 1 : hole])
    return True


def _lost(pairing: Pairing) -> Pairing:
    reason = "its lap is missing from the recording"
    return attrs.evolve(pairing, is_recorded=False, reason=reason)


def _first(pairing: Pairing, otherwise: int) -> int:
    stretch = pairing.stretch
    return otherwise if stretch is None or stretch.first_lap is None else stretch.first_lap


def _taken(pairing: Pairing, laps: Sequence[Lap], first: int, last: int) -> Pairing:
    return attrs.evolve(
        pairing,
        stretch=Stretch(
            start_at=laps[first].start_at,
            end_at=laps[last].end_at,
            first_lap=first,
            last_lap=last,
        ),
        reason=f"{laps_text(first, last)}, made of the records, at the place of this step",
        certainty=_CERTAINTY,
    )


def _left_over(lap: Lap, place: int) -> ExtraLaps:
    return ExtraLaps(
        first_lap=place,
        last_lap=place,
        start_at=lap.start_at,
        end_at=lap.end_at,
        timer_s=lap.timer_s,
        distance_m=lap.distance_m,
        reason="made of the records: it fits no step of the workout here",
    )


def _is_over(pairing: Pairing, laps: Sequence[Lap]) -> bool:
    """Whether a step ended with its last lap: by its length, or by the lap button."""
    stretch = pairing.stretch
    if stretch is None or stretch.first_lap is None or stretch.last_lap is None:
        return True
    own = laps[stretch.first_lap : stretch.last_lap + 1]
    if own[-1].trigger == "manual":
        return True
    return _is_reached(pairing.execution.step.duration, own)


def _is_reached(duration: Duration, laps: Sequence[Lap]) -> bool:
    match duration:
        case TimeDuration(duration_s=seconds):
            return sum(lap.timer_s for lap in laps) >= seconds - SAME_S
        case DistanceDuration(distance_m=metres):
            done_m = sum(lap.distance_m or 0.0 for lap in laps)
            return done_m >= metres - max(SAME_M, SAME_SHARE * metres)
        case _:
            # Only a lap of its own distance or time does not end an open step.
            return laps[-1].trigger not in ("distance", "time")


def _is_beyond(duration: Duration, lap: Lap) -> bool:
    """Whether a lap is longer than its step, by more than what is planned varies."""
    match duration:
        case TimeDuration(duration_s=seconds):
            return lap.timer_s > _LARGEST_RATIO * seconds + SAME_S
        case DistanceDuration(distance_m=metres):
            return (lap.distance_m or 0.0) > _LARGEST_RATIO * metres + SAME_M
        case _:
            return False
