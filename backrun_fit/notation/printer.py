"""From the workout's tree to its line, every number and text exact."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Final

from backrun_fit.errors import CompileError, SpecError
from backrun_fit.notation.exact import (
    exact_distance,
    exact_duration,
    exact_pace_band,
    exact_percent,
    plain_number,
)
from backrun_fit.notation.intensity import implied_intensities
from backrun_fit.notation.words import MAX_DEPTH, MOVEMENT_WORDS
from backrun_fit.wording import target_text
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    Duration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    NamedPaceTarget,
    Node,
    OpenDuration,
    OpenTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    RampTarget,
    ShareTarget,
    Step,
    Target,
    TimeDuration,
    Workout,
)

__all__ = ["workout_line"]

_WHOLE_TEXTS: Final = {
    "max_heart_rate": "max HR",
    "threshold_heart_rate": "LTHR",
    "threshold_power": "FTP",
}
_ZONE_TEXTS: Final = {
    HeartRateZoneTarget: "HR",
    PaceZoneTarget: "pace",
    PowerZoneTarget: "power",
}
_MOVEMENT_TEXTS: Final = {movement: words for words, movement in MOVEMENT_WORDS.items()}


def workout_line(workout: Workout) -> str:
    """The line that says the steps of a workout.

    Args:
        workout: With at least one step.

    Raises:
        CompileError: The notation has no words for something; the message names
            the step.

    Example:
        >>> step = Step(duration=TimeDuration(duration_s=600), intensity=Intensity.WARMUP)
        >>> workout_line(Workout(name="Jog", steps=(step,)))
        'warmup 10min'
    """
    if not workout.steps:
        raise CompileError(f"workout {workout.name!r} has no steps to write in one line")
    if workout.extra:
        raise _beyond(f"workout {workout.name!r}", f"unknown fields ({workout.extra!r:.60})")
    _check_repeats(workout.steps, "steps", 1)
    implied = implied_intensities(workout.steps)
    return ", ".join(_nodes(workout.steps, "steps", implied, outside=True))


def _check_repeats(nodes: tuple[Node, ...], path: str, depth: int) -> None:
    for position, node in enumerate(nodes):
        if isinstance(node, Step):
            continue
        where = f"{path}[{position}]"
        if depth > MAX_DEPTH:
            raise _beyond(where, f"repeats more than {MAX_DEPTH} deep")
        if node.count is None:
            raise _beyond(where, f"a repeat that ends otherwise than by count ({node.until})")
        if node.skip_last_recovery:
            raise _beyond(where, "a repeat that leaves out its last recovery")
        if node.extra:
            raise _beyond(where, f"unknown fields ({node.extra!r:.60})")
        _check_repeats(node.steps, f"{where}.steps", depth + 1)


def _nodes(
    nodes: tuple[Node, ...], path: str, implied: Iterator[Intensity], *, outside: bool
) -> Iterator[str]:
    for position, node in enumerate(nodes):
        where = f"{path}[{position}]"
        if isinstance(node, Step):
            label = f"{where} ({node.name!r:.60})" if node.name else where
            try:
                yield _step(node, label, next(implied))
            except SpecError as error:
                raise CompileError(f"{label} has no place in the notation: {error}") from error
        else:
            body = " + ".join(_nodes(node.steps, f"{where}.steps", implied, outside=False))
            bare = outside and len(node.steps) == 1 and isinstance(node.steps[0], Step)
            yield f"{node.count} x {body if bare else f'({body})'}"


def _step(step: Step, where: str, implied: Intensity) -> str:
    if step.extra:
        raise _beyond(where, f"unknown fields ({step.extra!r:.60})")
    if step.intensity is None:
        raise _beyond(where, "a step without an intensity")
    words = [] if step.intensity is implied else [step.intensity.value]
    words += _MOVEMENT_TEXTS[step.movement]
    words.append(_duration(step.duration, where))
    target = _target(step.target, where)
    if target:
        words += ["@", target]
    if step.secondary_target is not None:
        beside = _target(step.secondary_target, where)
        if not target or not beside or isinstance(step.secondary_target, RampTarget):
            raise _beyond(where, f"the second target {step.secondary_target}")
        words += ["and", beside]
    if step.name is not None:
        words.append(json.dumps(step.name, ensure_ascii=False))
    if step.notes is not None:
        words += ["note", json.dumps(step.notes, ensure_ascii=False)]
    return " ".join(words)


def _duration(duration: Duration, where: str) -> str:
    match duration:
        case TimeDuration():
            return exact_duration(duration.duration_s)
        case DistanceDuration():
            return exact_distance(duration.distance_m)
        case OpenDuration():
            return "open"
        case HeartRateBelowDuration():
            return f"until HR < {plain_number(duration.heart_rate_bpm)}"
        case HeartRateAboveDuration():
            return f"until HR > {plain_number(duration.heart_rate_bpm)}"
    raise _beyond(where, f"the duration {duration}")


def _target(target: Target, where: str) -> str:
    if isinstance(target, PaceTarget | HeartRateTarget | PowerTarget) and target.zone is not None:
        raise _beyond(where, f"the target {target_text(target)}")
    match target:
        case OpenTarget():
            return ""
        case PaceTarget():
            return exact_pace_band(target.slowest_mps, target.fastest_mps)
        case NamedPaceTarget(slower=None):
            return target.name
        case NamedPaceTarget(slower=float() | int() as slower, faster=float() | int() as faster):
            shares = f"{exact_percent(slower)} slower {exact_percent(faster)} faster"
            return f"{target.name} {shares}"
        case HeartRateTarget():
            return f"HR {_band(target.lowest_bpm, target.highest_bpm)}"
        case HeartRateZoneTarget() | PaceZoneTarget() | PowerZoneTarget():
            return f"{_ZONE_TEXTS[type(target)]} zone {target.zone}"
        case ShareTarget():
            ends = (exact_percent(target.lowest), exact_percent(target.highest))
            band = "-".join(dict.fromkeys(end.removesuffix("%") for end in ends))
            return f"{band}% {_WHOLE_TEXTS.get(target.of, target.of)}"
        case RampTarget():
            return f"{_target(target.start, where)} to {_target(target.end, where)}"
        case CadenceTarget():
            return f"cadence {_band(target.lowest_spm, target.highest_spm)}"
        case PowerTarget():
            return f"power {_band(target.lowest_w, target.highest_w)}"
    raise _beyond(where, f"the target {target}")


def _band(lowest: float, highest: float) -> str:
    if highest == math.inf:
        raise SpecError(f"it has no upper limit beside the lower one, {lowest:g}")
    return "-".join(dict.fromkeys((plain_number(lowest), plain_number(highest))))


def _beyond(where: str, what: str) -> CompileError:
    return CompileError(f"{where}: the one-line notation has no words for {what}")
