"""The command line: the only room that looks at the clock, and one of two that open files.

Heavy modules are imported by the verbs that use them, so that ``--help`` answers
at once.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter

from backrun_fit.errors import BackrunFitError, SpecError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from backrun_fit.compiled import CompiledWorkout
    from backrun_fit.devices import DeviceProfile
    from backrun_fit.report import Report
    from backrun_fit.spec import SessionSpec
    from backrun_fit.tolerances import Tolerances
    from backrun_fit.units import UnitSystem

__all__ = ["app", "main"]

DONE, NOT_MET, BAD_INPUT = 0, 1, 2

_WIDE = 1_000
_SPEC_SUFFIXES = frozenset((".yaml", ".yml", ".toml", ".json"))

app = App(
    name="backrun-fit",
    help="Backward running in workouts: compile rules into FIT files, rehearse them, check runs.",
    version=lambda: _version(),
    help_format="plaintext",
)

Json = Annotated[bool, Parameter(name="--json", negative="", help="One JSON document a line.")]
Units = Annotated[
    Literal["metric", "statute"] | None,
    Parameter(name="--units", help="How distances and paces are printed."),
]
Device = Annotated[str, Parameter(name="--device", help="garmin (50 steps) or garmin-100.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with 0 (done and met), 1 (not met) or 2 (bad input)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character must not cost the result.
            stream.reconfigure(errors="replace")
    try:
        code = app(
            sys.argv[1:] if arguments is None else list(arguments),
            exit_on_error=False,
            result_action="return_value",
        )
    except CycloptsError:
        code = BAD_INPUT  # the message has been printed
    except BackrunFitError as error:
        code = _complain(error)
    except BrokenPipeError:
        # Whoever read the output has closed it; nothing is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = BAD_INPUT
    sys.exit(code if isinstance(code, int) else DONE)


@app.command(name="compile")
def compile_(
    *specs: Path,
    output: Annotated[Path, Parameter(name=["--output", "-o"], help="Folder for the files.")],
    device: Device = "garmin",
    created_at: Annotated[
        datetime | None,
        Parameter(help="Written into the files; default: the spec's date, else now."),
    ] = None,
    units: Units = None,
    json: Json = False,
) -> int:
    """Compile session specs (YAML, TOML, JSON) into FIT workout files.

    Every file is read back by a second library and compared before it is written.
    """
    from backrun_fit.fit.workout_writer import encode_workout
    from backrun_fit.output import unique_stems, write_whole
    from backrun_fit.render.document import workout_document
    from backrun_fit.render.text import workout_text
    from backrun_fit.spec import load_spec

    target = _device(device)
    files: list[tuple[str, CompiledWorkout, bytes, UnitSystem]] = []

    def read(path: Path) -> int:
        spec = load_spec(path)
        compiled = _compile_spec(spec, target, units)
        data = encode_workout(compiled, created_at=_aware(created_at) or _created_at(spec.date))
        dated = f"{spec.date.isoformat()} {compiled.name}" if spec.date else compiled.name
        files.append((dated, compiled, data, units or spec.units))
        return DONE

    code = _each(specs, read)
    _refuse_shared_identity([(name, data) for name, _, data, _ in files])
    paths = [output / f"{stem}.fit" for stem in unique_stems(name for name, *_ in files)]
    replaced = [
        path for path, (*_, data, _) in zip(paths, files, strict=True) if _differs(path, data)
    ]
    for path, (*_, data, _) in zip(paths, files, strict=True):
        write_whole(path, data)
    for path, (_, compiled, data, shown_units) in zip(paths, files, strict=True):
        if json:
            _print({"path": str(path), **workout_document(compiled)})
        else:
            note = ", in the place of another version" if path in replaced else ""
            _print(f"{path}  {len(data)} bytes, read back and equal{note}")
            _print(workout_text(compiled, shown_units))
    return code


@app.command
def show(*files: Path, units: Units = None, json: Json = False) -> int:
    """Show a spec or a workout as a watch would list it, or what an activity recorded.

    Of a damaged file what is whole is shown, and what is wrong is said; of a file of
    another kind how many messages of which kinds it holds.
    """
    from backrun_fit.errors import NoActivityError
    from backrun_fit.render.document import (
        activity_document,
        contents_document,
        workout_document,
    )
    from backrun_fit.render.text import activity_text, contents_text, workout_text

    def one(path: Path) -> int:
        from backrun_fit.fit.activity_reader import read_activities
        from backrun_fit.fit.frames import read_messages
        from backrun_fit.fit.sniff import sniff

        if _is_spec(path) or "workout" in sniff(path):
            compiled = _plan(path, _device("garmin-100"), units)
            document = {"source": str(path), **workout_document(compiled)}
            _print(document if json else workout_text(compiled, units or "metric"))
            return DONE
        try:
            activities = read_activities(path, on_error="salvage")
        except NoActivityError as error:
            for segment in read_messages(path, on_error="salvage"):
                document = contents_document(segment, error.source)
                _print(document if json else contents_text(document))
            return DONE
        for activity in activities:
            _print(
                activity_document(activity) if json else activity_text(activity, units or "metric")
            )
        return DONE

    return _each(files, one)


@app.command
def check(
    *activities: Path,
    workout: Annotated[
        Path | None, Parameter(help="The plan: a spec or a workout file; else the run's own.")
    ] = None,
    align: Annotated[
        Literal["auto", "indexes", "laps", "samples"],
        Parameter(help="What alignment may look at: laps hides step indexes, samples laps too."),
    ] = "auto",
    tolerance: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="NAME=NUMBER, such as pace_fraction=0.05; may be repeated.",
        ),
    ] = (),
    salvage: Annotated[
        bool, Parameter(negative="", help="Check what is whole of a damaged file.")
    ] = False,
    trend: Annotated[
        bool,
        Parameter(negative="", help="Runs of one workout side by side, instead of each report."),
    ] = False,
    units: Units = None,
    json: Json = False,
) -> int:
    """Check recorded runs step by step against the workout they carry, or a given one."""
    from backrun_fit.compliance import check as check_activity
    from backrun_fit.compliance.trend import compare_runs
    from backrun_fit.fit.activity_reader import activities_in
    from backrun_fit.fit.source import open_source
    from backrun_fit.render.document import report_document, trend_document
    from backrun_fit.render.text import report_text
    from backrun_fit.render.trend import trend_text

    plan = None if workout is None else _plan(workout, _device("garmin-100"), units)
    tolerances = _tolerances(tolerance)
    reports: list[Report] = []

    def one(content: bytes, name: str | None) -> int:
        code = DONE
        for activity in activities_in(content, name, on_error="salvage" if salvage else "raise"):
            report = check_activity(
                activity, plan, tolerances=tolerances, align=align, units=units or "metric"
            )
            if trend:
                reports.append(report)
            elif json:
                _print(report_document(report))
            else:
                _print(report_text(report, units or "metric"))
            code = max(code, NOT_MET if report.verdict.is_miss else DONE)
        return code

    def members(path: Path) -> int:
        code = DONE
        for name, content in open_source(path):
            try:
                code = max(code, one(content, name))
            except BackrunFitError as error:
                code = max(code, _complain(error, path))
        return code

    code = _each(activities, members)
    if trend:
        found = compare_runs(reports, units or "metric")
        _print(trend_document(found) if json else trend_text(found, units or "metric"))
    return code


@app.command
def rehearse(
    workout: Path,
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"], help="Activity file to write.")],
    seed: Annotated[int, Parameter(help="The same seed gives the same bytes.")] = 0,
    runner: Annotated[
        Path | None, Parameter(help="File (YAML, TOML, JSON) with the sections runner and watch.")
    ] = None,
    fault: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Such as skip:3 or slow:2:0.2 (docs/rehearsal.md); may be repeated.",
        ),
    ] = (),
    quirk: Annotated[
        tuple[str, ...],
        Parameter(negative="", show_default=False, help="Such as index-less; may be repeated."),
    ] = (),
    truth: Annotated[
        Path | None, Parameter(help="JSON file to write, with what really happened.")
    ] = None,
    started_at: Annotated[
        datetime | None, Parameter(help="Start of the run; default: now.")
    ] = None,
    units: Units = None,
    json: Json = False,
) -> int:
    """Let a virtual runner and watch run a workout (a spec or a .fit) and write the activity."""
    from backrun_fit.output import write_whole
    from backrun_fit.rehearsal import encode_rehearsal, parse_fault, truth_document
    from backrun_fit.rehearsal import rehearse as run
    from backrun_fit.render.document import activity_document, as_json
    from backrun_fit.render.text import activity_text
    from backrun_fit.spec.setup import Setup, load_setup

    setup = Setup() if runner is None else load_setup(runner)
    rehearsal = run(
        _plan(workout, _device("garmin-100"), units),
        runner=setup.runner,
        watch=setup.watch,
        seed=seed,
        started_at=_aware(started_at) or datetime.now(UTC).replace(microsecond=0),
        faults=[parse_fault(text) for text in fault],
        quirks=quirk,
    )
    activity = rehearsal.activity
    write_whole(output, encode_rehearsal(rehearsal))
    if truth is not None:
        write_whole(truth, f"{as_json(truth_document(rehearsal.truth))}\n".encode())
    if json:
        _print({"path": str(output), **activity_document(activity)})
    else:
        _print(f"{output}  rehearsed with seed {seed}")
        _print(activity_text(activity, units or "metric"))
    return DONE


def _differs(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() != data
    except OSError:
        return False


def _each(paths: Sequence[Path], verb: Callable[[Path], int]) -> int:
    """Apply a verb to every input; one that cannot be read is reported and stops no other."""
    if not paths:
        raise SpecError("expected at least one file, got none")
    code = DONE
    for path in paths:
        try:
            code = max(code, verb(path))
        except BackrunFitError as error:
            code = max(code, _complain(error, path))
    return code


def _complain(error: BackrunFitError, path: Path | None = None) -> int:
    text = str(error)
    if path is not None and str(path) not in text:
        text = f"{path}: {text}"
    print(f"error: {text}", file=sys.stderr)  # noqa: T201 - errors go beside the results
    return BAD_INPUT


def _is_spec(path: Path) -> bool:
    return path.suffix.lower() in _SPEC_SUFFIXES


def _plan(path: Path, device: DeviceProfile, units: UnitSystem | None) -> CompiledWorkout:
    from backrun_fit.fit.workout_reader import read_workout
    from backrun_fit.spec import load_spec

    if _is_spec(path):
        return _compile_spec(load_spec(path), device, units)
    return read_workout(path)


def _compile_spec(
    spec: SessionSpec, device: DeviceProfile, units: UnitSystem | None
) -> CompiledWorkout:
    from backrun_fit.compile import compile_workout
    from backrun_fit.spec import session

    return compile_workout(session(spec), spec.athlete, device=device, units=units or spec.units)


def _refuse_shared_identity(files: list[tuple[str, bytes]]) -> None:
    """Watches merge or drop files that share (type, manufacturer, product, serial)."""
    from backrun_fit.errors import EncodeError
    from backrun_fit.fit.sniff import identity

    seen: dict[tuple[object, ...], tuple[str, bytes]] = {}
    for name, data in files:
        other, content = seen.setdefault(identity(data), (name, data))
        if content != data:
            raise EncodeError(f"{name!r} and {other!r} share a serial number; rename one of them")


def _device(name: str) -> DeviceProfile:
    from backrun_fit.devices import DEVICES

    if name not in DEVICES:
        raise SpecError(f"expected a device out of {', '.join(DEVICES)}, got {name!r}")
    return DEVICES[name]


def _tolerances(pairs: tuple[str, ...]) -> Tolerances:
    import attrs

    from backrun_fit.tolerances import Tolerances

    names = [field.name for field in attrs.fields(Tolerances)]
    values: dict[str, Any] = {}
    for pair in pairs:
        name, _, number = pair.partition("=")
        if name not in names:
            raise SpecError(f"expected a tolerance out of {', '.join(names)}, got {pair!r}")
        try:
            values[name] = float(number)
        except ValueError:
            raise SpecError(f"{name}: expected a number, got {number!r}") from None
    try:
        return Tolerances(**values)
    except ValueError as error:
        raise SpecError(str(error)) from error


def _created_at(day: Any) -> datetime:
    if day is None:
        return datetime.now(UTC).replace(microsecond=0)
    return datetime.combine(day, time(), UTC)


def _aware(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo is not None else at.replace(tzinfo=UTC)


def _print(what: RenderableType | dict[str, Any]) -> None:
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


def _version() -> str:
    from importlib.metadata import version

    return version("backrun-fit")


if __name__ == "__main__":
    main()
