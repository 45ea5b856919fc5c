r"""Cells of CSV files that people open: no text in them runs as a formula or hides.

Spreadsheets take a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula, also in
a file that came from somebody else (https://owasp.org/www-community/attacks/CSV_Injection).
Such text gets an apostrophe in front. Control and direction marks are written as ``\x1b``,
``\u202e`` or ``\U000e0041``. ``restore_cell`` undoes both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

__all__ = ["csv_line", "neutralize_cell", "restore_cell"]

# The second four are the same characters in full width, which East Asian spreadsheets take too.
_FORMULA: Final = re.compile(r"'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_SEPARATORS: Final = re.compile('[,;"|]')
# Without them a composed character falls apart.
_JOINERS: Final = "\u200c\u200d"
_HIDDEN_CATEGORIES: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_ESCAPE: Final = r"x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}"
_ESCAPED: Final = re.compile(rf"\\(\\|{_ESCAPE})")
_LIKE_AN_ESCAPE: Final = re.compile(rf"\\(?=\\|{_ESCAPE})")


def neutralize_cell(text: str) -> str:
    r"""Text that a spreadsheet shows as it is; most text stays unchanged.

    Example:
        >>> neutralize_cell("=1+1"), neutralize_cell("runs/a.fit"), neutralize_cell("a\x1b[31m")
        ("'=1+1", 'runs/a.fit', 'a\\x1b[31m')
    """
    # A backslash before what looks like an escape is written twice, or it would be taken for one.
    marked = _LIKE_AN_ESCAPE.sub(r"\\\\", text)
    escaped = marked if marked.isprintable() else _escaped(marked)
    return f"'{escaped}" if _FORMULA.match(escaped) else escaped


def _escaped(text: str) -> str:
    made: list[str] = []
    for position, character in enumerate(text):
        if not _is_hidden(character):
            made.append(character)
            continue
        if position and text[position - 1] == "\\":
            made.append("\\")
        made.append(_escape(ord(character)))
    return "".join(made)


def restore_cell(text: str) -> str:
    r"""The text that ``neutralize_cell`` made a cell of.

    Example:
        >>> restore_cell("'=1+1"), restore_cell("'tis"), restore_cell(r"a\x1b[31m")
        ('=1+1', "'tis", 'a\x1b[31m')
    """
    if text.startswith("'") and _FORMULA.match(text):
        text = text[1:]
    return _ESCAPED.sub(
        lambda found: "\\" if found[1] == "\\" else chr(int(found[1][1:], 16)), text
    )


def csv_line(cells: Iterable[object], end: str = "\n") -> str:
    r"""One line of a CSV file, separated by commas, as RFC 4180 has it.

    Args:
        cells: Text is neutralized; a number stays a number, None is an empty cell.
        end: Of the line.

    Example:
        >>> csv_line(["@sum", -5.5, None, True, "a, b"], end="")
        '\'@sum,-5.5,,true,"a, b"'
    """
    return ",".join(map(_cell, cells)) + end


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    text = neutralize_cell(str(value))
    # Also where it holds what another separator would cut it at, and a formula would begin.
    return '"' + text.replace('"', '""') + '"' if _SEPARATORS.search(text) else text


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN_CATEGORIES and character not in _JOINERS


def _escape(code: int) -> str:
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
