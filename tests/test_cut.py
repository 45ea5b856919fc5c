"""Claims about recordings that stop: what was never recorded was not skipped.

A battery that is empty, or a copy that broke off, leaves a file without its end: the lap in
progress, the session and all that follows are missing. Every real structured run is cut in many
places and compared with the report on the whole run. A cut leaves each planned step in one of three
states:

- **Ended before the cut**: its laps were closed, so the file has them. The result is as in the
  whole run, except for what the border is worth: a second of time, a few metres.
- **In progress**: it began before the last sample, and its last lap was not closed. It is
  ``unfinished``, with the time from its start to the last sample. Once its planned length is
  reached, within the tolerance, it may have any verdict that does not say that it was left early:
  only the lap press that never came could tell. The same holds for a step without a planned length.
- **Behind the cut**: nothing is known of it; it is ``not_measurable``. The step right behind the
  cut may be ``unfinished`` if the lap before was closed within the last seconds.

The last step of the plan is no exception. What is run after the workout has no step: where the
last step was closed before the cut, every result is as in the whole run. So it is where the last
lap that is left was ended by the end of the session: the athlete was through, and steps that are
missing were skipped.

Some cuts leave it open which step was in progress, and then no step behind the last sample may be
called skipped or short, and nothing else is asked:

- the athlete pressed lap within the step, so that it looks as if it were over;
- steps in between have no lap, so that another step comes next in the plan;
- the athlete was through with the workout before its end, and the lap after it was not closed;
- laps were written later than they ended, so that a cut takes laps that were over.

Runs whose plan was started twice, and runs without laps, are only held to that last rule: nothing
planned behind the last sample is skipped or short.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

import backrun_fit as bf
from backrun_fit.activity import Lap
from backrun_fit.report import Done, StepResult
from backrun_fit.workout import DistanceDuration, TimeDuration
from tests.conftest import ROOT, corpus_files
from tests.fit_bytes import FIT_EPOCH
from tests.fit_messages import (
    LAP,
    RECORD,
    TIMESTAMP,
    cut,
    messages,
    stamped_at_start,
    summaries_first,
)

# What the border of a lap is worth: starts are whole seconds.
BORDER_S, BORDER_M = 2.0, 10.0
# Shorter than this there is nothing to see of a step (``Tolerances.skipped_s``).
LEAST_S = 5.0
# Without samples for longer than this the timer may have stood still.
GAP_S = 10.0
CUTS = 20

RUNS = corpus_files("structured/*.fit")
# All of them take a minute; every fourth is enough for all day.
EACH_RUN = [
    pytest.param(
        *run.values, id=run.id, marks=[*run.marks, *([pytest.mark.slow] if place % 4 else [])]
    )
    for place, run in enumerate(RUNS)
]

FIXTURES = ROOT / "fixtures" / "activities"
REHEARSED = [
    pytest.param(FIXTURES / f"{name}.fit", id=name)
    for name in ("intervals", "long-run", "short-day", "treadmill")
]

LEFT_EARLY = (bf.Verdict.SKIPPED, bf.Verdict.SHORT)


@attrs.frozen(kw_only=True, eq=False)
class Whole:
    """A run as it was recorded to its end.

    Attributes:
        data: The file.
        activity: As read.
        report: Against the workout that it carries.
        record_offsets: Where each record begins.
        record_ends: Where each record ends.
        record_unix_s: When each record was written.
        lap_ends: Where each lap message ends.
    """

    data: bytes
    activity: bf.Activity
    report: bf.Report
    record_offsets: list[int]
    record_ends: list[int]
    record_unix_s: list[float]
    lap_ends: list[int]

    @property
    def is_regular(self) -> bool:
        """Whether each lap with a step index belongs to a planned step, once through the plan."""
        indexed = {lap.number for lap in self.activity.laps if lap.step_index is not None}
        outside = {
            number
            for extra in self.report.extra
            for number in range(extra.first_lap, extra.last_lap + 1)
        }
        return bool(indexed) and self.report.align == "indexes" and not indexed & outside

    def timer_s(self, start: float, end: float) -> float:
        """Seconds between two instants with the timer running."""
        stopped_s, stopped = 0.0, None
        for event in self.activity.timer_events:
            at = min(max(event.at.timestamp(), start), end)
            if event.kind == "stop" and stopped is None:
                stopped = at
            elif event.kind == "start" and stopped is not None:
                stopped_s, stopped = stopped_s + at - stopped, None
        return end - start - stopped_s - (0.0 if stopped is None else end - stopped)

    def rounding_s(self, start: float, end: float) -> float:
        """How far off the timer may be: laps' times have milliseconds, and instants do not.

        A second for each border of a lap within, half a second for each stop and start.
        """
        laps = [lap.start_at.timestamp() for lap in self.activity.laps]
        events = [event.at.timestamp() for event in self.activity.timer_events]
        borders = sum(1 for at in laps if start < at <= end)
        return BORDER_S + borders + 0.5 * sum(1 for at in events if start < at <= end)

    def distance_m(self, start: float, end: float) -> float:
        """Metres between two instants, by the samples."""
        track = self.activity.track
        known = ~np.isnan(track.distance_m)
        if not known.any():
            return 0.0
        at = np.interp([start, end], track.unix_s[known], track.distance_m[known])
        return float(at[1] - at[0])

    def gaps_s(self, start: float, end: float) -> float:
        """Seconds between two instants in gaps without samples."""
        within = [at for at in self.record_unix_s if start <= at <= end]
        intervals = np.diff([start, *within, end])
        return float(intervals[intervals > GAP_S].sum())


@functools.cache
def whole(path: Path) -> Whole:
    data = path.read_bytes()
    found = messages(data)
    records = [message for message in found if message.number == RECORD]
    (activity,) = bf.read_activities(data)
    return Whole(
        data=data,
        activity=activity,
        report=bf.check(activity),
        record_offsets=[record.offset for record in records],
        record_ends=[record.offset + len(record.raw) for record in records],
        record_unix_s=[float((record.value(TIMESTAMP) or 0) + FIT_EPOCH) for record in records],
        lap_ends=[message.offset + len(message.raw) for message in found if message.number == LAP],
    )


@attrs.frozen(kw_only=True, eq=False)
class Cut:
    """What is left of a run.

    Attributes:
        run: The whole.
        offset: How many of its bytes are left.
    """

    run: Whole
    offset: int

    @property
    def last_unix_s(self) -> float:
        """When the last sample was written that is whole."""
        ends = zip(self.run.record_ends, self.run.record_unix_s, strict=True)
        return max(unix_s for end, unix_s in ends if end <= self.offset)

    @property
    def closed(self) -> int:
        """How many laps the file still has."""
        return sum(1 for end in self.run.lap_ends if end <= self.offset)

    @property
    def next_lap(self) -> Lap | None:
        """The first lap that is lost."""
        laps = self.run.activity.laps
        return laps[self.closed] if self.closed < len(laps) else None

    @property
    def is_over(self) -> bool:
        """Whether the last lap that is left says that the athlete ended the session."""
        laps = self.run.activity.laps[: self.closed]
        return bool(laps) and laps[-1].trigger == "session_end"

    def ended(self, result: StepResult) -> bool:
        """Whether all laps of a step were closed before the cut."""
        return result.last_lap is not None and result.last_lap < self.closed

    def split(self) -> tuple[list[int], int | None, list[int]]:
        """Places of the steps that ended before the cut, of that in progress, of those behind."""
        results = self.run.report.results
        if self.is_over:
            return [*range(len(results))], None, []
        ended = [place for place, result in enumerate(results) if self.ended(result)]
        after = ended[-1] + 1 if ended else 0
        in_progress = next(
            (
                place
                for place in range(after, len(results))
                if starts_by(results[place], self.last_unix_s)
            ),
            None,
        )
        first_behind = after if in_progress is None else in_progress + 1
        return [*range(after)], in_progress, [*range(first_behind, len(results))]

    def is_clear(self) -> bool:
        """Whether the file still says which step was in progress (see above)."""
        before, in_progress, _ = self.split()
        if not self.run.is_regular:
            return False
        lap = self.next_lap
        if lap is not None and lap.end_at.timestamp() < self.last_unix_s - LEAST_S:
            return False
        laps, results = self.run.activity.laps, self.run.report.results
        if in_progress is None:
            # The lap in progress is no step's: it may only be one after the last step.
            return len(before) == len(results) or self._just_closed()
        if in_progress != len(before):
            return False
        first = results[in_progress].first_lap
        pressed_within = first is not None and first < self.closed
        return not (pressed_within and laps[self.closed - 1].trigger not in ("distance", "time"))

    def _just_closed(self) -> bool:
        """Whether the last sample lies at the end of the last lap that is left."""
        if not self.closed:
            return False
        end = self.run.activity.laps[self.closed - 1].end_at.timestamp()
        return self.last_unix_s - end < LEAST_S


def starts_by(result: StepResult, unix_s: float) -> bool:
    return result.start_at is not None and result.start_at.timestamp() <= unix_s


def problems(left: Cut, report: bf.Report) -> list[str]:
    """What the report on a cut run says that must not be."""
    wanted, got = left.run.report.results, report.results
    if len(wanted) != len(got):
        return [f"{len(got)} steps of {len(wanted)}"]
    never = [
        f"step {result.planned.number}, behind the last sample: {result.verdict.value}"
        for result, other in zip(got, wanted, strict=True)
        if result.verdict in LEFT_EARLY and not reached(other, left)
    ]
    if not left.is_clear():
        return never
    before, in_progress, behind = left.split()
    found = [text for place in before for text in changed(wanted[place], got[place])]
    if in_progress is not None:
        found += unfinished(left, wanted[in_progress], got[in_progress])
    for place in behind:
        allowed = {bf.Verdict.NOT_MEASURABLE}
        if in_progress is None and place == behind[0]:
            allowed.add(bf.Verdict.UNFINISHED)
        if got[place].verdict not in allowed:
            found.append(f"step {place + 1}, behind the cut: {got[place].verdict.value}")
    return [*found, *(text for text in never if text not in found)]


def reached(result: StepResult, left: Cut) -> bool:
    """Whether the whole run came to a step, or by it, before the last sample of the cut."""
    if left.is_over:
        return True
    later = left.run.report.results[result.planned.number - 1 :]
    if any(starts_by(other, left.last_unix_s) or left.ended(other) for other in later):
        return True
    # Through with the workout before its end, and a lap after it closed.
    return not any(other.start_at is not None for other in later)


def changed(wanted: StepResult, got: StepResult) -> Iterator[str]:
    """In what a step that ended before the cut differs from the whole run."""
    name = f"step {wanted.planned.number}, before the cut"
    if wanted.verdict is not got.verdict:
        yield f"{name}: {got.verdict.value} for {wanted.verdict.value}"
    for which in ("start_at", "end_at"):
        one, other = getattr(wanted, which), getattr(got, which)
        if (one is None) != (other is None):
            yield f"{name}: {which} {other} for {one}"
        elif one is not None and abs((one - other).total_seconds()) > BORDER_S:
            yield f"{name}: {which} off by {(other - one).total_seconds():.1f} s"
    for quantity, tolerance in (("timer_s", BORDER_S), ("distance_m", BORDER_M)):
        one, other = getattr(wanted.done, quantity, None), getattr(got.done, quantity, None)
        if (one is None) != (other is None):
            yield f"{name}: {quantity} {other} for {one}"
        elif one is not None and other is not None and abs(one - other) > tolerance:
            yield f"{name}: {quantity} {other:.1f} for {one:.1f}"


def unfinished(left: Cut, wanted: StepResult, got: StepResult) -> Iterator[str]:
    """What is wrong with the step in progress."""
    assert wanted.start_at is not None
    name = f"step {wanted.planned.number}, in progress"
    start, end = wanted.start_at.timestamp(), left.last_unix_s
    timer_s, gaps_s = left.run.timer_s(start, end), left.run.gaps_s(start, end)
    if got.verdict in LEFT_EARLY:
        yield f"{name} for {timer_s:.1f} s: {got.verdict.value}"
        return
    if timer_s - gaps_s < LEAST_S:
        return  # a few samples are as good as none
    if not is_long_enough(left, wanted) and got.verdict is not bf.Verdict.UNFINISHED:
        yield f"{name} for {timer_s:.1f} s: {got.verdict.value}"
    if got.verdict is not bf.Verdict.UNFINISHED:
        return
    if got.done is None or got.done.timer_s is None:
        yield f"{name} for {timer_s:.1f} s: no time is said"
    elif abs(got.done.timer_s - timer_s) > left.run.rounding_s(start, end) + gaps_s:
        yield f"{name} for {timer_s:.1f} s: said to be {got.done.timer_s:.1f} s"


def is_long_enough(left: Cut, result: StepResult) -> bool:
    """Whether a step has no planned length, or has reached it within the tolerance."""
    assert result.start_at is not None
    start, end = result.start_at.timestamp(), left.last_unix_s
    duration, tolerances = result.planned.step.duration, left.run.report.tolerances
    if isinstance(duration, TimeDuration):
        slack = max(tolerances.duration_s, tolerances.duration_fraction * duration.duration_s)
        return left.run.timer_s(start, end) >= duration.duration_s - slack - BORDER_S
    if isinstance(duration, DistanceDuration):
        slack = max(tolerances.distance_m, tolerances.distance_fraction * duration.distance_m)
        return left.run.distance_m(start, end) >= duration.distance_m - slack - BORDER_M
    return True


def at_records(run: Whole) -> Iterator[Cut]:
    """Cuts before records that lie evenly over the recording."""
    last = len(run.record_offsets) - 1
    for number in range(1, CUTS + 1):
        place = max(2, last * number // (CUTS + 1))
        yield Cut(run=run, offset=run.record_offsets[min(place, last)])


def anywhere(run: Whole) -> Iterator[Cut]:
    """Cuts at bytes that lie evenly from the third record to the end of the file."""
    first = run.record_ends[min(2, len(run.record_ends) - 1)]
    for number in range(CUTS):
        yield Cut(run=run, offset=first + (len(run.data) - 2 - first) * number // CUTS)


@pytest.mark.parametrize("path", [*REHEARSED, *EACH_RUN])
def test_what_an_empty_battery_took_was_not_skipped(path: Path) -> None:
    for left in at_records(whole(path)):
        (activity,) = bf.read_activities(cut(left.run.data, left.offset))
        found = problems(left, bf.check(activity))
        assert found == [], f"cut at byte {left.offset}, {left.closed} laps left"


@pytest.mark.parametrize("path", [*REHEARSED, *EACH_RUN])
def test_what_a_copy_that_broke_off_took_was_not_skipped(path: Path) -> None:
    for left in anywhere(whole(path)):
        (activity,) = bf.read_activities(left.run.data[: left.offset], on_error="salvage")
        found = problems(left, bf.check(activity))
        assert found == [], f"cut at byte {left.offset}, {left.closed} laps left"


@pytest.mark.parametrize("path", [*REHEARSED, *RUNS[::10]])
def test_with_the_summaries_first_a_cut_leaves_all_laps_and_none_is_skipped_or_short(
    path: Path,
) -> None:
    """The laps say that the steps were run, though their samples are lost."""
    run = whole(path)
    data = summaries_first(stamped_at_start(run.data))
    records = [message.offset for message in messages(data) if message.number == RECORD]
    for number in range(1, 5):
        (activity,) = bf.read_activities(cut(data, records[len(records) * number // 5]))
        pairs = zip(run.report.results, bf.check(activity).results, strict=True)
        found = [
            f"step {got.planned.number}: {got.verdict.value} for {wanted.verdict.value}"
            for wanted, got in pairs
            if got.verdict in LEFT_EARLY and wanted.verdict not in LEFT_EARLY
        ]
        assert found == [], f"{number} fifths of the records left"


def test_most_cuts_leave_it_clear_which_step_was_in_progress(corpus: Path) -> None:
    """Or else the claims above would say little."""
    runs = [whole(path) for path in sorted(corpus.glob("structured/*.fit"))[::4]]
    cuts = [left for run in runs for left in at_records(run)]
    clear = [left for left in cuts if left.is_clear()]
    assert len(clear) >= 0.95 * len(cuts)
    in_progress = [left.split()[1] for left in clear]
    assert sum(place is not None for place in in_progress) >= 0.9 * len(clear)


# -- the comparison fails where something is wrong ----------------------------------------------


def half() -> Cut:
    """A rehearsed run, cut in the middle of its eighth step."""
    run = whole(FIXTURES / "long-run.fit")
    start, end = run.report.results[7].start_at, run.report.results[7].end_at
    assert start is not None
    assert end is not None
    middle = (start.timestamp() + end.timestamp()) / 2
    place = next(place for place, at in enumerate(run.record_unix_s) if at > middle)
    return Cut(run=run, offset=run.record_offsets[place])


def right(left: Cut) -> list[StepResult]:
    """What has to come out, put together from the whole run."""
    before, in_progress, behind = left.split()
    results = list(left.run.report.results)
    assert (len(before), in_progress) == (7, 7)
    start = results[7].start_at
    assert start is not None
    timer_s = left.run.timer_s(start.timestamp(), left.last_unix_s)
    results[7] = attrs.evolve(results[7], verdict=bf.Verdict.UNFINISHED, done=Done(timer_s=timer_s))
    for place in behind:
        results[place] = StepResult(
            planned=results[place].planned, verdict=bf.Verdict.NOT_MEASURABLE, weight_s=0.0
        )
    return results


def told(left: Cut, results: list[StepResult]) -> list[str]:
    return problems(left, attrs.evolve(left.run.report, results=tuple(results)))


def test_the_right_report_on_a_cut_run_has_no_problems() -> None:
    assert told(half(), right(half())) == []


@pytest.mark.parametrize(
    ("place", "change", "message"),
    [
        (6, {"verdict": bf.Verdict.LONG}, "step 7, before the cut: long for met"),
        (6, {"start_at": None}, "step 7, before the cut: start_at None"),
        (6, {"end_at": datetime(2026, 1, 1, tzinfo=UTC)}, "step 7, before the cut: end_at off by"),
        (6, {"done": None}, "step 7, before the cut: timer_s None"),
        (6, {"done": Done(timer_s=1.0, distance_m=1.0)}, "step 7, before the cut: timer_s 1.0 for"),
        (7, {"verdict": bf.Verdict.SHORT}, "step 8, in progress for"),
        (7, {"verdict": bf.Verdict.SKIPPED}, "step 8, in progress for"),
        (7, {"verdict": bf.Verdict.MET}, "step 8, in progress for"),
        (7, {"verdict": bf.Verdict.NOT_MEASURABLE}, "step 8, in progress for"),
        (7, {"done": None}, "no time is said"),
        (7, {"done": Done(timer_s=1.0)}, "said to be 1.0 s"),
        (8, {"verdict": bf.Verdict.SKIPPED}, "step 9, behind the cut: skipped"),
        (8, {"verdict": bf.Verdict.UNFINISHED}, "step 9, behind the cut: unfinished"),
        (15, {"verdict": bf.Verdict.SHORT}, "step 16, behind the cut: short"),
        (15, {"verdict": bf.Verdict.MET}, "step 16, behind the cut: met"),
    ],
)
def test_each_thing_that_must_not_be_is_noticed(
    place: int, change: dict[str, Any], message: str
) -> None:
    left = half()
    results = right(left)
    results[place] = attrs.evolve(results[place], **change)
    found = told(left, results)
    assert found
    assert message in found[0]


def test_a_step_behind_the_last_sample_is_never_skipped_whatever_else_is_unclear() -> None:
    left = half()
    run = attrs.evolve(left.run, report=attrs.evolve(left.run.report, align="laps"))
    unclear = attrs.evolve(left, run=run)
    assert not unclear.is_clear()
    results = right(left)
    assert told(unclear, results) == []
    results[8] = attrs.evolve(results[8], verdict=bf.Verdict.SHORT)
    assert told(unclear, results) == ["step 9, behind the last sample: short"]


def test_a_report_on_other_steps_is_noticed() -> None:
    assert told(half(), right(half())[:-1]) == ["15 steps of 16"]
