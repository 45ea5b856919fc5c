"""Weights of alignment that were fitted on the runs of one athlete, to measure on the other's.

``fit_alignment.py`` makes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import attrs

from backrun_fit.compliance.alignment import speed_costs
from backrun_fit.compliance.alignment.speed_costs import SpeedWeights

__all__ = ["FITTED", "START", "athlete_of", "other_athlete", "weights_for", "weights_in_use"]

START: Final = SpeedWeights(
    skip=5.0,
    skip_per_s=0.003,
    skip_at_end=1.0,
    other_length=4.0,
    open_length=0.1,
    cut_by_end=0.6,
    pace=0.3,
    no_change=0.6,
    full_rarity=5.0,
    cadence=0.5,
    variation=0.01,
    largest_variation=2.0,
    late_start=1.5,
    before_per_s=0.0005,
    tail=0.4,
    tail_per_s=0.0008,
)
"""Round values from which every fit begins; the runs of both athletes were seen by then."""

FITTED: Final[Mapping[str, SpeedWeights]] = {
    "b": attrs.evolve(START, tail=0.2, variation=0.02, skip_at_end=2.0),
    "i": attrs.evolve(START, tail=0.2, variation=0.005, skip_at_end=1.4, no_change=0.84),
}
"""For each athlete the weights that were fitted on their runs alone."""


def athlete_of(name: str) -> str:
    """Whose run a file is: what its name begins with.

    Example:
        >>> athlete_of("b-2024-02-07-11-58-30.fit")
        'b'
    """
    return name.partition("-")[0]


def other_athlete(athlete: str, athletes: Sequence[str]) -> str | None:
    """The athlete whose weights a run is measured with: the next one, never the same.

    Example:
        >>> other_athlete("i", ["b", "i"]), other_athlete("b", ["b"])
        ('b', None)
    """
    order = sorted({*athletes, athlete})
    other = order[(order.index(athlete) + 1) % len(order)]
    return None if other == athlete else other


@contextmanager
def weights_in_use(weights: SpeedWeights) -> Iterator[None]:
    """Let alignment use these weights."""
    before = speed_costs.WEIGHTS
    speed_costs.WEIGHTS = weights
    try:
        yield
    finally:
        speed_costs.WEIGHTS = before


@contextmanager
def weights_for(athlete: str | None) -> Iterator[None]:
    """Let alignment use the weights that were fitted on the runs of one athlete.

    Args:
        athlete: Whose; None, or one of whom there are none, for those of the package.
    """
    with weights_in_use(FITTED.get(athlete or "", speed_costs.WEIGHTS)):
        yield
