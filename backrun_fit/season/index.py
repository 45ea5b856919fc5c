"""What a season holds, as a table for people and a document for programs."""

from __future__ import annotations

from typing import Any, Final

import attrs

from backrun_fit.amounts import Amount
from backrun_fit.render.csv_cells import csv_line
from backrun_fit.render.document import as_json, instant, quantity
from backrun_fit.season.compiled import CompiledSession, SeasonFiles
from backrun_fit.units import format_distance, format_duration

__all__ = ["SEASON_SCHEMA", "index_csv", "index_json", "season_document"]

SEASON_SCHEMA: Final = "backrun_fit/season/1"


def season_document(made: SeasonFiles) -> dict[str, Any]:
    """A season's index; the keys are a contract under ``schema`` (``docs/reference/json.md``)."""
    progression = attrs.asdict(made.season.progression)
    progression["backward"] = quantity(made.season.progression.backward)
    return {
        "schema": SEASON_SCHEMA,
        "name": made.season.name,
        "start": made.season.start.isoformat(),
        "weeks": made.season.weeks,
        "device": made.device,
        "created_at": instant(made.created_at),
        "progression": progression,
        "sessions": [_session(each) for each in made.sessions],
        "totals": [_week(made, week) for week in range(1, made.season.weeks + 1)],
        "notes": list(made.notes),
    }


def _session(each: CompiledSession) -> dict[str, Any]:
    dated = each.dated
    return {
        "date": dated.date.isoformat(),
        "time": dated.at and dated.at.isoformat("minutes"),
        "week": dated.week,
        "day": dated.day,
        "name": each.workout.name,
        "file": each.file,
        "serial_number": each.serial_number,
        "backward_parts": dated.backward_parts,
        "easy": dated.easy,
        "exception": dated.lighter and (dated.lighter.reason or "lighter week"),
        **attrs.asdict(each.amounts),
        "adjustments": list(each.workout.adjustments),
        "warnings": list(each.workout.warnings),
    }


def _week(made: SeasonFiles, week: int) -> dict[str, Any]:
    sessions = [each for each in made.sessions if each.dated.week == week]
    return {
        "week": week,
        "session_count": len(sessions),
        "backward_parts": sum(each.dated.backward_parts for each in sessions),
        **{
            way: attrs.asdict(
                Amount(
                    distance_m=sum(getattr(each.amounts, way).distance_m for each in sessions),
                    time_s=sum(getattr(each.amounts, way).time_s for each in sessions),
                )
            )
            for way in ("forward", "backward", "sideways")
        },
    }


def index_json(made: SeasonFiles) -> bytes:
    """The document as a file of one line."""
    return f"{as_json(season_document(made))}\n".encode()


_HEADINGS: Final = (
    "date",
    "time",
    "week",
    "name",
    "backward parts",
    "backward",
    "backward time",
    "forward",
    "forward time",
    "file",
    "serial number",
)


def index_csv(made: SeasonFiles) -> bytes:
    """A table for spreadsheets, one line a session under a line of headings.

    Distances and times are as people write them, in the season's units; RFC 4180 with a
    byte order mark, by which spreadsheets know UTF-8. No name runs as a formula
    (``render.csv_cells``).
    """
    page = [csv_line(_HEADINGS, "\r\n")]
    for each in made.sessions:
        dated, amounts = each.dated, each.amounts
        page.append(
            csv_line(
                (
                    dated.date.isoformat(),
                    dated.at.isoformat("minutes") if dated.at else "",
                    dated.week,
                    each.workout.name,
                    dated.backward_parts,
                    format_distance(amounts.backward.distance_m, made.units),
                    format_duration(amounts.backward.time_s),
                    format_distance(amounts.forward.distance_m, made.units),
                    format_duration(amounts.forward.time_s),
                    each.file,
                    each.serial_number,
                ),
                "\r\n",
            )
        )
    return "".join(page).encode("utf-8-sig")
