"""Which steps of a workout are recoveries between harder ones, and what says so.

Makers of workouts say it in different ways: by the intensity of the step, by its
name, by an easier target, or only by leaving out a target that the steps around it
have. What none of these says is told as doubtful, and left to the user.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from backrun_fit.athlete.paces import middle_mps
from backrun_fit.fold import Place, unroll_placed
from backrun_fit.rules.base import WORK, is_long_run_back
from backrun_fit.workout import (
    DistanceDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    NamedPaceTarget,
    Node,
    OpenTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    Repeat,
    ShareTarget,
    Step,
    Target,
    TimeDuration,
    middle_of,
    walk_steps,
)

__all__ = [
    "Leaf",
    "Reading",
    "is_easy_target",
    "is_silent",
    "leaves_of",
    "next_work",
    "readings_of",
]

# What makers and coaches call a recovery: the first anywhere in a step's name, the others,
# which have other meanings too, where it begins or ends with them.
_WORDS: Final = (
    r"recover(?:y|ies)?|jog(?:ging)?|float|r[ée]cup(?:[ée]ration)?|trab(?:en|pause)?|erholung"
)
_EDGE_WORDS: Final = r"rest|easy|off|walk|pause|trot"
_NAMES: Final = re.compile(
    rf"\b(?:{_WORDS})\b|^\W*(?:{_EDGE_WORDS})\b|\b(?:{_EDGE_WORDS})\W*$", re.IGNORECASE
)

# Our own bounds. Without an intensity that says so a longer step is rather a part of the run.
_LONGEST_S: Final = 600.0
_LONGEST_M: Final = 800.0

# How much easier a target is than those around it, as a part of them: surely a recovery up to
# the first bound, perhaps one up to the second. Speed, heart rate and power: our own choice;
# from 5 km to marathon pace is a step of 0.87 in speed, and no recovery.
_EASIER: Final = {"speed": (0.85, 0.95), "heart_rate": (0.92, 0.97), "power": (0.8, 0.95)}
_ZONES_EASIER: Final = 2
# How much harder a recovery's target may be than what lies around it before that is odd.
_HARDER: Final = 1.02


@attrs.frozen
class Leaf:
    """One step as it is done, and where it comes from.

    Attributes:
        step: The step.
        node: Position of its top-level node.
        place: Its repeat (see ``unroll_placed``), after that position; empty outside
            repeats, None in a repeat that ends by a condition.
    """

    step: Step
    node: int
    place: Place | None


@attrs.frozen
class Reading:
    """What a step is taken for.

    Attributes:
        sure: It is a recovery; otherwise it may be one.
        reason: What says so, to follow "by"; where it is not sure, a sentence's end.
        likely: It is sure, or shorter than the steps before and after it.
    """

    sure: bool
    reason: str
    likely: bool = True


def leaves_of(nodes: Sequence[Node]) -> tuple[Leaf, ...]:
    """The steps of a workout in the order in which they are done.

    A repeat that ends by a condition is gone through once.

    Raises:
        CompileError: There are more than 10,000 steps.

    Example:
        >>> from backrun_fit.notation import parse_workout
        >>> len(leaves_of(parse_workout("3 x (400m @ 5k + 60s)").steps))
        6
    """
    return tuple(_leaves(nodes))


def _leaves(nodes: Sequence[Node]) -> Iterator[Leaf]:
    for position, node in enumerate(nodes):
        if _ends_by_condition(node):
            yield from (Leaf(step, position, None) for step in walk_steps((node,)))
        else:
            for step, place in unroll_placed((node,)):
                yield Leaf(step, position, place and (position, *place))


def _ends_by_condition(node: Node) -> bool:
    return isinstance(node, Repeat) and (
        node.count is None or any(map(_ends_by_condition, node.steps))
    )


def next_work(leaves: Sequence[Leaf], positions: range) -> int | None:
    """The first position that holds no backward step which another rule put there."""
    return next(
        (position for position in positions if not is_long_run_back(leaves[position].step)), None
    )


def is_easy_target(target: Target) -> bool:
    """True for a pace that is easy by its name."""
    match target:
        case NamedPaceTarget(name=name) | ShareTarget(of=name):
            return name in ("easy", "recovery")
    return False


def is_silent(leaf: Leaf) -> bool:
    """Whether the intensity says nothing: that of work, or a warm-up's in a repeat."""
    intensity = leaf.step.intensity
    in_repeat = bool(leaf.place) and intensity in (Intensity.WARMUP, Intensity.COOLDOWN)
    return intensity in WORK or in_repeat


def readings_of(leaves: Sequence[Leaf]) -> tuple[Reading | None, ...]:
    """What each leaf is taken for; None for what is no recovery.

    Args:
        leaves: Of a whole workout, in order.

    Example:
        >>> from backrun_fit.notation import parse_workout
        >>> line = '2 x (active 400m @ 4:00/km + active 60s "Jog")'
        >>> [r and r.reason for r in readings_of(leaves_of(parse_workout(line).steps))]
        [None, 'name', None, None]
    """
    return tuple(_reading(leaves, position) for position in range(len(leaves)))


def _reading(leaves: Sequence[Leaf], position: int) -> Reading | None:
    leaf = leaves[position]
    step = leaf.step
    if leaf.place is None or step.movement not in (Movement.RUN, Movement.WALK):
        return None
    around = [
        leaves[other].step
        for positions in (range(position - 1, -1, -1), range(position + 1, len(leaves)))
        if (other := _next_harder(leaves, positions)) is not None
    ]
    said = _said(leaf)
    # What has no harder step on both sides may be easy running of its own.
    if said is not None and (said == "intensity" or len(around) == 2):
        if len(around) == 2 and all(_harder(step.target, other.target) for other in around):
            return Reading(
                sure=False, reason=f"its {said} says recovery, its target is harder than those"
            )
        if said != "intensity" and _is_long(step):
            reason = f"its {said} says recovery, but it is long for one"
            likely = all(_length_against(step, other) < 0 for other in around)
            return Reading(sure=False, reason=reason, likely=likely)
        return Reading(sure=True, reason=said)
    if said is not None or not is_silent(leaf) or len(around) < 2 or step in around:
        return None
    found = _against(step, around)
    if found is None or (found.sure and not _is_long(step)):
        return found
    reason = f"its {found.reason} says recovery, but it is long" if found.sure else found.reason
    likely = all(_length_against(step, other) < 0 for other in around)
    return Reading(sure=False, reason=reason, likely=likely)


def _next_harder(leaves: Sequence[Leaf], positions: range) -> int | None:
    """The first position behind backward steps and what is called a recovery, if it holds work."""
    for position in positions:
        leaf = leaves[position]
        step = leaf.step
        if step.movement.is_backward or (step.intensity is not None and step.intensity.is_easy):
            continue
        works = step.movement is Movement.RUN and is_silent(leaf) and _said(leaf) is None
        return position if works else None
    return None


def _said(leaf: Leaf) -> str | None:
    """What of the step itself says that it is a recovery."""
    step = leaf.step
    if step.intensity is not None and step.intensity.is_easy:
        return "intensity"
    if not is_silent(leaf):
        return None
    if step.name and _NAMES.search(step.name):
        return "name"
    if is_easy_target(step.target):
        return "target"
    return "movement" if step.movement is Movement.WALK else None


def _is_long(step: Step) -> bool:
    match step.duration:
        case TimeDuration(duration_s=seconds):
            return seconds > _LONGEST_S
        case DistanceDuration(distance_m=metres):
            return metres > _LONGEST_M
    return False


def _against(step: Step, around: Sequence[Step]) -> Reading | None:
    """What the steps before and after make of one that says nothing itself."""
    eases = [_ease(step.target, other.target) for other in around]
    if all(ease is not None and ease <= 0 for ease in eases):
        return Reading(sure=True, reason="target")
    aimless = isinstance(step.target, OpenTarget)
    if aimless and not any(isinstance(other.target, OpenTarget) for other in around):
        return Reading(sure=True, reason="position")
    if all(ease is not None and ease <= 1 for ease in eases):
        return Reading(sure=False, reason="its target is only a little easier than those")
    alike = around[0] == around[1] and aimless
    if alike and isinstance(around[0].target, OpenTarget) and _length_against(step, around[0]) <= 0:
        return Reading(sure=False, reason="nothing in the workout says which of them is the work")
    return None


def _ease(one: Target, other: Target) -> float | None:
    """How easy one target is against another: up to 0 clearly, up to 1 a little easier.

    None where the two are not of one kind.
    """
    values = _comparable(one, other)
    if values is None:
        return None
    kind, value, against = values
    if kind == "zone":
        return math.inf if value >= against else 1.0 - (against - value >= _ZONES_EASIER)
    sure, perhaps = _EASIER[kind]
    return (value / against - sure) / (perhaps - sure)


def _harder(one: Target, other: Target) -> bool:
    values = _comparable(one, other)
    return values is not None and values[1] > values[2] * _HARDER


def _comparable(one: Target, other: Target) -> tuple[str, float, float] | None:
    """Kind and middles of two targets of one kind."""
    match one, other:
        case PaceTarget(), PaceTarget():
            return "speed", middle_mps(one), middle_mps(other)
        case HeartRateTarget(), HeartRateTarget():
            return (
                "heart_rate",
                middle_of(one.lowest_bpm, one.highest_bpm),
                middle_of(other.lowest_bpm, other.highest_bpm),
            )
        case PowerTarget(), PowerTarget():
            return (
                "power",
                middle_of(one.lowest_w, one.highest_w),
                middle_of(other.lowest_w, other.highest_w),
            )
        case ShareTarget(), ShareTarget() if one.of == other.of:
            kinds = {"max_heart_rate": "heart_rate", "threshold_heart_rate": "heart_rate"}
            kind = "power" if one.of == "threshold_power" else kinds.get(one.of, "speed")
            return (
                kind,
                middle_of(one.lowest, one.highest),
                middle_of(other.lowest, other.highest),
            )
        case (
            (HeartRateZoneTarget(zone=zone), HeartRateZoneTarget(zone=other_zone))
            | (PaceZoneTarget(zone=zone), PaceZoneTarget(zone=other_zone))
            | (PowerZoneTarget(zone=zone), PowerZoneTarget(zone=other_zone))
        ):
            return "zone", zone, other_zone
    return None


def _length_against(step: Step, other: Step) -> float:
    """How much longer one step is than another; more than any where that is not known."""
    match step.duration, other.duration:
        case TimeDuration(duration_s=one), TimeDuration(duration_s=another):
            return one - another
        case DistanceDuration(distance_m=one), DistanceDuration(distance_m=another):
            return one - another
    return math.inf
