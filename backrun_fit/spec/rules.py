"""Rules as specs say them: names, and parameters read from what a person writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import attrs

from backrun_fit.errors import Problem, Problems, SpecError
from backrun_fit.rules.base import Rule
from backrun_fit.rules.foreign import rule_named
from backrun_fit.rules.parameters import as_flag, as_number
from backrun_fit.spec.problems import unknown_key
from backrun_fit.spec.readers import read_list

__all__ = ["MAX_RULES", "read_rules"]

MAX_RULES: Final = 100
"""Rules that one spec may name."""


def read_rules(value: object, own: Iterable[type[Rule]] = ()) -> tuple[Rule, ...]:
    """The rules of a spec, in order.

    Args:
        value: A list of names, or of mappings with a name under ``rule`` and parameters
            beside it; None is none.
        own: Classes that are known beside the built-in and the installed ones.

    Raises:
        SpecError: All problems at once, each with its path.

    Example:
        >>> [rule] = read_rules([{"rule": "after_each_mile", "every": "1km"}])
        >>> rule.every
        DistanceDuration(distance_m=1000.0)
    """
    if value is None:
        return ()
    known = tuple(own)
    if isinstance(value, list) and len(value) > MAX_RULES:
        problems = Problems([Problem(f"expected at most {MAX_RULES} rules, got {len(value):,}")])
        with problems.at(""):
            read_rules(value[:MAX_RULES], known)
        problems.refuse()
    return read_list(value, lambda inner: _rule(inner, known), "a list of rules")


def _rule(value: object, own: Iterable[type[Rule]]) -> Rule:
    given = {"rule": value} if isinstance(value, str) else value
    if not isinstance(given, Mapping) or not isinstance(given.get("rule"), str):
        raise SpecError(
            "expected the name of a rule, or a mapping with it under the key 'rule', "
            f"got {value!r:.60}"
        )
    kind = rule_named(given["rule"], own)
    readers = _readers(kind)
    problems = Problems()
    parameters: dict[str, Any] = {}
    for key, inner in given.items():
        if key == "rule":
            continue
        if key not in readers:
            problems.append(unknown_key(key, readers, ""))
        elif inner is not None:
            with problems.at(key):
                parameters[key] = _parameter(readers[key], inner)
    problems.refuse()
    made: Rule = _made(lambda found: kind(**found), parameters)
    return made


def _readers(kind: type[Rule]) -> dict[str, Callable[[Any], Any]]:
    """How each parameter of a class is read; one without attrs' fields has none in specs."""
    if not attrs.has(kind):
        return {}
    return {field.alias or field.name: _reader(field) for field in attrs.fields(kind) if field.init}


# Formats such as YAML hand over text, so numbers and flags without a converter need one.
_BY_ANNOTATION: Final[Mapping[object, Callable[[object], object]]] = {
    "bool": lambda value: as_flag(value, ""),
    "float": lambda value: as_number(value, "", "a number"),
    "int": lambda value: _whole(value),
}


def _whole(value: object) -> int:
    number = as_number(value, "", "a whole number")
    if number != int(number):
        raise SpecError(f"expected a whole number, got {value!r:.60}")
    return int(number)


def _reader(field: attrs.Attribute[Any]) -> Callable[[Any], Any]:
    """What tells whether a value is right, and returns what the class is to be given."""
    convert: Any = field.converter
    if convert is None:
        annotation = getattr(field.type, "__name__", field.type)
        return _BY_ANNOTATION.get(annotation, lambda value: value)
    if isinstance(convert, attrs.Converter):  # may need the object that is being made
        return lambda value: value

    def tried(value: object) -> object:
        convert(value)  # and once more when the object is made, which need not take its result
        return value

    return tried


def _parameter(read: Callable[[Any], Any], value: object) -> Any:
    try:
        return _made(read, value)
    except SpecError as error:
        # A reader knows its parameter's name; whoever asked is about to say it too.
        raise SpecError([attrs.evolve(problem, path="") for problem in error.problems]) from None


def _made(make: Callable[[Any], Any], value: object) -> Any:
    """What is made of a value; attrs and Python say in their own words what is wrong with it."""
    try:
        return make(value)
    except (TypeError, ValueError) as error:
        raise SpecError(f"expected what the rule takes: {error}") from error
