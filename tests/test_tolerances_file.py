"""Claims about the file of tolerances."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.cli import main
from backrun_fit.errors import SpecError
from backrun_fit.spec.tolerances_file import load_tolerances, parse_tolerances
from backrun_fit.tolerances import Tolerances
from tests.conftest import ROOT

STRICT = ROOT / "fixtures" / "tolerances" / "strict.yaml"
LONG_RUN = ROOT / "fixtures" / "activities" / "long-run.fit"
NAMES = [field.name for field in attrs.fields(Tolerances)]
FRACTIONS = [name for name in NAMES if name.endswith("_fraction")]

tolerances = st.fixed_dictionaries(
    {
        name: st.floats(0, 1, exclude_max=True) if name in FRACTIONS else st.floats(0, 1e6)
        for name in NAMES
    }
).map(lambda values: Tolerances(**values))


@given(tolerances, st.sampled_from(("json", "yaml")))
def test_tolerances_printed_to_a_file_and_read_back_are_equal(
    some: Tolerances, format_: Any
) -> None:
    assert parse_tolerances(json.dumps(attrs.asdict(some)), format_) == some


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_said_is_as_usual(name: str) -> None:
    assert parse_tolerances(f"{name}: 0.5") == attrs.evolve(Tolerances(), **{name: 0.5})


@pytest.mark.parametrize("name", FRACTIONS)
def test_a_fraction_may_be_in_per_cent(name: str) -> None:
    for written in ("12.5 %", "12.5%", "0.125"):
        assert getattr(parse_tolerances(f"{name}: {written}"), name) == 0.125


@pytest.mark.parametrize("name", FRACTIONS)
def test_the_reader_refuses_what_the_noun_refuses_of_fractions(name: str) -> None:
    for value in (1.0, -0.1, 100):
        with pytest.raises(ValueError, match="expected a fraction"):
            Tolerances(**{name: value})
        with pytest.raises(SpecError, match=f"{name} .*expected a fraction"):
            parse_tolerances(f"{name}: {value}")


def test_all_problems_are_told_at_once_each_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "largest_fraction: 120 %\ndistance_m: -1\nduration_s: short\nheart_rate: 5\n"
        "settling_s: [1]\ncadence_spm: 2 %\n"
    )
    with pytest.raises(SpecError) as caught:
        load_tolerances(path)
    assert caught.value.source == str(path)
    assert [(problem.path, problem.line) for problem in caught.value.problems] == [
        ("largest_fraction", 1),
        ("distance_m", 2),
        ("duration_s", 3),
        ("heart_rate", 4),
        ("settling_s", 5),
        ("cadence_spm", 6),
    ]
    assert "did you mean heart_rate_bpm?" in str(caught.value)


def test_an_endless_tolerance_is_refused() -> None:
    with pytest.raises(SpecError, match=r"distance_m .*expected a number, 0 or more, got '\.inf'"):
        parse_tolerances("distance_m: .inf")


def test_the_sample_file_is_stricter_on_pace() -> None:
    assert load_tolerances(STRICT).largest_fraction < Tolerances().largest_fraction


def test_the_sample_file_is_shorter_than_forty_lines() -> None:
    assert len(STRICT.read_text().splitlines()) < 40


def reported(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, float]:
    """The tolerances in the report of a check."""
    with pytest.raises(SystemExit):
        main(["check", str(LONG_RUN), "--json", *map(str, arguments)])
    found: dict[str, float] = json.loads(capsys.readouterr().out)["tolerances"]
    return found


def test_check_takes_a_file_and_a_single_tolerance_wins(
    capsys: pytest.CaptureFixture[str],
) -> None:
    strict = attrs.asdict(load_tolerances(STRICT))
    assert reported(capsys, "--tolerances", STRICT) == strict
    single = ("--tolerance", "heart_rate_bpm=10", "--tolerance", "power_fraction=2 %")
    both = reported(capsys, "--tolerances", STRICT, *single)
    assert both == strict | {"heart_rate_bpm": 10.0, "power_fraction": 0.02}


def test_check_refuses_a_file_with_problems_before_it_reads_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("largest_fraction = 7\n")
    with pytest.raises(SystemExit) as left:
        main(["check", "absent.fit", "--tolerances", str(path)])
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert "mine.toml: largest_fraction: expected a fraction such as 0.05" in said
    assert "absent" not in said
