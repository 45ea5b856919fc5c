"""Claims about the published schemas: every document fits its own, and no schema changes unseen."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import attrs
import pandas
import pytest
from jsonschema import Draft202012Validator

import backrun_fit as bf
from backrun_fit.athlete import BackwardCalibration
from backrun_fit.batch.results import ERROR_SCHEMA, row_line
from backrun_fit.changes import ChangeKind, changes_of
from backrun_fit.cli.check_batch import SUMMARY_SCHEMA
from backrun_fit.cli.compile_roster import ROSTER_SCHEMA
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import BackrunFitError
from backrun_fit.fit.columns import Segment
from backrun_fit.rehearsal import QUIRKS
from backrun_fit.rehearsal.faults import KINDS
from backrun_fit.render import document as documents
from backrun_fit.render.changes import changes_document
from backrun_fit.render.rows import COLUMNS
from backrun_fit.report import BackwardSummary, Done, Finding, Report, Role, ScoreBasis, Verdict
from backrun_fit.season.index import SEASON_SCHEMA, season_document
from backrun_fit.tolerances import Tolerances
from backrun_fit.workout import Intensity, Movement
from tests.conftest import ROOT
from tests.documents import SCHEMAS, Json, problems, schema
from tests.test_athlete_file import OWN
from tests.test_cli import run

DIGESTS = {
    "activity-1": "508214c22125bdde",
    "activity-2": "e1b17d3f0dd949af",
    "batch-1": "4f381d11f46bc20e",
    "calibration-1": "fdd28e6e85faa596",
    "changes-1": "edbc973c5b80f5d2",
    "changes-2": "67e1fa2a6c598b84",
    "contents-1": "34a6c763d18dbbb9",
    "error-1": "64e9f7c57c65344b",
    "report-1": "8eb118535ff88093",
    "report-2": "b6bf5bd0bb6fce00",
    "roster-1": "e4e26e0bed090085",
    "season-1": "9d4fbcafb1511f61",
    "trend-1": "cd49f445a14e4755",
    "trend-2": "bb85a29ed7231069",
    "workout-1": "557eb07d07455a40",
    "workout-2": "4e708cd13b9f6093",
}


def without_prose(node: Any) -> Any:
    """A schema without what is only said to people."""
    if isinstance(node, dict):
        return {
            key: without_prose(value)
            for key, value in node.items()
            if key not in ("title", "description")
        }
    return [without_prose(value) for value in node] if isinstance(node, list) else node


def digest(name: str) -> str:
    text = json.dumps(without_prose(schema(name)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def numbers(node: Any, name: str = "") -> Iterator[tuple[str, Json]]:
    """Every property of a schema that may be a number, with its name."""
    if isinstance(node, list):
        for value in node:
            yield from numbers(value, name)
    elif isinstance(node, dict):
        kinds = node.get("type", ())
        if {"number", "integer"} & {*([kinds] if isinstance(kinds, str) else kinds)}:
            yield name, node
        for key, value in node.items():
            if key in ("properties", "$defs"):
                for inner, of_it in value.items():
                    yield from numbers(of_it, inner)
            else:
                yield from numbers(value, name)


NAMES = sorted(path.name.removesuffix(".schema.json") for path in SCHEMAS.iterdir())
# Of each kind of document the one that is written today; the others stay for older documents.
NEWEST = sorted(
    {
        name.partition("-")[0]: name
        for name in sorted(NAMES, key=lambda n: int(n.partition("-")[2]))
    }.values()
)


# The schemas themselves.


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_of_2020_12_and_names_the_word_that_its_documents_carry(name: str) -> None:
    found = schema(name)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(found)
    kind, version = name.split("-")
    assert found["properties"]["schema"] == {"const": f"backrun_fit/{kind}/{version}"}
    assert "schema" in found["required"]


def test_every_word_that_the_package_writes_has_its_schema() -> None:
    words = {value for key, value in vars(documents).items() if key.endswith("_SCHEMA")}
    words |= {SEASON_SCHEMA, SUMMARY_SCHEMA, ROSTER_SCHEMA, ERROR_SCHEMA, "backrun_fit/changes/2"}
    assert {word.removeprefix("backrun_fit/").replace("/", "-") for word in words} == {*NEWEST}


def test_a_published_schema_does_not_change() -> None:
    changed = {name: digest(name) for name in NAMES if digest(name) != DIGESTS.get(name)}
    assert not changed, (
        f"docs/schemas: {', '.join(changed)} changed after it was published. Programs rely on "
        "it: leave it as it was, publish the new one under the next number (copy it to "
        "<name>-<n+1>.schema.json, change its word and the word that the documents carry), say "
        f"so in docs/reference/json.md and CHANGELOG.md, and add its digest to DIGESTS: {changed}"
    )
    assert DIGESTS.keys() == {*NAMES}, "a schema once published stays, for older documents"


def test_the_digest_sees_every_change_but_of_prose() -> None:
    found = schema("contents-1")
    for key in found["properties"]:
        fewer = {inner: value for inner, value in found["properties"].items() if inner != key}
        assert without_prose(found | {"properties": fewer}) != without_prose(found)
    assert without_prose(found | {"title": "another"}) == without_prose(found)


def test_parts_of_the_same_name_are_the_same_in_every_newest_schema() -> None:
    # An older version may have an older part: it does not change any more.
    known: Json = {}
    for name in NEWEST:
        for part, found in schema(name).get("$defs", {}).items():
            assert known.setdefault(part, found) == found, (name, part)


def test_enums_are_those_of_the_package() -> None:
    parts = schema("report-2")["$defs"]
    assert parts["verdict"]["enum"] == [verdict.value for verdict in Verdict]
    assert parts["movement"]["enum"] == [movement.value for movement in Movement]
    assert parts["intensity"]["enum"] == [*(intensity.value for intensity in Intensity), None]
    assert parts["tolerances"]["required"] == [f.name for f in attrs.fields(Tolerances)]
    assert parts["done"]["required"] == [field.name for field in attrs.fields(Done)]
    assert parts["backward"]["required"] == [f.name for f in attrs.fields(BackwardSummary)]
    assert parts["score_basis"]["enum"] == [*get_args(ScoreBasis)]
    assert {*parts["execution"]["properties"]["role"]["enum"]} == {*get_args(Role)}
    components = attrs.fields(Finding).component.type
    assert all(
        word in str(components) for word in parts["finding"]["properties"]["component"]["enum"]
    )
    kinds = schema("changes-2")["$defs"]["change"]["properties"]["kind"]["enum"]
    assert kinds == [kind.value for kind in ChangeKind]
    for part, word in (("duration", "Duration"), ("target", "Target")):
        found = {each["properties"]["kind"]["const"] for each in parts[part]["oneOf"]}
        assert found == {
            value for kind, value in documents._KINDS.items() if kind.__name__.endswith(word)
        }


def test_every_object_says_all_its_keys_and_takes_no_other() -> None:
    def look(node: Any, where: str) -> None:
        if isinstance(node, list):
            for value in node:
                look(value, where)
        elif isinstance(node, dict):
            if "properties" in node:
                assert node["additionalProperties"] is False, where
                optional = node["properties"].keys() - {*node["required"]}
                assert optional <= {"path", "source"}, (where, optional)
            for key, value in node.items():
                look(value, f"{where}.{key}")

    for name in NAMES:
        look(schema(name), name)


UNITS = ("_m", "_s", "_mps", "_bpm", "_spm", "_w", "_percent", "_fraction", "_count")
# Positions and raw values of FIT, counts named by what is counted, and shares of one.
WITHOUT_UNIT = {
    *("number", "step_index", "repeat_from", "first_lap", "last_lap", "week", "zone", "offset"),
    *("leg", "leg_count"),
    *("type", "value", "low", "high", "serial_number"),
    *("count", "executions", "agreements", "messages", "backward_parts", "open_steps"),
    *("weeks", "start", "add", "easy_weeks", "most", "standard_errors"),
    *("certainty", "quality", "score", "work_score", "weight", "ratio", "uncertainty"),
    *("effect", "lowest", "highest"),
    *("bouts", "cadence_effect_spread", "cadence_effect_uncertainty"),
    *("cadence_effect", "step_length_effect", "cadence_effect_change", "slower", "faster"),
    *("likelihood_ratio", "expected_effect", "expected_spread", "cadence_slope_uncertainty"),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_its_unit_in_its_name(name: str) -> None:
    bare = {
        found
        for found, node in numbers(schema(name))
        if not re.sub("_per_week", "", found).endswith(UNITS) and found not in WITHOUT_UNIT
    }
    # The two lengths of a colour and of the backward work are seconds or metres: see the basis.
    assert bare <= {"planned", "done"}


# Documents.


def rehearsed(name: str, *faults: str, seed: int = 1, quirks: tuple[str, ...] = ()) -> Report:
    plan = bf.read_workout(ROOT / "fixtures" / "workouts" / f"{name}.fit")
    run = bf.rehearse(
        plan,
        seed=seed,
        started_at=datetime(2026, 3, 1, 7, tzinfo=UTC),
        faults=[bf.parse_fault(fault) for fault in faults],
        quirks=quirks,
    )
    [activity] = bf.read_activities(bf.encode_rehearsal(run), on_error="salvage")
    return bf.check(activity, plan)


ACTIVITIES = sorted((ROOT / "fixtures" / "activities").glob("*.fit"))
PLANS = sorted((ROOT / "fixtures" / "workouts").glob("*.fit"))


def of_an_activity(path: Path) -> Iterator[Json]:
    """All that the package can say of a file, as documents."""
    for activity in bf.read_activities(path, on_error="salvage"):
        yield documents.activity_document(activity)
        for align in ("auto", "indexes", "laps", "samples"):
            try:
                report = bf.check(activity, align=align)
            except BackrunFitError:
                continue
            yield report.to_dict()


@pytest.mark.parametrize("path", ACTIVITIES, ids=lambda path: path.stem)
def test_documents_of_the_samples_fit_their_schemas(path: Path) -> None:
    for document in of_an_activity(path):
        assert problems(document) == []


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_workouts_fit_their_schema(path: Path) -> None:
    assert problems(documents.workout_document(bf.read_workout(path))) == []


def test_what_rules_change_in_a_workout_fits_its_schema() -> None:
    athlete = bf.Athlete(marathon_pace="8:00/mi")
    base = bf.parse_workout("8mi @ easy", name="w")
    before, after = (
        bf.compile_workout(each, athlete)
        for each in (base, bf.rules.AfterEachMile().apply(base, athlete))
    )
    document = {
        "schema": "backrun_fit/changes/2",
        "source": "plan.fit",
        "path": "out/plan.fit",
        "rule": "after_each_mile",
        **changes_document(changes_of(before, after)),
        "workout": documents.workout_document(after),
    }
    assert problems(document) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_reports_of_rehearsals_with_every_fault_fit_their_schema(kind: type) -> None:
    assert problems(rehearsed("short-day", f"{kind.__name__.lower()}:2").to_dict()) == []


@pytest.mark.parametrize("quirk", QUIRKS)
def test_reports_of_rehearsals_with_every_quirk_fit_their_schema(quirk: str) -> None:
    assert problems(rehearsed("short-day", quirks=(quirk,)).to_dict()) == []


def test_a_report_whose_backward_work_is_in_doubt_fits_its_schema() -> None:
    report = rehearsed("long-run", *(f"forward:{number}" for number in range(2, 17, 2)))
    assert report.verdict is Verdict.IN_DOUBT
    assert problems(report.to_dict()) == []
    trend = bf.compare_runs([rehearsed("long-run"), report])
    assert problems(documents.trend_document(trend)) == []


def test_a_trend_and_a_season_fit_their_schemas() -> None:
    trend = bf.compare_runs([rehearsed("short-day"), rehearsed("short-day", "skip:3", seed=2)])
    assert problems(documents.trend_document(trend)) == []
    season = bf.load_season(ROOT / "fixtures" / "seasons" / "first-eight-weeks.yaml")
    assert problems(season_document(bf.compile_season(season))) == []


@pytest.mark.parametrize("replaced", [None, OWN])
def test_a_calibration_fits_its_schema(replaced: BackwardCalibration | None) -> None:
    document = documents.calibration_document(OWN, replaced, "run.fit")
    assert problems(document) == problems({**document, "path": "athlete.yaml"}) == []
    for key, value in (("bouts", 1), ("cadence_effect", 1.5), ("calibrated_on", "1 March")):
        assert problems({**document, key: value}) != []


def test_what_a_batch_leaves_fits_its_schemas(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.fit").write_bytes(ACTIVITIES[0].read_bytes()[:-9])
    output = tmp_path / "rows.jsonl"
    batch = ("check", ACTIVITIES[0], tmp_path, "-o", output, "--jobs", "1", "--json")
    assert run(*batch) == 0
    roster, plan = tmp_path / "roster.csv", ROOT / "fixtures" / "specs" / "long-run.yaml"
    roster.write_text("name,marathon_pace\nAnn,8:00/mi\n")
    assert run("compile", roster, plan, "-o", tmp_path / "out", "--jobs", "1", "--json") == 0
    lines = [*output.read_text().splitlines(), *capsys.readouterr().out.splitlines()]
    found = [json.loads(line) for line in lines]
    assert [document["schema"] for document in found] == [
        *("backrun_fit/report/2", "backrun_fit/error/1"),
        *("backrun_fit/batch/1", "backrun_fit/roster/1"),
    ]
    assert [problems(document) for document in found] == [[]] * 4


def test_an_error_without_an_offset_fits_its_schema() -> None:
    [result] = bf.check_many(["not-there.fit"])
    assert problems(json.loads(row_line(result, None, "jsonl"))) == []


def everything_in(path: Path) -> Iterator[Json]:
    """Documents of every kind that a file of any kind can give."""
    for read in (_contents, _workout, of_an_activity):
        try:
            yield from read(path)
        except BackrunFitError:
            continue


def _contents(path: Path) -> Iterator[Json]:
    segments: list[Segment] = list(bf.read_messages(path, on_error="salvage"))
    for segment in segments:
        yield documents.contents_document(segment, str(path))


def _workout(path: Path) -> Iterator[Json]:
    plan: CompiledWorkout = bf.read_workout(path)
    yield documents.workout_document(plan)


def test_documents_of_some_real_files_fit_their_schemas(corpus: Path) -> None:
    files = sorted(path for path in corpus.rglob("*.fit"))[::12]
    found = [document for path in files for document in everything_in(path)]
    assert len(found) > len(files)
    for document in found:
        assert problems(document) == []


@pytest.mark.slow
def test_documents_of_all_real_files_fit_their_schemas(corpus: Path) -> None:
    words = set()
    for path in sorted(corpus.rglob("*.fit")):
        for document in everything_in(path):
            words.add(document["schema"])
            assert problems(document) == [], path.name
    assert words == {
        f"backrun_fit/{kind}" for kind in ("report/2", "workout/2", "activity/2", "contents/1")
    }


def _set(document: Json, path: str, value: object) -> None:
    *above, last = path.split(".")
    for key in above:
        document = document[int(key)] if key.isdigit() else document[key]  # type: ignore[index]
    document[last] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("score", "100"),
        ("score", 101),
        ("work_score", -1),
        ("score_basis", "guess"),
        ("backward.is_withheld", None),
        ("backward.planned_count", 0),
        ("executions.0.role", "rest"),
        ("executions.0.weight", 1.5),
        ("verdict", "fine"),
        ("executions.0.certainty", 1.5),
        ("executions.0.start_at", "2026-03-01 07:00"),
        ("executions.0.start_at", "2026-03-01T07:00:00+00:00"),
        ("executions.0.done.speed", 3.1),
        ("executions.0.planned.target.kind", "speed"),
        ("evidence.label", None),
        ("tolerances.duration_s", -1),
        ("extras", []),
    ],
)
def test_a_document_with_a_wrong_value_or_a_further_key_is_refused(
    path: str, value: object
) -> None:
    document = rehearsed("short-day").to_dict()
    assert problems(document) == []
    _set(document, path, value)
    assert problems(document) != []


def test_a_document_without_one_of_its_keys_is_refused() -> None:
    document = rehearsed("short-day").to_dict()
    for key in document.keys() - {"schema"}:
        fewer = {inner: value for inner, value in document.items() if inner != key}
        assert any(key in problem for problem in problems(fewer))


# Rows.


def test_rows_say_what_the_document_says_one_an_execution() -> None:
    report = rehearsed("long-run", "skip:4")
    rows, document = report.rows(), report.to_dict()
    assert [tuple(row) for row in rows] == [COLUMNS] * len(report.results)
    for row, execution in zip(rows, document["executions"], strict=True):
        for key in (
            "number",
            "step_index",
            "name",
            "movement",
            "verdict",
            "quality",
            "weight_s",
            "role",
            "weight",
        ):
            assert row[key] == execution[key]
        for key in attrs.fields_dict(Done):
            assert row[key] == (execution["done"] and execution["done"][key])
        assert row["planned_duration"] == execution["planned"]["duration"]["kind"]
        assert row["planned_distance_m"] == execution["planned"]["duration"].get("distance_m")
        assert row["planned_slowest_mps"] == execution["planned"]["target"].get("slowest_mps")
        assert row["reasons"] == "; ".join(execution["reasons"])
    effects = {row["number"]: row["cadence_effect"] for row in rows if row["cadence_effect"]}
    assert effects == {each.number: each.effect for each in report.evidence.effects} != {}
    assert rows[3]["start_at"] is None


def test_rows_make_a_table_with_numbers_and_instants() -> None:
    frame = pandas.DataFrame(rehearsed("short-day").rows())
    assert list(frame.columns) == [*COLUMNS]
    assert str(frame["start_at"].dtype).endswith("UTC]")
    assert frame["speed_mps"].mean() > 1


def test_the_page_on_documents_names_every_key_and_every_column() -> None:
    page = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"schemas/{name}.schema.json" in page
        missing = [key for key in schema(name)["properties"] if f"`{key}`" not in page]
        assert not missing, (name, missing)
    prefix = re.compile("^planned_(?!duration$|target$)")
    assert [each for each in COLUMNS if not prefix.match(each) and f"`{each}`" not in page] == []
