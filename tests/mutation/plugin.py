"""A pytest plugin for runs over mutants: quick tests first, few examples, no doctest twice.

mutmut runs all tests of a function until one fails, in this one process and its forks; so
what a test took is remembered here from the first run, and the quickest are run first.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings

MOST_EXAMPLES: Final = 25

took_s: Final[defaultdict[str, float]] = defaultdict(float)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the doctests of mutants' copies, which call the original, and sort the rest."""
    copies = [item for item in items if "__mutmut_" in item.name]
    if copies:
        config.hook.pytest_deselected(items=copies)
    items[:] = sorted(
        (item for item in items if "__mutmut_" not in item.name),
        key=lambda item: took_s[item.nodeid],
    )
    for item in items:
        test: Any = getattr(item, "obj", None)
        stated = getattr(test, "_hypothesis_internal_use_settings", None)
        if stated is not None:
            test._hypothesis_internal_use_settings = few_examples(stated)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    took_s[report.nodeid] = max(took_s[report.nodeid], report.duration)


def few_examples(stated: settings) -> settings:
    """The same tests each time, no more than needed, and nothing spent on the shortest failure."""
    return settings(
        stated,
        max_examples=min(stated.max_examples, MOST_EXAMPLES),
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
