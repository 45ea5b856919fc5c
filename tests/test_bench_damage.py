"""The benchmark of damage counts what it says."""

from __future__ import annotations

import math
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

from tests.benchmarks.bench_damage import (
    KINDS,
    LEAST_RECORDS,
    Figures,
    Run,
    chiptime_records,
    measure,
    real_runs,
    run,
)
from tests.benchmarks.guard import figures_of
from tests.conftest import ROOT

WHOLE = ROOT / "fixtures" / "activities" / "treadmill.fit"


def made(*places: range) -> Run:
    records = tuple((number, float(number)) for number in range(len(places)))
    return Run("made", b"", places, records, None)


def test_records_that_the_damage_touches_are_not_asked_for() -> None:
    figures = Figures()
    figures.add([(0, 0.0), (9, 9.0)], made(range(10), range(10, 20), range(20, 30)), range(12, 13))
    assert (figures.kept, figures.outside, figures.invented) == (1, 2, 1)
    assert figures.share == 0.5
    assert math.isnan(Figures().share)


@pytest.mark.parametrize(("place", "outside"), [(10, 3), (12, 2)])
def test_bytes_inserted_between_records_touch_none(place: int, outside: int) -> None:
    figures = Figures()
    figures.add([], made(range(10), range(10, 20), range(20, 30)), range(place, place))
    assert figures.outside == outside


def test_each_kind_of_damage_changes_the_bytes_that_it_names_and_no_others() -> None:
    data = bytes(range(1, 256)) * 10
    for kind, spoil in KINDS.items():
        broken = spoil(data, 700, Random(kind))
        assert broken.data != data
        assert broken.data[: broken.hurt.start] == data[: broken.hurt.start]
        assert broken.data.endswith(data[broken.hurt.stop :])


def test_a_run_has_a_place_for_each_record() -> None:
    intact = Run.of(WHOLE)
    assert len(intact.places) == len(intact.records) > 100
    assert intact.workout is not None


def test_nothing_is_lost_to_a_cut_and_nothing_invented() -> None:
    ours, theirs, plans = measure([Run.of(WHOLE)], "cut", 5, 0, chiptime_records())
    assert (ours.share, ours.invented, plans) == (1.0, 0, 1.0)
    assert theirs.outside in (0, ours.outside)


def test_without_a_corpus_there_are_no_figures() -> None:
    figures = figures_of(run(None, Console(quiet=True)))
    assert math.isnan(figures["records_kept"])
    assert math.isnan(figures["plans_read"])


def test_twenty_real_runs_are_taken(corpus: Path) -> None:
    runs = real_runs(corpus)
    assert len({intact.name for intact in runs}) == 20
    assert all(len(intact.records) >= LEAST_RECORDS for intact in runs)
