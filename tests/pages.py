"""Pages as a browser takes them apart: strictly, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

__all__ = ["cells", "text_of", "tree", "with_class"]


def tree(page: str) -> Element:
    """The page as a tree without namespaces; a mistake in its markup is an error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    found = parser.parse(page)
    assert isinstance(found, Element)
    for element in found.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return found


def text_of(element: Element) -> str:
    """All text in it, blanks as one."""
    return " ".join("".join(element.itertext()).split())


def with_class(root: Element, name: str) -> Iterator[Element]:
    """The elements of a class, in order."""
    return (each for each in root.iter() if name in each.get("class", "").split())


def cells(table: Element) -> list[list[str]]:
    """The texts of a table's body, row by row."""
    return [
        [text_of(cell) for cell in row if cell.tag in ("td", "th")]
        for body in table.iter("tbody")
        for row in body.iter("tr")
    ]
