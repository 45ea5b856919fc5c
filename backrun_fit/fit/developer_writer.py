"""Developer fields on the wire: what they are called, and the smallest type that holds each.

FIT Protocol 2.0, "Developer Data": a ``developer_data_id`` (207) names the app, a
``field_description`` (206) each of its fields, and then a definition lists them
behind the native ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from backrun_fit.activity import Column, DeveloperColumn
from backrun_fit.errors import EncodeError
from backrun_fit.fit.layout import BASE_TYPES
from backrun_fit.fit.rows import LARGEST
from backrun_fit.fit.table_writer import MessageTable, PackedField, message_table

if TYPE_CHECKING:
    from fit_tool.endian import Endian

__all__ = ["described", "packed_fields"]

_APP_INDEX: Final = 0
# Nobody registers such identities; a hash of our own name is like no other's.
_APPLICATION_ID: Final = hashlib.sha256(b"backrun_fit").digest()[:16]
# Field numbers are one byte, of which the last means none.
_MOST_FIELDS: Final = 255

_WHOLE_NUMBERS: Final = ("uint8", "sint8", "uint16", "sint16", "uint32", "sint32")
_TYPE_NUMBERS: Final = {base.name: number for number, base in BASE_TYPES.items()}
# Half of the last of float32's 24 digits.
_FLOAT32_FRACTION: Final = 2.0**-24


def packed_fields(columns: Mapping[str, DeveloperColumn]) -> tuple[PackedField, ...]:
    """Columns as fields of one app, numbered in their order from 0.

    Whole numbers take the smallest integer type that holds all of them, others
    float32 (24 binary digits); what goes beyond takes float64.

    Args:
        columns: At most 255.

    Raises:
        EncodeError: There are more, or a value is infinite or 1e100 and more,
            which the reader takes for damage; the column and the row are named.

    Example:
        >>> power = DeveloperColumn(name="Form Power", units="W", values=np.array([62.0, np.nan]))
        >>> (field,) = packed_fields({"Form Power": power})
        >>> field.type_number == 0x02, field.values
        (True, array([ 62, 255], dtype=uint8))
    """
    if len(columns) > _MOST_FIELDS:
        raise EncodeError(f"expected at most {_MOST_FIELDS} developer columns, got {len(columns)}")
    return tuple(
        _packed(number, key, column.values) for number, (key, column) in enumerate(columns.items())
    )


def described(
    columns: Mapping[str, DeveloperColumn],
    fields: Sequence[PackedField],
    *,
    local_ids: tuple[int, int],
    endian: Endian,
) -> tuple[MessageTable, MessageTable]:
    """The messages that come before the first one with these fields.

    Args:
        columns: In order of the fields.
        fields: What ``packed_fields`` made of them, at least one.
        local_ids: Local message types of the two kinds.
        endian: Byte order.

    Returns:
        One ``developer_data_id`` and a ``field_description`` for each field.

    Raises:
        EncodeError: A name is empty; a name or a unit is longer than 254 bytes or holds
            NUL, at which readers would end it.
    """
    from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage
    from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage

    for key, column in columns.items():
        if not column.name:
            raise EncodeError(f"developer column {key!r}: expected a name, got none")
    app = message_table(
        DeveloperDataIdMessage(local_id=local_ids[0], endian=endian),
        {"developer_data_index": _APP_INDEX},
        {"application_id": [_APPLICATION_ID]},
    )
    descriptions = message_table(
        FieldDescriptionMessage(local_id=local_ids[1], endian=endian),
        {
            "developer_data_index": [_APP_INDEX for _ in fields],
            "field_definition_number": [field.number for field in fields],
            "fit_base_type_id": [field.type_number for field in fields],
        },
        {
            "field_name": [column.name for column in columns.values()],
            "units": [column.units for column in columns.values()],
        },
    )
    return app, descriptions


def _packed(number: int, key: str, values: Column) -> PackedField:
    absent = np.isnan(values)
    fits = absent | (np.abs(values) < LARGEST)
    if not fits.all():
        row = int(np.argmin(fits))
        raise EncodeError(
            f"developer column {key!r}, row {row}: expected a number below {LARGEST:g}, "
            f"got {values[row]:g}"
        )
    present = values[~absent]
    name = _smallest_type(present)
    base = BASE_TYPES[_TYPE_NUMBERS[name]]
    packed: npt.NDArray[Any] = np.empty(len(values), dtype=base.code)
    packed[~absent] = present
    # A float's "none" is all ones too, a NaN of its own.
    bits = packed.view(f"u{base.size}")
    bits[absent] = 2 ** (8 * base.size) - 1 if base.invalid is None else base.invalid
    return PackedField(
        developer_index=_APP_INDEX,
        number=number,
        type_number=_TYPE_NUMBERS[name],
        values=packed,
    )


def _smallest_type(present: Column) -> str:
    """FIT's word for the type."""
    if not len(present):
        return _WHOLE_NUMBERS[0]
    if (np.rint(present) == present).all():
        least, most = present.min(), present.max()
        for name in _WHOLE_NUMBERS:
            base = BASE_TYPES[_TYPE_NUMBERS[name]]
            # The greatest number of an integer type means none.
            if np.iinfo(base.code).min <= least and most < np.iinfo(base.code).max:
                return name
    else:
        with np.errstate(over="ignore", under="ignore"):
            rounded = present.astype(np.float32)
        if np.allclose(rounded, present, rtol=_FLOAT32_FRACTION, atol=0.0):
            return "float32"
    return "float64"
