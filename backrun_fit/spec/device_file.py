"""A device of one's own: what it can take, from a YAML, TOML or JSON file.

How one is written is in ``docs/how-to/own-device.md``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from backrun_fit.devices import DEVICES, DeviceProfile
from backrun_fit.errors import SpecError
from backrun_fit.limits import DEFAULT_LIMITS
from backrun_fit.marker import MARKER_BYTES
from backrun_fit.rules.parameters import as_flag
from backrun_fit.spec.file import read_text
from backrun_fit.spec.readers import Readers, read_list, read_mapping, whole
from backrun_fit.spec.text import SpecFormat, read_document
from backrun_fit.spec.values import read_choice, read_name, read_words
from backrun_fit.workout import (
    REPEAT_TYPES,
    NamedPaceTarget,
    OpenTarget,
    OtherDuration,
    OtherTarget,
    RampTarget,
)
from backrun_fit.workout.kinds import DURATION_KINDS, TARGET_KINDS

__all__ = ["load_device", "parse_device"]

# A field of text says its bytes in one byte (FIT protocol); a name needs room for its marker.
_MOST_BYTES: Final = 255
_NAME_BYTES: Final = whole(MARKER_BYTES + 1, _MOST_BYTES)

_DURATIONS: Final = {
    name: kind for kind, name in DURATION_KINDS.items() if kind is not OtherDuration
}
# Named paces are resolved and ramps are cut into steps before a device is asked.
_TARGETS: Final = {
    name: kind
    for kind, name in TARGET_KINDS.items()
    if kind not in (NamedPaceTarget, RampTarget, OtherTarget)
}


def load_device(path: str | os.PathLike[str]) -> DeviceProfile:
    """Read what a device can take from a file (YAML, TOML or JSON).

    Raises:
        SpecError: All problems at once, with the file's path as the source.
    """
    text, format_ = read_text(path)
    return parse_device(text, format_, source=os.fspath(path))


def parse_device(
    text: str,
    format: SpecFormat = "yaml",  # noqa: A002 - the public name
    source: str | None = None,
) -> DeviceProfile:
    """Read the text of such a file.

    Args:
        text: A ``name`` and the other fields of ``DeviceProfile``; with ``base``, the name of
            a known device, those in which it is like that one may be left out.
        format: Of the text.
        source: Name of the text, for errors.

    Raises:
        SpecError: All problems at once, each with its path and, where the format tells, its
            place.

    Example:
        >>> device = parse_device("{name: old-watch, base: garmin, max_messages: 20}")
        >>> device.max_messages, device.step_name_bytes
        (20, 16)
    """
    document = read_document(text, format, source)
    has_base = document.data.get("base") is not None
    required = ("name",) if has_base else tuple(key for key in _READERS if key != "base")
    with document.reading():
        found = read_mapping(document.data, _READERS, "a device", required)
    base = found.pop("base", None)
    return attrs.evolve(DEVICES[base], **found) if base else DeviceProfile(**found)


def _device_name(value: object) -> str:
    name = read_name(value)
    if name in DEVICES:
        raise SpecError(f"expected a name that no known device has, got {name!r}")
    return name


def _set(read: Callable[[Any], Any], what: str) -> Callable[[Any], frozenset[Any]]:
    return lambda value: frozenset(read_list(value, read, f"a list of {what}"))


def _kinds(known: Mapping[str, type]) -> Callable[[Any], frozenset[type]]:
    names = tuple(known)
    return _set(lambda value: known[read_choice(value, names)], f"kinds such as {names[0]}")


def _targets(value: object) -> frozenset[type]:
    kinds = _kinds(_TARGETS)(value)
    if OpenTarget not in kinds:
        raise SpecError("expected open among the targets, as which those it lacks are left")
    return kinds


def _numbers(least: int, most: int) -> Callable[[Any], frozenset[int]]:
    return _set(whole(least, most), f"numbers from {least} to {most}")


def _repeat_end(value: object) -> int:
    number = whole(0, _MOST_BYTES)(value)
    if number not in REPEAT_TYPES:
        known = ", ".join(map(str, sorted(REPEAT_TYPES)))
        raise SpecError(f"expected the number of a repeat's end ({known}), got {number}")
    return number


_READERS: Final[Readers] = {
    "name": _device_name,
    "base": lambda value: read_choice(value, tuple(DEVICES)),
    "max_messages": whole(1, DEFAULT_LIMITS.planned_steps),
    "workout_name_bytes": _NAME_BYTES,
    "step_name_bytes": _NAME_BYTES,
    "notes_bytes": whole(1, _MOST_BYTES),
    "nested_repeats": lambda value: as_flag(value, ""),
    "durations": _kinds(_DURATIONS),
    "other_durations": _numbers(0, _MOST_BYTES),
    "targets": _targets,
    "other_targets": _numbers(0, _MOST_BYTES),
    "repeat_ends": _set(_repeat_end, "numbers"),
    "secondary_targets": _set(lambda value: read_words(value, "a sport"), "sports"),
    "notes": lambda value: as_flag(value, ""),
}
