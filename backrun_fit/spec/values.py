"""Values of spec files that are read alike wherever they stand."""

from __future__ import annotations

import datetime
import re
from typing import Final

from backrun_fit.errors import SpecError
from backrun_fit.hints import hint

__all__ = ["read_choice", "read_date", "read_name", "read_words"]

_LONGEST_NAME: Final = 200


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
        SpecError: It is none, or longer than 200 characters.

    Example:
        >>> read_name(" Sunday long run ")
        'Sunday long run'
    """
    what = "a name"
    name = read_words(value, what).strip()
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise SpecError(
            f"expected {what} in one line of at most {_LONGEST_NAME} characters, got {name!r:.60}"
        )
    return name


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
