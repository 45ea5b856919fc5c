"""Whether the evidence of running backward tells backward runs from forward ones."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

import attrs

from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage
from backrun_fit.rehearsal import Runner, rehearse
from backrun_fit.report import Report
from backrun_fit.workout import (
    Intensity,
    Movement,
    OpenTarget,
    PaceTarget,
    Step,
    TimeDuration,
)
from tests.benchmarks.accuracy import Failure, Measure, kind_of, share
from tests.benchmarks.accuracy_real import RealRun, report_of
from tests.benchmarks.accuracy_rehearsed import any_watch, checked, marked
from tests.rehearsals import START

__all__ = [
    "backward_plan",
    "backward_recognised",
    "consistent",
    "declared_backward",
    "forward_called_backward",
]

CONSISTENT: Final = ("strong", "supportive")
"""Labels that call a run consistent with running backward."""

BACKWARD_CADENCE: Final = 1.11
"""Steps backward over steps forward at equal speed."""

_EASY: Final = (Intensity.REST, Intensity.RECOVERY)


def declared_backward(workout: CompiledWorkout) -> CompiledWorkout | None:
    """The workout with its recoveries declared backward; None where it has none.

    Recoveries are the steps of intensity rest or recovery, and the last step of each
    repeat of two or more steps where the plan names no such intensity.
    """
    messages: list[Message] = list(workout.messages)
    places = {
        place
        for place, message in enumerate(messages)
        if isinstance(message, Step) and message.intensity in _EASY
    } or {
        place - 1
        for place, message in enumerate(messages)
        if isinstance(message, RepeatMessage) and place - message.first_index >= 2
    }
    for place in places:
        step = messages[place]
        if isinstance(step, Step):
            messages[place] = attrs.evolve(step, movement=Movement.BACKWARD_RUN)
    changed = attrs.evolve(workout, messages=tuple(messages))
    return None if changed == workout else changed


def consistent(report: Report) -> bool:
    """Whether the evidence calls a run consistent with running backward."""
    return report.evidence.label in CONSISTENT


def forward_called_backward(runs: Sequence[RealRun]) -> Measure:
    """How many forward runs are called consistent with running backward."""
    reports = {}
    for run in runs:
        declared = run.activity.workout and declared_backward(run.activity.workout)
        report = report_of(attrs.evolve(run.activity, workout=declared)) if declared else None
        if isinstance(report, Report):
            reports[run.name] = report
    failures = tuple(
        Failure(f"called {report.evidence.label}", name, evidence_text(report))
        for name, report in reports.items()
        if consistent(report)
    )
    labels = sorted(report.evidence.label for report in reports.values())
    return Measure(
        name="forward_called_backward",
        title="real forward runs declared backward: called consistent",
        asked=0.02,
        sense="most",
        value=share(len(failures), len(reports)),
        count=len(reports),
        unit="runs",
        failures=failures,
        notes=(", ".join(f"{labels.count(label)} {label}" for label in dict.fromkeys(labels)),),
    )


def evidence_text(report: Report) -> str:
    """Label and figures."""
    found = report.evidence
    effect = "-" if found.cadence_effect is None else f"{found.cadence_effect:+.3f}"
    return f"{found.label}, effect {effect} over {found.executions} executions"


def backward_plan(random: Random) -> CompiledWorkout:
    """A session with a warm-up, four to eight backward recoveries and a cool-down."""

    def pace(slowest: float, fastest: float) -> PaceTarget:
        middle = random.uniform(slowest, fastest)
        return PaceTarget(slowest_mps=0.97 * middle, fastest_mps=1.03 * middle)

    def lasting(*seconds: int) -> TimeDuration:
        return TimeDuration(duration_s=float(random.choice(seconds)))

    return CompiledWorkout(
        name="Backward recoveries",
        messages=(
            Step(duration=lasting(300, 600, 900), intensity=Intensity.WARMUP),
            Step(
                duration=lasting(60, 120, 180, 300),
                target=pace(2.8, 4.0),
                intensity=Intensity.ACTIVE,
            ),
            Step(
                duration=lasting(30, 45, 60, 90, 120),
                target=random.choice((pace(1.8, 2.8), OpenTarget())),
                intensity=Intensity.RECOVERY,
                movement=Movement.BACKWARD_RUN,
            ),
            RepeatMessage(first_index=1, count=random.randint(4, 8)),
            Step(duration=lasting(300, 600), intensity=Intensity.COOLDOWN),
        ),
    )


def backward_recognised(seeds: Sequence[int]) -> Measure:
    """Share of rehearsals with backward running that are called consistent with it."""
    failures = []
    for seed in seeds:
        random = Random(seed)
        workout, watch = marked(backward_plan(random)), any_watch(random)
        runner = attrs.evolve(Runner.drawn(seed), backward_cadence_factor=BACKWARD_CADENCE)
        report = checked(rehearse(workout, runner=runner, watch=watch, seed=seed, started_at=START))
        if not consistent(report):
            back = workout.messages[2]
            assert isinstance(back, Step)
            failures.append(
                Failure(
                    f"called {report.evidence.label} ({kind_of(back)})",
                    f"seed {seed}",
                    f"{evidence_text(report)}, backward at {_speeds(report)} m/s",
                )
            )
    return Measure(
        name="backward_recognised",
        title="rehearsed backward runs at +11 % cadence: called consistent",
        asked=0.95,
        value=share(len(seeds) - len(failures), len(seeds)),
        count=len(seeds),
        unit="runs",
        failures=tuple(failures),
    )


def _speeds(report: Report) -> str:
    speeds = [
        result.done.speed_mps
        for result in report.results
        if result.planned.step.movement.is_backward
        and result.done is not None
        and result.done.speed_mps is not None
    ]
    return f"{min(speeds):.2f} to {max(speeds):.2f}" if speeds else "no"
