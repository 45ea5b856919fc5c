"""The work that is measured: what this package does, and what each rival does instead."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Final

import attrs

from backrun_fit.activity import Column, Lap
from backrun_fit.compiled import CompiledWorkout
from backrun_fit.errors import BackrunFitError
from backrun_fit.fit.columns import Segment, decode
from backrun_fit.fit.lap_reader import read_laps
from backrun_fit.fit.walk import accelerate
from backrun_fit.fit.workout_reader import compiled_from_segment

__all__ = [
    "FITFAST",
    "FULL_DECODERS",
    "OURS",
    "PLAIN",
    "Reader",
    "Reading",
    "installed",
    "read_ours",
]

Read = Callable[[bytes], object]


@attrs.frozen
class Reading:
    """All that is asked of one segment."""

    columns: dict[str | int, Column]
    laps: tuple[Lap, ...]
    workout: CompiledWorkout | None


@attrs.frozen
class Reader:
    """A package under measurement.

    Attributes:
        package: Its name where packages are installed from.
        module: Its name in an import statement.
        load: Import it and give the function that reads one file's bytes.
    """

    package: str
    module: str
    load: Callable[[], Read]

    @property
    def title(self) -> str:
        return f"{self.package} {version(self.package)}"


def installed(readers: Sequence[Reader]) -> list[Reader]:
    """Those that can be imported here."""
    return [reader for reader in readers if find_spec(reader.module) is not None]


def read_ours(data: bytes) -> list[Reading]:
    """Every record column as float64, laps and workout steps, for every segment."""
    return [_reading(segment) for segment in decode(data).segments]


def _reading(segment: Segment) -> Reading:
    records = segment.table("record")
    columns = records.columns()
    laps = read_laps(segment.table("lap"), [], first_start_unix_s=None, last_record_unix_s=None)
    workout = None
    # A workout that makes no sense costs an activity's reader nothing either.
    with contextlib.suppress(BackrunFitError):
        workout = compiled_from_segment(segment, embedded=len(records) > 0)
    return Reading(columns, laps, workout)


def _load_ours() -> Read:
    accelerate(find_spec("numba") is not None)
    return read_ours


def _load_plain() -> Read:
    accelerate(False)
    return read_ours


def _load_fitfast() -> Read:
    records: Read = import_module("fitfast").records
    return records


def _load_pyfitparsernative() -> Read:
    parse: Read = import_module("pyfitparsernative").parse_fit_bytes
    return parse


def _load_fitparse() -> Read:
    fit_file: Any = import_module("fitparse").FitFile
    return lambda data: list(fit_file(io.BytesIO(data)).get_messages())


def _load_garmin() -> Read:
    garmin: Any = import_module("garmin_fit_sdk")

    def read(data: bytes) -> object:
        messages, errors = garmin.Decoder(garmin.Stream.from_byte_array(bytearray(data))).read()
        if errors:
            raise ValueError(errors)
        return messages

    return read


def _load_fitdecode() -> Read:
    fitdecode: Any = import_module("fitdecode")

    def read(data: bytes) -> object:
        with fitdecode.FitReader(io.BytesIO(data)) as reader:
            return list(reader)

    return read


OURS: Final = Reader("backrun-fit", "backrun_fit", _load_ours)
"""With numba, where it is installed."""

PLAIN: Final = Reader("backrun-fit", "backrun_fit", _load_plain)
"""Without, as it is installed with no extra."""

FITFAST: Final = Reader("fitfast", "fitfast", _load_fitfast)
FULL_DECODERS: Final = (
    Reader("pyfitparsernative", "pyfitparsernative", _load_pyfitparsernative),
    Reader("fitparse", "fitparse", _load_fitparse),
    Reader("garmin-fit-sdk", "garmin_fit_sdk", _load_garmin),
    Reader("fitdecode", "fitdecode", _load_fitdecode),
)
"""Rivals that give every message as Python objects; slow, so measured on a part of the files."""
