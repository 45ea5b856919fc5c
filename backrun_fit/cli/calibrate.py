"""``backrun-fit calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from backrun_fit.cli.common import DONE, Json, Units, print_out
from backrun_fit.errors import SpecError

if TYPE_CHECKING:
    from backrun_fit.activity import Activity

__all__ = ["calibrate"]


def calibrate(
    run: Path,
    /,
    *,
    athlete: Annotated[
        Path | None,
        Parameter(help="Keep the result in this file (YAML, TOML, JSON); made if it is not there."),
    ] = None,
    first: Annotated[
        Literal["forward", "backward"],
        Parameter(help="How the first lap was run, where the run has no marked workout."),
    ] = "forward",
    units: Units = None,
    json: Json = False,
) -> int:
    """Measure an athlete's own backward running: effect on cadence, and pace.

    Run 60 s forward and 60 s backward in turn, six times each, easy, on the flat.
    Press the lap button at each change.
    """
    from backrun_fit.compliance.calibration import calibrate as measure
    from backrun_fit.output import refuse_inputs
    from backrun_fit.render.calibration import calibration_sentences
    from backrun_fit.render.document import calibration_document

    if athlete is not None:
        refuse_inputs([athlete], [run])
    activity = _only(run)
    found = measure(activity, forward_first=first == "forward")
    replaced = None
    if athlete is not None:
        from backrun_fit.spec.athlete_file import save_calibration

        replaced = save_calibration(athlete, found)
    if json:
        document = calibration_document(found, replaced, activity.source or str(run))
        print_out(document if athlete is None else {**document, "path": str(athlete)})
        return DONE
    for sentence in calibration_sentences(found, units or "metric"):
        print_out(sentence)
    if athlete is not None:
        instead = "" if replaced is None else f", in place of the calibration of {replaced.on}"
        print_out(f"kept in {athlete}{instead}")
    return DONE


def _only(path: Path) -> Activity:
    """The run of a file that holds one."""
    from backrun_fit.fit.activity_reader import read_activities

    activities = read_activities(path)
    if len(activities) != 1:
        raise SpecError(
            f"expected a file with one run, got {len(activities)}: calibrate each from a file "
            "of its own",
            str(path),
        )
    return activities[0]
