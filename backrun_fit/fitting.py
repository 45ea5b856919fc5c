"""What a device makes of one message: kept, adjusted with a sentence, or refused."""

from __future__ import annotations

import math
import unicodedata
from typing import Final, TypeAlias

import attrs

from backrun_fit.compiled import RepeatMessage
from backrun_fit.devices import DeviceProfile
from backrun_fit.errors import CompileError
from backrun_fit.marker import FORM_CUE, marked_name, movement_of
from backrun_fit.units import UnitSystem, format_distance, format_duration
from backrun_fit.wording import duration_text, target_text
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    Duration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Movement,
    OpenDuration,
    OpenTarget,
    OtherDuration,
    OtherTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    ShareTarget,
    Step,
    Target,
    TimeDuration,
)
from backrun_fit.workout.kinds import TARGET_WORDS

__all__ = ["Adjustments", "check_repeat", "fit_step", "fit_text"]

Adjustments: TypeAlias = dict[str, None]
"""Sentences about what was changed, in order, each said once."""

_ENDS: Final[dict[type[Duration], str]] = {
    TimeDuration: "time",
    DistanceDuration: "distance",
    OpenDuration: "lap button",
    HeartRateBelowDuration: "heart rate below",
    HeartRateAboveDuration: "heart rate above",
}


def fit_step(
    step: Step,
    device: DeviceProfile,
    where: str,
    adjustments: Adjustments,
    *,
    sport: str = "running",
    units: UnitSystem = "metric",
) -> Step:
    """Make a step fit a device.

    A target that the device does not guide by gives way to an open one and goes into
    the notes where they have room, and so does a second target; bands are widened to
    what the wire holds; the name gets the marker of its movement, which no cut takes
    away; notes go where the device shows none.

    Args:
        step: With absolute targets.
        device: What it has to fit.
        where: What the sentences call the step, such as ``message 3``.
        adjustments: A sentence for each change is added.
        sport: FIT's word for the sport of the workout.
        units: How names and notes print distances and paces.

    Raises:
        CompileError: The device does not end a step that way.

    Example:
        >>> from backrun_fit.devices import INTERVALS_ICU
        >>> hard = Step(duration=TimeDuration(duration_s=60),
        ...     target=HeartRateTarget(lowest_bpm=150, highest_bpm=160))
        >>> said: Adjustments = {}
        >>> fit_step(hard, INTERVALS_ICU, "message 0", said).notes
        'Target: HR 150-160.'
        >>> list(said)
        ["message 0, target: 'intervals-icu' does not take HR 150-160, so it stands in the notes"]
    """
    _check_duration(step.duration, device, where)
    homeless: list[tuple[str, Target]] = []
    target = _zone_alone(step.target, device, f"{where}, target", adjustments)
    target = _whole(target, f"{where}, ", adjustments)
    if not _takes(device, target):
        homeless.append(("target", target))
        target = OpenTarget()
    second = step.secondary_target
    if second is not None:
        second = _whole(second, f"{where}, second target, ", adjustments)
        if sport not in device.secondary_targets or not _takes(device, second):
            homeless.append(("second target", second))
            second = None
    return attrs.evolve(
        step,
        target=target,
        secondary_target=second,
        name=_name(step, device, where, adjustments, units),
        notes=_notes(step, homeless, device, where, adjustments, units),
    )


def check_repeat(repeat: RepeatMessage, device: DeviceProfile, where: str) -> None:
    """Refuse a repeat that a device would not end.

    Raises:
        CompileError: It ends by a condition that the device is not known to obey.

    Example:
        >>> from backrun_fit.devices import INTERVALS_ICU
        >>> check_repeat(RepeatMessage(first_index=0, count=8), INTERVALS_ICU, "message 2")
    """
    if repeat.until is not None and repeat.until.type not in device.repeat_ends:
        known = ", ".join(f"#{number}" for number in sorted(device.repeat_ends))
        raise CompileError(
            f"{where}: expected a repeat that the device {device.name!r} ends (by a count"
            f"{f', or by {known}' if known else ''}), got one that ends by "
            f"#{repeat.until.type} (FIT's number, wkt_step_duration)"
        )


def fit_text(text: str, room_bytes: int, what: str, adjustments: Adjustments) -> str:
    """A text without control characters, cut at a code point to fit with its NUL.

    Args:
        text: Any.
        room_bytes: UTF-8, the closing NUL included.
        what: What the sentences call it.
        adjustments: A sentence for each change is added.

    Example:
        >>> fit_text("Läufe", 4, "workout name", {})
        'Lä'
    """
    clean = _clean(text, what, adjustments)
    return _say_cut(clean, _cut(clean, room_bytes), room_bytes, what, adjustments)


def _check_duration(duration: Duration, device: DeviceProfile, where: str) -> None:
    if (
        duration.type in device.other_durations
        if isinstance(duration, OtherDuration)
        else type(duration) in device.durations
    ):
        return
    known = ", ".join(word for kind, word in _ENDS.items() if kind in device.durations)
    raise CompileError(
        f"{where}: expected an end of the step that the device {device.name!r} knows "
        f"({known}), got {duration_text(duration)}"
    )


def _takes(device: DeviceProfile, target: Target) -> bool:
    if isinstance(target, OtherTarget):
        return target.type in device.other_targets
    return type(target) in device.targets


def _zone_alone(
    target: Target, device: DeviceProfile, what: str, adjustments: Adjustments
) -> Target:
    """The zone of a band, where the device takes the zone and not the band."""
    if _takes(device, target):
        return target
    match target:
        case HeartRateTarget(zone=int() as zone):
            alone: Target = HeartRateZoneTarget(zone=zone)
        case PaceTarget(zone=int() as zone):
            alone = PaceZoneTarget(zone=zone)
        case PowerTarget(zone=int() as zone):
            alone = PowerZoneTarget(zone=zone)
        case _:
            return target
    if not _takes(device, alone):
        return target
    adjustments[
        f"{what}: {device.name!r} does not take {target_text(target)}, so it is "
        f"{target_text(alone)} as the watch has it"
    ] = None
    return alone


def _whole(target: Target, where: str, adjustments: Adjustments) -> Target:
    """Widen a band to the next numbers that the wire has.

    It counts whole beats, watts and per cents, and of cadence whole strides of one leg.
    """
    match target:
        case HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest):
            step, what = 1, "heart rate"
        case PowerTarget(lowest_w=lowest, highest_w=highest):
            step, what = 1, "power"
        case CadenceTarget(lowest_spm=lowest, highest_spm=highest):
            step, what = 2, "cadence"
        case ShareTarget():
            step, what = 1, "per cent"
            # 100 times 0.29 is a hair less than 29.
            lowest, highest = round(100 * target.lowest, 9), round(100 * target.highest, 9)
        case _:
            return target
    # Zero and infinity are no limits, and stay.
    low = max(step * math.floor(lowest / step), step) if lowest else lowest
    high = highest if highest == math.inf else step * math.ceil(highest / step)
    if (low, high) == (lowest, highest):
        return target
    adjustments[
        f"{where}{what}: {lowest:g}-{highest:g} became {low:g}-{high:g}, "
        "the next that a watch holds"
    ] = None
    if isinstance(target, ShareTarget):
        return attrs.evolve(target, lowest=low / 100, highest=high / 100)
    names = [field.name for field in attrs.fields(type(target))][:2]
    return attrs.evolve(target, **dict(zip(names, (low, high), strict=True)))


def _name(
    step: Step, device: DeviceProfile, where: str, adjustments: Adjustments, units: UnitSystem
) -> str | None:
    what, room_bytes = f"{where}, name", device.step_name_bytes
    # Cleaned first: a blank in the place of a control character can make a marker.
    label = _clean(step.name or "", what, adjustments)
    if step.movement is not Movement.RUN:
        name = marked_name(step.movement, label or _extent(step, units))
    elif movement_of(label) is not Movement.RUN:
        name = f"Run {label}"
        adjustments[
            f"{what}: {label!r} would say that it is not run forward, so 'Run' was put before it"
        ] = None
    else:
        name = label
    cut = _cut(name, room_bytes)
    if movement_of(cut) is not step.movement:
        # "Backward walking" loses its last word to a cut, "Back    at home" all but the first.
        cut = marked_name(step.movement, "") or _cut(f"Run {cut}", room_bytes)
    return _say_cut(name, cut, room_bytes, what, adjustments) or None


def _extent(step: Step, units: UnitSystem) -> str:
    match step.duration:
        case TimeDuration(duration_s=seconds):
            return format_duration(seconds)
        case DistanceDuration(distance_m=metres):
            return format_distance(metres, units)
    return ""


def _notes(
    step: Step,
    homeless: list[tuple[str, Target]],
    device: DeviceProfile,
    where: str,
    adjustments: Adjustments,
    units: UnitSystem,
) -> str | None:
    """The notes, with the targets that the device has no place for as far as there is room."""
    what = f"{where}, notes"
    if step.notes and not device.notes:
        adjustments[f"{what}: {device.name!r} shows none, so they were left out"] = None
    notes = ""
    if device.notes:
        notes = fit_text(step.notes or "", device.notes_bytes, what, adjustments)
        if not notes and step.movement.is_backward:
            notes = fit_text(FORM_CUE, device.notes_bytes, what, adjustments)
    for label, target in homeless:
        words = target_text(target, units)
        longer = f"{notes} {label.capitalize()}: {words}.".strip()
        # The number of a kind that FIT's profile does not know helps nobody on the road.
        has_words = not isinstance(target, OtherTarget) or target.type in TARGET_WORDS
        fits = device.notes and has_words
        fits = fits and len(longer.encode()) < device.notes_bytes
        notes = longer if fits else notes
        outcome = "it stands in the notes" if fits else "it was left out"
        adjustments[f"{where}, {label}: {device.name!r} does not take {words}, so {outcome}"] = None
    return notes or None


def _clean(text: str, what: str, adjustments: Adjustments) -> str:
    clean = "".join(
        " " if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") else character
        for character in text
    ).strip()
    if clean != text:
        adjustments[f"{what}: control characters and outer blanks were taken out"] = None
    return clean


def _cut(text: str, room_bytes: int) -> str:
    encoded = text.encode()
    if len(encoded) < room_bytes:
        return text
    return encoded[: room_bytes - 1].decode(errors="ignore").rstrip()


def _say_cut(text: str, cut: str, room_bytes: int, what: str, adjustments: Adjustments) -> str:
    if cut != text:
        adjustments[f"{what}: cut from {text!r} to {cut!r} ({room_bytes - 1} bytes)"] = None
    return cut
