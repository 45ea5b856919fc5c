"""Activities made by hand, second by second, for tests whose truth must be known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import attrs
import numpy as np

from backrun_fit.activity import Activity, Lap, TimerEvent, Track
from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage, unroll
from backrun_fit.workout import (
    DistanceDuration,
    Duration,
    Intensity,
    Movement,
    OpenTarget,
    Step,
    Target,
    TimeDuration,
)

START = datetime(2025, 1, 1, 8, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class Piece:
    """One lap to record: whole seconds at one speed, perhaps with a pause in the middle."""

    timer_s: int
    speed_mps: float = 3.0
    cadence_spm: float = 165.0
    heart_rate_bpm: float = 140.0
    grade_percent: float = 0.0
    step_index: int | None = None
    trigger: str | None = "time"
    intensity: str | None = None
    pause_s: int = 0


def timed(
    seconds: float,
    target: Target = OpenTarget(),  # noqa: B008
    intensity: Intensity | None = Intensity.ACTIVE,
    movement: Movement = Movement.RUN,
) -> Step:
    """A step of so many seconds."""
    duration: Duration = TimeDuration(duration_s=float(seconds))
    return Step(duration=duration, target=target, intensity=intensity, movement=movement)


def metres(distance_m: float, target: Target = OpenTarget()) -> Step:  # noqa: B008
    """A step of so many metres."""
    return Step(duration=DistanceDuration(distance_m=distance_m), target=target)


def plan(*messages: Message) -> CompiledWorkout:
    """A workout of these messages."""
    return CompiledWorkout(name="plan", messages=messages)


def repeat(first_index: int, count: int | None, *, skip_last: bool = False) -> RepeatMessage:
    """A repeat from a message on."""
    return RepeatMessage(first_index=first_index, count=count, skip_last_recovery=skip_last)


def as_planned(workout: CompiledWorkout, *, faster: Sequence[int] = ()) -> list[Piece]:
    """A piece for each execution of timed steps, exactly as long; some step indexes faster."""
    return [
        Piece(
            timer_s=round(execution.step.duration.duration_s),
            speed_mps=4.0 if execution.step_index in faster else 2.5,
            step_index=execution.step_index,
        )
        for execution in unroll(workout)
        if isinstance(execution.step.duration, TimeDuration)
    ]


def record(
    pieces: Sequence[Piece],
    workout: CompiledWorkout | None = None,
    *,
    sub_sport: str = "generic",
    every_s: int = 1,
) -> Activity:
    """Record pieces one after the other: a lap each, a sample every so many seconds."""
    laps, events = [], [TimerEvent(at=START, kind="start")]
    samples: list[tuple[float, ...]] = []
    clock_s, distance_m, altitude_m = 0, 0.0, 100.0
    for number, piece in enumerate(pieces):
        begun_s, begun_m = clock_s, distance_m
        for second in range(piece.timer_s):
            if piece.pause_s and second == piece.timer_s // 2:
                events.append(TimerEvent(at=_at(clock_s), kind="stop"))
                clock_s += piece.pause_s
                events.append(TimerEvent(at=_at(clock_s), kind="start"))
            if clock_s % every_s == 0:
                samples.append(_sample(clock_s, distance_m, altitude_m, piece))
            clock_s += 1
            distance_m += piece.speed_mps
            altitude_m += piece.speed_mps * piece.grade_percent / 100.0
        laps.append(
            Lap(
                number=number,
                start_at=_at(begun_s),
                end_at=_at(clock_s),
                timer_s=float(piece.timer_s),
                elapsed_s=float(clock_s - begun_s),
                distance_m=distance_m - begun_m,
                step_index=piece.step_index,
                trigger=piece.trigger,
                intensity=piece.intensity,
            )
        )
    if pieces:
        samples.append(_sample(clock_s, distance_m, altitude_m, pieces[-1]))
    events.append(TimerEvent(at=_at(clock_s), kind="stop"))
    columns = np.array(samples, dtype=float).reshape(len(samples), 6).T
    return Activity(
        started_at=START,
        ended_at=_at(clock_s),
        sport="running",
        sub_sport=sub_sport,
        laps=tuple(laps),
        timer_events=tuple(events),
        track=Track.from_columns(
            columns[0],
            distance_m=columns[1],
            speed_mps=columns[2],
            cadence_spm=columns[3],
            heart_rate_bpm=columns[4],
            altitude_m=columns[5],
        ),
        workout=workout,
    )


def _at(clock_s: float) -> datetime:
    return START + timedelta(seconds=clock_s)


def _sample(clock_s: int, distance_m: float, altitude_m: float, piece: Piece) -> tuple[float, ...]:
    return (
        START.timestamp() + clock_s,
        distance_m,
        piece.speed_mps,
        piece.cadence_spm,
        piece.heart_rate_bpm,
        altitude_m,
    )


def split(activity: Activity, lap: int, timer_s: float, trigger: str = "distance") -> Activity:
    """The same recording with one lap cut in two; only for laps without a pause."""
    whole = activity.laps[lap]
    share = timer_s / whole.timer_s
    middle = whole.start_at + timedelta(seconds=timer_s)
    assert whole.distance_m is not None
    first = attrs.evolve(
        whole,
        end_at=middle,
        timer_s=timer_s,
        elapsed_s=timer_s,
        distance_m=whole.distance_m * share,
        trigger=trigger,
    )
    second = attrs.evolve(
        whole,
        start_at=middle,
        timer_s=whole.timer_s - timer_s,
        elapsed_s=whole.elapsed_s - timer_s,
        distance_m=whole.distance_m * (1 - share),
    )
    laps = (*activity.laps[:lap], first, second, *activity.laps[lap + 1 :])
    return attrs.evolve(activity, laps=tuple(renumbered(laps)))


def renumbered(laps: Sequence[Lap]) -> Iterator[Lap]:
    """Laps numbered by their place."""
    for number, lap in enumerate(laps):
        yield attrs.evolve(lap, number=number)


def without_indexes(activity: Activity) -> Activity:
    """The same recording, its step indexes lost."""
    return attrs.evolve(
        activity, laps=tuple(attrs.evolve(lap, step_index=None) for lap in activity.laps)
    )


def moved_by(activity: Activity, later: timedelta) -> Activity:
    """The same run on another day."""
    track = activity.track
    return attrs.evolve(
        activity,
        started_at=activity.started_at + later,
        ended_at=activity.ended_at + later,
        laps=tuple(
            attrs.evolve(lap, start_at=lap.start_at + later, end_at=lap.end_at + later)
            for lap in activity.laps
        ),
        timer_events=tuple(
            attrs.evolve(event, at=event.at + later) for event in activity.timer_events
        ),
        track=attrs.evolve(track, unix_s=track.unix_s + later.total_seconds()),
    )
