"""Claims about the score: no error raises it, and nothing outside the plan changes it."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backrun_fit.activity import Activity
from backrun_fit.compiled import CompiledWorkout, unroll
from backrun_fit.compliance import check
from backrun_fit.rehearsal import Runner, Watch, parse_fault, rehearse
from backrun_fit.workout import (
    CadenceTarget,
    HeartRateTarget,
    Intensity,
    Movement,
    OpenTarget,
    PaceTarget,
    Target,
    TimeDuration,
)
from tests.activities import Piece, plan, record, split, timed
from tests.rehearsals import EXACT, START, STEADY, ordinary_plan, runners

_TARGETS: list[Target] = [
    OpenTarget(),
    PaceTarget(slowest_mps=2.9, fastest_mps=3.1),
    HeartRateTarget(lowest_bpm=140.0, highest_bpm=150.0),
    CadenceTarget(lowest_spm=160.0, highest_spm=170.0),
]
STEPS = st.builds(
    timed,
    st.integers(130, 400),
    st.sampled_from(_TARGETS),
    st.sampled_from([None, *Intensity]),
    st.sampled_from([Movement.RUN, Movement.BACKWARD_RUN]),
)
PLANS = st.lists(STEPS, min_size=1, max_size=4).map(lambda steps: plan(*steps))


@attrs.frozen(kw_only=True)
class Error:
    """How far one execution is off what `as_asked` makes of it; nothing by default."""

    longer_fraction: float = 0.0
    faster_fraction: float = 0.0
    more_bpm: float = 0.0
    more_spm: float = 0.0

    def in_piece(self, piece: Piece) -> Piece:
        return attrs.evolve(
            piece,
            timer_s=max(1, round(piece.timer_s * (1 + self.longer_fraction))),
            speed_mps=piece.speed_mps * (1 + self.faster_fraction),
            heart_rate_bpm=piece.heart_rate_bpm + self.more_bpm,
            cadence_spm=piece.cadence_spm + self.more_spm,
        )


_FRACTIONS = st.floats(-0.9, 0.9)
_KINDS = {
    "longer_fraction": _FRACTIONS,
    "faster_fraction": _FRACTIONS,
    "more_bpm": st.floats(-60, 60),
    "more_spm": st.floats(-60, 60),
}
ERRORS = st.builds(Error, **_KINDS)


def as_asked(workout: CompiledWorkout) -> list[Piece]:
    """Each timed execution in the middle of every target there is."""
    return [
        Piece(
            timer_s=round(execution.step.duration.duration_s),
            speed_mps=3.0,
            heart_rate_bpm=145.0,
            cadence_spm=165.0,
            step_index=execution.step_index,
        )
        for execution in unroll(workout)
        if isinstance(execution.step.duration, TimeDuration)
    ]


def run(workout: CompiledWorkout, errors: Sequence[Error]) -> Activity:
    pieces = zip(errors, as_asked(workout), strict=True)
    return record([error.in_piece(piece) for error, piece in pieces], workout)


def scored(activity: Activity) -> float:
    found = check(activity).score
    assert found is not None
    return found


@given(st.data())
@settings(max_examples=60)
def test_no_error_raises_the_score_whatever_else_is_off(data: st.DataObject) -> None:
    workout = data.draw(PLANS)
    errors = data.draw(
        st.lists(ERRORS, min_size=len(workout.messages), max_size=len(workout.messages))
    )
    at = data.draw(st.integers(0, len(errors) - 1))
    kind = data.draw(st.sampled_from(sorted(_KINDS)))
    size = data.draw(_KINDS[kind])
    share = data.draw(st.floats(0, 1))
    scores = [
        scored(
            run(workout, [*errors[:at], attrs.evolve(errors[at], **{kind: off}), *errors[at + 1 :]])
        )
        for off in (0.0, share * size, size)
    ]
    assert 100 >= scores[0] >= scores[1] - 1e-9 >= scores[2] - 2e-9 >= -3e-9


@given(PLANS)
@settings(max_examples=20)
def test_a_run_as_asked_scores_exactly_one_hundred(workout: CompiledWorkout) -> None:
    assert scored(run(workout, [Error()] * len(workout.messages))) == 100.0


@given(st.data())
@settings(max_examples=40)
def test_a_large_error_lowers_the_score(data: st.DataObject) -> None:
    steps = data.draw(st.lists(STEPS, min_size=1, max_size=4))
    at = data.draw(st.integers(0, len(steps) - 1))
    asked = [Error()] * len(steps)
    half = [*asked[:at], Error(longer_fraction=-0.5), *asked[at + 1 :]]
    assert scored(run(plan(*steps), half)) < 100.0


@given(st.data())
@settings(max_examples=40)
def test_laps_cut_by_autolap_do_not_change_the_score(data: st.DataObject) -> None:
    workout = data.draw(PLANS)
    count = len(workout.messages)
    whole = run(workout, data.draw(st.lists(ERRORS, min_size=count, max_size=count)))
    cut = whole
    for _ in range(data.draw(st.integers(1, 4))):
        lap = data.draw(st.integers(0, len(cut.laps) - 1))
        lasting_s = cut.laps[lap].timer_s
        assume(lasting_s >= 20)
        cut = split(cut, lap, data.draw(st.integers(10, int(lasting_s) - 10)))
    before, after = check(whole), check(cut)
    assert after.score == pytest.approx(before.score, abs=1e-9)
    assert [r.verdict for r in after.results] == [r.verdict for r in before.results]


@given(st.data())
@settings(max_examples=40)
def test_running_on_after_the_end_does_not_change_the_score(data: st.DataObject) -> None:
    workout = data.draw(PLANS)
    count = len(workout.messages)
    errors = data.draw(st.lists(ERRORS, min_size=count, max_size=count))
    done = run(workout, errors)
    more = [
        Piece(timer_s=timer_s, speed_mps=speed_mps, heart_rate_bpm=170.0, trigger="manual")
        for timer_s, speed_mps in data.draw(
            st.lists(st.tuples(st.integers(1, 900), st.floats(0.5, 6.0)), min_size=1, max_size=3)
        )
    ]
    pieces = zip(errors, as_asked(workout), strict=True)
    further = record([*(error.in_piece(piece) for error, piece in pieces), *more], workout)
    assert scored(further) == pytest.approx(scored(done), abs=1e-9)  # sums round


# The same of rehearsals: a virtual runner with lags, a virtual watch with laps of its own.

_SEEDS = range(6)


@pytest.mark.parametrize(
    "faults",
    [
        ("short:{}:0.9", "short:{}:0.7", "short:{}:0.4", "skip:{}"),
        ("long:{}:0.1", "long:{}:0.3", "long:{}:0.6"),
        ("fast:{}:0.1", "fast:{}:0.3", "fast:{}:0.6"),
        ("slow:{}:0.1", "slow:{}:0.3", "slow:{}:0.6"),
    ],
    ids=["short", "long", "fast", "slow"],
)
def test_in_rehearsals_a_larger_fault_never_scores_more(faults: tuple[str, ...]) -> None:
    lowered = 0
    for seed in _SEEDS:
        random = Random(seed)
        workout = ordinary_plan(random)
        number = random.randint(1, len(unroll(workout)))
        scores = [
            scored(
                rehearse(
                    workout,
                    runner=STEADY,
                    watch=EXACT,
                    seed=seed,
                    started_at=START,
                    faults=[parse_fault(fault.format(number))] if fault else [],
                ).activity
            )
            for fault in ("", *faults)
        ]
        assert scores == sorted(scores, reverse=True), (seed, number)
        lowered += scores[-1] < scores[0]
    assert lowered


@given(st.integers(0, 2**32), runners(), st.sampled_from([400.0, 1000.0, 1609.344]))
@settings(max_examples=15)
def test_the_watchs_own_laps_do_not_change_the_score(
    seed: int, runner: Runner, autolap_m: float
) -> None:
    workout = ordinary_plan(Random(seed))
    with_laps, without = (
        scored(
            rehearse(
                workout, runner=runner, watch=Watch(autolap_m=every_m), seed=seed, started_at=START
            ).activity
        )
        for every_m in (autolap_m, None)
    )
    # Laps are kept to the centimetre and the millisecond.
    assert with_laps == pytest.approx(without, abs=0.01)
