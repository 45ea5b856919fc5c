"""From the tables of a FIT file to an Activity."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, Literal

from backrun_fit.activity import Activity, TimerEvent
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import BackrunFitError, DecodeError, NoActivityError
from backrun_fit.fit.columns import Segment, Table, Value, decode
from backrun_fit.fit.damage import OnError
from backrun_fit.fit.instants import instant, is_plausible, known, known_instants
from backrun_fit.fit.lap_reader import read_laps
from backrun_fit.fit.maker import read_maker
from backrun_fit.fit.profile import FIT_EPOCH_UNIX_S, load_profile
from backrun_fit.fit.source import Source, open_source
from backrun_fit.fit.track_reader import read_track

__all__ = [
    "activities_in",
    "activity_from_segment",
    "file_kind",
    "read_activities",
    "read_activity",
]

# Sports in which `cadence` counts one leg's steps, so that twice is steps a minute.
_ON_FOOT: Final = frozenset(
    ("running", "walking", "hiking", "snowshoeing", "mountaineering", "generic", "training", None)
)
_FOOT_MACHINES: Final = frozenset(("treadmill", "indoor_running", "indoor_walking"))

# FIT Profile 21.212, type event: timer.
_TIMER: Final = 0
_TIMER_KINDS: Final[dict[Value, Literal["start", "stop"]]] = {
    "start": "start",
    **dict.fromkeys(("stop", "stop_all", "stop_disable", "stop_disable_all"), "stop"),
}

# FIT Profile 21.212, date_time.min: below it a time counts from power-up, not from 1989.
_LEAST_DATE_TIME: Final = 0x1000_0000


def read_activity(source: Source, *, on_error: OnError = "raise") -> Activity:
    """Read the one activity in a file.

    Args:
        source: A path, bytes or a binary file object; .fit, .fit.gz or .zip.
        on_error: ``salvage`` reads what is whole of a damaged file; the damage is
            told in ``Activity.warnings``.

    Raises:
        DecodeError: The source is no readable FIT file, holds no activity (what
            it holds is said), or several.

    Example:
        >>> try:
        ...     read_activity(b"<gpx></gpx>")
        ... except DecodeError as error:
        ...     error.what, error.got
        ('not a FIT file', 'a GPX document')
    """
    activities = read_activities(source, on_error=on_error)
    if len(activities) > 1:
        raise DecodeError(
            "several activities in one file",
            expected="one",
            got=str(len(activities)),
            source=activities[0].source,
        )
    return activities[0]


def read_activities(source: Source, *, on_error: OnError = "raise") -> tuple[Activity, ...]:
    """Read every activity in a file, an archive or a chain of files.

    Files of other kinds beside an activity (settings, say) are passed over.

    Args:
        source: A path, bytes or a binary file object; .fit, .fit.gz or .zip.
        on_error: As in ``read_activity``.

    Returns:
        At least one activity, in order of the source.

    Raises:
        DecodeError: A file cannot be read, or none holds an activity.
    """
    found: list[Activity] = []
    nothing: DecodeError | None = None
    for name, content in open_source(source):
        try:
            found.extend(activities_in(content, name, on_error=on_error))
        except NoActivityError as error:
            nothing = error
    if not found and nothing is not None:
        raise nothing
    return tuple(found)


def activities_in(
    content: bytes, name: str | None = None, *, on_error: OnError = "raise"
) -> tuple[Activity, ...]:
    """Every activity in the bytes of one FIT file, or of a chain of them.

    Args:
        content: Unpacked (see ``source.open_source``).
        name: Of the file, for the activities and for errors.
        on_error: As in ``read_activity``.

    Returns:
        At least one activity, in order of the chain.

    Raises:
        NoActivityError: The file is of another kind; it is said which.
        DecodeError: The bytes cannot be read.
    """
    kinds: dict[str, None] = {}
    found: list[Activity] = []
    empty: NoActivityError | None = None
    for segment in decode(content, source=name, on_error=on_error).segments:
        kind = file_kind(segment)
        kinds[kind] = None
        if kind == "activity":
            try:
                found.append(activity_from_segment(segment, source=name))
            except NoActivityError as error:
                empty = error
    if not found:
        raise empty or NoActivityError(
            "no activity in the file",
            expected="a recorded activity",
            got=f"a file of kind {', '.join(kinds)}",
            source=name,
        )
    return tuple(found)


def file_kind(segment: Segment) -> str:
    """What kind of file a segment is.

    Returns:
        FIT's word in ``file_id.type`` (such as ``activity``, ``workout`` or
        ``settings``); where it is missing or has no word, a guess by the messages
        there are, or ``unknown``.
    """
    for value in segment.table("file_id").values("type"):
        if isinstance(value, str):
            return value
    for message, kind in (
        ("session", "activity"),
        ("record", "activity"),
        ("lap", "activity"),
        ("workout_step", "workout"),
        ("workout", "workout"),
    ):
        if len(segment.table(message)):
            return kind
    return "unknown"


def activity_from_segment(segment: Segment, *, source: str | None = None) -> Activity:
    """Build the activity that one FIT file holds.

    Args:
        segment: The file.
        source: Its name.

    Raises:
        NoActivityError: Nothing was recorded in it: there is no session, lap or
            record with a time.
    """
    log: list[str] = []
    session, lap = segment.table("session"), segment.table("lap")
    sport, sub_sport = _sport(segment)
    track = read_track(segment.table("record"), on_foot=_is_on_foot(sport, sub_sport), log=log)
    track_span = [float(track.unix_s[0]), float(track.unix_s[-1])] if len(track) else []
    starts = _present(known_instants(session.column("start_time")))
    laps = read_laps(lap, (*starts, *track_span), log)
    if not (starts or laps or track_span):
        raise NoActivityError(
            "nothing was recorded in the activity file",
            offset=segment.offset,
            expected="a session, a lap or a record with a time",
            got=f"{len(segment)} messages without",
            source=source,
        )
    # The session's clock is the better end: its timestamp is when it was saved.
    ends = _present(
        known_instants(session.column("start_time") + session.column("total_elapsed_time"))
    )
    if not len(session):
        log.append("no session message: the recording was never finished, or was cut")
    if not ends:
        ends = [*(lap.end_at.timestamp() for lap in laps), *track_span]
    started = min(starts) if starts else laps[0].start_at.timestamp() if laps else track_span[0]
    if started < FIT_EPOCH_UNIX_S + _LEAST_DATE_TIME:
        log.append(
            "the recorder's clock was never set: its times count from when it was switched on"
        )
    elapsed_s = _total("total_elapsed_time", session, lap)
    if elapsed_s is None and track_span:
        elapsed_s = track_span[-1] - track_span[0]
    distance_m = _total("total_distance", session, lap)
    if distance_m is None:
        distance_m = next(reversed(_present(known(track.distance_m))), None)
    workout = _workout(segment, log)
    manufacturer, product = read_maker(segment.table("file_id"))
    return Activity(
        started_at=instant(started),
        ended_at=instant(max([started, *ends])),
        sport=sport,
        sub_sport=sub_sport,
        manufacturer=manufacturer,
        product=product,
        laps=laps,
        timer_events=_timer_events(segment.table("event")),
        track=track,
        timer_s=_total("total_timer_time", session, lap),
        elapsed_s=elapsed_s,
        distance_m=distance_m,
        workout=workout,
        warnings=(*map(str, segment.damages), *segment.warnings, *log),
        source=source,
    )


def _present(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _sport(segment: Segment) -> tuple[str | None, str | None]:
    """Sport and sub-sport of the first message that states a sport."""
    for message in ("session", "sport", "workout", "lap"):
        table = segment.table(message)
        for sport, sub_sport in zip(table.values("sport"), table.values("sub_sport"), strict=True):
            if isinstance(sport, str | int):
                known = isinstance(sub_sport, str | int)
                return str(sport), str(sub_sport) if known else None
    return None, None


def _is_on_foot(sport: str | None, sub_sport: str | None) -> bool:
    return sport in _ON_FOOT or sub_sport in _FOOT_MACHINES


def _timer_events(table: Table) -> tuple[TimerEvent, ...]:
    """Starts and stops of the timer (FIT Profile 21.212, event), in order of time."""
    columns = table.columns(("event", "event_type", "timestamp"))
    timer = columns["event"] == _TIMER
    kinds = load_profile().value_names("event_type")
    events = [
        TimerEvent(at=instant(at), kind=_TIMER_KINDS[kind])
        for number, at in zip(
            columns["event_type"][timer].tolist(), columns["timestamp"][timer].tolist(), strict=True
        )
        if (kind := kinds.get(number)) in _TIMER_KINDS and is_plausible(at)
    ]
    return tuple(sorted(events, key=lambda event: event.at))


def _total(name: str, *tables: Table) -> float | None:
    """The sum of a field over the messages of the first table that has it."""
    for table in tables:
        values = _present(known(table.column(name)))
        if values:
            return math.fsum(values)
    return None


def _workout(segment: Segment, log: list[str]) -> CompiledWorkout | None:
    """The workout that the watch executed; one that makes no sense costs a warning, not the run."""
    # Here, because that module reads through this package's tables too.
    from backrun_fit.fit.workout_reader import compiled_from_segment

    try:
        return compiled_from_segment(segment, embedded=True)
    except BackrunFitError as error:
        log.append(f"the embedded workout cannot be read: {error}")
        return None
