"""A season as an iCalendar file (RFC 5545), one event a session."""

from __future__ import annotations

import io
import math
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs
from icalendar import Calendar, Event
from rich.console import Console

from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import EncodeError
from backrun_fit.render.text import workout_text
from backrun_fit.season.compiled import CompiledSession, SeasonFiles
from backrun_fit.units import UnitSystem

__all__ = ["calendar"]

_PRODUCT: Final = "-//backrun-fit//season//EN"
_WIDE: Final = 1_000


def calendar(made: SeasonFiles, *, stamped_at: datetime) -> bytes:
    """The sessions as events: of all day, or from their time of day on.

    An event keeps its UID for as long as the season keeps its name and first day and the
    session its name, day and week, so that a calendar takes a season made anew for the
    same. A time of day is local wherever the athlete is (RFC 5545, 3.3.5, form 1). The
    description lists the steps as ``show`` does.

    Args:
        made: At least one session.
        stamped_at: Aware instant, ``DTSTAMP``; whole seconds.

    Returns:
        The same bytes for the same arguments.

    Raises:
        EncodeError: ``stamped_at`` has no time zone.
    """
    if stamped_at.tzinfo is None:
        raise EncodeError(f"expected an aware stamped_at, got {stamped_at!r}")
    whole = Calendar()
    whole.add("prodid", _PRODUCT)
    whole.add("version", "2.0")
    whole.add("x-wr-calname", made.season.name)  # not of the RFC, but what calendars go by
    for each in made.sessions:
        whole.add_component(_event(each, made, stamped_at.astimezone(UTC).replace(microsecond=0)))
    return bytes(whole.to_ical())


def _event(each: CompiledSession, made: SeasonFiles, stamped_at: datetime) -> Event:
    dated, season = each.dated, made.season
    known_by = f"backrun-fit:{season.name}:{season.start.isoformat()}:{dated.spec.name}"
    event = Event()
    event.add("uid", str(uuid.uuid5(uuid.NAMESPACE_URL, known_by)))
    event.add("dtstamp", stamped_at)
    event.add("summary", dated.spec.name)
    event.add("description", steps_text(each.workout, made.units))
    if dated.at is None:
        event.add("dtstart", dated.date)
        event.add("transp", "TRANSPARENT")  # a run is no reason to be busy all day
    else:
        event.add("dtstart", each.scheduled_for)
        event.add("duration", timedelta(minutes=max(1, math.ceil(each.amounts.time_s / 60))))
    return event


def steps_text(workout: CompiledWorkout, units: UnitSystem) -> str:
    """What ``show`` prints of a workout, in plain lines, without remarks.

    Example:
        >>> from backrun_fit.workout import DistanceDuration, Step
        >>> mile = Step(duration=DistanceDuration(distance_m=1609.344), name="Easy")
        >>> print(steps_text(CompiledWorkout(name="One mile", messages=(mile,)), "statute"))
        One mile  (running)
           0  Easy  1 mi  (active)
          1 messages, 1 steps when run
    """
    bare = attrs.evolve(workout, adjustments=(), warnings=())
    page = io.StringIO()
    console = Console(
        file=page,
        width=_WIDE,
        highlight=False,
        markup=False,
        color_system=None,
        legacy_windows=False,
    )
    console.print(workout_text(bare, units))
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())
