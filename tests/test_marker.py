"""Claims about the marker in the names of steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.marker import FORM_CUE, MARKER_BYTES, marked_name, movement_of
from backrun_fit.workout import Movement


@pytest.mark.parametrize(
    ("name", "movement"),
    [
        ("Back", Movement.BACKWARD_RUN), ("back 60 s", Movement.BACKWARD_RUN),
        ("Backward 200m", Movement.BACKWARD_RUN), ("Backwards", Movement.BACKWARD_RUN),
        ("Back walk", Movement.BACKWARD_WALK), ("Backward walking 1 min", Movement.BACKWARD_WALK),
        ("Shuffle left", Movement.LATERAL_SHUFFLE), ("shuffles", Movement.LATERAL_SHUFFLE),
        ("Walk", Movement.WALK), ("walk it out", Movement.WALK),
        ("Back to easy", Movement.RUN), ("Back off", Movement.RUN), ("Backpack", Movement.RUN),
        ("Walking", Movement.RUN), ("Easy back", Movement.RUN), ("", Movement.RUN),
        (None, Movement.RUN),
    ],
)  # fmt: skip
def test_names_say_these_movements(name: str | None, movement: Movement) -> None:
    assert movement_of(name) is movement


@given(st.sampled_from(Movement), st.text(max_size=20))
def test_a_marked_name_says_its_movement_and_marking_twice_is_marking_once(
    movement: Movement, label: str
) -> None:
    name = marked_name(movement, label)
    if movement is not Movement.RUN:
        assert movement_of(name) is movement
    assert marked_name(movement, name) == name


@pytest.mark.parametrize("label", ["to easy", "walk the dog", "home", "up  the hill"])
def test_a_label_never_turns_backward_running_into_something_else(label: str) -> None:
    assert marked_name(Movement.BACKWARD_RUN, label) == f"Back - {label}"
    assert movement_of(f"Back - {label}") is Movement.BACKWARD_RUN


def test_the_marker_lies_within_the_bytes_that_every_watch_keeps() -> None:
    for movement in Movement:
        assert len(marked_name(movement, "").encode()) <= MARKER_BYTES


def test_the_cue_says_how_and_where() -> None:
    assert "forefoot" in FORM_CUE
    assert "toe-off" in FORM_CUE
    assert "Flat" in FORM_CUE
    assert len(FORM_CUE.encode()) < 200
