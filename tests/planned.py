"""What a workout file asks for, worked out from its raw fields with nothing of the package's own.

Another library reads the fields; what they mean is FIT Profile 21.212, message
``workout_step``: durations in ms and cm, heart rates + 100 and powers + 1000.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs

from tests.oracles.raw import Message, each_by_fitdecode

__all__ = ["Planned", "forward", "planned", "same_work", "turned", "work", "workout_messages"]

TIME, DISTANCE, BELOW, ABOVE, OPEN, COUNTED = 0, 1, 2, 3, 5, 6
HEART_RATE, TARGET_OPEN, POWER = 1, 2, 4
RECOVERY: Final = 4
SKIP_LAST_RECOVERY: Final = 18
ABSURD: Final = 0xFFFF_0000
OFFSETS: Final = {HEART_RATE: 100, POWER: 1000}
HIGHEST: Final = {HEART_RATE: 231, POWER: 1001}
"""What no heart reaches and no runner; recorders that keep the offsets are known by it."""
PIECE: Final = {TIME: 0.51, DISTANCE: 0.51}
"""How far a length may lie from what was planned, in ms and cm, for each piece that it was cut
into: every piece is rounded to the file's last digit."""


@attrs.frozen
class Planned:
    """One step as it is done.

    Attributes:
        kind: Of its duration, FIT's number.
        length: In ms or cm; of other kinds FIT's number, None where there is none.
        how: Target, name and notes.
        intensity: FIT's number.
        backward: Its name begins with the marker.
    """

    kind: int
    length: float | None
    how: tuple[object, ...]
    intensity: int | None
    backward: bool


Work: TypeAlias = list[tuple[tuple[object, ...], float, int]]
"""What is asked for, how much of it in all, and in how many pieces."""


def planned(source: Path | bytes, *, embedded: bool) -> list[Planned]:
    """Every step that a file's workout asks for, repeats unrolled.

    Args:
        source: A FIT file.
        embedded: A recording, in which watches keep heart rates and powers bare.
    """
    data = source if isinstance(source, bytes) else source.read_bytes()
    steps = {step.value(254): step for step in workout_messages(data) if step.number == 27}
    return list(_done([steps[index] for index in sorted(steps)], embedded))


def workout_messages(data: bytes) -> list[Message]:
    """The workout and its steps, in order of the file; what follows is not read."""
    found: list[Message] = []
    count = math.inf
    for message in each_by_fitdecode(data):
        if message.number in (26, 27):
            found.append(message)
        if message.number == 26:
            count = 1 + message.value(6)
        if len(found) >= count:
            break  # what follows are hours of records
    return found


def _done(steps: Sequence[Message], embedded: bool) -> Iterator[Planned]:
    """The last repeat spans what it repeats; what is before and in it may hold others."""
    lists: list[list[Planned]] = []
    for step in steps:
        if step.value(1) != COUNTED:
            lists.append([_planned(step, embedded)])
            continue
        first, count = step.value(2), step.value(4) or 1
        body = [one for part in lists[first:] for one in part]
        last = body[: -len(lists[-1])] if step.value(SKIP_LAST_RECOVERY) == 1 else body
        # Every message keeps a place of its own, so that a later repeat finds its first one.
        places = len(lists) - first
        lists[first:] = [[*body * (count - 1), *last], *([[]] * places)]
    for part in lists:
        yield from part


def _planned(step: Message, embedded: bool) -> Planned:
    kind, length = step.value(1), step.value(2)
    if kind in (BELOW, ABOVE) and length > 100 and not embedded:
        length -= 100
    name = step.value(0)
    return Planned(
        kind=OPEN if kind is None else kind,
        length=None if kind == OPEN else length,
        how=(_target(step, embedded), name, step.value(8)),
        intensity=step.value(7),
        backward=(name or "").startswith("Back"),
    )


def _target(step: Message, embedded: bool) -> tuple[Any, ...]:
    kind, zone, *band = (step.value(number) for number in (3, 4, 5, 6))
    if kind in (None, TARGET_OPEN):
        return ()
    if zone:
        return kind, zone
    # Watches take the offset from the number that stands for none, too.
    known = [value if value and value < ABSURD else None for value in band]
    if known == [None, None]:
        return ()
    kept = embedded and max(value or 0 for value in known) < HIGHEST.get(kind, ABSURD)
    offset = 0 if kept else OFFSETS.get(kind, 0)
    return kind, *(None if value is None else value - offset for value in known)


def work(steps: Iterable[Planned]) -> Work:
    """What steps ask for in order; neighbours that differ in length only are taken as one."""
    found: Work = []
    for step in steps:
        what: tuple[object, ...] = (step.kind, step.how, step.intensity)
        length, pieces = step.length or 0.0, 1
        if step.kind not in PIECE:
            what = (*what, step.length)
        elif found and found[-1][0] == what:
            _, before, so_far = found.pop()
            length, pieces = before + length, so_far + 1
        found.append((what, length, pieces))
    return found


def same_work(before: Work, after: Work) -> bool:
    """Whether as much of the same is asked for in the same order."""
    return len(before) == len(after) and all(
        what == what_too and abs(length - length_too) <= 0.51 * (pieces + pieces_too)
        for (what, length, pieces), (what_too, length_too, pieces_too) in zip(
            before, after, strict=True
        )
    )


def forward(steps: Iterable[Planned]) -> Work:
    """What is asked for that is run forward."""
    return work(step for step in steps if not step.backward)


def turned(before: Sequence[Planned], after: Sequence[Planned]) -> int | None:
    """How many steps begin backward that did not; None if anything else differs.

    A backward recovery takes exactly its own length from the step in whose place it
    stands, or all of it; what is left of that step follows, and may be called a recovery.
    """
    left, count = list(before), 0
    for step in after:
        if not left:
            return None
        if not step.backward:
            if not _same(left.pop(0), step):
                return None
            continue
        count += 1
        old = left.pop(0)
        if step.intensity != RECOVERY or old.backward:
            return None
        if step.kind != old.kind or old.length is None or step.length is None:
            if old.kind in PIECE:
                return None
            left.insert(0, old)  # what ends by a button or a heart rate still follows
        elif old.length - step.length > 1000:
            left.insert(0, attrs.evolve(old, length=old.length - step.length))
        elif abs(old.length - step.length) > 1000:
            return None
    return None if left else count


def _same(old: Planned, step: Planned) -> bool:
    called = step.intensity in (old.intensity, RECOVERY)
    near = old.length == step.length or (
        old.kind in PIECE and abs((old.length or 0) - (step.length or 0)) <= 1.1
    )
    return called and near and (old.kind, old.how) == (step.kind, step.how)
