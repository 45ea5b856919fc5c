"""Processes on this machine, of which one that takes too long is killed and replaced.

``concurrent.futures.ProcessPoolExecutor`` cannot end a task: killing one of its processes breaks
the pool and loses all that was under way. Here each process has a thread in this one that hands
it items, receives their results one by one, and knows which item a process is at when its time
is over or when it dies.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import multiprocessing
import os
import pickle
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import Any, Final, Literal, TypeVar

import attrs

from backrun_fit.errors import BatchError, MissingExtraError, WorkerDiedError

__all__ = ["GRACE_S", "WorkerPool"]

_T = TypeVar("_T")
_R = TypeVar("_R")

GRACE_S: Final = 0.5
"""Seconds over its limit after which a process is killed: work that looks at the limit itself
ends before, and keeps its process."""

# Imported once in the process from which the workers are forked.
_LOADED_FIRST: Final = ["backrun_fit.batch.loaded_first"]
_READY: Final = b"ready"

_End = Literal["late", "died"] | None


def _nobody(_: object) -> object:
    raise WorkerDiedError("the worker died: it was killed or out of memory")


class _WorkFailedError(Exception):
    """The work raised an exception, which may be of a kind that a pool raises itself."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        super().__init__(error)


@attrs.frozen(kw_only=True, eq=False)
class _Job:
    """Items that one process is to work through.

    Attributes:
        work: Is called with each.
        items: At least one.
        limit_s: How long one item may take; None for as long as it takes.
        late: The result of an item that took longer.
        lost: The result of an item that killed its process twice.
        future: Of the list of results.
    """

    work: Callable[[Any], Any]
    items: tuple[Any, ...]
    limit_s: float | None = None
    late: Callable[[Any], Any] = _nobody
    lost: Callable[[Any], Any] = _nobody
    future: Future[list[Any]] = attrs.field(factory=Future)


class WorkerPool(Executor):
    """An executor of processes that ends tasks by killing their process.

    The processes end with the one that made them, even if that is killed, and leave it to
    that one to be interrupted. They read in machine code where numba is installed (see
    ``accelerate``).

    Example:
        >>> WorkerPool(2).shutdown()
    """

    def __init__(self, jobs: int) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._gate = _Gate()
        self._lock = threading.Lock()
        self._is_closed = False
        self._workers = [_Worker(self._jobs, self._gate) for _ in range(jobs)]

    def submit(self, fn: Callable[..., _R], /, *args: Any, **kwargs: Any) -> Future[_R]:
        """Call a function in a process, without a time limit.

        Raises:
            RuntimeError: The pool was shut down.
        """
        job = _Job(work=_Call(fn, args, kwargs), items=(None,))
        future: Future[_R] = Future()

        def hand_over(done: Future[list[Any]]) -> None:
            error = None if done.cancelled() else done.exception()
            if not future.set_running_or_notify_cancel():
                return
            if done.cancelled() or error is not None:
                future.set_exception(error or WorkerDiedError("the pool was shut down"))
            else:
                future.set_result(done.result()[0])

        job.future.add_done_callback(hand_over)
        self._put(job)
        return future

    def submit_each(
        self,
        work: Callable[[_T], _R],
        items: tuple[_T, ...],
        *,
        limit_s: float | None,
        late: Callable[[_T], _R],
        lost: Callable[[_T], _R],
    ) -> Future[list[_R]]:
        """Call a function with each item, one after another, in one process.

        Args:
            work: Pickles, as do the items and results; an exception ends the whole.
            items: At least one.
            limit_s: How long one item may take; its process is then killed.
            late: The result of an item that takes longer; called here.
            lost: The result of an item that kills its process, and once more while no other
                item is worked at; called here.

        Raises:
            RuntimeError: The pool was shut down.
        """
        job = _Job(work=work, items=items, limit_s=limit_s, late=late, lost=lost)
        self._put(job)
        return job.future

    def _put(self, job: _Job) -> None:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._jobs.put(job)
        # One more process for as long as all are busy, or may be.
        for worker in self._workers:
            if worker.start():
                break

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more; with ``cancel_futures`` end at once, processes at work included."""
        with self._lock:
            self._is_closed = True
        if cancel_futures:
            with contextlib.suppress(queue.Empty):
                while True:
                    job = self._jobs.get_nowait()
                    if job is not None:
                        job.future.cancel()
            for worker in self._workers:
                worker.stop()
        for _ in self._workers:
            self._jobs.put(None)
        if wait:
            for worker in self._workers:
                worker.join()


@attrs.frozen
class _Call:
    """A call with its arguments, as work on an item that says nothing."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __call__(self, _: object) -> Any:
        return self.function(*self.args, **self.kwargs)


class _Gate:
    """Lets many jobs through together, or one alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._is_one_alone = False

    @contextmanager
    def shared(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._is_one_alone)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """To be entered by one that is inside already."""
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._is_one_alone and not self._inside)
            self._is_one_alone = True
        try:
            yield
        finally:
            with self._changed:
                self._is_one_alone = False
                self._inside += 1
                self._changed.notify_all()


class _Worker:
    """One process, replaced when it ends, and the thread that hands it jobs."""

    def __init__(self, jobs: queue.SimpleQueue[_Job | None], gate: _Gate) -> None:
        self._jobs, self._gate = jobs, gate
        self._lock = threading.Lock()
        self._is_stopped = False
        self._thread: threading.Thread | None = None
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None

    def start(self) -> bool:
        """Begin to take jobs; False where it has begun before."""
        with self._lock:
            if self._thread is not None:
                return False
            self._thread = threading.Thread(target=self._run, name="batch worker", daemon=True)
            self._thread.start()
        return True

    def stop(self) -> None:
        """Kill the process, and make no other one."""
        with self._lock:
            self._is_stopped = True
            if self._process is not None:
                self._process.kill()

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                if not job.future.set_running_or_notify_cancel():
                    continue
                try:
                    with self._gate.shared():
                        results = self._results(job)
                except _WorkFailedError as error:
                    job.future.set_exception(error.error)
                except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
                    job.future.set_exception(error)
                else:
                    job.future.set_result(results)
                del job
        finally:
            self._end_process()

    def _results(self, job: _Job) -> list[Any]:
        results: list[Any] = []
        has_died = False
        while len(results) < len(job.items):
            item = job.items[len(results)]
            before = len(results)
            if has_died:
                with self._gate.alone():
                    end = self._work_through(job, (item,), results)
            else:
                end = self._work_through(job, job.items[before:], results)
            if end == "late":
                results.append(job.late(job.items[len(results)]))
                has_died = False
            elif end == "died" and has_died:
                results.append(job.lost(item))
                has_died = False
            else:
                has_died = end == "died"
        return results

    def _work_through(self, job: _Job, items: tuple[Any, ...], results: list[Any]) -> _End:
        """Add the results of items in order, as far as the process gets."""
        process, connection = self._ready_process()
        limit_s = None if job.limit_s is None else job.limit_s + GRACE_S
        try:
            connection.send_bytes(pickle.dumps((job.work, items), pickle.HIGHEST_PROTOCOL))
            # What the work is made of is imported by now, which counts for no item.
            wait([connection, process.sentinel])
            connection.recv_bytes()
            for _ in items:
                if not wait([connection, process.sentinel], limit_s):
                    self._end_process()
                    return "late"
                outcome = connection.recv_bytes()
                try:
                    is_result, value = pickle.loads(outcome)  # noqa: S301 - our own
                except BaseException:
                    self._end_process()  # it goes on with the other items
                    raise
                if not is_result:
                    raise _WorkFailedError(value)
                results.append(value)
        except (EOFError, OSError):
            self._end_process()
            return "died"
        return None

    def _ready_process(self) -> tuple[multiprocessing.process.BaseProcess, Connection]:
        """The process, or a new one; not before it has loaded what it needs."""
        process, connection = self._process, self._connection
        if process is not None and connection is not None and process.is_alive():
            return process, connection
        self._end_process()
        for _ in range(2):  # one that is killed from outside while it starts is nobody's fault
            process, connection = self._new_process()
            try:
                wait([connection, process.sentinel])
                connection.recv_bytes()
            except (EOFError, OSError):
                self._end_process()
            else:
                return process, connection
        raise BatchError(
            "expected workers that start, got workers that die before they have anything to "
            "do; in a script, start them under if __name__ == '__main__'"
        )

    def _new_process(self) -> tuple[multiprocessing.process.BaseProcess, Connection]:
        # Never forked from here: threads (of a progress bar, of arrays) do not survive that.
        method = (
            "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        )
        context = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(_LOADED_FIRST)
        connection, its_end = context.Pipe()
        process = context.Process(target=_serve, args=(its_end,), daemon=True)  # type: ignore[attr-defined]
        with self._lock:
            if self._is_stopped:
                raise BatchError("the pool was shut down")
            process.start()
            self._process, self._connection = process, connection
        its_end.close()
        return process, connection

    def _end_process(self) -> None:
        with self._lock:
            process, self._process = self._process, None
            connection, self._connection = self._connection, None
        if process is not None:
            process.kill()
            process.join()
        if connection is not None:
            connection.close()


# In the process.


def _serve(connection: Connection) -> None:
    """What a process runs: work on what it is sent, until its parent is gone."""
    _begin()
    connection.send_bytes(_READY)
    with contextlib.suppress(EOFError, OSError):
        while True:
            work, items = pickle.loads(connection.recv_bytes())  # noqa: S301 - our parent's
            connection.send_bytes(_READY)
            for item in items:
                outcome, is_result = _outcome(work, item)
                connection.send_bytes(outcome)
                if not is_result:
                    break


def _outcome(work: Callable[[Any], Any], item: Any) -> tuple[bytes, bool]:
    """Whether there is a result with that or the exception, pickled; and whether there is one."""
    try:
        return pickle.dumps((True, work(item)), pickle.HIGHEST_PROTOCOL), True
    except Exception as error:  # noqa: BLE001 - it is raised where the result is waited for
        return _pickled_error(error), False


def _pickled_error(error: Exception) -> bytes:
    try:
        data = pickle.dumps((False, error))
        pickle.loads(data)  # noqa: S301 - made just now
    except Exception:  # noqa: BLE001 - some exceptions cannot be made again
        return pickle.dumps((False, BatchError(f"{type(error).__name__}: {error}")))
    return data


@functools.cache
def _begin() -> None:
    """The first thing in a new process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    _make_fast()
    gc.freeze()  # what is loaded by now stays, and need not be looked at again


def _make_fast() -> None:
    from backrun_fit.fit.walk import accelerate

    with contextlib.suppress(MissingExtraError):
        accelerate()


def _end_with_parent() -> None:
    # A worker holds both ends of the pipe that it waits at, and would wait for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
