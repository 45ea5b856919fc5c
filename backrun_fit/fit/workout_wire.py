"""Durations and targets as the integers of a ``workout_step`` message, both ways.

FIT Profile 21.212, message ``workout_step`` (27), types ``wkt_step_duration``,
``wkt_step_target``, ``workout_hr`` and ``workout_power``. In a workout file a
heart rate is written as bpm + 100 (100 and less is a percentage) and a power as
W + 1000; watches take the offset away when they embed the workout in an
activity.
"""

from __future__ import annotations

import math
from typing import Final

import attrs

from backrun_fit.errors import EncodeError
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    Duration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    NamedPaceTarget,
    OpenDuration,
    OpenTarget,
    OtherDuration,
    OtherTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    RampTarget,
    ShareTarget,
    Target,
    TimeDuration,
)

__all__ = [
    "REPEAT_COUNT",
    "SKIP_LAST_RECOVERY",
    "RawTarget",
    "duration_from_raw",
    "duration_to_raw",
    "target_from_raw",
    "target_to_raw",
]

# wkt_step_duration
TIME: Final = 0
DISTANCE: Final = 1
HR_LESS_THAN: Final = 2
HR_GREATER_THAN: Final = 3
OPEN: Final = 5
REPEAT_COUNT: Final = 6

SKIP_LAST_RECOVERY: Final = 18
"""Undocumented field of a repeat step; 21 of 21 finished recordings that carry 1 obey it."""

# wkt_step_target
TARGET_SPEED: Final = 0
TARGET_HEART_RATE: Final = 1
TARGET_OPEN: Final = 2
TARGET_CADENCE: Final = 3
TARGET_POWER: Final = 4

MILLI: Final = 1000
CENTI: Final = 100
HR_OFFSET: Final = 100
POWER_OFFSET: Final = 1000
PERCENT: Final = 100
# A number up to the offset is a percentage: of the greatest heart rate, of threshold power.
_PERCENTAGES: Final = {
    "max_heart_rate": (TARGET_HEART_RATE, HR_OFFSET),
    "threshold_power": (TARGET_POWER, POWER_OFFSET),
}
_ZONES: Final[dict[type[HeartRateZoneTarget | PaceZoneTarget | PowerZoneTarget], int]] = {
    HeartRateZoneTarget: TARGET_HEART_RATE,
    PaceZoneTarget: TARGET_SPEED,
    PowerZoneTarget: TARGET_POWER,
}
# Steps of both feet a revolution: FIT counts the strides of one leg.
STEPS_PER_CYCLE: Final = 2
LARGEST: Final = 0xFFFFFFFE
# FIT Profile 21.212: what else carries the offset of a heart rate or a power.
_TARGET_OFFSETS: Final = {
    **dict.fromkeys((TARGET_HEART_RATE, 13), HR_OFFSET),
    **dict.fromkeys((TARGET_POWER, *range(7, 11)), POWER_OFFSET),
}
# Of these a target_value is a zone, and 0 says that there is none; of a swim stroke 0 is
# freestyle.
_BY_ZONE: Final = frozenset(
    (TARGET_SPEED, TARGET_HEART_RATE, TARGET_CADENCE, TARGET_POWER, *range(7, 11), 12, 13)
)
# Watches take the offset from an absent value and from 0 too: 0xFFFFFFFF - 100, 0 - 100.
_ABSENT: Final = frozenset(
    (
        0xFFFFFFFF,
        *(top - plus for top in (0xFFFFFFFF, 1 << 32) for plus in (HR_OFFSET, POWER_OFFSET)),
    )
)


@attrs.frozen
class RawTarget:
    """The four target fields of a step as integers; None where the field is absent."""

    type: int | None
    value: int | None = None
    low: int | None = None
    high: int | None = None


def _integer(value: float, scale: int, what: str) -> int:
    raw = round(value * scale)
    if not 1 <= raw <= LARGEST:
        raise EncodeError(
            f"expected a {what} from {1 / scale:g} to {LARGEST / scale:g}, as the wire takes, "
            f"got {value:g}"
        )
    return raw


def _ends(
    lowest: float, highest: float, scale: int, what: str, plus: int = 0
) -> tuple[int, int | None]:
    """Both ends of a band; without a lower limit 0 and the offset, without an upper one nothing."""
    low = _integer(lowest, scale, what) if lowest else 0
    return low + plus, None if highest == math.inf else _integer(highest, scale, what) + plus


def duration_to_raw(duration: Duration, *, offsets: bool = True) -> tuple[int, int]:
    """``duration_type`` and ``duration_value`` of a duration.

    Args:
        duration: Any duration.
        offsets: Heart rates carry the + 100 of workout files.

    Raises:
        EncodeError: The value does not fit the field (49 days, 42,949 km).

    Example:
        >>> duration_to_raw(DistanceDuration(distance_m=201.168))
        (1, 20117)
    """
    match duration:
        case TimeDuration(duration_s=seconds):
            return TIME, _integer(seconds, MILLI, "duration in seconds")
        case DistanceDuration(distance_m=metres):
            return DISTANCE, _integer(metres, CENTI, "distance in metres")
        case OpenDuration():
            return OPEN, 0
        case (
            HeartRateBelowDuration(heart_rate_bpm=bpm) | HeartRateAboveDuration(heart_rate_bpm=bpm)
        ):
            below = isinstance(duration, HeartRateBelowDuration)
            raw = _integer(bpm, 1, "heart rate in bpm") + (HR_OFFSET if offsets else 0)
            return HR_LESS_THAN if below else HR_GREATER_THAN, raw
        case OtherDuration(type=number, value=raw_value):
            return number, 0xFFFFFFFF if raw_value is None else raw_value


def duration_from_raw(type_: int | None, value: int | None, *, offsets: bool = True) -> Duration:
    """The duration that ``duration_type`` and ``duration_value`` say; see ``duration_to_raw``.

    What has no value where it needs one, or a kind outside the model, stays raw.
    """
    if type_ is None or type_ == OPEN:
        return OpenDuration()
    if value is not None and 0 < value <= LARGEST:
        match type_:
            case _ if type_ == TIME:
                return TimeDuration(duration_s=value / MILLI)
            case _ if type_ == DISTANCE:
                return DistanceDuration(distance_m=value / CENTI)
            case _ if type_ in (HR_LESS_THAN, HR_GREATER_THAN):
                bpm = _without_offset(value, HR_OFFSET, offsets)
                if bpm is not None:
                    kind = (
                        HeartRateBelowDuration if type_ == HR_LESS_THAN else HeartRateAboveDuration
                    )
                    return kind(heart_rate_bpm=bpm)
    return OtherDuration(type=type_, value=value)


def target_to_raw(target: Target, *, offsets: bool = True) -> RawTarget:
    """The four target fields of a target.

    Args:
        target: Any absolute target.
        offsets: Heart rates carry + 100 and powers + 1000, as in workout files.
            Without them there is no telling a percentage from beats or watts.

    Raises:
        EncodeError: The target is a named pace, a ramp or another share of the
            athlete's values (compile first), or a value does not fit its field.

    Example:
        >>> target_to_raw(PaceTarget(slowest_mps=3.0, fastest_mps=3.2))
        RawTarget(type=0, value=0, low=3000, high=3200)
    """
    match target:
        case OpenTarget():
            return RawTarget(TARGET_OPEN, 0)
        case PaceTarget(slowest_mps=slowest, fastest_mps=fastest):
            ends = _ends(slowest, fastest, MILLI, "speed")
            return RawTarget(TARGET_SPEED, target.zone or 0, *ends)
        case HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest):
            ends = _ends(lowest, highest, 1, "heart rate", HR_OFFSET if offsets else 0)
            return RawTarget(TARGET_HEART_RATE, target.zone or 0, *ends)
        case HeartRateZoneTarget() | PaceZoneTarget() | PowerZoneTarget():
            return RawTarget(_ZONES[type(target)], target.zone)
        case ShareTarget():
            return _percentages(target, offsets=offsets)
        case CadenceTarget(lowest_spm=lowest, highest_spm=highest):
            strides = (lowest / STEPS_PER_CYCLE, highest / STEPS_PER_CYCLE)
            return RawTarget(TARGET_CADENCE, 0, *_ends(*strides, 1, "cadence in strides a minute"))
        case PowerTarget(lowest_w=lowest, highest_w=highest):
            ends = _ends(lowest, highest, 1, "power", POWER_OFFSET if offsets else 0)
            return RawTarget(TARGET_POWER, target.zone or 0, *ends)
        case OtherTarget(type=number, value=value, low=low, high=high):
            minus = 0 if offsets else _TARGET_OFFSETS.get(number, 0)
            low, high = (end - minus if end and end > minus else end for end in (low, high))
            return RawTarget(number, value, low, high)
        case NamedPaceTarget(name=name):
            raise EncodeError(f"expected an absolute target, got the pace {name!r}: compile first")
        case RampTarget():
            raise EncodeError("expected a target for a whole step, got a ramp: compile first")


def _percentages(target: ShareTarget, *, offsets: bool) -> RawTarget:
    type_, most = _PERCENTAGES.get(target.of, (None, 0))
    if type_ is None or not offsets:
        raise EncodeError(
            f"expected an absolute target, got a share of {target.of!r}: compile it for an "
            "athlete whose value is known"
        )
    low, high = _ends(target.lowest, target.highest, PERCENT, f"share of {target.of}")
    if high is not None and high > most:
        raise EncodeError(
            f"expected at most {most} % of {target.of}, as the wire takes, got {high} %"
        )
    return RawTarget(type_, 0, low, high)


def target_from_raw(raw: RawTarget, *, offsets: bool = True) -> Target:
    """The target that the four fields say; see ``target_to_raw``.

    A target type without any value is an open target, as recorders write it. A band whose
    ends are exchanged is put in order, and an end that is 0 or absent is no limit. A zone
    that carries its bounds is a band with the number of the zone. Bands from a percentage
    to an absolute value and zones of other quantities stay raw.

    Example:
        >>> target_from_raw(RawTarget(1, 3, 118, 135), offsets=False)
        HeartRateTarget(lowest_bpm=118, highest_bpm=135, zone=3)
    """
    value, low, high = (
        None if each in _ABSENT else each for each in (raw.value, raw.low, raw.high)
    )
    says_nothing = not (value or low or high) and (value is None or raw.type in _BY_ZONE)
    if raw.type is None or raw.type == TARGET_OPEN or says_nothing:
        return OpenTarget()
    band = _band(raw.type, low or 0, high or 0, offsets=offsets)
    if not value and band is not None:
        return band
    kind = next((kind for kind, type_ in _ZONES.items() if type_ == raw.type), None)
    if value and kind is not None:
        if isinstance(band, HeartRateTarget | PaceTarget | PowerTarget):
            return attrs.evolve(band, zone=value)
        return kind(zone=value)
    kept = OtherTarget(type=raw.type, value=raw.value, low=raw.low, high=raw.high)
    if offsets or raw.type not in _TARGET_OFFSETS:
        return kept
    plus = _TARGET_OFFSETS[raw.type]
    return attrs.evolve(kept, low=low and low + plus, high=high and high + plus)


def _band(type_: int, low: int, high: int, *, offsets: bool) -> Target | None:
    """The band between two raw values, 0 for one that is no limit; None where it is none."""
    plus = _TARGET_OFFSETS.get(type_, 0) if offsets else 0
    is_absolute = max(low, high) > plus
    if is_absolute and plus:
        # The offset alone is 0 bpm or 0 W; below it is a percentage.
        if any(0 < end < plus for end in (low, high)):
            return None
        low, high = (max(end - plus, 0) for end in (low, high))
    if not (low or high):
        return None
    lowest, highest = (high, low) if low > high > 0 else (low, high or math.inf)
    match type_:
        case _ if type_ == TARGET_SPEED:
            return PaceTarget(slowest_mps=lowest / MILLI, fastest_mps=highest / MILLI)
        case _ if type_ == TARGET_CADENCE:
            spm = (lowest * STEPS_PER_CYCLE, highest * STEPS_PER_CYCLE)
            return CadenceTarget(lowest_spm=spm[0], highest_spm=spm[1])
        case _ if type_ == TARGET_HEART_RATE and is_absolute:
            return HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest)
        case _ if type_ == TARGET_POWER and is_absolute:
            return PowerTarget(lowest_w=lowest, highest_w=highest)
    of = next((of for of, (percents, _) in _PERCENTAGES.items() if percents == type_), None)
    if of is None:
        return None
    return ShareTarget(of=of, lowest=lowest / PERCENT, highest=highest / PERCENT)


def _without_offset(value: int, offset: int, offsets: bool) -> int | None:
    """The physical value, or None where the raw value is a percentage."""
    if not offsets:
        return value
    return value - offset if value > offset else None
