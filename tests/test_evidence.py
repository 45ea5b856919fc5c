"""Claims about the evidence of running backward: a contrast within the run, never proof."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import attrs
import numpy as np
import pytest

from backrun_fit.activity import Activity
from backrun_fit.compiled import CompiledWorkout, RepeatMessage
from backrun_fit.compliance import check
from backrun_fit.compliance.evidence import CADENCE_SLOPE, CAVEAT
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.rehearsal import parse_fault, rehearse
from backrun_fit.report import Evidence
from backrun_fit.workout import Movement, PaceTarget, Step, TimeDuration
from tests.activities import Piece, plan, record, repeat, timed
from tests.rehearsals import EXACT, START, STEADY

FORWARD_SPM = 160.0


def session(
    repeats: int,
    effect: float,
    *,
    back_s: int = 60,
    forward_mps: float = 3.0,
    back_mps: float = 3.0,
    movement: Movement = Movement.BACKWARD_RUN,
) -> Activity:
    """Forward and backward in turn, the backward cadence so much higher at like speed."""
    workout = plan(timed(300), timed(back_s, movement=movement), repeat(0, repeats))
    like = FORWARD_SPM + CADENCE_SLOPE * (back_mps - forward_mps)
    forward = Piece(
        timer_s=300,
        speed_mps=forward_mps,
        cadence_spm=FORWARD_SPM,
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


def evidence(activity: Activity) -> Evidence:
    return check(activity).evidence


@pytest.mark.parametrize(
    ("repeats", "effect", "label"),
    [
        (4, 0.11, "strong"),
        (4, 0.081, "strong"),
        (3, 0.11, "supportive"),
        (4, 0.06, "supportive"),
        (4, 0.03, "none"),
        (4, 0.01, "contradictory"),
        (4, -0.05, "contradictory"),
    ],
)
def test_the_label_follows_effect_and_number(repeats: int, effect: float, label: str) -> None:
    found = evidence(session(repeats, effect))
    assert found.label == label
    assert found.executions == repeats
    assert found.cadence_effect == pytest.approx(effect, abs=1e-3)
    assert found.step_length_effect == pytest.approx(1 / (1 + effect) - 1, abs=1e-3)
    assert found.uncertainty == pytest.approx(0.035 / repeats**0.5, abs=1e-3)


def test_at_another_speed_cadence_is_corrected_before_it_is_compared() -> None:
    found = evidence(session(4, 0.1, forward_mps=3.6, back_mps=2.6))
    assert found.cadence_effect == pytest.approx(0.1, abs=1e-3)


def test_too_far_from_any_forward_running_nothing_is_said() -> None:
    found = evidence(session(4, 0.1, forward_mps=4.5, back_mps=2.2))
    assert (found.label, found.executions, found.cadence_effect) == ("none", 0, None)


def test_backward_walking_is_compared_at_like_speed_only() -> None:
    walking = Movement.BACKWARD_WALK
    assert evidence(session(4, 0.1, back_mps=2.0, movement=walking)).executions == 0
    assert evidence(session(4, 0.1, movement=walking)).executions == 4


def test_short_backward_executions_are_not_used() -> None:
    assert evidence(session(4, 0.1, back_s=15)).executions == 0
    assert evidence(session(4, 0.1, back_s=24)).executions == 4


def test_without_cadence_there_is_no_evidence() -> None:
    activity = session(4, 0.1)
    silent = attrs.evolve(activity.track, cadence_spm=np.full(len(activity.track), np.nan))
    assert evidence(attrs.evolve(activity, track=silent)).label == "none"


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
    assert not {"strong", "supportive"} & set(found)
    # The others walked their recoveries, which says nothing.
    assert found.count("contradictory") > len(found) / 2


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
    for chosen, label in ((faults, "none"), ([], "strong")):
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
    assert (evidence.label, evidence.effects) == ("none", ())
