"""A bar for work that takes longer than a second, on a terminal and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import RLock, Timer
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Bar", "aside", "bar", "working_on"]

DELAY_S: Final = 1.0
"""Work that is done sooner shows no bar."""


@attrs.define(eq=False)
class Bar:
    """How far a verb has come with its inputs, or with the parts of its only one."""

    _progress: Progress
    _task: TaskID
    _counts_parts: bool
    _lock: RLock = attrs.field(factory=RLock)
    _is_shown: bool = False

    def begin(self, name: str) -> None:
        """Say what is being worked on."""
        from backrun_fit.wording import shown

        self._progress.update(self._task, description=shown(name), advance=self._counts_parts)

    def end(self) -> None:
        """One input is done with."""
        if not self._counts_parts:
            self._progress.advance(self._task)

    def show(self) -> None:
        """Draw it, from now on."""
        with self._lock:
            self._is_shown = True
            self._progress.start()

    def hide(self) -> None:
        """Leave nothing of it."""
        with self._lock:
            if self._is_shown:
                self._progress.stop()
            self._is_shown = False

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Make room for something that is printed."""
        with self._lock:
            was_shown = self._is_shown
            self.hide()
            yield
            if was_shown:
                self.show()


_BAR: Final[ContextVar[Bar | None]] = ContextVar("bar", default=None)


@contextmanager
def bar(inputs: int | None) -> Iterator[Bar | None]:
    """A bar on standard error, after a second; None where nobody would see one.

    Args:
        inputs: How many there are; None for one with nobody knows how many parts. One
            without parts shows no bar.
    """
    if inputs in (0, 1) or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.table import Column

    name = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    progress = Progress(
        MofNCompleteColumn(),
        BarColumn(20),
        TextColumn("{task.description}", markup=False, table_column=name),
        console=Console(stderr=True),
        transient=True,
        expand=True,
        # What is printed meanwhile goes where it was to go, which may be a file.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    found = Bar(progress, progress.add_task("", total=inputs), inputs is None)
    timer = Timer(DELAY_S, found.show)
    timer.daemon = True
    timer.start()
    token = _BAR.set(found)
    try:
        yield found
    finally:
        _BAR.reset(token)
        timer.cancel()
        timer.join()
        found.hide()


@contextmanager
def aside() -> Iterator[None]:
    """Take the bar away, if there is one, while something else is printed."""
    found = _BAR.get()
    if found is None:
        yield
        return
    with found.hidden():
        yield


def working_on(name: str) -> None:
    """Let the bar, if there is one, name what is being worked on."""
    found = _BAR.get()
    if found is not None:
        found.begin(name)
