"""Claims about SECURITY.md: it is found, and it promises what is there."""

from __future__ import annotations

import re

from tests.conftest import ROOT

TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_readme_and_contributing_lead_to_it() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        assert "](SECURITY.md)" in (ROOT / name).read_text(encoding="utf-8")


def test_its_links_lead_to_pages_and_headings_that_are_there() -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#([^)]+))?\)", TEXT)
    assert links
    for path, heading in links:
        page = (ROOT / path).read_text(encoding="utf-8")
        headings = {
            line.lstrip("# ").lower().replace(" ", "-")
            for line in page.splitlines()
            if line.startswith("#")
        }
        assert not heading or heading in headings


def test_it_says_how_to_report_without_an_address_that_nobody_reads() -> None:
    assert "Report a vulnerability" in TEXT
    assert "@" not in TEXT.replace("`@`", "")


def test_nothing_but_the_two_modules_opens_files() -> None:
    opening = re.compile(
        r"\bos\.open\(|\.open\(\"|\.read_bytes\(|\.write_bytes\(|\.write_text\(|\bmkstemp\b"
    )
    found = {
        path.relative_to(ROOT / "backrun_fit").as_posix()
        for path in (ROOT / "backrun_fit").rglob("*.py")
        if opening.search(path.read_text(encoding="utf-8"))
    }
    # Rows are written into a folder of our own; the last points standard output at /dev/null.
    assert found == {"regular_files.py", "output.py", "batch/results.py", "cli/__init__.py"}
