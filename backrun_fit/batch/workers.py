"""Where work is done: processes on this machine, or a Dask cluster."""

from __future__ import annotations

import functools
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Final

from backrun_fit.errors import BatchError, MissingExtraError

__all__ = ["dask_cluster", "processes"]

_CONNECT_S: Final = 15
# Imported once in the process from which the workers are forked.
_LOADED_FIRST: Final = ["backrun_fit.batch.loaded_first"]


def processes(jobs: int | None = None) -> Callable[[], Executor]:
    """What makes pools of processes on this machine.

    The processes end with the one that made them, even if that is killed, and leave it to
    that one to be interrupted.

    Args:
        jobs: How many processes; None takes one a CPU that this process may use.

    Example:
        >>> callable(processes(2))
        True
    """
    return functools.partial(_pool, jobs or len(_cpus()))


def _cpus() -> range | set[int]:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return range(os.cpu_count() or 1)


def _pool(jobs: int) -> Executor:
    # Never forked from here: threads (of a progress bar, of arrays) do not survive that.
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(_LOADED_FIRST)
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin)


def _begin() -> None:
    """The first thing in a new process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    gc.freeze()  # what is loaded by now stays, and need not be looked at again


def _end_with_parent() -> None:
    # A worker holds both ends of the pipe that it waits at, and would wait for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def dask_cluster(address: str) -> Iterator[Executor]:
    """The executor of a Dask cluster, for as long as the context lasts.

    Args:
        address: Of the scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises:
        MissingExtraError: distributed is not installed (extra ``dask``).
        BatchError: Nobody answers there.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError("distributed", "dask") from error
    try:
        client = Client(address, timeout=_CONNECT_S)
    except (OSError, ValueError) as error:
        raise BatchError(f"expected a Dask scheduler at {address!r}: {error}") from error
    with client:
        # What a path holds may change, so that no call is as good as an earlier one.
        yield client.get_executor(pure=False)
