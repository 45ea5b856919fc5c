"""A pytest plugin for runs over mutants: few examples, and no doctest twice."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings

MOST_EXAMPLES: Final = 8


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the doctests of mutants' copies: they call the function by its own name."""
    copies = [item for item in items if "__mutmut_" in item.name]
    if copies:
        config.hook.pytest_deselected(items=copies)
    items[:] = [item for item in items if "__mutmut_" not in item.name]
    for item in items:
        test: Any = getattr(item, "obj", None)
        stated = getattr(test, "_hypothesis_internal_use_settings", None)
        if stated is not None:
            test._hypothesis_internal_use_settings = few_examples(stated)


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
