"""What a rule has changed in a workout: inserted, cut, turned round, and kept."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

import attrs

from backrun_fit.amounts import Amounts, amounts_of
from backrun_fit.compiled import CompiledWorkout, unroll
from backrun_fit.workout import DistanceDuration, Step, TimeDuration

__all__ = ["Change", "ChangeKind", "Changes", "changes_of"]


class ChangeKind(enum.Enum):
    """What became of planned steps."""

    KEPT = "kept"
    INSERTED = "inserted"
    CUT = "cut"
    """The same forward work in pieces."""
    TURNED = "turned"
    """A recovery that begins backward now."""
    CHANGED = "changed"
    REMOVED = "removed"


@attrs.frozen(kw_only=True)
class Change:
    """Something that became of steps, as often as it did.

    Attributes:
        kind: What.
        before: The steps as they were, in order; empty for what was inserted.
        after: The steps as they are, in order; empty for what was removed.
        count: How many times over, at least 1.
    """

    kind: ChangeKind
    before: tuple[Step, ...]
    after: tuple[Step, ...]
    count: int


@attrs.frozen(kw_only=True)
class Changes:
    """A workout before and after.

    Attributes:
        changes: In order of the first of each.
        before: How far and how long it was.
        after: How far and how long it is.
    """

    changes: tuple[Change, ...]
    before: Amounts
    after: Amounts

    def count(self, kind: ChangeKind) -> int:
        """How many times over there was a kind of change; kept steps are counted one by one."""
        return sum(change.count for change in self.changes if change.kind is kind)


def changes_of(before: CompiledWorkout, after: CompiledWorkout) -> Changes:
    """Lay two versions of a workout side by side, repeats unrolled.

    Args:
        before: Compiled for the same device and athlete as ``after``, so that the same
            step is the same on both sides.
        after: The workout with rules laid over it.

    Raises:
        CompileError: There are more than 10,000 executions.

    Example:
        >>> from backrun_fit import compile_workout, parse_workout
        >>> from backrun_fit.rules import AfterEachMile
        >>> plan = parse_workout("8mi @ 9:00/mi")
        >>> laid = AfterEachMile(pace="8:00/mi").apply(plan)
        >>> found = changes_of(compile_workout(plan), compile_workout(laid))
        >>> [(change.kind.value, change.count) for change in found.changes]
        [('cut', 1), ('inserted', 8)]
    """
    one, other = ([execution.step for execution in unroll(each)] for each in (before, after))
    return Changes(
        changes=_counted(_changes(one, other)),
        before=amounts_of(before),
        after=amounts_of(after),
    )


def _changes(one: Sequence[Step], other: Sequence[Step]) -> Iterator[Change]:
    numbers: dict[Step, int] = {}
    was_text, now_text = (
        [numbers.setdefault(step, len(numbers)) for step in steps] for steps in (one, other)
    )
    matcher = SequenceMatcher(None, was_text, now_text, autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        was, now = tuple(one[i:i_end]), tuple(other[j:j_end])
        if tag == "equal":
            yield from (_once(ChangeKind.KEPT, (step,), (step,)) for step in was)
        elif tag == "insert":
            yield from (_once(ChangeKind.INSERTED, (), (step,)) for step in now)
        elif tag == "delete":
            yield from (_once(ChangeKind.REMOVED, (step,), ()) for step in was)
        else:
            yield from _replaced(was, now)


def _replaced(was: tuple[Step, ...], now: tuple[Step, ...]) -> Iterator[Change]:
    ahead = tuple(step for step in now if not step.movement.is_backward)
    back = [step for step in now if step.movement.is_backward]
    if _same_lengths(was, ahead):
        yield _once(ChangeKind.CUT, was, ahead)
        yield from (_once(ChangeKind.INSERTED, (), (step,)) for step in back)
    elif back and _same_lengths(was, now):
        yield _once(ChangeKind.TURNED, was, now)
    else:
        yield _once(ChangeKind.CHANGED, was, now)


def _same_lengths(was: Iterable[Step], now: Iterable[Step]) -> bool:
    """Whether there is as much of each kind of duration."""
    totals = [_totals(steps) for steps in (was, now)]
    return totals[0].keys() == totals[1].keys() and all(
        # A centimetre or a millisecond a piece is what files round to.
        math.isclose(length, totals[1][kind], rel_tol=1e-4, abs_tol=0.1)
        for kind, length in totals[0].items()
    )


def _totals(steps: Iterable[Step]) -> dict[object, float]:
    found: dict[object, float] = {}
    for step in steps:
        kind: object = type(step.duration)
        match step.duration:
            case TimeDuration(duration_s=length) | DistanceDuration(distance_m=length):
                pass
            case other:
                kind, length = other, 1.0
        found[kind] = found.get(kind, 0.0) + length
    return found


def _once(kind: ChangeKind, before: tuple[Step, ...], after: tuple[Step, ...]) -> Change:
    return Change(kind=kind, before=before, after=after, count=1)


def _counted(changes: Iterable[Change]) -> tuple[Change, ...]:
    counts: dict[Change, int] = {}
    for change in changes:
        counts[change] = counts.get(change, 0) + 1
    return tuple(attrs.evolve(change, count=count) for change, count in counts.items())
