"""Claims about compiling: absolute, flat, fitting the device, nothing lost."""

from __future__ import annotations

import itertools

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.athlete import Athlete
from backrun_fit.compile import compile_workout
from backrun_fit.compiled import RepeatMessage, as_workout, unroll
from backrun_fit.devices import DEVICES, GARMIN, DeviceProfile
from backrun_fit.errors import CompileError, SpecError
from backrun_fit.fold import unroll_steps
from backrun_fit.marker import movement_of
from backrun_fit.notation import parse_workout
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    HeartRateTarget,
    Intensity,
    Movement,
    NamedPaceTarget,
    Node,
    OpenDuration,
    OtherDuration,
    PaceTarget,
    PowerTarget,
    RampTarget,
    RawField,
    RawMessage,
    Repeat,
    Step,
    TimeDuration,
    Workout,
)

ATHLETE = Athlete(marathon_pace="8:00/mi")
MILE = Step(duration=DistanceDuration(distance_m=1609.344), target=NamedPaceTarget(name="easy"))
BACK = Step(
    duration=DistanceDuration(distance_m=201.168),
    target=NamedPaceTarget(name="marathon", slower=0.05, faster=0.05),
    movement=Movement.BACKWARD_RUN,
)
REST = Step(duration=TimeDuration(duration_s=60), intensity=Intensity.RECOVERY)

PLAIN = st.sampled_from([MILE, BACK, REST, attrs.evolve(MILE, name="Hard", notes="Go")])


def trees(depth: int = 3) -> st.SearchStrategy[Node]:
    if depth == 0:
        return PLAIN
    return PLAIN | st.builds(
        Repeat,
        steps=st.lists(trees(depth - 1), min_size=1, max_size=3).map(tuple),
        count=st.integers(1, 4),
        skip_last_recovery=st.booleans(),
    )


@given(st.lists(trees(), min_size=1, max_size=4))
def test_unrolled_messages_are_the_unrolled_tree_made_absolute(nodes: list[Node]) -> None:
    workout = Workout(name="Any", steps=tuple(nodes))
    planned = unroll_steps(workout.steps)
    if not planned:
        return
    roomy = attrs.evolve(GARMIN, max_messages=1000)
    compiled = compile_workout(workout, ATHLETE, device=roomy)
    executed = unroll(compiled)
    assert [execution.number for execution in executed] == list(range(1, len(planned) + 1))
    for execution, step in zip(executed, planned, strict=True):
        assert execution.step.duration == step.duration
        assert execution.step.target == ATHLETE.resolve(step.target)
        assert execution.step.intensity == step.intensity
        assert execution.step.movement == step.movement
        assert movement_of(execution.step.name) == step.movement
    assert not any(
        isinstance(message, RepeatMessage) and message.skip_last_recovery
        for message in compiled.messages
    ), "the undocumented field is never needed"


def test_sixteen_alternating_steps_take_three_messages() -> None:
    compiled = compile_workout(Workout(name="Long", steps=(MILE, BACK) * 8), ATHLETE)
    assert len(compiled.messages) == 3
    assert compiled.messages[2] == RepeatMessage(first_index=0, count=8)


def test_a_device_without_nested_repeats_gets_none() -> None:
    flat = attrs.evolve(GARMIN, name="flat", nested_repeats=False)
    inner = Repeat(steps=(MILE, REST), count=3)
    workout = Workout(name="Sets", steps=(Repeat(steps=(inner, BACK), count=2),))
    nested = compile_workout(workout, ATHLETE)
    assert [type(message) for message in nested.messages].count(RepeatMessage) == 2
    compiled = compile_workout(workout, ATHLETE, device=flat)
    repeats = [
        (m.first_index, i) for i, m in enumerate(compiled.messages) if isinstance(m, RepeatMessage)
    ]
    assert all(a[1] < b[0] for a, b in itertools.pairwise(repeats))
    assert [e.step for e in unroll(compiled)] == [e.step for e in unroll(nested)]


def test_too_many_messages_for_the_device_are_an_error_with_the_count() -> None:
    steps = tuple(Step(duration=TimeDuration(duration_s=60 + second)) for second in range(60))
    with pytest.raises(CompileError, match="at most 50 messages for the device 'garmin', got 60"):
        compile_workout(Workout(name="Ramp", steps=steps))
    assert (
        len(compile_workout(Workout(name="R", steps=steps), device=DEVICES["garmin-100"]).messages)
        == 60
    )


def test_as_many_messages_as_the_device_has_room_for_are_written() -> None:
    steps = tuple(Step(duration=TimeDuration(duration_s=60 + second)) for second in range(50))
    assert GARMIN.max_messages == 50
    assert len(compile_workout(Workout(name="Full", steps=steps)).messages) == 50


def test_all_that_is_said_of_a_workout_and_its_repeats_goes_along() -> None:
    field, other = (RawField(200, 2, 7),), (RawField(201, 2, 9),)
    repeat = Repeat(steps=(REST, attrs.evolve(REST, name="b")), count=3, extra=field)
    workout = Workout(
        name="All",
        steps=(attrs.evolve(repeat, spelling=other),),
        sport="cycling",
        sub_sport="track",
        notes="Drink.",
        extra=field,
        spelling=other,
        beside=(RawMessage(number=300, fields=field),),
    )
    compiled = compile_workout(workout)
    for name in ("name", "sport", "sub_sport", "notes", "extra", "spelling", "beside"):
        assert getattr(compiled, name) == getattr(workout, name), name
    message = compiled.messages[-1]
    assert isinstance(message, RepeatMessage)
    assert (message.extra, message.spelling) == (field, other)


def test_what_is_said_of_paces_and_distances_is_in_the_units_asked_for() -> None:
    back = attrs.evolve(BACK, target=PaceTarget(slowest_mps=3, fastest_mps=3.2))
    ramp = RampTarget(start=NamedPaceTarget(name="easy"), end=NamedPaceTarget(name="marathon"))
    two_miles = Step(duration=DistanceDuration(distance_m=2 * 1609.344), target=ramp)
    workout = Workout(name="Units", steps=(back, two_miles))
    metric = compile_workout(workout, ATHLETE)
    statute = compile_workout(workout, ATHLETE, units="statute")
    assert "5:23/km" in metric.warnings[0]
    assert "8:40/mi" in statute.warnings[0]
    assert "3.22 km" in metric.adjustments[0]
    assert "2 mi" in statute.adjustments[0]


def test_a_second_target_is_made_absolute_in_the_sports_that_have_one() -> None:
    step = attrs.evolve(
        REST,
        target=HeartRateTarget(lowest_bpm=140, highest_bpm=150),
        secondary_target=NamedPaceTarget(name="easy"),
    )
    (message,) = compile_workout(
        Workout(name="Two", steps=(step,), sport="cycling"), ATHLETE
    ).messages
    assert isinstance(message, Step)
    assert message.secondary_target == ATHLETE.resolve(NamedPaceTarget(name="easy"))


FLAT = attrs.evolve(GARMIN, name="flat", nested_repeats=False)


@pytest.mark.parametrize(
    ("nodes", "device", "repeats"),
    [
        (
            (Repeat(steps=(MILE, Repeat(steps=(REST,), count=2)), count=2),),
            GARMIN,
            [(1, 2), (0, 2)],
        ),
        ((Repeat(steps=(MILE,), count=2), REST, MILE), FLAT, [(0, 2)]),
        ((Repeat(steps=(MILE,), count=2), REST), FLAT, [(0, 2)]),
    ],
)
def test_a_plan_that_folding_makes_no_shorter_is_kept_as_it_was_written(
    nodes: tuple[Node, ...], device: DeviceProfile, repeats: list[tuple[int, int]]
) -> None:
    messages = compile_workout(Workout(name="Own", steps=nodes), ATHLETE, device=device).messages
    assert [
        (message.first_index, message.count)
        for message in messages
        if isinstance(message, RepeatMessage)
    ] == repeats


def test_a_workout_without_steps_is_an_error() -> None:
    with pytest.raises(CompileError, match="at least one step"):
        compile_workout(Workout(name="Nothing"))


def test_a_named_pace_without_an_athlete_says_what_to_state() -> None:
    with pytest.raises(SpecError, match="message 0"):
        compile_workout(Workout(name="Easy", steps=(MILE,)))


def test_absolute_targets_need_no_athlete() -> None:
    step = attrs.evolve(MILE, target=PaceTarget(slowest_mps=3, fastest_mps=3.2))
    assert compile_workout(Workout(name="Fixed", steps=(step,))).messages == (step,)


def test_backward_steps_are_marked_and_say_how() -> None:
    (message,) = compile_workout(
        Workout(name="B", steps=(BACK,)), ATHLETE, units="statute"
    ).messages
    assert isinstance(message, Step)
    assert message.name == "Back 1/8 mi"
    assert message.notes is not None
    assert "forefoot" in message.notes


def test_a_forward_step_named_like_a_marker_is_renamed_and_that_is_listed() -> None:
    step = attrs.evolve(REST, name="Back")
    compiled = compile_workout(Workout(name="B", steps=(step,)))
    (message,) = compiled.messages
    assert isinstance(message, Step)
    assert message.name == "Run Back"
    assert any("'Back' would say" in text for text in compiled.adjustments)


def test_long_and_dirty_texts_are_cut_at_a_code_point_and_that_is_listed() -> None:
    step = attrs.evolve(REST, name="Überraschungsei", notes="n" * 300)
    compiled = compile_workout(Workout(name="Läufe\x00\n" + "é" * 40, steps=(step,)))
    (message,) = compiled.messages
    assert isinstance(message, Step)
    assert message.name == "Überraschungse"
    assert message.notes == "n" * 199
    assert compiled.name == "Läufe  " + "é" * 11
    assert len(compiled.name.encode()) <= 31
    assert [text.split(":")[0] for text in compiled.adjustments] == [
        "message 0, name",
        "message 0, notes",
        "workout name",
        "workout name",
    ]


@given(st.text(max_size=60))
def test_any_text_fits_the_device_after_compiling(text: str) -> None:
    step = attrs.evolve(BACK, name=text, notes=text)
    compiled = compile_workout(Workout(name=text, steps=(step,)), ATHLETE)
    (message,) = compiled.messages
    assert isinstance(message, Step)
    assert message.name is not None
    assert message.name.startswith("Back") or movement_of(message.name) is Movement.BACKWARD_RUN
    assert len(message.name.encode()) < GARMIN.step_name_bytes
    assert len(compiled.name.encode()) < GARMIN.workout_name_bytes
    assert "\x00" not in message.name + compiled.name


def test_a_cadence_band_is_widened_to_whole_strides() -> None:
    step = attrs.evolve(REST, target=CadenceTarget(lowest_spm=171, highest_spm=179))
    compiled = compile_workout(Workout(name="C", steps=(step,)))
    (message,) = compiled.messages
    assert isinstance(message, Step)
    assert message.target == CadenceTarget(lowest_spm=170, highest_spm=180)
    assert "171-179 became 170-180" in compiled.adjustments[0]


def test_fractions_of_beats_and_watts_are_widened_and_that_is_listed() -> None:
    heart = attrs.evolve(REST, target=HeartRateTarget(lowest_bpm=140.5, highest_bpm=150.5))
    power = attrs.evolve(REST, target=PowerTarget(lowest_w=250.4, highest_w=280))
    compiled = compile_workout(Workout(name="C", steps=(heart, power)))
    assert [m.target for m in compiled.messages if isinstance(m, Step)] == [
        HeartRateTarget(lowest_bpm=140, highest_bpm=151),
        PowerTarget(lowest_w=250, highest_w=280),
    ]
    assert len(compiled.adjustments) == 2


def test_a_repeat_of_one_pass_and_a_missing_name_are_no_trouble() -> None:
    inner = Repeat(steps=(MILE, REST), count=3)
    workout = Workout(name="", steps=(Repeat(steps=(inner, MILE), count=1),))
    compiled = compile_workout(workout, ATHLETE)
    assert compiled.name == "Workout"
    assert len(compiled.messages) == 4
    assert "had none" in compiled.adjustments[0]


def test_a_repeat_that_ends_by_a_condition_is_kept_as_it_is() -> None:
    until = OtherDuration(type=7, value=1_800_000)
    workout = Workout(name="U", steps=(Repeat(steps=(MILE, REST), until=until),))
    compiled = compile_workout(workout, ATHLETE)
    assert compiled.messages[2] == RepeatMessage(first_index=0, count=None, until=until)


def test_backward_running_at_marathon_pace_carries_the_figures_as_warnings() -> None:
    athlete = Athlete(races=({"distance": "10km", "time": "40:00"},))
    warnings = compile_workout(Workout(name="B", steps=(BACK,)), athlete).warnings
    assert "costs 106 to 110 % of this athlete's VDOT" in warnings[0]
    assert "turnover rises by about 11 %" in warnings[1]
    assert compile_workout(Workout(name="F", steps=(MILE,)), athlete).warnings == ()


def test_without_a_vdot_the_warning_still_names_the_ratio() -> None:
    step = attrs.evolve(BACK, target=PaceTarget(slowest_mps=3, fastest_mps=3.2))
    warnings = compile_workout(Workout(name="B", steps=(step,))).warnings
    assert "1.29 to 1.35 times as much" in warnings[0]


def test_an_open_step_that_is_walked_is_marked_without_an_extent() -> None:
    step = Step(duration=OpenDuration(), movement=Movement.WALK)
    (message,) = compile_workout(Workout(name="W", steps=(step,))).messages
    assert isinstance(message, Step)
    assert message.name == "Walk"


def test_doubts_about_a_prediction_come_along_and_explicit_paces_have_none() -> None:
    race = ({"distance": "10km", "time": "40:00"},)
    riegel = Athlete(races=race, method="riegel")
    assert any(
        "optimistic" in text
        for text in compile_workout(Workout(name="R", steps=(MILE,)), riegel).warnings
    )
    for line in ("2mi @ 90% marathon", "2mi @ 4:00/km to easy", "2mi @ easy to 4:00/km"):
        assert compile_workout(parse_workout(line), riegel).warnings, line
    for line in ("2mi @ HR 120 to 150", "2mi @ 80% max HR", "2mi @ 5:00/km to 4:00/km"):
        assert not compile_workout(parse_workout(line), riegel).warnings, line
    explicit = Athlete(paces={"easy": "5:00/km"})
    assert compile_workout(Workout(name="E", steps=(MILE,)), explicit).warnings == ()


@given(st.lists(trees(), min_size=1, max_size=4))
def test_the_tree_of_a_compiled_workout_compiles_to_the_same_messages(nodes: list[Node]) -> None:
    roomy = attrs.evolve(GARMIN, max_messages=1000)
    if not unroll_steps(nodes):
        return
    compiled = compile_workout(Workout(name="Any", steps=tuple(nodes)), ATHLETE, device=roomy)
    again = compile_workout(as_workout(compiled), device=roomy)
    assert again.messages == compiled.messages
