"""A time limit that the work itself looks at, in any thread of any process.

Nothing is interrupted from outside. The work asks between its stages and in its loops whether
it is over its time, so a limit holds wherever the work is done, and takes effect a little late:
after the one operation on arrays or the one read that is under way. What never comes back is
ended by killing the process that does it (see ``batch.worker_pool``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from backrun_fit.errors import SpecError, TimeLimitError

__all__ = ["check_time_limit", "checked_limit_s", "over_time", "time_limit"]

# The instant of the monotonic clock at which time is up, and the limit that says so.
_DEADLINE: Final[ContextVar[tuple[float, float] | None]] = ContextVar("deadline", default=None)


def checked_limit_s(limit_s: float | None, name: str = "time_limit_s") -> float | None:
    """A time limit that is one.

    Args:
        limit_s: Seconds; None for no limit.
        name: Of the argument, for the error.

    Raises:
        SpecError: It is not above zero, or not finite.

    Example:
        >>> checked_limit_s(2.5), checked_limit_s(None)
        (2.5, None)
    """
    if limit_s is not None and not 0 < limit_s < float("inf"):
        raise SpecError(f"expected seconds above 0, got {limit_s!r}").under(name)
    return limit_s


@contextmanager
def time_limit(limit_s: float | None) -> Iterator[None]:
    """Limit the work that is done inside, in this thread or asynchronous task.

    Args:
        limit_s: Seconds above 0; None for no limit. Of limits inside one another the one
            that ends first counts.

    Raises:
        SpecError: It is no number of seconds.
        TimeLimitError: By ``check_time_limit``, where the work asks.

    Example:
        >>> with time_limit(60.0):
        ...     check_time_limit()
    """
    if checked_limit_s(limit_s) is None:
        yield
        return
    around = _DEADLINE.get()
    deadline = time.monotonic() + (limit_s or 0.0), limit_s or 0.0
    token = _DEADLINE.set(deadline if around is None else min(around, deadline))
    try:
        yield
    finally:
        _DEADLINE.reset(token)


def over_time(limit_s: float | None) -> TimeLimitError:
    """The error of work that took longer than its limit.

    Args:
        limit_s: Seconds it was allowed; work without a limit is never over time.

    Example:
        >>> over_time(2.5)
        TimeLimitError('expected at most 2.5 s, took more')
    """
    return TimeLimitError(f"expected at most {limit_s:g} s, took more")


def check_time_limit() -> None:
    """End the work if it is over its time; asked in every loop that may be long.

    Raises:
        TimeLimitError: It is.
    """
    deadline = _DEADLINE.get()
    if deadline is not None and time.monotonic() > deadline[0]:
        raise over_time(deadline[1])
