"""What is planned: a workout as a tree of steps and repeats. Knows nothing of files.

Field meanings follow FIT Profile 21.212, messages ``workout`` (26) and
``workout_step`` (27); values are physical (metres, seconds, metres per second,
beats and steps per minute, watts), never the integers on the wire.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator
from typing import Any, Final

import attrs

from backrun_fit.errors import Problem, SpecError

__all__ = [
    "CadenceTarget",
    "DistanceDuration",
    "Duration",
    "HeartRateAboveDuration",
    "HeartRateBelowDuration",
    "HeartRateTarget",
    "HeartRateZoneTarget",
    "Intensity",
    "Movement",
    "NamedPaceTarget",
    "Node",
    "OpenDuration",
    "OpenTarget",
    "OtherDuration",
    "OtherTarget",
    "PaceTarget",
    "PowerTarget",
    "Repeat",
    "Step",
    "Target",
    "TimeDuration",
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
        """True for the intensities between and around the work: rest and recovery."""
        return self in (Intensity.REST, Intensity.RECOVERY)


def _positive(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not math.isfinite(value)
        or value <= 0
    ):
        raise SpecError(
            Problem(f"expected a finite number above zero, got {value!r}", attribute.name)
        )


def _check_band(lowest: float, highest: float, names: str) -> None:
    if lowest > highest:
        raise SpecError(Problem(f"expected {names} in this order, got {lowest:g} and {highest:g}"))


# Durations: how a step ends.


@attrs.frozen(kw_only=True)
class TimeDuration:
    """The step ends after ``duration_s`` seconds on the timer."""

    duration_s: float = attrs.field(validator=_positive)


@attrs.frozen(kw_only=True)
class DistanceDuration:
    """The step ends after ``distance_m`` metres."""

    distance_m: float = attrs.field(validator=_positive)


@attrs.frozen
class OpenDuration:
    """The step ends when the lap button is pressed."""


@attrs.frozen(kw_only=True)
class HeartRateBelowDuration:
    """The step ends when the heart rate falls below ``heart_rate_bpm``."""

    heart_rate_bpm: float = attrs.field(validator=_positive)


@attrs.frozen(kw_only=True)
class HeartRateAboveDuration:
    """The step ends when the heart rate rises above ``heart_rate_bpm``."""

    heart_rate_bpm: float = attrs.field(validator=_positive)


REPEAT_TYPES: Final = range(6, 14)
"""FIT Profile 21.212, type ``wkt_step_duration``: the ends of repeats, not of steps."""


@attrs.frozen(kw_only=True)
class OtherDuration:
    """Any other way to end (calories, power, percentages), kept as its raw values.

    Attributes:
        type: Number of the FIT enum ``wkt_step_duration``.
        value: Raw ``duration_value``; None where the file has none.
    """

    type: int
    value: int | None = None


Duration = (
    TimeDuration
    | DistanceDuration
    | OpenDuration
    | HeartRateBelowDuration
    | HeartRateAboveDuration
    | OtherDuration
)


# Targets: how a step is to be run.


@attrs.frozen
class OpenTarget:
    """No target."""


@attrs.frozen(kw_only=True)
class PaceTarget:
    """Keep the speed between ``slowest_mps`` and ``fastest_mps``, both included."""

    slowest_mps: float = attrs.field(validator=_positive)
    fastest_mps: float = attrs.field(validator=_positive)

    def __attrs_post_init__(self) -> None:
        _check_band(self.slowest_mps, self.fastest_mps, "the slowest and the fastest speed")


@attrs.frozen(kw_only=True)
class NamedPaceTarget:
    """Keep a pace of the athlete's, such as ``easy``; resolved when compiled.

    Attributes:
        name: ``easy``, ``marathon``, ``threshold``, ``5k``, ``10k`` or ``recovery``.
        slower: How much slower the band may be, as a fraction of the pace in
            time per distance: 0.05 allows 5 % more seconds per kilometre. None
            takes the athlete's own band.
        faster: The same on the fast side, below 1.
    """

    name: str
    slower: float | None = None
    faster: float | None = None

    def __attrs_post_init__(self) -> None:
        for side, ceiling in (("slower", math.inf), ("faster", 1.0)):
            value = getattr(self, side)
            if value is not None and not 0 <= value < ceiling:
                bound = "" if math.isinf(ceiling) else ", below 1"
                raise SpecError(
                    Problem(
                        f"expected a fraction such as 0.05, not negative{bound}, got {value!r}",
                        side,
                    )
                )
        if (self.slower is None) != (self.faster is None):
            raise SpecError(
                Problem("expected both sides of the band, slower and faster, or neither", "slower")
            )


@attrs.frozen(kw_only=True)
class HeartRateTarget:
    """Keep the heart rate between two values in beats per minute."""

    lowest_bpm: float = attrs.field(validator=_positive)
    highest_bpm: float = attrs.field(validator=_positive)

    def __attrs_post_init__(self) -> None:
        _check_band(self.lowest_bpm, self.highest_bpm, "the lowest and the highest heart rate")


@attrs.frozen(kw_only=True)
class HeartRateZoneTarget:
    """Keep the heart rate in one of the zones set on the watch (1 to 5)."""

    zone: int = attrs.field(validator=_positive)


@attrs.frozen(kw_only=True)
class CadenceTarget:
    """Keep the cadence between two values in steps (both feet) per minute."""

    lowest_spm: float = attrs.field(validator=_positive)
    highest_spm: float = attrs.field(validator=_positive)

    def __attrs_post_init__(self) -> None:
        _check_band(self.lowest_spm, self.highest_spm, "the lowest and the highest cadence")


@attrs.frozen(kw_only=True)
class PowerTarget:
    """Keep the power between two values in watts."""

    lowest_w: float = attrs.field(validator=_positive)
    highest_w: float = attrs.field(validator=_positive)

    def __attrs_post_init__(self) -> None:
        _check_band(self.lowest_w, self.highest_w, "the lowest and the highest power")


@attrs.frozen(kw_only=True)
class OtherTarget:
    """Any other target (zones of speed or power, percentages), kept as its raw values.

    Attributes:
        type: Number of the FIT enum ``wkt_step_target``.
        value: Raw ``target_value``; None where the file has none.
        low: Raw ``custom_target_value_low``, likewise.
        high: Raw ``custom_target_value_high``, likewise.
    """

    type: int
    value: int | None = None
    low: int | None = None
    high: int | None = None


Target = (
    OpenTarget
    | PaceTarget
    | NamedPaceTarget
    | HeartRateTarget
    | HeartRateZoneTarget
    | CadenceTarget
    | PowerTarget
    | OtherTarget
)

Extra = tuple[tuple[int, Any], ...]
"""Fields of a FIT message that the model does not know: (field number, raw value) pairs."""


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
        extra: What the model does not know, carried along unchanged.
    """

    duration: Duration
    target: Target = OpenTarget()
    intensity: Intensity | None = Intensity.ACTIVE
    movement: Movement = Movement.RUN
    name: str | None = None
    notes: str | None = None
    extra: Extra = ()

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
            it is read, and never written.
        until: Another condition (time, distance, heart rate), as raw values.
        extra: What the model does not know, carried along unchanged.
    """

    steps: tuple[Node, ...]
    count: int | None = None
    skip_last_recovery: bool = False
    until: OtherDuration | None = None
    extra: Extra = ()

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
        extra: What the model does not know, carried along unchanged.
    """

    name: str
    steps: tuple[Node, ...] = ()
    sport: str = "running"
    sub_sport: str = "generic"
    notes: str | None = None
    extra: Extra = ()


def walk_steps(nodes: tuple[Node, ...]) -> Iterator[Step]:
    """Every step of a tree once, in order, repeats not unrolled.

    Example:
        >>> mile = Step(duration=DistanceDuration(distance_m=1609.344))
        >>> len(list(walk_steps((mile, Repeat(steps=(mile, mile), count=8)))))
        3
    """
    for node in nodes:
        if isinstance(node, Repeat):
            yield from walk_steps(node.steps)
        else:
            yield node
