"""What is wrong with bytes, before anyone has decided whether that is an error."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import attrs

from backrun_fit.errors import DecodeError

__all__ = ["SALVAGE_HINT", "Damage", "OnError"]

SALVAGE_HINT: Final = 'to read what is whole, use --salvage (in Python: on_error="salvage")'
"""Ends the error of a file in which something can be read."""

OnError: TypeAlias = Literal["raise", "salvage"]
"""What to do about damage: refuse the file, or read what is whole and tell the rest."""


@attrs.frozen
class Damage:
    """A place at which bytes are not what the FIT protocol promises.

    Attributes:
        what: The damage in words.
        offset: Byte offset into the file.
        expected: What the protocol asks for there; None where that says nothing.
        got: What the bytes hold, likewise.
        lost_bytes: Bytes of the file that were not read because of it.
    """

    what: str
    offset: int
    expected: str | None = None
    got: str | None = None
    lost_bytes: int = 0

    def error(self, source: str | None, hint: str | None = None) -> DecodeError:
        """The same as an error, with the next thing to try.

        Example:
            >>> str(Damage("cut off", 7, "two bytes", "one").error("a.fit"))
            'a.fit: cut off: expected two bytes, got one (at byte 7)'
        """
        return DecodeError(self.what, self.offset, self.expected, self.got, source, hint)

    def __str__(self) -> str:
        text = str(self.error(None))
        return f"{text}; {self.lost_bytes} bytes lost" if self.lost_bytes else text
