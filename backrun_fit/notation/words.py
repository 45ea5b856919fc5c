"""The words and limits of the one-line notation, for its reader and its printer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from backrun_fit.workout import (
    CadenceTarget,
    HeartRateTarget,
    HeartRateZoneTarget,
    Intensity,
    Movement,
    PaceZoneTarget,
    PowerTarget,
    PowerZoneTarget,
    Target,
)

__all__ = [
    "BACKWARD_WORDS",
    "EXPECTED",
    "GREATEST_SHARE",
    "HEART_RATE",
    "INTENSITY_WORDS",
    "MAX_CHARACTERS",
    "MAX_COUNT",
    "MAX_DEPTH",
    "METRICS",
    "MOVEMENT_WORDS",
    "WHOLES",
    "ZONES",
    "Metric",
]

MAX_CHARACTERS: Final = 10_000
MAX_COUNT: Final = 999
MAX_DEPTH: Final = 8

INTENSITY_WORDS: Final[dict[str, Intensity]] = {
    **{intensity.value: intensity for intensity in Intensity},
    "warm-up": Intensity.WARMUP,
    "cool-down": Intensity.COOLDOWN,
}

MOVEMENT_WORDS: Final[dict[tuple[str, ...], Movement]] = {
    (): Movement.RUN,
    ("back",): Movement.BACKWARD_RUN,
    ("back", "walk"): Movement.BACKWARD_WALK,
    ("walk",): Movement.WALK,
    ("shuffle",): Movement.LATERAL_SHUFFLE,
}

BACKWARD_WORDS: Final = frozenset({"back", "backward", "backwards"})


@attrs.frozen(kw_only=True)
class Metric:
    """A quantity that a band can be given in.

    Attributes:
        word: How it is written before the numbers.
        unit: How it may be written after them, in small letters.
        ceiling: No runner reaches more: a typing mistake.
        band: Makes the target of the lowest and the highest value.
    """

    word: str
    unit: str
    ceiling: float
    band: Callable[[float, float], Target]


HEART_RATE: Final = Metric(
    word="HR",
    unit="bpm",
    ceiling=250,
    band=lambda low, high: HeartRateTarget(lowest_bpm=low, highest_bpm=high),
)
METRICS: Final = (
    HEART_RATE,
    Metric(
        word="cadence",
        unit="spm",
        ceiling=400,
        band=lambda low, high: CadenceTarget(lowest_spm=low, highest_spm=high),
    ),
    Metric(
        word="power",
        unit="w",
        ceiling=2500,
        band=lambda low, high: PowerTarget(lowest_w=low, highest_w=high),
    ),
)

ZONES: Final[dict[str, tuple[Callable[[int], Target], int]]] = {
    "HR": (lambda zone: HeartRateZoneTarget(zone=zone), 5),
    "pace": (lambda zone: PaceZoneTarget(zone=zone), 10),
    "power": (lambda zone: PowerZoneTarget(zone=zone), 7),
}
"""What makes a target of a zone's number, and the highest (FIT Profile 21.212, workout_step 4)."""

WHOLES: Final = {
    "max hr": "max_heart_rate",
    "hr max": "max_heart_rate",
    "hrmax": "max_heart_rate",
    "lthr": "threshold_heart_rate",
    "ftp": "threshold_power",
    "maximum hr": "max_heart_rate",
    "max heart rate": "max_heart_rate",
    "maximum heart rate": "max_heart_rate",
    "threshold hr": "threshold_heart_rate",
    "threshold heart rate": "threshold_heart_rate",
    "threshold power": "threshold_power",
}
"""What a percentage may be of besides a pace: the words, and the name in ``ShareTarget.of``."""

GREATEST_SHARE: Final = 3.0
"""Three times anything of one's own is a typing mistake."""

EXPECTED: Final[dict[str, str]] = {
    "$END": "the end",
    "AMOUNT": "a distance or a duration",
    "RAMP": "'ramp'",
    "COMMA": "','",
    "COMPARE": "'<' or '>'",
    "COUNT": "a repeat such as 6 x",
    "METRIC": "HR, cadence, power or pace",
    "NAME": "a named pace such as easy",
    "OPEN": "'open'",
    "PLUS": "'+'",
    "SIDE": "'slower' or 'faster'",
    "STRING": "a text in double quotes",
    "UNIT": "a unit such as /mi or bpm",
    "VALUE": "a number",
    "WHOLE": "max HR, LTHR or FTP",
    "WORD": "a word such as warmup or back",
    "_AND": "'and'",
    "_AT": "'@'",
    "_CLOSE_PAREN": "')'",
    "_DASH": "'-'",
    "_NOTE": "'note'",
    "_OF": "'of'",
    "_OPEN_PAREN": "'('",
    "_PERCENT": "'%'",
    "_PLUS_MINUS": "a band such as ±5%",
    "_TIMES": "'x'",
    "_TO": "'to'",
    "_UNTIL": "'until'",
    "_ZONE": "'zone'",
}
"""The terminals of the grammar in words."""
