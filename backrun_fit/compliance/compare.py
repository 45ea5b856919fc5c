"""A plan given and a workout executed, laid side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import attrs
import numpy as np

from backrun_fit.compiled import CompiledWorkout, PlannedExecution, unroll
from backrun_fit.errors import AlignmentError
from backrun_fit.limits import DEFAULT_LIMITS, Limits
from backrun_fit.report import Difference
from backrun_fit.units import UnitSystem
from backrun_fit.wording import duration_text, target_text
from backrun_fit.workout import (
    Duration,
    HeartRateTarget,
    HeartRateZoneTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    Step,
    Target,
)

__all__ = ["Comparison", "compare"]

# One execution without a counterpart weighs more than any single difference, and
# less than a pair that has nothing in common.
_ALONE: Final = 0.6
_WEIGHTS: Final = {"duration": 0.5, "target": 0.2, "intensity": 0.2, "movement": 0.2}
# The wire rounds to millimetres per second and milliseconds.
_ROUNDING: Final = 1e-3
_NONE: Final = "none"
_TIE: Final = 1e-9
_TOGETHER, _PLANNED_ALONE, _HELD_ALONE = range(3)


@attrs.frozen(kw_only=True)
class Comparison:
    """In what two workouts agree and differ.

    Attributes:
        agreements: How many executions are alike in everything compared.
        agreed: In how many executions each aspect is alike, one phrase an aspect;
            aspects in which none is alike are left out.
        differences: In order; empty when the workouts are alike.
    """

    agreements: int
    agreed: tuple[str, ...]
    differences: tuple[Difference, ...]


def compare(
    given: CompiledWorkout,
    executed: CompiledWorkout,
    units: UnitSystem = "metric",
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Comparison:
    """Compare two workouts execution by execution.

    Executions are matched all at once, so one that only one side has shifts
    nothing. Compared are duration, target, intensity and movement; names are not.

    Args:
        given: The plan.
        executed: What the watch held.
        units: How values are printed.
        limits: Of which those of workouts and ``alignment_cells`` hold.

    Returns:
        Agreements and differences; executions of one step that differ in the
        same way are one difference.

    Raises:
        CompileError: One of them cannot be unrolled.
        AlignmentError: They are too long to compare.

    Example:
        >>> from backrun_fit.workout import TimeDuration
        >>> minute, hour = (Step(duration=TimeDuration(duration_s=s)) for s in (60.0, 3600.0))
        >>> plan = CompiledWorkout(name="plan", messages=(minute, minute))
        >>> ran = CompiledWorkout(name="ran", messages=(minute, hour))
        >>> found = compare(plan, ran)
        >>> found.agreements, [(d.where, d.given, d.executed) for d in found.differences]
        (1, [('duration of execution 2 (step 1)', '1:00', '1:00:00')])
        >>> found.agreed[0]
        'duration of 1 of 2 executions'
    """
    planned, held = unroll(given, limits=limits), unroll(executed, limits=limits)
    pairs = list(_matched(planned, held, limits))
    agreements = 0
    alike = dict.fromkeys(_WEIGHTS, 0)
    found: dict[tuple[str, int, str, str], list[int]] = {}
    for left, right in pairs:
        unlike = list(_unlike(left, right, units))
        agreements += not unlike
        if left is not None and right is not None:
            differing = set(_differing(left.step, right.step))
            for name in alike.keys() - differing:
                alike[name] += 1
        one = next(each for each in (right, left) if each is not None)
        for what, plan_text, run_text in unlike:
            found.setdefault((what, one.step_index, plan_text, run_text), []).append(one.number)
    differences = [
        Difference(where=_where(what, index, numbers), given=plan_text, executed=run_text)
        for (what, index, plan_text, run_text), numbers in found.items()
    ]
    if len(planned) != len(held):
        differences.insert(
            0,
            Difference(
                where="number of executions", given=str(len(planned)), executed=str(len(held))
            ),
        )
    return Comparison(
        agreements=agreements,
        agreed=tuple(
            f"{name} of {count} of {len(pairs)} executions"
            for name, count in alike.items()
            if count
        ),
        differences=tuple(differences),
    )


def _where(what: str, index: int, numbers: list[int]) -> str:
    plural = "s" if len(numbers) > 1 else ""
    return f"{what}execution{plural} {', '.join(map(str, numbers))} (step {index})"


_Pair = tuple[PlannedExecution, PlannedExecution]
_Lone = tuple[PlannedExecution, None] | tuple[None, PlannedExecution]


def _matched(
    planned: tuple[PlannedExecution, ...], held: tuple[PlannedExecution, ...], limits: Limits
) -> Iterator[_Pair | _Lone]:
    """Pairs in order, and what has no counterpart between them."""
    distinct: dict[tuple[int, int], float] = {}

    def cost(left: PlannedExecution, right: PlannedExecution) -> float:
        key = (left.step_index, right.step_index)
        if key not in distinct:
            distinct[key] = sum(_WEIGHTS[name] for name in _differing(left.step, right.step))
        return distinct[key]

    if (len(planned) + 1) * (len(held) + 1) > limits.alignment_cells:
        raise AlignmentError(
            f"expected at most {limits.alignment_cells} pairs to weigh, got "
            f"{len(planned)} planned executions and {len(held)} others"
        )
    # Least cost of what comes before each pair of positions, and whether that leaves one of the
    # planned alone: the recurrence of Needleman and Wunsch.
    alone = _ALONE * np.arange(len(held) + 1)
    least, leaves = alone, np.zeros((len(planned) + 1, len(held) + 1), dtype=np.int8)
    leaves[0, 1:] = _HELD_ALONE
    for place, left in enumerate(planned, start=1):
        together = np.concatenate(([np.inf], least[:-1] + [cost(left, right) for right in held]))
        row = np.minimum(together, least + _ALONE)
        # On a tie, what comes later is alone.
        leaves[place] = np.where(least + _ALONE <= together + _TIE, _PLANNED_ALONE, _TOGETHER)
        through = np.minimum.accumulate(row - alone) + alone
        leaves[place, 1:][through[:-1] + _ALONE <= row[1:] + _TIE] = _HELD_ALONE
        least = np.minimum(row, through)
    found: list[_Pair | _Lone] = []
    place, other = len(planned), len(held)
    while place or other:
        leave = leaves[place, other]
        if leave == _HELD_ALONE:
            other -= 1
            found.append((None, held[other]))
        elif leave == _PLANNED_ALONE:
            place -= 1
            found.append((planned[place], None))
        else:
            place, other = place - 1, other - 1
            found.append((planned[place], held[other]))
    yield from reversed(found)


def _differing(left: Step, right: Step) -> Iterator[str]:
    if not _alike(left.duration, right.duration):
        yield "duration"
    if not _alike(left.target, right.target):
        yield "target"
    if left.intensity is not right.intensity:
        yield "intensity"
    if left.movement is not right.movement:
        yield "movement"


def _alike(left: Duration | Target, right: Duration | Target) -> bool:
    if type(left) is not type(right):
        zone = _zone(left)
        return zone is not None and zone == _zone(right)
    return all(
        math.isclose(a, b, rel_tol=_ROUNDING) if isinstance(a, float) else a == b
        for a, b in zip(_values(left), _values(right), strict=True)
    )


def _zone(value: Duration | Target) -> tuple[str, int] | None:
    """The zone that is asked for, whether its bounds are in the file or on the watch alone."""
    match value:
        case HeartRateTarget(zone=int() as zone) | HeartRateZoneTarget(zone=zone):
            return "heart rate", zone
        case PaceTarget(zone=int() as zone) | PaceZoneTarget(zone=zone):
            return "pace", zone
        case PowerTarget(zone=int() as zone) | PowerZoneTarget(zone=zone):
            return "power", zone
    return None


def _values(value: Duration | Target) -> tuple[Any, ...]:
    found = attrs.astuple(value)
    # The same band is the same, whether or not it is called a zone.
    return found[:2] if isinstance(value, HeartRateTarget | PaceTarget | PowerTarget) else found


def _unlike(
    left: PlannedExecution | None, right: PlannedExecution | None, units: UnitSystem
) -> Iterator[tuple[str, str, str]]:
    if left is None or right is None:
        yield "", _summary(left, units), _summary(right, units)
        return
    for name in _differing(left.step, right.step):
        texts = _aspect(name, left.step, units), _aspect(name, right.step, units)
        yield f"{name} of ", *texts


def _summary(execution: PlannedExecution | None, units: UnitSystem) -> str:
    if execution is None:
        return ""
    step = execution.step
    target = target_text(step.target, units)
    return duration_text(step.duration, units) + (f" @ {target}" if target else "")


def _aspect(name: str, step: Step, units: UnitSystem) -> str:
    match name:
        case "duration":
            return duration_text(step.duration, units)
        case "target":
            return target_text(step.target, units) or _NONE
        case "intensity":
            return _NONE if step.intensity is None else step.intensity.value
        case _:
            return step.movement.value.replace("_", " ")
