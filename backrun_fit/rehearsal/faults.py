"""What goes wrong in a rehearsal, on purpose, and where."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs

from backrun_fit.errors import Problem, SpecError
from backrun_fit.rehearsal.intent import Intent
from backrun_fit.workout import Movement, OpenTarget

__all__ = [
    "KINDS",
    "Abandon",
    "Fast",
    "Fault",
    "Forget",
    "Forward",
    "Hill",
    "Late",
    "Long",
    "Pause",
    "Press",
    "Restart",
    "Short",
    "Skip",
    "Slow",
    "Stop",
    "Walk",
    "Wrong",
    "changed",
    "faults_by_number",
]


def _positive(instance: object, attribute: attrs.Attribute[Any], value: float) -> None:
    if not 0 < value < math.inf:
        raise SpecError(
            Problem(f"expected a finite number above zero, got {value!r}", attribute.name)
        )


def _below_one(instance: object, attribute: attrs.Attribute[Any], value: float) -> None:
    if not value < 1:
        raise SpecError(Problem(f"expected a fraction below 1, got {value!r}", attribute.name))


def _fraction(default: float) -> Any:
    return attrs.field(default=default, validator=[_positive, _below_one])


def _seconds(default: float) -> Any:
    return attrs.field(default=default, validator=_positive)


@attrs.frozen(kw_only=True)
class Fault:
    """Something that goes wrong in one execution.

    Attributes:
        number: The execution, one-based, repeats unrolled.
    """

    number: int = attrs.field(validator=_positive)

    def __str__(self) -> str:
        """As ``fault_text.parse_fault`` reads it."""
        words = [type(self).__name__.lower(), str(self.number)]
        for name, value in attrs.asdict(self).items():
            if name != "number":
                words.append(f"{value:g}s" if name.endswith("_s") else f"{value:g}")
        return ":".join(words)


@attrs.frozen(kw_only=True)
class Skip(Fault):
    """The lap button is pressed as soon as the step begins."""


@attrs.frozen(kw_only=True)
class Short(Fault):
    """The lap button is pressed after ``fraction`` of what was planned."""

    fraction: float = _fraction(0.5)


@attrs.frozen(kw_only=True)
class Long(Fault):
    """The step goes on for ``fraction`` more than was planned, until lap is pressed."""

    fraction: float = _fraction(0.5)


@attrs.frozen(kw_only=True)
class Fast(Fault):
    """The step is run faster than the fast end of its target, by ``fraction``."""

    fraction: float = _fraction(0.2)


@attrs.frozen(kw_only=True)
class Slow(Fault):
    """The step is run slower than the slow end of its target, by ``fraction``."""

    fraction: float = _fraction(0.2)


@attrs.frozen(kw_only=True)
class Walk(Fault):
    """The step is walked, whatever its target."""


@attrs.frozen(kw_only=True)
class Stop(Fault):
    """Half-way through the athlete stands still for ``stop_s`` seconds; the timer runs on.

    A watch that pauses by itself stops the timer meanwhile.
    """

    stop_s: float = _seconds(30.0)


@attrs.frozen(kw_only=True)
class Pause(Fault):
    """The timer is stopped for ``pause_s`` seconds half-way through, standing still.

    The step takes as long on the timer as it would have without.
    """

    pause_s: float = _seconds(30.0)


@attrs.frozen(kw_only=True)
class Press(Fault):
    """Lap is pressed by mistake after ``fraction`` of the step, which goes on in a second lap."""

    fraction: float = _fraction(0.5)


@attrs.frozen(kw_only=True)
class Forget(Fault):
    """No lap is pressed at the end: the next execution lies in the same lap."""


@attrs.frozen(kw_only=True)
class Forward(Fault):
    """The step is run forward, though it asks for another way of moving."""


@attrs.frozen(kw_only=True)
class Hill(Fault):
    """The step is run up a slope of ``fraction`` (0.05 is five metres in a hundred)."""

    fraction: float = _fraction(0.05)


@attrs.frozen(kw_only=True)
class Restart(Fault):
    """After this execution the workout is started again from its first step."""


@attrs.frozen(kw_only=True)
class Abandon(Fault):
    """After ``fraction`` of this execution the athlete stops the watch and goes home."""

    fraction: float = _fraction(0.5)


@attrs.frozen(kw_only=True)
class Late(Fault):
    """Before the first step the watch already runs for ``late_s``: a warm-up of one's own."""

    number: int = 1
    late_s: float = _seconds(300.0)


@attrs.frozen(kw_only=True)
class Wrong(Fault):
    """Another workout is run: easy, as long as the plan, in laps of a kilometre."""

    number: int = 1


def _walked(intent: Intent) -> Intent:
    backward = intent.step.movement.is_backward
    movement = Movement.BACKWARD_WALK if backward else Movement.WALK
    step = attrs.evolve(intent.step, movement=movement, target=OpenTarget())
    return attrs.evolve(intent, step=step)


def _forward(intent: Intent) -> Intent:
    return attrs.evolve(intent, step=attrs.evolve(intent.step, movement=Movement.RUN))


_evolve: Final = attrs.evolve
# What a fault makes of the execution; those of the whole session are not here.
_CHANGES: Final[dict[type[Fault], Callable[[Intent, Any], Intent]]] = {
    Skip: lambda intent, fault: _evolve(intent, skipped=True),
    Short: lambda intent, fault: _evolve(intent, share=fault.fraction),
    Long: lambda intent, fault: _evolve(intent, share=1.0 + fault.fraction),
    Abandon: lambda intent, fault: _evolve(intent, share=fault.fraction, trigger="session_end"),
    Fast: lambda intent, fault: _evolve(intent, faster_fraction=fault.fraction),
    Slow: lambda intent, fault: _evolve(intent, faster_fraction=-fault.fraction),
    Walk: lambda intent, fault: _walked(intent),
    Forward: lambda intent, fault: _forward(intent),
    Stop: lambda intent, fault: _evolve(intent, stop_s=fault.stop_s),
    Pause: lambda intent, fault: _evolve(intent, pause_s=fault.pause_s),
    Press: lambda intent, fault: _evolve(intent, press_share=fault.fraction),
    Forget: lambda intent, fault: _evolve(intent, has_lap_end=False),
    Hill: lambda intent, fault: _evolve(intent, grade=fault.fraction),
}


def changed(intent: Intent, faults: Sequence[Fault]) -> Intent:
    """What becomes of an execution in which these faults happen.

    Example:
        >>> from backrun_fit.workout import OpenDuration, Step
        >>> changed(Intent(step=Step(duration=OpenDuration())), [Short(number=1)]).share
        0.5
    """
    for fault in faults:
        change = _CHANGES.get(type(fault))
        intent = intent if change is None else change(intent, fault)
    return intent


KINDS: Final[tuple[type[Fault], ...]] = (
    *(Skip, Short, Long, Fast, Slow, Walk, Stop, Pause),
    *(Press, Forget, Forward, Hill, Restart, Abandon, Late, Wrong),
)
"""Every kind of fault."""

# Of each group one execution has at most one; skipping leaves room for nothing else.
_EXTENTS: Final = (Skip, Short, Long, Abandon)
_SPEEDS: Final = (Fast, Slow, Walk)


def faults_by_number(faults: Sequence[Fault], executions: int) -> dict[int, tuple[Fault, ...]]:
    """The faults of each execution.

    Args:
        faults: In any order; may be empty.
        executions: How many the session has.

    Returns:
        Numbers that have faults, each with its faults in the order given.

    Raises:
        SpecError: A number is beyond the session, or the faults of one
            execution exclude each other: two of a kind, two that say how long or how
            fast it is, or any beside a skip. All problems at once.

    Example:
        >>> faults_by_number([Skip(number=2)], 3)
        {2: (Skip(number=2),)}
    """
    grouped: dict[int, tuple[Fault, ...]] = {}
    problems = []
    for fault in faults:
        if fault.number > executions:
            problems.append(
                Problem(
                    f"expected an execution from 1 to {executions}, got {fault.number}",
                    "faults",
                )
            )
            continue
        others = grouped.get(fault.number, ())
        excluding = [other for other in others if _exclude(fault, other)]
        if excluding:
            problems.append(
                Problem(
                    f"expected faults that can happen together in execution {fault.number}, "
                    f"got {fault} beside {excluding[-1]}",
                    "faults",
                )
            )
            continue
        grouped[fault.number] = (*others, fault)
    if problems:
        raise SpecError(problems)
    return grouped


def _exclude(one: Fault, other: Fault) -> bool:
    kinds = {type(one), type(other)}
    return (
        len(kinds) == 1
        or (Skip in kinds and not kinds & {Late, Restart, Forget})
        or all(kind in _EXTENTS for kind in kinds)
        or all(kind in _SPEEDS for kind in kinds)
        or Wrong in kinds
    )
