"""Claims about developer fields that stand in for native ones, and about values that are none."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import pytest
from rich.console import Console

from backrun_fit.activity import Track
from backrun_fit.compliance import check
from backrun_fit.fit.activity_reader import read_activity
from backrun_fit.fit.track_reader import Prefer
from backrun_fit.render.document import report_document
from backrun_fit.render.text import report_text
from backrun_fit.report import Report, Verdict
from backrun_fit.workout import PowerTarget
from tests.activities import plan, timed
from tests.fit_bytes import (
    FLOAT32,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    definition,
    fit_file,
    message,
)
from tests.test_activity_reader import NONE8, NONE16, NONE32, START, file_id, laps, session

RECORD, LAP = 20, 19
HEART_RATE, CADENCE, DISTANCE, SPEED, POWER, ENHANCED_SPEED = 3, 4, 5, 6, 7, 73
NATIVE = {
    HEART_RATE: (UINT8, 1, "B", NONE8),
    CADENCE: (UINT8, 1, "B", NONE8),
    DISTANCE: (UINT32, 4, "I", NONE32),
    SPEED: (UINT16, 2, "H", NONE16),
    POWER: (UINT16, 2, "H", NONE16),
}
COLUMNS = {
    HEART_RATE: "heart_rate_bpm",
    CADENCE: "cadence_spm",
    DISTANCE: "distance_m",
    SPEED: "speed_mps",
    POWER: "power_w",
}


@attrs.frozen(kw_only=True)
class App:
    """A developer field of 32-bit floats: what it declares, and its values."""

    values: Sequence[float]
    native: int | None = None
    message: int | None = RECORD
    name: bytes = b"App"
    units: bytes = b""


def described(number: int, app: App) -> bytes:
    """FIT Profile 21.212, field_description (206)."""
    fields = [
        *((0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8), (3, 16, STRING), (8, 12, STRING)),
        *((14, 2, UINT16), (15, 1, UINT8)),
    ]
    native = NONE8 if app.native is None else app.native
    of_message = NONE16 if app.message is None else app.message
    values = (0, number, FLOAT32, app.name, app.units, of_message, native)
    return definition(6, 206, fields) + message(6, struct.pack("<BBB16s12sHB", *values))


def samples(*apps: App, native: dict[int, Sequence[int]] | None = None) -> bytes:
    """Records of one second each, with native fields and the fields of apps."""
    columns = native or {}
    fields = [(253, 4, UINT32), *((one, NATIVE[one][1], NATIVE[one][0]) for one in columns)]
    code = "<I" + "".join(NATIVE[one][2] for one in columns) + "f" * len(apps)
    developer = [(number, 4, 0) for number in range(len(apps))]
    head = definition(1, RECORD, fields, developer=developer)
    count = len(next(iter([*columns.values(), *(app.values for app in apps)])))
    rows = (
        (
            START + row,
            *(column[row] for column in columns.values()),
            *(app.values[row] for app in apps),
        )
        for row in range(count)
    )
    return b"".join(
        [
            *(described(number, app) for number, app in enumerate(apps)),
            head,
            *(message(1, struct.pack(code, *row)) for row in rows),
        ]
    )


def track(*apps: App, prefer: Prefer = "native", **more: Any) -> Track:
    data = fit_file(file_id(), session(), samples(*apps, **more))
    return read_activity(data, prefer=prefer).track


# -- which one is taken ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("native", "units", "values", "expected"),
    [
        (POWER, b"Watts", [250.0, 260.0], [250.0, 260.0]),
        (HEART_RATE, b"bpm", [140.0, 141.0], [140.0, 141.0]),
        (CADENCE, b"RPM", [82.0, 83.0], [164.0, 166.0]),
        (CADENCE, b"SPM", [164.0, 166.0], [164.0, 166.0]),
        (CADENCE, b"SPM", [0.0, 170.0], [0.0, 170.0]),
        (SPEED, b"m/s", [3.0, 3.5], [3.0, 3.5]),
        (SPEED, b"km/h", [10.8, 12.6], [3.0, 3.5]),
        (SPEED, b" KPH ", [10.8, 12.6], [3.0, 3.5]),
        (ENHANCED_SPEED, b"mph", [10.0, 5.0], [4.4704, 2.2352]),
        (DISTANCE, b"m", [10.0, 13.0], [10.0, 13.0]),
        (DISTANCE, b"km", [0.01, 0.013], [10.0, 13.0]),
        (DISTANCE, b"miles", [1.0, 2.0], [1609.344, 3218.688]),
    ],
)
def test_a_developer_field_that_declares_a_native_one_stands_in_for_it_in_our_units(
    native: int, units: bytes, values: Sequence[float], expected: Sequence[float]
) -> None:
    found = track(App(native=native, values=values, units=units))
    column = COLUMNS[SPEED if native == ENHANCED_SPEED else native]
    np.testing.assert_allclose(getattr(found, column), expected, rtol=1e-6)
    assert found.sources == {column: "developer field App"}
    # What the app wrote stays as it wrote it.
    np.testing.assert_allclose(found.developer["App"].values, values, rtol=1e-6)


@pytest.mark.parametrize("field", list(NATIVE))
def test_one_value_of_the_watch_is_enough_to_leave_the_app_out(field: int) -> None:
    absent = NATIVE[field][3]
    found = track(App(native=field, values=[77.0, 78.0]), native={field: [absent, 100]})
    column = getattr(found, COLUMNS[field])
    assert np.isnan(column[0])
    assert column[1] == {CADENCE: 200.0, DISTANCE: 1.0, SPEED: 0.1}.get(field, 100.0)
    assert found.sources == {}


@pytest.mark.parametrize("field", list(NATIVE))
def test_zeros_of_the_watch_alone_mean_that_it_had_no_sensor(field: int) -> None:
    found = track(App(native=field, values=[77.0, 78.0]), native={field: [0, 0]})
    factor = 2.0 if field == CADENCE else 1.0
    assert getattr(found, COLUMNS[field]).tolist() == [77.0 * factor, 78.0 * factor]
    assert found.sources == {COLUMNS[field]: "developer field App"}


@pytest.mark.parametrize("field", [DISTANCE, SPEED])
def test_zeros_of_distance_and_speed_stay_where_no_app_knows_better(field: int) -> None:
    app = App(native=field, values=[0.0, 0.0])
    found = track(app, native={field: [0, 0]}, prefer="developer")
    assert getattr(found, COLUMNS[field]).tolist() == [0.0, 0.0]
    assert found.sources == {}


@pytest.mark.parametrize("field", list(NATIVE))
def test_zeros_of_an_app_alone_do_not_stand_in(field: int) -> None:
    both = [App(native=field, values=[0.0, 0.0]), App(native=field, values=[7.0, 8.0], name=b"B")]
    assert track(both[0]).sources == {}
    assert track(*both).sources == {COLUMNS[field]: "developer field B"}


def test_an_app_that_is_preferred_goes_before_the_watch_where_it_has_values() -> None:
    native = {POWER: [300, 310], HEART_RATE: [140, 141]}
    apps = (
        App(native=POWER, values=[250.0, 260.0], name=b"Power"),
        App(native=HEART_RATE, values=[0.0, 0.0], name=b"Heart Rate"),
    )
    assert track(*apps, native=native).power_w.tolist() == [300.0, 310.0]
    found = track(*apps, native=native, prefer="developer")
    assert found.power_w.tolist() == [250.0, 260.0]
    assert found.heart_rate_bpm.tolist() == [140.0, 141.0]
    assert found.sources == {"power_w": "developer field Power"}


def test_samples_of_watch_and_app_are_never_mixed() -> None:
    found = track(
        App(native=POWER, values=[250.0, float("nan")]),
        native={POWER: [300, 310]},
        prefer="developer",
    )
    np.testing.assert_array_equal(found.power_w, [250.0, np.nan])


@pytest.mark.parametrize(
    "app",
    [
        App(native=POWER, message=LAP, values=[250.0, 260.0]),
        App(native=None, values=[250.0, 260.0], name=b"Power", units=b"Watts"),
        App(native=99, values=[250.0, 260.0]),
    ],
)
def test_a_field_of_laps_or_without_a_native_one_stands_in_for_nothing(app: App) -> None:
    found = track(app)
    assert np.isnan(found.power_w).all()
    assert found.sources == {}


def test_a_field_that_names_no_message_is_one_of_records() -> None:
    found = track(App(native=POWER, message=None, values=[250.0, 260.0]))
    assert found.power_w.tolist() == [250.0, 260.0]


def test_turns_of_a_crank_in_a_developer_field_stay_turns() -> None:
    data = fit_file(file_id(), session(sport=2), samples(App(native=CADENCE, values=[90.0, 91.0])))
    found = read_activity(data).track
    assert found.cadence_rpm.tolist() == [90.0, 91.0]
    assert found.sources == {"cadence_rpm": "developer field App"}


# -- values that are none -------------------------------------------------------------------


def test_a_heart_rate_of_0_is_none_in_every_sample() -> None:
    found = track(native={HEART_RATE: [0, 140, 0]})
    np.testing.assert_array_equal(found.heart_rate_bpm, [np.nan, 140.0, np.nan])
    stood_in = track(App(native=HEART_RATE, values=[0.0, 140.0]))
    np.testing.assert_array_equal(stood_in.heart_rate_bpm, [np.nan, 140.0])


def test_a_power_that_is_0_throughout_is_none_and_a_0_among_others_is_a_value() -> None:
    assert np.isnan(track(native={POWER: [0, 0]}).power_w).all()
    assert track(native={POWER: [0, 250]}).power_w.tolist() == [0.0, 250.0]


def test_a_heart_rate_of_0_in_a_lap_is_none() -> None:
    rows = [(START, START, 60_000, 60_000, 15000, NONE16, 0, 0, rate) for rate in (0, NONE8, 1)]
    found = read_activity(fit_file(file_id(), laps(*rows)))
    assert [lap.heart_rate_bpm for lap in found.laps] == [None, None, 1.0]


# -- what the report says -------------------------------------------------------------------


def reported(prefer: Prefer = "native") -> Report:
    power = PowerTarget(lowest_w=240.0, highest_w=260.0)
    app = App(native=POWER, values=[250.0] * 301, name=b"Stryd Power")
    metres = [300 * second for second in range(301)]
    data = fit_file(
        file_id(),
        session(elapsed=300, timer=300),
        samples(app, native={DISTANCE: metres, POWER: [0] * 301}),
    )
    return check(read_activity(data, prefer=prefer), plan(timed(300, power)))


def test_a_target_is_judged_by_the_field_that_stands_in_and_the_report_says_so() -> None:
    report = reported()
    assert [result.verdict for result in report.results] == [Verdict.MET]
    assert report.sources == {
        "distance_m": "watch",
        "speed_mps": "distance over timer time",
        "power_w": "developer field Stryd Power",
    }
    assert report_document(report)["sources"] == report.sources
    out = io.StringIO()
    Console(file=out, width=200, highlight=False, markup=False).print(report_text(report))
    (note,) = [line for line in out.getvalue().splitlines() if "Stryd Power" in line]
    assert note.startswith("note: power")
