"""Seasons: sessions over weeks, with backward running that grows, as files for the watch."""

from backrun_fit.season.compile import compile_season
from backrun_fit.season.compiled import CompiledSession, SeasonFile, SeasonFiles
from backrun_fit.season.load import load_season, parse_season
from backrun_fit.season.season import (
    DatedSession,
    LighterWeek,
    Progression,
    Season,
    SeasonRule,
    SeasonSession,
)
from backrun_fit.season.sessions import season_notes, season_sessions

__all__ = [
    "CompiledSession",
    "DatedSession",
    "LighterWeek",
    "Progression",
    "Season",
    "SeasonFile",
    "SeasonFiles",
    "SeasonRule",
    "SeasonSession",
    "compile_season",
    "load_season",
    "parse_season",
    "season_notes",
    "season_sessions",
]
