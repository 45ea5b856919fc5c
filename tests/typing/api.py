"""Every public name of the package as a program uses it: for ``mypy --strict``, never run.

``make lint`` checks it against the tree, ``make test-dist`` against an installed wheel.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, assert_type

import numpy as np
import numpy.typing as npt

import backrun_fit as bf
from backrun_fit.workout import DistanceDuration, PaceTarget

AT = datetime(2026, 3, 1, 7, tzinfo=UTC)


def plans(athlete: bf.Athlete, folder: Path) -> bf.CompiledWorkout:
    workout: bf.Workout = bf.parse_workout("8mi @ easy", name="Sunday long run")
    rule: bf.rules.Rule = bf.rules.AfterEachMile(backward="1/8mi", pace="marathon", times=3)
    overlaid = rule.apply(workout, athlete)
    assert_type(overlaid, bf.Workout)
    compiled = bf.compile_workout(overlaid, athlete, device=bf.devices.GARMIN, units="statute")
    assert_type(compiled, bf.CompiledWorkout)
    assert_type(bf.encode_workout(compiled, created_at=AT, serial_number=7), bytes)
    assert_type(bf.as_workout(compiled), bf.Workout)
    assert_type(bf.print_workout(workout), str)
    assert_type(bf.parse_intervals_icu("- 10m 5:00/km Pace", units="metric"), bf.Workout)
    for execution in bf.unroll(compiled):
        print(execution.step.name)
    return bf.read_workout(folder / "plan.fit", on_error="salvage")


def hand_made() -> bf.Workout:
    mile = DistanceDuration(distance_m=1609.344)
    forward = bf.Step(duration=mile, target=PaceTarget(slowest_mps=2.7, fastest_mps=3.0))
    backward = bf.Step(duration=mile, movement=bf.Movement.BACKWARD_RUN, name="Back")
    assert_type(backward.movement, bf.Movement)
    return bf.Workout(name="Mine", steps=(bf.Repeat(count=4, steps=(forward, backward)), forward))


def athletes() -> tuple[bf.Athlete, ...]:
    race = bf.Race(distance="10k", time="45:00")
    predicted = bf.Athlete(name="A", races=[race, {"distance": "5k", "time": "21:00"}])
    return predicted, bf.Athlete(marathon_pace="8:00/mi", paces={"easy": "9:00/mi"})


def specs(path: os.PathLike[str]) -> bf.Workout:
    for spec in (bf.load_spec(path), bf.load_spec("a.yaml"), bf.parse_spec("name: A", "yaml")):
        assert_type(spec.date, date | None)
        assert_type(spec.athlete, bf.Athlete)
    return bf.session(spec)


def seasons(path: Path) -> Mapping[str, bytes]:
    season = bf.load_season(path) if path.exists() else bf.parse_season("weeks: 8", "yaml")
    files = bf.compile_season(season, device=bf.devices.DEVICES["garmin"], created_at=AT, today=AT)
    return {file.name: file.data for file in files.files}


def activities(data: bytes, tolerances: bf.Tolerances) -> bf.Report:
    activity: bf.Activity = bf.read_activity(data, on_error="raise")
    assert_type(bf.read_activities("runs.zip"), tuple[bf.Activity, ...])
    assert_type(bf.sniff(data), tuple[str, ...])
    assert_type(activity.started_at, datetime)
    assert_type(activity.workout, bf.CompiledWorkout | None)
    assert_type(bf.encode_activity(activity, big_endian=True), bytes)
    limits = bf.Limits(laps=1_000)
    return bf.check(activity, activity.workout, tolerances=tolerances, align="laps", limits=limits)


def reports(reports: Sequence[bf.Report]) -> Mapping[str, Any]:
    for report in reports:
        assert_type(report.score, float | None)
        assert_type(report.verdict, bf.Verdict)
        assert_type(report.align, Literal["indexes", "laps", "samples"])
        missed = [result.planned for result in report.results if result.verdict.is_miss]
        print(len(missed), report.evidence.label)
    print(bf.compare_runs(reports, units="statute"))
    return bf.report_document(reports[0])


def calibrations(activity: bf.Activity) -> bf.Report:
    own: bf.BackwardCalibration = bf.calibrate(activity, forward_first=True)
    assert_type(own.cadence_effect, float)
    return bf.check(activity, calibration=own)


def rehearsals(compiled: bf.CompiledWorkout) -> bytes:
    rehearsal: bf.Rehearsal = bf.rehearse(
        compiled,
        runner=bf.Runner(easy_speed_mps=3.0),
        watch=bf.Watch(has_power=True),
        seed=1,
        started_at=AT,
        faults=[bf.parse_fault("skip:3")],
        quirks=["index-less"],
    )
    assert_type(rehearsal.activity, bf.Activity)
    return bf.encode_rehearsal(rehearsal)


def tables(path: Path) -> dict[str, npt.NDArray[np.generic]]:
    bf.accelerate(on=True)
    table = bf.read_messages(path)[0].table("record")
    print(bf.to_pandas(table), bf.to_arrow(table))
    return bf.to_numpy(table)


def batches(folder: Path, compiled: bf.CompiledWorkout) -> Iterator[bf.Report]:
    with ProcessPoolExecutor() as executor:
        for run in bf.check_many(bf.batch.find_inputs(folder), executor, limit_s=5.0):
            if run.error is not None:
                print(run.error.kind, run.error.message)
            if run.report is not None:
                yield run.report
    options = bf.batch.CheckOptions(workout=compiled, salvage=True)
    done = bf.batch.check_into(folder / "a.csv", ["a.fit", ("b.fit", b"")], options=options)
    assert_type(done.run_count, int)
    plan = bf.batch.load_plan(folder / "plan.yaml")
    for made in bf.compile_many(athletes(), plan, device=bf.devices.INTERVALS_ICU):
        assert_type(made.data, bytes | None)


def files_of_ones_own(folder: Path, workout: bf.Workout) -> bf.Tolerances:
    device = bf.load_device(folder / "watch.yaml")
    assert_type(device, bf.devices.DeviceProfile)
    assert_type(bf.compile_workout(workout, device=device), bf.CompiledWorkout)
    return bf.load_tolerances(folder / "tolerances.yaml")


def refusals(path: Path) -> str:
    try:
        bf.load_spec(path)
    except bf.SpecError as error:
        return "\n".join(str(problem) for problem in error.problems)
    except (bf.CompileError, bf.EncodeError, bf.AlignmentError) as error:
        return str(error)
    except bf.DecodeError as error:
        assert_type(error.offset, int | None)
        return f"{error.source}: {error.expected}"
    except bf.BackrunFitError:
        raise
    return ""
