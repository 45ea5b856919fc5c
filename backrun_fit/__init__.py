"""Backward running in FIT workouts: compile rules, prove the file, rehearse, check the run.

The public names of the library. Modules are imported when a name of theirs is
first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backrun_fit import batch, devices, rules
    from backrun_fit.activity import Activity
    from backrun_fit.athlete import Athlete, BackwardCalibration, Race
    from backrun_fit.batch import check_many, compile_many
    from backrun_fit.compile import compile_workout
    from backrun_fit.compiled import CompiledWorkout, as_workout, unroll
    from backrun_fit.compliance import check
    from backrun_fit.compliance.calibration import calibrate
    from backrun_fit.compliance.trend import compare_runs
    from backrun_fit.errors import (
        AlignmentError,
        BackrunFitError,
        CompileError,
        DecodeError,
        EncodeError,
        SpecError,
    )
    from backrun_fit.fit.activity_reader import read_activities, read_activity
    from backrun_fit.fit.activity_writer import encode_activity
    from backrun_fit.fit.frames import read_messages, to_arrow, to_numpy, to_pandas
    from backrun_fit.fit.sniff import sniff
    from backrun_fit.fit.walk import accelerate
    from backrun_fit.fit.workout_reader import read_workout
    from backrun_fit.fit.workout_writer import encode_workout
    from backrun_fit.intervals_icu import parse_intervals_icu
    from backrun_fit.limits import Limits
    from backrun_fit.notation import parse_workout, print_workout
    from backrun_fit.rehearsal import (
        Rehearsal,
        Runner,
        Watch,
        encode_rehearsal,
        parse_fault,
        rehearse,
    )
    from backrun_fit.render.document import report_document
    from backrun_fit.report import Report, Verdict
    from backrun_fit.season import compile_season, load_season, parse_season
    from backrun_fit.spec import load_spec, parse_spec, session
    from backrun_fit.spec.device_file import load_device
    from backrun_fit.spec.tolerances_file import load_tolerances
    from backrun_fit.tolerances import Tolerances
    from backrun_fit.workout import Movement, Repeat, Step, Workout

_HOMES = {
    "backrun_fit.activity": ("Activity",),
    "backrun_fit.athlete": ("Athlete", "BackwardCalibration", "Race"),
    "backrun_fit.batch": ("check_many", "compile_many"),
    "backrun_fit.compile": ("compile_workout",),
    "backrun_fit.compiled": ("CompiledWorkout", "as_workout", "unroll"),
    "backrun_fit.compliance": ("check",),
    "backrun_fit.compliance.calibration": ("calibrate",),
    "backrun_fit.compliance.trend": ("compare_runs",),
    "backrun_fit.errors": (
        "AlignmentError",
        "BackrunFitError",
        "CompileError",
        "DecodeError",
        "EncodeError",
        "SpecError",
    ),
    "backrun_fit.fit.activity_reader": ("read_activities", "read_activity"),
    "backrun_fit.fit.activity_writer": ("encode_activity",),
    "backrun_fit.fit.frames": ("read_messages", "to_arrow", "to_numpy", "to_pandas"),
    "backrun_fit.fit.sniff": ("sniff",),
    "backrun_fit.fit.walk": ("accelerate",),
    "backrun_fit.fit.workout_reader": ("read_workout",),
    "backrun_fit.fit.workout_writer": ("encode_workout",),
    "backrun_fit.intervals_icu": ("parse_intervals_icu",),
    "backrun_fit.limits": ("Limits",),
    "backrun_fit.notation": ("parse_workout", "print_workout"),
    "backrun_fit.rehearsal": (
        "Rehearsal",
        "Runner",
        "Watch",
        "encode_rehearsal",
        "parse_fault",
        "rehearse",
    ),
    "backrun_fit.render.document": ("report_document",),
    "backrun_fit.report": ("Report", "Verdict"),
    "backrun_fit.tolerances": ("Tolerances",),
    "backrun_fit.season": ("compile_season", "load_season", "parse_season"),
    "backrun_fit.spec": ("load_spec", "parse_spec", "session"),
    "backrun_fit.spec.device_file": ("load_device",),
    "backrun_fit.spec.tolerances_file": ("load_tolerances",),
    "backrun_fit.workout": ("Movement", "Repeat", "Step", "Workout"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = ("batch", "devices", "rules")

__all__ = [
    "Activity",
    "AlignmentError",
    "Athlete",
    "BackrunFitError",
    "BackwardCalibration",
    "CompileError",
    "CompiledWorkout",
    "DecodeError",
    "EncodeError",
    "Limits",
    "Movement",
    "Race",
    "Rehearsal",
    "Repeat",
    "Report",
    "Runner",
    "SpecError",
    "Step",
    "Tolerances",
    "Verdict",
    "Watch",
    "Workout",
    "accelerate",
    "as_workout",
    "batch",
    "calibrate",
    "check",
    "check_many",
    "compare_runs",
    "compile_many",
    "compile_season",
    "compile_workout",
    "devices",
    "encode_activity",
    "encode_rehearsal",
    "encode_workout",
    "load_device",
    "load_season",
    "load_spec",
    "load_tolerances",
    "parse_fault",
    "parse_intervals_icu",
    "parse_season",
    "parse_spec",
    "parse_workout",
    "print_workout",
    "read_activities",
    "read_activity",
    "read_messages",
    "read_workout",
    "rehearse",
    "report_document",
    "rules",
    "session",
    "sniff",
    "to_arrow",
    "to_numpy",
    "to_pandas",
    "unroll",
]


if not TYPE_CHECKING:  # a type checker is to see the names above and no others

    def __getattr__(name: str) -> Any:
        if name in _HOME_OF:
            value = getattr(import_module(_HOME_OF[name]), name)
        elif name in _MODULES:
            value = import_module(f"{__name__}.{name}")
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
