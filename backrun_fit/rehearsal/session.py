"""The rehearsal of a whole session: what the runner does, one thing after another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs
import numpy as np

from backrun_fit.activity import Activity
from backrun_fit.compiled import CompiledWorkout, PlannedExecution, unroll
from backrun_fit.errors import Problem, SpecError
from backrun_fit.rehearsal.bout import Bout, Entry, Stretch
from backrun_fit.rehearsal.effort import Effort, effort_for
from backrun_fit.rehearsal.faults import (
    Abandon,
    Fault,
    Late,
    Restart,
    Wrong,
    changed,
    faults_by_number,
)
from backrun_fit.rehearsal.intent import Intent
from backrun_fit.rehearsal.quirks import SUMMARY_FIRST, TRUNCATED, apply_quirk, cut_short
from backrun_fit.rehearsal.recording import EPOCH, INDOORS, instant, record
from backrun_fit.rehearsal.runner import Runner
from backrun_fit.rehearsal.stretch import run_bout
from backrun_fit.rehearsal.truth import TrueExecution, Truth
from backrun_fit.rehearsal.watch import Watch
from backrun_fit.workout import Intensity, Movement, Step, TimeDuration

__all__ = ["Rehearsal", "encode_rehearsal", "rehearse"]

DEFAULT_RUNNER: Final = Runner()
DEFAULT_WATCH: Final = Watch()
LONGEST_SESSION_S: Final = 48 * 3600
# A treadmill's belt and a watch's idea of it differ by more than a GPS distance does.
INDOOR_SCALE_ERROR: Final = 0.06
KILOMETRE_M: Final = 1000.0

# Streams of random numbers beside those of the executions.
_TAIL, _SESSION, _WARM_UP = 0, 1_000_001, 1_000_002


@attrs.frozen(kw_only=True, eq=False)
class Rehearsal:
    """A recording and what really happened.

    Attributes:
        activity: As the recorder leaves it.
        truth: What no checker is told.
        watch: What recorded.
    """

    activity: Activity
    truth: Truth
    watch: Watch


def rehearse(
    workout: CompiledWorkout,
    *,
    runner: Runner = DEFAULT_RUNNER,
    watch: Watch = DEFAULT_WATCH,
    seed: int = 0,
    started_at: datetime,
    faults: Sequence[Fault] = (),
    quirks: Sequence[str] = (),
) -> Rehearsal:
    """Run a workout as planned, but for the faults, and record it.

    Every execution becomes one lap with its step index, more where the watch or the
    athlete divides it; after the last one the runner walks on for a while and stops
    the watch. A repeat that ends by something other than a count is run once.

    Args:
        workout: With absolute targets.
        runner: Whose body it is.
        watch: What records it.
        seed: For runner and watch; the same seed gives the same rehearsal.
        started_at: Aware instant of the start; cut to whole milliseconds.
        faults: What goes wrong, each in the execution it names and nowhere else.
        quirks: What the recorder does to the file afterwards, in order (``QUIRKS``).

    Raises:
        SpecError: ``started_at`` is naive, the seed negative, a fault names no
            execution, there is no such quirk, a target is a named pace, or the
            session lasts longer than two days.
        CompileError: The repeats of the workout cannot be unrolled.

    Example:
        >>> from datetime import UTC
        >>> step = Step(duration=TimeDuration(duration_s=60.0))
        >>> plan = CompiledWorkout(name="A minute", messages=(step,))
        >>> activity = rehearse(plan, started_at=datetime(2026, 3, 1, 8, tzinfo=UTC)).activity
        >>> [(lap.step_index, lap.trigger) for lap in activity.laps], activity.laps[0].timer_s
        ([(0, 'time'), (None, 'session_end')], 60.0)
    """
    if started_at.tzinfo is None:
        raise SpecError(Problem(f"expected an aware instant, got {started_at!r}", "started_at"))
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise SpecError(Problem(f"expected a whole number, 0 or more, got {seed!r}", "seed"))
    executions = unroll(workout)
    faulty = faults_by_number(faults, len(executions))
    session = _Session(
        workout, runner, watch, seed, (started_at - EPOCH) // timedelta(milliseconds=1)
    )
    wrong = any(isinstance(fault, Wrong) for fault in faults)
    if wrong:
        session.run_another(executions)
    else:
        session.run(executions, faulty)
    activity = record(
        session.stretches,
        workout=workout,
        carries_workout=not wrong,
        watch=session.watch,
        generator=session.generator(_SESSION),
    )
    for quirk in quirks:
        activity = apply_quirk(quirk, activity)
    truth = Truth(
        executions=tuple(session.true_executions(faulty)),
        planned=len(executions),
        faults=tuple(str(fault) for fault in faults),
        quirks=tuple(quirks),
        ran_plan=not wrong,
    )
    return Rehearsal(activity=activity, truth=truth, watch=watch)


def encode_rehearsal(rehearsal: Rehearsal) -> bytes:
    """The file that the watch leaves behind.

    Raises:
        EncodeError: As ``encode_activity``.
    """
    from backrun_fit.fit.activity_writer import encode_activity

    quirks = rehearsal.truth.quirks
    data = encode_activity(
        rehearsal.activity,
        big_endian=rehearsal.watch.big_endian,
        message_order="summary_first" if SUMMARY_FIRST in quirks else "summary_last",
    )
    return cut_short(data) if TRUNCATED in quirks else data


class _Session:
    """The state of one rehearsal."""

    def __init__(
        self, workout: CompiledWorkout, runner: Runner, watch: Watch, seed: int, start_ms: int
    ) -> None:
        self.stretches: list[Stretch] = []
        self.watch = watch
        self._runner = runner
        self._seed = seed
        error = watch.scale_error_fraction
        if error and workout.sub_sport in INDOORS:
            error = INDOOR_SCALE_ERROR
        deviation = float(np.clip(self.generator(_SESSION, 1).standard_normal(), -2.0, 2.0))
        self._now = Entry(
            at_ms=start_ms,
            heart_rate_bpm=runner.standing_heart_rate_bpm,
            demand_bpm=runner.standing_heart_rate_bpm,
            scale=1.0 + error * deviation,
        )
        self._start_ms = start_ms
        # Index of the first stretch of the start that counts.
        self._counts_from = 0

    def generator(self, number: int, attempt: int = 0) -> np.random.Generator:
        """One stream a stretch, so that a fault in one leaves the others as they were."""
        return np.random.Generator(np.random.PCG64([self._seed, number, attempt]))

    def run(
        self, executions: Sequence[PlannedExecution], faulty: dict[int, tuple[Fault, ...]]
    ) -> None:
        """Run the plan, with everything that goes wrong."""
        for fault in faulty.get(1, ()):
            if isinstance(fault, Late):
                self._add(self._free(fault.late_s, Movement.RUN, "manual"), _WARM_UP)
        restarted, left = False, list(executions)
        while left:
            execution = left.pop(0)
            own = faulty.get(execution.number, ())
            self._add(self._bout(execution, own), execution.number, attempt=int(restarted))
            if any(isinstance(fault, Abandon) for fault in own):
                return
            if not restarted and any(isinstance(fault, Restart) for fault in own):
                restarted, left = True, list(executions)
                self._counts_from = len(self.stretches)
        self._add(self._tail(), _TAIL)

    def run_another(self, executions: Sequence[PlannedExecution]) -> None:
        """Run easily for as long as the plan takes, in laps of a kilometre."""
        planned_s = sum(
            effort_for(
                execution.step, self._runner, heart_rate_bpm=self._now.heart_rate_bpm
            ).expected_s
            for execution in executions
        )
        if self.watch.autolap_m is None:
            self.watch = attrs.evolve(self.watch, autolap_m=KILOMETRE_M)
        self._add(self._free(max(planned_s, 60.0), Movement.RUN, "session_end"), _WARM_UP)

    def _add(self, bout: Bout, number: int, attempt: int = 0) -> None:
        self._check_length(bout)
        stretch = run_bout(
            bout,
            self._now,
            runner=self._runner,
            watch=self.watch,
            generator=self.generator(number, attempt),
        )
        self.stretches.append(stretch)
        self._now = stretch.end

    def _check_length(self, bout: Bout) -> None:
        intent = bout.intent
        planned_s = bout.effort.expected_s * max(intent.share, 1.0)
        planned_s += intent.pause_s + intent.stop_s
        end_s = (self._now.at_ms - self._start_ms) / 1000 + planned_s
        if end_s > LONGEST_SESSION_S:
            raise SpecError(
                Problem(
                    f"expected a session of at most {LONGEST_SESSION_S // 3600} h, got "
                    f"{end_s / 3600:.0f} h at the end of execution {bout.number}"
                )
            )

    def _bout(self, execution: PlannedExecution, faults: tuple[Fault, ...]) -> Bout:
        """What the runner does in an execution."""
        plain = Intent(step=execution.step)
        intent = changed(plain, faults)
        if intent.stop_s and self.watch.auto_pause:
            intent = attrs.evolve(intent, stop_s=0.0, pause_s=intent.stop_s + intent.pause_s)
        try:
            effort, planned = self._effort(intent), self._effort(plain)
        except SpecError as error:
            raise error.under(f"messages[{execution.step_index}]") from None
        return Bout(
            intent=intent,
            effort=effort,
            planned=planned,
            number=execution.number,
            step_index=execution.step_index,
        )

    def _effort(self, intent: Intent) -> Effort:
        return effort_for(
            intent.step,
            self._runner,
            heart_rate_bpm=self._now.heart_rate_bpm,
            hours=self._now.planned_s / 3600,
            faster_fraction=intent.faster_fraction,
        )

    def _free(self, seconds: float, movement: Movement, trigger: str) -> Bout:
        """Something that no plan asked for."""
        step = Step(
            duration=TimeDuration(duration_s=seconds),
            movement=movement,
            intensity=Intensity.ACTIVE,
        )
        intent = Intent(step=step, trigger=trigger)
        effort = self._effort(intent)
        return Bout(intent=intent, effort=effort, planned=effort)

    def _tail(self) -> Bout:
        deviation = float(np.clip(self.generator(_TAIL, 1).standard_normal(), -2.0, 2.0))
        seconds = self.watch.tail_s * math.exp(self.watch.tail_spread * deviation)
        return self._free(max(round(seconds), 1), Movement.WALK, "session_end")

    def true_executions(self, faulty: dict[int, tuple[Fault, ...]]) -> Iterator[TrueExecution]:
        """What became of each execution that was begun, in order of time."""
        for index, stretch in enumerate(self.stretches):
            bout, begin, end = stretch.bout, stretch.begin, stretch.end
            if bout.number is None or bout.step_index is None:
                continue
            yield TrueExecution(
                number=bout.number,
                step_index=bout.step_index,
                start_at=instant(begin.at_ms),
                end_at=instant(end.at_ms),
                timer_s=(end.timer_ms - begin.timer_ms) / 1000,
                distance_m=end.distance_m - begin.distance_m,
                ground_m=end.ground_m - begin.ground_m,
                movement=bout.intent.step.movement,
                speed_mps=bout.effort.speed_mps,
                grade=bout.intent.grade,
                counts=index >= self._counts_from,
                faults=tuple(str(fault) for fault in faulty.get(bout.number, ())),
            )
