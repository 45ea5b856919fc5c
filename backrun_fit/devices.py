"""What a watch can take. Each figure names where it comes from; see ``docs/devices.md``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

__all__ = ["DEVICES", "GARMIN", "GARMIN_100", "DeviceProfile"]


@attrs.frozen(kw_only=True)
class DeviceProfile:
    """The limits of one kind of watch.

    Attributes:
        name: What it is called on the command line and in messages.
        max_messages: Most ``workout_step`` messages, repeats included.
        workout_name_bytes: Room for the workout's name in UTF-8, the closing NUL included.
        step_name_bytes: The same for a step's name.
        notes_bytes: The same for a step's notes.
        nested_repeats: Whether a repeat may stand inside a repeat.
    """

    name: str
    max_messages: int
    workout_name_bytes: int
    step_name_bytes: int
    notes_bytes: int
    nested_repeats: bool


GARMIN: Final = DeviceProfile(
    # No page of Garmin's states a limit; 50 is what most projects use. The string
    # capacities were read off one file that a Garmin device made (32, 16 and 200
    # bytes, NUL counted). Nested repeats were executed by real watches in at least
    # five recorded files.
    name="garmin",
    max_messages=50,
    workout_name_bytes=32,
    step_name_bytes=16,
    notes_bytes=200,
    nested_repeats=True,
)

# The Training API of Garmin accepts 100 steps in a workout of one sport.
GARMIN_100: Final = attrs.evolve(GARMIN, name="garmin-100", max_messages=100)

DEVICES: Final[Mapping[str, DeviceProfile]] = MappingProxyType(
    {device.name: device for device in (GARMIN, GARMIN_100)}
)
