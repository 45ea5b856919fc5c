"""Claims about the helper that takes files apart: what it makes is sound, and differences show."""

from __future__ import annotations

import copy
import io
from pathlib import Path
from typing import Any

import fitdecode
import garmin_fit_sdk
import pytest

import backrun_fit as bf
from tests.conftest import ROOT
from tests.fit_bytes import ENUM, UINT16, UINT32, compressed, definition, fit_file, message
from tests.fit_messages import (
    LAP,
    RECORD,
    SESSION,
    START_TIME,
    TIMESTAMP,
    cut,
    messages,
    rebuilt,
    report_differences,
    stamped_at_start,
    summaries_first,
)

DATA = (ROOT / "fixtures" / "activities" / "treadmill.fit").read_bytes()
REPORT = bf.check(bf.read_activity(DATA)).to_dict()


def decoded(data: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Every message as another library reads it, which checks both checksums."""
    with fitdecode.FitReader(io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        return [
            (frame.name, {field.name: field.value for field in frame.fields})
            for frame in reader
            if isinstance(frame, fitdecode.FitDataMessage)
        ]


def test_the_messages_are_those_that_another_library_reads() -> None:
    names = [name for name, _ in decoded(DATA)]
    found = messages(DATA)
    assert len(found) == len(names)
    for number, name in ((LAP, "lap"), (RECORD, "record"), (SESSION, "session")):
        places = [place for place, one in enumerate(found) if one.number == number]
        assert places == [place for place, other in enumerate(names) if other == name] != []


def test_a_file_taken_apart_and_put_together_is_the_same() -> None:
    again = rebuilt(DATA, messages(DATA))
    assert decoded(again) == decoded(DATA)
    assert len(again) == len(DATA)  # a definition may lie later, before the first that needs it


@pytest.mark.parametrize("change", [stamped_at_start, summaries_first])
def test_what_is_changed_is_sound_for_garmins_own_library(change: Any) -> None:
    stream = garmin_fit_sdk.Stream.from_byte_array(bytearray(change(DATA)))
    assert garmin_fit_sdk.Decoder(stream).check_integrity()


def test_messages_in_another_order_hold_the_same_values() -> None:
    def sorted_messages(data: bytes) -> list[str]:
        return sorted(map(repr, decoded(data)))

    assert sorted_messages(summaries_first(DATA)) == sorted_messages(DATA)
    backward = rebuilt(DATA, [messages(DATA)[0], *reversed(messages(DATA)[1:])])
    assert sorted_messages(backward) == sorted_messages(DATA)
    assert decoded(backward) != decoded(DATA)


def test_stamps_change_in_place_and_nothing_else_does() -> None:
    after = stamped_at_start(DATA)
    assert len(after) == len(DATA)
    stamped = ("lap", "session", "activity")
    for (name, before), (_, values) in zip(decoded(DATA), decoded(after), strict=True):
        changed = {key for key in values if values[key] != before[key]}
        assert changed <= ({"timestamp"} if name in stamped else set())
    found = messages(after)
    (start,) = (one.value(START_TIME) for one in found if one.number == SESSION)
    assert {one.value(TIMESTAMP) for one in found if one.number in (LAP, SESSION)} == {start}


def test_local_message_types_that_are_used_twice_keep_their_definitions() -> None:
    lap = definition(0, LAP, [(TIMESTAMP, 4, UINT32)])
    record = definition(0, RECORD, [(TIMESTAMP, 4, UINT32), (7, 2, UINT16)], big_endian=True)
    data = fit_file(
        record, message(0, bytes(6)), lap, message(0, bytes(4)), record, message(0, bytes(6))
    )
    moved = summaries_first(data)
    assert [one.number for one in messages(moved)] == [LAP, RECORD, RECORD]
    assert len(moved) == len(data) - len(record)  # one definition for both records


def test_a_field_that_is_absent_or_invalid_has_no_value() -> None:
    (one,) = messages(fit_file(definition(0, LAP, [(0, 1, ENUM)]), message(0, b"\xff")))
    assert (one.value(0), one.value(TIMESTAMP)) == (None, None)
    assert one.with_value(TIMESTAMP, 5) == one


def test_compressed_timestamps_are_read_and_not_moved() -> None:
    record = definition(1, RECORD, [(7, 2, UINT16)])
    data = fit_file(record, compressed(1, 3, bytes(2)), message(1, bytes(2)))
    assert [one.number for one in messages(data)] == [RECORD, RECORD]
    with pytest.raises(ValueError, match="compressed timestamps"):
        summaries_first(data)


def test_a_cut_keeps_what_is_before_it_and_is_sound() -> None:
    found = messages(DATA)
    for place in (len(found) // 3, len(found) - 1):
        assert decoded(cut(DATA, found[place].offset)) == decoded(DATA)[:place]


def test_a_report_equals_itself_under_another_name_and_with_a_word_about_its_order() -> None:
    other = copy.deepcopy(REPORT) | {"source": "elsewhere"}
    other["warnings"] = [*other["warnings"], "the timestamp of every lap is the session's start"]
    assert report_differences(REPORT, other) == []
    other["warnings"] = [*other["warnings"], "lap 3 is gone"]
    assert report_differences(REPORT, other) != []


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for key, inner in items for leaf in leaves(inner, (*path, key))]
    return [path]


def test_a_report_in_which_any_one_value_differs_is_seen_to_differ() -> None:
    places = [path for path in leaves(REPORT) if path[0] not in ("source", "warnings")]
    assert len(places) > 300
    for path in places:
        other = copy.deepcopy(REPORT)
        inner = other
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = "something else"
        (text,) = report_differences(REPORT, other)
        assert text.endswith(", something else")


def test_a_report_with_a_result_or_a_key_less_is_seen_to_differ() -> None:
    fewer = REPORT | {"executions": REPORT["executions"][:-1]}
    (text,) = report_differences(REPORT, fewer)
    assert text.startswith("executions: ")
    less = {key: value for key, value in REPORT.items() if key != "score"}
    assert report_differences(REPORT, less) == [f"score: {REPORT['score']}, absent"]
    assert report_differences(less, REPORT) == [f"score: absent, {REPORT['score']}"]


def test_files_of_the_corpus_come_apart_and_together_too(corpus: Path) -> None:
    for path in sorted(corpus.glob("structured/*.fit"))[::10]:
        assert rebuilt(path.read_bytes(), messages(path.read_bytes())) == path.read_bytes()
