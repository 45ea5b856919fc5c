"""The rehearsal of a whole session: every execution, then the tail, as one activity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs
import numpy as np

from backrun_fit.activity import Activity, Column, TimerEvent, Track
from backrun_fit.compiled import CompiledWorkout, PlannedExecution, unroll
from backrun_fit.errors import Problem, SpecError
from backrun_fit.rehearsal.effort import Effort, effort_for
from backrun_fit.rehearsal.faults import Fast, Fault, Pause, Short, Skip, faults_by_number
from backrun_fit.rehearsal.runner import Runner
from backrun_fit.rehearsal.watch import EPOCH, Assignment, Entry, Stretch, instant, record
from backrun_fit.workout import Intensity, Movement, PowerTarget, Step, TimeDuration

__all__ = ["rehearse"]

DEFAULT_RUNNER: Final = Runner()
LONGEST_SESSION_S: Final = 48 * 3600
# After the workout the watch runs on for a while until it is stopped.
SHORTEST_TAIL_S: Final = 20
LONGEST_TAIL_S: Final = 60
# There and back on a straight kilometre, northward from Marathon, Greece.
ORIGIN_LATITUDE_DEG: Final = 38.1553
ORIGIN_LONGITUDE_DEG: Final = 23.9633
LEG_M: Final = 1000.0
METRES_PER_DEGREE: Final = 111_195.0  # a 360th of the circumference, mean radius 6,371 km
INDOORS: Final = frozenset(("treadmill", "indoor_running"))


def rehearse(
    workout: CompiledWorkout,
    *,
    runner: Runner = DEFAULT_RUNNER,
    seed: int = 0,
    started_at: datetime,
    faults: Sequence[Fault] = (),
) -> Activity:
    """Run a workout as planned, but for the faults, and record it.

    Every execution becomes one lap with its step index; after the last one the
    runner walks on for 20 to 60 s and stops the watch. Samples lie on whole
    seconds. A repeat that ends by something other than a count is run once.

    Args:
        workout: With absolute targets.
        runner: Whose body it is.
        seed: For the runner's noise; the same seed gives the same activity.
        started_at: Aware instant of the start; cut to whole milliseconds.
        faults: What goes wrong, each in the execution it names and nowhere else.

    Returns:
        The activity as the watch would record it, the workout embedded. The
        power column is filled when the plan asks for a power, the positions
        when the run is not indoors.

    Raises:
        SpecError: ``started_at`` is naive, the seed negative, a fault names no
            execution, a target is a named pace, or the session lasts longer
            than two days.
        CompileError: The repeats of the workout cannot be unrolled.

    Example:
        >>> from datetime import UTC
        >>> step = Step(duration=TimeDuration(duration_s=60.0))
        >>> plan = CompiledWorkout(name="A minute", messages=(step,))
        >>> activity = rehearse(plan, started_at=datetime(2026, 3, 1, 8, tzinfo=UTC))
        >>> [(lap.step_index, lap.trigger) for lap in activity.laps], activity.laps[0].timer_s
        ([(0, 'time'), (None, 'session_end')], 60.0)
    """
    if started_at.tzinfo is None:
        raise SpecError(Problem(f"expected an aware instant, got {started_at!r}", "started_at"))
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise SpecError(Problem(f"expected a whole number, 0 or more, got {seed!r}", "seed"))
    executions = unroll(workout)
    faulty = faults_by_number(faults, len(executions))

    start_ms = (started_at - EPOCH) // timedelta(milliseconds=1)
    entry = Entry(
        at_ms=start_ms,
        distance_cm=0,
        heart_rate_bpm=runner.standing_heart_rate_bpm,
        speed_mps=0.0,
    )
    stretches: list[Stretch] = []
    for execution in executions:
        assignment, planned_mps = _assign(
            execution, faulty.get(execution.number, ()), runner, entry.heart_rate_bpm
        )
        _check_length(execution, assignment, entry.at_ms - start_ms)
        generator = _generator(seed, execution.number)
        stretches.append(record(assignment, entry, runner=runner, generator=generator))
        entry = _after(stretches[-1], entry, planned_mps)
    generator = _generator(seed, 0)
    tail = _tail(runner, generator)
    stretches.append(record(tail, entry, runner=runner, generator=generator))
    return _activity(workout, stretches, instant(start_ms))


def _generator(seed: int, number: int) -> np.random.Generator:
    """One stream an execution, so that a fault in one leaves the others as they were."""
    return np.random.Generator(np.random.PCG64([seed, number]))


def _assign(
    execution: PlannedExecution, faults: tuple[Fault, ...], runner: Runner, heart_rate_bpm: float
) -> tuple[Assignment, float]:
    """What the runner does in an execution, and the speed that was planned for it."""
    step = execution.step
    try:
        planned = effort_for(step, runner, heart_rate_bpm=heart_rate_bpm)
    except SpecError as error:
        raise error.under(f"messages[{execution.step_index}]") from None
    assignment = Assignment(
        duration=step.duration,
        movement=step.movement,
        effort=planned,
        step_index=execution.step_index,
        intensity=None if step.intensity is None else step.intensity.value,
    )
    for fault in faults:
        match fault:
            case Skip():
                assignment = attrs.evolve(assignment, skipped=True)
            case Short(fraction=fraction):
                assignment = attrs.evolve(assignment, done_fraction=fraction)
            case Pause(pause_s=pause_s):
                assignment = attrs.evolve(assignment, pause_s=pause_s)
            case Fast(fraction=fraction):
                faster = effort_for(
                    step, runner, heart_rate_bpm=heart_rate_bpm, excess_fraction=fraction
                )
                assignment = attrs.evolve(assignment, effort=faster)
    return assignment, planned.speed_mps


def _check_length(execution: PlannedExecution, assignment: Assignment, elapsed_ms: int) -> None:
    end_s = elapsed_ms / 1000 + assignment.effort.expected_s + assignment.pause_s
    if end_s > LONGEST_SESSION_S:
        raise SpecError(
            Problem(
                f"expected a session of at most {LONGEST_SESSION_S // 3600} h, got "
                f"{end_s / 3600:.0f} h at the end of execution {execution.number}"
            )
        )


def _after(stretch: Stretch, entry: Entry, planned_mps: float) -> Entry:
    lap = stretch.number_free_lap
    return Entry(
        at_ms=entry.at_ms + round(lap.elapsed_s * 1000),
        distance_cm=entry.distance_cm + round((lap.distance_m or 0.0) * 100),
        heart_rate_bpm=stretch.heart_rate_bpm,
        speed_mps=planned_mps,
    )


def _tail(runner: Runner, generator: np.random.Generator) -> Assignment:
    seconds = float(generator.integers(SHORTEST_TAIL_S, LONGEST_TAIL_S, endpoint=True))
    walk = Step(duration=TimeDuration(duration_s=seconds), movement=Movement.WALK)
    speed_mps = runner.own_speed_mps(walk.movement, walk.intensity)
    return Assignment(
        duration=walk.duration,
        movement=walk.movement,
        effort=Effort(
            speed_mps=speed_mps,
            demand_bpm=runner.demand_bpm(speed_mps, walk.movement),
            expected_s=seconds,
        ),
        intensity=Intensity.ACTIVE.value,
        trigger="session_end",
    )


def _activity(
    workout: CompiledWorkout, stretches: Sequence[Stretch], started_at: datetime
) -> Activity:
    laps = tuple(
        attrs.evolve(stretch.number_free_lap, number=number)
        for number, stretch in enumerate(stretches)
    )
    pauses = (event for stretch in stretches for event in stretch.timer_events)
    ended_at = laps[-1].end_at
    return Activity(
        started_at=started_at,
        ended_at=ended_at,
        sport=workout.sport,
        sub_sport=workout.sub_sport,
        manufacturer="development",
        product="0",
        laps=laps,
        timer_events=(
            TimerEvent(at=started_at, kind="start"),
            *pauses,
            TimerEvent(at=ended_at, kind="stop"),
        ),
        track=_track(workout, stretches),
        timer_s=round(sum(lap.timer_s for lap in laps), 3),
        elapsed_s=round(sum(lap.elapsed_s for lap in laps), 3),
        distance_m=round(sum(lap.distance_m or 0.0 for lap in laps), 2),
        workout=workout,
    )


def _track(workout: CompiledWorkout, stretches: Sequence[Stretch]) -> Track:
    columns: dict[str, Column] = {
        name: np.concatenate([stretch.columns[name] for stretch in stretches])
        for name in stretches[0].columns
    }
    # A plan in watts is run by someone who has a power meter.
    if not any(
        isinstance(message, Step) and isinstance(message.target, PowerTarget)
        for message in workout.messages
    ):
        del columns["power_w"]
    if workout.sub_sport not in INDOORS:
        out_m = LEG_M - np.abs(LEG_M - columns["distance_m"] % (2 * LEG_M))
        columns["latitude_deg"] = ORIGIN_LATITUDE_DEG + out_m / METRES_PER_DEGREE
        columns["longitude_deg"] = np.full(len(out_m), ORIGIN_LONGITUDE_DEG)
    return Track.from_columns(**columns)
