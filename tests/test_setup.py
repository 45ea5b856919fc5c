"""Claims about the file that says who rehearses with what."""

from __future__ import annotations

from pathlib import Path

import pytest

from backrun_fit.errors import SpecError
from backrun_fit.rehearsal import Runner, Watch
from backrun_fit.spec.setup import Setup, load_setup, parse_setup


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        (
            "runner: {easy_speed_mps: 3.1}\nwatch: {smart_recording: true, autolap_m: 1000}",
            "yaml",
        ),
        (
            "[runner]\neasy_speed_mps = 3.1\n[watch]\nsmart_recording = true\nautolap_m = 1000",
            "toml",
        ),
        (
            """{"runner": {"easy_speed_mps": 3.1},
            "watch": {"smart_recording": true, "autolap_m": 1000}}""",
            "json",
        ),
    ],
)
def test_a_setup_reads_alike_in_every_format(text: str, format_: str) -> None:
    setup = parse_setup(text, format_)  # type: ignore[arg-type]
    assert setup == Setup(
        runner=Runner(easy_speed_mps=3.1), watch=Watch(smart_recording=True, autolap_m=1000.0)
    )


def test_what_is_not_said_is_as_usual() -> None:
    assert parse_setup("runner:\nwatch: {autolap_m: }") == Setup()


def test_all_problems_are_told_at_once_each_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "runner.yaml"
    path.write_text(
        "runner:\n  easy_speed_mps: quick\n  mass_kg: -3\nwatch:\n  smart_recording: 3\n"
        "  autolap: 1000\nshoes: {}\n"
    )
    with pytest.raises(SpecError) as caught:
        load_setup(path)
    found = [(problem.path, problem.line) for problem in caught.value.problems]
    assert found == [
        *(("runner.easy_speed_mps", 2), ("runner.mass_kg", 3), ("watch.smart_recording", 5)),
        *(("watch.autolap", 6), ("shoes", 7)),
    ]
    assert "expected true or false, got '3'" in str(caught.value)


@pytest.mark.parametrize(
    "text", ["runner: [1]", "watch: {has_power: 2.5}", "runner: {mass_kg: true}"]
)
def test_what_is_no_mapping_or_no_value_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="expected"):
        parse_setup(text)


def test_a_text_that_is_no_yaml_is_refused_with_its_source() -> None:
    with pytest.raises(SpecError, match=r"^mine\.yaml"):
        parse_setup("runner: [", source="mine.yaml")
