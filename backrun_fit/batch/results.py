"""What a batch leaves: rows in the form that the output's name asks for, complete or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from backrun_fit.batch.arrow import ROWS_PER_FILE, arrow_schema, write_parquet
from backrun_fit.batch.checking import RunResult
from backrun_fit.batch.run_rows import RUN_COLUMNS, executions_of, run_row
from backrun_fit.errors import SpecError
from backrun_fit.output import OutputError, kept_mode, replacing
from backrun_fit.render.csv_cells import csv_line
from backrun_fit.render.document import as_json, report_document
from backrun_fit.tolerances import Tolerances

__all__ = ["ERROR_SCHEMA", "Form", "form_of", "refuse_foreign", "row_line", "write_rows"]

Form: TypeAlias = Literal["parquet", "csv", "jsonl"]

ERROR_SCHEMA: Final = "backrun_fit/error/1"

_FORMS: Final[dict[str, Form]] = {".parquet": "parquet", ".csv": "csv", ".jsonl": "jsonl"}


# As a path ``s3://club/runs.csv`` has one slash; one letter alone is a drive.
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_PART: Final = re.compile(r"part-\d{5,}\.parquet")


def form_of(output: Path) -> Form:
    """The form that the name of an output asks for.

    Raises:
        SpecError: Another suffix, or an address.
        MissingExtraError: Parquet is asked for, and pyarrow is not installed.

    Example:
        >>> form_of(Path("runs.csv"))
        'csv'
    """
    form = _FORMS.get(output.suffix.lower())
    if form is None:
        raise SpecError(f"expected an output that ends in {', '.join(_FORMS)}, got {str(output)!r}")
    if _ADDRESS.match(str(output)):
        raise SpecError(f"expected an output on this machine, got {str(output)!r}")
    if form == "parquet":
        arrow_schema(Tolerances())
    return form


def refuse_foreign(output: Path) -> None:
    """See that nothing but an earlier output would go.

    Raises:
        OutputError: The output is a folder that holds something else, or is no regular file.
    """
    if not output.is_dir() or output.is_symlink():
        kept_mode(output)
        return
    foreign = (path for path in sorted(output.glob("*")) if not _PART.fullmatch(path.name))
    for path in foreign:
        raise OutputError(
            f"{output}: expected a file or an earlier output, got {path.name!r} in it"
        )


def row_line(result: RunResult, content_sha256: str | None, form: Form) -> bytes:
    """A result as one line of JSON, of which ``write_rows`` makes the output.

    A document for ``.jsonl``: the report's, or that of an error (``docs/reference/json.md``).
    """
    if form == "jsonl":
        return as_json(_document(result)).encode()
    row = run_row(result, content_sha256)
    if form == "parquet":
        row["executions"] = None if result.report is None else executions_of(result.report)
    # Escaped, as nothing else is safe from names that are no proper text.
    return json.dumps(row, allow_nan=False, default=datetime.isoformat).encode()


def _document(result: RunResult) -> dict[str, Any]:
    if result.report is not None:
        return report_document(result.report)
    error = result.error
    return {
        "schema": ERROR_SCHEMA,
        "source": result.source,
        "error": error and error.kind,
        "message": error and error.message,
        "offset": error and error.offset,
    }


def write_rows(
    output: Path,
    form: Form,
    lines: Iterable[bytes],
    tolerances: Tolerances,
    rows_per_file: int = ROWS_PER_FILE,
) -> None:
    """Write an output so that it appears complete or not at all.

    Args:
        output: The file; of more than ``rows_per_file`` rows in Parquet a folder.
        form: Of the output.
        lines: As ``row_line`` makes them, in order; taken as they are needed.
        tolerances: As used.
        rows_per_file: For Parquet.

    Raises:
        OutputError: The system refused; what was there before is untouched.
    """
    try:
        with replacing(output) as path:
            if form == "parquet":
                write_parquet(lines, path, tolerances, rows_per_file)
            elif form == "csv":
                _write_csv(lines, path)
            else:
                with path.open("wb") as file:
                    file.writelines(line + b"\n" for line in lines)
    except OSError as error:
        raise OutputError(f"{output}: cannot be written: {error.strerror or error}") from error


def _write_csv(lines: Iterable[bytes], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_line(RUN_COLUMNS))
        for line in lines:
            row = json.loads(line)
            file.write(csv_line(row[name] for name in RUN_COLUMNS))
