"""How far a batch has come, with its rate and the time left, on a terminal and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Advance", "batch_progress"]

Advance = Callable[[int, int, int], None]
"""Takes how many are done, how many of them an earlier run had done, and how many there are
(0 where nobody knows)."""


@contextmanager
def batch_progress(what: str = "files") -> Iterator[Advance]:
    """A line on standard error for as long as the context lasts.

    Args:
        what: The plural of what is counted.
    """
    if not sys.stderr.isatty():
        yield lambda done, resumed, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from backrun_fit.units import format_duration

    progress = Progress(
        MofNCompleteColumn(),
        BarColumn(20),
        TextColumn("{task.fields[rate]}", markup=False),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    task = progress.add_task("", total=None, rate="")

    def advance(done: int, resumed: int, total: int) -> None:
        elapsed_s = progress.tasks[0].elapsed or 0.0
        # What an earlier run had done says nothing of how fast this one is.
        per_s = (done - resumed) / elapsed_s if elapsed_s else 0.0
        rate = ""
        if per_s:
            rate = f"{per_s:.0f} {what}/s"
        if per_s and total:
            rate += f", {format_duration(float(round((total - done) / per_s)))} left"
        progress.update(task, completed=done, total=total or None, rate=rate)

    with progress:
        yield advance
