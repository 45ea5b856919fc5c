"""Claims about many checks at once: every file once, whatever becomes of the workers."""

from __future__ import annotations

import functools
import inspect
import multiprocessing
import os
import re
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

from backrun_fit.batch import RunResult, check_many, compile_many, find_inputs, processes
from backrun_fit.batch.checking import LIMIT_S, CheckOptions, late, lost
from backrun_fit.batch.inputs import inputs_of
from backrun_fit.batch.spread import spread
from backrun_fit.batch.worker_pool import WorkerPool
from backrun_fit.compliance import check
from backrun_fit.errors import BatchError, SpecError, WorkerDiedError
from backrun_fit.fit import walk
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


def _spin() -> None:
    while True:
        pass


def _sleep_for_ever() -> None:
    threading.Event().wait()


def _stay_in_c() -> None:
    """One call that keeps the interpreter's lock for hours."""
    re.match(r"(a|a)*$", "a" * 60 + "b")


def _stuck_at(item: int, stuck: Callable[[], None], places: frozenset[int]) -> int:
    if item in places:
        stuck()
    return item


@pytest.mark.parametrize(
    "stuck", [_spin, _sleep_for_ever, _stay_in_c], ids=lambda work: work.__name__
)
def test_a_process_that_takes_too_long_is_killed_whatever_it_is_at(
    stuck: Callable[[], None],
) -> None:
    work = functools.partial(_stuck_at, stuck=stuck, places=frozenset((3, 9)))
    begun = time.monotonic()
    found = list(
        spread(work, range(12), processes(2), lost=_fails, late=lambda item: -item, limit_s=1.0)
    )
    assert found == [0, 1, 2, -3, 4, 5, 6, 7, 8, -9, 10, 11]
    assert time.monotonic() - begun < 30


def test_one_pool_serves_many_batches_and_ends_what_is_late_in_each() -> None:
    work = functools.partial(_stuck_at, stuck=_spin, places=frozenset((1,)))
    with WorkerPool(1) as pool:
        for _ in range(2):
            found = spread(work, range(3), pool, lost=_fails, late=_negative, limit_s=0.5)
            assert list(found) == [0, -1, 2]
        assert [result.error for result in check_many(RUNS[:2], pool)] == [None, None]


def test_the_same_items_are_late_where_all_of_a_chunk_are() -> None:
    work = functools.partial(_stuck_at, stuck=_spin, places=frozenset(range(3)))
    pool = WorkerPool(1)
    found = pool.submit_each(work, (0, 1, 2), limit_s=0.2, late=str, lost=_fails)
    assert found.result(60) == ["0", "1", "2"]
    pool.shutdown()


def test_no_other_file_of_the_batch_is_checked_again_for_one_that_is_late(tmp_path: Path) -> None:
    work = functools.partial(_noted, folder=tmp_path, stuck=5)
    found = list(spread(work, range(24), processes(2), lost=_fails, late=_negative, limit_s=1.0))
    assert found == [-5 if number == 5 else number for number in range(24)]
    assert len(list(tmp_path.iterdir())) == 24


def _negative(item: int) -> int:
    return -item


def _noted(item: int, folder: Path, stuck: int) -> int:
    (folder / f"{item}").touch(exist_ok=False)
    if item == stuck:
        _spin()
    return item


@pytest.mark.parametrize("executor", [None, functools.partial(ThreadPoolExecutor, 2)])
def test_without_processes_of_ours_a_check_ends_itself(
    executor: Callable[[], Executor] | None,
) -> None:
    first, second = check_many(RUNS[:2], executor, limit_s=1e-6)
    for result in (first, second):
        assert result.error is not None
        assert (result.error.kind, result.error.message) == (
            "TimeLimitError",
            "expected at most 1e-06 s, took more",
        )


def test_a_file_that_takes_too_long_is_one_error() -> None:
    inputs = [RUNS[0], ("stalled.fit", RUNS[0][1]), RUNS[1]]
    work = functools.partial(stalled_check, options=CheckOptions(limit_s=5.0))
    tasks = inputs_of(inputs)
    ends = functools.partial(late, limit_s=5.0)
    found = [
        checked.results[0]
        for checked in spread(work, tasks, processes(1), lost=lost, late=ends, limit_s=5.0)
    ]
    kinds = [result.error and result.error.kind for result in found]
    assert kinds == [None, "TimeLimitError", None]


def test_batches_have_a_time_limit_unless_somebody_says_otherwise() -> None:
    assert CheckOptions().limit_s == LIMIT_S == 60
    for many in (check_many, compile_many):
        assert inspect.signature(many).parameters["limit_s"].default == LIMIT_S
    assert [result.error for result in check_many(RUNS[:1], limit_s=None)] == [None]


def test_nothing_but_accelerate_changes_how_this_process_reads() -> None:
    before = walk._way
    for executor in (None, functools.partial(ThreadPoolExecutor, 2), processes(1)):
        assert all(result.report for result in check_many(RUNS[:4], executor))
        assert walk._way is before


def test_workers_of_ours_read_in_machine_code() -> None:
    with WorkerPool(1) as pool:
        assert pool.submit(_way_of_reading).result(60) != _way_of_reading()


def _way_of_reading() -> str:
    return getattr(walk._way, "__name__", "scan")


# The pool as an executor.


def test_the_pool_is_an_executor_like_any_other() -> None:
    with WorkerPool(2) as pool:
        assert list(pool.map(abs, range(-20, 0))) == list(range(20, 0, -1))
        for kind in (ZeroDivisionError, EOFError, ConnectionResetError):
            with pytest.raises(kind):
                pool.submit(_raises, kind).result(60)
        with pytest.raises(WorkerDiedError):
            pool.submit(os._exit, 1).result(60)
        assert pool.submit(sum, (1, 2), start=3).result(60) == 6
        with pytest.raises(Exception, match=r"pickle|local object"):
            pool.submit(lambda: None).result(60)
        with pytest.raises(TypeError, match="pickle"):
            pool.submit(_unpicklable).result(60)
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(abs, 1)


def _raises(kind: type[Exception]) -> None:
    raise kind


def test_work_that_fails_ends_its_chunk_and_leaves_the_process_for_the_next_one() -> None:
    with WorkerPool(1) as pool:
        chunk = pool.submit_each(_fails_at_two, (1, 2, 3), limit_s=60, late=abs, lost=abs)
        with pytest.raises(ZeroDivisionError):
            chunk.result(60)
        again = pool.submit_each(_fails_at_two, (4, 5), limit_s=60, late=abs, lost=abs)
        assert again.result(60) == [4, 5]


def _fails_at_two(item: int) -> int:
    if item == 2:
        raise ZeroDivisionError
    return item


def _unpicklable() -> object:
    return threading.Lock()


def test_a_pool_that_is_shut_down_ends_what_it_is_at() -> None:
    pool = WorkerPool(1)
    stuck, waiting = pool.submit(_spin), pool.submit(abs, 1)
    time.sleep(0.1)
    pool.shutdown(cancel_futures=True)
    assert stuck.exception(30) is not None
    assert waiting.exception(30) is not None


def test_an_item_that_kills_its_process_is_tried_once_more_while_nothing_else_is_at_work(
    tmp_path: Path,
) -> None:
    """A process that was out of memory beside others may do alone."""
    work = functools.partial(_dies_beside_others, folder=tmp_path)
    found = list(spread(work, range(8), processes(3), lost=_fails, chunk=2))
    assert found == list(range(8))


def _dies_beside_others(item: int, folder: Path) -> int:
    mine = folder / f"{item}-{os.getpid()}"
    mine.touch()
    time.sleep(0.2)
    others = [path for path in folder.iterdir() if path != mine]
    if item == 3 and not (folder.parent / "died").exists():
        (folder.parent / "died").touch()
        mine.unlink()
        os._exit(1)
    if item == 3:
        assert not others
    mine.unlink()
    return item


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
