"""The rules of backward running, one file each: workout in, workout out.

Every rule is an overlay: forward work stays as it is, and applying a rule twice is the
same as once. They are described in ``docs/reference/rules.md``; ``check_overlay`` holds one of
your own to that promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from backrun_fit.rules.after_each_mile import AfterEachMile
from backrun_fit.rules.backward_recoveries import BackwardRecoveries
from backrun_fit.rules.backward_repeats import BackwardRepeats
from backrun_fit.rules.base import Rule
from backrun_fit.rules.drills import Drills
from backrun_fit.rules.overlay import check_overlay
from backrun_fit.rules.treadmill_intro import TreadmillIntro

__all__ = [
    "RULES",
    "AfterEachMile",
    "BackwardRecoveries",
    "BackwardRepeats",
    "Drills",
    "Rule",
    "TreadmillIntro",
    "check_overlay",
]

RULES: Final[Mapping[str, type[Rule]]] = MappingProxyType(
    {
        rule.name: rule
        for rule in (AfterEachMile, BackwardRecoveries, BackwardRepeats, TreadmillIntro, Drills)
    }
)
"""The built-in rules by the names that spec files use."""
