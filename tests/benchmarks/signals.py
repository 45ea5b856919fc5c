"""Measurements on columns of samples that may be unevenly spaced or missing.

All of them take samples in order of time and return NaN where there is too
little to measure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column

__all__ = [
    "LONGEST_GAP_S",
    "autocorrelation",
    "detrended",
    "first_crossing",
    "integral",
    "line_fit",
    "roughness",
    "spread",
    "time_constant",
    "time_weights",
]

LONGEST_GAP_S: Final = 10.0
"""Samples further apart than this say nothing of the time between them."""

LEAST_PAIRS: Final = 20
"""Fewer pairs of samples make no correlation."""

LEAST_SAMPLES: Final = 8
"""Fewer samples make no line and no curve."""

TIME_CONSTANTS_S: Final = np.geomspace(3.0, 300.0, 93)
"""What is tried, 5 % apart."""

LEAST_EXPLAINED: Final = 0.9
"""Share of the variance that a curve has to explain to be believed."""


def time_weights(at_s: Column) -> Column:
    """Seconds for which each sample stands: half the gap on either side, long gaps cut.

    Example:
        >>> time_weights(np.array([0.0, 1.0, 3.0, 100.0])).tolist()
        [0.5, 1.5, 6.0, 5.0]
    """
    if len(at_s) < 2:
        return np.ones(len(at_s))
    gaps = np.minimum(np.diff(at_s), LONGEST_GAP_S)
    return (np.concatenate(([0.0], gaps)) + np.concatenate((gaps, [0.0]))) / 2


def spread(at_s: Column, values: Column) -> tuple[float, float]:
    """Mean and standard deviation, every sample weighed by the time it stands for.

    Example:
        >>> spread(np.array([0.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0]))
        (2.0, 0.7071067811865476)
    """
    weights = time_weights(at_s)
    if weights.sum() <= 0:
        return math.nan, math.nan
    mean = float(np.average(values, weights=weights))
    return mean, math.sqrt(float(np.average((values - mean) ** 2, weights=weights)))


def line_fit(x: Column, y: Column, weights: Column | None = None) -> tuple[float, float]:
    """Slope and value at zero of the least-squares line; NaN where ``x`` hardly changes.

    Example:
        >>> slope, at_zero = line_fit(np.arange(10.0), 3.0 + 2.0 * np.arange(10.0))
        >>> round(slope, 6), round(at_zero, 6)
        (2.0, 3.0)
    """
    if len(x) < 2:
        return math.nan, math.nan
    if weights is None:
        weights = np.ones(len(x))
    middle_x, middle_y = np.average(x, weights=weights), np.average(y, weights=weights)
    variance = float(np.sum(weights * (x - middle_x) ** 2))
    if variance <= 1e-12:
        return math.nan, math.nan
    slope = float(np.sum(weights * (x - middle_x) * (y - middle_y))) / variance
    return slope, float(middle_y - slope * middle_x)


def detrended(at_s: Column, values: Column) -> Column:
    """What is left of the values when their straight line over time is taken away."""
    slope, at_zero = line_fit(at_s, values, time_weights(at_s))
    return values - (slope * at_s + at_zero)


def autocorrelation(pieces: Iterable[tuple[Column, Column]], lag_s: int) -> float:
    """Correlation of values a whole number of seconds apart, over all pieces together.

    Only samples exactly so far apart are paired, so that uneven recording, which
    leaves samples out, biases nothing by interpolation.

    Args:
        pieces: Times and values; the values of each have a mean near zero.
        lag_s: Above zero.
    """
    products, squares, pairs = 0.0, 0.0, 0
    for at_s, values in pieces:
        if not len(at_s):
            continue
        seconds = np.rint(at_s - at_s[0]).astype(np.int64)
        grid = np.full(int(seconds[-1]) + 1, np.nan)
        grid[seconds] = values
        earlier, later = grid[:-lag_s], grid[lag_s:]
        both = ~np.isnan(earlier) & ~np.isnan(later)
        earlier, later = earlier[both], later[both]
        products += float(np.dot(earlier, later))
        squares += float(np.dot(earlier, earlier) + np.dot(later, later)) / 2
        pairs += int(both.sum())
    return products / squares if pairs >= LEAST_PAIRS and squares > 0 else math.nan


def roughness(at_s: Column, values: Column) -> float:
    """Standard deviation of the second difference, as even samples would have it.

    Each sample is compared with the straight line between its neighbours, and the
    distance scaled so that white noise of standard deviation s gives s times the
    root of 6 however unevenly it is sampled. NaN with few samples.
    """
    before, after = np.diff(at_s)[:-1], np.diff(at_s)[1:]
    near = (np.maximum(before, after) <= LONGEST_GAP_S) & (np.minimum(before, after) > 0)
    if int(near.sum()) < LEAST_PAIRS:
        return math.nan
    share = (before / (before + after))[near]
    off = values[1:-1][near] - (1 - share) * values[:-2][near] - share * values[2:][near]
    return float(np.std(off * np.sqrt(6.0 / (1.0 + share**2 + (1 - share) ** 2))))


def integral(at_s: Column, values: Column) -> tuple[float, npt.NDArray[np.bool_]]:
    """Area by the trapezium rule, long gaps left out, and which gaps were not.

    Example:
        >>> area, near = integral(np.array([0.0, 2.0, 99.0]), np.array([1.0, 3.0, 3.0]))
        >>> area, near.tolist()
        (4.0, [True, False])
    """
    gaps_s = np.diff(at_s)
    near = gaps_s <= LONGEST_GAP_S
    return float(np.sum((gaps_s * (values[1:] + values[:-1]) / 2)[near])), near


def first_crossing(at_s: Column, values: Column, level: float) -> float:
    """When the values first reach a level; NaN where they never do.

    The instant lies on the straight line between two samples.

    Example:
        >>> first_crossing(np.array([0.0, 1.0, 3.0]), np.array([2.0, 2.0, 4.0]), 3.0)
        2.0
    """
    sides = np.sign(values - level)
    reached = np.flatnonzero(sides != sides[0]) if len(sides) else sides
    if not len(reached):
        return math.nan
    last = int(reached[0])
    rise = values[last] - values[last - 1]
    share = (level - values[last - 1]) / rise
    return float(at_s[last - 1] + share * (at_s[last] - at_s[last - 1]))


def time_constant(
    at_s: Column, values: Column, *, least_change: float, delays_s: Sequence[float] = (0.0,)
) -> tuple[float, float]:
    """Time constant and delay of the exponential that the values follow.

    The curve is level up to the delay, then ``end - rest x exp(-(t - delay) / tau)``;
    every pair of constant and delay is tried, the rest is least squares.

    Args:
        at_s: Seconds since the transition.
        values: What changes.
        least_change: By how much the curve has to rise (or fall, if negative) in
            the time that is seen; not zero.
        delays_s: What is tried.

    Returns:
        NaN twice where the curve changes less, explains less than nine tenths of the
        variance, or fits best with the smallest or largest constant tried.
    """
    if len(at_s) < LEAST_SAMPLES:
        return math.nan, math.nan
    weights = time_weights(at_s) / time_weights(at_s).sum()
    centred = values - np.dot(values, weights)
    waited_s = np.maximum(at_s - np.asarray(delays_s)[:, None], 0.0)
    shapes = 1.0 - np.exp(-waited_s[:, None, :] / TIME_CONSTANTS_S[None, :, None])
    shapes -= (shapes @ weights)[..., None]
    sizes = shapes**2 @ weights
    explained = (shapes @ (weights * centred)) ** 2 / np.where(sizes > 0, sizes, np.inf)
    delay, constant = np.unravel_index(int(np.argmax(explained)), explained.shape)
    shape = shapes[delay, constant]
    change = float(np.ptp(shape)) * float(shape @ (weights * centred)) / sizes[delay, constant]
    variance = float(np.dot(centred**2, weights))
    if (
        change / least_change < 1
        or explained[delay, constant] < LEAST_EXPLAINED * variance
        or constant in (0, len(TIME_CONSTANTS_S) - 1)
    ):
        return math.nan, math.nan
    return float(TIME_CONSTANTS_S[constant]), float(delays_s[int(delay)])
