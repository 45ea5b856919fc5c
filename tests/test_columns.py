"""Decoding, byte by byte, on files built here; real files are in test_columns_differential.py."""

from __future__ import annotations

import math
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backrun_fit.errors import DecodeError
from backrun_fit.fit.columns import FitData, Table, decode
from tests.fit_bytes import (
    BYTE,
    ENUM,
    FIT_EPOCH,
    FLOAT32,
    FLOAT64,
    SINT8,
    SINT16,
    SINT32,
    SINT64,
    STRING,
    UINT8,
    UINT8Z,
    UINT16,
    UINT16Z,
    UINT32,
    UINT32Z,
    UINT64,
    UINT64Z,
    compressed,
    definition,
    fit_file,
    header,
    message,
)

RECORD, LAP, EVENT, FIELD_DESCRIPTION = 20, 19, 21, 206
TIMESTAMP, HEART_RATE, DISTANCE = (253, 4, UINT32), (3, 1, UINT8), (5, 4, UINT32)


def only(data: bytes, kind: str | int = "record") -> Table:
    (segment,) = decode(data).segments
    return segment.table(kind)


def refused(data: bytes) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        decode(data, source="run.fit")
    assert caught.value.source == "run.fit"
    return caught.value


# -- values ---------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("base", "code", "value", "invalid"),
    [
        (ENUM, "B", 0x12, 0xFF),
        (SINT8, "b", -0x12, 0x7F),
        (UINT8, "B", 0x12, 0xFF),
        (SINT16, "h", -0x1234, 0x7FFF),
        (UINT16, "H", 0x1234, 0xFFFF),
        (SINT32, "i", -0x12345678, 0x7FFFFFFF),
        (UINT32, "I", 0x12345678, 0xFFFFFFFF),
        (FLOAT32, "f", 1.5, math.nan),
        (FLOAT64, "d", -2.25, math.nan),
        (UINT8Z, "B", 0x12, 0),
        (UINT16Z, "H", 0x1234, 0),
        (UINT32Z, "I", 0x12345678, 0),
        (BYTE, "B", 0x12, 0xFF),
        (SINT64, "q", -0x123456789ABCDEF0, 0x7FFFFFFFFFFFFFFF),
        (UINT64, "Q", 0x123456789ABCDEF0, 0xFFFFFFFFFFFFFFFF),
        (UINT64Z, "Q", 0x123456789ABCDEF0, 0),
    ],
)
def test_every_base_type_reads_its_value_and_knows_its_invalid_one(
    order: str, base: int, code: str, value: float, invalid: float
) -> None:
    size = struct.calcsize(code)
    table = only(
        fit_file(
            definition(0, RECORD, [(200, size, base)], big_endian=order == ">"),
            message(0, struct.pack(order + code, value)),
            message(0, struct.pack(order + code, invalid)),
        )
    )
    assert table.raw(200) == [value, None]
    assert table.values("field_200") == [value, None]
    column = table.column(200)
    assert column.dtype == np.float64
    assert column[0] == float(value)
    assert np.isnan(column[1])


def test_the_float_pattern_of_all_ones_and_an_infinity_are_no_values() -> None:
    table = only(
        fit_file(
            definition(0, RECORD, [(200, 4, FLOAT32)]),
            message(0, b"\xff\xff\xff\xff"),
            message(0, struct.pack("<f", math.inf)),
            message(0, b"\x00\x00\xa0\x7f"),  # a signalling NaN
        )
    )
    assert table.raw(200) == [None, None, None]
    assert np.isnan(table.column(200)).all()


def test_scale_and_offset_give_physical_units() -> None:
    table = only(
        fit_file(
            definition(0, RECORD, [TIMESTAMP, DISTANCE, (2, 2, UINT16), (0, 4, SINT32)]),
            message(0, struct.pack("<IIHi", 1000, 20117, 3500, 2**30)),
        )
    )
    assert table.values("timestamp") == [FIT_EPOCH + 1000]
    assert isinstance(table.values("timestamp")[0], int)
    assert table.values("distance") == [201.17]
    assert table.values("altitude") == [200.0]
    assert table.column("position_lat").tolist() == [90.0]
    assert table.raw("altitude") == table.integers("altitude") == [3500]


def test_enumerations_are_words_and_an_unknown_value_stays_a_number() -> None:
    table = only(
        fit_file(
            definition(0, EVENT, [(0, 1, ENUM), (1, 1, ENUM)]),
            message(0, b"\x00\x04"),
            message(0, b"\xc8\xff"),
        ),
        "event",
    )
    assert table.values("event") == ["timer", 200]
    assert table.values("event_type") == ["stop_all", None]
    assert table.raw("event") == [0, 200]


def test_an_array_is_a_tuple_and_one_of_invalid_values_only_is_absent() -> None:
    table = only(
        fit_file(
            definition(0, RECORD, [(201, 6, UINT16), (202, 3, BYTE)]),
            message(0, struct.pack("<3H", 7, 0xFFFF, 9) + b"\xff\x01\xff"),
            message(0, b"\xff" * 9),
        )
    )
    assert table.raw(201) == [(7, None, 9), None]
    assert table.raw(202) == [(0xFF, 1, 0xFF), None]
    assert table.integers(201) == [None, None]
    assert table.column(201)[0] == 7.0
    assert np.isnan(table.column(201)[1])


def test_text_ends_at_the_first_nul_and_nothing_is_absent() -> None:
    table = only(
        fit_file(
            definition(0, 27, [(0, 8, STRING)]),
            message(0, b"Back\0junk"[:8]),
            message(0, b"\0ghost!!"),
            message(0, b"\xff" * 8),
            message(0, "5×60s è"[:6].encode().ljust(8, b"\0")),
        ),
        "workout_step",
    )
    assert table.values("wkt_step_name") == ["Back", None, None, "5×60s "]
    assert np.isnan(table.column("wkt_step_name")).all()


def test_text_cut_in_the_middle_of_a_code_point_is_repaired_and_told() -> None:
    data = fit_file(definition(0, 27, [(0, 4, STRING)]), message(0, "abcè".encode()[:4]))
    found = decode(data)
    assert not found.warnings
    assert found.segments[0].table("workout_step").values("wkt_step_name") == ["abc�"]
    assert ["no UTF-8" in warning for warning in found.warnings] == [True]


def test_a_size_that_fits_no_whole_value_keeps_the_bytes() -> None:
    table = only(
        fit_file(
            definition(0, EVENT, [(3, 1, UINT32), (4, 3, UINT16), (5, 0, UINT32), (6, 2, 0x55)]),
            message(0, bytes(range(6))),
        ),
        "event",
    )
    assert table.raw(3) == [0]
    assert table.raw(4) == [(1, 2, 3)]
    assert table.raw(5) == [None]
    assert table.raw(6) == [(4, 5)]
    assert np.isnan(table.column(5)).all()


# -- tables ---------------------------------------------------------------------------------


def test_one_table_merges_every_definition_in_order_of_the_file() -> None:
    plain = definition(0, RECORD, [TIMESTAMP, HEART_RATE])
    far = definition(0, RECORD, [DISTANCE, TIMESTAMP], big_endian=True)
    other = definition(3, LAP, [TIMESTAMP])
    data = fit_file(
        *(plain, other, message(0, struct.pack("<IB", 10, 100))),
        *(far, message(0, struct.pack(">II", 500, 11)), message(3, struct.pack("<I", 11))),
        *(plain, message(0, struct.pack("<IB", 12, 101))),
    )
    (segment,) = decode(data).segments
    table = segment.table("record")
    assert len(table) == 3
    assert table.raw("timestamp") == [10, 11, 12]
    assert table.raw("heart_rate") == [100, None, 101]
    assert table.values("distance") == [None, 5.0, None]
    np.testing.assert_array_equal(table.column("distance"), [np.nan, 5.0, np.nan])
    assert table.field_numbers == (3, 5, 253)
    assert table.sequence.tolist() == [0, 1, 3]
    assert segment.table("lap").sequence.tolist() == [2]
    assert segment.message_numbers == (RECORD, LAP)
    assert len(segment) == 4


def test_a_definition_sent_again_makes_no_new_group_of_values() -> None:
    step = definition(0, RECORD, [HEART_RATE])
    data = fit_file(*(part for rate in range(50) for part in (step, message(0, bytes([rate])))))
    table = only(data)
    assert table.raw("heart_rate") == list(range(50))


def test_what_the_file_lacks_is_empty_not_an_error() -> None:
    (segment,) = decode(fit_file(definition(0, RECORD, [HEART_RATE]))).segments
    for table in (segment.table("record"), segment.table("lap"), segment.table(4711)):
        assert len(table) == 0
        assert table.raw("distance") == []
        assert table.values("total_distance") == []
        assert table.column("anything").shape == (0,)
        assert table.sequence.tolist() == []
    with pytest.raises(KeyError):
        segment.table("recrod")


def test_unknown_messages_and_fields_keep_their_numbers() -> None:
    table = only(
        fit_file(definition(5, 65300, [(77, 1, UINT8)]), message(5, b"\x09")), "message_65300"
    )
    assert table.name == "message_65300"
    assert table.values("field_77") == [9]


def test_a_definition_of_255_fields_is_read() -> None:
    fields = [(number, 1, UINT8) for number in range(255)]
    table = only(fit_file(definition(0, 65300, fields), message(0, bytes(range(255)))), 65300)
    assert [table.raw(number)[0] for number in (0, 127, 254)] == [0, 127, 254]


def test_a_field_number_given_twice_keeps_its_last_place() -> None:
    data = fit_file(definition(0, RECORD, [HEART_RATE, HEART_RATE]), message(0, b"\x01\x02"))
    assert only(data).raw("heart_rate") == [2]


def test_reserved_header_bits_of_a_data_message_are_ignored() -> None:
    data = fit_file(definition(2, RECORD, [HEART_RATE]), b"\x32\x50", b"\x12\x51", b"\x22\x52")
    assert only(data).raw("heart_rate") == [0x50, 0x51, 0x52]


# -- compressed timestamps -------------------------------------------------------------------


def test_compressed_timestamps_count_on_from_the_last_full_one_and_roll_over() -> None:
    data = fit_file(
        definition(0, EVENT, [TIMESTAMP]),
        definition(1, RECORD, [HEART_RATE]),
        compressed(1, 7, b"\x63"),
        message(0, struct.pack("<I", 1000)),  # 1000 = 31 * 32 + 8
        compressed(1, 9, b"\x64"),
        compressed(1, 9, b"\x65"),
        compressed(1, 31, b"\x66"),
        compressed(1, 2, b"\x67"),
        message(1, b"\x68"),
        message(0, struct.pack("<I", 2000)),  # 62 * 32 + 16
        compressed(1, 15, b"\x69"),
    )
    records = only(data)
    assert records.raw("heart_rate") == [0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69]
    times = [None, 1001, 1001, 1023, 1026, None, 2031]
    assert records.raw("timestamp") == times
    assert records.values("timestamp") == [None if t is None else t + FIT_EPOCH for t in times]
    column = records.column("timestamp")
    assert np.isnan(column[[0, 5]]).all()
    assert column[[1, 2, 3, 4, 6]].tolist() == [t + FIT_EPOCH for t in times if t is not None]


# -- developer fields ------------------------------------------------------------------------


def described(index: int, number: int, base: int, name: bytes, units: bytes) -> bytes:
    fields = [(0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8), (3, 8, STRING), (8, 4, STRING)]
    body = bytes([index, number, base]) + name.ljust(8, b"\0") + units.ljust(4, b"\0")
    return definition(9, FIELD_DESCRIPTION, fields) + message(9, body)


def test_developer_fields_come_under_their_own_names_with_units() -> None:
    table = only(
        fit_file(
            described(0, 4, UINT16, b"Power", b"W"),
            definition(0, RECORD, [HEART_RATE], developer=[(4, 2, 0), (9, 2, 1)]),
            message(0, b"\x64" + struct.pack("<H", 300) + b"\x01\x02"),
            message(0, b"\x65" + struct.pack("<H", 0xFFFF) + b"\xff\xff"),
        )
    )
    power, unknown = table.developer_fields
    assert (power.name, power.units, power.key) == ("Power", "W", "dev_0_4")
    assert (unknown.name, unknown.units, unknown.key) == ("dev_1_9", "", "dev_1_9")
    assert table.values("Power") == table.values("dev_0_4") == [300, None]
    np.testing.assert_array_equal(table.column("Power"), [300.0, np.nan])
    assert table.raw("dev_1_9") == [(1, 2), None]
    assert table.raw("heart_rate") == [0x64, 0x65]


def test_a_native_field_goes_before_a_developer_field_of_its_name() -> None:
    table = only(
        fit_file(
            described(0, 1, UINT8, b"distance", b"m"),
            definition(0, RECORD, [DISTANCE], developer=[(1, 1, 0)]),
            message(0, struct.pack("<IB", 100, 7)),
        )
    )
    assert table.values("distance") == [1.0]
    assert table.values("dev_0_1") == [7]


def test_two_types_for_one_developer_field_are_told() -> None:
    found = decode(
        fit_file(
            described(0, 1, UINT8, b"a", b""),
            described(0, 1, UINT16, b"b", b""),
            definition(0, RECORD, [], developer=[(1, 2, 0)]),
            message(0, b"\x01\x01"),
        )
    )
    assert found.segments[0].table("record").values("b") == [257]
    assert found.warnings == ("developer field dev_0_1 is described as two types",)


# -- damage ----------------------------------------------------------------------------------

SMALL = fit_file(
    described(0, 4, UINT16, b"Power", b"W"),
    definition(0, RECORD, [TIMESTAMP, HEART_RATE], developer=[(4, 2, 0)]),
    *(message(0, struct.pack("<IBH", 1000 + i, 100 + i, 200)) for i in range(3)),
    definition(1, LAP, [TIMESTAMP, (7, 4, UINT32), (24, 1, ENUM)], big_endian=True),
    message(1, struct.pack(">IIB", 1003, 3000, 7)),
    definition(2, RECORD, [DISTANCE]),
    compressed(2, 5, b"\x01\0\0\0"),
    definition(3, 27, [(0, 6, STRING), (201, 4, UINT16)]),
    message(3, "è back".encode()[:6] + b"\1\0\2\0"),
)


def attempt(data: bytes) -> FitData | DecodeError:
    try:
        return decode(data)
    except DecodeError as error:
        return error


def touch_everything(found: FitData) -> None:
    for segment in found.segments:
        for number in segment.message_numbers:
            table = segment.table(number)
            fields: list[str | int] = [*table.field_numbers, "timestamp"]
            for field in fields + [field.key for field in table.developer_fields]:
                assert len(table.raw(field)) == len(table.values(field)) == len(table)
                assert table.column(field).shape == table.sequence.shape == (len(table),)
    assert all(isinstance(text, str) for text in found.warnings)


def repaired(data: bytes) -> bytes:
    """The bytes with checksums that were never computed, so that the walk sees the damage."""
    return data[:12] + b"\0\0" + data[14:-2] + b"\0\0"


def test_the_small_file_is_whole() -> None:
    touch_everything(decode(SMALL))
    assert len(decode(SMALL).segments[0]) == 7


@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=6
    ),
    cut=st.integers(0, len(SMALL)),
    proofed=st.booleans(),
)
def test_no_damage_brings_out_anything_but_a_decode_error(
    changes: list[tuple[int, int]], cut: int, proofed: bool
) -> None:
    data = bytearray(SMALL)
    for place, value in changes:
        data[place] = value
    damaged = bytes(data) if proofed else repaired(bytes(data))
    for candidate in (damaged, damaged[:cut]):
        found = attempt(candidate)
        if isinstance(found, DecodeError):
            assert found.what
        else:
            touch_everything(found)


@given(place=st.integers(14, len(SMALL) - 3), value=st.integers(1, 255))
def test_every_change_of_a_data_byte_is_noticed(place: int, value: int) -> None:
    data = bytearray(SMALL)
    data[place] ^= value
    assert refused(bytes(data)).offset is not None


@given(cut=st.integers(0, len(SMALL) - 3))
def test_every_cut_into_the_data_is_noticed(cut: int) -> None:
    assert refused(SMALL[:cut]).expected is not None


@given(st.binary(max_size=300))
def test_random_messages_bring_out_nothing_but_a_decode_error(body: bytes) -> None:
    found = attempt(header(len(body)) + body)
    if not isinstance(found, DecodeError):
        touch_everything(found)


# -- real files ------------------------------------------------------------------------------

REFUSED = {
    "activity-activity-filecrc.fit": "checksum",
    "activity-filecrc.fit": "checksum",
    "activity-settings-nodata.fit": "shorter than its header states",
    "activity-unexpected-eof.fit": "shorter than its header states",
    "nick.fit": "runs over the end",
    "strava-android-app-201.10-b1218918.fit": "shorter than its header states",
    "ELEMNT_ROAM_Unterminated.fit": "runs over the end",
}


def test_every_real_file_is_read_or_refused_for_the_right_reason(corpus: Path) -> None:
    paths = [
        path for folder in ("decode", "broken", "plans") for path in (corpus / folder).iterdir()
    ]
    for path in paths:
        found = attempt(path.read_bytes())
        if isinstance(found, DecodeError):
            assert REFUSED[path.name] in found.what
        else:
            assert path.name not in REFUSED
            assert sum(map(len, found.segments)) > 0


def test_importing_the_decoder_loads_no_profile() -> None:
    code = "import sys, backrun_fit.fit.columns; sys.exit('fit_tool' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def times_of_headers(messages: list[tuple[bool, int]]) -> list[int | None]:
    """What the protocol says, one message after the other: whether it has a time of its own."""
    last: int | None = None
    found: list[int | None] = []
    for has_field, number in messages:
        if has_field:
            last = number
        elif last is not None:
            last += (number - last) % 32
        found.append(last)
    return found


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just(True), st.integers(0, 2**32 - 2)),
            st.tuples(st.just(False), st.integers(0, 31)),
        ),
        max_size=40,
    )
)
def test_times_in_headers_are_those_of_the_protocol(messages: list[tuple[bool, int]]) -> None:
    chunks = [definition(0, 20, [(253, 4, UINT32)]), definition(1, 20, [(3, 1, UINT8)])]
    for has_field, number in messages:
        payload = struct.pack("<I", number) if has_field else b"\x64"
        chunks.append(message(0, payload) if has_field else compressed(1, number, payload))
    records = decode(fit_file(*chunks)).segments[0].table("record")
    expected = times_of_headers(messages)
    assert records.raw("timestamp") == expected
    unix_s = [math.nan if time is None else time + FIT_EPOCH for time in expected]
    np.testing.assert_array_equal(records.column("timestamp"), unix_s)
