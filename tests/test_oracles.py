"""Claims about every file that we write: readers that share no code with us read it, and alike.

Four decoders are compared with each other, quantity by quantity, and gpsbabel's track with ours.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from backrun_fit.compile import compile_workout
from backrun_fit.compiled import CompiledWorkout, RepeatMessage
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.fit.activity_writer import encode_activity
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.fit.workout_writer import encode_workout
from backrun_fit.rehearsal import (
    QUIRKS,
    Rehearsal,
    Watch,
    encode_rehearsal,
    parse_fault,
    rehearse,
)
from backrun_fit.spec import load_spec, session
from backrun_fit.workout import (
    DistanceDuration,
    HeartRateAboveDuration,
    HeartRateBelowDuration,
    HeartRateTarget,
    Intensity,
    Movement,
    OpenDuration,
    PaceTarget,
    PowerTarget,
    Step,
    TimeDuration,
)
from tests.conftest import ROOT
from tests.oracles import gpsbabel, javascript, npm, python
from tests.oracles.view import QUANTITIES, Absent, Oracle, Row, View, differences, view

FIXTURES = ROOT / "fixtures"
SPECS = sorted((FIXTURES / "specs").glob("*.yaml"))
WORKOUTS = sorted((FIXTURES / "workouts").glob("*.fit"))
ACTIVITIES = sorted((FIXTURES / "activities").glob("*.fit"))
START = datetime(2026, 3, 1, 8, tzinfo=UTC)
EVERYTHING = Watch(
    autolap_m=1000.0,
    has_power=True,
    has_dynamics=True,
    has_developer_fields=True,
    big_endian=True,
)
SPARSE = Watch(smart_recording=True, has_barometer=False, auto_pause=True, dropouts_per_h=12.0)
WATCHES = {"plain": Watch(), "everything": EVERYTHING, "sparse": SPARSE}
FAULTS = (
    *("skip:2", "short:2", "long:2", "fast:2", "slow:2", "walk:2", "stop:2:20s", "pause:2:45.5s"),
    *(
        "press:2",
        "forget:2",
        "forward:3",
        "hill:3",
        "restart:3",
        "abandon:4",
        "late:1:90s",
        "wrong",
    ),
)

EVERY_KIND = CompiledWorkout(
    name="Every kind",
    messages=(
        Step(duration=TimeDuration(duration_s=90.0), intensity=Intensity.WARMUP, notes="Läufig"),
        Step(
            duration=DistanceDuration(distance_m=402.34),
            target=PaceTarget(slowest_mps=3.3, fastest_mps=3.5),
            intensity=Intensity.INTERVAL,
            name="Fast",
        ),
        Step(
            duration=TimeDuration(duration_s=60.0),
            intensity=Intensity.RECOVERY,
            movement=Movement.BACKWARD_RUN,
            name="Back 60 s",
        ),
        RepeatMessage(first_index=1, count=2),
        Step(
            duration=HeartRateAboveDuration(heart_rate_bpm=150.0),
            target=HeartRateTarget(lowest_bpm=150.0, highest_bpm=160.0),
        ),
        Step(duration=HeartRateBelowDuration(heart_rate_bpm=120.0), intensity=Intensity.REST),
        Step(
            duration=TimeDuration(duration_s=45.5),
            target=PowerTarget(lowest_w=200.0, highest_w=240.0),
        ),
        Step(duration=OpenDuration(), intensity=Intensity.COOLDOWN),
    ),
)


def plans() -> dict[str, CompiledWorkout]:
    loaded = {path.stem: load_spec(path) for path in SPECS}
    return {"every-kind": EVERY_KIND} | {
        name: compile_workout(session(spec), spec.athlete, units=spec.units)
        for name, spec in loaded.items()
    }


PLANS = plans()


def rehearsed(
    workout: CompiledWorkout,
    *,
    seed: int,
    watch: Watch = EVERYTHING,
    fault: str | None = None,
    quirks: Sequence[str] = (),
) -> Rehearsal:
    faults = [] if fault is None else [parse_fault(fault)]
    return rehearse(workout, seed=seed, watch=watch, started_at=START, faults=faults, quirks=quirks)


def cases() -> Iterator[tuple[str, Callable[[], Rehearsal]]]:
    """Every rehearsal that the readers are asked about: its name and how it is made."""
    for name, workout in PLANS.items():
        for seed, (kind, watch) in enumerate(WATCHES.items(), 2):
            yield f"{name}-{kind}-{seed}", partial(rehearsed, workout, seed=seed, watch=watch)
    for seed, fault in enumerate(FAULTS, 10):
        name = f"every-kind-{fault.replace(':', '-')}-{seed}"
        yield name, partial(rehearsed, EVERY_KIND, seed=seed, fault=fault)
    for seed, quirk in enumerate(sorted(QUIRKS.keys() - {"truncated"}), 40):
        yield (
            f"every-kind-{quirk}-{seed}",
            partial(rehearsed, EVERY_KIND, seed=seed, quirks=[quirk]),
        )


CASES = dict(cases())
REHEARSAL = rehearsed(EVERY_KIND, seed=1)
RUN = REHEARSAL.activity
TRACK = RUN.track


@pytest.fixture(scope="module")
def rehearsals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every rehearsal as a file, by name."""
    folder = tmp_path_factory.mktemp("rehearsals")
    for name, make in CASES.items():
        (folder / f"{name}.fit").write_bytes(encode_rehearsal(make()))
    return {path.stem: path for path in folder.glob("*.fit")}


@pytest.fixture(scope="module")
def by_javascript(rehearsals: Mapping[str, Path]) -> dict[Path, View]:
    """What Garmin's kit for JavaScript says of all files, asked once."""
    paths = [*WORKOUTS, *ACTIVITIES, *rehearsals.values()]
    return dict(zip(paths, asked(javascript.read, paths), strict=True))


def asked(oracle: Callable[..., Any], *arguments: Any) -> Any:
    """What an oracle answers; the test is skipped where there is none."""
    try:
        return oracle(*arguments)
    except Absent as reason:
        pytest.skip(str(reason))


def disagreements(path: Path) -> list[str]:
    """Between Garmin's package and each of the other two for Python."""
    (first,) = python.read_garmin([path])
    others = [*python.read_fitparse([path]), *python.read_fitdecode([path])]
    return [text for other in others for text in differences(first, other)]


def disagreements_with(javascripts: View, path: Path) -> list[str]:
    """Between Garmin's two kits; with those of ``disagreements`` that is all four readers."""
    (first,) = python.read_garmin([path])
    return differences(first, javascripts)


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def slow_unless(quick: bool, path: Path) -> Any:
    marks = () if quick else pytest.mark.slow
    return pytest.param(path, id=name_of(path), marks=marks)


@pytest.mark.parametrize(
    "path",
    [
        *(slow_unless(True, path) for path in WORKOUTS),
        *(slow_unless(path.stem == "treadmill", path) for path in ACTIVITIES),
    ],
)
def test_three_readers_find_a_sample_sound_and_alike(path: Path) -> None:
    assert disagreements(path) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", [*WORKOUTS, *ACTIVITIES], ids=name_of)
def test_the_fourth_reader_finds_a_sample_sound_and_alike(
    path: Path, by_javascript: Mapping[Path, View]
) -> None:
    assert disagreements_with(by_javascript[path], path) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_three_readers_find_a_rehearsal_sound_and_alike(
    name: str, rehearsals: Mapping[str, Path]
) -> None:
    assert disagreements(rehearsals[name]) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_fourth_reader_finds_a_rehearsal_sound_and_alike(
    name: str, rehearsals: Mapping[str, Path], by_javascript: Mapping[Path, View]
) -> None:
    path = rehearsals[name]
    assert disagreements_with(by_javascript[path], path) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "decode/DeveloperData.fit",
        "decode/developer-types-sample.fit",
        "decode/garmin-fenix-5-run.fit",
        "structured/b-2024-03-07-08-23-17.fit",
    ],
)
def test_four_readers_find_a_real_recording_alike_so_the_measure_is_fair(
    corpus: Path, name: str
) -> None:
    path = corpus / name
    assert disagreements(path) == []
    (javascripts,) = asked(javascript.read, [path])
    assert disagreements_with(javascripts, path) == []


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("oracles") / "every-kind.fit"
    path.write_bytes(encode_rehearsal(REHEARSAL))
    return path


@pytest.fixture(scope="module")
def found(every_kind: Path) -> View:
    (one,) = python.read_garmin([every_kind])
    return one


def test_no_quantity_that_is_compared_is_missing_from_a_file_of_every_kind(
    found: View,
) -> None:
    """A name that no reader knows would make all of them agree upon nothing."""
    missing = {
        (kind, name)
        for kind, quantities in QUANTITIES.items()
        for name in quantities
        if all(row[name] is None for row in found.rows[kind])
    }
    assert missing == set()
    assert any(name.startswith("developer ") for name in found.rows["record"][0])


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in QUANTITIES.items() for name in names]
)
def test_the_comparison_sees_one_value_that_differs_and_one_that_is_lost(
    kind: str, name: str, found: View
) -> None:
    rows = list(found.rows[kind])
    place = next(n for n, row in enumerate(rows) if row[name] is not None)
    value = rows[place][name]
    other: float | str
    if isinstance(value, str):
        other = f"{value}x"
    else:
        # Half of the wire's finest step: 180 degrees in 2^31, else a thousandth.
        other = (value or 0.0) + (90 / 2**31 if name.endswith("_deg") else 0.0005)
    for changed in (other, None):
        row: Row = {**rows[place], name: changed}
        bad = {**found.rows, kind: [*rows[:place], row, *rows[place + 1 :]]}
        (text,) = differences(found, attrs.evolve(found, rows=bad))
        assert text.startswith(f"{kind}[{place}].{name}: ")


def test_the_comparison_sees_messages_lost_and_added_and_errors(found: View) -> None:
    assert differences(found, found) == []
    fewer = attrs.evolve(found, counts={**found.counts, "lap": found.counts["lap"] - 1})
    more = attrs.evolve(found, counts={**found.counts, "hrv": 1})
    assert [text.partition(":")[0] for text in differences(found, fewer)] == ["lap"]
    assert [text.partition(":")[0] for text in differences(found, more)] == ["hrv"]
    assert [text.partition(":")[0] for text in differences(more, found)] == ["hrv"]
    wrong = attrs.evolve(found, reader="other", errors=("no checksum",))
    assert differences(found, wrong) == ["other: no checksum"]
    assert differences(wrong, found) == ["other: no checksum"]


def test_the_comparison_sees_a_developer_field_that_differs_or_is_lost() -> None:
    def one(developer_fields: Mapping[str, float]) -> View:
        return view("one", {"record": [{"developer_fields": developer_fields}]})

    full = one({"Stance": 251.5})
    assert differences(full, one({"Stance": 251.5})) == []
    for other in ({"Stance": 251.0}, {"Balance": 251.5}, {}):
        assert "record[0].developer Stance" in differences(full, one(other))[-1]


ORACLES = [
    *(pytest.param(oracle, id=name) for name, oracle in python.ORACLES.items()),
    pytest.param(javascript.read, id="@garmin/fitsdk", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("oracle", ORACLES)
def test_a_file_that_says_something_else_looks_different_through_every_reader(
    oracle: Oracle, tmp_path: Path, every_kind: Path
) -> None:
    """So none of them is blind to a quantity, or looks at another file."""
    lap = attrs.evolve(
        RUN.laps[1], timer_s=1.0, step_index=9, trigger="position_lap", intensity="other"
    )
    track = attrs.evolve(
        TRACK,
        heart_rate_bpm=TRACK.heart_rate_bpm + 1,
        cadence_spm=TRACK.cadence_spm + 1 / 64,
        distance_m=TRACK.distance_m + 0.01,
    )
    changed = attrs.evolve(
        RUN,
        distance_m=1.0,
        sport="walking",
        laps=(RUN.laps[0], lap, *RUN.laps[3:]),
        track=track,
        workout=attrs.evolve(EVERY_KIND, name="Other"),
    )
    other = tmp_path / "other.fit"
    other.write_bytes(encode_activity(changed))
    before, after = asked(oracle, [every_kind, other])
    assert differences(before, before) == []
    assert {text.partition(":")[0] for text in differences(before, after)} >= {
        *("lap", "lap[1].timer_s", "lap[1].step_index", "lap[1].trigger", "lap[1].intensity"),
        *("record[0].heart_rate_bpm", "record[0].cadence_spm", "record[0].distance_m"),
        *("session[0].distance_m", "session[0].sport", "workout[0].name"),
    }


@pytest.mark.parametrize("oracle", ORACLES)
def test_every_reader_complains_of_what_is_broken(oracle: Oracle, tmp_path: Path) -> None:
    data = WORKOUTS[0].read_bytes()
    broken = {
        "one bit changed": data[:40] + bytes([data[40] ^ 1]) + data[41:],
        "one byte lost": data[:-1],
        "download broken off": encode_rehearsal(
            rehearsed(EVERY_KIND, seed=5, quirks=["truncated"])
        ),
        "no FIT file": b"This is no FIT file, it is one sentence.",
    }
    for name, content in broken.items():
        (tmp_path / name).write_bytes(content)
    views = asked(oracle, [tmp_path / name for name in broken])
    assert [name for name, found in zip(broken, views, strict=True) if not found.errors] == []


@pytest.mark.parametrize("oracle", ORACLES)
def test_every_reader_reads_a_workout_of_every_kind_of_step(oracle: Oracle, tmp_path: Path) -> None:
    path = tmp_path / "every-kind.fit"
    path.write_bytes(encode_workout(EVERY_KIND, created_at=START))
    (found,) = asked(oracle, [path])
    (garmins,) = python.read_garmin([path])
    assert differences(garmins, found) == []
    steps = found.rows["workout_step"]
    assert [step["duration"] for step in steps] == [
        *("time", "distance", "time", "repeat_until_steps_cmplt"),
        *("hr_greater_than", "hr_less_than", "time", "open"),
    ]
    assert [step["intensity"] for step in steps if step["duration"] != steps[3]["duration"]] == [
        *("warmup", "interval", "recovery", "active", "rest", "active", "cooldown")
    ]
    assert (steps[0]["duration_s"], steps[1]["duration_m"]) == (90.0, 402.34)
    assert (steps[0]["notes"], steps[1]["name"]) == ("Läufig", "Fast")
    assert (steps[1]["slowest_mps"], steps[1]["fastest_mps"]) == (3.3, 3.5)
    assert (steps[3]["repeat_from"], steps[3]["repeats"]) == (1, 2)


OUTDOOR = [path.stem for path in ACTIVITIES if path.stem != "treadmill"]


@pytest.mark.slow
@pytest.mark.parametrize("name", OUTDOOR)
def test_gpsbabel_finds_the_track_of_an_outdoor_sample(name: str) -> None:
    path = FIXTURES / "activities" / f"{name}.fit"
    ours = gpsbabel.points_of(read_activity(path).track)
    assert len(ours) > 1000
    assert gpsbabel.differences(ours, asked(gpsbabel.read, path)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CASES if "treadmill" not in name])
def test_gpsbabel_finds_the_track_of_an_outdoor_rehearsal(
    name: str, rehearsals: Mapping[str, Path]
) -> None:
    ours = gpsbabel.points_of(read_activity(rehearsals[name]).track)
    assert len(ours) > 200
    assert gpsbabel.differences(ours, asked(gpsbabel.read, rehearsals[name])) == []


@pytest.mark.slow
def test_gpsbabel_leaves_out_where_the_satellites_were_lost(tmp_path: Path) -> None:
    seen = np.arange(len(TRACK)) % 60 < 45
    track = attrs.evolve(
        TRACK,
        latitude_deg=np.where(seen, TRACK.latitude_deg, np.nan),
        longitude_deg=np.where(seen, TRACK.longitude_deg, np.nan),
    )
    path = tmp_path / "lost.fit"
    path.write_bytes(encode_activity(attrs.evolve(RUN, track=track)))
    theirs = asked(gpsbabel.read, path)
    assert len(theirs) == seen.sum()
    assert gpsbabel.differences(gpsbabel.points_of(read_activity(path).track), theirs) == []


@pytest.mark.slow
def test_gpsbabel_finds_no_track_on_a_treadmill_and_refuses_what_is_broken(tmp_path: Path) -> None:
    assert len(asked(gpsbabel.read, FIXTURES / "activities" / "treadmill.fit")) == 0
    broken = tmp_path / "broken.fit"
    broken.write_bytes((FIXTURES / "activities" / "intervals.fit").read_bytes()[:1000])
    with pytest.raises(ValueError, match="gpsbabel"):
        gpsbabel.read(broken)


def test_the_comparison_of_tracks_sees_one_point_that_differs_or_is_lost() -> None:
    points = gpsbabel.points_of(TRACK)
    assert gpsbabel.differences(points, points) == []
    for name, tolerance in gpsbabel.TOLERANCES.items():
        values = getattr(points, name).copy()
        values[7] += 2 * tolerance or 1.0
        (text,) = gpsbabel.differences(points, attrs.evolve(points, **{name: values}))
        assert text.startswith(f"{name}: ")
    fewer = attrs.evolve(TRACK, latitude_deg=np.where(TRACK.unix_s % 7, TRACK.latitude_deg, np.nan))
    assert "points" in gpsbabel.differences(points, gpsbabel.points_of(fewer))[0]


def test_the_plans_rehearsed_are_those_of_the_samples() -> None:
    for path in WORKOUTS:
        assert read_workout(path).name == PLANS[path.stem].name


def test_an_oracle_that_is_not_there_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Absent, match="no node"):
        javascript.read([])
    with pytest.raises(Absent, match="no gpsbabel"):
        gpsbabel.read(WORKOUTS[0])


@pytest.mark.slow
def test_a_kit_that_cannot_be_fetched_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine")
    monkeypatch.setattr(npm, "KEPT", tmp_path)
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retry_mintimeout", "100")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(Absent, match="npm cannot fetch"):
        javascript.install()
