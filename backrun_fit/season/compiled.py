"""A season as files: workouts, their schedule, a calendar and an index. Holds data."""

from __future__ import annotations

from datetime import datetime, time

import attrs

from backrun_fit.amounts import Amounts
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.season.season import DatedSession, Season
from backrun_fit.units import UnitSystem

__all__ = ["CompiledSession", "SeasonFile", "SeasonFiles"]


@attrs.frozen(kw_only=True)
class CompiledSession:
    """A session of a season, ready for the watch.

    Attributes:
        dated: What it is and when.
        workout: As the watch will hold it.
        amounts: How far and how long it is.
        file: Name of its file.
        data: Bytes of its file.
        serial_number: ``file_id.serial_number``, by which the schedule points to it.
    """

    dated: DatedSession
    workout: CompiledWorkout
    amounts: Amounts
    file: str
    data: bytes = attrs.field(repr=False)
    serial_number: int

    @property
    def scheduled_for(self) -> datetime:
        """When it is to be run, local; midnight where only the day is planned."""
        return datetime.combine(self.dated.date, self.dated.at or time())


@attrs.frozen
class SeasonFile:
    """A file to be written.

    Attributes:
        name: Without a folder; no two of a season are alike, whatever the case.
        data: All of it.
    """

    name: str
    data: bytes = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class SeasonFiles:
    """A season, compiled.

    Attributes:
        season: What it was made from.
        sessions: By date.
        files: The workouts in the same order, then ``schedule.fit`` (where a session is
            yet to come), ``season.ics``, ``season.json`` and ``season.csv``.
        units: In which units people read it.
        created_at: As written into the FIT files.
        device: Name of the device that it was compiled for.
        notes: What a runner should know about the season, one sentence each.
    """

    season: Season
    sessions: tuple[CompiledSession, ...]
    files: tuple[SeasonFile, ...]
    units: UnitSystem
    created_at: datetime
    device: str
    notes: tuple[str, ...]
