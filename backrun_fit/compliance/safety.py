"""Ground, pace and dose of the backward parts: observations, never verdicts.

The article that the rules come from asks for flat surfaces and starts with 1/8
mile backward after each mile forward, or 60 s in recoveries. The fastest backward
running is about 70 % as fast as forward (the record over the mile is 0.68 of it).
Programmes that were studied used 15 to 20 m at a time, in two sessions a week. One
file does not show whether it is an athlete's first: the athlete knows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import attrs
import numpy as np

from backrun_fit.activity import Column
from backrun_fit.activity_time import ROUNDING_S
from backrun_fit.compliance.measure import TREADMILL_SUB_SPORTS
from backrun_fit.compliance.timeline import Recording
from backrun_fit.report import StepResult
from backrun_fit.tolerances import Tolerances
from backrun_fit.units import UnitSystem, format_distance, format_duration
from backrun_fit.workout import Movement

__all__ = ["backward_notes", "observe_safety"]

FLAT_PERCENT: Final = 1.0
NOT_FLAT_PERCENT: Final = 2.0

FASTEST_SHARE: Final = 0.70
# Below this the error of GPS is most of a best speed.
_SHORTEST_FOR_PACE_M: Final = 50.0

START_M: Final = 201.168
"""1/8 mile."""
START_S: Final = 60.0
START_SHARE: Final = 1.0 / 8.0
STUDIED_M: Final = 20.0


def backward_notes(result: StepResult) -> tuple[str, ...]:
    """What there is to say about the ground of one backward execution.

    Within 1 % is flat, up to 2 % is a warning, above is not flat. Without an
    altimeter that is unknown.

    Returns:
        One sentence for a backward execution that was done, else none.
    """
    if result.done is None or not _is_backward_done(result):
        return ()
    return (_grade_text(result.done.grade_percent),)


def observe_safety(
    recording: Recording,
    results: Sequence[StepResult],
    tolerances: Tolerances,
    units: UnitSystem = "metric",
) -> tuple[str, ...]:
    """What a coach would look at before the next backward session.

    Args:
        recording: The activity, prepared.
        results: One an execution, in order, measured and judged.
        tolerances: Slack on times and distances, as for verdicts.
        units: How distances are printed.

    Returns:
        Sentences on steep ground, on backward parts faster than 70 % of the best
        forward speed of the run over the same distance, and on doses larger than
        the article's start or the studied programmes; each only where there is
        something to say. Empty without backward executions.

    Example:
        >>> from backrun_fit.activity import Activity, Track
        >>> from backrun_fit.compliance.timeline import instant
        >>> run = Activity(started_at=instant(0), ended_at=instant(1), sport="running",
        ...                track=Track.from_columns(np.array([])))
        >>> observe_safety(Recording.of(run), [], Tolerances())
        ()
    """
    backward = [each for each in results if _is_backward_done(each)]
    if not backward:
        return ()
    return (
        *_ground(backward),
        *_pace(recording, results, backward),
        *_dose(results, backward, tolerances, units),
    )


def _is_backward_done(result: StepResult) -> bool:
    return result.was_done and result.planned.step.movement.is_backward


# Ground.


def _grade_text(grade: float | None) -> str:
    if grade is None:
        return "grade unknown: no altitude, or too short to tell"
    shown = f"grade {round(grade, 1) + 0.0:+.1f} %"  # adding zero turns -0.0 into 0.0
    if abs(grade) <= FLAT_PERCENT:
        return f"{shown}: flat"
    if abs(grade) <= NOT_FLAT_PERCENT:
        return f"{shown}: barely flat, look for flatter ground"
    return f"{shown}: not flat"


def _ground(backward: Sequence[StepResult]) -> Iterator[str]:
    grades = [each.done.grade_percent for each in backward if each.done is not None]
    known = [abs(grade) for grade in grades if grade is not None]
    steep = sum(grade > NOT_FLAT_PERCENT for grade in known)
    warn = sum(FLAT_PERCENT < grade <= NOT_FLAT_PERCENT for grade in known)
    if steep or warn:
        yield (
            f"ground: {steep} of {len(known)} backward parts steeper than 2 %, "
            f"{warn} between 1 and 2 %"
        )


# Pace.


@attrs.frozen(eq=False)
class _Forward:
    """One piece of forward running without a break, as timer time over distance."""

    timer_s: Column
    distance_m: Column

    def best_mps(self, distance_m: float) -> float | None:
        """The fastest it covered such a distance; None where it is shorter."""
        starts = self.distance_m[self.distance_m <= self.distance_m[-1] - distance_m]
        if not len(starts):
            return None
        ends_s = np.interp(starts + distance_m, self.distance_m, self.timer_s)
        shortest_s = float(np.min(ends_s - self.timer_s[: len(starts)]))
        return distance_m / shortest_s if shortest_s > 0 else None


def _pace(
    recording: Recording, results: Sequence[StepResult], backward: Sequence[StepResult]
) -> Iterator[str]:
    if recording.activity.sub_sport in TREADMILL_SUB_SPORTS:  # a watch's speed means little there
        return
    pieces = list(_forward_pieces(recording, results)) if backward else []
    shares = []
    for each in backward:
        done = each.done
        if done is None or not done.speed_mps or not done.distance_m:
            continue
        if done.distance_m < _SHORTEST_FOR_PACE_M:
            continue
        bests = [piece.best_mps(done.distance_m) for piece in pieces]
        best_mps = max((best for best in bests if best is not None), default=None)
        if best_mps is not None:
            shares.append(done.speed_mps / best_mps)
    faster = [share for share in shares if share > FASTEST_SHARE]
    if faster:
        yield (
            f"pace: {len(faster)} of {len(shares)} backward parts above 70 % of the best forward "
            f"speed of this run over the same distance (up to {round(100 * max(faster))} %)"
        )


def _forward_pieces(recording: Recording, results: Sequence[StepResult]) -> Iterator[_Forward]:
    """Forward executions, those that follow on each other as one."""
    spans: list[tuple[float, float]] = []
    for each in results:
        is_forward = each.was_done and each.planned.step.movement is Movement.RUN
        if not is_forward or each.start_at is None or each.end_at is None:
            continue
        start, end = each.start_at.timestamp(), each.end_at.timestamp()
        if spans and abs(start - spans[-1][1]) <= ROUNDING_S:
            start = spans.pop()[0]
        spans.append((start, end))
    for start, end in spans:
        within = recording.distance_unix_s[
            slice(*np.searchsorted(recording.distance_unix_s, (start, end)))
        ]
        if len(within) < 2:
            continue
        unix_s = np.concatenate(([start], within, [end]))
        distance_m = np.interp(unix_s, recording.distance_unix_s, recording.distance_m)
        yield _Forward(recording.clock.timer_s(unix_s), np.maximum.accumulate(distance_m))


# Dose.


def _dose(
    results: Sequence[StepResult],
    backward: Sequence[StepResult],
    tolerances: Tolerances,
    units: UnitSystem,
) -> Iterator[str]:
    lengths_m = [each.done.distance_m or 0.0 for each in backward if each.done is not None]
    times_s = [each.done.timer_s or 0.0 for each in backward if each.done is not None]
    most_m = START_M + max(tolerances.distance_m, tolerances.distance_fraction * START_M)
    most_s = START_S + max(tolerances.duration_s, tolerances.duration_fraction * START_S)
    beyond_s = [time_s > most_s for time_s in times_s]
    longer = [
        (length_m, time_s)
        for length_m, time_s in zip(lengths_m, times_s, strict=True)
        if length_m > most_m and time_s > most_s
    ]
    eighth = format_distance(START_M, units)
    if longer:
        length_m, time_s = max(longer)
        yield (
            f"dose: {len(longer)} of {len(backward)} backward parts longer than the article's "
            f"start of {eighth} after a mile, or 60 s as a recovery (longest "
            f"{format_distance(length_m, units)} in {format_duration(time_s)})"
        )
    backward_m = math.fsum(lengths_m)
    forward_m = math.fsum(
        each.done.distance_m or 0.0
        for each in results
        if each.done is not None and each.was_done and each.planned.step.movement is Movement.RUN
    )
    most_share = START_SHARE * (1.0 + tolerances.distance_fraction)
    # Recoveries of 60 s are the article's own other start, however many there are.
    if any(beyond_s) and forward_m > 0 and backward_m > most_share * forward_m:
        yield (
            f"dose: {format_distance(backward_m, units)} backward to "
            f"{format_distance(forward_m, units)} forward, more than the article's start of "
            f"{eighth} to the mile"
        )
    if max(lengths_m, default=0.0) > STUDIED_M + tolerances.distance_m:
        yield (
            f"dose: backward parts of up to {format_distance(max(lengths_m), units)}; the "
            "programmes that were studied used 15 to 20 m at a time, in two sessions a week"
        )
