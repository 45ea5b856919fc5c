"""A season becomes files that agree with each other, the same ones every time."""

from __future__ import annotations

import csv
import datetime
import io
import json
from datetime import UTC, timedelta
from typing import Any

import attrs
import garmin_fit_sdk
import pytest
from hypothesis import assume, given, settings
from icalendar import Calendar, Event
from rich.console import Console

from backrun_fit.amounts import amounts_of
from backrun_fit.devices import GARMIN
from backrun_fit.errors import CompileError, EncodeError, SpecError
from backrun_fit.fit.sniff import identity, sniff
from backrun_fit.fit.workout_reader import read_workout
from backrun_fit.season import (
    LighterWeek,
    Progression,
    Season,
    SeasonFiles,
    compile_season,
    load_season,
)
from backrun_fit.season.calendar import steps_text
from backrun_fit.season.text import season_text
from backrun_fit.units import METRES_PER_MILE
from tests.conftest import ROOT
from tests.seasons import MONDAY, planned, season, seasons

EVENING = datetime.time(18, 30)
SAMPLE = load_season(ROOT / "fixtures" / "seasons" / "first-eight-weeks.yaml")
MADE = compile_season(SAMPLE)


def content(made: SeasonFiles, name: str) -> bytes:
    return next(file.data for file in made.files if file.name == name)


def events(made: SeasonFiles) -> list[Event]:
    return [
        each
        for each in Calendar.from_ical(content(made, "season.ics")).walk("VEVENT")
        if isinstance(each, Event)
    ]


def table(made: SeasonFiles) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(made, "season.csv").decode("utf-8-sig"))))


def document(made: SeasonFiles) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(content(made, "season.json"))
    return found


def schedule(made: SeasonFiles) -> list[dict[str, Any]]:
    stream = garmin_fit_sdk.Stream.from_byte_array(bytearray(content(made, "schedule.fit")))
    messages, errors = garmin_fit_sdk.Decoder(stream).read(convert_types_to_strings=False)
    assert errors == []
    return [dict(row) for row in messages["schedule_mesgs"]]


def test_the_files_are_the_workouts_by_date_and_what_tells_when_they_are() -> None:
    names = [file.name for file in MADE.files]
    assert names[:2] == [
        "2026-03-03-W01-Tue-Harder-repeats.fit",
        "2026-03-08-W01-Sun-Long-run.fit",
    ]
    assert names[-4:] == ["schedule.fit", "season.ics", "season.json", "season.csv"]
    assert len(names) == 16 + 4
    assert [sniff(file.data) for file in MADE.files[:17]] == [("workout",)] * 16 + [("schedules",)]
    for each in MADE.sessions:
        found = read_workout(content(MADE, each.file))
        assert found.name == each.workout.name
        assert steps_text(found, "metric") == steps_text(each.workout, "metric")


@settings(max_examples=25)
@given(seasons())
def test_a_season_gives_the_same_files_every_time_and_no_two_are_alike(any_season: Season) -> None:
    try:
        made = compile_season(any_season)
    except (SpecError, CompileError) as error:
        assume("ceilings with room" not in str(error) and "at least one session" not in str(error))
        raise
    assert compile_season(any_season) == made
    names = [file.name.casefold() for file in made.files]
    assert len(set(names)) == len(names)
    titles = [each.workout.name for each in made.sessions]
    assert len(set(titles)) == len(titles)
    assert all(len(title.encode()) < GARMIN.workout_name_bytes for title in titles)
    serials = [identity(each.data) for each in made.sessions]
    assert len(set(serials)) == len(serials)
    assert len({event["uid"] for event in events(made)}) == len(made.sessions)


def test_index_calendar_and_schedule_say_the_same_of_every_session() -> None:
    rows, dated, entries = document(MADE)["sessions"], events(MADE), schedule(MADE)
    for each, line, row, event, entry in zip(
        MADE.sessions, table(MADE), rows, dated, entries, strict=True
    ):
        kind, manufacturer, product, serial_number = identity(each.data)
        day = each.dated.date
        assert (kind, row["serial_number"], line["serial number"]) == (
            5,
            serial_number,
            str(serial_number),
        )
        assert (entry["manufacturer"], entry["product"], entry["serial_number"]) == (
            manufacturer,
            product,
            serial_number,
        )
        assert entry["time_created"] == MADE.created_at
        at = each.dated.at or datetime.time()
        epoch = datetime.datetime(1989, 12, 31)
        assert epoch + timedelta(seconds=entry["scheduled_time"]) == datetime.datetime.combine(
            day, at
        )
        assert row["date"] == line["date"] == str(day)
        assert row["file"] == line["file"] == each.file
        assert row["name"] == line["name"] == event["summary"] == each.workout.name
        assert row["backward_parts"] == int(line["backward parts"]) == each.dated.backward_parts


def test_an_event_is_of_all_day_or_begins_at_its_local_time_of_day() -> None:
    evening, day, *_ = events(MADE)
    assert day.decoded("dtstart") == datetime.date(2026, 3, 8)
    assert "duration" not in day
    assert day["transp"] == "TRANSPARENT"
    start = evening.decoded("dtstart")
    assert (start, start.tzinfo) == (datetime.datetime(2026, 3, 3, 18, 30), None)
    assert evening.decoded("duration") == timedelta(minutes=62)
    assert b"DTSTART:20260303T183000\r\n" in content(MADE, "season.ics")
    assert b"DTSTART;VALUE=DATE:20260308\r\n" in content(MADE, "season.ics")


def test_an_event_lists_the_steps_as_show_does() -> None:
    for each, event in zip(MADE.sessions, events(MADE), strict=True):
        assert str(event["description"]) == steps_text(each.workout, "statute")
    assert "Back 1/8 mi  1/8 mi  @ 8:59-9:55/mi  (active)" in str(events(MADE)[1]["description"])
    assert str(events(MADE)[1]["description"]).splitlines()[1] == "  Flat ground, little traffic."


def test_the_stamp_of_events_is_an_argument_and_their_identity_outlives_it() -> None:
    later = datetime.datetime(2026, 4, 1, 12, tzinfo=UTC)
    again = compile_season(SAMPLE, stamped_at=later)
    assert {event.decoded("dtstamp") for event in events(MADE)} == {MADE.created_at}
    assert {event.decoded("dtstamp") for event in events(again)} == {later}
    for before, after in zip(events(MADE), events(again), strict=True):
        assert before["uid"] == after["uid"]
    changed = compile_season(attrs.evolve(SAMPLE, progression=Progression(most=3)))
    assert [each["uid"] for each in events(changed)] == [each["uid"] for each in events(MADE)]
    other = compile_season(attrs.evolve(SAMPLE, name="Another"))
    assert {each["uid"] for each in events(other)}.isdisjoint(each["uid"] for each in events(MADE))


def test_the_calendar_is_what_the_rfc_asks_for() -> None:
    data = content(MADE, "season.ics")
    assert data.startswith(
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//backrun-fit//season//EN\r\n"
    )
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    for event in events(MADE):
        assert {"uid", "dtstamp", "dtstart", "summary"} <= {key.lower() for key in event}


def test_created_at_is_the_first_day_at_midnight_unless_given() -> None:
    assert MADE.created_at == datetime.datetime(2026, 3, 2, tzinfo=UTC)
    at = datetime.datetime(2026, 2, 1, 8, tzinfo=UTC)
    again = compile_season(SAMPLE, created_at=at)
    assert {entry["time_created"] for entry in schedule(again)} == {at}
    assert {each.serial_number for each in again.sessions}.isdisjoint(
        each.serial_number for each in MADE.sessions
    )


def test_the_schedule_holds_what_is_yet_to_come_and_the_rest_stays_whole() -> None:
    late = compile_season(SAMPLE, today=datetime.date(2026, 4, 19))
    assert len(schedule(late)) == 3
    assert late.sessions == MADE.sessions
    assert late.notes[-1] == "schedule: 13 sessions before 2026-04-19 were left out"
    over = compile_season(SAMPLE, today=datetime.date(2027, 1, 1))
    assert "schedule.fit" not in {file.name for file in over.files}
    assert over.notes[-1] == "schedule: no session is yet to come, so there is no schedule file"


def test_the_index_counts_what_is_forward_and_backward_in_each_week() -> None:
    found = document(MADE)
    assert found["schema"] == "backrun_fit/season/1"
    assert found["notes"] == list(MADE.notes)
    assert found["progression"]["most_distance_m"] == METRES_PER_MILE
    long_runs = [each for each in found["sessions"] if each["day"] == "Sun"]
    eighths = [each["backward"]["distance_m"] * 8 / METRES_PER_MILE for each in long_runs]
    assert eighths == pytest.approx([2, 3, 4, 5, 3, 7, 8, 8])
    assert [each["forward"]["distance_m"] for each in long_runs] == pytest.approx(
        [9 * METRES_PER_MILE] * 8
    )
    assert [each["exception"] for each in long_runs][3:5] == [None, "recovery week"]
    for week in found["totals"]:
        of_week = [each for each in found["sessions"] if each["week"] == week["week"]]
        assert week["session_count"] == len(of_week) == 2
        for way in ("forward", "backward", "sideways"):
            for what in ("distance_m", "time_s"):
                assert week[way][what] == pytest.approx(sum(each[way][what] for each in of_week))


def test_the_table_is_for_spreadsheets_and_in_the_units_of_the_season() -> None:
    assert content(MADE, "season.csv").startswith(b"\xef\xbb\xbfdate,time,week,name,")
    first, second, *_ = table(MADE)
    assert (first["time"], second["time"]) == ("18:30", "")
    assert (second["backward"], second["forward"]) == ("1/4 mi", "9 mi")
    metric = compile_season(SAMPLE, units="metric")
    assert table(metric)[1]["backward"] == "402 m"


def test_amounts_add_up_by_direction_and_leave_open_steps_out() -> None:
    run = "warmup 5min @ easy, 1km @ 5:00/km, open @ easy"
    made = compile_season(season(planned("drills", run), weeks=1))
    amounts = amounts_of(made.sessions[0].workout)
    assert amounts.open_steps == 1
    assert amounts.backward.time_s == 2 * 20
    assert amounts.backward.distance_m == pytest.approx(2 * 20 / 0.36)
    assert amounts.sideways.time_s == 2 * 2 * 20
    assert amounts.forward.time_s == pytest.approx(300 + 300, rel=2e-3)
    assert amounts.time_s == pytest.approx(600 + 120, rel=2e-3)


def test_names_that_the_device_cuts_to_the_same_are_refused() -> None:
    long = "A session with a name that is far too long"
    two = season(
        planned("drills", label=f"{long} (one)"), planned("drills", label=f"{long} (two)"), weeks=1
    )
    with pytest.raises(CompileError, match="expected a name of its own for each session"):
        compile_season(two)


def test_names_that_the_disk_cannot_tell_apart_are_refused() -> None:
    two = season(planned("drills", label="a/b"), planned("drills", label="ab"), weeks=1)
    with pytest.raises(CompileError, match="expected a name of its own for each session"):
        compile_season(two)


def test_workouts_that_share_a_serial_number_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backrun_fit.season.compile.identity", lambda _: (5, 255, 0, 77))
    with pytest.raises(EncodeError, match="share a serial number"):
        compile_season(SAMPLE)


def test_a_season_without_a_session_is_refused() -> None:
    lighter = (LighterWeek(week=1),)
    with pytest.raises(CompileError, match="expected at least one session, got none"):
        compile_season(season(planned("drills"), weeks=1, lighter_weeks=lighter))


def test_a_pace_that_the_athlete_does_not_have_is_refused_with_the_session_named() -> None:
    nobody = attrs.evolve(
        season(planned("drills", "2mi @ easy"), weeks=1), athlete=type(SAMPLE.athlete)()
    )
    with pytest.raises(SpecError, match="W01 Sun Run"):
        compile_season(nobody)


def test_a_stamp_without_a_time_zone_is_refused() -> None:
    with pytest.raises(EncodeError, match="expected an aware stamped_at"):
        compile_season(SAMPLE, stamped_at=datetime.datetime(2026, 3, 2))


def test_a_name_in_any_script_reaches_every_file_whole() -> None:
    made = compile_season(
        season(planned("drills", label="Läufe, früh; \\ 走", at=EVENING), weeks=1, start=MONDAY)
    )
    name = "W01 Sun Läufe, früh; \\ 走"
    assert made.sessions[0].workout.name == name
    assert document(made)["sessions"][0]["name"] == table(made)[0]["name"] == name
    assert str(events(made)[0]["summary"]) == name


def test_the_text_for_a_terminal_lists_every_session_and_note() -> None:
    page = io.StringIO()
    Console(file=page, width=80, color_system=None).print(season_text(MADE))
    lines = page.getvalue().splitlines()
    assert lines[0].rstrip() == "First eight weeks  (8 weeks from 2026-03-02)"
    shown = "2026-03-03 18:30 W01 Tue Harder repeats 2 easy 0.21 mi 6.94 mi 1:01:26"
    assert " ".join(lines[2].split()) == shown
    assert len([line for line in lines if line.startswith("2026-")]) == 16
    assert all(len(line) <= 80 for line in lines)
    assert "week 5 is an exception (recovery week)" in page.getvalue()
