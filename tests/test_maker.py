"""Makers and products, from words to fields and back."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import fitparse
import numpy as np
import pytest

from backrun_fit.activity import Activity, Track
from backrun_fit.errors import EncodeError
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.fit.activity_writer import encode_activity
from backrun_fit.fit.maker import maker_fields

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def made_by(manufacturer: str | None, product: str | None) -> bytes:
    return encode_activity(
        Activity(
            started_at=START,
            ended_at=START,
            sport="running",
            manufacturer=manufacturer,
            product=product,
            track=Track.from_columns(np.array([])),
        )
    )


@pytest.mark.parametrize(
    ("manufacturer", "product"),
    [
        ("garmin", "fr245"),
        ("garmin", "65000"),
        ("garmin", "A watch"),
        ("dynastream", "hrm1"),
        ("coros", "COROS PACE 2"),
        ("wahoo_fitness", "37"),
        ("bryton", "fr245"),
        ("bryton", "007"),
        ("bryton", "65535"),
        ("bryton", "70000"),
        ("4iiiis", None),
        ("60000", "1"),
        ("development", "0"),
    ],
)
def test_maker_and_product_come_back(manufacturer: str, product: str | None) -> None:
    got = read_activity(made_by(manufacturer, product))
    assert (got.manufacturer, got.product) == (manufacturer, product)


def test_whoever_names_no_maker_is_development_product_0() -> None:
    assert maker_fields(None, None) == (255, 0, "")
    assert maker_fields(None, "Bench") == (255, None, "Bench")


def test_fitparse_reads_a_garmin_product_and_a_name() -> None:
    for product, wanted in (("fr245", (3076, None)), ("A watch", (None, "A watch"))):
        (file_id,) = fitparse.FitFile(io.BytesIO(made_by("garmin", product))).get_messages(
            "file_id"
        )
        values = file_id.get_values()
        assert values["manufacturer"] == "garmin"
        assert (file_id.get_raw_value("product"), values.get("product_name")) == wanted


@pytest.mark.parametrize(
    ("manufacturer", "product", "message"),
    [
        ("nobody", "1", "expected a FIT Manufacturer, got 'nobody'"),
        ("70000", "1", "manufacturer"),
        ("bryton", "a\0b", "product_name"),
        ("bryton", "x" * 255, "254 bytes"),
    ],
)
def test_what_does_not_fit_is_refused(manufacturer: str, product: str, message: str) -> None:
    with pytest.raises(EncodeError, match=message):
        made_by(manufacturer, product)
