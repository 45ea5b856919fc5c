"""Claims about verdicts and their reasons."""

from __future__ import annotations

import itertools
import math
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.amounts import planned_seconds
from backrun_fit.compiled import PlannedExecution
from backrun_fit.compliance.judge import (
    SEVERITY,
    judge,
    overall_verdict,
)
from backrun_fit.compliance.pairing import Pairing, Stretch
from backrun_fit.compliance.targets import Setting
from backrun_fit.compliance.timeline import instant
from backrun_fit.report import Done, StepResult, Verdict
from backrun_fit.tolerances import Tolerances
from backrun_fit.workout import (
    CadenceTarget,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    OpenDuration,
    OtherDuration,
    OtherTarget,
    PaceTarget,
    PowerTarget,
    Step,
)
from tests.activities import metres, timed

PACE = PaceTarget(slowest_mps=3.0, fastest_mps=3.2)
HEART = HeartRateTarget(lowest_bpm=140, highest_bpm=150)


def judged(
    step: Step, done: Done | None, setting: Setting | None = None, *, cut_by_end: bool = False
) -> StepResult:
    execution = PlannedExecution(number=1, step_index=0, step=step)
    stretch = Stretch(start_at=instant(0), end_at=instant(1)) if done else None
    pairing = Pairing(execution=execution, stretch=stretch, reason="no lap is there")
    return judge(pairing, done, setting or Setting(), cut_by_end=cut_by_end)


def of_time(timer_s: float, **measured: Any) -> Done:
    return Done(timer_s=timer_s, elapsed_s=timer_s, **measured)


# Extent.


@pytest.mark.parametrize(
    ("planned_s", "done_s", "verdict"),
    [
        (60, 60, Verdict.MET),
        (60, 57, Verdict.MET),
        (60, 56.9, Verdict.SHORT),
        (60, 63, Verdict.MET),
        (60, 63.1, Verdict.LONG),
        (600, 570, Verdict.MET),
        (600, 569, Verdict.SHORT),
        (600, 631, Verdict.LONG),
        (60, 1.4, Verdict.SKIPPED),
        (10, 4.9, Verdict.SHORT),
    ],
)
def test_a_time_step_is_judged_by_timer_time(
    planned_s: float, done_s: float, verdict: Verdict
) -> None:
    assert judged(timed(planned_s), of_time(done_s)).verdict is verdict


@pytest.mark.parametrize(
    ("done_m", "verdict"),
    [(391.0, Verdict.MET), (379.0, Verdict.SHORT), (421.0, Verdict.LONG), (400.0, Verdict.MET)],
)
def test_a_distance_step_is_judged_by_distance(done_m: float, verdict: Verdict) -> None:
    assert judged(metres(400), of_time(100, distance_m=done_m)).verdict is verdict


def test_a_distance_met_by_construction_says_so() -> None:
    result = judged(metres(400), of_time(100, distance_m=400, distance_by_construction=True))
    assert result.findings[0].message == (
        "400 m of 400 m, by construction: the lap was ended by its distance"
    )


def test_a_distance_never_recorded_is_no_miss() -> None:
    result = judged(metres(400), of_time(100))
    assert (result.verdict, result.quality) == (Verdict.NOT_MEASURABLE, None)


@pytest.mark.parametrize("timer_s", [1.0, 60.0, 6000.0])
def test_an_open_step_is_met_however_long_it_was(timer_s: float) -> None:
    for duration in (OpenDuration(), HeartRateBelowDuration(heart_rate_bpm=120)):
        assert judged(Step(duration=duration), of_time(timer_s)).verdict is Verdict.MET


def test_a_condition_that_cannot_be_read_is_not_measurable() -> None:
    assert judged(Step(duration=OtherDuration(type=4)), of_time(9)).verdict is (
        Verdict.NOT_MEASURABLE
    )


def test_the_end_of_the_recording_leaves_an_execution_unfinished() -> None:
    assert judged(timed(300), of_time(90), cut_by_end=True).verdict is Verdict.UNFINISHED
    assert judged(timed(300), of_time(1), cut_by_end=True).verdict is Verdict.UNFINISHED
    assert judged(timed(300), of_time(299), cut_by_end=True).verdict is Verdict.MET


def test_nothing_there_is_skipped_with_the_reason_of_the_alignment() -> None:
    result = judged(timed(60), None)
    assert (result.verdict, result.quality) == (Verdict.SKIPPED, 0.0)
    assert result.findings[0].message == "no lap is there"
    assert (result.start_at, result.first_lap, result.done) == (None, None, None)


def test_a_result_keeps_what_was_paired_with_what() -> None:
    step = metres(310, PACE)
    pairing = Pairing(
        execution=PlannedExecution(number=7, step_index=3, step=step),
        stretch=Stretch(start_at=instant(100), end_at=instant(203), first_lap=4, last_lap=5),
        reason="laps 5 to 6 fit",
        certainty=0.6,
    )
    done = of_time(103, distance_m=310, settled_speed_mps=3.1)
    result = judge(pairing, done, Setting())
    assert (result.planned, result.done) == (pairing.execution, done)
    assert (result.start_at, result.end_at) == (instant(100), instant(203))
    assert (result.first_lap, result.last_lap) == (4, 5)
    assert (result.pairing, result.certainty) == ("laps 5 to 6 fit", 0.6)
    assert result.weight_s == pytest.approx(100.0)
    nowhere = judge(attrs.evolve(pairing, stretch=None), None, Setting())
    assert (nowhere.start_at, nowhere.end_at) == (None, None)
    assert (nowhere.first_lap, nowhere.last_lap, nowhere.done) == (None, None, None)
    assert [each.component for each in nowhere.findings] == ["extent"]
    assert judge(attrs.evolve(pairing, stretch=None), done, Setting()) == nowhere


@pytest.mark.parametrize(
    ("planned", "done", "message", "quality"),
    [
        (timed(300), of_time(150), "2:30 of 5:00: too short", 0.5),
        (timed(300), of_time(400), "6:40 of 5:00: too long", 0.75),
        (timed(300), of_time(4.9), "4.9 s of 5:00: passed over", 0.0),
        (timed(300), of_time(310), "5:10 of 5:00", 1.0),
        (metres(400), of_time(60, distance_m=300), "300 m of 400 m: too short", 0.75),
        (metres(400), of_time(60, distance_m=500), "500 m of 400 m: too long", 0.8),
        (metres(400), of_time(4, distance_m=9), "9 m of 400 m: passed over", 0.0),
        (metres(400), of_time(4, distance_m=500), "500 m of 400 m: too long", 0.8),
        (metres(400), of_time(60), "400 m planned, and none was recorded", None),
        (metres(400), Done(distance_m=300), "300 m of 400 m: too short", 0.75),
        (timed(300), Done(), "5:00 planned, and none was recorded", None),
        (
            Step(duration=OtherDuration(type=4)),
            of_time(60),
            "ends by a condition this check cannot read (until calories)",
            None,
        ),
        (Step(duration=OpenDuration()), of_time(90), "1:30, no planned length", 1.0),
        (Step(duration=OpenDuration()), Done(), "no planned length", 1.0),
        (
            Step(duration=HeartRateBelowDuration(heart_rate_bpm=120)),
            of_time(90, heart_rate_end_bpm=119.4),
            "1:30, until the heart rate is below 120 bpm, 119 bpm at the end",
            1.0,
        ),
        (
            Step(duration=HeartRateAboveDuration(heart_rate_bpm=150)),
            of_time(90),
            "1:30, until the heart rate is above 150 bpm",
            1.0,
        ),
    ],
)
def test_a_length_says_what_was_done_of_what_was_planned(
    planned: Step, done: Done, message: str, quality: float | None
) -> None:
    extent = judged(planned, done).findings[0]
    assert (extent.component, extent.message) == ("extent", message)
    assert extent.quality == (None if quality is None else pytest.approx(quality))


def test_lengths_are_in_the_units_asked_for() -> None:
    statute = Setting(units="statute")
    recorded = judged(metres(1609.344), of_time(480, distance_m=1609.344), statute)
    missing = judged(metres(1609.344), of_time(480), statute)
    assert recorded.findings[0].message == "1 mi of 1 mi"
    assert missing.findings[0].message == "1 mi planned, and none was recorded"


def test_hardly_begun_is_passed_over_only_where_much_more_was_planned() -> None:
    for planned_s, done_s, verdict in [
        (60, 4.9, Verdict.SKIPPED),
        (60, 5.0, Verdict.SHORT),
        (10.0, 1.0, Verdict.SHORT),
        (10.1, 1.0, Verdict.SKIPPED),
    ]:
        result = judged(timed(planned_s), of_time(done_s))
        assert result.verdict is verdict
        assert (result.quality == 0.0) == (verdict is Verdict.SKIPPED)


def test_a_distance_in_no_time_is_passed_over_however_little_is_missing() -> None:
    exact = Setting(tolerances=Tolerances(distance_m=0.0, distance_fraction=0.0))
    result = judged(metres(400), of_time(4, distance_m=399.5), exact)
    assert (result.verdict, result.quality) == (Verdict.SKIPPED, 0.0)


def test_a_target_is_not_judged_on_what_was_passed_over() -> None:
    passed_over = judged(timed(300, PACE), of_time(4, settled_speed_mps=3.1))
    short = judged(timed(300, PACE), of_time(200, settled_speed_mps=3.1))
    assert [each.component for each in passed_over.findings] == ["extent"]
    assert [each.component for each in short.findings] == ["extent", "pace"]


def test_what_the_end_cut_off_counts_by_how_much_of_it_there_is() -> None:
    cut = judged(timed(300), of_time(90), cut_by_end=True)
    assert (cut.quality, cut.findings[0].message) == (0.3, "1:30 of 5:00: the recording ended")
    hardly = judged(timed(300), of_time(3), cut_by_end=True)
    assert (hardly.quality, hardly.verdict) == (0.0, Verdict.UNFINISHED)
    assert judged(timed(300), of_time(400), cut_by_end=True).verdict is Verdict.LONG


def test_only_a_length_that_was_met_is_called_by_construction() -> None:
    done = of_time(100, distance_m=300, distance_by_construction=True)
    assert judged(metres(400), done).findings[0].message == "300 m of 400 m: too short"


def test_the_quality_of_a_step_is_the_product_of_what_was_measured() -> None:
    done = of_time(150, settled_speed_mps=2.8)
    result = judged(timed(300, PACE), done)
    extent, pace = (each.quality for each in result.findings)
    assert extent == 0.5
    assert pace is not None
    assert 0.0 < pace < 1.0
    assert result.quality == pytest.approx(0.5 * pace)
    assert judged(timed(300, HEART), done).quality == pytest.approx(0.5)


def test_exactly_on_the_slack_is_met() -> None:
    for metres_done, verdict in [(380.0, Verdict.MET), (379.9, Verdict.SHORT)]:
        assert judged(metres(400), of_time(100, distance_m=metres_done)).verdict is verdict
    for metres_done, verdict in [(420.0, Verdict.MET), (420.1, Verdict.LONG)]:
        assert judged(metres(400), of_time(100, distance_m=metres_done)).verdict is verdict


def test_severities_are_worst_first() -> None:
    for worse, better in itertools.pairwise(SEVERITY):
        results = [
            StepResult(
                planned=PlannedExecution(number=1, step_index=0, step=timed(60)),
                verdict=verdict,
                weight_s=60.0,
            )
            for verdict in (better, worse)
        ]
        assert overall_verdict(results) is worse


# Targets.


@pytest.mark.parametrize(("planned_s", "off"), [(30, 0.080), (300, 0.0256), (3000, 0.0164)])
def test_a_pace_is_allowed_less_beyond_its_band_the_longer_it_is_planned(
    planned_s: float, off: float
) -> None:
    for speed, verdict in [
        (3.0 * (1 - off + 0.001), Verdict.MET),
        (3.0 * (1 - off - 0.001), Verdict.SLOW),
        (3.2 * (1 + off - 0.001), Verdict.MET),
        (3.2 * (1 + off + 0.001), Verdict.FAST),
    ]:
        done = of_time(planned_s, settled_speed_mps=speed)
        assert judged(timed(planned_s, PACE), done).verdict is verdict


def test_what_is_allowed_depends_on_the_planned_length_and_not_on_an_error_of_it() -> None:
    for speed, verdict in [(2.93, Verdict.MET), (2.91, Verdict.SLOW)]:
        for done_s in (40, 300, 900):
            done = of_time(done_s, settled_speed_mps=speed)
            assert judged(timed(300, PACE), done).findings[1].verdict is verdict


@pytest.mark.parametrize(
    "intensity", [Intensity.WARMUP, Intensity.COOLDOWN, Intensity.REST, Intensity.RECOVERY]
)
def test_being_slower_is_harmless_in_easy_parts_but_not_backward(intensity: Intensity) -> None:
    slow = of_time(300, settled_speed_mps=1.5)
    assert judged(timed(300, PACE, intensity), slow).verdict is Verdict.MET
    backward = timed(300, PACE, intensity, Movement.BACKWARD_RUN)
    assert judged(backward, slow).verdict is Verdict.SLOW
    fast = of_time(300, settled_speed_mps=3.2 * 1.05)
    assert judged(timed(300, PACE, intensity), fast).verdict is Verdict.FAST
    assert judged(backward, fast).verdict is Verdict.FAST


def test_the_speed_of_a_watch_on_a_treadmill_is_not_trusted() -> None:
    done = of_time(300, settled_speed_mps=9.0)
    result = judged(timed(300, PACE), done, Setting(sub_sport="treadmill"))
    assert result.verdict is Verdict.DONE_UNMEASURED
    assert result.findings[1].verdict is Verdict.NOT_MEASURABLE
    assert "treadmill" in result.findings[1].message


def test_on_a_track_less_is_allowed() -> None:
    done = of_time(60, settled_speed_mps=2.835)
    assert judged(timed(60, PACE), done).verdict is Verdict.MET
    assert judged(timed(60, PACE), done, Setting(sub_sport="track")).verdict is Verdict.SLOW


def test_a_step_too_short_to_settle_in_is_not_judged_by_its_pace() -> None:
    unmeasured = Verdict.DONE_UNMEASURED
    for length_s, verdict in [(20, unmeasured), (25.9, unmeasured), (26, Verdict.FAST)]:
        done = of_time(length_s, settled_speed_mps=6.0)
        assert judged(timed(length_s, PACE), done).verdict is verdict
    pace = judged(timed(20, PACE), of_time(20, settled_speed_mps=6.0)).findings[1]
    assert (pace.verdict, pace.quality) == (Verdict.NOT_MEASURABLE, None)
    assert pace.message == "20 s are too short for the pace to settle"


def test_a_short_distance_walked_lasts_long_enough_to_be_judged() -> None:
    walked = of_time(80, distance_m=75, settled_speed_mps=0.94)
    assert judged(metres(75, PACE), walked).verdict is Verdict.SLOW


def test_a_pace_cut_short_is_not_judged_but_counts_as_it_stands() -> None:
    cut = judged(timed(300, PACE), of_time(20, settled_speed_mps=2.4))
    whole = judged(timed(300, PACE), of_time(300, settled_speed_mps=2.4))
    assert [finding.verdict for finding in cut.findings] == [Verdict.SHORT, Verdict.NOT_MEASURABLE]
    assert cut.findings[1].quality == whole.findings[1].quality
    assert "too short for the pace to settle" in cut.findings[1].message
    pressed_away = judged(timed(300, PACE), of_time(4, settled_speed_mps=2.4))
    assert [finding.quality for finding in pressed_away.findings] == [0.0]


def test_a_pace_from_lap_totals_is_judged_where_the_start_hardly_counts() -> None:
    for length_s, verdict in [(79, Verdict.NOT_MEASURABLE), (80, Verdict.SLOW)]:
        result = judged(timed(length_s, PACE), of_time(length_s, speed_mps=2.0))
        assert result.findings[1].verdict is verdict


@pytest.mark.parametrize(
    ("target", "measured", "low", "high", "step"),
    [
        (HEART, "settled_heart_rate_bpm", 135, 155, 0.1),
        (CadenceTarget(lowest_spm=170, highest_spm=180), "settled_cadence_spm", 166, 184, 0.1),
        (PowerTarget(lowest_w=200, highest_w=250), "settled_power_w", 193, 258, 1.0),
    ],
)
def test_other_bands_have_their_slack_too(
    target: Any, measured: str, low: float, high: float, step: float
) -> None:
    for value, verdict in [
        (low, Verdict.MET),
        (low - step, Verdict.SLOW),
        (high, Verdict.MET),
        (high + step, Verdict.FAST),
    ]:
        assert judged(timed(300, target), of_time(300, **{measured: value})).verdict is verdict


@pytest.mark.parametrize(
    ("target", "done", "reason"),
    [
        (PACE, of_time(300), "neither distance nor speed"),
        (HEART, of_time(300), "no heart rate was recorded"),
        (HEART, of_time(300, settled_heart_rate_bpm=99, gap_s=200), "more than half"),
        (HeartRateZoneTarget(zone=2), of_time(300), "set on the watch"),
        (OtherTarget(type=4), of_time(300), "cannot read"),
    ],
)
def test_missing_data_is_never_a_miss(target: Any, done: Done, reason: str) -> None:
    result = judged(timed(300, target), done)
    assert result.verdict is Verdict.DONE_UNMEASURED
    assert result.findings[1].verdict is Verdict.NOT_MEASURABLE
    assert result.findings[1].quality is None
    assert reason in result.findings[1].message


def test_heart_rate_is_not_judged_on_what_is_too_short_for_it() -> None:
    result = judged(timed(149, HEART), of_time(149, settled_heart_rate_bpm=99))
    assert result.findings[1].verdict is Verdict.NOT_MEASURABLE
    assert "too short for the heart rate to settle" in result.findings[1].message
    result = judged(timed(150, HEART), of_time(150, settled_heart_rate_bpm=99))
    assert result.findings[1].verdict is Verdict.SLOW


def test_a_reason_names_planned_and_done_values() -> None:
    result = judged(timed(300, PACE), of_time(290.4, settled_speed_mps=2.5))
    assert [finding.message for finding in result.findings] == [
        "4:50 of 5:00",
        (
            "pace 6:40/km once settled, planned 5:12-5:33/km: too slow "
            "(16.7 % off, 2.5 % allowed: GPS 1.6 %, holding 1.9 %)"
        ),
    ]
    heart = judged(timed(300, HEART), of_time(300, settled_heart_rate_bpm=160.4)).findings[1]
    assert heart.message == (
        "heart rate 160 bpm, planned 140-150 bpm: too high (10.4 bpm off, 5.0 bpm allowed: "
        "of the sensor)"
    )
    miles = judged(metres(1609.344), of_time(480, distance_m=804.672), Setting(units="statute"))
    assert miles.findings[0].message == "1/2 mi of 1 mi: too short"


def test_a_step_has_the_worst_verdict_of_its_parts() -> None:
    result = judged(timed(300, PACE), of_time(200, settled_speed_mps=4.0))
    assert {finding.verdict for finding in result.findings} == {Verdict.SHORT, Verdict.FAST}
    assert result.verdict is Verdict.SHORT
    assert {*SEVERITY, Verdict.IN_DOUBT} == set(Verdict)


def test_tolerances_are_honoured() -> None:
    strict = Setting(tolerances=Tolerances(duration_s=0.0, duration_fraction=0.0))
    assert judged(timed(60), of_time(59.9), strict).verdict is Verdict.SHORT
    exact = Setting(tolerances=Tolerances(largest_fraction=0.0))
    for speed, verdict in [(3.2, Verdict.MET), (3.21, Verdict.FAST)]:
        done = of_time(60, settled_speed_mps=speed)
        assert judged(timed(60, PACE), done, exact).verdict is verdict


# The whole.


def test_the_whole_has_the_worst_verdict_of_its_steps() -> None:
    met, skipped = judged(timed(300), of_time(300)), judged(timed(100), None)
    unknown = judged(metres(400), of_time(100))
    assert overall_verdict([met, unknown]) is Verdict.MET
    assert overall_verdict([met, skipped]) is Verdict.SKIPPED
    assert overall_verdict([unknown]) is Verdict.NOT_MEASURABLE


def test_evidence_against_running_backward_leaves_the_whole_in_doubt() -> None:
    skipped = judged(timed(100), None)
    for results in ([], [skipped]):
        found = overall_verdict(results, in_doubt=True)
        assert found is Verdict.IN_DOUBT
        assert found.is_miss


def test_a_weight_comes_from_the_plan_alone() -> None:
    assert planned_seconds(metres(310, PACE)) == pytest.approx(100.0)
    assert planned_seconds(metres(1000)) == pytest.approx(360.0)
    assert planned_seconds(Step(duration=OpenDuration())) == 60.0


positive = st.floats(0.05, 10.0)


@given(planned=positive, one=positive, other=positive)
def test_being_further_from_the_length_never_scores_higher(
    planned: float, one: float, other: float
) -> None:
    """On either side alone: shorter is worse below the plan, longer is worse above it."""
    near, far = sorted((one, other), key=lambda share: abs(math.log(share)))
    if (near < 1) == (far < 1):
        qualities = [
            judged(timed(100 * planned), of_time(100 * planned * share)).quality
            for share in (near, far)
        ]
        assert qualities[0] is not None
        assert qualities[1] is not None
        assert qualities[0] >= qualities[1]


@given(speed=st.floats(0.5, 8.0), one=st.floats(0.0, 3.0), other=st.floats(0.0, 3.0))
def test_being_further_from_the_length_never_scores_higher_whatever_the_pace(
    speed: float, one: float, other: float
) -> None:
    near, far = sorted((one, other), key=lambda share: abs(share - 1))
    if (near < 1) == (far < 1):
        qualities = [
            judged(timed(60, PACE), of_time(60 * share, settled_speed_mps=speed)).quality
            for share in (near, far)
        ]
        assert qualities[0] is not None
        assert qualities[1] is not None
        assert qualities[0] >= qualities[1]


@given(one=st.floats(1.0, 6.0), other=st.floats(1.0, 6.0))
def test_being_further_from_the_band_never_scores_higher(one: float, other: float) -> None:
    near, far = sorted((one, other), key=lambda speed: abs(speed - 3.1))
    if (near < 3.1) == (far < 3.1):
        qualities = [
            judged(timed(300, PACE), of_time(300, settled_speed_mps=speed)).quality
            for speed in (near, far)
        ]
        assert qualities[0] is not None
        assert qualities[1] is not None
        assert qualities[0] >= qualities[1]
