"""Every example in the README and in docs/ is executed, and prints what the page shows.

Fences: ``python`` runs in one namespace a page; ``console`` runs each ``$`` line
in a fresh folder that holds what the page had the reader save, and ``fixtures/`` where the
page speaks of it, and compares what is printed (a line of ``...`` stands for any lines);
``yaml``, ``toml`` and ``json`` must be a session spec, a season's where they say how many
weeks, a document that fits the schema it names, or a ``pyproject.toml``; ``csv`` is a roster,
``notation`` a workout a line, ``intervals`` a workout in the text of intervals.icu; ``sh``
makes a target of the Makefile, installs the package, or gives a command with options that it
has. ``text`` is prose.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from backrun_fit.batch import parse_roster
from backrun_fit.cli import app
from backrun_fit.intervals_icu import parse_intervals_icu
from backrun_fit.notation import parse_workout
from backrun_fit.season import parse_season
from backrun_fit.spec import parse_spec
from tests.conftest import ROOT
from tests.docs_pages import PAGES, Block, blocks, commands, fences, label, pages_with, set_up, walk
from tests.documents import problems

RUN = {"python", "console"}
PROSE = {"text"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
# The last is tested in the place of another one, see tests/packaging/test_fitparse.py.
INSTALLED = {
    *(".", PROJECT["name"]),
    *(re.split(r"[^\w-]", line, maxsplit=1)[0] for line in PROJECT["dependencies"]),
    "python-fitparse",
}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def printed_as_shown(shown: str, printed: str) -> bool:
    """Whether a printed text is the shown one, where ``...`` lines match any lines."""
    parts = re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)
    pattern = r"(?:.*\n)*?".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, printed) is not None


@pytest.mark.parametrize("page", pages_with("python"), ids=label)
def test_python_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(page, tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks(page.read_text()):
        if block.name is not None:
            Path(block.name).write_text(block.body)
        elif block.word == "python":
            exec(compile(block.body, str(page), "exec"), names)  # noqa: S102 - our own pages


@pytest.mark.parametrize("page", pages_with("console"), ids=label)
def test_console_examples_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    for command, shown, printed in walk(page, tmp_path):
        assert printed_as_shown(shown, printed), f"$ {command}\n{printed}"


def check_plan(block: Block) -> None:
    """A spec of a session or a season, a document, or a project's file."""
    if block.word == "json" and '"schema"' in block.body:
        assert problems(json.loads(block.body)) == []
        return
    if block.word == "toml" and "project" in (data := tomllib.loads(block.body)):
        assert {"name", "version"} <= data["project"].keys(), "a pyproject.toml"
        return
    season = re.search(r'^ *"?weeks"?\b', block.body, re.MULTILINE)
    parse = parse_season if season else parse_spec
    parse(block.body, format=block.word)  # type: ignore[arg-type]


def check_workouts(block: Block) -> None:
    for line in filter(str.strip, block.body.splitlines()):
        parse_workout(line)


def check_shell(block: Block) -> None:
    """Lines that cannot be run in a test say nothing that is not there."""
    for line in filter(None, (shlex.split(line, comments=True) for line in block.body.split("\n"))):
        match line:
            case ["make", *targets]:
                assert targets
                assert TARGETS.issuperset(targets), line
            case ["pip", "install" | "uninstall", what]:
                name, _, extras = what.removesuffix("]").partition("[")
                assert name in INSTALLED, line
                assert all(extra in EXTRAS for extra in extras.split(",") if extra), line
            case ["backrun-fit", *arguments]:
                app.parse_args(arguments, exit_on_error=False, print_error=False)
            case _:
                pytest.fail(f"nobody knows whether this is right: {line}")


CHECKS = {
    "yaml": check_plan,
    "toml": check_plan,
    "json": check_plan,
    "csv": lambda block: parse_roster(block.body),
    "notation": check_workouts,
    "intervals": lambda block: parse_intervals_icu(block.body),
    "sh": check_shell,
}


@pytest.mark.parametrize(
    ("page", "word"),
    [(page, word) for page in PAGES for word in CHECKS if fences(page, word)],
    ids=lambda value: value if isinstance(value, str) else label(value),
)
def test_examples_that_are_not_run_are_what_they_claim_to_be(page: Path, word: str) -> None:
    for block in blocks(page.read_text()):
        if block.word == word:
            CHECKS[word](block)


@pytest.mark.parametrize(
    "block",
    [
        Block("yaml", "name: x\nrun: 8mi @ esy\n"),
        Block("yaml", "name: x\nweeks: 8\n"),
        Block("toml", 'name = "x"\nrun = 8\n'),
        Block("toml", '[project]\nname = "x"\n'),
        Block("json", '{"schema": "backrun_fit/report/1"}'),
        Block("csv", "marathon_pace\n8:00/mi\n"),
        Block("notation", "8mi @ easy\n8mi @ esy\n"),
        Block("intervals", "- 10min Z2 HR"),
        Block("sh", "make nonsense"),
        Block("sh", "pip install nonsense"),
        Block("sh", "pip install 'backrun-fit[nonsense]'"),
        Block("sh", "backrun-fit compile x.yaml -o out --nonsense"),
        Block("sh", "rm -rf out"),
    ],
    ids=lambda block: block.body.splitlines()[0],
)
def test_an_example_that_is_not_what_it_claims_to_be_is_found(block: Block) -> None:
    with pytest.raises((Exception, pytest.fail.Exception)):
        CHECKS[block.word](block)


def test_every_fence_of_every_page_is_of_a_kind_that_is_looked_at() -> None:
    for page in PAGES:
        words = {block.word for block in blocks(page.read_text())}
        assert words <= RUN | PROSE | CHECKS.keys(), label(page)
        assert page.read_text().count("\n```") == 2 * len(blocks(page.read_text())), label(page)


def test_whatever_a_page_asks_to_save_is_saved_in_its_tests() -> None:
    for page in PAGES:
        asked = len(re.findall(r"[Ss]ave\s+this\s+as", page.read_text()))
        assert asked == sum(block.name is not None for block in blocks(page.read_text()))


def test_what_stands_as_prose_is_no_command() -> None:
    for page in PAGES:
        for body in fences(page, "text"):
            assert not re.search(r"^(\$|make|pip|backrun-fit|import|from) ?", body), label(page)


def test_the_tutorial_needs_nothing_but_what_it_says(tmp_path: Path) -> None:
    set_up(ROOT / "docs" / "tutorial.md", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", [name for name in app if not name.startswith("-")])
def test_the_help_of_every_verb_stands_in_the_reference(verb: str) -> None:
    page = ROOT / "docs" / "reference" / "command-line.md"
    shown = [command for body in fences(page, "console") for command, _ in commands(body)]
    assert f"backrun-fit {verb} --help" in shown


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n", "a\nb\n", False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nd\n", "a\nb\nc\n", False),
        ("", "", True),
        ("", "error\n", False),
    ],
)
def test_the_comparison_of_printed_text_can_fail(shown: str, printed: str, same: bool) -> None:
    assert printed_as_shown(shown, printed) is same


# Links.


def slug(heading: str) -> str:
    """The anchor of a heading, as code hosts and the site make it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    prose = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", prose, re.MULTILINE)}


def broken_links(page: Path, text: str) -> list[str]:
    """Links of a page to files or headings that are not there."""
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", prose)
    broken = []
    for target in (one or other for one, other in targets):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path) if path else page
        if not found.is_file() or (anchor and anchor not in anchors(found)):
            broken.append(target)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert broken_links(page, page.read_text()) == []


@pytest.mark.parametrize(
    "link",
    ["nowhere.md", "README.md#nowhere", "#nowhere", "docs/schemas/report-0.schema.json", "docs"],
)
def test_a_link_that_leads_nowhere_is_found(link: str) -> None:
    assert broken_links(ROOT / "README.md", f"See [it]({link}).") == [link]
    assert broken_links(ROOT / "README.md", f'<img src="{link}">') == [link]


# What the reference says of the code.


def error_classes(base: type[Exception]) -> list[type[Exception]]:
    return [base, *(each for below in base.__subclasses__() for each in error_classes(below))]


def test_the_table_of_errors_has_every_class_its_bases_and_what_it_carries() -> None:
    import backrun_fit.output
    from backrun_fit.errors import BackrunFitError

    rows = {
        cells[0].strip("` "): cells[1:]
        for line in (ROOT / "docs" / "reference" / "errors.md").read_text().splitlines()
        if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 4
        and cells[0].startswith("`")
    }
    classes = [each for each in error_classes(BackrunFitError) if "backrun_fit" in each.__module__]
    assert backrun_fit.output.OutputError in classes
    assert set(rows) == {each.__name__ for each in classes}
    for each in classes:
        below, _, carries = rows[each.__name__]
        assert below == ", ".join(f"`{base.__name__}`" for base in each.__bases__)
        own = re.findall(r"^ {4,8}(\w+): ", (each.__doc__ or "").partition("Attributes:")[2], re.M)
        assert set(re.findall(r"`(\w+)`", carries)) == set(own), each.__name__


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_has_every_public_name(tmp_path: Path) -> None:
    from sphinx.util.inventory import InventoryFile

    import backrun_fit as bf

    site = tmp_path / "site"
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", str(ROOT / "docs")]
    done = subprocess.run([*command, str(site)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {each.name for each in (site / "schemas").iterdir()} == {
        each.name for each in (ROOT / "docs" / "schemas").iterdir()
    }
    names = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="").data
    known = {full for kind, items in names.items() if kind.startswith("py:") for full in items}
    index = (ROOT / "docs" / "reference" / "api" / "index.rst").read_text()
    for name in bf.__all__:
        (full,) = re.findall(rf"`~(backrun_fit[\w.]*\.{name})`", index)
        assert full in known
