"""Claims about the flat list of messages and its tree: nothing is lost between them."""

from __future__ import annotations

import time
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.compiled import (
    CompiledWorkout,
    Identity,
    IndexedRepeat,
    Message,
    RepeatMessage,
    as_workout,
    check_repeats,
    nest,
    unroll,
)
from backrun_fit.errors import CompileError
from backrun_fit.limits import Limits
from backrun_fit.workout import (
    Intensity,
    OpenDuration,
    OtherDuration,
    RawField,
    RawMessage,
    Repeat,
    Step,
    TimeDuration,
)

WORK = Step(duration=TimeDuration(duration_s=180), intensity=Intensity.INTERVAL)
REST = Step(duration=OpenDuration(), intensity=Intensity.REST)
FIELD, OTHER_FIELD = (RawField(200, 2, 7),), (RawField(201, 2, 9),)


def planned(*messages: Message, **about: Any) -> CompiledWorkout:
    return CompiledWorkout(name="Track", messages=messages, **about)


def test_the_tree_of_a_compiled_workout_says_all_that_the_list_says() -> None:
    compiled = planned(
        WORK,
        sport="cycling",
        sub_sport="track",
        notes="Drink.",
        extra=FIELD,
        spelling=OTHER_FIELD,
        beside=(RawMessage(number=300, fields=FIELD),),
    )
    workout = as_workout(compiled)
    for name in ("name", "sport", "sub_sport", "notes", "extra", "spelling", "beside"):
        assert getattr(workout, name) == getattr(compiled, name), name


def test_a_repeat_in_the_tree_says_all_that_its_message_says() -> None:
    until = OtherDuration(type=7, value=600_000)
    by_count = RepeatMessage(
        first_index=0, count=4, skip_last_recovery=True, extra=FIELD, spelling=OTHER_FIELD
    )
    by_time = RepeatMessage(first_index=3, count=None, until=until)
    first, second = as_workout(planned(WORK, REST, by_count, WORK, by_time)).steps
    assert first == Repeat(steps=(WORK, REST), count=4, skip_last_recovery=True, extra=FIELD)
    assert isinstance(first, Repeat)
    assert first.spelling == OTHER_FIELD
    assert second == Repeat(steps=(WORK,), until=until)


def test_every_node_of_the_tree_knows_its_place_in_the_list() -> None:
    inner, outer = (RepeatMessage(first_index=first, count=2) for first in (1, 0))
    (node,) = nest((WORK, REST, inner, outer))
    assert isinstance(node, IndexedRepeat)
    assert (node.index, [each.index for each in node.body]) == (3, [0, 2])


@pytest.mark.parametrize(
    "messages",
    [
        (RepeatMessage(first_index=0, count=2),),
        (WORK, RepeatMessage(first_index=1, count=2)),
        (WORK, RepeatMessage(first_index=2, count=2), WORK),
        (WORK, REST, RepeatMessage(first_index=0, count=2), RepeatMessage(first_index=1, count=2)),
    ],
    ids=["nothing", "itself", "ahead", "the middle of another"],
)
def test_a_repeat_of_what_is_no_whole_steps_before_it_is_refused(
    messages: tuple[Message, ...],
) -> None:
    with pytest.raises(CompileError, match=r"message \d: expected a repeat from an earlier step"):
        nest(messages)


def test_a_repeat_that_ends_by_a_condition_is_gone_through_once() -> None:
    until = OtherDuration(type=7, value=600_000)
    compiled = planned(WORK, RepeatMessage(first_index=0, count=None, until=until), REST)
    assert [(each.step, each.passes) for each in unroll(compiled)] == [(WORK, (1,)), (REST, ())]


def test_only_the_last_step_of_the_last_pass_is_skipped() -> None:
    repeat = RepeatMessage(first_index=0, count=2, skip_last_recovery=True)
    assert [each.step_index for each in unroll(planned(WORK, WORK, REST, repeat))] == [
        0,
        1,
        2,
        0,
        1,
    ]


def test_a_session_may_have_ten_thousand_executions_and_no_more() -> None:
    most = planned(WORK, RepeatMessage(first_index=0, count=10_000))
    assert len(unroll(most)) == 10_000
    over = planned(WORK, RepeatMessage(first_index=0, count=10_001))
    with pytest.raises(CompileError, match="'Track': expected at most 10000 executions, got 10001"):
        unroll(over)


def around(body: Message, *counts: int, skip: bool = False) -> CompiledWorkout:
    """A step with repeats of so many passes around each other."""
    repeats = (RepeatMessage(first_index=0, count=n, skip_last_recovery=skip) for n in counts)
    return planned(body, *repeats)


@pytest.mark.parametrize("count", [1, 2, 4_294_967_294])
def test_a_repeat_without_a_step_in_each_pass_is_refused_and_named(count: int) -> None:
    single = RepeatMessage(first_index=0, count=1, skip_last_recovery=True)
    outer = RepeatMessage(first_index=0, count=count)
    assert unroll(planned(WORK, single)) == ()
    with pytest.raises(CompileError, match="message 2: expected a repeat with a step in each pass"):
        nest((WORK, single, outer))
    with pytest.raises(CompileError, match="message 2: expected a repeat with a step in each pass"):
        unroll(planned(WORK, single, outer))


def test_a_repeat_whose_steps_but_the_last_are_left_out_holds_none() -> None:
    none = RepeatMessage(first_index=0, count=1, skip_last_recovery=True)
    cut = RepeatMessage(first_index=0, count=1, skip_last_recovery=True)
    messages = (WORK, none, REST, cut, RepeatMessage(first_index=0, count=3))
    with pytest.raises(CompileError, match="message 4: expected a repeat with a step"):
        nest(messages)
    assert len(unroll(planned(*messages[:3], RepeatMessage(first_index=0, count=3)))) == 3


def test_repeats_stand_around_each_other_as_deep_as_the_limit_says() -> None:
    deep = around(WORK, 2, *[1] * 31)
    assert len(unroll(deep)) == 2
    assert as_workout(deep).steps
    with pytest.raises(CompileError, match="message 33: expected at most 32 repeats around each"):
        unroll(around(WORK, 2, *[1] * 32))
    with pytest.raises(CompileError, match="message 33: expected at most 32 repeats around each"):
        as_workout(around(WORK, 2, *[1] * 5_000))
    with pytest.raises(CompileError, match="message 3: expected at most 2 repeats around each"):
        unroll(around(WORK, 1, 1, 1), limits=Limits(nesting=2))


def test_what_unrolling_makes_is_counted_before_it_is_made() -> None:
    begun = time.process_time()
    with pytest.raises(CompileError, match=f"got {65_535**31}"):
        unroll(around(WORK, *[65_535] * 31))
    # Each repeat looks at its last node once: twice would be 2 ** 31 times at the innermost one.
    unroll(around(WORK, *[2] * 31, skip=True))
    assert time.process_time() - begun < 1.0


def test_passes_that_hold_no_step_are_bounded_too() -> None:
    single = [RepeatMessage(first_index=index, count=1, skip_last_recovery=True) for index in (1,)]
    messages: list[Message] = [WORK]
    for _ in range(1_000):
        messages += [REST, attrs.evolve(single[0], first_index=len(messages))]
    workout = planned(*messages, RepeatMessage(first_index=0, count=100))
    with pytest.raises(CompileError, match="at most 100000 passes through repeats, got 100100"):
        check_repeats(workout)
    assert len(unroll(workout, limits=Limits(passes=100_100))) == 100


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3), st.booleans()), max_size=6))
def test_the_counts_are_those_of_what_is_unrolled(repeats: list[tuple[int, int, bool]]) -> None:
    messages: list[Message] = [WORK, REST]
    for count, first, skip in repeats:
        messages.append(RepeatMessage(first_index=first, count=count, skip_last_recovery=skip))
        messages.append(REST)
    try:
        made = len(unroll(planned(*messages)))
    except CompileError:
        return  # the spans of the repeats cut each other in two
    assert len(unroll(planned(*messages), limits=Limits(planned_steps=max(made, 1)))) == made
    if made > 1:
        with pytest.raises(CompileError, match=f"got {made}"):
            unroll(planned(*messages), limits=Limits(planned_steps=made - 1))


def test_a_workout_is_as_it_was_read_until_anything_in_it_is_another() -> None:
    compiled = planned(WORK, notes="Drink.")
    read = attrs.evolve(compiled, identity=Identity(file_id=(), content=compiled.content))
    assert read.is_as_read
    assert not compiled.is_as_read
    for changed in ({"notes": None}, {"name": "Hill"}, {"sub_sport": "track"}, {"extra": FIELD}):
        assert not attrs.evolve(read, **changed).is_as_read
