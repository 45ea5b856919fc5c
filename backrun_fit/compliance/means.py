"""Means over parts of a column, each sample weighted by the time up to the next one."""

from __future__ import annotations

from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column

__all__ = ["LONGEST_INTERVAL_S", "Slopes", "TimeMeans", "running", "weights"]

LONGEST_INTERVAL_S: Final = 10.0
"""A longer interval without samples is a gap, and carries no weight."""


def weights(interval_s: Column) -> Column:
    """Intervals between samples as weights.

    Example:
        >>> weights(np.array([1.0, 8.0, 30.0]))
        array([1., 8., 0.])
    """
    return np.where(interval_s > LONGEST_INTERVAL_S, 0.0, interval_s)


def running(values: Column) -> Column:
    """The sum of all values before each place, and of all of them at the end.

    Example:
        >>> running(np.array([1.0, 8.0]))
        array([0., 1., 9.])
    """
    sums = np.zeros(len(values) + 1)
    np.cumsum(values, out=sums[1:])
    return sums


_NONE: Final = np.empty(0)


@attrs.frozen(eq=False)
class TimeMeans:
    """A column summed up in advance, so that the mean of any part of it costs the same.

    Attributes:
        values: One a sample; 0 where there is none. Empty, like the others, where no sample
            has a value.
        known: 1 for each sample that has a value, else 0.
        sums: Value times weight, of all samples before each one.
        weights: Weight of the samples with a value, likewise.
    """

    values: Column
    known: Column
    sums: Column
    weights: Column

    @classmethod
    def of(cls, column: Column, weight_s: Column, *, moving: bool = False) -> TimeMeans:
        """Sum up a column.

        Args:
            column: NaN where there is no value.
            weight_s: Of every sample but the last, whose weight depends on where a part ends.
            moving: Samples of zero count as none.
        """
        is_known = column > 0 if moving else ~np.isnan(column)
        if not is_known.any():
            return cls(values=_NONE, known=_NONE, sums=_NONE, weights=_NONE)
        if is_known.all():
            values, known, own_s = column, np.ones(len(column)), weight_s
        else:
            values, known = np.where(is_known, column, 0.0), is_known.astype(np.float64)
            own_s = known[:-1] * weight_s
        return cls(
            values=values,
            known=known,
            sums=running(values[:-1] * weight_s),
            weights=running(own_s),
        )

    def mean(self, first: int, behind: int, last_weight_s: float) -> float | None:
        """The mean of the samples from ``first`` up to and without ``behind``.

        Args:
            first: Position of a sample.
            behind: Position behind the last one.
            last_weight_s: Weight of the last one.

        Returns:
            None where no sample has a value, or none has any weight.

        Example:
            >>> means = TimeMeans.of(np.array([2.0, 4.0, np.nan]), np.array([1.0, 3.0]))
            >>> means.mean(0, 3, 1.0), means.mean(2, 3, 1.0)
            (3.5, None)
        """
        if behind <= first or not len(self.values):
            return None
        total, last = self.total(first, behind, last_weight_s), behind - 1
        if total <= 0:
            return None
        weighed = self.sums[last] - self.sums[first] + self.values[last] * last_weight_s
        return float(weighed / total)

    def total(self, first: int, behind: int, last_weight_s: float) -> float:
        """Weight of the samples with a value from ``first`` up to and without ``behind``."""
        if not len(self.values):
            return 0.0
        last = behind - 1
        return float(self.weights[last] - self.weights[first] + self.known[last] * last_weight_s)


@attrs.frozen(eq=False)
class Slopes:
    """Two columns summed up in advance, for the least-squares slope over any part of them.

    Attributes:
        positions: Of the samples that have both, ascending.
        along: The first column at them.
        sums: Running sums of x, y, x * x and x * y, each with nothing before it, about
            the means of the whole, so that little is lost to rounding.
    """

    positions: npt.NDArray[np.intp]
    along: Column
    sums: Column

    @classmethod
    def of(cls, along: Column, across: Column) -> Slopes:
        """Sum up two columns of one length; NaN where there is no value."""
        positions = np.flatnonzero(~(np.isnan(along) | np.isnan(across)))
        x, y = along[positions], across[positions]
        if len(x):
            x, y = x - x.mean(), y - y.mean()
        sums = np.zeros((4, len(x) + 1))
        np.cumsum((x, y, x * x, x * y), axis=1, out=sums[:, 1:])
        return cls(positions=positions, along=along[positions], sums=sums)

    def slope(self, first: int, behind: int, least_along: float) -> float | None:
        """The slope over the samples from ``first`` up to and without ``behind``.

        Returns:
            None with fewer than three samples, or where the first column is at the end
            less than ``least_along`` from where it began.

        Example:
            >>> slopes = Slopes.of(np.array([0.0, 1.0, 2.0, 3.0]), np.array([5.0, 7.0, 9.0, 0.0]))
            >>> round(slopes.slope(0, 3, 1.0), 6), slopes.slope(0, 3, 5.0)
            (2.0, None)
        """
        begin, end = self.positions.searchsorted((first, behind)).tolist()
        if end - begin < 3:
            return None
        if abs(self.along[end - 1] - self.along[begin]) < least_along:
            return None
        x, y, xx, xy = (self.sums[:, end] - self.sums[:, begin]).tolist()
        count = end - begin
        return float((xy - x * y / count) / (xx - x * x / count))
