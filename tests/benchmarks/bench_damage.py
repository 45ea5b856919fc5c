"""What is left of real runs after damage, beside chiptime on the very same bytes.

``make bench-damage`` runs it. It needs the corpus that ``BACKRUN_CORPUS`` names; without
one, or without chiptime, figures are NaN. The last line printed is for machines.
"""

from __future__ import annotations

import argparse
import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

import attrs
from rich.console import Console
from rich.table import Table

from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import BackrunFitError
from backrun_fit.fit.activity_reader import activities_in
from tests.benchmarks.bench_accuracy import WIDTH
from tests.conftest import corpus_path
from tests.fit_bytes import FIT_EPOCH
from tests.fuzz.reference import walk_plainly

__all__ = ["KINDS", "Damaged", "Figures", "Run", "chiptime_records", "main", "measure", "run"]

RUNS: Final = 20
LEAST_RECORDS: Final = 500
MUTATIONS: Final = 500
OF_OTHER_KINDS: Final = 100

HEADER_BYTES: Final = 14
RECORD: Final = 20
OVERWRITTEN: Final = 48
ZEROED: Final = 512
MOST_SHIFTED: Final = 40

Record: TypeAlias = tuple[int, float]
"""Unix seconds, and metres rounded to 0.01."""

Records: TypeAlias = Callable[[bytes], list[Record]]


@attrs.frozen
class Run:
    """A real run, intact.

    Attributes:
        name: Of the file.
        data: Its bytes.
        places: Of each record that has a time and a distance, the bytes that it lies in.
        records: The same records.
        workout: The plan that it carries.
    """

    name: str
    data: bytes
    places: tuple[range, ...]
    records: tuple[Record, ...]
    workout: CompiledWorkout | None

    @classmethod
    def of(cls, path: Path) -> Run:
        """Read an intact file."""
        data = path.read_bytes()
        walked = walk_plainly(data, data[0], len(data) - 2).places
        found = [
            range(place.offset, place.offset + place.size)
            for place in walked
            if place.number == RECORD and not place.is_definition
        ]
        (activity,) = activities_in(data)
        track = activity.track
        values = list(zip(track.unix_s.tolist(), track.distance_m.tolist(), strict=True))
        pairs = [
            (place, _record(*value))
            for place, value in zip(found, values, strict=True)
            if not math.isnan(value[1])
        ]
        places, records = zip(*pairs, strict=True)
        return cls(path.name, data, places, records, activity.workout)


@attrs.frozen
class Damaged:
    """A damaged file.

    Attributes:
        data: Its bytes.
        hurt: Which bytes of the intact one were changed or lost; of inserted bytes the
            one before which they stand.
    """

    data: bytes
    hurt: range


def overwritten(data: bytes, at: int, random: Random) -> Damaged:
    """48 random bytes over what was there."""
    behind = at + OVERWRITTEN
    return Damaged(data[:at] + random.randbytes(OVERWRITTEN) + data[behind:], range(at, behind))


def inserted(data: bytes, at: int, random: Random) -> Damaged:
    """Up to 40 random bytes too many."""
    more = random.randbytes(random.randint(1, MOST_SHIFTED))
    return Damaged(data[:at] + more + data[at:], range(at, at))


def lost(data: bytes, at: int, random: Random) -> Damaged:
    """Up to 40 bytes missing."""
    behind = at + random.randint(1, MOST_SHIFTED)
    return Damaged(data[:at] + data[behind:], range(at, behind))


def flipped(data: bytes, at: int, random: Random) -> Damaged:
    """One bit turned round."""
    turned = bytes([data[at] ^ 1 << random.randrange(8)])
    return Damaged(data[:at] + turned + data[at + 1 :], range(at, at + 1))


def zeroed(data: bytes, at: int, random: Random) -> Damaged:
    """A block of 512 zeros, as a flash memory leaves behind."""
    behind = at + ZEROED
    return Damaged(data[:at] + bytes(ZEROED) + data[behind:], range(at, behind))


def cut(data: bytes, at: int, random: Random) -> Damaged:
    """The end of the file missing."""
    return Damaged(data[:at], range(at, len(data)))


KINDS: Final[dict[str, Callable[[bytes, int, Random], Damaged]]] = {
    "records": overwritten,
    "inserted": inserted,
    "lost": lost,
    "flipped": flipped,
    "zeroed": zeroed,
    "cut": cut,
}
"""Kinds of damage by the beginning of the names of their figures."""


@attrs.define
class Figures:
    """What came out of many damaged files."""

    kept: int = 0
    outside: int = 0
    invented: int = 0

    def add(self, found: Sequence[Record], intact: Run, hurt: range) -> None:
        """Count one file."""
        whole = {
            record
            for place, record in zip(intact.places, intact.records, strict=True)
            if not _overlap(place, hurt)
        }
        self.kept += len(whole.intersection(found))
        self.outside += len(whole)
        self.invented += len(set(found).difference(intact.records))

    @property
    def share(self) -> float:
        """Of the records outside the damaged bytes."""
        return self.kept / self.outside if self.outside else math.nan


def _overlap(place: range, hurt: range) -> bool:
    if not hurt:
        return place.start < hurt.start < place.stop
    return place.start < hurt.stop and hurt.start < place.stop


def _record(unix_s: float, distance_m: float) -> Record:
    return int(unix_s), round(distance_m, 2)


def our_records(data: bytes) -> tuple[list[Record], CompiledWorkout | None]:
    """The records that we read, and the plan; none where the file is refused."""
    records: list[Record] = []
    workout = None
    with contextlib.suppress(BackrunFitError):
        for activity in activities_in(data, on_error="salvage"):
            track = activity.track
            workout = workout or activity.workout
            values = zip(track.unix_s.tolist(), track.distance_m.tolist(), strict=True)
            records += [_record(at, m) for at, m in values if not math.isnan(m)]
    return records, workout


def chiptime_records() -> Records | None:
    """What reads the records with chiptime; None where it is not installed."""
    try:
        from chiptime import iter_messages
    except ImportError:
        return None

    def read(data: bytes) -> list[Record]:
        records: list[Record] = []
        # Whatever it raises, it has read nothing more.
        with contextlib.suppress(Exception):
            for message in iter_messages(data):
                if message.name == "record":
                    time, distance = message.get_raw("timestamp"), message.get("distance")
                    if isinstance(time, int) and isinstance(distance, int | float):
                        records.append(_record(time + FIT_EPOCH, distance))
        return records

    return read


def real_runs(corpus: Path) -> list[Run]:
    """Twenty structured runs, spread over all that are long enough and carry a plan."""
    paths = sorted((corpus / "structured").glob("*.fit"))
    runs = [intact for intact in map(Run.of, paths) if len(intact.records) >= LEAST_RECORDS]
    runs = [intact for intact in runs if intact.workout is not None]
    return runs[:: max(len(runs) // RUNS, 1)][:RUNS]


def damaged(runs: Sequence[Run], kind: str, count: int, seed: int) -> Iterator[tuple[Run, Damaged]]:
    """Damaged files, each from the middle third of the messages of a run."""
    for number in range(count):
        intact = runs[number % len(runs)]
        random = Random(f"{kind} {seed} {number}")
        third = (len(intact.data) - HEADER_BYTES) // 3
        at = HEADER_BYTES + third + random.randrange(third)
        yield intact, KINDS[kind](intact.data, at, random)


def measure(
    runs: Sequence[Run], kind: str, count: int, seed: int, rival: Records | None
) -> tuple[Figures, Figures, float]:
    """Ours, chiptime's, and the share of the plans that were read as they are."""
    ours, theirs, plans = Figures(), Figures(), 0
    for intact, broken in damaged(runs, kind, count, seed):
        records, workout = our_records(broken.data)
        ours.add(records, intact, broken.hurt)
        plans += workout == intact.workout
        if rival is not None:
            theirs.add(rival(broken.data), intact, broken.hurt)
    return ours, theirs, plans / count if runs else math.nan


def run(corpus: Path | None, console: Console, fewer: int = 1, seed: int = 0) -> str:
    """Measure, print a table, and give the line for machines."""
    runs = [] if corpus is None else real_runs(corpus)
    rival = chiptime_records()
    shown = Table("damage", "files", "kept", "invented", "plans", "chiptime kept", "invented")
    figures: dict[str, float] = {}
    for kind in KINDS:
        count = (MUTATIONS if kind == "records" else OF_OTHER_KINDS) // fewer
        count = count if runs else 0
        ours, theirs, plans = measure(runs, kind, count, seed, rival)
        invented = theirs.invented if rival is not None and count else math.nan
        figures[f"{kind}_kept"] = ours.share
        figures[f"{kind}_invented"] = ours.invented if count else math.nan
        figures["plans_read" if kind == "records" else f"{kind}_plans_read"] = plans
        figures[f"chiptime_{kind}_kept"] = theirs.share
        figures[f"chiptime_{kind}_invented"] = invented
        shown.add_row(
            *(kind, str(count), f"{ours.share:.4f}", str(ours.invented), f"{plans:.4f}"),
            *(f"{theirs.share:.4f}", f"{invented:g}"),
        )
    console.print(shown)
    return " ".join(f"{name}={value:.6g}" for name, value in figures.items())


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(description="What is left of real runs after damage.")
    parser.add_argument("--seed", type=int, default=0, help="draw other damage")
    parser.add_argument("--quick", action="store_true", help="a tenth of the files")
    options = parser.parse_args(arguments)
    console = Console(width=WIDTH)
    print(run(corpus_path(), console, 10 if options.quick else 1, options.seed))


if __name__ == "__main__":
    main()
