"""Values of spec files that are read alike wherever they stand."""

from __future__ import annotations

import datetime
import re
import unicodedata
from typing import Final

from backrun_fit.errors import SpecError
from backrun_fit.hints import hint

__all__ = ["read_choice", "read_date", "read_day_of_fit", "read_name", "read_words"]

_LONGEST_NAME: Final = 200
_JOINERS: Final = "\u200c\u200d"
"""Print nothing themselves, and belong to the spelling of Persian and to composed emoji."""

_FIRST_DAY, _LAST_DAY = datetime.date(1998, 7, 4), datetime.date(2126, 2, 6)
"""FIT Profile 21.212, type ``date_time``: seconds from 0x10000000 to 0xFFFFFFFE after 1989."""


def read_words(value: object, what: str) -> str:
    """A text that is not blank.

    Args:
        value: As the document holds it.
        what: Was expected, for the error.

    Raises:
        SpecError: It is none, or it is blank or half of a surrogate pair.

    Example:
        >>> read_words("On the track.", "a text")
        'On the track.'
    """
    if not isinstance(value, str) or not value.strip():
        raise SpecError(f"expected {what}, got {value!r:.60}")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise SpecError(f"expected {what} in whole characters, got half of a surrogate pair")
    return value


def read_name(value: object) -> str:
    """A name in one line, without blanks around it.

    Raises:
        SpecError: It is none, longer than 200 characters, or holds one that cannot be
            printed (a line break, a mark of direction), which is named.

    Example:
        >>> read_name(" Sunday long run ")
        'Sunday long run'
    """
    name = read_words(value, "a name").strip()
    if len(name) > _LONGEST_NAME:
        raise SpecError(
            f"expected a name of at most {_LONGEST_NAME} characters, got {len(name)}: {name!r:.60}"
        )
    for position, character in enumerate(name):
        inside = 0 < position < len(name) - 1
        if not (character.isprintable() or (inside and character in _JOINERS)):
            raise SpecError(
                f"expected a name in one line of characters that can be printed, got "
                f"{_described(character)} as character {position + 1} of {name!r:.60}"
            )
    return name


def _described(character: str) -> str:
    """A character by its number, and its name where Unicode has one.

    Example:
        >>> _described(chr(0x202E)), _described(chr(10))
        ('U+202E (right-to-left override)', 'U+000A')
    """
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def read_date(value: object) -> datetime.date | None:
    """A day such as ``2026-03-01``; None stays None.

    Raises:
        SpecError: It is neither, or no day of the calendar.

    Example:
        >>> read_date("2026-03-01")
        datetime.date(2026, 3, 1)
    """
    if value is None or type(value) is datetime.date:
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            raise SpecError(f"expected a day that the calendar has, got {value!r}") from None
    raise SpecError(f"expected a date such as 2026-03-01, got {str(value)!r:.60}")


def read_day_of_fit(value: object) -> datetime.date | None:
    """A day as ``read_date`` reads it, that a FIT file can hold.

    Raises:
        SpecError: As ``read_date`` does; also before July 1998 or after February 2126.
    """
    day = read_date(value)
    if day is not None and not _FIRST_DAY <= day <= _LAST_DAY:
        raise SpecError(
            f"expected a day from {_FIRST_DAY} to {_LAST_DAY}, as a FIT file can hold, got {day}"
        )
    return day


def read_choice(value: object, known: tuple[str, ...]) -> str:
    """One of some words.

    Raises:
        SpecError: It is none of them; the nearest is named.

    Example:
        >>> read_choice("metric", ("metric", "statute"))
        'metric'
    """
    if value in known:
        return str(value)
    nearest = hint(value, known) if isinstance(value, str) else ""
    raise SpecError(f"expected one of {', '.join(known)}, got {value!r:.60}{nearest}")
