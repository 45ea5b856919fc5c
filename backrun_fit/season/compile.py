"""From a season to its files, as names and bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import cast

import attrs

from backrun_fit.amounts import amounts_of
from backrun_fit.compile import compile_workout
from backrun_fit.devices import GARMIN, DeviceProfile
from backrun_fit.errors import CompileError, EncodeError, SpecError
from backrun_fit.fit.schedule_writer import ScheduledWorkout, encode_schedule, upcoming
from backrun_fit.fit.sniff import identity
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.output import safe_stem
from backrun_fit.season.compiled import CompiledSession, SeasonFile, SeasonFiles
from backrun_fit.season.season import DatedSession, Season
from backrun_fit.season.sessions import season_notes, season_sessions
from backrun_fit.spec import session
from backrun_fit.units import UnitSystem

__all__ = ["compile_season"]


def compile_season(
    season: Season,
    *,
    device: DeviceProfile = GARMIN,
    units: UnitSystem | None = None,
    created_at: datetime | None = None,
    stamped_at: datetime | None = None,
    today: date | None = None,
) -> SeasonFiles:
    """Compile every session of a season, and what tells when each is.

    Args:
        season: Whose rules find something to work on.
        device: What the workouts have to fit.
        units: In which units people read them; None takes the season's.
        created_at: Aware instant, written into the FIT files; None takes midnight UTC of
            the season's first day, so that the same season gives the same bytes.
        stamped_at: Aware instant, written into the calendar as the time of its making;
            None takes ``created_at``.
        today: Sessions before it are left out of the schedule file, and of nothing else;
            None keeps them all.

    Raises:
        SpecError: All problems of the season at once; see ``ladders``.
        CompileError: A session does not fit the device, or two cannot be told apart by
            name once they are cut to its room.
        EncodeError: Bytes do not say what they should, or two workouts share a serial
            number.

    Example:
        >>> from backrun_fit.season import parse_season
        >>> season = parse_season('''
        ... name: One week
        ... start: 2026-03-02
        ... weeks: 1
        ... athlete: {marathon_pace: 8:00/mi}
        ... sessions: [{day: Sun, name: Long run, run: 5mi @ easy, rules: [after_each_mile]}]
        ... ''')
        >>> [file.name for file in compile_season(season).files][:2]
        ['2026-03-08-W01-Sun-Long-run.fit', 'schedule.fit']
    """
    # Whoever only reads seasons, such as a batch, needs no calendar library.
    from backrun_fit.season.calendar import calendar
    from backrun_fit.season.index import index_csv, index_json

    units = units or season.units
    if created_at is None:
        created_at = datetime.combine(season.start, time(), UTC)
    dated_sessions = season_sessions(season)
    if not dated_sessions:
        raise CompileError(f"{season.name!r}: expected at least one session, got none")
    sessions = tuple(_compiled(dated, device, units, created_at) for dated in dated_sessions)
    _refuse_alike(sessions)
    schedule, schedule_notes = _schedule(sessions, created_at, today)
    made = SeasonFiles(
        season=season,
        sessions=sessions,
        files=(),
        units=units,
        created_at=created_at,
        device=device.name,
        notes=(*season_notes(season), *schedule_notes),
    )
    files = (
        *(SeasonFile(each.file, each.data) for each in sessions),
        *schedule,
        SeasonFile("season.ics", calendar(made, stamped_at=stamped_at or created_at)),
        SeasonFile("season.json", index_json(made)),
        SeasonFile("season.csv", index_csv(made)),
    )
    return attrs.evolve(made, files=files)


def _compiled(
    dated: DatedSession, device: DeviceProfile, units: UnitSystem, created_at: datetime
) -> CompiledSession:
    spec = dated.spec
    try:
        compiled = compile_workout(session(spec), spec.athlete, device=device, units=units)
    except SpecError as error:
        raise error.under(spec.name) from error
    data = encode_workout(compiled, created_at=created_at)
    *_, serial_number = identity(data)
    return CompiledSession(
        dated=dated,
        workout=compiled,
        amounts=amounts_of(compiled),
        file=f"{safe_stem(f'{dated.date.isoformat()} {compiled.name}')}.fit",
        data=data,
        serial_number=cast(int, serial_number),
    )


def _refuse_alike(sessions: Sequence[CompiledSession]) -> None:
    """No two sessions of a season may share what a watch, a person or a disk knows them by."""
    names: dict[str, CompiledSession] = {}
    serials: dict[int, CompiledSession] = {}
    for each in sessions:
        for key in (each.workout.name.casefold(), each.file.casefold()):
            other = names.setdefault(key, each)
            if other is not each:
                raise CompileError(
                    f"expected a name of its own for each session, got {key!r} for both "
                    f"{other.dated.spec.name!r} and {each.dated.spec.name!r}"
                )
        other = serials.setdefault(each.serial_number, each)
        if other is not each:
            raise EncodeError(
                f"{each.dated.spec.name!r} and {other.dated.spec.name!r} share a serial number; "
                f"rename one of them"
            )


def _schedule(
    sessions: Sequence[CompiledSession], created_at: datetime, today: date | None
) -> tuple[tuple[SeasonFile, ...], tuple[str, ...]]:
    entries = [
        ScheduledWorkout(
            scheduled_for=each.scheduled_for,
            serial_number=each.serial_number,
            created_at=created_at,
            name=each.workout.name,
        )
        for each in sessions
    ]
    kept, notes = upcoming(entries, today)
    if not kept:
        return (), (*notes, "schedule: no session is yet to come, so there is no schedule file")
    return (SeasonFile("schedule.fit", encode_schedule(kept, created_at=created_at)),), notes
