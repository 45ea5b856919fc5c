"""From a recording and a plan to a report: align, measure, judge."""
