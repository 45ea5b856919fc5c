"""Tables of messages as the arrays and frames that other libraries work with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from backrun_fit.errors import MissingExtraError
from backrun_fit.fit.columns import Segment, Table, decode
from backrun_fit.fit.damage import OnError
from backrun_fit.fit.source import Source, open_source
from backrun_fit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["read_messages", "to_arrow", "to_numpy", "to_pandas"]


def read_messages(
    source: Source, *, on_error: OnError = "raise", limits: Limits = DEFAULT_LIMITS
) -> tuple[Segment, ...]:
    """Every message of a source, as tables.

    Args:
        source: A path, bytes or a binary file object; gzip and zip are opened.
        on_error: ``salvage`` reads what is whole of a damaged file.
        limits: How much is read.

    Returns:
        One segment a FIT file, in order; ``segment.table("record")`` has the rest.

    Raises:
        DecodeError: The source cannot be read or is damaged.

    Example:
        >>> data = bytes.fromhex(
        ...     "0c105408120000002e464954" "4000001400020301020504860096954e0000" "e7d2")
        >>> (segment,) = read_messages(data)
        >>> to_numpy(segment.table("record"))
        {'heart_rate': array([150.]), 'distance': array([201.17])}
    """
    return tuple(
        segment
        for name, data in open_source(source, limits=limits)
        for segment in decode(data, source=name, on_error=on_error, limits=limits).segments
    )


def to_numpy(table: Table) -> dict[str, npt.NDArray[Any]]:
    """Every field of a table that has a value, as an array of the table's length.

    Args:
        table: Of any kind of message.

    Returns:
        Field name to array, native fields by number and then developer fields;
        float64 with NaN for numbers, objects with None for words, text and arrays.
    """
    arrays = {name: _array(table, name) for name in table.field_names}
    return {name: array for name, array in arrays.items() if array is not None}


def _array(table: Table, name: str) -> npt.NDArray[Any] | None:
    values = table.values(name)
    if all(value is None for value in values):
        return None
    if all(value is None or isinstance(value, int | float) for value in values):
        return table.column(name)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def to_pandas(table: Table) -> pd.DataFrame:
    """A table as a pandas DataFrame; see ``to_numpy``.

    Raises:
        MissingExtraError: pandas is not installed (extra ``pandas``).
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtraError("pandas", "pandas") from error
    return pd.DataFrame(to_numpy(table))


def to_arrow(table: Table) -> pa.Table:
    """A table as an Arrow table; NaN becomes null, arrays become lists. See ``to_numpy``.

    Raises:
        MissingExtraError: pyarrow is not installed (extra ``arrow``).
    """
    try:
        import pyarrow as pa
    except ImportError as error:
        raise MissingExtraError("pyarrow", "arrow") from error
    return pa.table(
        {
            name: pa.array(
                [list(v) if isinstance(v, tuple) else v for v in array.tolist()]
                if array.dtype == object
                else array,
                from_pandas=True,
            )
            for name, array in to_numpy(table).items()
        }
    )
