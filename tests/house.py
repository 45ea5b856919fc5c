"""The rooms of the package and what they take from each other, read off its imports and drawn.

``make house`` draws ``docs/pictures/house.svg``.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

import attrs
import grimp

from tests.conftest import ROOT

__all__ = ["PICTURE", "UPWARD", "Room", "draw", "floors", "rooms"]

PICTURE: Final = ROOT / "docs" / "pictures" / "house.svg"

UPWARD: Final = frozenset({("report", "render")})
"""Arrows against the flow: a report is asked for its document, and asks ``render``."""

STYLE: Final = (
    "<style>rect{fill:#eef3f8;stroke:#4a6076}path{stroke:#9aa9b8;fill:none}"
    "text{font:bold 14px sans-serif;text-anchor:middle;fill:#16212c}</style>"
)

_BOX, _GAP, _FLOOR, _MARGIN = (124, 32), 16, 84, 20


@attrs.frozen(kw_only=True)
class Room:
    """A module or package just below the top.

    Attributes:
        name: Of the module, without the package's.
        about: First line of its docstring.
        below: Rooms that it takes from, but for ``UPWARD``.
    """

    name: str
    about: str
    below: frozenset[str]


def rooms(package: str = "backrun_fit") -> dict[str, Room]:
    """All rooms by name; what only a type checker imports does not count."""
    graph = grimp.build_graph(package, exclude_type_checking_imports=True, cache_dir=None)
    folder = ROOT / package
    below: dict[str, set[str]] = {
        path.stem: set() for path in folder.iterdir() if _is_room(path) and path.stem[0] != "_"
    }
    for module in graph.modules:
        room = _room_of(module)
        for other in map(_room_of, graph.find_modules_directly_imported_by(module)):
            if room in below and other in below and room != other and (room, other) not in UPWARD:
                below[room].add(other)
    return {
        name: Room(name=name, about=_about(folder, name), below=frozenset(taken))
        for name, taken in sorted(below.items())
    }


def _is_room(path: Path) -> bool:
    return path.suffix == ".py" or (path / "__init__.py").exists()


def _room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def _about(folder: Path, name: str) -> str:
    path = folder / name / "__init__.py"
    text = (path if path.exists() else folder / f"{name}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]


def floors(found: Mapping[str, Room]) -> list[list[Room]]:
    """Rooms from the top floor down; each stands above all that it takes from.

    Raises:
        RecursionError: Rooms take from each other in a circle.
    """

    @functools.cache
    def height(name: str) -> int:
        return 1 + max(map(height, found[name].below), default=0)

    levels: dict[int, list[Room]] = {}
    for name, room in found.items():
        levels.setdefault(height(name), []).append(room)
    return [levels[level] for level in sorted(levels, reverse=True)]


def _needed(found: Mapping[str, Room], room: Room) -> list[str]:
    """What a room takes from and no longer way leads to."""

    @functools.cache
    def reach(name: str) -> frozenset[str]:
        taken = found[name].below
        return taken.union(*map(reach, taken)) if taken else taken

    further = frozenset().union(*map(reach, room.below)) if room.below else frozenset()
    return sorted(room.below - further)


def draw(found: Mapping[str, Room]) -> str:
    """The house as SVG: the same text for the same rooms."""
    levels = floors(found)
    width = max(len(level) for level in levels) * (_BOX[0] + _GAP) - _GAP + 2 * _MARGIN
    height = len(levels) * _FLOOR - (_FLOOR - _BOX[1]) + 2 * _MARGIN
    places: dict[str, tuple[float, int]] = {}
    for depth, level in enumerate(levels):
        span = len(level) * (_BOX[0] + _GAP) - _GAP
        # Below what takes from it, as near as may be.
        above = {room.name: _middle(room.name, found, places, width / 2) for room in level}
        for number, room in enumerate(
            sorted(level, key=lambda room: (above[room.name], room.name))
        ):
            left = (width - span) / 2 + number * (_BOX[0] + _GAP)
            places[room.name] = left + _BOX[0] / 2, _MARGIN + depth * _FLOOR
    arrows = [
        f'<path d="M{places[name][0]:.0f} {places[name][1] + _BOX[1]}'
        f'L{places[other][0]:.0f} {places[other][1]}"/>'
        for name, room in found.items()
        for other in _needed(found, room)
    ]
    boxes = [
        f"<g><title>{escape(room.about)}</title>"
        f'<rect x="{x - _BOX[0] / 2:.0f}" y="{y}" width="{_BOX[0]}" height="{_BOX[1]}" rx="4"/>'
        f'<text x="{x:.0f}" y="{y + 20}">{room.name}</text></g>'
        for name, room in found.items()
        for x, y in [places[name]]
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            "<title>The rooms of backrun_fit: each stands above what it takes from</title>",
            STYLE,
            f'<rect width="{width}" height="{height}" style="fill:#fff;stroke:none"/>',
            *arrows,
            *boxes,
            "</svg>\n",
        ]
    )


def _middle(
    name: str, found: Mapping[str, Room], places: Mapping[str, tuple[float, int]], none: float
) -> float:
    takers = (room.name for room in found.values() if name in _needed(found, room))
    xs = [places[taker][0] for taker in takers]
    return sum(xs) / len(xs) if xs else none


if __name__ == "__main__":
    PICTURE.write_text(draw(rooms()), encoding="utf-8")
