"""The rules that add a block of their own: backward repeats, the treadmill, drills."""

from __future__ import annotations

import attrs
import pytest

from backrun_fit.errors import CompileError
from backrun_fit.rules import BackwardRepeats, Drills, Rule, TreadmillIntro
from backrun_fit.rules.base import label
from backrun_fit.workout import (
    DistanceDuration,
    Intensity,
    Movement,
    NamedPaceTarget,
    OpenTarget,
    PaceTarget,
    Repeat,
    Step,
    TimeDuration,
    Workout,
    walk_steps,
)
from tests.plans import plan, run, shown, times

WARM = attrs.evolve(run(1000), intensity=Intensity.WARMUP)
COOL = attrs.evolve(run(1000), intensity=Intensity.COOLDOWN)
MAIN = run(3000, "threshold")


def steps_of(rule: Rule, workout: Workout | None = None) -> list[Step]:
    return list(walk_steps(rule.apply(workout or plan()).steps))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (BackwardRepeats(), "5(<201.168m -60s) <201.168m"),
        (BackwardRepeats(count=1), "<201.168m"),
        (BackwardRepeats(count="3", backward="45s", recovery="1/8mi"), "2(<45s -201.168m) <45s"),
        (TreadmillIntro(), "4(<w60s -w60s) <w60s"),
        (TreadmillIntro(count=2, walk="2min", between="30s"), "<w120s -w30s <w120s"),
        (Drills(), "2(<20s ~20s ~20s)"),
        (Drills(rounds=1, each="20m"), "<20m ~20m ~20m"),
        (Drills(where="cooldown", rounds="4"), "4(<20s ~20s ~20s)"),
    ],
)
def test_a_block_of_its_own_fills_an_empty_workout(rule: Rule, expected: str) -> None:
    assert shown(rule.apply(plan()).steps) == expected


@pytest.mark.parametrize("rule", [BackwardRepeats(), TreadmillIntro()])
def test_the_main_block_stands_before_the_cool_down(rule: Rule) -> None:
    result = rule.apply(plan(WARM, MAIN, COOL, times(2, COOL)))
    assert result.steps[:2] == (WARM, MAIN)
    assert result.steps[-2:] == (COOL, times(2, COOL))
    assert len(result.steps) == 6
    assert rule.apply(plan(WARM, MAIN)).steps[:2] == (WARM, MAIN)


def test_warm_up_drills_stand_behind_the_warm_up_and_cool_down_drills_at_the_end() -> None:
    workout = plan(WARM, times(2, WARM), MAIN, COOL)
    before = Drills().apply(workout)
    assert before.steps[:2] + before.steps[3:] == workout.steps
    assert shown(before.steps[2:3]) == "2(<20s ~20s ~20s)"
    assert Drills(where="cooldown").apply(workout).steps[:-1] == workout.steps
    assert Drills().apply(plan(MAIN)).steps[1:] == (MAIN,)


def test_drills_before_and_after_go_together() -> None:
    before, after = Drills(), Drills(where="cool-down", rounds=3)
    both = after.apply(before.apply(plan(MAIN)))
    assert both == before.apply(after.apply(plan(MAIN)))
    assert shown(both.steps) == "2(<20s ~20s ~20s) 3000m 3(<20s ~20s ~20s)"


def test_drills_have_no_pace_unless_one_is_asked_for() -> None:
    back, left, right = steps_of(Drills(rounds=1))
    assert (back.target, left.target, right.target) == (OpenTarget(),) * 3
    assert [left.name, right.name] == ["Shuffle left", "Shuffle right"]
    assert {step.intensity for step in (back, left, right)} == {Intensity.WARMUP}
    back, left, _ = steps_of(Drills(rounds=1, pace="easy", slower=0.2))
    assert back.target == NamedPaceTarget(name="easy", slower=0.2, faster=0.05)
    assert left.target == OpenTarget()


def test_a_drill_says_how_it_is_done() -> None:
    back, left, right = steps_of(Drills(rounds=1))
    assert back.notes is not None
    assert "forefoot" in back.notes
    for shuffle in (left, right):
        assert shuffle.notes is not None
        assert "Sideways" in shuffle.notes


def test_recoveries_between_backward_repeats_are_easy_running_forward() -> None:
    back, rest, _ = steps_of(BackwardRepeats())
    assert back.intensity is Intensity.INTERVAL
    assert (rest.movement, rest.intensity) == (Movement.RUN, Intensity.RECOVERY)
    assert rest.target == NamedPaceTarget(name="easy")
    _, rest, _ = steps_of(BackwardRepeats(recovery_pace="3-4 m/s"))
    assert rest.target == PaceTarget(slowest_mps=3, fastest_mps=4)
    _, rest, _ = steps_of(BackwardRepeats(recovery_pace="4 m/s"))
    assert rest.target == PaceTarget(slowest_mps=4 / 1.05, fastest_mps=4 / 0.95)


def test_the_treadmill_is_flat_slow_and_walked() -> None:
    result = TreadmillIntro().apply(plan())
    assert result.sub_sport == "treadmill"
    back, forward, _ = walk_steps(result.steps)
    assert back.movement is Movement.BACKWARD_WALK
    assert back.target == PaceTarget(slowest_mps=0.5, fastest_mps=1.41)
    assert back.notes is not None
    assert back.notes.startswith("Incline 0 %. Easy pace, just walk it out")
    assert back.intensity is Intensity.ACTIVE
    assert (forward.movement, forward.intensity) == (Movement.WALK, Intensity.RECOVERY)
    assert forward.target == OpenTarget()
    assert forward.notes == "Incline 0 %. Walk forward, facing the display."
    notes = steps_of(TreadmillIntro(incline_percent="1.5"))[0].notes
    assert notes is not None
    assert notes.startswith("Incline 1.5 %.")


def test_the_sub_sport_is_set_where_the_block_is_there_without_it() -> None:
    rule = TreadmillIntro()
    there = attrs.evolve(rule.apply(plan(MAIN)), sub_sport="generic")
    assert rule.apply(there) == rule.apply(plan(MAIN))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (BackwardRepeats(), BackwardRepeats(count=5)),
        (BackwardRepeats(), BackwardRepeats(backward="200s")),
        (BackwardRepeats(), BackwardRepeats(backward="250m")),
        (BackwardRepeats(pace="4 m/s"), BackwardRepeats(pace="3 m/s")),
        (BackwardRepeats(pace="3-4 m/s"), BackwardRepeats(pace="3.1-4 m/s")),
        (BackwardRepeats(pace="3-4 m/s"), BackwardRepeats(pace="3-4.1 m/s")),
        (BackwardRepeats(), BackwardRepeats(pace="easy")),
        (TreadmillIntro(), TreadmillIntro(count=3)),
        (TreadmillIntro(), TreadmillIntro(incline_percent=1)),
        (TreadmillIntro(), TreadmillIntro(fastest="1.2 m/s")),
        (Drills(), Drills(rounds=3)),
        (Drills(), Drills(each="30s")),
    ],
)
def test_another_block_of_the_same_kind_is_refused(first: Rule, second: Rule) -> None:
    workout = first.apply(plan(WARM, MAIN, COOL))
    with pytest.raises(CompileError, match=f"{second.name}: expected a workout without"):
        second.apply(workout)


def as_a_file_keeps_it(workout: Workout) -> Workout:
    """Rounded to the wire's units, named paces made absolute, everything written flat."""

    def kept(step: Step) -> Step:
        duration = step.duration
        if isinstance(duration, DistanceDuration):
            duration = DistanceDuration(distance_m=round(duration.distance_m, 2))
        target = step.target
        if isinstance(target, NamedPaceTarget):
            target = PaceTarget(slowest_mps=3.123, fastest_mps=3.456)
        elif isinstance(target, PaceTarget):
            target = PaceTarget(
                slowest_mps=round(target.slowest_mps, 3), fastest_mps=round(target.fastest_mps, 3)
            )
        return attrs.evolve(step, duration=duration, target=target, notes=None)

    return attrs.evolve(
        workout,
        steps=tuple(
            attrs.evolve(node, steps=tuple(map(kept, walk_steps(node.steps))))
            if isinstance(node, Repeat)
            else kept(node)
            for node in workout.steps
        ),
    )


@pytest.mark.parametrize(
    "rule",
    [BackwardRepeats(), BackwardRepeats(pace="3.3333 m/s"), TreadmillIntro(), Drills(pace="easy")],
)
def test_a_block_that_went_through_a_file_is_known_again(rule: Rule) -> None:
    workout = as_a_file_keeps_it(rule.apply(plan(WARM, MAIN, COOL)))
    assert rule.apply(workout) is workout


def test_backward_running_on_the_treadmill_of_a_first_try_is_a_collision_both_ways() -> None:
    with pytest.raises(CompileError, match=r"treadmill_intro and drills collide.*Back 20 s"):
        TreadmillIntro().apply(Drills().apply(plan()))
    unnamed = attrs.evolve(run(100), movement=Movement.BACKWARD_RUN)
    with pytest.raises(CompileError, match=r"\(unnamed\), as after_each_mile adds it"):
        TreadmillIntro().apply(plan(unnamed))
    with pytest.raises(CompileError, match="drills and treadmill_intro collide"):
        Drills().apply(TreadmillIntro().apply(plan()))


def test_backward_running_on_a_treadmill_without_a_first_try_is_no_collision() -> None:
    workout = attrs.evolve(plan(MAIN), sub_sport="treadmill")
    assert BackwardRepeats().apply(workout).steps[0] is MAIN


@pytest.mark.parametrize(
    ("extent", "text"),
    [
        (DistanceDuration(distance_m=201.168), "1/8 mi"),
        (DistanceDuration(distance_m=201.17), "1/8 mi"),
        (DistanceDuration(distance_m=200), "200 m"),
        (DistanceDuration(distance_m=1609.344), "1 mi"),
        (DistanceDuration(distance_m=1609), "1.61 km"),
        (TimeDuration(duration_s=60), "60 s"),
        (TimeDuration(duration_s=7.5), "7.5 s"),
        (TimeDuration(duration_s=7.25), "7.2 s"),
        (TimeDuration(duration_s=119.95), "2:00"),
        (TimeDuration(duration_s=119.96), "2:00"),
        (TimeDuration(duration_s=150), "2:30"),
    ],
)
def test_labels_say_lengths_as_runners_do(
    extent: DistanceDuration | TimeDuration, text: str
) -> None:
    assert label(extent) == text


def test_a_long_label_loses_its_blank_and_then_itself_before_the_marker_does() -> None:
    names = [
        steps_of(TreadmillIntro(count=1, walk=walk))[0].name
        for walk in ("60s", "1/8mi", "10:00:00")
    ]
    assert names == ["Back walk 60 s", "Back walk 1/8mi", "Back walk"]
