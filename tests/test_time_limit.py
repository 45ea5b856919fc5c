"""Claims about the time limit that work looks at itself."""

from __future__ import annotations

import threading
import time

import pytest

from backrun_fit.compliance import check
from backrun_fit.errors import SpecError, TimeLimitError
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.time_limit import check_time_limit, time_limit
from tests.batches import ACTIVITIES


def test_without_a_limit_nothing_is_late() -> None:
    check_time_limit()
    with time_limit(None):
        check_time_limit()


def test_work_that_is_over_its_limit_ends_where_it_looks() -> None:
    with time_limit(0.01):
        check_time_limit()
        time.sleep(0.02)
        with pytest.raises(TimeLimitError, match=r"expected at most 0\.01 s, took more"):
            check_time_limit()
    check_time_limit()


def test_of_limits_inside_one_another_the_first_to_end_counts() -> None:
    with time_limit(0.01), time_limit(60.0):
        time.sleep(0.02)
        with pytest.raises(TimeLimitError, match=r"at most 0\.01 s"):
            check_time_limit()


def test_a_limit_is_of_the_thread_that_set_it() -> None:
    outcomes: list[str] = []

    def other() -> None:
        check_time_limit()
        outcomes.append("not late")

    with time_limit(0.001):
        time.sleep(0.01)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert outcomes == ["not late"]


@pytest.mark.parametrize("limit_s", [0.0, -1.0, float("nan"), float("inf")])
def test_a_limit_that_is_none_is_refused(limit_s: float) -> None:
    with pytest.raises(SpecError, match="time_limit_s: expected seconds above 0"):
        check(read_activity(ACTIVITIES[0]), time_limit_s=limit_s)


def test_a_check_within_its_limit_says_what_it_says_without_one() -> None:
    activity = read_activity(ACTIVITIES[0])
    assert check(activity, time_limit_s=60.0) == check(activity)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6])
def test_a_check_ends_soon_after_its_limit_at_whatever_stage_it_is(share: float) -> None:
    activity = max(map(read_activity, ACTIVITIES), key=lambda found: len(found.laps))
    check(activity)
    begun = time.perf_counter()
    check(activity)
    whole_s = time.perf_counter() - begun
    begun = time.perf_counter()
    with pytest.raises(TimeLimitError):
        check(activity, time_limit_s=share * whole_s / 4)
    assert time.perf_counter() - begun < 1.0
