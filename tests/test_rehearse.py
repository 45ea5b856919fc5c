"""What a rehearsal promises of the laps, the samples and the faults."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backrun_fit.activity import Activity, Column, Lap
from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage, unroll
from backrun_fit.compliance.check import check
from backrun_fit.errors import SpecError
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.fit.activity_writer import encode_activity
from backrun_fit.rehearsal import (
    Fast,
    Fault,
    Pause,
    Runner,
    Short,
    Skip,
    encode_rehearsal,
    parse_fault,
    rehearse,
)
from backrun_fit.render.html import report_html
from backrun_fit.report import Verdict
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    NamedPaceTarget,
    OpenTarget,
    PaceTarget,
    PowerTarget,
    Step,
    Target,
    TimeDuration,
)
from tests.rehearsals import EXACT, SEEDS, START, STARTS, STEADY, plans


def plan(*messages: Message, sub_sport: str = "generic") -> CompiledWorkout:
    return CompiledWorkout(name="Plan", messages=messages, sub_sport=sub_sport)


def timed(seconds: float, target: Target = OpenTarget(), **changes: Any) -> Step:  # noqa: B008
    return Step(duration=TimeDuration(duration_s=seconds), target=target, **changes)


def run(workout: CompiledWorkout, *faults: str, seed: int = 0) -> Activity:
    return exact(
        workout, seed=seed, started_at=START, faults=[parse_fault(text) for text in faults]
    )


def exact(workout: CompiledWorkout, **changes: Any) -> Activity:
    """Run by someone who keeps every aim, with a watch that errs nowhere."""
    settings: dict[str, Any] = {"runner": STEADY, "watch": EXACT, "started_at": START, **changes}
    return rehearse(workout, **settings).activity


def column(activity: Activity, name: str, lap_number: int, settled_s: float = 0.0) -> Column:
    """The samples of one column that lie in a lap, those of its start left out."""
    lap = activity.laps[lap_number]
    unix_s = activity.track.unix_s
    within = (unix_s >= lap.start_at.timestamp() + settled_s) & (unix_s < lap.end_at.timestamp())
    values: Column = getattr(activity.track, name)[within]
    return values


def extent(lap: Lap) -> tuple[float, float, float | None, str | None]:
    return lap.timer_s, lap.elapsed_s, lap.distance_m, lap.trigger


# The laps.


@given(plans(), STARTS, SEEDS)
def test_every_execution_is_one_lap_and_a_tail_without_index_follows(
    workout: CompiledWorkout, started_at: datetime, seed: int
) -> None:
    activity = exact(workout, started_at=started_at, seed=seed)
    executions = unroll(workout)
    *laps, tail = activity.laps
    assert [lap.step_index for lap in laps] == [done.step_index for done in executions]
    assert [lap.number for lap in activity.laps] == list(range(len(executions) + 1))
    assert (tail.step_index, tail.trigger) == (None, "session_end")
    assert 2 <= tail.timer_s <= 150


@given(plans(), STARTS, SEEDS)
def test_laps_join_without_gaps_and_add_up_to_the_session(
    workout: CompiledWorkout, started_at: datetime, seed: int
) -> None:
    activity = exact(workout, started_at=started_at, seed=seed)
    ends = [activity.started_at, *(lap.end_at for lap in activity.laps)]
    assert [lap.start_at for lap in activity.laps] == ends[:-1]
    assert ends[-1] == activity.ended_at
    for lap in activity.laps:
        assert lap.end_at - lap.start_at == timedelta(seconds=lap.elapsed_s)
        assert lap.timer_s == lap.elapsed_s > 0
        assert lap.end_at.microsecond % 1000 == 0
    assert activity.timer_s == pytest.approx(sum(lap.timer_s for lap in activity.laps))
    assert activity.distance_m == pytest.approx(sum(lap.distance_m or 0.0 for lap in activity.laps))


@given(plans(), SEEDS)
def test_a_step_ends_as_planned_and_its_lap_says_so(workout: CompiledWorkout, seed: int) -> None:
    activity = exact(workout, started_at=START, seed=seed)
    for execution, lap in zip(unroll(workout), activity.laps, strict=False):
        match execution.step.duration:
            case TimeDuration(duration_s=seconds):
                assert (lap.timer_s, lap.trigger) == (seconds, "time")
            case DistanceDuration(distance_m=metres):
                assert (lap.distance_m, lap.trigger) == (round(metres, 2), "distance")
            case _:
                easy = execution.step.intensity in (Intensity.REST, Intensity.RECOVERY)
                assert (lap.timer_s, lap.trigger) == (60.0 if easy else 300.0, "manual")


def test_a_repeat_that_skips_its_last_recovery_has_no_lap_for_it() -> None:
    workout = plan(
        timed(30.0), timed(20.0), RepeatMessage(first_index=0, count=3, skip_last_recovery=True)
    )
    assert [lap.step_index for lap in run(workout).laps] == [0, 1, 0, 1, 0, None]


def test_a_workout_without_messages_leaves_only_the_tail() -> None:
    (tail,) = run(plan()).laps
    assert tail.trigger == "session_end"


# The samples.


@given(plans(), STARTS, SEEDS)
def test_samples_are_whole_seconds_and_never_run_backwards(
    workout: CompiledWorkout, started_at: datetime, seed: int
) -> None:
    track = exact(workout, started_at=started_at, seed=seed).track
    assert (np.diff(track.unix_s) == 1.0).all()
    assert (track.unix_s % 1 == 0).all()
    assert (np.diff(track.distance_m) >= 0).all()
    assert track.distance_m[0] >= 0
    for name in ("speed_mps", "heart_rate_bpm", "cadence_spm", "altitude_m", "step_length_m"):
        assert (getattr(track, name) > 0).all(), name


@given(plans(), SEEDS)
def test_distance_is_the_integral_of_speed(workout: CompiledWorkout, seed: int) -> None:
    activity = exact(workout, started_at=START, seed=seed)
    track = activity.track
    assert np.sum(track.speed_mps) == pytest.approx(
        activity.distance_m, rel=0.02, abs=6.0 * len(activity.laps)
    )
    assert track.distance_m[-1] <= activity.distance_m


@given(plans(), STARTS, SEEDS)
@settings(max_examples=25)
def test_the_same_seed_gives_the_same_bytes(
    workout: CompiledWorkout, started_at: datetime, seed: int
) -> None:
    first, second = (
        encode_rehearsal(rehearse(workout, started_at=started_at, seed=seed)) for _ in range(2)
    )
    assert first == second


def test_another_seed_gives_another_run() -> None:
    workout = plan(timed(60.0))
    first, second = (
        rehearse(workout, seed=seed, started_at=START).activity.track.speed_mps for seed in (1, 2)
    )
    assert not np.array_equal(first[:60], second[:60])


def test_the_instant_of_the_start_counts_and_not_its_zone() -> None:
    zone = timezone(timedelta(hours=5))
    here, there = (
        encode_rehearsal(rehearse(plan(timed(60.0)), started_at=at))
        for at in (START, START.astimezone(zone))
    )
    assert here == there


def test_indoors_there_are_no_positions() -> None:
    for sub_sport, absent in (("treadmill", True), ("generic", False)):
        track = run(plan(timed(60.0), sub_sport=sub_sport)).track
        assert np.isnan(track.latitude_deg).all() == absent
        assert np.isnan(track.longitude_deg).all() == absent


def test_positions_are_as_far_apart_as_the_distance_says() -> None:
    track = run(plan(timed(600.0, PaceTarget(slowest_mps=3.0, fastest_mps=3.0)))).track
    metres = np.abs(np.diff(track.latitude_deg)) * 6_371_000 * np.pi / 180
    np.testing.assert_allclose(metres[:300], np.diff(track.distance_m)[:300], atol=0.02)
    assert np.ptp(track.latitude_deg) * 6_371_000 * np.pi / 180 <= 1000.5


def test_power_is_recorded_when_the_plan_asks_for_it() -> None:
    power = PowerTarget(lowest_w=210.0, highest_w=230.0)
    assert np.isnan(run(plan(timed(60.0))).track.power_w).all()
    assert not np.isnan(run(plan(timed(60.0, power))).track.power_w).any()


# A faultless run keeps its targets, by more than any tolerance asks for.


@pytest.mark.parametrize("movement", Movement)
@pytest.mark.parametrize("seed", range(3))
def test_a_pace_is_kept_in_the_middle_of_its_band(movement: Movement, seed: int) -> None:
    step = timed(60.0, PaceTarget(slowest_mps=3.0, fastest_mps=3.4), movement=movement)
    speeds = column(run(plan(step, step), seed=seed), "speed_mps", 1, settled_s=10.0)
    assert speeds.mean() == pytest.approx(3.2, rel=0.01)
    assert np.abs(speeds / 3.2 - 1).max() < 0.04


@pytest.mark.parametrize("seconds", [60.0, 180.0, 600.0])
@pytest.mark.parametrize(("lowest", "highest"), [(120.0, 130.0), (150.0, 150.0), (165.0, 175.0)])
def test_a_heart_rate_is_in_its_band_after_a_fifth_of_the_step(
    seconds: float, lowest: float, highest: float
) -> None:
    target = HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest)
    activity = run(plan(timed(seconds, target)))
    settled = column(activity, "heart_rate_bpm", 0, settled_s=min(60.0, seconds * 0.25))
    assert np.abs(settled - (lowest + highest) / 2).max() <= 3


def test_a_heart_rate_zone_is_a_tenth_of_the_maximum() -> None:
    activity = run(plan(timed(600.0, HeartRateZoneTarget(zone=3))))
    assert column(activity, "heart_rate_bpm", 0, 60.0).mean() == pytest.approx(0.75 * 190, abs=1)


def test_a_cadence_and_a_power_are_kept_in_the_middle_of_their_bands() -> None:
    activity = run(
        plan(
            timed(120.0, CadenceTarget(lowest_spm=172.0, highest_spm=180.0)),
            timed(120.0, PowerTarget(lowest_w=210.0, highest_w=230.0)),
        )
    )
    assert column(activity, "cadence_spm", 0).mean() == pytest.approx(176.0, abs=0.5)
    assert column(activity, "power_w", 1).mean() == pytest.approx(220.0, abs=1.0)


def test_a_step_ends_when_the_heart_rate_gets_there() -> None:
    activity = run(
        plan(
            Step(duration=HeartRateAboveDuration(heart_rate_bpm=150.0)),
            Step(duration=HeartRateBelowDuration(heart_rate_bpm=120.0)),
        )
    )
    rising, falling = activity.laps[:2]
    assert column(activity, "heart_rate_bpm", 0)[-1] == pytest.approx(150.0, abs=3)
    assert column(activity, "heart_rate_bpm", 1)[-1] == pytest.approx(120.0, abs=3)
    assert rising.timer_s < 600
    assert falling.timer_s < 600
    assert (rising.trigger, falling.trigger) == ("manual", "manual")


def test_who_never_gets_there_presses_lap_after_ten_minutes() -> None:
    fast = PaceTarget(slowest_mps=4.0, fastest_mps=4.0)
    never = Step(duration=HeartRateBelowDuration(heart_rate_bpm=60.0), target=fast)
    assert run(plan(never)).laps[0].timer_s == 600.0


def test_who_is_there_already_goes_on_after_a_second() -> None:
    calm = Step(duration=HeartRateBelowDuration(heart_rate_bpm=150.0))
    assert run(plan(calm)).laps[0].timer_s == 1.0


# What the checker says of it.


@given(plans(), SEEDS)
@settings(max_examples=40)
def test_a_faultless_rehearsal_is_met_with_the_full_score(
    workout: CompiledWorkout, seed: int
) -> None:
    report = check(read_activity(encode_activity(exact(workout, seed=seed))))
    assert report.score in (100.0, None)
    assert not report.verdict.is_miss
    assert not any(result.verdict.is_miss for result in report.results)


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ("skip:3", Verdict.SKIPPED),
        ("short:3", Verdict.SHORT),
        ("fast:3", Verdict.FAST),
        ("pause:3:50s", Verdict.MET),
    ],
)
def test_the_checker_finds_the_fault_where_it_is_and_nowhere_else(
    fault: str, verdict: Verdict
) -> None:
    step = timed(60.0, PaceTarget(slowest_mps=3.0, fastest_mps=3.2))
    workout = plan(step, RepeatMessage(first_index=0, count=5))
    report = check(read_activity(encode_activity(run(workout, fault))))
    met = Verdict.MET
    assert [result.verdict for result in report.results] == [met, met, verdict, met, met]


# The runner's body.


def test_the_speed_follows_a_new_step_within_seconds() -> None:
    slow = PaceTarget(slowest_mps=2.0, fastest_mps=2.0)
    fast = PaceTarget(slowest_mps=4.0, fastest_mps=4.0)
    activity = run(plan(timed(60.0, slow), timed(60.0, fast)))
    assert column(activity, "speed_mps", 0)[0] < 1.5  # from a standstill
    first, *_, last = column(activity, "speed_mps", 1)[:6]
    assert 2.1 < first < 3.5
    assert last == pytest.approx(4.0, rel=0.04)


def test_backward_steps_come_quicker_and_cost_more_than_forward_ones_at_equal_speed() -> None:
    pace = PaceTarget(slowest_mps=2.7, fastest_mps=2.7)
    activity = run(plan(timed(300.0, pace), timed(300.0, pace, movement=Movement.BACKWARD_RUN)))
    cadences = [column(activity, "cadence_spm", lap, 10.0).mean() for lap in (0, 1)]
    assert cadences[0] == pytest.approx(167.1 - 0.43 * 8.75, abs=0.5)
    assert cadences[1] / cadences[0] == pytest.approx(1.11, abs=0.005)
    lengths = [column(activity, "step_length_m", lap, 10.0).mean() for lap in (0, 1)]
    assert lengths[1] / lengths[0] == pytest.approx(1 / 1.11, abs=0.005)
    demands = [column(activity, "heart_rate_bpm", lap, 290.0).mean() - 75 for lap in (0, 1)]
    assert demands[1] / demands[0] == pytest.approx(1.32, abs=0.02)


def test_the_heart_rate_covers_two_thirds_of_the_way_in_one_time_constant() -> None:
    pace = PaceTarget(slowest_mps=3.0, fastest_mps=3.0)
    heart = column(run(plan(timed(600.0, pace))), "heart_rate_bpm", 0)
    steady = 75 + 24.2 * 3.0
    assert heart[-1] == pytest.approx(steady, abs=2)
    assert heart[32] == pytest.approx(75 + (1 - np.exp(-1)) * (steady - 75), abs=2)


@pytest.mark.parametrize("movement", Movement)
def test_what_a_speed_leads_to_leads_back_to_the_speed(movement: Movement) -> None:
    runner, speed_mps = Runner(), 1.5
    cadence_spm = float(runner.cadence_spm(np.array([speed_mps]), movement)[0])
    power_w = float(runner.power_w(np.array([speed_mps]), movement)[0])
    demand_bpm = runner.demand_bpm(speed_mps, movement)
    assert runner.speed_at_cadence_mps(cadence_spm, movement) == pytest.approx(speed_mps)
    assert runner.speed_at_power_mps(power_w, movement) == pytest.approx(speed_mps)
    assert runner.speed_at_demand_mps(demand_bpm, movement) == pytest.approx(speed_mps)


@pytest.mark.parametrize(
    "change",
    [
        {"easy_speed_mps": 0.0},
        {"heart_rate_lag_s": -1.0},
        {"mass_kg": float("nan")},
        {"speed_noise_fraction": 0.3},
        {"heart_rate_noise_bpm": -0.1},
    ],
)
def test_a_runner_that_cannot_be_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(SpecError, match=next(iter(change))):
        Runner(**change)


def test_a_runner_without_noise_runs_evenly() -> None:
    still = attrs.evolve(STEADY, fatigue_fraction_per_h=0.0)
    activity = exact(plan(timed(60.0), timed(60.0)), runner=still)
    assert set(column(activity, "speed_mps", 1)) == {2.8}


# The faults.


FAULTS = st.sampled_from(["skip:{}", "short:{}:0.4", "fast:{}:0.25", "pause:{}:40.5s"])


@given(plans(), SEEDS, FAULTS, st.data())
def test_a_fault_changes_the_extent_of_its_own_lap_and_of_no_other(
    workout: CompiledWorkout, seed: int, fault: str, data: st.DataObject
) -> None:
    count = len(unroll(workout))
    number = data.draw(st.integers(1, count))
    perfect, faulty = run(workout, seed=seed), run(workout, fault.format(number), seed=seed)
    changed = [
        before.number + 1
        for before, after in zip(perfect.laps, faulty.laps, strict=True)
        if extent(before) != extent(after)
    ]
    assert changed == [number]


def test_a_skipped_step_leaves_a_lap_of_1_4_s() -> None:
    lap = run(plan(timed(60.0), timed(60.0)), "skip:2").laps[1]
    assert (lap.timer_s, lap.trigger, lap.step_index) == (1.4, "manual", 1)


def test_a_short_step_ends_after_its_share_by_a_lap_press() -> None:
    distance = Step(duration=DistanceDuration(distance_m=1000.0))
    activity = run(plan(timed(60.0), distance), "short:1:0.25", "short:2")
    assert activity.laps[0].timer_s == 15.0
    assert activity.laps[1].distance_m == pytest.approx(500.0, rel=0.01)
    assert {lap.trigger for lap in activity.laps[:2]} == {"manual"}


@pytest.mark.parametrize(
    "target",
    [
        PaceTarget(slowest_mps=3.0, fastest_mps=3.4),
        HeartRateTarget(lowest_bpm=140.0, highest_bpm=157.28),
        CadenceTarget(lowest_spm=160.0, highest_spm=169.4625),
        PowerTarget(lowest_w=200.0, highest_w=238.0),
    ],
)
def test_a_fast_step_is_run_above_the_fast_end_of_its_target(target: Target) -> None:
    speeds = column(run(plan(timed(120.0, target)), "fast:1:0.25"), "speed_mps", 0, 10.0)
    assert speeds.mean() == pytest.approx(3.4 * 1.25, rel=0.01)


def test_a_pause_stops_the_timer_and_the_samples_but_not_the_clock() -> None:
    activity = run(plan(timed(60.0), timed(60.0)), "pause:1:20s")
    lap = activity.laps[0]
    assert (lap.timer_s, lap.elapsed_s) == (60.0, 80.0)
    assert [(event.kind, (event.at - START).total_seconds()) for event in activity.timer_events][
        1:3
    ] == [("stop", 30.0), ("start", 50.0)]
    clock_s = activity.track.unix_s - START.timestamp()
    assert not ((clock_s >= 30) & (clock_s < 50)).any()
    gaps = np.diff(activity.track.distance_m)[np.diff(clock_s) > 1]
    assert len(gaps) == 1
    assert gaps[0] < 4.0  # what is covered in one second on the timer
    assert activity.elapsed_s == pytest.approx((activity.timer_s or 0) + 20)


def test_the_heart_calms_down_in_a_pause() -> None:
    hard = timed(600.0, PaceTarget(slowest_mps=4.0, fastest_mps=4.0))
    heart = column(run(plan(hard), "pause:1:120s"), "heart_rate_bpm", 0)
    assert heart[299] - heart[301] > 60


def test_faults_of_several_kinds_meet_in_one_execution() -> None:
    lap = run(plan(timed(100.0)), "fast:1:0.5", "short:1:0.5", "pause:1:10s").laps[0]
    assert (lap.timer_s, lap.elapsed_s) == (50.0, 60.0)
    assert lap.distance_m == pytest.approx(50 * 2.8 * 1.5, rel=0.05)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("skip:3", Skip(number=3)),
        ("short:3", Short(number=3, fraction=0.5)),
        ("short:3:0.25", Short(number=3, fraction=0.25)),
        ("fast:12:.1", Fast(number=12, fraction=0.1)),
        ("pause:1", Pause(number=1, pause_s=30.0)),
        ("pause:1:1min 30s", Pause(number=1, pause_s=90.0)),
    ],
)
def test_a_fault_is_read_as_written(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "skip",
        "skip:",
        "skip:0",
        "skip:-1",
        "skip:1.0",
        "skip:١",
        "skip:1:2",
        "skip:1:",
        "Skip:1",
        "jump:1",
        "short:1:1",
        "short:1:0",
        "short:1:nan",
        "short:1:-0.5",
        "fast:1:1e9",
        "fast:1:0.2:0.2",
        "pause:1:30",
        "pause:1:0s",
        "pause:1:",
        " skip:1",
        "skip:9999999",
    ],
)
def test_nonsense_is_no_fault(text: str) -> None:
    with pytest.raises(SpecError, match="expected"):
        parse_fault(text)


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        (["skip:3"], "from 1 to 2, got 3"),
        (["skip:1", "skip:1"], "happen together in execution 1"),
        (["skip:1", "pause:1"], "happen together in execution 1"),
        (["pause:2:10s", "pause:2:20s"], "happen together in execution 2"),
    ],
)
def test_faults_that_cannot_happen_are_refused(faults: list[str], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        run(plan(timed(60.0), timed(60.0)), *faults)


def test_all_faults_that_cannot_happen_are_named_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        run(plan(timed(60.0)), "skip:2", "skip:3")
    assert len(caught.value.problems) == 2


# What cannot be rehearsed.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"started_at": datetime(2026, 3, 1)}, "started_at: expected an aware"),
        ({"seed": -1}, "seed"),
        ({"seed": True}, "seed"),
        ({"workout": plan(timed(3e9))}, "at most 48 h"),
        ({"workout": plan(timed(60.0), RepeatMessage(first_index=0, count=9000))}, "at most 48 h"),
        (
            {
                "workout": plan(
                    timed(1.0, PaceTarget(slowest_mps=1e-9, fastest_mps=1e-9)),
                    Step(
                        duration=DistanceDuration(distance_m=1000.0),
                        target=PaceTarget(slowest_mps=1e-9, fastest_mps=1e-9),
                    ),
                )
            },
            "at most 48 h",
        ),
        ({"faults": [Pause(number=1, pause_s=1e9)]}, "at most 48 h"),
        (
            {"workout": plan(timed(60.0), timed(60.0, NamedPaceTarget(name="easy")))},
            r"messages\[1\].target: .*'easy'",
        ),
    ],
)
def test_what_cannot_be_rehearsed_is_refused(change: dict[str, Any], message: str) -> None:
    arguments = {"workout": plan(timed(60.0)), "started_at": START, **change}
    with pytest.raises(SpecError, match=message):
        rehearse(**arguments)


@pytest.mark.parametrize(
    "target",
    [
        HeartRateTarget(lowest_bpm=0, highest_bpm=145),
        HeartRateTarget(lowest_bpm=140, highest_bpm=math.inf),
        HeartRateTarget(lowest_bpm=118, highest_bpm=135, zone=3),
        PaceTarget(slowest_mps=0, fastest_mps=3),
        PaceTarget(slowest_mps=3, fastest_mps=math.inf),
        PowerTarget(lowest_w=0, highest_w=250),
        CadenceTarget(lowest_spm=160, highest_spm=math.inf),
    ],
)
def test_a_target_with_one_limit_or_of_a_zone_is_met_by_who_runs_without_a_fault(
    target: Target,
) -> None:
    step = Step(duration=TimeDuration(duration_s=900), target=target)
    plan = CompiledWorkout(name="w", messages=(step,))
    activity = rehearse(plan, seed=1, started_at=START).activity
    report = check(activity)
    assert report.verdict is Verdict.MET
    assert report_html(report, activity)
