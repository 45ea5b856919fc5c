"""Who runs: marathon pace stated or predicted, and every named pace from the same source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, get_args

import attrs

from backrun_fit.athlete.body import (
    band_of,
    read_heart_rates,
    read_power,
    share_of_heart_rate,
    share_of_power,
)
from backrun_fit.athlete.calibration import BackwardCalibration, read_calibration
from backrun_fit.athlete.paces import (
    OWN_PACE,
    PACE_NAMES,
    ExplicitPaces,
    band_about,
    band_at_vdot,
    canonical_pace_name,
    default_band,
    middle_mps,
    pace_at_vdot,
    read_pace,
    read_paces,
)
from backrun_fit.athlete.predict import MARATHON_M, MarathonPace
from backrun_fit.athlete.race import (
    Method,
    Race,
    check_human,
    marathon_from_races,
    read_races,
    read_time,
    read_week,
)
from backrun_fit.athlete.stated import check_stated, stated_marathon
from backrun_fit.athlete.vdot import backward_cost, vdot_of_race
from backrun_fit.errors import Problem, Problems, SpecError
from backrun_fit.workout import (
    NamedPaceTarget,
    PaceTarget,
    RampTarget,
    ShareTarget,
    Target,
)

__all__ = ["PACE_NAMES", "Athlete", "MarathonPace", "Method", "Race", "canonical_pace_name"]

ENDURANCE_PACES: Final = frozenset(("easy", "recovery"))


@attrs.frozen(kw_only=True, init=False)
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
        max_heart_rate_bpm: The greatest, given as ``max_heart_rate``.
        threshold_heart_rate_bpm: At lactate threshold, given as ``threshold_heart_rate``.
        threshold_power_w: The running power of about an hour, given as
            ``threshold_power``.
        backward: What a calibration run says about the athlete's own backward running.

    Example:
        >>> from backrun_fit.units import format_pace
        >>> athlete = Athlete(races=[Race(distance="10km", time="40:00")], weekly_distance="40mi")
        >>> athlete.marathon_source.method, format_pace(athlete.marathon_mps, "statute")
        ('vickers one race', '7:34/mi')
    """

    name: str | None = None
    stated_marathon_mps: float | None = attrs.field(default=None, alias="marathon_pace")
    stated_marathon_s: float | None = attrs.field(default=None, alias="marathon_time")
    races: tuple[Race, ...] = ()
    weekly_distance_m: float | None = attrs.field(default=None, alias="weekly_distance")
    paces: ExplicitPaces = ()
    method: Method | None = None
    max_heart_rate_bpm: float | None = attrs.field(default=None, alias="max_heart_rate")
    threshold_heart_rate_bpm: float | None = attrs.field(default=None, alias="threshold_heart_rate")
    threshold_power_w: float | None = attrs.field(default=None, alias="threshold_power")
    backward: BackwardCalibration | None = None

    def __init__(
        self,
        *,
        name: str | None = None,
        marathon_pace: str | float | None = None,
        marathon_time: str | float | None = None,
        races: Iterable[Race | Mapping[str, str | float]] = (),
        weekly_distance: str | float | None = None,
        paces: Mapping[str, str | float | PaceTarget] | ExplicitPaces = (),
        method: Method | None = None,
        max_heart_rate: str | float | None = None,
        threshold_heart_rate: str | float | None = None,
        threshold_power: str | float | None = None,
        backward: BackwardCalibration | Mapping[str, object] | None = None,
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
            max_heart_rate: Such as ``185 bpm``, or beats a minute; from 60 to 250.
            threshold_heart_rate: Likewise, not above the greatest.
            threshold_power: Such as ``280 W``, or watts; from 30 to 1000.
            backward: A ``BackwardCalibration``, or a mapping with the keys of an athlete
                file (``calibration.read_calibration``).

        Raises:
            SpecError: All problems at once, each with its path, such as ``races[0].time``:
                what cannot be read, what no person runs, marathon paces stated more
                than a second per kilometre apart, a method without the data for it.
        """
        problems = Problems()
        pace_mps = time_s = week_m = None
        with problems.at("name"):
            if name is not None and not isinstance(name, str):
                raise SpecError(f"expected a text, got {name!r}")
        with problems.at("marathon_pace"):
            if marathon_pace is not None:
                pace_mps = read_pace(marathon_pace)
                check_human(MARATHON_M, MARATHON_M / pace_mps)
        with problems.at("marathon_time"):
            if marathon_time is not None:
                time_s = read_time(marathon_time)
                check_human(MARATHON_M, time_s)
        the_races = read_races(races, problems)
        with problems.at("weekly_distance"):
            if weekly_distance is not None:
                week_m = read_week(weekly_distance)
        the_paces = read_paces(paces, problems)
        with problems.at("method"):
            if method is not None and method not in get_args(Method):
                raise SpecError(f"expected one of {', '.join(get_args(Method))}, got {method!r}")
        max_bpm, threshold_bpm = read_heart_rates(max_heart_rate, threshold_heart_rate, problems)
        threshold_w = None
        with problems.at("threshold_power"):
            threshold_w = read_power(threshold_power)
        own = None
        with problems.at("backward"):
            own = None if backward is None else read_calibration(backward)
        problems.refuse()
        self.__attrs_init__(
            name=name,
            marathon_pace=pace_mps,
            marathon_time=time_s,
            races=the_races,
            weekly_distance=week_m,
            paces=the_paces,
            method=method,
            max_heart_rate=max_bpm,
            threshold_heart_rate=threshold_bpm,
            threshold_power=threshold_w,
            backward=own,
        )
        check_stated(pace_mps, time_s, dict(the_paces).get("marathon"), problems)
        self._check_predicted(problems)
        problems.refuse()

    def _check_predicted(self, problems: Problems) -> None:
        """Note races and a method from which no marathon pace follows."""
        with problems.at("races" if self.method is None else "method"):
            if self._stated is None and (self.races or self.method is not None):
                marathon_from_races(self.races, self.weekly_distance_m, self.method)
            elif self.method is not None:
                raise SpecError(f"expected none beside a stated marathon, got {self.method!r}")

    @property
    def _stated(self) -> MarathonPace | None:
        return stated_marathon(
            self.stated_marathon_mps, self.stated_marathon_s, dict(self.paces).get("marathon")
        )

    @property
    def marathon_source(self) -> MarathonPace:
        """Marathon pace with the method it comes from and what is doubtful about it.

        A stated pace goes before a stated time, and both before a prediction from
        races (see ``race.marathon_from_races``).

        Raises:
            SpecError: Nothing is stated and there is no race.

        Example:
            >>> Athlete(marathon_time="3:30:00").marathon_source.method
            'stated time'
        """
        return self._source("the marathon pace")

    def _source(self, wanted: str) -> MarathonPace:
        if (stated := self._stated) is not None:
            return stated
        if self.races:
            return marathon_from_races(self.races, self.weekly_distance_m, self.method)
        raise SpecError(
            Problem(
                f"expected a marathon pace, a marathon time or a race, to take {wanted} from, "
                "got none of them",
                "marathon_pace",
            )
        )

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
        """The VDOT of the best race, or of a marathon at the stated pace (Daniels & Gilbert 1979).

        Raises:
            SpecError: Nothing is stated and there is no race.

        Example:
            >>> round(Athlete(marathon_time="3:00:00").vdot, 1)
            53.5
        """
        return self._vdot("VDOT")

    def _vdot(self, wanted: str) -> float:
        if self.races:
            return max(race.vdot for race in self.races)
        return vdot_of_race(MARATHON_M, self._source(wanted).time_s)

    def pace_mps(self, name: str) -> float:
        """A named pace as a speed in m/s: the explicit one, or the one at the athlete's VDOT.

        Easy and recovery follow the marathon pace where that is slower than the best
        race says (predicted with mileage, or stated), the others the best race.

        Args:
            name: Any spelling of a member of ``PACE_NAMES``, or ``own`` for the athlete's
                own backward pace, which comes from the calibration.

        Returns:
            The speed; of an explicit band, the pace in its middle. A marathon pace
            stated besides its band is the marathon pace.

        Raises:
            SpecError: The name is unknown, or there is nothing to take the pace from, such
                as no calibration for ``own``.

        Example:
            >>> Athlete(paces={"easy": "3 m/s"}).pace_mps("Easy")
            3.0
        """
        canonical = canonical_pace_name(name)
        if canonical == OWN_PACE:
            return self._own.speed_mps
        wanted = f"the {canonical} pace"
        if canonical == "marathon":
            return self._source(wanted).speed_mps
        explicit = dict(self.paces).get(canonical)
        if explicit is not None:
            return middle_mps(explicit)
        return pace_at_vdot(canonical, self._vdot_for(canonical)) * self._slowing(canonical)

    @property
    def _own(self) -> BackwardCalibration:
        if self.backward is None:
            raise SpecError(
                Problem(
                    "the own backward pace is not known: run the calibration protocol and keep "
                    "its result (backrun-fit calibrate RUN --athlete FILE), or state a pace such "
                    "as 6:10/km instead of own",
                    "backward",
                )
            )
        return self.backward

    def _vdot_for(self, canonical: str) -> float:
        """The VDOT that a named pace is worked out from."""
        wanted = f"the {canonical} pace"
        vdot = self._vdot(wanted)
        if canonical in ENDURANCE_PACES:
            # An athlete whose marathon falls behind the shorter races runs easily
            # by the marathon, or easy would be faster than marathon pace.
            vdot = min(vdot, vdot_of_race(MARATHON_M, self._source(wanted).time_s))
        return vdot

    def _slowing(self, canonical: str) -> float:
        """By what recovery is slowed down where the athlete states a slower easy pace."""
        if canonical != "recovery" or "easy" not in dict(self.paces):
            return 1.0
        usual = band_at_vdot(canonical, self._vdot_for(canonical))
        return min(1.0, self.band("easy").slowest_mps / usual.fastest_mps)

    def band(self, name: str) -> PaceTarget:
        """The band of a named pace.

        The explicit one, or a few per cent each way about an explicit pace
        (``paces.default_band``); else the one at the athlete's VDOT
        (``paces.band_at_vdot``), where easy is from 62 to 70 % of VDOT. Recovery is never
        faster than the slow end of easy, unless it is stated so. The own backward pace has
        two standard errors each way, at least 3 %.

        Raises:
            SpecError: The name is unknown, or there is nothing to take the pace from.

        Example:
            >>> Athlete(paces={"easy": "3-4 m/s"}).band("easy")
            PaceTarget(slowest_mps=3.0, fastest_mps=4.0, zone=None)
        """
        canonical = canonical_pace_name(name)
        if canonical == OWN_PACE:
            own = self._own
            return band_about(own.speed_mps, own.pace_error, own.pace_error)
        explicit = dict(self.paces).get(canonical)
        if isinstance(explicit, PaceTarget):
            return explicit
        if explicit is not None or canonical not in ENDURANCE_PACES:
            return default_band(canonical, self.pace_mps(canonical))
        band, slowing = band_at_vdot(canonical, self._vdot_for(canonical)), self._slowing(canonical)
        return PaceTarget(
            slowest_mps=band.slowest_mps * slowing, fastest_mps=band.fastest_mps * slowing
        )

    def resolve(self, target: Target) -> Target:
        """A target as speeds, beats and watts, as far as the athlete's values reach.

        A named pace becomes its band, and so does a single share of a pace, the usual
        width about it; a ramp is resolved at both ends. The band of the own backward pace
        is never narrower than the pace is known (``BackwardCalibration.pace_error``).
        Shares of the greatest heart rate and of threshold power stay as they are where the
        athlete has no such value, because a watch knows its owner's. Any other target
        stays as it is.

        Raises:
            SpecError: The name is unknown, there is nothing to take the pace from, no
                threshold heart rate to take a share of, or nobody runs a share so fast.

        Example:
            >>> athlete = Athlete(marathon_pace="4 m/s", max_heart_rate=190)
            >>> athlete.resolve(NamedPaceTarget(name="MP", slower=0.25, faster=0.2))
            PaceTarget(slowest_mps=3.2, fastest_mps=5.0, zone=None)
            >>> athlete.resolve(ShareTarget(of="max_heart_rate", lowest=0.7, highest=0.8))
            HeartRateTarget(lowest_bpm=133.0, highest_bpm=152.0, zone=None)
        """
        match target:
            case NamedPaceTarget(
                slower=float() | int() as slower, faster=float() | int() as faster
            ):
                if canonical_pace_name(target.name) == OWN_PACE:
                    slower, faster = (max(side, self._own.pace_error) for side in (slower, faster))
                return band_about(self.pace_mps(target.name), slower, faster)
            case NamedPaceTarget():
                return self.band(target.name)
            case ShareTarget():
                return self._share(target)
            case RampTarget():
                return RampTarget(start=self.resolve(target.start), end=self.resolve(target.end))
        return target

    def _share(self, share: ShareTarget) -> Target:
        if share.of == "max_heart_rate":
            return share_of_heart_rate(share, self.max_heart_rate_bpm)
        if share.of == "threshold_power":
            return share_of_power(share, self.threshold_power_w)
        if share.of == "threshold_heart_rate":
            if self.threshold_heart_rate_bpm is None:
                wanted = "expected the athlete's threshold heart rate, to take a share of, got none"
                raise SpecError(Problem(wanted, "threshold_heart_rate"))
            return share_of_heart_rate(share, self.threshold_heart_rate_bpm)
        slowest_mps, fastest_mps = map(read_pace, band_of(share, self.pace_mps(share.of)))
        if slowest_mps == fastest_mps:
            return default_band(share.of, slowest_mps)
        return PaceTarget(slowest_mps=slowest_mps, fastest_mps=fastest_mps)

    def backward_cost(self, speed_mps: float) -> tuple[float, float]:
        """What running backward at a speed costs, in per cent of VDOT.

        Above 100 the athlete has not got it for longer than some minutes
        (``vdot.backward_cost``).

        Returns:
            The lower and the higher estimate; zero below 0.415 m/s, where the formula
            has no cost.

        Raises:
            SpecError: The speed is not finite or not above zero, or there is nothing
                to take VDOT from.

        Example:
            >>> athlete = Athlete(races=[Race(distance="10km", time="40:00")])
            >>> [round(percent) for percent in athlete.backward_cost(athlete.marathon_mps)]
            [106, 110]
        """
        return backward_cost(speed_mps, self.vdot)
