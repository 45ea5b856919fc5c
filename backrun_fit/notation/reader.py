"""From the parse tree of a line to the workout's tree, every problem collected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, cast

from backrun_fit.errors import Problem, SpecError
from backrun_fit.hints import hint
from backrun_fit.limits import DEFAULT_LIMITS
from backrun_fit.notation.notes import Notes, branches, cut, tokens
from backrun_fit.notation.targets import TargetReader, metric_of, metric_value
from backrun_fit.notation.words import (
    BACKWARD_WORDS,
    HEART_RATE,
    INTENSITY_WORDS,
    MAX_COUNT,
    MAX_DEPTH,
    MOVEMENT_WORDS,
)
from backrun_fit.units import measured, parse_distance, parse_duration
from backrun_fit.workout import (
    DistanceDuration,
    Duration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    Intensity,
    Movement,
    Node,
    OpenDuration,
    OpenTarget,
    RampTarget,
    Repeat,
    Step,
    Target,
    TimeDuration,
)

if TYPE_CHECKING:
    from backrun_fit.notation.notes import Child, Token, Tree

__all__ = ["Reader"]

_MOVEMENTS = {word for words in MOVEMENT_WORDS for word in words} | BACKWARD_WORDS


class Reader:
    """Reads the parse tree of one line; a problem is noted and the reading goes on.

    Args:
        text: The line; the parse trees given to the methods belong to it.
    """

    def __init__(self, text: str) -> None:
        self._notes = Notes(text)
        self._targets = TargetReader(self._notes)

    def workout(self, start: Tree) -> tuple[Node, ...]:
        """The nodes that a whole line says, at least one.

        Steps for which no intensity is written have None.

        Args:
            start: The parse tree of the line.

        Raises:
            SpecError: Something in the line cannot be meant.
        """
        nodes = self._sequence(branches(start)[0], 0)
        executions = sum(_executions(node) for node in nodes)
        most = DEFAULT_LIMITS.planned_steps
        if executions > most:
            message = f"expected at most {most:,} executions in all, got {executions:,}"
            self._notes.problems.append(Problem(message, line=1, column=1))
        if self._notes.problems:
            raise self._notes.error()
        return nodes

    def look_through(self, pieces: Iterable[Child]) -> None:
        """Note the problems in what was read before the grammar broke.

        Args:
            pieces: What the parser had on its stack, in order.
        """
        readers: dict[str, Callable[[Tree], object]] = {
            "sequence": lambda tree: self._sequence(tree, 0),
            "repeat": lambda tree: self._repeat(tree, 0),
            "step": self._step,
            "words": self._words,
        }
        readers |= dict.fromkeys(("amount", "until"), self._length)
        aims = ("named", "zone", "band", "full_band", "fraction")
        readers |= dict.fromkeys(aims, self._aim)
        readers["target"] = self._targets.read
        for piece in pieces:
            if not isinstance(piece, str):
                readers.get(piece.data, self._look_inside)(piece)
            elif piece.type == "COUNT":
                self._count(piece)
            elif piece.type == "AMOUNT":
                self._amount(piece)

    def _aim(self, tree: Tree) -> None:
        # The other end of a ramp may be about to say the unit.
        if self._targets.is_whole(tree):
            self._targets.aim(tree)

    def _look_inside(self, tree: Tree) -> None:
        self.look_through(tree.children)

    def error(self, *more: Problem) -> SpecError:
        """Every problem noted so far and ``more``, in the order of the text."""
        return self._notes.error(*more)

    def _sequence(self, tree: Tree, depth: int) -> tuple[Node, ...]:
        nodes: list[Node] = []
        before: Tree | None = None
        for child in tree.children:
            if not isinstance(child, str):
                nodes.append(self._node(child, depth))
                before = child
            elif child.type == "PLUS" and before is not None and _is_bare_repeat(before):
                # "6 x 800m + 60s" would say 6 x 800 m and 60 s once; nobody means that.
                self._notes.add(
                    "expected a comma after the repeat, or parentheses around what is repeated "
                    "as in 6 x (800m + 60s), got '+'",
                    child,
                )
        return tuple(nodes)

    def _node(self, tree: Tree, depth: int) -> Node:
        return self._repeat(tree, depth) if tree.data == "repeat" else self._step(tree)

    def _repeat(self, tree: Tree, depth: int) -> Node:
        if depth == MAX_DEPTH:
            self._notes.add(f"expected repeats at most {MAX_DEPTH} deep, got one deeper", tree)
            return Step(duration=OpenDuration())
        body = branches(tree)[0]
        count = self._count(tokens(tree)[0])
        if body.data == "group":
            return Repeat(steps=self._sequence(branches(body)[0], depth + 1), count=count)
        return Repeat(steps=(self._node(body, depth + 1),), count=count)

    def _count(self, token: Token) -> int:
        if token.isdecimal() and len(token) <= len(str(MAX_COUNT)) and 1 <= int(token) <= MAX_COUNT:
            return int(token)
        self._notes.add(
            f"expected a number of repeats from 1 to {MAX_COUNT}, got {cut(token)}", token
        )
        return 1

    def _step(self, tree: Tree) -> Step:
        intensity, movement = None, Movement.RUN
        duration: Duration | None = None
        target: Target = OpenTarget()
        beside: Target | None = None
        ramp = False
        name = notes = None
        known = len(self._notes.problems)
        for part in branches(tree):
            if part.data == "words":
                intensity, movement = self._words(part)
                ramp = any(word.lower() == "ramp" for word in tokens(part))
            elif part.data in ("amount", "open", "until"):
                duration = self._length(part)
                ramp = ramp or (part.data == "amount" and len(tokens(part)) > 1)
            elif part.data == "texts":
                name, notes = self._texts(part)
            else:
                target, beside = self._targets.read(part)
        if ramp and not isinstance(target, RampTarget) and len(self._notes.problems) == known:
            self._targets.refuse_ramp(tree)
        # A word that is not known may have been meant as the length.
        if duration is None and len(self._notes.problems) == known:
            self._notes.add(
                "expected a distance, a duration, 'open' or 'until HR < 120' in this step, "
                f"got {cut(self._notes.source(tree))}",
                tree,
            )
        return Step(
            duration=duration or OpenDuration(),
            target=target,
            secondary_target=beside,
            intensity=intensity,
            movement=movement,
            name=name,
            notes=notes,
        )

    def _words(self, tree: Tree) -> tuple[Intensity | None, Movement]:
        intensities: list[Intensity] = []
        movements: list[str] = []
        for token in tokens(tree):
            word = token.lower()
            if word in INTENSITY_WORDS:
                intensities.append(INTENSITY_WORDS[word])
            elif word in _MOVEMENTS:
                movements.append("back" if word in BACKWARD_WORDS else word)
            elif word != "ramp":
                self._notes.add(
                    "expected an intensity (warmup, cooldown, recovery, rest, active, interval) "
                    f"or a movement (back, walk, back walk, shuffle), got {cut(token)}"
                    f"{hint(word, [*INTENSITY_WORDS, *_MOVEMENTS])}",
                    token,
                )
        movement = MOVEMENT_WORDS.get(tuple(sorted(movements)))
        if len(intensities) > 1 or movement is None:
            self._notes.add(
                "expected at most one intensity and one movement, "
                f"got {cut(self._notes.source(tree))}",
                tree,
            )
        return intensities[0] if intensities else None, movement or Movement.RUN

    def _length(self, tree: Tree) -> Duration:
        if tree.data == "open":
            return OpenDuration()
        if tree.data == "amount":
            return self._amount(tokens(tree)[0])
        metric, compare, value, *unit = tokens(tree)
        if metric_of(metric) is not HEART_RATE or (unit and unit[0].lower() != HEART_RATE.unit):
            self._notes.add(
                f"expected a heart rate, as in until HR < 120, got {cut(self._notes.source(tree))}",
                tree,
            )
        bpm = self._notes.attempt(value, lambda: metric_value(value, HEART_RATE), 1.0)
        if compare.lower() in ("<", "below"):
            return HeartRateBelowDuration(heart_rate_bpm=bpm)
        return HeartRateAboveDuration(heart_rate_bpm=bpm)

    def _amount(self, token: Token) -> Duration:
        text = " ".join(token.split())

        def read() -> Duration:
            kind = measured(text)
            if kind == "distance":
                return DistanceDuration(distance_m=parse_distance(text))
            if kind == "duration":
                return TimeDuration(duration_s=parse_duration(text))
            raise SpecError(
                "expected a distance such as 1mi, 800m or 1/8mi, or a duration such as 60s, "
                f"10min, 1:30 or 2h05, got {cut(text)}"
            )

        return self._notes.attempt(token, read, OpenDuration())

    def _texts(self, tree: Tree) -> tuple[str | None, str | None]:
        name = notes = None
        for child in tree.children:
            if isinstance(child, str):
                name = self._quoted(child)
            else:
                notes = self._quoted(tokens(child)[0])
        return name, notes

    def _quoted(self, token: Token) -> str:
        try:
            text = json.loads(token, strict=False)
            text.encode()
        except ValueError:
            self._notes.add(
                r"expected a text in double quotes, with \" for a quote and \\ for a backslash, "
                f"got {cut(token)}",
                token,
            )
            return ""
        return cast(str, text)


def _is_bare_repeat(tree: Tree) -> bool:
    return tree.data == "repeat" and branches(tree)[0].data != "group"


def _executions(node: Node) -> int:
    if isinstance(node, Step):
        return 1
    return (node.count or 1) * sum(_executions(inner) for inner in node.steps)
