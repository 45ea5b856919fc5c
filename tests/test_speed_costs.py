"""Claims about laying a plan along changes of speed, held against trying all ways."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backrun_fit.activity import Activity, Column, Track
from backrun_fit.compiled import CompiledWorkout, unroll
from backrun_fit.compliance.alignment.align import align_recording
from backrun_fit.compliance.alignment.boundaries import Boundaries
from backrun_fit.compliance.alignment.sequence_alignment import align
from backrun_fit.compliance.alignment.speed_costs import SpeedCosts, SpeedWeights
from backrun_fit.compliance.pairing import Alignment
from backrun_fit.compliance.timeline import Recording
from backrun_fit.workout import (
    DistanceDuration,
    Intensity,
    OpenDuration,
    OpenTarget,
    PaceTarget,
    Step,
    Target,
    TimeDuration,
)
from tests.activities import START, Piece, as_planned, metres, moved_by, plan, record, repeat, timed

WEIGHTS = SpeedWeights()
# At most, for the seconds that a watch may be off.
NEARLY = 0.1
OPEN = Step(duration=OpenDuration())
FAST = PaceTarget(slowest_mps=3.5, fastest_mps=4.5)
SLOW = PaceTarget(slowest_mps=2.0, fastest_mps=3.0)

Segment = tuple[float, float] | None


def along(activity: Activity, workout: CompiledWorkout) -> Alignment:
    return align_recording(Recording.of(attrs.evolve(activity, laps=())), workout, "samples")


def segments(alignment: Alignment) -> list[Segment]:
    """From when to when each execution lasted, in seconds since the start; None if skipped."""
    return [
        (
            (each.stretch.start_at - START).total_seconds(),
            (each.stretch.end_at - START).total_seconds(),
        )
        if each.stretch
        else None
        for each in alignment.pairings
    ]


def run(*parts: tuple[int, float], trigger: str = "time") -> Activity:
    """So many seconds at so many m/s, one after the other."""
    return record([Piece(timer_s=s, speed_mps=v, trigger=trigger) for s, v in parts])


def costs_of(activity: Activity, *steps: Step, with_presses: bool = False) -> SpeedCosts:
    return SpeedCosts(
        boundaries=Boundaries.of_speed(Recording.of(activity), with_presses=with_presses),
        executions=unroll(plan(*steps)),
        optional=np.zeros(len(steps), dtype=bool),
    )


def ends_of(costs: SpeedCosts, number: int = 0, from_s: float = 0.0) -> dict[float, float]:
    """Where a step may end that begins at a place, and what that costs."""
    edges = costs.edges(number, np.array([from_s]), np.zeros(1))
    found: dict[float, float] = {}
    for end_s, cost in zip(edges.to_s.tolist(), edges.cost.tolist(), strict=True):
        found[end_s] = min(cost, found.get(end_s, math.inf))
    return found


# All ways.


@attrs.frozen(eq=False, kw_only=True, slots=False)
class Oracle:
    """Every way to lay steps along a run with a sample a second, and its cost."""

    activity: Activity
    steps: Sequence[Step]
    optional: Sequence[bool]
    boundaries_s: Sequence[float]
    pressed_s: Sequence[float]

    @property
    def end_s(self) -> float:
        return float(len(self.speed) - 1)

    @property
    def speed(self) -> Column:
        return self.activity.track.speed_mps

    @property
    def left_over(self) -> float:
        """Which share of what is not done at the end counts."""
        return 1.0 if self.activity.is_complete else 0.1

    # The run.

    def variation(self, from_s: float, to_s: float) -> float:
        rows = np.arange(len(self.speed))
        moving = self.speed >= 0.7
        speed = np.interp(rows, rows[moving], self.speed[moving]) if moving.any() else self.speed
        part = speed[round(from_s) : round(to_s)]
        if not len(part):
            return 0.0
        variation = WEIGHTS.variation * float(((part - part.mean()) ** 2).sum())
        most = WEIGHTS.largest_variation
        return most * (1.0 - math.exp(-variation / most))

    def rarity(self, values: Column, direction: int, least: float) -> list[float]:
        """At each second: how few seconds have as large a change near them."""
        count = len(values)
        change = [0.0] * count
        for at in range(15, count - 14) if count > 30 else ():
            difference = float(values[at : at + 15].mean() - values[at - 15 : at].mean())
            change[at] = difference * direction if direction else abs(difference)
        padded = [0.0] * 6 + change + [0.0] * 6
        largest = [max(padded[at : at + 13]) for at in range(count)]
        shares = [sum(other >= each for other in largest) / count for each in largest]
        return [
            -math.log(share) if each > least else 0.0
            for each, share in zip(largest, shares, strict=True)
        ]

    @functools.cached_property
    def rarities(self) -> dict[int, list[float]]:
        cadence = self.rarity(self.activity.track.cadence_spm, 0, 1.0)
        return {
            direction: [
                of_speed + WEIGHTS.cadence * of_cadence
                for of_speed, of_cadence in zip(
                    self.rarity(self.speed, direction, 0.1), cadence, strict=True
                )
            ]
            for direction in (-1, 0, 1)
        }

    def without_change(self, at_s: float, direction: int) -> float:
        rarity = self.rarities[direction][round(at_s)]
        return WEIGHTS.no_change * (1.0 - min(rarity / WEIGHTS.full_rarity, 1.0))

    # One step.

    def direction(self, number: int) -> int:
        """Whether the next step is planned faster or slower."""
        if number + 1 == len(self.steps):
            return 0
        one, other = self.steps[number], self.steps[number + 1]
        if isinstance(one.target, PaceTarget) and isinstance(other.target, PaceTarget):
            is_faster = one.target.fastest_mps <= other.target.slowest_mps
            is_slower = other.target.fastest_mps <= one.target.slowest_mps
            return int(is_faster) - int(is_slower)
        if one.intensity is None or other.intensity is None:
            return 0
        work = (Intensity.ACTIVE, Intensity.INTERVAL)
        return int(other.intensity in work) - int(one.intensity in work)

    def length(self, step: Step, from_s: float, to_s: float) -> tuple[float, float, float] | None:
        """What was done, what was planned, and by how much they may differ."""
        match step.duration:
            case TimeDuration(duration_s=planned):
                return to_s - from_s, planned, 2.0
            case DistanceDuration(distance_m=planned):
                done = np.interp([from_s, to_s], np.arange(len(self.speed)), self.distance_m)
                return float(done[1] - done[0]), planned, 5.0
        return None

    @property
    def distance_m(self) -> Column:
        return self.activity.track.distance_m

    def cost(self, number: int, from_s: float, to_s: float) -> float:
        """Of one execution from one place to another; infinite where it cannot be."""
        step = self.steps[number]
        if to_s - from_s < 0.5:
            return math.inf
        cost = self.of_length(step, from_s, to_s) + self.variation(from_s, to_s)
        if to_s < self.end_s and to_s not in self.pressed_s:
            cost += self.without_change(to_s, self.direction(number))
        return cost + self.off_pace(step.target, from_s, to_s)

    def of_length(self, step: Step, from_s: float, to_s: float) -> float:
        length = self.length(step, from_s, to_s)
        if length is None:
            return WEIGHTS.open_length
        done, planned, same = length
        if abs(done - planned) <= same:
            return NEARLY * abs(done - planned) / same
        if to_s == self.end_s and done < planned:
            return WEIGHTS.cut_by_end * self.left_over
        ratio = abs(math.log(max(done, 0.5) / planned))
        return WEIGHTS.other_length + ratio if ratio <= math.log(4.0) else math.inf

    def off_pace(self, target: Target, from_s: float, to_s: float) -> float:
        part = self.speed[round(from_s) : round(to_s)]
        if not isinstance(target, PaceTarget):
            return 0.0
        speed = max(float(part.mean()), 0.1) if len(part) else 0.1
        outside = max(target.slowest_mps / speed, speed / target.fastest_mps) - 1.0
        return WEIGHTS.pace * min(max(outside, 0.0), 1.0)

    def ends(self, number: int, from_s: float) -> Iterator[float]:
        yield from (at_s for at_s in self.boundaries_s if at_s > from_s)
        match self.steps[number].duration:
            case TimeDuration(duration_s=planned):
                there_s = from_s + planned
            case DistanceDuration(distance_m=planned):
                seconds = np.arange(len(self.speed))
                there_m = float(np.interp(from_s, seconds, self.distance_m)) + planned
                if there_m > self.distance_m[-1]:
                    return
                there_s = float(np.interp(there_m, self.distance_m, seconds))
            case _:
                return
        if from_s < there_s <= self.end_s:
            yield self.snapped(there_s)

    def snapped(self, at_s: float) -> float:
        nearest = min(self.boundaries_s, key=lambda each: abs(each - at_s))
        return nearest if abs(nearest - at_s) <= 1.0 else at_s

    # All of them.

    def starts(self) -> dict[float, float]:
        seconds = map(self.snapped, map(float, range(int(self.end_s))))
        return {at_s: self.start(at_s) for at_s in {*seconds, *self.boundaries_s}}

    def start(self, at_s: float) -> float:
        if at_s == 0.0:
            return 0.0
        late = WEIGHTS.late_start + WEIGHTS.before_per_s * at_s
        return late + self.without_change(at_s, 0) + 0.5 * self.variation(0.0, at_s)

    def skip(self, number: int) -> float:
        duration = self.steps[number].duration
        planned_s = duration.duration_s if isinstance(duration, TimeDuration) else 60.0
        return 0.0 if self.optional[number] else WEIGHTS.skip + WEIGHTS.skip_per_s * planned_s

    def over(self, number: int, at_s: float) -> float:
        """What it costs that nothing is done from an execution and a place on."""
        missing = WEIGHTS.skip_at_end * sum(not each for each in self.optional[number:])
        if at_s == self.end_s:
            return missing * self.left_over
        lasting_s = self.end_s - at_s
        tail = WEIGHTS.tail * min(lasting_s / 120.0, 1.0) + WEIGHTS.tail_per_s * lasting_s
        return missing + tail + 0.5 * self.variation(at_s, self.end_s)

    def least(self) -> float:
        """Of all ways."""

        @functools.cache
        def least_from(number: int, at_s: float) -> float:
            costs = [self.over(number, at_s)]
            if number < len(self.steps):
                costs.append(self.skip(number) + least_from(number + 1, at_s))
                costs += [
                    self.cost(number, at_s, end_s) + least_from(number + 1, end_s)
                    for end_s in self.ends(number, at_s)
                ]
            return min(costs)

        return min(cost + least_from(0, at_s) for at_s, cost in self.starts().items())

    def cost_of(self, ways: Sequence[Segment]) -> float:
        """Of one way."""
        placed = [number for number, way in enumerate(ways) if way is not None]
        if not placed:
            return min(cost + self.over(0, at_s) for at_s, cost in self.starts().items())
        total, at_s = 0.0, None
        for number, way in enumerate(ways[: placed[-1] + 1]):
            if way is None:
                total += self.skip(number)
                continue
            assert at_s is None or at_s == way[0], "nothing lies between two steps"
            total += self.cost(number, *way) + (self.start(way[0]) if at_s is None else 0.0)
            at_s = way[1]
        assert at_s is not None
        return total + self.over(placed[-1] + 1, at_s)


def some_run(random: Random) -> Activity:
    """A minute or two, with standing, changes of cadence and presses of the lap button.

    Sums of these speeds are exact, so that equal changes are equal.
    """
    pieces = [
        Piece(
            timer_s=random.randint(10, 60),
            speed_mps=random.choice((0.25, 1.0, 2.0, 2.25, 4.0)),
            cadence_spm=random.choice((160.0, 160.0, 180.0)),
            trigger=random.choice(("time", "manual")),
        )
        for _ in range(random.randint(1, 4))
    ]
    return attrs.evolve(record(pieces), is_complete=random.random() < 0.7)


def some_step(random: Random, *, by_distance: bool) -> Step:
    target = random.choice((OpenTarget(), FAST, SLOW))
    intensity = random.choice((None, Intensity.ACTIVE, Intensity.RECOVERY, Intensity.WARMUP))
    kind = random.random()
    if by_distance and kind < 0.5:
        return attrs.evolve(metres(random.randint(20, 200), target), intensity=intensity)
    if kind < 0.65:
        return Step(duration=OpenDuration(), target=target, intensity=intensity)
    return timed(random.randint(3, 80), target, intensity)


def tried(seed: int, *, by_distance: bool) -> tuple[float, float, float]:
    """What the way found costs, what the oracle says of it, and of the cheapest of all."""
    random = Random(seed)
    activity = some_run(random)
    steps = [some_step(random, by_distance=by_distance) for _ in range(random.randint(1, 3))]
    costs = costs_of(activity, *steps, with_presses=random.random() < 0.5)
    optional = [random.random() < 0.15 for _ in steps]
    boundaries = costs.boundaries
    found, cost = align(boundaries.at_s, attrs.evolve(costs, optional=np.array(optional)))
    oracle = Oracle(
        activity=activity,
        steps=steps,
        optional=optional,
        boundaries_s=boundaries.at_s.tolist(),
        pressed_s=boundaries.at_s[boundaries.is_pressed].tolist(),
    )
    ways = [
        None if each.begin_s is None or each.end_s is None else (each.begin_s, each.end_s)
        for each in found
    ]
    return cost, oracle.cost_of(ways), oracle.least()


@pytest.mark.parametrize("seed", range(50))
def test_no_way_to_lay_steps_along_a_run_is_cheaper(seed: int) -> None:
    cost, of_it, least = tried(seed, by_distance=False)
    assert cost == pytest.approx(of_it, abs=1e-4)
    assert cost == pytest.approx(least, abs=1e-4)


@pytest.mark.parametrize("seed", range(50))
def test_steps_by_distance_are_laid_hardly_dearer_than_the_cheapest_way(seed: int) -> None:
    """Places in one and the same second count as one, so that little may be lost."""
    cost, of_it, least = tried(seed, by_distance=True)
    assert cost == pytest.approx(of_it, abs=1e-4)
    assert least - 1e-4 <= cost <= least + 0.1


# What speaks for an end.


def test_a_step_that_ends_as_planned_at_a_rare_change_costs_least() -> None:
    found = ends_of(costs_of(run((300, 2.5), (300, 4.0), (300, 2.5)), timed(300), timed(300)))
    assert min(found, key=lambda end_s: found[end_s]) == 300.0
    # Near two changes in fifteen minutes are 26 seconds.
    rarity = math.log(901 / 26)
    assert found[300.0] == pytest.approx(WEIGHTS.no_change * (1 - rarity / WEIGHTS.full_rarity))
    assert sorted(found) == [300.0, 600.0, 900.0]


def test_the_more_changes_a_run_has_the_less_each_of_them_says() -> None:
    costs = [
        ends_of(costs_of(run(*[(120, 2.0), (120, 4.0)] * count, (1800 - 240 * count, 2.0)), OPEN))
        for count in (1, 2, 4)
    ]
    at_first = [found[120.0] for found in costs]
    assert at_first == sorted(at_first)
    assert at_first[0] < at_first[-1] - 0.1
    assert at_first[-1] < WEIGHTS.no_change


def test_where_speed_stays_the_same_a_change_of_cadence_speaks_for_an_end() -> None:
    walk = [Piece(timer_s=300), Piece(timer_s=300, cadence_spm=110.0), Piece(timer_s=300)]
    with_change, without = (
        ends_of(costs_of(record(pieces), timed(300)))[300.0]
        for pieces in (walk, [Piece(timer_s=900)])
    )
    assert without == pytest.approx(WEIGHTS.no_change)
    rarity = WEIGHTS.cadence * math.log(901 / 26)
    assert with_change == pytest.approx(WEIGHTS.no_change * (1 - rarity / WEIGHTS.full_rarity))


PRESSES = [0, 45, 55, 100, 300, 400, 600, 790, 810, 1200]


def pressed(*ends_s: int) -> Activity:
    """An even run with presses of the lap button."""
    lengths = np.diff(ends_s).tolist()
    return run(*((seconds, 3.0) for seconds in lengths), trigger="manual")


@pytest.mark.parametrize("step", [timed(200), metres(600)])
def test_other_lengths_cost_more_with_the_ratio_and_more_than_four_times_is_impossible(
    step: Step,
) -> None:
    found = ends_of(costs_of(pressed(*PRESSES), step, with_presses=True))
    expected = {
        float(end_s): WEIGHTS.other_length + abs(math.log(end_s / 200))
        for end_s in (55, 100, 300, 400, 600, 790)
    }
    assert found == pytest.approx(expected | {200.0: WEIGHTS.no_change})


def test_within_two_seconds_or_five_metres_lengths_are_nearly_the_same() -> None:
    for step, off in [
        (timed(300), 0.0),
        (timed(299), 0.5),
        (timed(298), 1.0),
        (timed(302), 1.0),
        (timed(297), None),
        (timed(303), None),
        (metres(895), 1.0),
        (metres(901), 0.2),
        (metres(894), None),
    ]:
        found = ends_of(costs_of(pressed(0, 300, 600), step, with_presses=True))
        if off is None:
            assert found[300.0] > WEIGHTS.other_length
        else:
            assert found[300.0] == pytest.approx(NEARLY * off)


@pytest.mark.parametrize("speed_mps", [3.0, 4.9, 6.5, 9.0])
def test_a_change_within_a_second_of_the_planned_end_speaks_for_it_at_any_speed(
    speed_mps: float,
) -> None:
    activity = run((150, speed_mps), (150, 1.0))
    for early_s in (0.0, 0.5, 0.9, 1.1, 1.5):
        step = metres((150 - early_s) * speed_mps)
        found = ends_of(costs_of(activity, step, timed(150)))
        nearest = min(cost for end_s, cost in found.items() if abs(end_s - 150) < 2)
        assert nearest < WEIGHTS.no_change, early_s


def test_a_press_is_a_boundary_without_the_cost_of_no_change() -> None:
    activity = pressed(0, 200, 600)
    asked, unasked = (
        ends_of(costs_of(activity, timed(200), timed(400), with_presses=with_presses))
        for with_presses in (True, False)
    )
    assert asked[200.0] == 0.0
    assert unasked[200.0] == pytest.approx(WEIGHTS.no_change)
    nobody = ends_of(costs_of(run((200, 3.0), (400, 3.0)), timed(200), with_presses=True))
    assert nobody[200.0] == pytest.approx(WEIGHTS.no_change)


def test_the_end_of_the_recording_cuts_a_step_and_a_tenth_of_that_where_it_just_stopped() -> None:
    ended = run((200, 3.0))
    stopped = attrs.evolve(ended, is_complete=False)
    for step in (timed(300), metres(900), timed(3000)):
        assert ends_of(costs_of(ended, step)) == pytest.approx({200.0: WEIGHTS.cut_by_end})
        found = ends_of(costs_of(stopped, step))
        assert found == pytest.approx({200.0: WEIGHTS.cut_by_end / 10})
    for activity in (ended, stopped):
        assert ends_of(costs_of(activity, timed(200)))[200.0] == 0.0
        too_long = ends_of(costs_of(activity, timed(100)))[200.0]
        assert too_long == pytest.approx(WEIGHTS.other_length + math.log(2))


def test_steps_behind_the_end_of_a_recording_that_stopped_cost_a_tenth() -> None:
    ended = run((200, 3.0))
    for activity, share in ((ended, 1.0), (attrs.evolve(ended, is_complete=False), 0.1)):
        costs = costs_of(activity, timed(200), timed(60), timed(60))
        at_end, before = costs.end(1, np.array([200.0, 140.0])).tolist()
        assert at_end == pytest.approx(2 * WEIGHTS.skip_at_end * share)
        tail = 60 * WEIGHTS.tail_per_s + 0.5 * WEIGHTS.tail
        assert before == pytest.approx(2 * WEIGHTS.skip_at_end + tail)


def test_variation_of_the_speed_counts_evenly_where_small_and_saturates() -> None:
    def cost(faster_mps: float) -> float:
        up_and_down = [(20, 2.0), (20, 2.0 + faster_mps)] * 15
        return ends_of(costs_of(run(*up_and_down), timed(600)))[600.0]

    assert cost(0.0) == 0.0
    # The squares about the mean of two values are those of half their difference.
    for faster_mps in (0.02, 0.04):
        squares = 600 * (faster_mps / 2) ** 2
        assert cost(faster_mps) == pytest.approx(squares * WEIGHTS.variation, rel=1e-3)
    most = WEIGHTS.largest_variation
    assert cost(1.0) == pytest.approx(most * (1 - math.exp(-150 * WEIGHTS.variation / most)))
    assert cost(0.04) < cost(1.0) < cost(2.0) < cost(8.0)
    assert cost(8.0) == pytest.approx(most)


def test_standing_still_is_no_other_pace() -> None:
    waited = run((100, 3.0), (60, 0.0), (140, 3.0))
    assert ends_of(costs_of(waited, timed(300)))[300.0] == 0.0


def test_a_pace_outside_the_planned_band_costs_by_the_fraction_and_no_more_than_all() -> None:
    band = PaceTarget(slowest_mps=3.0, fastest_mps=4.0)
    for speed_mps, outside in [(3.0, 0), (4.0, 0), (2.5, 0.2), (5.0, 0.25), (1.0, 1), (0.0, 1)]:
        found = ends_of(costs_of(run((300, speed_mps)), timed(300, band)))
        assert found[300.0] == pytest.approx(WEIGHTS.pace * outside)


# The direction.

FASTER, SLOWER = (300, 2.5, 4.0), (300, 4.0, 2.5)


def at_change(one: Step, other: Step, *, is_faster: bool) -> float:
    """What it costs that one of two steps ends where the run gets faster, or slower."""
    slow, fast = (300, 2.5), (300, 4.0)
    activity = run(slow, fast) if is_faster else run(fast, slow)
    untargeted = [
        attrs.evolve(step, duration=TimeDuration(duration_s=300.0)) for step in (one, other)
    ]
    found = ends_of(costs_of(activity, *untargeted))[300.0]
    band, speed_mps = one.target, 2.5 if is_faster else 4.0
    if isinstance(band, PaceTarget):
        outside = max(band.slowest_mps / speed_mps, speed_mps / band.fastest_mps) - 1.0
        found -= WEIGHTS.pace * max(outside, 0.0)
    return found


RARE = WEIGHTS.no_change * (1 - math.log(601 / 13) / WEIGHTS.full_rarity)
WORK, REST = timed(300), timed(300, intensity=Intensity.RECOVERY)
EASY, HARD = timed(300, SLOW), timed(300, FAST)


@pytest.mark.parametrize(
    ("slower", "faster"),
    [
        (EASY, HARD),
        (REST, WORK),
        (timed(300, intensity=Intensity.WARMUP), timed(300, intensity=Intensity.INTERVAL)),
        (timed(300, intensity=Intensity.COOLDOWN), WORK),
        # Bands tell more than words.
        (timed(300, SLOW), timed(300, FAST, Intensity.RECOVERY)),
        (timed(300, PaceTarget(slowest_mps=2.0, fastest_mps=3.5)), HARD),
        (attrs.evolve(REST, target=SLOW), WORK),
    ],
)
def test_only_a_change_in_the_direction_planned_speaks_for_an_end(
    slower: Step, faster: Step
) -> None:
    assert at_change(slower, faster, is_faster=True) == pytest.approx(RARE)
    assert at_change(slower, faster, is_faster=False) == pytest.approx(WEIGHTS.no_change)
    assert at_change(faster, slower, is_faster=False) == pytest.approx(RARE)
    assert at_change(faster, slower, is_faster=True) == pytest.approx(WEIGHTS.no_change)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (WORK, WORK),
        (REST, timed(300, intensity=Intensity.COOLDOWN)),
        (WORK, timed(300, intensity=None)),
        (timed(300, intensity=None), REST),
        (HARD, timed(300, PaceTarget(slowest_mps=3.0, fastest_mps=4.0))),
    ],
)
def test_where_no_direction_is_planned_any_change_speaks_for_an_end(one: Step, other: Step) -> None:
    for is_faster in (False, True):
        assert at_change(one, other, is_faster=is_faster) == pytest.approx(RARE)


# Where it begins, and what is left out.


def test_a_workout_begins_with_the_recording_for_nothing_and_later_at_more_the_later() -> None:
    at_s, cost = costs_of(run((600, 3.0)), timed(300)).start()
    assert (at_s[0], cost[0]) == (0.0, 0.0)
    # Within a second of an end is the end.
    assert at_s.tolist() == [0.0, *np.arange(2.0, 599.0), 600.0]
    assert (np.diff(cost) > 0).all()
    expected = WEIGHTS.late_start + WEIGHTS.no_change + WEIGHTS.before_per_s * at_s[1:]
    assert cost[1:] == pytest.approx(expected)


def test_a_change_of_speed_and_an_even_time_before_it_speak_for_a_late_start() -> None:
    at_s, cost = costs_of(run((300, 2.0), (300, 4.0)), timed(300)).start()
    places = np.searchsorted(at_s, [250.0, 300.0, 450.0])
    before, there, behind = cost[places].tolist()
    assert there == pytest.approx(
        WEIGHTS.late_start
        + 300 * WEIGHTS.before_per_s
        + WEIGHTS.no_change * (1 - math.log(601 / 13) / WEIGHTS.full_rarity)
    )
    assert there < before < behind


def test_a_step_left_out_costs_by_its_planned_seconds_and_another_as_a_minute() -> None:
    costs = costs_of(run((600, 3.0)), timed(300), metres(5000), OPEN, timed(60))
    for_each = [WEIGHTS.skip + WEIGHTS.skip_per_s * seconds for seconds in (300, 60, 60, 60)]
    assert costs.skip() == pytest.approx(for_each, abs=1e-4)
    optional = attrs.evolve(costs, optional=np.array([False, True, False, True]))
    assert optional.skip()[[1, 3]].tolist() == [0.0, 0.0]
    at_s = np.array([600.0])
    assert costs.end(0, at_s)[0] == pytest.approx(4 * WEIGHTS.skip_at_end)
    assert optional.end(0, at_s)[0] == pytest.approx(2 * WEIGHTS.skip_at_end)


def test_what_is_done_behind_the_workout_costs_more_the_longer_it_lasts() -> None:
    costs = costs_of(run((900, 3.0)), timed(300))
    at_s = np.array([900.0, 840.0, 780.0, 600.0, 300.0])
    lasting_s = 900.0 - at_s
    long = np.minimum(lasting_s / 120, 1.0)
    expected = WEIGHTS.tail * long + WEIGHTS.tail_per_s * lasting_s
    assert costs.end(1, at_s) == pytest.approx(expected)


# What is found.


def test_two_distances_are_enough_to_lay_distances_along() -> None:
    activity = record([Piece(timer_s=100)])
    ends = Track.from_columns(
        START.timestamp() + np.array([0.0, 100.0]), distance_m=np.array([0.0, 400.0])
    )
    found = along(attrs.evolve(activity, track=ends), plan(metres(100), metres(300)))
    assert segments(found) == [(0.0, 25.0), (25.0, 100.0)]


def test_in_a_run_that_lasted_no_time_nothing_stands_for_anything() -> None:
    still = Track.from_columns(
        np.array([START.timestamp()]), distance_m=np.array([0.0]), speed_mps=np.array([3.0])
    )
    activity = Activity(started_at=START, ended_at=START, sport="running", track=still)
    assert segments(along(activity, plan(metres(100), timed(60)))) == [None, None]


def test_without_speed_the_planned_lengths_alone_decide() -> None:
    activity = record([Piece(timer_s=300)])
    silent = attrs.evolve(activity, track=Track.from_columns(activity.track.unix_s))
    assert segments(along(silent, plan(timed(100), timed(200)))) == [(0.0, 100.0), (100.0, 300.0)]


def test_missing_speeds_are_taken_from_those_around() -> None:
    workout = plan(timed(240), timed(120))
    activity = record([Piece(timer_s=400, speed_mps=1.4), *as_planned(workout, faster=[0])])
    speed = activity.track.speed_mps.copy()
    speed[100:120] = np.nan
    patchy = attrs.evolve(activity, track=attrs.evolve(activity.track, speed_mps=speed))
    assert segments(along(patchy, workout)) == segments(along(activity, workout))


def test_a_distance_that_was_not_recorded_leaves_a_step_open() -> None:
    activity = record([Piece(timer_s=200, speed_mps=4.0), Piece(timer_s=200, speed_mps=2.0)])
    still = np.full(len(activity.track), np.nan)
    lost = attrs.evolve(activity, track=attrs.evolve(activity.track, distance_m=still))
    workout = plan(metres(400), timed(200))
    assert segments(along(lost, workout)) == [(0.0, 200.0), (200.0, 400.0)]


def test_a_distance_that_falls_back_for_a_moment_does_not_matter() -> None:
    activity = record([Piece(timer_s=200, speed_mps=4.0), Piece(timer_s=200, speed_mps=2.0)])
    distance_m = activity.track.distance_m.copy()
    distance_m[50] = 0.0
    jumping = attrs.evolve(activity, track=attrs.evolve(activity.track, distance_m=distance_m))
    workout = plan(metres(800), metres(400))
    assert segments(along(jumping, workout)) == [(0.0, 200.0), (200.0, 400.0)]


def test_an_open_step_lasts_or_was_left_out() -> None:
    halves = record([Piece(timer_s=60, speed_mps=2.0), Piece(timer_s=60, speed_mps=4.0)])
    found = along(halves, plan(timed(60), OPEN, timed(60)))
    assert segments(found) == [(0.0, 60.0), (60.0, 120.0), None]


def test_a_repeat_that_ends_by_a_condition_is_taken_once() -> None:
    until = attrs.evolve(repeat(0, 1), count=None)
    found = along(record([Piece(timer_s=300)]), plan(timed(100), timed(50), until))
    assert [each.execution.step_index for each in found.pairings] == [0, 1]


# What is said.

INTERVALS = plan(timed(600), timed(180), timed(120), repeat(1, 5), timed(600))


def test_of_clear_intervals_each_is_nearly_sure() -> None:
    pieces = as_planned(INTERVALS, faster=[1])
    for before in ([], [Piece(timer_s=400, speed_mps=1.4)]):
        found = along(record([*before, *pieces]), INTERVALS)
        assert min(each.certainty for each in found.pairings) > 0.95


def test_a_segment_is_the_surer_the_more_speaks_for_it() -> None:
    workout = plan(timed(300), timed(300), timed(300))
    even, changing, short = (
        [each.certainty for each in along(activity, workout).pairings]
        for activity in (
            run((900, 2.5)),
            run((300, 2.5), (300, 4.0), (300, 2.5)),
            run((300, 2.5), (240, 4.0), (360, 2.5)),
        )
    )
    assert all(one < other for one, other in zip(even, changing, strict=True))
    assert all(one < other for one, other in zip(short, changing, strict=True))


def test_nobody_can_know_where_in_an_even_run_a_workout_was() -> None:
    workout = plan(timed(600), timed(600))
    for activity, lowest, highest in [
        (run((3600, 3.0)), 0.0, 0.25),
        (run((1000, 2.0), (600, 4.0), (600, 3.0), (1000, 2.0)), 0.6, 1.0),
    ]:
        sure = [each.certainty for each in along(activity, workout).pairings]
        assert lowest <= min(sure) <= max(sure) <= highest, sure


def test_reasons_name_the_timer_and_warnings_what_is_left_over() -> None:
    workout = plan(timed(240), timed(120), repeat(0, 3))
    before, after = Piece(timer_s=400, speed_mps=1.4), Piece(timer_s=90, speed_mps=0.5)
    found = along(record([before, *as_planned(workout, faster=[0]), after]), workout)
    assert found.mode == "samples"
    assert found.pairings[0].reason == (
        "timer 6:40 to 10:40, by planned lengths and changes of speed"
    )
    assert [*map(str, found.warnings)] == [
        "boundaries were found from the samples alone: approximate",
        "6:40 before the workout",
        "1:30 after the workout",
    ]
    exact = along(record(as_planned(workout, faster=[0])), workout)
    assert exact.warnings == found.warnings[:1]


def test_what_the_samples_do_not_show_is_said_to_be_missing() -> None:
    found = along(record([Piece(timer_s=300)]), plan(timed(300), timed(300)))
    assert segments(found) == [(0.0, 300.0), None]
    assert found.pairings[1].reason == "nothing in the samples stands for step 1 here"
    assert found.pairings[1].stretch is None
    assert [each.execution.number for each in found.pairings] == [1, 2]


PIECES = st.lists(
    st.builds(Piece, timer_s=st.integers(10, 70), speed_mps=st.sampled_from([1.0, 2.0, 2.2, 4.0])),
    min_size=1,
    max_size=5,
)
BY_TIME = st.builds(timed, st.integers(2, 80))


@settings(max_examples=10)
@given(PIECES, st.lists(BY_TIME, min_size=1, max_size=4), st.integers(-10_000_000, 10_000_000))
def test_moving_a_recording_in_time_moves_what_is_found(
    pieces: list[Piece], steps: list[Step], later_s: int
) -> None:
    activity, later = record(pieces), timedelta(seconds=later_s)
    before = along(activity, plan(*steps))
    behind = along(moved_by(activity, later), plan(*steps))
    for one, other in zip(before.pairings, behind.pairings, strict=True):
        assert (one.reason, one.certainty) == (other.reason, other.certainty)
        if one.stretch is not None and other.stretch is not None:
            moved = other.stretch.start_at - one.stretch.start_at - later
            assert abs(moved) < timedelta(milliseconds=1)
    assert before.warnings == behind.warnings
