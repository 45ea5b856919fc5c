"""Athletes in a table, a CSV file with one a line; docs/how-to/batch.md has the columns."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from typing import Any, Final

import attrs

from backrun_fit.athlete import Athlete
from backrun_fit.athlete.paces import PACE_NAMES
from backrun_fit.errors import Problem, SpecError
from backrun_fit.output import alike
from backrun_fit.spec.file import read_utf8
from backrun_fit.spec.problems import unknown_key

__all__ = ["ROSTER_COLUMNS", "load_roster", "parse_roster"]

_RACES: Final = "races"
_PACE: Final = "pace_"
_PLAIN: Final = (
    *("name", "marathon_pace", "marathon_time", "weekly_distance", "method"),
    *("max_heart_rate", "threshold_heart_rate", "threshold_power"),
)

ROSTER_COLUMNS: Final = (*_PLAIN, _RACES, *(f"{_PACE}{name}" for name in PACE_NAMES))
"""All columns that there are; ``name`` has to be there, the others in any order or not."""

# Each unknown name is compared with all that are known, for a hint.
_MOST_COLUMNS: Final = 200
_DELIMITERS: Final = ",;\t"


def load_roster(path: str | os.PathLike[str]) -> tuple[Athlete, ...]:
    """Read a roster file.

    Raises:
        SpecError: As ``parse_roster`` does, with the file's path as the source; also where
            the file cannot be read, is larger than a million bytes or is not UTF-8.
    """
    return parse_roster(read_utf8(path), source=os.fspath(path))


def parse_roster(text: str, source: str | None = None) -> tuple[Athlete, ...]:
    """Read the text of a roster.

    Args:
        text: A line of column names, then one an athlete; separated by commas, semicolons
            or tabs, whichever the first line has most of. Values are as in a spec; an
            empty one is as good as none, and so is an empty line.
        source: Name of the text, for errors.

    Returns:
        In order of the lines; at least one, each with a name of its own.

    Raises:
        SpecError: All problems at once, each with its column and line.

    Example:
        >>> ann, bo = parse_roster('''name,marathon_pace,races
        ... Ann,8:00/mi,
        ... Bo,,10km 40:00 + half marathon 1:30:00
        ... ''')
        >>> ann.name, len(bo.races)
        ('Ann', 2)
    """
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    problems: list[Problem] = []
    athletes: list[Athlete] = []
    names: dict[str, int] = {}
    try:
        columns = [name.strip().casefold() for name in next(reader, [])]
        problems += _problems_of_columns(columns)
        for cells in reader:
            line = reader.line_num
            if not any(map(str.strip, cells)):
                continue
            if len(cells) > len(columns):
                message = f"expected {len(columns)} values, got {len(cells)}"
                problems.append(Problem(message, line=line))
                continue
            try:
                athlete = _athlete(dict(zip(columns, map(str.strip, cells), strict=False)))
            except SpecError as error:
                problems += (attrs.evolve(problem, line=line) for problem in error.problems)
                continue
            known = names.setdefault(alike(athlete.name or ""), line)
            if known != line:
                message = f"expected another name than in line {known}, got {athlete.name!r} again"
                problems.append(Problem(message, "name", line))
            athletes.append(athlete)
    except csv.Error as error:
        problems.append(Problem(f"expected a table: {error}", line=reader.line_num))
    if not problems and not athletes:
        problems.append(Problem("expected at least one athlete, got none"))
    if problems:
        raise SpecError(problems, source)
    return tuple(athletes)


def _problems_of_columns(columns: list[str]) -> list[Problem]:
    if len(columns) > _MOST_COLUMNS:
        text = f"expected at most {_MOST_COLUMNS} columns, got {len(columns):,}"
        return [Problem(text, line=1)]
    problems = [
        attrs.evolve(unknown_key(name, ROSTER_COLUMNS, ""), line=1)
        for name in columns
        if name not in ROSTER_COLUMNS
    ]
    problems += (
        Problem(f"expected each column once, got {name!r} again", line=1)
        for name in dict.fromkeys(columns)
        if columns.count(name) > 1
    )
    if "name" not in columns:
        problems.append(Problem("expected a column 'name', got none", line=1))
    return problems


def _athlete(cells: Mapping[str, str]) -> Athlete:
    given: dict[str, Any] = {name: _value(cells[name]) for name in _PLAIN if cells.get(name)}
    given["name"] = cells.get("name") or None
    problems = []
    if given["name"] is None:
        problems.append(Problem("expected a name, got none", "name"))
    paces = {
        name.removeprefix(_PACE): _value(text)
        for name, text in cells.items()
        if name.startswith(_PACE) and name in ROSTER_COLUMNS and text
    }
    if paces:
        given["paces"] = paces
    if cells.get(_RACES):
        given["races"] = [_race(text) for text in cells[_RACES].split("+")]
    try:
        athlete = Athlete(**given)
    except SpecError as error:
        raise SpecError([*problems, *error.problems]) from None
    if problems:
        raise SpecError(problems)
    return athlete


def _race(text: str) -> dict[str, str]:
    """A distance, which may be two words, and a time."""
    distance, _, time = text.strip().rpartition(" ")
    return {"distance": distance.strip(), "time": time}


def _value(text: str) -> str | float:
    """A number where a spec would have read one."""
    try:
        return float(text)
    except ValueError:
        return text
