"""Run mutants that mutmut made: every test collected once, then one fork a mutant.

mutmut's own loop starts pytest anew for every mutant, which takes several times as long as the
tests that kill it. ``tests.mutation`` starts this in a process of its own, as
``python -m tests.mutation.runner PROCESSES SECONDS PATTERN...``: a pattern of files means the
mutants in them that nobody has caught, one of mutants' names means all of these. The outcomes
go where mutmut keeps its own, so that ``mutmut show`` and ``mutmut browse`` know them.
"""

from __future__ import annotations

import itertools
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

import pytest
from mutmut.__main__ import create_mutants
from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.file_utils import (
    copy_also_copy_files,
    copy_src_dir,
    setup_source_paths,
    walk_mutatable_files,
)

from tests.mutation.results import CAUGHT, FOLDER, OUTCOMES, Outcome

_EXIT_CODES: Final = {
    Outcome.SURVIVED: 0,
    Outcome.KILLED: 1,
    Outcome.NO_TESTS: 33,
    Outcome.ODD: 35,
    Outcome.TIMED_OUT: 36,
}

# What a mutant may take: so many times as long as the original, and seconds of the processor.
_PATIENCE: Final = 4
_PATIENCE_S: Final = 4
_LONGEST_WAIT_S: Final = 600
_MOST_BYTES: Final = 4 << 30


class Loop:
    """A pytest plugin: runs all tests once, and then for every mutant those that reach it."""

    def __init__(
        self, data_by_name: dict[str, SourceFileMutationData], processes: int, seconds: float
    ) -> None:
        self._data_by_name = data_by_name
        self._processes = processes
        self._seconds = seconds
        self._running: dict[int, str] = {}
        self._has_failed = False
        self._is_child = False
        self._reaching: defaultdict[str, list[tuple[float, pytest.Item]]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._has_failed = self._has_failed or report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """A mutant is killed by the first exception: to write the report takes longest of all."""
        if (
            self._is_child
            and call.excinfo
            and not call.excinfo.errisinstance(pytest.skip.Exception)
        ):
            os._exit(_EXIT_CODES[Outcome.KILLED])

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._find_what_reaches_what(session.items)
        self._check_that_all_pass_again()
        for done, name in enumerate(self._data_by_name, start=1):
            print(f"\r{done} of {len(self._data_by_name)}", end="", file=sys.stderr, flush=True)
            while len(self._running) >= self._processes:
                self._wait()
            tests = self._quickest(name.partition("__mutmut_")[0])
            if tests:
                self._running[self._fork(name, tests)] = name
            else:
                self._note(name, _EXIT_CODES[Outcome.NO_TESTS])
        while self._running:
            self._wait()
        return True

    def _quickest(self, function: str) -> list[tuple[float, pytest.Item]]:
        """The tests that reach a function, the quickest first, as many as there is time for."""
        tests = sorted(self._reaching.get(function, ()), key=lambda each: each[0])
        spent_s = itertools.accumulate(took_s for took_s, _ in tests)
        return [
            test
            for number, (test, until_s) in enumerate(zip(tests, spent_s, strict=True))
            if number == 0 or until_s <= self._seconds
        ]

    def _find_what_reaches_what(self, items: Sequence[pytest.Item]) -> None:
        set_mutant_under_test("stats")
        for item in items:
            state()._stats.clear()
            names = dict(item.dtest.globs) if isinstance(item, pytest.DoctestItem) else {}
            started_s = time.process_time()
            self._run_until_one_fails([item])
            if self._has_failed:
                pytest.exit(f"fails without any mutant: {item.nodeid}", returncode=2)
            took_s = time.process_time() - started_s
            if isinstance(item, pytest.DoctestItem):
                item.dtest.globs.update(names)  # which it forgets when it has been run
            for function in state()._stats:
                self._reaching[function].append((took_s, item))

    def _check_that_all_pass_again(self) -> None:
        tests = {test for tests in self._reaching.values() for test in tests}
        _, status = os.waitpid(self._fork("", list(tests)), 0)
        if os.waitstatus_to_exitcode(status) != _EXIT_CODES[Outcome.SURVIVED]:
            pytest.exit("a test passes but once, so it would seem to kill mutants", returncode=2)

    def _run_until_one_fails(self, items: Sequence[pytest.Item]) -> None:
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._has_failed:
                return

    def _fork(self, name: str, tests: Sequence[tuple[float, pytest.Item]]) -> int:
        """Run tests until one fails, under a mutant, in a process of its own."""
        child = os.fork()
        if child:
            return child
        self._is_child, outcome = True, Outcome.ODD
        try:
            limit_s = _PATIENCE_S + int(_PATIENCE * sum(took_s for took_s, _ in tests))
            resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
            resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
            signal.alarm(_LONGEST_WAIT_S)
            items = [item for _, item in tests]
            items[0].config.pluginmanager.unregister(name="terminalreporter")
            set_mutant_under_test(name)
            self._run_until_one_fails(items)
            outcome = Outcome.KILLED if self._has_failed else Outcome.SURVIVED
        finally:  # whatever happens, this process must not go on as its parent
            os._exit(_EXIT_CODES[outcome])

    def _wait(self) -> None:
        child, status = os.wait()
        exit_code = os.waitstatus_to_exitcode(status)
        name = self._running.pop(child)
        self._note(name, exit_code if exit_code >= 0 else _EXIT_CODES[Outcome.TIMED_OUT])

    def _note(self, name: str, exit_code: int) -> None:
        data = self._data_by_name[name]
        data.exit_code_by_key[name] = exit_code
        data.save()


def chosen(patterns: Sequence[str]) -> dict[str, SourceFileMutationData]:
    """The mutants to run, each with the record that its outcome goes to."""
    found = {}
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        data.meta_path = data.meta_path.absolute()  # the tests are run in another folder
        is_asked_for = any(fnmatchcase(str(path), pattern) for pattern in patterns)
        for name, exit_code in data.exit_code_by_key.items():
            is_open = OUTCOMES.get(exit_code, Outcome.ODD) not in CAUGHT
            if (is_asked_for and is_open) or any(fnmatchcase(name, each) for each in patterns):
                found[name] = data
    return found


def main(arguments: Sequence[str]) -> int:
    """Make the mutants of what has changed, and run those chosen."""
    processes, seconds, *patterns = arguments
    FOLDER.mkdir(exist_ok=True)
    set_mutant_under_test("mutant_generation")
    copy_src_dir()
    copy_also_copy_files()
    setup_source_paths()
    create_mutants(1)
    options = [*config().pytest_add_cli_args, *config().pytest_add_cli_args_test_selection]
    loop = Loop(chosen(patterns), int(processes), float(seconds))
    os.chdir(FOLDER)
    return int(pytest.main(["--rootdir=.", "-q", *options], plugins=[loop]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
