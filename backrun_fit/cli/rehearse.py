"""``backrun-fit rehearse``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from backrun_fit.cli.common import (
    DONE,
    Json,
    Units,
    aware,
    device_named,
    files_of,
    plan,
    print_out,
)

__all__ = ["rehearse"]


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
            help="Such as skip:3 or slow:2:0.2 (docs/reference/rehearsal.md); may be repeated.",
        ),
    ] = (),
    quirk: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Such as index-less or summary-first (docs/reference/rehearsal.md); "
            "may be repeated.",
        ),
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
    from backrun_fit.output import refuse_doubles, require_writable, write_whole
    from backrun_fit.rehearsal import encode_rehearsal, parse_fault, truth_document
    from backrun_fit.rehearsal import rehearse as run
    from backrun_fit.render.document import activity_document, as_json
    from backrun_fit.render.text import activity_text
    from backrun_fit.spec.setup import Setup, load_setup

    outputs = [output] if truth is None else [output, truth]
    refuse_doubles(outputs)
    require_writable(outputs, files_of(workout, runner))
    setup = Setup() if runner is None else load_setup(runner)
    compiled, shown_units = plan(workout, device_named("garmin-100"), units)
    rehearsal = run(
        compiled,
        runner=setup.runner,
        watch=setup.watch,
        seed=seed,
        started_at=aware(started_at, "--started-at") or datetime.now(UTC).replace(microsecond=0),
        faults=[parse_fault(text) for text in fault],
        quirks=quirk,
    )
    activity = rehearsal.activity
    write_whole(output, encode_rehearsal(rehearsal))
    if truth is not None:
        write_whole(truth, f"{as_json(truth_document(rehearsal.truth))}\n".encode())
    if json:
        print_out({"path": str(output), **activity_document(activity)})
    else:
        print_out(f"{output}  rehearsed with seed {seed}")
        print_out(activity_text(activity, shown_units))
    return DONE
