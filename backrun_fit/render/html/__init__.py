"""Reports as pages to look at, to show and to print."""

from __future__ import annotations

from backrun_fit.render.html.page import report_html
from backrun_fit.render.html.season_page import CheckedRun, season_html

__all__ = ["CheckedRun", "report_html", "season_html"]
