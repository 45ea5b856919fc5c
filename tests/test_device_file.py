"""Claims about the file that describes a device."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backrun_fit as bf
from backrun_fit.cli import main
from backrun_fit.devices import DEVICES, GARMIN, DeviceProfile
from backrun_fit.errors import CompileError, SpecError
from backrun_fit.spec.device_file import load_device, parse_device
from backrun_fit.workout import (
    REPEAT_TYPES,
    DistanceDuration,
    OpenDuration,
    OpenTarget,
    PaceTarget,
    TimeDuration,
)
from backrun_fit.workout.kinds import DURATION_KINDS, TARGET_KINDS
from tests.conftest import ROOT

OLD_WATCH = ROOT / "fixtures" / "devices" / "old-watch.yaml"
KINDS: dict[type, str] = {**DURATION_KINDS, **TARGET_KINDS}


def printed(device: DeviceProfile) -> str:
    """A device as a file says it."""
    values: dict[str, Any] = attrs.asdict(device, recurse=False)
    for name in ("durations", "targets"):
        values[name] = [KINDS[kind] for kind in values[name]]
    for name, value in values.items():
        values[name] = sorted(value) if isinstance(value, frozenset) else value
    return json.dumps(values, ensure_ascii=False)


def subsets(of: Any) -> st.SearchStrategy[Any]:
    return st.frozensets(st.sampled_from(sorted(of, key=str)))


devices = st.builds(
    DeviceProfile,
    name=st.sampled_from(("my-watch", "Uhr für 🏃", "x")),
    max_messages=st.integers(1, 10_000),
    workout_name_bytes=st.integers(16, 255),
    step_name_bytes=st.integers(16, 255),
    notes_bytes=st.integers(1, 255),
    nested_repeats=st.booleans(),
    durations=subsets(GARMIN.durations),
    other_durations=st.frozensets(st.integers(0, 255)),
    targets=subsets(GARMIN.targets).map(lambda kinds: kinds | {OpenTarget}),
    other_targets=st.frozensets(st.integers(0, 255)),
    repeat_ends=subsets(REPEAT_TYPES),
    secondary_targets=subsets(("cycling", "swimming", "running")),
    notes=st.booleans(),
)


@given(devices, st.sampled_from(("json", "yaml")))
def test_a_device_printed_to_a_file_and_read_back_is_equal(
    device: DeviceProfile, format_: Any
) -> None:
    assert parse_device(printed(device), format_) == device


@given(devices, st.sampled_from(tuple(DEVICES)))
def test_what_a_file_says_wins_over_its_base(device: DeviceProfile, base: str) -> None:
    text = json.dumps({**json.loads(printed(device)), "base": base})
    assert parse_device(text, "json") == device


@pytest.mark.parametrize("base", DEVICES)
def test_what_is_not_said_is_as_with_the_base(base: str) -> None:
    device = parse_device(f"{{name: mine, base: {base}, max_messages: 7, notes: }}")
    assert device == attrs.evolve(DEVICES[base], name="mine", max_messages=7)


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("name: w\nbase: garmin\nnotes: no\ndurations: [time, open]", "yaml"),
        ('name = "w"\nbase = "garmin"\nnotes = false\ndurations = ["time", "open"]', "toml"),
        ('{"name": "w", "base": "garmin", "notes": false, "durations": ["time", "open"]}', "json"),
    ],
)
def test_a_device_reads_alike_in_every_format(text: str, format_: Any) -> None:
    expected = attrs.evolve(
        GARMIN, name="w", notes=False, durations=frozenset((TimeDuration, OpenDuration))
    )
    assert parse_device(text, format_) == expected


def test_the_sample_device_says_what_its_owner_found_out() -> None:
    device = load_device(OLD_WATCH)
    assert device.name == "old-watch"
    assert device.durations == {TimeDuration, DistanceDuration, OpenDuration}
    assert PaceTarget in device.targets
    assert not device.nested_repeats


def test_the_sample_device_is_shorter_than_forty_lines() -> None:
    assert len(OLD_WATCH.read_text().splitlines()) < 40


def test_without_a_base_every_field_has_to_be_there() -> None:
    with pytest.raises(SpecError) as caught:
        parse_device("name: mine")
    missing = {problem.path for problem in caught.value.problems}
    assert missing == {field.name for field in attrs.fields(DeviceProfile)} - {"name"}


def test_all_problems_are_told_at_once_each_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "base: garmni\nmax_messages: many\nstep_name_bytes: 15\nnested_repeats: sometimes\n"
        "durations: [time, heartbeats]\ntargets: [pace]\nother_targets: [256]\n"
        "repeat_ends:\n  - 7\n  - 5\nsteps: 50\nnotes_bytes: 0\n"
    )
    with pytest.raises(SpecError) as caught:
        load_device(path)
    assert caught.value.source == str(path)
    assert [(problem.path, problem.line) for problem in caught.value.problems] == [
        ("name", 1),
        ("base", 1),
        ("max_messages", 2),
        ("step_name_bytes", 3),
        ("nested_repeats", 4),
        ("durations[1]", 5),
        ("targets", 6),
        ("other_targets[0]", 7),
        ("repeat_ends[1]", 10),
        ("steps", 11),
        ("notes_bytes", 12),
    ]
    assert "did you mean garmin?" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{name: garmin, base: garmin}", "expected a name that no known device has, got 'garmin'"),
        ("{name: x, base: garmin, targets: pace}", "targets .*expected a list of kinds"),
        ("{name: x, base: garmin, durations: [other]}", r"durations\[0\] .*expected one of time"),
        ("{name: x, base: garmin, targets: [ramp, open]}", r"targets\[0\] .*expected one of open"),
        ("{name: x, base: garmin, notes: 7}", "notes .*expected true or false, got '7'"),
        ("[1, 2]", "got a list"),
        ("name: [", "expected"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        parse_device(text)


def test_a_workout_is_held_to_the_limits_of_the_file() -> None:
    device = parse_device("{name: tiny, base: garmin, max_messages: 2, durations: [time]}")
    with pytest.raises(CompileError, match="expected at most 2 messages for the device 'tiny'"):
        bf.compile_workout(bf.parse_workout("1mi, 1km, 1mi"), device=device)
    with pytest.raises(CompileError, match="the device 'tiny' knows \\(time\\), got 1 km"):
        bf.compile_workout(bf.parse_workout("1km"), device=device)


def left_with(*arguments: object) -> object:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    return left.value.code


@pytest.mark.parametrize(
    "arguments",
    [
        ("compile", ROOT / "fixtures" / "specs" / "long-run.yaml"),
        ("apply", "drills", ROOT / "fixtures" / "workouts" / "short-day.fit"),
    ],
)
def test_the_command_line_takes_a_path_as_the_device(
    arguments: tuple[object, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert left_with(*arguments, "-o", tmp_path, "--device", OLD_WATCH) == 0
    assert "'old-watch' shows none, so they were left out" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("absent.yaml", "absent.yaml: expected a file that can be read"),
        ("sundial", "or a file such as my-watch.yaml, got 'sundial'"),
    ],
)
def test_a_device_that_is_neither_known_nor_a_file_is_told(
    device: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = ROOT / "fixtures" / "specs" / "long-run.yaml"
    assert left_with("compile", spec, "-o", tmp_path, "--device", device) == 2
    assert words in capsys.readouterr().err
