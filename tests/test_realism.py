"""Statistics of realism are right where the answer is known, and their comparison can fail."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from backrun_fit.activity import Activity, Column, Lap, TimerEvent, Track
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.workout import (
    OpenDuration,
    PaceTarget,
    Step,
)
from tests.activities import START, Piece, metres, plan, record, repeat, split, timed
from tests.benchmarks import bench_rehearsal, signals
from tests.benchmarks.bench_rehearsal import as_run, comparison_table, real_runs, rehearsed, run
from tests.benchmarks.executions import Run, executed_by_laps, executed_by_truth, settled_speed
from tests.benchmarks.realism import (
    STATISTICS,
    Comparison,
    Statistic,
    compare,
    measure,
    score,
)

LINE = re.compile(r"realism_within_25=(\d+)/(\d+) rehearsal_hour_ms=\d+\.\d")

Function = Callable[[Column], Column]
"""From seconds since the start to a quantity."""


def made(
    *lengths_s: int,
    steps: Sequence[Step] = (),
    indexes: Sequence[int] = (),
    at_s: Column | None = None,
    **quantities: Function,
) -> Run:
    """One execution of each length in seconds, one after the other, sampled every second.

    Without steps they are timed steps of just these lengths; without indexes, of one
    step each.
    """
    ends_s = np.cumsum(lengths_s).tolist()
    starts_s = [0, *ends_s][: len(lengths_s)]
    steps = steps or [timed(length) for length in lengths_s]
    indexes = indexes or range(len(lengths_s))
    seconds = np.arange(ends_s[-1], dtype=float) if at_s is None else at_s
    laps = tuple(
        Lap(
            number=number,
            start_at=START + timedelta(seconds=start),
            end_at=START + timedelta(seconds=end),
            timer_s=float(end - start),
            elapsed_s=float(end - start),
            step_index=index,
            trigger="time",
        )
        for number, (index, start, end) in enumerate(zip(indexes, starts_s, ends_s, strict=True))
    )
    columns = {name: function(seconds) for name, function in quantities.items()}
    return executed_by_laps(
        Activity(
            started_at=START,
            ended_at=laps[-1].end_at,
            sport="running",
            laps=laps,
            track=Track.from_columns(START.timestamp() + seconds, **columns),
            workout=CompiledWorkout(name="made", messages=tuple(steps)),
        )
    )


def level(value: float) -> Function:
    return lambda seconds: np.full(len(seconds), value)


def following(*parts: tuple[float, float, float]) -> Function:
    """Level at first, then towards (goal) from (second) on with (time constant) each."""

    def function(seconds: Column) -> Column:
        values = np.full(len(seconds), parts[0][0])
        for goal, begins_s, constant_s in parts[1:]:
            later = seconds >= begins_s
            from_value = float(np.interp(begins_s, seconds, values))
            share = 1 - np.exp(-(seconds - begins_s) / constant_s)
            values = np.where(later, from_value + (goal - from_value) * share, values)
        return values

    return function


def steps_of(length_s: int, *values: float) -> Function:
    """One value for each piece of so many seconds."""
    return lambda seconds: np.array(values)[(seconds // length_s).astype(int)]


def autoregressive(memory: float, deviation: float, middle: float = 3.0, seed: int = 1) -> Function:
    """AR(1): its correlation at a lag is ``memory`` to the power of the lag."""

    def function(seconds: Column) -> Column:
        kicks = np.random.default_rng(seed).standard_normal(int(seconds[-1]) + 1)
        values: Column = np.empty(len(kicks))
        value = kicks[0]
        for place, kick in enumerate(kicks):
            value = memory * value + math.sqrt(1 - memory**2) * kick
            values[place] = value
        return np.asarray(middle + deviation * values[seconds.astype(int)])

    return function


def uneven(length_s: int, seed: int = 2) -> Column:
    """Seconds of samples 1 to 6 s apart, as smart recording takes them."""
    gaps_s = np.random.default_rng(seed).integers(1, 7, length_s)
    at_s = np.cumsum(gaps_s).astype(float)
    return at_s[at_s < length_s]


# Speed


@pytest.mark.parametrize("at_s", [None, uneven(40_000)])
def test_the_correlation_of_speed_is_found_however_it_is_sampled(at_s: Column | None) -> None:
    found = measure(made(20_000, 20_000, speed_mps=autoregressive(0.95, 0.2), at_s=at_s))
    for lag in (1, 5, 15):
        assert found[f"speed_correlation_{lag}s"] == pytest.approx(0.95**lag, abs=0.04)


def test_a_trend_within_an_execution_is_no_correlation() -> None:
    noise = autoregressive(0.0, 0.05)
    found = measure(made(4000, speed_mps=lambda seconds: noise(seconds) + seconds / 4000))
    assert abs(found["speed_correlation_5s"]) < 0.05


def test_the_spread_of_speed_begins_after_settling() -> None:
    def wavering(seconds: Column) -> Column:
        return np.where(seconds % 300 < 15, 0.0, 3.0 + 0.15 * (-1) ** seconds)

    found = measure(made(300, 300, speed_mps=wavering))
    assert found["speed_spread"] == pytest.approx(0.05, rel=0.01)


def test_the_spread_of_speed_leaves_out_what_is_beside_a_pause() -> None:
    calm = made(300, speed_mps=lambda seconds: np.where(np.abs(seconds - 150) < 5, 0.0, 3.0))
    events = (
        TimerEvent(at=START + timedelta(seconds=151), kind="stop"),
        TimerEvent(at=START + timedelta(seconds=151), kind="start"),
    )
    paused = attrs.evolve(calm, activity=attrs.evolve(calm.activity, timer_events=events))
    assert measure(calm)["speed_spread"] > 0.1
    assert measure(paused)["speed_spread"] == 0.0
    at_s, _ = settled_speed(paused, paused.executed[0])
    gap_s = float(np.diff(at_s).max())
    assert gap_s == 21.0


@pytest.mark.parametrize("at_s", [None, uneven(30_000)])
def test_the_roughness_of_white_noise_is_its_deviation_times_root_six(at_s: Column | None) -> None:
    found = measure(made(30_000, speed_mps=autoregressive(0.0, 0.1), at_s=at_s))
    assert found["speed_roughness_mps"] == pytest.approx(0.1 * math.sqrt(6), rel=0.05)


def test_pace_is_held_against_the_middle_of_the_target() -> None:
    target = PaceTarget(slowest_mps=2.5, fastest_mps=3.5)
    run_made = made(
        *(120, 120, 120),
        steps=[timed(120, target)],
        indexes=[0, 0, 0],
        speed_mps=steps_of(120, 3.0, 3.3, 3.6),
    )
    found = measure(run_made)
    assert found["pace_error"] == pytest.approx(0.1)
    assert found["pace_error_spread"] == pytest.approx(0.1)
    assert found["repeat_spread"] == pytest.approx(0.3 / 3.3)


# Reaction


@pytest.mark.parametrize(("old_mps", "new_mps"), [(2.5, 4.0), (4.0, 2.5)])
def test_a_reaction_is_delay_and_time_constant(old_mps: float, new_mps: float) -> None:
    speed = following((old_mps, 0, 1), (new_mps, 123, 4))
    found = measure(made(120, 120, speed_mps=speed))
    names = ("reaction_faster_s", "reaction_slower_s")
    name, other = names if new_mps > old_mps else names[::-1]
    assert found[name] == pytest.approx(7.0, abs=0.2)
    assert other not in found


def test_who_begins_before_the_step_reacts_in_negative_time() -> None:
    found = measure(made(120, 120, speed_mps=following((2.5, 0, 1), (4.0, 117, 1))))
    assert found["reaction_faster_s"] == pytest.approx(-2.0, abs=0.2)


def test_a_change_too_small_or_beside_a_pause_has_no_reaction() -> None:
    assert "reaction_faster_s" not in measure(
        made(120, 120, speed_mps=following((2.5, 0, 1), (2.9, 123, 4)))
    )
    clear = made(120, 120, speed_mps=following((2.5, 0, 1), (4.0, 123, 4)))
    stop = TimerEvent(at=START + timedelta(seconds=130), kind="stop")
    paused = attrs.evolve(clear, activity=attrs.evolve(clear.activity, timer_events=(stop,)))
    assert "reaction_faster_s" in measure(clear)
    assert "reaction_faster_s" not in measure(paused)


# Cadence


def test_cadence_is_a_line_over_speed_while_running() -> None:
    pace = steps_of(150, 1.2, 2.4, 3.0, 3.6)
    noise = autoregressive(0.0, 2.0, middle=0.0)

    def cadence(seconds: Column) -> Column:
        speed = pace(seconds)
        return np.where(speed < 1.8, 110.0, 166.0 + 9.0 * (speed - 3.0)) + noise(seconds)

    found = measure(made(150, 150, 150, 150, speed_mps=pace, cadence_spm=cadence))
    assert found["cadence_slope"] == pytest.approx(9.0, abs=0.5)
    assert found["cadence_slope_steps"] == pytest.approx(9.0, abs=0.5)
    assert found["cadence_at_3_spm"] == pytest.approx(166.0, abs=0.5)
    assert found["cadence_residual_spm"] == pytest.approx(2.0, rel=0.1)
    assert found["cadence_roughness_spm"] == pytest.approx(2.0 * math.sqrt(6), rel=0.1)


def test_cadence_at_a_speed_that_was_not_run_is_not_guessed() -> None:
    pace = steps_of(150, 2.0, 2.4, 2.7)
    found = measure(made(150, 150, 150, speed_mps=pace, cadence_spm=lambda s: 150 + 5 * pace(s)))
    assert found["cadence_slope"] == pytest.approx(5.0)
    assert "cadence_at_3_spm" not in found


# Heart rate


@pytest.mark.parametrize("at_s", [None, uneven(600)])
def test_time_constants_and_delays_of_the_heart_are_found(at_s: Column | None) -> None:
    found = measure(
        made(
            *(200, 200, 200),
            speed_mps=steps_of(200, 2.5, 4.0, 2.5),
            heart_rate_bpm=following((80, 0, 1), (130, 0, 25), (170, 206, 30), (130, 416, 40)),
            at_s=at_s,
        )
    )
    assert found["heart_start_s"] == pytest.approx(25, rel=0.1)
    assert found["heart_rise_s"] == pytest.approx(30, rel=0.1)
    assert found["heart_rise_delay_s"] == pytest.approx(6, abs=2)
    assert found["heart_fall_s"] == pytest.approx(40, rel=0.1)
    assert found["heart_fall_delay_s"] == pytest.approx(16, abs=2)


@given(
    constant_s=st.floats(10, 60),
    change=st.floats(15, 80),
    falls=st.booleans(),
    delay_s=st.sampled_from([0.0, 6.0, 14.0]),
)
def test_any_exponential_is_recognised(
    constant_s: float, change: float, falls: bool, delay_s: float
) -> None:
    """Within one place of the grid, which is 5 % wide."""
    at_s = np.arange(0.0, 180.0)
    signed = -change if falls else change
    values = 120 + signed * (1 - np.exp(-np.maximum(at_s - delay_s, 0) / constant_s))
    found_s, found_delay_s = signals.time_constant(
        at_s, values, least_change=math.copysign(10.0, signed), delays_s=(0.0, 6.0, 14.0)
    )
    assert found_s == pytest.approx(constant_s, rel=0.05)
    assert found_delay_s == delay_s


def test_what_is_no_exponential_has_no_time_constant() -> None:
    at_s = np.arange(0.0, 180.0)
    noise = np.random.default_rng(1).standard_normal(180)
    rise = 20 * (1 - np.exp(-at_s / 30))
    for values, least_change in (
        (120 + 20 * noise, 10.0),
        (120 + at_s / 5, 10.0),
        (120 + rise, -10.0),
        (120 + rise / 4, 10.0),
        (np.full(180, 120.0), 10.0),
    ):
        found = signals.time_constant(at_s, values, least_change=least_change)
        assert np.isnan(found).all()
    assert not np.isnan(signals.time_constant(at_s, 120 + rise, least_change=10.0)).any()


def test_the_heart_follows_speed_and_drifts_by_a_known_slope() -> None:
    pace = steps_of(1200, 2.5, 3.0, 3.5)
    found = measure(
        made(
            *(1200, 1200, 1200),
            speed_mps=pace,
            heart_rate_bpm=lambda s: 60 + 25 * pace(s) + 3 * (s % 1200) / 600,
        )
    )
    assert found["heart_slope"] == pytest.approx(25.0)
    assert found["heart_drift_bpm"] == pytest.approx(3.0)
    assert found["heart_roughness_bpm"] == pytest.approx(0.0, abs=1.0)


# The watch


def test_ends_are_judged_by_what_ended_the_step() -> None:
    workout = plan(timed(60), metres(400.0), Step(duration=OpenDuration()), timed(60))
    pieces = [
        Piece(timer_s=60, step_index=0),
        Piece(timer_s=134, step_index=1, trigger="distance"),
        Piece(timer_s=90, step_index=2, trigger="manual"),
        Piece(timer_s=40, step_index=3, trigger="manual"),
        Piece(timer_s=25, trigger="session_end"),
    ]
    activity = record(pieces, workout)
    laps = (attrs.evolve(activity.laps[0], timer_s=60.25), *activity.laps[1:])
    found = measure(executed_by_laps(attrs.evolve(activity, laps=laps)))
    assert found["end_error_time_s"] == pytest.approx(0.25)
    assert found["end_error_distance_m"] == pytest.approx(2.0)
    assert found["open_step_s"] == 90.0
    assert found["tail_s"] == 25.0


def test_sampling_is_counted_gap_by_gap() -> None:
    at_s = np.array([0.0, 1.0, 2.0, 6.0, 10.0, 14.0, 18.0, 19.0, 20.0])
    found = measure(made(60, at_s=at_s))
    assert found["spacing_s"] == 2.5
    assert found["spacing_1s_share"] == 0.5
    assert found["spacing_95_s"] == 4.0


def test_altitude_has_a_grain_and_noise() -> None:
    noise = autoregressive(0.0, 0.5, middle=100.0)
    found = measure(made(20_000, altitude_m=lambda s: np.round(noise(s) / 0.2) * 0.2))
    assert found["altitude_step_m"] == pytest.approx(0.2)
    assert found["altitude_change_m"] == pytest.approx(0.5 * math.sqrt(2) * 0.6745, abs=0.2)
    assert found["altitude_roughness_m"] == pytest.approx(0.5 * math.sqrt(6), rel=0.05)


def test_distance_is_held_against_speed_and_positions() -> None:
    degree_m = 6_371_000.0 * math.pi / 180
    found = measure(
        made(
            600,
            speed_mps=level(3.0),
            distance_m=lambda s: 3.06 * s,
            latitude_deg=lambda s: 38.0 + 3.06 * 1.05 * s / degree_m,
            longitude_deg=level(24.0),
        )
    )
    assert found["distance_by_speed"] == pytest.approx(1.02)
    assert found["distance_by_positions"] == pytest.approx(1.05)


def test_distance_over_a_long_gap_is_held_against_nothing() -> None:
    at_s = np.array([*range(100), *range(300, 400)], dtype=float)
    found = measure(made(400, speed_mps=level(3.0), distance_m=lambda s: 3.0 * s, at_s=at_s))
    assert found["distance_by_speed"] == pytest.approx(1.0)


def test_pauses_are_counted_by_hour_of_timer() -> None:
    pieces = [Piece(timer_s=900, step_index=0, pause_s=20), Piece(timer_s=900, step_index=1)]
    found = measure(executed_by_laps(record(pieces, plan(timed(900), timed(900)))))
    assert found["pauses_per_hour"] == pytest.approx(2.0)
    assert found["pause_s"] == 20.0


# Whatever the recording lacks


def test_what_is_absent_is_not_measured() -> None:
    found = measure(made(300, 300))
    assert set(found) == {"end_error_time_s", "spacing_s", "spacing_95_s", "spacing_1s_share"}


@given(
    lengths_s=st.lists(st.integers(1, 90), min_size=1, max_size=6),
    sampled=st.sets(st.integers(0, 539), max_size=60),
    lost=st.sets(st.sampled_from(["speed_mps", "heart_rate_bpm", "cadence_spm", "altitude_m"])),
    seed=st.integers(0, 9),
)
def test_any_recording_can_be_measured(
    lengths_s: list[int], sampled: set[int], lost: set[str], seed: int
) -> None:
    """Short executions, few samples and holes in columns give finite numbers or none."""
    generator = np.random.default_rng(seed)

    def holed(seconds: Column) -> Column:
        values = generator.uniform(0, 200, len(seconds))
        return np.where(generator.uniform(size=len(seconds)) < 0.3, np.nan, values)

    names = {"speed_mps", "heart_rate_bpm", "cadence_spm", "altitude_m", "distance_m"} - lost
    quantities: dict[str, Any] = dict.fromkeys(sorted(names), holed)
    at_s = np.array(sorted(sampled), dtype=float)
    found = measure(made(*lengths_s, at_s=at_s, **quantities))
    assert set(found) <= {statistic.name for statistic in STATISTICS}
    assert all(math.isfinite(value) for value in found.values())


def test_an_activity_without_workout_has_no_executions() -> None:
    activity = record([Piece(timer_s=60, step_index=0)])
    assert executed_by_laps(activity).executed == ()
    assert "end_error_time_s" not in measure(executed_by_laps(activity))


# Executions


def test_automatic_laps_belong_to_one_execution() -> None:
    pieces = [Piece(timer_s=600, step_index=0), Piece(timer_s=60, step_index=0)]
    whole = record(pieces, plan(timed(600), repeat(0, 2)))
    (first, second) = executed_by_laps(split(whole, 0, 250)).executed
    assert len(first.laps) == 2
    assert first.timer_s == 600.0
    assert second.timer_s == 60.0


def test_measured_repeats_are_told_apart_from_automatic_laps() -> None:
    step = metres(1500.0)
    pieces = [Piece(timer_s=500, step_index=0, trigger="distance")] * 2
    cut = split(record(pieces, plan(step, repeat(0, 2))), 0, 1000 / 3)
    assert [one.distance_m for one in executed_by_laps(cut).executed] == [1500.0, 1500.0]


def test_a_truth_that_points_to_a_repeat_is_left_out() -> None:
    activity = record([Piece(timer_s=60, step_index=1)], plan(timed(60), repeat(0, 2)))
    entry = {"step_index": 1, "start": 0, "end": 60, "first_lap": 0, "last_lap": 0}
    assert executed_by_truth(activity, [entry]).executed == ()
    assert len(executed_by_truth(activity, [{**entry, "step_index": 0}]).executed) == 1


def test_laps_tell_the_executions_of_real_runs_as_the_truth_does(corpus: Path) -> None:
    alike = [
        [one.laps for one in by_truth.executed]
        == [one.laps for one in executed_by_laps(by_truth.activity).executed]
        for by_truth in real_runs(corpus).values()
    ]
    assert len(alike) >= 90
    assert all(alike)


# Comparison


def compared(
    real: float, rehearsed_value: float, *, finest: float = 0.0, habit: bool = False
) -> Comparison:
    statistic = Statistic(name="made", title="made up", finest=finest, habit=habit)
    return Comparison(statistic=statistic, real=(real,), rehearsed=(rehearsed_value,))


@pytest.mark.parametrize("sign", [1, -1])
def test_medians_agree_within_a_quarter_and_not_beyond(sign: int) -> None:
    assert compared(sign * 4.0, sign * 4.99).agrees
    assert compared(sign * 4.0, sign * 3.01).agrees
    assert not compared(sign * 4.0, sign * 5.04).agrees
    assert not compared(sign * 4.0, sign * 2.96).agrees
    assert not compared(4.0, -4.0).agrees


def test_medians_agree_that_a_file_cannot_tell_apart() -> None:
    assert compared(0.0, 0.001, finest=0.001).agrees
    assert not compared(0.0, 0.002, finest=0.001).agrees
    assert not compared(0.0, 0.001).agrees
    assert math.isnan(compared(0.0, 1.0).ratio)


def test_what_the_rehearsals_lack_does_not_agree() -> None:
    lacking = attrs.evolve(compared(1.0, 1.0), rehearsed=())
    assert lacking.counts
    assert not lacking.agrees


def test_the_score_counts_what_is_seen_in_real_runs_and_is_no_habit() -> None:
    unseen = attrs.evolve(compared(1.0, 1.0), real=())
    rows = [compared(1.0, 1.1), compared(1.0, 2.0), compared(1.0, 1.0, habit=True), unseen]
    assert score(rows) == (1, 2)


def test_medians_are_over_the_runs_that_have_the_statistic() -> None:
    name = STATISTICS[0].name
    row = compare([{name: 1.0}, {name: 3.0}, {}, {name: 5.0}], [{name: 6.0}])[0]
    assert row.medians == (3.0, 6.0)
    assert row.ratio == 2.0
    assert len(compare([], [])) == len(STATISTICS)


def test_the_table_marks_what_is_off() -> None:
    out = io.StringIO()
    rows = [
        compared(1.0, 1.1),
        compared(1.0, 2.0),
        attrs.evolve(compared(1.0, 1.0), rehearsed=()),
        attrs.evolve(compared(1.0, 1.0), real=()),
        compared(1.0, 2.0, habit=True),
    ]
    Console(file=out, width=120).print(comparison_table(rows))
    marks = [line.split("│")[-2].strip() for line in out.getvalue().splitlines() if "│" in line]
    assert marks == ["", "off", "missing", "not measurable", ""]


# The benchmark


def session(pace_mps: float = 3.0) -> Run:
    """A run that keeps its plan, as if it were a real one."""
    band = PaceTarget(slowest_mps=pace_mps - 0.1, fastest_mps=pace_mps + 0.1)
    easy = PaceTarget(slowest_mps=2.1, fastest_mps=2.3)
    workout = plan(timed(300, easy), timed(120, band), timed(90, easy), repeat(1, 3))
    rows = [
        Piece(timer_s=timer_s, step_index=index, speed_mps=2.2 if timer_s != 120 else pace_mps)
        for index, timer_s in ((0, 300), *((1, 120), (2, 90)) * 3)
    ]
    return executed_by_laps(record(rows, workout))


def test_a_rehearsal_executes_the_plan_of_the_run() -> None:
    real = session()
    again = rehearsed(real, seed=1)
    assert [one.step_index for one in again.executed] == [0, 1, 2, 1, 2, 1, 2]
    assert measure(again)["spacing_1s_share"] == 1.0
    assert again.activity.started_at == real.activity.started_at


def test_rehearsals_agree_with_themselves() -> None:
    made_runs = {"made": rehearsed(session(), seed=0)}
    out = io.StringIO()
    match = LINE.fullmatch(run(made_runs, Console(file=out, width=120)))
    assert match is not None
    agreeing, counted = map(int, match.groups())
    assert agreeing == counted >= 20
    assert "Further apart than 25%: none" in out.getvalue()


def test_the_comparison_fails_for_runs_unlike_any_rehearsal() -> None:
    out = io.StringIO()
    match = LINE.fullmatch(run({"made": session()}, Console(file=out, width=120)))
    assert match is not None
    agreeing, counted = map(int, match.groups())
    assert agreeing < counted
    assert "speed_spread" in out.getvalue()


def test_a_plan_as_run_asks_for_the_speed_that_was_run() -> None:
    asked = as_run(session())
    assert asked.activity.workout is not None
    slow = attrs.evolve(asked.executed[1], step=timed(120))
    target = asked.activity.workout.messages[1]
    assert isinstance(target, Step)
    assert isinstance(target.target, PaceTarget)
    assert target.target.slowest_mps == pytest.approx(2.85)
    assert target.target.fastest_mps == pytest.approx(3.15)
    assert asked.executed[1].step == target
    assert slow.step != target
    assert measure(asked)["pace_error"] == pytest.approx(0.0, abs=1e-9)


def test_without_real_runs_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_rehearsal, "corpus_path", lambda: None)
    bench_rehearsal.main([])
    assert "no corpus of real FIT files here" in capsys.readouterr().out


def test_the_quartiles_of_real_runs_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_rehearsal, "corpus_path", lambda: Path("nowhere"))
    monkeypatch.setattr(bench_rehearsal, "real_runs", lambda corpus: {"made": session()})
    bench_rehearsal.main(["--values"])
    printed = capsys.readouterr().out
    assert all(statistic.title in printed for statistic in STATISTICS)
    assert "realism_within_25" not in printed
