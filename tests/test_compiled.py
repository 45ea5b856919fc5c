"""Claims about the flat list of messages and its tree: nothing is lost between them."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from backrun_fit.compiled import (
    CompiledWorkout,
    Identity,
    IndexedRepeat,
    Message,
    RepeatMessage,
    as_workout,
    nest,
    unroll,
)
from backrun_fit.errors import CompileError
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
    with pytest.raises(CompileError, match="'Track': expected at most 10000 executions, got more"):
        unroll(over)


def test_a_workout_is_as_it_was_read_until_anything_in_it_is_another() -> None:
    compiled = planned(WORK, notes="Drink.")
    read = attrs.evolve(compiled, identity=Identity(file_id=(), content=compiled.content))
    assert read.is_as_read
    assert not compiled.is_as_read
    for changed in ({"notes": None}, {"name": "Hill"}, {"sub_sport": "track"}, {"extra": FIELD}):
        assert not attrs.evolve(read, **changed).is_as_read
