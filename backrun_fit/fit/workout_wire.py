"""Durations and targets as the integers of a ``workout_step`` message, both ways.

FIT Profile 21.212, message ``workout_step`` (27), types ``wkt_step_duration``,
``wkt_step_target``, ``workout_hr`` and ``workout_power``. In a workout file a
heart rate is written as bpm + 100 (100 and less is a percentage) and a power as
W + 1000; watches take the offset away when they embed the workout in an
activity.
"""

from __future__ import annotations

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
# Watches take the offset from an absent value too: 0xFFFFFFFF - 100 and - 1000.
_ABSENT: Final = frozenset((0xFFFFFFFF, 0xFFFFFFFF - HR_OFFSET, 0xFFFFFFFF - POWER_OFFSET))


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
            return RawTarget(
                TARGET_SPEED,
                0,
                _integer(slowest, MILLI, "speed"),
                _integer(fastest, MILLI, "speed"),
            )
        case HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest):
            plus = HR_OFFSET if offsets else 0
            low, high = (_integer(bpm, 1, "heart rate") + plus for bpm in (lowest, highest))
            return RawTarget(TARGET_HEART_RATE, 0, low, high)
        case HeartRateZoneTarget() | PaceZoneTarget() | PowerZoneTarget():
            return RawTarget(_ZONES[type(target)], target.zone)
        case ShareTarget():
            return _percentages(target, offsets=offsets)
        case CadenceTarget(lowest_spm=lowest, highest_spm=highest):
            low, high = (
                _integer(spm / STEPS_PER_CYCLE, 1, "cadence in strides a minute")
                for spm in (lowest, highest)
            )
            return RawTarget(TARGET_CADENCE, 0, low, high)
        case PowerTarget(lowest_w=lowest, highest_w=highest):
            plus = POWER_OFFSET if offsets else 0
            low, high = (_integer(watts, 1, "power") + plus for watts in (lowest, highest))
            return RawTarget(TARGET_POWER, 0, low, high)
        case OtherTarget(type=number, value=value, low=low, high=high):
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
    low, high = (
        _integer(share, PERCENT, f"share of {target.of}")
        for share in (target.lowest, target.highest)
    )
    if high > most:
        raise EncodeError(
            f"expected at most {most} % of {target.of}, as the wire takes, got {high} %"
        )
    return RawTarget(type_, 0, low, high)


def target_from_raw(raw: RawTarget, *, offsets: bool = True) -> Target:
    """The target that the four fields say; see ``target_to_raw``.

    A target type without any value is an open target, as recorders write it.
    Inverted bands, bands from a percentage to an absolute value and zones of
    other quantities stay raw.

    Example:
        >>> target_from_raw(RawTarget(1, 0, 130, 146), offsets=False)
        HeartRateTarget(lowest_bpm=130, highest_bpm=146)
    """
    low, high = (None if end in _ABSENT else end for end in (raw.low, raw.high))
    value = None if raw.value in _ABSENT else raw.value
    if raw.type is None or raw.type == TARGET_OPEN or not (value or low or high):
        return OpenTarget()
    kept = OtherTarget(type=raw.type, value=raw.value, low=raw.low, high=raw.high)
    if value:
        kinds = [kind for kind, type_ in _ZONES.items() if type_ == raw.type]
        return kinds[0](zone=value) if kinds else kept
    if not low or not high or low > high:
        return kept
    if raw.type == TARGET_SPEED:
        return PaceTarget(slowest_mps=low / MILLI, fastest_mps=high / MILLI)
    if raw.type == TARGET_CADENCE:
        return CadenceTarget(lowest_spm=low * STEPS_PER_CYCLE, highest_spm=high * STEPS_PER_CYCLE)
    for of, (type_, most) in _PERCENTAGES.items():
        if offsets and raw.type == type_ and high <= most:
            return ShareTarget(of=of, lowest=low / PERCENT, highest=high / PERCENT)
    if raw.type == TARGET_HEART_RATE:
        bpm = _without_offset(low, HR_OFFSET, offsets), _without_offset(high, HR_OFFSET, offsets)
        if bpm[0] is not None and bpm[1] is not None:
            return HeartRateTarget(lowest_bpm=bpm[0], highest_bpm=bpm[1])
    if raw.type == TARGET_POWER:
        watts = (
            _without_offset(low, POWER_OFFSET, offsets),
            _without_offset(high, POWER_OFFSET, offsets),
        )
        if watts[0] is not None and watts[1] is not None:
            return PowerTarget(lowest_w=watts[0], highest_w=watts[1])
    return kept


def _without_offset(value: int, offset: int, offsets: bool) -> int | None:
    """The physical value, or None where the raw value is a percentage."""
    if not offsets:
        return value
    return value - offset if value > offset else None
