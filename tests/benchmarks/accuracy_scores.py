"""Whether scores and verdicts say what was run, on real recordings.

The oracles are the laps' own totals and the samples; no constant of the check is used.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Final, Literal

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Activity, Lap, Track
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.report import Report, Verdict
from backrun_fit.workout import DistanceDuration, Intensity, PaceTarget, Step, TimeDuration
from tests.benchmarks.accuracy import Failure, Measure, share
from tests.benchmarks.accuracy_real import RealRun, report_of
from tests.benchmarks.alignment_weights import athlete_of

__all__ = [
    "FAULTS",
    "faults_in_real_runs",
    "holding_constants",
    "own_means_missed",
    "rank_correlation",
    "score_follows_time_in_band",
    "warped",
    "with_own_plan",
]

EITHER_WAY: Final = 0.03
"""Half the width of the bands of a plan that is made of what was run."""

LEAST_S: Final = 60.0
"""Shorter executions are given no fault: their start is not judged."""

SLOWER_S: Final = 0.15
"""How much slower or faster a fault is: far enough outside a band of 3 % either way."""

LEAST_HELD_S: Final = 20.0
"""Shorter executions are hardly begun."""

_WORK: Final = (Intensity.ACTIVE, Intensity.INTERVAL)

Fault = Literal["slower", "faster", "cut", "skipped", "other order"]
FAULTS: Final[tuple[Fault, ...]] = ("slower", "faster", "cut", "skipped", "other order")
_NAMED: Final[dict[Fault, frozenset[Verdict]]] = {
    "slower": frozenset((Verdict.SLOW,)),
    "faster": frozenset((Verdict.FAST,)),
    "cut": frozenset((Verdict.SHORT, Verdict.UNFINISHED)),
    "skipped": frozenset((Verdict.SKIPPED, Verdict.SHORT, Verdict.UNFINISHED)),
}


# A plan that was run as planned.


def with_own_plan(run: RealRun) -> tuple[Activity, list[int]] | None:
    """The run with a plan made of what was run: each execution's own length and mean pace.

    Lengths are those of the laps, and so are the means: distance over timer time of the whole
    execution. Bands are 3 % either way.

    Returns:
        The activity, and the position in the plan of each execution that lasts a minute or more
        and has a band; None where a lap has no distance, or the watch did not keep the time.
    """
    activity = run.activity
    if activity.clock_jumps or not len(activity.track) or activity.workout is None:
        return None
    laps, messages, paced = list(activity.laps), list[Step](), list[int]()
    for number, lap in enumerate(laps):
        laps[number] = attrs.evolve(lap, step_index=None)
    for position, true in enumerate(run.truth):
        own = laps[true["first_lap"] : true["last_lap"] + 1]
        old = activity.workout.messages[true["step_index"]]
        timer_s = math.fsum(lap.timer_s for lap in own)
        distance_m = math.fsum(lap.distance_m or math.nan for lap in own)
        if not isinstance(old, Step) or timer_s <= 0 or math.isnan(distance_m):
            return None
        mean_mps = distance_m / timer_s
        by_distance = isinstance(old.duration, DistanceDuration)
        step = Step(
            duration=DistanceDuration(distance_m=distance_m)
            if by_distance
            else TimeDuration(duration_s=timer_s),
            intensity=old.intensity,
        )
        if timer_s >= LEAST_S and mean_mps > 0.5:
            band = PaceTarget(
                slowest_mps=mean_mps * (1 - EITHER_WAY), fastest_mps=mean_mps * (1 + EITHER_WAY)
            )
            step = attrs.evolve(step, target=band)
            paced.append(position)
        messages.append(step)
        for number in range(true["first_lap"], true["last_lap"] + 1):
            laps[number] = attrs.evolve(laps[number], step_index=position)
    plan = CompiledWorkout(name="as run", messages=tuple(messages))
    return attrs.evolve(activity, laps=tuple(laps), workout=plan), paced


def own_means_missed(runs: Sequence[RealRun]) -> Measure:
    """Steps missed of real runs whose targets are their own means, 3 % either way."""
    count, failures = 0, list[Failure]()
    for run in runs:
        own = with_own_plan(run)
        report = None if own is None else report_of(own[0])
        if not isinstance(report, Report):
            continue
        count += len(report.results)
        failures += [
            Failure(
                each.verdict.value,
                run.name,
                "; ".join(one.message for one in each.findings if one.verdict.is_miss),
            )
            for each in report.results
            if each.verdict.is_miss
        ]
    return Measure(
        name="own_means_missed",
        title="real runs against their own means +/- 3 %: steps missed",
        asked=0.01,
        sense="most",
        value=share(len(failures), count),
        count=count,
        unit="executions",
        failures=tuple(failures),
    )


# Faults put into them.


def warped(
    activity: Activity, start: float, end: float, *, time: float, distance: float
) -> Activity:
    """The same with one stretch lasting another time and going another distance.

    Args:
        activity: Without clock jumps; the timer runs all through the stretch.
        start: Unix seconds.
        end: Likewise, behind it.
        time: Factor of the time of the stretch; 0 takes it out.
        distance: Factor of its distance.
    """
    track = activity.track

    def later(unix_s: npt.NDArray[np.float64] | float) -> npt.NDArray[np.float64]:
        inside = np.clip(np.asarray(unix_s) - start, 0.0, end - start)
        return np.asarray(unix_s - inside * (1.0 - time))

    known = ~np.isnan(track.distance_m)
    unix_s, distance_m = track.unix_s[known], np.maximum.accumulate(track.distance_m[known])

    def metres(unix: float) -> float:
        return float(np.interp(unix, unix_s, distance_m))

    def less_m(unix: float) -> float:
        inside = min(max(unix, start), end)
        return (metres(inside) - metres(start)) * (1.0 - distance)

    inside = (track.unix_s > start) & (track.unix_s <= end)
    speed = track.speed_mps * np.where(inside & (time > 0), distance / (time or 1.0), 1.0)
    lost = np.interp(np.clip(track.unix_s, start, end), unix_s, distance_m) - metres(start)
    changed = attrs.evolve(
        track,
        unix_s=later(track.unix_s),
        distance_m=track.distance_m - lost * (1.0 - distance),
        speed_mps=speed,
    )
    if not time:
        changed = changed.rows(~inside)
    laps = []
    for lap in activity.laps:
        begun, over = lap.start_at.timestamp(), lap.end_at.timestamp()
        less_s = (over - begun) - float(later(over) - later(begun))
        laps.append(
            attrs.evolve(
                lap,
                start_at=lap.start_at + timedelta(seconds=float(later(begun)) - begun),
                end_at=lap.end_at + timedelta(seconds=float(later(over)) - over),
                timer_s=max(0.0, lap.timer_s - less_s),
                elapsed_s=max(0.0, lap.elapsed_s - less_s),
                distance_m=None
                if lap.distance_m is None
                else max(0.0, lap.distance_m - less_m(over) + less_m(begun)),
            )
        )
    ended = activity.ended_at.timestamp()
    less_s = ended - float(later(ended))
    return attrs.evolve(
        activity,
        track=_settled(changed),
        laps=tuple(laps),
        ended_at=activity.ended_at - timedelta(seconds=less_s),
        timer_events=tuple(
            attrs.evolve(
                event,
                at=event.at
                + timedelta(seconds=float(later(event.at.timestamp())) - event.at.timestamp()),
            )
            for event in activity.timer_events
        ),
        timer_s=None if activity.timer_s is None else activity.timer_s - less_s,
        elapsed_s=None if activity.elapsed_s is None else activity.elapsed_s - less_s,
        distance_m=None if activity.distance_m is None else activity.distance_m - less_m(ended),
    )


def _settled(track: Track) -> Track:
    return attrs.evolve(track, unix_s=np.maximum.accumulate(track.unix_s))


def _with_fault(activity: Activity, position: int, fault: Fault) -> Activity:
    """The run with one fault in one execution of its own plan."""
    own = [lap for lap in activity.laps if lap.step_index == position]
    start, end = own[0].start_at.timestamp(), own[-1].end_at.timestamp()
    assert activity.workout is not None
    step = activity.workout.messages[position]
    assert isinstance(step, Step)
    if fault == "cut":
        return warped(activity, (start + end) / 2, end, time=0.0, distance=0.0)
    if fault == "skipped":
        gone = warped(activity, start, end, time=0.0, distance=0.0)
        kept: tuple[Lap, ...] = tuple(lap for lap in gone.laps if lap.step_index != position)
        return attrs.evolve(gone, laps=kept)
    factor = 1.0 - SLOWER_S if fault == "slower" else 1.0 + SLOWER_S
    if isinstance(step.duration, TimeDuration):
        return warped(activity, start, end, time=1.0, distance=factor)
    return warped(activity, start, end, time=1.0 / factor, distance=1.0)


def _is_gentle(activity: Activity, position: int) -> bool:
    """Whether being slower is harmless there."""
    assert activity.workout is not None
    step = activity.workout.messages[position]
    return isinstance(step, Step) and step.intensity not in _WORK


def _in_other_order(activity: Activity, random: Random, paced: Sequence[int]) -> Activity | None:
    """The plan asks for two neighbours the other way round; step indexes hidden.

    None where no two neighbours differ by a quarter in length and a tenth in pace.
    """
    workout = activity.workout
    assert workout is not None
    messages = list(workout.messages)

    def length(step: Step) -> float:
        duration = step.duration
        return duration.duration_s if isinstance(duration, TimeDuration) else math.nan

    places = []
    for place in paced:
        one, other = messages[place], messages[place + 1] if place + 1 < len(messages) else None
        if place + 1 not in paced or not isinstance(one, Step) or not isinstance(other, Step):
            continue
        paces = [
            each.target.slowest_mps for each in (one, other) if isinstance(each.target, PaceTarget)
        ]
        lengths = [length(one), length(other)]
        if max(lengths) > 1.25 * min(lengths) and max(paces) > 1.1 * min(paces):
            places.append(place)
    if not places:
        return None
    place = random.choice(places)
    messages[place : place + 2] = messages[place + 1], messages[place]
    laps = tuple(attrs.evolve(lap, step_index=None) for lap in activity.laps)
    changed = attrs.evolve(workout, messages=tuple(messages))
    return attrs.evolve(activity, laps=laps, workout=changed)


def faults_in_real_runs(runs: Sequence[RealRun]) -> Iterator[Measure]:
    """How many faults put into real runs are named, and how much else is called missed."""
    named: dict[str, list[bool]] = defaultdict(list)
    unnamed, invented, others = list[Failure](), list[Failure](), 0
    for run in runs:
        own = with_own_plan(run)
        if own is None or not own[1] or not isinstance(before := report_of(own[0]), Report):
            continue
        activity, paced = own
        missed = {each.planned.number for each in before.results if each.verdict.is_miss}
        for fault in FAULTS:
            random = Random(f"{run.name} {fault}")
            places = [each for each in paced if fault != "slower" or not _is_gentle(activity, each)]
            if not places:
                continue
            position = random.choice(places)
            changed: Activity | None
            if fault == "other order":
                changed = _in_other_order(activity, random, paced)
            else:
                changed = _with_fault(activity, position, fault)
            report = None if changed is None else report_of(changed)
            if not isinstance(report, Report):
                continue
            if fault == "other order":
                is_named = any(each.verdict.is_miss for each in report.results)
            else:
                is_named = report.results[position].verdict in _NAMED[fault]
                wrong = [
                    each
                    for each in report.results
                    if each.verdict.is_miss and each.planned.number not in {*missed, position + 1}
                ]
                others += len(report.results) - 1
                invented += [
                    Failure(f"{fault}: {each.verdict.value}", run.name, each.findings[0].message)
                    for each in wrong
                ]
            named[fault].append(is_named)
            if not is_named:
                verdict = report.results[position].verdict.value
                text = "; ".join(one.message for one in report.results[position].findings)
                unnamed.append(Failure(f"{fault}: {verdict}", run.name, text))
    told = ", ".join(f"{fault} {sum(found)}/{len(found)}" for fault, found in named.items())
    count = sum(map(len, named.values()))
    yield Measure(
        name="real_faults_named",
        title="faults put into real runs: named",
        asked=0.95,
        value=share(count - len(unnamed), count),
        count=count,
        unit="faults",
        failures=tuple(unnamed),
        notes=(told,),
    )
    yield Measure(
        name="real_faults_others_missed",
        title="the same: other steps called missed",
        asked=0.01,
        sense="most",
        value=share(len(invented), others),
        count=others,
        unit="executions",
        failures=tuple(invented),
    )


# The score of the work beside the time in band.


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's, ties given their mean rank; NaN of less than three pairs.

    Example:
        >>> round(rank_correlation([1, 2, 3, 4], [1, 2, 4, 3]), 3)
        0.8
    """
    if len(one) < 3:
        return math.nan
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: Sequence[float]) -> npt.NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    return np.array([(np.sum(array < one) + np.sum(array <= one)) / 2 for one in array])


def _work_and_time_in_band(run: RealRun) -> tuple[float, float] | None:
    report = report_of(run.activity)
    if isinstance(report, str) or report.work_score is None:
        return None
    shares = [
        (each.done.in_band_fraction, each.done.timer_s or 0.0)
        for each in report.results
        if each.role != "support" and each.done and each.done.in_band_fraction is not None
    ]
    total_s = math.fsum(timer_s for _, timer_s in shares)
    if total_s <= 0:
        return None
    return report.work_score, math.fsum(part * timer_s for part, timer_s in shares) / total_s


def score_follows_time_in_band(runs: Sequence[RealRun]) -> Measure:
    """Rank correlation of the work score with the share of work time in the band."""
    found = {run.name: pair for run in runs if (pair := _work_and_time_in_band(run)) is not None}
    by_athlete = {
        athlete: [pair for name, pair in found.items() if athlete_of(name) == athlete]
        for athlete in sorted({athlete_of(name) for name in found})
    }
    ordered = sorted(found.items(), key=lambda item: (item[1][0], item[1][1]))
    notes = [
        f"{athlete}: {rank_correlation(*zip(*pairs, strict=True)):.2f} of {len(pairs)} runs"
        for athlete, pairs in by_athlete.items()
        if len(pairs) >= 3
    ]
    for title, some in (("lowest", ordered[:10]), ("highest", ordered[-10:])):
        told = ", ".join(f"{name} {work:.0f} ({part:.0%})" for name, (work, part) in some)
        notes.append(f"{title} work scores, with the share of time in band: {told}")
    pairs = list(found.values())
    return Measure(
        name="score_follows_time_in_band",
        title="work score and time in band: rank correlation",
        asked=0.7,
        value=rank_correlation(*zip(*pairs, strict=True)) if pairs else math.nan,
        count=len(pairs),
        unit="runs",
        notes=tuple(notes),
    )


# What a runner holds.


def holding_constants(runs: Sequence[RealRun]) -> Iterator[str]:
    """For each athlete how far the mean speeds of executions of one step differ in a run.

    The standard deviation in the median over steps, scaled to one minute by the root of the
    time, which is the form that the tolerance model uses. Steps of work or interval intensity
    that come three times and more in a run; those by pace and all others apart.
    """
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for run in runs:
        groups: dict[int, list[tuple[float, float]]] = defaultdict(list)
        messages = run.activity.workout.messages if run.activity.workout else ()
        for true in run.truth if messages else ():
            own = run.activity.laps[true["first_lap"] : true["last_lap"] + 1]
            timer_s = math.fsum(lap.timer_s for lap in own)
            distance_m = math.fsum(lap.distance_m or math.nan for lap in own)
            if timer_s > LEAST_HELD_S and distance_m > 0:
                groups[true["step_index"]].append((timer_s, distance_m / timer_s))
        for index, group in groups.items():
            step = messages[index]
            if len(group) < 3 or not isinstance(step, Step) or step.intensity not in _WORK:
                continue
            lasting_s = float(np.median([timer_s for timer_s, _ in group]))
            deviation = float(np.std(np.log([mps for _, mps in group]), ddof=1))
            kind = "by pace" if isinstance(step.target, PaceTarget) else "without a pace"
            found[athlete_of(run.name), kind].append(deviation * math.sqrt(lasting_s / 60.0))
    for (athlete, kind), deviations in sorted(found.items()):
        lower, middle, upper = np.percentile(deviations, (25, 50, 75)).tolist()
        yield (
            f"athlete {athlete}, {kind}: {middle:.3f} at one minute in the median of "
            f"{len(deviations)} steps (quartiles {lower:.3f} and {upper:.3f})"
        )
