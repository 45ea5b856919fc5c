"""Claims about what small inputs may cost, whatever they hold.

``make fuzz-cost`` tries 20,000 and prints what twice the input costs. It still finds inputs that
cost too much: plans of some thousand executions beside a few laps take more than 5 s.
"""

from __future__ import annotations

import time
from random import Random

import pytest

from tests.fuzz import cost
from tests.fuzz.cost import KINDS, Kind, dear_inputs, slopes


def test_a_few_small_inputs_of_every_kind_are_cheap() -> None:
    assert list(dear_inputs("daily", 260)) == []


def test_what_takes_too_long_and_what_ends_in_another_error_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def endless(data: bytes) -> None:
        while data:
            time.process_time()

    def broken(data: bytes) -> None:
        raise KeyError("a")

    kinds = [
        Kind(name=use.__name__, make=lambda random, parts: b"x" * parts, use=use, parts=9)
        for use in (endless, broken)
    ]
    monkeypatch.setattr(cost, "KINDS", kinds)
    monkeypatch.setattr(cost, "MOST_CPU_S", 0.05)
    assert list(dear_inputs("a", 2)) == [
        "endless, seed a, input 0, 1 bytes: more than 0.05 s",
        "broken, seed a, input 1, 4 bytes: KeyError: 'a'",
    ]


def test_a_cost_that_grows_with_the_square_is_dear(monkeypatch: pytest.MonkeyPatch) -> None:
    def square(data: bytes) -> int:
        return sum(one ^ other for one in data for other in data)

    kind = Kind(name="square", make=lambda random, parts: b"x" * parts, use=square, parts=1_200)
    monkeypatch.setattr(cost, "KINDS", [kind])
    (slope,) = slopes(1)
    assert slope.is_dear
    assert slope.ratio == pytest.approx(4.0, abs=1.2)


def test_every_kind_makes_the_same_input_of_the_same_seed() -> None:
    for kind in KINDS:
        one, other = (kind.make(Random(kind.name), 20) for _ in range(2))
        assert one[:100] == other[:100], kind.name
