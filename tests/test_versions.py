"""Claims about the page that says what a program can rely on."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

import backrun_fit as bf
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "explanation" / "versions.md"
MODULES = re.findall(
    r"`(backrun_fit\.\w+)`",
    PAGE.read_text(encoding="utf-8").partition("\nModules: ")[2].partition("\n\n")[0],
)


@pytest.mark.parametrize("name", MODULES)
def test_a_public_module_lists_its_public_names(name: str) -> None:
    module = import_module(name)
    assert module.__all__
    assert [found for found in module.__all__ if not hasattr(module, found)] == []


def test_the_modules_that_are_public_names_are_among_them() -> None:
    assert {f"backrun_fit.{name}" for name in bf._MODULES} <= set(MODULES)
