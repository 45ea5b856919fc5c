"""Claims about what laps cost as steps: one way at a time, and the cheapest of all ways."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

import attrs
import numpy as np
import pytest

from backrun_fit.activity import Activity, Lap, Track
from backrun_fit.compiled import PlannedExecution, unroll
from backrun_fit.compliance.alignment import lap_costs
from backrun_fit.compliance.alignment.align import align_recording
from backrun_fit.compliance.alignment.boundaries import Boundaries
from backrun_fit.compliance.alignment.lap_costs import LapCosts, LapWeights
from backrun_fit.compliance.alignment.sequence_alignment import Assignment, align
from backrun_fit.compliance.timeline import Recording
from backrun_fit.workout import (
    DistanceDuration,
    HeartRateBelowDuration,
    Intensity,
    OpenDuration,
    OpenTarget,
    PaceTarget,
    Step,
    TimeDuration,
)
from tests.activities import START, metres, plan, timed

WEIGHTS = LapWeights()
LAST_TRIGGER, INNER_TRIGGER = lap_costs._LAST_TRIGGER, lap_costs._INNER_TRIGGER
TRIGGERS = ("time", "distance", "manual", "session_end", None)
ENDINGS = (TimeDuration, DistanceDuration, OpenDuration, HeartRateBelowDuration)
LENGTHS_S = (20.0, 60.0, 61.0, 98.0, 100.0, 120.0, 165.0, 220.0, 300.0)
OPEN = Step(duration=OpenDuration())
UNTIL = Step(duration=HeartRateBelowDuration(heart_rate_bpm=120))

Way = tuple[float, float] | None


# An oracle.


@attrs.frozen(eq=False)
class Oracle:
    """What every way costs, one by one; laps have no samples, so that distances are straight."""

    laps: tuple[Lap, ...]
    steps: Sequence[Step]
    is_indexed: bool = False
    is_complete: bool = True
    optional: Sequence[bool] = ()

    @functools.cached_property
    def ends_s(self) -> list[float]:
        return list(itertools.accumulate((lap.timer_s for lap in self.laps), initial=0.0))

    @functools.cached_property
    def ends_m(self) -> list[float]:
        return list(itertools.accumulate((lap.distance_m or 0.0 for lap in self.laps), initial=0.0))

    @property
    def is_in_progress(self) -> bool:
        """Whether the recording stopped in the last lap."""
        return self.laps[-1].is_from_records and not self.is_complete

    def may_be_missing(self, number: int) -> bool:
        return bool(self.optional) and self.optional[number]

    def metres(self, at_s: float) -> float:
        return float(np.interp(at_s, self.ends_s, self.ends_m))

    def lap_at(self, at_s: float) -> int:
        """The lap in which a place lies; the one that begins there."""
        return next(n for n, end in enumerate([*self.ends_s[1:], math.inf]) if at_s < end)

    def within(self, begin_s: float, end_s: float) -> list[int]:
        """The laps of which a way has a part."""
        return [
            number
            for number, (begin, end) in enumerate(itertools.pairwise(self.ends_s))
            if begin < end_s and begin_s < end
        ]

    # One way.

    def done(self, step: Step, begin_s: float, end_s: float) -> float | None:
        match step.duration:
            case TimeDuration():
                return end_s - begin_s
            case DistanceDuration():
                known = (self.laps[lap].distance_m for lap in self.within(begin_s, end_s))
                if None in list(known):
                    return None
                return self.metres(end_s) - self.metres(begin_s)
        return None

    def cost(self, number: int, begin_s: float, end_s: float) -> float:
        """Of one execution from one place to another; infinite where it cannot be."""
        step, within = self.steps[number], self.within(begin_s, end_s)
        cost = self.triggers(step, within, end_s) + self.length(step, within, begin_s, end_s)
        cost += 2.0 * self.was_over(step, within, begin_s)
        if self.is_indexed:
            return cost + self.indexes(number, within, begin_s)
        first = self.laps[within[0]]
        cost += WEIGHTS.effort * effort_misfit(step, first)
        cost += WEIGHTS.past_end * self.is_past_end(step, begin_s, end_s)
        speed_mps = (self.metres(end_s) - self.metres(begin_s)) / (end_s - begin_s)
        return cost + WEIGHTS.pace * pace_misfit(step, speed_mps)

    def triggers(self, step: Step, within: Sequence[int], end_s: float) -> float:
        ending = ENDINGS.index(type(step.duration))
        row = [TRIGGERS.index(lap.trigger) for lap in self.laps]
        *inner, last = within
        cost = sum(float(INNER_TRIGGER[row[lap], ending]) for lap in inner)
        if end_s in self.ends_s:
            return cost + float(LAST_TRIGGER[row[last], ending])
        return cost + (0.2 if self.laps[last].is_from_records else WEIGHTS.unmarked)

    def length(self, step: Step, within: Sequence[int], begin_s: float, end_s: float) -> float:
        last = self.laps[within[-1]]
        is_made = any(self.laps[lap].is_from_records for lap in within)
        says_index = self.is_indexed and not is_made
        done, wanted = self.done(step, begin_s, end_s), planned(step)
        if done is None or wanted is None:
            return 0.15 if says_index else WEIGHTS.open_length
        off = length_misfit(done, *wanted)
        is_short = off < 0
        if is_short and end_s == self.ends_s[-1] and self.is_in_progress:
            return 0.0
        if says_index:
            cost = min(0.5 * abs(off), 0.5)
        elif off > math.log(4.5) or (is_made and abs(off) > math.log(1.1)):
            cost = math.inf
        else:
            cost = min(WEIGHTS.length * abs(off), WEIGHTS.largest_length)
        most = {"manual": 1.4, "session_end": 0.4}.get(last.trigger or "", math.inf)
        return min(cost, most) if is_short else cost

    def was_over(self, step: Step, within: Sequence[int], begin_s: float) -> bool:
        """Whether the step was over when the lap began in which the recording stopped."""
        last = len(self.laps) - 1
        if not self.is_in_progress or within[-1] < last or within[0] == last:
            return False
        trigger, wanted = self.laps[last - 1].trigger, planned(step)
        if wanted is None:
            return trigger not in ("time", "distance")
        if trigger == "manual":
            return True
        length, same = wanted
        is_distance = isinstance(step.duration, DistanceDuration)
        there_s = self.ends_s[last]
        done = self.metres(there_s) - self.metres(begin_s) if is_distance else there_s - begin_s
        return done >= length - max(same, length / 100)

    def is_past_end(self, step: Step, begin_s: float, end_s: float) -> bool:
        """Whether it was as long as planned at the end of a lap before its own end."""
        wanted = planned(step)
        if wanted is None:
            return False
        length, same = wanted
        is_distance = isinstance(step.duration, DistanceDuration)
        marks = self.ends_m if is_distance else self.ends_s
        begun = self.metres(begin_s) if is_distance else begin_s
        return any(
            mark - begun >= length - same and length_misfit(mark - begun, *wanted) == 0.0
            for mark, at_s in zip(marks, self.ends_s, strict=True)
            if begin_s < at_s < end_s
        )

    def indexes(self, number: int, within: Sequence[int], begin_s: float) -> float:
        """What laps say of the step, but for one in which another step ended before."""
        said = [lap for lap in within if begin_s <= self.ends_s[lap]]
        if any(
            self.laps[lap].step_index is None and not self.laps[lap].is_from_records for lap in said
        ):
            return math.inf
        shown = {self.laps[lap].step_index for lap in said} - {None}
        if len(shown) > 1:
            return math.inf
        if shown <= {number}:
            return 0.0
        is_stale = any(
            self.laps[lap].step_index is not None
            and (lap == 0 or self.laps[lap].step_index not in range(len(self.steps)))
            for lap in said[:2]
        )
        return 1.5 if is_stale else math.inf

    # All ways.

    def ends(self, number: int, begin_s: float) -> Iterator[float]:
        """Where an execution may end: with laps, and where one was forgotten."""
        step = self.steps[number]
        wanted = planned(step)
        for end_s in self.ends_s:
            done = self.done(step, begin_s, end_s) if end_s > begin_s else None
            is_near = wanted is None or done is None or done <= 4.5 * wanted[0] + wanted[1]
            is_near = is_near or self.is_indexed
            if end_s > begin_s and (is_near or end_s == self.ends_s[-1]):
                yield end_s
        unmarked = self.unmarked(number, begin_s)
        if unmarked is not None:
            yield unmarked

    def unmarked(self, number: int, begin_s: float) -> float | None:
        """Where a step ends without a lap: as planned, or as the next one's length says."""
        step, end_s = self.steps[number], self.ends_s[-1]
        wanted = planned(step)
        if begin_s >= end_s:
            return None
        if wanted is None:
            return self.counted_back(number + 1, begin_s)
        is_distance = isinstance(step.duration, DistanceDuration)
        if is_distance and any(lap.distance_m is None for lap in self.laps):
            return None
        marks = self.ends_m if is_distance else self.ends_s
        there = (self.metres(begin_s) if is_distance else begin_s) + wanted[0]
        if there > marks[-1]:
            return None
        if min(abs(mark - there) for mark in marks) <= max(wanted[1], 0.03 * wanted[0]):
            return None
        return self.snapped(float(np.interp(there, marks, self.ends_s)))

    def counted_back(self, following: int, begin_s: float) -> float | None:
        if following == len(self.steps):
            return None
        wanted, behind = planned(self.steps[following]), self.lap_at(begin_s) + 1
        if wanted is None:
            return None
        at_s = self.ends_s[behind] - wanted[0]
        if isinstance(self.steps[following].duration, DistanceDuration):
            at_m = self.ends_m[behind] - wanted[0]
            at_s = float(np.interp(at_m, self.ends_m, self.ends_s)) if at_m > 0 else -1.0
        return self.snapped(at_s) if at_s > begin_s + 2.0 else None

    def snapped(self, at_s: float) -> float:
        nearest = min(self.ends_s, key=lambda end_s: abs(end_s - at_s))
        return nearest if abs(nearest - at_s) <= 1.0 else at_s

    def ways(self, number: int, begin_s: float) -> dict[float, float]:
        """For each end what it costs."""
        costs = {
            end_s: self.cost(number, begin_s, end_s)
            for end_s in self.ends(number, begin_s)
            if end_s > begin_s
        }
        return {end_s: cost for end_s, cost in costs.items() if math.isfinite(cost)}

    def before(self, lap: int) -> float:
        """What a lap costs before all steps."""
        shown = self.laps[lap].step_index
        if not self.is_indexed:
            return WEIGHTS.extra_at_edge
        following = self.laps[lap + 1].step_index if lap + 1 < len(self.laps) else None
        is_again = shown == following and shown in range(len(self.steps))
        if shown is not None and is_again and is_whole(self.steps[shown], self.laps[lap]):
            return 0.3
        return self.with_index(lap, 2.7)

    def between(self, lap: int) -> float:
        """Between two steps."""
        if self.is_indexed:
            return self.with_index(lap, 3.0)
        return WEIGHTS.extra + WEIGHTS.extra_long * min(self.laps[lap].timer_s / 60, 1.0)

    def behind(self, lap: int) -> float:
        """Behind all steps."""
        if self.is_indexed:
            return self.with_index(lap, 3.0)
        is_last = lap == len(self.laps) - 1
        return 1.0 if is_last and self.is_in_progress else WEIGHTS.extra_at_edge

    def with_index(self, lap: int, cost: float) -> float:
        if self.laps[lap].is_from_records:
            return 1.0
        return 0.0 if self.laps[lap].step_index is None else cost

    def missing(self, number: int) -> float:
        """What it costs that a step is not done, with none done behind it."""
        if self.may_be_missing(number):
            return 0.0
        triggers = [lap.trigger for lap in self.laps if lap.step_index is not None]
        is_broken_off = not self.is_complete
        if self.is_indexed:
            is_broken_off = is_broken_off or triggers[-1:] == ["session_end"]
        each = 1.0 if self.is_indexed else WEIGHTS.skip_at_end
        return each * 0.1 if is_broken_off else each

    def over(self, number: int, at_s: float) -> float:
        """What it costs that nothing is done from an execution and a place on."""
        lap = len(self.laps) if at_s == self.ends_s[-1] else self.lap_at(at_s)
        behind = sum(self.behind(each) for each in range(lap, len(self.laps)))
        missing = sum(self.missing(each) for each in range(number, len(self.steps)))
        return behind + missing + (0.0 if at_s in self.ends_s else 2.0)

    def least(self) -> float:
        """Of all ways."""

        @functools.cache
        def least_from(number: int, at_s: float) -> float:
            costs = [self.over(number, at_s)]
            if at_s < self.ends_s[-1]:
                # To leave out what is left of a lap is dearer.
                lap = self.lap_at(at_s)
                torn = 0.0 if at_s in self.ends_s else 2.0
                costs.append(torn + self.between(lap) + least_from(number, self.ends_s[lap + 1]))
            if number < len(self.steps):
                skip = 0.0 if self.may_be_missing(number) else 1.0
                costs.append(skip + least_from(number + 1, at_s))
                costs += [
                    cost + least_from(number + 1, end_s)
                    for end_s, cost in self.ways(number, at_s).items()
                ]
            return min(costs)

        starts = itertools.accumulate(map(self.before, range(len(self.laps))), initial=0.0)
        return min(
            before + least_from(0, at_s) for before, at_s in zip(starts, self.ends_s, strict=True)
        )

    def cost_of(self, ways: Sequence[Way]) -> float:
        """Of one way, whatever lies outside at its cheapest."""
        placed = [(number, way) for number, way in enumerate(ways) if way is not None]
        total = sum(self.cost(number, *way) for number, way in placed)
        last, at_s = (placed[-1][0] + 1, placed[-1][1][1]) if placed else (0, None)
        skipped = [n for n, way in enumerate(ways[:last]) if way is None]
        total += sum(0.0 if self.may_be_missing(number) else 1.0 for number in skipped)
        for (_, one), (_, other) in itertools.pairwise(placed):
            if other[0] > one[1]:
                laps = [
                    lap for lap in self.within(one[1], other[0]) if one[1] < self.ends_s[lap + 1]
                ]
                total += sum(map(self.between, laps)) + (0.0 if one[1] in self.ends_s else 2.0)
        if at_s is None:
            return total + min(
                sum(map(self.before, range(first))) + self.over(0, self.ends_s[first])
                for first in range(len(self.laps) + 1)
            )
        begin = self.ends_s.index(placed[0][1][0])
        early = (
            sum(map(self.before, range(first))) + sum(map(self.between, range(first, begin)))
            for first in range(begin + 1)
        )
        return total + min(early) + self.over(last, at_s)


def planned(step: Step) -> tuple[float, float] | None:
    """The planned length, and what of it is nothing; None where there is none."""
    match step.duration:
        case TimeDuration(duration_s=seconds):
            return seconds, 2.0
        case DistanceDuration(distance_m=distance_m):
            return distance_m, 5.0
    return None


def length_misfit(done: float, wanted: float, same: float) -> float:
    """Logarithm of the ratio; 0 where a watch ends the step."""
    off = math.log(max(done, 0.5) / wanted)
    return 0.0 if abs(off) <= 0.03 or abs(done - wanted) <= same else off


def pace_misfit(step: Step, speed_mps: float) -> float:
    band = step.target
    if not isinstance(band, PaceTarget):
        return 0.0
    if speed_mps == 0.0:
        return 1.0
    outside = max(band.slowest_mps / speed_mps, speed_mps / band.fastest_mps) - 1.0
    return min(max(outside, 0.0), 1.0)


KINDS = {"active": "work", "interval": "work", "rest": "rest", "recovery": "rest"}
KINDS |= {"warmup": "warmup", "cooldown": "cooldown"}


def effort_misfit(step: Step, lap: Lap) -> float:
    shown = KINDS.get(lap.intensity or "")
    wanted = KINDS.get(step.intensity.value if step.intensity else "")
    if shown is None or wanted is None or shown == wanted:
        return 0.0
    return 0.2 if shown == "work" else 1.0


def is_whole(step: Step, lap: Lap) -> bool:
    """Whether a lap was ended by what ends its step."""
    match step.duration:
        case TimeDuration(duration_s=seconds):
            return lap.trigger == "time" and abs(lap.timer_s - seconds) <= 2
        case DistanceDuration(distance_m=distance_m):
            return lap.trigger == "distance" and abs((lap.distance_m or 0.0) - distance_m) <= 5
    return lap.trigger == "manual" and isinstance(step.duration, OpenDuration)


# Small plans and laps of all kinds.


def random_steps(random: Random) -> list[Step]:
    durations = (
        lambda: TimeDuration(duration_s=random.choice(LENGTHS_S)),
        lambda: TimeDuration(duration_s=random.choice(LENGTHS_S)),
        lambda: DistanceDuration(distance_m=3 * random.choice(LENGTHS_S)),
        OpenDuration,
        lambda: HeartRateBelowDuration(heart_rate_bpm=120),
    )
    pace = PaceTarget(slowest_mps=2.9, fastest_mps=3.1)
    return [
        Step(
            duration=random.choice(durations)(),
            target=random.choice((OpenTarget(), pace)),
            intensity=random.choice((None, *Intensity)),
        )
        for _ in range(random.randint(1, 5))
    ]


def lap_of(
    timer_s: float,
    distance_m: float | None = None,
    *,
    trigger: str | None = "time",
    intensity: str | None = None,
    step_index: int | None = None,
    is_made: bool = False,
) -> Lap:
    return Lap(
        number=0,
        start_at=START,
        end_at=START + timedelta(seconds=timer_s),
        timer_s=timer_s,
        elapsed_s=timer_s,
        distance_m=distance_m,
        trigger=None if is_made else trigger,
        intensity=None if is_made else intensity,
        step_index=None if is_made else step_index,
        is_from_records=is_made,
    )


def in_a_row(laps: Sequence[Lap]) -> tuple[Lap, ...]:
    """One after the other."""
    found, at = [], START
    for number, lap in enumerate(laps):
        over = at + timedelta(seconds=lap.timer_s)
        found.append(attrs.evolve(lap, number=number, start_at=at, end_at=over))
        at = over
    return tuple(found)


def random_laps(random: Random, steps: Sequence[Step], *, is_indexed: bool) -> tuple[Lap, ...]:
    """Up to six laps, some made of the records; some as long as several steps."""
    speeds: tuple[float | None, ...] = (2.5, 3.0, 3.0, 3.0, 4.0)
    if not any(isinstance(step.target, PaceTarget) for step in steps):
        speeds = random.choice((speeds, (None, 3.0, 4.0)))
    words = (None, "active", "interval", "rest", "recovery", "warmup", "cooldown", "odd")
    count, due, laps = len(steps), 0, []
    for _ in range(random.randint(1, 6)):
        lasting_s = random.choice((1.0, 2.0, *LENGTHS_S, *LENGTHS_S, 400.0))
        lasting_s += random.choice((0.0, 0.0, *LENGTHS_S))
        speed_mps = random.choice(speeds)
        index: int | None = None
        if is_indexed:
            due = min(due + random.choice((0, 0, 1, 1, 1, 2)), count)
            odd = (None, count, random.randrange(count))
            index = random.choice(odd) if random.random() < 0.2 else due
        laps.append(
            lap_of(
                lasting_s,
                None if speed_mps is None else lasting_s * speed_mps,
                trigger=random.choice(TRIGGERS),
                intensity=random.choice(words),
                step_index=index,
                is_made=random.random() < 0.15,
            )
        )
    return in_a_row(laps)


def random_case(seed: int, *, is_indexed: bool) -> Oracle:
    random = Random(seed)
    steps = random_steps(random)
    return Oracle(
        random_laps(random, steps, is_indexed=is_indexed),
        steps,
        is_indexed,
        is_complete=random.random() < 0.7,
        optional=[random.random() < 0.15 for _ in steps],
    )


def executions_of(steps: Sequence[Step]) -> tuple[PlannedExecution, ...]:
    return unroll(plan(*steps))


def run_of(laps: Sequence[Lap], *, is_complete: bool = True) -> Activity:
    return Activity(
        started_at=START,
        ended_at=laps[-1].end_at,
        sport="running",
        laps=tuple(laps),
        track=Track.from_columns(np.array([])),
        is_complete=is_complete,
    )


def costs_of(case: Oracle) -> LapCosts:
    recording = Recording.of(run_of(case.laps, is_complete=case.is_complete))
    return LapCosts(
        boundaries=Boundaries.of_laps(recording),
        executions=executions_of(case.steps),
        optional=np.array([case.may_be_missing(number) for number in range(len(case.steps))]),
        steps=frozenset(range(len(case.steps))) if case.is_indexed else None,
    )


def ways_of(found: Sequence[Assignment]) -> list[Way]:
    return [
        None if each.begin_s is None or each.end_s is None else (each.begin_s, each.end_s)
        for each in found
    ]


def edges_from(
    costs: LapCosts, number: int, places: Sequence[float]
) -> list[tuple[float, float, float]]:
    """Begin, end and cost of each way to execute a step."""
    at_s = np.array(places)
    edges = costs.edges(number, at_s, np.zeros(len(at_s)))
    return list(
        zip(at_s[edges.source].tolist(), edges.to_s.tolist(), edges.cost.tolist(), strict=True)
    )


@pytest.mark.parametrize("is_indexed", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_every_way_to_execute_a_step_costs_what_it_does_one_by_one(
    seed: int, is_indexed: bool
) -> None:
    case = random_case(seed, is_indexed=is_indexed)
    costs, random = costs_of(case), Random(seed)
    amid = [lap + random.choice((5.0, 7.5, 50.0)) for lap in case.ends_s[:-1]]
    places = sorted({*case.ends_s, *(at_s for at_s in amid if at_s < case.ends_s[-1])})
    for number in range(len(case.steps)):
        found = edges_from(costs, number, places)
        expected = {(at_s, end_s) for at_s in places for end_s in case.ways(number, at_s)}
        assert {(begin_s, round(end_s, 6)) for begin_s, end_s, _ in found} >= {
            (begin_s, round(end_s, 6)) for begin_s, end_s in expected
        }
        for begin_s, end_s, cost in found:
            end_s = case.snapped(end_s) if round(end_s, 6) in case.ends_s else end_s
            assert cost == pytest.approx(case.cost(number, begin_s, end_s), abs=1e-9)


@pytest.mark.parametrize("is_indexed", [False, True])
@pytest.mark.parametrize("seed", range(150))
def test_no_way_to_lay_a_plan_along_laps_is_cheaper(seed: int, is_indexed: bool) -> None:
    case = random_case(seed, is_indexed=is_indexed)
    costs = costs_of(case)
    found, cost = align(costs.boundaries.at_s, costs)
    assert cost == pytest.approx(case.cost_of(ways_of(found)), abs=1e-4)
    assert cost <= case.least() + 1e-4


# One way at a time.


def edge(
    step: Step,
    *laps: Lap,
    following: Sequence[Step] = (),
    is_indexed: bool = False,
    is_complete: bool = True,
    from_s: float = 0.0,
) -> dict[float, float]:
    """For each place where the first of some steps may end, what it costs."""
    case = Oracle(in_a_row(laps), [step, *following], is_indexed, is_complete=is_complete)
    return {end_s: cost for _, end_s, cost in edges_from(costs_of(case), 0, [from_s])}


@pytest.mark.parametrize(
    ("step", "lap"),
    [
        (timed(300), lap_of(300)),
        (timed(300), lap_of(291.5)),
        (timed(300), lap_of(308.5)),
        (timed(20), lap_of(22)),
        (metres(900), lap_of(300, 900, trigger="distance")),
        (metres(60), lap_of(20, 65, trigger="distance")),
        (OPEN, lap_of(300, trigger="manual")),
    ],
)
def test_a_lap_that_a_watch_ends_as_planned_costs_nothing(step: Step, lap: Lap) -> None:
    free = WEIGHTS.open_length if step == OPEN else 0.0
    assert edge(step, lap) == pytest.approx({lap.timer_s: free})
    assert sum(edge(step, attrs.evolve(lap, trigger="session_end")).values()) > free


@pytest.mark.parametrize(
    ("timer_s", "trigger", "cost"),
    [
        (600, "time", math.log(2)),
        (1340, "time", math.log(1340 / 300)),
        (150, "time", math.log(2)),
        (10, "time", 3.0),
        (150, "manual", 0.25 + math.log(2)),
        (10, "manual", 0.25 + 1.4),
        (150, "session_end", 0.1 + 0.4),
        (10, "session_end", 0.1 + 0.4),
        (600, "session_end", 0.1 + math.log(2)),
    ],
)
def test_another_length_costs_its_ratio_and_less_where_it_was_cut_short(
    timer_s: float, trigger: str, cost: float
) -> None:
    found = edge(timed(300), lap_of(timer_s, trigger=trigger))
    assert found[timer_s] == pytest.approx(cost)


def test_what_is_four_and_a_half_times_as_long_is_not_the_step() -> None:
    assert edge(timed(300), lap_of(1360), lap_of(60)).keys() == {300.0}
    by_distance = edge(metres(900), lap_of(60, 4100), lap_of(60, 100))
    assert [*by_distance] == [pytest.approx(60 * 900 / 4100)]


def test_a_step_that_goes_on_behind_a_lap_as_long_as_planned_costs_for_that() -> None:
    whole, rest = lap_of(300, trigger=None), lap_of(100, trigger=None)
    on, split = edge(timed(300), whole, rest)[400.0], edge(timed(300), rest, whole)[400.0]
    assert on == pytest.approx(split + WEIGHTS.past_end)


def test_where_no_lap_ends_a_step_ends_as_planned_at_the_cost_of_a_forgotten_press() -> None:
    found = edge(timed(300), lap_of(800))
    assert found == pytest.approx({300.0: WEIGHTS.unmarked, 800.0: math.log(800 / 300)})
    by_distance = edge(metres(900), lap_of(800, 2000, trigger="distance"))
    assert by_distance == pytest.approx({360.0: WEIGHTS.unmarked, 800.0: math.log(2000 / 900)})
    made = edge(timed(300), lap_of(800, is_made=True))
    assert made == pytest.approx({300.0: 0.2})


def test_an_open_step_leaves_the_next_one_its_length_of_the_lap() -> None:
    for following, end_s in [(timed(200), 600.0), (metres(1000), 300.0), (timed(790), 10.0)]:
        found = edge(OPEN, lap_of(800, 1600), following=[following])
        assert found.keys() == {end_s, 800.0}
        assert found[end_s] == pytest.approx(WEIGHTS.unmarked + WEIGHTS.open_length)
    for following in (timed(799), timed(900), metres(1700), OPEN):
        assert edge(OPEN, lap_of(800, 1600), following=[following]).keys() == {800.0}


def test_a_lap_made_of_the_records_holds_a_step_of_its_length_and_no_other() -> None:
    def fits(timer_s: float, *, is_complete: bool = True) -> bool:
        lap = lap_of(timer_s, is_made=True)
        return timer_s in edge(timed(300), lap, is_complete=is_complete)

    assert [fits(timer_s) for timer_s in (270, 274, 300, 329, 331)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    # Nobody knows how long the step would have been that the recording stopped in.
    assert [fits(timer_s, is_complete=False) for timer_s in (10, 270, 331)] == [True, True, False]


def test_a_lap_of_another_intensity_or_pace_costs_by_how_far_it_is_off() -> None:
    band = PaceTarget(slowest_mps=3.0, fastest_mps=4.0)
    for speed_mps, outside in [(3.0, 0.0), (2.5, 0.2), (5.0, 0.25), (0.0, 1.0), (20.0, 1.0)]:
        found = edge(timed(300, band), lap_of(300, 300 * speed_mps))
        assert found[300.0] == pytest.approx(WEIGHTS.pace * outside)
    for shown, misfit in [("interval", 0.0), ("recovery", 1.0), ("warmup", 1.0), (None, 0.0)]:
        found = edge(timed(300), lap_of(300, intensity=shown))
        assert found[300.0] == pytest.approx(WEIGHTS.effort * misfit)
    # Watches write it for whatever they know nothing better of.
    resting = timed(300, intensity=Intensity.RECOVERY)
    assert edge(resting, lap_of(300, intensity="active"))[300.0] == pytest.approx(
        WEIGHTS.effort * 0.2
    )


def test_a_lap_whose_distance_was_not_recorded_has_no_pace_to_be_off() -> None:
    banded = timed(300, PaceTarget(slowest_mps=3.0, fastest_mps=4.0))
    assert edge(banded, lap_of(300)) == pytest.approx({300.0: 0.0})
    assert edge(banded, lap_of(200, 700), lap_of(100))[300.0] == pytest.approx(0.8)


# With step indexes.


def test_with_indexes_lengths_and_triggers_tell_little() -> None:
    for timer_s, cost in [(300, 0.0), (600, 0.5 * math.log(2)), (1200, 0.5), (10, 0.5)]:
        found = edge(timed(300), lap_of(timer_s, step_index=0), is_indexed=True)
        assert found[timer_s] == pytest.approx(cost)
    assert edge(OPEN, lap_of(300, trigger="manual", step_index=0), is_indexed=True) == {
        300.0: pytest.approx(0.15)
    }
    slow = timed(300, PaceTarget(slowest_mps=3.0, fastest_mps=4.0), Intensity.RECOVERY)
    other = lap_of(300, 300, intensity="interval", step_index=0)
    assert edge(slow, other, is_indexed=True)[300.0] == 0.0


@pytest.mark.parametrize("times", [2, 4, 5, 20])
def test_a_lap_with_the_index_of_a_step_is_that_step_however_long_it_is(times: int) -> None:
    laps = [lap_of(60 * times, trigger="manual", step_index=0), lap_of(100, step_index=1)]
    activity = run_of(in_a_row([*laps, lap_of(60, step_index=2)]))
    workout = plan(timed(60), timed(100), timed(60))
    found = align_recording(Recording.of(activity), workout, "indexes")
    assert [each.reason for each in found.pairings] == [
        f"lap {number} carries step index {index}" for number, index in ((1, 0), (2, 1), (3, 2))
    ]


def test_a_lap_without_an_index_or_with_that_of_another_step_is_no_part_of_a_step() -> None:
    own = lap_of(150, step_index=0)
    for other in (lap_of(150), lap_of(150, step_index=1), lap_of(150, step_index=7)):
        found = edge(timed(300), own, other, lap_of(60), following=[OPEN], is_indexed=True)
        assert found.keys() == {150.0}
    assert 300.0 in edge(timed(300), own, own, is_indexed=True)


@pytest.mark.parametrize("index", [None, 1, 7])
def test_a_lap_made_of_the_records_does_not_join_laps_of_different_steps(
    index: int | None,
) -> None:
    laps = [lap_of(100, step_index=0), lap_of(100, is_made=True), lap_of(100, step_index=index)]
    found = edge(timed(300), *laps, following=[OPEN], is_indexed=True)
    assert 300.0 not in found
    same = [*laps[:2], attrs.evolve(laps[0], trigger="time")]
    assert 300.0 in edge(timed(300), *same, following=[OPEN], is_indexed=True)


def test_a_step_is_not_looked_for_behind_missing_laps_in_one_that_says_another() -> None:
    made, other = lap_of(100, is_made=True), lap_of(100, step_index=1)
    stopped = run_of(
        in_a_row(
            [
                lap_of(300, 1000, trigger="distance", step_index=0),
                lap_of(360, 1200, is_made=True),
                lap_of(60, 180, step_index=1),
            ]
        ),
        is_complete=False,
    )
    workout = plan(metres(3000), timed(60), timed(300))
    found = align_recording(Recording.of(stopped), workout, "indexes")
    assert found.pairings[1].stretch is not None
    assert found.pairings[1].stretch.last_lap == 2
    for laps in ([made, made, other], [made, other]):
        end_s = 100.0 * len(laps)
        assert end_s not in edge(timed(end_s), *laps, following=[OPEN], is_indexed=True)


def test_only_the_first_index_and_one_of_no_step_may_be_stale() -> None:
    for index, cost in [(0, 0.0), (1, 1.5), (7, 1.5)]:
        found = edge(timed(300), lap_of(300, step_index=index), following=[OPEN], is_indexed=True)
        assert found[300.0] == pytest.approx(cost)
    later = {
        index: edge(
            timed(300),
            lap_of(60, step_index=0),
            lap_of(300, step_index=index),
            following=[OPEN],
            is_indexed=True,
            from_s=60.0,
        )
        for index in (0, 1, 7)
    }
    assert later[0][360.0] == pytest.approx(0.0)
    assert later[7][360.0] == pytest.approx(1.5)
    assert 360.0 not in later[1]


def test_of_a_lap_in_which_another_step_ended_the_index_does_not_count() -> None:
    laps = [lap_of(360, trigger="time", step_index=1), lap_of(60, step_index=0)]
    found = edge(timed(60), *laps, following=[OPEN], is_indexed=True, from_s=300.0)
    assert found[360.0] == pytest.approx(0.0)
    assert found[420.0] == pytest.approx(0.8 + 0.5 * math.log(2))


# What is left out.


def sums_of(*laps: Lap, is_indexed: bool = False, is_complete: bool = True) -> LapCosts:
    steps = [timed(300), OPEN]
    return costs_of(Oracle(in_a_row(laps), steps, is_indexed, is_complete=is_complete))


def test_a_lap_at_an_edge_costs_less_than_one_between_two_steps() -> None:
    costs = sums_of(lap_of(30), lap_of(300), lap_of(60))
    assert costs.start()[1] == pytest.approx(WEIGHTS.extra_at_edge * np.arange(4))
    between = WEIGHTS.extra + WEIGHTS.extra_long * np.array([0.5, 1.0, 1.0])
    outside = costs.outside()
    assert outside is not None
    assert np.diff(outside) == pytest.approx(between, abs=1e-4)
    behind = costs.end(2, costs.boundaries.at_s)
    assert behind == pytest.approx(WEIGHTS.extra_at_edge * np.arange(3, -1, -1))
    # What is left of a lap in which a step ended is left out whole.
    assert costs.end(2, np.array([100.0]))[0] == pytest.approx(2 * WEIGHTS.extra_at_edge + 2.0)


def test_with_indexes_a_lap_without_one_is_free_and_one_begun_again_cheap() -> None:
    again = [lap_of(300, step_index=0), lap_of(300, step_index=0)]
    costs = sums_of(lap_of(500), *again, lap_of(60, is_made=True), is_indexed=True)
    assert np.diff(costs.start()[1]) == pytest.approx([0.0, 0.3, 2.7, 1.0])
    outside = costs.outside()
    assert outside is not None
    assert np.diff(outside) == pytest.approx([0.0, 3.0, 3.0, 1.0], abs=1e-4)
    assert costs.end(2, costs.boundaries.at_s) == pytest.approx([7.0, 7.0, 4.0, 1.0, 0.0])


def test_steps_behind_the_end_cost_a_tenth_where_the_recording_was_broken_off() -> None:
    def missing(*, is_indexed: bool, is_complete: bool, trigger: str) -> float:
        lap = lap_of(300, trigger=trigger, step_index=0 if is_indexed else None)
        costs = sums_of(lap, is_indexed=is_indexed, is_complete=is_complete)
        return float(costs.end(0, np.array([300.0]))[0])

    each = WEIGHTS.skip_at_end
    for is_indexed, is_complete, trigger, cost in [
        (False, True, "time", 2 * each),
        (False, True, "session_end", 2 * each),
        (False, False, "time", 0.2 * each),
        (True, True, "time", 2.0),
        (True, True, "session_end", 0.2),
        (True, False, "time", 0.2),
    ]:
        found = missing(is_indexed=is_indexed, is_complete=is_complete, trigger=trigger)
        assert found == pytest.approx(cost)


def test_of_steps_left_out_the_later_is_the_cheaper_and_one_that_may_be_missing_free() -> None:
    case = Oracle((lap_of(300),), [timed(300)] * 3, optional=[False, False, True])
    skip = costs_of(case).skip()
    assert skip == pytest.approx([1.0, 1.0, 0.0], abs=1e-4)
    assert skip[0] > skip[1]


# Several steps in one lap.


@pytest.mark.parametrize(
    ("timer_s", "are_both"), [(360, True), (370, True), (345, True), (300, False), (315, False)]
)
def test_only_what_is_as_long_as_two_steps_holds_both(timer_s: float, are_both: bool) -> None:
    """As a lap of 300 s, followed by one of 60 s that was left out, would seem to."""
    for first in (timed(300), metres(900)):
        laps = [lap_of(timer_s, 3.0 * timer_s, trigger=None), lap_of(200, 600)]
        workout = plan(first, timed(60), timed(200))
        found = align_recording(Recording.of(run_of(in_a_row(laps))), workout, "laps")
        assert (found.pairings[1].stretch is not None) is are_both
        assert found.pairings[2].reason.startswith("lap 2 ")
