"""A backward step after each full forward mile of a long run."""

from __future__ import annotations

import math

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.errors import CompileError
from backrun_fit.rules import AfterEachMile, TreadmillIntro
from backrun_fit.workout import (
    DistanceDuration,
    Intensity,
    Movement,
    NamedPaceTarget,
    Node,
    OpenDuration,
    OtherDuration,
    PaceTarget,
    RawField,
    Repeat,
    Step,
    TimeDuration,
    walk_steps,
)
from tests.forward_work import is_backward, written_out
from tests.plans import MILE_M, jog, plan, run, shown, times

MILE = f"{MILE_M}m"
BACK = "<201.168m"


def laid(*nodes: Node, rule: AfterEachMile | None = None) -> str:
    return shown((rule or AfterEachMile()).apply(plan(*nodes)).steps)


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([run(8 * MILE_M)], f"8({MILE} {BACK})"),
        ([run(MILE_M)], f"{MILE} {BACK}"),
        ([run(2.5 * MILE_M)], f"2({MILE} {BACK}) 804.672m"),
        ([run(MILE_M / 2)], "804.672m"),
        ([run(MILE_M / 2)] * 2, f"804.672m 804.672m {BACK}"),
        ([run(1000), run(1000, "marathon")], f"1000m 609.344m {BACK} 390.656m"),
        ([times(20, run(MILE_M))], f"20({MILE} {BACK})"),
        ([times(4, run(MILE_M / 4))] * 2, f"2(4(402.336m) {BACK})"),
        ([run(20 * MILE_M)], f"20({MILE} {BACK})"),
    ],
)
def test_each_full_mile_is_followed_by_an_eighth_backward(nodes: list[Node], expected: str) -> None:
    assert laid(*nodes) == expected


@given(st.lists(st.integers(1, 90), min_size=1, max_size=6), st.integers(2, 16))
def test_the_marks_lie_where_arithmetic_with_whole_eighths_puts_them(
    eighths: list[int], every: int
) -> None:
    rule = AfterEachMile(every=DistanceDuration(distance_m=every * 201.168))
    done, marks = 0.0, []
    for step in written_out(rule.apply(plan(*(run(n * 201.168) for n in eighths))).steps):
        if is_backward(step):
            marks.append(done)
        else:
            assert isinstance(step.duration, DistanceDuration)
            done += step.duration.distance_m
    expected = [number * every * 201.168 for number in range(1, sum(eighths) // every + 1)]
    assert marks == pytest.approx(expected, abs=1e-6)
    assert done == pytest.approx(sum(eighths) * 201.168, abs=1e-6)


@given(st.integers(1, 100))
def test_whole_miles_are_cut_into_pieces_of_exactly_a_mile(miles: int) -> None:
    result = AfterEachMile().apply(plan(run(miles * MILE_M)))
    forward = [step for step in written_out(result.steps) if not is_backward(step)]
    assert [step.duration for step in forward] == [DistanceDuration(distance_m=MILE_M)] * miles


@pytest.mark.parametrize("metres", [12874.75, 12874.8, 12875.0])
def test_a_mile_as_files_round_it_is_a_full_mile(metres: float) -> None:
    result = AfterEachMile().apply(plan(run(metres)))
    assert isinstance(result.steps[0], Repeat)
    assert result.steps[0].count == 8
    lengths = [s.duration for s in written_out(result.steps) if not is_backward(s)]
    total = math.fsum(d.distance_m for d in lengths if isinstance(d, DistanceDuration))
    assert total == pytest.approx(metres, abs=1e-6)


def test_rounded_miles_one_by_one_do_not_drift_away_from_the_marks() -> None:
    assert laid(times(26, run(1609.34))) == f"26(1609.34m {BACK})"
    assert laid(times(26, run(1609))) == f"26(1609m {BACK})"


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([run(2000.5)], f"2(1000.25m {BACK})"),
        ([run(2000.6)], f"2(1000m {BACK}) 0.6m"),
        ([run(300), run(699.5)], f"300m 699.5m {BACK}"),
        ([run(300), run(699.4)], "300m 699.4m"),
        ([run(300), run(700.5)], f"300m 700.5m {BACK}"),
        ([run(300), run(700.6)], f"300m 700m {BACK} 0.6m"),
    ],
)
def test_a_step_that_ends_within_half_a_metre_of_a_mark_ends_at_it(
    nodes: list[Node], expected: str
) -> None:
    assert laid(*nodes, rule=AfterEachMile(every="1km")) == expected


def test_a_full_kilometre_counts_where_kilometres_are_asked_for() -> None:
    rule = AfterEachMile(every="1km", backward="45s")
    assert laid(run(3500), rule=rule) == "3(1000m <45s) 500m"


def test_time_steps_count_where_a_time_is_asked_for_and_only_they() -> None:
    rule = AfterEachMile(every="10min")
    half_hour = Step(duration=TimeDuration(duration_s=1800))
    assert laid(half_hour, run(5000), rule=rule) == f"3(600s {BACK}) 5000m"
    assert laid(half_hour, run(MILE_M)) == f"1800s {MILE} {BACK}"


@pytest.mark.parametrize(
    "stop",
    [
        jog(60),
        Step(duration=OpenDuration()),
        Step(duration=TimeDuration(duration_s=60)),
        attrs.evolve(run(100), movement=Movement.WALK),
        attrs.evolve(run(100), intensity=Intensity.REST),
        attrs.evolve(run(100), movement=Movement.BACKWARD_RUN, intensity=Intensity.RECOVERY),
        Repeat(steps=(run(100),), until=OtherDuration(type=7, value=600_000)),
        times(1, run(400), jog(60)),
    ],
    ids=lambda node: shown((node,)),
)
def test_anything_else_starts_the_count_anew(stop: Node) -> None:
    assert BACK not in laid(run(1000), stop, run(1000))
    assert laid(run(1000), run(1000)) == f"1000m 609.344m {BACK} 390.656m"


@pytest.mark.parametrize("intensity", [Intensity.WARMUP, Intensity.COOLDOWN])
def test_warm_up_and_cool_down_stay_as_they_are(intensity: Intensity) -> None:
    easy = attrs.evolve(run(2 * MILE_M), intensity=intensity)
    result = AfterEachMile().apply(plan(easy, run(MILE_M), easy))
    assert result.steps[0] is easy
    assert result.steps[-1] is easy
    assert shown(result.steps) == f"3218.688m {MILE} {BACK} 3218.688m"


@pytest.mark.parametrize("count", [1, 2, 6])
def test_interval_sets_stay_as_they_are(count: int) -> None:
    reps = times(count, run(MILE_M, "10k"), jog(60))
    result = AfterEachMile().apply(plan(run(MILE_M), reps, run(800)))
    assert result.steps[2] is reps
    assert shown(result.steps) == f"{MILE} {BACK} {count}({MILE} -60s) 800m"


def test_running_behind_a_set_counts_also_where_it_equals_a_repeat_of_the_set() -> None:
    mile = run(MILE_M, "10k")
    reps = times(3, mile, jog(60))
    assert laid(reps, mile) == f"3({MILE} -60s) {MILE} {BACK}"
    assert laid(reps, times(3, mile)) == f"3({MILE} -60s) 3({MILE} {BACK})"


def test_only_the_nodes_from_the_first_mark_to_the_last_are_written_anew() -> None:
    strides, end = times(3, run(100), run(50, "5k")), times(2, run(300))
    result = AfterEachMile().apply(plan(strides, run(2 * MILE_M), end))
    assert result.steps[0] is strides
    assert result.steps[-1] is end


def test_the_pieces_of_a_step_keep_everything_but_their_length() -> None:
    step = Step(
        duration=DistanceDuration(distance_m=2000),
        target=PaceTarget(slowest_mps=3, fastest_mps=3.5),
        intensity=None,
        name="Steady",
        notes="Drink.",
        extra=(RawField(88, 2, 3),),
    )
    result = AfterEachMile().apply(plan(step))
    for piece in (result.steps[0], result.steps[2]):
        assert isinstance(piece, Step)
        assert attrs.evolve(piece, duration=step.duration) == step


def test_a_mark_that_a_backward_step_follows_gets_no_second_one() -> None:
    back = attrs.evolve(run(150), movement=Movement.BACKWARD_RUN)
    workout = plan(times(3, run(MILE_M), back), run(400))
    assert AfterEachMile().apply(workout) == workout


def test_a_backward_step_in_a_repeat_that_is_cut_anew_stays_where_it_was() -> None:
    back = attrs.evolve(run(150), movement=Movement.BACKWARD_RUN)
    repeat = times(2, run(MILE_M), back, run(MILE_M))
    assert laid(repeat) == f"2({MILE} <150m {MILE} {BACK})"


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([run(8 * MILE_M)], f"2({MILE} {BACK}) 9656.064m"),
        ([run(MILE_M)], f"{MILE} {BACK}"),
        (
            [run(2000), jog(60), run(2 * MILE_M)],
            f"{MILE} {BACK} 390.656m -60s {MILE} {BACK} {MILE}",
        ),
        ([times(4, run(MILE_M))], f"2({MILE} {BACK}) {MILE} {MILE}"),
        ([run(12875.0)], f"2(1609.375m {BACK}) 9656.25m"),
        ([run(1000), run(4000)], f"1000m 609.344m {BACK} {MILE} {BACK} 1781.312m"),
        (
            [run(MILE_M / 2), run(2.5 * MILE_M)],
            f"804.672m 804.672m 2({BACK} {MILE})",
        ),
    ],
)
def test_only_the_first_so_many_marks_of_a_workout_get_a_step(
    nodes: list[Node], expected: str
) -> None:
    assert laid(*nodes, rule=AfterEachMile(times=2)) == expected


def test_marks_that_have_a_step_of_their_own_count_among_the_first() -> None:
    back = attrs.evolve(run(150), movement=Movement.BACKWARD_RUN)
    workout = plan(run(MILE_M), back, run(3 * MILE_M))
    assert (
        shown(AfterEachMile(times=2).apply(workout).steps)
        == f"{MILE} <150m {MILE} {BACK} 3218.688m"
    )
    assert AfterEachMile(times=1).apply(workout) == workout


def test_running_behind_the_last_mark_that_counts_is_never_too_long() -> None:
    result = AfterEachMile(every="1m", times=1000).apply(plan(run(100_000)))
    assert shown(result.steps) == f"1000(1m {BACK}) 99000m"


def test_a_first_try_on_the_treadmill_is_no_backward_step_of_a_mile() -> None:
    intro = TreadmillIntro(count=1)
    short, long = plan(run(1000)), plan(run(MILE_M))
    assert AfterEachMile().apply(intro.apply(short)) == intro.apply(short)
    assert intro.apply(AfterEachMile().apply(short)) == intro.apply(short)
    with pytest.raises(CompileError, match="after_each_mile and treadmill_intro collide"):
        AfterEachMile().apply(intro.apply(long))
    with pytest.raises(CompileError, match="treadmill_intro and after_each_mile collide"):
        intro.apply(AfterEachMile().apply(long))


def test_drills_and_backward_sets_behind_the_last_mile_do_not_stand_in_for_its_own() -> None:
    for intensity in (Intensity.COOLDOWN, Intensity.INTERVAL):
        back = attrs.evolve(run(150), movement=Movement.BACKWARD_RUN, intensity=intensity)
        assert laid(run(MILE_M), back) == f"{MILE} {BACK} <150m"


def test_unknown_fields_of_a_repeat_move_to_the_repeat_that_replaces_it() -> None:
    repeat = Repeat(steps=(run(MILE_M),), count=5, extra=(RawField(77, 2, 1),))
    (node,) = AfterEachMile().apply(plan(repeat)).steps
    assert isinstance(node, Repeat)
    assert node.extra == (RawField(77, 2, 1),)


def test_the_backward_step_is_active_at_the_pace_asked_for() -> None:
    rule = AfterEachMile(pace="MP", slower="0.1", faster="5 %")
    back = list(walk_steps(rule.apply(plan(run(MILE_M))).steps))[-1]
    assert back.name == "Back 1/8 mi"
    assert back.intensity is Intensity.ACTIVE
    assert back.movement is Movement.BACKWARD_RUN
    assert back.target == NamedPaceTarget(name="marathon", slower=0.1, faster=0.05)


def test_an_explicit_pace_gets_the_band_and_an_explicit_band_keeps_its_own() -> None:
    def target(pace: str) -> object:
        rule = AfterEachMile(pace=pace, slower=0.25, faster=0.2)
        return list(walk_steps(rule.apply(plan(run(MILE_M))).steps))[-1].target

    assert target("4 m/s") == PaceTarget(slowest_mps=3.2, fastest_mps=5)
    assert target("3-4 m/s") == PaceTarget(slowest_mps=3, fastest_mps=4)


def test_a_workout_without_a_step_that_counts_is_refused() -> None:
    for nodes in ([], [jog(600)], [times(4, run(400), jog(60))]):
        with pytest.raises(CompileError, match="expected a running step given by distance"):
            AfterEachMile().apply(plan(*nodes))
    with pytest.raises(CompileError, match="given by time, or by distance at a pace"):
        AfterEachMile(every="10min").apply(plan(run(MILE_M)))


def test_steps_by_time_are_cut_into_no_less_than_seconds() -> None:
    sprint = Step(
        duration=TimeDuration(duration_s=10), target=PaceTarget(slowest_mps=4, fastest_mps=4)
    )
    assert laid(sprint, rule=AfterEachMile(every="1m", times=2)) == f"2(1s {BACK}) 8s"


def test_as_many_steps_as_a_session_can_have_are_written() -> None:
    result = AfterEachMile(every="10m").apply(plan(run(50_000)))
    assert shown(result.steps) == f"5000(10m {BACK})"


def test_pieces_without_end_are_refused() -> None:
    with pytest.raises(
        CompileError, match="after_each_mile: expected at most 10,000 pieces of a step, got 100,000"
    ):
        AfterEachMile(every="1m").apply(plan(run(100_000)))


def test_more_steps_than_a_session_can_have_are_refused() -> None:
    with pytest.raises(CompileError, match="at most 10,000 steps in all, got 12,000"):
        AfterEachMile(every="10m").apply(plan(run(30_000), run(30_000)))
