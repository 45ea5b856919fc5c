"""Rules as they are written on the command line."""

from __future__ import annotations

from typing import Any

from backrun_fit.errors import SpecError
from backrun_fit.rules.base import Rule
from backrun_fit.spec.load import structure_session

__all__ = ["parse_rules"]


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Read rules such as ``after_each_mile`` or ``backward-recoveries:whole=true,times=3``.

    Args:
        text: Names with a dash or an underscore; parameters, as in a spec file, after a
            colon, with commas between them; several rules with ``+`` between them.

    Returns:
        In order, at least one.

    Raises:
        SpecError: All problems at once.

    Example:
        >>> parse_rules("after-each-mile:every=1km + drills")[0].every
        DistanceDuration(distance_m=1000.0)
    """
    rules = [_given(part) for part in text.split("+")]
    spec, problems = structure_session({"name": "rules", "rules": rules})
    if spec is None or problems:
        raise SpecError(problems)
    return spec.rules


def _given(text: str) -> dict[str, Any]:
    name, has_parameters, rest = text.partition(":")
    given: dict[str, Any] = {"rule": name.strip().replace("-", "_").lower()}
    for pair in rest.split(",") if has_parameters else ():
        key, equals, value = pair.partition("=")
        if not equals or not value.strip():
            raise SpecError(f"expected a parameter such as every=1km, got {pair.strip()!r:.60}")
        if key.strip() in given:
            raise SpecError(f"expected each parameter once, got {key.strip()!r:.60} again")
        given[key.strip()] = value.strip()
    return given
