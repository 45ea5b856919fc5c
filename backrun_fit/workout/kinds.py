"""What kinds of duration and target are called in documents and files."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from backrun_fit.workout.durations import (
    DistanceDuration,
    Duration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    OpenDuration,
    OtherDuration,
    TimeDuration,
)
from backrun_fit.workout.targets import (
    CadenceTarget,
    HeartRateTarget,
    HeartRateZoneTarget,
    NamedPaceTarget,
    OpenTarget,
    OtherTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    RampTarget,
    ShareTarget,
    Target,
)

__all__ = ["DURATION_KINDS", "TARGET_KINDS"]

DURATION_KINDS: Final[Mapping[type[Duration], str]] = MappingProxyType(
    {
        TimeDuration: "time",
        DistanceDuration: "distance",
        OpenDuration: "open",
        HeartRateBelowDuration: "heart_rate_below",
        HeartRateAboveDuration: "heart_rate_above",
        OtherDuration: "other",
    }
)

TARGET_KINDS: Final[Mapping[type[Target], str]] = MappingProxyType(
    {
        OpenTarget: "open",
        PaceTarget: "pace",
        PaceZoneTarget: "pace_zone",
        NamedPaceTarget: "named_pace",
        HeartRateTarget: "heart_rate",
        HeartRateZoneTarget: "heart_rate_zone",
        CadenceTarget: "cadence",
        PowerTarget: "power",
        PowerZoneTarget: "power_zone",
        ShareTarget: "share",
        RampTarget: "ramp",
        OtherTarget: "other",
    }
)
