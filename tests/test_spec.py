"""Claims about session specs in YAML, TOML and JSON."""

from __future__ import annotations

import contextlib
import datetime
import json
import math
import pickle
import time
import tomllib
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backrun_fit.athlete import Athlete, Race
from backrun_fit.compile import compile_workout
from backrun_fit.errors import BackrunFitError, SpecError
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.intervals_icu import parse_intervals_icu
from backrun_fit.notation import parse_workout
from backrun_fit.rules import RULES, AfterEachMile, BackwardRecoveries, BackwardRepeats
from backrun_fit.spec import SUB_SPORTS, SessionSpec, load_spec, parse_spec, session
from backrun_fit.spec.document import MAX_DEPTH, MAX_KEY, MAX_VALUES
from backrun_fit.spec.located import load_located
from backrun_fit.spec.problems import problems_of
from backrun_fit.spec.rules import MAX_RULES
from backrun_fit.spec.text import SpecFormat, read_document
from backrun_fit.workout import Movement, PaceTarget, walk_steps

LONG_RUN = """
name: Sunday long run
date: 2026-03-01
athlete: {marathon_pace: 8:00/mi}
run: 8mi @ easy
rules:
  - after_each_mile
  - rule: backward_recoveries
    whole: true
"""
EVERYTHING = SessionSpec(
    name="Track Tuesday",
    date=datetime.date(2026, 3, 3),
    athlete=Athlete(
        name="Sam",
        races=(Race(distance="10km", time="40:00"), Race(distance="half marathon", time="1:30:00")),
        weekly_distance="40mi",
        paces={"easy": "9:30/mi"},
    ),
    run=parse_workout(
        "2km @ easy, 6 x (800m @ 5k + 90s @ recovery), 1km @ easy", name="Track Tuesday"
    ),
    rules=(BackwardRecoveries(whole=True), BackwardRepeats(count=4, slower=0.07)),
    units="statute",
    notes="On the track.",
    sub_sport="track",
)
EVERYTHING_YAML = """
name: Track Tuesday
date: 2026-03-03
athlete:
  name: Sam
  races:
    - {distance: 10km, time: 40:00}
    - distance: half marathon
      time: 1:30:00
  weekly_distance: 40mi
  paces: {easy: 9:30/mi}
run: 2km @ easy, 6 x (800m @ 5k + 90s @ recovery), 1km @ easy
rules:
  - {rule: backward_recoveries, whole: yes}
  - rule: backward_repeats
    count: 4
    slower: 7%
units: statute
notes: On the track.
sub_sport: track
"""
EVERYTHING_TOML = """
name = "Track Tuesday"
date = 2026-03-03
run = "2km @ easy, 6 x (800m @ 5k + 90s @ recovery), 1km @ easy"
units = "statute"
notes = "On the track."
sub_sport = "track"
[athlete]
name = "Sam"
weekly_distance = "40mi"
paces = {easy = "9:30/mi"}
races = [{distance = "10km", time = "40:00"}, {distance = "half marathon", time = 01:30:00}]
[[rules]]
rule = "backward_recoveries"
whole = true
[[rules]]
rule = "backward_repeats"
count = 4
slower = 0.07
"""
EVERYTHING_JSON = json.dumps(
    {
        "name": "Track Tuesday",
        "date": "2026-03-03",
        "run": "2km @ easy, 6 x (800m @ 5k + 90s @ recovery), 1km @ easy",
        "units": "statute",
        "notes": "On the track.",
        "sub_sport": "track",
        "athlete": {
            "name": "Sam",
            "weekly_distance": "40mi",
            "paces": {"easy": "9:30/mi"},
            "races": [
                {"distance": "10km", "time": "40:00"},
                {"distance": "half marathon", "time": "1:30:00"},
            ],
            "marathon_pace": None,
        },
        "rules": [
            {"rule": "backward_recoveries", "whole": True},
            {"rule": "backward_repeats", "count": 4, "slower": 0.07},
        ],
    }
)


def refused(text: str, kind: Any = "yaml") -> SpecError:
    with pytest.raises(SpecError) as caught:
        parse_spec(text, kind, source=f"spec.{kind}")
    assert caught.value.source == f"spec.{kind}"
    return caught.value


def with_athlete(inner: str) -> str:
    return f"name: x\nrun: 1mi @ easy\nathlete: {{{inner}}}\n"


# What a spec says.


def test_the_long_run_is_read_whole() -> None:
    assert parse_spec(LONG_RUN) == SessionSpec(
        name="Sunday long run",
        date=datetime.date(2026, 3, 1),
        athlete=Athlete(marathon_pace="8:00/mi"),
        run=parse_workout("8mi @ easy", name="Sunday long run"),
        rules=(AfterEachMile(), BackwardRecoveries(whole=True)),
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [(EVERYTHING_YAML, "yaml"), (EVERYTHING_TOML, "toml"), (EVERYTHING_JSON, "json")],
)
def test_the_three_formats_say_the_same(text: str, kind: Any) -> None:
    assert parse_spec(text, kind) == EVERYTHING


@pytest.mark.parametrize("field", [field.name for field in attrs.fields(SessionSpec)])
def test_the_comparison_of_specs_sees_every_field(field: str) -> None:
    least = SessionSpec(name="x")
    assert attrs.evolve(EVERYTHING, **{field: getattr(least, field)}) != EVERYTHING


def test_yaml_keeps_a_pace_without_quotes_from_becoming_sexagesimal() -> None:
    athlete = parse_spec(with_athlete("marathon_time: 3:30:00")).athlete
    assert athlete.stated_marathon_s == 12_600.0
    races = parse_spec(with_athlete("races: [{distance: 10km, time: 40:00}]")).athlete.races
    assert races[0].time_s == 2400.0


def test_a_key_without_a_value_is_as_good_as_none() -> None:
    text = "name: x\nrun: 1mi\ndate:\nathlete: {marathon_pace: ~}\nrules:\nunits: null\nnotes:\n"
    assert parse_spec(text) == parse_spec("name: x\nrun: 1mi\n")
    assert parse_spec('name: x\nrun: 1mi\nnotes: "null"').notes == "null"


def test_rules_are_laid_over_the_run_in_order() -> None:
    workout = session(EVERYTHING)
    by_hand = attrs.evolve(
        EVERYTHING.rules[1].apply(
            EVERYTHING.rules[0].apply(
                parse_workout("2km @ easy, 6 x (800m @ 5k + 90s @ recovery), 1km @ easy")
            )
        ),
        name="Track Tuesday",
        sub_sport="track",
        notes="On the track.",
    )
    assert workout == by_hand


def test_rules_alone_make_a_session() -> None:
    workout = session(parse_spec("{name: Short day, rules: [backward_repeats]}"))
    assert Movement.BACKWARD_RUN in {step.movement for step in walk_steps(workout.steps)}
    treadmill = session(parse_spec("{name: First try, rules: [treadmill_intro]}"))
    assert treadmill.sub_sport == "treadmill"


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_known_by_its_bare_name(name: str) -> None:
    assert parse_spec(f"{{name: x, rules: [{name}]}}").rules == (RULES[name](),)


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".YAML"])
def test_a_file_is_read_by_its_suffix(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"spec{suffix}"
    path.write_text("\ufeff" + EVERYTHING_YAML, encoding="utf-8")
    assert load_spec(path) == load_spec(str(path)) == EVERYTHING


def test_toml_and_json_files_are_read_too(tmp_path: Path) -> None:
    for suffix, text in ((".toml", EVERYTHING_TOML), (".json", EVERYTHING_JSON)):
        (tmp_path / f"spec{suffix}").write_text(text, encoding="utf-8")
        assert load_spec(tmp_path / f"spec{suffix}") == EVERYTHING


# What is refused.


def test_all_problems_of_a_spec_are_said_at_once_with_their_places() -> None:
    error = refused(
        """\
nam: x
date: 2026-02-30
athlete:
  marathon_pace: 8:00
  races:
    - {distance: 10 furlong, time: 40:00}
  shoe: 44
run: 8mi @ esy, 0 x 400m @ 5k
rules:
  - after_each_mil
  - rule: after_each_mile
    every: 1 furlong
    slower: .nan
    evry: 2mi
  - [drills]
units: imperial
sub_sport: treadmil
"""
    )
    assert [(found.path, found.line, found.column) for found in error.problems] == [
        ("name", 1, 1),
        ("nam", 1, 6),
        ("date", 2, 7),
        ("athlete.marathon_pace", 4, 18),
        ("athlete.races[0].distance", 6, 18),
        ("athlete.shoe", 7, 9),
        ("run", 8, 12),
        ("run", 8, 17),
        ("rules[0]", 10, 5),
        ("rules[1].every", 12, 12),
        ("rules[1].slower", 13, 13),
        ("rules[1].evry", 14, 11),
        ("rules[2]", 15, 5),
        ("units", 16, 8),
        ("sub_sport", 17, 12),
    ]
    said = str(error)
    for name in ("name", "easy", "after_each_mile", "every", "treadmill"):
        assert f"did you mean {name}?" in said
    assert "expected a distance such as 1mi, got '1 furlong'" in said
    assert str(pickle.loads(pickle.dumps(error))) == said


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "got nothing"),
        ("# only a comment", "got nothing"),
        ("- a", "got a list"),
        ("8mi @ easy", "got text"),
        ("name: x", "expected a run such as 8mi @ easy, or rules, got neither"),
        (
            "name: x\nrun: 1mi\nrules: []\nname: y",
            "name (line 4, column 1): expected each key once",
        ),
        ("name: x\nrun: 1mi\nathlete: {name: a, name: b}", "athlete.name (line 3, column 20)"),
        ("a: &x 1\nb: 2", "line 1, column 4: expected values without anchors, got &x"),
        ("a: *x", "line 1, column 4: expected values written out, got the alias *x"),
        ("a: [&a [*a, *a], *a]", "anchors"),
        ("&k a: 1", "anchors"),
        ("a: !!python/object/apply:os.system [ls]", "without tags"),
        ("a: ! b", "without tags"),
        ("!!str a: b", "without tags"),
        ("name: x\n---\nname: y", "line 2, column 1: expected one document"),
        ("a: " + "[" * 5000, "levels"),
        ("{" * 5000, "word as a key"),
        ("a: " + "{a: " * 5000, "levels"),
        ("[a]: b", "word as a key"),
        ("a: b: c", "line 1, column 5: expected YAML"),
        ("a: [1", "expected YAML"),
        ("a: 'b", "expected YAML"),
        ("\tname: x", "expected YAML"),
        ("a: \x00", "line 1, column 4: expected YAML"),
        ('a: "\\UFFFFFFFF"', "expected YAML, got an escape"),
        ("%YAML 9.9\n---\na: 1", "expected YAML"),
        ("name: x\nrun: [1mi]", "run (line 2, column 1): expected a run"),
        ("name: x\nrun: ''", "run (line 2, column 6): expected a run"),
        ("name: [x]\nrun: 1mi", "name (line 1, column 1): expected a name"),
        ("name:\nrun: 1mi", "name (line 1, column 6): expected a name, got None"),
        ("name: |\n  a\n  b\nrun: 1mi", "expected a name in one line"),
        ("name: '" + "x" * 201 + "'\nrun: 1mi", "at most 200 characters"),
        ("name: x\nrun: 1mi\nrules: drills", "expected a list of rules"),
        ("name: x\nrun: 1mi\nrules: [{every: 1mi}]", "under the key 'rule'"),
        ("name: x\nrun: 1mi\nathlete: Sam", "expected the athlete's values"),
        ("name: x\nrun: 1mi\ndate: 1.3.2026", "expected a date such as 2026-03-01"),
        ("name: x\nrun: 1mi\ndate: ٢٠٢٦-03-01", "expected a date such as 2026-03-01"),
        ("name: x\nrun: 1mi\nnotes: [a]", "notes (line 3, column 1): expected a text"),
        ("name: x\nrun: 1mi\nunits: ''", "expected one of metric, statute"),
        ("name: x\nrun: 1mi\nshoes:", "shoes (line 3, column 7): expected one of name"),
        ("name: x\nrun: 1mi\nrules: [{rule: drills, foo: }]", "rules[0].foo"),
        ("name: x\nrun: 1mi\nrules: [{rule: drills, rounds: many}]", "rules[0].rounds"),
        (with_athlete("marathon_pace: 0:30/km"), "athlete.marathon_pace"),
        (with_athlete("races: [{distance: 10km}]"), "athlete.races[0]"),
        (with_athlete("paces: {esy: 9:00/mi}"), "athlete.paces.esy (line 3, column 24)"),
    ],
)
def test_yaml_that_cannot_be_meant_is_refused(text: str, part: str) -> None:
    assert part in str(refused(text))


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("", "toml", "got neither"),
        ("a = \nb = 1", "toml", "line 1, column 5: expected TOML"),
        ("a = 1\nb = ", "toml", "line 2, column 5: expected TOML: Invalid value"),
        ('name = "x"\nname = "y"', "toml", "expected TOML: Cannot overwrite"),
        ("a = nan", "toml", "a: expected a finite number, got nan"),
        ("a = {b = -inf}", "toml", "a.b: expected a finite number, got -inf"),
        ("a = " + "[" * 5000, "toml", "levels"),
        ("a" + ".a" * 5000 + " = 1", "toml", "levels"),
        ("a = " + "9" * 5000, "toml", "number too long"),
        ('name = "x"\nrun = "1mi"\ndate = 2026-03-01T00:00:00', "toml", "date: expected a date"),
        ('name = 2026-03-01\nrun = "1mi"', "toml", "name: expected a name"),
        ('name = 5\nrun = "1mi"', "toml", "name: expected a name, got 5"),
        ("", "json", "line 1, column 1: expected JSON"),
        ("[]", "json", "got a list"),
        ("null", "json", "got nothing"),
        ("5", "json", "got a number"),
        ('{"a": 1,\n 2}', "json", "line 2, column 2: expected JSON"),
        ('{"name": "x", "run": "1mi", "name": "y"}', "json", "name: expected each key once"),
        ('{"athlete": {"a": 1, "a": 2}}', "json", "athlete.a: expected each key once"),
        ('{"a": NaN}', "json", "expected a finite number, got NaN"),
        ('{"a": -Infinity}', "json", "expected a finite number, got -Infinity"),
        ('{"rules": [{"rule": "drills", "slower": 1e999}]}', "json", "rules[0].slower: expected"),
        ('{"a": ' * 50_000, "json", "levels"),
        ('{"a": ' * 50 + "1" + "}" * 50, "json", "levels"),
        ("9" * 5000, "json", "number too long"),
        ('{"name": "\\ud800", "run": "1mi"}', "json", "surrogate"),
        ('{"name": "x", "run": "1mi, 2mi @ esy"}', "json", "(at line 1, column 12 of this text)"),
        ('{"name": "x", "run": 8}', "json", "run: expected a run such as 8mi @ easy, got 8"),
    ],
)
def test_toml_and_json_that_cannot_be_meant_are_refused(text: str, kind: str, part: str) -> None:
    assert part in str(refused(text, kind))


def test_a_problem_inside_a_run_of_several_lines_says_where_in_it() -> None:
    (problem,) = refused("name: x\nrun: >\n  8mi @ easy,\n  3mi @ esy\n").problems
    assert (problem.path, problem.line, problem.column) == ("run", 2, 6)
    assert problem.message.endswith("(at line 1, column 19 of this text)")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("name: x\nrun: |\n  8mi @ easy,\n  3mi @ esy\n", [(4, 9)]),
        ("name: x\nrun: |\n\n      8mi @ easy,\n\n        3mi @ esy\n\n", [(6, 15)]),
        ("name: x\nrun: |-\n  8mi @ esy, 1mi @ esy", [(3, 9), (3, 20)]),
        ("name: x\nintervals_icu: |\n  Main 2x\n  - 10m Z9 HR\n  - 0m\n", [(4, 9), (5, 5)]),
        ("name: x\nrun: |2\n    8mi @ esy\n", [(3, 11)]),
    ],
)
def test_a_problem_inside_a_block_of_text_is_placed_at_its_own_character(
    text: str, places: list[tuple[int, int]]
) -> None:
    assert [(problem.line, problem.column) for problem in refused(text).problems] == places


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_problem_inside_a_run_in_one_line_has_its_column_in_the_file(quote: str) -> None:
    (problem,) = refused(f"name: x\nrun: {quote}8mi @ esy{quote}\n").problems
    assert (problem.line, problem.column) == (2, 12 + len(quote))


def test_nesting_is_allowed_up_to_the_limit() -> None:
    text = "a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert "levels" not in str(refused(text))
    assert "levels" in str(refused("a: " + "[" * (MAX_DEPTH + 1)))


def test_files_that_cannot_be_read_are_refused_with_their_name(tmp_path: Path) -> None:
    cases = {
        "a.txt": (b"name: x", "ends in .yaml, .yml, .toml, .json"),
        "latin.yaml": ("name: Übung".encode("latin-1"), "UTF-8, got byte 0xdc at offset 6"),
        "wide.json": ("{}".encode("utf-16"), "UTF-8, got byte 0xff at offset 0"),
        "big.yaml": (b"#" * 1_000_001, "at most 1,000,000 bytes"),
    }
    for name, (data, part) in cases.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SpecError) as caught:
            load_spec(tmp_path / name)
        assert part in str(caught.value)
        assert caught.value.source == str(tmp_path / name)
    for path in (tmp_path, tmp_path / "none.yaml", "\0.yaml"):
        with pytest.raises(SpecError):
            load_spec(path)


def test_only_text_in_a_known_format_is_read() -> None:
    xml: Any = "xml"
    number: Any = 5
    with pytest.raises(SpecError, match="yaml, toml, json"):
        parse_spec("a", xml)
    with pytest.raises(SpecError, match="text of a spec"):
        parse_spec(number)
    with pytest.raises(SpecError, match="at most 1,000,000 characters"):
        parse_spec("#" * 1_000_001)


def test_an_error_that_speaks_of_no_input_is_not_taken_for_a_problem_of_the_spec() -> None:
    with pytest.raises(ZeroDivisionError):
        list(problems_of(ZeroDivisionError()))


PIECES = st.sampled_from(
    [
        *"abc01 \n\t:-,[]{}\"'&*!|>%@`#?~=.\\\u2028\x85\r",
        *(
            "\n  ",
            "\n- ",
            ": ",
            "name: x\n",
            "run: 1mi\n",
            "rules:\n",
            "athlete: {",
            "rule: drills",
        ),
        *("null", "1e999", "2026-03-01", "!!", '"name": ', "[[rules]]\n", "---\n", "%YAML ", "<<"),
        *("\\U", "NaN", "&a ", "*a ", "\ufeff"),
    ]
)
JUNK = st.text() | st.lists(PIECES, max_size=30).map("".join)


@given(JUNK, st.sampled_from(["yaml", "toml", "json"]))
@example("%YAML 1.99999999999999999999", "yaml")
@example("%YAML 1." + "9" * 5000, "yaml")
@example("a: \ud800", "yaml")
@example('name = "\ud800"', "toml")
@example("?" * 2000, "yaml")
@example("- " * 2000, "yaml")
@example("? " * 2000, "yaml")
def test_whatever_a_file_holds_is_read_or_refused(text: str, kind: Any) -> None:
    with contextlib.suppress(SpecError):
        parse_spec(text, kind)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["rule", "distance", "time", "easy", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
PARAMETERS = sorted({key for rule in RULES.values() for key in attrs.fields_dict(rule)})  # type: ignore[arg-type]
RULE_VALUES = st.sampled_from([*RULES]) | st.builds(
    lambda rule, rest: {"rule": rule, **rest},
    st.sampled_from([*RULES]),
    st.dictionaries(st.sampled_from(PARAMETERS), VALUES, max_size=3),
)
ATHLETES = VALUES | st.dictionaries(
    st.sampled_from([field.alias for field in attrs.fields(Athlete)]), VALUES, max_size=4
)
SPECS = st.fixed_dictionaries(
    {"name": st.just("x") | VALUES, "run": st.just("1mi @ easy") | VALUES},
    optional={
        "athlete": ATHLETES,
        "rules": st.lists(RULE_VALUES, max_size=3) | VALUES,
        "date": VALUES,
        "units": VALUES,
        "notes": VALUES,
        "sub_sport": st.sampled_from(SUB_SPORTS) | VALUES,
    },
)


@given(SPECS)
def test_any_values_in_a_spec_are_read_or_refused(data: dict[str, Any]) -> None:
    text = json.dumps(data)
    kinds: tuple[SpecFormat, ...] = ("json", "yaml")
    for kind in kinds:
        with contextlib.suppress(BackrunFitError):
            session(parse_spec(text, kind))


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent.parent / "fixtures").glob("specs/*"))
)
def test_the_sample_specs_make_sessions_with_backward_steps(path: Path) -> None:
    workout = session(load_spec(path))
    assert any(step.movement.is_backward for step in walk_steps(workout.steps))


# The text of intervals.icu.

INTERVALS = "name: x\nintervals_icu: |\n  Warmup\n  - 10m Z2 HR\n\n  4x\n  - 1km {pace} Pace\n"


def test_a_run_may_stand_in_the_text_of_intervals_icu() -> None:
    text = "Warmup\n- 10m Z2 HR\n\n4x\n- 1km 5:00/km Pace\n"
    spec = parse_spec(INTERVALS.format(pace="5:00/km"))
    assert spec.run == parse_intervals_icu(text, name="x")
    assert parse_spec(json.dumps({"name": "x", "intervals_icu": text}), "json") == spec


@pytest.mark.parametrize(("units", "per_m"), [("metric", 1000.0), ("statute", 1609.344)])
def test_the_units_of_the_session_say_what_a_pace_without_a_unit_is_per(
    units: str, per_m: float
) -> None:
    (problem,) = refused(INTERVALS.format(pace="5:00")).problems
    assert (problem.line, problem.column) == (7, 9)
    run = parse_spec(INTERVALS.format(pace="5:00") + f"units: {units}").run
    assert run is not None
    targets = [step.target for step in walk_steps(run.steps)]
    assert targets[1] == PaceTarget(slowest_mps=per_m / 300, fastest_mps=per_m / 300)


def test_notes_and_doubts_of_the_text_come_along() -> None:
    spec = parse_spec("name: x\nintervals_icu: |\n  By the lake.\n\n  - 400m Z2 HR\n")
    assert session(spec).notes == "By the lake."
    (remark,) = session(spec).remarks
    assert "400mtr" in remark
    assert session(attrs.evolve(spec, notes="Hills.")).notes == "Hills."


@pytest.mark.parametrize(
    ("text", "path", "part"),
    [
        ("name: x\nrun: 1mi\nintervals_icu: '- 10m'", "intervals_icu", "either a run or"),
        ("name: x\nintervals_icu: 5", "intervals_icu", "at least one step"),
        ("name: x\nintervals_icu: [a]", "intervals_icu", "a text such as - 10m"),
        ("name: x\nintervals_icu:\n", "", "got neither"),
        ("name: x\nintervalsicu: '- 10m'\nrun: 1mi", "intervalsicu", "did you mean intervals_icu"),
        ("name: x\nrun: '- 10m 80%'", "run", "parse_intervals_icu"),
        ("name: x\nintervals_icu: '8mi @ easy'", "intervals_icu", "parse_workout"),
    ],
)
def test_runs_of_the_other_dialect_and_two_runs_are_refused(
    text: str, path: str, part: str
) -> None:
    problems = refused(text).problems
    assert any(problem.path == path and part in problem.message for problem in problems), problems


def test_values_of_the_body_are_read_from_text() -> None:
    athlete = parse_spec(
        with_athlete("max_heart_rate: 185 bpm, threshold_heart_rate: 168, threshold_power: 280W")
    ).athlete
    assert athlete == Athlete(max_heart_rate=185, threshold_heart_rate=168, threshold_power=280)
    (problem,) = refused(with_athlete("max_heart_rate: 20")).problems
    assert (problem.path, problem.line) == ("athlete.max_heart_rate", 3)


def test_rules_are_laid_over_a_ramp_as_over_the_steps_that_it_becomes() -> None:
    text = with_athlete("marathon_pace: 8:00/mi").replace("1mi @ easy", "3mi @ easy to marathon")
    workout = session(parse_spec(f"{text}rules: [after_each_mile]"))
    forward = [step for step in walk_steps(workout.steps) if step.movement is Movement.RUN]
    assert math.fsum(step.duration.distance_m for step in forward) == pytest.approx(3 * 1609.344)  # type: ignore[union-attr]
    speeds = [step.target.fastest_mps for step in forward]  # type: ignore[union-attr]
    assert speeds == sorted(speeds)
    assert workout.remarks[0].endswith("became 4 steps of 1.21 km")
    assert session(parse_spec(text)).remarks == ()


# Names and dates.


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("a\u202eb", "got U+202E (right-to-left override) as character 2 of 'a\\u202eb'"),
        ("a\nb", "got U+000A as character 2 of 'a\\nb'"),
        ("a\u2060b", "got U+2060 (word joiner)"),
        ("ab\u200d", "got U+200D (zero width joiner) as character 3"),
        ("\x1b[31m", "got U+001B as character 1"),
        ("a\xa0b", "got U+00A0 (no-break space)"),
        ("x" * 201, "expected a name of at most 200 characters, got 201"),
    ],
)
def test_a_name_that_cannot_be_printed_is_refused_and_the_character_named(
    name: str, complaint: str
) -> None:
    error = refused(json.dumps({"name": name, "run": "1mi"}), "json")
    assert complaint in str(error)
    assert str(error).isprintable()


@pytest.mark.parametrize("name", ["Läufer 🏃\u200d♂️ lang", "می\u200cدوم", "🏳️\u200d🌈 5k"])
def test_names_may_hold_the_joiners_of_emoji_and_of_scripts(name: str) -> None:
    assert parse_spec(json.dumps({"name": name, "run": "1mi"}), "json").name == name


@pytest.mark.parametrize("day", ["1970-01-01", "1998-07-03", "2126-02-07", "9999-12-31"])
def test_a_day_that_no_fit_file_can_hold_is_refused_at_its_place(day: str) -> None:
    error = refused(f"name: X\ndate: {day}\nrun: 1mi\n")
    assert "date (line 2, column 7): expected a day from 1998-07-04 to 2126-02-06" in str(error)


@pytest.mark.parametrize("day", ["1998-07-04", "2126-02-06"])
def test_the_first_and_the_last_day_are_taken_and_written(day: str) -> None:
    spec = parse_spec(f"name: X\ndate: {day}\nrun: 1km @ 5:00/km\n")
    assert spec.date is not None
    at = datetime.datetime.combine(spec.date, datetime.time(), datetime.UTC)
    assert encode_workout(compile_workout(session(spec)), created_at=at)


# What shows only when the session is made.


def located(text: str, folder: Path, suffix: str = "yaml") -> str:
    """What is told of a spec that cannot be made into a file."""
    path = folder / f"spec.{suffix}"
    path.write_text(text, encoding="utf-8")
    found = load_located(path)

    def make(spec: SessionSpec) -> bytes:
        compiled = compile_workout(session(spec), spec.athlete)
        return encode_workout(
            compiled, created_at=datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
        )

    with pytest.raises(SpecError) as caught:
        found.attempt(make)
    assert caught.value.source == str(path)
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: X\nrun: 8mi @ easy\n", "athlete.marathon_pace (line 1, column 1): expected a"),
        (
            "name: X\nathlete: {name: Bo}\nrun: 8mi @ easy\n",
            "athlete.marathon_pace (line 2, column 1): expected a marathon pace",
        ),
        (
            "name: X\nathlete:\n  marathon_pace: 8:00/mi\nrun: 1km @ 80%LTHR\n",
            "athlete.threshold_heart_rate (line 2, column 1): expected the athlete's threshold",
        ),
        (
            "name: X\nrun: 1km @ easy to 5k\n",
            "athlete.marathon_pace (line 1, column 1): expected a marathon pace",
        ),
        ("name: X\nrun: 0.001m\n", "run (line 2, column 6): 'X': message 0: expected a distance"),
        (
            "name: X\nintervals_icu: |\n  - 10m 60% LTHR\n",
            "athlete.threshold_heart_rate (line 1, column 1): expected",
        ),
        (
            "name: X\nrun: 8km @ 5:00/km\nrules: [drills, backward_recoveries]\n",
            "rules[1] (line 3, column 17): backward_recoveries: expected a recovery",
        ),
        (
            # The other rule fails too, by itself, for another reason.
            "name: X\nrun: 8mi @ easy\nrules:\n  - rule: backward_recoveries\n",
            "rules[0] (line 4, column 5): backward_recoveries: expected a recovery",
        ),
        (
            "name: X\nrun: 8mi @ 5:00/km, 0.001m\nrules: [drills]\n",
            "run (line 2, column 6): 'X': message 5: expected a distance",
        ),
        (
            "name: X\nrules: [{rule: backward_repeats, count: 2}]\n",
            "athlete.marathon_pace (line 1, column 1): expected",
        ),
    ],
)
def test_what_shows_when_the_session_is_made_is_told_at_its_place(
    text: str, told: str, tmp_path: Path
) -> None:
    assert located(text, tmp_path).startswith(told)


def test_without_places_in_the_format_the_path_is_told(tmp_path: Path) -> None:
    text = 'name = "X"\nrun = "0.001m"\n'
    assert located(text, tmp_path, "toml").startswith("run: 'X': message 0: expected a distance")


def test_what_can_be_made_comes_out_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(LONG_RUN.replace("  - rule: backward_recoveries\n    whole: true\n", ""))
    found = load_located(path)
    assert found.spec == load_spec(path)
    assert found.attempt(session) == session(found.spec)


# Limits of texts that come from outside.

SIZE = 300_000


@pytest.mark.parametrize(
    ("text", "format_", "words"),
    [
        ("a." * (SIZE // 2) + "a = 1", "toml", "levels"),
        ("[" + "a." * (SIZE // 2) + "a]", "toml", "levels"),
        ('"a"' + " . 'a'" * (SIZE // 6) + " = 1", "toml", "levels"),
        ("x = {" + "a." * (SIZE // 2) + "a = 1}", "toml", "levels"),
        ("a = " + "[" * SIZE, "toml", "levels"),
        ("a" * SIZE + " = 1", "toml", "key of at most 200 characters, got 300,000"),
        ('"' + "a" * SIZE + '" = 1', "toml", "key of at most"),
        ('{"a":' * (SIZE // 5), "json", "levels"),
        ('{"' + "a" * SIZE + '": 1}', "json", "key of at most"),
        ("a" * SIZE + ": 1", "yaml", "expected"),
        ("? " + "a" * SIZE + "\n: 1", "yaml", "key of at most"),
        ("- " * (SIZE // 2), "yaml", "levels"),
        ("[" + "[a]," * (SIZE // 4) + "]", "yaml", "at most 50,000 values"),
        ("a: [" + "1," * (SIZE // 2) + "1]", "yaml", "at most 50,000 values"),
        ('{"a": [' + "1," * (SIZE // 2) + "1]}", "json", "at most 50,000 values"),
        ("a = [" + "1," * (SIZE // 2) + "1]", "toml", "at most 50,000 values"),
        ("rules: [" + "evry," * 10_000 + "evry]", "yaml", "at most 100 rules, got 10,001"),
        ("athlete: {marathon_pace: '8:00" + " " * SIZE + "x'}", "yaml", "a pace such as"),
        ("athlete: {paces: {easy: '8:00" + " -" * (SIZE // 2) + "x'}}", "yaml", "a pace such as"),
        ("athlete: {max_heart_rate: '185" + " " * SIZE + "x'}", "yaml", "max_heart_rate"),
    ],
)
def test_a_text_that_is_made_to_cost_is_refused_in_a_few_seconds(
    text: str, format_: SpecFormat, words: str
) -> None:
    begun = time.process_time()
    with pytest.raises(SpecError, match=words):
        parse_spec(text, format_)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("key", ["a", "k" * MAX_KEY])
def test_a_key_within_the_limit_is_read(key: str) -> None:
    for text, format_ in (
        (f"{key}: 1", "yaml"),
        (f"{key} = 1", "toml"),
        (f'{{"{key}": 1}}', "json"),
    ):
        assert read_document(text, format_).data.keys() == {key}  # type: ignore[arg-type]


def test_as_many_values_as_the_limit_says_are_read() -> None:
    texts = ",".join("1" * (MAX_VALUES - 2))
    for text, format_ in ((f"a: [{texts}]", "yaml"), (f'{{"a": [{texts}]}}', "json")):
        assert len(read_document(text, format_).data["a"]) == MAX_VALUES - 2  # type: ignore[arg-type]


TOML_KEYS = st.lists(st.sampled_from(["a", '"b.c"', "'[d'", "1"]), min_size=1, max_size=14)
TOML_VALUES = st.recursive(
    st.sampled_from(["1.5", '"a.[{b"', "'#.'", '"""x""\n.[\\""""', "1979-05-27T07:32:00.9", "[]"]),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=2).map(lambda of: f"[{', '.join(of)}]")
        | inner.map(lambda of: f"{{x.y = {of}}}")
    ),
    max_leaves=14,
)


@given(keys=TOML_KEYS, value=TOML_VALUES, wraps=st.integers(0, 12))
def test_nesting_is_measured_before_parsing_as_it_is_after(
    keys: list[str], value: str, wraps: int
) -> None:
    """Whatever the quick look refuses, the look at the values refuses, and the other way round."""
    text = f"{'.'.join(keys)} = {'[' * wraps}{value}{']' * wraps}  # a.b.c.d.e.f.g.h.i.j.k.l [[["

    def deepest(value: object, depth: int = 0) -> int:
        inner = value.values() if isinstance(value, dict) else value
        below = inner if isinstance(value, dict | list) else ()
        return max([depth, *(deepest(each, depth + 1) for each in below)])  # type: ignore[attr-defined]

    if deepest(tomllib.loads(text)) <= MAX_DEPTH:
        read_document(text, "toml")
        return
    with pytest.raises(SpecError, match="levels"):
        read_document(text, "toml")


def test_as_many_rules_as_the_limit_says_are_read() -> None:
    rules = ", ".join(["drills"] * MAX_RULES)
    assert len(parse_spec(f"{{name: x, run: 1mi @ easy, rules: [{rules}]}}").rules) == MAX_RULES
