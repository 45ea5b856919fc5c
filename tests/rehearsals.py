"""Random compiled plans, runners, watches, faults and quirks, for property tests."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from random import Random

from hypothesis import strategies as st

from backrun_fit.compiled import CompiledWorkout, Message, RepeatMessage
from backrun_fit.rehearsal import QUIRKS, Fault, Runner, Watch, parse_fault
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    Duration,
    HeartRateTarget,
    Intensity,
    Movement,
    OpenDuration,
    OpenTarget,
    OtherDuration,
    OtherTarget,
    PaceTarget,
    PowerTarget,
    Step,
    Target,
    TimeDuration,
)

__all__ = [
    "EXACT",
    "SEEDS",
    "START",
    "STARTS",
    "STEADY",
    "faults",
    "ordinary_plan",
    "plans",
    "quirks",
    "runners",
    "steps",
    "watches",
]

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
STEADY = Runner().noiseless()
"""Keeps every aim exactly."""
EXACT = Watch().exact()
"""Errs nowhere."""

STARTS = st.datetimes(datetime(2000, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC))
SEEDS = st.integers(0, 2**64)

# Exact: none of these draws on the heart rate, which a fault changes for all that follows.
_TARGETS: st.SearchStrategy[Target] = st.sampled_from(
    [
        OpenTarget(),
        OtherTarget(type=9, value=3),
        PaceTarget(slowest_mps=2.9, fastest_mps=3.2),
        PaceTarget(slowest_mps=3.5, fastest_mps=3.5),
        CadenceTarget(lowest_spm=172.0, highest_spm=180.0),
        PowerTarget(lowest_w=210.0, highest_w=230.0),
    ]
)
_DURATIONS: st.SearchStrategy[Duration] = st.one_of(
    st.integers(3, 400).map(lambda seconds: TimeDuration(duration_s=float(seconds))),
    st.integers(3_000, 300_000).map(lambda mm: TimeDuration(duration_s=mm / 1000)),
    st.integers(1_000, 150_000).map(lambda cm: DistanceDuration(distance_m=cm / 100)),
    st.just(OpenDuration()),
    st.just(OtherDuration(type=4, value=50)),
)


@cache
def steps() -> st.SearchStrategy[Step]:
    """Steps of every movement that end by themselves or by a lap press."""
    return st.builds(
        Step,
        duration=_DURATIONS,
        target=_TARGETS,
        intensity=st.sampled_from([None, *Intensity]),
        movement=st.sampled_from(Movement),
    )


@st.composite
def plans(draw: st.DrawFn) -> CompiledWorkout:
    """One to five steps, the last ones perhaps repeated."""
    messages: list[Message] = list(draw(st.lists(steps(), min_size=1, max_size=5)))
    if draw(st.booleans()):
        first = draw(st.integers(0, len(messages) - 1))
        messages.append(RepeatMessage(first_index=first, count=draw(st.integers(1, 4))))
    sub_sport = draw(st.sampled_from(["generic", "treadmill", "track"]))
    return CompiledWorkout(name="Plan", messages=tuple(messages), sub_sport=sub_sport)


@cache
def runners() -> st.SearchStrategy[Runner]:
    """Runners as different as people are."""
    return st.integers(0, 2**32).map(Runner.drawn)


@cache
def watches() -> st.SearchStrategy[Watch]:
    """Recorders with and without everything."""
    return st.builds(
        Watch,
        smart_recording=st.booleans(),
        autolap_m=st.sampled_from([None, 400.0, 1000.0, 1609.344]),
        auto_pause=st.booleans(),
        has_barometer=st.booleans(),
        has_power=st.booleans(),
        has_dynamics=st.booleans(),
        has_developer_fields=st.booleans(),
        big_endian=st.booleans(),
    )


_KINDS = (
    *("skip", "short", "long", "fast", "slow", "walk", "stop", "pause", "press", "forget"),
    *("forward", "hill", "restart", "abandon", "late", "wrong"),
)


@st.composite
def faults(draw: st.DrawFn, executions: int) -> list[Fault]:
    """Up to three things that go wrong in different executions of a plan of that many."""
    numbers = draw(st.lists(st.integers(1, executions), unique=True, max_size=3))
    return [parse_fault(f"{draw(st.sampled_from(_KINDS))}:{number}") for number in numbers]


@cache
def quirks() -> st.SearchStrategy[list[str]]:
    """Up to two quirks."""
    return st.lists(st.sampled_from(sorted(QUIRKS)), unique=True, max_size=2)


def ordinary_plan(random: Random) -> CompiledWorkout:
    """A session as people plan it: warm-up, repeats, recoveries, some of it backward."""

    def step() -> Step:
        movement = random.choice(
            [*[Movement.RUN] * 4, Movement.BACKWARD_RUN, Movement.BACKWARD_RUN, Movement.WALK]
        )
        slowest, fastest = {
            Movement.RUN: (2.4, 4.5),
            Movement.BACKWARD_RUN: (1.7, 2.8),
            Movement.WALK: (1.2, 1.8),
        }[movement]
        middle, half = random.uniform(slowest, fastest), random.uniform(0.01, 0.05)
        pace = PaceTarget(slowest_mps=middle * (1 - half), fastest_mps=middle * (1 + half))
        heart_rate = HeartRateTarget(lowest_bpm=130.0, highest_bpm=150.0)
        targets: list[Target] = [*[pace] * 6, heart_rate, *[OpenTarget()] * 3]
        target = random.choice(targets)
        seconds = float(random.choice((20, 30, 45, 60, 90, 120, 180, 300, 600, 1200)))
        metres = random.choice((100.0, 201.168, 400.0, 800.0, 1000.0, 1609.344, 3000.0))
        durations: list[Duration] = [
            *[TimeDuration(duration_s=seconds)] * 6,
            *[DistanceDuration(distance_m=metres)] * 3,
            OpenDuration(),
        ]
        intensity = random.choice([None, *Intensity])
        return Step(
            duration=random.choice(durations), target=target, movement=movement, intensity=intensity
        )

    messages: list[Message] = [step() for _ in range(random.randint(1, 3))]
    if random.random() < 0.6:
        messages += [
            step(),
            RepeatMessage(first_index=len(messages) - 1, count=random.randint(2, 5)),
        ]
    if random.random() < 0.4:
        messages.append(step())
    return CompiledWorkout(name="Plan", messages=tuple(messages))
