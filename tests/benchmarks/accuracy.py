"""What was measured of the checker's accuracy, and how it is shown."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, Literal

import attrs
from rich.table import Table

from backrun_fit.workout import DistanceDuration, OpenTarget, Step, TimeDuration

__all__ = [
    "EXAMPLES",
    "Failure",
    "Measure",
    "failure_lines",
    "kind_of",
    "length_of",
    "line",
    "measures_table",
    "share",
    "upper_bound",
]

EXAMPLES: Final = 4
"""How many failures of a group are told."""

GROUPS: Final = 12
"""How many groups of a measure are told."""

_UNDER_S: Final = (30.0, 60.0, 120.0)
_UNDER_M: Final = (200.0, 400.0, 1000.0)


@attrs.frozen
class Failure:
    """One thing that came out otherwise than it should.

    Attributes:
        group: What it has in common with others, such as the kind of step.
        where: File or seed.
        text: Execution, expected, got.
    """

    group: str
    where: str
    text: str


@attrs.frozen(kw_only=True)
class Measure:
    """One row of what is promised.

    Attributes:
        name: For machines.
        title: For people.
        asked: The limit.
        sense: Whether the value shall be at least or at most that.
        value: What was found; NaN where there was nothing to measure.
        count: Of how many that is.
        unit: What is counted.
        failures: What lies behind it, in order.
        notes: What else there is to say, one sentence each.
    """

    name: str
    title: str
    asked: float
    sense: Literal["least", "most"] = "least"
    value: float
    count: int
    unit: str
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_met(self) -> bool:
        """False where nothing was measured."""
        return self.value >= self.asked if self.sense == "least" else self.value <= self.asked


def share(part: int, whole: int) -> float:
    """NaN of nothing.

    Example:
        >>> share(1, 4), share(0, 0)
        (0.25, nan)
    """
    return part / whole if whole else math.nan


def upper_bound(part: int, whole: int) -> float:
    """What a share is at most, with 95 % confidence (Clopper and Pearson, one side).

    Example:
        >>> round(upper_bound(0, 149), 4), round(upper_bound(2, 111), 4), upper_bound(0, 0)
        (0.0199, 0.0556, 1.0)
    """
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        at_most = math.fsum(
            math.comb(whole, count) * middle**count * (1 - middle) ** (whole - count)
            for count in range(part + 1)
        )
        low, high = (middle, high) if at_most > 0.05 else (low, middle)
    return high


def kind_of(step: Step) -> str:
    """Of which kind a step is: how long, aiming at what, moving how.

    Example:
        >>> kind_of(Step(duration=TimeDuration(duration_s=45.0)))
        'time 30-60 s, no target, run'
    """
    target = "no target"
    if not isinstance(step.target, OpenTarget):
        target = type(step.target).__name__.removesuffix("Target").lower()
    movement = "backward" if step.movement.is_backward else step.movement.value
    return f"{length_of(step)}, {target}, {movement}"


def length_of(step: Step) -> str:
    """Of which length a step is.

    Example:
        >>> length_of(Step(duration=DistanceDuration(distance_m=1000.0)))
        'distance from 1000 m'
    """
    match step.duration:
        case TimeDuration(duration_s=seconds):
            return f"time {_between(seconds, _UNDER_S)} s"
        case DistanceDuration(distance_m=metres):
            return f"distance {_between(metres, _UNDER_M)} m"
        case _:
            return type(step.duration).__name__.removesuffix("Duration").lower()


def _between(value: float, limits: Sequence[float]) -> str:
    lower = max((limit for limit in limits if value >= limit), default=None)
    upper = min((limit for limit in limits if value < limit), default=None)
    if lower is None:
        return f"under {upper:g}"
    return f"from {lower:g}" if upper is None else f"{lower:g}-{upper:g}"


def measures_table(measures: Sequence[Measure]) -> Table:
    """Measure, asked, found, n."""
    table = Table(title="Accuracy of the check")
    for heading in ("measure", "asked", "found", "n", ""):
        side: Literal["left", "right"] = "left" if heading in ("measure", "") else "right"
        table.add_column(heading, justify=side)
    for one in measures:
        sign = ">=" if one.sense == "least" else "<="
        verdict = "not measured" if math.isnan(one.value) else "" if one.is_met else "missed"
        found = "-" if math.isnan(one.value) else f"{one.value:.4f}"
        table.add_row(one.title, f"{sign} {one.asked:g}", found, f"{one.count} {one.unit}", verdict)
    return table


def failure_lines(measure: Measure) -> Iterator[str]:
    """What failed, group by group, the largest first, each with its first examples."""
    yield f"{measure.title}: {len(measure.failures)} of {measure.count} {measure.unit} fail"
    for note in measure.notes:
        yield f"  note: {note}"
    groups = Counter(failure.group for failure in measure.failures)
    for group, count in groups.most_common(GROUPS):
        members = [failure for failure in measure.failures if failure.group == group]
        places = len({failure.where for failure in members})
        yield f"  {count} x {group} (in {places})"
        for failure in members[:EXAMPLES]:
            yield f"      {failure.where}: {failure.text}"
    if len(groups) > GROUPS:
        yield f"  and {len(groups) - GROUPS} more groups"


def line(measures: Sequence[Measure]) -> str:
    """For machines: ``name=value``, one after the other."""
    return " ".join(f"{one.name}={one.value:.4f}" for one in measures)
