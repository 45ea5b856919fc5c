"""Claims about the page of dependencies, against what installed packages say of themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.packaging.environments import Environment, ran

PAGE = ROOT / "docs" / "reference" / "dependencies.md"
ROW = re.compile(r"^\| ([\w-]+) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
ASK = """
import json
from importlib.metadata import distributions
print(json.dumps({
    found.name: [
        found.metadata.get("License-Expression") or "",
        *(found.metadata.get_all("Classifier") or []),
        found.metadata.get("License") or "",
    ]
    for found in distributions()
}))
"""
SPDX = {"MIT License": "MIT", "Apache Software License": "Apache-2.0"}


def on_page() -> Mapping[str, str]:
    """The licence of each package in the tables before the one of extras."""
    text = PAGE.read_text(encoding="utf-8").partition("\n## ")[0]
    return {name: licence for name, licence in ROW.findall(text) if licence != "licence"}


def licence(expression: str, *said: str) -> str:
    """The SPDX expression, or what a classifier or the first line of a text amounts to."""
    if expression:
        return expression
    *classifiers, text = said
    named = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License")]
    name = named[0] if named else text.partition("\n")[0]
    return SPDX.get(name, name)


@pytest.mark.packaging
def test_the_page_has_every_installed_package_with_its_licence(minimal: Environment) -> None:
    said = json.loads(ran(minimal.python, "-c", ASK, cwd=Path("/")))
    found = {name.lower().replace("_", "-"): licence(*lines) for name, lines in said.items()}
    del found["backrun-fit"]
    assert found == on_page()


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (("BSD-2-Clause", "License :: OSI Approved :: BSD License", ""), "BSD-2-Clause"),
        (("", "License :: OSI Approved :: MIT License", "A text"), "MIT"),
        (("", "Topic :: Software", "MIT License\n\nCopyright"), "MIT"),
        (("", "GPL-3.0"), "GPL-3.0"),
    ],
)
def test_a_licence_is_named_as_spdx_does(said: tuple[str, ...], name: str) -> None:
    assert licence(*said) == name


def test_the_page_names_packages_and_their_licences() -> None:
    assert on_page()["fitparse"] == "MIT"
    assert on_page()["tzdata"] == "Apache-2.0"
