"""What a recording says about running backward: evidence, never proof.

FIT has no field for the direction of facing. The one usable sign is a contrast within
the run: at equal speed cadence is about 11 % higher backward, and the step so much shorter
(Wright & Weyand 2001). Two hypotheses are weighed. Backward: the effect is normal about
+11 %, with a spread between runners that is assumed. Forward: it is normal about nothing,
with the small spread that real forward runs showed. Forward runners raise cadence 5 to 10 %
when told to (Heiderscheit 2011), so a cadence never proves direction.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Final, Literal

import attrs

from backrun_fit.athlete.calibration import BackwardCalibration
from backrun_fit.compliance.cadence_contrast import Forward, pool
from backrun_fit.compliance.timeline import Recording
from backrun_fit.report import Evidence, StepResult
from backrun_fit.workout import Movement

__all__ = [
    "CAVEAT",
    "EXPECTED_EFFECT",
    "gather_evidence",
    "log_likelihood_ratio",
]

EXPECTED_EFFECT: Final = 0.11
"""Cadence backward over forward at equal speed, less one (Wright & Weyand 2001)."""

EXPECTED_SPREAD: Final = 0.04
"""Standard deviation of that between runners. No study gives it: an assumption."""

DAY_SPREAD: Final = 0.01
"""Standard deviation of a calibrated runner's effect from day to day: an assumption."""

FORWARD_SPREAD: Final = 0.013
"""Standard deviation of the pooled effect of forward running beside its own errors.

Ground, tiredness and the choice of the parts change cadence. By maximum likelihood it is
1.2 % at most for the slowest, fastest and last parts of one athlete's runs, 1.4 % for the
other's, and nothing for parts chosen at random.
"""

CLEAR_RATIO: Final = 10.0
"""From here on one hypothesis is preferred; the usual limit of "strong" evidence."""

LEAST_BOUTS: Final = 2
"""One part alone never decides."""

_UNCALIBRATED: Final = (
    f"Uncalibrated: assumes {EXPECTED_EFFECT:+.0%} cadence backward, with a spread of "
    f"{EXPECTED_SPREAD:.0%} between runners that no study gives."
)
_NO_PROOF: Final = (
    "A watch file has no field for direction and can never show for sure which way the "
    "athlete faced."
)
CAVEAT: Final = f"{_UNCALIBRATED} {_NO_PROOF}"
"""What is printed with every label that rests on no calibration."""

_LARGEST_LOG_RATIO: Final = math.log(1e6)

Label = Literal["consistent", "cannot_tell", "inconsistent", "not_applicable"]


def gather_evidence(
    recording: Recording,
    results: Sequence[StepResult],
    calibration: BackwardCalibration | None = None,
) -> Evidence:
    """Compare the backward executions with the same run's forward ones.

    Args:
        recording: The activity, prepared.
        results: One an execution, measured and judged, in any order.
        calibration: Of this athlete: what to expect instead of the assumed effect.

    Returns:
        ``consistent`` where the effect is 10 times as likely under backward running as
        under forward running, or more, ``inconsistent`` where it is a tenth or less, each
        over two bouts or more; else ``cannot_tell``. ``not_applicable`` when no backward
        execution was done.

    Example:
        >>> import numpy as np
        >>> from backrun_fit.activity import Activity, Track
        >>> from backrun_fit.compliance.timeline import instant
        >>> run = Activity(started_at=instant(0), ended_at=instant(1), sport="running",
        ...                track=Track.from_columns(np.array([])))
        >>> gather_evidence(Recording.of(run), []).label
        'not_applicable'
    """
    text = None
    effect, spread, caveat = EXPECTED_EFFECT, EXPECTED_SPREAD, CAVEAT
    if calibration is not None:
        effect = calibration.cadence_effect
        spread = math.hypot(calibration.cadence_effect_uncertainty, DAY_SPREAD)
        text = f"calibrated on {calibration.on.isoformat()}, {calibration.bouts} bouts"
        caveat = f"{text[:1].upper()}{text[1:]}. {_NO_PROOF}"
    if not any(each.was_done and each.planned.step.movement.is_backward for each in results):
        return Evidence(label="not_applicable", caveat=caveat)
    forward = Forward.of(recording, results)
    evidence = Evidence(
        label="cannot_tell",
        expected_effect=effect,
        expected_spread=spread,
        calibration=text,
        caveat=caveat,
        observations=tuple(_observations(results)),
    )
    if forward is None:
        return evidence
    bouts = [bout for each in results if (bout := forward.bout(recording, each)) is not None]
    evidence = attrs.evolve(
        evidence,
        effects=tuple(each.as_effect() for each in bouts),
        cadence_slope_spm_per_mps=forward.slope.spm_per_mps,
        cadence_slope_uncertainty=forward.slope.uncertainty,
    )
    # The effect that is expected is one of running: walking counts where nobody ran.
    pooled = [each for each in bouts if each.is_run] or bouts
    if not pooled:
        return evidence
    mean, error = pool(pooled)
    log_ratio = log_likelihood_ratio(mean, error, effect, spread)
    label: Label = "cannot_tell"
    if len(pooled) >= LEAST_BOUTS and abs(log_ratio) >= math.log(CLEAR_RATIO):
        label = "consistent" if log_ratio > 0 else "inconsistent"
    return attrs.evolve(
        evidence,
        label=label,
        executions=len(pooled),
        cadence_effect=mean,
        # At equal speed step length is speed over cadence: the same number again.
        step_length_effect=1.0 / (1.0 + mean) - 1.0,
        uncertainty=error,
        likelihood_ratio=math.exp(log_ratio),
    )


def log_likelihood_ratio(
    effect: float, error: float, expected: float = EXPECTED_EFFECT, spread: float = EXPECTED_SPREAD
) -> float:
    """How much likelier an effect is backward than forward, as a natural logarithm.

    Backward it is normal about ``expected`` with variance ``spread**2 + error**2``, forward
    about 0 with ``FORWARD_SPREAD**2 + error**2``. The ratio of two normals of unequal width
    turns round somewhere; beyond that point, where an effect below nothing would begin to
    speak for backward, it is held, so that a larger effect never counts for less.

    Returns:
        Between -13.8 and 13.8: a ratio of one to a million or a million to one.

    Example:
        >>> [round(log_likelihood_ratio(effect, 0.01), 1) for effect in (-0.2, 0.0, 0.05, 0.11)]
        [-5.1, -4.5, 2.7, 13.8]
    """
    backward, forward = spread**2 + error**2, FORWARD_SPREAD**2 + error**2
    if backward != forward:
        turn = -expected * forward / (backward - forward)
        effect = max(effect, turn) if (backward > forward) == (expected > 0) else min(effect, turn)
    log_ratio = 0.5 * (
        math.log(forward / backward) - (effect - expected) ** 2 / backward + effect**2 / forward
    )
    return max(-_LARGEST_LOG_RATIO, min(log_ratio, _LARGEST_LOG_RATIO))


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
