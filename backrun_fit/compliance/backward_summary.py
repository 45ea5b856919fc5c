"""The backward work of a run: what was planned, what was done, and what the evidence says."""

from __future__ import annotations

import math
from collections.abc import Sequence

from backrun_fit.amounts import planned_metres, planned_seconds
from backrun_fit.report import BackwardSummary, StepResult, Verdict
from backrun_fit.workout import DistanceDuration

__all__ = ["summarise_backward"]

_NOT_ALL: tuple[Verdict, ...] = (Verdict.SHORT, Verdict.UNFINISHED, Verdict.SKIPPED)


def summarise_backward(
    results: Sequence[StepResult], score: float | None, *, is_withheld: bool
) -> BackwardSummary | None:
    """Sum up the backward executions.

    Args:
        results: One an execution, in order, judged.
        score: Of the backward executions.
        is_withheld: The evidence speaks against running backward, so no score is given.

    Returns:
        None where the plan has no backward step.

    Example:
        >>> summarise_backward([], None, is_withheld=False) is None
        True
    """
    backward = [each for each in results if each.planned.step.movement.is_backward]
    if not backward:
        return None
    by_distance = all(isinstance(each.planned.step.duration, DistanceDuration) for each in backward)
    planned = planned_metres if by_distance else planned_seconds
    done = [each.done for each in backward if each.was_done and each.done is not None]
    lengths = [part.distance_m if by_distance else part.timer_s for part in done]
    return BackwardSummary(
        planned_count=len(backward),
        done_count=sum(_is_whole(each) for each in backward),
        basis="distance" if by_distance else "duration",
        planned=math.fsum(planned(each.planned.step) for each in backward),
        done=math.fsum(length or 0.0 for length in lengths),
        score=None if is_withheld else score,
        is_withheld=is_withheld,
    )


def _is_whole(result: StepResult) -> bool:
    """Whether it was done, and not shorter than planned."""
    if not result.was_done:
        return False
    return all(
        finding.verdict not in _NOT_ALL
        for finding in result.findings
        if finding.component == "extent"
    )
