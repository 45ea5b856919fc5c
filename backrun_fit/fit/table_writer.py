"""Many messages of one kind at once: columns of physical values as rows of bytes.

fit-tool says what a message looks like on the wire (field order, base types,
scales, offsets); writing thousands of them one by one would take it 0.4 ms each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.errors import EncodeError

if TYPE_CHECKING:
    from fit_tool.data_message import DataMessage

__all__ = ["MessageTable", "message_table"]

Values = npt.NDArray[np.float64] | Sequence[float | None] | float


@attrs.frozen(kw_only=True, eq=False)
class MessageTable:
    """Messages of one kind that share one definition.

    Attributes:
        definition: The definition message, its header included.
        rows: One packed record a message, its header included.
    """

    definition: bytes
    rows: npt.NDArray[np.void]


def message_table(blank: DataMessage, columns: Mapping[str, Values | None]) -> MessageTable:
    """Lay columns out as messages.

    Args:
        blank: An empty message of fit-tool's of the kind wanted, its local id set.
        columns: Values by field name of the profile, in fit-tool's units (instants
            in milliseconds of Unix time, positions in degrees), all of one length
            or single values; NaN and None are absent. A column without any value is left out.

    Returns:
        The definition and as many rows as the columns are long.

    Raises:
        EncodeError: A value does not fit its field; message, field and row are named.

    Example:
        >>> from fit_tool.profile.messages.record_message import RecordMessage
        >>> table = message_table(RecordMessage(), {"distance": [1.5, np.nan], "power": None})
        >>> table.rows.tobytes().hex(" ", 5)
        '0096000000 00ffffffff'
    """
    from fit_tool.definition_message import DefinitionMessage
    from fit_tool.record import Record

    values = {
        name: np.atleast_1d(np.asarray(column, dtype=np.float64))
        for name, column in columns.items()
        if column is not None
    }
    values = {name: column for name, column in values.items() if not np.isnan(column).all()}
    for name in values:
        field = blank.get_field_by_name(name)
        field.set_encoded_value(0, field.base_type.invalid_raw_value(), check_validity=False)
    definition = DefinitionMessage.from_data_message(blank)
    fields = [blank.get_field(entry.field_id) for entry in definition.field_definitions]

    layout = [(field.name, f"<{field.base_type.struct_format}") for field in fields]
    length = max(map(len, values.values()), default=0)
    rows = np.empty(length, dtype=[("", "u1"), *layout])
    rows["f0"] = blank.local_id
    for field in fields:
        rows[field.name] = _raw(values[field.name], field, blank.name)
    return MessageTable(definition=Record.from_message(definition).to_bytes(), rows=rows)


def _raw(values: npt.NDArray[np.float64], field: Any, message: str) -> npt.NDArray[np.float64]:
    """The integers of the wire: (value + offset) x scale, absent as the invalid value."""
    invalid = field.base_type.invalid_raw_value()
    raw: npt.NDArray[np.float64] = np.rint((values + (field.offset or 0)) * (field.scale or 1))
    absent = np.isnan(raw)
    fits = (raw >= field.base_type.min) & (raw <= field.base_type.max) & (raw != invalid)
    if not (fits | absent).all():
        row = int(np.argmin(fits | absent))
        raise EncodeError(
            f"{message} {row}: expected a {field.name} that fits {field.base_type.name.lower()}, "
            f"got {values[row]:g}"
        )
    return np.where(absent, invalid, raw)
