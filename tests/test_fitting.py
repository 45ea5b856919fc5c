"""Claims about devices: what one takes is kept, the rest adjusted with a sentence or refused."""

from __future__ import annotations

import math

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.compile import compile_workout
from backrun_fit.compiled import RepeatMessage
from backrun_fit.devices import DEVICES, GARMIN, INTERVALS_ICU, DeviceProfile
from backrun_fit.errors import CompileError
from backrun_fit.fitting import Adjustments, check_repeat, fit_step, fit_text
from backrun_fit.marker import MARKER_BYTES, movement_of
from backrun_fit.workout import (
    REPEAT_TYPES,
    CadenceTarget,
    DistanceDuration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Movement,
    OpenDuration,
    OpenTarget,
    OtherDuration,
    OtherTarget,
    PaceTarget,
    PowerTarget,
    Repeat,
    ShareTarget,
    Step,
    Target,
    TimeDuration,
    Workout,
)
from tests.strategies import steps

MINUTE = Step(duration=TimeDuration(duration_s=60))
HEART = HeartRateTarget(lowest_bpm=150, highest_bpm=160)
CADENCE = CadenceTarget(lowest_spm=180, highest_spm=190)
BARE = attrs.evolve(GARMIN, name="bare", notes=False, targets=frozenset((OpenTarget,)))

devices = pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)


def fitted(step: Step, device: DeviceProfile, sport: str = "running") -> tuple[Step, list[str]]:
    adjustments: Adjustments = {}
    return fit_step(step, device, "message 4", adjustments, sport=sport), list(adjustments)


@devices
def test_a_device_has_room_for_the_marker_and_ends_steps_as_runners_do(
    device: DeviceProfile,
) -> None:
    assert device.step_name_bytes > MARKER_BYTES
    assert {TimeDuration, DistanceDuration, OpenDuration} <= device.durations
    assert {OpenTarget, PaceTarget} <= device.targets
    assert not device.other_durations & REPEAT_TYPES
    assert device.repeat_ends <= REPEAT_TYPES


NAMES = st.one_of(
    st.text(max_size=40),
    st.builds(
        "".join,
        st.lists(
            st.sampled_from(
                [
                    *("Back", "back", "Backward", "s", " ", "walk", "walking", "Shuffle", "to"),
                    *(
                        "at",
                        "home",
                        "x",
                        "ü",
                        "\U0001f3c3",
                        "\x00",
                        "\u2028",
                        "\t",
                        "Run",
                        "1/8 mi",
                    ),
                ]
            ),
            max_size=12,
        ),
    ),
)


@devices
@given(step=steps(), name=st.none() | NAMES)
def test_the_name_says_the_movement_within_the_room_whatever_it_was(
    device: DeviceProfile, step: Step, name: str | None
) -> None:
    step = attrs.evolve(
        step, name=name, duration=TimeDuration(duration_s=90), secondary_target=None
    )
    result, _ = fitted(step, device)
    assert movement_of(result.name) is step.movement
    if result.name is not None:
        encoded = result.name.encode()
        assert 0 < len(encoded) < device.step_name_bytes
        assert movement_of(encoded[:MARKER_BYTES].decode(errors="ignore")) is step.movement
        assert result.name.strip() == result.name
        assert result.name.isprintable() or not step.name or not step.name.isprintable()
    if step.movement.is_backward:
        assert result.name is not None
        assert result.name.lower().startswith("back")


@devices
@given(step=steps(), notes=st.none() | st.text(max_size=300))
def test_fitting_what_fits_changes_nothing_more(
    device: DeviceProfile, step: Step, notes: str | None
) -> None:
    try:
        once, _ = fitted(attrs.evolve(step, notes=notes), device)
    except CompileError:
        return
    again, said = fitted(once, device)
    assert again == once
    assert said == []
    assert len((once.notes or "").encode()) < device.notes_bytes
    assert isinstance(once.target, OtherTarget) or type(once.target) in device.targets


@pytest.mark.parametrize(
    ("name", "movement", "expected"),
    [
        ("Backward walking", Movement.BACKWARD_WALK, "Back walk"),
        ("Back            at home", Movement.RUN, "Run Back"),
        ("Walk\x00fast", Movement.RUN, "Run Walk fast"),
        ("  Shuffle", Movement.RUN, "Run Shuffle"),
        ("Back", Movement.RUN, "Run Back"),
        ("ääääääääää", Movement.BACKWARD_RUN, "Back äääää"),
        ("\x00", Movement.RUN, None),
        ("\x00", Movement.BACKWARD_RUN, "Back 1:00"),
    ],
)
def test_names_that_a_cut_or_a_blank_would_turn_into_others(
    name: str, movement: Movement, expected: str | None
) -> None:
    result, _ = fitted(attrs.evolve(MINUTE, name=name, movement=movement), GARMIN)
    assert result.name == expected


def test_a_target_without_a_place_goes_into_the_notes_and_that_is_said() -> None:
    result, said = fitted(attrs.evolve(MINUTE, target=HEART, notes="Relax."), INTERVALS_ICU)
    assert result.target == OpenTarget()
    assert result.notes == "Relax. Target: HR 150-160."
    assert said == [
        "message 4, target: 'intervals-icu' does not take HR 150-160, so it stands in the notes"
    ]


def test_a_target_is_left_out_where_the_notes_are_full_and_that_is_said() -> None:
    full = "n" * (INTERVALS_ICU.notes_bytes - 10)
    result, said = fitted(attrs.evolve(MINUTE, target=HEART, notes=full), INTERVALS_ICU)
    assert (result.target, result.notes) == (OpenTarget(), full)
    assert said == [
        "message 4, target: 'intervals-icu' does not take HR 150-160, so it was left out"
    ]


def test_a_device_without_notes_gets_none_and_that_is_said() -> None:
    pace = PaceTarget(slowest_mps=3, fastest_mps=4)
    result, said = fitted(attrs.evolve(MINUTE, target=pace, notes="Relax."), BARE)
    assert (result.target, result.notes) == (OpenTarget(), None)
    assert said == [
        "message 4, notes: 'bare' shows none, so they were left out",
        "message 4, target: 'bare' does not take 4:10-5:33/km, so it was left out",
    ]
    back, said = fitted(attrs.evolve(MINUTE, movement=Movement.BACKWARD_RUN), BARE)
    assert (back.name, back.notes, said) == ("Back 1:00", None, [])


def test_a_target_in_the_notes_is_written_in_the_units_asked_for() -> None:
    aimless = attrs.evolve(GARMIN, targets=frozenset((OpenTarget,)))
    step = attrs.evolve(MINUTE, target=PaceTarget(slowest_mps=3, fastest_mps=3.3))
    assert fit_step(step, aimless, "", {}, units="statute").notes == "Target: 8:08-8:56/mi."
    assert fit_step(step, aimless, "", {}).notes == "Target: 5:03-5:33/km."
    back = Step(duration=DistanceDuration(distance_m=201.168), movement=Movement.BACKWARD_RUN)
    assert fit_step(back, GARMIN, "", {}, units="statute").name == "Back 1/8 mi"
    assert fit_step(back, GARMIN, "", {}).name == "Back 201 m"


@pytest.mark.parametrize(("spare_bytes", "stands"), [(0, False), (1, True)])
def test_a_target_stands_in_the_notes_if_it_leaves_room_for_the_closing_nul(
    spare_bytes: int, stands: bool
) -> None:
    text = "Target: HR 150-160."
    device = attrs.evolve(INTERVALS_ICU, notes_bytes=len(text) + spare_bytes)
    result, _ = fitted(attrs.evolve(MINUTE, target=HEART), device)
    assert result.notes == (text if stands else None)


def test_every_sentence_says_of_which_text_it_is() -> None:
    tight = attrs.evolve(GARMIN, notes_bytes=20)
    dirty = attrs.evolve(MINUTE, name="a\tb" * 9, notes="c\td" * 9)
    _, said = fitted(dirty, tight)
    texts = [sentence.split(":")[0] for sentence in said]
    assert texts == ["message 4, name"] * 2 + ["message 4, notes"] * 2
    _, said = fitted(attrs.evolve(MINUTE, movement=Movement.BACKWARD_RUN), tight)
    assert [sentence.split(":")[0] for sentence in said] == ["message 4, notes"]


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (
            HeartRateTarget(lowest_bpm=140.5, highest_bpm=150),
            "heart rate: 140.5-150 became 140-150",
        ),
        (PowerTarget(lowest_w=251, highest_w=279.5), "power: 251-279.5 became 251-280"),
        (CadenceTarget(lowest_spm=171, highest_spm=180), "cadence: 171-180 became 170-180"),
        (
            ShareTarget(of="max_heart_rate", lowest=0.705, highest=0.8),
            "per cent: 70.5-80 became 70-80",
        ),
    ],
)
def test_a_band_between_what_the_wire_holds_is_widened_by_as_little_as_can_be(
    target: Target, sentence: str
) -> None:
    result, said = fitted(attrs.evolve(MINUTE, target=target), GARMIN)
    assert said == [f"message 4, {sentence}, the next that a watch holds"]
    assert fitted(result, GARMIN) == (result, [])


def test_a_second_target_is_kept_in_the_sports_that_have_one() -> None:
    step = attrs.evolve(MINUTE, target=HEART, secondary_target=CADENCE)
    assert fitted(step, GARMIN, "cycling") == (step, [])
    runs_with_two = attrs.evolve(GARMIN, secondary_targets=frozenset(("running",)))
    assert fit_step(step, runs_with_two, "", {}) == step
    result, said = fitted(step, GARMIN)
    assert (result.target, result.secondary_target) == (HEART, None)
    assert result.notes == "Second target: 180-190 spm."
    assert said == [
        "message 4, second target: 'garmin' does not take 180-190 spm, so it stands in the notes"
    ]


def test_a_second_target_is_widened_to_what_the_wire_holds() -> None:
    step = attrs.evolve(
        MINUTE, secondary_target=PowerTarget(lowest_w=250.4, highest_w=280), target=HEART
    )
    result, said = fitted(step, GARMIN, "cycling")
    assert result.secondary_target == PowerTarget(lowest_w=250, highest_w=280)
    assert said == [
        "message 4, second target, power: 250.4-280 became 250-280, the next that a watch holds"
    ]


def test_a_kind_of_target_that_the_profile_does_not_know_is_no_text_for_the_notes() -> None:
    target = OtherTarget(type=14, value=3)
    assert fitted(attrs.evolve(MINUTE, target=target), GARMIN)[0].target == target
    result, said = fitted(attrs.evolve(MINUTE, target=target), INTERVALS_ICU)
    assert (result.target, result.notes) == (OpenTarget(), None)
    assert said == [
        "message 4, target: 'intervals-icu' does not take target #14 3, so it was left out"
    ]


@pytest.mark.parametrize(
    "target",
    [
        PaceTarget(slowest_mps=3, fastest_mps=4),
        ShareTarget(of="max_heart_rate", lowest=0.7, highest=0.8),
    ],
)
@devices
def test_paces_and_shares_of_the_greatest_heart_rate_are_kept_by_all(
    device: DeviceProfile, target: Target
) -> None:
    step = attrs.evolve(MINUTE, target=target)
    assert fitted(step, device) == (step, [])


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (HeartRateBelowDuration(heart_rate_bpm=120), "until HR < 120"),
        (HeartRateAboveDuration(heart_rate_bpm=150), "until HR > 150"),
        (OtherDuration(type=4, value=300), "until calories 300 kcal"),
    ],
)
def test_an_end_that_the_device_does_not_know_is_an_error_with_the_message(
    duration: HeartRateBelowDuration | HeartRateAboveDuration | OtherDuration, words: str
) -> None:
    workout = Workout(name="W", steps=(MINUTE, attrs.evolve(MINUTE, duration=duration)))
    assert len(compile_workout(workout).messages) == 2
    with pytest.raises(
        CompileError,
        match=f"message 1: .*'intervals-icu' knows .time, distance, lap button., got {words}",
    ):
        compile_workout(workout, device=INTERVALS_ICU)


def test_time_only_is_the_one_end_that_a_garmin_is_not_known_to_have() -> None:
    for number in set(range(30)) - REPEAT_TYPES:
        fitted(attrs.evolve(MINUTE, duration=OtherDuration(type=number, value=1)), GARMIN)
    with pytest.raises(CompileError, match=r"message 4: .* got until time only 0 s"):
        fitted(attrs.evolve(MINUTE, duration=OtherDuration(type=31, value=1)), GARMIN)


def test_a_repeat_by_a_condition_is_refused_where_it_is_not_obeyed() -> None:
    until = RepeatMessage(first_index=0, count=None, until=OtherDuration(type=7, value=1_800_000))
    check_repeat(until, GARMIN, "message 1")
    with pytest.raises(CompileError, match=r"message 1: .*ends \(by a count\), got .* by #7"):
        check_repeat(until, INTERVALS_ICU, "message 1")
    only_distance = attrs.evolve(GARMIN, repeat_ends=frozenset((9, 8)))
    with pytest.raises(CompileError, match=r"\(by a count, or by #8, #9\)"):
        check_repeat(until, only_distance, "message 1")
    tree = Repeat(steps=(MINUTE,), until=OtherDuration(type=7, value=1_800_000))
    with pytest.raises(CompileError, match="message 1"):
        compile_workout(Workout(name="U", steps=(tree,)), device=INTERVALS_ICU)


def test_a_nested_repeat_that_cannot_be_written_out_is_refused_where_none_may_nest() -> None:
    flat = attrs.evolve(GARMIN, name="flat", nested_repeats=False)
    until = OtherDuration(type=7, value=1_800_000)
    inner = Repeat(steps=(MINUTE, attrs.evolve(MINUTE, name="Other")), count=2)
    workout = Workout(name="N", steps=(Repeat(steps=(inner, MINUTE), until=until),))
    assert len(compile_workout(workout).messages) == 5
    with pytest.raises(CompileError, match="no repeat inside a repeat for the device 'flat'"):
        compile_workout(workout, device=flat)


def test_texts_are_cut_between_code_points() -> None:
    said: Adjustments = {}
    assert fit_text("a\U0001f3c3", 5, "workout name", said) == "a"
    assert fit_text("a\U0001f3c3", 6, "workout name", said) == "a\U0001f3c3"
    assert list(said) == ["workout name: cut from 'a\U0001f3c3' to 'a' (4 bytes)"]


@pytest.mark.parametrize("character", ["\x00", "\ud800", "\u2028", "\u2029"])
def test_what_no_watch_prints_becomes_a_blank_and_that_is_said(character: str) -> None:
    said: Adjustments = {}
    assert fit_text(f"a{character}b", 9, "workout name", said) == "a b"
    assert list(said) == ["workout name: control characters and outer blanks were taken out"]


def test_of_a_zone_with_bounds_a_device_that_takes_none_gets_the_zone() -> None:
    target = HeartRateTarget(lowest_bpm=118, highest_bpm=135, zone=3)
    step = attrs.evolve(MINUTE, target=target)
    assert fitted(step, GARMIN) == (step, [])
    result, said = fitted(step, INTERVALS_ICU)
    assert (result.target, result.notes) == (HeartRateZoneTarget(zone=3), None)
    assert said == [
        (
            "message 4, target: 'intervals-icu' does not take HR zone 3 (118-135), so it is "
            "HR zone 3 as the watch has it"
        )
    ]


@pytest.mark.parametrize(
    "target",
    [
        HeartRateTarget(lowest_bpm=0, highest_bpm=145),
        HeartRateTarget(lowest_bpm=140, highest_bpm=math.inf),
        PowerTarget(lowest_w=0, highest_w=136),
        CadenceTarget(lowest_spm=170, highest_spm=math.inf),
    ],
)
def test_a_limit_that_there_is_not_needs_no_widening(target: Target) -> None:
    step = attrs.evolve(MINUTE, target=target)
    assert fitted(step, GARMIN) == (step, [])
