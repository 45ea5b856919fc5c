"""Claims about reading a line without places first: it says the same as reading it with them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backrun_fit.errors import SpecError
from backrun_fit.notation import line as line_room
from backrun_fit.notation import parse_workout
from tests.strategies import session_lines

MISTAKES = ("esy", "0min", "0 x ", "-5s", "until", "@", "(", ")", "ramp", "6:00", " to ", '"', "%")


def with_places(text: str) -> object:
    """What the line says, or every problem in it, from a tree that keeps all places."""
    try:
        return line_room._read(text, placed=True)
    except SpecError as error:
        return error.problems


def as_parsed(text: str) -> object:
    try:
        return line_room._nodes(text)
    except SpecError as error:
        return error.problems


@st.composite
def broken_lines(draw: st.DrawFn) -> str:
    """Lines of sessions with something put in somewhere, or cut out."""
    text = draw(session_lines())
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 3))
        text = text[:place] + draw(st.sampled_from(MISTAKES)) + text[place + cut :]
    return text


@given(broken_lines())
@example("10min until HR < 500, 0 x 400m @ esy")
@example("6 x 800m + 60s @ 5:00-4:00/km")
@example("warmup warmup 10min @ easy to")
def test_a_line_reads_the_same_and_has_the_same_problems_in_the_same_places(text: str) -> None:
    assert as_parsed(text) == with_places(text)


def test_the_mistakes_are_mistakes() -> None:
    for text in ("8mi @ esy", "0min", "6 x 800m + 60s @ 5:00-4:00/km"):
        with pytest.raises(SpecError):
            parse_workout(text)
