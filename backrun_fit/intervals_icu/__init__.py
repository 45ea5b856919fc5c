"""The text that intervals.icu's workout builder takes, read into a workout."""

from backrun_fit.intervals_icu.text import parse_intervals_icu

__all__ = ["parse_intervals_icu"]
