"""What today's checker makes of rehearsals whose truth is known."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backrun_fit.compiled import CompiledWorkout, unroll
from backrun_fit.compliance.check import check
from backrun_fit.fit.activity_reader import read_activities, read_activity
from backrun_fit.rehearsal import Runner, Watch, encode_rehearsal, rehearse
from backrun_fit.report import Verdict
from backrun_fit.workout import PaceTarget
from tests.rehearsals import (
    EXACT,
    SEEDS,
    START,
    STEADY,
    faults,
    ordinary_plan,
    plans,
    quirks,
    runners,
    watches,
)

PERFECT = 2000


@given(plans(), runners(), watches(), SEEDS, quirks(), st.data())
@settings(max_examples=60)
def test_whatever_goes_wrong_the_file_is_read_and_checked(
    workout: CompiledWorkout,
    runner: Runner,
    watch: Watch,
    seed: int,
    quirk: list[str],
    data: st.DataObject,
) -> None:
    rehearsal = rehearse(
        workout,
        runner=runner,
        watch=watch,
        seed=seed,
        started_at=START,
        faults=data.draw(faults(len(unroll(workout)))),
        quirks=quirk,
    )
    written = encode_rehearsal(rehearsal)
    (activity,) = read_activities(written, on_error="salvage")
    assert len(check(activity, workout).results) == len(unroll(workout))


@pytest.mark.slow
def test_two_thousand_perfect_rehearsals_of_a_steady_runner_are_met() -> None:
    for seed in range(PERFECT):
        workout = ordinary_plan(Random(seed))
        rehearsal = rehearse(workout, runner=STEADY, watch=EXACT, seed=seed, started_at=START)
        report = check(read_activity(encode_rehearsal(rehearsal)))
        assert not [result for result in report.results if result.verdict.is_miss], seed
        spans = [(one.start_at, one.end_at) for one in rehearsal.truth.executions]
        found = [(result.start_at, result.end_at) for result in report.results]
        assert len(found) == len(spans), seed
        for (start, end), (found_start, found_end) in zip(spans, found, strict=True):
            assert found_start is not None
            assert found_end is not None
            assert abs((found_start - start).total_seconds()) <= 1.0, seed
            assert abs((found_end - end).total_seconds()) <= 1.0, seed


@pytest.mark.slow
def test_in_two_thousand_perfect_rehearsals_of_people_hardly_a_step_is_missed() -> None:
    executions = misses = 0
    for seed in range(PERFECT):
        random = Random(seed)
        workout = ordinary_plan(random)
        watch = Watch(
            smart_recording=random.random() < 0.5, autolap_m=random.choice((None, 1000.0))
        )
        rehearsal = rehearse(
            workout, runner=Runner.drawn(seed), watch=watch, seed=seed, started_at=START
        )
        for result in check(rehearsal.activity).results:
            executions += 1
            if result.verdict.is_miss:
                misses += 1
                assert result.verdict in (Verdict.FAST, Verdict.SLOW), seed
                assert isinstance(result.planned.step.target, PaceTarget), seed
    assert misses <= 0.005 * executions
