"""What a step is for, where nobody says: the intensity that a line's shape implies.

The notation leaves out what a runner would not write. The rules are in
``docs/reference/notation.md``; reader and printer share them, so a word is printed
exactly where the shape would imply another.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from backrun_fit.workout import (
    Intensity,
    NamedPaceTarget,
    Node,
    OpenTarget,
    Repeat,
    Step,
    walk_steps,
)

__all__ = ["implied_intensities"]


def implied_intensities(nodes: tuple[Node, ...]) -> Iterator[Intensity]:
    """The intensity that the shape of a workout implies for each of its steps.

    Durations, targets and repeats count; the intensities that the steps carry do not.

    Args:
        nodes: The whole workout; may be empty.

    Yields:
        One intensity for each step, in the order of ``walk_steps``.

    Example:
        >>> from backrun_fit.workout import OpenDuration
        >>> hard, jog = (
        ...     Step(duration=OpenDuration(), target=NamedPaceTarget(name=name))
        ...     for name in ("5k", "easy")
        ... )
        >>> line = (jog, Repeat(steps=(hard, jog), count=6), jog)
        >>> [intensity.value for intensity in implied_intensities(line)]
        ['warmup', 'active', 'recovery', 'cooldown']
    """
    structured = any(isinstance(node, Repeat) and _has_work(node) for node in nodes)
    leading = _easy_run(nodes) if structured else 0
    trailing = _easy_run(nodes[::-1]) if structured else 0
    for position, node in enumerate(nodes):
        if isinstance(node, Repeat):
            yield from _within(node)
        elif position < leading:
            yield Intensity.WARMUP
        elif position >= len(nodes) - trailing:
            yield Intensity.COOLDOWN
        else:
            yield Intensity.RECOVERY if _is_named(node, "recovery") else Intensity.ACTIVE


def _within(repeat: Repeat) -> Iterator[Intensity]:
    between = len(repeat.steps) > 1 and repeat.count != 1
    for position, node in enumerate(repeat.steps, start=1):
        if isinstance(node, Repeat):
            yield from _within(node)
            continue
        last = between and position == len(repeat.steps)
        resting = _is_named(node, "recovery") or (last and not _is_hard(node))
        yield Intensity.RECOVERY if resting else Intensity.ACTIVE


def _has_work(repeat: Repeat) -> bool:
    return any(
        intensity is Intensity.ACTIVE and not _is_named(step, "easy")
        for step, intensity in zip(walk_steps(repeat.steps), _within(repeat), strict=True)
    )


def _easy_run(nodes: tuple[Node, ...]) -> int:
    """How many nodes at the start are steps without anything hard in them."""
    easy = takewhile(lambda node: isinstance(node, Step) and not _is_hard(node), nodes)
    return sum(1 for _ in easy)


def _is_hard(step: Step) -> bool:
    return not isinstance(step.target, OpenTarget) and not _is_named(step, "easy", "recovery")


def _is_named(step: Step, *names: str) -> bool:
    return isinstance(step.target, NamedPaceTarget) and step.target.name in names
