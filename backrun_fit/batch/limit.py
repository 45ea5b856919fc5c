"""A limit on how long one piece of work may take, in any thread of any process.

One thread a process watches the clock and raises an exception inside the thread that is over
its time. Python delivers it between two of its own instructions. So it ends a loop, and
nothing that is one call into C: a read from a network drive that hangs, one operation on one
array, the unpacking of one piece of an archive.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from backrun_fit.errors import TimeLimitError

__all__ = ["within"]

_T = TypeVar("_T")

# What swallows exceptions (a destructor does) may swallow ours, so it is raised again, each time
# after twice as long, so that one that is only slow gets room to be called off.
_AGAIN_S: Final = 1.0
_LEAST_REST_S: Final = 0.001


class _OverTime(BaseException):
    """Raised inside the work; no ``except Exception`` takes it for an error of its own."""


class _Turn:
    """One piece of work under the clock."""

    def __init__(self, limit_s: float) -> None:
        self.thread = threading.get_ident()
        self.due = time.monotonic() + limit_s
        self.told = 0
        # Whoever has it may say whether the work is over. The thread at work takes it for good,
        # as often as it likes.
        self.over = threading.RLock()


class _Clock:
    """The thread that watches, started when it is first needed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._turns: set[_Turn] = set()
        self._wakes = float("inf")
        self._watch: threading.Thread | None = None

    def begin(self, turn: _Turn) -> None:
        with self._changed:
            self._turns.add(turn)
            if self._watch is None or not self._watch.is_alive():
                self._watch = threading.Thread(target=self._run, name="time limit", daemon=True)
                self._watch.start()
            elif turn.due < self._wakes:
                self._changed.notify()

    def end(self, turn: _Turn) -> None:
        """No exception for the work comes behind this; one may come within, then do it again."""
        turn.over.acquire()
        # One that was on its way has come by now: Python looks for it after every call. (To take
        # it back instead makes 3.11 look for ever, and hang where the work is traced.)
        self._turns.discard(turn)

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                turns = list(self._turns)
                for turn in turns:
                    if turn.due <= now and turn.over.acquire(blocking=False):
                        turn.due = now + _AGAIN_S * 2**turn.told
                        turn.told += 1
                        _raise_in(turn.thread, _OverTime)
                        turn.over.release()
                self._wakes = min((turn.due for turn in turns), default=float("inf"))
                # Work that is just being called off is still among them, and needs a turn itself.
                rest_s = max(self._wakes - now, _LEAST_REST_S)
                self._changed.wait(rest_s if turns else None)


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
    turn = _Turn(limit_s)
    try:
        try:
            _clock.begin(turn)
            return work()
        finally:
            _clock.end(turn)
    except _OverTime:
        _clock.end(turn)
        raise TimeLimitError(f"expected at most {limit_s:g} s for the file, took more") from None


def _raise_in(thread: int, kind: type[BaseException]) -> None:
    # Python/C API, "Thread State".
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind))
