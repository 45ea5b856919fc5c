"""Claims about ``backrun-fit calibrate`` and ``check --athlete``.

How a run is measured is claimed elsewhere: here a stand-in for it says what was found.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

import backrun_fit.compliance
from backrun_fit.activity import Activity
from backrun_fit.athlete import BackwardCalibration
from backrun_fit.errors import AlignmentError
from backrun_fit.render.calibration import calibration_sentences
from backrun_fit.spec.athlete_file import load_athlete, save_calibration
from tests.conftest import ROOT
from tests.documents import problems
from tests.test_athlete_file import OWN, rounded
from tests.test_cli import run

RUN = ROOT / "fixtures" / "activities" / "short-day.fit"

StandIn = Callable[..., BackwardCalibration]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Makes every run measure as ``OWN``; holds how the first lap was said to be run."""
    asked: list[bool] = []

    def stand_in(activity: Activity, *, forward_first: bool = True) -> BackwardCalibration:
        assert len(activity.track) > 0
        asked.append(forward_first)
        return OWN

    _put(monkeypatch, stand_in)
    return asked


def _put(monkeypatch: pytest.MonkeyPatch, stand_in: StandIn) -> None:
    module = ModuleType("backrun_fit.compliance.calibration")
    module.calibrate = stand_in  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)


def test_what_was_measured_is_said_in_plain_sentences(
    measured: list[bool], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("calibrate", RUN) == 0
    assert capsys.readouterr().out.splitlines() == [
        "calibrated on 2026-03-01, from 6 bouts of backward running",
        "cadence: 11.2 % higher backward than forward at the same speed (standard error 0.8 %)",
        "spread: 2.0 % from bout to bout (standard deviation)",
        "own backward pace: 6:10/km (standard error 4 s)",
    ]
    assert run("calibrate", RUN, "--units", "statute") == 0
    assert "own backward pace: 9:55/mi (standard error 7 s)" in capsys.readouterr().out
    assert measured == [True, True]


def test_a_lower_cadence_is_said_to_be_lower() -> None:
    lower = attrs.evolve(OWN, cadence_effect=-0.03)
    assert "cadence: 3.0 % lower backward than forward" in calibration_sentences(lower)[1]


def test_the_first_lap_may_be_said_to_be_backward(measured: list[bool]) -> None:
    assert run("calibrate", RUN, "--first", "backward") == 0
    assert measured == [False]


def test_an_athlete_file_keeps_it_and_a_calibration_that_is_replaced_is_named(
    measured: list[bool], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "athlete.yaml"
    assert run("calibrate", RUN, "--athlete", path) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"kept in {path}"
    assert load_athlete(path).backward == rounded(OWN)
    save_calibration(path, attrs.evolve(OWN, on=datetime.date(2026, 1, 5)))
    assert run("calibrate", RUN, "--athlete", path) == 0
    expected = f"kept in {path}, in place of the calibration of 2026-01-05"
    assert capsys.readouterr().out.splitlines()[-1] == expected


def test_a_document_of_it_fits_its_schema(
    measured: list[bool], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "athlete.yaml"
    assert run("calibrate", RUN, "--json") == 0
    assert run("calibrate", RUN, "--json", "--athlete", path) == 0
    assert run("calibrate", RUN, "--json", "--athlete", path) == 0
    alone, new, again = map(json.loads, capsys.readouterr().out.splitlines())
    assert [problems(each) for each in (alone, new, again)] == [[]] * 3
    assert "path" not in alone
    assert (new["path"], new["replaced_on"]) == (str(path), None)
    assert again["replaced_on"] == "2026-03-01"
    assert new["cadence_effect"] == OWN.cadence_effect


def test_a_run_that_cannot_be_measured_leaves_the_athlete_file_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def stand_in(activity: Activity, *, forward_first: bool = True) -> BackwardCalibration:
        raise AlignmentError("expected 3 backward bouts, got 1")

    _put(monkeypatch, stand_in)
    path = tmp_path / "athlete.yaml"
    path.write_text("name: Ann\n")
    assert run("calibrate", RUN, "--athlete", path) == 2
    assert "expected 3 backward bouts, got 1" in capsys.readouterr().err
    assert path.read_text() == "name: Ann\n"


# check --athlete.


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Holds what the check was called with."""
    calls: list[dict[str, Any]] = []
    check = backrun_fit.compliance.check

    def stand_in(*arguments: Any, **named: Any) -> Any:
        calls.append(dict(named))
        named.pop("calibration", None)
        return check(*arguments, **named)

    monkeypatch.setattr(backrun_fit.compliance, "check", stand_in)
    return calls


def test_a_check_is_given_the_athletes_calibration_only_where_asked_for(
    checked: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "athlete.yaml"
    save_calibration(path, OWN)
    assert run("check", RUN, "--quiet") == 0
    assert run("check", RUN, "--quiet", "--athlete", path) == 0
    without, with_it = checked
    assert "calibration" not in without
    assert with_it["calibration"] == rounded(OWN)


def test_an_athlete_without_a_calibration_is_refused_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "athlete.yaml"
    path.write_text("name: Ann\n")
    assert run("check", RUN, "--athlete", path) == 2
    assert "no backward calibration in this file: run the calibration protocol" in (
        capsys.readouterr().err
    )


def test_rows_of_many_runs_know_no_calibration_yet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "athlete.yaml"
    save_calibration(path, OWN)
    assert run("check", RUN, "--athlete", path, "-o", tmp_path / "rows.csv") == 2
    assert "--athlete does not go with -o" in capsys.readouterr().err
