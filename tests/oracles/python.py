"""Three packages for Python: fitparse, fitdecode and garmin-fit-sdk."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import fitdecode
import fitparse
import garmin_fit_sdk
from garmin_fit_sdk.fit import BASE_TYPE_DEFINITIONS, BASE_TYPE_MASK

from tests.oracles.view import Fields, Oracle, View, view

__all__ = ["ORACLES", "read_fitdecode", "read_fitparse", "read_garmin", "sdk_messages"]


def read_fitparse(paths: Sequence[Path]) -> list[View]:
    """By fitparse, which checks both checksums."""
    return [_fitparse(path) for path in paths]


def read_fitdecode(paths: Sequence[Path]) -> list[View]:
    """By fitdecode, told to raise at the first thing that is wrong."""
    return [_fitdecode(path) for path in paths]


def read_garmin(paths: Sequence[Path]) -> list[View]:
    """By garmin-fit-sdk, with its own checks of mark and checksum."""
    return [_garmin(path) for path in paths]


ORACLES: Final[Mapping[str, Oracle]] = {
    "fitparse": read_fitparse,
    "fitdecode": read_fitdecode,
    "garmin-fit-sdk": read_garmin,
}


def _fitparse(path: Path) -> View:
    messages: dict[str, list[Fields]] = defaultdict(list)
    errors = []
    try:
        # Bytes, not a path: it leaves the file open where it raises.
        for message in fitparse.FitFile(path.read_bytes()).get_messages():
            messages[message.name].append(_fields(message.fields, fitparse.records.DevField))
    except fitparse.FitParseError as error:
        errors.append(repr(error))
    return view("fitparse", messages, errors)


def _fitdecode(path: Path) -> View:
    messages: dict[str, list[Fields]] = defaultdict(list)
    errors = []
    try:
        with fitdecode.FitReader(
            path,
            check_crc=fitdecode.CrcCheck.RAISE,
            error_handling=fitdecode.ErrorHandling.RAISE,
        ) as reader:
            for frame in reader:
                if isinstance(frame, fitdecode.FitDataMessage):
                    fields = _fields(frame.fields, fitdecode.types.DevField)
                    messages[frame.name].append(fields)
    except fitdecode.FitError as error:
        errors.append(repr(error))
    return view("fitdecode", messages, errors)


def _fields(fields: Iterable[Any], developer: type) -> Fields:
    """Field objects of either package; fitparse's instants are UTC without saying so."""
    found: dict[str, Any] = {"developer_fields": {}}
    for field in fields:
        value = field.value
        if isinstance(value, datetime) and value.tzinfo is None:
            value = value.replace(tzinfo=UTC)
        if isinstance(field.field, developer):
            found["developer_fields"][field.name] = value
        else:
            found[field.name] = value
    return found


def _garmin(path: Path) -> View:
    data = bytearray(path.read_bytes())

    def decoder() -> Any:
        return garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_byte_array(data))

    checks = {"is_fit": decoder().is_fit(), "check_integrity": decoder().check_integrity()}
    messages, errors = decoder().read()
    errors = [f"{name} is false" for name, passed in checks.items() if not passed] + [
        repr(error) for error in errors
    ]
    return view("garmin-fit-sdk", sdk_messages(messages), errors)


def sdk_messages(messages: Mapping[str, Sequence[Fields]]) -> dict[str, list[Fields]]:
    """Messages as both of Garmin's kits give them, with kinds and developer fields by name."""
    described = {str(one["key"]): one for one in messages.get("field_description_mesgs", ())}
    return {
        re.sub(r"^(?=\d+$)", "unknown_", kind.removesuffix("_mesgs")): [
            {**row, "developer_fields": _named(row.get("developer_fields", {}), described)}
            for row in rows
        ]
        for kind, rows in messages.items()
    }


def _named(values: Mapping[Any, Any], described: Mapping[str, Fields]) -> dict[str, Any]:
    """Developer fields by name; the kits let the number through that means none."""
    named = {}
    for key, value in values.items():
        field = described[str(key)]
        none = BASE_TYPE_DEFINITIONS[field["fit_base_type_id"] & BASE_TYPE_MASK]["invalid"]
        absent = value == none or value != value  # a float's none is NaN
        named[str(field["field_name"])] = None if absent else value
    return named
