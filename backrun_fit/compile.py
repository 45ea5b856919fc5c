"""From a workout tree to the flat, absolute list of messages that a watch holds."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.cautions import cautions
from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage
from backrun_fit.devices import GARMIN, DeviceProfile
from backrun_fit.errors import CompileError, SpecError
from backrun_fit.fold import fold, unroll_steps
from backrun_fit.marker import FORM_CUE, marked_name, movement_of
from backrun_fit.units import UnitSystem, format_distance, format_duration
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    HeartRateTarget,
    Movement,
    NamedPaceTarget,
    Node,
    PowerTarget,
    Repeat,
    Step,
    Target,
    TimeDuration,
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

    Named paces become bands of speed, repeats are folded into the fewest
    messages where that saves any, steps that are not run forward get the marker
    in their name, and texts are cut to the device's room at a code point. Every
    change of the last kind is listed in ``adjustments``.

    Args:
        workout: At least one step.
        athlete: Whose paces the names mean; may be left out when all targets
            are absolute.
        device: What the result has to fit.
        units: How names and warnings print distances and paces.

    Returns:
        The messages; unrolled they are the workout's steps in the same order.

    Raises:
        CompileError: No step, or too many for the device even when folded.
        SpecError: A named pace that the athlete does not have.

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
    adjustments: dict[str, None] = {}  # ordered, each said once
    nodes = _fewest(_plain(workout.steps), device)
    messages = _flatten(nodes)
    if len(messages) > device.max_messages:
        raise CompileError(
            f"{workout.name!r}: expected at most {device.max_messages} messages for the device "
            f"{device.name!r}, got {len(messages)} after folding"
        )
    messages = tuple(
        _fit_step(message, athlete, device, units, adjustments, f"message {index}")
        if isinstance(message, Step)
        else message
        for index, message in enumerate(messages)
    )
    return CompiledWorkout(
        name=_fit_text(workout.name, device.workout_name_bytes, "workout name", adjustments)
        or _unnamed(adjustments),
        messages=messages,
        sport=workout.sport,
        sub_sport=workout.sub_sport,
        notes=workout.notes,
        adjustments=tuple(adjustments),
        warnings=(
            *_doubts(workout, athlete),
            *cautions((m for m in messages if isinstance(m, Step)), athlete, units=units),
        ),
        extra=workout.extra,
    )


def _unnamed(adjustments: dict[str, None]) -> str:
    adjustments["workout name: it had none, so it is called 'Workout'"] = None
    return "Workout"


def _doubts(workout: Workout, athlete: Athlete) -> tuple[str, ...]:
    """What is doubtful about the paces that the names in this workout stand for."""
    if not any(isinstance(step.target, NamedPaceTarget) for step in walk_steps(workout.steps)):
        return ()
    try:
        return athlete.marathon_source.warnings
    except SpecError:
        return ()  # every name was given a pace of its own


def _plain(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The same without repeats of one pass, and without the undocumented skip of a recovery.

    Where the last recovery is skipped, the last pass stands apart.
    """
    result: list[Node] = []
    for node in nodes:
        if isinstance(node, Step):
            result.append(node)
            continue
        body = _plain(node.steps)
        skips = node.skip_last_recovery and node.count is not None
        count = node.count - 1 if skips and node.count else node.count
        if body and count == 1:
            result.extend(body)
        elif body and count != 0:
            result.append(attrs.evolve(node, steps=body, count=count, skip_last_recovery=False))
        if skips:
            result.extend(_plain(node.steps[:-1]))
    return tuple(result)


def _fewest(nodes: tuple[Node, ...], device: DeviceProfile) -> tuple[Node, ...]:
    """The tree as it is, or folded anew where that saves messages or nesting is not to be had."""
    try:
        folded = fold(unroll_steps(nodes), nested=device.nested_repeats)
    except CompileError:
        return nodes  # a repeat that ends by a condition has no unrolled form
    too_deep = not device.nested_repeats and _depth(nodes) > 1
    return folded if too_deep or _size(folded) < _size(nodes) else nodes


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
            RepeatMessage(first_index=first, count=node.count, until=node.until, extra=node.extra)
        )
    return tuple(messages)


def _fit_step(
    step: Step,
    athlete: Athlete,
    device: DeviceProfile,
    units: UnitSystem,
    adjustments: dict[str, None],
    where: str,
) -> Step:
    try:
        target = athlete.resolve(step.target)
    except SpecError as error:
        raise error.under(where) from error
    target = _whole(target, where, adjustments)
    name = _name(step, units, where, adjustments)
    notes = step.notes or (FORM_CUE if step.movement.is_backward else None)
    return attrs.evolve(
        step,
        target=target,
        name=name and _fit_text(name, device.step_name_bytes, f"{where}, name", adjustments),
        notes=notes and _fit_text(notes, device.notes_bytes, f"{where}, notes", adjustments),
    )


def _name(step: Step, units: UnitSystem, where: str, adjustments: dict[str, None]) -> str | None:
    if step.movement is not Movement.RUN:
        return marked_name(step.movement, step.name or _extent(step, units))
    if movement_of(step.name) is not Movement.RUN:
        adjustments[
            f"{where}, name: {step.name!r} would say that it is not run forward, "
            f"so 'Run' was put before it"
        ] = None
        return f"Run {step.name}"
    return step.name


def _extent(step: Step, units: UnitSystem) -> str:
    match step.duration:
        case TimeDuration(duration_s=seconds):
            return format_duration(seconds)
        case DistanceDuration(distance_m=metres):
            return format_distance(metres, units)
    return ""


def _whole(target: Target, where: str, adjustments: dict[str, None]) -> Target:
    """Widen a band to the next numbers that the wire has.

    It counts whole beats and watts, and of cadence whole strides of one leg.
    """
    match target:
        case HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest):
            step, what = 1, "heart rate"
        case PowerTarget(lowest_w=lowest, highest_w=highest):
            step, what = 1, "power"
        case CadenceTarget(lowest_spm=lowest, highest_spm=highest):
            step, what = 2, "cadence"
        case _:
            return target
    low = max(step * math.floor(lowest / step), step)
    high = step * math.ceil(highest / step)
    if (low, high) == (lowest, highest):
        return target
    adjustments[
        f"{where}, {what}: {lowest:g}-{highest:g} became {low}-{high}, the next that a watch holds"
    ] = None
    names = [field.name for field in attrs.fields(type(target))]
    return attrs.evolve(target, **dict(zip(names, (low, high), strict=True)))


def _fit_text(text: str, room_bytes: int, what: str, adjustments: dict[str, None]) -> str:
    """A text without control characters, cut at a code point to fit with its NUL."""
    clean = "".join(
        " " if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") else character
        for character in text
    ).strip()
    if clean != text:
        adjustments[f"{what}: control characters and outer blanks were taken out"] = None
    encoded = clean.encode()
    if len(encoded) < room_bytes:
        return clean
    cut = encoded[: room_bytes - 1].decode(errors="ignore").rstrip()
    adjustments[f"{what}: cut from {clean!r} to {cut!r} ({room_bytes - 1} bytes)"] = None
    return cut
