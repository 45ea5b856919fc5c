"""What is promised of speed and accuracy, held against what the benchmarks find."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import attrs

__all__ = ["PROMISES", "Promise", "figures_of", "missed", "table", "with_table"]

BEGIN: Final = "<!-- figures: make bench -->\n"
END: Final = "<!-- end of figures -->\n"

_FIGURE: Final = re.compile(r"(\w+)=(\d+(?:\.\d+)?|nan)(?:/(\d+))?")


@attrs.frozen
class Promise:
    """One row of the table.

    Attributes:
        title: What is measured, for people.
        figure: Its name in the last line of a benchmark.
        asked: What it has to reach; None where it is only told.
        digits: So many behind the point are printed.
        at_most: It may not be above what is asked, instead of not below.
    """

    title: str
    figure: str
    asked: float | None = None
    digits: int = 2
    at_most: bool = False

    def is_kept(self, found: float) -> bool:
        """Whether the figure reaches what is asked; one that is no number does not."""
        if self.asked is None:
            return True
        return found <= self.asked if self.at_most else found >= self.asked

    def row(self, found: float) -> str:
        """As a line of a Markdown table."""
        bound = "at most " if self.at_most else ""
        asked = "" if self.asked is None else f"{bound}{self.asked:g}"
        return f"| {self.title} | {asked} | {found:.{self.digits}f} |\n"


PROMISES: Final = (
    Promise("reading, times as fast as fitfast (Rust)", "total_ratio_fitfast", 4, 1),
    Promise("the same, least of all files above 30 kB", "min_ratio_fitfast", 1.2),
    Promise("reading, times as fast as garmin-fit-sdk", "ratio_garmin", 100, 0),
    Promise("reading, times as fast as fitparse", "ratio_fitparse", 300, 0),
    Promise(
        "checking 1,000 files, times as fast as fitparse reads", "batch_ratio_fitparse", 100, 0
    ),
    Promise("two processes, times as fast as one", "batch_two_processes", 1.7),
    Promise(
        "memory for 10,000 files over that for 1,000", "batch_memory_growth", 1.2, at_most=True
    ),
    Promise("text to proven file, times as fast as pace2fit", "compile_ratio_pace2fit", 1),
    Promise("folding 500 steps, ms", "fold_500_ms", 50, 1, at_most=True),
    Promise("different, proven workouts of a roster", "batch_unique_workouts", 10_000, 0),
    Promise("real runs: right step, both ends within 1 s", "indexed_within_1s", 0.995, 4),
    Promise("the same with laps alone, within 5 s", "unindexed_within_5s", 0.98, 4),
    Promise("the same with samples alone, within 15 s", "lapless_within_15s", 0.9, 4),
    Promise("a lap lost or pressed: others unmoved", "unmoved_by_lap_error", 0.99, 4),
    Promise("faults in rehearsals, precision", "fault_precision", 0.99, 4),
    Promise("the same, recall", "fault_recall", 0.99, 4),
    Promise("false alarms in perfect rehearsals", "false_alarms", 0.005, 4, at_most=True),
    Promise("faults put into real runs, named", "real_faults_named", 0.95, 4),
    Promise(
        "real runs against their own means: steps missed", "own_means_missed", 0.01, 4, at_most=True
    ),
    Promise("work score and time in band, rank correlation", "score_follows_time_in_band", 0.7, 2),
    Promise(
        "real forward running called backward, worst choice of parts",
        "forward_called_backward",
        0.02,
        4,
        at_most=True,
    ),
    Promise("+11 % cadence, spread 4 %, six parts of 60 s: recognised", "recognised_6x60", 0.9, 4),
    Promise("the same, ten parts of 20 s", "recognised_10x20", 0.8, 4),
    Promise("calibrated by six bouts, effects of 6 % and more", "calibrated_recognised", 0.98, 4),
    Promise("checking a run, times as fast as fitfast reads", "check_ratio_fitfast", 1),
    Promise(
        "an hour with 60 laps rehearsed and written, ms", "rehearsal_hour_ms", 50, 1, at_most=True
    ),
    Promise("48 bytes overwritten: records kept of the others", "records_kept", 0.95, 4),
    Promise("the same: records invented in 500 files", "records_invented", 0, 0, at_most=True),
    Promise("the same: plans read", "plans_read", 0.99, 4),
    Promise("rehearsals like real runs, share of the statistics", "realism_within_25"),
)
"""In order of the table; what is asked is what docs say is promised."""


def figures_of(line: str) -> dict[str, float]:
    """The figures in the last line of a benchmark, ``name=value`` one after the other.

    Raises:
        ValueError: The line is another.
    """
    found = {}
    for pair in line.split():
        figure = _FIGURE.fullmatch(pair)
        if figure is None:
            raise ValueError(f"expected a figure such as ratio=1.25, got {pair!r}")
        name, value, whole = figure.groups(default="1")
        found[name] = float(value) / int(whole)
    return found


def missed(figures: Mapping[str, float]) -> list[Promise]:
    """The promises that are not kept."""
    return [one for one in PROMISES if not one.is_kept(figures[one.figure])]


def table(figures: Mapping[str, float], about: str) -> str:
    """All promises with what was found, as Markdown.

    Args:
        figures: Of every promise, by name.
        about: Machine, date and versions, as a sentence below the table.
    """
    rows = "".join(one.row(figures[one.figure]) for one in PROMISES)
    return f"| measure | asked | found |\n|---|---|---|\n{rows}\n{about}\n"


def with_table(page: str, text: str) -> str:
    """A page with another table between its marks.

    Raises:
        ValueError: There are no marks.
    """
    between = re.compile(f"(?<={re.escape(BEGIN)}).*(?={re.escape(END)})", re.DOTALL)
    changed, count = between.subn(lambda _: text, page)
    if count != 1:
        raise ValueError(f"expected {BEGIN!r} and then {END!r}")
    return changed
