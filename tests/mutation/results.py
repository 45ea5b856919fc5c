"""What mutmut left in its folder, as mutants with an outcome, and the table of scores."""

from __future__ import annotations

import ast
import difflib
import enum
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

FOLDER: Final = Path("mutants")


class Outcome(enum.Enum):
    """What the tests said to a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    NO_TESTS = "no tests"
    NOT_RUN = "not run"
    ODD = "odd"


CAUGHT: Final = frozenset({Outcome.KILLED, Outcome.TIMED_OUT})
"""Somebody would notice it."""

# What mutmut writes: the status pytest or its process ended with, or a number of its own.
OUTCOMES: Final[Mapping[int | None, Outcome]] = {
    None: Outcome.NOT_RUN,
    0: Outcome.SURVIVED,
    1: Outcome.KILLED,
    2: Outcome.NOT_RUN,
    3: Outcome.KILLED,
    5: Outcome.NO_TESTS,
    33: Outcome.NO_TESTS,
    **dict.fromkeys((-24, -9, 24, 36, 152, 255), Outcome.TIMED_OUT),
}


@attrs.frozen(kw_only=True)
class Mutant:
    """One change of one function.

    Attributes:
        name: As mutmut calls it.
        outcome: What the tests said.
        only_wording: Nothing but the words of a message is different.
        change: The changed lines, ``-`` before and ``+`` after.
    """

    name: str
    outcome: Outcome
    only_wording: bool
    change: str

    @property
    def is_caught(self) -> bool:
        """Whether somebody would notice it."""
        return self.outcome in CAUGHT


def read_mutants(folder: Path, patterns: Iterable[str]) -> Iterator[Mutant]:
    """The mutants of all modules whose path matches a pattern; none of those not run yet."""
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            meta = path.with_name(path.name + ".meta")
            if meta.exists():
                yield from _of_module(path, json.loads(meta.read_text(encoding="utf-8")))


def _of_module(path: Path, meta: Mapping[str, Mapping[str, int | None]]) -> Iterator[Mutant]:
    code = path.read_text(encoding="utf-8")
    lines = code.splitlines()
    functions = {
        node.name: node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)
    }
    for name, exit_code in meta["exit_code_by_key"].items():
        mutant = functions[name.rpartition(".")[2]]
        original = functions[mutant.name.partition("__mutmut_")[0] + "__mutmut_orig"]
        yield Mutant(
            name=name,
            outcome=OUTCOMES.get(exit_code, Outcome.ODD),
            only_wording=without_words(original) == without_words(mutant),
            change="\n".join(_changes(_lines_of(original, lines), _lines_of(mutant, lines))),
        )


def _lines_of(function: ast.FunctionDef, lines: Sequence[str]) -> Sequence[str]:
    """The lines after the one with its name, which is never the same."""
    return lines[function.lineno : function.end_lineno]


def _changes(before: Sequence[str], after: Sequence[str]) -> list[str]:
    difference = list(difflib.unified_diff(before, after, n=0, lineterm=""))
    return [line for line in difference[2:] if not line.startswith("@@")]


def without_words(function: ast.FunctionDef) -> str:
    """A function without its name, each text of several words replaced by one and the same."""

    class Silence(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            spoken = isinstance(node.value, str) and " " in node.value
            return ast.Constant(value="some words") if spoken else node

    (copy,) = ast.parse(ast.unparse(function)).body
    assert isinstance(copy, ast.FunctionDef)
    copy.name = ""
    return ast.dump(Silence().visit(copy))


def share_caught(mutants: Sequence[Mutant]) -> float | None:
    """Caught of all; None where there are none, or some that have not been run."""
    if not mutants or any(each.outcome is Outcome.NOT_RUN for each in mutants):
        return None
    return sum(each.is_caught for each in mutants) / len(mutants)


def table(mutants_by_area: Mapping[str, Sequence[Mutant]]) -> str:
    """A line an area, and below it all scores on one line for a program to read.

    ``score`` counts every mutant; ``sense`` leaves out those that change only the words of a
    message. A question mark says that mutants have not been run.
    """
    heads = ["area", "mutants", *(outcome.value for outcome in Outcome), "score", "words", "sense"]
    rows = [heads]
    for area, mutants in mutants_by_area.items():
        count = Counter(each.outcome for each in mutants)
        with_sense = [each for each in mutants if not each.only_wording]
        rows.append(
            [
                area,
                str(len(mutants)),
                *(str(count[outcome]) for outcome in Outcome),
                _percent(share_caught(mutants)),
                str(len(mutants) - len(with_sense)),
                _percent(share_caught(with_sense)),
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.rjust, row, widths)).rstrip() for row in rows]
    shares = {area: share_caught(mutants) for area, mutants in mutants_by_area.items()}
    words = (f"{area}={'?' if share is None else f'{share:.3f}'}" for area, share in shares.items())
    return "\n".join([*lines, "", " ".join(words)])


def _percent(share: float | None) -> str:
    return "?" if share is None else f"{100 * share:.1f} %"
