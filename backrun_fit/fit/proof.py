"""Proof before hand-over: another library reads the bytes back, and every value is compared.

fit-tool wrote them; fitparse, which shares no code with it, reads them here and
turns them into physical units by its own tables. Both distributions that
provide ``fitparse`` (``fitparse`` 1.x, ``python-fitparse`` 2.x) do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage
from backrun_fit.errors import EncodeError
from backrun_fit.fit.profile import enum_number
from backrun_fit.fit.read_back import prove_fields
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    Extra,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    OtherDuration,
    OtherTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    RawMessage,
    ShareTarget,
    Step,
    TimeDuration,
)

__all__ = ["prove"]

# Half of the last digit that the wire carries, and a little for the binary fraction.
_HALF_DIGIT: Final = {
    "duration_time": 0.00051,
    "duration_distance": 0.0051,
    "custom_target_speed_low": 0.00051,
    "custom_target_speed_high": 0.00051,
    "custom_target_cadence_low": 0.51,
    "custom_target_cadence_high": 0.51,
    "custom_target_heart_rate_low": 0.51,
    "custom_target_heart_rate_high": 0.51,
    "custom_target_power_low": 0.51,
    "custom_target_power_high": 0.51,
    "duration_hr": 0.51,
}

Expected = dict[str, object]


def prove(
    data: bytes,
    messages: Sequence[RawMessage],
    compiled: CompiledWorkout,
    *,
    created_at: datetime | None,
) -> None:
    """Read a workout file back and compare it with what it was to say.

    Every field of every message is compared as it lies in the file, and what the workout
    says in physical units, too, except where a file's own spelling was kept.

    Args:
        data: The whole file.
        messages: What it is to hold, in order.
        compiled: What they were made from.
        created_at: As written into ``file_id``, aware, whole seconds; None where the
            file's own identity was kept.

    Raises:
        EncodeError: Message and field, what was expected and what was read.
    """
    found = prove_fields(data, messages, repr(compiled.name))
    if created_at is not None:
        identity: Expected = {
            "type": "workout",
            "manufacturer": "development",
            "time_created": created_at,
        }
        _compare("file_id", identity, found[0])
    steps = [wire for wire in found if wire.name == "workout_step"]
    if len(steps) != len(compiled.messages):
        raise EncodeError(
            f"{compiled.name!r}: expected {len(compiled.messages)} workout_step, read {len(steps)}"
        )
    head: Expected = {
        "wkt_name": compiled.name or None,
        "sport": _word_or_number("sport", compiled.sport),
        "sub_sport": _word_or_number("sub_sport", compiled.sub_sport),
        "num_valid_steps": len(compiled.messages),
    }
    workout = next(wire for wire in found if wire.name == "workout")
    _compare("workout", _unspelled(head, compiled.spelling), workout)
    # The profile of fitparse 1.2.0 has no name for field 17, the description.
    notes = next((field.raw_value for field in workout.fields if field.def_num == 17), None)
    if (notes or None) != (compiled.notes or None):
        raise EncodeError(f"workout, notes: expected {compiled.notes!r}, read {notes!r}")
    for index, (step, wire) in enumerate(zip(compiled.messages, steps, strict=True)):
        expected = {"message_index": index, **_expected(step)}
        _compare(f"message {index}", _unspelled(expected, step.spelling), wire)


def _word_or_number(type_name: str, word: str) -> object:
    # The profile of fitparse 1.2.0 is 20.8 of 2019; later words come back as numbers.
    return {word, enum_number(type_name, word)}


# Which fields of the file a name of fitparse's speaks of; the targets are the rest.
_SPEAKS_OF: Final[Mapping[str, frozenset[int]]] = {
    "wkt_step_name": frozenset((0,)),
    "notes": frozenset((8,)),
    "intensity": frozenset((7,)),
    "message_index": frozenset((254,)),
    "wkt_name": frozenset((8,)),
    "sport": frozenset((4,)),
    "sub_sport": frozenset((11,)),
    "num_valid_steps": frozenset((6,)),
    **dict.fromkeys(
        ("duration_type", "duration_time", "duration_distance", "duration_hr", "duration_step"),
        frozenset((1, 2)),
    ),
    **dict.fromkeys(("duration_type#", "duration_value#"), frozenset((1, 2))),
}
_TARGET_FIELDS: Final = frozenset((3, 4, 5, 6))


def _unspelled(expected: Expected, spelling: Extra) -> Expected:
    """What is not said in a file's own way."""
    spelled = {field.number for field in spelling}
    if not spelled:
        return expected
    return {
        name: value
        for name, value in expected.items()
        if not _SPEAKS_OF.get(name, _TARGET_FIELDS) & spelled
    }


def _expected(message: Message) -> Expected:
    if isinstance(message, RepeatMessage):
        return _expected_repeat(message)
    return {
        "wkt_step_name": message.name or None,
        "notes": message.notes or None,
        "intensity": _intensity(message),
        **_expected_duration(message),
        **_expected_target(message),
    }


def _intensity(step: Step) -> object:
    # The profile of fitparse 1.2.0 ends at cooldown; later words come back as numbers.
    if step.intensity is None:
        return None
    number = {"recovery": 4, "interval": 5, "other": 6}.get(step.intensity.value)
    return step.intensity.value if number is None else {number, step.intensity.value}


def _expected_repeat(message: RepeatMessage) -> Expected:
    if message.until is not None:
        return {"duration_type#": message.until.type, "target_value#": message.until.value}
    return {
        "duration_type": "repeat_until_steps_cmplt",
        "duration_step": message.first_index,
        "repeat_steps": message.count,
    }


def _expected_duration(step: Step) -> Expected:
    match step.duration:
        case TimeDuration(duration_s=seconds):
            return {"duration_type": "time", "duration_time": seconds}
        case DistanceDuration(distance_m=metres):
            return {"duration_type": "distance", "duration_distance": metres}
        case HeartRateBelowDuration(heart_rate_bpm=bpm):
            return {"duration_type": "hr_less_than", "duration_hr": bpm + 100}
        case HeartRateAboveDuration(heart_rate_bpm=bpm):
            return {"duration_type": "hr_greater_than", "duration_hr": bpm + 100}
        case OtherDuration(type=number, value=value):
            return {"duration_type#": number, "duration_value#": value}
    return {"duration_type": "open"}


def _expected_target(step: Step) -> Expected:
    match step.target:
        case PaceTarget(slowest_mps=low, fastest_mps=high, zone=zone):
            return _band("speed", "speed", low, high) | {"target_speed_zone": zone or 0}
        case HeartRateTarget(lowest_bpm=low, highest_bpm=high, zone=zone):
            band = _band("heart_rate", "heart_rate", low + 100, high + 100)
            return band | {"target_hr_zone": zone or 0}
        case CadenceTarget(lowest_spm=low, highest_spm=high):
            return _band("cadence", "cadence", low / 2, high / 2)
        case PowerTarget(lowest_w=low, highest_w=high, zone=zone):
            band = _band("power", "power", low + 1000, high + 1000)
            return band | {"target_power_zone": zone or 0}
        case HeartRateZoneTarget(zone=zone):
            return {"target_type": "heart_rate", "target_hr_zone": zone}
        case PaceZoneTarget(zone=zone):
            return {"target_type": "speed", "target_speed_zone": zone}
        case PowerZoneTarget(zone=zone):
            return {"target_type": "power", "target_power_zone": zone}
        case ShareTarget(of=of, lowest=low, highest=high):
            kind = "power" if of == "threshold_power" else "heart_rate"
            return _band(kind, kind, 100 * low, 100 * high)
        case OtherTarget(type=number, value=value, low=low_raw, high=high_raw):
            return {
                "target_type#": number,
                "target_value#": value,
                "custom_target_value_low#": low_raw,
                "custom_target_value_high#": high_raw,
            }
    return {"target_type": "open"}


def _band(kind: str, field: str, low: float, high: float) -> Expected:
    return {
        "target_type": kind,
        f"custom_target_{field}_low": low,
        # Without an upper limit the field stays empty.
        f"custom_target_{field}_high": None if high == math.inf else high,
    }


def _compare(where: str, expected: Expected, wire: Any) -> None:
    """Compare fields by name; a name ending in ``#`` means the field's raw value."""
    found = _by_name(wire)
    for name, value in expected.items():
        got = found.get(name)
        if not _equal(name, value, got):
            raise EncodeError(f"{where}, {name.rstrip('#')}: expected {value!r}, read back {got!r}")


def _by_name(wire: Any) -> Expected:
    """A message's values by the names of fitparse's, the first field of each name.

    What depends on another field has two names, ``duration_value`` and ``duration_time``.
    """
    found: Expected = {}
    for field in wire.fields:
        own, parent = field.name, field.parent_field
        found.setdefault(own, field.value)
        base = own
        if parent:
            base = parent.name
            found.setdefault(base, field.value)
        found.setdefault(f"{base}#", field.raw_value)
    return found


def _equal(name: str, expected: object, got: object) -> bool:
    if isinstance(expected, set):
        return got in expected
    if name in _HALF_DIGIT and expected is not None:
        number = _number(got)
        return (
            isinstance(expected, (int, float))
            and number is not None
            and math.isclose(number, expected, rel_tol=0, abs_tol=_HALF_DIGIT[name])
        )
    return (got or None) == (expected or None) if isinstance(got, str) else got == expected


def _number(got: object) -> float | None:
    # "bpm_offset" and "watts_offset" are fitparse's names of the bare offsets.
    if isinstance(got, str):
        return {"bpm_offset": 100.0, "watts_offset": 1000.0}.get(got)
    return float(got) if isinstance(got, (int, float)) else None
