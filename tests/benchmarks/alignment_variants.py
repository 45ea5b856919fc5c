"""A real run with other laps, or with something before, in or behind it, and its truth.

Everything is made of the run's own samples. What is drawn is drawn by a seed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, Literal

import attrs
import numpy as np

from backrun_fit.activity import TRACK_COLUMNS, Activity, Column, Lap, TimerEvent, Track
from backrun_fit.activity_time import TimerClock
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.workout import DistanceDuration, Duration, Step, TimeDuration
from tests.benchmarks.accuracy_real import RealRun

__all__ = [
    "KILOMETRE_M",
    "MILE_M",
    "STANDING_S",
    "one_step_plan",
    "own_running_s",
    "with_autolaps",
    "with_cool_down",
    "with_standing",
    "with_warm_up",
    "without_plan",
]

KILOMETRE_M: Final = 1000.0
MILE_M: Final = 1609.344

STANDING_S: Final = 120.0

LEAST_HOLDING_S: Final = 2 * STANDING_S
"""A shorter execution is not one in which a runner stands for two minutes."""

LEAST_EASY_S: Final = 120.0
"""Shorter executions are no place to take easy running from."""

LEAST_EASY_MPS: Final = 1.8
"""Slower is walking."""

LONGEST_INTERVAL_S: Final = 10.0
"""A longer interval between two samples is a pause."""

OWN_RUNNING_S: Final = (300, 1200)
"""Length of a warm-up or cool-down that is not in the plan: from, to."""


def without_plan(run: RealRun) -> tuple[RealRun, CompiledWorkout]:
    """The run as it is recorded where the plan was not loaded, and the plan."""
    workout = run.activity.workout
    assert workout is not None
    return attrs.evolve(run, activity=attrs.evolve(run.activity, workout=None)), workout


def one_step_plan(activity: Activity, kind: Literal["time", "distance"]) -> CompiledWorkout:
    """A plan of one step that is exactly as long as the run."""
    assert activity.timer_s is not None
    assert activity.distance_m is not None
    duration: Duration = TimeDuration(duration_s=activity.timer_s)
    if kind == "distance":
        duration = DistanceDuration(distance_m=activity.distance_m)
    return CompiledWorkout(name="one step", messages=(Step(duration=duration),))


# Laps that the watch made by itself.


def with_autolaps(activity: Activity, every_m: float) -> Activity:
    """The same with a lap every so many metres of the distance column, and none of the plan's.

    The last lap ends with the session. Like a watch's, laps begin at whole seconds.
    """
    track = activity.track
    known = ~np.isnan(track.distance_m)
    unix_s, distance_m = track.unix_s[known], np.maximum.accumulate(track.distance_m[known])
    begin, end = activity.started_at.timestamp(), activity.ended_at.timestamp()
    levels_m = np.arange(every_m, distance_m[-1], every_m)
    marks = [begin, *(round(at) for at in _crossings(unix_s, distance_m, levels_m)), end]
    metres = [0.0, *levels_m.tolist(), float(distance_m[-1])]
    clock = _clock(activity)
    laps = tuple(
        Lap(
            number=number,
            start_at=_at(marks[number]),
            end_at=_at(marks[number + 1]),
            timer_s=clock.timer_s(marks[number + 1]) - clock.timer_s(marks[number]),
            elapsed_s=marks[number + 1] - marks[number],
            distance_m=metres[number + 1] - metres[number],
            trigger="distance" if number < len(marks) - 2 else "session_end",
        )
        for number in range(len(marks) - 1)
    )
    return attrs.evolve(activity, laps=laps)


def _crossings(unix_s: Column, distance_m: Column, levels_m: Column) -> list[float]:
    """When each distance was reached; behind a pause where that lies between two samples."""
    after = np.searchsorted(distance_m, levels_m)
    before = np.maximum(after - 1, 0)
    step_s, step_m = unix_s[after] - unix_s[before], distance_m[after] - distance_m[before]
    part = np.divide(levels_m - distance_m[before], step_m, where=step_m > 0, out=step_m * 0 + 1)
    at_s = unix_s[before] + part * step_s
    return np.where(step_s > LONGEST_INTERVAL_S, unix_s[after], at_s).tolist()  # type: ignore[no-any-return]


def _clock(activity: Activity) -> TimerClock:
    return TimerClock.of_events(
        [(event.at.timestamp(), event.kind == "start") for event in activity.timer_events],
        activity.started_at.timestamp(),
        activity.ended_at.timestamp(),
        activity.clock_jumps,
    )


def _at(unix_s: float) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)


# Running that is not in the plan.


def own_running_s(seed: str) -> int:
    """How long somebody warms up or cools down who does it beside the plan."""
    return Random(seed).randint(*OWN_RUNNING_S)


def with_warm_up(run: RealRun, lasting_s: int) -> RealRun:
    """The same run with easy running before it; the truth stays where it is."""
    activity = run.activity
    begin = min(activity.started_at.timestamp(), float(activity.track.unix_s[0]))
    easy, covered_m = _easy_running(run, begin - lasting_s, lasting_s)
    later = _moved(activity.track, distance_m=covered_m)
    events = [TimerEvent(at=_at(begin - lasting_s), kind="start")]
    old = list(activity.timer_events)
    if old and old[0].kind == "start":
        del old[0]
    return attrs.evolve(
        run,
        activity=attrs.evolve(
            activity,
            started_at=_at(begin - lasting_s),
            laps=(),
            timer_events=(*events, *old),
            track=_joined(easy, later),
            **_longer(activity, lasting_s, lasting_s, covered_m),
        ),
    )


def with_cool_down(run: RealRun, lasting_s: int) -> RealRun:
    """The same run with easy running behind it."""
    activity = run.activity
    end = max(activity.ended_at.timestamp(), float(activity.track.unix_s[-1]))
    easy, covered_m = _easy_running(run, end, lasting_s)
    so_far_m = float(np.nanmax(activity.track.distance_m))
    events = list(activity.timer_events)
    while events and events[-1].kind == "stop":
        del events[-1]
    events.append(TimerEvent(at=_at(end + lasting_s), kind="stop"))
    return attrs.evolve(
        run,
        activity=attrs.evolve(
            activity,
            ended_at=_at(end + lasting_s),
            laps=(),
            timer_events=tuple(events),
            track=_joined(activity.track, _moved(easy, distance_m=so_far_m)),
            **_longer(activity, lasting_s, lasting_s, covered_m),
        ),
    )


def _easy_running(run: RealRun, begin: float, lasting_s: float) -> tuple[Track, float]:
    """Easy running of the same run, over and over, from an instant on; and how far it goes."""
    part = run.activity.track.rows(_easiest(run))
    step_s = np.diff(part.unix_s)
    step_s = np.where(step_s > LONGEST_INTERVAL_S, 1.0, np.maximum(step_s, 0.0))
    moving_mps = _speeds(part)
    rows = np.arange(1, len(part))
    times = math.ceil(lasting_s / float(step_s.sum()))
    rows, step_s = np.tile(rows, times), np.tile(step_s, times)
    kept = np.cumsum(step_s) < lasting_s
    rows, step_s = rows[kept], step_s[kept]
    distance_m = np.cumsum(moving_mps[rows] * step_s)
    easy = attrs.evolve(_rows(part, rows), unix_s=begin + np.cumsum(step_s), distance_m=distance_m)
    return easy, float(distance_m[-1])


def _speeds(track: Track) -> Column:
    """As recorded; the mean where a sample has none, and the slope of the distance without any."""
    known = ~np.isnan(track.speed_mps)
    if known.any():
        return np.where(known, track.speed_mps, float(np.mean(track.speed_mps[known])))
    covered_m = float(np.nanmax(track.distance_m) - np.nanmin(track.distance_m))
    return np.full(len(track), covered_m / float(np.ptp(track.unix_s)))


def _easiest(run: RealRun) -> slice:
    """The samples of the slowest execution that is long enough, and running."""
    track = run.activity.track
    parts = []
    for true in run.truth:
        first, behind = np.searchsorted(track.unix_s, (true["start"], true["end"]))
        if behind - first < 3:
            continue
        speed_mps = float(np.mean(_speeds(track.rows(slice(first, behind)))))
        short = true["end"] - true["start"] < LEAST_EASY_S
        parts.append((short, speed_mps < LEAST_EASY_MPS, speed_mps, int(first), int(behind)))
    *_, first, behind = min(parts)
    return slice(first, behind)


# Standing in the middle.


def with_standing(run: RealRun, timer: Literal["paused", "running"]) -> RealRun:
    """The same run with two minutes of standing in the middle of an execution.

    It is the longest execution around the middle of the run. The runner keeps to the
    plan: with the timer running a step of planned time ends when its time is over, so
    that the standing takes the place of running; any other step lasts so much longer.
    """
    activity = run.activity
    true = _holding(run)
    at = _moving_instant(activity, (true["start"] + true["end"]) / 2)
    if timer == "paused":
        return _later(run, at, timer_s=0.0)
    step = activity.workout.messages[true["step_index"]] if activity.workout else None
    is_timed = isinstance(step, Step) and isinstance(step.duration, TimeDuration)
    if is_timed and true["end"] - at > STANDING_S:
        return _stood_instead(run, at)
    return _later(run, at, timer_s=STANDING_S)


def _holding(run: RealRun) -> Mapping[str, Any]:
    begin = run.activity.started_at.timestamp()
    lasting_s = run.activity.ended_at.timestamp() - begin

    def order(true: Mapping[str, Any]) -> tuple[bool, float]:
        true_s = true["end"] - true["start"]
        middle = ((true["start"] + true["end"]) / 2 - begin) / lasting_s
        return 0.2 <= middle <= 0.8 and true_s >= LEAST_HOLDING_S, true_s

    return max(run.truth, key=order)


def _moving_instant(activity: Activity, wanted: float) -> float:
    """A sample's instant at which the timer runs, as soon as possible behind the wanted one."""
    unix_s = activity.track.unix_s
    clock = _clock(activity)
    for place in range(int(np.searchsorted(unix_s[:-2], wanted)), len(unix_s) - 1):
        at = float(unix_s[place])
        if clock.timer_s(at + 1.0) - clock.timer_s(at - 1.0) > 1.9:
            return at
    return wanted


def _later(run: RealRun, at: float, *, timer_s: float) -> RealRun:
    """Everything behind an instant so much later; the timer runs for a part of that."""
    activity, shift_s = run.activity, STANDING_S
    track = activity.track
    behind = int(np.searchsorted(track.unix_s, at, side="right"))
    first, second = track.rows(slice(0, behind)), track.rows(slice(behind, None))
    second = _moved(second, unix_s=shift_s)
    events = list(activity.timer_events)
    early = [event for event in events if event.at.timestamp() <= at]
    late = [
        attrs.evolve(event, at=event.at + timedelta(seconds=shift_s))
        for event in events
        if event.at.timestamp() > at
    ]
    between: list[TimerEvent] = []
    parts = [first, second]
    if timer_s:
        parts.insert(1, _stood(first, at))
    else:
        between = [
            TimerEvent(at=_at(at), kind="stop"),
            TimerEvent(at=_at(at + shift_s), kind="start"),
        ]
    return RealRun(
        run.name,
        attrs.evolve(
            activity,
            ended_at=activity.ended_at + timedelta(seconds=shift_s),
            laps=(),
            timer_events=(*early, *between, *late),
            track=_joined(*parts),
            **_longer(activity, timer_s, shift_s, 0.0),
        ),
        tuple(
            {
                **true,
                "start": true["start"] + shift_s * (true["start"] > at),
                "end": true["end"] + shift_s * (true["end"] > at),
            }
            for true in run.truth
        ),
    )


def _stood(track: Track, at: float) -> Track:
    """Samples of standing behind the last one of a track, one a second."""
    count = round(STANDING_S) - 1
    still = _rows(track, np.full(count, len(track) - 1))
    unix_s = np.arange(count, dtype=np.float64) + (at + 1.0)
    nothing = np.zeros(count)
    return attrs.evolve(still, unix_s=unix_s, speed_mps=nothing, cadence_spm=nothing)


def _stood_instead(run: RealRun, at: float) -> RealRun:
    """Two minutes of running made into standing: no time more, some distance less."""
    activity = run.activity
    track = activity.track
    still = (track.unix_s > at) & (track.unix_s <= at + STANDING_S)
    behind = track.unix_s > at + STANDING_S
    known = ~np.isnan(track.distance_m)
    here_m, there_m = np.interp(
        (at, at + STANDING_S), track.unix_s[known], track.distance_m[known]
    ).tolist()
    lost_m = there_m - here_m
    changed = attrs.evolve(
        track,
        distance_m=np.where(still, here_m, track.distance_m - lost_m * behind),
        speed_mps=np.where(still, 0.0, track.speed_mps),
        cadence_spm=np.where(still, 0.0, track.cadence_spm),
    )
    distances = _longer(activity, 0.0, 0.0, -lost_m)
    return attrs.evolve(run, activity=attrs.evolve(activity, laps=(), track=changed, **distances))


# Tracks.


def _rows(track: Track, rows: Any) -> Track:
    """Samples at positions that may come again, without developer fields."""
    return Track(**{name: getattr(track, name)[rows] for name in TRACK_COLUMNS})


def _moved(track: Track, *, unix_s: float = 0.0, distance_m: float = 0.0) -> Track:
    return attrs.evolve(
        track, unix_s=track.unix_s + unix_s, distance_m=track.distance_m + distance_m
    )


def _joined(*tracks: Track) -> Track:
    """One behind the other, without developer fields."""
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(track, name) for track in tracks]) for name in TRACK_COLUMNS
    }
    return Track(**columns, sources=tracks[0].sources)


def _longer(
    activity: Activity, timer_s: float, elapsed_s: float, distance_m: float
) -> dict[str, Any]:
    """The totals of an activity with so much more."""
    more: Sequence[tuple[str, float]] = (
        ("timer_s", timer_s),
        ("elapsed_s", elapsed_s),
        ("distance_m", distance_m),
    )
    return {
        name: None if getattr(activity, name) is None else getattr(activity, name) + value
        for name, value in more
    }
