"""Claims about CSV files that people open: no text in them runs as a formula or hides."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from pathlib import Path

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backrun_fit.batch import check_into
from backrun_fit.render.csv_cells import csv_line, neutralize_cell, restore_cell
from backrun_fit.season import compile_season, parse_season
from backrun_fit.season.index import index_csv
from tests.test_cli import run

FORMULAS = ("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", "'=1", "''@x")
# Also those that an encoder could mix up: apostrophes, backslashes, and what escapes look like.
TEXTS = st.one_of(
    st.text(),
    st.text(
        st.sampled_from("'=+-@\t\r\n \\xuU0123456789abcdef\x1b\u202e\u200d\U000e0041\ud800,;\"")
    ),
)


def is_plain(text: str) -> bool:
    """Whether a cell of this text is shown as it is, by any spreadsheet."""
    return not text.lstrip().startswith(
        ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d")
    ) and not any(
        unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        and character not in "\u200c\u200d"
        for character in text
    )


@given(TEXTS)
@example("\\\x1b")
@example("\\\\x41")
@example("\\x41")
@example("'=1")
def test_any_text_becomes_a_plain_cell_and_comes_back(text: str) -> None:
    cell = neutralize_cell(text)
    assert is_plain(cell)
    assert restore_cell(cell) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe_or_an_escape(text: str) -> None:
    assert neutralize_cell(text).startswith(("'", "\\x09", "\\x0d"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Long run",
        "runs/2026-03-01.fit",
        r"C:\users\new\run.fit",
        "'tis",
        "5-4-3",
        "a=b",
        "Läufe",
    ],
)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert neutralize_cell(text) == text


def test_the_family_of_runners_is_no_escape() -> None:
    family = "\U0001f3c3\u200d\u2642\ufe0f"  # joined, and shown as one
    assert neutralize_cell(family) == family


@given(st.one_of(st.floats(allow_nan=False), st.integers()))
def test_a_number_stays_a_number_whatever_its_sign(number: float) -> None:
    assert csv_line([number]) == f"{number}\n"


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(), TEXTS), min_size=2, max_size=5))
def test_a_line_reads_back_with_any_csv_reader(cells: list[object]) -> None:
    (row,) = csv.reader(io.StringIO(csv_line(cells), newline=""), strict=True)
    wanted = [
        "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)
        for cell in cells
    ]
    assert [restore_cell(text) for text in row] == wanted


@given(TEXTS, st.sampled_from(",;|"))
def test_no_other_separator_cuts_a_cell_where_a_formula_begins(text: str, separator: str) -> None:
    line = csv_line([f"a{separator}{text}", "b"])
    (row,) = csv.reader(io.StringIO(line, newline=""), delimiter=separator, strict=False)
    assert is_plain(row[0])
    assert line.startswith('"')


# The files.


def hostile_names() -> list[str]:
    return [
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\x1b[31mred\u202e",
        "a;=1+1",
        'a",=1',
    ]


def every_cell_is_plain(data: bytes) -> bool:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    return len(rows) > 1 and all(is_plain(cell) for row in rows for cell in row)


def test_the_rows_of_a_batch_are_plain_and_come_back(tmp_path: Path) -> None:
    names = [f"{name}.fit" for name in hostile_names()]
    output = tmp_path / "rows.csv"
    check_into(output, [(name, b"") for name in names])
    assert every_cell_is_plain(output.read_bytes())
    with output.open(encoding="utf-8", newline="") as file:
        assert [restore_cell(row["source"]) for row in csv.DictReader(file)] == names


def test_a_number_below_zero_is_a_number_in_the_rows_of_a_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = json.dumps({"source": "-5", "cadence_effect": -5.5, "error_offset": -5})

    def line(*_: object) -> bytes:
        from backrun_fit.batch.run_rows import RUN_COLUMNS

        return json.dumps({**dict.fromkeys(RUN_COLUMNS), **json.loads(made)}).encode()

    monkeypatch.setattr("backrun_fit.batch.resumable.row_line", line)
    check_into(tmp_path / "rows.csv", [("a", b"")])
    with (tmp_path / "rows.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["source"], row["cadence_effect"], row["error_offset"]) == ("'-5", "-5.5", "-5")


def test_the_index_of_a_season_is_plain() -> None:
    season = parse_season(
        "{name: S, start: 2026-03-02, weeks: 1, athlete: {marathon_pace: 8:00/mi}, "
        "sessions: [{day: sun, name: Long, run: 8mi @ easy}]}"
    )
    made = compile_season(season, today=season.start)
    (one,) = made.sessions
    for name in hostile_names():
        renamed = attrs.evolve(one, workout=attrs.evolve(one.workout, name=name))
        data = index_csv(attrs.evolve(made, sessions=(renamed,)))
        assert every_cell_is_plain(data)
        assert data.endswith(b"\r\n")


def test_the_index_of_a_roster_is_plain_and_comes_back(tmp_path: Path) -> None:
    names = ["=HYPERLINK(1)", "+Ann", "-Bo", "@Cy", "D;=1"]
    (tmp_path / "roster.csv").write_text(
        "name,marathon_pace\n" + "".join(f'"{name}",8:00/mi\n' for name in names)
    )
    (tmp_path / "s.yaml").write_text("{name: '=1+1', date: 2026-03-01, run: 8mi @ easy}")
    out = tmp_path / "out"
    assert (
        run("compile", tmp_path / "roster.csv", tmp_path / "s.yaml", "-o", out, "--jobs", "1") == 0
    )
    data = (out / "index.csv").read_bytes()
    assert every_cell_is_plain(data)
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert [restore_cell(row["athlete"]) for row in rows] == names
    assert all((out / restore_cell(row["file"])).is_file() for row in rows)
