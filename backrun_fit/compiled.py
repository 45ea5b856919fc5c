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
from backrun_fit.limits import DEFAULT_LIMITS, Limits
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
    "check_repeats",
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


def nest(
    messages: tuple[Message, ...], *, limits: Limits = DEFAULT_LIMITS
) -> tuple[IndexedNode, ...]:
    """Turn the flat list into a tree by the spans of its repeats.

    Every tree of a compiled workout comes from here, and none is deeper than
    ``limits.nesting``, so that code that walks over one may recurse.

    Args:
        messages: Of one workout.
        limits: Of which ``nesting`` holds.

    Raises:
        CompileError: A repeat points at itself, ahead, or into the middle of
            another repeat, holds no step in any pass, or has too many others inside;
            its index is named.

    Example:
        >>> from backrun_fit.workout import OpenDuration
        >>> step = Step(duration=OpenDuration())
        >>> tree = nest((step, step, RepeatMessage(first_index=1, count=3)))
        >>> [type(node).__name__ for node in tree]
        ['IndexedStep', 'IndexedRepeat']
    """
    # Index of the first message, node, repeats inside each other, whether a pass has a step.
    open_nodes: list[tuple[int, IndexedNode, int, bool]] = []
    for index, message in enumerate(messages):
        if isinstance(message, Step):
            open_nodes.append((index, IndexedStep(index, message), 0, True))
            continue
        body: list[IndexedNode] = []
        first, depth, filled = index, 0, []
        while open_nodes and first > message.first_index:
            first, node, inside, has_step = open_nodes.pop()
            body.append(node)
            filled.append(has_step)
            depth = max(depth, inside)
        if not body or first != message.first_index:
            raise CompileError(
                f"message {index}: expected a repeat from an earlier step that no other "
                f"repeat cuts in two, got one from message {message.first_index}"
            )
        if depth >= limits.nesting:
            raise CompileError(
                f"message {index}: expected at most {limits.nesting} repeats around each other, "
                "got more"
            )
        if not any(filled):
            raise CompileError(
                f"message {index}: expected a repeat with a step in each pass, got one that holds "
                "only repeats without a step"
            )
        # The last node stands first here, and a single pass may leave it out.
        is_cut = message.skip_last_recovery and message.count in (None, 1)
        repeat = IndexedRepeat(index, message, tuple(reversed(body)))
        open_nodes.append((first, repeat, depth + 1, any(filled[1:] if is_cut else filled)))
    return tuple(node for _, node, *_ in open_nodes)


def check_repeats(
    compiled: CompiledWorkout, *, limits: Limits = DEFAULT_LIMITS
) -> tuple[IndexedNode, ...]:
    """Make sure that a workout can be unrolled within the limits, without unrolling it.

    Args:
        compiled: The workout.
        limits: As of ``unroll``.

    Returns:
        Its tree (see ``nest``).

    Raises:
        CompileError: As ``unroll``.

    Example:
        >>> from backrun_fit.workout import OpenDuration
        >>> step = Step(duration=OpenDuration())
        >>> endless = RepeatMessage(first_index=0, count=4_294_967_294)
        >>> try:
        ...     check_repeats(CompiledWorkout(name="w", messages=(step, endless)))
        ... except CompileError as error:
        ...     print(error)
        'w': expected at most 10000 executions, got 4294967294
    """
    nodes = nest(compiled.messages, limits=limits)
    steps, turns = (sum(column) for column in zip((0, 0), *map(_size_of, nodes), strict=True))
    if steps > limits.planned_steps:
        raise CompileError(
            f"{compiled.name!r}: expected at most {limits.planned_steps} executions, got {steps}"
        )
    if turns > limits.passes:
        raise CompileError(
            f"{compiled.name!r}: expected at most {limits.passes} passes through repeats, "
            f"got {turns}"
        )
    return nodes


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


def unroll(
    compiled: CompiledWorkout, *, limits: Limits = DEFAULT_LIMITS
) -> tuple[PlannedExecution, ...]:
    """Every execution of a workout in order, repeats unrolled.

    A repeat that ends by a condition other than a count is unrolled once: how
    often it will be done is not known before it is run.

    Args:
        compiled: The workout.
        limits: Of which ``planned_steps``, ``passes`` and ``nesting`` hold.

    Returns:
        Executions numbered from 1, at least one for each step, unless a repeat of a single
        pass leaves it out.

    Raises:
        CompileError: ``nest`` refuses the repeats, or there are more executions than
            ``planned_steps`` or more passes than ``passes``. Both are counted before anything
            is unrolled.

    Example:
        >>> from backrun_fit.workout import OpenDuration
        >>> step = Step(duration=OpenDuration())
        >>> plan = CompiledWorkout(
        ...     name="w", messages=(step, step, RepeatMessage(first_index=0, count=2)))
        >>> [(e.number, e.step_index, e.passes) for e in unroll(plan)]
        [(1, 0, (1,)), (2, 1, (1,)), (3, 0, (2,)), (4, 1, (2,))]
    """
    nodes = check_repeats(compiled, limits=limits)
    return tuple(
        PlannedExecution(number=number, step_index=leaf.index, step=leaf.step, passes=passes)
        for number, (leaf, passes) in enumerate(_expand(nodes, ()), start=1)
    )


def _size_of(node: IndexedNode) -> tuple[int, int]:
    """How many executions and passes unrolling makes of a node, without making them."""
    if isinstance(node, IndexedStep):
        return 1, 0
    count = 1 if node.message.count is None else node.message.count
    sizes = [_size_of(each) for each in node.body]
    # Each node is looked at once: two looks a level would be 2 ** 32 at the bottom.
    left_out = sizes[-1] if node.message.skip_last_recovery else (0, 0)
    steps, turns = (count * sum(column) for column in zip(*sizes, strict=True))
    return steps - left_out[0], turns + count - left_out[1]


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
