"""Whether the evidence of running backward tells backward runs from forward ones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from random import Random
from statistics import NormalDist
from typing import Final

import attrs
import numpy as np

from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage
from backrun_fit.compliance.evidence import DAY_SPREAD, EXPECTED_EFFECT, EXPECTED_SPREAD
from backrun_fit.rehearsal import Runner, rehearse
from backrun_fit.report import Evidence, Report
from backrun_fit.workout import (
    Intensity,
    Movement,
    OpenTarget,
    PaceTarget,
    Step,
    TimeDuration,
)
from tests.benchmarks.accuracy import Failure, Measure, kind_of, share, upper_bound
from tests.benchmarks.accuracy_real import RealRun, report_of
from tests.benchmarks.accuracy_rehearsed import any_watch, checked, marked
from tests.benchmarks.alignment_weights import athlete_of
from tests.benchmarks.laid_in import FITTED, KINDS, Declared, declared
from tests.rehearsals import START

__all__ = [
    "backward_plan",
    "backward_recognised",
    "calibrated_recognised",
    "consistent",
    "declared_backward",
    "effects_recognised",
    "forward_called_backward",
    "jogging_called_backward",
]

CONSISTENT: Final = "consistent"
"""The label that calls a run consistent with running backward."""

EFFECTS: Final = (0.0, 0.03, 0.06, 0.08, 0.11, 0.15)
"""Cadence backward over forward at equal speed, less one."""

SPREADS: Final = (0.0, 0.04, 0.06)
"""Standard deviation of that between runners."""

CUED: Final = (0.05, 0.1)
"""By so much forward runners raise their cadence when told to."""

SLOPES: Final = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0)
"""Of cadence over speed, in steps/min per m/s."""

LEAST_S: Final = 30
"""Shorter parts are told, not promised."""

LEAST_EFFECT: Final = 0.06
"""A calibrated runner of this effect or more is to be recognised."""

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
    return report.evidence.label == CONSISTENT


def forward_called_backward(runs: Sequence[RealRun]) -> Measure:
    """How many forward runs are called consistent with running backward, at most.

    Of each run six parts of 60 or 30 s, or ten of 15 s, are declared backward, chosen in
    six ways, and the recoveries of its plan. The value is that of the worst of those of
    30 s and more.
    """
    shares, notes, failures = [], [], []
    for seconds, count in ((60, 6), (30, 6), (15, 10)):
        for kind in KINDS:
            found = [
                (each.name, each.evidence())
                for number, run in enumerate(runs)
                if (each := declared(run, kind, seconds, count, np.random.default_rng(number)))
            ]
            called = [(name, found) for name, found in found if found.label == CONSISTENT]
            text = f"{count} {kind} parts of {seconds} s"
            notes.append(f"{text}: {_bounded(len(called), len(found))}")
            if seconds >= LEAST_S:
                shares.append(share(len(called), len(found)))
                failures += [
                    Failure(f"called backward: {text}", name, evidence_text(one))
                    for name, one in called
                ]
    recoveries = [
        (run.name, report.evidence)
        for run in runs
        if (workout := run.activity.workout and declared_backward(run.activity.workout))
        if isinstance(report := report_of(attrs.evolve(run.activity, workout=workout)), Report)
    ]
    called = [(name, found) for name, found in recoveries if found.label == CONSISTENT]
    notes.append(f"recoveries as planned: {_bounded(len(called), len(recoveries))}")
    shares.append(share(len(called), len(recoveries)))
    failures += [
        Failure("called backward: recoveries", name, evidence_text(one)) for name, one in called
    ]
    known = [one for one in shares if not math.isnan(one)]
    return Measure(
        name="forward_called_backward",
        title="real forward running called backward, worst choice of 30 s and more",
        asked=0.02,
        sense="most",
        value=max(known, default=math.nan),
        count=len(runs),
        unit="runs",
        failures=tuple(failures),
        notes=tuple(notes) if runs else (),
    )


def _bounded(part: int, whole: int) -> str:
    return f"{part} of {whole}, at most {upper_bound(part, whole):.1%} with 95 % confidence"


def effects_recognised(runs: Sequence[RealRun]) -> Iterator[Measure]:
    """Share of real runs with a cadence effect laid in that are called consistent.

    Six parts of 60 s, and ten of 20 s. Effects are dealt to the runs in random order, one of
    each quantile of their distribution between runners.
    """
    for seconds, count, asked in ((60, 6, 0.9), (20, 10, 0.8)):
        made = [
            each
            for number, run in enumerate(runs)
            if (each := declared(run, "random", seconds, count, np.random.default_rng(number)))
        ]
        value, notes, failures = math.nan, [], []
        for spread in SPREADS if made else ():
            row = []
            for mean in EFFECTS:
                called = _consistent(made, _dealt(mean, spread, len(made)))
                row.append(f"{mean:.0%}: {share(sum(called), len(made)):.3f}")
                if (mean, spread) == (EXPECTED_EFFECT, EXPECTED_SPREAD):
                    value = share(sum(called), len(made))
                    failures = [
                        Failure("not called backward", each.name, "")
                        for each, hit in zip(made, called, strict=True)
                        if not hit
                    ]
            notes.append(f"spread between runners {spread:.0%}: {', '.join(row)}")
        for effect in CUED if made else ():
            called = _consistent(made, [effect] * len(made))
            notes.append(
                f"forward with cadence raised by {effect:.0%} in these parts alone: "
                f"{share(sum(called), len(made)):.3f}"
            )
        if made:
            some = [each.with_cadence(EXPECTED_EFFECT, 0.5).evidence().label for each in made]
            notes.append(
                f"fault, half of the parts run forward, the others at {EXPECTED_EFFECT:+.0%}: "
                + ", ".join(f"{label} {some.count(label)}" for label in sorted({*some}))
            )
        yield Measure(
            name=f"recognised_{count}x{seconds}",
            title=f"real runs, {count} parts of {seconds} s at +11 %, spread 4 %: consistent",
            asked=asked,
            value=value,
            count=len(made),
            unit="runs",
            failures=tuple(failures),
            notes=tuple(notes),
        )


def _dealt(mean: float, spread: float, count: int) -> list[float]:
    """The quantiles of a normal distribution in random order."""
    drawn = [
        NormalDist(mean, spread).inv_cdf((place + 0.5) / count) if spread else mean
        for place in range(count)
    ]
    Random(count).shuffle(drawn)
    return drawn


def _consistent(made: Sequence[Declared], effects: Sequence[float]) -> list[bool]:
    return [
        each.with_cadence(effect).evidence().label == CONSISTENT
        for each, effect in zip(made, effects, strict=True)
    ]


def jogging_called_backward(runs: Sequence[RealRun]) -> Measure:
    """Forward jogging 30 % slower than any other running, by runners of any slope."""
    made = [
        each
        for number, run in enumerate(runs)
        if (each := declared(run, "random", 60, 6, np.random.default_rng(number)))
    ]
    shares, notes, failures = [math.nan], [], []
    for slope in SLOPES if made else ():
        labels = [each.jogged(slope).evidence().label for each in made]
        called = labels.count(CONSISTENT)
        shares.append(share(called, len(made)))
        notes.append(
            f"slope {slope:g} steps/min per m/s: {_bounded(called, len(made))}; "
            f"{labels.count('inconsistent')} inconsistent"
        )
        failures += [
            Failure(f"called backward at slope {slope:g}", each.name, "")
            for each, label in zip(made, labels, strict=True)
            if label == CONSISTENT
        ]
    return Measure(
        name="jogging_called_backward",
        title="six jogged recoveries 30 % slower: called backward, worst slope of 0 to 16",
        asked=0.02,
        sense="most",
        value=max(shares[1:], default=math.nan),
        count=len(made),
        unit="runs",
        failures=tuple(failures),
        notes=tuple(notes),
    )


def calibrated_recognised(runs: Sequence[RealRun]) -> Measure:
    """Recognition with a calibration of six bouts in another run of the same athlete."""
    made = [
        each
        for number, run in enumerate(runs)
        if athlete_of(run.name) in FITTED
        if (each := declared(run, "random", 60, 6, np.random.default_rng(number)))
    ]
    before = {  # of each athlete the run before it, for the first one the last
        each.name: made[place - 1]
        if place and athlete_of(made[place - 1].name) == athlete_of(each.name)
        else [one for one in made if athlete_of(one.name) == athlete_of(each.name)][-1]
        for place, each in enumerate(made)
    }
    shares, notes, failures = [], [], []
    for effect in EFFECTS[1:] if made else ():
        own = [before[each.name].with_cadence(effect).calibration() for each in made]
        row = []
        for spread in (0.0, DAY_SPREAD):
            dealt = _dealt(effect, spread, len(made))
            called = [
                each.with_cadence(true).evidence(one).label == CONSISTENT
                for each, one, true in zip(made, own, dealt, strict=True)
            ]
            row.append(f"{share(sum(called), len(made)):.3f}")
            if not spread and effect >= LEAST_EFFECT:
                shares.append(share(sum(called), len(made)))
                failures += [
                    Failure(f"not called backward at {effect:.0%}", each.name, "")
                    for each, hit in zip(made, called, strict=True)
                    if not hit
                ]
        labels = [each.evidence(one).label for each, one in zip(made, own, strict=True)]
        notes.append(
            f"own effect {effect:.0%}: {row[0]}, varying by 1 % from day to day {row[1]}; "
            f"forward called backward {_bounded(labels.count(CONSISTENT), len(made))}; mean found "
            f"{np.mean([one.cadence_effect for one in own]):.3f} "
            f"+/- {np.std([one.cadence_effect for one in own]):.3f}"
        )
    return Measure(
        name="calibrated_recognised",
        title="real runs, calibrated by six bouts, own effect of 6 % and more: consistent",
        asked=0.98,
        value=min(shares, default=math.nan),
        count=len(made),
        unit="runs",
        failures=tuple(failures),
        notes=tuple(notes),
    )


def evidence_text(found: Evidence) -> str:
    """Label and figures."""
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
    """Share of rehearsals with backward running that are called consistent with it.

    Where the runner was so slow that fewer than two parts were run, and the others walked,
    there is nothing to recognise: those are left out, and told.
    """
    failures = []
    walked: list[str] = []
    for seed in seeds:
        random = Random(seed)
        workout, watch = marked(backward_plan(random)), any_watch(random)
        runner = attrs.evolve(Runner.drawn(seed), backward_cadence_factor=BACKWARD_CADENCE)
        report = checked(rehearse(workout, runner=runner, watch=watch, seed=seed, started_at=START))
        if _parts_run(report, runner) < 2:
            walked.append(report.evidence.label)
        elif not consistent(report):
            back = workout.messages[2]
            assert isinstance(back, Step)
            failures.append(
                Failure(
                    f"called {report.evidence.label} ({kind_of(back)})",
                    f"seed {seed}",
                    f"{evidence_text(report.evidence)}, backward at {_speeds(report)} m/s",
                )
            )
    count = len(seeds) - len(walked)
    return Measure(
        name="backward_recognised",
        title="rehearsed backward runs at +11 % cadence: called consistent",
        asked=0.95,
        value=share(count - len(failures), count),
        count=count,
        unit="runs",
        failures=tuple(failures),
        notes=tuple(
            f"backward parts walked: {label} in {walked.count(label)} runs, left out"
            for label in sorted({*walked})
        ),
    )


def _parts_run(report: Report, runner: Runner) -> int:
    """Backward parts that settled at a speed at which this runner runs backward."""
    return sum(
        (result.done.settled_speed_mps or 0.0) >= runner.backward_running_from_mps
        for result in report.results
        if result.planned.step.movement.is_backward and result.done is not None
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
