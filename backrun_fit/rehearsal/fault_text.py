"""Faults as they are written on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import attrs

from backrun_fit.errors import Problem, SpecError
from backrun_fit.rehearsal.faults import KINDS, Fault, Late, Pause, Stop, Wrong
from backrun_fit.units import parse_duration

__all__ = ["parse_fault"]

_SECONDS: Final[dict[type[Fault], str]] = {Stop: "stop_s", Pause: "pause_s", Late: "late_s"}
_KINDS: Final = {kind.__name__.lower(): kind for kind in KINDS}
_NUMBER: Final = re.compile(r"[1-9]\d{0,5}", re.ASCII)
_FRACTION: Final = re.compile(r"\d{0,3}\.?\d{1,9}", re.ASCII)


def parse_fault(text: str) -> Fault:
    """Read a fault such as ``skip:3``, ``short:3:0.5``, ``pause:1:30s`` or ``wrong``.

    Args:
        text: Kind, one-based number of the execution (1 where it is left out for ``late``
            and ``wrong``) and, where the kind has one, an amount: a fraction or a duration.

    Returns:
        The fault; without an amount that of its class.

    Raises:
        SpecError: The text is no fault.

    Example:
        >>> parse_fault("short:3"), parse_fault("pause:1:1:30")
        (Short(number=3, fraction=0.5), Pause(number=1, pause_s=90.0))
    """
    kind, _, rest = text.partition(":")
    number, has_amount, amount = rest.partition(":")
    fault = _KINDS.get(kind)
    if fault in (Late, Wrong) and not number:
        number = "1"
    if fault is None or not _NUMBER.fullmatch(number):
        raise _unreadable(text)
    try:
        if not has_amount:
            return fault(number=int(number))
        if fault in _SECONDS:
            return _with(fault, int(number), _SECONDS[fault], parse_duration, amount)
        if "fraction" not in attrs.fields_dict(fault) or not _FRACTION.fullmatch(amount):
            raise _unreadable(text)
        return _with(fault, int(number), "fraction", float, amount)
    except SpecError as error:
        raise error.under(f"fault {text!r}") from None


def _with(
    kind: type[Fault], number: int, name: str, parse: Callable[[str], float], amount: str
) -> Fault:
    arguments: dict[str, Any] = {"number": number, name: parse(amount)}
    return kind(**arguments)


def _unreadable(text: str) -> SpecError:
    return SpecError(
        Problem(
            f"expected {', '.join(_KINDS)} with the number of an execution, such as skip:3, "
            f"short:3:0.5, fast:2:0.2 or pause:1:30s, got {text!r}"
        )
    )
