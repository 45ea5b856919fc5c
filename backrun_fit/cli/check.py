"""``backrun-fit check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import attrs
from cyclopts import Parameter

from backrun_fit.cli.common import (
    DONE,
    NOT_MET,
    Json,
    Units,
    complain,
    device_named,
    each,
    files_of,
    plan,
    print_out,
)
from backrun_fit.cli.pages import Pages
from backrun_fit.cli.progress import working_on
from backrun_fit.errors import BackrunFitError, SpecError

if TYPE_CHECKING:
    from backrun_fit.activity import Activity
    from backrun_fit.report import Report
    from backrun_fit.tolerances import Tolerances
    from backrun_fit.units import UnitSystem

__all__ = ["check"]


def check(
    *activities: str,
    workout: Annotated[
        Path | None, Parameter(help="The plan: a spec or a workout file; else the run's own.")
    ] = None,
    athlete: Annotated[
        Path | None,
        Parameter(help="File with the athlete's backward calibration, for the evidence."),
    ] = None,
    align: Annotated[
        Literal["auto", "indexes", "laps", "samples"],
        Parameter(
            help="auto: use what is there. laps: ignore step indexes. samples: ignore laps, too."
        ),
    ] = "auto",
    tolerance: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="NAME=NUMBER, such as largest_fraction=0.05; may be repeated.",
        ),
    ] = (),
    tolerances: Annotated[
        str,
        Parameter(
            help="strict, standard, lenient, or a file (YAML, TOML, JSON); --tolerance wins."
        ),
    ] = "standard",
    salvage: Annotated[
        bool,
        Parameter(
            negative="", help="Read a damaged file as far as possible, and say what was lost."
        ),
    ] = False,
    leg: Annotated[
        int | None,
        Parameter(help="Of a file with several sessions (duathlon): which one, counted from 1."),
    ] = None,
    prefer: Annotated[
        Literal["native", "developer"],
        Parameter(help="developer: an app's power, heart rate, ... before the watch's own."),
    ] = "native",
    trend: Annotated[
        bool,
        Parameter(negative="", help="Runs of one workout side by side, instead of each report."),
    ] = False,
    quiet: Annotated[
        bool, Parameter(negative="", help="Print one line a run, its conclusion.")
    ] = False,
    html: Annotated[
        Path | None,
        Parameter(
            help="Write each report as a page: a .html for one run, else a folder with an index."
        ),
    ] = None,
    season: Annotated[
        Path | None, Parameter(help="With --html: spec of the season that the runs belong to.")
    ] = None,
    output: Annotated[
        Path | None,
        Parameter(
            name=["--output", "-o"],
            help="Write rows to a .parquet, .csv or .jsonl: for folders, patterns, thousands.",
        ),
    ] = None,
    jobs: Annotated[
        int | None, Parameter(help="With -o: how many processes; default: one a CPU.")
    ] = None,
    scheduler: Annotated[
        str | None, Parameter(help="With -o: address of a Dask scheduler that has workers.")
    ] = None,
    limit: Annotated[
        float | None, Parameter(help="With -o: seconds that one file may take; default: 60.")
    ] = None,
    units: Units = None,
    json: Json = False,
) -> int:
    """Check recorded runs step by step against the workout they carry, or a given one."""
    from backrun_fit.compliance import check as check_activity
    from backrun_fit.compliance.legs import recordings
    from backrun_fit.fit.activity_reader import activities_in
    from backrun_fit.fit.source import open_source
    from backrun_fit.output import refuse_inputs

    if quiet and (json or trend):
        raise SpecError("expected --quiet alone, got it beside --json or --trend")
    of_batch = (jobs, scheduler, limit) != (None, None, None)
    looks = trend or quiet or html is not None
    _refuse_without(output is not None, of_batch=of_batch, looks=looks)
    own = _calibration(athlete, has_output=output is not None)
    given, shown_units = None, units or "metric"
    if workout is not None:
        given, shown_units = plan(workout, device_named("garmin-100"), units)
    allowed = _tolerances(tolerances, tolerance)
    inputs = files_of(*activities, workout, athlete, tolerances, season)
    if output is not None:
        from backrun_fit.batch.checking import CheckOptions
        from backrun_fit.cli.check_batch import check_batch

        options = CheckOptions(
            workout=given,
            tolerances=allowed,
            align=align,
            units=shown_units,
            salvage=salvage,
            leg=leg,
            prefer=prefer,
            **({} if limit is None else {"limit_s": limit}),
        )
        refuse_inputs([output], files_of(workout, tolerances))
        return check_batch(activities, output, options, jobs=jobs, scheduler=scheduler, json=json)
    if season is not None and html is None:
        raise SpecError("expected --season beside --html, got it alone")
    pages = None if html is None else Pages(html, shown_units, season)
    said = _Said(json=json, quiet=quiet, trend=trend, pages=pages, units=shown_units)

    def one(content: bytes, name: str | None) -> int:
        code = DONE
        found = activities_in(
            content, name, on_error="salvage" if salvage else "raise", prefer=prefer
        )
        for legs in recordings(found):
            report = check_activity(
                legs, given, leg=leg, tolerances=allowed, align=align, units=shown_units, **own
            )
            said.add(report, legs[report.leg - 1])
            code = max(code, NOT_MET if report.verdict.is_miss else DONE)
        return code

    def members(path: Path) -> int:
        code = DONE
        for name, content in open_source(path):
            working_on(name or str(path))
            try:
                code = max(code, one(content, name))
            except BackrunFitError as error:
                code = max(code, complain(error, path))
        return code

    code = each([Path(one) for one in activities], members)
    said.finish(inputs)
    return code


@attrs.frozen(kw_only=True)
class _Said:
    """What is said of each run, and of all of them at the end."""

    json: bool
    quiet: bool
    trend: bool
    pages: Pages | None
    units: UnitSystem
    _reports: list[Report] = attrs.field(factory=list, init=False)

    def add(self, report: Report, activity: Activity) -> None:
        from backrun_fit.render.document import report_document
        from backrun_fit.render.text import Headline, report_text

        if self.pages is not None:
            self.pages.add(report, activity)
        if self.trend:
            self._reports.append(report)
        elif self.json:
            print_out(report_document(report))
        else:
            print_out(
                Headline(report, self.units) if self.quiet else report_text(report, self.units)
            )

    def finish(self, inputs: list[str]) -> None:
        from backrun_fit.compliance.trend import compare_runs
        from backrun_fit.render.document import trend_document
        from backrun_fit.render.trend import trend_text

        if self.trend:
            found = compare_runs(self._reports, self.units)
            print_out(trend_document(found) if self.json else trend_text(found, self.units))
        for path in self.pages.write(inputs) if self.pages is not None else ():
            if not self.json:
                print_out(f"page  {path}")


def _refuse_without(has_output: bool, *, of_batch: bool, looks: bool) -> None:
    if has_output and looks:
        raise SpecError("expected -o without --trend, --quiet and --html, got them together")
    if of_batch and not has_output:
        raise SpecError("expected --jobs, --scheduler and --limit beside -o, got them alone")


def _calibration(path: Path | None, *, has_output: bool) -> dict[str, Any]:
    """The argument of the check that carries an athlete's calibration, where there is a file."""
    from backrun_fit.spec.athlete_file import load_athlete

    if path is None:
        return {}
    if has_output:
        raise SpecError("--athlete does not go with -o: check the runs without -o")
    calibration = load_athlete(path).backward
    if calibration is None:
        raise SpecError(
            "no backward calibration in this file: run the calibration protocol, then "
            "backrun-fit calibrate RUN --athlete FILE",
            str(path),
        )
    return {"calibration": calibration}


def _tolerances(named: str, pairs: tuple[str, ...]) -> Tolerances:
    from backrun_fit.spec.tolerances_file import changed_tolerances, load_tolerances
    from backrun_fit.tolerances import PRESETS

    tolerances = PRESETS[named] if named in PRESETS else load_tolerances(named)
    values = {}
    for pair in pairs:
        name, equals, number = pair.partition("=")
        if not equals:
            raise SpecError(f"expected a tolerance such as largest_fraction=0.05, got {pair!r}")
        values[name] = number
    return changed_tolerances(tolerances, values)
