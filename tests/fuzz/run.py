"""Making damaged files and holding the reader to its promises about each of them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice
from random import Random
from typing import Final

import attrs

from tests.fuzz.claims import (
    TRACED_LIMIT_S,
    BrokenPromiseError,
    bounded_time,
    check_decoding,
    check_everything,
    check_memory,
)
from tests.fuzz.mutate import mutants
from tests.fuzz.seeds import seeds
from tests.fuzz.shrink import BUDGET_S, shrink

__all__ = ["Failure", "failure_of", "failures"]

DEEP_EVERY: Final = 10
"""Every table of one in so many is read; decoding is tried with all."""

MEMORY_EVERY: Final = 400
"""The memory of one in so many is measured, which takes ten times as long."""


@attrs.frozen(kw_only=True)
class Failure:
    """An input about which a promise was broken.

    Attributes:
        number: Of the mutant under its seed.
        data: The input.
        text: What happened.
        check: What it was held to.
    """

    number: int
    data: bytes
    text: str
    check: Callable[[bytes], object]

    @property
    def name(self) -> str:
        """What a file that holds it is called: by its hash."""
        return f"{hashlib.sha256(self.data).hexdigest()[:16]}.fit"

    def shrunk(self, budget_s: float = BUDGET_S) -> Failure:
        """The same promise broken by fewer bytes, as few as are found within the budget."""

        def fails(data: bytes) -> bool:
            return failure_of(self.number, data, self.check) is not None

        smaller = failure_of(self.number, shrink(self.data, fails, budget_s), self.check)
        return smaller or self

    def __str__(self) -> str:
        return f"mutant {self.number}: {self.text}; {len(self.data)} bytes: {self.data.hex()}"


def failures(seed: int | str, count: int | None) -> Iterator[Failure]:
    """The inputs of a seed about which a promise is broken; hopefully none.

    Args:
        seed: The same one gives the same inputs.
        count: How many; None goes on without end.
    """
    load_everything()
    for number, data in enumerate(islice(mutants(seed, seeds()), count)):
        check: Callable[[bytes], object] = check_decoding
        if number % MEMORY_EVERY == 0:
            check = check_memory
        elif number % DEEP_EVERY == 0:
            check = check_everything
        failure = failure_of(number, data, check)
        if failure is not None:
            yield failure


@functools.cache
def load_everything() -> None:
    """Read whole and cut files, so that what is loaded once is no mutant's time or memory.

    ``numpy.ma`` alone takes 1.1 MB, as much as a small mutant may.
    """
    import_module("numpy.ma.extras")
    Random("seeded by a text")  # which is hashed by a module that is loaded for it
    for sound in seeds():
        check_everything(sound.data)
        check_everything(sound.data[: len(sound.data) // 2])


def failure_of(number: int, data: bytes, check: Callable[[bytes], object]) -> Failure | None:
    """The failure of one input; None where every promise is kept."""
    try:
        if check is check_memory:
            with bounded_time(TRACED_LIMIT_S):
                check(data)
            check = check_everything
        with bounded_time():
            check(data)
    except BrokenPromiseError as error:
        return Failure(number=number, data=data, text=str(error), check=check)
    return None
