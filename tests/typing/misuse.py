"""Misuse that a type checker must find; where it no longer does, an ignore is unused: an error."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import backrun_fit as bf


def misuse(activity: bf.Activity, compiled: bf.CompiledWorkout, workout: bf.Workout) -> None:
    bf.run_backwards()  # type: ignore[attr-defined]
    bf.check(compiled)  # type: ignore[arg-type]
    bf.check(activity, workout)  # type: ignore[arg-type]
    bf.check(activity, align="steps")  # type: ignore[arg-type]
    bf.compile_workout(compiled)  # type: ignore[arg-type]
    bf.compile_workout(workout, units="imperial")  # type: ignore[arg-type]
    bf.encode_workout(compiled)  # type: ignore[call-arg]
    bf.encode_workout(workout, created_at=None)  # type: ignore[arg-type]
    bf.rehearse(compiled, seed=1)  # type: ignore[call-arg]
    bf.read_activity(Path("a.fit"), on_error="ignore")  # type: ignore[arg-type]
    bf.Tolerances(3.0)  # type: ignore[call-arg]
    bf.Tolerances(duration="3 s")  # type: ignore[call-arg]
    bf.Race(distance="10k")  # type: ignore[call-arg]
    bf.Athlete("A")  # type: ignore[call-arg]
    activity.started_at = datetime.min  # type: ignore[misc]
    bf.devices.GARMIN.name = "mine"  # type: ignore[misc]
    score: float = bf.check(activity).score  # type: ignore[assignment]
    text: str = bf.encode_activity(activity)  # type: ignore[assignment]
    print(score, text)
