"""From a table of lap messages to Laps, and the laps that only the records show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np

from backrun_fit.activity import Column, Lap, Track
from backrun_fit.activity_time import (
    ROUNDING_S,
    ClockJump,
    Summary,
    TimerClock,
    ends_of_summaries,
    interpolate,
)
from backrun_fit.errors import DataWarning
from backrun_fit.fit.instants import instant, is_plausible, known
from backrun_fit.fit.profile import load_profile
from backrun_fit.fit.table import Table

__all__ = ["LONGEST_TAIL_S", "laps_from_records", "read_laps"]

# FIT Profile 21.212, message_index: the upper four bits are flags.
_INDEX_MASK: Final = 0x0FFF

_NUMBERS: Final = (
    *("start_time", "timestamp", "total_elapsed_time", "total_timer_time"),
    *("total_distance", "avg_heart_rate", "wkt_step_index"),
)
# Fields of the types of the same names.
_WORDS: Final = ("lap_trigger", "intensity")

LONGEST_TAIL_S: Final = 5.0
"""A saved recording has samples for up to some seconds behind its last lap."""


def read_laps(
    table: Table,
    log: list[DataWarning],
    *,
    first_start_unix_s: float | None,
    last_record_unix_s: float | None,
    jumps: Sequence[ClockJump] = (),
) -> tuple[Lap, ...]:
    """The laps of one file, in order of the file.

    Args:
        table: Messages ``lap`` (19), as many as there are.
        log: Gets one warning for each kind of oddity.
        first_start_unix_s: When the first one may have begun, if it does not say so.
        last_record_unix_s: The last sample.
        jumps: Where the recorder's clock was set.

    Returns:
        Begin and end of each by ``activity_time.ends_of_summaries``; one without any time
        is left out, and the numbers of the others stay.
    """
    numbers = [known(column) for column in table.columns(_NUMBERS + _WORDS).values()]
    begins, stamps = map(_instants, numbers[:2])
    triggers, intensities = map(_words, numbers[-2:], _WORDS)
    elapsed, timers, distances, heart_rates, steps = (numbers[place] for place in range(2, 7))
    spans = ends_of_summaries(
        [Summary(*times) for times in zip(begins, stamps, elapsed, timers, strict=True)],
        first_start_unix_s=first_start_unix_s,
        last_record_unix_s=last_record_unix_s,
        jumps=jumps,
    )
    laps: list[Lap] = []
    odd = dict.fromkeys(("lap_time_unknown", "lap_end_estimated", "laps_overlap"), 0)
    for number, span in enumerate(spans):
        if span is None or not (is_plausible(span.start_unix_s) and is_plausible(span.end_unix_s)):
            odd["lap_time_unknown"] += 1
            continue
        odd["lap_end_estimated"] += span.basis != "elapsed" or not span.start_is_known
        odd["laps_overlap"] += span.overlap_s > 0
        elapsed_s, timer_s, step = elapsed[number], timers[number], steps[number]
        if elapsed_s is None:
            lasting_s = span.end_unix_s - span.start_unix_s
            elapsed_s = lasting_s if timer_s is None else max(timer_s, lasting_s)
        laps.append(
            Lap(
                number=number,
                start_at=instant(span.start_unix_s),
                end_at=instant(span.end_unix_s),
                timer_s=elapsed_s if timer_s is None else timer_s,
                elapsed_s=elapsed_s,
                distance_m=distances[number],
                step_index=None if step is None else int(step) & _INDEX_MASK,
                trigger=triggers[number],
                intensity=intensities[number],
                heart_rate_bpm=heart_rates[number] or None,
            )
        )
    log.extend(
        DataWarning(code, _ODDITIES[code].format(count), count)
        for code, count in odd.items()
        if count
    )
    return tuple(laps)


_ODDITIES: Final = {
    "lap_time_unknown": "laps without a time that can be: {}; left out",
    "lap_end_estimated": "laps without a start or a length: {}; taken from what lies around them",
    "laps_overlap": "laps that end after the next one begins: {}; cut off there",
}


def laps_from_records(
    laps: Sequence[Lap],
    track: Track,
    clock: TimerClock,
    end_unix_s: float,
    *,
    is_complete: bool,
) -> tuple[Lap, ...]:
    """The laps with those put in for which there are samples and no message.

    A lap message is written when the lap ends, so the one in progress when a recording
    stops has none; some recorders leave the last one out; damage can take any.

    Args:
        laps: In order; may be empty.
        track: The samples.
        clock: When the timer ran.
        end_unix_s: The last sample that was recorded while the timer ran.
        is_complete: The recording was ended by the athlete. Without any lap there is
            none to put in then.

    Returns:
        All of them in order, with the numbers of the file for its own, and each that was
        made with the number behind that of the lap before it.
    """
    if not len(track) or (is_complete and not laps):
        return tuple(laps)
    least_s = LONGEST_TAIL_S if is_complete else ROUNDING_S
    known_m = np.flatnonzero(~np.isnan(track.distance_m))
    places = _Places(unix_s=track.unix_s[known_m], distance_m=track.distance_m[known_m])
    found: list[Lap] = []
    before = float(track.unix_s[0])
    for index in range(len(laps) + 1):
        following = laps[index] if index < len(laps) else None
        until = end_unix_s if following is None else following.start_at.timestamp()
        if following is None or index > 0:
            made = _lap_from_records(track, places, clock, before, until, len(found))
            tail_s = least_s if following is None else LONGEST_TAIL_S
            if made is not None and made.timer_s > tail_s:
                found.append(made)
        if following is not None:
            found.append(following)
            before = max(before, following.end_at.timestamp())
    return tuple(found)


@attrs.frozen(kw_only=True, eq=False)
class _Places:
    """The samples that carry a distance."""

    unix_s: Column
    distance_m: Column

    def between(self, start: float, end: float) -> float | None:
        """How far it was; None where no sample of the time carries a distance."""
        if self.unix_s.searchsorted(start) == self.unix_s.searchsorted(end, side="right"):
            return None
        begun_m, over_m = (interpolate(at, self.unix_s, self.distance_m) for at in (start, end))
        return max(over_m - begun_m, 0.0)


def _lap_from_records(
    track: Track, places: _Places, clock: TimerClock, start: float, end: float, number: int
) -> Lap | None:
    first, behind = track.unix_s.searchsorted((start, end)).tolist()
    # The one at the very end counts.
    if end <= start or first == min(behind + 1, len(track)):
        return None
    return Lap(
        number=number,
        start_at=instant(start),
        end_at=instant(end),
        timer_s=clock.timer_s(end) - clock.timer_s(start),
        elapsed_s=end - start,
        distance_m=places.between(start, end),
        is_from_records=True,
    )


def _instants(numbers: list[float | None]) -> list[float | None]:
    return [value if value is not None and is_plausible(value) else None for value in numbers]


def _words(numbers: list[float | None], type_name: str) -> list[str | None]:
    """FIT's words; a value that it has none for is its number as text."""
    names = load_profile().value_names(type_name)
    return [None if value is None else names.get(int(value), f"{value:.0f}") for value in numbers]
