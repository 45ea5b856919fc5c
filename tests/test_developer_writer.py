"""Developer fields and running dynamics on the wire, read by libraries of others."""

from __future__ import annotations

import io
import math
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import fitdecode
import fitparse
import garmin_fit_sdk
import numpy as np
import pytest

from backrun_fit.activity import Activity, DeveloperColumn, Track
from backrun_fit.errors import EncodeError
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.fit.activity_writer import encode_activity
from backrun_fit.fit.developer_writer import packed_fields
from backrun_fit.fit.layout import BASE_TYPES

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
NAN = math.nan
DYNAMICS = {
    "stance_time_ms": ("stance_time", [251.3, NAN, 249.0]),
    "vertical_oscillation_mm": ("vertical_oscillation", [87.7, NAN, 90.1]),
    "vertical_ratio_percent": ("vertical_ratio", [7.51, NAN, 7.6]),
}
DEVELOPED = {
    "Form Power": ("Watts", [62.0, NAN, 64.0]),
    "Air": ("°C", [-3.0, NAN, 300.0]),
    "Stiffness": ("kN/m", [9.5, NAN, 0.125]),
    "Tally": ("", [2.0**40, NAN, 1.0]),
    "Hollow": ("x", [NAN, NAN, NAN]),
}


def column(name: str, values: list[float], units: str = "") -> DeveloperColumn:
    return DeveloperColumn(name=name, units=units, values=np.array(values))


def recording(*developer: DeveloperColumn, **columns: list[float]) -> Activity:
    length = len(developer[0].values)
    track = Track.from_columns(
        START.timestamp() + np.arange(float(length)),
        **{name: np.array(values) for name, values in columns.items()},
    )
    return Activity(
        started_at=START,
        ended_at=START + timedelta(seconds=length),
        elapsed_s=float(length),
        sport="running",
        track=attrs.evolve(
            track, developer={f"{n} {one.name}": one for n, one in enumerate(developer)}
        ),
    )


RUN = recording(
    *(column(name, values, units) for name, (units, values) in DEVELOPED.items()),
    **{name: values for name, (_, values) in DYNAMICS.items()},
)
COLUMNS = {**dict(DYNAMICS.values()), **{name: values for name, (_, values) in DEVELOPED.items()}}
WANTED = [
    {name: None if math.isnan(values[row]) else values[row] for name, values in COLUMNS.items()}
    for row in range(3)
]
both_byte_orders = pytest.mark.parametrize("big_endian", [False, True])


def _only_wanted(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name in WANTED[0]}


@both_byte_orders
def test_fitdecode_reads_every_value_and_unit(big_endian: bool) -> None:
    data = encode_activity(RUN, big_endian=big_endian)
    with fitdecode.FitReader(io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        frames = [
            frame
            for frame in reader
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "record"
        ]
    got = [_only_wanted({field.name: field.value for field in frame.fields}) for frame in frames]
    assert got == WANTED
    units = {field.name: field.units or "" for field in frames[0].fields}
    assert {name: units[name] for name in DEVELOPED} == {
        name: unit for name, (unit, _) in DEVELOPED.items()
    }


@both_byte_orders
def test_fitparse_reads_every_value(big_endian: bool) -> None:
    data = encode_activity(RUN, big_endian=big_endian)
    records = fitparse.FitFile(io.BytesIO(data), check_crc=True).get_messages("record")
    assert [_only_wanted(record.get_values()) for record in records] == WANTED


@both_byte_orders
def test_garmins_own_library_reads_every_value_that_is_there(big_endian: bool) -> None:
    data = encode_activity(RUN, big_endian=big_endian)
    stream = garmin_fit_sdk.Stream.from_byte_array(bytearray(data))
    decoder: Any = garmin_fit_sdk.Decoder(stream)
    messages, errors = decoder.read()
    assert errors == []
    (app,) = messages["developer_data_id_mesgs"]
    assert len(app["application_id"]) == 16
    names = [field["field_name"] for field in messages["field_description_mesgs"]]
    assert names == list(DEVELOPED)
    for wanted, record in zip(WANTED, messages["record_mesgs"], strict=True):
        developed = {
            names[key]: value
            for key, value in record["developer_fields"].items()
            # It lets what is invalid through.
            if wanted[names[key]] is not None
        }
        assert _only_wanted({**record, **developed}) == {
            name: value for name, value in wanted.items() if value is not None
        }


@both_byte_orders
def test_our_own_reader_gives_names_units_and_values_back(big_endian: bool) -> None:
    got = read_activity(encode_activity(RUN, big_endian=big_endian))
    assert got.warnings == ()
    assert list(got.track.developer) == list(DEVELOPED)
    for name, (units, values) in DEVELOPED.items():
        found = got.track.developer[name]
        assert (found.name, found.units) == (name, units)
        np.testing.assert_array_equal(found.values, values)
    for name, (_, values) in DYNAMICS.items():
        np.testing.assert_allclose(getattr(got.track, name), values, rtol=0, atol=1e-9)


def test_the_protocol_is_2_only_where_developer_fields_need_it() -> None:
    bare = attrs.evolve(RUN, track=attrs.evolve(RUN.track, developer={}))
    assert [encode_activity(run)[1] for run in (bare, RUN)] == [0x10, 0x20]


def test_of_two_columns_with_one_name_the_second_goes_by_its_key() -> None:
    run = recording(column("Power", [1.0]), column("Power", [2.0]), column("dev_0_1", [3.0]))
    got = read_activity(encode_activity(run)).track.developer
    assert {key: (one.name, one.values.tolist()) for key, one in got.items()} == {
        "Power": ("Power", [1.0]),
        "dev_0_1": ("Power", [2.0]),
        "dev_0_2": ("dev_0_1", [3.0]),
    }


def test_a_developer_field_named_like_a_native_one_is_kept_beside_it() -> None:
    run = recording(column("power", [300.0], "W"), power_w=[250.0])
    got = read_activity(encode_activity(run)).track
    assert got.power_w.tolist() == [250.0]
    assert got.developer["power"].values.tolist() == [300.0]
    alone = read_activity(encode_activity(recording(column("power", [300.0])))).track
    assert np.isnan(alone.power_w).all()
    assert alone.developer["power"].values.tolist() == [300.0]


@pytest.mark.parametrize(
    ("values", "type_name"),
    [
        ([], "uint8"),
        ([NAN], "uint8"),
        ([0.0, 254.0], "uint8"),
        ([255.0], "uint16"),
        ([-128.0, 126.0], "sint8"),
        ([-1.0, 127.0], "sint16"),
        ([65534.0], "uint16"),
        ([65535.0], "uint32"),
        ([-1.0, 32767.0], "sint32"),
        ([2.0**32 - 2], "uint32"),
        ([2.0**32 - 1], "float64"),
        ([-1.0, 2.0**31 - 1], "float64"),
        ([0.5], "float32"),
        ([0.1], "float32"),
        ([0.5, 1e60 + 0.5], "float64"),
        ([1e-60], "float64"),
    ],
)
def test_a_column_takes_the_smallest_type_that_holds_it(
    values: list[float], type_name: str
) -> None:
    (field,) = packed_fields({"a": column("a", values)})
    base = BASE_TYPES[field.type_number]
    assert (base.name, field.values.dtype.itemsize) == (type_name, base.size)
    there = ~np.isnan(values)
    np.testing.assert_allclose(field.values[there], np.array(values)[there], rtol=2.0**-24)


def test_an_absent_float_is_all_ones_in_either_byte_order() -> None:
    for big_endian in (False, True):
        data = encode_activity(
            recording(column("a", [0.5, NAN])), serial_number=1, big_endian=big_endian
        )
        present = struct.pack(">f" if big_endian else "<f", 0.5)
        first = data.index(present)
        # Header byte and timestamp of the next record lie between.
        assert data[first + 4 + 5 : first + 4 + 5 + 4] == b"\xff" * 4


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([column("", [1.0])], "expected a name"),
        ([column("a\0b", [1.0])], "field_description 0: expected a field_name"),
        ([column("a", [1.0]), column("b" * 255, [1.0])], "field_description 1"),
        ([column("é" * 128, [1.0])], "254 bytes"),
        ([column("\ud800", [1.0])], "UTF-8"),
        ([column("a", [1.0], "u" * 255)], "expected a units"),
        ([column("a", [1.0, math.inf])], "row 1: expected a number below 1e\\+100, got inf"),
        ([column("a", [-1e100])], "row 0"),
        ([column(f"{n}", [1.0]) for n in range(256)], "at most 255 developer columns, got 256"),
    ],
)
def test_what_no_reader_could_read_is_refused(columns: list[DeveloperColumn], message: str) -> None:
    with pytest.raises(EncodeError, match=message):
        encode_activity(recording(*columns))


def test_as_many_columns_as_a_definition_can_list_come_back() -> None:
    run = recording(*(column(f"c{n}", [float(n)]) for n in range(255)))
    got = read_activity(encode_activity(run)).track.developer
    assert [one.values.tolist() for one in got.values()] == [[float(n)] for n in range(255)]


def test_columns_of_unequal_length_make_no_track() -> None:
    with pytest.raises(ValueError, match=r"lengths \[1, 2\]"):
        attrs.evolve(Track.from_columns(np.zeros(2)), developer={"a": column("a", [1.0])})
