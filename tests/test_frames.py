"""Claims about tables as arrays and frames of other libraries."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

import backrun_fit as bf
from backrun_fit.errors import DecodeError, MissingExtraError
from backrun_fit.fit.frames import read_messages, to_arrow, to_numpy, to_pandas
from backrun_fit.fit.sniff import identity, sniff
from tests.conftest import ROOT
from tests.fit_bytes import ENUM, UINT8, UINT32, definition, fit_file, message

RUN = ROOT / "fixtures" / "activities" / "long-run.fit"
PLAN = ROOT / "fixtures" / "workouts" / "long-run.fit"


def test_every_field_of_a_table_is_an_array_of_its_length() -> None:
    (segment,) = read_messages(RUN)
    records = segment.table("record")
    arrays = to_numpy(records)
    assert {"timestamp", "distance", "enhanced_speed", "heart_rate", "cadence"} <= arrays.keys()
    assert {len(array) for array in arrays.values()} == {len(records)}
    assert all(array.dtype == np.float64 for array in arrays.values())
    np.testing.assert_array_equal(arrays["distance"], records.column("distance"))


def test_words_and_text_are_objects_and_absent_values_none() -> None:
    steps = to_numpy(read_messages(PLAN)[0].table("workout_step"))
    assert steps["intensity"].tolist() == ["active", "active", None]
    assert steps["wkt_step_name"].tolist() == [None, "Back 1/8 mi", None]


def test_a_table_is_a_data_frame_and_an_arrow_table_with_the_same_values() -> None:
    records = read_messages(RUN)[0].table("record")
    frame, arrow = to_pandas(records), to_arrow(records)
    assert list(frame.columns) == arrow.column_names == list(to_numpy(records))
    assert len(frame) == arrow.num_rows == len(records)
    assert frame["heart_rate"].iloc[100] == arrow["heart_rate"][100].as_py()


def test_nan_is_null_and_an_array_a_list_in_arrow() -> None:
    data = fit_file(
        definition(0, 20, [(3, 1, UINT8), (200, 3, UINT8)]),
        message(0, b"\x96\x01\x02\x03"),
        message(0, b"\xff\xff\xff\xff"),
    )
    arrow = to_arrow(read_messages(data)[0].table("record"))
    assert arrow["heart_rate"].to_pylist() == [150.0, None]
    assert arrow["field_200"].to_pylist() == [[1, 2, 3], None]


@pytest.mark.parametrize(("convert", "library"), [(to_pandas, "pandas"), (to_arrow, "pyarrow")])
def test_a_missing_library_is_named_with_the_extra_that_brings_it(
    convert: Any, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == library:
            raise ImportError(name)
        return ordinary(name, *rest, **more)

    table = read_messages(RUN)[0].table("lap")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=rf"{library} is not installed: pip install"):
        convert(table)


def test_a_file_is_sniffed_by_its_first_messages_however_damaged_the_rest() -> None:
    data = RUN.read_bytes()
    assert sniff(RUN) == bf.sniff(data) == sniff(data[:500]) == ("activity",)
    assert sniff(PLAN.read_bytes() + data) == ("workout", "activity")


def test_without_a_file_id_the_messages_tell() -> None:
    record = fit_file(definition(0, 20, [(253, 4, UINT32)]), message(0, b"\0\0\0\x40"))
    assert sniff(record) == ("activity",)
    assert sniff(fit_file()) == ("unknown",)
    with pytest.raises(DecodeError, match="a GPX document"):
        sniff(b"<gpx></gpx>")


def test_the_identity_is_that_of_the_file_id() -> None:
    data = fit_file(definition(0, 0, [(0, 1, ENUM), (3, 4, UINT32)]), message(0, b"\x05\x2a\0\0\0"))
    assert identity(data) == (5, None, None, 42)
    assert identity(fit_file()) == (None, None, None, None)
