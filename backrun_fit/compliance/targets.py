"""Verdicts on the target: pace, heart rate, cadence and power against their bands."""

from __future__ import annotations

import math
from typing import Final, Literal

import attrs

from backrun_fit.amounts import planned_seconds
from backrun_fit.compliance.allowance import Aspect, lasts_long_enough, slack
from backrun_fit.compliance.measure import TREADMILL_SUB_SPORTS
from backrun_fit.report import Done, Finding, Verdict
from backrun_fit.tolerances import Tolerances
from backrun_fit.units import UnitSystem, format_duration, format_pace
from backrun_fit.wording import target_text
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
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

# A component counts nothing at this many times its tolerance.
_WORTHLESS_AT: Final = 3.0
# Without samples the start counts as well; it may be so much of the whole.
_LARGEST_START: Final = 0.2
# A value on the limit is inside, whatever the last bit of a float says.
_ROUNDING: Final = 1e-9
_GENTLE: Final = frozenset(
    (Intensity.WARMUP, Intensity.COOLDOWN, Intensity.REST, Intensity.RECOVERY)
)

Component = Literal["extent", Aspect]
_Measurable = PaceTarget | HeartRateTarget | CadenceTarget | PowerTarget


@attrs.frozen(kw_only=True)
class Setting:
    """What a verdict depends on besides plan and measurement.

    Attributes:
        tolerances: As asked for.
        sub_sport: FIT's word for where it was run, or None.
        units: How numbers are printed in the reasons.
        is_complete: False where the recording stopped before the athlete ended it.
    """

    tolerances: Tolerances = attrs.field(factory=Tolerances)
    sub_sport: str | None = None
    units: UnitSystem = "metric"
    is_complete: bool = True


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
    limits = setting.tolerances
    gentle = step.intensity in _GENTLE and not step.movement.is_backward
    match target:
        case PaceTarget():
            return _pace(step, target, done, setting, gentle=gentle)
        case HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest):
            band = _Band("heart_rate", lowest, highest, limits.heart_rate_bpm, "bpm")
            return _absolute(band, done.settled_heart_rate_bpm, step, done, limits, gentle=gentle)
        case CadenceTarget(lowest_spm=lowest, highest_spm=highest):
            band = _Band("cadence", lowest, highest, limits.cadence_spm, "spm")
            return _absolute(band, done.settled_cadence_spm, step, done, limits, gentle=False)
        case PowerTarget(lowest_w=lowest, highest_w=highest):
            limit = lowest if highest == math.inf else highest
            band = _Band("power", lowest, highest, limits.power_fraction * limit, "W", limit)
            return _absolute(band, done.settled_power_w, step, done, limits, gentle=gentle)


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


@attrs.frozen
class _Band:
    """A band in a unit of its own, with its tolerance.

    Attributes:
        aspect: What it is a band of.
        lowest: Zero where there is no lower limit.
        highest: Infinity where there is no upper limit.
        tolerance: On either side.
        unit: Of all three.
        reference: What a fractional deviation refers to.
    """

    aspect: Aspect
    lowest: float
    highest: float
    tolerance: float
    unit: str
    reference: float = 1.0

    def __str__(self) -> str:
        if self.lowest == 0:
            return f"up to {self.highest:.0f} {self.unit}"
        if self.highest == math.inf:
            return f"from {self.lowest:.0f} {self.unit}"
        return f"{self.lowest:.0f}-{self.highest:.0f} {self.unit}"


def _absolute(
    band: _Band, value: float | None, step: Step, done: Done, limits: Tolerances, *, gentle: bool
) -> Finding:
    aspect, unit, name = band.aspect, band.unit, _NAMES[band.aspect]
    if value is None:
        return unmeasured(aspect, f"no {name} was recorded")
    if done.gap_s > 0.5 * (done.timer_s or 0.0):
        return unmeasured(aspect, f"more than half of the {name} samples are missing")
    length_s = _length_s(step, done)
    allowed = slack(aspect, band.tolerance, length_s, limits, reference=band.reference)
    return _in_band(
        aspect,
        f"{name} {value:.0f} {unit}, planned {band}",
        below=_Distance(band.lowest - value, allowed, f" {unit}"),
        above=_Distance(value - band.highest, allowed, f" {unit}"),
        one_sided=gentle,
    )


def _pace(step: Step, target: PaceTarget, done: Done, setting: Setting, *, gentle: bool) -> Finding:
    limits = setting.tolerances
    if not target.is_runnable:
        speed_mps = target.slowest_mps or target.fastest_mps
        return unmeasured("pace", f"planned at {speed_mps:g} m/s, which nobody runs: not judged")
    if setting.sub_sport in TREADMILL_SUB_SPORTS:
        return unmeasured("pace", "a watch's speed on a treadmill is not to be trusted")
    value, when = done.settled_speed_mps, " once settled"
    if value is None:
        value, when = done.speed_mps, ""
    if value is None:
        return unmeasured("pace", "neither distance nor speed was recorded")
    if not when and _LARGEST_START * (done.timer_s or 0.0) < limits.settling_s:
        return unmeasured("pace", "no samples tell the start from the rest")
    track = setting.sub_sport == "track"
    either = limits.treadmill_pace_fraction if track else limits.pace_fraction
    faster = limits.easy_pace_fraction if gentle else either
    length_s = _length_s(step, done)
    return _in_band(
        "pace",
        f"pace {format_pace(value, setting.units)}{when}, "
        f"planned {target_text(target, setting.units)}",
        below=_Distance(
            100.0 * (1.0 - value / target.slowest_mps) if target.slowest_mps else -100.0,
            100.0 * slack("pace", either, length_s, limits),
            "%",
        ),
        above=_Distance(
            100.0 * (value / target.fastest_mps - 1.0),
            100.0 * slack("pace", faster, length_s, limits),
            "%",
        ),
        one_sided=gentle,
    )


@attrs.frozen
class _Distance:
    """How far a value lies beyond one end of its band; negative is inside."""

    off: float
    allowed: float
    unit: str

    @property
    def is_miss(self) -> bool:
        return self.off > self.allowed + _ROUNDING

    @property
    def quality(self) -> float:
        """1 where just allowed, 0 from three times that on."""
        reach = (_WORTHLESS_AT - 1.0) * self.allowed
        return max(0.0, 1.0 - (self.off - self.allowed) / reach) if reach > 0 else 0.0

    def __str__(self) -> str:
        return f"{self.off:.1f}{self.unit} off, {self.allowed:.1f}{self.unit} allowed"


def _in_band(
    aspect: Aspect, text: str, *, below: _Distance, above: _Distance, one_sided: bool
) -> Finding:
    fast, slow = ("fast", "slow") if aspect == "pace" else ("high", "low")
    if above.is_miss:
        verdict, word, distance = Verdict.FAST, fast, above
    elif below.is_miss and not one_sided:
        verdict, word, distance = Verdict.SLOW, slow, below
    else:
        note = f": {slow}er is fine here" if one_sided and below.is_miss else ""
        return Finding(component=aspect, verdict=Verdict.MET, message=text + note, quality=1.0)
    return Finding(
        component=aspect,
        verdict=verdict,
        message=f"{text}: too {word} ({distance})",
        quality=distance.quality,
    )
