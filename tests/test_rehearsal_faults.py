"""Each fault and each quirk leaves its trace in the file, and the truth tells it."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from itertools import pairwise
from typing import Any

import attrs
import fitparse
import numpy as np
import pytest

from backrun_fit.activity import Activity
from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage
from backrun_fit.errors import DecodeError, SpecError
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.rehearsal import (
    QUIRKS,
    Rehearsal,
    Runner,
    Watch,
    encode_rehearsal,
    parse_fault,
    rehearse,
    truth_document,
)
from backrun_fit.workout import (
    DistanceDuration,
    Intensity,
    Movement,
    OpenDuration,
    PaceTarget,
    Step,
    TimeDuration,
)
from tests.conftest import ROOT
from tests.rehearsals import EXACT, START, STEADY

PACE = PaceTarget(slowest_mps=2.9, fastest_mps=3.1)
WORK = Step(duration=TimeDuration(duration_s=120.0), target=PACE, intensity=Intensity.ACTIVE)
BACK = Step(
    duration=DistanceDuration(distance_m=201.17),
    target=PaceTarget(slowest_mps=1.9, fastest_mps=2.1),
    intensity=Intensity.RECOVERY,
    movement=Movement.BACKWARD_RUN,
    name="Back",
)
PLAN = CompiledWorkout(
    name="Plan", messages=(WORK, BACK, RepeatMessage(first_index=0, count=2), WORK)
)
"""Executions 1 to 5: work, back, work, back, work; indexes 0, 1, 0, 1, 3."""


def rehearsed(*faults: str, plan: CompiledWorkout = PLAN, **changes: Any) -> Rehearsal:
    settings: dict[str, Any] = {"runner": STEADY, "watch": EXACT, "started_at": START, **changes}
    return rehearse(plan, faults=[parse_fault(text) for text in faults], **settings)


def filed(*faults: str, **changes: Any) -> Activity:
    """What a reader finds in the file."""
    return read_activity(encode_rehearsal(rehearsed(*faults, **changes)))


def indexes(activity: Activity) -> list[int | None]:
    return [lap.step_index for lap in activity.laps]


def speeds(activity: Activity, lap_number: int, settled_s: float = 15.0) -> float:
    lap, track = activity.laps[lap_number], activity.track
    begin, end = lap.start_at.timestamp() + settled_s, lap.end_at.timestamp()
    within = (track.unix_s >= begin) & (track.unix_s < end)
    return float(track.speed_mps[within].mean())


def test_without_a_fault_every_execution_is_a_lap() -> None:
    activity = filed()
    assert indexes(activity) == [0, 1, 0, 1, 3, None]
    assert [lap.trigger for lap in activity.laps[:5]] == [
        *("time", "distance", "time", "distance", "time"),
    ]


def test_a_slow_step_is_slower_than_its_target() -> None:
    assert speeds(filed("slow:3:0.2"), 2) == pytest.approx(0.8 * 2.9, rel=0.01)


def test_a_walked_step_has_the_speed_and_the_steps_of_walking() -> None:
    activity = filed("walk:3")
    lap = activity.laps[2]
    within = (activity.track.unix_s >= lap.start_at.timestamp() + 20) & (
        activity.track.unix_s < lap.end_at.timestamp()
    )
    assert speeds(activity, 2) == pytest.approx(1.4, abs=0.05)
    assert float(activity.track.cadence_spm[within].mean()) == pytest.approx(117.0, abs=2.0)


def test_a_walked_backward_step_is_walked_backward() -> None:
    assert rehearsed("walk:2").truth.executions[1].movement is Movement.BACKWARD_WALK


def test_a_long_step_goes_on_until_lap_is_pressed() -> None:
    lap = filed("long:1:0.5").laps[0]
    assert (lap.timer_s, lap.trigger) == (180.0, "manual")
    assert filed("long:2:0.5").laps[1].trigger == "manual"


def test_a_stop_stands_still_with_the_timer_running() -> None:
    activity = filed("stop:3:20s")
    lap, track = activity.laps[2], activity.track
    within = (track.unix_s >= lap.start_at.timestamp()) & (track.unix_s < lap.end_at.timestamp())
    assert int((track.speed_mps[within] == 0).sum()) == 20
    assert (lap.timer_s, lap.elapsed_s) == (120.0, 120.0)
    assert int((track.cadence_spm[within] == 0).sum()) == 20


def test_a_watch_that_pauses_by_itself_stops_its_timer() -> None:
    activity = filed("stop:3:20s", watch=attrs.evolve(EXACT, auto_pause=True))
    assert (activity.laps[2].timer_s, activity.laps[2].elapsed_s) == (120.0, 140.0)
    assert [event.kind for event in activity.timer_events] == ["start", "stop", "start", "stop"]


def test_lap_pressed_by_mistake_makes_two_laps_of_one_step() -> None:
    activity = filed("press:3:0.25")
    assert indexes(activity) == [0, 1, 0, 0, 1, 3, None]
    assert [lap.timer_s for lap in activity.laps[2:4]] == [30.0, 90.0]
    assert activity.laps[2].trigger == "manual"


def test_a_forgotten_lap_press_makes_one_lap_of_two_steps() -> None:
    activity = filed("forget:2")
    assert indexes(activity) == [0, 1, 1, 3, None]
    whole = filed()
    assert activity.laps[1].timer_s == pytest.approx(
        whole.laps[1].timer_s + whole.laps[2].timer_s, abs=0.01
    )


def test_a_backward_step_run_forward_has_forward_steps() -> None:
    backward, forward = filed(), filed("forward:2")
    assert forward.laps[1].step_index == 1

    def cadence(activity: Activity) -> float:
        lap, track = activity.laps[1], activity.track
        within = (track.unix_s >= lap.start_at.timestamp() + 15) & (
            track.unix_s < lap.end_at.timestamp()
        )
        return float(track.cadence_spm[within].mean())

    assert cadence(backward) == pytest.approx(1.11 * cadence(forward), rel=0.01)
    assert rehearsed("forward:2").truth.executions[1].movement is Movement.RUN


def test_a_hill_climbs_as_steeply_as_it_says() -> None:
    activity = filed("hill:2:0.05")
    lap, track = activity.laps[1], activity.track
    within = (track.unix_s >= lap.start_at.timestamp()) & (track.unix_s < lap.end_at.timestamp())
    slope = np.polyfit(track.distance_m[within], track.altitude_m[within], 1)[0]
    assert slope == pytest.approx(0.05, abs=0.005)


def test_a_restart_begins_again_and_only_the_second_start_counts() -> None:
    rehearsal = rehearsed("restart:2")
    assert indexes(rehearsal.activity) == [0, 1, 0, 1, 0, 1, 3, None]
    assert [one.counts for one in rehearsal.truth.executions] == 2 * [False] + 5 * [True]


def test_an_abandoned_run_ends_in_the_middle_of_a_step() -> None:
    rehearsal = rehearsed("abandon:3:0.5")
    assert indexes(rehearsal.activity) == [0, 1, 0]
    last = rehearsal.activity.laps[-1]
    assert (last.trigger, last.timer_s) == ("session_end", 60.0)
    assert len(rehearsal.truth.executions) == 3


def test_who_starts_late_has_a_lap_before_the_workout() -> None:
    activity = filed("late:1:200s")
    assert indexes(activity) == [None, 0, 1, 0, 1, 3, None]
    assert activity.laps[0].timer_s == 200.0


def test_another_workout_leaves_kilometres_and_no_step() -> None:
    rehearsal = rehearsed("wrong")
    activity = read_activity(encode_rehearsal(rehearsal))
    assert activity.workout is None
    assert set(indexes(activity)) == {None}
    assert activity.laps[0].distance_m == 1000.0
    assert (rehearsal.truth.ran_plan, rehearsal.truth.executions) == (False, ())


def test_the_truth_names_every_fault_where_it_happened() -> None:
    document = truth_document(rehearsed("skip:2", "slow:3:0.2", quirks=["index-less"]).truth)
    assert [one["faults"] for one in document["executions"]] == [
        *([], ["skip:2"], ["slow:3:0.2"], [], []),
    ]
    assert document["faults"] == ["skip:2", "slow:3:0.2"]
    assert document["quirks"] == ["index-less"]
    assert json.loads(json.dumps(document)) == document


def test_the_truth_joins_up_and_tells_the_way_on_the_ground() -> None:
    rehearsal = rehearse(PLAN, seed=3, started_at=START)
    executions = rehearsal.truth.executions
    for one, other in pairwise(executions):
        assert one.end_at == other.start_at
    scales = {round(one.distance_m / one.ground_m, 4) for one in executions}
    assert len(scales) == 1
    assert scales != {1.0}


@pytest.mark.parametrize(
    "text",
    [
        *("skip:2", "short:1:0.25", "long:3:0.5", "fast:1:0.2", "slow:1:0.2", "walk:1"),
        *("stop:1:20s", "pause:1:30s", "press:1:0.5", "forget:1", "forward:2", "hill:2:0.04"),
        *("restart:3", "abandon:4:0.5", "late:1:300s", "wrong:1"),
    ],
)
def test_a_fault_reads_back_as_it_is_written(text: str) -> None:
    assert str(parse_fault(text)) == text


# -- the watch --------------------------------------------------------------------------------


def test_smart_recording_leaves_gaps_of_one_to_nine_seconds() -> None:
    activity = filed(watch=attrs.evolve(EXACT, smart_recording=True))
    gaps = np.diff(activity.track.unix_s)
    assert (gaps.min(), gaps.max()) == (1.0, 9.0)
    assert indexes(activity) == indexes(filed())


def test_autolap_divides_long_steps_and_keeps_their_index() -> None:
    activity = filed(watch=attrs.evolve(EXACT, autolap_m=100.0))
    first = [lap for lap in activity.laps if lap.step_index == 0][:4]
    assert [lap.trigger for lap in first] == ["distance", "distance", "distance", "time"]
    assert [lap.distance_m for lap in first[:3]] == [100.0, 100.0, 100.0]
    back = [lap for lap in activity.laps if lap.step_index == 1][:3]
    assert [lap.distance_m for lap in back] == pytest.approx([100.0, 100.0, 1.17], abs=0.02)


def test_without_a_barometer_there_is_no_altitude() -> None:
    activity = filed(watch=attrs.evolve(EXACT, has_barometer=False))
    assert np.isnan(activity.track.altitude_m).all()


def test_a_tunnel_has_no_positions() -> None:
    watch = attrs.evolve(EXACT, dropouts_per_h=30.0, dropout_s=20.0)
    lost = np.isnan(filed(watch=watch).track.latitude_deg)
    assert 0 < lost.sum() < len(lost)


def test_a_watch_with_everything_writes_everything() -> None:
    watch = Watch(has_power=True, has_dynamics=True, has_developer_fields=True, big_endian=True)
    track = filed(watch=watch).track
    assert 100 < np.nanmedian(track.power_w) < 400
    assert 150 < np.nanmedian(track.stance_time_ms) < 350
    (form,) = track.developer.values()
    assert (form.name, form.units) == ("Form Power", "Watts")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"autolap_m": 5.0}, "autolap_m"),
        ({"altitude_step_m": 0.0}, "altitude_step_m"),
        ({"dropout_s": float("nan")}, "dropout_s"),
        ({"position_error_m": -1.0}, "position_error_m"),
    ],
)
def test_a_watch_that_cannot_be_is_refused(change: dict[str, float], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        Watch(**change)  # type: ignore[arg-type]


def test_an_open_step_is_ended_by_a_lap_press() -> None:
    plan = CompiledWorkout(name="Open", messages=(Step(duration=OpenDuration()),))
    lap = filed(plan=plan).laps[0]
    assert (lap.trigger, lap.timer_s) == ("manual", 300.0)


# -- the runner -------------------------------------------------------------------------------


def test_every_number_of_a_runner_says_where_it_comes_from() -> None:
    for name, constant in Runner.constants().items():
        assert constant.source, name
        assert constant.meaning, name
        assert constant.spread >= 0, name


def test_drawn_runners_lie_around_the_middle_one() -> None:
    drawn = [Runner.drawn(seed).easy_speed_mps for seed in range(300)]
    assert np.mean(drawn) == pytest.approx(2.8, abs=0.05)
    assert np.std(drawn) == pytest.approx(0.25, rel=0.2)
    assert max(drawn) <= 2.8 + 2 * 0.25


def test_a_slow_run_is_walked() -> None:
    runner = Runner()
    slow, quick = runner.cadence_spm(np.array([1.5, 2.5]), Movement.RUN)
    assert (slow, quick) == pytest.approx((120.8, 161.6), abs=0.1)
    backward = runner.cadence_spm(np.array([1.5, 1.7]), Movement.BACKWARD_RUN)
    assert backward[1] - backward[0] > 20


# -- quirks -----------------------------------------------------------------------------------


def test_an_index_less_file_has_laps_and_no_workout() -> None:
    activity = filed(quirks=["index-less"])
    assert (set(indexes(activity)), activity.workout) == ({None}, None)
    assert len(activity.laps) == 6


def test_a_laps_less_file_has_samples_and_a_workout() -> None:
    activity = filed(quirks=["laps-less"])
    assert activity.laps == ()
    assert activity.workout is not None
    assert len(activity.track) > 400


def test_an_unrolled_file_has_a_step_for_every_execution() -> None:
    activity = filed(quirks=["unrolled"])
    assert activity.workout is not None
    assert len(activity.workout.messages) == 5
    assert set(indexes(activity)) == {None}


@pytest.mark.parametrize(
    ("messages", "stale"), [(PLAN.messages, 2), ((WORK,), 1)], ids=["repeat", "none"]
)
def test_a_stale_first_lap_points_to_no_step(messages: tuple[Message, ...], stale: int) -> None:
    plan = attrs.evolve(PLAN, messages=messages)
    assert filed(plan=plan, quirks=["stale-first-lap"]).laps[0].step_index == stale


def test_a_missing_tail_ends_with_the_last_step() -> None:
    activity = filed(quirks=["missing-tail"])
    assert indexes(activity) == [0, 1, 0, 1, 3]
    assert abs(activity.ended_at - activity.laps[-1].end_at) < timedelta(seconds=1)
    assert activity.track.unix_s[-1] < activity.ended_at.timestamp()
    assert filed("abandon:3", quirks=["missing-tail"]).laps == filed("abandon:3").laps


def test_a_truncated_file_is_damaged_and_salvaged() -> None:
    data = encode_rehearsal(rehearsed(quirks=["truncated"]))
    with pytest.raises(DecodeError, match="shorter"):
        read_activity(data)
    assert len(read_activity(data, on_error="salvage").track) > 300


def test_a_summary_first_file_has_its_laps_before_the_records() -> None:
    rehearsal = rehearsed(quirks=["summary-first"])
    last, first = encode_rehearsal(rehearsed()), encode_rehearsal(rehearsal)
    kinds = [message.name for message in fitparse.FitFile(io.BytesIO(first)).get_messages()]
    assert kinds[1:3] == ["activity", "session"]
    assert max(n for n, kind in enumerate(kinds) if kind == "lap") < kinds.index("record")
    assert len(first) == len(last)
    assert rehearsal.truth.executions == rehearsed().truth.executions


def test_a_truncated_summary_first_file_keeps_its_laps_and_loses_records() -> None:
    data = encode_rehearsal(rehearsed(quirks=["summary-first", "truncated"]))
    whole = filed(quirks=["summary-first"])
    cut = read_activity(data, on_error="salvage")
    assert [lap.timer_s for lap in cut.laps] == [lap.timer_s for lap in whole.laps]
    assert len(cut.track) < len(whole.track)


def test_quirks_without_anything_to_change_change_nothing() -> None:
    empty = CompiledWorkout(name="Empty", messages=())
    for quirk in QUIRKS:
        rehearsal = rehearsed(plan=empty, quirks=["index-less", quirk])
        assert rehearsal.activity.workout is None


def test_an_unknown_quirk_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SpecError, match=r"index-less, laps-less.*got 'lapless'"):
        rehearsed(quirks=["lapless"])


def test_the_page_lists_every_number_of_a_runner_as_it_is() -> None:
    page = (ROOT / "docs" / "reference" / "rehearsal.md").read_text(encoding="utf-8")
    for name, constant in Runner.constants().items():
        value = getattr(Runner(), name)
        row = f"| `{name}` | {value:g} | {constant.spread:g} | {constant.meaning} |"
        assert row in page, row


def test_the_page_lists_every_quirk() -> None:
    page = (ROOT / "docs" / "reference" / "rehearsal.md").read_text(encoding="utf-8")
    assert [name for name in QUIRKS if f"| `{name}` |" not in page] == []
