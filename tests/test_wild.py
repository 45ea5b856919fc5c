"""Claims about real recordings that trip readers: every fact in the corpus' ``wild/truth.json``.

The facts were computed from the files by another decoder; ``wild/README.md`` says what they mean.
Each is a test of its own, so that a failure names file and fact. Means over laps and steps are
computed here from the columns of the track, and not by the package, which is then asked too.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backrun_fit as bf
from backrun_fit.activity import Lap, TimerEvent, Track
from backrun_fit.compliance.pairing import AlignMode
from backrun_fit.report import StepResult
from backrun_fit.workout import HeartRateTarget
from tests.conftest import corpus_path

Facts = dict[str, Any]

# -- tolerances -------------------------------------------------------------------------------

# Starts are whole seconds, and an end is the start and an elapsed time, or a whole second.
INSTANT_S = 2.0
# No lap ends there: the end comes from the pace and the planned length.
BY_TIMER_S = 15.0
# `truth.json` has two decimals of sessions and three of laps; a lap made of records has whole
# seconds, and whether its first and last second count is a matter of taste.
DURATION_S, MADE_OF_RECORDS_S = 0.011, 2.0
DISTANCE_M, MADE_OF_RECORDS_M = 0.011, 10.0
# A border that is off by INSTANT_S moves as many samples, of which there are up to two a second.
SAMPLES = 4
# How long a sample counts is a matter of taste where they lie 2 to 8 s apart, or where the timer
# stood still. One reading too many or few of 60 to 200 moves a mean by about as much. A value read
# wrongly (one foot for both, another unit, another lap) is off by a multiple of these.
MEANS = {"heart_rate_bpm": 2.0, "cadence_spm": 4.0, "power_w": 3.0}
# Whether the sample at a border counts moves the mean of a lap of fewer samples by more.
FEW_SAMPLES = 60
# The report leaves standing still out of the cadence, which a lap with a pause shows most.
REPORTED_MEANS = {"heart_rate_bpm": 2.0, "cadence_spm": 6.0, "power_w": 3.0}
# The longest time that one sample stands for; a longer gap is a pause or a clock that was set.
LONGEST_WEIGHT_S = 60.0

# -- the corpus -------------------------------------------------------------------------------

CORPUS = corpus_path()
WILD = CORPUS / "wild" if CORPUS is not None else Path()
TRUTH: dict[str, Facts] = (
    json.loads((WILD / "truth.json").read_text()) if (WILD / "truth.json").is_file() else {}
)
NO_CORPUS = "no corpus of real FIT files here (set BACKRUN_CORPUS)"


def each(found: Iterable[tuple[Any, ...]]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test for each file, which tries a claim on all of its facts and names the wrong ones.

    Skips, saying so, without any.
    """
    by_file: dict[str, list[tuple[Any, ...]]] = {}
    for fact in found:
        by_file.setdefault(fact[0], []).append(fact)

    def decorate(claim: Callable[..., None]) -> Callable[..., None]:
        @pytest.mark.parametrize("file", [*by_file] or ["no corpus"])
        def test(file: str) -> None:
            if not by_file:
                pytest.skip(NO_CORPUS)
            wrong = []
            for fact in by_file[file]:
                try:
                    claim(*fact)
                except AssertionError as error:
                    wrong.append(f"{' '.join(map(str, fact[1:]))}: {error}")
            assert wrong == []

        test.__name__ = claim.__name__
        return test

    return decorate


@functools.cache
def legs(file: str) -> tuple[bf.Activity, ...]:
    return bf.read_activities(WILD / file)


@functools.cache
def report(file: str, align: AlignMode) -> bf.Report:
    facts = TRUTH[file]
    plan = facts.get("plan")
    workout = None if plan is None else compiled(WILD / plan)
    return bf.check(legs(file)[facts.get("plan_leg", 0)], workout, align=align)


def compiled(path: Path) -> bf.CompiledWorkout:
    spec = bf.load_spec(path)
    return bf.compile_workout(bf.session(spec), spec.athlete, units=spec.units)


def lap_of(file: str, number: int) -> tuple[bf.Activity, Lap, Facts]:
    """A lap as read, in its leg, and as it has to be; numbers run on over the legs."""
    facts = TRUTH[file]["laps"][number]
    activity = legs(file)[facts["leg"]]
    before = sum(1 for other in TRUTH[file]["laps"][:number] if other["leg"] == facts["leg"])
    assert before < len(activity.laps), f"lap {number} is missing"
    return activity, activity.laps[before], facts


def execution_of(file: str, align: AlignMode, place: int) -> tuple[StepResult, Facts]:
    """The result of a planned step, and how it has to be: both are in the order of the plan."""
    return report(file, align).results[place], TRUTH[file]["executions"][place]


# -- means by the rule of the README ----------------------------------------------------------


def pauses(activity: bf.Activity) -> list[tuple[float, float]]:
    """When the timer stood still within the activity."""
    found: list[tuple[float, float]] = []
    stopped: float | None = None
    for event in activity.timer_events:
        at = event.at.timestamp()
        if event.kind == "stop" and stopped is None:
            stopped = at
        elif event.kind == "start" and stopped is not None:
            found.append((stopped, at))
            stopped = None
    return found


def samples_between(activity: bf.Activity, start: float, end: float) -> int:
    unix_s = activity.track.unix_s
    return int(((unix_s >= start) & (unix_s <= end)).sum())


def mean(activity: bf.Activity, name: str, start: float, end: float) -> float | None:
    """Each value counts until the next one while the timer runs; None where there is none.

    A heart rate or a cadence of 0 is none; a power of 0 is one.
    """
    values, unix_s = getattr(activity.track, name), activity.track.unix_s
    within = (unix_s >= start) & (unix_s <= end) & ~np.isnan(values)
    values, unix_s = values[within], unix_s[within]
    if not len(values):
        return None
    until = np.append(unix_s[1:], max(end, float(unix_s[-1])))
    weights = until - unix_s
    for stopped, started in pauses(activity):
        weights -= np.clip(np.minimum(until, started) - np.maximum(unix_s, stopped), 0.0, None)
    weights = np.clip(weights, 1e-3, LONGEST_WEIGHT_S)
    counts = (values != 0.0) | (name == "power_w")
    if not counts.any():
        return None
    return float((values * weights)[counts].sum() / weights[counts].sum())


def test_means_are_weighted_by_time_without_pauses_and_zeros() -> None:
    track = Track.from_columns(
        np.array([0.0, 1.0, 2.0, 12.0, 13.0]),
        heart_rate_bpm=np.array([100.0, 0.0, 120.0, 130.0, np.nan]),
        power_w=np.array([0.0, 0.0, 0.0, 0.0, 200.0]),
    )
    events = (
        TimerEvent(at=datetime.fromtimestamp(0, UTC), kind="start"),
        TimerEvent(at=datetime.fromtimestamp(4, UTC), kind="stop"),
        TimerEvent(at=datetime.fromtimestamp(12, UTC), kind="start"),
    )
    run = bf.Activity(
        started_at=events[0].at,
        ended_at=events[2].at,
        sport="running",
        track=track,
        timer_events=events,
    )
    assert mean(run, "heart_rate_bpm", 0.0, 14.0) == pytest.approx((100 + 2 * 120 + 2 * 130) / 5)
    assert mean(run, "power_w", 0.0, 14.0) == pytest.approx(200 / 6)
    assert mean(run, "cadence_spm", 0.0, 14.0) is None
    assert mean(run, "heart_rate_bpm", 13.0, 14.0) is None
    assert samples_between(run, 1.0, 12.0) == 3


# -- legs and laps ----------------------------------------------------------------------------


@each((file,) for file in TRUTH)
def test_a_file_has_as_many_legs_as_sessions(file: str) -> None:
    assert len(legs(file)) == len(TRUTH[file]["legs"])


@each((file,) for file in TRUTH)
def test_every_leg_has_its_own_laps(file: str) -> None:
    expected = [
        sum(1 for lap in TRUTH[file]["laps"] if lap["leg"] == leg)
        for leg in range(len(TRUTH[file]["legs"]))
    ]
    assert [len(leg.laps) for leg in legs(file)] == expected


LEG_FACTS = ("sport", "sub_sport", "start", "timer_s", "elapsed_s", "distance_m")


@each(
    (
        (file, leg, fact)
        for file in TRUTH
        for leg in range(len(TRUTH[file]["legs"]))
        for fact in LEG_FACTS
    ),
)
def test_a_leg_is_as_its_session_says(file: str, leg: int, fact: str) -> None:
    activity, expected = legs(file)[leg], TRUTH[file]["legs"][leg][fact]
    if fact == "start":
        assert activity.started_at.timestamp() == pytest.approx(expected, abs=INSTANT_S)
    elif fact.startswith("sp") or fact == "sub_sport":
        assert getattr(activity, fact) == expected
    else:
        made = any(lap.get("made_of_records") for lap in TRUTH[file]["laps"])
        assert getattr(activity, fact) == pytest.approx(expected, abs=allowed(fact, made=made))


def allowed(fact: str, *, made: bool) -> float:
    if fact == "distance_m":
        return MADE_OF_RECORDS_M if made else DISTANCE_M
    return MADE_OF_RECORDS_S if made else DURATION_S


LAP_FACTS = ("start", "end", "timer_s", "elapsed_s", "distance_m", "samples", *MEANS)


def facts_of_laps() -> Iterator[tuple[str, int, str]]:
    for file in TRUTH:
        for number, lap in enumerate(TRUTH[file]["laps"]):
            yield from ((file, number, fact) for fact in LAP_FACTS if fact in lap)


@each(facts_of_laps())
def test_a_lap_is_as_it_has_to_be(file: str, lap: int, fact: str) -> None:
    activity, read, expected = lap_of(file, lap)
    start, end = read.start_at.timestamp(), read.end_at.timestamp()
    if fact in ("start", "end"):
        at = start if fact == "start" else end
        assert nearest(at, expected, fact) == pytest.approx(at, abs=INSTANT_S)
    elif fact == "samples":
        assert samples_between(activity, start, end) == pytest.approx(expected[fact], abs=SAMPLES)
    elif fact in MEANS:
        tolerance = MEANS[fact] * max(1.0, FEW_SAMPLES / expected["samples"])
        check_mean(mean(activity, fact, start, end), expected[fact], tolerance)
    else:
        made = bool(expected.get("made_of_records"))
        assert getattr(read, fact) == pytest.approx(expected[fact], abs=allowed(fact, made=made))


def nearest(at: float, expected: Facts, fact: str) -> float:
    """The instant that was meant, of those that are as good."""
    instants = [expected[key] for key in (fact, f"{fact}_also") if key in expected]
    return float(min(instants, key=lambda instant: abs(instant - at)))


def check_mean(got: float | None, expected: float | None, tolerance: float) -> None:
    if expected is None:
        assert got is None
    else:
        assert got == pytest.approx(expected, abs=tolerance)


def test_a_mean_that_is_there_or_not_or_off_is_noticed() -> None:
    check_mean(None, None, 1.0)
    check_mean(120.5, 120.0, 1.0)
    for got, expected in ((None, 120.0), (120.0, None), (121.5, 120.0)):
        with pytest.raises(AssertionError):
            check_mean(got, expected, 1.0)


def columns_that_are_none() -> Iterator[tuple[str, int, str]]:
    for file in TRUTH:
        for number, lap in enumerate(TRUTH[file]["laps"]):
            yield from ((file, number, fact) for fact in MEANS if lap.get(fact, 0.0) is None)


@each(columns_that_are_none())
def test_what_was_never_measured_is_no_number_in_any_sample(
    file: str, lap: int, column: str
) -> None:
    activity, read, _ = lap_of(file, lap)
    unix_s = activity.track.unix_s
    within = (unix_s >= read.start_at.timestamp()) & (unix_s <= read.end_at.timestamp())
    assert np.isnan(getattr(activity.track, column)[within]).all()


@each((file,) for file in TRUTH)
def test_no_lap_ends_before_it_starts_or_runs_into_the_next(file: str) -> None:
    for leg in legs(file):
        assert all(lap.end_at >= lap.start_at for lap in leg.laps)
        for lap, following in pairwise(leg.laps):
            assert (lap.end_at - following.start_at).total_seconds() <= INSTANT_S


@each((file,) for file in TRUTH)
def test_a_lap_that_the_file_does_not_have_is_said_to_be_made_of_records(file: str) -> None:
    laps = [lap for leg in legs(file) for lap in leg.laps]
    assert [getattr(lap, "is_from_records", False) for lap in laps] == [
        bool(lap.get("made_of_records")) for lap in TRUTH[file]["laps"]
    ]


@each((file,) for file in TRUTH)
def test_samples_belong_to_one_leg_alone(file: str) -> None:
    """The last ones may come after the session: some watches record until it was saved."""
    for leg, following in pairwise(legs(file)):
        assert leg.track.unix_s[-1] <= following.track.unix_s[0]
        assert leg.track.unix_s[0] >= leg.started_at.timestamp() - INSTANT_S


# -- executions -------------------------------------------------------------------------------


def facts_of_executions(facts: Sequence[str]) -> Iterator[tuple[str, AlignMode, int, str]]:
    for file, truth in TRUTH.items():
        for align in truth.get("align", ()):
            for place, execution in enumerate(truth["executions"]):
                known = (fact for fact in facts if execution.get(fact) is not None)
                yield from ((file, align, place, fact) for fact in known)


@each(facts_of_executions(["verdict"]))
def test_a_step_has_the_verdict_that_has_to_come_out(
    file: str, align: AlignMode, place: int, fact: str
) -> None:
    result, expected = execution_of(file, align, place)
    assert fits(result.verdict, expected[fact]), (result.verdict.value, result.findings)


def fits(verdict: bf.Verdict, wanted: str) -> bool:
    """Whether a verdict is the one, or not the one, that has to come out."""
    if wanted == "!miss":
        return not verdict.is_miss
    if wanted.startswith("!"):
        return verdict.value != wanted[1:]
    return verdict.value == wanted


def test_verdicts_are_compared_as_they_are_meant() -> None:
    assert fits(bf.Verdict.MET, "met")
    assert not fits(bf.Verdict.SLOW, "met")
    assert fits(bf.Verdict.SLOW, "!met")
    assert fits(bf.Verdict.NOT_MEASURABLE, "!met")
    assert not fits(bf.Verdict.MET, "!met")
    assert fits(bf.Verdict.NOT_MEASURABLE, "!miss")
    assert fits(bf.Verdict.MET, "!miss")
    assert not fits(bf.Verdict.SHORT, "!miss")


@each(facts_of_executions(["start", "end"]))
def test_a_step_was_run_when_it_was_run(file: str, align: AlignMode, place: int, fact: str) -> None:
    result, expected = execution_of(file, align, place)
    got = result.start_at if fact == "start" else result.end_at
    assert got is not None, result.pairing
    at = got.timestamp()
    tolerance = BY_TIMER_S if expected.get("by") == "timer" else INSTANT_S
    assert nearest(at, expected, fact) == pytest.approx(at, abs=tolerance)


@each(facts_of_executions(["samples", *MEANS]))
def test_a_step_has_samples_and_the_means_over_them(
    file: str, align: AlignMode, place: int, fact: str
) -> None:
    result, expected = execution_of(file, align, place)
    assert result.done is not None, result.pairing
    if fact == "samples":
        assert result.done.sample_count > 0
    else:
        tolerance = REPORTED_MEANS[fact] * max(1.0, FEW_SAMPLES / expected["samples"])
        check_mean(getattr(result.done, fact), expected[fact], tolerance)


@each(
    ((file, align) for file, truth in TRUTH.items() for align in truth.get("align", ())),
)
def test_steps_lie_within_the_leg_and_have_no_verdict_that_must_not_be(
    file: str, align: AlignMode
) -> None:
    found, leg = report(file, align), legs(file)[TRUTH[file].get("plan_leg", 0)]
    assert "no_step_is" not in TRUTH[file] or TRUTH[file]["no_step_is"] not in {
        result.verdict.value for result in found.results
    }
    # Behind the leg's end there may be seconds until it was saved.
    last = max([leg.ended_at.timestamp(), *leg.track.unix_s[-1:]]) + INSTANT_S
    for result in found.results:
        if result.start_at is not None and result.end_at is not None:
            assert leg.started_at.timestamp() - INSTANT_S <= result.start_at.timestamp()
            assert result.end_at.timestamp() <= last


# -- what the README says beyond the table of facts ---------------------------------------------


@pytest.fixture(scope="module")
def wild() -> Path:
    if not TRUTH:
        pytest.skip(NO_CORPUS)
    return WILD


def test_power_and_heart_rate_of_a_developer_field_are_that_fields_values(wild: Path) -> None:
    fields = (
        ("garmin-fr965-power-workout-stryd-laps-stamped-at-start.fit", "Power", "power_w"),
        ("garmin-fr920xt-stryd-developer-fields-only.fit", "Power", "power_w"),
        ("garmin-fr920xt-stryd-developer-fields-only.fit", "Heart Rate", "heart_rate_bpm"),
    )
    for file, name, column in fields:
        (activity,) = legs(file)
        (field,) = (one for one in activity.track.developer.values() if one.name == name)
        got = getattr(activity.track, column)
        known = ~np.isnan(got)
        assert known.sum() > 0.9 * len(got), (file, column)
        np.testing.assert_array_equal(got[known], field.values[known])


@pytest.mark.parametrize("number", [1, 2])
def test_heart_rate_targets_of_laps_stamped_at_the_start_are_judged(
    number: int, wild: Path
) -> None:
    found = report(f"garmin-fr255-structured-laps-stamped-at-start-{number}.fit", "auto")
    judged = [
        finding.verdict
        for result in found.results
        for finding in result.findings
        if finding.component == "heart_rate"
    ]
    asked = [one for one in found.results if isinstance(one.planned.step.target, HeartRateTarget)]
    assert len(judged) == len(asked) == 2
    assert bf.Verdict.NOT_MEASURABLE not in judged


def test_power_targets_are_judged_by_the_developer_field(wild: Path) -> None:
    found = report("garmin-fr965-power-workout-stryd-laps-stamped-at-start.fit", "auto")
    judged = [
        finding.verdict
        for result in found.results
        for finding in result.findings
        if finding.component == "power"
    ]
    assert len(judged) == len(found.results) == 12
    # Ten seconds are too short for anything to settle.
    assert judged.count(bf.Verdict.NOT_MEASURABLE) <= 1


def test_a_clock_that_was_set_makes_no_pace_of_hours(wild: Path) -> None:
    (activity,) = legs("garmin-fr225-clock-jumps-20-days.fit")
    first = activity.laps[:3]
    pace_s = 1000 * sum(lap.timer_s for lap in first) / sum(lap.distance_m or 0.0 for lap in first)
    assert pace_s == pytest.approx(315.0, abs=1.0)
    for result in report("garmin-fr225-clock-jumps-20-days.fit", "auto").results:
        assert result.done is not None
        assert result.done.timer_s is not None
        assert result.done.elapsed_s is not None
        assert result.done.speed_mps is not None
        assert max(result.done.timer_s, result.done.elapsed_s) < 1000.0
        assert 2.0 < result.done.speed_mps < 5.0


def test_late_records_prolong_nothing(wild: Path) -> None:
    (activity,) = legs("tomtom-one-lap-invalid-altitude.fit")
    assert (activity.ended_at - activity.started_at).total_seconds() == pytest.approx(
        4820.0, abs=INSTANT_S
    )
    (result,) = report("tomtom-one-lap-invalid-altitude.fit", "auto").results
    assert result.done is not None
    assert result.done.timer_s == pytest.approx(4715.0, abs=INSTANT_S)


def test_the_step_in_progress_when_the_recording_stopped_has_the_length_it_has(
    wild: Path,
) -> None:
    results = report("made-garmin-recording-stops-at-60-percent.fit", "auto").results
    done = results[6].done
    assert done is not None
    assert done.timer_s == pytest.approx(20 * 60 + 56, abs=INSTANT_S)
    assert done.distance_m == pytest.approx(3710.46, abs=MADE_OF_RECORDS_M)
    assert results[7].verdict is bf.Verdict.NOT_MEASURABLE


def test_turns_of_a_crank_are_no_steps(wild: Path) -> None:
    ride = legs("garmin-fenix3-duathlon-five-legs.fit")[2]
    assert ride.sport == "cycling"
    cadence_spm = ride.track.cadence_spm
    assert np.isnan(cadence_spm).all() or np.nanmax(cadence_spm) < 120.0


def test_no_step_is_longer_than_the_leg_that_a_plan_for_all_legs_is_held_against(
    wild: Path,
) -> None:
    plan = compiled(wild / "plans" / "duathlon-whole.yaml")
    for leg in legs("garmin-fenix3-duathlon-five-legs.fit"):
        assert leg.timer_s is not None
        found = bf.check(leg, plan)
        done = [result.done.timer_s or 0.0 for result in found.results if result.done is not None]
        assert math.fsum(done) <= leg.timer_s + INSTANT_S
