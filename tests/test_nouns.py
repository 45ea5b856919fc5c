"""Claims about the nouns of the plan: what cannot be meant cannot be made."""

from __future__ import annotations

import math
import pickle
from typing import Any

import attrs
import numpy as np
import pytest

from backrun_fit.activity import Track
from backrun_fit.compiled import CompiledWorkout, RepeatMessage, nest, unroll
from backrun_fit.errors import (
    AlignmentError,
    BackrunFitError,
    CompileError,
    DecodeError,
    EncodeError,
    Problem,
    SpecError,
)
from backrun_fit.output import OutputError
from backrun_fit.report import Verdict
from backrun_fit.tolerances import Tolerances
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    NamedPaceTarget,
    OpenDuration,
    OtherDuration,
    PaceTarget,
    PowerTarget,
    RampTarget,
    Repeat,
    Step,
    TimeDuration,
    Workout,
)

STEP = Step(duration=OpenDuration())


@pytest.mark.parametrize("value", [0, -5, math.nan, math.inf, True, "60"])
def test_a_length_that_is_no_finite_number_above_zero_is_refused(value: Any) -> None:
    with pytest.raises(SpecError, match="duration_s: expected a finite number above zero"):
        TimeDuration(duration_s=value)
    with pytest.raises(SpecError, match="distance_m"):
        DistanceDuration(distance_m=value)


def test_inverted_bands_are_refused() -> None:
    for make in (
        lambda: PaceTarget(slowest_mps=4, fastest_mps=3),
        lambda: HeartRateTarget(lowest_bpm=150, highest_bpm=140),
        lambda: CadenceTarget(lowest_spm=180, highest_spm=170),
        lambda: PowerTarget(lowest_w=300, highest_w=200),
    ):
        with pytest.raises(SpecError, match="in this order"):
            make()
    with pytest.raises(SpecError, match="zone"):
        HeartRateZoneTarget(zone=0)


def test_the_sides_of_a_named_band_are_fractions_and_come_in_pairs() -> None:
    with pytest.raises(SpecError, match="slower: expected a fraction"):
        NamedPaceTarget(name="easy", slower=-0.1, faster=0.1)
    with pytest.raises(SpecError, match="faster: expected a fraction such as"):
        NamedPaceTarget(name="easy", slower=0.1, faster=1.0)
    with pytest.raises(SpecError, match="both sides"):
        NamedPaceTarget(name="easy", slower=0.1)


def test_a_repeat_has_steps_and_exactly_one_end() -> None:
    with pytest.raises(SpecError, match="at least one step"):
        Repeat(steps=(), count=2)
    with pytest.raises(SpecError, match="either a count or another end"):
        Repeat(steps=(STEP,))
    with pytest.raises(SpecError, match="either a count or another end"):
        Repeat(steps=(STEP,), count=2, until=OtherDuration(type=7, value=1))
    with pytest.raises(SpecError, match="expected the end of a repeat"):
        Repeat(steps=(STEP,), until=OtherDuration(type=4, value=1))
    with pytest.raises(SpecError, match="expected the end of a step, got a repeat's"):
        Step(duration=OtherDuration(type=6, value=0))
    with pytest.raises(SpecError, match="a count of 1 or more, got 0"):
        Repeat(steps=(STEP,), count=0)


def test_nouns_are_frozen_hashable_and_equal_by_value() -> None:
    workout = Workout(name="W", steps=(Repeat(steps=(STEP,), count=2),))
    assert workout == Workout(name="W", steps=(Repeat(steps=(STEP,), count=2),))
    assert hash(workout) == hash(attrs.evolve(workout))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        workout.name = "X"  # type: ignore[misc]


def test_nested_repeats_unroll_in_the_order_in_which_a_watch_counts_them() -> None:
    messages = (
        STEP, STEP, STEP, RepeatMessage(first_index=1, count=3), STEP,
        RepeatMessage(first_index=0, count=1),
    )  # fmt: skip
    executions = unroll(CompiledWorkout(name="N", messages=messages))
    assert [execution.step_index for execution in executions] == [0, 1, 2, 1, 2, 1, 2, 4]
    assert executions[3].passes == (1, 2)


def test_a_hostile_repeat_count_is_refused_before_it_fills_the_memory() -> None:
    messages = (STEP, RepeatMessage(first_index=0, count=4_000_000_000))
    with pytest.raises(CompileError, match="at most 10000 executions"):
        unroll(CompiledWorkout(name="H", messages=messages))


@pytest.mark.parametrize("first", [-1, 1, 2])
def test_a_repeat_that_spans_no_whole_steps_is_refused(first: int) -> None:
    with pytest.raises(CompileError, match="message 1"):
        nest((STEP, RepeatMessage(first_index=first, count=2)))


def test_columns_of_unequal_length_make_no_track() -> None:
    with pytest.raises(ValueError, match=r"lengths \[1, 2\]"):
        Track.from_columns(np.zeros(2), distance_m=np.zeros(1))
    assert len(Track.from_columns(np.zeros(3))) == 3


@pytest.mark.parametrize("levels", [33, 5_000])
def test_a_workout_is_no_deeper_than_the_limit(levels: int) -> None:
    node: Step | Repeat = Step(duration=OpenDuration())
    for level in range(levels):
        assert level > 32 or Workout(name="W", steps=(node,)).steps == (node,)
        node = Repeat(steps=(node,), count=1)
    with pytest.raises(SpecError, match="at most 32 repeats around each other"):
        Workout(name="W", steps=(node,))


@pytest.mark.parametrize(
    "tolerances", [{"gps_fraction": 1.0}, {"duration_s": -1.0}, {"settling_s": math.inf}]
)
def test_tolerances_that_tolerate_everything_or_less_than_nothing_are_refused(
    tolerances: dict[str, float],
) -> None:
    with pytest.raises(ValueError, match="expected a"):
        Tolerances(**tolerances)


def test_only_what_was_measurably_not_done_is_a_miss() -> None:
    assert [v.value for v in Verdict if not v.is_miss] == [
        "met",
        "not_measurable",
        "done_unmeasured",
    ]


ERRORS = [
    SpecError([Problem("bad", path="a", line=1, column=2), Problem("worse")], "x.yaml"),
    CompileError("no"),
    EncodeError("no"),
    AlignmentError("no"),
    OutputError("no"),
    DecodeError("cut", offset=7, expected="two bytes", got="one", source="x.fit"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_has_the_one_base_and_survives_pickling(error: BackrunFitError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, BackrunFitError)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_errors_say_what_was_expected_what_was_got_and_where() -> None:
    assert str(ERRORS[5]) == "x.fit: cut: expected two bytes, got one (at byte 7)"
    assert str(ERRORS[0]) == "x.yaml: a (line 1, column 2): bad\nworse"
    assert str(DecodeError("cut", got="nothing")) == "cut: got nothing"
    assert str(Problem("bad", line=3)) == "line 3: bad"
    assert str(Problem("bad").under("rules[0]").under("spec")) == "spec.rules[0]: bad"
    assert str(Problem("bad", path="[0]").under("rules")) == "rules[0]: bad"
    assert SpecError("bad").under("run").problems == (Problem("bad", path="run"),)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        (PaceTarget, "slowest_mps", "fastest_mps"),
        (HeartRateTarget, "lowest_bpm", "highest_bpm"),
        (CadenceTarget, "lowest_spm", "highest_spm"),
        (PowerTarget, "lowest_w", "highest_w"),
    ],
)
def test_a_band_has_at_least_one_limit(kind: Any, low: str, high: str) -> None:
    assert getattr(kind(**{low: 0, high: 3}), low) == 0
    assert getattr(kind(**{low: 3, high: math.inf}), high) == math.inf
    for lowest, highest in ((0, math.inf), (0, 0), (math.inf, math.inf), (-1, 3), (True, 3)):
        with pytest.raises(SpecError):
            kind(**{low: lowest, high: highest})


def test_a_ramp_begins_and_ends_at_a_band_with_an_upper_limit() -> None:
    end = HeartRateTarget(lowest_bpm=140, highest_bpm=math.inf)
    with pytest.raises(SpecError, match="a target with a value to ramp from or to"):
        RampTarget(start=HeartRateTarget(lowest_bpm=120, highest_bpm=130), end=end)
