"""Who runs: marathon pace stated or predicted, and every named pace from the same source."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Literal, get_args

import attrs

from backrun_fit import predict
from backrun_fit.errors import Problem, SpecError
from backrun_fit.paces import (
    PACE_NAMES,
    band_about,
    canonical_pace_name,
    default_band,
    middle_mps,
    pace_at_vdot,
    read_pace,
    read_pace_or_band,
)
from backrun_fit.predict import MARATHON_M, MarathonPace
from backrun_fit.units import (
    format_distance,
    format_duration,
    format_pace,
    parse_distance,
    parse_duration,
)
from backrun_fit.workout import NamedPaceTarget, PaceTarget, Target

__all__ = [
    "PACE_NAMES",
    "Athlete",
    "BackwardCost",
    "MarathonPace",
    "Method",
    "Race",
    "canonical_pace_name",
]

Method = Literal["vickers", "daniels", "riegel"]
"""Ways to predict the marathon from races that can be asked for by name."""

_RACES_M: Final = {"marathon": MARATHON_M, "halfmarathon": 21097.5, "half": 21097.5}

# Above every world record from 800 m (1:40.91, VDOT 88) to the marathon (2:00:35, VDOT 86);
# sprints, which reach higher, lie outside what the formula describes.
BEST_HUMAN_VDOT: Final = 90.0
SHORTEST_RACE_M: Final = 800.0
# A bare number is metres, so that a week below a kilometre is a unit forgotten.
SHORTEST_WEEK_M: Final = 1_000.0
LONGEST_WEEK_M: Final = 500_000.0
# 26.2 miles is 30 m short of 42195 m.
_MARATHON_TOLERANCE: Final = 0.002
_AGREEMENT_S_PER_KM: Final = 1.0

# Backward running costs 1.29 to 1.35 times forward running at the same speed (Wright & Weyand
# 2001, J Exp Biol 204:1805).
BACKWARD_COST_LEAST: Final = 1.29
BACKWARD_COST_MOST: Final = 1.35


class _Problems(list[Problem]):
    """Gathers what is wrong, so that all of it is said at once."""

    @contextmanager
    def at(self, path: str) -> Iterator[None]:
        try:
            yield
        except SpecError as error:
            self.extend(error.under(path).problems)

    def refuse(self) -> None:
        if self:
            raise SpecError(self)


def _number(value: object, expected: str, lowest: float, highest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SpecError(f"expected {expected}, got {value!r}")
    if not lowest <= value <= highest:
        raise SpecError(f"expected {expected}, from {lowest:g} to {highest:g}, got {value!r}")
    return float(value)


def _read_distance(value: object) -> float:
    metres = value
    if isinstance(value, str):
        metres = _RACES_M.get(re.sub(r"[\s_-]+", "", value.casefold())) or parse_distance(value)
    expected = "a race such as 10km or half marathon, or a number of metres"
    return _number(metres, expected, SHORTEST_RACE_M, 1e6)


def _read_time(value: object) -> float:
    seconds = parse_duration(value) if isinstance(value, str) else value
    return _number(seconds, "a time such as 40:00 or 3:30:00, or a number of seconds", 1, 1e6)


def _read_week(value: object) -> float:
    metres = parse_distance(value) if isinstance(value, str) else value
    expected = "a weekly distance such as 40mi, or a number of metres"
    return _number(metres, expected, SHORTEST_WEEK_M, LONGEST_WEEK_M)


def _check_human(distance_m: float, time_s: float) -> None:
    speed_mps = distance_m / time_s
    got = (
        f"got {format_duration(time_s)}, {format_pace(speed_mps)} "
        "(1:30 is a minute and a half, 1:30:00 an hour and a half)"
    )
    if predict.oxygen_cost(speed_mps) <= 0:
        raise SpecError(f"expected {format_distance(distance_m)} at a run or a walk, {got}")
    if predict.vdot_of_race(distance_m, time_s) > BEST_HUMAN_VDOT:
        raise SpecError(
            f"expected {format_distance(distance_m)} no faster than anyone has run it, {got}"
        )


@attrs.frozen(kw_only=True)
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
        problems = _Problems()
        with problems.at("distance"):
            distance_m = _read_distance(distance)
        with problems.at("time"):
            time_s = _read_time(time)
        problems.refuse()
        with problems.at("time"):
            _check_human(distance_m, time_s)
        problems.refuse()
        self.__attrs_init__(distance=distance_m, time=time_s)

    @property
    def vdot(self) -> float:
        """VDOT of this race (Daniels & Gilbert 1979).

        Example:
            >>> round(Race(distance="10km", time="40:00").vdot, 1)
            51.9
        """
        return predict.vdot_of_race(self.distance_m, self.time_s)

    @property
    def is_marathon(self) -> bool:
        """Whether the distance is the marathon's, 26.2 miles included.

        Example:
            >>> Race(distance="26.2mi", time="3:30:00").is_marathon
            True
        """
        return math.isclose(self.distance_m, MARATHON_M, rel_tol=_MARATHON_TOLERANCE)


@attrs.frozen(kw_only=True)
class BackwardCost:
    """What running backward takes out of an athlete, in per cent of VDOT.

    Attributes:
        speed_mps: The speed, backward.
        least_percent: With backward running 1.29 times as costly as forward.
        most_percent: With 1.35 times.
    """

    speed_mps: float
    least_percent: float
    most_percent: float


def _read_races(value: object, problems: _Problems) -> tuple[Race, ...]:
    races: list[Race] = []
    with problems.at("races"):
        if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
            raise SpecError(f"expected a list of races, got {value!r}")
        for number, race in enumerate(value):
            with problems.at(f"races[{number}]"):
                races.append(race if isinstance(race, Race) else _read_race(race))
    return tuple(races)


def _read_race(value: object) -> Race:
    if not isinstance(value, Mapping) or set(value) != {"distance", "time"}:
        raise SpecError(f"expected a race with a distance and a time, got {value!r}")
    return Race(distance=value["distance"], time=value["time"])


def _read_paces(value: object, problems: _Problems) -> tuple[tuple[str, float | PaceTarget], ...]:
    # The pairs are what an athlete holds, so that attrs.evolve can hand them back.
    pairs = value.items() if isinstance(value, Mapping) else value
    if not isinstance(pairs, Iterable) or not all(
        isinstance(pair, tuple) and len(pair) == 2 for pair in (pairs := tuple(pairs))
    ):
        problems.append(Problem(f"expected paces by name, got {value!r}", "paces"))
        return ()
    paces: dict[str, float | PaceTarget] = {}
    for name, pace in pairs:
        with problems.at(f"paces.{name}"):
            canonical = canonical_pace_name(name)
            if canonical in paces:
                raise SpecError(f"expected each pace once, got another {canonical} pace")
            paces[canonical] = read_pace_or_band(pace)
    return tuple(sorted(paces.items()))


def _s_per_km_apart(one: PaceTarget, other: PaceTarget) -> float:
    """The gap between two bands in seconds per kilometre; zero where they meet."""
    gaps = (
        1000 / one.fastest_mps - 1000 / other.slowest_mps,
        1000 / other.fastest_mps - 1000 / one.slowest_mps,
    )
    return max(0.0, *gaps)


@attrs.frozen(kw_only=True)
class Athlete:
    """Whose paces a workout is compiled for.

    Nothing need be stated: explicit targets compile without it, and what cannot be
    worked out is refused when it is asked for.

    Attributes:
        name: For people only.
        stated_marathon_mps: Marathon pace, given as ``marathon_pace``.
        stated_marathon_s: Marathon time, given as ``marathon_time``.
        races: In the order given; may be empty.
        weekly_distance_m: Metres run a week, given as ``weekly_distance``.
        paces: Explicit paces (m/s) and bands by canonical name, sorted by name.
        method: How to predict the marathon from races; None takes the best that the
            data allow.

    Example:
        >>> athlete = Athlete(races=[Race(distance="10km", time="40:00")], weekly_distance="40mi")
        >>> athlete.marathon_source.method, format_pace(athlete.marathon_mps, "statute")
        ('vickers one race', '7:34/mi')
    """

    name: str | None = None
    stated_marathon_mps: float | None = attrs.field(default=None, alias="marathon_pace")
    stated_marathon_s: float | None = attrs.field(default=None, alias="marathon_time")
    races: tuple[Race, ...] = ()
    weekly_distance_m: float | None = attrs.field(default=None, alias="weekly_distance")
    paces: tuple[tuple[str, float | PaceTarget], ...] = ()
    method: Method | None = None

    def __init__(
        self,
        *,
        name: str | None = None,
        marathon_pace: str | float | None = None,
        marathon_time: str | float | None = None,
        races: Iterable[Race | Mapping[str, str | float]] = (),
        weekly_distance: str | float | None = None,
        paces: Mapping[str, str | float | PaceTarget]
        | Iterable[tuple[str, str | float | PaceTarget]] = (),
        method: Method | None = None,
    ) -> None:
        """Take an athlete as people write one down.

        Args:
            name: For people only.
            marathon_pace: Such as ``8:00/mi``, or m/s.
            marathon_time: Such as ``3:30:00``, or seconds.
            races: ``Race`` objects, or mappings with ``distance`` and ``time``.
            weekly_distance: Such as ``40mi``, or metres; from 1 to 500 km.
            paces: Explicit paces by name: ``9:30/mi``, ``9:00-10:00/mi``, m/s or a
                ``PaceTarget``. They win over everything worked out.
            method: ``vickers``, ``daniels`` or ``riegel`` to insist on one of them.

        Raises:
            SpecError: All problems at once, each with its path, such as ``races[0].time``:
                what cannot be read, what no person runs, a stated pace and a stated
                time more than a second per kilometre apart, a method without the data
                for it.
        """
        problems = _Problems()
        pace_mps = time_s = week_m = None
        if name is not None and not isinstance(name, str):
            problems.append(Problem(f"expected a name, got {name!r}", "name"))
        with problems.at("marathon_pace"):
            if marathon_pace is not None:
                stated_mps = read_pace(marathon_pace)
                _check_human(MARATHON_M, MARATHON_M / stated_mps)
                pace_mps = stated_mps
        with problems.at("marathon_time"):
            if marathon_time is not None:
                stated_s = _read_time(marathon_time)
                _check_human(MARATHON_M, stated_s)
                time_s = stated_s
        read_races = _read_races(races, problems)
        with problems.at("weekly_distance"):
            if weekly_distance is not None:
                week_m = _read_week(weekly_distance)
        read_paces = _read_paces(paces, problems)
        if method is not None and method not in get_args(Method):
            methods = ", ".join(get_args(Method))
            problems.append(Problem(f"expected one of {methods}, got {method!r}", "method"))
        self.__attrs_init__(
            name=name,
            marathon_pace=pace_mps,
            marathon_time=time_s,
            races=read_races,
            weekly_distance=week_m,
            paces=read_paces,
            method=method,
        )
        problems.refuse()
        self._check_marathon(problems)
        self._check_method(problems)
        problems.refuse()

    def _check_marathon(self, problems: _Problems) -> None:
        """Refuse marathon paces that cannot all be meant."""
        stated = []
        if self.stated_marathon_mps is not None:
            stated.append(("marathon_pace", _as_band(self.stated_marathon_mps)))
        if self.stated_marathon_s is not None:
            stated.append(("marathon_time", _as_band(MARATHON_M / self.stated_marathon_s)))
        if (explicit := self._explicit("marathon")) is not None:
            with problems.at("paces.marathon"):
                _check_human(MARATHON_M, MARATHON_M / _middle_mps(explicit))
            stated.append(("paces.marathon", _as_band(explicit)))
        for path, band in stated[1:]:
            first_path, first = stated[0]
            if _s_per_km_apart(first, band) > _AGREEMENT_S_PER_KM:
                got = format_pace(middle_mps(band))
                expected = f"what agrees with {first_path} ({format_pace(first.slowest_mps)})"
                problems.append(Problem(f"expected {expected}, got {got}", path))

    def _check_method(self, problems: _Problems) -> None:
        """Refuse a method that could not be followed."""
        if self.method is None:
            return
        if self._stated is not None:
            problems.append(
                Problem(f"expected none beside a stated marathon, got {self.method!r}", "method")
            )
        elif not self.races:
            problems.append(Problem(f"expected a race for the method {self.method}", "races"))
        elif self.method == "vickers":
            if not _below_marathon(self.races):
                problems.append(Problem("expected a race shorter than the marathon", "races"))
            if self.weekly_distance_m is None:
                problems.append(Problem("expected one for the method vickers", "weekly_distance"))

    def _explicit(self, name: str) -> float | PaceTarget | None:
        return dict(self.paces).get(name)

    @property
    def _stated(self) -> MarathonPace | None:
        explicit = self._explicit("marathon")
        if isinstance(explicit, float):
            return MarathonPace(method="stated pace", speed_mps=explicit)
        if self.stated_marathon_mps is not None:
            return MarathonPace(method="stated pace", speed_mps=self.stated_marathon_mps)
        if self.stated_marathon_s is not None:
            return MarathonPace(method="stated time", speed_mps=MARATHON_M / self.stated_marathon_s)
        if explicit is not None:
            return MarathonPace(method="stated pace", speed_mps=middle_mps(explicit))
        return None

    def _require_source(self, wanted: str) -> None:
        if self._stated is None and not self.races:
            raise SpecError(
                Problem(
                    f"expected a marathon pace, a marathon time or a race, to take {wanted} "
                    "from, got none of them",
                    "marathon_pace",
                )
            )

    @property
    def marathon_source(self) -> MarathonPace:
        """Marathon pace with the method it comes from and what is doubtful about it.

        Taken from the first of these that the athlete has: a stated pace, a stated
        time, a marathon among the races (the fastest), two shorter races with weekly
        distance, one shorter race with weekly distance (both Vickers & Vertosick 2016),
        a race (Daniels & Gilbert 1979, the highest VDOT). Riegel 1981 only as
        ``method``, from the race nearest to the marathon.

        Raises:
            SpecError: Nothing is stated and there is no race.

        Example:
            >>> Athlete(marathon_time="3:30:00").marathon_source.method
            'stated time'
        """
        self._require_source("the marathon pace")
        if (stated := self._stated) is not None:
            return stated
        marathons = [race.time_s / race.distance_m for race in self.races if race.is_marathon]
        if marathons and self.method is None:
            return MarathonPace(method="marathon race", speed_mps=1 / min(marathons))
        if self.method == "riegel":
            nearest = min(self.races, key=lambda race: (_octaves_off(race), race.time_s))
            return predict.riegel_marathon(nearest.distance_m, nearest.time_s)
        shorter = _below_marathon(self.races)
        if self.method != "daniels" and shorter and self.weekly_distance_m is not None:
            return _vickers(shorter, self.weekly_distance_m)
        return predict.daniels_marathon(self.vdot)

    @property
    def marathon_mps(self) -> float:
        """Marathon pace as a speed in m/s; see ``marathon_source``.

        Raises:
            SpecError: Nothing is stated and there is no race.

        Example:
            >>> round(Athlete(marathon_pace="8:00/mi").marathon_mps, 4)
            3.3528
        """
        return self.marathon_source.speed_mps

    @property
    def vdot(self) -> float:
        """VDOT: of the best race, or of a marathon at the stated pace (Daniels & Gilbert 1979).

        Raises:
            SpecError: Nothing is stated and there is no race.

        Example:
            >>> round(Athlete(marathon_time="3:00:00").vdot, 1)
            53.5
        """
        self._require_source("VDOT")
        if self.races:
            return max(race.vdot for race in self.races)
        return predict.vdot_of_race(MARATHON_M, self.marathon_source.time_s)

    def pace_mps(self, name: str) -> float:
        """A named pace as a speed in m/s: the explicit one, or the one at the athlete's VDOT.

        Args:
            name: Any spelling of a member of ``PACE_NAMES``.

        Returns:
            The speed; of an explicit band, the pace in its middle.

        Raises:
            SpecError: The name is unknown, or there is nothing to take the pace from.

        Example:
            >>> Athlete(paces={"easy": "3 m/s"}).pace_mps("Easy")
            3.0
        """
        canonical = canonical_pace_name(name)
        explicit = self._explicit(canonical)
        if canonical != "marathon" and explicit is not None:
            return _middle_mps(explicit)
        self._require_source(f"the {canonical} pace")
        return self.marathon_mps if canonical == "marathon" else pace_at_vdot(canonical, self.vdot)

    def band(self, name: str) -> PaceTarget:
        """The band of a named pace: the explicit one, or the usual width about the pace.

        Raises:
            SpecError: The name is unknown, or there is nothing to take the pace from.

        Example:
            >>> Athlete(paces={"easy": "3-4 m/s"}).band("easy")
            PaceTarget(slowest_mps=3.0, fastest_mps=4.0)
        """
        explicit = self._explicit(canonical_pace_name(name))
        if isinstance(explicit, PaceTarget):
            return explicit
        return default_band(name, self.pace_mps(name))

    def resolve(self, target: Target) -> Target:
        """A target with every name turned into speeds; any other target as it is.

        Raises:
            SpecError: The name is unknown, or there is nothing to take the pace from.

        Example:
            >>> athlete = Athlete(marathon_pace="4 m/s")
            >>> athlete.resolve(NamedPaceTarget(name="MP", slower=0.25, faster=0.2))
            PaceTarget(slowest_mps=3.2, fastest_mps=5.0)
        """
        if not isinstance(target, NamedPaceTarget):
            return target
        if target.slower is None or target.faster is None:
            return self.band(target.name)
        return band_about(self.pace_mps(target.name), target.slower, target.faster)

    def backward_cost(self, speed_mps: float) -> BackwardCost:
        """What running backward at a speed costs, in per cent of VDOT.

        VO2(v) x 1.29 and x 1.35 over VDOT (Wright & Weyand 2001 on Daniels & Gilbert
        1979). Above 100 the athlete has not got it for longer than some minutes.

        Raises:
            SpecError: The speed is not finite or not above zero, or there is nothing
                to take VDOT from.

        Example:
            >>> cost = Athlete(races=[Race(distance="10km", time="40:00")]).backward_cost(3.809)
            >>> round(cost.least_percent), round(cost.most_percent)
            (106, 110)
        """
        percent = 100 * max(0.0, predict.oxygen_cost(speed_mps)) / self.vdot
        return BackwardCost(
            speed_mps=speed_mps,
            least_percent=BACKWARD_COST_LEAST * percent,
            most_percent=BACKWARD_COST_MOST * percent,
        )


def _as_band(pace: float | PaceTarget) -> PaceTarget:
    return pace if isinstance(pace, PaceTarget) else band_about(pace, 0, 0)


def _middle_mps(pace: float | PaceTarget) -> float:
    return middle_mps(pace) if isinstance(pace, PaceTarget) else pace


def _octaves_off(race: Race) -> float:
    return abs(math.log2(race.distance_m / MARATHON_M))


def _below_marathon(races: tuple[Race, ...]) -> list[Race]:
    """Races shorter than the marathon, the longest first, the fastest first at each distance."""
    shorter = [race for race in races if race.distance_m < MARATHON_M and not race.is_marathon]
    return sorted(shorter, key=lambda race: (-race.distance_m, race.time_s))


def _vickers(shorter: list[Race], weekly_distance_m: float) -> MarathonPace:
    """From the race nearest to the marathon, and the next one far enough from it if there is."""
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
