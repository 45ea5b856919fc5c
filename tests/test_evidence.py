"""Claims about the evidence of running backward: a contrast within the run, never proof."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.activity import Activity
from backrun_fit.athlete.calibration import BackwardCalibration
from backrun_fit.compiled import CompiledWorkout, RepeatMessage
from backrun_fit.compliance import check
from backrun_fit.compliance.cadence_contrast import Bout, Samples, Slope, pool
from backrun_fit.compliance.evidence import (
    CAVEAT,
    EXPECTED_EFFECT,
    EXPECTED_SPREAD,
    FORWARD_SPREAD,
    gather_evidence,
    log_likelihood_ratio,
)
from backrun_fit.compliance.timeline import Recording
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.rehearsal import parse_fault, rehearse
from backrun_fit.report import Evidence
from backrun_fit.workout import Movement, PaceTarget, Step, TimeDuration
from tests.activities import Piece, plan, record, repeat, timed
from tests.rehearsals import EXACT, START, STEADY

FORWARD_SPM = 160.0
OWN = BackwardCalibration(
    on=date(2026, 3, 1),
    bouts=6,
    cadence_effect=0.06,
    cadence_effect_spread=0.018,
    cadence_effect_uncertainty=0.008,
    speed_mps=2.5,
    speed_uncertainty_mps=0.03,
)


def session(
    repeats: int,
    effect: float,
    *,
    back_s: int = 60,
    forward_mps: float = 3.0,
    back_mps: float = 3.0,
    movement: Movement = Movement.BACKWARD_RUN,
    spm: float = FORWARD_SPM,
) -> Activity:
    """Forward and backward in turn, the backward cadence so much higher at like speed."""
    workout = plan(timed(300), timed(back_s, movement=movement), repeat(0, repeats))
    like = spm + 7.8 * (back_mps - forward_mps)
    forward = Piece(
        timer_s=300,
        speed_mps=forward_mps,
        cadence_spm=spm,
        heart_rate_bpm=150,
        step_index=0,
    )
    back = Piece(
        timer_s=back_s,
        speed_mps=back_mps,
        cadence_spm=like * (1 + effect),
        heart_rate_bpm=160,
        step_index=1,
    )
    return record([forward, back] * repeats, workout)


def run_of_slope(slope: float, speeds: Sequence[float] = (2.8, 3.2, 3.6, 4.0)) -> Activity:
    """Forward at several speeds along a line, backward at +10 % half a metre a second slower."""
    messages, pieces = [], []
    for place, speed in enumerate([*speeds, *speeds]):
        back = Piece(timer_s=60, speed_mps=speed - 0.5, step_index=2 * place + 1)
        ahead = Piece(timer_s=120, speed_mps=speed, step_index=2 * place)
        messages += [timed(120), timed(60, movement=Movement.BACKWARD_RUN)]
        pieces += [
            attrs.evolve(ahead, cadence_spm=165 + slope * (speed - 3)),
            attrs.evolve(back, cadence_spm=1.1 * (165 + slope * (speed - 3.5))),
        ]
    return record(pieces, plan(*messages))


def bout(effect: float, seconds: float, shared: float) -> Bout:
    back, ahead = (
        Samples(np.array([3.0]), np.array([160.0]), np.array([length]), np.array([0]))
        for length in (seconds, 600.0)
    )
    made = Bout.against(ahead, Slope(8.0, 3.0), back, number=1)
    return attrs.evolve(made, effect=effect, slope_error=shared)


def evidence(activity: Activity) -> Evidence:
    return check(activity).evidence


@pytest.mark.parametrize(
    ("repeats", "effect", "label"),
    [
        (4, 0.11, "consistent"),
        (4, 0.25, "consistent"),
        (2, 0.11, "consistent"),
        (1, 0.11, "cannot_tell"),
        (4, 0.07, "consistent"),
        (4, 0.035, "cannot_tell"),
        (4, 0.01, "inconsistent"),
        (4, -0.05, "inconsistent"),
        (1, -0.05, "cannot_tell"),
    ],
)
def test_the_label_follows_the_ratio_and_one_bout_never_decides(
    repeats: int, effect: float, label: str
) -> None:
    found = evidence(session(repeats, effect))
    assert found.label == label
    assert found.executions == repeats == len(found.effects)
    assert found.cadence_effect == pytest.approx(effect, abs=1e-3)
    assert found.step_length_effect == pytest.approx(1 / (1 + effect) - 1, abs=1e-3)
    assert (found.expected_effect, found.expected_spread) == (EXPECTED_EFFECT, EXPECTED_SPREAD)
    assert found.calibration is None


def test_a_calibration_takes_the_place_of_what_is_assumed() -> None:
    plain, calibrated = (check(session(4, 0.042), calibration=each) for each in (None, OWN))
    assert plain.evidence.label == "cannot_tell"
    assert calibrated.evidence.label == "consistent"
    assert calibrated.evidence.expected_effect == OWN.cadence_effect
    assert calibrated.evidence.expected_spread == pytest.approx(0.0128, abs=1e-4)
    assert calibrated.evidence.calibration == "calibrated on 2026-03-01, 6 bouts"
    assert calibrated.evidence.caveat.startswith("Calibrated on 2026-03-01, 6 bouts. A watch")
    assert check(session(4, 0.0), calibration=OWN).evidence.label == "inconsistent"


def test_at_another_speed_cadence_is_corrected_before_it_is_compared() -> None:
    found = evidence(session(4, 0.1, forward_mps=3.6, back_mps=2.6))
    assert found.cadence_effect == pytest.approx(0.1, abs=1e-3)


def test_far_from_any_forward_running_the_uncertainty_is_larger_and_then_nothing_is_said() -> None:
    errors = [
        evidence(session(4, 0.1, forward_mps=forward, back_mps=2.2)).uncertainty
        for forward in (2.2, 2.8, 3.4, 4.0)
    ]
    assert errors == sorted(errors, key=lambda error: error or 0)
    assert (errors[-1] or 0) > 3 * (errors[0] or 0)
    assert evidence(session(4, 0.1, forward_mps=5.5, back_mps=2.2, spm=185.0)).executions == 0


def test_above_the_speeds_of_the_day_the_line_is_trusted_less_than_below_them() -> None:
    below, above = (
        evidence(session(4, 0.1, forward_mps=3.0, back_mps=speed)).uncertainty
        for speed in (2.2, 3.8)
    )
    assert below is not None
    assert above is not None
    assert above > below


@pytest.mark.parametrize("slope", [0.0, 8.0, 16.0])
def test_the_slope_is_the_runs_own_where_its_speeds_show_it(slope: float) -> None:
    found = evidence(run_of_slope(slope))
    assert found.cadence_slope_spm_per_mps == pytest.approx(slope, abs=1.0)
    assert found.cadence_slope_uncertainty is not None
    assert found.cadence_slope_uncertainty < 2.0
    assert found.cadence_effect == pytest.approx(0.1, abs=0.005)


@pytest.mark.parametrize("slope", [0.0, 8.0, 16.0])
def test_without_a_range_of_speeds_the_slope_is_that_of_other_runners(slope: float) -> None:
    found = evidence(run_of_slope(slope, speeds=(3.0, 3.2)))
    assert found.cadence_slope_spm_per_mps == 7.8
    assert found.cadence_slope_uncertainty == 5.9


def test_a_slope_that_drifts_through_the_run_is_known_less_well() -> None:
    apart = np.repeat(np.linspace(2.5, 3.5, 40), 30)
    windows = np.arange(1200) // 30
    errors = [
        Slope.of(
            Samples(apart, 160 + 8 * apart + wave[windows], np.ones(1200), windows)
        ).uncertainty
        for wave in (4.0 * (-1.0) ** np.arange(40), 4.0 * np.sin(np.arange(40) / 3))
    ]
    assert errors[1] > 1.3 * errors[0]


def test_walking_backward_is_compared_with_walking_forward_at_like_speed_only() -> None:
    walk: dict[str, Any] = {"movement": Movement.BACKWARD_WALK, "forward_mps": 1.3, "spm": 110.0}
    same = evidence(session(4, 0.1, back_mps=1.3, **walk))
    assert same.executions == 4
    assert same.cadence_effect == pytest.approx(0.1, abs=1e-3)
    assert evidence(session(4, 0.1, back_mps=1.9, **walk)).executions == 0
    # Nor with running, nor where the backward walk was run.
    assert evidence(session(4, -0.3, movement=Movement.BACKWARD_WALK)).executions == 0
    assert evidence(session(4, 0.1, movement=Movement.BACKWARD_WALK)).executions == 0


def test_walking_backward_takes_more_steps_than_walking_and_is_still_no_running() -> None:
    assert evidence(session(4, 146 / 160 - 1)).executions == 0
    assert evidence(session(4, 150 / 160 - 1)).executions == 4


def test_running_is_never_compared_with_walking() -> None:
    walked: dict[str, Any] = {"forward_mps": 1.3, "spm": 110.0}
    assert evidence(session(4, 0.5, back_mps=1.3, **walked)).effects == ()


def test_a_runner_of_few_steps_is_no_walker() -> None:
    assert evidence(session(4, 0.11, spm=140.0)).label == "consistent"


def test_ten_bouts_of_fifteen_seconds_say_something_together_and_one_does_not() -> None:
    ten, one = (evidence(session(repeats, 0.11, back_s=15)) for repeats in (10, 1))
    assert (ten.label, one.label) == ("consistent", "cannot_tell")
    assert (one.uncertainty or 0) > 1.8 * (ten.uncertainty or 0) > 0
    assert evidence(session(10, 0.11, back_s=9)).executions == 0


@given(
    effects=st.lists(st.floats(-0.1, 0.3), min_size=1, max_size=12),
    seconds=st.floats(2.0, 300.0),
    shared=st.floats(0.0, 0.1),
)
def test_more_bouts_never_make_the_pool_less_sure_nor_surer_than_what_they_share(
    effects: list[float], seconds: float, shared: float
) -> None:
    bouts = [bout(effect, seconds, shared) for effect in effects]
    mean, error = pool(bouts)
    assert min(effects) - 1e-9 <= mean <= max(effects) + 1e-9
    assert pool([*bouts, bouts[0]])[1] < error
    assert error > shared
    assert pool(bouts[::-1]) == pytest.approx((mean, error))


@given(
    low=st.floats(-0.5, 0.5),
    more=st.floats(0.0, 0.5),
    error=st.floats(1e-4, 0.1),
    expected=st.floats(0.01, 0.2),
    spread=st.floats(0.0, 0.1),
)
def test_more_cadence_never_speaks_less_for_running_backward(
    low: float, more: float, error: float, expected: float, spread: float
) -> None:
    less = log_likelihood_ratio(low, error, expected, spread)
    assert log_likelihood_ratio(low + more, error, expected, spread) >= less - 1e-9
    assert math.isfinite(less)


def test_equal_spreads_are_weighed_too_and_a_negative_effect_the_other_way_round() -> None:
    assert log_likelihood_ratio(0.05, 0.0, 0.05, FORWARD_SPREAD) == pytest.approx(7.4, abs=0.1)
    assert log_likelihood_ratio(-0.05, 0.01, -0.05, 0.02) > 0
    assert log_likelihood_ratio(0.5, 0.01, -0.05, 0.02) < 0


@pytest.mark.parametrize("factor", [0.97, 1.04])
def test_a_scale_of_all_cadences_changes_next_to_nothing(factor: float) -> None:
    activity = session(4, 0.09)
    track = activity.track
    scaled = attrs.evolve(track, cadence_spm=track.cadence_spm * factor)
    one, other = evidence(activity), evidence(attrs.evolve(activity, track=scaled))
    assert one.cadence_effect == pytest.approx(other.cadence_effect, rel=1e-6)
    assert one.label == other.label


def test_results_in_any_order_give_the_same_evidence() -> None:
    activity = run_of_slope(9.0)
    results = list(check(activity).results)
    recording = Recording.of(activity)
    plain = gather_evidence(recording, results)
    Random(3).shuffle(results)
    shuffled = gather_evidence(recording, results)
    assert shuffled.label == plain.label
    assert shuffled.cadence_effect == pytest.approx(plain.cadence_effect, abs=0.003)
    assert {each.number for each in shuffled.effects} == {each.number for each in plain.effects}


def test_without_cadence_there_is_no_evidence() -> None:
    activity = session(4, 0.1)
    silent = attrs.evolve(activity.track, cadence_spm=np.full(len(activity.track), np.nan))
    assert evidence(attrs.evolve(activity, track=silent)).label == "cannot_tell"


def test_a_plan_without_backward_steps_needs_no_evidence() -> None:
    assert evidence(session(4, 0.1, movement=Movement.RUN)).label == "not_applicable"


def test_backward_steps_never_done_need_no_evidence() -> None:
    activity = session(4, 0.1)
    forward = tuple(lap for lap in activity.laps if lap.step_index == 0)
    assert evidence(attrs.evolve(activity, laps=forward)).label == "not_applicable"


@pytest.mark.parametrize("effect", [0.11, 0.0])
def test_every_label_is_uncalibrated_and_none_says_verified(effect: float) -> None:
    found = evidence(session(4, effect))
    assert found.caveat == CAVEAT
    assert found.caveat.startswith("Uncalibrated")
    words = " ".join((found.label, found.caveat, *found.observations)).lower()
    assert "verified" not in words
    assert "proof" not in words


def test_heart_rate_and_turnover_are_told_beside_the_articles_claims() -> None:
    heart_rate, turnover = evidence(session(4, 0.1)).observations
    assert heart_rate == (
        "heart rate 160 bpm at the end of the backward parts, 150 in the forward parts before "
        "them (+10; the article says it stays high)"
    )
    assert turnover == (
        "turnover 176 steps/min over the backward parts, 160 in the forward parts before "
        "them (+16; the article says it slows)"
    )


def with_recoveries_called_backward(workout: CompiledWorkout) -> CompiledWorkout | None:
    """The workout with the last step of every repeat of two or more declared backward."""
    messages: list[Step | RepeatMessage] = list(workout.messages)
    for place, message in enumerate(workout.messages):
        last = messages[place - 1]
        repeated = isinstance(message, RepeatMessage) and place - message.first_index >= 2
        if repeated and isinstance(last, Step):
            messages[place - 1] = attrs.evolve(last, movement=Movement.BACKWARD_RUN)
    changed = attrs.evolve(workout, messages=tuple(messages))
    return None if changed == workout else changed


def labels(runs: Sequence[Activity]) -> list[str]:
    found: list[str] = []
    for run in runs:
        declared = run.workout and with_recoveries_called_backward(run.workout)
        if declared:
            found.append(check(attrs.evolve(run, workout=declared)).evidence.label)
    return found


def test_real_forward_runs_declared_backward_are_not_called_so(corpus: Path) -> None:
    names = json.loads((corpus / "truth.json").read_text())
    found = labels([read_activity(corpus / "structured" / name) for name in names])
    assert len(found) > 40
    assert "consistent" not in found
    # The others walked their recoveries, which says nothing.
    assert found.count("inconsistent") > len(found) / 2


def test_backward_steps_that_were_walked_are_no_evidence_at_all() -> None:
    workout = CompiledWorkout(
        name="Plan",
        messages=(
            Step(duration=TimeDuration(duration_s=300.0)),
            Step(duration=TimeDuration(duration_s=60.0), movement=Movement.BACKWARD_RUN),
            RepeatMessage(first_index=0, count=4),
        ),
    )
    faults = [parse_fault(f"walk:{number}") for number in (2, 4, 6, 8)]
    for chosen, label in ((faults, "cannot_tell"), ([], "consistent")):
        rehearsal = rehearse(workout, runner=STEADY, watch=EXACT, started_at=START, faults=chosen)
        assert check(rehearsal.activity).evidence.label == label


def test_walked_forward_parts_are_no_baseline_for_running_backward() -> None:
    workout = CompiledWorkout(
        name="Plan",
        messages=(
            Step(
                duration=TimeDuration(duration_s=300.0),
                target=PaceTarget(slowest_mps=1.7, fastest_mps=1.9),
            ),
            Step(
                duration=TimeDuration(duration_s=60.0),
                target=PaceTarget(slowest_mps=1.7, fastest_mps=1.9),
                movement=Movement.BACKWARD_RUN,
            ),
            RepeatMessage(first_index=0, count=4),
        ),
    )
    evidence = check(
        rehearse(workout, runner=STEADY, watch=EXACT, started_at=START).activity
    ).evidence
    assert (evidence.label, evidence.effects) == ("cannot_tell", ())
