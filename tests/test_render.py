"""Claims about what is printed: complete, finite, within 80 columns, hostile text harmless."""

from __future__ import annotations

import io
import json
import math
from datetime import UTC, datetime, timedelta

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from backrun_fit.activity import Activity, Lap, Track
from backrun_fit.compiled import CompiledWorkout, PlannedExecution, RepeatMessage
from backrun_fit.errors import DataWarning
from backrun_fit.render.document import (
    activity_document,
    as_json,
    instant,
    report_document,
    workout_document,
)
from backrun_fit.render.text import activity_text, conclusion, report_text, workout_text
from backrun_fit.report import (
    Colour,
    Difference,
    Done,
    Evidence,
    ExtraLaps,
    Finding,
    Report,
    StepResult,
    Verdict,
)
from backrun_fit.tolerances import Tolerances
from backrun_fit.wording import duration_text, shown, target_text
from backrun_fit.workout import (
    CadenceTarget,
    DistanceDuration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    NamedPaceTarget,
    OpenDuration,
    OtherDuration,
    OtherTarget,
    PaceTarget,
    PowerTarget,
    ShareTarget,
    Step,
    TimeDuration,
)

START = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
BACK = Step(
    duration=DistanceDuration(distance_m=201.168),
    target=PaceTarget(slowest_mps=3.19, fastest_mps=3.53),
    movement=Movement.BACKWARD_RUN,
    name="Back 1/8 mi",
    intensity=Intensity.RECOVERY,
)
WORKOUT = CompiledWorkout(
    name="Sunday",
    notes="Easy does it",
    messages=(
        BACK,
        Step(duration=TimeDuration(duration_s=60), target=HeartRateZoneTarget(zone=2)),
        RepeatMessage(first_index=0, count=2, skip_last_recovery=True),
        RepeatMessage(first_index=0, count=None, until=OtherDuration(type=7, value=600_000)),
    ),
    adjustments=("message 0, name: cut",),
    warnings=("turnover rises",),
)
MET = StepResult(
    planned=PlannedExecution(number=1, step_index=0, step=BACK, passes=(1,)),
    start_at=START,
    end_at=START + timedelta(seconds=60),
    first_lap=0,
    last_lap=0,
    pairing="by its step index",
    done=Done(timer_s=60.0, elapsed_s=60.0, distance_m=201.17, speed_mps=3.35, heart_rate_bpm=151),
    verdict=Verdict.MET,
    findings=(Finding(component="extent", verdict=Verdict.MET, message="fine", quality=1.0),),
    weight_s=60.0,
    quality=1.0,
    notes=("grade +0.2 %: flat",),
)
SKIPPED = StepResult(
    planned=PlannedExecution(number=2, step_index=1, step=WORKOUT.messages[1]),  # type: ignore[arg-type]
    verdict=Verdict.SKIPPED,
    findings=(
        Finding(component="extent", verdict=Verdict.SKIPPED, message="no lap for it", quality=0.0),
    ),
    weight_s=60.0,
    quality=0.0,
)
REPORT = Report(
    source="run.fit",
    started_at=START,
    sport="running",
    sub_sport="generic",
    workout=WORKOUT,
    workout_origin="activity",
    agreements=1,
    agreed=("duration of 1 of 2 executions",),
    differences=(Difference(where="step 2", given="1:00", executed=""),),
    align="indexes",
    score=50.0,
    verdict=Verdict.SKIPPED,
    results=(MET, SKIPPED),
    extra=(
        ExtraLaps(
            first_lap=1,
            last_lap=2,
            start_at=START,
            end_at=START,
            timer_s=30.0,
            distance_m=None,
            reason="after the workout",
        ),
    ),
    evidence=Evidence(
        label="consistent",
        executions=2,
        cadence_effect=0.06,
        step_length_effect=-0.06,
        uncertainty=0.02,
        likelihood_ratio=12.5,
        caveat="Uncalibrated.",
        observations=("heart rate stays high",),
    ),
    tolerances=Tolerances(),
    warnings=(DataWarning("odd", "the file is odd"),),
)
ACTIVITY = Activity(
    started_at=START,
    ended_at=START + timedelta(seconds=60),
    sport="running",
    sub_sport="treadmill",
    manufacturer="garmin",
    laps=(
        Lap(
            number=0,
            start_at=START,
            end_at=START + timedelta(seconds=60),
            timer_s=60.0,
            elapsed_s=60.0,
            distance_m=200.0,
            step_index=0,
            trigger="time",
        ),
    ),
    track=Track.from_columns(np.array([0.0, 1.0])),
    timer_s=60.0,
    distance_m=200.0,
    workout=WORKOUT,
    warnings=(DataWarning("odd", "odd"),),
    source="run.fit",
)


def printed(what: RenderableType, width: int = 80) -> str:
    out = io.StringIO()
    Console(file=out, width=width, highlight=False, markup=False).print(what)
    return out.getvalue()


def test_a_report_is_a_document_with_the_promised_keys_and_nothing_infinite() -> None:
    document = json.loads(as_json(report_document(REPORT)))
    assert {
        "schema", "activity", "workout", "score", "verdict", "executions", "extra", "evidence",
        "tolerances", "warnings",
    } <= document.keys()  # fmt: skip
    assert document["schema"] == "backrun_fit/report/2"
    first, second = document["executions"]
    assert {
        "step_index", "number", "name", "movement", "intensity", "start_at", "end_at",
        "first_lap", "last_lap", "planned", "done", "verdict", "reasons",
    } <= first.keys()  # fmt: skip
    assert first["start_at"] == "2026-03-01T07:00:00Z"
    assert first["planned"]["duration"] == {"kind": "distance", "distance_m": 201.168}
    assert first["movement"] == "backward_run"
    assert second["start_at"] is None
    assert second["done"] is None
    assert second["reasons"] == ["no lap for it"]
    assert document["tolerances"]["largest_fraction"] == 0.08


def test_not_a_number_never_gets_into_a_document() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_json({"score": float("nan")})


def test_workouts_and_activities_are_documents_too() -> None:
    workout = json.loads(as_json(workout_document(attrs.evolve(WORKOUT, messages=(BACK,) * 2))))
    assert workout["execution_count"] == 2
    assert workout["messages"][0]["intensity"] == "recovery"
    activity = json.loads(as_json(activity_document(ACTIVITY)))
    assert activity["laps"][0]["trigger"] == "time"
    assert activity["workout"]["messages"][3]["until"] == {
        "kind": "other", "type": 7, "value": 600_000,
    }  # fmt: skip
    assert instant(None) is None


def test_the_report_begins_with_its_conclusion_and_says_all_that_counts() -> None:
    text = printed(report_text(REPORT))
    assert text.startswith(
        "run.fit: Session 50 (length only). 1 of 2 steps met; not met: 2 (skipped)"
    )
    for expected in (
        "Back 1/8 mi", "201 m", "4:59/km", "151", "skipped", "2: no lap for it",
        "grade +0.2 %", "outside the plan: laps 2-3, 30 s: after the workout",
        "alike in duration of 1 of 2 executions; 1 differences",
        "step 2: given 1:00, executed nothing",
        "consistent, cadence +6.0% over 2 executions (+/- 2.0%), 12 times as likely",
        "as likely backward as forward. Uncalibrated.",
        "heart rate stays high", "the file is odd", "tolerances: duration 3 s or 5%",
    ):  # fmt: skip
        assert expected in " ".join(text.split()), expected
    assert max(map(len, text.splitlines())) <= 80


def test_the_colour_says_what_it_is_based_on() -> None:
    by_time = Colour(colour="yellow", basis="duration", planned=2400.0, done=1500.0)
    text = " ".join(printed(report_text(attrs.evolve(REPORT, colour=by_time))).split())
    assert (
        "colour as in TrainingPeaks: yellow, 25:00 done of 40:00 planned (62%; duration of the "
        "whole run only)"
    ) in text
    by_distance = Colour(
        colour="green", basis="distance", planned=10_000.0, done=9_000.0, estimated=True
    )
    report = attrs.evolve(REPORT, colour=by_distance)
    text = " ".join(printed(report_text(report)).split())
    assert "green, 9 km done of about 10 km planned (90%; distance" in text
    document = report_document(report)["colour"]
    assert (document["colour"], document["ratio"]) == ("green", 0.9)
    assert "colour" not in printed(report_text(REPORT))


def test_safety_is_observed_and_said_to_be_no_verdict() -> None:
    report = attrs.evolve(REPORT, safety=("dose: much",))
    lines = [line.rstrip() for line in printed(report_text(report)).splitlines()]
    at = lines.index("observed in the backward parts (no verdicts):")
    assert lines[at + 1] == "  dose: much"
    assert report_document(report)["safety"] == ["dose: much"]
    assert "observed" not in printed(report_text(REPORT))


def test_how_sure_a_pairing_is_is_told_only_where_alignment_said_so() -> None:
    def numbered(number: int, certainty: float | None) -> StepResult:
        planned = attrs.evolve(MET.planned, number=number)
        return attrs.evolve(MET, planned=planned, certainty=certainty)

    certainties = (1.0, 0.95, 0.9, 0.7, None, 0.3)
    results = tuple(numbered(number, value) for number, value in enumerate(certainties, start=1))
    report = attrs.evolve(REPORT, results=results)
    lines = [line.strip() for line in printed(report_text(report)).splitlines()]
    assert [line for line in lines if line.startswith("pairing")] == [
        "pairing: sure for 1-3",
        "pairing: fairly sure for 4: by its step index",
        "pairing: a guess for 6: by its step index",
    ]
    assert [each["certainty"] for each in report_document(report)["executions"]] == [*certainties]
    assert "pairing" not in printed(report_text(REPORT))


def test_the_conclusion_counts_what_could_not_be_measured_and_cuts_long_lists() -> None:
    unclear = attrs.evolve(MET, verdict=Verdict.NOT_MEASURABLE)
    report = attrs.evolve(REPORT, results=(unclear,) + (SKIPPED,) * 8, score=None)
    line = conclusion(report)
    assert line.startswith("no score. 0 of 9 steps met")
    assert line.endswith("and 2 more; 1 not measurable")


def test_a_workout_is_shown_with_its_repeats_set_in() -> None:
    text = printed(workout_text(WORKOUT, "statute"))
    for expected in (
        "Sunday  (running)", "0  Back 1/8 mi  1/8 mi  @ 7:36-8:24/mi  (recovery)",
        "2 x, the last recovery skipped:", "until time 10:00:", "adjusted: message 0, name: cut",
        "note: turnover rises",
    ):  # fmt: skip
        assert expected in text, expected


def test_an_activity_is_shown_with_laps_and_workout() -> None:
    text = printed(activity_text(ACTIVITY))
    for expected in ("run.fit  2026-03-01 07:00 UTC", "running, treadmill, 200 m, 1:00",
                     "recorded by garmin; 2 samples", "5:00/km", "carries the workout 'Sunday'",
                     "note: odd"):  # fmt: skip
        assert expected in text, expected
    bare = attrs.evolve(
        ACTIVITY, sport=None, sub_sport=None, laps=(), workout=None, timer_s=None,
        distance_m=None, manufacturer=None,
    )  # fmt: skip
    assert "unknown sport; 2 samples" in printed(activity_text(bare))


@given(st.text(max_size=40))
def test_hostile_names_are_shown_as_text_without_control_or_direction_marks(name: str) -> None:
    hostile = attrs.evolve(WORKOUT, name=name, messages=(attrs.evolve(BACK, name=name),))
    text = printed(workout_text(hostile)) + printed(
        report_text(attrs.evolve(REPORT, workout=hostile, source=name))
    )
    assert not {"\x1b", "\u202e", "\u2066", "\x07", "\r"} & set(text)


def test_markup_in_a_name_is_not_obeyed() -> None:
    text = printed(workout_text(attrs.evolve(WORKOUT, name="[red]x[/red]")))
    assert "[red]x[/red]" in text
    assert shown("a\u202eb") == "a b"


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("lap button", duration_text(OpenDuration())),
        ("until HR < 120", duration_text(HeartRateBelowDuration(heart_rate_bpm=120))),
        ("until HR > 150", duration_text(HeartRateAboveDuration(heart_rate_bpm=150))),
        ("until calories 100 kcal", duration_text(OtherDuration(type=4, value=100))),
        ("12 reps", duration_text(OtherDuration(type=29, value=12))),
        ("until power < 200 W", duration_text(OtherDuration(type=14, value=1200))),
        ("until power 3s > 90%", duration_text(OtherDuration(type=22, value=90))),
        ("until HR < 80%", duration_text(OtherDuration(type=2, value=80))),
        ("until training peaks tss 50", duration_text(OtherDuration(type=16, value=50))),
        ("until HR > 150 bpm", duration_text(OtherDuration(type=11, value=250))),
        ("until max power last lap < 300 W", duration_text(OtherDuration(type=18, value=1300))),
        ("until distance 5 km", duration_text(OtherDuration(type=8, value=500_000))),
        ("until repetition time 1:00", duration_text(OtherDuration(type=28, value=60_000))),
        ("until #30 7", duration_text(OtherDuration(type=30, value=7))),
        ("until time", duration_text(OtherDuration(type=0, value=None))),
        ("4:10/km", target_text(PaceTarget(slowest_mps=4.0, fastest_mps=4.0))),
        ("easy pace", target_text(NamedPaceTarget(name="easy"))),
        ("HR 120-140", target_text(HeartRateTarget(lowest_bpm=120, highest_bpm=140))),
        ("170-180 spm", target_text(CadenceTarget(lowest_spm=170, highest_spm=180))),
        ("200-250 W", target_text(PowerTarget(lowest_w=200, highest_w=250))),
        ("HR 0-145", target_text(HeartRateTarget(lowest_bpm=0, highest_bpm=145))),
        ("HR from 140", target_text(HeartRateTarget(lowest_bpm=140, highest_bpm=math.inf))),
        (
            "HR zone 3 (118-135)",
            target_text(HeartRateTarget(lowest_bpm=118, highest_bpm=135, zone=3)),
        ),
        (
            "HR zone 5 (from 160)",
            target_text(HeartRateTarget(lowest_bpm=160, highest_bpm=math.inf, zone=5)),
        ),
        ("power up to 136 W", target_text(PowerTarget(lowest_w=0, highest_w=136))),
        ("power from 250 W", target_text(PowerTarget(lowest_w=250, highest_w=math.inf))),
        ("power zone 2 (180-220 W)", target_text(PowerTarget(lowest_w=180, highest_w=220, zone=2))),
        (
            "power zone 3 (from 250 W)",
            target_text(PowerTarget(lowest_w=250, highest_w=math.inf, zone=3)),
        ),
        ("up to 180 spm", target_text(CadenceTarget(lowest_spm=0, highest_spm=180))),
        ("4:10/km or slower", target_text(PaceTarget(slowest_mps=0, fastest_mps=4))),
        ("4:10/km or faster", target_text(PaceTarget(slowest_mps=4, fastest_mps=math.inf))),
        (
            "pace zone 2 (4:10-5:33/km)",
            target_text(PaceTarget(slowest_mps=3, fastest_mps=4, zone=2)),
        ),
        (
            "up to 75% of max HR",
            target_text(ShareTarget(of="max_heart_rate", lowest=0, highest=0.75)),
        ),
        ("power 30s zone 1", target_text(OtherTarget(type=9, value=1))),
        ("power lap 158-205 W", target_text(OtherTarget(type=10, value=0, low=1158, high=1205))),
        ("power 3s up to 90%", target_text(OtherTarget(type=7, value=0, low=0, high=90))),
        (
            "heart rate lap 120-140 bpm",
            target_text(OtherTarget(type=13, value=0, low=240, high=220)),
        ),
        ("speed lap 4:10-5:33/km", target_text(OtherTarget(type=12, low=3000, high=4000))),
        ("swim stroke: freestyle", target_text(OtherTarget(type=11, value=0))),
        ("swim stroke: im by round", target_text(OtherTarget(type=11, value=7))),
        ("swim stroke: #99", target_text(OtherTarget(type=11, value=99))),
        ("grade 3-5", target_text(OtherTarget(type=5, value=0, low=3, high=5))),
        ("resistance 12", target_text(OtherTarget(type=6, value=12))),
        ("cadence zone 2", target_text(OtherTarget(type=3, value=2))),
        ("target #14", target_text(OtherTarget(type=14, value=0))),
    ],
)
def test_durations_and_targets_have_words(words: str, value: str) -> None:
    assert value == words
