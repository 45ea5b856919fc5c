"""The virtual watch: how it measures, and what it writes down of that."""

from __future__ import annotations

import math
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column
from backrun_fit.errors import Problem, SpecError

__all__ = ["Watch", "correlated", "smart_samples"]

# Seconds from one sample to the next in smart recording and how often each occurs (counted).
_SMART_GAPS_S: Final = np.arange(1, 10)
_SMART_SHARES: Final = np.array([0.18, 0.16, 0.11, 0.09, 0.09, 0.12, 0.15, 0.08, 0.02])
# What a watch shows is a mean over so many seconds.
_SMOOTHED_S: Final = 4
_LONGEST_MEMORY_S: Final = 600


@attrs.frozen(kw_only=True)
class Watch:
    """What a recorder can do and how well it measures.

    The athlete steers by what the watch shows, so that an error of its scale changes
    the true distance and not the recorded pace.

    Attributes:
        smart_recording: Samples 1 to 8 s apart instead of every second.
        scale_error_fraction: Standard deviation of the error of distance that a whole
            session shares. The mean absolute error was 3.2 to 6.1 % by model of watch
            (Gilgen-Ammann 2020, JMIR mHealth 8(6):e17118).
        speed_error_fraction: The same of the speed, from one moment to another.
        speed_error_s: Time over which that error is alike.
        heart_rate_error_bpm: Standard deviation of a reading of the heart rate.
        position_error_m: Standard deviation of each coordinate.
        position_error_s: Time over which that error is alike.
        dropouts_per_h: How often there is no position for a while, as in a tunnel.
        dropout_s: Mean length of that.
        has_barometer: Without one there is no altitude.
        altitude_noise_m: Standard deviation of a barometer's reading.
        altitude_step_m: In which it is written.
        autolap_m: A lap ends after this distance at the latest; None for never.
        auto_pause: The timer stands still while the athlete does.
        has_power: Power is recorded; it is anyway where the plan asks for one.
        has_dynamics: Stance time and vertical oscillation are recorded.
        has_developer_fields: An app adds a field of its own.
        big_endian: Byte order of the file.
        tail_s: After the workout the watch runs on for so long: the median.
        tail_spread: Standard deviation of the logarithm of that.
    """

    smart_recording: bool = False
    scale_error_fraction: float = 0.03
    speed_error_fraction: float = 0.015
    speed_error_s: float = 5.0
    heart_rate_error_bpm: float = 0.6
    position_error_m: float = 2.5
    position_error_s: float = 30.0
    dropouts_per_h: float = 1.0
    dropout_s: float = 15.0
    has_barometer: bool = True
    altitude_noise_m: float = 0.15
    altitude_step_m: float = 0.2
    autolap_m: float | None = None
    auto_pause: bool = False
    has_power: bool = False
    has_dynamics: bool = False
    has_developer_fields: bool = False
    big_endian: bool = False
    tail_s: float = 20.0
    tail_spread: float = 1.0

    def __attrs_post_init__(self) -> None:
        problems = [
            Problem(f"expected a finite number, 0 or more, got {value!r}", name)
            for name, value in attrs.asdict(self).items()
            if value is not None and not 0 <= value < math.inf
        ]
        problems += [
            Problem("expected a number above zero, got 0", name)
            for name in (
                *("speed_error_s", "position_error_s", "dropout_s", "altitude_step_m", "tail_s"),
            )
            if getattr(self, name) == 0
        ]
        if self.autolap_m is not None and self.autolap_m < 10.0:
            problems.append(Problem(f"expected at least 10 m, got {self.autolap_m!r}", "autolap_m"))
        if problems:
            raise SpecError(problems)

    def exact(self) -> Watch:
        """The same without any error of measurement."""
        return attrs.evolve(
            self,
            scale_error_fraction=0.0,
            speed_error_fraction=0.0,
            heart_rate_error_bpm=0.0,
            position_error_m=0.0,
            dropouts_per_h=0.0,
            altitude_noise_m=0.0,
        )


def correlated(generator: np.random.Generator, count: int, alike_s: float) -> Column:
    """Noise of unit deviation, smooth over seconds and alike over ``alike_s``.

    Args:
        generator: Gives ``count`` numbers and some more.
        count: How many values, one a second.
        alike_s: Time constant, above zero.

    Example:
        >>> noise = correlated(np.random.default_rng(1), 10_000, 10.0)
        >>> bool(abs(noise.std() - 1.0) < 0.1), bool(np.corrcoef(noise[1:], noise[:-1])[0, 1] > 0.9)
        (True, True)
    """
    length = min(max(math.ceil(5 * alike_s), 1), _LONGEST_MEMORY_S)
    kernel = np.convolve(np.exp(-np.arange(length) / alike_s), np.ones(_SMOOTHED_S))
    kernel /= math.sqrt(float(kernel @ kernel))
    white = generator.standard_normal(count + len(kernel) - 1)
    return np.convolve(white, kernel, mode="valid")


def smart_samples(generator: np.random.Generator, count: int) -> npt.NDArray[np.intp]:
    """Which of so many samples, one a second, smart recording keeps; the first is one.

    Example:
        >>> smart_samples(np.random.default_rng(1), 4)[0]
        np.int64(0)
    """
    gaps = generator.choice(_SMART_GAPS_S, size=count, p=_SMART_SHARES)
    kept = np.concatenate(([0], np.cumsum(gaps))).astype(np.intp)
    return kept[kept < count]
