"""The colour that a training calendar would give the session, beside the score.

TrainingPeaks compares the length of the whole workout done with the length
planned: green within 20 % of it, yellow from 50 to 80 % and from 120 to 150 %
(its help page "Color coding workouts by type and/or compliance"). Further off is
orange, nothing done is red. (That page is of an older edition, in which further
off was red as well.) Pace and order of the steps play no part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Literal

from backrun_fit.amounts import planned_metres, planned_seconds
from backrun_fit.compliance.timeline import Recording
from backrun_fit.report import Colour, StepResult, Verdict
from backrun_fit.workout import DistanceDuration, TimeDuration

__all__ = ["colour_of"]

GREEN_RATIOS: Final = (0.8, 1.2)
YELLOW_RATIOS: Final = (0.5, 1.5)

Basis = Literal["duration", "distance"]


def colour_of(recording: Recording, results: Sequence[StepResult]) -> Colour | None:
    """Colour a session by its length.

    A plan that is by distance for more than half of its planned time is compared
    by distance, any other by timer time. Steps of the other kind are turned into
    it by the middle of their pace band, or 6:00/km without one. The whole activity
    counts as done, except for steps without a planned length: these are left out
    on both sides.

    Args:
        recording: The activity, prepared; its own totals are used where it has them.
        results: One an execution, in order.

    Returns:
        None where no step has a planned length, or the activity has no such total.

    Example:
        >>> from backrun_fit.activity import Activity, Track
        >>> from backrun_fit.compiled import PlannedExecution
        >>> from backrun_fit.compliance.timeline import instant
        >>> from backrun_fit.workout import Step
        >>> import numpy as np
        >>> run = Activity(started_at=instant(0), ended_at=instant(60), sport="running",
        ...                timer_s=60.0, track=Track.from_columns(np.array([])))
        >>> step = Step(duration=TimeDuration(duration_s=80.0))
        >>> planned = PlannedExecution(number=1, step_index=0, step=step)
        >>> result = StepResult(planned=planned, verdict=Verdict.SHORT, weight_s=80.0)
        >>> found = colour_of(Recording.of(run), [result])
        >>> found.colour, found.basis, found.ratio
        ('yellow', 'duration', 0.75)
    """
    with_length = [each for each in results if _kind(each) is not None]
    planned_s = math.fsum(_planned(each, "duration") for each in with_length)
    by_distance_s = math.fsum(
        _planned(each, "duration") for each in with_length if _kind(each) == "distance"
    )
    basis: Basis = "distance" if 2.0 * by_distance_s > planned_s else "duration"
    planned = math.fsum(_planned(each, basis) for each in with_length)
    total = _total(recording, basis)
    if planned <= 0 or total is None:
        return None
    without_length = [each for each in results if _kind(each) is None]
    done = max(0.0, total - math.fsum(_done(each, basis) for each in without_length))
    nothing_done = all(each.verdict is Verdict.SKIPPED for each in with_length)
    return Colour(
        colour="red" if nothing_done else _colour(done / planned),
        basis=basis,
        planned=planned,
        done=done,
        estimated=any(_kind(each) != basis for each in with_length),
    )


def _colour(ratio: float) -> Literal["green", "yellow", "orange"]:
    if GREEN_RATIOS[0] <= ratio <= GREEN_RATIOS[1]:
        return "green"
    return "yellow" if YELLOW_RATIOS[0] <= ratio <= YELLOW_RATIOS[1] else "orange"


def _kind(result: StepResult) -> Basis | None:
    match result.planned.step.duration:
        case TimeDuration():
            return "duration"
        case DistanceDuration():
            return "distance"
        case _:
            return None


def _planned(result: StepResult, basis: Basis) -> float:
    step = result.planned.step
    return planned_seconds(step) if basis == "duration" else planned_metres(step)


def _total(recording: Recording, basis: Basis) -> float | None:
    activity = recording.activity
    if basis == "duration":
        own = activity.timer_s
        return recording.clock.end_s if own is None else own
    if activity.distance_m is not None or not activity.laps:
        return activity.distance_m
    laps_m = [lap.distance_m for lap in activity.laps]
    return None if None in laps_m else math.fsum(filter(None, laps_m))


def _done(result: StepResult, basis: Basis) -> float:
    if result.done is None:
        return 0.0
    done = result.done.timer_s if basis == "duration" else result.done.distance_m
    return done or 0.0
