"""How the heart rate follows what is asked of it: a first-order lag."""

from __future__ import annotations

import math

import attrs
import numpy as np

from backrun_fit.activity import Column

__all__ = ["HeartRate"]


@attrs.frozen(kw_only=True)
class HeartRate:
    """First-order lag behind a demand that changes in steps.

    Attributes:
        start_bpm: At second 0.
        lag_s: Time constant.
        demands: (from second, demand in bpm) in order of time, the first from second 0.
    """

    start_bpm: float
    lag_s: float
    demands: tuple[tuple[float, float], ...]

    def at(self, seconds: Column) -> Column:
        """The heart rate at each second, none of which is negative.

        Example:
            >>> heart = HeartRate(start_bpm=80.0, lag_s=60.0, demands=((0.0, 140.0),))
            >>> heart.at(np.array([0.0, 60.0, 6000.0])).round(1)
            array([ 80. , 117.9, 140. ])
        """
        values = np.empty_like(seconds)
        bpm = self.start_bpm
        ends = [begin for begin, _ in self.demands[1:]] + [math.inf]
        for (begin, demand), end in zip(self.demands, ends, strict=True):
            within = seconds >= begin
            decay = np.exp((begin - seconds[within]) / self.lag_s)
            values[within] = demand + (bpm - demand) * decay
            bpm = demand + (bpm - demand) * math.exp((begin - end) / self.lag_s)
        return values

    def paused(self, from_s: float, pause_s: float, standing_bpm: float) -> HeartRate:
        """The same with ``pause_s`` seconds of standing still from second ``from_s`` on."""
        before = [(begin, bpm) for begin, bpm in self.demands if begin <= from_s]
        after = [(begin + pause_s, bpm) for begin, bpm in self.demands if begin > from_s]
        resumed = (from_s + pause_s, before[-1][1])
        return attrs.evolve(self, demands=(*before, (from_s, standing_bpm), resumed, *after))
