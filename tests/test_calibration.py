"""Claims about the calibration of an athlete's own backward running from labelled laps."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backrun_fit as bf
from backrun_fit.activity import Activity
from backrun_fit.compliance.calibration import calibrate
from backrun_fit.errors import AlignmentError
from backrun_fit.workout import Movement, Step
from tests.activities import Piece, plan, record, timed

BACKWARD = Movement.BACKWARD_RUN


def protocol(
    effects: list[float],
    *,
    seconds: int = 60,
    back_mps: float = 2.4,
    forward_mps: float = 2.5,
    planned: bool = False,
    backward_first: bool = False,
) -> Activity:
    """Forward and backward in turn, the cadence of each bout so much higher at like speed."""
    pieces: list[Piece] = []
    steps: list[Step] = []
    for effect in effects:
        ahead = Piece(timer_s=seconds, speed_mps=forward_mps, cadence_spm=160.0, trigger="manual")
        like = 160.0 + 7.8 * (back_mps - forward_mps)
        back = attrs.evolve(ahead, speed_mps=back_mps, cadence_spm=like * (1 + effect))
        pair = [(ahead, timed(seconds)), (back, timed(seconds, movement=BACKWARD))]
        for piece, step in pair[::-1] if backward_first else pair:
            index = len(steps) if planned else None
            pieces.append(attrs.evolve(piece, step_index=index))
            steps.append(step)
    return record(pieces, plan(*steps) if planned else None)


@pytest.mark.parametrize("planned", [False, True])
def test_six_bouts_give_effect_spread_and_own_pace(planned: bool) -> None:
    effects = [0.06, 0.1, 0.08, 0.07, 0.09, 0.08]
    found = calibrate(protocol(effects, planned=planned))
    assert (found.on, found.bouts) == (date(2025, 1, 1), 6)
    assert found.cadence_effect == pytest.approx(0.08, abs=1e-3)
    assert found.cadence_effect_spread == pytest.approx(float(np.std(effects, ddof=1)), abs=1e-3)
    assert found.cadence_effect_uncertainty == pytest.approx(0.0176 / 6**0.5, abs=1e-3)
    assert found.speed_mps == pytest.approx(2.4)
    assert found.speed_uncertainty_mps == pytest.approx(0.0, abs=1e-6)


def test_the_first_lap_may_be_backward_where_that_is_said() -> None:
    activity = protocol([0.1] * 4, backward_first=True)
    assert calibrate(activity, forward_first=False).cadence_effect == pytest.approx(0.1, abs=1e-3)
    with pytest.raises(AlignmentError, match="say forward_first=False"):
        calibrate(activity)
    with pytest.raises(AlignmentError, match="say forward_first=True"):
        calibrate(protocol([0.1] * 4), forward_first=False)


def test_bouts_that_agree_by_chance_are_no_surer_than_bouts_of_others() -> None:
    found = calibrate(protocol([0.08] * 3))
    assert found.cadence_effect_spread < 0.001
    assert found.cadence_effect_uncertainty > 0.009


@settings(max_examples=20, deadline=None)
@given(effects=st.lists(st.floats(0.0, 0.2), min_size=3, max_size=5))
def test_more_of_the_same_bouts_make_the_effect_surer(effects: list[float]) -> None:
    errors = [
        calibrate(protocol(effects * times)).cadence_effect_uncertainty for times in (1, 2, 3)
    ]
    assert all(before > after for before, after in pairwise(errors))


def test_a_difference_in_speed_is_carried_along_the_slope_and_costs_certainty() -> None:
    same, slower = (calibrate(protocol([0.08] * 6, back_mps=speed)) for speed in (2.5, 1.9))
    assert slower.cadence_effect == pytest.approx(0.08, abs=1e-3)
    assert slower.cadence_effect_uncertainty > 1.5 * same.cadence_effect_uncertainty
    assert slower.speed_mps == pytest.approx(1.9)


def test_a_lap_that_ends_at_the_stop_button_is_left_out() -> None:
    activity = protocol([0.1] * 6)
    short = attrs.evolve(activity.laps[-1], timer_s=12.0)
    found = calibrate(attrs.evolve(activity, laps=(*activity.laps[:-1], short)))
    assert found.bouts == 5


def test_planned_bouts_that_are_too_short_are_left_out() -> None:
    activity = protocol([0.1] * 6, planned=True)
    laps = [
        attrs.evolve(lap, timer_s=20.0) if lap.step_index == 3 else lap for lap in activity.laps
    ]
    assert calibrate(attrs.evolve(activity, laps=tuple(laps))).bouts == 5


def test_a_skipped_bout_is_left_out() -> None:
    activity = protocol([0.1] * 6, planned=True)
    laps = tuple(lap for lap in activity.laps if lap.step_index != 11)
    assert calibrate(attrs.evolve(activity, laps=laps)).bouts == 5


def test_a_bout_without_a_forward_neighbour_is_left_out() -> None:
    activity = protocol([0.1] * 6, planned=True)
    assert activity.workout is not None
    steps = [
        attrs.evolve(step, movement=BACKWARD if place < 2 else step.movement)  # type: ignore[arg-type,union-attr]
        for place, step in enumerate(activity.workout.messages)
    ]
    found = calibrate(attrs.evolve(activity, workout=plan(*steps)))
    assert found.bouts == 6  # the first of three backward laps in a row has none beside it


@pytest.mark.parametrize(
    ("activity", "said"),
    [
        (protocol([0.1] * 2), "expected 6 laps or more, .* got 4 laps: run 60 s forward"),
        (protocol([0.1] * 2, planned=True), "expected 3 or more backward bouts .* got 2: run 60"),
        (protocol([0.1] * 6, seconds=20), "got 20 s in lap 1: join or remove laps"),
    ],
)
def test_what_is_too_little_is_refused_with_what_to_do(activity: Activity, said: str) -> None:
    with pytest.raises(AlignmentError, match=said):
        calibrate(activity)


def test_a_recording_without_laps_or_cadence_is_refused() -> None:
    activity = protocol([0.1] * 6)
    with pytest.raises(AlignmentError, match="got 0 laps"):
        calibrate(attrs.evolve(activity, laps=()))
    silent = attrs.evolve(activity.track, cadence_spm=np.full(len(activity.track), np.nan))
    with pytest.raises(AlignmentError, match="expected a recording with cadence"):
        calibrate(attrs.evolve(activity, track=silent))


def test_what_is_calibrated_is_what_the_check_expects() -> None:
    own = bf.calibrate(protocol([0.06] * 6))
    later = protocol([0.06] * 4, planned=True)
    assert bf.check(later).evidence.calibration is None
    found = bf.check(later, calibration=own).evidence
    assert found.label == "consistent"
    assert found.calibration == "calibrated on 2025-01-01, 6 bouts"
    assert found.expected_effect == own.cadence_effect
    assert found.expected_spread == pytest.approx(
        (own.cadence_effect_uncertainty**2 + 0.01**2) ** 0.5
    )
