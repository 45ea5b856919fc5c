"""What goes wrong in a rehearsal, on purpose, in one named execution."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Final

import attrs

from backrun_fit.errors import Problem, SpecError
from backrun_fit.units import parse_duration

__all__ = ["Fast", "Fault", "Pause", "Short", "Skip", "faults_by_number", "parse_fault"]


def _positive(instance: object, attribute: attrs.Attribute[Any], value: float) -> None:
    if not 0 < value < math.inf:
        raise SpecError(
            Problem(f"expected a finite number above zero, got {value!r}", attribute.name)
        )


def _below_one(instance: object, attribute: attrs.Attribute[Any], value: float) -> None:
    if not value < 1:
        raise SpecError(Problem(f"expected a fraction below 1, got {value!r}", attribute.name))


@attrs.frozen(kw_only=True)
class Fault:
    """Something that goes wrong in one execution, and only there.

    Attributes:
        number: The execution, one-based, repeats unrolled.
    """

    number: int = attrs.field(validator=_positive)


@attrs.frozen(kw_only=True)
class Skip(Fault):
    """The lap button is pressed as soon as the step begins."""


@attrs.frozen(kw_only=True)
class Short(Fault):
    """The lap button is pressed after ``fraction`` of what was planned."""

    fraction: float = attrs.field(default=0.5, validator=[_positive, _below_one])


@attrs.frozen(kw_only=True)
class Fast(Fault):
    """The step is run faster than the fast end of its target, by ``fraction``."""

    fraction: float = attrs.field(default=0.2, validator=[_positive, _below_one])


@attrs.frozen(kw_only=True)
class Pause(Fault):
    """The timer is stopped for ``pause_s`` seconds half-way through, standing still.

    The step takes as long on the timer as it would have without.
    """

    pause_s: float = attrs.field(default=30.0, validator=_positive)


_KINDS: Final[dict[str, type[Fault]]] = {"skip": Skip, "short": Short, "fast": Fast, "pause": Pause}
_NUMBER: Final = re.compile(r"[1-9]\d{0,5}", re.ASCII)
_FRACTION: Final = re.compile(r"\d{0,3}\.?\d{1,9}", re.ASCII)


def parse_fault(text: str) -> Fault:
    """Read a fault such as ``skip:3``, ``short:3:0.5``, ``fast:2:0.2`` or ``pause:1:30s``.

    Args:
        text: Kind, one-based number of the execution and, where the kind has
            one, an amount: the fraction of the plan that is done, the fraction
            by which it is too fast, or the length of the pause.

    Returns:
        The fault; without an amount half of the plan, 20 % or 30 s.

    Raises:
        SpecError: The text is no fault.

    Example:
        >>> parse_fault("short:3"), parse_fault("pause:1:1:30")
        (Short(number=3, fraction=0.5), Pause(number=1, pause_s=90.0))
    """
    kind, _, rest = text.partition(":")
    number, has_amount, amount = rest.partition(":")
    fault = _KINDS.get(kind)
    if fault is None or not _NUMBER.fullmatch(number) or (has_amount and fault is Skip):
        raise _unreadable(text)
    try:
        if not has_amount:
            return fault(number=int(number))
        if fault is Pause:
            return Pause(number=int(number), pause_s=parse_duration(amount))
        if not _FRACTION.fullmatch(amount):
            raise _unreadable(text)
        return attrs.evolve(fault(number=int(number)), fraction=float(amount))  # type: ignore[call-arg]
    except SpecError as error:
        raise error.under(f"fault {text!r}") from None


def _unreadable(text: str) -> SpecError:
    return SpecError(
        Problem(
            f"expected {', '.join(_KINDS)} with the number of an execution, such as skip:3, "
            f"short:3:0.5, fast:2:0.2 or pause:1:30s, got {text!r}"
        )
    )


def faults_by_number(faults: Sequence[Fault], executions: int) -> dict[int, tuple[Fault, ...]]:
    """The faults of each execution.

    Args:
        faults: In any order; may be empty.
        executions: How many the session has.

    Returns:
        Numbers that have faults, each with its faults in the order given.

    Raises:
        SpecError: A number is beyond the session, or the faults of one
            execution exclude each other: two of a kind, or any beside a skip.
            All problems at once.

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
        kinds = {type(other) for other in (*others, fault)}
        if len(kinds) <= len(others) or (others and Skip in kinds):
            problems.append(
                Problem(
                    f"expected faults that can happen together in execution {fault.number}, "
                    f"got {fault} beside {others[-1]}",
                    "faults",
                )
            )
            continue
        grouped[fault.number] = (*others, fault)
    if problems:
        raise SpecError(problems)
    return grouped
