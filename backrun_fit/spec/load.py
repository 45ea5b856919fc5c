"""Session specs: a run, the rules laid over it and the athlete, from a YAML, TOML or JSON file.

The format is described in ``docs/reference/spec.md``. Objects check themselves; here the
problems of all of them are gathered and given their places in the file.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, cast, get_args

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, override

from backrun_fit.athlete import Athlete
from backrun_fit.errors import Problem, Problems, SpecError
from backrun_fit.intervals_icu import parse_intervals_icu
from backrun_fit.notation import parse_workout
from backrun_fit.ramps import without_ramps
from backrun_fit.rules.base import Rule
from backrun_fit.rules.foreign import lay
from backrun_fit.spec.document import Document
from backrun_fit.spec.file import read_text
from backrun_fit.spec.problems import keys_of, problems_of, unknown_key
from backrun_fit.spec.rules import read_rules
from backrun_fit.spec.text import SpecFormat, read_document
from backrun_fit.spec.values import read_choice, read_day_of_fit, read_name, read_words
from backrun_fit.units import UnitSystem
from backrun_fit.workout import Workout

__all__ = [
    "OTHER_TEXT",
    "SUB_SPORTS",
    "SessionSpec",
    "load_spec",
    "parse_spec",
    "read_athlete",
    "read_session",
    "session",
    "structure_session",
]

SUB_SPORTS: Final = (
    "generic",
    "treadmill",
    "street",
    "trail",
    "track",
    "indoor_running",
    "virtual_activity",
    "ultra",
)
"""FIT Profile 21.212, type ``sub_sport``: the values that Garmin uses with ``running``."""


OTHER_TEXT: Final = "intervals_icu"
"""The key of a run in intervals.icu's text, beside ``run`` in our own."""


@attrs.frozen(kw_only=True)
class SessionSpec:
    """A session as its spec says it.

    Attributes:
        name: What the watch lists it under.
        date: The day it is planned for.
        athlete: Whose paces it is compiled for.
        run: The base run under the spec's name; None where rules make the session.
        rules: Laid over the run in this order; may be empty.
        units: In which units people read it.
        notes: Description of the session.
        sub_sport: FIT's word; None leaves it to the rules.
    """

    name: str
    date: datetime.date | None = None
    athlete: Athlete = attrs.field(factory=Athlete)
    run: Workout | None = attrs.field(default=None, metadata={"also": (OTHER_TEXT,)})
    rules: tuple[Rule, ...] = ()
    units: UnitSystem = "metric"
    notes: str | None = None
    sub_sport: str | None = None


def load_spec(path: str | os.PathLike[str], *, rules: Iterable[type[Rule]] = ()) -> SessionSpec:
    """Read a spec file; the suffix (.yaml, .yml, .toml, .json) says its format.

    Args:
        path: Of the file.
        rules: Classes of one's own, known to the spec under their names.

    Raises:
        SpecError: All problems at once, with the file's path as the source; also
            where the file cannot be read, is larger than a million bytes or is
            not UTF-8.
    """
    text, format_ = read_text(path)
    return parse_spec(text, format_, source=os.fspath(path), rules=rules)


def parse_spec(
    text: str,
    format: SpecFormat = "yaml",  # noqa: A002 - the public name
    source: str | None = None,
    *,
    rules: Iterable[type[Rule]] = (),
) -> SessionSpec:
    """Read the text of a spec.

    Args:
        text: At most a million characters.
        format: Of the text.
        source: Name of the text, for errors.
        rules: Classes of one's own, known to the spec under their names.

    Raises:
        SpecError: All problems at once, in the order in which they stand where the
            format tells (YAML), each with its path.

    Example:
        >>> spec = parse_spec('''
        ... name: Sunday long run
        ... run: 8mi @ easy
        ... rules: [after_each_mile]
        ... ''')
        >>> session(spec).steps[0].count
        8
    """
    return read_session(text, format, source, rules)[0]


def read_session(
    text: str,
    format_: SpecFormat,
    source: str | None = None,
    rules: Iterable[type[Rule]] = (),
) -> tuple[SessionSpec, Document]:
    """Read the text of a spec, and where in it each value stands.

    Raises:
        SpecError: As ``parse_spec`` does.
    """
    document = read_document(text, format_, source)
    spec, problems = structure_session(document.data, rules)
    document.refuse(problems)
    return cast(SessionSpec, spec), document  # None comes with problems


def session(spec: SessionSpec) -> Workout:
    """The workout that a spec means: its rules laid over its run, in order.

    Raises:
        CompileError: A rule finds nothing to work on, or collides with another, or is
            laid over a ramp that cannot be cut into steps.
        SpecError: A rule is laid over a ramp between paces that the athlete does not have.

    Example:
        >>> spec = parse_spec("{name: Short day, rules: [{rule: backward_repeats, count: 4}]}")
        >>> session(spec).name
        'Short day'
    """
    run = spec.run or Workout(name=spec.name)
    workout = attrs.evolve(
        run, name=spec.name, sub_sport=spec.sub_sport or "generic", notes=spec.notes or run.notes
    )
    if spec.rules:
        # A rule may cut a step, and half a ramp is no ramp from its start to its end.
        steps, ramps = without_ramps(run.steps, spec.athlete.resolve, units=spec.units)
        workout = attrs.evolve(workout, steps=steps, remarks=(*run.remarks, *ramps))
    for rule in spec.rules:
        workout = lay(rule, workout, spec.athlete)
    return workout


def structure_session(
    data: Mapping[str, Any], own_rules: Iterable[type[Rule]] = ()
) -> tuple[SessionSpec | None, list[Problem]]:
    """The session that a mapping says, and what is wrong with it.

    Args:
        data: The keys of a session spec, with plain values.
        own_rules: Classes that are known beside the built-in and the installed ones.

    Returns:
        None where it cannot be made; the paths of the problems begin in the mapping.
    """
    problems = Problems()
    if data.get("run") is None and data.get(OTHER_TEXT) is None and not data.get("rules"):
        problems.append(Problem("expected a run such as 8mi @ easy, or rules, got neither"))
    other, more = _other_run(data)
    problems += more
    rules: tuple[Rule, ...] = ()
    with problems.at("rules"):
        rules = read_rules(data.get("rules"), own_rules)
    try:
        known = {key: value for key, value in data.items() if key not in (OTHER_TEXT, "rules")}
        spec = _CONVERTER.structure(known, SessionSpec)
    except cattrs.BaseValidationError as error:
        return None, [*problems, *problems_of(error)]
    spec = attrs.evolve(spec, run=other or spec.run, rules=rules)
    if spec.run is not None:
        spec = attrs.evolve(spec, run=attrs.evolve(spec.run, name=spec.name))
    return spec, problems


# Values. None is a key without a value: what the key would be without it.


def _run(value: object) -> Workout | None:
    return None if value is None else parse_workout(read_words(value, "a run such as 8mi @ easy"))


def _other_run(data: Mapping[str, Any]) -> tuple[Workout | None, list[Problem]]:
    """The run that stands in intervals.icu's text, and what is wrong with it."""
    value = data.get(OTHER_TEXT)
    if value is None:
        return None, []
    if data.get("run") is not None:
        message = "expected either a run or the text of intervals.icu, got both"
        return None, [Problem(message, OTHER_TEXT)]
    units = data.get("units")
    try:
        text = read_words(value, "a text such as - 10m Z2 HR")
        return parse_intervals_icu(text, units=units if units in get_args(UnitSystem) else None), []
    except SpecError as error:
        return None, list(error.under(OTHER_TEXT).problems)


def read_athlete(value: object) -> Athlete:
    """An athlete out of a spec; nobody where there is none.

    Raises:
        SpecError: All problems at once.
    """
    if value is None:
        return Athlete()
    known = keys_of(Athlete)
    given = _given(value, known, "the athlete's values, such as marathon_pace: 8:00/mi")
    problems = [unknown_key(key, known, "") for key in given if key not in known]
    try:
        athlete = Athlete(**{key: inner for key, inner in given.items() if key in known})
    except SpecError as error:
        raise SpecError([*problems, *error.problems]) from None
    if problems:
        raise SpecError(problems)
    return athlete


def _given(value: object, known: Iterable[str], what: str) -> dict[str, Any]:
    """The mapping without the known keys that have no value."""
    if not isinstance(value, Mapping):
        raise SpecError(f"expected {what}, got {value!r:.60}")
    names = set(known)
    return {key: inner for key, inner in value.items() if inner is not None or key not in names}


# The converter: cattrs goes through the fields of every class and gathers their errors.


def _reads(read: Callable[[Any], object]) -> Any:
    return override(struct_hook=lambda value, _: read(value))


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=True, forbid_extra_keys=True)
    converter.register_structure_hook(
        SessionSpec,
        make_dict_structure_fn(
            SessionSpec,
            converter,
            name=_reads(read_name),
            date=_reads(read_day_of_fit),
            athlete=_reads(read_athlete),
            run=_reads(_run),
            units=_reads(
                lambda value: read_choice(
                    "metric" if value is None else value, get_args(UnitSystem)
                )
            ),
            notes=_reads(lambda value: None if value is None else read_words(value, "a text")),
            sub_sport=_reads(
                lambda value: None if value is None else read_choice(value, SUB_SPORTS)
            ),
        ),
    )
    return converter


_CONVERTER: Final = _converter()
