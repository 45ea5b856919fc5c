"""How the heart rate follows what is asked of it: a first-order lag, up and down."""

from __future__ import annotations

import math

import numpy as np

from backrun_fit.activity import Column

__all__ = ["follow"]


def follow(start_bpm: float, demand_bpm: Column, *, rise_s: float, fall_s: float) -> Column:
    """The heart rate second by second.

    Args:
        start_bpm: Before the first second.
        demand_bpm: Where it tends to in each second; may be empty.
        rise_s: Time constant while it tends upward.
        fall_s: Time constant while it tends downward.

    Returns:
        One value more than ``demand_bpm``: at the start and at the end of each second.

    Example:
        >>> follow(80.0, np.full(60, 140.0), rise_s=60.0, fall_s=60.0)[[0, 60]].round(1)
        array([ 80. , 117.9])
    """
    up, down = -math.expm1(-1.0 / rise_s), -math.expm1(-1.0 / fall_s)
    bpm = start_bpm
    found = [bpm]
    for demand in demand_bpm.tolist():
        bpm += (demand - bpm) * (up if demand > bpm else down)
        found.append(bpm)
    return np.array(found)
