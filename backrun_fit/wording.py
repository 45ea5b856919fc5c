"""Words for people: durations, targets and steps, and any text made safe to show."""

from __future__ import annotations

import math
import unicodedata
from typing import Final

import attrs

from backrun_fit.units import UnitSystem, format_distance, format_duration, format_pace
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
    Step,
    Target,
    TimeDuration,
)
from backrun_fit.workout.kinds import DURATION_WORDS, STROKES, TARGET_WORDS

__all__ = [
    "certainty_text",
    "duration_text",
    "likelihood_text",
    "short_distance_text",
    "shown",
    "standard_errors_text",
    "step_text",
    "target_text",
]

SURE, FAIRLY_SURE = 0.9, 0.6
# A pace of less than 10 s/km says nothing to anybody: the file is wrong.
_FASTEST_WORDED_MPS: Final = 100.0
_JOINERS = "\u200c\u200d"
_ZONES: Final[dict[type[Target], str]] = {
    **dict.fromkeys((HeartRateTarget, HeartRateZoneTarget), "HR"),
    **dict.fromkeys((PaceTarget, PaceZoneTarget), "pace"),
    **dict.fromkeys((PowerTarget, PowerZoneTarget), "power"),
}
_SHARED = {
    "max_heart_rate": "max HR",
    "threshold_heart_rate": "threshold HR",
    "threshold_power": "threshold power",
}


# Their target_value, where there is one, is no zone of the watch's.
_WITHOUT_ZONES: Final = ("grade", "resistance")


def shown(text: str | None) -> str:
    r"""Any text as one line without control or direction marks, for a terminal.

    Joiners stay: without them a composed character falls apart.

    Example:
        >>> shown("a\x1b[31mb\nc")
        'a [31mb c'
    """
    return "".join(
        " "
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        and character not in _JOINERS
        else character
        for character in text or ""
    ).strip()


def certainty_text(certainty: float) -> str:
    """How sure something is, in words: from 0.9 on sure, from 0.6 on fairly sure.

    Example:
        >>> certainty_text(0.95), certainty_text(0.9), certainty_text(0.6), certainty_text(0.5)
        ('sure', 'sure', 'fairly sure', 'a guess')
    """
    if certainty >= SURE:
        return "sure"
    return "fairly sure" if certainty >= FAIRLY_SURE else "a guess"


def duration_text(duration: Duration, units: UnitSystem = "metric") -> str:
    """How a step ends, in words.

    Example:
        >>> duration_text(TimeDuration(duration_s=90)), duration_text(OpenDuration())
        ('1:30', 'lap button')
    """
    match duration:
        case TimeDuration(duration_s=seconds):
            return format_duration(seconds)
        case DistanceDuration(distance_m=metres):
            return format_distance(metres, units)
        case OpenDuration():
            return "lap button"
        case HeartRateBelowDuration(heart_rate_bpm=bpm):
            return f"until HR < {bpm:g}"
        case HeartRateAboveDuration(heart_rate_bpm=bpm):
            return f"until HR > {bpm:g}"
        case OtherDuration():
            return _other_duration_text(duration, units)


def target_text(target: Target, units: UnitSystem = "metric") -> str:
    """What a step aims at, in words; empty for an open target.

    Example:
        >>> target_text(PaceTarget(slowest_mps=3.0, fastest_mps=4.0))
        '4:10-5:33/km'
    """
    match target:
        case OpenTarget():
            return ""
        case PaceTarget() | HeartRateTarget() | PowerTarget() if target.zone is not None:
            word = _ZONES[type(target)]
            band = target_text(attrs.evolve(target, zone=None), units).removeprefix(f"{word} ")
            return f"{word} zone {target.zone} ({band})"
        case PaceTarget(slowest_mps=slowest, fastest_mps=fastest):
            return _paces_text(slowest, fastest, units)
        case NamedPaceTarget(name=name):
            return f"{name} pace"
        case HeartRateTarget(lowest_bpm=low, highest_bpm=high):
            return f"HR {low:g}-{high:g}" if low == 0 else f"HR {_band_text(low, high)}"
        case HeartRateZoneTarget() | PaceZoneTarget() | PowerZoneTarget():
            return f"{_ZONES[type(target)]} zone {target.zone}"
        case ShareTarget(of=of, lowest=low, highest=high):
            low, high = (float(f"{100 * share:.4g}") for share in (low, high))
            return f"{_band_text(low, high, '%')} of {_SHARED.get(of, f'{of} pace')}"
        case RampTarget(start=start, end=end):
            return f"{target_text(start, units)} to {target_text(end, units)}"
        case CadenceTarget(lowest_spm=low, highest_spm=high):
            return _band_text(low, high, " spm")
        case PowerTarget(lowest_w=low, highest_w=high):
            return (
                f"{'power ' if low == 0 or high == math.inf else ''}{_band_text(low, high, ' W')}"
            )
        case OtherTarget():
            return _other_target_text(target, units)


def _paces_text(slowest_mps: float, fastest_mps: float, units: UnitSystem) -> str:
    if max(end for end in (slowest_mps, fastest_mps) if end < math.inf) > _FASTEST_WORDED_MPS:
        return _band_text(slowest_mps, fastest_mps, " m/s")
    if slowest_mps == 0:
        return f"{format_pace(fastest_mps, units)} or slower"
    slow = format_pace(slowest_mps, units)
    if fastest_mps == math.inf:
        return f"{slow} or faster"
    fast = format_pace(fastest_mps, units)
    return slow if slow == fast else f"{fast.partition('/')[0]}-{slow}"


def _band_text(low: float, high: float, unit: str = "") -> str:
    """A band whose end may be missing: zero for the lower one, infinity for the upper one."""
    if low == 0:
        return f"up to {high:g}{unit}"
    if high == math.inf:
        return f"from {low:g}{unit}"
    return "-".join(dict.fromkeys((f"{low:g}", f"{high:g}"))) + unit


def _other_duration_text(duration: OtherDuration, units: UnitSystem) -> str:
    """FIT's word, value and unit."""
    word, value = DURATION_WORDS.get(duration.type), duration.value
    if word is None:
        return f"until #{duration.type} {value}"
    if value is None:
        return f"until {word.removeprefix('repeat_until_').replace('_', ' ')}"
    if word == "reps":
        return f"{value} reps"
    word = word.removeprefix("repeat_until_").replace("_less_than", " <")
    word = word.replace("_greater_than", " >").replace("_", " ").replace("hr ", "HR ")
    if "time" in word:
        return f"until {word} {format_duration(value / 1000)}"
    if word == "distance":
        return f"until {word} {format_distance(value / 100, units)}"
    return f"until {word} {_raw_text(word, value)}"


def _other_target_text(target: OtherTarget, units: UnitSystem) -> str:
    """FIT's word, value and bounds."""
    word = TARGET_WORDS.get(target.type, f"target #{target.type}").replace("_", " ")
    if word == "swim stroke" and target.value is not None:
        known = 0 <= target.value < len(STROKES)
        return f"{word}: {STROKES[target.value] if known else f'#{target.value}'}".replace("_", " ")
    if target.value:
        by_zone = target.type in TARGET_WORDS and word not in _WITHOUT_ZONES
        word += f" zone {target.value}" if by_zone else f" {target.value}"
    ends = sorted(end for end in (target.low, target.high) if end)
    if word == "speed lap":
        texts = [format_pace(end / 1000, units) for end in reversed(ends)]
    else:
        texts = [_raw_text(word, end) for end in ends]
    if len(ends) == 1:
        word += " from" if target.low else " up to"
    if len(texts) == 2:
        unit = texts[1].lstrip("0123456789:.")
        texts[0] = texts[0].removesuffix(unit)
    return " ".join((word, "-".join(texts))).strip()


def _raw_text(word: str, value: int) -> str:
    """A raw value as a workout file has it: above the offset beats or watts, else per cent."""
    if word.lower().startswith(("hr", "heart")):
        return f"{value - 100} bpm" if value > 100 else f"{value}%"
    if "power" in word:
        return f"{value - 1000} W" if value > 1000 else f"{value}%"
    return f"{value} kcal" if word == "calories" else f"{value}"


def step_text(step: Step, units: UnitSystem = "metric") -> str:
    """A step in one line: name, end, targets, intensity."""
    parts = [shown(step.name), duration_text(step.duration, units)]
    targets = (step.target, step.secondary_target)
    if texts := [text for each in targets if each and (text := target_text(each, units))]:
        parts.append(f"@ {' and '.join(texts)}")
    if step.intensity is not None:
        parts.append(f"({step.intensity.value})")
    return "  ".join(part for part in parts if part)


def short_distance_text(distance_m: float, units: UnitSystem = "metric") -> str:
    """A distance of a few metres; metres with as many places as they have.

    Example:
        >>> short_distance_text(2.5), short_distance_text(10.0, "statute")
        ('2.5 m', '11 yd')
    """
    return f"{distance_m:g} m" if units == "metric" else format_distance(distance_m, units)


def standard_errors_text(count: float) -> str:
    """So many standard errors.

    Example:
        >>> standard_errors_text(1.0), standard_errors_text(0.5)
        ('1 standard error', '0.5 standard errors')
    """
    return f"{count:g} standard error{'' if count == 1 else 's'}"


def likelihood_text(ratio: float) -> str:
    """How much likelier an effect is backward than forward, or the other way round.

    Example:
        >>> likelihood_text(240.0), likelihood_text(1e6)
        ('240 times as likely backward as forward', 'over 1000 times as likely backward as forward')
        >>> likelihood_text(0.4)
        '2.5 times as likely forward as backward'
    """
    one, other = ("backward", "forward") if ratio >= 1 else ("forward", "backward")
    times = max(ratio, 1 / ratio)
    much = "over 1000" if times > 1000 else f"{times:.0f}" if times >= 10 else f"{times:.2g}"
    return f"{much} times as likely {one} as {other}"
