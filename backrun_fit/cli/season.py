"""``backrun-fit season``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from backrun_fit.cli.common import (
    DONE,
    CreatedAt,
    Device,
    Json,
    Output,
    Units,
    aware,
    device_named,
    each,
    files_of,
    print_out,
)

__all__ = ["season"]


def season(
    *specs: Path,
    output: Output,
    device: Device = "garmin",
    created_at: CreatedAt = None,
    units: Units = None,
    json: Json = False,
) -> int:
    """Compile season specs into dated workouts, a schedule, a calendar and an index.

    The schedule (for GARMIN/NEWFILES) names sessions from today on; the calendar (.ics)
    and the index (.json, .csv) all of them.
    """
    from backrun_fit.output import require_writable, write_whole
    from backrun_fit.season import compile_season, load_season
    from backrun_fit.season.index import season_document
    from backrun_fit.season.text import season_text

    now = datetime.now(UTC).replace(microsecond=0)
    target = device_named(device)
    inputs = files_of(*specs, device)

    def one(path: Path) -> int:
        made = compile_season(
            load_season(path),
            device=target,
            units=units,
            created_at=aware(created_at),
            stamped_at=aware(created_at) or now,
            today=now.astimezone().date(),
        )
        folder = output / path.stem if len(specs) > 1 else output
        require_writable([folder / file.name for file in made.files], inputs)
        for file in made.files:
            write_whole(folder / file.name, file.data, below=output)
        if json:
            print_out({"path": str(folder), **season_document(made)})
        else:
            print_out(f"{folder}  {len(made.files)} files, every workout read back and equal")
            print_out(season_text(made))
        return DONE

    return each(specs, one)
