"""How far off still counts as done. Holds data."""

from __future__ import annotations

import attrs

__all__ = ["Tolerances"]


def _fraction(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value < 1:
        raise ValueError(f"{attribute.name}: expected a fraction from 0 to below 1, got {value!r}")


def _not_negative(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value < float("inf"):
        raise ValueError(f"{attribute.name}: expected a finite number, 0 or more, got {value!r}")


@attrs.frozen(kw_only=True)
class Tolerances:
    """How far off still counts as done. Printed with every report.

    Attributes:
        duration_s: Slack on a duration, seconds.
        duration_fraction: Slack on a duration as a fraction of the plan; the
            wider of the two holds.
        distance_m: Slack on a distance, metres.
        distance_fraction: Slack on a distance as a fraction of the plan.
        pace_fraction: Slack on either side of a pace band, outdoors: GPS
            distance is off by 3.2 to 6.1 % (Gilgen-Ammann 2020).
        treadmill_pace_fraction: The same on a treadmill or track.
        easy_pace_fraction: Slack on the fast side in warm-up, cool-down, rest
            and recovery; being slower there is harmless and never a miss.
        heart_rate_bpm: Slack on either side of a heart-rate band.
        cadence_spm: Slack on either side of a cadence band.
        power_fraction: Slack on either side of a power band.
        standard_errors: How many standard errors of a mean are allowed beside the
            slack on pace, heart rate, cadence and power, as the root of the sum of
            squares and up to 1.75 times the slack; 0 for none
            (``compliance/allowance.py``).
        settling_s: Seconds at the start of an execution on which pace, cadence and
            power are not judged, at most a share of it (``settling_time``). People go
            on as before for 4 s, then follow with a time constant of 4 s (counted,
            docs/reference/rehearsal.md): 5 % of a change is left after 16 s.
        settled_s: Seconds that must be left behind that; else they are not judged.
        heart_rate_settling_s: The same for heart rate: 6 to 22 s of nothing, then a
            time constant of 32 to 36 s (counted): 7 to 15 % of a change is left.
        heart_rate_settled_s: Seconds that must be left behind that.
        skipped_s: An execution shorter than this, planned for more than twice
            as long, counts as skipped.
    """

    duration_s: float = attrs.field(default=3.0, validator=_not_negative)
    duration_fraction: float = attrs.field(default=0.05, validator=_fraction)
    distance_m: float = attrs.field(default=10.0, validator=_not_negative)
    distance_fraction: float = attrs.field(default=0.05, validator=_fraction)
    pace_fraction: float = attrs.field(default=0.10, validator=_fraction)
    treadmill_pace_fraction: float = attrs.field(default=0.05, validator=_fraction)
    easy_pace_fraction: float = attrs.field(default=0.15, validator=_fraction)
    heart_rate_bpm: float = attrs.field(default=5.0, validator=_not_negative)
    cadence_spm: float = attrs.field(default=4.0, validator=_not_negative)
    power_fraction: float = attrs.field(default=0.10, validator=_fraction)
    standard_errors: float = attrs.field(default=2.0, validator=_not_negative)
    settling_s: float = attrs.field(default=16.0, validator=_not_negative)
    settled_s: float = attrs.field(default=10.0, validator=_not_negative)
    heart_rate_settling_s: float = attrs.field(default=90.0, validator=_not_negative)
    heart_rate_settled_s: float = attrs.field(default=60.0, validator=_not_negative)
    skipped_s: float = attrs.field(default=5.0, validator=_not_negative)
