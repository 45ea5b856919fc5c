"""Reports as pages on disk."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backrun_fit.errors import SpecError

if TYPE_CHECKING:
    from backrun_fit.activity import Activity
    from backrun_fit.report import Report
    from backrun_fit.units import UnitSystem

__all__ = ["Pages"]

_SUFFIXES = frozenset((".html", ".htm"))


class Pages:
    """Gathers the pages of checked runs, and writes them when all are there.

    Args:
        target: A file that ends in ``.html`` for one run, else a folder.
        units: In which units the pages print.
        season: Spec of the season that the runs were to follow, for the page of all runs.
    """

    def __init__(self, target: Path, units: UnitSystem, season: Path | None = None) -> None:
        self._target = target
        self._units: UnitSystem = units
        self._season = season
        self._reports: list[Report] = []
        self._pages: list[tuple[str, str]] = []

    def add(self, report: Report, activity: Activity) -> None:
        """Make the page of one run.

        Raises:
            MissingExtraError: jinja2 is not installed.
        """
        from backrun_fit.render.html import report_html

        self._reports.append(report)
        stem = Path(activity.source or "run").stem
        name = f"{activity.started_at:%Y-%m-%d} {stem}"
        self._pages.append((name, report_html(report, activity, units=self._units)))

    def write(self, inputs: Sequence[str | os.PathLike[str]]) -> list[Path]:
        """Write every page.

        Args:
            inputs: None of which is written.

        Returns:
            Where they lie, in order, no two alike; in a folder ``index.html`` is the last, the
            page of all runs.

        Raises:
            SpecError: There are several for one file, or the season cannot be read.
            OutputError: A page would be an input, and none is written; or the system refused
                one, and those before it are written.
        """
        from backrun_fit.output import require_writable, unique_stems, write_whole

        if self._target.suffix.lower() in _SUFFIXES:
            if len(self._pages) > 1:
                raise SpecError(
                    f"--html: expected a folder for {len(self._pages)} runs, got {self._target}"
                )
            paths = [self._target]
        else:
            stems = unique_stems(["index", *(name for name, _ in self._pages)])[1:]
            paths = [self._target / f"{stem}.html" for stem in stems]
        pages = [page for _, page in self._pages]
        if paths != [self._target] and pages:
            pages.append(self._index([path.name for path in paths]))
            paths.append(self._target / "index.html")
        written = list(zip(paths, pages, strict=False))
        require_writable([path for path, _ in written], inputs)
        for path, page in written:
            write_whole(path, page.encode())
        return [path for path, _ in written]

    def _index(self, names: list[str]) -> str:
        """The page of all runs, with links to each."""
        from backrun_fit.render.html import CheckedRun, season_html
        from backrun_fit.season import compile_season, load_season

        plan = None if self._season is None else compile_season(load_season(self._season))
        runs = [
            CheckedRun(report=report, page=name)
            for report, name in zip(self._reports, names, strict=True)
        ]
        return season_html(runs, season=plan, units=self._units)
