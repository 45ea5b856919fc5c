"""What a recording says about running backward: evidence, never proof.

FIT has no field for the direction of facing. The one usable signal is the
contrast within the run: at equal speed backward running has a higher cadence,
about +11 %, and so a shorter step (Wright & Weyand 2001). Forward runners raise
cadence 5 to 10 % when told to (Heiderscheit 2011), so it never proves direction.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Final, Literal

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column
from backrun_fit.compliance.means import LONGEST_INTERVAL_S
from backrun_fit.compliance.measure import settling_time
from backrun_fit.compliance.timeline import Recording
from backrun_fit.report import CadenceEffect, Evidence, StepResult
from backrun_fit.tolerances import Tolerances
from backrun_fit.workout import Movement

__all__ = ["CAVEAT", "cadence_effects", "gather_evidence"]

CAVEAT: Final = (
    "Uncalibrated: a watch file has no field for direction and can never show for sure "
    "which way the athlete faced."
)

# Labels as proposed for this contrast; one segment's standard deviation is about
# 3.5 % (step length varies 2.2 to 2.5 % from day to day, Craib 1994; a wrist or
# strap counts cadence to about 3.8 steps/min).
STRONG: Final = 0.08
STRONG_EXECUTIONS: Final = 4
SUPPORTIVE: Final = 0.05
CONTRADICTORY: Final = 0.02
SEGMENT_DEVIATION: Final = 0.035

# Craib 1994: 163.4, 167.1, 171.3 steps/min at 2.68, 3.13, 3.58 m/s.
CADENCE_SLOPE: Final = 8.75
_LIKE_SPEED_MPS: Final = 0.3
# Further from the forward running of the day the straight line is not to be trusted.
_FURTHEST_MPS: Final = 1.5
_LEAST_S: Final = 12.0
_NEAREST_S: Final = 120.0
# Of a step that was run; the rest are a few steps of walking.
_LEAST_RUN_SHARE: Final = 0.8
# Slower samples are walking or standing (people run from about 2 m/s on), and the
# correction is for running.
_SLOWEST_RUN_MPS: Final = 2.0
# Walkers change to running near 140 steps/min; nobody runs much below 155.
_RUNNING_SPM: Final = 150.0

_Label = Literal["strong", "supportive", "none", "contradictory", "not_applicable"]


def gather_evidence(
    recording: Recording, results: Sequence[StepResult], tolerances: Tolerances
) -> Evidence:
    """Compare the backward executions with the same run's forward ones.

    Args:
        recording: The activity, prepared.
        results: One an execution, in order, measured and judged.
        tolerances: For the settling window.

    Returns:
        ``not_applicable`` when no backward execution was done; ``none`` when the
        effect is between the labels or nothing could be compared.

    Example:
        >>> from backrun_fit.activity import Activity, Track
        >>> from backrun_fit.compliance.timeline import instant
        >>> run = Activity(started_at=instant(0), ended_at=instant(1), sport="running",
        ...                track=Track.from_columns(np.array([])))
        >>> gather_evidence(Recording.of(run), [], Tolerances()).label
        'not_applicable'
    """
    backward = [
        each for each in results if each.was_done and each.planned.step.movement.is_backward
    ]
    if not backward:
        return Evidence(label="not_applicable", caveat=CAVEAT)
    observations = tuple(_observations(results))
    effects = cadence_effects(recording, results, tolerances)
    if not effects:
        return Evidence(label="none", caveat=CAVEAT, observations=observations)
    values = [each.effect for each in effects]
    effect = math.fsum(values) / len(values)
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return Evidence(
        label=_label(effect, len(effects)),
        executions=len(effects),
        cadence_effect=effect,
        effects=effects,
        # At equal speed step length is speed over cadence: the same number again.
        step_length_effect=1.0 / (1.0 + effect) - 1.0,
        uncertainty=max(spread, SEGMENT_DEVIATION) / math.sqrt(len(effects)),
        caveat=CAVEAT,
        observations=observations,
    )


def _label(effect: float, executions: int) -> _Label:
    if effect >= STRONG and executions >= STRONG_EXECUTIONS:
        return "strong"
    if effect >= SUPPORTIVE:
        return "supportive"
    return "contradictory" if effect < CONTRADICTORY else "none"


# Cadence.


@attrs.frozen(eq=False)
class _Samples:
    """Settled samples of one or more executions: speed, cadence and weight."""

    speed_mps: Column
    cadence_spm: Column
    weight_s: Column

    def where(self, chosen: npt.NDArray[np.bool_]) -> _Samples:
        return _Samples(self.speed_mps[chosen], self.cadence_spm[chosen], self.weight_s[chosen])

    def nearest(self, speed_mps: float, lasting_s: float) -> _Samples:
        """Those nearest to a speed, as many as make up so many seconds."""
        order = np.argsort(np.abs(self.speed_mps - speed_mps), kind="stable")
        before_s = np.cumsum(self.weight_s[order]) - self.weight_s[order]
        chosen = np.zeros(len(order), dtype=np.bool_)
        chosen[order[before_s < lasting_s]] = True
        return self.where(chosen)

    @property
    def total_s(self) -> float:
        return float(self.weight_s.sum())

    @property
    def mean_speed_mps(self) -> float:
        return float(np.average(self.speed_mps, weights=self.weight_s))

    @property
    def mean_cadence_spm(self) -> float:
        return float(np.average(self.cadence_spm, weights=self.weight_s))


def cadence_effects(
    recording: Recording, results: Sequence[StepResult], tolerances: Tolerances
) -> tuple[CadenceEffect, ...]:
    """Relative change of cadence in each backward execution against forward running.

    The baseline is the settled forward running of the same run within 0.3 m/s of
    the backward execution's mean speed; with less than 12 s of that, the two minutes
    of it that come nearest, if within 1.5 m/s. What difference of speed
    remains is corrected by 8.75 steps/min per m/s. Running is compared with running:
    below 150 steps/min people walk, forward or backward, and a step that should have
    been run backward and was walked is no evidence of anything. Backward walking is
    compared at like speed only.

    Returns:
        One for each backward execution that has 12 s of settled samples and a
        baseline, in order.
    """
    forward = [
        _samples(recording, each, tolerances)
        for each in results
        if each.was_done and each.planned.step.movement is Movement.RUN
    ]
    if not forward:
        return ()
    base = _Samples(
        np.concatenate([each.speed_mps for each in forward]),
        np.concatenate([each.cadence_spm for each in forward]),
        np.concatenate([each.weight_s for each in forward]),
    )
    effects = []
    for result in results:
        if not (result.was_done and result.planned.step.movement.is_backward):
            continue
        back = _samples(recording, result, tolerances)
        running = result.planned.step.movement is Movement.BACKWARD_RUN
        if running:
            run = back.where(back.cadence_spm >= _RUNNING_SPM)
            if run.total_s < _LEAST_RUN_SHARE * back.total_s:
                continue
            back = run
        if back.total_s < _LEAST_S:
            continue
        like = base.where(base.cadence_spm >= _RUNNING_SPM) if running else base
        expected = _expected_cadence(like, back.mean_speed_mps, extrapolate=running)
        if expected is not None:
            effect = back.mean_cadence_spm / expected - 1.0
            effects.append(CadenceEffect(number=result.planned.number, effect=effect))
    return tuple(effects)


def _expected_cadence(base: _Samples, speed_mps: float, *, extrapolate: bool) -> float | None:
    """Forward cadence of this run at a speed; None where the run does not show it."""
    like = base.where(np.abs(base.speed_mps - speed_mps) <= _LIKE_SPEED_MPS)
    if like.total_s < _LEAST_S:
        like = base.where(base.speed_mps >= _SLOWEST_RUN_MPS).nearest(speed_mps, _NEAREST_S)
        too_little = not extrapolate or like.total_s < _LEAST_S
        if too_little or abs(like.mean_speed_mps - speed_mps) > _FURTHEST_MPS:
            return None
    return like.mean_cadence_spm + CADENCE_SLOPE * (speed_mps - like.mean_speed_mps)


def _samples(recording: Recording, result: StepResult, tolerances: Tolerances) -> _Samples:
    """The settled samples of one execution in which the athlete moved."""
    if result.start_at is None or result.end_at is None:
        empty = np.array([])
        return _Samples(empty, empty, empty)
    start, end = result.start_at.timestamp(), result.end_at.timestamp()
    part = recording.samples(start, end)
    begun_s, over_s = recording.clock.timer_s(start), recording.clock.timer_s(end)
    timer_s = recording.timer_s[part]
    weight_s = np.diff(np.append(timer_s, over_s))
    speed_mps = recording.speed_mps[part]
    cadence_spm = recording.activity.track.cadence_spm[part]
    settled = timer_s >= begun_s + settling_time(tolerances.settling_s, over_s - begun_s)
    usable = settled & (weight_s > 0) & (weight_s <= LONGEST_INTERVAL_S)
    usable &= (cadence_spm > 0) & (speed_mps > 0)
    return _Samples(speed_mps[usable], cadence_spm[usable], weight_s[usable])


# Observations: figures beside the label.


def _pairs_before(results: Sequence[StepResult]) -> Iterator[tuple[StepResult, StepResult]]:
    """Each backward execution with the forward running done right before it."""
    done = [each for each in results if each.was_done]
    for before, after in itertools.pairwise(done):
        if after.planned.step.movement.is_backward and before.planned.step.movement is Movement.RUN:
            yield before, after


def _observations(results: Sequence[StepResult]) -> Iterator[str]:
    pairs = list(_pairs_before(results))
    hearts = [
        (before.done.heart_rate_end_bpm, after.done.heart_rate_end_bpm)
        for before, after in pairs
        if before.done and after.done
    ]
    yield from _contrast(hearts, "heart rate", "bpm", "stays high", "at the end of")
    steps = [
        (before.done.settled_cadence_spm, after.done.settled_cadence_spm)
        for before, after in pairs
        if before.done and after.done
    ]
    yield from _contrast(steps, "turnover", "steps/min", "slows", "over")


def _contrast(
    pairs: Sequence[tuple[float | None, float | None]], what: str, unit: str, claim: str, when: str
) -> Iterator[str]:
    known = [(before, after) for before, after in pairs if before is not None and after is not None]
    if not known:
        return
    before = round(math.fsum(pair[0] for pair in known) / len(known))
    after = round(math.fsum(pair[1] for pair in known) / len(known))
    yield (
        f"{what} {after} {unit} {when} the backward parts, {before} in the forward parts "
        f"before them ({after - before:+d}; the article says it {claim})"
    )
