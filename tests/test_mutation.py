"""Claims about the scores of mutation testing, on a folder such as mutmut leaves."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from tests.conftest import ROOT
from tests.mutation.__main__ import main
from tests.mutation.areas import AREAS
from tests.mutation.plugin import MOST_EXAMPLES, few_examples
from tests.mutation.results import Outcome, read_mutants, share_caught, table, without_words

MUTATED = """
def x_limit__mutmut_orig(text):
    if text > 3:
        raise ValueError("at most three")

def x_limit__mutmut_1(text):
    if text >= 3:
        raise ValueError("at most three")

def x_limit__mutmut_2(text):
    if text > 3:
        raise ValueError("XXat most threeXX")

class Step:
    def xǁStepǁkind__mutmut_orig(self):
        return "time"

    def xǁStepǁkind__mutmut_1(self):
        return "XXtimeXX"
"""
NAMES = (
    "backrun_fit.fold.x_limit__mutmut_1",
    "backrun_fit.fold.x_limit__mutmut_2",
    "backrun_fit.fold.xǁStepǁkind__mutmut_1",
)


def left_by_mutmut(root: Path, exit_codes: tuple[int | None, int | None, int | None]) -> Path:
    folder = root / "mutants"
    module = folder / "backrun_fit" / "fold.py"
    module.parent.mkdir(parents=True)
    module.write_text(MUTATED, encoding="utf-8")
    meta: Mapping[str, Mapping[str, int | None]] = {
        "exit_code_by_key": dict(zip(NAMES, exit_codes, strict=True))
    }
    module.with_name("fold.py.meta").write_text(json.dumps(meta), encoding="utf-8")
    return folder


def test_every_module_that_mutmut_changes_belongs_to_one_area() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    assert sorted(config["only_mutate"]) == sorted(sum(AREAS.values(), start=()))


def test_every_pattern_of_an_area_is_of_modules_that_exist() -> None:
    patterns = sum(AREAS.values(), start=())
    assert [pattern for pattern in patterns if not list(ROOT.glob(pattern))] == []


def test_every_test_that_mutmut_runs_exists() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    paths = config["pytest_add_cli_args_test_selection"]
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_a_mutant_is_read_with_its_outcome_and_its_changed_lines(tmp_path: Path) -> None:
    first, *_ = read_mutants(left_by_mutmut(tmp_path, (0, 1, 36)), ["backrun_fit/fold.py"])
    assert (first.outcome, first.is_caught) == (Outcome.SURVIVED, False)
    assert first.change == "-    if text > 3:\n+    if text >= 3:"


@pytest.mark.parametrize(
    ("exit_code", "outcome"),
    [
        (0, Outcome.SURVIVED),
        (1, Outcome.KILLED),
        (33, Outcome.NO_TESTS),
        (36, Outcome.TIMED_OUT),
        (None, Outcome.NOT_RUN),
        (77, Outcome.ODD),
    ],
)
def test_an_exit_code_is_an_outcome(
    tmp_path: Path, exit_code: int | None, outcome: Outcome
) -> None:
    first, *_ = read_mutants(left_by_mutmut(tmp_path, (exit_code, 1, 1)), ["backrun_fit/*.py"])
    assert first.outcome is outcome


def test_only_a_text_of_several_words_is_wording(tmp_path: Path) -> None:
    mutants = read_mutants(left_by_mutmut(tmp_path, (0, 0, 0)), ["backrun_fit/fold.py"])
    assert [mutant.only_wording for mutant in mutants] == [False, True, False]


def test_a_function_without_its_words_keeps_its_numbers() -> None:
    def silent(code: str) -> str:
        function = ast.parse(code).body[0]
        assert isinstance(function, ast.FunctionDef)
        return without_words(function)

    assert silent("def a(): f('x y', 1)") == silent("def b(): f('x z', 1)")
    assert silent("def a(): f('x y', 1)") != silent("def b(): f('x y', 2)")
    assert silent("def a(unit='mi'): f(unit)") != silent("def b(unit='km'): f(unit)")


def test_the_share_counts_time_outs_as_caught_and_untested_ones_as_missed(tmp_path: Path) -> None:
    mutants = list(read_mutants(left_by_mutmut(tmp_path, (1, 36, 33)), ["backrun_fit/fold.py"]))
    assert share_caught(mutants) == pytest.approx(2 / 3)


def test_there_is_no_share_before_all_have_been_run(tmp_path: Path) -> None:
    mutants = list(read_mutants(left_by_mutmut(tmp_path, (1, None, 1)), ["backrun_fit/fold.py"]))
    assert share_caught(mutants) is None
    assert table({"fold": mutants}).splitlines()[-1] == "fold=?"


def test_the_table_has_both_scores_and_a_line_for_programs(tmp_path: Path) -> None:
    mutants = list(read_mutants(left_by_mutmut(tmp_path, (1, 0, 1)), ["backrun_fit/fold.py"]))
    lines = table({"fold": mutants}).splitlines()
    assert " ".join(lines[1].split()) == "fold 3 2 0 1 0 0 0 66.7 % 1 100.0 %"
    assert lines[-1] == "fold=0.667"


def test_an_unknown_area_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["judging", "--table"])
    assert "expected areas out of rules, compile, align, judge, got judging" in (
        capsys.readouterr().err
    )


def test_runs_over_mutants_take_few_examples_and_the_same_each_time() -> None:
    few = few_examples(settings(max_examples=400))
    assert (few.max_examples, few.derandomize) == (MOST_EXAMPLES, True)
    assert few_examples(settings(max_examples=4)).max_examples == 4
