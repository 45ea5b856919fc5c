"""From a table of lap messages to Laps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from backrun_fit.activity import Lap
from backrun_fit.fit.instants import instant, is_plausible, known
from backrun_fit.fit.profile import load_profile
from backrun_fit.fit.table import Table

__all__ = ["read_laps"]

# FIT Profile 21.212, message_index: the upper four bits are flags.
_INDEX_MASK: Final = 0x0FFF

_NUMBERS: Final = (
    *("start_time", "timestamp", "total_elapsed_time", "total_timer_time"),
    *("total_distance", "avg_heart_rate", "wkt_step_index"),
)
# Fields of the types of the same names.
_WORDS: Final = ("lap_trigger", "intensity")


@attrs.frozen
class _LapTimes:
    """When one lap began and ended, and how long it took, whatever the recorder left out."""

    start: float
    end: float
    elapsed_s: float
    timer_s: float

    @classmethod
    def of(
        cls,
        start: float | None,
        end: float | None,
        elapsed_s: float | None,
        timer_s: float | None,
        *,
        before: float | None,
    ) -> _LapTimes | None:
        """Fill what is absent from the rest; ``before`` is where the lap before ended."""
        span = timer_s if elapsed_s is None else elapsed_s
        if start is None:
            start = before
        if start is None and end is not None:
            start = end - (span or 0.0)
        if start is None:
            return None
        if end is None:
            end = start + (span or 0.0)
        if span is None:
            span = max(end - start, 0.0)
        return cls(start, end, span, span if timer_s is None else timer_s)


def read_laps(table: Table, starts: Iterable[float], log: list[str]) -> tuple[Lap, ...]:
    """The laps of one activity, in order of the file.

    Args:
        table: Messages ``lap`` (19), as many as there are.
        starts: When the first one may have begun, in Unix seconds, the best first.
        log: Gets a sentence for whatever was odd.

    Returns:
        A lap that lacks its start begins where the one before ended; one without
        any time is left out, and the numbers of the others stay.
    """
    numbers = [known(column) for column in table.columns(_NUMBERS + _WORDS).values()]
    begins, ends = map(_instants, numbers[:2])
    triggers, intensities = map(_words, numbers[-2:], _WORDS)
    rows = zip(begins, ends, *numbers[2:-2], strict=True)
    words = zip(triggers, intensities, strict=True)
    laps: list[Lap] = []
    before = next(iter(starts), None)
    for number, (row, (trigger, intensity)) in enumerate(zip(rows, words, strict=True)):
        start, end, elapsed_s, timer_s, distance_m, heart_rate_bpm, step = row
        times = _LapTimes.of(start, end, elapsed_s, timer_s, before=before)
        if times is None or not is_plausible(times.start) or not is_plausible(times.end):
            log.append(f"lap {number} has no time that can be; left out")
            continue
        if start is None or end is None:
            log.append(f"lap {number} lacks its start or its end; taken from its neighbours")
        before = times.end
        laps.append(
            Lap(
                number=number,
                start_at=instant(times.start),
                end_at=instant(times.end),
                timer_s=times.timer_s,
                elapsed_s=times.elapsed_s,
                distance_m=distance_m,
                step_index=None if step is None else int(step) & _INDEX_MASK,
                trigger=trigger,
                intensity=intensity,
                heart_rate_bpm=heart_rate_bpm,
            )
        )
    return tuple(laps)


def _instants(numbers: list[float | None]) -> list[float | None]:
    return [value if value is not None and is_plausible(value) else None for value in numbers]


def _words(numbers: list[float | None], type_name: str) -> list[str | None]:
    """FIT's words; a value that it has none for is its number as text."""
    names = load_profile().value_names(type_name)
    return [None if value is None else names.get(int(value), f"{value:.0f}") for value in numbers]
