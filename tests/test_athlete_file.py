"""Claims about the athlete's file: what is read from it, and a calibration put into it."""

from __future__ import annotations

import datetime
from pathlib import Path

import attrs
import pytest

from backrun_fit.athlete import Athlete, BackwardCalibration
from backrun_fit.athlete.calibration import calibration_values, read_calibration
from backrun_fit.errors import SpecError
from backrun_fit.output import OutputError
from backrun_fit.spec import load_spec
from backrun_fit.spec.athlete_file import load_athlete, save_calibration

OWN = BackwardCalibration(
    on=datetime.date(2026, 3, 1),
    bouts=6,
    cadence_effect=0.112,
    cadence_effect_spread=0.02,
    cadence_effect_uncertainty=0.008,
    speed_mps=1000 / 370,
    speed_uncertainty_mps=0.03,
)
LATER = attrs.evolve(OWN, on=datetime.date(2026, 5, 1), cadence_effect=0.1)
BLOCK = (
    "backward:\n  calibrated_on: 2026-03-01\n  bouts: 6\n  cadence_effect: 0.112\n"
    "  cadence_effect_spread: 0.02\n  cadence_effect_uncertainty: 0.008\n  pace: 6:10/km\n"
    "  pace_uncertainty_s_per_km: 4.1\n"
)
FLOW = "backward: {" + ", ".join(line.strip() for line in BLOCK.splitlines()[1:]) + "}"


def indented(block: str) -> str:
    return "".join(f"  {line}" for line in block.splitlines(keepends=True))


def rounded(calibration: BackwardCalibration) -> BackwardCalibration:
    return read_calibration(calibration_values(calibration))


def saved(folder: Path, text: str, name: str = "athlete.yaml") -> str:
    path = folder / name
    path.write_bytes(text.encode())
    assert save_calibration(path, OWN) is None
    assert load_athlete(path).backward == rounded(OWN)
    return path.read_bytes().decode()


@pytest.mark.parametrize("name", ["new.yaml", "new.yml", "new.toml", "new.json"])
def test_a_new_file_holds_the_calibration_and_a_later_one_replaces_it(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "athletes" / name
    assert save_calibration(path, OWN) is None
    assert load_athlete(path) == Athlete(backward=rounded(OWN))
    first = path.read_text()
    assert save_calibration(path, LATER) == rounded(OWN)
    assert load_athlete(path).backward == rounded(LATER)
    assert save_calibration(path, OWN) == rounded(LATER)
    assert path.read_text() == first


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name: Ann\n", "name: Ann\n" + BLOCK),
        ("name: Ann  # fast", "name: Ann  # fast\n" + BLOCK),
        ("# me\nathlete:\n  name: Ann\n\n# end\n",) * 2,
        ("athlete:\n    name: Ann # a\n    paces:\n      easy: 6:00/km # b\nname: Run\n",) * 2,
        ("{name: Ann}\n", "{name: Ann, " + FLOW + "}\n"),
        ("athlete: {name: Ann} # c\n", "athlete: {name: Ann, " + FLOW + "} # c\n"),
    ],
)
def test_the_rest_of_a_yaml_file_stays_as_it_is(before: str, after: str, tmp_path: Path) -> None:
    made = saved(tmp_path, before)
    if before == after:
        width = 4 if "    name" in before else 2
        block = "".join(f"{' ' * width}{line}" for line in BLOCK.splitlines(keepends=True))
        assert made.replace(block, "") == before
    else:
        assert made == after


def test_line_ends_and_a_byte_order_mark_stay(tmp_path: Path) -> None:
    made = saved(tmp_path, "\ufeffname: Ann\r\nmarathon_pace: 8:00/mi\r\n")
    assert made.startswith("\ufeffname: Ann\r\nmarathon_pace: 8:00/mi\r\nbackward:\r\n")
    assert "\n" not in made.replace("\r\n", "")


def test_a_section_is_replaced_in_place_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "athlete.yaml"
    text = f"athlete:\n{indented(BLOCK)}  # speed\n  name: Ann\nname: Run\nrun: 1mi\n"
    path.write_text(text)
    assert save_calibration(path, LATER) == rounded(OWN)
    expected = text.replace("2026-03-01", "2026-05-01").replace("0.112", "0.1")
    assert path.read_text() == expected
    assert load_spec(path).athlete == Athlete(name="Ann", backward=rounded(LATER))


@pytest.mark.parametrize(
    "before", ['{"name": "Ann"}\n', '{\n  "athlete": {\n    "name": "Ann"\n  }\n}\n']
)
def test_the_rest_of_a_json_file_stays_as_it_is(before: str, tmp_path: Path) -> None:
    made = saved(tmp_path, before, "athlete.json")
    start = made.index(', "backward": {')
    end = made.index("}", start) + 1
    assert made[:start] + made[end:] == before


@pytest.mark.parametrize(
    ("before", "header"),
    [
        ('name = "Ann" # me\n', "[backward]"),
        ('name = "Ann"', "[backward]"),
        ('[athlete]\nname = "Ann"\n', "[athlete.backward]"),
    ],
)
def test_the_rest_of_a_toml_file_stays_as_it_is(before: str, header: str, tmp_path: Path) -> None:
    made = saved(tmp_path, before, "athlete.toml")
    assert made.startswith(before)
    assert made[len(before) :].strip().startswith(header)
    path = tmp_path / "athlete.toml"
    path.write_text(f"{made}\n[athlete.paces]\neasy = '6:00/km'\n" if "athlete" in header else made)
    text = path.read_text()
    save_calibration(path, LATER)
    assert path.read_text() == text.replace("2026-03-01", "2026-05-01").replace("0.112", "0.1")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "athlete:\n  nme: Ann\n"),
        ("a.yaml", "athlete:\n"),
        ("a.yaml", ""),
        ("a.toml", 'athlete = {name = "Ann"}\n'),
        ("a.toml", "athlete.backward = 5\n"),
        ("a.json", "{}"),
        ("a.txt", "name: Ann\n"),
    ],
)
def test_a_file_into_which_it_cannot_be_put_is_refused_and_unchanged(
    name: str, text: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(SpecError) as caught:
        save_calibration(path, OWN)
    assert caught.value.source == str(path)
    assert path.read_text() == text


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("name: Ann\n")
    link = tmp_path / "athlete.yaml"
    link.symlink_to("real.yaml")
    save_calibration(link, OWN)
    assert link.is_symlink()
    assert load_athlete(tmp_path / "real.yaml").backward == rounded(OWN)


def test_a_link_that_leads_nowhere_makes_no_file_there(tmp_path: Path) -> None:
    link = tmp_path / "athlete.yaml"
    for to in ("new.yaml", "athlete.yaml"):
        link.symlink_to(to)
        with pytest.raises(OutputError, match="got a link to none"):
            save_calibration(link, OWN)
        assert list(tmp_path.iterdir()) == [link]
        link.unlink()


def test_an_athlete_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "athlete.yaml"
    path.write_text("name: Ann\n")
    path.chmod(0o600)
    save_calibration(path, OWN)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        save_calibration(tmp_path / "file" / "athlete.yaml", OWN)
