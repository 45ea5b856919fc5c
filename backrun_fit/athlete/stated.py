"""A marathon pace that is stated: as a pace, as a time, among the explicit paces."""

from __future__ import annotations

from typing import Final

from backrun_fit.athlete.paces import middle_mps, s_per_km_apart
from backrun_fit.athlete.predict import MARATHON_M, MarathonPace
from backrun_fit.athlete.race import check_human
from backrun_fit.errors import Problem, Problems
from backrun_fit.units import format_pace
from backrun_fit.workout import PaceTarget

__all__ = ["check_stated", "stated_marathon"]

AGREEMENT_S_PER_KM: Final = 1.0


def stated_marathon(
    pace_mps: float | None, time_s: float | None, explicit: float | PaceTarget | None
) -> MarathonPace | None:
    """The marathon pace that is stated, with how it is.

    Args:
        pace_mps: Given as ``marathon_pace``.
        time_s: Given as ``marathon_time``.
        explicit: The one among the explicit paces, a speed in m/s or a band; a speed goes
            before all else, the middle of a band after it.

    Returns:
        None where nothing is stated.

    Example:
        >>> stated_marathon(None, 12_600, 3.5).method
        'stated pace'
        >>> stated_marathon(None, 12_600, PaceTarget(slowest_mps=3, fastest_mps=4)).method
        'stated time'
    """
    if isinstance(explicit, float):
        return MarathonPace(method="stated pace", speed_mps=explicit)
    if pace_mps is not None:
        return MarathonPace(method="stated pace", speed_mps=pace_mps)
    if time_s is not None:
        return MarathonPace(method="stated time", speed_mps=MARATHON_M / time_s)
    if explicit is not None:
        return MarathonPace(method="stated pace", speed_mps=middle_mps(explicit))
    return None


def check_stated(
    pace_mps: float | None,
    time_s: float | None,
    explicit: float | PaceTarget | None,
    problems: Problems,
) -> None:
    """Note marathon paces that cannot all be meant, or that nobody runs.

    Args:
        pace_mps: As for ``stated_marathon``.
        time_s: Likewise.
        explicit: Likewise.
        problems: Where they are noted.
    """
    stated: list[tuple[str, float | PaceTarget]] = []
    if pace_mps is not None:
        stated.append(("marathon_pace", pace_mps))
    if time_s is not None:
        stated.append(("marathon_time", MARATHON_M / time_s))
    if explicit is not None:
        with problems.at("paces.marathon"):
            check_human(MARATHON_M, MARATHON_M / middle_mps(explicit))
        stated.append(("paces.marathon", explicit))
    for path, pace in stated[1:]:
        first_path, first = stated[0]
        if s_per_km_apart(first, pace) > AGREEMENT_S_PER_KM:
            expected = f"what agrees with {first_path}, {format_pace(middle_mps(first))}"
            got = format_pace(middle_mps(pace))
            problems.append(Problem(f"expected {expected}, got {got}", path))
