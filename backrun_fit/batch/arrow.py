"""Rows of runs as Parquet, with their executions nested, by a schema with a version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from backrun_fit.batch.run_rows import EXECUTION_COLUMNS, RUN_COLUMNS, RUNS_SCHEMA
from backrun_fit.errors import MissingExtraError
from backrun_fit.tolerances import Tolerances

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ROWS_PER_FILE", "arrow_schema", "write_parquet"]

ROWS_PER_FILE: Final = 100_000
"""Above it the output is a folder of files with so many rows each."""

# Together they are held as text and as columns at a time.
_BYTES_PER_GROUP: Final = 4 << 20

_TEXTS: Final = frozenset(
    (
        *("name", "movement", "intensity", "verdict", "role", "planned_duration"),
        *("planned_target", "reasons", "notes"),
    )
)
_WHOLE: Final = frozenset(("number", "step_index", "first_lap", "last_lap", "sample_count"))


def arrow_schema(tolerances: Tolerances) -> pa.Schema:
    """The schema of the rows, version and tolerances in its metadata.

    Raises:
        MissingExtraError: pyarrow is not installed (extra ``arrow``).
    """
    pa = _pyarrow()
    instant = pa.timestamp("us", tz="UTC")
    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    execution = pa.struct([(name, _execution_type(name, instant)) for name in EXECUTION_COLUMNS])
    fields = [(name, kinds.get(kind, instant)) for name, kind in RUN_COLUMNS.items()]
    return pa.schema(
        [*fields, ("executions", pa.list_(execution))],
        metadata={
            "backrun_fit.schema": RUNS_SCHEMA,
            "backrun_fit.tolerances": json.dumps(attrs.asdict(tolerances)),
        },
    )


def _execution_type(name: str, instant: pa.DataType) -> pa.DataType:
    pa = _pyarrow()
    if name in _TEXTS:
        return pa.string()
    if name in _WHOLE:
        return pa.int32()
    if name.endswith("_at"):
        return instant
    return pa.bool_() if name == "distance_by_construction" else pa.float64()


def write_parquet(
    rows: Iterable[bytes], path: Path, tolerances: Tolerances, rows_per_file: int = ROWS_PER_FILE
) -> None:
    """Write rows into one file, or into a folder of files where they are many.

    Args:
        rows: Lines of JSON, one a row; taken as they are needed.
        path: Of the file; a folder of this name holds ``part-00000.parquet`` and so on.
        tolerances: As used, for the metadata.
        rows_per_file: How many are too many for one file.
    """
    schema = arrow_schema(tolerances)
    groups = groupby(_groups(rows, rows_per_file), key=itemgetter(0))
    _, first_groups = next(groups, (0, iter(())))
    _write(path, schema, first_groups)
    for number, group in groups:
        if number == 1:  # the file becomes the first of a folder
            first = path.with_name(f"{path.name}.first")
            path.rename(first)
            path.mkdir()
            first.rename(_part(path, 0))
        _write(_part(path, number), schema, group)


def _part(folder: Path, number: int) -> Path:
    return folder / f"part-{number:05}.parquet"


def _groups(rows: Iterable[bytes], rows_per_file: int) -> Iterator[tuple[int, list[bytes]]]:
    """Rows that are held and written together, each with the number of their file."""
    group: list[bytes] = []
    size = number = 0
    for position, row in enumerate(rows):
        if group and (size > _BYTES_PER_GROUP or position % rows_per_file == 0):
            yield number, group
            group, size = [], 0
        number = position // rows_per_file
        group.append(row)
        size += len(row)
    if group:
        yield number, group


def _write(path: Path, schema: pa.Schema, groups: Iterable[tuple[int, list[bytes]]]) -> None:
    from pyarrow.parquet import ParquetWriter

    # What is freed goes back at once; the other pools keep it.
    with ParquetWriter(path, schema, memory_pool=_pyarrow().system_memory_pool()) as writer:
        for _, group in groups:
            writer.write_table(_table(group, schema))


def _table(rows: list[bytes], schema: pa.Schema) -> pa.Table:
    pa = _pyarrow()
    from pyarrow.json import ParseOptions, ReadOptions, read_json

    text = b"\n".join(rows)
    table = read_json(
        pa.BufferReader(text),
        read_options=ReadOptions(block_size=len(text) + 1),  # a row is never cut in two
        parse_options=ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
        memory_pool=pa.system_memory_pool(),
    )
    return table.replace_schema_metadata(schema.metadata)


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError as error:
        raise MissingExtraError("pyarrow", "arrow") from error
    return pa
