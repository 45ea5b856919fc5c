"""What comparing runs says: several runs of one workout, side by side. Holds data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from backrun_fit.report import BackwardSummary, Colour, Evidence, ScoreBasis, Verdict
from backrun_fit.workout import Step

__all__ = ["Trend", "TrendCell", "TrendRow", "TrendRun"]


@attrs.frozen(kw_only=True)
class TrendRun:
    """One run as a whole.

    Attributes:
        source: Name of the activity's file; None for bytes.
        started_at: Aware UTC.
        score: Of the session, 0 to 100; None when nothing was measurable.
        work_score: Of the work steps, likewise.
        score_basis: What the two rest on.
        backward: The backward work; None where the plan has none.
        colour: As in its report.
        verdict: The worst of its executions.
        evidence: About running backward.
    """

    source: str | None
    started_at: datetime
    score: float | None
    work_score: float | None
    score_basis: ScoreBasis
    backward: BackwardSummary | None
    colour: Colour | None
    verdict: Verdict
    evidence: Evidence


@attrs.frozen(kw_only=True)
class TrendCell:
    """One execution in one run.

    Attributes:
        verdict: As in its report.
        speed_mps: Distance over timer time; None where not done or not recorded.
        heart_rate_bpm: Mean weighted by time; None likewise.
        cadence_effect: Of a backward execution, against this run's forward running
            (0.11 is 11 % more steps); None where it could not be compared.
    """

    verdict: Verdict
    speed_mps: float | None = None
    heart_rate_bpm: float | None = None
    cadence_effect: float | None = None


def _change(values: Sequence[float | None]) -> float | None:
    """From the first value there is to the last one; None with less than two."""
    known = [value for value in values if value is not None]
    return known[-1] - known[0] if len(known) > 1 else None


@attrs.frozen(kw_only=True)
class TrendRow:
    """One execution over all runs.

    Attributes:
        number: One-based, in order of execution.
        step_index: Zero-based message index.
        passes: The pass of every repeat around it, outermost first.
        step: As planned.
        cells: One a run, in order of time; None where a repeat without a fixed
            count ended before it.
    """

    number: int
    step_index: int
    passes: tuple[int, ...]
    step: Step
    cells: tuple[TrendCell | None, ...]

    @property
    def speed_change_mps(self) -> float | None:
        """From the first run that has a speed to the last one; None with less than two."""
        return _change([cell.speed_mps for cell in self.cells if cell is not None])

    @property
    def heart_rate_change_bpm(self) -> float | None:
        """Likewise of the heart rate."""
        return _change([cell.heart_rate_bpm for cell in self.cells if cell is not None])

    @property
    def cadence_effect_change(self) -> float | None:
        """Likewise of the cadence effect."""
        return _change([cell.cadence_effect for cell in self.cells if cell is not None])


@attrs.frozen(kw_only=True)
class Trend:
    """Several runs of one workout.

    Attributes:
        workout: Name of the first run's workout.
        runs: In order of time; two or more.
        rows: One an execution, in order.
        notes: Observations, one sentence each; may be empty.
    """

    workout: str
    runs: tuple[TrendRun, ...]
    rows: tuple[TrendRow, ...]
    notes: tuple[str, ...] = ()
