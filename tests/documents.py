"""Whether a document fits the published schema that it names."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from backrun_fit.render.document import as_json
from tests.conftest import ROOT

Json = dict[str, Any]

SCHEMAS = ROOT / "docs" / "schemas"


@cache
def schema(name: str) -> Json:
    """The published schema of a document, such as ``report-1``."""
    found: Json = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


def problems(document: Json) -> list[str]:
    """What of a document, as a program reads it, does not fit the schema that it names."""
    read = json.loads(as_json(document))
    name = read["schema"].removeprefix("backrun_fit/").replace("/", "-")
    validator = Draft202012Validator(
        schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(read)]
