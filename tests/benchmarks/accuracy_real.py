"""How well the check finds in real runs what is known to be there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np

from backrun_fit.activity import Activity, Track
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance.check import check
from backrun_fit.compliance.timeline import instant
from backrun_fit.errors import BackrunFitError, DataWarning
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.report import Report, StepResult
from backrun_fit.workout import Step
from tests.activities import without_indexes
from tests.benchmarks.accuracy import Failure, Measure, kind_of, share
from tests.benchmarks.alignment_weights import athlete_of, other_athlete, weights_for

__all__ = [
    "AlignMode",
    "RealRun",
    "agrees",
    "found_with_indexes",
    "found_without_indexes",
    "found_without_laps",
    "mismatches",
    "read_or_empty",
    "real_runs",
    "report_of",
    "without_laps",
]

AlignMode: TypeAlias = Literal["auto", "indexes", "laps", "samples"]
"""What `check` may look at."""


@attrs.frozen
class RealRun:
    """A recorded run and the executions that it is known to hold.

    Attributes:
        name: Of its file.
        activity: As read; empty where that failed.
        truth: ``step_index``, ``start`` and ``end`` (Unix seconds) of each, in order.
    """

    name: str
    activity: Activity
    truth: tuple[Mapping[str, Any], ...]


def real_runs(corpus: Path) -> list[RealRun]:
    """The structured runs of a corpus with what its ``truth.json`` says of them."""
    truth: dict[str, list[dict[str, Any]]] = json.loads((corpus / "truth.json").read_text())
    return [
        RealRun(name, read_or_empty(corpus / "structured" / name), tuple(entries))
        for name, entries in sorted(truth.items())
    ]


def read_or_empty(path: Path) -> Activity:
    """A file that cannot be read counts as one in which nothing is found."""
    try:
        return read_activity(path)
    except BackrunFitError as error:
        return Activity(
            started_at=instant(0),
            ended_at=instant(0),
            sport=None,
            track=Track.from_columns(np.array([])),
            warnings=(DataWarning("unreadable", f"cannot be read: {error}"),),
        )


def report_of(
    activity: Activity, workout: CompiledWorkout | None = None, align: AlignMode = "auto"
) -> Report | str:
    """What the check says; a text where it says that it cannot."""
    try:
        return check(activity, workout, align=align)
    except BackrunFitError as error:
        return "; ".join((*map(str, activity.warnings), f"no report: {error}"))


# The same run with less to go by.


def without_laps(activity: Activity) -> Activity:
    """The same without any lap."""
    return attrs.evolve(activity, laps=())


# Found where they are.


def found_with_indexes(runs: Sequence[RealRun]) -> Measure:
    """Executions with the right step and both ends within a second."""
    return _found(
        runs,
        lambda activity: activity,
        1.0,
        name="indexed_within_1s",
        title="real runs, indexes present, within 1 s",
        asked=0.995,
    )


def found_without_indexes(runs: Sequence[RealRun]) -> Measure:
    """The same within five seconds, step indexes hidden."""
    return _found(
        runs,
        without_indexes,
        5.0,
        name="unindexed_within_5s",
        title="real runs, indexes hidden, within 5 s",
        asked=0.98,
    )


def found_without_laps(runs: Sequence[RealRun]) -> Measure:
    """The same within fifteen seconds, laps hidden."""
    return _found(
        runs,
        without_laps,
        15.0,
        name="lapless_within_15s",
        title="real runs, laps hidden, within 15 s",
        asked=0.9,
    )


def _found(
    runs: Sequence[RealRun],
    hide: Callable[[Activity], Activity],
    within_s: float,
    *,
    name: str,
    title: str,
    asked: float,
) -> Measure:
    failures: list[Failure] = []
    invented = 0
    athletes = sorted({athlete_of(run.name) for run in runs})
    for run in runs:
        with weights_for(other_athlete(athlete_of(run.name), athletes)):
            report = report_of(hide(run.activity))
        if isinstance(report, str):
            failures += [Failure("no report", run.name, report) for _ in run.truth]
            continue
        missed = list(mismatches(run, report, within_s))
        failures += missed
        placed = sum(result.start_at is not None for result in report.results)
        invented += placed - (len(run.truth) - len(missed))
    count = sum(len(run.truth) for run in runs)
    files = len({failure.where for failure in failures})
    return Measure(
        name=name,
        title=title,
        asked=asked,
        value=share(count - len(failures), count),
        count=count,
        unit="executions",
        failures=tuple(failures),
        notes=(
            f"failures lie in {files} of {len(runs)} runs",
            f"{invented} reported executions are not where any true one is",
        ),
    )


def mismatches(run: RealRun, report: Report, within_s: float) -> Iterator[Failure]:
    """True executions that are not in a report, each with what lies there instead."""
    left = [result for result in report.results if result.start_at is not None]
    for number, true in enumerate(run.truth, start=1):
        hit = next((each for each in left if agrees(each, true, within_s)), None)
        if hit is not None:
            left.remove(hit)
            continue
        got = max(report.results, key=lambda each: _overlap_s(each, true), default=None)
        yield Failure(
            _difference(report.workout, true, got, within_s),
            run.name,
            f"execution {number}, expected {_true_text(true)}, got {_result_text(got, true)}",
        )


def agrees(result: StepResult, true: Mapping[str, Any], within_s: float) -> bool:
    """Whether a result is of the true step, and has both its ends within some seconds."""
    if result.start_at is None or result.end_at is None:
        return False
    return bool(
        result.planned.step_index == true["step_index"]
        and abs(result.start_at.timestamp() - true["start"]) <= within_s
        and abs(result.end_at.timestamp() - true["end"]) <= within_s
    )


def _overlap_s(result: StepResult, true: Mapping[str, Any]) -> float:
    if result.start_at is None or result.end_at is None:
        return -1.0
    end = min(result.end_at.timestamp(), true["end"])
    return float(max(0.0, end - max(result.start_at.timestamp(), true["start"])))


def _difference(
    workout: CompiledWorkout, true: Mapping[str, Any], got: StepResult | None, within_s: float
) -> str:
    """In which way what was found differs from what is true."""
    messages = workout.messages
    index = true["step_index"]
    step = messages[index] if index < len(messages) else None
    if not isinstance(step, Step):
        return "the truth names no step of the workout (a stale index)"
    kind = kind_of(step)
    if got is None or got.start_at is None or got.end_at is None or not _overlap_s(got, true):
        return f"nothing found there ({kind})"
    if got.planned.step_index != index:
        return f"another step found there ({kind})"
    begins = abs(got.start_at.timestamp() - true["start"]) > within_s
    ends = abs(got.end_at.timestamp() - true["end"]) > within_s
    what = "start and end off" if begins and ends else "start off" if begins else "end off"
    return f"{what} ({kind})"


def _true_text(true: Mapping[str, Any]) -> str:
    begins = datetime.fromtimestamp(true["start"], UTC)
    return f"step {true['step_index']} from {begins:%H:%M:%S} for {true['end'] - true['start']} s"


def _result_text(result: StepResult | None, true: Mapping[str, Any]) -> str:
    if result is None or result.start_at is None or result.end_at is None:
        return "nothing"
    begins = result.start_at.timestamp() - true["start"]
    ends = result.end_at.timestamp() - true["end"]
    return (
        f"step {result.planned.step_index} (execution {result.planned.number}), "
        f"start {begins:+.0f} s, end {ends:+.0f} s: {result.pairing}"
    )
