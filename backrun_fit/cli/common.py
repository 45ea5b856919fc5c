"""What the verbs of the command line share: options, inputs, printing and leaving."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from backrun_fit.errors import BackrunFitError, SpecError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from backrun_fit.compiled import CompiledWorkout
    from backrun_fit.devices import DeviceProfile
    from backrun_fit.spec import SessionSpec
    from backrun_fit.units import UnitSystem
    from backrun_fit.workout import Workout

__all__ = [
    "BAD_INPUT",
    "DONE",
    "NOT_MET",
    "CreatedAt",
    "Device",
    "Json",
    "Output",
    "Units",
    "aware",
    "compile_spec",
    "complain",
    "created_on",
    "device_named",
    "each",
    "is_spec",
    "is_text",
    "plan",
    "print_out",
    "text_workout",
]

DONE, NOT_MET, BAD_INPUT = 0, 1, 2

_WIDE = 1_000
_SPEC_SUFFIXES = frozenset((".yaml", ".yml", ".toml", ".json"))

Json = Annotated[bool, Parameter(name="--json", negative="", help="One JSON document a line.")]
Units = Annotated[
    Literal["metric", "statute"] | None,
    Parameter(name="--units", help="How distances and paces are printed."),
]
Device = Annotated[
    str, Parameter(name="--device", help="garmin (50 steps), garmin-100 or intervals-icu.")
]
Output = Annotated[Path, Parameter(name=["--output", "-o"], help="Folder for the files.")]
CreatedAt = Annotated[
    datetime | None,
    Parameter(help="Written into the files; default: the plan's date, else now."),
]


def each(paths: Sequence[Path], verb: Callable[[Path], int]) -> int:
    """Apply a verb to every input; one that cannot be read is reported and stops no other."""
    if not paths:
        raise SpecError("expected at least one file, got none")
    code = DONE
    for path in paths:
        try:
            code = max(code, verb(path))
        except BackrunFitError as error:
            code = max(code, complain(error, path))
    return code


def complain(error: BackrunFitError, path: Path | None = None) -> int:
    """Say what is wrong with an input, beside the results."""
    text = str(error)
    if path is not None and str(path) not in text:
        text = f"{path}: {text}"
    print(f"error: {text}", file=sys.stderr)  # noqa: T201 - errors go beside the results
    return BAD_INPUT


def is_spec(path: Path) -> bool:
    """Whether a file is a spec, by its name."""
    return path.suffix.lower() in _SPEC_SUFFIXES


def plan(path: Path, device: DeviceProfile, units: UnitSystem | None) -> CompiledWorkout:
    """The workout of a spec, of intervals.icu's text (.txt) or of a FIT file, of any maker."""
    from backrun_fit.compile import compile_workout
    from backrun_fit.fit.workout_reader import read_workout
    from backrun_fit.spec import load_spec

    if is_spec(path):
        return compile_spec(load_spec(path), device, units)
    if is_text(path):
        return compile_workout(text_workout(path, units), device=device, units=units or "metric")
    return read_workout(path)


def is_text(path: Path) -> bool:
    """Whether a file is a workout in intervals.icu's text, by its name."""
    return path.suffix.lower() == ".txt"


def text_workout(path: Path, units: UnitSystem | None) -> Workout:
    """The workout that intervals.icu's text says, called like the file."""
    from backrun_fit.intervals_icu import parse_intervals_icu
    from backrun_fit.spec.file import read_utf8

    try:
        return parse_intervals_icu(read_utf8(path), name=path.stem, units=units)
    except SpecError as error:
        raise SpecError(error.problems, str(path)) from None


def compile_spec(
    spec: SessionSpec, device: DeviceProfile, units: UnitSystem | None
) -> CompiledWorkout:
    """The workout that a spec means, for a device."""
    from backrun_fit.compile import compile_workout
    from backrun_fit.spec import session

    return compile_workout(session(spec), spec.athlete, device=device, units=units or spec.units)


def device_named(name: str) -> DeviceProfile:
    """A device's profile by its name."""
    from backrun_fit.devices import DEVICES

    if name not in DEVICES:
        raise SpecError(f"expected a device out of {', '.join(DEVICES)}, got {name!r}")
    return DEVICES[name]


def created_on(day: date | None) -> datetime:
    """Midnight UTC of the day; now where there is none."""
    if day is None:
        return datetime.now(UTC).replace(microsecond=0)
    return datetime.combine(day, time(), UTC)


def aware(at: datetime | None) -> datetime | None:
    """An instant; one without a time zone is UTC."""
    return at if at is None or at.tzinfo is not None else at.replace(tzinfo=UTC)


def print_out(what: RenderableType | dict[str, Any]) -> None:
    """Something to look at, or a document as one line of JSON."""
    if isinstance(what, dict):
        from backrun_fit.render.document import as_json

        print(as_json(what))  # noqa: T201 - the one place where documents are printed
        return
    from rich.console import Console

    console = Console(highlight=False, markup=False, soft_wrap=isinstance(what, str))
    if console.is_terminal:
        console.print(what)
        return
    # In a file or a pipe lines stay whole (unless COLUMNS says how wide they may
    # be) and have no blanks at their end.
    if "COLUMNS" not in os.environ:
        console.width = _WIDE
    with console.capture() as captured:
        console.print(what)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))  # noqa: T201
