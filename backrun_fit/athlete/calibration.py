"""The athlete's own backward running, measured in a calibration run."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from backrun_fit.athlete.paces import PRECISE_BAND, read_pace
from backrun_fit.errors import Problem, Problems, SpecError
from backrun_fit.hints import hint
from backrun_fit.units import FASTEST_HUMAN_MPS

__all__ = ["CALIBRATION_KEYS", "BackwardCalibration", "calibration_values", "read_calibration"]

FEWEST_BOUTS: Final = 2
"""A spread takes two."""
MOST_BOUTS: Final = 1_000
EFFECTS: Final = (-0.5, 1.0)
"""Beyond these it is a typing mistake: about +11 % was found at equal speed."""

# Each attribute under the key of the athlete file.
_KEYS: Final = {
    "on": "calibrated_on",
    "bouts": "bouts",
    "cadence_effect": "cadence_effect",
    "cadence_effect_spread": "cadence_effect_spread",
    "cadence_effect_uncertainty": "cadence_effect_uncertainty",
    "speed_mps": "pace",
    "speed_uncertainty_mps": "pace_uncertainty_s_per_km",
}
CALIBRATION_KEYS: Final = tuple(_KEYS.values())
"""The keys of the section ``backward`` of an athlete file, in order."""

STANDARD_ERRORS: Final = 2.0
WIDEST: Final = 0.5

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@attrs.frozen(kw_only=True)
class BackwardCalibration:
    """What a calibration run says about an athlete's own backward running.

    Attributes:
        on: The day of the run.
        bouts: How many bouts of backward running were compared with forward ones, 2 or more.
        cadence_effect: Cadence backward over cadence forward at the same speed, minus one;
            0.11 is 11 % more steps. The mean over the bouts.
        cadence_effect_spread: Standard deviation of the effect from bout to bout.
        cadence_effect_uncertainty: Standard error of the mean effect.
        speed_mps: The athlete's own backward speed in m/s, the mean over the bouts.
        speed_uncertainty_mps: Standard error of that mean, in m/s.

    Raises:
        SpecError: All problems at once, each with the attribute as its path: fewer than 2
            bouts, an effect not between -0.5 and 1, a spread or an uncertainty that is
            negative or not finite, a speed that nobody runs at.

    Example:
        >>> own = BackwardCalibration(
        ...     on=datetime.date(2026, 3, 1), bouts=6, cadence_effect=0.112,
        ...     cadence_effect_spread=0.02, cadence_effect_uncertainty=0.008,
        ...     speed_mps=2.7, speed_uncertainty_mps=0.03,
        ... )
        >>> own.bouts, own.cadence_effect
        (6, 0.112)
    """

    on: datetime.date
    bouts: int
    cadence_effect: float
    cadence_effect_spread: float
    cadence_effect_uncertainty: float
    speed_mps: float
    speed_uncertainty_mps: float

    def __attrs_post_init__(self) -> None:
        """Refuse what no calibration can say."""
        problems = Problems()
        if type(self.on) is not datetime.date:
            problems.append(Problem(f"expected a day, got {self.on!r:.60}", "on"))
        if type(self.bouts) is not int or not FEWEST_BOUTS <= self.bouts <= MOST_BOUTS:
            expected = f"a whole number from {FEWEST_BOUTS} to {MOST_BOUTS:,}"
            problems.append(Problem(f"expected {expected}, got {self.bouts!r:.60}", "bouts"))
        if not _is_within(self.cadence_effect, *EFFECTS):
            expected = f"a fraction such as 0.11, from {EFFECTS[0]:g} to {EFFECTS[1]:g}"
            message = f"expected {expected}, got {self.cadence_effect!r:.60}"
            problems.append(Problem(message, "cadence_effect"))
        for name in ("cadence_effect_spread", "cadence_effect_uncertainty"):
            if not _is_within(getattr(self, name), 0.0, EFFECTS[1]):
                expected = f"a fraction such as 0.02, from 0 to {EFFECTS[1]:g}"
                problems.append(
                    Problem(f"expected {expected}, got {getattr(self, name)!r:.60}", name)
                )
        if not (_is_within(self.speed_mps, 0.0, FASTEST_HUMAN_MPS) and self.speed_mps > 0):
            expected = f"a speed above 0 and up to {FASTEST_HUMAN_MPS:g} m/s"
            problems.append(
                Problem(f"expected {expected}, got {self.speed_mps!r:.60}", "speed_mps")
            )
        if not _is_within(self.speed_uncertainty_mps, 0.0, FASTEST_HUMAN_MPS):
            expected = f"a number of m/s from 0 to {FASTEST_HUMAN_MPS:g}"
            message = f"expected {expected}, got {self.speed_uncertainty_mps!r:.60}"
            problems.append(Problem(message, "speed_uncertainty_mps"))
        problems.refuse()

    @property
    def pace_error(self) -> float:
        """How far off the own pace may be, as a part of the time per distance.

        Two standard errors, and at least the 3 % of other named paces; at most a half.

        Example:
            >>> values = {"calibrated_on": "2026-03-01", "bouts": 6, "cadence_effect": 0.112,
            ...           "cadence_effect_spread": 0.02, "cadence_effect_uncertainty": 0.008,
            ...           "pace": "6:00/km", "pace_uncertainty_s_per_km": 9}
            >>> round(read_calibration(values).pace_error, 6)
            0.05
        """
        error = STANDARD_ERRORS * self.speed_uncertainty_mps / self.speed_mps
        return min(WIDEST, max(PRECISE_BAND, error))


def read_calibration(value: object) -> BackwardCalibration:
    """A calibration as people write it in an athlete file.

    Args:
        value: A mapping with every one of ``CALIBRATION_KEYS``, or a calibration, which
            stays as it is. Fractions may be written as 0.112 or as 11.2 %.

    Raises:
        SpecError: All problems at once, each with the key as its path.

    Example:
        >>> own = read_calibration({
        ...     "calibrated_on": "2026-03-01", "bouts": "6", "cadence_effect": "11.2 %",
        ...     "cadence_effect_spread": "0.02", "cadence_effect_uncertainty": "0.008",
        ...     "pace": "6:10/km", "pace_uncertainty_s_per_km": "4",
        ... })
        >>> round(own.cadence_effect, 6), round(own.speed_uncertainty_mps, 4)
        (0.112, 0.0292)
    """
    if isinstance(value, BackwardCalibration):
        return value
    if not isinstance(value, Mapping):
        raise SpecError(
            f"expected what a calibration run says ({', '.join(CALIBRATION_KEYS)}), "
            f"got {value!r:.60}"
        )
    problems = Problems()
    for key in value:
        if key not in CALIBRATION_KEYS:
            near = hint(key, CALIBRATION_KEYS) if isinstance(key, str) else ""
            known = ", ".join(CALIBRATION_KEYS)
            message = f"expected one of {known}, got {key!r:.60}{near}"
            problems.append(Problem(message, str(key)[:60]))
    readers: dict[str, Callable[[object], object]] = {
        "on": _read_day,
        "bouts": _read_whole,
        "speed_mps": read_pace,
        "speed_uncertainty_mps": lambda written: _read_number(written, "seconds per kilometre"),
    }
    found: dict[str, Any] = {}
    for name, key in _KEYS.items():
        with problems.at(key):
            if value.get(key) is None:
                raise SpecError("expected a value, got none")
            found[name] = readers.get(name, _read_fraction)(value[key])
    problems.refuse()
    # A pace in s/km is 1000 / v, so its error is 1000 / v^2 times that of the speed.
    found["speed_uncertainty_mps"] *= found["speed_mps"] ** 2 / 1000
    try:
        return BackwardCalibration(**found)
    except SpecError as error:
        raise SpecError(
            [Problem(problem.message, _KEYS[problem.path]) for problem in error.problems]
        ) from None


def calibration_values(calibration: BackwardCalibration) -> dict[str, str | int | float]:
    """The keys and values of the section ``backward`` of an athlete file.

    Rounded to 0.01 % and to a tenth of a second per kilometre; ``read_calibration`` reads
    it back.

    Example:
        >>> own = BackwardCalibration(
        ...     on=datetime.date(2026, 3, 1), bouts=6, cadence_effect=0.11234,
        ...     cadence_effect_spread=0.02, cadence_effect_uncertainty=0.0082,
        ...     speed_mps=2.7, speed_uncertainty_mps=0.03,
        ... )
        >>> values = calibration_values(own)
        >>> values["cadence_effect"], values["pace"], values["pace_uncertainty_s_per_km"]
        (0.1123, '6:10.4/km', 4.1)
    """
    minutes, tenths = divmod(round(10_000 / calibration.speed_mps), 600)
    uncertainty_s = 1000 * calibration.speed_uncertainty_mps / calibration.speed_mps**2
    return {
        "calibrated_on": calibration.on.isoformat(),
        "bouts": calibration.bouts,
        "cadence_effect": round(calibration.cadence_effect, 4),
        "cadence_effect_spread": round(calibration.cadence_effect_spread, 4),
        "cadence_effect_uncertainty": round(calibration.cadence_effect_uncertainty, 4),
        "pace": f"{minutes}:{tenths / 10:04.1f}".removesuffix(".0") + "/km",
        "pace_uncertainty_s_per_km": round(uncertainty_s, 1),
    }


def _is_within(value: object, lowest: float, highest: float) -> bool:
    """True for a finite number between two bounds, both included."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and lowest <= value <= highest  # type: ignore[operator]


def _read_day(value: object) -> datetime.date:
    if type(value) is datetime.date:
        return value
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        try:
            return datetime.date.fromisoformat(value.strip())
        except ValueError:
            raise SpecError(f"expected a day that the calendar has, got {value!r}") from None
    raise SpecError(f"expected a date such as 2026-03-01, got {str(value)!r:.60}")


def _read_number(value: object, what: str) -> float:
    number = math.nan
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
    if not math.isfinite(number):
        raise SpecError(f"expected {what}, got {value!r:.60}")
    return number


def _read_whole(value: object) -> int:
    number = _read_number(value, "a whole number")
    if number != int(number):
        raise SpecError(f"expected a whole number, got {value!r:.60}")
    return int(number)


def _read_fraction(value: object) -> float:
    what = "a fraction such as 0.11 or 11 %"
    if isinstance(value, str) and value.rstrip().endswith("%"):
        return _read_number(value.rstrip()[:-1], what) / 100
    return _read_number(value, what)
