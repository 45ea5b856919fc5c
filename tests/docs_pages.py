"""The pages of the documentation as the tests see them: blocks, files to save, commands to run.

``python -m tests.docs_pages PAGE...`` writes anew what its commands print, where it is shown whole.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs

from tests.conftest import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]

_FENCE = re.compile(
    r"(?:^[^\n]*[Ss]ave this as `(?P<name>[^`\n]+)`:\n\n)?"
    r"^```(?P<word>[^\n]*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)

HERE = Path(sys.executable).parent
"""Where the programs of this environment are."""


@attrs.frozen
class Block:
    """A block of code.

    Attributes:
        word: Its language.
        body: What it holds.
        name: The file that the page asks to save it as, if it does.
    """

    word: str
    body: str
    name: str | None = None


def blocks(text: str) -> list[Block]:
    return [Block(m["word"], m["body"], m["name"]) for m in _FENCE.finditer(text)]


def fences(page: Path, language: str) -> list[str]:
    return [block.body for block in blocks(page.read_text()) if block.word == language]


def pages_with(language: str) -> list[Path]:
    return [page for page in PAGES if fences(page, language)]


def label(page: Path) -> str:
    return str(page.relative_to(ROOT))


def commands(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with the output that follows it."""
    pieces = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, shown) for command, _, shown in (p.partition("\n") for p in pieces)]


def set_up(page: Path, desk: Path) -> None:
    """Give a folder what a reader of the page has: the samples, only where it speaks of them."""
    if "fixtures/" in page.read_text():
        shutil.copytree(ROOT / "fixtures", desk / "fixtures")


def printed_by(command: str, desk: Path, programs: Path = HERE) -> str:
    """What a command prints on a plain terminal of 80 columns; programs come from a folder."""
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        command,
        shell=True,
        cwd=desk,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def walk(page: Path, desk: Path, programs: Path = HERE) -> Iterator[tuple[str, str, str]]:
    """Do what a page says, from top to bottom: command, what is shown, what is printed."""
    set_up(page, desk)
    for block in blocks(page.read_text()):
        if block.name is not None:
            (desk / block.name).write_text(block.body)
        elif block.word == "console":
            for command, shown in commands(block.body):
                yield command, shown, printed_by(command, desk, programs)


def renewed(page: Path, desk: Path) -> str:
    """The text of a page with what its commands print now."""
    text, place = page.read_text(), 0
    for command, shown, printed in list(walk(page, desk)):
        line = f"$ {command}\n"
        place = text.index(line + shown, place) + len(line)
        if "...\n" not in shown:
            text = text[:place] + printed + text[place + len(shown) :]
    return text


if __name__ == "__main__":
    import tempfile

    for argument in map(Path, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as folder:
            argument.write_text(renewed(argument.resolve(), Path(folder)))
