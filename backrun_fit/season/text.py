"""A compiled season as a person reads it in a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from backrun_fit.render.parts import indented
from backrun_fit.season.compiled import CompiledSession, SeasonFiles
from backrun_fit.units import UnitSystem, format_distance, format_duration
from backrun_fit.wording import shown

__all__ = ["season_text"]


def season_text(made: SeasonFiles) -> RenderableType:
    """The sessions by date, with their share of backward running, and the notes."""
    season = made.season
    weeks = "1 week" if season.weeks == 1 else f"{season.weeks} weeks"
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for heading in ("date", "workout"):
        table.add_column(heading, overflow="fold")
    for heading in ("parts", "backward", "forward", "about"):
        table.add_column(heading, justify="right")
    for each in made.sessions:
        table.add_row(*_cells(each, made.units))
    return Group(
        Text(f"{shown(season.name)}  ({weeks} from {season.start})", style="bold"),
        table,
        *(indented(f"note: {shown(text)}", "yellow") for text in made.notes),
    )


def _cells(each: CompiledSession, units: UnitSystem) -> tuple[str, ...]:
    dated, amounts = each.dated, each.amounts
    parts = f"{dated.backward_parts} easy" if dated.easy else str(dated.backward_parts)
    at = "" if dated.at is None else f" {dated.at:%H:%M}"
    return (
        f"{dated.date}{at}",
        shown(each.workout.name),
        parts if dated.backward_parts else "",
        format_distance(amounts.backward.distance_m, units) if dated.backward_parts else "",
        format_distance(amounts.forward.distance_m, units),
        format_duration(amounts.time_s),
    )
