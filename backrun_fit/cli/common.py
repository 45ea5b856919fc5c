"""What the verbs of the command line share: options, inputs, printing and leaving."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from backrun_fit.cli.progress import aside, bar, working_on
from backrun_fit.errors import BackrunFitError, Problem, SpecError

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
    "files_of",
    "is_spec",
    "is_text",
    "plan",
    "print_out",
    "remark",
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
    str,
    Parameter(
        name="--device",
        help="garmin (50 steps), garmin-100, intervals-icu, or a file that describes another.",
    ),
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
    is_archive = len(paths) == 1 and paths[0].suffix.lower() == ".zip"
    with bar(None if is_archive else len(paths)) as progress:
        for path in paths:
            if not is_archive:
                working_on(str(path))
            try:
                code = max(code, verb(path))
            except BackrunFitError as error:
                code = max(code, complain(error, path))
            if progress is not None:
                progress.end()
    return code


def complain(error: Exception, path: Path | None = None) -> int:
    """Say what is wrong with an input, beside the results; a line for each problem."""
    from backrun_fit.wording import shown

    text = str(error)
    if path is not None:
        name = shown(str(path))
        text = text.replace(str(path), name) if str(path) in text else f"{name}: {text}"
    text = "\n".join(shown(line) for line in text.split("\n"))
    with aside():
        print(f"error: {text}", file=sys.stderr)  # noqa: T201 - errors go beside the results
    return BAD_INPUT


def remark(text: str) -> None:
    """Say something about the inputs that is no error, beside the results."""
    from backrun_fit.wording import shown

    with aside():
        print(f"note: {shown(text)}", file=sys.stderr)  # noqa: T201 - as errors


def files_of(*named: str | Path | None) -> list[str]:
    """Those of the values of options and arguments that may be files; they are inputs."""
    return [str(one) for one in named if one is not None]


def is_spec(path: Path) -> bool:
    """Whether a file is a spec, by its name."""
    return path.suffix.lower() in _SPEC_SUFFIXES


def plan(
    path: Path, device: DeviceProfile, units: UnitSystem | None
) -> tuple[CompiledWorkout, UnitSystem]:
    """The workout of a file, and in which units people read it.

    Args:
        path: Of a spec, of intervals.icu's text (.txt) or of a FIT file, of any maker.
        device: What it is compiled for, where it is not yet.
        units: As asked for; None takes the spec's, else metric.
    """
    from backrun_fit.compile import compile_workout
    from backrun_fit.fit.workout_reader import read_workout
    from backrun_fit.spec.located import load_located

    if is_spec(path):
        located = load_located(path)
        compiled = located.attempt(lambda spec: compile_spec(spec, device, units))
        return compiled, units or located.spec.units
    if is_text(path):
        text = text_workout(path, units)
        return compile_workout(text, device=device, units=units or "metric"), units or "metric"
    return read_workout(path), units or "metric"


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
    """A device's profile by its name, or by the path of the file that describes it."""
    from backrun_fit.devices import DEVICES

    if name in DEVICES:
        return DEVICES[name]
    if is_spec(Path(name)):
        from backrun_fit.spec.device_file import load_device

        return load_device(name)
    raise SpecError(
        f"expected a device out of {', '.join(DEVICES)}, or a file such as my-watch.yaml, "
        f"got {name!r}"
    )


def created_on(day: date | None) -> datetime:
    """Midnight UTC of the day; now where there is none."""
    if day is None:
        return datetime.now(UTC).replace(microsecond=0)
    return datetime.combine(day, time(), UTC)


def aware(at: datetime | None, option: str = "--created-at") -> datetime | None:
    """An instant that FIT can say; one without a time zone is UTC.

    Raises:
        SpecError: It is none; the option is named.
    """
    from backrun_fit.fit.workout_writer import FIRST_INSTANT, LAST_INSTANT

    if at is None:
        return None
    found = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    if not FIRST_INSTANT <= found <= LAST_INSTANT:
        message = (
            f"expected an instant from {FIRST_INSTANT:%Y-%m-%d} to {LAST_INSTANT:%Y-%m-%d}, as "
            f"a FIT file can hold, got {at.isoformat()}"
        )
        raise SpecError(Problem(message, option))
    return found


def print_out(what: RenderableType | dict[str, Any]) -> None:
    """Something to look at, or a document as one line of JSON."""
    with aside():
        if isinstance(what, dict):
            _print_document(what)
        else:
            _print_text(what)


def _print_document(document: dict[str, Any]) -> None:
    from backrun_fit.render.document import as_json

    text = as_json(document)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = as_json(document, ascii_only=True)
    print(text)  # noqa: T201 - the one place where documents are printed


def _print_text(what: RenderableType) -> None:
    from rich.console import Console
    from rich.text import Text

    from backrun_fit.wording import shown

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=isinstance(what, str))
    what = Text(shown(what)) if isinstance(what, str) else what
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
