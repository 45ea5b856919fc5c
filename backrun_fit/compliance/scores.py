"""Scores: how much of the session, and of the work it is for, was done as planned.

Steps count by their role. The work steps, backward ones among them, carry the session; warm-up,
recovery and cool-down support it. Among steps of one role each counts by its planned time.
``docs/explanation/scores.md`` gives the reasons.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import attrs

from backrun_fit.amounts import planned_seconds
from backrun_fit.report import Role, ScoreBasis, StepResult, Verdict
from backrun_fit.workout import (
    HeartRateTarget,
    Intensity,
    OpenTarget,
    PaceTarget,
    PowerTarget,
    Step,
    Target,
    middle_of,
)

__all__ = ["SUPPORT_INTENSITIES", "Scores", "roles_of", "score", "target_quality"]

SUPPORT_SHARE: Final = 0.2
"""Of a session with work and support: warm-up, recovery and cool-down together."""

BACKWARD_SHARE: Final = 0.4
"""Of work that is run partly backward: the backward steps together."""

SUPPORT_INTENSITIES: Final = frozenset(
    (Intensity.WARMUP, Intensity.COOLDOWN, Intensity.REST, Intensity.RECOVERY)
)
"""Of steps that go with the work."""

HALF_AT: Final = 0.11
"""So far from a lone value a mean counts half: more than one training zone off, less than two."""

WIDEST_HALF: Final = 0.05
"""Within a wider band nobody aims at the middle."""

Kind = Literal["speed", "heart rate", "power"]

# How much easier than the hardest of its kind a target is that no work goes with. Our own
# choice: easy running is 0.75 to 0.79 of the speed of 5 km and of threshold, and 0.85 of that of
# the marathon (66 % of VDOT, Daniels), which both belong to a long run.
_EASIER: Final[Mapping[Kind, float]] = {"speed": 0.80, "heart rate": 0.88, "power": 0.75}
_HARDEST_TENTH: Final = 0.1


def roles_of(steps: Sequence[Step]) -> list[Role]:
    """What each step of a plan is for.

    Backward steps are ``backward``; warm-up, cool-down, rest and recovery are ``support``, and
    everything else is ``work``. But many watches and plans call their jogged recoveries
    "active", too. Of such forward steps a much easier one is support: one whose target lies
    below 0.80 (speed), 0.88 (heart rate) or 0.75 (power) of the hardest target of its kind, or
    that has no target where others have one. The hardest is that which a tenth of their planned
    time reaches, so that a few strides do not turn a long run into support.

    Args:
        steps: All executions of a plan, in order; may be empty.

    Example:
        >>> from backrun_fit.workout import OpenDuration
        >>> [role] = roles_of([Step(duration=OpenDuration(), intensity=Intensity.RECOVERY)])
        >>> fast, slow = (Step(duration=OpenDuration(), target=PaceTarget(
        ...     slowest_mps=mps, fastest_mps=mps + 0.2)) for mps in (4.0, 2.6))
        >>> role, roles_of([fast, slow]), roles_of([slow])
        ('support', ['work', 'support'], ['work'])
    """
    roles: list[Role] = [
        "backward"
        if step.movement.is_backward
        else "support"
        if step.intensity in SUPPORT_INTENSITIES
        else "work"
        for step in steps
    ]
    efforts = [
        _effort(step.target) if role == "work" else None
        for step, role in zip(steps, roles, strict=True)
    ]
    hardest = {
        kind: _hardest(
            [
                (effort[1], planned_seconds(step))
                for step, effort in zip(steps, efforts, strict=True)
                if effort is not None and effort[0] == kind
            ]
        )
        for kind in {effort[0] for effort in efforts if effort is not None}
    }
    for place, (step, effort) in enumerate(zip(steps, efforts, strict=True)):
        if roles[place] != "work":
            continue
        if effort is not None:
            kind, value = effort
            is_easy = value < _EASIER[kind] * hardest[kind]
        else:
            is_easy = bool(hardest) and isinstance(step.target, OpenTarget)
        if is_easy:
            roles[place] = "support"
    return roles


def _effort(target: Target) -> tuple[Kind, float] | None:
    """Kind and middle of a target with limits; None for any other."""
    match target:
        case PaceTarget(slowest_mps=lowest, fastest_mps=highest) if target.is_runnable:
            return "speed", middle_of(lowest, highest)
        case HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest):
            return "heart rate", middle_of(lowest, highest)
        case PowerTarget(lowest_w=lowest, highest_w=highest):
            return "power", middle_of(lowest, highest)
    return None


def _hardest(efforts: Sequence[tuple[float, float]]) -> float:
    """The effort that a tenth of the time reaches; pairs of effort and seconds."""
    wanted_s = _HARDEST_TENTH * math.fsum(lasting_s for _, lasting_s in efforts)
    in_order = sorted(efforts, reverse=True)
    reached_s = itertools.accumulate(lasting_s for _, lasting_s in in_order)
    return next(
        effort
        for (effort, _), so_far_s in zip(in_order, reached_s, strict=True)
        if so_far_s >= wanted_s
    )


def target_quality(off_fraction: float, half_width: float = 0.0) -> float:
    """How much a mean counts that lies beyond its band.

    With ``e`` its distance from the middle of the band and ``h`` half the width of the band, both
    as fractions: ``0.5 ** ((e ** 2 - h ** 2) / 0.11 ** 2)``. So it counts in full up to the edge,
    and far outside by its distance from what was planned, whether the band is wide or narrow. It
    does not depend on what is allowed: the same error counts alike in long steps and short ones.

    Args:
        off_fraction: How far beyond the edge, ``e - h``.
        half_width: ``h``; of a wider band than 5 % on either side, 5 %.

    Example:
        >>> [round(target_quality(off, 0.03), 2) for off in (0.0, 0.02, 0.05, 0.08, 0.17)]
        [1.0, 0.91, 0.73, 0.53, 0.11]
    """
    half_width = min(half_width, WIDEST_HALF)
    return math.pow(0.5, off_fraction * (off_fraction + 2.0 * half_width) / HALF_AT**2)


@attrs.frozen(kw_only=True)
class Scores:
    """The scores of a run.

    Attributes:
        session: 0 to 100; None where nothing was measurable.
        work: The same of the work steps, backward ones among them; None where the plan has no
            work step, or none of their targets was measured.
        backward: The same of the backward steps; None where there is none, or nothing of them
            was measurable.
        basis: What they rest on.
        results: The executions with their weights, in order. The weights of those with a
            quality sum to 1.
    """

    session: float | None
    work: float | None
    backward: float | None
    basis: ScoreBasis
    results: tuple[StepResult, ...]


def score(results: Sequence[StepResult]) -> Scores:
    """Weigh the executions by their roles, and sum up.

    The shares of the roles are those of the plan: support 0.2 and work 0.8 where there are both,
    and of the work backward 0.4 and forward 0.6 likewise. A role of which nothing was measurable
    leaves its share to the others. Within a role an execution counts by its planned seconds
    (``StepResult.weight_s``).

    Args:
        results: One an execution, in order; may be empty.

    Example:
        >>> score([]).session is None
        True
    """
    roles = roles_of([each.planned.step for each in results])
    weights_s = [0.0 if each.quality is None else each.weight_s for each in results]
    shares, of_role_s = _shares(set(roles)), dict.fromkeys(roles, 0.0)
    for role, weight_s in zip(roles, weights_s, strict=True):
        of_role_s[role] += weight_s
    all_shares = math.fsum(share for role, share in shares.items() if of_role_s[role] > 0)
    weighed = tuple(
        attrs.evolve(
            each,
            role=role,
            weight=shares[role] / all_shares * weight_s / of_role_s[role] if weight_s > 0 else 0.0,
        )
        for each, role, weight_s in zip(results, roles, weights_s, strict=True)
    )
    work = [each for each in weighed if each.role != "support"]
    targets = _targets_measured(work)
    basis: ScoreBasis = "some targets"
    if not any(targets):
        # Where all of the work was left out that is known, whatever it was to be.
        has_targets = any(not isinstance(each.planned.step.target, OpenTarget) for each in work)
        basis = "targets" if has_targets and not targets else "length"
    elif all(targets):
        basis = "targets"
    return Scores(
        session=_mean(weighed),
        work=_judged(work),
        backward=_judged([each for each in weighed if each.role == "backward"]),
        basis=basis,
        results=weighed,
    )


def _judged(results: Sequence[StepResult]) -> float | None:
    """The score of steps of which a target was measured, or none was asked for."""
    targets = _targets_measured(results)
    if targets and not any(targets):
        return None
    # Done and not measured is neither met nor missed: it says nothing.
    return _mean([each for each in results if each.verdict is not Verdict.DONE_UNMEASURED])


def _shares(roles: set[Role]) -> dict[Role, float]:
    """What each role counts, of those that the plan has."""
    work = roles - {"support"}
    shares: dict[Role, float] = {}
    if "support" in roles:
        shares["support"] = SUPPORT_SHARE if work else 1.0
    of_work = 1.0 - shares.get("support", 0.0)
    for role in work:
        own = BACKWARD_SHARE if role == "backward" else 1.0 - BACKWARD_SHARE
        shares[role] = of_work * (own if len(work) == 2 else 1.0)
    return shares


def _mean(results: Iterable[StepResult]) -> float | None:
    """0 to 100; None without anything measurable."""
    counted = [(each.weight, each.quality) for each in results if each.quality is not None]
    weight = math.fsum(weight for weight, _ in counted)
    if weight <= 0:
        return None
    # What is missing is summed up, so that nothing missing is exactly 100.
    missing = math.fsum(weight * (1.0 - quality) for weight, quality in counted)
    return 100.0 * max(0.0, 1.0 - missing / weight)


def _targets_measured(results: Sequence[StepResult]) -> list[bool]:
    """Of each target of executions that were done, whether it was measured."""
    return [
        finding.verdict is not Verdict.NOT_MEASURABLE or finding.quality is not None
        for each in results
        for finding in each.findings
        if finding.component != "extent"
    ]
