"""Who runs: marathon pace stated or predicted, and every named pace from the same source."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Literal, get_args

import attrs

from backrun_fit import predict
from backrun_fit.errors import Problem, SpecError
from backrun_fit.predict import MARATHON_M, MarathonPace
from backrun_fit.units import (
    FASTEST_HUMAN_MPS,
    SLOWEST_MOVING_MPS,
    format_distance,
    format_duration,
    format_pace,
    parse_distance,
    parse_duration,
    parse_pace,
)
from backrun_fit.workout import NamedPaceTarget, PaceTarget, Target

__all__ = [
    "PACE_NAMES",
    "Athlete",
    "BackwardCost",
    "Method",
    "Race",
    "canonical_pace_name",
    "parse_pace_band",
]

Method = Literal["vickers", "daniels", "riegel"]
"""Ways to predict the marathon from races that can be asked for by name."""

PACE_NAMES: Final = ("recovery", "easy", "marathon", "threshold", "10k", "5k")
"""The paces an athlete has, slowest first."""

_ALIASES: Final = {"mp": "marathon", "5km": "5k", "10km": "10k"}

# Parts of VDOT. Easy is the figure on which the cost of an easy backward recovery was worked
# out (70 % of VDOT); threshold and recovery are background convention of Daniels' training
# tables, not measured values.
EASY_FRACTION: Final = 0.70
THRESHOLD_FRACTION: Final = 0.88
RECOVERY_FRACTION: Final = 0.65
_FRACTIONS: Final = {
    "easy": EASY_FRACTION,
    "threshold": THRESHOLD_FRACTION,
    "recovery": RECOVERY_FRACTION,
}
_RACE_PACES_M: Final = {"5k": 5_000.0, "10k": 10_000.0}

# Half-widths of the band about a pace, as parts of its time per distance. Ours: a recovery or
# an easy run needs no precision, the others do.
RELAXED_BAND: Final = 0.06
PRECISE_BAND: Final = 0.03
_RELAXED: Final = frozenset({"easy", "recovery"})

_RACE_DISTANCES_M: Final = {"marathon": MARATHON_M, "halfmarathon": 21097.5, "half": 21097.5}

# The best VDOT by this formula in a world record from 800 m (88, 1:40.91) to the marathon
# (86, 2:00:35); sprints lie outside what it describes.
BEST_HUMAN_VDOT: Final = 90.0
SHORTEST_RACE_M: Final = 800.0
# A bare 40 is metres here, so a week below a kilometre is a unit forgotten.
_WEEK_M: Final = (1_000.0, 500_000.0)
# 26.2 miles is 30 m short of 42195 m.
_MARATHON_TOLERANCE: Final = 0.002
_AGREE_S_PER_KM: Final = 1.0

# Backward running costs 1.29 to 1.35 times forward running at the same speed (Wright & Weyand
# 2001, J Exp Biol 204:1805).
BACKWARD_COST_LEAST: Final = 1.29
BACKWARD_COST_MOST: Final = 1.35

_PACE_UNIT: Final = re.compile(
    r"\s*(?:m/s|km/h|kph|mph|mi/h|(?:min\s*)?(?:/|\bper\b)\s*[a-z]+)\s*", re.IGNORECASE
)
_BAND: Final = re.compile(r"\s*(\S.*?)\s*(?:-|–|\bto\b)\s*(\S.*?)\s*", re.IGNORECASE)


class _Problems(list[Problem]):
    """Gathers what is wrong, so that all of it can be said at once."""

    @contextmanager
    def at(self, path: str) -> Iterator[None]:
        try:
            yield
        except SpecError as error:
            self.extend(error.under(path).problems)

    def refuse(self) -> None:
        if self:
            raise SpecError(self)


def _squash(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text.casefold())


def _number(value: object, expected: str, lowest: float, highest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SpecError(Problem(f"expected {expected}, got {value!r}"))
    if not lowest <= value <= highest:
        raise SpecError(
            Problem(f"expected {expected}, between {lowest:g} and {highest:g}, got {value!r}")
        )
    return float(value)


def _read_distance(value: object) -> float:
    if isinstance(value, str):
        return _RACE_DISTANCES_M.get(_squash(value)) or parse_distance(value)
    return _number(value, "a distance such as 10km or a number of metres", 1e-3, 1e6)


def _read_time(value: object) -> float:
    if isinstance(value, str):
        return parse_duration(value)
    return _number(value, "a time such as 40:00 or a number of seconds", 1e-3, 1e6)


def _read_pace(value: object) -> float:
    if isinstance(value, str):
        return parse_pace(value)
    return _number(
        value,
        "a pace such as 8:00/mi or a speed in m/s",
        SLOWEST_MOVING_MPS,
        FASTEST_HUMAN_MPS,
    )


def _read_week(value: object) -> float:
    expected = "a weekly distance such as 40mi or a number of metres"
    distance_m = parse_distance(value) if isinstance(value, str) else value
    return _number(distance_m, expected, *_WEEK_M)


def _vdot(distance_m: float, time_s: float) -> float:
    """VDOT of a performance; refused where nobody has run that fast, or runs that slowly."""
    speed_mps = distance_m / time_s
    vdot = math.nan
    if SLOWEST_MOVING_MPS <= speed_mps <= FASTEST_HUMAN_MPS and predict.oxygen_cost(speed_mps) > 0:
        vdot = predict.vdot_of_race(distance_m, time_s)
    if not vdot <= BEST_HUMAN_VDOT:
        raise SpecError(
            Problem(
                f"expected a time in which a person can run {format_distance(distance_m)}, "
                f"got {format_duration(time_s)} ({format_pace(speed_mps)}; "
                "a:b is minutes and seconds, a:b:c hours, minutes and seconds)"
            )
        )
    return vdot


def parse_pace_band(text: str) -> PaceTarget:
    """Read a band of paces such as ``9:00-10:00/mi`` or ``5:40/km to 9:00/mi``.

    Args:
        text: Two paces in either order, joined by a hyphen, a dash or ``to``; a unit
            after the second alone goes for both.

    Raises:
        SpecError: One of the two is no pace (see ``parse_pace``).

    Example:
        >>> band = parse_pace_band("9:00-10:00/mi")
        >>> format_pace(band.slowest_mps, "statute"), format_pace(band.fastest_mps, "statute")
        ('10:00/mi', '9:00/mi')
    """
    match = _BAND.fullmatch(text)
    if match is None:
        raise SpecError(Problem(f"expected two paces such as 9:00-10:00/mi, got {text!r}"))
    first, second = match.groups()
    unit = re.search(_PACE_UNIT.pattern + "$", second, re.IGNORECASE)
    if unit and not _PACE_UNIT.search(first):
        first += unit[0]
    slowest_mps, fastest_mps = sorted((parse_pace(first), parse_pace(second)))
    return PaceTarget(slowest_mps=slowest_mps, fastest_mps=fastest_mps)


def _read_named_pace(value: object) -> float | PaceTarget:
    if isinstance(value, PaceTarget):
        _read_pace(value.slowest_mps)
        _read_pace(value.fastest_mps)
        return value
    if isinstance(value, str) and _BAND.fullmatch(value):
        return parse_pace_band(value)
    return _read_pace(value)


def canonical_pace_name(name: str) -> str:
    """The one name of a pace, whatever its case and spelling.

    Args:
        name: Such as ``MP``, ``marathon pace`` or ``5 km``.

    Returns:
        A member of ``PACE_NAMES``.

    Raises:
        SpecError: The name is none of them; the nearest is suggested.

    Example:
        >>> canonical_pace_name("MP"), canonical_pace_name("Easy pace")
        ('marathon', 'easy')
    """
    known = {**{pace: pace for pace in PACE_NAMES}, **_ALIASES}
    squashed = _squash(name).removesuffix("pace") if isinstance(name, str) else ""
    if squashed in known:
        return known[squashed]
    near = difflib.get_close_matches(squashed, known, n=1)
    hint = f"; did you mean {known[near[0]]}?" if near else ""
    raise SpecError(
        Problem(f"expected a pace name ({', '.join(PACE_NAMES)} or MP), got {name!r}{hint}")
    )


@attrs.frozen(kw_only=True)
class Race:
    """A race that shows what the athlete can do now.

    Attributes:
        distance_m: Metres, 800 or more; given as ``distance``.
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
                nobody runs that fast or that slowly.
        """
        problems = _Problems()
        with problems.at("distance"):
            distance_m = _read_distance(distance)
            if distance_m < SHORTEST_RACE_M:
                raise SpecError(
                    f"expected a race of {SHORTEST_RACE_M:g} m or longer, got {distance_m:g} m"
                )
        with problems.at("time"):
            time_s = _read_time(time)
        problems.refuse()
        with problems.at("time"):
            _vdot(distance_m, time_s)
        problems.refuse()
        self.__attrs_init__(distance=distance_m, time=time_s)  # type: ignore[attr-defined]

    @property
    def vdot(self) -> float:
        """VDOT of this race (Daniels & Gilbert 1979)."""
        return predict.vdot_of_race(self.distance_m, self.time_s)

    @property
    def is_marathon(self) -> bool:
        """Whether the distance is the marathon's, 26.2 miles included."""
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
    if isinstance(value, (str, Mapping, Race)) or not isinstance(value, Iterable):
        problems.append(Problem(f"expected a list of races, got {value!r}", "races"))
        return ()
    races = []
    for number, item in enumerate(value):
        with problems.at(f"races[{number}]"):
            races.append(_read_race(item))
    return tuple(races)


def _read_race(item: object) -> Race:
    if isinstance(item, Race):
        return item
    if not isinstance(item, Mapping) or set(item) != {"distance", "time"}:
        raise SpecError(Problem(f"expected a race with distance and time, got {item!r}"))
    return Race(distance=item["distance"], time=item["time"])


def _read_paces(value: object, problems: _Problems) -> tuple[tuple[str, float | PaceTarget], ...]:
    paces: dict[str, float | PaceTarget] = {}
    if not isinstance(value, Mapping):
        problems.append(Problem(f"expected paces by name, got {value!r}", "paces"))
        return ()
    for name, pace in value.items():
        with problems.at(f"paces.{name}"):
            canonical = canonical_pace_name(name)
            if canonical in paces:
                raise SpecError(f"expected each pace once, got {canonical} again")
            paces[canonical] = _read_named_pace(pace)
    return tuple(sorted(paces.items()))
