"""A limit on how long one piece of work may take, in any thread of any process.

One thread a process watches the clock and raises an exception inside the thread that is over
its time. Python delivers it between two of its own instructions. So it ends a loop, and
nothing that is one call into C: a read from a network drive that hangs, one operation on one
array, the unpacking of one piece of an archive.
"""

from __future__ import annotations

import ctypes
import heapq
import itertools
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from backrun_fit.errors import TimeLimitError

__all__ = ["within"]

_T = TypeVar("_T")

# What swallows exceptions (a destructor does) may swallow ours, so it is raised again.
_AGAIN_S: Final = 1.0


class _OverTime(BaseException):
    """Raised inside the work; no ``except Exception`` takes it for an error of its own."""


class _Turn:
    """One piece of work under the clock."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.is_over = False
        self.was_told = False


class _Clock:
    """The thread that watches, started when it is first needed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, _Turn]] = []
        self._order = itertools.count()
        self._watch: threading.Thread | None = None

    def begin(self, limit_s: float) -> _Turn:
        turn = _Turn()
        with self._changed:
            due = time.monotonic() + limit_s
            heapq.heappush(self._due, (due, next(self._order), turn))
            if self._watch is None or not self._watch.is_alive():
                self._watch = threading.Thread(target=self._run, name="time limit", daemon=True)
                self._watch.start()
            elif self._due[0][2] is turn:
                self._changed.notify()
        return turn

    def end(self, turn: _Turn) -> None:
        with self._changed:
            turn.is_over = True
            if turn.was_told:
                # Not delivered yet, or the work had swallowed it: it shall hit nothing else.
                _raise_in(turn.thread, None)

    def _run(self) -> None:
        with self._changed:
            while True:
                while self._due and self._due[0][2].is_over:
                    heapq.heappop(self._due)
                if not self._due:
                    self._changed.wait()
                    continue
                due, _, turn = self._due[0]
                left_s = due - time.monotonic()
                if left_s > 0:
                    self._changed.wait(left_s)
                    continue
                turn.was_told = True
                _raise_in(turn.thread, _OverTime)
                later = time.monotonic() + _AGAIN_S
                heapq.heapreplace(self._due, (later, next(self._order), turn))


_clock = _Clock()


def within(limit_s: float | None, work: Callable[[], _T]) -> _T:
    """Do a piece of work, and give it up when it takes too long.

    Args:
        limit_s: Above 0; None for no limit.
        work: Is to leave nothing half done when it is broken off.

    Raises:
        TimeLimitError: It took longer.

    Example:
        >>> within(10.0, lambda: "done")
        'done'
    """
    if limit_s is None:
        return work()
    turn = _clock.begin(limit_s)
    try:
        try:
            return work()
        finally:
            _clock.end(turn)
    except _OverTime:
        raise TimeLimitError(f"expected at most {limit_s:g} s for the file, took more") from None


def _raise_in(thread: int, kind: type[BaseException] | None) -> None:
    # Python/C API, "Thread State": None takes back what was not delivered yet.
    target = None if kind is None else ctypes.py_object(kind)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), target)
