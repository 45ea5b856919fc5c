"""What was recorded: laps, timer events and samples. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.compiled import CompiledWorkout

__all__ = [
    "TRACK_COLUMNS",
    "Activity",
    "Column",
    "DeveloperColumn",
    "Lap",
    "TimerEvent",
    "Track",
]

Column = npt.NDArray[np.float64]
"""One value a sample, in order of time; NaN where the sample has none."""


@attrs.frozen(kw_only=True, eq=False)
class DeveloperColumn:
    """What an app on the watch, or a sensor, recorded beside FIT's own fields.

    Source: FIT Profile 21.212, message ``field_description`` (206).

    Attributes:
        name: The app's own word, such as ``Form Power``.
        units: The app's own word; empty where there is none.
        values: One a sample.
    """

    name: str
    units: str = ""
    values: Column


@attrs.frozen(kw_only=True, eq=False)
class Track:
    """The samples as columns of equal length, in order of time; the length may be zero.

    A quantity that was never recorded is a column of NaN. Sources: FIT Profile
    21.212, message ``record`` (20).

    Attributes:
        unix_s: Seconds since 1970-01-01 UTC; never NaN, never falling.
        distance_m: Distance since the start, as the watch counted it.
        speed_mps: ``enhanced_speed``, else ``speed``.
        heart_rate_bpm: Heart rate.
        cadence_spm: Steps of both feet per minute, 2 x (cadence + fractional cadence).
        altitude_m: ``enhanced_altitude``, else ``altitude``.
        power_w: Power.
        step_length_m: Length of one step.
        latitude_deg: Degrees north.
        longitude_deg: Degrees east.
        stance_time_ms: How long a foot stays on the ground.
        vertical_oscillation_mm: How far the body moves up and down in a step.
        vertical_ratio_percent: Vertical oscillation in percent of the step length.
        developer: Developer fields by their names; one whose name is taken goes by
            ``dev_<index>_<number>``. May be empty.
    """

    unix_s: Column
    distance_m: Column
    speed_mps: Column
    heart_rate_bpm: Column
    cadence_spm: Column
    altitude_m: Column
    power_w: Column
    step_length_m: Column
    latitude_deg: Column
    longitude_deg: Column
    stance_time_ms: Column
    vertical_oscillation_mm: Column
    vertical_ratio_percent: Column
    developer: Mapping[str, DeveloperColumn] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        lengths = {len(getattr(self, name)) for name in TRACK_COLUMNS}
        lengths.update(len(column.values) for column in self.developer.values())
        if len(lengths) != 1:
            raise ValueError(f"expected columns of one length, got lengths {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.unix_s)

    @classmethod
    def from_columns(cls, unix_s: Column, **columns: Column) -> Track:
        """A track with the columns given, NaN in all others, and no developer fields."""
        absent = dict.fromkeys(TRACK_COLUMNS[1:], np.full(len(unix_s), np.nan))
        return cls(unix_s=unix_s, developer={}, **{**absent, **columns})


TRACK_COLUMNS: Final = tuple(
    field.name for field in attrs.fields(Track) if field.name != "developer"
)
"""Names of the columns that every track has, ``unix_s`` first."""


@attrs.frozen(kw_only=True)
class Lap:
    """One lap as recorded. FIT Profile 21.212, message ``lap`` (19).

    Attributes:
        number: Zero-based position in the file.
        start_at: When it began, aware UTC.
        end_at: When it ended, aware UTC (``timestamp``).
        timer_s: Seconds with the timer running.
        elapsed_s: Seconds on the clock, pauses included.
        distance_m: Distance; None where not recorded.
        step_index: ``wkt_step_index``: the workout message being executed; None
            outside a workout.
        trigger: FIT's word for what ended it, such as ``time``, ``distance``,
            ``manual`` or ``session_end``; None where not recorded.
        intensity: FIT's word; None where not recorded, which is often.
        heart_rate_bpm: Mean; None where not recorded.
    """

    number: int
    start_at: datetime
    end_at: datetime
    timer_s: float
    elapsed_s: float
    distance_m: float | None = None
    step_index: int | None = None
    trigger: str | None = None
    intensity: str | None = None
    heart_rate_bpm: float | None = None


@attrs.frozen(kw_only=True)
class TimerEvent:
    """The timer was started or stopped (by the athlete or by auto-pause)."""

    at: datetime
    kind: Literal["start", "stop"]


@attrs.frozen(kw_only=True, eq=False)
class Activity:
    """One recorded activity.

    Attributes:
        started_at: Aware UTC.
        ended_at: Aware UTC, not before ``started_at``.
        sport: FIT's word, or None where the file says none.
        sub_sport: FIT's word, or None.
        manufacturer: Maker of the recorder, FIT's word or the number as text.
        product: Product number or name as text; None where not recorded.
        laps: In order of recording; may be empty.
        timer_events: In order; may be empty.
        track: The samples.
        timer_s: Seconds with the timer running in all; None where not recorded.
        elapsed_s: Seconds on the clock in all; None where not recorded.
        distance_m: Total distance; None where not recorded.
        workout: The workout that the watch executed, where the file carries one.
        warnings: What was odd about the file, one sentence each.
        source: Name of the file it came from; None for bytes.
    """

    started_at: datetime
    ended_at: datetime
    sport: str | None
    sub_sport: str | None = None
    manufacturer: str | None = None
    product: str | None = None
    laps: tuple[Lap, ...] = ()
    timer_events: tuple[TimerEvent, ...] = ()
    track: Track
    timer_s: float | None = None
    elapsed_s: float | None = None
    distance_m: float | None = None
    workout: CompiledWorkout | None = None
    warnings: tuple[str, ...] = ()
    source: str | None = None
