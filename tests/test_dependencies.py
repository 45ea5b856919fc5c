"""Claims about what ``pip install`` pulls: all of it is used, and all that is used is asked for."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "backrun_fit"
# Where what is installed and what is imported go by different names.
IMPORTED_AS = {"fit-tool": "fit_tool", "pyyaml": "yaml"}
FOR_DEVELOPERS = {"dev", "docs", "bench", "mutation"}


def imported(sources: Iterable[str]) -> set[str]:
    """The packages that sources import anywhere, the standard library and our own left out."""
    found: set[str] = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
    packages = {name.partition(".")[0] for name in found}
    return packages - sys.stdlib_module_names - {"backrun_fit"}


def declared() -> set[str]:
    """The packages that are asked for, for all uses and by the extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"]]
    wanted += [
        line for name, lines in extras.items() if name not in FOR_DEVELOPERS for line in lines
    ]
    names = [re.split(r"[^\w-]", line, maxsplit=1)[0].lower() for line in wanted]
    return {IMPORTED_AS.get(name, name) for name in names}


def sources() -> list[str]:
    if not PACKAGE.is_dir():
        pytest.skip("the sources of the package are not beside the tests")
    return [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]


def test_every_package_that_is_asked_for_is_imported_and_no_other() -> None:
    assert imported(sources()) == declared()


def test_imports_of_every_form_are_seen() -> None:
    source = "import os, a.b\nfrom c.d import e\ndef f():\n    from g import h\nfrom . import i\n"
    assert imported([source]) == {"a", "c", "g"}
