"""Laps that have no message: the one in progress when a recording stops, and lost ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from backrun_fit.activity import Activity, Lap
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance.lapwise import laps_text
from backrun_fit.compliance.pairing import Alignment, Pairing, Stretch
from backrun_fit.report import ExtraLaps
from backrun_fit.workout import DistanceDuration, Duration, TimeDuration

__all__ = ["align_open_laps"]

# How sure it is that a lap without a message belongs to the step that was due.
_CERTAINTY = 0.8
_SAME_S, _SAME_M, _SAME_SHARE = 2.0, 5.0, 0.01


def align_open_laps(
    activity: Activity,
    workout: CompiledWorkout,
    align: Callable[[Activity, CompiledWorkout], Alignment],
    open_laps: Sequence[int],
) -> Alignment:
    """Align the laps that have a message, then give each other one to the step that was due.

    Due is the step of the lap before where that did not reach its length, else the next
    one. Steps in a hole of the recording for which no lap is left are not recorded.

    Args:
        activity: With laps.
        workout: The plan.
        align: Aligns an activity whose laps all have a message.
        open_laps: Positions of those that have none, ascending; may be empty.
    """
    if not open_laps:
        return align(activity, workout)
    closed = [place for place in range(len(activity.laps)) if place not in set(open_laps)]
    laps = tuple(activity.laps[place] for place in closed)
    alignment = _moved(align(attrs.evolve(activity, laps=laps), workout), closed)
    for place in open_laps:
        alignment = _placed(alignment, activity.laps, place)
    return alignment


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


def _placed(alignment: Alignment, laps: Sequence[Lap], place: int) -> Alignment:
    """The alignment with one open lap given to the step that was due, or left over."""
    pairings = [*alignment.pairings]
    ends = {
        pairing.stretch.last_lap: slot
        for slot, pairing in enumerate(pairings)
        if pairing.stretch is not None and pairing.stretch.last_lap is not None
    }
    slot = -1 if place == 0 else ends.get(place - 1)
    if slot is None:
        return _left_over(alignment, laps[place], place)
    before = pairings[slot] if slot >= 0 else None
    if before is not None and not _is_over(before, laps):
        pairings[slot] = _taken(before, laps, _first(before, place), place)
        return attrs.evolve(alignment, pairings=tuple(pairings))
    following = slot + 1
    hole = following
    while hole < len(pairings) and pairings[hole].stretch is None:
        hole += 1
    if hole == following:
        return _left_over(alignment, laps[place], place)
    pairings[following] = _taken(pairings[following], laps, place, place)
    if hole < len(pairings):
        for lost in range(following + 1, hole):
            pairings[lost] = attrs.evolve(
                pairings[lost], is_recorded=False, reason="its lap is missing from the recording"
            )
    return attrs.evolve(alignment, pairings=tuple(pairings))


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


def _left_over(alignment: Alignment, lap: Lap, place: int) -> Alignment:
    extra = ExtraLaps(
        first_lap=place,
        last_lap=place,
        start_at=lap.start_at,
        end_at=lap.end_at,
        timer_s=lap.timer_s,
        distance_m=lap.distance_m,
        reason="not part of the workout: no step was due",
    )
    extras = sorted((*alignment.extra, extra), key=lambda found: found.first_lap)
    return attrs.evolve(alignment, extra=tuple(extras))


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
            return sum(lap.timer_s for lap in laps) >= seconds - _SAME_S
        case DistanceDuration(distance_m=metres):
            done_m = sum(lap.distance_m or 0.0 for lap in laps)
            return done_m >= metres - max(_SAME_M, _SAME_SHARE * metres)
        case _:
            # Only a lap of its own distance or time does not end an open step.
            return laps[-1].trigger not in ("distance", "time")
