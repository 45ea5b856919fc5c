"""The files that batches are measured with: real ones and rehearsals, half and half."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

from backrun_fit.athlete import Athlete
from backrun_fit.batch.roster import parse_roster
from backrun_fit.errors import BackrunFitError
from backrun_fit.rehearsal import Runner, encode_rehearsal, rehearse
from backrun_fit.season import Season, parse_season
from tests.rehearsals import START, ordinary_plan

__all__ = ["ROSTER", "SEASON", "mixed_folder", "rehearsals"]


def rehearsals(count: int) -> list[bytes]:
    """Recordings of ordinary sessions by different people; the same every time."""
    found: list[bytes] = []
    seed = 0
    while len(found) < count:
        seed += 1
        try:
            rehearsal = rehearse(
                ordinary_plan(Random(seed)), runner=Runner.drawn(seed), seed=seed, started_at=START
            )
        except BackrunFitError:
            continue  # a plan that nobody can run
        found.append(encode_rehearsal(rehearsal))
    return found


def mixed_folder(folder: Path, count: int, corpus: Path | None, made: list[bytes]) -> list[Path]:
    """So many files, real and rehearsed in turn, under names of their own.

    Args:
        folder: To be made.
        count: Of files; contents come again where there are fewer.
        corpus: Whose files they are; None leaves rehearsals alone.
        made: Rehearsals.

    Returns:
        In order. Contents that come again are links to one file on the disk.
    """
    folder.mkdir()
    originals = [[folder / f"made-{number}.once" for number in range(len(made))]]
    for path, data in zip(originals[0], made, strict=True):
        path.write_bytes(data)
    if corpus is not None:
        real = [folder / f"real-{n}.once" for n, _ in enumerate(corpus.rglob("*.fit"))]
        for path, source in zip(real, sorted(corpus.rglob("*.fit")), strict=True):
            path.write_bytes(source.read_bytes())
        originals.append(real)
    paths = []
    for number in range(count):
        turn, place = number % len(originals), number // len(originals)
        kind = originals[turn]
        path = folder / f"run-{number:05}.fit"
        os.link(kind[place % len(kind)], path)
        paths.append(path)
    return paths


def _roster(count: int) -> tuple[Athlete, ...]:
    lines = [f"Athlete {n + 1:03},{3 + n // 60}:{n % 60:02}:00" for n in range(count)]
    return parse_roster("\n".join(("name,marathon_time", *lines)))


ROSTER = _roster(100)

SEASON: Season = parse_season(
    """
name: Half a year
start: 2026-03-02
weeks: 25
athlete: {marathon_pace: 8:00/mi}
sessions:
  - day: Tue
    name: Track
    run: warmup 2km @ easy, 6 x (800m @ 5k + 90s @ recovery), cooldown 1km @ easy
    rules: [backward_recoveries]
  - {day: Thu, name: Short day, rules: [backward_repeats]}
  - day: Fri
    name: Tempo
    run: warmup 10min @ easy, 4 x (5min @ threshold + 60s @ recovery), cooldown 10min @ easy
    rules: [backward_recoveries]
  - {day: Sun, name: Long run, run: 9mi @ easy, rules: [after_each_mile]}
"""
)
"""A hundred sessions."""
