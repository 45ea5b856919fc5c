"""``backrun-fit compile``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from backrun_fit.cli.common import (
    DONE,
    CreatedAt,
    Device,
    Json,
    Output,
    Units,
    aware,
    compile_spec,
    created_on,
    device_named,
    each,
    files_of,
    print_out,
)
from backrun_fit.errors import SpecError

if TYPE_CHECKING:
    from backrun_fit.compiled import CompiledWorkout
    from backrun_fit.spec import SessionSpec

__all__ = ["compile_"]


def compile_(
    *specs: Path,
    output: Output,
    device: Device = "garmin",
    created_at: CreatedAt = None,
    jobs: Annotated[
        int | None, Parameter(help="With a roster: how many processes; default: one a CPU.")
    ] = None,
    scheduler: Annotated[
        str | None, Parameter(help="With a roster: address of a Dask scheduler that has workers.")
    ] = None,
    units: Units = None,
    json: Json = False,
) -> int:
    """Compile session specs (YAML, TOML, JSON) into FIT workout files.

    Every file is read back by a second library and compared before it is written. A
    roster (.csv) before sessions or seasons makes a file of each for every athlete.
    """
    from backrun_fit.fit.workout_writer import encode_workout
    from backrun_fit.output import MadeFile, place, write_all
    from backrun_fit.render.document import workout_document
    from backrun_fit.render.text import workout_text
    from backrun_fit.spec.located import load_located

    target = device_named(device)
    stated_at = aware(created_at)
    if specs and specs[0].suffix.lower() == ".csv":
        from backrun_fit.cli.compile_roster import compile_roster

        return compile_roster(
            specs[0],
            specs[1:],
            output,
            inputs=files_of(*specs, device),
            device=target,
            units=units,
            created_at=stated_at,
            jobs=jobs,
            scheduler=scheduler,
            json=json,
        )
    if (jobs, scheduler) != (None, None):
        raise SpecError("expected --jobs and --scheduler beside a roster (.csv), got them alone")
    made: list[MadeFile] = []
    shown = []

    def make(spec: SessionSpec) -> tuple[CompiledWorkout, bytes]:
        compiled = compile_spec(spec, target, units)
        return compiled, encode_workout(compiled, created_at=stated_at or created_on(spec.date))

    def read(path: Path) -> int:
        located = load_located(path)
        spec = located.spec
        compiled, data = located.attempt(make)
        dated = f"{spec.date.isoformat()} {compiled.name}" if spec.date else compiled.name
        made.append(MadeFile(name=dated, data=data))
        shown.append((compiled, units or spec.units))
        return DONE

    code = each(specs, read)
    placed = place(output, made)
    write_all(placed, files_of(*specs, device))
    for file, (compiled, shown_units) in zip(placed, shown, strict=True):
        if json:
            print_out({"path": str(file.path), **workout_document(compiled)})
        else:
            note = ", in the place of another version" if file.replaces else ""
            print_out(f"{file.path}  {len(file.data)} bytes, read back and equal{note}")
            print_out(workout_text(compiled, shown_units))
    return code
