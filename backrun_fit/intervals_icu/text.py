"""The whole text: headings, blocks and repeats, ⇒ the workout's tree."""

from __future__ import annotations

import functools
import importlib.resources
import itertools
import re
from typing import TYPE_CHECKING, Final

import attrs

from backrun_fit.errors import Problem, SpecError
from backrun_fit.intervals_icu.step import StepReader, implied_by
from backrun_fit.limits import DEFAULT_LIMITS
from backrun_fit.notation.dialects import ONE_LINE, is_like_one_line
from backrun_fit.notation.notes import Notes, branches, cut, tokens
from backrun_fit.notation.words import MAX_CHARACTERS, MAX_COUNT
from backrun_fit.units import UnitSystem
from backrun_fit.workout import Node, Repeat, Step, Workout

if TYPE_CHECKING:
    import lark

    from backrun_fit.notation.notes import Token, Tree

__all__ = ["parse_intervals_icu"]

_COUNT: Final = re.compile(r"(?:^|\s)([-−]?[0-9.]+)(\s?)[x×](?=\s|:|$)", re.IGNORECASE)
_ENDS_IN_COUNT: Final = re.compile(r".*(?:^|\s)[0-9]+\s?[x×]\s*:?", re.IGNORECASE)
_UNDASHED: Final = re.compile(
    r"[–—•*]?\s*[0-9.]+(?:h|m|s|km|mi|mtr|['’′\"])[0-9a-z]*\s+(?:ramp\s+)?"
    r"(?:[0-9.%–-]+%|Z[0-9]|[0-9:–-]+/(?:km|mi)|[0-9w–-]+w)"
    r"(?:\s+(?:HR|LTHR|Pace|power|[0-9–-]+[rs]pm|press lap|intensity=\S+))*",
    re.IGNORECASE | re.ASCII,
)


def parse_intervals_icu(
    text: str, *, name: str = "Workout", units: UnitSystem | None = None
) -> Workout:
    r"""Read a running workout from the text that intervals.icu's builder takes.

    ``m`` are minutes there. What is read is listed in ``docs/reference/intervals-icu.md``;
    what a workout file has no place for is kept in notes or refused, and never left out.

    Args:
        text: At most 10,000 characters, with at least one step.
        name: What the workout is called; the text does not say it.
        units: What a pace without a unit is per, ``metric`` for kilometres,
            ``statute`` for miles; None refuses such a pace.

    Returns:
        The tree, at least one step; sentences about what is doubtful in ``remarks``.

    Raises:
        SpecError: Every problem in the text with its line and column.

    Example:
        >>> workout = parse_intervals_icu("Main set 6x\n- 400mtr 5:00/km Pace\n- Back 1m Z1 HR")
        >>> workout.steps[0].count, workout.steps[0].steps[1].movement.value
        (6, 'backward_run')
    """
    if not isinstance(text, str):
        raise SpecError(f"expected the text of a workout, got {text!r:.60}")
    if len(text) > MAX_CHARACTERS:
        raise SpecError(
            f"expected a workout of at most {MAX_CHARACTERS:,} characters, got {len(text):,}"
        )
    if not text.strip():
        raise SpecError("expected a workout such as - 10m Z2 HR, got nothing")
    plain = text.replace("\r\n", "\n").rstrip()
    return _Reader(plain, units).workout(_tree(plain), name)


@attrs.define
class _Section:
    """A heading and the lines with a dash under it."""

    heading: Token | None
    lines: list[Tree] = attrs.field(factory=list)


class _Reader:
    def __init__(self, text: str, units: UnitSystem | None) -> None:
        self._notes = Notes(text)
        self._steps = StepReader(self._notes, units)
        self._texts: list[str] = []

    def workout(self, start: Tree, name: str) -> Workout:
        nodes: list[Node] = []
        for block in branches(start):
            sections = _sections(block)
            self._check_gaps(sections)
            for section in sections:
                nodes += self._nodes(section)
        passes = [
            (node.count or 1, node.steps) if isinstance(node, Repeat) else (1, (node,))
            for node in nodes
        ]
        executions = sum(count * len(steps) for count, steps in passes)
        most = DEFAULT_LIMITS.planned_steps
        if executions > most:
            self._say(f"expected at most {most:,} executions in all, got {executions:,}")
        if not nodes and not self._notes.problems:
            self._say("expected at least one step, a line such as - 10m Z2 HR, got none")
        if self._notes.problems:
            raise self._notes.error()
        return Workout(
            name=name,
            steps=tuple(nodes),
            notes="\n".join(self._texts) or None,
            remarks=tuple(self._steps.remarks),
        )

    def _say(self, message: str) -> None:
        self._notes.problems.append(Problem(message, line=1, column=1))

    def _check_gaps(self, sections: list[_Section]) -> None:
        """Note repeats that no blank line sets apart, because nobody sees where they end."""
        filled = [section for section in sections if section.lines]
        for before, section in itertools.pairwise(filled):
            if section.heading is not None and any(
                part.heading is not None and _COUNT.search(part.heading)
                for part in (before, section)
            ):
                self._notes.add(
                    "expected a blank line before this heading, because a repeat stands "
                    f"between blank lines, got {cut(section.heading)}",
                    section.heading,
                )

    def _nodes(self, section: _Section) -> list[Node]:
        heading = section.heading
        if heading is not None and not self._is_heading(heading, section):
            return []
        if heading is not None and not section.lines:
            self._texts.append(" ".join(heading.split()))
            return []
        count, title = (None, "") if heading is None else self._count(heading)
        intensity = implied_by(title)
        steps: list[Step] = []
        for line in section.lines:
            known = len(self._notes.problems)
            read = self._steps.read(line, title, intensity)
            if not read and len(self._notes.problems) == known:
                self._texts.append(self._notes.source(line))
            steps += read
        if title and intensity is None and all(step.name != title for step in steps):
            self._texts.append(title)
        if count is None or not steps:
            return list(steps)
        return [Repeat(steps=tuple(steps), count=count)]

    def _is_heading(self, heading: Token, section: _Section) -> bool:
        """Note a line without a dash that is no heading."""
        if is_like_one_line(heading):
            message = f"expected a heading or a step such as - 10m Z2 HR; {ONE_LINE}"
        elif _UNDASHED.fullmatch(heading.strip()):
            message = "expected a dash before a step"
        elif not section.lines and _ENDS_IN_COUNT.fullmatch(heading.strip()):
            message = "expected the steps of the repeat in the lines right below"
        else:
            return True
        self._notes.add(f"{message}, got {cut(heading.strip())}", heading)
        return False

    def _count(self, heading: Token) -> tuple[int | None, str]:
        """How often the steps below a heading are done, and what it says besides."""
        found = list(_COUNT.finditer(heading))
        title = " ".join(heading.split())
        if not found:
            return None, title
        number, blank = found[0].groups()
        short = number.isdecimal() and len(number) <= len(str(MAX_COUNT))
        if len(found) > 1 or blank or not short or not 1 <= int(number) <= MAX_COUNT:
            self._notes.add(
                f"expected one number of repeats from 1 to {MAX_COUNT} without a blank, as in "
                f"Main set 5x, got {cut(heading.strip())}",
                heading,
            )
            return None, title
        words = f"{heading[: found[0].start()]} {heading[found[0].end() :]}"
        return int(number), " ".join(words.split()).strip(" -–:")


def _sections(block: Tree) -> list[_Section]:
    sections: list[_Section] = []
    for line in branches(block):
        if line.data == "heading":
            sections.append(_Section(heading=tokens(line)[0]))
        elif sections:
            sections[-1].lines.append(line)
        else:
            sections.append(_Section(heading=None, lines=[line]))
    return sections


@functools.cache
def _parser() -> lark.Lark:
    # Loading lark takes longer than the command line may take to print its help.
    import lark

    grammar = importlib.resources.files(__package__).joinpath("grammar.lark")
    return lark.Lark(
        grammar.read_text(encoding="utf-8"),
        parser="lalr",
        propagate_positions=True,
        maybe_placeholders=False,
    )


def _tree(text: str) -> lark.Tree[lark.Token]:
    import lark

    try:
        return _parser().parse(text)
    except lark.UnexpectedInput as error:
        got = repr(text[error.pos_in_stream or 0])
        message = f"expected headings and steps such as - 10m Z2 HR, got {got}"
        raise SpecError(Problem(message, line=error.line, column=error.column)) from None
