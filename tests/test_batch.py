"""Claims about many checks at once: every file once, whatever becomes of the workers."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from pathlib import Path
from typing import Any

import fsspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backrun_fit.batch import RunResult, check_many, find_inputs, limit, processes
from backrun_fit.batch.checking import CheckOptions, lost
from backrun_fit.batch.inputs import inputs_of
from backrun_fit.batch.limit import _clock, within
from backrun_fit.batch.spread import spread
from backrun_fit.compliance import check
from backrun_fit.errors import BatchError, SpecError, TimeLimitError
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.limits import DEFAULT_LIMITS
from tests.batches import ACTIVITIES, deadly_check, folder_of_runs, stalled_check
from tests.conftest import ROOT

RUNS = [(f"run-{number}.fit", path.read_bytes()) for number, path in enumerate(ACTIVITIES * 6)]
BAD = ("bad.fit", ACTIVITIES[0].read_bytes()[:-100])


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers find this package before another of its name that some library installs."""
    monkeypatch.syspath_prepend(ROOT)


def names(results: Iterator[RunResult]) -> list[str]:
    return [result.source for result in results]


@pytest.mark.parametrize(
    "executor",
    [None, functools.partial(ThreadPoolExecutor, 2), processes(2)],
    ids=["inline", "threads", "processes"],
)
def test_results_are_those_of_one_check_after_another_in_order(
    executor: Callable[[], Executor] | None,
) -> None:
    found = list(check_many(ACTIVITIES, executor))
    assert [result.report for result in found] == [check(read_activity(p)) for p in ACTIVITIES]
    assert [result.number for result in found] == [*range(len(ACTIVITIES))]
    assert [result.activity_number for result in found] == [1] * len(ACTIVITIES)


def test_as_completed_there_is_every_result_once() -> None:
    found = names(check_many(RUNS, processes(2), ordered=False))
    assert sorted(found) == sorted(name for name, _ in RUNS)


def test_results_as_completed_do_not_wait_for_the_slow_one() -> None:
    others_are_there = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            others_are_there.wait(60)
        return item

    make = functools.partial(ThreadPoolExecutor, 2)
    found = []
    for one in spread(work, range(6), make, lost=work, ordered=False, chunk=1):
        found.append(one)
        if len(found) == 5:
            others_are_there.set()
    assert (sorted(found[:5]), found[5]) == ([1, 2, 3, 4, 5], 0)
    assert list(spread(work, range(6), make, lost=work, chunk=1)) == [0, 1, 2, 3, 4, 5]


def test_one_bad_file_is_one_error_with_its_offset_and_stops_no_other() -> None:
    found = list(check_many([RUNS[0], BAD, ("no.fit", b"GIF89a"), RUNS[1]]))
    assert [result.error and result.error.kind for result in found] == [
        *(None, "DecodeError", "DecodeError", None)
    ]
    error = found[1].error
    assert error is not None
    assert error.offset == len(BAD[1])
    assert error.message.startswith("the file is shorter than its header states")
    assert found[1].report is None


def test_a_file_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    (result,) = check_many([tmp_path / "absent.fit"])
    assert result.error is not None
    assert result.error.kind == "DecodeError"
    assert "No such file" in result.error.message


def test_a_mistake_of_ours_costs_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("backrun_fit.batch.checking.check", broken)
    (result,) = check_many(RUNS[:1])
    assert result.error is not None
    assert (result.error.kind, result.error.message) == ("ZeroDivisionError", "of ours")


def test_of_an_archive_every_member_has_a_result(tmp_path: Path) -> None:
    path = tmp_path / "week.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (*RUNS[:2], BAD):
            archive.writestr(name, data)
    found = list(check_many([path]))
    assert names(iter(found)) == [f"{path}/{name}" for name, _ in (*RUNS[:2], BAD)]
    assert [result.error is None for result in found] == [True, True, False]
    assert {result.number for result in found} == {0}


def test_a_damaged_member_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "march.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (_, data) in zip("abc", RUNS, strict=False):
            archive.writestr(f"{name}.fit", data)
        damaged = archive.getinfo("b.fit").header_offset + 100
    with path.open("r+b") as file:
        file.seek(damaged)
        file.write(bytes(50))
    found = list(check_many([("march.zip", path.read_bytes())]))
    assert [result.source for result in found] == [f"march.zip/{name}.fit" for name in "abc"]
    assert [result.error and result.error.kind for result in found] == [None, "DecodeError", None]
    assert found[1].error is not None
    assert found[1].error.message.startswith("the zip file is damaged or locked: got ")


def test_an_archive_that_is_made_to_cost_ends_at_its_first_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bombs.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in "ab":
            archive.writestr(f"{name}.fit", bytes(DEFAULT_LIMITS.free_expansion_bytes + 1))
    (result,) = check_many([path])
    assert result.error is not None
    assert "the archive expands too much" in result.error.message


def test_inputs_are_taken_as_they_are_needed() -> None:
    taken = 0

    def endless() -> Iterator[tuple[str, bytes]]:
        nonlocal taken
        while True:
            taken += 1
            yield RUNS[taken % 4]

    for executor in (None, functools.partial(ThreadPoolExecutor, 1)):
        taken = 0
        found = check_many(endless(), executor, window=2)
        next(found)
        assert taken <= 2 * 8 + 8
        found.close()  # type: ignore[attr-defined]


# Workers that die.


def test_a_file_that_kills_its_worker_costs_itself_and_nothing_else() -> None:
    inputs = [*RUNS[:9], ("deadly.fit", b""), *RUNS[9:], ("deadly too.fit", b"")]
    work = functools.partial(deadly_check, options=CheckOptions())
    found = list(spread(work, inputs_of(inputs), processes(2), lost=lost))
    assert [checked.name for checked in found] == [name for name, _ in inputs]
    dead = {c.name: c.results[0].error for c in found if c.results[0].error is not None}
    assert set(dead) == {"deadly.fit", "deadly too.fit"}
    assert {error.kind for error in dead.values() if error} == {"WorkerDiedError"}


def test_a_pool_that_is_given_and_breaks_is_replaced() -> None:
    inputs = [*RUNS[:3], ("deadly.fit", b""), *RUNS[3:]]
    work = functools.partial(deadly_check, options=CheckOptions())
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        found = list(spread(work, inputs_of(inputs), pool, lost=lost))
    assert [checked.number for checked in found] == list(range(len(inputs)))
    assert sum(checked.results[0].error is not None for checked in found) == 1


def test_a_worker_that_is_killed_from_outside_costs_nothing() -> None:
    found = check_many(RUNS * 8, processes(2))
    results = [next(found)]
    os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)
    results += found
    assert [result.source for result in results] == [name for name, _ in RUNS * 8]
    assert all(result.report is not None for result in results)


class _Pure(ThreadPoolExecutor):
    """As Dask's: what was asked before is answered as before; the first question kills."""

    def __init__(self) -> None:
        super().__init__(1)
        self._answers: dict[object, Future[Any]] = {}

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if args not in self._answers:
            self._answers[args] = super().submit(fn if self._answers else _dies, *args, **kwargs)
        return self._answers[args]


def _dies(*_: object) -> None:
    raise BrokenExecutor


def test_a_task_that_is_done_again_is_not_answered_by_its_first_death() -> None:
    assert list(spread(abs, [-1, -2, -3], _Pure, lost=lambda item: 0, chunk=1)) == [1, 2, 3]


def test_an_executor_that_gives_up_is_an_error_of_ours() -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(BatchError, match="gave up"):
        list(spread(_fails, [1], pool, lost=_fails))


def _fails(item: int) -> int:
    raise ZeroDivisionError


def test_an_executor_that_takes_nothing_is_an_error_of_ours() -> None:
    with ThreadPoolExecutor(1) as closed:
        pass
    with pytest.raises(BatchError, match="the executor gave up: RuntimeError: cannot schedule"):
        list(check_many(RUNS, closed))


@pytest.mark.parametrize("executor", [None, functools.partial(ThreadPoolExecutor, 1)])
def test_a_window_without_room_is_refused(executor: Callable[[], Executor] | None) -> None:
    for window in (0, -1):
        with pytest.raises(SpecError, match=f"window of at least 1, got {window}"):
            list(check_many(RUNS, executor, window=window))


def test_workers_that_never_start_are_no_fault_of_the_files(tmp_path: Path) -> None:
    """Each of them runs the script again, which is not kept under ``__main__``."""
    script = tmp_path / "script.py"
    script.write_text(
        "from backrun_fit.batch import check_many, processes\n"
        "print(list(check_many([('a.fit', b''), ('b.fit', b'')], processes(1))))\n"
    )
    command = [sys.executable, str(script)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert "WorkerDiedError" not in ran.stdout
    assert ran.returncode == 1
    assert "BatchError: expected workers that start" in ran.stderr


def test_a_batch_that_is_left_early_leaves_no_process() -> None:
    before = set(multiprocessing.active_children())
    found = check_many(RUNS * 4, processes(2))
    next(found)
    found.close()  # type: ignore[attr-defined]
    for child in set(multiprocessing.active_children()) - before:
        child.join(10)
        assert not child.is_alive()


# Time limit.


def test_work_that_takes_too_long_is_ended() -> None:
    begun = time.monotonic()
    with pytest.raises(TimeLimitError, match=r"at most 0\.1 s"):
        within(0.1, _spin)
    assert time.monotonic() - begun < 2


def _spin() -> None:
    while True:
        pass


def test_work_that_swallows_its_end_is_ended_all_the_same() -> None:
    def stubborn() -> None:
        for _ in range(2):
            with contextlib.suppress(BaseException):
                _spin()

    begun = time.monotonic()
    within(0.1, stubborn)
    assert time.monotonic() - begun < 5


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
@settings(max_examples=20)
def test_the_end_never_comes_to_anything_but_the_work(lengths: list[int]) -> None:
    """Work about as long as its limit is ended or not; what comes after it never is."""
    for length in lengths:
        with contextlib.suppress(TimeLimitError):
            within(0.0002, lambda length=length: sum(range(length * 20)))  # type: ignore[misc]
        assert sum(range(2_000)) == 1_999_000


def test_limits_hold_in_many_threads_at_once() -> None:
    outcomes: list[str] = []

    def one(number: int) -> None:
        try:
            within(0.1 if number % 2 else 30.0, _spin if number % 2 else lambda: None)
            outcomes.append("done")
        except TimeLimitError:
            outcomes.append("ended")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["done"] * 4 + ["ended"] * 4


def test_work_that_is_over_just_in_time_leaves_the_clock_going() -> None:
    """The end may come while it is being called off; nothing may stay locked behind it."""
    outcomes: list[str] = []

    def one(seed: int) -> None:
        for number in range(500):
            with contextlib.suppress(TimeLimitError):
                length = (number * 37 + seed) % 12_000
                within(0.0005, lambda length=length: sum(n for n in range(length)))  # type: ignore[misc]
        with contextlib.suppress(TimeLimitError):
            within(0.1, _spin)
        outcomes.append("ended")

    threads = [threading.Thread(target=one, args=(seed,), daemon=True) for seed in (0, 101, 499)]
    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    finally:
        sys.setswitchinterval(often)
    assert outcomes == ["ended"] * 3


def test_what_is_over_is_not_kept_until_its_time() -> None:
    for _ in range(100):
        within(1e6, lambda: None)
    assert not _clock._turns


def test_the_clock_rests_while_work_is_called_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that is over but still among the turns may need the time that a busy clock takes."""
    clock, turn, rests = limit._Clock(), limit._Turn(1e-9), []
    enough = threading.Event()
    wait = clock._changed.wait

    def told(timeout: float | None = None) -> bool:
        rests.append(timeout)
        if len(rests) == 3:
            enough.set()
        return wait(timeout)

    monkeypatch.setattr(clock._changed, "wait", told)
    with turn.over:  # taken for good
        clock.begin(turn)
        assert enough.wait(20)
        clock.end(turn)
    assert turn.told == 0
    assert all(rest is not None and rest > 0 for rest in rests[:3])


def test_what_swallows_its_end_gets_more_time_before_each_further_one() -> None:
    told: list[float] = []

    def stubborn() -> None:
        while len(told) < 3:
            with contextlib.suppress(BaseException):
                _spin()
            told.append(time.monotonic())

    within(0.01, stubborn)
    assert told[2] - told[1] > told[1] - told[0] > 0.5


@pytest.mark.parametrize(
    "executor",
    [functools.partial(ThreadPoolExecutor, 1), processes(1)],
    ids=["threads", "processes"],
)
def test_a_file_that_takes_too_long_is_one_error(executor: Callable[[], Executor]) -> None:
    inputs = [RUNS[0], ("stalled.fit", RUNS[0][1]), RUNS[1]]
    work = functools.partial(stalled_check, options=CheckOptions(limit_s=2.5))
    found = [c.results[0] for c in spread(work, inputs_of(inputs), executor, lost=lost)]
    kinds = [result.error and result.error.kind for result in found]
    assert kinds == [None, "TimeLimitError", None]


@pytest.mark.parametrize("limit_s", [0.0, -1.0, float("nan"), float("inf")])
def test_a_limit_that_is_none_is_refused(limit_s: float) -> None:
    with pytest.raises(SpecError, match="limit_s: expected seconds above 0"):
        check_many([], limit_s=limit_s)


# Inputs.


def test_a_folder_stands_for_the_files_below_it_that_may_hold_runs(tmp_path: Path) -> None:
    folder = folder_of_runs(tmp_path / "runs", 3)
    for name in (".hidden.fit", "notes.txt", "B.FIT", "c.fit.gz", "d.zip"):
        (folder / name).write_bytes(b"")
    (folder / "deeper").mkdir()
    (folder / "deeper" / "e.fit").write_bytes(b"")
    (folder / ".git").mkdir()
    (folder / ".git" / "f.fit").write_bytes(b"")
    found = [Path(one).relative_to(folder).as_posix() for one in find_inputs(folder)]
    assert found == [
        *("B.FIT", "c.fit.gz", "d.zip", "deeper/e.fit"),
        *("run-000.fit", "run-001.fit", "run-002.fit"),
    ]


def test_patterns_are_matched_and_each_file_comes_once(tmp_path: Path) -> None:
    folder = folder_of_runs(tmp_path / "runs", 3)
    (folder / "[1].fit").write_bytes(b"")
    pattern = str(folder / "run-*.fit")
    assert len(find_inputs(pattern)) == 3
    assert len(find_inputs(folder / "run-001.fit", pattern, folder)) == 4
    assert find_inputs(folder / "[1].fit") == [str(folder / "[1].fit")]
    assert len(find_inputs(f"{tmp_path}/**/run-*.fit")) == 3


def test_a_folder_that_cannot_be_listed_is_an_input_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.fit").write_bytes(RUNS[0][1])
    monkeypatch.chdir(tmp_path)
    for _ in range(24):  # its path is longer than any system takes
        Path("x" * 200).mkdir()
        os.chdir("x" * 200)
    found = list(check_many(find_inputs(tmp_path)))
    assert [result.error and result.error.kind for result in found] == [None, "DecodeError"]
    assert found[1].error is not None
    assert found[1].error.message == "the file cannot be read: got File name too long"


def test_what_stands_for_no_file_is_said_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as refused:
        find_inputs(tmp_path, tmp_path / "*.fit", "memory://nowhere/*.fit")
    assert str(refused.value).count(str(tmp_path)) == 2
    assert "memory://nowhere" in str(refused.value)


@pytest.fixture
def in_memory() -> Iterator[str]:
    system = fsspec.filesystem("memory")
    for name, data in RUNS[:3]:
        system.pipe(f"/club/{name}", data)
    yield "memory://club"
    system.rm("/club", recursive=True)


@pytest.mark.parametrize("executor", [None, processes(1)], ids=["inline", "processes"])
def test_whatever_fsspec_opens_is_an_input(
    executor: Callable[[], Executor] | None, in_memory: str
) -> None:
    inputs = find_inputs(in_memory)
    assert inputs == [f"memory:///club/{name}" for name, _ in RUNS[:3]] or inputs == [
        f"memory://club/{name}" for name, _ in RUNS[:3]
    ]
    assert find_inputs(f"{in_memory}/*.fit") == inputs
    assert all(result.report is not None for result in check_many(inputs, executor))
    (absent,) = check_many([f"{in_memory}/absent.fit"], executor)
    assert absent.error is not None
    assert absent.error.kind == "DecodeError"


def test_members_of_an_archive_are_inputs(tmp_path: Path) -> None:
    path = tmp_path / "week.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in RUNS[:3]:
            archive.writestr(f"runs/{name}", data)
    inputs = find_inputs(f"zip://runs/*.fit::{path}")
    assert inputs == [f"zip://runs/{name}::{path}" for name, _ in RUNS[:3]]
    found = list(check_many(inputs, processes(1)))
    assert [result.source for result in found] == inputs
    assert all(result.report is not None for result in found)
    assert find_inputs(f"zip://::{path}") == inputs


def test_a_name_that_is_no_text_becomes_one(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.fit")
    Path(path).write_bytes(RUNS[0][1])
    (result,) = check_many([path])
    assert result.report is not None
    assert result.source.endswith("/\\udcff.fit")
