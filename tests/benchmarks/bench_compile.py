"""How long a workout takes from its text to a proven file, against pace2fit.

``make bench-compile`` runs it; docs/reference/benchmarks.md says how it is measured. The last
line printed is for machines.
"""

from __future__ import annotations

import contextlib
import gc
import json
import math
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias
from unittest import mock

import attrs
from rich.console import Console
from rich.table import Table

from backrun_fit.compile import compile_workout
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.fold import fold
from backrun_fit.notation import parse_workout
from backrun_fit.workout import DistanceDuration, Step
from tests.benchmarks.bench_read import WIDTH, machine
from tests.benchmarks.compile_plans import SESSIONS, Session, is_same_session

SERVER: Final = Path(__file__).with_name("pace2fit_server.py")
AT: Final = datetime(2026, 3, 1, tzinfo=UTC)
ROUNDS: Final = 30
TURN_S: Final = 0.02
FOLDED_STEPS: Final = 500

Pace2fit: TypeAlias = Callable[[Session, float], tuple[float, bytes]]
"""The shortest time of one turn, and the file."""


@attrs.frozen
class Compiled:
    """One session, text to bytes on both sides; seconds, the shortest of all rounds.

    Attributes:
        messages: How many ``workout_step`` messages our file has.
        ours_s: With the proof.
        theirs_s: None where pace2fit is not there.
        stages: Where ours goes, by name.
    """

    name: str
    messages: int
    ours_s: float
    theirs_s: float | None
    stages: dict[str, float]

    @property
    def ratio(self) -> float:
        """How many times as long pace2fit takes; NaN where it is not there."""
        return math.nan if self.theirs_s is None else self.theirs_s / self.ours_s


def from_text(session: Session) -> bytes:
    """What is measured: from text to bytes that have been read back."""
    return encode_workout(compile_workout(parse_workout(session.ours, name="Plan")), created_at=AT)


def shortest(
    work: Callable[[], object], turn_s: float, clock: Callable[[], float] = time.perf_counter
) -> float:
    """The shortest of one turn."""
    best, begun = math.inf, clock()
    while clock() - begun < turn_s:
        start = clock()
        work()
        best = min(best, clock() - start)
    return best


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Everything within on one core: on a shared machine one is now and then half as fast."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def pace2fit(python: str) -> Iterator[Pace2fit]:
    """pace2fit in a process of its own, which is there all the time and does nothing in ours."""
    with subprocess.Popen(
        [python, str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        into, out = process.stdin, process.stdout

        def ask(session: Session, turn_s: float) -> tuple[float, bytes]:
            into.write(json.dumps({"line": session.theirs, "turn_s": turn_s}) + "\n")
            into.flush()
            found = json.loads(out.readline())
            return found["best_s"], bytes.fromhex(found["data"])

        yield ask
        into.close()


def measure(
    sessions: Sequence[Session], ask: Pace2fit | None, rounds: int = ROUNDS, turn_s: float = TURN_S
) -> list[Compiled]:
    """Let both take turns, session after session and then anew; every other round backwards.

    Raises:
        ValueError: The two files of a session do not ask for the same.
    """
    contests = [_contest(session, ask, turn_s) for session in sessions]
    bests = [dict.fromkeys(contest, math.inf) for contest in contests]
    for number in range(rounds):
        for contest, best in zip(contests, bests, strict=True):
            for name in list(contest)[:: 1 if number % 2 else -1]:
                best[name] = min(best[name], contest[name]())
    return [
        Compiled(
            name=session.name,
            messages=len(read_workout(from_text(session)).messages),
            ours_s=best["ours"],
            theirs_s=best.get("theirs"),
            stages={
                "parse": best["parse"],
                "compile": best["compile"],
                "pack": best["pack"],
                "proof": best["encode"] - best["pack"],
            },
        )
        for session, best in zip(sessions, bests, strict=True)
    ]


def _believe(*_: object, **__: object) -> None:
    """In the place of the proof; a mock would take a while to be called."""


def _contest(
    session: Session, ask: Pace2fit | None, turn_s: float
) -> dict[str, Callable[[], float]]:
    """What is timed of one session: one turn each."""
    workout = parse_workout(session.ours, name="Plan")
    plan = compile_workout(workout)

    def pack() -> float:
        with mock.patch("backrun_fit.fit.workout_writer.prove", _believe):
            return shortest(lambda: encode_workout(plan, created_at=AT), turn_s)

    timed = {
        "ours": lambda: shortest(lambda: from_text(session), turn_s),
        "parse": lambda: shortest(lambda: parse_workout(session.ours, name="Plan"), turn_s),
        "compile": lambda: shortest(lambda: compile_workout(workout), turn_s),
        "encode": lambda: shortest(lambda: encode_workout(plan, created_at=AT), turn_s),
        "pack": pack,
    }
    if ask is None:
        return timed
    if not is_same_session(from_text(session), ask(session, turn_s)[1]):
        raise ValueError(f"{session.name}: the two files do not ask for the same")
    return {"theirs": lambda: ask(session, turn_s)[0], **timed}


def total_ratio(found: Sequence[Compiled]) -> float:
    """Their time over ours, each summed over all sessions; NaN where pace2fit is not there."""
    theirs = [one.theirs_s for one in found]
    if None in theirs:
        return math.nan
    return math.fsum(filter(None, theirs)) / math.fsum(one.ours_s for one in found)


def sessions_table(found: Sequence[Compiled]) -> Table:
    """Both sides, and where our time goes."""
    table = Table(title="From text to bytes, ms; ours read back by another library")
    for heading in ("session", "messages", "ours", "pace2fit", "ratio"):
        table.add_column(heading, justify="left" if heading == "session" else "right")
    stages = list(found[0].stages)
    for heading in stages:
        table.add_column(heading, justify="right")
    total = Compiled(
        name="all",
        messages=sum(one.messages for one in found),
        ours_s=math.fsum(one.ours_s for one in found),
        theirs_s=None
        if found[0].theirs_s is None
        else math.fsum(one.theirs_s or 0.0 for one in found),
        stages={name: math.fsum(one.stages[name] for one in found) for name in stages},
    )
    for one in (*found, total):
        if one is total:
            table.add_section()
        table.add_row(
            one.name,
            str(one.messages),
            f"{1e3 * one.ours_s:.2f}",
            "-" if one.theirs_s is None else f"{1e3 * one.theirs_s:.2f}",
            f"{one.ratio:.2f}",
            *(f"{1e3 * one.stages[name]:.2f}" for name in stages),
        )
    return table


def sequences(length: int = FOLDED_STEPS) -> dict[str, list[Step]]:
    """What is folded: sequences with everything and with nothing to find."""
    steps = [Step(duration=DistanceDuration(distance_m=10.0 * n)) for n in range(1, length + 1)]
    chooser = random.Random(1)
    nested = [*steps[:2] * 6, steps[2]] * length
    return {
        "one step": steps[:1] * length,
        "two in turn": (steps[:2] * length)[:length],
        "sets in sets": nested[:length],
        "any of two": chooser.choices(steps[:2], k=length),
        "any of twenty": chooser.choices(steps[:20], k=length),
        "all different": steps,
    }


def folding(turn_s: float) -> dict[str, float]:
    """Seconds of this process to fold each sequence; nobody else is there to compare with."""
    return {
        name: shortest(partial(fold, steps), turn_s, time.process_time)
        for name, steps in sequences().items()
    }


def folding_table(seconds: dict[str, float]) -> Table:
    table = Table(title=f"Folding {FOLDED_STEPS} steps")
    table.add_column("steps")
    table.add_column("ms", justify="right")
    for name, one in seconds.items():
        table.add_row(name, f"{1e3 * one:.1f}")
    return table


def run(python: str | None, console: Console, rounds: int = ROUNDS, turn_s: float = TURN_S) -> str:
    """Measure and print everything; the line for machines.

    Args:
        python: The interpreter that has pace2fit; None where there is none.
        console: Where the tables go.
        rounds: Turns of each side over each session.
        turn_s: How long a turn goes on.
    """
    console.print(machine())
    for session in SESSIONS:
        from_text(session)
    # What was imported so far shall not weigh on the garbage collection.
    gc.collect()
    gc.freeze()
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(one_core())
            ask = None if python is None else stack.enter_context(pace2fit(python))
            found = measure(SESSIONS, ask, rounds, turn_s)
        console.print(sessions_table(found))
        folded = folding(rounds * turn_s)
    finally:
        gc.unfreeze()
    console.print(folding_table(folded))
    return (
        f"compile_ratio_pace2fit={total_ratio(found):.2f} "
        f"fold_500_ms={1e3 * max(folded.values()):.1f}"
    )


def main() -> None:
    python = sys.argv[1] if len(sys.argv) > 1 else None
    print(run(python, Console(width=WIDTH)))


if __name__ == "__main__":
    main()
