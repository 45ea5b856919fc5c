"""One workout of 22 steps written by three libraries, and the proof that they wrote the same."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from unittest import mock

from fitparse import FitFile

from backrun_fit.compiled import CompiledWorkout
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.workout import Intensity, PaceTarget, Step, TimeDuration

__all__ = ["PLAN", "WRITERS", "asked_of"]

AT: Final = datetime(2026, 3, 1, tzinfo=UTC)

PLAN: Final = CompiledWorkout(
    name="Twenty-two steps",
    messages=tuple(
        Step(
            name=f"Step {number}",
            duration=TimeDuration(duration_s=60.0 + number),
            target=PaceTarget(slowest_mps=3.0 + number / 100, fastest_mps=3.2 + number / 100),
            intensity=Intensity.ACTIVE,
        )
        for number in range(22)
    ),
)


def _steps() -> list[tuple[int, str, float, float, float]]:
    found = []
    for number, step in enumerate(PLAN.messages):
        assert isinstance(step, Step)
        assert isinstance(step.duration, TimeDuration)
        assert isinstance(step.target, PaceTarget)
        found.append(
            (
                number,
                step.name or "",
                step.duration.duration_s,
                step.target.slowest_mps,
                step.target.fastest_mps,
            )
        )
    return found


def proven() -> bytes:
    """Ours, with the proof."""
    return encode_workout(PLAN, created_at=AT)


def unproven() -> bytes:
    """Ours, the bytes alone."""
    with mock.patch("backrun_fit.fit.workout_writer.prove"):
        return encode_workout(PLAN, created_at=AT)


def with_fit_tool() -> bytes:
    """fit-tool's own objects."""
    from fit_tool.fit_file_builder import FitFileBuilder
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.messages.workout_message import WorkoutMessage
    from fit_tool.profile.messages.workout_step_message import WorkoutStepMessage
    from fit_tool.profile.profile_type import (
        FileType,
        Intensity,
        Manufacturer,
        Sport,
        WorkoutStepDuration,
        WorkoutStepTarget,
    )

    builder = FitFileBuilder(auto_define=True, min_string_size=20)
    head = FileIdMessage()
    head.type = FileType.WORKOUT
    head.manufacturer = Manufacturer.DEVELOPMENT.value
    head.product = 0
    head.serial_number = 1
    head.time_created = round(AT.timestamp() * 1000)
    builder.add(head)
    workout = WorkoutMessage()
    workout.workout_name = PLAN.name
    workout.sport = Sport.RUNNING
    workout.num_valid_steps = len(PLAN.messages)
    builder.add(workout)
    for number, name, seconds, slowest, fastest in _steps():
        step = WorkoutStepMessage()
        step.message_index = number
        step.workout_step_name = name
        step.intensity = Intensity.ACTIVE
        step.duration_type = WorkoutStepDuration.TIME
        step.duration_time = seconds
        step.target_type = WorkoutStepTarget.SPEED
        step.target_value = 0
        step.custom_target_speed_low = slowest
        step.custom_target_speed_high = fastest
        builder.add(step)
    data: bytes = builder.build().to_bytes()
    return data


def with_garmin() -> bytes:
    """garmin-fit-sdk's encoder."""
    from garmin_fit_sdk import Encoder

    encoder: Any = Encoder()
    encoder.write_mesg(
        {
            "mesg_num": 0,
            "type": "workout",
            "manufacturer": "development",
            "product": 0,
            "serial_number": 1,
            "time_created": AT,
        }
    )
    encoder.write_mesg(
        {
            "mesg_num": 26,
            "wkt_name": PLAN.name,
            "sport": "running",
            "num_valid_steps": len(PLAN.messages),
        }
    )
    for number, name, seconds, slowest, fastest in _steps():
        encoder.write_mesg(
            {
                "mesg_num": 27,
                "message_index": number,
                "wkt_step_name": name,
                "intensity": "active",
                "duration_type": "time",
                "duration_value": round(1000 * seconds),
                "target_type": "speed",
                "target_value": 0,
                "custom_target_value_low": round(1000 * slowest),
                "custom_target_value_high": round(1000 * fastest),
            }
        )
    return bytes(encoder.close())


WRITERS: Final[dict[str, Callable[[], bytes]]] = {
    "backrun-fit with the proof": proven,
    "backrun-fit, bytes alone": unproven,
    "fit-tool": with_fit_tool,
    "garmin-fit-sdk": with_garmin,
}


def asked_of(data: bytes) -> list[tuple[object, ...]]:
    """What the steps of a file ask for, as fitparse reads it."""
    fields = (
        *("message_index", "wkt_step_name", "intensity", "duration_time"),
        *("custom_target_speed_low", "custom_target_speed_high"),
    )
    return [
        tuple(message.get_value(field) for field in fields)
        for message in FitFile(io.BytesIO(data)).get_messages("workout_step")
    ]
