"""What recorders are known to do to a file, each after real ones.

The counts behind the names are in docs/reference/rehearsal.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import attrs

from backrun_fit.activity import Activity, TimerEvent
from backrun_fit.compiled import CompiledWorkout, RepeatMessage, unroll
from backrun_fit.errors import Problem, SpecError
from backrun_fit.rehearsal.recording import EPOCH

__all__ = ["QUIRKS", "SUMMARY_FIRST", "TRUNCATED", "apply_quirk", "cut_short"]

SUMMARY_FIRST: Final = "summary-first"
"""A quirk of the bytes alone: session and laps lie before the records."""

TRUNCATED: Final = "truncated"
"""A quirk of the bytes alone: the download broke off."""

_KEPT_SHARE: Final = 0.8


def apply_quirk(name: str, activity: Activity) -> Activity:
    """The activity as a recorder with this quirk leaves it; quirks of the bytes leave it alone.

    Raises:
        SpecError: There is no such quirk.
    """
    if name not in QUIRKS:
        raise SpecError(Problem(f"expected {', '.join(QUIRKS)}, got {name!r}", "quirks"))
    return QUIRKS[name](activity)


def cut_short(data: bytes) -> bytes:
    """The first four fifths of a file.

    Example:
        >>> len(cut_short(bytes(1000)))
        800
    """
    return data[: int(len(data) * _KEPT_SHARE)]


def _index_less(activity: Activity) -> Activity:
    """No lap says which step it was, and no workout comes along."""
    laps = tuple(attrs.evolve(lap, step_index=None) for lap in activity.laps)
    return attrs.evolve(activity, laps=laps, workout=None)


def _laps_less(activity: Activity) -> Activity:
    """No lap at all; indoors and on some phones."""
    return attrs.evolve(activity, laps=())


def _unrolled(activity: Activity) -> Activity:
    """Every pass of a repeat is a step of its own, and no lap has an index."""
    if activity.workout is None:
        return activity
    steps = tuple(execution.step for execution in unroll(activity.workout))
    workout = CompiledWorkout(
        name=activity.workout.name,
        messages=steps,
        sport=activity.workout.sport,
        sub_sport=activity.workout.sub_sport,
        notes=activity.workout.notes,
    )
    return attrs.evolve(_index_less(activity), workout=workout)


def _stale_first_lap(activity: Activity) -> Activity:
    """The first lap points to a repeat, left over from the workout before."""
    workout = activity.workout
    if workout is None or not activity.laps:
        return activity
    repeats = [
        index
        for index, message in enumerate(workout.messages)
        if isinstance(message, RepeatMessage)
    ]
    stale = attrs.evolve(
        activity.laps[0], step_index=repeats[0] if repeats else len(workout.messages)
    )
    return attrs.evolve(activity, laps=(stale, *activity.laps[1:]))


def _missing_tail(activity: Activity) -> Activity:
    """The recording ends with the last step, as on some watches."""
    laps = activity.laps
    if len(laps) < 2 or laps[-1].step_index is not None:
        return activity
    kept, ended_at = laps[:-1], laps[-2].end_at
    end_s = (ended_at - EPOCH) / timedelta(seconds=1)
    track = activity.track
    within = track.unix_s < end_s
    return attrs.evolve(
        activity,
        laps=kept,
        ended_at=ended_at,
        track=track.rows(within),
        timer_events=(
            *(event for event in activity.timer_events if event.at < ended_at),
            TimerEvent(at=ended_at, kind="stop"),
        ),
        timer_s=round(sum(lap.timer_s for lap in kept), 3),
        elapsed_s=round(sum(lap.elapsed_s for lap in kept), 3),
        distance_m=round(sum(lap.distance_m or 0.0 for lap in kept), 2),
    )


QUIRKS: Final[Mapping[str, Callable[[Activity], Activity]]] = {
    "index-less": _index_less,
    "laps-less": _laps_less,
    "unrolled": _unrolled,
    "stale-first-lap": _stale_first_lap,
    "missing-tail": _missing_tail,
    SUMMARY_FIRST: lambda activity: activity,
    TRUNCATED: lambda activity: activity,
}
"""Name to what it does to an activity."""
