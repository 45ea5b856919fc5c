"""How one athlete runs backward, from a recording of labelled laps."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Final

import attrs

from backrun_fit.activity import Activity
from backrun_fit.athlete.calibration import BackwardCalibration
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance.cadence_contrast import Bout, Forward
from backrun_fit.compliance.check import check
from backrun_fit.compliance.timeline import Recording
from backrun_fit.errors import AlignmentError
from backrun_fit.report import StepResult
from backrun_fit.workout import Movement, OpenDuration, Step

__all__ = ["calibrate"]

_FEWEST_BOUTS: Final = 3
_SHORTEST_S: Final = 30.0
# A mean effect below nothing by so much comes from laps taken the wrong way round.
_MISTAKEN: Final = 0.03
_PROTOCOL: Final = (
    "run 60 s forward and 60 s backward in turn, six times each, at one easy speed on one flat "
    "stretch, and press the lap button at each change"
)


def calibrate(activity: Activity, *, forward_first: bool = True) -> BackwardCalibration:
    """Measure how an athlete runs backward: effect on cadence, its spread, own pace.

    The protocol: forward and backward in turn, six times 60 s each, at the same easy speed on
    one flat stretch, one lap for each. Where the activity carries a workout with steps marked
    backward, these say which is which; else the laps are taken in turn. Each backward bout is
    compared with the forward laps directly before and after it.

    Args:
        activity: As read, with samples of cadence and speed.
        forward_first: Whether the first lap was run forward; of laps taken in turn alone.

    Returns:
        Means over the backward bouts and their standard errors.

    Raises:
        AlignmentError: Fewer than 3 backward bouts of 30 s or more could be compared, or
            a lap before the last is shorter than that, so that the turn is lost, or cadence
            is lower backward, as when forward and backward were taken for each other. With
            a workout, shorter bouts are left out.

    Example:
        >>> import numpy as np
        >>> from backrun_fit.activity import Lap, Track
        >>> from backrun_fit.compliance.timeline import instant
        >>> seconds = np.arange(721.0)
        >>> backward = seconds // 60 % 2 == 1
        >>> track = Track.from_columns(seconds, speed_mps=np.full(721, 2.5),
        ...                            cadence_spm=np.where(backward, 176.0, 160.0))
        >>> laps = tuple(Lap(number=n, start_at=instant(60 * n), end_at=instant(60 * n + 60),
        ...                  timer_s=60.0, elapsed_s=60.0) for n in range(12))
        >>> run = Activity(started_at=instant(0), ended_at=instant(720), sport="running",
        ...                track=track, laps=laps)
        >>> found = calibrate(run)
        >>> found.bouts, round(found.cadence_effect, 3), found.speed_mps
        (6, 0.1, 2.5)
    """
    workout = activity.workout
    if workout is None or not any(_is_backward(message) for message in workout.messages):
        workout, activity = _in_turn(activity, forward_first)
    results = check(activity, workout).results
    recording = Recording.of(activity)
    forward = Forward.of(recording, results)
    if forward is None:
        raise AlignmentError(
            f"expected a recording with cadence while running, got none: turn the cadence "
            f"sensor on, and {_PROTOCOL}"
        )
    bouts = [
        bout
        for place, result in enumerate(results)
        if result.planned.step.movement is Movement.BACKWARD_RUN
        if (bout := _bout(recording, forward, results, place)) is not None
    ]
    if len(bouts) < _FEWEST_BOUTS:
        raise AlignmentError(
            f"expected {_FEWEST_BOUTS} or more backward bouts of {_SHORTEST_S:.0f} s or more, each "
            f"beside a forward one, with cadence and speed, got {len(bouts)}: {_PROTOCOL}"
        )
    effects = [bout.effect for bout in bouts]
    speeds = [bout.speed_mps for bout in bouts]
    if math.fsum(effects) < -_MISTAKEN * len(effects):
        raise AlignmentError(
            f"expected a higher cadence in the backward laps than in the forward ones at equal "
            f"speed, got {math.fsum(effects) / len(effects):+.1%}: if the first lap was run "
            f"{'backward' if forward_first else 'forward'}, say forward_first={not forward_first}"
        )
    root, spread = math.sqrt(len(bouts)), statistics.stdev(effects)
    return BackwardCalibration(
        on=activity.started_at.date(),
        bouts=len(bouts),
        cadence_effect=math.fsum(effects) / len(bouts),
        cadence_effect_spread=spread,
        # A few bouts may agree by chance: never surer than bouts of other runs are.
        cadence_effect_uncertainty=math.hypot(
            max(spread, math.fsum(bout.own_error for bout in bouts) / len(bouts)) / root,
            math.fsum(bout.slope_error for bout in bouts) / len(bouts),
        ),
        speed_mps=math.fsum(speeds) / len(bouts),
        speed_uncertainty_mps=statistics.stdev(speeds) / root,
    )


def _is_backward(message: object) -> bool:
    return isinstance(message, Step) and message.movement is Movement.BACKWARD_RUN


def _in_turn(activity: Activity, forward_first: bool) -> tuple[CompiledWorkout, Activity]:
    """The laps as a workout of their own, forward and backward in turn."""
    laps = activity.laps
    if laps and laps[-1].timer_s < _SHORTEST_S:  # of the way to the stop button
        laps = laps[:-1]
    for number, lap in enumerate(laps, start=1):
        if lap.timer_s < _SHORTEST_S:
            raise AlignmentError(
                f"expected laps of {_SHORTEST_S:.0f} s or more, forward and backward in turn, got "
                f"{lap.timer_s:.0f} s in lap {number}: join or remove laps pressed by mistake, "
                f"or {_PROTOCOL}"
            )
    steps = tuple(
        Step(
            duration=OpenDuration(),
            movement=Movement.RUN if (place % 2 == 0) == forward_first else Movement.BACKWARD_RUN,
        )
        for place in range(len(laps))
    )
    if len(steps) < 2 * _FEWEST_BOUTS:
        raise AlignmentError(
            f"expected {2 * _FEWEST_BOUTS} laps or more, forward and backward in turn, or a "
            f"workout with backward steps, got {len(steps)} laps: {_PROTOCOL}"
        )
    numbered = tuple(
        attrs.evolve(lap, number=place, step_index=place) for place, lap in enumerate(laps)
    )
    workout = CompiledWorkout(name="Calibration", messages=steps)
    return workout, attrs.evolve(activity, laps=numbered, workout=None)


def _bout(
    recording: Recording, forward: Forward, results: Sequence[StepResult], place: int
) -> Bout | None:
    """A backward bout against the forward running right before and behind it."""
    result = results[place]
    if result.done is None or (result.done.timer_s or 0.0) < _SHORTEST_S:
        return None
    beside = [each for each in results[max(0, place - 1) : place + 2] if each is not result]
    near = Forward.of(recording, beside)
    if near is None:
        return None
    return attrs.evolve(near, slope=forward.slope, running_spm=forward.running_spm).bout(
        recording, result
    )
