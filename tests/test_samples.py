"""Claims about the sample sessions: three other readers find in the files what was compiled."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import fitdecode
import fitparse
import garmin_fit_sdk
import pytest

from backrun_fit.cli import main
from backrun_fit.compile import compile_workout
from backrun_fit.compiled import CompiledWorkout, RepeatMessage
from backrun_fit.spec import load_spec, session
from backrun_fit.workout import (
    DistanceDuration,
    HeartRateTarget,
    OpenDuration,
    OpenTarget,
    PaceTarget,
    Step,
    TimeDuration,
)
from tests.conftest import ROOT

SPECS = sorted((ROOT / "fixtures" / "specs").glob("*.yaml"))
Fields = dict[str, Any]


def by_fitparse(data: bytes) -> list[Fields]:
    return [
        {field.name: field.value for field in message.fields}
        for message in fitparse.FitFile(data).get_messages("workout_step")
    ]


def by_fitdecode(data: bytes) -> list[Fields]:
    with fitdecode.FitReader(
        io.BytesIO(data),
        check_crc=fitdecode.CrcCheck.RAISE,
        error_handling=fitdecode.ErrorHandling.RAISE,
    ) as reader:
        return [
            {field.name: field.value for field in frame.fields}
            for frame in reader
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "workout_step"
        ]


def by_garmin(data: bytes) -> list[Fields]:
    messages, errors = garmin_fit_sdk.Decoder(
        garmin_fit_sdk.Stream.from_byte_array(bytearray(data))
    ).read()
    assert errors == []
    return [dict(step) for step in messages["workout_step_mesgs"]]


READERS: list[Callable[[bytes], list[Fields]]] = [by_fitparse, by_fitdecode, by_garmin]


def differences(compiled: CompiledWorkout, found: list[Fields]) -> list[str]:
    """What the messages found do not say of the compiled ones, in physical units."""
    if len(compiled.messages) != len(found):
        return [f"{len(compiled.messages)} messages, found {len(found)}"]
    wrong: list[str] = []
    for index, (message, fields) in enumerate(zip(compiled.messages, found, strict=True)):
        expected = (
            repeat_fields(message) if isinstance(message, RepeatMessage) else step_fields(message)
        )
        for name, value in {"message_index": index, **expected}.items():
            got = fields.get(name)
            if isinstance(value, float):
                same = got is not None and math.isclose(got, value, abs_tol=0.0051)
            else:
                same = (got or None) == (value or None)
            if not same:
                wrong.append(f"message {index}, {name}: {value!r}, found {got!r}")
    return wrong


def repeat_fields(message: RepeatMessage) -> Fields:
    return {
        "duration_type": "repeat_until_steps_cmplt",
        "duration_step": message.first_index,
        "repeat_steps": message.count,
    }


def step_fields(step: Step) -> Fields:
    fields: Fields = {"wkt_step_name": step.name, "notes": step.notes}
    match step.duration:
        case TimeDuration(duration_s=seconds):
            fields |= {"duration_type": "time", "duration_time": float(seconds)}
        case DistanceDuration(distance_m=metres):
            fields |= {"duration_type": "distance", "duration_distance": float(metres)}
        case OpenDuration():
            fields["duration_type"] = "open"
    match step.target:
        case PaceTarget(slowest_mps=slowest, fastest_mps=fastest):
            fields |= {
                "target_type": "speed",
                "custom_target_speed_low": slowest,
                "custom_target_speed_high": fastest,
            }
        case HeartRateTarget(lowest_bpm=lowest, highest_bpm=highest):
            fields |= {
                "target_type": "heart_rate",
                "custom_target_heart_rate_low": lowest + 100,
                "custom_target_heart_rate_high": highest + 100,
            }
        case OpenTarget():
            fields["target_type"] = "open"
    return fields


@pytest.mark.parametrize("spec_path", SPECS, ids=lambda path: path.stem)
def test_three_readers_find_every_step_of_a_compiled_sample(
    spec_path: Path, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["compile", str(spec_path), "-o", str(tmp_path)])
    assert left.value.code == 0
    (path,) = tmp_path.iterdir()
    spec = load_spec(spec_path)
    compiled = compile_workout(session(spec), spec.athlete, units=spec.units)
    for read in READERS:
        assert differences(compiled, read(path.read_bytes())) == [], read.__name__


def test_the_comparison_of_steps_can_fail() -> None:
    spec = load_spec(ROOT / "fixtures" / "specs" / "long-run.yaml")
    compiled = compile_workout(session(spec), spec.athlete, units=spec.units)
    found = by_garmin((ROOT / "fixtures" / "workouts" / "long-run.fit").read_bytes())
    assert differences(compiled, found) == []
    for name, value in (
        ("duration_distance", 1609.0),
        ("custom_target_speed_low", 3.0),
        ("wkt_step_name", "Back"),
        ("message_index", 7),
        ("target_type", "open"),
    ):
        assert differences(compiled, [found[0] | {name: value}, *found[1:]]), name
    assert differences(compiled, [*found[:2], found[2] | {"repeat_steps": 7}])
    assert differences(compiled, found[:2])
    assert differences(attrs.evolve(compiled, messages=compiled.messages[:2]), found)
