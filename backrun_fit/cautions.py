"""Where the literature contradicts the article: a warning with the figure, no more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from backrun_fit.athlete import Athlete
from backrun_fit.athlete.paces import middle_mps
from backrun_fit.errors import SpecError
from backrun_fit.units import UnitSystem, format_pace
from backrun_fit.workout import Movement, PaceTarget, Step

__all__ = ["cautions"]

# At the same speed, with about 10 % shorter steps (see docs/explanation/evidence.md).
CADENCE_RISE_PERCENT: Final = 11


def cautions(
    steps: Iterable[Step], athlete: Athlete, *, units: UnitSystem = "metric"
) -> tuple[str, ...]:
    """What an athlete should know before running these steps backward.

    Backward running costs 1.29 to 1.35 times forward running at the same speed
    (Wright & Weyand 2001, J Exp Biol 204:1805), and its cadence is about 11 %
    higher, not lower.

    Args:
        steps: With absolute targets.
        athlete: Whose VDOT (Daniels & Gilbert 1979) the cost is set against.
        units: How paces are printed.

    Returns:
        Sentences; empty when no step is run backward at a set pace.
    """
    speeds = {
        middle_mps(step.target)
        for step in steps
        if step.movement is Movement.BACKWARD_RUN and isinstance(step.target, PaceTarget)
    }
    if not speeds:
        return ()
    fastest = max(speeds)
    pace = format_pace(fastest, units)
    try:
        low, high = athlete.backward_cost(fastest)
    except SpecError:
        cost = (
            f"backward running at {pace} costs 1.29 to 1.35 times as much as forward "
            f"(Wright & Weyand 2001)"
        )
    else:
        cost = (
            f"backward running at {pace} costs {low:.0f} to {high:.0f} % of this athlete's VDOT "
            f"(1.29 to 1.35 times forward, Wright & Weyand 2001)"
            + (": more than can be kept up, so keep it short" if low > 100 else "")
        )
    turnover = (
        f"at the same speed backward turnover rises by about {CADENCE_RISE_PERCENT} %; it slows "
        f"only for an athlete who slows down"
    )
    return cost, turnover
