"""Words for people: durations, targets and steps, and any text made safe to show."""

from __future__ import annotations

import unicodedata

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

__all__ = ["certainty_text", "duration_text", "shown", "step_text", "target_text"]

SURE, FAIRLY_SURE = 0.9, 0.6
_JOINERS = "\u200c\u200d"
_ZONES = {HeartRateZoneTarget: "HR", PaceZoneTarget: "pace", PowerZoneTarget: "power"}
_SHARED = {
    "max_heart_rate": "max HR",
    "threshold_heart_rate": "threshold HR",
    "threshold_power": "threshold power",
}


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
        case OtherDuration(type=number, value=value):
            return f"until #{number} {value}"


def target_text(target: Target, units: UnitSystem = "metric") -> str:
    """What a step aims at, in words; empty for an open target.

    Example:
        >>> target_text(PaceTarget(slowest_mps=3.0, fastest_mps=4.0))
        '4:10-5:33/km'
    """
    match target:
        case OpenTarget():
            return ""
        case PaceTarget(slowest_mps=slowest, fastest_mps=fastest):
            slow, fast = format_pace(slowest, units), format_pace(fastest, units)
            return slow if slow == fast else f"{fast.partition('/')[0]}-{slow}"
        case NamedPaceTarget(name=name):
            return f"{name} pace"
        case HeartRateTarget(lowest_bpm=low, highest_bpm=high):
            return f"HR {low:g}-{high:g}"
        case HeartRateZoneTarget() | PaceZoneTarget() | PowerZoneTarget():
            return f"{_ZONES[type(target)]} zone {target.zone}"
        case ShareTarget(of=of, lowest=low, highest=high):
            shares = "-".join(dict.fromkeys(f"{100 * share:.4g}" for share in (low, high)))
            return f"{shares}% of {_SHARED.get(of, f'{of} pace')}"
        case RampTarget(start=start, end=end):
            return f"{target_text(start, units)} to {target_text(end, units)}"
        case CadenceTarget(lowest_spm=low, highest_spm=high):
            return f"{low:g}-{high:g} spm"
        case PowerTarget(lowest_w=low, highest_w=high):
            return f"{low:g}-{high:g} W"
        case OtherTarget(type=number):
            return f"target #{number}"


def step_text(step: Step, units: UnitSystem = "metric") -> str:
    """A step in one line: name, end, target, intensity."""
    parts = [shown(step.name), duration_text(step.duration, units)]
    if target := target_text(step.target, units):
        parts.append(f"@ {target}")
    if step.intensity is not None:
        parts.append(f"({step.intensity.value})")
    return "  ".join(part for part in parts if part)
