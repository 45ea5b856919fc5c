"""How well alignment finds the executions of real runs, and what that costs.

``make bench-alignment`` runs it. The runs are those of the corpus that ``BACKRUN_CORPUS``
names; without one their measures are NaN. The last line printed is for machines.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from typing import Any, Final

import attrs
from rich.console import Console
from rich.table import Table

from tests.benchmarks.accuracy import Measure, failure_lines, line, share
from tests.benchmarks.accuracy_real import RealRun, read_or_empty
from tests.benchmarks.alignment_cost import LOADS, Load, cost_measures, cost_of
from tests.benchmarks.alignment_runs import (
    Match,
    Tally,
    judged_run,
)
from tests.benchmarks.alignment_weights import athlete_of, other_athlete
from tests.benchmarks.lap_errors import LEAST_LAPS
from tests.conftest import corpus_path

__all__ = ["Figure", "calibration", "figures", "main", "run", "tallies_of"]

WIDTH: Final = 150
WORKERS: Final = 2
TRIES: Final = 2000
QUICK_TRIES: Final = 200
QUICK_SHARE: Final = 3
"""In a hurry one run of so many is taken."""

CONFIDENT: Final = 0.9
BINS: Final = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Lower ends of the rows of the calibration table."""


@attrs.frozen(kw_only=True)
class Asked:
    """One row of what is asked.

    Attributes:
        name: Of the measure.
        title: For people.
        asked: The limit.
        unit: What is counted.
        is_share_of_failures: The share of what failed is asked to be at most the limit,
            instead of the share of what did not to be at least that.
    """

    name: str
    title: str
    asked: float
    unit: str = "executions"
    is_share_of_failures: bool = False


MEASURES: Final = (
    Asked(
        name="indexes_within_2s",
        title="indexes, within 2 s (the truth's own field)",
        asked=0.995,
    ),
    Asked(name="laps_within_5s", title='indexes hidden by align="laps", within 5 s', asked=0.98),
    Asked(name="laps_auto_within_5s", title="indexes removed, auto, within 5 s", asked=0.98),
    Asked(name="lapless_within_15s", title="all laps hidden, within 15 s", asked=0.95),
    Asked(name="autolaps_km_within_15s", title="autolaps of 1 km, within 15 s", asked=0.98),
    Asked(
        name="autolaps_km_false_misses",
        title="autolaps of 1 km, false misses",
        asked=0.01,
        is_share_of_failures=True,
    ),
    Asked(name="autolaps_mile_within_15s", title="autolaps of 1 mile, within 15 s", asked=0.98),
    Asked(
        name="autolaps_mile_false_misses",
        title="autolaps of 1 mile, false misses",
        asked=0.01,
        is_share_of_failures=True,
    ),
    Asked(name="one_step_time_met", title="one step as long as the run: met", asked=1, unit="runs"),
    Asked(name="one_step_distance_met", title="one step as far: met", asked=1, unit="runs"),
    Asked(
        name="unmoved_by_lap_error",
        title="one lap lost or inserted: others unmoved",
        asked=0.995,
    ),
    Asked(
        name="own_running_within_15s",
        title="own warm-up, cool-down, standing, 15 s",
        asked=0.95,
    ),
)


@attrs.frozen(kw_only=True)
class Figure:
    """A measure in total and by athlete.

    Attributes:
        total: Of all runs.
        by_athlete: Of each athlete's runs.
        by_variant: Count and value of each way to change a run, in order.
        data: What it was measured on.
    """

    total: Measure
    by_athlete: Mapping[str, Measure]
    by_variant: Mapping[str, Measure]
    data: str


# The work.


def _judged(task: tuple[Path, Sequence[Mapping[str, Any]], str | None, list[int]]) -> list[Tally]:
    path, truth, other, seeds = task
    return judged_run(RealRun(path.name, read_or_empty(path), tuple(truth)), other, seeds)


def tallies_of(
    corpus: Path, tries: int = TRIES, every: int = 1, *, held_out: bool = True
) -> list[Tally]:
    """Everything that is counted on the structured runs of a corpus, in order of their names.

    Args:
        corpus: With ``truth.json`` and ``structured/``.
        tries: So many lap errors, over all runs.
        every: One run of so many is taken.
        held_out: The runs of one athlete are measured with the weights of another, and not
            with those of the package.
    """
    truth: dict[str, list[dict[str, Any]]] = json.loads((corpus / "truth.json").read_text())
    names = sorted(truth)[::every]
    with_laps = [name for name in names if truth[name][-1].get("last_lap", 0) + 1 >= LEAST_LAPS]
    seeds: dict[str, list[int]] = defaultdict(list)
    for seed in range(tries if with_laps else 0):
        seeds[Random(f"run of try {seed}").choice(with_laps)].append(seed)
    athletes = sorted({athlete_of(name) for name in truth})
    tasks = [
        (
            corpus / "structured" / name,
            truth[name],
            other_athlete(athlete_of(name), athletes) if held_out else None,
            seeds[name],
        )
        for name in names
    ]
    with ProcessPoolExecutor(max_workers=WORKERS) as pool:
        return [tally for tallies in pool.map(_judged, tasks) for tally in tallies]


# What comes of it.


def figures(tallies: Sequence[Tally]) -> Iterator[Figure]:
    """All measures on real runs, in the order in which they are asked."""
    athletes = sorted({tally.athlete for tally in tallies})
    for asked in MEASURES:
        of_it = [tally for tally in tallies if tally.measure == asked.name]
        variants = list(dict.fromkeys(tally.variant for tally in of_it))
        yield Figure(
            total=_measure(asked, of_it),
            by_athlete={
                athlete: _measure(asked, [one for one in of_it if one.athlete == athlete])
                for athlete in athletes
            },
            by_variant={
                variant: _measure(asked, [one for one in of_it if one.variant == variant])
                for variant in variants
            },
            data="structured",
        )
    yield _confident(tallies, athletes)


def _measure(asked: Asked, tallies: Sequence[Tally]) -> Measure:
    count = sum(tally.count for tally in tallies)
    failures = tuple(failure for tally in tallies for failure in tally.failures)
    failed = share(len(failures), count)
    return Measure(
        name=asked.name,
        title=asked.title,
        asked=asked.asked,
        sense="most" if asked.is_share_of_failures else "least",
        value=failed if asked.is_share_of_failures else 1.0 - failed,
        count=count,
        unit=asked.unit,
        failures=failures,
    )


def _confident(tallies: Sequence[Tally], athletes: Sequence[str]) -> Figure:
    def measure(chosen: Sequence[Tally]) -> Measure:
        sure = [one for one in _matches(chosen) if one.certainty >= CONFIDENT]
        return Measure(
            name="confident_right",
            title=f"certainty >= {CONFIDENT:g}: right within 15 s",
            asked=0.95,
            value=share(sum(one.is_right for one in sure), len(sure)),
            count=len(sure),
            unit="matches",
        )

    measures = dict.fromkeys(tally.measure for tally in tallies if tally.matches)
    return Figure(
        total=measure(tallies),
        by_athlete={
            athlete: measure([one for one in tallies if one.athlete == athlete])
            for athlete in athletes
        },
        by_variant={
            name: measure([one for one in tallies if one.measure == name]) for name in measures
        },
        data="structured, all above",
    )


def _matches(tallies: Sequence[Tally]) -> list[Match]:
    return [match for tally in tallies for match in tally.matches]


def calibration(matches: Sequence[Match]) -> list[tuple[float, float, int, float]]:
    """For each bin of certainty its ends, how many matches it holds, and the share right."""
    rows = []
    for lower, upper in zip(BINS, (*BINS[1:], math.inf), strict=True):
        held = [one for one in matches if lower <= one.certainty < upper]
        rows.append(
            (lower, min(upper, 1.0), len(held), share(sum(m.is_right for m in held), len(held)))
        )
    return rows


# What is printed.


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4f}"


def _row(measure: Measure, by_athlete: Sequence[str], data: str) -> list[str]:
    sign = ">=" if measure.sense == "least" else "<="
    verdict = "not measured" if math.isnan(measure.value) else "" if measure.is_met else "missed"
    total = _number(measure.value)
    count = f"{measure.count} {measure.unit}"
    return [measure.title, f"{sign} {measure.asked:g}", *by_athlete, total, count, data, verdict]


def _figures_table(found: Sequence[Figure], costs: Sequence[Measure]) -> Table:
    athletes = list(found[0].by_athlete) if found else []
    table = Table(title="Alignment")
    for heading in ("measure", "asked", *athletes, "all", "n", "data", ""):
        table.add_column(heading, justify="left" if heading in ("measure", "data", "") else "right")
    for figure in found:
        values = [_number(measure.value) for measure in figure.by_athlete.values()]
        table.add_row(*_row(figure.total, values, figure.data))
    for cost in costs:
        table.add_row(*_row(cost, ["" for _ in athletes], "made"))
    return table


def _variants_table(found: Sequence[Figure]) -> Table:
    table = Table(title="The same, by what was done to the run")
    for heading in ("measure", "variant", "found", "n"):
        table.add_column(heading, justify="left" if heading in ("measure", "variant") else "right")
    for figure in found:
        if len(figure.by_variant) > 1:
            for variant, measure in figure.by_variant.items():
                table.add_row(
                    figure.total.name, variant, _number(measure.value), str(measure.count)
                )
    return table


def _calibration_table(tallies: Sequence[Tally]) -> Table:
    athletes = sorted({tally.athlete for tally in tallies})
    groups = {
        "all": calibration(_matches(tallies)),
        "without lap errors": calibration(
            _matches([one for one in tallies if one.measure != "unmoved_by_lap_error"])
        ),
        **{
            athlete: calibration(_matches([one for one in tallies if one.athlete == athlete]))
            for athlete in athletes
        },
    }
    table = Table(title="Certainty of a match, and how many of them are right (within 15 s)")
    table.add_column("certainty")
    for group in groups:
        table.add_column(f"{group}: matches", justify="right")
        table.add_column("right", justify="right")
    for rows in zip(*groups.values(), strict=True):
        lower, upper, *_ = rows[0]
        cells = [cell for _, _, count, right in rows for cell in (str(count), _number(right))]
        table.add_row(f"{lower:g} to {upper:g}", *cells)
    return table


def run(
    corpus: Path | None,
    console: Console,
    *,
    quick: bool = False,
    held_out: bool = True,
    loads: Sequence[Load] = LOADS,
) -> str:
    """Measure and print everything; the line for machines."""
    costs = cost_measures([cost_of(load, rounds=2 if quick else 5) for load in loads])
    tallies: list[Tally] = []
    if corpus is None:
        console.print("no corpus of real FIT files here (set BACKRUN_CORPUS): its measures are NaN")
    else:
        tries, every = (QUICK_TRIES, QUICK_SHARE) if quick else (TRIES, 1)
        tallies = tallies_of(corpus, tries, every, held_out=held_out)
    found = list(figures(tallies))
    for measure in (*(figure.total for figure in found), *costs):
        if measure.failures or measure.notes:
            for text in failure_lines(measure):
                console.print(text, markup=False, highlight=False, soft_wrap=True)
    console.print(_variants_table(found))
    console.print(_calibration_table(tallies))
    console.print(_figures_table(found, costs))
    return line([*_named(found), *costs])


def _named(found: Sequence[Figure]) -> Iterator[Measure]:
    """Each measure in total, then by athlete."""
    for figure in found:
        yield figure.total
        for athlete, measure in figure.by_athlete.items():
            yield attrs.evolve(measure, name=f"{measure.name}_{athlete}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure how well alignment finds executions.")
    parser.add_argument("--quick", action="store_true", help="a third of the runs, 200 lap errors")
    parser.add_argument(
        "--own-weights",
        action="store_true",
        help="measure with the weights of the package, which were chosen on all these runs",
    )
    options = parser.parse_args(arguments)
    console, held_out = Console(width=WIDTH), not options.own_weights
    print(run(corpus_path(), console, quick=options.quick, held_out=held_out))


if __name__ == "__main__":
    main()
