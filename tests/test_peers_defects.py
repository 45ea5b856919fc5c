"""Claims about defects that were measured in other makers' tools: this package has none of them.

Each through the public names and, where a person would meet it, the command line.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import garmin_fit_sdk
import pytest

import backrun_fit as bf
from backrun_fit.cli import main
from tests.fit_bytes import ENUM, STRING, UINT16, UINT32, definition, fit_file, message

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def spec(folder: Path, run: str, *, name: str = "Session", file: str = "spec") -> Path:
    path = folder / f"{file}.yaml"
    path.write_text(f"name: {name}\nathlete: {{marathon_pace: '5:00/km'}}\nrun: '{run}'\n")
    return path


def command(*arguments: str | Path) -> int:
    """What the command line leaves with."""
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    assert isinstance(left.value.code, int)
    return left.value.code


def compiled(folder: Path, run: str, *options: str, name: str = "Session") -> bytes:
    """The file that the command line makes of one line."""
    out = folder / "out"
    assert command("compile", spec(folder, run, name=name), "-o", out, *options) == 0
    (path,) = out.iterdir()
    return path.read_bytes()


def encoded(line: str, *, name: str = "Session", at: datetime = AT) -> bytes:
    """The file that the library makes of one line."""
    workout = bf.parse_workout(line, name=name)
    return bf.encode_workout(
        bf.compile_workout(workout, bf.Athlete(marathon_pace="5:00/km")), created_at=at
    )


def by_garmin(data: bytes) -> dict[str, list[dict[str, Any]]]:
    """What Garmin's own reader finds."""
    stream = garmin_fit_sdk.Stream.from_byte_array(bytearray(data))
    messages, errors = garmin_fit_sdk.Decoder(stream).read()
    assert errors == []
    return dict(messages)  # type: ignore[arg-type]


def serial(data: bytes) -> int:
    number: int = by_garmin(data)["file_id_mesgs"][0]["serial_number"]
    return number


def refused(folder: Path, run: str) -> None:
    """Neither the library nor the command line takes a line, and nothing is written."""
    with pytest.raises(bf.SpecError):
        bf.parse_workout(run)
    out = folder / "out"
    assert command("compile", spec(folder, run), "-o", out) == 2
    assert not out.exists() or list(out.iterdir()) == []


@pytest.mark.parametrize(
    "line", ["10min @ HR zone 2;;;!!", "10min@Z2;;;!!", "8mi @ easy)", "8mi @ easy $", "8mi,,"]
)
def test_trailing_junk_is_refused(line: str, tmp_path: Path) -> None:
    refused(tmp_path, line)


@pytest.mark.parametrize("line", ["0min", "0s @ easy", "0:00", "0km", "4 x (0m + 60s)", "0/8mi"])
def test_a_duration_of_zero_is_refused(line: str, tmp_path: Path) -> None:
    refused(tmp_path, line)


@pytest.mark.parametrize("pace", ["0:30/km", "0:00/km", "0:45/mi", "99m/s", "90:00/km"])
def test_a_pace_that_nobody_runs_is_refused(pace: str, tmp_path: Path) -> None:
    refused(tmp_path, f"10min @ {pace}")


def test_units_are_not_ignored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mile,) = by_garmin(encoded("1mi @ 8:00/mi"))["workout_step_mesgs"]
    (kilometre,) = by_garmin(encoded("1km @ 8:00/km"))["workout_step_mesgs"]
    assert (mile["duration_distance"], kilometre["duration_distance"]) == (1609.34, 1000.0)
    assert mile["custom_target_speed_low"] == 3.353
    assert kilometre["custom_target_speed_low"] == 2.083
    for units, said in (("statute", ("1/8 mi", "/mi")), ("metric", ("201 m", "/km"))):
        compiled(tmp_path, "1mi @ easy, back 1/8mi @ marathon", "--units", units)
        printed = capsys.readouterr().out
        assert all(text in printed for text in said)


def test_a_pace_is_off_by_no_factor(tmp_path: Path) -> None:
    for data in (compiled(tmp_path, "8km @ 5:00-6:00/km"), encoded("8km @ 5:00-6:00/km")):
        (step,) = by_garmin(data)["workout_step_mesgs"]
        assert step["custom_target_speed_low"] == 2.778  # m/s: 1000 m in 360 s
        assert step["custom_target_speed_high"] == 3.333


def test_a_recovery_is_written_as_a_recovery(tmp_path: Path) -> None:
    line = "warmup 1mi @ easy, 6 x (800m @ 5k + 2min @ recovery), cooldown 1mi @ easy"
    for data in (compiled(tmp_path, line), encoded(line)):
        steps = by_garmin(data)["workout_step_mesgs"]
        intensities = [step.get("intensity") for step in steps]
        assert intensities == ["warmup", "active", "recovery", None, "cooldown"]


def test_nine_workouts_of_one_second_have_nine_serial_numbers(tmp_path: Path) -> None:
    specs = [spec(tmp_path, f"{n}mi @ easy", name=f"Run {n}", file=f"{n}") for n in range(1, 10)]
    assert command("compile", *specs, "-o", tmp_path / "out") == 0
    files = [path.read_bytes() for path in (tmp_path / "out").iterdir()]
    assert len({serial(data) for data in files}) == 9
    assert len({serial(encoded(f"{n}mi @ easy")) for n in range(1, 10)}) == 9


def test_the_serial_number_is_neither_the_clock_nor_a_constant() -> None:
    first = serial(encoded("8mi @ easy"))
    assert first == serial(encoded("8mi @ easy", at=AT + timedelta(hours=5, seconds=1)))
    assert first != serial(encoded("8mi @ easy", name="Another"))
    assert first not in (0x12345678, round(AT.timestamp()))


@pytest.mark.parametrize("name", ["Sunday long run", "Läufig 🏃", "8 x 800 m, hard"])
def test_the_title_is_not_lost(name: str, tmp_path: Path) -> None:
    for data in (compiled(tmp_path, "8mi @ easy", name=name), encoded("8mi @ easy", name=name)):
        assert by_garmin(data)["workout_mesgs"][0]["wkt_name"] == name
        assert bf.read_workout(data).name == name


@pytest.mark.parametrize("count", ["0", "-1", "1.5", "100000", "99999999999999999999"])
def test_the_number_of_repeats_is_checked(count: str, tmp_path: Path) -> None:
    refused(tmp_path, f"{count} x (400m @ 5k + 60s)")


def file_with_repeat(first: int, count: int) -> bytes:
    """A step, and a repeat as its maker wrote it."""
    head = definition(0, 0, [(0, 1, ENUM), (4, 4, UINT32)]) + message(0, b"\5\0\xca\x9a;")
    name = definition(1, 26, [(4, 1, ENUM), (8, 5, STRING)]) + message(1, b"\1Plan\0")
    fields = [(254, 2, UINT16), (1, 1, ENUM), (2, 4, UINT32), (3, 1, ENUM), (4, 4, UINT32)]
    steps = [(0, 0, 60_000, 2, 0), (1, 6, first, 2, count)]
    cells = [
        index.to_bytes(2, "little")
        + bytes([kind])
        + value.to_bytes(4, "little")
        + bytes([target])
        + passes.to_bytes(4, "little")
        for index, kind, value, target, passes in steps
    ]
    return fit_file(head, name, definition(2, 27, fields), *(message(2, cell) for cell in cells))


@pytest.mark.parametrize("first", [1, 2, 77, 2**32 - 2])
def test_a_repeat_from_a_message_that_is_not_there_is_refused(
    first: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(bf.read_workout(file_with_repeat(0, 3)).messages) == 2
    data = file_with_repeat(first, 3)
    with pytest.raises(bf.DecodeError, match="message 1: "):
        bf.read_workout(data)
    path = tmp_path / "dangling.fit"
    path.write_bytes(data)
    out = tmp_path / "out"
    rule = "after_each_mile"
    assert command("apply", rule, path, "-o", out, "--marathon-pace", "5:00/km") == 2
    assert f"got one from message {first}" in capsys.readouterr().err
    assert not out.exists() or list(out.iterdir()) == []


@pytest.mark.parametrize("line", ["-5s", "-5s @ easy", "4 x (400m + -5s)", "−5s"])
def test_a_duration_below_zero_is_refused_and_never_wraps(line: str, tmp_path: Path) -> None:
    refused(tmp_path, line)


def test_a_duration_below_zero_that_is_no_text_cannot_be_written_either() -> None:
    def made(duration_s: float) -> bytes:
        step = bf.Step(duration=bf.workout.TimeDuration(duration_s=duration_s))
        return bf.encode_workout(
            bf.compile_workout(bf.Workout(name="Odd", steps=(step,))), created_at=AT
        )

    assert by_garmin(made(5.0))["workout_step_mesgs"][0]["duration_time"] == 5.0
    for impossible in (-5.0, 0.0, float("nan"), float("inf")):
        with pytest.raises(bf.SpecError, match="expected a finite number above zero"):
            made(impossible)
    with pytest.raises(bf.EncodeError, match="as the wire takes"):
        made(4_294_967.3)
