"""The benchmark of reading measures what it says, and its ratios are computed right."""

from __future__ import annotations

import io
import math
import re

import numpy as np
import pytest
from rich.console import Console

from backrun_fit.fit.columns import decode
from tests.benchmarks.bench_read import class_table, part_of, run
from tests.benchmarks.memory import traced_peak
from tests.benchmarks.readers import FITFAST, OURS, Reader, installed, read_ours
from tests.benchmarks.synthetic import synthetic
from tests.benchmarks.timing import (
    LEAST_ROUNDS,
    Measured,
    Ratios,
    Timing,
    compare,
    least_ratio,
    total_ratio,
)

LINE = re.compile(
    r"total_ratio_fitfast=(\S+) min_ratio_fitfast=(\S+) ratio_fitparse=(\S+) ratio_garmin=(\S+)"
)


def measured(size_bytes: int, ours_s: float, **rivals_s: float) -> Measured:
    """A file with made-up times; the first reading took ten times as long as the best."""
    named = {name.replace("_", "-"): seconds for name, seconds in rivals_s.items()}
    times = {OURS.package: ours_s, **named}
    return Measured("made", size_bytes, {name: Timing(10 * at, at) for name, at in times.items()})


def refuses(data: bytes) -> object:
    raise BaseException("a panic")  # noqa: TRY002 - what Rust's panics are


FILES = (
    measured(10_000, 1.0, fitfast=0.5, fitparse=300.0),
    measured(30_001, 2.0, fitfast=10.0, fitparse=600.0, garmin_fit_sdk=500.0),
    measured(90_000, 1.0, fitfast=3.5),
)


def test_the_total_ratio_is_of_sums_over_the_files_that_both_read() -> None:
    assert total_ratio(FILES, "fitfast") == 14.0 / 4.0
    assert total_ratio(FILES, "fitparse") == 900.0 / 3.0
    assert total_ratio(FILES, "garmin-fit-sdk") == 250.0


def test_the_first_reading_has_a_ratio_of_its_own() -> None:
    file = Measured("made", 1, {OURS.package: Timing(4.0, 1.0), "fitfast": Timing(2.0, 3.0)})
    assert total_ratio([file], "fitfast", first=True) == 0.5
    assert total_ratio([file], "fitfast") == 3.0


def test_the_least_ratio_is_over_large_files_only() -> None:
    assert least_ratio(FILES, "fitfast") == 3.5
    assert math.isnan(least_ratio(FILES[:1], "fitfast"))


def test_the_last_line_carries_the_four_ratios() -> None:
    assert Ratios.of(FILES, FILES[1:2]).line() == (
        "total_ratio_fitfast=3.50 min_ratio_fitfast=3.50 ratio_fitparse=300.0 ratio_garmin=250.0"
    )


def test_the_table_adds_up_by_class_and_in_total() -> None:
    if not installed([FITFAST]):
        pytest.skip("fitfast is not installed")
    out = io.StringIO()
    Console(file=out, width=120).print(class_table(FILES, FITFAST, "made up"))
    rows = [re.findall(r"[\d.]+", line) for line in out.getvalue().splitlines() if "│" in line]
    assert rows[-1] == ["3", "0.13", "4000.00", "14000.00", "3.50", "0.50", "3.50"]
    assert len(rows) == 3


def test_every_eighth_file_is_chosen_from_the_middle_on() -> None:
    files = {str(number): b"" for number in range(20)}
    assert list(part_of(files)) == ["4", "12"]
    assert list(part_of({"a": b"", "b": b"", "c": b""})) == ["b"]


def test_readers_take_turns_and_one_that_panics_is_left_out() -> None:
    turns: list[str] = []

    def reader(name: str) -> Reader:
        return Reader(name, name, lambda: lambda data: turns.append(name))

    panics = Reader("panics", "panics", lambda: refuses)
    found = compare("a.fit", b"", [reader("a"), panics, reader("b")], turn_s=0.0)
    assert set(found.timings) == {"a", "b"}
    assert turns[:6] == ["a", "b", "a", "b", "b", "a"]
    assert min(turns.count("a"), turns.count("b")) > LEAST_ROUNDS
    assert all(at.best_s < math.inf for at in found.timings.values())


def test_a_short_reading_is_repeated_within_its_turn() -> None:
    turns: list[int] = []
    short = Reader("short", "short", lambda: lambda data: turns.append(len(turns)))
    compare("a.fit", b"", [short], turn_s=0.01)
    assert len(turns) > 100 * LEAST_ROUNDS


@pytest.mark.parametrize("mixed", [False, True])
def test_a_synthetic_file_holds_as_many_records_as_asked_for(mixed: bool) -> None:
    data = synthetic(500, mixed=mixed)
    segment = decode(data).segments[0]
    records = segment.table("record")
    assert len(records) == 500
    assert 150 < len(segment.table(233)) < 350 if mixed else not len(segment.table(233))
    assert np.diff(records.column("timestamp")).tolist() == [1.0] * 499
    assert records.column("distance")[-1] == pytest.approx(499 * 2.8)
    assert data == synthetic(500, mixed=mixed)


def test_our_work_is_every_record_column_and_the_laps() -> None:
    (reading,) = read_ours(synthetic(50, mixed=True))
    assert len(reading.columns) == 9
    assert all(len(column) == 50 for column in reading.columns.values())
    assert reading.laps == ()
    assert reading.workout is None


def test_the_traced_peak_sees_arrays() -> None:
    assert 8_000_000 <= traced_peak(lambda data: np.ones(1_000_000), b"") < 8_100_000


def test_the_harness_runs_without_rivals() -> None:
    out = io.StringIO()
    files = {"small": synthetic(20, mixed=False)}
    line = run(files, [], Console(file=out, width=120), sizes=[10])
    match = LINE.fullmatch(line)
    assert match is not None
    assert all(math.isnan(float(ratio)) for ratio in match.groups())
    assert "1 of 1 files" in out.getvalue()
    assert "Records among others" in out.getvalue()
