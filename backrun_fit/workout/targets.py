"""How a step is to be run."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import attrs

from backrun_fit.errors import Problem, SpecError
from backrun_fit.units import FASTEST_HUMAN_MPS
from backrun_fit.workout.checks import check_band, lower_limit, positive, upper_limit

__all__ = [
    "CadenceTarget",
    "HeartRateTarget",
    "HeartRateZoneTarget",
    "NamedPaceTarget",
    "OpenTarget",
    "OtherTarget",
    "PaceTarget",
    "PaceZoneTarget",
    "PowerTarget",
    "PowerZoneTarget",
    "Quantity",
    "RampTarget",
    "ShareTarget",
    "Target",
    "middle_of",
    "quantity_of",
]


@attrs.frozen
class OpenTarget:
    """No target."""


@attrs.frozen(kw_only=True)
class PaceTarget:
    """Keep the speed between two values, both included.

    Attributes:
        slowest_mps: Zero where there is no lower limit.
        fastest_mps: Infinity where there is no upper limit.
        zone: Number of the watch's zone that the band is, where a file says so.
    """

    slowest_mps: float = attrs.field(validator=lower_limit)
    fastest_mps: float = attrs.field(validator=upper_limit)
    zone: int | None = attrs.field(default=None, validator=attrs.validators.optional(positive))

    def __attrs_post_init__(self) -> None:
        check_band(self.slowest_mps, self.fastest_mps, "the slowest and the fastest speed")

    @property
    def is_runnable(self) -> bool:
        """Whether a person can run within it."""
        return (self.slowest_mps or self.fastest_mps) <= FASTEST_HUMAN_MPS


@attrs.frozen(kw_only=True)
class NamedPaceTarget:
    """Keep a pace of the athlete's, such as ``easy``; resolved when compiled.

    Attributes:
        name: ``easy``, ``marathon``, ``threshold``, ``5k``, ``10k``, ``recovery``, or ``own`` for
            the athlete's own backward pace.
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
    """Keep the heart rate between two values in beats per minute.

    Attributes:
        lowest_bpm: Zero where there is no lower limit.
        highest_bpm: Infinity where there is no upper limit.
        zone: Number of the watch's zone that the band is, where a file says so.
    """

    lowest_bpm: float = attrs.field(validator=lower_limit)
    highest_bpm: float = attrs.field(validator=upper_limit)
    zone: int | None = attrs.field(default=None, validator=attrs.validators.optional(positive))

    def __attrs_post_init__(self) -> None:
        check_band(self.lowest_bpm, self.highest_bpm, "the lowest and the highest heart rate")


@attrs.frozen(kw_only=True)
class HeartRateZoneTarget:
    """Keep the heart rate in one of the zones set on the watch (1 to 5)."""

    zone: int = attrs.field(validator=positive)


@attrs.frozen(kw_only=True)
class PaceZoneTarget:
    """Keep the speed in one of the zones set on the watch (1 to 10)."""

    zone: int = attrs.field(validator=positive)


@attrs.frozen(kw_only=True)
class PowerZoneTarget:
    """Keep the power in one of the zones set on the watch (1 to 7)."""

    zone: int = attrs.field(validator=positive)


@attrs.frozen(kw_only=True)
class ShareTarget:
    """Keep a share of a value of the athlete's; resolved when compiled.

    Of a pace it is a share of the speed: 0.9 of a pace is slower than the pace.

    Attributes:
        of: The name of a pace, ``max_heart_rate``, ``threshold_heart_rate`` or
            ``threshold_power``.
        lowest: A fraction, 0.85 for 85 %; zero where there is no lower limit.
        highest: A fraction; the same as ``lowest`` for a single value, infinity where
            there is no upper limit.
    """

    of: str
    lowest: float = attrs.field(validator=lower_limit)
    highest: float = attrs.field(validator=upper_limit)

    def __attrs_post_init__(self) -> None:
        check_band(self.lowest, self.highest, "the lowest and the highest share")


@attrs.frozen(kw_only=True)
class RampTarget:
    """Go evenly from one target to another in the course of the step.

    FIT has no such thing; a ramp becomes several steps when compiled.

    Attributes:
        start: A pace, heart rate, cadence or power, named, shared or absolute.
        end: The same kind of thing.
    """

    start: Target
    end: Target

    def __attrs_post_init__(self) -> None:
        for side in ("start", "end"):
            value = getattr(self, side)
            if isinstance(value, _WITHOUT_MIDDLE) or math.inf in attrs.astuple(value):
                raise SpecError(
                    Problem(f"expected a target with a value to ramp from or to, got {value}", side)
                )


@attrs.frozen(kw_only=True)
class CadenceTarget:
    """Keep the cadence between two values in steps (both feet) per minute.

    Attributes:
        lowest_spm: Zero where there is no lower limit.
        highest_spm: Infinity where there is no upper limit.
    """

    lowest_spm: float = attrs.field(validator=lower_limit)
    highest_spm: float = attrs.field(validator=upper_limit)

    def __attrs_post_init__(self) -> None:
        check_band(self.lowest_spm, self.highest_spm, "the lowest and the highest cadence")


@attrs.frozen(kw_only=True)
class PowerTarget:
    """Keep the power between two values in watts.

    Attributes:
        lowest_w: Zero where there is no lower limit.
        highest_w: Infinity where there is no upper limit.
        zone: Number of the watch's zone that the band is, where a file says so.
    """

    lowest_w: float = attrs.field(validator=lower_limit)
    highest_w: float = attrs.field(validator=upper_limit)
    zone: int | None = attrs.field(default=None, validator=attrs.validators.optional(positive))

    def __attrs_post_init__(self) -> None:
        check_band(self.lowest_w, self.highest_w, "the lowest and the highest power")


@attrs.frozen(kw_only=True)
class OtherTarget:
    """Any other target (swim stroke, grade, power of a lap), kept as its raw values.

    Attributes:
        type: Number of the FIT enum ``wkt_step_target``.
        value: Raw ``target_value``; None where the file has none.
        low: Raw ``custom_target_value_low`` as a workout file has it, likewise: heart
            rates with 100 added, powers with 1000.
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
    | PaceZoneTarget
    | PowerZoneTarget
    | CadenceTarget
    | PowerTarget
    | ShareTarget
    | RampTarget
    | OtherTarget
)

_WITHOUT_MIDDLE = (
    OpenTarget,
    HeartRateZoneTarget,
    PaceZoneTarget,
    PowerZoneTarget,
    OtherTarget,
    RampTarget,
)

Quantity: TypeAlias = Literal["pace", "heart_rate", "cadence", "power"]


def quantity_of(target: Target) -> Quantity | None:
    """What a target is measured in; None for an open one and for kinds outside the model.

    Example:
        >>> quantity_of(ShareTarget(of="max_heart_rate", lowest=0.7, highest=0.8))
        'heart_rate'
    """
    match target:
        case RampTarget(start=start):
            return quantity_of(start)
        case HeartRateTarget() | HeartRateZoneTarget():
            return "heart_rate"
        case PowerTarget() | PowerZoneTarget() | ShareTarget(of="threshold_power"):
            return "power"
        case ShareTarget(of="max_heart_rate" | "threshold_heart_rate"):
            return "heart_rate"
        case CadenceTarget():
            return "cadence"
        case OpenTarget() | OtherTarget():
            return None
    return "pace"


def middle_of(lowest: float, highest: float) -> float:
    """The middle of a band; of one without a lower or an upper limit, the limit it has.

    Example:
        >>> middle_of(140, 150), middle_of(0, 145), middle_of(140, math.inf)
        (145.0, 145, 140)
    """
    if lowest == 0:
        return highest
    return lowest if highest == math.inf else (lowest + highest) / 2
