"""Which of the two notations a text is in, where it is not in the one it was read as."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["INTERVALS_ICU", "ONE_LINE", "is_like_intervals_icu", "is_like_one_line"]

INTERVALS_ICU: Final = (
    "this looks like the text of intervals.icu, where 10m are minutes: parse_intervals_icu reads "
    "it, in a spec under the key intervals_icu"
)
"""What to say about such a text in the one-line notation."""

ONE_LINE: Final = (
    "this looks like the one-line notation, where 10m are metres: parse_workout reads it, in a "
    "spec under the key run"
)
"""What to say about such a line in the text of intervals.icu."""

_INTERVALS_ICU: Final = re.compile(
    r"^\s*-\s+\S"  # a dash before every step
    r"|^[^\"@+(\n]*\b[0-9]{1,3}x\s*$"  # a heading that ends in the count of a repeat
    r"|^[^@\n]*[0-9]%"
    r"|\bC?Z[0-9]\b|/(?:km|mi)\s+Pace\b|[0-9]\s*(?:mtrs?|rpm)\b|[0-9]['’′](?:\s|$)"
    r"|\bintensity=|\bpress lap\b|\bfreeride\b",
    re.IGNORECASE | re.MULTILINE | re.ASCII,
)
_ONE_LINE: Final = re.compile(
    r"(?:[0-9][0-9:./]*\s?[a-z]*|\bopen|\blap)\s*@|[0-9]\s*[x×*]\s*\(", re.IGNORECASE | re.ASCII
)


def is_like_intervals_icu(text: str) -> bool:
    """Whether a text has marks of intervals.icu's, which the one-line notation has not.

    Example:
        >>> is_like_intervals_icu("- 10m 80%"), is_like_intervals_icu("10min @ easy")
        (True, False)
    """
    return _INTERVALS_ICU.search(text) is not None


def is_like_one_line(line: str) -> bool:
    """Whether a line has marks of the one-line notation's: amounts before an ``@``, ``6 x (``.

    Example:
        >>> is_like_one_line("6 x (800m @ 5k + 60s)"), is_like_one_line("Meet @ the track, 5x")
        (True, False)
    """
    return _ONE_LINE.search(line) is not None
