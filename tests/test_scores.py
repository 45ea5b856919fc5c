"""Claims about scores: no error raises one, and nothing outside the plan changes one."""

from __future__ import annotations

import itertools
import math
from collections.abc import Container, Sequence
from random import Random

import attrs
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backrun_fit.activity import Activity
from backrun_fit.amounts import planned_metres
from backrun_fit.athlete import Athlete
from backrun_fit.compile import compile_workout
from backrun_fit.compiled import CompiledWorkout, unroll
from backrun_fit.compliance import check
from backrun_fit.compliance.scores import roles_of
from backrun_fit.notation import parse_workout
from backrun_fit.rehearsal import Runner, Watch, parse_fault, rehearse
from backrun_fit.report import Report
from backrun_fit.rules import AfterEachMile
from backrun_fit.workout import (
    CadenceTarget,
    HeartRateTarget,
    Intensity,
    Movement,
    OpenTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    Step,
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


def figures(activity: Activity) -> list[float | None]:
    """Session, work and backward; None for what there is not, or is withheld."""
    report = check(activity)
    backward = report.backward.score if report.backward else None
    return [report.score, report.work_score, backward]


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
        figures(
            run(workout, [*errors[:at], attrs.evolve(errors[at], **{kind: off}), *errors[at + 1 :]])
        )
        for off in (0.0, share * size, size)
    ]
    for of_one in zip(*scores, strict=True):
        known = [figure for figure in of_one if figure is not None]
        for less, more in itertools.pairwise(known):  # sums round
            assert less >= more - 1e-9
        assert all(0 <= figure <= 100 for figure in known)


@given(PLANS)
@settings(max_examples=20)
def test_a_run_as_asked_scores_exactly_one_hundred(workout: CompiledWorkout) -> None:
    report = check(run(workout, [Error()] * len(workout.messages)))
    assert report.score == 100.0
    assert report.work_score in (100.0, None)


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


# Roles.

FAST = PaceTarget(slowest_mps=4.0, fastest_mps=4.2)
SLOW = PaceTarget(slowest_mps=2.8, fastest_mps=3.1)


def paced(target: Target, lasting_s: int = 300, intensity: Intensity | None = None) -> Step:
    return timed(lasting_s, target, intensity)


def test_a_jog_that_the_plan_calls_active_supports_the_work() -> None:
    plan_ = [paced(each, intensity=Intensity.ACTIVE) for each in (SLOW, FAST, OpenTarget(), FAST)]
    assert roles_of(plan_) == ["support", "work", "support", "work"]


def test_a_little_easier_is_work_as_well() -> None:
    almost = PaceTarget(slowest_mps=3.4, fastest_mps=3.5)
    assert roles_of([paced(FAST), paced(almost)]) == ["work", "work"]


def test_some_strides_do_not_make_a_long_run_support() -> None:
    strides = [paced(FAST, 20)] * 6
    assert roles_of([paced(SLOW, 3600), *strides]) == ["work"] * 7


@pytest.mark.parametrize(
    ("hard", "easy"),
    [
        (
            HeartRateTarget(lowest_bpm=165, highest_bpm=175),
            HeartRateTarget(lowest_bpm=110, highest_bpm=130),
        ),
        (PowerTarget(lowest_w=300, highest_w=320), PowerTarget(lowest_w=150, highest_w=200)),
        (
            PaceTarget(slowest_mps=4.0, fastest_mps=math.inf),
            PaceTarget(slowest_mps=0.0, fastest_mps=3.0),
        ),
    ],
)
def test_targets_are_compared_with_those_of_their_kind(hard: Target, easy: Target) -> None:
    assert roles_of([paced(easy), paced(hard), paced(easy)]) == ["support", "work", "support"]
    zone = PaceZoneTarget(zone=1)
    assert roles_of([paced(easy), paced(zone)]) == ["work", "work"]


@given(st.lists(STEPS, max_size=6))
def test_roles_of_stated_intensity_and_of_backward_steps_are_as_stated(steps: list[Step]) -> None:
    for step, role in zip(steps, roles_of(steps), strict=True):
        if step.movement.is_backward:
            assert role == "backward"
        elif step.intensity in (Intensity.WARMUP, Intensity.RECOVERY):
            assert role == "support"
        else:
            assert role != "backward"


@given(PLANS, st.data())
@settings(max_examples=30)
def test_the_weights_of_what_was_measured_sum_to_one(
    workout: CompiledWorkout, data: st.DataObject
) -> None:
    count = len(workout.messages)
    report = check(run(workout, data.draw(st.lists(ERRORS, min_size=count, max_size=count))))
    assert math.fsum(each.weight for each in report.results) == pytest.approx(1.0)
    lost = math.fsum(each.weight * (1.0 - (each.quality or 0.0)) for each in report.results)
    assert report.score == pytest.approx(100.0 * (1.0 - lost))


# Sessions of a runner whose marathon pace is 8:00/mi.

ATHLETE = Athlete(marathon_pace="8:00/mi")
TEMPO, REPEATS, LONG = (
    "10km @ marathon",
    "2mi @ easy, 10 x (200m @ 5k + 200m @ easy), 1mi @ easy",
    "8mi",
)


def compiled(line: str) -> CompiledWorkout:
    workout = parse_workout(line)
    if line == LONG:
        workout = AfterEachMile().apply(parse_workout("8mi @ easy"))
    return compile_workout(workout, ATHLETE)


def run_with(
    workout: CompiledWorkout, *, slower: float = 0.0, skipped: Container[str] = ()
) -> Report:
    """In the middle of every band; work steps so much slower, and some roles left out."""
    pieces = []
    executions = unroll(workout)
    roles = roles_of([execution.step for execution in executions])
    for execution, role in zip(executions, roles, strict=True):
        step = execution.step
        assert isinstance(step.target, PaceTarget)
        speed_mps = (step.target.slowest_mps + step.target.fastest_mps) / 2
        if role != "support":
            speed_mps *= 1.0 - slower
        if role in skipped:
            continue
        pieces.append(
            Piece(
                timer_s=max(1, round(planned_metres(step) / speed_mps)),
                speed_mps=speed_mps,
                step_index=execution.step_index,
            )
        )
    return check(record(pieces, workout))


@pytest.mark.parametrize("error", [0.02, 0.05, 0.08, 0.10, 0.12, 0.15, 0.20, 0.30])
def test_the_same_error_in_all_work_counts_alike_in_long_and_short_steps(error: float) -> None:
    scores = [run_with(compiled(line), slower=error).work_score for line in (TEMPO, REPEATS, LONG)]
    assert max(filter(None, scores)) - min(filter(None, scores)) <= 10.0


@pytest.mark.parametrize("line", [TEMPO, REPEATS, LONG])
def test_all_work_a_fifth_too_slow_is_little_work_and_no_session(line: str) -> None:
    report = run_with(compiled(line), slower=0.2)
    assert report.work_score is not None
    assert report.score is not None
    assert report.work_score <= 30.0
    assert report.score <= 50.0


@pytest.mark.parametrize("line", [TEMPO, REPEATS, LONG])
def test_all_work_skipped_is_no_work(line: str) -> None:
    workout = compiled(line)
    if line != REPEATS:  # a recording must hold something
        warm_up = timed(600, PaceTarget(slowest_mps=2.6, fastest_mps=2.9), Intensity.WARMUP)
        # Behind the others, so that repeats point to the same messages.
        workout = attrs.evolve(workout, messages=(*workout.messages, warm_up))
    executions = unroll(workout)
    roles = roles_of([execution.step for execution in executions])
    skipped = [
        parse_fault(f"skip:{execution.number}")
        for execution, role in zip(executions, roles, strict=True)
        if role != "support"
    ]
    activity = rehearse(
        workout, runner=STEADY, watch=EXACT, seed=1, started_at=START, faults=skipped
    ).activity
    report = check(activity)
    assert report.work_score == 0.0
    assert report.score is not None
    assert report.score <= 25.0
    if line == LONG:
        assert report.backward is not None
        assert (report.backward.score, report.backward.done_count) == (0.0, 0)


def test_all_backward_parts_skipped_cost_the_session_more_than_a_quarter() -> None:
    report = run_with(compiled(LONG), skipped=("backward",))
    assert report.backward is not None
    assert (report.backward.score, report.backward.done_count, report.backward.done) == (0, 0, 0)
    assert report.score is not None
    assert report.score <= 75.0


def test_where_no_target_of_the_work_was_measured_there_is_no_work_score() -> None:
    workout = plan(timed(300, _TARGETS[2]), timed(300, _TARGETS[2]))
    whole = run(workout, [Error(), Error()])
    nothing = np.full(len(whole.track), np.nan)
    bare = attrs.evolve(whole, track=attrs.evolve(whole.track, heart_rate_bpm=nothing))
    measured, unmeasured = check(whole), check(bare)
    assert (measured.work_score, measured.score_basis) == (100.0, "targets")
    assert (unmeasured.work_score, unmeasured.score_basis) == (None, "length")
    assert unmeasured.score == 100.0


def test_where_some_were_measured_the_work_score_rests_on_these() -> None:
    workout = plan(timed(300, _TARGETS[1]), timed(300, _TARGETS[2]))
    whole = run(workout, [Error(faster_fraction=-0.3), Error()])
    nothing = np.full(len(whole.track), np.nan)
    bare = check(attrs.evolve(whole, track=attrs.evolve(whole.track, heart_rate_bpm=nothing)))
    assert bare.score_basis == "some targets"
    assert bare.work_score is not None
    assert bare.score is not None
    assert bare.work_score < 10.0 < bare.score


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
