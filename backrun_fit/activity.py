"""What was recorded: laps, timer events and samples. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity_time import ClockJump
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import DataWarning

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
        cadence_spm: Steps of both feet per minute, 2 x (cadence + fractional cadence); NaN
            throughout in sports that are not on foot.
        cadence_rpm: Turns of the crank, or strokes, per minute; NaN throughout on foot.
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
        sources: For each column that was not taken from FIT's own field, where its values
            come from, such as ``developer field Power``.
    """

    unix_s: Column
    distance_m: Column
    speed_mps: Column
    heart_rate_bpm: Column
    cadence_spm: Column
    cadence_rpm: Column
    altitude_m: Column
    power_w: Column
    step_length_m: Column
    latitude_deg: Column
    longitude_deg: Column
    stance_time_ms: Column
    vertical_oscillation_mm: Column
    vertical_ratio_percent: Column
    developer: Mapping[str, DeveloperColumn] = attrs.field(factory=dict)
    sources: Mapping[str, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        lengths = {len(getattr(self, name)) for name in TRACK_COLUMNS}
        lengths.update(len(column.values) for column in self.developer.values())
        if len(lengths) != 1:
            raise ValueError(f"expected columns of one length, got lengths {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.unix_s)

    def rows(self, kept: slice | npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Track:
        """Some of the samples, by position or by mask, which must keep their order."""
        columns: dict[str, Any] = {name: getattr(self, name)[kept] for name in TRACK_COLUMNS}
        return Track(
            **columns,
            developer={
                key: attrs.evolve(column, values=column.values[kept])
                for key, column in self.developer.items()
            },
            sources=self.sources,
        )

    @classmethod
    def from_columns(cls, unix_s: Column, **columns: Column) -> Track:
        """A track with the columns given, NaN in all others, and no developer fields."""
        absent: dict[str, Any] = dict.fromkeys(TRACK_COLUMNS[1:], np.full(len(unix_s), np.nan))
        return cls(unix_s=unix_s, developer={}, **{**absent, **columns})


TRACK_COLUMNS: Final = tuple(
    field.name for field in attrs.fields(Track) if field.name not in ("developer", "sources")
)
"""Names of the columns that every track has, ``unix_s`` first."""


@attrs.frozen(kw_only=True)
class Lap:
    """One lap as recorded. FIT Profile 21.212, message ``lap`` (19).

    Attributes:
        number: Zero-based position in the file.
        start_at: When it began, aware UTC.
        end_at: When it ended, aware UTC: ``start_time + total_elapsed_time``, never
            ``timestamp`` (``activity_time.ends_of_summaries`` has the order of trust).
        timer_s: Seconds with the timer running.
        elapsed_s: Seconds on the clock, pauses included.
        distance_m: Distance; None where not recorded.
        step_index: ``wkt_step_index``: the workout message being executed; None
            outside a workout.
        trigger: FIT's word for what ended it, such as ``time``, ``distance``,
            ``manual`` or ``session_end``; None where not recorded.
        intensity: FIT's word; None where not recorded, which is often.
        heart_rate_bpm: Mean; None where not recorded.
        is_from_records: The file has no lap message for it: the recording stopped in it, or
            the recorder left it out, and it was made of the samples.
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
    is_from_records: bool = False


@attrs.frozen(kw_only=True)
class TimerEvent:
    """The timer was started or stopped (by the athlete or by auto-pause)."""

    at: datetime
    kind: Literal["start", "stop"]


@attrs.frozen(kw_only=True, eq=False)
class Activity:
    """One recorded activity: one session (leg) of a file.

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
        clock_jumps: Where the recorder's clock was set; usually none.
        leg: One-based position among the sessions of its file.
        leg_count: How many sessions the file has.
        is_complete: False where the recording stopped before it was ended (flat battery,
            cut upload): what the plan asks for after that was not recorded.
        warnings: What was odd about the file.
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
    clock_jumps: tuple[ClockJump, ...] = ()
    leg: int = 1
    leg_count: int = 1
    is_complete: bool = True
    warnings: tuple[DataWarning, ...] = ()
    source: str | None = None
