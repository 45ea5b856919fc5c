"""What the check says: a report with one result an execution.

Holds data. How it looks as a document or as rows is known to ``render``, which is asked.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import attrs

from backrun_fit.compiled import CompiledWorkout, PlannedExecution
from backrun_fit.errors import DataWarning
from backrun_fit.tolerances import Tolerances

__all__ = [
    "BackwardSummary",
    "CadenceEffect",
    "Colour",
    "Difference",
    "Done",
    "Evidence",
    "ExtraLaps",
    "Finding",
    "Report",
    "Role",
    "ScoreBasis",
    "StepResult",
    "Verdict",
]


Role = Literal["work", "support", "backward"]
"""What a step is for.

That is the work, the support of it (warm-up, cool-down, rest, recovery), or running backward, which
is work as well.
"""

ScoreBasis = Literal["targets", "some targets", "length"]
"""What scores rest on.

That is all targets of the work that was done, some of them, or its length only.
"""


class Verdict(enum.Enum):
    """What became of an execution. Missing data is never a miss.

    ``DONE_UNMEASURED``: its length was met, and its target could not be measured. ``IN_DOUBT``,
    of a whole report only: the evidence speaks against running backward.
    """

    MET = "met"
    SHORT = "short"
    LONG = "long"
    FAST = "fast"
    SLOW = "slow"
    SKIPPED = "skipped"
    UNFINISHED = "unfinished"
    NOT_MEASURABLE = "not_measurable"
    DONE_UNMEASURED = "done_unmeasured"
    IN_DOUBT = "in_doubt"

    @property
    def is_miss(self) -> bool:
        """True where the plan was measurably not done, or its backward work is in doubt."""
        return self not in (Verdict.MET, Verdict.NOT_MEASURABLE, Verdict.DONE_UNMEASURED)


@attrs.frozen(kw_only=True)
class Done:
    """What was measured over one execution; None where it could not be.

    Attributes:
        timer_s: Seconds with the timer running.
        elapsed_s: Seconds on the clock, pauses included.
        distance_m: Distance covered.
        distance_by_construction: The lap was ended by its distance, so that its
            distance could not have come out otherwise.
        speed_mps: Distance over timer time, whole execution.
        settled_speed_mps: The same after the settling window.
        in_band_fraction: Share of the settled time in the target band (0 to 1); None without
            a band or without values.
        heart_rate_bpm: Mean weighted by time.
        heart_rate_end_bpm: Mean of the last 10 s.
        settled_heart_rate_bpm: Mean after the settling window of heart rate.
        cadence_spm: Mean weighted by time, both feet, standing still left out.
        settled_cadence_spm: The same after the settling window.
        step_length_m: Speed over cadence.
        power_w: Mean weighted by time.
        settled_power_w: The same after the settling window.
        grade_percent: Slope of altitude over distance; None without altitude.
        sample_count: Samples behind these numbers.
        gap_s: Seconds of the execution without samples (gaps longer than 10 s).
    """

    timer_s: float | None = None
    elapsed_s: float | None = None
    distance_m: float | None = None
    distance_by_construction: bool = False
    speed_mps: float | None = None
    settled_speed_mps: float | None = None
    in_band_fraction: float | None = None
    heart_rate_bpm: float | None = None
    heart_rate_end_bpm: float | None = None
    settled_heart_rate_bpm: float | None = None
    cadence_spm: float | None = None
    settled_cadence_spm: float | None = None
    step_length_m: float | None = None
    power_w: float | None = None
    settled_power_w: float | None = None
    grade_percent: float | None = None
    sample_count: int = 0
    gap_s: float = 0.0


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that was judged, or could not be.

    Attributes:
        component: What was looked at.
        verdict: For this component alone.
        message: The reason in plain words, with planned and done values.
        quality: How much of it counts for the scores, 0 to 1; None where not measurable. A
            target that is met within what is allowed beyond its band counts less than 1.
            A step cut short before it settled is not measurable and counts all the
            same as it stands, or the cut could raise the score.
    """

    component: Literal["extent", "pace", "heart_rate", "cadence", "power"]
    verdict: Verdict
    message: str
    quality: float | None = None


@attrs.frozen(kw_only=True)
class StepResult:
    """One execution: planned, done, judged.

    Attributes:
        planned: The execution as planned.
        start_at: Aware UTC; None when skipped.
        end_at: Aware UTC; None when skipped.
        first_lap: Zero-based number of the first lap; None when there is none or when
            no laps were looked at. A step that was pressed away keeps its short lap.
        last_lap: The last one, likewise.
        pairing: Why this stretch of the recording was taken for this execution.
        certainty: How sure that is, 0 to 1; None where alignment did not say.
        done: What was measured; None when there is no lap for it.
        verdict: The worst of the findings; DONE_UNMEASURED where some were met, none was
            missed and the rest could not be measured.
        findings: One a component that the plan asks for or that was looked at.
        notes: Observations that are no verdict (grade of a backward stretch).
        weight_s: Planned seconds, estimated where the plan gives no time: its weight among
            steps of the same role.
        role: What the step is for.
        weight: Its share of the session's score, 0 to 1; the shares of all steps with a quality
            sum to 1.
        quality: 0 to 1; None where nothing was measurable.
    """

    planned: PlannedExecution
    start_at: datetime | None = None
    end_at: datetime | None = None
    first_lap: int | None = None
    last_lap: int | None = None
    pairing: str = ""
    certainty: float | None = None
    done: Done | None = None
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    weight_s: float
    role: Role = "work"
    weight: float = 0.0
    quality: float | None = None

    @property
    def was_done(self) -> bool:
        """True where something was measured that stands for it, met or not."""
        return self.done is not None and self.verdict is not Verdict.SKIPPED


@attrs.frozen(kw_only=True)
class ExtraLaps:
    """Laps outside the plan.

    Attributes:
        first_lap: Zero-based number of the first.
        last_lap: The last one.
        start_at: Aware UTC.
        end_at: Aware UTC.
        timer_s: Timer seconds of all of them.
        distance_m: Distance of all of them; None where not recorded.
        reason: Why they are outside the plan.
    """

    first_lap: int
    last_lap: int
    start_at: datetime
    end_at: datetime
    timer_s: float
    distance_m: float | None
    reason: str


@attrs.frozen(kw_only=True)
class CadenceEffect:
    """How the cadence of one backward execution differs from forward running.

    Attributes:
        number: Of the execution, one-based.
        effect: Relative change, corrected for speed (0.11 is 11 % more steps).
        uncertainty: Its standard error.
    """

    number: int
    effect: float
    uncertainty: float


@attrs.frozen(kw_only=True)
class Evidence:
    """What the recording says about running backward: never proof.

    Attributes:
        label: ``consistent``, ``cannot_tell`` or ``inconsistent`` with running backward;
            ``not_applicable`` when the plan has no backward step that was done.
        executions: Backward executions that were pooled.
        cadence_effect: Pooled relative change of cadence against forward running,
            corrected for speed (0.11 is 11 % more steps); None without data.
        effects: The same of each execution that could be compared, in order.
        step_length_effect: The same of the step length: the same evidence again,
            not a second one.
        uncertainty: Standard error of the pooled effect, with the error of the slope that
            all executions share; None without data.
        likelihood_ratio: How many times likelier the pooled effect is backward than
            forward, from 1e-6 to 1e6; None without data.
        cadence_slope_spm_per_mps: Change of cadence with speed by which effects were
            corrected, in steps/min per m/s; None without forward running.
        cadence_slope_uncertainty: Its standard deviation.
        expected_effect: Mean effect of running backward that was assumed, or calibrated;
            None when not applicable.
        expected_spread: Its standard deviation between runners, or of the calibration.
        calibration: When it was calibrated, over how many bouts; None where it was not.
        caveat: What is printed with every label: what was assumed, and that it is no proof.
        observations: Further figures, one sentence each.
    """

    label: Literal["consistent", "cannot_tell", "inconsistent", "not_applicable"]
    executions: int = 0
    cadence_effect: float | None = None
    effects: tuple[CadenceEffect, ...] = ()
    step_length_effect: float | None = None
    uncertainty: float | None = None
    likelihood_ratio: float | None = None
    cadence_slope_spm_per_mps: float | None = None
    cadence_slope_uncertainty: float | None = None
    expected_effect: float | None = None
    expected_spread: float | None = None
    calibration: str | None = None
    caveat: str
    observations: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class BackwardSummary:
    """The backward work: what was planned, and what was done of it.

    Attributes:
        planned_count: Backward executions of the plan.
        done_count: Those that were done and not too short.
        basis: Whether lengths are distances (metres, where all backward steps are planned so)
            or durations (timer seconds).
        planned: Metres or seconds.
        done: Likewise; what was planned backward and done, whichever way the athlete faced.
        score: 0 to 100; None where nothing was measurable, or it is withheld.
        is_withheld: The evidence speaks against running backward, so that there is no score.
    """

    planned_count: int
    done_count: int
    basis: Literal["duration", "distance"]
    planned: float
    done: float
    score: float | None
    is_withheld: bool = False


@attrs.frozen(kw_only=True)
class Colour:
    """How a training calendar would colour the session: by its length alone.

    Attributes:
        colour: ``green``, ``yellow``, ``orange`` or ``red``.
        basis: What was compared: ``duration`` (timer seconds) or ``distance`` (metres).
        planned: Seconds or metres.
        done: Likewise, of the whole activity.
        estimated: The plan mixes times and distances, and one was turned into the
            other by its pace.
    """

    colour: Literal["green", "yellow", "orange", "red"]
    basis: Literal["duration", "distance"]
    planned: float
    done: float
    estimated: bool = False

    @property
    def ratio(self) -> float:
        """Done over planned."""
        return self.done / self.planned


@attrs.frozen(kw_only=True)
class Difference:
    """One point in which the plan given and the workout executed are not the same.

    Attributes:
        where: The execution or message meant, in words.
        given: As planned; empty where the plan has nothing there.
        executed: As the watch held it; empty likewise.
    """

    where: str
    given: str
    executed: str


@attrs.frozen(kw_only=True)
class Report:
    """The result of a check.

    Attributes:
        source: Name of the activity's file; None for bytes.
        started_at: Start of the activity, aware UTC.
        sport: FIT's word or None.
        sub_sport: FIT's word or None.
        leg: One-based position of the activity among the sessions of its file.
        leg_count: How many sessions the file has.
        is_complete: False where the recording stopped before it was ended.
        workout: The workout the run was checked against.
        workout_origin: ``activity`` (embedded) or ``given``.
        agreements: How many executions of a given plan equal the embedded one;
            None when only one of them exists.
        agreed: In what a given plan and the embedded one agree, one phrase each.
        differences: Where they differ; empty when they agree or only one exists.
        align: What alignment looked at.
        score: Of the session, 0 to 100; None when nothing was measurable.
        work_score: Of the work steps, the backward ones among them, 0 to 100; None where the
            plan has none, or none of their targets was measured.
        score_basis: What the two rest on.
        backward: The backward work; None where the plan has none.
        verdict: The worst of all executions: MET only where each was measured and met. IN_DOUBT
            where the evidence speaks against running backward.
        colour: Beside the score; None where the plan has no length or none was recorded.
        results: One an execution, in order.
        extra: Laps outside the plan, in order.
        evidence: About running backward.
        safety: Observations on ground and dose of the backward parts, one
            sentence each; no verdicts.
        tolerances: As used.
        sources: For each quantity that was recorded, where its values come from: ``watch``,
            or a developer field by its name. May be empty.
        warnings: About file, plan and alignment.
    """

    source: str | None
    started_at: datetime
    sport: str | None
    sub_sport: str | None
    leg: int = 1
    leg_count: int = 1
    is_complete: bool = True
    workout: CompiledWorkout
    workout_origin: Literal["activity", "given"]
    agreements: int | None = None
    agreed: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    align: Literal["indexes", "laps", "samples"]
    score: float | None
    work_score: float | None = None
    score_basis: ScoreBasis = "length"
    backward: BackwardSummary | None = None
    verdict: Verdict
    colour: Colour | None = None
    results: tuple[StepResult, ...]
    extra: tuple[ExtraLaps, ...] = ()
    evidence: Evidence
    safety: tuple[str, ...] = ()
    tolerances: Tolerances
    sources: Mapping[str, str] = attrs.field(factory=dict)
    warnings: tuple[DataWarning, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The document that ``check --json`` prints: mappings, lists, numbers and texts.

        Returns:
            What ``docs/reference/json.md`` describes and ``docs/schemas`` defines, under
            ``backrun_fit/report/2``.

        Example:
            >>> from datetime import UTC
            >>> report = Report(
            ...     source=None, started_at=datetime(2026, 3, 1, tzinfo=UTC), sport="running",
            ...     sub_sport=None, workout=CompiledWorkout(name="w", messages=()),
            ...     workout_origin="given", align="laps", score=None,
            ...     verdict=Verdict.NOT_MEASURABLE, results=(), tolerances=Tolerances(),
            ...     evidence=Evidence(label="not_applicable", caveat=""))
            >>> report.to_dict()["schema"], report.rows()
            ('backrun_fit/report/2', [])
        """
        from backrun_fit.render.document import report_document

        return report_document(self)

    def rows(self) -> list[dict[str, Any]]:
        """One flat mapping an execution, for a table such as ``pandas.DataFrame(rows)``.

        Returns:
            In order of execution, all with the same keys (``docs/reference/json.md``); instants
            are aware datetimes, what is absent is None. Empty without executions.
        """
        from backrun_fit.render.rows import report_rows

        return report_rows(self)
