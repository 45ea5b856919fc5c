"""A cache bounded by the memory of what it keeps, not by the number of its entries.

Definitions come from files. A watch writes the same few into each of its files, so that
what is prepared for them is worth keeping; a hostile file writes many large ones once.
"""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, ParamSpec, TypeVar

__all__ = ["BoundedCache", "bounded_cache"]

P = ParamSpec("P")
R = TypeVar("R")


class BoundedCache(Generic[P, R]):
    """A function whose results are kept, up to a number of bytes; the oldest go first.

    May be called from any number of threads; two that miss at the same time both compute,
    and get the same result afterwards.

    Args:
        function: What to call; its arguments are hashable and given by position.
        weigh: About how many bytes an entry takes, from the arguments.
        max_bytes: Of all entries together; an entry that takes more than a quarter of it is
            not kept.
    """

    def __init__(self, function: Callable[P, R], weigh: Callable[..., int], max_bytes: int) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._weigh = weigh
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Hashable, tuple[R, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.byte_count = 0
        """Bytes of what is kept, as weighed."""

    def __len__(self) -> int:
        return len(self._kept)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The result for these arguments, kept or computed; with keywords always computed."""
        if kwargs:
            return self._function(*args, **kwargs)
        kept = self._kept.get(args)
        if kept is not None:
            return kept[0]
        result = self._function(*args, **kwargs)
        weight = self._weigh(*args)
        if 4 * weight > self._max_bytes:
            return result
        with self._lock:
            kept = self._kept.get(args)
            if kept is not None:
                return kept[0]
            self._kept[args] = result, weight
            self.byte_count += weight
            while self.byte_count > self._max_bytes:
                _, (_, oldest) = self._kept.popitem(last=False)
                self.byte_count -= oldest
        return result


def bounded_cache(
    weigh: Callable[..., int], max_bytes: int
) -> Callable[[Callable[P, R]], BoundedCache[P, R]]:
    """A decorator that makes a ``BoundedCache`` of a function.

    Example:
        >>> @bounded_cache(lambda text: len(text), max_bytes=40)
        ... def upper(text: str) -> str:
        ...     return text.upper()
        >>> [upper(text) for text in ("abc", "abc", "x" * 11)]
        ['ABC', 'ABC', 'XXXXXXXXXXX']
        >>> len(upper), upper.byte_count
        (1, 3)
    """
    return lambda function: BoundedCache(function, weigh, max_bytes)
