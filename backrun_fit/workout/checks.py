"""What the values of durations and targets have to be."""

from __future__ import annotations

import math
from typing import Any

import attrs

from backrun_fit.errors import Problem, SpecError

__all__ = ["check_band", "positive"]


def positive(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Validator: a finite number above zero.

    Raises:
        SpecError: It is none; the attribute is named.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not math.isfinite(value)
        or value <= 0
    ):
        raise SpecError(
            Problem(f"expected a finite number above zero, got {value!r}", attribute.name)
        )


def check_band(lowest: float, highest: float, names: str) -> None:
    """Refuse a band that is turned round.

    Raises:
        SpecError: The lowest is above the highest; ``names`` says of what.
    """
    if lowest > highest:
        raise SpecError(Problem(f"expected {names} in this order, got {lowest:g} and {highest:g}"))
