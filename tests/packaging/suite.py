"""The daily suite against an installed wheel, in a folder that holds no source of the package.

``python -m tests.packaging.suite WHEEL newest`` runs it on the newest supported interpreter of
this machine with the newest libraries, ``... oldest --lowest`` on the oldest with every direct
dependency as old as ``pyproject.toml`` allows. What follows goes to pytest.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import corpus_path
from tests.packaging.environments import Environment, lowest_direct, outside, ran
from tests.packaging.interpreters import interpreters

# Libraries that are held back use what those below them have deprecated since, and lay out help
# as they did then.
HELP = "docs/reference/command-line.md"
HELD_BACK = (
    *("-W", "ignore::DeprecationWarning"),
    f"--deselect=tests/test_docs.py::test_console_examples_print_what_the_page_shows[{HELP}]",
)
# What is said of the tree, not of the package.
NOT_OUTSIDE = (
    *("tests/packaging", "tests/test_house.py", "tests/test_mutation.py"),
    "tests/test_security.py",
)


def main() -> int:
    """Exit as pytest does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("which", choices=("oldest", "newest"))
    parser.add_argument("--lowest", action="store_true")
    asked, options = parser.parse_known_args()
    found = interpreters()
    version = min(found) if asked.which == "oldest" else max(found)
    here = ", ".join(f"{major}.{minor}" for major, minor in found)
    print(f"Python here: {here}; used: {version[0]}.{version[1]}, the {asked.which}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = Environment(f"suite-{asked.which}", found[version])
        held = ("-c", lowest_direct(found[version], folder / "lowest.txt")) if asked.lowest else ()
        environment.install(f"{asked.wheel.resolve()}[dev]", *held)
        if held:
            print((folder / "lowest.txt").read_text().replace("\n", " "), flush=True)
            options = [*HELD_BACK, *options]
        return run(environment, outside(folder), options)


def run(environment: Environment, folder: Path, options: list[str]) -> int:
    """Run the daily suite there, once it is sure whose package it meets."""
    where = ran(environment.python, "-c", "import backrun_fit as b; print(b.__file__)", cwd=folder)
    assert Path(where).is_relative_to(environment.folder), where
    corpus = corpus_path()
    variables = {**os.environ, "BACKRUN_CORPUS": str(corpus)} if corpus else dict(os.environ)
    left_out = [f"--ignore={path}" for path in NOT_OUTSIDE]
    command = ["-m", "pytest", "-q", "-m", "not slow", "-n", "auto", "--dist", "worksteal"]
    command += ["--hypothesis-profile", "brief"]
    return subprocess.run(
        [environment.python, *command, *left_out, *options, "tests"],
        cwd=folder,
        env=variables,
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
