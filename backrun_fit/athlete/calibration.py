"""An athlete's own backward running, measured once by a protocol."""

from __future__ import annotations

import datetime
import math

import attrs

__all__ = ["BackwardCalibration"]


def _finite(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"expected a finite {attribute.name}, got {value!r}")


_NOT_NEGATIVE = (_finite, attrs.validators.ge(0.0))


@attrs.frozen(kw_only=True)
class BackwardCalibration:
    """What six or so bouts, forward and backward in turn, said of one athlete.

    Attributes:
        on: Day of the recording.
        bouts: Backward bouts that were compared; 2 or more.
        cadence_effect: Mean relative change of cadence at equal speed (0.11 is 11 % more).
        cadence_effect_spread: Standard deviation from bout to bout.
        cadence_effect_uncertainty: Standard error of the mean.
        speed_mps: The athlete's own backward speed, mean over the bouts.
        speed_uncertainty_mps: Its standard error.

    Raises:
        ValueError: A number is not finite, negative where it must not be, or the bouts are
            fewer than 2.

    Example:
        >>> BackwardCalibration(
        ...     on=datetime.date(2026, 3, 1), bouts=6, cadence_effect=0.09,
        ...     cadence_effect_spread=0.018, cadence_effect_uncertainty=0.008,
        ...     speed_mps=2.4, speed_uncertainty_mps=0.03).bouts
        6
    """

    on: datetime.date
    bouts: int = attrs.field(validator=attrs.validators.ge(2))
    cadence_effect: float = attrs.field(validator=_finite)
    cadence_effect_spread: float = attrs.field(validator=_NOT_NEGATIVE)
    cadence_effect_uncertainty: float = attrs.field(validator=_NOT_NEGATIVE)
    speed_mps: float = attrs.field(validator=(_finite, attrs.validators.gt(0.0)))
    speed_uncertainty_mps: float = attrs.field(validator=_NOT_NEGATIVE)
