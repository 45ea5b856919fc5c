"""Many recordings checked into one output: resumed after a kill, complete or not there."""

from __future__ import annotations

import functools
import hashlib
import os
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import attrs

from backrun_fit.batch.alone import alone
from backrun_fit.batch.arrow import ROWS_PER_FILE
from backrun_fit.batch.checking import Checked, CheckOptions, check_input, failed, late, lost
from backrun_fit.batch.inputs import Input, InputLike, inputs_of
from backrun_fit.batch.journal import Entry, Journal, version_text
from backrun_fit.batch.results import Form, form_of, refuse_foreign, row_line, write_rows
from backrun_fit.batch.run_rows import RUNS_SCHEMA
from backrun_fit.batch.spread import WINDOW, Executors, spread
from backrun_fit.errors import SpecError
from backrun_fit.output import kept_mode, refuse_inputs

__all__ = ["BatchSummary", "Progress", "check_into"]

MOST_ERRORS: Final = 100
"""So many errors a summary lists; all of them are among the rows."""

_NOTHING: Final = -1


@attrs.frozen(kw_only=True)
class Progress:
    """How far a batch is.

    Attributes:
        done: Inputs that are done, those of an earlier run included.
        resumed: Inputs that an earlier run had done.
        total: Inputs in all.
    """

    done: int
    resumed: int
    total: int


@attrs.frozen(kw_only=True)
class BatchSummary:
    """What became of a batch.

    Attributes:
        output: Where the rows are.
        input_count: How many inputs there were.
        resumed_count: How many of them an earlier run had done.
        run_count: Runs that were checked.
        missed_count: Inputs with a run that missed its plan.
        error_count: Errors among the rows.
        errors: Source, kind and message of the first hundred of them.
    """

    output: Path
    input_count: int
    resumed_count: int
    run_count: int
    missed_count: int
    error_count: int
    errors: tuple[tuple[str, str, str], ...]


def check_into(
    output: Path,
    inputs: Iterable[InputLike],
    executor: Executors | None = None,
    *,
    options: CheckOptions | None = None,
    window: int = WINDOW,
    rows_per_file: int = ROWS_PER_FILE,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> BatchSummary:
    """Check many recordings into a file: ``.parquet``, ``.csv`` or ``.jsonl``.

    What is done is written down in ``<output>.journal`` as it is done. A run that was
    killed is gone on with by doing the same again: an input counts as done where its
    content and everything that its rows depend on are the same. The output then appears
    all at once, in order of the inputs, and the journal goes. The rows are the same
    whatever happened in between.

    Args:
        output: Its suffix says the form; more than ``rows_per_file`` rows of Parquet make
            a folder.
        inputs: As ``check_many`` takes them; of two with one name the first counts.
        executor: As ``check_many`` takes it.
        options: How runs are checked.
        window: As ``check_many`` takes it.
        rows_per_file: For Parquet.
        on_progress: Called after every input.

    Raises:
        SpecError: No such form of output, or no row or chunk at a time.
        MissingExtraError: What the form needs is not installed.
        OutputError: A file cannot be written, is not ours to write, or is an input.
        BatchError: Another run writes the same output, or the executor gave up; what was
            done is kept.
    """
    options = CheckOptions() if options is None else options
    form = form_of(output)
    if rows_per_file < 1:
        raise SpecError(f"expected at least 1 row per file, got {rows_per_file!r}")
    refuse_foreign(output)
    numbered = _each_once(inputs_of(inputs))
    if os.path.lexists(output):
        refuse_inputs([output], (one.source for one in numbered if isinstance(one.source, str)))
    with alone(output), Journal(journal_of(output), _mode(output)) as journal:
        offsets, resumed = _check_all(
            journal, numbered, executor, options, form, window, on_progress
        )
        summary = _Counts()
        lines = (row for offset in offsets for row in summary.counted(journal.at(offset)).rows)
        write_rows(output, form, lines, options.tolerances, rows_per_file)
        journal.remove()
    return BatchSummary(
        output=output,
        input_count=len(numbered),
        resumed_count=resumed,
        run_count=summary.runs,
        missed_count=summary.missed,
        error_count=summary.error_count,
        errors=tuple(summary.errors),
    )


def _mode(output: Path) -> int:
    """Of a new journal: its lines are rows, and no more readable than they are."""
    mode = output.stat().st_mode & 0o666 if output.is_dir() else kept_mode(output)
    return 0o666 if mode is None else mode


def _each_once(inputs: Iterable[Input]) -> list[Input]:
    """The first of each name, numbered anew."""
    found: dict[str, Input] = {}
    for one in inputs:
        found.setdefault(one.name, attrs.evolve(one, number=len(found)))
    return list(found.values())


def journal_of(output: Path) -> Path:
    """Where the journal of an output lies while it is not complete.

    Example:
        >>> str(journal_of(Path("runs.csv")))
        'runs.csv.journal'
    """
    return output.with_name(f"{output.name}.journal")


@attrs.frozen
class _Task:
    """An input, and the key under which an earlier run had done it."""

    given: Input
    known: str | None


def _work(task: _Task, *, options: CheckOptions, form: Form, depends: bytes) -> _Done:
    key = functools.partial(_key, depends=depends)
    checked = check_input(
        task.given, options, lambda content: task.known is not None and key(content) == task.known
    )
    try:
        return _done(checked, form, depends)
    # A row that cannot be made, by a mistake of ours, shall cost no other.
    except Exception as error:  # noqa: BLE001
        return _done(failed(task.given, error), form, depends)


@attrs.frozen
class _Done:
    """An input that a worker is done with; no line where an earlier run's holds."""

    number: int
    line: bytes | None


def _done(checked: Checked, form: Form, depends: bytes) -> _Done:
    if not checked.results:
        return _Done(checked.number, None)
    content, reports = (
        checked.content_sha256,
        [result.report for result in checked.results if result.report is not None],
    )
    entry = Entry(
        name=checked.name,
        key=_key(content, depends) if content is not None and checked.is_final else None,
        missed=any(report.verdict.is_miss for report in reports),
        run_count=len(reports),
        errors=tuple(
            (result.source, result.error.kind, result.error.message)
            for result in checked.results
            if result.error is not None
        ),
        rows=tuple(row_line(result, content, form) for result in checked.results),
    )
    return _Done(checked.number, entry.line())


def _key(content: str, depends: bytes) -> str:
    return hashlib.sha256(depends + content.encode()).hexdigest()


def _depends(options: CheckOptions, form: Form) -> bytes:
    """Digest of all that rows depend on beside the input; a time limit changes none."""
    said = (
        version_text(),
        RUNS_SCHEMA,
        form,
        attrs.evolve(options, limit_s=None),
    )
    return hashlib.sha256(repr(said).encode()).digest()


def _check_all(
    journal: Journal,
    inputs: list[Input],
    executor: Executors | None,
    options: CheckOptions,
    form: Form,
    window: int,
    on_progress: Callable[[Progress], None],
) -> tuple[array[int], int]:
    """The offset of each input's line in the journal, and how many had one before."""
    offsets = array("q", [_NOTHING]) * len(inputs)
    depends = _depends(options, form)

    def tasks() -> Iterator[_Task]:
        for one in inputs:
            known = journal.known.get(one.name)
            yield _Task(one.at_hand(), known and known[0])

    found = spread(
        functools.partial(_work, options=options, form=form, depends=depends),
        tasks(),
        executor,
        lost=lambda task: _done(lost(task.given), form, depends),
        late=lambda task: _done(late(task.given, options.limit_s), form, depends),
        limit_s=options.limit_s,
        ordered=False,
        window=window,
    )
    resumed = 0
    for count, done in enumerate(found, start=1):
        if done.line is None:
            offsets[done.number] = journal.known[inputs[done.number].name][1]
            resumed += 1
        else:
            offsets[done.number] = journal.add(done.line)
        on_progress(Progress(done=count, resumed=resumed, total=len(inputs)))
    return offsets, resumed


class _Counts:
    """What entries sum up to."""

    def __init__(self) -> None:
        self.runs = self.missed = self.error_count = 0
        self.errors: list[tuple[str, str, str]] = []

    def counted(self, entry: Entry) -> Entry:
        self.runs += entry.run_count
        self.missed += entry.missed
        self.error_count += len(entry.errors)
        self.errors += entry.errors[: MOST_ERRORS - len(self.errors)]
        return entry
