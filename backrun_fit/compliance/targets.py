"""Verdicts on the target: pace, heart rate, cadence and power against their bands."""

from __future__ import annotations

from typing import Final, Literal

import attrs

from backrun_fit.compliance.measure import TREADMILL_SUB_SPORTS
from backrun_fit.report import Done, Finding, Tolerances, Verdict
from backrun_fit.units import UnitSystem, format_duration, format_pace
from backrun_fit.wording import target_text
from backrun_fit.workout import (
    CadenceTarget,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    NamedPaceTarget,
    OpenTarget,
    OtherTarget,
    PaceTarget,
    PowerTarget,
    Step,
)

__all__ = ["Component", "Setting", "judge_targets", "seconds_text", "unmeasured"]

# A component counts nothing at this many times its tolerance.
_WORTHLESS_AT: Final = 3.0
# A value on the limit is inside, whatever the last bit of a float says.
_ROUNDING: Final = 1e-9
_GENTLE: Final = frozenset(
    (Intensity.WARMUP, Intensity.COOLDOWN, Intensity.REST, Intensity.RECOVERY)
)

SHORTEST_FOR_HEART_RATE_S: Final = 120.0
"""Heart rate is too slow for anything shorter (Tocco 2015)."""

Component = Literal["extent", "pace", "heart_rate", "cadence", "power"]
_ReadTarget = (
    PaceTarget
    | NamedPaceTarget
    | HeartRateTarget
    | HeartRateZoneTarget
    | CadenceTarget
    | PowerTarget
)


@attrs.frozen(kw_only=True)
class Setting:
    """What a verdict depends on besides plan and measurement.

    Attributes:
        tolerances: As asked for.
        sub_sport: FIT's word for where it was run, or None.
        units: How numbers are printed in the reasons.
    """

    tolerances: Tolerances = attrs.field(factory=Tolerances)
    sub_sport: str | None = None
    units: UnitSystem = "metric"


def seconds_text(value: float) -> str:
    """A measured duration; short ones to a tenth of a second.

    Example:
        >>> seconds_text(1.4), seconds_text(90.2)
        ('1.4 s', '1:30')
    """
    return f"{value:.1f} s" if value < 10 else format_duration(value)


def unmeasured(component: Component, message: str) -> Finding:
    """A finding that says why a component could not be judged; it counts nowhere."""
    return Finding(component=component, verdict=Verdict.NOT_MEASURABLE, message=message)


_ASPECTS: Final[dict[type, Component]] = {
    PaceTarget: "pace",
    NamedPaceTarget: "pace",
    HeartRateTarget: "heart_rate",
    HeartRateZoneTarget: "heart_rate",
    CadenceTarget: "cadence",
    PowerTarget: "power",
}
# FIT Profile 21.212, type wkt_step_target; anything else bears on how fast it goes.
_COMPONENTS: Final[dict[int, Component]] = {1: "heart_rate", 3: "cadence", 4: "power"}


def judge_targets(step: Step, done: Done, setting: Setting) -> list[Finding]:
    """What the target asks for, judged; nothing for an open one."""
    target = step.target
    if isinstance(target, OpenTarget):
        return []
    if isinstance(target, OtherTarget):
        component = _COMPONENTS.get(target.type, "pace")
        return [unmeasured(component, f"a target this check cannot read (#{target.type})")]
    component = _ASPECTS[type(target)]
    lasting_s = done.timer_s or 0.0
    if lasting_s < setting.tolerances.skipped_s:
        return [unmeasured(component, f"{seconds_text(lasting_s)} are too short to judge by")]
    if component == "heart_rate" and lasting_s < SHORTEST_FOR_HEART_RATE_S:
        text = f"{seconds_text(lasting_s)} are too short for the heart rate to follow"
        return [unmeasured(component, text)]
    return [_target(step, target, done, setting)]


def _target(step: Step, target: _ReadTarget, done: Done, setting: Setting) -> Finding:
    limits = setting.tolerances
    gentle = step.intensity in _GENTLE and not step.movement.is_backward
    mostly_gap = done.gap_s > 0.5 * (done.timer_s or 0.0)

    def absolute(
        component: Component,
        unit: str,
        value: float | None,
        band: tuple[float, float],
        slack: float,
        *,
        one_sided: bool,
    ) -> Finding:
        name = component.replace("_", " ")
        if value is None:
            return unmeasured(component, f"no {name} was recorded")
        if mostly_gap:
            return unmeasured(component, f"more than half of the {name} samples are missing")
        lowest, highest = band
        return _in_band(
            component,
            f"{name} {value:.0f} {unit}, planned {lowest:.0f}-{highest:.0f} {unit}",
            below=lowest - value,
            above=value - highest,
            slack_below=slack,
            slack_above=slack,
            one_sided=one_sided,
        )

    match target:
        case PaceTarget():
            return _pace(target, done, setting, gentle=gentle)
        case HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest):
            value, slack = done.settled_heart_rate_bpm, limits.heart_rate_bpm
            return absolute("heart_rate", "bpm", value, (lowest, highest), slack, one_sided=gentle)
        case CadenceTarget(lowest_spm=lowest, highest_spm=highest):
            value, slack = done.settled_cadence_spm, limits.cadence_spm
            return absolute("cadence", "spm", value, (lowest, highest), slack, one_sided=False)
        case PowerTarget(lowest_w=lowest, highest_w=highest):
            value, slack = done.settled_power_w, limits.power_fraction * highest
            return absolute("power", "W", value, (lowest, highest), slack, one_sided=gentle)
        case HeartRateZoneTarget(zone=zone):
            text = f"heart-rate zone {zone}: its borders are set on the watch, not in the file"
            return unmeasured("heart_rate", text)
        case NamedPaceTarget(name=name):
            return unmeasured("pace", f"{name} pace was not resolved into speeds")


def _pace(target: PaceTarget, done: Done, setting: Setting, *, gentle: bool) -> Finding:
    limits = setting.tolerances
    if setting.sub_sport in TREADMILL_SUB_SPORTS:
        return unmeasured("pace", "a watch's speed on a treadmill is not to be trusted")
    value, when = done.settled_speed_mps, " once settled"
    if value is None:
        value, when = done.speed_mps, ""
    if value is None:
        return unmeasured("pace", "neither distance nor speed was recorded")
    slack = limits.pace_fraction
    if setting.sub_sport == "track":
        slack = limits.treadmill_pace_fraction
    pace = format_pace(value, setting.units)
    return _in_band(
        "pace",
        f"pace {pace}{when}, planned {target_text(target, setting.units)}",
        below=1.0 - value / target.slowest_mps,
        above=value / target.fastest_mps - 1.0,
        slack_below=slack,
        slack_above=limits.easy_pace_fraction if gentle else slack,
        one_sided=gentle,
    )


def _in_band(
    component: Component,
    text: str,
    *,
    below: float,
    above: float,
    slack_below: float,
    slack_above: float,
    one_sided: bool,
) -> Finding:
    """Judge how far a value lies below and above its band; negative is inside."""
    if above > slack_above + _ROUNDING:
        verdict, excess, slack = Verdict.FAST, above, slack_above
    elif below > slack_below + _ROUNDING and not one_sided:
        verdict, excess, slack = Verdict.SLOW, below, slack_below
    else:
        word = "slower" if component == "pace" else "lower"
        note = f": {word} is fine here" if one_sided and below > slack_below else ""
        return Finding(component=component, verdict=Verdict.MET, message=text + note, quality=1.0)
    word = {
        ("pace", Verdict.FAST): "too fast",
        ("pace", Verdict.SLOW): "too slow",
    }.get((component, verdict), "too high" if verdict is Verdict.FAST else "too low")
    reach = (_WORTHLESS_AT - 1.0) * slack
    quality = max(0.0, 1.0 - (excess - slack) / reach) if reach > 0 else 0.0
    return Finding(component=component, verdict=verdict, message=f"{text}: {word}", quality=quality)
