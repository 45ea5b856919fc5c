"""Claims about ramps: several steps, as long as the ramp, each further on its way."""

from __future__ import annotations

import itertools
import math

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.athlete import Athlete
from backrun_fit.compile import compile_workout
from backrun_fit.devices import GARMIN
from backrun_fit.errors import CompileError, SpecError
from backrun_fit.notation import parse_workout
from backrun_fit.ramps import GREATEST_STEP, SHORTEST_M, SHORTEST_S, without_ramps
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    NamedPaceTarget,
    OpenDuration,
    OpenTarget,
    OtherDuration,
    PaceTarget,
    PowerTarget,
    RampTarget,
    Repeat,
    ShareTarget,
    Step,
    Target,
    TimeDuration,
    Workout,
)

ATHLETE = Athlete(marathon_pace="8:00/mi")
EASY_TO_MARATHON = RampTarget(
    start=NamedPaceTarget(name="easy"), end=NamedPaceTarget(name="marathon")
)
TEN_MINUTES = Step(duration=TimeDuration(duration_s=600), target=EASY_TO_MARATHON)


TWO_MILES = Step(duration=DistanceDuration(distance_m=2 * 1609.344), target=EASY_TO_MARATHON)


def pace(slowest: float, fastest: float) -> PaceTarget:
    return PaceTarget(slowest_mps=slowest, fastest_mps=fastest)


ONE_WAY = RampTarget(start=pace(3, 3), end=pace(3.615, 3.615))


def band(target: Target | None) -> tuple[float, float]:
    match target:
        case PaceTarget():
            return target.slowest_mps, target.fastest_mps
        case HeartRateTarget():
            return target.lowest_bpm, target.highest_bpm
        case CadenceTarget():
            return target.lowest_spm, target.highest_spm
        case PowerTarget():
            return target.lowest_w, target.highest_w
        case ShareTarget():
            return target.lowest, target.highest
    raise AssertionError(target)


def length(step: Step) -> float:
    if isinstance(step.duration, TimeDuration):
        return step.duration.duration_s
    assert isinstance(step.duration, DistanceDuration)
    return step.duration.distance_m


def parts_of(step: Step, athlete: Athlete = ATHLETE) -> list[Step]:
    nodes, said = without_ramps((step,), athlete.resolve)
    assert len(said) == 1
    return [node for node in nodes if isinstance(node, Step)]


BANDS: st.SearchStrategy[tuple[float, float]] = st.tuples(st.floats(1, 6), st.floats(1, 1.3)).map(
    lambda pair: (pair[0], pair[0] * pair[1])
)
KINDS = st.sampled_from(
    [
        lambda low, high: pace(low, high),
        lambda low, high: HeartRateTarget(lowest_bpm=low * 30, highest_bpm=high * 30),
        lambda low, high: CadenceTarget(lowest_spm=low * 40, highest_spm=high * 40),
        lambda low, high: PowerTarget(lowest_w=low * 100, highest_w=high * 100),
        lambda low, high: ShareTarget(of="max_heart_rate", lowest=low / 10, highest=high / 10),
    ]
)
RAMPS = st.builds(
    lambda kind, start, end: RampTarget(start=kind(*start), end=kind(*end)), KINDS, BANDS, BANDS
)
LENGTHS = st.one_of(
    (st.floats(60, 36_000) | st.integers(60_000, 36_000_000).map(lambda ms: ms / 1000)).map(
        lambda value: TimeDuration(duration_s=value)
    ),
    (st.floats(200, 50_000) | st.integers(20_000, 5_000_000).map(lambda cm: cm / 100)).map(
        lambda value: DistanceDuration(distance_m=value)
    ),
)
STEPS = st.builds(Step, duration=LENGTHS, target=RAMPS)


@given(STEPS)
def test_parts_are_together_as_long_as_the_ramp_and_equal_to_the_last_digit(step: Step) -> None:
    lengths = [length(part) for part in parts_of(step)]
    digit, least = (
        (0.001, SHORTEST_S) if isinstance(step.duration, TimeDuration) else (0.01, SHORTEST_M)
    )
    assert math.isclose(math.fsum(lengths), length(step), rel_tol=1e-12)
    assert max(lengths) - min(lengths) < 2 * digit
    assert min(lengths) > least - 2 * digit
    assert len(lengths) >= 2


@given(st.integers(60_000, 36_000_000), RAMPS)
def test_whole_milliseconds_add_up_on_the_wire(total_ms: int, ramp: RampTarget) -> None:
    step = Step(duration=TimeDuration(duration_s=total_ms / 1000), target=ramp)
    assert sum(round(length(part) * 1000) for part in parts_of(step)) == total_ms


@given(STEPS)
def test_parts_follow_one_another_from_the_start_to_the_end(step: Step) -> None:
    assert isinstance(step.target, RampTarget)
    start, end = band(step.target.start), band(step.target.end)
    parts = [band(part.target) for part in parts_of(step)]
    for side in (0, 1):
        values = [part[side] for part in parts]
        assert values == sorted(values, reverse=start[side] > end[side])
        assert min(values) >= min(start[side], end[side])
        assert max(values) <= max(start[side], end[side])
    for low, high in (start, end):
        assert any(part[0] <= low and high <= part[1] for part in (parts[0], parts[-1]))


@given(STEPS)
def test_neighbours_are_near_where_the_length_allows(step: Step) -> None:
    assert isinstance(step.target, RampTarget)
    parts = parts_of(step)
    first, last = (sum(band(end)) / 2 for end in (step.target.start, step.target.end))
    middles = [first + (last - first) * (i + 0.5) / len(parts) for i in range(len(parts))]
    gaps = [abs(b - a) / min(a, b) for a, b in itertools.pairwise(middles)]
    room = int(length(step) / (30 if isinstance(step.duration, TimeDuration) else 100))
    assert max(gaps) <= GREATEST_STEP + 1e-9 or len(parts) == room


def test_no_more_parts_are_made_than_it_takes_to_be_near() -> None:
    # Three parts from 3 to 3.615 m/s would be 6.6 % apart, four are just 5 %.
    assert len(parts_of(attrs.evolve(TEN_MINUTES, target=ONE_WAY))) == 4


@pytest.mark.parametrize("rises", [True, False])
def test_each_part_begins_where_the_one_before_it_ends(rises: bool) -> None:
    ramp = ONE_WAY if rises else RampTarget(start=ONE_WAY.end, end=ONE_WAY.start)
    bands = [band(part.target) for part in parts_of(attrs.evolve(TEN_MINUTES, target=ramp))]
    if not rises:
        bands.reverse()
    assert [high for _, high in bands[:-1]] == [low for low, _ in bands[1:]]


def test_a_ramp_from_easy_to_marathon_starts_easy_and_ends_at_marathon_pace() -> None:
    parts = parts_of(TEN_MINUTES)
    assert len(parts) == 4
    assert [length(part) for part in parts] == [150.0] * 4
    assert band(parts[0].target)[0] == ATHLETE.band("easy").slowest_mps
    assert band(parts[-1].target)[1] == ATHLETE.band("marathon").fastest_mps


def test_a_ramp_without_a_rise_is_cut_in_two() -> None:
    ramp = RampTarget(start=pace(3, 4), end=pace(3, 4))
    assert [part.target for part in parts_of(attrs.evolve(TEN_MINUTES, target=ramp))] == [
        pace(3, 4),
        pace(3, 4),
    ]


def test_everything_else_of_the_step_is_in_every_part() -> None:
    other = CadenceTarget(lowest_spm=170, highest_spm=180)
    step = attrs.evolve(
        TEN_MINUTES,
        movement=Movement.BACKWARD_RUN,
        name="Wind up",
        notes="Slowly",
        intensity=Intensity.WARMUP,
        secondary_target=other,
    )
    for part in parts_of(step):
        assert attrs.evolve(part, duration=step.duration, target=step.target) == step


def test_compiling_writes_parts_in_place_and_says_so() -> None:
    workout = Workout(
        name="Ramps",
        steps=(
            Repeat(
                steps=(attrs.evolve(TEN_MINUTES, name="Up"), TEN_MINUTES),
                count=2,
                skip_last_recovery=True,
            ),
        ),
    )
    compiled = compile_workout(workout, ATHLETE, units="statute")
    total = sum(length(part) for part in parts_of(TEN_MINUTES)) * 3
    steps = [message for message in compiled.messages if isinstance(message, Step)]
    assert math.fsum(length(step) for step in steps) == total == 1800
    assert compiled.adjustments == (
        "the ramp ('Up', 10:00 @ easy pace to marathon pace) became 4 steps of 2:30",
        "the ramp (10:00 @ easy pace to marathon pace) became 4 steps of 2:30",
    )


def test_every_ramp_is_said_in_the_units_asked_for_also_in_a_repeat() -> None:
    nodes = (TWO_MILES, Repeat(steps=(TWO_MILES, TEN_MINUTES), count=2), TWO_MILES)
    made, said = without_ramps(nodes, ATHLETE.resolve, units="statute")
    miles = "the ramp (2 mi @ easy pace to marathon pace) became 4 steps of 1/2 mi"
    minutes = "the ramp (10:00 @ easy pace to marathon pace) became 4 steps of 2:30"
    assert said == (miles, miles, minutes, miles)
    assert len(made) == 4 + 1 + 4
    assert isinstance(made[4], Repeat)
    assert len(made[4].steps) == 8
    assert "3.22 km" in without_ramps(nodes, ATHLETE.resolve)[1][0]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (attrs.evolve(TWO_MILES, duration=DistanceDuration(distance_m=150)), "got '164 yd'"),
        (attrs.evolve(TWO_MILES, duration=DistanceDuration(distance_m=150)), "ramp (164 yd @ easy"),
        (
            attrs.evolve(
                TWO_MILES,
                target=RampTarget(
                    start=pace(3, 3.3), end=HeartRateTarget(lowest_bpm=140, highest_bpm=150)
                ),
            ),
            (
                "the ramp (2 mi @ 8:08-8:56/mi to HR 140-150): expected both ends of the ramp "
                "in one quantity, got '8:08-8:56/mi' and 'HR 140-150'"
            ),
        ),
        (
            attrs.evolve(
                TWO_MILES,
                target=RampTarget(
                    start=HeartRateTarget(lowest_bpm=140, highest_bpm=150), end=pace(3, 3.3)
                ),
            ),
            "got 'HR 140-150' and '8:08-8:56/mi'",
        ),
        (attrs.evolve(TWO_MILES, target=pace(3, 3.3), secondary_target=ONE_WAY), "(2 mi @ 8:08"),
        (attrs.evolve(TWO_MILES, target=OpenTarget(), secondary_target=ONE_WAY), "ramp (2 mi):"),
    ],
)
def test_a_refusal_shows_the_ramp_in_the_units_asked_for(step: Step, said: str) -> None:
    with pytest.raises(CompileError) as caught:
        without_ramps((step,), ATHLETE.resolve, units="statute")
    assert said in str(caught.value)


def test_a_pace_that_the_athlete_does_not_have_is_asked_for_under_the_name_of_the_ramp() -> None:
    with pytest.raises(SpecError) as caught:
        without_ramps((TWO_MILES,), Athlete().resolve, units="statute")
    (problem,) = caught.value.problems
    assert problem.path.startswith("the ramp (2 mi @ easy pace to marathon pace)")


def test_shares_of_different_wholes_make_no_ramp() -> None:
    beats = ShareTarget(of="max_heart_rate", lowest=0.6, highest=0.7)
    ramp = RampTarget(start=beats, end=attrs.evolve(beats, of="threshold_power"))
    with pytest.raises(CompileError, match="one quantity"):
        compile_workout(Workout(name="x", steps=(attrs.evolve(TEN_MINUTES, target=ramp),)))


def test_a_ramp_of_shares_needs_no_value_of_the_athletes() -> None:
    share = ShareTarget(of="max_heart_rate", lowest=0.7, highest=0.7)
    ramp = RampTarget(start=share, end=attrs.evolve(share, lowest=0.8, highest=0.8))
    workout = Workout(name="x", steps=(attrs.evolve(TEN_MINUTES, target=ramp),))
    targets = [m.target for m in compile_workout(workout).messages if isinstance(m, Step)]
    assert targets == [
        ShareTarget(of="max_heart_rate", lowest=low, highest=high)
        for low, high in ((0.7, 0.74), (0.73, 0.77), (0.76, 0.8))
    ]
    known = compile_workout(workout, Athlete(max_heart_rate=200)).messages[0]
    assert isinstance(known, Step)
    assert known.target == HeartRateTarget(lowest_bpm=140, highest_bpm=147)


@pytest.mark.parametrize(
    ("step", "part"),
    [
        (attrs.evolve(TEN_MINUTES, duration=OpenDuration(), name="Up"), "'Up'"),
        (attrs.evolve(TEN_MINUTES, duration=OpenDuration()), "got 'lap button'"),
        (
            attrs.evolve(TEN_MINUTES, duration=HeartRateBelowDuration(heart_rate_bpm=120)),
            "a time or a distance",
        ),
        (attrs.evolve(TEN_MINUTES, duration=OtherDuration(type=4, value=9)), "a time or a"),
        (attrs.evolve(TEN_MINUTES, duration=TimeDuration(duration_s=59.9)), "60 s or 200 m"),
        (attrs.evolve(TEN_MINUTES, duration=DistanceDuration(distance_m=199)), "got '199 m'"),
        (
            attrs.evolve(
                TEN_MINUTES,
                target=RampTarget(
                    start=NamedPaceTarget(name="easy"),
                    end=HeartRateTarget(lowest_bpm=150, highest_bpm=150),
                ),
            ),
            "one quantity",
        ),
        (attrs.evolve(TEN_MINUTES, target=pace(3, 4), secondary_target=EASY_TO_MARATHON), "ramp"),
    ],
)
def test_a_ramp_that_cannot_be_cut_is_refused_by_name(step: Step, part: str) -> None:
    with pytest.raises(CompileError) as caught:
        compile_workout(Workout(name="x", steps=(step,)), ATHLETE)
    assert part in str(caught.value)


def test_a_ramp_from_a_zone_is_no_ramp() -> None:
    with pytest.raises(SpecError, match="start"):
        RampTarget(start=HeartRateZoneTarget(zone=2), end=pace(3, 4))


def test_too_many_parts_for_the_device_are_an_error_with_the_count() -> None:
    ramp = RampTarget(start=pace(0.5, 0.5), end=pace(6, 6))
    step = Step(duration=TimeDuration(duration_s=36_000), target=ramp)
    with pytest.raises(CompileError, match="at most 50 messages"):
        compile_workout(
            Workout(name="x", steps=(step,)), device=attrs.evolve(GARMIN, max_messages=50)
        )


@given(st.sampled_from(["10min", "3km", "2mi"]), st.integers(1, 4))
def test_compiled_ramps_are_as_long_as_the_line_says(text: str, count: int) -> None:
    plain, cut = (
        math.fsum(
            length(message)
            for message in compile_workout(parse_workout(line), ATHLETE).messages
            if isinstance(message, Step)
        )
        for line in (f"{count} x ({text} + 60s)", f"{count} x ({text} @ easy to 5k + 60s)")
    )
    assert math.isclose(plain, cut)
