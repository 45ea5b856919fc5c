"""What the values of durations and targets have to be."""

from __future__ import annotations

import math
from typing import Any

import attrs

from backrun_fit.errors import Problem, SpecError

__all__ = ["check_band", "lower_limit", "positive", "upper_limit"]


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


def lower_limit(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Validator: a finite number, zero (no lower limit) or more.

    Raises:
        SpecError: It is none; the attribute is named.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != 0:
        positive(instance, attribute, value)


def upper_limit(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Validator: a number above zero, or infinity (no upper limit).

    Raises:
        SpecError: It is none; the attribute is named.
    """
    if value != math.inf:
        positive(instance, attribute, value)


def check_band(lowest: float, highest: float, names: str) -> None:
    """Refuse a band that is turned round, and one without any limit.

    Raises:
        SpecError: The lowest is above the highest, or there is neither; ``names`` says
            of what.
    """
    if lowest > highest:
        raise SpecError(Problem(f"expected {names} in this order, got {lowest:g} and {highest:g}"))
    if lowest == 0 and highest == math.inf:
        raise SpecError(Problem(f"expected {names}, or one of them, got no limit at all"))
