"""``backrun-fit check ... -o results.parquet``: thousands of runs into one output."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs

from backrun_fit.batch.checking import CheckOptions
from backrun_fit.batch.inputs import look_for_inputs
from backrun_fit.batch.resumable import BatchSummary, Progress, check_into, journal_of
from backrun_fit.batch.spread import Executors
from backrun_fit.batch.workers import dask_cluster, processes
from backrun_fit.cli.batch_progress import batch_progress
from backrun_fit.cli.common import BAD_INPUT, DONE, NOT_MET, complain, print_out, remark
from backrun_fit.errors import BatchError, SpecError
from backrun_fit.regular_files import is_same_file

__all__ = ["INTERRUPTED", "SUMMARY_SCHEMA", "check_batch", "executor_for"]

INTERRUPTED = 130
"""As shells have it: 128 and the number of SIGINT."""

SUMMARY_SCHEMA = "backrun_fit/batch/1"


def check_batch(
    wanted: Sequence[str],
    output: Path,
    options: CheckOptions,
    *,
    jobs: int | None = None,
    scheduler: str | None = None,
    json: bool = False,
) -> int:
    """Check whatever folders, patterns and addresses stand for into one output.

    Returns:
        0 where every run met its plan, 1 where one did not, 2 where there was no run at
        all, 130 where it was interrupted.
    """
    if not wanted:
        raise SpecError("expected at least one file or folder, got none")
    found = look_for_inputs(*wanted)
    for text in found.left_out:
        remark(f"left out: {text}")
    inputs = _without_own(found.paths, wanted, output)
    last = Progress(done=0, resumed=0, total=len(inputs))

    def on_progress(progress: Progress) -> None:
        nonlocal last
        last = progress
        advance(progress.done, progress.resumed, progress.total)

    try:
        with executor_for(jobs, scheduler) as executor, batch_progress() as advance:
            summary = check_into(output, inputs, executor, options=options, on_progress=on_progress)
    except KeyboardInterrupt:
        for child in multiprocessing.active_children():
            child.terminate()  # or leaving would wait for what they are at
        kept = f"{last.done} of {last.total} files are done" if journal_of(output).exists() else ""
        complain(BatchError(f"stopped; {kept or 'nothing is done'}: the same command goes on"))
        return INTERRUPTED
    _say(summary, json=json)
    if not summary.run_count:
        return BAD_INPUT
    return NOT_MET if summary.missed_count else DONE


@contextmanager
def executor_for(jobs: int | None, scheduler: str | None) -> Iterator[Executors]:
    """A Dask cluster where one is named, else processes on this machine.

    Raises:
        SpecError: Both are asked for, or less than one process.
    """
    if scheduler is not None:
        if jobs is not None:
            raise SpecError("expected either --jobs or --scheduler, got both")
        with dask_cluster(scheduler) as executor:
            yield executor
        return
    if jobs is not None and jobs < 1:
        raise SpecError(f"--jobs: expected at least 1, got {jobs}")
    yield processes(jobs)


def _without_own(found: Sequence[str], wanted: Sequence[str], output: Path) -> list[str]:
    """The inputs without the output and its journal, which a pattern may match."""
    own = [path for path in (output, journal_of(output)) if os.path.lexists(path)]
    names = {path.name for path in own}
    return [
        one
        for one in found
        if one in wanted
        or Path(one).name not in names
        or not any(is_same_file(one, path) for path in own)
    ]


def _say(summary: BatchSummary, *, json: bool) -> None:
    for source, kind, message in summary.errors:
        complain(BatchError(f"{source}: {kind}: {message}"))
    more = summary.error_count - len(summary.errors)
    if more:
        complain(BatchError(f"{more} more are among the rows of {summary.output}"))
    if json:
        document = attrs.asdict(summary, filter=lambda field, _: field.name != "errors")
        print_out({"schema": SUMMARY_SCHEMA, **document, "output": str(summary.output)})
        return
    resumed = f", {summary.resumed_count} of them before" if summary.resumed_count else ""
    print_out(
        f"{summary.output}  {summary.input_count} files{resumed}: "
        f"{summary.run_count} runs checked, {summary.missed_count} missed their plan, "
        f"{summary.error_count} errors"
    )
