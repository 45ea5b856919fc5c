"""What a watch, or a site on the way to one, can take.

Each figure names where it comes from; addresses and doubts are in ``docs/reference/devices.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from backrun_fit.workout import (
    REPEAT_TYPES,
    CadenceTarget,
    DistanceDuration,
    Duration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    OpenDuration,
    OpenTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    ShareTarget,
    Target,
    TimeDuration,
)

__all__ = ["DEVICES", "GARMIN", "GARMIN_100", "INTERVALS_ICU", "DeviceProfile"]


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
        durations: Kinds of duration that it ends a step by.
        other_durations: Numbers of the FIT enum ``wkt_step_duration`` that it ends a step
            by, for durations that are kept raw.
        targets: Kinds of target that it guides by, once names are resolved.
        other_targets: Numbers of the FIT enum ``wkt_step_target``, for raw ones likewise.
        repeat_ends: Numbers of ``wkt_step_duration`` by which it ends a repeat, other
            than by a count.
        secondary_targets: FIT's words for the sports in which it takes a second target.
        notes: Whether it shows the notes of a step.
    """

    name: str
    max_messages: int
    workout_name_bytes: int
    step_name_bytes: int
    notes_bytes: int
    nested_repeats: bool
    durations: frozenset[type[Duration]]
    other_durations: frozenset[int]
    targets: frozenset[type[Target]]
    other_targets: frozenset[int]
    repeat_ends: frozenset[int]
    secondary_targets: frozenset[str]
    notes: bool


# FIT Profile 21.212, wkt_step_duration: repeat_until_steps_cmplt.
_COUNTED_REPEAT: Final = 6
# What Garmin lists for apps on its watches (Connect IQ); of the profile's kinds it
# leaves out one, time_only (31).
_LISTED_DURATIONS: Final = frozenset(range(30))

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
    # Connect IQ's Activity.WorkoutStepDurationType and WorkoutStepTargetType: what a
    # watch tells its apps of the step that it is in. Recordings show time, distance and
    # the lap button at work, and speed and heart rate; of the others none says which
    # model obeys them.
    durations=frozenset(
        (
            TimeDuration,
            DistanceDuration,
            OpenDuration,
            HeartRateBelowDuration,
            HeartRateAboveDuration,
        )
    ),
    other_durations=_LISTED_DURATIONS - REPEAT_TYPES,
    targets=frozenset(
        (
            OpenTarget,
            PaceTarget,
            PaceZoneTarget,
            HeartRateTarget,
            HeartRateZoneTarget,
            CadenceTarget,
            PowerTarget,
            PowerZoneTarget,
            ShareTarget,
        )
    ),
    other_targets=frozenset(range(19)),
    # The same list, and a sample file of Garmin's own SDK (until the heart rate is
    # above). None of 887 recordings holds one: that a watch obeys is not verified.
    repeat_ends=REPEAT_TYPES - {_COUNTED_REPEAT},
    # Terra's list of what Garmin takes: a second target in these two sports only.
    secondary_targets=frozenset(("cycling", "swimming")),
    notes=True,  # Connect IQ, WorkoutStepInfo.notes
)

# The Training API of Garmin accepts 100 steps in a workout of one sport.
GARMIN_100: Final = attrs.evolve(GARMIN, name="garmin-100", max_messages=100)

INTERVALS_ICU: Final = attrs.evolve(
    # The site hands on to watches, so nothing may be larger than a watch has room for.
    GARMIN,
    name="intervals-icu",
    # Its builder has times, distances and "press lap"; ends by heart rate, power and
    # calories are an open wish of its users. Which repeats it nests is not documented,
    # and a converter of FIT files for it was written because nested ones went wrong.
    nested_repeats=False,
    durations=frozenset((TimeDuration, DistanceDuration, OpenDuration)),
    other_durations=frozenset(),
    # A heart rate is a share or a zone there, never beats.
    targets=GARMIN.targets - {HeartRateTarget},
    other_targets=frozenset(),
    repeat_ends=frozenset(),
    # What becomes of a second target in a FIT file is not documented.
    secondary_targets=frozenset(),
)

DEVICES: Final[Mapping[str, DeviceProfile]] = MappingProxyType(
    {device.name: device for device in (GARMIN, GARMIN_100, INTERVALS_ICU)}
)
