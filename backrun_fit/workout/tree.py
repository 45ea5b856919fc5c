"""The tree: steps, repeats and the workout that holds them."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import attrs

from backrun_fit.errors import Problem, SpecError
from backrun_fit.limits import DEFAULT_LIMITS
from backrun_fit.workout.durations import REPEAT_TYPES, Duration, OtherDuration
from backrun_fit.workout.raw import Extra, RawMessage
from backrun_fit.workout.targets import OpenTarget, Target

__all__ = [
    "Intensity",
    "Movement",
    "Node",
    "Repeat",
    "Step",
    "Workout",
    "walk_steps",
]


class Movement(enum.Enum):
    """How the athlete moves through a step. FIT has no field for it (see ``marker``)."""

    RUN = "run"
    WALK = "walk"
    BACKWARD_RUN = "backward_run"
    BACKWARD_WALK = "backward_walk"
    LATERAL_SHUFFLE = "lateral_shuffle"

    @property
    def is_backward(self) -> bool:
        """True for running and walking backward."""
        return self in (Movement.BACKWARD_RUN, Movement.BACKWARD_WALK)


class Intensity(enum.Enum):
    """FIT Profile 21.212, type ``intensity``, under FIT's own words."""

    ACTIVE = "active"
    REST = "rest"
    WARMUP = "warmup"
    COOLDOWN = "cooldown"
    RECOVERY = "recovery"
    INTERVAL = "interval"
    OTHER = "other"

    @property
    def is_easy(self) -> bool:
        """True for rest and recovery, the intensities between and around the work."""
        return self in (Intensity.REST, Intensity.RECOVERY)


@attrs.frozen(kw_only=True)
class Step:
    """One planned step.

    Attributes:
        duration: How it ends.
        target: How it is to be run.
        intensity: FIT's word for it; None where the source says none.
        movement: Forward running unless said otherwise.
        name: What the watch shows; None leaves the choice to the compiler.
        notes: Longer text that some watches show when the step begins.
        secondary_target: What else to keep to, where the source says so.
        extra: Fields that the model does not know, carried along unchanged.
        spelling: Fields that the model knows, where the file that the step was read
            from says the same otherwise than this package would; no part of what is
            compared. Used for as long as it means the same as the step.
    """

    duration: Duration
    target: Target = OpenTarget()  # noqa: RUF009 - a frozen value
    intensity: Intensity | None = Intensity.ACTIVE
    movement: Movement = Movement.RUN
    name: str | None = None
    notes: str | None = None
    secondary_target: Target | None = None
    extra: Extra = ()
    spelling: Extra = attrs.field(default=(), eq=False)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.duration, OtherDuration) and self.duration.type in REPEAT_TYPES:
            raise SpecError(
                Problem(f"expected the end of a step, got a repeat's (#{self.duration.type})")
            )


@attrs.frozen(kw_only=True)
class Repeat:
    """Steps done several times over.

    Attributes:
        steps: The body, in order; at least one node.
        count: Total passes, at least 1; None when ``until`` ends it instead.
        skip_last_recovery: The last step of the last pass is left out. Watches
            record it in field 18 of the repeat message, which no profile documents;
            compiling writes the last pass out instead.
        until: Another condition (time, distance, heart rate), as raw values.
        extra: Fields that the model does not know, carried along unchanged.
        spelling: As of a step.
    """

    steps: tuple[Node, ...]
    count: int | None = None
    skip_last_recovery: bool = False
    until: OtherDuration | None = None
    extra: Extra = ()
    spelling: Extra = attrs.field(default=(), eq=False)

    def __attrs_post_init__(self) -> None:
        if not self.steps:
            raise SpecError(Problem("expected at least one step to repeat, got none", "steps"))
        if (self.count is None) == (self.until is None):
            raise SpecError(
                Problem("expected either a count or another end of the repeat", "count")
            )
        if self.until is not None and self.until.type not in REPEAT_TYPES:
            raise SpecError(
                Problem(f"expected the end of a repeat, got a step's (#{self.until.type})", "until")
            )
        if self.count is not None and (isinstance(self.count, bool) or self.count < 1):
            raise SpecError(Problem(f"expected a count of 1 or more, got {self.count!r}", "count"))


Node = Step | Repeat


@attrs.frozen(kw_only=True)
class Workout:
    """A planned session.

    Attributes:
        name: What the watch lists it under.
        steps: The session in order; may be empty until rules fill it.
        sport: FIT's word; rules of this package are for ``running``.
        sub_sport: FIT's word, such as ``generic``, ``treadmill`` or ``track``.
        notes: Description of the whole session.
        extra: Fields that the model does not know, carried along unchanged.
        spelling: As of a step.
        beside: Messages of the file that are no part of the model, likewise.
        remarks: What rules had to say, one sentence each; no part of what is compared.

    Raises:
        SpecError: More than 32 repeats stand around each other (``Limits.nesting``).
    """

    name: str
    steps: tuple[Node, ...] = ()
    sport: str = "running"
    sub_sport: str = "generic"
    notes: str | None = None
    extra: Extra = ()
    spelling: Extra = attrs.field(default=(), eq=False)
    beside: tuple[RawMessage, ...] = ()
    remarks: tuple[str, ...] = attrs.field(default=(), eq=False)

    def __attrs_post_init__(self) -> None:
        level = [node for node in self.steps if isinstance(node, Repeat)]
        depth = 0
        while level:
            depth += 1
            if depth > DEFAULT_LIMITS.nesting:
                text = f"expected at most {DEFAULT_LIMITS.nesting} repeats around each other"
                raise SpecError(Problem(f"{text}, got more", "steps"))
            level = [node for each in level for node in each.steps if isinstance(node, Repeat)]


def walk_steps(nodes: tuple[Node, ...]) -> Iterator[Step]:
    """Every step of a tree once, in order, repeats not unrolled.

    Example:
        >>> from backrun_fit.workout import DistanceDuration
        >>> mile = Step(duration=DistanceDuration(distance_m=1609.344))
        >>> len(list(walk_steps((mile, Repeat(steps=(mile, mile), count=8)))))
        3
    """
    for node in nodes:
        if isinstance(node, Repeat):
            yield from walk_steps(node.steps)
        else:
            yield node
