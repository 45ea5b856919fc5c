"""Random plans: steps, workouts and rules of every kind, for property tests."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from backrun_fit.notation import parse_workout
from backrun_fit.rules import (
    AfterEachMile,
    BackwardRecoveries,
    BackwardRepeats,
    Drills,
    Rule,
    TreadmillIntro,
)
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
)

WORKING = (Intensity.ACTIVE, Intensity.INTERVAL, Intensity.OTHER, None)
EASY = (Intensity.RECOVERY, Intensity.REST)


@cache
def _sorted_pair(low: float, high: float) -> st.SearchStrategy[tuple[float, float]]:
    value = st.floats(low, high).map(lambda number: round(number, 3))
    return st.tuples(value, value).map(lambda pair: (min(pair), max(pair)))


@cache
def lengths(low: float, high: float) -> st.SearchStrategy[float]:
    """Round numbers as people write them, and any others."""
    return st.integers(int(low // 10) + 1, int(high // 10)).map(lambda tens: tens * 10.0) | (
        st.floats(low, high, allow_nan=False)
    )


@cache
def times() -> st.SearchStrategy[TimeDuration]:
    return lengths(5, 7200).map(lambda length: TimeDuration(duration_s=length))


@cache
def distances() -> st.SearchStrategy[DistanceDuration]:
    eighths = st.integers(1, 160).map(lambda count: count * 201.168)
    return (eighths | lengths(20, 30_000)).map(lambda length: DistanceDuration(distance_m=length))


@cache
def durations() -> st.SearchStrategy[Duration]:
    """Every kind of duration."""
    bpm = st.integers(60, 200).map(float)
    return st.one_of(
        times(),
        distances(),
        st.just(OpenDuration()),
        bpm.map(lambda value: HeartRateBelowDuration(heart_rate_bpm=value)),
        bpm.map(lambda value: HeartRateAboveDuration(heart_rate_bpm=value)),
        st.builds(OtherDuration, type=st.integers(4, 5), value=st.none() | st.integers(1, 1000)),
    )


@cache
def targets() -> st.SearchStrategy[Target]:
    """Every kind of target."""
    return st.one_of(
        st.just(OpenTarget()),
        _sorted_pair(0.5, 6).map(lambda p: PaceTarget(slowest_mps=p[0], fastest_mps=p[1])),
        st.sampled_from(("easy", "marathon", "threshold", "5k", "10k", "recovery")).map(
            lambda name: NamedPaceTarget(name=name)
        ),
        _sorted_pair(60, 200).map(lambda p: HeartRateTarget(lowest_bpm=p[0], highest_bpm=p[1])),
        st.integers(1, 5).map(lambda zone: HeartRateZoneTarget(zone=zone)),
        _sorted_pair(120, 220).map(lambda p: CadenceTarget(lowest_spm=p[0], highest_spm=p[1])),
        _sorted_pair(50, 900).map(lambda p: PowerTarget(lowest_w=p[0], highest_w=p[1])),
        st.integers(1, 10).map(lambda zone: PaceZoneTarget(zone=zone)),
        st.integers(1, 7).map(lambda zone: PowerZoneTarget(zone=zone)),
        shares(("marathon", "5k")),
        shares(("max_heart_rate",)),
        shares(("threshold_power",)),
        ramps(),
        st.builds(OtherTarget, type=st.integers(5, 12), value=st.none() | st.integers(1, 100)),
    )


def shares(wholes: tuple[str, ...]) -> st.SearchStrategy[Target]:
    """Whole percentages, and bands of them, of one of some values of the athlete's."""
    percent = st.integers(40, 100)
    return st.builds(
        lambda of, one, other: ShareTarget(
            of=of, lowest=min(one, other) / 100, highest=max(one, other) / 100
        ),
        st.sampled_from(wholes),
        percent,
        percent,
    )


@cache
def ramps() -> st.SearchStrategy[Target]:
    """Ramps from one pace to another, or from one heart rate to another."""
    paces = st.one_of(
        _sorted_pair(2, 5).map(lambda p: PaceTarget(slowest_mps=p[0], fastest_mps=p[1])),
        st.sampled_from(("easy", "marathon")).map(lambda name: NamedPaceTarget(name=name)),
        shares(("marathon", "5k")),
    )
    beats = _sorted_pair(100, 190).map(lambda p: HeartRateTarget(lowest_bpm=p[0], highest_bpm=p[1]))
    return st.builds(RampTarget, start=paces, end=paces) | st.builds(
        RampTarget, start=beats, end=beats
    )


names = st.none() | st.sampled_from(("Tempo", "Hügel", "Strides", "Float"))
notes = st.none() | st.sampled_from(("Relax the shoulders.", "Nicht zu schnell."))
extras = st.just(()) | st.tuples(
    st.builds(
        RawField, number=st.integers(23, 250), type_number=st.just(2), value=st.integers(0, 254)
    )
)


def steps(
    *,
    duration: st.SearchStrategy[Duration] | None = None,
    intensity: st.SearchStrategy[Intensity | None] | None = None,
    movement: st.SearchStrategy[Movement] | None = None,
) -> st.SearchStrategy[Step]:
    """Steps of every kind; the arguments narrow what they name."""
    return st.builds(
        Step,
        duration=durations() if duration is None else duration,
        target=targets(),
        intensity=st.none() | st.sampled_from(Intensity) if intensity is None else intensity,
        movement=st.sampled_from(Movement) if movement is None else movement,
        name=names,
        notes=notes,
        extra=extras,
    )


def repeats(body: st.SearchStrategy[Node]) -> st.SearchStrategy[Repeat]:
    """Repeats of up to four nodes; most end by a count, some by a condition."""
    bodies = st.lists(body, min_size=1, max_size=4).map(tuple)
    return st.one_of(
        st.builds(
            Repeat,
            steps=bodies,
            count=st.integers(1, 5),
            skip_last_recovery=st.booleans(),
            extra=extras,
        ),
        st.builds(Repeat, steps=bodies, count=st.integers(1, 8)),
        st.builds(Repeat, steps=bodies, until=st.just(OtherDuration(type=7, value=1_200_000))),
    )


@cache
def nodes(depth: int = 2) -> st.SearchStrategy[Node]:
    """Steps, and repeats at most ``depth`` deep."""
    if depth == 0:
        return steps()
    return st.one_of(steps(), repeats(nodes(depth - 1)))


_RUN = st.just(Movement.RUN)
_WORK = steps(duration=times() | distances(), intensity=st.sampled_from(WORKING), movement=_RUN)
_RECOVERY = steps(
    intensity=st.sampled_from(EASY), movement=st.sampled_from((Movement.RUN, Movement.WALK))
)
_WARMUP = steps(intensity=st.just(Intensity.WARMUP), movement=_RUN)
_COOLDOWN = steps(intensity=st.just(Intensity.COOLDOWN), movement=_RUN)
_BLOCKS = st.builds(
    Repeat, steps=st.lists(_WORK, min_size=1, max_size=3).map(tuple), count=st.integers(1, 4)
)
_LONG_RUN_NODES = st.lists(st.one_of(_WORK, _WORK, _BLOCKS, steps()), min_size=1, max_size=5)


@st.composite
def interval_sessions(draw: st.DrawFn) -> tuple[Node, ...]:
    """Warm-up, sets of work and recovery as plans have them, cool-down."""
    body = (*draw(st.lists(_WORK, min_size=1, max_size=2)), *draw(st.lists(_RECOVERY, max_size=2)))
    inner = Repeat(
        steps=body,
        count=draw(st.integers(1, 6)),
        skip_last_recovery=draw(st.booleans()),
        extra=draw(extras),
    )
    main: tuple[Node, ...] = (inner,)
    if draw(st.booleans()):
        main = (Repeat(steps=(inner, *draw(st.lists(_RECOVERY, max_size=1))), count=3),)
    elif draw(st.booleans()):
        main = body * draw(st.integers(1, 4))  # written out, as some exports are
    return (
        *draw(st.lists(_WARMUP, max_size=1)),
        *main,
        *draw(st.lists(_COOLDOWN | _WORK, max_size=2)),
    )


@st.composite
def long_runs(draw: st.DrawFn) -> tuple[Node, ...]:
    """Running by distance or time, with breaks, strides and repeats in between."""
    return tuple(draw(_LONG_RUN_NODES))


_WORK_TEXTS = ("400m @ 5k", "800m @ 5k", "1km @ 5k", "1mi @ threshold", "5min @ marathon")
_EASY_TEXTS = ("60s @ recovery", "60.5s @ recovery", "2min @ easy", "400m @ easy", "rest 60s")
_LONG_TEXTS = ("2mi @ easy", "10km @ marathon", "30min @ easy", "warmup 1mi @ easy")
_END_TEXTS = ("cooldown 1mi @ easy", "5 x 400m @ 5k", "rest open", "warmup 10min @ easy")


@st.composite
def session_lines(draw: st.DrawFn) -> str:
    """Lines of a session from few pieces: sets of one or more repeats, in a repeat, in a set and
    written out, beside repeats of steps that stand in them too and beside long steps."""
    hard, other = draw(st.sampled_from(_WORK_TEXTS)), draw(st.sampled_from(_WORK_TEXTS))
    easy, rest = draw(st.sampled_from(_EASY_TEXTS)), draw(st.sampled_from(_EASY_TEXTS))
    bodies = (
        f"{hard} + {easy}",
        f"{hard} + {other} + {easy}",
        f"{hard} + {easy} + {other} + {rest}",
        f"{hard} + {easy} + {other}",
        f"{easy} + {hard}",
        hard,
        f"{hard} + {other}",
    )
    parts: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        body, count = draw(st.sampled_from(bodies)), draw(st.sampled_from((1, 2, 2, 3, 6)))
        sets = draw(st.integers(1, 3))
        pieces = (
            f"{count} x ({body})",
            f"{count} x ({body})",
            f"{sets} x ({count} x ({body}))",
            f"{sets} x ({count} x ({body}) + {rest})",
            f"{sets} x ({count} x ({body}) + {hard})",
            f"{count} x ({hard})",
            f"{count} x ({other})",
            body.replace(" + ", ", "),
            draw(st.sampled_from(_LONG_TEXTS + _END_TEXTS)),
        )
        parts.append(draw(st.sampled_from(pieces)))
    return ", ".join(parts)


@cache
def _bodies(depth: int) -> st.SearchStrategy[tuple[Node, ...]]:
    anything = st.lists(nodes(depth), max_size=5).map(tuple)
    lines = session_lines().map(lambda line: parse_workout(line).steps)
    return st.one_of(interval_sessions(), long_runs(), lines, anything)


@st.composite
def workouts(draw: st.DrawFn, depth: int = 2) -> Workout:
    """Running workouts of every shape, empty ones too."""
    return Workout(
        name=draw(st.sampled_from(("Session", "Dauerlauf", "🏃 am Morgen"))),
        steps=draw(_bodies(depth)),
        sub_sport=draw(st.sampled_from(("generic", "treadmill", "track", "trail"))),
        notes=draw(notes),
        extra=draw(extras),
    )


@cache
def rules() -> st.SearchStrategy[Rule]:
    """Every rule, with its defaults and with other parameters."""
    extents = st.sampled_from(("1/8mi", "200m", "45s", "60s", "2min"))
    sides = {"slower": st.floats(0, 0.3), "faster": st.floats(0, 0.3)}
    pace = st.sampled_from(("marathon", "easy", "6:00/km", "9:00-10:00/mi"))
    return st.one_of(
        st.builds(
            AfterEachMile,
            backward=extents,
            every=st.sampled_from(("1mi", "1mi", "1km", "800m", "10min")),
            times=st.none() | st.integers(1, 6),
            pace=pace,
            **sides,
        ),
        st.builds(
            BackwardRecoveries,
            backward=extents,
            whole=st.booleans(),
            times=st.none() | st.integers(1, 6),
            pace=pace,
            **sides,
        ),
        st.builds(
            BackwardRepeats, count=st.integers(1, 8), backward=extents, recovery=extents, pace=pace
        ),
        st.builds(
            TreadmillIntro,
            count=st.integers(1, 6),
            walk=extents,
            between=extents,
            incline_percent=st.sampled_from((0, 1.5)),
        ),
        st.builds(
            Drills,
            where=st.sampled_from(("warmup", "cooldown")),
            rounds=st.integers(1, 4),
            each=extents,
            pace=st.none() | pace,
        ),
    )
