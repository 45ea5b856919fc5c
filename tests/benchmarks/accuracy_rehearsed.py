"""How well the check names what is known to have happened in rehearsals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Final

import attrs

from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance.check import check
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.marker import marked_name
from backrun_fit.rehearsal import (
    Fault,
    Rehearsal,
    Restart,
    Runner,
    Watch,
    encode_rehearsal,
    rehearse,
)
from backrun_fit.report import Report, StepResult, Verdict
from backrun_fit.workout import PaceTarget, Step
from tests.benchmarks.accuracy import Failure, Measure, kind_of, length_of, share
from tests.benchmarks.injected import candidates, chosen, expectations, settled_mps
from tests.rehearsals import START, ordinary_plan

__all__ = [
    "Naming",
    "any_watch",
    "checked",
    "false_alarms",
    "faults_named",
    "marked",
    "naming",
]

CLEARLY_OFF: Final = 0.05
"""A pace that is really so far beyond its band is off, though not on purpose."""

RESTART_WITHIN_S: Final = 2.0
"""An execution lies at the second start if it begins this near to it."""


@attrs.frozen
class Session:
    """A plan, who runs it and what records it, all drawn from one seed."""

    seed: int
    workout: CompiledWorkout
    runner: Runner
    watch: Watch

    @classmethod
    def drawn(cls, seed: int, random: Random) -> Session:
        return cls(seed, marked(ordinary_plan(random)), Runner.drawn(seed), any_watch(random))

    def rehearsal(self, faults: Sequence[Fault] = ()) -> Rehearsal:
        return rehearse(
            self.workout,
            runner=self.runner,
            watch=self.watch,
            seed=self.seed,
            started_at=START,
            faults=faults,
        )


def any_watch(random: Random) -> Watch:
    """One of the ordinary ways to record."""
    return Watch(smart_recording=random.random() < 0.5, autolap_m=random.choice((None, 1000.0)))


def marked(workout: CompiledWorkout) -> CompiledWorkout:
    """The plan as compiling leaves it: names say how to move, for a file has no other place."""
    messages = tuple(
        attrs.evolve(message, name=marked_name(message.movement, message.name or "") or None)
        if isinstance(message, Step)
        else message
        for message in workout.messages
    )
    return attrs.evolve(workout, messages=messages)


def checked(rehearsal: Rehearsal) -> Report:
    """What the check says of the file that the watch leaves."""
    return check(read_activity(encode_rehearsal(rehearsal)))


# Faults.


@attrs.frozen
class Naming:
    """What a check made of one rehearsal with faults.

    Attributes:
        named: Faults that were named where they are, by their word.
        unnamed: Those that were not, and executions not said to be missing.
        invented: Misses where none was, or of another kind.
    """

    named: tuple[str, ...]
    unnamed: tuple[Failure, ...]
    invented: tuple[Failure, ...]


def naming(rehearsal: Rehearsal, faults: tuple[Fault, ...], report: Report, where: str) -> Naming:
    """Hold a report against what really happened.

    Args:
        rehearsal: With its truth.
        faults: That were put into it.
        report: What the check says.
        where: For the failures.
    """
    expected = expectations(rehearsal, faults)
    named: list[str] = []
    unnamed: list[Failure] = []
    invented: list[Failure] = []
    for result in report.results:
        one = expected.get(result.planned.number)
        if one is None:
            if result.verdict.is_miss:
                invented.append(_alarm(result, rehearsal, where))
        elif not one.accepted:
            continue
        elif result.verdict not in one.accepted:
            wanted = " or ".join(sorted(verdict.name for verdict in one.accepted))
            group = f"{one.fault or 'after abandon'}: {result.verdict.name} instead of {wanted}"
            failure = Failure(group, where, _told(result, wanted))
            unnamed.append(failure)
            if result.verdict.is_miss:
                invented.append(failure)
        elif one.fault is not None:
            named.append(one.fault)
    if any(isinstance(fault, Restart) for fault in faults):
        elsewhere = _elsewhere(rehearsal, report)
        if elsewhere:
            unnamed.append(Failure("restart: not at the second start", where, elsewhere))
        else:
            named.append("restart")
    return Naming(tuple(named), tuple(unnamed), tuple(invented))


def _alarm(result: StepResult, rehearsal: Rehearsal, where: str) -> Failure:
    """A miss where nothing went wrong on purpose."""
    cause = "run so, though not on purpose" if _run_so(result, rehearsal) else "no fault"
    components = [one.component for one in result.findings if one.verdict is result.verdict]
    group = f"{cause}: {result.verdict.name}, {components[0]}, {length_of(result.planned.step)}"
    return Failure(group, where, _told(result, "no miss"))


def _run_so(result: StepResult, rehearsal: Rehearsal) -> bool:
    """Whether the pace, once settled, really was clearly off."""
    step, number = result.planned.step, result.planned.number
    begun = (one for one in rehearsal.truth.executions if one.counts and one.number == number)
    true = next(begun, None)
    if true is None or not isinstance(step.target, PaceTarget):
        return False
    really_mps = settled_mps(rehearsal, true)
    if result.verdict is Verdict.FAST:
        return really_mps > (1 + CLEARLY_OFF) * step.target.fastest_mps
    return (
        result.verdict is Verdict.SLOW and really_mps < (1 - CLEARLY_OFF) * step.target.slowest_mps
    )


def _told(result: StepResult, wanted: str) -> str:
    told = "; ".join(finding.message for finding in result.findings)
    number, kind = result.planned.number, kind_of(result.planned.step)
    return (
        f"execution {number} ({kind}), expected {wanted}, got {result.verdict.name}: {told} "
        f"[{result.pairing}]"
    )


def _elsewhere(rehearsal: Rehearsal, report: Report) -> str:
    """Which executions are not where they were after a restart; empty where all are."""
    starts = {one.number: one.start_at for one in rehearsal.truth.executions if one.counts}
    return "; ".join(
        f"execution {number} expected at {starts[number]:%H:%M:%S}, got {found:%H:%M:%S} "
        f"[{pairing}]"
        for number, found, pairing in (
            (result.planned.number, result.start_at, result.pairing) for result in report.results
        )
        if found is not None
        and number in starts
        and abs((found - starts[number]).total_seconds()) > RESTART_WITHIN_S
    )


def faults_named(seeds: Sequence[int]) -> tuple[Measure, Measure]:
    """Precision and recall over rehearsals with one or two faults."""
    found: list[Naming] = []
    injected: Counter[str] = Counter()
    for seed in seeds:
        random = Random(seed)
        session = Session.drawn(seed, random)
        possible = candidates(session.workout, session.rehearsal(), session.runner)
        faults = chosen(random, possible)
        injected.update(type(fault).__name__.lower() for fault in faults)
        rehearsal = session.rehearsal(faults)
        where = f"seed {seed}, {' '.join(str(fault) for fault in faults)}"
        found.append(naming(rehearsal, faults, checked(rehearsal), where))
    return _precision(found), _recall(found, injected)


def _precision(found: Sequence[Naming]) -> Measure:
    named = sum(len(one.named) for one in found)
    invented = tuple(failure for one in found for failure in one.invented)
    return Measure(
        name="fault_precision",
        title="rehearsals with faults: precision",
        asked=0.99,
        value=share(named, named + len(invented)),
        count=named + len(invented),
        unit="namings",
        failures=invented,
    )


def _recall(found: Sequence[Naming], injected: Counter[str]) -> Measure:
    named = Counter(word for one in found for word in one.named)
    unnamed = tuple(failure for one in found for failure in one.unnamed)
    count = named.total() + len(unnamed)
    return Measure(
        name="fault_recall",
        title="rehearsals with faults: recall",
        asked=0.99,
        value=share(named.total(), count),
        count=count,
        unit="faults",
        failures=unnamed,
        notes=(
            "named of injected: "
            + ", ".join(f"{word} {named[word]}/{injected[word]}" for word in sorted(injected)),
        ),
    )


# No faults.


def false_alarms(seeds: Sequence[int]) -> Measure:
    """Share of executions missed in rehearsals in which nothing went wrong."""
    count = 0
    failures: list[Failure] = []
    for seed in seeds:
        rehearsal = Session.drawn(seed, Random(seed)).rehearsal()
        report = checked(rehearsal)
        count += len(report.results)
        failures += [
            _alarm(result, rehearsal, f"seed {seed}")
            for result in report.results
            if result.verdict.is_miss
        ]
    return Measure(
        name="false_alarms",
        title="perfect rehearsals: executions missed",
        asked=0.005,
        sense="most",
        value=share(len(failures), count),
        count=count,
        unit="executions",
        failures=tuple(failures),
    )
