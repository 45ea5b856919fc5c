"""From the tables of a FIT file to its activities, one for each session."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np

from backrun_fit.activity import Activity, Lap, TimerEvent, Track
from backrun_fit.activity_time import (
    ClockJump,
    Summary,
    TimerClock,
    ends_of_summaries,
    find_clock_jumps,
)
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import BackrunFitError, DataWarning, DecodeError, NoActivityError
from backrun_fit.fit.columns import Segment, Table, Value, decode
from backrun_fit.fit.damage import OnError
from backrun_fit.fit.instants import instant, is_plausible, known
from backrun_fit.fit.lap_reader import LONGEST_TAIL_S, laps_from_records, read_laps
from backrun_fit.fit.maker import read_maker
from backrun_fit.fit.profile import FIT_EPOCH_UNIX_S, load_profile
from backrun_fit.fit.source import Source, open_source
from backrun_fit.fit.track_reader import Prefer, leg_track, read_track, record_memory
from backrun_fit.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "activities_from_segment",
    "activities_in",
    "file_kind",
    "read_activities",
    "read_activity",
]

# Sports in which `cadence` counts one leg's steps, so that twice is steps a minute.
_ON_FOOT: Final = frozenset(
    (
        *("running", "walking", "hiking", "snowshoeing", "mountaineering", "transition"),
        *("generic", "training", None),
    )
)
_FOOT_MACHINES: Final = frozenset(("treadmill", "indoor_running", "indoor_walking"))

# FIT Profile 21.212, type event: timer.
_TIMER: Final = 0
_TIMER_KINDS: Final[dict[Value, Literal["start", "stop"]]] = {
    "start": "start",
    **dict.fromkeys(("stop", "stop_all", "stop_disable", "stop_disable_all"), "stop"),
}

# FIT Profile 21.212, type sport: the whole of several legs, beside their own sessions.
_WHOLE: Final = "multisport"
_SAME_SECOND_S: Final = 1.0
_BARE_LAP_S: Final = 60.0

# Of many damaged places, a warning names so many.
_MOST_NAMED: Final = 3

# FIT Profile 21.212, date_time.min: below it a time counts from power-up, not from 1989.
_LEAST_DATE_TIME: Final = 0x1000_0000


def read_activity(
    source: Source,
    *,
    on_error: OnError = "raise",
    prefer: Prefer = "native",
    limits: Limits = DEFAULT_LIMITS,
) -> Activity:
    """Read the one activity in a file.

    Args:
        source: A path, bytes or a binary file object; .fit, .fit.gz or .zip.
        on_error: ``salvage`` reads what is whole of a damaged file; the damage is
            listed in ``Activity.warnings``.
        prefer: ``native`` takes heart rate, cadence, speed, distance and power from the
            developer field of an app only where the watch recorded none of its own;
            ``developer`` takes the app's first.
        limits: How much is read.

    Raises:
        DecodeError: The source is no readable FIT file, holds no activity (what
            it holds is said), or several, or a limit is broken.

    Example:
        >>> try:
        ...     read_activity(b"<gpx></gpx>")
        ... except DecodeError as error:
        ...     error.what, error.got
        ('not a FIT file', 'a GPX document')
    """
    activities = read_activities(source, on_error=on_error, prefer=prefer, limits=limits)
    if len(activities) > 1:
        sports = ", ".join(activity.sport or "unknown sport" for activity in activities)
        raise DecodeError(
            "several activities in one file (read_activities reads them all)",
            expected="one",
            got=f"{len(activities)}: {sports}",
            source=activities[0].source,
        )
    return activities[0]


def read_activities(
    source: Source,
    *,
    on_error: OnError = "raise",
    prefer: Prefer = "native",
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Activity, ...]:
    """Read every activity in a file, an archive or a chain of files.

    A file with several sessions (a duathlon, a triathlon) holds one activity for each of
    its legs. Files of other kinds beside an activity (settings, say) are passed over.

    Args:
        source: A path, bytes or a binary file object; .fit, .fit.gz or .zip.
        on_error: As in ``read_activity``.
        prefer: As in ``read_activity``.
        limits: How much is read; the memory for records is that of all files together.

    Returns:
        At least one activity, in order of the source.

    Raises:
        DecodeError: A file cannot be read, none holds an activity, or a limit is broken.
    """
    found: list[Activity] = []
    nothing: DecodeError | None = None
    used = 0
    for name, content in open_source(source, limits=limits):
        try:
            more, memory = _activities_in(
                content, name, on_error=on_error, prefer=prefer, limits=limits, used=used
            )
            found.extend(more)
            used += memory
        except NoActivityError as error:
            nothing = error
    if not found and nothing is not None:
        raise nothing
    return tuple(found)


def activities_in(
    content: bytes,
    name: str | None = None,
    *,
    on_error: OnError = "raise",
    prefer: Prefer = "native",
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Activity, ...]:
    """Every activity in the bytes of one FIT file, or of a chain of them.

    Args:
        content: Unpacked (see ``source.open_source``).
        name: Of the file, for the activities and for errors.
        on_error: As in ``read_activity``.
        prefer: As in ``read_activity``.
        limits: As in ``read_activity``.

    Returns:
        At least one activity, in order of the chain.

    Raises:
        NoActivityError: The file is of another kind; it is said which.
        DecodeError: The bytes cannot be read, or a limit is broken.
    """
    found, _ = _activities_in(content, name, on_error=on_error, prefer=prefer, limits=limits)
    return found


def _activities_in(
    content: bytes,
    name: str | None,
    *,
    on_error: OnError,
    prefer: Prefer,
    limits: Limits,
    used: int = 0,
) -> tuple[tuple[Activity, ...], int]:
    """The activities, and the bytes of memory for their records, with ``used`` already taken."""
    segments = decode(content, source=name, on_error=on_error, limits=limits).segments
    memory = sum(record_memory(segment.table("record")) for segment in segments)
    if used + memory > limits.record_memory_bytes:
        raise DecodeError(
            "too many records",
            expected=f"at most {limits.record_memory_bytes} bytes of memory for them",
            got=f"{used + memory}",
            source=name,
        )
    kinds: dict[str, None] = {}
    found: list[Activity] = []
    empty: NoActivityError | None = None
    for segment in segments:
        kind = file_kind(segment)
        kinds[kind] = None
        if kind == "activity":
            try:
                found.extend(
                    activities_from_segment(segment, source=name, prefer=prefer, limits=limits)
                )
            except NoActivityError as error:
                empty = error
    if not found:
        raise empty or NoActivityError(
            "no activity in the file",
            expected="a recorded activity",
            got=f"a file of kind {', '.join(kinds)}",
            source=name,
        )
    return tuple(found), memory


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


@attrs.frozen(kw_only=True)
class _Session:
    """One ``session`` message (FIT Profile 21.212, 18); None where it says nothing.

    Attributes:
        time: When it was.
        sport: FIT's word.
        sub_sport: FIT's word.
        distance_m: ``total_distance``.
        first_lap: ``first_lap_index``.
        lap_count: ``num_laps``.
    """

    time: Summary
    sport: str | None = None
    sub_sport: str | None = None
    distance_m: float | None = None
    first_lap: int | None = None
    lap_count: int | None = None


def activities_from_segment(
    segment: Segment,
    *,
    source: str | None = None,
    prefer: Prefer = "native",
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Activity, ...]:
    """Build the activities that one FIT file holds, one for each session.

    Args:
        segment: The file.
        source: Its name.
        prefer: As in ``read_activity``.
        limits: Of which those of workouts hold; those of messages held in ``decode``.

    Returns:
        At least one, in order of their starts.

    Raises:
        NoActivityError: Nothing was recorded in it: there is no session, lap or
            record with a time.
    """
    log = _damage_warnings(segment)
    sessions = _sessions(segment.table("session"))
    track, jumps = _track(segment, sessions, prefer, log)
    laps = read_laps(
        segment.table("lap"),
        log,
        first_start_unix_s=next(iter(_starts(sessions, track)), None),
        last_record_unix_s=float(track.unix_s[-1]) if len(track) else None,
        jumps=jumps,
    )
    if not (laps or _starts(sessions, track)):
        raise NoActivityError(
            "nothing was recorded in the activity file",
            offset=segment.offset,
            expected="a session, a lap or a record with a time",
            got=f"{len(segment)} messages without",
            source=source,
        )
    was_ended = bool(sessions) or len(segment.table("activity")) > 0
    is_complete = was_ended or (bool(laps) and laps[-1].trigger == "session_end")
    legs = _legs(sessions, laps, track, _timer_events(segment.table("event")), jumps)
    workout = _workout(segment, log, limits)
    sports = _sports(segment, legs)
    carriers = _carriers(legs, sports, workout)
    manufacturer, product = read_maker(segment.table("file_id"))
    log.extend(DataWarning("file_structure", text) for text in segment.warnings)
    activities = []
    for number, (leg, (sport, sub_sport)) in enumerate(zip(legs, sports, strict=True), start=1):
        activity = leg.activity(jumps, log, is_complete=is_complete or number < len(legs))
        activities.append(
            attrs.evolve(
                activity,
                sport=sport,
                sub_sport=sub_sport,
                manufacturer=manufacturer,
                product=product,
                track=leg_track(activity.track, on_foot=_is_on_foot(sport, sub_sport)),
                workout=workout if number in carriers else None,
                leg=number,
                leg_count=len(legs),
                source=source,
            )
        )
    return tuple(activities)


def _sessions(table: Table) -> list[_Session]:
    """The sessions of a file in order of their starts; of a repeated one the last."""
    columns = [
        known(table.column(name))
        for name in (
            *("total_elapsed_time", "total_timer_time", "total_distance"),
            *("first_lap_index", "num_laps"),
        )
    ]
    starts, stamps = (
        [at if at is not None and is_plausible(at) else None for at in known(table.column(name))]
        for name in ("start_time", "timestamp")
    )
    words = table.rows("sport", "sub_sport")
    found: dict[tuple[float | None, str | None], _Session] = {}
    for row, (start, stamp) in enumerate(zip(starts, stamps, strict=True)):
        elapsed_s, timer_s, distance_m, first, count = (column[row] for column in columns)
        sport, sub_sport = (None if word is None else str(word) for word in words[row])
        found[start, sport] = _Session(
            time=Summary(start, stamp, elapsed_s, timer_s),
            sport=sport,
            sub_sport=sub_sport,
            distance_m=distance_m,
            first_lap=None if first is None else int(first),
            lap_count=None if count is None else int(count),
        )
    legs = [session for session in found.values() if session.sport != _WHOLE] or [*found.values()]
    return sorted(legs, key=lambda session: session.time.start_unix_s or 0.0)


def _damage_warnings(segment: Segment) -> list[DataWarning]:
    """One warning for all damaged places, of which it names the first few; none for none."""
    damages = segment.damages
    if not damages:
        return []
    more = len(damages) - _MOST_NAMED
    named = [str(damage) for damage in damages[:_MOST_NAMED]]
    text = "; ".join([*named, f"and {more} more damaged places"] if more > 0 else named)
    return [DataWarning("damage", text, len(damages))]


def _track(
    segment: Segment, sessions: Sequence[_Session], prefer: Prefer, log: list[DataWarning]
) -> tuple[Track, tuple[ClockJump, ...]]:
    """The samples that belong to the recording, and where its clock was set."""
    track = read_track(segment.table("record"), log, prefer=prefer)
    jumps, inside = find_clock_jumps(track.unix_s, _longest_elapsed(segment, sessions))
    if not inside.all():
        count = int((~inside).sum())
        text = f"{count} of {len(inside)} records lie outside the recording by their time; left out"
        log.append(DataWarning("records_outside", text, count))
        track = track.rows(inside)
    for jump in jumps:
        text = (
            f"the recorder's clock was set forward by {jump.shift_s:.0f} s at "
            f"{instant(jump.before_unix_s):%Y-%m-%d %H:%M:%S} UTC; timer time passes it over"
        )
        log.append(DataWarning("clock_jump", text))
    return track, jumps


def _longest_elapsed(segment: Segment, sessions: Sequence[_Session]) -> float | None:
    """How long the recording lasted, by its sessions or its laps; None where neither says."""
    laps_s = _present(known(segment.table("lap").column("total_elapsed_time")))
    found = [math.fsum(laps_s)] if laps_s and sessions else []
    ends = [
        session.time.start_unix_s + session.time.elapsed_s
        for session in sessions
        if session.time.start_unix_s is not None and session.time.elapsed_s is not None
    ]
    if ends and sessions[0].time.start_unix_s is not None:
        found.append(max(ends) - sessions[0].time.start_unix_s)
    return max(found, default=None)


def _starts(sessions: Sequence[_Session], track: Track) -> list[float]:
    """When the recording may have begun, the best first."""
    return _present(
        [*(session.time.start_unix_s for session in sessions), *map(float, track.unix_s[:1])]
    )


def _legs(
    sessions: Sequence[_Session],
    laps: tuple[Lap, ...],
    track: Track,
    events: tuple[TimerEvent, ...],
    jumps: Sequence[ClockJump],
) -> list[_Leg]:
    """Laps, samples and events by session; all of them where there is one or none.

    A leg begins with its session's start and lasts until the next one begins.
    """
    first_start = min([*(lap.start_at.timestamp() for lap in laps), *_starts((), track)], default=0)
    spans = ends_of_summaries(
        [session.time for session in sessions],
        first_start_unix_s=first_start,
        last_record_unix_s=float(track.unix_s[-1]) if len(track) else None,
        jumps=jumps,
    )
    placed = [(one, span) for one, span in zip(sessions, spans, strict=True) if span is not None]
    if len(placed) < 2:
        session, span = placed[0] if placed else (None, None)
        return [
            _Leg(
                session=session,
                start_unix_s=first_start if span is None else span.start_unix_s,
                end_unix_s=None if span is None else span.end_unix_s,
                laps=laps,
                track=track,
                events=events,
            )
        ]
    begins = np.array([span.start_unix_s for _, span in placed])

    def leg_of(unix_s: float) -> int:
        # Starts of laps and sessions are whole seconds, rounded each by itself.
        return max(int(begins.searchsorted(unix_s + _SAME_SECOND_S, side="right")) - 1, 0)

    lap_legs = _legs_of_laps([session for session, _ in placed], len(laps)) or [
        leg_of(lap.start_at.timestamp()) for lap in laps
    ]
    own_laps: list[list[Lap]] = [[] for _ in placed]
    own_events: list[list[TimerEvent]] = [[] for _ in placed]
    for lap, leg in zip(laps, lap_legs, strict=True):
        own_laps[leg].append(lap)
    for event in events:
        own_events[leg_of(event.at.timestamp())].append(event)
    bounds = [0, *track.unix_s.searchsorted(begins[1:]).tolist(), len(track)]
    return [
        _Leg(
            session=session,
            start_unix_s=span.start_unix_s,
            end_unix_s=span.end_unix_s,
            laps=tuple(own_laps[number]),
            track=track.rows(slice(bounds[number], bounds[number + 1])),
            events=tuple(own_events[number]),
        )
        for number, (session, span) in enumerate(placed)
    ]


def _legs_of_laps(sessions: Sequence[_Session], lap_count: int) -> list[int] | None:
    """For each lap its leg, by ``first_lap_index`` and ``num_laps``; None where they fail."""
    found: list[int] = []
    for leg, session in enumerate(sessions):
        if session.first_lap != len(found) or session.lap_count is None:
            return None
        found += [leg] * min(session.lap_count, lap_count - len(found))
    return found if len(found) == lap_count else None


@attrs.frozen(kw_only=True, eq=False)
class _Leg:
    """What one session of a file holds.

    Attributes:
        session: None where the recording stopped before it was written.
        start_unix_s: When it began.
        end_unix_s: When it ended, by the session.
        laps: In order.
        track: Its samples.
        events: When the timer was started and stopped in it.
    """

    session: _Session | None
    start_unix_s: float
    end_unix_s: float | None
    laps: tuple[Lap, ...]
    track: Track
    events: tuple[TimerEvent, ...]

    def activity(
        self, jumps: tuple[ClockJump, ...], log: Iterable[DataWarning], *, is_complete: bool
    ) -> Activity:
        """The activity, without what only the file says (sport, maker, workout)."""
        own_log = [*log]
        clock = self._clock(jumps)
        recorded = self._recorded_end(clock)
        laps = laps_from_records(
            self.laps, self.track, clock, recorded or 0.0, is_complete=is_complete
        )
        added = next((lap for lap in laps[-1:] if lap.is_from_records), None)
        total = self._totals(laps, added, clock, recorded)
        own_log += self._contradictions(added)
        if not is_complete and recorded is not None:
            text = (
                f"the recording stops at {instant(recorded):%Y-%m-%d %H:%M:%S} UTC; what came "
                "after is not known"
            )
            own_log.append(DataWarning("recording_stopped", text))
        ends = [self.end_unix_s] if added is None and self.end_unix_s is not None else []
        ends = ends or [*(lap.end_at.timestamp() for lap in laps), *_present([recorded])]
        return Activity(
            started_at=instant(self.start_unix_s),
            ended_at=instant(max([self.start_unix_s, *ends])),
            sport=None,
            laps=laps,
            timer_events=self.events,
            track=self.track,
            timer_s=total.timer_s,
            elapsed_s=total.elapsed_s,
            distance_m=total.distance_m,
            clock_jumps=self._own(jumps),
            is_complete=is_complete,
            warnings=tuple(own_log),
        )

    def _own(self, jumps: Sequence[ClockJump]) -> tuple[ClockJump, ...]:
        """Where the clock was set between two samples of this leg."""
        own = self.track.unix_s
        return tuple(
            jump
            for jump in jumps
            if len(own) and own[0] <= jump.before_unix_s and jump.after_unix_s <= own[-1]
        )

    def _clock(self, jumps: Sequence[ClockJump]) -> TimerClock:
        ends = [*(lap.end_at.timestamp() for lap in self.laps), *self.track.unix_s[-1:].tolist()]
        return TimerClock.of_events(
            [(event.at.timestamp(), event.kind == "start") for event in self.events],
            min([self.start_unix_s, *self.track.unix_s[:1].tolist()]),
            max([self.start_unix_s, *_present([self.end_unix_s]), *ends]),
            jumps,
        )

    def _recorded_end(self, clock: TimerClock) -> float | None:
        """The last sample that was recorded while the timer ran, and that prolongs the run.

        A sample behind the end of session and laps does so only where the distance grew.
        """
        unix_s, distance_m = self.track.unix_s, self.track.distance_m
        last = len(unix_s) - 1
        while last >= 0 and not clock.runs_at(float(unix_s[last])):
            last -= 1
        if last < 0:
            return None
        summed = [*(lap.end_at.timestamp() for lap in self.laps), *_present([self.end_unix_s])]
        end = max(summed, default=None)
        if end is None or unix_s[last] <= end or np.isnan(distance_m).all():
            return float(unix_s[last])
        behind = int(unix_s.searchsorted(end))
        before_m, after_m = distance_m[:behind], distance_m[behind : last + 1]
        before_m, after_m = before_m[~np.isnan(before_m)], after_m[~np.isnan(after_m)]
        grew = len(after_m) > 0 and (not len(before_m) or after_m[-1] > before_m[-1])
        return float(unix_s[last]) if grew else end

    def _totals(
        self, laps: Sequence[Lap], added: Lap | None, clock: TimerClock, recorded: float | None
    ) -> _Totals:
        """Of the session and what the records add to it; else of laps, else of the records."""
        session = self.session
        rest = self._without_session(laps)
        if session is None:
            if added is None:
                return rest
            recorded_m = self._recorded_distance()
            return rest if recorded_m is None else attrs.evolve(rest, distance_m=recorded_m)
        time, metres = session.time, session.distance_m
        own = _Totals(timer_s=time.timer_s, elapsed_s=time.elapsed_s, distance_m=metres)
        if added is not None:
            own = _Totals(
                timer_s=_sum(own.timer_s, added.timer_s),
                elapsed_s=_sum(own.elapsed_s, added.elapsed_s),
                distance_m=_sum(own.distance_m, added.distance_m),
            )
        elif not laps and recorded is not None and self._is_shorter_than(recorded):
            own = _Totals(
                timer_s=clock.timer_s(recorded),
                elapsed_s=recorded - self.start_unix_s,
                distance_m=self._recorded_distance(),
            )
        return _Totals(
            timer_s=rest.timer_s if own.timer_s is None else own.timer_s,
            elapsed_s=rest.elapsed_s if own.elapsed_s is None else own.elapsed_s,
            distance_m=rest.distance_m if own.distance_m is None else own.distance_m,
        )

    def _is_shorter_than(self, recorded: float) -> bool:
        """Whether the session ended well before the last sample."""
        return self.end_unix_s is not None and recorded > self.end_unix_s + LONGEST_TAIL_S

    def _without_session(self, laps: Sequence[Lap]) -> _Totals:
        distances = _present(lap.distance_m for lap in laps)
        unix_s = self.track.unix_s
        recorded_s = float(unix_s[-1] - unix_s[0]) if len(unix_s) else None
        return _Totals(
            timer_s=math.fsum(lap.timer_s for lap in laps) if laps else None,
            elapsed_s=math.fsum(lap.elapsed_s for lap in laps) if laps else recorded_s,
            distance_m=math.fsum(distances) if distances else self._recorded_distance(),
        )

    def _recorded_distance(self) -> float | None:
        return next(reversed(_present(known(self.track.distance_m))), None)

    def _contradictions(self, added: Lap | None) -> Iterator[DataWarning]:
        """Where session, laps and records do not say the same."""
        if self.session is None:
            text = "no session message: the recording was never finished, or was cut"
            yield DataWarning("no_session", text)
        elif added is not None:
            text = (
                f"the records go on for {added.timer_s:.0f} s behind the last lap and the "
                "session's totals; a lap was made of them, and the totals follow the records"
            )
            yield DataWarning("session_shorter_than_records", text)
        if self.start_unix_s < FIT_EPOCH_UNIX_S + _LEAST_DATE_TIME:
            text = "the recorder's clock was never set: it counts from when it was switched on"
            yield DataWarning("clock_never_set", text)
        timer_s = None if self.session is None else self.session.time.timer_s
        laps_s = math.fsum(lap.timer_s for lap in self.laps)
        longest_s = max((lap.timer_s for lap in self.laps), default=0.0)
        if timer_s is not None and self.laps and abs(laps_s - timer_s) > longest_s:
            text = (
                f"the laps last {laps_s:.0f} s in all and the session {timer_s:.0f} s; "
                "laps are missing, or stand in the file twice"
            )
            yield DataWarning("laps_and_session_differ", text)
        bare = sum(map(self._is_bare, self.laps)) if len(self.track) else 0
        if bare:
            text = f"{bare} laps of a minute or more hold no records; only their totals are known"
            yield DataWarning("lap_without_records", text, bare)

    def _is_bare(self, lap: Lap) -> bool:
        """Whether a lap of a minute or more holds no sample."""
        span = (lap.start_at.timestamp(), lap.end_at.timestamp())
        first, behind = self.track.unix_s.searchsorted(span).tolist()
        return lap.timer_s >= _BARE_LAP_S and first == behind


@attrs.frozen(kw_only=True)
class _Totals:
    """Totals of a leg; None where nothing says them."""

    timer_s: float | None
    elapsed_s: float | None
    distance_m: float | None


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None else one + (other or 0.0)


_Sport: TypeAlias = tuple[str | None, str | None]
"""Sport and sub-sport, FIT's words."""


def _carriers(
    legs: Sequence[_Leg], sports: Sequence[_Sport], workout: CompiledWorkout | None
) -> set[int]:
    """Numbers of the legs in which the file's workout was executed.

    Those whose laps point to its steps; else those of its sport; else all.
    """
    every = set(range(1, len(legs) + 1))
    if workout is None or len(legs) == 1:
        return every
    pointing = {
        number
        for number, leg in enumerate(legs, start=1)
        if any(lap.step_index is not None for lap in leg.laps)
    }
    same = {number for number, (sport, _) in enumerate(sports, start=1) if sport == workout.sport}
    return pointing or same or every


def _present(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _sports(segment: Segment, legs: Sequence[_Leg]) -> list[_Sport]:
    """Of each leg what its session says, or the first message that states a sport."""
    sports: list[_Sport] = [
        (None, None) if leg.session is None else (leg.session.sport, leg.session.sub_sport)
        for leg in legs
    ]
    if all(sport is not None for sport, _ in sports):
        return sports
    stated = _stated_sport(segment)
    return [stated if sport is None else (sport, sub_sport) for sport, sub_sport in sports]


def _stated_sport(segment: Segment) -> _Sport:
    for message in ("sport", "workout", "lap"):
        table = segment.table(message)
        for sport, sub_sport in zip(table.values("sport"), table.values("sub_sport"), strict=True):
            if isinstance(sport, str | int):
                has_sub_sport = isinstance(sub_sport, str | int)
                return str(sport), str(sub_sport) if has_sub_sport else None
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


def _workout(segment: Segment, log: list[DataWarning], limits: Limits) -> CompiledWorkout | None:
    """The workout that the watch executed; one that makes no sense costs a warning, not the run."""
    # Here, because that module reads through this package's tables too.
    from backrun_fit.fit.workout_reader import compiled_from_segment

    try:
        return compiled_from_segment(segment, embedded=True, limits=limits)
    except BackrunFitError as error:
        text = f"the embedded workout cannot be read: {error}"
        log.append(DataWarning("workout_unreadable", text))
        return None
