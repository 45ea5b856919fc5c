"""What a report says, put the way a page tells it: no markup in here."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import attrs
import numpy as np

from backrun_fit.activity import Activity
from backrun_fit.compliance.measure import TREADMILL_SUB_SPORTS
from backrun_fit.render.parts import numbers_text
from backrun_fit.report import Done, Report, Role, StepResult, Verdict
from backrun_fit.units import UnitSystem, format_duration, format_pace
from backrun_fit.workout import Movement

__all__ = [
    "MAX_LISTED",
    "MAX_ROWS",
    "Cost",
    "Miss",
    "Moved",
    "contrast_text",
    "costs",
    "means_text",
    "misses",
    "moved",
    "movement_word",
    "role_shares",
    "rows_shown",
    "rows_text",
    "steps_text",
    "unmeasured",
]

MAX_ROWS: Final = 400
"""Rows that a table of steps has; of more, those that were not met come first."""

MAX_LISTED: Final = 100
"""Entries that any other list of a page has."""

_MAX_NUMBERS: Final = 60
"""Numbers of steps that stand in one sentence."""

_MOVEMENTS: Final = {
    Movement.RUN: "forward",
    Movement.WALK: "walking",
    Movement.BACKWARD_RUN: "backward",
    Movement.BACKWARD_WALK: "backward walking",
    Movement.LATERAL_SHUFFLE: "sideways",
}


def movement_word(movement: Movement) -> str:
    """What people call it.

    Example:
        >>> movement_word(Movement.BACKWARD_RUN)
        'backward'
    """
    return _MOVEMENTS[movement]


def steps_text(numbers: Sequence[int]) -> str:
    """Which executions, in words.

    Example:
        >>> steps_text([4]), steps_text([4, 5])
        ('step 4', 'steps 4-5')
    """
    return f"step{'' if len(numbers) == 1 else 's'} {_few_numbers(numbers)}"


def _few_numbers(numbers: Sequence[int]) -> str:
    """Rising numbers in few words; of many that lie apart the first, and how many more."""
    words = numbers_text(numbers).split(", ")
    if len(words) <= _MAX_NUMBERS:
        return ", ".join(words)
    last = int(words[_MAX_NUMBERS - 1].rpartition("-")[2])
    more = sum(number > last for number in numbers)
    return f"{', '.join(words[:_MAX_NUMBERS])} and {more:,} more"


def rows_shown(results: Sequence[StepResult]) -> tuple[StepResult, ...]:
    """The results that find room in a table, in order: all, or first those that were missed."""
    if len(results) <= MAX_ROWS:
        return tuple(results)
    order = sorted(range(len(results)), key=lambda place: not results[place].verdict.is_miss)
    return tuple(results[place] for place in sorted(order[:MAX_ROWS]))


def rows_text(results: Sequence[StepResult]) -> str:
    """How many of the steps a table shows, and which; empty where it shows all."""
    if len(results) <= MAX_ROWS:
        return ""
    missed = sum(result.verdict.is_miss for result in results)
    text = f"{MAX_ROWS} of {len(results):,} steps are shown"
    if missed > MAX_ROWS:
        return f"{text}: the first of the {missed:,} that were not met."
    if not missed:
        return f"{text}: the first of them."
    return f"{text}: all {missed:,} that were not met, and the first of the others."


# What was not met.


@attrs.frozen(kw_only=True)
class Miss:
    """Executions in a row that were not met, in the same way and for the same reason.

    Attributes:
        results: At least one, in order.
        verdict: Of all of them.
        reasons: Sentences, likewise.
    """

    results: tuple[StepResult, ...]
    verdict: Verdict
    reasons: tuple[str, ...]

    @property
    def numbers(self) -> str:
        """Of the executions, in few words."""
        return _few_numbers([each.planned.number for each in self.results])


def misses(results: Iterable[StepResult]) -> tuple[Miss, ...]:
    """What was not met, in order; neighbours that are alike are told together."""
    found: list[Miss] = []
    for result in results:
        reasons = tuple(each.message for each in result.findings if each.verdict.is_miss)
        if not result.verdict.is_miss:
            continue
        before = found[-1] if found else None
        if (
            before is not None
            and (before.verdict, before.reasons) == (result.verdict, reasons)
            and before.results[-1].planned.number == result.planned.number - 1
        ):
            result_run = (*found.pop().results, result)
        else:
            result_run = (result,)
        found.append(Miss(results=result_run, verdict=result.verdict, reasons=reasons))
    return tuple(found)


# How the score came about.


@attrs.frozen(kw_only=True)
class Cost:
    """Points that an execution cost.

    Attributes:
        result: The execution.
        points: Of 100.
    """

    result: StepResult
    points: float


def costs(report: Report) -> tuple[Cost, ...]:
    """What is missing to 100, by execution; the dearest first.

    Returns:
        Points that together are 100 less the session's score; empty at 100 and without a score.
    """
    found = [
        Cost(result=each, points=100.0 * each.weight * (1.0 - each.quality))
        for each in report.results
        if each.quality is not None and each.quality < 1.0 and each.weight > 0
    ]
    return tuple(sorted(found, key=lambda cost: (-cost.points, cost.result.planned.number)))


def role_shares(report: Report) -> dict[Role, float]:
    """What each role counts in the session's score, 0 to 1, of those that count anything."""
    shares = dict[Role, float]()
    for result in report.results:
        if result.weight > 0:
            shares[result.role] = shares.get(result.role, 0.0) + result.weight
    return shares


# What could not be measured.


def unmeasured(report: Report, activity: Activity) -> tuple[str, ...]:
    """What nobody can say from this recording, one sentence each; empty where there is nothing."""
    return tuple(_unmeasured(report, activity))


def _not_recorded(activity: Activity) -> Iterator[str]:
    track = activity.track
    if not len(track):
        yield "No samples were recorded: all numbers come from the laps, and there are no traces."
        return
    for name, column in (
        ("Heart rate", track.heart_rate_bpm),
        ("Cadence", track.cadence_spm),
        ("Altitude", track.altitude_m),
    ):
        if np.isnan(column).all():
            yield f"{name} was not recorded."
    if activity.sub_sport in TREADMILL_SUB_SPORTS:
        yield "On a treadmill speed and distance are the watch's guess, incline is unknown."
    elif np.isnan(track.latitude_deg).all():
        yield "No positions were recorded: distance and pace are the watch's or a sensor's count."


def _unmeasured(report: Report, activity: Activity) -> Iterator[str]:
    yield from _not_recorded(activity)
    grouped: dict[str, list[int]] = {}
    for result in report.results:
        for finding in result.findings:
            if finding.verdict is Verdict.NOT_MEASURABLE:
                grouped.setdefault(finding.message, []).append(result.planned.number)
    for message, numbers in grouped.items():
        yield f"{steps_text(numbers).capitalize()}: {message}."
    built = [each.planned.number for each in report.results if each.done
             and each.done.distance_by_construction]  # fmt: skip
    if built:
        yield (
            f"{steps_text(built).capitalize()}: the watch ended the lap by its distance, so that "
            f"the distance proves nothing."
        )
    for result in report.results:
        if result.done is not None and result.done.gap_s > 0:
            yield (
                f"Step {result.planned.number}: {format_duration(result.done.gap_s)} without "
                f"samples."
            )
    if any(each.was_done and each.planned.step.movement.is_backward for each in report.results):
        yield "Which way the athlete faced: no watch file has a field for it (see the evidence)."


# Forward and backward, side by side.


@attrs.frozen(kw_only=True)
class Moved:
    """All executions of one movement that were done, taken together.

    Attributes:
        movement: Which.
        count: How many.
        timer_s: Timer seconds in all.
        distance_m: Metres in all; None where one of them has none.
        speed_mps: Distance over time; None likewise.
        heart_rate_bpm: Mean weighted by time; None without any.
        cadence_spm: Likewise.
        step_length_m: Likewise.
    """

    movement: Movement
    count: int
    timer_s: float
    distance_m: float | None
    speed_mps: float | None
    heart_rate_bpm: float | None
    cadence_spm: float | None
    step_length_m: float | None


def moved(results: Iterable[StepResult]) -> tuple[Moved, ...]:
    """What was measured, by movement, in the order of ``Movement``; only those that were done."""
    done: dict[Movement, list[Done]] = {}
    for result in results:
        if result.done is not None and result.was_done:
            done.setdefault(result.planned.step.movement, []).append(result.done)
    return tuple(_together(movement, done[movement]) for movement in Movement if movement in done)


def _together(movement: Movement, parts: Sequence[Done]) -> Moved:
    timer_s = math.fsum(part.timer_s or 0.0 for part in parts)
    lengths_m = [part.distance_m for part in parts]
    distance_m = None if None in lengths_m else math.fsum(filter(None, lengths_m))
    return Moved(
        movement=movement,
        count=len(parts),
        timer_s=timer_s,
        distance_m=distance_m,
        speed_mps=distance_m / timer_s if distance_m is not None and timer_s > 0 else None,
        heart_rate_bpm=_mean(parts, lambda part: part.heart_rate_bpm),
        cadence_spm=_mean(parts, lambda part: part.cadence_spm),
        step_length_m=_mean(parts, lambda part: part.step_length_m),
    )


def _mean(parts: Sequence[Done], of: Callable[[Done], float | None]) -> float | None:
    known = [(value, part.timer_s or 0.0) for part in parts if (value := of(part)) is not None]
    total_s = math.fsum(weight_s for _, weight_s in known)
    if total_s <= 0:
        return None
    return math.fsum(value * weight_s for value, weight_s in known) / total_s


def contrast_text(rows: Sequence[Moved], units: UnitSystem) -> str:
    """Forward against backward running in one sentence; empty without both."""
    by_movement = {row.movement: row for row in rows}
    ahead, back = by_movement.get(Movement.RUN), by_movement.get(Movement.BACKWARD_RUN)
    if ahead is None or back is None:
        return ""
    parts = []
    if ahead.speed_mps and back.speed_mps:
        parts.append(
            f"pace {format_pace(back.speed_mps, units)} against "
            f"{format_pace(ahead.speed_mps, units)}"
        )
    for word, unit, one, other in (
        ("heart rate", "bpm", back.heart_rate_bpm, ahead.heart_rate_bpm),
        ("cadence", "steps/min", back.cadence_spm, ahead.cadence_spm),
    ):
        if one is not None and other is not None:
            parts.append(f"{word} {one:.0f} against {other:.0f} {unit}")
    return f"Backward against forward: {', '.join(parts)}." if parts else ""


def means_text(rows: Sequence[Moved], name: str, places: int, unit: str) -> str:
    """The mean of each movement, and how far backward is from forward; empty without any.

    Args:
        rows: One a movement.
        name: Which of their numbers.
        places: Behind the point.
        unit: Of the number.
    """
    known = {row.movement: value for row in rows if (value := getattr(row, name)) is not None}
    if not known:
        return ""
    text = ", ".join(
        f"{movement_word(movement)} {value:.{places}f}" for movement, value in known.items()
    )
    ahead, back = known.get(Movement.RUN), known.get(Movement.BACKWARD_RUN)
    if ahead is None or back is None:
        return f"Mean {text} {unit}."
    return f"Mean {text} {unit}; backward against forward {back - ahead:+.{places}f}."
