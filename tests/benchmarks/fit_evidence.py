"""Fits the errors of evidence on the runs of each athlete alone.

``python -m tests.benchmarks.fit_evidence`` prints what ``laid_in.FITTED`` holds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from tests.benchmarks.accuracy_real import RealRun, real_runs
from tests.benchmarks.alignment_weights import athlete_of
from tests.benchmarks.laid_in import FITTED, Kind, constants_in_use, declared, usable_runs
from tests.conftest import corpus_path

__all__ = ["fitted", "main"]

LENGTHS: Final = ((60, 6, 44.0), (30, 6, 14.0), (20, 10, 4.0), (15, 10, 4.0))
"""Seconds of each part, how many, and how many seconds are read."""

CHOSEN: Final[tuple[Kind, ...]] = ("slowest", "fastest", "last")


def fitted(runs: Sequence[RealRun]) -> tuple[float, float, float]:
    """Error of a bout and of its reading, by least squares, and the largest forward spread.

    The first two from the variance within runs of random parts. The spread is what the
    pooled effects of chosen parts have beside their own errors, by maximum likelihood.
    """
    variances = []
    for seconds, count, _ in LENGTHS:
        squares = degrees = 0.0
        for effects, _ in _pooled(runs, "random", seconds, count):
            squares += float(np.sum((effects - effects.mean()) ** 2))
            degrees += len(effects) - 1
        variances.append(squares / degrees)
    terms = np.array([(1.0, 1.0 / read_s) for *_, read_s in LENGTHS])
    bout, reading = np.sqrt(np.linalg.lstsq(terms, np.array(variances), rcond=None)[0]).tolist()
    spreads = np.arange(0.0, 0.04, 0.0005)
    likeliest = []
    with constants_in_use((bout, reading, 0.01)):
        for kind in CHOSEN:
            for seconds, count, _ in LENGTHS[:2]:
                means, errors = zip(
                    *(
                        (effects.mean(), error)
                        for effects, error in _pooled(runs, kind, seconds, count)
                    ),
                    strict=True,
                )
                variance = np.square(errors)[:, None] + spreads**2
                misfit = np.log(variance) + np.square(means)[:, None] / variance
                likeliest.append(float(spreads[misfit.sum(axis=0).argmin()]))
    return bout, reading, max(likeliest)


def _pooled(
    runs: Sequence[RealRun], kind: Kind, seconds: int, count: int
) -> list[tuple[np.ndarray[tuple[int], np.dtype[np.float64]], float]]:
    found = []
    for number, run in enumerate(runs):
        made = declared(run, kind, seconds, count, np.random.default_rng(number))
        evidence = None if made is None else made.plain_evidence()
        if evidence is not None and evidence.executions > 1:
            effects = np.array([each.effect for each in evidence.effects])
            found.append((effects, evidence.uncertainty or math.nan))
    return found


def main() -> None:
    corpus = corpus_path()
    if corpus is None:
        raise SystemExit("no corpus of real FIT files here (set BACKRUN_CORPUS)")
    runs = usable_runs(corpus, real_runs(corpus))
    for athlete in FITTED:
        bout, reading, spread = fitted([run for run in runs if athlete_of(run.name) == athlete])
        print(f"{athlete}: bout {bout:.4f}, reading {reading:.3f}, forward spread {spread:.4f}")


if __name__ == "__main__":
    main()
