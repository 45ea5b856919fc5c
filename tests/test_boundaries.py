"""Claims about where steps may begin and end, and about distance and speed between."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.activity import Activity, Column, Lap, TimerEvent, Track
from backrun_fit.compliance.alignment.boundaries import Boundaries
from backrun_fit.compliance.timeline import Recording
from tests.activities import START, Piece, record, split

PIECES = st.lists(
    st.builds(
        Piece,
        timer_s=st.integers(2, 45),
        speed_mps=st.sampled_from([0.0, 0.6, 1.0, 2.2, 4.0]),
        pause_s=st.sampled_from([0, 0, 5, 60]),
    ),
    min_size=1,
    max_size=6,
)
MOVING = st.lists(
    st.builds(
        Piece,
        timer_s=st.integers(2, 45),
        speed_mps=st.sampled_from([0.8, 2.2, 4.0]),
        pause_s=st.sampled_from([0, 0, 5, 60]),
    ),
    min_size=1,
    max_size=6,
)


def of_laps(activity: Activity) -> Boundaries:
    return Boundaries.of_laps(Recording.of(activity))


def of_speed(activity: Activity, *, with_presses: bool = False) -> Boundaries:
    return Boundaries.of_speed(Recording.of(activity), with_presses=with_presses)


def run(
    speed_mps: Column, *, cadence_spm: Column | None = None, unix_s: Column | None = None
) -> Activity:
    """A run with a sample each second, or when asked for."""
    seconds = np.arange(float(len(speed_mps))) if unix_s is None else unix_s
    columns = {"speed_mps": speed_mps}
    if cadence_spm is not None:
        columns["cadence_spm"] = cadence_spm
    return Activity(
        started_at=START,
        ended_at=after(float(seconds[-1])),
        sport="running",
        track=Track.from_columns(START.timestamp() + seconds, **columns),
    )


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def lap(begin_s: float, end_s: float, timer_s: float, distance_m: float | None = None) -> Lap:
    return Lap(
        number=0,
        start_at=after(begin_s),
        end_at=after(end_s),
        timer_s=timer_s,
        elapsed_s=end_s - begin_s,
        distance_m=distance_m,
    )


def with_laps(activity: Activity, *laps: Lap) -> Activity:
    return attrs.evolve(activity, laps=laps)


def with_lap_distances(activity: Activity, *distances_m: float | None) -> Activity:
    laps = [
        attrs.evolve(lap, distance_m=distance_m)
        for lap, distance_m in zip(activity.laps, distances_m, strict=True)
    ]
    return with_laps(activity, *laps)


def without_distances(activity: Activity) -> Activity:
    lost = np.full(len(activity.track), np.nan)
    return attrs.evolve(activity, track=attrs.evolve(activity.track, distance_m=lost))


def even_laps(*distances_m: float | None, speed_mps: float = 3.0) -> Activity:
    """Laps of a hundred seconds, all at one speed, that say these distances."""
    pieces = [Piece(timer_s=100, speed_mps=speed_mps)] * len(distances_m)
    return with_lap_distances(record(pieces), *distances_m)


def pressed(activity: Activity, *presses_s: float) -> Activity:
    """The lap button pressed so many seconds of clock after the start."""
    ends = [*presses_s, (activity.ended_at - START).total_seconds()]
    laps = [lap(begin, end, end - begin) for begin, end in itertools.pairwise([0.0, *ends])]
    return with_laps(
        activity, *(attrs.evolve(each, trigger="manual") for each in laps[:-1]), laps[-1]
    )


# Where laps mark the steps.


@given(PIECES)
def test_with_laps_the_axis_is_the_sum_of_their_timer_times(pieces: list[Piece]) -> None:
    boundaries = of_laps(record(pieces))
    timer_s = [piece.timer_s for piece in pieces]
    assert boundaries.at_s.tolist() == [0.0, *itertools.accumulate(timer_s)]
    assert len(boundaries) == len(pieces) + 1
    assert boundaries.end_s == sum(timer_s)
    assert len(boundaries.laps) == len(pieces)
    assert not boundaries.is_pressed.any()


def test_laps_of_no_time_at_all_still_lie_one_behind_the_other() -> None:
    activity = record([Piece(timer_s=100)])
    none = lap(50, 50, 0.0, 0.0)
    boundaries = of_laps(with_laps(activity, lap(0, 50, 50.0), none, none, lap(50, 100, 50.0)))
    assert (np.diff(boundaries.at_s) > 0).all()
    assert boundaries.at_s == pytest.approx([0.0, 50.0, 50.0, 50.0, 100.0], abs=0.01)
    assert boundaries.at_m == pytest.approx([0.0, 150.0, 150.0, 150.0, 300.0], abs=0.1)
    assert boundaries.span(*boundaries.at_s[1:3].tolist()) == (after(50), after(50))


def test_a_distance_between_boundaries_is_what_the_laps_say() -> None:
    boundaries = of_laps(even_laps(400.0, 200.0, 0.0, 600.0))
    assert boundaries.at_m.tolist() == [0.0, 400.0, 600.0, 600.0, 1200.0]
    assert boundaries.unknown.tolist() == [0, 0, 0, 0, 0]


def test_a_lap_without_a_distance_has_that_of_its_samples() -> None:
    boundaries = of_laps(even_laps(400.0, None, 200.0, None))
    assert boundaries.at_m == pytest.approx([0.0, 400.0, 700.0, 900.0, 1200.0])
    assert boundaries.unknown.tolist() == [0, 0, 0, 0, 0]


def test_where_neither_lap_nor_samples_say_a_distance_it_is_unknown() -> None:
    boundaries = of_laps(without_distances(even_laps(None, 400.0, None, None)))
    assert boundaries.unknown.tolist() == [0, 1, 1, 2, 3]
    assert boundaries.at_m.tolist() == [0.0, 0.0, 400.0, 400.0, 400.0]


def test_one_sample_with_a_distance_is_no_distance() -> None:
    activity = even_laps(None, None)
    distance_m = np.full(len(activity.track), np.nan)
    distance_m[70] = 200.0
    once = attrs.evolve(activity, track=attrs.evolve(activity.track, distance_m=distance_m))
    assert of_laps(once).unknown.tolist() == [0, 1, 2]
    assert of_speed(once).unknown.tolist() == [0, 1]
    said = of_laps(with_lap_distances(once, 400.0, 200.0))
    assert said.metres(np.array([50.0, 100.0])).tolist() == [200.0, 400.0]
    distance_m[120] = 300.0
    assert of_laps(once).unknown.tolist() == [0, 0, 0]


def test_within_a_lap_the_samples_are_stretched_to_its_distance() -> None:
    halves = [Piece(timer_s=50, speed_mps=1.0), Piece(timer_s=50, speed_mps=3.0)]
    activity = record([*halves, *halves])
    wholes = with_laps(activity, lap(0, 100, 100.0, 400.0), lap(100, 200, 100.0, 100.0))
    boundaries = of_laps(wholes)
    places_s = np.array([25.0, 50.0, 75.0, 100.0, 125.0, 150.0, 175.0, 200.0])
    expected_m = [50.0, 100.0, 250.0, 400.0, 412.5, 425.0, 462.5, 500.0]
    assert boundaries.metres(places_s) == pytest.approx(expected_m)
    assert boundaries.reached_s(np.array(expected_m)) == pytest.approx(places_s.tolist())


def test_without_samples_a_lap_goes_at_one_speed() -> None:
    boundaries = of_laps(without_distances(even_laps(400.0, 200.0)))
    places_s = np.array([0.0, 25.0, 100.0, 150.0, 200.0])
    assert boundaries.metres(places_s).tolist() == [0.0, 100.0, 400.0, 500.0, 600.0]


def test_a_distance_that_was_counted_before_the_start_does_not_count() -> None:
    activity = even_laps(None, None)
    further = attrs.evolve(activity.track, distance_m=activity.track.distance_m + 5000.0)
    boundaries = of_laps(attrs.evolve(activity, track=further))
    assert boundaries.at_m == pytest.approx([0.0, 300.0, 600.0])


@pytest.mark.parametrize("clock_s", [130, 100, 80])
def test_samples_stay_within_their_lap_whatever_its_timer_says(clock_s: int) -> None:
    activity = record([Piece(timer_s=clock_s, speed_mps=2.0), Piece(timer_s=100, speed_mps=4.0)])
    first, second = activity.laps
    contrary = with_lap_distances(
        with_laps(activity, attrs.evolve(first, timer_s=100.0), second), None, None
    )
    boundaries = of_laps(contrary)
    assert boundaries.at_s.tolist() == [0.0, 100.0, 200.0]
    assert boundaries.at_m == pytest.approx([0.0, 2.0 * clock_s, 2.0 * clock_s + 400.0])
    from_s, to_s = np.array([0.0, 100.0]), np.array([min(clock_s, 99.0), 200.0])
    assert boundaries.mean_mps(from_s, to_s) == pytest.approx([2.0, 4.0])


def test_laps_that_begin_before_the_one_before_still_lie_behind_it() -> None:
    activity = record([Piece(timer_s=200)])
    mixed = [lap(0, 100, 100.0), lap(150, 160, 10.0), lap(140, 200, 60.0)]
    boundaries = of_laps(with_laps(activity, *mixed))
    knots_s, knots_m = boundaries.knots
    assert (np.diff(knots_s) >= 0).all()
    assert (np.diff(knots_m) >= 0).all()
    assert boundaries.at_m[-1] == pytest.approx(600.0)


# Where they do not.


def test_without_laps_boundaries_are_the_begin_the_end_and_changes_of_speed() -> None:
    pieces = [Piece(timer_s=s, speed_mps=v) for s, v in ((300, 2.5), (120, 4.0), (90, 2.0))]
    boundaries = of_speed(record(pieces))
    assert boundaries.at_s.tolist() == [0.0, 300.0, 420.0, 510.0]
    assert boundaries.changes_s.tolist() == [300.0, 420.0]
    assert boundaries.laps == ()
    assert boundaries.unknown.tolist() == [0, 0, 0, 0]
    assert not boundaries.is_pressed.any()


def test_a_run_at_one_speed_has_nothing_but_its_begin_and_end() -> None:
    assert of_speed(record([Piece(timer_s=300), Piece(timer_s=300)])).at_s.tolist() == [0.0, 600.0]


def test_pauses_of_the_timer_are_not_on_the_axis() -> None:
    pieces = [Piece(timer_s=100, speed_mps=2.0, pause_s=500), Piece(timer_s=100, speed_mps=4.0)]
    assert of_speed(record(pieces)).at_s.tolist() == [0.0, 100.0, 200.0]


def test_without_any_distance_no_stretch_between_boundaries_is_known() -> None:
    pieces = [Piece(timer_s=100, speed_mps=2.0), Piece(timer_s=100, speed_mps=4.0)]
    boundaries = of_speed(without_distances(record(pieces)))
    assert boundaries.unknown.tolist() == [0, 1, 2]
    assert boundaries.at_m.tolist() == [0.0, 0.0, 0.0]


def test_two_distances_are_enough_to_lay_distances_along() -> None:
    activity = record([Piece(timer_s=100)])
    ends = Track.from_columns(
        START.timestamp() + np.array([0.0, 100.0]), distance_m=np.array([0.0, 400.0])
    )
    boundaries = of_speed(attrs.evolve(activity, track=ends))
    assert boundaries.unknown.tolist() == [0, 0]
    assert boundaries.metres(np.array([0.0, 25.0, 100.0])).tolist() == [0.0, 100.0, 400.0]


def test_a_run_that_lasted_no_time_has_two_boundaries_and_nothing_between() -> None:
    boundaries = of_speed(run(np.array([3.0])))
    begin_s, end_s = boundaries.at_s.tolist()
    assert 0.0 == begin_s < end_s < 0.1
    assert boundaries.at_m.tolist() == [0.0, 0.0]
    assert boundaries.variation(boundaries.at_s[:1], boundaries.at_s[1:]).tolist() == [0.0]
    assert boundaries.mean_mps(boundaries.at_s[:1], boundaries.at_s[1:]).tolist() == [0.0]
    assert boundaries.rarity(boundaries.at_s, 0)[0].tolist() == [0.0, 0.0]
    assert boundaries.span(begin_s, end_s) == (START, START)


# Presses of the lap button.


def test_presses_are_boundaries_only_where_they_are_asked_for() -> None:
    activity = pressed(record([Piece(timer_s=600)]), 200, 450)
    assert of_speed(activity).at_s.tolist() == [0.0, 600.0]
    boundaries = of_speed(activity, with_presses=True)
    assert boundaries.at_s.tolist() == [0.0, 200.0, 450.0, 600.0]
    assert boundaries.is_pressed.tolist() == [False, True, True, False]


@pytest.mark.parametrize("trigger", ["time", "distance", "session_end", None])
def test_a_lap_that_nobody_pressed_is_no_boundary(trigger: str | None) -> None:
    activity = split(record([Piece(timer_s=600)]), 0, 200, trigger="manual")
    first, last = activity.laps
    changed = with_laps(activity, attrs.evolve(first, trigger=trigger), last)
    assert of_speed(activity, with_presses=True).at_s.tolist() == [0.0, 200.0, 600.0]
    assert of_speed(changed, with_presses=True).at_s.tolist() == [0.0, 600.0]


@pytest.mark.parametrize(
    ("press_s", "at_s"),
    [
        (0.5, []),
        (1.0, []),
        (1.5, [1.5]),
        (598.5, [598.5]),
        (599.0, []),
        (599.5, []),
        (600.0, []),
    ],
)
def test_a_press_within_a_second_of_begin_or_end_is_that(press_s: float, at_s: list[float]) -> None:
    activity = pressed(record([Piece(timer_s=600)]), press_s)
    assert of_speed(activity, with_presses=True).at_s.tolist() == [0.0, *at_s, 600.0]


@pytest.mark.parametrize("press_s", [284.0, 285.0, 290.0, 300.0, 315.0, 316.0])
def test_a_change_of_speed_next_to_a_press_is_that_press(press_s: float) -> None:
    pieces = [Piece(timer_s=300, speed_mps=2.5), Piece(timer_s=300, speed_mps=4.0)]
    boundaries = of_speed(pressed(record(pieces), press_s), with_presses=True)
    far = [] if abs(press_s - 300) <= 15 else [300.0]
    assert boundaries.at_s.tolist() == sorted([0.0, press_s, *far, 600.0])
    assert boundaries.at_s[boundaries.is_pressed].tolist() == [press_s]


@given(st.lists(st.tuples(st.integers(10, 60), st.floats(0, 6)), min_size=1, max_size=6), st.data())
def test_changes_of_speed_that_nobody_pressed_at_stay(
    parts: list[tuple[int, float]], data: st.DataObject
) -> None:
    activity = run(uneven(parts))
    end_s = len(activity.track) - 1
    presses = sorted(data.draw(st.sets(st.integers(2, max(2, end_s - 2)), max_size=5)))
    presses = [each for each in presses if each < end_s - 1]
    boundaries = of_speed(pressed(activity, *presses), with_presses=True)
    far = [
        change_s
        for change_s in boundaries.changes_s.tolist()
        if all(abs(change_s - press_s) > 15 for press_s in presses)
    ]
    assert boundaries.at_s.tolist() == sorted([0.0, end_s, *presses, *far])
    assert boundaries.at_s[boundaries.is_pressed].tolist() == presses


def test_presses_in_one_pause_are_one_boundary() -> None:
    activity = record([Piece(timer_s=400, pause_s=100)])
    boundaries = of_speed(pressed(activity, 210, 250, 290, 400), with_presses=True)
    assert boundaries.at_s.tolist() == [0.0, 200.0, 300.0, 400.0]
    assert boundaries.is_pressed.tolist() == [False, True, True, False]


# Places.


PLACES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8)


def places_of(boundaries: Boundaries, shares: Sequence[float]) -> Column:
    """Places by their share of the axis, and places at, and next to, boundaries."""
    near = [boundaries.at_s + off for off in (0.0, -0.25, 0.25, -1.0, 1.0, -1.25, 1.25)]
    places_s = np.concatenate((np.array(shares) * boundaries.end_s, *near))
    return np.sort(places_s[(places_s >= 0) & (places_s <= boundaries.end_s)])


@given(PIECES, PLACES, st.booleans())
def test_before_a_place_is_the_last_boundary_that_does_not_lie_behind_it(
    pieces: list[Piece], shares: list[float], marked: bool
) -> None:
    boundaries = of_laps(record(pieces)) if marked else of_speed(record(pieces))
    places_s = places_of(boundaries, shares)
    before, is_boundary = boundaries.before(places_s)
    at_s = boundaries.at_s.tolist()
    assert before.tolist() == [sum(each <= place for each in at_s) - 1 for place in places_s]
    assert is_boundary.tolist() == [place in at_s for place in places_s.tolist()]


@given(PIECES, PLACES, st.booleans())
def test_a_place_within_a_second_of_a_boundary_is_that_boundary(
    pieces: list[Piece], shares: list[float], marked: bool
) -> None:
    boundaries = of_laps(record(pieces)) if marked else of_speed(record(pieces))
    places_s = places_of(boundaries, shares)
    for place_s, snapped_s in zip(places_s, boundaries.snapped(places_s), strict=True):
        apart_s = np.abs(boundaries.at_s - place_s)
        if apart_s.min() <= 1.0:
            assert snapped_s in boundaries.at_s
            assert abs(snapped_s - place_s) == apart_s.min()
        else:
            assert snapped_s == place_s


def test_a_place_beyond_the_ends_is_the_end() -> None:
    boundaries = of_laps(even_laps(300.0, 300.0))
    assert boundaries.snapped(np.array([-50.0, 250.0])).tolist() == [0.0, 200.0]


# Instants.


def seconds_of(pieces: Sequence[Piece]) -> list[datetime]:
    """An oracle: when each second on the timer began, and when the last one was over."""
    clock_s, found = 0, []
    for piece in pieces:
        for second in range(piece.timer_s):
            if second == piece.timer_s // 2:
                clock_s += piece.pause_s
            found.append(after(clock_s))
            clock_s += 1
    return [*found, after(clock_s)]


@given(PIECES, st.data())
def test_a_place_is_the_instant_at_which_the_timer_showed_it(
    pieces: list[Piece], data: st.DataObject
) -> None:
    seconds = seconds_of(pieces)
    begin = data.draw(st.integers(0, len(seconds) - 2))
    end = data.draw(st.integers(begin + 1, len(seconds) - 1))
    for boundaries in (of_laps(record(pieces)), of_speed(record(pieces))):
        start_at, end_at = boundaries.span(float(begin), float(end))
        assert abs(start_at - seconds[begin]) < timedelta(milliseconds=1)
        assert abs(end_at - seconds[end]) < timedelta(milliseconds=1)


def paused_between_laps() -> Activity:
    """Two laps of a hundred seconds with a minute between, in which the timer stood still."""
    activity = record([Piece(timer_s=260)])
    kinds = [("start", 0), ("stop", 100), ("start", 160), ("stop", 260)]
    events = [TimerEvent(at=after(s), kind="start" if k == "start" else "stop") for k, s in kinds]
    laps = lap(0, 100, 100.0), lap(160, 260, 100.0)
    return attrs.evolve(activity, laps=laps, timer_events=tuple(events))


def test_at_boundaries_instants_are_those_of_the_laps() -> None:
    boundaries = of_laps(paused_between_laps())
    assert boundaries.span(0.0, 100.0) == (after(0), after(100))
    assert boundaries.span(100.0, 200.0) == (after(160), after(260))
    assert boundaries.span(0.0, 200.0) == (after(0), after(260))
    assert boundaries.span(40.0, 100.0) == (after(40), after(100))
    assert boundaries.span(100.0, 130.0) == (after(160), after(190))
    assert boundaries.span(40.0, 130.0) == (after(40), after(190))


def test_a_lap_that_was_begun_in_a_pause_begins_there() -> None:
    activity = paused_between_laps()
    boundaries = of_laps(with_laps(activity, lap(0, 130, 100.0), lap(130, 260, 100.0)))
    assert boundaries.span(0.0, 100.0) == (after(0), after(130))
    assert boundaries.span(100.0, 200.0) == (after(130), after(260))


def test_a_place_within_a_lap_stays_within_it_whatever_its_timer_says() -> None:
    activity = record([Piece(timer_s=200)])
    boundaries = of_laps(with_laps(activity, lap(0, 80, 100.0), lap(80, 200, 100.0)))
    assert boundaries.span(90.0, 110.0) == (after(80), after(90))
    assert boundaries.span(70.0, 190.0) == (after(70), after(170))


def test_nothing_ends_before_it_begins() -> None:
    activity = record([Piece(timer_s=200)])
    overlapping = with_laps(activity, lap(0, 110, 100.0), lap(100, 100, 100.0))
    start_at, end_at = of_laps(overlapping).span(100.0, 200.0)
    assert (start_at, end_at) == (after(100), after(100))
    overlapping = with_laps(activity, lap(0, 110, 110.0), lap(100, 101, 10.0))
    assert of_laps(overlapping).span(105.0, 120.0) == (after(105), after(105))


# Distance.


def ragged(activity: Activity, data: st.DataObject) -> Activity:
    """Its laps say other distances or none, and its samples lose some and fall back."""
    said = st.none() | st.integers(0, 50_000).map(lambda centimetres: centimetres / 100)
    activity = with_lap_distances(activity, *(data.draw(said) for _ in activity.laps))
    distance_m = activity.track.distance_m + data.draw(st.sampled_from([0.0, 1000.0]))
    rows = st.integers(0, len(distance_m) - 1)
    for row in data.draw(st.lists(rows, max_size=5)):
        distance_m[row] = data.draw(st.sampled_from([0.0, np.nan]))
    return attrs.evolve(activity, track=attrs.evolve(activity.track, distance_m=distance_m))


@given(PIECES, PLACES, st.booleans(), st.data())
def test_neither_distance_nor_time_ever_falls(
    pieces: list[Piece], shares: list[float], marked: bool, data: st.DataObject
) -> None:
    activity = ragged(record(pieces), data)
    boundaries = of_laps(activity) if marked else of_speed(activity)
    knots_s, knots_m = boundaries.knots
    assert (np.diff(knots_s) >= 0).all()
    assert (np.diff(knots_m) >= 0).all()
    assert np.isin(boundaries.at_s, knots_s).all()
    there_m = boundaries.metres(places_of(boundaries, shares))
    assert (np.diff(there_m) >= 0).all()
    assert (np.diff(boundaries.reached_s(there_m)) >= 0).all()
    assert boundaries.at_m.tolist() == boundaries.metres(boundaries.at_s).tolist()


@given(PIECES, st.data())
def test_the_distance_of_each_lap_is_its_own(pieces: list[Piece], data: st.DataObject) -> None:
    activity = ragged(record(pieces), data)
    own_m = np.diff(of_laps(activity).at_m)
    for lap, metres in zip(activity.laps, own_m.tolist(), strict=True):
        if lap.distance_m is not None:
            assert metres == pytest.approx(lap.distance_m)


@given(MOVING, PLACES, st.booleans(), st.data())
def test_where_distance_grows_the_place_where_it_was_reached_is_found_again(
    pieces: list[Piece], shares: list[float], marked: bool, data: st.DataObject
) -> None:
    activity = record(pieces)
    said = st.none() | st.integers(100, 50_000).map(lambda centimetres: centimetres / 100)
    activity = with_lap_distances(activity, *(data.draw(said) for _ in activity.laps))
    boundaries = of_laps(activity) if marked else of_speed(activity)
    places_s = places_of(boundaries, shares)
    there_m = boundaries.metres(places_s)
    assert boundaries.reached_s(there_m) == pytest.approx(places_s.tolist(), abs=1e-6)
    part_m = np.array(shares) * boundaries.at_m[-1]
    assert boundaries.metres(boundaries.reached_s(part_m)) == pytest.approx(part_m.tolist())


@given(PIECES, PLACES)
def test_without_laps_distance_is_that_of_the_samples(
    pieces: list[Piece], shares: list[float]
) -> None:
    boundaries = of_speed(record(pieces))
    run_m = [0.0, *itertools.accumulate(p.speed_mps for p in pieces for _ in range(p.timer_s))]
    places_s = places_of(boundaries, shares)
    expected_m = np.interp(places_s, np.arange(len(run_m)), run_m)
    assert boundaries.metres(places_s) == pytest.approx(expected_m.tolist())


def test_a_distance_that_falls_back_for_a_moment_does_not_matter() -> None:
    activity = record([Piece(timer_s=200, speed_mps=4.0)])
    distance_m = activity.track.distance_m.copy()
    distance_m[50] = 0.0
    jumping = attrs.evolve(activity, track=attrs.evolve(activity.track, distance_m=distance_m))
    for boundaries in (of_laps(jumping), of_speed(jumping)):
        assert boundaries.metres(np.array([49.0, 50.0, 51.0])) == pytest.approx([196, 196, 204])


def test_what_was_covered_while_the_timer_stood_is_covered_at_once() -> None:
    activity = attrs.evolve(
        paused_between_laps(),
        track=Track.from_columns(
            START.timestamp() + np.array([0.0, 100.0, 130.0, 160.0, 260.0]),
            distance_m=np.array([0.0, 300.0, 340.0, 320.0, 650.0]),
        ),
    )
    boundaries = of_speed(activity)
    assert (np.diff(boundaries.knots[1]) >= 0).all()
    places_s = np.array([0.0, 50.0, 100.0, 150.0, 200.0])
    assert boundaries.metres(places_s).tolist() == [0.0, 150.0, 340.0, 495.0, 650.0]
    assert boundaries.reached_s(np.array([301.0, 339.0])).tolist() == [100.0, 100.0]
    assert of_laps(activity).at_m.tolist() == [0.0, 340.0, 650.0]


# Speed.


def uneven(parts: Sequence[tuple[int, float]]) -> Column:
    """So many seconds at each speed; no two places are alike but by chance."""
    speed = np.concatenate([np.full(seconds, value) for seconds, value in parts])
    return np.asarray(speed + 1e-3 * np.sin(np.arange(len(speed)) ** 2))


PARTS = st.lists(st.tuples(st.integers(1, 25), st.floats(0, 6)), min_size=1, max_size=8)


def without_standing(speed_mps: Column) -> list[float]:
    """An oracle: where somebody stands, speed goes on evenly from before to behind."""
    speeds = speed_mps.tolist()
    moving = [place for place, speed in enumerate(speeds) if speed >= 0.7]
    filled = []
    for place, speed in enumerate(speeds):
        before = [each for each in moving if each <= place][-1:]
        behind = [each for each in moving if each >= place][:1]
        if not moving:
            filled.append(speed)
        elif before and behind and before != behind:
            share = (place - before[0]) / (behind[0] - before[0])
            filled.append(speeds[before[0]] * (1 - share) + speeds[behind[0]] * share)
        else:
            filled.append(speeds[(before or behind)[0]])
    return filled


@given(PARTS, st.data())
def test_speed_between_places_is_the_mean_of_the_samples_and_varies_about_it(
    parts: list[tuple[int, float]], data: st.DataObject
) -> None:
    speed_mps = np.abs(uneven(parts))
    boundaries, filled = of_speed(run(speed_mps)), without_standing(speed_mps)
    end = len(speed_mps) - 1
    some = data.draw(st.integers(0, end))
    pairs = [(0, end), (0, some), (some, end), (0, min(1, end)), (0, 0), (max(end - 1, 0), end)]
    from_s, to_s = np.array(pairs, dtype=float).T
    mean_mps, variation = boundaries.mean_mps(from_s, to_s), boundaries.variation(from_s, to_s)
    for (first, last), mean, about in zip(pairs, mean_mps, variation, strict=True):
        part = speed_mps[first:last].tolist()
        assert mean == pytest.approx(sum(part) / max(len(part), 1), abs=1e-9)
        part = filled[first:last]
        middle = sum(part) / max(len(part), 1)
        assert about >= 0.0
        assert about == pytest.approx(sum((each - middle) ** 2 for each in part), abs=1e-6)


@pytest.mark.parametrize(("standing_mps", "varies"), [(0.0, False), (0.69, False), (0.7, True)])
def test_standing_still_is_no_other_pace(standing_mps: float, varies: bool) -> None:
    boundaries = of_speed(run(np.repeat([3.0, standing_mps, 3.0], [100, 50, 101])))
    whole = np.array([0.0]), np.array([250.0])
    assert (boundaries.variation(*whole)[0] > 1e-6) == varies
    assert boundaries.mean_mps(*whole)[0] == pytest.approx((600.0 + 50 * standing_mps) / 250)


def test_who_only_stands_varies_as_much_as_the_samples_do() -> None:
    boundaries = of_speed(run(np.repeat([0.0, 0.5], [50, 51])))
    assert boundaries.variation(np.array([0.0]), np.array([100.0]))[0] == pytest.approx(6.25)


def test_with_laps_speed_lies_on_their_axis() -> None:
    speed_mps = np.repeat([2.0, 9.0, 4.0], [100, 60, 101])
    activity = paused_between_laps()
    track = attrs.evolve(activity.track, speed_mps=speed_mps)
    boundaries = of_laps(attrs.evolve(activity, track=track))
    from_s, to_s = np.array([0.0, 101.0]), np.array([100.0, 200.0])
    assert boundaries.mean_mps(from_s, to_s) == pytest.approx([2.0, 4.0])


def test_missing_speeds_are_taken_from_those_around() -> None:
    speed_mps = np.repeat([2.0, np.nan, 4.0, np.nan], [100, 19, 81, 50])
    boundaries = of_speed(run(speed_mps))
    at_s = np.array([99.0, 109.0, 119.0, 230.0])
    assert boundaries.mean_mps(at_s, at_s + 1) == pytest.approx([2.0, 3.0, 4.0, 4.0])


def test_without_speed_nothing_changes() -> None:
    boundaries = of_speed(run(np.full(300, np.nan)))
    assert boundaries.at_s.tolist() == [0.0, 299.0]
    assert boundaries.mean_mps(np.array([0.0]), np.array([299.0])).tolist() == [0.0]
    assert boundaries.variation(np.array([0.0]), np.array([299.0])).tolist() == [0.0]
    for direction in (-1, 0, 1):
        assert [each.max() for each in boundaries.rarity(np.arange(300.0), direction)] == [0, 0]


# Changes of speed.


def change_at(values: Column, at: int) -> float:
    """An oracle: how much larger the mean of a quarter of a minute is than that before."""
    if at < 15 or at > len(values) - 15 or len(values) < 31:
        return 0.0
    return float(values[at : at + 15].mean() - values[at - 15 : at].mean())


@given(PARTS)
def test_changes_of_speed_are_where_the_means_before_and_after_differ_most(
    parts: list[tuple[int, float]],
) -> None:
    speed_mps = uneven(parts)
    change = [abs(change_at(speed_mps, at)) for at in range(len(speed_mps))]
    expected = [
        float(at)
        for at, each in enumerate(change)
        if each >= 0.3 and each >= max(change[max(at - 15, 0) : at + 16]) - 1e-12
    ]
    assert of_speed(run(speed_mps)).changes_s.tolist() == expected


@pytest.mark.parametrize(
    ("before", "after", "faster_mps", "changes"),
    [
        (15, 16, 2.0, [15.0]),
        (15, 15, 2.0, []),
        (16, 15, 2.0, [16.0]),
        (20, 20, 2.0, [20.0]),
        (15, 30, 0.31, [15.0]),
        (15, 30, 0.29, []),
        (40, 40, 0.29, []),
        (40, 40, -0.31, [40.0]),
    ],
)
def test_a_change_has_a_quarter_of_a_minute_on_either_side_and_a_size(
    before: int, after: int, faster_mps: float, changes: list[float]
) -> None:
    speed_mps = np.repeat([2.0, 2.0 + faster_mps], [before, after])
    assert of_speed(run(speed_mps)).changes_s.tolist() == changes


@pytest.mark.parametrize(("hours", "most"), [(0.75, 60), (1, 60), (2, 120)])
def test_of_very_many_changes_the_strongest_are_kept_in_order(hours: float, most: int) -> None:
    count = round(120 * hours)
    sizes = [0.5 if number % 3 else 3.0 + number / 1000 for number in range(count)]
    signs = [(-1) ** number for number in range(count)]
    levels = 30 + np.cumsum(np.array(sizes) * signs)
    changes_s = of_speed(run(np.repeat(levels, 30))).changes_s.tolist()
    assert len(changes_s) == most
    assert changes_s == sorted(changes_s)
    strong = [30.0 * number for number in range(1, count) if number % 3 == 0]
    assert set(strong) <= set(changes_s)


# Rarity.


def naive_rarity(change: Sequence[float], least: float) -> list[float]:
    """An oracle: by counting the seconds near which the change is as large."""
    largest = [max(change[max(at - 6, 0) : at + 7]) for at in range(len(change))]
    return [
        -math.log(sum(other >= each for other in largest) / len(largest)) if each > least else 0.0
        for each in largest
    ]


@pytest.mark.parametrize("direction", [0, 1, -1])
@given(parts=PARTS)
def test_a_change_of_speed_is_the_rarer_the_fewer_seconds_have_one_as_large(
    direction: int, parts: list[tuple[int, float]]
) -> None:
    speed_mps = uneven(parts)
    change = [change_at(speed_mps, at) for at in range(len(speed_mps))]
    change = [direction * each if direction else abs(each) for each in change]
    rarity, _ = of_speed(run(speed_mps)).rarity(np.arange(float(len(speed_mps))), direction)
    assert rarity == pytest.approx(naive_rarity(change, 0.1), abs=1e-9)


@pytest.mark.parametrize("direction", [0, 1, -1])
@given(parts=st.lists(st.tuples(st.integers(5, 25), st.floats(140, 190)), max_size=6, min_size=1))
def test_a_change_of_cadence_is_as_rare_whatever_the_speed_does(
    direction: int, parts: list[tuple[int, float]]
) -> None:
    cadence_spm = uneven(parts)
    change = [abs(change_at(cadence_spm, at)) for at in range(len(cadence_spm))]
    activity = run(np.linspace(2.0, 9.0, len(cadence_spm)), cadence_spm=cadence_spm)
    _, rarity = of_speed(activity).rarity(np.arange(float(len(cadence_spm))), direction)
    assert rarity == pytest.approx(naive_rarity(change, 1.0), abs=1e-9)


def test_where_nothing_changes_nothing_is_rare() -> None:
    speed_mps = np.repeat([2.0, 4.0, 2.0], [200, 200, 201])
    boundaries = of_speed(run(speed_mps, cadence_spm=np.full(601, 165.0)))
    at_s = np.array([0.0, 100.0, 178.0, 222.0, 300.0, 500.0, 600.0])
    for direction in (-1, 0, 1):
        of_speed_there, of_cadence = boundaries.rarity(at_s, direction)
        assert of_speed_there.tolist() == [0.0] * 7
        assert of_cadence.tolist() == [0.0] * 7


def test_of_two_changes_the_larger_is_the_rarer() -> None:
    speed_mps = np.repeat([2.0, 2.5, 4.5, 5.0], [200, 200, 200, 201])
    small, large, again = of_speed(run(speed_mps)).rarity(np.array([200.0, 400.0, 600.0]), 0)[0]
    assert 0.0 < small == pytest.approx(again)
    assert small < large


def test_the_same_change_is_the_rarer_the_longer_the_run() -> None:
    rarities = [
        of_speed(run(np.repeat([2.0, 4.0], [200, behind]))).rarity(np.array([200.0]), 0)[0][0]
        for behind in (200, 1000, 5000)
    ]
    assert rarities == sorted(rarities)
    assert rarities[-1] - rarities[0] == pytest.approx(math.log(5200 / 400))


def test_a_change_to_faster_is_none_to_slower() -> None:
    speed_mps = np.repeat([2.0, 4.0, 2.0], [200, 200, 201])
    boundaries, at_s = of_speed(run(speed_mps)), np.array([200.0, 400.0])
    both, faster, slower = (boundaries.rarity(at_s, each)[0].tolist() for each in (0, 1, -1))
    assert faster[0] > both[0] > 0.0
    assert slower[1] > both[1] > 0.0
    assert (faster[1], slower[0]) == (0.0, 0.0)


def test_where_the_cadence_was_not_counted_it_is_taken_from_around() -> None:
    cadence_spm = np.repeat([165.0, 0.0, np.nan, 165.0], [200, 50, 50, 201])
    boundaries = of_speed(run(np.full(501, 3.0), cadence_spm=cadence_spm))
    assert boundaries.rarity(np.arange(501.0), 0)[1].tolist() == [0.0] * 501


# Very long recordings.


def test_a_recording_of_days_is_looked_at_every_few_seconds() -> None:
    unix_s = np.array([0.0, 100_000.0, 100_001.0, 200_000.0, 200_001.0, 400_000.0])
    speed_mps = np.array([2.0, 2.0, 4.0, 4.0, 2.02, 2.02])
    boundaries = of_speed(run(speed_mps, unix_s=unix_s))
    changes_s = boundaries.changes_s
    assert changes_s == pytest.approx([100_001.0, 200_001.0], abs=4.0)
    assert (changes_s % 4.0 == 0).all()
    assert boundaries.at_s.tolist() == [0.0, *changes_s.tolist(), 400_000.0]
    from_s, to_s = np.array([40_000.0, 240_000.0]), np.array([60_000.0, 300_000.0])
    assert boundaries.mean_mps(from_s, to_s) == pytest.approx([2.0, 2.02])
    assert boundaries.rarity(changes_s, 0)[0] == pytest.approx([math.log(100_001 / 5)] * 2, abs=1)


def test_on_a_coarser_grid_speed_varies_as_much() -> None:
    speed_mps = np.repeat([2.0, 2.02], [200, 201])
    unix_s = np.arange(0.0, 400_001.0, 1000.0)
    boundaries = of_speed(run(speed_mps, unix_s=unix_s))
    whole = np.array([0.0]), np.array([400_000.0])
    assert boundaries.variation(*whole)[0] == pytest.approx(40.0, rel=0.01)
