"""Claims about what plans cost on a watch: few messages, and the same steps in the same order."""

from __future__ import annotations

import random
from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backrun_fit.athlete import Athlete
from backrun_fit.compile import compile_workout
from backrun_fit.compiled import CompiledWorkout, RepeatMessage, unroll
from backrun_fit.devices import GARMIN, DeviceProfile
from backrun_fit.fold import fold, unroll_steps
from backrun_fit.notation import parse_workout
from backrun_fit.rules import AfterEachMile, BackwardRecoveries
from backrun_fit.workout import DistanceDuration, Node, Repeat, Step, Workout

ATHLETE = Athlete(marathon_pace="8:00/mi")
FLAT = attrs.evolve(GARMIN, name="flat", max_messages=100, nested_repeats=False)
STEPS = tuple(Step(duration=DistanceDuration(distance_m=10.0 * n)) for n in range(1, 501))
SETS = "3 x (6 x (800m @ 5k + 2min @ recovery) + rest 4min)"


def compiled(workout: Workout, device: DeviceProfile = GARMIN) -> CompiledWorkout:
    return compile_workout(workout, ATHLETE, device=device)


def depth(plan: CompiledWorkout) -> int:
    """How many repeats stand around the step that most stand around."""
    return max((len(execution.passes) for execution in unroll(plan)), default=0)


def size(tree: Sequence[Node]) -> int:
    """Messages that a tree costs."""
    return sum(1 + size(node.steps) if isinstance(node, Repeat) else 1 for node in tree)


def longest(tree: Sequence[Node]) -> int:
    """How many steps there are at most when a tree is written out."""
    return sum(
        (node.count or 1) * longest(node.steps) if isinstance(node, Repeat) else 1 for node in tree
    )


def trees(most: int) -> st.SearchStrategy[tuple[Node, ...]]:
    """Trees of a few different steps that are at most so many when written out."""
    leaves: st.SearchStrategy[Node] = st.sampled_from(STEPS[:5])
    bodies = st.lists(
        st.recursive(
            leaves,
            lambda inner: st.builds(
                Repeat,
                steps=st.lists(inner, min_size=1, max_size=4).map(tuple),
                count=st.integers(1, 6),
                skip_last_recovery=st.booleans(),
            ),
            max_leaves=8,
        ),
        max_size=6,
    ).map(tuple)
    return bodies.filter(lambda tree: longest(tree) <= most)


def test_twenty_miles_with_an_eighth_backward_after_each_are_at_most_four_messages() -> None:
    plan = compiled(AfterEachMile().apply(parse_workout("20mi @ easy")))
    assert GARMIN.max_messages == 50
    assert len(plan.messages) == 3
    done = [execution.step for execution in unroll(plan)]
    assert len(done) == 40
    mile, eighth = (DistanceDuration(distance_m=metres) for metres in (1609.344, 201.168))
    assert [step.duration for step in done] == [mile, eighth] * 20


def test_three_sets_of_six_fold_nested_where_the_watch_nests() -> None:
    turned = BackwardRecoveries().apply(parse_workout(SETS), ATHLETE)
    nested, flat = compiled(turned), compiled(turned, FLAT)
    # 3 x (5 x (work, back, jog), work, jog, rest)
    assert (len(nested.messages), depth(nested)) == (8, 2)
    assert depth(flat) == 1
    assert len(flat.messages) > len(nested.messages)
    assert [one.step for one in unroll(nested)] == [one.step for one in unroll(flat)]
    assert len(list(unroll(nested))) == 3 * (5 * 3 + 2 + 1)


@settings(max_examples=60)
@given(trees(500), st.booleans())
def test_random_trees_fold_to_no_more_messages_than_steps_and_unroll_to_the_same(
    tree: tuple[Node, ...], nested: bool
) -> None:
    steps = unroll_steps(tree)
    folded = fold(steps, nested=nested)
    assert unroll_steps(folded) == steps
    assert size(folded) <= len(steps)


@pytest.mark.parametrize("seed", range(6))
def test_five_hundred_steps_fold_to_no_more_and_unroll_to_the_same(seed: int) -> None:
    steps = random.Random(seed).choices(STEPS[: 2**seed], k=500)
    folded = fold(steps)
    assert unroll_steps(folded) == tuple(steps)
    assert size(folded) <= 500


@settings(max_examples=60)
@given(trees(60))
def test_compiling_costs_no_message_more_than_folding(tree: tuple[Node, ...]) -> None:
    """Also where it does not fold, because no step of the plan stands in it twice."""
    steps = unroll_steps(tree)
    if not steps:
        return
    wide = attrs.evolve(GARMIN, max_messages=500)
    plan = compiled(Workout(name="Plan", steps=tree), wide)
    assert len(plan.messages) == size(fold(steps))
    assert [one.step for one in unroll(plan)] == list(steps)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(2, 9)), min_size=1, max_size=5))
def test_sets_of_steps_that_stand_there_once_are_kept_as_they_were_written(
    sets: list[tuple[int, int]],
) -> None:
    nodes, left = [], list(STEPS)
    for length, count in sets:
        nodes.append(Repeat(steps=tuple(left[:length]), count=count))
        del left[:length]
    tree = tuple(nodes)
    assert size(fold(unroll_steps(tree))) == size(tree)
    messages = compiled(Workout(name="Plan", steps=tree)).messages
    assert [one.count for one in messages if isinstance(one, RepeatMessage)] == [
        count for _, count in sets
    ]
