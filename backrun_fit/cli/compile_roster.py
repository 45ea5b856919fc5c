"""``backrun-fit compile roster.csv plan.yaml -o DIR``: every session for every athlete."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from backrun_fit.batch.alone import alone
from backrun_fit.batch.compiling import INDEX, CompileResult, Plan, compile_all, load_plan
from backrun_fit.batch.resumable import MOST_ERRORS
from backrun_fit.batch.roster import load_roster
from backrun_fit.batch.roster_journal import RosterJournal
from backrun_fit.cli.batch_progress import batch_progress
from backrun_fit.cli.check_batch import INTERRUPTED, executor_for
from backrun_fit.cli.common import BAD_INPUT, DONE, complain, print_out
from backrun_fit.errors import BatchError, Problem, SpecError
from backrun_fit.output import require_writable, write_whole
from backrun_fit.render.csv_cells import csv_line
from backrun_fit.season import Season

if TYPE_CHECKING:
    from backrun_fit.athlete import Athlete
    from backrun_fit.devices import DeviceProfile
    from backrun_fit.units import UnitSystem

ROSTER_SCHEMA = "backrun_fit/roster/1"

__all__ = ["INDEX_COLUMNS", "ROSTER_SCHEMA", "compile_roster"]

INDEX_COLUMNS = (
    *("athlete", "session", "date", "name", "file", "serial_number"),
    *("adjustments", "warnings", "error"),
)


def compile_roster(
    roster: Path,
    plans: Sequence[Path],
    output: Path,
    *,
    inputs: list[str],
    device: DeviceProfile,
    units: UnitSystem | None,
    created_at: datetime | None,
    jobs: int | None = None,
    scheduler: str | None = None,
    json: bool = False,
) -> int:
    """Compile every session of the plans for every athlete of a roster.

    Args:
        roster: File of the athletes.
        plans: Files of sessions and seasons.
        output: Folder for the files.
        inputs: All files that are read; none of them is written.
        device: What the workouts have to fit.
        units: In which units people read them; None takes the plan's.
        created_at: Written into the files; None takes the plan's date, else now.
        jobs: How many processes; None for one a CPU.
        scheduler: Address of a Dask scheduler.
        json: Print one document.

    Returns:
        0 where every workout was written, 2 where one was not, 130 where it was interrupted.

    Raises:
        SpecError: All problems of the roster and of the plans at once.
        OutputError: A file cannot be written, or is an input.
    """
    if not plans:
        raise SpecError(f"expected a session or a season beside {roster}, got none")
    require_writable([output / INDEX], inputs)
    athletes, read = _read(roster, plans)
    rows: list[CompileResult] = []
    try:
        with (
            alone(output),
            executor_for(jobs, scheduler) as executor,
            RosterJournal(output) as journal,
            batch_progress("workouts") as advance,
        ):
            if created_at is None and not all(map(_is_dated, read)):
                created_at = journal.created_at(datetime.now(UTC).replace(microsecond=0))
            found = compile_all(
                athletes,
                read,
                executor,
                device=device,
                units=units,
                created_at=created_at,
                known=journal.result_of,
            )
            for result, key in found:
                journal.write(result, key, inputs)
                rows.append(attrs.evolve(result, data=None))
                advance(len(rows), journal.resumed, 0)
            write_whole(output / INDEX, _index(rows), inputs=inputs)
            journal.remove()
    except KeyboardInterrupt:
        for child in multiprocessing.active_children():
            child.terminate()  # or leaving would wait for what they are at
        complain(BatchError(f"stopped after {len(rows)} workouts: the same command goes on"))
        return INTERRUPTED
    return _say(output, rows, journal.resumed, json=json)


def _read(roster: Path, plans: Sequence[Path]) -> tuple[Sequence[Athlete], list[Plan]]:
    """The athletes and the plans, all problems of all of the files at once."""
    problems: list[Problem] = []
    athletes: Sequence[Athlete] = ()
    found: list[Plan] = []
    try:
        athletes = load_roster(roster)
    except SpecError as error:
        problems += (Problem(str(one), str(roster)) for one in error.problems)
    for path in plans:
        try:
            found.append(load_plan(path))
        except SpecError as error:
            problems += (Problem(str(one), str(path)) for one in error.problems)
    if problems:
        raise SpecError(problems)
    return athletes, found


def _is_dated(plan: Plan) -> bool:
    return isinstance(plan, Season) or plan.date is not None


def _index(rows: Sequence[CompileResult]) -> bytes:
    lines = (
        csv_line(
            (
                *(row.athlete, row.session, row.date, row.name),
                "" if row.error else row.file,
                *(row.serial_number, "; ".join(row.adjustments), "; ".join(row.warnings)),
                row.error and row.error.message,
            )
        )
        for row in rows
    )
    return "".join((csv_line(INDEX_COLUMNS), *lines)).encode()


def _say(output: Path, rows: Sequence[CompileResult], resumed: int, *, json: bool) -> int:
    wrong = [row for row in rows if row.error is not None]
    for row in wrong[:MOST_ERRORS]:
        session = f", {row.session!r}" if row.session else ""
        complain(BatchError(f"{row.athlete}{session}: {row.error and row.error.message}"))
    if len(wrong) > MOST_ERRORS:
        more = len(wrong) - MOST_ERRORS
        complain(BatchError(f"{more} more are in {output / INDEX}"))
    made = len(rows) - len(wrong)
    if json:
        print_out(
            {
                "schema": ROSTER_SCHEMA,
                "output": str(output),
                "workout_count": made,
                "error_count": len(wrong),
            }
        )
    else:
        before = f", {resumed} of them before" if resumed else ""
        print_out(f"{output}  {made} workouts{before}, every one read back and equal, and {INDEX}")
    return BAD_INPUT if wrong else DONE
