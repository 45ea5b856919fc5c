"""A race, how people write one down, and the marathon predicted from several."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import attrs

from backrun_fit.athlete import predict
from backrun_fit.athlete.predict import MARATHON_M, MarathonPace
from backrun_fit.athlete.vdot import oxygen_cost, vdot_of_race
from backrun_fit.errors import Problem, Problems, SpecError
from backrun_fit.units import (
    SLOWEST_MOVING_MPS,
    format_distance,
    format_duration,
    format_pace,
    parse_distance,
    parse_duration,
)

__all__ = [
    "Method",
    "Race",
    "check_human",
    "marathon_from_races",
    "read_number",
    "read_races",
    "read_time",
    "read_week",
]

Method = Literal["vickers", "daniels", "riegel"]
"""Ways to predict the marathon from races that can be asked for by name."""

_NAMED_RACES_M: Final = {"marathon": MARATHON_M, "halfmarathon": 21097.5, "half": 21097.5}

# Above every world record from 800 m (1:40.91, VDOT 88) to the marathon (2:00:35, VDOT 86);
# sprints, which reach higher, lie outside what the formula describes.
BEST_HUMAN_VDOT: Final = 90.0
SHORTEST_RACE_M: Final = 800.0
# A bare number is metres, so that a week below a kilometre is a unit forgotten.
SHORTEST_WEEK_M: Final = 1_000.0
LONGEST_WEEK_M: Final = 500_000.0
# 26.2 miles is 30 m short of 42195 m.
_MARATHON_TOLERANCE: Final = 0.002


def read_number(value: object, expected: str, lowest: float, highest: float) -> float:
    """A number between two bounds, both included.

    Raises:
        SpecError: It is no number, or lies outside.

    Example:
        >>> read_number(5, "a number of metres", 1, 10)
        5.0
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SpecError(f"expected {expected}, got {str(value)[:60]!r}")
    if not lowest <= value <= highest:
        raise SpecError(f"expected {expected}, from {lowest:g} to {highest:g}, got {value!r}")
    return float(value)


def read_time(value: object) -> float:
    """A time in seconds, from text (``parse_duration``) or a number of seconds.

    Raises:
        SpecError: It is neither, or not between a second and 277 hours.

    Example:
        >>> read_time("40:00"), read_time(2400)
        (2400.0, 2400.0)
    """
    seconds = parse_duration(value) if isinstance(value, str) else value
    return read_number(seconds, "a time such as 40:00 or 3:30:00, or a number of seconds", 1, 1e6)


def _read_distance(value: object) -> float:
    metres = value
    if isinstance(value, str):
        named = _NAMED_RACES_M.get(re.sub(r"[\s_-]+", "", value.casefold()))
        metres = parse_distance(value) if named is None else named
    expected = "a distance such as 10km or half marathon, or a number of metres"
    return read_number(metres, expected, SHORTEST_RACE_M, 1e6)


def read_week(value: object) -> float:
    """Metres run a week, from text with its unit or a number of metres.

    Raises:
        SpecError: It is neither, or not from 1 to 500 km.

    Example:
        >>> round(read_week("40mi"))
        64374
    """
    metres = parse_distance(value) if isinstance(value, str) else value
    expected = "a weekly distance such as 40mi, or a number of metres"
    return read_number(metres, expected, SHORTEST_WEEK_M, LONGEST_WEEK_M)


def check_human(distance_m: float, time_s: float) -> None:
    """Refuse what nobody has run: a VDOT above 90, or so slow that there is none.

    Raises:
        SpecError: The time is out of human reach.

    Example:
        >>> check_human(10_000, 2400)
    """
    speed_mps = distance_m / time_s
    got = (
        f"got {format_duration(time_s)}, {format_pace(speed_mps)} "
        "(1:30 is a minute and a half, 1:30:00 an hour and a half)"
    )
    if speed_mps < SLOWEST_MOVING_MPS or oxygen_cost(speed_mps) <= 0:
        raise SpecError(f"expected {format_distance(distance_m)} at a run or a walk, {got}")
    if vdot_of_race(distance_m, time_s) > BEST_HUMAN_VDOT:
        raise SpecError(
            f"expected {format_distance(distance_m)} no faster than anyone has run it, {got}"
        )


@attrs.frozen(kw_only=True, init=False)
class Race:
    """A race that shows what the athlete can do now.

    Attributes:
        distance_m: Metres, at least 800; given as ``distance``.
        time_s: Seconds; given as ``time``.

    Example:
        >>> Race(distance="half marathon", time="1:30:00")
        Race(distance_m=21097.5, time_s=5400.0)
    """

    distance_m: float = attrs.field(alias="distance")
    time_s: float = attrs.field(alias="time")

    def __init__(self, *, distance: str | float, time: str | float) -> None:
        """Take a race as people write it.

        Args:
            distance: Such as ``10km``, ``half marathon`` or ``marathon``, or metres.
            time: Such as ``40:00`` or ``1:30:00``, or seconds.

        Raises:
            SpecError: A value cannot be read, the race is shorter than 800 m, or
                nobody runs that fast or that slowly; all problems at once.
        """
        problems = Problems()
        with problems.at("distance"):
            distance_m = _read_distance(distance)
        with problems.at("time"):
            time_s = read_time(time)
        problems.refuse()
        with problems.at("time"):
            check_human(distance_m, time_s)
        problems.refuse()
        self.__attrs_init__(distance=distance_m, time=time_s)

    @property
    def vdot(self) -> float:
        """VDOT of this race (Daniels & Gilbert 1979).

        Example:
            >>> round(Race(distance="10km", time="40:00").vdot, 1)
            51.9
        """
        return vdot_of_race(self.distance_m, self.time_s)

    @property
    def is_marathon(self) -> bool:
        """Whether the distance is the marathon's, 26.2 miles included.

        Example:
            >>> Race(distance="26.2mi", time="3:30:00").is_marathon
            True
        """
        return math.isclose(self.distance_m, MARATHON_M, rel_tol=_MARATHON_TOLERANCE)


def read_races(value: object, problems: Problems) -> tuple[Race, ...]:
    """Races from a list of ``Race`` objects and mappings with ``distance`` and ``time``.

    Args:
        value: The list.
        problems: Takes what is wrong, below ``races``.

    Returns:
        Those that could be read, in the order given.

    Example:
        >>> read_races([{"distance": "5km", "time": "20:00"}], Problems())
        (Race(distance_m=5000.0, time_s=1200.0),)
    """
    if isinstance(value, (str, Mapping)) or not isinstance(value, Iterable):
        problems.append(Problem(f"expected a list of races, got {value!r}", "races"))
        return ()
    races: list[Race] = []
    for number, race in enumerate(value):
        with problems.at(f"races[{number}]"):
            races.append(race if isinstance(race, Race) else _read_race(race))
    return tuple(races)


def _read_race(value: object) -> Race:
    if not isinstance(value, Mapping) or set(value) != {"distance", "time"}:
        raise SpecError(f"expected a race with a distance and a time, got {value!r}")
    return Race(distance=value["distance"], time=value["time"])


def marathon_from_races(
    races: Sequence[Race], weekly_distance_m: float | None = None, method: Method | None = None
) -> MarathonPace:
    """The marathon pace that races show, by the best method for which the data are there.

    Without a method: the fastest marathon among the races; or else, with the weekly
    distance, the longest race below the marathon together with the next one well
    apart from it, or alone (Vickers & Vertosick 2016); or else the highest VDOT
    (Daniels & Gilbert 1979). Riegel 1981 only when asked for, from the race nearest
    to the marathon.

    Args:
        races: In any order; at least one.
        weekly_distance_m: Metres run a week; needed for ``vickers``.
        method: To insist on one.

    Raises:
        SpecError: There are no races, or not what the method needs.

    Example:
        >>> marathon_from_races([Race(distance="10km", time="40:00")]).method
        'daniels'
    """
    if not races:
        raise SpecError("expected at least one race to predict from, got none")
    marathons = [race.time_s / race.distance_m for race in races if race.is_marathon]
    if marathons and method is None:
        return MarathonPace(method="marathon race", speed_mps=1 / min(marathons))
    if method == "riegel":
        nearest = min(races, key=lambda r: (abs(math.log(r.distance_m / MARATHON_M)), r.time_s))
        return predict.riegel_marathon(nearest.distance_m, nearest.time_s)
    shorter = _below_marathon(races)
    if method != "daniels" and shorter and weekly_distance_m is not None:
        return _vickers(shorter, weekly_distance_m)
    if method == "vickers":
        raise SpecError("expected a race below the marathon and a weekly distance for vickers")
    return predict.daniels_marathon(max(race.vdot for race in races))


def _vickers(shorter: Sequence[Race], weekly_distance_m: float) -> MarathonPace:
    longest = shorter[0]
    for race in shorter[1:]:
        if predict.vickers_can_combine(race.distance_m, longest.distance_m):
            return predict.vickers_two_races(
                race.distance_m,
                race.time_s,
                longest.distance_m,
                longest.time_s,
                weekly_distance_m,
            )
    return predict.vickers_one_race(longest.distance_m, longest.time_s, weekly_distance_m)


def _below_marathon(races: Sequence[Race]) -> list[Race]:
    """The longest first, and at each distance the fastest first."""
    shorter = [race for race in races if race.distance_m < MARATHON_M and not race.is_marathon]
    return sorted(shorter, key=lambda race: (-race.distance_m, race.time_s))
