"""Claims about threads: the same results as one call after another, and nothing global changed."""

from __future__ import annotations

import ast
import decimal
import functools
import locale
import random
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import backrun_fit as bf
from backrun_fit.render.html import report_html
from backrun_fit.render.preview import preview_png, preview_svg
from tests.batches import ACTIVITIES
from tests.conftest import ROOT

THREADS = 32
AT = datetime(2026, 3, 1, tzinfo=UTC)
FILES = tuple(path.read_bytes() for path in ACTIVITIES)


@functools.cache
def read(number: int) -> bf.Activity:
    return bf.read_activity(FILES[number])


@functools.cache
def checked(number: int) -> bf.Report:
    return bf.check(read(number))


def planned(number: int) -> bf.CompiledWorkout:
    return checked(number).workout


CALLS: dict[str, Callable[[int], object]] = {
    "read_activity": lambda number: repr(bf.read_activity(FILES[number])),
    "check": lambda number: bf.check(read(number)).to_dict(),
    "encode_workout": lambda number: bf.encode_workout(planned(number), created_at=AT),
    "report_html": lambda number: report_html(checked(number), read(number)),
    "preview_svg": lambda number: preview_svg(planned(number)),
    "preview_png": lambda number: preview_png(planned(number), scale=1.0),
    "parse_spec": lambda number: bf.parse_spec(
        f"{{name: x, run: {number + 1}mi @ easy, rules: [after_each_mile]}}"
    ),
}
ASKED = ("read_activity", "check", "encode_workout", "report_html")


def globals_now() -> dict[str, object]:
    """What belongs to the whole process, and to other libraries."""
    return {
        "matplotlib.rcParams": dict(mpl.rcParams),
        "warnings.filters": list(warnings.filters),
        "locale": locale.setlocale(locale.LC_ALL),
        "decimal": decimal.getcontext(),
        "numpy.errstate": np.geterr(),
        "random": random.getstate(),
        "numpy.random": np.random.get_state()[1].tolist(),  # type: ignore[index]
        "print options": np.get_printoptions(),
    }


def in_threads(calls: list[tuple[str, int]]) -> list[object]:
    """All results, made in many threads that begin together."""
    begin = threading.Barrier(THREADS)

    def one(share: list[tuple[str, int]]) -> list[object]:
        begin.wait(60)
        return [CALLS[name](number) for name, number in share]

    with ThreadPoolExecutor(THREADS) as pool:
        shares = list(pool.map(one, [calls[first::THREADS] for first in range(THREADS)]))
    return [shares[place % THREADS][place // THREADS] for place in range(len(calls))]


def same_in_threads(names: tuple[str, ...], count: int) -> None:
    expected = {
        (name, number): CALLS[name](number) for name in names for number in range(len(FILES))
    }
    calls = [(name, turn % len(FILES)) for turn in range(count) for name in names]
    before = globals_now()
    watched = threading.Event()
    seen: list[dict[str, object]] = []

    def watch() -> None:
        while not watched.wait(0.02):
            seen.append(globals_now() | {"decimal": before["decimal"]})  # it is the thread's own

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        results = in_threads(calls)
    finally:
        watched.set()
        watcher.join()
    different = [
        call for call, result in zip(calls, results, strict=True) if result != expected[call]
    ]
    assert different == []
    assert globals_now() == before
    assert all(each == before for each in seen)


def test_calls_in_many_threads_give_what_they_give_one_after_another() -> None:
    same_in_threads(tuple(CALLS), 16)


@pytest.mark.slow
def test_five_hundred_calls_of_each_in_many_threads_give_what_they_give_one_after_another() -> None:
    same_in_threads(ASKED, 500)


@pytest.mark.parametrize("style", ["dark_background", "ggplot", "classic"])
def test_what_the_host_has_set_for_its_own_pictures_changes_none_of_ours(style: str) -> None:
    drawn = {name: CALLS[name](0) for name in ("report_html", "preview_svg", "preview_png")}
    with plt.style.context(style), mpl.rc_context({"font.size": 30, "svg.fonttype": "path"}):
        for name, picture in drawn.items():
            assert CALLS[name](0) == picture


_GLOBAL = {
    "rcParams", "rc_context", "rcdefaults", "catch_warnings", "simplefilter", "filterwarnings",
    "setlocale", "seterr", "getcontext", "setcontext", "set_printoptions", "chdir", "putenv",
    "setrecursionlimit", "setswitchinterval", "set_int_max_str_digits", "seed",
}  # fmt: skip


def test_no_module_names_what_changes_the_whole_process() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.attr}"
        for path in sorted((ROOT / "backrun_fit").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in _GLOBAL
    ]
    assert found == []


def test_importing_everything_changes_no_setting_of_another_library() -> None:
    code = (
        "import locale, warnings, decimal, sys\n"
        "import numpy as np, matplotlib as mpl\n"
        "def now(): return (dict(mpl.rcParams), list(warnings.filters), np.geterr(),\n"
        "    locale.setlocale(locale.LC_ALL), repr(decimal.getcontext()),\n"
        "    sys.getrecursionlimit())\n"
        "before = now()\n"
        "import importlib, pkgutil, backrun_fit\n"
        "for module in pkgutil.walk_packages(backrun_fit.__path__, 'backrun_fit.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
        "after = now()\n"
        "assert after == before, [(a, b) for a, b in zip(before, after) if a != b]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=120)
