"""A backward calibration in sentences."""

from __future__ import annotations

from backrun_fit.athlete import BackwardCalibration
from backrun_fit.units import METRES_PER_KILOMETRE, METRES_PER_MILE, UnitSystem, format_pace

__all__ = ["calibration_sentences"]


def calibration_sentences(
    calibration: BackwardCalibration, units: UnitSystem = "metric"
) -> tuple[str, ...]:
    """What a calibration run says, in plain sentences.

    Args:
        calibration: As measured.
        units: How paces are printed.

    Example:
        >>> import datetime
        >>> own = BackwardCalibration(
        ...     on=datetime.date(2026, 3, 1), bouts=6, cadence_effect=0.112,
        ...     cadence_effect_spread=0.02, cadence_effect_uncertainty=0.008,
        ...     speed_mps=2.7, speed_uncertainty_mps=0.03,
        ... )
        >>> for sentence in calibration_sentences(own):
        ...     print(sentence)
        calibrated on 2026-03-01, from 6 bouts of backward running
        cadence: 11.2 % higher backward than forward at the same speed (standard error 0.8 %)
        spread: 2.0 % from bout to bout (standard deviation)
        own backward pace: 6:10/km (standard error 4 s)
    """
    effect = 100 * calibration.cadence_effect
    error = 100 * calibration.cadence_effect_uncertainty
    spread = 100 * calibration.cadence_effect_spread
    pace = format_pace(calibration.speed_mps, units)
    way = "lower" if effect < 0 else "higher"
    per_m = METRES_PER_MILE if units == "statute" else METRES_PER_KILOMETRE
    error_s = per_m * calibration.speed_uncertainty_mps / calibration.speed_mps**2
    return (
        f"calibrated on {calibration.on}, from {calibration.bouts} bouts of backward running",
        (
            f"cadence: {abs(effect):.1f} % {way} backward than forward at the same speed "
            f"(standard error {error:.1f} %)"
        ),
        f"spread: {spread:.1f} % from bout to bout (standard deviation)",
        f"own backward pace: {pace} (standard error {error_s:.0f} s)",
    )
