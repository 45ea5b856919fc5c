"""What a reader found in a FIT file, the same for every reader, and how two of them differ."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import attrs
import garmin_fit_sdk

__all__ = [
    "AGREEMENT",
    "QUANTITIES",
    "Absent",
    "Fields",
    "Oracle",
    "Row",
    "View",
    "differences",
    "spelt",
    "view",
]

Fields = Mapping[str, Any]
"""One message as a reader gives it: FIT's field names, instants as aware datetimes, developer
fields by name under ``developer_fields``."""

Row = Mapping[str, float | str | None]
"""One message in physical units; None where the reader found nothing."""

AGREEMENT: Final = 1e-9
"""How far two readers' numbers may lie apart, in any unit. All divide the same integer by the
same scale, so only the last bits of the quotient are theirs; the finest step of the wire, that
of a position, is 8e-8 degrees. Instants are whole seconds and agree exactly."""


class Absent(Exception):  # noqa: N818 (a state of the machine, no error)
    """The oracle cannot be asked on this machine; the text says what is missing."""


@attrs.frozen(kw_only=True)
class View:
    """One file through one reader.

    Attributes:
        reader: Its name.
        errors: What it had to say against the file; empty for a sound one.
        counts: Number of messages of each kind by FIT's name, ``unknown_<number>`` for a
            kind that FIT has no name for.
        rows: Messages of each kind in ``QUANTITIES``, in order of the file.
    """

    reader: str
    errors: tuple[str, ...]
    counts: Mapping[str, int]
    rows: Mapping[str, Sequence[Row]]


Oracle = Callable[[Sequence[Path]], list[View]]
"""One view a file, in order. Raises ``Absent``."""

Pick = Callable[[Fields], float | str | None]


def _number(*names: str) -> Pick:
    """The first of some fields that has a value."""

    def pick(fields: Fields) -> float | str | None:
        found = next((fields[name] for name in names if fields.get(name) is not None), None)
        # A few numbers have words of their own, such as 100 in a heart rate with offset.
        return spelt(found) if isinstance(found, str) else found

    return pick


def _instant(name: str) -> Pick:
    """Unix seconds."""

    def pick(fields: Fields) -> float | None:
        found: datetime | None = fields.get(name)
        return None if found is None else found.timestamp()

    return pick


def _degrees(name: str) -> Pick:
    """Semicircles as degrees (FIT Profile, record.position_lat)."""

    def pick(fields: Fields) -> float | None:
        found: float | None = fields.get(name)
        return None if found is None else found * 180 / 2**31

    return pick


def _both_feet(fields: Fields) -> float | None:
    """Steps a minute: the wire counts strides (FIT Profile, record.cadence)."""
    strides: float | None = fields.get("cadence")
    return None if strides is None else 2 * (strides + (fields.get("fractional_cadence") or 0))


def _word(name: str, kind: str | None = None) -> Pick:
    """FIT's word; for a number that an old reader has no word for, Garmin's."""
    words = garmin_fit_sdk.Profile["types"][kind or name]

    def pick(fields: Fields) -> str | None:
        found: int | str | None = fields.get(name)
        return None if found is None else spelt(str(words.get(found, found)))

    return pick


def spelt(word: str) -> str:
    """A word of the profile with underscores, which JavaScript spells with capitals.

    Example:
        >>> spelt("sessionEnd"), spelt("session_end"), spelt("power3sLessThan")
        ('session_end', 'session_end', 'power_3s_less_than')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])", "_", word).lower()


def _text(name: str) -> Pick:
    """Text to be shown; none at all is the same as empty.

    What stands behind the end of a text garmin-fit-sdk gives as further texts.
    """

    def pick(fields: Fields) -> str | None:
        found: str | list[str] | None = fields.get(name)
        return (found[0] if isinstance(found, list) else found) or None

    return pick


_SPAN: Final[Mapping[str, Pick]] = {
    "start_unix_s": _instant("start_time"),
    "end_unix_s": _instant("timestamp"),
    "timer_s": _number("total_timer_time"),
    "elapsed_s": _number("total_elapsed_time"),
    "distance_m": _number("total_distance"),
}

QUANTITIES: Final[Mapping[str, Mapping[str, Pick]]] = {
    "file_id": {
        "type": _word("type", "file"),
        "manufacturer": _word("manufacturer"),
        "serial_number": _number("serial_number"),
        "created_unix_s": _instant("time_created"),
    },
    "workout": {
        "name": _text("wkt_name"),
        "sport": _word("sport"),
        "sub_sport": _word("sub_sport"),
        "steps": _number("num_valid_steps"),
    },
    "workout_step": {
        "index": _number("message_index"),
        "name": _text("wkt_step_name"),
        "notes": _text("notes"),
        "intensity": _word("intensity"),
        "duration": _word("duration_type", "wkt_step_duration"),
        "duration_s": _number("duration_time"),
        "duration_m": _number("duration_distance"),
        "duration_bpm": _number("duration_hr"),
        "repeat_from": _number("duration_step"),
        "repeats": _number("repeat_steps"),
        "target": _word("target_type", "wkt_step_target"),
        "slowest_mps": _number("custom_target_speed_low"),
        "fastest_mps": _number("custom_target_speed_high"),
        "lowest_bpm": _number("custom_target_heart_rate_low"),
        "highest_bpm": _number("custom_target_heart_rate_high"),
        "lowest_w": _number("custom_target_power_low"),
        "highest_w": _number("custom_target_power_high"),
    },
    "event": {
        "unix_s": _instant("timestamp"),
        "event": _word("event"),
        "type": _word("event_type"),
    },
    "record": {
        "unix_s": _instant("timestamp"),
        "distance_m": _number("distance"),
        "speed_mps": _number("enhanced_speed", "speed"),
        "heart_rate_bpm": _number("heart_rate"),
        "cadence_spm": _both_feet,
        "altitude_m": _number("enhanced_altitude", "altitude"),
        "power_w": _number("power"),
        "step_length_mm": _number("step_length"),
        "stance_time_ms": _number("stance_time"),
        "vertical_oscillation_mm": _number("vertical_oscillation"),
        "vertical_ratio_percent": _number("vertical_ratio"),
        "latitude_deg": _degrees("position_lat"),
        "longitude_deg": _degrees("position_long"),
    },
    "lap": {
        **_SPAN,
        "index": _number("message_index"),
        "step_index": _number("wkt_step_index"),
        "trigger": _word("lap_trigger"),
        "intensity": _word("intensity"),
        "heart_rate_bpm": _number("avg_heart_rate"),
    },
    "session": {
        **_SPAN,
        "sport": _word("sport"),
        "sub_sport": _word("sub_sport"),
        "trigger": _word("trigger", "session_trigger"),
        "laps": _number("num_laps"),
    },
    "activity": {
        "unix_s": _instant("timestamp"),
        "timer_s": _number("total_timer_time"),
        "sessions": _number("num_sessions"),
    },
}
"""What is compared, by kind of message. Developer fields join under ``developer <name>``."""


def view(reader: str, messages: Mapping[str, Sequence[Fields]], errors: Sequence[str] = ()) -> View:
    """What a reader gave, in physical units."""
    return View(
        reader=reader,
        errors=tuple(errors),
        counts={_kind(name): len(found) for name, found in messages.items()},
        rows={kind: [_row(kind, one) for one in messages.get(kind, ())] for kind in QUANTITIES},
    )


def _kind(name: str) -> str:
    """A kind's name; for one that an old reader knows by number only, Garmin's."""
    known = garmin_fit_sdk.Profile["messages"].get(_unknown_number(name))
    return str(known["name"]) if known else name


def _unknown_number(name: str) -> int | None:
    number = name.removeprefix("unknown_")
    return int(number) if number.isdecimal() else None


def _row(kind: str, fields: Fields) -> Row:
    row = {name: pick(fields) for name, pick in QUANTITIES[kind].items()}
    developer = fields.get("developer_fields", {})
    return row | {f"developer {name}": value for name, value in developer.items()}


def differences(left: View, right: View) -> list[str]:
    """Everything in which two readers do not agree, and every error that either found."""
    return list(_differences(left, right))


def _differences(left: View, right: View) -> Iterator[str]:
    for one in (left, right):
        yield from (f"{one.reader}: {error}" for error in one.errors)
    for kind in sorted(left.counts.keys() | right.counts.keys()):
        ours, theirs = left.counts.get(kind, 0), right.counts.get(kind, 0)
        if ours != theirs:
            yield f"{kind}: {ours} ({left.reader}), {theirs} ({right.reader})"
    for kind in QUANTITIES:
        # Rows too many or too few were told as counts.
        pairs = zip(left.rows[kind], right.rows[kind], strict=False)
        for number, (mine, other) in enumerate(pairs):
            for name in sorted(mine.keys() | other.keys()):
                a, b = mine.get(name), other.get(name)
                if not _same(a, b):
                    place = f"{kind}[{number}].{name}"
                    yield f"{place}: {a!r} ({left.reader}), {b!r} ({right.reader})"


def _same(left: float | str | None, right: float | str | None) -> bool:
    if isinstance(left, int | float) and isinstance(right, int | float):
        return math.isclose(left, right, rel_tol=0, abs_tol=AGREEMENT)
    return left == right
