"""What FIT numbers mean: names, scales, units and enumerations of the global profile.

Everything comes from the tables of fit-tool (FIT Profile 21.212). They are
imported at the first use and kept, so that importing this module costs nothing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from backrun_fit.errors import EncodeError
from backrun_fit.fit.layout import BYTE_TYPE

__all__ = [
    "FIT_EPOCH_UNIX_S",
    "MESSAGE_INDEX",
    "TIMESTAMP",
    "FieldProfile",
    "Profile",
    "enum_number",
    "load_profile",
]

FIT_EPOCH_UNIX_S: Final = 631_065_600
"""1989-12-31T00:00:00Z, FIT's second zero, in Unix time."""

TIMESTAMP: Final = 253
"""Number of the field ``timestamp`` in every message."""

MESSAGE_INDEX: Final = 254
"""Number of the field ``message_index`` in every message."""

# The profile's types are lower-case words; fit-tool's classes carry other words for these.
_CLASS_NAMES: Final = {
    "file": "FileType",
    "fit_base_type": None,
    "switch": "SwitchType",
    "wkt_step_duration": "WorkoutStepDuration",
    "wkt_step_target": "WorkoutStepTarget",
}

# Numbers, bit fields and masks of which a few values happen to carry a name.
_NUMERIC_TYPES: Final = re.compile(
    r"message_index|device_index|weight|workout_hr|workout_power|user_local_id|date_time"
    r"|local_date_time|local_device_type|left_right_balance(_100)?|\w+_bits_\d|\w+_capabilities"
    r"|file_flags|checksum|bool|u?int\d+z?|sint\d+|float\d+|string|byte"
)
_NO_NAMES: Final[Mapping[int, str]] = MappingProxyType({})
_VENDOR_RANGE: Final = re.compile(r"mfg_range_(min|max)")


@attrs.frozen(slots=False)
class FieldProfile:
    """What the profile says of one field of one message.

    The physical value is ``raw / scale - offset``.

    Attributes:
        number: Field number.
        name: FIT's word.
        type_name: FIT's type, such as ``uint16``, ``date_time`` or ``sport``.
        units: Of the physical value; empty where there is none.
        scale: Never zero.
        offset: In physical units.
        type_number: Base type; bytes for a field that the profile does not know.
    """

    number: int
    name: str
    type_name: str = "unknown"
    units: str = ""
    scale: float = 1.0
    offset: float = 0.0
    type_number: int = BYTE_TYPE

    @functools.cached_property
    def convert(self) -> Callable[[Any], Any] | None:
        """What turns one raw value into a physical one; None where they are the same.

        An enumerated value becomes FIT's word where there is one; of an array every
        item is turned; text stays.
        """
        names, scale = _value_names(self.type_name), self.scale
        if not names and scale == 1.0 and self.offset == 0.0:
            return None
        # Whole seconds since 1970 stay whole.
        offset = int(self.offset) if scale == 1.0 else self.offset

        def convert(raw: object) -> object:
            if isinstance(raw, int):
                if names:
                    return names.get(raw, raw)
                return raw - offset if scale == 1.0 else raw / scale - offset
            if isinstance(raw, float):
                return raw if names else raw / scale - offset
            return tuple(map(convert, raw)) if isinstance(raw, tuple) else raw

        return convert


@attrs.frozen(eq=False)
class Profile:
    """Names and meanings of messages and fields.

    Attributes:
        message_names: Message number to name.
        message_numbers: Message name to number.
        fields: Message number to field number to field.
    """

    message_names: Mapping[int, str]
    message_numbers: Mapping[str, int]
    fields: Mapping[int, Mapping[int, FieldProfile]]

    def field(self, message_number: int, field_number: int) -> FieldProfile:
        """The field; one that the profile does not know is called ``field_<number>``.

        Example:
            >>> speed = load_profile().field(20, 73)
            >>> speed.name, speed.scale, speed.units
            ('enhanced_speed', 1000.0, 'm/s')
            >>> load_profile().field(20, 200).name
            'field_200'
        """
        known = self.fields.get(message_number, {}).get(field_number)
        known = known or _COMMON_FIELDS.get(field_number)
        return known or FieldProfile(field_number, f"field_{field_number}")

    def field_number(self, message_number: int, name: str) -> int | None:
        """The number of the field called ``name`` in a message; None where there is none.

        Example:
            >>> profile = load_profile()
            >>> [profile.field_number(20, name) for name in ("timestamp", "field_8", "shoe")]
            [253, 8, None]
        """
        return _field_numbers(self, message_number).get(name, _numbered("field_", name))

    def message_name(self, number: int) -> str:
        """The message's name; one that the profile does not know is ``message_<number>``.

        Example:
            >>> load_profile().message_name(20), load_profile().message_name(65000)
            ('record', 'message_65000')
        """
        return self.message_names.get(number) or f"message_{number}"

    def message_number(self, name: str) -> int:
        """The number of the message called ``name``.

        Raises:
            KeyError: No message is called so.
        """
        numbered = _numbered("message_", name)
        return self.message_numbers[name] if numbered is None else numbered

    def value_names(self, type_name: str) -> Mapping[int, str]:
        """Value to name for an enumerated type; empty for every other type.

        Example:
            >>> load_profile().value_names("intensity")[3]
            'cooldown'
            >>> len(load_profile().value_names("uint16"))
            0
        """
        return _value_names(type_name)


def enum_number(type_name: str, word: str) -> int:
    """The number of a word in one of the profile's enumerated types.

    Raises:
        EncodeError: The type has no such word.

    Example:
        >>> enum_number("sport", "running"), enum_number("file", "workout")
        (1, 5)
    """
    number = _value_numbers(type_name).get(word)
    if number is None:
        raise EncodeError(f"expected a FIT {type_name}, got {word!r}")
    return number


@functools.cache
def _value_numbers(type_name: str) -> Mapping[str, int]:
    return {name: number for number, name in _value_names(type_name).items()}


_COMMON_FIELDS: Final[Mapping[int, FieldProfile]] = {
    # FIT protocol: the same three numbers in every message.
    TIMESTAMP: FieldProfile(
        TIMESTAMP, "timestamp", "date_time", "s", 1.0, -float(FIT_EPOCH_UNIX_S), 0x86
    ),
    MESSAGE_INDEX: FieldProfile(MESSAGE_INDEX, "message_index", "message_index", type_number=0x84),
    250: FieldProfile(250, "part_index", "uint32", type_number=0x86),
}


@functools.cache
def load_profile() -> Profile:
    """The global profile.

    Times (``date_time``) become Unix seconds, positions degrees.

    Example:
        >>> load_profile().field(19, 2)  # doctest: +NORMALIZE_WHITESPACE
        FieldProfile(number=2, name='start_time', type_name='date_time', units='s',
                     scale=1.0, offset=-631065600.0, type_number=134)
    """
    from fit_tool.profile.field_catalog import PROFILE_FIELDS
    from fit_tool.profile.profile_type import MesgNum

    fields: dict[int, dict[int, FieldProfile]] = {}
    for (message, number), row in PROFILE_FIELDS.items():
        name, base_type, type_name, units, scale, offset = row
        if type_name in ("date_time", "local_date_time"):
            # fit-tool counts Unix milliseconds here; the wire counts whole seconds.
            units, scale, offset = "s", 1.0, -float(FIT_EPOCH_UNIX_S)
        fields.setdefault(message, {})[number] = FieldProfile(
            number, name, type_name, units, scale or 1.0, offset, base_type.value
        )
    names = {
        member.value: member.name.lower()
        for member in MesgNum
        if not _VENDOR_RANGE.fullmatch(member.name.lower())
    }
    return Profile(names, {name: number for number, name in names.items()}, fields)


@functools.lru_cache(maxsize=256)
def _field_numbers(profile: Profile, message_number: int) -> Mapping[str, int]:
    numbers = {field.name: field.number for field in _COMMON_FIELDS.values()}
    own = profile.fields.get(message_number, {})
    return numbers | {field.name: number for number, field in own.items()}


@functools.cache
def _value_names(type_name: str) -> Mapping[int, str]:
    from fit_tool.profile import profile_type

    if _NUMERIC_TYPES.fullmatch(type_name):
        return _NO_NAMES
    camel_case = "".join(word.capitalize() for word in type_name.split("_"))
    members = getattr(profile_type, _CLASS_NAMES.get(type_name, camel_case) or "", ())
    # Python names cannot begin with a digit: fit-tool says N4IIIIS for 4iiiis.
    return {member.value: re.sub(r"^n(?=\d)", "", member.name.lower()) for member in members}


def _numbered(prefix: str, name: str) -> int | None:
    digits = name.removeprefix(prefix)
    return int(digits) if digits != name and digits.isascii() and digits.isdecimal() else None
