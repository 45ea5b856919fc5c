"""Claims about the two orders of messages in activities: the report is the same for both.

In Summary Last files laps, session and activity lie where they are over, and their ``timestamp``
is about their end. In Summary First files, which Garmin's watches write since 2026, they lie before
the records, and the ``timestamp`` of each is the start of the session. Every real structured run is
turned from the first kind into the second, in two steps: each alone must change nothing, nor both.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import backrun_fit as bf
from backrun_fit.compliance.pairing import AlignMode
from tests.conftest import ROOT, corpus_files
from tests.fit_messages import (
    LAP,
    RECORD,
    SESSION,
    START_TIME,
    TIMESTAMP,
    messages,
    report_differences,
    stamped_at_start,
    summaries_first,
)

Transformation = Callable[[bytes], bytes]

RUNS = corpus_files("structured/*.fit")
# Alignment without step indexes takes longer, and what it is given is the same.
SOME_RUNS = RUNS[::10]
EACH_RUN = [
    pytest.param(
        *run.values, id=run.id, marks=[*run.marks, *([pytest.mark.slow] if place % 3 else [])]
    )
    for place, run in enumerate(RUNS)
]
"""Every third run all day, all of them in CI."""
FIXTURES = ROOT / "fixtures" / "activities"


def both(data: bytes) -> bytes:
    return summaries_first(stamped_at_start(data))


transformations = pytest.mark.parametrize(
    "transformation", [stamped_at_start, summaries_first, both], ids=lambda each: each.__name__
)


def document(data: bytes, align: AlignMode = "auto") -> dict[str, Any]:
    """The report on a run against the workout that it carries; empty where it carries none."""
    (activity,) = bf.read_activities(data)
    return {} if activity.workout is None else bf.check(activity, align=align).to_dict()


@transformations
@pytest.mark.parametrize("path", EACH_RUN)
def test_the_order_of_messages_changes_nothing_in_a_report(
    path: Path, transformation: Transformation
) -> None:
    data = path.read_bytes()
    assert report_differences(document(data), document(transformation(data))) == []


@pytest.mark.parametrize("align", ["laps", "samples"])
@pytest.mark.parametrize("path", SOME_RUNS)
def test_the_order_of_messages_changes_nothing_without_step_indexes(
    path: Path, align: AlignMode
) -> None:
    data = path.read_bytes()
    assert report_differences(document(data, align), document(both(data), align)) == []


def test_a_run_as_it_was_rehearsed_has_one_report_in_both_orders() -> None:
    last, first = (
        document((FIXTURES / f"{name}.fit").read_bytes())
        for name in ("long-run", "long-run-summary-first")
    )
    assert last["executions"]
    assert report_differences(last, first) == []


def test_a_real_summary_first_file_has_the_report_of_one_whose_laps_are_stamped_at_their_ends(
    corpus: Path,
) -> None:
    first, right = (
        document((corpus / "wild" / f"{name}.fit").read_bytes())
        for name in (
            "garmin-fr265-hr-zones-laps-stamped-at-start",
            "made-garmin-fr265-hr-zones-laps-right",
        )
    )
    assert first["executions"]
    assert report_differences(first, right) == []


def test_the_runs_carry_workouts_so_that_there_is_something_to_compare(corpus: Path) -> None:
    carried = [bool(document(path.read_bytes())) for path in corpus.glob("structured/*.fit")]
    assert sum(carried) >= 98


@pytest.mark.parametrize("path", SOME_RUNS)
def test_a_run_is_turned_into_what_garmins_watches_write_since_2026(path: Path) -> None:
    before, after = messages(path.read_bytes()), messages(both(path.read_bytes()))
    kinds = [message.number for message in after]
    assert sorted(kinds) == sorted(message.number for message in before)
    last_lap = len(kinds) - 1 - kinds[::-1].index(LAP)
    assert kinds.index(SESSION) < kinds.index(LAP) <= last_lap < kinds.index(RECORD)
    (session,) = (message for message in after if message.number == SESSION)
    stamps = {message.value(TIMESTAMP) for message in after if message.number in (SESSION, LAP)}
    assert stamps == {session.value(START_TIME)}
    records = [
        [message.raw for message in found if message.number == RECORD] for found in (before, after)
    ]
    assert records[0] == records[1] != []
