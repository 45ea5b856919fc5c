"""Reports as pages on disk."""

from __future__ import annotations

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
    """

    def __init__(self, target: Path, units: UnitSystem) -> None:
        self._target = target
        self._units: UnitSystem = units
        self._pages: list[tuple[str, str]] = []

    def add(self, report: Report, activity: Activity) -> None:
        """Make the page of one run.

        Raises:
            MissingExtraError: jinja2 or matplotlib is not installed.
        """
        from backrun_fit.render.html import report_html

        stem = Path(activity.source or "run").stem
        name = f"{activity.started_at:%Y-%m-%d} {stem}"
        self._pages.append((name, report_html(report, activity, units=self._units)))

    def write(self) -> list[Path]:
        """Write every page.

        Returns:
            Where they lie, in order; no two alike.

        Raises:
            SpecError: There are several for one file.
            OutputError: The system refused one; those before it are written.
        """
        from backrun_fit.output import unique_stems, write_whole

        if self._target.suffix.lower() in _SUFFIXES:
            if len(self._pages) > 1:
                raise SpecError(
                    f"--html: expected a folder for {len(self._pages)} runs, got {self._target}"
                )
            paths = [self._target]
        else:
            stems = unique_stems(name for name, _ in self._pages)
            paths = [self._target / f"{stem}.html" for stem in stems]
        written = list(zip(paths, self._pages, strict=False))
        for path, (_, page) in written:
            write_whole(path, page.encode())
        return [path for path, _ in written]
