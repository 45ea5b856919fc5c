"""Whether one lap lost, or one too many, leaves everything else where it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from random import Random
from typing import Final

import attrs

from backrun_fit.activity import Activity
from backrun_fit.compliance.timeline import Recording, instant
from backrun_fit.report import Report, StepResult
from tests.activities import renumbered, without_indexes
from tests.benchmarks.accuracy import Failure, Measure, kind_of, share
from tests.benchmarks.accuracy_real import RealRun, report_of

__all__ = ["LEAST_LAPS", "moved", "unmoved", "with_lap_error", "with_lap_split", "with_laps_merged"]

WITHIN_S: Final = 1.0
"""A boundary is unmoved within this."""

LEAST_LAPS: Final = 3
"""With fewer hardly anything lies beside the changed one."""


def with_laps_merged(activity: Activity, number: int) -> Activity:
    """The same with the lap press between a lap and the next one forgotten."""
    laps = list(activity.laps)
    before, after = laps[number : number + 2]
    distances = (before.distance_m, after.distance_m)
    laps[number : number + 2] = [
        attrs.evolve(
            before,
            end_at=after.end_at,
            timer_s=before.timer_s + after.timer_s,
            elapsed_s=before.elapsed_s + after.elapsed_s,
            distance_m=None if None in distances else sum(d for d in distances if d is not None),
            trigger=after.trigger,
            heart_rate_bpm=None,
        )
    ]
    return attrs.evolve(activity, laps=tuple(renumbered(laps)))


def with_lap_split(activity: Activity, number: int, fraction: float) -> Activity:
    """The same with lap pressed by mistake after a fraction of a lap's time on the clock."""
    lap, recording = activity.laps[number], Recording.of(activity)
    start, end = lap.start_at.timestamp(), lap.end_at.timestamp()
    at = float(round(start + fraction * (end - start)))
    ran_s = recording.clock.timer_s(at) - recording.clock.timer_s(start)
    ran_s = min(max(ran_s, 0.0), lap.timer_s)
    first_m = None
    if lap.distance_m is not None:
        begun_m, there_m = recording.distance_at(start), recording.distance_at(at)
        known = begun_m is not None and there_m is not None
        ran_m = there_m - begun_m if begun_m is not None and there_m is not None else 0.0
        first_m = min(max(ran_m, 0.0), lap.distance_m) if known else lap.distance_m * fraction
    first = attrs.evolve(
        lap,
        end_at=instant(at),
        timer_s=ran_s,
        elapsed_s=min(at - start, lap.elapsed_s),
        distance_m=first_m,
        trigger="manual",
    )
    second = attrs.evolve(
        lap,
        start_at=instant(at),
        timer_s=lap.timer_s - first.timer_s,
        elapsed_s=lap.elapsed_s - first.elapsed_s,
        distance_m=None if first_m is None or lap.distance_m is None else lap.distance_m - first_m,
    )
    laps = [*activity.laps[:number], first, second, *activity.laps[number + 1 :]]
    return attrs.evolve(activity, laps=tuple(renumbered(laps)))


def with_lap_error(
    activity: Activity, random: Random
) -> tuple[Activity, tuple[int, int], str, str]:
    """The same with one lap press lost, or one too many, each in half of the cases.

    Returns:
        The activity, the first and last changed lap as numbered before, and the error in
        one word and in some.
    """
    if random.random() < 0.5:
        number = random.randrange(len(activity.laps) - 1)
        changed = with_laps_merged(activity, number)
        return changed, (number, number + 1), "merged", f"laps {number + 1} and {number + 2} merged"
    number, fraction = random.randrange(len(activity.laps)), random.uniform(0.05, 0.95)
    changed = with_lap_split(activity, number, fraction)
    return changed, (number, number), "split", f"lap {number + 1} split after {fraction:.0%}"


def unmoved(runs: Sequence[RealRun], seeds: Sequence[int]) -> Measure:
    """Share of the executions that touch no changed lap and stay where they were.

    Args:
        runs: Of which one is taken at random in each try.
        seeds: One a try. In every other one, on average, the press between two laps is lost; in
            the others lap is pressed once more.
    """
    plain = cache(lambda place: report_of(without_indexes(runs[place].activity)))
    places = [
        place
        for place, run in enumerate(runs)
        if len(run.activity.laps) >= LEAST_LAPS and isinstance(plain(place), Report)
    ]
    count, tried, failures = 0, 0, []
    for seed in seeds if places else ():
        random = Random(seed)
        place = random.choice(places)
        before, activity = plain(place), without_indexes(runs[place].activity)
        changed, touched, kind, what = with_lap_error(activity, random)
        after = report_of(changed)
        assert isinstance(before, Report)
        others, lost = moved(before, after, touched)
        count, tried = count + others, tried + bool(lost)
        where = f"{runs[place].name}, try {seed}, {what}"
        failures += [Failure(f"{kind}: {group}", where, text) for group, text in lost]
    return Measure(
        name="unmoved_by_lap_error",
        title="one lap lost or inserted, indexes hidden: others unmoved",
        asked=0.99,
        value=share(count - len(failures), count),
        count=count,
        unit="executions",
        failures=tuple(failures),
        notes=(f"failures lie in {tried} of {len(seeds) if places else 0} tries",),
    )


def moved(
    before: Report, after: Report | str, touched: tuple[int, int]
) -> tuple[int, list[tuple[str, str]]]:
    """How many executions do not touch the changed laps, and which of them moved.

    Args:
        before: Of the run as it is.
        after: Of the changed one; a text where there is none.
        touched: First and last changed lap, as numbered before.
    """
    others, lost = 0, []
    results = () if isinstance(after, str) else after.results
    now = {result.planned.number: result for result in results}
    for was in before.results:
        if _touches(was, touched):
            continue
        others += 1
        found = now.get(was.planned.number)
        if found is None or not _same_place(was, found):
            far = "" if was.first_lap is None else _far(was, touched)
            lost.append((f"{_kind_of_move(was, found)}{far}", _move_text(was, found)))
    return others, lost


def _touches(result: StepResult, laps: tuple[int, int]) -> bool:
    if result.first_lap is None or result.last_lap is None:
        return False
    return result.first_lap <= laps[1] and result.last_lap >= laps[0]


def _same_place(one: StepResult, other: StepResult) -> bool:
    if one.planned.step_index != other.planned.step_index:
        return False
    return _near(one.start_at, other.start_at) and _near(one.end_at, other.end_at)


def _near(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs((one - other).total_seconds()) <= WITHIN_S


def _far(was: StepResult, touched: tuple[int, int]) -> str:
    assert was.first_lap is not None
    assert was.last_lap is not None
    laps = max(was.first_lap - touched[1], touched[0] - was.last_lap)
    return ", next to it" if laps == 1 else ", further off"


def _kind_of_move(was: StepResult, found: StepResult | None) -> str:
    kind = kind_of(was.planned.step)
    if found is None or (found.start_at is None and was.start_at is not None):
        return f"lost ({kind})"
    return f"{'found though it was not' if was.start_at is None else 'moved'} ({kind})"


def _move_text(was: StepResult, found: StepResult | None) -> str:
    def text(result: StepResult | None) -> str:
        if result is None or result.start_at is None or result.end_at is None:
            return "nothing"
        return f"{result.start_at:%H:%M:%S} to {result.end_at:%H:%M:%S}"

    return (
        f"execution {was.planned.number} (step {was.planned.step_index}), "
        f"expected {text(was)}, got {text(found)}"
    )
