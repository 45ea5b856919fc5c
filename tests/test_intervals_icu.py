"""Claims about the text that intervals.icu's workout builder takes."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backrun_fit.athlete import Athlete
from backrun_fit.compile import compile_workout
from backrun_fit.errors import SpecError
from backrun_fit.intervals_icu import parse_intervals_icu
from backrun_fit.notation import parse_workout, print_workout
from backrun_fit.units import parse_pace
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    Duration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    OpenDuration,
    OpenTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    RampTarget,
    Repeat,
    ShareTarget,
    Step,
    Target,
    TimeDuration,
    Workout,
    walk_steps,
)

SESSION = """\
By the lake.

Warmup
- Easy 10m Z2 HR
- 4m ramp 60-80% Pace

Main set 6x
- 400mtr 5:00/km Pace 90rpm
- Back 1m Z1 HR
- Recovery 90s

Cooldown
- Press lap 10m Z1 Pace
"""


def only_step(line: str, **rest: Any) -> Step:
    (step,) = parse_intervals_icu(line, **rest).steps
    assert isinstance(step, Step)
    return step


def steps_of(text: str) -> list[Step]:
    return list(walk_steps(parse_intervals_icu(text).steps))


def problems(text: str) -> list[tuple[int | None, int | None, str]]:
    with pytest.raises(SpecError) as caught:
        parse_intervals_icu(text)
    return [(found.line, found.column, found.message) for found in caught.value.problems]


def share(of: str, lowest: float, highest: float) -> ShareTarget:
    return ShareTarget(of=of, lowest=lowest, highest=highest)


def pace(slowest: str, fastest: str) -> PaceTarget:
    return PaceTarget(slowest_mps=parse_pace(slowest), fastest_mps=parse_pace(fastest))


# What a text says.


def test_a_session_is_read_into_its_tree() -> None:
    assert parse_intervals_icu(SESSION, name="Tuesday") == Workout(
        name="Tuesday",
        notes="By the lake.",
        steps=(
            Step(
                duration=TimeDuration(duration_s=600),
                target=HeartRateZoneTarget(zone=2),
                intensity=Intensity.WARMUP,
                name="Easy",
            ),
            Step(
                duration=TimeDuration(duration_s=240),
                target=RampTarget(
                    start=share("threshold", 0.6, 0.6), end=share("threshold", 0.8, 0.8)
                ),
                intensity=Intensity.WARMUP,
                name="Warmup",
            ),
            Repeat(
                count=6,
                steps=(
                    Step(
                        duration=DistanceDuration(distance_m=400),
                        target=pace("5:00/km", "5:00/km"),
                        secondary_target=CadenceTarget(lowest_spm=180, highest_spm=180),
                        name="Main set",
                    ),
                    Step(
                        duration=TimeDuration(duration_s=60),
                        target=HeartRateZoneTarget(zone=1),
                        movement=Movement.BACKWARD_RUN,
                        name="Back",
                    ),
                    Step(
                        duration=TimeDuration(duration_s=90),
                        intensity=Intensity.RECOVERY,
                        name="Recovery",
                    ),
                ),
            ),
            Step(
                duration=OpenDuration(),
                target=PaceZoneTarget(zone=1),
                intensity=Intensity.COOLDOWN,
                name="Cooldown",
                notes="about 10:00, until lap",
            ),
        ),
    )


def test_a_session_compiles_for_a_watch() -> None:
    compiled = compile_workout(parse_intervals_icu(SESSION), Athlete(marathon_pace="5:00/km"))
    names = [message.name for message in compiled.messages if isinstance(message, Step)]
    assert names == ["Easy", *["Warmup"] * 7, "Main set", "Back", "Recovery", "Cooldown"]


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("10m", TimeDuration(duration_s=600)),
        ("400m", TimeDuration(duration_s=24_000)),
        ("30s", TimeDuration(duration_s=30)),
        ("1h", TimeDuration(duration_s=3600)),
        ("1h2m30s", TimeDuration(duration_s=3750)),
        ("1h30", TimeDuration(duration_s=5400)),
        ("1h5s", TimeDuration(duration_s=3605)),
        ("1m30", TimeDuration(duration_s=90)),
        ("5m30s", TimeDuration(duration_s=330)),
        ("2.5m", TimeDuration(duration_s=150)),
        ("5'", TimeDuration(duration_s=300)),
        ('30"', TimeDuration(duration_s=30)),
        ("1'30\"", TimeDuration(duration_s=90)),
        ("1’30”", TimeDuration(duration_s=90)),
        ("400mtr", DistanceDuration(distance_m=400)),
        ("50 meters", DistanceDuration(distance_m=50)),
        ("2km", DistanceDuration(distance_m=2000)),
        ("0.4 KM", DistanceDuration(distance_m=400)),
        ("4.5mi", DistanceDuration(distance_m=7242.048)),
        ("2 miles", DistanceDuration(distance_m=2 * 1609.344)),
        ("200yds", DistanceDuration(distance_m=182.88)),
        ("200y", DistanceDuration(distance_m=182.88)),
        ("press lap", OpenDuration()),
        ("Lap press", OpenDuration()),
    ],
)
def test_every_length_is_read(text: str, duration: Duration) -> None:
    assert only_step(f"- {text} Z2 HR").duration == duration
    assert only_step(f"-{text}").duration == duration


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("80%", share("threshold_power", 0.8, 0.8)),
        ("95-105%", share("threshold_power", 0.95, 1.05)),
        ("95% - 105% power", share("threshold_power", 0.95, 1.05)),
        ("70% HR", share("max_heart_rate", 0.7, 0.7)),
        ("70-80% hr", share("max_heart_rate", 0.7, 0.8)),
        ("70%-80% LTHR", share("threshold_heart_rate", 0.7, 0.8)),
        ("72.5% Pace", share("threshold", 0.725, 0.725)),
        ("78–82% pace", share("threshold", 0.78, 0.82)),
        ("Z2", PowerZoneTarget(zone=2)),
        ("z2 HR", HeartRateZoneTarget(zone=2)),
        ("Z10 Pace", PaceZoneTarget(zone=10)),
        ("220w", PowerTarget(lowest_w=220, highest_w=220)),
        ("200-240 W", PowerTarget(lowest_w=200, highest_w=240)),
        ("315w - 330w", PowerTarget(lowest_w=315, highest_w=330)),
        ("140-150bpm", HeartRateTarget(lowest_bpm=140, highest_bpm=150)),
        ("5:00/km Pace", pace("5:00/km", "5:00/km")),
        ("5:00/km", pace("5:00/km", "5:00/km")),
        ("7:15-7:00/mi Pace", pace("7:15/mi", "7:00/mi")),
        ("7:00-7:15/mi Pace", pace("7:15/mi", "7:00/mi")),
        ("5:00/km-8:30/mi Pace", pace("8:30/mi", "5:00/km")),
        ("0:30/100m Pace", pace("5:00/km", "5:00/km")),
        ("90rpm", CadenceTarget(lowest_spm=180, highest_spm=180)),
        ("85-90 rpm", CadenceTarget(lowest_spm=170, highest_spm=180)),
        ("170-180spm", CadenceTarget(lowest_spm=170, highest_spm=180)),
        ("freeride", OpenTarget()),
        ("ramp 60-80%", RampTarget(start=share("threshold_power", 0.6, 0.6),
                                   end=share("threshold_power", 0.8, 0.8))),
        ("Ramp 80%-60% LTHR", RampTarget(start=share("threshold_heart_rate", 0.8, 0.8),
                                         end=share("threshold_heart_rate", 0.6, 0.6))),
        ("ramp 7:15-7:00/km pace", RampTarget(start=pace("7:15/km", "7:15/km"),
                                              end=pace("7:00/km", "7:00/km"))),
        ("ramp 180-260w", RampTarget(start=PowerTarget(lowest_w=180, highest_w=180),
                                     end=PowerTarget(lowest_w=260, highest_w=260))),
    ],
)  # fmt: skip
def test_every_target_is_read(text: str, target: Target) -> None:
    step = only_step(f"- 10m {text}")
    assert (step.target, step.secondary_target, step.notes) == (target, None, None)


def test_a_cadence_comes_second_and_so_does_another_kind_of_target() -> None:
    step = only_step("- 8m 90rpm 90% Pace")
    assert step.target == share("threshold", 0.9, 0.9)
    assert step.secondary_target == CadenceTarget(lowest_spm=180, highest_spm=180)
    step = only_step("- Z3 2m 83-94% LTHR")
    assert (step.target, step.secondary_target) == (
        PowerZoneTarget(zone=3),
        share("threshold_heart_rate", 0.83, 0.94),
    )


@pytest.mark.parametrize(("units", "unit"), [("metric", "km"), ("statute", "mi")])
def test_a_pace_without_a_unit_is_per_the_unit_asked_for(units: Any, unit: str) -> None:
    assert only_step("- 10m 7:00 Pace", units=units).target == pace(f"7:00/{unit}", f"7:00/{unit}")


@pytest.mark.parametrize("word", [intensity.value for intensity in Intensity])
def test_an_intensity_may_be_written(word: str) -> None:
    assert only_step(f"- Recovery 10m intensity={word}").intensity is Intensity(word)


@pytest.mark.parametrize(
    ("text", "intensity"),
    [
        ("- 10m", Intensity.ACTIVE),
        ("- Warm up 10m", Intensity.WARMUP),
        ("- Recover 10m", Intensity.RECOVERY),
        ("- Rest 10m", Intensity.REST),
        ("- Restless 10m", Intensity.ACTIVE),
        ("- 20s 0", Intensity.REST),
        ("Warm-up\n- 10m", Intensity.WARMUP),
        ("Cool Down:\n- Easy 10m", Intensity.COOLDOWN),
        ("Warm down\n- 10m", Intensity.COOLDOWN),
        ("Warmup\n- Recovery 10m", Intensity.RECOVERY),
        ("Main set\n- 10m", Intensity.ACTIVE),
    ],
)
def test_headings_and_cues_imply_intensities(text: str, intensity: Intensity) -> None:
    assert only_step(text).intensity is intensity


@pytest.mark.parametrize(
    ("text", "name", "movement"),
    [
        ("- Back 60s", "Back", Movement.BACKWARD_RUN),
        ("- Backwards 200mtr 80% Pace", "Backwards", Movement.BACKWARD_RUN),
        ("- Back walk 60s", "Back walk", Movement.BACKWARD_WALK),
        ("- Walk 2m", "Walk", Movement.WALK),
        ("- Shuffle left 30s", "Shuffle left", Movement.LATERAL_SHUFFLE),
        ("- Back to easy 10m", "Back to easy", Movement.RUN),
        ("Back 4x\n- 60s", "Back", Movement.BACKWARD_RUN),
    ],
)
def test_a_movement_word_at_the_start_says_the_movement(
    text: str, name: str, movement: Movement
) -> None:
    (step,) = steps_of(text)
    assert (step.name, step.movement) == (name, movement)


@pytest.mark.parametrize(
    ("heading", "count", "title"),
    [
        ("5x", 5, None),
        ("Main set 5x", 5, "Main set"),
        ("4x strides", 4, "strides"),
        ("Set 1 - 8x", 8, "Set 1"),
        ("Main set 5X:", 5, "Main set"),
        ("Main 3x hard", 3, "Main hard"),
    ],
)
def test_a_heading_repeats_its_block(heading: str, count: int, title: str | None) -> None:
    first, last = parse_intervals_icu(f"{heading}\n- 1m\n- 2m\n\n- 3m").steps
    assert isinstance(first, Repeat)
    assert (first.count, [step.name for step in walk_steps(first.steps)]) == (count, [title] * 2)
    assert last == Step(duration=TimeDuration(duration_s=180))


def test_blank_lines_line_ends_and_indents_do_not_matter_elsewhere() -> None:
    plain = "Warmup\n- 10m\n\n4x\n- 1m\n- 2m\n\nCooldown\n- 5m"
    loose = "\n \nWarmup\r\n  - 10m\r\n \n\t\n\n4x\r\n\t-  1m \r\n  - 2m\r\n\r\nCooldown\r\n-5m\n\n"
    assert parse_intervals_icu(loose) == parse_intervals_icu(plain)


# What no workout file has a place for is kept.


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("- Press lap 20m 50%", "about 20:00, until lap"),
        ("- 2.05km press lap", "about 2.05 km, until lap"),
        ("- 10m freeride 60-70%", "about 60-70%"),
        ("- 30s maxeffort", "all out"),
        ("- 4m 105% power=3s hr=1s", "power=3s; hr=1s"),
        ("- 3m 66-78% LTHR (112-132 bpm)", "(112-132 bpm)"),
        ("- 50mtr drill on toes", "drill on toes"),
        ("- Go 33^halfway 66^nearly <!> 10m", "Go 33^halfway 66^nearly <!>"),
    ],
)
def test_what_a_file_has_no_field_for_stands_in_the_notes(text: str, notes: str) -> None:
    assert only_step(text).notes == notes


def test_a_pause_behind_a_length_is_a_step_of_its_own() -> None:
    first, pause = steps_of("- 200mtr 95% Pace 30s rest easy")
    assert (first.duration, first.notes) == (DistanceDuration(distance_m=200), "easy")
    assert pause == Step(
        duration=TimeDuration(duration_s=30), intensity=Intensity.REST, name="Rest"
    )


def test_texts_and_unused_headings_stand_in_the_notes_of_the_workout() -> None:
    text = (
        "Track 6x800\nBring water\n\nHills 2x\n- Up 1m\n- Down 1m\n- easy on the knees\n\nThe end"
    )
    assert parse_intervals_icu(text).notes == (
        "Track 6x800\nBring water\n- easy on the knees\nHills\nThe end"
    )


def test_many_minutes_that_may_be_metres_are_said() -> None:
    assert parse_intervals_icu("Warmup\n- 10m\n- 400m Z2").remarks == (
        "line 3: 400m are minutes; 400 metres are 400mtr",
    )
    assert parse_intervals_icu("- 3h20m").remarks == ()


# What is refused.


def test_all_problems_are_said_at_once_with_their_places() -> None:
    found = problems("Warmup\n- 0m Z9 HR\n\n  4x\n  - 1km 0:30/km Pace\n- 10m 80-60%\n- 10min")
    assert [(line, column) for line, column, _ in found] == [
        (2, 3),
        (2, 6),
        (5, 9),
        (6, 7),
        (7, 3),
    ]


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        ("- 0m Z2", (1, 3), "longer than zero"),
        ("- 0km Z2", (1, 3), "longer than zero"),
        ("- 0x 10m", (1, 3), "a line of its own"),
        ("- 10m 0%", (1, 7), "above 0"),
        ("- 10m 400% HR", (1, 7), "at most 300"),
        ("- 10m 80-60%", (1, 7), "the lower first, or the word ramp"),
        ("- 10m 150-140bpm", (1, 7), "the lower first"),
        ("- 10m 90-80rpm", (1, 7), "the lower first"),
        ("- 10m 0w", (1, 7), "above 0"),
        ("- 10m 3000w", (1, 7), "at most 2500"),
        ("- 10m 300bpm", (1, 7), "at most 250"),
        ("- 10m 180rpm", (1, 7), "90rpm or 180spm"),
        ("- 10m nan%", (1, 7), "got 'nan%'"),
        ("- nan m", (1, 1), "at least one step"),
        ("- inf 10m 5%0", (1, 11), "got '5%0'"),
        ("- 10m 0:30/km Pace", (1, 7), "can run or walk"),
        ("- 10m 99:00/km Pace", (1, 7), "can run or walk"),
        ("- 10m 0:00/km Pace", (1, 7), "longer than zero"),
        ("- 10m 5:00 Pace", (1, 7), "a unit after the pace"),
        ("- 10m 5:00/furlong Pace", (1, 7), "per 100m"),
        ("- 10m 5:00/km HR", (1, 7), "the word Pace"),
        ("- 10m Z0 HR", (1, 7), "from 1 to 5"),
        ("- 10m Z6 HR", (1, 7), "from 1 to 5"),
        ("- 10m Z8", (1, 7), "from 1 to 7"),
        ("- 10m Z2-Z3 HR", (1, 7), "one zone"),
        ("- 10m Z2 LTHR", (1, 7), "one zone"),
        ("- 10m CZ2", (1, 7), "one zone"),
        ("- 10m 60% MMP 5m", (1, 7), "power curve"),
        ("- 10m 80% 90%", (1, 11), "one target"),
        ("- 10m 80% 70% HR 90rpm", (1, 18), "one target"),
        ("- 10m 70% HR ramp 60-80%", (1, 14), "without a ramp in the second"),
        ("- 10m ramp 60%", (1, 7), "begins and ends"),
        ("- 10m ramp Z1-Z3 HR", (1, 7), "between percentages"),
        ("- ramp 10m 60-80%", (1, 3), "right before"),
        ("- Press lap ramp 60-80%", (1, 13), "a press of the lap"),
        ("- 10m 5m Z2", (1, 7), "one length"),
        ("- 15-20m Z2", (1, 3), "no range"),
        ("- 5:00 Z2 HR", (1, 1), "expected a duration or a distance"),
        ("- Z2", (1, 1), "expected a duration or a distance"),
        ("- 10furlong", (1, 1), "expected a duration or a distance"),
        ("- 10m 400", (1, 7), "got '400'"),
        ("- 10m 120-130 HR", (1, 7), "got '120-130'"),
        ("- 10m Pace", (1, 7), "got 'Pace'"),
        ("- 10m 80%Pace", (1, 7), "got '80%Pace'"),
        ("- 80%Pace 10m", (1, 3), "a blank behind it"),
        ("- 10m intensity=rset", (1, 7), "did you mean rest?"),
        ("- 10min Z2", (1, 3), "h, m and s"),
        ("- 10 min Z2", (1, 6), "h, m and s"),
        ("- ١٠m", (1, 1), "at least one step"),
        ("- 3x\n  - 5m 100%", (1, 3), "a line of its own"),
        ("0x\n- 1m", (1, 1), "from 1 to 999"),
        ("1000x\n- 1m", (1, 1), "from 1 to 999"),
        ("-3x\n- 1m", (1, 2), "a line of its own"),
        ("2.5x\n- 1m", (1, 1), "from 1 to 999"),
        ("Main 5 x\n- 1m", (1, 1), "without a blank"),
        ("3x 4x\n- 1m", (1, 1), "one number of repeats"),
        ("Main 3x\n\n- 1m", (1, 1), "right below"),
        ("- 1m\n\n3x", (3, 1), "right below"),
        ("Warmup\n- 1m\nMain 3x\n- 1m", (3, 1), "a blank line before"),
        ("3x\n- 1m\nCooldown\n- 1m", (3, 1), "a blank line before"),
        ("4x\n10m 70%\n8m Z2 HR", (2, 1), "a dash before"),
        ("• 10m 70%", (1, 1), "a dash before"),
        ("999x" + "\n- 1m" * 11, (1, 1), "at most 10,000 executions"),
        ("- " + "9" * 5000 + "m", (1, 3), "at most 12 digits"),
        ("- 10m " + "9" * 5000 + "%", (1, 7), "at most 12 digits"),
        ("just words", (1, 1), "at least one step"),
        ("- 10m\x0b80%", (1, 6), "got '\\x0b'"),
        ("-", (1, 1), "at least one step"),
        ("", (None, None), "got nothing"),
        (" \n ", (None, None), "got nothing"),
        ("- 1m\n" * 3000, (None, None), "at most 10,000 characters"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    text: str, place: tuple[int | None, int | None], part: str
) -> None:
    found = problems(text)
    assert any((line, at) == place and part in message for line, at, message in found), found


def test_only_text_is_a_workout() -> None:
    text: Any = 5
    with pytest.raises(SpecError, match="the text of a workout"):
        parse_intervals_icu(text)


# Two dialects.


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2mi @ easy, 6 x (800m @ 5k + 60s @ recovery), 1mi @ easy", (1, 1)),
        ("8mi @ easy", (1, 1)),
        ("Warmup\n- 10m Z2\n\n6 x (800m + 60s)", (4, 1)),
        ("- 10m Z2\n- 10min @ easy", (2, 1)),
    ],
)
def test_the_one_line_notation_is_recognised_and_named(text: str, place: tuple[int, int]) -> None:
    (found,) = problems(text)
    assert found[:2] == place
    assert "the one-line notation, where 10m are metres: parse_workout reads it" in found[2]


@pytest.mark.parametrize(
    "text",
    [
        "- 10m 80%",
        "10m Z2 Pace",
        "10m 70% LTHR",
        "10m 5:00/km Pace",
        "10min 90rpm",
        "400mtr",
        "5' easy",
        "10m intensity=rest",
        "Main set 6x\n- 1km",
        SESSION,
    ],
)
def test_the_one_line_notation_names_intervals_icu_where_its_text_is_met(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_workout(text)
    assert "parse_intervals_icu reads it" in caught.value.problems[0].message


@pytest.mark.parametrize("text", ["1mi @ esy", "-5min", "0 x 1mi", "1km @ 90% esy", "6 x ("])
def test_other_mistakes_are_no_matter_of_dialect(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_workout(text)
    assert "intervals" not in str(caught.value)


# Anything.

WORDS = (
    "- 10m 30s 1h 5' 400mtr 2km 80% 60-80% Pace HR LTHR Z2 Z3-Z4 5:00/km 7:00-6:00/mi 220w 90rpm "
    "ramp freeride maxeffort press lap intensity=rest power=3s 0 4x Warmup Back Recovery rest @ x ("
)
SNIPPETS = st.sampled_from([*WORDS.split(), "\n", "\n- ", "\n\n", " ", "-", "–", "\t", "\u00a0"])


@given(st.text() | st.lists(SNIPPETS, max_size=25).map(" ".join))
@example("- " + "a" * 9000)
@example("-" * 9999)
@example("1" * 9999)
@example("- 1" * 3000)
@example("- 10m " + "9:" * 4000)
@example("x " * 4999)
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(SpecError):
        workout = parse_intervals_icu(text)
        assert workout.steps
        for step in walk_steps(workout.steps):
            assert step.intensity is not None


LINES = st.builds(
    " ".join,
    st.tuples(
        st.sampled_from(["-", "- Easy", "- Back", "- Rest"]),
        st.sampled_from(["10m", "1h2m30s", "400mtr", "2km", "1mi", "5'", "press lap", "45s"]),
        st.sampled_from(
            ["", "80% Pace", "Z2 HR", "70-80% LTHR", "5:00/km Pace", "220w", "Z3 Pace"]
        ),
        st.sampled_from(["", "90rpm", "intensity=rest", "power=3s"]),
    ),
)
BLOCKS = st.builds(
    lambda heading, lines: "\n".join([*heading, *lines]),
    st.sampled_from([[], ["Main set"], ["3x"], ["Hills 12x"]]),
    st.lists(LINES, min_size=1, max_size=4),
)


@given(st.lists(BLOCKS, min_size=1, max_size=4).map("\n\n".join))
def test_every_line_is_a_step_and_all_can_be_said_in_one_line(text: str) -> None:
    workout = parse_intervals_icu(text)
    assert len(list(walk_steps(workout.steps))) == sum(
        line.startswith("-") for line in text.splitlines()
    )
    assert parse_workout(print_workout(workout)).steps == workout.steps
