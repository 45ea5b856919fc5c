"""From a workout tree to the flat, absolute list of messages that a watch holds."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.athlete.paces import PACE_NAMES
from backrun_fit.cautions import cautions
from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage, impossible_paces
from backrun_fit.devices import GARMIN, DeviceProfile
from backrun_fit.errors import CompileError, SpecError
from backrun_fit.fitting import Adjustments, check_repeat, fit_step, fit_text
from backrun_fit.fold import fold, unroll_steps
from backrun_fit.limits import DEFAULT_LIMITS
from backrun_fit.ramps import without_ramps
from backrun_fit.units import UnitSystem
from backrun_fit.workout import (
    NamedPaceTarget,
    Node,
    RampTarget,
    Repeat,
    ShareTarget,
    Step,
    Target,
    Workout,
    walk_steps,
)

__all__ = ["compile_workout"]


def compile_workout(
    workout: Workout,
    athlete: Athlete | None = None,
    *,
    device: DeviceProfile = GARMIN,
    units: UnitSystem = "metric",
) -> CompiledWorkout:
    """Make a workout absolute and flat for one device.

    Named paces become bands of speed, ramps several steps (see ``ramps``), repeats are
    folded into the fewest messages where that saves any, steps that are not run forward
    get the marker in their name, and what the device has no room or place for is cut or
    left out. Every ramp and every change of the last kind is listed in ``adjustments``.

    Args:
        workout: At least one step.
        athlete: Whose paces the names mean; may be left out when all targets
            are absolute.
        device: What the result has to fit.
        units: How names and warnings print distances and paces.

    Returns:
        The messages; unrolled they are the workout's steps in the same order.

    Raises:
        CompileError: No step, too many for the device even when folded, or one that it
            does not end, or a repeat; a ramp that cannot be cut into steps.
        SpecError: A named pace, or a threshold to take a share of, that the athlete
            does not have.

    Example:
        >>> from backrun_fit.notation import parse_workout
        >>> compiled = compile_workout(
        ...     parse_workout("6 x (800m @ 5k + 60s @ recovery)"), Athlete(marathon_pace="8:00/mi"))
        >>> len(compiled.messages)
        3
    """
    if not workout.steps:
        raise CompileError(f"{workout.name!r}: expected at least one step, got none")
    athlete = Athlete() if athlete is None else athlete
    adjustments: Adjustments = {}
    nodes, ramps = without_ramps(_plain(workout.steps), athlete.resolve, units=units)
    adjustments.update(dict.fromkeys(ramps))
    nodes = _fewest(nodes, device)
    messages = _flatten(nodes)
    if len(messages) > device.max_messages:
        raise CompileError(
            f"{workout.name!r}: expected at most {device.max_messages} messages for the device "
            f"{device.name!r}, got {len(messages)} after folding"
        )
    for index, message in enumerate(messages):
        if isinstance(message, RepeatMessage):
            check_repeat(message, device, f"message {index}")
    if not device.nested_repeats and _depth(nodes) > 1:
        raise CompileError(
            f"{workout.name!r}: expected no repeat inside a repeat for the device "
            f"{device.name!r}, got one that cannot be written out"
        )
    messages = tuple(
        _fit_step(message, athlete, device, units, adjustments, f"message {index}", workout.sport)
        if isinstance(message, Step)
        else message
        for index, message in enumerate(messages)
    )
    compiled = CompiledWorkout(
        name=fit_text(workout.name, device.workout_name_bytes, "workout name", adjustments)
        or _unnamed(adjustments),
        messages=messages,
        sport=workout.sport,
        sub_sport=workout.sub_sport,
        notes=workout.notes,
        adjustments=tuple(adjustments),
        extra=workout.extra,
        spelling=workout.spelling,
        beside=workout.beside,
    )
    warnings = (
        *workout.remarks,
        *_doubts(workout, athlete),
        *impossible_paces(compiled),
        *cautions((m for m in messages if isinstance(m, Step)), athlete, units=units),
    )
    return attrs.evolve(compiled, warnings=tuple(dict.fromkeys(warnings)))


def _unnamed(adjustments: Adjustments) -> str:
    adjustments["workout name: it had none, so it is called 'Workout'"] = None
    return "Workout"


def _doubts(workout: Workout, athlete: Athlete) -> tuple[str, ...]:
    """What is doubtful about the paces that the names in this workout stand for."""
    if not any(_names_a_pace(step.target) for step in walk_steps(workout.steps)):
        return ()
    try:
        return athlete.marathon_source.warnings
    except SpecError:
        return ()  # every name was given a pace of its own


def _names_a_pace(target: Target) -> bool:
    match target:
        case RampTarget(start=start, end=end):
            return _names_a_pace(start) or _names_a_pace(end)
        case ShareTarget(of=of):
            return of in PACE_NAMES
    return isinstance(target, NamedPaceTarget) and target.name in PACE_NAMES


def _plain(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The same without repeats of one pass, and without the undocumented skip of a recovery.

    Where the last recovery is skipped, the last pass stands apart.

    Raises:
        CompileError: That takes more messages than a workout may have: of repeats around
            each other, each doubles those inside.
    """
    size = sum(map(_plain_size, nodes))
    if size > DEFAULT_LIMITS.workout_messages:
        raise CompileError(
            f"expected at most {DEFAULT_LIMITS.workout_messages:,} messages once the last passes "
            f"of repeats are written out, got {size:,}"
        )
    return _written_out(nodes)


def _plain_size(node: Node) -> int:
    """How many messages a node takes once the last passes stand apart, at most."""
    if isinstance(node, Step):
        return 1
    sizes = [_plain_size(each) for each in node.steps]
    return 1 + sum(sizes) + (sum(sizes[:-1]) if node.skip_last_recovery else 0)


def _written_out(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    result: list[Node] = []
    for node in nodes:
        if isinstance(node, Step):
            result.append(node)
            continue
        body = _written_out(node.steps)
        skips = node.skip_last_recovery and node.count is not None
        count = node.count - 1 if skips and node.count else node.count
        if body and count == 1:
            result.extend(body)
        elif body and count != 0:
            result.append(attrs.evolve(node, steps=body, count=count, skip_last_recovery=False))
        if skips:
            result.extend(_written_out(node.steps[:-1]))
    return tuple(result)


def _fewest(nodes: tuple[Node, ...], device: DeviceProfile) -> tuple[Node, ...]:
    """The tree as it is, or folded anew where that saves messages or nesting is not to be had."""
    if _depth(nodes) <= 1 and _is_written_once(nodes):
        return nodes
    try:
        folded = fold(unroll_steps(nodes), nested=device.nested_repeats)
    except CompileError:
        return nodes  # a repeat that ends by a condition has no unrolled form
    too_deep = not device.nested_repeats and _depth(nodes) > 1
    return folded if too_deep or _size(folded) < _size(nodes) else nodes


def _is_written_once(nodes: tuple[Node, ...]) -> bool:
    """Whether no step stands in the tree twice; if no repeat is nested, nothing is shorter then.

    Every form has a message for each step. For the body of a repeat it has besides one of its
    steps again or a repeat, and no repeat serves two bodies: with its second pass the one
    would come back after the other.
    """
    steps = list(walk_steps(nodes))
    return len(set(steps)) == len(steps)


def _depth(nodes: Iterable[Node]) -> int:
    return max((1 + _depth(node.steps) for node in nodes if isinstance(node, Repeat)), default=0)


def _size(nodes: Iterable[Node]) -> int:
    return sum(1 + _size(node.steps) if isinstance(node, Repeat) else 1 for node in nodes)


def _flatten(nodes: tuple[Node, ...], start: int = 0) -> tuple[Message, ...]:
    messages: list[Message] = []
    for node in nodes:
        if isinstance(node, Step):
            messages.append(node)
            continue
        first = start + len(messages)
        messages.extend(_flatten(node.steps, first))
        messages.append(
            RepeatMessage(
                first_index=first,
                count=node.count,
                until=node.until,
                extra=node.extra,
                spelling=node.spelling,
            )
        )
    return tuple(messages)


def _fit_step(
    step: Step,
    athlete: Athlete,
    device: DeviceProfile,
    units: UnitSystem,
    adjustments: Adjustments,
    where: str,
    sport: str,
) -> Step:
    second = step.secondary_target
    try:
        resolved = attrs.evolve(
            step,
            target=athlete.resolve(step.target),
            secondary_target=second and athlete.resolve(second),
        )
    except SpecError as error:
        raise error.under(where) from error
    return fit_step(resolved, device, where, adjustments, sport=sport, units=units)
