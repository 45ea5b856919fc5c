"""What an athlete's body is known to do, and shares of it: heart rates and power."""

from __future__ import annotations

import math
import re
from typing import Final

from backrun_fit.athlete.race import read_number
from backrun_fit.errors import Problem, Problems, SpecError
from backrun_fit.units import is_short_text
from backrun_fit.workout import HeartRateTarget, PowerTarget, ShareTarget

__all__ = ["band_of", "read_heart_rates", "read_power", "share_of_heart_rate", "share_of_power"]

# Of the living, and of runners: beyond these it is a typing mistake or another unit.
HEART_RATES_BPM: Final = (60.0, 250.0)
POWERS_W: Final = (30.0, 1000.0)


def read_heart_rates(
    greatest: object, threshold: object, problems: Problems
) -> tuple[float | None, float | None]:
    """The greatest heart rate and the one at threshold, in bpm.

    Args:
        greatest: Text such as ``185`` or ``185 bpm``, a number, or None.
        threshold: Likewise.
        problems: Takes what is wrong, below ``max_heart_rate`` and ``threshold_heart_rate``.

    Example:
        >>> read_heart_rates("185 bpm", 168, Problems())
        (185.0, 168.0)
    """
    max_bpm = threshold_bpm = None
    with problems.at("max_heart_rate"):
        max_bpm = _read(greatest, "a heart rate such as 185 bpm", "bpm", HEART_RATES_BPM)
    with problems.at("threshold_heart_rate"):
        threshold_bpm = _read(threshold, "a heart rate such as 165 bpm", "bpm", HEART_RATES_BPM)
        if max_bpm is not None and threshold_bpm is not None and threshold_bpm > max_bpm:
            raise SpecError(
                f"expected at most the greatest heart rate, {max_bpm:g}, got {threshold_bpm:g}"
            )
    return max_bpm, threshold_bpm


def read_power(value: object) -> float | None:
    """A power in watts, from text such as ``280 W`` or a number; None stays None.

    Raises:
        SpecError: It is none, or not from 30 to 1000.

    Example:
        >>> read_power("280W"), read_power(None)
        (280.0, None)
    """
    return _read(value, "a power such as 280 W", "W", POWERS_W)


def share_of_heart_rate(
    share: ShareTarget, whole_bpm: float | None
) -> HeartRateTarget | ShareTarget:
    """A share of a heart rate in beats; itself where the whole is not known.

    Raises:
        SpecError: It is not known, and more than the whole is asked for, for which FIT
            has no percentage.

    Example:
        >>> share = ShareTarget(of="max_heart_rate", lowest=0.7, highest=0.8)
        >>> share_of_heart_rate(share, 190)
        HeartRateTarget(lowest_bpm=133.0, highest_bpm=152.0, zone=None)
    """
    if whole_bpm is None:
        if 1 < share.highest < math.inf:
            expected = "the athlete's greatest heart rate, to take more than 100 % of, got none"
            raise SpecError(Problem(f"expected {expected}", "max_heart_rate"))
        return share
    lowest, highest = band_of(share, whole_bpm)
    return HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest)


def share_of_power(share: ShareTarget, whole_w: float | None) -> PowerTarget | ShareTarget:
    """A share of a power in watts; itself where the whole is not known."""
    if whole_w is None:
        return share
    lowest, highest = band_of(share, whole_w)
    return PowerTarget(lowest_w=lowest, highest_w=highest)


def band_of(share: ShareTarget, whole: float) -> tuple[float, float]:
    """The lowest and the highest value that a share means.

    Rounded far below anything measured, so that 70 % of 190 is 133 and not a hair more.
    """
    return round(share.lowest * whole, 9), round(share.highest * whole, 9)


def _read(value: object, expected: str, unit: str, bounds: tuple[float, float]) -> float | None:
    if value is None:
        return None
    number = rf"\s*(\d{{1,4}}(?:\.\d{{1,3}})?)\s*(?:{unit})?\s*"
    match = re.fullmatch(number, value, re.I | re.A) if is_short_text(value) else None
    return read_number(float(match[1]) if match else value, expected, *bounds)
