"""Rules that others wrote: found by name, and held to what every rule promises.

A distribution offers a rule as an entry point of the group ``backrun_fit.rules``: its name is
the rule's, its value the class. The first name that is not built in makes the installed
distributions be scanned, once for each ``sys.path``: a rule that is installed into a folder of
that path later is known to the next process.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from backrun_fit.athlete import Athlete
from backrun_fit.errors import SpecError
from backrun_fit.hints import hint
from backrun_fit.rules import RULES
from backrun_fit.rules.base import Rule
from backrun_fit.rules.overlay import check_overlay
from backrun_fit.workout import Workout

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints

__all__ = ["GROUP", "lay", "rule_named", "rule_names"]

GROUP: Final = "backrun_fit.rules"


def rule_named(name: str, own: Iterable[type[Rule]] = ()) -> type[Rule]:
    """The class of a rule.

    Args:
        name: As specs and the command line have it.
        own: Classes that are known beside the built-in and the installed ones.

    Raises:
        SpecError: There is none of that name, the nearest is named; a distribution offers
            something else under it; or one of ``own`` is no rule, or called like one that is
            built in.

    Example:
        >>> rule_named("drills").__name__
        'Drills'
    """
    given = {_checked(kind, "a rule of one's own").name: kind for kind in own}
    for taken in given.keys() & RULES.keys():
        raise SpecError(f"expected a rule with a name of its own, got {taken!r}, which is built in")
    if name in RULES:
        return RULES[name]
    if name in given:
        return given[name]
    offered = [entry for entry in _installed() if entry.name == name]
    if len(offered) > 1:
        raise SpecError(
            f"expected one distribution with the rule {name!r}, "
            f"got {' and '.join(sorted(map(_origin, offered)))}"
        )
    if offered:
        return _loaded(offered[0])
    names = rule_names(given.values())
    raise SpecError(f"expected one of {', '.join(names)}, got {name!r:.60}{hint(name, names)}")


def rule_names(own: Iterable[type[Rule]] = ()) -> tuple[str, ...]:
    """The names of all rules: those built in, given and installed; none of them is loaded.

    Example:
        >>> rule_names()[:2]
        ('after_each_mile', 'backward_recoveries')
    """
    installed = sorted(_installed().names)
    return tuple(dict.fromkeys((*RULES, *(kind.name for kind in own), *installed)))


def lay(rule: Rule, workout: Workout, athlete: Athlete | None = None) -> Workout:
    """Lay a rule over a workout as specs and the command line do.

    The rules that are built in have their tests; any other one is held to what rules promise
    on every workout (see ``check_overlay``).

    Raises:
        CompileError: The rule refuses the workout, or breaks the promise.

    Example:
        >>> from backrun_fit.rules import Drills
        >>> len(lay(Drills(rounds=1), Workout(name="Strength day")).steps)
        3
    """
    if type(rule) in RULES.values():
        return rule.apply(workout, athlete)
    return check_overlay(rule, workout, athlete)


def _installed() -> EntryPoints:
    return _scan_distributions(tuple(sys.path))


@functools.lru_cache(maxsize=2)
def _scan_distributions(path: tuple[str, ...]) -> EntryPoints:
    """All entry points of the group; ``path`` is the ``sys.path`` that is scanned."""
    from importlib.metadata import entry_points  # takes 30 ms, and most need none

    return entry_points(group=GROUP)


def _loaded(entry: EntryPoint) -> type[Rule]:
    try:
        kind = entry.load()
    except Exception as error:
        raise SpecError(
            f"expected a rule {entry.name!r} from {_origin(entry)}, "
            f"got {type(error).__name__}: {error}"
        ) from error
    kind = _checked(kind, f"a rule {entry.name!r} from {_origin(entry)}")
    if kind.name != entry.name:
        raise SpecError(
            f"expected a rule called {entry.name!r} from {_origin(entry)}, got {kind.name!r}"
        )
    return kind


def _checked(kind: object, what: str) -> type[Rule]:
    is_rule = (
        isinstance(kind, type)
        and isinstance(getattr(kind, "name", None), str)
        and callable(getattr(kind, "apply", None))
    )
    if not is_rule:
        raise SpecError(
            f"expected {what}: a class with a name and a method apply, got {kind!r:.60}"
        )
    return kind  # type: ignore[return-value] # looked at just now


def _origin(entry: EntryPoint) -> str:
    by = "an unknown distribution" if entry.dist is None else entry.dist.name
    return f"{by} ({entry.value})"
