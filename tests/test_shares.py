"""Claims about shares of an athlete's values, from the line to the file and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.athlete import Athlete
from backrun_fit.athlete.paces import PACE_NAMES, default_band
from backrun_fit.compile import compile_workout
from backrun_fit.compliance.targets import Setting, judge_targets
from backrun_fit.errors import SpecError
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.notation import parse_workout
from backrun_fit.rehearsal.effort import Effort, effort_for
from backrun_fit.rehearsal.runner import Runner
from backrun_fit.render.document import quantity
from backrun_fit.report import Done, Verdict
from backrun_fit.wording import target_text
from backrun_fit.workout import (
    HeartRateTarget,
    HeartRateZoneTarget,
    NamedPaceTarget,
    OpenTarget,
    PaceTarget,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    RampTarget,
    ShareTarget,
    Step,
    Target,
    TimeDuration,
)

ATHLETE = Athlete(
    marathon_pace="4 m/s", max_heart_rate=190, threshold_heart_rate=170, threshold_power=300
)
NOBODY = Athlete(marathon_pace="4 m/s")
AT = datetime(2026, 3, 1, tzinfo=UTC)


def share(of: str, lowest: float, highest: float) -> ShareTarget:
    return ShareTarget(of=of, lowest=lowest, highest=highest)


def read_back(line: str, athlete: Athlete = NOBODY) -> list[Target]:
    compiled = compile_workout(parse_workout(line), athlete)
    found = read_workout(encode_workout(compiled, created_at=AT))
    return [message.target for message in found.messages if isinstance(message, Step)]


def test_a_share_of_a_pace_is_a_share_of_its_speed() -> None:
    assert ATHLETE.resolve(share("marathon", 0.85, 0.9)) == PaceTarget(
        slowest_mps=3.4, fastest_mps=3.6
    )


@given(st.sampled_from(PACE_NAMES), st.integers(50, 120))
def test_a_single_share_of_a_pace_gets_the_usual_band_about_it(name: str, percent: int) -> None:
    resolved = ATHLETE.resolve(share(name, percent / 100, percent / 100))
    expected = default_band(name, ATHLETE.pace_mps(name) * percent / 100)
    assert isinstance(resolved, PaceTarget)
    assert resolved.slowest_mps == pytest.approx(expected.slowest_mps, rel=1e-8)
    assert resolved.fastest_mps == pytest.approx(expected.fastest_mps, rel=1e-8)


@pytest.mark.parametrize(
    ("target", "resolved"),
    [
        (share("max_heart_rate", 0.7, 0.8), HeartRateTarget(lowest_bpm=133, highest_bpm=152)),
        (share("max_heart_rate", 1.01, 1.01), HeartRateTarget(lowest_bpm=191.9, highest_bpm=191.9)),
        (share("threshold_heart_rate", 0.9, 1), HeartRateTarget(lowest_bpm=153, highest_bpm=170)),
        (share("threshold_power", 0.7, 1.1), PowerTarget(lowest_w=210, highest_w=330)),
    ],
)
def test_shares_of_the_body_become_beats_and_watts(target: Target, resolved: Target) -> None:
    assert ATHLETE.resolve(target) == resolved


@pytest.mark.parametrize("of", ["max_heart_rate", "threshold_power"])
def test_what_the_watch_knows_itself_needs_no_value(of: str) -> None:
    assert NOBODY.resolve(share(of, 0.7, 0.8)) == share(of, 0.7, 0.8)


def test_a_ramp_is_resolved_at_both_ends() -> None:
    ramp = RampTarget(start=NamedPaceTarget(name="easy"), end=share("marathon", 1.0, 1.1))
    assert ATHLETE.resolve(ramp) == RampTarget(
        start=ATHLETE.band("easy"), end=PaceTarget(slowest_mps=4, fastest_mps=4.4)
    )


@pytest.mark.parametrize(
    ("target", "part"),
    [
        (share("threshold_heart_rate", 0.9, 0.9), "threshold_heart_rate: expected the athlete's"),
        (share("max_heart_rate", 0.9, 1.1), "max_heart_rate: expected the athlete's greatest"),
        (share("mile", 0.9, 0.9), "pace name"),
        (share("marathon", 3, 3.5), "from 0.2 to 12.5 m/s"),
        (share("marathon", 0.01, 0.02), "from 0.2 to 12.5 m/s"),
    ],
)
def test_a_share_of_what_nobody_said_or_runs_is_refused(target: Target, part: str) -> None:
    with pytest.raises(SpecError) as caught:
        NOBODY.resolve(target)
    assert part in str(caught.value)


def test_compiling_names_the_step_whose_threshold_is_missing() -> None:
    with pytest.raises(SpecError, match="message 1"):
        compile_workout(parse_workout("1mi, 1mi @ 90% LTHR"), NOBODY)
    with pytest.raises(SpecError, match=r"the ramp \(10:00 @ 90% of threshold HR"):
        compile_workout(parse_workout("10min @ 90% to 95% LTHR"), NOBODY)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"max_heart_rate": 20}, "max_heart_rate"),
        ({"max_heart_rate": "fast"}, "max_heart_rate"),
        ({"max_heart_rate": True}, "max_heart_rate"),
        ({"max_heart_rate": float("nan")}, "max_heart_rate"),
        ({"max_heart_rate": "185 W"}, "max_heart_rate"),
        ({"threshold_heart_rate": 251}, "threshold_heart_rate"),
        ({"max_heart_rate": 180, "threshold_heart_rate": 181}, "threshold_heart_rate"),
        ({"threshold_power": 5000}, "threshold_power"),
        ({"threshold_power": "280 bpm"}, "threshold_power"),
    ],
)
def test_values_that_no_body_has_are_refused(values: dict[str, Any], path: str) -> None:
    with pytest.raises(SpecError) as caught:
        Athlete(**values)
    assert [problem.path for problem in caught.value.problems] == [path]


def test_values_may_be_text_with_or_without_their_unit() -> None:
    spelt = Athlete(
        max_heart_rate="190bpm", threshold_heart_rate=" 170 BPM", threshold_power="300 w"
    )
    assert spelt == Athlete(max_heart_rate=190, threshold_heart_rate="170", threshold_power=300.0)


def test_zones_and_percentages_go_through_a_file_unchanged() -> None:
    aims = ("HR zone 5", "pace zone 10", "power zone 7", "70-80% max HR", "29% FTP")
    assert read_back(", ".join(f"1km @ {aim}" for aim in aims)) == [
        HeartRateZoneTarget(zone=5),
        PaceZoneTarget(zone=10),
        PowerZoneTarget(zone=7),
        share("max_heart_rate", 0.7, 0.8),
        share("threshold_power", 0.29, 0.29),
    ]
    assert read_back("1km @ 70-80% max HR", ATHLETE) == [
        HeartRateTarget(lowest_bpm=133, highest_bpm=152)
    ]


def test_fractions_of_a_per_cent_are_widened_and_that_is_listed() -> None:
    compiled = compile_workout(parse_workout("1km @ 70.5-80% max HR"), NOBODY)
    (step,) = (message for message in compiled.messages if isinstance(message, Step))
    assert step.target == share("max_heart_rate", 0.7, 0.8)
    assert compiled.adjustments == (
        "message 0, per cent: 70.5-80 became 70-80, the next that a watch holds",
    )
    assert not compile_workout(parse_workout("1km @ 29-57% max HR"), NOBODY).adjustments


# Where such targets are shown, rehearsed and judged.

EASY, FAST = NamedPaceTarget(name="easy"), PaceTarget(slowest_mps=4, fastest_mps=4)
UNSAID: list[tuple[Target, str, dict[str, object]]] = [
    (PaceZoneTarget(zone=3), "pace zone 3", {"kind": "pace_zone", "zone": 3}),
    (PowerZoneTarget(zone=3), "power zone 3", {"kind": "power_zone", "zone": 3}),
    (
        share("max_heart_rate", 0.7, 0.8),
        "70-80% of max HR",
        {"kind": "share", "of": "max_heart_rate", "lowest": 0.7, "highest": 0.8},
    ),
    (
        share("marathon", 0.9, 0.9),
        "90% of marathon pace",
        {"kind": "share", "of": "marathon", "lowest": 0.9, "highest": 0.9},
    ),
    (
        RampTarget(start=EASY, end=FAST),
        "easy pace to 4:10/km",
        {
            "kind": "ramp",
            "start": {"kind": "named_pace", "name": "easy", "slower": None, "faster": None},
            "end": {"kind": "pace", "slowest_mps": 4, "fastest_mps": 4, "zone": None},
        },
    ),
]


@pytest.mark.parametrize(("target", "words", "document"), UNSAID)
def test_every_target_has_words_and_a_document(
    target: Target, words: str, document: dict[str, object]
) -> None:
    assert target_text(target) == words
    assert quantity(target) == document


@pytest.mark.parametrize(
    ("target", "component"),
    [
        (PaceZoneTarget(zone=3), "pace"),
        (PowerZoneTarget(zone=3), "power"),
        (share("max_heart_rate", 0.7, 0.8), "heart_rate"),
        (share("threshold_power", 0.7, 0.8), "power"),
        (share("marathon", 0.9, 0.9), "pace"),
        (RampTarget(start=EASY, end=FAST), "pace"),
    ],
)
def test_what_the_file_says_no_numbers_of_is_not_measurable(target: Target, component: str) -> None:
    step = Step(duration=TimeDuration(duration_s=600), target=target)
    done = Done(timer_s=600, settled_speed_mps=3.0, settled_heart_rate_bpm=150.0)
    (finding,) = judge_targets(step, done, Setting())
    assert (finding.component, finding.verdict) == (component, Verdict.NOT_MEASURABLE)


def test_a_rehearsed_runner_keeps_to_shares_of_its_own_greatest_heart_rate() -> None:
    def effort(target: Target) -> Effort:
        step = Step(duration=TimeDuration(duration_s=600), target=target)
        return effort_for(step, Runner(maximum_heart_rate_bpm=190.0), heart_rate_bpm=120.0)

    assert effort(share("max_heart_rate", 0.7, 0.8)) == effort(
        HeartRateTarget(lowest_bpm=0.7 * 190, highest_bpm=0.8 * 190)
    )
    for free in (PaceZoneTarget(zone=2), PowerZoneTarget(zone=2), share("threshold_power", 1, 1)):
        assert effort(free) == effort(OpenTarget())
    for target in (RampTarget(start=EASY, end=FAST), share("marathon", 0.9, 0.9)):
        with pytest.raises(SpecError, match="a compiled workout"):
            effort(target)
