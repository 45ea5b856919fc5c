"""What races and training say about the marathon: published formulas, nothing else.

Arguments and results are metres, seconds and metres per second; each formula
turns them into its author's units inside. Nothing here knows an athlete.

Sources:
    Riegel 1981: Athletic Records and Human Endurance, American Scientist 69:285.
    Daniels & Gilbert 1979: Oxygen Power; see ``vdot``.
    Vickers & Vertosick 2016: BMC Sports Sci Med Rehabil 8:26, 2303 recreational runners.
    Tanda 2011: J Hum Sport Exerc 6:511.
"""

from __future__ import annotations

import math
from typing import Final

import attrs

from backrun_fit.athlete.vdot import check_positive, race_time
from backrun_fit.errors import Problem, SpecError
from backrun_fit.units import METRES_PER_KILOMETRE, METRES_PER_MILE

__all__ = [
    "MARATHON_M",
    "MarathonPace",
    "daniels_marathon",
    "riegel_marathon",
    "riegel_time",
    "tanda_marathon",
    "vickers_can_combine",
    "vickers_one_race",
    "vickers_two_races",
]

MARATHON_M: Final = 42195.0

_RIEGEL_EXPONENT: Final = 1.06
# The first model of Vickers & Vertosick stands on an exponent of their own, not Riegel's.
_VICKERS_RIEGEL_EXPONENT: Final = 1.07
_VICKERS_EXPONENT_SLOPE: Final = 0.23797948

_TANDA_FASTEST_S: Final = 167 * 60.0
_TANDA_SLOWEST_S: Final = 216 * 60.0

_OPTIMISTIC: Final = (
    "Riegel's formula is optimistic over the marathon: at least 10 min too fast "
    "for half of recreational runners (Vickers & Vertosick 2016)"
)
_FASTER_THAN_RACE: Final = (
    "the marathon pace predicted is faster than the race it comes from, "
    "which is outside the range of the formula (Vickers & Vertosick 2016)"
)
_RACES_DISAGREE: Final = (
    "the longer race was run faster than the shorter one, so the two do not show "
    "one form, and the prediction from both is doubtful (Vickers & Vertosick 2016)"
)


@attrs.frozen(kw_only=True)
class MarathonPace:
    """A marathon pace and where it comes from.

    Attributes:
        method: ``stated pace``, ``stated time``, ``marathon race``, ``vickers two races``,
            ``vickers one race``, ``daniels``, ``riegel`` or ``tanda``.
        speed_mps: The pace as a speed.
        warnings: What is doubtful about it, one sentence each; empty when nothing is.
    """

    method: str
    speed_mps: float
    warnings: tuple[str, ...] = ()

    @property
    def time_s(self) -> float:
        """Time over 42195 m at this pace.

        Example:
            >>> MarathonPace(method="stated pace", speed_mps=4.2195).time_s
            10000.0
        """
        return MARATHON_M / self.speed_mps


def riegel_time(distance_m: float, time_s: float, target_m: float) -> float:
    """Time over ``target_m`` from a race: T2 = T1 (D2/D1)^1.06 (Riegel 1981).

    Returns:
        Seconds.

    Raises:
        SpecError: A value is not finite or not above zero.

    Example:
        >>> round(riegel_time(10_000, 2400, 42195), 1)
        11040.5
    """
    check_positive(distance_m=distance_m, time_s=time_s, target_m=target_m)
    return time_s * math.pow(target_m / distance_m, _RIEGEL_EXPONENT)


def riegel_marathon(distance_m: float, time_s: float) -> MarathonPace:
    """Marathon pace after Riegel 1981, always flagged as optimistic.

    Raises:
        SpecError: A value is not finite or not above zero.

    Example:
        >>> riegel_marathon(10_000, 2400).warnings[0][:32]
        "Riegel's formula is optimistic o"
    """
    marathon_s = riegel_time(distance_m, time_s, MARATHON_M)
    return MarathonPace(method="riegel", speed_mps=MARATHON_M / marathon_s, warnings=(_OPTIMISTIC,))


def daniels_marathon(vdot: float) -> MarathonPace:
    """Marathon pace at a VDOT (Daniels & Gilbert 1979).

    Raises:
        SpecError: The VDOT is not finite or not above zero.

    Example:
        >>> round(daniels_marathon(51.9441).time_s, 1)
        11077.7
    """
    return MarathonPace(method="daniels", speed_mps=MARATHON_M / race_time(MARATHON_M, vdot))


def _check_below_marathon(distance_m: float, name: str) -> None:
    if distance_m >= MARATHON_M:
        raise SpecError(
            Problem(f"expected a race shorter than the marathon, got {distance_m:g} m", name)
        )


def vickers_one_race(distance_m: float, time_s: float, weekly_distance_m: float) -> MarathonPace:
    """Marathon pace from a shorter race and weekly mileage (Vickers & Vertosick 2016, model 1).

    v = 0.16018617 + 0.83076202 v_Riegel + 0.06423826 (miles per week / 10) in m/s,
    v_Riegel being the marathon speed after Riegel with exponent 1.07.

    Returns:
        The pace; flagged when it is faster than the race itself.

    Raises:
        SpecError: A value is not finite or not above zero, or the race is as long
            as the marathon.

    Example:
        >>> round(vickers_one_race(10_000, 2400, 40 * 1609.344).time_s, 1)
        11896.6
    """
    check_positive(distance_m=distance_m, time_s=time_s, weekly_distance_m=weekly_distance_m)
    _check_below_marathon(distance_m, "distance_m")
    tens_of_miles = weekly_distance_m / METRES_PER_MILE / 10
    riegel_s = time_s * math.pow(MARATHON_M / distance_m, _VICKERS_RIEGEL_EXPONENT)
    speed_mps = 0.16018617 + 0.83076202 * MARATHON_M / riegel_s + 0.06423826 * tens_of_miles
    doubtful = speed_mps > distance_m / time_s
    return MarathonPace(
        method="vickers one race",
        speed_mps=speed_mps,
        warnings=(_FASTER_THAN_RACE,) if doubtful else (),
    )


def vickers_can_combine(shorter_m: float, longer_m: float) -> bool:
    """Whether two distances lie far enough apart for the two-race model.

    With ln T = ln T2 + k_M ln(42195/D2), the marathon time rises with T2 only while
    0.23797948 ln(42195/D2) < ln(D2/D1). Nearer together, a faster longer race would
    predict a slower marathon.

    Example:
        >>> vickers_can_combine(5000, 10_000), vickers_can_combine(9000, 10_000)
        (True, False)
    """
    if not 0 < shorter_m < longer_m < MARATHON_M:
        return False
    return _VICKERS_EXPONENT_SLOPE * math.log(MARATHON_M / longer_m) < math.log(
        longer_m / shorter_m
    )


def vickers_two_races(
    shorter_m: float, shorter_s: float, longer_m: float, longer_s: float, weekly_distance_m: float
) -> MarathonPace:
    """Marathon pace from two races and weekly mileage (Vickers & Vertosick 2016, model 2).

    T = T2 (42195/D2)^k_M, race 2 being the longer, with
    k_M = 1.4510756 - 0.23797948 k - 0.01410023 (miles per week / 10) and
    k = ln(T2/T1) / ln(D2/D1).

    Returns:
        The pace; flagged when it is faster than the longer race, or when the longer
        race was run faster than the shorter one.

    Raises:
        SpecError: A value is not finite or not above zero, or the two distances are
            not in order, below the marathon and far enough apart
            (``vickers_can_combine``), or the exponent is not above zero.

    Example:
        >>> round(vickers_two_races(10_000, 2400, 21097.5, 5400, 40 * 1609.344).time_s, 1)
        11869.1
    """
    check_positive(
        shorter_m=shorter_m,
        shorter_s=shorter_s,
        longer_m=longer_m,
        longer_s=longer_s,
        weekly_distance_m=weekly_distance_m,
    )
    if not vickers_can_combine(shorter_m, longer_m):
        raise SpecError(
            Problem(
                "expected two races well apart in distance, the shorter first, both below "
                f"the marathon, got {shorter_m:g} m and {longer_m:g} m",
                "longer_m",
            )
        )
    race_exponent = math.log(longer_s / shorter_s) / math.log(longer_m / shorter_m)
    tens_of_miles = weekly_distance_m / METRES_PER_MILE / 10
    exponent = 1.4510756 - _VICKERS_EXPONENT_SLOPE * race_exponent - 0.01410023 * tens_of_miles
    if exponent <= 0:
        raise SpecError(
            f"expected races and mileage that give an exponent above zero, got {exponent:.3g}"
        )
    speed_mps = MARATHON_M / (longer_s * math.pow(MARATHON_M / longer_m, exponent))
    warnings = []
    if race_exponent < 1:
        warnings.append(_RACES_DISAGREE)
    if exponent < 1:
        warnings.append(_FASTER_THAN_RACE)
    return MarathonPace(method="vickers two races", speed_mps=speed_mps, warnings=tuple(warnings))


def tanda_marathon(weekly_distance_m: float, training_mps: float) -> MarathonPace:
    """Marathon pace from eight weeks of training (Tanda 2011).

    P_marathon = 17.1 + 140 e^(-0.0053 K) + 0.55 P in seconds per kilometre, K
    kilometres a week.

    Args:
        weekly_distance_m: Mean metres a week over the eight weeks.
        training_mps: Mean speed of all running in them (P as a speed).

    Returns:
        The pace; flagged when it gives a marathon outside 167 to 216 min, for
        which alone the formula was made.

    Raises:
        SpecError: A value is not finite or not above zero.

    Example:
        >>> round(tanda_marathon(60_000, 1000 / 300).time_s, 1)
        11981.9
    """
    check_positive(weekly_distance_m=weekly_distance_m, training_mps=training_mps)
    weekly_km = weekly_distance_m / METRES_PER_KILOMETRE
    training_s_per_km = METRES_PER_KILOMETRE / training_mps
    s_per_km = 17.1 + 140 * math.exp(-0.0053 * weekly_km) + 0.55 * training_s_per_km
    pace = MarathonPace(method="tanda", speed_mps=METRES_PER_KILOMETRE / s_per_km)
    if _TANDA_FASTEST_S <= pace.time_s <= _TANDA_SLOWEST_S:
        return pace
    warning = (
        f"Tanda's formula was made for marathons of 167 to 216 min and gives "
        f"{pace.time_s / 60:.0f} min here (Tanda 2011)"
    )
    return attrs.evolve(pace, warnings=(warning,))
