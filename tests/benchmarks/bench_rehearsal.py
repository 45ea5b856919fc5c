"""Whether rehearsals look like real runs, statistic by statistic.

``make bench-rehearsal`` runs it; docs/explanation/rehearsal.md says what it shows. Every real
structured run is measured, its workout is rehearsed, and that is measured likewise.
The last line printed is for machines.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import attrs
import numpy as np
from rich.console import Console
from rich.table import Table

from backrun_fit.compiled import CompiledWorkout, RepeatMessage
from backrun_fit.errors import BackrunFitError
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.rehearsal import Watch, encode_rehearsal, rehearse
from backrun_fit.workout import Movement, PaceTarget, Step, TimeDuration
from tests.benchmarks.bench_compile import shortest
from tests.benchmarks.executions import (
    Run,
    executed_by_laps,
    executed_by_truth,
    settled_mean,
)
from tests.benchmarks.moving import median
from tests.benchmarks.realism import (
    STATISTICS,
    WITHIN,
    Comparison,
    compare,
    measure,
    score,
)
from tests.conftest import corpus_path
from tests.rehearsals import START

WIDTH: Final = 100
"""Of what is printed, in a terminal or not."""

TURNS: Final = 30
"""Minutes forward, and as many backward, of the hour that is timed."""

HOUR_TURN_S: Final = 1.0

BAND: Final = 0.05
"""Half the width of the targets that a plan is given to be rehearsed as it was run."""

EVERY_SECOND: Final = 0.9
"""From this share of samples 1 s apart on, the watch recorded every second."""


def real_runs(corpus: Path) -> dict[str, Run]:
    """The structured runs of a corpus whose executed steps are known and lie in a plan."""
    truth = json.loads((corpus / "truth.json").read_text())
    runs = {
        name: executed_by_truth(read_activity(corpus / "structured" / name), entries)
        for name, entries in sorted(truth.items())
    }
    return {name: run for name, run in runs.items() if run.executed}


def as_run(run: Run) -> Run:
    """The same run, as if each step had asked for the speed at which it was really run.

    Plans ask for speeds that nobody ran; so what they did is compared at equal
    speeds. A step whose speed is not known keeps its target.
    """
    means: dict[int, list[float]] = {}
    for one in run.executed:
        means.setdefault(one.step_index, []).append(settled_mean(run, one))
    targets = {
        index: PaceTarget(slowest_mps=(1 - BAND) * mean_mps, fastest_mps=(1 + BAND) * mean_mps)
        for index, mean_mps in ((index, median(of)) for index, of in means.items())
        if mean_mps > 0
    }
    workout = run.activity.workout
    assert workout is not None
    messages = tuple(
        attrs.evolve(message, target=targets[index])
        if index in targets and isinstance(message, Step)
        else message
        for index, message in enumerate(workout.messages)
    )
    executed = tuple(
        attrs.evolve(one, step=attrs.evolve(one.step, target=targets[one.step_index]))
        if one.step_index in targets
        else one
        for one in run.executed
    )
    activity = attrs.evolve(run.activity, workout=attrs.evolve(workout, messages=messages))
    return Run(activity=activity, executed=executed)


def rehearsed(run: Run, seed: int) -> Run:
    """A rehearsal of a run's plan, read from its file, sampled as the run's watch did."""
    real = run.activity
    assert real.workout is not None
    watch = Watch(smart_recording=bool(np.mean(np.diff(real.track.unix_s) == 1) < EVERY_SECOND))
    made = rehearse(real.workout, watch=watch, seed=seed, started_at=real.started_at)
    return executed_by_laps(read_activity(encode_rehearsal(made)))


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3g}"


def comparison_table(comparisons: Sequence[Comparison]) -> Table:
    """Real against rehearsed; what is off is marked, habits stand in brackets."""
    table = Table(title="Medians over runs")
    for heading in ("statistic", "real", "rehearsed", "ratio", "n", ""):
        side: Literal["left", "right"] = "left" if heading in ("statistic", "") else "right"
        table.add_column(heading, justify=side, no_wrap=True)
    for comparison in comparisons:
        title = comparison.statistic.title
        table.add_row(
            f"({title})" if comparison.statistic.habit else title,
            *map(_number, (*comparison.medians, comparison.ratio)),
            f"{len(comparison.real)}, {len(comparison.rehearsed)}",
            _remark(comparison),
        )
    return table


def _remark(comparison: Comparison) -> str:
    if not comparison.real:
        return "not measurable"
    if comparison.agrees or comparison.statistic.habit:
        return ""
    return "off" if comparison.rehearsed else "missing"


def values_table(real: Sequence[Mapping[str, float]]) -> Table:
    """Quartiles of every statistic over the real runs."""
    table = Table(title="Quartiles over the real runs")
    for heading in ("statistic", "25 %", "50 %", "75 %", "n"):
        side: Literal["left", "right"] = "left" if heading == "statistic" else "right"
        table.add_column(heading, justify=side, no_wrap=True)
    for statistic in STATISTICS:
        values = [found[statistic.name] for found in real if statistic.name in found]
        quartiles = np.quantile(values, (0.25, 0.5, 0.75)) if values else [math.nan] * 3
        table.add_row(statistic.title, *map(_number, quartiles), str(len(values)))
    return table


def run(runs: Mapping[str, Run], console: Console) -> str:
    """Rehearse the plan of each run, print the table; the line for machines."""
    real, made = [], []
    for seed, (name, one) in enumerate(runs.items()):
        try:
            made.append(measure(rehearsed(one, seed)))
        except BackrunFitError as error:
            console.print(f"{name} cannot be rehearsed: {error}")
        else:
            real.append(measure(one))
    comparisons = compare(real, made)
    console.print(comparison_table(comparisons))
    off = [one.statistic.name for one in comparisons if one.counts and not one.agrees]
    console.print(f"Further apart than {WITHIN:.0%}: {', '.join(off) or 'none'}")
    console.print("In brackets: what people choose; shown, not counted.")
    agreeing, counted = score(comparisons)
    hour_ms = 1e3 * shortest(hour_with_laps, HOUR_TURN_S)
    console.print(f"An hour with {2 * TURNS} laps, rehearsed and written: {hour_ms:.1f} ms")
    return f"realism_within_25={agreeing}/{counted} rehearsal_hour_ms={hour_ms:.1f}"


def hour_with_laps() -> bytes:
    """The file of a rehearsed hour, a minute forward and a minute backward in turn."""
    minute = Step(
        duration=TimeDuration(duration_s=60.0),
        target=PaceTarget(slowest_mps=3.0, fastest_mps=3.4),
    )
    back = attrs.evolve(minute, movement=Movement.BACKWARD_RUN)
    messages = (minute, back, RepeatMessage(first_index=0, count=TURNS))
    workout = CompiledWorkout(name="An hour", messages=messages)
    return encode_rehearsal(rehearse(workout, started_at=START))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Compare rehearsals with real runs.")
    parser.add_argument("--values", action="store_true", help="only the real runs' quartiles")
    parser.add_argument(
        "--as-run", action="store_true", help="rehearse each step at the speed it was run at"
    )
    options = parser.parse_args(arguments)
    corpus = corpus_path()
    if corpus is None:
        print("no corpus of real FIT files here (set BACKRUN_CORPUS): nothing to compare with")
        return
    runs, console = real_runs(corpus), Console(width=WIDTH)
    if options.as_run:
        runs = {name: as_run(one) for name, one in runs.items()}
    if options.values:
        console.print(values_table([measure(one) for one in runs.values()]))
    else:
        print(run(runs, console))


if __name__ == "__main__":
    main()
