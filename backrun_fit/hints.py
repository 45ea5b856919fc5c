"""What somebody may have meant who typed a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["hint"]

_COMPARED_CHARACTERS = 60


def hint(word: str, known: Iterable[str]) -> str:
    """The nearest of the known words, as the end of a message.

    Args:
        word: What was typed, of any length.
        known: May be empty.

    Returns:
        Empty where no word is near.

    Example:
        >>> hint("warmpu", ("warmup", "cooldown")), hint("xyz", ("warmup",))
        ('; did you mean warmup?', '')
    """
    near = get_close_matches(word[:_COMPARED_CHARACTERS], list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
