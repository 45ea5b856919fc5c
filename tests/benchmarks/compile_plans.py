"""The same sessions in our notation and in pace2fit's, and how to see that they are the same."""

from __future__ import annotations

from typing import Final

import attrs

from backrun_fit.compiled import CompiledWorkout, unroll
from backrun_fit.fit.workout_reader import read_workout

__all__ = ["SESSIONS", "Session", "is_same_session"]


@attrs.frozen
class Session:
    """One session in both notations."""

    name: str
    ours: str
    theirs: str


def _written_out(*paces: tuple[int, str]) -> tuple[str, str]:
    """Steps of so many seconds at bands of pace, one after the other."""
    return (
        ", ".join(f"{seconds}s @ {pace}/km" for seconds, pace in paces),
        ",".join(f"{seconds}s@{pace}" for seconds, pace in paces),
    )


_PYRAMID = [(60 * n, f"4:{10 + n:02d}-4:{20 + n:02d}") for n in (1, 2, 3, 4, 5, 4, 3, 2, 1)]
_WAVES = [(300 + n, f"4:{n:02d}-4:{20 + n:02d}") for n in range(30)]

SESSIONS: Final = (
    Session("one step", "8km @ 5:30-6:00/km", "8km@5:30-6:00"),
    Session(
        "tempo run",
        "warmup open, 20min @ 4:20-4:30/km, cooldown open",
        "warmup,20min@4:20-4:30,cooldown",
    ),
    Session(
        "two sets",
        "10min @ HR zone 2, 8 x (800m @ 3:30-3:40/km + 2min @ 5:30-6:00/km), "
        "3 x (1km @ 4:00-4:10/km + 90s @ 5:55-6:05/km), 10min @ 6:25-6:35/km",
        "10min@Z2,8x(800m@3:30-3:40+2min@5:30-6:00),3x(1km@4:00-4:10+90s@5:55-6:05),"
        "10min@6:25-6:35",
    ),
    Session("pyramid", *_written_out(*_PYRAMID)),
    Session("thirty steps", *_written_out(*_WAVES)),
)


def is_same_session(ours: bytes, theirs: bytes) -> bool:
    """Whether two files ask for the same lengths at the same targets in the same order."""
    return _asked(read_workout(ours)) == _asked(read_workout(theirs))


def _asked(plan: CompiledWorkout) -> list[tuple[object, object]]:
    return [(one.step.duration, one.step.target) for one in unroll(plan)]
