"""Claims about the one-line notation, its reader and its printer."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backrun_fit.athlete.paces import PACE_NAMES
from backrun_fit.errors import CompileError, SpecError
from backrun_fit.notation import parse_workout, print_workout
from backrun_fit.units import parse_pace
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    Duration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    NamedPaceTarget,
    Node,
    OpenDuration,
    OpenTarget,
    OtherDuration,
    OtherTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    RampTarget,
    RawField,
    Repeat,
    ShareTarget,
    Step,
    Target,
    TimeDuration,
    Workout,
    walk_steps,
)

ISSUE_LINE = "2mi @ easy, 6 x (800m @ 5k + 60s @ recovery), 1mi @ easy"


def only_step(text: str) -> Step:
    (step,) = parse_workout(text).steps
    assert isinstance(step, Step)
    return step


def intensities(text: str) -> list[str]:
    steps = walk_steps(parse_workout(text).steps)
    return [step.intensity.value if step.intensity else "none" for step in steps]


def problems(text: str) -> list[tuple[int | None, int | None, str]]:
    with pytest.raises(SpecError) as caught:
        parse_workout(text)
    return [(found.line, found.column, found.message) for found in caught.value.problems]


# What a line says.


def test_the_line_of_the_long_run_is_one_step() -> None:
    assert parse_workout("8mi @ easy", name="Sunday") == Workout(
        name="Sunday",
        steps=(
            Step(
                duration=DistanceDuration(distance_m=8 * 1609.344),
                target=NamedPaceTarget(name="easy"),
            ),
        ),
    )


def test_an_interval_session_is_read_into_its_tree() -> None:
    easy = NamedPaceTarget(name="easy")
    assert parse_workout(ISSUE_LINE).steps == (
        Step(
            duration=DistanceDuration(distance_m=3218.688),
            target=easy,
            intensity=Intensity.WARMUP,
        ),
        Repeat(
            count=6,
            steps=(
                Step(
                    duration=DistanceDuration(distance_m=800),
                    target=NamedPaceTarget(name="5k"),
                ),
                Step(
                    duration=TimeDuration(duration_s=60),
                    target=NamedPaceTarget(name="recovery"),
                    intensity=Intensity.RECOVERY,
                ),
            ),
        ),
        Step(
            duration=DistanceDuration(distance_m=1609.344),
            target=easy,
            intensity=Intensity.COOLDOWN,
        ),
    )


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("1/8mi", DistanceDuration(distance_m=201.168)),
        ("0.125 mi", DistanceDuration(distance_m=201.168)),
        ("220 yd", DistanceDuration(distance_m=201.168)),
        ("201.168 m", DistanceDuration(distance_m=201.168)),
        ("800\u00a0m", DistanceDuration(distance_m=800)),
        ("5m", DistanceDuration(distance_m=5)),
        ("5k", DistanceDuration(distance_m=5000)),
        ("60s", TimeDuration(duration_s=60)),
        ("1:30", TimeDuration(duration_s=90)),
        ("2h05", TimeDuration(duration_s=7500)),
        ("1h 30min", TimeDuration(duration_s=5400)),
        ("1:02:03", TimeDuration(duration_s=3723)),
        ("open", OpenDuration()),
        ("lap", OpenDuration()),
        ("until lap", OpenDuration()),
        ("Until lap press", OpenDuration()),
        ("lap button", OpenDuration()),
        ("until HR < 120", HeartRateBelowDuration(heart_rate_bpm=120)),
        ("until heart rate above 150 bpm", HeartRateAboveDuration(heart_rate_bpm=150)),
    ],
)
def test_every_way_to_end_a_step_is_read(text: str, duration: Duration) -> None:
    assert only_step(text).duration == duration


def ramp(start: str, end: str) -> RampTarget:
    return RampTarget(
        start=only_step(f"1km @ {start}").target, end=only_step(f"1km @ {end}").target
    )


def pace(text: str) -> PaceTarget:
    slowest, fastest = (parse_pace(side) for side in text.split())
    return PaceTarget(slowest_mps=slowest, fastest_mps=fastest)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("Easy", NamedPaceTarget(name="easy")),
        ("MP", NamedPaceTarget(name="marathon")),
        ("marathon pace", NamedPaceTarget(name="marathon")),
        ("10K", NamedPaceTarget(name="10k")),
        (
            "marathon 5% slower 3% faster",
            NamedPaceTarget(name="marathon", slower=0.05, faster=0.03),
        ),
        ("marathon 3% faster", NamedPaceTarget(name="marathon", slower=0, faster=0.03)),
        ("5k ±2.5%", NamedPaceTarget(name="5k", slower=0.025, faster=0.025)),
        ("7:00/mi", pace("7:00/mi 7:00/mi")),
        ("7:00-7:20/mi", pace("7:20/mi 7:00/mi")),
        ("7:00/mi – 7:20/mi", pace("7:20/mi 7:00/mi")),
        ("4:00-4:10 per km", pace("4:10/km 4:00/km")),
        ("4 min/km", pace("4:00/km 4:00/km")),
        ("3.2-3.5 m/s", PaceTarget(slowest_mps=3.2, fastest_mps=3.5)),
        ("HR 140-150", HeartRateTarget(lowest_bpm=140, highest_bpm=150)),
        ("heart rate 140-150", HeartRateTarget(lowest_bpm=140, highest_bpm=150)),
        ("140-150bpm", HeartRateTarget(lowest_bpm=140, highest_bpm=150)),
        ("HR zone 2", HeartRateZoneTarget(zone=2)),
        ("cadence 170-180", CadenceTarget(lowest_spm=170, highest_spm=180)),
        ("170-180 spm", CadenceTarget(lowest_spm=170, highest_spm=180)),
        ("power 250-280", PowerTarget(lowest_w=250, highest_w=280)),
        ("250-280W", PowerTarget(lowest_w=250, highest_w=280)),
        ("pace 7:00-7:20/mi", pace("7:20/mi 7:00/mi")),
        ("pace zone 10", PaceZoneTarget(zone=10)),
        ("Power Zone 7", PowerZoneTarget(zone=7)),
        ("90% marathon", ShareTarget(of="marathon", lowest=0.9, highest=0.9)),
        ("90% MP", ShareTarget(of="marathon", lowest=0.9, highest=0.9)),
        ("85-90% threshold", ShareTarget(of="threshold", lowest=0.85, highest=0.9)),
        ("85%-90% threshold pace", ShareTarget(of="threshold", lowest=0.85, highest=0.9)),
        ("95% of 5k", ShareTarget(of="5k", lowest=0.95, highest=0.95)),
        ("110%10k", ShareTarget(of="10k", lowest=1.1, highest=1.1)),
        ("72.5% max HR", ShareTarget(of="max_heart_rate", lowest=0.725, highest=0.725)),
        ("80% of HR max", ShareTarget(of="max_heart_rate", lowest=0.8, highest=0.8)),
        ("80-85% maximum heart rate", ShareTarget(of="max_heart_rate", lowest=0.8, highest=0.85)),
        ("90% LTHR", ShareTarget(of="threshold_heart_rate", lowest=0.9, highest=0.9)),
        ("90% threshold HR", ShareTarget(of="threshold_heart_rate", lowest=0.9, highest=0.9)),
        ("70-80% FTP", ShareTarget(of="threshold_power", lowest=0.7, highest=0.8)),
        ("70% threshold power", ShareTarget(of="threshold_power", lowest=0.7, highest=0.7)),
        ("easy to marathon", ramp("easy", "marathon")),
        ("ramp easy to MP", ramp("easy", "marathon")),
        ("6:00/km to 5:00/km", ramp("6:00/km", "5:00/km")),
        ("6:00 to 5:00/km", ramp("6:00/km", "5:00/km")),
        ("pace 6:00/km to 5:00", ramp("6:00/km", "5:00/km")),
        ("HR 120 to 150", ramp("HR 120", "HR 150")),
        ("120 to 150bpm", ramp("HR 120", "HR 150")),
        ("HR 120-130 to 140-150", ramp("HR 120-130", "HR 140-150")),
        ("cadence 170 to 180", ramp("cadence 170", "cadence 180")),
        ("power 250 to power 200", ramp("power 250", "power 200")),
        ("70% to 80% max HR", ramp("70% max HR", "80% max HR")),
        ("70 to 80% max HR", ramp("70% max HR", "80% max HR")),
        ("80-85% marathon to 5k 1% faster", ramp("80-85% marathon", "5k 1% faster")),
    ],
)
def test_every_target_is_read(text: str, target: Target) -> None:
    assert only_step(f"1km @ {text}").target == target
    assert only_step(f"1km@{text}").target == target


@pytest.mark.parametrize(
    ("words", "movement"),
    [
        ("back", Movement.BACKWARD_RUN),
        ("backward", Movement.BACKWARD_RUN),
        ("back walk", Movement.BACKWARD_WALK),
        ("walk", Movement.WALK),
        ("shuffle", Movement.LATERAL_SHUFFLE),
    ],
)
def test_words_before_a_step_say_the_movement_and_leave_the_name_alone(
    words: str, movement: Movement
) -> None:
    step = only_step(f"recovery {words} 60s")
    assert (step.movement, step.name, step.intensity) == (movement, None, Intensity.RECOVERY)


@pytest.mark.parametrize("word", [intensity.value for intensity in Intensity])
def test_every_intensity_has_a_word(word: str) -> None:
    assert only_step(f"{word} 10min").intensity is Intensity(word)


def test_a_second_target_follows_the_first() -> None:
    step = only_step('10min @ easy to 5k and cadence 170-180 "Up"')
    assert step.target == ramp("easy", "5k")
    assert step.secondary_target == CadenceTarget(lowest_spm=170, highest_spm=180)
    assert only_step("1km @ easy").secondary_target is None


@pytest.mark.parametrize("text", ["ramp 10min @ easy to 5k", "10min ramp @ easy to 5k"])
def test_the_word_ramp_may_stand_before_a_ramp(text: str) -> None:
    assert only_step(text) == only_step("10min @ easy to 5k")


def test_a_name_and_a_note_follow_in_quotes_as_in_json() -> None:
    step = only_step(r'800m @ 5k "Hard, (6 x) \"fast\"" note "one\ntwo"')
    assert (step.name, step.notes) == ('Hard, (6 x) "fast"', "one\ntwo")
    assert only_step('800m note "only"').name is None


@pytest.mark.parametrize("times", ["x", "X", "*", "×"])
@pytest.mark.parametrize("joint", [",", "+"])
@pytest.mark.parametrize("gap", ["", " ", "\n  "])
def test_signs_and_spaces_are_free(times: str, joint: str, gap: str) -> None:
    text = f"2{gap}{times}{gap}(3{times}(200m{gap}{joint}60s){gap}{joint}{gap}3min)"
    assert print_workout(parse_workout(text)) == "2 x (3 x (200m + 60s) + 3min)"


def test_one_step_is_repeated_without_parentheses() -> None:
    assert parse_workout("5 x 1km @ 4:00-4:10/km") == parse_workout("5 x (1km @ 4:00-4:10/km)")


# Intensities that nobody writes.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8mi @ easy", "active"),
        ("2mi @ easy, 4mi @ marathon, 1mi @ easy", "active active active"),
        ("1mi @ recovery", "recovery"),
        (ISSUE_LINE, "warmup active recovery cooldown"),
        ("6 x (800m @ 5k + 60s)", "active recovery"),
        ("6 x (800m @ 5k + 400m @ easy)", "active recovery"),
        ("6 x (800m @ 5k + 400m @ marathon)", "active active"),
        ("6 x (800m @ 5k + 400m @ HR zone 1)", "active active"),
        ("1 x (800m @ 5k + 60s)", "active active"),
        ("5 x 1mi @ easy", "active"),
        ("1mi @ easy, 5 x 1mi @ easy", "active active"),
        ("10min, 4 x 20s @ 5k, open", "warmup active cooldown"),
        ("10min @ recovery, 4 x 20s, 5min @ recovery", "warmup active cooldown"),
        ("1mi, 1mi @ marathon, 1mi, 4 x 20s", "warmup active active active"),
        ("2 x (3 x (200m @ 5k + 60s) + 3min), 1mi", "active recovery recovery cooldown"),
        ("active 2mi @ easy, 6 x (800m @ 5k + rest 60s)", "active active rest"),
        ("7 x (1mi @ easy + back 1/8mi @ marathon)", "active active"),
    ],
)
def test_the_shape_of_a_line_implies_intensities(text: str, expected: str) -> None:
    assert intensities(text) == expected.split()


# What is refused.


def test_all_problems_are_said_at_once_with_their_places() -> None:
    found = problems("0min, 1mi @ esy,\n-5 x (0km @ 7:20-7:00/mi + 60s @ HR 150-140), warmpu 1mi")
    assert [(line, column) for line, column, _ in found] == [
        (1, 1),
        (1, 13),
        (2, 1),
        (2, 7),
        (2, 13),
        (2, 34),
        (2, 47),
    ]
    assert "did you mean easy?" in found[1][2]
    assert "expected the faster pace first, 7:00-7:20/mi, got '7:20-7:00/mi'" in found[4][2]
    assert "did you mean warmup?" in found[6][2]


def test_problems_before_a_mistake_of_grammar_are_said_with_it() -> None:
    found = problems("1mi, 0km @ esy, 3 x (0s @ 7:00, 2mi; 3mi")
    assert [column for _, column, _ in found] == [6, 12, 22, 27, 36]


@pytest.mark.parametrize(
    ("text", "column", "part"),
    [
        ("10min@Z2;;;!!", 9, "got ';'"),
        ("10min @ easy easy", 9, "expected a pace name"),
        ("0min", 1, "longer than zero, got '0min'"),
        ("0:00", 1, "longer than zero"),
        ("-5min", 1, "got '-5min'"),
        ("-5 s", 1, "got '-5 s'"),
        ("1/0 mi", 1, "got '1/0 mi'"),
        ("1 furlong", 1, "expected a distance such as 1mi, 800m or 1/8mi, or a duration"),
        ("10", 1, "got '10'"),
        ("nan min", 1, "got 'nan'"),
        ("inf", 1, "got 'inf'"),
        ("1mi @ 0:30/km", 7, "one that a person can run or walk"),
        ("1mi @ nan/km", 7, "got 'nan/km'"),
        ("1mi @ 7:20-7:00/mi", 7, "expected the faster pace first"),
        ("1mi @ 3.5-3.2m/s", 7, "expected the slower speed first, 3.2-3.5 m/s"),
        ("1mi @ 7:00/mi-4:20/km", 7, "in one unit"),
        ("1mi @ 7:00", 7, "expected a unit"),
        ("1mi @ HR 150-140", 7, "expected the lower value first, 140-150"),
        ("1mi @ HR 0", 7, "above 0"),
        ("1mi @ HR 0-0", 7, "above 0"),
        ("1mi @ 0% max HR", 7, "percentages above 0"),
        ("1mi @ HR 1400-1500", 7, "at most 250 bpm"),
        ("1mi @ HR 7:00", 7, "above 0"),
        ("1mi @ HR 140-150W", 7, "expected HR in bpm"),
        ("1mi @ HR zone 6", 7, "HR zone 1 to 5"),
        ("1mi @ cadence zone 2", 7, "HR zone"),
        ("1mi @ half marathon", 7, "expected a pace name"),
        ("1mi @ marathon 100% faster", 7, "less than 100% faster"),
        ("1mi @ marathon 1:00% faster", 7, "a percentage"),
        ("1mi @ marathon 5% faster 5% faster", 7, "once"),
        ("1mi @ marathon 5%", 18, "expected 'slower' or 'faster', got the end"),
        ("1mi @ pace zone 11", 7, "pace zone 1 to 10"),
        ("1mi @ power zone 0", 7, "power zone 1 to 7"),
        ("1mi @ pace 150bpm", 7, "a pace in /km or /mi"),
        ("1mi @ 80%", 7, "a percentage of something"),
        ("1mi @ 80% esy", 7, "did you mean easy?"),
        ("1mi @ 0% marathon", 7, "above 0"),
        ("1mi @ 301% FTP", 7, "at most 300"),
        ("1mi @ 1:30% FTP", 7, "a percentage such as 5%"),
        ("1mi @ 90-80% FTP", 7, "the lower percentage first, 80-90%"),
        ("1mi @ nan% FTP", 10, "got '%'"),
        ("1mi @ 90% of", 13, "got the end"),
        ("1mi @ easy to", 14, "got the end"),
        ("1mi @ easy to HR 150", 5, "in one quantity"),
        ("1mi @ HR zone 1 to HR zone 3", 5, "a target with a value"),
        ("1mi @ 6:00 to 5:00", 7, "a unit after the numbers"),
        ("1mi @ 70 to 80%", 13, "a percentage of something"),
        ("1mi @ easy to 0:30/km", 15, "can run or walk"),
        ("1mi @ easy to 5k to 10k", 18, "got 'to'"),
        ("1mi ramp @ easy", 1, "where the ramp begins and ends"),
        ("ramp 1mi @ easy", 1, "where the ramp begins and ends"),
        ("1mi @ ramp easy", 5, "where the ramp begins and ends"),
        ("1mi ramp", 1, "where the ramp begins and ends"),
        ("1mi @ easy and", 15, "got the end"),
        ("1mi @ easy and esy", 16, "did you mean easy?"),
        ("1mi @ easy and 5k and 10k", 19, "got 'and'"),
        ("lap lap", 5, "got 'lap'"),
        ("until", 6, "got the end"),
        ("until cadence < 120", 1, "expected a heart rate"),
        ("until HR 120", 10, "expected '<' or '>', got '120'"),
        ("0 x 1mi", 1, "from 1 to 999"),
        ("1000 x 1mi", 1, "from 1 to 999"),
        ("2.5 x 1mi", 1, "from 1 to 999"),
        ("999 x 11 x 1mi", 1, "at most 10,000 executions"),
        ("6 x 800m @ 5k + 60s @ recovery", 15, "parentheses"),
        ("6 x ()", 6, "got ')'"),
        ("(1mi)", 1, "expected"),
        ("6 x (1mi", 9, "expected ')', got the end"),
        ("1mi,", 5, "got the end"),
        ("1mi 2mi", 1, "got '1mi 2mi'"),
        ("warmup", 1, "expected a distance, a duration"),
        ("back shuffle 1mi", 1, "at most one intensity and one movement"),
        ("warmup cooldown 1mi", 1, "at most one intensity"),
        (r'1mi "\q"', 5, "double quotes"),
        (r'1mi "\ud800"', 5, "double quotes"),
        ('1mi "open', 5, "got '\"'"),
        ("١٠min", 1, "got '١'"),
        ("１０min", 1, "got '１'"),
        ("", None, "got nothing"),
        (" \n ", None, "got nothing"),
        ("1mi," * 3000, None, "at most 10,000 characters"),
        ("2x" * 9 + "1mi", 17, "at most 8 deep"),
        ("2x(" * 2000 + "1mi" + ")" * 2000, 25, "at most 8 deep"),
        ("(" * 9999, 1, "got '('"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, column: int | None, part: str) -> None:
    found = problems(text)
    assert any(at == column and part in message for _, at, message in found), found


def test_no_message_speaks_of_terminals() -> None:
    for text in ("(", "1mi @", "1mi @ HR", "until", "1mi note", "6 x (1mi", "1mi;", "1mi @ easy 6"):
        for _, _, message in problems(text):
            assert "_" not in message
            assert "$" not in message


def test_only_text_is_a_line() -> None:
    line: Any = 5
    with pytest.raises(SpecError, match="one line of text"):
        parse_workout(line)


WORDS = (
    "mi min km HR zone easy MP until open back warmup note 5k 10:00 /mi slower faster 6x lap ramp "
    "to and of max LTHR FTP pace power 80%"
)
SNIPPETS = st.sampled_from(
    [*'0123456789.:/+-,;@%()"\\<> x*×±–−\n\u00a0٣', *(f"{word} " for word in WORDS.split())]
)


@given(st.text() | st.lists(SNIPPETS, max_size=25).map("".join))
@example("1" * 9999)
@example("1" * 9999 + "x1mi")
@example("1mi @ HR " + "9" * 5000)
@example("1mi @ marathon " + "9" * 5000 + "% slower")
@example("1 " * 4999)
@example("a" * 9999)
@example("1mi @ " + "a-" * 4000)
@example('1mi "' + "\\" * 9001 + '"')
@example('1mi "\ud800"')
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(SpecError):
        workout = parse_workout(text)
        assert parse_workout(print_workout(workout)) == workout


# The way back.

AMOUNTS = st.floats(min_value=1e-6, max_value=9e8) | st.integers(1, 10_000).map(float)
TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SHARES = st.floats(1e-6, 0.99) | st.integers(0, 99).map(lambda percent: percent / 100)


def bands(lowest: str, highest: str, low: float, high: float) -> st.SearchStrategy[dict[str, Any]]:
    values = st.floats(low, high) | st.integers(int(low) + 1, int(high)).map(float)
    pairs = st.tuples(values, values).map(sorted)
    return pairs.map(lambda pair: {lowest: pair[0], highest: pair[1]})


PACES = st.integers(130, 1500).map(lambda seconds: 1609.344 / seconds) | st.floats(0.2, 12.5)
DURATIONS: st.SearchStrategy[Duration] = st.one_of(
    AMOUNTS.map(lambda value: TimeDuration(duration_s=value)),
    AMOUNTS.map(lambda value: DistanceDuration(distance_m=value)),
    st.just(OpenDuration()),
    st.floats(1, 250).map(lambda value: HeartRateBelowDuration(heart_rate_bpm=value)),
    st.floats(1, 250).map(lambda value: HeartRateAboveDuration(heart_rate_bpm=value)),
)


def shares(*wholes: str) -> st.SearchStrategy[Target]:
    single = SHARES.map(lambda share: {"lowest": share + 0.01, "highest": share + 0.01})
    some = bands("lowest", "highest", 0.01, 3) | single
    return st.builds(lambda of, band: ShareTarget(of=of, **band), st.sampled_from(wholes), some)


QUANTITIES: list[st.SearchStrategy[Target]] = [
    st.one_of(
        st.sampled_from(PACE_NAMES).map(lambda name: NamedPaceTarget(name=name)),
        st.builds(NamedPaceTarget, name=st.sampled_from(PACE_NAMES), slower=SHARES, faster=SHARES),
        st.tuples(PACES, PACES)
        .map(sorted)
        .map(lambda pair: PaceTarget(slowest_mps=pair[0], fastest_mps=pair[1])),
        shares(*PACE_NAMES),
    ),
    bands("lowest_bpm", "highest_bpm", 1, 250).map(lambda band: HeartRateTarget(**band))
    | shares("max_heart_rate", "threshold_heart_rate"),
    bands("lowest_spm", "highest_spm", 1, 400).map(lambda band: CadenceTarget(**band)),
    bands("lowest_w", "highest_w", 1, 2500).map(lambda band: PowerTarget(**band))
    | shares("threshold_power"),
]
ZONES: st.SearchStrategy[Target] = st.one_of(
    st.integers(1, 5).map(lambda zone: HeartRateZoneTarget(zone=zone)),
    st.integers(1, 10).map(lambda zone: PaceZoneTarget(zone=zone)),
    st.integers(1, 7).map(lambda zone: PowerZoneTarget(zone=zone)),
)
RAMPS: st.SearchStrategy[Target] = st.sampled_from(QUANTITIES).flatmap(
    lambda ends: st.builds(RampTarget, start=ends, end=ends)
)
AIMS = st.one_of(*QUANTITIES, ZONES)
BOTH: st.SearchStrategy[tuple[Target, Target | None]] = st.one_of(
    st.tuples(st.just(OpenTarget()), st.none()), st.tuples(AIMS | RAMPS, st.none() | AIMS)
)


def step_of(both: tuple[Target, Target | None], **rest: Any) -> Step:
    return Step(target=both[0], secondary_target=both[1], **rest)


STEPS: st.SearchStrategy[Node] = st.builds(
    step_of,
    BOTH,
    duration=DURATIONS,
    intensity=st.sampled_from(Intensity),
    movement=st.sampled_from(Movement),
    name=TEXTS,
    notes=TEXTS,
)
NODES = st.recursive(
    STEPS,
    lambda inner: st.builds(
        Repeat, steps=st.lists(inner, min_size=1, max_size=3).map(tuple), count=st.integers(1, 4)
    ),
    max_leaves=8,
)
WORKOUTS = st.builds(
    Workout, name=st.just("Any"), steps=st.lists(NODES, min_size=1, max_size=4).map(tuple)
)


@settings(max_examples=300)
@given(WORKOUTS)
def test_what_is_printed_reads_back_as_the_same_workout(workout: Workout) -> None:
    assert parse_workout(print_workout(workout), name="Any") == workout


def test_the_comparison_of_workouts_sees_the_last_digit_of_a_float() -> None:
    one = parse_workout("201.168m").steps
    other = parse_workout("201.16800000000003m").steps
    assert one != other


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("0.125 MILES @ MP", "1/8mi @ marathon"),
        ("90s", "1:30"),
        ("600s", "10min"),
        ("7500 s", "2h05"),
        ("60s @ Recovery", "60s @ recovery"),
        ("1000m @ 4:00/km", "1km @ 4:00/km"),
        ("1.1 km", "1100m"),
        ("1500m", "1500m"),
        ("33.333333 m", "33.333333m"),
        ("1.5 s", "1.5s"),
        ("1mi @ 8 mph", "1mi @ 7:30/mi"),
        ("1mi @ 3.21 m/s", "1mi @ 3.21m/s"),
        ("warmup 2mi, 6 x 400m", "2mi, 6 x 400m"),
        ("active 2mi, 6 x 400m", "active 2mi, 6 x 400m"),
        ("2 * (3 x 400m)", "2 x (3 x (400m))"),
        ("until lap", "open"),
        ("10min ramp @ 6:00 to 5:00 /km", "10min @ 6:00/km to 5:00/km"),
        ("10min @ ramp HR 120 to 150", "10min @ HR 120 to HR 150"),
        ("1km @ 85%-90% of threshold pace", "1km @ 85-90% threshold"),
        ("1km @ 80% HRmax AND cadence 180", "1km @ 80% max HR and cadence 180"),
        ("recovery back walk 60s", "recovery back walk 60s"),
        ('1mi "Ünï" note "x"', '1mi "Ünï" note "x"'),
    ],
)
def test_the_printer_writes_what_a_runner_would(text: str, printed: str) -> None:
    assert print_workout(parse_workout(text)) == printed


STEP = Step(duration=TimeDuration(duration_s=60))


def deep(levels: int) -> Node:
    node: Node = STEP
    for _ in range(levels):
        node = Repeat(steps=(node,), count=1)
    return node


@pytest.mark.parametrize(
    ("node", "part"),
    [
        (attrs.evolve(STEP, duration=OtherDuration(type=4, value=3), name="Burn"), "'Burn'"),
        (attrs.evolve(STEP, target=OtherTarget(type=3)), "target"),
        (attrs.evolve(STEP, secondary_target=HeartRateZoneTarget(zone=2)), "second target"),
        (
            attrs.evolve(STEP, target=ramp("easy", "5k"), secondary_target=ramp("easy", "5k")),
            "second target",
        ),
        (attrs.evolve(STEP, target=ShareTarget(of="mile", lowest=1, highest=1)), "mile"),
        (attrs.evolve(STEP, target=PaceZoneTarget(zone=11)), "zone"),
        (attrs.evolve(STEP, extra=(RawField(200, 2, 1),)), "unknown fields"),
        (attrs.evolve(STEP, intensity=None), "without an intensity"),
        (attrs.evolve(STEP, target=NamedPaceTarget(name="mile")), "mile"),
        (attrs.evolve(STEP, target=NamedPaceTarget(name="MP")), "reads differently"),
        (attrs.evolve(STEP, target=HeartRateZoneTarget(zone=9)), "zone"),
        (attrs.evolve(STEP, duration=TimeDuration(duration_s=1e12)), "steps[1]"),
        (attrs.evolve(STEP, duration=DistanceDuration(distance_m=1e-30)), "steps[1]"),
        (attrs.evolve(STEP, target=PaceTarget(slowest_mps=0.1, fastest_mps=3)), "steps[1]"),
        (attrs.evolve(STEP, name="\ud800"), "double quotes"),
        (Repeat(steps=(STEP,), until=OtherDuration(type=7, value=60)), "count"),
        (Repeat(steps=(STEP,), count=3, skip_last_recovery=True), "last recovery"),
        (Repeat(steps=(STEP,), count=3, extra=(RawField(200, 2, 1),)), "unknown fields"),
        (Repeat(steps=(STEP,), count=1000), "from 1 to 999"),
        (
            Repeat(steps=(attrs.evolve(STEP, extra=(RawField(1, 2, 1),)),), count=2),
            "steps[1].steps[0]",
        ),
        (deep(9), "8 deep"),
        (deep(32), "8 deep"),
    ],
)
def test_what_the_notation_cannot_say_is_refused_by_the_printer(node: Node, part: str) -> None:
    with pytest.raises(CompileError) as caught:
        print_workout(Workout(name="Any", steps=(STEP, node)))
    assert part in str(caught.value)


def test_a_workout_without_steps_or_with_unknown_fields_is_refused_by_the_printer() -> None:
    with pytest.raises(CompileError, match="no steps"):
        print_workout(Workout(name="Any"))
    with pytest.raises(CompileError, match="unknown fields"):
        print_workout(Workout(name="Any", steps=(STEP,), extra=(RawField(9, 2, 9),)))


@pytest.mark.parametrize("target", ["HR 0-145", "power 0-136", "cadence 0-180", "0-75% FTP"])
def test_a_band_from_zero_has_no_lower_limit_and_is_printed_as_it_was_read(target: str) -> None:
    line = f"10min @ {target}"
    assert print_workout(parse_workout(line)) == line


@pytest.mark.parametrize(
    "target",
    [
        HeartRateTarget(lowest_bpm=140, highest_bpm=math.inf),
        HeartRateTarget(lowest_bpm=118, highest_bpm=135, zone=3),
        PaceTarget(slowest_mps=0, fastest_mps=4),
        PaceTarget(slowest_mps=4, fastest_mps=math.inf),
        ShareTarget(of="threshold_power", lowest=0.8, highest=math.inf),
    ],
)
def test_bands_that_the_notation_has_no_words_for_are_refused_by_the_printer(
    target: Target,
) -> None:
    step = Step(duration=TimeDuration(duration_s=60), target=target)
    with pytest.raises(CompileError):
        print_workout(Workout(name="w", steps=(step,)))
