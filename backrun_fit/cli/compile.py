"""``backrun-fit compile``."""

from __future__ import annotations

from pathlib import Path

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
    print_out,
)

__all__ = ["compile_"]


def compile_(
    *specs: Path,
    output: Output,
    device: Device = "garmin",
    created_at: CreatedAt = None,
    units: Units = None,
    json: Json = False,
) -> int:
    """Compile session specs (YAML, TOML, JSON) into FIT workout files.

    Every file is read back by a second library and compared before it is written.
    """
    from backrun_fit.fit.workout_writer import encode_workout
    from backrun_fit.output import MadeFile, place, write_all
    from backrun_fit.render.document import workout_document
    from backrun_fit.render.text import workout_text
    from backrun_fit.spec import load_spec

    target = device_named(device)
    made: list[MadeFile] = []
    shown = []

    def read(path: Path) -> int:
        spec = load_spec(path)
        compiled = compile_spec(spec, target, units)
        data = encode_workout(compiled, created_at=aware(created_at) or created_on(spec.date))
        dated = f"{spec.date.isoformat()} {compiled.name}" if spec.date else compiled.name
        made.append(MadeFile(name=dated, data=data))
        shown.append((compiled, units or spec.units))
        return DONE

    code = each(specs, read)
    placed = place(output, made)
    write_all(placed)
    for file, (compiled, shown_units) in zip(placed, shown, strict=True):
        if json:
            print_out({"path": str(file.path), **workout_document(compiled)})
        else:
            note = ", in the place of another version" if file.replaces else ""
            print_out(f"{file.path}  {len(file.data)} bytes, read back and equal{note}")
            print_out(workout_text(compiled, shown_units))
    return code
