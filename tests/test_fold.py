"""Folding: fewest messages, and unrolling gives the steps again."""

from __future__ import annotations

import random
import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backrun_fit.errors import CompileError
from backrun_fit.fold import EXACT_STEPS, fold, unroll_placed, unroll_steps
from backrun_fit.workout import DistanceDuration, Node, OtherDuration, RawField, Repeat, Step
from tests.strategies import nodes

STEPS = [Step(duration=DistanceDuration(distance_m=100.0 * number)) for number in range(1, 701)]


def sequence(text: str) -> tuple[Step, ...]:
    """Steps by letters, equal letters for equal steps."""
    return tuple(STEPS[ord(letter) - ord("a")] for letter in text)


def size(tree: tuple[Node, ...]) -> int:
    """Messages that a tree costs."""
    return sum(1 + size(node.steps) if isinstance(node, Repeat) else 1 for node in tree)


def depth(tree: tuple[Node, ...]) -> int:
    return max((1 + depth(node.steps) for node in tree if isinstance(node, Repeat)), default=0)


def spelled(tree: tuple[Node, ...]) -> str:
    """A tree of lettered steps as text, such as ``3(ab)a``."""
    return "".join(
        f"{node.count}({spelled(node.steps)})"
        if isinstance(node, Repeat)
        else chr(ord("a") + STEPS.index(node))
        for node in tree
    )


@cache
def fewest(text: str, *, nested: bool = True) -> int:
    """The fewest messages by trying every first node: all steps and all repeats."""
    if not text:
        return 0
    best = 1 + fewest(text[1:], nested=nested)
    for period in range(1, len(text) // 2 + 1):
        body, count = text[:period], 1
        while text.startswith(body, count * period):
            count += 1
            inside = fewest(body) if nested else period
            best = min(best, 1 + inside + fewest(text[count * period :], nested=nested))
    return best


words = st.text("abc", max_size=14) | st.lists(
    st.tuples(st.sampled_from(("a", "ab", "abb", "aab", "abac")), st.integers(1, 4)), max_size=4
).map(lambda parts: "".join(part * count for part, count in parts)[:18])


@given(words, st.booleans())
def test_unrolling_what_was_folded_gives_the_steps_again(text: str, nested: bool) -> None:
    steps = sequence(text)
    assert unroll_steps(fold(steps, nested=nested)) == steps


@given(words, st.booleans())
def test_folding_gives_the_fewest_messages_that_brute_force_finds(text: str, nested: bool) -> None:
    assert size(fold(sequence(text), nested=nested)) == fewest(text, nested=nested)


@given(words)
def test_without_nesting_no_repeat_stands_in_a_repeat(text: str) -> None:
    assert depth(fold(sequence(text), nested=False)) <= 1


@given(words)
def test_a_repeat_stands_only_where_it_costs_less_than_writing_out(text: str) -> None:
    def check(tree: tuple[Node, ...]) -> None:
        for node in tree:
            if isinstance(node, Repeat):
                assert size((node,)) < len(unroll_steps((node,)))
                check(node.steps)

    check(fold(sequence(text)))


@given(words)
def test_folding_is_deterministic(text: str) -> None:
    assert fold(sequence(text)) == fold(list(sequence(text)))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("a", "a"),
        ("aa", "aa"),
        ("aaa", "3(a)"),
        ("abab", "2(ab)"),
        ("ababa", "2(ab)a"),
        ("wababababz", "w4(ab)z"),
        ("ababcababc", "2(2(ab)c)"),
        ("abcdabcdab", "2(abcd)ab"),
    ],
)
def test_examples_fold_as_a_person_would_write_them(text: str, folded: str) -> None:
    assert spelled(fold(sequence(text))) == folded


def test_twenty_miles_each_with_a_backward_eighth_cost_three_messages() -> None:
    assert size(fold(sequence("ab" * 20))) == 3


def test_three_sets_of_six_fold_nested_where_nesting_is_allowed() -> None:
    steps = sequence(("ab" * 5 + "ac") * 3)
    assert spelled(fold(steps)) == "3(5(ab)ac)"
    assert size(fold(steps, nested=False)) == 1 + 6 * 2


@given(st.lists(nodes(), max_size=4))
def test_random_trees_fold_to_no_more_messages_than_steps(tree: list[Node]) -> None:
    try:
        steps = unroll_steps(tree)
    except CompileError:
        return
    folded = fold(steps)
    assert unroll_steps(folded) == steps
    assert size(folded) <= len(steps)


def test_steps_that_differ_only_in_unknown_fields_are_not_folded_together() -> None:
    odd = [
        Step(duration=STEPS[0].duration, extra=(RawField(99, 2, number),))
        for number in (1, 2, 1, 2)
    ]
    (node,) = fold(odd)
    assert isinstance(node, Repeat)
    assert node.steps == tuple(odd[:2])


def test_a_skipped_last_recovery_is_left_out_of_the_last_pass() -> None:
    work, rest = STEPS[:2]
    repeat = Repeat(steps=(work, rest), count=3, skip_last_recovery=True)
    assert unroll_steps((repeat,)) == (work, rest, work, rest, work)


def test_of_a_body_of_three_only_the_last_is_left_out_of_the_last_pass() -> None:
    repeat = Repeat(steps=sequence("abc"), count=2, skip_last_recovery=True)
    assert unroll_steps((repeat,)) == sequence("abcab")


def test_nested_repeats_unroll_inside_out() -> None:
    inner = Repeat(steps=sequence("ab"), count=2, skip_last_recovery=True)
    assert unroll_steps((Repeat(steps=(inner, *sequence("c")), count=2),)) == sequence("abacabac")


def test_a_repeat_that_ends_by_a_condition_cannot_be_unrolled() -> None:
    repeat = Repeat(steps=sequence("a"), until=OtherDuration(type=7, value=1000))
    with pytest.raises(CompileError, match="got one that ends by a condition"):
        unroll_steps((repeat,))


def test_more_than_ten_thousand_steps_are_refused_before_they_are_written_out() -> None:
    huge = Repeat(steps=(Repeat(steps=sequence("ab"), count=10**9),), count=10**9)
    with pytest.raises(CompileError, match="at most 10,000 steps"):
        unroll_steps((huge,))


def test_steps_are_counted_as_they_would_be_done() -> None:
    step, *_ = STEPS
    most = Repeat(steps=(step,), count=10_000)
    assert len(unroll_steps((most,))) == 10_000
    with pytest.raises(CompileError, match="got 10,001"):
        unroll_steps((most, step))
    skipping = Repeat(steps=(step, step), count=3_000, skip_last_recovery=True)
    with pytest.raises(CompileError, match="got 12,000"):
        unroll_steps((step, skipping, step, skipping))
    with pytest.raises(CompileError, match="got 11,998"):
        unroll_steps((Repeat(steps=(skipping,), count=2),))


def test_a_billion_empty_passes_end_at_once() -> None:
    nothing = Repeat(steps=sequence("a"), count=1, skip_last_recovery=True)
    assert unroll_steps((Repeat(steps=(nothing,), count=10**9), *sequence("b"))) == sequence("b")


def test_places_tell_the_bodies_of_repeats_apart_and_their_passes_not() -> None:
    inner = Repeat(steps=sequence("a"), count=2)
    places = [place for _, place in unroll_placed((Repeat(steps=(inner,), count=2),))]
    assert places[0] == places[1]
    assert places[2] == places[3]
    assert places[0] != places[2]


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize("pattern", [1, 2, 3, 700])
def test_sequences_beyond_the_exact_limit_still_unroll_to_the_same(
    pattern: int, nested: bool
) -> None:
    steps = [STEPS[number % pattern] for number in range(EXACT_STEPS + 501)]
    folded = fold(steps, nested=nested)
    assert unroll_steps(folded) == tuple(steps)
    assert size(folded) <= (len(steps) if pattern == 700 else 2 * pattern + 1)


def twice_with_a_short_pair_in_front() -> list[Step]:
    return (STEPS[:1] * 2 + STEPS[1:489]) * 2 + STEPS[600:630]


def thrice_with_a_long_row_in_front() -> list[Step]:
    return (STEPS[:1] * 10 + STEPS[1:481]) * 3


@pytest.mark.parametrize(
    ("steps", "messages"),
    [
        (STEPS[:1] * (EXACT_STEPS + 100), 2),
        (STEPS[:2] * EXACT_STEPS, 3),
        (STEPS[:1] * 600 + STEPS[1:2] * 600, 4),
        (twice_with_a_short_pair_in_front(), 490 + 1 + 30),
        (thrice_with_a_long_row_in_front(), 2 + 480 + 1),
    ],
    ids=["one step", "two steps", "two rows", "a pair in a block", "a row in a block"],
)
def test_beyond_the_exact_limit_the_repeat_that_saves_most_is_taken(
    steps: list[Step], messages: int
) -> None:
    assert len(steps) > EXACT_STEPS
    assert size(fold(steps)) == messages


@pytest.mark.parametrize(("row", "repeats"), [(2, 0), (3, 1)])
def test_beyond_the_exact_limit_a_repeat_stands_only_where_it_saves_a_message(
    row: int, repeats: int
) -> None:
    steps = STEPS[:1] * row + STEPS[1:] + STEPS[600:200:-1]
    assert len(steps) > EXACT_STEPS
    folded = fold(steps)
    assert sum(isinstance(node, Repeat) for node in folded) == repeats
    assert unroll_steps(folded) == tuple(steps)


def test_beyond_the_exact_limit_no_repeat_stands_in_a_repeat_where_none_may() -> None:
    steps = sequence("c" + "aaab" * 300)
    assert spelled(fold(steps)) == "c300(3(a)b)"
    assert spelled(fold(steps, nested=False)) == "c300(aaab)"


def test_a_body_of_a_long_sequence_is_folded_in_its_turn() -> None:
    steps = sequence("ababc" * (EXACT_STEPS // 4))
    assert spelled(fold(steps)) == f"{EXACT_STEPS // 4}(2(ab)c)"


@pytest.mark.parametrize(("length", "limit_s"), [(100, 0.1), (500, 1.0)])
def test_folding_is_quick_whatever_the_steps_are(length: int, limit_s: float) -> None:
    chooser = random.Random(5)
    for steps in (
        STEPS[:1] * length,
        STEPS[:2] * (length // 2),
        STEPS[:length],
        chooser.choices(STEPS[:2], k=length),
    ):
        begun = time.process_time()
        fold(steps)
        assert time.process_time() - begun < limit_s


@settings(max_examples=20)
@given(st.lists(st.sampled_from(STEPS[:3]), min_size=100, max_size=200))
def test_longer_random_sequences_unroll_to_the_same(steps: list[Step]) -> None:
    assert unroll_steps(fold(steps)) == tuple(steps)
