"""Claims about rules that others wrote: plain classes, and entry points of distributions."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import attrs
import pytest

import backrun_fit as bf
from backrun_fit.athlete import Athlete
from backrun_fit.cli import main
from backrun_fit.errors import CompileError, SpecError
from backrun_fit.notation import parse_workout
from backrun_fit.rules import RULES, foreign
from backrun_fit.rules.foreign import lay, rule_named, rule_names
from backrun_fit.season import parse_season
from backrun_fit.season.sessions import season_sessions
from backrun_fit.spec import SessionSpec, load_spec, parse_spec, session
from backrun_fit.spec.rule_text import parse_rules
from backrun_fit.workout import DistanceDuration, Movement, Step, Workout, walk_steps
from tests.conftest import ROOT
from tests.docs_pages import fences
from tests.packages import offered

PAGE = ROOT / "docs" / "how-to" / "own-rule.md"
CODE = fences(PAGE, "python")[0]
LONG_RUN = ROOT / "fixtures" / "workouts" / "long-run.fit"


@pytest.fixture
def my_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's rule, and what a distribution may have wrong, installed."""
    broken = (
        "class Plain:\n    name = 'plain'\n"
        "    def apply(self, workout, athlete=None):\n        return workout\n"
        "class Cutter(Plain):\n    name = 'cutter'\n"
        "    def apply(self, workout, athlete=None):\n"
        "        return type(workout)(name=workout.name, steps=workout.steps[1:])\n"
        "number = 7\n"
    )
    folder = offered(
        tmp_path / "installed",
        "my_rules",
        f"{CODE}\n{broken}",
        backward_strides="BackwardStrides",
        plain="Plain",
        cutter="Cutter",
        renamed="Plain",
        number="number",
        absent="Absent",
        drills="BackwardStrides",
    )
    offered(tmp_path / "others", "other_rules", "1 / 0", unloadable="Rule", plain="Plain")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.syspath_prepend(str(tmp_path / "others"))
    monkeypatch.delitem(sys.modules, "my_rules", raising=False)
    return folder


def as_read(value: object) -> float:
    """The converter of a parameter."""
    if value == "never":
        raise ValueError("never is no length")
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        return float(value)
    raise TypeError(f"expected a text, got {value!r}")


def words_of(text: str) -> list[str]:
    """The converter of another, which does not take what it returns."""
    return text.split()


@attrs.frozen(kw_only=True)
class Tail:
    """A backward step at the end, as its parameters say."""

    name: ClassVar[str] = "tail"

    metres: float = attrs.field(default=100.0, converter=as_read)
    times: int = attrs.field(default=1, validator=attrs.validators.le(50))
    share: float = 0.5
    sure: bool = False
    words: object = None
    pieces: list[str] = attrs.field(default="a b", converter=words_of)

    def apply(
        self,
        workout: Workout,
        athlete: Athlete | None = None,  # noqa: ARG002 - every rule is called alike
    ) -> Workout:
        back = Step(
            duration=DistanceDuration(distance_m=self.metres), movement=Movement.BACKWARD_RUN
        )
        there = sum(step == back for step in workout.steps)
        return attrs.evolve(workout, steps=(*workout.steps, *(back,) * (self.times - there)))


def tail(text: str) -> Tail:
    """The rule of a spec with such parameters."""
    spec = parse_spec(
        f"{{name: x, run: 8mi @ easy, rules: [{{rule: tail, {text}}}]}}", rules=[Tail]
    )
    (rule,) = spec.rules
    assert isinstance(rule, Tail)
    return rule


# A plain class.


def test_a_plain_class_goes_through_the_whole_pipeline() -> None:
    spec = SessionSpec(name="Mine", run=parse_workout("8mi @ easy"), rules=(Tail(times=2),))
    compiled = bf.compile_workout(session(spec), Athlete(marathon_pace="8:00/mi"))
    data = bf.encode_workout(compiled, created_at=datetime(2026, 3, 1, tzinfo=UTC))
    movements = [step.movement for step in walk_steps(bf.as_workout(bf.read_workout(data)).steps)]
    assert movements == [Movement.RUN, *[Movement.BACKWARD_RUN] * 2]


def test_a_spec_knows_the_classes_that_its_reader_is_given(tmp_path: Path) -> None:
    text = "name: Mine\nrun: 8mi @ easy\nrules: [tail, after_each_mile]"
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    for spec in (parse_spec(text, rules=[Tail]), load_spec(path, rules=[Tail])):
        assert spec.rules == (Tail(), RULES["after_each_mile"]())
    with pytest.raises(
        SpecError, match=r"rules\[0\] .*expected one of after_each_mile.*got 'tail'"
    ):
        parse_spec(text)


def test_numbers_and_flags_without_a_converter_are_read_by_their_annotation() -> None:
    assert tail("times: 3, share: 0.25, sure: yes, words: [1]") == Tail(
        times=3, share=0.25, sure=True, words=["1"]
    )


def test_a_converter_need_not_take_what_it_has_made() -> None:
    assert tail("pieces: c d e").pieces == ["c", "d", "e"]


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("metres: never", "rules[0].metres", "never is no length"),
        ("metres: [1]", "rules[0].metres", "expected a text"),
        ("times: 1.5", "rules[0].times", "expected a whole number, got '1.5'"),
        ("sure: perhaps", "rules[0].sure", "expected true or false"),
        ("share: much", "rules[0].share", "expected a number, got 'much'"),
        ("times: 51", "rules[0]", "'times' must be <= 50"),
        ("metre: 5", "rules[0].metre", "did you mean metres"),
    ],
)
def test_what_is_wrong_with_a_parameter_is_told_at_its_path(
    text: str, path: str, words: str
) -> None:
    with pytest.raises(SpecError) as caught:
        tail(text)
    (problem,) = caught.value.problems
    assert problem.path == path
    assert words in problem.message
    assert problem.line == 1


def test_all_problems_of_foreign_and_built_in_rules_are_told_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(
            "name: x\nrun: 8mi @ esy\nrules:\n  - {rule: tail, metres: never, share: much}\n"
            "  - {rule: drills, rounds: 0}\n  - nothing",
            rules=[Tail],
        )
    assert [(problem.path, problem.line) for problem in caught.value.problems] == [
        ("run", 2),
        ("rules[0].metres", 4),
        ("rules[0].share", 4),
        ("rules[1].rounds", 5),
        ("rules[2]", 6),
    ]


def test_a_class_without_fields_has_no_parameters_in_specs() -> None:
    class Plain:
        name: ClassVar[str] = "plain"

        def __init__(self, **parameters: object) -> None:
            assert not parameters

        def apply(
            self,
            workout: Workout,
            athlete: Athlete | None = None,  # noqa: ARG002 - every rule is called alike
        ) -> Workout:
            return workout

    (rule,) = parse_spec("{name: x, rules: [plain]}", rules=[Plain]).rules
    assert isinstance(rule, Plain)
    with pytest.raises(SpecError, match=r"rules\[0\]\.every"):
        parse_spec("{name: x, rules: [{rule: plain, every: 1mi}]}", rules=[Plain])


def test_a_class_of_ones_own_takes_no_built_in_name() -> None:
    class Drills(Tail):
        name = "drills"

    with pytest.raises(SpecError, match="expected a rule with a name of its own, got 'drills'"):
        parse_spec("{name: x, rules: [drills]}", rules=[Drills])


class Nameless(Tail):
    name = 7  # type: ignore[assignment]


class Idle:
    name: ClassVar[str] = "idle"


@pytest.mark.parametrize("kind", [int, Nameless, Idle, Tail()])
def test_what_is_no_rule_is_refused_as_one_of_ones_own(kind: object) -> None:
    with pytest.raises(SpecError, match="expected a rule of one's own: a class with a name"):
        parse_spec("{name: x, rules: [drills]}", rules=[kind])  # type: ignore[list-item]


# The promise.


def test_a_rule_that_is_not_built_in_is_held_to_the_promise_of_all() -> None:
    class Cuts(Tail):
        name = "cuts"

        def apply(self, workout: Workout, athlete: Athlete | None = None) -> Workout:
            return super().apply(attrs.evolve(workout, steps=()), athlete)

    workout = parse_workout("2mi @ easy")
    assert lay(Tail(), workout) == Tail().apply(workout)
    assert Cuts().apply(workout).steps
    with pytest.raises(CompileError, match=r"cuts: .*step 1 of 1 \(3.22 km"):
        lay(Cuts(), workout)
    with pytest.raises(CompileError, match="cuts: "):
        session(SessionSpec(name="x", run=workout, rules=(Cuts(),)))


# Entry points.


def test_an_installed_rule_is_known_to_specs_seasons_and_the_command_line(my_rules: Path) -> None:
    spec = parse_spec("{name: x, run: 8mi @ easy, rules: [{rule: backward_strides, count: 6}]}")
    assert spec.rules == parse_rules("backward-strides:count=6")
    assert session(spec).steps[-1].count == 6  # type: ignore[union-attr]
    season = parse_season(
        "{name: s, start: 2026-03-02, weeks: 3, athlete: {marathon_pace: 8:00/mi}, sessions: ["
        "{day: Sun, name: Long, run: 5mi @ easy, rules: [{rule: backward_strides}]}]}"
    )
    parts = [dated.backward_parts for dated in season_sessions(season)]
    assert parts == [2, 3, 4]
    assert [dated.spec.rules[0].count for dated in season_sessions(season)] == parts  # type: ignore[attr-defined]


def test_names_are_listed_without_loading_anything(my_rules: Path) -> None:
    assert rule_names()[: len(RULES)] == tuple(RULES)
    assert {"backward_strides", "unloadable"} <= set(rule_names())
    with pytest.raises(SpecError, match=r"backward_strides.*did you mean backward_strides"):
        rule_named("backward_stride")
    assert "my_rules" not in sys.modules


def test_a_built_in_rule_keeps_its_name(my_rules: Path) -> None:
    assert rule_named("drills") is RULES["drills"]
    assert rule_names().count("drills") == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("renamed", r"expected a rule called 'renamed' from my_rules \(.*:Plain\), got 'plain'"),
        (
            "number",
            r"expected a rule 'number' from my_rules \(my_rules:number\): a class .*, got 7",
        ),
        ("absent", r"'absent' from my_rules \(my_rules:Absent\), got AttributeError: "),
        ("unloadable", r"from other_rules \(other_rules:Rule\), got ZeroDivisionError: div"),
        ("plain", r"one distribution with the rule 'plain', got my_rules \(.* and other_rules \("),
    ],
)
def test_a_broken_entry_point_is_told_with_its_distribution(
    my_rules: Path, name: str, words: str
) -> None:
    with pytest.raises(SpecError, match=words) as caught:
        parse_spec(f"{{name: x, run: 8mi @ easy, rules: [{name}]}}")
    assert [problem.path for problem in caught.value.problems] == ["rules[0]"]


def test_a_broken_entry_point_stops_nothing_else(my_rules: Path) -> None:
    assert parse_spec("{name: x, run: 8mi @ easy, rules: [backward_strides, drills]}").rules


def test_an_installed_rule_that_takes_work_away_is_refused_where_it_stands(
    my_rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: Mine\nrun: 2mi @ easy, 1mi @ marathon\nrules:\n  - drills\n  - cutter\n")
    with pytest.raises(SystemExit) as left:
        main(["compile", str(path), "-o", str(tmp_path / "out")])
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert "rules[1] (line 5, column 5): cutter: expected all forward work" in said


# A season.


def test_a_season_needs_to_know_by_what_a_rule_grows(my_rules: Path) -> None:
    lonely = (
        "{name: s, start: 2026-03-02, weeks: 2, sessions: [{day: Sun, name: a, run: 5mi, rules: ["
    )
    with pytest.raises(
        SpecError, match=r"parameter times, count or rounds, .*got cutter"
    ) as caught:
        parse_season(f"{lonely}drills, cutter]}}]}}")
    assert [problem.path for problem in caught.value.problems] == ["sessions[0].rules[1]"]


# Installed for good.


def test_nothing_is_looked_up_for_specs_of_built_in_rules() -> None:
    code = (
        "import sys; from backrun_fit.spec.rules import read_rules; read_rules(['drills']); "
        "assert 'importlib.metadata' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_example_is_shorter_than_forty_lines() -> None:
    assert len(CODE.splitlines()) < 40


@pytest.mark.slow
def test_the_package_of_the_page_installs_and_works_from_the_command_line(tmp_path: Path) -> None:
    package, target = tmp_path / "package", tmp_path / "target"
    package.mkdir()
    (package / "my_rules.py").write_text(CODE)
    (package / "pyproject.toml").write_text(fences(PAGE, "toml")[0])
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    flags = ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(target)]
    subprocess.run([*pip, *flags, str(package)], check=True)
    command = re.search(r"^backrun-fit (apply .*)$", PAGE.read_text(), re.MULTILINE)
    assert command is not None
    arguments = command[1].replace("plan.fit", str(LONG_RUN)).split()
    done = subprocess.run(
        [sys.executable, "-m", "backrun_fit.cli", *arguments, "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    messages = json.loads(done.stdout)["workout"]["messages"]
    assert messages[-1]["count"] == 6
    assert messages[-2]["movement"] == "walk"
    assert (tmp_path / json.loads(done.stdout)["path"]).is_file()


def test_installed_distributions_are_scanned_once_however_many_names_are_unknown(
    my_rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans: list[str] = []
    look = importlib.metadata.entry_points

    def counted(**chosen: str) -> object:
        scans.append(chosen["group"])
        return look(**chosen)

    monkeypatch.setattr(importlib.metadata, "entry_points", counted)
    foreign._scan_distributions.cache_clear()
    for _ in range(3):
        with pytest.raises(SpecError, match="evry"):
            parse_spec(f"{{name: x, run: 8mi @ easy, rules: [{', '.join(['evry'] * 100)}]}}")
    assert scans == ["backrun_fit.rules"]
