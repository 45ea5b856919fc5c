"""Where work is done: processes on this machine, or a Dask cluster."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Final

from backrun_fit.batch.worker_pool import WorkerPool
from backrun_fit.errors import BatchError, MissingExtraError

__all__ = ["dask_cluster", "processes"]

_CONNECT_S: Final = 15


def processes(jobs: int | None = None) -> Callable[[], Executor]:
    """What makes pools of processes on this machine.

    The processes end with the one that made them, even if that is killed, and leave it to
    that one to be interrupted. One that takes longer over a file than a batch allows is
    killed and replaced. They read in machine code where numba is installed.

    Args:
        jobs: How many processes; None takes one a CPU that this process may use.

    Example:
        >>> callable(processes(2))
        True
    """
    return functools.partial(WorkerPool, jobs or len(_cpus()))


def _cpus() -> range | set[int]:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return range(os.cpu_count() or 1)


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
