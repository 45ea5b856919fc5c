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

__all__ = ["DURATION_KINDS", "DURATION_WORDS", "STROKES", "TARGET_KINDS", "TARGET_WORDS"]

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

DURATION_WORDS: Final[Mapping[int, str]] = MappingProxyType(
    {
        0: "time",
        1: "distance",
        2: "hr_less_than",
        3: "hr_greater_than",
        4: "calories",
        5: "open",
        6: "repeat_until_steps_cmplt",
        7: "repeat_until_time",
        8: "repeat_until_distance",
        9: "repeat_until_calories",
        10: "repeat_until_hr_less_than",
        11: "repeat_until_hr_greater_than",
        12: "repeat_until_power_less_than",
        13: "repeat_until_power_greater_than",
        14: "power_less_than",
        15: "power_greater_than",
        16: "training_peaks_tss",
        17: "repeat_until_power_last_lap_less_than",
        18: "repeat_until_max_power_last_lap_less_than",
        19: "power_3s_less_than",
        20: "power_10s_less_than",
        21: "power_30s_less_than",
        22: "power_3s_greater_than",
        23: "power_10s_greater_than",
        24: "power_30s_greater_than",
        25: "power_lap_less_than",
        26: "power_lap_greater_than",
        27: "repeat_until_training_peaks_tss",
        28: "repetition_time",
        29: "reps",
        31: "time_only",
    }
)
"""FIT Profile 21.212, type ``wkt_step_duration``."""

TARGET_WORDS: Final[Mapping[int, str]] = MappingProxyType(
    dict(
        enumerate(
            (
                *("speed", "heart_rate", "open", "cadence", "power", "grade", "resistance"),
                *("power_3s", "power_10s", "power_30s", "power_lap", "swim_stroke"),
                *("speed_lap", "heart_rate_lap"),
            )
        )
    )
)
"""FIT Profile 21.212, type ``wkt_step_target``."""

STROKES: Final = (
    *("freestyle", "backstroke", "breaststroke", "butterfly", "drill", "mixed", "im"),
    *("im_by_round", "rimo"),
)
"""FIT Profile 21.212, type ``swim_stroke``."""
