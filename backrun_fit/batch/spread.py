"""Tasks spread over any executor, in bounded numbers, whatever becomes of its workers."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from itertools import islice
from typing import Final, Generic, TypeAlias, TypeVar

from backrun_fit.batch.worker_pool import WorkerPool
from backrun_fit.batch.workers import processes
from backrun_fit.errors import BatchError, SpecError

__all__ = ["CHUNK", "WINDOW", "Executors", "spread"]

_T = TypeVar("_T")
_R = TypeVar("_R")

Executors: TypeAlias = Executor | Callable[[], Executor]
"""An executor, or what makes one (and another when that one breaks)."""

CHUNK: Final = 8
"""Tasks that travel together: one alone costs more to send than to do."""

WINDOW: Final = 32
"""Chunks under way at a time: what is held, whatever the number of tasks."""


def spread(
    work: Callable[[_T], _R],
    tasks: Iterable[_T],
    executor: Executors | None,
    *,
    lost: Callable[[_T], _R],
    late: Callable[[_T], _R] | None = None,
    limit_s: float | None = None,
    ordered: bool = True,
    chunk: int = CHUNK,
    window: int = WINDOW,
) -> Iterator[_R]:
    """Do every task once, wherever there is a worker.

    Where a worker dies, what was under way is done again, one task at a time, so that the
    task that kills its worker is known; it alone is lost. An executor that broke is made
    anew where it was given as what makes it; else processes on this machine take over.

    Args:
        work: Pickles, and raises nothing.
        tasks: Pickle; taken as they are needed; may be endless.
        executor: None does everything here and now.
        lost: The result of a task that kills its worker.
        late: The result of a task that takes longer than its limit; None takes ``lost``.
        limit_s: How long one task may take until its process is killed, on an executor that
            ``processes`` makes. On any other one, work ends itself where it looks at its
            limit; nothing ends it where it does not.
        ordered: In the order of the tasks, else as they are completed.
        chunk: How many tasks travel together.
        window: How many chunks are under way at a time.

    Yields:
        One result a task. When it is closed early, what has not begun is cancelled.

    Raises:
        SpecError: The window has no room.
        BatchError: The executor gave up, or cannot run the work.

    Example:
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> list(spread(abs, [-1, -2, -3], ThreadPoolExecutor, lost=abs))
        [1, 2, 3]
    """
    if window < 1:
        raise SpecError(f"expected a window of at least 1, got {window!r}")
    if executor is None:
        yield from map(work, tasks)
        return
    crew = _Crew(executor, work, lost, late or lost, limit_s)
    chunks = enumerate(_chunks(tasks, chunk))
    finished: dict[int, list[_R]] = {}
    following = 0
    try:
        while True:
            for number, items in islice(chunks, window - len(crew.under_way) - len(finished)):
                crew.submit(number, items)
            if not crew.under_way:
                break
            for number, results in crew.completed():
                if not ordered:
                    yield from results
                    continue
                finished[number] = results
                while following in finished:
                    yield from finished.pop(following)
                    following += 1
        crew.close(wait=True)
    finally:
        crew.close(wait=False)


def _chunks(tasks: Iterable[_T], size: int) -> Iterator[tuple[_T, ...]]:
    remaining = iter(tasks)
    while items := tuple(islice(remaining, size)):
        yield items


def _do(work: Callable[[_T], _R], items: tuple[_T, ...], turn: int) -> list[_R]:
    """What a worker runs.

    Args:
        work: For each item.
        items: One or more.
        turn: Another each time. Dask takes two calls with the same arguments for one, and
            would answer the second with the death of the first one's worker.
    """
    return [work(item) for item in items]


class _Crew(Generic[_T, _R]):
    """The executor at work, and what it was given."""

    def __init__(
        self,
        executor: Executors,
        work: Callable[[_T], _R],
        lost: Callable[[_T], _R],
        late: Callable[[_T], _R],
        limit_s: float | None,
    ) -> None:
        self._work, self._lost, self._late, self._limit_s = work, lost, late, limit_s
        self._turns = itertools.count()
        if isinstance(executor, Executor):
            self._make: Callable[[], Executor] = processes()
            self._executor, self._is_ours = executor, False
        else:
            self._make = executor
            self._executor, self._is_ours = executor(), True
        self.under_way: dict[Future[list[_R]], tuple[int, tuple[_T, ...]]] = {}

    def submit(self, number: int, items: tuple[_T, ...]) -> None:
        try:
            future = self._send(items)
        except BrokenExecutor as error:
            # Noticed later, with the others that were under way.
            future = Future()
            future.set_exception(error)
        self.under_way[future] = number, items

    def _send(self, items: tuple[_T, ...]) -> Future[list[_R]]:
        try:
            if isinstance(self._executor, WorkerPool):
                return self._executor.submit_each(
                    self._work, items, limit_s=self._limit_s, late=self._late, lost=self._lost
                )
            return self._executor.submit(_do, self._work, items, next(self._turns))
        except BrokenExecutor:
            raise
        except Exception as error:  # it was shut down, or its cluster is gone
            raise _gave_up(error) from error

    def completed(self) -> Iterator[tuple[int, list[_R]]]:
        """Chunks with their results, at least one."""
        done, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
        again = []
        for future in done:
            number, items = self.under_way.pop(future)
            results = self._result(future)
            if results is not None:
                yield number, results
            else:
                again.append((number, items))
        if not again:
            return
        # A broken executor has lost everything; one that is not shall be at rest.
        wait(self.under_way)
        for future, (number, items) in list(self.under_way.items()):
            del self.under_way[future]
            results = self._result(future)
            if results is not None:
                yield number, results
            else:
                again.append((number, items))
        self._renew()
        for number, items in again:
            yield number, [self._alone(item) for item in items]

    def _alone(self, item: _T) -> _R:
        """The result of one task while nothing else is under way."""
        for _ in range(2):
            try:
                future = self._send((item,))
            except BrokenExecutor:
                # It broke while at rest, which no task is to blame for.
                self._renew()
                continue
            results = self._result(future)
            if results is not None:
                return results[0]
            self._renew()
            break
        return self._lost(item)

    def _result(self, future: Future[list[_R]]) -> list[_R] | None:
        """What a chunk gave; None where its worker died."""
        try:
            return future.result()
        except BatchError:
            raise
        except Exception as error:
            if isinstance(error, BrokenExecutor) or _is_killed_worker(error):
                return None
            raise _gave_up(error) from error

    def _renew(self) -> None:
        """Another executor where this one is broken."""
        try:
            self._executor.submit(int).result()
        except BrokenExecutor:
            self.close(wait=False)
            self._executor, self._is_ours = self._make(), True
            self._begun()

    def _begun(self) -> None:
        """See that a new executor works at all: no task is to blame where it does not."""
        try:
            self._executor.submit(int).result()
        except BrokenExecutor as error:
            raise BatchError(
                "expected workers that start, got workers that die before they have anything to "
                "do; in a script, start them under if __name__ == '__main__'"
            ) from error

    def close(self, *, wait: bool) -> None:
        if self._is_ours:
            # It cancels what waits by itself: a pool of processes that breaks at the same
            # time stumbles over futures that somebody else has cancelled.
            try:
                self._executor.shutdown(wait=wait, cancel_futures=True)
            except TypeError:  # Dask's takes no such argument, and cancels without
                self._executor.shutdown(wait=wait)
            return
        for future in self.under_way:
            future.cancel()


def _gave_up(error: Exception) -> BatchError:
    return BatchError(f"the executor gave up: {type(error).__name__}: {error}")


def _is_killed_worker(error: BaseException) -> bool:
    """Whether Dask gave a task up because its workers died; only it can tell if it is loaded."""
    distributed = sys.modules.get("distributed")
    return distributed is not None and isinstance(error, distributed.KilledWorker)
