"""How far off still counts as done. Holds data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

__all__ = ["PRESETS", "Tolerances"]


def _fraction(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value < 1:
        raise ValueError(f"{attribute.name}: expected a fraction from 0 to below 1, got {value!r}")


def _not_negative(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value < float("inf"):
        raise ValueError(f"{attribute.name}: expected a finite number, 0 or more, got {value!r}")


@attrs.frozen(kw_only=True)
class Tolerances:
    """How far off still counts as done. Printed with every report.

    The band of a target is the plan. Beyond it a mean is allowed the error of measuring it and
    what a steady runner cannot hold over so short a step (``compliance/tolerance_model.py``).

    Attributes:
        duration_s: Off a planned duration, seconds.
        duration_fraction: Off a planned duration as a fraction of it; the wider of the two holds.
        distance_m: Off a planned distance, metres.
        distance_fraction: Off a planned distance as a fraction of it.
        gps_fraction: Standard error of a long GPS distance: 0.6 to 1.9 % in the median by kind
            of watch, over 12 to 16 km of a road race (Johansson, Two Oceans).
        gps_m: Standard error at the ends of a step by GPS: 201 m are known to 6 to 12 m.
        track_fraction: Likewise on an athletics track. A convention: GPS is better there
            (Gilgen-Ammann 2020, JMIR mHealth 8(6):e17118).
        track_m: Likewise at the ends of a step.
        foot_pod_fraction: Standard error where a sensor of the athlete counts the distance. A
            convention.
        holding_fraction: Standard deviation of the mean speed of one minute from one execution
            to the next; it falls with the root of the time. In the median of 30 repeated steps
            by pace of one athlete; no other athlete had such steps to measure it on.
        power_fraction: Standard error of a running power meter. A convention.
        heart_rate_bpm: Beyond either side of a heart-rate band.
        cadence_spm: Beyond either side of a cadence band: a wrist or a strap counts to about
            3.8 steps/min.
        standard_errors: How many standard errors of pace and power are allowed.
        largest_fraction: Pace and power are never allowed more than this.
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
    gps_fraction: float = attrs.field(default=0.015, validator=_fraction)
    gps_m: float = attrs.field(default=6.0, validator=_not_negative)
    track_fraction: float = attrs.field(default=0.01, validator=_fraction)
    track_m: float = attrs.field(default=3.0, validator=_not_negative)
    foot_pod_fraction: float = attrs.field(default=0.02, validator=_fraction)
    holding_fraction: float = attrs.field(default=0.042, validator=_fraction)
    power_fraction: float = attrs.field(default=0.03, validator=_fraction)
    heart_rate_bpm: float = attrs.field(default=5.0, validator=_not_negative)
    cadence_spm: float = attrs.field(default=4.0, validator=_not_negative)
    standard_errors: float = attrs.field(default=1.0, validator=_not_negative)
    largest_fraction: float = attrs.field(default=0.08, validator=_fraction)
    settling_s: float = attrs.field(default=16.0, validator=_not_negative)
    settled_s: float = attrs.field(default=10.0, validator=_not_negative)
    heart_rate_settling_s: float = attrs.field(default=90.0, validator=_not_negative)
    heart_rate_settled_s: float = attrs.field(default=60.0, validator=_not_negative)
    skipped_s: float = attrs.field(default=5.0, validator=_not_negative)


PRESETS: Final[Mapping[str, Tolerances]] = MappingProxyType(
    {
        "strict": Tolerances(
            duration_fraction=0.02,
            distance_fraction=0.02,
            heart_rate_bpm=3.0,
            cadence_spm=2.0,
            standard_errors=0.5,
        ),
        "standard": Tolerances(),
        "lenient": Tolerances(
            duration_fraction=0.10,
            distance_fraction=0.10,
            heart_rate_bpm=8.0,
            cadence_spm=6.0,
            standard_errors=2.0,
        ),
    }
)
"""Tolerances by name.

About half and twice the usual ones on either side of them.
"""
