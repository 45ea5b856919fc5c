"""Many messages of one kind at once: columns of physical values as rows of bytes.

fit-tool says what a message looks like on the wire (field order, base types,
scales, offsets); writing thousands of them one by one would take it 0.4 ms each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs
import numpy as np
import numpy.typing as npt

from backrun_fit.errors import EncodeError

if TYPE_CHECKING:
    from fit_tool.data_message import DataMessage

__all__ = ["MessageTable", "PackedField", "message_table"]

# FIT Protocol, "Definition Message": a field's size is one byte.
_LARGEST_FIELD: Final = 255

Values = npt.NDArray[np.float64] | Sequence[float | None] | float


@attrs.frozen(kw_only=True, eq=False)
class PackedField:
    """A developer field of many messages.

    Attributes:
        developer_index: Which app.
        number: Which of the app's fields.
        type_number: Base type.
        values: One a message, as they go on the wire but for the byte order.
    """

    developer_index: int
    number: int
    type_number: int
    values: npt.NDArray[Any]


@attrs.frozen(kw_only=True, eq=False)
class MessageTable:
    """Messages of one kind that share one definition.

    Attributes:
        definition: The definition message, its header included.
        rows: One packed record a message, its header included.
    """

    definition: bytes
    rows: npt.NDArray[np.void]

    def to_bytes(self) -> bytes:
        """The definition, then all rows."""
        return self.definition + self.rows.tobytes()


def message_table(
    blank: DataMessage,
    columns: Mapping[str, Values | None],
    texts: Mapping[str, Sequence[str | bytes]] | None = None,
    developer: Sequence[PackedField] = (),
) -> MessageTable:
    """Lay columns out as messages.

    Args:
        blank: An empty message of fit-tool's of the kind wanted, its local id and
            byte order set.
        columns: Values by field name of the profile, in fit-tool's units (instants
            in milliseconds of Unix time, positions in degrees), all of one length
            or single values; NaN and None are absent. A column without any value is left out.
        texts: Text or bytes by field name, at least one each; text gets its NUL.
        developer: Fields behind the native ones.

    Returns:
        The definition and as many rows as the longest column.

    Raises:
        EncodeError: A value does not fit its field; message, field and row are named.

    Example:
        >>> from fit_tool.profile.messages.record_message import RecordMessage
        >>> table = message_table(RecordMessage(), {"distance": [1.5, np.nan], "power": None})
        >>> table.rows.tobytes().hex(" ", 5)
        '0096000000 00ffffffff'
    """
    from fit_tool.definition_message import DefinitionMessage
    from fit_tool.developer_field_definition import DeveloperFieldDefinition
    from fit_tool.endian import Endian
    from fit_tool.record import Record

    order: Literal["<", ">"] = ">" if blank.endian is Endian.BIG else "<"
    values = _numbers(columns)
    for name in values:
        field = blank.get_field_by_name(name)
        field.set_encoded_value(0, field.base_type.invalid_raw_value(), check_validity=False)
    blobs = {name: _blobs(column, name, blank.name) for name, column in (texts or {}).items()}
    for name, column in blobs.items():
        blank.get_field_by_name(name).size = max(map(len, column))
    definition = DefinitionMessage.from_data_message(blank)
    fields = [blank.get_field(entry.field_id) for entry in definition.field_definitions]

    layout: list[tuple[str, npt.DTypeLike]] = [("", "u1")]
    packed: list[tuple[str, Any]] = [("f0", blank.local_id)]
    for field in fields:
        if field.name in blobs:
            layout.append((field.name, f"S{field.size}"))
            packed.append((field.name, blobs[field.name]))
        else:
            layout.append((field.name, order + field.base_type.struct_format))
            packed.append((field.name, _raw(values[field.name], field, blank.name)))
    for extra in developer:
        dtype, key = extra.values.dtype, f"dev_{extra.developer_index}_{extra.number}"
        layout.append((key, dtype.newbyteorder(order)))
        packed.append((key, extra.values))
        definition.add_developer_field_definition(
            DeveloperFieldDefinition(extra.number, dtype.itemsize, extra.developer_index)
        )
    length = max((len(column) for _, column in packed[1:]), default=0)
    rows = np.empty(length, dtype=layout)
    for name, column in packed:
        rows[name] = column
    return MessageTable(definition=Record.from_message(definition).to_bytes(), rows=rows)


def _numbers(columns: Mapping[str, Values | None]) -> dict[str, npt.NDArray[np.float64]]:
    """Those with a value somewhere."""
    arrays = {
        name: np.atleast_1d(np.asarray(column, dtype=np.float64))
        for name, column in columns.items()
        if column is not None
    }
    return {name: column for name, column in arrays.items() if not np.isnan(column).all()}


def _blobs(texts: Sequence[str | bytes], name: str, message: str) -> list[bytes]:
    return [
        text if isinstance(text, bytes) else _text(text, f"{message} {row}: expected a {name}")
        for row, text in enumerate(texts)
    ]


def _text(text: str, expected: str) -> bytes:
    """UTF-8 and the NUL at which readers end it."""
    raw = text.encode(errors="replace")
    if raw.decode() != text or b"\0" in raw or len(raw) >= _LARGEST_FIELD:
        raise EncodeError(
            f"{expected} of at most {_LARGEST_FIELD - 1} bytes of UTF-8 without NUL, got {text!r}"
        )
    return raw + b"\0"


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
