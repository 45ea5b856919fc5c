"""Verdicts on the target: pace, heart rate, cadence and power against their bands."""

from __future__ import annotations

import math
from typing import Final, Literal

import attrs

from backrun_fit.amounts import planned_seconds
from backrun_fit.compliance.measure import TREADMILL_SUB_SPORTS
from backrun_fit.compliance.scores import SUPPORT_INTENSITIES, target_quality
from backrun_fit.compliance.tolerance_model import (
    Allowed,
    Aspect,
    Band,
    Meter,
    allowed_of,
    band_of,
    lasts_long_enough,
)
from backrun_fit.report import Done, Finding, Verdict
from backrun_fit.tolerances import Tolerances
from backrun_fit.units import UnitSystem, format_duration, format_pace
from backrun_fit.wording import target_text
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
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
    Step,
    TimeDuration,
    quantity_of,
)

__all__ = ["Component", "Setting", "judge_targets", "seconds_text", "unmeasured"]

# Without samples the start counts as well; it may be so much of the whole.
_LARGEST_START: Final = 0.2
# A value on the limit is inside, whatever the last bit of a float says.
_ROUNDING: Final = 1e-9

Component = Literal["extent", Aspect]
_Measurable = PaceTarget | HeartRateTarget | CadenceTarget | PowerTarget


@attrs.frozen(kw_only=True)
class Setting:
    """What a verdict depends on besides plan and measurement.

    Attributes:
        tolerances: As asked for.
        sub_sport: FIT's word for where it was run, or None.
        has_foot_pod: A sensor of the athlete counted the distance, or the speed.
        units: How numbers are printed in the reasons.
        is_complete: False where the recording stopped before the athlete ended it.
    """

    tolerances: Tolerances = attrs.field(factory=Tolerances)
    sub_sport: str | None = None
    has_foot_pod: bool = False
    units: UnitSystem = "metric"
    is_complete: bool = True

    @property
    def meter(self) -> Meter | None:
        """What measures distance and speed; None where nothing does that can be trusted."""
        if self.has_foot_pod:
            return "foot pod"
        if self.sub_sport in TREADMILL_SUB_SPORTS:
            return None
        return "GPS on a track" if self.sub_sport == "track" else "GPS"


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


_NAMES: Final[dict[Aspect, str]] = {
    "pace": "pace",
    "heart_rate": "heart rate",
    "cadence": "cadence",
    "power": "power",
}
_UNITS: Final[dict[Aspect, str]] = {
    "pace": "m/s",
    "heart_rate": "bpm",
    "cadence": "spm",
    "power": "W",
}
# FIT Profile 21.212, type wkt_step_target; anything else bears on how fast it goes.
_COMPONENTS: Final[dict[int, Aspect]] = {1: "heart_rate", 3: "cadence", 4: "power"}


def judge_targets(step: Step, done: Done, setting: Setting) -> list[Finding]:
    """What the target asks for, judged; nothing for an open one."""
    target = step.target
    if isinstance(target, OpenTarget):
        return []
    if isinstance(target, OtherTarget):
        aspect = _COMPONENTS.get(target.type, "pace")
        return [unmeasured(aspect, f"a target this check cannot read ({target_text(target)})")]
    aspect = quantity_of(target) or "pace"
    if not isinstance(target, _Measurable):
        return [unmeasured(aspect, _borderless(target, aspect))]
    lasting_s = done.timer_s or 0.0
    limits = setting.tolerances
    if lasts_long_enough(aspect, lasting_s, limits):
        return [_target(step, target, done, setting)]
    text = f"{seconds_text(lasting_s)} are too short for the {_NAMES[aspect]} to settle"
    if lasting_s < limits.skipped_s or not lasts_long_enough(aspect, _length_s(step, done), limits):
        return [unmeasured(aspect, text)]
    # Cut short: it counts as it stands, or the cut could raise the score.
    as_it_stands = _target(step, target, done, setting).quality
    return [attrs.evolve(unmeasured(aspect, text), quality=as_it_stands)]


def _length_s(step: Step, done: Done) -> float:
    """How long it was to last, or did where that was open: no error widens what is allowed."""
    has_length = isinstance(step.duration, TimeDuration | DistanceDuration)
    return planned_seconds(step) if has_length else done.timer_s or 0.0


def _target(step: Step, target: _Measurable, done: Done, setting: Setting) -> Finding:
    if isinstance(target, PaceTarget):
        return _pace(step, target, done, setting)
    band = band_of(target)
    value = {
        "heart_rate": done.settled_heart_rate_bpm,
        "cadence": done.settled_cadence_spm,
        "power": done.settled_power_w,
    }[band.aspect]
    name, unit = _NAMES[band.aspect], _UNITS[band.aspect]
    if value is None:
        return unmeasured(band.aspect, f"no {name} was recorded")
    if done.gap_s > 0.5 * (done.timer_s or 0.0):
        return unmeasured(band.aspect, f"more than half of the {name} samples are missing")
    text = f"{name} {value:.0f} {unit}, planned {_band_text(band)}"
    allowed = allowed_of(band.aspect, step, done, setting.meter or "GPS", setting.tolerances)
    return _in_band(step, band, value, text, allowed)


def _borderless(
    target: NamedPaceTarget
    | HeartRateZoneTarget
    | PaceZoneTarget
    | PowerZoneTarget
    | ShareTarget
    | RampTarget,
    aspect: Aspect,
) -> str:
    """Why a target says no numbers to measure against."""
    match target:
        case NamedPaceTarget(name=name):
            return f"{name} pace was not resolved into speeds"
        case ShareTarget():
            return f"{target_text(target)}: the athlete's own value is not in the file"
        case RampTarget():
            return "a ramp was not compiled into steps"
    name = _NAMES[aspect].replace(" ", "-")
    return f"{name} zone {target.zone}: its borders are set on the watch, not in the file"


def _band_text(band: Band) -> str:
    unit = _UNITS[band.aspect]
    if band.lowest == 0:
        return f"up to {band.highest:.0f} {unit}"
    if band.highest == math.inf:
        return f"from {band.lowest:.0f} {unit}"
    return f"{band.lowest:.0f}-{band.highest:.0f} {unit}"


def _pace(step: Step, target: PaceTarget, done: Done, setting: Setting) -> Finding:
    limits = setting.tolerances
    if not target.is_runnable:
        speed_mps = target.slowest_mps or target.fastest_mps
        return unmeasured("pace", f"planned at {speed_mps:g} m/s, which nobody runs: not judged")
    if setting.meter is None:
        return unmeasured("pace", "a watch's speed on a treadmill is not to be trusted")
    value, when = done.settled_speed_mps, " once settled"
    if value is None:
        value, when = done.speed_mps, ""
    if value is None:
        return unmeasured("pace", "neither distance nor speed was recorded")
    if not when and _LARGEST_START * (done.timer_s or 0.0) < limits.settling_s:
        return unmeasured("pace", "no samples tell the start from the rest")
    band = band_of(target)
    shown = PaceTarget(slowest_mps=band.lowest, fastest_mps=band.highest)
    text = (
        f"pace {format_pace(value, setting.units)}{when}, "
        f"planned {target_text(shown, setting.units)}"
    )
    return _in_band(step, band, value, text, allowed_of("pace", step, done, setting.meter, limits))


def _in_band(step: Step, band: Band, value: float, text: str, allowed: Allowed) -> Finding:
    """Judge a mean against its band.

    Inside the band everything is well. Beyond it a mean is met as far as is allowed, and has
    lost a little from the edge on, by how far off it is and not by what is allowed.
    """
    aspect = band.aspect
    fast, slow = ("fast", "slow") if aspect == "pace" else ("high", "low")
    if band.usual:
        text += f" ({band.usual} either way of a lone value)"
    if value > band.highest:
        verdict, word, limit = Verdict.FAST, fast, band.highest
    elif value < band.lowest:
        verdict, word, limit = Verdict.SLOW, slow, band.lowest
    else:
        return Finding(component=aspect, verdict=Verdict.MET, message=text, quality=1.0)
    gentle = step.intensity in SUPPORT_INTENSITIES and not step.movement.is_backward
    if verdict is Verdict.SLOW and gentle and aspect != "cadence":
        text += f": {word}er is fine here"
        return Finding(component=aspect, verdict=Verdict.MET, message=text, quality=1.0)
    off_fraction = abs(value / limit - 1.0)
    is_share = aspect in ("pace", "power")
    off, most, unit = abs(value - limit), allowed.amount, f" {_UNITS[aspect]}"
    if is_share:
        off, most, unit = 100.0 * off_fraction, 100.0 * allowed.amount, " %"
    is_met = off <= most + _ROUNDING
    off_text, most_text = _apart(off, most)
    way = f"{word}er than the band, met" if is_met else f"too {word}"
    return Finding(
        component=aspect,
        verdict=Verdict.MET if is_met else verdict,
        message=(
            f"{text}: {way} ({off_text}{unit} off, {most_text}{unit} allowed: {allowed.made_of})"
        ),
        quality=target_quality(off_fraction, band.half_width),
    )


def _apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers as texts that differ where the numbers do, within six places."""
    for places in range(1, 7):
        texts = f"{one:.{places}f}", f"{other:.{places}f}"
        if texts[0] != texts[1]:
            break
    return texts
