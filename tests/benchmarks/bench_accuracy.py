"""How right the check is, on real runs and on rehearsals whose truth is known.

``make bench-accuracy`` runs it. What is measured on real runs needs the corpus that
``BACKRUN_CORPUS`` names; without one those measures are NaN. The last line printed
is for machines.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from tests.benchmarks.accuracy import Measure, failure_lines, line, measures_table
from tests.benchmarks.accuracy_evidence import (
    backward_recognised,
    calibrated_recognised,
    effects_recognised,
    forward_called_backward,
    jogging_called_backward,
)
from tests.benchmarks.accuracy_real import (
    found_with_indexes,
    found_without_indexes,
    found_without_laps,
    real_runs,
)
from tests.benchmarks.accuracy_rehearsed import false_alarms, faults_named
from tests.benchmarks.accuracy_scores import (
    faults_in_real_runs,
    holding_constants,
    own_means_missed,
    score_follows_time_in_band,
)
from tests.benchmarks.check_speed import check_speed
from tests.benchmarks.laid_in import usable_runs
from tests.benchmarks.lap_errors import unmoved
from tests.benchmarks.readers import FITFAST, Reader, installed
from tests.conftest import corpus_path

__all__ = ["main", "measured", "run"]

WIDTH: Final = 110
"""Of what is printed, in a terminal or not."""

LAP_ERRORS: Final = 1000
REHEARSALS: Final = 2000
BACKWARD_RUNS: Final = 500
QUICKER: Final = 10
"""How many times fewer tries there are in a hurry."""


def measured(
    corpus: Path | None, rivals: Sequence[Reader], fewer: int = 1, first_seed: int = 0
) -> Iterator[Measure]:
    """Every measure, in the order in which they are promised.

    Args:
        corpus: Of real files; None where there is none.
        rivals: To time the check against; may be empty.
        fewer: So many times fewer tries.
        first_seed: Of everything that is drawn.
    """

    def seeds(count: int) -> range:
        return range(first_seed, first_seed + count // fewer)

    runs = [] if corpus is None else real_runs(corpus)
    files = (
        {}
        if corpus is None
        else {run.name: (corpus / "structured" / run.name).read_bytes() for run in runs}
    )
    yield found_with_indexes(runs)
    yield found_without_indexes(runs)
    yield found_without_laps(runs)
    yield unmoved(runs, seeds(LAP_ERRORS))
    yield from faults_named(seeds(REHEARSALS))
    yield false_alarms(seeds(REHEARSALS))
    yield from faults_in_real_runs(runs)
    yield own_means_missed(runs)
    yield score_follows_time_in_band(runs)
    with_cadence = [] if corpus is None else usable_runs(corpus, runs)
    yield forward_called_backward(with_cadence)
    yield from effects_recognised(with_cadence)
    yield jogging_called_backward(with_cadence)
    yield calibrated_recognised(with_cadence)
    yield backward_recognised(seeds(BACKWARD_RUNS))
    yield check_speed(files, rivals)


def run(
    corpus: Path | None,
    rivals: Sequence[Reader],
    console: Console,
    fewer: int = 1,
    first_seed: int = 0,
) -> str:
    """Measure and print everything; the line for machines."""
    if corpus is None:
        console.print("no corpus of real FIT files here (set BACKRUN_CORPUS): its measures are NaN")
    measures = []
    with console.status("measuring") as status:
        for one in measured(corpus, rivals, fewer, first_seed):
            status.update(f"{one.title}: done")
            measures.append(one)
    if corpus is not None:
        for text in holding_constants(real_runs(corpus)):
            console.print(f"what a runner holds, {text}", markup=False, highlight=False)
    for one in measures:
        for text in failure_lines(one):
            console.print(text, markup=False, highlight=False, soft_wrap=True)
    console.print(measures_table(measures))
    return line(measures)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure how right the check is.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the tries")
    parser.add_argument("--seed", type=int, default=0, help="the first one; another draws anew")
    options = parser.parse_args(arguments)
    fewer = QUICKER if options.quick else 1
    print(run(corpus_path(), installed([FITFAST]), Console(width=WIDTH), fewer, options.seed))


if __name__ == "__main__":
    main()
