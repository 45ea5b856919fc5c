"""What alignment finds in one real run, with more and more of its evidence taken away.

One run is one task for a process; what comes back can be pickled and added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Final, Literal

import attrs
import numpy as np

from backrun_fit.activity import Activity
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.report import Report, StepResult, Verdict
from tests.activities import without_indexes
from tests.benchmarks.accuracy import Failure
from tests.benchmarks.accuracy_real import (
    AlignMode,
    RealRun,
    agrees,
    mismatches,
    report_of,
    without_laps,
)
from tests.benchmarks.alignment_variants import (
    KILOMETRE_M,
    MILE_M,
    one_step_plan,
    own_running_s,
    with_autolaps,
    with_cool_down,
    with_standing,
    with_warm_up,
    without_plan,
)
from tests.benchmarks.alignment_weights import athlete_of, weights_for
from tests.benchmarks.lap_errors import LEAST_LAPS, moved, with_lap_error

__all__ = [
    "RIGHT_S",
    "VARIANTS",
    "Match",
    "Tally",
    "Variant",
    "false_misses",
    "judged_run",
]

RIGHT_S: Final = 15.0
"""A match is right within this."""

INTACT_S: Final = 2.0

LEAST_LONG_S: Final = 1200.0
"""A run of one step is a run of 20 minutes and more."""


@attrs.frozen
class Match:
    """One execution that alignment placed.

    Attributes:
        certainty: 0 to 1, as alignment states it.
        is_right: Whether the truth has it there.
    """

    certainty: float
    is_right: bool


@attrs.frozen(kw_only=True)
class Tally:
    """What was counted of one run in one variant.

    Attributes:
        measure: The measure that it counts for.
        variant: What was done to the run.
        athlete: Whose run it is.
        count: Of how many.
        failures: What did not come out as it should.
        matches: Whatever was placed with a certainty.
    """

    measure: str
    variant: str
    athlete: str
    count: int
    failures: tuple[Failure, ...]
    matches: tuple[Match, ...] = ()


@attrs.frozen(kw_only=True)
class Variant:
    """A way to change a run, and how near alignment has to come.

    Attributes:
        measure: The measure that it counts for.
        title: For people.
        within_s: Of both ends.
        change: From the intact run to the changed one and the plan that is given beside it,
            if any; None where the run is not one to do that with.
        align: What alignment may look at.
        counts_false_misses: Executions are also counted whose length was met before and is not.
    """

    measure: str
    title: str
    within_s: float
    change: Callable[[RealRun], tuple[RealRun, CompiledWorkout | None] | None]
    align: AlignMode = "auto"
    counts_false_misses: bool = False


def _activity_changed(
    change: Callable[[Activity], Activity],
) -> Callable[[RealRun], tuple[RealRun, None]]:
    return lambda run: (attrs.evolve(run, activity=change(run.activity)), None)


def _not_loaded(
    change: Callable[[RealRun], RealRun | None], autolap_m: float | None
) -> Callable[[RealRun], tuple[RealRun, CompiledWorkout] | None]:
    """The plan was not loaded: laps of so many metres, or none.

    Left out are runs without distances, and those whose clock was set while they lasted.
    """

    def changed(run: RealRun) -> tuple[RealRun, CompiledWorkout] | None:
        if run.activity.clock_jumps or np.isnan(run.activity.track.distance_m).all():
            return None
        found = change(run)
        if found is None:
            return None
        bare, workout = without_plan(found)
        laps = without_laps if autolap_m is None else lambda one: with_autolaps(one, autolap_m)
        return attrs.evolve(bare, activity=laps(bare.activity)), workout

    return changed


def _intact(run: RealRun) -> RealRun:
    return run


def _warmed_up(run: RealRun) -> RealRun | None:
    """None for a plan of one step: where it begins in easy running cannot be seen."""
    if len(run.truth) < 2:
        return None
    return with_warm_up(run, own_running_s(f"{run.name} before"))


def _cooled_down(run: RealRun) -> RealRun | None:
    if len(run.truth) < 2:
        return None
    return with_cool_down(run, own_running_s(f"{run.name} after"))


def _stood(timer: Literal["paused", "running"]) -> Callable[[RealRun], RealRun]:
    return lambda run: with_standing(run, timer)


def _all_three(timer: Literal["paused", "running"]) -> Callable[[RealRun], RealRun | None]:
    def changed(run: RealRun) -> RealRun | None:
        warm = _warmed_up(with_standing(run, timer))
        return None if warm is None else _cooled_down(warm)

    return changed


_BESIDE: Final[Sequence[tuple[str, Callable[[RealRun], RealRun | None]]]] = (
    ("own warm-up", _warmed_up),
    ("own cool-down", _cooled_down),
    ("standing, timer paused", _stood("paused")),
    ("standing, timer running", _stood("running")),
    ("all three, timer paused", _all_three("paused")),
    ("all three, timer running", _all_three("running")),
)

VARIANTS: Final = (
    Variant(
        measure="indexes_within_2s",
        title="indexes",
        within_s=2.0,
        change=_activity_changed(lambda activity: activity),
    ),
    Variant(
        measure="laps_within_5s",
        title='align="laps"',
        within_s=5.0,
        change=_activity_changed(lambda activity: activity),
        align="laps",
    ),
    Variant(
        measure="laps_auto_within_5s",
        title="auto, step indexes removed",
        within_s=5.0,
        change=_activity_changed(without_indexes),
    ),
    Variant(
        measure="lapless_within_15s",
        title="no laps",
        within_s=RIGHT_S,
        change=_activity_changed(without_laps),
    ),
    *(
        Variant(
            measure=f"autolaps_{name}_within_15s",
            title=f"autolaps of 1 {name}",
            within_s=RIGHT_S,
            change=_not_loaded(_intact, every_m),
            counts_false_misses=True,
        )
        for name, every_m in (("km", KILOMETRE_M), ("mile", MILE_M))
    ),
    *(
        Variant(
            measure="own_running_within_15s",
            title=f"{title}, {laps}",
            within_s=RIGHT_S,
            change=_not_loaded(change, every_m),
        )
        for title, change in _BESIDE
        for laps, every_m in (("no laps", None), ("autolaps of 1 km", KILOMETRE_M))
    ),
)
"""Everything that is counted by executions of the truth."""


def judged_run(run: RealRun, other: str | None, seeds: Sequence[int]) -> list[Tally]:
    """All measures of one run.

    Args:
        run: As recorded, with its truth.
        other: The athlete whose weights are used.
        seeds: One a lap error that is tried on this run; may be empty.
    """
    with weights_for(other):
        intact = report_of(run.activity)
        tallies = [tally for variant in VARIANTS for tally in _judged_variant(run, variant, intact)]
        tallies += _one_step(run)
        if seeds:
            tallies.append(_lap_errors(run, seeds))
    return tallies


def _judged_variant(run: RealRun, variant: Variant, intact: Report | str) -> Iterator[Tally]:
    if run.activity.workout is None:
        failures = [Failure("no workout to check", run.name, "cannot be read") for _ in run.truth]
        yield _tally(run, variant.measure, variant.title, len(run.truth), failures)
        return
    changed = variant.change(run)
    if changed is None:
        return
    shifted, workout = changed
    report = report_of(shifted.activity, workout, variant.align)
    if isinstance(report, str):
        failures = [Failure("no report", run.name, report) for _ in run.truth]
    else:
        failures = [
            attrs.evolve(failure, group=f"{variant.title}: {failure.group}")
            for failure in mismatches(shifted, report, variant.within_s)
        ]
    matches = _matches(shifted, report)
    yield _tally(run, variant.measure, variant.title, len(run.truth), failures, matches)
    if variant.counts_false_misses and isinstance(intact, Report):
        count, misses = false_misses(run, intact, report)
        measure = variant.measure.replace("within_15s", "false_misses")
        yield _tally(run, measure, variant.title, count, misses)


def _tally(
    run: RealRun,
    measure: str,
    variant: str,
    count: int,
    failures: Sequence[Failure],
    matches: Iterable[Match] = (),
) -> Tally:
    return Tally(
        measure=measure,
        variant=variant,
        athlete=athlete_of(run.name),
        count=count,
        failures=tuple(failures),
        matches=tuple(matches),
    )


def _matches(run: RealRun, report: Report | str) -> Iterator[Match]:
    """Each placed execution of a report, and whether a true one is there."""
    for result in () if isinstance(report, str) else report.results:
        if result.start_at is not None and result.certainty is not None:
            right = any(agrees(result, true, RIGHT_S) for true in run.truth)
            yield Match(result.certainty, right)


def false_misses(run: RealRun, intact: Report, report: Report | str) -> tuple[int, list[Failure]]:
    """True executions whose length the intact file shows as kept, and which of them it is not.

    Args:
        run: With its truth.
        intact: The report of the file as recorded.
        report: That of the changed one; a text where there is none.

    Returns:
        How many executions were kept, and those of them that are called missed.
    """
    results = () if isinstance(report, str) else report.results
    now = {result.planned.number: result for result in results}
    count, misses = 0, []
    for true in run.truth:
        was = next((one for one in intact.results if agrees(one, true, INTACT_S)), None)
        if was is None or _length_missed(was):
            continue
        count += 1
        found = now.get(was.planned.number)
        if found is None or _length_missed(found):
            said = "no report" if found is None else found.verdict.value
            text = f"execution {was.planned.number} (step {was.planned.step_index})"
            misses.append(Failure(f"called {said}", run.name, text))
    return count, misses


def _length_missed(result: StepResult) -> bool:
    if result.verdict is Verdict.SKIPPED:
        return True
    return any(one.component == "extent" and one.verdict.is_miss for one in result.findings)


def _one_step(run: RealRun) -> Iterator[Tally]:
    """A run of one step that is exactly as long as the plan is met."""
    activity = attrs.evolve(without_laps(run.activity), workout=None)
    if not activity.distance_m or (activity.timer_s or 0.0) < LEAST_LONG_S:
        return
    truth = ({"step_index": 0, "start": _unix(activity)[0], "end": _unix(activity)[1]},)
    whole = RealRun(run.name, activity, truth)
    kinds: tuple[Literal["time", "distance"], ...] = ("time", "distance")
    for kind in kinds:
        report = report_of(activity, one_step_plan(activity, kind))
        failures = []
        if isinstance(report, str) or report.results[0].verdict is not Verdict.MET:
            said = "no report" if isinstance(report, str) else report.results[0].verdict.value
            text = report if isinstance(report, str) else report.results[0].pairing
            failures.append(Failure(said, run.name, text))
        matches = _matches(whole, report)
        yield _tally(run, f"one_step_{kind}_met", f"one step by {kind}", 1, failures, matches)


def _unix(activity: Activity) -> tuple[float, float]:
    return activity.started_at.timestamp(), activity.ended_at.timestamp()


def _lap_errors(run: RealRun, seeds: Sequence[int]) -> Tally:
    """One lap lost or inserted, step indexes hidden: what touches no changed lap stays."""
    activity = without_indexes(run.activity)
    before = report_of(activity)
    count, failures = 0, list[Failure]()
    matches: list[Match] = []
    if len(activity.laps) < LEAST_LAPS or isinstance(before, str):
        seeds = ()
    for seed in seeds:
        assert isinstance(before, Report)
        changed, touched, kind, what = with_lap_error(activity, Random(seed))
        after = report_of(changed)
        others, lost = moved(before, after, touched)
        count += others
        failures += [
            Failure(f"{kind}: {group}", f"{run.name}, try {seed}, {what}", text)
            for group, text in lost
        ]
        matches += _matches(run, after)
    return _tally(run, "unmoved_by_lap_error", "one lap error", count, failures, matches)
