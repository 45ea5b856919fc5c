"""What a watch is given: the flat, absolute list of messages of one workout.

A message's position in the list is its ``message_index``; ``lap.wkt_step_index``
of a recording points to it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from typing import TypeAlias

import attrs

from backrun_fit.errors import CompileError
from backrun_fit.units import FASTEST_HUMAN_MPS
from backrun_fit.workout import (
    Extra,
    Node,
    OtherDuration,
    PaceTarget,
    RawMessage,
    Repeat,
    Step,
    Workout,
)

__all__ = [
    "CompiledWorkout",
    "Identity",
    "IndexedNode",
    "IndexedRepeat",
    "IndexedStep",
    "Message",
    "PlannedExecution",
    "RepeatMessage",
    "as_workout",
    "impossible_paces",
    "nest",
    "unroll",
]


@attrs.frozen(kw_only=True)
class RepeatMessage:
    """Go back to message ``first_index`` until the body was done ``count`` times.

    FIT Profile 21.212: ``duration_value`` holds the index, ``target_value`` the count.

    Attributes:
        first_index: Zero-based index of the first message of the body.
        count: Total passes; None when ``until`` ends the repeat instead.
        skip_last_recovery: Undocumented field 18 was 1: the last step of the
            last pass is left out.
        until: Another condition, raw.
        extra: Fields the model does not know.
        spelling: As of a step.
    """

    first_index: int
    count: int | None
    skip_last_recovery: bool = False
    until: OtherDuration | None = None
    extra: Extra = ()
    spelling: Extra = attrs.field(default=(), eq=False)


Message: TypeAlias = Step | RepeatMessage


@attrs.frozen(kw_only=True)
class Identity:
    """Under which identity a file held a workout.

    Attributes:
        file_id: The fields of its ``file_id`` message.
        content: Digest of the workout that it belongs to, and to no other.
    """

    file_id: Extra
    content: bytes


@attrs.frozen(kw_only=True)
class CompiledWorkout:
    """A workout as the watch will hold it.

    Attributes:
        name: Fits the device.
        messages: Steps with absolute targets, and repeats, in message order; a
            repeat stands after its body.
        sport: FIT's word.
        sub_sport: FIT's word.
        notes: Description of the session.
        adjustments: What was changed so that the device can take it, one
            sentence each; empty when nothing was.
        warnings: What the athlete should know (figures from the literature), and what is
            doubtful about the file that it was read from; never written into a file.
        extra: Fields of the workout message that the model does not know.
        spelling: As of a step.
        beside: Messages of the file that are no part of the model.
        identity: Of the file that it was read from; None where there is none.
    """

    name: str
    messages: tuple[Message, ...]
    sport: str = "running"
    sub_sport: str = "generic"
    notes: str | None = None
    adjustments: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    extra: Extra = ()
    spelling: Extra = attrs.field(default=(), eq=False)
    beside: tuple[RawMessage, ...] = ()
    identity: Identity | None = attrs.field(default=None, eq=False)

    @property
    def content(self) -> bytes:
        """Digest of all that is written into a file, but for the identity."""
        said = (self.name, self.messages, self.sport, self.sub_sport, self.notes)
        beside = (self.extra, self.spelling, self.beside)
        return hashlib.sha256(repr((said, beside)).encode()).digest()

    @property
    def is_as_read(self) -> bool:
        """Whether this is just what the file of its identity holds."""
        return self.identity is not None and self.identity.content == self.content


def impossible_paces(compiled: CompiledWorkout) -> tuple[str, ...]:
    """A sentence about the paces that nobody runs; empty where there are none.

    Programs that scale a speed twice write one a thousand times too fast.

    Example:
        >>> from backrun_fit.workout import OpenDuration, PaceTarget
        >>> target = PaceTarget(slowest_mps=3279, fastest_mps=3390)
        >>> step = Step(duration=OpenDuration(), target=target)
        >>> impossible_paces(CompiledWorkout(name="w", messages=(step,)))[0][:72]
        'the workout asks for 3279-3390 m/s, and nobody runs faster than 12.5 m/s'
    """
    bands = [
        target
        for message in compiled.messages
        if isinstance(message, Step)
        for target in (message.target, message.secondary_target)
        if isinstance(target, PaceTarget) and not target.is_runnable
    ]
    if not bands:
        return ()
    fastest = max(bands, key=lambda band: (band.slowest_mps, band.fastest_mps))
    ends = (fastest.slowest_mps, fastest.fastest_mps)
    speeds = "-".join(dict.fromkeys(f"{end:.6g}" for end in ends if 0 < end < math.inf))
    text = (
        f"the workout asks for {speeds} m/s, and nobody runs faster than {FASTEST_HUMAN_MPS:g} m/s"
    )
    if max(end for end in ends if end < math.inf) / 1000 <= FASTEST_HUMAN_MPS:
        text += (
            ": the file was probably written by a program that multiplies the speed by 1000 twice"
        )
    return (text,)


@attrs.frozen(kw_only=True)
class PlannedExecution:
    """One time through a step, repeats unrolled.

    Attributes:
        number: One-based position in the session.
        step_index: Zero-based message index of the step.
        step: The step.
        passes: The pass (one-based) of every repeat around it, outermost first;
            empty outside repeats.
    """

    number: int
    step_index: int
    step: Step
    passes: tuple[int, ...] = ()


MAX_EXECUTIONS = 10_000
"""Largest session that is unrolled; a hostile repeat count must not fill the memory."""


@attrs.frozen
class IndexedStep:
    """A step and its message index."""

    index: int
    step: Step


@attrs.frozen
class IndexedRepeat:
    """A repeat, its message index and the body that it spans."""

    index: int
    message: RepeatMessage
    body: tuple[IndexedNode, ...]


IndexedNode = IndexedStep | IndexedRepeat


def nest(messages: tuple[Message, ...]) -> tuple[IndexedNode, ...]:
    """Turn the flat list into a tree by the spans of its repeats.

    Raises:
        CompileError: A repeat points at itself, ahead, or into the middle of
            another repeat; its index is named.

    Example:
        >>> from backrun_fit.workout import OpenDuration
        >>> step = Step(duration=OpenDuration())
        >>> tree = nest((step, step, RepeatMessage(first_index=1, count=3)))
        >>> [type(node).__name__ for node in tree]
        ['IndexedStep', 'IndexedRepeat']
    """
    open_nodes: list[tuple[int, IndexedNode]] = []  # (index of the first message, node)
    for index, message in enumerate(messages):
        if isinstance(message, Step):
            open_nodes.append((index, IndexedStep(index, message)))
            continue
        body: list[IndexedNode] = []
        first = index
        while open_nodes and first > message.first_index:
            first, node = open_nodes.pop()
            body.append(node)
        if not body or first != message.first_index:
            raise CompileError(
                f"message {index}: expected a repeat from an earlier step that no other "
                f"repeat cuts in two, got one from message {message.first_index}"
            )
        open_nodes.append((first, IndexedRepeat(index, message, tuple(reversed(body)))))
    return tuple(node for _, node in open_nodes)


def as_workout(compiled: CompiledWorkout) -> Workout:
    """The tree of a compiled workout, so that rules can be laid over one read from a file.

    Raises:
        CompileError: A repeat spans no whole steps.

    Example:
        >>> from backrun_fit.workout import OpenDuration
        >>> step = Step(duration=OpenDuration())
        >>> plan = CompiledWorkout(
        ...     name="w", messages=(step, RepeatMessage(first_index=0, count=2)))
        >>> as_workout(plan).steps == (Repeat(steps=(step,), count=2),)
        True
    """
    return Workout(
        name=compiled.name,
        steps=_as_nodes(nest(compiled.messages)),
        sport=compiled.sport,
        sub_sport=compiled.sub_sport,
        notes=compiled.notes,
        extra=compiled.extra,
        spelling=compiled.spelling,
        beside=compiled.beside,
    )


def _as_nodes(nodes: tuple[IndexedNode, ...]) -> tuple[Node, ...]:
    return tuple(
        node.step
        if isinstance(node, IndexedStep)
        else Repeat(
            steps=_as_nodes(node.body),
            count=node.message.count,
            skip_last_recovery=node.message.skip_last_recovery,
            until=node.message.until,
            extra=node.message.extra,
            spelling=node.message.spelling,
        )
        for node in nodes
    )


def unroll(compiled: CompiledWorkout) -> tuple[PlannedExecution, ...]:
    """Every execution of a workout in order, repeats unrolled.

    A repeat that ends by a condition other than a count is unrolled once: how
    often it will be done is not known before it is run.

    Returns:
        At least one execution for each step, numbered from 1.

    Raises:
        CompileError: A repeat spans no whole steps, or there are more than
            10,000 executions.

    Example:
        >>> from backrun_fit.workout import OpenDuration
        >>> step = Step(duration=OpenDuration())
        >>> plan = CompiledWorkout(
        ...     name="w", messages=(step, step, RepeatMessage(first_index=0, count=2)))
        >>> [(e.number, e.step_index, e.passes) for e in unroll(plan)]
        [(1, 0, (1,)), (2, 1, (1,)), (3, 0, (2,)), (4, 1, (2,))]
    """
    executions: list[PlannedExecution] = []
    for number, (leaf, passes) in enumerate(_expand(nest(compiled.messages), ()), start=1):
        if number > MAX_EXECUTIONS:
            raise CompileError(
                f"{compiled.name!r}: expected at most {MAX_EXECUTIONS} executions, got more"
            )
        executions.append(
            PlannedExecution(number=number, step_index=leaf.index, step=leaf.step, passes=passes)
        )
    return tuple(executions)


def _expand(
    nodes: tuple[IndexedNode, ...], passes: tuple[int, ...]
) -> Iterator[tuple[IndexedStep, tuple[int, ...]]]:
    for node in nodes:
        if isinstance(node, IndexedStep):
            yield node, passes
            continue
        count = 1 if node.message.count is None else node.message.count
        for turn in range(1, count + 1):
            shortened = node.message.skip_last_recovery and turn == count
            yield from _expand(node.body[:-1] if shortened else node.body, (*passes, turn))
