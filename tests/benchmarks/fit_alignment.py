"""Fits the weights of alignment to the real runs of one athlete, or of all.

``python -m tests.benchmarks.fit_alignment --athlete b`` prints what is to be written down in
``alignment_weights.py``. Few weights are fitted, from round values on, each in turn by a few
factors: with so few runs a longer search may find the noise of these runs, and less in others.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import attrs

from backrun_fit.compiled import CompiledWorkout
from backrun_fit.compliance.alignment.speed_costs import SpeedWeights
from tests.benchmarks.accuracy_real import RealRun, mismatches, read_or_empty, report_of
from tests.benchmarks.alignment_runs import VARIANTS
from tests.benchmarks.alignment_weights import START, athlete_of, weights_in_use
from tests.conftest import corpus_path

FACTORS: Final = (0.5, 0.7, 1.4, 2.0)
NAMES: Final = ("late_start", "tail", "no_change", "variation", "skip_at_end", "other_length")
"""The weights that decide between one explanation of a run and another."""

WANTED: Final = 0.985
"""Share of the executions of whole runs below which weights are punished."""
PUNISHED: Final = 3.0

Case = tuple[str, RealRun, CompiledWorkout, float]
"""Title, the changed run, its plan, and how near its executions have to be found."""

_cases: list[Case] = []


def cases_of(run: RealRun) -> Iterator[Case]:
    """A run without laps in all variants, the whole one first."""
    for variant in VARIANTS if run.activity.workout is not None else ():
        changed = variant.change(run)
        if changed is not None and not changed[0].activity.laps:
            shifted, workout = changed
            plan = workout or run.activity.workout
            assert plan is not None
            yield variant.title, shifted, plan, variant.within_s


def _found(task: tuple[int, SpeedWeights]) -> tuple[str, int, int]:
    number, weights = task
    title, run, workout, within_s = _cases[number]
    with weights_in_use(weights):
        report = report_of(run.activity, workout)
    missed = len(run.truth)
    if not isinstance(report, str):
        missed = len(list(mismatches(run, report, within_s)))
    return title, len(run.truth) - missed, len(run.truth)


def share_found(results: Iterable[tuple[str, int, int]]) -> tuple[float, Mapping[str, float]]:
    """The mean over all titles, less what whole runs fall short of; and the share of each."""
    right, count = defaultdict[str, int](int), defaultdict[str, int](int)
    for title, found, of in results:
        right[title] += found
        count[title] += of
    shares = {title: right[title] / count[title] for title in count}
    whole = next(iter(shares.values()))
    mean = sum(shares.values()) / len(shares)
    return mean + PUNISHED * min(0.0, whole - WANTED), shares


def fitted(
    start: SpeedWeights,
    score: Callable[[SpeedWeights], tuple[float, Mapping[str, float]]],
    say: Callable[[str], None],
) -> SpeedWeights:
    """The best weights that are found by changing one at a time."""
    weights = start
    best, shares = score(weights)
    say(f"{best:.4f} {dict(shares)}")
    for name in NAMES:
        value = getattr(weights, name)
        for factor in FACTORS:
            tried = attrs.evolve(weights, **{name: float(f"{factor * value:.2g}")})
            found, _ = score(tried)
            if found > best:
                best, weights = found, tried
                say(f"{best:.4f} {name}={getattr(tried, name)}")
    say(f"{best:.4f} {dict(score(weights)[1])}")
    return weights


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--athlete", help="whose runs; of all athletes without it")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    corpus = corpus_path()
    if corpus is None:
        raise SystemExit("no corpus of real FIT files here (set BACKRUN_CORPUS)")
    truth: dict[str, list[dict[str, Any]]] = json.loads((corpus / "truth.json").read_text())
    names = [name for name in sorted(truth) if options.athlete in (None, athlete_of(name))]
    runs = (_run(corpus, name, truth[name]) for name in names)
    _cases.extend(case for run in runs for case in cases_of(run))
    with ProcessPoolExecutor(options.workers, mp_context=get_context("fork")) as pool:

        def score(weights: SpeedWeights) -> tuple[float, Mapping[str, float]]:
            tasks = [(number, weights) for number in range(len(_cases))]
            return share_found(pool.map(_found, tasks, chunksize=8))

        print(fitted(START, score, print))


def _run(corpus: Path, name: str, truth: Sequence[Mapping[str, Any]]) -> RealRun:
    return RealRun(name, read_or_empty(corpus / "structured" / name), tuple(truth))


if __name__ == "__main__":
    main()
