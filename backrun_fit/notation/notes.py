"""What is wrong with a line, gathered while its parse tree is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from backrun_fit.errors import Problem, SpecError

if TYPE_CHECKING:
    import lark
    from lark.tree import Meta

    Token: TypeAlias = lark.Token
    Tree: TypeAlias = lark.Tree[lark.Token]
    Child: TypeAlias = lark.Token | lark.Tree[lark.Token]

__all__ = ["Notes", "Unplaced", "branches", "cut", "tokens"]

T = TypeVar("T")
U = TypeVar("U")


class Unplaced(Exception):  # noqa: N818 (never seen outside; the line is read again)
    """There is a mistake in a part of a parse tree that does not say where it stands."""


class Notes:
    """Problems with their places; noting one does not stop the reading.

    Args:
        text: The line that the parse trees belong to.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.problems: list[Problem] = []

    def error(self, *more: Problem) -> SpecError:
        """Every problem noted so far and ``more``, in the order of the text."""
        problems = [*self.problems, *more]
        return SpecError(sorted(problems, key=lambda found: (found.line or 0, found.column or 0)))

    def add(self, message: str, where: Child) -> None:
        """Note a problem at a part of the tree.

        Raises:
            Unplaced: The tree was made without places.
        """
        place = where if isinstance(where, str) else _place(where)
        self.problems.append(Problem(message, line=place.line, column=place.column))

    def attempt(self, where: Child, read: Callable[[], T], otherwise: U) -> T | U:
        """What ``read`` reads; ``otherwise``, its problems noted, where it cannot."""
        try:
            return read()
        except SpecError as error:
            for problem in error.problems:
                self.add(problem.message, where)
            return otherwise

    def source(self, tree: Tree) -> str:
        """The text of a part of the tree, as it stands in the line.

        Raises:
            Unplaced: The tree was made without places.
        """
        place = _place(tree)
        return self._text[place.start_pos : place.end_pos].removeprefix("@").strip()


def _place(tree: Tree) -> Meta:
    if tree.meta.empty:
        raise Unplaced
    return tree.meta


def branches(tree: Tree) -> list[Tree]:
    """The parts of a parse tree that are trees, in order."""
    return [child for child in tree.children if not isinstance(child, str)]


def tokens(tree: Tree) -> list[Token]:
    """The parts of a parse tree that are words, in order."""
    return [child for child in tree.children if isinstance(child, str)]


def cut(text: str) -> str:
    """What was got, quoted, and cut where it is long."""
    return repr(str(text) if len(text) <= 60 else f"{text[:57]}...")
