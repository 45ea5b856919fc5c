"""Every code of a warning is documented, and every documented code is used."""

from __future__ import annotations

import re
from pathlib import Path

import backrun_fit as bf
from tests.conftest import ROOT

LISTED = re.compile(r"`([a-z_]+)`")


def codes_in_use() -> set[str]:
    found = set()
    for path in sorted(Path(bf.__file__).parent.rglob("*.py")):
        text = path.read_text("utf-8")
        found |= set(re.findall(r'DataWarning\(\s*"([a-z_]+)"', text))
        if path.name == "lap_reader.py":
            found |= set(re.findall(r'^    "([a-z_]+)": "', text, re.MULTILINE))
    return found


def codes_listed() -> set[str]:
    page = (ROOT / "docs" / "reference" / "activities.md").read_text("utf-8")
    rows = [
        line for line in page.partition("## Warnings")[2].splitlines() if line.startswith("| `")
    ]
    return {code for row in rows for code in LISTED.findall(row.split("|")[1])}


def test_the_page_lists_the_codes_that_the_package_uses() -> None:
    assert codes_in_use() - {"odd"} == codes_listed()
