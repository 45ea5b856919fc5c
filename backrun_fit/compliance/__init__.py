"""From a recording and a plan to a report: align, measure, judge."""

from backrun_fit.compliance.check import check

__all__ = ["check"]
