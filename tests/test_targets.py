"""Claims about verdicts on the target alone: bands, what is allowed, quality and reasons."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.compliance.targets import Setting, judge_targets, seconds_text
from backrun_fit.report import Done, Finding, Verdict
from backrun_fit.tolerances import Tolerances
from backrun_fit.workout import (
    CadenceTarget,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    NamedPaceTarget,
    OpenDuration,
    OpenTarget,
    OtherTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    RampTarget,
    ShareTarget,
    Step,
    Target,
    TimeDuration,
)
from tests.activities import timed

# A tenth allowed, five beats or four steps, however long a step is.
PLAIN = Tolerances(
    gps_fraction=0.1, gps_m=0, track_fraction=0.05, track_m=0, foot_pod_fraction=0.02,
    holding_fraction=0, power_fraction=0.1, largest_fraction=0.5,
)  # fmt: skip
PACE = PaceTarget(slowest_mps=3.0, fastest_mps=4.0)
HEART = HeartRateTarget(lowest_bpm=140, highest_bpm=150)
CADENCE = CadenceTarget(lowest_spm=170, highest_spm=180)
POWER = PowerTarget(lowest_w=200, highest_w=250)

MEASURED = {
    PACE: "settled_speed_mps",
    HEART: "settled_heart_rate_bpm",
    CADENCE: "settled_cadence_spm",
    POWER: "settled_power_w",
}
INSIDE = {PACE: 3.5, HEART: 145.0, CADENCE: 175.0, POWER: 225.0}
# One slack below the band and one above it.
SLACKS = {PACE: (0.3, 0.4), HEART: (5.0, 5.0), CADENCE: (4.0, 4.0), POWER: (20.0, 25.0)}
ENDS = {PACE: (3.0, 4.0), HEART: (140.0, 150.0), CADENCE: (170.0, 180.0), POWER: (200.0, 250.0)}


def found(step: Step, done: Done, tolerances: Tolerances = PLAIN, **where: Any) -> Finding:
    (finding,) = judge_targets(step, done, Setting(tolerances=tolerances, **where))
    return finding


def at(target: Target, value: float, timer_s: float = 300.0, **more: Any) -> Done:
    measured: dict[str, Any] = {MEASURED[target]: value}
    return Done(timer_s=timer_s, **measured, **more)


def beyond(target: Target, slacks: float) -> float:
    """A value so many slacks below the band, or above it where positive."""
    below, above = SLACKS[target]
    low, high = ENDS[target]
    return high + slacks * above if slacks > 0 else low + slacks * below


@pytest.mark.parametrize("target", list(MEASURED))
def test_a_target_is_judged_by_its_own_quantity(target: Target) -> None:
    finding = found(timed(300, target), at(target, INSIDE[target]))
    assert (finding.verdict, finding.quality) == (Verdict.MET, 1.0)
    assert finding.component in MEASURED[target].replace("speed", "pace")


@pytest.mark.parametrize("target", list(MEASURED))
@pytest.mark.parametrize(
    ("slacks", "verdict"),
    [
        (-4, Verdict.SLOW),
        (-1.1, Verdict.SLOW),
        (-1, Verdict.MET),
        (-0.5, Verdict.MET),
        (1, Verdict.MET),
        (1.1, Verdict.FAST),
        (4, Verdict.FAST),
    ],
)
def test_beyond_what_is_allowed_a_target_is_missed(
    target: Target, slacks: float, verdict: Verdict
) -> None:
    assert found(timed(300, target), at(target, beyond(target, slacks))).verdict is verdict


@pytest.mark.parametrize("target", list(MEASURED))
def test_from_the_edge_of_the_band_on_quality_falls_all_the_way(target: Target) -> None:
    for way in (-1, 1):
        falling = [
            found(timed(300, target), at(target, beyond(target, way * slacks))).quality or 0.0
            for slacks in (1e-12, 0.5, 1.0, 2.0, 4.0)
        ]
        assert falling[0] == pytest.approx(1.0)
        assert falling == sorted(falling, reverse=True)
        assert len(set(falling)) == 5
        inside = found(timed(300, target), at(target, INSIDE[target]))
        assert inside.quality == 1.0


@given(st.sampled_from(list(MEASURED)), st.floats(-5, 5))
def test_quality_does_not_depend_on_what_is_allowed(target: Target, slacks: float) -> None:
    done = at(target, beyond(target, slacks))
    wide, narrow = (
        found(timed(300, target), done, Tolerances(largest_fraction=most, heart_rate_bpm=bpm))
        for most, bpm in ((0.5, 50.0), (0.01, 1.0))
    )
    assert wide.quality == narrow.quality


@pytest.mark.parametrize(("seconds", "allowed"), [(45, "6.1 %"), (600, "2.0 %")])
def test_what_is_met_beyond_the_band_says_so_and_what_was_allowed(
    seconds: int, allowed: str
) -> None:
    narrow = PaceTarget(slowest_mps=3.9, fastest_mps=4.1)
    done = Done(timer_s=float(seconds), settled_speed_mps=3.84)
    finding = found(timed(seconds, narrow), done, Tolerances())
    assert finding.verdict is Verdict.MET
    assert f": slower than the band, met (1.5 % off, {allowed} allowed: GPS" in finding.message


def test_what_is_off_and_what_is_allowed_are_never_printed_alike() -> None:
    for bpm, printed in ((155.01, "5.01 bpm off, 5.00 bpm"), (155.2, "5.2 bpm off, 5.0 bpm")):
        assert printed in found(timed(300, HEART), at(HEART, bpm)).message


def test_a_lone_value_has_the_usual_band_of_its_kind_and_that_is_said() -> None:
    lone = HeartRateTarget(lowest_bpm=145, highest_bpm=145)
    finding = found(timed(300, lone), Done(timer_s=300.0, settled_heart_rate_bpm=149.0))
    assert (finding.verdict, finding.quality) == (Verdict.MET, 1.0)
    assert finding.message == (
        "heart rate 149 bpm, planned 140-150 bpm (5 bpm either way of a lone value)"
    )


@pytest.mark.parametrize("target", [PACE, HEART, POWER])
@pytest.mark.parametrize("word", ["slower", "lower"])
def test_less_is_fine_in_easy_parts_and_that_is_said(target: Target, word: str) -> None:
    if (target == PACE) != (word == "slower"):
        return
    easy = timed(300, target, Intensity.RECOVERY)
    less = found(easy, at(target, beyond(target, -2)))
    assert (less.verdict, less.quality) == (Verdict.MET, 1.0)
    assert less.message.endswith(f": {word} is fine here")
    assert "fine" not in found(easy, at(target, INSIDE[target])).message
    assert found(easy, at(target, beyond(target, 2))).verdict is Verdict.FAST
    back = timed(300, target, Intensity.RECOVERY, Movement.BACKWARD_RUN)
    assert found(back, at(target, beyond(target, -2))).verdict is Verdict.SLOW


def test_a_cadence_is_asked_for_in_easy_parts_too() -> None:
    easy = timed(300, CADENCE, Intensity.RECOVERY)
    assert found(easy, at(CADENCE, beyond(CADENCE, -2))).verdict is Verdict.SLOW


@pytest.mark.parametrize(
    ("target", "slower", "faster", "off"),
    [
        (
            PACE,
            "pace 6:57/km once settled, planned 4:10-5:33/km: too slow",
            "pace 3:28/km once settled, planned 4:10-5:33/km: too fast",
            "20.0 % off, 10.0 % allowed: GPS 10.0 %, holding 0.0 %",
        ),
        (
            HEART,
            "heart rate 130 bpm, planned 140-150 bpm: too low",
            "heart rate 160 bpm, planned 140-150 bpm: too high",
            "10.0 bpm off, 5.0 bpm allowed: of the sensor",
        ),
        (
            CADENCE,
            "cadence 162 spm, planned 170-180 spm: too low",
            "cadence 188 spm, planned 170-180 spm: too high",
            "8.0 spm off, 4.0 spm allowed: of the sensor",
        ),
        (
            POWER,
            "power 160 W, planned 200-250 W: too low",
            "power 300 W, planned 200-250 W: too high",
            "20.0 % off, 10.0 % allowed: meter 10.0 %, holding 0.0 %",
        ),
    ],
)
def test_a_miss_says_what_was_done_and_planned_and_how_far_off_that_is(
    target: Target, slower: str, faster: str, off: str
) -> None:
    for slacks, message in ((-2, slower), (2, faster)):
        finding = found(timed(300, target), at(target, beyond(target, slacks)))
        assert finding.message == f"{message} ({off})"


def test_reasons_are_in_the_units_asked_for() -> None:
    finding = found(timed(300, PACE), at(PACE, 3.5), units="statute")
    assert finding.message == "pace 7:40/mi once settled, planned 6:42-8:56/mi"


@pytest.mark.parametrize(
    ("where", "fraction"),
    [
        ({"sub_sport": "track"}, 0.05),
        ({"sub_sport": "generic"}, 0.10),
        ({}, 0.10),
        ({"has_foot_pod": True}, 0.02),
        ({"has_foot_pod": True, "sub_sport": "treadmill"}, 0.02),
    ],
)
def test_what_a_pace_is_allowed_depends_on_what_measured_it(
    where: dict[str, Any], fraction: float
) -> None:
    for share, verdict in [(0.99, Verdict.MET), (1.01, Verdict.SLOW)]:
        value = 3.0 * (1 - fraction * share)
        assert found(timed(300, PACE), at(PACE, value), **where).verdict is verdict


@pytest.mark.parametrize("sub_sport", ["treadmill", "indoor_running", "virtual_activity"])
def test_no_speed_is_trusted_where_nobody_moves(sub_sport: str) -> None:
    finding = found(timed(300, PACE), at(PACE, 1.0), sub_sport=sub_sport)
    assert finding.message == "a watch's speed on a treadmill is not to be trusted"
    assert (finding.component, finding.verdict) == ("pace", Verdict.NOT_MEASURABLE)
    heart = found(timed(300, HEART), at(HEART, 100), sub_sport=sub_sport)
    assert heart.verdict is Verdict.SLOW


@pytest.mark.parametrize("target", [HEART, CADENCE, POWER])
def test_half_of_the_samples_are_enough_and_less_is_not(target: Target) -> None:
    for gap_s, verdict in [(150, Verdict.SLOW), (151, Verdict.NOT_MEASURABLE)]:
        done = at(target, beyond(target, -2), gap_s=gap_s)
        finding = found(timed(300, target), done)
        assert (finding.component in MEASURED[target], finding.verdict) == (True, verdict)


@pytest.mark.parametrize(
    ("target", "component", "message"),
    [
        (PACE, "pace", "neither distance nor speed was recorded"),
        (HEART, "heart_rate", "no heart rate was recorded"),
        (CADENCE, "cadence", "no cadence was recorded"),
        (POWER, "power", "no power was recorded"),
    ],
)
def test_what_was_not_recorded_is_not_judged(target: Target, component: str, message: str) -> None:
    assert found(timed(300, target), Done(timer_s=300.0)) == Finding(
        component=component,  # type: ignore[arg-type]
        verdict=Verdict.NOT_MEASURABLE,
        message=message,
    )


def test_a_pace_from_lap_totals_does_not_claim_to_have_settled() -> None:
    finding = found(timed(300, PACE), Done(timer_s=300.0, speed_mps=3.5))
    assert finding.message == "pace 4:46/km, planned 4:10-5:33/km"
    short = found(timed(70, PACE), Done(timer_s=70.0, speed_mps=3.5))
    assert short.message == "no samples tell the start from the rest"
    assert short.component == "pace"


@pytest.mark.parametrize(
    ("number", "component", "words"),
    [
        (1, "heart_rate", "heart rate zone 2"),
        (3, "cadence", "cadence zone 2"),
        (4, "power", "power zone 2"),
        (5, "pace", "grade 2"),
    ],
)
def test_a_target_that_cannot_be_read_is_named_by_what_it_bears_on(
    number: int, component: str, words: str
) -> None:
    finding = found(timed(300, OtherTarget(type=number, value=2)), Done(timer_s=300.0))
    assert (finding.component, finding.verdict) == (component, Verdict.NOT_MEASURABLE)
    assert finding.message == f"a target this check cannot read ({words})"


@pytest.mark.parametrize(
    ("target", "component", "part"),
    [
        (NamedPaceTarget(name="easy"), "pace", "easy pace was not resolved"),
        (HeartRateZoneTarget(zone=2), "heart_rate", "heart-rate zone 2: its borders are set"),
        (PaceZoneTarget(zone=3), "pace", "pace zone 3: its borders are set"),
        (PowerZoneTarget(zone=4), "power", "power zone 4: its borders are set"),
        (
            ShareTarget(of="threshold_power", lowest=0.7, highest=0.8),
            "power",
            "70-80% of threshold power: the athlete's own value",
        ),
        (RampTarget(start=PACE, end=PACE), "pace", "a ramp was not compiled"),
    ],
)
def test_a_target_without_borders_says_where_they_are(
    target: Target, component: str, part: str
) -> None:
    finding = found(timed(300, target), Done(timer_s=300.0))
    assert (finding.component, finding.verdict) == (component, Verdict.NOT_MEASURABLE)
    assert finding.message.startswith(part)


def test_an_open_target_asks_for_nothing() -> None:
    assert judge_targets(timed(300, OpenTarget()), Done(timer_s=300.0), Setting()) == []


@pytest.mark.parametrize(
    ("target", "least_s", "name"),
    [
        (PACE, 26, "pace"),
        (HEART, 150, "heart rate"),
        (CADENCE, 26, "cadence"),
        (POWER, 26, "power"),
    ],
)
def test_what_lasts_too_short_to_settle_is_not_measurable(
    target: Target, least_s: float, name: str
) -> None:
    off = beyond(target, -2)
    assert found(timed(least_s, target), at(target, off, least_s)).verdict is Verdict.SLOW
    finding = found(timed(least_s - 1, target), at(target, off, least_s - 1))
    assert (finding.verdict, finding.quality) == (Verdict.NOT_MEASURABLE, None)
    text = seconds_text(least_s - 1)
    assert finding.message == f"{text} are too short for the {name} to settle"
    assert finding.component in MEASURED[target].replace("speed", "pace")


@pytest.mark.parametrize("target", list(MEASURED))
def test_what_is_cut_short_counts_as_it_stands_unless_hardly_begun(target: Target) -> None:
    whole = found(timed(300, target), at(target, beyond(target, -2)))
    for done_s, quality in [(4.9, None), (5.0, whole.quality), (20.0, whole.quality)]:
        finding = found(timed(300, target), at(target, beyond(target, -2), done_s))
        assert finding.verdict is Verdict.NOT_MEASURABLE
        assert finding.component in MEASURED[target].replace("speed", "pace")
        assert finding.quality == quality


def test_the_length_of_an_open_step_is_what_was_done() -> None:
    step = Step(duration=OpenDuration(), target=PACE)
    for done_s, verdict in [(25.0, Verdict.NOT_MEASURABLE), (26.0, Verdict.SLOW)]:
        finding = found(step, at(PACE, 2.0, done_s))
        assert (finding.verdict, finding.quality is None) == (verdict, done_s < 26)
    nobody_knows = found(step, Done(settled_speed_mps=2.0))
    assert nobody_knows.message == "0.0 s are too short for the pace to settle"


def test_the_longer_an_open_step_lasted_the_less_it_is_allowed() -> None:
    step = Step(duration=OpenDuration(), target=PACE)
    for done_s, verdict in [(30.0, Verdict.MET), (3000.0, Verdict.SLOW)]:
        done = at(PACE, 2.85, done_s, distance_m=2.85 * done_s)
        assert found(step, done, Tolerances()).verdict is verdict


def test_on_the_limit_is_inside_whatever_the_last_bit_says() -> None:
    limit = math.nextafter(155.0, math.inf)
    assert found(timed(300, HEART), at(HEART, limit)).verdict is Verdict.MET
    assert found(timed(300, HEART), at(HEART, 155.001)).verdict is Verdict.FAST


def test_durations_below_ten_seconds_are_told_to_a_tenth() -> None:
    assert [seconds_text(each) for each in (0.04, 9.94, 10.0, 10.6)] == [
        "0.0 s",
        "9.9 s",
        "10 s",
        "11 s",
    ]


def test_a_band_is_said_once_and_with_whole_numbers() -> None:
    step = Step(duration=TimeDuration(duration_s=300.0), target=HEART)
    assert found(step, at(HEART, 145.4)).message == "heart rate 145 bpm, planned 140-150 bpm"


# Bands with one limit, zones with their bounds, and what nobody runs.


@pytest.mark.parametrize(
    ("target", "value", "verdict", "words"),
    [
        (HeartRateTarget(lowest_bpm=0, highest_bpm=145), 60.0, Verdict.MET, "up to 145 bpm"),
        (HeartRateTarget(lowest_bpm=0, highest_bpm=145), 160.0, Verdict.FAST, "up to 145 bpm"),
        (HeartRateTarget(lowest_bpm=140, highest_bpm=math.inf), 190.0, Verdict.MET, "from 140 bpm"),
        (HeartRateTarget(lowest_bpm=140, highest_bpm=math.inf), 120.0, Verdict.SLOW, "from 140"),
        (PowerTarget(lowest_w=0, highest_w=136), 1.0, Verdict.MET, "up to 136 W"),
        (PowerTarget(lowest_w=0, highest_w=136), 200.0, Verdict.FAST, "up to 136 W"),
        (PowerTarget(lowest_w=200, highest_w=math.inf), 900.0, Verdict.MET, "from 200 W"),
        (PowerTarget(lowest_w=200, highest_w=math.inf), 150.0, Verdict.SLOW, "from 200 W"),
        (CadenceTarget(lowest_spm=0, highest_spm=180), 90.0, Verdict.MET, "up to 180 spm"),
        (CadenceTarget(lowest_spm=170, highest_spm=math.inf), 150.0, Verdict.SLOW, "from 170"),
        (PaceTarget(slowest_mps=0, fastest_mps=4), 0.5, Verdict.MET, "4:10/km or slower"),
        (PaceTarget(slowest_mps=0, fastest_mps=4), 5.0, Verdict.FAST, "4:10/km or slower"),
        (PaceTarget(slowest_mps=4, fastest_mps=math.inf), 9.0, Verdict.MET, "4:10/km or faster"),
        (PaceTarget(slowest_mps=4, fastest_mps=math.inf), 3.0, Verdict.SLOW, "4:10/km or faster"),
    ],
)
def test_a_band_with_one_limit_is_judged_on_that_side_alone(
    target: Target, value: float, verdict: Verdict, words: str
) -> None:
    quantity = next(MEASURED[band] for band in MEASURED if type(band) is type(target))
    measured: dict[str, Any] = {quantity: value}
    finding = found(timed(300, target), Done(timer_s=300.0, **measured))
    assert finding.verdict is verdict
    assert words in finding.message


def test_a_zone_that_says_its_bounds_is_judged_by_them() -> None:
    zone = HeartRateTarget(lowest_bpm=118, highest_bpm=135, zone=3)
    done = Done(timer_s=300.0, settled_heart_rate_bpm=160.0)
    finding = found(timed(300, zone), done)
    assert finding.verdict is Verdict.FAST
    assert "planned 118-135 bpm" in finding.message


@pytest.mark.parametrize(
    "target",
    [
        PaceTarget(slowest_mps=3279, fastest_mps=3390),
        PaceTarget(slowest_mps=0, fastest_mps=3390),
        PaceTarget(slowest_mps=20, fastest_mps=math.inf),
    ],
)
def test_a_pace_that_nobody_runs_is_not_judged_and_the_finding_says_why(target: Target) -> None:
    finding = found(timed(300, target), Done(timer_s=300.0, settled_speed_mps=3.3))
    assert finding.verdict is Verdict.NOT_MEASURABLE
    assert "which nobody runs" in finding.message
