"""``backrun-fit check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from backrun_fit.cli.common import (
    DONE,
    NOT_MET,
    Json,
    Units,
    complain,
    device_named,
    each,
    plan,
    print_out,
)
from backrun_fit.errors import BackrunFitError, SpecError

if TYPE_CHECKING:
    from backrun_fit.report import Report
    from backrun_fit.tolerances import Tolerances

__all__ = ["check"]


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

    given = None if workout is None else plan(workout, device_named("garmin-100"), units)
    tolerances = _tolerances(tolerance)
    reports: list[Report] = []

    def one(content: bytes, name: str | None) -> int:
        code = DONE
        for activity in activities_in(content, name, on_error="salvage" if salvage else "raise"):
            report = check_activity(
                activity, given, tolerances=tolerances, align=align, units=units or "metric"
            )
            if trend:
                reports.append(report)
            elif json:
                print_out(report_document(report))
            else:
                print_out(report_text(report, units or "metric"))
            code = max(code, NOT_MET if report.verdict.is_miss else DONE)
        return code

    def members(path: Path) -> int:
        code = DONE
        for name, content in open_source(path):
            try:
                code = max(code, one(content, name))
            except BackrunFitError as error:
                code = max(code, complain(error, path))
        return code

    code = each(activities, members)
    if trend:
        found = compare_runs(reports, units or "metric")
        print_out(trend_document(found) if json else trend_text(found, units or "metric"))
    return code


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
