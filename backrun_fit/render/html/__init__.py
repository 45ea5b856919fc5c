"""Reports as pages to look at, to show and to print."""

from __future__ import annotations

from backrun_fit.render.html.page import report_html

__all__ = ["report_html"]
