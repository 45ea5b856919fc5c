"""From a table of lap messages to Laps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from backrun_fit.activity import Lap
from backrun_fit.fit.columns import Table
from backrun_fit.fit.instants import instant, is_plausible, known, known_instants

__all__ = ["read_laps"]

# FIT Profile 21.212, message_index: the upper four bits are flags.
_INDEX_MASK: Final = 0x0FFF


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
    begins, ends = (known_instants(table.column(name)) for name in ("start_time", "timestamp"))
    elapsed, timers, distances, heart_rates = (
        known(table.column(name))
        for name in ("total_elapsed_time", "total_timer_time", "total_distance", "avg_heart_rate")
    )
    steps = table.integers("wkt_step_index")
    triggers, intensities = _words(table, "lap_trigger"), _words(table, "intensity")
    laps: list[Lap] = []
    before = next(iter(starts), None)
    for row in range(len(table)):
        times = _LapTimes.of(begins[row], ends[row], elapsed[row], timers[row], before=before)
        if times is None or not is_plausible(times.start) or not is_plausible(times.end):
            log.append(f"lap {row} has no time that can be; left out")
            continue
        if begins[row] is None or ends[row] is None:
            log.append(f"lap {row} lacks its start or its end; taken from its neighbours")
        before = times.end
        step = steps[row]
        laps.append(
            Lap(
                number=row,
                start_at=instant(times.start),
                end_at=instant(times.end),
                timer_s=times.timer_s,
                elapsed_s=times.elapsed_s,
                distance_m=distances[row],
                step_index=None if step is None else step & _INDEX_MASK,
                trigger=triggers[row],
                intensity=intensities[row],
                heart_rate_bpm=heart_rates[row],
            )
        )
    return tuple(laps)


def _words(table: Table, name: str) -> list[str | None]:
    """An enumerated field; a value that FIT has no word for is its number as text."""
    return [str(value) if isinstance(value, str | int) else None for value in table.values(name)]
